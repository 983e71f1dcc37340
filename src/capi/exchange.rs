//! Exchange
//!
//! What the till did goes to head office as signed batches, by any means: HTTP, SFTP, a USB stick. A
//! batch may be sent twice, late and out of order. Head office answers with an acknowledgement.

use super::boundary;
use super::buffer::{BufferObject, loy_buffer};
use super::error::loy_error;
use super::ledger::loy_ledger;
use super::out::{HandleOut, NumberOut};
use super::status::loy_status;
use super::text;

/// The smallest batch that always has room for one operation with the largest cart.
const BATCH_BYTES_MIN: i64 = 64 * 1024;
const BATCH_BYTES_MAX: i64 = 1 << 30;

/// Writes the next batch for head office, of at most size_max bytes (65536..1073741824).
///
/// Until it is acknowledged the same bytes come again, whatever size_max is then. LOY_OK with
/// batch_out NULL and entries_out 0 means that there is nothing to send. Send what you get, then
/// feed back the acknowledgement, until there is nothing to send.
///
/// Writes: where the batch ends, so that it stays the same.
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_POISONED, LOY_E_STORE_READ_ONLY, LOY_REFUSED on a
/// training ledger, the store's.
/// Crash: call it again.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_export_next(
    ledger: *mut loy_ledger,
    size_max: i64,
    batch_out: *mut *mut loy_buffer,
    entries_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let batch_out = HandleOut::clear(batch_out, "batch_out");
    boundary::call_on(ledger, error_out, |till| {
        let size_max: usize =
            text::within(size_max, BATCH_BYTES_MIN..=BATCH_BYTES_MAX, "size_max")?;
        let batch_out = batch_out.reserve()?;
        let entries_out = NumberOut::required(entries_out, "entries_out")?;
        match till.export_next(size_max)? {
            Some(export) => {
                entries_out.give(i64::try_from(export.entries).unwrap_or(i64::MAX));
                batch_out.give(BufferObject::new(export.bytes));
            }
            None => entries_out.give(0),
        }
        Ok(())
    })
}

/// Takes head office's acknowledgement in. One that is old or comes twice changes nothing.
///
/// Writes: one entry, up to where head office has everything.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_DOCUMENT for one that is damaged, of another till,
/// or not signed by head office; LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_STORE_CORRUPT where
/// head office knows other entries than this file, which is then an old copy; the store's.
/// Crash: feed it in again.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_export_acknowledge(
    ledger: *mut loy_ledger,
    acknowledgement: *const u8,
    acknowledgement_size: i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| {
        let acknowledgement = text::document(
            acknowledgement,
            acknowledgement_size,
            "acknowledgement",
            "acknowledgement_size",
        )?;
        Ok(till.acknowledge(&acknowledgement)?)
    })
}
