//! What is refused, with its field; and what two wallets, codes and rewards come to.

use super::{Facts, GBP_1, VND_10000, cart_in, member, member_number, programme};
use crate::evaluate::{Cart, CartProblem, MemberSnapshot, evaluate, first_difference};
use crate::kernel::{Instant, Money};
use crate::texts::Language;

fn quote_problem(cart: &Cart) -> (String, &'static str) {
    let problem = evaluate(&programme(VND_10000), None, cart, Language::En)
        .expect_err("this cart has a problem");
    (problem.field, problem.code)
}

fn problem_of(change: impl FnOnce(&mut Cart)) -> (String, &'static str) {
    let mut cart = cart_in("VND");
    cart.add_line("ao", 1000, 55_000).expect("a line");
    change(&mut cart);
    quote_problem(&cart)
}

fn at(field: &str, code: &'static str) -> (String, &'static str) {
    (field.to_owned(), code)
}

#[test]
fn goods_that_come_back_are_not_paid_for_and_money_off_is_no_return() {
    let rung_up = |quantity_milli: i64, line_total: i64| {
        let mut cart = cart_in("VND");
        let added = cart.add_line("ao", quantity_milli, line_total).map(|_| ());
        let line = format!(
            r#"{{"sku":"ao","quantity_milli":{quantity_milli},"line_total":{line_total}}}"#
        );
        let json = format!(
            r#"{{"currency":"VND","at_ms":0,"utc_offset_minutes":420,"business_date":20261122,"lines":[{line}]}}"#
        );
        let read = Cart::from_json(json.as_bytes()).map(|_| ());
        assert_eq!(added.clone(), read, "both doors say the same");
        added.err().map(|problem| (problem.field, problem.code))
    };
    let contradicts = Some(at("lines[0].line_total", "conflict"));
    assert_eq!(rung_up(-1_000, 100_000), contradicts);
    assert_eq!(rung_up(-1, 1), contradicts);
    // Goods that come back, for nothing too; a coupon's line; a fee and a correction of no quantity.
    for (quantity, total) in [
        (-1_000, -100_000),
        (-1_000, 0),
        (1_000, -30_000),
        (0, 15_000),
        (0, -1),
    ] {
        assert_eq!(rung_up(quantity, total), None, "{quantity} for {total}");
    }
}

#[test]
fn what_contradicts_itself_is_named_by_its_field() {
    use crate::evaluate::Payment;
    let tax = |line_total: i64, inside: i64, outside: i64| {
        let mut cart = cart_in("VND");
        cart.add_line("ao", 1000, line_total).expect("a line");
        cart.lines[0].tax_inside = Money::new(inside);
        cart.lines[0].tax_outside = Money::new(outside);
        evaluate(&programme(VND_10000), None, &cart, Language::En)
            .err()
            .map(|problem| (problem.field, problem.code))
    };
    let inside = Some(at("lines[0].tax_inside", "conflict"));
    let outside = Some(at("lines[0].tax_outside", "conflict"));
    assert_eq!(tax(55_000, 55_000, 0), None, "a line may be all tax");
    assert_eq!(tax(55_000, 55_001, 0), inside);
    assert_eq!(tax(55_000, -1, 0), inside);
    assert_eq!(
        tax(-55_000, -5_000, -5_000),
        None,
        "money off has its tax off"
    );
    assert_eq!(tax(-55_000, 5_000, 0), inside);
    assert_eq!(tax(0, 1, 0), inside, "nothing is in nothing");
    assert_eq!(
        tax(55_000, 0, 200_000),
        None,
        "a duty may be more than the price"
    );
    assert_eq!(tax(0, 0, 5_000), None, "tax is due on what is given away");
    assert_eq!(tax(55_000, 0, -1), outside);
    assert_eq!(tax(-55_000, 0, 1), outside);

    let paid = |line_total: i64, amounts: &[i64]| {
        let mut cart = cart_in("VND");
        cart.add_line("ao", 1000, line_total).expect("a line");
        let amounts = amounts.iter().map(|amount| Payment {
            method: "cash".to_owned(),
            amount: Money::new(*amount),
        });
        cart.payments = amounts.collect();
        evaluate(&programme(VND_10000), None, &cart, Language::En)
            .err()
            .map(|problem| (problem.field, problem.code))
    };
    // 50.000 short, paid in full with a note and change, the note alone, a tip beside goods returned.
    for amounts in [&[5_000][..], &[100_000, -45_000], &[500_000], &[0]] {
        assert_eq!(paid(55_000, amounts), None, "{amounts:?}");
    }
    assert_eq!(paid(-55_000, &[-55_000]), None);
    assert_eq!(paid(-55_000, &[20_000]), None);
    assert_eq!(paid(55_000, &[-1]), Some(at("payments", "conflict")));
    assert_eq!(
        paid(55_000, &[10_000, -10_001]),
        Some(at("payments", "conflict"))
    );

    assert_eq!(
        problem_of(|cart| {
            cart.rewards_wanted = vec!["a".to_owned(), "b".to_owned()];
            cart.rewards_declined = vec!["c".to_owned(), "b".to_owned()];
        }),
        at("rewards_declined[1]", "conflict")
    );
    let mut cart = cart_in("VND");
    cart.add_line("ao", 1000, 55_000).expect("a line");
    cart.want_reward("a").expect("wanted");
    let before = cart.clone();
    assert_eq!(
        cart.decline_reward("a").expect_err("wanted").code,
        "conflict"
    );
    let problem = cart
        .line_set_int(0, "tax_inside", 55_001)
        .expect_err("too much");
    assert_eq!(
        at("lines[0].tax_inside", "conflict"),
        (problem.field, problem.code)
    );
    assert_eq!(cart, before, "a wrong call changes nothing");
}

