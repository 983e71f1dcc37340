//! The reasons of a quote, worked out when somebody reads them.
//!
//! A till prices a cart again with every line that is scanned, and few of those quotes are ever asked
//! why. Evaluation is pure: what priced a cart says why at any later time, to the byte. So a quote keeps
//! what it was made of, and makes its reasons of that once, for the first who reads.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Serialize, Serializer};

use super::cart::Cart;
use super::explain::Explaining;
use super::quote::{GoodsBack, MemberSnapshot, Reason};
use crate::programme::Programme;
use crate::texts::Language;

/// The reasons of a quote, in the order of the evaluation: a slice of [`Reason`].
#[derive(Clone, Default)]
pub struct Explanation(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// What they are made of; nothing where they are told already, or not wanted.
    sale: Option<Sale>,
    reasons: OnceLock<Vec<Reason>>,
}

/// What was priced.
pub(super) struct Sale {
    pub programme: Programme,
    pub member: Option<MemberSnapshot>,
    pub cart: Cart,
    pub returns: Vec<GoodsBack>,
    pub language: Language,
}

impl Sale {
    fn reasons(&self) -> Vec<Reason> {
        let Self {
            programme,
            member,
            cart,
            returns,
            language,
        } = self;
        let words = (*language, Explaining::Everything);
        super::priced(programme, member.as_ref(), cart, returns.clone(), words)
            .expect("a sale that was priced can be priced")
            .explanation
            .into_reasons()
    }
}

impl Explanation {
    /// Why this sale, which could be priced, comes to what it does.
    pub(super) fn of(sale: Sale) -> Self {
        Self(Arc::new(Inner {
            sale: Some(sale),
            reasons: OnceLock::new(),
        }))
    }

    /// These reasons.
    pub(super) fn told(reasons: Vec<Reason>) -> Self {
        Self(Arc::new(Inner {
            sale: None,
            reasons: OnceLock::from(reasons),
        }))
    }

    fn into_reasons(self) -> Vec<Reason> {
        let inner = Arc::into_inner(self.0);
        let told = inner.and_then(|inner| inner.reasons.into_inner());
        told.unwrap_or_default()
    }
}

impl Deref for Explanation {
    type Target = [Reason];

    fn deref(&self) -> &[Reason] {
        let Inner { sale, reasons } = &*self.0;
        reasons.get_or_init(|| sale.as_ref().map_or_else(Vec::new, Sale::reasons))
    }
}

impl<'a> IntoIterator for &'a Explanation {
    type Item = &'a Reason;
    type IntoIter = std::slice::Iter<'a, Reason>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for Explanation {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || **self == **other
    }
}

impl Eq for Explanation {}

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
