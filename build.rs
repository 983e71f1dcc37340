//! Nothing to prepare.
fn main() {}