#[test]
fn what_is_out_of_bounds_is_named_by_its_field() {
    assert_eq!(
        problem_of(|cart| cart.lines[0].line_total = Money::new(9_000_000_000_000_001)),
        at("lines[0].line_total", "out_of_range")
    );
    assert_eq!(
        problem_of(|cart| {
            cart.lines[0].line_total = Money::new(-9_000_000_000_000_000);
            cart.add_line("mu", 1000, 1).expect("a line");
        }),
        at("lines", "too_large")
    );
    assert_eq!(
        problem_of(|cart| cart.lines[0].discount = Money::new(-1)),
        at("lines[0].discount", "out_of_range")
    );
    assert_eq!(
        problem_of(|cart| cart.lines[0].sku = "x".repeat(65)),
        at("lines[0].sku", "length")
    );
    assert_eq!(
        problem_of(|cart| cart.cashier = Some("a\nb".to_owned())),
        at("cashier", "control_character")
    );
    assert_eq!(
        problem_of(|cart| cart.codes = vec!["A".to_owned(), "A".to_owned()]),
        at("codes[1]", "duplicate")
    );
    assert_eq!(
        problem_of(|cart| cart.at_ms = Instant::from_ms(-1)),
        at("at_ms", "out_of_range")
    );
    assert_eq!(
        problem_of(|cart| {
            let line = cart.lines[0].clone();
            cart.lines = vec![line; 2001];
        }),
        at("lines", "count")
    );
}

#[test]
fn a_cart_of_1970_and_one_of_2099_are_priced_like_any_other() {
    for (at_ms, date) in [(0, 19_700_101), (4_102_358_400_000, 20_991_231)] {
        let mut cart = Cart::begin("VND", at_ms, 420, date).expect("a cart");
        cart.add_line("ao", 1000, 55_000).expect("a line");
        let quote = evaluate(&programme(VND_10000), None, &cart, Language::Vi).expect("a quote");
        assert_eq!(quote.awarded_with_card(1).get(), 6);
    }
}

#[test]
fn a_cart_the_programme_cannot_price_is_refused() {
    assert_eq!(
        problem_of(|cart| cart.currency = "GBP".to_owned()),
        at("currency", "other_currency")
    );
    assert_eq!(
        problem_of(|cart| cart.want_points("stars", 5).expect("builder")),
        at("points_wanted.stars", "not_known")
    );
    let dated = VND_10000.replace("\"currency\"", "\"valid_until\": 20261121, \"currency\"");
    let problem = evaluate(&programme(&dated), None, &cart_in("VND"), Language::Vi)
        .expect_err("the programme ended the day before");
    assert_eq!(
        (problem.field.as_str(), problem.code),
        ("business_date", "programme_not_valid")
    );
    let last_day = dated.replace("20261121", "20261122");
    assert!(evaluate(&programme(&last_day), None, &cart_in("VND"), Language::Vi).is_ok());
}

#[test]
fn the_member_of_the_cart_is_the_member_of_the_balances() {
    let programme = programme(VND_10000);
    let mut cart = cart_in("VND");
    let code = |cart: &Cart, snapshot: Option<MemberSnapshot>| {
        evaluate(&programme, snapshot.as_ref(), cart, Language::Vi)
            .err()
            .map(|problem| problem.code)
    };
    assert_eq!(code(&cart, Some(member(5))), Some("other_member"));
    cart.member = Some(member_number());
    assert_eq!(code(&cart, None), Some("other_member"));
    assert_eq!(code(&cart, Some(member(5))), None);
    assert_eq!(code(&cart, Some(member(i64::MAX))), Some("too_large"));
}

