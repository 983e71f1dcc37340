//! The rules of the house: each takes a source and says what in it breaks the rule.

use super::source::{Source, Token, paths, tokens};

/// The rooms and their floors. An arrow points down only, never up and never sideways.
pub const FLOORS: [(&str, u8); 12] = [
    ("kernel", 1),
    ("texts", 1),
    ("programme", 2),
    ("scan", 2),
    ("evaluate", 3),
    ("ledger", 3),
    ("store", 4),
    ("exchange", 4),
    ("till", 5),
    ("office", 5),
    ("capi", 6),
    ("cli", 6),
];

/// The command line's binary: above `cli/`, which it starts.
const BIN: (&str, u8) = ("bin", 7);

/// Rooms where everything is exact: no floating point.
const EXACT: [&str; 3] = ["kernel", "evaluate", "ledger"];

/// The highest floor without files, sockets and processes.
const PURE_FLOOR_MAX: u8 = 3;

/// A file longer than this is split by meaning first.
pub const LINES_MAX: usize = 700;

/// What a rule found: where, and what is wrong there.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    pub place: String,
    pub what: String,
}

fn finding(source: &Source, at: usize, what: impl Into<String>) -> Finding {
    Finding {
        place: format!("{}:{}", source.path, source.line(at)),
        what: what.into(),
    }
}

fn floor(room: &str) -> Option<u8> {
    let rooms = FLOORS.iter().chain([&BIN]);
    rooms
        .filter(|(name, _)| *name == room)
        .map(|(_, floor)| *floor)
        .next()
}

/// An import, or any other path, that points up or sideways.
pub fn arrows_point_down(source: &Source) -> Vec<Finding> {
    let Some(own) = source.room() else {
        return Vec::new();
    };
    let Some(own_floor) = floor(own) else {
        return vec![finding(
            source,
            0,
            format!("`{own}/` is no room of the house"),
        )];
    };
    let mut found = Vec::new();
    for (at, path) in paths(&source.code) {
        let Some(target) = room_named(source, &path) else {
            continue;
        };
        let is_below = floor(target).is_some_and(|floor| floor < own_floor);
        // The header's functions stand alone on top: whoever needs them is outside.
        let is_closed = target == "capi";
        if target != own && (!is_below || is_closed) {
            found.push(finding(
                source,
                at,
                format!("`{own}/` reaches for `{target}`"),
            ));
        }
    }
    found
}

/// The room a path leads to, when it leads out of the crate's root.
fn room_named<'a>(source: &Source, path: &'a [String]) -> Option<&'a str> {
    let supers = path.iter().take_while(|part| *part == "super").count();
    match path.first()?.as_str() {
        "crate" => path.get(1).map(String::as_str),
        "loy" if source.room() == Some("bin") => path.get(1).map(String::as_str),
        "super" if supers >= source.depth() => path
            .get(supers)
            .map(String::as_str)
            .filter(|room| floor(room).is_some()),
        _ => None,
    }
}

/// SQL, or the crate that speaks it, outside `store/` and `office/`.
pub fn sql_stays_in_store_and_office(source: &Source) -> Vec<Finding> {
    if matches!(source.room(), Some("store" | "office")) {
        return Vec::new();
    }
    let of_crate = words(&source.code, &["rusqlite", "libsqlite3_sys"]);
    let mut found: Vec<Finding> = of_crate
        .iter()
        .map(|token| finding(source, token.at, token.text))
        .collect();
    let statements = source.strings.iter().filter(|(_, text)| is_sql(text));
    found.extend(statements.map(|(at, _)| finding(source, *at, "an SQL statement")));
    found
}

/// Capitals are SQL wherever they stand; small letters only where the text begins with them.
fn is_sql(text: &str) -> bool {
    let capitals = format!(
        " {} ",
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    let has = |text: &str, parts: &[&str]| {
        let mut from = 0;
        parts.iter().all(|part| match text[from..].find(part) {
            Some(place) => {
                from += place + part.len() - 1;
                true
            }
            None => false,
        })
    };
    let statements: [&[&str]; 14] = [
        &[" SELECT ", " FROM "],
        &[" INSERT ", " INTO "],
        &[" REPLACE INTO "],
        &[" UPDATE ", " SET "],
        &[" DELETE FROM "],
        &[" CREATE ", " TABLE "],
        &[" CREATE ", " INDEX "],
        &[" CREATE ", " TRIGGER "],
        &[" CREATE ", " VIEW "],
        &[" DROP ", " TABLE "],
        &[" ALTER TABLE "],
        &[" PRAGMA "],
        &[" BEGIN IMMEDIATE "],
        &[" ATTACH DATABASE "],
    ];
    let any = |text: &str| statements.iter().any(|statement| has(text, statement));
    let raised = capitals.to_ascii_uppercase();
    let verbs = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "PRAGMA",
    ];
    any(&capitals)
        || (verbs
            .iter()
            .any(|verb| raised.starts_with(&format!(" {verb} ")))
            && any(&raised))
}

