//! What a sale still deserves after a return, and what changes nothing.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::build::{cart, document, line, read, snapshot};
use crate::evaluate::{Cart, Decided, KeptLine, MemberSnapshot, Quote, due_after, evaluate};
use crate::kernel::{Money, Points, Quantity};
use crate::programme::Programme;
use crate::texts::Language;

pub(super) struct Sold {
    pub programme: Programme,
    pub cart: Cart,
    pub member: MemberSnapshot,
    pub quote: Quote,
}

pub(super) fn sold(parts: Value, cart_parts: Value, member: Value) -> Sold {
    let (programme, cart) = (read(&document(parts)), cart(cart_parts));
    let member = snapshot(&programme, &cart, member);
    let quote = evaluate(&programme, Some(&member), &cart, Language::Vi).expect("a quote");
    Sold {
        programme,
        cart,
        member,
        quote,
    }
}

impl Sold {
    pub fn decided(&self) -> Decided<'_> {
        Decided {
            programme: &self.programme,
            member: Some(&self.member),
            cart: &self.cart,
            outcome: &self.quote.outcome,
        }
    }

    /// Of a line so much is kept, with its part of what loy took off, to the nearest unit.
    fn kept(&self, line: usize, quantity: i64, total: i64) -> KeptLine {
        let whole = self.cart.lines[line].line_total.get();
        let discount = self.quote.outcome.line_discounts[line].get();
        let part = (2 * discount * total + whole).checked_div(2 * whole);
        KeptLine {
            quantity: Quantity::new(quantity),
            line_total: Money::new(total),
            net: Money::new(total - part.unwrap_or(0)),
        }
    }

    /// Points due when of each line so much is kept: thousandths and money.
    pub fn due(&self, kept: &[(i64, i64)]) -> i64 {
        let kept: Vec<KeptLine> = kept
            .iter()
            .enumerate()
            .map(|(line, &(quantity, total))| self.kept(line, quantity, total))
            .collect();
        let due = due_after(&self.decided(), &kept).expect("what is due");
        due.iter().map(|award| award.points).sum::<Points>().get()
    }
}

fn per_thousand() -> Value {
    json!({"id": "r", "wallet": "points", "amount": {"per": "1000", "points": "1"}})
}

#[test]
fn what_is_kept_below_the_minimum_earns_nothing() {
    let mut rule = per_thousand();
    rule["when"] = json!({"total": {"from": "50000"}});
    let sold = sold(
        json!({"earn": [rule]}),
        json!({"lines": [line("a", 40_000), line("b", 20_000)]}),
        json!({}),
    );
    assert_eq!(sold.quote.awarded(1).get(), 60);
    assert_eq!(sold.due(&[(1000, 40_000), (0, 0)]), 0);
    assert_eq!(sold.due(&[(1000, 40_000), (500, 10_000)]), 50);
}

#[test]
fn each_kept_part_keeps_its_part_of_the_discount() {
    // 100.000 less 10.000 by points is 90.000: 90 points. Half of the first line, 30.000 of 60.000,
    // keeps 3.000 of its 6.000 off; the second line goes: 27.
    let sold = sold(
        json!({"earn": [per_thousand()]}),
        json!({"lines": [line("a", 60_000), line("b", 40_000)], "points_wanted": {"points": 10}}),
        json!({"points": {"points": 10}}),
    );
    assert_eq!(sold.quote.awarded(1).get(), 90);
    assert_eq!(sold.due(&[(500, 30_000), (0, 0)]), 27);
}

#[test]
fn tier_factors_payments_and_caps_stay_as_they_were_at_the_sale() {
    let mut rule = per_thousand();
    rule["factors"] = json!([{"id": "big", "factor": "2", "when": {"total": {"from": "100000"}}}]);
    rule["exclude_tenders"] = json!(["gift_card"]);
    rule["caps"] = json!({"day": "100"});
    let sold = sold(
        json!({"earn": [rule]}),
        json!({
            "lines": [line("a", 60_000), line("b", 40_000)],
            "payments": [{"method": "gift_card", "amount": 50_000}, {"method": "cash", "amount": 50_000}],
        }),
        json!({"sales": [{"business_date": 20_261_122, "awards": [{"rule": "r", "wallet": "points", "points": 30}]}]}),
    );
    // Half of 100.000 counts, twice: 100, of which today's cap leaves 70.
    assert_eq!(sold.quote.awarded(1).get(), 70);
    // Half of 60.000, still twice: 60.
    assert_eq!(sold.due(&[(1000, 60_000), (0, 0)]), 60);
}

