//! Making and opening head office's file.

use std::path::Path;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OpenFlags, params};
use zeroize::Zeroizing;

use super::{FILE_NAME, Office, OfficeError, Random, column};
use crate::kernel::Instant;

const SCHEMA: &str = include_str!("schema.sql");
/// What version 4 adds.
const MEMBERS: &str = include_str!("members.sql");
/// What version 6 adds.
const GOODS: &str = include_str!("goods.sql");
/// What version 7 adds.
const PEOPLE: &str = include_str!("people.sql");
/// `loyO`: tells a head office file from a ledger and from any other SQLite file.
const APPLICATION_ID: i64 = 0x6c6f_794f;
const SCHEMA_VERSION: i64 = 7;
/// What version 2 adds to version 1.
const FROM_1_TO_2: &str = "BEGIN IMMEDIATE;
    ALTER TABLE account ADD COLUMN expired INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE account ADD COLUMN adjusted INTEGER NOT NULL DEFAULT 0;
    PRAGMA user_version = 2;
    COMMIT";
/// What version 3 adds to version 2. 2 is the number of an installed programme, whose payload is its hash.
const FROM_2_TO_3: &str = "BEGIN IMMEDIATE;
    ALTER TABLE stream ADD COLUMN programme BLOB;
    UPDATE stream SET programme =
        (SELECT payload FROM entry WHERE entry.stream_no = stream.stream_no AND kind = 2
         ORDER BY entry.seq DESC LIMIT 1);
    CREATE TABLE programme (
        hash                BLOB    PRIMARY KEY CHECK (length(hash) = 32),
        reads_activity      INTEGER NOT NULL,
        document            BLOB    NOT NULL
    ) STRICT;
    CREATE TABLE activity (
        member              INTEGER NOT NULL,
        business_date       INTEGER NOT NULL,
        PRIMARY KEY (member, business_date)
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 3;
    COMMIT";
/// What version 4 adds to version 3: acts on members, and the days of events, which some programmes count
/// as activity. 24 is the number of an event, 32 the mark of one that takes another back.
const FROM_3_TO_4: &str = concat!(
    "BEGIN IMMEDIATE;
    CREATE TABLE event_activity (
        member              INTEGER NOT NULL,
        business_date       INTEGER NOT NULL,
        PRIMARY KEY (member, business_date)
    ) STRICT, WITHOUT ROWID;
    INSERT OR IGNORE INTO event_activity
        SELECT DISTINCT member, business_date FROM entry
        WHERE kind = 24 AND flags & 32 = 0 AND member <> 0
            AND EXISTS (SELECT 1 FROM programme WHERE reads_activity = 1);",
    include_str!("members.sql"),
    "PRAGMA user_version = 4; COMMIT"
);
/// What version 5 adds to version 4: the key of a writer's lucky draws, which is not known of writers that
/// were provisioned before.
const FROM_4_TO_5: &str = "BEGIN IMMEDIATE;
    ALTER TABLE writer ADD COLUMN draw_key BLOB CHECK (length(draw_key) = 32);
    CREATE INDEX entry_turn ON entry (stream_no, seq) WHERE kind IN (2, 24);
    PRAGMA user_version = 5;
    COMMIT";
/// What version 6 adds to version 5: indexes.
const FROM_5_TO_6: &str = concat!(
    "BEGIN IMMEDIATE;",
    include_str!("goods.sql"),
    "PRAGMA user_version = 6; COMMIT"
);
/// What version 7 adds to version 6: lists of operators.
const FROM_6_TO_7: &str = concat!(
    "BEGIN IMMEDIATE;",
    include_str!("people.sql"),
    "PRAGMA user_version = 7; COMMIT"
);
/// The first member number given out has this body: eleven digits, none of them a leading zero.
pub(super) const FIRST_BODY: u64 = 10_000_000_000;

pub(super) fn create(
    dir: &Path,
    name: &str,
    random: Random<'_>,
    now: Instant,
) -> Result<(), OfficeError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| OfficeError::Io { path, source }
    };
    std::fs::create_dir_all(dir).map_err(io(dir))?;
    let path = dir.join(FILE_NAME);
    if path.exists() {
        return Err(OfficeError::Exists(dir.to_owned()));
    }
    // Made under another name first: a crash must not leave half an office behind.
    let unfinished = dir.join("office.db.new");
    if unfinished.exists() {
        std::fs::remove_file(&unfinished).map_err(io(&unfinished))?;
    }
    private_file(&unfinished).map_err(io(&unfinished))?;
    let db = connect(&unfinished)?;
    db.execute_batch(SCHEMA)?;
    db.execute_batch(MEMBERS)?;
    db.execute_batch(GOODS)?;
    db.execute_batch(PEOPLE)?;
    let mut tenant = [0; 16];
    let mut secret = Zeroizing::new([0; 32]);
    let mut identifier_key = Zeroizing::new([0; 32]);
    random(&mut tenant);
    random(secret.as_mut_slice());
    random(identifier_key.as_mut_slice());
    db.execute(
        "INSERT INTO office VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            tenant,
            name,
            secret.as_slice(),
            identifier_key.as_slice(),
            column(FIRST_BODY),
            now.ms()
        ],
    )?;
    db.pragma_update(None, "application_id", APPLICATION_ID)?;
    db.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    // Closing the only connection moves everything from the log into the file.
    db.close().map_err(|(_, error)| error)?;
    std::fs::rename(&unfinished, &path).map_err(io(&path))?;
    #[cfg(unix)]
    std::fs::File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(io(dir))?;
    Ok(())
}

fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

fn connect(path: &Path) -> Result<Connection, OfficeError> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    db.busy_timeout(Duration::from_secs(10))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "trusted_schema", false)?;
    db.pragma_update(None, "cell_size_check", true)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

pub(super) fn open(dir: &Path) -> Result<Office, OfficeError> {
    let path = dir.join(FILE_NAME);
    if !path.is_file() {
        return Err(OfficeError::Absent(dir.to_owned()));
    }
    let unknown = |found: String| OfficeError::Unknown {
        path: path.clone(),
        found,
    };
    let db = connect(&path).map_err(|error| unknown(error.to_string()))?;
    let pragma = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = pragma("application_id").map_err(|error| unknown(error.to_string()))?;
    if application != APPLICATION_ID {
        return Err(unknown("another kind of SQLite file".to_owned()));
    }
    let steps = [
        FROM_1_TO_2,
        FROM_2_TO_3,
        FROM_3_TO_4,
        FROM_4_TO_5,
        FROM_5_TO_6,
        FROM_6_TO_7,
    ];
    for (version, next) in (1..).zip(steps) {
        if pragma("user_version")? == version {
            db.execute_batch(next)?;
        }
    }
    let version = pragma("user_version")?;
    if version != SCHEMA_VERSION {
        return Err(unknown(format!(
            "version {version}; expected {SCHEMA_VERSION}"
        )));
    }
    let (tenant, name, secret, identifier_key) = db.query_row(
        "SELECT tenant, name, secret, identifier_key FROM office",
        [],
        |row| {
            let secret = Zeroizing::new(row.get::<_, [u8; 32]>(2)?);
            let identifier_key = Zeroizing::new(row.get::<_, [u8; 32]>(3)?);
            Ok((row.get(0)?, row.get(1)?, secret, identifier_key))
        },
    )?;
    Ok(Office {
        tenant,
        name,
        key: SigningKey::from_bytes(&secret),
        identifier_key,
        db,
    })
}
