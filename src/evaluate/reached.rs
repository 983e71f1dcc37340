//! What is given at once for something that was reached: a tier, a challenge.

use super::facts::Facts;
use super::quote::Award;
use super::tally::dates;
use crate::kernel::{Points, WalletNumber};
use crate::programme::{Entry, Programme};

/// What reaching something gives.
pub(super) enum Gives {
    Award(Award),
    /// It was given before.
    HadBefore,
    /// A limit on how often is too often.
    Refused,
    /// The points would be dead before they can be spent.
    Expired,
}

/// What an entry gives on the sale's date, if nothing stands in its way.
pub(super) fn given(
    programme: &Programme,
    facts: &Facts<'_>,
    entry: Entry,
    rule: String,
    is_refused: &dyn Fn(WalletNumber, Points) -> bool,
) -> Gives {
    let wallet = programme
        .wallet_by_number(entry.wallet)
        .expect("a compiled entry names a wallet of its programme");
    let (available_from, expires_on) = dates(wallet, facts.cart.business_date, facts.joined_on);
    if is_refused(entry.wallet, entry.points) {
        Gives::Refused
    } else if expires_on.is_some_and(|until| until <= available_from) {
        Gives::Expired
    } else {
        Gives::Award(Award {
            wallet: entry.wallet,
            rule,
            points: entry.points,
            available_from,
            expires_on,
        })
    }
}
