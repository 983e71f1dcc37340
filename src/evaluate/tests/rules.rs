//! Rules that award: kinds, bases, roundings, factors, expiry; numbers worked out by hand.

use serde_json::{Value, json};

use super::build::{check, document, line, new, quote, sale, ten_thousand};

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
    // 3 + 0.25 pieces, two points each: 6.5. The piece that comes back takes its two besides.
    check(
        rule,
        lines,
        6,
        "r: 3.25 × 2 points = 6.5 → 6 points (rounded down)",
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
        .map(|reason| reason.text())
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
    for (parts, points) in [
        // The cash is not told yet, or more of it was handed over: the gift card paid 40.000.
        (json!([{"method": "gift_card", "amount": 40_000}]), 6),
        (
            json!([{"method": "gift_card", "amount": 40_000}, {"method": "cash", "amount": 200_000}]),
            6,
        ),
        (json!([{"method": "gift_card", "amount": 500_000}]), 0),
    ] {
        let mut cart = sale(100_000);
        cart["payments"] = parts;
        let mut rule = rule.clone();
        rule["id"] = json!("r");
        rule["wallet"] = json!("points");
        assert_eq!(
            quote(json!({"earn": [rule]}), cart, new()).awarded(1).get(),
            points
        );
    }
    let mut rule = rule;
    rule["id"] = json!("r");
    rule["wallet"] = json!("points");
    assert!(quote(json!({"earn": [rule]}), sale(100_000), new()).needs_payments);
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
        let text = quote.reasons("r").next().expect("a reason").text();
        assert!(
            text.contains("× 1 point × 3 (always) × 2 (sunday) ="),
            "{text}"
        );
    }
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
