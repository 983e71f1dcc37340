//! Awards (docs/programme.md, evaluation order 5): points for what is left to pay.

use std::collections::BTreeMap;

use super::cart::Cart;
use super::check::too_many_points;
use super::explain::{Speaker, exact};
use super::problem::CartProblem;
use super::quote::{Award, Reason};
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::{Fraction, Money, Points, Rounding};
use crate::programme::{AmountMode, EarnRule, Wallet};

/// What one rule came to.
pub(super) struct Answer {
    /// What a member is given, or would be.
    pub award: Option<Award>,
    pub reason: Reason,
}

/// What a rule gives for an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Earned {
    /// How often `per` fits, where parts do not count.
    steps: i64,
    /// In the wallet's smallest unit, before rounding.
    exact: Fraction,
    /// Rounded once.
    points: Points,
}

/// Awards by amount. The base is what is left to pay after all discounts, tax as in the price.
///
/// A bill of zero or below earns nothing and takes nothing: returned goods of an earlier sale are a
/// refund, which takes back what that sale gave.
pub(super) fn award(
    speaker: &Speaker<'_>,
    rule: &EarnRule,
    has_member: bool,
    base: Money,
    cart: &Cart,
) -> Result<Answer, CartProblem> {
    let wallet = speaker
        .programme()
        .wallet_by_number(rule.wallet)
        .expect("a compiled rule names a wallet of its programme");
    let told = Told {
        speaker,
        rule,
        wallet,
        base,
    };
    if !base.is_positive() {
        return Ok(Answer {
            award: None,
            reason: told.nothing("earn.amount.nothing_to_pay"),
        });
    }
    let earned = earned(rule, base).ok_or_else(|| too_many_points(&rule.id))?;
    if !earned.points.is_positive() {
        return Ok(Answer {
            award: None,
            reason: told.with_more(told.nothing("earn.amount.too_little"), earned),
        });
    }
    let reason = told.with_more(told.something(earned, has_member), earned);
    let award = Award {
        wallet: rule.wallet,
        rule: rule.id.clone(),
        points: earned.points,
        available_from: cart.business_date,
        expires_on: None,
    };
    Ok(Answer {
        award: Some(award),
        reason,
    })
}

/// Whole steps first if the rule is stepped, then rounding, once. Nothing if it does not fit 9e15.
fn earned(rule: &EarnRule, base: Money) -> Option<Earned> {
    let steps = base.get() / rule.per.get();
    let exact = match rule.mode {
        AmountMode::WholeSteps => Fraction::whole(steps).checked_mul(rule.points)?,
        AmountMode::Proportional => Fraction::whole(base.get()).checked_mul(rate(rule)?)?,
    };
    let points = rule.rounding.round(exact)?;
    (points <= AMOUNT_MAX).then_some(Earned {
        steps,
        exact,
        points: Points::new(points),
    })
}

/// Points for one minor unit.
fn rate(rule: &EarnRule) -> Option<Fraction> {
    rule.points.checked_div(Fraction::whole(rule.per.get()))
}

/// How much more the bill would have to be for the next point, and how many points that gives.
fn more(rule: &EarnRule, wallet: &Wallet, base: Money, now: Points) -> Option<(Money, Points)> {
    let next_whole_point = (now.get() / wallet.scale()).checked_add(1)?;
    let target = next_whole_point.checked_mul(wallet.scale())?;
    let enough = match rule.mode {
        AmountMode::WholeSteps => {
            least_input(rule.rounding, target, rule.points)?.checked_mul(rule.per.get())?
        }
        AmountMode::Proportional => least_input(rule.rounding, target, rate(rule)?)?,
    };
    let then = earned(rule, Money::new(enough))?;
    (enough <= AMOUNT_MAX && enough > base.get())
        .then(|| (Money::new(enough) - base, then.points - now))
}

