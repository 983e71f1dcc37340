//! Builder and JSON are two doors to one model: equal carts, equal quotes, byte for byte.

use proptest::prelude::*;

use super::{VND_10000, cart_in, member, member_number, programme};
use crate::evaluate::{Cart, CartProblem, evaluate};
use crate::texts::Language;

/// One builder call.
#[derive(Clone, Debug)]
enum Call {
    SetText(&'static str, String),
    SetInt(&'static str, i64),
    AddLine(String, i64, i64),
    LineText(usize, &'static str, String),
    LineInt(usize, &'static str, i64),
    Payment(String, i64),
    Code(String),
    Want(String),
    Decline(String),
    Points(i64),
    Member,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 /_-]{0,20}",
        "[đĐắếốữỹ\"\\\\{}\\[\\]€点 ]{1,12}",
        Just("x".repeat(201)),
        Just("bell\u{7}".to_owned()),
    ]
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => -1_000_000i64..1_000_000,
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(9_000_000_000_000_000), Just(0), Just(1)],
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let text_name = prop::sample::select(vec![
        "receipt_number",
        "receipt_group",
        "till",
        "store",
        "cashier",
        "channel",
        "x.note",
        "x.",
        "colour",
    ]);
    let int_name = prop::sample::select(vec![
        "receipt_part",
        "at_ms",
        "utc_offset_minutes",
        "x.count",
        "colour",
    ]);
    let line_text = prop::sample::select(vec![
        "category",
        "brand",
        "tag",
        "discount_reason",
        "x.shelf",
        "colour",
    ]);
    let line_int = prop::sample::select(vec![
        "unit_price",
        "discount",
        "tax_inside",
        "tax_outside",
        "service",
        "gift_card",
        "shipping",
        "tip",
        "weighed",
        "x.n",
        "colour",
    ]);
    prop_oneof![
        1 => (text_name, text()).prop_map(|(name, value)| Call::SetText(name, value)),
        1 => (int_name, amount()).prop_map(|(name, value)| Call::SetInt(name, value)),
        3 => (text(), amount(), amount()).prop_map(|(sku, q, total)| Call::AddLine(sku, q, total)),
        3 => (0usize..4, line_text, text()).prop_map(|(l, name, value)| Call::LineText(l, name, value)),
        3 => (0usize..4, line_int, amount()).prop_map(|(l, name, value)| Call::LineInt(l, name, value)),
        1 => (text(), amount()).prop_map(|(method, value)| Call::Payment(method, value)),
        1 => text().prop_map(Call::Code),
        1 => text().prop_map(Call::Want),
        1 => text().prop_map(Call::Decline),
        1 => (0i64..100).prop_map(Call::Points),
        1 => Just(Call::Member),
    ]
}

fn make(cart: &mut Cart, call: &Call) -> Result<(), CartProblem> {
    match call {
        Call::SetText(name, value) => cart.set_text(name, value),
        Call::SetInt(name, value) => cart.set_int(name, *value),
        Call::AddLine(sku, quantity, total) => cart.add_line(sku, *quantity, *total).map(|_| ()),
        Call::LineText(line, name, value) => cart.line_set_text(*line, name, value),
        Call::LineInt(line, name, value) => cart.line_set_int(*line, name, *value),
        Call::Payment(method, amount) => cart.add_payment(method, *amount),
        Call::Code(code) => cart.add_code(code),
        Call::Want(reward) => cart.want_reward(reward),
        Call::Decline(reward) => cart.decline_reward(reward),
        Call::Points(points) => cart.want_points("points", *points),
        Call::Member => cart.set_member(&member_number().to_string()),
    }
}

/// The content of a cart, its keys left out and sorted by another library's tree.
fn sorted_by_serde(cart: &Cart) -> String {
    let mut tree = serde_json::to_value(cart).expect("a cart is JSON");
    let fields = tree.as_object_mut().expect("an object");
    for key in ["at_ms", "utc_offset_minutes", "cashier", "x"] {
        fields.remove(key);
    }
    if let Some(lines) = fields.get_mut("lines") {
        for line in lines.as_array_mut().expect("a list") {
            for key in ["discount_reason", "x"] {
                line.as_object_mut().expect("an object").remove(key);
            }
        }
    }
    tree.sort_all_objects();
    tree.to_string()
}

proptest! {
    #[test]
    fn both_doors_lead_to_the_same_cart_and_the_same_quote(
        calls in prop::collection::vec(call(), 0..40),
        points in 0i64..200,
    ) {
        let mut cart = cart_in("VND");
        for call in &calls {
            let before = cart.clone();
            if make(&mut cart, call).is_err() {
                prop_assert_eq!(&before, &cart, "a refused call changes nothing: {:?}", call);
            }
        }
        if let Err(problem) = cart.check() {
            // Only sums can be wrong where each call was right.
            prop_assert_eq!(problem.code, "too_large");
            return Ok(());
        }
        let read = Cart::from_json(cart.to_json().as_bytes()).expect("its own JSON");
        prop_assert_eq!(&read, &cart);
        prop_assert_eq!(read.content(), cart.content());
        prop_assert_eq!(cart.content(), sorted_by_serde(&cart));

        let stored = minicbor::to_vec(&cart).expect("CBOR");
        let restored: Cart = minicbor::decode(&stored).expect("its own CBOR");
        prop_assert_eq!(&restored, &cart);

        let programme = programme(VND_10000);
        let snapshot = cart.member.map(|_| member(points));
        if let Err(problem) = evaluate(&programme, snapshot.as_ref(), &cart, Language::En) {
            // Nor can the cart be told to be paid out while it grows.
            prop_assert_eq!((problem.field.as_str(), problem.code), ("payments", "conflict"));
            return Ok(());
        }
        for language in Language::ALL {
            let one = evaluate(&programme, snapshot.as_ref(), &cart, language).expect("a quote");
            let other = evaluate(&programme, snapshot.as_ref(), &read, language).expect("a quote");
            prop_assert_eq!(one.to_json(), other.to_json());
            prop_assert_eq!(one.outcome.line_discounts.len(), cart.lines.len());
            prop_assert_eq!(
                one.outcome.payable.get(),
                one.outcome.total.get() - one.discount().get()
            );
            let outcome = minicbor::to_vec(&one.outcome).expect("CBOR");
            let restored = minicbor::decode(&outcome).expect("its own CBOR");
            prop_assert_eq!(one.outcome, restored);
        }
    }

    #[test]
    fn any_bytes_are_answered_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Cart::from_json(&bytes);
    }
}

