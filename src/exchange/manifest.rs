//! The manifest: what a batch is, signed. Everything else in the file is covered by a hash in it.

use crate::kernel::Few;

use super::cbor::{FormError, Reader, Writer, read_stream, same_form, write_stream};
use super::epoch::EpochPayload;
use super::frames::BODY_MAX;
use super::postings::{ENTRIES_MAX, SEQ_MAX};
use crate::kernel::ids::Seq;
use crate::kernel::{Instant, Money, Points, StreamId, WalletNumber};
use crate::ledger::chain::Hash;
use crate::ledger::{Entry, Kind};

const VERSION: u64 = 1;
const KEYS: usize = 17;
const CODEC_DEFLATE: u64 = 1;
/// Bytes of the library version's text.
pub(crate) const LIBRARY_MAX: usize = 64;
/// Kinds times wallets.
const TOTALS_MAX: usize = 17 * 256;

/// One body of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyInfo {
    /// Entries, or baskets.
    pub count: usize,
    /// Bytes before compression.
    pub plain_len: usize,
    /// Bytes in the file.
    pub coded_len: usize,
    /// SHA-256 of the bytes in the file.
    pub coded_hash: Hash,
}

/// Sum of the entries of one kind in one wallet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// How many.
    pub count: u64,
    /// Sum of their points.
    pub points: Points,
    /// Sum of their money.
    pub amount: Money,
}

/// Control totals by kind and wallet.
pub type Totals = Few<(u8, WalletNumber), Total>;

/// What a batch says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The chain of stores.
    pub tenant: [u8; 16],
    /// Whose entries.
    pub stream: StreamId,
    /// Certificate of the key that signed, and what the epoch continues.
    pub epoch: EpochPayload,
    /// The first entry in the batch.
    pub first_seq: Seq,
    /// The hash before the first entry.
    pub prev_hash: Hash,
    /// The hash of the last entry.
    pub head_hash: Hash,
    /// Head of the side chain over carts and quotes when the batch was made.
    pub side_head: Hash,
    /// Head office's index in the last acknowledgement the writer has seen; 0 for none.
    pub office_index: u64,
    /// Programme version in force at the till when the batch was made.
    pub programme_version: u32,
    /// Version of the library that made the batch.
    pub library_version: String,
    /// When it was made, by the ledger's clock.
    pub made_at: Instant,
    /// Sums of the entries.
    pub totals: Totals,
    /// The entries.
    pub postings: BodyInfo,
    /// The baskets; none with count 0.
    pub baskets: BodyInfo,
}

impl Manifest {
    /// The last entry in the batch.
    pub fn last_seq(&self) -> Seq {
        self.first_seq + self.postings.count as u64 - 1
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(KEYS);
        w.unsigned(0).unsigned(VERSION);
        w.unsigned(1).bytes(&self.tenant);
        write_stream(&mut w, &self.stream);
        w.unsigned(5);
        self.epoch.write(&mut w);
        w.unsigned(6).unsigned(self.first_seq);
        w.unsigned(7).bytes(&self.prev_hash);
        w.unsigned(8).bytes(&self.head_hash);
        w.unsigned(9).bytes(&self.side_head);
        w.unsigned(10).unsigned(self.office_index);
        w.unsigned(11).unsigned(u64::from(self.programme_version));
        w.unsigned(12).text(&self.library_version);
        w.unsigned(13).signed(self.made_at.ms());
        w.unsigned(14).array(self.totals.len());
        for ((kind, wallet), total) in &self.totals {
            w.array(5)
                .unsigned(u64::from(*kind))
                .unsigned(u64::from(*wallet));
            w.unsigned(total.count)
                .signed(total.points.get())
                .signed(total.amount.get());
        }
        w.unsigned(15);
        write_body(&mut w, &self.postings);
        w.unsigned(16);
        write_body(&mut w, &self.baskets);
        w.finish()
    }

