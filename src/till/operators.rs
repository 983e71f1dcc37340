//! Who works at the till, and how a new list of them comes.

use std::sync::{Arc, PoisonError};

use super::approval::{may_approve, tell};
use super::error::Error;
use super::shell::Till;
use crate::exchange::{ListError, OperatorList};
use crate::ledger::{Exception, Operator, Operators};

/// Somebody who works at the till, as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorLine {
    /// A code.
    pub id: String,
    /// The role's name.
    pub role: &'static str,
    /// Supervisor or manager with a PIN.
    pub may_approve: bool,
}

/// The line of the day's report that tells of a new list.
const CHANGED: &str = "operators.changed";

impl Till {
    /// Who works at the till, by code; nobody where nothing is checked.
    pub fn operators(&self) -> Result<Vec<OperatorLine>, Error> {
        let line = |operator: &Operator| OperatorLine {
            id: operator.id.clone(),
            role: operator.role.name(),
            may_approve: may_approve(operator).is_ok(),
        };
        // Beside a till that has taken another list meanwhile.
        let operators = self.read(|reading| Ok(reading.operators()?))?;
        Ok(operators.list.iter().map(line).collect())
    }

    /// Who may do what, for acts.
    pub(super) fn people(&self) -> Arc<Operators> {
        let people = self.people.read();
        Arc::clone(&people.unwrap_or_else(PoisonError::into_inner))
    }

    fn know_people(&self, operators: Operators) {
        let mut known = self.people.write();
        **known.as_mut().unwrap_or_else(|poisoned| poisoned.get_mut()) = Arc::new(operators);
    }

    /// Takes head office's new list of the store's operators in the place of the one that is there:
    /// from now on these people, roles, PINs and ceilings. Approvals that wait are gone. How often a
    /// PIN was wrong is forgotten where the PIN is a new one. The same list again changes nothing; after
    /// a salvage it brings back what was lost.
    ///
    /// # Errors
    /// [`Error::Operators`] for bytes that are no list of this store's that head office signed, and for
    /// one that is older than what is there.
    pub fn install_operators(&self, file: &[u8]) -> Result<(), Error> {
        self.refuse_training()?;
        let identity = &self.identity;
        let list = OperatorList::open(file, &identity.office_key, &identity.identifier_key)?;
        if list.store != identity.store {
            return Err(ListError::OtherStore.into());
        }
        if list.currency != identity.currency {
            return Err(ListError::OtherCurrency.into());
        }
        let taken = self.write(|writing, moment| {
            let issued_at = writing.reading().operators_issued_at()?;
            if list.issued_at < issued_at {
                return Err(ListError::Older.into());
            }
            let is_there =
                list.issued_at == issued_at && list.operators == writing.reading().operators()?;
            if !is_there {
                writing.put_operators(&list.operators, list.issued_at)?;
                let told = Exception {
                    found: list.issued_at.ms(),
                    ..Exception::new(CHANGED)
                };
                tell(writing, &moment.facts(), 0, &told)?;
                let digest = writing.reading().identity_digest()?;
                writing.put_document(writing.head().seq, &digest)?;
                self.approvals.forget();
            }
            self.know_people(list.operators.clone());
            Ok(())
        });
        if taken.is_err() {
            // What the file has counts. If it cannot be read either, no act is written.
            let there = self.read(|reading| Ok(reading.operators()?));
            there.map(|there| self.know_people(there)).ok();
        }
        taken
    }
}
