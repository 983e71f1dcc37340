//! SQLite's write-ahead log: how large it is, and how it is emptied.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use super::error::StoreError;

/// What became of the WAL.
#[derive(PartialEq, Eq)]
pub(super) enum Emptied {
    Wholly,
    /// A reader still needs what is in it.
    NotYet,
}

pub(super) fn empty_wal(connection: &Connection) -> Result<Emptied, StoreError> {
    let is_busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(if is_busy {
        Emptied::NotYet
    } else {
        Emptied::Wholly
    })
}

/// Has SQLite tell after each commit how many pages its WAL has.
pub(super) fn watch_wal(connection: &mut Connection) -> Result<Arc<AtomicI32>, StoreError> {
    let pages = Arc::new(AtomicI32::new(0));
    let told = Arc::clone(&pages);
    connection.wal_hook(Some(move |_: &mut Wal, pages: i32| {
        told.store(pages, Ordering::Relaxed);
        Ok(())
    }))?;
    Ok(pages)
}
