//! `loy draw` and `loy office draws` as whoever checks a lucky draw sees them.

use std::path::Path;

use super::tests::{Chain, loy};

const DRAWS: &str = "tests/programmes/draws.json";
/// Of a writer whose secret is 32 bytes of 3, computed by tests/draws/outcomes.py with Python's hmac.
const KEY: &str = "c19348ecd45c6fd6894c6caef6ca32ac9852204d155f4eca683aa98774e097cf";

fn programme() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(DRAWS)
}

#[test]
fn whoever_has_the_published_key_computes_each_turn() {
    let (code, out, notes) = loy(&[
        &"draw",
        &programme(),
        &"wheel",
        &"--key",
        &KEY,
        &"--turns",
        &"1..7",
        &"--format",
        &"csv",
    ]);
    assert_eq!(code, 0, "{notes}");
    let told: Vec<(&str, &str, &str, &str)> = out
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            (fields[0], fields[2], fields[3], fields[4])
        })
        .collect();
    assert_eq!(
        told,
        [
            ("1", "74.536173297", "", ""),
            ("2", "57.354815500", "voucher", ""),
            ("3", "71.216049949", "", ""),
            ("4", "38.961221855", "fifty", ""),
            ("5", "37.512064141", "fifty", ""),
            ("6", "93.207468062", "", ""),
            ("7", "4.848530569", "cup", "fifty"),
        ]
    );
}

#[test]
fn a_key_that_was_not_promised_and_a_draw_that_is_none_are_told() {
    let checked = |draw: &str, commitment: &str| {
        let (code, _, notes) = loy(&[
            &"draw",
            &programme(),
            &draw,
            &"--key",
            &KEY,
            &"--turns",
            &"1",
            &"--commitment",
            &commitment,
        ]);
        (code, notes)
    };
    // SHA-256 of the 32 bytes of the key, by Python's hashlib.
    let promised = "f06550c7ecb63e654843192106b2df75f8d5f325096b0c0813d7c2225440011a";
    assert_eq!(checked("wheel", promised).0, 0);
    let (code, notes) = checked("wheel", KEY);
    assert_eq!(code, 1);
    assert!(notes.contains(promised), "{notes}");
    let (code, notes) = checked("whee", promised);
    assert_eq!(code, 2);
    assert!(notes.contains("has no draw whee"), "{notes}");
}

#[test]
fn head_office_has_a_commitment_and_a_key_for_each_till() {
    let chain = Chain::new();
    std::fs::copy(programme(), chain.path("p.json")).expect("copied");
    let (code, _, notes) = chain.provision(&chain.path("till.loyp"));
    assert_eq!(code, 0, "{notes}");
    let office = chain.path("office");
    let csv = |option: &str| {
        let (code, out, notes) = loy(&[
            &"office",
            &"draws",
            &office,
            &option,
            &"wheel",
            &"--format",
            &"csv",
        ]);
        assert_eq!(code, 0, "{notes}");
        let line = out.lines().nth(1).expect("a till").to_owned();
        line.split(',').map(str::to_owned).collect::<Vec<_>>()
    };
    let (before, after) = (csv("--commitments"), csv("--keys"));
    assert_eq!((before.len(), after.len()), (5, 6));
    assert_eq!(before, after[..5]);
    let (code, _, notes) = loy(&[
        &"draw",
        &programme(),
        &"wheel",
        &"--key",
        &after[5],
        &"--turns",
        &"1",
        &"--commitment",
        &before[4],
    ]);
    assert_eq!(code, 0, "{notes}");
    let (code, out, notes) = loy(&[&"office", &"draws", &office, &"--format", &"csv"]);
    assert_eq!(code, 0, "{notes}");
    let cup = out.lines().find(|line| line.starts_with("wheel,cup,"));
    assert_eq!(cup, Some("wheel,cup,30.000000000,0,0,0,0,0,yes"));
}
