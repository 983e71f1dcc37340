//! Identifiers of members as they travel: a keyed hash, never the phone number itself.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::cbor::{FormError, Reader, Writer, same_form};

/// The first 16 bytes of HMAC-SHA256 over an identifier, under the chain's identifier key.
pub type IdentifierHash = [u8; 16];

/// Identifiers one enrolment may carry.
pub const IDENTIFIERS_MAX: usize = 16;

/// The hash by which every till and head office know an identifier.
///
/// `canonical` is what the `scan` room makes of it (a phone number in international form, say):
/// one identifier must have one spelling before it comes here.
pub fn identifier_hash(identifier_key: &[u8; 32], canonical: &str) -> IdentifierHash {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(identifier_key)
        .expect("HMAC takes keys of any length");
    mac.update(b"loy/i1");
    mac.update(canonical.as_bytes());
    let digest = mac.finalize().into_bytes();
    digest[..16].try_into().expect("a digest has 32 bytes")
}

/// The payload of an `Enrol` entry: the hashes in the order given.
///
/// # Panics
/// With more than [`IDENTIFIERS_MAX`] hashes.
pub fn encode(identifiers: &[IdentifierHash]) -> Vec<u8> {
    assert!(
        identifiers.len() <= IDENTIFIERS_MAX,
        "identifiers are counted where they enter"
    );
    let mut w = Writer::new();
    w.array(identifiers.len());
    for hash in identifiers {
        w.bytes(hash);
    }
    w.finish()
}

/// Reads [`encode`] back.
pub fn decode(payload: &[u8]) -> Result<Vec<IdentifierHash>, FormError> {
    let mut r = Reader::new(payload);
    let count = r.array_of(17)?;
    if count > IDENTIFIERS_MAX {
        return r.fail("an enrolment has at most 16 identifiers");
    }
    let identifiers = (0..count)
        .map(|_| r.fixed())
        .collect::<Result<Vec<_>, _>>()?;
    r.end()?;
    same_form(payload, &encode(&identifiers))?;
    Ok(identifiers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_phone_has_one_hash_under_one_key() {
        let phone = identifier_hash(&[1; 32], "+84901234567");
        assert_eq!(phone, identifier_hash(&[1; 32], "+84901234567"));
        assert_ne!(phone, identifier_hash(&[1; 32], "+84901234568"));
        assert_ne!(phone, identifier_hash(&[2; 32], "+84901234567"));
    }

    #[test]
    fn an_enrolment_reads_back_and_has_one_form() {
        for identifiers in [vec![], vec![[1; 16]], vec![[1; 16], [2; 16]]] {
            let payload = encode(&identifiers);
            assert_eq!(decode(&payload), Ok(identifiers));
            for end in 0..payload.len() {
                assert!(decode(&payload[..end]).is_err());
            }
        }
        // One hash, its length written with a byte more than needed.
        let long = [&[0x81, 0x59, 0x00, 0x10][..], &[1; 16]].concat();
        assert!(decode(&long).is_err());
    }
}
