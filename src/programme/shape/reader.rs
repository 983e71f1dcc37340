//! Reads a tree into our types, through their derived readers, and tells where one of them stopped.
//!
//! All documents are read by this one reader: derived readers are long, and each kind of reader
//! would have them compiled once more.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::tree::Node;
use super::{ShapeError, shown};

/// One step into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::programme) enum Step {
    Key(String),
    At(usize),
}

/// What is wrong and where. In a box, as every value that is read is a result with one of these.
#[derive(Debug)]
pub(in crate::programme) struct Fault(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// From the value up to the whole document.
    steps: Vec<Step>,
    /// The last step is a key that is not known, missing or there twice.
    is_of_key: bool,
    code: &'static str,
    expected: Cow<'static, str>,
    found: Cow<'static, str>,
}

impl Fault {
    fn new(
        code: &'static str,
        expected: impl Into<Cow<'static, str>>,
        found: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Inner {
            steps: Vec::new(),
            is_of_key: false,
            code,
            expected: expected.into(),
            found: found.into(),
        }))
    }

    fn of_key(mut self, key: &str) -> Self {
        self.0.is_of_key = true;
        self.under(Step::Key(key.to_owned()))
    }

    fn under(mut self, step: Step) -> Self {
        self.0.steps.push(step);
        self
    }

    /// Whether it is about a key that this version does not know.
    pub fn is_unknown_key(&self) -> bool {
        self.0.is_of_key && self.0.code == "not_known"
    }

    /// The way from the whole document to where it is wrong.
    pub fn steps(&self) -> Vec<Step> {
        self.0.steps.iter().rev().cloned().collect()
    }

    /// As it is told.
    pub fn shape(&self) -> ShapeError {
        ShapeError {
            path: path(&self.steps()),
            code: self.0.code,
            expected: self.0.expected.clone().into_owned(),
            found: self.0.found.clone().into_owned(),
        }
    }
}

/// `lines[3].quantity_milli`, or `.` for the whole.
pub(in crate::programme) fn path(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::At(at) => path.push_str(&format!("[{at}]")),
            Step::Key(key) if path.is_empty() => path.push_str(&shown(key)),
            Step::Key(key) => path.extend([".", &shown(key)]),
        }
    }
    match path.as_str() {
        "" => ".".to_owned(),
        _ => path,
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = self.shape();
        write!(
            f,
            "{}: expected {}, found {}",
            shape.path, shape.expected, shape.found
        )
    }
}

impl Error for Fault {
    /// Only our own readers (`NoDate`, `NoMemberNumber`, a key twice) come here. Their sentences hold
    /// numbers at most, never what a person wrote.
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::new("wrong_form", "another value", text.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let is_number = matches!(
            found,
            Unexpected::Signed(_) | Unexpected::Unsigned(_) | Unexpected::Float(_)
        );
        let expected = match in_words(expected) {
            text if is_number && text == "a text" => QUOTED_TEXT.into(),
            other => other,
        };
        Self::new("wrong_type", expected, kind_in_words(found))
    }

    fn invalid_length(found: usize, expected: &dyn Expected) -> Self {
        let found: Cow<'_, str> = match found {
            0 => "none".into(),
            found => found.to_string().into(),
        };
        Self::new("count", in_words(expected), found)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new("out_of_range", in_words(expected), kind_in_words(found))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        let found = "a word not known to this version";
        Self::new("not_known", one_of(expected, "another word"), found)
    }

    fn unknown_field(key: &str, expected: &'static [&'static str]) -> Self {
        let found = "a key not known to this version";
        Self::new("not_known", one_of(expected, "no keys here"), found).of_key(key)
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new("missing", "a value", "nothing").of_key(key)
    }

    fn duplicate_field(key: &'static str) -> Self {
        Self::new("duplicate", "the key once", "it twice").of_key(key)
    }
}

/// What a number lacks that is to be a text.
const QUOTED_TEXT: &str = "a text, in quotation marks like \"100\"";

