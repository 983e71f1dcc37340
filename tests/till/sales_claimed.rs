//! A customer has paid, and says only then that they are a member.

use loy::evaluate::Cart;
use loy::kernel::{MemberNumber, Money, Points, Quantity, SaleId};
use loy::ledger::Kind;
use loy::till::{
    ClaimRequest, Error, Goods, Measure, ReceiptKey, RefundRequest, ReturnedPart, SaleState, Till,
    status,
};
use serde_json::{Value, json};

use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart, cart_of, claim_of, date, enrol, phone,
    refund_as_told, refund_of, spending,
};

fn claim(
    till: &Till,
    id: &str,
    sale: SaleId,
    member: MemberNumber,
) -> Result<loy::till::Sale, Error> {
    till.claim(id, &claim_of(sale, member))
}

fn told(error: &Error) -> (i32, &str) {
    (error.status(), error.reason())
}

/// The usual programme with other or more parts.
fn shop(parts: Value) -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    for (key, value) in parts.as_object().unwrap() {
        document[key] = value.clone();
    }
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

fn part(line: usize, pieces: i64) -> Goods {
    let measure = Measure::Quantity(Quantity::new(pieces * 1_000));
    Goods::Parts(vec![ReturnedPart { line, measure }])
}

fn back(sale: SaleId, goods: Goods) -> RefundRequest {
    RefundRequest {
        goods,
        ..refund_of(sale)
    }
}

/// Four shirts at 25.000 d.
fn four_shirts() -> Cart {
    let mut cart = cart(100_000);
    cart.receipt_number = Some("0007".to_owned());
    cart.lines[0].quantity_milli = Quantity::new(4_000);
    cart
}

#[test]
fn a_customer_who_comes_back_with_the_receipt_gets_the_points_of_the_bill() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &four_shirts()).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    let claimed = claim(&till, "claim-1", sale.id, member).unwrap();
    assert_eq!((claimed.id, claimed.state), (sale.id, SaleState::Committed));
    assert_eq!(claimed.cart.member, Some(member));
    assert_eq!(claimed.quote.outcome.payable, Money::new(100_000));
    assert_eq!(claimed.quote.awarded(1), Points::new(10));
    let line = claimed.quote.wallet(1).unwrap();
    assert_eq!((line.before.known.get(), line.after.get()), (0, 10));
    assert_eq!(balance(&till, member), (10, 10, 0, 0));
    // Found by its receipt, it is the member's from now on.
    let key = ReceiptKey {
        receipt_number: "0007".to_owned(),
        business_date: date(TODAY),
        till: None,
        part: 1,
    };
    assert_eq!(till.find_sale(&key).unwrap().cart.member, Some(member));
    let kinds = |kind: Kind| {
        let history = till.history(member, 0, 100).unwrap();
        history
            .into_iter()
            .filter(|entry| entry.kind == kind)
            .count()
    };
    assert_eq!((kinds(Kind::Claim), kinds(Kind::Award)), (1, 1));
    assert_sound(&till);
}

#[test]
fn the_points_pay_what_the_member_owes_before_anything_is_left_to_spend() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let bill = till.record("1", &cart_of(member, 40_000)).unwrap();
    till.record("2", &spending(member, 4_000, 4)).unwrap();
    refund_as_told(&till, "3", &refund_of(bill.id)).unwrap();
    assert_eq!(balance(&till, member), (-4, 0, 0, 4));
    let sale = till.record("4", &cart(100_000)).unwrap();
    claim(&till, "5", sale.id, member).unwrap();
    assert_eq!(balance(&till, member), (6, 6, 0, 0));
    assert_sound(&till);
}

#[test]
fn a_claimed_bill_comes_back_like_any_other_of_the_members() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &four_shirts()).unwrap();
    claim(&till, "claim-1", sale.id, member).unwrap();
    // One of four shirts: 75.000 d are kept, 8 points (7,5 half up).
    refund_as_told(&till, "back-1", &back(sale.id, part(0, 1))).unwrap();
    assert_eq!(balance(&till, member).0, 8);
    let preview = till.preview_refund(&refund_of(sale.id)).unwrap();
    assert_eq!(preview.amount, Money::new(75_000));
    let all = refund_as_told(&till, "back-2", &refund_of(sale.id)).unwrap();
    assert_eq!(all.state, SaleState::Refunded);
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_sound(&till);
}

#[test]
fn what_came_back_before_the_claim_gives_no_points_and_the_rest_can_still_come_back() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &four_shirts()).unwrap();
    refund_as_told(&till, "back-1", &back(sale.id, part(0, 1))).unwrap();
    let claimed = claim(&till, "claim-1", sale.id, member).unwrap();
    assert_eq!(claimed.quote.awarded(1), Points::new(8));
    assert_eq!(balance(&till, member).0, 8);
    // Two more: one shirt, 25.000 d, 3 points (2,5 half up) are left.
    refund_as_told(&till, "back-2", &back(sale.id, part(0, 2))).unwrap();
    assert_eq!(balance(&till, member).0, 3);
    refund_as_told(&till, "back-3", &back(sale.id, part(0, 1))).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_eq!(till.sale(sale.id).unwrap().state, SaleState::Refunded);
    assert_sound(&till);
}

