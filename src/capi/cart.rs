//! Cart
//!
//! What is sold: plain data, no ledger, no disk, no clock. Build it call by call or read it as JSON;
//! both give the same cart. Lines are numbered from 0 in the order you add them. docs/cart.md lists
//! every field with its bounds.

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use crate::evaluate::{Cart, CartProblem};

use super::boundary;
use super::buffer::{BufferObject, loy_buffer};
use super::error::loy_error;
use super::fault::Fault;
use super::handles::{self, Handle};
use super::out::{HandleOut, NumberOut};
use super::status::{LOY_E_ARGUMENT, LOY_E_DOCUMENT, loy_status};
use super::text;

/// A cart that is being rung up. Threads: one at a time. Free with loy_cart_free.
pub struct loy_cart {
    _ticket: [u8; 0],
}

impl Handle for loy_cart {
    type Object = Basket;
}

/// A cart behind its handle.
pub(super) struct Basket(Mutex<Cart>);

impl Basket {
    fn new(cart: Cart) -> Self {
        Self(Mutex::new(cart))
    }

    fn change<T>(
        &self,
        change: impl FnOnce(&mut Cart) -> Result<T, CartProblem>,
    ) -> Result<T, Fault> {
        let mut cart = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut cart).map_err(wrong_argument)
    }

    /// The cart as it is now.
    pub(super) fn cart(&self) -> Cart {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn wrong_argument(problem: CartProblem) -> Fault {
    let message = problem.to_string();
    Fault::new(LOY_E_ARGUMENT, problem.code, problem.field, message)
}

fn wrong_document(problem: CartProblem) -> Fault {
    let message = problem.to_string();
    Fault::new(LOY_E_DOCUMENT, problem.code, problem.field, message)
}

/// The index of a line; below zero there is none, which the cart itself says best.
fn line_index(line: i32) -> usize {
    usize::try_from(line).unwrap_or(usize::MAX)
}

/// Begins a cart. currency is a code of ISO 4217, such as "VND".
///
/// at_ms is when the sale is rung up, business_date the day it belongs to in your books, which may
/// end after midnight. To put a cart aside use loy_cart_park and loy_cart_resume.
///
/// Status: LOY_E_ARGUMENT, LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_new(
    currency: *const c_char,
    at_ms: i64,
    utc_offset_minutes: i32,
    business_date: i32,
    cart_out: *mut *mut loy_cart,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let cart_out = HandleOut::clear(cart_out, "cart_out");
    boundary::call(error_out, || {
        let currency = text::text(currency, "currency")?;
        let date = i64::from(business_date);
        let cart =
            Cart::begin(&currency, at_ms, utc_offset_minutes, date).map_err(wrong_argument)?;
        cart_out.reserve()?.give(Basket::new(cart));
        Ok(())
    })
}

/// Reads a cart from JSON.
///
/// Status: LOY_E_ARGUMENT; LOY_E_DOCUMENT for what is no cart: the error's field is the place,
/// such as "lines[3].quantity_milli".
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_from_json(
    json: *const c_char,
    json_size: i64,
    cart_out: *mut *mut loy_cart,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let cart_out = HandleOut::clear(cart_out, "cart_out");
    boundary::call(error_out, || {
        let json = text::document(json.cast(), json_size, "json", "json_size")?;
        let cart_out = cart_out.reserve()?;
        let cart = Cart::from_json(&json).map_err(wrong_document)?;
        cart_out.give(Basket::new(cart));
        Ok(())
    })
}

/// Writes a cart as JSON without its time, to put it aside while other customers are served.
///
/// Take it up again with loy_cart_resume. loy_cart_from_json refuses it because its time is missing,
/// so that no sale gets the time, the day and the programme of the moment it was put aside. What the
/// customer showed (loy_cart_set_shown) stands in it.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_park(
    cart: *const loy_cart,
    json_out: *mut *mut loy_buffer,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let json_out = HandleOut::clear(json_out, "json_out");
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        json_out
            .reserve()?
            .give(BufferObject::new(basket.cart().park()));
        Ok(())
    })
}

