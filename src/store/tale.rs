//! Where sales stand, told from the entries alone: what a salvaged file and `verify` go by.

use crate::kernel::Few;

use super::error::StoreError;
use super::read::Reading;
use super::sales::SaleRow;
use crate::kernel::ids::Seq;
use crate::ledger::{Entry, Flags, Kind};

impl SaleRow {
    /// Of a sale as it is told: the document in force, by those that are there. Of a claim it is the
    /// claim's, of a changed cart that of the commit, else that of its first entry.
    pub(super) fn document_in_force(&self, reading: &Reading<'_>) -> Result<Seq, StoreError> {
        let is_there = |seq| -> Result<bool, StoreError> {
            Ok(seq != 0 && reading.find_document(seq)?.is_some())
        };
        Ok(match self.claim_seq() {
            Some(claim) => claim,
            None if is_there(self.posted_seq)? => self.posted_seq,
            None => self.seq,
        })
    }
}

/// Tells sales from entries in their order.
#[derive(Default)]
pub(super) struct Tale {
    /// The sale whose hold or commit the next entries belong to.
    current: Option<Seq>,
    /// Refunds of each sale that were not undone.
    refunds: Few<Seq, Vec<Seq>>,
}

impl Tale {
    /// Adds the next entry.
    pub(super) fn tell(&mut self, entry: &Entry, sales: &mut Few<Seq, SaleRow>) {
        let named = if entry.refers_to == 0 {
            entry.seq
        } else {
            entry.refers_to
        };
        match entry.kind {
            Kind::Hold | Kind::Commit if !entry.is_portion() => {
                let row = sales.entry(named).or_insert(SaleRow {
                    seq: entry.seq,
                    state: 1,
                    hold_until: entry.at,
                    document_seq: entry.seq,
                    posted_seq: 0,
                    last_seq: entry.seq,
                    refund_seq: 0,
                });
                row.last_seq = entry.seq;
                if entry.kind == Kind::Commit {
                    row.state = 2;
                    row.posted_seq = entry.seq;
                }
                self.current = Some(named);
            }
            Kind::Void | Kind::HoldExpired if !entry.is_portion() => {
                if let Some(row) = sales.get_mut(&named) {
                    row.state = if entry.kind == Kind::Void { 3 } else { 4 };
                }
                self.current = None;
            }
            Kind::Refund => {
                let refunds = self.refunds.entry(named).or_default();
                if entry.flags.has(Flags::UNDONE) {
                    refunds.pop();
                } else {
                    refunds.push(entry.seq);
                }
                if let Some(row) = sales.get_mut(&named) {
                    row.refund_seq = refunds.last().copied().unwrap_or(0);
                }
                self.current = None;
            }
            Kind::Claim => {
                if let Some(row) = sales.get_mut(&named) {
                    row.document_seq = entry.seq;
                }
                self.current = None;
            }
            Kind::Epoch
            | Kind::ProgrammeInstalled
            | Kind::Enrol
            | Kind::DayClosed
            | Kind::Synced
            | Kind::Clock
            | Kind::AdjustmentGiven
            | Kind::AdjustmentTaken
            | Kind::Exception
            | Kind::Event
            | Kind::Blocked
            | Kind::Unblocked
            | Kind::Closed
            | Kind::Merged
            | Kind::Household => self.current = None,
            // One that is undone stands among the entries of what finds the points alive.
            Kind::Expiry if entry.refers_to == 0 => self.current = None,
            // Whatever belongs to the sale names it; points that are made owed by hand name nothing.
            _ if self.current == Some(entry.refers_to) => {
                if let Some(row) = sales.get_mut(&entry.refers_to) {
                    row.last_seq = entry.seq;
                }
            }
            _ => self.current = None,
        }
    }
}
