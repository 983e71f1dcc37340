//! Signed papers that hold secrets, on their way: encrypted, and with a checksum that tells a damaged
//! file from a wrong key.
//!
//! Layout: four letters, version byte, 24-byte nonce, ciphertext, and 8 bytes of SHA-256 over all
//! before it. The ciphertext is XChaCha20-Poly1305; the letters and the version are bound
//! to it. Its key is HKDF-SHA256 of a secret that is random already: a slow hash is not needed.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const MAGIC: usize = 4;
const NONCE_START: usize = MAGIC + 1;
const BODY_START: usize = NONCE_START + NONCE;
const NONCE: usize = 24;
const CHECKSUM: usize = 8;

/// A kind of sealed file.
pub(super) struct Form {
    /// How it begins.
    pub magic: &'static [u8; MAGIC],
    /// The newest version that this library reads.
    pub version: u8,
    /// What its keys are made for.
    pub purpose: &'static [u8],
}

/// Why bytes are no sealed file of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotSealed {
    /// Some other file.
    Other,
    /// Of a later version, which is given.
    Newer(u8),
    /// Bytes are missing or were changed on the way.
    Damaged,
}

/// A sealed file that is whole.
pub(super) struct Sealed<'b> {
    /// 1 or more.
    pub version: u8,
    content: &'b [u8],
    nonce: [u8; NONCE],
    purpose: &'static [u8],
}

impl Form {
    /// Seals `plain` under `secret`. `nonce` must be random and never used twice.
    pub fn seal(&self, version: u8, plain: &[u8], secret: &[u8], nonce: &[u8; NONCE]) -> Vec<u8> {
        let mut file = Vec::with_capacity(plain.len() + 64);
        file.extend_from_slice(self.magic);
        file.push(version);
        file.extend_from_slice(nonce);
        let sealed = cipher(secret, nonce, self.purpose)
            .encrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: plain,
                    aad: &file[..NONCE_START],
                },
            )
            .expect("a message in memory is below the cipher's limit of 256 GiB");
        file.extend_from_slice(&sealed);
        let checksum = checksum(&file);
        file.extend_from_slice(&checksum);
        file
    }

    /// Looks at a file before it is opened.
    pub fn read<'b>(&self, file: &'b [u8]) -> Result<Sealed<'b>, NotSealed> {
        if file.get(..MAGIC) != Some(&self.magic[..]) {
            return Err(NotSealed::Other);
        }
        let version = *file.get(MAGIC).ok_or(NotSealed::Damaged)?;
        if version > self.version {
            return Err(NotSealed::Newer(version));
        }
        let (content, sum) = file
            .split_last_chunk::<CHECKSUM>()
            .ok_or(NotSealed::Damaged)?;
        let nonce = content
            .get(NONCE_START..BODY_START)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(NotSealed::Damaged)?;
        if version == 0 || checksum(content) != *sum {
            return Err(NotSealed::Damaged);
        }
        Ok(Sealed {
            version,
            content,
            nonce,
            purpose: self.purpose,
        })
    }
}

impl Sealed<'_> {
    /// What was sealed; nothing where it was sealed under another secret.
    pub fn open(&self, secret: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let plain = cipher(secret, &self.nonce, self.purpose).decrypt(
            &XNonce::from(self.nonce),
            Payload {
                msg: &self.content[BODY_START..],
                aad: &self.content[..NONCE_START],
            },
        );
        plain.map(Zeroizing::new).ok()
    }
}

fn cipher(secret: &[u8], nonce: &[u8; NONCE], purpose: &[u8]) -> XChaCha20Poly1305 {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(nonce), secret)
        .expand(purpose, key.as_mut_slice())
        .expect("32 bytes are within HKDF's limit");
    XChaCha20Poly1305::new_from_slice(key.as_slice()).expect("the key has 32 bytes")
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let digest = Sha256::digest(bytes);
    digest[..CHECKSUM]
        .try_into()
        .expect("a digest has 32 bytes")
}