/// Takes a parked cart up again, at the time of now.
///
/// Status: as loy_cart_from_json; a cart that was not parked has its time already, and the field is
/// "at_ms".
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_resume(
    json: *const c_char,
    json_size: i64,
    at_ms: i64,
    utc_offset_minutes: i32,
    business_date: i32,
    cart_out: *mut *mut loy_cart,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let cart_out = HandleOut::clear(cart_out, "cart_out");
    boundary::call(error_out, || {
        let json = text::document(json.cast(), json_size, "json", "json_size")?;
        let cart_out = cart_out.reserve()?;
        let date = i64::from(business_date);
        let cart = Cart::resume(&json, at_ms, utc_offset_minutes, date).map_err(wrong_document)?;
        cart_out.give(Basket::new(cart));
        Ok(())
    })
}

/// Writes a cart as JSON, for your log. What the customer showed is left out.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_to_json(
    cart: *const loy_cart,
    json_out: *mut *mut loy_buffer,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let json_out = HandleOut::clear(json_out, "json_out");
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        json_out
            .reserve()?
            .give(BufferObject::new(basket.cart().to_json()));
        Ok(())
    })
}

/// Says whose sale it is, by the member number; an empty text makes it nobody's.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a number with a wrong digit; LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_set_member(
    cart: *mut loy_cart,
    member_number: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        let member_number = text::text(member_number, "member_number")?;
        basket.change(|cart| cart.set_member(&member_number))
    })
}

/// Says what the customer showed to be known as a member: the text you gave to loy_member_scan, a
/// card, a phone or a member number. A programme may limit how often one code is used; without this
/// call such a limit is not known. What is shown only at loy_sale_commit is counted then: a changed
/// cart is priced by it, an unchanged one keeps its points and the day's report tells it. An empty
/// text takes it back.
///
/// It is personal. The ledger keeps a keyed hash of it; no error, log, quote or sale has it, nor has
/// loy_cart_to_json. Only loy_cart_park writes it: keep a parked cart no longer than you need it.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a payment card or another text that is no member's
/// code; LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_set_shown(
    cart: *mut loy_cart,
    shown: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        let shown = text::text(shown, "shown")?;
        basket.change(|cart| cart.set_shown(&shown))
    })
}

/// Sets a text of the cart: "receipt_number", "receipt_group", "till", "store", "cashier",
/// "channel" or "x.<your own>". An empty value removes it.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for another name; LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_set_text(
    cart: *mut loy_cart,
    name: *const c_char,
    value: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        let name = text::text(name, "name")?;
        let value = text::text(value, "value")?;
        basket.change(|cart| cart.set_text(&name, &value))
    })
}

/// Sets a number of the cart: "receipt_part", "at_ms", "utc_offset_minutes", "business_date" or
/// "x.<your own>".
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for another name; LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_set_int(
    cart: *mut loy_cart,
    name: *const c_char,
    value: i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        let name = text::text(name, "name")?;
        basket.change(|cart| cart.set_int(&name, value))
    })
}

/// Adds a line. line_total is what the line costs after your own discounts; it is the truth.
///
/// quantity_milli is in thousandths: 2 pieces are 2000, 250 g of a kilogram 250. Both are negative
/// for goods that come back: a quantity below zero with a line_total above zero is refused. Money
/// off has a line_total below zero alone. line_out may be NULL; it gets the line's number.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for line 2,001; LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_add_line(
    cart: *mut loy_cart,
    sku: *const c_char,
    quantity_milli: i64,
    line_total: i64,
    line_out: *mut i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        let sku = text::text(sku, "sku")?;
        let line_out = NumberOut::optional(line_out);
        let line = basket.change(|cart| cart.add_line(&sku, quantity_milli, line_total))?;
        line_out.give(i32::try_from(line).expect("a cart has at most 2,000 lines"));
        Ok(())
    })
}

