//! Code rules that make no sense, and those that can never recognise anything.

use serde_json::{Value, json};

use super::{Programme, check};

fn document(codes: &Value) -> String {
    json!({
        "schema": 1, "id": "t", "version": 1, "name": {"en": "T"}, "currency": "VND",
        "wallets": [
            {"id": "points", "number": 1, "name": {"en": "Points"}, "unit": {"en": "point/points"}},
        ],
        "codes": codes,
    })
    .to_string()
}

/// The problems of these rules, as `path code`, a warning with its word in front.
#[track_caller]
fn found(codes: Value, expected: &[&str]) {
    let problems = check(document(&codes).as_bytes());
    let lines = problems.iter().map(|problem| {
        let word = if problem.is_error() { "" } else { "warning " };
        let path = problem.path.strip_prefix("codes").expect("of the codes");
        format!("{word}{} {}", path.trim_start_matches('.'), problem.code)
    });
    assert_eq!(lines.collect::<Vec<_>>(), expected, "{codes}");
}

#[track_caller]
fn pattern(pattern: &str, check: Option<&str>, expected: &[&str]) {
    let rule = json!({"name": "a", "pattern": pattern, "check": check});
    found(json!({"own_codes": [rule]}), expected);
}

#[test]
fn sound_rules_are_what_the_programme_goes_by() {
    let text = include_str!("../../tests/programmes/codes.json");
    assert_eq!(check(text.as_bytes()), []);
    let programme = Programme::read(text.as_bytes()).expect("a programme");
    let whole: Value = serde_json::from_str(text).expect("JSON");
    let rules = serde_json::from_value(whole["codes"].clone()).expect("rules");
    assert_eq!(*programme.codes(), rules);
    found(json!({}), &[]);
    let without = Programme::read(document(&json!({})).as_bytes()).expect("a programme");
    assert_eq!(*without.codes(), super::Rules::default());
}

#[test]
fn a_key_or_word_that_is_not_known_is_named_with_its_path() {
    found(json!({"prefix": []}), &["prefix not_known"]);
    found(
        json!({"framing": {"prefix": ""}}),
        &["framing.prefix not_known"],
    );
    found(
        json!({"order": ["cards", 5]}),
        &["order[0] not_known", "order[1] wrong_type"],
    );
    found(
        json!({"ean_cards": [{"from": "29", "to": "29", "why": ""}], "foreign_phones": true}),
        &["ean_cards[0].why not_known", "foreign_phones wrong_type"],
    );
    found(
        json!({"links": [{"host": "a.vn"}], "own_codes": [{"name": "a", "pattern": "9", "check": "crc"}]}),
        &["links[0].path missing", "own_codes[0].check not_known"],
    );
}

#[test]
fn a_range_of_ean_cards_is_one_that_gs1_leaves_to_shops() {
    let range = |from: &str, to: &str, expected: &[&str]| {
        found(json!({"ean_cards": [{"from": from, "to": to}]}), expected);
    };
    range("02", "02", &[]);
    range("20", "29", &[]);
    range("2900", "2909", &[]);
    range("2", "2", &["ean_cards[0] wrong_form"]);
    range("29", "28", &["ean_cards[0] wrong_form"]);
    range("29", "299", &["ean_cards[0] wrong_form"]);
    range("2a", "2b", &["ean_cards[0] wrong_form"]);
    range("29", "2é", &["ean_cards[0] wrong_form"]);
    range("893", "893", &["ean_cards[0] out_of_range"]);
    range("02", "20", &["ean_cards[0] out_of_range"]);
    range("02", "04", &["ean_cards[0] out_of_range"]);
    range("0400", "0409", &["ean_cards[0] not_used"]);
    let overlapping = json!([
        {"from": "2900", "to": "2909"}, {"from": "2910", "to": "2919"},
        {"from": "29", "to": "29"}, {"from": "291500", "to": "291599"},
    ]);
    found(
        json!({"ean_cards": overlapping}),
        &["ean_cards[2] overlap", "ean_cards[3] overlap"],
    );
}

#[test]
fn a_company_prefix_is_four_to_twelve_digits_and_stands_once() {
    found(
        json!({"company_prefixes": ["8934567", "893", "8934567890123", "89345K", "893456789", "8930001", "893000"]}),
        &[
            "company_prefixes[1] wrong_form",
            "company_prefixes[2] wrong_form",
            "company_prefixes[3] wrong_form",
            "company_prefixes[4] duplicate",
            "company_prefixes[6] duplicate",
        ],
    );
}

