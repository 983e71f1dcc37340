//! Who works in a store, for its tills that trade already.

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::{Office, OfficeError, Random, provision::fresh};
use crate::exchange::OperatorList;
use crate::kernel::{Currency, Instant};
use crate::ledger::Operators;

/// What becomes of operators whom the document gives no PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pins {
    /// They have none.
    AsGiven,
    /// They keep the one that they have in the list that was made last for the store.
    Kept,
}

impl Office {
    /// Makes a list of operators for all tills of a store, in the place of what they were told before.
    /// Gives the sealed file and its number, which is when it was issued; tills take none with a
    /// smaller number than the one they have.
    ///
    /// # Errors
    /// [`OfficeError::NoStore`] where no till of the store was ever provisioned.
    pub fn list_operators(
        &mut self,
        store: &str,
        currency: Currency,
        (mut operators, pins): (Operators, Pins),
        random: Random<'_>,
        now: Instant,
    ) -> Result<(Vec<u8>, Instant), OfficeError> {
        let is_known = self
            .db
            .prepare("SELECT 1 FROM writer WHERE store = ?1")?
            .exists([store])?;
        if !is_known {
            return Err(OfficeError::NoStore);
        }
        if let (Pins::Kept, Some(before)) = (pins, self.last_operators(store)?) {
            for operator in operators.list.iter_mut().filter(|new| new.pin.is_none()) {
                operator.pin = before.find(&operator.id).and_then(|old| old.pin.clone());
            }
        }
        self.keep_operators(store, currency, operators, random, now)
    }

    /// Who the store's tills were told last, if ever.
    fn last_operators(&self, store: &str) -> Result<Option<Operators>, OfficeError> {
        let sql = "SELECT file FROM operator_list WHERE store = ?1 ORDER BY issued_ms DESC LIMIT 1";
        let file: Option<Vec<u8>> = self
            .db
            .query_row(sql, [store], |row| row.get(0))
            .optional()?;
        let Some(file) = file else { return Ok(None) };
        let list = OperatorList::open(&file, &self.public_key(), &self.identifier_key);
        list.map(|list| Some(list.operators))
            .map_err(|_| OfficeError::Damaged("a list of operators"))
    }

    pub(super) fn keep_operators(
        &mut self,
        store: &str,
        currency: Currency,
        operators: Operators,
        random: Random<'_>,
        now: Instant,
    ) -> Result<(Vec<u8>, Instant), OfficeError> {
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let last: Option<i64> =
            tx.query_row("SELECT max(issued_ms) FROM operator_list", [], |row| {
                row.get(0)
            })?;
        let issued_ms = last.map_or(now.ms(), |last| now.ms().max(last.saturating_add(1)));
        let list = OperatorList {
            store: store.to_owned(),
            currency,
            issued_at: Instant::from_ms(issued_ms),
            operators,
        };
        let file = list.seal(&self.key, &self.identifier_key, &fresh(random));
        tx.execute(
            "INSERT INTO operator_list (issued_ms, store, file) VALUES (?1, ?2, ?3)",
            params![issued_ms, store, file],
        )?;
        tx.commit()?;
        Ok((file, list.issued_at))
    }
}
