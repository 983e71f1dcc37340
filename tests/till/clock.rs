//! Clocks that are wrong.

use loy::evaluate::Cart;
use loy::exchange::batch::read;
use loy::kernel::{Instant, MemberNumber};
use loy::ledger::clock::ClockLimits;
use loy::ledger::{Flags, Kind};
use loy::till::{SaleState, Till};

use crate::shop::{
    MORNING_MS, Shop, TODAY, assert_sound, balance, cart_of, date, enrol, phone, refund_of,
    spending,
};

const DAY_MS: i64 = 86_400_000;
const YEAR_2099_MS: i64 = 4_070_908_800_000;

#[test]
fn sales_go_on_while_the_clock_says_1970_or_2099_and_are_marked() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    for (id, clock_ms) in [
        ("sale-1970", 0),
        ("sale-2099", YEAR_2099_MS),
        ("sale-odd", i64::MAX),
    ] {
        shop.clock.set(clock_ms);
        assert!(till.info().unwrap().is_clock_suspect);
        till.record(id, &cart_of(member, 10_000)).unwrap();
    }
    assert_eq!(balance(&till, member), (3, 3, 0, 0));
    let suspect = till.history(member, 0, 100).unwrap();
    assert!(suspect[1..].iter().all(|entry| entry.flags.0 & 1 == 1));
    // The right time again: believed at once, because the last believed instant is this morning's.
    shop.clock.set(MORNING_MS + 60_000);
    assert!(!till.info().unwrap().is_clock_suspect);
    assert_sound(&till);
}

#[test]
fn no_hold_runs_out_by_a_clock_that_is_not_believed() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    till.authorise("hold-1", &spending(member, 50_000, 10), 60)
        .unwrap();
    shop.clock.set(YEAR_2099_MS);
    till.idle().unwrap();
    assert_eq!(balance(&till, member), (10, 0, 10, 0));
    // An operator looks at the clock and says it is right.
    till.confirm_clock("clock-1", "lan").unwrap();
    till.idle().unwrap();
    assert_eq!(balance(&till, member), (10, 10, 0, 0));
    assert_sound(&till);
}

#[test]
fn a_shop_that_was_closed_for_a_month_opens_without_a_question() {
    let shop = Shop::new();
    let till = shop.create();
    shop.clock.set(MORNING_MS + 34 * DAY_MS);
    assert!(!till.info().unwrap().is_clock_suspect);
    shop.clock.set(MORNING_MS + 36 * DAY_MS);
    assert!(till.info().unwrap().is_clock_suspect);
}

#[test]
fn a_hold_taken_by_a_clock_of_2099_runs_out_by_the_right_one() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    shop.clock.set(YEAR_2099_MS);
    till.authorise("hold-1", &spending(member, 50_000, 10), 60)
        .unwrap();
    shop.clock.set(MORNING_MS + 61_000);
    till.idle().unwrap();
    assert_eq!(balance(&till, member), (10, 10, 0, 0));
    let keys: Vec<&str> = till.take_log().iter().map(|event| event.key).collect();
    assert_eq!(keys, ["clock.suspect", "clock.believed"]);
}

#[test]
fn how_far_a_clock_may_be_off_is_what_provisioning_says() {
    let shop = Shop::with(|file| {
        file.clock = ClockLimits {
            behind_ms: 3_600_000,
            ahead_ms: 2 * DAY_MS,
        };
    });
    let till = shop.create();
    till.idle().unwrap();
    for (clock_ms, is_suspect) in [
        (MORNING_MS - 3_600_000, false),
        (MORNING_MS - 3_600_001, true),
        (MORNING_MS + 2 * DAY_MS, false),
        (MORNING_MS + 2 * DAY_MS + 1, true),
    ] {
        shop.clock.set(clock_ms);
        let info = till.info().unwrap();
        assert_eq!(info.is_clock_suspect, is_suspect, "{clock_ms}");
    }
}

#[test]
fn everything_that_a_wrong_clock_writes_is_marked() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    let first = till.info().unwrap().head_seq + 1;
    shop.clock.set(YEAR_2099_MS);
    let other = till.enrol("enrol-2", &phone("0987654321")).unwrap().number;
    let held = till
        .authorise("hold-1", &spending(member, 50_000, 2), 60)
        .unwrap();
    till.void("void-1", held.id, "").unwrap();
    let held = till
        .authorise("hold-2", &spending(member, 50_000, 2), 60)
        .unwrap();
    till.commit("commit-2", held.id, None).unwrap();
    till.refund("refund-1", &refund_of(sale.id)).unwrap();
    till.close_day("close-1", date(TODAY)).unwrap();
    let mut written = till.history(member, first - 1, 100).unwrap();
    written.extend(till.history(other, 0, 100).unwrap());
    assert!(written.len() > 10, "{}", written.len());
    for entry in &written {
        assert!(entry.flags.has(Flags::CLOCK_SUSPECT), "{entry:?}");
    }
    assert_sound(&till);
}

