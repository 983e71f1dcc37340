//! Quote
//!
//! What a cart would earn and cost, and why. Evaluating writes nothing; equal inputs give equal
//! quotes, byte for byte, on every machine.

use std::ffi::{CString, c_char};
use std::sync::Arc;

use crate::evaluate::WalletBack;
use crate::evaluate::{Quote, WalletLine, cashier_line, display_line, receipt_lines};
use crate::kernel::{Points, WalletNumber};
use crate::programme::{Programme, shape};
use crate::texts::{Diacritics, Language};

use super::boundary;
use super::buffer::{BufferObject, loy_buffer};
use super::cart::loy_cart;
use super::error::loy_error;
use super::fault::Fault;
use super::handles::{self, Handle};
use super::ledger::loy_ledger;
use super::member::no_such_wallet;
use super::out::{HandleOut, NumberOut};
use super::rows::{Rows, loy_rows};
use super::status::loy_status;
use super::text::{self, for_c};

/// Vietnamese as it is written.
pub const LOY_DIACRITICS_KEPT: i32 = 0;
/// Without marks, for printers that have none: "Diem tich luy".
pub const LOY_DIACRITICS_STRIPPED: i32 = 1;

/// An evaluated cart. It does not change when cart or ledger do. Threads: one at a time. Free with
/// loy_quote_free.
pub struct loy_quote {
    _ticket: [u8; 0],
}

impl Handle for loy_quote {
    type Object = Priced;
}

/// A quote with the programme that names its wallets, and its texts ready for C.
pub(super) struct Priced {
    pub(super) quote: Quote,
    programme: Arc<Programme>,
    cashier_text: CString,
    customer_text: CString,
}

/// Columns of a cashier's screen.
const CASHIER_COLUMNS: usize = 48;
/// Columns of a customer's pole display.
const CUSTOMER_COLUMNS: usize = 20;

impl Priced {
    pub(super) fn new(quote: Quote, programme: Arc<Programme>) -> Self {
        let kept = Diacritics::Kept;
        let cashier_text = for_c(&cashier_line(&quote, &programme, CASHIER_COLUMNS, kept));
        let customer_text = for_c(&display_line(&quote, &programme, CUSTOMER_COLUMNS, kept));
        Self {
            quote,
            programme,
            cashier_text,
            customer_text,
        }
    }

    fn wallet_id(&self, number: WalletNumber) -> &str {
        let wallet = self.programme.wallet_by_number(number);
        wallet.map_or("", |wallet| wallet.id.as_str())
    }

    pub(super) fn draw_name(&self, id: &str) -> &str {
        let language = Language::from_code(self.quote.language).unwrap_or_default();
        let draw = self.programme.draw(id);
        draw.map_or("", |draw| draw.name.in_language(language))
    }

    fn wallet(&self, id: &str) -> Result<WalletNumber, Fault> {
        self.programme
            .wallet(id)
            .map(|wallet| wallet.number)
            .ok_or_else(no_such_wallet)
    }
}

/// Prices a cart: what it earns, what it may cost less, and why.
///
/// Call it as often as you like while the cart grows, and show payable and the cashier text.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a cart that does not fit the programme (another
/// currency, a wallet it does not have, a date on which it is not valid); the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_evaluate(
    ledger: *const loy_ledger,
    cart: *const loy_cart,
    quote_out: *mut *mut loy_quote,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let quote_out = HandleOut::clear(quote_out, "quote_out");
    boundary::call_on(ledger, error_out, |till| {
        let basket = handles::find(cart)?;
        let quote_out = quote_out.reserve()?;
        let cart = basket.cart();
        let quote = till.evaluate(&cart)?;
        quote_out.give(Priced::new(quote, till.programme_on(cart.business_date)?));
        Ok(())
    })
}

/// Prices a cart by a programme that is not installed: what would it earn and cost if this document
/// were in force? The member is as this ledger knows them. On which days the document is valid does
/// not matter. Nothing can be authorised or recorded by it: install it for that.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, as loy_quote_evaluate; LOY_E_DOCUMENT for a document that
/// cannot be used (loy_programme_check lists every problem) or is none of the installed programme:
/// another id or currency, or other wallets; the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_try(
    ledger: *const loy_ledger,
    json: *const u8,
    json_size: i64,
    cart: *const loy_cart,
    quote_out: *mut *mut loy_quote,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let quote_out = HandleOut::clear(quote_out, "quote_out");
    boundary::call_on(ledger, error_out, |till| {
        let basket = handles::find(cart)?;
        let json = text::document(json, json_size, "json", "json_size")?;
        let quote_out = quote_out.reserve()?;
        let (quote, programme) = till.try_programme(&json, &basket.cart())?;
        quote_out.give(Priced::new(quote, programme));
        Ok(())
    })
}

