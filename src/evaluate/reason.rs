//! A reason: what it is about, a stable key and exact values at once, its sentence when it is asked for.
//!
//! A till reads keys and numbers of many reasons and prints few of them. So a reason keeps what its
//! sentence is made of, and writes it for the first who asks.

use std::fmt;
use std::sync::OnceLock;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::Named;
use super::explain::Speaker;
use super::values::{Form, Values};
use super::worked::Worked;
use super::{Phrase, Value};
use crate::kernel::order;
use crate::texts::{self, Language};

/// One line of the explanation. `key` is stable; the text is in the till's language.
#[derive(Clone)]
pub struct Reason {
    about: Named,
    /// It gave or took something.
    pub applied: bool,
    /// Stable key, such as `earn.amount.applied`.
    pub key: &'static str,
    /// The numbers of the sentence by name.
    pub values: Values,
    wording: Option<Box<Wording>>,
    /// What is said at the place `because` of the sentence.
    because: Option<Value>,
    language: Language,
    text: OnceLock<Box<str>>,
}

/// How the sentence differs from the text of the reason's key; mostly it does not.
#[derive(Clone)]
enum Wording {
    /// A sentence, and what is said behind it, each with a place for the `text` before it.
    Said(Phrase, Vec<Phrase>),
    /// That of an award.
    Worked(Worked),
}

/// A phrase alone, in words: only its own places are filled.
pub(super) fn said_alone(speaker: &Speaker<'_>, phrase: &Phrase) -> String {
    texts::phrase_with(speaker.language, phrase.key, |place| {
        phrase
            .own(place)
            .map(|value| speaker.said(value, &said_alone).into_owned())
    })
}

impl Reason {
    /// About something, with a sentence of the reason's own key.
    pub(super) fn new(
        speaker: &Speaker<'_>,
        about: impl Into<Named>,
        applied: bool,
        key: &'static str,
    ) -> Self {
        Self {
            about: about.into(),
            applied,
            key,
            values: Values::of(speaker.programme()),
            wording: None,
            because: None,
            language: speaker.language,
            text: OnceLock::new(),
        }
    }

    /// With these values.
    #[must_use]
    pub(super) fn with<const N: usize>(
        mut self,
        values: [(&'static str, impl Into<Value>); N],
    ) -> Self {
        self.values.extend(values);
        self
    }

    /// With another sentence.
    pub(super) fn say(&mut self, phrase: Phrase) {
        *self.wording().0 = phrase;
    }

    /// With the sentence of an award.
    pub(super) fn say_worked(&mut self, worked: Worked) {
        self.wording = Some(Box::new(Wording::Worked(worked)));
    }

    /// Fills a place of the sentence.
    pub(super) fn fill(&mut self, place: &'static str, value: impl Into<Value>) {
        let value = value.into();
        self.wording().0.places.push((place, value));
    }

    /// Fills the place `because` of the sentence.
    pub(super) fn give_cause(&mut self, because: impl Into<Value>) {
        self.because = Some(because.into());
    }

    /// Says more: a phrase with the place `text` for what was said so far.
    pub(super) fn add(&mut self, clause: Phrase) {
        self.wording().1.push(clause);
    }

    fn wording(&mut self) -> (&mut Phrase, &mut Vec<Phrase>) {
        let key = self.key;
        let said = || Box::new(Wording::Said(Phrase::new(key), Vec::new()));
        match &mut **self.wording.get_or_insert_with(said) {
            Wording::Said(sentence, clauses) => (sentence, clauses),
            Wording::Worked(_) => unreachable!("an award's sentence has its clauses already"),
        }
    }

    /// The rule, offer, reward or wallet it is about, by its id in the programme.
    pub fn rule(&self) -> &str {
        self.about.id(&self.values.programme)
    }

    /// The sentence in the chosen language.
    pub fn text(&self) -> &str {
        self.text.get_or_init(|| {
            let speaker = self.speaker();
            match self.wording.as_deref() {
                None => self.write(&speaker, &Phrase::new(self.key), None).into(),
                Some(Wording::Said(sentence, clauses)) => {
                    self.write_all(&speaker, sentence, clauses)
                }
                Some(Wording::Worked(worked)) => {
                    let (sentence, clauses) = worked.phrases(&speaker);
                    self.write_all(&speaker, &sentence, &clauses)
                }
            }
        })
    }

    fn write_all(&self, speaker: &Speaker<'_>, sentence: &Phrase, clauses: &[Phrase]) -> Box<str> {
        let mut text = self.write(speaker, sentence, None);
        for clause in clauses {
            text = self.write(speaker, clause, Some(&text));
        }
        text.into()
    }

    #[cfg(test)]
    pub(super) fn is_written(&self) -> bool {
        self.text.get().is_some()
    }

    /// A value as text: `55000`. Nothing where there is none of this name.
    pub fn value(&self, name: &str) -> Option<String> {
        let value = self.values.get(name)?;
        Some(self.exactly(&self.speaker(), name, value))
    }

    /// All values as texts, by name: `{"base": "55000", "rate": "10000"}`.
    pub fn value_texts(&self) -> impl Serialize + '_ {
        ValueTexts(self)
    }

    fn speaker(&self) -> Speaker<'_> {
        Speaker::all(&self.values.programme, self.language)
    }

