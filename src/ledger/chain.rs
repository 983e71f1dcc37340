//! The hash chains that bind a writer's log together.
//!
//! The *main chain* runs over the entries and can be rebuilt from a batch, where hashes are not
//! sent. The *side chain* runs over the documents kept beside the entries (carts and quotes); its
//! head is signed in every batch and written into every day-closed entry, so that neither can be
//! exchanged afterwards without a trace. It is a chain of its own because a digest inside each entry
//! would cost 32 bytes a sale on the wire.

use sha2::{Digest, Sha256};

use super::entry::Entry;
use crate::kernel::StreamId;
use crate::kernel::ids::Seq;

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// What the first link of a stream hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// The chain of stores, as head office named it at provisioning.
    pub tenant: [u8; 16],
    /// Which life of which writer.
    pub stream: StreamId,
    /// The key that signs this epoch's batches (Ed25519).
    pub public_key: [u8; 32],
    /// Last entry of the life before and its hash; seq 0 and zeros for a first life.
    pub parent: (Seq, Hash),
}

impl Genesis {
    /// The hash before the stream's first entry.
    pub fn hash(&self) -> Hash {
        Sha256::new()
            .chain_update(b"loy/g1")
            .chain_update(self.tenant)
            .chain_update(self.stream.writer.0)
            .chain_update(self.stream.epoch.to_be_bytes())
            .chain_update(self.stream.tag.to_be_bytes())
            .chain_update(self.public_key)
            .chain_update(self.parent.0.to_be_bytes())
            .chain_update(self.parent.1)
            .finalize()
            .into()
    }
}

/// The hash of an entry behind the one before it.
pub fn link(previous: &Hash, entry: &Entry) -> Hash {
    let bytes = entry.to_bytes();
    let length = u32::try_from(bytes.len()).expect("payloads are bounded");
    Sha256::new()
        .chain_update(b"loy/e1")
        .chain_update(previous)
        .chain_update(length.to_be_bytes())
        .chain_update(bytes)
        .finalize()
        .into()
}

/// The side chain's head before the first document.
pub const SIDE_START: Hash = [0; 32];

/// The side chain's head after one more document, kept beside entry `seq`.
pub fn side_link(previous: &Hash, seq: Seq, document: &[u8]) -> Hash {
    Sha256::new()
        .chain_update(b"loy/s1")
        .chain_update(previous)
        .chain_update(seq.to_be_bytes())
        .chain_update(Sha256::digest(document))
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::super::entry::tests::award;
    use super::*;
    use crate::kernel::{Points, WriterId};

    fn genesis() -> Genesis {
        Genesis {
            tenant: [7; 16],
            stream: StreamId {
                writer: WriterId([1; 16]),
                epoch: 1,
                tag: 9,
            },
            public_key: [3; 32],
            parent: (0, [0; 32]),
        }
    }

    #[test]
    fn a_changed_entry_changes_every_later_hash() {
        let start = genesis().hash();
        let honest = link(&link(&start, &award(1)), &award(2));
        let richer = crate::ledger::Entry {
            points: Points::new(600),
            ..award(1)
        };
        assert_ne!(link(&link(&start, &richer), &award(2)), honest);
    }

    #[test]
    fn two_lives_of_a_writer_never_share_a_hash() {
        let first = genesis();
        let mut second = genesis();
        second.stream.tag = 10;
        assert_ne!(first.hash(), second.hash());
    }

    #[test]
    fn documents_cannot_be_swapped() {
        let there = side_link(&side_link(&SIDE_START, 1, b"a"), 2, b"b");
        let swapped = side_link(&side_link(&SIDE_START, 1, b"b"), 2, b"a");
        assert_ne!(there, swapped);
    }
}
