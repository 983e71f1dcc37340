//! Goods that come back in parts.

use loy::evaluate::{Cart, Line};
use loy::kernel::{MemberNumber, Money, Points, Quantity, SaleId};
use loy::texts::Diacritics;
use loy::till::{Goods, Measure, RefundRequest, ReturnedPart, SaleState, Till, status};
use proptest::prelude::*;

use crate::shop::{
    Shop, assert_sound, balance, cart, cart_of, enrol, refund_as_told, refund_of, spending,
};

fn part(line: usize, quantity_milli: i64) -> ReturnedPart {
    ReturnedPart {
        line,
        measure: Measure::Quantity(Quantity::new(quantity_milli)),
    }
}

fn money(line: usize, amount: i64) -> ReturnedPart {
    ReturnedPart {
        line,
        measure: Measure::Amount(Money::new(amount)),
    }
}

fn parts(sale: SaleId, parts: &[ReturnedPart]) -> RefundRequest {
    RefundRequest {
        goods: Goods::Parts(parts.to_vec()),
        ..refund_of(sale)
    }
}

/// Three shirts for 150.000 d and a hat for 55.000 d.
fn basket(member: MemberNumber) -> Cart {
    let mut cart = Cart {
        lines: Vec::new(),
        ..cart_of(member, 0)
    };
    cart.lines.push(Line::new(
        "AO-01",
        Quantity::new(3_000),
        Money::new(150_000),
    ));
    cart.lines.push(Line::new(
        "NON-01",
        Quantity::new(1_000),
        Money::new(55_000),
    ));
    cart
}

#[test]
fn a_shirt_comes_back_and_the_rest_of_the_bill_keeps_its_points() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &basket(member)).unwrap();
    // 205.000 d: 20,5 points, rounded up.
    assert_eq!(balance(&till, member).0, 21);
    let back = parts(sale.id, &[part(0, 1_000)]);
    assert_eq!(
        till.preview_refund(&back).unwrap().amount,
        Money::new(50_000)
    );
    let after = refund_as_told(&till, "refund-1", &back).unwrap();
    assert_eq!(after.state, SaleState::Committed);
    // 155.000 d are kept: 15,5 points, rounded up.
    assert_eq!(balance(&till, member).0, 16);
    // The hat: 100.000 d are kept, 10 points.
    refund_as_told(&till, "refund-2", &parts(sale.id, &[part(1, 1_000)])).unwrap();
    assert_eq!(balance(&till, member).0, 10);
    // What is left, by asking for everything.
    let rest = till.preview_refund(&refund_of(sale.id)).unwrap();
    assert_eq!(rest.amount, Money::new(100_000));
    assert_eq!(
        refund_as_told(&till, "refund-3", &refund_of(sale.id))
            .unwrap()
            .state,
        SaleState::Refunded
    );
    assert_eq!(balance(&till, member).0, 0);
    assert_sound(&till);
}

#[test]
fn what_is_kept_costs_what_was_paid_less_what_was_given_back() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 10_000)).unwrap();
    // Three for 15.997 d, one point pays 1.000 d of it: 14.997 d, 1,4997 points, so 1.
    let three = Line::new("BANH-01", Quantity::new(3_000), Money::new(15_997));
    let cart = Cart {
        lines: vec![three],
        ..spending(member, 0, 1)
    };
    let sale = till.record("sale-2", &cart).unwrap();
    assert_eq!(balance(&till, member).0, 1);
    let back = parts(sale.id, &[part(0, 2_000)]);
    let preview = till.preview_refund(&back).unwrap();
    assert_eq!(preview.amount, Money::new(9_998));
    // 4.999 d are kept, 0,4999 points, so none; 5.000 d would have kept one.
    refund_as_told(&till, "refund-1", &back).unwrap();
    assert_eq!(balance(&till, member).0, 0);
    assert_sound(&till);
}

