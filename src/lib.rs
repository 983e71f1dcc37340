//! loy: an embedded loyalty ledger and rule evaluator for tills.
pub mod evaluate;
pub mod kernel;
pub mod programme;
pub mod texts;
