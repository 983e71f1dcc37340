//! A member who shares an account, as the evaluation is told of it.

use serde_json::{Value, json};

use super::build::{check_member, quote, sale, ten_thousand};
use super::member_number;
use crate::evaluate::MemberSnapshot;

/// A past sale of this day that gave these points by the rule `r`.
fn gave(day: i64, points: i64) -> Value {
    json!({"business_date": day, "spend": 100_000,
           "awards": [{"rule": "r", "wallet": "points", "points": points}]})
}

fn once(per: &str) -> Value {
    json!({"fixed": {"points": "5"}, "times": {"ever": 1, "per": per}})
}

#[test]
fn what_is_once_for_a_household_is_gone_when_one_of_it_had_it() {
    let household = json!({"sales": [], "household": {"sales": [gave(20_261_101, 5)]}});
    for (per, member, points) in [
        ("member", household.clone(), 5),
        ("household", household, 0),
        ("household", json!({"sales": []}), 5),
        ("household", json!({"sales": [gave(20_261_101, 5)]}), 0),
        (
            "member",
            json!({"sales": [gave(20_261_101, 5)], "household": {"sales": []}}),
            0,
        ),
    ] {
        let mut rule = once(per);
        rule["id"] = json!("r");
        rule["wallet"] = json!("points");
        let quote = quote(json!({"earn": [rule]}), sale(10_000), member);
        assert_eq!(quote.awarded(1).get(), points, "{per}");
    }
}

#[test]
fn the_tier_is_that_of_the_account_and_the_visits_are_the_members_own() {
    let tiers = json!({"basis": "spend", "levels": [
        {"id": "basic", "name": {"en": "Basic"}, "from": "0"},
        {"id": "gold", "name": {"en": "Gold"}, "from": "150000", "factor": "2"},
    ]});
    let rules = json!([
        {"id": "bill", "wallet": "points", "amount": ten_thousand()},
        {"id": "first", "wallet": "points", "fixed": {"points": "7"}, "when": {"visit": {"number": 1}}},
    ]);
    let parts = json!({"tiers": tiers, "earn": rules});
    let told = |member: Value| {
        let quote = quote(parts.clone(), sale(50_000), member);
        quote.awarded(1).get()
    };
    let one = json!([gave(20_261_101, 0)]);
    // 100.000 alone are basic: 5 points; with 100.000 of another gold: 10.
    assert_eq!(told(json!({"sales": one})), 5);
    assert_eq!(told(json!({"sales": one, "household": {"sales": one}})), 10);
    // Two sales of the others and none of their own: gold, and the first visit: twice 5 and 7.
    let two = json!([gave(20_261_101, 0), gave(20_261_102, 0)]);
    assert_eq!(told(json!({"sales": [], "household": {"sales": two}})), 24);
}

#[test]
fn a_rule_may_ask_whether_an_account_is_shared() {
    let rule = |wanted: bool| json!({"fixed": {"points": "5"}, "when": {"in_household": wanted}});
    let alone = json!({"sales": []});
    let shared = json!({"sales": [], "household": {}});
    check_member(
        rule(true),
        sale(10_000),
        shared.clone(),
        5,
        "r: 5 points a sale = 5 → 5 points (rounded down)",
    );
    check_member(
        rule(true),
        sale(10_000),
        alone.clone(),
        0,
        "r: not given, shared account: no, wanted yes",
    );
    check_member(
        rule(false),
        sale(10_000),
        alone,
        5,
        "r: 5 points a sale = 5 → 5 points (rounded down)",
    );
    check_member(
        rule(false),
        sale(10_000),
        shared,
        0,
        "r: not given, shared account: yes, wanted no",
    );
}

#[test]
fn points_that_end_at_the_anniversary_end_at_that_of_the_holder() {
    let parts = json!({
        "wallets": [{"id": "points", "number": 1, "name": {"en": "Points"},
                     "unit": {"en": "point/points"}, "expiry": {"membership_anniversary": 1}}],
        "earn": [{"id": "r", "wallet": "points", "amount": ten_thousand()}],
    });
    let ends = |member: Value| {
        let quote = quote(parts.clone(), sale(50_000), member);
        quote.outcome.awards[0]
            .expires_on
            .map(|date| date.yyyymmdd())
    };
    let own = json!({"sales": [], "joined_on": 20_250_301});
    let shared =
        json!({"sales": [], "joined_on": 20_250_301, "household": {"joined_on": 20_240_615}});
    // The sale is of 22 November 2026.
    assert_eq!(
        (ends(own), ends(shared)),
        (Some(20_270_301), Some(20_270_615))
    );
}

#[test]
fn what_the_evaluation_was_told_of_a_household_reads_back() {
    let parts = json!({"earn": [{"id": "r", "wallet": "points", "amount": ten_thousand()}]});
    let programme = super::build::read(&super::build::document(parts));
    let cart = super::build::cart(sale(10_000));
    let member = json!({"sales": [], "household": {"joined_on": 20_240_615}});
    let mut snapshot = super::build::snapshot(&programme, &cart, member);
    let household = snapshot.household.as_mut().expect("a household");
    household.holder = Some(member_number());
    let bytes = minicbor::to_vec(&snapshot).expect("bytes");
    assert_eq!(
        minicbor::decode::<MemberSnapshot>(&bytes).expect("a snapshot"),
        snapshot
    );
    snapshot.household = None;
    let bytes = minicbor::to_vec(&snapshot).expect("bytes");
    assert_eq!(
        minicbor::decode::<MemberSnapshot>(&bytes).expect("a snapshot"),
        snapshot
    );
}
