//! Two calls in the same moment, as an impatient double click or two windows make them.

use std::sync::Barrier;
use std::thread;

use loy::evaluate::Cart;
use loy::till::{Error, Sale, SaleState, Till, status};

use crate::shop::{Shop, assert_sound, balance, cart, cart_of, claim_of, enrol, phone, spending};

/// Does everything at once, on one ledger.
fn at_once<'a>(
    calls: Vec<Box<dyn FnOnce() -> Result<Sale, Error> + Send + 'a>>,
) -> Vec<Result<Sale, Error>> {
    let together = Barrier::new(calls.len());
    thread::scope(|scope| {
        let threads: Vec<_> = calls
            .into_iter()
            .map(|call| {
                let together = &together;
                scope.spawn(move || {
                    together.wait();
                    call()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no thread crashed"))
            .collect()
    })
}

fn is_resolved(error: &Error) -> bool {
    error.status() == status::ALREADY_RESOLVED
}

fn with_receipt(mut cart: Cart, number: &str) -> Cart {
    cart.receipt_number = Some(number.to_owned());
    cart
}

#[test]
fn one_operation_of_eight_threads_is_one_sale() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    for round in 1..=10 {
        let (id, till) = (format!("sale-{round}"), &till);
        let calls = (0..8).map(|_| {
            let id = id.clone();
            Box::new(move || till.record(&id, &cart_of(member, 10_000))) as _
        });
        let sales: Vec<Sale> = at_once(calls.collect())
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert!(sales.iter().all(|sale| sale.id == sales[0].id));
        assert_eq!(sales.iter().filter(|sale| !sale.was_replayed).count(), 1);
        assert_eq!(balance(till, member).0, round);
    }
    assert_sound(&till);
}

#[test]
fn one_receipt_under_eight_operations_is_one_sale() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    for round in 1..=10 {
        let (receipt, till) = (format!("{round:04}"), &till);
        let cart = with_receipt(cart_of(member, 10_000), &receipt);
        // Half of them authorise, half of them record.
        let calls = (0..8).map(|number| {
            let (id, cart) = (format!("{round}-{number}"), cart.clone());
            Box::new(move || match number % 2 {
                0 => till.record(&id, &cart),
                _ => till.authorise(&id, &cart, 600),
            }) as _
        });
        let answers = at_once(calls.collect());
        let (sold, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!((sold.len(), refused.len()), (1, 7));
        let sale = sold.into_iter().next().unwrap().unwrap();
        for error in refused.into_iter().map(Result::unwrap_err) {
            assert!(is_resolved(&error), "{error}");
            assert_eq!(error.sale(), Some(sale.id));
        }
        if sale.state == SaleState::Held {
            till.commit(&format!("commit-{round}"), sale.id, None)
                .unwrap();
        }
        assert_eq!(balance(till, member).0, round);
    }
    assert_sound(&till);
}

#[test]
fn a_sale_that_is_committed_and_called_off_at_once_is_one_of_the_two() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("first", &cart_of(member, 1_000_000)).unwrap();
    let mut points = 100;
    for round in 1..=10 {
        let sale = till
            .authorise(&format!("hold-{round}"), &spending(member, 20_000, 5), 600)
            .unwrap()
            .id;
        let till = &till;
        let answers = at_once(vec![
            Box::new(move || till.commit(&format!("commit-{round}"), sale, None)),
            Box::new(move || till.void(&format!("void-{round}"), sale, "")),
        ]);
        let done: Vec<&Sale> = answers
            .iter()
            .filter_map(|answer| answer.as_ref().ok())
            .collect();
        let errors: Vec<&Error> = answers
            .iter()
            .filter_map(|answer| answer.as_ref().err())
            .collect();
        assert_eq!((done.len(), errors.len()), (1, 1));
        assert!(is_resolved(errors[0]) && errors[0].sale() == Some(sale));
        assert_eq!(till.sale(sale).unwrap().state, done[0].state);
        // 5 points paid 5.000 d; 15.000 d give 1,5 points, half up 2.
        points += if done[0].state == SaleState::Committed {
            2 - 5
        } else {
            0
        };
        assert_eq!(balance(till, member), (points, points, 0, 0));
    }
    assert_sound(&till);
}

#[test]
fn one_receipt_is_claimed_by_one_of_two_members() {
    let shop = Shop::new();
    let till = shop.create();
    let both = [
        enrol(&till),
        till.enrol("e2", &phone("0987654321")).unwrap().number,
    ];
    let claim = |till: &Till, id: String, sale, member| till.claim(&id, &claim_of(sale, member));
    for round in 1..=10 {
        let sale = till
            .record(&format!("sale-{round}"), &cart(10_000))
            .unwrap()
            .id;
        let till = &till;
        let calls = both.iter().enumerate().map(|(place, &member)| {
            Box::new(move || claim(till, format!("claim-{round}-{place}"), sale, member)) as _
        });
        let answers = at_once(calls.collect());
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        let refused = answers
            .iter()
            .find_map(|answer| answer.as_ref().err())
            .unwrap();
        assert_eq!(refused.reason(), "claim.twice");
        let points: i64 = both.iter().map(|&member| balance(till, member).0).sum();
        assert_eq!(points, round);
    }
    assert_sound(&till);
}
