//! Event
//!
//! Something that a member did and that is no sale: a review, a survey, a check-in, a birthday, the
//! first use of an app, or a word of your own. The programme has rules for it and says how often it
//! counts. Joining is reported by loy_member_enrol itself, as "sign_up".

use std::ffi::c_char;

use crate::programme::DRAW_RULE;
use crate::till::{EventReport, EventReturn};

use super::boundary;
use super::error::loy_error;
use super::fault::Fault;
use super::ledger::loy_ledger;
use super::member::read_member_number;
use super::out::HandleOut;
use super::rows::{Rows, Value, loy_rows};
use super::status::loy_status;
use super::text;

/// Reports an event of a member, and gives what the programme's rules for it give. The version that
/// is valid on business_date decides. event is the name that rules have for it.
///
/// reference says which one of its kind it is, such as the order that was reviewed, in 1 to 64
/// printable ASCII characters without spaces: of one member the same one counts once. channel is
/// that of conditions, "store" without it. cashier is the code of who reports it. Each of the three
/// may be NULL.
///
/// With a programme that has "referral", an event of that name says who brought the member: its
/// reference is the number of the other, which need not be known here.
///
/// Rows: one for every rule about such events, in the order in which they are looked at: seq (the
/// event's entry, by which it can be taken back), event, rule, wallet, points (what it gave, 0 if
/// nothing), available_from and expires_on (yyyymmdd; absent without points, expires_on also for
/// never), key and text (why, as the reasons of a quote), is_taken_back, was_replayed. Behind them
/// one for every turn of a lucky draw that came with it: seq is the turn's own entry, event and rule
/// are "draw:" and the draw's id, points is 0, key is "draw.won" or "draw.nothing", text says what
/// it drew; what was won is the member's already.
///
/// Writes: the event and its points, in one sync; also where no rule gives any.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
/// LOY_E_OPERATION_CONFLICT; LOY_REFUSED for an event that the programme has no rule for
/// ("event.unknown"), for who brought themselves ("referral.self") or has bought here before
/// ("referral.not_new"); LOY_ALREADY_RESOLVED for a reference that this member had before, or who
/// was brought already ("event.already"); the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)]
pub unsafe extern "C" fn loy_event_report(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    member_number: *const c_char,
    event: *const c_char,
    reference: *const c_char,
    channel: *const c_char,
    cashier: *const c_char,
    at_ms: i64,
    utc_offset_minutes: i32,
    business_date: i32,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let report = EventReport {
            member: read_member_number(member_number, "member_number")?,
            name: text::text(event, "event")?,
            reference: text::optional_text(reference, "reference")?,
            channel: text::optional_text(channel, "channel")?,
            cashier: text::optional_text(cashier, "cashier")?,
            time: Some((
                text::instant(at_ms, "at_ms")?,
                text::offset(utc_offset_minutes, "utc_offset_minutes")?,
                text::business_date(business_date, "business_date")?,
            )),
        };
        let rows_out = rows_out.reserve()?;
        let done = till.event(&operation_id, &report)?;
        let mut rows = Rows::new(&[
            "seq",
            "event",
            "rule",
            "wallet",
            "points",
            "available_from",
            "expires_on",
            "key",
            "text",
            "is_taken_back",
            "was_replayed",
        ]);
        for reason in done.explanation {
            let award = done.awards.iter().find(|award| award.rule == reason.rule());
            let wallet = reason.value("wallet");
            let wallet = wallet.or(award.map(|award| award.wallet.clone()));
            rows.push([
                done.seq.into(),
                done.event.as_str().into(),
                reason.rule().into(),
                wallet.into(),
                award.map_or(0, |award| award.points.get()).into(),
                award.map(|award| award.available_from.yyyymmdd()).into(),
                award
                    .and_then(|award| award.expires_on)
                    .map(|date| date.yyyymmdd())
                    .into(),
                reason.key.into(),
                reason.text().into(),
                done.is_taken_back.into(),
                done.was_replayed.into(),
            ]);
        }
        for turn in done.drawn {
            let rule = format!("{DRAW_RULE}{}", turn.draw);
            let key = match turn.prize {
                Some(_) => "draw.won",
                None => "draw.nothing",
            };
            rows.push([
                turn.seq.into(),
                rule.as_str().into(),
                rule.as_str().into(),
                Value::Absent,
                0i64.into(),
                Value::Absent,
                Value::Absent,
                key.into(),
                turn.text.into(),
                done.is_taken_back.into(),
                done.was_replayed.into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}

/// Takes an event back, as if it had never been: a review that was removed, a report in error.
///
/// event_seq is the seq of loy_event_report. Its points are taken out of their own lots; what they
/// bought meanwhile is owed, or what the wallet's refund policy says of points that are missing. It
/// counts no more for how often its rules give something, and what turns of lucky draws that came
/// with it won goes too: they are the member's next turns again. cashier is the code of who does it,
/// reason a text of at most 200 bytes; both stay in the ledger's file, and each may be NULL.
///
/// Rows: one for each wallet that it had given points in: seq (the entry that takes it back),
/// wallet, taken_back, owed, balance (known, after it), spendable, debt, was_replayed (1 if the
/// operation was asked before; balance, spendable and debt are then those of now). None where it
/// gave nothing.
///
/// Writes: that it is taken back, and its points, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
/// LOY_E_OPERATION_CONFLICT; LOY_NOT_FOUND ("event.not_one"); LOY_ALREADY_RESOLVED
/// ("event.taken_back"); LOY_REFUSED where the policy takes nothing back without its points
/// ("refund.points_missing"); the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)]
pub unsafe extern "C" fn loy_event_take_back(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    event_seq: i64,
    cashier: *const c_char,
    reason: *const c_char,
    at_ms: i64,
    utc_offset_minutes: i32,
    business_date: i32,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let seq = u64::try_from(event_seq).map_err(|_| {
            let message = "event_seq is the number of no entry";
            Fault::argument("argument.range", "event_seq", message)
        })?;
        let back = EventReturn {
            seq,
            cashier: text::optional_text(cashier, "cashier")?,
            reason: text::optional_text(reason, "reason")?,
            time: Some((
                text::instant(at_ms, "at_ms")?,
                text::offset(utc_offset_minutes, "utc_offset_minutes")?,
                text::business_date(business_date, "business_date")?,
            )),
        };
        let rows_out = rows_out.reserve()?;
        let done = till.take_back_event(&operation_id, &back)?;
        let mut rows = Rows::new(&[
            "seq",
            "wallet",
            "taken_back",
            "owed",
            "balance",
            "spendable",
            "debt",
            "was_replayed",
        ]);
        for line in done.wallets {
            rows.push([
                done.seq.into(),
                line.wallet.into(),
                line.taken_back.get().into(),
                line.owed.get().into(),
                line.balance.known.get().into(),
                line.balance.spendable.get().into(),
                line.balance.debt.get().into(),
                done.was_replayed.into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}
