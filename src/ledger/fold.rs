//! The state that a log amounts to, rebuilt from nothing. `verify` compares it with the tables.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::effect::Effect;
use super::entry::{Entry, Kind};
use super::household::{MEMBERS_MAX, Step, step_of};
use super::merge::merged_into;
use crate::kernel::ids::Seq;
use crate::kernel::{LotId, MemberNumber, MemberStatus, Points, Portion, WalletNumber, order};

/// Portions and debts of all members, by folding entries in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fold {
    /// By member, wallet and lot.
    pub portions: BTreeMap<(MemberNumber, WalletNumber, LotId), Portion>,
    /// By member and wallet; absent where nothing was ever owed.
    pub debts: BTreeMap<(MemberNumber, WalletNumber), Points>,
    /// What of each lot counts as expired; absent where nothing ever expired.
    pub lapsed: BTreeMap<(MemberNumber, WalletNumber, LotId), Points>,
    /// Members who are blocked or closed.
    pub statuses: BTreeMap<MemberNumber, MemberStatus>,
    /// Members who became another, and whom: never one who became another again.
    pub aliases: BTreeMap<MemberNumber, MemberNumber>,
    /// Every time that somebody was in a household, by the entry of joining.
    pub stays: BTreeMap<Seq, Stay>,
    /// Members who are in somebody's household, and since which entry.
    homes: BTreeMap<MemberNumber, Seq>,
    /// The last entries by which members were blocked no more.
    unblocked: BTreeMap<MemberNumber, Seq>,
}

/// A time in a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Who joined.
    pub member: MemberNumber,
    /// Whose account it is.
    pub holder: MemberNumber,
    /// The entry of leaving; nothing while it lasts.
    pub left: Option<Seq>,
}

/// An entry that cannot be true where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// More is taken out of a lot than is in it, or more given back than was taken.
    #[error("entry {0}: more than there is in the lot")]
    Portion(Seq),
    /// More debt is repaid than is owed.
    #[error("entry {0}: more debt repaid than owed")]
    Debt(Seq),
    /// Points without a member to own them.
    #[error("entry {0}: points of nobody")]
    Nobody(Seq),
    /// A member becomes one who is no more, or is no more already.
    #[error("entry {0}: a member cannot become this one")]
    Merge(Seq),
    /// A member joins a household that they cannot join, or leaves one that they are not in.
    #[error("entry {0}: a member cannot join or leave this household")]
    Household(Seq),
}

impl Fold {
    /// Adds one entry.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Unsound> {
        if let Some(status) = status_after(entry) {
            let member = entry.member.ok_or(Unsound::Nobody(entry.seq))?;
            if status.is_active() {
                self.statuses.remove(&member);
                self.unblocked.insert(member, entry.seq);
            } else {
                self.statuses.insert(member, status);
            }
        }
        if let Some(into) = merged_into(entry) {
            let unsound = Unsound::Merge(entry.seq);
            let from = entry.member.ok_or(Unsound::Nobody(entry.seq))?;
            return self.merge(from, into.map_err(|_| unsound)?, unsound);
        }
        if let Some(step) = step_of(entry) {
            let unsound = Unsound::Household(entry.seq);
            let member = entry.member.ok_or(Unsound::Nobody(entry.seq))?;
            let is_done = match step.map_err(|_| unsound)? {
                Step::Joined(holder) => self.join(entry.seq, member, holder),
                Step::Left(holder) => self.leave(entry, member, holder),
            };
            return is_done.ok_or(unsound);
        }
        let Some(effect) = Effect::of(entry) else {
            return Ok(());
        };
        let member = entry.member.ok_or(Unsound::Nobody(entry.seq))?;
        if !effect.debt.is_zero() {
            let debt = self.debts.entry((member, entry.wallet)).or_default();
            *debt += effect.debt;
            if debt.is_negative() {
                return Err(Unsound::Debt(entry.seq));
            }
        }
        if !effect.lapsed.is_zero() {
            let key = (member, entry.wallet, effect.lot);
            let lapsed = self.lapsed.entry(key).or_default();
            *lapsed += effect.lapsed;
            if lapsed.is_negative() {
                return Err(Unsound::Portion(entry.seq));
            }
        }
        if effect.lot != 0 {
            let portion = self
                .portions
                .entry((member, entry.wallet, effect.lot))
                .or_default();
            portion.earned += effect.earned;
            portion.used += effect.used;
            portion.held += effect.held;
            if !portion.is_sound() {
                return Err(Unsound::Portion(entry.seq));
            }
        }
        Ok(())
    }
}