#[test]
fn a_bill_is_claimed_once_and_only_if_it_is_nobodys_and_stands() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let other = till.enrol("enrol-2", &phone("0987654321")).unwrap().number;
    let anonymous = till.record("1", &cart(100_000)).unwrap().id;
    claim(&till, "2", anonymous, member).unwrap();
    let refuse = |id: &str, sale: SaleId| claim(&till, id, sale, other).unwrap_err();
    let error = refuse("3", anonymous);
    assert_eq!(told(&error), (status::ALREADY_RESOLVED, "claim.twice"));
    assert_eq!(error.sale(), Some(anonymous));
    let members = till.record("4", &cart_of(member, 100_000)).unwrap().id;
    assert_eq!(
        told(&refuse("5", members)),
        (status::REFUSED, "claim.of_a_member")
    );
    let held = till.authorise("6", &cart(50_000), 600).unwrap().id;
    assert_eq!(
        told(&refuse("7", held)),
        (status::REFUSED, "claim.not_final")
    );
    till.void("8", held, "").unwrap();
    assert_eq!(
        told(&refuse("9", held)),
        (status::ALREADY_RESOLVED, "sale.voided")
    );
    let returned = till.record("10", &cart(50_000)).unwrap().id;
    refund_as_told(&till, "11", &refund_of(returned)).unwrap();
    assert_eq!(
        told(&refuse("12", returned)),
        (status::ALREADY_RESOLVED, "sale.refunded")
    );
    let elsewhere = SaleId {
        seq: 9_999,
        ..anonymous
    };
    assert_eq!(
        told(&refuse("13", elsewhere)),
        (status::NOT_FOUND, "sale.unknown")
    );
    assert_eq!(balance(&till, member).0, 20);
    assert_eq!(balance(&till, other).0, 0);
    assert_sound(&till);
}

#[test]
fn asked_again_after_a_crash_a_claim_gives_its_answer_again_and_its_points_once() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("1", &four_shirts()).unwrap();
    let first = claim(&till, "2", sale.id, member).unwrap();
    drop(till);
    let till = shop.open();
    let again = claim(&till, "2", sale.id, member).unwrap();
    assert!(again.was_replayed);
    assert_eq!(again.quote.to_json(), first.quote.to_json());
    assert_eq!(balance(&till, member).0, 10);
    let other = till.enrol("enrol-2", &phone("0987654321")).unwrap().number;
    let error = claim(&till, "2", sale.id, other).unwrap_err();
    assert_eq!(
        (error.status(), error.field()),
        (status::E_OPERATION_CONFLICT, "member")
    );
    // The sale's own call, asked again, tells the sale that was nobody's.
    let sold = till.record("1", &four_shirts()).unwrap();
    assert!(sold.was_replayed && sold.quote.awarded(1).is_zero());
    assert_eq!(sold.quote.awarded_with_card(1), Points::new(10));
}

#[test]
fn the_programme_says_for_how_many_days_a_receipt_can_be_claimed() {
    let on = |day: i64, sale: SaleId, member| ClaimRequest {
        business_date: date(day),
        ..claim_of(sale, member)
    };
    // Where it says nothing, on the day itself.
    let usual = Shop::new();
    let till = usual.create();
    let member = enrol(&till);
    let sale = till.record("1", &cart(100_000)).unwrap().id;
    let error = till.claim("2", &on(20_261_123, sale, member)).unwrap_err();
    assert_eq!(told(&error), (status::EXPIRED, "claim.too_late"));
    let error = till.claim("3", &on(20_261_121, sale, member)).unwrap_err();
    assert_eq!(told(&error), (status::REFUSED, "claim.before_sale"));

    let thirty = shop(json!({"claims": {"within_days": 30}}));
    let till = thirty.create();
    let member = enrol(&till);
    let sale = till.record("1", &cart(100_000)).unwrap().id;
    // 22 November and 30 days is 22 December.
    let error = till.claim("2", &on(20_261_223, sale, member)).unwrap_err();
    assert_eq!(told(&error), (status::EXPIRED, "claim.too_late"));
    assert_eq!(
        error.cashier_text(loy::texts::Language::Vi),
        "Đã quá hạn bổ sung thành viên: chậm nhất 30 ngày sau ngày mua"
    );
    till.claim("3", &on(20_261_222, sale, member)).unwrap();
    assert_sound(&till);
}

