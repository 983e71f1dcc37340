//! Rules, conditions, caps, groups, tiers and rewards, each with numbers worked out by hand.

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

fn try_quote(parts: Value, cart_parts: Value, member: Value) -> Result<Quote, CartProblem> {
    let (programme, cart) = (read(&document(parts)), cart(cart_parts));
    let member = cart.member.map(|_| snapshot(&programme, &cart, member));
    evaluate(&programme, member.as_ref(), &cart, Language::En)
}

fn quote(parts: Value, cart: Value, member: Value) -> Quote {
    try_quote(parts, cart, member).unwrap_or_else(|problem| panic!("{problem}"))
}

fn new() -> Value {
    json!({"sales": []})
}

/// What a member with no past earns by one rule, and what is said of it.
#[track_caller]
fn check(rule: Value, cart: Value, points: i64, text: &str) {
    check_member(rule, cart, new(), points, text);
}

#[track_caller]
fn check_member(mut rule: Value, cart: Value, member: Value, points: i64, text: &str) {
    rule["id"] = json!("r");
    rule["wallet"] = json!("points");
    let quote = quote(json!({"earn": [rule]}), cart, member);
    let said = &quote.reasons("r").next().expect("a reason").text;
    assert_eq!((quote.awarded(1).get(), said.as_str()), (points, text));
}

fn sale(total: i64) -> Value {
    json!({"lines": [line("a", total)]})
}

fn ten_thousand() -> Value {
    json!({"per": "10000", "points": "1"})
}

#[test]
fn ten_percent_at_1_000_a_point() {
    check(
        json!({"percent": {"percent": "10", "value": "1000"}}),
        sale(55_000),
        5,
        "r: 55,000 VND × 10% / 1,000 VND = 5.5 → 5 points (rounded down); 5,000 VND more for 1 point more",
    );
}

#[test]
fn a_minimum_bill_is_met_from_its_amount_on_and_says_what_is_missing() {
    let rule = json!({"when": {"total": {"from": "50000"}}, "amount": ten_thousand()});
    check(
        rule.clone(),
        sale(50_000),
        5,
        "r: 50,000 VND / 10,000 VND × 1 point = 5 → 5 points (rounded down); 10,000 VND more for 1 point more",
    );
    check(
        rule,
        sale(49_999),
        0,
        "r: not given, bill: 49,999 VND, wanted from 50,000 VND on",
    );
}

#[test]
fn bands_are_half_open_and_say_the_next_one() {
    let rule = json!({"bands": [
        {"from": "100000", "below": "200000", "points": "5"},
        {"from": "200000", "below": "500000", "points": "0"},
        {"from": "500000", "percent": "30", "value": "10000"},
    ]});
    check(
        rule.clone(),
        sale(99_999),
        0,
        "r: 99,999 VND is in none of the ranges; 1 VND more for 5 points more",
    );
    check(
        rule.clone(),
        sale(100_000),
        5,
        "r: 100,000 VND is from 100,000 VND to below 200,000 VND: 5 points = 5 → 5 points (rounded down); 400,000 VND more for 10 points more",
    );
    check(
        rule.clone(),
        sale(200_000),
        0,
        "r: a bill of 200,000 VND earns nothing yet; 300,000 VND more for 15 points more",
    );
    check(
        rule,
        sale(600_000),
        18,
        "r: 600,000 VND is from 500,000 VND on: 600,000 VND × 30% / 10,000 VND = 18 → 18 points (rounded down)",
    );
}

#[test]
fn two_points_a_piece_for_shirts_and_half_for_half_a_kilo() {
    let rule = json!({"lines": {"categories": ["ao"]}, "per_unit": {"points": "2"}});
    let lines = json!({"lines": [
        {"sku": "s", "quantity_milli": 3000, "line_total": 300_000, "category": "ao/so-mi"},
        {"sku": "q", "quantity_milli": 2000, "line_total": 300_000, "category": "quan"},
        {"sku": "s", "quantity_milli": -1000, "line_total": -100_000, "category": "ao/so-mi"},
        {"sku": "w", "quantity_milli": 250, "line_total": 50_000, "category": "ao"},
    ]});
    // 3 - 1 + 0.25 pieces, two points each: 4.5.
    check(
        rule,
        lines,
        4,
        "r: 2.25 × 2 points = 4.5 → 4 points (rounded down)",
    );
}

