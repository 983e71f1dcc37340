//! Reads what C passes in. Every text and document is measured against its bound and copied before
//! anything looks at it.
//!
//! The functions here are safe to call with any pointer that keeps the header's promise (NULL, or
//! valid and NUL-terminated, or valid for the stated size). That promise is the caller's, in C; it
//! cannot be checked here.

use std::ffi::{CString, c_char};

use zeroize::Zeroizing;

use crate::kernel::{BusinessDate, Instant, UtcOffset};
use crate::scan::SCAN_MAX;

use super::fault::Fault;

/// Longest text in bytes, without its NUL.
pub(super) const TEXT_MAX: usize = 1_023;
/// Longest path in bytes, without its NUL.
pub(super) const PATH_MAX: usize = 4_095;
/// Largest document in bytes (programme.md, bounds).
pub(super) const DOCUMENT_MAX: usize = 8 * 1024 * 1024;

/// A text that must be there; it may be empty.
pub(super) fn text(place: *const c_char, field: &str) -> Result<String, Fault> {
    bounded(place, field, TEXT_MAX)
}

/// A text that is overwritten when it is no longer needed.
pub(super) fn secret(place: *const c_char, field: &str) -> Result<Zeroizing<String>, Fault> {
    text(place, field).map(Zeroizing::new)
}

/// A text that may be NULL.
pub(super) fn optional_text(place: *const c_char, field: &str) -> Result<Option<String>, Fault> {
    if place.is_null() {
        Ok(None)
    } else {
        text(place, field).map(Some)
    }
}

/// A path in UTF-8, on Windows too.
pub(super) fn path(place: *const c_char, field: &str) -> Result<String, Fault> {
    let path = bounded(place, field, PATH_MAX)?;
    if path.is_empty() {
        return Err(Fault::argument(
            "argument.empty",
            field,
            format!("{field} is empty"),
        ));
    }
    Ok(path)
}

fn bounded(place: *const c_char, field: &str, length_max: usize) -> Result<String, Fault> {
    if place.is_null() {
        return Err(Fault::missing(field));
    }
    // Room for all of it at once: a secret leaves no copies behind where it grew.
    let mut bytes = Vec::with_capacity(length_max.min(TEXT_MAX) + 1);
    for offset in 0..=length_max {
        // SAFETY: every byte before this one was read and is not NUL, so this one belongs to the
        // NUL-terminated text that the caller promised.
        let byte = unsafe { place.cast::<u8>().add(offset).read() };
        if byte == 0 {
            return String::from_utf8(bytes)
                .map_err(|error| Fault::not_utf8(field, error.utf8_error().valid_up_to()));
        }
        bytes.push(byte);
    }
    let message = format!("{field} is longer than {length_max} bytes");
    Err(Fault::argument("argument.too_long", field, message))
}

/// A document: a pointer and a size.
pub(super) fn document(
    place: *const u8,
    size: i64,
    field: &str,
    size_field: &str,
) -> Result<Vec<u8>, Fault> {
    bytes(place, size, field, size_field).map(<[u8]>::to_vec)
}

/// What a scanner gave, overwritten when it is no longer needed. What is no UTF-8 becomes U+FFFD,
/// which no code has; only so much is read that the rest is known to be too long for one.
pub(super) fn scanned(
    place: *const u8,
    size: i64,
    field: &str,
    size_field: &str,
) -> Result<Zeroizing<String>, Fault> {
    let bytes = bytes(place, size, field, size_field)?;
    let bytes = bytes.get(..=SCAN_MAX).unwrap_or(bytes);
    // Room for all of it at once: no copies stay behind where it grew.
    let room = char::REPLACEMENT_CHARACTER.len_utf8() * bytes.len();
    let mut text = Zeroizing::new(String::with_capacity(room));
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend((!chunk.invalid().is_empty()).then_some(char::REPLACEMENT_CHARACTER));
    }
    Ok(text)
}

fn bytes<'a>(
    place: *const u8,
    size: i64,
    field: &str,
    size_field: &str,
) -> Result<&'a [u8], Fault> {
    if place.is_null() {
        return Err(Fault::missing(field));
    }
    let size = usize::try_from(size)
        .ok()
        .filter(|size| *size <= DOCUMENT_MAX)
        .ok_or_else(|| {
            let message = format!("{size_field} must be from 0 to {DOCUMENT_MAX} bytes");
            Fault::argument("argument.range", size_field, message)
        })?;
    // SAFETY: the pointer is not NULL, the caller promised that many readable bytes, and the size
    // is within the bound above, hence within isize. Both callers copy before they return.
    Ok(unsafe { std::slice::from_raw_parts(place, size) })
}

