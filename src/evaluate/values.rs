//! The numbers of a sentence, by name: exact for machines, and written for people when they ask.

use std::fmt;

use crate::programme::{Programme, Value};

/// How a value stands among those of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Exact, whatever the language.
    Exact,
    /// As in the sentence.
    Said,
}

/// A handful of values, each by its name.
#[derive(Clone)]
pub struct Values {
    pub(super) programme: Programme,
    /// The rule whose reason it is, by its place, and how many of the values that it states do not stand
    /// for this sale.
    rule: Option<(usize, usize)>,
    told: Vec<(&'static str, Value)>,
}

impl Values {
    /// None yet.
    pub(super) fn of(programme: &Programme) -> Self {
        Self {
            programme: programme.clone(),
            rule: None,
            told: Vec::new(),
        }
    }

    /// The value of this name; nothing where there is none.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut all = self.iter();
        all.find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// All of them: what the rule states, then what was told.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let stated = self.rule.map_or(&[][..], |(place, unlike)| {
            &self.programme.earn_rules()[place].stated[unlike..]
        });
        let all = stated.iter().chain(&self.told);
        all.map(|(name, value)| (*name, value))
    }

    /// How the value of this name stands for machines. What a condition wants and what was found, they
    /// read as it is said.
    pub(super) fn form(&self, name: &str) -> Form {
        let is_said = matches!(name, "expected" | "found") && self.get("condition").is_some();
        if is_said { Form::Said } else { Form::Exact }
    }

    /// Adds what a rule states, by its place: that nothing counts for it.
    pub(super) fn add_stated(&mut self, rule: usize) {
        self.rule = Some((rule, 0));
    }

    /// As [`Values::add_stated`], but so much counts.
    pub(super) fn add_counted(&mut self, rule: usize, name: &'static str, counted: Value) {
        self.rule = Some((rule, 1));
        self.told.reserve(8);
        self.told.push((name, counted));
    }

    /// Adds a value of a name that there is none of.
    pub(super) fn insert(&mut self, name: &'static str, value: impl Into<Value>) {
        debug_assert!(self.get(name).is_none(), "{name} is told once");
        self.told.push((name, value.into()));
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Values {}

impl fmt::Debug for Values {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

impl<V: Into<Value>> Extend<(&'static str, V)> for Values {
    fn extend<I: IntoIterator<Item = (&'static str, V)>>(&mut self, values: I) {
        for (name, value) in values {
            self.insert(name, value);
        }
    }
}
