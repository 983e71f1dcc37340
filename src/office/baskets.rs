//! What was sold and what came back, by the lines that travel beside the entries. No table is kept of
//! them: they are read out of the batches as they were signed, those of the entries asked for only.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::report::{date_at, seq_at};
use super::storage::open_batch;
use super::{Office, OfficeError, column};
use crate::exchange::{Basket, BasketLine};
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

/// Sales and returns with their money: of all days, or with [`OF_DAY`] of one. 6 is the number of a commit,
/// 12 of a refund; as the index `entry_goods` has it.
const MOVED: &str =
    "SELECT e.stream_no, e.seq, kind, e.business_date, iif(flags & ?2, -amount, amount),
        refers_to, store, till
    FROM entry e CROSS JOIN stream USING (stream_no) CROSS JOIN writer USING (writer_no)
    WHERE kind IN (6, 12) AND lot = 0";
const OF_DAY: &str = "AND e.business_date = ?1";
const OF_ALL_DAYS: &str = "AND ?1 IS NULL";

/// What tells of the day, or of all.
pub(super) fn moved(on: Option<BusinessDate>) -> String {
    let which = if on.is_some() { OF_DAY } else { OF_ALL_DAYS };
    format!("{MOVED} {which} ORDER BY e.stream_no, e.seq")
}

impl Office {
    /// What was sold and what came back, by business date, store, till and kind: of one date or of all.
    /// Of one, its own entries are read, and the batches that brought them; one batch after the other.
    pub fn basket_totals(&self, on: Option<BusinessDate>) -> Result<Vec<BasketTotal>, OfficeError> {
        let mut query = self.db.prepare_cached(&moved(on))?;
        let day = on.map(BusinessDate::yyyymmdd);
        let mut rows = query.query(params![day, Flags::UNDONE.0])?;
        let mut brought = Brought::new(&self.db);
        let mut totals = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let kind = Kind::from_number(row.get(2)?).ok_or(OfficeError::Damaged("a kind"))?;
            let date = date_at(row, 3)?.ok_or(OfficeError::Damaged("a business date"))?;
            let seq = seq_at(row, 1)?;
            let number = number_of(kind, seq, seq_at(row, 5)?);
            let lines = brought.lines(row.get(0)?, seq, number)?;
            let key = (date, (row.get(6)?, row.get(7)?), kind);
            let total = totals.entry(key.clone()).or_insert_with(|| empty(key));
            total.add(Money::new(row.get(4)?), lines);
        }
        Ok(totals.into_values().collect())
    }
}

/// The lines of entries that are asked for life by life in their order: each batch is opened once, and
/// one is in memory at a time.
struct Brought<'d> {
    db: &'d Connection,
    stream_no: i64,
    last: Seq,
    baskets: Vec<Basket>,
}

/// The batch that brought entry `?2` of a life `?1`.
pub(super) const BATCH_OF: &str = "SELECT batch_id, last_seq
    FROM stream CROSS JOIN batch USING (writer_no, epoch, tag)
    WHERE stream_no = ?1 AND state = 1 AND last_seq >= ?2 AND first_seq <= ?2
    ORDER BY last_seq, first_seq, batch_id LIMIT 1";

impl<'d> Brought<'d> {
    fn new(db: &'d Connection) -> Self {
        Self {
            db,
            stream_no: 0,
            last: 0,
            baskets: Vec::new(),
        }
    }

    /// Of an entry, by the number that they go by; none where its till did not send them.
    fn lines(
        &mut self,
        stream_no: i64,
        seq: Seq,
        number: Seq,
    ) -> Result<Option<&[BasketLine]>, OfficeError> {
        if self.stream_no != stream_no || seq > self.last {
            (self.stream_no, self.last) = (stream_no, seq);
            self.baskets.clear();
            let mut query = self.db.prepare_cached(BATCH_OF)?;
            let mut rows = query.query(params![stream_no, column(seq)])?;
            if let Some(row) = rows.next()? {
                self.last = seq_at(row, 1)?;
                self.baskets = open_batch(self.db, &row.get(0)?)?.baskets;
            }
        }
        let found = self
            .baskets
            .binary_search_by_key(&number, |basket| basket.sale_seq);
        Ok(found.ok().map(|at| self.baskets[at].lines.as_slice()))
    }
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
    let mut brought = Brought::new(db);
    for (&stream_no, entries) in wanted {
        for (&seq, &number) in entries {
            if let Some(lines) = brought.lines(stream_no, seq, number)? {
                found.insert((stream_no, number), lines.to_vec());
            }
        }
    }
    Ok(found)
}
