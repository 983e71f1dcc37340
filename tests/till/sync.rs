//! What goes to head office and what comes back.

use loy::exchange::batch::read;
use loy::exchange::{Acknowledgement, Batch};
use loy::kernel::{Instant, StreamId, WriterId};
use loy::ledger::Kind;
use loy::till::{SaleState, Till, status};

use crate::shop::{
    MORNING_MS, Shop, acknowledgement_of, assert_sound, cart, cart_of, date, enrol, phone, spending,
};

fn verified(bytes: &[u8]) -> Batch {
    let writer = ed25519_dalek::SigningKey::from_bytes(&[3; 32])
        .verifying_key()
        .to_bytes();
    read(bytes).unwrap().verify(&writer).unwrap()
}

fn acknowledgement(shop: &Shop, batch: &Batch) -> Vec<u8> {
    signed(shop, batch, |_| {})
}

fn signed(shop: &Shop, batch: &Batch, change: impl FnOnce(&mut Acknowledgement)) -> Vec<u8> {
    let mut acknowledgement = acknowledgement_of(batch);
    change(&mut acknowledgement);
    acknowledgement.sign(&shop.office_key)
}

fn next(till: &Till) -> Option<Vec<u8>> {
    till.export_next(1 << 20)
        .unwrap()
        .map(|export| export.bytes)
}

#[test]
fn a_batch_holds_every_entry_and_basket_and_is_offered_until_it_is_acknowledged() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 55_000)).unwrap();
    let bytes = next(&till).unwrap();
    till.record("sale-2", &cart(10_000)).unwrap();
    assert_eq!(
        next(&till).unwrap(),
        bytes,
        "the same bytes until they are acknowledged"
    );
    let batch = verified(&bytes);
    let kinds: Vec<Kind> = batch.entries.iter().map(|entry| entry.kind).collect();
    let first = [
        Kind::Epoch,
        Kind::ProgrammeInstalled,
        Kind::Enrol,
        Kind::Commit,
        Kind::Award,
    ];
    assert_eq!(kinds, first);
    assert_eq!(batch.baskets[0].lines[0].sku, "AO-01");
    till.acknowledge(&acknowledgement(&shop, &batch)).unwrap();
    let second = verified(&next(&till).unwrap());
    assert_eq!(second.manifest.first_seq, 6);
    till.acknowledge(&acknowledgement(&shop, &second)).unwrap();
    assert_eq!(next(&till), None, "acknowledgements alone are no news");
    // An old acknowledgement that comes late changes nothing.
    till.acknowledge(&acknowledgement(&shop, &batch)).unwrap();
    assert_eq!(next(&till), None);
    assert_sound(&till);
}

#[test]
fn small_batches_follow_one_another() {
    let shop = Shop::new();
    let till = shop.create();
    for number in 0..400 {
        till.record(
            &format!("sale-{number}"),
            &cart(10_000 + number * number * 7_919),
        )
        .unwrap();
    }
    let mut entries = 0;
    let mut batches = 0;
    while let Some(export) = till.export_next(1_500).unwrap() {
        assert!(export.bytes.len() <= 1_500);
        let batch = verified(&export.bytes);
        assert_eq!(batch.manifest.first_seq, entries + 1);
        entries += export.entries;
        batches += 1;
        till.acknowledge(&acknowledgement(&shop, &batch)).unwrap();
        if entries >= 402 {
            break;
        }
    }
    assert!(batches > 1);
    let error = {
        till.record("one-more", &cart(1)).unwrap();
        till.export_next(10).unwrap_err()
    };
    assert_eq!(error.status(), status::E_ARGUMENT);
}

#[test]
fn an_acknowledgement_must_be_head_offices_and_for_this_ledger() {
    let shop = Shop::new();
    let till = shop.create();
    let batch = verified(&next(&till).unwrap());
    let honest = acknowledgement(&shop, &batch);
    for cut in [0, 1, honest.len() / 2, honest.len() - 1] {
        let error = till.acknowledge(&honest[..cut]).unwrap_err();
        assert_eq!(error.status(), status::E_DOCUMENT, "cut at {cut}");
    }
    let mut forged = honest.clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    assert_eq!(
        till.acknowledge(&forged).unwrap_err().reason(),
        "acknowledgement.unreadable"
    );
    let other = signed(&shop, &batch, |acknowledgement| {
        let writer = WriterId([99; 16]);
        acknowledgement.stream = StreamId {
            writer,
            ..acknowledgement.stream
        };
    });
    assert_eq!(
        till.acknowledge(&other).unwrap_err().reason(),
        "acknowledgement.other_ledger"
    );
    assert!(next(&till).is_some(), "nothing was taken in");
}