#[test]
fn more_than_was_sold_is_refused_with_what_is_left() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &basket(member)).unwrap();
    refund_as_told(&till, "refund-1", &parts(sale.id, &[part(0, 2_500)])).unwrap();
    let error = till
        .refund("refund-2", &parts(sale.id, &[part(0, 600)]))
        .unwrap_err();
    assert_eq!(
        (error.status(), error.reason()),
        (status::REFUSED, "refund.quantity_left")
    );
    assert_eq!(error.to_string(), "Only 0,5 is left to return");
    let twice = parts(sale.id, &[part(1, 600), part(1, 600)]);
    assert_eq!(
        refund_as_told(&till, "refund-3", &twice)
            .unwrap_err()
            .reason(),
        "refund.quantity_left"
    );
    let error = till
        .refund("refund-4", &parts(sale.id, &[money(1, 55_001)]))
        .unwrap_err();
    assert_eq!(error.reason(), "refund.amount_left");
    let error = till
        .refund("refund-5", &parts(sale.id, &[part(2, 1)]))
        .unwrap_err();
    assert_eq!(
        (error.status(), error.field()),
        (status::E_ARGUMENT, "line")
    );
    assert_sound(&till);
}

#[test]
fn a_price_reduction_after_the_sale_takes_its_points_without_goods() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    let reduced = till
        .refund("refund-1", &parts(sale.id, &[money(0, 30_000)]))
        .unwrap();
    assert_eq!(reduced.state, SaleState::Committed);
    assert_eq!(balance(&till, member).0, 7);
    // The shirt itself comes back: the other 70.000 d.
    let rest = parts(sale.id, &[part(0, 1_000)]);
    assert_eq!(
        till.preview_refund(&rest).unwrap().amount,
        Money::new(70_000)
    );
    assert_eq!(
        refund_as_told(&till, "refund-2", &rest).unwrap().state,
        SaleState::Refunded
    );
    assert_eq!(balance(&till, member).0, 0);
    assert_sound(&till);
}

#[test]
fn points_that_paid_come_back_in_proportion_and_to_the_last_one() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-0", &cart_of(member, 410_000)).unwrap();
    let mut paid = basket(member);
    paid.points_wanted
        .insert("points".to_owned(), Points::new(41));
    // 41 points take 41.000 d off: 30.000 off the shirts, 11.000 off the hat; 164.000 d are paid
    // and earn 16,4 -> 16 points.
    let sale = till.record("sale-1", &paid).unwrap();
    assert_eq!(balance(&till, member).0, 16);
    // A third of the shirts: 10.000 of 41.000 d of the discount, 10 points; 124.000 d are kept and
    // earn 12,4 -> 12.
    refund_as_told(&till, "refund-1", &parts(sale.id, &[part(0, 1_000)])).unwrap();
    assert_eq!(balance(&till, member).0, 12 + 10);
    refund_as_told(
        &till,
        "refund-2",
        &parts(sale.id, &[part(0, 2_000), part(1, 1_000)]),
    )
    .unwrap();
    assert_eq!(balance(&till, member).0, 41);
    assert_sound(&till);
}

#[test]
fn a_refund_asked_again_gives_the_same_answer_and_another_content_is_a_conflict() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &basket(member)).unwrap();
    let back = parts(sale.id, &[part(0, 1_000)]);
    refund_as_told(&till, "refund-1", &back).unwrap();
    assert!(
        refund_as_told(&till, "refund-1", &back)
            .unwrap()
            .was_replayed
    );
    assert_eq!(balance(&till, member).0, 16);
    let error = till
        .refund("refund-1", &parts(sale.id, &[part(0, 2_000)]))
        .unwrap_err();
    assert_eq!(error.field(), "goods[0].quantity_milli");
}

#[test]
fn a_sale_without_a_member_comes_back_in_parts_too() {
    let shop = Shop::new();
    let till = shop.create();
    let sale = till.record("sale-1", &cart(9_000)).unwrap();
    refund_as_told(&till, "refund-1", &parts(sale.id, &[part(0, 400)])).unwrap();
    let rest = till.preview_refund(&refund_of(sale.id)).unwrap();
    assert_eq!(rest.amount, Money::new(9_000 - 3_600));
}

#[test]
fn a_refund_in_the_moment_a_hold_runs_out_is_a_refund_like_any_other() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    till.authorise("hold-1", &cart(5_000), 60).unwrap();
    shop.clock.advance_seconds(61);
    refund_as_told(&till, "refund-1", &refund_of(sale.id)).unwrap();
    assert_eq!(balance(&till, member).0, 0);
    assert_eq!(till.pending_sales().unwrap()[0].state, SaleState::Expired);
    assert_sound(&till);
}

