//! Day close: control totals of each business date, written into the chain.

use std::collections::BTreeSet;

use serde::Serialize;

use super::document::{SaleDocument, from_bytes};
use super::error::Error;
use super::exceptions::{DayException, ExceptionCount, counts_of, exceptions_of};
use super::operation::{Call, Operation};
use super::sale::retell_nothing;
use super::shell::{Moment, Till};
use super::told;
use super::view::as_text;
use crate::kernel::ids::Seq;
use crate::kernel::order;
use crate::kernel::{BusinessDate, Instant, Money, Points, SaleId};
use crate::ledger::decide::note;
use crate::ledger::{Entry, Kind, SaleFacts, Totals};
use crate::store::{Reading, Writing};

/// Kinds of entries that are bookkeeping: a date that has nothing newer need not be closed again.
const BOOKKEEPING: [Kind; 5] = [
    Kind::Epoch,
    Kind::ProgrammeInstalled,
    Kind::DayClosed,
    Kind::Synced,
    Kind::Clock,
];

/// One line of control totals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayTotal {
    /// The business date.
    pub business_date: BusinessDate,
    /// The wallet's id; empty where no points move.
    pub wallet: String,
    /// What kind of entry.
    pub kind: &'static str,
    /// How many.
    pub count: u64,
    /// Their points, in the wallet's smallest unit.
    pub points: Points,
    /// Their money, in minor units.
    pub amount: Money,
}

/// A sale that was neither committed nor voided when its day was closed, its hold over or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CarriedSale {
    /// The day in the books.
    pub business_date: BusinessDate,
    /// Its name.
    #[serde(serialize_with = "as_text")]
    pub id: SaleId,
    /// The receipt, if the cart named one.
    pub receipt_number: Option<String>,
    /// When it was authorised, by the ledger's clock.
    pub since_ms: Instant,
    /// What is to be paid.
    pub payable: Money,
}

/// The control totals of the dates that were closed, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DayReport {
    /// By date, wallet and kind.
    pub totals: Vec<DayTotal>,
    /// Sales of these dates and earlier ones that were carried over, oldest first.
    pub carried_over: Vec<CarriedSale>,
    /// How many exceptions of each key and operator, and their points.
    pub exception_counts: Vec<ExceptionCount>,
    /// What was out of the ordinary until the close, line by line.
    pub exceptions: Vec<DayException>,
}

impl Till {
    /// Closes a business date and every earlier one that is still open. Sales on hold are no
    /// obstacle: they stay, and are listed. Points whose last day is over are written off first, and stand in the
    /// totals. Closing again writes new totals only if something was added since.
    pub fn close_day(&self, id: &str, date: BusinessDate) -> Result<DayReport, Error> {
        let content = told::content(vec![("business_date", Some(date).into())]);
        let operation = Operation::told(id, Call::CloseDay, content);
        let (first, _) = self.operate(&operation, retell_nothing, |writing, moment| {
            if Some(date) > last_closable(writing, moment) {
                return Err(Error::Argument {
                    field: "business_date",
                    expected: "no later than tomorrow; is a clock wrong?",
                });
            }
            self.sweep(writing, moment, date)?;
            let dates = dates_to_close(&writing.reading(), date)?;
            if dates.is_empty() {
                return last_close(&writing.reading(), date);
            }
            let first = writing.head().seq + 1;
            for date in dates {
                let facts = SaleFacts {
                    business_date: date,
                    ..moment.facts()
                };
                let totals = writing.reading().totals(date)?;
                write_close(writing, &facts, &totals, first)?;
            }
            writing.close_date(date);
            Ok(first)
        })?;
        let mut inner = self.lock();
        let store = inner.store()?;
        // The day's end is when the cashier waits least. If a reader is in the way, the next
        // opportunity does it.
        let _ = store.checkpoint();
        store.read(|reading| self.report(reading, first))
    }

