//! The first screen of both READMEs shows the program that `make hello` runs, not one like it.
#![allow(clippy::unwrap_used, missing_docs)]

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
fn every_path_and_make_target_a_readme_names_is_there() {
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
        for link in readme.split("](").skip(1) {
            let path = link.split(')').next().unwrap();
            if !path.contains(':') {
                let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
                assert!(path.exists(), "{name}: {}", path.display());
            }
        }
    }
}
