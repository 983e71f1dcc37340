//! Stored value and vouchers: amounts worked out by hand.

use serde_json::{Value, json};

use super::build::{line, new, quote};
use crate::evaluate::Quote;

fn programme(parts: Value) -> Value {
    let mut whole = json!({"wallets": [
        {"id": "points", "number": 1, "name": {"en": "Points"}, "unit": {"en": "point/points"},
         "redeem": {"value": "1000"}},
        {"id": "card", "number": 2, "kind": "money", "name": {"en": "Gift card"}},
    ], "earn": [
        {"id": "top-up", "wallet": "card", "amount": {"per": "1", "points": "1"},
         "lines": {"flags": ["gift_card"]}, "base": "gross"},
        {"id": "bill", "wallet": "points", "amount": {"per": "10000", "points": "1"},
         "lines": {"not": {"flags": ["gift_card"]}}},
    ]});
    for (key, value) in parts.as_object().expect("parts") {
        whole[key] = value.clone();
    }
    whole
}

fn with(points: Value, cart: Value, parts: Value) -> Quote {
    quote(
        programme(parts),
        cart,
        json!({"sales": [], "points": points}),
    )
}

fn text(quote: &Quote, rule: &str) -> String {
    quote.reasons(rule).next().expect("a reason").text.clone()
}

#[test]
fn a_gift_card_is_sold_as_money_and_earns_no_points() {
    let cart = json!({"lines": [
        {"sku": "card-50", "quantity_milli": 1000, "line_total": 50_000, "flags": ["gift_card"]},
    ]});
    let sold = with(json!({}), cart, json!({}));
    assert_eq!((sold.awarded(2).get(), sold.awarded(1).get()), (50_000, 0));
}

#[test]
fn a_tier_makes_no_gift_card_worth_more_and_one_coupon_no_two_unless_the_rule_says_so() {
    // Half as much again for gold: 50.000 are 5 points, and 7 with the tier. The card stays 50.000.
    let earn = |cashback: Value| {
        json!([
            {"id": "top-up", "wallet": "card", "amount": {"per": "1", "points": "1"},
             "lines": {"flags": ["gift_card"]}},
            cashback,
            {"id": "coupon", "wallet": "v", "fixed": {"points": "1"}},
            {"id": "bill", "wallet": "points", "amount": {"per": "10000", "points": "1"}},
        ])
    };
    let parts = |cashback: Value| {
        json!({
            "earn": earn(cashback),
            "vouchers": [{"id": "v", "number": 3, "name": {"en": "Off"}, "money": "5000",
                "use": "on_request"}],
            "tiers": {"basis": "visits", "levels": [{"id": "gold", "from": "0", "factor": "1.5"}]},
        })
    };
    let cart = json!({"lines": [
        {"sku": "card-50", "quantity_milli": 1000, "line_total": 50_000, "flags": ["gift_card"]},
    ]});
    let cashback =
        json!({"id": "cashback", "wallet": "card", "percent": {"percent": "10", "value": "1"}});
    let sold = with(json!({}), cart.clone(), parts(cashback));
    assert_eq!(sold.awarded(1).get(), 7);
    assert_eq!(sold.awarded(2).get(), 50_000 + 5_000);
    assert_eq!(sold.awarded(3).get(), 1);
    // Cashback that a tier makes more says so.
    let more = json!({"id": "cashback", "wallet": "card", "tier_factor": "applies",
        "percent": {"percent": "10", "value": "1"}});
    let sold = with(json!({}), cart, parts(more));
    assert_eq!(sold.awarded(2).get(), 50_000 + 7_500);
}

#[test]
fn stored_value_pays_last_is_no_discount_and_lowers_no_base() {
    // As Odoo's SALE-065: 100 paid with 10 of the wallet earn on 100.
    let cart =
        json!({"lines": [line("a", 100_000)], "points_wanted": {"card": 90_000, "points": 5}});
    let paid = with(json!({"card": 10_000, "points": 5}), cart, json!({}));
    let outcome = &paid.outcome;
    assert_eq!(paid.discount().get(), 5_000);
    assert_eq!(
        (outcome.stored.get(), outcome.payable.get()),
        (10_000, 85_000)
    );
    assert_eq!(paid.awarded(1).get(), 9); // (100.000 - 5.000) / 10.000
    assert_eq!(
        text(&paid, "card"),
        "Gift card: 10,000 VND paid; only 10,000 VND can be spent now"
    );
}

