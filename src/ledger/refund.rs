//! Taking a sale back, whole or in parts.
//!
//! A refund is told as a *standing*: how many points of the sale are taken back and how many came
//! back in all, so far. Each refund posts the difference between two standings, so that any split
//! of a return into refunds ends where one whole refund ends.

use crate::kernel::Few;

use super::decide::{Accounts, HeldPortion, Refusal, SaleFacts, Scribe};
use super::entry::{Entry, Flags, Kind};
use crate::kernel::ids::Seq;
use crate::kernel::order;
use crate::kernel::{Account, BusinessDate, Lot, LotId, Points, WalletNumber};
use crate::programme::{MissingAward, RefundPolicy};

/// What a sale did, read from its entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaleHistory {
    /// Points it gave, by lot.
    pub awards: Vec<HeldPortion>,
    /// Points it spent, by the lot they came from.
    pub redemptions: Vec<HeldPortion>,
    /// Points it spent that were not there.
    pub debts: Few<WalletNumber, Points>,
    /// What it still holds spent and has not given back, where an undone return has moved that: points
    /// which that return gave back and which were gone when it was undone are owed. Absent where what
    /// was spent and what has gone back say it.
    pub left: Option<Box<Self>>,
}

impl SaleHistory {
    /// With what is left of what it spent. `moved` are the entries of its refunds, undone or not, and
    /// `returned` what stands as given back.
    #[must_use]
    pub fn with_left(self, moved: &[Entry], returned: &Few<WalletNumber, Points>) -> Self {
        let mut back: Few<LotId, Points> = Few::new();
        for entry in moved {
            if entry.kind == Kind::RedemptionRefund {
                let undone = entry.flags.has(Flags::UNDONE);
                let points = if undone { -entry.points } else { entry.points };
                *back.entry(entry.lot).or_default() += points;
            }
        }
        let mut left = Self {
            redemptions: self.redemptions.clone(),
            ..Self::default()
        };
        for portion in &mut left.redemptions {
            let back = back.entry(portion.lot).or_default();
            let gone = portion.points.min(*back);
            *back -= gone;
            portion.points -= gone;
        }
        let in_lots = sums(&left.redemptions);
        for (wallet, points) in self.redeemed() {
            let owed = points - of(returned, wallet) - of(&in_lots, wallet);
            if owed.is_positive() {
                left.debts.insert(wallet, owed);
            }
        }
        Self {
            left: Some(Box::new(left)),
            ..self
        }
    }

    /// Reads the entries that belong to one sale; entries of other kinds are passed over.
    pub fn of(entries: &[Entry]) -> Self {
        let mut history = Self::default();
        for entry in entries {
            let portion = HeldPortion {
                wallet: entry.wallet,
                lot: entry.moved_lot(),
                points: entry.points,
            };
            match entry.kind {
                Kind::Award => history.awards.push(portion),
                Kind::Redemption => history.redemptions.push(portion),
                Kind::Debt => *history.debts.entry(entry.wallet).or_default() += entry.points,
                _ => {}
            }
        }
        history
    }

    /// The lots it gave or took points of.
    pub fn lots(&self) -> Vec<LotId> {
        self.awards
            .iter()
            .chain(&self.redemptions)
            .map(|portion| portion.lot)
            .collect()
    }

    /// Points it gave, by wallet.
    pub fn awarded(&self) -> Few<WalletNumber, Points> {
        sums(&self.awards)
    }

    /// Points it spent, there or not, by wallet.
    pub fn redeemed(&self) -> Few<WalletNumber, Points> {
        let mut redeemed = sums(&self.redemptions);
        for (&wallet, &points) in &self.debts {
            *redeemed.entry(wallet).or_default() += points;
        }
        redeemed
    }
}

fn sums(portions: &[HeldPortion]) -> Few<WalletNumber, Points> {
    let mut sums = Few::new();
    for portion in portions {
        *sums.entry(portion.wallet).or_default() += portion.points;
    }
    sums
}

/// How much of a sale's points has gone back so far, by wallet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Awarded points taken back.
    pub taken_back: Few<WalletNumber, Points>,
    /// Spent points given back.
    pub returned: Few<WalletNumber, Points>,
}

impl Standing {
    /// Everything has gone back.
    pub fn whole(history: &SaleHistory) -> Self {
        Self {
            taken_back: history.awarded(),
            returned: history.redeemed(),
        }
    }
}

