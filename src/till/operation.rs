//! Asking twice: the same operation gives the same answer, whatever happened in between.

use sha2::{Digest, Sha256};

use super::error::{Error, Refused};
use crate::evaluate::first_difference;
use crate::ledger::Hash;
use crate::programme::shape::{json, read_object};
use crate::store::{NewOperation, OperationRow, Reading, Writing};

/// The longest operation id, in bytes.
pub const OPERATION_ID_MAX: usize = 64;

/// The longest stored refusal, in bytes: a key and what its text names.
const REFUSAL_MAX: usize = 65_536;

/// Which call an operation was. The numbers are stored and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Call {
    Enrol = 1,
    Authorise = 2,
    Commit = 3,
    Void = 4,
    Record = 5,
    Refund = 6,
    CloseDay = 7,
    ConfirmClock = 8,
    Adjust = 16,
    RefundUnlinked = 20,
    Claim = 21,
    Event = 24,
    EventBack = 25,
    MemberStatus = 27,
    Merge = 28,
    Household = 29,
    OneTimeCode = 30,
}

/// What the C header calls them.
const NAMES: [(Call, &str); 16] = [
    (Call::Enrol, "loy_member_enrol"),
    (Call::Authorise, "loy_sale_authorise"),
    (Call::Commit, "loy_sale_commit"),
    (Call::Void, "loy_sale_void"),
    (Call::Record, "loy_sale_record"),
    (Call::Refund, "loy_refund_commit"),
    (Call::CloseDay, "loy_day_close"),
    (Call::ConfirmClock, "loy_ledger_confirm_clock"),
    (Call::Adjust, "loy_adjustment_commit"),
    (Call::RefundUnlinked, "loy_ledger_refund_unlinked"),
    (Call::Claim, "loy_sale_claim"),
    (Call::Event, "loy_event_report"),
    (Call::EventBack, "loy_event_take_back"),
    (
        Call::MemberStatus,
        "loy_member_block, loy_member_unblock or loy_member_close",
    ),
    (Call::Merge, "loy_member_merge"),
    (Call::Household, "loy_household_join or loy_household_leave"),
];

/// An operation as it is asked.
pub(super) struct Operation<'a> {
    pub(super) id: &'a str,
    call: Call,
    /// Canonical text of what is asked.
    content: String,
    hash: Hash,
    /// The content can be told again from the stored sale, so it need not be kept itself.
    is_in_document: bool,
}

/// The name the POS gives an operation.
pub(super) fn check_id(id: &str) -> Result<(), Error> {
    let id = id.as_bytes();
    let printable = id.iter().all(|byte| (0x21..=0x7e).contains(byte));
    if id.is_empty() || id.len() > OPERATION_ID_MAX || !printable {
        return Err(Error::Argument {
            field: "operation_id",
            expected: "1 to 64 printable ASCII characters without spaces",
        });
    }
    Ok(())
}

/// Tells the content of an operation again from what is stored.
pub(super) type Retell<'a> = dyn Fn(&Reading<'_>, &OperationRow) -> Result<String, Error> + 'a;

/// What is known of an operation.
pub(super) enum Known {
    /// It was never asked.
    New,
    /// It was done; this is its result.
    Done(u64),
    /// The rules said no.
    Refused(Refused),
}

impl<'a> Operation<'a> {
    /// One whose content is kept with it.
    pub(super) fn told(id: &'a str, call: Call, content: String) -> Self {
        let hash = Sha256::new().chain_update([call as u8]);
        Self {
            id,
            call,
            hash: hash.chain_update(&content).finalize().into(),
            content,
            is_in_document: false,
        }
    }

    /// One whose content is told again from the document of its sale.
    pub(super) fn in_document(id: &'a str, call: Call, content: String) -> Self {
        Self {
            is_in_document: true,
            ..Self::told(id, call, content)
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        check_id(self.id)
    }

    /// Looks the operation up. `retell` gives the stored content of an operation that is kept in a
    /// document; it is asked only to name the field of a conflict.
    pub(super) fn look_up(
        &self,
        reading: &Reading<'_>,
        retell: &Retell<'_>,
    ) -> Result<Known, Error> {
        let Some(row) = reading.operation(self.id)? else {
            return Ok(Known::New);
        };
        if row.call != self.call as u8 {
            let used_for = NAMES.iter().find(|(call, _)| *call as u8 == row.call);
            return Err(Error::UsedFor {
                call: used_for.map_or("another call", |(_, name)| name),
            });
        }
        if row.content != self.hash {
            let stored = match &row.request {
                Some(request) => request.clone(),
                None => retell(reading, &row)?,
            };
            let field = first_difference(&stored, &self.content).unwrap_or_default();
            return Err(Error::Conflict { field });
        }
        match row.refusal {
            None => Ok(Known::Done(row.result)),
            Some(bytes) => read_object(&bytes, REFUSAL_MAX, 2)
                .map(Known::Refused)
                .map_err(|_| Error::Internal("a stored refusal cannot be read")),
        }
    }

    /// Remembers that it was done.
    pub(super) fn remember(&self, writing: &Writing<'_>, result: u64) -> Result<(), Error> {
        let request = (!self.is_in_document).then_some(self.content.as_str());
        Ok(writing.put_operation(&self.row(result, None, request))?)
    }

    /// Remembers that the rules said no.
    pub(super) fn remember_refusal(
        &self,
        writing: &Writing<'_>,
        refused: &Refused,
    ) -> Result<(), Error> {
        let refusal = json(refused).into_bytes();
        Ok(writing.put_operation(&self.row(0, Some(&refusal), Some(&self.content)))?)
    }

    fn row<'b>(
        &'b self,
        result: u64,
        refusal: Option<&'b [u8]>,
        request: Option<&'b str>,
    ) -> NewOperation<'b> {
        NewOperation {
            id: self.id,
            call: self.call as u8,
            content: self.hash,
            result,
            refusal,
            request,
        }
    }
}
