//! Membership
//!
//! What is done to a member by hand: blocked, blocked no more, closed. It holds whatever the
//! programme says. Where operators are provisioned, whoever may not adjust points needs an approval
//! of "member" (see loy_approval_give).
//!
//! A blocked member is scanned as ever, and the card says so (loy_member_status). Sales are priced
//! as nobody's: no points, no member price; quote an open cart again and it claims nothing. A sale
//! that is authorised already is made final as it was promised, and goods come back as ever.

use std::ffi::c_char;

use crate::till::{StatusChange, StatusRequest};

use super::boundary;
use super::error::loy_error;
use super::ledger::loy_ledger;
use super::member::read_member_number;
use super::status::loy_status;
use super::text;

/// The texts that all of these calls take.
struct Said {
    operation_id: *const c_char,
    member_number: *const c_char,
    operator_id: *const c_char,
    reason: *const c_char,
}

fn change(
    ledger: *mut loy_ledger,
    said: &Said,
    change: StatusChange,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(said.operation_id, "operation_id")?;
        let member = read_member_number(&text::text(said.member_number, "member_number")?)?;
        let request = StatusRequest {
            member,
            change,
            operator: text::text(said.operator_id, "operator_id")?,
            reason: text::text(said.reason, "reason")?,
            time: None,
        };
        till.change_status(&operation_id, &request)?;
        Ok(())
    })
}

/// Blocks a member, such as one whose card was stolen: nothing is earned and nothing spent until
/// loy_member_unblock. operator_id is the code of who does it and reason a code such as "lost_card"
/// or a text, both as of loy_adjustment_new. A number of another store is blocked at this till.
///
/// Writes: one entry, which the day's report and head office see, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for an operator_id that is no code and an empty or
/// long reason; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT;
/// LOY_ALREADY_RESOLVED for a member who is blocked ("member.is_blocked"); LOY_REFUSED for one whose
/// membership is closed ("member.is_closed") and for want of an approval ("approval.needed",
/// "approval.too_low"); the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_block(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    member_number: *const c_char,
    operator_id: *const c_char,
    reason: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let said = Said {
        operation_id,
        member_number,
        operator_id,
        reason,
    };
    change(ledger, &said, StatusChange::Block, error_out)
}

/// Lifts a block: the member earns and spends again, all points that have not ended meanwhile.
///
/// Writes: one entry, in one sync.
/// Status: as loy_member_block; LOY_ALREADY_RESOLVED for a member who is not blocked
/// ("member.not_blocked").
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_unblock(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    member_number: *const c_char,
    operator_id: *const c_char,
    reason: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let said = Said {
        operation_id,
        member_number,
        operator_id,
        reason,
    };
    change(ledger, &said, StatusChange::Unblock, error_out)
}

/// Closes a membership: the member stays blocked for good.
///
/// The points stay in the books until they end, and the phone and cards go on leading to this
/// member. Nothing personal is erased by it.
///
/// Writes: one entry, in one sync.
/// Status: as loy_member_block; LOY_ALREADY_RESOLVED for a membership that is closed
/// ("member.is_closed").
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_close(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    member_number: *const c_char,
    operator_id: *const c_char,
    reason: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let said = Said {
        operation_id,
        member_number,
        operator_id,
        reason,
    };
    change(ledger, &said, StatusChange::Close, error_out)
}
