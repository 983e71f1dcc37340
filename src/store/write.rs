//! Appending: one database transaction, one sync.

use std::cell::Cell;

use rusqlite::{Connection, ErrorCode, params};

use super::error::StoreError;
use super::member_status::{self, Plain};
use super::read::Reading;
use super::rows::{INSERT_ENTRY, insert_entry};
use super::sales::SaleRow;
use super::seal;
use super::seen::Seen;
use super::transaction::Transaction;
use super::turns;
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber, UtcOffset};
use crate::ledger::{Effect, Entry, Hash, chain};

/// Where the chains end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// When the last entry was written; 1970 before the first.
    pub at: Instant,
    /// The last entry.
    pub seq: Seq,
    /// Its hash.
    pub hash: Hash,
    /// The side chain's last link.
    pub side_hash: Hash,
    /// The last instant at which the clock was believed right.
    pub trusted_at: Instant,
    /// The latest business date that is closed.
    pub closed_date: Option<BusinessDate>,
    /// Everything up to here is acknowledged by head office.
    pub acknowledged_seq: Seq,
    /// Head office's own place in the last acknowledgement; 0 before the first.
    pub office_index: u64,
    /// The UTC offset of the last entry.
    pub offset: UtcOffset,
    /// A number for all that is summed up to the last entry; none where nothing is.
    pub counted_for: Option<i64>,
}

/// How an operation ended, to be remembered.
pub struct NewOperation<'a> {
    /// The POS's name for it.
    pub id: &'a str,
    /// Which call it was.
    pub call: u8,
    /// SHA-256 of what was asked.
    pub content: Hash,
    /// An entry or a member number, by call.
    pub result: u64,
    /// Why the rules said no.
    pub refusal: Option<&'a [u8]>,
    /// What was asked, where no document says it.
    pub request: Option<&'a str>,
}

/// An open write. Dropped without [`Writing::commit`], nothing was written.
pub struct Writing<'a> {
    transaction: Transaction<'a>,
    head: Head,
    changed: bool,
    plain: Plain,
    /// What is seen when it is done.
    seen: Seen,
    /// More of the file is kept in memory until then.
    pub(super) has_room: Cell<bool>,
}

impl<'a> Writing<'a> {
    /// With what an earlier read or write has seen.
    pub(super) fn begin(connection: &'a mut Connection, seen: Seen) -> Result<Self, StoreError> {
        let transaction = Transaction::to_write(connection)?;
        let mut seen = seen.still(&transaction)?;
        let head = match seen.head.take() {
            Some(head) => head,
            None => Reading::new(&transaction).head_if_born()?,
        };
        Ok(Self {
            transaction,
            head,
            changed: false,
            plain: Plain::default(),
            seen: seen.without_programmes(),
            has_room: Cell::new(false),
        })
    }

    /// Says what is seen from then on.
    pub(super) fn commit(self) -> Result<Seen, StoreError> {
        if self.changed {
            self.transaction
                .prepare_cached(
                    "UPDATE head SET seq = ?1, hash = ?2, side_hash = ?3, trusted_at_ms = ?4,
                         closed_date = ?5, acknowledged_seq = ?6, office_index = ?7,
                         offset_minutes = ?8, counted_seq = iif(?9 IS NULL, -1, ?1),
                         counted_for = ifnull(?9, 0), seal = ?10 WHERE one = 1",
                )?
                .execute(params![
                    self.head.seq,
                    self.head.hash,
                    self.head.side_hash,
                    self.head.trusted_at.ms(),
                    self.head.closed_date.map_or(0, BusinessDate::yyyymmdd),
                    self.head.acknowledged_seq,
                    self.head.office_index,
                    self.head.offset.minutes(),
                    self.head.counted_for,
                    seal::of_head(&self.head),
                ])?;
        }
        commit(self.transaction)?;
        Ok(self.seen.with_head(self.head))
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.transaction
    }

