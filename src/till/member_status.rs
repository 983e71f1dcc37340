//! Members who are blocked, blocked no more, or whose membership is closed.

use super::adjust::check_by_hand;
use super::approval::Permit;
use super::document::{Note, to_bytes};
use super::error::{Error, Refused};
use super::operation::{Call, Operation};
use super::sale::retell_nothing;
use super::shell::{Moment, Replay, Till};
use super::status;
use super::told;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber, MemberStatus, UtcOffset};
use crate::ledger::decide::note;
use crate::ledger::{Act, AdjustmentPayload, Kind, SaleFacts};
use crate::store::Writing;
use crate::texts::{Language, number, phrase};

/// What is done to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusChange {
    /// Earns and spends nothing until it is lifted.
    Block,
    /// Earns and spends again.
    Unblock,
    /// Earns and spends nothing, for good. The points stay in the books until they end, and refunds go
    /// on.
    Close,
}

impl StatusChange {
    fn kind(self) -> Kind {
        match self {
            Self::Block => Kind::Blocked,
            Self::Unblock => Kind::Unblocked,
            Self::Close => Kind::Closed,
        }
    }
}

/// Something that is done to a member by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRequest {
    /// To whom.
    pub member: MemberNumber,
    /// What.
    pub change: StatusChange,
    /// Who does it: a code of 1 to 32 ASCII letters, digits, `.`, `_` and `-`, never a name.
    pub operator: String,
    /// Why: a code such as `lost_card`, which head office sees, or a text of at most 200 bytes, which
    /// stays in the ledger file.
    pub reason: String,
    /// When, by the POS: instant, offset and business date. The ledger's clock if absent.
    pub time: Option<(Instant, UtcOffset, BusinessDate)>,
}

/// What was done to a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChanged {
    /// Its entry.
    pub seq: Seq,
    /// This call was asked before, and this is its first outcome again.
    pub was_replayed: bool,
}

impl Till {
    /// Blocks a member, lifts that, or closes the membership. It holds from the next quote on; a sale
    /// that is authorised already is made final as it was promised, and goods come back as ever. Where
    /// operators are provisioned, whoever may not adjust points needs an approval of `member`.
    ///
    /// # Errors
    /// Refused for a member who stands so already (`member.is_blocked`, `member.not_blocked`), and for
    /// a closed one (`member.is_closed`).
    pub fn change_status(&self, id: &str, request: &StatusRequest) -> Result<StatusChanged, Error> {
        check_by_hand(&request.operator, &request.reason)?;
        check_time(request.time)?;
        let operation = Operation::told(id, Call::MemberStatus, content(request));
        let (seq, replay) = self.operate(&operation, retell_nothing, |writing, moment| {
            let member = request.member;
            let stands = writing.reading().member_status(member)?;
            refuse_change(stands, request.change)?;
            let facts = facts_of(writing, moment, member, request.time);
            let permit = self.permit_member(moment, id, &request.operator);
            let permit = permit.or_refuse(writing, &facts, 0)?;
            let (operator, reason) = (&request.operator, &request.reason);
            let payload = AdjustmentPayload::new(operator, permit.approver(), reason);
            let kind = request.change.kind();
            let entry = note(writing.head().seq, &facts, kind, |entry| {
                entry.payload = payload.to_payload();
            });
            let seq = entry.seq;
            writing.append(&[entry])?;
            put_note(writing, seq, operator, reason)?;
            permit.tell_approved(writing, &facts, seq)?;
            Ok(seq)
        })?;
        Ok(StatusChanged {
            seq,
            was_replayed: replay == Replay::Again,
        })
    }

    /// Whether somebody may do to members what is done by hand.
    pub(super) fn permit_member(&self, moment: &Moment, id: &str, operator: &str) -> Permit {
        let say = |count| {
            let count = number(self.language, count, 0);
            phrase(self.language, "number.members", &[("number", &count)])
        };
        self.permit(moment, id, Some(operator), Act::Member, say)
    }
}

/// Who did it and why, beside the entry: a reason that is no code stands nowhere else.
pub(super) fn put_note(
    writing: &mut Writing<'_>,
    seq: Seq,
    operator: &str,
    reason: &str,
) -> Result<(), Error> {
    let note = Note {
        cashier: Some(operator.to_owned()),
        reason: Some(reason.to_owned()),
        receipt_number: None,
    };
    Ok(writing.put_document(seq, &to_bytes(&note))?)
}

pub(super) fn check_time(time: Option<(Instant, UtcOffset, BusinessDate)>) -> Result<(), Error> {
    match time {
        Some((at, ..)) if !at.is_in_range() => Err(Error::Argument {
            field: "at_ms",
            expected: "1970 to 9999",
        }),
        _ => Ok(()),
    }
}

/// Facts of an entry about a member and no sale.
pub(super) fn facts_of(
    writing: &Writing<'_>,
    moment: &Moment,
    member: MemberNumber,
    time: Option<(Instant, UtcOffset, BusinessDate)>,
) -> SaleFacts {
    let plain = moment.facts();
    let (sold_at, offset, business_date) =
        time.unwrap_or((plain.sold_at, plain.offset, plain.business_date));
    SaleFacts {
        sold_at,
        offset,
        business_date,
        member: Some(member),
        flags: moment.flags_on(writing.head(), business_date),
        ..plain
    }
}

fn refuse_change(stands: MemberStatus, change: StatusChange) -> Result<(), Error> {
    let already = |reason| Err(Error::refused(status::ALREADY_RESOLVED, reason, &[]));
    match (stands, change) {
        (MemberStatus::Closed, StatusChange::Close) => already("member.is_closed"),
        (MemberStatus::Closed, _) => refuse_barred(stands),
        (MemberStatus::Blocked, StatusChange::Block) => already("member.is_blocked"),
        (MemberStatus::Active, StatusChange::Unblock) => already("member.not_blocked"),
        _ => Ok(()),
    }
}

/// Refuses what only a member may do who earns and spends.
pub(super) fn refuse_barred(stands: MemberStatus) -> Result<(), Error> {
    let reason = match stands {
        MemberStatus::Active => return Ok(()),
        MemberStatus::Blocked => "member.is_blocked",
        MemberStatus::Closed => "member.is_closed",
    };
    Err(Error::Refused(Refused::new(status::REFUSED, reason, &[])))
}

/// What is put before the words of a card, for the cashier to see first.
pub(super) fn marked(language: Language, status: MemberStatus, text: String) -> String {
    let key = match status {
        MemberStatus::Active => return text,
        MemberStatus::Blocked => "member.card_blocked",
        MemberStatus::Closed => "member.card_closed",
    };
    phrase(language, key, &[("text", &text)])
}

fn content(request: &StatusRequest) -> String {
    told::content(vec![
        ("member", request.member.into()),
        ("act", request.change.kind().name().into()),
        ("operator", request.operator.as_str().into()),
        ("reason", request.reason.as_str().into()),
        ("business_date", request.time.into()),
    ])
}
