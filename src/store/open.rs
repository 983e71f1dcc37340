//! Making and opening the file.

use std::cell::Cell;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, params};

use super::error::StoreError;
use super::identity::Identity;
use super::operators;
use super::place::refuse_network;
use super::read::Reading;
use super::schema::{self, Lent, SCHEMA_VERSION};
use super::seen::Seen;
use super::transaction::Transaction;
use super::wal::{Emptied, empty_wal, watch_wal};
use super::write::Writing;
use crate::kernel::ids::Seq;
use crate::kernel::{Instant, MemberNumber};
use crate::ledger::{Genesis, Hash, Operators};

/// "loyL": tells `file` and other tools whose file this is.
pub(super) const APPLICATION_ID: i32 = 0x6c6f_794c;
/// The first release of SQLite without the WAL-reset bug, which could lose commits.
const SQLITE_LEAST: i32 = 3_051_003;
/// Past this the WAL is written back before the next operation begins.
const WAL_PAGES_MAX: i32 = 8 * 1024 * 1024 / (24 + 4_096);
/// SQLite's name for a database without a file.
const MEMORY: &str = ":memory:";

/// What a handle may do with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The one writer.
    Writer,
    /// Any number of readers beside it.
    Reader,
}

/// The keys of an epoch (Ed25519).
pub struct Keys {
    /// Goes into the chain.
    pub public: [u8; 32],
    /// Signs batches.
    pub secret: zeroize::Zeroizing<[u8; 32]>,
}

/// One life of a writer.
pub struct Epoch {
    /// What its chain hangs on.
    pub genesis: Genesis,
    /// What its batches are signed with.
    pub keys: Keys,
}

impl Epoch {
    /// Its first entry.
    pub fn first_seq(&self) -> Seq {
        self.genesis.parent.0 + 1
    }
}

/// Everything a new file is made of.
pub struct Birth<'a> {
    /// Who it is.
    pub identity: &'a Identity,
    /// What the chain hangs on.
    pub genesis: Genesis,
    /// The first epoch's keys.
    pub keys: Keys,
    /// When head office made the provisioning file: the first instant believed right.
    pub trusted_at: Instant,
    /// Bodies of member numbers this writer may give, first and last.
    pub number_block: (u64, u64),
    /// Members that come with provisioning.
    pub members: &'a [([u8; 16], MemberNumber)],
    /// Who works at the till, and when head office said so.
    pub operators: (&'a Operators, Instant),
}

/// The open file.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    access: Access,
    busy_timeout: Duration,
    /// A reader of an older file is lent what it lacks, until the till has migrated it.
    lent: Cell<Lent>,
    /// What the last read leaves for the next one.
    seen: Cell<Seen>,
    /// The schema the file had when this opening migrated it.
    migrated_from: Option<i32>,
    /// Pages in the WAL after the last commit.
    wal_pages: Arc<AtomicI32>,
    /// Held while open; a second writer does not get it.
    _lock: Option<File>,
}

