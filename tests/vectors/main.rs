//! Published vectors of the standards that loy reads and writes (`README.md` here tells where they
//! come from and how to add a section).
//!
//! `make vectors` prints `section: passed/total` and fails when one does not pass, and when one was
//! looked at by no test. `LOY_VECTORS=FILE` takes another file of the same form, whole.
#![allow(clippy::unwrap_used, missing_docs)]

mod bench;
mod one_time;
mod scan_codes;
mod scan_gs1;
mod scan_payment;
mod scan_phones;
mod scan_wedge;

use std::path::PathBuf;
use std::process::ExitCode;

use bench::{Bench, Section};
use serde_json::{Map, Value};

/// Who looks at which section. A topic is a list of its own, so that two can grow at once.
const TOPICS: &[&[Section]] = &[
    one_time::SECTIONS,
    scan_codes::SECTIONS,
    scan_gs1::SECTIONS,
    scan_payment::SECTIONS,
    scan_phones::SECTIONS,
    scan_wedge::SECTIONS,
];

/// Belongs to reports, which hold it against their own numbers.
const ELSEWHERE: [&str; 2] = ["_meta", "ifrs15_loyalty"];

/// The sections, of the file named or of all that lie here.
fn sections() -> Map<String, Value> {
    let read = |path: &PathBuf| -> Map<String, Value> {
        let text =
            std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"))
    };
    if let Some(file) = std::env::var_os("LOY_VECTORS") {
        return read(&file.into());
    }
    let folder = PathBuf::from(file!());
    let folder = folder.parent().unwrap();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = std::fs::read_dir(root.join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    files.iter().flat_map(read).collect()
}

fn main() -> ExitCode {
    let mut failed = 0;
    let mut passed = 0;
    for (name, section) in sections() {
        if ELSEWHERE.contains(&name.as_str()) {
            continue;
        }
        let known = TOPICS.iter().copied().flatten();
        let look = known.into_iter().find(|(section, _)| *section == name);
        let mut bench = Bench::new(&section);
        if let Some((_, look)) = look {
            look(&mut bench);
        }
        let told = bench.told();
        passed += told.passed;
        failed += told.total - told.passed;
        println!("{name}: {}/{}", told.passed, told.total);
        for failure in &told.failures {
            println!("  {failure}");
        }
    }
    println!(
        "test result: {}. {passed} passed; {failed} failed",
        if failed == 0 { "ok" } else { "FAILED" }
    );
    if failed == 0 && passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
