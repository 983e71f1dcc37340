//! Sales that wait, come late, come in parts or change on the way.

use loy::evaluate::{Cart, Payment, ReceiptPart};
use loy::kernel::{Instant, Money, Points};
use loy::till::{SaleState, status};

use crate::shop::{
    MORNING_MS, Shop, TODAY, assert_sound, balance, cart, cart_of, date, enrol, refund_of, spending,
};

const TOMORROW: i64 = 20_261_123;

fn with_receipt(mut cart: Cart, number: &str) -> Cart {
    cart.receipt_number = Some(number.to_owned());
    cart
}

#[test]
fn a_parked_cart_is_rung_up_at_the_time_at_which_it_is_taken_up_again() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let parked = cart_of(member, 55_000).park();
    assert!(!parked.contains("at_ms") && !parked.contains("business_date"));
    // By the other door it is no cart: nobody sells it at yesterday's time by mistake.
    let problem = Cart::from_json(parked.as_bytes()).unwrap_err();
    assert_eq!(problem.field, "at_ms");
    let later = MORNING_MS + 86_400_000;
    let resumed = Cart::resume(parked.as_bytes(), later, 420, TOMORROW).unwrap();
    assert_eq!(
        (resumed.at_ms.ms(), resumed.business_date),
        (later, date(TOMORROW))
    );
    let expected = Cart {
        at_ms: Instant::from_ms(later),
        business_date: date(TOMORROW),
        ..cart_of(member, 55_000)
    };
    assert_eq!(resumed, expected);
    assert_eq!(
        till.record("1", &resumed).unwrap().quote.awarded(1),
        Points::new(6)
    );
    // A cart with a time of its own was not parked, and wrong times are named.
    let whole = cart(55_000).to_json();
    let problem = Cart::resume(whole.as_bytes(), later, 420, TOMORROW).unwrap_err();
    assert_eq!(problem.field, "at_ms");
    let problem = Cart::resume(parked.as_bytes(), later, 420, 20_261_131).unwrap_err();
    assert_eq!(problem.field, "business_date");
    assert!(Cart::resume(b"[1]", later, 420, TOMORROW).is_err());
    assert!(Cart::resume(b"", later, 420, TOMORROW).is_err());
}

#[test]
fn a_bill_that_is_split_is_listed_by_its_group() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let part = |number: u32, total: i64| {
        let mut cart = with_receipt(cart_of(member, total), "0007");
        cart.receipt_part = ReceiptPart(number);
        cart.receipt_group = Some("table-5".to_owned());
        cart
    };
    till.record("1", &part(1, 30_000)).unwrap();
    let held = till.authorise("2", &part(2, 20_000), 600).unwrap();
    let voided = till.authorise("3", &part(3, 10_000), 600).unwrap();
    till.void("4", voided.id, "").unwrap();
    till.record("5", &with_receipt(cart(90_000), "0008"))
        .unwrap();
    let listed: Vec<_> = till
        .sales_of_group("table-5", date(TODAY))
        .unwrap()
        .into_iter()
        .map(|sale| (sale.receipt_part, sale.payable.get(), sale.state))
        .collect();
    assert_eq!(
        listed,
        [
            (1, 30_000, SaleState::Committed),
            (2, 20_000, SaleState::Held),
            (3, 10_000, SaleState::Voided),
        ]
    );
    assert_eq!(till.sales_of_group("table-5", date(TOMORROW)).unwrap(), []);
    assert_eq!(till.sales_of_group("table-6", date(TODAY)).unwrap(), []);
    till.commit("6", held.id, None).unwrap();
    assert_eq!(balance(&till, member).0, 5);
}

#[test]
fn a_sale_that_is_held_over_the_close_of_its_day_is_final_and_counts_late() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, 100_000)).unwrap();
    let held = till
        .authorise("2", &spending(member, 60_000, 10), 600)
        .unwrap();
    till.close_day("3", date(TODAY)).unwrap();
    let sale = till.commit("4", held.id, None).unwrap();
    assert_eq!((sale.state, sale.is_late), (SaleState::Committed, true));
    assert_eq!(sale.quote, held.quote);
    // 10 - 10 spent + 5 for 50.000 d.
    assert_eq!(balance(&till, member), (5, 5, 0, 0));
    let report = till.close_day("5", date(TODAY)).unwrap();
    let commits = report
        .totals
        .iter()
        .find(|line| line.kind == "commit")
        .unwrap();
    assert_eq!((commits.count, commits.amount), (2, Money::new(150_000)));
    assert_sound(&till);
}

