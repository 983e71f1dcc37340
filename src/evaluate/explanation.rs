//! The reasons of a quote.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::reason::Reason;

/// The reasons of a quote, in the order of the evaluation: a slice of [`Reason`]. Its clones are one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Explanation(Arc<Vec<Reason>>);

impl Explanation {
    /// These reasons.
    pub(super) fn told(reasons: Vec<Reason>) -> Self {
        Self(Arc::new(reasons))
    }
}

impl Deref for Explanation {
    type Target = [Reason];

    fn deref(&self) -> &[Reason] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Explanation {
    type Item = &'a Reason;
    type IntoIter = std::slice::Iter<'a, Reason>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}
