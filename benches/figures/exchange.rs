//! What is sent, and what head office does with it.

use std::path::Path;

use ed25519_dalek::SigningKey;
use loy::exchange::Batch;
use loy::exchange::batch::{BatchParts, build, read};
use loy::kernel::{Currency, Instant};
use loy::ledger::clock::ClockLimits;
use loy::office::{MemberList, NewTill, Office, Outcome};
use loy::till::{Settings, Till};
use rusqlite::params;

use crate::measure::Sample;
use crate::place::{self, RAM};
use crate::raw::connect;
use crate::report::{Floor, Report, Row};
use crate::sales::{bill, enrol_all};
use crate::shop::{MORNING_MS, Shop, TENANT, acknowledgement_of};

const SALES: usize = 2_000;
const LINES: usize = 10;
/// Batches of 2,000 sales that head office takes in.
const BATCHES: usize = 8;

fn fastest() -> &'static Path {
    let ram = Path::new(RAM);
    if ram.is_dir() { ram } else { Path::new("/tmp") }
}

fn sell(till: &Till, members: &[loy::kernel::MemberNumber], from: usize) {
    for run in from..from + SALES {
        // A sale about every twenty seconds, rung up a little before it is recorded.
        place::advance_ms(5_000 + (run as i64 * 7_919) % 30_000);
        let mut cart = bill(run, LINES, members[run * 7 % members.len()], true);
        cart.at_ms = Instant::from_ms(place::now_ms() - (run as i64 * 6_133) % 4_000);
        till.record(&format!("sale-{run}"), &cart).unwrap();
    }
}

pub fn measure(report: &mut Report) {
    batch(report);
    office(report);
}

fn batch(report: &mut Report) {
    let folder = place::folder(fastest());
    let shop = Shop::new();
    let till = place::till(&shop, folder.path());
    let members = enrol_all(&till, 500);
    // What the members' enrolment costs is sent first.
    let first = till.export_next(64 << 20).unwrap().unwrap();
    let batch = verified(&first.bytes, &SigningKey::from_bytes(&[3; 32]));
    let acknowledgement = acknowledgement_of(&batch);
    till.acknowledge(&acknowledgement.sign(&shop.office_key))
        .unwrap();
    sell(&till, &members, 0);
    let mut bytes = Vec::new();
    let export = Sample::single(1, |_| {
        bytes = till.export_next(64 << 20).unwrap().unwrap().bytes;
    });
    let batch = verified(&bytes, &SigningKey::from_bytes(&[3; 32]));
    assert_eq!(batch.baskets.len(), SALES);
    let parts = BatchParts {
        tenant: TENANT,
        stream: batch.manifest.stream,
        epoch: &batch.manifest.epoch,
        prev_hash: batch.manifest.prev_hash,
        entries: &batch.entries,
        baskets: &batch.baskets,
        side_head: [0; 32],
        office_index: 1,
        programme_version: 1,
        library_version: "0",
        made_at: Instant::from_ms(MORNING_MS),
    };
    let key = SigningKey::from_bytes(&epoch_secret(&folder.path().join("till.loy")));
    let sample = Sample::single(15, |_| {
        std::hint::black_box(build(&parts, &key).unwrap());
    });
    report.add(
        Row::value(
            "build and sign a batch of 2,000 sales",
            sample.p50() / 1e3,
            "ms",
        )
        .floors(&[Floor::Most(20.0)]),
    );
    report.add(Row::value(
        "  the whole of export_next",
        export.p50() / 1e3,
        "ms",
    ));
    let postings = build(
        &BatchParts {
            baskets: &[],
            ..parts
        },
        &key,
    )
    .unwrap();
    report.add(
        Row::value(
            "  postings, by sale",
            postings.len() as f64 / SALES as f64,
            "B",
        )
        .floors(&[Floor::Most(16.0)])
        .goal("11"),
    );
    let baskets = (bytes.len() - postings.len()) as f64 / (SALES * LINES) as f64;
    report.add(Row::value("  baskets, by line", baskets, "B").floors(&[Floor::Most(8.0)]));
}

fn epoch_secret(ledger: &Path) -> [u8; 32] {
    let db = rusqlite::Connection::open(ledger).unwrap();
    db.query_row("SELECT secret_key FROM epoch", [], |row| row.get(0))
        .unwrap()
}

