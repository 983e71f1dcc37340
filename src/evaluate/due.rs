//! What a sale still gives after something of it was returned (ledger.md, "Refunds").

use super::cart::Cart;
use super::check;
use super::facts::Facts;
use super::problem::CartProblem;
use super::quote::{Award, MemberSnapshot, Outcome};
use super::select::part_of;
use super::tally::{Sold, Terms, awards, tally};
use crate::kernel::{Money, Points, Quantity};
use crate::programme::Programme;

/// What is kept of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptLine {
    /// Between zero and the line's own quantity, in thousandths.
    pub quantity: Quantity,
    /// Between zero and the line's own total, after the POS's discounts.
    pub line_total: Money,
}

/// The awards that a sale still deserves when only `kept` of it is kept.
///
/// The sale's own programme is applied to what is kept: each line with its part of the sale's
/// discounts and tax, tier, past, factors, payments and caps as they were at the sale. So conditions
/// on the total, on items and lines, bands and steps are right for what is kept. All kept gives
/// exactly the sale's awards and nothing kept gives none; no wallet ever gets more than the sale gave.
///
/// `member`, `cart` and `outcome` are those of the sale's document; `kept` has one item a line, in the
/// cart's order. Dates are those of the sale.
///
/// # Errors
/// `kept` has another number of lines, or an amount beyond what was sold; points beyond 9e15.
pub fn due_after(
    programme: &Programme,
    member: Option<&MemberSnapshot>,
    cart: &Cart,
    outcome: &Outcome,
    kept: &[KeptLine],
) -> Result<Vec<Award>, CartProblem> {
    check_kept(cart, outcome, kept)?;
    let is_line_whole = |(line, kept): (&super::cart::Line, &KeptLine)| {
        line.quantity_milli == kept.quantity && line.line_total == kept.line_total
    };
    if cart.lines.iter().zip(kept).all(is_line_whole) {
        return Ok(outcome.awards.clone());
    }
    let is_empty = |kept: &KeptLine| kept.quantity.is_zero() && kept.line_total.is_zero();
    if outcome.awards.is_empty() || kept.iter().all(is_empty) {
        return Ok(Vec::new());
    }
    let uses_points = Some(!outcome.redemptions.is_empty());
    let at_sale = Facts::new(programme, cart, member, uses_points);
    let (rest, nets) = rest_of(cart, outcome, kept);
    let now = Facts::new(programme, &rest, member, uses_points);
    let terms = Terms {
        facts: &at_sale,
        payable: outcome.payable,
    };
    let sold = Sold {
        facts: &now,
        nets: &nets,
    };
    let tallies = tally(programme, &terms, &sold)?;
    let mut due = awards(&tallies);
    no_more_than_given(&mut due, outcome);
    Ok(due)
}

fn check_kept(cart: &Cart, outcome: &Outcome, kept: &[KeptLine]) -> Result<(), CartProblem> {
    let lines = cart.lines.len();
    if kept.len() != lines || outcome.line_discounts.len() != lines {
        let expected = format!("{lines}, one for each line of the sale");
        return Err(CartProblem::new(
            "kept",
            "count",
            expected,
            kept.len().to_string(),
        ));
    }
    for (index, (line, kept)) in cart.lines.iter().zip(kept).enumerate() {
        for (name, whole, part) in [
            (
                "quantity_milli",
                line.quantity_milli.get(),
                kept.quantity.get(),
            ),
            ("line_total", line.line_total.get(), kept.line_total.get()),
        ] {
            let field = format!("kept[{index}].{name}");
            check::within(&field, whole.min(0), whole.max(0), part)?;
        }
    }
    Ok(())
}

/// The cart as if only what is kept had been sold, and what each line of it costs after its part of
/// what loy took off.
fn rest_of(cart: &Cart, outcome: &Outcome, kept: &[KeptLine]) -> (Cart, Vec<Money>) {
    let mut rest = cart.clone();
    let mut nets = Vec::with_capacity(kept.len());
    for ((line, kept), &discount) in rest.lines.iter_mut().zip(kept).zip(&outcome.line_discounts) {
        let whole = line.line_total;
        // Free lines have no part by money; the pieces tell it.
        let part = |amount: Money| {
            if whole.is_zero() {
                let pieces = Money::new(line.quantity_milli.get());
                return part_of(amount, Money::new(kept.quantity.get()), pieces);
            }
            part_of(amount, kept.line_total, whole)
        };
        let (pos, inside, outside) = (
            part(line.discount),
            part(line.tax_inside),
            part(line.tax_outside),
        );
        nets.push(kept.line_total - part(discount));
        line.discount = pos;
        line.tax_inside = inside;
        line.tax_outside = outside;
        line.quantity_milli = kept.quantity;
        line.line_total = kept.line_total;
    }
    (rest, nets)
}

/// Cuts what a wallet would get beyond what the sale gave it, from the last rule on.
fn no_more_than_given(due: &mut Vec<Award>, outcome: &Outcome) {
    let given = |wallet| -> Points {
        let awards = outcome.awards.iter().filter(|award| award.wallet == wallet);
        awards.map(|award| award.points).sum()
    };
    let mut sums = std::collections::BTreeMap::new();
    for award in due.iter_mut() {
        let sum: &mut Points = sums.entry(award.wallet).or_default();
        award.points = award.points.min(given(award.wallet) - *sum);
        *sum += award.points;
    }
    due.retain(|award| award.points.is_positive());
}
