//! A damaged ledger: what can be read of it goes on in a new file, and head office believes it.

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use loy::exchange::batch::read;
use loy::kernel::{Instant, SaleId};
use loy::ledger::Kind;
use loy::till::{Finding, SaleState, Settings, Till, status};
use rusqlite::Connection;

use crate::shop::{
    self, MORNING_MS, Shop, TODAY, answer, assert_sound, balance, cart_of, claim_of, date, enrol,
    phone, refund_of, spending,
};

/// Sales of every state, some of them known to head office.
struct Morning {
    shop: Shop,
    first: SaleId,
    claimed: SaleId,
    held: SaleId,
}

fn morning() -> Morning {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let mut cart = cart_of(member, 410_000);
    cart.receipt_number = Some("0001".to_owned());
    let first = till.record("sale-1", &cart).unwrap().id;
    let sent = till.export_next(1 << 20).unwrap().unwrap().bytes;
    till.acknowledge(&answer(&shop.office_key, &sent)).unwrap();
    for number in 2..=30 {
        let cart = cart_of(member, 10_000 * number);
        till.record(&format!("sale-{number}"), &cart).unwrap();
    }
    let refunded = till.record("sale-31", &cart_of(member, 50_000)).unwrap().id;
    till.refund("refund-31", &refund_of(refunded)).unwrap();
    let claimed = till.record("sale-32", &shop::cart(30_000)).unwrap().id;
    let request = claim_of(claimed, member);
    till.claim("claim-32", &request).unwrap();
    till.close_day("close-1", date(TODAY)).unwrap();
    let held = till
        .authorise("hold-1", &spending(member, 90_000, 7), 600)
        .unwrap()
        .id;
    till.enrol("enrol-2", &phone("0987654321")).unwrap();
    till.close();
    Morning {
        shop,
        first,
        claimed,
        held,
    }
}

fn new_path(shop: &Shop) -> PathBuf {
    shop.folder.path().join("saved.loy")
}

pub fn salvage(shop: &Shop) -> Result<(Till, Vec<Finding>), loy::till::Error> {
    let settings = Settings {
        path: new_path(shop),
        ..shop.settings()
    };
    Till::salvage_with(&shop.path(), &settings, shop.ports())
}

fn keys(findings: &[Finding]) -> Vec<(&str, u64)> {
    findings.iter().map(|one| (one.key, one.seq)).collect()
}

/// Everything that waits is sent and acknowledged; the streams it was sent in, by epoch.
fn send_all(shop: &Shop, till: &Till) -> Vec<(u32, u64, u64)> {
    let mut sent = Vec::new();
    while let Some(export) = till.export_next(1 << 20).unwrap() {
        let writer = SigningKey::from_bytes(&[3; 32]).verifying_key().to_bytes();
        let batch = read(&export.bytes).unwrap().verify(&writer).unwrap();
        let manifest = &batch.manifest;
        sent.push((
            manifest.stream.epoch,
            manifest.first_seq,
            manifest.last_seq(),
        ));
        till.acknowledge(&answer(&shop.office_key, &export.bytes))
            .unwrap();
    }
    sent
}

