//! Two members who turn out to be one (docs/members.md).

use super::adjust::check_by_hand;
use super::card::MemberCard;
use super::error::Error;
use super::member_status::{check_time, facts_of, put_note, refuse_barred};
use super::operation::{Call, Operation};
use super::sale::retell_nothing;
use super::shell::{Replay, Till};
use super::status;
use super::told;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber, UtcOffset, WalletNumber};
use crate::ledger::merge::merge;
use crate::ledger::{AdjustmentPayload, Entry, MergePayload};
use crate::store::{Reading, Writing};

/// Two members who shall be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeRequest {
    /// Who becomes the other.
    pub from: MemberNumber,
    /// Who stays.
    pub into: MemberNumber,
    /// Who does it: a code of 1 to 32 ASCII letters, digits, `.`, `_` and `-`, never a name.
    pub operator: String,
    /// Why: a code such as `same_person`, which head office sees, or a text of at most 200 bytes, which
    /// stays in the ledger file.
    pub reason: String,
    /// When, by the POS: instant, offset and business date. The ledger's clock if absent.
    pub time: Option<(Instant, UtcOffset, BusinessDate)>,
}

/// What a merge did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Its entry.
    pub seq: Seq,
    /// This call was asked before, and this is its first outcome again.
    pub was_replayed: bool,
}

/// One of those whom a merge is about, on a business date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeSide {
    /// Balances with debts, tier, and what the points buy.
    pub card: MemberCard,
    /// How many lots have something left, in the order of the card's wallets.
    pub lots: Vec<usize>,
}

/// What a merge would make of two members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergePreview {
    /// Who becomes the other, as of now.
    pub from: MergeSide,
    /// Who stays, as of now.
    pub into: MergeSide,
    /// What comes of them.
    pub result: MergeSide,
}

impl Till {
    /// What a merge would come to on a business date. It is done and taken back within one database
    /// transaction, so it wants the till's own ledger and no reader; nothing is written.
    ///
    /// # Errors
    /// As [`Till::merge`], but for the approval.
    pub fn evaluate_merge(
        &self,
        from: MemberNumber,
        into: MemberNumber,
        on: BusinessDate,
    ) -> Result<MergePreview, Error> {
        self.try_out(|writing, moment| {
            refuse_merge(&writing.reading(), from, into)?;
            self.see_to_counting(writing)?;
            let (before, stays) = (
                self.side_of(&writing.reading(), from, on)?,
                self.side_of(&writing.reading(), into, on)?,
            );
            let facts = facts_of(writing, moment, from, None);
            let payload = MergePayload {
                into,
                by: AdjustmentPayload::default(),
            };
            self.post_merge(writing, merge(writing.head().seq, &facts, &payload), into)?;
            Ok(MergePreview {
                from: before,
                into: stays,
                result: self.side_of(&writing.reading(), into, on)?,
            })
        })
    }

    fn post_merge(
        &self,
        writing: &mut Writing<'_>,
        entry: Entry,
        into: MemberNumber,
    ) -> Result<(), Error> {
        writing.append(&[entry])?;
        self.sum_up_member(writing, into)
    }

    pub(super) fn side_of(
        &self,
        reading: &Reading<'_>,
        member: MemberNumber,
        on: BusinessDate,
    ) -> Result<MergeSide, Error> {
        let programme = self.programme_on(on)?;
        let accounts = self.accounts(reading, &programme, member, on)?;
        let count = |wallet: WalletNumber| {
            let lots = accounts.get(&wallet).into_iter();
            let lots = lots.flat_map(|account| &account.lots);
            lots.filter(|lot| !lot.is_expired(on) && lot.portion.remaining().is_positive())
                .count()
        };
        let wallets = programme.wallets().iter();
        Ok(MergeSide {
            lots: wallets.map(|wallet| count(wallet.number)).collect(),
            card: self.card(reading, member, reading.knows_member(member)?, on)?,
        })
    }

    /// Makes two members one. From then on the number and the phones and cards of `from` lead to `into`,
    /// whose account has the lots of both with their dates and the debts of both, which the next points
    /// repay; sales of both count for tiers, rules and limits, and goods of both come back to `into`.
    /// Sales that are authorised are made final as they were promised. It is not undone.
    ///
    /// # Errors
    /// Refused for one and the same (`merge.same`), for one who was merged before (`merge.already`,
    /// where it was into this one, else `merge.merged`), for who is blocked or closed, and for who shares an
    /// account (`merge.household`), but for its holder as `into`.
    /// [`crate::store::StoreError::Beyond`] where both together would have more than anybody can.
    pub fn merge(&self, id: &str, request: &MergeRequest) -> Result<Merged, Error> {
        check_by_hand(&request.operator, &request.reason)?;
        check_time(request.time)?;
        let operation = Operation::told(id, Call::Merge, content(request));
        let (seq, replay) = self.operate(&operation, retell_nothing, |writing, moment| {
            refuse_merge(&writing.reading(), request.from, request.into)?;
            let facts = facts_of(writing, moment, request.from, request.time);
            let permit = self.permit_member(moment, id, &request.operator);
            let permit = permit.or_refuse(writing, &facts, 0)?;
            let (operator, reason) = (&request.operator, &request.reason);
            let payload = MergePayload {
                into: request.into,
                by: AdjustmentPayload::new(operator, permit.approver(), reason),
            };
            let entry = merge(writing.head().seq, &facts, &payload);
            let seq = entry.seq;
            self.post_merge(writing, entry, request.into)?;
            put_note(writing, seq, operator, reason)?;
            permit.tell_approved(writing, &facts, seq)?;
            Ok(seq)
        })?;
        Ok(Merged {
            seq,
            was_replayed: replay == Replay::Again,
        })
    }
}

fn refuse_merge(
    reading: &Reading<'_>,
    from: MemberNumber,
    into: MemberNumber,
) -> Result<(), Error> {
    let (from_now, into_now) = (reading.whose(from)?, reading.whose(into)?);
    if from == into {
        return Err(Error::refused(status::REFUSED, "merge.same", &[]));
    }
    if from_now == into_now {
        let already = status::ALREADY_RESOLVED;
        return Err(Error::refused(already, "merge.already", &[]));
    }
    for (member, now) in [(from, from_now), (into, into_now)] {
        if member != now {
            let values = [("member", member.to_string()), ("into", now.to_string())];
            return Err(Error::refused(status::REFUSED, "merge.merged", &values));
        }
        // A block is lifted by somebody's word and not by the way.
        refuse_barred(reading.member_status(member)?)?;
        // One household at a time: its account would be parted, or two become one by the way.
        let holder = reading.stands(member)?.holder;
        if holder.is_some_and(|holder| member == from || holder != member) {
            let values = [("member", member.to_string())];
            return Err(Error::refused(status::REFUSED, "merge.household", &values));
        }
    }
    Ok(())
}

fn content(request: &MergeRequest) -> String {
    told::content(vec![
        ("from", request.from.into()),
        ("into", request.into.into()),
        ("operator", request.operator.as_str().into()),
        ("reason", request.reason.as_str().into()),
        ("business_date", request.time.into()),
    ])
}
