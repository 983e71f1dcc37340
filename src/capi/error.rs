//! Errors
//!
//! Status is for branching, the error is for people and logs. No text in it is personal.

use std::ffi::{CString, c_char};

use crate::texts::Language;
use crate::till::Purpose;

use super::boundary;
use super::fault::Fault;
use super::handles::{self, Handle};
use super::status::{LOY_E_HANDLE, LOY_E_INTERNAL, loy_status};
use super::text::for_c;

/// Why a call was not done. Threads: one at a time. Free with loy_error_free.
pub struct loy_error {
    _ticket: [u8; 0],
}

impl Handle for loy_error {
    type Object = ErrorObject;
    const MAY_TAKE_LAST: bool = true;
}

/// A fault, with its texts ready for C.
pub(super) struct ErrorObject {
    status: loy_status,
    reason: CString,
    message: CString,
    field: CString,
    cashier_text: CString,
    is_retryable: bool,
    store_code: i32,
}

/// In which language an error is told, and whether it is a training's.
#[derive(Clone, Copy)]
pub(super) struct Voice {
    pub(super) language: Language,
    pub(super) purpose: Purpose,
}

impl Default for Voice {
    fn default() -> Self {
        Self {
            language: Language::default(),
            purpose: Purpose::Trading,
        }
    }
}

impl ErrorObject {
    pub(super) fn new(fault: &Fault, voice: Voice) -> Self {
        let mark = |text: &str| for_c(&voice.purpose.mark(voice.language, text));
        let (reason, message, field, is_retryable, store_code) = match fault {
            Fault::Call(call) => (
                call.reason,
                call.message.clone(),
                call.field.as_str(),
                false,
                0,
            ),
            Fault::Till(error) => (
                error.reason(),
                error.to_string(),
                error.field(),
                error.is_retryable(),
                error.store_code(),
            ),
        };
        Self {
            status: fault.status(),
            reason: for_c(reason),
            message: mark(&message),
            field: for_c(field),
            cashier_text: mark(&fault.cashier_text(voice.language)),
            is_retryable,
            store_code,
        }
    }
}

fn text_of(error: *const loy_error, pick: fn(&ErrorObject) -> &CString) -> *const c_char {
    boundary::text(|| Some(pick(&*handles::find(error).ok()?).as_ptr()))
}

/// Returns the status that the failed call returned.
///
/// Status: LOY_E_HANDLE for a bad handle, else the status of the error.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_error_status(error: *const loy_error) -> loy_status {
    boundary::number(LOY_E_INTERNAL, || {
        handles::find(error).map_or(LOY_E_HANDLE, |error| error.status)
    })
}

/// Returns a stable key for your own texts and branches, such as "points.short". docs/reasons.md has
/// all of them, with their statuses and texts.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_error_reason(error: *const loy_error) -> *const c_char {
    text_of(error, |error| &error.reason)
}

/// Returns an English sentence for the log.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_error_message(error: *const loy_error) -> *const c_char {
    text_of(error, |error| &error.message)
}

/// Returns what it is about, such as "lines[3].quantity_milli" or "operation_id"; "" for nothing
/// in particular.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_error_field(error: *const loy_error) -> *const c_char {
    text_of(error, |error| &error.field)
}

/// Returns a sentence to show the cashier, in the till's language; in Vietnamese where the call had
/// no ledger to ask.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_error_cashier_text(error: *const loy_error) -> *const c_char {
    text_of(error, |error| &error.cashier_text)
}

/// Returns 1 if the same call may succeed a little later, with the same operation_id, with nothing
/// changed by you; else 0.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_error_is_retryable(error: *const loy_error) -> i32 {
    boundary::number(0, || {
        handles::find(error).map_or(0, |error| i32::from(error.is_retryable))
    })
}

/// Returns SQLite's extended result code, or 0 if the store was not the cause.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_error_store_code(error: *const loy_error) -> i32 {
    boundary::number(0, || {
        handles::find(error).map_or(0, |error| error.store_code)
    })
}

/// Frees an error.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_error_free(error: *mut loy_error) {
    boundary::end(|| drop(handles::release(error)));
}
