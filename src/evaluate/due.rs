//! What a sale would still have awarded for the goods that are kept.

use super::award;
use super::cart::Cart;
use super::explain::Speaker;
use super::problem::CartProblem;
use super::quote::{Award, MemberSnapshot, Outcome};
use crate::kernel::{Money, Quantity};
use crate::programme::Programme;
use crate::texts::Language;

/// What is kept of one line of a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptLine {
    /// How much of it, in thousandths.
    pub quantity: Quantity,
    /// Its total in the share that is kept, before loy's own discount.
    pub line_total: Money,
}

/// Prices what is kept of a sale by the sale's own programme: prices, discounts and the member as
/// they were at the sale, redemption not repeated. Never more than the sale awarded, wallet by
/// wallet; the caller clamps.
///
/// # Errors
/// As [`super::evaluate`], for amounts beyond bounds.
///
/// # Panics
/// If `kept` has not one item a line of the cart.
pub fn due_after(
    programme: &Programme,
    member: Option<&MemberSnapshot>,
    cart: &Cart,
    outcome: &Outcome,
    kept: &[KeptLine],
) -> Result<Vec<Award>, CartProblem> {
    assert_eq!(kept.len(), cart.lines.len(), "one item a line");
    if member.is_none() {
        return Ok(Vec::new());
    }
    let mut left = cart.clone();
    let mut payable = Money::ZERO;
    for (index, (line, kept)) in left.lines.iter_mut().zip(kept).enumerate() {
        let discount = outcome
            .line_discounts
            .get(index)
            .copied()
            .unwrap_or_default();
        payable += kept.line_total - discount_kept(discount, line.line_total, kept.line_total);
        line.quantity_milli = kept.quantity;
        line.line_total = kept.line_total;
    }
    let speaker = Speaker::new(programme, Language::default());
    let mut due = Vec::new();
    for rule in programme.earn_rules() {
        due.extend(award::award(&speaker, rule, true, payable, &left)?.award);
    }
    Ok(due)
}

/// The share of a line's discount that stays with what is kept of it.
fn discount_kept(discount: Money, total: Money, kept: Money) -> Money {
    if kept == total || total.is_zero() {
        return if kept == total { discount } else { Money::ZERO };
    }
    let exact = i128::from(discount.get()) * i128::from(kept.get());
    let share = exact.div_euclid(i128::from(total.get()));
    Money::new(i64::try_from(share).expect("a share is no larger than the discount"))
}
