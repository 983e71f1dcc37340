//! The header: up to date, complete in its words, compiling everywhere, and what the library exports.

use std::collections::BTreeSet;
use std::process::Command;
use std::{env, fs};

use super::library::{Build, folder, root, succeed};

const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/loy.h"));

/// A function of the header.
pub struct Function {
    /// `loy_cart_new`.
    pub name: String,
    /// `loy_status`.
    pub result: String,
    /// Type and name: (`const char *`, `currency`).
    pub parameters: Vec<(String, String)>,
    /// The comment before it, without stars.
    pub comment: String,
}

/// Every function of the header, in its order.
pub fn functions() -> Vec<Function> {
    let mut functions = Vec::new();
    let mut rest = GENERATED;
    while let Some(start) = rest.find("\nLOY_API ") {
        let before = &rest[..start];
        let comment = &before[before.rfind("/*").expect("a comment before every function")..];
        let declaration = &rest[start + "\nLOY_API ".len()..];
        let end = declaration.find(';').expect("a declaration ends");
        functions.push(function(&declaration[..end], comment));
        rest = &declaration[end..];
    }
    assert!(
        functions.len() > 100,
        "only {} functions were found",
        functions.len()
    );
    functions
}

fn function(declaration: &str, comment: &str) -> Function {
    let one_line = declaration.split_whitespace().collect::<Vec<_>>().join(" ");
    let (head, parameters) = one_line.split_once('(').expect("parameters");
    let (result, name) = head.split_once("LOY_CALL ").expect("a calling convention");
    let parameters = parameters.trim_end_matches(')').trim();
    let parameters = match parameters {
        "void" => Vec::new(),
        list => list
            .split(',')
            .map(|parameter| {
                let parameter = parameter.trim();
                let name_start = parameter.rfind([' ', '*']).expect("a type") + 1;
                let (kind, name) = parameter.split_at(name_start);
                (kind.trim().to_owned(), name.to_owned())
            })
            .collect(),
    };
    let comment: Vec<&str> = comment
        .lines()
        .map(|line| {
            line.trim_start_matches("/*")
                .trim_start_matches(" *")
                .trim_start()
        })
        .filter(|line| *line != "/")
        .collect();
    Function {
        name: name.trim().to_owned(),
        result: result.trim().to_owned(),
        parameters,
        comment: comment.join("\n").trim().to_owned(),
    }
}

/// What stands in `include/loy.h` is what `src/capi` says.
#[test]
fn header_is_up_to_date() {
    let place = root().join("include/loy.h");
    if env::var_os("LOY_BLESS").is_some() {
        fs::write(&place, GENERATED).expect("include/loy.h can be written");
    }
    let committed = fs::read_to_string(&place).unwrap_or_default();
    let first = committed
        .lines()
        .zip(GENERATED.lines())
        .position(|(old, new)| old != new);
    assert!(
        committed == GENERATED,
        "include/loy.h is out of date from line {}; run `make header`",
        first.unwrap_or(0) + 1
    );
}

#[test]
fn every_function_says_what_a_vendor_must_know() {
    for function in functions() {
        let name = &function.name;
        let words = &function.comment;
        let verb = words.split([' ', ',']).next().unwrap_or_default();
        assert!(
            verb.ends_with('s'),
            "{name}: begins with a verb, not {verb}"
        );
        assert!(
            words.split('\n').take(4).any(|line| line.contains('.')),
            "{name}: a sentence"
        );
        assert!(words.ends_with("@since 0.1"), "{name}: says since when");
        let status = words.contains("\nStatus: ");
        assert_eq!(
            status,
            function.result == "loy_status",
            "{name}: lists its statuses"
        );
        let writes = function
            .parameters
            .iter()
            .any(|(kind, _)| kind == "loy_ledger *");
        if writes {
            assert!(words.contains("\nWrites: "), "{name}: says what it writes");
            assert!(
                words.contains("\nCrash: "),
                "{name}: says what to do after a crash"
            );
        }
        let gives_rows = function
            .parameters
            .iter()
            .any(|(kind, _)| kind == "loy_rows **");
        if gives_rows {
            let fields = words.contains("Rows") || words.contains("One row");
            assert!(fields, "{name}: lists the fields of its rows");
        }
    }
}

