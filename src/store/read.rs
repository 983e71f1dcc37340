//! Questions to the file: where it ends, who is known, what was asked before. What entries and sales
//! tell is asked in files of their own.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StoreError;
use super::member_status::Plain;
use super::open::{Epoch, Keys};
use super::rows::date_from;
use super::seen::Seen;
use super::write::Head;
use crate::kernel::ids::Seq;
use crate::kernel::{Instant, MemberNumber, StreamId, UtcOffset, WriterId};
use crate::ledger::{Genesis, Hash, Kind, chain};

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationRow {
    /// Which call it was.
    pub call: u8,
    /// SHA-256 of what was asked.
    pub content: Hash,
    /// An entry or a member number, by call.
    pub result: u64,
    /// Why the rules said no.
    pub refusal: Option<Vec<u8>>,
    /// What was asked, where no document says it.
    pub request: Option<String>,
}

/// Counts for `info`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Members known.
    pub members: u64,
    /// Sales authorised and neither committed nor voided.
    pub open_sales: u64,
}

/// Queries of one moment.
pub struct Reading<'a> {
    db: &'a Connection,
    /// Inside a write: where the chains end by now, which the table learns at the end.
    head: Option<&'a Head>,
    /// Outside, where nothing changes: what was asked for already.
    seen: Seen,
    /// Who was asked for last: of the write, or of this alone where nothing changes.
    plain: Cow<'a, Plain>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(db: &'a Connection) -> Self {
        Self::remembering(db, Seen::default())
    }

    /// With what an earlier read has seen.
    pub(super) fn remembering(db: &'a Connection, seen: Seen) -> Self {
        Self {
            db,
            head: None,
            seen,
            plain: Cow::Owned(Plain::default()),
        }
    }

    pub(super) fn into_seen(self) -> Seen {
        self.seen
    }

    pub(super) fn within(db: &'a Connection, head: &'a Head, plain: &'a Plain) -> Self {
        Self {
            db,
            head: Some(head),
            seen: Seen::default(),
            plain: Cow::Borrowed(plain),
        }
    }

    /// Who is known to be a member like any other.
    pub(super) fn plain(&self) -> &Plain {
        &self.plain
    }

    /// Where the chains end.
    pub fn head(&self) -> Result<Head, StoreError> {
        if let Some(head) = self.head {
            return Ok(head.clone());
        }
        if let Some(head) = self.seen.head.get() {
            return Ok(head.clone());
        }
        let head = self.find_head()?;
        let head = head.ok_or_else(|| StoreError::corrupt("no head"))?;
        Ok(self.seen.head.get_or_init(|| head).clone())
    }

    /// The same, or zeros while the file is being made.
    pub(super) fn head_if_born(&self) -> Result<Head, StoreError> {
        Ok(self.find_head()?.unwrap_or(Head {
            at: Instant::from_ms(0),
            seq: 0,
            hash: [0; 32],
            side_hash: chain::SIDE_START,
            trusted_at: Instant::default(),
            closed_date: None,
            acknowledged_seq: 0,
            office_index: 0,
            offset: UtcOffset::UTC,
            counted_for: None,
        }))
    }

    fn find_head(&self) -> Result<Option<Head>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT seq, hash, side_hash, trusted_at_ms, closed_date, acknowledged_seq,
                 office_index, offset_minutes, iif(counted_seq = seq, counted_for, NULL),
                 (SELECT at_ms FROM entry WHERE seq = head.seq)
             FROM head WHERE one = 1",
        )?;
        let mut rows = statement.query([])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let closed_date: i64 = row.get(4)?;
        Ok(Some(Head {
            seq: row.get(0)?,
            hash: row.get(1)?,
            side_hash: row.get(2)?,
            trusted_at: Instant::from_ms(row.get(3)?),
            closed_date: (closed_date != 0)
                .then(|| date_from(closed_date))
                .transpose()?,
            acknowledged_seq: row.get(5)?,
            office_index: row.get(6)?,
            offset: UtcOffset::from_minutes(row.get(7)?)
                .ok_or_else(|| StoreError::corrupt("an impossible offset"))?,
            counted_for: row.get(8)?,
            at: Instant::from_ms(row.get::<_, Option<i64>>(9)?.unwrap_or_default()),
        }))
    }

    /// The lives of this writer in this file, oldest first: what each chain hangs on, and its keys.
    pub fn epochs(&self, tenant: [u8; 16], writer: WriterId) -> Result<Vec<Epoch>, StoreError> {
        let mut statement = self.db.prepare(
            "SELECT epoch, tag, public_key, secret_key, parent_seq, parent_hash
             FROM epoch ORDER BY epoch",
        )?;
        let rows = statement.query_map([], |row| {
            let stream = StreamId {
                writer,
                epoch: row.get(0)?,
                tag: row.get(1)?,
            };
            let public = row.get(2)?;
            let genesis = Genesis {
                tenant,
                stream,
                public_key: public,
                parent: (row.get(4)?, row.get(5)?),
            };
            let secret = zeroize::Zeroizing::new(row.get(3)?);
            Ok(Epoch {
                genesis,
                keys: Keys { public, secret },
            })
        })?;
        let epochs = rows.collect::<Result<Vec<_>, _>>()?;
        if epochs.is_empty() {
            return Err(StoreError::corrupt("no epoch"));
        }
        Ok(epochs)
    }

    /// The member who shows this identifier.
    pub fn member_of(&self, identifier: &[u8; 16]) -> Result<Option<MemberNumber>, StoreError> {
        self.db
            .prepare_cached("SELECT member FROM identifier WHERE hash = ?1")?
            .query_row([identifier], |row| row.get::<_, u64>(0))
            .optional()?
            .map(|number| {
                MemberNumber::try_from(number)
                    .map_err(|_| StoreError::corrupt("an impossible member number"))
            })
            .transpose()
    }

    /// This writer knows the member.
    pub fn knows_member(&self, number: MemberNumber) -> Result<bool, StoreError> {
        Ok(self
            .db
            .prepare_cached("SELECT 1 FROM member WHERE number = ?1")?
            .exists([number.get()])?)
    }

    /// What stands beside an entry.
    pub fn document(&self, seq: Seq) -> Result<Vec<u8>, StoreError> {
        self.find_document(seq)?
            .ok_or_else(|| StoreError::corrupt(format!("the document of entry {seq} is missing")))
    }

    /// What stands beside an entry, if anything does.
    pub fn find_document(&self, seq: Seq) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .db
            .prepare_cached("SELECT content FROM document WHERE seq = ?1")?
            .query_row([seq], |row| row.get(0))
            .optional()?)
    }

    /// How an operation ended.
    pub fn operation(&self, id: &str) -> Result<Option<OperationRow>, StoreError> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT call, content, result, refusal, request FROM operation WHERE id = ?1",
            )?
            .query_row([id], |row| {
                Ok(OperationRow {
                    call: row.get(0)?,
                    content: row.get(1)?,
                    result: row.get(2)?,
                    refusal: row.get(3)?,
                    request: row.get(4)?,
                })
            })
            .optional()?)
    }

    /// Programme versions and their documents, oldest first.
    pub fn programmes(&self) -> Result<Vec<(u32, Vec<u8>)>, StoreError> {
        let mut statement = self
            .db
            .prepare("SELECT version, document FROM programme ORDER BY version")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many programme versions there are.
    pub fn count_programmes(&self) -> Result<usize, StoreError> {
        if let Some(count) = self.seen.programmes.get() {
            return Ok(count);
        }
        let mut statement = self.db.prepare_cached("SELECT count(*) FROM programme")?;
        let count = statement.query_row([], |row| row.get(0))?;
        if self.head.is_none() {
            self.seen.programmes.set(Some(count));
        }
        Ok(count)
    }

    /// The hash of a programme version's document, if it is there.
    pub fn programme_hash(&self, version: u32) -> Result<Option<Hash>, StoreError> {
        let sql = "SELECT hash FROM programme WHERE version = ?1";
        let found = self.db.query_row(sql, [version], |row| row.get(0));
        Ok(found.optional()?)
    }

    /// An entry says that a programme version was installed with another document than this one. Reads
    /// every entry.
    pub fn was_installed_unlike(&self, version: u32, hash: &Hash) -> Result<bool, StoreError> {
        let mut statement = self.db.prepare(
            "SELECT 1 FROM entry WHERE kind = ?1 AND programme_version = ?2 AND payload <> ?3",
        )?;
        let kind = Kind::ProgrammeInstalled.number();
        Ok(statement.exists(params![kind, version, hash])?)
    }

    /// The oldest batch that is not acknowledged: its bytes and how many entries it has.
    pub fn waiting_batch(&self) -> Result<Option<(Vec<u8>, u64)>, StoreError> {
        Ok(self
            .db
            .query_row(
                "SELECT bytes, last_seq - first_seq + 1 FROM batch ORDER BY first_seq LIMIT 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?)
    }

    /// Results of the operations of some calls that were not refused.
    pub fn results_of(&self, calls: [u8; 2]) -> Result<BTreeSet<u64>, StoreError> {
        let sql = "SELECT result FROM operation WHERE call IN (?1, ?2) AND refusal IS NULL";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query(calls)?;
        let mut results = BTreeSet::new();
        while let Some(row) = rows.next()? {
            results.insert(row.get(0)?);
        }
        Ok(results)
    }

    /// Blocks of member numbers: first body, last body, next body to give.
    pub fn number_blocks(&self) -> Result<Vec<(u64, u64, u64)>, StoreError> {
        let sql = "SELECT first_body, last_body, next_body FROM number_block";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many identifiers belong to members that were enrolled here.
    pub fn count_enrolled_identifiers(&self) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM identifier i JOIN member m ON m.number = i.member
                   WHERE m.enrolled_seq IS NOT NULL";
        Ok(self.db.query_row(sql, [], |row| row.get(0))?)
    }

    /// Entries behind `acknowledged` that are not of the kind `synced`.
    pub fn unsent(&self, acknowledged: Seq, synced: u8) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM entry WHERE seq > ?1 AND kind <> ?2";
        Ok(self
            .db
            .query_row(sql, params![acknowledged, synced], |row| row.get(0))?)
    }

    /// Counts for `info`.
    pub fn sizes(&self) -> Result<Sizes, StoreError> {
        Ok(self.db.query_row(
            "SELECT (SELECT count(*) FROM member), (SELECT count(*) FROM sale WHERE state IN (1, 4))",
            [],
            |row| {
                Ok(Sizes {
                    members: row.get(0)?,
                    open_sales: row.get(1)?,
                })
            },
        )?)
    }

    /// All counters as the tables have them, for `verify`.
    pub(super) fn db(&self) -> &Connection {
        self.db
    }
}
