//! What the bill costs less: amounts worked out by hand.

use serde_json::{Value, json};

use super::build::{line, new, quote, try_quote};
use crate::evaluate::Quote;

fn pieces(sku: &str, quantity: i64, total: i64) -> Value {
    json!({"sku": sku, "quantity_milli": quantity * 1_000, "line_total": total})
}

fn offered(offers: Value, cart: Value) -> Quote {
    quote(json!({"offers": offers}), cart, new())
}

/// What one offer takes off each line, and what is said of it.
#[track_caller]
fn check(mut offer: Value, lines: Value, off: &[i64], text: &str) {
    offer["id"] = json!("o");
    let quote = offered(json!([offer]), json!({"lines": lines}));
    let found: Vec<i64> = quote
        .outcome
        .line_discounts
        .iter()
        .map(|amount| amount.get())
        .collect();
    let said = quote.reasons("o").next().expect("a reason").text();
    assert_eq!((found.as_slice(), said), (off, text));
}

#[test]
fn a_percentage_is_rounded_once_and_split_by_what_each_line_has() {
    // 10 % of 105 is 10.5, rounded to 11; 5.5 and 5 exact, the spare one to the larger remainder.
    check(
        json!({"percent": "10"}),
        json!([line("a", 55), line("b", 50)]),
        &[6, 5],
        "o: 10% off, which is 11 VND",
    );
    check(
        json!({"percent": "10", "lines": {"skus": ["b"]}}),
        json!([line("a", 55_000), line("b", 50_000)]),
        &[0, 5_000],
        "o: 10% off, which is 5,000 VND",
    );
    check(
        json!({"percent": "100"}),
        json!([line("a", 33_333), line("b", 1)]),
        &[33_333, 1],
        "o: 100% off, which is 33,334 VND",
    );
}

#[test]
fn a_fixed_amount_never_takes_more_than_is_there() {
    check(
        json!({"amount": "20000"}),
        json!([line("a", 30_000), line("b", 10_000)]),
        &[15_000, 5_000],
        "o: 20,000 VND off",
    );
    check(
        json!({"amount": "249000"}),
        json!([line("a", 25_000)]),
        &[25_000],
        "o: 25,000 VND off",
    );
    check(
        json!({"amount": "5000", "lines": {"skus": ["b"]}}),
        json!([line("a", 30_000), line("b", 4_000)]),
        &[0, 4_000],
        "o: 4,000 VND off",
    );
}

#[test]
fn money_off_on_a_line_of_its_own_counts_for_a_whole_cart() {
    // 10 % of 100.000 less 20.000 on a line of its own.
    check(
        json!({"percent": "10"}),
        json!([line("a", 100_000), line("voucher", -20_000)]),
        &[8_000, 0],
        "o: 10% off, which is 8,000 VND",
    );
    // As Odoo's SALE-045: 10 off 10 and -5 leaves nothing to pay.
    check(
        json!({"amount": "10000"}),
        json!([line("a", 10_000), line("manual", -5_000)]),
        &[5_000, 0],
        "o: 5,000 VND off",
    );
}

#[test]
fn a_members_price_is_for_each_piece_and_each_kilogram() {
    check(
        json!({"unit_price": "18000", "lines": {"skus": ["a"]}}),
        json!([pieces("a", 3, 60_000), line("b", 50_000)]),
        &[6_000, 0],
        "o: 6,000 VND off",
    );
    // 250 g at 40.000 a kilogram are 10.000, and were 15.000.
    check(
        json!({"unit_price": "40000", "lines": {"skus": ["w"]}}),
        json!([{"sku": "w", "quantity_milli": 250, "line_total": 15_000, "flags": ["weighed"]}]),
        &[5_000],
        "o: 5,000 VND off",
    );
    check(
        json!({"unit_price": "18000", "lines": {"skus": ["a"]}}),
        json!([line("a", 17_000)]),
        &[0],
        "o: there is nothing left to take off",
    );
}

