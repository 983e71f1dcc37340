//! The same library on a SQLite that syncs less: to prove that the test would see it.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::Once;

use rusqlite::ffi;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// As the library asks.
    Full,
    /// `PRAGMA synchronous = NORMAL`, whatever the library asks.
    Normal,
}

thread_local! {
    static IS_NORMAL: Cell<bool> = const { Cell::new(false) };
}

/// From here on connections of this thread are opened like this.
pub fn set(durability: Durability) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| unsafe {
        assert_eq!(ffi::sqlite3_auto_extension(Some(opened)), ffi::SQLITE_OK);
    });
    IS_NORMAL.set(durability == Durability::Normal);
}

unsafe extern "C" fn opened(
    db: *mut ffi::sqlite3,
    _: *mut *mut c_char,
    _: *const ffi::sqlite3_api_routines,
) -> c_int {
    if !IS_NORMAL.get() {
        return ffi::SQLITE_OK;
    }
    unsafe {
        let sql = c"PRAGMA synchronous = NORMAL".as_ptr();
        let status = ffi::sqlite3_exec(db, sql, None, null_mut(), null_mut());
        assert_eq!(status, ffi::SQLITE_OK);
        ffi::sqlite3_set_authorizer(db, Some(authorise), null::<c_void>().cast_mut())
    }
}

/// Passes over what the library says about syncs.
unsafe extern "C" fn authorise(
    _: *mut c_void,
    action: c_int,
    pragma: *const c_char,
    value: *const c_char,
    _: *const c_char,
    _: *const c_char,
) -> c_int {
    if action == ffi::SQLITE_PRAGMA
        && !value.is_null()
        && unsafe { CStr::from_ptr(pragma) } == c"synchronous"
    {
        return ffi::SQLITE_IGNORE;
    }
    ffi::SQLITE_OK
}
