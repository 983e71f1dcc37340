//! A member's lots: what is left of each, what ends next, and how the member stood at any moment.

use loy::kernel::{Balance, BusinessDate, Instant, MemberNumber, UtcOffset};
use loy::till::{Enrolment, Period, Till};
use serde_json::{Value, json};

use crate::shop::{
    MORNING_MS, Shop, TODAY, assert_sound, cart_of, date, enrol, phone, refund_as_told, refund_of,
    spending,
};

const DAY_MS: i64 = 86_400_000;

/// "10.000 d = 1 point", with this about its wallet.
fn shop(wallet: Value) -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    for (key, value) in wallet.as_object().unwrap() {
        document["wallets"][0][key] = value.clone();
    }
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

/// Nine in the morning of a day of November 2026.
fn morning(shop: &Shop, day: i64) -> BusinessDate {
    shop.clock.set(MORNING_MS + (day - 22) * DAY_MS);
    date(20_261_100 + day)
}

fn buy(till: &Till, id: &str, member: MemberNumber, total: i64, on: BusinessDate) {
    let mut cart = cart_of(member, total);
    cart.business_date = on;
    till.record(id, &cart).unwrap();
}

/// Points, held, from, until of each lot.
fn lots(till: &Till, member: MemberNumber, on: BusinessDate) -> Vec<(i64, i64, i64, i64)> {
    let number = |date: Option<BusinessDate>| date.map_or(0, i64::from);
    till.lots(member, on)
        .unwrap()
        .into_iter()
        .map(|lot| {
            let (from, until) = (number(Some(lot.available_from)), number(lot.expires_on));
            (lot.points.get(), lot.held.get(), from, until)
        })
        .collect()
}

#[test]
fn lots_stand_in_the_order_in_which_they_are_spent() {
    let shop = shop(json!({"expiry": {"days": 3}, "pending_days": 1}));
    let till = shop.create();
    let member = enrol(&till);
    buy(&till, "sale-1", member, 100_000, morning(&shop, 22));
    let on = morning(&shop, 23);
    buy(&till, "sale-2", member, 50_000, on);
    let mut cart = spending(member, 60_000, 4);
    cart.business_date = on;
    till.authorise("hold-1", &cart, 60).unwrap();
    let first = (10, 4, 20_261_123, 20_261_125);
    let second = (5, 0, 20_261_124, 20_261_126);
    assert_eq!(lots(&till, member, on), [first, second]);
    // The hold runs out, and then the first lot.
    shop.clock.advance_seconds(61);
    till.idle().unwrap();
    assert_eq!(lots(&till, member, on)[0], (10, 0, 20_261_123, 20_261_125));
    assert_eq!(lots(&till, member, date(20_261_125)), [second]);
    assert_eq!(lots(&till, member, date(20_261_126)), []);
}

#[test]
fn the_card_says_what_ends_next_and_on_which_day_it_is_still_good() {
    let shop = shop(json!({"expiry": {"last_day_each_year": {"month": 12, "day": 31}}}));
    let till = shop.create();
    let member = enrol(&till);
    let card = |on: i64| till.scan(&member.to_string(), date(on)).unwrap();
    assert_eq!(card(TODAY).wallets[0].next_expiry, None);
    buy(&till, "sale-1", member, 250_000, date(TODAY));
    buy(&till, "sale-2", member, 150_000, date(TODAY));
    let next = card(TODAY).wallets[0].next_expiry.clone().unwrap();
    assert_eq!(next.points.get(), 40, "both lots end on that day");
    assert_eq!(next.last_day, date(20_261_231));
    assert_eq!(next.expires_on, date(20_270_101));
    assert!(
        card(TODAY)
            .cashier_text
            .ends_with("số dư 40 điểm (trị giá 40.000 đ); 40 điểm hết hạn ngày 31/12/2026"),
        "{}",
        card(TODAY).cashier_text
    );
    assert_eq!(card(20_270_101).wallets[0].next_expiry, None);
    let told = serde_json::to_value(card(TODAY)).unwrap();
    assert_eq!(told["wallets"][0]["next_expiry"]["last_day"], 20_261_231);
}

#[test]
fn a_balance_can_be_asked_for_every_moment_of_the_past() {
    let shop = shop(json!({"expiry": {"days": 3}, "pending_days": 1}));
    let till = shop.create();
    let member = enrol(&till);
    let mut told: Vec<(Instant, BusinessDate, Balance)> = Vec::new();
    let mut remember = |on: BusinessDate| {
        let now = Instant::from_ms(MORNING_MS + (i64::from(on) % 100 - 22) * DAY_MS);
        let at = Instant::from_ms(now.ms() + 60_000 * told.len() as i64);
        let card = till.scan(&member.to_string(), on).unwrap();
        told.push((at, on, card.wallets[0].balance));
        // What follows is written a minute later.
        shop.clock.set(at.ms() + 60_000);
    };
    let day = |number: i64| date(20_261_100 + number);
    let at = |number: i64, minute: i64| {
        shop.clock
            .set(MORNING_MS + (number - 22) * DAY_MS + 60_000 * minute);
    };
    remember(day(22));
    buy(&till, "sale-1", member, 100_000, day(22));
    remember(day(22));
    at(23, 2);
    remember(day(23));
    let mut cart = spending(member, 60_000, 4);
    cart.business_date = day(23);
    let held = till.authorise("hold-1", &cart, 86_400).unwrap();
    remember(day(23));
    till.commit("commit-1", held.id, None).unwrap();
    remember(day(23));
    at(25, 5);
    remember(day(25));
    till.close_day("close-1", day(25)).unwrap();
    remember(day(25));
    let request = loy::till::RefundRequest {
        business_date: day(25),
        ..refund_of(held.id)
    };
    refund_as_told(&till, "refund-1", &request).unwrap();
    remember(day(25));
    till.close_day("close-2", day(25)).unwrap();
    remember(day(25));
    at(26, 9);
    buy(&till, "sale-2", member, 30_000, day(26));
    remember(day(26));
    for (minute, (at, on, expected)) in told.iter().enumerate() {
        let card = till.member_at(member, *at, *on).unwrap();
        assert_eq!(card.wallets[0].balance, *expected, "minute {minute}");
    }
    let known: Vec<i64> = told.iter().map(|(.., was)| was.known.get()).collect();
    // 10 pending, 10; 4 held, 6 left and 6 given; the first lot dead, written off; the 4 come back
    // to it dead and the 6 go; 3 more.
    assert_eq!(known, [0, 10, 10, 10, 12, 6, 6, 0, 0, 3]);
    // The same moment seen on another date: on the 24th all of the first lot was good.
    let card = till.member_at(member, told[2].0, day(24)).unwrap();
    assert_eq!(card.wallets[0].balance.spendable.get(), 10);
    assert_sound(&till);
}

