//! Sale
//!
//! authorise, take the money, commit: points are reserved before the customer pays and posted after.
//! Or record: both in one call, for a sale that is paid already. A commit never refuses a paid sale.
//!
//! LOY_ALREADY_RESOLVED comes with a sale, the one that is there: sale_out of the call that was
//! refused is then a handle as on LOY_OK, to be freed as always.
//!
//! Before you ask the customer to pay an authorised sale, write its id into a record of your own
//! that outlives a power cut. After a restart repeat the call that was not answered, then list the
//! open sales with loy_sale_pending. One that your record does not name was never to be paid: void
//! it. One that it names may be paid: ask your payment terminal, then commit it or void it, and do
//! neither before you know. One that is left alone gives its points free when its hold runs out,
//! stays in that list, and can still be committed. examples/c/till.c does it like that.
//!
//! What "the same content" of a repeated call is: of authorise, record and a refund without a
//! sale the cart, without time, offset, cashier, what was shown, discount reasons and your own
//! x; of commit the sale and such a cart, or none; of void the sale; of a refund the sale,
//! business date, receipt number and goods; of an enrolment its identifiers; of a claim the
//! sale, member and business date; of a day close the date; of a confirmed clock the cashier; of
//! an adjustment, an event, an event taken back and each call of section "Membership" all but
//! the instant and the offset. The rest, such as hold_seconds, a reason or the time of a refund,
//! may differ: the first one stands.

use std::ffi::{CString, c_char};
use std::sync::Arc;

use crate::kernel::ids::NoSaleId;
use crate::kernel::{MemberNumber, SaleId};
use crate::till::{self, ClaimRequest, HOLD_SECONDS_MAX, ReceiptKey, Sale, SaleState, Till};

use super::boundary;
use super::buffer::loy_buffer;
use super::cart::loy_cart;
use super::error::loy_error;
use super::fault::Fault;
use super::handles::{self, Handle};
use super::ledger::loy_ledger;
use super::member::read_member_number;
use super::out::{HandleOut, NumberOut, ReservedOut};
use super::quote::{Priced, loy_quote};
use super::rows::{Rows, json, loy_rows};
use super::status::loy_status;
use super::text::{self, for_c};

/// Authorised, not yet committed.
pub const LOY_SALE_HELD: i32 = 1;
/// Final.
pub const LOY_SALE_COMMITTED: i32 = 2;
/// Called off before it was committed.
pub const LOY_SALE_VOIDED: i32 = 3;
/// Its hold ran out. It can still be committed: the customer has paid.
pub const LOY_SALE_EXPIRED: i32 = 4;
/// Returned as a whole.
pub const LOY_SALE_REFUNDED: i32 = 5;

/// A sale as it was when the call returned. Threads: one at a time. Free with loy_sale_free.
pub struct loy_sale {
    _ticket: [u8; 0],
}

impl Handle for loy_sale {
    type Object = Sold;
}

/// A sale with its texts ready for C.
pub(super) struct Sold {
    sale: Sale,
    id: CString,
    member: CString,
}

impl Sold {
    pub(super) fn new(sale: Sale) -> Self {
        let id = for_c(&sale.id.to_string());
        let member = member_text(sale.cart.member);
        Self {
            sale,
            id,
            member: for_c(&member),
        }
    }
}

/// Hands out the sale of a write. Where the sale was settled before, or its receipt belongs to
/// another one, the error comes with the sale that is there.
pub(super) fn hand_out(
    till: &Till,
    sale_out: ReservedOut<loy_sale>,
    answer: Result<Sale, till::Error>,
) -> Result<(), Fault> {
    match answer {
        Ok(sale) => {
            sale_out.give(Sold::new(sale));
            Ok(())
        }
        Err(error) => {
            if let Some(sale) = error.sale().and_then(|id| till.sale(id).ok()) {
                sale_out.give(Sold::new(sale));
            }
            Err(error.into())
        }
    }
}

