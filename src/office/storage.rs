//! Head office's SQL for taking in: see `schema.sql` for what the tables mean.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::fold::{Ancestry, Sums};
use super::ingest::Outcome;
use super::{OfficeError, column, member_column};
use crate::exchange::batch::{self, Batch, BatchId};
use crate::exchange::{Manifest, provisioning};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, StreamId, WriterId};
use crate::ledger::draw::key_of_writer;
use crate::ledger::{Entry, Flags, Hash, Kind};

/// How far a stream has been applied.
pub(super) struct StreamRow {
    pub stream_no: i64,
    pub parent_stream: Option<i64>,
    pub parent_seq: Seq,
    pub seq: Seq,
    pub hash: Hash,
}

/// Number and public key of a writer.
pub(super) fn writer(
    db: &Connection,
    writer: WriterId,
) -> Result<Option<(i64, [u8; 32])>, OfficeError> {
    Ok(db
        .prepare_cached("SELECT writer_no, public_key FROM writer WHERE writer = ?1")?
        .query_row([writer.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Takes the next block of member numbers and records the writer that gets it.
pub(super) fn insert_writer(
    db: &Connection,
    new: &provisioning::Provisioning,
) -> Result<(), OfficeError> {
    let public_key = new.writer_key().verifying_key().to_bytes();
    let block = new.member_block;
    db.execute(
        "INSERT INTO writer (writer, public_key, provisioning_id, store, till, first_body, last_body, issued_ms, draw_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            new.writer.0,
            public_key,
            new.provisioning_id,
            new.store,
            new.till,
            column(block.first_body),
            column(block.last_body),
            new.issued_at.ms(),
            key_of_writer(&new.writer_secret).as_slice()
        ],
    )?;
    db.execute(
        "UPDATE office SET next_body = ?1",
        [column(block.last_body + 1)],
    )?;
    Ok(())
}

pub(super) fn next_body(db: &Connection) -> Result<u64, OfficeError> {
    let next: i64 = db.query_row("SELECT next_body FROM office", [], |row| row.get(0))?;
    u64::try_from(next).map_err(|_| OfficeError::Damaged("the next member number"))
}

/// What became of a batch that is known already.
pub(super) fn batch(db: &Connection, id: &BatchId) -> Result<Option<Outcome>, OfficeError> {
    let found = db
        .prepare_cached("SELECT state, at_seq, acknowledgement FROM batch WHERE batch_id = ?1")?
        .query_row([id], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, Option<Vec<u8>>>(2)?,
            ))
        })
        .optional()?;
    let Some((state, at_seq, acknowledgement)) = found else {
        return Ok(None);
    };
    let at = Seq::try_from(at_seq).map_err(|_| OfficeError::Damaged("a batch's seq"))?;
    match (state, acknowledgement) {
        (1, Some(acknowledgement)) => Ok(Some(Outcome::Applied(acknowledgement))),
        (2, _) => Ok(Some(Outcome::Parked { needs: at })),
        (3, _) => Ok(Some(Outcome::Fork { at })),
        _ => Err(OfficeError::Damaged("the state of a batch")),
    }
}

/// A batch that was kept, checked as on the day it came in.
pub(super) fn open_batch(db: &Connection, id: &BatchId) -> Result<Batch, OfficeError> {
    let (file, public_key) = db
        .prepare_cached(
            "SELECT file, public_key FROM batch JOIN writer USING (writer_no) WHERE batch_id = ?1",
        )?
        .query_row([id], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))?;
    batch::read(&file)
        .and_then(|unverified| unverified.verify(&public_key))
        .map_err(|_| OfficeError::Damaged("a batch cannot be read again"))
}

/// State, seq, index and acknowledgement as columns.
type BatchState<'a> = (i64, i64, Option<i64>, Option<&'a [u8]>);

fn state_of<'a>(db: &Connection, outcome: &'a Outcome) -> Result<BatchState<'a>, OfficeError> {
    Ok(match outcome {
        Outcome::Applied(ack) => (1, 0, Some(column(next_index(db)?)), Some(ack)),
        Outcome::Parked { needs } => (2, column(*needs), None, None),
        Outcome::Fork { at } => (3, column(*at), None, None),
        Outcome::Refused(_) => return Err(OfficeError::Damaged("a refused batch is not kept")),
    })
}

