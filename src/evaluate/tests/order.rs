//! The order of evaluation, stacking and rounding, in tables of text: each row is a small story, and
//! what each step takes off is worked out by hand.

use serde_json::{Value, json};

use super::build::{quote, read};
use crate::programme::WalletKind;

/// One table: a head line of column names, then one line a story. A column that is not there is not
/// looked at; an empty cell is none. `cart` is `quantity article total`, `has` and `wants` are
/// `points wallet`; `wants` also names rewards, vouchers and `code X`.
#[track_caller]
fn check(programme: Value, table: &str) {
    let compiled = read(&super::build::document(programme.clone()));
    let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let cells = |line: &str| -> Vec<String> {
        line.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let head = cells(lines.next().expect("a head"));
    for story in lines {
        let row: Vec<(String, String)> = head.iter().cloned().zip(cells(story)).collect();
        let cell = |name: &str| {
            let found = row.iter().find(|(column, _)| column == name);
            found.map(|(_, text)| text.as_str())
        };
        let (cart, member) = (
            cart(cell("cart").expect("a cart"), cell("wants")),
            member(cell("has")),
        );
        let quote = quote(programme.clone(), cart, member);
        let outcome = &quote.outcome;
        let spent = |is_counted: &dyn Fn(Option<&str>, bool) -> bool| -> i64 {
            let parts = outcome.redemptions.iter().filter(|part| {
                let wallet = compiled.wallet_by_number(part.wallet).expect("a wallet");
                let is_voucher = wallet.kind == WalletKind::Vouchers;
                !part.pays && is_counted(part.reward.as_deref(), is_voucher)
            });
            parts.map(|part| part.amount.get()).sum()
        };
        let found = [
            (
                "offers",
                outcome.offers.iter().map(|offer| offer.amount.get()).sum(),
            ),
            ("vouchers", spent(&|_, is_voucher| is_voucher)),
            (
                "rewards",
                spent(&|reward, is_voucher| reward.is_some() && !is_voucher),
            ),
            (
                "points",
                spent(&|reward, is_voucher| reward.is_none() && !is_voucher),
            ),
            ("stored", outcome.stored.get()),
            ("pays", outcome.payable.get()),
            ("earns", quote.awarded(1).get()),
        ];
        for (name, found) in found {
            if let Some(expected) = cell(name) {
                let expected = if expected.is_empty() {
                    0
                } else {
                    number(expected)
                };
                assert_eq!(found, expected, "{name} of: {story}");
            }
        }
    }
}

fn number(text: &str) -> i64 {
    text.replace('.', "")
        .parse()
        .unwrap_or_else(|_| panic!("{text} is a number"))
}

fn parts(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts.map(|part| part.split_whitespace().collect())
}

fn cart(lines: &str, wants: Option<&str>) -> Value {
    let lines: Vec<Value> = parts(lines)
        .map(|words| match words[..] {
            [quantity, sku, total] => json!({
                "sku": sku, "quantity_milli": number(quantity) * 1_000, "line_total": number(total),
            }),
            _ => panic!("a line is `quantity article total`: {words:?}"),
        })
        .collect();
    let mut cart = json!({"lines": lines, "codes": [], "rewards_wanted": [], "points_wanted": {}});
    for words in parts(wants.unwrap_or_default()) {
        match words[..] {
            ["code", code] => cart["codes"]
                .as_array_mut()
                .expect("codes")
                .push(json!(code)),
            [points, wallet] => cart["points_wanted"][wallet] = json!(number(points)),
            [reward] => cart["rewards_wanted"]
                .as_array_mut()
                .expect("rewards")
                .push(json!(reward)),
            _ => panic!("wanted is a reward, `points wallet` or `code X`: {words:?}"),
        }
    }
    cart
}

fn member(has: Option<&str>) -> Value {
    let mut member = json!({"sales": [], "points": {}});
    for words in parts(has.unwrap_or_default()) {
        let [points, wallet] = words[..] else {
            panic!("has is `points wallet`: {words:?}")
        };
        member["points"][wallet] = json!(number(points));
    }
    member
}

fn wallets() -> Value {
    json!([
        {"id": "points", "number": 1, "name": {"en": "Points"}, "unit": {"en": "point/points"},
         "redeem": {"value": "1000"}},
        {"id": "purse", "number": 2, "kind": "money", "name": {"en": "Purse"}},
    ])
}

#[test]
fn each_step_works_on_what_the_steps_before_it_left() {
    // 1.000 off each `a`, then 10 % from 100.000 on, then a voucher of 20.000, then 30.000 for 50
    // points, then a point for 1.000, then the purse; 10.000 left to pay and paid from it are a point.
    let programme = json!({
        "wallets": wallets(),
        "offers": [
            {"id": "ten", "percent": "10", "when": {"total": {"from": "100000"}}},
            {"id": "price", "amount_per_unit": "1000", "lines": {"skus": ["a"]}},
        ],
        "vouchers": [{"id": "v", "number": 9, "name": {"en": "V"}, "money": "20000", "use": "on_request"}],
        "rewards": [{"id": "r", "wallet": "points", "points": "50", "money": "30000", "use": "on_request"}],
        "earn": [{"id": "bill", "wallet": "points", "amount": {"per": "10000", "points": "1"}}],
    });
    check(
        programme,
        "
        cart        | has                          | wants                              | offers | vouchers | rewards | points | stored | pays    | earns
        1 a 50.000  |                              |                                    | 1.000  |          |         |        |        | 49.000  | 4
        2 a 99.999  |                              |                                    | 2.000  |          |         |        |        | 97.999  | 9
        2 a 120.000 |                              |                                    | 13.800 |          |         |        |        | 106.200 | 10
        2 a 120.000 | 1 v                          | v                                  | 13.800 | 20.000   |         |        |        | 86.200  | 8
        2 a 120.000 | 1 v, 60 points               | v, r                               | 13.800 | 20.000   | 30.000  |        |        | 56.200  | 5
        2 a 120.000 | 1 v, 60 points               | r, v                               | 13.800 | 20.000   | 30.000  |        |        | 56.200  | 5
        2 a 120.000 | 1 v, 60 points               | v, r, 100 points                   | 13.800 | 20.000   | 30.000  | 10.000 |        | 46.200  | 4
        2 a 120.000 | 1 v, 60 points, 40.000 purse | v, r, 100 points, 100.000 purse    | 13.800 | 20.000   | 30.000  | 10.000 | 40.000 | 6.200   | 4
        2 a 120.000 | 200 points, 200.000 purse    | 999 points, 999.999 purse          | 13.800 |          |         | 106.000 | 200   |         | 0
        1 a 15.000  | 1 v, 99 points               | v, 99 points                       | 1.000  | 14.000   |         |        |        |         | 0
        1 b 10.000  | 60 points                    | r                                  |        |          | 10.000  |        |        |         | 0
    ",
    );
}

#[test]
fn conditions_read_the_bill_before_effects_unless_they_say_otherwise() {
    let programme = json!({
        "wallets": wallets(),
        "offers": [{"id": "ten", "percent": "10"}],
        "vouchers": [{"id": "v", "number": 9, "name": {"en": "V"}, "money": "20000", "use": "on_request"}],
        "earn": [
            {"id": "before", "wallet": "points", "fixed": {"points": "1"}, "when": {"total": {"from": "100000"}}},
            {"id": "after", "wallet": "points", "fixed": {"points": "10"},
             "when": {"total": {"from": "100000", "after_offers": true}}},
        ],
    });
    // 10 % off 111.111 is 11.111,1: 100.000 are left. The voucher is no offer.
    check(
        programme,
        "
        cart        | has | wants | offers | vouchers | pays    | earns
        1 a 99.999  |     |       | 10.000 |          | 89.999  |
        1 a 100.000 |     |       | 10.000 |          | 90.000  | 1
        1 a 111.110 |     |       | 11.111 |          | 99.999  | 1
        1 a 111.111 |     |       | 11.111 |          | 100.000 | 11
        1 a 111.111 | 1 v | v     | 11.111 | 20.000   | 80.000  | 11
    ",
    );
}

#[test]
fn offers_of_one_stage_go_by_priority_then_id_and_percentages_compound() {
    let programme = |amount_priority: i64| {
        json!({
            "wallets": wallets(),
            "offers": [
                {"id": "p", "percent": "10", "stage": "cart"},
                {"id": "q", "percent": "10", "stage": "cart"},
                {"id": "z", "amount": "50000", "stage": "cart", "priority": amount_priority},
            ],
        })
    };
    // 200.000 less 10 % twice is 162.000, less 50.000; or 150.000 less 10 % twice.
    check(
        programme(1),
        "cart | offers | pays\n1 a 200.000 | 88.000 | 112.000",
    );
    check(
        programme(0),
        "cart | offers | pays\n1 a 200.000 | 88.000 | 112.000",
    );
    check(
        programme(-1),
        "cart | offers | pays\n1 a 200.000 | 78.500 | 121.500",
    );
}

#[test]
fn of_a_group_the_best_is_taken_and_an_exclusive_one_leaves_nothing_to_others() {
    let programme = |take: &str| {
        json!({
            "wallets": wallets(),
            "groups": [{"id": "g", "take": take}],
            "offers": [
                {"id": "flat", "amount": "15000", "group": "g", "when": {"total": {"from": "50000"}}},
                {"id": "ten", "percent": "10", "group": "g", "when": {"total": {"from": "50000"}}},
                {"id": "loose", "amount": "1000"},
            ],
        })
    };
    check(
        programme("best"),
        "
        cart        | offers | pays
        1 a 40.000  | 1.000  | 39.000
        1 a 120.000 | 16.000 | 104.000
        1 a 200.000 | 21.000 | 179.000
    ",
    );
    check(
        programme("exclusive"),
        "
        cart        | offers | pays
        1 a 40.000  | 1.000  | 39.000
        1 a 120.000 | 15.000 | 105.000
        1 a 200.000 | 20.000 | 180.000
    ",
    );
    check(
        programme("first"),
        "
        cart        | offers | pays
        1 a 200.000 | 16.000 | 184.000
    ",
    );
}

#[test]
fn money_is_rounded_once_half_away_from_zero_and_never_below_nothing() {
    let programme =
        |percent: &str| json!({"wallets": wallets(), "offers": [{"id": "o", "percent": percent}]});
    // 10,5 up to 11 in all, not 6 and 5,5; 10,4 down; all of it is nothing left.
    check(
        programme("10"),
        "
        cart          | offers | pays
        1 a 55, 1 b 50 | 11    | 94
        1 a 54, 1 b 50 | 10    | 94
    ",
    );
    check(
        programme("100"),
        "cart | offers | pays\n1 a 33, 1 b 1 | 34 | 0",
    );
    check(
        programme("0.5"),
        "cart | offers | pays\n1 a 100 | 1 | 99\n1 a 99 | 0 | 99",
    );
}

#[test]
fn points_are_whole_steps_within_what_is_wanted_held_allowed_and_due() {
    let programme = json!({"wallets": [
        {"id": "points", "number": 1, "name": {"en": "Points"}, "unit": {"en": "point/points"},
         "redeem": {"value": "100", "step": "50", "least": "100", "most": "400", "share_percent": "50"}},
    ]});
    // A step of 50 points is 5.000.
    check(
        programme,
        "
        cart        | has         | wants        | points | pays
        1 a 100.000 | 1000 points | 99 points    |        | 100.000
        1 a 100.000 | 1000 points | 149 points   | 10.000 | 90.000
        1 a 100.000 | 149 points  | 1000 points  | 10.000 | 90.000
        1 a 100.000 | 99 points   | 1000 points  |        | 100.000
        1 a 100.000 | 1000 points | 1000 points  | 40.000 | 60.000
        1 a 50.000  | 1000 points | 1000 points  | 25.000 | 25.000
        1 a 49.999  | 1000 points | 1000 points  | 20.000 | 29.999
        1 a 19.999  | 1000 points | 1000 points  |        | 19.999
    ",
    );
}

#[test]
fn points_are_multiplied_before_they_are_rounded_and_capped_after() {
    let rule = |parts: Value| {
        let mut rule =
            json!({"id": "bill", "wallet": "points", "amount": {"per": "10000", "points": "1"}});
        for (key, value) in parts.as_object().expect("parts") {
            rule[key] = value.clone();
        }
        json!({"wallets": wallets(), "earn": [rule]})
    };
    let factors = json!([{"id": "x", "factor": "1.5"}, {"id": "y", "factor": "3"}]);
    // 5,5 points: down 5. Times 4,5 is 24,75; times 3,5 is 19,25; times 3 is 16,5.
    for (parts, earns) in [
        (json!({}), 5),
        (json!({"rounding": "half_up"}), 6),
        (
            json!({"amount": {"per": "10000", "points": "1", "mode": "whole_steps"}, "factors": factors}),
            22,
        ),
        (json!({"factors": factors}), 24),
        (json!({"factors": factors, "combine": "sum"}), 19),
        (json!({"factors": factors, "combine": "best"}), 16),
        (
            json!({"factors": factors, "combine": "best", "rounding": "half_even"}),
            16,
        ),
        (json!({"factors": factors, "caps": {"sale": "20"}}), 20),
    ] {
        check(rule(parts), &format!("cart | earns\n1 a 55.000 | {earns}"));
    }
    // Three lines of 5.500: each by itself is none, together 1,65.
    let lines = "1 a 5.500, 1 b 5.500, 1 c 5.500";
    check(rule(json!({})), &format!("cart | earns\n{lines} | 1"));
    check(
        rule(json!({"round_at": "line"})),
        &format!("cart | earns\n{lines} | 0"),
    );
    check(
        rule(json!({"round_at": "line", "rounding": "half_up"})),
        &format!("cart | earns\n{lines} | 3"),
    );
}