#[test]
fn more_than_was_sold_is_not_kept() {
    let sold = sold(
        json!({"earn": [per_thousand()]}),
        json!({"lines": [line("a", 60_000)]}),
        json!({}),
    );
    for (quantity, total, field) in [
        (1001, 60_000, "kept[0].quantity_milli"),
        (1000, 60_001, "kept[0].line_total"),
        (-1, 0, "kept[0].quantity_milli"),
    ] {
        let kept = [sold.kept(0, quantity, total)];
        let problem = due_after(&sold.decided(), &kept).expect_err("beyond the sale");
        assert_eq!(
            (problem.field.as_str(), problem.code),
            (field, "out_of_range")
        );
    }
    let problem = due_after(&sold.decided(), &[]).expect_err("no lines");
    assert_eq!((problem.field.as_str(), problem.code), ("kept", "count"));
}

/// Rules of every kind, each with what may stand beside it.
fn rule() -> impl Strategy<Value = Value> {
    let kind = prop_oneof![
        (1i64..20_000, 1i64..9).prop_map(|(per, points)| json!({"amount": {"per": per.to_string(), "points": points.to_string()}})),
        (1i64..20_000, 1i64..9).prop_map(|(per, points)| json!({"amount": {"per": per.to_string(), "points": points.to_string(), "mode": "whole_steps"}})),
        (1i64..50, 1i64..5_000).prop_map(|(percent, value)| json!({"percent": {"percent": percent.to_string(), "value": value.to_string()}})),
        (1i64..90_000, 0i64..9, 9i64..30).prop_map(|(from, low, high)| json!({"bands": [
            {"from": "0", "below": from.to_string(), "points": low.to_string()},
            {"from": from.to_string(), "points": high.to_string()},
        ]})),
        (1i64..9).prop_map(|points| json!({"per_unit": {"points": points.to_string()}})),
        (1i64..9).prop_map(|points| json!({"per_visit": {"points": points.to_string()}})),
        (1i64..9).prop_map(|points| json!({"fixed": {"points": points.to_string()}})),
    ];
    let when = prop_oneof![
        3 => Just(Value::Null),
        1 => (0i64..100_000).prop_map(|from| json!({"total": {"from": from.to_string()}})),
        1 => (1i64..4).prop_map(|from| json!({"items": {"from": from}})),
        1 => Just(json!({"has_line": {"skus": ["a", "c"]}})),
        1 => Just(json!({"any": [{"weekdays": ["sun"]}, {"tiers": ["gold"]}]})),
    ];
    let caps = prop_oneof![
        3 => Just(Value::Null),
        1 => (1i64..60).prop_map(|cap| json!({"sale": cap.to_string()})),
        1 => (1i64..60).prop_map(|cap| json!({"day": cap.to_string(), "month": (cap * 2).to_string()})),
    ];
    let factors = prop_oneof![
        2 => Just(json!([])),
        1 => Just(json!([{"id": "x", "factor": "1.5", "when": {"total": {"from": "50000"}}}, {"id": "y", "factor": "2"}])),
    ];
    let details = (
        0i64..3,
        any::<bool>(),
        prop::option::of(prop::sample::select(vec!["best", "first"])),
    );
    (kind, when, caps, factors, details).prop_map(|(kind, when, caps, factors, details)| {
        let (priority, is_by_line, group) = details;
        let mut rule = kind;
        let counts_lines = rule.get("per_visit").is_none() && rule.get("fixed").is_none();
        if is_by_line && counts_lines {
            rule["round_at"] = json!("line");
            rule["lines"] = json!({"not": {"skus": ["b"]}});
        }
        rule["when"] = when;
        rule["caps"] = caps;
        rule["factors"] = factors;
        rule["priority"] = json!(priority);
        rule["group"] = json!(group);
        rule["wallet"] = json!("points");
        rule
    })
}

fn parts() -> impl Strategy<Value = Value> {
    prop::collection::vec(rule(), 1..6).prop_map(|mut rules| {
        for (place, rule) in rules.iter_mut().enumerate() {
            rule["id"] = json!(format!("r{place}"));
        }
        json!({
            "earn": rules,
            "groups": [{"id": "best", "take": "best"}, {"id": "first", "take": "first"}],
            "tiers": {"basis": "earned", "wallet": "points", "levels": [
                {"id": "green", "from": "0"}, {"id": "gold", "from": "50", "factor": "1.2"},
            ]},
            "rewards": [
                {"id": "w", "wallet": "points", "points": "20", "money": "3000", "use": "automatic", "most_per_sale": 2},
                {"id": "v", "wallet": "points", "points": "30", "percent": "10", "use": "on_request"},
            ],
        })
    })
}

