//! Undoing a return: the goods stood in the cart of a sale that should never have been.

use super::decide::{Accounts, HeldPortion, SaleFacts, Scribe};
use super::entry::{Entry, Flags, Kind};
use super::expiry::undo_expiry;
use super::refund::{repaid_out_of, undo_repayment};
use crate::kernel::ids::Seq;
use crate::kernel::{Account, LotId, Points, WalletNumber};

/// Posts the undoing of one return, the last entry first, as the member stood before it: taken points
/// are in their lots again, debt is owed no more, and what it had given back is taken again. Where
/// points have moved since, the balance is what it would be: debt that was repaid meanwhile goes back
/// into the lots that repaid it, and points that were spent meanwhile are owed.
///
/// `refund` are the entries of the return, its own first. `facts` have its member and its money.
/// `accounts` must hold every lot that it names, and what repaid debt.
///
/// The first entry is the undone return, which refers to its sale, or to the return itself where that
/// had no sale. The others refer to it.
pub fn undo(head: Seq, facts: &SaleFacts, refund: &[Entry], accounts: &Accounts) -> Vec<Entry> {
    let Some((first, moved)) = refund.split_first() else {
        return Vec::new();
    };
    let mut scribe = Scribe::new(head, facts);
    let own = scribe.write(Kind::Refund, |entry| {
        entry.flags = entry.flags.with(Flags::UNDONE);
        entry.amount = facts.amount;
        entry.refers_to = if first.refers_to == 0 {
            first.seq
        } else {
            first.refers_to
        };
    });
    let mut accounts = accounts.clone();
    for entry in moved.iter().rev() {
        undo_one(&mut scribe, own, entry, &mut accounts);
        scribe.settle(&mut accounts);
    }
    scribe.finish()
}

fn undo_one(scribe: &mut Scribe, own: Seq, entry: &Entry, accounts: &mut Accounts) {
    let portion = HeldPortion {
        wallet: entry.wallet,
        lot: entry.moved_lot(),
        points: entry.points,
    };
    let account = accounts.entry(entry.wallet).or_default();
    match entry.kind {
        Kind::AwardRefund => {
            let lapsed = Flags(entry.flags.0 & Flags::LAPSED.0);
            write_undone(scribe, own, (Kind::AwardRefund, lapsed), portion);
        }
        Kind::Debt => forgive(scribe, own, portion, account),
        Kind::Repayment if entry.flags.has(Flags::UNDONE) => {
            // A lot had it back; now it repays again, as far as it has not been spent.
            let points = find_again(scribe, own, portion, account);
            if points.is_positive() {
                let portion = HeldPortion { points, ..portion };
                scribe.write_portion(Kind::Repayment, own, portion);
            }
        }
        Kind::Repayment => undo_repayment(scribe, own, portion),
        Kind::RedemptionRefund | Kind::RedemptionRenewal => {
            take_again(scribe, own, portion, account);
        }
        _ => {}
    }
}

fn write_undone(scribe: &mut Scribe, own: Seq, (kind, flags): (Kind, Flags), portion: HeldPortion) {
    scribe.write(kind, |entry| {
        entry.flags = entry.flags.with(Flags::UNDONE).with(flags);
        entry.refers_to = own;
        entry.wallet = portion.wallet;
        entry.lot = portion.lot;
        entry.points = portion.points;
    });
}

/// What the return made the member owe was never owed: what repaid it meanwhile is there again.
fn forgive(scribe: &mut Scribe, own: Seq, owed: HeldPortion, account: &Account) {
    let left = owed.points - owed.points.min(account.debt);
    let mut undone = owed.points - left;
    for portion in repaid_out_of(account, owed.wallet, left) {
        undo_repayment(scribe, own, portion);
        undone += portion.points;
    }
    if undone.is_positive() {
        let owed = HeldPortion {
            points: undone,
            ..owed
        };
        write_undone(scribe, own, (Kind::Debt, Flags::default()), owed);
    }
}

/// Points that the return gave back are spent again: out of their lot, or of what of it has run out
/// since; what is gone is owed.
fn take_again(scribe: &mut Scribe, own: Seq, returned: HeldPortion, account: &Account) {
    let taken = find_again(scribe, own, returned, account);
    if taken.is_positive() {
        let kind = (Kind::RedemptionRefund, Flags::default());
        let taken = HeldPortion {
            points: taken,
            ..returned
        };
        write_undone(scribe, own, kind, taken);
    }
    if taken < returned.points {
        let owed = owed(returned.wallet, returned.points - taken);
        scribe.write_portion(Kind::Debt, own, owed);
    }
}

/// How much of what the return gave back is still in its lot; what of it has run out since is put there
/// again.
fn find_again(scribe: &mut Scribe, own: Seq, returned: HeldPortion, account: &Account) -> Points {
    let there = returned.points.min(free(account, returned.lot));
    let found = account.lots.iter().find(|lot| lot.id == returned.lot);
    let lapsed = found.map_or(Points::ZERO, |lot| lot.lapsed);
    let points = (returned.points - there).min(lapsed);
    undo_expiry(scribe, own, returned.wallet, (returned.lot, points));
    there + points
}

fn owed(wallet: WalletNumber, points: Points) -> HeldPortion {
    HeldPortion {
        wallet,
        lot: 0,
        points,
    }
}

fn free(account: &Account, lot: LotId) -> Points {
    let found = account.lots.iter().find(|candidate| candidate.id == lot);
    found.map_or(Points::ZERO, |lot| lot.portion.free())
}
