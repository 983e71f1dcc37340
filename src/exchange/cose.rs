//! COSE_Sign1 (RFC 9052 section 4.2, tag 18) with EdDSA (algorithm -8, RFC 9053 section 2.2).

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::cbor::{FormError, Reader, Writer, same_form};

/// CBOR tag of COSE_Sign1.
const TAG: u64 = 18;
/// Header label of the algorithm.
const ALGORITHM: u64 = 1;
/// EdDSA.
const EDDSA: i64 = -8;
/// Header label of the content type.
const CONTENT_TYPE: u64 = 3;
/// The longest content type of ours.
const CONTENT_TYPE_MAX: usize = 64;

/// Why a signed message is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not a signed message in the one form.
    #[error("not a signed message: {0}")]
    Form(#[from] FormError),
    /// Signed, but as something else: a batch where an acknowledgement was expected.
    #[error("signed as another kind of message than the one expected")]
    ContentType,
    /// The key that should have signed is no key.
    #[error("the public key is not a usable Ed25519 key")]
    Key,
    /// Somebody else signed, or a byte was changed.
    #[error("the signature is wrong: another key signed, or a byte was changed")]
    Wrong,
}

/// A message taken apart, its signature not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified<'b> {
    /// What was signed.
    pub payload: &'b [u8],
    content_type: &'b str,
    signature: [u8; 64],
}

/// Signs `payload` as a message of this content type.
pub fn sign(content_type: &'static str, payload: &[u8], key: &SigningKey) -> Vec<u8> {
    let signature = key.sign(&to_be_signed(content_type, payload)).to_bytes();
    envelope(content_type, payload, &signature)
}

/// Takes a signed message apart. `bytes` must hold it and nothing else.
pub fn read(bytes: &[u8]) -> Result<Unverified<'_>, FormError> {
    let mut r = Reader::new(bytes);
    r.tag(TAG)?;
    r.array(4)?;
    let header = r.bytes(CONTENT_TYPE_MAX + 16)?;
    r.map(0)?;
    let payload = r.bytes(usize::MAX)?;
    let signature = r.fixed()?;
    r.end()?;

    let mut h = Reader::new(header);
    h.map(2)?;
    h.key(ALGORITHM)?;
    if h.i64()? != EDDSA {
        return h.fail("the algorithm must be EdDSA (-8)");
    }
    h.key(CONTENT_TYPE)?;
    let content_type = h.text(CONTENT_TYPE_MAX)?;
    h.end()?;

    same_form(bytes, &envelope(content_type, payload, &signature))?;
    Ok(Unverified {
        payload,
        content_type,
        signature,
    })
}

impl<'b> Unverified<'b> {
    /// Checks the signature, strictly (no small-order keys), and gives the payload.
    pub fn verify(
        &self,
        content_type: &'static str,
        public_key: &[u8; 32],
    ) -> Result<&'b [u8], SignatureError> {
        if self.content_type != content_type {
            return Err(SignatureError::ContentType);
        }
        let key = VerifyingKey::from_bytes(public_key).map_err(|_| SignatureError::Key)?;
        key.verify_strict(
            &to_be_signed(content_type, self.payload),
            &Signature::from_bytes(&self.signature),
        )
        .map_err(|_| SignatureError::Wrong)?;
        Ok(self.payload)
    }
}

/// Reads a message and checks that `public_key` signed it as this content type.
pub fn open<'b>(
    bytes: &'b [u8],
    content_type: &'static str,
    public_key: &[u8; 32],
) -> Result<&'b [u8], SignatureError> {
    read(bytes)?.verify(content_type, public_key)
}

fn protected(content_type: &str) -> Vec<u8> {
    let mut w = Writer::new();
    w.map(2).unsigned(ALGORITHM).signed(EDDSA);
    w.unsigned(CONTENT_TYPE).text(content_type);
    w.finish()
}

/// `Sig_structure` of RFC 9052 section 4.4, without external data.
fn to_be_signed(content_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    w.array(4)
        .text("Signature1")
        .bytes(&protected(content_type));
    w.bytes(&[]).bytes(payload);
    w.finish()
}

fn envelope(content_type: &str, payload: &[u8], signature: &[u8; 64]) -> Vec<u8> {
    let mut w = Writer::new();
    w.tag(TAG).array(4).bytes(&protected(content_type));
    w.map(0).bytes(payload).bytes(signature);
    w.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "application/loy-test+cbor";

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn public(key: &SigningKey) -> [u8; 32] {
        key.verifying_key().to_bytes()
    }

    #[test]
    fn what_was_signed_opens_with_the_right_key_only() {
        let message = sign(NOTE, b"six points", &key());
        assert_eq!(
            open(&message, NOTE, &public(&key())),
            Ok(&b"six points"[..])
        );
        let other = SigningKey::from_bytes(&[8; 32]);
        assert_eq!(
            open(&message, NOTE, &public(&other)),
            Err(SignatureError::Wrong)
        );
        assert_eq!(
            open(&message, "application/loy-other+cbor", &public(&key())),
            Err(SignatureError::ContentType)
        );
    }

    #[test]
    fn no_changed_byte_and_no_cut_is_believed() {
        let message = sign(NOTE, b"six points", &key());
        for place in 0..message.len() {
            for bit in 0..8 {
                let mut changed = message.clone();
                changed[place] ^= 1 << bit;
                assert!(
                    open(&changed, NOTE, &public(&key())).is_err(),
                    "byte {place}"
                );
            }
            assert!(
                open(&message[..place], NOTE, &public(&key())).is_err(),
                "cut {place}"
            );
        }
    }

    #[test]
    fn another_spelling_of_the_same_message_is_refused() {
        let message = sign(NOTE, b"six points", &key());
        // The tag written with a byte more than needed: d8 12 instead of d2.
        let longer = [&[0xd8, 0x12], &message[1..]].concat();
        assert!(matches!(
            open(&longer, NOTE, &public(&key())),
            Err(SignatureError::Form(_))
        ));
    }
}
