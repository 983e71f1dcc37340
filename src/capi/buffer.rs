//! Buffers
//!
//! Bytes that loy made: JSON, receipts, batches. One NUL that the size does not count stands after
//! the last byte, so that text can be printed as it is.

use std::ffi::CStr;

use super::boundary;
use super::handles::{self, Handle};

/// Bytes. Threads: one at a time. Free with loy_buffer_free.
pub struct loy_buffer {
    _ticket: [u8; 0],
}

impl Handle for loy_buffer {
    type Object = BufferObject;
}

/// Bytes and their NUL.
pub(super) struct BufferObject {
    bytes_and_nul: Vec<u8>,
}

impl BufferObject {
    pub(super) fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let mut bytes_and_nul = bytes.into();
        bytes_and_nul.push(0);
        Self { bytes_and_nul }
    }
}

/// Returns the bytes, or a pointer to a NUL for a bad handle. Never NULL.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_buffer_data(buffer: *const loy_buffer) -> *const u8 {
    const NOTHING: &CStr = c"";
    boundary::number(NOTHING.as_ptr().cast(), || {
        handles::find(buffer).map_or(NOTHING.as_ptr().cast(), |buffer| {
            buffer.bytes_and_nul.as_ptr()
        })
    })
}

/// Returns how many bytes there are, without the NUL; -1 for a bad handle.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_buffer_size(buffer: *const loy_buffer) -> i64 {
    boundary::number(-1, || {
        handles::find(buffer).map_or(-1, |buffer| {
            i64::try_from(buffer.bytes_and_nul.len()).map_or(-1, |size| size - 1)
        })
    })
}

/// Frees a buffer.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_buffer_free(buffer: *mut loy_buffer) {
    boundary::end(|| drop(handles::release(buffer)));
}
