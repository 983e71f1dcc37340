//! Reading JSON strictly: what is wrong, where, in words that repeat nothing a person wrote: it may
//! be a person's name, so only the kind of what was found is told.

mod reader;
mod tree;
mod written;

use crate::kernel::Few;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

pub(super) use reader::{Reader, Step, path};
pub(crate) use tree::Node;
pub(crate) use written::{canonical, json};

/// The first thing that is wrong with the form of a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShapeError {
    /// Where: `lines[3].quantity_milli`, or `.` for the whole.
    pub path: String,
    /// Stable key.
    pub code: &'static str,
    /// What would be right.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// Reads one JSON object within the bounds: at most `size_max` bytes and `nesting_max` levels.
pub(crate) fn read_object<T: DeserializeOwned>(
    json: &[u8],
    size_max: usize,
    nesting_max: usize,
) -> Result<T, ShapeError> {
    let whole = |code, expected: String, found: String| ShapeError {
        path: ".".to_owned(),
        code,
        expected,
        found,
    };
    if json.len() > size_max {
        return Err(whole(
            "too_large",
            format!("at most {size_max} bytes"),
            format!("{} bytes", json.len()),
        ));
    }
    // Some editors put a byte order mark before UTF-8, which nobody sees.
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    if let Err(error) = std::str::from_utf8(json) {
        return Err(whole(
            "not_utf8",
            "UTF-8".to_owned(),
            format!("another byte at {}", error.valid_up_to()),
        ));
    }
    let nesting = nesting(json);
    if nesting > nesting_max {
        return Err(whole(
            "too_deep",
            format!("at most {nesting_max} levels of nesting"),
            format!("{nesting} levels"),
        ));
    }
    let tree = tree(json).map_err(|(expected, found)| whole("not_json", expected, found))?;
    T::deserialize(Reader(&tree)).map_err(|fault| fault.shape())
}

/// The text as a tree; what was expected and what is there where it is no JSON.
pub(crate) fn tree(json: &[u8]) -> Result<Node<'_>, (String, String)> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let read = Node::deserialize(&mut reader);
    let at = |error: &serde_json::Error| format!("line {} column {}", error.line(), error.column());
    let tree = read.map_err(|error| {
        let found = match error.is_eof() {
            true => "the end of the text",
            false => "something else",
        };
        let found = format!("{found} at {}", at(&error));
        ("a JSON object".to_owned(), found)
    })?;
    reader.end().map_err(|error| {
        let expected = "one JSON object and nothing behind it".to_owned();
        (expected, format!("more text at {}", at(&error)))
    })?;
    Ok(tree)
}

/// The deepest nesting of objects and lists, without reading the text any further.
fn nesting(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0usize, 0usize);
    let (mut in_text, mut escaped) = (false, false);
    for &byte in json {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (true, _) => {}
            (false, b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (false, _) => {}
        }
    }
    deepest
}

/// How a sentence about a problem begins: with the path, and with nothing where it is the whole.
pub(crate) fn place(path: &str) -> String {
    match path {
        "." => String::new(),
        path => format!("{path}: "),
    }
}

/// A key as it may stand in a path: no control characters, and no longer than a line.
pub(super) fn shown(key: &str) -> String {
    let letters = key.chars().filter(|letter| !letter.is_control());
    letters.take(80).collect()
}

/// For `deserialize_with`: a list that has something in it. An empty one would say nothing.
pub(crate) fn filled<'de, D, T>(reader: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let values = Vec::deserialize(reader)?;
    if values.is_empty() {
        return Err(D::Error::invalid_length(0, &"at least one"));
    }
    Ok(values)
}

/// For `deserialize_with`: a list in which nothing stands twice.
pub(crate) fn unique_set<'de, D, V>(reader: D) -> Result<BTreeSet<V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de> + Ord,
{
    struct SetVisitor<V>(PhantomData<V>);
    impl<'de, V: Deserialize<'de> + Ord> Visitor<'de> for SetVisitor<V> {
        type Value = BTreeSet<V>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut values = BTreeSet::new();
            while let Some(value) = list.next_element()? {
                if !values.insert(value) {
                    return Err(A::Error::custom("a value stands twice"));
                }
            }
            Ok(values)
        }
    }
    reader.deserialize_seq(SetVisitor(PhantomData))
}

