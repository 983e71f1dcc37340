//! Members
//!
//! A member is known by a member number of 12 digits and found by whatever was scanned: the number,
//! a card, a phone number. Names and birthdays stay with you and head office: the ledger holds none.

use std::ffi::{CString, c_char};
use std::sync::{Mutex, PoisonError};

use crate::kernel::ids::NoMemberNumber;
use crate::kernel::{Balance, BusinessDate, MemberNumber, MemberStatus, Points};
use crate::scan::IdentifierKind;
use crate::till::{Enrolment, MemberCard};

use super::boundary;
use super::buffer::loy_buffer;
use super::error::loy_error;
use super::fault::Fault;
use super::handles::{self, Handle};
use super::ledger::loy_ledger;
use super::out::{HandleOut, NumberOut};
use super::rows::{Rows, json, loy_rows};
use super::status::loy_status;
use super::text::{self, for_c};

/// Who wants to join. Threads: one at a time. Free with loy_enrolment_free.
pub struct loy_enrolment {
    _ticket: [u8; 0],
}

impl Handle for loy_enrolment {
    type Object = Form;
}

/// An enrolment that is being filled in.
pub(super) struct Form(Mutex<Enrolment>);

impl Form {
    fn change(
        &self,
        change: impl FnOnce(&mut Enrolment) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn read(&self) -> Enrolment {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A member as this till knows them at the moment of the call. Threads: one at a time. Free with
/// loy_member_free.
pub struct loy_member {
    _ticket: [u8; 0],
}

impl Handle for loy_member {
    type Object = Member;
}

/// A member card with its texts ready for C.
pub(super) struct Member {
    card: MemberCard,
    number: CString,
    tier: Option<CString>,
    merged_from: Option<CString>,
    holder: Option<CString>,
    cashier_text: CString,
}

impl Member {
    fn new(card: MemberCard) -> Self {
        let number = for_c(&card.number.to_string());
        let tier = card.tier.as_ref().map(|tier| for_c(&tier.tier));
        let merged_from = card.merged_from.map(|number| for_c(&number.to_string()));
        let household = card.household.as_ref();
        let holder = household.map(|household| for_c(&household.holder.to_string()));
        let cashier_text = for_c(&card.cashier_text);
        Self {
            card,
            number,
            tier,
            merged_from,
            holder,
            cashier_text,
        }
    }
}

/// A member number of the parameter `field`.
pub(super) fn read_member_number(
    written: *const c_char,
    field: &'static str,
) -> Result<MemberNumber, Fault> {
    let written = text::text(written, field)?;
    written.parse().map_err(|error: NoMemberNumber| {
        Fault::argument("member_number.wrong", field, error.to_string())
    })
}

/// Identifiers of one person: a few phones and cards.
const IDENTIFIERS_MAX: usize = 16;

/// Begins an enrolment.
///
/// Status: LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_enrolment_new(
    enrolment_out: *mut *mut loy_enrolment,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let enrolment_out = HandleOut::clear(enrolment_out, "enrolment_out");
    boundary::call(error_out, || {
        enrolment_out
            .reserve()?
            .give(Form(Mutex::new(Enrolment::default())));
        Ok(())
    })
}

/// Adds something by which the member is found again: kind "phone" or "card".
///
/// The ledger keeps a keyed hash of it, never the value. A phone may be written in any usual way:
/// "0912 345 678" and "+84 912 345 678" are the same one.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT for another kind, an empty value, or the 17th identifier;
/// LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_enrolment_add_identifier(
    enrolment: *mut loy_enrolment,
    kind: *const c_char,
    value: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let form = handles::find(enrolment)?;
        let kind = text::text(kind, "kind")?;
        let kind = match kind.as_str() {
            "phone" => IdentifierKind::Phone,
            "card" => IdentifierKind::Card,
            _ => {
                let message = "kind must be phone or card";
                return Err(Fault::argument("enrolment.kind", "kind", message));
            }
        };
        let value = text::text(value, "value")?;
        if value.trim().is_empty() {
            return Err(Fault::argument("argument.empty", "value", "value is empty"));
        }
        form.change(|enrolment| {
            if enrolment.identifiers.len() >= IDENTIFIERS_MAX {
                let message = format!("a member has at most {IDENTIFIERS_MAX} identifiers");
                return Err(Fault::argument("enrolment.too_many", "value", message));
            }
            enrolment.identifiers.push((kind, value));
            Ok(())
        })
    })
}

