//! loy: an embedded loyalty ledger and rule evaluator for tills.
pub mod evaluate;
pub mod exchange;
pub mod kernel;
pub mod ledger;
#[cfg(feature = "office")]
pub mod office;
pub mod programme;
pub mod store;
pub mod texts;
