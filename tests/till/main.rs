//! What a checkout meets, told through the Rust face of the till.
#![allow(clippy::unwrap_used)]

mod sales;
mod shop;