#[test]
fn a_sound_ledger_is_saved_whole_and_goes_on() {
    let morning = morning();
    let shop = &morning.shop;
    let before = std::fs::read(shop.path()).unwrap();
    let (till, findings) = salvage(shop).unwrap();
    assert_eq!(findings, []);
    assert_eq!(std::fs::read(shop.path()).unwrap(), before);
    assert_sound(&till);
    let old = Till::open_reader(&shop.settings()).unwrap();
    let head = old.info().unwrap().head_seq;
    let info = till.info().unwrap();
    assert_eq!((info.epoch, info.head_seq), (2, head + 1));
    let member = old.scan("0912345678", date(TODAY)).unwrap().number;
    assert_eq!(balance(&till, member), balance(&old, member));
    assert_eq!(
        till.sale(morning.first).unwrap().state,
        SaleState::Committed
    );
    // What was asked before is answered as before, and what waits can be ended.
    let mut cart = cart_of(member, 410_000);
    cart.receipt_number = Some("0001".to_owned());
    let again = till.record("sale-1", &cart).unwrap();
    assert!(again.was_replayed && again.id == morning.first);
    let claim = claim_of(morning.claimed, member);
    let claimed = till.claim("claim-32", &claim).unwrap();
    assert!(claimed.was_replayed && claimed.cart.member == Some(member));
    assert_eq!(claimed.quote.awarded(1).get(), 3);
    let committed = till.commit("commit-1", morning.held, None).unwrap();
    assert_eq!(committed.state, SaleState::Committed);
    let error = till.record("sale-99", &cart).map(drop).unwrap_err();
    assert_eq!(error.status(), status::ALREADY_RESOLVED);
    // The old life's entries go in its own batches, the new one's in theirs.
    let sent = send_all(shop, &till);
    assert_eq!(sent.len(), 2);
    assert_eq!((sent[0].0, sent[0].2), (1, head));
    assert_eq!((sent[1].0, sent[1].1), (2, head + 1));
    // A saved ledger is a ledger: it is closed, opened, and can be saved again.
    till.close();
    let reopened = Till::open(&Settings::new(new_path(shop))).unwrap();
    assert_sound(&reopened);
    reopened.close();
    let settings = Settings::new(shop.folder.path().join("again.loy"));
    let (third, findings) = Till::salvage(&new_path(shop), &settings).unwrap();
    assert_eq!(findings, []);
    assert_eq!(third.info().unwrap().epoch, 3);
    assert_eq!(
        third.sale(morning.held).unwrap().state,
        SaleState::Committed
    );
    assert_sound(&third);
}

#[test]
fn what_stands_behind_a_changed_entry_is_listed_as_lost_and_can_be_asked_again() {
    let morning = morning();
    let shop = &morning.shop;
    let old = Till::open_reader(&shop.settings()).unwrap();
    let member = old.scan("0912345678", date(TODAY)).unwrap().number;
    let entries = old.history(member, 0, 1_000).unwrap();
    // Sale 20: its award is made a hundred times as large.
    let sale = entries
        .iter()
        .filter(|entry| entry.kind == Kind::Commit)
        .nth(19)
        .unwrap();
    let award = sale.seq + 1;
    drop(old);
    let db = Connection::open(shop.path()).unwrap();
    db.execute_batch("DROP TRIGGER entry_is_never_changed")
        .unwrap();
    let sql = format!("UPDATE entry SET points = points * 100 WHERE seq = {award}");
    assert_eq!(db.execute(&sql, []).unwrap(), 1);
    drop(db);
    let (till, findings) = salvage(shop).unwrap();
    assert_eq!(keys(&findings)[0], ("entries.lost", award));
    assert_sound(&till);
    let info = till.info().unwrap();
    assert_eq!((info.epoch, info.head_seq), (2, award));
    // Sale 19 is there and not asked twice; sale 25 is done when it is asked again.
    let cart = |number: i64| cart_of(member, 10_000 * number);
    assert!(till.record("sale-19", &cart(19)).unwrap().was_replayed);
    assert!(!till.record("sale-25", &cart(25)).unwrap().was_replayed);
    // 41 points and 2 to 19 of the small sales; of the twentieth the award is lost; 25 asked again.
    assert_eq!(balance(&till, member).0, 41 + (2..=19).sum::<i64>() + 25);
    // The number that was given to a member who is lost is not given again.
    let newcomer = till.enrol("enrol-3", &phone("0977777777")).unwrap().number;
    assert_eq!(newcomer.get() / 10, 10_000_000_002);
    assert_eq!(send_all(shop, &till).len(), 2);
    assert_sound(&till);
}

