//! The first hundred, and once a member: what is had so often.

use loy::evaluate::{Quote, Reason};
use loy::till::{Goods, RefundRequest, Till};
use serde_json::{Value, json};

use crate::shop::{Shop, TODAY, assert_sound, cart, cart_of, date, enrol, phone, refund_of};

/// "Half price once": 50 % off, for so many of ten at till 1, beside 1 point for 10.000 d.
fn document(share: Value, offer: Value) -> Value {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    let mut half = json!({"id": "half", "percent": "50"});
    if !share.is_null() {
        half["quota"] = json!({"total": 10, "shares": [share]});
    }
    for (key, value) in offer.as_object().unwrap() {
        half[key] = value.clone();
    }
    document["offers"] = json!([half]);
    document
}

fn share(most: u32) -> Value {
    json!({"store": "HN01", "till": "1", "most": most})
}

fn shop(document: &Value) -> Shop {
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

fn told(quote: &Quote) -> &Reason {
    quote.reasons("half").next().unwrap()
}

fn price(till: &Till, id: &str, member: loy::kernel::MemberNumber) -> i64 {
    let sale = till.record(id, &cart_of(member, 100_000)).unwrap();
    sale.quote.outcome.payable.get()
}

#[test]
fn a_till_gives_its_share_of_the_first_ten_and_then_says_how_many_they_were() {
    let shop = shop(&document(share(3), json!({})));
    let till = shop.create();
    let one = enrol(&till);
    let two = till.enrol("enrol-2", &phone("0987654321")).unwrap().number;
    // Looking at a price uses nothing up.
    for _ in 0..5 {
        let quote = till.evaluate(&cart_of(one, 100_000)).unwrap();
        assert_eq!(quote.outcome.payable.get(), 50_000);
    }
    assert_eq!(
        [price(&till, "1", one), price(&till, "2", two)],
        [50_000, 50_000]
    );
    let held = till.authorise("hold", &cart_of(one, 100_000), 600).unwrap();
    let full = till.evaluate(&cart_of(two, 100_000)).unwrap();
    let reason = told(&full);
    assert_eq!(
        (full.outcome.payable.get(), reason.key, reason.text.as_str()),
        (
            100_000,
            "offer.quota",
            "half: không giảm, quầy này đã hết 3 trong 10 suất"
        )
    );
    assert_eq!(
        (&*reason.values["share"], &*reason.values["total"]),
        ("3", "10")
    );
    // Called off, its place is free; a return frees none.
    till.void("void", held.id, "no money").unwrap();
    let third = till.record("3", &cart_of(two, 100_000)).unwrap();
    assert_eq!(third.quote.outcome.payable.get(), 50_000);
    till.refund("back", &refund_of(third.id)).unwrap();
    assert_eq!(price(&till, "4", one), 100_000);
    // Asked again, an old sale has its old price.
    assert_eq!(price(&till, "1", one), 50_000);
    assert_sound(&till);
    till.close();
    let till = shop.open();
    assert_eq!(price(&till, "5", one), 100_000);
    assert_sound(&till);
}

#[test]
fn what_was_promised_is_given_though_the_share_is_used_up_meanwhile() {
    let shop = shop(&document(share(1), json!({})));
    let till = shop.create();
    let member = enrol(&till);
    let held = till
        .authorise("hold", &cart_of(member, 100_000), 600)
        .unwrap();
    assert_eq!(price(&till, "1", member), 100_000);
    // Another cart than the one that was authorised, and still its own place.
    let done = till
        .commit("pay", held.id, Some(&cart_of(member, 120_000)))
        .unwrap();
    assert_eq!(done.quote.outcome.payable.get(), 60_000);
    assert_eq!(price(&till, "2", member), 100_000);
    assert_sound(&till);
}

#[test]
fn without_a_share_or_without_a_member_nothing_is_given_and_the_reason_says_why() {
    let elsewhere = json!({"store": "HN01", "till": "2", "most": 3});
    let other = shop(&document(elsewhere, json!({})));
    let till = other.create();
    let member = enrol(&till);
    let quote = till.evaluate(&cart_of(member, 100_000)).unwrap();
    assert_eq!(
        told(&quote).text,
        "half: không giảm, quầy này không có suất nào trong 10 suất"
    );
    // Naming the other till in the cart gets nobody its share.
    let mut disguised = cart_of(member, 100_000);
    disguised.till = Some("2".to_owned());
    let quote = till.evaluate(&disguised).unwrap();
    assert_eq!(quote.outcome.payable.get(), 100_000);
    let own = shop(&document(share(3), json!({})));
    let till = own.create();
    let quote = till.evaluate(&cart(100_000)).unwrap();
    assert_eq!(
        (told(&quote).key, told(&quote).text.as_str()),
        ("offer.needs_member", "half: chỉ dành cho thành viên")
    );
}

#[test]
fn a_new_version_can_give_another_share_and_what_was_had_counts() {
    let shop = shop(&document(Value::Null, json!({})));
    let till = shop.create();
    let member = enrol(&till);
    assert_eq!(
        [price(&till, "1", member), price(&till, "2", member)],
        [50_000, 50_000]
    );
    let mut second = document(share(3), json!({}));
    second["version"] = json!(2);
    till.install_programme(second.to_string().as_bytes())
        .unwrap();
    assert_eq!(
        [price(&till, "3", member), price(&till, "4", member)],
        [50_000, 100_000]
    );
    assert_sound(&till);
}

#[test]
fn an_offer_is_had_once_a_day_by_each_member_and_once_more_after_a_whole_return() {
    let shop = shop(&document(Value::Null, json!({"times": {"day": 1}})));
    let till = shop.create();
    let one = enrol(&till);
    let two = till.enrol("enrol-2", &phone("0987654321")).unwrap().number;
    let first = till.record("1", &cart_of(one, 100_000)).unwrap();
    assert_eq!(first.quote.outcome.payable.get(), 50_000);
    let again = till.evaluate(&cart_of(one, 100_000)).unwrap();
    assert_eq!(
        (told(&again).key, told(&again).text.as_str()),
        (
            "offer.too_often",
            "half: đã nhận rồi, tối đa 1 lần mỗi ngày"
        )
    );
    assert_eq!(price(&till, "2", two), 50_000);
    let mut tomorrow = cart_of(one, 100_000);
    tomorrow.business_date = date(TODAY + 1);
    assert_eq!(
        till.evaluate(&tomorrow).unwrap().outcome.payable.get(),
        50_000
    );
    till.refund("back", &refund_of(first.id)).unwrap();
    assert_eq!(price(&till, "3", one), 50_000);
    let nobody = till.evaluate(&cart(100_000)).unwrap();
    assert_eq!(told(&nobody).key, "offer.needs_member");
    assert_sound(&till);
}

#[test]
fn a_rule_that_awards_has_a_quota_too_and_a_return_takes_back_what_it_gave() {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["earn"] = json!([{
        "id": "half", "wallet": "points", "fixed": {"points": "30"},
        "quota": {"total": 10, "shares": [share(1)]}
    }]);
    let shop = shop(&document);
    let till = shop.create();
    let member = enrol(&till);
    let first = till.record("1", &cart_of(member, 100_000)).unwrap();
    assert_eq!(first.quote.awarded(1).get(), 30);
    let second = till.record("2", &cart_of(member, 100_000)).unwrap();
    assert_eq!(
        told(&second.quote).text,
        "half: không tích điểm, quầy này đã hết 1 trong 10 suất"
    );
    till.refund("back", &refund_of(first.id)).unwrap();
    assert_eq!(crate::shop::balance(&till, member), (0, 0, 0, 0));
    assert_sound(&till);
}

/// A return keeps the place it had; a sale that should never have been had none.
#[test]
fn a_sale_that_should_never_have_been_gives_its_place_back() {
    let shop = shop(&document(share(1), json!({})));
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("1", &cart_of(member, 100_000)).unwrap();
    assert_eq!(sale.quote.outcome.payable.get(), 50_000);
    assert_eq!(price(&till, "2", member), 100_000);
    let void = RefundRequest {
        goods: Goods::PostVoid,
        reason: Some("typed twice".to_owned()),
        ..refund_of(sale.id)
    };
    till.refund("void", &void).unwrap();
    assert_sound(&till);
    assert_eq!(price(&till, "3", member), 50_000);
    assert_eq!(price(&till, "4", member), 100_000);
    assert_sound(&till);
    // Counted anew, as after a repair, it is the same.
    till.close();
    let mut settings = shop.settings();
    settings.path = shop.folder.path().join("saved.loy");
    let (saved, findings) = Till::salvage(&shop.path(), &settings).unwrap();
    assert_eq!(findings, []);
    assert_sound(&saved);
    assert_eq!(price(&saved, "5", member), 100_000);
}
