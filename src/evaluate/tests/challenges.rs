//! Challenges: what counts, over which time, what reaching them gives, with numbers worked out by hand.

use serde_json::{Value, json};

use super::build::{cart, document, line, new, quote, read};
use super::returns::sold;
use crate::evaluate::{ChallengeLine, Quote, evaluate};
use crate::programme::Programme;
use crate::texts::Language;

/// Five visits in November 2026 are 50 points.
fn five_visits(parts: Value) -> Value {
    let mut challenge = json!({
        "id": "five", "name": {"en": "Five visits", "vi": "Năm lần ghé"}, "count": "visits",
        "goal": "5", "from": 20_261_101, "until": 20_261_130,
        "gives": [{"wallet": "points", "points": "50"}],
    });
    for (key, value) in parts.as_object().expect("parts") {
        challenge[key] = value.clone();
    }
    json!({ "challenges": [challenge] })
}

fn on(date: i64, total: i64) -> Value {
    json!({"lines": [line("a", total)], "business_date": date})
}

/// Sales of 100.000 on these dates.
fn sales(dates: &[i64]) -> Value {
    let sales = dates.iter();
    let sales: Vec<Value> = sales
        .map(|date| json!({"business_date": date, "spend": 100_000}))
        .collect();
    json!({ "sales": sales })
}

/// A sale in which the challenge gave these points.
fn rewarded(mut sales: Value, place: usize, points: i64) -> Value {
    sales["sales"][place]["awards"] =
        json!([{"rule": "challenge:five", "wallet": "points", "points": points}]);
    sales
}

fn goal(quote: &Quote) -> &ChallengeLine {
    &quote.challenges[0]
}

fn said(quote: &Quote) -> &str {
    let mut reasons = quote.reasons("challenge:five");
    reasons.next().expect("a reason").text()
}

#[track_caller]
fn check(parts: Value, cart: Value, past: Value, points: i64, text: &str) {
    let quote = quote(five_visits(parts), cart, past);
    assert_eq!((quote.awarded(1).get(), said(&quote)), (points, text));
}

#[test]
fn the_fifth_visit_of_the_campaign_gives_its_points_and_the_third_says_what_is_missing() {
    let nothing = json!({});
    // Those of October do not count.
    let two = sales(&[20_261_030, 20_261_101, 20_261_115]);
    check(
        nothing.clone(),
        on(20_261_122, 100_000),
        two,
        0,
        "Five visits: 3 of 5; 2 more until 2026-11-30",
    );
    let four = sales(&[20_261_101, 20_261_115, 20_261_116, 20_261_122]);
    check(
        nothing.clone(),
        on(20_261_130, 100_000),
        four.clone(),
        50,
        "Five visits: reached, 50 points",
    );
    // Once it was had, it is had; on the first of December it is over.
    let five = rewarded(sales(&[20_261_101; 5]), 4, 50);
    check(
        nothing.clone(),
        on(20_261_130, 100_000),
        five,
        0,
        "Five visits: had already",
    );
    check(
        nothing.clone(),
        on(20_261_201, 100_000),
        four.clone(),
        0,
        "Five visits: not on this date",
    );
    // Nothing is bought, and nothing is counted.
    check(
        nothing,
        on(20_261_130, 0),
        four.clone(),
        0,
        "Five visits: 4 of 5; 1 more until 2026-11-30",
    );
    let reached = quote(five_visits(json!({})), on(20_261_130, 100_000), four);
    let line = goal(&reached);
    assert_eq!((line.counted, line.counted_after, line.goal), (4, 5, 5));
    assert_eq!((line.missing, line.reached, line.had), (None, 1, 0));
}

#[test]
fn a_challenge_is_told_in_vietnamese_too() {
    let (programme, cart) = (
        read(&document(five_visits(json!({})))),
        cart(on(20_261_122, 100_000)),
    );
    let member = super::build::snapshot(&programme, &cart, sales(&[20_261_101]));
    let quote = evaluate(&programme, Some(&member), &cart, Language::Vi).expect("a quote");
    assert_eq!(
        said(&quote),
        "Năm lần ghé: được 2 trên 5; còn thiếu 3, hạn đến hết 30/11/2026"
    );
}