#[test]
fn the_more_pieces_the_cheaper_each() {
    let offer = json!({"breaks": {"steps": [
        {"from": 3, "percent": "10"}, {"from": 6, "unit_price": "8000"},
    ]}, "lines": {"tags": ["t"]}});
    let of = |sku: &str, quantity: i64| {
        let mut line = pieces(sku, quantity, quantity * 10_000);
        line["tags"] = json!(["t"]);
        line
    };
    check(
        offer.clone(),
        json!([of("a", 2), of("b", 2)]),
        &[0, 0],
        "o: takes 1 more in the basket",
    );
    check(
        offer.clone(),
        json!([of("a", 2), of("a", 1)]),
        &[2_000, 1_000],
        "o: 3,000 VND off",
    );
    check(
        offer.clone(),
        json!([of("a", 6)]),
        &[12_000],
        "o: 12,000 VND off",
    );
    let mut together = offer;
    together["breaks"]["of"] = json!("together");
    check(
        together,
        json!([of("a", 2), of("b", 2)]),
        &[2_000, 2_000],
        "o: 4,000 VND off",
    );
}

#[test]
fn the_cheapest_piece_is_one_piece_of_the_cheapest_line() {
    // As Odoo's SALE-030: one of two at 320, half of it, at most 30.
    check(
        json!({"cheapest": {"percent": "50"}, "most": "30000"}),
        json!([pieces("a", 2, 640_000)]),
        &[30_000],
        "o: 30,000 VND off",
    );
    check(
        json!({"cheapest": {"quantity": 2}}),
        json!([line("a", 30_000), pieces("b", 3, 60_000), line("c", 10_000)]),
        &[0, 20_000, 10_000],
        "o: 30,000 VND off",
    );
}

#[test]
fn a_piece_that_is_free_already_is_not_the_cheapest() {
    // As Odoo's POS-004: 9 at 5.100, 3 of them free; 90 % off one of the others is 4.590.
    let offers = json!([
        {"id": "free", "cheapest": {"quantity": 3}, "lines": {"skus": ["a"]}},
        {"id": "ninety", "cheapest": {"percent": "90"}},
    ]);
    let lines = json!([pieces("a", 9, 45_900), pieces("b", 1, 6_000)]);
    let quote = offered(offers, json!({"lines": lines}));
    let taken = quote.outcome.offers.iter();
    let off: Vec<i64> = taken.map(|offer| offer.amount.get()).collect();
    assert_eq!(off, [15_300, 4_590]);
}

#[test]
fn the_cheapest_with_tax_is_another_than_without() {
    let lines = json!([
        {"sku": "tray", "quantity_milli": 1000, "line_total": 48_000, "tax_outside": 4_800},
        pieces("organizer", 1, 51_000),
    ]);
    let off = |money_in: &str| {
        let offer = json!([{"id": "o", "cheapest": {"percent": "50"}, "money_in": money_in}]);
        let quote = offered(offer, json!({"lines": lines.clone()}));
        let lines = quote.outcome.line_discounts.iter();
        lines.map(|off| off.get()).collect::<Vec<i64>>()
    };
    assert_eq!(off("price"), [24_000, 0]);
    assert_eq!(off("with_tax"), [0, 25_500]);
}

#[test]
fn buy_two_get_one() {
    let offer = json!({"multi_buy": {"buy": 2, "get": 1}});
    check(
        offer.clone(),
        json!([pieces("a", 2, 20_000)]),
        &[0],
        "o: takes 1 more in the basket",
    );
    check(
        offer.clone(),
        json!([pieces("a", 3, 30_000)]),
        &[10_000],
        "o: 10,000 VND off",
    );
    check(
        offer.clone(),
        json!([pieces("a", 6, 60_000)]),
        &[20_000],
        "o: 20,000 VND off (taken 2×)",
    );
    check(
        offer.clone(),
        json!([line("a", 10_000), line("b", 20_000), line("c", 30_000)]),
        &[0, 0, 0],
        "o: takes 2 more in the basket",
    );
    let mut together = offer;
    together["multi_buy"]["of"] = json!("together");
    check(
        together,
        json!([line("a", 10_000), line("b", 20_000), line("c", 30_000)]),
        &[10_000, 0, 0],
        "o: 10,000 VND off",
    );
}

