//! Saying what happened: stable keys and exact values for machines, a sentence for people.

use std::borrow::Cow;

use super::Phrase;
use super::Value;
use super::because;
use super::cart::Cart;
use super::quote::GoodsBack;
use super::reason::Reason;
use super::reason::said_alone;
use crate::kernel::{BusinessDate, Fraction, Money, Points, WalletNumber};
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

    /// Says everything.
    pub fn all(programme: &'a Programme, language: Language) -> Self {
        Self::new(programme, language, Explaining::Everything)
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
        self.programme.say(amount, self.language)
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

    /// A value as people read it. `nested` writes a phrase.
    pub fn said<'v>(&'v self, value: &'v Value, nested: &Nested<'_>) -> Cow<'v, str> {
        let of_wallet = |number: WalletNumber, say: &dyn Fn(&Wallet) -> String| {
            let wallet = self.programme.wallet_by_number(number);
            wallet.map_or_else(String::new, say)
        };
        let text = match value {
            Value::Text(text) => return Cow::Borrowed(text),
            Value::Named(named) => {
                return Cow::Borrowed(named.name(self.programme, self.language));
            }
            Value::Word(key) => self.phrase(key, &[]),
            Value::Amount(amount) => self.money(*amount),
            Value::Points(wallet, points) => {
                of_wallet(*wallet, &|wallet| self.points(wallet, *points))
            }
            Value::Units(wallet, units) => {
                of_wallet(*wallet, &|wallet| self.exact_points(wallet, **units))
            }
            Value::Rate(wallet, units) => of_wallet(*wallet, &|wallet| {
                self.exact_points_with_unit(wallet, **units)
            }),
            Value::Number(number) => self.exact(**number),
            Value::Count(count) => texts::number(self.language, *count, 0),
            Value::Quantity(milli) => texts::number_trimmed(self.language, *milli, 3),
            Value::Decimal(text) => self.decimal(text),
            Value::Date(date) => self.date(*date),
            Value::Minute(minute) => because::time(*minute),
            Value::Phrase(phrase) => nested(self, phrase),
            Value::List(values) => {
                let said = values.iter().map(|value| self.said(value, nested));
                said.collect::<Vec<_>>().join("; ")
            }
            Value::Is(what) => {
                let is = Phrase::new("when.is").with("what", Value::Word(what));
                nested(self, &is)
            }
            Value::Wanted(whose, part) => because::wanted(self, whose, *part),
        };
        Cow::Owned(text)
    }

    /// A value as machines read it; what has no other form, as people do.
    pub fn exactly<'v>(&'v self, value: &'v Value, nested: &Nested<'_>) -> Cow<'v, str> {
        let text = match value {
            Value::Named(named) => return Cow::Borrowed(named.id(self.programme)),
            Value::Decimal(text) => return Cow::Borrowed(text),
            Value::Amount(amount) => amount.to_string(),
            Value::Points(_, points) => points.to_string(),
            Value::Units(_, number) | Value::Rate(_, number) | Value::Number(number) => {
                exact(**number)
            }
            Value::Count(number) | Value::Quantity(number) => number.to_string(),
            Value::Date(date) => date.yyyymmdd().to_string(),
            Value::Text(_)
            | Value::Word(_)
            | Value::Minute(_)
            | Value::Phrase(_)
            | Value::List(_)
            | Value::Is(_)
            | Value::Wanted(..) => return self.said(value, nested),
        };
        Cow::Owned(text)
    }

    /// A value as people read it, outside of a reason.
    pub fn said_alone(&self, value: &Value) -> String {
        self.said(value, &said_alone).into_owned()
    }
}

/// Writes a phrase that is a part of something.
pub(super) type Nested<'n> = dyn Fn(&Speaker<'_>, &Phrase) -> String + 'n;

/// A fraction as an exact text: `11/2`, or `5` where it is whole.
pub(super) fn exact(value: Fraction) -> String {
    if value.denominator() == 1 {
        return value.numerator().to_string();
    }
    format!("{}/{}", value.numerator(), value.denominator())
}

/// As many reasons as most sales have: one for everything that the programme says.
pub(super) fn most_reasons(programme: &Programme) -> usize {
    let at_tills = programme.earn_rules().len() + programme.offers().len();
    let of_members =
        programme.rewards().len() + programme.limits().len() + programme.wallets().len();
    at_tills + of_members + programme.challenges().len() + programme.draws().len() + FEW_MORE
}

/// A tier, a friend, codes that were shown.
const FEW_MORE: usize = 8;

/// One reason for the goods of each sale that come back.
pub(super) fn returns(speaker: &Speaker<'_>, returns: &[GoodsBack]) -> Vec<Reason> {
    let programme = speaker.programme();
    let one = |back: &GoodsBack| {
        let key = match back.sale {
            Some(_) => "return.linked",
            None => "return.unlinked",
        };
        let mut reason = Reason::new(speaker, "returns", true, key);
        reason.values.insert("amount", back.amount);
        if let Some(sale) = &back.sale {
            reason.values.insert("sale", sale.clone());
        }
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
                    let points = Value::Points(wallet.number, points);
                    reason.add(Phrase::new(key).with("points", points));
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
    let reason = |id: &String, key: &'static str, place: &'static str| {
        Reason::new(speaker, id.clone(), false, key).with([(place, id.clone())])
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
