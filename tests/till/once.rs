//! What is given only so often is promised only so often: a sale that waits for its money has its turn
//! until it is called off or its time is over.

use loy::evaluate::Cart;
use loy::kernel::{MemberNumber, Money};
use loy::till::{EventReport, Till};
use serde_json::{Value, json};

use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart, cart_of, claim_of, date, enrol, phone, spending,
};

/// "10.000 d = 1 point", and what `parts` says.
fn shop(parts: &Value) -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    for (key, value) in parts.as_object().unwrap() {
        match document.get_mut(key) {
            Some(Value::Array(list)) => list.extend(value.as_array().unwrap().clone()),
            _ => document[key] = value.clone(),
        }
    }
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

/// Fifty points beside the others, so often.
fn welcome(times: Value) -> Value {
    let fifty = json!({"points": "50"});
    json!({"earn": [{"id": "welcome", "wallet": "points", "fixed": fifty, "times": times}]})
}

/// A ladder of two by money: from 100.000 d somebody is VIP, which gives twenty points.
fn ladder(entry_rewards: &str) -> Value {
    json!({"tiers": {"basis": "spend", "entry_rewards": entry_rewards, "levels": [
        {"id": "basic", "name": {"vi": "Thường"}, "from": "0"},
        {"id": "vip", "name": {"vi": "VIP"}, "from": "100000",
            "entry": {"wallet": "points", "points": "20"}},
    ]}})
}

fn on(day: i64, cart: Cart) -> Cart {
    Cart {
        business_date: date(day),
        ..cart
    }
}

fn held(till: &Till, id: &str, member: MemberNumber) -> loy::till::Sale {
    till.authorise(id, &cart_of(member, 100_000), 600).unwrap()
}

/// Points of the first wallet that a sale gives.
fn given(sale: &loy::till::Sale) -> i64 {
    sale.quote.awarded(1).get()
}

fn would_give(till: &Till, member: MemberNumber) -> i64 {
    let quote = till.evaluate(&cart_of(member, 100_000)).unwrap();
    quote.awarded(1).get()
}

#[test]
fn two_sales_wait_for_their_money_and_only_the_first_has_the_welcome() {
    for times in [json!({"ever": 1}), json!({"day": 1}), json!({"month": 1})] {
        let shop = shop(&welcome(times));
        let till = shop.create();
        let member = enrol(&till);
        let one = held(&till, "one", member);
        let two = held(&till, "two", member);
        assert_eq!((given(&one), given(&two)), (60, 10));
        // Somebody else's welcome is their own.
        let other = till.enrol("enrol-2", &phone("0987654321")).unwrap().number;
        assert_eq!(would_give(&till, other), 60);
        till.commit("pay-two", two.id, None).unwrap();
        till.commit("pay-one", one.id, None).unwrap();
        assert_eq!(balance(&till, member).0, 70);
        // Asked again, each is as it was promised.
        assert_eq!(given(&till.sale(one.id).unwrap()), 60);
        assert_sound(&till);
    }
}

#[test]
fn the_cashier_reads_why_the_second_has_none() {
    let shop = shop(&welcome(json!({"ever": 1})));
    let till = shop.create();
    let member = enrol(&till);
    held(&till, "one", member);
    let two = till.evaluate(&cart_of(member, 100_000)).unwrap();
    let reason = two.reasons("welcome").next().unwrap();
    assert!(reason.text().contains("tối đa 1 lần"), "{}", reason.text());
}

#[test]
fn a_sale_that_is_called_off_or_runs_out_gives_its_turn_back() {
    let shop = shop(&welcome(json!({"ever": 1})));
    let till = shop.create();
    let member = enrol(&till);
    let one = held(&till, "one", member);
    assert_eq!(would_give(&till, member), 10);
    till.void("void", one.id, "no money").unwrap();
    assert_eq!(would_give(&till, member), 60);
    held(&till, "two", member);
    assert_eq!(would_give(&till, member), 10);
    // Its time is over, and nothing has written that yet: what is told is what will be.
    shop.clock.advance_seconds(660);
    assert_eq!(would_give(&till, member), 60);
    let three = till.record("three", &cart_of(member, 100_000)).unwrap();
    assert_eq!(given(&three), 60);
    assert_eq!(would_give(&till, member), 10);
    assert_sound(&till);
}