#[test]
fn rounding_line_by_line_is_not_rounding_once() {
    // 3.500 three times at 10.000 a point, up: three points by line, two on the sum of 1,05.
    let lines = json!({"lines": [line("a", 3_500), line("b", 3_500), line("c", 3_500)]});
    let rule = json!({"amount": ten_thousand(), "rounding": "ceiling"});
    check(
        rule.clone(),
        lines.clone(),
        2,
        "r: 10,500 VND / 10,000 VND × 1 point = 1.05 → 2 points (rounded up); 9,501 VND more for 1 point more",
    );
    let mut by_line = rule;
    by_line["round_at"] = json!("line");
    check(
        by_line,
        lines,
        3,
        "r: 10,500 VND / 10,000 VND × 1 point = 1.05 → 3 points (rounded up by line)",
    );
}

#[test]
fn rules_rounded_over_the_sale_add_up_to_the_rounded_sum() {
    // A third of a point each: none by itself, one together.
    let rule = |id: &str| json!({"id": id, "wallet": "points", "round_at": "sale", "amount": {"per": "30000", "points": "1"}});
    let three = json!({"earn": [rule("a"), rule("b"), rule("c")]});
    let quote = quote(three, sale(10_000), new());
    let given: Vec<(&str, i64)> = quote
        .outcome
        .awards
        .iter()
        .map(|award| (award.rule.as_str(), award.points.get()))
        .collect();
    assert_eq!(given, [("c", 1)]);
    let texts: Vec<&str> = quote
        .explanation
        .iter()
        .map(|reason| reason.text.as_str())
        .collect();
    assert!(
        texts.contains(
            &"c: 10,000 VND / 30,000 VND × 1 point = 0.3333… → 1 point (rounded down over the sale)"
        ),
        "{texts:?}"
    );
}

#[test]
fn the_base_is_gross_or_before_points_or_without_tax_where_the_rule_says_so() {
    // 100.000 before a discount of 10.000; 10.000 paid with points; a tenth of the price is tax.
    let cart = json!({
        "lines": [{"sku": "a", "quantity_milli": 1000, "line_total": 90_000, "discount": 10_000, "tax_inside": 9_000}],
        "points_wanted": {"points": 10},
    });
    for (base, points) in [
        ("gross", 100),
        ("after_line_discounts", 90),
        ("after_discounts", 80),
        ("net_of_tax", 72),
    ] {
        let rule = json!({"id": "r", "wallet": "points", "base": base, "amount": {"per": "1000", "points": "1"}});
        let member = json!({"points": {"points": 10}, "sales": []});
        let quote = quote(json!({"earn": [rule]}), cart.clone(), member);
        assert_eq!(quote.awarded(1).get(), points, "{base}");
    }
}

#[test]
fn the_share_paid_with_a_gift_card_earns_nothing_and_unknown_payments_are_provisional() {
    let rule = json!({"exclude_tenders": ["gift_card"], "amount": ten_thousand()});
    let paid = json!({
        "lines": [line("a", 100_000)],
        "payments": [{"method": "gift_card", "amount": 40_000}, {"method": "cash", "amount": 80_000}, {"method": "cash", "amount": -20_000}],
    });
    check(
        rule.clone(),
        paid,
        6,
        "r: 60,000 VND / 10,000 VND × 1 point = 6 → 6 points (rounded down)",
    );
    check(
        rule.clone(),
        sale(100_000),
        10,
        "r: 100,000 VND / 10,000 VND × 1 point = 10 → 10 points (rounded down); provisional, payments are not known yet",
    );
    let mut rule = rule;
    rule["id"] = json!("r");
    rule["wallet"] = json!("points");
    assert!(quote(json!({"earn": [rule]}), sale(100_000), new()).needs_payments);
}

