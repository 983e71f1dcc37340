//! The close of the day on which the points of a whole chain end.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use loy::kernel::MemberNumber;
use loy::till::{Settings, Till};
use rusqlite::params;

use crate::large::file;
use crate::place;
use crate::raw::{Raw, connect};
use crate::report::{Floor, Report, Row};
use crate::shop::{Shop, TODAY, date};

/// Asks this program to close the day of a ledger and tell how long that took and how much memory.
pub const CLOSE_AND_TELL: &str = "LOY_BENCH_CLOSE";
const LOTS: usize = 1_000_000;
/// Points in each.
pub const POINTS: i64 = 9;

/// Members with a lot each, all dead since the first of the month.
fn ended(count: usize) -> std::path::PathBuf {
    file("ended", count, &Shop::new(), |path| {
        let db = connect(path);
        db.execute_batch("BEGIN; PRAGMA foreign_keys = OFF")
            .unwrap();
        for number in 0..count {
            // Lots are as old as chance has it: members are in no order.
            let body = 20_000_000_000 + (number as u64 * 7_919) % count as u64;
            let member = MemberNumber::from_body(body).unwrap();
            db.prepare_cached(
                "INSERT INTO portion VALUES (?1, 1, ?2, 0, 1764000000000, 20251101, 20261101, 0, ?3, 0, 0, 0)",
            )
            .unwrap()
            .execute(params![member.get(), 1_000 + number, POINTS])
            .unwrap();
        }
        db.execute_batch("COMMIT").unwrap();
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .unwrap();
    })
}

pub fn measure(report: &mut Report) {
    let (mut ours, mut theirs, mut memory) = (f64::MAX, f64::MAX, 0.0f64);
    let mut processor = f64::MAX;
    for _ in 0..2 {
        let evening = place::folder(&place::data());
        let copy = |name: &str| {
            let path = evening.path().join(name);
            std::fs::copy(ended(LOTS), &path).unwrap();
            path
        };
        let output = Command::new(std::env::current_exe().unwrap())
            .env(CLOSE_AND_TELL, copy("till.loy"))
            .output()
            .unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        let told: Vec<f64> = told.split(' ').map(|n| n.trim().parse().unwrap()).collect();
        ours = ours.min(told[0]);
        processor = processor.min(told[1]);
        memory = memory.max(told[2]);
        copy("raw.db");
        let mut raw = Raw::of(evening.path());
        let began = Instant::now();
        assert_eq!(raw.sweep("day-1", POINTS), LOTS);
        theirs = theirs.min(began.elapsed().as_secs_f64() * 1e3);
    }
    report.add(
        Row::value(
            "expiry sweep of 1,000,000 lots with its day close, on disk",
            ours / 1e3,
            "s",
        )
        .beside_value(theirs / 1e3)
        .floors(&[Floor::RatioMost(3.0), Floor::Most(10.0)]),
    );
    // What it takes on a machine that has nothing else to do, but for the disk.
    let name = "  processor time of the whole process";
    report.add(Row::value(name, processor / 1e3, "s"));
    let name = "  memory of the whole process at its most";
    report.add(Row::value(name, memory / 1024.0, "MB"));
}

/// Closes the day; prints milliseconds, milliseconds of the processor and the peak of this process's
/// resident memory in KiB.
pub fn close_and_tell(path: &str) {
    let till = Till::open_with(&Settings::new(Path::new(path)), place::ports()).unwrap();
    let began = Instant::now();
    let report = till.close_day("day-1", date(TODAY)).unwrap();
    let ms = began.elapsed().as_secs_f64() * 1e3;
    let expiry = report.totals.iter().find(|total| total.kind == "expiry");
    assert_eq!(
        expiry.map(|total| total.count),
        Some(u64::try_from(LOTS).unwrap())
    );
    println!("{ms} {} {}", processor_ms(), crate::large::peak_kib());
}

/// What this process has used of the processor, by Linux's hundredths of a second.
fn processor_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name in brackets; of what follows it, the 12th and 13th field.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .map(|ticks| ticks.parse::<u64>().unwrap_or(0) * 10)
        .sum()
}
