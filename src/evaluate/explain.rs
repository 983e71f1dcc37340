//! Saying what happened: stable keys and exact values for machines, a sentence for people.

use super::cart::Cart;
use super::quote::Reason;
use crate::kernel::{Fraction, Money, Points};
use crate::programme::{IsOne, Programme, Wallet};
use crate::texts::{self, Language};

/// Says amounts and points in one language and the programme's currency.
pub(super) struct Speaker<'a> {
    programme: &'a Programme,
    pub language: Language,
}

impl<'a> Speaker<'a> {
    pub fn new(programme: &'a Programme, language: Language) -> Self {
        Self {
            programme,
            language,
        }
    }

    pub fn programme(&self) -> &'a Programme {
        self.programme
    }

    pub fn money(&self, amount: Money) -> String {
        let currency = self.programme.currency();
        texts::money(
            self.language,
            amount.get(),
            currency.decimals(),
            currency.code(),
        )
    }

    pub fn points(&self, wallet: &Wallet, points: Points) -> String {
        wallet.say(points, self.language)
    }

    /// An exact number of a wallet's smallest units, as points.
    pub fn exact_points(&self, wallet: &Wallet, units: Fraction) -> String {
        let points = units
            .checked_div(Fraction::whole(wallet.scale()))
            .unwrap_or(units);
        texts::fraction(self.language, points.numerator(), points.denominator())
    }

    /// As [`Speaker::exact_points`], with the unit.
    pub fn exact_points_with_unit(&self, wallet: &Wallet, units: Fraction) -> String {
        let is_one = if units == Fraction::whole(wallet.scale()) {
            IsOne::Yes
        } else {
            IsOne::No
        };
        let number = self.exact_points(wallet, units);
        format!("{number} {}", wallet.unit.word(self.language, is_one))
    }

    pub fn phrase(&self, key: &str, values: &[(&str, &str)]) -> String {
        texts::phrase(self.language, key, values)
    }
}

/// A fraction as an exact text: `11/2`, or `5` where it is whole.
pub(super) fn exact(value: Fraction) -> String {
    if value.denominator() == 1 {
        return value.numerator().to_string();
    }
    format!("{}/{}", value.numerator(), value.denominator())
}

/// One reason for every code shown and every reward named. No programme has vouchers or rewards in
/// this version, so none of them is known.
pub(super) fn unknown_codes_and_rewards(speaker: &Speaker<'_>, cart: &Cart) -> Vec<Reason> {
    let reason = |rule: &String, key: &'static str, place: &'static str| Reason {
        rule: rule.clone(),
        applied: false,
        key,
        values: [(place, rule.clone())].into(),
        text: speaker.phrase(key, &[(place, rule)]),
    };
    let codes = cart
        .codes
        .iter()
        .map(|code| reason(code, "code.unknown", "code"));
    let rewards = cart.rewards_wanted.iter().chain(&cart.rewards_declined);
    codes
        .chain(rewards.map(|reward| reason(reward, "reward.unknown", "reward")))
        .collect()
}
