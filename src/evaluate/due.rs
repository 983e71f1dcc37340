//! What a sale still gives after something of it was returned (ledger.md, "Refunds").

use super::cart::Cart;
use super::draw::TurnsGiven;
use super::facts::Facts;
use super::problem::CartProblem;
use super::quote::{Award, Outcome};
use super::returned::{Decided, ReturnedLines};
use super::select::part_of;
use super::tally::{RoundingOf, Sold, Terms, Wholes, awards, stored_by_method, tally};
use super::tier::Step;
use super::{challenge, check, draw, referral};
use crate::kernel::{Money, Points, Quantity};
use crate::programme::{Level, RefundBase, Stage, TierForSale};

/// What is kept of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptLine {
    /// Between zero and the line's own quantity, in thousandths.
    pub quantity: Quantity,
    /// Between zero and the line's own total, after the POS's discounts.
    pub line_total: Money,
    /// What it still costs after its part of what loy took off, between zero and what was paid.
    pub net: Money,
}

/// The awards that a sale still deserves when only `kept` of it is kept.
///
/// The sale's own programme is applied to what is kept: each line with its part of the sale's
/// discounts and tax, tier, past, factors, payments and caps as they were at the sale. So conditions
/// on the total, on items and lines, bands and steps are right for what is kept. All kept gives
/// exactly the sale's awards and nothing kept gives none; no wallet ever gets more than the sale gave.
///
/// `sale` is what stands in the sale's document; `kept` has one item a line, in the cart's order, and
/// of lines that are themselves returns the whole. Dates are those of the sale.
///
/// # Errors
/// `kept` has another number of lines, or an amount beyond what was sold; points beyond 9e15.
pub fn due_after(sale: &Decided<'_>, kept: &[KeptLine]) -> Result<Vec<Award>, CartProblem> {
    check_kept(sale, kept)?;
    let outcome = sale.outcome;
    if sold(sale, kept).all(|(index, kept)| is_whole(sale, index, kept)) {
        return Ok(outcome.awards.clone());
    }
    let is_empty = |(_, kept): (usize, &KeptLine)| kept.quantity.is_zero() && kept.net.is_zero();
    if outcome.awards.is_empty() || sold(sale, kept).all(is_empty) {
        return Ok(Vec::new());
    }
    let mut due = worth_of(sale, kept)?;
    no_more_than_given(&mut due, outcome);
    Ok(due)
}

/// The turns of lucky draws that a sale still deserves when only `kept` of it is kept: as many as that would
/// give, with everything else as at the sale, and never more than it gave.
///
/// # Errors
/// As [`due_after`].
pub fn turns_after(sale: &Decided<'_>, kept: &[KeptLine]) -> Result<Vec<TurnsGiven>, CartProblem> {
    check_kept(sale, kept)?;
    let given = &sale.outcome.draws;
    if given.is_empty() || sold(sale, kept).all(|(index, kept)| is_whole(sale, index, kept)) {
        return Ok(given.clone());
    }
    let (rest, nets) = rest_of(sale, kept);
    let redemptions = &sale.outcome.redemptions;
    let uses_points = Some(redemptions.iter().any(|part| !part.pays));
    let (line_offers, taken) = offers_kept(sale, kept);
    let mut now = Facts {
        taken,
        ..Facts::new(sale.programme, &rest, sale.member, uses_points)
    };
    now.tier = priced_in(sale).or(now.tier);
    let sold = Sold {
        facts: &now,
        nets: &nets,
        line_offers: &line_offers,
        wholes: Wholes::default(),
    };
    let due = draw::turning(sale.programme, &now, &sold, false);
    let due: Vec<TurnsGiven> = due.iter().filter_map(draw::Turning::turns).collect();
    let of = |draw: &str| {
        let due = due.iter().find(|due| due.draw == draw);
        due.map_or(0, |due| due.turns)
    };
    let left = given.iter().map(|given| TurnsGiven {
        draw: given.draw.clone(),
        turns: given.turns.min(of(&given.draw)),
    });
    Ok(left.filter(|left| left.turns > 0).collect())
}

/// What the kept part of a sale would be awarded by `sale.programme`, be it the one that priced it or
/// a later one, with everything else as at the sale.
///
/// # Errors
/// Points beyond 9e15.
pub(super) fn worth_of(sale: &Decided<'_>, kept: &[KeptLine]) -> Result<Vec<Award>, CartProblem> {
    if sale.member.is_some_and(|member| !member.status.is_active()) {
        return Ok(Vec::new());
    }
    let programme = sale.programme;
    let tiers = programme.tiers();
    let after = tiers.filter(|tiers| tiers.tier_for_sale == TierForSale::After);
    let priced_in = priced_in(sale);
    if after.is_none() || priced_in.is_some() {
        return Ok(worth_in(sale, kept, priced_in)?.0);
    }
    // It leads to no other tier, or was nobody's when it was priced.
    let whole = sale.kept(&ReturnedLines::new(), RefundBase::LineNet);
    let (_, leads_to) = worth_in(sale, &whole, None)?;
    Ok(worth_in(sale, kept, leads_to)?.0)
}

/// The tier in which a sale was priced, where that was another than the one before it.
fn priced_in<'a>(sale: &Decided<'a>) -> Option<&'a Level> {
    let tiers = sale.programme.tiers()?;
    let place = tiers.place_of(sale.outcome.priced_in_tier.as_deref()?)?;
    tiers.levels.get(place)
}

