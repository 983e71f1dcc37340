//! Quiet moments: nobody waits for a checkpoint between a sale and its answer.

use loy::evaluate::{Cart, Line};
use loy::kernel::{Money, Quantity};
use loy::till::Till;

use crate::shop::{Shop, cart};

const WAL_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// So many lines that not many such sales are needed.
fn wedding() -> Cart {
    let mut cart = cart(0);
    let line = |n: i64| {
        Line::new(
            &format!("SKU-{n}"),
            Quantity::new(1_000),
            Money::new(1_000 + n),
        )
    };
    cart.lines = (0..500).map(line).collect();
    cart
}

fn wal_bytes(till: &Till) -> u64 {
    till.info().unwrap().wal_bytes
}

#[test]
fn the_sale_that_fills_the_log_is_answered_first_and_the_next_write_empties_it() {
    let shop = Shop::new();
    let till = shop.create();
    let wedding = wedding();
    let mut n = 0;
    while wal_bytes(&till) <= WAL_BYTES_MAX {
        n += 1;
        assert!(n < 1_000, "the log never fills");
        till.record(&format!("sale-{n}"), &wedding).unwrap();
    }
    // What only looks does not pay for it either.
    till.evaluate(&cart(10_000)).unwrap();
    assert!(wal_bytes(&till) > WAL_BYTES_MAX);
    till.record("next", &cart(10_000)).unwrap();
    let after = wal_bytes(&till);
    assert!((1..WAL_BYTES_MAX / 8).contains(&after), "{after}");
    // In a quiet moment all of it is brought home.
    till.idle().unwrap();
    assert_eq!(wal_bytes(&till), 0);
}