fn one_of(words: &[&str], none: &'static str) -> Cow<'static, str> {
    match words {
        [] => none.into(),
        [word] => (*word).to_owned().into(),
        [first, second] => format!("{first} or {second}").into(),
        words => format!("one of {}", words.join(", ")).into(),
    }
}

/// What a derived reader expects, whose words are those of Rust.
fn in_words(expected: &dyn Expected) -> Cow<'static, str> {
    let expected = expected.to_string();
    match expected.as_str() {
        "i64" | "u64" | "i32" | "u32" | "u16" | "u8" => "a whole number".into(),
        "a string" | "string" => "a text".into(),
        "a sequence" => "a list".into(),
        "a map" => "an object".into(),
        "a boolean" => "true or false".into(),
        other if other.starts_with("struct ") => "an object".into(),
        _ => expected.into(),
    }
}

fn kind_in_words(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Str(_) | Unexpected::Char(_) => "a text",
        Unexpected::Signed(_) | Unexpected::Unsigned(_) => "a whole number",
        Unexpected::Float(_) => "a number with a fraction or an exponent",
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "something else",
    }
}

/// Reads one value of a tree.
#[derive(Clone, Copy)]
pub(in crate::programme) struct Reader<'de>(pub &'de Node<'de>);

impl Reader<'_> {
    fn is_no(self, expected: &dyn Expected) -> Fault {
        let found = match self.0 {
            Node::Null => Unexpected::Unit,
            Node::Bool(value) => Unexpected::Bool(*value),
            Node::Signed(value) => Unexpected::Signed(*value),
            Node::Unsigned(value) => Unexpected::Unsigned(*value),
            Node::Other(value) => Unexpected::Float(*value),
            Node::Text(text) => Unexpected::Str(text),
            Node::List(_) => Unexpected::Seq,
            Node::Object(_) => Unexpected::Map,
        };
        Fault::invalid_type(found, expected)
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Node::Null => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::Signed(value) => visitor.visit_i64(*value),
            Node::Unsigned(value) => visitor.visit_u64(*value),
            Node::Other(value) => visitor.visit_f64(*value),
            Node::Text(text) => visitor.visit_borrowed_str(text),
            Node::List(values) => visitor.visit_seq(Values(values.iter().enumerate())),
            Node::Object(fields) => visitor.visit_map(Fields {
                fields: fields.iter(),
                value: None,
            }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Node::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    /// An object and nothing else: derived readers would take a list of the fields in order as well.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        keys: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match (self.0, keys) {
            (Node::Object(_), _) => self.deserialize_any(visitor),
            (_, []) => Err(self.is_no(&"an object")),
            (_, [key, ..]) => {
                let expected = format!("an object like {{ \"{key}\": ... }}");
                Err(self.is_no(&expected.as_str()))
            }
        }
    }

    /// A word of a list of words.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0 {
            Node::Text(text) => visitor.visit_enum(Word(text)),
            _ => Err(self.is_no(&one_of(words, "a text").as_ref())),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier
    }
}

struct Values<'de>(std::iter::Enumerate<std::slice::Iter<'de, Node<'de>>>);

impl<'de> SeqAccess<'de> for Values<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some((at, value)) = self.0.next() else {
            return Ok(None);
        };
        let read = seed.deserialize(Reader(value));
        read.map(Some).map_err(|fault| fault.under(Step::At(at)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Fields<'de> {
    fields: std::slice::Iter<'de, (Cow<'de, str>, Node<'de>)>,
    value: Option<(&'de str, &'de Node<'de>)>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.fields.next() else {
            return Ok(None);
        };
        self.value = Some((key, value));
        seed.deserialize(BorrowedStrDeserializer::new(key))
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (key, value) = self.value.take().expect("a key was read before its value");
        let read = seed.deserialize(Reader(value));
        read.map_err(|fault| fault.under(Step::Key(key.to_owned())))
    }
}

struct Word<'de>(&'de str);

impl<'de> EnumAccess<'de> for Word<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let word = seed.deserialize(BorrowedStrDeserializer::new(self.0))?;
        Ok((word, self))
    }
}

/// No list of words of ours has one that holds something.
impl<'de> VariantAccess<'de> for Word<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Fault> {
        Err(Fault::invalid_type(Unexpected::UnitVariant, &"an object"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Fault> {
        Err(Fault::invalid_type(Unexpected::UnitVariant, &"an object"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Fault> {
        Err(Fault::invalid_type(Unexpected::UnitVariant, &"an object"))
    }
}
