//! Compiled programme + member + cart -> quote. Total and pure.
pub mod cart;
pub mod quote;
