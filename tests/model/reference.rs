//! A ledger of a few sums: what a till must answer, reckoned from what was asked and nothing else.
//!
//! The programme: 10.000 d give a point, half up, of what is paid after points; a point pays 1.000 d;
//! points never expire. So a member's account is one number that may fall below zero, a debt.

use std::collections::BTreeMap;

/// Where a sale stands, by the numbers of the C header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Held = 1,
    Committed = 2,
    Voided = 3,
    Expired = 4,
    Refunded = 5,
}

#[derive(Clone, Debug)]
pub struct Sale {
    pub bill: Bill,
    pub spent: i64,
    /// Of whom, and what it would have spent by, the bill it began with.
    pub authorised_for: Option<usize>,
    pub spent_at_first: i64,
    is_claimed: bool,
    pub state: State,
    /// When its hold runs out, in seconds.
    until: i64,
    /// Goods and money that came back.
    gone: i64,
    given: i64,
    taken_back: i64,
    returned: i64,
}

/// How a call must end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Sale(usize),
    Member(usize),
    Refused,
    Settled,
}

/// What is asked; sales and members by their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    Enrol { phone: u64 },
    Record(Bill),
    Authorise { bill: Bill, seconds: i64 },
    Commit { sale: usize, changed: Option<Bill> },
    Void { sale: usize },
    Claim { sale: usize, member: usize },
    RefundAll { sale: usize },
    RefundGoods { sale: usize, quantity: i64 },
    RefundMoney { sale: usize, amount: i64 },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    pub member: Option<usize>,
    pub quantity: i64,
    pub total: i64,
    pub wanted: i64,
}

#[derive(Default)]
pub struct Reference {
    pub now: i64,
    pub members: Vec<u64>,
    pub sales: Vec<Sale>,
    /// Points by member; below zero is owed.
    points: Vec<i64>,
    done: BTreeMap<String, (Ask, Answer)>,
}

fn earned(paid: i64) -> i64 {
    // Half up; nothing is earned on nothing.
    (paid.max(0) + 5_000) / 10_000
}

impl Reference {
    /// Known, spendable and held points of a member.
    pub fn balance(&self, member: usize) -> (i64, i64, i64) {
        (
            self.points[member],
            self.spendable(member),
            self.held(member),
        )
    }

    fn held(&self, member: usize) -> i64 {
        self.sales
            .iter()
            .filter(|sale| sale.bill.member == Some(member) && sale.state == State::Held)
            .map(|sale| sale.spent)
            .sum()
    }

    /// What a member can spend now.
    pub fn spendable(&self, member: usize) -> i64 {
        (self.points[member] - self.held(member)).max(0)
    }

    /// Holds end by the clock before anything else happens.
    pub fn end_holds(&mut self) {
        for sale in &mut self.sales {
            if sale.state == State::Held && sale.until <= self.now {
                sale.state = State::Expired;
            }
        }
    }

    /// Asks once. The second value says whether it was answered before; nothing is a conflict.
    pub fn ask(&mut self, id: &str, ask: &Ask) -> Option<(Answer, bool)> {
        if let Some((before, answer)) = self.done.get(id) {
            return (before == ask).then(|| (answer.clone(), true));
        }
        self.end_holds();
        let answer = self.decide(ask);
        self.done
            .insert(id.to_owned(), (ask.clone(), answer.clone()));
        Some((answer, false))
    }

    fn decide(&mut self, ask: &Ask) -> Answer {
        match ask {
            Ask::Enrol { phone } => {
                if self.members.contains(phone) {
                    return Answer::Refused;
                }
                self.members.push(*phone);
                self.points.push(0);
                Answer::Member(self.members.len() - 1)
            }
            Ask::Record(bill) => {
                let spent = self.spends(bill, 0);
                let sale = self.begin(bill, spent, State::Committed, 0);
                self.post(sale);
                Answer::Sale(sale)
            }
            Ask::Authorise { bill, seconds } => {
                let spent = self.spends(bill, 0);
                Answer::Sale(self.begin(bill, spent, State::Held, self.now + seconds))
            }
            Ask::Commit { sale, changed } => self.commit(*sale, changed.as_ref()),
            Ask::Void { sale } => match self.sales[*sale].state {
                State::Held | State::Expired => {
                    self.sales[*sale].state = State::Voided;
                    Answer::Sale(*sale)
                }
                _ => Answer::Settled,
            },
            Ask::Claim { sale, member } => self.claim(*sale, *member),
            Ask::RefundAll { sale } => self.refund(*sale, |sale| {
                sale.gone = sale.bill.quantity;
                sale.given = sale.paid();
                true
            }),
            Ask::RefundGoods { sale, quantity } => {
                let quantity = *quantity;
                self.refund(*sale, move |sale| sale.take_goods(quantity))
            }
            Ask::RefundMoney { sale, amount } => {
                let amount = *amount;
                self.refund(*sale, move |sale| {
                    let fits = sale.given + amount <= sale.paid();
                    sale.given += if fits { amount } else { 0 };
                    fits
                })
            }
        }
    }

