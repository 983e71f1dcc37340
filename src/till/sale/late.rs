//! A sale that is paid when its hold is over has what it was promised, though others may have had it since.

use crate::evaluate::had_meanwhile;
use crate::kernel::MemberNumber;
use crate::kernel::ids::Seq;
use crate::ledger::exception::TEXT_MAX;
use crate::ledger::{Exception, Kind};
use crate::store::{Reading, SaleRow};
use crate::till::approval::code_of;
use crate::till::document::SaleDocument;
use crate::till::error::Error;
use crate::till::shell::Till;
use crate::till::view::{SaleState, load_document};

/// Entries of the member that are looked through for the other sale.
const ENTRIES_MAX: u32 = 1_000;

impl Till {
    /// What the day's report tells of a sale that is made final just as it was authorised, after its hold
    /// ran out: whatever it gives once more than the programme lets it. `document` is the authorised one.
    pub(super) fn had_twice(
        &self,
        reading: &Reading<'_>,
        row: &SaleRow,
        document: &SaleDocument,
    ) -> Result<Vec<Exception>, Error> {
        let (SaleDocument { cart, outcome, .. }, Some(member)) = (document, &document.member)
        else {
            return Ok(Vec::new());
        };
        let programme = self.programme_version(document.programme_version)?;
        let accounts = self.accounts(reading, &programme, member.number, cart.business_date)?;
        let on = cart.business_date;
        let now = self.snapshot_of(reading, &programme, cart, member.number, &accounts, on)?;
        let Some(past) = &now.history else {
            return Ok(Vec::new());
        };
        let told = had_meanwhile(&programme, outcome, past).into_iter();
        let told = told.map(|mut name| {
            let other = other_sale(reading, row, member.number, &name)?;
            name.truncate(TEXT_MAX);
            Ok(Exception {
                operator: code_of(cart.cashier.as_deref()),
                subject: name,
                found: i64::try_from(other).unwrap_or(i64::MAX),
                ..Exception::new("given.twice")
            })
        });
        told.collect()
    }
}

/// The first sale since that has the same, 0 if none is found.
fn other_sale(
    reading: &Reading<'_>,
    row: &SaleRow,
    member: MemberNumber,
    name: &str,
) -> Result<Seq, Error> {
    let has_it =
        [SaleState::Held, SaleState::Committed, SaleState::Refunded].map(|state| state as u8);
    let sales = [Kind::Hold, Kind::Commit, Kind::Claim];
    for entry in reading.history(member, row.seq, ENTRIES_MAX)? {
        if entry.is_portion() || !sales.contains(&entry.kind) {
            continue;
        }
        let seq = match entry.refers_to {
            0 => entry.seq,
            sale => sale,
        };
        let Some(other) = reading
            .sale(seq)?
            .filter(|other| has_it.contains(&other.state))
        else {
            continue;
        };
        if load_document(reading, other.document_seq)?
            .outcome
            .has(name)
        {
            return Ok(seq);
        }
    }
    Ok(0)
}