/// A sale id, as an argument that names a sale.
pub(super) fn sale_id(place: *const c_char) -> Result<SaleId, Fault> {
    text::text(place, "sale_id")?
        .parse()
        .map_err(|error: NoSaleId| Fault::argument("sale_id.wrong", "sale_id", error.to_string()))
}

/// Reserves the points a sale spends and freezes its quote, before the customer pays.
///
/// The hold ends by itself after hold_seconds (1..604800) on the ledger's clock. Compare payable of
/// loy_sale_quote with what you showed: balance or programme may have changed since. A call that is
/// repeated gives the sale as it is now, be it voided: before the customer pays, loy_sale_state must
/// be LOY_SALE_HELD.
///
/// Writes: the sale and its cart, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a cart that does not fit the programme;
/// LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT;
/// LOY_ALREADY_RESOLVED where another operation sold this receipt, or where goods
/// come back whose sale is returned whole ("sale.refunded": sale_out is that sale, and nothing was
/// done); LOY_NOT_FOUND where goods come back of a sale that this ledger does not know
/// ("sale.unknown"); LOY_REFUSED where more comes back than was sold ("refund.quantity_left",
/// "refund.amount_left"), goods come back whose points are gone and the programme wants them
/// ("refund.points_missing"), the cart's cashier may not give so much back ("approval.needed",
/// "approval.too_low": see loy_approval_give), or points are spent that need the member's code
/// ("code.needed" and what begins so: section "Code"); the store's. Points or rewards that are
/// wanted and not there are no refusal: the wish shrinks, to nothing if need be, and
/// loy_quote_redemptions and loy_quote_payable tell what became of it.
/// Crash: repeat it with the same operation_id, or leave it: the hold runs out.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_authorise(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    cart: *const loy_cart,
    hold_seconds: i32,
    sale_out: *mut *mut loy_sale,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let sale_out = HandleOut::clear(sale_out, "sale_out");
    boundary::call_on(ledger, error_out, |till| {
        let basket = handles::find(cart)?;
        let operation_id = text::text(operation_id, "operation_id")?;
        let range = 1..=i64::from(HOLD_SECONDS_MAX);
        let hold_seconds: u32 = text::within(i64::from(hold_seconds), range, "hold_seconds")?;
        let sale_out = sale_out.reserve()?;
        hand_out(
            till,
            sale_out,
            till.authorise(&operation_id, &basket.cart(), hold_seconds),
        )
    })
}

/// Makes an authorised sale final, after the customer paid.
///
/// final_cart may be NULL: the cart is what it was, and exactly the frozen quote is posted, whatever
/// changed since. A final_cart with other goods is evaluated again; its member may be added, not
/// changed. A hold that ran out or a day that was closed is no reason to refuse: the sale is then
/// marked late, and points that are gone become a debt; points that were alive on its business date
/// and ran out since are spent as if it had come in time. Nor is a receipt number that another sale
/// has by now: the sale is final without it, loy_sale_find finds the other, and loy_ledger_log has
/// "receipt.taken".
///
/// A sale that was voided cannot be made final any more: LOY_ALREADY_RESOLVED, and sale_out is
/// LOY_SALE_VOIDED. If the customer has paid it, see loy_sale_void.
///
/// Writes: the sale's points, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a final_cart of another member, one that does not
/// fit the programme, or a changed one with which so many points come back that the member would
/// have more than 9e15 ("points.beyond"); LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
/// LOY_E_OPERATION_CONFLICT; LOY_NOT_FOUND; LOY_ALREADY_RESOLVED where another operation
/// committed, voided or refunded it; the store's. Do not keep the customer waiting for any of
/// them: keep the operation_id and repeat the call later.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_commit(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    sale_id: *const c_char,
    final_cart: *const loy_cart,
    sale_out: *mut *mut loy_sale,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let sale_out = HandleOut::clear(sale_out, "sale_out");
    boundary::call_on(ledger, error_out, |till| {
        let final_cart = if final_cart.is_null() {
            None
        } else {
            Some(handles::find(final_cart)?.cart())
        };
        let operation_id = text::text(operation_id, "operation_id")?;
        let id = self::sale_id(sale_id)?;
        let sale_out = sale_out.reserve()?;
        hand_out(
            till,
            sale_out,
            till.commit(&operation_id, id, final_cart.as_ref()),
        )
    })
}

