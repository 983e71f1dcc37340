//! Deterministic CBOR (RFC 8949 section 4.2): the only form that is written, the only one read.
//!
//! The writer makes shortest integers and definite lengths. The reader bounds every count by the
//! bytes that are left, so that a short message cannot ask for a large allocation; whoever reads a
//! whole message then writes it again and compares, which refuses every other spelling.

use minicbor::data::{Tag, Type};
use minicbor::{Decoder, Encoder};

use crate::kernel::{StreamId, WriterId};

/// Why bytes are not in the one form a message has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct FormError {
    /// What was expected or found wrong, in words.
    pub what: &'static str,
    /// Offset into the message.
    pub at: usize,
}

const MEMORY: &str = "writing to memory does not fail";

/// Writes CBOR into memory.
pub(crate) struct Writer(Encoder<Vec<u8>>);

impl Writer {
    pub(crate) fn new() -> Self {
        Self(Encoder::new(Vec::new()))
    }

    pub(crate) fn tag(&mut self, number: u64) -> &mut Self {
        self.0.tag(Tag::new(number)).expect(MEMORY);
        self
    }

    pub(crate) fn array(&mut self, items: usize) -> &mut Self {
        self.0.array(items as u64).expect(MEMORY);
        self
    }

    pub(crate) fn map(&mut self, pairs: usize) -> &mut Self {
        self.0.map(pairs as u64).expect(MEMORY);
        self
    }

    pub(crate) fn unsigned(&mut self, number: u64) -> &mut Self {
        self.0.u64(number).expect(MEMORY);
        self
    }

    pub(crate) fn signed(&mut self, number: i64) -> &mut Self {
        self.0.i64(number).expect(MEMORY);
        self
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.bytes(bytes).expect(MEMORY);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.0.str(text).expect(MEMORY);
        self
    }

    pub(crate) fn null(&mut self) -> &mut Self {
        self.0.null().expect(MEMORY);
        self
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0.into_writer()
    }
}

/// What the next item is, as far as a reader has to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Null,
    Unsigned,
    Negative,
    Text,
    Other,
}

/// Reads CBOR out of memory.
pub(crate) struct Reader<'b>(Decoder<'b>);

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self(Decoder::new(bytes))
    }

    pub(crate) fn position(&self) -> usize {
        self.0.position()
    }

    pub(crate) fn left(&self) -> usize {
        self.0.input().len().saturating_sub(self.0.position())
    }

    pub(crate) fn fail<T>(&self, what: &'static str) -> Result<T, FormError> {
        Err(FormError {
            what,
            at: self.position(),
        })
    }

    pub(crate) fn tag(&mut self, number: u64) -> Result<(), FormError> {
        match self.0.tag() {
            Ok(tag) if tag == Tag::new(number) => Ok(()),
            _ => self.fail("another tag was expected"),
        }
    }

    pub(crate) fn array(&mut self, items: usize) -> Result<(), FormError> {
        match self.0.array() {
            Ok(Some(found)) if found == items as u64 => Ok(()),
            _ => self.fail("an array of another length was expected"),
        }
    }

    /// The length of an array whose items take at least `bytes_each`.
    pub(crate) fn array_of(&mut self, bytes_each: usize) -> Result<usize, FormError> {
        match self.0.array() {
            Ok(Some(found)) => match usize::try_from(found) {
                Ok(count) if count <= self.left() / bytes_each.max(1) => Ok(count),
                _ => self.fail("an array is longer than the bytes that are left"),
            },
            _ => self.fail("an array of a stated length was expected"),
        }
    }

    pub(crate) fn map(&mut self, pairs: usize) -> Result<(), FormError> {
        match self.0.map() {
            Ok(Some(found)) if found == pairs as u64 => Ok(()),
            _ => self.fail("a map with another number of keys was expected"),
        }
    }

    pub(crate) fn key(&mut self, number: u64) -> Result<(), FormError> {
        match self.0.u64() {
            Ok(found) if found == number => Ok(()),
            _ => self.fail("another key was expected"),
        }
    }

    pub(crate) fn u64(&mut self) -> Result<u64, FormError> {
        self.0
            .u64()
            .or_else(|_| self.fail("a whole number of zero or more was expected"))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, FormError> {
        self.0
            .u32()
            .or_else(|_| self.fail("a whole number below 2^32 was expected"))
    }

    pub(crate) fn u8(&mut self) -> Result<u8, FormError> {
        self.0
            .u8()
            .or_else(|_| self.fail("a whole number below 256 was expected"))
    }

    pub(crate) fn i64(&mut self) -> Result<i64, FormError> {
        self.0
            .i64()
            .or_else(|_| self.fail("a whole number was expected"))
    }

    pub(crate) fn bytes(&mut self, most: usize) -> Result<&'b [u8], FormError> {
        match self.0.bytes() {
            Ok(bytes) if bytes.len() <= most => Ok(bytes),
            Ok(_) => self.fail("a byte string is too long"),
            Err(_) => self.fail("a byte string was expected"),
        }
    }

    pub(crate) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], FormError> {
        let at = self.position();
        self.bytes(N)?.try_into().map_err(|_| FormError {
            what: "a byte string of another length was expected",
            at,
        })
    }

    pub(crate) fn text(&mut self, most_bytes: usize) -> Result<&'b str, FormError> {
        match self.0.str() {
            Ok(text) if text.len() <= most_bytes => Ok(text),
            Ok(_) => self.fail("a text is too long"),
            Err(_) => self.fail("a text was expected"),
        }
    }

    pub(crate) fn null(&mut self) -> Result<(), FormError> {
        self.0.null().or_else(|_| self.fail("null was expected"))
    }

    pub(crate) fn next(&self) -> Next {
        match self.0.datatype() {
            Ok(Type::Null) => Next::Null,
            Ok(Type::U8 | Type::U16 | Type::U32 | Type::U64) => Next::Unsigned,
            Ok(Type::I8 | Type::I16 | Type::I32 | Type::I64) => Next::Negative,
            Ok(Type::String) => Next::Text,
            _ => Next::Other,
        }
    }

    pub(crate) fn end(&self) -> Result<(), FormError> {
        if self.left() == 0 {
            Ok(())
        } else {
            self.fail("more bytes follow than the message has")
        }
    }
}

