//! The proof of a sale: the links of the chain from it to the next thing that was signed, and the
//! links of the side chain from its cart and quote to the day close that names them.
//!
//! Each link is made of the one before and the entry's bytes (`ledger/chain.rs` says what is hashed),
//! the last one stands in what head office signed. Of entries in between that are another customer's
//! only the hashes are shown: their bytes hold member numbers and amounts. Where all are shown, for an
//! auditor, whoever has the proof can check every link with SHA-256 and Ed25519 alone.

use std::collections::BTreeSet;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::error::Error;
use super::shell::Till;
use super::sync::hash_before;
use crate::exchange::batch::read;
use crate::exchange::{Acknowledgement, EpochPayload, SigningKey};
use crate::kernel::Instant;
use crate::kernel::ids::{Seq, hex};
use crate::ledger::{Entry, Hash, Kind, Totals, chain};
use crate::store::{Reading, SaleRow, Way};

/// Entries that tell of no customer and no cashier.
const NOBODYS: [&str; 4] = ["epoch", "programme_installed", "day_closed", "synced"];

/// Whose entries a proof shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// The sale's, and those that are nobody's: day closes, acknowledgements, beginnings of lives.
    #[default]
    Own,
    /// Everybody's in between: for an auditor, not for a customer to take home.
    Everybodys,
}

/// What proves a sale. Hashes, keys and bytes are written in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// The chain of stores, as the hash of each life's beginning names it.
    pub tenant: String,
    /// Which writer, a UUID.
    pub writer: String,
    /// The writer's key, which head office knows and which certifies the keys of its lives.
    pub writer_key: String,
    /// The key of head office.
    pub office_key: String,
    /// The lives that the links belong to.
    pub lives: Vec<Life>,
    /// From the first entry of the sale, or of the goods that came back with it, to the anchor, none
    /// left out.
    pub links: Vec<Link>,
    /// Where the links end.
    pub anchor: Anchor,
    /// What binds the stored cart and quote.
    pub document: DocumentProof,
    /// What does not hold, in English; empty for a sound proof.
    pub problems: Vec<&'static str>,
}

/// One life of the writer: what its first entry hangs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Life {
    /// Which life.
    pub epoch: u32,
    /// Which of two that claim to be it.
    pub tag: u32,
    /// Its first entry.
    pub first_seq: Seq,
    /// The key that signs its batches.
    pub public_key: String,
    /// The writer key's signature over `genesis`.
    pub certificate: String,
    /// The hash before its first entry.
    pub genesis: String,
}

/// One entry with the links before and behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Its place.
    pub seq: Seq,
    /// What it says.
    pub kind: &'static str,
    /// The link before it.
    pub previous: String,
    /// What is hashed with it; absent where it is another sale's, of which only the hash is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
    /// The link it makes.
    pub hash: String,
}

/// What the last link stands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Anchor {
    /// Head office signed that it has the entry with this hash.
    Acknowledged {
        /// The entry.
        seq: Seq,
        /// When, by head office's clock.
        office_time_ms: Instant,
        /// The batch that brought it.
        batch_id: String,
        /// The signed acknowledgement (COSE_Sign1).
        bytes: String,
    },
    /// A batch that is signed with the life's key and waits for head office ends with this entry.
    Batch {
        /// The entry.
        seq: Seq,
        /// The batch's name.
        batch_id: String,
    },
    /// Head office acknowledged the entry, but this file kept no signature: an older library did.
    Remembered {
        /// The entry.
        seq: Seq,
    },
    /// A day close behind it; nothing is signed yet.
    DayClosed {
        /// The entry.
        seq: Seq,
    },
    /// The ledger's last entry; nothing is closed or signed yet.
    Head {
        /// The entry.
        seq: Seq,
    },
}

impl Anchor {
    /// The entry it names.
    pub fn seq(&self) -> Seq {
        match self {
            Self::Acknowledged { seq, .. }
            | Self::Batch { seq, .. }
            | Self::Remembered { seq }
            | Self::DayClosed { seq }
            | Self::Head { seq } => *seq,
        }
    }
}