#[test]
fn conditions_on_day_time_and_place_name_what_they_want() {
    // 2026-11-22 is a Sunday; the cart is rung up at 20:00 in Hanoi.
    for (when, points, text) in [
        (json!({"weekdays": ["sun"]}), 5, ""),
        (
            json!({"weekdays": ["mon", "sat"]}),
            0,
            "r: not given, weekday: Sunday, wanted Monday, Saturday",
        ),
        (json!({"hours": {"from": "20:00", "until": "22:00"}}), 5, ""),
        (
            json!({"hours": {"from": "18:00", "until": "20:00"}}),
            0,
            "r: not given, time: 20:00, wanted from 18:00 to below 20:00",
        ),
        (json!({"hours": {"from": "19:00", "until": "02:00"}}), 5, ""),
        (
            json!({"hours": {"from": "21:00", "until": "02:00"}}),
            0,
            "r: not given, time: 20:00, wanted from 21:00 to below 02:00",
        ),
        (
            json!({"dates": {"from": 20_261_122, "until": 20_261_122}}),
            5,
            "",
        ),
        (
            json!({"dates": {"until": 20_261_121}}),
            0,
            "r: not given, date: 2026-11-22, wanted until 2026-11-21",
        ),
        (
            json!({"dates": {"from": 20_261_123}}),
            0,
            "r: not given, date: 2026-11-22, wanted from 2026-11-23 on",
        ),
        (json!({"channels": ["store"]}), 5, ""),
        (
            json!({"channels": ["online"]}),
            0,
            "r: not given, channel: store, wanted online",
        ),
        (
            json!({"stores": ["HN01"]}),
            0,
            "r: not known here and not given, store: not known, wanted HN01",
        ),
        (
            json!({"not": {"tills": ["9"]}}),
            0,
            "r: not known here and not given, not (till: not known, wanted 9)",
        ),
        (
            json!({"not": {"weekdays": ["sun"]}}),
            0,
            "r: not given, not (weekday: Sunday, wanted Sunday)",
        ),
        (
            json!({"any": [{"weekdays": ["mon"]}, {"total": {"from": "60000"}}]}),
            0,
            "r: not given, none of: weekday: Sunday, wanted Monday; bill: 55,000 VND, wanted from 60,000 VND on",
        ),
        (
            json!({"any": [{"stores": ["HN01"]}, {"weekdays": ["sun"]}]}),
            5,
            "",
        ),
        (
            json!({"all": [{"weekdays": ["sun"]}, {"stores": ["HN01"]}]}),
            0,
            "r: not known here and not given, store: not known, wanted HN01",
        ),
        (
            json!({"items": {"from": 2}}),
            0,
            "r: not given, items: 1, wanted from 2 on",
        ),
        (
            json!({"has_line": {"tags": ["organic"]}}),
            0,
            "r: not given, line: none, wanted organic",
        ),
        (
            json!({"codes": ["TET"]}),
            0,
            "r: not given, code: none, wanted TET",
        ),
        (
            json!({"discounted": true}),
            0,
            "r: not given, discount at the till: no, wanted yes",
        ),
        (
            json!({"uses_points": true}),
            0,
            "r: not given, use of points: no, wanted yes",
        ),
        (json!({"visit": {"number": 1}}), 5, ""),
        (
            json!({"visit": {"every": 3}}),
            0,
            "r: not given, visit: 1, wanted every 3",
        ),
    ] {
        let text = if text.is_empty() {
            "r: 55,000 VND / 10,000 VND × 1 point = 5.5 → 5 points (rounded down); 5,000 VND more for 1 point more"
        } else {
            text
        };
        check(
            json!({"when": when, "amount": ten_thousand()}),
            sale(55_000),
            points,
            text,
        );
    }
}

#[test]
fn a_code_that_a_rule_reads_is_no_unknown_code() {
    let rule = json!({"id": "r", "wallet": "points", "when": {"codes": ["TET"]}, "fixed": {"points": "7"}});
    let mut shown = sale(1_000);
    shown["codes"] = json!(["TET", "XYZ"]);
    let quote = quote(json!({"earn": [rule]}), shown, new());
    assert_eq!(quote.awarded(1).get(), 7);
    let texts: Vec<&str> = quote
        .explanation
        .iter()
        .take(2)
        .map(|reason| reason.text.as_str())
        .collect();
    assert_eq!(
        texts,
        [
            "Code TET: looked at by the rules",
            "Code XYZ: not of this programme"
        ]
    );
}

