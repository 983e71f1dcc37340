//! Rules that read a member's past, the till's own place, and payments: what the ledger tells them.

use loy::evaluate::{Cart, Payment};
use loy::kernel::{MemberNumber, Money, Quantity};
use loy::till::{Error, Goods, Measure, RefundRequest, ReturnedPart, Till};
use serde_json::{Value, json};

use crate::shop::{Shop, assert_sound, balance, cart_of, date, enrol, refund_of, spending};

/// A shop whose programme has these parts besides its wallet.
fn shop(parts: Value) -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    for (key, value) in parts.as_object().unwrap() {
        document[key] = value.clone();
    }
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

fn rule(parts: Value) -> Value {
    let mut rule = parts;
    rule["id"] = json!("r");
    rule["wallet"] = json!("points");
    json!({"earn": [rule]})
}

fn earned(till: &Till, id: &str, cart: &Cart) -> i64 {
    till.record(id, cart).unwrap().quote.awarded(1).get()
}

fn on(member: MemberNumber, total: i64, day: i64) -> Cart {
    Cart {
        business_date: date(day),
        ..cart_of(member, total)
    }
}

#[test]
fn a_daily_cap_counts_the_sales_of_the_day_and_gives_room_back_with_a_return() {
    let shop = shop(rule(
        json!({"amount": {"per": "10000", "points": "1"}, "caps": {"day": "10"}}),
    ));
    let till = shop.create();
    let member = enrol(&till);
    let first = till.record("1", &cart_of(member, 70_000)).unwrap();
    assert_eq!(first.quote.awarded(1).get(), 7);
    assert_eq!(earned(&till, "2", &cart_of(member, 70_000)), 3);
    assert_eq!(earned(&till, "3", &cart_of(member, 70_000)), 0);
    // Told again, the second sale still says what it said when only seven were used.
    let again = till.record("2", &cart_of(member, 70_000)).unwrap();
    assert!(again.was_replayed);
    let text = again.quote.reasons("r").next().unwrap().text();
    assert_eq!(
        text,
        "r: 70.000 đ / 10.000 đ × 1 điểm = 7 → 3 điểm (làm tròn nửa lên); tối đa 10 điểm mỗi ngày"
    );
    till.refund("back", &refund_of(first.id)).unwrap();
    assert_eq!(earned(&till, "4", &cart_of(member, 90_000)), 7);
    assert_eq!(earned(&till, "5", &on(member, 90_000, 20_261_123)), 9);
    // Tomorrow's nine cannot be spent today.
    assert_eq!(balance(&till, member), (19, 10, 0, 0));
    assert_sound(&till);
}

#[test]
fn a_member_rises_by_what_was_earned_and_falls_by_what_was_returned() {
    let mut parts = rule(json!({"amount": {"per": "1000", "points": "1"}}));
    parts["tiers"] = json!({"basis": "earned", "wallet": "points", "window": "months", "months": 12, "levels": [
        {"id": "green", "from": "0"}, {"id": "gold", "from": "100", "factor": "2"},
    ]});
    let shop = shop(parts);
    let till = shop.create();
    let member = enrol(&till);
    let first = till.record("1", &cart_of(member, 100_000)).unwrap();
    let tier = first.quote.tier.unwrap();
    assert_eq!(
        (tier.tier.as_str(), tier.tier_after.as_str()),
        ("green", "gold")
    );
    assert_eq!(earned(&till, "2", &cart_of(member, 10_000)), 20);
    // A tenth of the first sale goes back as money: 90 and 20 are still gold. Another 11.000: 79 and
    // 20 are not.
    let part = |amount: i64| RefundRequest {
        goods: Goods::Parts(vec![ReturnedPart {
            line: 0,
            measure: Measure::Amount(Money::new(amount)),
        }]),
        ..refund_of(first.id)
    };
    till.refund("back-1", &part(10_000)).unwrap();
    let quote = till.evaluate(&cart_of(member, 10_000)).unwrap();
    assert_eq!(
        (
            quote.tier.unwrap().counted,
            quote.outcome.awards[0].points.get()
        ),
        (110, 20)
    );
    till.refund("back-2", &part(11_000)).unwrap();
    let quote = till.evaluate(&cart_of(member, 10_000)).unwrap();
    assert_eq!(
        (
            quote.tier.unwrap().counted,
            quote.outcome.awards[0].points.get()
        ),
        (99, 10)
    );
    assert_sound(&till);
}

