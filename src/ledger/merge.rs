//! Two members who become one: an alias, by which one number stands for another from then on. It moves no
//! points: lots and debts are the other member's as they are, and what is owed is repaid by the next
//! points given, as ever. So head office may know it before or after what other tills did.

use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::Encoder;

use super::decide::{SaleFacts, note};
use super::entry::{Entry, Kind};
use super::exception::AdjustmentPayload;
use crate::kernel::MemberNumber;
use crate::kernel::ids::Seq;

/// The payload of an entry of kind `Merged`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergePayload {
    /// Whom the entry's member becomes.
    pub into: MemberNumber,
    /// Who did it, and why.
    pub by: AdjustmentPayload,
}

impl MergePayload {
    /// The payload: a CBOR array of the number and the bytes of the other payload.
    ///
    /// # Panics
    /// As [`AdjustmentPayload::to_payload`].
    pub fn to_payload(&self) -> Vec<u8> {
        let mut e = Encoder::new(Vec::new());
        let expect = "writing to memory does not fail";
        e.array(2).expect(expect);
        e.u64(self.into.get()).expect(expect);
        e.bytes(&self.by.to_payload()).expect(expect);
        e.into_writer()
    }

    /// Reads [`MergePayload::to_payload`] back.
    pub fn from_payload(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        if d.array()? != Some(2) {
            return Err(DecodeError::message("a merge has two items"));
        }
        let into = MemberNumber::try_from(d.u64()?).map_err(DecodeError::custom)?;
        let by = AdjustmentPayload::from_payload(d.bytes()?)?;
        if d.position() == bytes.len() {
            Ok(Self { into, by })
        } else {
            Err(DecodeError::message("more bytes than a merge has"))
        }
    }
}

/// The entry by which `facts.member` becomes another.
pub fn merge(head: Seq, facts: &SaleFacts, payload: &MergePayload) -> Entry {
    note(head, facts, Kind::Merged, |entry| {
        entry.payload = payload.to_payload();
    })
}

/// Whom an entry says that its member becomes; nothing for other entries.
pub fn merged_into(entry: &Entry) -> Option<Result<MemberNumber, DecodeError>> {
    let is_merge = entry.kind == Kind::Merged;
    is_merge.then(|| MergePayload::from_payload(&entry.payload).map(|payload| payload.into))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_reads_back_and_a_longer_or_cut_one_does_not() {
        let merge = MergePayload {
            into: MemberNumber::from_body(10_000_000_000).expect("a number"),
            by: AdjustmentPayload::new("TN-07", "", "same person"),
        };
        assert_eq!(merge.by.reason, "", "a text stays at the till");
        let bytes = merge.to_payload();
        assert_eq!(MergePayload::from_payload(&bytes).expect("whole"), merge);
        for end in 0..bytes.len() {
            assert!(MergePayload::from_payload(&bytes[..end]).is_err(), "{end}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(MergePayload::from_payload(&longer).is_err());
    }
}
