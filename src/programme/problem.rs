//! What is wrong with a programme document.

use super::shape::{ShapeError, place};

/// One problem of a document. All of them are reported at once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{}{code}: expected {expected}, found {found}", place(path))]
pub struct Problem {
    /// Where it is: `earn[2].amount.per`; `.` for the document as a whole.
    pub path: String,
    /// Stable key, such as `not_known` or `duplicate`.
    pub code: &'static str,
    /// What would be right.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl Problem {
    pub(crate) fn new(
        path: impl Into<String>,
        code: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            code,
            expected: expected.into(),
            found: found.into(),
        }
    }
}

impl From<ShapeError> for Problem {
    fn from(shape: ShapeError) -> Self {
        Self::new(shape.path, shape.code, shape.expected, shape.found)
    }
}
