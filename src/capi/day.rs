//! Day close

use std::ffi::c_char;

use super::boundary;
use super::error::loy_error;
use super::ledger::loy_ledger;
use super::out::HandleOut;
use super::rows::{Rows, Value, loy_rows};
use super::status::loy_status;
use super::text;

/// Closes a business date, and every earlier one that is still open, and returns its control totals.
///
/// Sales that are neither committed nor voided are carried over, and listed behind the totals. A
/// date may be closed again: sales that came late are then in the totals. The rows are those of the
/// dates that this operation closed, and stay the same when it is repeated. A date after tomorrow
/// is refused, by the ledger's clock or, while that is suspect, the last that was believed: what is
/// closed stays so.
///
/// Points that could not be spent any more on that date are written off first, each lot with an
/// entry of the kind "expiry" on that date; what a held sale has reserved waits for its end. No
/// balance changes by it: balances leave such points out from their first day. While the clock is
/// suspect nothing is written off; the next close does it. What is booked later for a date on which
/// such points were alive still finds them: an undone expiry of that date says so, and counts less.
///
/// Rows: business_date, wallet (its id; "" where no points move), kind (text, such as "award"),
/// count, points, amount, and sale_id, receipt_number (texts) and since_ms, which only the rows of
/// the kind "carried_over" have: one for each such sale of the dates up to the closed one, oldest
/// first, with what is to be paid as amount. Compare the others with your own totals of the day.
/// loy_day_exceptions tells what was out of the ordinary.
///
/// Writes: one entry a date and one a lot that is written off, in one sync; the write-ahead log is
/// brought home.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a date after tomorrow; LOY_E_TEXT; LOY_E_POISONED;
/// LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT; the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_day_close(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    business_date: i32,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let business_date = text::business_date(business_date, "business_date")?;
        let rows_out = rows_out.reserve()?;
        let fields = &[
            "business_date",
            "wallet",
            "kind",
            "count",
            "points",
            "amount",
            "sale_id",
            "receipt_number",
            "since_ms",
        ];
        let mut rows = Rows::new(fields);
        let report = till.close_day(&operation_id, business_date)?;
        for line in report.totals {
            rows.push([
                line.business_date.yyyymmdd().into(),
                line.wallet.into(),
                line.kind.into(),
                line.count.into(),
                line.points.get().into(),
                line.amount.get().into(),
                "".into(),
                "".into(),
                Value::Absent,
            ]);
        }
        for sale in report.carried_over {
            rows.push([
                sale.business_date.yyyymmdd().into(),
                "".into(),
                "carried_over".into(),
                1.into(),
                0.into(),
                sale.payable.get().into(),
                sale.id.to_string().into(),
                sale.receipt_number.unwrap_or_default().into(),
                sale.since_ms.ms().into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}

/// Tells what was out of the ordinary on a business date so far, closed or not, oldest first: acts
/// refused for want of an approval or approved, wrong PINs, points given or taken by hand, limits of
/// the programme that were met, sales and refunds that came after the close, a clock that was not
/// believed. Give it to whoever reads the day's report.
///
/// Rows: business_date, key (such as "refund.refused"; docs/operators.md lists them), seq (the
/// entry that tells it), at_ms, operator, approver (codes, "" for none), subject (the act, the
/// limit or the code of the reason), member ("" for none), wallet ("" where no points move), points
/// (given by hand, below zero: taken), limit (the most that is allowed), found (what there was, in
/// the same unit).
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_day_exceptions(
    ledger: *const loy_ledger,
    business_date: i32,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let business_date = text::business_date(business_date, "business_date")?;
        let rows_out = rows_out.reserve()?;
        let fields = &[
            "business_date",
            "key",
            "seq",
            "at_ms",
            "operator",
            "approver",
            "subject",
            "member",
            "wallet",
            "points",
            "limit",
            "found",
        ];
        let mut rows = Rows::new(fields);
        for line in till.day_exceptions(business_date)? {
            rows.push([
                line.business_date.yyyymmdd().into(),
                line.key.into(),
                line.seq.into(),
                line.at.ms().into(),
                line.operator.into(),
                line.approver.into(),
                line.subject.into(),
                line.member.into(),
                line.wallet.into(),
                line.points.get().into(),
                line.limit.into(),
                line.found.into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}