/// Sets a text of a line: "category" ("food/dairy/milk"), "brand", "discount_reason" or
/// "x.<your own>", or adds a "tag". An empty value removes it; an empty tag removes all tags.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for another line or name; LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_line_set_text(
    cart: *mut loy_cart,
    line: i32,
    name: *const c_char,
    value: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        let name = text::text(name, "name")?;
        let value = text::text(value, "value")?;
        basket.change(|cart| cart.line_set_text(line_index(line), &name, &value))
    })
}

/// Sets a number of a line: "unit_price", "discount" (what you took off already, zero or more),
/// "tax_inside", "tax_outside", "x.<your own>", or one of the flags "service", "gift_card",
/// "shipping", "tip", "weighed" to 1 or 0.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for another line or name, and for tax that is against
/// the line's sign or, inside it, more than the line; LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_line_set_int(
    cart: *mut loy_cart,
    line: i32,
    name: *const c_char,
    value: i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        let name = text::text(name, "name")?;
        basket.change(|cart| cart.line_set_int(line_index(line), &name, value))
    })
}

/// Says of which line of which sale the goods of a line are a return: sale_id is what loy_sale_id
/// gave, sale_line counts from 0 in the order of that sale's cart. The line's own quantity is below
/// zero. Without it the goods come back without their sale. An empty sale_id takes it back.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for goods that are sold; LOY_E_TEXT. Whether the sale
/// has so much left is looked at when the cart is evaluated, authorised, recorded or committed.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_line_set_return_of(
    cart: *mut loy_cart,
    line: i32,
    sale_id: *const c_char,
    sale_line: i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        let sale = text::text(sale_id, "sale_id")?;
        let of_line = i64::from(sale_line);
        basket.change(|cart| cart.line_set_return_of(line_index(line), &sale, of_line))
    })
}

/// Adds a payment: method "cash", "card", "transfer", "ewallet", "gift_card", "voucher" or your own
/// word; the amount negative where money is given back.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_add_payment(
    cart: *mut loy_cart,
    method: *const c_char,
    amount: i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        let method = text::text(method, "method")?;
        basket.change(|cart| cart.add_payment(&method, amount))
    })
}

fn add(
    cart: *mut loy_cart,
    place: *const c_char,
    field: &str,
    error_out: *mut *mut loy_error,
    add: fn(&mut Cart, &str) -> Result<(), CartProblem>,
) -> loy_status {
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        let value = text::text(place, field)?;
        basket.change(|cart| add(cart, &value))
    })
}

/// Adds a voucher or promotion code that the customer shows. The same code again changes nothing.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_add_code(
    cart: *mut loy_cart,
    code: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    add(cart, code, "code", error_out, Cart::add_code)
}

/// Asks for a reward by its id in the programme. The same reward again changes nothing.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for one that is declined as well; LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_want_reward(
    cart: *mut loy_cart,
    reward_id: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    add(cart, reward_id, "reward_id", error_out, Cart::want_reward)
}

/// Declines a reward that would come by itself, for this sale.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for one that is wanted as well; LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_decline_reward(
    cart: *mut loy_cart,
    reward_id: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    add(
        cart,
        reward_id,
        "reward_id",
        error_out,
        Cart::decline_reward,
    )
}

/// Asks to pay with at most so many points of a wallet; 0 takes the wish back. The quote uses as
/// many of them as the programme allows.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT. A wallet that the programme does not have is
/// found by loy_quote_evaluate.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_want_points(
    cart: *mut loy_cart,
    wallet: *const c_char,
    points_max: i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let basket = handles::find(cart)?;
        let wallet = text::text(wallet, "wallet")?;
        basket.change(|cart| cart.want_points(&wallet, points_max))
    })
}

/// Frees a cart.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_cart_free(cart: *mut loy_cart) {
    boundary::end(|| drop(handles::release(cart)));
}
