//! What went wrong in a call, before it becomes a status and an error object.

use crate::texts::{Language, phrase};
use crate::till;

use super::handles::{BadHandle, NoSlot};
use super::status::{
    LOY_E_ARGUMENT, LOY_E_DOCUMENT, LOY_E_HANDLE, LOY_E_INTERNAL, LOY_E_TEXT,
    LOY_E_TOO_MANY_HANDLES, LOY_NOT_FOUND, loy_status,
};

/// A call that was not done, and why.
#[derive(Debug)]
pub(super) enum Fault {
    /// Found by the C boundary itself.
    Call(CallFault),
    /// The till's answer.
    Till(till::Error),
}

/// What the C boundary itself finds wrong. Texts are English and hold nothing personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CallFault {
    pub(super) status: loy_status,
    pub(super) reason: &'static str,
    pub(super) field: String,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(
        status: loy_status,
        reason: &'static str,
        field: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::Call(CallFault {
            status,
            reason,
            field: field.into(),
            message: message.into(),
        })
    }

    /// An argument that cannot be meant.
    pub(super) fn argument(
        reason: &'static str,
        field: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(LOY_E_ARGUMENT, reason, field, message)
    }

    /// A required text, document or output is NULL.
    pub(super) fn missing(field: &str) -> Self {
        Self::argument("argument.null", field, format!("{field} is NULL"))
    }

    /// A text is not UTF-8.
    pub(super) fn not_utf8(field: &str, valid_up_to: usize) -> Self {
        let message = format!("{field} is not UTF-8 from byte {valid_up_to} on");
        Self::new(LOY_E_TEXT, "text.not_utf8", field, message)
    }

    /// A document cannot be read.
    pub(super) fn document(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(LOY_E_DOCUMENT, "document.unreadable", field, message)
    }

    /// There is no value where one was asked for.
    pub(super) fn not_found(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(LOY_NOT_FOUND, "value.absent", field, message)
    }

    /// A bug of loy, caught by the wall.
    pub(super) fn bug(message: String) -> Self {
        Self::new(LOY_E_INTERNAL, "internal.panic", "", message)
    }

    pub(super) fn status(&self) -> loy_status {
        match self {
            Self::Call(fault) => fault.status,
            Self::Till(error) => error.status(),
        }
    }

    /// What the cashier is told, in the till's language: where the software around loy is wrong, to
    /// call support; where loy itself is, to go on selling without points; where nothing is, what there is
    /// not.
    pub(super) fn cashier_text(&self, language: Language) -> String {
        match self {
            Self::Till(error) => error.cashier_text(language),
            Self::Call(call) if call.status >= LOY_E_INTERNAL => {
                phrase(language, "till.without_loyalty", &[])
            }
            Self::Call(call) if call.status == LOY_NOT_FOUND => phrase(language, call.reason, &[]),
            Self::Call(_) => phrase(language, "till.call_support", &[]),
        }
    }
}

impl From<till::Error> for Fault {
    fn from(error: till::Error) -> Self {
        Self::Till(error)
    }
}

impl From<BadHandle> for Fault {
    fn from(_: BadHandle) -> Self {
        Self::new(
            LOY_E_HANDLE,
            "handle.bad",
            "",
            "a handle is NULL, was freed already, is of another type or was never given",
        )
    }
}

impl From<NoSlot> for Fault {
    fn from(_: NoSlot) -> Self {
        Self::new(
            LOY_E_TOO_MANY_HANDLES,
            "handle.too_many",
            "",
            "too many handles are not freed; loy_handles_live counts them",
        )
    }
}