/// A sale that is returned.
#[derive(Clone, Copy, Debug)]
pub struct Returned<'a> {
    /// Its first entry.
    pub sale: Seq,
    /// What it did.
    pub history: &'a SaleHistory,
    /// What has gone back before this refund.
    pub before: &'a Standing,
    /// What has gone back after it; never less than before.
    pub after: &'a Standing,
    /// The policies of the version that priced the sale; a wallet that is absent has the usual ones.
    pub policies: &'a Policies,
    /// Why it goes back.
    pub reason: Reason,
}

/// Why a sale goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Goods of it come back.
    Return,
    /// It should never have been: also the debt that its awards repaid is owed again.
    PostVoid,
}

/// What becomes of points when goods come back, by wallet.
pub type Policies = Few<WalletNumber, RefundPolicy>;

/// Posts one refund: spent points return to the lots they came from, with their old dates, the lot
/// that expires last first; awarded points are taken out of the sale's own lots, pending ones
/// first; what is no longer there becomes debt, or what the wallet's policy says. Points that the
/// sale had spent without having them are forgiven before anything returns to a lot.
///
/// `facts.amount` is the money given back. `accounts` must hold the sale's own lots even where
/// nothing is left in them. The first entry is the refund, and the others refer to it.
///
/// # Errors
/// [`Refusal::Missing`] where the policy of a wallet takes nothing back without its points.
pub fn refund(
    head: Seq,
    facts: &SaleFacts,
    returned: Returned<'_>,
    accounts: &Accounts,
) -> Result<Vec<Entry>, Refusal> {
    let mut scribe = Scribe::new(head, facts);
    let refund = scribe.write(Kind::Refund, |entry| {
        entry.amount = facts.amount;
        entry.refers_to = returned.sale;
    });
    let mut accounts = accounts.clone();
    give_back(&mut scribe, refund, returned, &mut accounts);
    for (&wallet, &total) in &returned.after.taken_back {
        let points = total - of(&returned.before.taken_back, wallet);
        assert!(!points.is_negative(), "a refund never gives an award again");
        let awards = returned.history.awards.iter();
        let own: Vec<LotId> = awards
            .filter(|award| award.wallet == wallet)
            .map(|award| award.lot)
            .collect();
        let own = From::Own(&own);
        let mut left = take_from(&mut scribe, refund, (wallet, points), &accounts, &own);
        if returned.reason == Reason::PostVoid {
            left = take_repaid(&mut scribe, refund, (wallet, left), &accounts, &own);
        }
        scribe.settle(&mut accounts);
        let missing = policy_of(returned.policies, wallet).missing;
        owe(&mut scribe, refund, (wallet, left), missing)?;
    }
    Ok(scribe.finish())
}

/// Posts the return of goods whose sale is not known: `taken` is what they are worth, by wallet. It is
/// taken out of the member's lots, pending ones first and then the newest first, because the goods
/// were most likely bought last; lots that ran out and reserved points are left alone. What is not
/// there is owed, or what the wallet's policy says.
///
/// `facts.amount` is the money given back. The first entry is the refund, which refers to no sale.
///
/// # Errors
/// As [`refund`].
pub fn refund_unlinked(
    head: Seq,
    facts: &SaleFacts,
    taken: &Few<WalletNumber, Points>,
    policies: &Policies,
    accounts: &Accounts,
) -> Result<Vec<Entry>, Refusal> {
    let mut scribe = Scribe::new(head, facts);
    let refund = scribe.write(Kind::Refund, |entry| entry.amount = facts.amount);
    for (&wallet, &points) in taken {
        assert!(!points.is_negative(), "a return gives no points");
        let left = take_from(&mut scribe, refund, (wallet, points), accounts, &From::Live);
        let missing = policy_of(policies, wallet).missing;
        owe(&mut scribe, refund, (wallet, left), missing)?;
    }
    Ok(scribe.finish())
}

fn of(points: &Few<WalletNumber, Points>, wallet: WalletNumber) -> Points {
    points.get(&wallet).copied().unwrap_or_default()
}

pub(super) fn policy_of(policies: &Policies, wallet: WalletNumber) -> RefundPolicy {
    policies.get(&wallet).copied().unwrap_or_default()
}