#[test]
fn a_restored_copy_notices_that_head_office_has_more() {
    let shop = Shop::new();
    let till = shop.create();
    let copy = shop.folder.path().join("copy.loy");
    till.backup(&copy).unwrap();
    till.record("sale-1", &cart(10_000)).unwrap();
    let batch = verified(&next(&till).unwrap());
    till.close();
    drop(till);
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", shop.path().display()));
    }
    std::fs::rename(&copy, shop.path()).unwrap();
    let till = shop.open();
    let error = till
        .acknowledge(&acknowledgement(&shop, &batch))
        .unwrap_err();
    assert_eq!(error.reason(), "ledger.diverged");
    assert_eq!(till.take_log()[0].key, "ledger.diverged");
}

#[test]
fn an_acknowledgement_vouches_for_the_clock() {
    let shop = Shop::new();
    let till = shop.create();
    let batch = verified(&next(&till).unwrap());
    let later_ms = MORNING_MS + 100 * 86_400_000;
    shop.clock.set(later_ms);
    assert!(till.info().unwrap().is_clock_suspect);
    let answer = signed(&shop, &batch, |acknowledgement| {
        acknowledgement.office_time = Instant::from_ms(later_ms - 3_600_000);
    });
    till.acknowledge(&answer).unwrap();
    assert!(!till.info().unwrap().is_clock_suspect);
}

#[test]
fn after_a_long_holiday_head_office_s_answer_lets_holds_and_points_end() {
    let mut document: serde_json::Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["wallets"][0]["expiry"] = serde_json::json!({"days": 30});
    let shop = Shop::with(|file| file.programme = document.to_string().into_bytes());
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    till.authorise("hold-1", &spending(member, 50_000, 4), 60)
        .unwrap();
    let batch = verified(&next(&till).unwrap());
    let later_ms = MORNING_MS + 100 * 86_400_000;
    let on = date(20_270_302);
    shop.clock.set(later_ms);
    assert!(till.close_day("close-1", on).is_err(), "by such a clock");
    assert_eq!(till.pending_sales().unwrap()[0].state, SaleState::Held);
    // An answer of another time vouches for nothing.
    till.acknowledge(&acknowledgement(&shop, &batch)).unwrap();
    assert!(till.info().unwrap().is_clock_suspect);
    let batch = verified(&{
        till.record("sale-2", &cart(10_000)).unwrap();
        next(&till).unwrap()
    });
    let answer = signed(&shop, &batch, |acknowledgement| {
        acknowledgement.office_time = Instant::from_ms(later_ms - 3_600_000);
        acknowledgement.office_index = 2;
    });
    till.acknowledge(&answer).unwrap();
    let report = till.close_day("close-2", on).unwrap();
    let count = |kind: &str| {
        let totals = report.totals.iter();
        totals
            .filter(|total| total.kind == kind)
            .map(|total| (total.count, total.points.get()))
            .collect::<Vec<_>>()
    };
    // The hold gave its 4 points back first, so the lot is written off whole.
    assert_eq!(count("hold_expired"), [(1, 0)]);
    assert_eq!(count("expiry"), [(1, 10)]);
    assert_sound(&till);
}

#[test]
fn no_batch_holds_a_phone_number() {
    let shop = Shop::new();
    let till = shop.create();
    till.enrol("e-1", &phone("0912345678")).unwrap();
    let bytes = next(&till).unwrap();
    let batch = verified(&bytes);
    let told = format!("{:?}", batch.entries);
    for raw in ["912345678", "0912345678"] {
        assert!(!told.contains(raw));
        assert!(
            !bytes
                .windows(raw.len())
                .any(|window| window == raw.as_bytes())
        );
    }
    assert!(till.scan("0912345678", date(20_261_122)).is_ok());
}

#[test]
fn sales_that_end_in_another_order_than_they_began_still_travel() {
    let shop = Shop::new();
    let till = shop.create();
    let first = till.authorise("hold-1", &cart(55_000), 900).unwrap();
    let second = till.authorise("hold-2", &cart(10_000), 900).unwrap();
    till.commit("commit-2", second.id, None).unwrap();
    till.commit("commit-1", first.id, None).unwrap();
    let batch = verified(&next(&till).unwrap());
    let sales: Vec<u64> = batch.baskets.iter().map(|basket| basket.sale_seq).collect();
    assert_eq!(sales, [first.id.seq, second.id.seq]);
}
