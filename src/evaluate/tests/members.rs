//! Conditions on the member, their past, the store and what pays, with numbers worked out by hand.
//! Every cart is of 22 November 2026, if it says nothing else.

use serde_json::{Value, json};

use super::build::{line, new, quote, sale};
use crate::evaluate::Quote;

/// What a rule of 7 points a sale gives under this condition, and the end of what is said of it.
#[track_caller]
fn check(when: &Value, cart: Value, member: &Value, points: i64, said: &str) {
    let quote = priced(when, cart, member);
    let text = quote.reasons("r").next().expect("a reason").text();
    assert_eq!(quote.awarded(1).get(), points, "{when} {member}: {text}");
    assert!(text.ends_with(said), "{when}: {text}");
}

fn priced(when: &Value, cart: Value, member: &Value) -> Quote {
    let rules = json!([
        {"id": "r", "wallet": "points", "fixed": {"points": "7"}, "when": when},
        {"id": "other", "wallet": "points", "fixed": {"points": "3"}, "when": {"weekdays": ["mon"]}},
    ]);
    let groups =
        json!([{"id": "north", "stores": ["HN01", "HN02"]}, {"id": "south", "stores": ["SG01"]}]);
    quote(
        json!({"earn": rules, "store_groups": groups}),
        cart,
        member.clone(),
    )
}

const GIVEN: &str = "7 points a sale = 7 → 7 points (rounded down)";

fn given(points: i64) -> &'static str {
    if points == 7 { GIVEN } else { "" }
}

#[test]
fn there_is_a_member_or_there_is_none() {
    check(&json!({"member": true}), sale(1_000), &new(), 7, GIVEN);
    check(
        &json!({"member": false}),
        sale(1_000),
        &new(),
        0,
        "member card: yes, wanted no",
    );
    let mut nobody = sale(1_000);
    nobody["member"] = Value::Null;
    let quote = priced(&json!({"member": true}), nobody, &new());
    assert_eq!(quote.awarded_with_card(1).get(), 0);
}

#[test]
fn whoever_has_been_a_member_for_so_long() {
    let since = |date: i64| json!({"joined_on": date});
    let week = json!({"membership": {"days": {"below": 7}}});
    for (joined_on, points) in [(20_261_122, 7), (20_261_116, 7), (20_261_115, 0)] {
        check(&week, sale(1_000), &since(joined_on), points, given(points));
    }
    // Half a year on the same day, and not a day before.
    let half_a_year = json!({"membership": {"months": {"from": 6}}});
    for (joined_on, points) in [(20_260_522, 7), (20_260_523, 0), (20_200_101, 7)] {
        check(
            &half_a_year,
            sale(1_000),
            &since(joined_on),
            points,
            given(points),
        );
    }
    check(
        &half_a_year,
        sale(1_000),
        &since(20_260_523),
        0,
        "time as a member: 5 months, wanted from 6 months on",
    );
    let unknown =
        "r: not known here and not given, time as a member: not known, wanted from 6 months on";
    check(&half_a_year, sale(1_000), &json!({}), 0, unknown);
}

#[test]
fn the_birthday_has_its_days_around_it_and_its_month() {
    let born = |birthday: i64| json!({"birthday": birthday});
    // Starbucks: a window of 7 days; here from 3 days before to 3 after.
    let around = json!({"birthday": {"days_before": 3, "days_after": 3}});
    for (birthday, points) in [(1_119, 7), (1_118, 0), (1_122, 7), (1_125, 7), (1_126, 0)] {
        check(&around, sale(1_000), &born(birthday), points, given(points));
    }
    let on_it = json!({"birthday": {"days_after": 0}});
    check(&on_it, sale(1_000), &born(1_122), 7, GIVEN);
    check(
        &on_it,
        sale(1_000),
        &born(1_121),
        0,
        "wanted from 0 days before to 0 days after it",
    );
    let month = json!({"birthday": {"month": true}});
    check(&month, sale(1_000), &born(1_101), 7, GIVEN);
    check(
        &month,
        sale(1_000),
        &born(1_201),
        0,
        "birthday: not near now, wanted in the month of it",
    );
    check(
        &month,
        sale(1_000),
        &json!({}),
        0,
        "birthday: not known, wanted in the month of it",
    );
    // Over the end of the year, and for who was born on 29 February.
    let mut new_year = sale(1_000);
    new_year["business_date"] = json!(20_270_101);
    check(&around, new_year, &born(1_230), 7, GIVEN);
    let mut february = sale(1_000);
    february["business_date"] = json!(20_270_228);
    check(&on_it, february, &born(229), 7, GIVEN);
}