    /// The closes that one operation wrote stand next to each other and name the first of them.
    fn report(&self, reading: &Reading<'_>, first: Seq) -> Result<DayReport, Error> {
        let programme = self.newest_programme()?;
        let mut report = DayReport::default();
        let mut seq = first;
        while let Some((entry, _)) = reading.entries(seq, seq)?.pop() {
            if entry.kind != Kind::DayClosed || entry.refers_to != first {
                break;
            }
            for ((wallet, kind), total) in totals_of(&entry)?.0 {
                let wallet = programme.wallet_by_number(wallet);
                report.totals.push(DayTotal {
                    business_date: entry.business_date,
                    wallet: wallet.map_or_else(String::new, |wallet| wallet.id.clone()),
                    kind: kind.name(),
                    count: total.count,
                    points: total.points,
                    amount: total.amount,
                });
            }
            let mut lines = exceptions_of(reading, &programme, entry.business_date, seq)?;
            report.exception_counts.extend(counts_of(&lines));
            report.exceptions.append(&mut lines);
            report.carried_over = self.carried_over(reading, first, entry.business_date)?;
            seq += 1;
        }
        Ok(report)
    }

    /// The sales up to a date that nobody had resolved before the entry `end`.
    fn carried_over(
        &self,
        reading: &Reading<'_>,
        end: Seq,
        date: BusinessDate,
    ) -> Result<Vec<CarriedSale>, Error> {
        let mut sales = Vec::new();
        for row in reading.open_sales_before(end)? {
            // A salvaged ledger may have lost it; that closes no day less.
            let document = reading.find_document(row.seq)?;
            let document: Option<SaleDocument> =
                document.map(|bytes| from_bytes(&bytes)).transpose()?;
            let hold = reading.entries(row.seq, row.seq)?.pop();
            let (hold, _) = hold.ok_or(Error::Internal("a sale of no entry"))?;
            if hold.business_date <= date {
                sales.push(CarriedSale {
                    business_date: hold.business_date,
                    id: self.sale_id(row.seq),
                    since_ms: hold.at,
                    payable: document
                        .as_ref()
                        .map_or(hold.amount, |document| document.outcome.payable),
                    receipt_number: document.and_then(|document| document.cart.receipt_number),
                });
            }
        }
        Ok(sales)
    }
}

/// Tomorrow by the clock, or by the last clock that was believed: a date closed by mistake cannot be
/// opened again, and every later sale of it would be late.
fn last_closable(writing: &Writing<'_>, moment: &Moment) -> Option<BusinessDate> {
    let believed = moment.believed(writing.head().trusted_at);
    believed.date_at(moment.offset)?.plus_days(1)
}

fn totals_of(entry: &Entry) -> Result<Totals, Error> {
    Totals::from_payload(&entry.payload)
        .map(|(totals, _)| totals)
        .map_err(|_| Error::Internal("stored control totals cannot be read"))
}

/// Dates with something new, and `date` itself if it was never closed.
fn dates_to_close(
    reading: &Reading<'_>,
    date: BusinessDate,
) -> Result<BTreeSet<BusinessDate>, Error> {
    let bookkeeping = BOOKKEEPING.map(Kind::number);
    let closed = Kind::DayClosed.number();
    let mut dates = order::set(reading.open_dates(date, closed, &bookkeeping)?);
    if reading.last_of_kind(date, closed)?.is_none() {
        dates.insert(date);
    }
    Ok(dates)
}

/// The close in force of a date that has nothing new: the first of the operation that wrote it.
fn last_close(reading: &Reading<'_>, date: BusinessDate) -> Result<Seq, Error> {
    let missing = Error::Internal("a closed date without its close");
    let Some(seq) = reading.last_of_kind(date, Kind::DayClosed.number())? else {
        return Err(missing);
    };
    let entry = reading.entries(seq, seq)?.pop();
    entry.map(|(entry, _)| entry.refers_to).ok_or(missing)
}

fn write_close(
    writing: &mut Writing<'_>,
    facts: &SaleFacts,
    totals: &Totals,
    first: Seq,
) -> Result<(), Error> {
    let head = writing.head();
    let payload = totals.to_payload(&head.side_hash);
    let entry = note(head.seq, facts, Kind::DayClosed, |entry| {
        entry.refers_to = first;
        entry.payload = payload;
    });
    Ok(writing.append(&[entry])?)
}
