//! Whether the ledger says what it should: what the store can see by itself, and what only the till
//! knows, because it made the documents, the receipt keys and the operations.

use std::collections::BTreeSet;

use super::document::{SaleDocument, from_bytes};
use super::error::Error;
use super::log::Level;
use super::operation::Call;
use super::shell::Till;
use super::view::SaleState;
use crate::exchange::{Acknowledgement, enrolment};
use crate::kernel::ids::Seq;
use crate::ledger::Kind;
use crate::store::{Depth, Finding, Reading, SaleRow};

/// Findings told at the most.
const FINDINGS_MAX: usize = 1_000;

impl Till {
    /// Looks for damage. Writes nothing; an empty list is a sound ledger.
    pub fn verify(&self, depth: Depth) -> Result<Vec<Finding>, Error> {
        let lives: Vec<_> = self
            .epochs()
            .iter()
            .map(|epoch| epoch.genesis.clone())
            .collect();
        let mut findings = self.lock().store()?.verify(&lives, depth)?;
        if findings.is_empty() && depth == Depth::Full {
            findings = self.read(|reading| self.check_side(reading))?;
        }
        findings.truncate(FINDINGS_MAX);
        if !findings.is_empty() {
            let now = self.ports.clock.now();
            let text = format!("verify found {} problems", findings.len());
            self.lock()
                .log
                .add(now, Level::Error, "verify.findings", text);
        }
        Ok(findings)
    }

    fn check_side(&self, reading: &Reading<'_>) -> Result<Vec<Finding>, Error> {
        let mut findings = Vec::new();
        self.check_identity(reading, &mut findings)?;
        check_enrolments(reading, &mut findings)?;
        self.check_receipts_and_operations(reading, &mut findings)?;
        self.check_acknowledgements(reading, &mut findings)?;
        self.check_counted(reading, &mut findings)?;
        Ok(findings)
    }

    /// Who the file is, and the members that came with provisioning, are what they were when this
    /// life of it began.
    fn check_identity(
        &self,
        reading: &Reading<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        let seq = self.birth_seq();
        let kept = reading.find_document(seq)?;
        if kept.as_deref() != Some(&reading.identity_digest()?) {
            let text = "the ledger's identity, a key or a member of its provisioning was changed";
            findings.push(finding("identity.changed", seq, text));
        }
        Ok(())
    }

    /// What head office signed is what stands here: its signature, and the entry's hash.
    fn check_acknowledgements(
        &self,
        reading: &Reading<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        for (seq, bytes) in reading.acknowledgements()? {
            let signed = Acknowledgement::verify(&bytes, &self.identity.office_key).ok();
            let here = reading.entries(seq, seq)?.pop().map(|(_, hash)| hash);
            let told = signed.filter(|signed| signed.seq == seq);
            if told.map(|signed| signed.hash) != here {
                let text = "head office signed another entry than the one that stands here";
                findings.push(finding("acknowledgement.differs", seq, text));
            }
        }
        Ok(())
    }

    /// The first entry of the present life.
    pub(super) fn birth_seq(&self) -> Seq {
        self.epoch_of(Seq::MAX).first_seq()
    }

    /// Every sale has the operation that made it, and every receipt leads to a sale.
    fn check_receipts_and_operations(
        &self,
        reading: &Reading<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        let made: BTreeSet<Seq> =
            reading.results_of([Call::Authorise as u8, Call::Record as u8])?;
        let mut sales: Vec<SaleRow> = Vec::new();
        reading.each_sale(|row| {
            sales.push(row);
            Ok(())
        })?;
        for row in sales {
            // What an earlier life lost, salvage has told.
            if row.seq >= self.birth_seq() && !made.contains(&row.seq) {
                let text =
                    "the operation that made a sale is forgotten; asked again it would double";
                findings.push(finding("operation.missing", row.seq, text));
            }
            let state = SaleState::from_number(row.state)?;
            if matches!(state, SaleState::Voided | SaleState::Expired) {
                continue;
            }
            let Some(bytes) = reading.find_document(row.document_seq)? else {
                continue;
            };
            let cart = from_bytes::<SaleDocument>(&bytes)?.cart;
            if let Some(key) = self.receipt_of(&cart)
                && reading.sale_of_receipt(&key)?.is_none()
            {
                let text = "a receipt no longer leads to its sale; it could be sold again";
                findings.push(finding("receipt.missing", row.seq, text));
            }
        }
        Ok(())
    }
}

/// What is shown at the till leads to the member who enrolled with it, and to nobody else.
fn check_enrolments(reading: &Reading<'_>, findings: &mut Vec<Finding>) -> Result<(), Error> {
    let blocks = reading.number_blocks()?;
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
        let is_still_to_give =
            |&(first, last, next): &(u64, u64, u64)| (first..=last).contains(&body) && body >= next;
        if blocks.iter().any(is_still_to_give) {
            let text = "a member number that was given could be given again";
            findings.push(finding("number_block.differs", entry.seq, text));
        }
    }
    if count != reading.count_enrolled_identifiers()? {
        let text = "there are more or fewer phones and cards than were enrolled";
        findings.push(finding("identifier.differs", 0, text));
    }
    Ok(())
}

fn finding(key: &'static str, seq: Seq, text: &str) -> Finding {
    Finding {
        key,
        seq,
        text: text.to_owned(),
    }
}
