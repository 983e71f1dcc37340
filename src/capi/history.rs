//! History
//!
//! What happened to a member's points, and what is left of each award. A till tells what it knows:
//! what other stores did is missing until head office has sent it.

use std::ffi::c_char;

use crate::till::{Period, Statement};

use super::boundary;
use super::buffer::{BufferObject, loy_buffer};
use super::error::loy_error;
use super::fault::Fault;
use super::ledger::loy_ledger;
use super::member::read_member_number;
use super::out::HandleOut;
use super::rows::{Rows, Value, loy_rows};
use super::status::loy_status;
use super::text;

/// A statement in words, one thing a line: for a screen, a printer or a letter.
pub const LOY_STATEMENT_TEXT: i32 = 0;
/// A statement as JSON, with every text in it too.
pub const LOY_STATEMENT_JSON: i32 = 1;

/// Writes a member's statement: balances, points by their last day, history, rewards within reach.
/// format is one of LOY_STATEMENT_. Nothing personal is in it but the member number.
///
/// scanned_text is what loy_member_scan takes. business_date is that of the balances; from_date and
/// to_date, both included, are those of the history, each 0 for no bound.
///
/// Works on a reader while the till goes on.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_NOT_FOUND; LOY_REFUSED as loy_member_scan;
/// the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_statement(
    ledger: *const loy_ledger,
    scanned_text: *const c_char,
    business_date: i32,
    from_date: i32,
    to_date: i32,
    format: i32,
    buffer_out: *mut *mut loy_buffer,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let buffer_out = HandleOut::clear(buffer_out, "buffer_out");
    boundary::call_on(ledger, error_out, |till| {
        let scanned_text = text::text(scanned_text, "scanned_text")?;
        let on = text::business_date(business_date, "business_date")?;
        let bound = |date: i32, field| match date {
            0 => Ok(None),
            date => text::business_date(date, field).map(Some),
        };
        let period = Period {
            from: bound(from_date, "from_date")?,
            to: bound(to_date, "to_date")?,
        };
        let write: fn(&Statement) -> String = match format {
            LOY_STATEMENT_TEXT => Statement::to_text,
            LOY_STATEMENT_JSON => Statement::to_json,
            _ => {
                let message = "format must be LOY_STATEMENT_TEXT or LOY_STATEMENT_JSON";
                return Err(Fault::argument("argument.range", "format", message));
            }
        };
        let buffer_out = buffer_out.reserve()?;
        let statement = till.statement(&scanned_text, Some(on), period)?;
        buffer_out.give(BufferObject::new(write(&statement)));
        Ok(())
    })
}

/// Lists the lots of a member with something left on a business date, in the order in which their
/// points would be spent. What has ended is left out; what is pending is not. On a past date that is
/// what was alive on it and has not been spent since, as a sale queued since then finds it.
///
/// Rows: wallet (its id), lot (the award's seq), awarded_at_ms, points (left in it), held (of
/// these), available_from, expires_on (the first day on which they cannot be spent; absent for
/// never).
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for what is no member number; LOY_E_TEXT; the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_lots(
    ledger: *const loy_ledger,
    member_number: *const c_char,
    business_date: i32,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let number = read_member_number(member_number, "member_number")?;
        let business_date = text::business_date(business_date, "business_date")?;
        let rows_out = rows_out.reserve()?;
        let mut rows = Rows::new(&[
            "wallet",
            "lot",
            "awarded_at_ms",
            "points",
            "held",
            "available_from",
            "expires_on",
        ]);
        for lot in till.lots(number, business_date)? {
            rows.push([
                lot.wallet.into(),
                lot.lot.into(),
                lot.awarded_at_ms.ms().into(),
                lot.points.get().into(),
                lot.held.get().into(),
                lot.available_from.yyyymmdd().into(),
                lot.expires_on.map(|date| date.yyyymmdd()).into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}

const HISTORY_MAX: i64 = 1_000;

/// Lists a member's entries, oldest first, from the one after after_seq on; 0 for the beginning.
///
/// limit is 1..1000; read on from the last row's seq until no row comes. A member that this till
/// does not know has none.
/// Rows: seq, kind (text, such as "award"), at_ms, sold_at_ms, utc_offset_minutes, business_date,
/// wallet (number; 0 where no points move), lot, points, amount, refers_to, available_from,
/// expires_on (absent for never), programme_version, member_number (another one where the entry is
/// of a member who was merged into this one). Points and amount are magnitudes: the kind says which
/// way they go. Of a member who shares an account (loy_household_join) it is the account's history:
/// points stand under the holder's number, sales under that of who shopped.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for what is no member number; LOY_E_TEXT; the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_history(
    ledger: *const loy_ledger,
    member_number: *const c_char,
    after_seq: i64,
    limit: i32,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let number = read_member_number(member_number, "member_number")?;
        let after: u64 = text::within(after_seq, 0..=i64::MAX, "after_seq")?;
        let limit: u32 = text::within(i64::from(limit), 1..=HISTORY_MAX, "limit")?;
        let rows_out = rows_out.reserve()?;
        let mut rows = Rows::new(&[
            "seq",
            "kind",
            "at_ms",
            "sold_at_ms",
            "utc_offset_minutes",
            "business_date",
            "wallet",
            "lot",
            "points",
            "amount",
            "refers_to",
            "available_from",
            "expires_on",
            "programme_version",
            "member_number",
        ]);
        for entry in till.history(number, after, limit)? {
            rows.push([
                entry.seq.into(),
                entry.name().into(),
                entry.at.ms().into(),
                entry.sold_at.ms().into(),
                entry.offset.minutes().into(),
                entry.business_date.yyyymmdd().into(),
                Value::from(i64::from(entry.wallet)),
                entry.lot.into(),
                entry.points.get().into(),
                entry.amount.get().into(),
                entry.refers_to.into(),
                entry.available_from.yyyymmdd().into(),
                entry.expires_on.map(|date| date.yyyymmdd()).into(),
                entry.programme_version.into(),
                entry.member.map(|member| member.to_string()).into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}