/// Calls an authorised sale off: the customer did not pay. Reserved points are free again, and so
/// is the receipt number.
///
/// A sale that was voided though it is paid is written with loy_sale_record: the same cart, receipt
/// number included, under a new operation_id. It becomes another sale, with an id of its own, and is
/// priced anew with the points that are there now: compare payable of its quote with what was paid.
///
/// reason says why, in your words, at most 200 bytes; "" for nothing; no person's name. It stays in
/// the ledger's file, beside the sale.
///
/// Writes: one entry and what frees the points, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
/// LOY_E_OPERATION_CONFLICT; LOY_NOT_FOUND; LOY_ALREADY_RESOLVED where it was committed or voided
/// before; the store's.
/// Crash: repeat it with the same operation_id, or leave it: the hold runs out.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_void(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    sale_id: *const c_char,
    reason: *const c_char,
    sale_out: *mut *mut loy_sale,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let sale_out = HandleOut::clear(sale_out, "sale_out");
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let id = self::sale_id(sale_id)?;
        let reason = text::text(reason, "reason")?;
        let sale_out = sale_out.reserve()?;
        hand_out(till, sale_out, till.void(&operation_id, id, &reason))
    })
}

/// Writes a sale that is paid already: authorise and commit in one.
///
/// It takes any past instant and any business date, closed or not, so that sales from a queue or
/// from before a repair get in; such a sale is marked late. It is priced with the points that were
/// alive on its business date, also where a day close has written them off since.
///
/// Writes: the sale, its cart and its points, in one sync.
/// Status: as loy_sale_authorise.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_record(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    cart: *const loy_cart,
    sale_out: *mut *mut loy_sale,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let sale_out = HandleOut::clear(sale_out, "sale_out");
    boundary::call_on(ledger, error_out, |till| {
        let basket = handles::find(cart)?;
        let operation_id = text::text(operation_id, "operation_id")?;
        let sale_out = sale_out.reserve()?;
        hand_out(till, sale_out, till.record(&operation_id, &basket.cart()))
    })
}

/// Adds a member to a sale that was nobody's, once: the customer paid and says only now that they
/// are a member.
///
/// The sale's own programme says for how many days this may be done, and gives what the sale would
/// have given the member on its date; what has come back since gives nothing. Prices and payments
/// stay, and nothing is spent. From then on the sale is the member's: returns take its points back,
/// and it counts for visits, caps and tiers on its own date. at_ms, utc_offset_minutes and
/// business_date say when the customer came back. The quote of sale_out is that with the member.
///
/// Writes: the claim and the sale's points, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
/// LOY_E_OPERATION_CONFLICT; LOY_NOT_FOUND; LOY_ALREADY_RESOLVED where it was claimed, voided or
/// returned as a whole before; LOY_REFUSED for a sale that is not final, is a member's, is of a
/// later date, or has goods in it that came back without their sale; LOY_EXPIRED where it is too
/// late; the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)]
pub unsafe extern "C" fn loy_sale_claim(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    sale_id: *const c_char,
    member_number: *const c_char,
    at_ms: i64,
    utc_offset_minutes: i32,
    business_date: i32,
    sale_out: *mut *mut loy_sale,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let sale_out = HandleOut::clear(sale_out, "sale_out");
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let request = ClaimRequest {
            sale: self::sale_id(sale_id)?,
            member: read_member_number(member_number, "member_number")?,
            at: text::instant(at_ms, "at_ms")?,
            offset: text::offset(utc_offset_minutes, "utc_offset_minutes")?,
            business_date: text::business_date(business_date, "business_date")?,
        };
        let sale_out = sale_out.reserve()?;
        hand_out(till, sale_out, till.claim(&operation_id, &request))
    })
}

