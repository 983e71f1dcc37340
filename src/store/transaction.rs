//! A database transaction whose words are compiled once.
//!
//! rusqlite's own sends `BEGIN` and `COMMIT` through the SQL parser at every call, which is a tenth
//! of what a scan takes.

use std::ops::Deref;

use rusqlite::Connection;

/// Open until it is committed. Dropped before, it is rolled back.
pub(super) struct Transaction<'a> {
    connection: &'a Connection,
    is_open: bool,
}

impl<'a> Transaction<'a> {
    /// All queries see the state of one moment, and nothing is written.
    pub fn to_read(connection: &'a Connection) -> rusqlite::Result<Self> {
        Self::begin(connection, "BEGIN")
    }

    /// Nobody else writes from now on.
    pub fn to_write(connection: &'a Connection) -> rusqlite::Result<Self> {
        Self::begin(connection, "BEGIN IMMEDIATE")
    }

    fn begin(connection: &'a Connection, words: &str) -> rusqlite::Result<Self> {
        connection.prepare_cached(words)?.execute([])?;
        Ok(Self {
            connection,
            is_open: true,
        })
    }

    pub fn commit(mut self) -> rusqlite::Result<()> {
        self.end("COMMIT")
    }

    /// Ends what was only read.
    pub fn finish(mut self) -> rusqlite::Result<()> {
        self.end("ROLLBACK")
    }

    fn end(&mut self, words: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(words)?.execute([])?;
        self.is_open = false;
        Ok(())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        // SQLite rolls back by itself after some failures; what is left over otherwise, the next
        // call ends.
        if self.is_open && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}
