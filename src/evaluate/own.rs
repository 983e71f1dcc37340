//! Points of a sale that the sale itself spends (`wallets[].spend_own_award`).
//!
//! What a sale awards depends on what is left to pay, and that on what it spends. So it is priced
//! once without its own points, then with those; where it then awards less than it spends, with
//! what it awards so; and where that does not hold either, it spends none of its own.

use crate::kernel::Few;
use std::borrow::Cow;

use super::problem::CartProblem;
use super::quote::{MemberSnapshot, Outcome, Quote};
use crate::kernel::{Balance, Points, WalletNumber};
use crate::programme::Programme;

/// Points that a sale awards and may spend, by wallet.
pub(super) type Own = Few<WalletNumber, Points>;

/// Prices a sale with as many of its own points as hold.
pub(super) fn settled(
    programme: &Programme,
    member: Option<&MemberSnapshot>,
    price: &dyn Fn(&Own) -> Result<Quote, CartProblem>,
) -> Result<Quote, CartProblem> {
    let without = price(&Own::new())?;
    let Some(member) = member else {
        return Ok(without);
    };
    let mut own = awarded(programme, &without.outcome);
    for _ in 0..2 {
        if own.is_empty() {
            break;
        }
        let quote = price(&own)?;
        let found = awarded(programme, &quote.outcome);
        let purse = purse(member, &found);
        if own
            .keys()
            .all(|&wallet| quote.redeemed(wallet) <= purse.spendable(wallet))
        {
            return Ok(quote);
        }
        own = found;
    }
    Ok(without)
}

/// What a sale awards and may spend itself, by wallet.
pub fn awarded(programme: &Programme, outcome: &Outcome) -> Few<WalletNumber, Points> {
    let mut own = Own::new();
    for award in &outcome.awards {
        let wallet = programme.wallet_by_number(award.wallet);
        if wallet.is_some_and(|wallet| wallet.spends_own_award) {
            *own.entry(award.wallet).or_default() += award.points;
        }
    }
    own
}

/// The member with the points of this sale, which repay what is owed first.
pub(super) fn purse<'a>(member: &'a MemberSnapshot, own: &Own) -> Cow<'a, MemberSnapshot> {
    if own.is_empty() {
        return Cow::Borrowed(member);
    }
    let mut purse = member.clone();
    for (wallet, points) in own {
        let add = |balance: &mut Balance| {
            let missing = balance.held + balance.pending - balance.known;
            let left = *points - missing.max(Points::ZERO);
            balance.spendable += left.max(Points::ZERO);
        };
        add(purse.balances.entry(*wallet).or_default());
        if let Some(balances) = &mut purse.after_returns {
            add(balances.entry(*wallet).or_default());
        }
    }
    Cow::Owned(purse)
}
