//! What a case came to: every difference, not only the first.

use std::fmt::Debug;

use loy::evaluate::Quote;

#[derive(Default)]
pub struct Found {
    /// Where in the case.
    place: String,
    pub differences: Vec<String>,
}

impl Found {
    pub fn at(&mut self, place: impl Into<String>) {
        self.place = place.into();
    }

    pub fn same<T: PartialEq + Debug>(&mut self, what: &str, expected: &T, found: &T) {
        if expected != found {
            self.wrong(format!("{what}: expected {expected:?}, found {found:?}"));
        }
    }

    pub fn wrong(&mut self, what: impl Into<String>) {
        let difference = format!("{}: {}", self.place, what.into());
        self.differences.push(difference);
    }

    /// Shows what the quote says where something is wrong.
    pub fn explained(&mut self, before: usize, quote: &Quote) {
        if self.differences.len() > before {
            let told = quote.explanation.iter();
            let told = told.map(|reason| format!("\n        {} | {}", reason.key, reason.text()));
            self.wrong(format!("it says{}", told.collect::<String>()));
        }
    }
}