fn amount(
    quote: *const loy_quote,
    amount_out: *mut i64,
    error_out: *mut *mut loy_error,
    pick: fn(&Quote) -> i64,
) -> loy_status {
    boundary::call(error_out, || {
        let priced = handles::find(quote)?;
        NumberOut::required(amount_out, "amount_out")?.give(pick(&priced.quote));
        Ok(())
    })
}

/// Tells what is left to pay by cash, card and the like: the total less what loy takes off.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_payable(
    quote: *const loy_quote,
    amount_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    amount(quote, amount_out, error_out, |quote| {
        quote.outcome.payable.get()
    })
}

/// Tells what the lines add up to, before loy takes anything off.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_total(
    quote: *const loy_quote,
    amount_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    amount(quote, amount_out, error_out, |quote| {
        quote.outcome.total.get()
    })
}

/// Tells what loy takes off the bill, zero or more: points spent as money included.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_discount_total(
    quote: *const loy_quote,
    amount_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    amount(quote, amount_out, error_out, |quote| quote.discount().get())
}

/// Tells what loy takes off one line, zero or more. The lines add up to loy_quote_discount_total;
/// compute the tax of each line on what is left of it.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a line that is not in the cart.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_line_discount(
    quote: *const loy_quote,
    line: i32,
    amount_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let priced = handles::find(quote)?;
        let discounts = &priced.quote.outcome.line_discounts;
        let discount = usize::try_from(line)
            .ok()
            .and_then(|line| discounts.get(line));
        let discount = discount.ok_or_else(|| {
            let message = format!("the cart has {} lines, numbered from 0", discounts.len());
            Fault::argument("no_such_line", "line", message)
        })?;
        NumberOut::required(amount_out, "amount_out")?.give(discount.get());
        Ok(())
    })
}

fn points(
    quote: *const loy_quote,
    wallet: *const c_char,
    points_out: *mut i64,
    error_out: *mut *mut loy_error,
    pick: fn(&Quote, WalletNumber) -> Result<Points, Fault>,
) -> loy_status {
    boundary::call(error_out, || {
        let priced = handles::find(quote)?;
        let wallet = priced.wallet(&text::text(wallet, "wallet")?)?;
        let points = pick(&priced.quote, wallet)?;
        NumberOut::required(points_out, "points_out")?.give(points.get());
        Ok(())
    })
}

fn of_member(quote: &Quote, wallet: WalletNumber) -> Result<&WalletLine, Fault> {
    quote
        .wallet(wallet)
        .ok_or_else(|| Fault::not_found("member", "the cart has no member"))
}

/// Tells how many points of a wallet the sale awards. 0 without a member.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a wallet that the programme does not have;
/// LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_points_awarded(
    quote: *const loy_quote,
    wallet: *const c_char,
    points_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    points(quote, wallet, points_out, error_out, |quote, wallet| {
        Ok(quote.awarded(wallet))
    })
}

/// Tells how many points of a wallet the sale spends. 0 without a member.
///
/// Status: as loy_quote_points_awarded.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_points_redeemed(
    quote: *const loy_quote,
    wallet: *const c_char,
    points_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    points(quote, wallet, points_out, error_out, |quote, wallet| {
        Ok(quote.redeemed(wallet))
    })
}

/// Tells the known balance before the sale.
///
/// Status: as loy_quote_points_awarded; LOY_NOT_FOUND where the cart has no member.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_balance_before(
    quote: *const loy_quote,
    wallet: *const c_char,
    points_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    points(quote, wallet, points_out, error_out, |quote, wallet| {
        Ok(of_member(quote, wallet)?.before.known)
    })
}

/// Tells the known balance after the sale.
///
/// Status: as loy_quote_balance_before.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_balance_after(
    quote: *const loy_quote,
    wallet: *const c_char,
    points_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    points(quote, wallet, points_out, error_out, |quote, wallet| {
        Ok(of_member(quote, wallet)?.after)
    })
}