#[test]
fn a_challenge_of_each_month_begins_anew_and_one_of_each_time_goes_on() {
    let monthly = json!({"goal": "2", "period": "month", "repeat": "each_period",
        "from": null, "until": null});
    let october = rewarded(sales(&[20_261_030, 20_261_031]), 1, 50);
    check(
        monthly.clone(),
        on(20_261_122, 100_000),
        october.clone(),
        0,
        "Five visits: 1 of 2; 1 more until 2026-11-30",
    );
    let mut november = october;
    november["sales"]
        .as_array_mut()
        .expect("sales")
        .push(json!({"business_date": 20_261_101, "spend": 1}));
    check(
        monthly,
        on(20_261_122, 100_000),
        november.clone(),
        50,
        "Five visits: reached, 50 points",
    );
    // Every second visit ever: the fourth, and then the fifth is the first of the next two.
    let each = json!({"goal": "2", "repeat": "each_time", "from": null, "until": null});
    check(
        each.clone(),
        on(20_261_122, 100_000),
        november.clone(),
        50,
        "Five visits: reached, 50 points; 2 more",
    );
    let mut four = november;
    four["sales"]
        .as_array_mut()
        .expect("sales")
        .push(json!({"business_date": 20_261_102, "spend": 1, "awards": [
            {"rule": "challenge:five", "wallet": "points", "points": 50}]}));
    check(
        each,
        on(20_261_122, 100_000),
        four,
        0,
        "Five visits: 1 of 2; 1 more",
    );
}

#[test]
fn money_counts_each_time_it_is_enough_and_one_sale_may_reach_it_twice() {
    let spend = json!({"count": "spend", "goal": "500000", "period": "month", "repeat": "each_time",
        "from": null, "until": null});
    // 400.000 before and 700.000 now are 1.100.000: twice 500.000, and 400.000 missing.
    check(
        spend.clone(),
        on(20_261_122, 700_000),
        sales(&[20_261_101, 20_261_102, 20_261_103, 20_261_104]),
        100,
        "Five visits: reached, 100 points; 400,000 VND more until 2026-11-30",
    );
    check(
        spend,
        on(20_261_122, 150_000),
        sales(&[20_261_101]),
        0,
        "Five visits: 250,000 VND of 500,000 VND; 250,000 VND more until 2026-11-30",
    );
}

#[test]
fn pieces_of_some_goods_count_and_others_do_not() {
    let coffee = json!({"count": "pieces", "lines": {"skus": ["coffee"]}});
    let two = json!({"lines": [
        {"sku": "coffee", "quantity_milli": 2_000, "line_total": 60_000},
        {"sku": "tea", "quantity_milli": 9_000, "line_total": 60_000},
    ], "business_date": 20_261_122});
    let past = json!({"sales": [
        {"business_date": 20_261_120, "goals": {"five": 2_000}},
        {"business_date": 20_261_031, "goals": {"five": 9_000}},
    ]});
    check(
        coffee.clone(),
        two.clone(),
        past,
        0,
        "Five visits: 4 of 5; 1 more until 2026-11-30",
    );
    let three = json!({"sales": [{"business_date": 20_261_120, "goals": {"five": 3_000}}]});
    check(coffee, two, three, 50, "Five visits: reached, 50 points");
}

#[test]
fn different_days_count_each_once() {
    let days = json!({"count": "days", "goal": "3"});
    let twice = sales(&[20_261_120, 20_261_120]);
    check(
        days.clone(),
        on(20_261_120, 1_000),
        twice.clone(),
        0,
        "Five visits: 1 of 3; 2 more until 2026-11-30",
    );
    check(
        days,
        on(20_261_121, 1_000),
        twice,
        0,
        "Five visits: 2 of 3; 1 more until 2026-11-30",
    );
}

#[test]
fn a_split_bill_is_one_visit() {
    let past = json!({"sales": [
        {"business_date": 20_261_122, "spend": 1, "receipt_group": "G"},
    ]});
    let mut part = on(20_261_122, 100_000);
    part["receipt_group"] = json!("G");
    check(
        json!({}),
        part,
        past,
        0,
        "Five visits: 1 of 5; 4 more until 2026-11-30",
    );
}

/// A visit in each of four weeks.
fn weekly(parts: Value) -> Value {
    let mut weekly = json!({"goal": "1", "period": "week", "from": null, "until": null,
        "streak": {"periods": 4}});
    for (key, value) in parts.as_object().expect("parts") {
        weekly[key] = value.clone();
    }
    weekly
}