/// The side chain from the day close before the sale to the one behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DocumentProof {
    /// The entry beside which the cart and quote stand.
    pub seq: Seq,
    /// SHA-256 of their bytes.
    pub sha256: String,
    /// The side chain's head before the first of `documents`.
    pub previous: String,
    /// All documents in between: entry and SHA-256.
    pub documents: Vec<(Seq, String)>,
    /// The day close that names the side chain's head behind the last; 0 where there is none yet.
    pub day_closed_seq: Seq,
    /// That head.
    pub side_head: String,
}

impl Till {
    /// The proof of a sale up to where it became final, or is reserved. `own` are the entries that
    /// belong to it.
    pub(super) fn prove(
        &self,
        reading: &Reading<'_>,
        row: &SaleRow,
        own: &BTreeSet<Seq>,
        shown: Shown,
    ) -> Result<Proof, Error> {
        let mut problems = Vec::new();
        let close = reading.nearest_of_kind(row.document_seq, Kind::DayClosed, Way::Behind)?;
        let close_seq = close.as_ref().map_or(0, |entry| entry.seq);
        let anchor = self.anchor(reading, row.last_seq, close_seq, &mut problems)?;
        let first = own.first().map_or(row.seq, |&seq| seq.min(row.seq));
        let mut links = self.links(reading, first, anchor.seq(), &mut problems)?;
        if shown == Shown::Own {
            for link in &mut links {
                if !own.contains(&link.seq) && !NOBODYS.contains(&link.kind) {
                    link.bytes = None;
                }
            }
        }
        let document = self.document_proof(reading, row, close.as_ref(), &mut problems)?;
        let writer_key = SigningKey::from_bytes(&self.identity.writer_secret).verifying_key();
        Ok(Proof {
            tenant: hex(&self.identity.tenant),
            writer: self.identity.writer.to_string(),
            writer_key: hex(&writer_key.to_bytes()),
            office_key: hex(&self.identity.office_key),
            lives: self.lives(reading, first, anchor.seq())?,
            links,
            anchor,
            document,
            problems,
        })
    }

    /// What is signed and reaches the day close behind the sale, or else the sale itself; and where
    /// nothing is signed, the close or the last entry.
    fn anchor(
        &self,
        reading: &Reading<'_>,
        sale: Seq,
        close: Seq,
        problems: &mut Vec<&'static str>,
    ) -> Result<Anchor, Error> {
        for least in [sale.max(close), sale] {
            if let Some(bytes) = reading.acknowledgement_from(least)? {
                return self.acknowledged(reading, &bytes, problems);
            }
            if let Some((bytes, _)) = reading.waiting_batch()? {
                let writer = SigningKey::from_bytes(&self.identity.writer_secret).verifying_key();
                let batch = read(&bytes).and_then(|batch| batch.verify(&writer.to_bytes()));
                match batch {
                    Ok(batch) if batch.manifest.last_seq() >= least => {
                        let seq = batch.manifest.last_seq();
                        if hash_at(reading, seq)? != Some(batch.head_hash) {
                            problems.push("the waiting batch ends with another entry");
                        }
                        return Ok(Anchor::Batch {
                            seq,
                            batch_id: hex(&batch.id),
                        });
                    }
                    Ok(_) => {}
                    Err(_) => problems.push("the waiting batch cannot be read"),
                }
            }
            let head = reading.head()?;
            if head.acknowledged_seq >= least {
                let seq = head.acknowledged_seq;
                return Ok(Anchor::Remembered { seq });
            }
        }
        Ok(match close {
            0 => Anchor::Head {
                seq: reading.head()?.seq,
            },
            seq => Anchor::DayClosed { seq },
        })
    }

    fn acknowledged(
        &self,
        reading: &Reading<'_>,
        bytes: &[u8],
        problems: &mut Vec<&'static str>,
    ) -> Result<Anchor, Error> {
        let signed = Acknowledgement::verify(bytes, &self.identity.office_key)
            .map_err(Error::Acknowledgement)?;
        if hash_at(reading, signed.seq)? != Some(signed.hash) {
            problems.push("head office signed another entry than the one that stands here");
        }
        Ok(Anchor::Acknowledged {
            seq: signed.seq,
            office_time_ms: signed.office_time,
            batch_id: hex(&signed.batch_id),
            bytes: hex(bytes),
        })
    }

