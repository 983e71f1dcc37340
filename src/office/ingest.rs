//! Taking in a batch: verify, place it in its stream, apply what is new, answer.

use rusqlite::{Transaction, TransactionBehavior};

use super::fold::Sums;
use super::storage::{self, StreamRow};
use super::{Office, OfficeError, column, lapse, members};
use crate::exchange::batch::{self, Batch, BatchError, BatchId};
use crate::exchange::{Acknowledgement, EpochPayload, Manifest};
use crate::kernel::ids::Seq;
use crate::kernel::{Instant, WriterId};

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its entries are in the books. The bytes are the signed acknowledgement.
    Applied(Vec<u8>),
    /// Kept. It waits for entry `needs` of the same writer, which has not arrived.
    Parked {
        /// The entry to send.
        needs: Seq,
    },
    /// Kept, named, not in the books: the writer has told another story before.
    Fork {
        /// The first entry known to differ.
        at: Seq,
    },
    /// Not kept: it is damaged, or not from this chain.
    Refused(Refusal),
}

/// Why a file is not taken at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Damaged, forged, or no batch.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// Of another head office.
    #[error("the batch belongs to another chain of stores")]
    OtherTenant,
    /// A writer that this head office did not provision.
    #[error("the batch comes from writer {0}, which this head office did not provision")]
    UnknownWriter(WriterId),
    /// An epoch that cannot be.
    #[error("epoch {0} does not name the life it continues")]
    Parent(u32),
}

/// A batch that had been parked and could be decided now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Which.
    pub batch_id: BatchId,
    /// What became of it: applied or fork.
    pub outcome: Outcome,
}

/// The answer to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingested {
    /// The batch; none if the file is no batch.
    pub batch_id: Option<BatchId>,
    /// What became of it.
    pub outcome: Outcome,
    /// It had been received before; this is the answer of that time, or what it still waits for.
    pub duplicate: bool,
    /// What its arrival set free.
    pub drained: Vec<Drained>,
}

impl Ingested {
    fn refused(refusal: Refusal) -> Self {
        Self {
            batch_id: None,
            outcome: Outcome::Refused(refusal),
            duplicate: false,
            drained: Vec::new(),
        }
    }
}

/// Where a batch stands to what is known of its stream.
enum Place {
    Follows(StreamRow),
    Waits(Seq),
    Differs(Seq),
    Impossible(Refusal),
}

impl Office {
    /// Takes in one file. `now` is head office's clock.
    ///
    /// A file that is refused is an outcome, not an error; errors are those of the office itself, and
    /// after one nothing has changed.
    pub fn ingest(&mut self, file: &[u8], now: Instant) -> Result<Ingested, OfficeError> {
        let unverified = match batch::read(file) {
            Ok(unverified) => unverified,
            Err(error) => return Ok(Ingested::refused(error.into())),
        };
        let manifest = unverified.manifest();
        if manifest.tenant != self.tenant {
            return Ok(Ingested::refused(Refusal::OtherTenant));
        }
        let writer = manifest.stream.writer;
        let Some((writer_no, public_key)) = storage::writer(&self.db, writer)? else {
            return Ok(Ingested::refused(Refusal::UnknownWriter(writer)));
        };
        let batch = match unverified.verify(&public_key) {
            Ok(batch) => batch,
            Err(error) => return Ok(Ingested::refused(error.into())),
        };

        let key = self.key.clone();
        let tenant = self.tenant;
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let desk = Desk {
            tx: &tx,
            writer_no,
            tenant,
            key: &key,
            now,
        };
        let answer = desk.receive(&batch, file)?;
        tx.commit()?;
        Ok(answer)
    }
}

/// One writer's batches being worked on in one transaction.
struct Desk<'a> {
    tx: &'a Transaction<'a>,
    writer_no: i64,
    tenant: [u8; 16],
    key: &'a ed25519_dalek::SigningKey,
    now: Instant,
}

