//! Challenges at the till: what counts is what its ledger holds, and what comes back takes its award.

use loy::evaluate::{Cart, Goods, Measure, ReturnedPart};
use loy::kernel::{MemberNumber, Quantity};
use loy::till::{EventReport, EventReturn, Period, Till};

use crate::shop::{Shop, TODAY, assert_sound, balance, cart_of, date, enrol, refund_of};

const CHALLENGES: &str = include_str!("../programmes/challenges.json");

fn shop() -> Shop {
    Shop::with(|provisioning| provisioning.programme = CHALLENGES.as_bytes().to_vec())
}

fn on(member: MemberNumber, day: i64, total: i64) -> Cart {
    Cart {
        business_date: date(day),
        ..cart_of(member, total)
    }
}

/// Cups of coffee for 30.000 each.
fn coffees(member: MemberNumber, day: i64, cups: i64) -> Cart {
    let mut cart = on(member, day, cups * 30_000);
    cart.lines[0].sku = "ca-phe".to_owned();
    cart.lines[0].quantity_milli = Quantity::new(cups * 1_000);
    cart
}

/// What the member has of a wallet of this number.
fn has(till: &Till, member: MemberNumber, wallet: u8) -> i64 {
    let quote = till.evaluate(&on(member, TODAY, 1)).unwrap();
    quote.wallet(wallet).unwrap().before.known.get()
}

fn counted(till: &Till, member: MemberNumber, challenge: &str) -> (i64, Option<i64>) {
    let quote = till.evaluate(&on(member, TODAY, 0)).unwrap();
    let mut goals = quote.challenges.iter();
    let goal = goals.find(|goal| goal.challenge == challenge).unwrap();
    (goal.counted, goal.missing)
}

#[test]
fn five_visits_in_november_are_fifty_points_and_the_statement_tells_the_way() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    for (place, day) in [20_261_101, 20_261_103, 20_261_110, 20_261_112]
        .into_iter()
        .enumerate()
    {
        till.record(&format!("s{place}"), &on(member, day, 1_000))
            .unwrap();
    }
    let told = till
        .statement(&member.to_string(), Some(date(TODAY)), Period::default())
        .unwrap();
    let november = told
        .challenges
        .iter()
        .find(|text| text.contains("Mười Một"));
    assert_eq!(
        november.map(String::as_str),
        Some("Năm lần ghé tháng Mười Một: được 4 trên 5; còn thiếu 1, hạn đến hết 30/11/2026")
    );
    assert!(told.to_text().contains("được 4 trên 5"));
    let fifth = till.record("fifth", &on(member, TODAY, 1_000)).unwrap();
    assert_eq!(balance(&till, member).0, 50);
    // It is told the same when it is asked again, and is had once.
    assert_eq!(till.sale(fifth.id).unwrap().quote, fifth.quote);
    till.record("sixth", &on(member, TODAY, 1_000)).unwrap();
    assert_eq!(balance(&till, member).0, 50);
    // The sale that reached it comes back: so does what it gave.
    till.refund("back", &refund_of(fifth.id)).unwrap();
    assert_eq!(balance(&till, member).0, 0);
    assert_sound(&till);
}

#[test]
fn money_that_comes_back_lowers_what_counts_and_takes_what_it_had_reached() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let first = till
        .record("first", &on(member, 20_261_102, 400_000))
        .unwrap();
    // 400.000 and 700.000 are 1.100.000: twice 500.000.
    let second = till
        .record("second", &on(member, 20_261_103, 700_000))
        .unwrap();
    assert_eq!(balance(&till, member).0, 40);
    assert_eq!(counted(&till, member, "month"), (1_100_000, Some(400_000)));
    // 200.000 of the second go back: 900.000 are once 500.000.
    let mut part = refund_of(second.id);
    part.goods = Goods::Parts(vec![ReturnedPart {
        line: 0,
        measure: Measure::Amount(loy::kernel::Money::new(200_000)),
    }]);
    till.refund("part", &part).unwrap();
    assert_eq!(balance(&till, member).0, 20);
    assert_eq!(counted(&till, member, "month"), (900_000, Some(100_000)));
    // All of the first goes back: what a later sale gave stays, and is had.
    till.refund("first-back", &refund_of(first.id)).unwrap();
    assert_eq!(balance(&till, member).0, 20);
    assert_eq!(counted(&till, member, "month"), (500_000, Some(500_000)));
    till.refund("rest", &refund_of(second.id)).unwrap();
    assert_eq!(balance(&till, member).0, 0);
    assert_sound(&till);
}

#[test]
fn ten_coffees_are_a_voucher_and_a_cup_that_comes_back_counts_no_more() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let six = till.record("six", &coffees(member, TODAY, 6)).unwrap();
    assert_eq!(counted(&till, member, "ten-coffees"), (6_000, Some(4_000)));
    let mut one = refund_of(six.id);
    one.goods = Goods::Parts(vec![ReturnedPart {
        line: 0,
        measure: Measure::Quantity(Quantity::new(1_000)),
    }]);
    till.refund("one", &one).unwrap();
    assert_eq!(counted(&till, member, "ten-coffees"), (5_000, Some(5_000)));
    let five = till.record("five", &coffees(member, TODAY, 5)).unwrap();
    assert_eq!(has(&till, member, 20), 1);
    till.refund("back", &refund_of(five.id)).unwrap();
    assert_eq!(has(&till, member, 20), 0);
    assert_sound(&till);
}

#[test]
fn four_weeks_with_two_days_each_are_a_badge_that_a_second_four_do_not_double() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    // Mondays of 26 October, 2, 9 and 16 November 2026, and the Tuesdays behind them.
    let days = [
        20_261_026, 20_261_027, 20_261_102, 20_261_103, 20_261_109, 20_261_110, 20_261_116,
    ];
    for (place, day) in days.into_iter().enumerate() {
        till.record(&format!("s{place}"), &on(member, day, 1_000))
            .unwrap();
    }
    assert_eq!(has(&till, member, 2), 0);
    let last = till.record("last", &on(member, 20_261_117, 1_000)).unwrap();
    assert_eq!(has(&till, member, 2), 1);
    till.record("again", &on(member, TODAY, 1_000)).unwrap();
    assert_eq!(has(&till, member, 2), 1);
    till.refund("back", &refund_of(last.id)).unwrap();
    assert_eq!(has(&till, member, 2), 0);
    assert_sound(&till);
}

#[test]
fn the_third_review_reaches_its_challenge_and_takes_it_back() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let review = |id: &str| till.event(id, &EventReport::new("review", member)).unwrap();
    review("r1");
    let second = review("r2");
    let told: Vec<&str> = second
        .explanation
        .iter()
        .map(|reason| reason.text())
        .collect();
    assert_eq!(told[1], "Ba đánh giá: được 2 trên 3; còn thiếu 1");
    let third = review("r3");
    assert_eq!(balance(&till, member).0, 15 + 30);
    let back = EventReturn {
        seq: third.seq,
        ..EventReturn::default()
    };
    till.take_back_event("x3", &back).unwrap();
    assert_eq!(balance(&till, member).0, 10);
    // A review of before counts; one that was taken back does not.
    assert_eq!(counted(&till, member, "three-reviews"), (2, Some(1)));
    review("r4");
    assert_eq!(balance(&till, member).0, 15 + 30);
    assert_sound(&till);
}
