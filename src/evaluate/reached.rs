//! What is given at once for something that was reached: a tier, a challenge.

use super::explain::Speaker;
use super::facts::Facts;
use super::quote::Award;
use super::tally::dates;
use crate::kernel::{Points, WalletNumber};
use crate::programme::{Entry, Programme, WalletKind};

/// What reaching something gives.
pub(super) enum Gives {
    Award(Award),
    /// It was given before, or is a badge that the member has.
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
    let (available_from, expires_on) =
        dates(wallet, facts.cart.business_date, facts.account_joined_on);
    let held = facts
        .member
        .map(|member| member.balance(entry.wallet).known);
    if wallet.is_badge() && held.is_some_and(Points::is_positive) {
        Gives::HadBefore
    } else if is_refused(entry.wallet, entry.points) {
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

/// Points with their unit; vouchers and badges by their names.
pub(super) fn said_award(speaker: &Speaker<'_>, wallet: WalletNumber, points: Points) -> String {
    let wallet = speaker.programme().wallet_by_number(wallet);
    let wallet = wallet.expect("an award of a wallet of the programme");
    let name = wallet.name.in_language(speaker.language);
    match wallet.kind {
        WalletKind::Badge | WalletKind::Vouchers if points.get() == 1 => name.to_owned(),
        WalletKind::Badge | WalletKind::Vouchers => format!("{points} × {name}"),
        WalletKind::Points | WalletKind::Money(_) => speaker.points(wallet, points),
    }
}

/// The same of several, one behind the other; empty for none.
pub(super) fn said_awards<'a>(
    speaker: &Speaker<'_>,
    awards: impl Iterator<Item = &'a Award>,
) -> String {
    let said: Vec<String> = awards
        .map(|award| said_award(speaker, award.wallet, award.points))
        .collect();
    said.join(", ")
}
