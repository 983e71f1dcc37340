//! Conditions: what holds, what does not, what is not known, and how each is told.

use serde_json::json;

use crate::evaluate::Value;
use crate::kernel::Money;

use super::build::{check, check_member, new, quote, sale, ten_thousand};

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
fn each_part_of_a_condition_of_many_is_told_by_what_it_wants() {
    let rule = json!({"id": "r", "wallet": "points", "amount": ten_thousand(), "when": {"any": [
        {"all": [{"weekdays": ["sun"]}, {"total": {"from": "70000"}}]},
        {"not": {"weekdays": ["sun"]}},
        {"total": {"from": "60000"}},
    ]}});
    let quote = quote(json!({"earn": [rule]}), sale(55_000), new());
    let reason = quote.reasons("r").next().expect("a reason");
    let value = |name| reason.value(name).expect("a value");
    assert_eq!(
        (value("condition"), value("expected"), value("found")),
        (
            "any".to_owned(),
            "from 70,000 VND on; not (Sunday); from 60,000 VND on".to_owned(),
            "55,000 VND; Sunday; 55,000 VND".to_owned()
        )
    );
    assert_eq!(
        reason.text(),
        "r: not given, none of: bill: 55,000 VND, wanted from 70,000 VND on; \
         not (weekday: Sunday, wanted Sunday); bill: 55,000 VND, wanted from 60,000 VND on"
    );
}

#[test]
fn the_numbers_of_a_reason_are_read_before_anybody_writes_its_sentence() {
    let rule = json!({"id": "r", "wallet": "points", "amount": ten_thousand()});
    let quote = quote(json!({"earn": [rule]}), sale(55_000), new());
    let reason = quote.reasons("r").next().expect("a reason");
    assert_eq!(reason.key, "earn.amount.applied");
    assert_eq!(
        reason.values.get("base"),
        Some(&Value::Amount(Money::new(55_000)))
    );
    assert_eq!(reason.value("points").as_deref(), Some("5"));
    assert!(!reason.is_written(), "nobody asked for the sentence");
    assert!(reason.text().starts_with("r: 55,000 VND"));
    assert!(reason.is_written());
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
        .map(|reason| reason.text())
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
fn weighed_lines_are_one_item_each_and_returned_goods_are_none() {
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
        lines(2_000, -1_000),
        1,
        "r: 1 point a sale = 1 → 1 point (rounded down)",
    );
    check(
        rule,
        lines(1_500, -1_000),
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