    pub(crate) fn decode(payload: &[u8]) -> Result<Self, FormError> {
        let mut r = Reader::new(payload);
        r.map(KEYS)?;
        r.key(0)?;
        if r.u64()? != VERSION {
            return r.fail("a manifest of another version");
        }
        r.key(1)?;
        let tenant = r.fixed()?;
        let stream = read_stream(&mut r)?;
        r.key(5)?;
        let epoch = EpochPayload::read(&mut r)?;
        r.key(6)?;
        let first_seq = r.u64()?;
        r.key(7)?;
        let prev_hash = r.fixed()?;
        r.key(8)?;
        let head_hash = r.fixed()?;
        r.key(9)?;
        let side_head = r.fixed()?;
        r.key(10)?;
        let office_index = r.u64()?;
        r.key(11)?;
        let programme_version = r.u32()?;
        r.key(12)?;
        let library_version = r.text(LIBRARY_MAX)?.to_owned();
        r.key(13)?;
        let made_at = Instant::from_ms(r.i64()?);
        r.key(14)?;
        let totals = read_totals(&mut r)?;
        r.key(15)?;
        let postings = read_body(&mut r)?;
        r.key(16)?;
        let baskets = read_body(&mut r)?;
        r.end()?;
        if first_seq <= epoch.parent.seq
            || first_seq > SEQ_MAX - ENTRIES_MAX as u64
            || postings.count == 0
        {
            return r.fail("entries out of range");
        }
        let read = Self {
            tenant,
            stream,
            epoch,
            first_seq,
            prev_hash,
            head_hash,
            side_head,
            office_index,
            programme_version,
            library_version,
            made_at,
            totals,
            postings,
            baskets,
        };
        same_form(payload, &read.encode())?;
        Ok(read)
    }
}

/// Sums entries by kind and wallet; nothing if a sum is out of range.
pub fn totals_of(entries: &[Entry]) -> Option<Totals> {
    let mut totals = Totals::new();
    for entry in entries {
        let total = totals
            .entry((entry.kind.number(), entry.wallet))
            .or_default();
        total.count += 1;
        let (points, amount) = (entry.points.get(), entry.amount.get());
        let points = Points::new(entry.sign() * points);
        total.points = total.points.checked_add(points)?;
        total.amount = total
            .amount
            .checked_add(Money::new(entry.sign() * amount))?;
    }
    Some(totals)
}

fn write_body(w: &mut Writer, body: &BodyInfo) {
    w.array(5)
        .unsigned(CODEC_DEFLATE)
        .unsigned(body.count as u64);
    w.unsigned(body.plain_len as u64)
        .unsigned(body.coded_len as u64);
    w.bytes(&body.coded_hash);
}

fn read_body(r: &mut Reader<'_>) -> Result<BodyInfo, FormError> {
    r.array(5)?;
    if r.u64()? != CODEC_DEFLATE {
        return r.fail("a codec that this version does not know; expected 1 (deflate)");
    }
    Ok(BodyInfo {
        count: bounded(r, ENTRIES_MAX)?,
        plain_len: bounded(r, BODY_MAX)?,
        // Deflate of what does not compress is a little longer than the plain bytes.
        coded_len: bounded(r, BODY_MAX + BODY_MAX / 8)?,
        coded_hash: r.fixed()?,
    })
}

fn bounded(r: &mut Reader<'_>, most: usize) -> Result<usize, FormError> {
    match usize::try_from(r.u64()?) {
        Ok(number) if number <= most => Ok(number),
        _ => r.fail("a count or length beyond what a batch may have"),
    }
}

fn read_totals(r: &mut Reader<'_>) -> Result<Totals, FormError> {
    let count = r.array_of(6)?;
    if count > TOTALS_MAX {
        return r.fail("more control totals than there are kinds and wallets");
    }
    let mut totals = Totals::new();
    for _ in 0..count {
        r.array(5)?;
        let key = (r.u8()?, r.u8()?);
        if Kind::from_number(key.0).is_none()
            || totals.keys().next_back().is_some_and(|last| *last >= key)
        {
            return r.fail("control totals must be sorted by kinds and wallets we know");
        }
        totals.insert(
            key,
            Total {
                count: r.u64()?,
                points: Points::new(r.i64()?),
                amount: Money::new(r.i64()?),
            },
        );
    }
    Ok(totals)
}
