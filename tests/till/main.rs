//! What a checkout meets, told through the Rust face of the till.
#![allow(clippy::unwrap_used, missing_docs)]

mod clock;
mod days;
mod dispute;
mod doors;
mod exchanges;
mod expiry;
mod files;
mod lots;
mod people;
mod policies;
mod programmes;
mod refunds;
mod rules;
mod sales;
mod sales_at_once;
mod sales_claimed;
mod sales_lanes;
mod sales_late;
mod sales_training;
mod salvage;
mod schema;
mod shop;
mod statement;
mod sync;
mod voids;
