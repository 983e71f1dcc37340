//! Reading JSON strictly: what is wrong, where, in words that repeat nothing a person wrote.
//!
//! serde's own messages quote the text they found, which in a cart may be a person's name, so they
//! are taken apart here and only the kind of what was found is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

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
    let mut reader = serde_json::Deserializer::from_slice(json);
    let Object(value) = Object::deserialize(&mut reader).or_else(|_| with_path(json))?;
    reader.end().map_err(|error| {
        whole(
            "not_json",
            "one JSON object and nothing behind it".to_owned(),
            format!(
                "more text at line {} column {}",
                error.line(),
                error.column()
            ),
        )
    })?;
    Ok(value)
}

/// Reads once more what could not be read, keeping track of where it stands: that takes longer.
fn with_path<T: DeserializeOwned>(json: &[u8]) -> Result<T, ShapeError> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| from_serde(&error))
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

/// serde gives one sentence and a path. The sentences are those of `serde::de::Error`, stable since
/// serde 1.0.
pub(super) fn from_serde(error: &serde_path_to_error::Error<serde_json::Error>) -> ShapeError {
    let inner = error.inner();
    let path = error.path().to_string();
    let text = inner.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(text, _)| text);
    let at = format!("line {} column {}", inner.line(), inner.column());
    let (path, code, expected, found) = if !inner.is_data() {
        let found = if inner.is_eof() {
            format!("the end of the text at {at}")
        } else {
            format!("something else at {at}")
        };
        (
            ".".to_owned(),
            "not_json",
            "a JSON object".to_owned(),
            found,
        )
    } else if let Some(field) = quoted_after(text, "unknown field ") {
        let expected = expected_part(text).unwrap_or_else(|| "no keys here".to_owned());
        let path = with_key(&path, field);
        (
            path,
            "not_known",
            expected,
            "a key not known to this version".to_owned(),
        )
    } else if let Some(field) = quoted_after(text, "missing field ") {
        (
            with_key(&path, field),
            "missing",
            "a value".to_owned(),
            "nothing".to_owned(),
        )
    } else if let Some(field) = quoted_after(text, "duplicate field ") {
        (
            with_key(&path, field),
            "duplicate",
            "the key once".to_owned(),
            "it twice".to_owned(),
        )
    } else if text.starts_with("unknown variant ") {
        let expected = expected_part(text).unwrap_or_else(|| "another word".to_owned());
        (
            path,
            "not_known",
            expected,
            "a word not known to this version".to_owned(),
        )
    } else if let Some((kind, expected)) = text
        .strip_prefix("invalid type: ")
        .and_then(|rest| rest.rsplit_once(", expected "))
    {
        (path, "wrong_type", in_words(expected), kind_in_words(kind))
    } else if let Some((kind, expected)) = text
        .strip_prefix("invalid value: ")
        .and_then(|rest| rest.rsplit_once(", expected "))
    {
        (
            path,
            "out_of_range",
            in_words(expected),
            kind_in_words(kind),
        )
    } else {
        // Only our own readers (`NoDate`, `NoMemberNumber`, a key twice) come here. Their sentences
        // hold numbers at most, never what a person wrote.
        (
            path,
            "wrong_form",
            "another value".to_owned(),
            text.to_owned(),
        )
    };
    ShapeError {
        path,
        code,
        expected,
        found,
    }
}

fn quoted_after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(start)?.strip_prefix('`')?;
    // A key that is not known may itself hold a backtick: the last one closes it.
    let rest = rest
        .rsplit_once("`, expected ")
        .map_or(rest, |(key, _)| key);
    let rest = rest
        .rsplit_once("`, there are no")
        .map_or(rest, |(key, _)| key);
    Some(rest.strip_suffix('`').unwrap_or(rest))
}

fn expected_part(text: &str) -> Option<String> {
    let (_, expected) = text.rsplit_once("`, expected ")?;
    Some(expected.replace('`', ""))
}

