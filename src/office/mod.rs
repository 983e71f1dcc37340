//! Head office: provisions tills, takes in their batches, answers, reports.
//!
//! One SQLite file in a directory. What is told is a function of the set of entries received, not of
//! the order, number or cut of the batches; see `Office::digest`. The one thing that depends on
//! order is which branch of a fork came first: that is an act of head office's own log.

mod baskets;
mod code;
mod draws;
mod exceptions;
mod fold;
mod household;
mod ingest;
mod lapse;
mod lots;
mod members;
mod opening;
mod operators;
mod provision;
mod report;
mod storage;
#[cfg(test)]
mod tests;
mod unlinked;

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use rusqlite::Connection;
use zeroize::Zeroizing;

pub use baskets::BasketTotal;
pub use draws::{DrawKeys, PrizeTotal, TurnChecked, Verdict};
pub use exceptions::{OfficeException, OperatorAdjustments};
pub use ingest::{Drained, Ingested, Outcome, Refusal};
pub use lots::LotRow;
pub use operators::Pins;
pub use provision::{MemberList, NewTill};
pub use report::{
    AccountBalance, DayTotal, ForkedBatch, MemberTotals, MergeProposal, OverdrawnPortion,
    ParkedBatch, Status, StreamStatus,
};
pub use unlinked::{UnlinkedLine, Whence};

use crate::kernel::{BusinessDate, Instant, MemberNumber};
use crate::ledger::Hash;

/// The file in the office's directory.
pub const FILE_NAME: &str = "office.db";

/// A source of random bytes, given by whoever calls: nothing in this room makes its own.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]);

/// Why head office cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// `init` on a directory that has one already.
    #[error("{0} holds a head office already; nothing was changed")]
    Exists(PathBuf),
    /// Nothing there.
    #[error("no head office in {0}: expected the file office.db (make one with `loy office init`)")]
    Absent(PathBuf),
    /// Some other file, or one of a later version.
    #[error("{path} is not a head office file that this version reads ({found})")]
    Unknown {
        /// Which.
        path: PathBuf,
        /// What was found.
        found: String,
    },
    /// A name that is empty or too long.
    #[error("{what} must have 1 to {most} bytes")]
    Name {
        /// Of what.
        what: &'static str,
        /// How long it may be.
        most: usize,
    },
    /// A code that no till was provisioned with.
    #[error("no till was ever provisioned for this store; check its code")]
    NoStore,
    /// All member numbers have been given to writers.
    #[error("there is no free block of member numbers left")]
    NoMemberNumbers,
    /// Sums beyond what an integer holds.
    #[error("sums of points or money outgrow 63 bits")]
    Sums,
    /// Two processes at once.
    #[error("another process moved the head of the stream; try again")]
    Moved,
    /// A value in the file that cannot be there.
    #[error("the head office file is damaged: {0}")]
    Damaged(&'static str),
    /// SQLite says no.
    #[error("the head office file cannot be read or written: {0}")]
    Sql(#[from] rusqlite::Error),
    /// The file system says no.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What.
        source: std::io::Error,
    },
}

/// An open head office.
pub struct Office {
    db: Connection,
    tenant: [u8; 16],
    name: String,
    key: SigningKey,
    identifier_key: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Office {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Office")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Office {
    /// Makes a new head office in `dir`, which is made if it is not there. Only the owner of the
    /// file can read it: it holds the office's keys.
    pub fn create(
        dir: &Path,
        name: &str,
        random: Random<'_>,
        now: Instant,
    ) -> Result<Self, OfficeError> {
        check_name("the name of the chain", name)?;
        opening::create(dir, name, random, now)?;
        Self::open(dir)
    }

    /// Opens the head office in `dir`.
    pub fn open(dir: &Path) -> Result<Self, OfficeError> {
        opening::open(dir)
    }

    /// The chain of stores.
    pub fn tenant(&self) -> [u8; 16] {
        self.tenant
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key acknowledgements are checked with.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// SHA-256 over stream heads, lots, accounts, members and identifiers, in sorted order. Two
    /// offices that have received the same entries have the same digest.
    pub fn digest(&self) -> Result<Hash, OfficeError> {
        storage::digest(&self.db)
    }

    /// The latest business date among the entries received.
    pub fn last_business_date(&self) -> Result<Option<BusinessDate>, OfficeError> {
        storage::last_business_date(&self.db)
    }
}

fn check_name(what: &'static str, name: &str) -> Result<(), OfficeError> {
    let most = crate::exchange::provisioning::NAME_MAX;
    if (1..=most).contains(&name.len()) {
        Ok(())
    } else {
        Err(OfficeError::Name { what, most })
    }
}

/// Member 0 in the file is nobody.
fn member_column(member: Option<MemberNumber>) -> i64 {
    column(member.map_or(0, MemberNumber::get))
}

/// Sequence and member numbers are below 2^53, checked when they came in.
fn column(number: u64) -> i64 {
    i64::try_from(number).expect("numbers are bounded where they enter")
}