/// Refuses a spelling that is not the one we write.
pub(crate) fn same_form(read: &[u8], written: &[u8]) -> Result<(), FormError> {
    if read == written {
        return Ok(());
    }
    let at = read.iter().zip(written).take_while(|(a, b)| a == b).count();
    Err(FormError {
        what: "not in the one form this message has (RFC 8949 section 4.2)",
        at,
    })
}

/// Keys 2 to 4 of a manifest and of an acknowledgement: whose log, in which life.
pub(crate) fn write_stream(w: &mut Writer, stream: &StreamId) {
    w.unsigned(2).bytes(&stream.writer.0);
    w.unsigned(3).unsigned(u64::from(stream.epoch));
    w.unsigned(4).unsigned(u64::from(stream.tag));
}

/// Reads [`write_stream`] back.
pub(crate) fn read_stream(r: &mut Reader<'_>) -> Result<StreamId, FormError> {
    r.key(2)?;
    let writer = WriterId(r.fixed()?);
    r.key(3)?;
    let epoch = r.u32()?;
    r.key(4)?;
    let tag = r.u32()?;
    Ok(StreamId { writer, epoch, tag })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_8949_appendix_a() {
        let mut w = Writer::new();
        w.unsigned(0).unsigned(24).unsigned(1_000_000).signed(-1000);
        assert_eq!(
            w.finish(),
            [
                0x00, 0x18, 0x18, 0x1a, 0x00, 0x0f, 0x42, 0x40, 0x39, 0x03, 0xe7
            ]
        );
    }

    #[test]
    fn a_count_larger_than_the_message_is_refused_before_anything_is_made() {
        // array(2^32 - 1), then nothing
        let bomb = [0x9a, 0xff, 0xff, 0xff, 0xff];
        assert!(Reader::new(&bomb).array_of(1).is_err());
        // array(2^64 - 1) and a byte string of 2^63 bytes
        assert!(
            Reader::new(&[0x9b, 255, 255, 255, 255, 255, 255, 255, 255])
                .array_of(1)
                .is_err()
        );
        assert!(
            Reader::new(&[0x5b, 0x80, 0, 0, 0, 0, 0, 0, 0])
                .bytes(usize::MAX)
                .is_err()
        );
    }

    #[test]
    fn indefinite_lengths_are_refused() {
        assert!(Reader::new(&[0x9f, 0x01, 0xff]).array_of(1).is_err());
        assert!(Reader::new(&[0x5f, 0x41, 0x01, 0xff]).bytes(10).is_err());
        assert!(Reader::new(&[0xbf, 0xff]).map(0).is_err());
    }
}
