//! Taking a whole sale back.

use std::collections::BTreeMap;

use super::decide::{Accounts, Give, HeldPortion, SaleFacts, Scribe, post_give};
use super::entry::{Entry, Kind};
use crate::kernel::ids::Seq;
use crate::kernel::{Account, LotId, Points, WalletNumber};

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
}

/// Takes a whole sale back: spent points return to the lots they came from, with their old dates;
/// awarded points are taken out of the sale's own lots; what is no longer there becomes debt.
///
/// `facts.amount` is what the sale had cost. `accounts` must hold the sale's own lots even where
/// nothing is left in them. The first entry is the refund, and the others refer to it.
pub fn refund_all(
    head: Seq,
    facts: &SaleFacts,
    sale: Seq,
    history: &SaleHistory,
    accounts: &Accounts,
) -> Vec<Entry> {
    let mut scribe = Scribe::new(head, facts);
    let refund = scribe.write(Kind::Refund, |entry| {
        entry.amount = facts.amount;
        entry.refers_to = sale;
    });
    for &portion in &history.redemptions {
        scribe.write_portion(Kind::RedemptionRefund, refund, portion);
    }
    let mut debts: BTreeMap<WalletNumber, Points> = accounts
        .iter()
        .map(|(&wallet, account)| (wallet, account.debt))
        .collect();
    for award in &history.awards {
        let missing = take_back(&mut scribe, refund, award, accounts);
        *debts.entry(award.wallet).or_default() += missing;
    }
    for (&wallet, &points) in &history.debts {
        forgive(
            &mut scribe,
            refund,
            wallet,
            points,
            debts.entry(wallet).or_default(),
        );
    }
    scribe.finish()
}

/// Takes an award out of its lot. Returns what was no longer there, which is now debt.
fn take_back(scribe: &mut Scribe, refund: Seq, award: &HeldPortion, accounts: &Accounts) -> Points {
    let there = accounts
        .get(&award.wallet)
        .map_or(Points::ZERO, |account| free(account, award.lot));
    let taken = award.points.min(there);
    if taken.is_positive() {
        scribe.write_portion(
            Kind::AwardRefund,
            refund,
            HeldPortion {
                points: taken,
                ..*award
            },
        );
    }
    let missing = award.points - taken;
    if missing.is_positive() {
        let debt = HeldPortion {
            wallet: award.wallet,
            lot: 0,
            points: missing,
        };
        scribe.write_portion(Kind::Debt, refund, debt);
    }
    missing
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

fn free(account: &Account, lot: LotId) -> Points {
    account
        .lots
        .iter()
        .find(|candidate| candidate.id == lot)
        .map_or(Points::ZERO, |lot| lot.portion.free())
}

#[cfg(test)]
mod tests {
    use super::super::decide::post;
    use super::super::decide::tests::{accounts, facts, give, spend, told};
    use super::*;

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
        lots.push(crate::kernel::Lot { id: 43, ..lots[0] });
        lots[1].portion = crate::kernel::Portion::earned(Points::new(6));
        let refund = refund_all(43, &facts(), 41, &SaleHistory::of(&sale), &now);
        assert_eq!(
            told(&refund),
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
        let refund = refund_all(43, &facts(), 41, &SaleHistory::of(&sale), &now);
        assert_eq!(
            told(&refund)[1..],
            [
                "45 award_refund lot 42 points 1 amount 0 of 44",
                "46 debt lot 0 points 5 amount 0 of 44"
            ]
        );
    }

    #[test]
    fn a_debt_the_sale_made_is_forgiven_and_what_was_repaid_comes_back() {
        let history = SaleHistory {
            debts: BTreeMap::from([(1, Points::new(4))]),
            ..SaleHistory::default()
        };
        let refund = refund_all(43, &facts(), 41, &history, &accounts(&[], 3));
        assert_eq!(
            told(&refund)[1..],
            [
                "45 repayment lot 0 points 3 amount 0 of 44",
                "46 award lot 0 points 1 amount 0 of 44"
            ]
        );
    }
}