/// A sale of a few lines, paid with points in part, and how its goods come back.
#[derive(Debug, Clone)]
struct Story {
    lines: Vec<(i64, i64)>,
    points: i64,
    /// Line and per-thousand of what is still there; the rest comes back at the end.
    returns: Vec<(usize, i64)>,
}

fn story() -> impl Strategy<Value = Story> {
    let line = (1i64..5_000, 0i64..300_000);
    (
        prop::collection::vec(line, 1..5),
        0i64..60,
        prop::collection::vec((0usize..5, 1i64..1_000), 0..8),
    )
        .prop_map(|(lines, points, returns)| Story {
            lines,
            points,
            returns,
        })
}

fn sell(till: &Till, member: MemberNumber, story: &Story) -> SaleId {
    let mut cart = Cart {
        lines: Vec::new(),
        ..cart_of(member, 0)
    };
    for &(quantity, total) in &story.lines {
        cart.lines
            .push(Line::new("X", Quantity::new(quantity), Money::new(total)));
    }
    if story.points > 0 {
        cart.points_wanted
            .insert("points".to_owned(), Points::new(story.points));
    }
    till.record("sale", &cart).unwrap().id
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_split_of_a_return_ends_where_one_whole_refund_ends(story in story()) {
        let shop = Shop::new();
        let till = shop.create();
        let member = enrol(&till);
        till.record("before", &cart_of(member, 500_000)).unwrap();
        let before = balance(&till, member);
        let sale = sell(&till, member, &story);
        let paid = till.sale(sale).unwrap().quote.outcome.payable;
        let mut given_back = Money::ZERO;
        let mut left: Vec<i64> = story.lines.iter().map(|&(quantity, _)| quantity).collect();
        for (number, &(line, share)) in story.returns.iter().enumerate() {
            let line = line % left.len();
            let quantity = left[line] * share / 1_000;
            if quantity == 0 {
                continue;
            }
            left[line] -= quantity;
            let request = parts(sale, &[part(line, quantity)]);
            given_back += till.preview_refund(&request).unwrap().amount;
            refund_as_told(&till, &format!("refund-{number}"), &request).unwrap();
            prop_assert!(given_back <= paid);
            // Never richer than before the sale, never with more than sale and purse together.
            prop_assert!(balance(&till, member).3 == 0);
        }
        if till.sale(sale).unwrap().state != SaleState::Refunded {
            let request = refund_of(sale);
            given_back += till.preview_refund(&request).unwrap().amount;
            refund_as_told(&till, "rest", &request).unwrap();
        }
        prop_assert_eq!(given_back, paid);
        prop_assert_eq!(balance(&till, member), before);
        prop_assert_eq!(till.verify(loy::till::Depth::Full).unwrap(), []);
    }
}

