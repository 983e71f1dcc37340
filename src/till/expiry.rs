//! The sweep: at day close, what ran out of its time is written off.

use super::error::Error;
use super::log::Level;
use super::shell::{Moment, Till};
use crate::kernel::BusinessDate;
use crate::ledger::expiry::expire;
use crate::ledger::{Flags, SaleFacts};
use crate::store::Writing;

/// Lots written off at a time: enough to be quick, few enough to be held in memory.
const LOTS_AT_A_TIME: usize = 2_000;

impl Till {
    /// Writes an expiry entry for every lot that could not be spent any more on `closing`, the date
    /// that is being closed; its free points only. What lives to the end of that date is written off
    /// at the next close: sales of it may still come late. None while the clock is not believed, and
    /// none that is not dead by the calendar, should tomorrow be closed by mistake.
    pub(super) fn sweep(
        &self,
        writing: &mut Writing<'_>,
        moment: &Moment,
        closing: BusinessDate,
    ) -> Result<(), Error> {
        if moment.is_suspect {
            if !writing.reading().due_lots(closing, None, 1)?.is_empty() {
                let text = "points are to expire; that waits until the clock is confirmed";
                moment.tell(Level::Warning, "expiry.waits", text);
            }
            return Ok(());
        }
        let through = closing.min(moment.date());
        let is_closed = writing
            .head()
            .closed_date
            .is_some_and(|date| closing <= date);
        let late = if is_closed {
            Flags::LATE
        } else {
            Flags::default()
        };
        let facts = SaleFacts {
            business_date: closing,
            flags: moment.flags().with(late),
            ..moment.facts()
        };
        let mut last = None;
        let mut count = 0;
        loop {
            let due = writing
                .reading()
                .due_lots(through, last.as_ref(), LOTS_AT_A_TIME)?;
            let Some(end) = due.last() else {
                break;
            };
            if count == LOTS_AT_A_TIME {
                writing.take_room()?;
            }
            writing.append(&expire(writing.head().seq, &facts, &due))?;
            count += due.len();
            last = Some(*end);
        }
        if count > 0 {
            let text = format!("{count} lots ran out of their time");
            moment.tell(Level::Info, "expiry.written", text);
        }
        Ok(())
    }
}
