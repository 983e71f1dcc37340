//! loy: an embedded loyalty ledger and rule evaluator for tills.
//!
//! A point-of-sale vendor links `libloy` and reads `include/loy.h`; this page is for who works on
//! the library itself. Each module is a room with one purpose, and the rooms stand on floors: a
//! room knows those on the floors below it and nothing else. `ARCHITECTURE.md` is the map, and
//! `tests/architecture.rs` checks the house against it.

// floor 1: values and phrases
#[forbid(unsafe_code)]
pub mod kernel;
#[forbid(unsafe_code)]
pub mod texts;

// floor 2: what comes in
#[forbid(unsafe_code)]
pub mod programme;
#[forbid(unsafe_code)]
pub mod scan;

// floor 3: decisions, pure
#[forbid(unsafe_code)]
pub mod evaluate;
#[forbid(unsafe_code)]
pub mod ledger;

// floor 4: what is kept, what is sent
#[forbid(unsafe_code)]
pub mod exchange;
#[forbid(unsafe_code)]
pub mod store;

// floor 5: the two ends
#[cfg(feature = "office")]
#[forbid(unsafe_code)]
pub mod office;
#[forbid(unsafe_code)]
pub mod till;

// floor 6: the doors
pub mod capi;
#[cfg(feature = "cli")]
#[forbid(unsafe_code)]
pub mod cli;
