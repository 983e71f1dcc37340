//! Documents that are programmes, and everything that is wrong with those that are not.

mod conditions;
mod tiers;

use super::{Problem, Programme};
use crate::kernel::{BusinessDate, Currency, Points, Rounding};
use crate::texts::Language;

const VND_10000: &str = include_str!("../../examples/programmes/vnd-10000.json");
const GBP_1: &str = include_str!("../../examples/programmes/gbp-1.json");

/// The example with values put in at JSON pointers, and its problems as `path code`.
fn problems(changes: &[(&str, &str)]) -> Vec<String> {
    let mut document: serde_json::Value = serde_json::from_str(VND_10000).expect("JSON");
    for (pointer, value) in changes {
        let (object, key) = pointer.rsplit_once('/').expect("a pointer");
        document.pointer_mut(object).expect("a place")[key] =
            serde_json::from_str(value).expect("JSON");
    }
    match Programme::read(document.to_string().as_bytes()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .iter()
            .map(|p| format!("{} {}", p.path, p.code))
            .collect(),
    }
}

#[track_caller]
fn check(pointer: &str, value: &str, expected: &str) {
    assert_eq!(
        problems(&[(pointer, value)]),
        [expected],
        "{pointer} = {value}"
    );
}

#[test]
fn the_examples_are_programmes() {
    let vnd = Programme::read(VND_10000.as_bytes()).expect("a programme");
    assert_eq!(
        (vnd.id(), vnd.version(), vnd.currency()),
        ("vnd-10000", 1, Currency::VND)
    );
    assert_eq!(vnd.name().in_language(Language::Vi), "10.000 đ = 1 điểm");
    assert_eq!(vnd.document(), VND_10000.as_bytes());
    let wallet = vnd.wallet("points").expect("a wallet");
    assert_eq!(vnd.wallet_by_number(1), Some(wallet));
    assert_eq!(wallet.rounding, Rounding::HalfUp);
    assert_eq!(wallet.say(Points::new(1), Language::En), "1 point");
    assert_eq!(
        wallet.say(Points::new(12_000), Language::En),
        "12,000 points"
    );
    assert_eq!(wallet.say(Points::new(12_000), Language::Vi), "12.000 điểm");
    let gbp = Programme::read(GBP_1.as_bytes()).expect("a programme");
    assert!(
        matches!(gbp.earn_rules()[0].gives, super::Gives::Amount { per, .. } if per.get() == 100)
    );
}

#[test]
fn the_hash_is_that_of_the_bytes() {
    // printf '{}' | sha256sum is 44136fa3…; a document's is taken the same way.
    let one = Programme::read(VND_10000.as_bytes()).expect("a programme");
    let spaced = format!("{VND_10000} ");
    let other = Programme::read(spaced.as_bytes()).expect("a programme");
    assert_ne!(one.hash(), other.hash());
    use sha2::{Digest, Sha256};
    let empty: [u8; 32] = Sha256::digest(b"{}").into();
    assert_eq!(empty[..4], [0x44, 0x13, 0x6f, 0xa3]);
    let expected: [u8; 32] = Sha256::digest(VND_10000.as_bytes()).into();
    assert_eq!(one.hash(), expected);
}

#[test]
fn both_days_of_a_programme_are_good_days() {
    let text = VND_10000.replace(
        "\"currency\"",
        "\"valid_from\": 20261101, \"valid_until\": 20261130, \"currency\"",
    );
    let one_day = text.replace("20261130", "20261101");
    assert!(
        Programme::read(one_day.as_bytes()).is_ok(),
        "one day is enough"
    );
    let none = text.replace("20261130", "20261031");
    let problems = Programme::read(none.as_bytes()).expect_err("ends before it begins");
    assert_eq!(
        (problems[0].path.as_str(), problems[0].code),
        ("valid_until", "out_of_order")
    );
    let programme = Programme::read(text.as_bytes()).expect("a programme");
    let valid =
        |number| programme.is_valid_on(BusinessDate::from_yyyymmdd(number).expect("a date"));
    assert!(valid(20_261_101) && valid(20_261_130));
    assert!(!valid(20_261_031) && !valid(20_261_201));
}

