//! Nothing to prepare.
//! Nothing to build yet.
fn main() {}
