//! The worked carts of `examples/programmes/`: what the pages there work out by hand is what `loy quote`
//! answers, and what they show is what it prints.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `loy` prints, run in the root of the repository; it must end well.
fn loy(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_loy"))
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    let notes = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "loy {arguments:?}: {notes}");
    String::from_utf8(output.stdout).unwrap()
}

/// Every programme of the folder: its document and the folder of its worked carts.
fn programmes() -> Vec<(PathBuf, PathBuf)> {
    let mut found: Vec<(PathBuf, PathBuf)> = files(&root().join("examples/programmes"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| (path.clone(), path.with_extension("")))
        .collect();
    found.sort();
    assert!(found.len() >= 8, "{found:?}");
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// The file that a cell of a table links to, if it does.
fn linked(cell: &str, folder: &Path) -> Option<PathBuf> {
    let (_, rest) = cell.split_once("](")?;
    let path = folder.join(rest.strip_suffix(')')?);
    Some(path.canonicalize().unwrap_or_else(|_| panic!("{cell}")))
}

/// `1,015` points and `12.34` dollars, in smallest units: the page writes all decimals.
fn smallest_units(cell: &str) -> i64 {
    cell.replace([',', '.'], "").parse().unwrap()
}

/// One row of a page: which cart, which member, and what comes of it, worked out by hand.
struct Worked {
    cart: PathBuf,
    member: Option<PathBuf>,
    is_nobody: bool,
    /// To pay, used, earned, and what the member has then.
    numbers: [i64; 4],
}

fn worked(folder: &Path) -> Vec<Worked> {
    let page = fs::read_to_string(folder.join("README.md")).unwrap();
    page.lines()
        .filter(|line| line.contains(".cart.json)"))
        .filter(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            assert_eq!(cells.len(), 7, "{line}");
            Worked {
                cart: linked(cells[0], folder).unwrap(),
                member: linked(cells[1], folder),
                is_nobody: cells[1] == "-",
                numbers: [2, 3, 4, 5].map(|cell| smallest_units(cells[cell])),
            }
        })
        .collect()
}

/// What `loy quote` answers, in the order of [`Worked::numbers`].
fn quoted(programme: &Path, row: &Worked) -> [i64; 4] {
    let mut arguments = vec!["quote", "--format", "json"];
    arguments.extend([programme, &row.cart].map(|path| path.to_str().unwrap()));
    if let Some(member) = &row.member {
        arguments.extend(["--member", member.to_str().unwrap()]);
    }
    let quote: Value = serde_json::from_str(&loy(&arguments)).unwrap();
    let sum = |list: &str| -> i64 {
        let parts = quote[list].as_array().unwrap().iter();
        parts.map(|part| part["points"].as_i64().unwrap()).sum()
    };
    let has = match quote["wallets"].as_array().unwrap().as_slice() {
        [] => 0,
        [wallet] => wallet["after"].as_i64().unwrap(),
        more => panic!("the pages have a column for one wallet: {more:?}"),
    };
    assert_eq!(
        quote["wallets"].as_array().unwrap().is_empty(),
        row.is_nobody
    );
    let payable = quote["payable"].as_i64().unwrap();
    [payable, sum("redemptions"), sum("awards"), has]
}

#[test]
fn every_worked_cart_comes_to_what_was_worked_out_by_hand() {
    for (programme, folder) in programmes() {
        let rows = worked(&folder);
        assert!(!rows.is_empty(), "{}", folder.display());
        for row in &rows {
            let (name, who) = (row.cart.display(), &row.member);
            assert_eq!(quoted(&programme, row), row.numbers, "{name}, {who:?}");
        }
    }
}

#[test]
fn no_cart_or_member_is_left_unworked() {
    let mut used = BTreeSet::new();
    let mut there = BTreeSet::new();
    for (_, folder) in programmes() {
        for row in worked(&folder) {
            used.insert(row.cart);
            used.extend(row.member);
        }
        there.extend(
            files(&folder)
                .into_iter()
                .filter(|path| !path.ends_with("README.md"))
                .map(|path| path.canonicalize().unwrap()),
        );
    }
    assert_eq!(used, there);
}

#[test]
fn what_the_pages_show_is_what_loy_prints() {
    for (_, folder) in programmes() {
        let page = fs::read_to_string(folder.join("README.md")).unwrap();
        let blocks: Vec<&str> = page.split("```console\n").skip(1).collect();
        assert!(!blocks.is_empty(), "{}", folder.display());
        for block in blocks {
            let block = block.split("\n```").next().unwrap();
            let (command, shown) = block.split_once('\n').unwrap();
            let words: Vec<&str> = command.strip_prefix("$ loy ").unwrap().split(' ').collect();
            assert_eq!(loy(&words).trim_end(), shown, "{command}");
        }
    }
}

#[test]
fn every_example_is_a_right_programme_and_told_on_the_page_of_all() {
    let page = fs::read_to_string(root().join("examples/programmes/README.md")).unwrap();
    for (programme, _) in programmes() {
        loy(&["check", programme.to_str().unwrap()]);
        let name = programme.file_stem().unwrap().to_str().unwrap();
        let row = format!("| [{name}.json]({name}.json) | [{name}/]({name}/README.md) | ");
        assert!(page.contains(&row), "{row}");
    }
}

/// The commands of a page's shell blocks, continued lines in one.
fn commands(page: &str) -> Vec<String> {
    let joined = page.replace("\\\n", " ");
    let blocks = joined.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap().lines());
    lines.map(str::to_owned).collect()
}

#[test]
fn the_quotes_and_checks_that_the_pages_tell_to_try_can_be_tried() {
    let mut tried = 0;
    for page in [
        "docs/cart.md",
        "docs/programme.md",
        "examples/programmes/README.md",
    ] {
        for command in commands(&fs::read_to_string(root().join(page)).unwrap()) {
            let words: Vec<&str> = command.split_whitespace().collect();
            assert_eq!(words[0], "loy", "{page}: {command}");
            loy(&words[1..]);
            tried += 1;
        }
    }
    assert!(tried >= 6, "{tried}");
}