#[test]
fn points_beyond_nine_quadrillion_are_refused_not_wrapped() {
    let generous = VND_10000.replace("\"points\": \"1\"", "\"points\": \"9000000000000000\"");
    assert_ne!(generous, VND_10000);
    let mut cart = cart_in("VND");
    cart.add_line("ao", 1000, 10_000).expect("a line");
    let quote = |document: &str| evaluate(&programme(document), None, &cart, Language::Vi);
    let most = quote(&generous).expect("just fits");
    assert_eq!(most.awarded_with_card(1).get(), 9_000_000_000_000_000);
    // The same rule twice: each fits, the sum does not.
    let mut document: serde_json::Value = serde_json::from_str(&generous).expect("JSON");
    let mut second = document["earn"][0].clone();
    second["id"] = "again".into();
    document["earn"].as_array_mut().expect("rules").push(second);
    let sum = quote(&document.to_string()).expect_err("too many together");
    cart.lines[0].line_total = Money::new(10_001);
    let one = evaluate(&programme(&generous), None, &cart, Language::Vi).expect_err("too many");
    for problem in [sum, one] {
        assert_eq!(
            (problem.field.as_str(), problem.code),
            ("lines", "too_large")
        );
    }
}

#[test]
fn every_code_and_reward_gets_an_answer() {
    let mut cart = cart_in("VND");
    cart.add_line("ao", 1000, 55_000).expect("a line");
    cart.add_code("TET-2027").expect("a code");
    cart.want_reward("mug").expect("a reward");
    cart.decline_reward("coffee").expect("a reward");
    let quote = evaluate(&programme(VND_10000), None, &cart, Language::En).expect("a quote");
    let texts: Vec<(&str, bool)> = quote
        .explanation
        .iter()
        .map(|reason| (reason.text(), reason.applied))
        .collect();
    assert_eq!(texts[0], ("Code TET-2027: not of this programme", false));
    assert_eq!(texts[1], ("Reward mug: not of this programme", false));
    assert_eq!(texts[2], ("Reward coffee: not of this programme", false));
    assert_eq!(
        quote.explanation.len(),
        3 + 1 + 1,
        "one wallet and one rule besides"
    );
}

#[test]
fn wallets_pay_in_the_order_of_their_numbers_whatever_the_document_says_first() {
    // Stars (2) stand first in the document; points (1) pay first: 30.000 of 50.000. Stars of
    // 7.000 may pay 30 % of the whole bill, 15.000, so 14.000 of the 20.000 left; the 6.000 left
    // earn 1 (0,6 half up). 30 % of what is left would be 6.000: no star at all.
    let mut document: serde_json::Value = serde_json::from_str(VND_10000).expect("JSON");
    let wallets = document["wallets"].as_array_mut().expect("wallets");
    let mut stars = wallets[0].clone();
    stars["id"] = "stars".into();
    stars["number"] = 2.into();
    stars["redeem"]["value"] = "7000".into();
    stars["redeem"]["share_percent"] = "30".into();
    wallets.insert(0, stars);
    let programme = programme(&document.to_string());
    let mut snapshot = member(30);
    snapshot.balances.insert(2, snapshot.balances[&1]);
    let mut cart = cart_in("VND");
    cart.member = Some(snapshot.number);
    cart.add_line("ao", 1000, 50_000).expect("a line");
    cart.want_points("points", 100).expect("points");
    cart.want_points("stars", 100).expect("stars");
    let quote = evaluate(&programme, Some(&snapshot), &cart, Language::Vi).expect("a quote");
    assert_eq!((quote.redeemed(1).get(), quote.redeemed(2).get()), (30, 2));
    assert_eq!(quote.outcome.payable, Money::new(6_000));
    assert_eq!((quote.awarded(1).get(), quote.awarded(2).get()), (1, 0));
    assert_eq!(quote.wallets[1].after.get(), 28);
}

