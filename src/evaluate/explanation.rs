//! The reasons of a quote.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Serialize, Serializer};

use super::reason::Reason;

/// The reasons of a quote, in the order of the evaluation: a slice of [`Reason`]. Its clones are one.
#[derive(Clone, Default)]
pub struct Explanation(Arc<Reasons>);

#[derive(Default)]
struct Reasons {
    found: OnceLock<Vec<Reason>>,
    /// Finds them when they are first read.
    find: Option<Box<dyn Fn() -> Explanation + Send + Sync>>,
}

impl Explanation {
    /// These reasons.
    pub(super) fn told(reasons: Vec<Reason>) -> Self {
        Self(Arc::new(Reasons {
            found: reasons.into(),
            find: None,
        }))
    }

    /// Reasons that most never read: a sale is recorded while its customer waits.
    pub(crate) fn when_read(find: impl Fn() -> Explanation + Send + Sync + 'static) -> Self {
        Self(Arc::new(Reasons {
            found: OnceLock::new(),
            find: Some(Box::new(find)),
        }))
    }
}

impl PartialEq for Explanation {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Explanation {}

impl Deref for Explanation {
    type Target = [Reason];

    fn deref(&self) -> &[Reason] {
        let Reasons { found, find } = &*self.0;
        found.get_or_init(|| find.as_ref().map_or_else(Vec::new, |find| find().to_vec()))
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
