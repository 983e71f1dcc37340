//! What a programme says becomes of points when goods come back, and sales that should never have
//! been.

use loy::evaluate::{Cart, Line};
use loy::kernel::{MemberNumber, Money, Points, Quantity, SaleId};
use loy::texts::Diacritics;
use loy::till::{Adjustment, Goods, Measure, RefundRequest, ReturnedPart, SaleState, Till, status};
use serde_json::{Value, json};

use crate::people::adjustment;
use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart_of, date, enrol, refund_as_told, refund_of, spending,
};

/// "10.000 d = 1 point, half up; a point is worth 1.000 d", with this policy and these parts.
pub fn shop(refund: Value, parts: Value) -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["wallets"][0]["refund"] = refund;
    for (key, value) in parts.as_object().unwrap() {
        match key.as_str() {
            "expiry" => document["wallets"][0]["expiry"] = value.clone(),
            _ => document[key] = value.clone(),
        }
    }
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

fn usual() -> Shop {
    shop(json!({}), json!({}))
}

fn back(sale: SaleId, line: usize, measure: Measure) -> RefundRequest {
    RefundRequest {
        goods: Goods::Parts(vec![ReturnedPart { line, measure }]),
        ..refund_of(sale)
    }
}

fn pieces(sale: SaleId, line: usize, quantity_milli: i64) -> RefundRequest {
    back(sale, line, Measure::Quantity(Quantity::new(quantity_milli)))
}

/// Ten points are there; two shirts for 100.000 d, of which they pay 10.000.
fn two_shirts(till: &Till, member: MemberNumber) -> SaleId {
    till.record("before", &cart_of(member, 100_000)).unwrap();
    let mut cart = spending(member, 0, 10);
    cart.lines = vec![Line::new("AO", Quantity::new(2_000), Money::new(100_000))];
    let sale = till.record("sale", &cart).unwrap();
    // 90.000 d are paid.
    assert_eq!(sale.quote.awarded(1).get(), 9);
    assert_eq!(balance(till, member).0, 9);
    sale.id
}

#[test]
fn points_that_come_back_only_with_everything_wait_for_the_last_shirt() {
    let shop = shop(json!({"spent": "full_only"}), json!({}));
    let till = shop.create();
    let member = enrol(&till);
    let sale = two_shirts(&till, member);
    // 45.000 d are kept: 4,5 points, rounded up to 5 of the 9.
    refund_as_told(&till, "refund-1", &pieces(sale, 0, 1_000)).unwrap();
    assert_eq!(balance(&till, member).0, 5);
    refund_as_told(&till, "refund-2", &pieces(sale, 0, 1_000)).unwrap();
    assert_eq!(balance(&till, member).0, 10);
    assert_sound(&till);
}

#[test]
fn points_that_never_come_back_are_gone_with_the_goods() {
    let shop = shop(json!({"spent": "never"}), json!({}));
    let till = shop.create();
    let member = enrol(&till);
    let sale = two_shirts(&till, member);
    refund_as_told(&till, "refund-1", &refund_of(sale)).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_sound(&till);
}

/// A sale of 10 points, which are spent in the next.
fn earned_and_spent(till: &Till, member: MemberNumber) -> SaleId {
    let sale = till.record("sale", &cart_of(member, 100_000)).unwrap().id;
    let mut cart = spending(member, 10_000, 10);
    cart.lines[0].sku = "NON".to_owned();
    till.record("spent", &cart).unwrap();
    assert_eq!(balance(till, member), (0, 0, 0, 0));
    sale
}

#[test]
fn what_is_no_longer_there_is_owed_forgotten_or_not_taken_back_as_the_programme_says() {
    for (policy, debt) in [(json!({}), 10), (json!({"missing": "clamped"}), 0)] {
        let shop = shop(policy, json!({}));
        let till = shop.create();
        let member = enrol(&till);
        let sale = earned_and_spent(&till, member);
        refund_as_told(&till, "refund", &refund_of(sale)).unwrap();
        assert_eq!(balance(&till, member), (-debt, 0, 0, debt));
        assert_sound(&till);
    }
    let shop = shop(json!({"missing": "refused"}), json!({}));
    let till = shop.create();
    let member = enrol(&till);
    let sale = earned_and_spent(&till, member);
    let error = refund_as_told(&till, "refund", &refund_of(sale)).unwrap_err();
    assert_eq!(
        (error.status(), error.reason()),
        (status::REFUSED, "refund.points_missing")
    );
    assert!(error.to_string().contains("10 điểm"), "{error}");
    assert_eq!(till.sale(sale).unwrap().state, SaleState::Committed);
    // Nothing that earned fewer than one point is missing.
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_sound(&till);
}

fn on(cart: Cart, day: i64) -> Cart {
    Cart {
        business_date: date(day),
        ..cart
    }
}

fn known_on(till: &Till, member: MemberNumber, day: i64) -> i64 {
    let card = till.scan(&member.to_string(), date(day)).unwrap();
    card.wallets[0].balance.known.get()
}

