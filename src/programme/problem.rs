//! What is wrong with a programme document.

use super::shape::{ShapeError, place};

/// What becomes of a document with a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is refused.
    Error,
    /// It is taken: the document is legal, and this is surely a mistake.
    Warning,
}

impl Severity {
    /// The word in lists.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

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
    /// Whether the document is refused for it.
    pub severity: Severity,
}

impl Problem {
    /// The document is refused for it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    pub(crate) fn into_warning(self) -> Self {
        Self {
            severity: Severity::Warning,
            ..self
        }
    }

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
            severity: Severity::Error,
        }
    }
}

impl From<ShapeError> for Problem {
    fn from(shape: ShapeError) -> Self {
        Self::new(shape.path, shape.code, shape.expected, shape.found)
    }
}
