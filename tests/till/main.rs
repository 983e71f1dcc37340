//! What a checkout meets, told through the Rust face of the till.
#![allow(clippy::unwrap_used, missing_docs)]

mod clock;
mod days;
mod doors;
mod expiry;
mod files;
mod people;
mod refunds;
mod rules;
mod sales;
mod salvage;
mod schema;
mod shop;
mod sync;