#[test]
fn the_third_visit_is_the_third_also_after_a_return_and_bills_in_parts_are_one() {
    let shop = shop(rule(
        json!({"when": {"visit": {"every": 3}}, "fixed": {"points": "5"}}),
    ));
    let till = shop.create();
    let member = enrol(&till);
    let first = till.record("1", &cart_of(member, 10_000)).unwrap();
    till.refund("back", &refund_of(first.id)).unwrap();
    let mut part = cart_of(member, 10_000);
    part.receipt_group = Some("T7".to_owned());
    assert_eq!(earned(&till, "2a", &part), 0);
    assert_eq!(earned(&till, "2b", &part), 0);
    assert_eq!(earned(&till, "3", &cart_of(member, 10_000)), 5);
    assert_eq!(earned(&till, "4", &cart_of(member, 10_000)), 0);
}

#[test]
fn a_till_knows_its_store_without_being_told() {
    let shop = shop(rule(
        json!({"when": {"stores": ["HN01"], "tills": ["1"]}, "amount": {"per": "10000", "points": "1"}}),
    ));
    let till = shop.create();
    let member = enrol(&till);
    let here = till.record("1", &cart_of(member, 70_000)).unwrap();
    assert_eq!(here.quote.awarded(1).get(), 7);
    assert_eq!(here.cart.store, None, "the cart is kept as it was asked");
    let elsewhere = Cart {
        store: Some("HCM02".to_owned()),
        ..cart_of(member, 70_000)
    };
    assert_eq!(earned(&till, "2", &elsewhere), 0);
    let half = RefundRequest {
        goods: Goods::Parts(vec![ReturnedPart {
            line: 0,
            measure: Measure::Quantity(Quantity::new(500)),
        }]),
        ..refund_of(here.id)
    };
    till.refund("back", &half).unwrap();
    // Half up: 35.000 of 70.000 kept are 3,5, so 4.
    assert_eq!(balance(&till, member).0, 4);
}

fn paid(cart: Cart, parts: &[(&str, i64)]) -> Cart {
    let payment = |&(method, amount): &(&str, i64)| Payment {
        method: method.to_owned(),
        amount: Money::new(amount),
    };
    Cart {
        payments: parts.iter().map(payment).collect(),
        ..cart
    }
}

#[test]
fn a_sale_whose_points_hang_on_the_payments_waits_for_them() {
    let shop = shop(rule(
        json!({"exclude_tenders": ["gift_card"], "amount": {"per": "10000", "points": "1"}}),
    ));
    let till = shop.create();
    let member = enrol(&till);
    let cart = cart_of(member, 100_000);
    let refused = till.record("1", &cart);
    assert!(matches!(
        refused,
        Err(Error::Argument {
            field: "payments",
            ..
        })
    ));
    let held = till.authorise("2", &cart, 600).unwrap();
    assert!(held.quote.needs_payments);
    let refused = till.commit("2c", held.id, None);
    assert!(matches!(
        refused,
        Err(Error::Argument {
            field: "payments",
            ..
        })
    ));
    let parts = [("gift_card", 40_000), ("cash", 60_000)];
    let sale = till
        .commit("2d", held.id, Some(&paid(cart, &parts)))
        .unwrap();
    assert_eq!(sale.quote.awarded(1).get(), 6);
    assert_eq!(balance(&till, member), (6, 6, 0, 0));
    assert_sound(&till);
}

#[test]
fn points_for_a_way_of_paying_come_when_it_is_told() {
    let shop = shop(rule(
        json!({"when": {"tenders": ["momo"]}, "fixed": {"points": "9"}}),
    ));
    let till = shop.create();
    let member = enrol(&till);
    let cart = cart_of(member, 100_000);
    for (id, method, points) in [("1", "momo", 9), ("2", "cash", 9)] {
        let held = till.authorise(id, &cart, 600).unwrap();
        assert_eq!(
            (held.quote.awarded(1).get(), held.quote.needs_payments),
            (0, true)
        );
        let refused = till.commit(&format!("{id}a"), held.id, None);
        assert_eq!(refused.unwrap_err().field(), "payments");
        let cart = paid(cart.clone(), &[(method, 100_000)]);
        till.commit(&format!("{id}b"), held.id, Some(&cart))
            .unwrap();
        assert_eq!(balance(&till, member).0, points, "{method}");
    }
    assert_sound(&till);
}

