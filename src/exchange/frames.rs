//! Compression of a body: deflate (RFC 1951) by columns, in frames of at most 64 KiB of plain bytes.
//!
//! A column holds one field of all rows, so that its bytes are alike; that is worth a third of the
//! size over rows in one stream.
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

/// Compresses the columns of a body: a CBOR sequence of `[column, plain length, deflate bytes]`. A
/// column without bytes has no frame; all frames of a column but its last are full.
pub(crate) fn pack(columns: &[Vec<u8>]) -> Vec<u8> {
    let mut w = Writer::new();
    for (column, plain) in columns.iter().enumerate() {
        for frame in plain.chunks(FRAME_MAX) {
            w.array(3)
                .unsigned(column as u64)
                .unsigned(frame.len() as u64);
            w.bytes(&compress_to_vec(frame, LEVEL));
        }
    }
    w.finish()
}

/// Opens a body of `count` columns that must have `plain_len` bytes in all, no more than
/// [`BODY_MAX`].
pub(crate) fn unpack(
    coded: &[u8],
    count: usize,
    plain_len: usize,
) -> Result<Vec<Vec<u8>>, FormError> {
    let mut r = Reader::new(coded);
    if plain_len > BODY_MAX {
        return r.fail("a body may open to 16 MiB at most");
    }
    let mut columns = vec![Vec::new(); count];
    let mut left = plain_len;
    let mut last = 0;
    while r.left() > 0 {
        r.array(3)?;
        let column = usize::try_from(r.u64()?).unwrap_or(usize::MAX);
        let Some(plain) = columns.get_mut(column).filter(|_| column >= last) else {
            return r.fail("a column that the body does not have, or out of order");
        };
        if plain.len() % FRAME_MAX != 0 {
            return r.fail("a frame after one that was not full");
        }
        last = column;
        let length = match usize::try_from(r.u64()?) {
            Ok(length) if (1..=left.min(FRAME_MAX)).contains(&length) => length,
            _ => return r.fail("a frame of the wrong length"),
        };
        let deflated = r.bytes(coded.len())?;
        match decompress_to_vec_with_limit(deflated, length) {
            Ok(frame) if frame.len() == length => plain.extend_from_slice(&frame),
            _ => return r.fail("a frame does not open to the length it states"),
        }
        left -= length;
    }
    if left == 0 {
        Ok(columns)
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
            let columns = vec![plain, Vec::new(), vec![7]];
            let coded = pack(&columns);
            assert_eq!(unpack(&coded, 3, length + 1), Ok(columns), "{length}");
            assert!(unpack(&coded, 3, length + 2).is_err());
            assert!(unpack(&coded, 3, length).is_err());
            assert!(unpack(&coded, 2, length + 1).is_err());
        }
    }

    #[test]
    fn frames_that_are_not_full_or_not_in_order_are_refused() {
        let one = pack(&[vec![1], vec![2]]);
        let half = one.len() / 2;
        assert!(unpack(&one, 2, 2).is_ok());
        let swapped = [&one[half..], &one[..half]].concat();
        assert!(unpack(&swapped, 2, 2).is_err());
        let twice = [&one[..half], &one[..half]].concat();
        assert!(unpack(&twice, 2, 2).is_err());
    }

    #[test]
    fn a_bomb_is_refused() {
        // 64 MiB of zeros in one deflate stream of 64 KB, announced as one small frame.
        let bomb = compress_to_vec(&vec![0; 64 * 1024 * 1024], 9);
        let announced_as = |length: u64| {
            let mut w = Writer::new();
            w.array(3).unsigned(0).unsigned(length).bytes(&bomb);
            w.finish()
        };
        assert!(unpack(&announced_as(100), 1, 100).is_err());
        let whole = 64 * 1024 * 1024;
        assert!(unpack(&announced_as(whole as u64), 1, whole).is_err());
    }
}
