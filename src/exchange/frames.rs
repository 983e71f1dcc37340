//! Compression of a body: deflate (RFC 1951) in frames of at most 64 KiB of plain bytes.
//!
//! Small frames bound the memory a reader needs before it has checked anything, and make a bomb
//! impossible: a frame says how many bytes it opens to, and may not open to more than a frame holds.

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use super::cbor::{FormError, Reader, Writer};

/// Plain bytes in one frame.
pub const FRAME_MAX: usize = 64 * 1024;
/// Plain bytes in one body.
pub const BODY_MAX: usize = 16 * 1024 * 1024;
/// Level 6: the sizes of level 9 at a third of its time.
const LEVEL: u8 = 6;

/// Compresses a body: a CBOR sequence of `[plain length, deflate bytes]`.
pub(crate) fn pack(plain: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    for frame in plain.chunks(FRAME_MAX) {
        w.array(2).unsigned(frame.len() as u64);
        w.bytes(&compress_to_vec(frame, LEVEL));
    }
    w.finish()
}

/// Opens a body that must have `plain_len` bytes, no more than [`BODY_MAX`].
pub(crate) fn unpack(coded: &[u8], plain_len: usize) -> Result<Vec<u8>, FormError> {
    let mut r = Reader::new(coded);
    if plain_len > BODY_MAX {
        return r.fail("a body may open to 16 MiB at most");
    }
    let mut plain = Vec::new();
    while r.left() > 0 {
        r.array(2)?;
        let length = r.u64()?;
        let left = plain_len - plain.len();
        // All frames but the last are full, so that a body has one way to be cut into frames.
        if length != left.min(FRAME_MAX) as u64 || length == 0 {
            return r.fail("a frame of the wrong length");
        }
        let deflated = r.bytes(coded.len())?;
        let frame = decompress_to_vec_with_limit(deflated, left.min(FRAME_MAX));
        match frame {
            Ok(frame) if frame.len() as u64 == length => plain.extend_from_slice(&frame),
            _ => return r.fail("a frame does not open to the length it states"),
        }
    }
    if plain.len() == plain_len {
        Ok(plain)
    } else {
        r.fail("frames are missing")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_opens_to_what_was_packed() {
        for length in [0, 1, FRAME_MAX - 1, FRAME_MAX, FRAME_MAX + 1, 3 * FRAME_MAX] {
            let plain: Vec<u8> = (0..length)
                .map(|i| u8::try_from(i % 251).expect("small"))
                .collect();
            let coded = pack(&plain);
            assert_eq!(unpack(&coded, length), Ok(plain), "{length}");
            assert!(unpack(&coded, length + 1).is_err());
            assert!(length == 0 || unpack(&coded, length - 1).is_err());
        }
    }

    #[test]
    fn a_bomb_is_refused() {
        // 64 MiB of zeros in one deflate stream of 64 KB, announced as one small frame.
        let bomb = compress_to_vec(&vec![0; 64 * 1024 * 1024], 9);
        let mut w = Writer::new();
        w.array(2).unsigned(100).bytes(&bomb);
        assert!(unpack(&w.finish(), 100).is_err());
        // Announced as what it is.
        let mut w = Writer::new();
        w.array(2).unsigned(64 * 1024 * 1024).bytes(&bomb);
        assert!(unpack(&w.finish(), 64 * 1024 * 1024).is_err());
    }
}
