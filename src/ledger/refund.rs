//! Taking a sale back, whole or in parts.
//!
//! A refund is told as a *standing*: how many points of the sale are taken back and how many came
//! back in all, so far. Each refund posts the difference between two standings, so that any split
//! of a return into refunds ends where one whole refund ends.

use std::collections::BTreeMap;

use super::decide::{Accounts, Give, HeldPortion, SaleFacts, Scribe, post_give};
use super::entry::{Entry, Flags, Kind};
use crate::kernel::ids::Seq;
use crate::kernel::{Account, BusinessDate, LotId, Points, WalletNumber};

/// What a sale did, read from its entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaleHistory {
    /// Points it gave, by lot.
    pub awards: Vec<HeldPortion>,
    /// Points it spent, by the lot they came from.
    pub redemptions: Vec<HeldPortion>,
    /// Points it spent that were not there.
    pub debts: BTreeMap<WalletNumber, Points>,
}

impl SaleHistory {
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
    pub fn awarded(&self) -> BTreeMap<WalletNumber, Points> {
        sums(&self.awards)
    }

    /// Points it spent, there or not, by wallet.
    pub fn redeemed(&self) -> BTreeMap<WalletNumber, Points> {
        let mut redeemed = sums(&self.redemptions);
        for (&wallet, &points) in &self.debts {
            *redeemed.entry(wallet).or_default() += points;
        }
        redeemed
    }
}

fn sums(portions: &[HeldPortion]) -> BTreeMap<WalletNumber, Points> {
    let mut sums = BTreeMap::new();
    for portion in portions {
        *sums.entry(portion.wallet).or_default() += portion.points;
    }
    sums
}

/// How much of a sale's points has gone back so far, by wallet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Awarded points taken back.
    pub taken_back: BTreeMap<WalletNumber, Points>,
    /// Spent points given back.
    pub returned: BTreeMap<WalletNumber, Points>,
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
}

/// Posts one refund: spent points return to the lots they came from, with their old dates, the lot
/// that expires last first; awarded points are taken out of the sale's own lots, pending ones
/// first; what is no longer there becomes debt. Points that the sale had spent without having them
/// are forgiven before anything returns to a lot.
///
/// `facts.amount` is the money given back. `accounts` must hold the sale's own lots even where
/// nothing is left in them. The first entry is the refund, and the others refer to it.
pub fn refund(
    head: Seq,
    facts: &SaleFacts,
    returned: Returned<'_>,
    accounts: &Accounts,
) -> Vec<Entry> {
    let mut scribe = Scribe::new(head, facts);
    let refund = scribe.write(Kind::Refund, |entry| {
        entry.amount = facts.amount;
        entry.refers_to = returned.sale;
    });
    let mut debts: BTreeMap<WalletNumber, Points> = accounts
        .iter()
        .map(|(&wallet, account)| (wallet, account.debt))
        .collect();
    give_back(&mut scribe, refund, returned, accounts, &mut debts);
    for (&wallet, &total) in &returned.after.taken_back {
        let points = total - of(&returned.before.taken_back, wallet);
        assert!(!points.is_negative(), "a refund never gives an award again");
        let own: Vec<LotId> = returned
            .history
            .awards
            .iter()
            .filter(|award| award.wallet == wallet)
            .map(|award| award.lot)
            .collect();
        take_back(&mut scribe, refund, (wallet, points), &own, accounts);
    }
    scribe.finish()
}

fn of(points: &BTreeMap<WalletNumber, Points>, wallet: WalletNumber) -> Points {
    points.get(&wallet).copied().unwrap_or_default()
}

/// Gives spent points back: what the member owed for them first, then lot by lot.
fn give_back(
    scribe: &mut Scribe,
    refund: Seq,
    returned: Returned<'_>,
    accounts: &Accounts,
    debts: &mut BTreeMap<WalletNumber, Points>,
) {
    for (&wallet, &after) in &returned.after.returned {
        let (mut skipped, mut left) = (of(&returned.before.returned, wallet), after);
        assert!(
            left >= skipped,
            "a refund never takes returned points again"
        );
        left -= skipped;
        // The points of the sale stand in one row, the owed ones in front; earlier refunds have
        // consumed the row up to `skipped`.
        let mut next = |available: Points| {
            let passed = skipped.min(available);
            skipped -= passed;
            let taken = left.min(available - passed);
            left -= taken;
            taken
        };
        let owed = next(of(&returned.history.debts, wallet));
        if owed.is_positive() {
            forgive(
                scribe,
                refund,
                wallet,
                owed,
                debts.entry(wallet).or_default(),
            );
        }
        for portion in last_expiring_first(returned.history, wallet, accounts) {
            let points = next(portion.points);
            if points.is_positive() {
                let portion = HeldPortion { points, ..portion };
                scribe.write_portion(Kind::RedemptionRefund, refund, portion);
            }
        }
    }
}

