//! JSON in one spelling: compact, the keys of each object in alphabetical order, some of them left
//! out. Two carts are the same operation if their texts in this spelling are, so it never changes.

use crate::kernel::order;
use std::ops::Range;

use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// Whether an object leaves a key out; it is told in how many other objects the object is.
pub(crate) type LeavesOut = fn(usize, &str) -> bool;

/// A value in the one spelling.
///
/// # Panics
/// For what our documents never hold: floats, bytes, keys that are no texts, variants with content.
pub(crate) fn canonical(value: &impl Serialize, leaves_out: LeavesOut) -> String {
    let mut writer = Writer {
        text: Vec::with_capacity(1024),
        sorted: Vec::new(),
        depth: 0,
        leaves_out,
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
    leaves_out: LeavesOut,
}

type Written = Result<(), serde_json::Error>;

fn never<T>() -> Result<T, serde_json::Error> {
    Err(serde_json::Error::custom("no document of ours has this"))
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = serde_json::Error;
    type SerializeSeq = List<'a>;
    type SerializeMap = Map<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeTuple = Impossible<(), serde_json::Error>;
    type SerializeTupleStruct = Impossible<(), serde_json::Error>;
    type SerializeTupleVariant = Impossible<(), serde_json::Error>;
    type SerializeStructVariant = Impossible<(), serde_json::Error>;

    fn serialize_bool(self, value: bool) -> Written {
        serde_json::to_writer(&mut self.text, &value)
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
        serde_json::to_writer(&mut self.text, &value)
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
        serde_json::to_writer(&mut self.text, &value)
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
        serde_json::to_writer(&mut self.text, value)
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

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, serde_json::Error> {
        self.text.push(b'[');
        Ok(List {
            writer: self,
            is_first: true,
        })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Map<'a>, serde_json::Error> {
        self.text.push(b'{');
        Ok(Map {
            writer: self,
            is_first: true,
        })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>, serde_json::Error> {
        self.text.push(b'{');
        Ok(Object {
            start: self.text.len(),
            writer: self,
            fields: Vec::with_capacity(16),
        })
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, serde_json::Error> {
        never()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, serde_json::Error> {
        never()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, serde_json::Error> {
        never()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, serde_json::Error> {
        never()
    }
}

struct List<'a> {
    writer: &'a mut Writer,
    is_first: bool,
}

impl SerializeSeq for List<'_> {
    type Ok = ();
    type Error = serde_json::Error;

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
    type Error = serde_json::Error;

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
    /// The fields, and where each of them is.
    fields: Vec<(&'static str, Range<usize>)>,
}

impl SerializeStruct for Object<'_> {
    type Ok = ();
    type Error = serde_json::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Written {
        let writer = &mut *self.writer;
        if (writer.leaves_out)(writer.depth, key) {
            return Ok(());
        }
        let start = writer.text.len();
        writer.serialize_str(key)?;
        writer.text.push(b':');
        writer.depth += 1;
        value.serialize(&mut *writer)?;
        writer.depth -= 1;
        self.fields.push((key, start..writer.text.len()));
        Ok(())
    }

    fn end(self) -> Written {
        let Writer { text, sorted, .. } = self.writer;
        let mut fields = self.fields;
        order::sort_by_key(&mut fields, |(key, _)| *key);
        sorted.clear();
        for (_, place) in fields {
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
