//! Published cases of other loyalty systems, each as programme, carts and expected numbers
//! (`README.md` here tells the form of the files).
//!
//! `make cases` runs them all and fails while there are any that a programme cannot say yet. `make
//! test` runs the same, and holds those against `not_yet.txt`: no case may join them.
#![allow(clippy::unwrap_used, missing_docs)]

mod carts;
mod found;
mod lived;
mod model;
mod pos;
mod priced;
#[path = "../till/shop.rs"]
#[allow(dead_code)] // the stories of the till use the rest
mod shop;
mod systems;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use loy::programme::Programme;
use loy::scan::{IdentifierKind, normalise_identifier};
use serde_json::{Value, json};

use crate::found::Found;
use crate::lived::Life;
use crate::model::{Case, Step, Why};

/// So many cases were collected, and each is told here.
const PUBLISHED: usize = 280;
const EXCEPTIONS_MAX: usize = 40;
const FILE_BYTES_MAX: usize = 100_000;
/// Defects of peers that are known to be ones.
const DEFECTS: [&str; 8] = [
    "ODOO-POS-065",
    "ODOO-POS-075",
    "ODOO-SALE-029",
    "ODOO-SALE-115",
    "ERPN-002",
    "ERPN-003",
    "ERPN-NEG-01",
    "ERPN-NEG-02",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// The document with its head.
pub fn document(case: &Case, written: &Value, version: u32) -> Vec<u8> {
    if let Value::String(file) = written {
        let folder = match case.folder.to_str() {
            Some("") | None => Path::new("examples/programmes"),
            Some(_) => case.folder.as_path(),
        };
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(folder)
            .join(file);
        return std::fs::read(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    }
    let mut document = written.as_object().expect("a document").clone();
    let head = [
        ("schema", json!(1)),
        ("id", json!("case")),
        ("version", json!(version)),
        ("name", json!({ "en": case.id })),
    ];
    for (key, value) in head {
        document.entry(key).or_insert(value);
    }
    // A case that is about prices alone still needs a kind of points.
    let none = json!([{ "id": "points", "number": 1, "name": { "en": "Points" },
        "unit": { "en": "point/points" } }]);
    document.entry("wallets").or_insert(none);
    Value::Object(document).to_string().into_bytes()
}

pub fn programme(case: &Case, written: &Value) -> Result<Programme, String> {
    Programme::read(&document(case, written, 1)).map_err(|problems| {
        let problems = problems.iter().map(ToString::to_string);
        format!("programme: {}", problems.collect::<Vec<_>>().join("; "))
    })
}

fn run(case: &Case) -> Vec<String> {
    let mut found = Found::default();
    let mut life: Option<Life<'_>> = None;
    for (place, step) in case.steps.iter().enumerate() {
        let name = match step {
            Step::Quote(step) => step.name.as_str(),
            Step::Sell(step) => step.name.as_str(),
            _ => "",
        };
        found.at(format!(
            "step {}{}{name}",
            place + 1,
            if name.is_empty() { "" } else { ", " }
        ));
        let answer = match step {
            Step::Quote(step) => priced::price(case, step, &mut found),
            Step::Refuse(step) => {
                let written = if step.programme.is_null() {
                    &case.programme
                } else {
                    &step.programme
                };
                let problems = Programme::read(&document(case, written, 1));
                let problems = problems.err().unwrap_or_default();
                let problems = problems
                    .into_iter()
                    .map(|one| (one.path, one.code.to_owned()));
                found.same("problems", &step.problems, &problems.collect());
                Ok(())
            }
            Step::Phone(step) => {
                for typed in &step.typed {
                    let read = normalise_identifier(IdentifierKind::Phone, typed);
                    found.same(typed, &Some(step.e164.clone()), &read.ok());
                }
                Ok(())
            }
            step => match life.take().map_or_else(|| Life::new(case), Ok) {
                Err(problem) => Err(problem),
                Ok(mut there) => {
                    let answer = there.step(step, &mut found);
                    life = Some(there);
                    answer
                }
            },
        };
        if let Err(problem) = answer {
            found.wrong(problem);
            return found.differences;
        }
    }
    if let Some(life) = life {
        life.end();
    }
    found.differences
}

/// What is wrong with it; a panic is wrong too.
fn outcome(case: &Case) -> Vec<String> {
    if case.steps.is_empty() {
        return vec!["no steps".to_owned()];
    }
    catch_unwind(AssertUnwindSafe(|| run(case))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        vec![format!("panicked: {}", text.unwrap_or_default())]
    })
}

fn read() -> Vec<Case> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    let cases = files.iter().flat_map(|path| {
        let bytes = std::fs::read(path).expect("a file");
        assert!(bytes.len() < FILE_BYTES_MAX, "{path:?} is too large");
        let cases: Vec<Case> =
            serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        cases
    });
    cases.collect()
}

