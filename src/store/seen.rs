//! What was read of a file and stays so as long as nobody writes: a till is asked far more often than it
//! writes, and every question begins with the same few rows.

use std::cell::{Cell, OnceCell};

use rusqlite::Connection;

use super::write::Head;

/// What one read leaves for the next.
#[derive(Clone, Default)]
pub(super) struct Seen {
    /// SQLite's number for what other connections have written, as this was read; nothing so far.
    version: Option<i64>,
    /// Where the chains end.
    pub head: OnceCell<Head>,
    /// How many programme versions there are.
    pub programmes: Cell<Option<usize>>,
}

impl Seen {
    /// Behind a write, which may have added one.
    pub fn without_programmes(self) -> Self {
        self.programmes.set(None);
        self
    }

    /// Behind a write that moved the ends of the chains there.
    pub fn with_head(self, head: Head) -> Self {
        Self {
            head: head.into(),
            ..self
        }
    }

    /// The same where nobody else has written since, as the read that has just begun sees it. What this
    /// connection writes itself does not count here: that is told by the write.
    pub fn still(self, db: &Connection) -> rusqlite::Result<Self> {
        let mut statement = db.prepare_cached("PRAGMA data_version")?;
        let version = Some(statement.query_row([], |row| row.get(0))?);
        Ok(match self.version == version {
            true => self,
            false => Self {
                version,
                ..Self::default()
            },
        })
    }
}
