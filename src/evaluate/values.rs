//! The numbers of a sentence, by name: exact for machines, and written for people when they ask.

use std::borrow::Cow;

use super::named::Named;
use super::reason::Phrase;
use crate::kernel::order;
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
    Units(WalletNumber, Fraction),
    /// As [`Value::Units`]; people read the unit too.
    Rate(WalletNumber, Fraction),
    /// An exact number without a unit.
    Number(Fraction),
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
    /// Several, with what stands between them.
    List(Vec<Value>, &'static str),
    /// What stands in the way of a condition, by the key of what it is about: the reason's values say
    /// what is wanted and what was found.
    Is(&'static str),
    /// What a part of a condition wants: whose condition, and which part, counted from the first.
    Wanted(Named, usize),
}

/// How a value stands among those of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Exact, whatever the language.
    Exact,
    /// As in the sentence.
    Said,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: &'static str,
    value: Value,
    form: Form,
}

/// A handful of values, each by its name, in the order in which they were told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<Entry>);

impl Values {
    /// None yet, with room for so many.
    pub(super) fn with_room(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// The value of this name; nothing where there is none.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entry(name).map(|(value, _)| value)
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|entry| (entry.name, &entry.value))
    }

    /// All of them, in the order of their names.
    pub(super) fn in_order(&self) -> Vec<(&'static str, &Value, Form)> {
        let entries = self.0.iter();
        let mut all: Vec<(&'static str, &Value, Form)> = entries
            .map(|entry| (entry.name, &entry.value, entry.form))
            .collect();
        order::sort_by_key(&mut all, |(name, ..)| *name);
        all
    }

    pub(super) fn entry(&self, name: &str) -> Option<(&Value, Form)> {
        let entry = self.0.iter().find(|entry| entry.name == name)?;
        Some((&entry.value, entry.form))
    }

    /// Adds a value, in the place of the one of this name if there is one.
    pub(super) fn insert(&mut self, name: &'static str, value: impl Into<Value>) {
        self.put(name, value.into(), Form::Exact);
    }

    /// As [`Values::insert`], of a value that machines too read as it stands in the sentence.
    pub(super) fn insert_said(&mut self, name: &'static str, value: impl Into<Value>) {
        self.put(name, value.into(), Form::Said);
    }

    fn put(&mut self, name: &'static str, value: Value, form: Form) {
        let entry = Entry { name, value, form };
        match self.0.iter_mut().find(|known| known.name == name) {
            Some(known) => *known = entry,
            None => self.0.push(entry),
        }
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