#[test]
fn weighed_lines_are_one_item_each_and_returned_goods_are_taken_off() {
    let rule = json!({"when": {"items": {"from": 3}}, "fixed": {"points": "1"}});
    let lines = |bread: i64, returned: i64| {
        json!({"lines": [
            {"sku": "bread", "quantity_milli": bread, "line_total": 20_000},
            {"sku": "ham", "quantity_milli": 250, "line_total": 50_000, "flags": ["weighed"]},
            {"sku": "old", "quantity_milli": returned, "line_total": -1_000},
        ]})
    };
    check(
        rule.clone(),
        lines(3_000, -1_000),
        1,
        "r: 1 point a sale = 1 → 1 point (rounded down)",
    );
    check(
        rule,
        lines(2_500, -1_000),
        0,
        "r: not given, items: 2.5, wanted from 3 on",
    );
}

#[test]
fn the_parts_of_a_split_bill_are_one_visit() {
    let rule = json!({"per_visit": {"points": "10"}});
    let mut part = sale(20_000);
    part["receipt_group"] = json!("T7");
    let first = json!({"sales": [{"business_date": 20_261_122, "receipt_group": "T7"}]});
    check_member(
        rule.clone(),
        part.clone(),
        first,
        0,
        "r: an earlier part of this bill had it already",
    );
    let yesterday = json!({"sales": [{"business_date": 20_261_121, "receipt_group": "T7"}]});
    check_member(
        rule,
        part.clone(),
        yesterday,
        10,
        "r: 10 points a visit = 10 → 10 points (rounded down)",
    );
    // Two parts yesterday are one visit, so this is the second and its second part still is.
    let third = json!({"when": {"visit": {"number": 2}}, "fixed": {"points": "1"}});
    let twice = json!({"sales": [
        {"business_date": 20_261_121, "receipt_group": "T7"},
        {"business_date": 20_261_121, "receipt_group": "T7"},
        {"business_date": 20_261_122, "receipt_group": "T7"},
    ]});
    check_member(
        third,
        part,
        twice,
        1,
        "r: 1 point a sale = 1 → 1 point (rounded down)",
    );
}

#[test]
fn caps_of_sale_day_and_month_count_what_was_given_before() {
    let rule = json!({"amount": {"per": "1000", "points": "1"}, "caps": {"sale": "40", "day": "50", "month": "100"}});
    let given = |date: i64, points: i64| json!({"business_date": date, "awards": [{"rule": "r", "wallet": "points", "points": points}]});
    let formula = "r: 55,000 VND / 1,000 VND × 1 point = 55 →";
    for (sales, points, cap) in [
        (json!([]), 40, "40 points a sale"),
        (json!([given(20_261_122, 30)]), 20, "50 points a day"),
        (json!([given(20_261_121, 95)]), 5, "100 points a month"),
        (json!([given(20_261_031, 1_000)]), 40, "40 points a sale"),
        (json!([given(20_261_123, 1_000)]), 40, "40 points a sale"),
    ] {
        let text = format!("{formula} {points} points (rounded down); at most {cap}");
        check_member(
            rule.clone(),
            sale(55_000),
            json!({"sales": sales}),
            points,
            &text,
        );
    }
    let full = json!({"sales": [given(20_261_122, 50)]});
    check_member(
        rule.clone(),
        sale(55_000),
        full,
        0,
        "r: reached, at most 50 points a day",
    );
    let unknown = json!({});
    check_member(
        rule,
        sale(55_000),
        unknown,
        40,
        "r: 55,000 VND / 1,000 VND × 1 point = 55 → 40 points (rounded down); at most 40 points a sale; the past is not known here",
    );
}

#[test]
fn a_wallets_cap_is_used_up_by_the_rules_in_their_order() {
    let rule = |id: &str, priority: i64| json!({"id": id, "wallet": "points", "priority": priority, "fixed": {"points": "7"}});
    let mut parts = json!({"earn": [rule("a", 5), rule("b", 0), rule("c", 5)]});
    parts["wallets"] = document(json!({}))["wallets"].clone();
    parts["wallets"][0]["caps"] = json!({"sale": "10"});
    let quote = quote(parts, sale(1_000), new());
    let given: Vec<(&str, i64)> = quote
        .outcome
        .awards
        .iter()
        .map(|award| (award.rule.as_str(), award.points.get()))
        .collect();
    assert_eq!(given, [("b", 7), ("a", 3)]);
    let last = quote.reasons("c").next().expect("a reason");
    assert_eq!(
        (last.key, last.values["capped_by"].as_str()),
        ("earn.capped_out", "wallet_sale")
    );
}