/// Rules whose awards only grow with what is kept, so that every end of a split is one end: rising
/// bands, a minimum, whole steps, pieces, caps, a tier that doubles.
fn growing() -> Shop {
    let rule = |id: &str, parts: serde_json::Value| {
        let mut rule = parts;
        rule["id"] = serde_json::json!(id);
        rule["wallet"] = serde_json::json!("points");
        rule
    };
    crate::policies::shop(
        serde_json::json!({}),
        serde_json::json!({
            "earn": [
                rule("bands", serde_json::json!({"bands": [
                    {"from": "0", "below": "100000", "points": "0"},
                    {"from": "100000", "below": "300000", "points": "5"},
                    {"from": "300000", "percent": "1", "value": "1000"},
                ]})),
                rule("steps", serde_json::json!({"when": {"total": {"from": "50000"}},
                    "amount": {"per": "20000", "points": "3", "mode": "whole_steps"}})),
                rule("pieces", serde_json::json!({"per_unit": {"points": "2"}, "caps": {"sale": "9"}})),
                rule("net", serde_json::json!({"amount": {"per": "7000", "points": "1"},
                    "caps": {"day": "90"}, "factors": [{"id": "gold", "factor": "2",
                    "when": {"tiers": ["gold"]}}]})),
            ],
            "tiers": {"basis": "spend", "window": "lifetime", "levels": [
                {"id": "member", "from": "0"}, {"id": "gold", "from": "400000", "factor": "1.5"},
            ]},
        }),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// With bands, a minimum, caps, tiers and points that pay, wherever the return ends: many refunds
    /// do what one does, and nothing exceeds what was sold.
    #[test]
    fn any_split_of_a_part_ends_where_one_refund_of_that_part_ends(story in story()) {
        let ends = [false, true].map(|at_once| {
            let shop = growing();
            let till = shop.create();
            let member = enrol(&till);
            till.record("before", &cart_of(member, 500_000)).unwrap();
            let sale = sell(&till, member, &story);
            let mut left: Vec<i64> = story.lines.iter().map(|&(quantity, _)| quantity).collect();
            for (number, &(line, share)) in story.returns.iter().enumerate() {
                let line = line % left.len();
                let quantity = left[line] * share / 1_000;
                if quantity == 0 {
                    continue;
                }
                left[line] -= quantity;
                if !at_once {
                    let request = parts(sale, &[part(line, quantity)]);
                    refund_as_told(&till, &format!("refund-{number}"), &request).unwrap();
                }
            }
            let gone = story.lines.iter().zip(&left).enumerate();
            let all: Vec<ReturnedPart> = gone
                .map(|(line, (sold, left))| part(line, sold.0 - left))
                .filter(|part| part.measure != Measure::Quantity(Quantity::ZERO))
                .collect();
            if at_once && !all.is_empty() {
                refund_as_told(&till, "at-once", &parts(sale, &all)).unwrap();
            }
            for (line, &quantity) in left.iter().enumerate() {
                let more = parts(sale, &[part(line, quantity + 1)]);
                assert!(till.preview_refund(&more).is_err(), "more than was sold");
            }
            assert_sound(&till);
            let end = balance(&till, member);
            let rest = till.preview_refund(&refund_of(sale));
            let rest = rest.map_or(0, |rest| rest.amount.get());
            if till.sale(sale).unwrap().state != SaleState::Refunded {
                refund_as_told(&till, "rest", &refund_of(sale)).unwrap();
            }
            (end, rest, balance(&till, member))
        });
        prop_assert_eq!(ends[0], ends[1]);
        // The sale before is all that is left of the purse.
        let shop = growing();
        let till = shop.create();
        let member = enrol(&till);
        till.record("before", &cart_of(member, 500_000)).unwrap();
        prop_assert_eq!(ends[0].2, balance(&till, member));
    }

    /// What comes back in carts of an exchange does what refunds do.
    #[test]
    fn goods_that_come_back_in_carts_do_what_refunds_do(story in story()) {
        let ends = [false, true].map(|in_carts| {
            let shop = growing();
            let till = shop.create();
            let member = enrol(&till);
            till.record("before", &cart_of(member, 500_000)).unwrap();
            let sale = sell(&till, member, &story);
            let mut left: Vec<i64> = story.lines.iter().map(|&(quantity, _)| quantity).collect();
            for (number, &(line, share)) in story.returns.iter().enumerate() {
                let line = line % left.len();
                let quantity = left[line] * share / 1_000;
                if quantity == 0 {
                    continue;
                }
                left[line] -= quantity;
                let request = parts(sale, &[part(line, quantity)]);
                let id = format!("back-{number}");
                if !in_carts {
                    refund_as_told(&till, &id, &request).unwrap();
                    continue;
                }
                let amount = till.preview_refund(&request).unwrap().amount;
                let back = Line {
                    return_of: Some(loy::evaluate::ReturnOf {
                        sale: sale.to_string(),
                        line: u32::try_from(line).unwrap(),
                    }),
                    ..Line::new("X", Quantity::new(-quantity), -amount)
                };
                let cart = Cart {
                    lines: vec![back],
                    ..cart_of(member, 0)
                };
                let told = till.evaluate(&cart).unwrap().outcome;
                assert_eq!(told.payable, -amount);
                assert_eq!(till.record(&id, &cart).unwrap().quote.outcome, told);
            }
            assert_sound(&till);
            balance(&till, member)
        });
        prop_assert_eq!(ends[0], ends[1]);
    }
}

#[test]
fn goods_come_back_at_the_moment_a_hold_runs_out() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    let mut spending = cart_of(member, 20_000);
    spending
        .points_wanted
        .insert("points".to_owned(), Points::new(3));
    till.authorise("hold-1", &spending, 60).unwrap();
    shop.clock.advance_seconds(61);
    // The hold's end is written first, in the same write.
    let after = refund_as_told(&till, "refund-1", &refund_of(sale.id)).unwrap();
    assert_eq!(after.state, SaleState::Refunded);
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_sound(&till);
}

