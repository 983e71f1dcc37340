//! `loy try` as somebody sees it who writes programmes.

use std::path::Path;

use super::tests::{Chain, loy, sold};

const PAGE: &str = include_str!("../../docs/cli.md");

fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn tried(carts: &Path, format: &str) -> (u8, String, String) {
    let (programme, against) = (
        file("examples/what-if/vnd-8000.json"),
        file("examples/programmes/vnd-10000.json"),
    );
    loy(&[
        &"try",
        &programme,
        &"--against",
        &against,
        &"--carts",
        &carts,
        &"--format",
        &format,
    ])
}

#[test]
fn the_page_shows_what_it_prints() {
    // By hand: 55.000 / 8.000 is 6,875, 7 points instead of 5,5 up to 6; 90.000 left of 100.000 is
    // 11,25, 11 instead of 9; 5 % of 400.000 is 20.000. A point pays 1.000.
    let (code, out, notes) = tried(&file("examples/what-if/carts.jsonl"), "csv");
    assert_eq!(code, 0, "{notes}");
    let (_, rest) = PAGE.split_once("```csv\n").expect("a table");
    let (table, _) = rest.split_once("```").expect("its end");
    assert_eq!(out, table);
    let (_, out, _) = tried(&file("examples/what-if/carts.jsonl"), "json");
    let rows: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(rows[1]["by"], "total");
    assert_eq!(rows[1]["points"], 18);
    assert_eq!(rows[1]["cost_change"], 3000);
    let (_, out, _) = tried(&file("examples/what-if/carts.jsonl"), "table");
    assert!(out.contains("points_against"), "{out}");
}

#[test]
fn the_sales_of_a_ledger_are_priced_again_as_they_were_sold() {
    // One sale of 410.000 to a member: 41 points. At 8.000, less 5 %: 389.500 are 48,6875, so 49.
    let chain = Chain::new();
    let (ledger, _till) = sold(&chain);
    let (code, out, notes) = tried(&ledger, "csv");
    assert_eq!(code, 0, "{notes}");
    assert!(
        out.contains("\nrule,bill,points,1,1,49,41,0,0,0,0,0,0,49000,41000,8000\n"),
        "{out}"
    );
    assert!(
        out.contains("\ntotal,,,1,1,0,0,0,0,20500,0,0,0,20500,0,20500\n"),
        "{out}"
    );
    assert_eq!(loy(&[&"verify", &ledger]).0, 0, "nothing was written");
}

#[test]
fn what_a_version_does_not_take_is_named_and_left_out() {
    let chain = Chain::new();
    let carts = chain.path("carts.jsonl");
    let pounds = std::fs::read_to_string(file("examples/what-if/carts.jsonl")).expect("carts");
    let pounds = pounds.replacen("VND", "GBP", 1);
    std::fs::write(&carts, pounds).expect("written");
    let (code, out, notes) = tried(&carts, "csv");
    assert_eq!(code, 1, "{notes}");
    assert!(notes.contains("cart 1: currency"), "{notes}");
    assert!(out.contains("\ntotal,,,2,2,"), "{out}");
    std::fs::write(&carts, "{\"lines\": 3}\n").expect("written");
    let (code, _, notes) = tried(&carts, "csv");
    assert_eq!(code, 2);
    assert!(notes.contains("line 1"), "{notes}");
}
