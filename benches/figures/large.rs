//! Ledgers of a size that takes years to reach. Their files are made once, by SQL, and kept.

use std::path::{Path, PathBuf};
use std::process::Command;

use loy::kernel::MemberNumber;
use loy::till::{Settings, Till};
use rusqlite::params;

use crate::dice::Dice;
use crate::measure::Sample;
use crate::place;
use crate::raw::connect;
use crate::report::{Floor, Report, Row};
use crate::sales::{bill, enrol_all};
use crate::shop::Shop;

/// Asks this program to open a ledger and tell how much memory that took.
pub const OPEN_AND_TELL: &str = "LOY_BENCH_OPEN";
/// Changes with what the files hold.
const VERSION: u32 = 2;

pub fn measure(report: &mut Report) {
    open(report);
}

/// The file of that name; made by a shop's till and filled where there is none yet.
pub fn file(name: &str, count: usize, shop: &Shop, fill: impl FnOnce(&Path)) -> PathBuf {
    let path = place::data().join(format!("{name}-{count}-v{VERSION}.loy"));
    if !path.exists() {
        let folder = place::folder(&place::data());
        let till = place::till(shop, folder.path());
        let members = enrol_all(&till, 1);
        till.record("first", &bill(1, 10, members[0], false))
            .unwrap();
        till.close();
        let made = folder.path().join("till.loy");
        fill(&made);
        std::fs::rename(made, &path).unwrap();
    }
    path
}

/// Entries as sales leave them: a commit and an award in turn, of many members, over five years.
fn entries(count: usize) -> PathBuf {
    file("entries", count, &Shop::new(), |path| {
        let db = connect(path);
        let columns = "kind, flags, at_ms, sold_after_ms, offset_minutes, business_date, wallet, \
             points, amount, available_after_days, expires_on, programme_version, payload";
        let head: usize = db
            .query_row("SELECT seq FROM head", [], |row| row.get(0))
            .unwrap();
        db.execute_batch("BEGIN").unwrap();
        let mut dice = Dice::new(2);
        for seq in head + 1..=count {
            // The last two entries are the commit and the award of a real sale.
            let template = head - (seq - head) % 2;
            let member = MemberNumber::from_body(20_000_000_000 + dice.below(100_000)).unwrap();
            let mut hash = [0u8; 32];
            for part in hash.chunks_mut(8) {
                part.copy_from_slice(&dice.below(u64::MAX).to_be_bytes());
            }
            db.prepare_cached(&format!(
                "INSERT INTO entry (seq, member, lot, refers_to, hash, {columns})
                 SELECT ?1, ?2, iif(lot, ?1, 0), iif(refers_to, ?1 - 1, 0), ?3, {}
                 FROM entry WHERE seq = ?4",
                columns.replace("business_date", "20220101 + ?1 * 5 / ?5 * 10000 + ?1 % 28")
            ))
            .unwrap()
            .execute(params![seq, member.get(), hash, template, count])
            .unwrap();
        }
        db.execute("UPDATE head SET seq = ?1", [count]).unwrap();
        db.execute_batch("COMMIT").unwrap();
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .unwrap();
    })
}

fn open(report: &mut Report) {
    const COUNT: usize = 1_000_000;
    let path = entries(COUNT);
    let settings = Settings::new(&path);
    let sample = Sample::single(50, |_| {
        drop(Till::open_with(&settings, place::ports()).unwrap());
    });
    report.add(
        Row::value(
            "open a ledger with 1,000,000 entries",
            sample.p50() / 1e3,
            "ms",
        )
        .floors(&[Floor::Most(50.0)]),
    );
    let output = Command::new(std::env::current_exe().unwrap())
        .env(OPEN_AND_TELL, &path)
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let kib: f64 = told.trim().parse().unwrap();
    report.add(
        Row::value(
            "  memory of the whole process at its most",
            kib / 1024.0,
            "MB",
        )
        .floors(&[Floor::Most(16.0)]),
    );
    let bytes = std::fs::metadata(&path).unwrap().len() as f64;
    report.add(
        Row::value("file, by entry row with indexes", bytes / COUNT as f64, "B")
            .floors(&[Floor::Most(160.0)]),
    );
}

/// The peak of this process's resident memory, in KiB, once the ledger is open.
pub fn open_and_tell(path: &str) {
    let till = Till::open_with(&Settings::new(path), place::ports()).unwrap();
    println!("{}", peak_kib());
    drop(till);
}

/// The peak of this process's resident memory, in KiB.
pub fn peak_kib() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM:"));
    let digits = |line: &str| {
        line.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    peak.map_or_else(|| "0".to_owned(), digits)
}