#[test]
fn permuting_the_rules_of_a_document_changes_no_byte_of_the_quote() {
    let mut document: serde_json::Value = serde_json::from_str(VND_10000).expect("JSON");
    let rules = document["earn"].as_array_mut().expect("rules");
    let mut second = rules[0].clone();
    second["id"] = "again".into();
    rules.push(second);
    let one = programme(&document.to_string());
    document["earn"].as_array_mut().expect("rules").reverse();
    let other = programme(&document.to_string());
    assert_ne!(one.hash(), other.hash());
    let mut cart = cart_in("VND");
    cart.member = Some(member_number());
    cart.add_line("ao", 1000, 55_000).expect("a line");
    let json = |programme| {
        evaluate(programme, Some(&member(3)), &cart, Language::Vi)
            .expect("a quote")
            .to_json()
    };
    assert_eq!(json(&one), json(&other));
    assert!(json(&one).contains("\"awarded\":12"));
}

#[test]
fn the_quote_reads_as_json_field_by_field() {
    let facts = Facts::read(
        "
        programme: gbp-1.json
        member:    1250
        wants:     600
        cart:      1 x tea 20.99; 1 x mug 5.00
        language:  en
        ",
    );
    let json = facts.quote().expect("a quote").to_json();
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(value["programme"], "gbp-1");
    assert_eq!(value["programme_version"], 1);
    assert_eq!(value["total"], 2599);
    assert_eq!(value["payable"], 1999);
    assert_eq!(value["line_discounts"], serde_json::json!([485, 115]));
    assert_eq!(
        value["redemptions"],
        serde_json::json!([{"wallet": 1, "points": 600, "amount": 600,
            "lines": [{"line": 0, "amount": 485}, {"line": 1, "amount": 115}]}])
    );
    assert_eq!(
        value["awards"],
        serde_json::json!([
            {"wallet": 1, "rule": "pound", "points": 19, "available_from": 20_261_122}
        ])
    );
    assert_eq!(value["wallets"][0]["after"], 1250 - 600 + 19);
    assert_eq!(value["explanation"][1]["key"], "earn.amount.applied");
    assert_eq!(value["explanation"][1]["values"]["exact"], "1999/100");
    assert_eq!(value["language"], "en");
}

#[test]
fn what_is_only_noted_is_not_content_and_everything_else_is() {
    let mut cart = cart_in("VND");
    cart.add_line("ao", 1000, 55_000).expect("a line");
    cart.add_line("mu", 1000, 20_000).expect("a line");
    let content = cart.content();
    let same = |change: &dyn Fn(&mut Cart) -> Result<(), CartProblem>| {
        let mut other = cart.clone();
        change(&mut other).expect("a sound change");
        first_difference(&content, &other.content())
    };
    assert_eq!(same(&|cart| cart.set_text("cashier", "07")), None);
    assert_eq!(same(&|cart| cart.set_shown("0912345678")), None);
    assert_eq!(same(&|cart| cart.set_text("x.note", "table 4")), None);
    assert_eq!(same(&|cart| cart.set_int("at_ms", 5)), None);
    assert_eq!(same(&|cart| cart.set_int("utc_offset_minutes", 0)), None);
    assert_eq!(
        same(&|cart| cart.line_set_text(0, "discount_reason", "old")),
        None
    );
    assert_eq!(same(&|cart| cart.line_set_text(0, "x.shelf", "3")), None);
    for (change, field) in [
        (
            &(|cart: &mut Cart| cart.set_text("till", "2")) as &dyn Fn(&mut Cart) -> _,
            "till",
        ),
        (
            &|cart| cart.set_text("receipt_number", "17"),
            "receipt_number",
        ),
        (&|cart| cart.set_int("receipt_part", 2), "receipt_part"),
        (
            &|cart| cart.set_int("business_date", 20_261_123),
            "business_date",
        ),
        (
            &|cart| cart.set_member(&member_number().to_string()),
            "member",
        ),
        (
            &|cart| cart.line_set_int(1, "discount", 1),
            "lines[1].discount",
        ),
        (&|cart| cart.line_set_int(1, "tip", 1), "lines[1].flags"),
        (&|cart| cart.add_line("x", 1000, 1).map(|_| ()), "lines[2]"),
        (&|cart| cart.add_payment("cash", 1), "payments"),
        (&|cart| cart.want_points("points", 1), "points_wanted"),
    ] {
        assert_eq!(same(change).as_deref(), Some(field));
    }
    assert_eq!(first_difference(&content, "nonsense").as_deref(), Some("."));
}

#[test]
fn the_example_in_pounds_has_a_step_worth_one_pound() {
    let programme = programme(GBP_1);
    let terms = programme.wallets()[0].redeem.as_ref().expect("points pay");
    assert_eq!(
        (terms.step.get(), terms.step_value.get(), terms.least.get()),
        (100, 100, 500)
    );
}