#[test]
fn a_pattern_that_no_code_can_fit_is_refused() {
    pattern("VIP-9999*", None, &[]);
    pattern(r"\9\A99", None, &[]);
    pattern(&"9".repeat(64), None, &[]);
    for bad in [
        "",
        "Đ99",
        "A\u{7}",
        r"99\",
        r"99\\\",
        "VIP",
        r"\9",
        &"9".repeat(65),
    ] {
        pattern(bad, None, &["own_codes[0].pattern wrong_form"]);
    }
    // A cashier types 12-34, and 1234 is tried.
    for never in [
        "99-99",
        "99 99",
        "9.9",
        " A9",
        "A9 ",
        "https://a.vn/9",
        "%A9",
        ";99",
        "+99",
    ] {
        pattern(never, None, &["own_codes[0].pattern unreachable"]);
    }
    pattern("KH-99", None, &[]);
    pattern("**-99", None, &[]);
}

#[test]
fn a_check_character_can_be_computed_where_it_is_asked() {
    pattern("79999", Some("damm"), &[]);
    pattern(
        "VIP9999",
        Some("damm"),
        &["own_codes[0].pattern unreachable"],
    );
    pattern("9", Some("damm"), &["own_codes[0].pattern unreachable"]);
    pattern("99A", Some("luhn"), &["own_codes[0].pattern unreachable"]);
    // X comes of MOD 11-2 only.
    pattern("99X", Some("iso7064_11_2"), &[]);
    pattern(
        "99X",
        Some("iso7064_11_10"),
        &["own_codes[0].pattern unreachable"],
    );
    pattern("VIP9*", Some("iso7064_37_36"), &[]);
    pattern(r"VIP9\*", Some("iso7064_37_2"), &[]);
    pattern(
        "99",
        Some("iso7064_97_10"),
        &["own_codes[0].pattern unreachable"],
    );
    pattern("A99", Some("iso7064_97_10"), &[]);
    // A, E and O are not among the 28 signs.
    pattern("KH999", Some("luhn_28"), &[]);
    pattern(
        r"K\A999",
        Some("luhn_28"),
        &["own_codes[0].pattern unreachable"],
    );
}

#[test]
fn two_kinds_of_code_have_nothing_in_common() {
    let two = |first: Value, second: Value, expected: &[&str]| {
        found(json!({"own_codes": [first, second]}), expected);
    };
    let kind = |name: &str, pattern: &str| json!({"name": name, "pattern": pattern});
    two(kind("a", "KH-9999"), kind("b", "VIP-9999"), &[]);
    two(kind("a", "9999"), kind("b", "99999"), &[]);
    two(
        kind("a", "9999"),
        kind("a", "AAAA"),
        &["own_codes[1].name duplicate"],
    );
    two(
        kind("a", "KH99"),
        kind("b", "KH99"),
        &["own_codes[1].pattern duplicate"],
    );
    two(
        kind("a", "kh99"),
        kind("b", "****"),
        &["warning own_codes[1].pattern overlap"],
    );
    two(
        kind("a b", "9"),
        kind("", "A"),
        &[
            "own_codes[0].name wrong_form",
            "own_codes[1].name wrong_form",
        ],
    );
}

