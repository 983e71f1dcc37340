//! Saying what happened: stable keys and exact values for machines, a sentence for people.

use super::cart::Cart;
use super::quote::{GoodsBack, Reason};
use super::values::Values;
use crate::kernel::{BusinessDate, Fraction, Money, Points};
use crate::programme::{IsOne, Programme, Wallet};
use crate::texts::{self, Language};

/// Says amounts and points in one language and the programme's currency.
pub(super) struct Speaker<'a> {
    programme: &'a Programme,
    pub language: Language,
    explaining: Explaining,
}

/// Whether an evaluation says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explaining {
    /// Every code, offer, reward, wallet, rule and limit has its reason.
    Everything,
    /// There are only numbers: for who asks for them often and for the reasons seldom.
    Nothing,
}

impl<'a> Speaker<'a> {
    pub fn new(programme: &'a Programme, language: Language, explaining: Explaining) -> Self {
        Self {
            programme,
            language,
            explaining,
        }
    }

    /// Reasons are wanted.
    pub fn explains(&self) -> bool {
        self.explaining == Explaining::Everything
    }

    /// Adds a reason, if reasons are wanted.
    pub fn tell(&self, reasons: &mut Vec<Reason>, reason: impl FnOnce() -> Reason) {
        if self.explains() {
            reasons.push(reason());
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

    /// An exact number without a unit.
    pub fn exact(&self, number: Fraction) -> String {
        texts::fraction(self.language, number.numerator(), number.denominator())
    }

    /// A decimal of the document, with the language's mark.
    pub fn decimal(&self, text: &str) -> String {
        match self.language {
            Language::Vi => text.replace('.', ","),
            Language::En => text.to_owned(),
        }
    }

    pub fn date(&self, date: BusinessDate) -> String {
        let (year, month, day) = date.parts();
        texts::date(self.language, year, month, day)
    }

    pub fn money_range(&self, from: Option<Money>, below: Option<Money>) -> String {
        let said = |amount: Money| self.money(amount);
        self.range(from.map(said), below.map(said))
    }

    /// From something to below something else; at least one of them.
    pub fn range(&self, from: Option<String>, below: Option<String>) -> String {
        match (from, below) {
            (Some(from), Some(below)) => {
                self.phrase("range.both", &[("from", &from), ("below", &below)])
            }
            (Some(from), None) => self.phrase("range.from", &[("from", &from)]),
            (None, below) => self.phrase(
                "range.below",
                &[("below", below.as_deref().unwrap_or_default())],
            ),
        }
    }

    /// Adds a clause to a sentence: a phrase with the place `text` and one more.
    pub fn append(&self, reason: &mut Reason, key: &str, place: &str, value: &str) {
        let places = [("text", reason.text.as_str()), (place, value)];
        reason.text = self.phrase(key, &places);
    }
}

/// A fraction as an exact text: `11/2`, or `5` where it is whole.
pub(super) fn exact(value: Fraction) -> String {
    if value.denominator() == 1 {
        return value.numerator().to_string();
    }
    format!("{}/{}", value.numerator(), value.denominator())
}

/// One reason for the goods of each sale that come back.
pub(super) fn returns(speaker: &Speaker<'_>, returns: &[GoodsBack]) -> Vec<Reason> {
    let programme = speaker.programme();
    let one = |back: &GoodsBack| {
        let key = match back.sale {
            Some(_) => "return.linked",
            None => "return.unlinked",
        };
        let amount = speaker.money(back.amount);
        let mut values = Values::from([("amount", back.amount.to_string())]);
        values.extend(back.sale.clone().map(|sale| ("sale", sale)));
        let mut reason = Reason {
            rule: "returns".to_owned(),
            applied: true,
            key,
            values,
            text: speaker.phrase(key, &[("amount", &amount)]),
        };
        for part in &back.wallets {
            let Some(wallet) = programme.wallet_by_number(part.wallet) else {
                continue;
            };
            for (key, points) in [
                ("return.taken_back", part.taken_back),
                ("return.returned", part.returned),
                ("return.debt", part.debt),
            ] {
                if points.is_positive() {
                    let said = speaker.points(wallet, points);
                    speaker.append(&mut reason, key, "points", &said);
                }
            }
        }
        reason
    };
    returns.iter().map(one).collect()
}

/// One reason for every code shown and every reward named that the programme does not have, and for
/// every code that its rules read.
pub(super) fn codes_and_rewards(speaker: &Speaker<'_>, cart: &Cart) -> Vec<Reason> {
    let programme = speaker.programme();
    let reason = |rule: &String, key: &'static str, place: &'static str| Reason {
        rule: rule.clone(),
        applied: false,
        key,
        values: [(place, rule.clone())].into(),
        text: speaker.phrase(key, &[(place, rule)]),
    };
    let codes = cart.codes.iter().map(|code| {
        let key = if programme.reads_code(code) {
            "code.known"
        } else {
            "code.unknown"
        };
        reason(code, key, "code")
    });
    let rewards = cart.rewards_wanted.iter().chain(&cart.rewards_declined);
    let is_known = |id: &String| {
        let mut known = programme.rewards().iter().map(|reward| &reward.id);
        known.any(|known| known == id) || programme.offers().iter().any(|offer| offer.id == *id)
    };
    let unknown = rewards.filter(|id| !is_known(id));
    codes
        .chain(unknown.map(|reward| reason(reward, "reward.unknown", "reward")))
        .collect()
}