#[test]
fn tags_plans_and_attributes_are_those_that_somebody_knows() {
    let member = json!({"tags": ["staff"], "plans": [], "attributes": {"city": "Huế"}});
    let city = |values: Value| json!({"attributes": [{"name": "city", "values": values}]});
    for (when, points) in [
        (json!({"member_tags": ["staff", "press"]}), 7),
        (json!({"member_tags": ["press"]}), 0),
        (json!({"plans": ["plus"]}), 0),
        (json!({"not": {"plans": ["plus"]}}), 7),
        (city(json!(["Huế"])), 7),
        (city(json!(["Vinh"])), 0),
        (
            json!({"attributes": [{"name": "size", "values": ["L"]}]}),
            0,
        ),
    ] {
        check(&when, sale(1_000), &member, points, given(points));
        // What nobody knows is neither yes nor no.
        check(&when, sale(1_000), &json!({}), 0, "");
        let unknown = priced(&when, sale(1_000), &json!({}));
        assert_eq!(
            unknown.reasons("r").next().expect("a reason").key,
            "earn.unknown"
        );
    }
    // What is known of a person is not repeated.
    check(
        &city(json!(["Vinh"])),
        sale(1_000),
        &member,
        0,
        "the member's data: none, wanted city = Vinh",
    );
}

fn past() -> Value {
    let sold = |date: i64, spend: i64, r: i64| {
        json!({"business_date": date, "spend": spend, "awards": [
            {"rule": "r", "wallet": "points", "points": r},
            {"rule": "other", "wallet": "points", "points": 3},
        ]})
    };
    json!({"sales": [
        sold(20_251_122, 40_000, 0), sold(20_251_123, 30_000, 5),
        sold(20_261_023, 20_000, 5), sold(20_261_024, 10_000, 5),
    ]})
}

#[test]
fn the_past_is_counted_by_visits_money_points_and_rules() {
    // Of the last 30 days are those from 24 October on; of 12 months those from 23 November 2025 on.
    let is = |mut past: Value, count: i64| {
        past["from"] = json!(count.to_string());
        past["below"] = json!((count + 1).to_string());
        json!({ "past": past })
    };
    for (what, ever, year, month) in [
        (json!({"count": "visits"}), 4, 3, 1),
        (json!({"count": "spend"}), 100_000, 60_000, 10_000),
        (json!({"count": "points", "wallet": "points"}), 27, 24, 8),
        (
            json!({"count": "points", "wallet": "points", "rule": "other"}),
            12,
            9,
            3,
        ),
        (json!({"count": "times", "rule": "r"}), 3, 3, 1),
    ] {
        check(&is(what.clone(), ever), sale(1_000), &past(), 7, GIVEN);
        let mut of_year = what.clone();
        of_year["months"] = json!(12);
        check(&is(of_year, year), sale(1_000), &past(), 7, GIVEN);
        let mut of_month = what.clone();
        of_month["days"] = json!(30);
        check(&is(of_month, month), sale(1_000), &past(), 7, GIVEN);
        check(&is(what.clone(), ever + 1), sale(1_000), &past(), 0, "");
        check(&is(what, 0), sale(1_000), &new(), 7, GIVEN);
    }
    let rich = json!({"past": {"count": "spend", "days": 30, "from": "20000"}});
    let text = "spent before: 10,000 VND, wanted from 20,000 VND on in 30 days";
    check(&rich, sale(1_000), &past(), 0, text);
    let text = "r: not known here and not given, spent before: not known, wanted from 20,000 VND on in 30 days";
    check(&rich, sale(1_000), &json!({}), 0, text);
}

#[test]
fn whoever_was_away_for_so_long_is_told_by_the_days_since_the_last_visit() {
    let away = json!({"last_visit": {"from": 30}});
    let was =
        |date: i64| json!({"sales": [{"business_date": date}, {"business_date": 20_260_101}]});
    for (date, points) in [(20_261_023, 7), (20_261_024, 0), (20_261_122, 0)] {
        check(&away, sale(1_000), &was(date), points, given(points));
    }
    let text = "last visit, so long ago: 29 days, wanted from 30 days on";
    check(&away, sale(1_000), &was(20_261_024), 0, text);
    // A first visit has none before it, whatever is asked.
    check(
        &away,
        sale(1_000),
        &new(),
        0,
        "last visit, so long ago: none, wanted from 30 days on",
    );
    check(
        &json!({"last_visit": {"below": 30}}),
        sale(1_000),
        &new(),
        0,
        "",
    );
    // Parts of one bill are one visit.
    let mut second = sale(1_000);
    second["receipt_group"] = json!("table-4");
    let first = json!({"sales": [
        {"business_date": 20_261_001},
        {"business_date": 20_261_122, "receipt_group": "table-4"},
    ]});
    check(&away, second, &first, 7, GIVEN);
}

