//! Caps, groups, tiers and rewards, with numbers worked out by hand.

use serde_json::{Value, json};

use super::build::{check_member, document, new, quote, sale};

#[test]
fn caps_of_sale_day_and_month_count_what_was_given_before() {
    let rule = json!({"amount": {"per": "1000", "points": "1"}, "caps": {"sale": "40", "day": "50", "month": "100"}});
    let given = |date: i64, points: i64| json!({"business_date": date, "awards": [{"rule": "r", "wallet": "points", "points": points}]});
    let formula = "r: 55,000 VND / 1,000 VND × 1 point = 55 →";
    for (sales, points, cap) in [
        (json!([]), 40, "40 points a sale"),
        (json!([given(20_261_122, 30)]), 20, "50 points a day"),
        (json!([given(20_261_121, 95)]), 5, "100 points a month"),
        (json!([given(20_261_031, 1_000)]), 40, "40 points a sale"),
        (json!([given(20_261_123, 1_000)]), 40, "40 points a sale"),
    ] {
        let text = format!("{formula} {points} points (rounded down); at most {cap}");
        check_member(
            rule.clone(),
            sale(55_000),
            json!({"sales": sales}),
            points,
            &text,
        );
    }
    let full = json!({"sales": [given(20_261_122, 50)]});
    check_member(
        rule.clone(),
        sale(55_000),
        full,
        0,
        "r: reached, at most 50 points a day",
    );
    let unknown = json!({});
    check_member(
        rule,
        sale(55_000),
        unknown,
        40,
        "r: 55,000 VND / 1,000 VND × 1 point = 55 → 40 points (rounded down); at most 40 points a sale; the past is not known here",
    );
}

#[test]
fn a_wallets_cap_is_used_up_by_the_rules_in_their_order() {
    let rule = |id: &str, priority: i64| json!({"id": id, "wallet": "points", "priority": priority, "fixed": {"points": "7"}});
    let mut parts = json!({"earn": [rule("a", 5), rule("b", 0), rule("c", 5)]});
    parts["wallets"] = document(json!({}))["wallets"].clone();
    parts["wallets"][0]["caps"] = json!({"sale": "10"});
    let quote = quote(parts, sale(1_000), new());
    let given: Vec<(&str, i64)> = quote
        .outcome
        .awards
        .iter()
        .map(|award| (award.rule.as_str(), award.points.get()))
        .collect();
    assert_eq!(given, [("b", 7), ("a", 3)]);
    let last = quote.reasons("c").next().expect("a reason");
    assert_eq!(
        (last.key, &*last.value("capped_by").expect("a value")),
        ("earn.capped_out", "wallet_sale")
    );
}

#[test]
fn of_a_group_the_best_counts_or_the_first_or_all() {
    let rule = |id: &str, points: &str| json!({"id": id, "wallet": "points", "group": "g", "fixed": {"points": points}});
    for (take, expected) in [
        ("best", vec![("b", 9)]),
        ("first", vec![("a", 5)]),
        ("all", vec![("a", 5), ("b", 9), ("c", 9)]),
    ] {
        let parts = json!({
            "earn": [rule("c", "9"), rule("a", "5"), rule("b", "9")],
            "groups": [{"id": "g", "take": take}],
        });
        let quote = quote(parts, sale(1_000), new());
        let given: Vec<(&str, i64)> = quote
            .outcome
            .awards
            .iter()
            .map(|award| (award.rule.as_str(), award.points.get()))
            .collect();
        assert_eq!(given, expected, "{take}");
        if take == "best" {
            let text = quote.reasons("a").next().expect("a reason").text();
            assert_eq!(text, "a: not on top, b counts instead");
        }
    }
}

fn with_tiers() -> Value {
    json!({
        "tiers": {"basis": "earned", "wallet": "points", "window": "months", "months": 12, "levels": [
            {"id": "green", "name": {"en": "Green"}, "from": "0"},
            {"id": "gold", "name": {"en": "Gold"}, "from": "500", "factor": "1.2"},
        ]},
        "earn": [
            {"id": "r", "wallet": "points", "amount": {"per": "1000", "points": "1"}},
            {"id": "s", "wallet": "points", "fixed": {"points": "7"}, "tier_factor": "ignored", "qualifies": false},
        ],
    })
}

fn earned(rule: &str, date: i64, points: i64) -> Value {
    json!({"business_date": date, "awards": [{"rule": rule, "wallet": "points", "points": points}]})
}

#[test]
fn the_tier_is_the_one_before_the_sale_and_points_that_do_not_qualify_do_not_count() {
    // 499 of r and 100 of s: still green. The sale brings 10 of r (and 7 of s): 509, gold after it.
    let past = json!({"sales": [earned("r", 20_260_101, 499), earned("s", 20_260_101, 100)]});
    let now = quote(with_tiers(), sale(10_000), past);
    assert_eq!(now.awarded(1).get(), 17);
    let tier = now.tier.as_ref().expect("a tier");
    assert_eq!(
        (
            tier.tier.as_str(),
            tier.tier_after.as_str(),
            tier.counted,
            tier.counted_after
        ),
        ("green", "gold", 499, 509)
    );
    let text = now.reasons("tiers").next().expect("a reason").text();
    assert_eq!(text, "Tier Green, 499 points counted; Gold after this sale");
    // One year to the day: the day twelve months ago no longer counts.
    for (date, tier, points) in [(20_251_122, "green", 17), (20_251_123, "gold", 19)] {
        let past = json!({"sales": [earned("r", date, 500)]});
        let quote = quote(with_tiers(), sale(10_000), past);
        assert_eq!(quote.tier.as_ref().expect("a tier").tier, tier, "{date}");
        assert_eq!(quote.awarded(1).get(), points, "{date}");
    }
}