/// Ten points of 22 November that die on 2 December pay for a hat on the 30th.
fn hat(till: &Till, member: MemberNumber) -> SaleId {
    till.record("before", &cart_of(member, 100_000)).unwrap();
    let cart = on(spending(member, 10_000, 10), 20_261_130);
    till.record("sale", &cart).unwrap().id
}

fn returned_on(sale: SaleId, day: i64) -> RefundRequest {
    RefundRequest {
        business_date: date(day),
        ..refund_of(sale)
    }
}

#[test]
fn spent_points_return_to_their_lot_and_lapse_with_it() {
    let shop = shop(json!({}), json!({"expiry": {"days": 10}}));
    let till = shop.create();
    let member = enrol(&till);
    let sale = hat(&till, member);
    let preview = till.preview_refund(&returned_on(sale, 20_261_202)).unwrap();
    let line = &preview.wallets[0];
    assert_eq!((line.returned.get(), line.lapsed.get()), (10, 10));
    let in_time = till.preview_refund(&returned_on(sale, 20_261_201)).unwrap();
    assert_eq!(in_time.wallets[0].lapsed.get(), 0);
    refund_as_told(&till, "refund", &returned_on(sale, 20_261_202)).unwrap();
    assert_eq!(known_on(&till, member, 20_261_201), 10);
    assert_eq!(known_on(&till, member, 20_261_202), 0);
    // Written off, and nothing is left of the lot: the refund tells the same.
    shop.clock.advance_seconds(10 * 86_400);
    till.close_day("close", date(20_261_202)).unwrap();
    assert_eq!(till.refund_done("refund").unwrap(), preview);
    assert_sound(&till);
}

#[test]
fn with_days_of_grace_they_can_be_spent_so_many_days() {
    let policy = json!({"grace_days": 3});
    let shop = shop(policy, json!({"expiry": {"days": 10}}));
    let till = shop.create();
    let member = enrol(&till);
    let sale = hat(&till, member);
    refund_as_told(&till, "refund", &returned_on(sale, 20_261_202)).unwrap();
    for (day, known) in [(20_261_202, 10), (20_261_204, 10), (20_261_205, 0)] {
        assert_eq!(known_on(&till, member, day), known, "{day}");
    }
    // Every kind of entry has its words on a statement.
    for language in [loy::texts::Language::Vi, loy::texts::Language::En] {
        for kind in loy::ledger::Kind::ALL {
            let key = format!("entry.{}", kind.name());
            let words = loy::texts::phrase(language, &key, &[]);
            assert!(!words.is_empty() && words != key, "{key}");
        }
    }
    // They can be spent, and the ledger adds up.
    let cart = on(spending(member, 10_000, 10), 20_261_204);
    let spent = till.record("again", &cart).unwrap();
    assert_eq!(spent.quote.redeemed(1).get(), 10);
    assert_sound(&till);
    till.close_day("close", date(TODAY)).unwrap();
    assert_sound(&till);
}

#[test]
fn points_follow_the_money_the_pos_gives_back_where_the_programme_says_so() {
    // A shirt of 100.000 d comes back for 80.000: a fee for restocking.
    let fee = Measure::QuantityFor(Quantity::new(1_000), Money::new(80_000));
    for (policy, left) in [(json!({"base": "stated"}), 2), (json!({}), 0)] {
        let shop = shop(policy, json!({}));
        let till = shop.create();
        let member = enrol(&till);
        let sale = till.record("sale", &cart_of(member, 100_000)).unwrap().id;
        let preview = till.preview_refund(&back(sale, 0, fee)).unwrap();
        assert_eq!(preview.amount, Money::new(80_000));
        let after = refund_as_told(&till, "refund", &back(sale, 0, fee)).unwrap();
        assert_eq!(after.state, SaleState::Refunded);
        assert_eq!(balance(&till, member).0, left);
        assert_sound(&till);
    }
}

#[test]
fn more_money_than_was_paid_is_not_given_back() {
    let till_shop = usual();
    let till = till_shop.create();
    let member = enrol(&till);
    let sale = two_shirts(&till, member);
    let half = |amount| Measure::QuantityFor(Quantity::new(1_000), Money::new(amount));
    refund_as_told(&till, "refund-1", &back(sale, 0, half(50_000))).unwrap();
    let error = refund_as_told(&till, "refund-2", &back(sale, 0, half(50_000))).unwrap_err();
    assert_eq!(error.reason(), "refund.amount_left");
    assert!(error.to_string().contains("40.000"), "{error}");
    refund_as_told(&till, "refund-3", &back(sale, 0, half(40_000))).unwrap();
    assert_eq!(balance(&till, member).0, 10);
    assert_sound(&till);
}

#[test]
fn where_more_was_given_for_one_shirt_the_other_gives_what_is_left() {
    // Two shirts for 90.000 d; 50.000 d were given for the first.
    let first = Measure::QuantityFor(Quantity::new(1_000), Money::new(50_000));
    let second = Measure::Quantity(Quantity::new(1_000));
    for policy in [json!({}), json!({"base": "stated"})] {
        let rest = |sale| [refund_of(sale), back(sale, 0, second)];
        for at in 0..2 {
            let shop = shop(policy.clone(), json!({}));
            let till = shop.create();
            let member = enrol(&till);
            let sale = two_shirts(&till, member);
            refund_as_told(&till, "refund-1", &back(sale, 0, first)).unwrap();
            let request = &rest(sale)[at];
            let preview = till.preview_refund(request).unwrap();
            assert_eq!(preview.amount, Money::new(40_000), "{policy}");
            let after = refund_as_told(&till, "refund-2", request).unwrap();
            assert_eq!(after.state, SaleState::Refunded);
            assert_eq!(balance(&till, member).0, 10);
            assert_sound(&till);
        }
    }
}

