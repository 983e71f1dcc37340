//! A source file as the rules of the house see it: code without comments and strings, the strings
//! apart, the paths it names. Not a compiler: enough of Rust's lexical rules to be told nothing
//! false by a comment, a string, a lifetime or a nested `use`.

use std::fs;
use std::path::Path;

/// A file of the package, by its path from the package's root with forward slashes.
pub struct Source {
    pub path: String,
    pub text: String,
    /// The text with comments, string contents and character literals replaced by spaces, byte for
    /// byte, so that offsets and lines stay the same.
    pub code: String,
    /// Each string literal: offset of its first byte, and its content as written.
    pub strings: Vec<(usize, String)>,
}

/// A word, a number or a mark of the code, with its offset. `::` is one mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token<'a> {
    pub at: usize,
    pub text: &'a str,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let (code, strings) = if path.ends_with(".rs") {
            without_comments_and_strings(text)
        } else {
            (String::new(), vec![(0, text.to_owned())])
        };
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code,
            strings,
        }
    }

    /// The folder under `src/`, `None` for files elsewhere and for `src/lib.rs`.
    pub fn room(&self) -> Option<&str> {
        let (room, _) = self.path.strip_prefix("src/")?.split_once('/')?;
        Some(room)
    }

    /// How many modules deep the file stands: 1 for a room's `mod.rs`, 2 for a file beside it.
    pub fn depth(&self) -> usize {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inside
            .split('/')
            .filter(|part| *part != "mod.rs" && *part != "lib.rs")
            .count()
    }

    /// Whether the whole file is compiled for tests only.
    pub fn is_test(&self) -> bool {
        !self.path.starts_with("src/")
            || self
                .path
                .split('/')
                .any(|part| part == "tests" || part.ends_with("tests.rs"))
    }

    /// The line of an offset, counted from 1.
    pub fn line(&self, at: usize) -> usize {
        self.text.as_bytes()[..at]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1
    }

    /// The code that ships: without the items under `#[cfg(test)]`.
    pub fn shipped(&self) -> String {
        const MARK: &str = "#[cfg(test)]";
        let mut code = self.code.clone();
        while let Some(start) = code.find(MARK) {
            let end = end_of_item(&code, start + MARK.len());
            let blank: String = code[start..end]
                .chars()
                .map(|c| if c == '\n' { c } else { ' ' })
                .collect();
            code.replace_range(start..end, &blank);
        }
        code
    }
}

/// Reads every file with one of the endings below a folder.
pub fn read_all(root: &Path, folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(items) = fs::read_dir(root.join(&folder)) else {
            continue;
        };
        for item in items {
            let item = item.expect("a readable folder");
            let path = format!("{folder}/{}", item.file_name().to_string_lossy());
            if item.path().is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| path.ends_with(ending)) {
                let text = fs::read_to_string(item.path()).expect("sources are UTF-8");
                found.push(Source::new(&path, &text));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The words, numbers and marks of blanked code.
pub fn tokens(code: &str) -> Vec<Token<'_>> {
    let bytes = code.as_bytes();
    let is_word = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80;
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let mut end = at + 1;
        if is_word(bytes[at]) {
            end += bytes[end..]
                .iter()
                .take_while(|byte| is_word(**byte))
                .count();
        } else if bytes[at..].starts_with(b"::") {
            end += 1;
        }
        if !bytes[at].is_ascii_whitespace() {
            found.push(Token {
                at,
                text: &code[at..end],
            });
        }
        at = end;
    }
    found
}

/// Every path the code names: `use` trees spelled out, and `a::b::c` wherever it stands.
pub fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut next = 0;
    while next < tokens.len() {
        if is_name(tokens[next].text) {
            next = path_from(&tokens, next, &[], &mut found);
        } else {
            next += 1;
        }
    }
    found
}

/// Reads one path and, where it ends in `::{`, each branch; returns the place after it.
fn path_from(
    tokens: &[Token<'_>],
    mut next: usize,
    before: &[String],
    found: &mut Vec<(usize, Vec<String>)>,
) -> usize {
    let at = tokens[next].at;
    let text = |place: usize| tokens.get(place).map_or("", |token| token.text);
    let mut path = before.to_vec();
    path.push(text(next).to_owned());
    next += 1;
    while text(next) == "::" && is_name(text(next + 1)) {
        path.push(text(next + 1).to_owned());
        next += 2;
    }
    if text(next) != "::" || text(next + 1) != "{" {
        found.push((at, path));
        return next;
    }
    next += 2;
    while next < tokens.len() && text(next) != "}" {
        if is_name(text(next)) {
            next = path_from(tokens, next, &path, found);
        } else {
            next += 1;
        }
    }
    next + 1
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c == '_' || c.is_alphabetic())
}

/// The end of the item that begins after an attribute: its closing brace, or its semicolon.
fn end_of_item(code: &str, start: usize) -> usize {
    let mut depth = 0usize;
    for (place, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return place + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return place + 1,
            _ => {}
        }
    }
    code.len()
}

fn without_comments_and_strings(text: &str) -> (String, Vec<(usize, String)>) {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut strings = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = if rest.starts_with(b"//") {
            at + rest
                .iter()
                .position(|byte| *byte == b'\n')
                .unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            at + length_of_block_comment(rest)
        } else if let Some((open, content, close)) = string_literal(bytes, at) {
            strings.push((at + open, text[at + open..at + open + content].to_owned()));
            at + open + content + close
        } else if let Some(length) = length_of_character(text, at) {
            at + length
        } else {
            at += 1;
            continue;
        };
        for byte in code[at..end].iter_mut().filter(|byte| **byte != b'\n') {
            *byte = b' ';
        }
        at = end;
    }
    (
        String::from_utf8(code).expect("whole literals are blanked"),
        strings,
    )
}

fn length_of_block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// Lengths of opening, content and closing of a plain, byte, C or raw string at this place.
fn string_literal(bytes: &[u8], at: usize) -> Option<(usize, usize, usize)> {
    let follows_word = at > 0 && (bytes[at - 1] == b'_' || bytes[at - 1].is_ascii_alphanumeric());
    let rest = &bytes[at..];
    let letters = rest.iter().take_while(|byte| b"brc".contains(byte)).count();
    if letters > 2 || (letters > 0 && follows_word) {
        return None;
    }
    let hashes = rest[letters..]
        .iter()
        .take_while(|byte| **byte == b'#')
        .count();
    let is_raw = rest[..letters].contains(&b'r');
    if rest.get(letters + hashes) != Some(&b'"') || (hashes > 0 && !is_raw) {
        return None;
    }
    let open = letters + hashes + 1;
    let mut end = open;
    while end < rest.len() {
        let closes = rest[end] == b'"'
            && rest[end + 1..]
                .iter()
                .take(hashes)
                .filter(|byte| **byte == b'#')
                .count()
                == hashes;
        if closes {
            return Some((open, end - open, 1 + hashes));
        }
        end += if rest[end] == b'\\' && !is_raw { 2 } else { 1 };
    }
    Some((open, rest.len() - open, 0))
}

/// Length of a character literal at this place; `None` for a lifetime and for anything else.
fn length_of_character(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?.strip_prefix('\'')?;
    let first = rest.chars().next()?;
    if first == '\\' {
        let close = rest[2..].find('\'')?;
        return Some(1 + 2 + close + 1);
    }
    let after = &rest[first.len_utf8()..];
    after.starts_with('\'').then_some(1 + first.len_utf8() + 1)
}
