//! Points of a sale that the sale itself spends: worked out by hand.

use serde_json::{Value, json};

use super::build::{line, new, quote};
use crate::evaluate::Quote;

fn spending(points: i64, wanted: i64, parts: Value) -> Quote {
    let mut programme = json!({
        "wallets": [{"id": "points", "number": 1, "name": {"en": "Points"},
            "unit": {"en": "point/points"}, "spend_own_award": true, "rounding": "floor",
            "redeem": {"value": "1000"}}],
        "earn": [{"id": "bill", "wallet": "points", "amount": {"per": "10000", "points": "1"}}],
    });
    for (key, value) in parts.as_object().expect("parts") {
        programme[key] = value.clone();
    }
    let cart = json!({"lines": [line("a", 100_000)], "points_wanted": {"points": wanted}});
    let mut member = new();
    member["points"] = json!({"points": points});
    quote(programme, cart, member)
}

fn outcome(quote: &Quote) -> (i64, i64, i64, i64) {
    (
        quote.redeemed(1).get(),
        quote.awarded(1).get(),
        quote.outcome.payable.get(),
        quote.wallet(1).expect("points").after.get(),
    )
}

#[test]
fn a_sale_spends_no_more_of_its_own_than_it_still_awards_then() {
    // 10 would be awarded for 100.000; once 10 are spent, only 9 for 90.000. 9 spent leave 91.000: 9.
    assert_eq!(outcome(&spending(0, 50, json!({}))), (9, 9, 91_000, 0));
    // With 5 on the card 14 spent leave 86.000, which awards 8: 13 are there, 13 leave 87.000.
    assert_eq!(outcome(&spending(5, 50, json!({}))), (13, 8, 87_000, 0));
    // What is asked for is there without them.
    assert_eq!(outcome(&spending(5, 5, json!({}))), (5, 9, 95_000, 9));
}

#[test]
fn a_rule_that_gives_nothing_where_points_are_spent_has_none_to_spend() {
    let rule = json!({"earn": [{"id": "bill", "wallet": "points",
        "amount": {"per": "10000", "points": "1"}, "when": {"uses_points": false}}]});
    assert_eq!(outcome(&spending(0, 50, rule)), (0, 10, 100_000, 10));
}
