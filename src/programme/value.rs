//! What sentences about a programme tell: exact for machines, and written for people when they ask.

use std::borrow::Cow;

use super::Named;
use super::rules::{Gives, Percent};
use crate::kernel::{BusinessDate, Fraction, Money, Points, WalletNumber};

/// Something exact that a sentence tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text as it is.
    Text(Cow<'static, str>),
    /// A word of the language, by its key among the texts.
    Word(&'static str),
    /// Something of the programme: its id for machines, its name for people.
    Named(Named),
    /// Money in minor units.
    Amount(Money),
    /// Points of a wallet, in its smallest unit.
    Points(WalletNumber, Points),
    /// An exact number of a wallet's smallest units; people read points.
    Units(WalletNumber, Box<Fraction>),
    /// As [`Value::Units`]; people read the unit too.
    Rate(WalletNumber, Box<Fraction>),
    /// An exact number without a unit.
    Number(Box<Fraction>),
    /// How many.
    Count(i64),
    /// Thousandths of pieces; people read pieces.
    Quantity(i64),
    /// A decimal of the document.
    Decimal(Cow<'static, str>),
    /// A business date: `20261122` for machines.
    Date(BusinessDate),
    /// A time of day, in minutes.
    Minute(u16),
    /// A part of a sentence.
    Phrase(Box<Phrase>),
    /// Several.
    List(Vec<Value>),
    /// What stands in the way of a condition, by the key of what it is about: the reason's values say
    /// what is wanted and what was found.
    Is(&'static str),
    /// What a part of a condition wants: whose condition, and which part, counted from the first.
    Wanted(Named, u32),
}

/// A text of the language, by its key, and what fills its places. A place that is not filled here is
/// filled by the reason's value of its name, and `name` by what the reason is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub(crate) key: &'static str,
    pub(crate) places: Vec<(&'static str, Value)>,
}

impl Phrase {
    /// A text without places of its own.
    pub(crate) fn new(key: &'static str) -> Self {
        Self {
            key,
            places: Vec::new(),
        }
    }

    /// Fills a place.
    #[must_use]
    pub(crate) fn with(mut self, place: &'static str, value: impl Into<Value>) -> Self {
        self.places.push((place, value.into()));
        self
    }

    pub(crate) fn own(&self, place: &str) -> Option<&Value> {
        let mut places = self.places.iter();
        places
            .find(|(known, _)| *known == place)
            .map(|(_, value)| value)
    }
}

/// What an earn rule says itself, by name, of a sale of which nothing counts: what counts, for how much,
/// at which rate, and into which wallet. Most rules are not for most sales, and have no more to tell.
pub(super) fn stated(gives: &Gives, wallet: WalletNumber) -> Vec<(&'static str, Value)> {
    let rate = |units: &Fraction| ("rate", Value::Rate(wallet, Box::new(*units)));
    let base = ("base", Money::ZERO.into());
    let mut stated = match gives {
        Gives::Amount { per, points, .. } => vec![base, ("per", (*per).into()), rate(points)],
        Gives::Percent(percent) => {
            let [of, per] = percent_stated(percent);
            vec![base, of, per]
        }
        Gives::Bands(_) => vec![base],
        Gives::Unit(points) => vec![("quantity_milli", Value::Quantity(0)), rate(points)],
        Gives::Visit(points) | Gives::Fixed(points) => vec![rate(points)],
        Gives::Event(event, points) => vec![("event", event.clone().into()), rate(points)],
    };
    stated.push(("wallet", Named::Wallet(wallet).into()));
    stated
}

/// A percentage, and the money that makes a point.
pub(crate) fn percent_stated(percent: &Percent) -> [(&'static str, Value); 2] {
    let of = Value::Decimal(percent.percent.clone().into());
    [("percent", of), ("per", percent.value.into())]
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Money> for Value {
    fn from(amount: Money) -> Self {
        Self::Amount(amount)
    }
}

impl From<BusinessDate> for Value {
    fn from(date: BusinessDate) -> Self {
        Self::Date(date)
    }
}

impl From<Named> for Value {
    fn from(named: Named) -> Self {
        Self::Named(named)
    }
}

impl From<Phrase> for Value {
    fn from(phrase: Phrase) -> Self {
        Self::Phrase(Box::new(phrase))
    }
}
