//! Whether the ledger says what it should: what the store can see by itself, and what only the till
//! knows, because it made the documents, the receipt keys and the operations.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::document::{RefundDocument, SaleDocument, from_bytes};
use super::error::Error;
use super::log::Level;
use super::operation::Call;
use super::shell::Till;
use super::verify_rows::{check_enrolments, check_keys, ends_as_authorised};
use super::view::SaleState;
use crate::exchange::Acknowledgement;
use crate::kernel::ids::Seq;
use crate::ledger::{Hash, Kind};
use crate::programme::Programme;
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
        check_enrolments(reading, self.epochs().len(), &mut findings)?;
        check_keys(self.epochs(), &mut findings);
        self.check_batches(reading, &mut findings)?;
        self.check_programmes(reading, &mut findings)?;
        self.check_receipts_and_operations(reading, &mut findings)?;
        self.check_acknowledgements(reading, &mut findings)?;
        self.check_counted(reading, &mut findings)?;
        Ok(findings)
    }

    /// Who the file is, its operators, and the members that came with provisioning, are what they were
    /// when this life of it began, or when operators came last.
    fn check_identity(
        &self,
        reading: &Reading<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        let seq = reading.identity_seq()?.max(self.birth_seq());
        let kept = reading.find_document(seq)?;
        let kept = kept.as_deref();
        let is_own = kept == Some(&reading.identity_digest()?)
            || kept == Some(&reading.first_identity_digest()?);
        if !is_own || !reading.has_own_min_reader()? {
            let text = "the ledger's identity, a key, a member or a number of its provisioning, or an operator, was changed";
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
        let mut keys: BTreeMap<[u8; 16], BTreeSet<Seq>> = BTreeMap::new();
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
            let Some(bytes) = reading.find_document(row.document_seq)? else {
                continue;
            };
            let sale = from_bytes::<SaleDocument>(&bytes)?;
            if !ends_as_authorised(reading, &row)? {
                let text = "a hold ends at another time than it was authorised for";
                findings.push(finding("sale.differs", row.seq, text));
            }
            if !self.is_state_of_goods(reading, &row, &sale)? {
                let text = "a sale is returned whole and is not, or the other way round";
                findings.push(finding("sale.differs", row.seq, text));
            }
            let state = SaleState::from_number(row.state)?;
            if matches!(state, SaleState::Voided | SaleState::Expired) {
                continue;
            }
            if let Some(key) = self.receipt_of(&sale.cart) {
                keys.entry(key).or_default().insert(row.seq);
            }
        }
        self.check_receipt_rows(reading, &keys, findings)?;
        for (key, sales) in keys {
            match reading.sale_of_receipt(&key)? {
                // Of two that are final the one that came first has the number.
                Some(owner) if sales.contains(&owner) => {}
                None => {
                    let text = "a receipt no longer leads to its sale; it could be sold again";
                    let seq = sales.first().copied().unwrap_or(0);
                    findings.push(finding("receipt.missing", seq, text));
                }
                Some(owner) => {
                    let text = "a receipt leads to another sale than the one it was given to";
                    findings.push(finding("receipt.differs", owner, text));
                }
            }
        }
        Ok(())
    }
}

impl Till {
    /// A sale of which something came back is returned whole if nothing of it is kept. Where a damaged
    /// file lost what says so, any state will do.
    fn is_state_of_goods(
        &self,
        reading: &Reading<'_>,
        row: &SaleRow,
        sale: &SaleDocument,
    ) -> Result<bool, Error> {
        let found = match row.refund_seq {
            0 => return Ok(true),
            seq => reading.find_document(seq)?,
        };
        let (Some(found), Ok(programme)) = (found, self.programme_version(sale.programme_version))
        else {
            return Ok(true);
        };
        let gone = from_bytes::<RefundDocument>(&found)?.lines;
        let is_whole = sale.decided(&programme, &sale.cart).is_everything(&gone);
        Ok(is_whole == (row.state == SaleState::Refunded as u8))
    }

    /// Every programme that was installed in this life is there, as the version that it is.
    fn check_programmes(
        &self,
        reading: &Reading<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        let mut there = BTreeSet::new();
        for (version, document) in reading.programmes()? {
            let read = Programme::read(&document);
            if !read.is_ok_and(|programme| programme.version() == version) {
                let text = "a programme stands under another version than its own";
                findings.push(finding("programme.changed", 0, text));
            }
            there.insert(Hash::from(Sha256::digest(&document)));
        }
        reading.each_entry(self.birth_seq(), reading.head()?.seq, |entry, _| {
            let is_lost = entry.kind == Kind::ProgrammeInstalled
                && !there.iter().any(|hash| *hash == entry.payload[..]);
            if is_lost {
                let text = "a programme that was installed is gone; its sales cannot be explained";
                findings.push(finding("programme.missing", entry.seq, text));
            }
            Ok(())
        })?;
        Ok(())
    }
}

pub(super) fn finding(key: &'static str, seq: Seq, text: &str) -> Finding {
    Finding {
        key,
        seq,
        text: text.to_owned(),
    }
}