#[test]
fn a_claim_counts_on_the_day_of_the_sale_for_visits_tiers_and_caps() {
    let shop = shop(json!({
        "claims": {"within_days": 30},
        "earn": [
            {"id": "spend", "wallet": "points", "amount": {"per": "10000", "points": "1"}, "caps": {"day": "12"}},
            {"id": "third", "wallet": "points", "fixed": {"points": "50"}, "when": {"visit": {"number": 3}}},
        ],
        "tiers": {"basis": "spend", "window": "months", "months": 12, "levels": [
            {"id": "green", "from": "0"}, {"id": "gold", "from": "150000", "factor": "2"},
        ]},
    }));
    let till = shop.create();
    let member = enrol(&till);
    let day = |sale: Cart, day: i64| Cart {
        business_date: date(day),
        ..sale
    };
    let first = till
        .record("1", &day(cart(100_000), 20_261_101))
        .unwrap()
        .id;
    let second = till
        .record("2", &day(cart_of(member, 60_000), 20_261_101))
        .unwrap();
    assert_eq!(second.quote.awarded(1), Points::new(6));
    // Only 12 points a day: 6 of the 10 are left on 1 November, whatever day it is now.
    let claimed = claim(&till, "3", first, member).unwrap();
    assert_eq!(claimed.quote.awarded(1), Points::new(6));
    let tier = claimed.quote.tier.clone().unwrap();
    assert_eq!(
        (tier.tier.as_str(), tier.tier_after.as_str()),
        ("green", "gold")
    );
    // Today is the third visit, of a gold member: 160.000 d in twelve months. The cap of 12 cuts
    // 2 x 10 points.
    let third = till.record("4", &cart_of(member, 100_000)).unwrap();
    assert_eq!(third.quote.tier.as_ref().unwrap().tier, "gold");
    assert_eq!(third.quote.awarded(1), Points::new(12 + 100));
    // With the claimed sale and the last one back, 60.000 d of the second are left.
    refund_as_told(&till, "5", &refund_of(first)).unwrap();
    refund_as_told(&till, "6", &refund_of(third.id)).unwrap();
    let next = till.evaluate(&cart_of(member, 10_000)).unwrap();
    assert_eq!(next.tier.unwrap().counted, 60_000);
    assert_sound(&till);
}

#[test]
fn a_claimed_bill_is_never_cheaper_than_it_was_paid() {
    let shop = shop(json!({"rewards": [
        {"id": "ten", "wallet": "points", "points": "5", "money": "5000", "use": "automatic"},
    ]}));
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, 40_000)).unwrap();
    let sale = till.record("2", &cart(100_000)).unwrap().id;
    let claimed = claim(&till, "3", sale, member).unwrap();
    assert_eq!(claimed.quote.outcome.payable, Money::new(100_000));
    assert_eq!(claimed.quote.redeemed(1), Points::ZERO);
    let told: Vec<_> = claimed
        .quote
        .reasons("ten")
        .map(|reason| reason.key)
        .collect();
    assert_eq!(told, ["reward.declined"]);
    assert_eq!(balance(&till, member).0, 14);
}

#[test]
fn a_day_that_is_closed_takes_a_claim_and_the_totals_tell_it() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("1", &cart(100_000)).unwrap().id;
    till.close_day("2", date(TODAY)).unwrap();
    claim(&till, "3", sale, member).unwrap();
    let report = till.close_day("4", date(TODAY)).unwrap();
    let line = |kind: &str| {
        let line = report.totals.iter().find(|line| line.kind == kind).unwrap();
        (line.count, line.points.get(), line.amount.get())
    };
    assert_eq!(line("commit"), (1, 0, 100_000));
    assert_eq!(line("claim"), (1, 0, 100_000));
    assert_eq!(line("award"), (1, 10, 0));
    assert_sound(&till);
}

#[test]
fn returns_priced_by_todays_rules_take_nothing_from_nobody_and_no_more_than_was_claimed() {
    let shop = {
        let mut document: Value =
            serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
        document["wallets"][0]["refund"] = json!({"rules": "current"});
        Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
    };
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("1", &four_shirts()).unwrap().id;
    refund_as_told(&till, "2", &back(sale, part(0, 1))).unwrap();
    let claimed = claim(&till, "3", sale, member).unwrap();
    assert_eq!(claimed.quote.awarded(1), Points::new(8));
    refund_as_told(&till, "4", &refund_of(sale)).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_sound(&till);
}

/// 50.000 d more were bought than authorised, and only then the customer showed the card.
#[test]
fn a_commit_asked_again_after_the_claim_still_tells_how_much_more_was_paid() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let held = till.authorise("hold", &cart(100_000), 600).unwrap().id;
    let paid = till.commit("paid", held, Some(&cart(150_000))).unwrap();
    assert_eq!(paid.payable_change, Money::new(50_000));
    till.claim("claim", &claim_of(held, member)).unwrap();
    let again = till.commit("paid", held, Some(&cart(150_000))).unwrap();
    assert!(again.was_replayed);
    assert_eq!(again.payable_change, Money::new(50_000));
    let first = till.authorise("hold", &cart(100_000), 600).unwrap();
    assert_eq!(first.payable_change, Money::ZERO);
}