pub(super) fn insert_batch(
    db: &Connection,
    writer_no: i64,
    batch: &Batch,
    outcome: &Outcome,
    file: &[u8],
    now: Instant,
) -> Result<(), OfficeError> {
    let (state, at_seq, index, acknowledgement) = state_of(db, outcome)?;
    let manifest = &batch.manifest;
    db.prepare_cached(
        "INSERT INTO batch (batch_id, writer_no, epoch, tag, first_seq, last_seq, state, at_seq,
                            office_index, acknowledgement, received_ms, file)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        batch.id,
        writer_no,
        manifest.stream.epoch,
        manifest.stream.tag,
        column(manifest.first_seq),
        column(manifest.last_seq()),
        state,
        at_seq,
        index,
        acknowledgement,
        now.ms(),
        file
    ])?;
    Ok(())
}

/// A batch that was parked has been applied, or is a fork.
pub(super) fn settle_batch(
    db: &Connection,
    id: &BatchId,
    outcome: &Outcome,
) -> Result<(), OfficeError> {
    let (state, at_seq, index, acknowledgement) = state_of(db, outcome)?;
    db.prepare_cached(
        "UPDATE batch SET state = ?2, at_seq = ?3, office_index = ?4, acknowledgement = ?5
         WHERE batch_id = ?1 AND state = 2",
    )?
    .execute(params![id, state, at_seq, index, acknowledgement])?;
    Ok(())
}

pub(super) fn still_waits(db: &Connection, id: &BatchId, needs: Seq) -> Result<(), OfficeError> {
    db.prepare_cached("UPDATE batch SET at_seq = ?2 WHERE batch_id = ?1 AND state = 2")?
        .execute(params![id, column(needs)])?;
    Ok(())
}

/// Parked batches of a writer that may follow now: those that reach the head of `stream`, and those
/// of its other lives.
pub(super) fn waiting(
    db: &Connection,
    writer_no: i64,
    stream: StreamId,
    head: i64,
) -> Result<Vec<BatchId>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT batch_id FROM batch
         WHERE state = 2 AND writer_no = ?1
           AND ((epoch = ?2 AND tag = ?3 AND first_seq <= ?4 + 1) OR epoch <> ?2 OR tag <> ?3)
         ORDER BY first_seq, batch_id",
    )?;
    let ids = query.query_map(params![writer_no, stream.epoch, stream.tag, head], |row| {
        row.get(0)
    })?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The next place in head office's own log.
pub(super) fn next_index(db: &Connection) -> Result<u64, OfficeError> {
    let last: i64 = db
        .prepare_cached("SELECT coalesce(max(office_index), 0) FROM batch")?
        .query_row([], |row| row.get(0))?;
    u64::try_from(last + 1).map_err(|_| OfficeError::Damaged("the office index"))
}

pub(super) fn stream(
    db: &Connection,
    writer_no: i64,
    epoch: u32,
    tag: u32,
) -> Result<Option<StreamRow>, OfficeError> {
    Ok(db
        .prepare_cached(
            "SELECT stream_no, parent_stream, parent_seq, seq, hash FROM stream
             WHERE writer_no = ?1 AND epoch = ?2 AND tag = ?3",
        )?
        .query_row(params![writer_no, epoch, tag], stream_row)
        .optional()?)
}

fn stream_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<StreamRow> {
    let seq = |index: usize| {
        row.get::<_, i64>(index)
            .map(|n| Seq::try_from(n).unwrap_or(0))
    };
    Ok(StreamRow {
        stream_no: row.get(0)?,
        parent_stream: row.get(1)?,
        parent_seq: seq(2)?,
        seq: seq(3)?,
        hash: row.get(4)?,
    })
}

pub(super) fn has_first_life(db: &Connection, writer_no: i64) -> Result<bool, OfficeError> {
    Ok(db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM stream WHERE writer_no = ?1 AND epoch = 1)")?
        .query_row([writer_no], |row| row.get(0))?)
}

/// A new life, with its head at the end of its parent.
pub(super) fn insert_stream(
    db: &Connection,
    writer_no: i64,
    manifest: &Manifest,
    parent_stream: Option<i64>,
) -> Result<StreamRow, OfficeError> {
    let parent_seq = manifest.epoch.parent.seq;
    let hash = manifest
        .epoch
        .genesis(manifest.tenant, manifest.stream)
        .hash();
    db.prepare_cached(
        "INSERT INTO stream (writer_no, epoch, tag, parent_stream, parent_seq, seq, hash, business_date, seen_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, 0, 0)",
    )?
    .execute(params![
        writer_no,
        manifest.stream.epoch,
        manifest.stream.tag,
        parent_stream,
        column(parent_seq),
        hash
    ])?;
    Ok(StreamRow {
        stream_no: db.last_insert_rowid(),
        parent_stream,
        parent_seq,
        seq: parent_seq,
        hash,
    })
}

