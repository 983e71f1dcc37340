//! The reference pages say what the library does.

use super::{VND_10000, member, programme};
use crate::evaluate::{Cart, evaluate};
use crate::texts::Language;

const CART_PAGE: &str = include_str!("../../../docs/cart.md");
const QUOTE_PAGE: &str = include_str!("../../../docs/quote.md");
const PROGRAMME_PAGE: &str = include_str!("../../../docs/reference.md");

fn example(page: &str) -> &str {
    let (_, rest) = page.split_once("```json\n").expect("an example");
    rest.split_once("```").expect("its end").0
}

/// The keys of an object and of all that stand below it in a schema.
fn keys(schema: &serde_json::Value, found: &mut Vec<String>) {
    if let Some(properties) = schema["properties"].as_object() {
        found.extend(properties.keys().cloned());
    }
    for definition in schema["$defs"].as_object().into_iter().flatten() {
        keys(definition.1, found);
    }
}

#[test]
fn every_key_of_a_schema_stands_in_its_page() {
    for (name, page) in [
        ("cart", CART_PAGE),
        ("quote", QUOTE_PAGE),
        ("programme", PROGRAMME_PAGE),
    ] {
        let path = format!(
            "{}/docs/schema/{name}.schema.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(path).expect("a schema");
        let schema: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let mut found = Vec::new();
        keys(&schema, &mut found);
        assert!(found.len() > 10, "{name}");
        for key in found {
            assert!(
                page.contains(&format!("`{key}`")),
                "docs/{name}.md says nothing of {key}"
            );
        }
    }
}

#[test]
fn every_name_of_the_builder_stands_in_the_page_of_the_cart() {
    let mut cart = Cart::begin("VND", 0, 420, 20_261_122).expect("a cart");
    cart.add_line("ao", 1000, 1).expect("a line");
    let answers = [
        ("loy_cart_set_text(cart, ", cart.set_text("colour", "x")),
        ("loy_cart_set_int(cart, ", cart.set_int("colour", 1)),
        (
            "loy_cart_line_set_text(cart, line, ",
            cart.line_set_text(0, "colour", "x"),
        ),
        (
            "loy_cart_line_set_int(cart, line, ",
            cart.line_set_int(0, "colour", 1),
        ),
    ];
    for (call, answer) in answers {
        let names = answer.expect_err("colour is no field").expected;
        let names = names
            .strip_prefix("one of ")
            .expect("a list")
            .replace(", x.<your own>", "");
        for name in names.split(", ") {
            let is_flag = ["gift_card", "shipping", "tip", "weighed"].contains(&name);
            let written = if is_flag {
                format!("`{name}`")
            } else {
                format!("{call}\"{name}\"")
            };
            assert!(
                CART_PAGE.contains(&written),
                "docs/cart.md says nothing of {written}"
            );
        }
    }
}

#[test]
fn the_two_carts_of_the_page_are_the_same_cart() {
    let read = Cart::from_json(example(CART_PAGE).as_bytes()).expect("a cart");
    let mut built = Cart::begin("VND", 1_795_352_400_000, 420, 20_261_122).expect("a cart");
    built
        .set_text("receipt_number", "0001234")
        .expect("a number");
    built.set_member("000000000013").expect("a member");
    let line = built
        .add_line("8934588012228", 2000, 55_000)
        .expect("a line");
    built
        .line_set_text(line, "category", "drinks/coffee")
        .expect("a category");
    built.add_payment("cash", 55_000).expect("a payment");
    built.want_points("points", 10).expect("points");
    assert_eq!(read, built);
    for call in [
        r#"loy_cart_set_member(cart, "000000000013","#,
        r#"loy_cart_add_line(cart, "8934588012228", 2000, 55000,"#,
    ] {
        assert!(CART_PAGE.contains(call), "{call}");
    }
}

#[test]
fn the_quote_of_the_page_is_the_quote_of_the_library() {
    let snapshot = member(0);
    let mut cart = Cart::begin("VND", 1_795_352_400_000, 420, 20_261_122).expect("a cart");
    cart.member = Some(snapshot.number);
    cart.add_line("ao", 1000, 55_000).expect("a line");
    let quote = evaluate(&programme(VND_10000), Some(&snapshot), &cart, Language::En);
    let found: serde_json::Value =
        serde_json::from_str(&quote.expect("a quote").to_json()).expect("JSON");
    let expected: serde_json::Value = serde_json::from_str(example(QUOTE_PAGE)).expect("JSON");
    assert_eq!(found, expected);
}