#[test]
fn whichever_page_is_destroyed_nothing_false_is_saved() {
    const PAGE: usize = 4096;
    let morning = morning();
    let shop = &morning.shop;
    let whole = std::fs::read(shop.path()).unwrap();
    let old = Till::open_reader(&shop.settings()).unwrap();
    let member = old.scan("0912345678", date(TODAY)).unwrap().number;
    let entries = old.history(member, 0, 1_000).unwrap();
    drop(old);
    let (mut saved, mut cut, mut hopeless) = (0, 0, 0);
    for page in 0..whole.len() / PAGE {
        let mut damaged = whole.clone();
        let place = page * PAGE + if page == 0 { 100 } else { 0 };
        damaged[place..(page + 1) * PAGE].fill(0xa5);
        std::fs::write(shop.path(), &damaged).unwrap();
        remove(&new_path(shop));
        match salvage(shop) {
            Ok((till, findings)) => {
                assert_only_said_losses(&till, &findings);
                let known = till.history(member, 0, 1_000).unwrap();
                let kept: Vec<_> = known
                    .iter()
                    .filter(|entry| entries.contains(entry))
                    .collect();
                assert!(
                    entries.iter().zip(&kept).all(|(a, b)| a == *b),
                    "page {page}"
                );
                if kept.len() < entries.len() {
                    assert!(!findings.is_empty(), "page {page}: nothing is said");
                    cut += 1;
                }
                till.record("sale-after", &cart_of(member, 20_000)).unwrap();
                till.close_day("close-after", date(TODAY)).unwrap();
                assert!(!send_all(shop, &till).is_empty(), "page {page}");
                assert_only_said_losses(&till, &findings);
                saved += 1;
            }
            Err(error) => {
                assert_eq!(
                    error.status(),
                    status::E_STORE_CORRUPT,
                    "page {page}: {error}"
                );
                assert!(!new_path(shop).exists(), "page {page}");
                hopeless += 1;
            }
        }
        assert_eq!(std::fs::read(shop.path()).unwrap(), damaged, "page {page}");
    }
    println!("{saved} saved, {cut} of them cut short, {hopeless} hopeless");
    // Without schema, identity, keys, programme or the first entries there is nothing to go on from.
    assert!(saved > hopeless && cut > 0 && hopeless >= 4);
}

/// Sound, but for operations, carts, receipts and numbers that salvage has said are lost.
fn assert_only_said_losses(till: &Till, said: &[Finding]) {
    let beside = [
        "operation.missing",
        "document.missing",
        "receipt.missing",
        "number_block.differs",
    ];
    let found = till.verify(loy::till::Depth::Full).unwrap();
    assert!(
        found.iter().all(|one| beside.contains(&one.key)),
        "{found:?}"
    );
    assert!(found.is_empty() || !said.is_empty(), "{found:?}");
}

fn remove(path: &Path) {
    for suffix in ["", "-wal", "-shm", "-lock"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}

/// Fills the pages of these tables with rubbish.
pub fn destroy(path: &Path, tables: &[&str]) {
    let db = Connection::open(path).unwrap();
    let size: usize = db
        .query_row("PRAGMA page_size", [], |row| row.get(0))
        .unwrap();
    let pages: Vec<usize> = tables
        .iter()
        .map(|table| {
            let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
            db.query_row(sql, [table], |row| row.get(0)).unwrap()
        })
        .collect();
    drop(db);
    let mut bytes = std::fs::read(path).unwrap();
    for page in pages {
        bytes[(page - 1) * size..page * size].fill(0x5a);
    }
    std::fs::write(path, bytes).unwrap();
}

/// A cashier who returns up to 500.000 d, and a manager.
fn store_with_operators() -> Shop {
    crate::people::store_of(
        r#"{"roles": {"cashier": {"refund": "500000"}},
            "operators": [{"id": "TN-07", "role": "cashier", "pin": "0007"},
                          {"id": "QL-01", "role": "manager", "pin": "900900"}]}"#,
    )
}

#[test]
fn where_it_is_lost_who_may_do_what_nobody_may_and_the_sales_are_saved() {
    for (tables, still_there) in [
        (&["operator"][..], &[][..]),
        (&["ceiling"], &["QL-01", "TN-07"]),
        (&["operator", "ceiling"], &[]),
    ] {
        let shop = store_with_operators();
        let till = shop.create();
        let member = enrol(&till);
        let sale = till.record("sale", &cart_of(member, 100_000)).unwrap();
        till.close();
        destroy(&shop.path(), tables);
        let (till, findings) = salvage(&shop).unwrap();
        let lost = |one: &Finding| one.key == "operators.lost";
        assert!(findings.iter().any(lost), "{tables:?}: {findings:?}");
        let known: Vec<String> = till
            .operators()
            .unwrap()
            .into_iter()
            .map(|line| line.id)
            .collect();
        let expected = if still_there.is_empty() {
            &["operators-lost"]
        } else {
            still_there
        };
        assert_eq!(known, expected, "{tables:?}");
        // What is sold is never refused; what gives money back is, and no PIN lifts it.
        till.record("next", &cart_of(member, 50_000)).unwrap();
        let mut request = refund_of(sale.id);
        request.cashier = Some("TN-07".to_owned());
        let refused = till.refund("back", &request).unwrap_err();
        assert_eq!(refused.reason(), "approval.needed", "{tables:?}");
        let kind = loy::till::ActKind::Refund;
        let _ = till.approve("back", kind, "QL-01", b"900900");
        till.refund("back", &request).unwrap_err();
        assert_eq!(balance(&till, member).0, 15, "{tables:?}");
        assert_sound(&till);
    }
}

