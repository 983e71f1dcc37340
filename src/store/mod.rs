//! The ledger file. The only room that knows SQL on a till; it knows no rules.
//!
//! `open.rs` makes and opens the file, `write.rs` appends, `read.rs`, `entries.rs`, `sales.rs` and `lots.rs` answer, `member_status.rs` keeps who is blocked,
//! `household.rs` who shares an account, `turns.rs` the turns of lucky draws,
//! `verify.rs`, `seal.rs` and `backup.rs` care for it, `salvage.rs` reads what is left of a damaged one.
//! `schema.rs` brings older files to the present tables, which `schema/*.sql` explain.

mod backup;
mod codes;
mod entries;
mod error;
mod household;
mod identity;
mod lots;
mod member_status;
mod open;
mod operators;
mod past;
mod place;
mod proof;
mod read;
mod rows;
mod sales;
mod salvage;
mod schema;
mod seal;
mod seen;
mod tale;
mod transaction;
mod turns;
mod usage;
mod verify;
mod verify_sales;
mod wal;
mod write;

pub use codes::MemberLine;
pub use error::StoreError;
pub use household::Sharer;
pub use identity::Identity;
pub use member_status::Stands;
pub use open::{Access, Birth, Epoch, Keys, Store};
pub use operators::WrongPins;
pub use proof::Way;
pub use read::{OperationRow, Reading, Sizes};
pub use sales::SaleRow;
pub use salvage::NewLife;
pub use schema::SCHEMA_VERSION;
pub use usage::Counted;
pub use verify::{Depth, Finding};
pub use write::{Head, NewOperation, Writing};