#[test]
fn the_ledger_knows_since_when_who_came_how_often_and_how_much_they_spent() {
    let rules = |when: Value| rule(json!({"when": when, "fixed": {"points": "9"}}));
    let days_ago = |days: i64| json!({"membership": {"days": {"from": days}}});
    let spent = |from: &str| json!({"past": {"count": "spend", "days": 30, "from": from}});
    for (when, points) in [
        (days_ago(0), 9),
        (days_ago(1), 0),
        (spent("70000"), 9),
        (spent("70001"), 0),
        (
            json!({"past": {"count": "visits", "from": "1", "below": "2"}}),
            9,
        ),
        (json!({"last_visit": {"below": 1}}), 9),
        (json!({"last_visit": {"from": 1}}), 0),
        // Nobody keeps it here: neither yes nor no.
        (json!({"birthday": {"month": true}}), 0),
        (json!({"not": {"birthday": {"month": true}}}), 0),
    ] {
        let shop = shop(rules(when.clone()));
        let till = shop.create();
        let member = enrol(&till);
        let sale = till.record("1", &cart_of(member, 100_000)).unwrap();
        // 30.000 of it come back.
        let back = RefundRequest {
            goods: Goods::Parts(vec![ReturnedPart {
                line: 0,
                measure: Measure::Quantity(Quantity::new(300)),
            }]),
            ..refund_of(sale.id)
        };
        till.refund("2", &back).unwrap();
        let quote = till.evaluate(&cart_of(member, 50_000)).unwrap();
        assert_eq!(quote.awarded(1).get(), points, "{when}");
    }
}

#[test]
fn a_reward_and_points_as_money_out_of_one_wallet_are_spent_once_each() {
    let mut parts = rule(json!({"amount": {"per": "10000", "points": "1"}}));
    parts["rewards"] = json!([{"id": "w", "wallet": "points", "points": "10", "money": "30000", "use": "automatic", "most_per_day": 1}]);
    let shop = shop(parts);
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, 150_000)).unwrap();
    // 15 points: 10 for 30.000 off, the other 5 as 5.000; 65.000 left earn 7 (6,5 half up).
    let held = till
        .authorise("2", &spending(member, 100_000, 99), 600)
        .unwrap();
    assert_eq!(balance(&till, member), (15, 0, 15, 0));
    let sale = till.commit("2c", held.id, None).unwrap();
    assert_eq!(sale.quote.outcome.payable, Money::new(65_000));
    assert_eq!(balance(&till, member), (7, 7, 0, 0));
    till.record("3", &cart_of(member, 50_000)).unwrap();
    // 12 points, but the reward was had today already.
    let quote = till.evaluate(&cart_of(member, 100_000)).unwrap();
    assert_eq!(
        quote.reasons("w").next().unwrap().key,
        "reward.enough_today"
    );
    let tomorrow = till.evaluate(&on(member, 100_000, 20_261_123)).unwrap();
    assert_eq!(tomorrow.redeemed(1).get(), 10);
    till.refund("back", &refund_of(sale.id)).unwrap();
    // 12, the 15 back, the 7 gone.
    assert_eq!(balance(&till, member), (20, 20, 0, 0));
    assert_sound(&till);
}

#[test]
fn points_wait_and_die_on_the_days_that_the_wallet_says() {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["wallets"][0]["pending_days"] = json!(2);
    document["wallets"][0]["expiry"] = json!({"days": 3});
    let shop =
        Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes());
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, 100_000)).unwrap();
    for (day, spendable, known) in [
        (20_261_122, 0, 10),
        (20_261_123, 0, 10),
        (20_261_124, 10, 10),
        (20_261_125, 0, 0),
    ] {
        let quote = till.evaluate(&on(member, 10_000, day)).unwrap();
        let before = quote.wallet(1).unwrap().before;
        assert_eq!(
            (before.spendable.get(), before.known.get()),
            (spendable, known),
            "{day}"
        );
    }
}
