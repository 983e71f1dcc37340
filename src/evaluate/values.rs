//! The numbers of a sentence, by name: exact for machines, and written for people when they ask.

use std::borrow::Cow;

use super::named::Named;
use super::reason::Phrase;
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
    Units(WalletNumber, Exact),
    /// As [`Value::Units`]; people read the unit too.
    Rate(WalletNumber, Exact),
    /// An exact number without a unit.
    Number(Exact),
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

/// A fraction in half the room, as nearly all of them need no more: values are many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exact(Width);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Width {
    Half(i64, i64),
    Whole(Box<Fraction>),
}

impl Exact {
    pub(super) fn get(&self) -> Fraction {
        match &self.0 {
            Width::Half(above, below) => Fraction::new(i128::from(*above), i128::from(*below))
                .expect("the parts of a fraction"),
            Width::Whole(fraction) => **fraction,
        }
    }
}

impl From<Fraction> for Exact {
    fn from(fraction: Fraction) -> Self {
        let (above, below) = (fraction.numerator(), fraction.denominator());
        Self(match (i64::try_from(above), i64::try_from(below)) {
            (Ok(above), Ok(below)) => Width::Half(above, below),
            _ => Width::Whole(Box::new(fraction)),
        })
    }
}

/// How a value stands among those of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Exact, whatever the language.
    Exact,
    /// As in the sentence.
    Said,
}

/// A handful of values, each by its name, in the order in which they were told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<(&'static str, Value)>);

impl Values {
    /// None yet, with room for so many.
    pub(super) fn with_room(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// The value of this name; nothing where there is none.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut all = self.iter();
        all.find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// How the value of this name stands for machines. What a condition wants and what was found, they
    /// read as it is said.
    pub(super) fn form(&self, name: &str) -> Form {
        let is_said = matches!(name, "expected" | "found") && self.get("condition").is_some();
        if is_said { Form::Said } else { Form::Exact }
    }

    /// Adds a value of a name that there is none of.
    pub(super) fn insert(&mut self, name: &'static str, value: impl Into<Value>) {
        debug_assert!(self.get(name).is_none(), "{name} is told once");
        self.0.push((name, value.into()));
    }
}

impl<V: Into<Value>> Extend<(&'static str, V)> for Values {
    fn extend<I: IntoIterator<Item = (&'static str, V)>>(&mut self, values: I) {
        for (name, value) in values {
            self.insert(name, value);
        }
    }
}

impl<const N: usize, V: Into<Value>> From<[(&'static str, V); N]> for Values {
    fn from(values: [(&'static str, V); N]) -> Self {
        let mut all = Self::with_room(N);
        all.extend(values);
        all
    }
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