/// Says when the member joins, for an enrolment that is entered later than it happened.
///
/// If it is never called, it is now and today by the ledger's clock.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_enrolment_set_time(
    enrolment: *mut loy_enrolment,
    at_ms: i64,
    utc_offset_minutes: i32,
    business_date: i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let form = handles::find(enrolment)?;
        let at = text::instant(at_ms, "at_ms")?;
        let offset = text::offset(utc_offset_minutes, "utc_offset_minutes")?;
        let business_date = text::business_date(business_date, "business_date")?;
        form.change(|enrolment| {
            enrolment.time = Some((at, offset, business_date));
            Ok(())
        })
    })
}

/// Says that this is somebody else than the member who has the same phone or card, such as the
/// other one of a couple: ask, and call it only then.
///
/// loy_member_enrol then makes a member of their own. The phone goes on leading to the first one, so
/// hand out the number or a card; the day's report says that the two may be one ("member.twice").
///
/// Status: LOY_E_HANDLE.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_enrolment_set_somebody_else(
    enrolment: *mut loy_enrolment,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        handles::find(enrolment)?.change(|enrolment| {
            enrolment.is_somebody_else = true;
            Ok(())
        })
    })
}

/// Frees an enrolment.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_enrolment_free(enrolment: *mut loy_enrolment) {
    boundary::end(|| drop(handles::release(enrolment)));
}

/// Makes a member, with a new member number, without asking anyone.
///
/// Where a member known here has the phone or card already, no second one is made:
/// LOY_ALREADY_RESOLVED comes with that member in member_out, the error's cashier text names the
/// number, and the sale goes on with it. If it is somebody else all the same, call
/// loy_enrolment_set_somebody_else and enrol under another operation_id. Two tills that do not know
/// of each other may each enrol it: head office then proposes to merge the two.
///
/// Writes: the member and one entry, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
/// LOY_E_OPERATION_CONFLICT; LOY_ALREADY_RESOLVED for a phone or card that is known; LOY_REFUSED
/// for what is neither; LOY_LIMIT_REACHED when the member numbers of this till are used up; the
/// store's.
/// Crash: repeat it with the same operation_id: the member has the same number.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_enrol(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    enrolment: *const loy_enrolment,
    member_out: *mut *mut loy_member,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let member_out = HandleOut::clear(member_out, "member_out");
    boundary::call_on(ledger, error_out, |till| {
        let form = handles::find(enrolment)?;
        let operation_id = text::text(operation_id, "operation_id")?;
        let member_out = member_out.reserve()?;
        let form = form.read();
        match till.enrol(&operation_id, &form) {
            Ok(card) => {
                member_out.give(Member::new(card));
                Ok(())
            }
            Err(error) => {
                let on = form.time.map_or(BusinessDate::MAX, |(_, _, date)| date);
                let known = error.member().map(|known| known.to_string());
                if let Some(card) = known.and_then(|known| till.scan(&known, on).ok()) {
                    member_out.give(Member::new(card));
                }
                Err(error.into())
            }
        }
    })
}

/// Finds the member of whatever was scanned or typed: a member number, a card, a phone. The text is
/// read as by loy_scan_identify, which tells more and takes what the scanner says of the symbol.
///
/// business_date is the day on which the balance is looked at: the till's present one. A member
/// number of another store is LOY_OK too: it earns here, but its balance is not known here, which
/// the cashier text says.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT; LOY_REFUSED for a code that is no member's,
/// such as a payment code, or may be several members' ("member.ambiguous"); LOY_NOT_FOUND; the
/// store's. The error's cashier text says what to do.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_scan(
    ledger: *const loy_ledger,
    scanned_text: *const c_char,
    business_date: i32,
    member_out: *mut *mut loy_member,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let member_out = HandleOut::clear(member_out, "member_out");
    boundary::call_on(ledger, error_out, |till| {
        let scanned_text = text::secret(scanned_text, "scanned_text")?;
        let business_date = text::business_date(business_date, "business_date")?;
        let member_out = member_out.reserve()?;
        member_out.give(Member::new(till.scan(&scanned_text, business_date)?));
        Ok(())
    })
}

