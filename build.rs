//! Makes `loy.h` out of `src/capi`, into OUT_DIR; a test compares it with `include/loy.h`.
//!
//! cbindgen reads the Rust declarations and gives each one in C with its comment. This file only
//! arranges: the contract first, then a section a module, in the order of use.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The modules of `src/capi` that are sections of the header, in its order.
const SECTIONS: [&str; 24] = [
    "status",
    "version",
    "error",
    "buffer",
    "rows",
    "config",
    "ledger",
    "programme",
    "scan",
    "member",
    "history",
    "cart",
    "quote",
    "standing",
    "sale",
    "refund",
    "operator",
    "code",
    "adjustment",
    "membership",
    "event",
    "day",
    "exchange",
    "care",
];

const LINE_LENGTH: usize = 100;

fn main() {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=cbindgen.toml");
    println!("cargo:rerun-if-changed=src/capi");
    println!("cargo:rustc-env=LOY_TARGET={}", variable("TARGET"));
    println!("cargo:rustc-env=LOY_PROFILE={}", variable("PROFILE"));
    let header = header(&root);
    let place = PathBuf::from(variable("OUT_DIR")).join("loy.h");
    fs::write(&place, header).expect("OUT_DIR can be written");
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}

/// A declaration in C, its comment before it.
struct Item {
    comment: Vec<String>,
    declaration: String,
}

fn header(root: &Path) -> String {
    let capi = root.join("src/capi");
    let mut items = declarations(root, &capi);
    let mut header = beginning(&read(&capi.join("mod.rs")));
    for section in SECTIONS {
        let source = read(&capi.join(section).with_extension("rs"));
        write_section(&mut header, &source, &mut items);
    }
    assert!(
        items.is_empty(),
        "declared outside the sections: {:?}",
        items.keys()
    );
    header.push_str("\n#ifdef __cplusplus\n}\n#endif\n#endif /* LOY_H */\n");
    check(&header);
    header
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every declaration that cbindgen finds in the sections, by name.
fn declarations(root: &Path, capi: &Path) -> HashMap<String, Item> {
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml");
    let mut builder = cbindgen::Builder::new().with_config(config);
    for section in SECTIONS {
        builder = builder.with_src(capi.join(section).with_extension("rs"));
    }
    let mut written = Vec::new();
    builder
        .generate()
        .expect("src/capi can be read by cbindgen")
        .write(&mut written);
    let written = String::from_utf8(written).expect("cbindgen writes UTF-8");

    let mut items = HashMap::new();
    let mut comment = Vec::new();
    let mut in_comment = false;
    for line in written.lines() {
        if line.starts_with("/*") || in_comment {
            in_comment = !line.ends_with("*/");
            let text = line.trim_start_matches("/*").trim_end_matches("*/");
            let text = text.strip_prefix(" *").unwrap_or(text);
            comment.push(text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned());
        } else if !line.is_empty() {
            let item = Item {
                comment: trimmed(&comment),
                declaration: line.to_owned(),
            };
            comment.clear();
            let before = items.insert(name_of(line), item);
            assert!(before.is_none(), "declared twice: {line}");
        }
    }
    items
}

/// The lines without empty ones at either end.
fn trimmed(lines: &[String]) -> Vec<String> {
    lines
        .join("\n")
        .trim_matches('\n')
        .lines()
        .map(str::to_owned)
        .collect()
}

/// The name a C declaration declares.
fn name_of(declaration: &str) -> String {
    let head = declaration
        .split('(')
        .next()
        .unwrap_or_default()
        .trim_end_matches(';');
    let words: Vec<&str> = head
        .split([' ', '*'])
        .filter(|word| !word.is_empty())
        .collect();
    let word = if declaration.starts_with("#define") {
        words.get(1)
    } else {
        words.last()
    };
    (*word.unwrap_or_else(|| panic!("no name in: {declaration}"))).to_owned()
}

/// The contract, the version and what every declaration needs.
fn beginning(contract: &str) -> String {
    let mut header = String::from("/*\n");
    let words = contract.lines().map_while(|line| line.strip_prefix("//!"));
    let fenced = words.skip(1).take_while(|line| *line != " ```");
    for line in fenced {
        let _ = writeln!(header, " *{}", line.trim_end());
    }
    let [major, minor, patch] =
        ["MAJOR", "MINOR", "PATCH"].map(|part| variable(&format!("CARGO_PKG_VERSION_{part}")));
    let _ = write!(
        header,
        " */
#ifndef LOY_H
#define LOY_H

#include <stdint.h>

#if defined(_WIN32) && !defined(LOY_STATIC)
#define LOY_API __declspec(dllimport)
#else
#define LOY_API
#endif
#if defined(_WIN32)
#define LOY_CALL __cdecl
#else
#define LOY_CALL
#endif

/* Version of this header; pass LOY_VERSION_NUMBER to loy_config_new. */
#define LOY_VERSION_MAJOR {major}
#define LOY_VERSION_MINOR {minor}
#define LOY_VERSION_PATCH {patch}
#define LOY_VERSION_NUMBER \\
    (LOY_VERSION_MAJOR * 10000 + LOY_VERSION_MINOR * 100 + LOY_VERSION_PATCH)

#ifdef __cplusplus
extern \"C\" {{
#endif
"
    );
    header
}

/// Writes what a module declares, in the order in which it does.
fn write_section(header: &mut String, source: &str, items: &mut HashMap<String, Item>) {
    write_heading(header, source);
    let names: Vec<String> = source.lines().filter_map(declared_in_rust).collect();
    let mut constants = Vec::new();
    for name in &names {
        let Some(item) = items.remove(name) else {
            panic!("cbindgen does not give {name}");
        };
        if item.declaration.starts_with("#define") {
            constants.push(item);
            continue;
        }
        write_constants(header, &mut constants);
        header.push('\n');
        write_comment(header, "", &item.comment);
        if item.declaration.starts_with("typedef") {
            header.push_str(&item.declaration);
            header.push('\n');
        } else {
            write_function(header, &item.declaration);
        }
    }
    write_constants(header, &mut constants);
}

/// The name of a public constant, type or function of C that a line of Rust declares.
fn declared_in_rust(line: &str) -> Option<String> {
    let rest = [
        "pub const ",
        "pub struct ",
        "pub type ",
        "pub unsafe extern \"C\" fn ",
    ]
    .into_iter()
    .find_map(|start| line.strip_prefix(start))?;
    rest.split([' ', ':', '(', ';']).next().map(str::to_owned)
}

/// A rule with the section's name, and what its module says of it.
fn write_heading(header: &mut String, source: &str) {
    let words: Vec<&str> = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(str::trim_end)
        .collect();
    let (name, prose) = words.split_first().expect("a section has a heading");
    let rule = format!("/* --- {} ", name.trim());
    let _ = writeln!(
        header,
        "\n\n{rule}{} */",
        "-".repeat(LINE_LENGTH - 3 - rule.len())
    );
    let prose: Vec<String> = prose
        .iter()
        .skip_while(|line| line.is_empty())
        .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned())
        .collect();
    if !prose.is_empty() {
        write_comment(header, "", &prose);
    }
}