/// The sale's redemptions in a wallet, the lot that expires last first. Two refunds of one sale see
/// the same order, since neither a lot's date nor its id ever changes.
fn last_expiring_first(
    history: &SaleHistory,
    wallet: WalletNumber,
    accounts: &Accounts,
) -> Vec<HeldPortion> {
    let expires_on = |lot: LotId| {
        let lots = accounts
            .get(&wallet)
            .map_or(&[][..], |account| &account.lots);
        let found = lots.iter().find(|candidate| candidate.id == lot);
        found
            .and_then(|lot| lot.expires_on)
            .unwrap_or(BusinessDate::MAX)
    };
    let mut portions: Vec<HeldPortion> = history
        .redemptions
        .iter()
        .filter(|part| part.wallet == wallet)
        .copied()
        .collect();
    portions.sort_by_key(|portion| std::cmp::Reverse((expires_on(portion.lot), portion.lot)));
    portions
}

/// Takes awarded points out of the given lots, those that are still pending first and the newest of
/// them first. What they no longer have is owed, but for what ran out of its time.
fn take_back(
    scribe: &mut Scribe,
    refund: Seq,
    (wallet, points): (WalletNumber, Points),
    own: &[LotId],
    accounts: &Accounts,
) {
    let empty = Account::default();
    let account = accounts.get(&wallet).unwrap_or(&empty);
    let mut lots: Vec<_> = account
        .lots
        .iter()
        .filter(|lot| own.contains(&lot.id))
        .collect();
    lots.sort_by_key(|lot| std::cmp::Reverse((lot.available_from, lot.id)));
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
    }
    // What ran out of its time is gone already: nobody owes it.
    for (&lot, &lapsed) in account.lapsed.iter().filter(|(lot, _)| own.contains(lot)) {
        let points = left.min(lapsed);
        if points.is_positive() {
            scribe.write(Kind::AwardRefund, |entry| {
                entry.flags = entry.flags.with(Flags::LAPSED);
                entry.refers_to = refund;
                entry.wallet = wallet;
                entry.lot = lot;
                entry.points = points;
            });
            left -= points;
        }
    }
    if left.is_positive() {
        let debt = HeldPortion {
            wallet,
            lot: 0,
            points: left,
        };
        scribe.write_portion(Kind::Debt, refund, debt);
    }
}

/// The sale spent points that were not there, and they were owed. Now they are not: what is still
/// owed is forgiven, and what was repaid meanwhile is given again as a new award.
fn forgive(
    scribe: &mut Scribe,
    refund: Seq,
    wallet: WalletNumber,
    points: Points,
    debt: &mut Points,
) {
    let forgiven = points.min(*debt);
    if forgiven.is_positive() {
        let portion = HeldPortion {
            wallet,
            lot: 0,
            points: forgiven,
        };
        scribe.write_portion(Kind::Repayment, refund, portion);
        *debt -= forgiven;
    }
    let repaid = points - forgiven;
    if repaid.is_positive() {
        let date = scribe.business_date();
        let give = Give {
            wallet,
            points: repaid,
            available_from: date,
            expires_on: None,
        };
        post_give(scribe, refund, &give, debt);
    }
}

#[cfg(test)]
mod tests {
    use super::super::decide::post;
    use super::super::decide::tests::{accounts, facts, give, spend, told};
    use super::*;
    use crate::kernel::{Lot, Portion};

    fn points(points: i64) -> BTreeMap<WalletNumber, Points> {
        BTreeMap::from([(1, Points::new(points))])
    }

    fn refund_whole(history: &SaleHistory, accounts: &Accounts) -> Vec<String> {
        let (before, after) = (Standing::default(), Standing::whole(history));
        let returned = Returned {
            sale: 41,
            history,
            before: &before,
            after: &after,
        };
        told(&refund(43, &facts(), returned, accounts))
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
        assert_eq!(
            refund_whole(&history, &accounts(&[], 3))[1..],
            [
                "45 repayment lot 0 points 3 amount 0 of 44",
                "46 award lot 0 points 1 amount 0 of 44"
            ]
        );
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
            awards: Vec::new(),
            redemptions: vec![portion(1, 5), portion(2, 4)],
            debts: points(3),
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
            };
            told(&refund(43, &facts(), returned, &now))[1..].to_vec()
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
