//! What an offer takes off which line: exact parts first, then one rounding of their sum, then the
//! split of that sum.

use crate::kernel::Few;
use std::collections::BTreeMap;

use super::Refusal;
use super::pieces::{
    Picked, Pieces, cheapest_first, cheapest_paid_first, count, got, is_selected, said, take,
};
use crate::evaluate::bill::Bill;
use crate::evaluate::cart::Line;
use crate::kernel::order;
use crate::kernel::{Fraction, Money, Rounding};
use crate::programme::{
    Break, BreakTakes, BundleCost, CountOf, Effect, MoneyIn, Pieces as Wanted, Selector, Share,
    Takes,
};

/// How many pieces of some lines are there.
pub(in crate::evaluate) fn pieces_of(bill: &Bill<'_>, lines: Option<&Selector>) -> i64 {
    count(&cheapest_first(bill, lines, MoneyIn::Price))
}

/// What an offer takes off, and hands over.
#[derive(Debug)]
pub(in crate::evaluate) struct Found {
    pub parts: Vec<(usize, Money)>,
    /// How often, for those that count.
    pub times: i64,
    /// Pieces of lines that cost nothing any more.
    pub free: Vec<(usize, i64)>,
    pub gift: Option<(String, i64)>,
}

impl Found {
    pub fn amount(&self) -> Money {
        self.parts.iter().map(|(_, part)| *part).sum()
    }
}

/// Exact parts of lines, how often, and the most they come to together.
struct Exact {
    parts: Vec<(usize, Fraction)>,
    times: i64,
    /// Pieces of lines that cost nothing any more.
    free: Vec<(usize, i64)>,
    /// A sum that the parts are cut down to, in the money of the offer.
    at_most: Option<Fraction>,
}

pub(in crate::evaluate) fn find(effect: &Effect, bill: &Bill<'_>) -> Result<Found, Refusal> {
    if let Takes::Gift {
        sku,
        quantity,
        for_each,
    } = &effect.takes
    {
        let times = times_bought(bill, for_each.as_ref(), effect.most_times)?;
        return Ok(Found {
            parts: Vec::new(),
            times,
            free: Vec::new(),
            gift: Some((sku.clone(), quantity.saturating_mul(times))),
        });
    }
    let work = Work { effect, bill };
    let exact = work.exact()?;
    let parts = work.rounded(&exact).ok_or(Refusal::NothingLeft)?;
    if parts.iter().all(|(_, part)| part.is_zero()) {
        return Err(Refusal::NothingLeft);
    }
    Ok(Found {
        parts,
        times: exact.times,
        free: if effect.most.is_none() {
            exact.free
        } else {
            Vec::new()
        },
        gift: None,
    })
}

fn times_bought(
    bill: &Bill<'_>,
    for_each: Option<&Wanted>,
    most_times: Option<i64>,
) -> Result<i64, Refusal> {
    let Some(wanted) = for_each else {
        return Ok(1);
    };
    let found = pieces_of(bill, wanted.lines.as_ref());
    let times = (found / wanted.quantity).min(most_times.unwrap_or(i64::MAX));
    if times == 0 {
        return Err(Refusal::TooFew(wanted.quantity - found));
    }
    Ok(times)
}

struct Work<'a> {
    effect: &'a Effect,
    bill: &'a Bill<'a>,
}

