//! Writes what C gets back. Every output pointer is NULL or valid: the caller's promise.

use std::ffi::{CStr, c_char};

use super::fault::Fault;
use super::handles::{Handle, Reserved};

/// The place of a handle output, set to NULL on entry.
pub(super) struct HandleOut<T> {
    place: *mut *mut T,
    name: &'static str,
}

impl<T: Handle> HandleOut<T> {
    /// Sets the output to NULL, before anything can go wrong.
    pub(super) fn clear(place: *mut *mut T, name: &'static str) -> Self {
        if !place.is_null() {
            // SAFETY: not NULL, and the caller promised that it can be written.
            unsafe { place.write(std::ptr::null_mut()) };
        }
        Self { place, name }
    }

    /// Makes sure, before any work is done, that its result can be handed out.
    pub(super) fn reserve(self) -> Result<ReservedOut<T>, Fault> {
        if self.place.is_null() {
            return Err(Fault::missing(self.name));
        }
        let slot = Reserved::new::<T>()?;
        Ok(ReservedOut {
            place: self.place,
            slot,
        })
    }

    /// The same for an output that may be NULL.
    pub(super) fn reserve_if_wanted(self) -> Option<ReservedOut<T>> {
        if self.place.is_null() {
            None
        } else {
            self.reserve().ok()
        }
    }
}

/// A handle output with its ticket drawn.
pub(super) struct ReservedOut<T> {
    place: *mut *mut T,
    slot: Reserved,
}

impl<T: Handle> ReservedOut<T> {
    /// Hands the object out.
    pub(super) fn give(self, object: T::Object) {
        let handle = self.slot.fill::<T>(object);
        // SAFETY: `reserve` refused NULL, and the caller promised that it can be written.
        unsafe { self.place.write(handle) };
    }
}

/// The place of a number output, written on success only.
pub(super) struct NumberOut<N> {
    place: *mut N,
}

impl<N: Copy> NumberOut<N> {
    /// A number output that must be there.
    pub(super) fn required(place: *mut N, name: &str) -> Result<Self, Fault> {
        if place.is_null() {
            Err(Fault::missing(name))
        } else {
            Ok(Self { place })
        }
    }

    /// A number output that may be NULL.
    pub(super) fn optional(place: *mut N) -> Self {
        Self { place }
    }

    pub(super) fn give(&self, number: N) {
        if !self.place.is_null() {
            // SAFETY: not NULL, and the caller promised that it can be written.
            unsafe { self.place.write(number) };
        }
    }
}

/// The text of a getter whose handle is bad.
pub(super) fn no_text() -> *const c_char {
    c"".as_ptr()
}

/// A text that never dies.
pub(super) fn static_text(text: &'static CStr) -> *const c_char {
    text.as_ptr()
}
