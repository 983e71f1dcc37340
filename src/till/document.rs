//! What is kept beside a sale's hold or commit entry: enough to price it again, and what it gave.

use minicbor::{Decode, Encode};

use super::error::Error;
use crate::evaluate::cart::Cart;
use crate::evaluate::quote::{MemberSnapshot, Outcome};
use crate::ledger::{Give, Spend};

/// A sale as it was decided.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct SaleDocument {
    /// What the till said.
    #[n(0)]
    pub(super) cart: Cart,
    /// What the evaluation was told of the member.
    #[n(1)]
    pub(super) member: Option<MemberSnapshot>,
    /// What it gave and took.
    #[n(2)]
    pub(super) outcome: Outcome,
    /// Which programme version priced it.
    #[n(3)]
    pub(super) programme_version: u32,
}

impl SaleDocument {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing to memory does not fail")
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        minicbor::decode(bytes).map_err(|_| Error::Internal("a stored sale cannot be read"))
    }
}

/// The outcome's redemptions as the ledger takes them.
pub(super) fn spends(outcome: &Outcome) -> Vec<Spend> {
    outcome
        .redemptions
        .iter()
        .filter(|redemption| redemption.points.is_positive())
        .map(|redemption| Spend {
            wallet: redemption.wallet,
            points: redemption.points,
            amount: redemption.amount,
        })
        .collect()
}

/// The outcome's awards as the ledger takes them.
pub(super) fn gives(outcome: &Outcome) -> Vec<Give> {
    outcome
        .awards
        .iter()
        .filter(|award| award.points.is_positive())
        .map(|award| Give {
            wallet: award.wallet,
            points: award.points,
            available_from: award.available_from,
            expires_on: award.expires_on,
        })
        .collect()
}