#[test]
fn a_tier_that_is_not_known_here_multiplies_nothing_and_says_so() {
    let quote = quote(with_tiers(), sale(10_000), json!({}));
    assert_eq!(quote.awarded(1).get(), 17);
    assert_eq!(quote.tier, None);
    let text = quote.reasons("tiers").next().expect("a reason").text();
    assert_eq!(text, "Tier: not known here");
    let text = quote.reasons("r").next().expect("a reason").text();
    assert!(text.ends_with("; the past is not known here"), "{text}");
}

#[test]
fn a_rule_for_gold_is_for_gold() {
    let mut parts = with_tiers();
    parts["earn"][1]["when"] = json!({"tiers": ["gold"]});
    for (past, points, text) in [
        (
            json!({"sales": []}),
            10,
            "s: not given, tier: Green, wanted Gold",
        ),
        (
            json!({}),
            10,
            "s: not known here and not given, tier: not known, wanted Gold",
        ),
        (
            json!({"sales": [earned("r", 20_260_601, 500)]}),
            19,
            "s: 7 points a sale = 7 → 7 points (rounded down)",
        ),
    ] {
        let quote = quote(parts.clone(), sale(10_000), past);
        assert_eq!(quote.awarded(1).get(), points);
        assert_eq!(quote.reasons("s").next().expect("a reason").text(), text);
    }
}

fn with_reward(reward: Value) -> Value {
    let mut reward = reward;
    reward["id"] = json!("w");
    reward["wallet"] = json!("points");
    reward["points"] = json!("100");
    json!({"rewards": [reward]})
}

#[test]
fn an_automatic_reward_waits_for_a_bill_that_holds_it_and_keeps_the_rest() {
    let reward = json!({"money": "50000", "use": "automatic", "most_per_sale": 3});
    for (points, bill, used, payable, text) in [
        (
            99,
            200_000,
            0,
            200_000,
            "w: takes 100 points, 1 point missing",
        ),
        (
            250,
            200_000,
            200,
            100_000,
            "w: 200 points used, 100,000 VND off (taken 2×)",
        ),
        (
            950,
            200_000,
            300,
            50_000,
            "w: 300 points used, 150,000 VND off (taken 3×)",
        ),
        (
            250,
            60_000,
            100,
            10_000,
            "w: 100 points used, 50,000 VND off (taken 1×)",
        ),
        (
            250,
            49_999,
            0,
            49_999,
            "w: the bill is below its worth of 50,000 VND, kept for later",
        ),
    ] {
        let member = json!({"points": {"points": points}, "sales": []});
        let quote = quote(with_reward(reward.clone()), sale(bill), member);
        assert_eq!(
            (quote.redeemed(1).get(), quote.outcome.payable.get()),
            (used, payable),
            "{points} {bill}"
        );
        assert_eq!(quote.reasons("w").next().expect("a reason").text(), text);
        assert_eq!(
            quote.wallet(1).expect("a member").after.get(),
            points - used
        );
    }
    let mut declined = sale(200_000);
    declined["rewards_declined"] = json!(["w"]);
    let member = json!({"points": {"points": 250}, "sales": []});
    let quote = quote(with_reward(reward), declined, member);
    assert_eq!(quote.redeemed(1).get(), 0);
    assert_eq!(
        quote.reasons("w").next().expect("a reason").text(),
        "w: not wanted today"
    );
}

#[test]
fn a_reward_asked_for_costs_its_full_price_even_if_the_bill_is_lower() {
    let reward = json!({"money": "50000", "use": "on_request"});
    let member = json!({"points": {"points": 150}, "sales": []});
    let idle = quote(with_reward(reward.clone()), sale(20_000), member.clone());
    assert_eq!(idle.redeemed(1).get(), 0);
    let mut asked = sale(20_000);
    asked["rewards_wanted"] = json!(["w"]);
    asked["points_wanted"] = json!({"points": 100});
    let quote = quote(with_reward(reward), asked, member);
    assert_eq!(
        (quote.redeemed(1).get(), quote.outcome.payable.get()),
        (100, 0)
    );
    assert_eq!(quote.outcome.redemptions[0].reward.as_deref(), Some("w"));
}

#[test]
fn points_as_money_use_what_rewards_leave() {
    // 100 of 150 points for a tenth off 200.000, then the other 50 as 50.000.
    let reward = json!({"percent": "10", "use": "automatic"});
    let mut wants = sale(200_000);
    wants["points_wanted"] = json!({"points": 1_000});
    let member = json!({"points": {"points": 150}, "sales": []});
    let quote = quote(with_reward(reward), wants, member);
    assert_eq!(
        (quote.redeemed(1).get(), quote.outcome.payable.get()),
        (150, 130_000)
    );
    let rewards: Vec<Option<&str>> = quote
        .outcome
        .redemptions
        .iter()
        .map(|part| part.reward.as_deref())
        .collect();
    assert_eq!(rewards, [Some("w"), None]);
}
