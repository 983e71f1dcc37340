//! The wire between stores and head office: provisioning files, batches, acknowledgements.
//!
//! Everything here turns values into bytes and bytes into values. There is no network, no file, no
//! clock and no randomness: keys, nonces and instants come in. The format is written down in
//! `docs/exchange.md`, for whoever builds a second implementation.

pub mod acknowledgement;
pub mod activation;
mod cbor;
pub mod cose;
pub mod enrolment;
pub mod epoch;
pub mod provisioning;

pub use acknowledgement::Acknowledgement;
pub use activation::ActivationCode;
pub use cbor::FormError;
pub use cose::SignatureError;
pub use ed25519_dalek::SigningKey;
pub use enrolment::{IdentifierHash, identifier_hash};
pub use epoch::{EpochPayload, Parent};
pub use provisioning::{Provisioning, ProvisioningError};