#[test]
fn a_clock_that_is_not_believed_ends_no_turn() {
    let shop = shop(&welcome(json!({"ever": 1})));
    let till = shop.create();
    let member = enrol(&till);
    held(&till, "one", member);
    // 36 days on: nothing runs out until somebody confirms it.
    shop.clock.advance_seconds(36 * 86_400);
    assert_eq!(would_give(&till, member), 10);
}

#[test]
fn a_cart_that_changes_at_the_payment_keeps_its_own_turn_and_takes_nobody_elses() {
    let shop = shop(&welcome(json!({"ever": 1})));
    let till = shop.create();
    let member = enrol(&till);
    let one = held(&till, "one", member);
    let two = held(&till, "two", member);
    let more = cart_of(member, 120_000);
    let paid = till.commit("pay-two", two.id, Some(&more)).unwrap();
    assert_eq!(given(&paid), 12);
    let paid = till.commit("pay-one", one.id, Some(&more)).unwrap();
    assert_eq!(given(&paid), 62);
    assert_eq!(balance(&till, member).0, 74);
    assert_sound(&till);
}

#[test]
fn a_promise_is_kept_even_if_it_is_paid_when_its_time_is_over() {
    let shop = shop(&welcome(json!({"ever": 1})));
    let till = shop.create();
    let member = enrol(&till);
    let one = held(&till, "one", member);
    shop.clock.advance_seconds(660);
    let two = till.record("two", &cart_of(member, 100_000)).unwrap();
    assert_eq!(given(&two), 60);
    // A paid sale is never refused, and posts exactly what was frozen.
    let late = till.commit("pay-one", one.id, None).unwrap();
    assert!(late.is_late);
    assert_eq!((given(&late), balance(&till, member).0), (60, 120));
    // With another cart it is priced again, and has no more.
    assert_eq!(would_give(&till, member), 10);
    assert_sound(&till);
}

#[test]
fn a_late_sale_with_another_cart_finds_that_the_turn_is_gone() {
    let shop = shop(&welcome(json!({"ever": 1})));
    let till = shop.create();
    let member = enrol(&till);
    let one = held(&till, "one", member);
    shop.clock.advance_seconds(660);
    till.record("two", &cart_of(member, 100_000)).unwrap();
    let more = cart_of(member, 120_000);
    let late = till.commit("pay-one", one.id, Some(&more)).unwrap();
    assert_eq!((given(&late), balance(&till, member).0), (12, 72));
}

#[test]
fn a_sale_that_comes_in_days_late_does_not_have_again_what_a_later_one_had() {
    let in_november = [(json!({"ever": 1}), 10), (json!({"month": 1}), 10)];
    // Each day has its own.
    let by_day = [(json!({"day": 1}), 60)];
    for (times, points) in in_november.into_iter().chain(by_day) {
        let shop = shop(&welcome(times));
        let till = shop.create();
        let member = enrol(&till);
        till.record("today", &cart_of(member, 100_000)).unwrap();
        let queued = on(20_261_119, cart_of(member, 100_000));
        let late = till.record("queued", &queued).unwrap();
        assert_eq!(given(&late), points);
        assert_sound(&till);
    }
}

#[test]
fn a_receipt_that_is_claimed_has_no_welcome_beside_a_sale_that_waits() {
    let shop = shop(&welcome(json!({"ever": 1})));
    let till = shop.create();
    let member = enrol(&till);
    let nobodys = till.record("nobody", &cart(100_000)).unwrap();
    held(&till, "one", member);
    let claimed = till.claim("claim", &claim_of(nobodys.id, member)).unwrap();
    assert_eq!(given(&claimed), 10);
}

