//! The house, checked: the rules of ARCHITECTURE.md against the sources themselves.
//!
//! Each rule is a function in `architecture/rules.rs`. Here each is held against the sources, and
//! against a small bad source that it must catch, so that no rule can be blind.

#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

use std::fs;
use std::path::Path;

use rules::Finding;
use source::Source;

type Rule = fn(&Source) -> Vec<Finding>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Everything under `src/`: Rust and SQL.
fn sources() -> Vec<Source> {
    let sources = source::read_all(root(), "src", &[".rs", ".sql"]);
    assert!(
        sources
            .iter()
            .any(|source| source.path == "src/kernel/mod.rs"),
        "nothing was read"
    );
    sources
}

fn holds(rule: Rule) {
    let found: Vec<Finding> = sources().iter().flat_map(rule).collect();
    assert!(found.is_empty(), "{}", told(&found));
}

fn told(found: &[Finding]) -> String {
    found
        .iter()
        .map(|finding| format!("\n{}: {}", finding.place, finding.what))
        .collect()
}

/// Each of these sources, alone in its file, breaks the rule on its last line.
fn catches(rule: Rule, path: &str, bad: &[&str]) {
    for text in bad {
        let source = Source::new(path, text);
        let found = rule(&source);
        let last_line = format!("{path}:{}", text.lines().count());
        let is_seen = found.iter().any(|finding| finding.place == last_line);
        assert!(is_seen, "not caught in {path}:\n{text}{}", told(&found));
    }
}

/// Each of these sources keeps the rule, though it looks as if it did not.
fn lets_pass(rule: Rule, path: &str, good: &[&str]) {
    for text in good {
        let found = rule(&Source::new(path, text));
        assert!(
            found.is_empty(),
            "caught for nothing in {path}:\n{text}{}",
            told(&found)
        );
    }
}

#[test]
fn an_arrow_only_points_down() {
    let rule = rules::arrows_point_down;
    holds(rule);
    let bad = [
        "use crate::till::Till;",
        "\nuse crate::store::{self, Ledger};",
        "use crate::kernel::Points;\nuse crate::{kernel::Money, exchange::Batch};",
        "use crate::{\nkernel::{Money, Points},\nprogramme::{Programme},\nledger::Entry};",
        "fn f() { crate::ledger::fold() }",
        "use super::super::store::Ledger;",
        "use super::{super::{ledger::Entry}};",
        "#[cfg(test)]\nmod tests { use crate::capi::loy_version; }",
        "use crate::rooms_of_another_house::Thing;",
    ];
    catches(rule, "src/evaluate/earn.rs", &bad);
    catches(
        rule,
        "src/evaluate/earn/bands.rs",
        &["use super::super::super::ledger::Entry;"],
    );
    catches(
        rule,
        "src/till/mod.rs",
        &["use super::office::Office;", "use crate::office;"],
    );
    catches(rule, "src/office/mod.rs", &["use crate::till::Till;"]);
    catches(rule, "src/cli/mod.rs", &["use crate::capi::error;"]);
    catches(rule, "src/bin/loy.rs", &["use loy::capi::error;"]);
    catches(rule, "src/attic/mod.rs", &["//! A room nobody planned."]);
    let good = [
        "use crate::kernel::{Money, Points};\nuse crate::programme::Programme;",
        "use super::cart::Cart;\nuse crate::evaluate::quote::Quote;",
        "/// See [`crate::till::Till`].\n// use crate::store;\nconst A: &str = \"crate::store\";",
        "use super::store_of_rules::Rules;",
    ];
    lets_pass(rule, "src/evaluate/earn.rs", &good);
    lets_pass(
        rule,
        "src/bin/loy.rs",
        &["use loy::cli; fn main() { loy::cli::run() }"],
    );
}

#[test]
fn sql_stays_in_store_and_office() {
    let rule = rules::sql_stays_in_store_and_office;
    holds(rule);
    let bad = [
        "const A: &str = \"SELECT a FROM b\";",
        "const A: &str = r#\"\n  INSERT OR IGNORE INTO \"b\" VALUES (1)\"#;".trim_end(),
        "const A: &str = \"select seq from entry\";",
        "const A: &str = \"UPDATE member SET debt = 0\";",
        "const A: &str = \"PRAGMA synchronous = FULL\";",
        "const A: &str = \"CREATE TABLE x (y INTEGER) STRICT\";",
        "const A: &str = \"then BEGIN IMMEDIATE and so on\";",
        "use rusqlite::Connection;",
    ];
    for text in bad {
        let source = Source::new("src/till/sale.rs", text);
        assert!(!rule(&source).is_empty(), "not caught:\n{text}");
    }
    assert!(!rule(&Source::new("src/till/schema.sql", "CREATE TABLE x (y);")).is_empty());
    let good = [
        "// SELECT a FROM b\nconst A: &str = \"choose: select a reward from the list\";",
        "const A: &str = \"the update was set aside\";",
        "struct Pragma;",
    ];
    lets_pass(rule, "src/till/sale.rs", &good);
    lets_pass(
        rule,
        "src/store/queries.rs",
        &["const A: &str = \"SELECT a FROM b\";"],
    );
    lets_pass(
        rule,
        "src/office/schema.sql",
        &["CREATE TABLE x (y INTEGER) STRICT;"],
    );
}

