//! What goes to head office and what comes back. Bytes only: the vendor carries them.

use super::baskets::baskets;
use super::error::Error;
use super::log::Level;
use super::shell::Till;
use crate::exchange::batch::{BatchParts, build_up_to, read};
use crate::exchange::postings::ENTRIES_MAX;
use crate::exchange::{Acknowledgement, Basket, EpochPayload, SigningKey};
use crate::kernel::ids::Seq;
use crate::ledger::decide::note;
use crate::ledger::{Entry, Hash, Kind};
use crate::store::{Epoch, Head, Reading, Writing};

/// A batch to be carried to head office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The same bytes until they are acknowledged.
    pub bytes: Vec<u8>,
    /// How many entries are in it.
    pub entries: u64,
}

impl Till {
    /// The next batch for head office, or nothing if it has everything. Asked again before the
    /// acknowledgement, the same bytes again.
    pub fn export_next(&self, size_max: usize) -> Result<Option<Export>, Error> {
        self.refuse_training()?;
        self.write(|writing, moment| {
            if let Some((bytes, entries)) = writing.reading().waiting_batch()? {
                return Ok(Some(Export { bytes, entries }));
            }
            let head = writing.head().clone();
            let first = head.acknowledged_seq + 1;
            // A batch holds entries of one life.
            let epoch = self.epoch_of(first);
            let ends = self.epochs().iter().map(|later| later.genesis.parent.0);
            let end = ends.filter(|&end| end >= first).min().unwrap_or(head.seq);
            let most = u64::try_from(ENTRIES_MAX).expect("a batch's limit fits");
            let last = end.min(head.acknowledged_seq + most);
            let entries: Vec<Entry> = writing
                .reading()
                .entries(first, last)?
                .into_iter()
                .map(|(e, _)| e)
                .collect();
            // An acknowledgement alone is no news for the one who gave it.
            if entries.iter().all(|entry| entry.kind == Kind::Synced) {
                return Ok(None);
            }
            let baskets = baskets(&writing.reading(), &entries)?;
            let (bytes, count) = self.build(
                writing, epoch, &head, &entries, &baskets, size_max, moment.now,
            )?;
            let id = read(&bytes)
                .map_err(|_| Error::Internal("a batch just built"))?
                .id();
            let count = u64::try_from(count).expect("a count fits");
            writing.put_batch(first, first + count - 1, &id, &bytes)?;
            Ok(Some(Export {
                bytes,
                entries: count,
            }))
        })
    }

    #[allow(clippy::too_many_arguments)]
    fn build(
        &self,
        writing: &Writing<'_>,
        epoch: &Epoch,
        head: &Head,
        entries: &[Entry],
        baskets: &[Basket],
        size_max: usize,
        made_at: crate::kernel::Instant,
    ) -> Result<(Vec<u8>, usize), Error> {
        let reading = writing.reading();
        let payload = epoch_payload(&reading, epoch)?;
        let parts = BatchParts {
            tenant: self.identity.tenant,
            stream: epoch.genesis.stream,
            epoch: &payload,
            prev_hash: hash_before(&reading, epoch, head.acknowledged_seq + 1)?,
            entries,
            baskets,
            side_head: head.side_hash,
            office_index: head.office_index,
            programme_version: self.newest_programme()?.version(),
            library_version: env!("CARGO_PKG_VERSION"),
            made_at,
        };
        let key = SigningKey::from_bytes(&epoch.keys.secret);
        Ok(build_up_to(&parts, &key, size_max)?)
    }

    /// Takes head office's signed answer in: what it has need not be offered again.
    pub fn acknowledge(&self, bytes: &[u8]) -> Result<(), Error> {
        self.refuse_training()?;
        let acknowledgement = Acknowledgement::verify(bytes, &self.identity.office_key)
            .map_err(Error::Acknowledgement)?;
        let epoch = self.epoch_of(acknowledgement.seq);
        let stream = &epoch.genesis.stream;
        if acknowledgement.tenant != self.identity.tenant
            || acknowledgement.stream.writer != stream.writer
        {
            return Err(Error::OtherLedger);
        }
        let taken = self.write(|writing, moment| {
            let head = writing.head().clone();
            if acknowledgement.stream != *stream
                || acknowledgement.seq > head.seq
                || hash_before(&writing.reading(), epoch, acknowledgement.seq + 1)?
                    != acknowledgement.hash
            {
                return Err(Error::Diverged);
            }
            if acknowledgement.seq <= head.acknowledged_seq {
                return Ok(());
            }
            let entry = note(head.seq, &moment.facts(), Kind::Synced, |entry| {
                entry.refers_to = acknowledgement.seq;
            });
            writing.append(&[entry])?;
            writing.acknowledge(acknowledgement.seq, acknowledgement.office_index, bytes)?;
            // Head office's clock vouches for ours.
            let apart_ms = moment.now.ms() - acknowledgement.office_time.ms();
            if apart_ms.abs() <= self.identity.clock.behind_ms {
                writing.trust_clock(moment.now);
            }
            Ok(())
        });
        self.codes.ask_office_again();
        if let Err(Error::Diverged) = &taken {
            let now = self.ports.clock.now();
            let text = "head office acknowledges entries that this file does not have";
            self.lock()
                .log
                .add(now, Level::Error, "ledger.diverged", text);
        }
        taken
    }
}

fn epoch_payload(reading: &Reading<'_>, epoch: &Epoch) -> Result<EpochPayload, Error> {
    let first = epoch.first_seq();
    let entry = reading.entries(first, first)?.pop();
    entry
        .and_then(|(entry, _)| EpochPayload::decode(&entry.payload).ok())
        .ok_or(Error::Internal("an epoch without its entry"))
}

/// What an entry of this life is chained to.
pub(super) fn hash_before(reading: &Reading<'_>, epoch: &Epoch, seq: Seq) -> Result<Hash, Error> {
    if seq == epoch.first_seq() {
        return Ok(epoch.genesis.hash());
    }
    let entry = reading.entries(seq - 1, seq - 1)?.pop();
    entry.map(|(_, hash)| hash).ok_or(Error::Diverged)
}