#[test]
fn a_tier_is_welcomed_once_though_two_sales_reach_it_at_once() {
    for entry_rewards in ["once", "each_rise"] {
        let shop = shop(&ladder(entry_rewards));
        let till = shop.create();
        let member = enrol(&till);
        let one = held(&till, "one", member);
        let two = held(&till, "two", member);
        // What waits makes nobody VIP yet: both lead there, and one gives the points.
        let tier = |sale: &loy::till::Sale| sale.quote.tier.clone().unwrap();
        assert_eq!(
            (tier(&two).tier.as_str(), tier(&two).tier_after.as_str()),
            ("basic", "vip")
        );
        assert_eq!((given(&one), given(&two)), (30, 10), "{entry_rewards}");
        till.commit("pay-one", one.id, None).unwrap();
        till.commit("pay-two", two.id, None).unwrap();
        assert_eq!(balance(&till, member).0, 40, "{entry_rewards}");
        assert_sound(&till);
    }
}

#[test]
fn a_tier_that_was_welcomed_is_not_welcomed_again_by_a_sale_of_before() {
    let shop = shop(&ladder("once"));
    let till = shop.create();
    let member = enrol(&till);
    till.record("today", &cart_of(member, 100_000)).unwrap();
    let queued = on(20_261_119, cart_of(member, 100_000));
    assert_eq!(given(&till.record("queued", &queued).unwrap()), 10);
    assert_eq!(balance(&till, member).0, 40);
}

#[test]
fn a_challenge_that_two_sales_reach_gives_once() {
    let challenge = |more: Value| {
        let mut challenge = json!({
            "id": "big", "name": {"vi": "Mua lớn"}, "count": "spend", "goal": "100000",
            "gives": [{"wallet": "points", "points": "30"}],
        });
        for (key, value) in more.as_object().unwrap() {
            challenge[key] = value.clone();
        }
        json!({"challenges": [challenge]})
    };
    for more in [
        json!({}),
        json!({"period": "month", "repeat": "each_period"}),
        json!({"within_days": 7, "repeat": "each_period"}),
    ] {
        let shop = shop(&challenge(more.clone()));
        let till = shop.create();
        let member = enrol(&till);
        let one = held(&till, "one", member);
        let two = held(&till, "two", member);
        assert_eq!((given(&one), given(&two)), (40, 10), "{more}");
        till.void("void", one.id, "").unwrap();
        assert_eq!(would_give(&till, member), 40, "{more}");
        let three = till.record("three", &cart_of(member, 100_000)).unwrap();
        assert_eq!(given(&three), 40, "{more}");
        // Of last week's Thursday, queued: the same month, and within the same seven days.
        let queued = on(20_261_119, cart_of(member, 100_000));
        let late = till.record("queued", &queued).unwrap();
        assert_eq!(given(&late), 10, "{more}");
        assert_sound(&till);
    }
    // Another month is another time to reach it.
    let shop = shop(&challenge(
        json!({"period": "month", "repeat": "each_period"}),
    ));
    let till = shop.create();
    let member = enrol(&till);
    held(&till, "one", member);
    let october = on(20_261_031, cart_of(member, 100_000));
    assert_eq!(given(&till.record("october", &october).unwrap()), 40);
}