    /// Points a bill spends: what is wanted, there, and not more than the bill.
    fn spends(&self, bill: &Bill, reserved: i64) -> i64 {
        let Some(member) = bill.member else { return 0 };
        let spendable = (self.points[member] - self.held(member) + reserved).max(0);
        bill.wanted.min(spendable).min(bill.total / 1_000)
    }

    fn begin(&mut self, bill: &Bill, spent: i64, state: State, until: i64) -> usize {
        self.sales.push(Sale {
            bill: bill.clone(),
            spent,
            authorised_for: bill.member,
            spent_at_first: spent,
            is_claimed: false,
            state,
            until,
            gone: 0,
            given: 0,
            taken_back: 0,
            returned: 0,
        });
        self.sales.len() - 1
    }

    fn post(&mut self, sale: usize) {
        let sale = &mut self.sales[sale];
        sale.state = State::Committed;
        if let Some(member) = sale.bill.member {
            self.points[member] += earned(sale.paid()) - sale.spent;
        }
    }

    fn commit(&mut self, at: usize, changed: Option<&Bill>) -> Answer {
        let state = self.sales[at].state;
        if !matches!(state, State::Held | State::Expired) {
            return Answer::Settled;
        }
        // An unchanged cart posts what was authorised, whatever has happened since.
        if let Some(bill) = changed.filter(|bill| **bill != self.sales[at].bill) {
            let reserved = match state {
                State::Held => self.sales[at].spent,
                _ => 0,
            };
            let spent = self.spends(bill, reserved);
            let sale = &mut self.sales[at];
            (sale.bill, sale.spent) = (bill.clone(), spent);
        }
        self.post(at);
        Answer::Sale(at)
    }

    fn claim(&mut self, at: usize, member: usize) -> Answer {
        let sale = &mut self.sales[at];
        match sale.state {
            State::Committed if sale.is_claimed => return Answer::Settled,
            State::Voided | State::Refunded => return Answer::Settled,
            State::Committed if sale.bill.member.is_none() => {}
            _ => return Answer::Refused,
        }
        (sale.bill.member, sale.is_claimed) = (Some(member), true);
        self.points[member] += earned(sale.paid()) - sale.taken_back;
        Answer::Sale(at)
    }

    fn refund(&mut self, at: usize, take: impl FnOnce(&mut Sale) -> bool) -> Answer {
        let mut sale = self.sales[at].clone();
        match sale.state {
            State::Committed => {}
            State::Held | State::Expired => return Answer::Refused,
            State::Voided | State::Refunded => return Answer::Settled,
        }
        if !take(&mut sale) {
            return Answer::Refused;
        }
        let is_whole = sale.gone == sale.bill.quantity && sale.given == sale.paid();
        let taken_back = earned(sale.paid()) - earned(sale.paid() - sale.given);
        // What is paid in points goes back with the goods it paid for.
        let returned = match is_whole {
            true => sale.spent,
            false => sale.spent * sale.discount_gone() / (sale.spent * 1_000).max(1),
        };
        sale.taken_back = taken_back.max(sale.taken_back);
        sale.returned = returned.max(sale.returned);
        if is_whole {
            sale.taken_back = earned(sale.paid());
            sale.state = State::Refunded;
        }
        let before = std::mem::replace(&mut self.sales[at], sale);
        let after = &self.sales[at];
        if let Some(member) = after.bill.member {
            self.points[member] += after.returned - before.returned;
            self.points[member] -= after.taken_back - before.taken_back;
        }
        Answer::Sale(at)
    }
}

impl Sale {
    fn paid(&self) -> i64 {
        self.bill.total - self.spent * 1_000
    }

    /// Of the money that points paid, what has gone back.
    fn discount_gone(&self) -> i64 {
        match self.paid() {
            0 => self.spent * 1_000 * self.gone / self.bill.quantity,
            paid => self.spent * 1_000 * self.given / paid,
        }
    }

    fn take_goods(&mut self, quantity: i64) -> bool {
        if self.gone + quantity > self.bill.quantity {
            return false;
        }
        let share = |gone: i64| self.paid() * gone / self.bill.quantity;
        let gained = share(self.gone + quantity) - share(self.gone);
        self.gone += quantity;
        self.given = match self.gone == self.bill.quantity {
            true => self.paid(),
            false => (self.given + gained).min(self.paid()),
        };
        true
    }
}