fn lines() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((1i64..5, 0i64..80_000), 1..5)
}

fn cart_of(lines: &[(i64, i64)], wanted: i64) -> Value {
    let skus = ["a", "b", "c", "d"];
    let lines: Vec<Value> = lines
        .iter()
        .enumerate()
        .map(|(place, (pieces, total))| json!({"sku": skus[place], "quantity_milli": pieces * 1000, "line_total": total}))
        .collect();
    json!({"lines": lines, "points_wanted": {"points": wanted}, "rewards_wanted": ["v"]})
}

fn past(points: i64) -> Value {
    json!({"points": {"points": points}, "sales": [
        {"business_date": 20_261_120, "awards": [{"rule": "r0", "wallet": "points", "points": points}]},
    ]})
}

proptest! {
    #[test]
    fn all_kept_is_all_due_none_kept_is_none_and_never_more_than_given(
        parts in parts(),
        lines in lines(),
        shares in prop::collection::vec(0i64..=100, 4),
        (points, wanted) in (0i64..120, 0i64..50),
    ) {
        let sold = sold(parts, cart_of(&lines, wanted), past(points));
        let given = sold.quote.awarded(1).get();
        let all: Vec<(i64, i64)> = lines.iter().map(|(pieces, total)| (pieces * 1000, *total)).collect();
        prop_assert_eq!(sold.due(&all), given);
        let none = vec![(0, 0); lines.len()];
        prop_assert_eq!(sold.due(&none), 0);
        let part: Vec<(i64, i64)> = all
            .iter()
            .zip(&shares)
            .map(|((quantity, total), share)| (quantity * share / 100, total * share / 100))
            .collect();
        let due = sold.due(&part);
        prop_assert!((0..=given).contains(&due), "{due} of {given}");
    }

    #[test]
    fn keeping_more_never_earns_less_by_rules_that_only_grow(
        (per, percent) in (1i64..20_000, 1i64..40),
        lines in lines(),
        (shares, more) in (prop::collection::vec(0i64..=100, 4), prop::collection::vec(0i64..=100, 4)),
        wanted in 0i64..50,
        is_by_line in any::<bool>(),
    ) {
        let round_at = if is_by_line { "line" } else { "rule" };
        let rules = json!({"earn": [
            {"id": "a", "wallet": "points", "round_at": round_at, "amount": {"per": per.to_string(), "points": "3", "mode": "whole_steps"}},
            {"id": "b", "wallet": "points", "base": "net_of_tax", "percent": {"percent": percent.to_string(), "value": "1000"}},
            {"id": "c", "wallet": "points", "per_unit": {"points": "2"}, "caps": {"sale": "9"}},
        ]});
        let sold = sold(rules, cart_of(&lines, wanted), past(50));
        let part = |shares: &[i64]| -> Vec<(i64, i64)> {
            let parts = lines.iter().zip(shares);
            parts.map(|((pieces, total), share)| (pieces * 10 * share, total * share / 100)).collect()
        };
        let most: Vec<i64> = shares.iter().zip(&more).map(|(a, b)| *a.max(b)).collect();
        prop_assert!(sold.due(&part(&shares)) <= sold.due(&part(&most)));
    }

    #[test]
    fn permuting_a_document_changes_no_byte_of_the_quote(
        parts in parts(),
        lines in lines(),
        points in 0i64..120,
    ) {
        let mut turned = parts.clone();
        for key in ["earn", "groups", "rewards"] {
            turned[key].as_array_mut().expect("a list").reverse();
        }
        for rule in turned["earn"].as_array_mut().expect("rules") {
            rule["factors"].as_array_mut().expect("factors").reverse();
        }
        let one = sold(parts, cart_of(&lines, 20), past(points));
        let other = sold(turned, cart_of(&lines, 20), past(points));
        prop_assert_eq!(one.quote.to_json(), other.quote.to_json());
    }

    #[test]
    fn the_history_a_sale_keeps_prices_it_again_to_the_byte(
        parts in parts(),
        lines in lines(),
        points in 0i64..120,
    ) {
        let sold = sold(parts, cart_of(&lines, 20), past(points));
        let stored = minicbor::to_vec(&sold.member).expect("CBOR");
        let restored: MemberSnapshot = minicbor::decode(&stored).expect("its own CBOR");
        prop_assert!(stored.len() < 400, "{} bytes", stored.len());
        let again = evaluate(&sold.programme, Some(&restored), &sold.cart, Language::Vi).expect("a quote");
        prop_assert_eq!(again.to_json(), sold.quote.to_json());
    }
}