/// The stream and the lives before it.
pub(super) fn ancestry_of(db: &Connection, stream_no: i64) -> Result<Ancestry, OfficeError> {
    let mut lives = Vec::new();
    let mut parent = Some(stream_no);
    while let Some(stream_no) = parent {
        let row = db
            .prepare_cached(
                "SELECT stream_no, parent_stream, parent_seq, seq, hash FROM stream WHERE stream_no = ?1",
            )?
            .query_row([stream_no], stream_row)?;
        lives.push((row.stream_no, row.parent_seq));
        parent = row.parent_stream;
    }
    Ok(Ancestry(lives))
}

pub(super) fn hash_at(
    db: &Connection,
    stream_no: i64,
    seq: Seq,
) -> Result<Option<Hash>, OfficeError> {
    Ok(db
        .prepare_cached("SELECT hash FROM entry WHERE stream_no = ?1 AND seq = ?2")?
        .query_row(params![stream_no, column(seq)], |row| row.get(0))
        .optional()?)
}

/// Moves the head from where it was read, or not at all.
pub(super) fn move_head(
    db: &Connection,
    from: &StreamRow,
    to: (Seq, Hash),
    entries: &[Entry],
    now: Instant,
) -> Result<(), OfficeError> {
    let latest = entries
        .iter()
        .map(|entry| entry.business_date.yyyymmdd())
        .max();
    let installed = entries
        .iter()
        .rfind(|entry| entry.kind == Kind::ProgrammeInstalled);
    let changed = db
        .prepare_cached(
            "UPDATE stream SET seq = ?4, hash = ?5, business_date = max(business_date, ?6), seen_ms = ?7,
                    programme = coalesce(?8, programme)
             WHERE stream_no = ?1 AND seq = ?2 AND hash = ?3",
        )?
        .execute(params![
            from.stream_no,
            column(from.seq),
            from.hash,
            column(to.0),
            to.1,
            latest.unwrap_or(0),
            now.ms(),
            installed.map(|entry| entry.payload.as_slice())
        ])?;
    if changed == 1 {
        Ok(())
    } else {
        Err(OfficeError::Moved)
    }
}

pub(super) fn insert_entries(
    db: &Connection,
    stream_no: i64,
    entries: &[Entry],
    hashes: &[Hash],
) -> Result<(), OfficeError> {
    let mut insert = db.prepare_cached(
        "INSERT INTO entry VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
                                   ?16, ?17, ?18, ?19)",
    )?;
    for (entry, hash) in entries.iter().zip(hashes) {
        insert.execute(params![
            stream_no,
            column(entry.seq),
            entry.kind.number(),
            entry.flags.0,
            entry.at.ms(),
            entry.sold_at.ms(),
            entry.offset.minutes(),
            entry.business_date.yyyymmdd(),
            member_column(entry.member),
            entry.wallet,
            column(entry.lot),
            entry.points.get(),
            entry.amount.get(),
            column(entry.refers_to),
            entry.available_from.yyyymmdd(),
            entry.expires_on.map(BusinessDate::yyyymmdd),
            entry.programme_version,
            (!entry.payload.is_empty()).then_some(entry.payload.as_slice()),
            hash
        ])?;
    }
    Ok(())
}

/// Keeps the days on which members bought something, and those of their events.
pub(super) fn add_activity(db: &Connection, entries: &[Entry]) -> Result<(), OfficeError> {
    let mut insert = db.prepare_cached("INSERT OR IGNORE INTO activity VALUES (?1, ?2)")?;
    let sales = entries.iter().filter(|entry| !entry.is_portion());
    for entry in sales.filter(|entry| matches!(entry.kind, Kind::Commit | Kind::Claim)) {
        if entry.member.is_some() {
            insert.execute(params![
                member_column(entry.member),
                entry.business_date.yyyymmdd()
            ])?;
        }
    }
    let mut insert = db.prepare_cached("INSERT OR IGNORE INTO event_activity VALUES (?1, ?2)")?;
    let events = entries.iter().filter(|entry| entry.kind == Kind::Event);
    for entry in events.filter(|entry| !entry.flags.has(Flags::UNDONE)) {
        insert.execute(params![
            member_column(entry.member),
            entry.business_date.yyyymmdd()
        ])?;
    }
    Ok(())
}