#[test]
fn stored_value_pays_no_more_than_there_is_to_pay() {
    let cart = json!({"lines": [line("a", 3_200)], "points_wanted": {"card": 50_000}});
    let paid = with(json!({"card": 50_000}), cart, json!({}));
    assert_eq!(
        (paid.outcome.stored.get(), paid.outcome.payable.get()),
        (3_200, 0)
    );
    assert_eq!(paid.wallet(2).expect("the card").after.get(), 46_800);
}

/// As Odoo's SALE-054: a card of 115 pays 100 and 15 tax; the POS, which adds the 15, is owed nothing.
#[test]
fn stored_value_pays_the_tax_on_top_too() {
    let cart = json!({"lines": [
        {"sku": "a", "quantity_milli": 1000, "line_total": 100_000, "tax_outside": 15_000},
    ], "points_wanted": {"card": 200_000}});
    let paid = with(json!({"card": 200_000}), cart, json!({}));
    assert_eq!(
        (paid.outcome.stored.get(), paid.outcome.payable.get()),
        (115_000, -15_000)
    );
    assert_eq!(paid.awarded(1).get(), 10); // of the 100.000 that the goods cost
    assert_eq!(
        text(&paid, "card"),
        "Gift card: 115,000 VND paid; no more than the 115,000 VND to pay"
    );
}

/// As Odoo's POS-084: two free pens at 5 points each, of 100 points.
#[test]
fn a_free_item_is_had_as_often_as_there_are_pieces_and_points() {
    let rewards = json!({"rewards": [{"id": "pen", "wallet": "points", "points": "5",
        "cheapest": {}, "lines": {"skus": ["pen"]}, "use": "automatic", "most_per_sale": 10}]});
    let pens = |points: i64| {
        let cart = json!({"lines": [
            {"sku": "pen", "quantity_milli": 2000, "line_total": 6_400}, line("a", 1_000),
        ]});
        let quote = with(json!({"points": points}), cart, rewards.clone());
        (quote.redeemed(1).get(), quote.outcome.payable.get())
    };
    assert_eq!(pens(100), (10, 1_000));
    assert_eq!(pens(9), (5, 4_200));
    assert_eq!(pens(4), (0, 7_400));
}

#[test]
fn a_rule_that_names_it_leaves_out_what_stored_value_pays() {
    let rules = json!({"earn": [{"id": "bill", "wallet": "points", "exclude_tenders": ["card"],
        "amount": {"per": "10000", "points": "1"}}]});
    let cart = |paid: i64, more: Value| {
        let mut cart = json!({"lines": [line("a", 100_000)], "points_wanted": {"card": paid}});
        if !more.is_null() {
            cart["payments"] = more;
        }
        cart
    };
    let points = json!({"card": 100_000});
    let cash = json!([{"method": "cash", "amount": 60_000}]);
    let part = with(points.clone(), cart(40_000, cash), rules.clone());
    assert_eq!(part.awarded(1).get(), 6);
    let whole = with(points, cart(100_000, Value::Null), rules);
    assert_eq!((whole.awarded(1).get(), whole.needs_payments), (0, false));
}

#[test]
fn a_voucher_is_used_up_in_a_later_sale() {
    let vouchers = json!({"vouchers": [
        {"id": "next-10", "number": 3, "name": {"en": "10% next time"}, "percent": "10",
         "most": "15000", "use": "automatic", "expiry": {"days": 30}},
    ], "earn": [{"id": "coupon", "wallet": "next-10", "fixed": {"points": "1"},
        "when": {"total": {"from": "100000"}}}]});
    // It comes with this sale, and is for the next one: the first has nothing off.
    let cart = json!({"lines": [line("a", 120_000)]});
    let first = with(json!({}), cart.clone(), vouchers.clone());
    assert_eq!(
        (first.outcome.payable.get(), first.awarded(3).get()),
        (120_000, 1)
    );
    assert_eq!(
        first.outcome.awards[0]
            .expires_on
            .expect("a day")
            .yyyymmdd(),
        20_261_222
    );
    let next = with(json!({"next-10": 1}), cart, vouchers);
    assert_eq!(
        (next.outcome.payable.get(), next.redeemed(3).get()),
        (108_000, 1)
    );
    assert_eq!(
        text(&next, "next-10"),
        "10% next time: 1 voucher used, 12,000 VND off (taken 1×)"
    );
}

