//! The wire between stores and head office: provisioning files, lists of operators, batches,
//! acknowledgements.
//!
//! Everything here turns values into bytes and bytes into values. There is no network, no file, no
//! clock and no randomness: keys, nonces and instants come in. The format is written down in
//! `docs/exchange.md`, for whoever builds a second implementation.

pub mod acknowledgement;
pub mod activation;
pub mod baskets;
pub mod batch;
mod cbor;
pub mod cose;
pub mod enrolment;
pub mod epoch;
mod expected;
mod frames;
pub mod manifest;
pub mod operator_list;
pub mod operators;
pub mod pin;
pub mod postings;
pub mod provisioning;
mod sealed;
#[cfg(feature = "fault-injection")]
pub mod unsigned;

pub use acknowledgement::Acknowledgement;
pub use activation::ActivationCode;
pub use baskets::{Basket, BasketLine};
pub use batch::{Batch, BatchError, BatchId, BatchParts, BuildError, UnverifiedBatch};
pub use cbor::FormError;
pub use cose::SignatureError;
pub use ed25519_dalek::SigningKey;
pub use enrolment::{IdentifierHash, identifier_hash};
pub use epoch::{EpochPayload, Parent};
pub use manifest::Manifest;
pub use operator_list::{ListError, OperatorList};
pub use operators::OperatorsProblem;
pub use provisioning::{Provisioning, ProvisioningError};

#[cfg(test)]
mod batch_tests;
#[cfg(test)]
pub(crate) mod samples;
