//! Head office's signed answer: everything up to here is safe with us.

use ed25519_dalek::SigningKey;

use super::cbor::{FormError, Reader, Writer, read_stream, same_form, write_stream};
use super::cose::{self, SignatureError};
use crate::kernel::ids::Seq;
use crate::kernel::{Instant, StreamId};
use crate::ledger::chain::Hash;

const CONTENT_TYPE: &str = "application/loy-ack+cbor";
const VERSION: u64 = 1;
const KEYS: usize = 10;

/// What head office acknowledges. The largest seq seen is what counts: a later acknowledgement
/// covers all earlier ones of its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Whose head office.
    pub tenant: [u8; 16],
    /// Which log.
    pub stream: StreamId,
    /// Every entry of the stream up to this one is kept, surviving a power cut.
    pub seq: Seq,
    /// The hash at `seq`. If the ledger has another one there, it has forked.
    pub hash: Hash,
    /// The batch this answers.
    pub batch_id: [u8; 32],
    /// Place in head office's own log: 1, 2, 3 and so on.
    pub office_index: u64,
    /// Head office's clock.
    pub office_time: Instant,
}

impl Acknowledgement {
    /// Signs with the office key.
    pub fn sign(&self, office_key: &SigningKey) -> Vec<u8> {
        cose::sign(CONTENT_TYPE, &self.encode(), office_key)
    }

    /// Reads an acknowledgement and checks that head office signed it.
    pub fn verify(bytes: &[u8], office_public_key: &[u8; 32]) -> Result<Self, SignatureError> {
        let payload = cose::open(bytes, CONTENT_TYPE, office_public_key)?;
        Ok(Self::decode(payload)?)
    }

    fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(KEYS);
        w.unsigned(0).unsigned(VERSION);
        w.unsigned(1).bytes(&self.tenant);
        write_stream(&mut w, &self.stream);
        w.unsigned(5).unsigned(self.seq);
        w.unsigned(6).bytes(&self.hash);
        w.unsigned(7).bytes(&self.batch_id);
        w.unsigned(8).unsigned(self.office_index);
        w.unsigned(9).signed(self.office_time.ms());
        w.finish()
    }

    fn decode(payload: &[u8]) -> Result<Self, FormError> {
        let mut r = Reader::new(payload);
        r.map(KEYS)?;
        r.key(0)?;
        if r.u64()? != VERSION {
            return r.fail("an acknowledgement of a newer version");
        }
        r.key(1)?;
        let tenant = r.fixed()?;
        let stream = read_stream(&mut r)?;
        r.key(5)?;
        let seq = r.u64()?;
        r.key(6)?;
        let hash = r.fixed()?;
        r.key(7)?;
        let batch_id = r.fixed()?;
        r.key(8)?;
        let office_index = r.u64()?;
        r.key(9)?;
        let office_time = Instant::from_ms(r.i64()?);
        r.end()?;
        let read = Self {
            tenant,
            stream,
            seq,
            hash,
            batch_id,
            office_index,
            office_time,
        };
        same_form(payload, &read.encode())?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledgement_is_believed_only_from_head_office() {
        let office = SigningKey::from_bytes(&[4; 32]);
        let ack = Acknowledgement {
            tenant: [7; 16],
            stream: StreamId {
                writer: crate::kernel::WriterId([1; 16]),
                epoch: 1,
                tag: 9,
            },
            seq: 41,
            hash: [5; 32],
            batch_id: [6; 32],
            office_index: 3,
            office_time: Instant::from_ms(1_795_312_800_000),
        };
        let bytes = ack.sign(&office);
        let public = office.verifying_key().to_bytes();
        assert_eq!(Acknowledgement::verify(&bytes, &public), Ok(ack));
        let stranger = SigningKey::from_bytes(&[5; 32]);
        assert_eq!(
            Acknowledgement::verify(&ack.sign(&stranger), &public),
            Err(SignatureError::Wrong)
        );
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(Acknowledgement::verify(&changed, &public).is_err());
            assert!(Acknowledgement::verify(&bytes[..place], &public).is_err());
        }
    }
}
