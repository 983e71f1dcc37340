//! Programmes, carts and members out of a few parts of JSON.

use serde_json::{Value, json};

use super::{cart_in, member_number};
use crate::evaluate::{Cart, CartProblem, MemberSnapshot, Quote, evaluate};
use crate::programme::Programme;
use crate::texts::Language;

/// A document in dong with one wallet and these parts.
pub(super) fn document(parts: Value) -> Value {
    let mut document = json!({
        "schema": 1, "id": "t", "version": 1, "name": {"en": "T"}, "currency": "VND",
        "wallets": [{
            "id": "points", "number": 1, "name": {"vi": "Điểm", "en": "Points"},
            "unit": {"vi": "điểm", "en": "point/points"}, "redeem": {"value": "1000"},
        }],
    });
    for (key, value) in parts.as_object().expect("parts") {
        document[key] = value.clone();
    }
    document
}

pub(super) fn read(document: &Value) -> Programme {
    Programme::read(document.to_string().as_bytes())
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// A cart of these lines as JSON, in dong, of the member if there is one.
pub(super) fn cart(parts: Value) -> Cart {
    let mut cart: Value =
        serde_json::from_str(&cart_in("VND").to_json()).expect("a cart is an object");
    cart["member"] = json!(member_number());
    for (key, value) in parts.as_object().expect("parts") {
        cart[key] = value.clone();
    }
    Cart::from_json(cart.to_string().as_bytes()).unwrap_or_else(|problem| panic!("{problem}"))
}

pub(super) fn line(sku: &str, total: i64) -> Value {
    json!({"sku": sku, "quantity_milli": 1000, "line_total": total})
}

pub(super) fn snapshot(programme: &Programme, cart: &Cart, member: Value) -> MemberSnapshot {
    MemberSnapshot::from_json(
        member.to_string().as_bytes(),
        member_number(),
        programme,
        cart,
    )
    .unwrap_or_else(|problem| panic!("{problem}"))
}

pub(super) fn try_quote(
    parts: Value,
    cart_parts: Value,
    member: Value,
) -> Result<Quote, CartProblem> {
    let (programme, cart) = (read(&document(parts)), cart(cart_parts));
    let member = cart.member.map(|_| snapshot(&programme, &cart, member));
    evaluate(&programme, member.as_ref(), &cart, Language::En)
}

pub(super) fn quote(parts: Value, cart: Value, member: Value) -> Quote {
    try_quote(parts, cart, member).unwrap_or_else(|problem| panic!("{problem}"))
}

pub(super) fn new() -> Value {
    json!({"sales": []})
}

/// What a member with no past earns by one rule, and what is said of it.
#[track_caller]
pub(super) fn check(rule: Value, cart: Value, points: i64, text: &str) {
    check_member(rule, cart, new(), points, text);
}

#[track_caller]
pub(super) fn check_member(mut rule: Value, cart: Value, member: Value, points: i64, text: &str) {
    rule["id"] = json!("r");
    rule["wallet"] = json!("points");
    let quote = quote(json!({"earn": [rule]}), cart, member);
    let said = quote.reasons("r").next().expect("a reason").text();
    assert_eq!((quote.awarded(1).get(), said), (points, text));
}

pub(super) fn sale(total: i64) -> Value {
    json!({"lines": [line("a", total)]})
}

pub(super) fn ten_thousand() -> Value {
    json!({"per": "10000", "points": "1"})
}
