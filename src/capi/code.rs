//! Code
//!
//! Whoever knows a telephone number could spend somebody else's points. A programme can therefore
//! want a code that only the member has for every sale that spends more than so many points of a
//! wallet (code_above); loy_quote_needs_code says so before anything is asked. For points that are
//! earned nothing is wanted but the number.
//!
//! A rotating code is shown by the member's app or wallet pass: 22 digits that change every 30
//! seconds and are checked here without a network. Scan it with loy_scan_identify (on this
//! ledger) or loy_member_scan, as any other code: a right one stands for its member for 15 minutes
//! and one sale. One that was photographed, used before or made up is the member's all the same,
//! with a reason that begins with "code." and a sentence for the cashier, and spends nothing.
//!
//! Or send a one-time code: loy_code_new gives six digits, your POS sends them by SMS or Zalo,
//! loy_code_check takes what the member says.
//!
//! Then authorise or record the sale. Without a code it is LOY_REFUSED, reason "code.needed",
//! "code.needed_or_pin" or "code.needed_or_reason", as the programme says (without_code). What
//! stands in for the code is given to the operation_id that was refused, and the call repeated as
//! it was: a supervisor's PIN with loy_approval_give (act "redemption"), or the cashier's reason
//! with loy_code_override. Each is a line in the day's report.

use std::ffi::c_char;

use super::boundary;
use super::error::loy_error;
use super::ledger::loy_ledger;
use super::member::read_member_number;
use super::out::HandleOut;
use super::rows::{Rows, loy_rows};
use super::status::loy_status;
use super::text;

/// Makes a one-time code for a member, for your POS to send. The one before is dead.
///
/// Rows: one, with code (six digits) and good_until_ms (UTC; five minutes). loy keeps no code: send
/// it, and neither log nor show it. A call that is repeated gives the same code.
///
/// Writes: an entry that one was made, without it.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
/// LOY_E_OPERATION_CONFLICT; LOY_LIMIT_REACHED for the sixth within 15 minutes ("code.too_many");
/// the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_code_new(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    member_number: *const c_char,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let member = read_member_number(member_number, "member_number")?;
        let rows_out = rows_out.reserve()?;
        let made = till.new_one_time_code(&operation_id, member)?;
        let mut rows = Rows::new(&["code", "good_until_ms"]);
        rows.push([made.digits.into(), made.good_until.ms().into()]);
        rows_out.give(rows);
        Ok(())
    })
}

/// Checks the one-time code that a member says.
///
/// A right one stands for its member for 15 minutes and one sale, also after a restart; checked
/// again it is right again until that sale. Five wrong ones, counted in the ledger's file, kill a
/// code. Comparing takes equally long whatever is wrong. Overwrite your own copy of it.
///
/// Writes: an entry that it was right or wrong.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
/// LOY_NOT_FOUND where none was sent ("code.none"); LOY_REFUSED for a wrong one ("code.not_it"), one
/// of more than five minutes ago ("code.run_out") and one that was used ("code.is_used");
/// LOY_LIMIT_REACHED after five wrong ones ("code.locked"); the store's.
/// Crash: repeat it.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_code_check(
    ledger: *mut loy_ledger,
    member_number: *const c_char,
    code: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| {
        let member = read_member_number(member_number, "member_number")?;
        let code = text::secret(code, "code")?;
        Ok(till.check_one_time_code(member, &code)?)
    })
}

/// Gives the cashier's reason for spending a member's points without a code, to one operation that
/// is asked next or was refused with "code.needed_or_reason".
///
/// operator_id and reason are codes such as "TN-07" and "phone_dead": 1 to 32 ASCII letters, digits,
/// '.', '_' and '-'. It waits as an approval does: for the call with this operation_id, 120 seconds,
/// until the ledger is closed. Where the programme wants more than a reason, it is no use.
///
/// Writes: nothing; the sale writes the line for the day's report ("redemption.overridden").
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT.
/// Crash: the reason is gone; give it again.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_code_override(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    operator_id: *const c_char,
    reason: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let operator_id = text::text(operator_id, "operator_id")?;
        let reason = text::text(reason, "reason")?;
        Ok(till.override_code(&operation_id, &operator_id, &reason)?)
    })
}
