//! A section of the file, and which of its vectors were looked at.

use std::collections::BTreeMap;

use serde_json::Value;

/// A section's name, and what looks at it.
pub type Section = (&'static str, fn(&mut Bench<'_>));

/// What a look at one vector says: nothing, or what is wrong.
pub type Look = Result<(), String>;

/// Keys whose texts explain and hold nothing to check.
const PROSE: [&str; 14] = [
    "algorithm",
    "charset",
    "crosscheck",
    "detection",
    "detects",
    "format",
    "method",
    "note",
    "origin",
    "recommendation",
    "rule",
    "source",
    "used_by",
    "warning",
];

/// One section under test.
pub struct Bench<'a> {
    section: &'a Value,
    /// Every vector by its place, and what was said of it; nothing for one nobody looked at.
    vectors: BTreeMap<String, Option<Look>>,
}

/// The count of a section.
pub struct Told {
    pub passed: usize,
    pub total: usize,
    pub failures: Vec<String>,
}

impl<'a> Bench<'a> {
    pub fn new(section: &'a Value) -> Self {
        let mut vectors = BTreeMap::new();
        collect(section, "", &mut vectors);
        Self { section, vectors }
    }

    /// Looks at each element of the list at `place` (a JSON pointer). A list that is not there has
    /// no elements.
    pub fn each(&mut self, place: &str, mut look: impl FnMut(&'a Value) -> Look) {
        let elements = self.section.pointer(place).and_then(Value::as_array);
        for (number, vector) in elements.into_iter().flatten().enumerate() {
            self.say(&format!("{place}/{number}"), look(vector));
        }
    }

    /// Looks at the one vector at `place`, if it is there.
    pub fn one(&mut self, place: &str, look: impl FnOnce(&'a Value) -> Look) {
        if let Some(vector) = self.section.pointer(place) {
            self.say(place, look(vector));
        }
    }

    fn say(&mut self, place: &str, look: Look) {
        let vector = self.vectors.get_mut(place);
        *vector.unwrap_or_else(|| panic!("{place} is no vector")) = Some(look);
    }

    pub fn told(self) -> Told {
        let total = self.vectors.len();
        let failures = self
            .vectors
            .into_iter()
            .filter_map(|(place, look)| match look {
                Some(Ok(())) => None,
                Some(Err(wrong)) => Some(format!("{place}: {wrong}")),
                None => Some(format!("{place}: no test looks at it")),
            });
        let failures: Vec<String> = failures.collect();
        Told {
            passed: total - failures.len(),
            total,
            failures,
        }
    }
}

/// A vector is an element of a list, an object of plain values, or a plain value that is no prose.
fn collect(value: &Value, place: &str, vectors: &mut BTreeMap<String, Option<Look>>) {
    match value {
        Value::Array(elements) => {
            vectors.extend((0..elements.len()).map(|number| (format!("{place}/{number}"), None)));
        }
        Value::Object(entries) => {
            let is_nested = entries
                .values()
                .any(|value| value.is_array() || value.is_object());
            if !place.is_empty() && !is_nested {
                vectors.insert(place.to_owned(), None);
                return;
            }
            for (key, value) in entries
                .iter()
                .filter(|(key, _)| !PROSE.contains(&key.as_str()))
            {
                collect(value, &format!("{place}/{key}"), vectors);
            }
        }
        _ => {
            vectors.insert(place.to_owned(), None);
        }
    }
}

/// The text at `key` of a vector, or the vector itself when it is a text.
pub fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    let field = vector.get(key).unwrap_or(vector);
    field
        .as_str()
        .unwrap_or_else(|| panic!("{key} of {vector}"))
}

/// Whether two things are the same, told if not.
pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, found: T) -> Look {
    if expected == found {
        Ok(())
    } else {
        Err(format!("{what} should be {expected:?} and is {found:?}"))
    }
}

/// Whether it holds.
pub fn holds(what: &str, is_so: bool) -> Look {
    is_so.then_some(()).ok_or_else(|| format!("not so: {what}"))
}