#[test]
fn what_comes_back_is_worth_what_today_s_rules_say_where_the_programme_says_so() {
    // 50 points for 500.000 d, by the sale's own rule, which still stands.
    let shop = shop(json!({"rules": "current"}), json!({}));
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale", &cart_of(member, 500_000)).unwrap().id;
    assert_eq!(balance(&till, member).0, 50);
    refund_as_told(&till, "refund", &refund_of(sale)).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_sound(&till);
}

/// A point for each visit, two for the first; at most 12 a day.
fn visits() -> Value {
    json!({"earn": [
        {"id": "bill", "wallet": "points", "amount": {"per": "10000", "points": "1"}, "caps": {"day": "12"}},
        {"id": "first", "wallet": "points", "when": {"visit": {"number": 1}}, "fixed": {"points": "2"}},
    ]})
}

#[test]
fn a_return_keeps_the_visit_and_a_post_void_takes_it_back() {
    for (goods, first_again) in [(Goods::Everything, 0), (Goods::PostVoid, 2)] {
        let shop = shop(json!({"spent": "never"}), visits());
        let till = shop.create();
        let member = enrol(&till);
        let sale = till.record("sale", &cart_of(member, 100_000)).unwrap();
        assert_eq!(sale.quote.awarded(1).get(), 12);
        let request = RefundRequest {
            goods,
            reason: Some("rung up on the wrong card".to_owned()),
            ..refund_of(sale.id)
        };
        let after = refund_as_told(&till, "undo", &request).unwrap();
        assert_eq!(after.state, SaleState::Refunded);
        assert_eq!(balance(&till, member), (0, 0, 0, 0));
        let again = till.record("again", &cart_of(member, 100_000)).unwrap();
        assert_eq!(again.quote.awarded(1).get(), 10 + first_again);
        assert!(
            refund_as_told(&till, "undo", &request)
                .unwrap()
                .was_replayed
        );
        assert_sound(&till);
    }
}

#[test]
fn a_post_void_gives_spent_points_back_whatever_the_policy_and_wants_a_reason() {
    let shop = shop(json!({"spent": "never", "rules": "current"}), json!({}));
    let till = shop.create();
    let member = enrol(&till);
    let sale = two_shirts(&till, member);
    let request = RefundRequest {
        goods: Goods::PostVoid,
        ..refund_of(sale)
    };
    let error = refund_as_told(&till, "undo", &request).unwrap_err();
    assert_eq!(
        (error.status(), error.field()),
        (status::E_ARGUMENT, "reason")
    );
    // One shirt came back before; its points are gone, by the policy.
    refund_as_told(&till, "refund", &pieces(sale, 0, 1_000)).unwrap();
    let request = RefundRequest {
        reason: Some("paid twice".to_owned()),
        ..request
    };
    refund_as_told(&till, "undo", &request).unwrap();
    assert_eq!(balance(&till, member), (10, 10, 0, 0));
    let error = refund_as_told(&till, "once-more", &request).unwrap_err();
    assert_eq!(error.status(), status::ALREADY_RESOLVED);
    assert_sound(&till);
}

#[test]
fn what_a_gift_card_paid_goes_back_onto_it_and_only_the_rest_is_paid_out() {
    let card = json!({"id": "card", "number": 2, "kind": "money", "name": {"vi": "Thẻ quà"}});
    let points =
        json!({"id": "points", "number": 1, "name": {"vi": "Điểm"}, "unit": {"vi": "điểm"}});
    let shop = shop(json!({}), json!({"wallets": [points, card]}));
    let till = shop.create();
    let member = enrol(&till);
    let load = Adjustment {
        wallet: "card".to_owned(),
        ..adjustment(member, 20_000)
    };
    till.adjust("load", &load).unwrap();
    let mut cart = cart_of(member, 50_000);
    let wanted = ("card".to_owned(), Points::new(20_000));
    cart.points_wanted.extend([wanted]);
    let sale = till.record("sale", &cart).unwrap();
    assert_eq!(sale.quote.outcome.payable, Money::new(30_000));
    refund_as_told(&till, "back", &refund_of(sale.id)).unwrap();
    let done = till.refund_done("back").unwrap();
    assert_eq!((done.amount.get(), done.stored.get()), (50_000, 20_000));
    // 50.000 d earned 5 points.
    let lines = till.refund_done_receipt("back", 24, Diacritics::Kept);
    assert_eq!(
        lines.unwrap(),
        [
            "Hoàn tiền       30.000 đ",
            "Trừ lại           5 điểm",
            "Hoàn điểm       20.000 đ",
        ]
    );
}
