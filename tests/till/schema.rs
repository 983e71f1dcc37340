//! Files of earlier libraries. Each opens, verifies and goes on, for ever.
//!
//! There is one schema so far, so nothing is migrated yet. A library that changes the schema leaves
//! `schema/v1.loy` as it is and adds its own file with `LOY_BLESS=1`.

use std::path::PathBuf;

use loy::kernel::MemberNumber;
use loy::till::{SaleState, Till, status};

use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart_of, date, enrol, phone, refund_of, spending,
};

fn kept() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/till/schema/v1.loy")
}

fn member() -> MemberNumber {
    MemberNumber::from_body(10_000_000_000).unwrap()
}

/// What stands in the kept file: sales of every state, a closed day, a batch that waits.
fn trade(till: &Till) {
    let member = enrol(till);
    let mut cart = cart_of(member, 410_000);
    cart.receipt_number = Some("0001".to_owned());
    till.record("sale-1", &cart).unwrap();
    let hold = till
        .authorise("hold-1", &spending(member, 100_000, 10), 3_600)
        .unwrap();
    till.commit("commit-1", hold.id, None).unwrap();
    let hold = till
        .authorise("hold-2", &spending(member, 100_000, 10), 3_600)
        .unwrap();
    till.void("void-2", hold.id, "").unwrap();
    let sale = till.record("sale-3", &cart_of(member, 55_000)).unwrap();
    till.refund("refund-3", &refund_of(sale.id)).unwrap();
    till.close_day("close-1", date(TODAY)).unwrap();
    till.export_next(1 << 20).unwrap().unwrap();
    till.authorise("hold-4", &spending(member, 60_000, 6), 3_600)
        .unwrap();
}

#[test]
fn a_ledger_of_schema_1_opens_verifies_and_goes_on() {
    let shop = Shop::new();
    if std::env::var_os("LOY_BLESS").is_some() && !kept().exists() {
        let till = shop.create();
        trade(&till);
        till.close();
        std::fs::create_dir_all(kept().parent().unwrap()).unwrap();
        std::fs::copy(shop.path(), kept()).unwrap();
        std::fs::remove_file(shop.path()).unwrap();
    }
    std::fs::copy(kept(), shop.path()).unwrap();
    let till = shop.open();
    assert_sound(&till);
    // 41, less 10 for a bill of 90.000 d that gives 9; 6 of the 40 are on hold.
    assert_eq!(balance(&till, member()), (40, 34, 6, 0));
    let mut cart = cart_of(member(), 410_000);
    cart.receipt_number = Some("0001".to_owned());
    assert!(till.record("sale-1", &cart).unwrap().was_replayed);
    let known = till.record("sale-9", &cart).map(drop).unwrap_err();
    assert_eq!(known.status(), status::ALREADY_RESOLVED);
    let open = till.pending_sales().unwrap();
    assert_eq!(open.len(), 1);
    let done = till.commit("commit-4", open[0].id, None).unwrap();
    assert_eq!(done.state, SaleState::Committed);
    // 54.000 d give 5.
    assert_eq!(balance(&till, member()), (39, 39, 0, 0));
    till.enrol("enrol-2", &phone("0987654321")).unwrap();
    let waiting = till.export_next(1 << 20).unwrap().unwrap();
    assert!(waiting.entries > 10, "the batch of that time");
    till.close_day("close-2", date(TODAY + 1)).unwrap();
    assert_sound(&till);
}