/// Three at 100.000 d with a coupon of 10.000 d off each on a line of its own: 270.000 d are paid, 27 points.
#[test]
fn a_coupon_on_a_line_of_its_own_comes_back_piece_by_piece_with_its_goods() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let mut cart = Cart {
        lines: Vec::new(),
        ..cart_of(member, 0)
    };
    cart.lines.push(Line::new(
        "AO-01",
        Quantity::new(3_000),
        Money::new(300_000),
    ));
    cart.lines.push(Line::new(
        "PHIEU",
        Quantity::new(3_000),
        Money::new(-30_000),
    ));
    let sale = till.record("sale-1", &cart).unwrap();
    assert_eq!(balance(&till, member).0, 27);
    let one = parts(sale.id, &[part(0, 1_000), part(1, 1_000)]);
    for (count, left) in [(1, 18), (2, 9), (3, 0)] {
        let told = till.preview_refund(&one).unwrap().amount;
        assert_eq!(told, Money::new(90_000), "piece {count}");
        refund_as_told(&till, &format!("refund-{count}"), &one).unwrap();
        assert_eq!(balance(&till, member).0, left, "piece {count}");
    }
    assert_sound(&till);
}

/// Three at 100.000 d, one coupon of 30.000 d over all of them, and 15.000 d for a box that is no piece.
#[test]
fn a_coupon_over_the_bill_comes_back_by_thousandths_and_a_line_without_pieces_by_money() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let mut cart = cart_of(member, 0);
    cart.lines = [
        ("AO-01", 3_000, 300_000),
        ("PHIEU", 1_000, -30_000),
        ("HOP", 0, 15_000),
    ]
    .map(|(sku, pieces, total)| Line::new(sku, Quantity::new(pieces), Money::new(total)))
    .into();
    let sale = till.record("sale-1", &cart).unwrap();
    let third = parts(sale.id, &[part(0, 1_000), part(1, 333)]);
    // 100.000 - 9.990.
    assert_eq!(
        till.preview_refund(&third).unwrap().amount,
        Money::new(90_010)
    );
    refund_as_told(&till, "refund-1", &third).unwrap();
    let box_ = refund_as_told(&till, "refund-2", &parts(sale.id, &[part(2, 1)]));
    assert_eq!(box_.unwrap_err().reason(), "refund.quantity_left");
    let less = loy::till::ReturnedPart {
        line: 2,
        measure: loy::till::Measure::Amount(Money::new(5_000)),
    };
    refund_as_told(&till, "refund-3", &parts(sale.id, &[less])).unwrap();
    let rest = till.preview_refund(&refund_of(sale.id)).unwrap().amount;
    assert_eq!(rest, Money::new(285_000 - 90_010 - 5_000));
    refund_as_told(&till, "refund-4", &refund_of(sale.id)).unwrap();
    assert_eq!(balance(&till, member).0, 0);
    assert_sound(&till);
}

#[test]
fn a_refund_s_own_receipt_says_what_is_paid_out_and_what_becomes_of_points() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("first", &cart_of(member, 100_000)).unwrap();
    // 4 of 10 points pay 4.000 d; 46.000 d give 5 (half up).
    let sale = till.record("sale", &spending(member, 50_000, 4)).unwrap();
    refund_as_told(&till, "back", &refund_of(sale.id)).unwrap();
    let lines = till.refund_done_receipt("back", 24, Diacritics::Kept);
    assert_eq!(
        lines.unwrap(),
        [
            "Hoàn tiền       46.000 đ",
            "Trừ lại           5 điểm",
            "Hoàn điểm         4 điểm",
        ]
    );
    let unknown = till.refund_done_receipt("sale", 24, Diacritics::Kept);
    assert_eq!(
        unknown.unwrap_err().to_string(),
        "No such refund at this till"
    );
}
