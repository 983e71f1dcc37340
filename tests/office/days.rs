//! Points that end, as a till and head office tell them on each day between the last sale and the next
//! day close.

use loy::evaluate::Cart;
use loy::kernel::{Instant, MemberNumber};
use serde_json::json;

use crate::chain::{Chain, Lane, programme};
use crate::shop::{MORNING_MS, TODAY, cart_of, date, enrol};

const DAY_MS: i64 = 86_400_000;

/// Known points at the tills and at head office, which agree.
fn known(chain: &Chain, member: MemberNumber, on: i64) -> i64 {
    chain.assert_balance(member, date(on)).known.get()
}

/// A sale so many days after today, on this business date, with the clock set.
fn sell_on(lane: &Lane, id: &str, member: MemberNumber, (days, on): (i64, i64)) {
    let now_ms = MORNING_MS + days * DAY_MS;
    lane.shop.clock.set(now_ms);
    let cart = Cart {
        at_ms: Instant::from_ms(now_ms),
        business_date: date(on),
        ..cart_of(member, 100_000)
    };
    lane.till.record(id, &cart).unwrap();
}

#[test]
fn points_that_ran_out_are_gone_at_once_and_written_off_at_the_next_close() {
    let chain = programme(json!({}), json!({"expiry": {"days": 30}}));
    let mut chain = Chain::with(&chain, 1);
    let member = enrol(chain.till());
    chain
        .till()
        .record("sale", &cart_of(member, 100_000))
        .unwrap();
    chain.till().close_day("close", date(TODAY)).unwrap();
    chain.send();
    // 22 November and 30 days: dead on 22 December, whether or not anybody has written it.
    assert_eq!(
        [20_261_221, 20_261_222].map(|on| known(&chain, member, on)),
        [10, 0]
    );
    let expired = |chain: &Chain| {
        let totals = chain.office.member_totals(date(20_261_222)).unwrap();
        (totals[0].expired.get(), totals[0].balance.get())
    };
    assert_eq!(expired(&chain), (0, 0));
    chain.lanes[0].shop.clock.set(MORNING_MS + 30 * DAY_MS);
    chain.till().close_day("close-2", date(20_261_222)).unwrap();
    chain.send();
    assert_eq!(expired(&chain), (10, 0));
    assert_eq!(known(&chain, member, 20_261_222), 0);
    chain.assert_order_does_not_matter(date(20_261_222));
}

/// hm-10, exp-01: the whole balance ends after a year without a sale.
#[test]
fn a_balance_that_lapses_for_want_of_sales_lapses_at_head_office_on_the_same_day() {
    let document = programme(json!({}), json!({"expiry": {"inactive": {"months": 12}}}));
    let mut chain = Chain::with(&document, 1);
    let member = enrol(chain.till());
    chain
        .till()
        .record("sale", &cart_of(member, 100_000))
        .unwrap();
    chain.send();
    assert_eq!(
        [20_271_121, 20_271_122].map(|on| known(&chain, member, on)),
        [10, 0]
    );
    let ends = |chain: &Chain| chain.office.lots(None).unwrap()[0].expires_on;
    assert_eq!(ends(&chain), Some(date(20_271_122)));
    // A sale on 1 December gives everything another year.
    sell_on(&chain.lanes[0], "sale-2", member, (9, 20_261_201));
    chain.send();
    let days = [20_271_122, 20_271_130, 20_271_201];
    assert_eq!(days.map(|on| known(&chain, member, on)), [20, 20, 0]);
    let lots = chain.till().lots(member, date(20_271_130)).unwrap();
    assert_eq!(ends(&chain), lots[0].expires_on);
    chain.assert_order_does_not_matter(date(20_271_130));
}

#[test]
fn head_office_counts_the_sales_of_all_tills_before_a_balance_lapses() {
    let document = programme(json!({}), json!({"expiry": {"inactive": {"days": 30}}}));
    let mut chain = Chain::with(&document, 2);
    let member = enrol(chain.till());
    chain
        .till()
        .record("sale", &cart_of(member, 100_000))
        .unwrap();
    sell_on(&chain.lanes[1], "elsewhere", member, (20, 20_261_212));
    chain.send();
    let on = date(20_261_225);
    let card = chain.till().scan(&member.to_string(), on).unwrap();
    assert_eq!(
        card.wallets[0].balance.known.get(),
        0,
        "the first till knows one sale"
    );
    let told = |on| {
        chain.office.balance(member, date(on)).unwrap()[0]
            .balance
            .known
            .get()
    };
    assert_eq!([20_261_225, 20_270_110, 20_270_111].map(told), [20, 20, 0]);
    assert_eq!(chain.office.status().unwrap().unknown_programmes, []);
    chain.assert_order_does_not_matter(on);
}
