//! Version and names
//!
//! Callable before anything else, from any thread. Returned text is static.

use std::ffi::{CStr, c_char};

use super::boundary;
use super::handles;
use super::out::static_text;
use super::status::{NAMES, loy_status};

/// MAJOR * 10000 + MINOR * 100 + PATCH of this library.
pub(super) const VERSION_NUMBER: i32 = number_of(env!("CARGO_PKG_VERSION_MAJOR")) * 10_000
    + number_of(env!("CARGO_PKG_VERSION_MINOR")) * 100
    + number_of(env!("CARGO_PKG_VERSION_PATCH"));

const fn number_of(digits: &str) -> i32 {
    match i32::from_str_radix(digits, 10) {
        Ok(number) => number,
        Err(_) => 0,
    }
}

const VERSION: &CStr = c_text(concat!(env!("CARGO_PKG_VERSION"), "\0"));
const BUILD: &CStr = c_text(concat!(
    "loy ",
    env!("CARGO_PKG_VERSION"),
    " for ",
    env!("LOY_TARGET"),
    ", ",
    env!("LOY_PROFILE"),
    "\0"
));

const fn c_text(text: &str) -> &CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => c"",
    }
}

/// Returns the version of the library as text, such as "0.1.0".
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_version() -> *const c_char {
    boundary::text(|| Some(static_text(VERSION)))
}

/// Returns the version of the library as a number, to compare with LOY_VERSION_NUMBER.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_version_number() -> i32 {
    VERSION_NUMBER
}

/// Returns what was built, for which machine and how; put it into your support log.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_build_info() -> *const c_char {
    boundary::text(|| Some(static_text(BUILD)))
}

/// Returns the name of a status, such as "LOY_E_BUSY", or "" if this version does not know it.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_status_name(status: loy_status) -> *const c_char {
    boundary::text(|| {
        let found = NAMES.iter().find(|(known, _)| *known == status)?;
        Some(static_text(found.1))
    })
}

/// Returns the class of a status: 0 done, 1 refused by the rules, 100 the caller's fault, 200 the
/// store, 300 a bug of loy. Statuses of later versions have these classes too.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_status_class(status: loy_status) -> i32 {
    match status {
        0 => 0,
        1..=99 => 1,
        100..=199 => 100,
        200..=299 => 200,
        _ => 300,
    }
}

/// Returns how many handles are given out and not freed: 0 when your program ends well.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_handles_live() -> i64 {
    boundary::number(0, handles::live)
}

/// Returns how often a call was given a bad handle since the program began: 0 in a program that
/// is right. Log it when the till shuts down; a free that does nothing shows up only here.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_handles_misused() -> i64 {
    boundary::number(0, handles::misused)
}