// Mondays of 2026: 26 October, 2, 9, 16, 23 and 30 November.
#[test]
fn four_weeks_in_a_row_are_a_streak_and_a_missed_week_breaks_it() {
    let three = sales(&[20_261_026, 20_261_103, 20_261_115]);
    check(
        weekly(json!({})),
        on(20_261_122, 1_000),
        three,
        50,
        "Five visits: reached, 50 points",
    );
    // The week of 9 November is missing.
    let gap = sales(&[20_261_026, 20_261_103]);
    check(
        weekly(json!({})),
        on(20_261_122, 1_000),
        gap.clone(),
        0,
        "Five visits: 1 of 4 weeks in a row",
    );
    // With one week of grace it does not count, and breaks nothing.
    let grace = json!({"streak": {"periods": 4, "grace": 1}});
    check(
        weekly(grace),
        on(20_261_122, 1_000),
        gap,
        0,
        "Five visits: 3 of 4 weeks in a row",
    );
}

#[test]
fn a_week_with_two_visits_counts_once_both_are_there() {
    let two = weekly(json!({"goal": "2", "streak": {"periods": 2}}));
    let week = sales(&[20_261_109, 20_261_110, 20_261_103]);
    let first = quote(
        five_visits(two.clone()),
        on(20_261_116, 1_000),
        week.clone(),
    );
    assert_eq!(
        said(&first),
        "Five visits: 1 of 2 weeks in a row; 1 more until 2026-11-22"
    );
    assert_eq!((goal(&first).run, goal(&first).periods), (Some(1), Some(2)));
    let mut more = week;
    more["sales"]
        .as_array_mut()
        .expect("sales")
        .push(json!({"business_date": 20_261_116}));
    check(
        two,
        on(20_261_122, 1_000),
        more,
        50,
        "Five visits: reached, 50 points",
    );
}

#[test]
fn a_streak_that_goes_on_gives_again_after_so_many_more_periods() {
    let days = weekly(json!({"period": "day", "repeat": "each_time", "streak": {"periods": 2}}));
    let two = rewarded(sales(&[20_261_119, 20_261_120]), 1, 50);
    check(
        days.clone(),
        on(20_261_121, 1_000),
        two.clone(),
        0,
        "Five visits: 1 of 2 days in a row",
    );
    let mut three = two;
    three["sales"]
        .as_array_mut()
        .expect("sales")
        .push(json!({"business_date": 20_261_121}));
    check(
        days.clone(),
        on(20_261_122, 1_000),
        three.clone(),
        50,
        "Five visits: reached, 50 points",
    );
    // The same day once more is no day more.
    let mut four = three;
    four["sales"]
        .as_array_mut()
        .expect("sales")
        .push(json!({"business_date": 20_261_122, "awards": [
            {"rule": "challenge:five", "wallet": "points", "points": 50}]}));
    check(
        days,
        on(20_261_122, 1_000),
        four,
        0,
        "Five visits: 0 of 2 days in a row",
    );
}

#[test]
fn within_so_many_days_nothing_counts_twice() {
    let within = json!({"goal": "2", "within_days": 7, "repeat": "each_time",
        "from": null, "until": null});
    // The 16th is the first of seven days to the 22nd.
    check(
        within.clone(),
        on(20_261_122, 1_000),
        sales(&[20_261_116]),
        50,
        "Five visits: reached, 50 points; 2 more",
    );
    check(
        within.clone(),
        on(20_261_122, 1_000),
        sales(&[20_261_115]),
        0,
        "Five visits: 1 of 2; 1 more",
    );
    let had = rewarded(sales(&[20_261_115, 20_261_116]), 1, 50);
    check(
        within,
        on(20_261_122, 1_000),
        had,
        0,
        "Five visits: 0 of 2; 2 more",
    );
}

/// Points, a voucher and a badge at once.
fn with_badge() -> Value {
    let mut parts = document(five_visits(json!({"goal": "1", "gives": [
        {"wallet": "points", "points": "50"}, {"wallet": "coffee", "points": "2"},
        {"wallet": "star", "points": "1"},
    ]})));
    let wallets = parts["wallets"].as_array_mut().expect("wallets");
    wallets.push(json!({"id": "star", "number": 2, "kind": "badge", "name": {"en": "Star"}}));
    parts["vouchers"] = json!([{"id": "coffee", "number": 3, "name": {"en": "Free coffee"},
        "money": "30000", "use": "on_request"}]);
    parts
}

