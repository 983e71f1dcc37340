//! A sale that was nobody's, told as its member's (ledger.md, "Sale").

use super::cart::Cart;
use super::facts::Facts;
use super::problem::CartProblem;
use super::quote::{Award, MemberSnapshot, Outcome, Quote};
use super::tally::{Sold, Terms, awards, tally};
use super::{check, evaluate};
use crate::kernel::Money;
use crate::programme::{Programme, UseReward};
use crate::texts::Language;

/// The awards that a stored sale would have given, had its member been there: prices, discounts and
/// payments as they were, the programme that priced it, the member's past on its date.
///
/// `cart` and `outcome` are those of the sale's document, `member.history` is of the sale's business
/// date. Nothing is spent by it, whatever the member has.
///
/// # Errors
/// Points beyond 9e15.
pub fn awards_of_claim(
    programme: &Programme,
    member: &MemberSnapshot,
    cart: &Cart,
    outcome: &Outcome,
) -> Result<Vec<Award>, CartProblem> {
    let uses_points = Some(!outcome.redemptions.is_empty());
    let facts = Facts::new(programme, cart, member.history.as_ref(), uses_points);
    let nets: Vec<Money> = cart
        .lines
        .iter()
        .zip(&outcome.line_discounts)
        .map(|(line, &discount)| line.line_total - discount)
        .collect();
    let terms = Terms {
        facts: &facts,
        payable: outcome.payable,
    };
    let sold = Sold {
        facts: &facts,
        nets: &nets,
    };
    let tallies = tally(programme, &terms, &sold)?;
    let awards = awards(&tallies, cart.business_date);
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