    pub(super) fn load_head(&mut self) -> Result<(), StoreError> {
        self.head = Reading::new(&self.transaction).head()?;
        Ok(())
    }

    /// What the next entry is chained to.
    pub(super) fn hang_on(&mut self, hash: Hash) {
        self.head.hash = hash;
        self.changed = true;
    }

    /// Head office's part of the head, as another file had it.
    pub(super) fn take_over(&mut self, head: &Head) {
        self.head.trusted_at = head.trusted_at;
        self.head.acknowledged_seq = head.acknowledged_seq.min(self.head.seq);
        self.head.office_index = head.office_index;
        self.changed = true;
    }

    /// Queries that see what this write has written so far.
    pub fn reading(&self) -> Reading<'_> {
        Reading::within(&self.transaction, &self.head, &self.plain)
    }

    /// Where the chains end now.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Appends entries behind the head and moves the counters. What is about a member who was merged into
    /// another is written as the other's.
    ///
    /// # Panics
    /// If the entries are not numbered on from the head: our own mistake, and nothing is written.
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        let mut insert = self.transaction.prepare_cached(INSERT_ENTRY)?;
        for entry in entries {
            let entry = &*self.reading().under_present_number(entry)?;
            assert_eq!(
                entry.seq,
                self.head.seq + 1,
                "entries follow one another without a gap"
            );
            let hash = chain::link(&self.head.hash, entry);
            insert_entry(&mut insert, entry, &hash)?;
            self.head.seq = entry.seq;
            self.head.hash = hash;
            self.head.at = entry.at;
            self.head.offset = entry.offset;
            self.changed = true;
            if member_status::follow(&self.transaction, entry)? {
                self.plain.forget();
            }
            turns::follow(&self.transaction, entry)?;
            if let Some(effect) = Effect::of(entry) {
                move_counters(&self.transaction, entry, &effect)?;
            }
        }
        Ok(())
    }

    /// Keeps a document beside an entry and links it into the side chain.
    pub fn put_document(&mut self, seq: Seq, content: &[u8]) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("INSERT INTO document (seq, content) VALUES (?1, ?2)")?
            .execute(params![seq, content])?;
        self.head.side_hash = chain::side_link(&self.head.side_hash, seq, content);
        self.changed = true;
        Ok(())
    }

    /// Writes where a sale stands, new or changed.
    pub fn put_sale(&self, sale: &SaleRow) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO sale (seq, state, hold_until_ms, document_seq, posted_seq, last_seq,
                     refund_seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (seq) DO UPDATE SET state = excluded.state,
                     hold_until_ms = excluded.hold_until_ms,
                     document_seq = excluded.document_seq,
                     posted_seq = excluded.posted_seq,
                     last_seq = excluded.last_seq,
                     refund_seq = excluded.refund_seq",
            )?
            .execute(params![
                sale.seq,
                sale.state,
                sale.hold_until.ms(),
                sale.document_seq,
                sale.posted_seq,
                sale.last_seq,
                sale.refund_seq,
            ])?;
        Ok(())
    }

    /// Gives a receipt to a sale.
    pub fn put_receipt(&self, key: &[u8; 16], sale: Seq) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("INSERT INTO receipt (key, sale) VALUES (?1, ?2)")?
            .execute(params![key, sale])?;
        Ok(())
    }

    /// Frees the receipts of a sale that was voided or ran out.
    pub fn free_receipt(&self, key: &[u8; 16]) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("DELETE FROM receipt WHERE key = ?1")?
            .execute(params![key])?;
        Ok(())
    }

    /// Remembers how an operation ended. One that was done stays done; one that was refused may have
    /// been asked again with an approval.
    pub fn put_operation(&self, operation: &NewOperation<'_>) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO operation (id, call, content, result, refusal, request, seal)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (id) DO UPDATE SET result = excluded.result,
                     refusal = excluded.refusal, request = excluded.request, seal = excluded.seal
                     WHERE refusal IS NOT NULL",
            )?
            .execute(params![
                operation.id,
                operation.call,
                operation.content,
                operation.result,
                operation.refusal,
                operation.request,
                seal::of_operation(operation),
            ])?;
        Ok(())
    }

    /// The next free member number of this writer's blocks; nothing once they are used up.
    pub fn take_member_number(&self) -> Result<Option<MemberNumber>, StoreError> {
        let body = self
            .transaction
            .prepare_cached(
                "UPDATE number_block SET next_body = next_body + 1
                 WHERE first_body = (SELECT min(first_body) FROM number_block
                                     WHERE next_body <= last_body)
                 RETURNING next_body - 1",
            )?
            .query_map([], |row| row.get::<_, u64>(0))?
            .next()
            .transpose()?;
        body.map(|body| {
            let number = MemberNumber::from_body(body)
                .ok_or_else(|| StoreError::corrupt("a number block beyond eleven digits"))?;
            if self.reading().knows_member(number)? {
                return Err(StoreError::corrupt("a member number was given before"));
            }
            Ok(number)
        })
        .transpose()
    }

    /// Makes sure that an enrolment's member, and what may be shown for it at the till, are known. What is
    /// known already stays as it is.
    pub fn know_member(
        &self,
        number: MemberNumber,
        enrolled_seq: Seq,
        identifiers: &[[u8; 16]],
    ) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("INSERT OR IGNORE INTO member (number, enrolled_seq) VALUES (?1, ?2)")?
            .execute(params![number.get(), enrolled_seq])?;
        for hash in identifiers {
            self.transaction
                .prepare_cached("INSERT OR IGNORE INTO identifier (hash, member) VALUES (?1, ?2)")?
                .execute(params![hash, number.get()])?;
        }
        // A number that was given is never given again.
        self.transaction
            .prepare_cached(
                "UPDATE number_block SET next_body = max(next_body, ?1 + 1)
                 WHERE ?1 BETWEEN first_body AND last_body",
            )?
            .execute([number.get() / 10])?;
        Ok(())
    }

    /// Installs a programme version.
    pub fn put_programme(
        &self,
        version: u32,
        hash: &Hash,
        document: &[u8],
        installed_seq: Seq,
    ) -> Result<(), StoreError> {
        self.transaction.execute(
            "INSERT INTO programme (version, hash, document, installed_seq)
             VALUES (?1, ?2, ?3, ?4)",
            params![version, hash, document, installed_seq],
        )?;
        Ok(())
    }

    /// The clock was believed right at this instant.
    pub fn trust_clock(&mut self, at: Instant) {
        if self.head.trusted_at != at {
            self.head.trusted_at = at;
            self.changed = true;
        }
    }

    /// Everything up to this date is closed.
    pub fn close_date(&mut self, date: BusinessDate) {
        self.head.closed_date = self.head.closed_date.max(Some(date));
        self.changed = true;
    }

    /// Says what is summed up from here on.
    pub fn mark_counted(&mut self, counted_for: Option<i64>) {
        self.changed |= self.head.counted_for != counted_for;
        self.head.counted_for = counted_for;
    }

    /// Keeps a batch until it is acknowledged.
    pub fn put_batch(
        &self,
        first_seq: Seq,
        last_seq: Seq,
        id: &Hash,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        self.transaction.execute(
            "INSERT INTO batch (first_seq, last_seq, id, bytes) VALUES (?1, ?2, ?3, ?4)",
            params![first_seq, last_seq, id, bytes],
        )?;
        Ok(())
    }

    /// Head office has everything up to `seq` and signed so in `bytes`: batches up to there need not
    /// be offered again. The entries themselves stay.
    pub fn acknowledge(
        &mut self,
        seq: Seq,
        office_index: u64,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        self.transaction
            .execute("DELETE FROM batch WHERE last_seq <= ?1", [seq])?;
        self.transaction.execute(
            "INSERT INTO acknowledgement (seq, bytes) VALUES (?1, ?2)",
            params![seq, bytes],
        )?;
        self.head.acknowledged_seq = self.head.acknowledged_seq.max(seq);
        self.head.office_index = self.head.office_index.max(office_index);
        self.changed = true;
        Ok(())
    }
}