#[test]
fn of_a_group_the_best_counts_or_the_first_or_all() {
    let rule = |id: &str, points: &str| json!({"id": id, "wallet": "points", "group": "g", "fixed": {"points": points}});
    for (take, expected) in [
        ("best", vec![("b", 9)]),
        ("first", vec![("a", 5)]),
        ("all", vec![("a", 5), ("b", 9), ("c", 9)]),
    ] {
        let parts = json!({
            "earn": [rule("c", "9"), rule("a", "5"), rule("b", "9")],
            "groups": [{"id": "g", "take": take}],
        });
        let quote = quote(parts, sale(1_000), new());
        let given: Vec<(&str, i64)> = quote
            .outcome
            .awards
            .iter()
            .map(|award| (award.rule.as_str(), award.points.get()))
            .collect();
        assert_eq!(given, expected, "{take}");
        if take == "best" {
            let text = &quote.reasons("a").next().expect("a reason").text;
            assert_eq!(text, "a: not on top, b counts instead");
        }
    }
}

#[test]
fn factors_multiply_before_the_rounding_in_the_way_the_rule_says() {
    // 55.000 / 10.000 = 5,5; times 2 and 3: 33, 22 (bonuses of 1 and 2), 16,5.
    for (combine, points) in [("product", 33), ("sum", 22), ("best", 16)] {
        let rule = json!({
            "id": "r", "wallet": "points", "amount": ten_thousand(), "combine": combine,
            "factors": [
                {"id": "sunday", "factor": "2", "when": {"weekdays": ["sun"]}},
                {"id": "always", "factor": "3"},
                {"id": "monday", "factor": "100", "when": {"weekdays": ["mon"]}},
            ],
        });
        let quote = quote(json!({"earn": [rule]}), sale(55_000), new());
        assert_eq!(quote.awarded(1).get(), points, "{combine}");
        let text = &quote.reasons("r").next().expect("a reason").text;
        assert!(
            text.contains("× 1 point × 3 (always) × 2 (sunday) ="),
            "{text}"
        );
    }
}

fn with_tiers() -> Value {
    json!({
        "tiers": {"basis": "earned", "wallet": "points", "window": "months", "months": 12, "levels": [
            {"id": "green", "name": {"en": "Green"}, "from": "0"},
            {"id": "gold", "name": {"en": "Gold"}, "from": "500", "factor": "1.2"},
        ]},
        "earn": [
            {"id": "r", "wallet": "points", "amount": {"per": "1000", "points": "1"}},
            {"id": "s", "wallet": "points", "fixed": {"points": "7"}, "tier_factor": "ignored", "qualifies": false},
        ],
    })
}

fn earned(rule: &str, date: i64, points: i64) -> Value {
    json!({"business_date": date, "awards": [{"rule": rule, "wallet": "points", "points": points}]})
}

#[test]
fn the_tier_is_the_one_before_the_sale_and_points_that_do_not_qualify_do_not_count() {
    // 499 of r and 100 of s: still green. The sale brings 10 of r (and 7 of s): 509, gold after it.
    let past = json!({"sales": [earned("r", 20_260_101, 499), earned("s", 20_260_101, 100)]});
    let now = quote(with_tiers(), sale(10_000), past);
    assert_eq!(now.awarded(1).get(), 17);
    let tier = now.tier.as_ref().expect("a tier");
    assert_eq!(
        (
            tier.tier.as_str(),
            tier.tier_after.as_str(),
            tier.counted,
            tier.counted_after
        ),
        ("green", "gold", 499, 509)
    );
    let text = &now.reasons("tiers").next().expect("a reason").text;
    assert_eq!(text, "Tier Green, 499 points counted; Gold after this sale");
    // One year to the day: the day twelve months ago no longer counts.
    for (date, tier, points) in [(20_251_122, "green", 17), (20_251_123, "gold", 19)] {
        let past = json!({"sales": [earned("r", date, 500)]});
        let quote = quote(with_tiers(), sale(10_000), past);
        assert_eq!(quote.tier.as_ref().expect("a tier").tier, tier, "{date}");
        assert_eq!(quote.awarded(1).get(), points, "{date}");
    }
}