#[test]
fn two_purchases_of_a_friend_thank_once() {
    let programme = include_bytes!("../programmes/referral.json");
    let shop = Shop::with(|provisioning| provisioning.programme = programme.to_vec());
    let till = shop.create();
    let advocate = enrol(&till);
    let friend = till.enrol("enrol-2", &phone("0987654321")).unwrap().number;
    let time = cart_of(friend, 1);
    let brought = EventReport {
        reference: Some(advocate.to_string()),
        time: Some((time.at_ms, time.utc_offset_minutes, date(TODAY))),
        ..EventReport::new("referral", friend)
    };
    till.event("brought", &brought).unwrap();
    let cart = cart_of(friend, 200_000);
    let one = till.authorise("one", &cart, 600).unwrap();
    let two = till.authorise("two", &cart, 600).unwrap();
    assert_eq!(one.quote.outcome.referral, Some(advocate));
    assert_eq!(two.quote.outcome.referral, None);
    till.commit("pay-two", two.id, None).unwrap();
    till.commit("pay-one", one.id, None).unwrap();
    // 20 for the friend, 50 for who brought them.
    assert_eq!(
        (balance(&till, friend).0, balance(&till, advocate).0),
        (20, 50)
    );
    assert_sound(&till);
}

#[test]
fn half_price_once_a_day_is_once_and_so_is_the_cake() {
    let parts = json!({
        "offers": [{"id": "half", "percent": "50", "times": {"day": 1}}],
        "rewards": [{"id": "cake", "name": {"vi": "Bánh"}, "wallet": "points", "points": "10",
            "money": "5000", "use": "automatic", "most_per_day": 1}],
    });
    let shop = shop(&parts);
    let till = shop.create();
    let member = enrol(&till);
    // Half of it is paid, which gives 50 points: enough for five cakes.
    till.record("first", &on(20_261_121, cart_of(member, 1_000_000)))
        .unwrap();
    assert_eq!(balance(&till, member).0, 50);
    let one = till
        .authorise("one", &cart_of(member, 100_000), 600)
        .unwrap();
    let two = till
        .authorise("two", &cart_of(member, 100_000), 600)
        .unwrap();
    let payable = |sale: &loy::till::Sale| sale.quote.outcome.payable;
    // 50.000 d less, and a cake for 10 points.
    assert_eq!(payable(&one), Money::new(45_000));
    assert_eq!(payable(&two), Money::new(100_000));
    assert_sound(&till);
}

#[test]
fn points_that_are_promised_use_up_the_cap_of_the_day_and_of_the_month() {
    for cap in [json!({"day": "15"}), json!({"month": "15"})] {
        let rule = json!({"id": "more", "wallet": "points", "caps": cap,
            "amount": {"per": "10000", "points": "1"}});
        let shop = shop(&json!({"earn": [rule]}));
        let till = shop.create();
        let member = enrol(&till);
        let one = held(&till, "one", member);
        let two = held(&till, "two", member);
        // 10 by each rule, then 10 and the 5 that are left.
        assert_eq!((given(&one), given(&two)), (20, 15), "{cap}");
        assert_eq!(would_give(&till, member), 10, "{cap}");
        till.void("void", one.id, "").unwrap();
        // Only the five that were promised to the second are gone.
        assert_eq!(would_give(&till, member), 20, "{cap}");
    }
}

#[test]
fn what_waits_is_no_visit_and_no_money_spent_yet() {
    let parts = json!({"earn": [
        {"id": "regular", "wallet": "points", "fixed": {"points": "100"},
            "when": {"past": {"count": "visits", "from": "1"}}},
    ]});
    let shop = shop(&parts);
    let till = shop.create();
    let member = enrol(&till);
    held(&till, "one", member);
    assert_eq!(would_give(&till, member), 10);
    let spent = spending(member, 100_000, 0);
    till.record("two", &spent).unwrap();
    assert_eq!(would_give(&till, member), 110);
}

/// What the day's report says was had twice, and the entry of the sale that had it too.
fn twice(till: &Till) -> Vec<(String, u64)> {
    let lines = till.day_exceptions(date(TODAY)).unwrap().into_iter();
    let lines = lines.filter(|line| line.key == "given.twice");
    lines
        .map(|line| (line.subject, u64::try_from(line.found).unwrap()))
        .collect()
}