#[test]
fn buy_some_get_some_others() {
    // As Odoo's POS-013: three boards, one pen free.
    let offer = json!({"buy_get": {
        "buy": {"quantity": 3, "lines": {"skus": ["board"]}},
        "get": {"quantity": 1, "lines": {"skus": ["pen"]}},
    }});
    let cart = |boards: i64, pens: i64| {
        json!([
            pieces("board", boards, boards * 1_980),
            pieces("pen", pens, pens * 3_200)
        ])
    };
    check(
        offer.clone(),
        cart(6, 2),
        &[0, 6_400],
        "o: 6,400 VND off (taken 2×)",
    );
    check(
        offer.clone(),
        cart(6, 1),
        &[0, 3_200],
        "o: 3,200 VND off (taken 2×)",
    );
    check(offer, cart(2, 1), &[0, 0], "o: takes 1 more in the basket");
    // Of the same goods: the third is the free one, and of five there is one round.
    let same = json!({"buy_get": {"buy": {"quantity": 2}, "get": {"quantity": 1}}});
    check(
        same,
        json!([pieces("a", 5, 50_000)]),
        &[10_000],
        "o: 10,000 VND off",
    );
}

#[test]
fn certain_goods_together_cost_so_much() {
    let offer = json!({"bundle": {"price": "50000", "parts": [
        {"quantity": 1, "lines": {"tags": ["main"]}}, {"quantity": 2, "lines": {"tags": ["side"]}},
    ]}});
    let of = |sku: &str, tag: &str, quantity: i64, each: i64| {
        let mut line = pieces(sku, quantity, quantity * each);
        line["tags"] = json!([tag]);
        line
    };
    // 40.000 + 2 x 15.000 = 70.000 for 50.000: 20.000 off, 4 : 3 of them 11.428,6 and 8.571,4.
    check(
        offer.clone(),
        json!([of("pho", "main", 1, 40_000), of("tra", "side", 3, 15_000)]),
        &[11_429, 8_571],
        "o: 20,000 VND off",
    );
    check(
        offer,
        json!([of("pho", "main", 1, 40_000), of("tra", "side", 1, 15_000)]),
        &[0, 0],
        "o: takes 1 more in the basket",
    );
}

#[test]
fn a_gift_is_handed_over_and_stands_in_no_line() {
    let gift = json!([{"id": "g", "gift": {"sku": "ly", "for_each": {"quantity": 2}}}]);
    let found = offered(gift, json!({"lines": [pieces("a", 5, 50_000)]}));
    let taken = &found.outcome.offers[0];
    let given = taken.gift.as_ref().expect("a gift");
    assert_eq!(
        (given.sku.as_str(), given.quantity, taken.times),
        ("ly", 2, 2)
    );
    assert_eq!(found.outcome.payable.get(), 50_000);
    assert_eq!(
        found.reasons("g").next().expect("a reason").text(),
        "g: 2 × ly for free"
    );
}

#[test]
fn stage_by_stage_and_percentages_compound() {
    // Line first: 20 % of a's 100.000, then 10 % of the 180.000 that are left.
    let offers = json!([
        {"id": "all", "percent": "10"},
        {"id": "a", "percent": "20", "lines": {"skus": ["a"]}},
    ]);
    let cart = json!({"lines": [line("a", 100_000), line("b", 100_000)]});
    let found = offered(offers, cart);
    assert_eq!(found.outcome.payable.get(), 162_000);
    let amounts: Vec<(&str, i64)> = found
        .outcome
        .offers
        .iter()
        .map(|taken| (taken.offer.as_str(), taken.amount.get()))
        .collect();
    assert_eq!(amounts, [("a", 20_000), ("all", 18_000)]);
}

#[test]
fn codes_work_in_the_order_in_which_they_were_shown() {
    // As Odoo's SALE-020 and SALE-021: 10 % and then 290, or 290 and then 10 %.
    let offers = json!([
        {"id": "fixed", "amount": "290", "when": {"codes": ["coupon"]}},
        {"id": "ten", "percent": "10", "when": {"codes": ["test_10pc"]}},
    ]);
    let payable = |codes: Value| {
        let cart =
            json!({"lines": [line("a", 100), line("b", 100), line("c", 100)], "codes": codes});
        offered(offers.clone(), cart).outcome.payable.get()
    };
    assert_eq!(payable(json!(["test_10pc", "coupon"])), 0);
    assert_eq!(payable(json!(["coupon", "test_10pc"])), 9);
    assert_eq!(payable(json!([])), 300);
}

