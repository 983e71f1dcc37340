//! Refund
//!
//! Goods that come back: what they earned goes back, what they spent comes back to the lots it came
//! from. Return a sale whole, by quantity or by amount, in as many refunds as you like: together
//! they end where one whole refund ends. More than was sold is refused with what is left.

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use crate::evaluate::LINES_MAX;
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::{BusinessDate, Instant, SaleId, UtcOffset};
use crate::kernel::{Money, Quantity};
use crate::till::{Goods, Measure, RefundPreview, RefundRequest, ReturnedPart, WalletRefund};

use super::boundary;
use super::buffer::loy_buffer;
use super::cart::loy_cart;
use super::error::loy_error;
use super::fault::Fault;
use super::handles::{self, Handle};
use super::ledger::loy_ledger;
use super::out::HandleOut;
use super::quote::{printed, printer};
use super::rows::{Rows, loy_rows};
use super::sale::{hand_out, loy_sale, sale_id};
use super::status::loy_status;
use super::text;

/// A return that is being rung up. Threads: one at a time. Free with loy_refund_free.
pub struct loy_refund {
    _ticket: [u8; 0],
}

/// Parts one refund may name; two for each line a cart can have.
const PARTS_MAX: usize = 4_000;

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
    goods: Option<Goods>,
}

impl Return {
    fn change<T>(&self, change: impl FnOnce(&mut Draft) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The request, once it is complete.
    fn request(&self) -> Result<RefundRequest, Fault> {
        let draft = self.change(|draft| draft.clone());
        let goods = draft.goods.ok_or_else(|| {
            let message = "nothing is returned yet; call loy_refund_add_all or another add";
            Fault::argument("refund.empty", "refund", message)
        })?;
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
            goods,
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
            goods: None,
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

/// Takes everything of the sale back that has not come back yet, in place of the parts that were
/// added before.
///
/// Status: LOY_E_HANDLE.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_add_all(
    refund: *mut loy_refund,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        handles::find(refund)?.change(|draft| draft.goods = Some(Goods::Everything));
        Ok(())
    })
}

/// Takes a part of one line back: quantity_milli of its goods, which give back their share of what
/// was paid for the line. line counts from 0 in the order of the cart.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also after loy_refund_add_all. Whether the sale has so
/// much left is looked at by loy_refund_evaluate and loy_refund_commit.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_add_quantity(
    refund: *mut loy_refund,
    line: i32,
    quantity_milli: i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let refund = handles::find(refund)?;
        let quantity = text::within(quantity_milli, 1..=AMOUNT_MAX, "quantity_milli")?;
        add_part(&refund, line, Measure::Quantity(Quantity::new(quantity)))
    })
}

/// Gives money of one line back without goods: a price reduction after the sale. amount is in minor
/// units; line counts from 0 in the order of the cart.
///
/// Status: as loy_refund_add_quantity.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_add_amount(
    refund: *mut loy_refund,
    line: i32,
    amount: i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let refund = handles::find(refund)?;
        let amount = text::within(amount, 1..=AMOUNT_MAX, "amount")?;
        add_part(&refund, line, Measure::Amount(Money::new(amount)))
    })
}

/// Takes a part of one line back for which you give amount, in minor units, zero or more: what is
/// left after a fee for restocking, or what your own rounding makes of it. Points follow amount
/// where the programme's policy for the wallet says so (refund.base "stated"), and the line's share
/// otherwise; the money of the refund is amount. line counts from 0 in the order of the cart.
///
/// Status: as loy_refund_add_quantity.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_add_quantity_for(
    refund: *mut loy_refund,
    line: i32,
    quantity_milli: i64,
    amount: i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let refund = handles::find(refund)?;
        let quantity = text::within(quantity_milli, 1..=AMOUNT_MAX, "quantity_milli")?;
        let amount = text::within(amount, 0..=AMOUNT_MAX, "amount")?;
        let measure = Measure::QuantityFor(Quantity::new(quantity), Money::new(amount));
        add_part(&refund, line, measure)
    })
}

