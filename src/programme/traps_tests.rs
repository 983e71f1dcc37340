//! Documents that are written soundly and contain something that can never do anything.

use serde_json::{Value, json};

use super::{Programme, check};

/// The problems of a document with these parts, as `severity path code`.
fn found(parts: Value) -> Vec<String> {
    let problems = check(document(parts).to_string().as_bytes());
    let lines = problems.iter().map(|problem| {
        let (severity, path) = (problem.severity.word(), &problem.path);
        format!("{severity} {path} {}", problem.code)
    });
    lines.collect()
}

fn document(parts: Value) -> Value {
    let mut document = json!({
        "schema": 1, "id": "t", "version": 1, "name": {"en": "T"}, "currency": "VND",
        "valid_from": 20260101, "valid_until": 20261231,
        "wallets": [wallet(json!({}))],
        "tiers": {"basis": "spend", "levels": [
            {"id": "green", "name": {"en": "Green"}, "from": "0"},
            {"id": "gold", "name": {"en": "Gold"}, "from": "100"},
        ]},
    });
    for (key, value) in parts.as_object().expect("parts") {
        document[key] = value.clone();
    }
    document
}

fn wallet(parts: Value) -> Value {
    let mut wallet = json!({
        "id": "points", "number": 1, "name": {"en": "Points"}, "unit": {"en": "point/points"},
    });
    for (key, value) in parts.as_object().expect("parts") {
        wallet[key] = value.clone();
    }
    wallet
}

fn rule(when: Value) -> Value {
    json!({"earn": [{"id": "r", "wallet": "points", "fixed": {"points": "1"}, "when": when}]})
}

/// What is found, apart from warnings of what no till is told, which stand besides.
fn of_the_rule(when: &Value) -> Vec<String> {
    let mut found = found(rule(when.clone()));
    found.retain(|line| !line.ends_with("never_at_till"));
    found
}

#[track_caller]
fn never(when: Value, path: &str) {
    let expected = format!("error earn[0].when{path} unreachable");
    assert_eq!(of_the_rule(&when), [expected], "{when}");
}

#[track_caller]
fn sound(when: Value) {
    assert_eq!(of_the_rule(&when), Vec::<String>::new(), "{when}");
}

#[test]
fn a_condition_that_contradicts_itself_is_refused_where_it_does() {
    // The second key of each can never hold beside the first.
    let gold = json!({"tiers": ["gold"]});
    never(
        json!({"all": [gold, {"tiers": ["green"]}]}),
        ".all[1].tiers",
    );
    never(
        json!({"all": [{"all": [gold]}, {"tiers": ["green"]}]}),
        ".all[1].tiers",
    );
    sound(json!({"all": [gold, {"tiers": ["green", "gold"]}]}));
    never(
        json!({"stores": ["HN01"], "all": [{"stores": ["HN02"]}]}),
        ".all[0].stores",
    );
    // A customer may show two codes.
    sound(json!({"all": [{"codes": ["A"]}, {"codes": ["B"]}]}));
    never(
        json!({"all": [{"total": {"from": "100000"}}, {"total": {"below": "100000"}}]}),
        ".all[1].total",
    );
    sound(json!({"all": [{"total": {"from": "99999"}}, {"total": {"below": "100000"}}]}));
    // The total of some lines says nothing of that of all.
    sound(json!({"all": [
        {"total": {"from": "100000"}},
        {"total": {"below": "50000", "lines": {"brands": ["b"]}}},
    ]}));
    never(
        json!({"all": [{"items": {"from": 5}}, {"items": {"below": 3}}]}),
        ".all[1].items",
    );
    never(
        json!({"all": [{"visit": {"number": 7}}, {"visit": {"every": 2}}]}),
        ".all[1].visit",
    );
    sound(json!({"all": [{"visit": {"number": 8}}, {"visit": {"every": 2}}]}));
    never(
        json!({"discounted": true, "all": [{"discounted": false}]}),
        ".all[0].discounted",
    );
    never(
        json!({"all": [
            {"hours": {"from": "22:00", "until": "02:00"}},
            {"hours": {"from": "02:00", "until": "22:00"}},
        ]}),
        ".all[1].hours",
    );
    sound(json!({"all": [
        {"hours": {"from": "22:00", "until": "02:00"}},
        {"hours": {"from": "01:00", "until": "22:00"}},
    ]}));
}