#[test]
fn points_buy_a_voucher_a_gift_or_a_free_item() {
    let parts = json!({"vouchers": [
        {"id": "v", "number": 3, "name": {"en": "Coffee"}, "use": "on_request",
         "cheapest": {}, "lines": {"categories": ["coffee"]}},
    ], "rewards": [
        {"id": "buy-v", "wallet": "points", "points": "25", "voucher": "v", "use": "on_request"},
        {"id": "mug", "wallet": "points", "points": "60", "gift": {"sku": "mug"}, "use": "on_request"},
        {"id": "half", "wallet": "points", "points": "10", "percent": "50", "most": "20000",
         "lines": {"categories": ["coffee"]}, "use": "on_request"},
    ], "earn": []});
    let coffee = json!([
        {"sku": "phin", "quantity_milli": 2000, "line_total": 60_000, "category": "coffee/hot"},
        {"sku": "banh", "quantity_milli": 1000, "line_total": 20_000, "category": "cake"},
    ]);
    let ask = |wanted: Value, points: Value| {
        let cart = json!({"lines": coffee, "rewards_wanted": wanted});
        with(points, cart, parts.clone())
    };
    let bought = ask(json!(["buy-v", "mug"]), json!({"points": 90}));
    assert_eq!((bought.redeemed(1).get(), bought.awarded(3).get()), (85, 1));
    assert_eq!(bought.outcome.payable.get(), 80_000);
    let gift = bought.outcome.redemptions[1].gift.as_ref().expect("a gift");
    assert_eq!((gift.sku.as_str(), gift.quantity), ("mug", 1));
    assert_eq!(text(&bought, "buy-v"), "buy-v: 25 points used for Coffee");
    assert_eq!(
        text(&bought, "mug"),
        "mug: 60 points used, 1 × mug for free"
    );
    // The voucher makes the cheapest coffee free; the reward then halves the other, at most 20.000.
    let used = ask(json!(["half", "v"]), json!({"points": 90, "v": 2}));
    let off: Vec<i64> = used
        .outcome
        .line_discounts
        .iter()
        .map(|off| off.get())
        .collect();
    assert_eq!(off, [45_000, 0]);
    assert_eq!((used.redeemed(3).get(), used.redeemed(1).get()), (1, 10));
    // No coffee, no coffee voucher.
    let cart = json!({"lines": [line("banh", 20_000)], "rewards_wanted": ["v"]});
    let none = with(json!({"v": 1}), cart, parts);
    assert_eq!(
        text(&none, "v"),
        "Coffee: none of the goods is one of its goods"
    );
    assert_eq!(new()["sales"], json!([]));
}

#[test]
fn a_document_says_what_stored_value_and_vouchers_cannot_have() {
    let problems = |parts: Value| -> Vec<String> {
        let document = super::build::document(parts);
        let found = crate::programme::Programme::read(document.to_string().as_bytes());
        let found = found.expect_err("problems");
        found
            .iter()
            .map(|problem| format!("{} {}", problem.path, problem.code))
            .collect()
    };
    assert_eq!(
        problems(
            json!({"wallets": [{"id": "m", "number": 1, "kind": "money", "decimals": 2,
            "name": {"en": "M"}, "unit": {"en": "u"}, "redeem": {"value": "1"}}]})
        ),
        [
            "wallets[0].decimals not_used",
            "wallets[0].redeem not_used",
            "wallets[0].unit not_used",
        ]
    );
    assert_eq!(
        problems(
            json!({"vouchers": [{"id": "points", "number": 1, "name": {"en": "V"},
            "use": "automatic"}]})
        ),
        [
            "vouchers[0].id duplicate",
            "vouchers[0].number duplicate",
            "vouchers[0] one_of",
        ]
    );
}
