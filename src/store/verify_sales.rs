//! Whether every sale stands where its entries say.

use crate::kernel::Few;

use rusqlite::params;

use super::error::StoreError;
use super::read::Reading;
use super::sales::SaleRow;
use super::tale::Tale;
use super::verify::Findings;
use crate::kernel::ids::Seq;
use crate::ledger::{Entry, Flags};

/// The longest time from a hold to its end: a week.
const HOLD_MS_MAX: i64 = 7 * 86_400_000;
/// What is left of a sale that came back is final; all of one that did is returned.
const FINAL_OR_RETURNED: [u8; 2] = [2, 5];

/// Sales by the entries alone.
#[derive(Default)]
pub(super) struct Sold {
    tale: Tale,
    sales: Few<Seq, SaleRow>,
}

impl Sold {
    /// Adds the next entry.
    pub(super) fn tell(&mut self, entry: &Entry) {
        self.tale.tell(entry, &mut self.sales);
    }
}

/// Compares each row with what its entries say: a row that names too few entries would give back too
/// little, one that is called held or run out could be sold again.
pub(super) fn check_sales(
    reading: &Reading<'_>,
    sold: Sold,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    // Both in the order of their numbers.
    let mut sales = sold.sales.into_iter().peekable();
    let (mut differing, mut without_row) = (Vec::new(), Vec::new());
    reading.each_sale(|row| {
        while let Some((seq, _)) = sales.next_if(|(seq, _)| *seq < row.seq) {
            without_row.push(seq);
        }
        match sales.next_if(|(seq, _)| *seq == row.seq) {
            Some((_, told)) if is_as_told(reading, &told, &row)? => {}
            told => differing.push((row.seq, told.is_some())),
        }
        Ok(())
    })?;
    without_row.extend(sales.map(|(seq, _)| seq));
    for (seq, is_told) in differing {
        if is_told {
            let text = "a sale's state is not what its entries say";
            findings.add("sale.differs", seq, text);
        } else {
            findings.add("sale.missing", seq, "a sale has a state and no entries");
        }
    }
    for seq in without_row {
        findings.add("sale.missing", seq, "a sale has entries and no state");
    }
    check_holds(reading, findings)
}

fn is_as_told(reading: &Reading<'_>, told: &SaleRow, row: &SaleRow) -> Result<bool, StoreError> {
    // Whether everything is back, the documents say.
    let is_state = match told.refund_seq {
        0 => row.state == told.state,
        _ => FINAL_OR_RETURNED.contains(&row.state),
    };
    let expected = SaleRow {
        state: row.state,
        hold_until: row.hold_until,
        document_seq: told.document_in_force(reading)?,
        ..told.clone()
    };
    Ok(is_state && expected == *row)
}

/// No hold ends before it began or lasts longer than a week.
fn check_holds(reading: &Reading<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let mut statement = reading.db().prepare(
        "SELECT s.seq FROM sale s JOIN entry f ON f.seq = s.seq
         WHERE f.flags & ?1 = 0 AND s.hold_until_ms NOT BETWEEN f.at_ms AND f.at_ms + ?2",
    )?;
    let mut rows = statement.query(params![Flags::CLOCK_SUSPECT.0, HOLD_MS_MAX])?;
    while let Some(row) = rows.next()? {
        let text = "a hold ends at a time at which it cannot";
        findings.add("sale.differs", row.get(0)?, text);
    }
    Ok(())
}
