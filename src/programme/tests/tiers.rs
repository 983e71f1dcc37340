//! What is wrong with a ladder of members.

use serde_json::{Value, json};

use super::problems_of;

#[track_caller]
fn check(parts: Value, expected: &[&str]) {
    let mut tiers =
        json!({"basis": "visits", "levels": [{"id": "a", "from": "0"}, {"id": "b", "from": "5"}]});
    for (key, value) in parts.as_object().expect("parts") {
        tiers[key] = value.clone();
    }
    assert_eq!(problems_of(json!({ "tiers": tiers })), expected, "{parts}");
}

#[test]
fn a_window_has_the_keys_it_needs_and_no_other() {
    let first = json!({"month": 4, "day": 1});
    check(json!({"window": "membership_year"}), &[]);
    check(json!({"window": "year_from_day", "first_day": first}), &[]);
    check(
        json!({"window": "year_from_day"}),
        &["tiers.first_day missing"],
    );
    check(json!({"first_day": first}), &["tiers.first_day not_used"]);
    let none = json!({"month": 2, "day": 30});
    check(
        json!({"window": "year_from_day", "first_day": none}),
        &["tiers.first_day no_date"],
    );
}

#[test]
fn a_balance_has_a_wallet_and_no_window_and_a_fee_has_lines() {
    check(json!({"basis": "balance", "wallet": "points"}), &[]);
    check(json!({"basis": "balance"}), &["tiers.wallet missing"]);
    let year = json!({"basis": "balance", "wallet": "points", "window": "calendar_year"});
    check(year, &["tiers.window not_used"]);
    let lines = json!({"skus": ["card"]});
    check(json!({"basis": "fee", "lines": lines}), &[]);
    check(json!({"basis": "fee"}), &["tiers.lines missing"]);
    check(json!({ "lines": lines }), &["tiers.lines not_used"]);
}

#[test]
fn a_term_fits_its_window_and_what_it_takes_stands_beside_it() {
    let years = json!({"more_years": 1});
    let months = json!({"months": 12});
    check(
        json!({"window": "calendar_year", "term": years, "downgrade": "one_level"}),
        &[],
    );
    check(
        json!({"window": "months", "months": 6, "term": months}),
        &[],
    );
    check(
        json!({ "term": years }),
        &["tiers.term.more_years not_used"],
    );
    check(
        json!({"window": "calendar_year", "term": months}),
        &["tiers.term.months not_used"],
    );
    check(
        json!({"window": "calendar_year", "term": {}}),
        &["tiers.term one_of"],
    );
    check(
        json!({"window": "calendar_year", "term": {"more_years": 11}}),
        &["tiers.term.more_years out_of_range"],
    );
    check(json!({"downgrade": "one_level"}), &["tiers.term missing"]);
    let keeps =
        |keep: &str| json!([{"id": "a", "from": "0"}, {"id": "b", "from": "5", "keep": keep}]);
    check(
        json!({"window": "calendar_year", "term": years, "levels": keeps("3")}),
        &[],
    );
    check(
        json!({"window": "calendar_year", "term": years, "levels": keeps("6")}),
        &["tiers.levels[1].keep out_of_order"],
    );
    check(
        json!({ "levels": keeps("3") }),
        &["tiers.levels[1].keep not_used"],
    );
}

#[test]
fn points_for_reaching_a_tier_are_for_one_that_can_be_reached() {
    let entry = json!({"wallet": "points", "points": "100"});
    let levels = |place: usize, entry: &Value| {
        let mut levels = json!([{"id": "a", "from": "0"}, {"id": "b", "from": "5"}]);
        levels[place]["entry"] = entry.clone();
        levels
    };
    check(
        json!({"levels": levels(1, &entry), "entry_rewards": "each_rise"}),
        &[],
    );
    check(
        json!({ "levels": levels(0, &entry) }),
        &["tiers.levels[0].entry not_used"],
    );
    check(
        json!({"basis": "balance", "wallet": "points", "levels": levels(1, &entry)}),
        &["tiers.levels[1].entry not_used"],
    );
    check(
        json!({"entry_rewards": "each_rise"}),
        &["tiers.entry_rewards not_used"],
    );
    check(
        json!({"levels": levels(1, &json!({"wallet": "none", "points": "0"}))}),
        &[
            "tiers.levels[1].entry.wallet unknown_reference",
            "tiers.levels[1].entry.points out_of_range",
        ],
    );
}