/// Adds sums to the tables. STRICT columns refuse a sum that no longer fits an integer.
pub(super) fn add(db: &Connection, sums: &Sums) -> Result<(), OfficeError> {
    let mut portion = db.prepare_cached(
        "INSERT INTO portion VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT DO UPDATE SET
            awarded_ms = coalesce(awarded_ms, excluded.awarded_ms),
            available_from = coalesce(available_from, excluded.available_from),
            expires_on = coalesce(expires_on, excluded.expires_on),
            earned = earned + excluded.earned, used = used + excluded.used, held = held + excluded.held",
    )?;
    for ((member, wallet, stream_no, lot), p) in &sums.portions {
        portion.execute(params![
            member,
            wallet,
            stream_no,
            column(*lot),
            p.awarded_ms,
            p.available_from,
            p.expires_on,
            p.earned,
            p.used,
            p.held
        ])?;
    }
    let mut account = db.prepare_cached(
        "INSERT INTO account VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT DO UPDATE SET
            awarded = awarded + excluded.awarded,
            award_refunded = award_refunded + excluded.award_refunded,
            redeemed = redeemed + excluded.redeemed,
            redemption_refunded = redemption_refunded + excluded.redemption_refunded,
            debt = debt + excluded.debt, balance = balance + excluded.balance,
            expired = expired + excluded.expired, adjusted = adjusted + excluded.adjusted",
    )?;
    for ((member, wallet), a) in &sums.accounts {
        account.execute(params![
            member,
            wallet,
            a.awarded,
            a.award_refunded,
            a.redeemed,
            a.redemption_refunded,
            a.debt,
            a.balance,
            a.expired,
            a.adjusted
        ])?;
    }
    let mut member = db.prepare_cached(
        "INSERT INTO member VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET
            enrolments = enrolments + excluded.enrolments,
            sales = sales + excluded.sales, spend = spend + excluded.spend,
            refunds = refunds + excluded.refunds, refunded = refunded + excluded.refunded",
    )?;
    for (number, m) in &sums.members {
        member.execute(params![
            number,
            m.enrolments,
            m.sales,
            m.spend,
            m.refunds,
            m.refunded
        ])?;
    }
    let mut identifier =
        db.prepare_cached("INSERT INTO identifier VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    for (hash, member) in &sums.identifiers {
        identifier.execute(params![hash, member])?;
    }
    Ok(())
}

/// Every row that entries determine, in an order that arrival cannot change.
const DIGEST_QUERIES: [&str; 5] = [
    "SELECT writer, epoch, tag, parent_seq, seq, hash FROM stream JOIN writer USING (writer_no)
     ORDER BY writer, epoch, tag",
    "SELECT member, wallet, writer, epoch, tag, lot, awarded_ms, available_from, expires_on, earned,
            used, held
     FROM portion JOIN stream USING (stream_no) JOIN writer USING (writer_no)
     ORDER BY member, wallet, writer, epoch, tag, lot",
    "SELECT * FROM account ORDER BY member, wallet",
    "SELECT * FROM member ORDER BY member",
    "SELECT * FROM identifier ORDER BY hash, member",
];

pub(super) fn digest(db: &Connection) -> Result<Hash, OfficeError> {
    let mut hasher = Sha256::new_with_prefix(b"loy/d1");
    for sql in DIGEST_QUERIES {
        let mut query = db.prepare_cached(sql)?;
        let columns = query.column_count();
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            hasher.update(b"r");
            for index in 0..columns {
                match row.get_ref(index)? {
                    ValueRef::Null => hasher.update(b"n"),
                    ValueRef::Integer(number) => {
                        hasher.update(b"i");
                        hasher.update(number.to_be_bytes());
                    }
                    ValueRef::Blob(bytes) => {
                        hasher.update(b"b");
                        hasher.update((bytes.len() as u64).to_be_bytes());
                        hasher.update(bytes);
                    }
                    ValueRef::Real(_) | ValueRef::Text(_) => {
                        return Err(OfficeError::Damaged("a column of another type"));
                    }
                }
            }
        }
        hasher.update(b"t");
    }
    Ok(hasher.finalize().into())
}

pub(super) fn last_business_date(db: &Connection) -> Result<Option<BusinessDate>, OfficeError> {
    let latest: Option<i64> = db.query_row("SELECT max(business_date) FROM stream", [], |row| {
        row.get(0)
    })?;
    Ok(latest.and_then(|number| BusinessDate::from_yyyymmdd(number).ok()))
}
