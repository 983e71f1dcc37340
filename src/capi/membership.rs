//! Membership
//!
//! What is done to a member by hand: blocked, blocked no more, closed, merged, let into a household
//! or out of it. It holds whatever the programme says. Where operators are provisioned, whoever may
//! not adjust points needs an approval of "member" (see loy_approval_give).
//!
//! A blocked member is scanned as ever, and the card says so (loy_member_status). Sales are priced
//! as nobody's: no points, no member price; quote an open cart again and it claims nothing. A sale
//! that is authorised already is made final as it was promised, and goods come back as ever.

use std::ffi::c_char;

use crate::kernel::{BusinessDate, MemberNumber, Points};
use crate::till::{
    Error, JoinRequest, LeaveRequest, MergePreview, MergeRequest, MergeSide, Split, StatusChange,
    StatusRequest, Till,
};

use super::boundary;
use super::error::loy_error;
use super::fault::Fault;
use super::ledger::loy_ledger;
use super::member::read_member_number;
use super::out::HandleOut;
use super::rows::{Rows, loy_rows};
use super::status::loy_status;
use super::text;

/// A text and its name.
type Named = (*const c_char, &'static str);

/// The texts are those that all of these calls take, in their order.
fn change(
    ledger: *mut loy_ledger,
    [operation_id, member_number, operator_id, reason]: [*const c_char; 4],
    change: StatusChange,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let member = read_member_number(member_number, "member_number")?;
        let request = StatusRequest {
            member,
            change,
            operator: text::text(operator_id, "operator_id")?,
            reason: text::text(reason, "reason")?,
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
    let said = [operation_id, member_number, operator_id, reason];
    change(ledger, said, StatusChange::Block, error_out)
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
    let said = [operation_id, member_number, operator_id, reason];
    change(ledger, said, StatusChange::Unblock, error_out)
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
    let said = [operation_id, member_number, operator_id, reason];
    change(ledger, said, StatusChange::Close, error_out)
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
    let two = [
        (from_member_number, "from_member_number"),
        (into_member_number, "into_member_number"),
    ];
    compare(
        ledger,
        two,
        business_date,
        rows_out,
        error_out,
        Till::evaluate_merge,
    )
}

/// What it would come to if one member came to another, on a business date.
fn compare(
    ledger: *mut loy_ledger,
    [from, into]: [Named; 2],
    business_date: i32,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
    ask: fn(&Till, MemberNumber, MemberNumber, BusinessDate) -> Result<MergePreview, Error>,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let from = read_member_number(from.0, from.1)?;
        let into = read_member_number(into.0, into.1)?;
        let on = text::business_date(business_date, "business_date")?;
        let rows_out = rows_out.reserve()?;
        let preview = ask(till, from, into, on)?;
        let mut rows = sides();
        add_side(&mut rows, "from", &preview.from);
        add_side(&mut rows, "into", &preview.into);
        add_side(&mut rows, "result", &preview.result);
        rows_out.give(rows);
        Ok(())
    })
}

/// The columns that [`add_side`] fills.
fn sides() -> Rows {
    Rows::new(&[
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
    ])
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
/// closed ("member.is_blocked", "member.is_closed"), for one who shares an account, but for its
/// holder as into ("merge.household"), and for want of an approval; the store's.
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
            from: read_member_number(from_member_number, "from_member_number")?,
            into: read_member_number(into_member_number, "into_member_number")?,
            operator: text::text(operator_id, "operator_id")?,
            reason: text::text(reason, "reason")?,
            time: None,
        };
        till.merge(&operation_id, &request)?;
        Ok(())
    })
}

/// Who leaves a household takes nothing along.
/// @since 0.1
pub const LOY_SPLIT_NOTHING: i32 = 0;
/// Who leaves a household takes along what is left of the points that they brought, or that
/// their own sales and events gave.
/// @since 0.1
pub const LOY_SPLIT_OWN: i32 = 1;
/// Who leaves a household takes along so many points of one wallet, those that end first.
/// @since 0.1
pub const LOY_SPLIT_POINTS: i32 = 2;

/// Tells what it would come to if a member joined a household, on a business date.
///
/// Rows: as loy_member_merge_evaluate: "from" is who would join and "into" the account, as of now.
///
/// Writes: nothing. It is done and taken back, so it needs the ledger of the till, not a reader's.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for what is no member number; LOY_E_TEXT;
/// LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_ALREADY_RESOLVED and LOY_REFUSED as
/// loy_household_join; the store's.
/// Crash: nothing is left of it.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_household_join_evaluate(
    ledger: *mut loy_ledger,
    member_number: *const c_char,
    holder_member_number: *const c_char,
    business_date: i32,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let two = [
        (member_number, "member_number"),
        (holder_member_number, "holder_member_number"),
    ];
    compare(
        ledger,
        two,
        business_date,
        rows_out,
        error_out,
        Till::evaluate_household_join,
    )
}