/// Reads a sale by its id.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_NOT_FOUND; the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_get(
    ledger: *const loy_ledger,
    sale_id: *const c_char,
    sale_out: *mut *mut loy_sale,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let sale_out = HandleOut::clear(sale_out, "sale_out");
    boundary::call_on(ledger, error_out, |till| {
        let id = self::sale_id(sale_id)?;
        let sale_out = sale_out.reserve()?;
        sale_out.give(Sold::new(till.sale(id)?));
        Ok(())
    })
}

/// Finds a sale by what stands on its receipt.
///
/// till may be NULL: this till. part is 1 unless you rang the receipt up in several parts.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_NOT_FOUND; the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_find(
    ledger: *const loy_ledger,
    receipt_number: *const c_char,
    business_date: i32,
    till: *const c_char,
    part: i32,
    sale_out: *mut *mut loy_sale,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let sale_out = HandleOut::clear(sale_out, "sale_out");
    let till_name = till;
    boundary::call_on(ledger, error_out, |till| {
        let key = ReceiptKey {
            receipt_number: text::text(receipt_number, "receipt_number")?,
            business_date: text::business_date(business_date, "business_date")?,
            till: text::optional_text(till_name, "till")?,
            part: text::within(i64::from(part), 1..=9_999, "part")?,
        };
        let sale_out = sale_out.reserve()?;
        sale_out.give(Sold::new(till.find_sale(&key)?));
        Ok(())
    })
}

/// Lists the sales that are authorised and neither committed nor voided, oldest first: held ones,
/// and those whose hold ran out and that nobody resolved.
///
/// Rows: sale_id, receipt_number, member (texts; "" if there is none), payable, held_until_ms, state
/// (LOY_SALE_HELD or LOY_SALE_EXPIRED).
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_pending(
    ledger: *const loy_ledger,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let rows_out = rows_out.reserve()?;
        let mut rows = Rows::new(&[
            "sale_id",
            "receipt_number",
            "member",
            "payable",
            "held_until_ms",
            "state",
        ]);
        for sale in till.pending_sales()? {
            rows.push([
                sale.id.to_string().into(),
                sale.receipt_number.unwrap_or_default().into(),
                member_text(sale.member).into(),
                sale.payable.get().into(),
                sale.held_until_ms.ms().into(),
                state_number(sale.state).into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}

/// Lists the sales of a split bill, oldest first: those of a business date with one receipt group.
///
/// Rows: sale_id, receipt_number, receipt_part, member (texts; "" if there is none), payable, state
/// (one of LOY_SALE_).
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT, the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_group(
    ledger: *const loy_ledger,
    receipt_group: *const c_char,
    business_date: i32,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let group = text::text(receipt_group, "receipt_group")?;
        let date = text::business_date(business_date, "business_date")?;
        let rows_out = rows_out.reserve()?;
        let mut rows = Rows::new(&[
            "sale_id",
            "receipt_number",
            "receipt_part",
            "member",
            "payable",
            "state",
        ]);
        for sale in till.sales_of_group(&group, date)? {
            rows.push([
                sale.id.to_string().into(),
                sale.receipt_number.unwrap_or_default().into(),
                sale.receipt_part.into(),
                member_text(sale.member).into(),
                sale.payable.get().into(),
                state_number(sale.state).into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}

fn member_text(member: Option<MemberNumber>) -> String {
    member.map(|number| number.to_string()).unwrap_or_default()
}

fn state_number(state: SaleState) -> i32 {
    match state {
        SaleState::Held => LOY_SALE_HELD,
        SaleState::Committed => LOY_SALE_COMMITTED,
        SaleState::Voided => LOY_SALE_VOIDED,
        SaleState::Expired => LOY_SALE_EXPIRED,
        SaleState::Refunded => LOY_SALE_REFUNDED,
    }
}

/// Returns the id by which the ledger knows the sale. Keep it with your receipt.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_id(sale: *const loy_sale) -> *const c_char {
    boundary::text(|| Some(handles::find(sale).ok()?.id.as_ptr()))
}

fn fact(
    sale: *const loy_sale,
    place: *mut i32,
    name: &str,
    error_out: *mut *mut loy_error,
    pick: fn(&Sale) -> i32,
) -> loy_status {
    boundary::call(error_out, || {
        let sold = handles::find(sale)?;
        NumberOut::required(place, name)?.give(pick(&sold.sale));
        Ok(())
    })
}

/// Tells the state: one of LOY_SALE_.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_state(
    sale: *const loy_sale,
    state_out: *mut i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    fact(sale, state_out, "state_out", error_out, |sale| {
        state_number(sale.state)
    })
}

/// Tells whether the call found its operation done before: 1 if so. Its quote is the first one, its
/// state the present one.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_was_replayed(
    sale: *const loy_sale,
    replayed_out: *mut i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    fact(sale, replayed_out, "replayed_out", error_out, |sale| {
        i32::from(sale.was_replayed)
    })
}

/// Tells whether the sale was committed late, after its hold ran out or its day was closed: 1 if so.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_is_late(
    sale: *const loy_sale,
    late_out: *mut i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    fact(sale, late_out, "late_out", error_out, |sale| {
        i32::from(sale.is_late)
    })
}

/// Tells how much more than authorised is to be paid after a commit with another cart, in minor
/// units; below zero for less. 0 for every other sale.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_payable_change(
    sale: *const loy_sale,
    amount_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let change = handles::find(sale)?.sale.payable_change.get();
        NumberOut::required(amount_out, "amount_out")?.give(change);
        Ok(())
    })
}