/// Gives spent points back: what the member owed for them first, then lot by lot.
fn give_back(scribe: &mut Scribe, refund: Seq, returned: Returned<'_>, accounts: &mut Accounts) {
    for (&wallet, &after) in &returned.after.returned {
        let (mut skipped, mut left) = (of(&returned.before.returned, wallet), after);
        assert!(
            left >= skipped,
            "a refund never takes returned points again"
        );
        left -= skipped;
        let mut history = returned.history;
        if let Some(still_spent) = &history.left {
            (history, skipped) = (still_spent, Points::ZERO);
        }
        // The points of the sale stand in one row, the owed ones in front; earlier refunds have
        // consumed the row up to `skipped`.
        let mut next = |available: Points| {
            let passed = skipped.min(available);
            skipped -= passed;
            let taken = left.min(available - passed);
            left -= taken;
            taken
        };
        let grace_days = policy_of(returned.policies, wallet).grace_days;
        let owed = next(of(&history.debts, wallet));
        if owed.is_positive() {
            let account = accounts.entry(wallet).or_default();
            forgive(scribe, refund, (wallet, owed), account, grace_days);
        }
        for (portion, expires_on) in last_expiring_first(history, wallet, accounts) {
            let points = next(portion.points);
            if points.is_positive() {
                let portion = HeldPortion { points, ..portion };
                return_portion(scribe, refund, portion, expires_on, grace_days);
            }
        }
        scribe.settle(accounts);
    }
}

/// Points return to the lot they came from with its date, even if it has passed; with days of grace
/// they then become a lot of their own.
fn return_portion(
    scribe: &mut Scribe,
    refund: Seq,
    portion: HeldPortion,
    expires_on: BusinessDate,
    grace_days: u32,
) {
    let date = scribe.business_date();
    if expires_on > date || grace_days == 0 {
        scribe.write_portion(Kind::RedemptionRefund, refund, portion);
        return;
    }
    scribe.write(Kind::RedemptionRenewal, |entry| {
        entry.refers_to = refund;
        entry.wallet = portion.wallet;
        entry.points = portion.points;
        entry.expires_on = date.plus_days(grace_days);
    });
}

/// The sale's redemptions in a wallet, the lot that expires last first. Two refunds of one sale see
/// the same order, since neither a lot's date nor its id ever changes.
fn last_expiring_first(
    history: &SaleHistory,
    wallet: WalletNumber,
    accounts: &Accounts,
) -> Vec<(HeldPortion, BusinessDate)> {
    let empty = Account::default();
    let account = accounts.get(&wallet).unwrap_or(&empty);
    let mut portions: Vec<(HeldPortion, BusinessDate)> = history
        .redemptions
        .iter()
        .filter(|part| part.wallet == wallet)
        .map(|part| (*part, expiry_of(account, part.lot)))
        .collect();
    order::sort_by_key(&mut portions, |(portion, expires_on)| {
        std::cmp::Reverse((*expires_on, portion.lot))
    });
    portions
}

/// The date of a lot, as far as can be where it has none.
fn expiry_of(account: &Account, lot: LotId) -> BusinessDate {
    let found = account.lots.iter().find(|candidate| candidate.id == lot);
    found
        .and_then(|lot| lot.expires_on)
        .unwrap_or(BusinessDate::MAX)
}

/// Out of which lots awarded points are taken back.
pub(super) enum From<'a> {
    /// The sale's own, also those that have run out.
    Own(&'a [LotId]),
    /// All that can still be spent, now or later.
    Live,
}

/// Takes points out of lots, those that are still pending first and the newest of them first. Returns
/// what they no longer have, less what ran out of its time: that is gone already, and nobody owes it.
pub(super) fn take_from(
    scribe: &mut Scribe,
    refund: Seq,
    (wallet, points): (WalletNumber, Points),
    accounts: &Accounts,
    from: &From<'_>,
) -> Points {
    let empty = Account::default();
    let account = accounts.get(&wallet).unwrap_or(&empty);
    let date = scribe.business_date();
    let fits = |lot: &&Lot| match from {
        From::Own(own) => own.contains(&lot.id),
        From::Live => !lot.is_expired(date),
    };
    let mut lots: Vec<_> = account.lots.iter().filter(fits).collect();
    order::sort_by_key(&mut lots, |lot| {
        std::cmp::Reverse((lot.available_from, lot.id))
    });
    let mut left = points;
    for lot in lots {
        let taken = left.min(lot.portion.free());
        if taken.is_positive() {
            let portion = HeldPortion {
                wallet,
                lot: lot.id,
                points: taken,
            };
            scribe.write_portion(Kind::AwardRefund, refund, portion);
            left -= taken;
        }
        if matches!(from, From::Live) {
            // It was alive on this date, and has been written off since.
            left -= take_lapsed(scribe, refund, (wallet, left), lot);
        }
    }
    if matches!(from, From::Own(_)) {
        for lot in account.lots.iter().filter(fits) {
            left -= take_lapsed(scribe, refund, (wallet, left), lot);
        }
    }
    left
}

