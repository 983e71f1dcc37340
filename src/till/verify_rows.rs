//! Whether rows beside the chain are what the entries, the documents and the keys say: members, receipts,
//! batches, the ends of holds.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{SaleDocument, from_bytes};
use super::error::Error;
use super::shell::Till;
use super::verify::finding;
use crate::exchange::batch::read;
use crate::exchange::{SigningKey, enrolment};
use crate::kernel::ids::Seq;
use crate::ledger::{Entry, Kind};
use crate::store::{Epoch, Finding, Reading, SaleRow};

/// What is shown at the till leads to the member who enrolled with it, and to nobody else.
pub(super) fn check_enrolments(
    reading: &Reading<'_>,
    lives: usize,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    let blocks = reading.number_blocks()?;
    let mut next: Vec<u64> = blocks.iter().map(|&(first, ..)| first).collect();
    let mut enrolled = Vec::new();
    reading.each_entry(1, reading.head()?.seq, |entry, _| {
        if entry.kind == Kind::Enrol {
            enrolled.push(entry);
        }
        Ok(())
    })?;
    let mut count = 0;
    for entry in enrolled {
        let Ok(hashes) = enrolment::decode(&entry.payload) else {
            findings.push(finding(
                "entry.unsound",
                entry.seq,
                "an enrolment that cannot be read",
            ));
            continue;
        };
        for hash in hashes {
            count += 1;
            if reading.member_of(&hash)? != entry.member {
                let text = "a phone or card leads to another member than the one it enrolled";
                findings.push(finding("identifier.differs", entry.seq, text));
            }
        }
        let body = entry.member.map_or(0, |member| member.body());
        for (&(first, last, to_give), next) in blocks.iter().zip(&mut next) {
            if !(first..=last).contains(&body) {
                continue;
            }
            *next = (*next).max(body + 1);
            if body >= to_give {
                let text = "a member number that was given could be given again";
                findings.push(finding("number_block.differs", entry.seq, text));
            }
        }
    }
    let mut blocks = blocks.iter().zip(next);
    // A salvaged file may have lost who was given the last of them.
    if lives == 1 && blocks.any(|(&(.., to_give), next)| to_give > next) {
        let text = "member numbers that were given to nobody are left out";
        findings.push(finding("number_block.differs", 0, text));
    }
    if count != reading.count_enrolled_identifiers()? {
        let text = "there are more or fewer phones and cards than were enrolled";
        findings.push(finding("identifier.differs", 0, text));
    }
    Ok(())
}

/// Each life signs with the key whose public half its chain hangs on.
pub(super) fn check_keys(lives: &[Epoch], findings: &mut Vec<Finding>) {
    for life in lives {
        let key = SigningKey::from_bytes(&life.keys.secret);
        if key.verifying_key().to_bytes() != life.genesis.public_key {
            let text =
                "a life's secret key is not its own: head office would believe no batch of it";
            findings.push(finding("epoch.changed", life.first_seq(), text));
        }
    }
}

/// A hold ends when it was authorised to, a sale that was recorded when it was made. What an older
/// library wrote does not say when.
pub(super) fn ends_as_authorised(reading: &Reading<'_>, row: &SaleRow) -> Result<bool, Error> {
    if row.posted_seq == row.seq {
        let own = reading.entries(row.seq, row.seq)?.pop();
        return Ok(own.is_none_or(|(entry, _)| entry.at == row.hold_until));
    }
    let Some(bytes) = reading.find_document(row.seq)? else {
        return Ok(true);
    };
    let until = from_bytes::<SaleDocument>(&bytes)?.hold_until;
    Ok(until.is_none_or(|until| until == row.hold_until))
}

impl Till {
    /// A batch that waits is one that this writer signed, of the entries that its row names and that
    /// stand here.
    pub(super) fn check_batches(
        &self,
        reading: &Reading<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        let writer = SigningKey::from_bytes(&self.identity.writer_secret).verifying_key();
        for ((first, last), id, bytes) in reading.batches()? {
            let batch = read(&bytes).and_then(|batch| batch.verify(&writer.to_bytes()));
            let here = reading.entries(last, last)?.pop().map(|(_, hash)| hash);
            let is_own = batch.is_ok_and(|batch| {
                let said = (batch.manifest.first_seq, batch.manifest.last_seq());
                said == (first, last) && batch.id == id && Some(batch.head_hash) == here
            });
            if !is_own {
                let text = "a batch that waits for head office is not what was signed";
                findings.push(finding("batch.changed", first, text));
            }
        }
        Ok(())
    }

    /// Every receipt leads to a sale or a return that has its number. `sales` are those of sales that
    /// stand.
    pub(super) fn check_receipt_rows(
        &self,
        reading: &Reading<'_>,
        sales: &BTreeMap<[u8; 16], BTreeSet<Seq>>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        let mut refunds: BTreeSet<([u8; 16], Seq)> = BTreeSet::new();
        let mut told: Vec<Entry> = Vec::new();
        reading.each_entry(1, reading.head()?.seq, |entry, _| {
            if entry.kind == Kind::Refund && !entry.is_portion() {
                told.push(entry);
            }
            Ok(())
        })?;
        for entry in told {
            refunds.extend(self.receipt_of_return(reading, &entry)?);
        }
        for (key, owner) in reading.receipts()? {
            let row = reading.sale(owner)?;
            let is_lost = match row {
                Some(row) => reading.find_document(row.document_seq)?.is_none(),
                None => false,
            };
            let is_own = sales.contains_key(&key) || refunds.contains(&(key, owner)) || is_lost;
            if !is_own {
                let text = "a receipt leads to a sale that does not have its number";
                findings.push(finding("receipt.differs", owner, text));
            }
        }
        Ok(())
    }
}
