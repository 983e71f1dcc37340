//! What one member had at some point: their entries up to there, folded.

use std::collections::BTreeMap;

use super::decide::Accounts;
use super::entry::{Entry, Flags, Kind};
use super::fold::{Fold, Unsound};
use crate::kernel::{Activity, BusinessDate, Lot, LotId, Points, WalletNumber};

/// A member's accounts while their entries are read, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Past {
    fold: Fold,
    /// The entries that made lots, without their portions.
    lots: BTreeMap<(WalletNumber, LotId), Lot>,
    given_on: BTreeMap<LotId, BusinessDate>,
    active_on: Vec<(BusinessDate, Activity)>,
}

impl Past {
    /// Adds the member's next entry.
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
            self.active_on.push((entry.business_date, Activity::Sale));
        }
        if entry.kind == Kind::Event && !entry.flags.has(Flags::UNDONE) {
            self.active_on.push((entry.business_date, Activity::Event));
        }
        Ok(())
    }

    /// The accounts so far, with all lots that have something left or had it when they ran out.
    pub fn accounts(&self) -> Accounts {
        let mut accounts = Accounts::new();
        for (&(member, wallet, lot), portion) in &self.fold.portions {
            let lapsed = self.fold.lapsed.get(&(member, wallet, lot));
            let lapsed = lapsed.copied().unwrap_or_default();
            if portion.remaining().is_zero() && lapsed.is_zero() {
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
        for (&(_, wallet), &debt) in &self.fold.debts {
            if debt != Points::ZERO {
                accounts.entry(wallet).or_default().debt = debt;
            }
        }
        accounts
    }

    /// The business date on which a lot was given.
    pub fn given_on(&self, lot: LotId) -> Option<BusinessDate> {
        self.given_on.get(&lot).copied()
    }

    /// The business dates of the member's sales and events so far, earliest first.
    pub fn active_on(&self) -> Vec<(BusinessDate, Activity)> {
        let mut dates = self.active_on.clone();
        dates.sort_unstable();
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
            let accounts = past.accounts();
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
        assert_eq!(past.active_on(), [(facts().business_date, Activity::Sale)]);
        assert_eq!(past.given_on(2), Some(facts().business_date));
    }
}
