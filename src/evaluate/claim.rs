//! A sale that was nobody's, told as its member's (ledger.md, "Sale").

use super::cart::Cart;
use super::due::worth_of;
use super::problem::CartProblem;
use super::quote::{Award, MemberSnapshot, Outcome, Quote};
use super::returned::{Decided, ReturnedLines};
use super::{check, evaluate};
use crate::programme::{Programme, RefundBase, UseReward};
use crate::texts::Language;

/// The awards that a stored sale would have given, had its member been there: prices, discounts and
/// payments as they were, the programme that priced it, the member's past on its date.
///
/// `sale.member` is who claims it, with a history of the sale's business date. Nothing is spent by it,
/// whatever the member has.
///
/// # Errors
/// Points beyond 9e15.
pub fn awards_of_claim(sale: &Decided<'_>) -> Result<Vec<Award>, CartProblem> {
    let whole = sale.kept(&ReturnedLines::new(), RefundBase::LineNet);
    let awards = worth_of(sale, &whole)?;
    check::awards_fit(&awards)?;
    Ok(awards)
}

/// The quote of a claimed sale: its explanation with the member, who spends nothing in a sale that
/// was paid before, and what it gave by `outcome`.
///
/// # Errors
/// Those of [`evaluate`].
pub fn quote_of_claim(
    programme: &Programme,
    member: &MemberSnapshot,
    cart: &Cart,
    outcome: Outcome,
    language: Language,
) -> Result<Quote, CartProblem> {
    let automatic = programme
        .rewards()
        .iter()
        .filter(|reward| reward.used == UseReward::Automatic);
    let cart = Cart {
        member: Some(member.number),
        points_wanted: Default::default(),
        rewards_wanted: Vec::new(),
        rewards_declined: automatic
            .map(|reward| reward.id.clone())
            .take(check::LIST_MAX)
            .collect(),
        ..cart.clone()
    };
    let penniless = MemberSnapshot {
        balances: Default::default(),
        ..member.clone()
    };
    let quote = evaluate(programme, Some(&penniless), &cart, language)?;
    Ok(quote.restated(Some(member), outcome))
}
