//! Who a ledger file is: written once from the provisioning file, read at every opening.

use rusqlite::types::{FromSql, ToSql, ValueRef};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::error::StoreError;
use super::read::Reading;
use super::schema::{MIN_READER, SCHEMA_VERSION};
use crate::kernel::ids::Seq;
use crate::kernel::{Currency, WriterId};
use crate::ledger::Hash;
use crate::ledger::clock::ClockLimits;
use crate::texts::Language;

/// Who a ledger file is.
#[derive(Clone)]
pub struct Identity {
    /// The chain of stores.
    pub tenant: [u8; 16],
    /// Its name, for people.
    pub tenant_name: String,
    /// Public key of head office.
    pub office_key: [u8; 32],
    /// Which writer.
    pub writer: WriterId,
    /// Seed of the writer's key, which certifies epochs.
    pub writer_secret: Zeroizing<[u8; 32]>,
    /// The store's code.
    pub store: String,
    /// The till's code within the store.
    pub till: String,
    /// Of all amounts.
    pub currency: Currency,
    /// Language of texts unless a call says otherwise.
    pub language: Language,
    /// Under which identifiers are hashed.
    pub identifier_key: Zeroizing<[u8; 32]>,
    /// How far the clock may be off.
    pub clock: ClockLimits,
}

impl Identity {
    pub(super) fn write(&self, db: &Connection) -> Result<(), StoreError> {
        put(db, "min_reader", MIN_READER)?;
        put(db, "tenant", self.tenant)?;
        put(db, "tenant_name", &self.tenant_name)?;
        put(db, "office_key", self.office_key)?;
        put(db, "writer", self.writer.0)?;
        put(db, "writer_secret", *self.writer_secret)?;
        put(db, "store", &self.store)?;
        put(db, "till", &self.till)?;
        put(db, "currency", self.currency.code())?;
        put(db, "language", self.language.code())?;
        put(db, "identifier_key", *self.identifier_key)?;
        put(db, "clock_behind_ms", self.clock.behind_ms)?;
        put(db, "clock_ahead_ms", self.clock.ahead_ms)
    }
}

pub(super) fn put(db: &Connection, key: &str, value: impl ToSql) -> Result<(), StoreError> {
    db.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)",
        params![key, value],
    )?;
    Ok(())
}

const BOUND_FIRST: (&[u8], &[&str]) = (
    b"loy/m1",
    &[
        "SELECT key, value FROM meta WHERE key <> 'min_reader' ORDER BY key",
        "SELECT i.hash, i.member FROM identifier i JOIN member m ON m.number = i.member
         WHERE m.enrolled_seq IS NULL ORDER BY i.hash",
    ],
);
const BOUND: (&[u8], &[&str]) = (
    b"loy/m2",
    &[
        BOUND_FIRST.1[0],
        BOUND_FIRST.1[1],
        "SELECT number FROM member WHERE enrolled_seq IS NULL ORDER BY number",
        "SELECT first_body, last_body FROM number_block ORDER BY first_body",
    ],
);

impl Reading<'_> {
    /// Who this file is.
    pub fn identity(&self) -> Result<Identity, StoreError> {
        Ok(Identity {
            tenant: self.meta("tenant")?,
            tenant_name: self.meta("tenant_name")?,
            office_key: self.meta("office_key")?,
            writer: WriterId(self.meta("writer")?),
            writer_secret: Zeroizing::new(self.meta("writer_secret")?),
            store: self.meta("store")?,
            till: self.meta("till")?,
            currency: Currency::from_code(&self.meta::<String>("currency")?)
                .ok_or_else(|| StoreError::corrupt("meta currency is none"))?,
            language: Language::from_code(&self.meta::<String>("language")?)
                .ok_or_else(|| StoreError::corrupt("meta language is not known"))?,
            identifier_key: Zeroizing::new(self.meta("identifier_key")?),
            clock: ClockLimits {
                behind_ms: self.meta("clock_behind_ms")?,
                ahead_ms: self.meta("clock_ahead_ms")?,
            },
        })
    }

    /// A digest of who this file is, of the members and numbers that came with provisioning, and of its
    /// operators. It is kept beside the first entry of each life and beside each that tells of new
    /// operators, so that the side chain binds what no entry says.
    pub fn identity_digest(&self) -> Result<Hash, StoreError> {
        self.digest_of(BOUND)
    }

    /// The last entry that such a digest stands beside: a life's first (1), or one of the report (22).
    pub fn identity_seq(&self) -> Result<Seq, StoreError> {
        let sql = "SELECT max(d.seq) FROM document d JOIN entry e USING (seq)
                   WHERE length(d.content) = 32 AND e.kind IN (1, 22)";
        let last: Option<Seq> = self.db().query_row(sql, [], |row| row.get(0))?;
        Ok(last.unwrap_or_default())
    }

    /// The same as the first libraries made it, without numbers and members who show nothing.
    pub fn first_identity_digest(&self) -> Result<Hash, StoreError> {
        self.digest_of(BOUND_FIRST)
    }

    /// The oldest library that may go on with this file is the one that this schema says.
    pub fn has_own_min_reader(&self) -> Result<bool, StoreError> {
        let schema: i32 = self
            .db()
            .query_row("PRAGMA user_version", [], |row| row.get(0))?;
        Ok(schema != SCHEMA_VERSION || self.meta::<i32>("min_reader")? == MIN_READER)
    }

    fn digest_of(&self, (prefix, bound): (&[u8], &[&str])) -> Result<Hash, StoreError> {
        let mut digest = Sha256::new_with_prefix(prefix);
        let mut take = |value: ValueRef<'_>| {
            let (kind, bytes) = match value {
                ValueRef::Integer(number) => (1u8, number.to_be_bytes().to_vec()),
                ValueRef::Text(bytes) => (2, bytes.to_vec()),
                ValueRef::Blob(bytes) => (3, bytes.to_vec()),
                ValueRef::Null | ValueRef::Real(_) => (0, Vec::new()),
            };
            let length = u64::try_from(bytes.len()).expect("a length fits");
            digest.update([kind]);
            digest.update(length.to_be_bytes());
            digest.update(bytes);
        };
        let mut bound = bound.to_vec();
        if self.has_operators()? {
            bound.push(
                "SELECT role, refund, unlinked_refund, adjustment, may_lift_limits FROM ceiling
                 ORDER BY role",
            );
            bound.push(
                "SELECT id, role, pin_salt, pin_iterations, pin_tag FROM operator ORDER BY id",
            );
        }
        for sql in bound {
            let mut statement = self.db().prepare(sql)?;
            let columns = statement.column_count();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    take(row.get_ref(column)?);
                }
            }
        }
        Ok(digest.finalize().into())
    }

    fn meta<T: FromSql>(&self, key: &str) -> Result<T, StoreError> {
        self.db()
            .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
                row.get(0)
            })
            .map_err(|_| StoreError::corrupt(format!("meta {key} is missing or wrong")))
    }
}
