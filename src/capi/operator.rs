//! Operators
//!
//! Who works at the till and what each role may do comes with the provisioning file and, when
//! people come and go, with a list of operators that head office signs (loy_operator_install).
//! Where nobody is named, nothing is checked and you need none of this.
//!
//! Your own log-in says who stands at the till; pass that code as "cashier" of a refund and as
//! operator_id of an adjustment. A name is no proof, so it gives at most what a cashier may do.
//! Above that the call is refused with LOY_REFUSED and the reason "approval.needed", in a sentence
//! for the cashier that says the ceiling. Then ask a supervisor for code and PIN, call
//! loy_approval_give with the operation_id that was refused, and repeat the refused call as it was.
//! Nothing else changes hands: the approval waits in the ledger for that operation alone, two
//! minutes, in memory.
//!
//! A ceiling for goods of a known sale counts all that has gone back of that sale, the earlier
//! returns too, and beside the money the worth of spent points that come back.
//!
//! What is sold is never refused for want of an approval. A cart in which something comes back
//! is, as a refund is: approve that (act "refund", or "unlinked_refund" for goods of no known
//! sale) for the operation_id of the sale.

use std::ffi::c_char;

use crate::till::ActKind;

use super::boundary;
use super::error::loy_error;
use super::fault::Fault;
use super::ledger::loy_ledger;
use super::out::HandleOut;
use super::rows::{Rows, loy_rows};
use super::status::loy_status;
use super::text;

/// Approves one operation by somebody's PIN, before it is asked or after it was refused with
/// "approval.needed". act is what is approved: "refund", "unlinked_refund", "adjustment", "member"
/// for what loy_member_block and its neighbours do, "redemption" for a sale that spends points
/// without the member's code (section "Code"), or "limit" for a sale that shall have its points
/// although a limit of the programme says no; for "limit" approve before loy_sale_authorise or
/// loy_sale_record.
///
/// It is good for the call with this operation_id, within 120 seconds by the ledger's clock, and
/// only until the ledger is closed. Whether the approver may do that much is looked at by the call
/// itself; if not, it is refused with "approval.too_low", and somebody else may approve the same
/// operation.
///
/// Wrong PINs are counted in the ledger's file, for each approver. After the fifth in a row no PIN
/// of that approver is looked at for a minute; each further wrong one doubles that, up to a day.
/// The PIN is neither kept nor logged, and comparing it takes equally long whatever is wrong with
/// it; it is slow on purpose, 10 to 200 ms, while other threads go on. Overwrite your own copy of
/// it.
///
/// Writes: an entry for the approval or the wrong PIN, which the day's report and head office see.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_NOT_FOUND for an approver
/// who is not known; LOY_REFUSED for one who may not approve or has no PIN ("approval.not_allowed",
/// "approval.no_pin"), where nothing need be approved ("operators.none") and for a wrong PIN
/// ("pin.wrong"); LOY_LIMIT_REACHED after too many ("pin.locked"); LOY_E_STORE_READ_ONLY; the
/// store's.
/// Crash: the approval is gone; ask for the PIN again.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_approval_give(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    act: *const c_char,
    approver: *const c_char,
    pin: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let act = text::text(act, "act")?;
        let act = ActKind::from_name(&act).ok_or_else(|| {
            let message =
                "act must be refund, unlinked_refund, adjustment, limit, member or redemption";
            Fault::argument("approval.act", "act", message)
        })?;
        let approver = text::text(approver, "approver")?;
        let pin = text::secret(pin, "pin")?;
        Ok(till.approve(&operation_id, act, &approver, pin.as_bytes())?)
    })
}

/// Takes head office's list of the store's operators ("loy operators") in the place of what the
/// provisioning file or an earlier list said: people, roles, PINs and ceilings, all of them. All
/// tills of the store take the same file. After a salvage, give the newest one again.
///
/// The same list again changes nothing. A list that was issued before the one that the ledger has,
/// or before the provisioning file where that named operators, is not taken, so that nobody who
/// left comes back with an old file. Approvals that wait are gone. A PIN that is the very one of
/// before stays locked as long as it was; a new PIN was never wrong.
///
/// Writes: an entry, "operators.changed" in the day's report and at head office, whose found is
/// the list's number; and the list.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_REFUSED on a training ledger; LOY_E_DOCUMENT for
/// other bytes, a list of a later version (reason "operators.unreadable"), a damaged one
/// ("operators.damaged"), one of another chain of stores ("operators.other_chain"), one that head
/// office did not sign ("operators.signature"), one of another store ("operators.other_store") or
/// currency ("operators.other_currency"), and an older one ("operators.older"); LOY_E_POISONED;
/// LOY_E_STORE_READ_ONLY; the store's.
/// Crash: call it again.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_operator_install(
    ledger: *mut loy_ledger,
    list: *const u8,
    list_size: i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| {
        let list = text::document(list, list_size, "list", "list_size")?;
        Ok(till.install_operators(&list)?)
    })
}

/// Lists who works at the till; no rows where nothing is checked.
///
/// Rows: operator (a code), role ("cashier", "supervisor", "manager", "auditor"), may_approve (1
/// for a supervisor or manager with a PIN, else 0).
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_operator_list(
    ledger: *const loy_ledger,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let rows_out = rows_out.reserve()?;
        let mut rows = Rows::new(&["operator", "role", "may_approve"]);
        for line in till.operators()? {
            rows.push([line.id.into(), line.role.into(), line.may_approve.into()]);
        }
        rows_out.give(rows);
        Ok(())
    })
}
