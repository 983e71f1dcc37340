//! Points given or taken by an operator, with a reason (ledger.md, "Members").

use super::decide::{Accounts, Give, Refusal, SaleFacts, Scribe, fill_lot, repay};
use super::entry::{Entry, Flags, Kind};
use crate::kernel::ids::Seq;
use crate::kernel::lots::{self, Short};
use crate::kernel::{Account, Points, WalletNumber};

/// What happens to points that are to be taken and are not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// The adjustment is refused, and nothing is written.
    #[default]
    Refused,
    /// They are owed.
    Owed,
}

/// Gives points: a lot of its own, out of which the member's debt is repaid first. `payload` says who
/// and why.
pub fn give(
    head: Seq,
    facts: &SaleFacts,
    give: &Give,
    accounts: &Accounts,
    payload: Vec<u8>,
) -> Vec<Entry> {
    let mut scribe = Scribe::new(head, facts);
    let lot = scribe.write(Kind::AdjustmentGiven, |entry| {
        fill_lot(entry, give);
        entry.payload = payload;
    });
    let account = accounts.get(&give.wallet);
    let mut debt = account.map_or(Points::ZERO, |account| account.debt);
    repay(&mut scribe, lot, lot, give, &mut debt);
    scribe.finish()
}

/// Takes points out of the lots in spending order. The first entry names the adjustment and carries
/// `payload`; so does the debt, which is told by it from the debts of sales.
///
/// # Errors
/// Fewer points can be spent than are to be taken, and what is missing is refused.
pub fn take(
    head: Seq,
    facts: &SaleFacts,
    (wallet, points): (WalletNumber, Points),
    missing: Missing,
    accounts: &Accounts,
    payload: Vec<u8>,
) -> Result<Vec<Entry>, Refusal> {
    assert!(points.is_positive(), "an adjustment takes something");
    let empty = Account::default();
    let account = accounts.get(&wallet).unwrap_or(&empty);
    let spendable = account.balance(facts.business_date).spendable;
    if missing == Missing::Refused && spendable < points {
        let wanted = points;
        let short = Short { wanted, spendable };
        return Err(Refusal::Short { wallet, short });
    }
    let mut scribe = Scribe::new(head, facts);
    let first = head + 1;
    let mut left = points;
    for taken in lots::take_up_to(&account.lots, points, facts.business_date) {
        left -= taken.points;
        let parts = [
            (Flags::default(), taken.points - taken.lapsed),
            // It was alive on this date, and has been written off since.
            (Flags::LAPSED, taken.lapsed),
        ];
        for (flags, points) in parts.into_iter().filter(|(_, points)| points.is_positive()) {
            scribe.write(Kind::AdjustmentTaken, |entry| {
                entry.refers_to = if entry.seq == first { 0 } else { first };
                entry.flags = entry.flags.with(flags);
                entry.wallet = wallet;
                entry.lot = taken.lot;
                entry.points = points;
                if entry.seq == first {
                    entry.payload.clone_from(&payload);
                }
            });
        }
    }
    if left.is_positive() {
        scribe.write(Kind::Debt, |entry| {
            entry.refers_to = if entry.seq == first { 0 } else { first };
            entry.wallet = wallet;
            entry.points = left;
            entry.payload = payload;
        });
    }
    Ok(scribe.finish())
}

#[cfg(test)]
mod tests {
    use super::super::decide::tests::{accounts, facts, give as points, told};
    use super::super::fold::Fold;
    use super::*;

    #[test]
    fn given_points_repay_what_is_owed_first() {
        let entries = give(40, &facts(), &points(10), &accounts(&[], 4), vec![1]);
        assert_eq!(
            told(&entries),
            [
                "41 adjustment_given lot 0 points 10 amount 0 of 0",
                "42 repayment lot 41 points 4 amount 0 of 41"
            ]
        );
        assert_eq!(
            (&entries[0].payload[..], entries[1].payload.len()),
            (&[1][..], 0)
        );
    }

    #[test]
    fn taken_points_come_out_of_the_lots_in_their_order() {
        let taken = (1, Points::new(7));
        let entries = take(
            40,
            &facts(),
            taken,
            Missing::Refused,
            &accounts(&[5, 5], 0),
            vec![1],
        );
        assert_eq!(
            told(&entries.expect("enough points")),
            [
                "41 adjustment_taken lot 1 points 5 amount 0 of 0",
                "42 adjustment_taken lot 2 points 2 amount 0 of 41"
            ]
        );
    }

    #[test]
    fn what_is_not_there_is_refused_or_owed_as_is_asked() {
        let (accounts, taken) = (accounts(&[5], 0), (1, Points::new(7)));
        let refused = take(40, &facts(), taken, Missing::Refused, &accounts, vec![1]);
        let short = Short {
            wanted: Points::new(7),
            spendable: Points::new(5),
        };
        assert_eq!(refused, Err(Refusal::Short { wallet: 1, short }));
        let owed = take(40, &facts(), taken, Missing::Owed, &accounts, vec![1]);
        assert_eq!(
            told(&owed.expect("never refused")),
            [
                "41 adjustment_taken lot 1 points 5 amount 0 of 0",
                "42 debt lot 0 points 2 amount 0 of 41"
            ]
        );
    }

    #[test]
    fn of_a_member_with_nothing_all_is_owed_and_the_debt_says_who_did_it() {
        let taken = (1, Points::new(7));
        let entries = take(
            40,
            &facts(),
            taken,
            Missing::Owed,
            &Accounts::new(),
            vec![1],
        );
        let entries = entries.expect("never refused");
        assert_eq!(told(&entries), ["41 debt lot 0 points 7 amount 0 of 0"]);
        assert_eq!(entries[0].payload, [1]);
    }

    #[test]
    fn giving_and_taking_the_same_leaves_nothing() {
        let mut fold = Fold::default();
        let given = give(0, &facts(), &points(10), &Accounts::new(), Vec::new());
        let mut own = accounts(&[10], 0);
        own.get_mut(&1).expect("the wallet").lots[0].id = 1;
        let taken = take(
            1,
            &facts(),
            (1, Points::new(10)),
            Missing::Refused,
            &own,
            Vec::new(),
        );
        for entry in given.iter().chain(&taken.expect("enough points")) {
            fold.apply(entry).expect("a sound log");
        }
        let left: Vec<i64> = fold
            .portions
            .values()
            .map(|p| p.remaining().get())
            .collect();
        assert_eq!((left, fold.debts.len()), (vec![0], 0));
    }
}
