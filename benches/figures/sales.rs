//! What a customer waits for: sales, returns, enrolments, the day's end.

use std::path::Path;

use loy::evaluate::{Cart, Line};
use loy::kernel::{MemberNumber, Money, Points, Quantity, SaleId};
use loy::till::{Adjustment, Goods, Measure, Missing, RefundRequest, ReturnedPart, Settings, Till};

use crate::dice::Dice;
use crate::measure::Sample;
use crate::place::{self, RAM};
use crate::raw::Raw;
use crate::report::{Floor, Report, Row};
use crate::shop::{Shop, TODAY, cart_of, date, phone, refund_of};
use crate::vfs;

const MEMBERS: usize = 500;
const LINES: usize = 10;
/// Sales on the disk, fewer where it is slow.
const ON_DISK: std::ops::Range<usize> = 300..1_500;
const ON_DISK_US: f64 = 20e6;
const IN_MEMORY: usize = 4_000;
/// Sales of the day that is closed.
const DAY: usize = 2_000;

/// A bill of a grocer: articles out of 2,000, a few sold often, prices in whole 500 d.
pub fn bill(number: usize, lines: usize, member: MemberNumber, receipt: bool) -> Cart {
    let mut dice = Dice::new(number as u64);
    let mut cart = cart_of(member, 0);
    cart.lines = (0..lines)
        .map(|_| {
            let article = dice.below(45) * dice.below(45);
            let pieces = 1 + i64::try_from(dice.below(3)).unwrap();
            let price = 5_000 + 500 * i64::try_from(article % 200).unwrap();
            let sku = format!("8934{article:09}");
            Line::new(
                &sku,
                Quantity::new(1_000 * pieces),
                Money::new(price * pieces),
            )
        })
        .collect();
    cart.receipt_number = receipt.then(|| format!("{number:06}"));
    cart
}

pub fn enrol_all(till: &Till, count: usize) -> Vec<MemberNumber> {
    (0..count)
        .map(|number| {
            till.enrol(
                &format!("enrol-{number}"),
                &phone(&format!("09{number:08}")),
            )
            .unwrap()
            .number
        })
        .collect()
}

struct Pair {
    _folder: tempfile::TempDir,
    _shop: Shop,
    till: Till,
    members: Vec<MemberNumber>,
    raw: Raw,
}

/// A till and a file of raw rows side by side, both with the same members.
fn pair(on: &Path) -> Pair {
    let folder = place::folder(on);
    let shop = Shop::new();
    let till = place::till(&shop, folder.path());
    let members = enrol_all(&till, MEMBERS);
    till.record("first", &bill(9_999_999, LINES, members[0], true))
        .unwrap();
    till.idle().unwrap();
    let document_bytes = {
        let db = rusqlite::Connection::open(folder.path().join("till.loy")).unwrap();
        let length = db.query_row("SELECT max(length(content)) FROM document", [], |row| {
            row.get::<_, i64>(0)
        });
        usize::try_from(length.unwrap()).unwrap()
    };
    let mut raw = Raw::create(folder.path(), document_bytes);
    for (number, member) in members.iter().enumerate() {
        raw.enrol(&format!("enrol-{number}"), member.get(), key(number));
    }
    Pair {
        _folder: folder,
        _shop: shop,
        till,
        members,
        raw,
    }
}

/// Bytes as scattered as a hash, different for each number.
fn key(number: usize) -> [u8; 16] {
    let mut dice = Dice::new(number as u64 + 1);
    let mut key = [0; 16];
    for half in key.chunks_mut(8) {
        half.copy_from_slice(&dice.below(u64::MAX).to_be_bytes());
    }
    key
}

