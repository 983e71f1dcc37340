//! The first screen of both READMEs shows the program that `make hello` runs, not one like it; what
//! the READMEs tell to type can be typed; and no page names what is not there.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

const READMES: [(&str, &str); 2] = [
    ("README.md", include_str!("../README.md")),
    ("README.vi.md", include_str!("../README.vi.md")),
];

/// The text of the code block behind a mark.
fn block<'a>(readme: &'a str, mark: &str) -> &'a str {
    let behind = readme.split(&format!("<!-- {mark}")).nth(1).unwrap();
    let fenced = behind.split_once("-->\n```").unwrap().1;
    let (_, code) = fenced.split_once('\n').unwrap();
    code.split_once("\n```").unwrap().0
}

#[test]
fn the_program_on_the_first_screen_is_the_one_that_make_hello_runs() {
    let program = include_str!("../examples/c/hello.c").trim_end();
    for (name, readme) in READMES {
        assert_eq!(block(readme, "hello.c"), program, "{name}");
    }
}

#[test]
fn every_make_target_a_readme_names_is_there() {
    let makefile = include_str!("../Makefile");
    for (name, readme) in READMES {
        for target in readme.split("make ").skip(1) {
            let target: String = target
                .chars()
                .take_while(char::is_ascii_lowercase)
                .collect();
            if !target.is_empty() && !matches!(target.as_str(), "alone") {
                assert!(
                    makefile.contains(&format!("\n{target}:")),
                    "{name}: make {target}"
                );
            }
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page below a folder; what is built is not looked at.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            pages(&path, found);
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
}

/// The names by which the headings of a page are linked to, as GitHub makes them.
fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let letter = |letter: char| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        other => other.is_alphanumeric().then_some(other),
    };
    headings
        .map(|heading| {
            let title = heading.trim_start_matches('#').trim().to_lowercase();
            title.chars().filter_map(letter).collect()
        })
        .collect()
}

#[test]
fn every_link_of_every_page_leads_somewhere() {
    let mut found = Vec::new();
    pages(root(), &mut found);
    assert!(found.len() >= 20, "{found:?}");
    let mut links = 0;
    for path in &found {
        let page = fs::read_to_string(path).unwrap();
        for link in page.split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            if link.contains(':') {
                continue;
            }
            let (to, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match to {
                "" => path.clone(),
                to => path.parent().unwrap().join(to),
            };
            assert!(target.exists(), "{}: {link}", path.display());
            if !anchor.is_empty() {
                let there = anchors(&fs::read_to_string(&target).unwrap());
                assert!(
                    there.contains(&anchor.to_owned()),
                    "{}: {link}",
                    path.display()
                );
            }
            links += 1;
        }
    }
    assert!(links > 100, "{links}");
}

/// The READMEs write `$loy`, which they set, and name files of the repository and files they make.
#[cfg(feature = "cli")]
#[test]
fn what_a_readme_tells_to_type_can_be_typed() {
    for (name, readme) in READMES {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(root().join("examples"), folder.path().join("examples"))
            .unwrap();
        let mut typed = 0;
        for line in readme.lines().filter(|line| line.starts_with("    $loy ")) {
            let output = std::process::Command::new("sh")
                .args(["-c", line])
                .env("loy", env!("CARGO_BIN_EXE_loy"))
                .current_dir(folder.path())
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{name}: {line}: {told}");
            typed += 1;
        }
        assert!(typed >= 4, "{name}: {typed}");
        assert!(folder.path().join("quay-1.provisioning").exists());
    }
}
