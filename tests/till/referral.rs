//! A friend is brought: the friend has something at once, the other once the friend has bought.

use loy::evaluate::{Cart, Goods, Measure, ReturnedPart};
use loy::kernel::{MemberNumber, Money};
use loy::till::{EventReport, Split, Till, status};
use serde_json::Value;

use crate::households::{join, leave};
use crate::shop::{Shop, TODAY, assert_sound, balance, cart_of, date, enrol, phone, refund_of};

const REFERRAL: &str = include_str!("../programmes/referral.json");

fn shop() -> Shop {
    Shop::with(|provisioning| provisioning.programme = REFERRAL.as_bytes().to_vec())
}

fn on(member: MemberNumber, day: i64, total: i64) -> Cart {
    Cart {
        business_date: date(day),
        ..cart_of(member, total)
    }
}

fn friend(till: &Till, number: &str) -> MemberNumber {
    till.enrol(number, &phone(number)).unwrap().number
}

fn brings(friend: MemberNumber, advocate: MemberNumber) -> EventReport {
    let time = cart_of(friend, 1);
    EventReport {
        reference: Some(advocate.to_string()),
        time: Some((time.at_ms, time.utc_offset_minutes, date(TODAY))),
        ..EventReport::new("referral", friend)
    }
}

#[test]
fn the_friend_has_a_voucher_at_once_and_the_other_points_once_the_friend_has_bought_enough() {
    let shop = shop();
    let till = shop.create();
    let (advocate, friend) = (enrol(&till), friend(&till, "0987654321"));
    let done = till.event("brought", &brings(friend, advocate)).unwrap();
    assert_eq!(done.awards[0].wallet, "welcome");
    assert_eq!(
        done.explanation[0].text(),
        "Được bạn giới thiệu: tặng Phiếu chào bạn mới"
    );
    assert_eq!(balance(&till, advocate).0, 0);
    // 199.999 are not enough, and do not spoil it.
    let small = till.record("small", &on(friend, TODAY, 199_999)).unwrap();
    let told = small.quote.reasons("referral:friend").next().unwrap();
    assert_eq!(
        told.text(),
        "Được bạn giới thiệu: mua thêm 1 đ để đủ điều kiện"
    );
    assert_eq!(balance(&till, advocate).0, 0);
    let enough = till.record("enough", &on(friend, TODAY, 200_000)).unwrap();
    assert_eq!(enough.quote.outcome.referral, Some(advocate));
    assert_eq!(
        (balance(&till, friend).0, balance(&till, advocate).0),
        (20, 50)
    );
    // Asked again it is the same; the next purchase is no first one.
    till.record("enough", &on(friend, TODAY, 200_000)).unwrap();
    till.record("next", &on(friend, TODAY, 300_000)).unwrap();
    assert_eq!(
        (balance(&till, friend).0, balance(&till, advocate).0),
        (20, 50)
    );
    assert_sound(&till);
}

#[test]
fn what_comes_back_takes_both_back_and_the_next_purchase_counts() {
    let shop = shop();
    let till = shop.create();
    let (advocate, friend) = (enrol(&till), friend(&till, "0987654321"));
    till.event("brought", &brings(friend, advocate)).unwrap();
    let sale = till.record("sale", &on(friend, TODAY, 250_000)).unwrap();
    let part = |amount| {
        let mut part = refund_of(sale.id);
        part.goods = Goods::Parts(vec![ReturnedPart {
            line: 0,
            measure: Measure::Amount(Money::new(amount)),
        }]);
        part
    };
    till.refund("part", &part(50_000)).unwrap();
    assert_eq!(
        (balance(&till, friend).0, balance(&till, advocate).0),
        (20, 50)
    );
    till.refund("more", &part(1)).unwrap();
    assert_eq!(
        (balance(&till, friend).0, balance(&till, advocate).0),
        (0, 0)
    );
    till.refund("rest", &refund_of(sale.id)).unwrap();
    assert_eq!(
        (balance(&till, friend).0, balance(&till, advocate).0),
        (0, 0)
    );
    till.record("again", &on(friend, TODAY, 200_000)).unwrap();
    assert_eq!(
        (balance(&till, friend).0, balance(&till, advocate).0),
        (20, 50)
    );
    assert_sound(&till);
}

#[test]
fn what_the_other_spent_meanwhile_is_owed_and_never_keeps_the_friend_from_returning() {
    let shop = shop();
    let till = shop.create();
    let (advocate, friend) = (enrol(&till), friend(&till, "0987654321"));
    till.event("brought", &brings(friend, advocate)).unwrap();
    let sale = till.record("sale", &on(friend, TODAY, 200_000)).unwrap();
    let mut spends = on(advocate, TODAY, 100_000);
    spends
        .points_wanted
        .insert("points".to_owned(), loy::kernel::Points::new(30));
    till.record("spends", &spends).unwrap();
    till.refund("back", &refund_of(sale.id)).unwrap();
    assert_eq!(balance(&till, advocate).3, 30);
    assert_sound(&till);
}

