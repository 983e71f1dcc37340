//! Head office on SQLite.
