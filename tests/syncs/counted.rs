//! How many syncs a call costs. Each makes the customer wait for the disk.

use serde_json::json;

use crate::calls::{CALLS, refund_of, stage};
use crate::shop::{Shop, TODAY, assert_sound, cart_of, date, enrol};
use crate::vfs::{Tally, reset, tally};

#[test]
fn every_operation_costs_exactly_one_sync() {
    for call in CALLS {
        let mut stage = stage();
        (call.prepare)(&mut stage);
        reset();
        (call.act)(&stage).unwrap();
        let cost = tally();
        assert_eq!(cost.commit_syncs, 1, "{}: {cost:?}", call.name);
        assert_eq!(cost.header_syncs, 0, "{}: {cost:?}", call.name);
        // A day close writes the WAL back at its end: once the WAL, once the file.
        let checkpoints = if call.name == "close_day" { 2 } else { 0 };
        assert_eq!(
            cost.checkpoint_syncs, checkpoints,
            "{}: {cost:?}",
            call.name
        );
    }
}

#[test]
fn a_close_that_writes_off_thousands_of_lots_is_one_sync_too() {
    crate::vfs::install();
    // Fifty rules that give a point for a visit: fifty lots a sale, dead the day after.
    let visit = |number: usize| json!({"id": format!("r{number}"), "wallet": "points", "fixed": {"points": "1"}});
    let mut document: serde_json::Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["wallets"][0]["expiry"] = json!({"days": 1});
    document["earn"] = (0..50).map(visit).collect();
    let shop = Shop::with(|file| file.programme = document.to_string().into_bytes());
    let till = shop.create();
    let member = enrol(&till);
    for run in 0..90 {
        till.record(&format!("sale-{run}"), &cart_of(member, 1_000))
            .unwrap();
    }
    shop.clock.advance_seconds(86_400);
    reset();
    let report = till.close_day("close-1", date(TODAY + 1)).unwrap();
    let cost = tally();
    assert_eq!(cost.commit_syncs, 1, "{cost:?}");
    let expiry = report.totals.iter().find(|total| total.kind == "expiry");
    let told = expiry.map(|total| (total.count, total.points.get()));
    assert_eq!(told, Some((4_500, 4_500)));
    assert_sound(&till);
}

#[test]
fn an_operation_asked_again_costs_nothing() {
    // An acknowledgement is no operation; asked again it only looks.
    for call in CALLS.iter().filter(|call| call.name != "close_day") {
        let mut stage = stage();
        (call.prepare)(&mut stage);
        (call.act)(&stage).unwrap();
        reset();
        (call.act)(&stage).unwrap();
        assert_eq!(tally(), Tally::default(), "{}", call.name);
    }
}

#[test]
fn an_operation_that_is_refused_is_remembered_with_one_sync() {
    let stage = stage();
    stage.till.void("void-1", stage.held, "").unwrap();
    reset();
    stage.till.void("void-2", stage.held, "").unwrap_err();
    assert_eq!(tally().commit_syncs, 1);
    reset();
    stage.till.void("void-2", stage.held, "").unwrap_err();
    assert_eq!(tally(), Tally::default());
}

#[test]
fn looking_costs_nothing() {
    let stage = stage();
    let till = &stage.till;
    reset();
    till.scan("0912345678", date(TODAY)).unwrap();
    till.evaluate(&cart_of(stage.member, 55_000)).unwrap();
    till.history(stage.member, 0, 100).unwrap();
    till.pending_sales().unwrap();
    till.sale(stage.sold).unwrap();
    till.preview_refund(&refund_of(stage.sold)).unwrap();
    till.info().unwrap();
    till.verify(loy::till::Depth::Full).unwrap();
    assert_eq!(tally(), Tally::default());
}

#[test]
fn the_first_sale_after_a_quiet_moment_also_begins_the_wal_anew() {
    // SQLite syncs the header of an emptied WAL before the first frame behind it: a cost of the
    // checkpoint, which the operation after it pays (sqlite3WalFrames in SQLite's wal.c).
    let stage = stage();
    stage.till.idle().unwrap();
    reset();
    stage
        .till
        .record("sale-1", &cart_of(stage.member, 55_000))
        .unwrap();
    let cost = tally();
    assert_eq!((cost.commit_syncs, cost.header_syncs), (1, 1));
    reset();
    stage
        .till
        .record("sale-2", &cart_of(stage.member, 55_000))
        .unwrap();
    let cost = tally();
    assert_eq!((cost.commit_syncs, cost.header_syncs), (1, 0));
}
