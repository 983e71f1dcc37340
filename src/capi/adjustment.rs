//! Adjustment
//!
//! Points that an operator gives or takes by hand, with a reason: goodwill, a receipt rung without
//! the card, points given in error. They never count for a tier; given points repay what is owed
//! first. Where operators are provisioned it usually needs an approval (see loy_approval_give).

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use crate::kernel::Points;
use crate::kernel::amounts::AMOUNT_MAX;
use crate::till::{Adjustment, Missing};

use super::boundary;
use super::error::loy_error;
use super::fault::Fault;
use super::handles::{self, Handle};
use super::ledger::loy_ledger;
use super::member::read_member_number;
use super::out::HandleOut;
use super::rows::{Rows, loy_rows};
use super::status::loy_status;
use super::text;

/// An adjustment that is being written up. Threads: one at a time. Free with loy_adjustment_free.
pub struct loy_adjustment {
    _ticket: [u8; 0],
}

impl Handle for loy_adjustment {
    type Object = Form;
}

/// An adjustment that is being filled in.
pub(super) struct Form(Mutex<Adjustment>);

impl Form {
    fn change(&self, change: impl FnOnce(&mut Adjustment)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn filled_in(&self) -> Adjustment {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Begins an adjustment of a member's points in a wallet: points above zero are given, below zero
/// taken, in the wallet's smallest unit. operator_id is the code of who does it, 1 to 32 ASCII
/// letters, digits, ".", "_" and "-", never a name. reason is a code of the same form, such as
/// "goodwill", which head office sees; or a text of at most 200 bytes, which stays in the ledger's
/// file. Never put a person's name into it.
///
/// Status: LOY_E_ARGUMENT, also for 0 points; LOY_E_TEXT. The wallet is looked at by
/// loy_adjustment_commit.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_adjustment_new(
    member_number: *const c_char,
    wallet: *const c_char,
    points: i64,
    operator_id: *const c_char,
    reason: *const c_char,
    adjustment_out: *mut *mut loy_adjustment,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let adjustment_out = HandleOut::clear(adjustment_out, "adjustment_out");
    boundary::call(error_out, || {
        let member = read_member_number(member_number, "member_number")?;
        let wallet = text::text(wallet, "wallet")?;
        let points: i64 = text::within(points, -AMOUNT_MAX..=AMOUNT_MAX, "points")?;
        if points == 0 {
            let message = "points must be above zero to give or below zero to take";
            return Err(Fault::argument("argument.range", "points", message));
        }
        let operator = text::text(operator_id, "operator_id")?;
        let reason = text::text(reason, "reason")?;
        let adjustment_out = adjustment_out.reserve()?;
        adjustment_out.give(Form(Mutex::new(Adjustment {
            member,
            wallet,
            points: Points::new(points),
            operator,
            reason,
            time: None,
            expires_on: None,
            missing: Missing::Refused,
        })));
        Ok(())
    })
}

/// Says when it is done, by your clock. Without it the ledger's clock counts.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_adjustment_set_time(
    adjustment: *mut loy_adjustment,
    at_ms: i64,
    utc_offset_minutes: i32,
    business_date: i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let adjustment = handles::find(adjustment)?;
        let at = text::instant(at_ms, "at_ms")?;
        let offset = text::offset(utc_offset_minutes, "utc_offset_minutes")?;
        let business_date = text::business_date(business_date, "business_date")?;
        adjustment.change(|form| form.time = Some((at, offset, business_date)));
        Ok(())
    })
}

/// Says the first business date on which given points cannot be spent any more, yyyymmdd. Without it
/// they end as points of a sale of that day do in the wallet.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_adjustment_set_expiry(
    adjustment: *mut loy_adjustment,
    expires_on: i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let adjustment = handles::find(adjustment)?;
        let expires_on = text::business_date(expires_on, "expires_on")?;
        adjustment.change(|form| form.expires_on = Some(expires_on));
        Ok(())
    })
}

/// Says what happens to points that are to be taken and are not there: "refused" (as it is without
/// this call) or "owed".
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for another word; LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_adjustment_set_missing(
    adjustment: *mut loy_adjustment,
    missing: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let adjustment = handles::find(adjustment)?;
        let missing = match text::text(missing, "missing")?.as_str() {
            "refused" => Missing::Refused,
            "owed" => Missing::Owed,
            _ => {
                let message = "missing must be refused or owed";
                return Err(Fault::argument("adjustment.missing", "missing", message));
            }
        };
        adjustment.change(|form| form.missing = missing);
        Ok(())
    })
}

/// Gives or takes the points.
///
/// Rows: one, with seq (its first entry), wallet, points (given, or below zero: taken out of lots),
/// owed (of what was to be taken, what was not there), balance (known, after it), spendable, debt,
/// was_replayed (1 if the operation was asked before; balance, spendable and debt are then those of
/// now).
///
/// Writes: the adjustment, and what it repays or leaves owed, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a wallet that the programme does not have, an
/// operator_id that is no code, an empty or long reason, an expiry that is not after the business
/// date; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT; LOY_REFUSED
/// above the operator's ceiling ("approval.needed", "approval.too_low") and for more points than
/// there are ("points.short"); the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_adjustment_commit(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    adjustment: *const loy_adjustment,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let form = handles::find(adjustment)?;
        let operation_id = text::text(operation_id, "operation_id")?;
        let rows_out = rows_out.reserve()?;
        let done = till.adjust(&operation_id, &form.filled_in())?;
        let fields = &[
            "seq",
            "wallet",
            "points",
            "owed",
            "balance",
            "spendable",
            "debt",
            "was_replayed",
        ];
        let mut rows = Rows::new(fields);
        rows.push([
            done.seq.into(),
            done.wallet.into(),
            done.points.get().into(),
            done.owed.get().into(),
            done.balance.known.get().into(),
            done.balance.spendable.get().into(),
            done.balance.debt.get().into(),
            done.was_replayed.into(),
        ]);
        rows_out.give(rows);
        Ok(())
    })
}

/// Frees an adjustment: the form, not what the ledger knows.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_adjustment_free(adjustment: *mut loy_adjustment) {
    boundary::end(|| drop(handles::release(adjustment)));
}