#[test]
fn what_is_asked_of_a_member_is_never_known_of_nobody() {
    never(
        json!({"all": [{"member": true}, {"member": false}]}),
        ".all[1].member",
    );
    never(
        json!({"in_household": true, "member": false}),
        ".in_household",
    );
    never(
        json!({"in_household": false, "member": false}),
        ".in_household",
    );
    never(
        json!({"all": [{"tiers": ["gold"]}, {"member": false}]}),
        ".all[1].member",
    );
    never(
        json!({"all": [{"in_household": true}, {"in_household": false}]}),
        ".all[1].in_household",
    );
    for (key, value) in [
        ("tiers", json!(["gold"])),
        ("visit", json!({"number": 1})),
        ("membership", json!({"days": {"below": 7}})),
        ("birthday", json!({"month": true})),
        ("member_tags", json!(["staff"])),
        ("plans", json!(["plus"])),
        ("attributes", json!([{"name": "gender", "values": ["f"]}])),
        ("past", json!({"count": "visits", "below": "3"})),
        ("last_visit", json!({"from": 30})),
    ] {
        never(json!({"member": false, key: value}), &format!(".{key}"));
        sound(json!({"member": true, key: value}));
        // It is the cheaper price of one or the other.
        sound(json!({"any": [{"member": true}, {key: value}]}));
    }
    sound(json!({"member": true, "in_household": false}));
}

#[test]
fn what_only_members_have_is_not_for_nobody() {
    let nobody = json!({"member": false});
    assert_eq!(
        found(json!({
            "earn": [{"id": "r", "wallet": "points", "fixed": {"points": "1"}, "when": nobody}],
            "offers": [{"id": "o", "percent": "10", "when": nobody}],
            "rewards": [{"id": "w", "wallet": "points", "points": "1", "money": "1",
                         "use": "on_request", "when": nobody}],
            "draws": [{"id": "d", "when": {"all": [{"weekdays": ["mon"]}, nobody]},
                       "prizes": [{"id": "p", "chance_percent": "100"}]}],
        })),
        [
            "warning earn[0].when unreachable",
            "error rewards[0].when.member unreachable",
            "error draws[0].when.all[1].member unreachable",
        ]
    );
}

#[test]
fn what_must_be_and_must_not_be_is_refused() {
    let birthday = json!({"birthday": {"days_before": 3, "days_after": 3}});
    never(
        json!({"all": [birthday, {"not": birthday}]}),
        ".all[1].not.birthday",
    );
    never(
        json!({"all": [{"not": birthday}, birthday]}),
        ".all[1].birthday",
    );
    let week = json!({"birthday": {"days_before": 7, "days_after": 7}});
    never(
        json!({"all": [birthday], "not": week}).clone(),
        ".all[0].birthday",
    );
    // The week without the days themselves, and the month without them.
    sound(json!({"all": [week], "not": birthday}));
    sound(json!({"birthday": {"month": true}, "not": birthday}));
    never(
        json!({"birthday": {"month": true}, "not": {"birthday": {"month": true}}}),
        ".not.birthday",
    );
    never(
        json!({"member": true, "not": {"member": true}}),
        ".not.member",
    );
    never(
        json!({"tiers": ["gold"], "not": {"member": true}}),
        ".not.member",
    );
    never(
        json!({"tiers": ["gold"], "not": {"tiers": ["green", "gold"]}}),
        ".not.tiers",
    );
    sound(json!({"tiers": ["gold", "green"], "not": {"tiers": ["gold"]}}));
    never(
        json!({"not": {"codes": ["A"]}, "all": [{"codes": ["A"]}]}),
        ".all[0].codes",
    );
    // Two codes may be shown, of which one is another; and not both of two things is no contradiction.
    sound(json!({"codes": ["A", "B"], "not": {"codes": ["A"]}}));
    sound(json!({"tiers": ["gold"], "not": {"tiers": ["gold"], "weekdays": ["mon"]}}));
}

