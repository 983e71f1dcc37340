//! A new ledger out of what can be read of a damaged one.

use std::path::Path;

use super::document::{EventDocument, Note, RefundDocument, SaleDocument, from_bytes};
use super::error::Error;
use super::ports::Ports;
use super::sale::held_portions;
use super::shell::{Settings, Till};
use super::view::{SaleState, load_document};
use crate::exchange::{EpochPayload, Parent, SigningKey, enrolment};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, Money, StreamId, UtcOffset};
use crate::ledger::decide::{note, release};
use crate::ledger::{Entry, Hash, Kind, SaleFacts};
use crate::store::{Epoch, Finding, Identity, Keys, NewLife, Reading, SaleRow, Store, Writing};

impl Till {
    /// Makes a new ledger at the settings' path of what can be read of the file `damaged`, which is
    /// not written to: entries in order as long as their chain holds, and what belongs to them. The
    /// new file begins a new life of the same writer, which names the last entry that was saved, so
    /// that head office takes its batches. Gives the new ledger and what was lost.
    ///
    /// # Errors
    /// [`crate::store::StoreError::Corrupt`] where not even the file's identity, keys, programme and
    /// first entry can be read; [`crate::store::StoreError::Exists`] where there is a file at the
    /// path.
    pub fn salvage(damaged: &Path, settings: &Settings) -> Result<(Self, Vec<Finding>), Error> {
        Self::salvage_with(damaged, settings, Ports::default())
    }

    /// [`Till::salvage`] with a clock and randomness of the caller's.
    pub fn salvage_with(
        damaged: &Path,
        settings: &Settings,
        ports: Ports,
    ) -> Result<(Self, Vec<Finding>), Error> {
        let begin = |identity: &Identity, lives: &[Epoch], last: (Seq, Hash)| {
            new_life(identity, lives, last, &ports)
        };
        let busy_timeout = settings.busy_timeout();
        let (store, findings) =
            Store::salvage(damaged, &settings.path, busy_timeout, begin, is_document)?;
        let till = Self::over(store, settings, ports)?;
        till.complete()?;
        Ok((till, findings))
    }

    /// Makes anew what the documents and entries tell and the damaged file no longer did.
    fn complete(&self) -> Result<(), Error> {
        self.write(|writing, _| {
            let last = writing.head().seq;
            // Who the file is from now on, and which members of its provisioning it still knows.
            let digest = writing.reading().identity_digest()?;
            writing.put_document(self.birth_seq(), &digest)?;
            let mut told = Vec::new();
            writing
                .reading()
                .each_entry(self.epoch_of(0).first_seq(), last, |entry, _| {
                    if matches!(
                        entry.kind,
                        Kind::Enrol | Kind::Hold | Kind::Commit | Kind::Refund
                    ) && !entry.is_portion()
                    {
                        told.push(entry);
                    }
                    Ok(())
                })?;
            for entry in &told {
                match entry.kind {
                    Kind::Enrol => know_again(writing, entry)?,
                    Kind::Refund => self.receipt_of_refund(writing, entry)?,
                    _ => self.receipt_of_sale(writing, entry)?,
                }
            }
            self.end_holds_as_authorised(writing)?;
            for row in writing.reading().held_sales()? {
                if writing.reading().find_document(row.document_seq)?.is_none() {
                    end_without_cart(writing, &row)?;
                }
            }
            self.count_anew(writing)
        })
    }

    /// Where a sale's own row was lost, its document says when its hold ends.
    fn end_holds_as_authorised(&self, writing: &Writing<'_>) -> Result<(), Error> {
        let mut rows: Vec<SaleRow> = Vec::new();
        writing.reading().each_sale(|row| {
            rows.push(row);
            Ok(())
        })?;
        for row in rows.into_iter().filter(|row| row.posted_seq != row.seq) {
            let Some(bytes) = writing.reading().find_document(row.seq)? else {
                continue;
            };
            let until = from_bytes::<SaleDocument>(&bytes)?.hold_until;
            if let Some(hold_until) = until.filter(|until| *until != row.hold_until) {
                writing.put_sale(&SaleRow { hold_until, ..row })?;
            }
        }
        Ok(())
    }

    fn receipt_of_sale(&self, writing: &Writing<'_>, entry: &Entry) -> Result<(), Error> {
        let reading = writing.reading();
        let Some(row) = reading.sale(entry.seq)? else {
            return Ok(());
        };
        let is_free = [SaleState::Voided, SaleState::Expired].map(|state| state as u8);
        if is_free.contains(&row.state) || reading.find_document(row.document_seq)?.is_none() {
            return Ok(());
        }
        let key = self.receipt_of(&load_document(&reading, row.document_seq)?.cart);
        put_missing(writing, key, row.seq)
    }

    fn receipt_of_refund(&self, writing: &Writing<'_>, entry: &Entry) -> Result<(), Error> {
        match self.receipt_of_return(&writing.reading(), entry)? {
            Some((key, owner)) => put_missing(writing, Some(key), owner),
            None => Ok(()),
        }
    }