#[test]
fn what_the_scanner_sends_is_taken_off_and_leaves_the_codes_whole() {
    let framing = |framing: Value, expected: &[&str]| found(json!({"framing": framing}), expected);
    framing(
        json!({"prefixes": ["##", "#"], "suffixes": ["$", "\u{3}"], "separators": ["~", "{GS}"]}),
        &[],
    );
    framing(
        json!({"prefixes": ["", "12345678901234567"]}),
        &[
            "framing.prefixes[0] wrong_form",
            "framing.prefixes[1] wrong_form",
        ],
    );
    framing(
        json!({"prefixes": ["#", "##"]}),
        &["framing.prefixes[1] unreachable"],
    );
    framing(
        json!({"suffixes": ["$", "@$"]}),
        &["framing.suffixes[1] unreachable"],
    );
    framing(
        json!({"suffixes": ["$", "$"]}),
        &["framing.suffixes[1] duplicate"],
    );
    framing(
        json!({"prefixes": ["]C1"]}),
        &["framing.prefixes[0] conflict"],
    );
    framing(
        json!({"prefixes": ["84"]}),
        &["warning framing.prefixes[0] conflict"],
    );
    framing(
        json!({"separators": ["F8"]}),
        &["framing.separators[0] conflict"],
    );
    framing(
        json!({"separators": ["~"], "separator": "lost"}),
        &["framing.separators not_used"],
    );
    let own = json!([{"name": "a", "pattern": "#K99"}, {"name": "b", "pattern": "B99!"}, {"name": "c", "pattern": "C#99"}]);
    found(
        json!({"framing": {"prefixes": ["#k"], "suffixes": ["!"]}, "own_codes": own}),
        &[
            "warning own_codes[0].pattern unreachable",
            "warning own_codes[1].pattern unreachable",
        ],
    );
}

#[test]
fn a_link_names_one_whole_host_and_holds_the_member_once() {
    let link = |link: Value, expected: &[&str]| found(json!({"links": [link]}), expected);
    link(json!({"host": "Shop.vn", "path": "/m/{member}"}), &[]);
    link(
        json!({"host": "xn--qun-hoa.vn", "path": "/{shop}/{member}/"}),
        &[],
    );
    link(
        json!({"host": "zalo.me", "path": "/s/{appId}/", "parameter": "mid"}),
        &[],
    );
    link(
        json!({"host": "shop.vn", "path": "/", "parameter": "m"}),
        &[],
    );
    for host in [
        "",
        "*.shop.vn",
        "https://shop.vn",
        "shop.vn/m",
        "shop.vn:443",
        "a@shop.vn",
        ".shop.vn",
        "shop.vn.",
        "shop",
        "-shop.vn",
        "shop-.vn",
        "qu\u{e1}n.vn",
        "a..vn",
    ] {
        link(
            json!({"host": host, "path": "/{member}"}),
            &["links[0].host wrong_form"],
        );
    }
    for path in [
        "",
        "m/{member}",
        "/m/{member",
        "/m/x{member}",
        "/{}/{member}",
        "/{member}?a=1",
        "/{member}#a",
        "/m m/{member}",
    ] {
        link(
            json!({"host": "a.vn", "path": path}),
            &["links[0].path wrong_form"],
        );
    }
    link(
        json!({"host": "a.vn", "path": "/{member}/{member}"}),
        &["links[0].path duplicate"],
    );
    link(
        json!({"host": "a.vn", "path": "/{a}/{a}", "parameter": "m"}),
        &["links[0].path duplicate"],
    );
    link(
        json!({"host": "a.vn", "path": "/{code}"}),
        &["links[0] one_of"],
    );
    link(
        json!({"host": "a.vn", "path": "/{member}", "parameter": "m"}),
        &["links[0] one_of"],
    );
    link(
        json!({"host": "a.vn", "path": "/", "parameter": "m=1"}),
        &["links[0].parameter wrong_form"],
    );
    let twice = json!([
        {"host": "a.vn", "path": "/m/{member}"}, {"host": "A.vn", "path": "/m/{member}/", "check": "damm"},
        {"host": "a.vn", "path": "/m", "parameter": "m"},
    ]);
    found(json!({"links": twice}), &["links[1] duplicate"]);
}

#[test]
fn an_order_names_each_step_once_and_no_list_is_too_long() {
    found(
        json!({"order": ["own_codes", "phones", "own_codes"]}),
        &["order[2] duplicate"],
    );
    // Three letters each, none of which stands for others.
    let letters = |number: u8| {
        [number / 100, number / 10 % 10, number % 10].map(|digit| char::from(b'B' + digit))
    };
    let many = |count: u8| {
        let kinds = (0..count).map(|number| {
            let letters = String::from_iter(letters(number));
            json!({"name": letters, "pattern": format!("{letters}-9")})
        });
        json!({"own_codes": kinds.collect::<Vec<_>>()})
    };
    found(many(100), &[]);
    found(many(101), &["own_codes count"]);
    found(
        json!({"framing": {"prefixes": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n",
        "o", "p", "q", "r", "s", "t", "u"]}}),
        &["framing.prefixes count"],
    );
}