/// Returns the member number: 12 digits, for loy_cart_set_member and the receipt.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_number(member: *const loy_member) -> *const c_char {
    boundary::text(|| Some(handles::find(member).ok()?.number.as_ptr()))
}

/// Returns whether the member may earn and spend: "active", "blocked" or "closed" (see
/// loy_member_block). One who may not is LOY_OK all the same; the cashier text begins with it, and
/// nothing can be spent.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_status(member: *const loy_member) -> *const c_char {
    boundary::text(|| {
        let status = handles::find(member).ok()?.card.status;
        Some(match status {
            MemberStatus::Active => c"active".as_ptr(),
            MemberStatus::Blocked => c"blocked".as_ptr(),
            MemberStatus::Closed => c"closed".as_ptr(),
        })
    })
}

/// Returns the number that was scanned, where that member was merged into this one; "" if not.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_merged_from(member: *const loy_member) -> *const c_char {
    boundary::text(|| {
        let member = handles::find(member).ok()?;
        member.merged_from.as_ref().map(|number| number.as_ptr())
    })
}

/// Returns the number of the holder whose account this member shares with others (see
/// loy_household_join), perhaps the member's own: balances, tier and rewards are that account's. ""
/// for who shares none.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_household(member: *const loy_member) -> *const c_char {
    boundary::text(|| {
        let member = handles::find(member).ok()?;
        member.holder.as_ref().map(|number| number.as_ptr())
    })
}

/// Tells the instant up to which what other tills did is known in these balances, in UTC
/// milliseconds; without anything of theirs, that of this ledger's own last entry. What this till
/// did itself is always in them; loy_member_at looks at an earlier instant.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_as_of(
    member: *const loy_member,
    at_ms_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let member = handles::find(member)?;
        NumberOut::required(at_ms_out, "at_ms_out")?.give(member.card.as_of_ms.ms());
        Ok(())
    })
}

fn points(
    member: *const loy_member,
    wallet: *const c_char,
    points_out: *mut i64,
    error_out: *mut *mut loy_error,
    pick: fn(&Balance) -> Points,
) -> loy_status {
    boundary::call(error_out, || {
        let member = handles::find(member)?;
        let wallet = text::text(wallet, "wallet")?;
        let line = member
            .card
            .wallets
            .iter()
            .find(|line| line.wallet == wallet)
            .ok_or_else(no_such_wallet)?;
        NumberOut::required(points_out, "points_out")?.give(pick(&line.balance).get());
        Ok(())
    })
}

/// The programme has no such wallet.
pub(super) fn no_such_wallet() -> Fault {
    let message = "the programme has no such wallet; loy_programme_wallets lists them";
    Fault::argument("wallet.unknown", "wallet", message)
}

/// Tells the known balance of a wallet: all points that count, less what is owed. May be below zero.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a wallet that the programme does not have;
/// LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_balance(
    member: *const loy_member,
    wallet: *const c_char,
    points_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    points(member, wallet, points_out, error_out, |balance| {
        balance.known
    })
}

/// Tells how many points can be spent here and now.
///
/// Status: as loy_member_balance.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_spendable(
    member: *const loy_member,
    wallet: *const c_char,
    points_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    points(member, wallet, points_out, error_out, |balance| {
        balance.spendable
    })
}

/// Tells how many points are reserved by sales that are authorised and not yet committed.
///
/// Status: as loy_member_balance.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_held(
    member: *const loy_member,
    wallet: *const c_char,
    points_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    points(member, wallet, points_out, error_out, |balance| {
        balance.held
    })
}

/// Tells how many points are awarded but cannot be spent before a later date.
///
/// Status: as loy_member_balance.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_pending(
    member: *const loy_member,
    wallet: *const c_char,
    points_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    points(member, wallet, points_out, error_out, |balance| {
        balance.pending
    })
}

