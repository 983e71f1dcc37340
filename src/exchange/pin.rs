//! PINs, of which only a slow salted hash is kept.
//!
//! A PIN of four to six digits is guessed by anybody who has the hash and an evening, so the hash
//! only keeps it from being read; what stops guessing at the till is that tries are counted
//! (`till/approval.rs`). PBKDF2-HMAC-SHA256 (RFC 8018) because it needs no crate beyond the hashes
//! that are here already.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::ledger::PinHash;

/// The fewest bytes of a PIN.
pub const PIN_LEAST: usize = 4;
/// The most bytes of a PIN.
pub const PIN_MOST: usize = 64;

/// Rounds of a new hash: 12 ms with a processor's own SHA-256, 40 to 50 ms without on a machine of
/// 2023, 150 to 200 ms on a till four times slower. They are stored with each hash.
pub const ITERATIONS: u32 = 100_000;
/// Fewer protect nothing.
pub const ITERATIONS_LEAST: u32 = 1_000;
/// More would keep the till from answering.
pub const ITERATIONS_MOST: u32 = 10_000_000;

/// The hash of an operator's PIN. Another operator's equal PIN has another hash.
pub fn hash(pin: &[u8], operator: &str, salt: [u8; 16], iterations: u32) -> PinHash {
    let tag = mac(pin, operator, &salt, iterations)
        .finalize()
        .into_bytes()
        .into();
    PinHash {
        salt,
        iterations,
        tag,
    }
}

/// This is the PIN. Takes equally long whichever byte differs.
pub fn fits(kept: &PinHash, pin: &[u8], operator: &str) -> bool {
    mac(pin, operator, &kept.salt, kept.iterations)
        .verify_slice(&kept.tag)
        .is_ok()
}

/// The slow part makes a key, and the key signs whose PIN it is: the comparison of signatures is the
/// one that `hmac` makes in constant time.
fn mac(pin: &[u8], operator: &str, salt: &[u8; 16], iterations: u32) -> Hmac<Sha256> {
    let mut key = Zeroizing::new([0u8; 32]);
    pbkdf2::pbkdf2_hmac::<Sha256>(pin, salt, iterations, key.as_mut_slice());
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_slice())
        .expect("HMAC takes keys of any length");
    mac.update(b"loy/pin/1");
    mac.update(operator.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7914 section 11 prints PBKDF2-HMAC-SHA256 of "passwd" and "salt", one round.
    #[test]
    fn the_slow_hash_is_the_one_of_the_standard() {
        let mut key = [0u8; 8];
        pbkdf2::pbkdf2_hmac::<Sha256>(b"passwd", b"salt", 1, &mut key);
        assert_eq!(key, [0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3, 0x08, 0x9f]);
    }

    #[test]
    fn only_the_right_pin_of_the_right_operator_fits() {
        let kept = hash(b"4711", "GS-01", [7; 16], ITERATIONS_LEAST);
        assert!(fits(&kept, b"4711", "GS-01"));
        assert!(!fits(&kept, b"4712", "GS-01"));
        assert!(!fits(&kept, b"471", "GS-01"));
        assert!(!fits(&kept, b"4711", "GS-02"));
        let other = hash(b"4711", "GS-01", [8; 16], ITERATIONS_LEAST);
        assert_ne!(kept.tag, other.tag);
    }

    #[test]
    fn a_hash_in_a_log_says_nothing() {
        let kept = hash(b"4711", "GS-01", [7; 16], ITERATIONS_LEAST);
        assert_eq!(format!("{kept:?}"), "PinHash { .. }");
    }
}
