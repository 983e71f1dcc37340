//! What entries add to head office's sums. Every sum is plain addition, so neither the order of
//! writers nor the cut of batches can show in the result.

use std::collections::BTreeMap;

use super::{OfficeError, member_column};
use crate::exchange::enrolment::{self, IdentifierHash};
use crate::kernel::ids::Seq;
use crate::ledger::claim::ReturnedBefore;
use crate::ledger::{Effect, Entry, Flags, Kind};

/// A stream and the lives it continues, youngest first: number and the seq its parent ends with.
pub(super) struct Ancestry(pub Vec<(i64, Seq)>);

impl Ancestry {
    /// The stream that wrote entry `seq`.
    pub(super) fn owner(&self, seq: Seq) -> i64 {
        let youngest = self.0.first().map_or(0, |(stream_no, _)| *stream_no);
        self.0
            .iter()
            .find(|(_, parent_seq)| seq > *parent_seq)
            .map_or(youngest, |(stream_no, _)| *stream_no)
    }
}

/// Member and wallet.
pub(super) type AccountKey = (i64, u8);
/// Member, wallet, stream of the lot, lot.
pub(super) type PortionKey = (i64, u8, i64, Seq);

#[derive(Default)]
pub(super) struct AccountSums {
    pub awarded: i64,
    pub award_refunded: i64,
    pub redeemed: i64,
    pub redemption_refunded: i64,
    pub debt: i64,
    pub balance: i64,
    pub expired: i64,
    pub adjusted: i64,
}

#[derive(Default)]
pub(super) struct PortionSums {
    pub awarded_ms: Option<i64>,
    pub available_from: Option<i32>,
    pub expires_on: Option<i32>,
    pub earned: i64,
    pub used: i64,
    pub held: i64,
}

#[derive(Default)]
pub(super) struct MemberSums {
    pub enrolments: i64,
    pub sales: i64,
    pub spend: i64,
    pub refunds: i64,
    pub refunded: i64,
}

/// What a run of entries adds. Sorted, so that rows are always written in one order.
#[derive(Default)]
pub(super) struct Sums {
    pub accounts: BTreeMap<AccountKey, AccountSums>,
    pub portions: BTreeMap<PortionKey, PortionSums>,
    pub members: BTreeMap<i64, MemberSums>,
    pub identifiers: Vec<(IdentifierHash, i64)>,
}

impl Sums {
    pub(super) fn of(entries: &[Entry], ancestry: &Ancestry) -> Result<Self, OfficeError> {
        let mut sums = Self::default();
        for entry in entries {
            sums.add_sale(entry)?;
            sums.move_claimed(entry)?;
            if let Some(effect) = Effect::of(entry) {
                sums.add_effect(entry, &effect, ancestry)?;
            }
        }
        Ok(sums)
    }

    fn add_sale(&mut self, entry: &Entry) -> Result<(), OfficeError> {
        let who = member_column(entry.member);
        let is_sale = matches!(entry.kind, Kind::Commit | Kind::Refund | Kind::Enrol);
        if !is_sale || entry.is_portion() {
            return Ok(());
        }
        let member = self.members.entry(who).or_default();
        match entry.kind {
            Kind::Commit => {
                member.sales += 1;
                add(&mut member.spend, entry.amount.get())?;
            }
            Kind::Refund => {
                member.refunds += entry.sign();
                member.sales -= i64::from(entry.flags.has(Flags::POST_VOID));
                add(&mut member.refunded, entry.sign() * entry.amount.get())?;
            }
            _ => {
                member.enrolments += 1;
                // A payload of a later version that this one cannot read proposes no merge.
                let hashes = enrolment::decode(&entry.payload).unwrap_or_default();
                self.identifiers
                    .extend(hashes.into_iter().map(|hash| (hash, who)));
            }
        }
        Ok(())
    }

    /// A sale that was nobody's is a member's from its claim on, with what had come back of it.
    fn move_claimed(&mut self, entry: &Entry) -> Result<(), OfficeError> {
        if entry.kind != Kind::Claim {
            return Ok(());
        }
        // A payload of a later version that this one cannot read moves no refunds.
        let before = ReturnedBefore::from_payload(&entry.payload).unwrap_or_default();
        for (who, sign) in [(member_column(None), -1), (member_column(entry.member), 1)] {
            let member = self.members.entry(who).or_default();
            member.sales += sign;
            member.refunds += sign * i64::from(before.refunds);
            add(&mut member.spend, sign * entry.amount.get())?;
            add(&mut member.refunded, sign * before.refunded.get())?;
        }
        Ok(())
    }

    fn add_effect(
        &mut self,
        entry: &Entry,
        effect: &Effect,
        ancestry: &Ancestry,
    ) -> Result<(), OfficeError> {
        let who = member_column(entry.member);
        let account = self.accounts.entry((who, entry.wallet)).or_default();
        let points = entry.sign() * entry.points.get();
        match entry.kind {
            Kind::Award => add(&mut account.awarded, points)?,
            Kind::AwardRefund => add(&mut account.award_refunded, points)?,
            Kind::Redemption => add(&mut account.redeemed, points)?,
            Kind::RedemptionRefund | Kind::RedemptionRenewal => {
                add(&mut account.redemption_refunded, points)?;
            }
            Kind::AdjustmentGiven => add(&mut account.adjusted, points)?,
            Kind::AdjustmentTaken => add(&mut account.adjusted, -points)?,
            // A debt says by whom only where an operator made it.
            Kind::Debt if !entry.payload.is_empty() => add(&mut account.adjusted, -points)?,
            _ => {}
        }
        add(&mut account.debt, effect.debt.get())?;
        add(&mut account.balance, effect.balance().get())?;
        add(&mut account.expired, effect.lapsed.get())?;

        let moved = [effect.earned, effect.used, effect.held];
        if effect.lot == 0 || moved.iter().all(|points| points.is_zero()) {
            return Ok(());
        }
        let key = (who, entry.wallet, ancestry.owner(effect.lot), effect.lot);
        let portion = self.portions.entry(key).or_default();
        add(&mut portion.earned, effect.earned.get())?;
        add(&mut portion.used, effect.used.get())?;
        add(&mut portion.held, effect.held.get())?;
        if entry.kind.makes_lot() {
            portion.awarded_ms = Some(entry.at.ms());
            portion.available_from = Some(entry.available_from.yyyymmdd());
            portion.expires_on = entry.expires_on.map(|date| date.yyyymmdd());
        }
        Ok(())
    }
}

fn add(sum: &mut i64, number: i64) -> Result<(), OfficeError> {
    *sum = sum.checked_add(number).ok_or(OfficeError::Sums)?;
    Ok(())
}