#[test]
fn the_days_report_tells_what_a_late_payment_gave_a_second_time() {
    let challenge = json!({"id": "big", "name": {"vi": "Mua lớn"}, "count": "spend", "goal": "100000",
        "gives": [{"wallet": "points", "points": "30"}]});
    let offer = json!({"id": "half", "percent": "50", "times": {"day": 1}});
    for (parts, subject) in [
        (welcome(json!({"ever": 1})), "welcome"),
        (welcome(json!({"day": 1})), "welcome"),
        (ladder("once"), "tier:vip"),
        (ladder("each_rise"), "tier:vip"),
        (json!({"challenges": [challenge]}), "challenge:big"),
        (json!({"offers": [offer]}), "half"),
    ] {
        let shop = shop(&parts);
        let till = shop.create();
        let member = enrol(&till);
        let one = held(&till, "one", member);
        let unpaid = held(&till, "unpaid", member);
        shop.clock.advance_seconds(660);
        let two = till.record("two", &cart_of(member, 200_000)).unwrap();
        assert_eq!(twice(&till), [], "{parts}");
        till.commit("pay-one", one.id, None).unwrap();
        let told = [(subject.to_owned(), two.id.seq)];
        assert_eq!(twice(&till), told, "{parts}");
        // Paid as late, and promised without it.
        till.commit("pay-unpaid", unpaid.id, None).unwrap();
        assert_eq!(twice(&till), told, "{parts}");
        assert_sound(&till);
    }
}

#[test]
fn a_late_payment_that_gives_nothing_twice_is_no_news() {
    // Twice is allowed; nobody had it since.
    let shop = shop(&welcome(json!({"ever": 2})));
    let till = shop.create();
    let member = enrol(&till);
    let one = held(&till, "one", member);
    shop.clock.advance_seconds(660);
    till.record("two", &cart_of(member, 100_000)).unwrap();
    till.commit("pay-one", one.id, None).unwrap();
    let shop = self::shop(&welcome(json!({"ever": 1})));
    let other = shop.create();
    let member = enrol(&other);
    let one = held(&other, "one", member);
    shop.clock.advance_seconds(660);
    other.commit("pay-one", one.id, None).unwrap();
    assert!(twice(&till).is_empty() && twice(&other).is_empty());
}

#[test]
fn a_reward_a_draw_and_a_friends_points_had_twice_are_told_as_well() {
    let cake = json!({"id": "cake", "name": {"vi": "Bánh"}, "wallet": "points", "points": "10",
        "money": "5000", "use": "automatic", "most_per_day": 1});
    let with_cake = shop(&json!({"rewards": [cake]}));
    let of = |programme: &[u8]| Shop::with(|p| p.programme = programme.to_vec());
    let with_draw = of(include_bytes!("../programmes/draws.json"));
    let with_friend = of(include_bytes!("../programmes/referral.json"));
    for (shop, subject) in [
        (with_cake, "cake"),
        (with_draw, "million"),
        (with_friend, "referral:friend"),
    ] {
        let till = shop.create();
        let member = enrol(&till);
        let cart = cart_of(member, 3_000_000);
        match subject {
            "cake" => drop(till.record("first", &on(20_261_121, cart.clone())).unwrap()),
            "million" => {}
            _ => {
                let advocate = till.enrol("enrol-2", &phone("0987654321")).unwrap();
                let brought = EventReport {
                    reference: Some(advocate.number.to_string()),
                    time: Some((cart.at_ms, cart.utc_offset_minutes, date(TODAY))),
                    ..EventReport::new("referral", member)
                };
                till.event("brought", &brought).unwrap();
            }
        }
        let one = till.authorise("one", &cart, 600).unwrap();
        assert!(one.quote.outcome.has(subject), "{subject}");
        shop.clock.advance_seconds(660);
        let two = till.record("two", &cart).unwrap();
        assert!(two.quote.outcome.has(subject), "{subject}");
        till.commit("pay-one", one.id, None).unwrap();
        assert_eq!(twice(&till), [(subject.to_owned(), two.id.seq)]);
    }
}