pub fn measure(report: &mut Report) {
    let disk = place::data();
    let floors = [Floor::RatioMost(1.25)];
    let name = "commit of a sale (member, 10 lines), on disk";
    let fitting = ON_DISK_US / 2.0 / place::probe_sync().p50();
    let runs = (fitting as usize).clamp(ON_DISK.start, ON_DISK.end);
    let (sales, raw) = pairs_of_sales(&disk, runs);
    report.add(
        Row::times(name, &sales)
            .beside(&raw)
            .floors(&floors)
            .goal("1.1"),
    );
    let name = "  its p99";
    let p99 = Row::value(name, sales.at(990), "us").beside_value(raw.at(990));
    report.add(p99);

    if Path::new(RAM).is_dir() {
        let floors = [Floor::RatioMost(3.0), Floor::Most(100.0)];
        let (sales, raw) = pairs_of_sales(Path::new(RAM), IN_MEMORY);
        let name = "commit of a sale, on a RAM disk";
        report.add(
            Row::times(name, &sales)
                .beside(&raw)
                .floors(&floors)
                .goal("2, 60 us"),
        );
    } else {
        println!("no {RAM} here: figures on a RAM disk are left out");
    }
}

/// Enrolment, refund, the day's end.
pub fn measure_others(report: &mut Report) {
    if Path::new(RAM).is_dir() {
        others_in_memory(report);
    }
    day_close(report, &place::data());
}

fn pairs_of_sales(on: &Path, runs: usize) -> (Sample, Sample) {
    let Pair {
        till,
        members,
        mut raw,
        _folder,
        ..
    } = pair(on);
    let carts: Vec<Cart> = (0..runs)
        .map(|run| bill(run, LINES, members[run * 7 % MEMBERS], true))
        .collect();
    let ids: Vec<String> = (0..runs).map(|run| format!("till-1-sale-{run}")).collect();
    let watch = rusqlite::Connection::open(_folder.path().join("raw.db")).unwrap();
    Sample::pairs(
        runs,
        |run| drop(till.record(&ids[run], &carts[run]).unwrap()),
        |run| {
            raw.sale(&ids[run], members[run * 7 % MEMBERS].get(), key(run));
        },
        || {
            till.idle().unwrap();
            watch
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
                .unwrap();
            warm(&till, &watch);
        },
    )
}

/// An emptied WAL costs its next writer one more sync; that is the checkpoint's, on both sides.
fn warm(till: &Till, raw: &rusqlite::Connection) {
    till.confirm_clock(&format!("warm-{}", till.info().unwrap().head_seq), "7")
        .unwrap();
    raw.execute("UPDATE number_block SET first_body = first_body", [])
        .unwrap();
}

/// Enrolment and refund, where SQLite and we are all that takes time.
fn others_in_memory(report: &mut Report) {
    let Pair {
        till,
        members,
        raw,
        _folder,
        ..
    } = pair(Path::new(RAM));
    let raw = std::cell::RefCell::new(raw);
    let pause = || {
        till.idle().unwrap();
        raw.borrow().checkpoint();
    };
    let (ours, theirs) = Sample::pairs(
        2_000,
        |run| {
            let enrolment = phone(&format!("03{run:08}"));
            till.enrol(&format!("join-{run}"), &enrolment).unwrap();
        },
        |run| {
            let number = 500_000 + run as u64;
            let id = format!("join-{run}");
            raw.borrow_mut().enrol(&id, number, key(1_000_000 + run));
        },
        pause,
    );
    let floors = [Floor::RatioMost(3.0)];
    report.add(
        Row::times("enrol, on a RAM disk", &ours)
            .beside(&theirs)
            .floors(&floors),
    );

    let sold: Vec<(SaleId, i64)> = (0..2_000)
        .map(|run| {
            if run % 100 == 0 {
                pause();
            }
            let member = members[run % MEMBERS];
            let cart = bill(run, LINES, member, true);
            let sale = till.record(&format!("sale-{run}"), &cart).unwrap().id;
            let id = format!("sale-{run}");
            (sale, raw.borrow_mut().sale(&id, member.get(), key(run)))
        })
        .collect();
    let (ours, theirs) = Sample::pairs(
        sold.len(),
        |run| {
            till.refund(&format!("back-{run}"), &refund_of(sold[run].0))
                .unwrap();
        },
        |run| {
            let member = members[run % MEMBERS].get();
            raw.borrow_mut()
                .refund(&format!("back-{run}"), member, sold[run].1);
        },
        pause,
    );
    report.add(
        Row::times("full refund (10 lines), on a RAM disk", &ours)
            .beside(&theirs)
            .floors(&floors),
    );
    partial_refunds(report, &till, &members, &raw);
}