/// The key that an error is about: one that is not known, missing or there twice.
pub(super) fn key_of(error: &serde_path_to_error::Error<serde_json::Error>) -> Option<String> {
    let text = error.inner().to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(text, _)| text);
    ["unknown field ", "missing field ", "duplicate field "]
        .into_iter()
        .find_map(|start| quoted_after(text, start))
        .map(str::to_owned)
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

/// The path of the object and the key in it. Depending on the error serde_path_to_error has the key
/// in the path already.
fn with_key(path: &str, key: &str) -> String {
    let key = shown(key);
    if path == key || path.ends_with(&format!(".{key}")) {
        return path.to_owned();
    }
    match path.strip_suffix('?').unwrap_or(path) {
        "" | "." => key,
        object if object.ends_with('.') => format!("{object}{key}"),
        object => format!("{object}.{key}"),
    }
}

fn in_words(expected: &str) -> String {
    match expected {
        "i64" | "u64" | "i32" | "u32" | "u8" => "a whole number".to_owned(),
        "a string" | "string" | "string or map" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        "a boolean" => "true or false".to_owned(),
        other => other.replace("struct ", "an object "),
    }
}

fn kind_in_words(found: &str) -> String {
    let kind = found.split([' ', ',']).next().unwrap_or_default();
    match kind {
        "string" | "character" => "a text",
        "integer" => "a whole number",
        "floating" => "a number with a fraction or an exponent",
        "boolean" => "true or false",
        "null" | "unit" | "Option" => "null",
        "sequence" => "a list",
        "map" => "an object",
        _ => "something else",
    }
    .to_owned()
}

/// A value that is written as an object. serde's derived readers also take a list of the fields in
/// order; no schema of ours does.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = T;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }
        reader.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

/// For `deserialize_with`: an object and nothing else.
pub(crate) fn object<'de, D, T>(reader: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Object::deserialize(reader).map(|Object(value)| value)
}

/// For `deserialize_with`: an object, `null` or absent.
pub(crate) fn optional_object<'de, D, T>(reader: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<Object<T>>::deserialize(reader).map(|value| value.map(|Object(value)| value))
}

/// For `deserialize_with`: a list of objects.
pub(crate) fn objects<'de, D, T>(reader: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct ListVisitor<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
        type Value = Vec<T>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of objects")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut values = Vec::new();
            while let Some(Object(value)) = list.next_element()? {
                values.push(value);
            }
            Ok(values)
        }
    }
    reader.deserialize_seq(ListVisitor(PhantomData))
}

/// For `deserialize_with`: a list that has something in it. An empty one would say nothing.
pub(crate) fn filled<'de, D, T>(reader: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let values = Vec::deserialize(reader)?;
    if values.is_empty() {
        return Err(D::Error::custom("an empty list"));
    }
    Ok(values)
}

/// For `deserialize_with`: a list of objects that has something in it.
pub(crate) fn filled_objects<'de, D, T>(reader: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let values = objects(reader)?;
    if values.is_empty() {
        return Err(D::Error::custom("an empty list"));
    }
    Ok(values)
}

/// For `deserialize_with`: an object whose keys are free, each of them once.
pub(crate) fn unique_map<'de, D, V>(reader: D) -> Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    struct UniqueVisitor<V>(PhantomData<V>);
    impl<'de, V: Deserialize<'de>> Visitor<'de> for UniqueVisitor<V> {
        type Value = BTreeMap<String, V>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut values = BTreeMap::new();
            while let Some((key, value)) = map.next_entry::<String, V>()? {
                if values.insert(key, value).is_some() {
                    return Err(A::Error::custom("a key stands twice"));
                }
            }
            Ok(values)
        }
    }
    reader.deserialize_map(UniqueVisitor(PhantomData))
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
        unique_map::<D, IgnoredAny>(reader).map(|_| Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "read for its problems")]
    struct Outer {
        #[serde(deserialize_with = "objects")]
        inner: Vec<Inner>,
        #[serde(default, deserialize_with = "unique_map")]
        free: BTreeMap<String, i64>,
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