/// `unsafe` outside `capi/`.
pub fn unsafe_stays_in_capi(source: &Source) -> Vec<Finding> {
    if source.room() == Some("capi") {
        return Vec::new();
    }
    let found = words(&source.code, &["unsafe"]);
    found
        .iter()
        .map(|token| finding(source, token.at, "unsafe"))
        .collect()
}

/// A statement that changes or removes an entry, anywhere.
pub fn entries_are_only_added(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, text) in &source.strings {
        let upper = text.to_ascii_uppercase();
        let words: Vec<&str> = upper
            .split(|c: char| c != '_' && !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .collect();
        for place in 0..words.len() {
            if changes_entries(&words[place..]) {
                found.push(finding(source, *at, "an entry is changed or removed"));
            }
        }
    }
    found
}

fn changes_entries(words: &[&str]) -> bool {
    let table = match words {
        ["UPDATE", "OR", _, table, ..]
        | ["UPDATE", table, ..]
        | ["DELETE", "FROM", table, ..]
        | ["REPLACE", "INTO", table, ..]
        | ["DROP", "TABLE", "IF", "EXISTS", table, ..]
        | ["DROP", "TABLE", table, ..] => *table,
        // An insertion that updates in the end.
        ["INSERT", "INTO", table, rest @ ..] if rest.windows(2).any(|w| w == ["DO", "UPDATE"]) => {
            table
        }
        _ => return false,
    };
    let table = table.to_ascii_lowercase();
    table == "entry" || table == "entries" || table.ends_with("_entry")
}

/// A clock, a random number, a thread, a print, an environment variable or a process outside the
/// ports of the till, the command line and the tests.
pub fn the_world_enters_through_ports(source: &Source) -> Vec<Finding> {
    let is_port = source.path == "src/till/ports.rs";
    if is_port || matches!(source.room(), Some("cli" | "bin")) || source.is_test() {
        return Vec::new();
    }
    let code = source.shipped();
    let single = [
        "SystemTime",
        "getrandom",
        "dbg",
        "println",
        "eprintln",
        "print",
        "eprint",
    ];
    let pairs = [
        ["Instant", "now"],
        ["Utc", "now"],
        ["Local", "now"],
        ["std", "thread"],
        ["thread", "spawn"],
        ["thread", "sleep"],
        ["std", "env"],
        ["std", "process"],
        ["env", "var"],
        ["Uuid", "new_v4"],
        ["Uuid", "now_v7"],
    ];
    let mut found = Vec::new();
    for (at, path) in paths(&code) {
        let is_macro = code[at..].trim_start_matches(|c: char| c == '_' || c.is_alphanumeric());
        let is_called = |word: &str| match word {
            "dbg" | "println" | "eprintln" | "print" | "eprint" => is_macro.starts_with('!'),
            _ => true,
        };
        let is_single = path
            .iter()
            .any(|part| single.contains(&part.as_str()) && is_called(part));
        let is_pair = path
            .windows(2)
            .any(|two| pairs.iter().any(|pair| pair[..] == *two));
        // Looks whether this thread unwinds; starts none.
        let only_looks = path.ends_with(&["thread".to_owned(), "panicking".to_owned()]);
        if (is_single || is_pair) && !only_looks {
            found.push(finding(
                source,
                at,
                format!("`{}` outside the ports", path.join("::")),
            ));
        }
        let reads_environment =
            matches!(path.last().map(String::as_str), Some("env" | "option_env"));
        if reads_environment && is_macro.starts_with('!') && !is_set_by_the_build(source, at) {
            found.push(finding(
                source,
                at,
                "an environment variable of the build machine",
            ));
        }
    }
    found
}

/// Whether the `env!` at this place reads what Cargo or `build.rs` sets, not the build machine.
fn is_set_by_the_build(source: &Source, at: usize) -> bool {
    let name = source.strings.iter().find(|(start, _)| *start > at);
    let is_set =
        |name: &str| name == "OUT_DIR" || name.starts_with("CARGO_") || name.starts_with("LOY_");
    name.is_some_and(|(_, name)| is_set(name))
}

/// Files, sockets and processes in the rooms that only compute; a socket anywhere in the library.
pub fn pure_rooms_do_no_io(source: &Source) -> Vec<Finding> {
    let Some(own_floor) = source.room().and_then(floor) else {
        return Vec::new();
    };
    if source.is_test() || own_floor >= 6 && source.room() != Some("capi") {
        return Vec::new();
    }
    let is_pure = own_floor <= PURE_FLOOR_MAX;
    let mut found = Vec::new();
    for (at, path) in paths(&source.shipped()) {
        let is_std =
            |part: &str| path.first().is_some_and(|p| p == "std") && path.iter().any(|p| p == part);
        let is_network = is_std("net");
        let is_file = is_std("fs") || is_std("io") || is_std("process");
        if is_network || (is_pure && is_file) {
            found.push(finding(source, at, format!("`{}`", path.join("::"))));
        }
    }
    found
}

