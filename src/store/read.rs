//! Questions to the file.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StoreError;
use super::household::of_account;
use super::member_status::{OF_MEMBER, Plain};
use super::open::{Epoch, Keys};
use super::rows::{ENTRY_COLUMNS, date_from, entry_from};
use super::seen::Seen;
use super::write::Head;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber, StreamId, UtcOffset, WriterId};
use crate::ledger::{Entry, Flags, Genesis, Hash, Kind, Totals, chain};

/// Where a sale stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleRow {
    /// Its first entry.
    pub seq: Seq,
    /// 1 held, 2 committed, 3 voided, 4 expired, 5 refunded.
    pub state: u8,
    /// When its hold runs out.
    pub hold_until: Instant,
    /// The document in force.
    pub document_seq: Seq,
    /// Its commit entry, 0 before.
    pub posted_seq: Seq,
    /// The last entry of its hold or commit.
    pub last_seq: Seq,
    /// Its refund entry, 0 without.
    pub refund_seq: Seq,
}

impl SaleRow {
    /// The claim that made it a member's, if it was nobody's before: the only document that comes
    /// behind the sale's own entries stands beside it.
    pub fn claim_seq(&self) -> Option<Seq> {
        (self.posted_seq != 0 && self.document_seq > self.last_seq).then_some(self.document_seq)
    }
}

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

    /// Where a sale stands.
    pub fn sale(&self, seq: Seq) -> Result<Option<SaleRow>, StoreError> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT seq, state, hold_until_ms, document_seq, posted_seq, last_seq, refund_seq
                 FROM sale WHERE seq = ?1",
            )?
            .query_row([seq], sale_from)
            .optional()?)
    }

    /// Sales whose hold has not been ended, oldest first.
    pub fn held_sales(&self) -> Result<Vec<SaleRow>, StoreError> {
        self.sales_where("state = 1")
    }

    /// The same of one member, and of those who were merged into that member.
    pub fn held_sales_of(&self, member: MemberNumber) -> Result<Vec<SaleRow>, StoreError> {
        let sql = format!(
            "SELECT seq, state, hold_until_ms, document_seq, posted_seq, last_seq, refund_seq
             FROM sale WHERE state = 1
                 AND EXISTS (SELECT 1 FROM entry e WHERE e.seq = sale.seq AND e.{OF_MEMBER})
             ORDER BY seq"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let member = self.whose(member)?;
        let rows = statement.query_map([member.get()], sale_from)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sales that are neither committed nor voided, whether or not their hold has run out, oldest
    /// first.
    pub fn open_sales(&self) -> Result<Vec<SaleRow>, StoreError> {
        self.sales_where("state IN (1, 4)")
    }

    /// The same as it was before the entry `end`.
    pub fn open_sales_before(&self, end: Seq) -> Result<Vec<SaleRow>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT seq, state, hold_until_ms, document_seq, posted_seq, last_seq, refund_seq
             FROM sale WHERE seq < ?1 AND seq IN (
                 SELECT seq FROM sale WHERE state IN (1, 4)
                 UNION SELECT refers_to FROM entry WHERE seq >= ?1 AND lot = 0 AND kind IN (?2, ?3))
             ORDER BY seq",
        )?;
        let (commit, void) = (Kind::Commit.number(), Kind::Void.number());
        let rows = statement.query_map(params![end, commit, void], sale_from)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sales that were authorised or made final on a business date, oldest first.
    pub fn sales_on(&self, date: BusinessDate) -> Result<Vec<SaleRow>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT seq, state, hold_until_ms, document_seq, posted_seq, last_seq, refund_seq
             FROM sale WHERE seq IN (
                 SELECT iif(refers_to = 0, seq, refers_to) FROM entry
                 WHERE business_date = ?1 AND lot = 0 AND kind IN (?2, ?3))
             ORDER BY seq",
        )?;
        let (hold, commit) = (Kind::Hold.number(), Kind::Commit.number());
        let rows = statement.query_map(params![date.yyyymmdd(), hold, commit], sale_from)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn sales_where(&self, condition: &'static str) -> Result<Vec<SaleRow>, StoreError> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT seq, state, hold_until_ms, document_seq, posted_seq, last_seq, refund_seq
             FROM sale WHERE {condition} ORDER BY seq"
        ))?;
        let rows = statement.query_map([], sale_from)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Which sale a receipt belongs to.
    pub fn sale_of_receipt(&self, key: &[u8; 16]) -> Result<Option<Seq>, StoreError> {
        Ok(self
            .db
            .prepare_cached("SELECT sale FROM receipt WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?)
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

    /// Entries from `first` to `last`, with their hashes.
    pub fn entries(&self, first: Seq, last: Seq) -> Result<Vec<(Entry, Hash)>, StoreError> {
        let mut found = Vec::new();
        self.each_entry(first, last, |entry, hash| {
            found.push((entry, hash));
            Ok(())
        })?;
        Ok(found)
    }

    /// Walks over entries without holding them all.
    pub fn each_entry(
        &self,
        first: Seq,
        last: Seq,
        mut visit: impl FnMut(Entry, Hash) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql =
            format!("SELECT {ENTRY_COLUMNS} FROM entry WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params![first, last])?;
        while let Some(row) = rows.next()? {
            let (entry, hash) = entry_from(row)?;
            visit(entry, hash)?;
        }
        Ok(())
    }

    /// The entries of the account that a member uses, behind `after`, oldest first: of its number and of
    /// those who were merged into it, and of a household's members while they are in it.
    pub fn history(
        &self,
        member: MemberNumber,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        let (member, was_shared) = self.account_and_past(member)?;
        let whose = match was_shared {
            false => OF_MEMBER.to_owned(),
            true => of_account(),
        };
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entry WHERE {whose} AND seq > ?2 ORDER BY seq LIMIT ?3"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params![member.get(), after, limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(entry_from(row)?.0);
        }
        Ok(found)
    }

    /// The refunds of a sale, undone or not, and those that undo one, in their order.
    pub fn refunds_of(&self, sale: Seq) -> Result<Vec<Entry>, StoreError> {
        // As the index `entry_refund` has it, so that SQLite uses it.
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entry WHERE kind = {} AND refers_to = ?1 ORDER BY seq",
            Kind::Refund.number()
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([sale])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(entry_from(row)?.0);
        }
        Ok(found)
    }

    /// The instant that counts for an entry written by a clock that was not believed: that of the last
    /// one before it that was.
    pub fn believed_before(&self, seq: Seq) -> Result<Instant, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT at_ms FROM entry WHERE seq < ?1 AND flags & ?2 = 0 ORDER BY seq DESC LIMIT 1",
        )?;
        let suspect = Flags::CLOCK_SUSPECT.0;
        let found = statement.query_row(params![seq, suspect], |row| row.get(0));
        Ok(Instant::from_ms(found.optional()?.unwrap_or(0)))
    }

    /// The sales of a member that were made final with a business date in this range, and those of
    /// nobody that the member claimed since, in the order in which they were made final, by their
    /// first entries.
    pub fn sales_of(
        &self,
        member: MemberNumber,
        first: BusinessDate,
        last: BusinessDate,
    ) -> Result<Vec<Seq>, StoreError> {
        let sql = format!(
            "SELECT iif(refers_to = 0, seq, refers_to) AS sale, seq AS posted FROM entry
             WHERE {OF_MEMBER} AND kind = ?2 AND lot = 0 AND business_date BETWEEN ?3 AND ?4
             UNION ALL
             SELECT c.refers_to, p.seq FROM entry c
             JOIN sale s ON s.seq = c.refers_to JOIN entry p ON p.seq = s.posted_seq
             WHERE c.{OF_MEMBER} AND c.kind = ?5 AND p.business_date BETWEEN ?3 AND ?4
             ORDER BY posted"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let member = self.whose(member)?;
        let (commit, claim) = (Kind::Commit.number(), Kind::Claim.number());
        let (first, last) = (first.yyyymmdd(), last.yyyymmdd());
        let range = params![member.get(), commit, first, last, claim];
        let rows = statement.query_map(range, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Entries of one business date before `end` that are of one of these kinds or carry a mark.
    pub fn marked_or_of_kinds(
        &self,
        date: BusinessDate,
        end: Seq,
        kinds: &[Kind],
    ) -> Result<Vec<Entry>, StoreError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entry WHERE business_date = ?1 AND seq < ?2 ORDER BY seq"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params![date.yyyymmdd(), end])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let flags: u8 = row.get(2)?;
            let kind: u8 = row.get(1)?;
            if flags != 0 || kinds.iter().any(|wanted| wanted.number() == kind) {
                found.push(entry_from(row)?.0);
            }
        }
        Ok(found)
    }

    /// Returns of a member's goods without their sale, with a business date in this range, oldest first;
    /// none that was undone.
    pub fn unlinked_refunds_of(
        &self,
        member: MemberNumber,
        first: BusinessDate,
        last: BusinessDate,
    ) -> Result<Vec<Seq>, StoreError> {
        let sql = format!(
            "SELECT seq FROM entry
             WHERE {OF_MEMBER} AND kind = ?2 AND refers_to = 0 AND business_date BETWEEN ?3 AND ?4
                 AND seq NOT IN (SELECT refers_to FROM entry
                                 WHERE {OF_MEMBER} AND kind = ?2 AND flags & ?5)
             ORDER BY seq"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let member = self.whose(member)?;
        let (refund, undone) = (Kind::Refund.number(), Flags::UNDONE.0);
        let (first, last) = (first.yyyymmdd(), last.yyyymmdd());
        let range = params![member.get(), refund, first, last, undone];
        let rows = statement.query_map(range, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a member did that was no sale, with a business date in this range, oldest first; nothing that
    /// was taken back.
    pub fn events_of(
        &self,
        member: MemberNumber,
        first: BusinessDate,
        last: BusinessDate,
    ) -> Result<Vec<Entry>, StoreError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entry
             WHERE {OF_MEMBER} AND kind = ?2 AND flags & ?5 = 0 AND business_date BETWEEN ?3 AND ?4
                 AND seq NOT IN (SELECT refers_to FROM entry
                                 WHERE {OF_MEMBER} AND kind = ?2 AND flags & ?5)
             ORDER BY seq"
        );
        let member = self.whose(member)?;
        let mut statement = self.db.prepare_cached(&sql)?;
        let (event, undone) = (Kind::Event.number(), Flags::UNDONE.0);
        let (first, last) = (first.yyyymmdd(), last.yyyymmdd());
        let mut rows = statement.query(params![member.get(), event, first, last, undone])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(entry_from(row)?.0);
        }
        Ok(found)
    }

    /// The event was taken back.
    pub fn is_event_undone(&self, member: MemberNumber, event: Seq) -> Result<bool, StoreError> {
        let sql = format!(
            "SELECT 1 FROM entry
             WHERE {OF_MEMBER} AND seq > ?2 AND kind = ?3 AND refers_to = ?2 AND flags & ?4"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let member = self.whose(member)?;
        let (kind, undone) = (Kind::Event.number(), Flags::UNDONE.0);
        Ok(statement.exists(params![member.get(), event, kind, undone])?)
    }

    /// Control totals of one business date.
    pub fn totals(&self, date: BusinessDate) -> Result<Totals, StoreError> {
        let sql =
            format!("SELECT {ENTRY_COLUMNS} FROM entry WHERE business_date = ?1 ORDER BY seq");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([date.yyyymmdd()])?;
        let mut totals = Totals::default();
        while let Some(row) = rows.next()? {
            totals.add(&entry_from(row)?.0);
        }
        Ok(totals)
    }

    /// Business dates up to `through` that have entries newer than their last close, oldest first.
    /// `sales` are the kinds of entries that make a date worth closing.
    pub fn open_dates(
        &self,
        through: BusinessDate,
        day_closed: u8,
        bookkeeping: &[u8],
    ) -> Result<Vec<BusinessDate>, StoreError> {
        let list = bookkeeping
            .iter()
            .map(u8::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        let sql = format!(
            "SELECT business_date FROM entry WHERE business_date <= ?1
             GROUP BY business_date
             HAVING max(iif(kind NOT IN ({list}), seq, 0)) > max(iif(kind = ?2, seq, 0))
             ORDER BY business_date"
        );
        let mut statement = self.db.prepare(&sql)?;
        let rows = statement.query_map(params![through.yyyymmdd(), day_closed], |row| {
            row.get::<_, i64>(0)
        })?;
        rows.map(|number| date_from(number?)).collect()
    }

    /// The last entry of a kind on a business date.
    pub fn last_of_kind(&self, date: BusinessDate, kind: u8) -> Result<Option<Seq>, StoreError> {
        Ok(self.db.query_row(
            "SELECT max(seq) FROM entry WHERE business_date = ?1 AND kind = ?2",
            params![date.yyyymmdd(), kind],
            |row| row.get(0),
        )?)
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

    /// Every sale, oldest first.
    pub fn each_sale(
        &self,
        mut visit: impl FnMut(SaleRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.db.prepare(
            "SELECT seq, state, hold_until_ms, document_seq, posted_seq, last_seq, refund_seq
             FROM sale ORDER BY seq",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            visit(sale_from(row)?)?;
        }
        Ok(())
    }

    /// Results of the operations of some calls that were not refused.
    pub fn results_of(&self, calls: [u8; 2]) -> Result<BTreeSet<u64>, StoreError> {
        let sql = "SELECT result FROM operation WHERE call IN (?1, ?2) AND refusal IS NULL";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map(calls, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
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

fn sale_from(row: &rusqlite::Row<'_>) -> rusqlite::Result<SaleRow> {
    Ok(SaleRow {
        seq: row.get(0)?,
        state: row.get(1)?,
        hold_until: Instant::from_ms(row.get(2)?),
        document_seq: row.get(3)?,
        posted_seq: row.get(4)?,
        last_seq: row.get(5)?,
        refund_seq: row.get(6)?,
    })
}
