//! What was sold and what came back, by the lines that travel beside the entries. No table is kept of
//! them: they are read out of the batches as they were signed, those of the entries asked for only.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use super::report::{date_at, seq_at};
use super::storage::open_batch;
use super::{Office, OfficeError, column};
use crate::exchange::BasketLine;
use crate::exchange::batch::BatchId;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Money, Quantity};
use crate::ledger::{Flags, Kind};

/// An entry and the number its lines go by: of a sale its first entry, of a return the refund.
pub(super) type Wanted = BTreeMap<i64, BTreeMap<Seq, Seq>>;
/// Lines by stream and that number.
pub(super) type Lines = BTreeMap<(i64, Seq), Vec<BasketLine>>;

/// What was sold at a till on a business date, or what came back: by entries, and by their lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasketTotal {
    /// The day in the books.
    pub business_date: BusinessDate,
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
    /// What was sold and what came back, by business date, store, till and kind: of one date or of all.
    /// Every entry is looked through, and the batches that brought those of the date are opened, one
    /// after the other.
    pub fn basket_totals(&self, on: Option<BusinessDate>) -> Result<Vec<BasketTotal>, OfficeError> {
        let mut query = self.db.prepare_cached(
            "SELECT stream_no, parent_seq, store, till FROM stream JOIN writer USING (writer_no)
             ORDER BY store, till, stream_no",
        )?;
        let mut rows = query.query([])?;
        let mut totals = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let place: (String, String) = (row.get(2)?, row.get(3)?);
            let (stream_no, mut done) = (row.get(0)?, seq_at(row, 1)?);
            for (batch_id, _, last) in batches_of(&self.db, stream_no)? {
                let moved = moved(&self.db, stream_no, (done + 1, last), on)?;
                done = done.max(last);
                if moved.is_empty() {
                    continue;
                }
                let baskets = open_batch(&self.db, &batch_id)?.baskets;
                for (kind, date, amount, number) in moved {
                    let found = baskets.binary_search_by_key(&number, |basket| basket.sale_seq);
                    let lines = found.ok().map(|at| baskets[at].lines.as_slice());
                    let key = (date, place.clone(), kind);
                    let total = totals.entry(key.clone()).or_insert_with(|| empty(key));
                    total.add(amount, lines);
                }
            }
        }
        Ok(totals.into_values().collect())
    }
}

/// Sales and returns among the entries of a life that a batch brought: kind, date, money, and the number
/// that their lines go by.
fn moved(
    db: &Connection,
    stream_no: i64,
    (first, last): (Seq, Seq),
    on: Option<BusinessDate>,
) -> Result<Vec<(Kind, BusinessDate, Money, Seq)>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT kind, business_date, iif(flags & ?7, -amount, amount), seq, refers_to FROM entry
         WHERE stream_no = ?1 AND seq BETWEEN ?2 AND ?3 AND kind IN (?4, ?5) AND lot = 0
           AND (?6 IS NULL OR business_date = ?6) ORDER BY seq",
    )?;
    let [commit, refund] = [Kind::Commit, Kind::Refund].map(Kind::number);
    let (first, last) = (column(first), column(last));
    let on = on.map(BusinessDate::yyyymmdd);
    let mut rows = query.query(params![
        stream_no,
        first,
        last,
        commit,
        refund,
        on,
        Flags::UNDONE.0
    ])?;
    let mut moved = Vec::new();
    while let Some(row) = rows.next()? {
        let kind = Kind::from_number(row.get(0)?).ok_or(OfficeError::Damaged("a kind"))?;
        let date = date_at(row, 1)?.ok_or(OfficeError::Damaged("a business date"))?;
        let number = number_of(kind, seq_at(row, 3)?, seq_at(row, 4)?);
        moved.push((kind, date, Money::new(row.get(2)?), number));
    }
    Ok(moved)
}

fn empty((business_date, place, kind): (BusinessDate, (String, String), Kind)) -> BasketTotal {
    BasketTotal {
        business_date,
        store: place.0,
        till: place.1,
        kind,
        count: 0,
        with_lines: 0,
        amount: Money::ZERO,
        net: Money::ZERO,
        discount: Money::ZERO,
        lines: 0,
        quantity: Quantity::ZERO,
    }
}

impl BasketTotal {
    fn add(&mut self, amount: Money, lines: Option<&[BasketLine]>) {
        self.count += 1;
        self.amount += amount;
        let Some(lines) = lines else {
            return;
        };
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
