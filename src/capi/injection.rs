//! Test builds only (feature `fault-injection`): bugs on purpose, and ledgers with a clock
//! of the test's own. Not in the header.

use super::boundary;
use super::error::loy_error;
use super::ledger::loy_ledger;
use super::status::loy_status;
use crate::till::Till;

/// Panics inside a call on this ledger, behind the wall.
#[unsafe(no_mangle)]
#[allow(clippy::panic)]
pub unsafe extern "C" fn loy_test_panic(
    ledger: *mut loy_ledger,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |_| panic!("a bug on purpose"))
}

/// Panics inside a call that only reads this ledger.
#[unsafe(no_mangle)]
#[allow(clippy::panic)]
pub unsafe extern "C" fn loy_test_panic_reading(
    ledger: *const loy_ledger,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |_| panic!("a bug on purpose"))
}

/// A ledger handle over a till that was opened with ports of the test's own: a clock that jumps.
pub fn ledger_over(till: Till) -> *mut loy_ledger {
    super::ledger::handle_over(till)
}
