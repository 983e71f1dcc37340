//! The program `loy`.
fn main() {}
