//! What was sold and what came back, by the lines that travel beside the entries. No table is kept of
//! them: they are read out of the batches as they were signed, those of the entries asked for only.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use super::report::seq_at;
use super::storage::open_batch;
use super::{Office, OfficeError};
use crate::exchange::BasketLine;
use crate::exchange::batch::BatchId;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Money, Quantity};
use crate::ledger::Kind;

/// An entry and the number its lines go by: of a sale its first entry, of a return the refund.
pub(super) type Wanted = BTreeMap<i64, BTreeMap<Seq, Seq>>;
/// Lines by stream and that number.
pub(super) type Lines = BTreeMap<(i64, Seq), Vec<BasketLine>>;

/// What was sold at a till on a business date, or what came back: by entries, and by their lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasketTotal {
    /// Of the till.
    pub store: String,
    /// The till's code.
    pub till: String,
    /// Commit or refund.
    pub kind: Kind,
    /// How many.
    pub count: u64,
    /// Of these, how many have lines. The others sold nothing, or their till does not send lines.
    pub with_lines: u64,
    /// The money of the entries, in minor units: what was paid for what was sold, or given back for what
    /// came back.
    pub amount: Money,
    /// The same by the lines.
    pub net: Money,
    /// What discounts took off the lines.
    pub discount: Money,
    /// How many lines.
    pub lines: u64,
    /// Goods, in thousandths, zero or more.
    pub quantity: Quantity,
}

impl Office {
    /// What was sold and what came back on a business date, by store, till and kind. All entries are
    /// looked through, and the batches of that date opened.
    pub fn basket_totals(&self, on: BusinessDate) -> Result<Vec<BasketTotal>, OfficeError> {
        let mut query = self.db.prepare_cached(
            "SELECT store, till, kind, e.stream_no, e.seq, refers_to, amount
             FROM entry e JOIN stream USING (stream_no) JOIN writer USING (writer_no)
             WHERE e.business_date = ?1 AND kind IN (?2, ?3) AND lot = 0
             ORDER BY store, till, kind, e.stream_no, e.seq",
        )?;
        let kinds = [Kind::Commit, Kind::Refund].map(Kind::number);
        let mut rows = query.query(params![on.yyyymmdd(), kinds[0], kinds[1]])?;
        let mut totals: BTreeMap<(String, String, Kind), BasketTotal> = BTreeMap::new();
        let (mut entries, mut wanted) = (Vec::new(), Wanted::new());
        while let Some(row) = rows.next()? {
            let kind = Kind::from_number(row.get(2)?).ok_or(OfficeError::Damaged("a kind"))?;
            let key: (String, String, Kind) = (row.get(0)?, row.get(1)?, kind);
            let total = totals.entry(key.clone()).or_insert_with(|| BasketTotal {
                store: key.0.clone(),
                till: key.1.clone(),
                kind,
                count: 0,
                with_lines: 0,
                amount: Money::ZERO,
                net: Money::ZERO,
                discount: Money::ZERO,
                lines: 0,
                quantity: Quantity::ZERO,
            });
            total.count += 1;
            total.amount += Money::new(row.get(6)?);
            let (stream_no, seq) = (row.get(3)?, seq_at(row, 4)?);
            let number = number_of(kind, seq, seq_at(row, 5)?);
            wanted.entry(stream_no).or_default().insert(seq, number);
            entries.push((key, (stream_no, number)));
        }
        let lines = lines_of(&self.db, &wanted)?;
        for (key, basket) in &entries {
            if let (Some(total), Some(lines)) = (totals.get_mut(key), lines.get(basket)) {
                total.add(lines);
            }
        }
        Ok(totals.into_values().collect())
    }
}

impl BasketTotal {
    fn add(&mut self, lines: &[BasketLine]) {
        self.with_lines += 1;
        self.lines += lines.len() as u64;
        for line in lines {
            let (quantity, net) = match self.kind {
                Kind::Refund => (-line.quantity, -line.net),
                _ => (line.quantity, line.net),
            };
            self.quantity += quantity;
            self.net += net;
            self.discount += line.discount;
        }
    }
}

/// The number that the lines of an entry go by.
pub(super) fn number_of(kind: Kind, seq: Seq, refers_to: Seq) -> Seq {
    match (kind, refers_to) {
        (Kind::Commit, 1..) => refers_to,
        _ => seq,
    }
}

/// Reads the lines of entries; what a till did not send is not in the answer.
pub(super) fn lines_of(db: &Connection, wanted: &Wanted) -> Result<Lines, OfficeError> {
    let mut found = Lines::new();
    for (&stream_no, entries) in wanted {
        let numbers: BTreeSet<Seq> = entries.values().copied().collect();
        for (batch_id, first, last) in batches_of(db, stream_no)? {
            if entries.range(first..=last).next().is_none() {
                continue;
            }
            for basket in open_batch(db, &batch_id)?.baskets {
                if numbers.contains(&basket.sale_seq) {
                    found
                        .entry((stream_no, basket.sale_seq))
                        .or_insert(basket.lines);
                }
            }
        }
    }
    Ok(found)
}

/// The batches that are in the books of one life, in the order of their entries.
fn batches_of(db: &Connection, stream_no: i64) -> Result<Vec<(BatchId, Seq, Seq)>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT batch_id, first_seq, last_seq FROM batch JOIN stream USING (writer_no, epoch, tag)
         WHERE stream_no = ?1 AND state = 1 ORDER BY first_seq, batch_id",
    )?;
    let mut rows = query.query([stream_no])?;
    let mut batches = Vec::new();
    while let Some(row) = rows.next()? {
        batches.push((row.get(0)?, seq_at(row, 1)?, seq_at(row, 2)?));
    }
    Ok(batches)
}