#[test]
fn a_restart_by_a_wrong_clock_ends_no_hold() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    till.authorise("hold-1", &spending(member, 50_000, 10), 60)
        .unwrap();
    till.close();
    shop.clock.set(YEAR_2099_MS);
    let till = shop.open();
    assert_eq!(balance(&till, member), (10, 0, 10, 0));
    assert_eq!(till.pending_sales().unwrap()[0].state, SaleState::Held);
    till.close();
    shop.clock.set(MORNING_MS + 61_000);
    let till = shop.open();
    assert_eq!(balance(&till, member), (10, 10, 0, 0));
    assert_eq!(till.pending_sales().unwrap()[0].state, SaleState::Expired);
    assert_sound(&till);
}

/// Key, then the clock's date and the sale's, of today's lines about dates.
fn dates(till: &Till, day: i64) -> Vec<(i64, i64)> {
    let lines = till.day_exceptions(date(day)).unwrap().into_iter();
    let lines = lines.filter(|line| line.key == "sale.far_dated");
    lines.map(|line| (line.limit, line.found)).collect()
}

fn dated(member: MemberNumber, day: i64) -> Cart {
    Cart {
        business_date: date(day),
        cashier: Some("TN-07".to_owned()),
        ..cart_of(member, 100_000)
    }
}

#[test]
fn a_sale_dated_far_from_the_clock_is_taken_and_stands_in_todays_report() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    for (id, day) in [("future", 20_991_231), ("past", 19_700_101)] {
        till.record(id, &dated(member, day)).unwrap();
    }
    assert_eq!(balance(&till, member).0, 20);
    let far = [(TODAY, 20_991_231), (TODAY, 19_700_101)];
    assert_eq!(dates(&till, TODAY), far);
    // Tomorrow's date after midnight by the register, and what a queue brings, are nothing odd.
    for (id, day) in [("tomorrow", 20_261_123), ("queued", 20_261_018)] {
        till.record(id, &dated(member, day)).unwrap();
    }
    assert_eq!(dates(&till, TODAY), far);
    // Who sold it, and whose it is, at the close and at head office.
    let report = till.close_day("close", date(TODAY)).unwrap();
    let line = &report.exceptions[0];
    assert_eq!(
        (line.key.as_str(), line.operator.as_str(), line.found),
        ("sale.far_dated", "TN-07", 20_991_231)
    );
    assert_eq!(line.member, member.to_string());
    let sent = till.export_next(1 << 20).unwrap().unwrap();
    let writer = ed25519_dalek::SigningKey::from_bytes(&[3; 32]);
    let batch = read(&sent.bytes).unwrap();
    let batch = batch.verify(&writer.verifying_key().to_bytes()).unwrap();
    let entries = batch.entries.iter();
    let told = entries.filter(|entry| entry.kind == Kind::Exception);
    assert_eq!(told.count(), 2);
    assert_sound(&till);
}

#[test]
fn a_sale_that_waits_is_told_once_it_is_paid() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let held = till
        .authorise("hold", &dated(member, 20_991_231), 600)
        .unwrap();
    assert_eq!(dates(&till, TODAY), []);
    till.commit("pay", held.id, None).unwrap();
    assert_eq!(dates(&till, TODAY), [(TODAY, 20_991_231)]);
    // The instant alone can be odd, too: 1 January 2099, 7:00 in Hanoi.
    let odd = Cart {
        at_ms: Instant::from_ms(YEAR_2099_MS),
        ..dated(member, TODAY)
    };
    till.record("odd", &odd).unwrap();
    assert_eq!(dates(&till, TODAY)[1], (TODAY, 20_990_101));
    assert_sound(&till);
}

/// Register and ledger have one clock, which jumps: the last one that was believed says otherwise.
#[test]
fn a_sale_of_2099_by_a_clock_of_2099_stands_in_the_report_of_the_day_that_was_believed() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    shop.clock.set(YEAR_2099_MS);
    till.record("sale", &dated(member, 20_990_101)).unwrap();
    assert_eq!(dates(&till, TODAY), [(TODAY, 20_990_101)]);
    // A sale with today's date is as it should be, whatever the clock says.
    till.record("today", &dated(member, TODAY)).unwrap();
    assert_eq!(dates(&till, TODAY).len(), 1);
    assert_sound(&till);
}