#[track_caller]
fn refused(json: &str, field: &str, code: &str) {
    let problem = Cart::from_json(json.as_bytes()).expect_err("a problem");
    assert_eq!(
        (problem.field.as_str(), problem.code),
        (field, code),
        "{json}: {problem}"
    );
}

const START: &str =
    r#""currency":"VND","at_ms":0,"utc_offset_minutes":420,"business_date":20261122"#;

#[test]
fn json_that_is_no_cart_is_refused_with_its_field() {
    let with = |more: &str| format!("{{{START}{more}}}");
    let line = |more: &str| {
        with(&format!(
            r#","lines":[{{"sku":"a","quantity_milli":1,"line_total":1{more}}}]"#
        ))
    };
    assert!(Cart::from_json(with("").as_bytes()).is_ok());
    assert!(Cart::from_json(line("").as_bytes()).is_ok());
    refused(
        &line(r#","return_to":"1""#),
        "lines[0].return_to",
        "not_known",
    );
    refused(
        &line(r#","return_of":"1""#),
        "lines[0].return_of",
        "wrong_type",
    );
    refused(
        &line(r#","return_of":{"sale":"1","line":0}"#),
        "lines[0].return_of.sale",
        "wrong_form",
    );
    refused(&line(r#","sku":"b""#), "lines[0].sku", "duplicate");
    refused(
        &line(r#","unit_price":1.5"#),
        "lines[0].unit_price",
        "wrong_type",
    );
    refused(
        &line(r#","discount":-1"#),
        "lines[0].discount",
        "out_of_range",
    );
    refused(
        &line(r#","flags":["free"]"#),
        "lines[0].flags[0]",
        "not_known",
    );
    refused(
        &line(r#","flags":["tip","tip"]"#),
        "lines[0].flags",
        "wrong_form",
    );
    refused(&line(r#","tags":"a""#), "lines[0].tags", "wrong_type");
    refused(&with(r#","lines":[["a",1,1]]"#), "lines[0]", "wrong_type");
    refused(&with(r#","lines":{}"#), "lines", "wrong_type");
    refused(
        &with(r#","points_wanted":{"a":1,"a":2}"#),
        "points_wanted",
        "wrong_form",
    );
    refused(
        &with(r#","points_wanted":{"a":-1}"#),
        "points_wanted.a",
        "out_of_range",
    );
    refused(&with(r#","x":{"a":1}"#), "x.a", "wrong_type");
    refused(
        &with(r#","receipt_part":0"#),
        "receipt_part",
        "out_of_range",
    );
    refused(&with(r#","member":123"#), "member", "wrong_form");
    refused(&with(r#","codes":["a","a"]"#), "codes[1]", "duplicate");
    refused(&with(r#","colour":1"#), "colour", "not_known");
    refused("{}", "currency", "missing");
    refused(
        &with("").replace("20261122", "20261322"),
        "business_date",
        "wrong_form",
    );
    refused(
        &with("").replace("420", "5000"),
        "utc_offset_minutes",
        "wrong_form",
    );
    refused(&with("").replace("VND", "vnd"), "currency", "not_known");
    refused("", ".", "not_json");
    refused(&format!("{}1", with("")), ".", "not_json");
    refused(&"[".repeat(100_000), ".", "too_deep");
}

#[test]
fn null_and_empty_text_mean_absent() {
    let json =
        format!("{{{START},\"till\":null,\"cashier\":\"\",\"points_wanted\":{{\"points\":0}}}}");
    let read = Cart::from_json(json.as_bytes()).expect("a cart");
    let built = Cart::begin("VND", 0, 420, 20_261_122).expect("a cart");
    assert_eq!(read, built);
}

#[test]
fn an_unknown_name_lists_the_names_there_are() {
    let mut cart = cart_in("VND");
    let problem = cart.set_text("chanel", "online").expect_err("a typo");
    assert_eq!(
        problem.to_string(),
        "chanel: not_known: expected one of receipt_number, receipt_group, till, store, cashier, \
         channel, x.<your own>, found a name not known to this version"
    );
    let problem = cart.line_set_int(0, "tip", 1).expect_err("no line yet");
    assert_eq!(
        (problem.field.as_str(), problem.code),
        ("lines[0]", "no_such_line")
    );
    cart.add_line("ao", 1000, 1).expect("a line");
    let problem = cart
        .line_set_int(0, "tip", 2)
        .expect_err("a flag is 0 or 1");
    assert_eq!(
        (problem.field.as_str(), problem.code),
        ("lines[0].tip", "out_of_range")
    );
    let problem = cart
        .set_member("012345678900")
        .expect_err("wrong check digit");
    assert!(!problem.to_string().contains("0123456789"), "{problem}");
}

#[test]
fn a_return_names_its_sale_at_both_doors_and_goods_that_are_sold_name_none() {
    let stream = crate::kernel::StreamId {
        writer: crate::kernel::WriterId([2; 16]),
        epoch: 1,
        tag: 7,
    };
    let sale = crate::kernel::SaleId::new(&stream, 4).to_string();
    let mut built = cart_in("VND");
    built.add_line("ao", -1_000, -55_000).expect("a line");
    built.add_line("mu", 1_000, 20_000).expect("a line");
    built.line_set_return_of(0, &sale, 3).expect("a return");
    let read = Cart::from_json(built.to_json().as_bytes()).expect("its own JSON");
    assert_eq!(read, built);
    assert!(read.content().contains(&sale));
    let wrong = |cart: &mut Cart, line, sale: &str, of_line| {
        let before = cart.clone();
        let problem = cart.line_set_return_of(line, sale, of_line);
        let problem = problem.expect_err("wrong");
        assert_eq!(*cart, before, "a wrong call changes nothing");
        (problem.field, problem.code)
    };
    let field = |name: &str| name.to_owned();
    assert_eq!(
        wrong(&mut built, 1, &sale, 0),
        (field("lines[1].return_of"), "not_used")
    );
    assert_eq!(
        wrong(&mut built, 0, &sale, 2_000),
        (field("lines[0].return_of.line"), "out_of_range")
    );
    assert_eq!(
        wrong(&mut built, 0, "yesterday", 0),
        (field("lines[0].return_of.sale"), "wrong_form")
    );
    assert_eq!(
        wrong(&mut built, 2, &sale, 0),
        (field("lines[2]"), "no_such_line")
    );
    built.line_set_return_of(0, "", 0).expect("none again");
    assert_eq!(built.lines[0].return_of, None);
}
