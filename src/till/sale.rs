//! A sale: evaluate, authorise, commit, void, record, claim.
//!
//! `price.rs` says what a cart is worth now, `hold.rs` keeps that for a while, `post.rs` makes it
//! final, `claim.rs` adds a member afterwards, `dated.rs` tells of dates that are odd, `late.rs` of
//! what is had twice, `receipt.rs` sees to it that one receipt is one sale. `../view.rs` tells sales
//! again.

mod claim;
mod dated;
mod hold;
mod late;
mod post;
mod price;
mod receipt;

use std::sync::Arc;

use self::price::Priced;
use super::error::Error;
use super::operation::{Call, Operation};
use super::shell::{Replay, Till};
use super::view::{Sale, SaleState, load_document};
use crate::evaluate::cart::Cart;
use crate::kernel::Money;
use crate::kernel::ids::Seq;
use crate::ledger::{Entry, Flags, SaleFacts};
use crate::store::{OperationRow, Reading};

pub use self::claim::ClaimRequest;
pub(super) use self::claim::postings_of;
pub use self::hold::HOLD_SECONDS_MAX;
pub(super) use self::hold::held_portions;
pub(super) use self::price::Freed;

/// The longest reason of a void or refund, in bytes.
pub(super) const REASON_MAX: usize = 200;

impl Till {
    /// The answer to a call that has just priced a sale: what [`Till::view`] would tell, without
    /// reading and pricing it again while the customer waits.
    fn told(&self, seq: Seq, state: SaleState, facts: &SaleFacts, priced: Priced) -> Option<Sale> {
        let is_final = state == SaleState::Committed;
        if is_final && !priced.document.outcome.draws.is_empty() {
            // What was drawn stands behind the sale.
            return None;
        }
        let Priced {
            programme,
            document,
            quote,
            ..
        } = priced;
        let mut quote = quote?;
        let cart = Arc::new(document.cart);
        quote.explanation = self.explained_when_read(&programme, &cart, document.member, &quote);
        Some(Sale {
            id: self.sale_id(seq),
            state,
            was_replayed: false,
            // A hold is late only once it is committed.
            is_late: is_final && facts.flags.has(Flags::LATE),
            payable_change: Money::ZERO,
            given_back: None,
            cart,
            quote,
            programme,
        })
    }

    /// The sale as it stands, unless this very call made it and can tell.
    pub(super) fn answer(
        &self,
        call: Call,
        (seq, replay): (Seq, Replay),
        told: Option<Sale>,
    ) -> Result<Sale, Error> {
        match told {
            Some(sale) if replay == Replay::First => Ok(sale),
            _ => self.read(|reading| self.view_of(reading, seq, call, replay)),
        }
    }
}

fn last(entries: &[Entry]) -> Seq {
    entries.last().map_or(0, |entry| entry.seq)
}

fn sale_operation<'a>(id: &'a str, call: Call, cart: &Cart) -> Operation<'a> {
    Operation::in_document(id, call, cart.content())
}

/// The content of an authorise or record: the cart of its sale as it was first stored.
fn retell_cart(reading: &Reading<'_>, row: &OperationRow) -> Result<String, Error> {
    Ok(load_document(reading, row.result)?.cart.content())
}

/// For operations that keep their content themselves.
pub(super) fn retell_nothing(_: &Reading<'_>, _: &OperationRow) -> Result<String, Error> {
    Err(Error::Internal("an operation without its content"))
}

pub(super) fn check_reason(reason: &str) -> Result<(), Error> {
    if reason.len() > REASON_MAX {
        return Err(Error::Argument {
            field: "reason",
            expected: "at most 200 bytes",
        });
    }
    Ok(())
}