/// One of the pieces of one of ten lines comes back.
fn partial_refunds(
    report: &mut Report,
    till: &Till,
    members: &[MemberNumber],
    raw: &std::cell::RefCell<Raw>,
) {
    let pause = || {
        till.idle().unwrap();
        raw.borrow().checkpoint();
    };
    let sold: Vec<(SaleId, i64)> = (0..2_000)
        .map(|run| {
            if run % 100 == 0 {
                pause();
            }
            let member = members[run % MEMBERS];
            let cart = bill(50_000 + run, LINES, member, true);
            let id = format!("part-{run}");
            let sale = till.record(&id, &cart).unwrap().id;
            let raw_sale = raw
                .borrow_mut()
                .sale(&id, member.get(), key(2_000_000 + run));
            (sale, raw_sale)
        })
        .collect();
    // A refund keeps how far its sale has gone back: some forty bytes.
    let document = [7; 40];
    let (ours, theirs) = Sample::pairs(
        sold.len(),
        |run| {
            let request = RefundRequest {
                goods: Goods::Parts(vec![ReturnedPart {
                    line: run % LINES,
                    measure: Measure::Quantity(Quantity::new(1_000)),
                }]),
                ..refund_of(sold[run].0)
            };
            till.refund(&format!("part-back-{run}"), &request).unwrap();
        },
        |run| {
            let member = members[run % MEMBERS].get();
            let id = format!("part-back-{run}");
            raw.borrow_mut()
                .refund_part(&id, member, sold[run].1, &document);
        },
        pause,
    );
    report.add(
        Row::times("partial refund (1 line of 10), on a RAM disk", &ours)
            .beside(&theirs)
            .floors(&[Floor::RatioMost(3.0)]),
    );
}

/// The day is sold in memory where there is one, and closed on the disk.
fn day_close(report: &mut Report, disk: &Path) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let ram = Path::new(RAM);
    for _ in 0..3 {
        let day = pair(if ram.is_dir() { ram } else { disk });
        let mut raw = day.raw;
        for run in 0..DAY {
            let member = day.members[run % MEMBERS];
            let id = format!("sale-{run}");
            let cart = bill(run, LINES, member, true);
            day.till.record(&id, &cart).unwrap();
            raw.sale(&id, member.get(), key(run));
        }
        day.till.close();
        raw.checkpoint();
        let evening = place::folder(disk);
        for name in ["till.loy", "raw.db"] {
            std::fs::copy(day._folder.path().join(name), evening.path().join(name)).unwrap();
        }
        let settings = Settings::new(evening.path().join("till.loy"));
        let till = Till::open_with(&settings, place::ports()).unwrap();
        if ours.is_empty() {
            // The file after a day of sales and nothing else.
            let bytes = till.info().unwrap().file_bytes as f64 / DAY as f64;
            let name = "file, by 10-line sale, in all";
            report.add(Row::value(name, bytes, "B").floors(&[Floor::Most(1_536.0)]));
        }
        let mut raw = raw.moved(evening.path());
        let close = |_| drop(till.close_day("day-1", date(TODAY)).unwrap());
        ours.push(Sample::single(1, close).p50());
        theirs.push(Sample::single(1, |_| raw.close_day("day-1")).p50());
    }
    let (ours, theirs) = (Sample::of(ours).p50() / 1e3, Sample::of(theirs).p50() / 1e3);
    report.add(
        Row::value("day close of 2,000 sales, on disk", ours, "ms")
            .beside_value(theirs)
            .floors(&[Floor::RatioMost(3.0), Floor::Most(2_000.0)]),
    );
}

