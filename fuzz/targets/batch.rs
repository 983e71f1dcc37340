//! Any bytes as a batch, and as each part that stands behind a batch's signature: read, or refused;
//! and what is read has one form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loy::exchange::{batch, unsigned};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(unverified) = batch::read(bytes) {
        assert!(unverified.manifest().last_seq() >= unverified.manifest().first_seq);
        let key = ed25519_dalek::SigningKey::from_bytes(&[3; 32]);
        let _ = unverified.verify(&key.verifying_key().to_bytes());
    }
    if let Some((&[part, high, low], bytes)) = bytes.split_first_chunk() {
        let count = usize::from(u16::from_be_bytes([high, low]));
        // Postings, baskets, manifest, frames.
        assert_ne!(unsigned::reread(part % 4, count, bytes), Some(false));
    }
});