/// An object that is accepted and not looked into.
#[derive(Debug, Default)]
pub(crate) struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        Few::<String, IgnoredAny>::deserialize(reader).map(|_| Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "read for its problems")]
    struct Outer {
        inner: Vec<Inner>,
        #[serde(default)]
        free: Few<String, i64>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "read for its problems")]
    struct Inner {
        count: i64,
        #[serde(default)]
        word: Option<String>,
    }

    fn check(json: &str, path: &str, code: &str) -> ShapeError {
        let error = read_object::<Outer>(json.as_bytes(), 1000, 4).expect_err("a problem");
        assert_eq!(
            (error.path.as_str(), error.code),
            (path, code),
            "{json}: {error:?}"
        );
        error
    }

    #[test]
    fn every_wrong_form_is_named_with_its_path() {
        check(
            r#"{"inner":[{"count":1},{"count":"x"}]}"#,
            "inner[1].count",
            "wrong_type",
        );
        check(
            r#"{"inner":[{"count":1.0}]}"#,
            "inner[0].count",
            "wrong_type",
        );
        check(
            r#"{"inner":[{"count":1e3}]}"#,
            "inner[0].count",
            "wrong_type",
        );
        check(
            r#"{"inner":[{"count":-0}]}"#,
            "inner[0].count",
            "wrong_type",
        );
        check(
            r#"{"inner":[{"count":99999999999999999999}]}"#,
            "inner[0].count",
            "wrong_type",
        );
        check(
            r#"{"inner":[{"count":18446744073709551615}]}"#,
            "inner[0].count",
            "out_of_range",
        );
        check(
            r#"{"inner":[{"count":1,"colour":2}]}"#,
            "inner[0].colour",
            "not_known",
        );
        check(r#"{"inner":[],"colour":2}"#, "colour", "not_known");
        check(
            r#"{"inner":[{"count":1,"count":2}]}"#,
            "inner[0].count",
            "duplicate",
        );
        check(r#"{"inner":[{}]}"#, "inner[0].count", "missing");
        check(r#"{}"#, "inner", "missing");
        check(r#"{"inner":[[1]]}"#, "inner[0]", "wrong_type");
        check(r#"{"inner":[],"free":{"a":1,"a":2}}"#, "free", "wrong_form");
        check(r#"[[]]"#, ".", "wrong_type");
        check(r#"{"inner":[[[[]]]]}"#, ".", "too_deep");
        check(r#"{"inner":[[[[]]]],"free":{}}"#, ".", "too_deep");
        check(r#"{"inner":[]"#, ".", "not_json");
        check(r#"{"inner":[]} {}"#, ".", "not_json");
        check("", ".", "not_json");
        check(&" ".repeat(1001), ".", "too_large");
    }

    #[test]
    fn brackets_in_texts_are_no_nesting() {
        let json = r#"{"inner":[{"count":1,"word":"[[[[[[\"[[[[{{{{"}]}"#;
        assert!(read_object::<Outer>(json.as_bytes(), 1000, 4).is_ok());
    }

    #[test]
    fn what_a_person_wrote_is_not_repeated() {
        let json = r#"{"inner":[{"count":"Nguyễn Văn A"}]}"#;
        let error = check(json, "inner[0].count", "wrong_type");
        assert_eq!(
            (error.expected.as_str(), error.found.as_str()),
            ("a whole number", "a text")
        );
        let json = r#"{"inner":[{"count":1,"word":["Nguyễn Văn A"]}]}"#;
        let error = check(json, "inner[0].word", "wrong_type");
        assert!(!format!("{error:?}").contains("Nguy"));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        let json = b"\xef\xbb\xbf{\"inner\":[{\"count\":1}]}";
        assert!(read_object::<Outer>(json, 1000, 4).is_ok());
    }

    #[test]
    fn bytes_that_are_no_text_are_named_by_their_place() {
        let error = read_object::<Outer>(b"{\"inner\xff\"", 1000, 4).expect_err("a problem");
        assert_eq!(
            (error.code, error.found.as_str()),
            ("not_utf8", "another byte at 7")
        );
    }
}
