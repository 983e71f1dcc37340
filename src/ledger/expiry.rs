//! Points that ran out of their time, written down.
//!
//! A balance leaves points out from the first day on which they are dead, whether or not an entry says
//! so (`kernel::account`). The entry therefore changes no balance: it moves the points from what the
//! books still carry to what has expired. Debt is not repaid by it: only awards repay (ledger.md,
//! "Lots, portions, debt").
//!
//! What is booked late, on a date on which points were alive, finds them though they have been written
//! off since: a sale puts what it spends or reserves back into the lot first ([`Kind::Expiry`] with
//! [`Flags::UNDONE`]), so that it owes what it would have owed in time and no more. What it leaves stays
//! written off, and what comes back of it has its old date and is written off again.

use super::decide::{SaleFacts, Scribe};
use super::entry::{Entry, Flags, Kind};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, LotId, MemberNumber, Points, WalletNumber};

/// What is free in a lot whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueLot {
    /// First business date on which the points could not be spent any more.
    pub expires_on: BusinessDate,
    /// Whose.
    pub member: MemberNumber,
    /// In which wallet.
    pub wallet: WalletNumber,
    /// Which lot.
    pub lot: LotId,
    /// What is free in it, above zero. What is held waits for its hold to end.
    pub points: Points,
}

/// One expiry entry a lot. They refer to no sale: `lot` names the award.
///
/// `facts` say when and on which business date it is booked; whose it is, each lot says.
pub fn expire(head: Seq, facts: &SaleFacts, due: &[DueLot]) -> Vec<Entry> {
    let mut scribe = Scribe::new(head, facts);
    for lot in due {
        assert!(lot.points.is_positive(), "an expiry takes something");
        assert!(
            lot.expires_on <= facts.business_date,
            "points do not expire before their date"
        );
        scribe.write(Kind::Expiry, |entry| {
            entry.member = Some(lot.member);
            entry.wallet = lot.wallet;
            entry.lot = lot.lot;
            entry.points = lot.points;
        });
    }
    scribe.finish()
}

/// Points that were written off are in their lot again: something is booked late that finds them alive
/// on its date.
pub(super) fn undo_expiry(
    scribe: &mut Scribe,
    refers_to: Seq,
    wallet: WalletNumber,
    (lot, points): (LotId, Points),
) {
    if points.is_positive() {
        scribe.write(Kind::Expiry, |entry| {
            entry.flags = entry.flags.with(Flags::UNDONE);
            entry.refers_to = refers_to;
            entry.wallet = wallet;
            entry.lot = lot;
            entry.points = points;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::decide::tests::{accounts, facts, give, spend, told};
    use super::super::decide::{Accounts, Give, authorise, post};
    use super::super::effect::apply;
    use super::super::fold::Fold;
    use super::super::refund::{Policies, Reason, Returned, SaleHistory, Standing, refund};
    use super::*;

    fn due(lot: LotId, points: i64) -> DueLot {
        DueLot {
            expires_on: facts().business_date,
            member: facts().member.expect("a member"),
            wallet: 1,
            lot,
            points: Points::new(points),
        }
    }

    #[test]
    fn each_lot_has_an_entry_of_its_own() {
        let entries = expire(40, &facts(), &[due(7, 5), due(9, 2)]);
        assert_eq!(
            told(&entries),
            [
                "41 expiry lot 7 points 5 amount 0 of 0",
                "42 expiry lot 9 points 2 amount 0 of 0"
            ]
        );
        assert!(entries.iter().all(|entry| entry.member == facts().member));
    }

    /// 10 points were written off. A sale that comes in late for the day before spends 7 of them and a
    /// reservation takes 2; they are in their lot again first. The 11th is not there.
    #[test]
    fn a_late_sale_puts_back_what_it_finds_alive() {
        let give = Give {
            expires_on: Some(facts().business_date.plus_days(1).expect("a date")),
            ..give(10)
        };
        let mut entries = post(0, &facts(), None, &[], &[give], &accounts(&[], 0));
        entries.extend(expire(2, &facts(), &[due(2, 10)]));
        let mut now = Accounts::new();
        let mut fold = Fold::default();
        for entry in &entries {
            fold.apply(entry).expect("a sound log");
            apply(&mut now, entry);
        }
        let late = post(3, &facts(), None, &[spend(7, 7_000)], &[], &now);
        assert_eq!(
            told(&late)[1..],
            [
                "5 expiry lot 2 points 7 amount 0 of 4",
                "6 redemption lot 2 points 7 amount 7000 of 4"
            ]
        );
        assert!(late[1].flags.has(Flags::UNDONE));
        late.iter().for_each(|entry| apply(&mut now, entry));
        let hold = authorise(6, &facts(), &[spend(2, 2_000)], &now).expect("3 are there");
        assert_eq!(
            told(&hold)[1..],
            [
                "8 expiry lot 2 points 2 amount 0 of 7",
                "9 hold lot 2 points 2 amount 0 of 7"
            ]
        );
        hold.iter().for_each(|entry| apply(&mut now, entry));
        let more = authorise(9, &facts(), &[spend(2, 2_000)], &now);
        assert!(more.is_err(), "1 is left");
        for entry in late.iter().chain(&hold) {
            fold.apply(entry).expect("a sound log");
        }
        let lapsed: Vec<i64> = fold.lapsed.values().map(|points| points.get()).collect();
        assert_eq!(lapsed, [1]);
    }

    /// A sale gave 10 points (lot 2). 3 were spent elsewhere, the other 7 ran out of their time.
    /// Then the goods come back: 7 are taken back as expired, and only the 3 that were spent are owed.
    #[test]
    fn what_expired_is_not_owed_when_the_goods_come_back() {
        let expiring = Give {
            expires_on: Some(facts().business_date),
            ..give(10)
        };
        let sale = post(0, &facts(), None, &[], &[expiring], &accounts(&[], 0));
        let mut fold = Fold::default();
        let mut apply = |entries: &[Entry]| {
            for entry in entries {
                fold.apply(entry).expect("a sound log");
            }
        };
        apply(&sale);
        let mut now = accounts(&[10], 0);
        let account = now.get_mut(&1).expect("the wallet");
        account.lots[0].id = 2;
        let spend = spend(3, 3_000);
        apply(&post(2, &facts(), None, &[spend], &[], &now));
        apply(&expire(4, &facts(), &[due(2, 7)]));
        let account = now.get_mut(&1).expect("the wallet");
        account.lots[0].portion.used = Points::new(10);
        account.lots[0].lapsed = Points::new(7);
        let history = SaleHistory::of(&sale);
        let (before, after) = (Standing::default(), Standing::whole(&history));
        let returned = Returned {
            sale: 1,
            history: &history,
            before: &before,
            after: &after,
            policies: &Policies::new(),
            reason: Reason::Return,
        };
        let entries = refund(5, &facts(), returned, &now).expect("no policy refuses");
        assert_eq!(
            told(&entries)[1..],
            [
                "7 award_refund lot 2 points 7 amount 0 of 6",
                "8 debt lot 0 points 3 amount 0 of 6"
            ]
        );
        apply(&entries);
        let lapsed: Vec<i64> = fold.lapsed.values().map(|points| points.get()).collect();
        assert_eq!(lapsed, [0]);
        let again = Entry {
            seq: 9,
            ..entries[1].clone()
        };
        assert!(fold.apply(&again).is_err(), "it expired only once");
    }
}
