//! Day close and its control totals.

use loy::till::{Clock, DayReport};

use crate::shop::{Shop, TODAY, assert_sound, cart, cart_of, date, enrol, spending};

/// Count, points, amount of one kind on one date.
fn line(report: &DayReport, on: i64, kind: &str) -> Option<(u64, i64, i64)> {
    report
        .totals
        .iter()
        .find(|total| total.business_date == date(on) && total.kind == kind)
        .map(|total| (total.count, total.points.get(), total.amount.get()))
}

#[test]
fn the_control_totals_are_those_of_the_receipts() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 200_000)).unwrap();
    till.record("sale-2", &spending(member, 100_000, 20))
        .unwrap();
    till.record("sale-3", &cart(7_000)).unwrap();
    let report = till.close_day("close-1", date(TODAY)).unwrap();
    // 200.000 + 80.000 + 7.000 paid; 20 + 8 points given; 20 points worth 20.000 spent.
    assert_eq!(line(&report, TODAY, "commit"), Some((3, 0, 287_000)));
    assert_eq!(line(&report, TODAY, "award"), Some((2, 28, 0)));
    assert_eq!(line(&report, TODAY, "redemption"), Some((1, 20, 20_000)));
    assert_eq!(line(&report, TODAY, "enrol"), Some((1, 0, 0)));
    assert_sound(&till);
}

#[test]
fn closing_again_changes_nothing_until_something_is_added() {
    let shop = Shop::new();
    let till = shop.create();
    till.record("sale-1", &cart(7_000)).unwrap();
    let first = till.close_day("close-1", date(TODAY)).unwrap();
    let head = till.info().unwrap().head_seq;
    assert_eq!(till.close_day("close-1", date(TODAY)).unwrap(), first);
    assert_eq!(till.close_day("close-2", date(TODAY)).unwrap(), first);
    assert_eq!(till.info().unwrap().head_seq, head);
    // A sale rung up after the close is late and is in the next close.
    let late = till.record("sale-2", &cart(5_000)).unwrap();
    assert!(late.is_late);
    let second = till.close_day("close-3", date(TODAY)).unwrap();
    assert_eq!(line(&second, TODAY, "commit"), Some((2, 0, 12_000)));
    // The first operation still answers what it answered.
    assert_eq!(till.close_day("close-1", date(TODAY)).unwrap(), first);
    assert_sound(&till);
}

#[test]
fn closing_a_date_closes_the_earlier_ones_that_are_still_open() {
    let shop = Shop::new();
    let till = shop.create();
    for (id, on, total) in [("a", 20_261_120, 1_000), ("b", 20_261_121, 2_000)] {
        let mut old = cart(total);
        old.business_date = date(on);
        till.record(id, &old).unwrap();
    }
    let report = till.close_day("close-1", date(TODAY)).unwrap();
    assert_eq!(line(&report, 20_261_120, "commit"), Some((1, 0, 1_000)));
    assert_eq!(line(&report, 20_261_121, "commit"), Some((1, 0, 2_000)));
    assert_eq!(line(&report, TODAY, "commit"), None);
    assert_eq!(till.info().unwrap().closed_date, 20_261_122);
    assert_sound(&till);
}

#[test]
fn a_sale_on_hold_is_no_obstacle_and_stays() {
    let shop = Shop::new();
    let till = shop.create();
    let held = till.authorise("hold-1", &cart(9_000), 86_400).unwrap();
    till.close_day("close-1", date(TODAY)).unwrap();
    assert_eq!(till.pending_sales().unwrap()[0].id, held.id);
    let done = till.commit("commit-1", held.id, None).unwrap();
    assert!(done.is_late);
    assert_sound(&till);
}

#[test]
fn the_close_lists_what_is_carried_over_as_it_was_then() {
    let shop = Shop::new();
    let till = shop.create();
    let cart = |receipt: &str, total| {
        let mut cart = cart(total);
        cart.receipt_number = Some(receipt.to_owned());
        cart
    };
    let listed = |report: &DayReport| {
        let sales = report.carried_over.iter();
        let told = sales.map(|sale| (sale.receipt_number.clone().unwrap(), sale.payable.get()));
        told.collect::<Vec<_>>()
    };
    let row = |receipt: &str, payable| (receipt.to_owned(), payable);
    let paid = till.authorise("a", &cart("HD-1", 9_000), 600).unwrap();
    let called_off = till.authorise("b", &cart("HD-2", 8_000), 600).unwrap();
    let resolved = till.authorise("c", &cart("HD-3", 7_000), 600).unwrap();
    till.void("void-1", resolved.id, "").unwrap();
    let since = shop.clock.now();
    shop.clock.advance_seconds(660);
    // This one's hold runs on; the customer of the others may have paid all the same.
    let mut tomorrow = cart("HD-4", 6_000);
    till.authorise("d", &tomorrow, 86_400).unwrap();
    tomorrow.business_date = date(TODAY + 1);
    tomorrow.receipt_number = Some("HD-5".to_owned());
    till.authorise("e", &tomorrow, 86_400).unwrap();
    let first = till.close_day("close-1", date(TODAY)).unwrap();
    let all = [row("HD-1", 9_000), row("HD-2", 8_000), row("HD-4", 6_000)];
    assert_eq!(listed(&first), all);
    assert_eq!(first.carried_over[0].id, paid.id);
    assert_eq!(first.carried_over[0].since_ms, since);
    assert_eq!(first.carried_over[0].business_date, date(TODAY));
    till.commit("commit-1", paid.id, None).unwrap();
    till.void("void-2", called_off.id, "").unwrap();
    let again = till.close_day("close-1", date(TODAY)).unwrap();
    assert_eq!(again, first);
    let second = till.close_day("close-2", date(TODAY + 1)).unwrap();
    assert_eq!(listed(&second), [row("HD-4", 6_000), row("HD-5", 6_000)]);
    assert_sound(&till);
}

#[test]
fn a_close_asked_again_answers_what_it_answered_whatever_was_closed_since() {
    let shop = Shop::new();
    let till = shop.create();
    let mut yesterday = cart(1_000);
    yesterday.business_date = date(20_261_121);
    till.record("a", &yesterday).unwrap();
    let first = till.close_day("close-1", date(20_261_121)).unwrap();
    let second = till.close_day("close-2", date(TODAY)).unwrap();
    assert_eq!(till.close_day("close-1", date(20_261_121)).unwrap(), first);
    assert_eq!(till.close_day("close-3", date(20_261_121)).unwrap(), first);
    assert_eq!(till.close_day("close-2", date(TODAY)).unwrap(), second);
    assert_sound(&till);
}

#[test]
fn a_date_after_tomorrow_is_not_closed_by_mistake() {
    let shop = Shop::new();
    let till = shop.create();
    let error = till.close_day("close-1", date(20_991_231)).unwrap_err();
    assert_eq!(error.field(), "business_date");
    assert!(!till.record("a", &cart(1_000)).unwrap().is_late);
    // Tomorrow is legal, for shops that close after midnight; and the id is not used up.
    till.close_day("close-1", date(20_261_123)).unwrap();
    // A clock that jumped does not open the door.
    shop.clock.set(4_070_908_800_000);
    assert!(till.close_day("close-2", date(20_981_231)).is_err());
}
