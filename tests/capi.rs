//! The C boundary, tried as a POS vendor would: through `include/loy.h` and the shared library.
//!
//! `LOY_BLESS=1 cargo test --test capi header` writes `include/loy.h` anew.

#![allow(
    unsafe_code,
    reason = "the functions of the header are called as C would"
)]

#[path = "capi/declared.rs"]
mod declared;
#[path = "capi/library.rs"]
mod library;
#[path = "capi/misuse.rs"]
mod misuse;
#[path = "capi/programs.rs"]
mod programs;
#[path = "capi/threads.rs"]
mod threads;
