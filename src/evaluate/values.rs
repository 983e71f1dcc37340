//! The numbers of a sentence, by name.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use std::ops::Index;

/// A handful of exact values as texts, each by its name, in the order of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<(&'static str, String)>);

impl Values {
    /// The value of this name; nothing where there is none.
    pub fn get(&self, name: &str) -> Option<&String> {
        let place = self.place(name).ok()?;
        Some(&self.0[place].1)
    }

    /// Adds a value, in the place of the one of this name if there is one.
    pub(super) fn insert(&mut self, name: &'static str, value: String) {
        match self.place(name) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (name, value)),
        }
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (*known).cmp(name))
    }
}

impl Extend<(&'static str, String)> for Values {
    fn extend<I: IntoIterator<Item = (&'static str, String)>>(&mut self, values: I) {
        for (name, value) in values {
            self.insert(name, value);
        }
    }
}

impl<const N: usize> From<[(&'static str, String); N]> for Values {
    fn from(values: [(&'static str, String); N]) -> Self {
        let mut all = Self::default();
        all.extend(values);
        all
    }
}

impl Index<&str> for Values {
    type Output = String;

    fn index(&self, name: &str) -> &String {
        self.get(name).expect("a value of this name")
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