impl Store {
    /// Makes a new file. `fill` writes the first entries in the same database transaction.
    ///
    /// The file grows under another name and appears at its path complete and synced, or not at
    /// all: a crash in between leaves no half-made ledger.
    pub fn create<E: From<StoreError>>(
        path: &Path,
        busy_timeout: Duration,
        birth: &Birth<'_>,
        fill: impl FnOnce(&mut Writing<'_>) -> Result<(), E>,
    ) -> Result<Self, E> {
        Self::grow(path, busy_timeout, |writing| {
            writing.be_born(birth)?;
            fill(writing)
        })
    }

    /// A ledger in memory that no file will ever know of: for training. It is gone when it is closed.
    pub fn in_memory<E: From<StoreError>>(
        birth: &Birth<'_>,
        fill: impl FnOnce(&mut Writing<'_>) -> Result<(), E>,
    ) -> Result<Self, E> {
        check_sqlite()?;
        let connection = connect(
            Path::new(MEMORY),
            OpenFlags::SQLITE_OPEN_READ_WRITE,
            Duration::ZERO,
        )?;
        schema::make(&connection)?;
        let mut store = Self {
            connection,
            path: PathBuf::from(MEMORY),
            access: Access::Writer,
            busy_timeout: Duration::ZERO,
            lent: Cell::new(Lent::Nothing),
            seen: Cell::default(),
            migrated_from: None,
            wal_pages: Arc::default(),
            _lock: None,
        };
        store.write(|writing| {
            writing.be_born(birth)?;
            fill(writing)
        })?;
        Ok(store)
    }

    fn is_in_memory(&self) -> bool {
        self.path == Path::new(MEMORY)
    }

    /// Makes a new file of what `fill` writes.
    pub(super) fn grow<E: From<StoreError>>(
        path: &Path,
        busy_timeout: Duration,
        fill: impl FnOnce(&mut Writing<'_>) -> Result<(), E>,
    ) -> Result<Self, E> {
        check_sqlite()?;
        let path = &in_its_folder(path)?;
        refuse_network(&folder_of(path)?)?;
        let lock = lock(path)?;
        if path.exists() {
            return Err(StoreError::Exists.into());
        }
        let growing = with_suffix(path, ".creating");
        for leftover in [
            &growing,
            &with_suffix(&growing, "-wal"),
            &with_suffix(&growing, "-shm"),
        ] {
            if leftover.exists() {
                // Never activated: no acknowledged fact can be in it.
                std::fs::remove_file(leftover).map_err(StoreError::from)?;
            }
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = connect(&growing, flags, busy_timeout)?;
        keep_private(&growing)?;
        prepare_new(&connection)?;
        let wal_pages = watch_wal(&mut connection)?;
        let mut store = Self {
            connection,
            path: growing.clone(),
            access: Access::Writer,
            busy_timeout,
            lent: Cell::new(Lent::Nothing),
            seen: Cell::default(),
            migrated_from: None,
            wal_pages,
            _lock: None,
        };
        store.write(fill)?;
        let finished = (|| -> Result<(), StoreError> {
            store.checkpoint()?;
            store.connection.close().map_err(|(_, error)| error)?;
            File::open(&growing)?.sync_all()?;
            std::fs::rename(&growing, path)?;
            sync_folder(path)
        })();
        finished?;
        Ok(Self::open_locked(path, busy_timeout, lock)?)
    }

    /// Opens the file as its one writer.
    pub fn open(path: &Path, busy_timeout: Duration) -> Result<Self, StoreError> {
        check_sqlite()?;
        if !path.exists() {
            return Err(StoreError::Absent);
        }
        let path = &path.canonicalize()?;
        refuse_network(&folder_of(path)?)?;
        check_header(path)?;
        refuse_second_name(path)?;
        let lock = lock(path)?;
        Self::open_locked(path, busy_timeout, lock)
    }

    fn open_locked(path: &Path, busy_timeout: Duration, lock: File) -> Result<Self, StoreError> {
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, busy_timeout)?;
        let found = schema::check(&connection)?;
        let wal_pages = watch_wal(&mut connection)?;
        let mut store = Self {
            connection,
            path: path.to_owned(),
            access: Access::Writer,
            busy_timeout,
            lent: Cell::new(Lent::Nothing),
            seen: Cell::default(),
            migrated_from: None,
            wal_pages,
            _lock: Some(lock),
        };
        store.check_writable()?;
        if found < SCHEMA_VERSION {
            store.migrate(found)?;
            store.migrated_from = Some(found);
        }
        Ok(store)
    }

    /// Opens the file to read, beside a writer or without one.
    pub fn open_reader(path: &Path, busy_timeout: Duration) -> Result<Self, StoreError> {
        check_sqlite()?;
        if !path.exists() {
            return Err(StoreError::Absent);
        }
        check_header(path)?;
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, busy_timeout)?;
        schema::check(&connection)?;
        let lent = Cell::new(schema::lend_additions(&connection)?);
        let path = path.to_owned();
        Ok(Self {
            connection,
            path,
            access: Access::Reader,
            busy_timeout,
            lent,
            seen: Cell::default(),
            migrated_from: None,
            wal_pages: Arc::default(),
            _lock: None,
        })
    }

    /// Begins again after the disk failed under a commit: nothing in memory is believed any more.
    ///
    /// The frames of a commit whose sync failed may stand complete in the WAL, where the next
    /// program would find them. So the WAL is emptied before anything is said about the outcome.
    pub fn reopen(&mut self) -> Result<(), StoreError> {
        if self.is_in_memory() {
            // Another connection would be another, empty ledger.
            return Err(StoreError::Absent);
        }
        let flags = match self.access {
            Access::Writer => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::Reader => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let mut fresh = connect(&self.path, flags, self.busy_timeout)?;
        schema::check(&fresh)?;
        self.lent.set(match self.access {
            Access::Writer => Lent::Nothing,
            Access::Reader => schema::lend_additions(&fresh)?,
        });
        if self.access == Access::Writer && empty_wal(&fresh)? == Emptied::NotYet {
            return Err(StoreError::Busy);
        }
        self.wal_pages = watch_wal(&mut fresh)?;
        self.seen.take();
        self.connection = fresh;
        Ok(())
    }

    /// A read-only file or folder is found at opening, not at the first sale.
    fn check_writable(&self) -> Result<(), StoreError> {
        self.connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
        if std::fs::metadata(&self.path)?.permissions().readonly() {
            return Err(StoreError::ReadOnly);
        }
        Ok(())
    }

    /// Reads. All queries of one call see the same state.
    pub fn read<T, E: From<StoreError>>(
        &self,
        ask: impl FnOnce(&Reading<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (mut ask, mut answer) = (Some(ask), None);
        self.read_behind(&mut |reading| answer = ask.take().map(|ask| ask(reading)))?;
        answer.expect("what is asked is asked once")
    }

    /// What all reads share is compiled once and meets what they ask behind a pointer.
    fn read_behind(&self, ask: &mut dyn FnMut(&Reading<'_>)) -> Result<(), StoreError> {
        self.end_left_over()?;
        let transaction = self.begin_reading()?;
        let seen = self.seen.take().still(&transaction);
        let reading = Reading::remembering(&transaction, seen?);
        ask(&reading);
        self.seen.set(reading.into_seen());
        // Nothing was written, so there is nothing to commit.
        Ok(transaction.finish()?)
    }

    /// The till may have migrated the file since the last look: then what was lent to this reader
    /// hides what is there.
    fn begin_reading(&self) -> Result<Transaction<'_>, StoreError> {
        let transaction = Transaction::to_read(&self.connection)?;
        if self.lent.get() == Lent::Nothing || !schema::is_present(&transaction)? {
            return Ok(transaction);
        }
        transaction.finish()?;
        schema::take_back(&self.connection)?;
        self.seen.take();
        self.lent.set(Lent::Nothing);
        Ok(Transaction::to_read(&self.connection)?)
    }

    /// Writes in one IMMEDIATE transaction with exactly one sync, at its end. If `act` fails,
    /// nothing was written.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        act: impl FnOnce(&mut Writing<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (mut act, mut done) = (Some(act), None);
        self.write_behind(&mut |writing| {
            let act = act.take().expect("what is done is done once");
            done.insert(act(writing)).is_ok()
        })?;
        done.expect("a write that did not fail was done")
    }

    /// What all writes share is compiled once. `act` says whether to keep what it wrote.
    fn write_behind(
        &mut self,
        act: &mut dyn FnMut(&mut Writing<'_>) -> bool,
    ) -> Result<(), StoreError> {
        if self.access == Access::Reader {
            return Err(StoreError::Reader);
        }
        self.end_left_over()?;
        self.checkpoint_when_large();
        let seen = self.seen.take();
        let mut writing = Writing::begin(&mut self.connection, seen)?;
        let is_kept = act(&mut writing);
        let has_room = writing.has_room.get();
        let seen = if is_kept {
            writing.commit()
        } else {
            drop(writing);
            Ok(Seen::default())
        };
        if has_room {
            give_room_back(&self.connection)?;
        }
        self.seen.set(seen?);
        Ok(())
    }

    /// Without memory even a rollback can fail, and its database transaction stays open. It is ended
    /// before the next one begins.
    fn end_left_over(&self) -> Result<(), StoreError> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        Ok(())
    }

    /// Moves the WAL into the file. Called between customers, at day close and on closing.
    /// A reader that is in the way is waited for; if it stays, the next checkpoint does the rest.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        if self.is_in_memory() {
            return Ok(());
        }
        if empty_wal(&self.connection)? == Emptied::Wholly {
            self.wal_pages.store(0, Ordering::Relaxed);
        }
        Ok(())
    }

    /// A WAL that has grown large is written back before the next operation, never between a sale
    /// and its answer. If a reader is in the way it waits for the next one.
    fn checkpoint_when_large(&self) {
        if self.is_in_memory() {
            return;
        }
        if self.wal_pages.load(Ordering::Relaxed) > WAL_PAGES_MAX {
            let _ = self.checkpoint();
        }
    }

    /// Bytes of the file and of its WAL.
    pub fn file_bytes(&self) -> (u64, u64) {
        if self.is_in_memory() {
            return (0, 0);
        }
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        (size(&self.path), size(&with_suffix(&self.path, "-wal")))
    }

    /// The schema the file had before this opening migrated it, if it did.
    pub fn migrated_from(&self) -> Option<i32> {
        self.migrated_from
    }

    /// The SQLite connection, for the other files of this room.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// The path with something behind its name, as SQLite names its own companions.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn folder_of(path: &Path) -> Result<PathBuf, StoreError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Ok(folder.canonicalize()?)
}

/// The path with its folder spelled out, so that a link to a folder makes no second ledger of one.
fn in_its_folder(path: &Path) -> Result<PathBuf, StoreError> {
    let name = path.file_name().ok_or(StoreError::Absent)?;
    Ok(folder_of(path)?.join(name))
}

/// A file with two names has two locks, two write-ahead logs and soon two truths.
fn refuse_second_name(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&std::fs::metadata(path)?) > 1 {
        return Err(StoreError::SecondName);
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The file holds the writer's keys: only its owner reads it. SQLite gives its companions the same
/// mode. A shop that wants more readers says so on its own folder.
pub(super) fn keep_private(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The sidecar lock. It is a file of its own because SQLite's locks come and go with each
/// transaction; it is never removed, so that two programs can never lock two different files.
pub(super) fn lock(path: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(with_suffix(path, "-lock"))
        .map_err(StoreError::from)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::OpenElsewhere),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

pub(super) fn check_sqlite() -> Result<(), StoreError> {
    let number = rusqlite::version_number();
    if number < SQLITE_LEAST || number != rusqlite::ffi::SQLITE_VERSION_NUMBER {
        return Err(StoreError::WrongSqlite {
            found: rusqlite::version(),
        });
    }
    Ok(())
}

/// Reads the first bytes before SQLite does: a file of another kind is never opened for writing.
///
/// Where they are nothing at all and a write-ahead log lies beside, the power may have gone while the
/// first page was brought home. The log has that page still, so SQLite is asked; what it finds is
/// looked at by [`schema::check`].
pub(super) fn check_header(path: &Path) -> Result<(), StoreError> {
    use std::io::Read as _;
    let mut header = [0u8; 72];
    let mut file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(StoreError::corrupt("it is a folder"));
    }
    if file.read_exact(&mut header).is_err() {
        return Err(StoreError::corrupt("the file is too short"));
    }
    let application_id = i32::from_be_bytes(header[68..72].try_into().expect("four bytes"));
    let is_known = match &header[..16] {
        b"SQLite format 3\0" => application_id == APPLICATION_ID,
        _ => has_log(path),
    };
    if is_known {
        Ok(())
    } else {
        Err(StoreError::corrupt("no loy ledger"))
    }
}

/// A write-ahead log lies beside the file (<https://www.sqlite.org/fileformat.html#walformat>).
fn has_log(path: &Path) -> bool {
    use std::io::Read as _;
    let mut magic = [0u8; 4];
    let log = File::open(with_suffix(path, "-wal"));
    let read = log.and_then(|mut log| log.read_exact(&mut magic));
    read.is_ok() && [0x377f_0682, 0x377f_0683].contains(&u32::from_be_bytes(magic))
}

/// What SQLite keeps of a file in memory, if it is not asked to keep more.
const CACHE_KIB: i64 = 2_000;
/// What it keeps for work all over a file: the index in which a million lots are looked up fits in.
const LARGE_CACHE_KIB: i64 = 32_000;

fn set_cache(connection: &Connection, kib: i64) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("PRAGMA cache_size = -{kib}"))
}