#[test]
fn sales_from_a_queue_are_recorded_days_later_into_dates_that_are_closed() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, 10_000)).unwrap();
    till.close_day("2", date(TODAY)).unwrap();
    shop.clock.advance_seconds(3 * 86_400);
    // The till was without loy for three days; its queue still has the sales.
    for (number, day) in [(3, TODAY), (4, TODAY), (5, TOMORROW)] {
        let cart = Cart {
            business_date: date(day),
            ..with_receipt(cart_of(member, 20_000), &number.to_string())
        };
        let sale = till.record(&number.to_string(), &cart).unwrap();
        assert_eq!(sale.is_late, day == TODAY, "only the first day is closed");
    }
    let report = till.close_day("6", date(TOMORROW)).unwrap();
    let sold = |day: i64| {
        let line = report
            .totals
            .iter()
            .find(|line| line.business_date == date(day) && line.kind == "commit")
            .unwrap();
        (line.count, line.amount.get())
    };
    assert_eq!(sold(TODAY), (3, 50_000));
    assert_eq!(sold(TOMORROW), (1, 20_000));
    assert_sound(&till);
}

#[test]
fn a_cart_that_changed_before_it_was_paid_tells_the_difference() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, 100_000)).unwrap();
    let held = till
        .authorise("2", &spending(member, 60_000, 10), 600)
        .unwrap();
    assert_eq!(held.quote.outcome.payable, Money::new(50_000));
    assert_eq!(held.payable_change, Money::ZERO);
    let mut dearer = spending(member, 60_000, 10);
    dearer.lines[0].line_total = Money::new(85_000);
    let sale = till.commit("3", held.id, Some(&dearer)).unwrap();
    assert_eq!(sale.quote.outcome.payable, Money::new(75_000));
    assert_eq!(sale.payable_change, Money::new(25_000));
    assert_eq!(
        till.sale(sale.id).unwrap().payable_change,
        Money::new(25_000)
    );
    // Asked again, each call tells what it told.
    let first = till
        .authorise("2", &spending(member, 60_000, 10), 600)
        .unwrap();
    assert!(first.was_replayed && first.state == SaleState::Committed);
    assert_eq!(first.quote.outcome.payable, Money::new(50_000));
    let again = till.commit("3", held.id, Some(&dearer)).unwrap();
    assert_eq!(again.quote.outcome, sale.quote.outcome);
    // A cart that is the same but for its payments is no change.
    let held = till.authorise("4", &cart_of(member, 60_000), 600).unwrap();
    let paid = Cart {
        payments: vec![Payment {
            method: "cash".to_owned(),
            amount: Money::new(60_000),
        }],
        ..cart_of(member, 60_000)
    };
    let sale = till.commit("5", held.id, Some(&paid)).unwrap();
    assert_eq!(sale.payable_change, Money::ZERO);
    assert_eq!(sale.quote.outcome, held.quote.outcome);
    assert_sound(&till);
}

#[test]
fn one_receipt_is_authorised_once_until_its_hold_is_over() {
    let shop = Shop::new();
    let till = shop.create();
    let cart = with_receipt(cart(50_000), "0001");
    let first = till.authorise("1", &cart, 600).unwrap();
    let error = till.authorise("2", &cart, 600).unwrap_err();
    assert_eq!(
        (error.status(), error.reason()),
        (status::ALREADY_RESOLVED, "receipt.known")
    );
    assert_eq!(error.sale(), Some(first.id));
    shop.clock.advance_seconds(601);
    let second = till.authorise("3", &cart, 600).unwrap();
    assert_ne!(second.id, first.id);
    // Both wait for the cashier's word after a restart.
    drop(till);
    let till = shop.open();
    let pending: Vec<_> = till
        .pending_sales()
        .unwrap()
        .into_iter()
        .map(|sale| (sale.id, sale.state, sale.receipt_number))
        .collect();
    let receipt = Some("0001".to_owned());
    assert_eq!(
        pending,
        [
            (first.id, SaleState::Expired, receipt.clone()),
            (second.id, SaleState::Held, receipt),
        ]
    );
    till.void("4", first.id, "").unwrap();
    till.commit("5", second.id, None).unwrap();
    assert_eq!(till.pending_sales().unwrap(), []);
    assert_sound(&till);
}

#[test]
fn a_sale_that_came_back_still_tells_what_it_gave_and_what_has_gone_back() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, 100_000)).unwrap();
    let sale = till.record("2", &spending(member, 60_000, 10)).unwrap();
    assert_eq!(sale.given_back, None);
    let back = till.refund("3", &refund_of(sale.id)).unwrap();
    assert_eq!(back.quote.awarded(1), Points::new(5));
    let given_back = back.given_back.clone().unwrap();
    assert_eq!(given_back.amount, Money::new(50_000));
    let wallet = &given_back.wallets[0];
    assert_eq!(
        (wallet.wallet.as_str(), wallet.taken_back.get()),
        ("points", 5)
    );
    assert_eq!(wallet.returned.get(), 10);
    assert_eq!(till.sale(sale.id).unwrap().given_back, Some(given_back));
}
