//! loy: an embedded loyalty ledger and rule evaluator for tills.
#[cfg(feature = "cli")]
pub mod cli;
pub mod evaluate;
pub mod exchange;
pub mod kernel;
pub mod ledger;
#[cfg(feature = "office")]
pub mod office;