/// Floating point in the rooms of exact numbers.
pub fn amounts_are_exact(source: &Source) -> Vec<Finding> {
    if !source.room().is_some_and(|room| EXACT.contains(&room)) {
        return Vec::new();
    }
    let tokens = tokens(&source.code);
    let mut found = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let text = |place: usize| tokens.get(place).map_or("", |token| token.text);
        let before = place.checked_sub(1).map_or("", text);
        let is_hexadecimal = token.text.starts_with("0x");
        let is_number = token.text.starts_with(|c: char| c.is_ascii_digit()) && !is_hexadecimal;
        let suffix = token
            .text
            .trim_start_matches(|c: char| c == '_' || c.is_ascii_digit());
        let ends = ["_f32", "_f64"].iter().any(|end| token.text.ends_with(end));
        let is_type = ends || (matches!(suffix, "f32" | "f64") && !is_hexadecimal);
        // 2e9 is one word; 1.5 and 1. are three marks; 0..9, 1.max(2) and pair.0.1 are no floats.
        let exponent = suffix.strip_prefix(['e', 'E']);
        let has_exponent = is_number
            && exponent
                .is_some_and(|e| e.bytes().all(|byte| byte == b'_' || byte.is_ascii_digit()));
        let dot_follows = touches(token, tokens.get(place + 1)) && text(place + 1) == ".";
        let after_dot = text(place + 2);
        let has_point = is_number
            && before != "."
            && dot_follows
            && after_dot != "."
            && !after_dot.starts_with(|c: char| c == '_' || c.is_alphabetic());
        if is_type || has_exponent || has_point {
            found.push(finding(
                source,
                token.at,
                format!("`{}` is floating point", token.text),
            ));
        }
    }
    found
}

fn touches(token: &Token<'_>, next: Option<&Token<'_>>) -> bool {
    next.is_some_and(|next| next.at == token.at + token.text.len())
}

/// A file that has grown past [`LINES_MAX`] lines.
pub fn files_stay_short(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().count();
    if lines <= LINES_MAX {
        return Vec::new();
    }
    let what = format!("{lines} lines, at most {LINES_MAX}: split it by meaning");
    vec![Finding {
        place: source.path.clone(),
        what,
    }]
}

/// A room's `mod.rs`, or the program's file, that does not begin by saying what the room is for.
pub fn rooms_say_what_they_are_for(source: &Source) -> Vec<Finding> {
    let is_door = source.depth() == 1 && source.path.ends_with("/mod.rs");
    let is_program = source.room() == Some("bin");
    let is_library = source.path == "src/lib.rs";
    if !(is_door || is_program || is_library) || source.text.starts_with("//! ") {
        return Vec::new();
    }
    vec![finding(source, 0, "begins without `//!`")]
}

/// Rooms of the house, as the sources show them, that have no `mod.rs`.
pub fn rooms_have_a_door(sources: &[Source]) -> Vec<Finding> {
    let missing = rooms(sources).into_iter().filter(|room| {
        let door = format!("src/{room}/mod.rs");
        *room != BIN.0 && !sources.iter().any(|source| source.path == door)
    });
    missing
        .map(|room| Finding {
            place: format!("src/{room}/"),
            what: "no mod.rs".into(),
        })
        .collect()
}

/// Rooms that the map leaves out.
pub fn rooms_are_on_the_map(sources: &[Source], map: &str) -> Vec<Finding> {
    let missing = rooms(sources)
        .into_iter()
        .filter(|room| !map.contains(&format!("`src/{room}/`")));
    let what = "not in ARCHITECTURE.md";
    missing
        .map(|room| Finding {
            place: format!("src/{room}/"),
            what: what.into(),
        })
        .collect()
}

/// Rooms declared in `src/lib.rs` without the compiler's own guard against `unsafe`.
pub fn rooms_forbid_unsafe(library: &Source) -> Vec<Finding> {
    let tokens = tokens(&library.code);
    let mut found = Vec::new();
    for (place, pair) in tokens.windows(2).enumerate() {
        if pair[0].text != "mod" || pair[1].text == "capi" {
            continue;
        }
        let before = tokens[..place]
            .iter()
            .rev()
            .take_while(|token| token.text != ";");
        if !before.clone().any(|token| token.text == "forbid") {
            let what = format!("`{}` lacks #[forbid(unsafe_code)]", pair[1].text);
            found.push(finding(library, pair[1].at, what));
        }
    }
    found
}

fn rooms(sources: &[Source]) -> Vec<&str> {
    let mut rooms: Vec<&str> = sources.iter().filter_map(Source::room).collect();
    rooms.dedup();
    rooms
}

fn words<'a>(code: &'a str, wanted: &[&str]) -> Vec<Token<'a>> {
    tokens(code)
        .into_iter()
        .filter(|token| wanted.contains(&token.text))
        .collect()
}