/// The awards in the tier before the sale or in another one, and the tier that leads to.
fn worth_in<'a>(
    sale: &Decided<'a>,
    kept: &[KeptLine],
    priced_in: Option<&'a Level>,
) -> Result<(Vec<Award>, Option<&'a Level>), CartProblem> {
    let redemptions = &sale.outcome.redemptions;
    let uses_points = Some(redemptions.iter().any(|part| !part.pays));
    let whole = sale.cart.sold();
    let mut at_sale = Facts {
        taken: offers_off_sold(sale),
        ..Facts::new(sale.programme, &whole, sale.member, uses_points)
    };
    let (rest, nets) = rest_of(sale, kept);
    let mut now = Facts::new(sale.programme, &rest, sale.member, uses_points);
    at_sale.tier = priced_in.or(at_sale.tier);
    now.tier = at_sale.tier;
    let stored = stored_by_method(sale.programme, &sale.outcome.redemptions);
    now.stored_methods = stored.iter().map(|(method, _)| *method).collect();
    at_sale.stored_methods.clone_from(&now.stored_methods);
    let (line_offers, taken) = offers_kept(sale, kept);
    now.taken = taken;
    let terms = Terms {
        facts: &at_sale,
        payable: sale.outcome.payable + sale.outcome.stored,
        stored,
        rounding: RoundingOf::Rule,
    };
    let sold = Sold {
        facts: &now,
        nets: &nets,
        line_offers: &line_offers,
        wholes: Wholes::default(),
    };
    let tallies = tally(sale.programme, &terms, &sold, &mut |_| ())?;
    let mut due = awards(&tallies);
    let step = Step::of(sale.programme, &now, &tallies, &sold, None);
    if let Some(step) = &step {
        let entered = step.entries(sale.programme, &now, &|_, _| false);
        let entered = entered
            .iter()
            .filter_map(|entered| entered.award().cloned());
        due.extend(entered);
    }
    for reached in challenge::reached(sale.programme, &now, &sold, &|_, _| false) {
        due.extend(reached.awards().cloned());
    }
    // A claimed sale brings nobody.
    if sale.outcome.referral.is_some()
        && let Some(brought) = referral::brought(sale.programme, &now, &sold, &|_, _| false)
    {
        due.extend(brought.awards().cloned());
    }
    // What points bought stays while anything of the sale does.
    let is_bought = |award: &&Award| {
        redemptions
            .iter()
            .any(|part| part.reward.as_ref() == Some(&award.rule))
    };
    due.extend(sale.outcome.awards.iter().filter(is_bought).cloned());
    Ok((due, step.map(|step| step.level_after())))
}

/// The lines that were sold, with their places.
fn sold<'a>(
    sale: &Decided<'a>,
    kept: &'a [KeptLine],
) -> impl Iterator<Item = (usize, &'a KeptLine)> {
    let lines = sale.cart.lines.iter().zip(kept).enumerate();
    lines
        .filter(|(_, (line, _))| !line.is_returned())
        .map(|(index, (_, kept))| (index, kept))
}

fn is_whole(sale: &Decided<'_>, index: usize, kept: &KeptLine) -> bool {
    let line = &sale.cart.lines[index];
    line.quantity_milli == kept.quantity
        && line.line_total == kept.line_total
        && sale.net_of(index) == kept.net
}

fn check_kept(sale: &Decided<'_>, kept: &[KeptLine]) -> Result<(), CartProblem> {
    let lines = sale.cart.lines.len();
    if kept.len() != lines || sale.outcome.line_discounts.len() != lines {
        let expected = format!("{lines}, one for each line of the sale");
        return Err(CartProblem::new(
            "kept",
            "count",
            expected,
            kept.len().to_string(),
        ));
    }
    for (index, (line, kept)) in sale.cart.lines.iter().zip(kept).enumerate() {
        for (name, whole, part) in [
            (
                "quantity_milli",
                line.quantity_milli.get(),
                kept.quantity.get(),
            ),
            ("line_total", line.line_total.get(), kept.line_total.get()),
            ("net", sale.net_of(index).get(), kept.net.get()),
        ] {
            let field = format!("kept[{index}].{name}");
            check::within(&field, whole.min(0), whole.max(0), part)?;
        }
    }
    Ok(())
}

/// The cart as if only what is kept had been sold, and what each line of it costs after its part of
/// what loy took off.
fn rest_of(sale: &Decided<'_>, kept: &[KeptLine]) -> (Cart, Vec<Money>) {
    let mut rest = Cart {
        lines: Vec::with_capacity(kept.len()),
        ..sale.cart.clone()
    };
    let mut nets = Vec::with_capacity(kept.len());
    for (index, kept) in sold(sale, kept) {
        let mut line = sale.cart.lines[index].clone();
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
        nets.push(kept.net);
        line.discount = pos;
        line.tax_inside = inside;
        line.tax_outside = outside;
        line.quantity_milli = kept.quantity;
        line.line_total = kept.line_total;
        rest.lines.push(line);
    }
    (rest, nets)
}

/// What offers took off each line that was sold.
fn offers_off_sold(sale: &Decided<'_>) -> Vec<Money> {
    let lines = sale.cart.lines.iter().enumerate();
    let sold = lines.filter(|(_, line)| !line.is_returned());
    sold.map(|(index, _)| sale.outcome.offers_off(index, &|_| true))
        .collect()
}

/// Of what loy took off each line, what stays with what is kept of it: what offers on lines did, and
/// what all offers did.
fn offers_kept(sale: &Decided<'_>, kept: &[KeptLine]) -> (Vec<Money>, Vec<Money>) {
    let of_line = |(index, kept): (usize, &KeptLine)| {
        let whole = sale.outcome.line_discounts[index];
        let still = kept.line_total - kept.net;
        let part = |is_counted: &dyn Fn(Stage) -> bool| {
            part_of(sale.outcome.offers_off(index, is_counted), still, whole)
        };
        (part(&|stage| stage == Stage::Line), part(&|_| true))
    };
    sold(sale, kept).map(of_line).unzip()
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