/// Undoes the sale: a post-void, because it should never have been. Takes everything back that has
/// not come back yet, gives every point back that was spent, and the sale counts for nothing any
/// more: not as a visit, a first sale, for caps, quotas or a tier. Only the programme's "limits"
/// against misuse keep counting it, so that nobody gains tries by undoing sales. Set a "reason": it
/// is required.
///
/// Goods that came back in the cart of the sale are sold again: their return is undone with every
/// point it took, gave back or made owed, and loy_refund_evaluate tells the difference in money,
/// which is below zero where the customer gives some back. Where the sale they came from was
/// returned further or claimed since, what was decided then rests on it: loy_refund_evaluate and
/// loy_refund_commit are LOY_REFUSED with the reason "refund.void_followed". Return the lines
/// instead, with another loy_refund.
///
/// It stands in place of the parts that were added before, and of loy_refund_add_all.
///
/// Status: LOY_E_HANDLE.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_add_post_void(
    refund: *mut loy_refund,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        handles::find(refund)?.change(|draft| draft.goods = Some(Goods::PostVoid));
        Ok(())
    })
}

fn add_part(refund: &Return, line: i32, measure: Measure) -> Result<(), Fault> {
    let last_line = i64::try_from(LINES_MAX).unwrap_or(i64::MAX) - 1;
    let line = text::within(i64::from(line), 0..=last_line, "line")?;
    refund.change(
        |draft| match draft.goods.get_or_insert_with(|| Goods::Parts(Vec::new())) {
            Goods::Parts(parts) if parts.len() < PARTS_MAX => {
                parts.push(ReturnedPart { line, measure });
                Ok(())
            }
            Goods::Parts(_) => {
                let message = "a refund has at most 4,000 parts";
                Err(Fault::argument("refund.parts", "line", message))
            }
            Goods::Everything | Goods::PostVoid => {
                let message = "everything is returned already; a part cannot be added to it";
                Err(Fault::argument("refund.everything", "line", message))
            }
        },
    )
}

/// What a refund does: a row for the money, then one a wallet.
pub(super) fn preview_rows(preview: &RefundPreview) -> Rows {
    let mut rows = Rows::new(&[
        "wallet",
        "points_taken_back",
        "points_returned",
        "debt",
        "amount",
        "points_lapsed",
        "amount_stored",
    ]);
    let money = WalletRefund::default();
    for line in [&money].into_iter().chain(&preview.wallets) {
        rows.push([
            line.wallet.as_str().into(),
            line.taken_back.get().into(),
            line.returned.get().into(),
            line.debt.get().into(),
            preview.amount.get().into(),
            line.lapsed.get().into(),
            preview.stored.get().into(),
        ]);
    }
    rows
}

/// Tells what the refund would do, before you pay anything out.
///
/// Rows: the first has the wallet "" and speaks of the money alone; then one a wallet: wallet (its
/// id), points_taken_back (what the sale had earned),
/// points_returned (what it had spent), debt (how much of points_taken_back is no longer there and
/// will be owed), amount (what the goods cost; the same in each row), points_lapsed
/// (how much of points_returned cannot be spent, because the lot it came from has run out),
/// amount_stored (of the amount, what goes back onto stored value, such as a gift card, and is not
/// paid out; the same in each row).
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a refund without time or goods; LOY_NOT_FOUND;
/// LOY_ALREADY_RESOLVED where the whole sale was refunded or voided before; LOY_REFUSED for a
/// sale that is not committed or is of a later date, for more than is left, or for points that
/// are no longer there where the programme wants them back; the store's. What the cashier may
/// give back is looked at by loy_refund_commit only.
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
        rows_out.give(preview_rows(&preview));
        Ok(())
    })
}

