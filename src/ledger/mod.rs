//! Entries, their chain, and the decisions that make them. Pure: no file, no clock, no SQL.

pub mod chain;
pub mod effect;
pub mod entry;

pub use chain::{Genesis, Hash};
pub use effect::Effect;
pub use entry::{Entry, Flags, Kind};