/// Tells the instant up to which these balances know what other tills did: as loy_member_as_of, and
/// for a quote that is asked for again the one of then.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_NOT_FOUND where the cart has no member, or an older
/// library priced it.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_as_of(
    quote: *const loy_quote,
    at_ms_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let quote = handles::find(quote)?;
        let at_ms_out = NumberOut::required(at_ms_out, "at_ms_out")?;
        let as_of = quote.quote.as_of_ms;
        let missing = || Fault::not_found("as_of".to_owned(), "it is not told for this cart");
        at_ms_out.give(as_of.ok_or_else(missing)?.ms());
        Ok(())
    })
}

/// Tells how many points this sale could spend at most, whether or not the cart asks for it.
///
/// Status: as loy_quote_balance_before.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_redeemable(
    quote: *const loy_quote,
    wallet: *const c_char,
    points_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    points(quote, wallet, points_out, error_out, |quote, wallet| {
        Ok(of_member(quote, wallet)?.redeemable)
    })
}

/// Hands out what a quote lists.
pub(super) fn list(
    quote: *const loy_quote,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
    rows: fn(&Priced) -> Rows,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call(error_out, || {
        let priced = handles::find(quote)?;
        let rows_out = rows_out.reserve()?;
        rows_out.give(rows(&priced));
        Ok(())
    })
}

/// Lists the points that the sale awards.
///
/// Rows: wallet (its id), rule (its id; "tier:" and the id of a tier, or "challenge:" and that of a
/// challenge, for what reaching it gives), points, available_from, expires_on (the first day on
/// which they cannot be spent; absent for never).
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_awards(
    quote: *const loy_quote,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    list(quote, rows_out, error_out, |priced| {
        let mut rows = Rows::new(&["wallet", "rule", "points", "available_from", "expires_on"]);
        for award in &priced.quote.outcome.awards {
            rows.push([
                priced.wallet_id(award.wallet).into(),
                award.rule.as_str().into(),
                award.points.get().into(),
                award.available_from.yyyymmdd().into(),
                award.expires_on.map(|date| date.yyyymmdd()).into(),
            ]);
        }
        rows
    })
}

/// Lists the offers that were taken, in the order in which they were. What they take off each line
/// is part of loy_quote_line_discount.
///
/// Rows: offer (its id), amount (what it takes off the bill; 0 for a gift), times (how often, for
/// offers that count; else 1), stage (line, cart or voucher), gift_sku (the article handed over
/// besides; "" for none), gift_quantity (so many pieces of it; absent for none). Add no line for
/// a gift.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_offers(
    quote: *const loy_quote,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    list(quote, rows_out, error_out, |priced| {
        let mut rows = Rows::new(&[
            "offer",
            "amount",
            "times",
            "stage",
            "gift_sku",
            "gift_quantity",
        ]);
        for taken in &priced.quote.outcome.offers {
            let gift = taken.gift.as_ref();
            rows.push([
                taken.offer.as_str().into(),
                taken.amount.get().into(),
                taken.times.into(),
                taken.stage.word().into(),
                gift.map_or("", |gift| gift.sku.as_str()).into(),
                gift.map(|gift| gift.quantity).into(),
            ]);
        }
        rows
    })
}

/// Lists what the sale spends points on.
///
/// Rows: wallet (its id), points, amount (what they take off), reward (the id of the reward they
/// buy; "" where they pay as money).
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_redemptions(
    quote: *const loy_quote,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    list(quote, rows_out, error_out, |priced| {
        let mut rows = Rows::new(&["wallet", "points", "amount", "reward"]);
        for redemption in &priced.quote.outcome.redemptions {
            rows.push([
                priced.wallet_id(redemption.wallet).into(),
                redemption.points.get().into(),
                redemption.amount.get().into(),
                redemption.reward.clone().unwrap_or_default().into(),
            ]);
        }
        rows
    })
}

/// Tells whether rules count only some payments and the cart has none yet: 1 if so. Add them with
/// loy_cart_add_payment before the sale is final; until then its points are provisional.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_needs_payments(
    quote: *const loy_quote,
    needs_out: *mut i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let priced = handles::find(quote)?;
        let needs = i32::from(priced.quote.needs_payments);
        NumberOut::required(needs_out, "needs_out")?.give(needs);
        Ok(())
    })
}

/// Tells whether more points are spent than without the member's code: 1 if so. Have one shown
/// before the sale is authorised (section "Code").
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_needs_code(
    quote: *const loy_quote,
    needs_out: *mut i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let priced = handles::find(quote)?;
        let needs = i32::from(priced.quote.needs_code);
        NumberOut::required(needs_out, "needs_out")?.give(needs);
        Ok(())
    })
}