#[test]
fn a_tier_that_is_not_known_here_multiplies_nothing_and_says_so() {
    let quote = quote(with_tiers(), sale(10_000), json!({}));
    assert_eq!(quote.awarded(1).get(), 17);
    assert_eq!(quote.tier, None);
    let text = &quote.reasons("tiers").next().expect("a reason").text;
    assert_eq!(text, "Tier: not known here");
    let text = &quote.reasons("r").next().expect("a reason").text;
    assert!(text.ends_with("; the past is not known here"), "{text}");
}

#[test]
fn a_rule_for_gold_is_for_gold() {
    let mut parts = with_tiers();
    parts["earn"][1]["when"] = json!({"tiers": ["gold"]});
    for (past, points, text) in [
        (
            json!({"sales": []}),
            10,
            "s: not given, tier: Green, wanted Gold",
        ),
        (
            json!({}),
            10,
            "s: not known here and not given, tier: not known, wanted Gold",
        ),
        (
            json!({"sales": [earned("r", 20_260_601, 500)]}),
            19,
            "s: 7 points a sale = 7 → 7 points (rounded down)",
        ),
    ] {
        let quote = quote(parts.clone(), sale(10_000), past);
        assert_eq!(quote.awarded(1).get(), points);
        assert_eq!(quote.reasons("s").next().expect("a reason").text, text);
    }
}

fn with_reward(reward: Value) -> Value {
    let mut reward = reward;
    reward["id"] = json!("w");
    reward["wallet"] = json!("points");
    reward["points"] = json!("100");
    json!({"rewards": [reward]})
}

#[test]
fn an_automatic_reward_waits_for_a_bill_that_holds_it_and_keeps_the_rest() {
    let reward = json!({"money": "50000", "use": "automatic", "most_per_sale": 3});
    for (points, bill, used, payable, text) in [
        (
            99,
            200_000,
            0,
            200_000,
            "w: takes 100 points, 1 point missing",
        ),
        (
            250,
            200_000,
            200,
            100_000,
            "w: 200 points used, 100,000 VND off (taken 2×)",
        ),
        (
            950,
            200_000,
            300,
            50_000,
            "w: 300 points used, 150,000 VND off (taken 3×)",
        ),
        (
            250,
            60_000,
            100,
            10_000,
            "w: 100 points used, 50,000 VND off (taken 1×)",
        ),
        (
            250,
            49_999,
            0,
            49_999,
            "w: the bill is below its worth of 50,000 VND, kept for later",
        ),
    ] {
        let member = json!({"points": {"points": points}, "sales": []});
        let quote = quote(with_reward(reward.clone()), sale(bill), member);
        assert_eq!(
            (quote.redeemed(1).get(), quote.outcome.payable.get()),
            (used, payable),
            "{points} {bill}"
        );
        assert_eq!(quote.reasons("w").next().expect("a reason").text, text);
        assert_eq!(
            quote.wallet(1).expect("a member").after.get(),
            points - used
        );
    }
    let mut declined = sale(200_000);
    declined["rewards_declined"] = json!(["w"]);
    let member = json!({"points": {"points": 250}, "sales": []});
    let quote = quote(with_reward(reward), declined, member);
    assert_eq!(quote.redeemed(1).get(), 0);
    assert_eq!(
        quote.reasons("w").next().expect("a reason").text,
        "w: not wanted today"
    );
}

#[test]
fn a_reward_asked_for_costs_its_full_price_even_if_the_bill_is_lower() {
    let reward = json!({"money": "50000", "use": "on_request"});
    let member = json!({"points": {"points": 150}, "sales": []});
    let idle = quote(with_reward(reward.clone()), sale(20_000), member.clone());
    assert_eq!(idle.redeemed(1).get(), 0);
    let mut asked = sale(20_000);
    asked["rewards_wanted"] = json!(["w"]);
    asked["points_wanted"] = json!({"points": 100});
    let quote = quote(with_reward(reward), asked, member);
    assert_eq!(
        (quote.redeemed(1).get(), quote.outcome.payable.get()),
        (100, 0)
    );
    assert_eq!(quote.outcome.redemptions[0].reward.as_deref(), Some("w"));
}

