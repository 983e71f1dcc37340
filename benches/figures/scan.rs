//! A code is scanned and the cashier sees who it is: through the C functions, as a POS asks them.
#![allow(unsafe_code)] // it calls C functions

use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};

use loy::capi::config::{loy_config_free, loy_config_new, loy_config_set_path};
use loy::capi::ledger::{loy_ledger, loy_ledger_close, loy_ledger_open};
use loy::capi::member::{
    loy_member, loy_member_balance, loy_member_cashier_text, loy_member_free, loy_member_scan,
};
use loy::capi::rows::{loy_rows, loy_rows_count, loy_rows_free};
use loy::capi::scan::loy_scan_identify;
use loy::capi::status::LOY_OK;
use loy::capi::version::loy_version_number;
use loy::exchange::identifier_hash;
use loy::kernel::MemberNumber;
use loy::scan::{IdentifierKind, normalise_identifier};
use rusqlite::params;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::large::file;
use crate::measure::Sample;
use crate::raw::connect;
use crate::report::{Floor, Report, Row};
use crate::shop::{Shop, TODAY};

/// The provisioning key of [`Shop`].
const IDENTIFIER_KEY: [u8; 32] = [5; 32];
const SCANS: usize = 20_000;

pub fn measure(report: &mut Report) {
    let (small, raw_small) = scans(10_000);
    let (large, raw) = scans(1_000_000);
    let (largest, raw_largest) = scans(10_000_000);
    let recognised = recognised();
    let beside = |name, larger: &Sample, smaller: &Sample| {
        Row::value(name, larger.p50(), "us").beside_value(smaller.p50())
    };
    let held = |row: Row| row.floors(&[Floor::RatioMost(1.5)]).goal("1.2");
    report.add(
        Row::times("scan to member card, 1,000,000 members", &large)
            .beside(&raw)
            .floors(&[Floor::RatioMost(3.0), Floor::Most(20.0)])
            .goal("2"),
    );
    report.add(held(beside("  beside 10,000 members", &large, &small)));
    report.add(beside(
        "  raw SQLite beside itself, the same",
        &raw,
        &raw_small,
    ));
    report.add(held(beside(
        "scan, 10,000,000 members, beside 1,000,000",
        &largest,
        &large,
    )));
    report.add(beside(
        "  raw SQLite beside itself, the same",
        &raw_largest,
        &raw,
    ));
    let p99 = recognised.at(990);
    report.add(
        Row::value("recognise + lookup, 1,000,000 members, p99", p99, "us")
            .floors(&[Floor::Most(50.0)])
            .goal("50"),
    );
}

/// A ledger as a POS opens it.
struct Ledger(*mut loy_ledger);

impl Ledger {
    fn open(path: &Path) -> Self {
        let path = CString::new(path.to_str().unwrap()).unwrap();
        let (mut config, mut ledger) = (null_mut(), null_mut());
        // SAFETY: as the header asks: texts that end, places to write to, handles that these gave.
        unsafe {
            let version = loy_version_number();
            assert_eq!(loy_config_new(version, &mut config, null_mut()), LOY_OK);
            let status = loy_config_set_path(config, path.as_ptr(), null_mut());
            assert_eq!(status, LOY_OK);
            assert_eq!(loy_ledger_open(config, &mut ledger, null_mut()), LOY_OK);
            loy_config_free(config);
        }
        Self(ledger)
    }

    /// Scans, reads the balance and the line for the cashier.
    fn scan(&self, code: &CStr) -> i64 {
        let (mut member, mut points): (*mut loy_member, i64) = (null_mut(), 0);
        // SAFETY: as above.
        unsafe {
            let code = code.as_ptr();
            let status = loy_member_scan(self.0, code, TODAY as i32, &mut member, null_mut());
            assert_eq!(status, LOY_OK);
            let wallet = c"points".as_ptr();
            let status = loy_member_balance(member, wallet, &mut points, null_mut());
            assert_eq!(status, LOY_OK);
            let text = CStr::from_ptr(loy_member_cashier_text(member));
            assert!(!text.is_empty());
            loy_member_free(member);
        }
        points
    }

    /// How many ways there are to read it, whoever it is.
    fn identify(&self, scanned: &str) -> i64 {
        let (mut rows, mut count): (*mut loy_rows, i64) = (null_mut(), 0);
        // SAFETY: as above.
        unsafe {
            let (text, size) = (scanned.as_ptr(), scanned.len() as i64);
            let mode = c"scanned".as_ptr();
            let status =
                loy_scan_identify(self.0, text, size, mode, null(), 0, &mut rows, null_mut());
            assert_eq!(status, LOY_OK);
            assert_eq!(loy_rows_count(rows, &mut count, null_mut()), LOY_OK);
            loy_rows_free(rows);
        }
        count
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        // SAFETY: the handle that loy_ledger_open gave.
        unsafe { loy_ledger_close(self.0) };
    }
}

