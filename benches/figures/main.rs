//! Every figure of the design's quality page that exists, beside its baseline of the same run.
//!
//! Prints the machine, a raw sync probe and a table, and writes `target/bench.json`. A floor that
//! does not hold is told, not failed: times depend on the machine, tests do not. Words behind
//! `cargo bench --bench figures --` choose parts.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, missing_docs)]

#[path = "../../tests/crash/dice.rs"]
#[allow(dead_code)] // the crash tests use the rest
mod dice;
mod evaluation;
mod exchange;
mod large;
mod measure;
mod place;
mod raw;
mod report;
mod sales;
mod scan;
#[path = "../../tests/till/shop.rs"]
#[allow(dead_code)] // the stories of the till use the rest
mod shop;
mod sizes;
mod sweep;
#[path = "../../tests/vfs/mod.rs"]
mod vfs;

use std::time::Instant;

use report::Report;

/// A word to choose it by, and what it measures.
type Part = (&'static str, fn(&mut Report));

fn main() {
    if let Ok(path) = std::env::var(large::OPEN_AND_TELL) {
        large::open_and_tell(&path);
        return;
    }
    if let Ok(path) = std::env::var(sweep::CLOSE_AND_TELL) {
        sweep::close_and_tell(&path);
        return;
    }
    let began = Instant::now();
    let mut report = Report::new();
    let parts: [Part; 10] = [
        ("sales", sales::measure),
        ("others", sales::measure_others),
        ("evaluation", evaluation::measure),
        ("past", sales::measure_past),
        ("scan", scan::measure),
        ("large", large::measure),
        ("sweep", sweep::measure),
        ("exchange", exchange::measure),
        ("sizes", sizes::measure),
        // Last: from here on every file goes through a VFS that counts.
        ("syncs", sales::count_syncs),
    ];
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    for (name, part) in parts {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            part(&mut report);
        }
    }
    report.finish(began.elapsed());
}