#[test]
fn points_as_money_use_what_rewards_leave() {
    // 100 of 150 points for a tenth off 200.000, then the other 50 as 50.000.
    let reward = json!({"percent": "10", "use": "automatic"});
    let mut wants = sale(200_000);
    wants["points_wanted"] = json!({"points": 1_000});
    let member = json!({"points": {"points": 150}, "sales": []});
    let quote = quote(with_reward(reward), wants, member);
    assert_eq!(
        (quote.redeemed(1).get(), quote.outcome.payable.get()),
        (150, 130_000)
    );
    let rewards: Vec<Option<&str>> = quote
        .outcome
        .redemptions
        .iter()
        .map(|part| part.reward.as_deref())
        .collect();
    assert_eq!(rewards, [Some("w"), None]);
}

#[test]
fn points_that_would_be_dead_at_once_are_not_given() {
    let mut parts = json!({"earn": [{"id": "r", "wallet": "points", "fixed": {"points": "7"}}]});
    parts["wallets"] = document(json!({}))["wallets"].clone();
    for (last_day, points) in [(20_261_121, 0), (20_261_122, 7)] {
        parts["wallets"][0]["expiry"] = json!({"last_day": last_day});
        let quote = quote(parts.clone(), sale(1_000), new());
        assert_eq!(quote.awarded(1).get(), points, "{last_day}");
    }
}

#[test]
fn every_kind_of_expiry_has_its_first_dead_day() {
    let mut parts = json!({"earn": [{"id": "r", "wallet": "points", "fixed": {"points": "7"}}]});
    parts["wallets"] = document(json!({}))["wallets"].clone();
    for (expiry, sold, dead) in [
        (json!({"days": 365}), 20_250_101, 20_260_101),
        (json!({"days": 366}), 20_250_110, 20_260_111),
        (json!({"months": 12}), 20_240_229, 20_250_228),
        (json!({"months": 1}), 20_250_131, 20_250_228),
        (
            json!({"end_of_month_after_months": 6}),
            20_201_215,
            20_210_701,
        ),
        (
            json!({"end_of_month_after_months": 0}),
            20_240_201,
            20_240_301,
        ),
        (json!({"last_day": 20_261_231}), 20_260_101, 20_270_101),
        (
            json!({"last_day_each_year": {"month": 3, "day": 31}}),
            20_260_331,
            20_260_401,
        ),
        (
            json!({"last_day_each_year": {"month": 3, "day": 31}}),
            20_260_401,
            20_270_401,
        ),
        (
            json!({"last_day_each_year": {"month": 2, "day": 29}}),
            20_250_101,
            20_250_301,
        ),
    ] {
        parts["wallets"][0]["expiry"] = expiry.clone();
        parts["wallets"][0]["pending_days"] = json!(0);
        let mut on = sale(1_000);
        on["business_date"] = json!(sold);
        let quote = quote(parts.clone(), on, new());
        let award = &quote.outcome.awards[0];
        assert_eq!(
            award.expires_on.map(|date| date.yyyymmdd()),
            Some(dead),
            "{expiry} {sold}"
        );
        assert_eq!(award.available_from.yyyymmdd(), sold);
    }
}

#[test]
fn without_a_card_every_kind_says_what_a_member_would_get() {
    for (kind, points) in [
        (json!({"percent": {"percent": "10", "value": "1000"}}), 5),
        (json!({"bands": [{"from": "0", "points": "3"}]}), 3),
        (json!({"per_unit": {"points": "2"}}), 2),
        (json!({"per_visit": {"points": "4"}}), 4),
        (json!({"fixed": {"points": "6"}}), 6),
    ] {
        let mut rule = kind;
        rule["id"] = json!("r");
        rule["wallet"] = json!("points");
        let mut nobody = sale(55_000);
        nobody["member"] = Value::Null;
        let quote = quote(json!({"earn": [rule]}), nobody, new());
        assert_eq!(
            (quote.awarded(1).get(), quote.awarded_with_card(1).get()),
            (0, points)
        );
        let reason = quote.reasons("r").next().expect("a reason");
        assert!(
            reason.key.ends_with(".no_member") && !reason.applied,
            "{reason:?}"
        );
    }
}