#[test]
fn every_problem_is_reported_at_once() {
    assert_eq!(
        problems(&[
            ("/schema", "2"),
            ("/id", "\"a b\""),
            ("/version", "0"),
            ("/name", "{}"),
            ("/valid_from", "20261301"),
            ("/wallets/0/number", "251"),
            ("/wallets/0/decimals", "5"),
            ("/wallets/0/redeem/value", "\"1,5\""),
            ("/earn/0/wallet", "\"stars\""),
            ("/earn/0/amount/per", "\"0.5\""),
            ("/earn/0/amount/points", "\"0\""),
        ]),
        [
            "schema not_known",
            "id wrong_form",
            "version out_of_range",
            "name missing",
            "valid_from no_date",
            "wallets[0].number out_of_range",
            "wallets[0].decimals out_of_range",
            "wallets[0].redeem.value not_decimal",
            "earn[0].wallet unknown_reference",
            "earn[0].amount.per too_many_decimals",
            "earn[0].amount.points out_of_range",
        ]
    );
}

#[test]
fn a_problem_is_one_line_that_says_what_would_be_right() {
    let text = VND_10000.replace("\"10000\"", "\"10000.5\"");
    let problems = Programme::read(text.as_bytes()).expect_err("a problem");
    assert_eq!(
        problems.iter().map(Problem::to_string).collect::<Vec<_>>(),
        ["earn[0].amount.per: too_many_decimals: expected at most 0 decimals, found \"10000.5\""]
    );
}

#[test]
fn each_value_has_its_bounds() {
    check("/currency", "\"vnd\"", "currency not_known");
    check("/version", "4294967296", "version out_of_range");
    check("/name/vi", "\"\"", "name.vi wrong_form");
    check("/name/vi", "\"a\\u0007\"", "name.vi wrong_form");
    check(
        "/wallets/0/unit/en",
        "\"a/b/c\"",
        "wallets[0].unit.en wrong_form",
    );
    check(
        "/wallets/0/unit/en",
        "\"point/\"",
        "wallets[0].unit.en wrong_form",
    );
    check("/wallets/0/number", "0", "wallets[0].number out_of_range");
    check(
        "/wallets/0/redeem/value",
        "\"0\"",
        "wallets[0].redeem.value out_of_range",
    );
    check(
        "/wallets/0/redeem/step",
        "\"0\"",
        "wallets[0].redeem.step out_of_range",
    );
    check(
        "/wallets/0/redeem/step",
        "\"0.5\"",
        "wallets[0].redeem.step too_many_decimals",
    );
    check(
        "/wallets/0/redeem/least",
        "\"-1\"",
        "wallets[0].redeem.least out_of_range",
    );
    check(
        "/wallets/0/redeem/most",
        "\"0\"",
        "wallets[0].redeem.most out_of_range",
    );
    check(
        "/wallets/0/redeem/share_percent",
        "\"100.5\"",
        "wallets[0].redeem.share_percent out_of_range",
    );
    check(
        "/wallets/0/redeem/share_percent",
        "\"0\"",
        "wallets[0].redeem.share_percent out_of_range",
    );
    check(
        "/earn/0/amount/per",
        "\"-1\"",
        "earn[0].amount.per out_of_range",
    );
    check(
        "/earn/0/amount/per",
        "\"9000000000000001\"",
        "earn[0].amount.per out_of_range",
    );
    check(
        "/earn/0/amount/points",
        "\"1e3\"",
        "earn[0].amount.points not_decimal",
    );
    assert_eq!(
        problems(&[("/wallets", "[]")]),
        ["wallets count", "earn[0].wallet unknown_reference"]
    );
}

