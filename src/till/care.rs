//! Looking after a ledger: what it is, whether it is sound, a copy, a quiet moment, the clock.

use std::path::Path;

use serde::Serialize;

use super::document::{Note, to_bytes};
use super::error::Error;
use super::log::Level;
use super::operation::{Call, Operation};
use super::sale::retell_nothing;
use super::shell::Till;
use super::told;
use super::training::Purpose;
use crate::kernel::ids::Seq;
use crate::ledger::Kind;
use crate::ledger::decide::note;

/// The longest name of a cashier, in bytes.
const CASHIER_MAX: usize = 200;

/// What a ledger is and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Info {
    /// The chain of stores.
    pub tenant_name: String,
    /// The store's code.
    pub store: String,
    /// The till's code.
    pub till: String,
    /// Which writer, a UUID.
    pub writer: String,
    /// The writer's present life.
    pub epoch: u32,
    /// The last entry.
    pub head_seq: Seq,
    /// Entries that head office has not acknowledged, not counting that it acknowledged others.
    pub unsent_entries: u64,
    /// The programme's id.
    pub programme: String,
    /// Its latest version.
    pub programme_version: u32,
    /// Of all amounts.
    pub currency: String,
    /// Language of texts.
    pub language: &'static str,
    /// The latest closed business date, 0 before the first.
    pub closed_date: i32,
    /// Sales that wait to be committed or voided.
    pub pending_sales: u64,
    /// Members known here.
    pub members: u64,
    /// It was opened for training: nothing of it is kept.
    pub is_training: bool,
    /// The clock is not to be believed now.
    pub is_clock_suspect: bool,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Bytes of the write-ahead log beside it.
    pub wal_bytes: u64,
}

impl Till {
    /// What this ledger is and how it stands.
    pub fn info(&self) -> Result<Info, Error> {
        let now = self.ports.clock.now();
        let programme = self.programme()?;
        let mut inner = self.lock();
        let store = inner.store()?;
        let (file_bytes, wal_bytes) = store.file_bytes();
        store.read(|reading| {
            let head = reading.head()?;
            let sizes = reading.sizes()?;
            Ok(Info {
                tenant_name: self.identity.tenant_name.clone(),
                store: self.identity.store.clone(),
                till: self.identity.till.clone(),
                writer: self.identity.writer.to_string(),
                epoch: self.stream().epoch,
                head_seq: head.seq,
                unsent_entries: reading.unsent(head.acknowledged_seq, Kind::Synced.number())?,
                programme: programme.id().to_owned(),
                programme_version: programme.version(),
                currency: self.identity.currency.to_string(),
                language: self.language.code(),
                closed_date: head.closed_date.map_or(0, |date| date.yyyymmdd()),
                pending_sales: sizes.open_sales,
                members: sizes.members,
                is_training: self.purpose == Purpose::Training,
                is_clock_suspect: self.identity.clock.is_suspect(now, head.trusted_at),
                file_bytes,
                wal_bytes,
            })
        })
    }

    /// Uses a quiet moment between customers: ends holds whose time is over, moves the WAL into the
    /// file. Does nothing that cannot wait.
    pub fn idle(&self) -> Result<(), Error> {
        self.write(|writing, moment| self.expire_holds(writing, moment))?;
        Ok(self.lock().store()?.checkpoint()?)
    }

    /// An operator has looked at the clock and says that it is right. From here on it is believed.
    pub fn confirm_clock(&self, id: &str, cashier: &str) -> Result<(), Error> {
        if cashier.is_empty() || cashier.len() > CASHIER_MAX {
            return Err(Error::Argument {
                field: "cashier",
                expected: "1 to 200 bytes",
            });
        }
        let content = told::content(vec![("cashier", cashier.into())]);
        let operation = Operation::told(id, Call::ConfirmClock, content);
        self.operate(&operation, retell_nothing, |writing, moment| {
            if !moment.now.is_in_range() {
                return Err(Error::Argument {
                    field: "clock",
                    expected: "1970 to 9999",
                });
            }
            let entry = note(writing.head().seq, &moment.facts(), Kind::Clock, |_| {});
            let seq = entry.seq;
            writing.append(&[entry])?;
            let note = Note {
                cashier: Some(cashier.to_owned()),
                ..Note::default()
            };
            writing.put_document(seq, &to_bytes(&note))?;
            writing.trust_clock(moment.now);
            Ok(seq)
        })?;
        let now = self.ports.clock.now();
        self.lock().log.add(
            now,
            Level::Info,
            "clock.confirmed",
            "an operator confirmed the clock",
        );
        Ok(())
    }

    /// Copies the ledger while it is in use. The copy is one file; a till that is restored from it
    /// has to be told so by head office.
    pub fn backup(&self, destination: &Path) -> Result<(), Error> {
        self.refuse_training()?;
        Ok(self.lock().store()?.backup(destination)?)
    }
}
