//! The command line `loy`.