/// Undoes [`Writing::take_room`].
fn give_room_back(connection: &Connection) -> Result<(), StoreError> {
    Ok(set_cache(connection, CACHE_KIB)?)
}

pub(super) fn connect(
    path: &Path,
    flags: OpenFlags,
    busy_timeout: Duration,
) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(128);
    // Plans do not look at what is bound: where there are partial indexes, each new value would have the
    // statement prepared anew, which costs more than to run it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // FULL: what was answered survives a power cut. Checkpoints are ours to time.
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON;",
    )?;
    Ok(connection)
}

fn prepare_new(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(&format!(
        "PRAGMA page_size = 4096;
         PRAGMA application_id = {APPLICATION_ID};"
    ))?;
    set_journal_mode(connection, "wal")?;
    schema::make(connection)
}

/// SQLite writes the change behind the row that tells it: only a statement that ran to its end has
/// made it.
pub(super) fn set_journal_mode(connection: &Connection, mode: &str) -> Result<(), StoreError> {
    let mut statement = connection.prepare(&format!("PRAGMA journal_mode = {mode}"))?;
    let mut rows = statement.query([])?;
    let mut is_set = false;
    while let Some(row) = rows.next()? {
        is_set = row.get_ref(0)?.as_str() == Ok(mode);
    }
    if is_set {
        Ok(())
    } else {
        Err(StoreError::Io { code: 0 })
    }
}