#[test]
fn what_was_before_fits_the_number_of_the_visit() {
    let past = |range: Value| {
        let mut past = json!({"count": "visits"});
        for (key, value) in range.as_object().expect("keys") {
            past[key] = value.clone();
        }
        past
    };
    let from = |from: &str| past(json!({"from": from}));
    never(json!({"visit": {"number": 1}, "past": from("3")}), ".past");
    never(
        json!({"visit": {"number": 1}, "past": past(json!({"from": "3", "days": 30}))}),
        ".past",
    );
    never(json!({"visit": {"number": 1}, "past": from("2")}), ".past");
    // The second part of a split bill is of the same visit, and the first part is past.
    sound(json!({"visit": {"number": 1}, "past": from("1")}));
    sound(json!({"visit": {"number": 4}, "past": from("3")}));
    let below = |below: &str| past(json!({"below": below}));
    never(json!({"visit": {"every": 5}, "past": below("4")}), ".past");
    sound(json!({"visit": {"every": 5}, "past": below("5")}));
    // There may be less of them in a month.
    sound(json!({"visit": {"every": 5}, "past": past(json!({"below": "2", "days": 30}))}));
    never(
        json!({"visit": {"number": 1}, "last_visit": {"from": 30}}),
        ".last_visit",
    );
    sound(json!({"visit": {"number": 2}, "last_visit": {"from": 30}}));
    never(
        json!({"all": [{"past": from("3")}, {"past": below("3")}]}),
        ".all[1].past",
    );
    never(
        json!({"all": [{"last_visit": {"from": 30}}, {"last_visit": {"below": 30}}]}),
        ".all[1].last_visit",
    );
    let days = |range: Value| json!({"membership": {"days": range}});
    never(
        json!({"all": [days(json!({"from": 30})), days(json!({"below": 7}))]}),
        ".all[1].membership.days",
    );
    sound(json!({"all": [days(json!({"from": 30})), {"membership": {"months": {"below": 7}}}]}));
    let spend = |range: Value| json!({"past": {"count": "spend", "from": range}});
    sound(
        json!({"all": [spend(json!("1")), {"past": {"count": "spend", "days": 9, "below": "1"}}]}),
    );
    never(
        json!({"all": [spend(json!("5")), {"past": {"count": "spend", "below": "5"}}]}),
        ".all[1].past",
    );
}

#[test]
fn a_campaign_outside_the_programmes_days_is_refused() {
    never(json!({"dates": {"from": 20270101}}), ".dates");
    never(
        json!({"dates": {"from": 20250101, "until": 20251231}}),
        ".dates",
    );
    sound(json!({"dates": {"from": 20251201, "until": 20260101}}));
    sound(json!({"dates": {"from": 20261231, "until": 20270131}}));
    // 1 January 2026 is a Thursday: to the 6th there is no Wednesday.
    let days = json!({"from": 20260101, "until": 20260106});
    never(json!({"dates": days, "weekdays": ["wed"]}), ".weekdays");
    sound(json!({"dates": days, "weekdays": ["tue"]}));
    never(
        json!({"all": [{"weekdays": ["sat"]}, {"weekdays": ["sun"]}]}),
        ".all[1].weekdays",
    );
    let late = json!({"dates": {"from": 20270101}});
    assert_eq!(
        found(json!({
            "offers": [{"id": "o", "percent": "10", "when": late}],
            "rewards": [{"id": "w", "wallet": "points", "points": "1", "money": "1",
                         "use": "on_request", "when": late}],
            "vouchers": [{"id": "v", "number": 2, "name": {"en": "V"}, "money": "1",
                          "use": "on_request", "when": late}],
        })),
        [
            "error offers[0].when.dates unreachable",
            "error rewards[0].when.dates unreachable",
            "error vouchers[0].when.dates unreachable",
        ]
    );
}

#[test]
fn a_factor_is_within_its_rule() {
    let factor = |when: Value| {
        found(json!({"earn": [{
            "id": "r", "wallet": "points", "fixed": {"points": "1"},
            "when": {"weekdays": ["mon"]},
            "factors": [{"id": "f", "factor": "2", "when": when}],
        }]}))
    };
    assert_eq!(
        factor(json!({"weekdays": ["tue"]})),
        ["error earn[0].factors[0].when.weekdays unreachable"]
    );
    assert!(factor(json!({"weekdays": ["mon", "tue"]})).is_empty());
}

