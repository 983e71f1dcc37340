//! Care
//!
//! A ledger that is damaged is never repaired in place: verify it, keep it, call support.

use std::ffi::c_char;
use std::path::Path;

use crate::till::Depth;

use super::boundary;
use super::error::loy_error;
use super::fault::Fault;
use super::ledger::loy_ledger;
use super::out::HandleOut;
use super::rows::{Rows, loy_rows};
use super::status::loy_status;
use super::text;

/// Pages, and the last thousand links of the chain: at most seconds.
pub const LOY_VERIFY_QUICK: i32 = 0;
/// Everything: every link, every document, every balance against its entries.
pub const LOY_VERIFY_FULL: i32 = 1;

/// Checks the ledger and lists what is not as it should be. depth is one of LOY_VERIFY_.
///
/// Rows, none for a sound ledger: key (stable, such as "chain.broken"), text (English), seq (the
/// entry it is about; 0 for none). LOY_OK means that the check ran, not that nothing was found.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_verify(
    ledger: *const loy_ledger,
    depth: i32,
    findings_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let findings_out = HandleOut::clear(findings_out, "findings_out");
    boundary::call_on(ledger, error_out, |till| {
        let depth = match depth {
            LOY_VERIFY_QUICK => Depth::Quick,
            LOY_VERIFY_FULL => Depth::Full,
            _ => {
                let message = "depth must be LOY_VERIFY_QUICK or LOY_VERIFY_FULL";
                return Err(Fault::argument("argument.range", "depth", message));
            }
        };
        let findings_out = findings_out.reserve()?;
        let mut rows = Rows::new(&["key", "text", "seq"]);
        for finding in till.verify(depth)? {
            rows.push([finding.key.into(), finding.text.into(), finding.seq.into()]);
        }
        findings_out.give(rows);
        Ok(())
    })
}

/// Copies the ledger into a new file while the till goes on.
///
/// A backup is for support, not to go on from: a restored ledger that went on would know less than
/// head office does.
///
/// Writes: the file at destination_path, which must not exist.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_STORE_EXISTS; the store's, of the new
/// file too.
/// Crash: delete what is at destination_path and call it again.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_backup(
    ledger: *const loy_ledger,
    destination_path: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| {
        let destination_path = text::path(destination_path, "destination_path")?;
        Ok(till.backup(Path::new(&destination_path))?)
    })
}
