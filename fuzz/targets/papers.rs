//! Any bytes as what head office sends: provisioning files, lists of operators and acknowledgements, sealed
//! and bare.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loy::exchange::{Acknowledgement, EpochPayload, OperatorList, Provisioning, enrolment, unsigned};

fuzz_target!(|bytes: &[u8]| {
    let key = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let _ = Acknowledgement::verify(bytes, &key.verifying_key().to_bytes());
    let code = std::str::from_utf8(bytes.get(..40).unwrap_or(bytes)).unwrap_or("");
    let _ = Provisioning::open(bytes, code);
    let _ = OperatorList::open(bytes, &key.verifying_key().to_bytes(), &[5; 32]);
    for part in [4, 5] {
        assert_ne!(unsigned::reread(part, 0, bytes), Some(false));
    }
    if let Ok(epoch) = EpochPayload::decode(bytes) {
        assert_eq!(epoch.encode(), bytes);
    }
    if let Ok(identifiers) = enrolment::decode(bytes) {
        assert_eq!(enrolment::encode(&identifiers), bytes);
    }
});