#[test]
fn a_choice_that_can_never_be_is_a_warning_until_none_is_left() {
    let gold = json!({"tiers": ["gold"]});
    let green = json!({"tiers": ["green"]});
    let late = json!({"dates": {"from": 20270101}});
    assert_eq!(
        found(rule(
            json!({"all": [gold], "any": [green, {"discounted": true}]})
        )),
        ["warning earn[0].when.any[0].tiers unreachable"]
    );
    assert_eq!(
        found(rule(json!({"all": [gold], "any": [green, late]}))),
        [
            "error earn[0].when.any[0].tiers unreachable",
            "error earn[0].when.any[1].dates unreachable"
        ]
    );
    let warned = document(rule(
        json!({"all": [gold], "any": [green, {"discounted": true}]}),
    ));
    assert!(
        Programme::read(warned.to_string().as_bytes()).is_ok(),
        "a warning refuses nothing"
    );
}

#[test]
fn a_line_is_one_article_of_one_brand() {
    let lines = |lines: Value| {
        found(json!({"earn": [{
            "id": "r", "wallet": "points", "per_unit": {"points": "1"}, "lines": lines,
        }]}))
    };
    assert_eq!(
        lines(json!({"all": [{"skus": ["a"]}, {"skus": ["b"]}]})),
        ["error earn[0].lines.all[1].skus unreachable"]
    );
    assert_eq!(
        lines(json!({"price": {"from": "10000"}, "all": [{"price": {"below": "10000"}}]})),
        ["error earn[0].lines.all[0].price unreachable"]
    );
    // It may have two tags.
    assert!(lines(json!({"all": [{"tags": ["a"]}, {"tags": ["b"]}]})).is_empty());
    assert_eq!(
        found(rule(
            json!({"has_line": {"brands": ["a"], "all": [{"brands": ["b"]}]}})
        )),
        ["error earn[0].when.has_line.all[0].brands unreachable"]
    );
}

#[test]
fn what_it_says_names_what_is_left_and_what_is_asked() {
    let document = document(rule(json!({"total": {"from": "50000"}, "all": [
        {"total": {"below": "20000"}}
    ]})));
    let problems = check(document.to_string().as_bytes());
    assert_eq!(
        problems[0].to_string(),
        "earn[0].when.all[0].total: unreachable: expected something that can hold beside the \
         rest, which leaves from 50000, found below 20000"
    );
}

#[test]
fn points_live_longer_than_they_wait() {
    let expiry = |expiry: Value, pending_days: i64| {
        found(json!({"wallets": [wallet(json!({"expiry": expiry, "pending_days": pending_days}))]}))
    };
    // Days are one number; the others are as long as the calendar makes them. One month is 28 days
    // from 31 January and from 1 February, 31 from 1 March.
    let wrong = |severity: &str, key: &str| {
        vec![format!("{severity} wallets[0].expiry.{key} out_of_order")]
    };
    assert_eq!(expiry(json!({"days": 14}), 14), wrong("error", "days"));
    assert_eq!(expiry(json!({"months": 1}), 27), Vec::<String>::new());
    assert_eq!(expiry(json!({"months": 1}), 28), wrong("warning", "months"));
    assert_eq!(expiry(json!({"months": 1}), 30), wrong("warning", "months"));
    assert_eq!(expiry(json!({"months": 1}), 31), wrong("error", "months"));
    // To the end of the sale's own month: one day from its last, 31 from the first of January.
    let end = "end_of_month_after_months";
    assert_eq!(expiry(json!({end: 0}), 0), Vec::<String>::new());
    assert_eq!(expiry(json!({end: 0}), 1), wrong("warning", end));
    assert_eq!(expiry(json!({end: 0}), 31), wrong("error", end));
    assert_eq!(expiry(json!({end: 1}), 28), Vec::<String>::new());
    assert_eq!(expiry(json!({end: 1}), 29), wrong("warning", end));
    assert_eq!(
        expiry(json!({"inactive": {"months": 1}}), 31),
        wrong("error", "inactive.months")
    );
    let june = json!({"last_day_each_year": {"month": 6, "day": 30}});
    assert_eq!(expiry(june.clone(), 365), Vec::<String>::new());
    assert_eq!(expiry(june, 366), wrong("error", "last_day_each_year"));
    assert_eq!(
        expiry(json!({"membership_anniversary": 1}), 366),
        wrong("error", "membership_anniversary")
    );
}