fn write_comment(header: &mut String, indent: &str, lines: &[String]) {
    match lines {
        [] => {}
        [line] => {
            let _ = writeln!(header, "{indent}/* {line} */");
        }
        lines => {
            let _ = writeln!(header, "{indent}/*");
            for line in lines {
                let _ = writeln!(header, "{}", format!("{indent} * {line}").trim_end());
            }
            let _ = writeln!(header, "{indent} */");
        }
    }
}

/// Constants that stand together are one anonymous enum: debuggers know its names, and languages
/// that cannot read the preprocessor can read it.
fn write_constants(header: &mut String, constants: &mut Vec<Item>) {
    if constants.is_empty() {
        return;
    }
    header.push_str("\nenum {\n");
    let count = constants.len();
    let mut class_before = None;
    for (place, item) in constants.drain(..).enumerate() {
        let mut words = item.declaration.split(' ').skip(1);
        let (name, value) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let number: i32 = value.parse().expect("constants are numbers");
        // A blank line where a new hundred begins.
        let class = if number == 0 { -1 } else { number / 100 };
        if class_before.is_some_and(|before| before != class) && count > 5 {
            header.push('\n');
        }
        class_before = Some(class);
        write_comment(header, "    ", &item.comment);
        let comma = if place + 1 < count { "," } else { "" };
        let _ = writeln!(header, "    {name} = {value}{comma}");
    }
    header.push_str("};\n");
}

/// `LOY_API result LOY_CALL name(arguments);`, broken between arguments where it is too long.
fn write_function(header: &mut String, declaration: &str) {
    let (head, rest) = declaration
        .split_once('(')
        .expect("a function has arguments");
    let arguments = rest.trim_end_matches(");");
    let name = name_of(declaration);
    let result = head
        .strip_suffix(name.as_str())
        .expect("the name ends the head")
        .trim_end();
    // `const char *LOY_CALL name`: the star belongs to the type.
    let gap = if result.ends_with('*') { "" } else { " " };
    let start = format!("LOY_API {result}{gap}LOY_CALL {name}(");
    if start.len() + arguments.len() + 2 <= LINE_LENGTH {
        let _ = writeln!(header, "{start}{arguments});");
        return;
    }
    let _ = writeln!(header, "{start}");
    let mut line = String::from("   ");
    let all: Vec<&str> = arguments.split(", ").collect();
    for (place, argument) in all.iter().enumerate() {
        let end = if place + 1 < all.len() { "," } else { ");" };
        if line.len() + 1 + argument.len() + end.len() > LINE_LENGTH {
            let _ = writeln!(header, "{line}");
            line = String::from("   ");
        }
        let _ = write!(line, " {argument}{end}");
    }
    let _ = writeln!(header, "{line}");
}

fn check(header: &str) {
    for (number, line) in header.lines().enumerate() {
        assert!(line.is_ascii(), "loy.h:{}: not ASCII: {line}", number + 1);
        assert!(
            line.len() <= LINE_LENGTH,
            "loy.h:{}: too long: {line}",
            number + 1
        );
    }
}
