//! The programme's versions: which one counts when, and how a new one comes.

use std::sync::{Arc, PoisonError};

use super::error::Error;
use super::shell::Till;
use crate::kernel::BusinessDate;
use crate::ledger::decide::note;
use crate::ledger::{Kind, SaleFacts};
use crate::programme::{Programme, unlike_installed};
use crate::scan::Rules;
use crate::store::{Reading, Writing};

impl Till {
    /// The highest programme version. It has every wallet that any version has; what a date is priced
    /// by may be another one.
    pub fn programme(&self) -> Result<Arc<Programme>, Error> {
        // Beside a till that has installed another one meanwhile.
        self.read(|_| Ok(()))?;
        self.newest_programme()
    }

    /// The same as it is known already, for calls that are reading or writing.
    pub(super) fn newest_programme(&self) -> Result<Arc<Programme>, Error> {
        self.programmes()
            .pop()
            .ok_or(Error::Internal("a ledger without a programme"))
    }

    /// Goes by the code rules of the highest version, whatever the day: what is shown at a till has no
    /// date, and a card that is handed out tomorrow can be enrolled today.
    pub(super) fn by_rules<T>(&self, ask: impl FnOnce(&Rules) -> T) -> T {
        match self.newest_programme() {
            Ok(programme) => ask(programme.codes()),
            Err(_) => ask(&Rules::default()),
        }
    }

    /// Every version, lowest first.
    pub(super) fn programmes(&self) -> Vec<Arc<Programme>> {
        let programmes = self.programmes.read();
        programmes.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The version that prices a business date: the highest of those that are valid on it, or the
    /// highest of all, whose evaluation then says that it is not valid.
    pub fn programme_on(&self, date: BusinessDate) -> Result<Arc<Programme>, Error> {
        let mut valid = self.programmes();
        valid.retain(|programme| programme.is_valid_on(date));
        match valid.pop() {
            Some(programme) => Ok(programme),
            None => self.newest_programme(),
        }
    }

    pub(super) fn programme_version(&self, version: u32) -> Result<Arc<Programme>, Error> {
        let mut programmes = self.programmes().into_iter();
        programmes
            .find(|programme| programme.version() == version)
            .ok_or(Error::Internal(
                "a sale of a programme version that is not installed",
            ))
    }

    /// Installs a version of the programme, from now on and beside the versions that are there: sales
    /// that were authorised or made final keep theirs for ever. It prices the business dates that
    /// lie between its `valid_from` and `valid_until`, unless a higher version does. Gives its
    /// number. A version that is installed already, byte for byte, changes nothing.
    ///
    /// # Errors
    /// [`Error::Programme`] for a document that cannot be used, or not in this ledger: of another
    /// programme or currency, or with wallets that are not those of the other versions.
    /// [`Error::ProgrammeChanged`] where this version was installed with another content.
    pub fn install_programme(&self, document: &[u8]) -> Result<u32, Error> {
        let programme = Arc::new(Programme::read(document).map_err(Error::Programme)?);
        self.write(|writing, moment| {
            self.learn_programmes(&writing.reading())?;
            // Whose programme it is comes before its number: a new one would not help.
            let problems = unlike_installed(&programme, &self.programmes());
            if !problems.is_empty() {
                return Err(Error::Programme(problems));
            }
            if self.is_installed(&writing.reading(), &programme)? {
                return Ok(());
            }
            let facts = SaleFacts {
                programme_version: programme.version(),
                ..moment.facts()
            };
            write_installed(writing, &facts, &programme)?;
            // What it asks is answered by what was sold before it, too.
            self.learn_programmes(&writing.reading())?;
            if self.epochs().len() > 1 {
                // A version that a damaged file lost may say again what is kept of its sales.
                return self.count_anew(writing);
            }
            self.see_to_counting(writing)?;
            Ok(())
        })?;
        self.read(|_| Ok(()))?;
        Ok(programme.version())
    }

    /// Whether this very version is there.
    fn is_installed(&self, reading: &Reading<'_>, programme: &Programme) -> Result<bool, Error> {
        let version = programme.version();
        let changed = || Err(Error::ProgrammeChanged { version });
        if let Some(hash) = reading.programme_hash(version)? {
            return if hash == programme.hash() {
                Ok(true)
            } else {
                changed()
            };
        }
        // A salvaged file may have lost the document; that it was installed stands in the chain.
        let may_have_lost = self.epochs().len() > 1;
        if may_have_lost && reading.was_installed_unlike(version, &programme.hash())? {
            return changed();
        }
        Ok(false)
    }

    /// Takes versions in that the file has and this till does not know: another program has
    /// installed them, beside which this one reads.
    pub(super) fn learn_programmes(&self, reading: &Reading<'_>) -> Result<(), Error> {
        let known = self.programmes();
        if reading.count_programmes()? == known.len() {
            return Ok(());
        }
        let mut programmes = Vec::new();
        for (version, document) in reading.programmes()? {
            let found = known.iter().find(|known| known.version() == version);
            programmes.push(match found {
                Some(known) => Arc::clone(known),
                None => Arc::new(Programme::read(&document).map_err(Error::Programme)?),
            });
        }
        self.ask_for(&programmes);
        let mut kept = self.programmes.write();
        **kept.as_mut().unwrap_or_else(|poisoned| poisoned.get_mut()) = programmes;
        Ok(())
    }
}

/// Writes the entry that says so, and keeps the document.
pub(super) fn write_installed(
    writing: &mut Writing<'_>,
    facts: &SaleFacts,
    programme: &Programme,
) -> Result<(), Error> {
    let hash = programme.hash();
    let head = writing.head().seq;
    let entry = note(head, facts, Kind::ProgrammeInstalled, |entry| {
        entry.payload = hash.to_vec();
    });
    let seq = entry.seq;
    writing.append(&[entry])?;
    if programme.reads_activity() {
        writing.index_activity()?;
    }
    Ok(writing.put_programme(programme.version(), &hash, programme.document(), seq)?)
}