#[test]
fn a_fixed_last_day_lies_behind_the_first_points() {
    let last_day = |last_day: i64, pending_days: i64, earn: Value| {
        let expiry = json!({"expiry": {"last_day": last_day}, "pending_days": pending_days});
        found(json!({"wallets": [wallet(expiry)], "earn": earn}))
    };
    let rule = json!([{"id": "r", "wallet": "points", "fixed": {"points": "1"}}]);
    let wrong = ["error wallets[0].expiry.last_day out_of_order"];
    assert_eq!(last_day(20_251_231, 0, rule.clone()), wrong);
    assert!(last_day(20_260_101, 0, rule.clone()).is_empty());
    assert_eq!(last_day(20_260_114, 14, rule.clone()), wrong);
    assert!(last_day(20_260_115, 14, rule).is_empty());
    // A wallet that has had its day stays without rules.
    assert!(last_day(20_251_231, 0, json!([])).is_empty());
}

#[test]
fn a_price_that_no_balance_reaches_is_a_warning() {
    // 10 a day that live 30 days: on 31 days of sale at most 310 can be there at once.
    let reward = |caps: Value, expiry: Value, points: &str| {
        found(json!({
            "wallets": [wallet(json!({"caps": caps, "expiry": expiry}))],
            "earn": [{"id": "r", "wallet": "points", "fixed": {"points": "1"}}],
            "rewards": [{"id": "w", "wallet": "points", "points": points, "money": "1",
                         "use": "on_request"}],
        }))
    };
    let (ten_a_day, thirty_days) = (json!({"day": "10"}), json!({"days": 30}));
    assert!(reward(ten_a_day.clone(), thirty_days.clone(), "310").is_empty());
    assert_eq!(
        reward(ten_a_day.clone(), thirty_days.clone(), "311"),
        ["warning rewards[0].points out_of_reach"]
    );
    assert!(
        reward(json!({"sale": "10"}), thirty_days, "311").is_empty(),
        "sales have no end"
    );
    assert!(reward(ten_a_day, json!({"last_day": 20261231}), "400000").is_empty());
    // Beyond 9e15 no balance goes at all.
    assert_eq!(
        reward(
            json!({"sale": "10"}),
            json!({"days": 30}),
            "9000000000000001"
        ),
        ["error rewards[0].points out_of_range"]
    );
    let redeem = json!({"caps": {"month": "100"}, "expiry": {"days": 27},
                        "redeem": {"value": "1", "least": "201"}});
    // 27 days touch at most two months.
    assert_eq!(
        found(json!({
            "wallets": [wallet(redeem)],
            "earn": [{"id": "r", "wallet": "points", "fixed": {"points": "1"}}],
        })),
        ["warning wallets[0].redeem.least out_of_reach"]
    );
}

#[test]
fn a_cap_above_one_over_a_longer_time_and_a_group_of_nothing_are_warnings() {
    assert_eq!(
        found(json!({
            "wallets": [wallet(json!({"caps": {"sale": "30", "day": "50", "month": "40"}}))],
            "groups": [{"id": "g", "take": "best"}],
        })),
        [
            "warning wallets[0].caps.day out_of_order",
            "warning groups[0].id not_used"
        ]
    );
}

#[test]
fn times_above_those_of_a_longer_time_are_a_warning() {
    let rule = |times: Value| {
        found(
            json!({"earn": [{"id": "r", "wallet": "points", "fixed": {"points": "1"},
                               "times": times}]}),
        )
    };
    assert_eq!(
        rule(json!({"day": 5, "month": 3, "ever": 2})),
        [
            "warning earn[0].times.month out_of_order",
            "warning earn[0].times.day out_of_order"
        ]
    );
    assert_eq!(
        rule(json!({"month": 9, "year": 8})),
        ["warning earn[0].times.month out_of_order"]
    );
    assert!(rule(json!({"day": 1, "month": 1, "year": 2, "ever": 2})).is_empty());
    let times = json!({"day": 3, "ever": 2});
    assert_eq!(
        found(json!({
            "offers": [{"id": "o", "percent": "10", "times": times}],
            "draws": [{"id": "d", "times": times,
                       "prizes": [{"id": "p", "chance_percent": "100"}]}],
            "referral": {"advocate": [{"wallet": "points", "points": "1"}], "times": times},
        })),
        [
            "warning offers[0].times.day out_of_order",
            "warning draws[0].times.day out_of_order",
            "warning referral.times.day out_of_order",
        ]
    );
    let document = document(json!({"earn": [
        {"id": "r", "wallet": "points", "fixed": {"points": "1"}, "times": times}
    ]}));
    assert_eq!(
        check(document.to_string().as_bytes())[0].to_string(),
        "earn[0].times.day: out_of_order: expected no more than `ever`, 2, found 3"
    );
}

