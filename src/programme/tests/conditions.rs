//! What is wrong with conditions on members, stores and what pays.

use serde_json::{Value, json};

use super::problems_of;

fn rule_with(when: &Value) -> Value {
    json!([{"id": "r", "wallet": "points", "fixed": {"points": "1"}, "when": when}])
}

#[test]
fn a_condition_on_a_member_says_one_thing_in_bounds() {
    for (when, problem) in [
        (json!({"membership": {}}), "membership one_of"),
        (
            json!({"membership": {"days": {}}}),
            "membership.days missing",
        ),
        (
            json!({"membership": {"months": {"from": 6, "below": 6}}}),
            "membership.months.below out_of_order",
        ),
        (json!({"birthday": {}}), "birthday one_of"),
        (
            json!({"birthday": {"month": true, "days_after": 1}}),
            "birthday one_of",
        ),
        (
            json!({"birthday": {"days_before": 181}}),
            "birthday.days_before out_of_range",
        ),
        (json!({"member_tags": [""]}), "member_tags[0] wrong_form"),
        (
            json!({"attributes": [{"name": "", "values": ["a"]}]}),
            "attributes[0].name wrong_form",
        ),
        (
            json!({"attributes": [{"name": "a", "values": []}]}),
            "attributes[0].values count",
        ),
        (
            json!({"last_visit": {"from": -1}}),
            "last_visit.from out_of_range",
        ),
        (
            json!({"store_groups": ["north"]}),
            "store_groups[0] unknown_reference",
        ),
        (
            json!({"past": {"count": "points", "from": "1"}}),
            "past.wallet missing",
        ),
        (
            json!({"past": {"count": "points", "wallet": "none", "from": "1"}}),
            "past.wallet unknown_reference",
        ),
        (
            json!({"past": {"count": "visits", "wallet": "points", "from": "1"}}),
            "past.wallet not_used",
        ),
        (
            json!({"past": {"count": "times", "from": "1"}}),
            "past.rule missing",
        ),
        (
            json!({"past": {"count": "times", "rule": "none", "from": "1"}}),
            "past.rule unknown_reference",
        ),
        (
            json!({"past": {"count": "spend", "rule": "r", "from": "1"}}),
            "past.rule not_used",
        ),
        (
            json!({"past": {"count": "visits", "days": 1, "months": 1, "from": "1"}}),
            "past.days not_used",
        ),
        (
            json!({"past": {"count": "visits", "days": 3661, "from": "1"}}),
            "past.days out_of_range",
        ),
        (
            json!({"past": {"count": "visits", "from": "1.5"}}),
            "past.from too_many_decimals",
        ),
        (json!({"past": {"count": "visits"}}), "past missing"),
        (
            json!({"has_line": {"quantity": {"from": "1.2345"}}}),
            "has_line.quantity.from too_many_decimals",
        ),
    ] {
        let problems = problems_of(json!({"earn": rule_with(&when)}));
        assert_eq!(problems, [format!("earn[0].when.{problem}")], "{when}");
    }
}

#[test]
fn groups_of_stores_have_an_id_and_a_store() {
    let of = |groups: Value| problems_of(json!({ "store_groups": groups }));
    assert!(of(json!([{"id": "north", "stores": ["HN01"]}])).is_empty());
    assert_eq!(
        of(json!([{"id": "a", "stores": ["HN01"]}, {"id": "a", "stores": []}])),
        [
            "store_groups[1].id duplicate",
            "store_groups[1].stores count"
        ]
    );
}

#[test]
fn what_pays_decides_nothing_that_comes_before_paying() {
    let when = json!({"tenders": ["momo"]});
    assert!(problems_of(json!({"earn": rule_with(&when)})).is_empty());
    let reward = json!([{"id": "w", "wallet": "points", "points": "1", "money": "1000", "use": "automatic", "when": when}]);
    assert_eq!(
        problems_of(json!({ "rewards": reward })),
        ["rewards[0].when not_used"]
    );
    let offer = json!([{"id": "o", "percent": "10", "when": when}]);
    assert_eq!(
        problems_of(json!({ "offers": offer })),
        ["offers[0].when not_used"]
    );
}
