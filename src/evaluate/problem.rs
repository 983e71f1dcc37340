//! What is wrong with a cart.

use crate::programme::shape::{ShapeError, place};

/// The first problem of a cart. It never repeats what a person wrote: `found` says of what kind or
/// how long it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{code}: expected {expected}, found {found}", place(field))]
pub struct CartProblem {
    /// Where it is: `lines[3].quantity_milli`; `.` for the cart as a whole.
    pub field: String,
    /// Stable key, such as `out_of_range` or `not_known`.
    pub code: &'static str,
    /// What would be right.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl CartProblem {
    pub(crate) fn new(
        field: impl Into<String>,
        code: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            code,
            expected: expected.into(),
            found: found.into(),
        }
    }
}

impl From<ShapeError> for CartProblem {
    fn from(shape: ShapeError) -> Self {
        Self::new(shape.path, shape.code, shape.expected, shape.found)
    }
}
