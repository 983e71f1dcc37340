//! What a till must answer, reckoned coin by coin from what was asked and nothing else. At most 300
//! lines, so that it can be believed by reading it; it rests on `coins.rs`, `sale.rs` and `returns.rs`, and
//! the four together are 517 lines of code.
//!
//! The programme: 10.000 d give a point, half up, of what is paid after points; a point pays 1.000 d
//! and is dead on the third day after its sale.

use std::collections::BTreeMap;

use crate::asks::{Adjust, Answer, Ask, Bill, Goods, State};
use crate::coins::{Coins, NEVER, Place};
use crate::returns::Back;
use crate::sale::{Sale, earned};

pub const LIFE_DAYS: i64 = 3;
pub const CLAIM_DAYS: i64 = 1;
/// What a cashier may do alone: money for goods of a known sale, of an unknown one, points by hand.
pub const ALONE: [i64; 3] = [150_000, 60_000, 20];
const NO_SALE: usize = usize::MAX;

#[derive(Clone, Default)]
pub struct Reference {
    /// Seconds and days since the morning on which it begins.
    pub now: i64,
    pub today: i64,
    /// Nothing is rung up for a day before this.
    pub opened: i64,
    pub members: Vec<u64>,
    pub sales: Vec<Sale>,
    pub coins: Coins,
    pub done: BTreeMap<String, (Ask, Answer)>,
    /// What came back in the bill that is being made final.
    pub returns: Vec<Back>,
}

/// An answer, and the money or points for which a supervisor may have to be asked.
type Decided = Result<(Answer, i64), Answer>;

impl Reference {
    /// A member who begins with points, as those of a training do.
    pub fn begin_with(&mut self, phone: u64, points: i64) {
        self.members.push(phone);
        self.coins.debts.push(0);
        self.give(self.members.len() - 1, points, (-1, NEVER));
    }

    /// Holds end by the clock before anything else happens.
    pub fn end_holds(&mut self) {
        for (at, sale) in self.sales.iter_mut().enumerate() {
            if sale.state == State::Held && sale.until <= self.now {
                sale.state = State::Expired;
                self.coins.take_held(i64::MAX, at, Place::Free);
            }
        }
    }

    /// Asks once. The second value says whether it was answered before; nothing is a conflict.
    pub fn ask(&mut self, id: &str, ask: &Ask, is_approved: bool) -> Option<(Answer, bool)> {
        if let Some((before, answer)) = self.done.get(id)
            && (before != ask || *answer != Answer::NeedsApproval || !is_approved)
        {
            return (before == ask).then(|| (answer.clone(), true));
        }
        self.end_holds();
        self.coins.noted.clear();
        let mut then = self.clone();
        let answer = match then.decide(ask) {
            Ok((_, found)) if found.abs() > ALONE[ask.ceiling()] && !is_approved => {
                Answer::NeedsApproval
            }
            Ok((answer, _)) => {
                *self = then;
                answer
            }
            Err(refusal) => refusal,
        };
        self.done.insert(id.into(), (ask.clone(), answer.clone()));
        Some((answer, false))
    }

    fn decide(&mut self, ask: &Ask) -> Decided {
        match ask {
            Ask::Enrol { phone } if self.members.contains(phone) => Err(Answer::Settled),
            Ask::Enrol { phone } => {
                self.begin_with(*phone, 0);
                Ok((Answer::Member(self.members.len() - 1), 0))
            }
            Ask::Sell { bill, hold } => self.sell(bill, *hold),
            Ask::Commit { sale, changed } => self.commit(*sale, changed.as_ref()),
            Ask::Void { sale } => {
                self.must_be_open(*sale)?;
                self.sales[*sale].state = State::Voided;
                self.coins.take_held(i64::MAX, *sale, Place::Free);
                Ok((Answer::Sale(*sale), 0))
            }
            Ask::Claim { sale, member, day } => self.claim(*sale, *member, *day),
            Ask::Refund { sale, goods, .. } => self.refund(*sale, goods),
            Ask::Unlinked(bill) => Ok((self.refund_unlinked(bill, bill.total), bill.total)),
            Ask::Adjust(adjust) => Ok((self.adjust(adjust), adjust.points)),
        }
    }