/// Tells how many points are owed; the next awards repay them first.
///
/// Status: as loy_member_balance.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_debt(
    member: *const loy_member,
    wallet: *const c_char,
    points_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    points(member, wallet, points_out, error_out, |balance| {
        balance.debt
    })
}

/// Tells what is the next to end of a wallet: how many points, and the last business date on which
/// they can be spent. Points that are pending or reserved are among them.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a wallet that the programme does not have;
/// LOY_E_TEXT; LOY_NOT_FOUND where none of the points end.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_next_expiry(
    member: *const loy_member,
    wallet: *const c_char,
    points_out: *mut i64,
    last_day_out: *mut i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let member = handles::find(member)?;
        let wallet = text::text(wallet, "wallet")?;
        let mut lines = member.card.wallets.iter();
        let line = lines
            .find(|line| line.wallet == wallet)
            .ok_or_else(no_such_wallet)?;
        let points_out = NumberOut::required(points_out, "points_out")?;
        let last_day_out = NumberOut::required(last_day_out, "last_day_out")?;
        let Some(next) = &line.next_expiry else {
            return Err(Fault::not_found(wallet, "none of these points end"));
        };
        points_out.give(next.points.get());
        last_day_out.give(next.last_day.yyyymmdd());
        Ok(())
    })
}

/// Returns the id of the member's tier on the business date of the card; "" where the programme has
/// no tiers, or where it is not known.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_tier(member: *const loy_member) -> *const c_char {
    boundary::text(|| {
        let member = handles::find(member).ok()?;
        member.tier.as_ref().map(|tier| tier.as_ptr())
    })
}

/// Lists what the points buy, in the order in which a sale would use it: rewards, and vouchers that
/// members can have.
///
/// A reward may have conditions of its own, such as a least bill: the quote of a cart tells which
/// can be had with it.
///
/// Rows: reward (its id), name, wallet (id of the one that pays), points (its price), missing (0 if
/// the points are there), text (one line, in the till's language).
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_rewards(
    member: *const loy_member,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call(error_out, || {
        let member = handles::find(member)?;
        let rows_out = rows_out.reserve()?;
        let mut rows = Rows::new(&["reward", "name", "wallet", "points", "missing", "text"]);
        for line in &member.card.rewards {
            rows.push([
                line.reward.as_str().into(),
                line.name.as_str().into(),
                line.wallet.as_str().into(),
                line.points.get().into(),
                line.missing.get().into(),
                line.text.as_str().into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}

/// Writes number, status, tier, balances and rewards as JSON.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_to_json(
    member: *const loy_member,
    json_out: *mut *mut loy_buffer,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let json_out = HandleOut::clear(json_out, "json_out");
    boundary::call(error_out, || {
        let member = handles::find(member)?;
        json_out.reserve()?.give(json(&member.card));
        Ok(())
    })
}

/// Returns one line for the cashier, in the till's language: who it is, the tier, the balance, what
/// it buys and what of it ends next.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_cashier_text(member: *const loy_member) -> *const c_char {
    boundary::text(|| Some(handles::find(member).ok()?.cashier_text.as_ptr()))
}

/// Frees a member.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_free(member: *mut loy_member) {
    boundary::end(|| drop(handles::release(member)));
}

/// Finds out how a member stood: by what this ledger had written at an instant of its own clock,
/// with what was pending and what had ended judged on a business date.
///
/// Read the balances with loy_member_balance and the others. A sale that was queued and recorded
/// later counts from when it was recorded. Entries of a clock that was suspect count as of the last
/// instant before them that was not. A member of another store is LOY_OK, as with loy_member_scan.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for what is no member number; LOY_E_TEXT; the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_member_at(
    ledger: *const loy_ledger,
    member_number: *const c_char,
    at_ms: i64,
    business_date: i32,
    member_out: *mut *mut loy_member,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let member_out = HandleOut::clear(member_out, "member_out");
    boundary::call_on(ledger, error_out, |till| {
        let number = read_member_number(member_number, "member_number")?;
        let at = text::instant(at_ms, "at_ms")?;
        let business_date = text::business_date(business_date, "business_date")?;
        let member_out = member_out.reserve()?;
        member_out.give(Member::new(till.member_at(number, at, business_date)?));
        Ok(())
    })
}
