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
fn a_lucky_draw_costs_what_its_prizes_can_be_expected_to() {
    // By hand, a point pays 1.000: `wheel` 20,5 % of 50.000 is 10.250 a turn, a cup and a voucher nothing
    // yet; `million` 10.000 for each of one turn and three. 100.000, 1.200.000 and 3.500.000: three turns of
    // the wheel are 30.750, four of the other 40.000. In the other version
    // 12,3 % of 25.000 is 3.075 and one in a hundred thousand of 1.000 a hundredth of a unit.
    let chain = Chain::new();
    let (carts, against) = (chain.path("carts.jsonl"), chain.path("against.json"));
    let cart = |total: i64| {
        serde_json::json!({"currency": "VND", "at_ms": 1_795_352_400_000i64, "utc_offset_minutes": 420,
            "business_date": 20_261_122, "member": 13,
            "lines": [{"sku": "ao", "quantity_milli": 1000, "line_total": total}]})
        .to_string()
    };
    let lines = [100_000, 1_200_000, 3_500_000].map(cart).join("\n");
    std::fs::write(&carts, lines).expect("written");
    let programme = file("tests/programmes/draws.json");
    let text = std::fs::read_to_string(&programme).expect("a programme");
    let mut document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    document["draws"][0]["prizes"] = serde_json::json!([
        {"id": "some", "name": {"en": "Some"}, "chance_percent": "12.3",
         "gives": [{"wallet": "points", "points": "25"}]},
        {"id": "tiny", "name": {"en": "Tiny"}, "chance_percent": "0.001",
         "gives": [{"wallet": "points", "points": "1"}]},
    ]);
    std::fs::write(&against, document.to_string()).expect("written");
    let (code, out, notes) = loy(&[
        &"try",
        &programme,
        &"--against",
        &against,
        &"--carts",
        &carts,
        &"--format",
        &"csv",
    ]);
    assert_eq!(code, 0, "{notes}");
    // 3 x 3.075,01 = 9.225,03.
    for row in [
        "\nrule,draw:wheel,,3,3,0,0,0,0,0,0,0,0,0,0,0\n",
        "\nrule,draw:wheel,points,3,3,0,0,0,0,0,0,0,0,30750,9225,21525\n",
        "\nrule,draw:million,points,2,2,0,0,0,0,0,0,0,0,40000,40000,0\n",
        "\ntotal,,points,3,3,0,0,0,0,0,0,0,0,70750,49225,21525\n",
    ] {
        assert!(out.contains(row), "{row}{out}");
    }
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