#[test]
fn stores_are_named_by_their_group() {
    let north = json!({"store_groups": ["north"]});
    let at = |store: &str| {
        let mut cart = sale(1_000);
        cart["store"] = json!(store);
        cart
    };
    check(&north, at("HN02"), &new(), 7, GIVEN);
    check(&north, at("SG01"), &new(), 0, "store: SG01, wanted north");
    check(
        &json!({"store_groups": ["north", "south"]}),
        at("SG01"),
        &new(),
        7,
        GIVEN,
    );
    check(
        &north,
        sale(1_000),
        &new(),
        0,
        "store: not known, wanted north",
    );
}

#[test]
fn what_pays_is_not_known_before_it_is_told() {
    let momo = json!({"tenders": ["momo"]});
    let paid = |method: &str| {
        let mut cart = sale(1_000);
        cart["payments"] = json!([{"method": method, "amount": 1_000}]);
        cart
    };
    check(&momo, paid("momo"), &new(), 7, GIVEN);
    check(
        &momo,
        paid("cash"),
        &new(),
        0,
        "paid with: cash, wanted momo",
    );
    let before = priced(&momo, sale(1_000), &new());
    assert_eq!((before.awarded(1).get(), before.needs_payments), (0, true));
    assert!(!priced(&momo, paid("cash"), &new()).needs_payments);
    // Nothing is to be paid: nothing has to be told.
    assert!(!priced(&momo, sale(0), &new()).needs_payments);
}

#[test]
fn lines_are_chosen_by_their_quantity() {
    let mut cart = sale(0);
    cart["lines"] = json!([line("a", 1_000), line("b", 2_000)]);
    cart["lines"][1]["quantity_milli"] = json!(2_500);
    for (quantity, base) in [
        (json!({"from": "2.5"}), 2),
        (json!({"from": "2.501"}), 0),
        (json!({"below": "2.5"}), 1),
        (json!({"from": "1", "below": "3"}), 3),
    ] {
        let rule = json!({"id": "r", "wallet": "points", "lines": {"quantity": quantity}, "amount": {"per": "1000", "points": "1"}});
        let quote = quote(json!({"earn": [rule]}), cart.clone(), new());
        assert_eq!(quote.awarded(1).get(), base, "{quantity}");
    }
    check(
        &json!({"has_line": {"quantity": {"from": "3"}}}),
        sale(1_000),
        &new(),
        0,
        "line: none, wanted quantity: from 3 on",
    );
}

#[test]
fn points_pay_after_three_purchases() {
    // kiot-06: two purchases before, 50 points at 1.000 each.
    let mut document = super::build::document(json!({}));
    document["wallets"][0]["redeem"]["when"] = json!({"past": {"count": "visits", "from": "3"}});
    let wallets = document["wallets"].clone();
    let mut wants = sale(100_000);
    wants["points_wanted"] = json!({"points": 50});
    for (sales, used, text) in [
        (
            2,
            0,
            "Points: cannot pay now, visits before: 2, wanted from 3 on",
        ),
        (
            3,
            50,
            "Points: 50 points used, 50,000 VND off; 50 points asked for",
        ),
    ] {
        let sales: Vec<Value> = (1..=sales)
            .map(|day| json!({"business_date": 20_261_100 + day}))
            .collect();
        let member = json!({"points": {"points": 50}, "sales": sales});
        let quote = quote(json!({ "wallets": wallets }), wants.clone(), member);
        assert_eq!(quote.redeemed(1).get(), used);
        assert_eq!(quote.wallet(1).expect("a wallet").redeemable.get(), used);
        assert_eq!(
            quote.reasons("points").next().expect("a reason").text(),
            text
        );
    }
    let unknown = quote(
        json!({ "wallets": wallets }),
        wants,
        json!({"points": {"points": 50}}),
    );
    assert_eq!(
        unknown.reasons("points").next().expect("a reason").text(),
        "Points: not known here and not used, visits before: not known, wanted from 3 on"
    );
}