    fn adjust(&mut self, adjust: &Adjust) -> Answer {
        let (member, points, day) = (adjust.member, adjust.points, adjust.day);
        if points > 0 {
            let until = adjust.until.unwrap_or(day + LIFE_DAYS);
            self.give(member, points, (day, until));
            return Answer::Moved(points, 0);
        }
        if !adjust.may_owe && self.spendable(Some(member), day, NO_SALE) < -points {
            return Answer::Refused;
        }
        let owed = self.coins.take(-points, member, day, Place::Gone);
        self.coins.owe(owed, member);
        Answer::Moved(points + owed, owed)
    }

    /// Gives points, of which what is owed is paid first. Returns the lot.
    fn give(&mut self, member: usize, points: i64, days: (i64, i64)) -> i64 {
        let lot = self.coins.strike(points, member, self.now, days);
        let repaid = points.min(self.coins.debts[member]);
        self.coins.pass(repaid, lot, Place::Free, Place::Repaid);
        self.coins.owe(-repaid, member);
        lot
    }

    fn spendable(&self, member: Option<usize>, day: i64, own: usize) -> i64 {
        let less_debt = |member| self.coins.free(member, day, own) - self.coins.debts[member];
        member.map_or(0, less_debt).max(0)
    }

    /// Points a bill spends: what is wanted, there now and still once its goods are back, and not
    /// more than the bill. Then what ceilings count of these goods, and the ledger once they are back.
    fn spends(
        &self,
        bill: &Bill,
        own: usize,
        may_refuse: bool,
    ) -> Result<(i64, i64, Self), Answer> {
        let mut then = self.clone();
        let asked = then.take_back(bill, may_refuse)?;
        let there = [self, &then].map(|ledger| ledger.spendable(bill.member, bill.day, own));
        let payable = (bill.total - bill.given()).max(0) / 1_000;
        let spent = bill.wanted.min(there[0]).min(there[1]).min(payable);
        Ok((spent, asked, then))
    }

    fn sell(&mut self, bill: &Bill, hold: Option<i64>) -> Decided {
        let (spent, asked, mut then) = self.spends(bill, NO_SALE, true)?;
        let at = self.sales.len();
        let sale = Sale {
            bill: bill.clone(),
            spent,
            authorised_for: bill.member,
            spent_at_first: spent,
            until: self.now + hold.unwrap_or(0),
            ..Sale::default()
        };
        if hold.is_none() {
            then.sales.push(sale);
            *self = then;
            return Ok((self.post(at), asked));
        }
        self.sales.push(sale);
        if let Some(member) = bill.member {
            self.coins.take(spent, member, bill.day, Place::Held(at));
        }
        Ok((Answer::Sale(at), asked))
    }

    /// Spends what is held, then what is free, then what is not there; gives what is earned.
    fn post(&mut self, at: usize) -> Answer {
        let (bill, spent) = (self.sales[at].bill.clone(), self.sales[at].spent);
        self.sales[at].state = State::Committed;
        self.sales[at].returns = std::mem::take(&mut self.returns);
        if let Some(member) = bill.member {
            let left = self.coins.take_held(spent, at, Place::Spent(at));
            self.coins.take_held(i64::MAX, at, Place::Free);
            let owed = self.coins.take(left, member, bill.day, Place::Spent(at));
            self.coins.owe(owed, member);
            let points = earned(self.sales[at].kept());
            let lot = self.give(member, points, (bill.day, bill.day + LIFE_DAYS));
            (self.sales[at].owed, self.sales[at].lot) = (owed, lot);
        }
        Answer::Sale(at)
    }

    fn must_be_final(&self, at: usize) -> Result<(), Answer> {
        match self.sales[at].state {
            State::Committed => Ok(()),
            State::Held | State::Expired => Err(Answer::Refused),
            State::Voided | State::Refunded => Err(Answer::Settled),
        }
    }

    fn must_be_open(&self, at: usize) -> Result<(), Answer> {
        match self.must_be_final(at) {
            Err(Answer::Refused) => Ok(()),
            _ => Err(Answer::Settled),
        }
    }