/// A commit that fails with an I/O error may or may not be on the disk.
pub(super) fn commit(transaction: Transaction<'_>) -> Result<(), StoreError> {
    transaction.commit().map_err(|error| match error {
        rusqlite::Error::SqliteFailure(failure, _)
            if failure.code == ErrorCode::SystemIoFailure =>
        {
            StoreError::OutcomeUnknown {
                code: failure.extended_code,
            }
        }
        other => other.into(),
    })
}

/// What a member has or owes in a wallet stays within what one amount may be: every sum of it can then be
/// added up, and told.
pub(super) fn refuse_beyond(db: &Connection, member: u64, wallet: u8) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(HAS_AND_OWES)?;
    let (has, owes): (i64, i64) = statement.query_row(params![member, wallet], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    if has.max(owes) > AMOUNT_MAX {
        return Err(StoreError::Beyond);
    }
    Ok(())
}

/// What member `?1` has and owes in wallet `?2`, out of what is open: SQLite takes the index `portion_open`
/// for the sake of its order.
pub(super) const HAS_AND_OWES: &str = "SELECT coalesce(sum(open), 0),
         (SELECT coalesce(sum(debt), 0) FROM account WHERE member = ?1 AND wallet = ?2)
     FROM (SELECT granted + earned - released - used AS open FROM portion
           WHERE member = ?1 AND +wallet = ?2 AND writer = 0
               AND granted + earned - released - used <> 0
           ORDER BY expires_on LIMIT -1)";

