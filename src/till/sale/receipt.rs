//! One receipt is one sale, and a sale is settled once.

use crate::evaluate::cart::Cart;
use crate::kernel::ids::Seq;
use crate::store::{SaleRow, Writing};
use crate::till::error::Error;
use crate::till::log::Level;
use crate::till::shell::{Moment, Till};
use crate::till::status;
use crate::till::view::SaleState;

impl Till {
    /// One receipt is one sale, whatever the operation is called.
    pub(super) fn refuse_known_receipt(
        &self,
        writing: &Writing<'_>,
        cart: &Cart,
    ) -> Result<(), Error> {
        let Some(key) = self.receipt_of(cart) else {
            return Ok(());
        };
        match writing.reading().sale_of_receipt(&key)? {
            None => Ok(()),
            Some(seq) => Err(self.resolved("receipt.known", seq)),
        }
    }

    pub(in crate::till) fn refuse_resolved(
        &self,
        row: &SaleRow,
        fitting: &[SaleState],
    ) -> Result<(), Error> {
        let state = SaleState::from_number(row.state)?;
        if fitting.contains(&state) {
            return Ok(());
        }
        let reason = match state {
            SaleState::Held | SaleState::Expired => {
                return Err(Error::refused(status::REFUSED, "sale.not_committed", &[]));
            }
            SaleState::Committed => "sale.committed",
            SaleState::Voided => "sale.voided",
            SaleState::Refunded => "sale.refunded",
        };
        Err(self.resolved(reason, row.seq))
    }

    pub(in crate::till) fn resolved(&self, reason: &str, sale: Seq) -> Error {
        let sale = self.sale_id(sale).to_string();
        Error::refused(status::ALREADY_RESOLVED, reason, &[("sale", sale)])
    }

    /// Gives a receipt number that [`Till::refuse_known_receipt`] found to be nobody's.
    pub(super) fn give_new_receipt(
        &self,
        writing: &Writing<'_>,
        cart: &Cart,
        sale: Seq,
    ) -> Result<(), Error> {
        match self.receipt_of(cart) {
            None => Ok(()),
            Some(key) => Ok(writing.put_receipt(&key, sale)?),
        }
    }

    pub(super) fn give_receipt(
        &self,
        writing: &Writing<'_>,
        moment: &Moment,
        cart: &Cart,
        sale: Seq,
    ) -> Result<(), Error> {
        let Some(key) = self.receipt_of(cart) else {
            return Ok(());
        };
        match writing.reading().sale_of_receipt(&key)? {
            Some(owner) if owner == sale => Ok(()),
            // At a commit: the number came late, or the hold ran out and another sale took it. This
            // sale is paid and stands; the other keeps the number.
            Some(owner) => {
                let (sale, owner) = (self.sale_id(sale), self.sale_id(owner));
                let text = format!(
                    "sale {sale} is final without its receipt number, which belongs to {owner}"
                );
                moment.tell(Level::Warning, "receipt.taken", text);
                Ok(())
            }
            None => Ok(writing.put_receipt(&key, sale)?),
        }
    }

    pub(super) fn free_receipt_of(
        &self,
        writing: &Writing<'_>,
        key: &[u8; 16],
        sale: Seq,
    ) -> Result<(), Error> {
        if writing.reading().sale_of_receipt(key)? == Some(sale) {
            writing.free_receipt(key)?;
        }
        Ok(())
    }
}
