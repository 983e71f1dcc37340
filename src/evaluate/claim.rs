//! A sale that was nobody's, told as its member's (ledger.md, "Sale").

use super::cart::Cart;
use super::draw::TURNS;
use super::due::worth_of;
use super::explain::Speaker;
use super::explanation::Explanation;
use super::problem::CartProblem;
use super::quote::{Award, MemberSnapshot, Outcome, Quote};
use super::reason::Reason;
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
    let mut quote = evaluate(programme, Some(&penniless), &cart, language)?;
    if !quote.outcome.draws.is_empty() {
        let told = quote.explanation.iter().cloned();
        let told = told.map(|reason| without_turns(programme, language, reason));
        quote.explanation = Explanation::told(told.collect());
    }
    Ok(quote.restated(Some(member), outcome))
}

/// Turns are drawn when a sale is final, and whose it is was not known then.
fn without_turns(programme: &Programme, language: Language, reason: Reason) -> Reason {
    let draw = programme.draw_of_turn(reason.rule());
    let Some(draw) = draw.filter(|_| reason.key == TURNS) else {
        return reason;
    };
    let speaker = Speaker::all(programme, language);
    let mut reason = Reason::new(&speaker, draw.rule(), false, "draw.claimed");
    reason.fill("name", draw.name.in_language(language).to_owned());
    reason
}
