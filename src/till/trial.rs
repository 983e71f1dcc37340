//! The carts that were sold here, for trying other rules on them.

use super::error::Error;
use super::shell::Till;
use super::view::{SaleState, load_document};
use crate::evaluate::SoldCart;

impl Till {
    /// Shows every sale that was made final, oldest first, with what the evaluation was told then: the
    /// member's snapshot, and what the goods that came back in it did. What was returned later is in
    /// it. Holds that were never committed and sales that were voided are not shown.
    ///
    /// # Errors
    /// The store's.
    pub fn each_sold_cart(&self, mut visit: impl FnMut(SoldCart)) -> Result<(), Error> {
        self.read(|reading| {
            let mut rows = Vec::new();
            reading.each_sale(|row| {
                rows.push((row.state, row.document_seq));
                Ok(())
            })?;
            for (state, document) in rows {
                let state = SaleState::from_number(state)?;
                if !matches!(state, SaleState::Committed | SaleState::Refunded) {
                    continue;
                }
                let document = load_document(reading, document)?;
                let mut cart = document.cart;
                cart.store
                    .get_or_insert_with(|| self.identity.store.clone());
                cart.till.get_or_insert_with(|| self.identity.till.clone());
                visit(SoldCart {
                    cart,
                    member: document.member,
                    returns: Some(document.outcome.returns),
                });
            }
            Ok(())
        })
    }
}
