//! A sale whose date nobody would expect by the ledger's clock: it is taken, and told.

use crate::evaluate::cart::Cart;
use crate::kernel::ids::Seq;
use crate::ledger::{Exception, SaleFacts};
use crate::store::Writing;
use crate::till::approval::{code_of, tell};
use crate::till::error::Error;
use crate::till::shell::{Moment, Till};

impl Till {
    /// Writes what the day's report tells of a sale that is dated further from the clock than the clock
    /// itself may be off, once it is final. It stands on the day of the clock, or of the last one that
    /// was believed: nobody reads the report of 2099.
    pub(super) fn tell_far_date(
        &self,
        writing: &mut Writing<'_>,
        moment: &Moment,
        facts: &SaleFacts,
        (sale, cart): (Seq, &Cart),
    ) -> Result<(), Error> {
        let believed = moment.believed(writing.head().trusted_at);
        let offset = cart.utc_offset_minutes;
        let Some(today) = believed.date_at(offset) else {
            return Ok(());
        };
        let limits = &self.identity.clock;
        let found = if limits.is_far(believed, (cart.business_date, offset)) {
            cart.business_date
        } else if limits.is_suspect(believed, cart.at_ms) {
            cart.at_ms.date_at(offset).unwrap_or(cart.business_date)
        } else {
            return Ok(());
        };
        let exception = Exception {
            operator: code_of(cart.cashier.as_deref()),
            limit: today.yyyymmdd().into(),
            found: found.yyyymmdd().into(),
            ..Exception::new("sale.far_dated")
        };
        let facts = SaleFacts {
            business_date: today,
            ..facts.clone()
        };
        tell(writing, &facts, sale, &exception)
    }
}
