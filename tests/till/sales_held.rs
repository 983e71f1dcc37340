//! A hold whose time is over and whose end nobody has written yet: what is told is what will be.

use loy::evaluate::Line;
use loy::kernel::{MemberNumber, Money, Quantity};
use loy::till::Till;

use crate::shop::{Shop, assert_sound, balance, cart_of, enrol, refund_of, spending};

/// Ten points, all of them in a hold that ran out a minute ago.
fn run_out() -> (Shop, Till, MemberNumber, loy::till::Sale) {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale", &cart_of(member, 100_000)).unwrap();
    till.authorise("hold", &spending(member, 50_000, 10), 600)
        .unwrap();
    assert_eq!(balance(&till, member), (10, 0, 10, 0));
    shop.clock.advance_seconds(660);
    (shop, till, member, sale)
}

#[test]
fn a_quote_spends_what_the_sale_will_spend() {
    let (_shop, till, member, _) = run_out();
    // In the books the hold ends with the entry that the next write puts there first.
    assert_eq!(balance(&till, member), (10, 0, 10, 0));
    let cart = spending(member, 50_000, 10);
    let quote = till.evaluate(&cart).unwrap();
    // Ten points take 10.000 d off.
    assert_eq!(quote.outcome.payable, Money::new(40_000));
    let sale = till.record("sale-2", &cart).unwrap();
    assert_eq!(sale.quote.outcome, quote.outcome);
    // 40.000 d give 4.
    assert_eq!(balance(&till, member), (4, 4, 0, 0));
    assert_sound(&till);
}

#[test]
fn a_return_that_is_looked_at_owes_what_it_will_owe() {
    let (_shop, till, member, sale) = run_out();
    let told = till.preview_refund(&refund_of(sale.id)).unwrap();
    let line = &told.wallets[0];
    assert_eq!((line.taken_back.get(), line.debt.get()), (10, 0));
    let mut goods = cart_of(member, 0);
    goods.lines = vec![Line::new(
        "AO-01",
        Quantity::new(-1_000),
        Money::new(-60_000),
    )];
    let told = till.preview_unlinked(&goods).unwrap();
    let line = &told.wallets[0];
    assert_eq!((line.taken_back.get(), line.debt.get()), (6, 0));
    let done = till.refund_unlinked("back", &goods).unwrap();
    assert_eq!(done.done, told);
    assert_eq!(balance(&till, member), (4, 4, 0, 0));
    assert_sound(&till);
}

/// Nothing runs out by a clock that is not believed, neither in the books nor in what is told.
#[test]
fn by_a_wrong_clock_points_stay_reserved() {
    let (shop, till, member, _) = run_out();
    shop.clock.advance_seconds(40 * 86_400);
    assert_eq!(balance(&till, member), (10, 0, 10, 0));
    let quote = till.evaluate(&spending(member, 50_000, 10)).unwrap();
    assert_eq!(quote.outcome.payable, Money::new(50_000));
}