/// Refunds the sale. sale_out is the sale as it stands then, and not this refund: what it gave back
/// is told by loy_refund_get and printed by loy_refund_receipt, as often as you like.
///
/// Writes: the refund and the points it moves, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a refund without time or goods, or for a post-
/// void without a reason; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
/// LOY_E_OPERATION_CONFLICT; LOY_NOT_FOUND; LOY_ALREADY_RESOLVED where the whole sale was
/// refunded or voided before, or the receipt number is another refund's (sale_out stays NULL if
/// that was one without a sale); LOY_REFUSED for a sale that is not committed or is of a later
/// date, for more than is left, for points that are no longer there where the programme wants
/// them back, and above the cashier's ceiling ("approval.needed", see loy_approval_give); the
/// store's.
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
        hand_out(till, sale_out, till.refund(&operation_id, &request))
    })
}

/// Tells what a refund did: for its own receipt, and after a crash. operation_id is that of
/// loy_refund_commit or loy_ledger_refund_unlinked; the refund may be as old as it likes.
///
/// Rows: as loy_refund_evaluate, of this refund alone. What has come back of the sale so far is told
/// by loy_sale_given_back.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_NOT_FOUND where no refund was done with
/// this operation_id, be it that it was refused; the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_get(
    ledger: *const loy_ledger,
    operation_id: *const c_char,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let rows_out = rows_out.reserve()?;
        rows_out.give(preview_rows(&till.refund_done(&operation_id)?));
        Ok(())
    })
}

/// Writes the lines to print on a refund's own receipt, each ended by a line feed: what is paid out,
/// and the points that were taken back or returned, by wallet; the same whenever it is asked.
/// operation_id as of loy_refund_get, width_columns and diacritics as of loy_quote_receipt.
///
/// Status: as loy_refund_get.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_refund_receipt(
    ledger: *const loy_ledger,
    operation_id: *const c_char,
    width_columns: i32,
    diacritics: i32,
    receipt_out: *mut *mut loy_buffer,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let receipt_out = HandleOut::clear(receipt_out, "receipt_out");
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let (width, diacritics) = printer(width_columns, diacritics)?;
        let receipt_out = receipt_out.reserve()?;
        let lines = till.refund_done_receipt(&operation_id, width, diacritics)?;
        receipt_out.give(printed(&lines));
        Ok(())
    })
}

/// Tells what loy_ledger_refund_unlinked would do with this cart.
///
/// Rows: as loy_refund_evaluate.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a cart with anything but goods that come back;
/// LOY_REFUSED for points that are no longer there where the programme wants them back; the
/// store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_evaluate_unlinked(
    ledger: *const loy_ledger,
    cart: *const loy_cart,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let cart = handles::find(cart)?.cart();
        let rows_out = rows_out.reserve()?;
        rows_out.give(preview_rows(&till.preview_unlinked(&cart)?));
        Ok(())
    })
}

/// Takes goods back whose sale this till does not know: a cart of nothing but lines with a quantity
/// below zero, without return_of (docs/cart.md, "Goods that come back"). Its receipt_number is the
/// refund's. They are worth what they would earn if they were sold today to the member in the
/// present tier, rounded toward zero; that is taken out of the member's points, pending ones first
/// and then the newest. What is not there is owed, or what the programme says for the wallet.
///
/// Rows: as loy_refund_evaluate; repeated with the same operation_id, the same again.
///
/// Writes: the refund and the points it moves, in one sync.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a cart with anything but goods that come back;
/// LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT;
/// LOY_ALREADY_RESOLVED where the receipt number is another refund's; LOY_REFUSED for points that
/// are no longer there where the programme wants them back, and with the reasons
/// "approval.needed" and "approval.too_low" above what the cart's cashier may give back (see
/// loy_approval_give); the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_refund_unlinked(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    cart: *const loy_cart,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let cart = handles::find(cart)?.cart();
        let operation_id = text::text(operation_id, "operation_id")?;
        let rows_out = rows_out.reserve()?;
        rows_out.give(preview_rows(
            &till.refund_unlinked(&operation_id, &cart)?.done,
        ));
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