#[test]
fn a_till_thanks_who_it_has_never_seen_for_two_friends_a_month() {
    let shop = shop();
    let till = shop.create();
    // Of another till: 12 digits that are right.
    let advocate = MemberNumber::from_body(77_000_000_001).unwrap();
    let friends = ["0987654321", "0987654322", "0987654323"].map(|number| friend(&till, number));
    for (place, friend) in friends.into_iter().enumerate() {
        till.event(&format!("e{place}"), &brings(friend, advocate))
            .unwrap();
        till.record(&format!("s{place}"), &on(friend, TODAY, 200_000))
            .unwrap();
    }
    assert_eq!(balance(&till, advocate).0, 100);
    let after = till
        .event("late", &brings(friend(&till, "0987654324"), advocate))
        .unwrap();
    assert!(!after.was_replayed);
    assert_sound(&till);
}

#[test]
fn who_shares_an_account_is_thanked_as_often_as_the_programme_says_each_or_together() {
    // Two a month: the third friend that one of the two brings is theirs alone, or beyond what both have.
    for (per, expected) in [("member", 150), ("household", 100)] {
        let mut document: Value = serde_json::from_str(REFERRAL).unwrap();
        document["referral"]["times"]["per"] = per.into();
        let shop =
            Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes());
        let till = shop.create();
        let (a, b) = (enrol(&till), friend(&till, "0911111111"));
        join(&till, b, a);
        let brought = |number: &str, advocate| {
            let friend = friend(&till, number);
            let id = format!("brought-{number}");
            till.event(&id, &brings(friend, advocate)).unwrap();
            let id = format!("bought-{number}");
            till.record(&id, &on(friend, TODAY, 200_000)).unwrap()
        };
        brought("0987654321", a);
        brought("0987654322", a);
        brought("0987654323", b);
        assert_eq!(balance(&till, a).0, expected, "{per}");
        // Alone again, b has been thanked once at the most, and a twice.
        leave(&till, b, Split::Nothing);
        brought("0987654324", b);
        brought("0987654325", a);
        assert_eq!(
            (balance(&till, a).0, balance(&till, b).0),
            (expected, 50),
            "{per}"
        );
        assert_sound(&till);
    }
}

#[test]
fn nobody_brings_themselves_somebody_twice_or_somebody_who_was_there_before() {
    let shop = shop();
    let till = shop.create();
    let (advocate, friend) = (enrol(&till), friend(&till, "0987654321"));
    let refusal = |id: &str, report: &EventReport| {
        let refused = till.event(id, report).unwrap_err();
        (refused.status(), refused.reason().to_owned())
    };
    assert_eq!(
        refusal("self", &brings(friend, friend)),
        (status::REFUSED, "referral.self".to_owned())
    );
    let mut wrong = brings(friend, advocate);
    wrong.reference = Some("123456789012".to_owned());
    assert_eq!(refusal("wrong", &wrong).0, status::E_ARGUMENT);
    let by_hand = EventReport::new("referred", advocate);
    assert_eq!(
        refusal("hand", &by_hand),
        (status::REFUSED, "event.unknown".to_owned())
    );
    till.event("brought", &brings(friend, advocate)).unwrap();
    let other = MemberNumber::from_body(77_000_000_001).unwrap();
    assert_eq!(
        refusal("twice", &brings(friend, other)),
        (status::ALREADY_RESOLVED, "event.already".to_owned())
    );
    till.record("bought", &on(advocate, TODAY, 1_000)).unwrap();
    assert_eq!(
        refusal("known", &brings(advocate, friend)),
        (status::REFUSED, "referral.not_new".to_owned())
    );
    assert_sound(&till);
}

#[test]
fn after_thirty_days_it_is_too_late() {
    let shop = shop();
    let till = shop.create();
    let (advocate, friend) = (enrol(&till), friend(&till, "0987654321"));
    till.event("brought", &brings(friend, advocate)).unwrap();
    // The 22nd of November and thirty days are the 22nd of December.
    let late = till.evaluate(&on(friend, 20_261_223, 200_000)).unwrap();
    let told = late.reasons("referral:friend").next().unwrap();
    assert_eq!(
        told.text(),
        "Được bạn giới thiệu: chỉ tính hóa đơn đến hết 22/12/2026"
    );
    till.record("last", &on(friend, 20_261_222, 200_000))
        .unwrap();
    assert_eq!(balance(&till, advocate).0, 50);
    assert_sound(&till);
}
