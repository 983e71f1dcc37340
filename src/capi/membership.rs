//! Membership
//!
//! What is done to a member by hand: blocked, blocked no more, closed, merged. It holds whatever the
//! programme says. Where operators are provisioned, whoever may not adjust points needs an approval
//! of "member" (see loy_approval_give).
//!
//! A blocked member is scanned as ever, and the card says so (loy_member_status). Sales are priced
//! as nobody's: no points, no member price; quote an open cart again and it claims nothing. A sale
//! that is authorised already is made final as it was promised, and goods come back as ever.

use std::ffi::c_char;

use crate::kernel::MemberNumber;
use crate::till::{MergeRequest, MergeSide, StatusChange, StatusRequest};

use super::boundary;
use super::error::loy_error;
use super::fault::Fault;
use super::ledger::loy_ledger;
use super::member::read_member_number;
use super::out::HandleOut;
use super::rows::{Rows, loy_rows};
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

/// A member number of a parameter with another name than the usual.
fn read_number(written: *const c_char, field: &'static str) -> Result<MemberNumber, Fault> {
    let written = text::text(written, field)?;
    let number = written.parse::<MemberNumber>();
    number.map_err(|error| Fault::argument("member_number.wrong", field, error.to_string()))
}

/// Tells what merging one member into another would come to, on a business date.
///
/// Rows: three for each wallet of the programme, "from" and "into" as of now and "result": who (one
/// of these words), member_number, wallet (its id), balance, spendable, held, pending, debt, lots
/// (how many have something left), tier (its id; absent where there is none, or where it is not
/// known).
///
/// Writes: nothing. It is done and taken back, so it needs the ledger of the till, not a reader's.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for what is no member number; LOY_E_TEXT;
/// LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_ALREADY_RESOLVED and LOY_REFUSED as loy_member_merge;
/// the store's.
/// Crash: nothing is left of it.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_merge_evaluate(
    ledger: *mut loy_ledger,
    from_member_number: *const c_char,
    into_member_number: *const c_char,
    business_date: i32,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let from = read_number(from_member_number, "from_member_number")?;
        let into = read_number(into_member_number, "into_member_number")?;
        let on = text::business_date(business_date, "business_date")?;
        let rows_out = rows_out.reserve()?;
        let preview = till.evaluate_merge(from, into, on)?;
        let mut rows = Rows::new(&[
            "who",
            "member_number",
            "wallet",
            "balance",
            "spendable",
            "held",
            "pending",
            "debt",
            "lots",
            "tier",
        ]);
        add_side(&mut rows, "from", &preview.from);
        add_side(&mut rows, "into", &preview.into);
        add_side(&mut rows, "result", &preview.result);
        rows_out.give(rows);
        Ok(())
    })
}

fn add_side(rows: &mut Rows, who: &str, side: &MergeSide) {
    let number = side.card.number.to_string();
    let tier = side.card.tier.as_ref().map(|tier| tier.tier.as_str());
    for (line, lots) in side.card.wallets.iter().zip(&side.lots) {
        let balance = line.balance;
        rows.push([
            who.into(),
            number.as_str().into(),
            line.wallet.as_str().into(),
            balance.known.get().into(),
            balance.spendable.get().into(),
            balance.held.get().into(),
            balance.pending.get().into(),
            balance.debt.get().into(),
            i64::try_from(*lots).unwrap_or(i64::MAX).into(),
            tier.into(),
        ]);
    }
}

/// Makes two members one, such as a person who enrolled twice: from becomes into. It is not undone.
///
/// From then on the number, phones and cards of from lead to into (loy_member_merged_from tells).
/// Its points are into's, each lot with its dates; debts are added, and the next points repay them.
/// Sales of both count for tiers, rules and limits, and goods of both come back to into. Sales that
/// are authorised are made final as promised. loy_member_history tells the entries of both, each
/// with its number. operator_id and reason as of loy_member_block.
///
/// Writes: one entry, which the day's report and head office see, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for an operator_id that is no code, an empty or long
/// reason and for two who would have more points than anybody can ("points.beyond"); LOY_E_TEXT;
/// LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT; LOY_ALREADY_RESOLVED for two
/// who are one already ("merge.already"); LOY_REFUSED for one and the same ("merge.same"), for one
/// who was merged into somebody else ("merge.merged": take that number), for one who is blocked or
/// closed ("member.is_blocked", "member.is_closed") and for want of an approval; the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_merge(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    from_member_number: *const c_char,
    into_member_number: *const c_char,
    operator_id: *const c_char,
    reason: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let request = MergeRequest {
            from: read_number(from_member_number, "from_member_number")?,
            into: read_number(into_member_number, "into_member_number")?,
            operator: text::text(operator_id, "operator_id")?,
            reason: text::text(reason, "reason")?,
            time: None,
        };
        till.merge(&operation_id, &request)?;
        Ok(())
    })
}