pub(super) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    // Windows cannot open a folder as a file; its rename is durable with the file's own flush.
    #[cfg(unix)]
    File::open(folder_of(path)?)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

impl Writing<'_> {
    /// Until the end of this write, more of the file is kept in memory: for work on lots all over it, of which
    /// every page would be read and written again and again.
    pub fn take_room(&self) -> Result<(), StoreError> {
        self.has_room.set(true);
        Ok(set_cache(self.connection(), LARGE_CACHE_KIB)?)
    }

    /// The first rows of a new file.
    fn be_born(&mut self, birth: &Birth<'_>) -> Result<(), StoreError> {
        let db = self.connection();
        birth.identity.write(db)?;
        operators::write(db, birth.operators.0, birth.operators.1)?;
        db.execute(
            "INSERT INTO number_block (first_body, last_body, next_body) VALUES (?1, ?2, ?1)",
            params![birth.number_block.0, birth.number_block.1],
        )?;
        for (hash, number) in birth.members {
            db.execute(
                "INSERT OR IGNORE INTO member (number, enrolled_seq) VALUES (?1, NULL)",
                [number.get()],
            )?;
            db.execute(
                "INSERT OR IGNORE INTO identifier (hash, member) VALUES (?1, ?2)",
                params![hash, number.get()],
            )?;
        }
        self.put_head(birth.genesis.parent.0, birth.trusted_at)?;
        self.begin_epoch(&birth.genesis, &birth.keys)
    }

    /// The one row that says where the chains end, in a file without entries.
    pub(super) fn put_head(&mut self, seq: Seq, trusted_at: Instant) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO head (one, seq, hash, side_hash, trusted_at_ms, closed_date,
                 acknowledged_seq, office_index) VALUES (1, ?1, ?2, ?3, ?4, 0, 0, 0)",
            params![
                seq,
                Hash::default(),
                crate::ledger::chain::SIDE_START,
                trusted_at.ms()
            ],
        )?;
        self.load_head()
    }

    /// A new life begins: the next entry hangs on its genesis.
    pub(super) fn begin_epoch(&mut self, genesis: &Genesis, keys: &Keys) -> Result<(), StoreError> {
        let (parent_seq, parent_hash): (Seq, Hash) = genesis.parent;
        self.connection().execute(
            "INSERT INTO epoch (epoch, tag, first_seq, public_key, secret_key, parent_seq,
                 parent_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                genesis.stream.epoch,
                genesis.stream.tag,
                parent_seq + 1,
                keys.public,
                *keys.secret,
                parent_seq,
                parent_hash,
            ],
        )?;
        self.hang_on(genesis.hash());
        Ok(())
    }
}
