//! loy: an embedded loyalty ledger and rule evaluator for tills.
pub mod evaluate;
pub mod exchange;
pub mod kernel;
pub mod ledger;
pub mod programme;
pub mod store;
pub mod texts;
#[cfg(feature = "office")]
pub mod office;