    /// The receipt of a return by its entry, and what owns it; nothing where it has none, or its
    /// document is lost.
    pub(super) fn receipt_of_return(
        &self,
        reading: &Reading<'_>,
        entry: &Entry,
    ) -> Result<Option<([u8; 16], Seq)>, Error> {
        let Some(bytes) = reading.find_document(entry.seq)? else {
            return Ok(None);
        };
        let date = entry.business_date;
        if entry.refers_to != 0 {
            let document: RefundDocument = from_bytes(&bytes)?;
            let number = document.note.receipt_number;
            let key = number.map(|number| self.refund_receipt(&number, date, None));
            return Ok(key.map(|key| (key, entry.refers_to)));
        }
        // Without a sale it owns its receipt itself, unless it is part of a cart, which owns it.
        let cart = from_bytes::<SaleDocument>(&bytes)?.cart;
        let number = cart.receipt_number.as_ref();
        let key = number.map(|number| self.refund_receipt(number, date, cart.till.as_deref()));
        Ok(key.map(|key| (key, entry.seq)))
    }
}

fn put_missing(writing: &Writing<'_>, key: Option<[u8; 16]>, sale: Seq) -> Result<(), Error> {
    match key {
        Some(key) if writing.reading().sale_of_receipt(&key)?.is_none() => {
            Ok(writing.put_receipt(&key, sale)?)
        }
        _ => Ok(()),
    }
}

fn know_again(writing: &Writing<'_>, entry: &Entry) -> Result<(), Error> {
    let member = entry
        .member
        .ok_or(Error::Internal("an enrolment of nobody"))?;
    let identifiers = enrolment::decode(&entry.payload)
        .map_err(|_| Error::Internal("an enrolment that cannot be read"))?;
    Ok(writing.know_member(member, entry.seq, &identifiers)?)
}

/// A hold whose cart is lost cannot be committed any more: what it reserves is free again.
fn end_without_cart(writing: &mut Writing<'_>, row: &SaleRow) -> Result<(), Error> {
    let held = held_portions(&writing.reading(), row)?;
    let hold = writing.reading().entries(row.seq, row.seq)?.pop();
    let (hold, _) = hold.ok_or(Error::Internal("a sale without its entry"))?;
    let facts = SaleFacts {
        at: hold.at,
        sold_at: hold.at,
        offset: hold.offset,
        business_date: hold.business_date,
        member: hold.member,
        amount: Money::ZERO,
        programme_version: hold.programme_version,
        flags: hold.flags,
    };
    let entries = release(writing.head().seq, &facts, Kind::HoldExpired, &held);
    writing.append(&entries)?;
    writing.put_sale(&SaleRow {
        state: SaleState::Expired as u8,
        ..row.clone()
    })?;
    Ok(())
}

fn is_document(bytes: &[u8]) -> bool {
    // The digest of who the file is stands beside the first entry of each life.
    bytes.len() == std::mem::size_of::<crate::ledger::Hash>()
        || from_bytes::<SaleDocument>(bytes).is_ok()
        || from_bytes::<RefundDocument>(bytes).is_ok()
        || from_bytes::<EventDocument>(bytes).is_ok()
        || from_bytes::<Note>(bytes).is_ok()
}

/// The life after `lives`, which hangs on the last entry that was saved.
fn new_life(
    identity: &Identity,
    lives: &[Epoch],
    (seq, hash): (Seq, Hash),
    ports: &Ports,
) -> Result<NewLife, Error> {
    let mut seed = zeroize::Zeroizing::new([0u8; 32]);
    let mut tag = [0u8; 4];
    if !ports.randomness.fill(&mut *seed) || !ports.randomness.fill(&mut tag) {
        return Err(Error::NoRandomness);
    }
    let before = lives
        .iter()
        .rev()
        .find(|life| life.first_seq() <= seq)
        .ok_or(Error::Internal("an entry of no life"))?;
    let newest = lives.iter().map(|life| life.genesis.stream.epoch).max();
    let stream = StreamId {
        writer: identity.writer,
        epoch: newest.unwrap_or_default() + 1,
        tag: u32::from_be_bytes(tag),
    };
    let parent = Parent {
        epoch: before.genesis.stream.epoch,
        tag: before.genesis.stream.tag,
        seq,
        hash,
    };
    let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let writer_key = SigningKey::from_bytes(&identity.writer_secret);
    let payload = EpochPayload::sign(identity.tenant, stream, public, parent, &writer_key);
    let now = ports.clock.now();
    let at = Instant::from_ms(now.ms().clamp(0, Instant::MAX.ms()));
    let facts = SaleFacts {
        at,
        sold_at: at,
        offset: UtcOffset::UTC,
        business_date: at.date_at(UtcOffset::UTC).unwrap_or(BusinessDate::MAX),
        member: None,
        amount: Money::ZERO,
        programme_version: 0,
        flags: Default::default(),
    };
    Ok(NewLife {
        genesis: payload.genesis(identity.tenant, stream),
        keys: Keys {
            public,
            secret: seed,
        },
        entry: note(seq, &facts, Kind::Epoch, |entry| {
            entry.payload = payload.encode();
        }),
    })
}
