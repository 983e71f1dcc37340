//! A member file tells what a till has counted: limits, and what is left of a till's share.

use serde_json::{Value, json};

use super::build::{cart, document, new, quote, read, sale, ten_thousand};
use super::member_number;
use crate::evaluate::MemberSnapshot;

fn with(limit: Value) -> Value {
    json!({
        "earn": [{"id": "bill", "wallet": "points", "amount": ten_thousand()}],
        "limits": [limit],
    })
}

/// What a bill of 100.000 earns, and what the limit comes to with it where it is beyond.
fn found(limit: Value, member: Value) -> (i64, Option<i64>) {
    let quote = quote(with(limit), sale(100_000), member);
    let hit = quote.limits.first().map(|hit| hit.found);
    (quote.awarded(1).get(), hit)
}

/// A sale of that day that gave so many points.
fn earlier(business_date: i64, points: i64) -> Value {
    json!({"business_date": business_date, "spend": points * 10_000,
        "awards": [{"rule": "bill", "wallet": "points", "points": points}]})
}

#[test]
fn a_limit_counts_the_sales_of_the_day_in_the_member_file() {
    let limit =
        json!({"id": "often", "per": "member", "count": "sales", "most": "2", "action": "refuse"});
    // The cart is of 22 November; a sale of the 21st and an event of the day do not count.
    let event = json!({"business_date": 20_261_122, "visit": false, "event": "review"});
    let one = json!({"sales": [earlier(20_261_121, 5), event, earlier(20_261_122, 5)]});
    assert_eq!(found(limit.clone(), one), (10, None));
    let two = json!({"sales": [earlier(20_261_122, 5), earlier(20_261_122, 5)]});
    assert_eq!(found(limit, two), (0, Some(3)));
}

#[test]
fn a_limit_of_points_counts_what_the_sales_of_the_day_gave_the_household_too() {
    let limit = |per: &str| {
        json!({"id": "much", "per": per, "count": "points", "wallet": "points", "most": "30",
            "action": "refuse"})
    };
    let member = || json!({"sales": [earlier(20_261_122, 12)], "household": {"sales": [earlier(20_261_122, 9)]}});
    // 12 and 10 of this sale; 9 of the others make 31.
    assert_eq!(found(limit("member"), member()), (10, None));
    assert_eq!(found(limit("household"), member()), (0, Some(31)));
}

#[test]
fn what_sales_do_not_tell_of_a_limit_the_member_file_can() {
    let cashier = json!({"id": "own-card", "per": "cashier", "count": "sales", "most": "40", "action": "warn"});
    assert_eq!(found(cashier.clone(), new()), (10, None));
    let member = json!({"sales": [], "limits": {"own-card": 40}});
    assert_eq!(found(cashier, member), (10, Some(41)));
    // Told, it goes before what sales say; by hours they say nothing.
    let hours = json!({"id": "much", "per": "member", "count": "points", "wallet": "points", "most": "30",
        "hours": 24, "action": "refuse"});
    let sales = json!([earlier(20_261_122, 25)]);
    assert_eq!(found(hours.clone(), json!({"sales": sales})), (10, None));
    let told = json!({"sales": sales, "limits": {"much": 21}});
    assert_eq!(found(hours, told), (0, Some(31)));
}

#[test]
fn the_member_file_tells_what_is_left_of_the_tills_share() {
    let shares = json!([{"store": "HN01", "till": "1", "most": 2}]);
    let parts = || {
        json!({
            "earn": [{"id": "first", "wallet": "points", "fixed": {"points": "5"},
                "quota": {"total": 100, "shares": shares}}],
            "offers": [{"id": "first", "amount": "1000", "quota": {"total": 100, "shares": shares}}],
        })
    };
    let at = |store: &str, member: Value| {
        let mut cart = sale(100_000);
        cart["store"] = json!(store);
        cart["till"] = json!("1");
        let quote = quote(parts(), cart, member);
        (quote.awarded(1).get(), quote.outcome.payable.get())
    };
    let told = |quotas: Value| json!({"sales": [], "quotas": quotas});
    assert_eq!(at("HN01", new()), (0, 100_000), "not known");
    assert_eq!(at("HN01", told(json!({}))), (5, 99_000));
    assert_eq!(
        at(
            "HN01",
            told(json!({"rules": {"first": 2}, "offers": {"first": 1}}))
        ),
        (0, 99_000)
    );
    assert_eq!(
        at("HN01", told(json!({"offers": {"first": 2}}))),
        (5, 100_000)
    );
    assert_eq!(at("HN02", told(json!({}))), (0, 100_000), "no share");
}

#[test]
fn a_limit_or_quota_that_the_programme_does_not_have_is_refused_by_its_path() {
    let limit =
        || json!({"id": "often", "per": "member", "count": "sales", "most": "2", "action": "warn"});
    for (member, field) in [
        (json!({"limits": {"oftn": 1}}), "limits.oftn"),
        (json!({"limits": {"often": -1}}), "limits.often"),
        (
            json!({"quotas": {"rules": {"bill": 1}}}),
            "quotas.rules.bill",
        ),
        (
            json!({"quotas": {"offers": {"bill": 1}}}),
            "quotas.offers.bill",
        ),
    ] {
        let (programme, cart) = (read(&document(with(limit()))), cart(sale(100_000)));
        let json = member.to_string();
        let found = MemberSnapshot::from_json(json.as_bytes(), member_number(), &programme, &cart);
        assert_eq!(found.expect_err("a problem").field, field);
    }
}
