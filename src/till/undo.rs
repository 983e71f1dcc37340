//! A post-void undoes the whole visit: also the returns that stood in the cart of the sale.

use super::error::Error;
use super::lots::accounts_with_repaid;
use super::refund::{Back, account_of_points, under_account};
use super::shell::{Moment, Till};
use super::status;
use super::view::{SaleState, load_document};
use crate::evaluate::Goods;
use crate::kernel::Money;
use crate::kernel::ids::Seq;
use crate::ledger::undo::undo;
use crate::ledger::{Entry, Flags, Kind, SaleFacts};
use crate::store::{Reading, SaleRow};

/// Returns that are undone, decided and not yet written.
#[derive(Default)]
pub(super) struct Undone {
    pub(super) entries: Vec<Entry>,
    /// Where the sales stand whose goods had come back.
    pub(super) rows: Vec<SaleRow>,
    /// Returns that were without a sale.
    pub(super) unlinked: Vec<Seq>,
    /// The money that had been given back for them.
    pub(super) amount: Money,
}

impl Till {
    /// Works out what undoes the returns in the cart of a sale that is post-voided, behind entries that
    /// are decided and not yet written; nothing for every other refund.
    ///
    /// # Errors
    /// `refund.void_followed` where one of those sales has gone back further since, or was claimed:
    /// what was decided then rests on what would be undone.
    pub(super) fn undo_returns(
        &self,
        reading: &Reading<'_>,
        moment: &Moment,
        back: &Back<'_>,
        before: &[Entry],
    ) -> Result<Undone, Error> {
        let mut undone = Undone::default();
        if back.goods != &Goods::PostVoid {
            return Ok(undone);
        }
        let document = load_document(reading, back.row.document_seq)?;
        let count = document.outcome.returns.len();
        let head = reading.head()?;
        let mut pending = before.to_vec();
        for refund in returns_before(reading, back.row.posted_seq, count)? {
            let Some(first) = refund.first() else {
                continue;
            };
            if first.refers_to != 0 {
                let row = self.row_to_restore(reading, first)?;
                undone.rows.push(row);
            } else {
                undone.unlinked.push(first.seq);
            }
            let facts = SaleFacts {
                at: moment.now,
                sold_at: back.at,
                offset: back.offset,
                business_date: back.business_date,
                member: first.member,
                amount: first.amount,
                programme_version: first.programme_version,
                flags: moment.flags_on(&head, back.business_date),
            };
            let lots: Vec<Seq> = refund.iter().map(Entry::moved_lot).collect();
            let account = account_of_points(reading, &refund)?.or(first.member);
            let accounts =
                accounts_with_repaid(reading, account, &lots, &pending, back.business_date)?;
            let last = pending.last().map_or(head.seq, |entry| entry.seq);
            let mut entries = undo(last, &facts, &refund, &accounts);
            under_account(&mut entries, account);
            undone.amount += first.amount;
            undone.entries.extend_from_slice(&entries);
            pending.extend(entries);
        }
        Ok(undone)
    }

    /// Where a sale stood before this refund of it, which must be its last.
    fn row_to_restore(&self, reading: &Reading<'_>, refund: &Entry) -> Result<SaleRow, Error> {
        let missing = Error::Internal("a refund of no sale");
        let row = reading.sale(refund.refers_to)?.ok_or(missing)?;
        let mut standing = refunds_in_force(reading, row.seq, Seq::MAX)?;
        let is_last = standing.pop() == Some(refund.seq) && row.refund_seq == refund.seq;
        if !is_last || row.claim_seq().is_some_and(|claim| claim > refund.seq) {
            let sale = self.sale_id(row.seq).to_string();
            let values = [("sale", sale)];
            return Err(Error::refused(
                status::REFUSED,
                "refund.void_followed",
                &values,
            ));
        }
        Ok(SaleRow {
            state: SaleState::Committed as u8,
            refund_seq: standing.pop().unwrap_or(0),
            ..row
        })
    }
}

/// A sale's refunds before an entry that have not been undone, oldest first.
pub(super) fn refunds_in_force(
    reading: &Reading<'_>,
    sale: Seq,
    end: Seq,
) -> Result<Vec<Seq>, Error> {
    let mut refunds = Vec::new();
    for entry in reading.refunds_of(sale)? {
        if entry.seq >= end {
            break;
        }
        if entry.flags.has(Flags::UNDONE) {
            refunds.pop();
        } else {
            refunds.push(entry.seq);
        }
    }
    Ok(refunds)
}

/// The entries of the returns that stand right before a sale was made final, the last return first.
fn returns_before(
    reading: &Reading<'_>,
    posted: Seq,
    count: usize,
) -> Result<Vec<Vec<Entry>>, Error> {
    let mut returns: Vec<Vec<Entry>> = Vec::new();
    let mut own: Vec<Entry> = Vec::new();
    let mut seq = posted;
    while returns.len() < count {
        seq -= 1;
        let missing = Error::Internal("goods came back and no entry says so");
        let (entry, _) = reading.entries(seq, seq)?.pop().ok_or(missing)?;
        let is_first = entry.kind == Kind::Refund;
        own.push(entry);
        if is_first {
            own.reverse();
            returns.push(std::mem::take(&mut own));
        }
    }
    Ok(returns)
}