/// A programme as a café has it: points that pay, and three rewards.
fn shop(codes: &Value) -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["codes"] = codes.clone();
    let reward = |id: &str, name: &str, points: &str| {
        json!({"id": id, "name": {"vi": name}, "wallet": "points", "points": points,
            "money": "10000", "use": "on_request"})
    };
    document["rewards"] = json!([
        reward("tea", "Trà", "8"),
        reward("cake", "Bánh", "12"),
        reward("mug", "Cốc", "25"),
    ]);
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

fn phone_of(number: usize) -> String {
    format!("03{:08}", number * 97 % 100_000_000)
}

/// Members with a phone and a lot each.
fn members(name: &str, count: usize, codes: &Value) -> PathBuf {
    file(name, count, &shop(codes), |path| {
        let db = connect(path);
        // Keys come in no order: all pages in memory, or every row reads one back.
        db.execute_batch("PRAGMA cache_size = -2000000; PRAGMA foreign_keys = OFF; BEGIN")
            .unwrap();
        for number in 0..count {
            let member = MemberNumber::from_body(20_000_000_000 + number as u64).unwrap();
            let canonical = normalise_identifier(IdentifierKind::Phone, &phone_of(number)).unwrap();
            let hash = identifier_hash(&IDENTIFIER_KEY, &canonical);
            db.prepare_cached("INSERT INTO member VALUES (?1, NULL)")
                .unwrap()
                .execute([member.get()])
                .unwrap();
            db.prepare_cached("INSERT INTO identifier VALUES (?1, ?2)")
                .unwrap()
                .execute(params![hash, member.get()])
                .unwrap();
            db.prepare_cached(
                "INSERT INTO portion VALUES (?1, 1, ?2, 0, 1795312800000, 20261122, NULL, 0, 9, 0, 0, 0)",
            )
            .unwrap()
            .execute(params![member.get(), number])
            .unwrap();
        }
        db.execute_batch("COMMIT").unwrap();
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .unwrap();
    })
}

/// A phone is typed; and the one query that a program without loy would ask.
fn scans(count: usize) -> (Sample, Sample) {
    let path = members("cards", count, &json!({}));
    let ledger = Ledger::open(&path);
    let raw = connect(&path);
    let mut dice = Dice::new(1);
    let asked: Vec<(CString, [u8; 16])> = (0..SCANS)
        .map(|_| {
            let phone = phone_of(usize::try_from(dice.below(count as u64)).unwrap());
            let canonical = normalise_identifier(IdentifierKind::Phone, &phone).unwrap();
            let hash = identifier_hash(&IDENTIFIER_KEY, &canonical);
            (CString::new(phone).unwrap(), hash)
        })
        .collect();
    Sample::pairs(
        SCANS,
        |run| assert_eq!(ledger.scan(&asked[run].0), 9),
        |run| {
            let found: (u64, i64) = raw
                .prepare_cached(
                    "SELECT i.member, p.granted + p.earned - p.released - p.used
                     FROM identifier i JOIN portion p ON p.member = i.member WHERE i.hash = ?1",
                )
                .unwrap()
                .query_row([asked[run].1], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap();
            assert_eq!(found.1, 9);
        },
        || {},
    )
}

/// Whatever comes, by a shop's own rules: phones, links with phones in them, tags that nobody has, for
/// which most is looked up.
fn recognised() -> Sample {
    let codes = json!({
        "framing": {"prefixes": ["#"], "separators": ["~"]},
        "ean_cards": [{"from": "2900", "to": "2909"}],
        "own_codes": [
            {"name": "tags", "pattern": "VIP-999999"},
            {"name": "old", "pattern": "7999999999", "check": "damm"},
        ],
        "links": [{"host": "shop.vn", "path": "/m/{member}"}],
    });
    const MEMBERS: usize = 1_000_000;
    let ledger = Ledger::open(&members("codes", MEMBERS, &codes));
    let mut dice = Dice::new(2);
    let asked: Vec<String> = (0..SCANS)
        .map(|run| {
            let number = usize::try_from(dice.below(MEMBERS as u64)).unwrap();
            match run % 4 {
                0 | 1 => phone_of(number),
                2 => format!("https://shop.vn/m/{}", phone_of(number)),
                _ => format!("#vip-{number:06}"),
            }
        })
        .collect();
    Sample::single(SCANS, |run| assert_eq!(ledger.identify(&asked[run]), 1))
}
