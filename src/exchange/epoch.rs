//! How a writer certifies the key of a new epoch.
//!
//! The writer key stands in the provisioning file and at head office; it signs nothing but the first
//! hash of each epoch. Batches are signed by the epoch's own key, so a key that a restored or cloned
//! disk still holds signs for its own epoch only.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::cbor::{FormError, Reader, Writer, same_form};
use super::cose::SignatureError;
use crate::kernel::StreamId;
use crate::kernel::ids::Seq;
use crate::ledger::chain::{Genesis, Hash};

/// The entry a new epoch continues from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parent {
    /// Epoch of the life before; 0 if there was none.
    pub epoch: u32,
    /// Its tag; 0 if there was none.
    pub tag: u32,
    /// Its last entry that counts; 0 if there was none.
    pub seq: Seq,
    /// That entry's hash; zeros if there was none.
    pub hash: Hash,
}

impl Parent {
    /// A first life has no parent.
    pub const NONE: Self = Self {
        epoch: 0,
        tag: 0,
        seq: 0,
        hash: [0; 32],
    };
}

/// The payload of an `Epoch` entry. It also travels in every manifest, so that any batch can be
/// checked by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochPayload {
    /// The key that signs this epoch's batches.
    pub public_key: [u8; 32],
    /// The writer key's signature over [`Genesis::hash`].
    pub signature: [u8; 64],
    /// What the epoch continues.
    pub parent: Parent,
}

impl EpochPayload {
    /// Certifies `public_key` for `stream` with the writer key.
    pub fn sign(
        tenant: [u8; 16],
        stream: StreamId,
        public_key: [u8; 32],
        parent: Parent,
        writer_key: &SigningKey,
    ) -> Self {
        let unsigned = Self {
            public_key,
            signature: [0; 64],
            parent,
        };
        let hash = unsigned.genesis(tenant, stream).hash();
        Self {
            signature: writer_key.sign(&hash).to_bytes(),
            ..unsigned
        }
    }

    /// The genesis this payload certifies.
    pub fn genesis(&self, tenant: [u8; 16], stream: StreamId) -> Genesis {
        Genesis {
            tenant,
            stream,
            public_key: self.public_key,
            parent: (self.parent.seq, self.parent.hash),
        }
    }

    /// Checks that the writer certified it, and gives the genesis whose hash the first entry
    /// follows.
    pub fn verify(
        &self,
        tenant: [u8; 16],
        stream: StreamId,
        writer_public_key: &[u8; 32],
    ) -> Result<Genesis, SignatureError> {
        let genesis = self.genesis(tenant, stream);
        VerifyingKey::from_bytes(writer_public_key)
            .map_err(|_| SignatureError::Key)?
            .verify_strict(&genesis.hash(), &Signature::from_bytes(&self.signature))
            .map_err(|_| SignatureError::Wrong)?;
        Ok(genesis)
    }

    /// The bytes in the entry: a CBOR array of six.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        self.write(&mut w);
        w.finish()
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.array(6).bytes(&self.public_key).bytes(&self.signature);
        w.unsigned(u64::from(self.parent.epoch));
        w.unsigned(u64::from(self.parent.tag));
        w.unsigned(self.parent.seq).bytes(&self.parent.hash);
    }

    /// Reads [`EpochPayload::encode`] back; any other spelling is refused.
    pub fn decode(payload: &[u8]) -> Result<Self, FormError> {
        let mut r = Reader::new(payload);
        let epoch = Self::read(&mut r)?;
        r.end()?;
        same_form(payload, &epoch.encode())?;
        Ok(epoch)
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, FormError> {
        r.array(6)?;
        Ok(Self {
            public_key: r.fixed()?,
            signature: r.fixed()?,
            parent: Parent {
                epoch: r.u32()?,
                tag: r.u32()?,
                seq: r.u64()?,
                hash: r.fixed()?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::WriterId;

    const TENANT: [u8; 16] = [7; 16];

    fn stream(epoch: u32) -> StreamId {
        StreamId {
            writer: WriterId([1; 16]),
            epoch,
            tag: 9,
        }
    }

    fn certified() -> (EpochPayload, [u8; 32]) {
        let writer = SigningKey::from_bytes(&[2; 32]);
        let epoch = SigningKey::from_bytes(&[3; 32]);
        let payload = EpochPayload::sign(
            TENANT,
            stream(1),
            epoch.verifying_key().to_bytes(),
            Parent::NONE,
            &writer,
        );
        (payload, writer.verifying_key().to_bytes())
    }

    #[test]
    fn an_epoch_counts_only_for_the_writer_and_the_life_it_was_certified_for() {
        let (payload, writer) = certified();
        let genesis = payload
            .verify(TENANT, stream(1), &writer)
            .expect("certified");
        assert_eq!(genesis.public_key, payload.public_key);
        assert!(payload.verify(TENANT, stream(2), &writer).is_err());
        assert!(payload.verify([8; 16], stream(1), &writer).is_err());
        assert!(
            payload
                .verify(TENANT, stream(1), &payload.public_key)
                .is_err()
        );
        let elsewhere = EpochPayload {
            parent: Parent {
                seq: 5,
                ..Parent::NONE
            },
            ..payload
        };
        assert!(elsewhere.verify(TENANT, stream(1), &writer).is_err());
    }

    #[test]
    fn an_epoch_reads_back_byte_for_byte() {
        let (payload, _) = certified();
        let bytes = payload.encode();
        assert_eq!(EpochPayload::decode(&bytes), Ok(payload));
        for end in 0..bytes.len() {
            assert!(EpochPayload::decode(&bytes[..end]).is_err());
        }
    }
}