fn verified(bytes: &[u8], writer: &SigningKey) -> Batch {
    let public = writer.verifying_key().to_bytes();
    read(bytes).unwrap().verify(&public).unwrap()
}

fn office(report: &mut Report) {
    let folder = place::folder(&place::data());
    let mut next = 0u8;
    let mut random = |bytes: &mut [u8]| {
        for byte in bytes {
            next = next.wrapping_mul(5).wrapping_add(17);
            *byte = next;
        }
    };
    let now = Instant::from_ms(MORNING_MS);
    let dir = folder.path().join("office");
    let mut office = Office::create(&dir, "Hoa Mai", &mut random, now).unwrap();
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
    let tills = place::folder(fastest());
    let settings = Settings::new(tills.path().join("till.loy"));
    let till = Till::create_with(&settings, &file, &code.to_string(), place::ports()).unwrap();
    let members = enrol_all(&till, 500);
    let raw = raw_office(&folder.path().join("raw.db"));
    let (mut entries, mut ours, mut theirs) = (0, 0.0, 0.0);
    for round in 0..BATCHES {
        sell(&till, &members, round * SALES);
        let bytes = till.export_next(64 << 20).unwrap().unwrap().bytes;
        let mut outcome = None;
        ours += Sample::single(1, |_| outcome = Some(office.ingest(&bytes, now).unwrap())).p50();
        let Outcome::Applied(acknowledgement) = outcome.unwrap().outcome else {
            panic!("a batch that follows is applied");
        };
        till.acknowledge(&acknowledgement).unwrap();
        let batch = unchecked(&bytes, &file, &code.to_string());
        entries += batch.entries.len();
        theirs += Sample::single(1, |_| raw_apply(&raw, &batch, &bytes)).p50();
    }
    let per_second = |micros: f64| entries as f64 / (micros / 1e6);
    report.add(
        Row::value("head office apply, SQLite", per_second(ours), "/s")
            .beside_value(per_second(theirs))
            .floors(&[Floor::RatioLeast(1.0 / 3.0), Floor::Least(40_000.0)])
            .goal("60000"),
    );
}

fn unchecked(bytes: &[u8], file: &[u8], code: &str) -> Batch {
    let provisioning = loy::exchange::Provisioning::open(file, code).unwrap();
    verified(bytes, &provisioning.writer_key())
}

fn raw_office(path: &Path) -> rusqlite::Connection {
    let db = connect(path);
    db.execute_batch("PRAGMA wal_autocheckpoint = 1000")
        .unwrap();
    db.execute_batch(include_str!("../../src/office/schema.sql"))
        .unwrap();
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    db
}

/// The same entries, lots and file as plain rows in one transaction.
fn raw_apply(db: &rusqlite::Connection, batch: &Batch, file: &[u8]) {
    db.execute_batch("BEGIN IMMEDIATE").unwrap();
    for (entry, hash) in batch.entries.iter().zip(&batch.hashes) {
        let member = entry.member.map_or(0, |member| member.get());
        db.prepare_cached(
            "INSERT INTO entry VALUES (1, ?1, ?2, 0, ?3, ?3, 420, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?4,
             NULL, 1, NULL, ?11)",
        )
        .unwrap()
        .execute(params![
            entry.seq,
            entry.kind.number(),
            entry.at.ms(),
            entry.business_date.yyyymmdd(),
            member,
            entry.wallet,
            entry.lot,
            entry.points.get(),
            entry.amount.get(),
            entry.refers_to,
            hash,
        ])
        .unwrap();
        if entry.kind == loy::ledger::Kind::Award {
            db.prepare_cached("INSERT INTO portion VALUES (?1, 1, 1, ?2, ?3, ?4, NULL, ?5, 0, 0)")
                .unwrap()
                .execute(params![
                    member,
                    entry.seq,
                    entry.at.ms(),
                    entry.business_date.yyyymmdd(),
                    entry.points.get()
                ])
                .unwrap();
        }
    }
    db.prepare_cached("INSERT INTO batch VALUES (?1, 1, 1, 1, ?2, ?3, 1, 0, ?2, ?1, 0, ?4)")
        .unwrap()
        .execute(params![
            batch.id.as_slice(),
            batch.manifest.first_seq,
            batch.manifest.last_seq(),
            file
        ])
        .unwrap();
    db.execute_batch("COMMIT").unwrap();
}
