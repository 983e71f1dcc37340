//! SQLite's own allocator, made to fail. It must be put in place before SQLite is used at all.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::mem::zeroed;
use std::ptr::null_mut;
use std::sync::{Once, OnceLock};

use rusqlite::ffi;

thread_local! {
    /// Allocations that go well before one fails; nothing: none fails.
    static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
    static LASTS: Cell<bool> = const { Cell::new(false) };
    static FAILED: Cell<u32> = const { Cell::new(0) };
}

struct Real(ffi::sqlite3_mem_methods);
// Functions without a state of their own, and a pointer that nobody uses.
unsafe impl Send for Real {}
unsafe impl Sync for Real {}

static REAL: OnceLock<Real> = OnceLock::new();

/// From here on SQLite's allocations go through this.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| unsafe {
        let mut real: ffi::sqlite3_mem_methods = zeroed();
        let status = ffi::sqlite3_config(ffi::SQLITE_CONFIG_GETMALLOC, &raw mut real);
        assert_eq!(status, ffi::SQLITE_OK);
        let mut ours = real;
        ours.xMalloc = Some(malloc);
        ours.xRealloc = Some(realloc);
        let _ = REAL.set(Real(real));
        let status = ffi::sqlite3_config(ffi::SQLITE_CONFIG_MALLOC, &raw mut ours);
        assert_eq!(status, ffi::SQLITE_OK, "SQLite was used before");
        // Small allocations have a store of their own, which would hide most failures.
        let status = ffi::sqlite3_config(ffi::SQLITE_CONFIG_LOOKASIDE, 0 as c_int, 0 as c_int);
        assert_eq!(status, ffi::SQLITE_OK);
    });
}

/// In this thread the allocation after `after` more fails, and those behind it if it `lasts`.
pub fn fail(after: u32, lasts: bool) {
    FAILED.set(0);
    LASTS.set(lasts);
    LEFT.set(Some(after));
}

/// There is memory again. Answers how often there was none.
pub fn stop() -> u32 {
    LEFT.set(None);
    FAILED.get()
}

fn is_refused() -> bool {
    match LEFT.get() {
        None => false,
        Some(0) => {
            FAILED.set(FAILED.get() + 1);
            if !LASTS.get() {
                LEFT.set(None);
            }
            true
        }
        Some(left) => {
            LEFT.set(Some(left - 1));
            false
        }
    }
}

fn real() -> &'static ffi::sqlite3_mem_methods {
    &REAL.get().expect("installed").0
}

unsafe extern "C" fn malloc(size: c_int) -> *mut c_void {
    if is_refused() {
        return null_mut();
    }
    unsafe { real().xMalloc.expect("SQLite allocates")(size) }
}

unsafe extern "C" fn realloc(old: *mut c_void, size: c_int) -> *mut c_void {
    if is_refused() {
        return null_mut();
    }
    unsafe { real().xRealloc.expect("SQLite allocates")(old, size) }
}
