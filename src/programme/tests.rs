//! Documents that are programmes, and everything that is wrong with those that are not.

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
    check("/offers", "[]", "offers not_known");
    check("/wallets/0/policies", "{}", "wallets[0].policies not_known");
    check("/earn/0/event", "{}", "earn[0].event not_known");
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
        (b"\xef\xbb\xbf{}", "not_json"),
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