#[test]
fn a_challenge_gives_points_vouchers_and_a_badge_and_nobody_has_two_badges() {
    let first = quote(with_badge(), on(20_261_122, 1_000), new());
    assert_eq!(
        said(&first),
        "Five visits: reached, 50 points, 2 × Free coffee, Star"
    );
    let given = [1, 2, 3].map(|wallet| first.awarded(wallet).get());
    assert_eq!(given, [50, 1, 2]);
    let mut has_one = new();
    has_one["points"] = json!({"star": 1});
    let again = quote(with_badge(), on(20_261_122, 1_000), has_one);
    assert_eq!(again.awarded(2).get(), 0);
    assert_eq!(again.awarded(1).get(), 50);
}

#[test]
fn who_may_not_have_it_is_told_why_and_nobody_without_a_card_has_it() {
    let gold = json!({"goal": "1", "when": {"channels": ["app"]}});
    check(
        gold,
        on(20_261_122, 1_000),
        new(),
        0,
        "Five visits: reached, but not with this: channel: store, wanted app",
    );
    let mut nobody = on(20_261_122, 1_000);
    nobody["member"] = Value::Null;
    let nobody = quote(five_visits(json!({"goal": "1"})), nobody, new());
    assert_eq!(said(&nobody), "Five visits: how far is not known here");
    assert_eq!(nobody.awards_with_card, []);
    assert_eq!(nobody.challenges, []);
}

#[test]
fn what_comes_back_takes_the_award_with_it_once_the_goal_is_no_longer_reached() {
    let spend = json!({"count": "spend", "goal": "500", "from": null, "until": null});
    let parts = five_visits(spend);
    let cart = json!({"lines": [line("a", 200), line("b", 200)]});
    let past = json!({"sales": [{"business_date": 20_261_101, "spend": 200}]});
    // 200 before and 400 now: 500 is reached, and is as long as 300 of them are kept.
    let sold = sold(parts, cart, past);
    assert_eq!(sold.quote.awarded(1).get(), 50);
    assert_eq!(sold.due(&[(1000, 200), (1000, 200)]), 50);
    assert_eq!(sold.due(&[(1000, 200), (500, 100)]), 50);
    assert_eq!(sold.due(&[(1000, 200), (499, 99)]), 0);
    assert_eq!(sold.due(&[(0, 0), (0, 0)]), 0);
}

#[test]
fn points_of_a_challenge_count_for_no_tier() {
    let mut parts = five_visits(json!({}));
    parts["tiers"] = json!({"basis": "earned", "wallet": "points", "levels": [
        {"id": "basic", "from": "0"}, {"id": "gold", "from": "50"}]});
    let past = rewarded(sales(&[20_261_101; 5]), 4, 50);
    let quote = quote(parts, on(20_261_122, 1_000), past);
    assert_eq!(quote.tier.expect("a tier").counted, 0);
}

/// The path and code of each problem.
fn problems(parts: Value) -> Vec<String> {
    let found = Programme::read(document(five_visits(parts)).to_string().as_bytes());
    let found = found.expect_err("a document with problems");
    found
        .iter()
        .map(|problem| format!("{} {}", problem.path, problem.code))
        .collect()
}