#[test]
fn unsafe_stays_in_capi() {
    let rule = rules::unsafe_stays_in_capi;
    holds(rule);
    catches(
        rule,
        "src/till/mod.rs",
        &["//! Till.\nfn f() { unsafe { g() } }", "unsafe fn f() {}"],
    );
    let good = ["#![forbid(unsafe_code)]\n// unsafe\nconst A: &str = \"unsafe\";"];
    lets_pass(rule, "src/till/mod.rs", &good);
    lets_pass(rule, "src/capi/mod.rs", &["unsafe fn f() {}"]);
}

#[test]
fn the_compiler_forbids_unsafe_in_every_other_room() {
    let rule = rules::rooms_forbid_unsafe;
    let library = sources()
        .into_iter()
        .find(|source| source.path == "src/lib.rs");
    let found = rule(&library.expect("src/lib.rs"));
    assert!(found.is_empty(), "{}", told(&found));
    catches(
        rule,
        "src/lib.rs",
        &["#[forbid(unsafe_code)]\npub mod kernel;\npub mod till;"],
    );
    lets_pass(
        rule,
        "src/lib.rs",
        &["#[forbid(unsafe_code)]\nmod kernel;\n#[allow(x)]\nmod capi;"],
    );
}

#[test]
fn entries_are_only_ever_added() {
    let rule = rules::entries_are_only_added;
    holds(rule);
    let bad = [
        "const A: &str = \"UPDATE entry SET points = 0\";",
        "const A: &str = \"delete from entry where seq = 1\";",
        "const A: &str = \"UPDATE OR IGNORE \\\"entry\\\" SET points = 0\";",
        "const A: &str = \"INSERT OR REPLACE INTO entry VALUES (1)\";",
        "const A: &str = \"INSERT INTO entry VALUES (1) ON CONFLICT DO UPDATE SET a = 1\";",
        "const A: &str = \"DELETE FROM office_entry\";",
        "const A: &str = \"DROP TABLE IF EXISTS entry\";",
    ];
    catches(rule, "src/store/queries.rs", &bad);
    catches(rule, "src/office/schema.sql", &["DELETE FROM main_entry;"]);
    let good = [
        "const A: &str = \"INSERT INTO entry VALUES (1)\";",
        "const A: &str = \"CREATE TRIGGER t BEFORE UPDATE ON entry BEGIN SELECT 1; END\";",
        "const A: &str = \"CREATE TRIGGER t BEFORE DELETE ON entry BEGIN SELECT 1; END\";",
        "const A: &str = \"UPDATE counter SET used = used + 1\";",
        "// DELETE FROM entry\n",
    ];
    lets_pass(rule, "src/store/queries.rs", &good);
}

#[test]
fn clock_chance_threads_prints_and_environment_enter_through_ports() {
    let rule = rules::the_world_enters_through_ports;
    holds(rule);
    let bad = [
        "use std::time::SystemTime;",
        "fn f() { let start = std::time::Instant::now(); }",
        "fn f() { chrono::Utc::now(); }",
        "fn f() { getrandom::fill(&mut key); }",
        "use std::thread;",
        "use std::{fs, thread};",
        "fn f() { thread::spawn(g); }",
        "fn f() { println!(\"{}\", 1) }",
        "fn f() { eprintln!(\"{}\", 1) }",
        "fn f() { print!(\"{}\", 1) }",
        "fn f() { dbg!(1); }",
        "use std::env;",
        "fn f() { std::env::var(\"HOME\"); }",
        "const A: &str = env!(\"HOME\");",
        "const A: Option<&str> = option_env!(\"HOME\");",
        "fn f() { std::process::abort() }",
        "fn f() { Uuid::new_v4() }",
        "#[cfg(test)]\nmod tests { fn g() { println!(\"{}\", 1) } }\nfn f() { dbg!(1); }",
    ];
    catches(rule, "src/till/sale.rs", &bad);
    let good = [
        "use crate::kernel::Instant;\nfn f(at: Instant) { at.now_or_later(); }",
        "const A: &str = env!(\"CARGO_PKG_VERSION\");\nconst B: &str = concat!(env!(\"OUT_DIR\"), \"/a\");",
        "#[cfg(test)]\nmod tests { fn f() { println!(\"{:?}\", std::time::Instant::now()) } }",
        "const A: &str = env!(\"LOY_TARGET\");\nfn f() -> bool { std::thread::panicking() }",
        "#[cfg(test)]\nmod tests;\n/// Like `std::env`.\nfn print(receipt: &Receipt) {}",
    ];
    lets_pass(rule, "src/till/sale.rs", &good);
    lets_pass(rule, "src/till/ports.rs", &["use std::time::SystemTime;"]);
    lets_pass(rule, "src/cli/mod.rs", &["fn f() { println!(\"{}\", 1) }"]);
    lets_pass(rule, "src/till/tests.rs", &["use std::time::SystemTime;"]);
}