impl Work<'_> {
    fn cheapest_first(&self, lines: Option<&Selector>) -> Vec<Pieces> {
        cheapest_first(self.bill, lines, self.effect.money_in)
    }

    fn exact(&self) -> Result<Exact, Refusal> {
        let overflow = Refusal::NothingLeft;
        let by_line = |part: &dyn Fn(&Line, i64) -> Option<Fraction>| {
            let lines = self.selected()?;
            let parts: Option<Vec<(usize, Fraction)>> = lines
                .into_iter()
                .map(|line| {
                    let left = self.bill.left(line);
                    let part = part(&self.bill.cart().lines[line], left)?;
                    Some((line, self.clamped(part, left)))
                })
                .collect();
            parts.ok_or(Refusal::NothingLeft)
        };
        match &self.effect.takes {
            Takes::Percent(share) => {
                let parts = by_line(&|_, left| Fraction::whole(left).checked_mul(share.part))?;
                // A cart as a whole has money off in it that no line shows.
                let whole = self.bill.payable().get().max(0);
                let at_most = match self.effect.lines {
                    None => Some(
                        Fraction::whole(whole)
                            .checked_mul(share.part)
                            .ok_or(overflow)?,
                    ),
                    Some(_) => None,
                };
                Ok(once(parts, at_most))
            }
            Takes::Amount(amount) => {
                let parts = by_line(&|_, left| Some(Fraction::whole(left)))?;
                Ok(once(parts, Some(Fraction::whole(amount.get()))))
            }
            Takes::AmountPerUnit(amount) => {
                let parts = by_line(&|line, _| by_quantity(line, *amount))?;
                Ok(once(parts, None))
            }
            Takes::UnitPrice(price) => {
                let parts = by_line(&|line, left| above(left, by_quantity(line, *price)?))?;
                Ok(once(parts, None))
            }
            Takes::Breaks(of, steps) => self.breaks(*of, steps),
            Takes::Cheapest(quantity, share) => {
                self.selected()?;
                let lines = self.effect.lines.as_ref();
                let mut pieces = cheapest_paid_first(self.bill, lines, self.effect.money_in);
                let picked = take(pieces.iter_mut(), *quantity);
                exact_of(&picked, share, 1)
            }
            Takes::MultiBuy {
                buy,
                get,
                share,
                of,
            } => self.multi_buy((*buy, *get), share, *of),
            Takes::BuyGet { buy, get, share } => self.buy_get(buy, get, share),
            Takes::Bundle(parts, cost) => self.bundle(parts, cost),
            Takes::Gift { .. } => unreachable!("a gift takes nothing off"),
        }
    }

    /// The lines that it takes something off: sold, selected, and with something left.
    fn selected(&self) -> Result<Vec<usize>, Refusal> {
        let lines = self.bill.picks().lines(self.effect.lines.as_ref());
        let is_sold = |line: &usize| self.bill.cart().lines[*line].quantity_milli.is_positive();
        let selected: Vec<usize> = lines.filter(is_sold).collect();
        if selected.is_empty() {
            return Err(Refusal::NoLines);
        }
        Ok(selected)
    }

    fn clamped(&self, part: Fraction, left: i64) -> Fraction {
        part.max(Fraction::ZERO).min(Fraction::whole(left))
    }

    fn breaks(&self, of: CountOf, steps: &[Break]) -> Result<Exact, Refusal> {
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for line in self.selected()? {
            let sku = match of {
                CountOf::EachArticle => self.bill.cart().lines[line].sku.as_str(),
                CountOf::Together => "",
            };
            groups.entry(sku).or_default().push(line);
        }
        let mut parts = Vec::new();
        let mut missing = i64::MAX;
        for lines in groups.values() {
            let milli = |line: &usize| self.bill.cart().lines[*line].quantity_milli.get();
            let found = lines.iter().map(milli).fold(0i64, i64::saturating_add) / 1_000;
            let Some(step) = steps.iter().rev().find(|step| step.from <= found) else {
                missing = missing.min(steps[0].from - found);
                continue;
            };
            for &line in lines {
                let (sold, left) = (&self.bill.cart().lines[line], self.bill.left(line));
                let part = match &step.takes {
                    BreakTakes::Percent(share) => Fraction::whole(left).checked_mul(share.part),
                    BreakTakes::AmountPerUnit(amount) => by_quantity(sold, *amount),
                    BreakTakes::UnitPrice(price) => {
                        by_quantity(sold, *price).and_then(|price| above(left, price))
                    }
                };
                let part = part.ok_or(Refusal::NothingLeft)?;
                parts.push((line, self.clamped(part, left)));
            }
        }
        if parts.is_empty() {
            return Err(Refusal::TooFew(missing));
        }
        Ok(once(parts, None))
    }

    fn multi_buy(
        &self,
        (buy, get): (i64, i64),
        share: &Share,
        of: CountOf,
    ) -> Result<Exact, Refusal> {
        self.selected()?;
        let pieces = self.cheapest_first(self.effect.lines.as_ref());
        let mut groups: BTreeMap<&str, Vec<Pieces>> = BTreeMap::new();
        for pieces in pieces {
            let sku = match of {
                CountOf::EachArticle => self.bill.cart().lines[pieces.line].sku.as_str(),
                CountOf::Together => "",
            };
            groups.entry(sku).or_default().push(pieces);
        }
        let mut picked = Vec::new();
        let (mut times, mut missing) = (0, i64::MAX);
        for pieces in groups.values_mut() {
            let found = count(pieces);
            let left = self.effect.most_times.map(|most| most - times);
            let (free, more) = got(found, buy, get, left);
            if free == 0 {
                missing = missing.min(buy + 1 - found);
            }
            picked.extend(take(pieces.iter_mut(), free));
            times += more;
        }
        if picked.is_empty() {
            return Err(Refusal::TooFew(missing));
        }
        exact_of(&picked, share, times)
    }

    /// As often as both are there: what is got is the cheapest, and what stands in both is bought
    /// dearest first.
    fn buy_get(&self, buy: &Wanted, get: &Wanted, share: &Share) -> Result<Exact, Refusal> {
        let bought = self.cheapest_first(buy.lines.as_ref());
        let gettable = self.cheapest_first(get.lines.as_ref());
        let most = count(&bought) / buy.quantity;
        let most = most.min(self.effect.most_times.unwrap_or(i64::MAX));
        if most == 0 {
            return Err(Refusal::TooFew(buy.quantity - count(&bought)));
        }
        // Fewer may fit, because pieces that are got are not bought; and of the last round some.
        let fits = |times: i64| -> Option<Vec<Picked>> {
            let mut left = gettable.clone();
            let picked = take(left.iter_mut(), times.checked_mul(get.quantity)?);
            let gone = picked
                .iter()
                .filter(|picked| bought.iter().any(|pieces| pieces.line == picked.line));
            let gone: i64 = gone.map(|picked| picked.count).sum();
            (count(&bought) - gone >= times.checked_mul(buy.quantity)?).then_some(picked)
        };
        let (mut low, mut high) = (0, most);
        while low < high {
            let middle = high - (high - low) / 2;
            if fits(middle).is_some() {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        let picked = fits(low).unwrap_or_default();
        if picked.is_empty() {
            return Err(Refusal::TooFew(get.quantity));
        }
        exact_of(&picked, share, low)
    }

    /// Bundle by bundle, each part with its dearest pieces that are left.
    fn bundle(&self, wanted: &[Wanted], cost: &BundleCost) -> Result<Exact, Refusal> {
        let mut left = self.cheapest_first(None);
        left.reverse();
        let mut parts: Few<usize, Fraction> = Few::new();
        let (mut times, most) = (0, self.effect.most_times.unwrap_or(1_000));
        let mut missing = 0;
        while times < most {
            let mut picked = Vec::new();
            let mut after = left.clone();
            for part in wanted {
                let fitting = after
                    .iter_mut()
                    .filter(|pieces| is_selected(self.bill, part.lines.as_ref(), pieces.line));
                let found = take(fitting, part.quantity);
                let count: i64 = found.iter().map(|picked| picked.count).sum();
                missing += part.quantity - count;
                picked.extend(found);
            }
            if missing > 0 {
                break;
            }
            left = after;
            let off = bundle_off(&picked, cost).ok_or(Refusal::NothingLeft)?;
            for (line, part) in off {
                let sum = parts.entry(line).or_insert(Fraction::ZERO);
                *sum = sum.checked_add(part).ok_or(Refusal::NothingLeft)?;
            }
            times += 1;
        }
        if times == 0 {
            return Err(Refusal::TooFew(missing));
        }
        Ok(Exact {
            parts: parts.into_iter().collect(),
            times,
            free: Vec::new(),
            at_most: None,
        })
    }

    /// One rounding of the sum, halves away from zero; no more than allowed and than there is to pay;
    /// and its split, by largest remainder, ties to the earlier line.
    fn rounded(&self, exact: &Exact) -> Option<Vec<(usize, Money)>> {
        let mut parts = exact.parts.clone();
        parts.retain(|(_, part)| *part > Fraction::ZERO);
        let most = self.effect.most.map(|most| Fraction::whole(most.get()));
        let at_most = match (exact.at_most, most) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let mut sum = sum_of(parts.iter().map(|(_, part)| Some(*part)))?;
        if let Some(at_most) = at_most {
            let lines = &self.bill.cart().lines;
            let part =
                |(line, part): &(usize, Fraction)| said(self.effect.money_in, &lines[*line], *part);
            let said = sum_of(parts.iter().map(part))?;
            if said > at_most {
                sum = sum.checked_mul(at_most.checked_div(said)?)?;
            }
        }
        let total = Rounding::HalfUp.round(sum)?;
        let total = total.min(self.bill.payable().get());
        split(total, &parts, &|line| self.bill.left(line))
    }
}

fn once(parts: Vec<(usize, Fraction)>, at_most: Option<Fraction>) -> Exact {
    Exact {
        parts,
        times: 1,
        free: Vec::new(),
        at_most,
    }
}

fn exact_of(picked: &[Picked], share: &Share, times: i64) -> Result<Exact, Refusal> {
    let part = |picked: &Picked| {
        let worth = picked.worth()?.checked_mul(share.part)?;
        Some((picked.line, worth))
    };
    let parts: Option<Vec<(usize, Fraction)>> = picked.iter().map(part).collect();
    Ok(Exact {
        parts: parts.ok_or(Refusal::NothingLeft)?,
        times,
        free: picked
            .iter()
            .filter(|_| share.part == Fraction::ONE)
            .map(|picked| (picked.line, picked.count))
            .collect(),
        at_most: None,
    })
}

/// Money for each piece or unit of weight of a line.
fn by_quantity(line: &Line, each: Money) -> Option<Fraction> {
    let product = i128::from(each.get()).checked_mul(i128::from(line.quantity_milli.get()))?;
    Fraction::new(product, 1_000)
}

/// What stands above a price.
fn above(left: i64, price: Fraction) -> Option<Fraction> {
    let minus = price.checked_mul(Fraction::whole(-1))?;
    Fraction::whole(left).checked_add(minus)
}

fn bundle_off(picked: &[Picked], cost: &BundleCost) -> Option<Vec<(usize, Fraction)>> {
    let worth = sum_of(picked.iter().map(Picked::worth))?;
    if worth.is_zero() {
        return Some(Vec::new());
    }
    let off = match cost {
        BundleCost::Price(price) => {
            worth.checked_add(Fraction::whole(price.get()).checked_mul(Fraction::whole(-1))?)?
        }
        BundleCost::Amount(amount) => Fraction::whole(amount.get()).min(worth),
        BundleCost::Percent(share) => worth.checked_mul(share.part)?,
    };
    let scale = off.max(Fraction::ZERO).checked_div(worth)?;
    let part = |picked: &Picked| Some((picked.line, picked.worth()?.checked_mul(scale)?));
    picked.iter().map(part).collect()
}

fn sum_of(mut parts: impl Iterator<Item = Option<Fraction>>) -> Option<Fraction> {
    parts.try_fold(Fraction::ZERO, |sum, part| sum.checked_add(part?))
}

/// Splits a rounded sum over lines in proportion to their exact parts. A line stands in it once or
/// more; none gives more than it has left.
fn split(
    total: i64,
    parts: &[(usize, Fraction)],
    left: &dyn Fn(usize) -> i64,
) -> Option<Vec<(usize, Money)>> {
    let mut lines: Few<usize, Fraction> = Few::new();
    for (line, part) in parts {
        let sum = lines.entry(*line).or_insert(Fraction::ZERO);
        *sum = sum.checked_add(*part)?;
    }
    let whole = sum_of(lines.values().map(|part| Some(*part)))?;
    if total <= 0 || whole.is_zero() {
        return Some(Vec::new());
    }
    let mut shares: Vec<(usize, i64, Fraction)> = Vec::with_capacity(lines.len());
    for (line, part) in lines {
        let exact = part
            .checked_mul(Fraction::whole(total))?
            .checked_div(whole)?
            .min(Fraction::whole(left(line)));
        let floor = Rounding::Floor.round(exact)?;
        let rest = exact.checked_add(Fraction::whole(-floor))?;
        shares.push((line, floor, rest));
    }
    let mut spare = total - shares.iter().map(|(_, floor, _)| floor).sum::<i64>();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order::sort_by(&mut order, |&a, &b| {
        shares[b].2.cmp(&shares[a].2).then(a.cmp(&b))
    });
    while spare > 0 {
        let before = spare;
        for &place in &order {
            if spare > 0 && shares[place].1 < left(shares[place].0) {
                shares[place].1 += 1;
                spare -= 1;
            }
        }
        if spare == before {
            break;
        }
    }
    let parts = shares.into_iter();
    Some(
        parts
            .map(|(line, part, _)| (line, Money::new(part)))
            .collect(),
    )
}
