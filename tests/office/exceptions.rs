//! What was out of the ordinary at a till, as head office sees it.

use loy::evaluate::Cart;
use loy::till::RefundRequest;
use serde_json::json;

use crate::chain::{Chain, programme};
use crate::goods::simple;
use crate::shop::{MORNING_MS, TODAY, cart_of, date, enrol, refund_of};

const YEAR_2099_MS: i64 = 4_070_908_800_000;
const TOMORROW: i64 = 20_261_123;

#[test]
fn head_office_sees_late_sales_and_returns_far_dates_and_clocks_as_the_till_told_them() {
    let mut chain = simple();
    let lane = &chain.lanes[0];
    let (till, clock) = (&lane.till, &lane.shop.clock);
    let member = enrol(till);
    let first = till.record("1", &cart_of(member, 100_000)).unwrap();
    let far = Cart {
        business_date: date(20_991_231),
        ..cart_of(member, 10_000)
    };
    till.record("2", &far).unwrap();
    till.close_day("close", date(TODAY)).unwrap();
    till.record("3", &cart_of(member, 50_000)).unwrap();
    let late = RefundRequest {
        business_date: date(TODAY),
        ..refund_of(first.id)
    };
    till.refund("4", &late).unwrap();
    // Two sales by a clock of 2099 are one line, and one more once it was right in between.
    let tomorrow = Cart {
        business_date: date(TOMORROW),
        ..cart_of(member, 20_000)
    };
    for (id, at_ms) in [
        ("5", YEAR_2099_MS),
        ("6", YEAR_2099_MS),
        ("7", MORNING_MS + 60_000),
        ("8", YEAR_2099_MS),
    ] {
        clock.set(at_ms);
        till.record(id, &tomorrow).unwrap();
    }
    let mut here = Vec::new();
    for day in [TODAY, TOMORROW, 20_991_231] {
        let lines = till.day_exceptions(date(day)).unwrap().into_iter();
        here.extend(lines.map(|line| {
            let member = (!line.member.is_empty()).then_some(line.member);
            (
                line.business_date,
                line.seq,
                line.key,
                line.operator,
                member,
                line.found,
            )
        }));
    }
    clock.set(MORNING_MS + 120_000);
    chain.send();
    let there = chain.office.exceptions().unwrap().into_iter();
    let there: Vec<_> = there
        .map(|line| {
            let member = line.member.map(|member| member.to_string());
            (
                line.business_date,
                line.seq,
                line.key,
                line.operator,
                member,
                line.found,
            )
        })
        .collect();
    assert_eq!(there, here);
    let keys: Vec<_> = there.iter().map(|line| line.2.as_str()).collect();
    assert_eq!(
        keys,
        [
            "sale.far_dated",
            "sale.late",
            "refund.late",
            "clock.suspect",
            "clock.suspect"
        ]
    );
}

/// The first sale is paid when its hold is over and another one has had the welcome: it keeps what it was
/// promised, and both sales are named.
#[test]
fn head_office_sees_what_was_given_twice_and_by_which_sales() {
    let welcome = json!({"id": "welcome", "wallet": "points", "fixed": {"points": "50"},
        "times": {"ever": 1}});
    let mut document = programme(json!({}), json!({}));
    document["earn"].as_array_mut().unwrap().push(welcome);
    let mut chain = Chain::with(&document, 1);
    let lane = &chain.lanes[0];
    let member = enrol(&lane.till);
    let cart = cart_of(member, 100_000);
    let first = lane.till.authorise("1", &cart, 600).unwrap();
    lane.shop.clock.advance_seconds(660);
    let other = lane.till.record("2", &cart).unwrap();
    lane.till.commit("3", first.id, None).unwrap();
    chain.send();
    // Ten points for each sale, and the welcome twice.
    assert_eq!(chain.assert_balance(member, date(TODAY)).known.get(), 120);
    let mut lines = chain.office.exceptions().unwrap().into_iter();
    let line = lines.find(|line| line.key == "given.twice").unwrap();
    assert_eq!(line.member, Some(member));
    assert_eq!(line.subject, "welcome");
    assert_eq!(u64::try_from(line.found), Ok(other.id.seq));
    let mut refers_to = chain.till().history(member, line.seq - 1, 1).unwrap();
    assert_eq!(refers_to.pop().unwrap().refers_to, first.id.seq);
}