#[test]
fn of_a_group_the_best_and_of_exclusive_ones_nothing_besides() {
    // As Odoo's SALE-026: 14, 17 and 20 at 118.
    let steps = [
        ("1500", "10"),
        ("1750", "15"),
        ("2000", "20"),
        ("2500", "25"),
    ];
    let offers: Vec<Value> = steps
        .iter()
        .map(|(from, percent)| {
            json!({"id": format!("p{percent}"), "percent": percent, "group": "global",
                "when": {"total": {"from": from}}})
        })
        .collect();
    let priced = |quantity: i64, take: &str, more: bool| {
        let mut offers = offers.clone();
        if more {
            offers.push(json!({"id": "more", "amount": "100"}));
        }
        let parts = json!({"offers": offers, "groups": [{"id": "global", "take": take}]});
        quote(
            parts,
            json!({"lines": [pieces("t", quantity, quantity * 118)]}),
            new(),
        )
    };
    // 1.652 less 10 %, 2.006 and 2.360 less 20 %, rounded to the dong.
    for (quantity, payable) in [(14, 1_487), (17, 1_605), (20, 1_888)] {
        assert_eq!(
            priced(quantity, "best", false).outcome.payable.get(),
            payable
        );
    }
    let both = priced(20, "best", true);
    assert_eq!(both.outcome.payable.get(), 1_808); // 2.360 - 100 = 2.260, less 20 %
    let alone = priced(20, "exclusive", true);
    assert_eq!(alone.outcome.payable.get(), 1_888);
    let said = alone.reasons("more").next().expect("a reason").text();
    assert_eq!(said, "more: does not go together with p20");
    let said = alone.reasons("p10").next().expect("a reason").text();
    assert_eq!(said, "p10: p20 was taken");
}

#[test]
fn an_offer_on_request_waits_and_an_automatic_one_can_be_declined() {
    let offers = json!([
        {"id": "ask", "amount": "1000", "use": "on_request"}, {"id": "auto", "amount": "2000"},
    ]);
    let cart = |parts: Value| {
        let mut cart = json!({"lines": [line("a", 50_000)]});
        for (key, value) in parts.as_object().expect("parts") {
            cart[key] = value.clone();
        }
        offered(offers.clone(), cart).outcome.payable.get()
    };
    assert_eq!(cart(json!({})), 48_000);
    assert_eq!(cart(json!({"rewards_wanted": ["ask"]})), 47_000);
    assert_eq!(cart(json!({"rewards_declined": ["auto"]})), 50_000);
}

#[test]
fn a_threshold_reads_the_cart_before_any_effect_unless_it_says_otherwise() {
    let offers = |after: bool| {
        json!([
            {"id": "ten", "percent": "90"},
            {"id": "ship", "percent": "100", "lines": {"flags": ["shipping"]}, "stage": "voucher",
             "when": {"total": {"from": "100", "after_offers": after,
                "lines": {"not": {"flags": ["shipping"]}}}}},
        ])
    };
    let cart = json!({"lines": [line("a", 200),
        {"sku": "d", "quantity_milli": 1000, "line_total": 40, "flags": ["shipping"]}]});
    // 90 % off both: 20 and 4 are left, and delivery is free where the 200 of before count.
    assert_eq!(
        offered(offers(false), cart.clone()).outcome.payable.get(),
        20
    );
    assert_eq!(offered(offers(true), cart).outcome.payable.get(), 24);
}

#[test]
fn amounts_with_tax_take_off_what_the_customer_pays_less() {
    // As Odoo's SALE-007: at most 200 with 15 % on top is 173,91 before it.
    let parts = json!({"currency": "USD", "offers": [{"id": "o", "percent": "20", "most": "200",
        "money_in": "with_tax"}], "wallets": [{"id": "points", "number": 1, "name": {"en": "P"},
        "unit": {"en": "p"}}]});
    let cart = json!({"currency": "USD", "lines": [{"sku": "a", "quantity_milli": 8_000,
        "line_total": 256_000, "tax_outside": 38_400}]});
    let found = try_quote(parts, cart, new()).expect("a quote");
    assert_eq!(found.discount().get(), 17_391);
}

#[test]
fn points_are_earned_on_what_is_left_or_on_what_the_lines_cost() {
    let earned = |base: &str| {
        let parts = json!({
            "offers": [
                {"id": "cart", "amount": "20000"},
                {"id": "line", "amount": "10000", "lines": {"skus": ["a"]}},
            ],
            "earn": [{"id": "r", "wallet": "points", "amount": {"per": "10000", "points": "1"},
                "base": base}],
        });
        quote(parts, json!({"lines": [line("a", 100_000)]}), new())
            .awarded(1)
            .get()
    };
    assert_eq!(earned("after_discounts"), 7);
    assert_eq!(earned("after_line_discounts"), 9);
    assert_eq!(earned("gross"), 10);
}
