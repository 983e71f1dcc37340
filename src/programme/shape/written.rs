//! Documents as compact JSON: as they are declared, or in the one spelling by which two of them are
//! told to be the same.

use std::fmt;
use std::ops::Range;

use serde::Serialize;
use serde::ser::{Impossible, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// Whether an object leaves a key out; it is told in how many other objects the object is.
pub(crate) type LeavesOut = fn(usize, &str) -> bool;

/// A value as JSON, its keys in the order in which they are declared.
///
/// # Panics
/// For what our documents never hold: floats, bytes, keys that are no texts, variants with content.
pub(crate) fn json(value: &impl Serialize) -> String {
    written(value, None)
}

/// A value in the one spelling: the keys of each object in alphabetical order, some of them left out.
/// Two carts are the same operation if their texts in this spelling are, so it never changes.
///
/// # Panics
/// As [`json`].
pub(crate) fn canonical(value: &impl Serialize, leaves_out: LeavesOut) -> String {
    written(value, Some(leaves_out))
}

fn written(value: &impl Serialize, canonical: Option<LeavesOut>) -> String {
    let mut writer = Writer {
        text: Vec::with_capacity(2_048),
        sorted: Vec::new(),
        depth: 0,
        canonical,
    };
    let written = value.serialize(&mut writer);
    written.expect("texts, whole numbers, lists and objects are JSON");
    String::from_utf8(writer.text).expect("JSON is UTF-8")
}

struct Writer {
    text: Vec<u8>,
    /// Where the fields of an object are put in order.
    sorted: Vec<u8>,
    depth: usize,
    /// Set where keys are put in order; what is left out then.
    canonical: Option<LeavesOut>,
}

/// No document of ours has this.
#[derive(Debug, thiserror::Error)]
#[error("no document of ours has this")]
struct Foreign;

impl serde::ser::Error for Foreign {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

type Written = Result<(), Foreign>;

fn never<T>() -> Result<T, Foreign> {
    Err(Foreign)
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Foreign;
    type SerializeSeq = List<'a>;
    type SerializeMap = Map<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeTuple = Impossible<(), Foreign>;
    type SerializeTupleStruct = Impossible<(), Foreign>;
    type SerializeTupleVariant = Impossible<(), Foreign>;
    type SerializeStructVariant = Impossible<(), Foreign>;

    fn serialize_bool(self, value: bool) -> Written {
        self.text
            .extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Written {
        if value < 0 {
            self.text.push(b'-');
        }
        self.serialize_u64(value.unsigned_abs())
    }

    fn serialize_u8(self, value: u8) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Written {
        write_digits(&mut self.text, value);
        Ok(())
    }

    fn serialize_f32(self, _: f32) -> Written {
        never()
    }

    fn serialize_f64(self, _: f64) -> Written {
        never()
    }

    fn serialize_char(self, value: char) -> Written {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Written {
        write_text(&mut self.text, value);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Written {
        never()
    }

    fn serialize_none(self) -> Written {
        self.text.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.text.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.text.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Written {
        never()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, Foreign> {
        self.text.push(b'[');
        Ok(List {
            writer: self,
            is_first: true,
        })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Map<'a>, Foreign> {
        self.text.push(b'{');
        Ok(Map {
            writer: self,
            is_first: true,
        })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>, Foreign> {
        self.text.push(b'{');
        Ok(Object {
            start: self.text.len(),
            fields: Vec::with_capacity(if self.canonical.is_some() { 16 } else { 0 }),
            writer: self,
        })
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Foreign> {
        never()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Foreign> {
        never()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Foreign> {
        never()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Foreign> {
        never()
    }
}

struct List<'a> {
    writer: &'a mut Writer,
    is_first: bool,
}

impl SerializeSeq for List<'_> {
    type Ok = ();
    type Error = Foreign;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        if !std::mem::take(&mut self.is_first) {
            self.writer.text.push(b',');
        }
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Written {
        self.writer.text.push(b']');
        Ok(())
    }
}

/// Free keys. They come from ordered maps, so they are in order already.
struct Map<'a> {
    writer: &'a mut Writer,
    is_first: bool,
}

impl SerializeMap for Map<'_> {
    type Ok = ();
    type Error = Foreign;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        if !std::mem::take(&mut self.is_first) {
            self.writer.text.push(b',');
        }
        key.serialize(&mut *self.writer)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.writer.text.push(b':');
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Written {
        self.writer.text.push(b'}');
        Ok(())
    }
}

struct Object<'a> {
    writer: &'a mut Writer,
    /// Where its first field begins.
    start: usize,
    /// The fields in order and where each of them is, if they are put in order.
    fields: Vec<(&'static str, Range<usize>)>,
}

impl SerializeStruct for Object<'_> {
    type Ok = ();
    type Error = Foreign;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Written {
        let writer = &mut *self.writer;
        if let Some(leaves_out) = writer.canonical
            && leaves_out(writer.depth, key)
        {
            return Ok(());
        }
        if writer.canonical.is_none() && writer.text.len() > self.start {
            writer.text.push(b',');
        }
        let start = writer.text.len();
        writer.serialize_str(key)?;
        writer.text.push(b':');
        writer.depth += 1;
        value.serialize(&mut *writer)?;
        writer.depth -= 1;
        if writer.canonical.is_some() {
            let place = self.fields.partition_point(|(other, _)| *other < key);
            self.fields.insert(place, (key, start..writer.text.len()));
        }
        Ok(())
    }

    fn end(self) -> Written {
        let Writer {
            text,
            sorted,
            canonical,
            ..
        } = self.writer;
        if canonical.is_none() {
            text.push(b'}');
            return Ok(());
        }
        sorted.clear();
        for (_, place) in self.fields {
            if !sorted.is_empty() {
                sorted.push(b',');
            }
            sorted.extend_from_slice(&text[place]);
        }
        text.truncate(self.start);
        text.extend_from_slice(sorted);
        text.push(b'}');
        Ok(())
    }
}

fn write_digits(to: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    to.extend_from_slice(&digits[first..]);
}

/// A text with its quotes. Whatever is below a space, quotes and backslashes are escaped (RFC 8259, 7).
fn write_text(to: &mut Vec<u8>, text: &str) {
    to.push(b'"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        to.extend_from_slice(&text.as_bytes()[plain..at]);
        plain = at + 1;
        let letter = match byte {
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0c => b'f',
            b'\r' => b'r',
            b'"' | b'\\' => byte,
            _ => b'u',
        };
        to.extend_from_slice(&[b'\\', letter]);
        if letter == b'u' {
            let digit = |number: u8| b"0123456789abcdef"[usize::from(number)];
            to.extend_from_slice(&[b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    to.extend_from_slice(&text.as_bytes()[plain..]);
    to.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_and_numbers_are_written_as_another_library_writes_them(
            texts in prop::collection::vec(any::<String>(), 0..5),
            control in "[\u{0}-\u{7f}]{0,40}",
            signed in any::<i64>(),
            unsigned in any::<u64>(),
        ) {
            let value = (texts.as_slice(), control.as_str(), signed, unsigned);
            let ours = [json(&texts), json(&control), json(&signed), json(&unsigned)];
            let theirs = [
                serde_json::to_string(&value.0), serde_json::to_string(&value.1),
                serde_json::to_string(&value.2), serde_json::to_string(&value.3),
            ];
            for (ours, theirs) in ours.into_iter().zip(theirs) {
                prop_assert_eq!(ours, theirs.expect("JSON"));
            }
        }
    }
}
