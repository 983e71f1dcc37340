//! Every function of the header is called with every argument wrong in every way. The calls are
//! written from the header's declarations, so that a new function cannot be forgotten.

use std::fmt::Write as _;
use std::fs;

use super::declared::{Function, functions};
use super::library::{Build, Shop, compile, root, run};

/// Arguments that may be NULL, as the header says.
const OPTIONAL: [(&str, &str); 10] = [
    ("loy_scan_identify", "ledger"),
    ("loy_scan_identify", "aim_identifier"),
    ("loy_sale_commit", "final_cart"),
    ("loy_sale_find", "till"),
    ("loy_cart_add_line", "line_out"),
    ("loy_event_report", "reference"),
    ("loy_event_report", "channel"),
    ("loy_event_report", "cashier"),
    ("loy_event_take_back", "cashier"),
    ("loy_event_take_back", "reason"),
];

/// What a parameter is to C.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Handle,
    HandleOut,
    NumberOut,
    Text,
    Document,
    Number,
}

fn kind_of(function: &Function, place: usize) -> Kind {
    let (kind, name) = &function.parameters[place];
    let next = function.parameters.get(place + 1);
    match kind.as_str() {
        "const uint8_t *" => Kind::Document,
        "const char *" if next.is_some_and(|(_, next)| *next == format!("{name}_size")) => {
            Kind::Document
        }
        "const char *" => Kind::Text,
        "int32_t *" | "int64_t *" => Kind::NumberOut,
        kind if kind.ends_with("**") => Kind::HandleOut,
        kind if kind.ends_with('*') => Kind::Handle,
        _ => Kind::Number,
    }
}

/// The C type of a handle: `loy_cart` of `const loy_cart *` and `loy_cart **`.
fn bare(kind: &str) -> &str {
    kind.trim_start_matches("const ")
        .trim_end_matches('*')
        .trim()
}

/// An argument that is right, in C. `misuse.c` makes the handles.
fn right(function: &Function, place: usize) -> String {
    let (kind, name) = &function.parameters[place];
    match kind_of(function, place) {
        Kind::Handle => format!("right_{}", bare(kind)),
        Kind::HandleOut if name == "error_out" => "&error".to_owned(),
        Kind::HandleOut => format!("&{}_out", bare(kind)),
        Kind::NumberOut => format!("&{}_out", bare(kind)),
        Kind::Document => format!("({kind})right_document"),
        Kind::Text => format!("right_text(\"{}\", \"{name}\")", function.name),
        Kind::Number => right_number(name).to_owned(),
    }
}

fn right_number(name: &str) -> &'static str {
    match name {
        "header_version" => "LOY_VERSION_NUMBER",
        "at_ms" => "1795300000000",
        "utc_offset_minutes" => "420",
        "business_date" => "20261122",
        "expires_on" => "20271122",
        "size_max" => "65536",
        "width_columns" => "32",
        "split" => "LOY_SPLIT_POINTS",
        "line" | "row" | "after_seq" | "from_date" | "to_date" => "0",
        name if name.ends_with("_size") => "(int64_t)strlen(right_document)",
        _ => "1",
    }
}

/// The call with one argument replaced.
fn call(function: &Function, wrong: Option<(usize, &str)>) -> String {
    let arguments: Vec<String> = (0..function.parameters.len())
        .map(|place| match wrong {
            Some((at, argument)) if at == place => argument.to_owned(),
            _ => right(function, place),
        })
        .collect();
    format!("{}({})", function.name, arguments.join(", "))
}

/// In C: every handle output of the call is NULL. The one that is wrong itself is left out.
fn cleared_outputs(function: &Function, wrong: usize) -> String {
    let outputs = function
        .parameters
        .iter()
        .enumerate()
        .filter(|(place, (_, name))| {
            *place != wrong && name != "error_out" && kind_of(function, *place) == Kind::HandleOut
        });
    let nulls: Vec<String> = outputs
        .map(|(_, (kind, _))| format!("{}_out == NULL", bare(kind)))
        .collect();
    if nulls.is_empty() {
        "1".to_owned()
    } else {
        nulls.join(" && ")
    }
}

/// What a function without error_out answers to a bad handle.
fn answer_to_a_bad_handle(function: &Function) -> &'static str {
    match (function.result.as_str(), function.name.as_str()) {
        ("loy_status", _) => "LOY_E_HANDLE",
        (_, "loy_buffer_size") => "-1",
        _ => "0",
    }
}