    fn commit(&mut self, at: usize, changed: Option<&Bill>) -> Decided {
        self.must_be_open(at)?;
        let bill = self.sales[at].bill.clone();
        // An unchanged cart posts what was authorised, whatever has happened since.
        match changed.filter(|changed| **changed != bill) {
            None => drop(self.take_back(&bill, false)?),
            Some(changed) => {
                let (spent, _, then) = self.spends(changed, at, false)?;
                *self = then;
                (self.sales[at].bill, self.sales[at].spent) = (changed.clone(), spent);
            }
        }
        Ok((self.post(at), 0))
    }

    fn claim(&mut self, at: usize, member: usize, day: i64) -> Decided {
        self.must_be_final(at)?;
        let (sold_on, kept) = (self.sales[at].bill.day, self.sales[at].kept());
        let bill = &self.sales[at].bill;
        let is_unknown = |back: &Back| back.of.is_none();
        if self.sales[at].is_claimed {
            return Err(Answer::Settled);
        } else if bill.member.is_some() || self.sales[at].returns.iter().any(is_unknown) {
            return Err(Answer::Refused);
        } else if day > sold_on + CLAIM_DAYS {
            return Err(Answer::TooLate);
        }
        let lot = self.give(member, earned(kept), (day, sold_on + LIFE_DAYS));
        let sale = &mut self.sales[at];
        (sale.bill.member, sale.is_claimed, sale.lot) = (Some(member), true, lot);
        Ok((Answer::Sale(at), 0))
    }

    /// What comes back in a bill. Once it is paid nothing is refused: goods whose sale has no room
    /// for them are goods without one.
    fn take_back(&mut self, bill: &Bill, may_refuse: bool) -> Result<i64, Answer> {
        let Some(back) = &bill.back else {
            return Ok(0);
        };
        let mut asked = 0;
        let (mut fits, mut money) = (back.pieces, back.amount);
        match back.of.map(|of| &self.sales[of]) {
            Some(_) if may_refuse => {}
            Some(sale) if sale.state == State::Committed && sale.gone < sale.bill.quantity => {
                fits = fits.min(sale.bill.quantity - sale.gone);
                money = (money * fits / back.pieces).min((sale.paid() - sale.given).max(0));
            }
            _ => (fits, money) = (0, 0),
        }
        if fits > 0 {
            let of = back.of.expect("it fits into its sale");
            let before = self.sales[of].clone();
            self.coins.noted.clear();
            asked += self.refund(of, &Goods::Pieces(fits, Some(money)))?.1;
            let member = before.bill.member;
            self.note(member, Some((of, before, self.sales[of].clone())));
        }
        if (fits, money) != (back.pieces, back.amount) {
            self.coins.noted.clear();
            self.refund_unlinked(bill, back.amount - money);
            self.note(bill.member, None);
            asked += back.amount - money;
        }
        Ok(asked)
    }

    fn refund(&mut self, at: usize, goods: &Goods) -> Decided {
        self.must_be_final(at)?;
        let before = self.sales[at].clone();
        let sale = &mut self.sales[at];
        sale.take(goods).ok_or(Answer::Refused)?;
        let taken = earned(before.kept()) - earned(sale.kept());
        // A ceiling counts all returns of a sale together, money and the worth of points.
        let (lot, asked) = (sale.lot, sale.given + sale.returned * 1_000);
        let points = sale.returned - before.returned;
        // What was owed for the sale is forgiven first.
        let owed = points.min(sale.owed);
        sale.owed -= owed;
        if let Some(member) = before.bill.member {
            self.coins.forgive(owed, member);
            self.coins.bring_back(points - owed, at);
            let missing = self.coins.take_lot(taken, lot, Place::Gone);
            self.coins.owe(missing, member);
            if *goods == Goods::Undone {
                // What these points repaid is owed again already.
                self.coins.pass(missing, lot, Place::Repaid, Place::Gone);
            }
        }
        if *goods == Goods::Undone {
            self.undo_returns(at)?;
        }
        Ok((Answer::Sale(at), asked))
    }
}
