//! What is said twice, so that a changed byte is seen where nothing else says it.
//!
//! Most of a file is what its entries amount to, and `verify` works that out again. Of the head some
//! numbers, and of operations everything, are said by no entry: these rows have a seal. A library of
//! schema 1 writes none; what it wrote has no seal, or that of an earlier entry, and is not looked at.

use sha2::{Digest, Sha256};

use super::error::StoreError;
use super::read::Reading;
use super::verify::Findings;
use super::write::{Head, NewOperation};
use crate::kernel::BusinessDate;
use crate::kernel::ids::Seq;
use crate::ledger::Hash;

/// The last entry, seven numbers of the head, and the last entry again.
const HEAD_NUMBERS: usize = 9;
/// Bytes of a head's seal.
pub(super) const HEAD_SEAL: usize = HEAD_NUMBERS * 8;

/// The seal of a head: its numbers once more, between the entry of then.
pub(super) fn of_head(head: &Head) -> [u8; HEAD_SEAL] {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let seq = number(head.seq);
    sealed([
        seq,
        head.trusted_at.ms(),
        head.closed_date.map_or(0, BusinessDate::yyyymmdd).into(),
        number(head.acknowledged_seq),
        number(head.office_index),
        head.offset.minutes().into(),
        head.counted_for.map_or(-1, |_| seq),
        head.counted_for.unwrap_or(0),
        seq,
    ])
}

fn sealed(numbers: [i64; HEAD_NUMBERS]) -> [u8; HEAD_SEAL] {
    let mut seal = [0; HEAD_SEAL];
    for (place, number) in seal.chunks_exact_mut(8).zip(numbers) {
        place.copy_from_slice(&number.to_be_bytes());
    }
    seal
}

/// The seal of an operation: a digest of all its other columns.
pub(super) fn of_operation(operation: &NewOperation<'_>) -> [u8; 16] {
    let mut digest = Sha256::new_with_prefix(b"loy/o1");
    let mut take = |bytes: &[u8]| {
        digest.update(
            u64::try_from(bytes.len())
                .expect("a length fits")
                .to_be_bytes(),
        );
        digest.update(bytes);
    };
    take(&[operation.call]);
    take(&operation.content);
    take(&operation.result.to_be_bytes());
    take(operation.id.as_bytes());
    for optional in [operation.refusal, operation.request.map(str::as_bytes)] {
        match optional {
            Some(bytes) => take(bytes),
            // As no length is.
            None => take(&[]),
        }
    }
    digest.finalize()[..16].try_into().expect("sixteen bytes")
}

/// Every seal fits what it seals.
pub(super) fn check(reading: &Reading<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    check_head(reading, findings)?;
    reading.each_operation(|operation, seal| {
        if seal.is_some_and(|seal| seal[..] != of_operation(&operation)) {
            findings.add(
                "operation.changed",
                operation.result,
                "what is remembered of an operation was changed; asked again it may be answered wrongly",
            );
        }
        Ok(())
    })
}

fn check_head(reading: &Reading<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let mut statement = reading.db().prepare(
        "SELECT seq, trusted_at_ms, closed_date, acknowledged_seq, office_index, offset_minutes,
             counted_seq, counted_for, seq, seal FROM head WHERE one = 1",
    )?;
    let (numbers, seal) = statement.query_row([], |row| {
        let mut numbers = [0i64; HEAD_NUMBERS];
        for (column, number) in numbers.iter_mut().enumerate() {
            *number = row.get(column)?;
        }
        Ok((numbers, row.get::<_, Option<Vec<u8>>>(HEAD_NUMBERS)?))
    })?;
    let Some(seal) = seal else {
        return Ok(());
    };
    let seq = |bytes: Option<&[u8]>| {
        let bytes: [u8; 8] = bytes?.try_into().ok()?;
        Seq::try_from(i64::from_be_bytes(bytes)).ok()
    };
    let (first, last) = (seq(seal.get(..8)), seq(seal.get(HEAD_SEAL - 8..)));
    let is_earlier =
        first.is_some() && first == last && first < reading.head().ok().map(|head| head.seq);
    if !is_earlier && seal != sealed(numbers) {
        findings.add(
            "head.changed",
            reading.head()?.seq,
            "the row `head` was changed: the clock believed last, the last closed date, or what head office has",
        );
    }
    Ok(())
}

impl Reading<'_> {
    /// Every operation that is remembered, with its seal.
    fn each_operation(
        &self,
        mut visit: impl FnMut(NewOperation<'_>, Option<&[u8]>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self
            .db()
            .prepare("SELECT id, call, content, result, refusal, request, seal FROM operation")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let wrong = |_| StoreError::corrupt("an operation that cannot be read");
            let operation = NewOperation {
                id: row.get_ref(0)?.as_str().map_err(wrong)?,
                call: row.get(1)?,
                content: row.get(2)?,
                result: row.get(3)?,
                refusal: row.get_ref(4)?.as_blob_or_null().map_err(wrong)?,
                request: row.get_ref(5)?.as_str_or_null().map_err(wrong)?,
            };
            let seal = row.get_ref(6)?.as_blob_or_null().map_err(wrong)?;
            visit(operation, seal)?;
        }
        Ok(())
    }

    /// Every batch that waits: first and last entry, id, bytes.
    #[allow(clippy::type_complexity)] // As the table has it.
    pub fn batches(&self) -> Result<Vec<((Seq, Seq), Hash, Vec<u8>)>, StoreError> {
        let sql = "SELECT first_seq, last_seq, id, bytes FROM batch ORDER BY first_seq";
        let mut statement = self.db().prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(((row.get(0)?, row.get(1)?), row.get(2)?, row.get(3)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every receipt, with the sale or return that it leads to.
    pub fn receipts(&self) -> Result<Vec<([u8; 16], Seq)>, StoreError> {
        let mut statement = self.db().prepare("SELECT key, sale FROM receipt")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
