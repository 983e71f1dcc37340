//! Clocks that are wrong.

use crate::shop::{MORNING_MS, Shop, assert_sound, balance, cart_of, enrol, spending};

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