/// What is wrong with the files themselves.
fn faults(cases: &[Case]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for case in cases {
        if !ids.insert(&case.id) {
            faults.push(format!("{} is there twice", case.id));
        }
        if let Some(exception) = &case.exception {
            let is_defect = exception.reason == Why::DefectOfThePeer;
            if is_defect && !DEFECTS.contains(&case.id.as_str()) {
                faults.push(format!("{} is no documented defect", case.id));
            }
            if is_defect && case.steps.is_empty() {
                faults.push(format!("{} does not say what is right", case.id));
            }
            if exception.sentence.is_empty() {
                faults.push(format!("{} has no sentence of its source", case.id));
            }
        }
        if case.says.is_none() && (case.missing.is_some() || case.exception.is_some()) {
            faults.push(format!("{} is of our own and does not pass", case.id));
        }
    }
    let published = cases.iter().filter(|case| case.says.is_some()).count();
    if published != PUBLISHED {
        faults.push(format!(
            "{published} published cases are told, of {PUBLISHED}"
        ));
    }
    let exceptions = cases.iter().filter(|case| case.exception.is_some()).count();
    if exceptions > EXCEPTIONS_MAX {
        faults.push(format!(
            "{exceptions} exceptions, {EXCEPTIONS_MAX} at the most"
        ));
    }
    faults
}

/// Runs them two at a time; what is wrong with each, in their order.
fn run_all(cases: &[&Case]) -> Vec<Vec<String>> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(vec![Vec::new(); cases.len()]);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::SeqCst);
                    let Some(case) = cases.get(place) else { return };
                    let is_wrong = outcome(case);
                    results.lock().expect("results")[place] = is_wrong;
                }
            });
        }
    });
    results.into_inner().expect("results")
}

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_strict = std::env::var("LOY_CASES").is_ok_and(|word| word == "all");
    let mut cases = read();
    let mut wrong = faults(&cases);
    let stories = systems::read();
    wrong.extend(systems::faults(&stories, &cases));
    cases.extend(stories);
    std::panic::set_hook(Box::new(|_| ()));
    let is_wanted =
        |case: &&Case| wanted.is_empty() || wanted.iter().any(|word| case.id.contains(word));
    // An exception without steps has nothing that could be run.
    let runs = |case: &&Case| {
        case.missing.is_none() && (case.exception.is_none() || !case.steps.is_empty())
    };
    let run: Vec<&Case> = cases.iter().filter(is_wanted).filter(runs).collect();
    let (mut passed, mut ours) = (0, 0);
    for (case, differences) in run.iter().zip(run_all(&run)) {
        match differences.as_slice() {
            [] if case.says.is_none() => ours += 1,
            [] if case.exception.is_none() => passed += 1,
            [] => {}
            differences => wrong.push(format!("{}\n    {}", case.id, differences.join("\n    "))),
        }
    }
    let not_yet: Vec<&Case> = cases.iter().filter(|case| case.missing.is_some()).collect();
    for case in &not_yet {
        let needs = case.missing.as_deref().unwrap_or_default();
        println!("not yet: {} needs {needs}", case.id);
        // Told ahead: what it would be.
        if !case.steps.is_empty() && outcome(case).is_empty() {
            println!("    it passes now: take `missing` out, and its line in not_yet.txt");
        }
    }
    let exceptions = cases
        .iter()
        .filter_map(|case| Some((case, case.exception.as_ref()?)));
    let mut excepted = 0;
    for (case, exception) in exceptions {
        excepted += 1;
        println!(
            "exception: {}: {}: {}",
            case.id,
            exception.reason.words(),
            exception.sentence
        );
    }
    let listed = std::fs::read_to_string(folder().join("not_yet.txt")).unwrap_or_default();
    let listed: BTreeSet<&str> = listed.lines().collect();
    let ids: BTreeSet<&str> = not_yet.iter().map(|case| case.id.as_str()).collect();
    if ids != listed {
        wrong.push(format!("not_yet.txt lists {listed:?}, and it is {ids:?}"));
    }
    for difference in &wrong {
        println!("wrong: {difference}");
    }
    if is_strict && !not_yet.is_empty() {
        println!("cases: {} cannot be said yet", not_yet.len());
    }
    println!("cases: {passed} passed, {excepted} exceptions ({ours} more of our own passed)");
    if is_strict {
        return ExitCode::from(u8::from(!wrong.is_empty() || !not_yet.is_empty()));
    }
    let verdict = if wrong.is_empty() { "ok" } else { "FAILED" };
    println!(
        "test result: {verdict}. {} passed; {} failed",
        passed + ours,
        wrong.len()
    );
    ExitCode::from(u8::from(!wrong.is_empty()))
}
