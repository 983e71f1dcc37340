//! Test builds only (feature `fault-injection`): what stands behind the signatures, for a fuzzer, which
//! could never sign what it has changed.

use super::{Batch, OperatorList, Provisioning, baskets, frames, manifest::Manifest, postings};

/// Reads bytes as one of the signed or sealed parts and writes them again. Nothing if they are not
/// that part; otherwise whether the same bytes came out.
pub fn reread(part: u8, count: usize, bytes: &[u8]) -> Option<bool> {
    match part % 6 {
        0 => {
            let columns = columns_of(bytes)?;
            let entries = postings::decode(&columns, 1, count).ok()?;
            Some(postings::encode(&entries) == columns)
        }
        1 => {
            let baskets = baskets::decode(bytes, count).ok()?;
            Some(baskets::encode(&baskets) == bytes)
        }
        2 => {
            let manifest = Manifest::decode(bytes).ok()?;
            Some(manifest.encode() == bytes)
        }
        3 => {
            let columns = frames::unpack(bytes, postings::COLUMNS, count).ok()?;
            let opened: usize = columns.iter().map(Vec::len).sum();
            Some(opened == count)
        }
        5 => {
            let list = OperatorList::decode(bytes).ok()?;
            Some(list.encode().as_slice() == bytes)
        }
        _ => {
            let provisioning = Provisioning::decode(1, bytes)
                .or_else(|_| Provisioning::decode(2, bytes))
                .ok()?;
            Some(provisioning.encode().as_slice() == bytes)
        }
    }
}

/// The parts of a batch, and of a provisioning file with what its list of operators would be, with their numbers and counts, for [`reread`].
pub fn parts(batch: &Batch, provisioning: &Provisioning) -> Vec<(u8, usize, Vec<u8>)> {
    let columns = postings::encode(&batch.entries);
    let mut prefixed = Vec::new();
    for column in &columns {
        // A column too long for its prefix is left out: the part is then no postings any more.
        let length = u8::try_from(column.len()).unwrap_or(0);
        prefixed.push(length);
        prefixed.extend_from_slice(&column[..usize::from(length)]);
    }
    let plain: usize = columns.iter().map(Vec::len).sum();
    let list = OperatorList {
        store: provisioning.store.clone(),
        currency: provisioning.currency,
        issued_at: provisioning.issued_at,
        operators: provisioning.operators.clone(),
    };
    vec![
        (0, batch.entries.len(), prefixed),
        (1, batch.baskets.len(), baskets::encode(&batch.baskets)),
        (2, 0, batch.manifest.encode()),
        (3, plain, frames::pack(&columns)),
        (4, 0, provisioning.encode().to_vec()),
        (5, 0, list.encode().to_vec()),
    ]
}

/// Columns, each behind its length in one byte.
fn columns_of(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut columns = Vec::with_capacity(postings::COLUMNS);
    for _ in 0..postings::COLUMNS {
        let (&length, rest) = bytes.split_first().unwrap_or((&0, &[]));
        let (column, rest) = rest.split_at_checked(usize::from(length))?;
        columns.push(column.to_vec());
        bytes = rest;
    }
    Some(columns)
}