#[test]
fn what_a_wrong_clock_wrote_counts_from_where_it_stands_in_the_ledger() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    shop.clock.set(0);
    till.record("sale-2", &cart_of(member, 50_000)).unwrap();
    shop.clock.set(MORNING_MS + 60_000);
    till.record("sale-3", &cart_of(member, 20_000)).unwrap();
    let known = |at_ms: i64| {
        let card = till.member_at(member, Instant::from_ms(at_ms), date(TODAY));
        card.unwrap().wallets[0].balance.known.get()
    };
    assert_eq!(known(0), 0);
    assert_eq!(known(MORNING_MS - 1), 0);
    assert_eq!(known(MORNING_MS), 15);
    assert_eq!(known(MORNING_MS + 60_000), 17);
}

#[test]
fn points_of_a_member_year_end_with_it_and_a_stranger_s_never_too_early() {
    let shop = shop(json!({"expiry": {"membership_anniversary": 1}}));
    let till = shop.create();
    let joined = date(20_260_301);
    let offset = UtcOffset::from_minutes(420).unwrap();
    let enrolment = Enrolment {
        time: Some((Instant::from_ms(MORNING_MS), offset, joined)),
        ..phone("0912345678")
    };
    let member = till.enrol("enrol-1", &enrolment).unwrap().number;
    let sale = till.record("sale-1", &cart_of(member, 10_000)).unwrap();
    let award = &sale.quote.outcome.awards[0];
    assert_eq!(award.expires_on, Some(date(20_270_301)));
    // Someone of another store: as if joined today, and the explanation says so.
    let stranger = MemberNumber::from_body(77_000_000_000).unwrap();
    let sale = till.record("sale-2", &cart_of(stranger, 10_000)).unwrap();
    let award = &sale.quote.outcome.awards[0];
    assert_eq!(award.expires_on, Some(date(20_271_122)));
    let reason = sale.quote.reasons("bill").next().unwrap();
    assert_eq!(reason.value("unknown").unwrap(), "joined_on");
    assert!(
        reason.text().contains("chưa rõ ngày tham gia"),
        "{}",
        reason.text()
    );
}

#[test]
fn who_stays_away_too_long_spends_nothing_and_a_close_writes_nothing() {
    let shop = shop(json!({"expiry": {"inactive": {"days": 7}}}));
    let till = shop.create();
    let member = enrol(&till);
    let on = morning(&shop, 22);
    buy(&till, "sale-1", member, 100_000, on);
    let reason = till.evaluate(&cart_of(member, 10_000)).unwrap();
    let text = reason.reasons("bill").next().unwrap().text();
    assert!(text.contains("mất nếu 7 ngày không mua hàng"), "{text}");
    let card = till.scan(&member.to_string(), on).unwrap();
    let next = card.wallets[0].next_expiry.clone().unwrap();
    assert_eq!((next.points.get(), next.last_day), (10, date(20_261_128)));
    // On the last good day they come and spend; that gives the rest seven days more.
    let on = morning(&shop, 28);
    let mut cart = spending(member, 50_000, 4);
    cart.business_date = on;
    assert_eq!(
        till.record("sale-2", &cart)
            .unwrap()
            .quote
            .redeemed(1)
            .get(),
        4
    );
    assert_eq!(lots(&till, member, on)[0].3, 20_261_205);
    // 6 and 5 are there until 4 December.
    let on = date(20_261_205);
    shop.clock.set(MORNING_MS + 13 * DAY_MS);
    let mut cart = spending(member, 50_000, 4);
    cart.business_date = on;
    let quote = till.evaluate(&cart).unwrap();
    assert_eq!(quote.redeemed(1).get(), 0);
    assert_eq!(quote.wallet(1).unwrap().before.known.get(), 0);
    let period = Period::default();
    let told = till
        .statement(&member.to_string(), Some(on), period)
        .unwrap();
    assert_eq!(
        told.wallets[0].lots,
        [],
        "nor does the statement count them"
    );
    let report = till.close_day("close-1", on).unwrap();
    assert!(report.totals.iter().all(|total| total.kind != "expiry"));
    // They come back and begin anew.
    buy(&till, "sale-3", member, 30_000, on);
    assert_eq!(lots(&till, member, on), [(3, 0, 20_261_205, 20_261_212)]);
    assert_sound(&till);
}
