//! The tables, and how a file of an earlier schema comes to have them.
//!
//! A schema of the same major version only adds. So an older library goes on with a newer file
//! (`min_reader` says which may), this one migrates an older file when the till opens it, and a
//! reader, which never writes, is lent what the older file lacks.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::StoreError;
use super::open::{APPLICATION_ID, Store, connect, with_suffix};
use super::read::Reading;
use super::transaction::Transaction;
use super::write::commit;

/// What each schema adds to the one before. Those that were released are never changed.
const PARTS: [&str; 2] = [include_str!("schema/1.sql"), include_str!("schema/2.sql")];
/// Newest schema this library writes.
pub const SCHEMA_VERSION: i32 = 2;
/// The oldest schema whose library can read and go on with what this one writes.
pub(super) const MIN_READER: i32 = 1;

const _: () = assert!(PARTS.len() == SCHEMA_VERSION as usize);

/// Makes all tables in a new file.
pub(super) fn make(connection: &Connection) -> Result<(), StoreError> {
    add(connection, 0)
}

/// Adds what came after a schema, and says that the file has it.
fn add(connection: &Connection, from: i32) -> Result<(), StoreError> {
    for part in PARTS.iter().skip(usize::try_from(from).unwrap_or(0)) {
        connection.execute_batch(part)?;
    }
    connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    Ok(())
}

/// The file's schema, if this library can go on with it.
pub(super) fn check(connection: &Connection) -> Result<i32, StoreError> {
    let kind: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if kind != APPLICATION_ID {
        return Err(StoreError::corrupt("no loy ledger"));
    }
    let found = version_of(connection)?;
    if found > SCHEMA_VERSION {
        // A newer library only adds within a major version, and says who can still read it.
        let sql = "SELECT value FROM meta WHERE key = 'min_reader'";
        let min_reader = connection.query_row(sql, [], |row| row.get::<_, i32>(0));
        if !min_reader.is_ok_and(|least| least <= SCHEMA_VERSION) {
            return Err(StoreError::Newer {
                found,
                known: SCHEMA_VERSION,
            });
        }
    }
    if found < 1 {
        return Err(StoreError::corrupt("no schema version"));
    }
    // A file whose tables are gone is found here and not at the first sale.
    connection.query_row("SELECT seq FROM head WHERE one = 1", [], |row| {
        row.get::<_, i64>(0)
    })?;
    Ok(found)
}

fn version_of(connection: &Connection) -> Result<i32, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

impl Store {
    /// Brings a file of an older schema to the present one: first a copy of it as it is, beside it,
    /// then everything that is added, in one database transaction. A crash or a failure at any moment
    /// leaves the old file or the new one; opened again, it goes on from there.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a damaged file, which is not written to; [`StoreError::Full`] and
    /// [`StoreError::ReadOnly`] where the copy or the added tables find no place.
    pub(super) fn migrate(&self, from: i32) -> Result<(), StoreError> {
        refuse_damaged(self.connection())?;
        self.keep_copy(from)?;
        let transaction = Transaction::to_write(self.connection())?;
        add(&transaction, from)?;
        let raise = "UPDATE meta SET value = ?1 WHERE key = 'min_reader' AND value < ?1";
        transaction.execute(raise, [MIN_READER])?;
        commit(transaction)
    }

    /// Copies the file to `till.loy.schema-1.backup`, or to the next name that is free: a copy of
    /// another state of the ledger is never overwritten. One of this very state, which an interrupted
    /// migration left, is not made twice.
    fn keep_copy(&self, schema: i32) -> Result<(), StoreError> {
        let mut number = 1u32;
        loop {
            let path = self.copy_path(schema, number);
            if !path.exists() {
                return self.backup(&path);
            }
            if self.is_copied_at(&path, schema) {
                return Ok(());
            }
            number += 1;
        }
    }

    fn copy_path(&self, schema: i32, number: u32) -> PathBuf {
        let suffix = match number {
            1 => format!(".schema-{schema}.backup"),
            _ => format!(".schema-{schema}.{number}.backup"),
        };
        with_suffix(self.path(), &suffix)
    }

    fn is_copied_at(&self, path: &std::path::Path, schema: i32) -> bool {
        let head_of = |connection: &Connection| {
            lend_additions(connection)?;
            Reading::new(connection).head()
        };
        let compare = || -> Result<bool, StoreError> {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
            let copy = connect(path, flags, Duration::ZERO)?;
            refuse_damaged(&copy)?;
            let here = connect(self.path(), flags, Duration::ZERO)?;
            Ok(check(&copy)? == schema && head_of(&copy)? == head_of(&here)?)
        };
        // What cannot be read is no copy.
        compare().unwrap_or(false)
    }
}