/// Moves the counters of one portion and one account by what an entry says.
fn move_counters(db: &Connection, entry: &Entry, effect: &Effect) -> Result<(), StoreError> {
    // In a whole file neither can be: the counters are what the entries amount to.
    let member = entry
        .member
        .ok_or_else(|| StoreError::corrupt("points of nobody"))?
        .get();
    if entry.kind.makes_lot() {
        db.prepare_cached(
            "INSERT INTO portion (member, wallet, lot, writer, awarded_at_ms, available_from,
                 expires_on, granted, earned, released, used, held)
             VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, 0, ?7, 0, 0, 0)",
        )?
        .execute(params![
            member,
            entry.wallet,
            effect.lot,
            entry.at.ms(),
            entry.available_from.yyyymmdd(),
            entry.expires_on.map(BusinessDate::yyyymmdd),
            effect.earned.get(),
        ])?;
    } else if effect.lot != 0 {
        let moved = db
            .prepare_cached(
                "UPDATE portion SET used = used + ?4, held = held + ?5
                 WHERE member = ?1 AND wallet = ?2 AND lot = ?3 AND writer = 0",
            )?
            .execute(params![
                member,
                entry.wallet,
                effect.lot,
                effect.used.get(),
                effect.held.get()
            ])?;
        if moved != 1 {
            return Err(StoreError::corrupt("points of a lot that is not there"));
        }
    }
    if !effect.debt.is_zero() {
        let moved = db
            .prepare_cached(
                "UPDATE account SET debt = debt + ?3 WHERE member = ?1 AND wallet = ?2",
            )?
            .execute(params![member, entry.wallet, effect.debt.get()])?;
        if moved == 0 {
            db.prepare_cached("INSERT INTO account (member, wallet, debt) VALUES (?1, ?2, ?3)")?
                .execute(params![member, entry.wallet, effect.debt.get()])?;
        }
    }
    let grows = effect.earned.is_positive() || effect.used.is_negative();
    if grows || effect.debt.is_positive() {
        refuse_beyond(db, member, entry.wallet)?;
    }
    Ok(())
}
