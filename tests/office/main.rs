//! From the till to head office: whatever happens at a till, head office counts the same, in whatever
//! order and how often the batches arrive.
#![cfg(feature = "office")]
#![allow(clippy::unwrap_used, missing_docs)]

mod acts;
mod chain;
mod days;
mod draws;
mod exceptions;
mod goods;
mod members;
#[path = "../till/shop.rs"]
#[allow(dead_code)] // the stories of the till use the rest
mod shop;