impl Fold {
    /// Who a number stands for.
    pub fn whose(&self, member: MemberNumber) -> MemberNumber {
        self.aliases.get(&member).copied().unwrap_or(member)
    }

    fn merge(
        &mut self,
        from: MemberNumber,
        into: MemberNumber,
        unsound: Unsound,
    ) -> Result<(), Unsound> {
        if self.whose(from) != from || self.whose(into) != into || from == into {
            return Err(unsound);
        }
        let is_shared = [from, into].iter().any(|one| self.homes.contains_key(one));
        if is_shared || self.guests(from) > 0 {
            return Err(unsound);
        }
        self.hand_over(from, into);
        self.statuses.remove(&from);
        for root in self.aliases.values_mut().filter(|root| **root == from) {
            *root = into;
        }
        self.aliases.insert(from, into);
        Ok(())
    }

    /// All lots and debts of one are the other's from here on.
    fn hand_over(&mut self, from: MemberNumber, into: MemberNumber) {
        // A lot is named by its own entry: the other member has none of the same name.
        let lots = (from, 0, 0)..=(from, WalletNumber::MAX, LotId::MAX);
        for ((_, wallet, lot), portion) in take(&mut self.portions, lots.clone()) {
            self.portions.insert((into, wallet, lot), portion);
        }
        for ((_, wallet, lot), points) in take(&mut self.lapsed, lots) {
            self.lapsed.insert((into, wallet, lot), points);
        }
        for ((_, wallet), debt) in take(&mut self.debts, (from, 0)..=(from, WalletNumber::MAX)) {
            *self.debts.entry((into, wallet)).or_default() += debt;
        }
    }

    /// Whose account a member uses: that of the household they are in, else their own.
    pub fn account_of(&self, member: MemberNumber) -> MemberNumber {
        let member = self.whose(member);
        let home = self.homes.get(&member).and_then(|seq| self.stays.get(seq));
        home.map_or(member, |stay| stay.holder)
    }

    /// Whose household a member is in, if any; of the holder it is their own number.
    pub fn holder_of(&self, member: MemberNumber) -> Option<MemberNumber> {
        let home = self.homes.get(&member).and_then(|seq| self.stays.get(seq));
        let is_holder = || (self.guests(member) > 0).then_some(member);
        home.map(|stay| stay.holder).or_else(is_holder)
    }

    /// Members of whom there is more to tell than that they are: blocked, closed, merged, or ever in a
    /// household.
    pub fn marked(&self) -> BTreeSet<MemberNumber> {
        let stays = self.stays.values();
        let in_households = stays.flat_map(|stay| [stay.member, stay.holder]);
        let others = self.statuses.keys().chain(self.aliases.keys()).copied();
        order::set(others.chain(in_households))
    }

    /// The entry since which a member who was ever in a household is neither blocked nor closed: that
    /// of the first household, or the last unblocking behind it.
    pub fn marked_by(&self, member: MemberNumber) -> Option<Seq> {
        let mut stays = self.stays.iter();
        let first = stays.find(|(_, stay)| [stay.member, stay.holder].contains(&member));
        let first = first.map(|(seq, _)| *seq);
        first.max(self.unblocked.get(&member).copied())
    }

    /// How many are in the household of a member, the holder not counted.
    pub fn guests(&self, holder: MemberNumber) -> usize {
        let homes = self.homes.values().filter_map(|seq| self.stays.get(seq));
        homes.filter(|stay| stay.holder == holder).count()
    }

    /// Nothing where that cannot be.
    fn join(&mut self, seq: Seq, member: MemberNumber, holder: MemberNumber) -> Option<()> {
        let is_apart = |number| self.account_of(number) == number;
        let can = member != holder
            && is_apart(member)
            && is_apart(holder)
            && self.guests(member) == 0
            && self.guests(holder) + 1 < MEMBERS_MAX;
        if !can {
            return None;
        }
        self.hand_over(member, holder);
        self.homes.insert(member, seq);
        let stay = Stay {
            member,
            holder,
            left: None,
        };
        self.stays.insert(seq, stay);
        Some(())
    }