#[test]
fn what_it_says_of_nobody_and_of_earlier_visits_can_be_read() {
    for (when, expected) in [
        (
            json!({"member": false, "tiers": ["gold"]}),
            "earn[0].when.tiers: unreachable: expected something that can hold beside the rest, \
             which leaves nobody, found something of a member",
        ),
        (
            json!({"member": true, "all": [{"member": false}]}),
            "earn[0].when.all[0].member: unreachable: expected something that can hold beside the \
             rest, which leaves member true, found false",
        ),
        (
            json!({"visit": {"number": 1}, "past": {"count": "visits", "from": "3"}}),
            "earn[0].when.past: unreachable: expected something that can hold beside the rest, \
             which leaves earlier visits from 0 to below 1, found earlier visits from 2",
        ),
    ] {
        let document = document(rule(when));
        assert_eq!(
            check(document.to_string().as_bytes())[0].to_string(),
            expected
        );
    }
}

#[test]
fn a_condition_on_what_no_till_is_told_of_a_member_is_a_warning_wherever_it_stands() {
    let attribute = json!([{"name": "city", "values": ["Huế"]}]);
    let when = json!({"birthday": {"month": true}, "any": [
        {"plans": ["plus"]}, {"not": {"member_tags": ["staff"]}}, {"visit": {"number": 1}},
    ]});
    let document = json!({
        "wallets": [wallet(json!({"redeem": {"value": "1", "when": {"member_tags": ["staff"]}}}))],
        "earn": [
            {"id": "r", "wallet": "points", "fixed": {"points": "1"}, "when": when},
            {"id": "s", "wallet": "points", "fixed": {"points": "1"}, "factors": [
                {"id": "f", "factor": "2", "when": {"all": [{"attributes": attribute}]}}]},
        ],
        "offers": [{"id": "o", "percent": "1", "when": {"birthday": {"days_before": 3}}}],
    });
    let expected = [
        "earn[0].when.birthday",
        "earn[0].when.any[0].plans",
        "earn[0].when.any[1].not.member_tags",
        "earn[1].factors[0].when.all[0].attributes",
        "offers[0].when.birthday",
        "wallets[0].redeem.when.member_tags",
    ];
    let expected = expected.map(|path| format!("warning {path} never_at_till"));
    assert_eq!(found(document.clone()), expected);
    let read = Programme::read(self::document(document).to_string().as_bytes());
    assert!(read.is_ok(), "a warning refuses nothing");
}

#[test]
fn every_trap_of_a_document_is_told_at_once() {
    assert_eq!(
        found(json!({
            "currency": "VND",
            "wallets": [wallet(json!({"expiry": {"months": 1}, "pending_days": 31,
                                      "redeem": {"value": "0.5"}}))],
            "tiers": {"basis": "spend", "levels": [
                {"id": "green", "name": {"en": "Green"}, "from": "0"},
                {"id": "gold", "name": {"en": "Gold"}, "from": "0"},
            ]},
            "earn": [
                {"id": "a", "wallet": "points", "bands": [
                    {"from": "0", "below": "100", "points": "1"},
                    {"from": "90", "points": "2"},
                ]},
                {"id": "b", "wallet": "points", "fixed": {"points": "1"},
                 "when": {"tiers": ["silver"]}},
                {"id": "c", "wallet": "points", "fixed": {"points": "1"},
                 "when": {"dates": {"from": 20270101}}},
                {"id": "d", "wallet": "points", "amount": {"per": "0.5", "points": "1"}},
            ],
        })),
        [
            "error wallets[0].redeem.step step_not_whole",
            "error tiers.levels[1].from out_of_order",
            "error earn[0].bands[1].from overlap",
            "error earn[1].when.tiers[0] unknown_reference",
            "error earn[3].amount.per too_many_decimals",
            "error wallets[0].expiry.months out_of_order",
            "error earn[2].when.dates unreachable",
        ]
    );
}
