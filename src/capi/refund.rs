//! Refund
//!
//! The return of a whole sale: what it earned goes back, what it spent comes back. Refunding the
//! same sale twice is refused.

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use crate::kernel::{BusinessDate, Instant, SaleId, UtcOffset};
use crate::till::RefundRequest;

use super::boundary;
use super::error::loy_error;
use super::fault::Fault;
use super::handles::{self, Handle};
use super::ledger::loy_ledger;
use super::out::HandleOut;
use super::rows::{Rows, loy_rows};
use super::sale::{Sold, loy_sale, sale_id};
use super::status::loy_status;
use super::text;

/// A return that is being rung up. Threads: one at a time. Free with loy_refund_free.
pub struct loy_refund {
    _ticket: [u8; 0],
}

impl Handle for loy_refund {
    type Object = Return;
}

/// A refund that is being filled in.
pub(super) struct Return(Mutex<Draft>);

#[derive(Clone)]
struct Draft {
    sale: SaleId,
    time: Option<(Instant, UtcOffset, BusinessDate)>,
    cashier: Option<String>,
    receipt_number: Option<String>,
    reason: Option<String>,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    NothingYet,
    Everything,
}

impl Return {
    fn change<T>(&self, change: impl FnOnce(&mut Draft) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The request, once it is complete.
    fn request(&self) -> Result<RefundRequest, Fault> {
        let draft = self.change(|draft| draft.clone());
        if draft.what == What::NothingYet {
            let message = "nothing is returned yet; call loy_refund_add_all";
            return Err(Fault::argument("refund.empty", "refund", message));
        }
        let (at, offset, business_date) = draft.time.ok_or_else(|| {
            let message = "the refund has no time; call loy_refund_set_time";
            Fault::argument("refund.time", "refund", message)
        })?;
        Ok(RefundRequest {
            sale: draft.sale,
            at,
            offset,
            business_date,
            cashier: draft.cashier,
            receipt_number: draft.receipt_number,
            reason: draft.reason,
        })
    }
}

/// Begins a refund of a sale that this till's ledger knows.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_NOT_FOUND; the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_new(
    ledger: *const loy_ledger,
    sale_id: *const c_char,
    refund_out: *mut *mut loy_refund,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let refund_out = HandleOut::clear(refund_out, "refund_out");
    boundary::call_on(ledger, error_out, |till| {
        let id = self::sale_id(sale_id)?;
        let refund_out = refund_out.reserve()?;
        let sale = till.sale(id)?;
        refund_out.give(Return(Mutex::new(Draft {
            sale: sale.id,
            time: None,
            cashier: None,
            receipt_number: None,
            reason: None,
            what: What::NothingYet,
        })));
        Ok(())
    })
}

/// Says when the goods come back. Required.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_set_time(
    refund: *mut loy_refund,
    at_ms: i64,
    utc_offset_minutes: i32,
    business_date: i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let refund = handles::find(refund)?;
        let at = text::instant(at_ms, "at_ms")?;
        let offset = text::offset(utc_offset_minutes, "utc_offset_minutes")?;
        let business_date = text::business_date(business_date, "business_date")?;
        refund.change(|draft| draft.time = Some((at, offset, business_date)));
        Ok(())
    })
}

/// Sets "receipt_number" (the refund's own), "cashier" or "reason". An empty value removes it.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for another name; LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_set_text(
    refund: *mut loy_refund,
    name: *const c_char,
    value: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let refund = handles::find(refund)?;
        let name = text::text(name, "name")?;
        let value = text::text(value, "value")?;
        let value = Some(value).filter(|value| !value.is_empty());
        refund.change(|draft| {
            match name.as_str() {
                "receipt_number" => draft.receipt_number = value,
                "cashier" => draft.cashier = value,
                "reason" => draft.reason = value,
                _ => {
                    let message = "name must be receipt_number, cashier or reason";
                    return Err(Fault::argument("refund.name", "name", message));
                }
            }
            Ok(())
        })
    })
}

/// Takes everything of the sale back.
///
/// Status: LOY_E_HANDLE.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_add_all(
    refund: *mut loy_refund,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        handles::find(refund)?.change(|draft| draft.what = What::Everything);
        Ok(())
    })
}

/// Tells what the refund would do, before you pay anything out.
///
/// Rows, one a wallet: wallet (its id), points_taken_back (what the sale had earned),
/// points_returned (what it had spent), debt (how much of points_taken_back is no longer there and
/// will be owed), amount (what the customer paid for the sale and gets back; the same in each row).
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a refund without time or goods; LOY_NOT_FOUND;
/// LOY_ALREADY_RESOLVED where the sale was refunded or voided before; LOY_REFUSED; the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_evaluate(
    ledger: *const loy_ledger,
    refund: *const loy_refund,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let request = handles::find(refund)?.request()?;
        let rows_out = rows_out.reserve()?;
        let preview = till.preview_refund(&request)?;
        let fields = &[
            "wallet",
            "points_taken_back",
            "points_returned",
            "debt",
            "amount",
        ];
        let mut rows = Rows::new(fields);
        for line in preview.wallets {
            rows.push([
                line.wallet.into(),
                line.taken_back.get().into(),
                line.returned.get().into(),
                line.debt.get().into(),
                preview.amount.get().into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}

/// Refunds the sale.
///
/// Writes: the refund and the points it moves, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a refund without time or goods; LOY_E_TEXT;
/// LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT; LOY_NOT_FOUND;
/// LOY_ALREADY_RESOLVED where the sale was refunded or voided before; LOY_REFUSED; the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_commit(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    refund: *const loy_refund,
    sale_out: *mut *mut loy_sale,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let sale_out = HandleOut::clear(sale_out, "sale_out");
    boundary::call_on(ledger, error_out, |till| {
        let refund = handles::find(refund)?;
        let operation_id = text::text(operation_id, "operation_id")?;
        let request = refund.request()?;
        let sale_out = sale_out.reserve()?;
        let sale = till.refund(&operation_id, &request)?;
        sale_out.give(Sold::new(sale));
        Ok(())
    })
}

/// Frees a refund: the form, not what the ledger knows.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_free(refund: *mut loy_refund) {
    boundary::end(|| drop(handles::release(refund)));
}