/// Lists what the goods do that come back in the cart; no row where none do.
///
/// Rows: sale (its id; "" where it is not known), amount (the money given back), wallet (its id; ""
/// where no points move), points_taken_back, points_returned (spent points that come back), debt
/// (how much of points_taken_back is no longer there and is owed). A sale has a row for each wallet
/// that it touches, with the same amount, or one row.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_returns(
    quote: *const loy_quote,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    list(quote, rows_out, error_out, |priced| {
        let mut rows = Rows::new(&[
            "sale",
            "amount",
            "wallet",
            "points_taken_back",
            "points_returned",
            "debt",
        ]);
        for back in &priced.quote.outcome.returns {
            let nothing = [WalletBack::default()];
            let parts = match back.wallets.as_slice() {
                [] => nothing.as_slice(),
                parts => parts,
            };
            for part in parts {
                rows.push([
                    back.sale.as_deref().unwrap_or("").into(),
                    back.amount.get().into(),
                    priced.wallet_id(part.wallet).into(),
                    part.taken_back.get().into(),
                    part.returned.get().into(),
                    part.debt.get().into(),
                ]);
            }
        }
        rows
    })
}

/// Lists, for every rule, what it did or why it did nothing.
///
/// Rows: rule (its id), applied (0 or 1), key (stable, such as "earn.amount.applied"), text (the
/// sentence, in the till's language), values (its numbers, exact, as a JSON object of texts).
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_reasons(
    quote: *const loy_quote,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    list(quote, rows_out, error_out, |priced| {
        let mut rows = Rows::new(&["rule", "applied", "key", "text", "values"]);
        for reason in &priced.quote.explanation {
            let values = shape::json(&reason.value_texts());
            rows.push([
                reason.rule().into(),
                reason.applied.into(),
                reason.key.into(),
                reason.text().into(),
                values.into(),
            ]);
        }
        rows
    })
}

/// How wide a printer is and which letters it has.
pub(super) fn printer(width_columns: i32, diacritics: i32) -> Result<(usize, Diacritics), Fault> {
    let width = text::within(i64::from(width_columns), 20..=48, "width_columns")?;
    let diacritics = match diacritics {
        LOY_DIACRITICS_KEPT => Diacritics::Kept,
        LOY_DIACRITICS_STRIPPED => Diacritics::Stripped,
        _ => {
            let message = "diacritics must be LOY_DIACRITICS_KEPT or LOY_DIACRITICS_STRIPPED";
            return Err(Fault::argument("argument.range", "diacritics", message));
        }
    };
    Ok((width, diacritics))
}

/// Lines for a printer, each ended by a line feed.
pub(super) fn printed(lines: &[String]) -> BufferObject {
    let mut printed = lines.join("\n");
    if !printed.is_empty() {
        printed.push('\n');
    }
    BufferObject::new(printed)
}

/// Writes the lines to print under your own receipt, each ended by a line feed.
///
/// width_columns is 20..48; no line is wider. diacritics is one of LOY_DIACRITICS_.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_receipt(
    quote: *const loy_quote,
    width_columns: i32,
    diacritics: i32,
    receipt_out: *mut *mut loy_buffer,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let receipt_out = HandleOut::clear(receipt_out, "receipt_out");
    boundary::call(error_out, || {
        let priced = handles::find(quote)?;
        let (width, diacritics) = printer(width_columns, diacritics)?;
        let receipt_out = receipt_out.reserve()?;
        let lines = receipt_lines(&priced.quote, &priced.programme, width, diacritics);
        receipt_out.give(printed(&lines));
        Ok(())
    })
}

/// Returns one line for the cashier: what the sale earns, uses and takes off, and the balance.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_cashier_text(quote: *const loy_quote) -> *const c_char {
    boundary::text(|| Some(handles::find(quote).ok()?.cashier_text.as_ptr()))
}

/// Returns one line of at most 20 columns for the customer's display.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_customer_text(quote: *const loy_quote) -> *const c_char {
    boundary::text(|| Some(handles::find(quote).ok()?.customer_text.as_ptr()))
}

/// Writes the quote as JSON.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_to_json(
    quote: *const loy_quote,
    json_out: *mut *mut loy_buffer,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let json_out = HandleOut::clear(json_out, "json_out");
    boundary::call(error_out, || {
        let priced = handles::find(quote)?;
        json_out
            .reserve()?
            .give(BufferObject::new(priced.quote.to_json()));
        Ok(())
    })
}

/// Frees a quote.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_quote_free(quote: *mut loy_quote) {
    boundary::end(|| drop(handles::release(quote)));
}