#[test]
fn pure_rooms_do_no_io_and_no_room_knows_a_network() {
    let rule = rules::pure_rooms_do_no_io;
    holds(rule);
    let bad = [
        "use std::fs::File;",
        "use std::{fmt, io};",
        "fn f() { std::process::id(); }",
    ];
    catches(rule, "src/ledger/chain.rs", &bad);
    catches(rule, "src/store/mod.rs", &["use std::net::TcpStream;"]);
    lets_pass(
        rule,
        "src/ledger/chain.rs",
        &["use std::fmt;\n// std::fs\nfn io() {}"],
    );
    lets_pass(rule, "src/store/mod.rs", &["use std::fs::File;"]);
}

#[test]
fn amounts_are_exact() {
    let rule = rules::amounts_are_exact;
    holds(rule);
    let bad = [
        "const A: f64 = B;",
        "fn f(a: i64) -> f32 { a as f32 }",
        "const A: X = 1.5;",
        "const A: X = 1.;",
        "const A: X = 2e9;",
        "const A: X = 2e-9;",
        "const A: X = 15f32;",
        "const A: X = 1_f64;",
        "fn f(a: X) { a.to_f64() }",
    ];
    for room in ["kernel", "evaluate", "ledger"] {
        catches(rule, &format!("src/{room}/amounts.rs"), &bad);
    }
    let good = [
        "fn f() { for a in 0..9 { 1.max(2); pair.0.1; } } // 1.5\nconst A: &str = \"1.5\";",
        "const A: u32 = 0x2e9;\nfn f(a: (u8, u8)) -> u8 { a.0 }\nconst B: u64 = 1_000;",
        "const A: usize = 0usize;",
        "const HASH: u64 = 0xff64;\nconst C: char = '.';",
    ];
    lets_pass(rule, "src/kernel/amounts.rs", &good);
}

#[test]
fn files_stay_short() {
    let rule = rules::files_stay_short;
    holds(rule);
    let tests = source::read_all(root(), "tests", &[".rs"]);
    let found: Vec<Finding> = tests.iter().flat_map(rule).collect();
    assert!(found.is_empty(), "{}", told(&found));
    let long = "//\n".repeat(rules::LINES_MAX + 1);
    assert_eq!(rule(&Source::new("src/till/sale.rs", &long)).len(), 1);
    lets_pass(
        rule,
        "src/till/sale.rs",
        &[&"//\n".repeat(rules::LINES_MAX)],
    );
}

#[test]
fn every_room_says_what_it_is_for() {
    holds(rules::rooms_say_what_they_are_for);
    let missing = rules::rooms_have_a_door(&sources());
    assert!(missing.is_empty(), "{}", told(&missing));

    let rule = rules::rooms_say_what_they_are_for;
    catches(
        rule,
        "src/till/mod.rs",
        &["mod sale;", "// Not a doc comment."],
    );
    catches(rule, "src/bin/loy.rs", &["fn main() {}"]);
    catches(rule, "src/lib.rs", &["pub mod kernel;"]);
    lets_pass(rule, "src/till/mod.rs", &["//! The till.\nmod sale;"]);
    lets_pass(rule, "src/till/sale/mod.rs", &["mod lines;"]);
    let house = [
        Source::new("src/till/mod.rs", ""),
        Source::new("src/attic/box.rs", ""),
    ];
    let missing = rules::rooms_have_a_door(&house);
    assert_eq!(missing.len(), 1, "{}", told(&missing));
    assert_eq!(missing[0].place, "src/attic/");
}

#[test]
fn every_room_is_on_the_map() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let missing = rules::rooms_are_on_the_map(&sources(), &map);
    assert!(missing.is_empty(), "{}", told(&missing));

    let house = [
        Source::new("src/till/mod.rs", ""),
        Source::new("src/attic/mod.rs", ""),
    ];
    let missing = rules::rooms_are_on_the_map(&house, "| `src/till/` | the till |");
    assert_eq!(missing.len(), 1, "{}", told(&missing));
    assert_eq!(missing[0].place, "src/attic/");
}

#[test]
fn comments_strings_and_test_code_are_told_apart() {
    let source = Source::new(
        "src/till/sale.rs",
        "/* a /* b */ c */ let d = 'e'; let f: &'static str = r#\"g \"h\" i\"#; // j\n\
         let k = b\"l\\\"m\"; let n = '\\''; o(); #[cfg(test)] mod p { q(); { r } } s();",
    );
    let words: Vec<&str> = source::tokens(&source.code)
        .iter()
        .map(|token| token.text)
        .filter(|word| word.chars().all(char::is_alphabetic))
        .collect();
    let expected = "let d let f static str let k let n o cfg test mod p q r s";
    assert_eq!(words.join(" "), expected);
    let strings: Vec<&str> = source
        .strings
        .iter()
        .map(|(_, text)| text.as_str())
        .collect();
    assert_eq!(strings, ["g \"h\" i", "l\\\"m"]);
    let shipped = source.shipped();
    assert!(shipped.contains("o()") && shipped.contains("s()") && !shipped.contains("q()"));
    assert_eq!(shipped.len(), source.text.len());
}