/// Lets a member share the account of another, its holder, with at most 14 others.
///
/// The member's lots come along, each with its dates, and the debts. From then on what any of them
/// earns and spends is the account's, and so is the tier; whose sale it is, number, phones, cards,
/// birthday and status stay each member's own (loy_member_household tells whose account it is).
/// Limits and "times" count per member or per household, as the programme says. operator_id and
/// reason as of loy_member_block.
///
/// Writes: one entry, which the day's report and head office see, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for an operator_id that is no code, an empty or long
/// reason and for two who would have more points than anybody can ("points.beyond"); LOY_E_TEXT;
/// LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT; LOY_REFUSED for one and the same
/// ("household.same"), for one who was merged, is blocked or closed ("merge.merged",
/// "member.is_blocked", "member.is_closed"); LOY_ALREADY_RESOLVED for who shares it already
/// ("household.already"); LOY_REFUSED for who holds a household ("household.has_members") or is in
/// another ("household.in_another"), for a holder who is in another ("household.holder_in_another"),
/// for a full one ("household.full") and for want of an approval; the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_household_join(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    member_number: *const c_char,
    holder_member_number: *const c_char,
    operator_id: *const c_char,
    reason: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let request = JoinRequest {
            member: read_member_number(member_number, "member_number")?,
            holder: read_member_number(holder_member_number, "holder_member_number")?,
            operator: text::text(operator_id, "operator_id")?,
            reason: text::text(reason, "reason")?,
            time: None,
        };
        till.join_household(&operation_id, &request)?;
        Ok(())
    })
}

/// Lets a member leave a household.
///
/// What is in the account stays there, but for what split says: LOY_SPLIT_NOTHING, LOY_SPLIT_OWN or
/// LOY_SPLIT_POINTS. wallet (its id) and points (above 0) belong to LOY_SPLIT_POINTS; NULL and 0
/// else. What is taken along becomes lots of the member's own, with the dates of those that it is
/// taken out of. Goods of sales that were made in the household come back to its account.
/// operator_id and reason as of loy_member_block.
/// Rows: one for each wallet of which something was taken along: wallet (its id), points.
///
/// Writes: one entry, and two for each lot that something is taken out of, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for an operator_id that is no code, an empty or long
/// reason, a split that is none of the three and a wallet or points that do not belong to it;
/// LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT; LOY_REFUSED for who
/// is in no household ("household.not_in"), for its holder, whom the others must leave
/// ("household.is_holder"), while a sale of the member is authorised ("household.open_sales"), for
/// more points than can be spent ("points.short") and for want of an approval; the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_household_leave(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    member_number: *const c_char,
    split: i32,
    wallet: *const c_char,
    points: i64,
    operator_id: *const c_char,
    reason: *const c_char,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let member = read_member_number(member_number, "member_number")?;
        let request = LeaveRequest {
            member,
            split: read_split(split, wallet, points)?,
            operator: text::text(operator_id, "operator_id")?,
            reason: text::text(reason, "reason")?,
            time: None,
        };
        let rows_out = rows_out.reserve()?;
        let done = till.leave_household(&operation_id, &request)?;
        let mut rows = Rows::new(&["wallet", "points"]);
        for (wallet, points) in &done.taken {
            rows.push([wallet.as_str().into(), points.get().into()]);
        }
        rows_out.give(rows);
        Ok(())
    })
}

fn read_split(split: i32, wallet: *const c_char, points: i64) -> Result<Split, Fault> {
    let wrong = |field, expected: &str| {
        Err(Fault::argument(
            "argument.range",
            field,
            format!("{field} must be {expected}"),
        ))
    };
    if split == LOY_SPLIT_POINTS {
        let wallet = text::text(wallet, "wallet")?;
        if points <= 0 {
            return wrong("points", "above 0");
        }
        return Ok(Split::Points(vec![(wallet, Points::new(points))]));
    }
    if !wallet.is_null() {
        return wrong("wallet", "NULL, as no points are named");
    }
    if points != 0 {
        return wrong("points", "0, as no points are named");
    }
    match split {
        LOY_SPLIT_NOTHING => Ok(Split::Nothing),
        LOY_SPLIT_OWN => Ok(Split::Own),
        _ => wrong(
            "split",
            "LOY_SPLIT_NOTHING, LOY_SPLIT_OWN or LOY_SPLIT_POINTS",
        ),
    }
}

/// Lists who shares the account of a member, the holder first and the others as they joined.
///
/// Rows: member_number, is_holder (0 or 1), joined_on (the business date; absent for the holder),
/// status (as loy_member_status). None for a member who shares no account.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for what is no member number; LOY_E_TEXT; the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_household_members(
    ledger: *const loy_ledger,
    member_number: *const c_char,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let member = read_member_number(member_number, "member_number")?;
        let rows_out = rows_out.reserve()?;
        let mut rows = Rows::new(&["member_number", "is_holder", "joined_on", "status"]);
        for sharer in till.household(member)? {
            let joined_on = sharer.joined_on.map(|date| i64::from(date.yyyymmdd()));
            rows.push([
                sharer.number.to_string().as_str().into(),
                i64::from(sharer.is_holder).into(),
                joined_on.into(),
                sharer.status.name().into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}