    fn links(
        &self,
        reading: &Reading<'_>,
        first: Seq,
        last: Seq,
        problems: &mut Vec<&'static str>,
    ) -> Result<Vec<Link>, Error> {
        let mut links = Vec::new();
        let mut previous = hash_before(reading, self.epoch_of(first), first)?;
        reading.each_entry(first, last, |entry, hash| {
            let life = self.epoch_of(entry.seq);
            if life.first_seq() == entry.seq {
                previous = life.genesis.hash();
            }
            let made = chain::link(&previous, &entry);
            if made != hash || entry.seq != first + Seq::try_from(links.len()).unwrap_or(0) {
                problems.push("an entry was changed or is missing: the chain does not hold");
            }
            links.push(Link {
                seq: entry.seq,
                kind: entry.kind.name(),
                previous: hex(&previous),
                bytes: Some(hex(&entry.to_bytes())),
                hash: hex(&hash),
            });
            previous = hash;
            Ok(())
        })?;
        problems.dedup();
        Ok(links)
    }

    fn lives(&self, reading: &Reading<'_>, first: Seq, last: Seq) -> Result<Vec<Life>, Error> {
        let mut lives = Vec::new();
        for epoch in self.epochs() {
            let begins = epoch.first_seq();
            let is_before = self.epoch_of(first).first_seq() > begins;
            if is_before || begins > last {
                continue;
            }
            let payload = reading
                .entries(begins, begins)?
                .pop()
                .and_then(|(entry, _)| EpochPayload::decode(&entry.payload).ok())
                .ok_or(Error::Internal("an epoch without its entry"))?;
            lives.push(Life {
                epoch: epoch.genesis.stream.epoch,
                tag: epoch.genesis.stream.tag,
                first_seq: begins,
                public_key: hex(&payload.public_key),
                certificate: hex(&payload.signature),
                genesis: hex(&epoch.genesis.hash()),
            });
        }
        Ok(lives)
    }

    fn document_proof(
        &self,
        reading: &Reading<'_>,
        row: &SaleRow,
        close: Option<&Entry>,
        problems: &mut Vec<&'static str>,
    ) -> Result<DocumentProof, Error> {
        let before = reading.nearest_of_kind(row.document_seq, Kind::DayClosed, Way::Before)?;
        let (first, previous) = match &before {
            None => (0, chain::SIDE_START),
            Some(entry) => (entry.seq, side_head(entry)?),
        };
        let end = close.map_or(reading.head()?.seq, |entry| entry.seq);
        let (mut side, mut documents) = (previous, Vec::new());
        let mut sha256 = String::new();
        reading.each_document(first, end, |seq, content| {
            side = chain::side_link(&side, seq, content);
            let digest = hex(&Sha256::digest(content));
            if seq == row.document_seq {
                sha256.clone_from(&digest);
            }
            documents.push((seq, digest));
            Ok(())
        })?;
        let named = match close {
            Some(entry) => side_head(entry)?,
            None => reading.head()?.side_hash,
        };
        if named != side {
            problems.push("a stored cart or quote was changed, added or removed");
        }
        Ok(DocumentProof {
            seq: row.document_seq,
            sha256,
            previous: hex(&previous),
            documents,
            day_closed_seq: close.map_or(0, |entry| entry.seq),
            side_head: hex(&named),
        })
    }
}

fn side_head(close: &Entry) -> Result<Hash, Error> {
    Totals::from_payload(&close.payload)
        .map(|(_, side_head)| side_head)
        .map_err(|_| Error::Internal("stored control totals cannot be read"))
}

fn hash_at(reading: &Reading<'_>, seq: Seq) -> Result<Option<Hash>, Error> {
    Ok(reading.entries(seq, seq)?.pop().map(|(_, hash)| hash))
}
