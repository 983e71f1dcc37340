//! What a member had at some point: the entries up to there of whoever is that member by now, folded.

use crate::kernel::Few;
use std::collections::BTreeMap;

use super::decide::Accounts;
use super::entry::{Entry, Flags, Kind};
use super::fold::{Fold, Unsound};
use crate::kernel::ids::Seq;
use crate::kernel::order;
use crate::kernel::{
    Activity, BusinessDate, Lot, LotId, MemberNumber, MemberStatus, Points, WalletNumber,
};

/// Accounts while the entries of a member, and of those who became that member, are read, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Past {
    fold: Fold,
    /// The entries that made lots, without their portions.
    lots: BTreeMap<(WalletNumber, LotId), Lot>,
    given_on: Few<LotId, BusinessDate>,
    active_on: Vec<(MemberNumber, BusinessDate, Activity)>,
    /// The business dates of the entries by which somebody left a household.
    left_on: Few<Seq, BusinessDate>,
}

impl Past {
    /// Adds the next entry.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Unsound> {
        self.fold.apply(entry)?;
        if entry.kind.makes_lot() {
            let lot = Lot {
                id: entry.seq,
                awarded_at: entry.at,
                available_from: entry.available_from,
                expires_on: entry.expires_on,
                portion: Default::default(),
                lapsed: Points::ZERO,
            };
            self.lots.insert((entry.wallet, entry.seq), lot);
            self.given_on.insert(entry.seq, entry.business_date);
        }
        if matches!(entry.kind, Kind::Commit | Kind::Claim) && !entry.is_portion() {
            self.note_activity(entry, Activity::Sale);
        }
        if entry.kind == Kind::Household && entry.flags.has(Flags::UNDONE) {
            self.left_on.insert(entry.seq, entry.business_date);
        }
        if entry.kind == Kind::Event && !entry.flags.has(Flags::UNDONE) {
            self.note_activity(entry, Activity::Event);
        }
        Ok(())
    }

    /// The accounts that a member has so far, with all lots that have something left or had it when they ran
    /// out.
    pub fn accounts(&self, member: MemberNumber) -> Accounts {
        let member = self.fold.account_of(member);
        let mut accounts = Accounts::new();
        for (&(owner, wallet, lot), portion) in &self.fold.portions {
            let lapsed = self.fold.lapsed.get(&(owner, wallet, lot));
            let lapsed = lapsed.copied().unwrap_or_default();
            if owner != member || (portion.remaining().is_zero() && lapsed.is_zero()) {
                continue;
            }
            if let Some(made) = self.lots.get(&(wallet, lot)) {
                let account = accounts.entry(wallet).or_default();
                account.lots.push(Lot {
                    portion: *portion,
                    lapsed,
                    ..*made
                });
            }
        }
        for (&(owner, wallet), &debt) in &self.fold.debts {
            if owner == member && debt != Points::ZERO {
                accounts.entry(wallet).or_default().debt = debt;
            }
        }
        accounts
    }

    /// Whom a number stood for by then.
    pub fn whose(&self, member: MemberNumber) -> MemberNumber {
        self.fold.whose(member)
    }

    /// Whose account the member shared by then, and how many shared it; nothing where they shared none.
    pub fn household(&self, member: MemberNumber) -> Option<(MemberNumber, usize)> {
        let holder = self.fold.holder_of(self.fold.whose(member))?;
        Some((holder, self.fold.guests(holder) + 1))
    }

    /// Whether the member could earn and spend by then.
    pub fn status(&self, member: MemberNumber) -> MemberStatus {
        let member = self.fold.whose(member);
        let statuses = &self.fold.statuses;
        statuses.get(&member).copied().unwrap_or_default()
    }

    /// The business date on which a lot was given.
    pub fn given_on(&self, lot: LotId) -> Option<BusinessDate> {
        self.given_on.get(&lot).copied()
    }

    fn note_activity(&mut self, entry: &Entry, activity: Activity) {
        let member = entry.member;
        self.active_on
            .extend(member.map(|member| (member, entry.business_date, activity)));
    }

    /// The business dates of the sales and events so far of all who use a member's account, and of who did
    /// until they left it, earliest first.
    pub fn active_on(&self, member: MemberNumber) -> Vec<(BusinessDate, Activity)> {
        let account = self.fold.account_of(member);
        let is_one = |who: MemberNumber| self.fold.whose(who) == account;
        let counts = |who: MemberNumber, date: BusinessDate| {
            let stays = self.fold.stays.values();
            let mut stays = stays.filter(|stay| stay.member == who && is_one(stay.holder));
            stays.any(|stay| {
                let left_on = stay.left.and_then(|left| self.left_on.get(&left));
                left_on.is_none_or(|left_on| date <= *left_on)
            })
        };
        let dates = self.active_on.iter();
        let own = dates.filter(|(who, date, _)| is_one(*who) || counts(*who, *date));
        let mut dates: Vec<_> = own.map(|(_, date, activity)| (*date, *activity)).collect();
        order::sort_by(&mut dates, Ord::cmp);
        dates.dedup();
        dates
    }
}

#[cfg(test)]
mod tests {
    use super::super::decide::post;
    use super::super::decide::tests::{accounts, facts, give, spend};
    use super::*;

    #[test]
    fn what_is_left_grows_and_shrinks_with_each_entry() {
        let mut now = accounts(&[10], 0);
        now.get_mut(&1).expect("the wallet").lots[0].id = 2;
        let first = post(0, &facts(), None, &[], &[give(10)], &accounts(&[], 0));
        let second = post(2, &facts(), None, &[spend(13, 13_000)], &[], &now);
        let mut past = Past::default();
        let mut told = Vec::new();
        for entry in first.iter().chain(&second) {
            past.apply(entry).expect("a sound log");
            let accounts = past.accounts(facts().member.expect("a member"));
            let balance = accounts.get(&1).map_or(0, |account| {
                account.balance(facts().business_date).known.get()
            });
            told.push((entry.kind.name(), balance));
        }
        assert_eq!(
            told,
            [
                ("commit", 0),
                ("award", 10),
                ("commit", 10),
                ("redemption", 0),
                ("debt", -3)
            ]
        );
        let member = facts().member.expect("a member");
        assert_eq!(
            past.active_on(member),
            [(facts().business_date, Activity::Sale)]
        );
        assert_eq!(past.given_on(2), Some(facts().business_date));
    }
}