/// The smallest whole number whose product with `rate` is rounded to `target` or more. `target` and
/// `rate` are above zero. Nothing if it does not fit.
fn least_input(rounding: Rounding, target: i64, rate: Fraction) -> Option<i64> {
    let whole = Fraction::whole(target);
    let below = Fraction::whole(target.checked_sub(1)?);
    let half_below = whole.checked_add(Fraction::new(-1, 2)?)?;
    // Each rounding reaches the target at a threshold, or just behind it.
    let (threshold, at_threshold) = match rounding {
        Rounding::Floor | Rounding::TowardZero => (whole, true),
        Rounding::Ceiling => (below, false),
        Rounding::HalfUp => (half_below, true),
        Rounding::HalfEven => (half_below, target % 2 == 0),
    };
    let exact = threshold.checked_div(rate)?;
    if at_threshold {
        Rounding::Ceiling.round(exact)
    } else {
        Rounding::Floor.round(exact)?.checked_add(1)
    }
}

/// Everything a sentence about an award needs.
struct Told<'a> {
    speaker: &'a Speaker<'a>,
    rule: &'a EarnRule,
    wallet: &'a Wallet,
    base: Money,
}

impl Told<'_> {
    fn name(&self) -> &str {
        self.rule.name.in_language(self.speaker.language)
    }

    fn values(&self) -> BTreeMap<&'static str, String> {
        [
            ("wallet", self.wallet.id.clone()),
            ("base", self.base.to_string()),
            ("per", self.rule.per.to_string()),
            ("rate", exact(self.rule.points)),
        ]
        .into()
    }

    fn nothing(&self, key: &'static str) -> Reason {
        let base = self.speaker.money(self.base);
        Reason {
            rule: self.rule.id.clone(),
            applied: false,
            key,
            values: self.values(),
            text: self
                .speaker
                .phrase(key, &[("name", self.name()), ("base", &base)]),
        }
    }

    fn something(&self, earned: Earned, has_member: bool) -> Reason {
        let key = match (self.rule.mode, has_member) {
            (AmountMode::Proportional, true) => "earn.amount.applied",
            (AmountMode::Proportional, false) => "earn.amount.no_member",
            (AmountMode::WholeSteps, true) => "earn.amount.steps",
            (AmountMode::WholeSteps, false) => "earn.amount.steps_no_member",
        };
        let (rounding_word, rounding_key) = rounding_name(self.rule.rounding);
        let (speaker, wallet) = (self.speaker, self.wallet);
        let text = speaker.phrase(
            key,
            &[
                ("name", self.name()),
                ("base", &speaker.money(self.base)),
                ("per", &speaker.money(self.rule.per)),
                (
                    "rate",
                    &speaker.exact_points_with_unit(wallet, self.rule.points),
                ),
                (
                    "steps",
                    &crate::texts::number(speaker.language, earned.steps, 0),
                ),
                ("exact", &speaker.exact_points(wallet, earned.exact)),
                ("points", &speaker.points(wallet, earned.points)),
                ("rounding", &speaker.phrase(rounding_key, &[])),
            ],
        );
        let mut values = self.values();
        values.insert("exact", exact(earned.exact));
        values.insert("points", earned.points.to_string());
        values.insert("rounding", rounding_word.to_owned());
        Reason {
            rule: self.rule.id.clone(),
            applied: has_member,
            key,
            values,
            text,
        }
    }

    fn with_more(&self, mut reason: Reason, earned: Earned) -> Reason {
        let Some((missing, gain)) = more(self.rule, self.wallet, self.base, earned.points) else {
            return reason;
        };
        reason.values.insert("missing", missing.to_string());
        reason.values.insert("gain", gain.to_string());
        reason.text = self.speaker.phrase(
            "earn.amount.more",
            &[
                ("text", &reason.text),
                ("missing", &self.speaker.money(missing)),
                ("gain", &self.speaker.points(self.wallet, gain)),
            ],
        );
        reason
    }
}

fn rounding_name(rounding: Rounding) -> (&'static str, &'static str) {
    match rounding {
        Rounding::Floor => ("floor", "rounding.floor"),
        Rounding::Ceiling => ("ceiling", "rounding.ceiling"),
        Rounding::HalfUp => ("half_up", "rounding.half_up"),
        Rounding::HalfEven => ("half_even", "rounding.half_even"),
        Rounding::TowardZero => ("toward_zero", "rounding.toward_zero"),
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