impl Desk<'_> {
    fn receive(&self, batch: &Batch, file: &[u8]) -> Result<Ingested, OfficeError> {
        if let Some(stored) = storage::batch(self.tx, &batch.id)? {
            return Ok(Ingested {
                batch_id: Some(batch.id),
                outcome: stored,
                duplicate: true,
                drained: Vec::new(),
            });
        }
        let outcome = self.decide(batch)?;
        if !matches!(outcome, Outcome::Refused(_)) {
            storage::insert_batch(self.tx, self.writer_no, batch, &outcome, file, self.now)?;
        }
        let drained = match outcome {
            Outcome::Applied(_) => self.drain(&batch.manifest)?,
            _ => Vec::new(),
        };
        Ok(Ingested {
            batch_id: Some(batch.id),
            outcome,
            duplicate: false,
            drained,
        })
    }

    /// Applies the batch if it follows what is known.
    fn decide(&self, batch: &Batch) -> Result<Outcome, OfficeError> {
        Ok(match self.place(batch)? {
            Place::Follows(stream) => Outcome::Applied(self.apply(&stream, batch)?),
            Place::Waits(needs) => Outcome::Parked { needs },
            Place::Differs(at) => Outcome::Fork { at },
            Place::Impossible(refusal) => Outcome::Refused(refusal),
        })
    }

    fn place(&self, batch: &Batch) -> Result<Place, OfficeError> {
        let manifest = &batch.manifest;
        match storage::stream(
            self.tx,
            self.writer_no,
            manifest.stream.epoch,
            manifest.stream.tag,
        )? {
            Some(stream) => self.place_in(stream, batch),
            None => self.place_new(batch),
        }
    }

    /// Compares what the batch and the stream have in common.
    fn place_in(&self, stream: StreamRow, batch: &Batch) -> Result<Place, OfficeError> {
        let first = batch.manifest.first_seq;
        if first > stream.seq + 1 {
            return Ok(Place::Waits(stream.seq + 1));
        }
        // Two streams of one name with different certificates differ from their first entry on.
        if first > stream.parent_seq + 1 {
            let before = storage::hash_at(self.tx, stream.stream_no, first - 1)?;
            if before != Some(batch.manifest.prev_hash) {
                return Ok(Place::Differs(first - 1));
            }
        }
        for (entry, hash) in batch.entries.iter().zip(&batch.hashes) {
            if entry.seq > stream.seq {
                break;
            }
            if storage::hash_at(self.tx, stream.stream_no, entry.seq)? != Some(*hash) {
                return Ok(Place::Differs(entry.seq));
            }
        }
        Ok(Place::Follows(stream))
    }

    /// The first batch of a life.
    fn place_new(&self, batch: &Batch) -> Result<Place, OfficeError> {
        let manifest = &batch.manifest;
        let stream = manifest.stream;
        let parent = manifest.epoch.parent;
        let first_life = parent.epoch == 0 && parent.seq == 0;
        if (stream.epoch == 1) != first_life || parent.epoch >= stream.epoch {
            return Ok(Place::Impossible(Refusal::Parent(stream.epoch)));
        }
        // One provisioning file used for two ledgers gives two first lives.
        if first_life && storage::has_first_life(self.tx, self.writer_no)? {
            return Ok(Place::Differs(1));
        }
        let parent_stream = if first_life {
            None
        } else {
            match storage::stream(self.tx, self.writer_no, parent.epoch, parent.tag)? {
                None => return Ok(Place::Waits(parent.seq)),
                Some(known) if known.seq < parent.seq => {
                    return Ok(Place::Waits(known.seq + 1));
                }
                Some(known) => {
                    if !self.ends_with(&known, &manifest.epoch)? {
                        return Ok(Place::Differs(parent.seq));
                    }
                    Some(known.stream_no)
                }
            }
        };
        if manifest.first_seq > parent.seq + 1 {
            return Ok(Place::Waits(parent.seq + 1));
        }
        Ok(Place::Follows(storage::insert_stream(
            self.tx,
            self.writer_no,
            manifest,
            parent_stream,
        )?))
    }

    /// The life before has the entry that the new life says it continues.
    fn ends_with(&self, known: &StreamRow, epoch: &EpochPayload) -> Result<bool, OfficeError> {
        let found = storage::hash_at(self.tx, known.stream_no, epoch.parent.seq)?;
        Ok(found == Some(epoch.parent.hash))
    }

    /// Adds what is new, moves the head, and signs the answer.
    fn apply(&self, stream: &StreamRow, batch: &Batch) -> Result<Vec<u8>, OfficeError> {
        let known = stream.seq + 1 - batch.manifest.first_seq;
        let known = usize::try_from(known)
            .unwrap_or(usize::MAX)
            .min(batch.entries.len());
        let entries = &batch.entries[known..];
        let mut head = (stream.seq, stream.hash);
        if !entries.is_empty() {
            let ancestry = storage::ancestry_of(self.tx, stream.stream_no)?;
            let sums = Sums::of(entries, &ancestry)?;
            storage::insert_entries(self.tx, stream.stream_no, entries, &batch.hashes[known..])?;
            storage::add(self.tx, &sums)?;
            members::learn(self.tx, entries)?;
            if lapse::wants_activity(self.tx)? {
                storage::add_activity(self.tx, entries)?;
            }
            head = (batch.manifest.last_seq(), batch.head_hash);
            storage::move_head(self.tx, stream, head, entries, self.now)?;
        }
        let acknowledgement = Acknowledgement {
            tenant: self.tenant,
            stream: batch.manifest.stream,
            seq: head.0,
            hash: head.1,
            batch_id: batch.id,
            office_index: storage::next_index(self.tx)?,
            office_time: self.now,
        };
        Ok(acknowledgement.sign(self.key))
    }

    /// Looks again at batches of this writer that may no longer have to wait.
    fn drain(&self, applied: &Manifest) -> Result<Vec<Drained>, OfficeError> {
        let mut drained = Vec::new();
        let mut stream = applied.stream;
        loop {
            let head = storage::stream(self.tx, self.writer_no, stream.epoch, stream.tag)?
                .map_or(0, |row| column(row.seq));
            let mut moved = None;
            for batch_id in storage::waiting(self.tx, self.writer_no, stream, head)? {
                let batch = storage::open_batch(self.tx, &batch_id)?;
                match self.decide(&batch)? {
                    outcome @ (Outcome::Applied(_) | Outcome::Fork { .. }) => {
                        storage::settle_batch(self.tx, &batch.id, &outcome)?;
                        moved = Some(batch.manifest.stream);
                        drained.push(Drained {
                            batch_id: batch.id,
                            outcome,
                        });
                    }
                    Outcome::Parked { needs } => {
                        storage::still_waits(self.tx, &batch.id, needs)?;
                    }
                    Outcome::Refused(_) => return Err(OfficeError::Damaged("a parked batch")),
                }
                if moved.is_some() {
                    break;
                }
            }
            match moved {
                Some(next) => stream = next,
                None => return Ok(drained),
            }
        }
    }
}