/// What is damaged is salvaged, not migrated.
fn refuse_damaged(connection: &Connection) -> Result<(), StoreError> {
    let first: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if first == "ok" {
        Ok(())
    } else {
        Err(StoreError::corrupt(first))
    }
}

/// Gives a connection to an older file, in the connection's own memory, what newer schemas added:
/// empty tables, and columns that hold their defaults. The file is not touched, and every query finds
/// what it asks for. Answers whether anything was lent.
pub(super) fn lend_additions(connection: &Connection) -> Result<Lent, StoreError> {
    if version_of(connection)? >= SCHEMA_VERSION {
        return Ok(Lent::Nothing);
    }
    let newest = Connection::open_in_memory()?;
    make(&newest)?;
    let mut tables = newest.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")?;
    let mut rows = tables.query([])?;
    while let Some(row) = rows.next()? {
        let (name, sql): (String, String) = (row.get(0)?, row.get(1)?);
        let has = columns(connection, &name)?;
        let missing: Vec<String> = columns(&newest, &name)?
            .into_iter()
            .filter(|(column, _)| !has.iter().any(|(known, _)| known == column))
            .map(|(column, default)| format!("{default} AS {column}"))
            .collect();
        if has.is_empty() {
            // SQLite keeps the words as they were written, but these always so.
            let lent = sql.replacen("CREATE TABLE", "CREATE TEMP TABLE", 1);
            connection.execute_batch(&lent)?;
        } else if !missing.is_empty() {
            let missing = missing.join(", ");
            connection.execute_batch(&format!(
                "CREATE TEMP VIEW {name} AS SELECT *, {missing} FROM main.{name}"
            ))?;
        }
    }
    Ok(Lent::Something)
}

/// Takes back what was lent, once the file has it itself.
pub(super) fn take_back(connection: &Connection) -> Result<(), StoreError> {
    let sql = "SELECT type, name FROM temp.sqlite_schema WHERE type IN ('table', 'view')";
    let lent = {
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<Vec<(String, String)>, _>>()?
    };
    for (kind, name) in lent {
        connection.execute_batch(&format!("DROP {kind} temp.{name}"))?;
    }
    Ok(())
}

/// The file has all tables by now.
pub(super) fn is_present(connection: &Connection) -> Result<bool, StoreError> {
    Ok(version_of(connection)? >= SCHEMA_VERSION)
}

/// Whether a connection was lent anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lent {
    Nothing,
    Something,
}

/// Names and defaults of a table's columns in the file itself; empty if there is no such table.
fn columns(connection: &Connection, table: &str) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "SELECT name, coalesce(dflt_value, 'NULL') FROM pragma_table_info(?1, 'main')";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset_minutes(store: &Store) -> i32 {
        let head = store.read(|reading| reading.head()).expect("works");
        head.offset.minutes()
    }

    #[test]
    fn what_a_reader_was_lent_hides_nothing_once_the_file_has_it() {
        let folder = tempfile::tempdir().expect("works");
        let path = folder.path().join("till.loy");
        let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/till/schema/v1.loy");
        std::fs::copy(kept, &path).expect("works");
        let reader = Store::open_reader(&path, Duration::ZERO).expect("works");
        // Schema 1 knows no offset; its last entry was written in Hanoi.
        assert_eq!(offset_minutes(&reader), 0);
        let till = Store::open(&path, Duration::ZERO).expect("works");
        assert_eq!(till.migrated_from(), Some(1));
        assert_eq!(offset_minutes(&till), 420);
        assert_eq!(offset_minutes(&reader), 420);
        assert_eq!(offset_minutes(&reader), 420);
    }

    #[test]
    fn a_reader_is_lent_whole_tables_too() {
        let old = Connection::open_in_memory().expect("works");
        // A file with nothing of ours but a table that lacks all columns but one.
        old.execute_batch("CREATE TABLE account (member INTEGER)")
            .expect("works");
        assert_eq!(lend_additions(&old).expect("works"), Lent::Something);
        let count = |sql: &str| old.query_row(sql, [], |row| row.get::<_, i64>(0));
        assert_eq!(count("SELECT count(*) FROM portion"), Ok(0));
        assert_eq!(count("SELECT count(debt) FROM account"), Ok(0));
        take_back(&old).expect("works");
        assert!(count("SELECT count(*) FROM portion").is_err());
        assert_eq!(count("SELECT count(*) FROM account"), Ok(0));
    }
}