#[test]
fn a_challenge_that_cannot_be_is_refused_with_its_path() {
    for (parts, problem) in [
        (json!({"goal": "0"}), "challenges[0].goal out_of_range"),
        (
            json!({"goal": "1.5"}),
            "challenges[0].goal too_many_decimals",
        ),
        (
            json!({"until": 20_261_031}),
            "challenges[0].until out_of_order",
        ),
        (json!({"event": "review"}), "challenges[0].event not_used"),
        (
            json!({"count": "events", "goal": "1"}),
            "challenges[0].event missing",
        ),
        (
            json!({"count": "events", "event": "review", "lines": {"skus": ["a"]}}),
            "challenges[0].lines not_used",
        ),
        (
            json!({"count": "events", "event": "review", "when": {"codes": ["X"]}}),
            "challenges[0].when not_used",
        ),
        (
            json!({"period": "week", "within_days": 7}),
            "challenges[0].within_days not_used",
        ),
        (
            json!({"within_days": 0}),
            "challenges[0].within_days out_of_range",
        ),
        (
            json!({"repeat": "each_period"}),
            "challenges[0].repeat not_used",
        ),
        (
            json!({"streak": {"periods": 2}}),
            "challenges[0].streak missing",
        ),
        (
            json!({"period": "week", "streak": {"periods": 1}}),
            "challenges[0].streak.periods out_of_range",
        ),
        (
            json!({"period": "day", "count": "days", "goal": "2"}),
            "challenges[0].goal not_used",
        ),
        (json!({"gives": []}), "challenges[0].gives count"),
        (
            json!({"gives": [{"wallet": "nix", "points": "1"}]}),
            "challenges[0].gives[0].wallet unknown_reference",
        ),
        (
            json!({"gives": [{"wallet": "points", "points": "1"}, {"wallet": "points", "points": "2"}]}),
            "challenges[0].gives[1].wallet duplicate",
        ),
        (
            json!({"when": {"uses_points": true}}),
            "challenges[0].when not_used",
        ),
    ] {
        assert_eq!(problems(parts.clone()), [problem], "{parts}");
    }
    let mut late = document(five_visits(json!({})));
    late["valid_until"] = json!(20_261_031);
    let found = Programme::read(late.to_string().as_bytes()).expect_err("a trap");
    assert_eq!(
        (found[0].path.as_str(), found[0].code),
        ("challenges[0].from", "unreachable")
    );
    let mut badge = with_badge();
    badge["wallets"][1]["unit"] = json!({"en": "star"});
    badge["challenges"][0]["gives"][2]["points"] = json!("2");
    let found = Programme::read(badge.to_string().as_bytes()).expect_err("problems");
    let found: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(found, ["wallets[1].unit", "challenges[0].gives[2].points"]);
}

#[test]
fn a_referral_that_cannot_be_is_refused_with_its_path() {
    let gives = json!([{"wallet": "points", "points": "1"}]);
    for (key, value, problem) in [
        ("least", json!("0"), "referral.least out_of_range"),
        (
            "within_days",
            json!(-1),
            "referral.within_days out_of_range",
        ),
        ("advocate", json!([]), "referral.advocate count"),
        (
            "friend_at_once",
            json!([{"wallet": "nix", "points": "1"}]),
            "referral.friend_at_once[0].wallet unknown_reference",
        ),
        ("times", json!({}), "referral.times missing"),
    ] {
        let mut parts = document(json!({"referral": {"advocate": gives}}));
        read(&parts);
        parts["referral"][key] = value;
        let found = Programme::read(parts.to_string().as_bytes()).expect_err("a problem");
        let found: Vec<String> = found
            .iter()
            .map(|problem| format!("{} {}", problem.path, problem.code))
            .collect();
        assert_eq!(found, [problem], "{key}");
    }
}

#[test]
fn the_purchase_of_who_was_brought_names_the_other() {
    let parts = json!({"referral": {"least": "500", "advocate": [{"wallet": "points", "points": "9"}],
        "friend_at_purchase": [{"wallet": "points", "points": "7"}]}});
    let mut brought = new();
    brought["referred_by"] = json!({"member": super::member_number(), "on": 20_261_101});
    let enough = quote(parts.clone(), on(20_261_122, 500), brought.clone());
    assert_eq!(enough.outcome.referral, Some(super::member_number()));
    assert_eq!(enough.awarded(1).get(), 7);
    let told = enough.reasons("referral:friend").next().expect("a reason");
    assert_eq!(
        told.text(),
        "Brought by a member: the purchase that counts, 7 points"
    );
    let less = quote(parts.clone(), on(20_261_122, 499), brought.clone());
    assert_eq!((less.outcome.referral, less.awarded(1).get()), (None, 0));
    let nobody = quote(parts.clone(), on(20_261_122, 500), new());
    assert_eq!(nobody.reasons("referral:friend").count(), 0);
    // 400 of 500 kept are not enough.
    let cart = json!({"lines": [line("a", 400), line("b", 100)]});
    let sold = sold(parts, cart, brought);
    assert_eq!(sold.due(&[(1000, 400), (1000, 100)]), 7);
    assert_eq!(sold.due(&[(1000, 400), (0, 0)]), 0);
}
