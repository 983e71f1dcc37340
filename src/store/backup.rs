//! Copies of the file while it is in use.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::error::StoreError;
use super::open::{Store, keep_private, set_journal_mode, sync_folder, with_suffix};

/// Pages copied between two looks at the writer.
const PAGES_PER_STEP: i32 = 1024;

impl Store {
    /// Copies the ledger to `destination`, which must not exist yet, through SQLite's backup API
    /// (<https://www.sqlite.org/backup.html>). The copy appears complete and synced, or not at all.
    ///
    /// A copy is for disasters: a till that is restored from it opens a new epoch.
    pub fn backup(&self, destination: &Path) -> Result<(), StoreError> {
        if destination.exists() {
            return Err(StoreError::Exists);
        }
        let growing = with_suffix(destination, ".creating");
        remove_with_companions(&growing)?;
        let copied = self.copy_to(&growing);
        if copied.is_err() {
            // Half a copy helps nobody; what failed is already in hand.
            let _ = remove_with_companions(&growing);
            return copied;
        }
        File::open(&growing)?.sync_all()?;
        std::fs::rename(&growing, destination)?;
        sync_folder(destination)
    }

    fn copy_to(&self, growing: &Path) -> Result<(), StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut copy = Connection::open_with_flags(growing, flags)?;
        keep_private(growing)?;
        {
            let backup = Backup::new(self.connection(), &mut copy)?;
            loop {
                match backup.step(PAGES_PER_STEP)? {
                    StepResult::Done => break,
                    StepResult::Busy | StepResult::Locked => {
                        return Err(StoreError::Busy);
                    }
                    _ => {}
                }
            }
        }
        // The copy is one file: no WAL that could be left behind when it is carried away.
        copy.busy_timeout(Duration::ZERO)?;
        set_journal_mode(&copy, "delete")?;
        copy.close().map_err(|(_, error)| error)?;
        Ok(())
    }
}

/// Removes what a copy that was cut off left behind: a journal of that one must not meet the next.
fn remove_with_companions(growing: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        match std::fs::remove_file(with_suffix(growing, suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
