//! The shared library and what it is made of.

use std::collections::BTreeSet;
use std::process::Command;

use crate::place;
use crate::report::{Floor, Report, Row};

pub fn measure(report: &mut Report) {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let root = env!("CARGO_MANIFEST_DIR");
    let built = Command::new("make")
        .arg("lib")
        .current_dir(root)
        .env("CARGO", &cargo)
        .output();
    let library = place::target().join("release/libloy.so");
    match std::fs::metadata(&library) {
        Ok(file) if built.is_ok_and(|output| output.status.success()) => report.add(
            Row::value(
                "stripped shared library, default features",
                file.len() as f64 / 1e6,
                "MB",
            )
            .floors(&[Floor::Most(4.0)])
            .goal("2 MB"),
        ),
        _ => println!("`make lib` did not build {}", library.display()),
    }
    let tree = Command::new(cargo)
        .args(["tree", "-e", "normal", "--prefix", "none", "--offline"])
        .current_dir(root)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&tree.stdout).into_owned();
    let crates: BTreeSet<(&str, &str)> = text
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.next()?))
        })
        .filter(|(name, _)| *name != "loy")
        .collect();
    report.add(
        Row::value("  crates in it besides loy", crates.len() as f64, "")
            .floors(&[Floor::Most(66.0)]),
    );
}
