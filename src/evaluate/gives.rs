//! What an amount earns by one rule, exactly, and how much more it takes for more.

use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::{Fraction, Money, Points, Rounding};
use crate::programme::{
    AmountMode, Band, BandGives, Base, EarnRule, Gives, Percent, RoundAt, Wallet,
};

/// What an amount earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Earned {
    /// In the wallet's smallest unit, times all factors, before rounding.
    pub exact: Fraction,
    /// How often `per` fits, where parts do not count.
    pub steps: i64,
    /// Which band, by its place.
    pub band: Option<usize>,
}

impl Default for Earned {
    fn default() -> Self {
        Self {
            exact: Fraction::ZERO,
            steps: 0,
            band: None,
        }
    }
}

/// What so much earns: money in minor units, pieces in thousandths, or one for a visit or a sale. The
/// outer nothing is points that do not fit, the inner one an amount that no band holds.
#[allow(clippy::option_option, reason = "the two are told apart in words")]
pub(super) fn earn(gives: &Gives, amount: i64, factor: Fraction) -> Option<Option<Earned>> {
    let (mut steps, mut band) = (0, None);
    let exact = match gives {
        Gives::Amount { per, points, mode } => match mode {
            AmountMode::Proportional => at_rate(amount, *points, *per)?,
            AmountMode::WholeSteps => {
                steps = amount / per.get();
                Fraction::whole(steps).checked_mul(*points)?
            }
        },
        Gives::Percent(percent) => at_rate(amount, percent.points, percent.value)?,
        Gives::Bands(bands) => {
            let Some(place) = band_of(bands, amount) else {
                return Some(None);
            };
            band = Some(place);
            match &bands[place].gives {
                BandGives::Points(points) => *points,
                BandGives::Percent(Percent { points, value, .. }) => {
                    at_rate(amount, *points, *value)?
                }
            }
        }
        Gives::Unit(points) => Fraction::new(i128::from(amount), 1_000)?.checked_mul(*points)?,
        Gives::Visit(points) | Gives::Fixed(points) | Gives::Event(_, points) => *points,
    };
    Some(Some(Earned {
        exact: exact.checked_mul(factor)?,
        steps,
        band,
    }))
}

fn band_of(bands: &[Band], amount: i64) -> Option<usize> {
    let holds = |band: &Band| {
        band.from.get() <= amount && band.below.is_none_or(|below| amount < below.get())
    };
    bands.iter().position(holds)
}

/// What so much money earns at `points` for `per`: brought to lowest terms once, where it fits so.
fn at_rate(amount: i64, points: Fraction, per: Money) -> Option<Fraction> {
    let above = i128::from(amount).checked_mul(points.numerator());
    let below = i128::from(per.get()).checked_mul(points.denominator());
    match (above, below) {
        (Some(above), Some(below)) => Fraction::new(above, below),
        _ => Fraction::whole(amount).checked_mul(rate(points, per)?),
    }
}

/// Points for one minor unit.
fn rate(points: Fraction, per: Money) -> Option<Fraction> {
    points.checked_div(Fraction::whole(per.get()))
}

/// How much more there would have to be to pay for more points, and how many more that gives. Only
/// where it can be said plainly: for a rule that is rounded once and counts what is to be paid.
pub(super) fn more(
    rule: &EarnRule,
    wallet: &Wallet,
    factor: Fraction,
    base: Money,
    now: Points,
) -> Option<(Money, Points)> {
    let is_plain = rule.round_at == RoundAt::Rule
        && matches!(rule.base, Base::AfterDiscounts | Base::AfterLineDiscounts)
        && rule.tenders == crate::programme::Tenders::All;
    if !is_plain {
        return None;
    }
    let enough = match &rule.gives {
        Gives::Bands(bands) => {
            let above = bands
                .iter()
                .filter(|band| band.from > base)
                .map(|band| band.from.get());
            above
                .into_iter()
                .find(|from| gain(rule, factor, *from, now).is_some())?
        }
        Gives::Amount { .. } | Gives::Percent(_) => {
            let next_whole_point = (now.get() / wallet.scale()).checked_add(1)?;
            let target = next_whole_point.checked_mul(wallet.scale())?;
            least_money(rule, factor, target)?
        }
        Gives::Unit(_) | Gives::Visit(_) | Gives::Fixed(_) | Gives::Event(..) => return None,
    };
    let gain = gain(rule, factor, enough, now)?;
    (enough <= AMOUNT_MAX && enough > base.get()).then(|| (Money::new(enough) - base, gain))
}

/// The least money that earns `target` units or more.
fn least_money(rule: &EarnRule, factor: Fraction, target: i64) -> Option<i64> {
    let by_rate = |points: Fraction, per: Money| {
        least_input(
            rule.rounding,
            target,
            rate(points, per)?.checked_mul(factor)?,
        )
    };
    match &rule.gives {
        Gives::Amount {
            per,
            points,
            mode: AmountMode::WholeSteps,
        } => {
            least_input(rule.rounding, target, points.checked_mul(factor)?)?.checked_mul(per.get())
        }
        Gives::Amount { per, points, .. } => by_rate(*points, *per),
        Gives::Percent(percent) => by_rate(percent.points, percent.value),
        _ => None,
    }
}

/// How many more points so much would give; nothing if no more.
fn gain(rule: &EarnRule, factor: Fraction, amount: i64, now: Points) -> Option<Points> {
    let earned = earn(&rule.gives, amount, factor)??;
    let then = Points::new(rule.rounding.round(earned.exact)?);
    (then > now && then.get() <= AMOUNT_MAX).then(|| then - now)
}

/// The smallest whole number whose product with `rate` is rounded to `target` or more. `target` and
/// `rate` are above zero. Nothing if it does not fit.
fn least_input(rounding: Rounding, target: i64, rate: Fraction) -> Option<i64> {
    let whole = Fraction::whole(target);
    let half_below = || whole.checked_add(Fraction::new(-1, 2)?);
    // Each rounding reaches the target at a threshold, or just behind it.
    let (threshold, at_threshold) = match rounding {
        Rounding::Floor | Rounding::TowardZero => (whole, true),
        Rounding::Ceiling => (Fraction::whole(target.checked_sub(1)?), false),
        Rounding::HalfUp => (half_below()?, true),
        Rounding::HalfEven => (half_below()?, target % 2 == 0),
    };
    let exact = threshold.checked_div(rate)?;
    if at_threshold {
        Rounding::Ceiling.round(exact)
    } else {
        Rounding::Floor.round(exact)?.checked_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROUNDINGS: [Rounding; 5] = [
        Rounding::Floor,
        Rounding::Ceiling,
        Rounding::HalfUp,
        Rounding::HalfEven,
        Rounding::TowardZero,
    ];

    proptest! {
        /// One less would not be enough, and this is.
        #[test]
        fn what_is_missing_is_enough_and_no_more_than_that(
            // Small numbers too, so that halves and exact hits are met often.
            (numerator, denominator, target) in prop_oneof![
                (1i128..10, 1i128..10, 1i64..10),
                (1i128..10_000, 1i128..1_000_000, 1i64..100_000),
            ],
            which in 0usize..5,
        ) {
            let rounding = ROUNDINGS[which];
            let rate = Fraction::new(numerator, denominator).expect("a rate");
            let input = least_input(rounding, target, rate).expect("fits");
            let rounded = |input: i64| {
                let exact = Fraction::whole(input).checked_mul(rate).expect("fits");
                rounding.round(exact).expect("fits")
            };
            prop_assert!(rounded(input) >= target);
            prop_assert!(rounded(input - 1) < target);
        }
    }
}
