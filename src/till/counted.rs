//! What is summed up of the sales for the programmes of the file, beside the sales and made anew from them:
//! what limits count (`usage.rs`) and what asks for a member's past (`sums.rs`).

use std::sync::{Arc, PoisonError};

use sha2::{Digest, Sha256};

use super::error::Error;
use super::shell::Till;
use crate::evaluate::sums::Questions;
use crate::programme::Programme;
use crate::store::{Finding, Head, Reading, Writing};

/// What the programmes of the file ask.
pub(super) struct Asked {
    /// Of members' pasts.
    pub(super) questions: Arc<Questions>,
    /// Some programme has limits or quotas.
    pub(super) has_limits: bool,
    /// A number for all of it; none where nothing is asked.
    pub(super) number: Option<i64>,
}

impl Asked {
    pub(super) fn of(programmes: &[Arc<Programme>]) -> Self {
        let mut hash = Sha256::new_with_prefix(b"loy/counted/1");
        let mut tell = |text: &str| {
            let length = u64::try_from(text.len()).expect("a length fits");
            hash.update(length.to_be_bytes());
            hash.update(text);
        };
        let mut programmes_with_limits = programmes.iter();
        let has_limits = programmes_with_limits
            .any(|programme| !programme.limits().is_empty() || programme.has_quotas());
        if has_limits {
            tell("limits");
        }
        for programme in programmes {
            for (of, id, _) in programme.quotas() {
                tell(&of.key(id));
            }
        }
        tell("past");
        let questions = Questions::of(programmes.iter().map(AsRef::as_ref));
        questions.texts().for_each(tell);
        let digest = hash.finalize();
        let first = digest[..8].try_into().expect("eight bytes");
        let is_asked = has_limits || !questions.is_empty();
        Self {
            number: is_asked.then_some(i64::from_be_bytes(first) & i64::MAX),
            questions: Arc::new(questions),
            has_limits,
        }
    }
}

impl Till {
    /// What the programmes of the file ask.
    pub(super) fn asked(&self) -> Arc<Asked> {
        let asked = self.asked.read();
        Arc::clone(&asked.unwrap_or_else(PoisonError::into_inner))
    }

    /// The programmes of the file are these now.
    pub(super) fn ask_for(&self, programmes: &[Arc<Programme>]) {
        let mut asked = self.asked.write().unwrap_or_else(PoisonError::into_inner);
        *asked = Arc::new(Asked::of(programmes));
    }

    /// All that is asked is summed up. It is not for a reader of a file that an older library wrote to.
    pub(super) fn is_counted(&self, head: &Head) -> bool {
        let asked = self.asked().number;
        asked.is_some() && head.counted_for == asked
    }

    /// Before anything is written: what is summed up is true, and is all that is asked. It is made anew
    /// where an older library wrote to the file, or where a programme asks what none asked before.
    pub(super) fn see_to_counting(&self, writing: &mut Writing<'_>) -> Result<(), Error> {
        if self.asked().number.is_none() {
            writing.mark_counted(None);
        } else if !self.is_counted(writing.head()) {
            self.count_anew(writing)?;
        }
        Ok(())
    }

    /// Makes all that is asked anew out of the documents.
    pub(super) fn count_anew(&self, writing: &mut Writing<'_>) -> Result<(), Error> {
        let asked = self.asked();
        let Some(number) = asked.number else {
            return Ok(());
        };
        writing.begin_counting(number)?;
        if asked.has_limits {
            self.count_usage(writing)?;
        }
        self.sum_up_all(writing)
    }

    /// What is summed up is what the documents amount to.
    pub(super) fn check_counted(
        &self,
        reading: &Reading<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        if !self.is_counted(&reading.head()?) {
            return Ok(());
        }
        if self.asked().has_limits {
            self.check_usage(reading, findings)?;
        }
        self.check_past(reading, findings)
    }
}