    fn write(&self, speaker: &Speaker<'_>, phrase: &Phrase, before: Option<&str>) -> String {
        let nested = |speaker: &Speaker<'_>, phrase: &Phrase| self.write(speaker, phrase, None);
        texts::phrase_with(speaker.language, phrase.key, |place| {
            if let (Some(before), "text") = (before, place) {
                return Some(before.to_owned());
            }
            let own = phrase.own(place);
            let value = own.or_else(|| match place {
                "because" => self.because.as_ref(),
                _ => self.values.get(place),
            });
            match value {
                Some(value) => Some(speaker.said(value, &nested).into_owned()),
                None if place == "name" => {
                    let name = self.about.name(speaker.programme(), self.language);
                    Some(name.to_owned())
                }
                None => None,
            }
        })
    }

    fn exactly(&self, speaker: &Speaker<'_>, name: &str, value: &Value) -> String {
        let nested = |speaker: &Speaker<'_>, phrase: &Phrase| self.write(speaker, phrase, None);
        match self.values.form(name) {
            Form::Exact => speaker.exactly(value, &nested).into_owned(),
            Form::Said => speaker.said(value, &nested).into_owned(),
        }
    }
}

/// The texts of a reason's values, in the order of their names.
struct ValueTexts<'a>(&'a Reason);

impl Serialize for ValueTexts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(reason) = self;
        let speaker = reason.speaker();
        let mut values: Vec<(&'static str, &Value)> = reason.values.iter().collect();
        order::sort_by_key(&mut values, |(name, _)| *name);
        let mut map = serializer.serialize_map(Some(values.len()))?;
        for (name, value) in values {
            map.serialize_entry(name, &reason.exactly(&speaker, name, value))?;
        }
        map.end()
    }
}

/// One line of the explanation. `key` is stable; `text` is in the till's language.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "reason"))]
pub(super) struct Written<'a> {
    /// The rule, offer, reward or wallet it is about, by its id in the programme.
    rule: &'a str,
    /// It gave or took something.
    applied: bool,
    /// Stable key, such as `earn.amount.applied`.
    key: &'static str,
    /// The numbers of the sentence by name, exact, as text: `{"base": "55000", "rate": "10000"}`.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, String>"))]
    values: ValueTexts<'a>,
    /// The sentence in the chosen language.
    text: &'a str,
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written {
            rule: self.rule(),
            applied: self.applied,
            key: self.key,
            values: ValueTexts(self),
            text: self.text(),
        };
        written.serialize(serializer)
    }
}

impl PartialEq for Reason {
    fn eq(&self, other: &Self) -> bool {
        (self.rule(), self.applied, self.key) == (other.rule(), other.applied, other.key)
            && self.values == other.values
            && self.text() == other.text()
    }
}

impl Eq for Reason {}

impl fmt::Debug for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reason")
            .field("rule", &self.rule())
            .field("applied", &self.applied)
            .field("key", &self.key)
            .field("values", &self.values)
            .field("text", &self.text())
            .finish()
    }
}