#[test]
fn a_hold_whose_cart_is_lost_gives_its_points_back() {
    let morning = morning();
    let shop = &morning.shop;
    let db = Connection::open(shop.path()).unwrap();
    let seq = morning.held.seq;
    db.execute("DELETE FROM document WHERE seq = ?1", [seq])
        .unwrap();
    drop(db);
    let (till, findings) = salvage(shop).unwrap();
    assert!(
        keys(&findings).contains(&("sale.document_lost", seq)),
        "{findings:?}"
    );
    assert_sound(&till);
    let member = till.scan("0912345678", date(TODAY)).unwrap().number;
    assert_eq!(balance(&till, member).2, 0, "nothing is held");
    till.record("sale-40", &cart_of(member, 20_000)).unwrap();
    assert_sound(&till);
}

#[test]
fn nothing_is_saved_over_a_file_or_out_of_none() {
    let morning = morning();
    let shop = &morning.shop;
    std::fs::write(new_path(shop), b"precious").unwrap();
    let error = salvage(shop).map(drop).unwrap_err();
    assert_eq!(error.status(), status::E_STORE_EXISTS);
    assert_eq!(std::fs::read(new_path(shop)).unwrap(), b"precious");
    let nowhere = shop.folder.path().join("nowhere.loy");
    let settings = Settings::new(shop.folder.path().join("new.loy"));
    let error = Till::salvage(&nowhere, &settings).map(drop).unwrap_err();
    assert_eq!(error.status(), status::E_STORE_ABSENT);
    let open = shop.open();
    let error = Till::salvage(&shop.path(), &settings)
        .map(drop)
        .unwrap_err();
    assert_eq!(
        error.status(),
        status::E_BUSY,
        "its till still writes to it"
    );
    drop(open);
}

#[cfg(feature = "office")]
#[test]
fn head_office_takes_the_batches_of_a_saved_till() {
    use loy::kernel::Currency;
    use loy::ledger::clock::ClockLimits;
    use loy::office::{MemberList, NewTill, Office, Outcome};

    let folder = tempfile::tempdir().unwrap();
    let now = Instant::from_ms(MORNING_MS);
    let mut next = 0u8;
    let mut random = |bytes: &mut [u8]| {
        for byte in bytes {
            next = next.wrapping_mul(5).wrapping_add(3);
            *byte = next;
        }
    };
    let mut office = Office::create(folder.path(), "Hoa Mai", &mut random, now).unwrap();
    let new = NewTill {
        store: "HN01",
        till: "1",
        currency: Currency::VND,
        language: "vi",
        programme: include_bytes!("../../examples/programmes/vnd-10000.json").to_vec(),
        clock: ClockLimits::default(),
        members: MemberList::Omitted,
        operators: Default::default(),
    };
    let (file, code) = office.provision(&new, &mut random, now).unwrap();
    let shop = Shop::new();
    let ports = shop.ports();
    let till = Till::create_with(&shop.settings(), &file, &code.to_string(), ports).unwrap();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 410_000)).unwrap();
    let mut send = |till: &Till| {
        while let Some(export) = till.export_next(1 << 20).unwrap() {
            let ingested = office.ingest(&export.bytes, now).unwrap();
            let Outcome::Applied(acknowledgement) = ingested.outcome else {
                panic!("{:?}", ingested.outcome);
            };
            till.acknowledge(&acknowledgement).unwrap();
        }
    };
    send(&till);
    till.record("sale-2", &cart_of(member, 100_000)).unwrap();
    till.close();
    let (saved, findings) = salvage(&shop).unwrap();
    assert_eq!(findings, []);
    saved.record("sale-3", &cart_of(member, 50_000)).unwrap();
    send(&saved);
    let known = office.balance(member, date(TODAY)).unwrap();
    assert_eq!(known[0].balance.known.get(), 41 + 10 + 5);
    assert_sound(&saved);
}