/// A business date, yyyymmdd.
pub(super) fn business_date(number: i32, field: &str) -> Result<BusinessDate, Fault> {
    BusinessDate::from_yyyymmdd(i64::from(number))
        .map_err(|error| Fault::argument("argument.date", field, error.to_string()))
}

/// An instant between 1970 and 9999.
pub(super) fn instant(at_ms: i64, field: &str) -> Result<Instant, Fault> {
    Some(Instant::from_ms(at_ms))
        .filter(|at| at.is_in_range())
        .ok_or_else(|| {
            let message = format!("{field} is no instant in milliseconds between 1970 and 9999");
            Fault::argument("argument.range", field, message)
        })
}

/// An offset from UTC in minutes.
pub(super) fn offset(minutes: i32, field: &str) -> Result<UtcOffset, Fault> {
    UtcOffset::try_from(minutes)
        .map_err(|error| Fault::argument("argument.range", field, error.to_string()))
}

/// A number within its range, in the type the inside wants.
pub(super) fn within<T: TryFrom<i64>>(
    number: i64,
    range: std::ops::RangeInclusive<i64>,
    field: &str,
) -> Result<T, Fault> {
    let wanted = if range.contains(&number) {
        T::try_from(number).ok()
    } else {
        None
    };
    wanted.ok_or_else(|| {
        let message = format!("{field} must be from {} to {}", range.start(), range.end());
        Fault::argument("argument.range", field, message)
    })
}

/// A text on its way out. C ends a text at its first NUL, so one inside becomes U+FFFD.
pub(super) fn for_c(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::capi::status::{LOY_E_ARGUMENT, LOY_E_TEXT};

    fn status<T>(result: Result<T, Fault>) -> i32 {
        result.err().map_or(0, |fault| fault.status())
    }

    #[test]
    fn a_text_may_be_1023_bytes_long_and_no_longer() {
        let longest = CString::new("a".repeat(1_023)).expect("no NUL");
        assert_eq!(
            text(longest.as_ptr(), "name").map(|text| text.len()).ok(),
            Some(1_023)
        );
        let longer = CString::new("a".repeat(1_024)).expect("no NUL");
        assert_eq!(status(text(longer.as_ptr(), "name")), LOY_E_ARGUMENT);
    }

    #[test]
    fn a_text_in_the_code_page_of_old_windows_is_refused_as_text() {
        // "Trần" in code page 1258 is no UTF-8.
        assert_eq!(status(text(c"Tr\xe2\xccn".as_ptr(), "cashier")), LOY_E_TEXT);
        assert_eq!(
            text(c"Trần".as_ptr(), "cashier").ok().as_deref(),
            Some("Trần")
        );
    }

    #[test]
    fn a_document_of_no_bytes_is_a_document_and_one_of_minus_one_is_not() {
        assert_eq!(
            document(c"".as_ptr().cast(), 0, "json", "size").ok(),
            Some(Vec::new())
        );
        assert_eq!(
            status(document(c"".as_ptr().cast(), -1, "json", "size")),
            LOY_E_ARGUMENT
        );
        assert_eq!(
            status(document(std::ptr::null(), 0, "json", "size")),
            LOY_E_ARGUMENT
        );
    }

    #[test]
    fn what_a_scanner_gives_is_read_whatever_its_bytes_are() {
        let read = |given: &[u8]| {
            let size = i64::try_from(given.len()).expect("small");
            let text = scanned(given.as_ptr(), size, "scanned", "scanned_size");
            text.map(|text| text.to_string()).ok()
        };
        assert_eq!(read(b"]C1\x1d0901\0").as_deref(), Some("]C1\x1d0901\0"));
        assert_eq!(
            read(b"Tr\xe2\xccn|\xff").as_deref(),
            Some("Tr\u{fffd}\u{fffd}n|\u{fffd}")
        );
        let longer = read(&[b'9'; 20_000]).map(|text| text.len());
        assert_eq!(longer, Some(SCAN_MAX + 1));
        let none = scanned(std::ptr::null(), 0, "scanned", "scanned_size");
        assert_eq!(status(none), LOY_E_ARGUMENT);
    }

    #[test]
    fn a_nul_inside_a_text_does_not_cut_it_off() {
        assert_eq!(for_c("a\0b").to_str(), Ok("a\u{fffd}b"));
    }
}