/// Takes what ran out of its time. Returns how many points that were.
fn take_lapsed(
    scribe: &mut Scribe,
    refund: Seq,
    (wallet, points): (WalletNumber, Points),
    lot: &Lot,
) -> Points {
    let points = points.min(lot.lapsed);
    if points.is_positive() {
        scribe.write(Kind::AwardRefund, |entry| {
            entry.flags = entry.flags.with(Flags::LAPSED);
            entry.refers_to = refund;
            entry.wallet = wallet;
            entry.lot = lot.id;
            entry.points = points;
        });
    }
    points
}

/// What was to be taken back and is no longer there.
pub(super) fn owe(
    scribe: &mut Scribe,
    refund: Seq,
    (wallet, points): (WalletNumber, Points),
    missing: MissingAward,
) -> Result<(), Refusal> {
    if !points.is_positive() {
        return Ok(());
    }
    match missing {
        MissingAward::Debt => {
            let debt = HeldPortion {
                wallet,
                lot: 0,
                points,
            };
            scribe.write_portion(Kind::Debt, refund, debt);
            Ok(())
        }
        MissingAward::Clamped => Ok(()),
        MissingAward::Refused => Err(Refusal::Missing { wallet, points }),
    }
}

/// The sale spent points that were not there, and they were owed. Now they are not: what is still
/// owed is forgiven, and what was repaid meanwhile returns to the lots that repaid it, as spent points
/// return: with their old dates, or days of grace where these have passed.
fn forgive(
    scribe: &mut Scribe,
    refund: Seq,
    (wallet, points): (WalletNumber, Points),
    account: &Account,
    grace_days: u32,
) {
    let forgiven = points.min(account.debt);
    let debt = |points| HeldPortion {
        wallet,
        lot: 0,
        points,
    };
    if forgiven.is_positive() {
        scribe.write_portion(Kind::Repayment, refund, debt(forgiven));
    }
    for portion in repaid_out_of(account, wallet, points - forgiven) {
        let expires_on = expiry_of(account, portion.lot);
        if expires_on > scribe.business_date() || grace_days == 0 {
            // It was not to be repaid: the lot has it again, and what is owed again is forgiven.
            undo_repayment(scribe, refund, portion);
            scribe.write_portion(Kind::Repayment, refund, debt(portion.points));
        } else {
            return_portion(scribe, refund, portion, expires_on, grace_days);
        }
    }
}

/// Lots that repaid debt, the newest first, as far as they make up `points`.
pub(super) fn repaid_out_of(
    account: &Account,
    wallet: WalletNumber,
    points: Points,
) -> Vec<HeldPortion> {
    let mut left = points;
    let mut portions = Vec::new();
    for (&lot, &repaid) in account.repaid.iter().rev() {
        let points = left.min(repaid);
        if points.is_positive() {
            portions.push(HeldPortion {
                wallet,
                lot,
                points,
            });
            left -= points;
        }
    }
    portions
}

/// A lot has back what it repaid, and that is owed again.
pub(super) fn undo_repayment(scribe: &mut Scribe, refund: Seq, portion: HeldPortion) {
    scribe.write(Kind::Repayment, |entry| {
        entry.flags = entry.flags.with(Flags::UNDONE);
        entry.refers_to = refund;
        entry.wallet = portion.wallet;
        entry.lot = portion.lot;
        entry.points = portion.points;
    });
}

