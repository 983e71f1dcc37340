//! What each call costs on the disk, and what happens when the disk fails: a program of its own,
//! because every file of it goes through a VFS that counts and breaks.
#![allow(clippy::unwrap_used, missing_docs)]

mod calls;
mod counted;
mod failing;
#[path = "../till/shop.rs"]
#[allow(dead_code)] // the stories of the till use the rest
mod shop;
#[path = "../vfs/mod.rs"]
mod vfs;