/// A programme of tiers asks for the member's past: a regular's thousand sales of a year, whose points
/// are all still there or spent each time, beside somebody's first.
pub fn measure_past(report: &mut Report) {
    const SALES: usize = 1_000;
    let shop = Shop::with(|provisioning| {
        provisioning.programme =
            include_bytes!("../../examples/programmes/starbucks.json").to_vec();
        provisioning.currency = loy::kernel::Currency::from_code("USD").unwrap();
    });
    let folder = place::folder(Path::new(place::RAM));
    let till = place::till(&shop, folder.path());
    let members = enrol_all(&till, 3);
    let [saver, spender, new] = [members[0], members[1], members[2]];
    let in_dollars = |number: usize, member| {
        let mut cart = bill(number, LINES, member, false);
        cart.currency = "USD".to_owned();
        cart
    };
    for number in 0..SALES {
        till.record(&format!("sale-{number}"), &in_dollars(number, saver))
            .unwrap();
        let cart = in_dollars(number, spender);
        let sale = till.record(&format!("spent-{number}"), &cart).unwrap();
        let given = sale.quote.wallet(1).unwrap().awarded;
        till.adjust(&format!("take-{number}"), &taking(spender, given))
            .unwrap();
    }
    let beside_new = |member| {
        Sample::pairs(
            500,
            |run| {
                till.evaluate(&in_dollars(run, member)).unwrap();
            },
            |run| {
                till.evaluate(&in_dollars(run, new)).unwrap();
            },
            || {},
        )
    };
    let name = "quote of 10 lines with tiers, 1,000 sales in the window";
    let (saver, first) = beside_new(saver);
    report.add(Row::times(name, &saver));
    report.add(Row::times(
        "  the same, the points of all spent",
        &beside_new(spender).0,
    ));
    report.add(Row::times("  the same, a member's first sale", &first));
}

/// Takes stars away, as spending them does.
fn taking(member: MemberNumber, points: Points) -> Adjustment {
    Adjustment {
        member,
        wallet: "stars".to_owned(),
        points: -points,
        operator: "TN-07".to_owned(),
        reason: "spent".to_owned(),
        time: None,
        expires_on: None,
        missing: Missing::Refused,
    }
}

/// Syncs of every kind of operation, counted by a VFS.
pub fn count_syncs(report: &mut Report) {
    vfs::install();
    let folder = place::folder(&place::data());
    let shop = Shop::new();
    let till = place::till(&shop, folder.path());
    let member = enrol_all(&till, 1)[0];
    vfs::reset();
    let operations = 100;
    for run in 0..operations / 4 {
        let cart = bill(run, LINES, member, true);
        let sale = till.record(&format!("sale-{run}"), &cart).unwrap();
        till.refund(&format!("back-{run}"), &refund_of(sale.id))
            .unwrap();
        let cart = bill(1_000 + run, LINES, member, true);
        let held = till.authorise(&format!("hold-{run}"), &cart, 60).unwrap();
        till.commit(&format!("commit-{run}"), held.id, None)
            .unwrap();
    }
    let tally = vfs::tally();
    let per = |count: u32| f64::from(count) / operations as f64;
    report.add(
        Row::value(
            "syncs for a committed operation",
            per(tally.commit_syncs),
            "",
        )
        .floors(&[Floor::Exactly(1.0)]),
    );
    let others = tally.checkpoint_syncs + tally.header_syncs;
    report.add(Row::value(
        "  checkpoint syncs in those 100",
        f64::from(others),
        "",
    ));
    let bytes = tally.bytes as f64 / operations as f64 / 1024.0;
    report.add(Row::value("  written for an operation", bytes, "KiB"));
}
