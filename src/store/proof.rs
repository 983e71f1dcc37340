//! What a dispute asks of the file: a sale's entries, and what proves them.

use rusqlite::{OptionalExtension, params};

use super::error::StoreError;
use super::read::Reading;
use super::rows::{ENTRY_COLUMNS, entry_from};
use crate::kernel::ids::Seq;
use crate::ledger::{Entry, Kind};

/// On which side of an entry to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Later ones.
    Behind,
    /// Earlier ones.
    Before,
}

impl Reading<'_> {
    /// Everything head office signed, oldest first: the last entry it has, and the signed bytes.
    pub fn acknowledgements(&self) -> Result<Vec<(Seq, Vec<u8>)>, StoreError> {
        let sql = "SELECT seq, bytes FROM acknowledgement ORDER BY seq";
        let mut statement = self.db().prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What head office signed first of all that reach as far as `seq`.
    pub fn acknowledgement_from(&self, seq: Seq) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT bytes FROM acknowledgement WHERE seq >= ?1 ORDER BY seq LIMIT 1";
        Ok(self
            .db()
            .query_row(sql, [seq], |row| row.get(0))
            .optional()?)
    }

    /// Entries that name `seq` as what they belong to, in their order.
    pub fn entries_about(&self, seq: Seq) -> Result<Vec<Seq>, StoreError> {
        // These name an entry as a place in the log.
        let sql = "SELECT seq FROM entry
                   WHERE seq > ?1 AND refers_to = ?1 AND kind NOT IN (?2, ?3) ORDER BY seq";
        let mut statement = self.db().prepare_cached(sql)?;
        let kinds = params![seq, Kind::Synced.number(), Kind::DayClosed.number()];
        let rows = statement.query_map(kinds, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The first entry of a kind behind `seq`, or the last one before it.
    pub fn nearest_of_kind(
        &self,
        seq: Seq,
        kind: Kind,
        way: Way,
    ) -> Result<Option<Entry>, StoreError> {
        let (side, order) = match way {
            Way::Behind => (">", "ASC"),
            Way::Before => ("<", "DESC"),
        };
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entry WHERE seq {side} ?1 AND kind = ?2
             ORDER BY seq {order} LIMIT 1"
        );
        let mut statement = self.db().prepare_cached(&sql)?;
        let mut rows = statement.query(params![seq, kind.number()])?;
        let entry = rows.next()?.map(entry_from).transpose()?;
        Ok(entry.map(|(entry, _)| entry))
    }

    /// Walks over the documents from `first` to `last`, in their order.
    pub fn each_document(
        &self,
        first: Seq,
        last: Seq,
        mut visit: impl FnMut(Seq, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = "SELECT seq, content FROM document WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq";
        let mut statement = self.db().prepare_cached(sql)?;
        let mut rows = statement.query(params![first, last])?;
        while let Some(row) = rows.next()? {
            let content = row.get_ref(1)?.as_blob();
            let content = content.map_err(|_| StoreError::corrupt("a document of another type"))?;
            visit(row.get(0)?, content)?;
        }
        Ok(())
    }
}
