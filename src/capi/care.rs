//! Care
//!
//! A ledger that is damaged is never repaired in place: verify it, keep it, and save what can be
//! read of it into a new one.

use std::ffi::c_char;
use std::path::Path;

use crate::till::{Depth, Finding, Settings, Till};

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

/// Checks the ledger and lists what is not as it should be. depth is one of LOY_VERIFY_. Other calls
/// on this handle wait until it is done; with a reader of its own (loy_ledger_open_reader) none
/// does.
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
        findings_out.give(rows_of(till.verify(depth)?));
        Ok(())
    })
}

fn rows_of(findings: Vec<Finding>) -> Rows {
    let mut rows = Rows::new(&["key", "text", "seq"]);
    for finding in findings {
        rows.push([finding.key.into(), finding.text.into(), finding.seq.into()]);
    }
    rows
}

/// Copies the ledger into a new file. Other calls on this handle wait until it is done: while the
/// till goes on selling, give it a reader of its own (loy_ledger_open_reader), which nobody waits
/// for.
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

/// Makes a new ledger of what can be read of a damaged one, which is not written to and must not be
/// open.
///
/// Saved are the entries in order as long as their chain holds, and what belongs to them: sales,
/// members, programmes, and the operations that were done. Operations that are lost can be asked
/// again with the same operation_id. The new file begins a new life of the same till; head office
/// takes its batches as they come. Keep the damaged file, and open the new one with
/// loy_ledger_open.
///
/// Rows: as of loy_ledger_verify, one for each thing that was lost; "entries.lost" names the first
/// entry that could not be saved. None if everything was saved. After "operators.lost" the new
/// ledger refuses everything that needs leave (docs/operators.md) and goes on selling, until it
/// is given the store's newest list of operators (loy_operator_install).
///
/// Writes: the file at destination_path, which must not exist, under another name until it is whole
/// and on disk.
/// Status: LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_STORE_ABSENT; LOY_E_STORE_EXISTS; LOY_E_BUSY where the
/// damaged ledger is open; LOY_E_STORE_CORRUPT where not even keys, programme and first entry can be
/// read: the till then needs a new provisioning file; the store's, of the new file too.
/// Crash: delete what is at destination_path and call it again.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_salvage(
    damaged_path: *const c_char,
    destination_path: *const c_char,
    findings_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let findings_out = HandleOut::clear(findings_out, "findings_out");
    boundary::call(error_out, || {
        let damaged_path = text::path(damaged_path, "damaged_path")?;
        let destination_path = text::path(destination_path, "destination_path")?;
        let findings_out = findings_out.reserve()?;
        let settings = Settings::new(destination_path);
        let (till, findings) = Till::salvage(Path::new(&damaged_path), &settings)?;
        till.close();
        findings_out.give(rows_of(findings));
        Ok(())
    })
}