    fn leave(&mut self, entry: &Entry, member: MemberNumber, holder: MemberNumber) -> Option<()> {
        let joined = self.homes.get(&member).copied();
        let joined = joined.filter(|joined| *joined == entry.refers_to)?;
        let stay = self.stays.get_mut(&joined)?;
        if stay.holder != holder {
            return None;
        }
        stay.left = Some(entry.seq);
        self.homes.remove(&member);
        Some(())
    }
}

/// Takes the rows of a range out of a map.
fn take<K: Ord + Copy, V>(map: &mut BTreeMap<K, V>, range: RangeInclusive<K>) -> Vec<(K, V)> {
    let keys: Vec<K> = map.range(range).map(|(key, _)| *key).collect();
    let rows = keys.into_iter();
    rows.filter_map(|key| map.remove_entry(&key)).collect()
}

/// Where an entry says that its member stands from then on.
pub fn status_after(entry: &Entry) -> Option<MemberStatus> {
    match entry.kind {
        Kind::Blocked => Some(MemberStatus::Blocked),
        Kind::Unblocked => Some(MemberStatus::Active),
        Kind::Closed => Some(MemberStatus::Closed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::decide::tests::{accounts, facts, give, spend};
    use super::super::decide::{Held, HeldPortion, authorise, post, release};
    use super::super::refund::{Policies, Reason, Returned, SaleHistory, Standing, refund};
    use super::*;

    fn apply_all(fold: &mut Fold, entries: &[Entry]) {
        for entry in entries {
            fold.apply(entry).expect("a sound log");
        }
    }

    #[test]
    fn a_sale_and_its_refund_leave_nothing_behind() {
        let mut fold = Fold::default();
        let first = post(0, &facts(), None, &[], &[give(10)], &accounts(&[], 0));
        apply_all(&mut fold, &first);
        let lot = |id, points: i64| {
            let mut accounts = accounts(&[points], 0);
            accounts.get_mut(&1).expect("the wallet").lots[0].id = id;
            accounts
        };
        let second = post(
            2,
            &facts(),
            None,
            &[spend(4, 4_000)],
            &[give(5)],
            &lot(2, 10),
        );
        apply_all(&mut fold, &second);
        let member = facts().member.expect("a member");
        let own = lot(5, 5);
        let history = SaleHistory::of(&second);
        let (before, after) = (Standing::default(), Standing::whole(&history));
        let returned = Returned {
            sale: 3,
            history: &history,
            before: &before,
            after: &after,
            policies: &Policies::new(),
            reason: Reason::Return,
        };
        let refund = refund(5, &facts(), returned, &own).expect("no policy refuses");
        apply_all(&mut fold, &refund);
        let remaining: Vec<i64> = fold
            .portions
            .values()
            .map(|portion| portion.remaining().get())
            .collect();
        assert_eq!(remaining, [10, 0]);
        assert_eq!(fold.debts.get(&(member, 1)), None);
    }

    #[test]
    fn a_hold_that_is_voided_holds_nothing() {
        let mut fold = Fold::default();
        apply_all(
            &mut fold,
            &post(0, &facts(), None, &[], &[give(10)], &accounts(&[], 0)),
        );
        let mut own = accounts(&[10], 0);
        own.get_mut(&1).expect("the wallet").lots[0].id = 2;
        let hold = authorise(2, &facts(), &[spend(4, 4_000)], &own).expect("enough points");
        apply_all(&mut fold, &hold);
        let held = |fold: &Fold| fold.portions.values().map(|p| p.held.get()).sum::<i64>();
        assert_eq!(held(&fold), 4);
        let portions = vec![HeldPortion {
            wallet: 1,
            lot: 2,
            points: Points::new(4),
        }];
        let void = release(4, &facts(), Kind::Void, &Held { sale: 3, portions });
        apply_all(&mut fold, &void);
        assert_eq!(held(&fold), 0);
    }

    #[test]
    fn a_log_that_spends_what_is_not_there_is_unsound() {
        let stolen = post(
            0,
            &facts(),
            None,
            &[spend(4, 4_000)],
            &[],
            &accounts(&[4], 0),
        );
        let mut fold = Fold::default();
        assert_eq!(fold.apply(&stolen[0]), Ok(()));
        assert_eq!(fold.apply(&stolen[1]), Err(Unsound::Portion(2)));
    }
}