fn misuses(function: &Function) -> String {
    let mut c = String::new();
    let fails = function
        .parameters
        .iter()
        .any(|(_, name)| name == "error_out");
    let mut fail = |wrong: (usize, &str), status: &str, what: &str| {
        let field = &function.parameters[wrong.0].1;
        let label = format!("{}: {field} {what}", function.name);
        let call = call(function, Some(wrong));
        let cleared = cleared_outputs(function, wrong.0);
        let _ = writeln!(
            c,
            "    FAILS(\"{label}\", {call}, {status}, \"{field}\", {cleared});"
        );
    };
    for (place, (kind, name)) in function.parameters.iter().enumerate() {
        if name == "error_out" {
            continue;
        }
        let is_optional = OPTIONAL.contains(&(function.name.as_str(), name.as_str()));
        match kind_of(function, place) {
            Kind::Handle => {
                let handle = bare(kind);
                let wrong_type = if handle == "loy_buffer" {
                    "loy_rows"
                } else {
                    "loy_buffer"
                };
                let mut wrongs = vec![
                    (format!("freed_{handle}"), "freed twice"),
                    (format!("({kind})right_{wrong_type}"), "of another type"),
                    (format!("({kind})&error"), "an address"),
                ];
                if !is_optional {
                    wrongs.push(("NULL".to_owned(), "NULL"));
                }
                for (wrong, what) in wrongs {
                    if fails {
                        fail((place, &wrong), "LOY_E_HANDLE", what);
                    }
                }
            }
            Kind::HandleOut | Kind::NumberOut if !is_optional => {
                fail((place, "NULL"), "LOY_E_ARGUMENT", "NULL");
            }
            Kind::Text if fails => {
                if !is_optional {
                    fail((place, "NULL"), "LOY_E_ARGUMENT", "NULL");
                }
                fail((place, "\"\\xc3\\x28\""), "LOY_E_TEXT", "not UTF-8");
                fail(
                    (place, "\"a\\xed\\xa0\\x80\""),
                    "LOY_E_TEXT",
                    "a lone surrogate",
                );
                fail((place, "long_text"), "LOY_E_ARGUMENT", "too long");
            }
            Kind::Document => fail((place, "NULL"), "LOY_E_ARGUMENT", "NULL"),
            Kind::Number if name.ends_with("_size") => {
                fail((place, "-1"), "LOY_E_ARGUMENT", "negative");
                fail((place, "INT64_MAX"), "LOY_E_ARGUMENT", "huge");
            }
            _ => {}
        }
    }
    if !fails {
        let _ = write!(c, "{}", misuses_without_an_error(function));
    }
    c
}

fn misuses_without_an_error(function: &Function) -> String {
    let mut c = String::new();
    let Some((kind, _)) = function.parameters.first() else {
        let _ = writeln!(c, "    (void){};", call(function, None));
        return c;
    };
    if kind_of(function, 0) != Kind::Handle {
        let _ = writeln!(
            c,
            "    (void){}(-1);\n    (void){0}(INT32_MAX);",
            function.name
        );
        return c;
    }
    let handle = bare(kind);
    let wrong_type = if handle == "loy_buffer" {
        "loy_rows"
    } else {
        "loy_buffer"
    };
    let wrongs = [
        "NULL".to_owned(),
        format!("freed_{handle}"),
        format!("({kind})right_{wrong_type}"),
        format!("({kind})&error"),
    ];
    for wrong in wrongs {
        let call = call(function, Some((0, &wrong)));
        let label = format!("{}: {}", function.name, wrong.replace('"', "'"));
        let _ = match function.result.as_str() {
            // NULL is nothing, everything else a misuse.
            "void" => {
                let counted = i32::from(wrong != "NULL");
                writeln!(c, "    ENDS_NOTHING(\"{label}\", {call}, {counted});")
            }
            "const char *" | "const uint8_t *" => {
                writeln!(c, "    IS_EMPTY(\"{label}\", (const char *){call});")
            }
            _ => {
                let answer = answer_to_a_bad_handle(function);
                writeln!(c, "    ANSWERS(\"{label}\", {call}, {answer});")
            }
        };
    }
    c
}

#[test]
fn no_call_can_be_misused_into_a_crash() {
    let shop = Shop::new();
    let mut calls = String::from("static void misuse_everything(void)\n{\n");
    let mut count = 0;
    for function in functions() {
        let misuses = misuses(&function);
        assert!(!misuses.is_empty(), "{} is not called", function.name);
        count += misuses.lines().count();
        calls.push_str(&misuses);
    }
    calls.push_str("}\n");
    assert!(count > 500, "only {count} calls");
    fs::write(shop.path().join("misuses.h"), calls).expect("written");
    let source = root().join("tests/c/misuse.c");
    let program = compile(&source, &[shop.path()], Build::Plain, shop.path());
    let output = run(&program, &[shop.path()]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("nothing crashed"));
}