#[test]
fn every_handle_says_who_may_use_it_and_how_it_ends() {
    let handles: Vec<&str> = GENERATED
        .lines()
        .filter_map(|line| line.strip_prefix("typedef struct "))
        .collect();
    assert_eq!(handles.len(), 12);
    for handle in handles {
        let name = handle.split(' ').next().expect("a name");
        let place = GENERATED
            .find(&format!("typedef struct {name} "))
            .expect("there");
        let comment = &GENERATED[GENERATED[..place].rfind("/*").expect("a comment")..place];
        assert!(
            comment.contains("Threads: "),
            "{name}: says which threads may use it"
        );
        let ends = functions().into_iter().any(|function| {
            (function.name == format!("{name}_free") || function.name == format!("{name}_close"))
                && function.result == "void"
        });
        assert!(ends, "{name}: has a free or close");
    }
}

#[test]
fn only_plain_numbers_texts_bytes_and_handles_cross() {
    let plain = ["int32_t", "int64_t", "int32_t *", "int64_t *", "loy_status"];
    let texts = ["const char *", "const uint8_t *"];
    for function in functions() {
        for (kind, parameter) in &function.parameters {
            let bare = kind
                .trim_start_matches("const ")
                .trim_end_matches('*')
                .trim();
            let handle = GENERATED.contains(&format!("typedef struct {bare} {bare};"))
                && (kind.ends_with(" *") || kind.ends_with(" **"));
            let known = plain.contains(&kind.as_str()) || texts.contains(&kind.as_str()) || handle;
            assert!(known, "{}: {parameter} is a {kind}", function.name);
            // Whoever reads the call sees what is written to.
            let is_output = kind.ends_with("**") || plain[2..4].contains(&kind.as_str());
            assert_eq!(
                is_output,
                parameter.ends_with("_out"),
                "{}: {parameter}",
                function.name
            );
        }
        let results = [
            "void",
            "int32_t",
            "int64_t",
            "loy_status",
            "const char *",
            "const uint8_t *",
        ];
        assert!(
            results.contains(&function.result.as_str()),
            "{}",
            function.name
        );
    }
}

#[test]
fn it_compiles_alone_and_twice_as_every_c_and_c_plus_plus() {
    let folder = tempfile::tempdir().expect("a folder");
    let alone = folder.path().join("alone.c");
    fs::write(
        &alone,
        "#include \"loy.h\"\n#include \"loy.h\"\nint loy_is_here;\n",
    )
    .expect("written");
    let common = [
        "-pedantic",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-fsyntax-only",
        "-I",
    ];
    let include = root().join("include");
    for standard in ["c99", "c11", "c17", "c2x"] {
        let mut gcc = Command::new("gcc");
        gcc.arg(format!("-std={standard}"))
            .arg("-Wstrict-prototypes")
            .args(common);
        succeed(gcc.arg(&include).arg(&alone));
    }
    for standard in ["c++98", "c++11", "c++14", "c++17", "c++20"] {
        let mut gcc = Command::new("g++");
        // The header uses the fixed-width integers, which C++98 has as an extension.
        gcc.arg(format!("-std={standard}"))
            .args(["-x", "c++", "-Wno-long-long"])
            .args(common);
        succeed(gcc.arg(&include).arg(&alone));
    }
}

#[test]
fn the_library_exports_its_functions_and_nothing_else() {
    let mut nm = Command::new("nm");
    nm.args(["-D", "--defined-only", "--format=posix"])
        .arg(folder(Build::Plain).join("libloy.so"));
    let output = succeed(&mut nm);
    let exported: BTreeSet<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect();
    let declared: BTreeSet<String> = functions()
        .into_iter()
        .map(|function| function.name)
        .collect();
    assert_eq!(exported, declared);
}

#[test]
fn every_status_has_a_name_and_a_class() {
    let mut statuses = 0;
    for line in GENERATED.lines() {
        let Some((name, value)) = line.trim().trim_end_matches(',').split_once(" = ") else {
            continue;
        };
        let value: i32 = value.parse().expect("a number");
        let is_status = name == "LOY_OK"
            || name.starts_with("LOY_E_")
            || [
                "LOY_REFUSED",
                "LOY_NOT_FOUND",
                "LOY_EXPIRED",
                "LOY_ALREADY_RESOLVED",
            ]
            .contains(&name)
            || name == "LOY_LIMIT_REACHED";
        if !is_status {
            continue;
        }
        statuses += 1;
        let said = unsafe { std::ffi::CStr::from_ptr(loy::capi::version::loy_status_name(value)) };
        assert_eq!(said.to_str(), Ok(name));
        let class = match value {
            0 => 0,
            1..100 => 1,
            100..200 => 100,
            200..300 => 200,
            _ => 300,
        };
        assert_eq!(
            unsafe { loy::capi::version::loy_status_class(value) },
            class,
            "{name}"
        );
    }
    assert_eq!(statuses, 25);
}