/// Tells what has come back of the sale so far: the money, in minor units, and the points.
///
/// Rows, one a wallet of which points have gone back: wallet (its id), taken_back (awarded points
/// that were taken back or are owed), returned (spent points that came back).
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_given_back(
    sale: *const loy_sale,
    amount_out: *mut i64,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call(error_out, || {
        let sold = handles::find(sale)?;
        let amount_out = NumberOut::required(amount_out, "amount_out")?;
        let rows_out = rows_out.reserve()?;
        let mut rows = Rows::new(&["wallet", "taken_back", "returned"]);
        let back = sold.sale.given_back.as_ref();
        for wallet in back.map_or(&[][..], |back| &back.wallets) {
            rows.push([
                wallet.wallet.as_str().into(),
                wallet.taken_back.get().into(),
                wallet.returned.get().into(),
            ]);
        }
        amount_out.give(back.map_or(0, |back| back.amount.get()));
        rows_out.give(rows);
        Ok(())
    })
}

/// Copies the quote of the sale: what was frozen, or posted, or claimed. What has come back since
/// changes nothing of it, so that a receipt can be printed again as it was; see
/// loy_sale_given_back. Free it with loy_quote_free; it lives on when the sale is freed.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_quote(
    sale: *const loy_sale,
    quote_out: *mut *mut loy_quote,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let quote_out = HandleOut::clear(quote_out, "quote_out");
    boundary::call(error_out, || {
        let sold = handles::find(sale)?;
        let quote_out = quote_out.reserve()?;
        quote_out.give(Priced::new(
            sold.sale.quote.clone(),
            Arc::clone(&sold.sale.programme),
        ));
        Ok(())
    })
}

/// Returns the member number, or "" if the sale is nobody's.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_member(sale: *const loy_sale) -> *const c_char {
    boundary::text(|| Some(handles::find(sale).ok()?.member.as_ptr()))
}

/// Writes the sale with its cart and quote as JSON.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_to_json(
    sale: *const loy_sale,
    json_out: *mut *mut loy_buffer,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let json_out = HandleOut::clear(json_out, "json_out");
    boundary::call(error_out, || {
        let sold = handles::find(sale)?;
        json_out.reserve()?.give(json(&sold.sale));
        Ok(())
    })
}

/// Frees a sale: your copy of it, not what the ledger knows.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_sale_free(sale: *mut loy_sale) {
    boundary::end(|| drop(handles::release(sale)));
}