#[test]
fn a_step_is_worth_whole_coins() {
    // 2,5 d a point: one point is no whole dong, two points are five.
    check(
        "/wallets/0/redeem",
        r#"{"value":"2.5"}"#,
        "wallets[0].redeem.step step_not_whole",
    );
    assert!(problems(&[("/wallets/0/redeem", r#"{"value":"2.5","step":"2"}"#)]).is_empty());
}

#[test]
fn the_most_leaves_room_for_the_least() {
    check(
        "/wallets/0/redeem",
        r#"{"value":"1","least":"10","most":"9"}"#,
        "wallets[0].redeem.most out_of_order",
    );
}

#[test]
fn what_stands_twice_is_named_the_second_time() {
    let mut document: serde_json::Value = serde_json::from_str(VND_10000).expect("JSON");
    for list in ["wallets", "earn"] {
        let list = document[list].as_array_mut().expect("a list");
        list.push(list[0].clone());
    }
    let problems = Programme::read(document.to_string().as_bytes()).expect_err("problems");
    let paths: Vec<String> = problems
        .iter()
        .map(|p| format!("{} {}", p.path, p.code))
        .collect();
    assert_eq!(
        paths,
        [
            "wallets[1].id duplicate",
            "wallets[1].number duplicate",
            "earn[1].id duplicate"
        ]
    );
}

#[test]
fn a_key_of_a_later_version_is_refused_with_its_path() {
    check("/automations", "[]", "automations not_known");
    check("/wallets/0/policies", "{}", "wallets[0].policies not_known");
    check("/earn/0/referral", "{}", "earn[0].referral not_known");
    check(
        "/earn/0/when",
        r#"{"segment": "vip"}"#,
        "earn[0].when.segment not_known",
    );
    check(
        "/earn/0/when",
        r#"{"weekdays": ["monday"]}"#,
        "earn[0].when.weekdays[0] not_known",
    );
    check(
        "/earn/0/amount/mode",
        "\"bands\"",
        "earn[0].amount.mode not_known",
    );
    check("/name/fr", "\"x\"", "name.fr not_known");
}

#[test]
fn a_key_twice_in_one_object_is_refused() {
    let text = VND_10000.replacen("\"version\": 1,", "\"version\": 1, \"version\": 2,", 1);
    let problems = Programme::read(text.as_bytes()).expect_err("a problem");
    assert_eq!(
        (problems[0].path.as_str(), problems[0].code),
        ("version", "duplicate")
    );
}

#[test]
fn the_vendors_own_is_let_through_but_not_without_bounds() {
    assert!(problems(&[("/x", r#"{"a":{"b":[1,2.5,null]}}"#)]).is_empty());
    check("/x", "[]", "x wrong_type");
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(15), "]".repeat(15));
    check("/x", &deep, ". too_deep");
    let fits = format!("{{\"a\":{}1{}}}", "[".repeat(14), "]".repeat(14));
    assert!(problems(&[("/x", &fits)]).is_empty());
}

#[test]
fn rules_are_counted_before_they_are_looked_at() {
    let mut document: serde_json::Value = serde_json::from_str(VND_10000).expect("JSON");
    let rule = document["earn"][0].clone();
    document["earn"] = serde_json::Value::Array(vec![rule; 5_001]);
    let problems = Programme::read(document.to_string().as_bytes()).expect_err("too many");
    assert_eq!(
        (problems[0].path.as_str(), problems[0].code),
        ("earn", "count")
    );
    assert_eq!(problems.len(), 1);
}

#[test]
fn what_is_no_document_is_refused() {
    for (bytes, code) in [
        (&b""[..], "not_json"),
        (b"[]", "wrong_type"),
        (b"{", "not_json"),
        // A byte order mark is let through (RFC 8259, 8.1 allows it): what is wrong is the empty object.
        (b"\xef\xbb\xbf{}", "missing"),
        (b"{\"id\":\"\xff\"}", "not_utf8"),
    ] {
        let problems = Programme::read(bytes).expect_err("no document");
        assert_eq!(problems[0].code, code);
    }
    let large = vec![b' '; 8 * 1024 * 1024 + 1];
    assert_eq!(
        Programme::read(&large).expect_err("too large")[0].code,
        "too_large"
    );
}

/// The problems of the example with these parts in place of its own.
fn problems_of(parts: serde_json::Value) -> Vec<String> {
    let mut document: serde_json::Value = serde_json::from_str(VND_10000).expect("JSON");
    for (key, value) in parts.as_object().expect("parts") {
        document[key] = value.clone();
    }
    match Programme::read(document.to_string().as_bytes()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .iter()
            .map(|p| format!("{} {}", p.path, p.code))
            .collect(),
    }
}

#[track_caller]
fn check_rule(parts: serde_json::Value, expected: &[&str]) {
    let mut rule = parts;
    rule["id"] = "r".into();
    rule["wallet"] = "points".into();
    let found = problems_of(serde_json::json!({ "earn": [rule] }));
    assert_eq!(found, expected, "{rule}");
}

#[test]
fn bands_that_overlap_or_leave_a_gap_are_problems() {
    let bands = |bands: serde_json::Value| serde_json::json!({ "bands": bands });
    check_rule(
        bands(serde_json::json!([
            {"from": "100000", "below": "200000", "points": "5"},
            {"from": "199999", "below": "500000", "points": "10"},
        ])),
        &["earn[0].bands[1].from overlap"],
    );
    // 9Pay leaves 500 uncovered between two of its bands.
    check_rule(
        bands(serde_json::json!([
            {"from": "100000", "below": "200000", "points": "5"},
            {"from": "200500", "points": "10"},
        ])),
        &["earn[0].bands[1].from gap"],
    );
    check_rule(
        bands(serde_json::json!([
            {"from": "100000", "points": "5"},
            {"from": "200000", "points": "10"},
        ])),
        &["earn[0].bands[1].from overlap"],
    );
    check_rule(
        bands(serde_json::json!([
            {"from": "100000", "below": "100000", "points": "5"},
            {"from": "200000", "percent": "5"},
            {"from": "200000", "points": "5", "percent": "5", "value": "1"},
        ])),
        &[
            "earn[0].bands[0].below out_of_order",
            "earn[0].bands[1] one_of",
            "earn[0].bands[2] one_of",
        ],
    );
}

#[test]
fn a_rule_gives_in_exactly_one_way_and_no_key_does_nothing() {
    use serde_json::json;
    check_rule(json!({}), &["earn[0] one_of"]);
    let two = json!({"fixed": {"points": "1"}, "per_visit": {"points": "1"}});
    check_rule(two, &["earn[0] one_of"]);
    let rule = json!({
        "fixed": {"points": "1"}, "base": "gross", "only_tenders": ["cash"],
        "lines": {"skus": ["a"]}, "round_at": "line",
    });
    check_rule(
        rule,
        &[
            "earn[0].base not_used",
            "earn[0].only_tenders not_used",
            "earn[0].lines not_used",
            "earn[0].round_at not_used",
        ],
    );
    let amount = json!({"per": "1", "points": "1"});
    check_rule(
        json!({"amount": amount, "only_tenders": ["a"], "exclude_tenders": ["b"]}),
        &["earn[0].only_tenders not_used"],
    );
    check_rule(
        json!({"amount": amount, "round_at": "sale", "rounding": "floor"}),
        &["earn[0].rounding not_used"],
    );
    check_rule(
        json!({"amount": amount, "group": "g"}),
        &["earn[0].group unknown_reference"],
    );
    check_rule(
        json!({"amount": amount, "caps": {}}),
        &["earn[0].caps missing"],
    );
    check_rule(
        json!({"amount": amount, "caps": {"sale": "5", "per": "household"}}),
        &["earn[0].caps.per not_used"],
    );
    check_rule(
        json!({"amount": amount, "factors": [{"id": "x", "factor": "0"}]}),
        &["earn[0].factors[0].factor out_of_range"],
    );
}

#[test]
fn conditions_that_say_nothing_or_can_never_hold_are_problems() {
    use serde_json::json;
    for (when, expected) in [
        (json!({}), "earn[0].when missing"),
        (json!({"all": []}), "earn[0].when.all count"),
        (json!({"stores": []}), "earn[0].when.stores count"),
        (json!({"not": {}}), "earn[0].when.not missing"),
        (
            json!({"any": [{"total": {"from": "5"}}, {}]}),
            "earn[0].when.any[1] missing",
        ),
        (json!({"total": {}}), "earn[0].when.total missing"),
        (
            json!({"total": {"from": "5", "below": "5"}}),
            "earn[0].when.total.below out_of_order",
        ),
        (json!({"dates": {}}), "earn[0].when.dates missing"),
        (
            json!({"dates": {"from": 20_260_102, "until": 20_260_101}}),
            "earn[0].when.dates.until out_of_order",
        ),
        (
            json!({"hours": {"from": "10:00", "until": "10:00"}}),
            "earn[0].when.hours.until out_of_order",
        ),
        (
            json!({"hours": {"from": "24:00", "until": "10:00"}}),
            "earn[0].when.hours.from wrong_form",
        ),
        (
            json!({"hours": {"from": "9:00", "until": "10:00"}}),
            "earn[0].when.hours.from wrong_form",
        ),
        (
            json!({"tiers": ["gold"]}),
            "earn[0].when.tiers[0] unknown_reference",
        ),
        (json!({"visit": {}}), "earn[0].when.visit one_of"),
        (
            json!({"visit": {"every": 0}}),
            "earn[0].when.visit.every out_of_range",
        ),
        (json!({"items": {}}), "earn[0].when.items missing"),
        (json!({"has_line": {}}), "earn[0].when.has_line missing"),
        (
            json!({"has_line": {"skus": [""]}}),
            "earn[0].when.has_line.skus[0] wrong_form",
        ),
    ] {
        check_rule(json!({"fixed": {"points": "1"}, "when": when}), &[expected]);
    }
}

#[test]
fn tiers_rise_from_zero_and_count_something() {
    use serde_json::json;
    let levels = json!([{"id": "a", "from": "0"}, {"id": "b", "from": "500"}]);
    let tiers = |tiers: serde_json::Value| problems_of(json!({ "tiers": tiers }));
    let earned = |levels: serde_json::Value| {
        tiers(json!({"basis": "earned", "wallet": "points", "levels": levels}))
    };
    assert!(earned(levels.clone()).is_empty());
    assert_eq!(earned(json!([])), ["tiers.levels count"]);
    assert_eq!(
        earned(json!([{"id": "a", "from": "1"}])),
        ["tiers.levels[0].from out_of_order"]
    );
    // Sapo refuses two cards with one threshold too.
    assert_eq!(
        earned(
            json!([{"id": "a", "from": "0"}, {"id": "b", "from": "5"}, {"id": "b", "from": "5"}])
        ),
        [
            "tiers.levels[2].id duplicate",
            "tiers.levels[2].from out_of_order"
        ]
    );
    assert_eq!(
        tiers(json!({"basis": "earned", "levels": levels})),
        ["tiers.wallet missing"]
    );
    assert_eq!(
        tiers(json!({"basis": "spend", "wallet": "points", "levels": levels})),
        ["tiers.wallet not_used"]
    );
    assert_eq!(
        tiers(json!({"basis": "visits", "window": "months", "levels": levels})),
        ["tiers.months missing"]
    );
    assert_eq!(
        tiers(json!({"basis": "visits", "months": 3, "levels": levels})),
        ["tiers.months not_used"]
    );
}

#[test]
fn expiry_is_one_thing_and_later_than_the_wait() {
    use serde_json::json;
    let wallet = |expiry: serde_json::Value, pending: i64| {
        let mut wallets =
            serde_json::from_str::<serde_json::Value>(VND_10000).expect("JSON")["wallets"].clone();
        wallets[0]["expiry"] = expiry;
        wallets[0]["pending_days"] = pending.into();
        problems_of(json!({ "wallets": wallets }))
    };
    assert!(wallet(json!({"days": 15}), 14).is_empty());
    assert_eq!(
        wallet(json!({"days": 14}), 14),
        ["wallets[0].expiry.days out_of_order"]
    );
    assert_eq!(wallet(json!({}), 0), ["wallets[0].expiry one_of"]);
    assert_eq!(
        wallet(json!({"days": 1, "months": 1}), 0),
        ["wallets[0].expiry one_of"]
    );
    assert_eq!(
        wallet(json!({"months": 0}), 0),
        ["wallets[0].expiry.months out_of_range"]
    );
    assert_eq!(
        wallet(json!({"last_day_each_year": {"month": 2, "day": 30}}), 0),
        ["wallets[0].expiry.last_day_each_year no_date"]
    );
    assert!(wallet(json!({"last_day_each_year": {"month": 2, "day": 29}}), 0).is_empty());
    assert_eq!(
        wallet(json!({"last_day": 20_261_301}), 0),
        ["wallets[0].expiry.last_day no_date"]
    );
    assert!(wallet(json!({"membership_anniversary": 1}), 14).is_empty());
    assert_eq!(
        wallet(json!({"membership_anniversary": 0}), 0),
        ["wallets[0].expiry.membership_anniversary out_of_range"]
    );
    assert!(wallet(json!({"inactive": {"months": 18}}), 14).is_empty());
    assert_eq!(
        wallet(json!({"inactive": {"days": 14}}), 14),
        ["wallets[0].expiry.inactive.days out_of_order"]
    );
    for neither_or_both in [json!({}), json!({"days": 365, "months": 12})] {
        assert_eq!(
            wallet(json!({ "inactive": neither_or_both }), 0),
            ["wallets[0].expiry.inactive one_of"]
        );
    }
}

#[test]
fn rewards_and_groups_name_what_there_is() {
    use serde_json::json;
    let reward = |parts: serde_json::Value| {
        let mut reward = json!({"id": "w", "wallet": "points", "points": "10", "use": "automatic"});
        for (key, value) in parts.as_object().expect("parts") {
            reward[key] = value.clone();
        }
        problems_of(json!({ "rewards": [reward] }))
    };
    assert!(reward(json!({"money": "1000"})).is_empty());
    assert_eq!(reward(json!({})), ["rewards[0] one_of"]);
    assert_eq!(
        reward(json!({"money": "1", "percent": "1"})),
        ["rewards[0] one_of"]
    );
    assert_eq!(
        reward(json!({"percent": "101"})),
        ["rewards[0].percent out_of_range"]
    );
    assert_eq!(
        reward(json!({"percent": "10", "most_per_sale": 2})),
        ["rewards[0].most_per_sale not_used"]
    );
    assert_eq!(
        reward(json!({"money": "1", "use": "on_request", "most_per_sale": 2})),
        ["rewards[0].most_per_sale not_used"]
    );
    assert_eq!(
        reward(json!({"money": "1", "wallet": "stars"})),
        ["rewards[0].wallet unknown_reference"]
    );
    assert_eq!(
        reward(json!({"money": "1", "when": {"uses_points": true}})),
        ["rewards[0].when not_used"]
    );
    let mut wallets =
        serde_json::from_str::<serde_json::Value>(VND_10000).expect("JSON")["wallets"].clone();
    let mut stars = wallets[0].clone();
    stars["id"] = "stars".into();
    stars["number"] = 2.into();
    wallets.as_array_mut().expect("wallets").push(stars);
    let rule = |id: &str, wallet: &str| json!({"id": id, "wallet": wallet, "group": "g", "fixed": {"points": "1"}});
    let group = |take: &str| {
        problems_of(json!({
            "wallets": wallets,
            "groups": [{"id": "g", "take": take}],
            "earn": [rule("a", "points"), rule("b", "stars")],
        }))
    };
    assert_eq!(group("best"), ["earn[1].wallet conflict"]);
    assert!(group("first").is_empty());
}

#[test]
fn a_simple_programme_asks_nothing_of_the_past() {
    use super::HISTORY_ALL;
    use serde_json::json;
    let days = |parts: serde_json::Value| {
        let mut document: serde_json::Value = serde_json::from_str(VND_10000).expect("JSON");
        for (key, value) in parts.as_object().expect("parts") {
            document[key] = value.clone();
        }
        let programme = Programme::read(document.to_string().as_bytes()).expect("a programme");
        (
            programme.history_days(),
            programme.reads_place(),
            programme.reads_payments(),
        )
    };
    let rule = |parts: serde_json::Value| {
        let mut rule = json!({"id": "r", "wallet": "points", "fixed": {"points": "1"}});
        for (key, value) in parts.as_object().expect("parts") {
            rule[key] = value.clone();
        }
        days(json!({ "earn": [rule] }))
    };
    assert_eq!(days(json!({})), (0, false, false));
    assert_eq!(rule(json!({"caps": {"sale": "5"}})).0, 0);
    assert_eq!(rule(json!({"caps": {"day": "5"}})).0, 1);
    assert_eq!(rule(json!({"caps": {"month": "5"}})).0, 31);
    assert_eq!(
        rule(json!({"when": {"not": {"any": [{"visit": {"number": 1}}]}}})).0,
        HISTORY_ALL
    );
    assert!(rule(json!({"factors": [{"id": "f", "factor": "2", "when": {"stores": ["HN01"]}}]})).1);
    let levels = json!([{"id": "a", "from": "0"}]);
    for (window, expected) in [
        (json!({"basis": "visits", "levels": levels}), HISTORY_ALL),
        (
            json!({"basis": "visits", "levels": levels, "window": "calendar_year"}),
            366,
        ),
        (
            json!({"basis": "visits", "levels": levels, "window": "months", "months": 12}),
            373,
        ),
        (
            json!({"basis": "visits", "levels": levels, "window": "calendar_year", "term": {"more_years": 1}}),
            732,
        ),
        (
            json!({"basis": "balance", "wallet": "points", "levels": levels}),
            0,
        ),
    ] {
        assert_eq!(days(json!({ "tiers": window })).0, expected);
    }
}