/// Takes awarded points that went into debts, which are owed again. Returns what is missing still.
pub(super) fn take_repaid(
    scribe: &mut Scribe,
    refund: Seq,
    (wallet, points): (WalletNumber, Points),
    accounts: &Accounts,
    from: &From<'_>,
) -> Points {
    let mut left = points;
    let repaid = accounts.get(&wallet).map(|account| &account.repaid);
    for (&lot, &repaid) in repaid.into_iter().flatten() {
        let is_own = matches!(from, From::Own(own) if own.contains(&lot));
        let points = left.min(repaid);
        if is_own && points.is_positive() {
            let portion = HeldPortion {
                wallet,
                lot,
                points,
            };
            undo_repayment(scribe, refund, portion);
            scribe.write_portion(Kind::AwardRefund, refund, portion);
            left -= points;
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::super::decide::post;
    use super::super::decide::tests::{accounts, facts, give, spend, told};
    use super::super::effect::apply;
    use super::*;
    use crate::kernel::{Lot, Portion};

    fn points(points: i64) -> Few<WalletNumber, Points> {
        Few::from([(1, Points::new(points))])
    }

    fn refund_whole(history: &SaleHistory, accounts: &Accounts) -> Vec<String> {
        told(&refund_whole_entries(history, accounts))
    }

    fn refund_whole_entries(history: &SaleHistory, accounts: &Accounts) -> Vec<Entry> {
        let (before, after) = (Standing::default(), Standing::whole(history));
        let returned = Returned {
            sale: 41,
            history,
            before: &before,
            after: &after,
            policies: &Policies::new(),
            reason: Reason::Return,
        };
        refund(43, &facts(), returned, accounts).expect("no policy refuses")
    }

    #[test]
    fn a_whole_refund_returns_what_was_spent_and_takes_back_what_was_given() {
        // The member had lot 1 with 10 points; the sale spent 4 of it and gave lot 43 with 6.
        let sale = post(
            40,
            &facts(),
            None,
            &[spend(4, 4_000)],
            &[give(6)],
            &accounts(&[10], 0),
        );
        let mut now = accounts(&[10], 0);
        let lots = &mut now.get_mut(&1).expect("the wallet").lots;
        lots[0].portion.used = Points::new(4);
        lots.push(Lot {
            id: 43,
            portion: Portion::earned(Points::new(6)),
            ..lots[0]
        });
        assert_eq!(
            refund_whole(&SaleHistory::of(&sale), &now),
            [
                "44 refund lot 0 points 0 amount 55000 of 41",
                "45 redemption_refund lot 1 points 4 amount 0 of 44",
                "46 award_refund lot 43 points 6 amount 0 of 44"
            ]
        );
    }

    #[test]
    fn points_that_were_spent_since_become_debt() {
        let sale = post(40, &facts(), None, &[], &[give(6)], &accounts(&[], 0));
        let mut now = accounts(&[6], 0);
        let lot = &mut now.get_mut(&1).expect("the wallet").lots[0];
        lot.id = 42;
        lot.portion.used = Points::new(5);
        assert_eq!(
            refund_whole(&SaleHistory::of(&sale), &now)[1..],
            [
                "45 award_refund lot 42 points 1 amount 0 of 44",
                "46 debt lot 0 points 5 amount 0 of 44"
            ]
        );
    }

    #[test]
    fn a_debt_the_sale_made_is_forgiven_and_what_was_repaid_comes_back() {
        let history = SaleHistory {
            debts: points(4),
            ..SaleHistory::default()
        };
        // Lot 1 was a later award of 1, and all of it repaid.
        let mut now = accounts(&[1], 3);
        let account = now.get_mut(&1).expect("the wallet");
        account.lots[0].portion.used = Points::new(1);
        account.repaid.insert(1, Points::new(1));
        let entries = refund_whole_entries(&history, &now);
        assert_eq!(
            told(&entries)[1..],
            [
                "45 repayment lot 0 points 3 amount 0 of 44",
                "46 repayment lot 1 points 1 amount 0 of 44",
                "47 repayment lot 0 points 1 amount 0 of 44"
            ]
        );
        entries.iter().for_each(|entry| apply(&mut now, entry));
        let account = &now[&1];
        assert_eq!(account.debt, Points::ZERO);
        assert_eq!(account.lots[0].portion.free(), Points::new(1));
    }

    #[test]
    fn parts_go_back_in_the_order_of_the_whole() {
        // The sale spent 3 points it did not have, then lot 1 (5, never expires) and lot 2 (4).
        let portion = |lot, points| HeldPortion {
            wallet: 1,
            lot,
            points: Points::new(points),
        };
        let history = SaleHistory {
            redemptions: vec![portion(1, 5), portion(2, 4)],
            debts: points(3),
            ..SaleHistory::default()
        };
        let mut now = accounts(&[5, 4], 3);
        for lot in &mut now.get_mut(&1).expect("the wallet").lots {
            lot.portion.used = lot.portion.earned;
        }
        now.get_mut(&1).expect("the wallet").lots[1].expires_on =
            Some(facts().business_date.plus_days(9).expect("a date"));
        let standing = |returned| Standing {
            returned: points(returned),
            ..Standing::default()
        };
        let part = |before, after| {
            let (before, after) = (standing(before), standing(after));
            let returned = Returned {
                sale: 41,
                history: &history,
                before: &before,
                after: &after,
                policies: &Policies::new(),
                reason: Reason::Return,
            };
            told(&refund(43, &facts(), returned, &now).expect("no policy refuses"))[1..].to_vec()
        };
        assert_eq!(
            part(0, 5),
            [
                "45 repayment lot 0 points 3 amount 0 of 44",
                "46 redemption_refund lot 1 points 2 amount 0 of 44"
            ]
        );
        assert_eq!(
            part(5, 12),
            [
                "45 redemption_refund lot 1 points 3 amount 0 of 44",
                "46 redemption_refund lot 2 points 4 amount 0 of 44"
            ]
        );
    }
}
