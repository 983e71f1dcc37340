//! Points as coins: each is of one member and one lot, and lies in one place. No sum is kept anywhere but
//! of what a member owes, for which there are no coins.

use std::collections::BTreeMap;

pub const NEVER: i64 = 100_000;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    Free,
    Held(usize),
    Spent(usize),
    /// Dead, and written off.
    Lapsed,
    /// It paid what was owed.
    Repaid,
    Gone,
}

#[derive(Clone)]
struct Coin {
    member: usize,
    lot: i64,
    /// The second in which it was given, and its days.
    at: i64,
    from: i64,
    until: i64,
    place: Place,
}

/// One thing that happened to a member's points.
#[derive(Clone, Debug)]
pub enum Step {
    /// A coin of a lot was laid from a place to another.
    Laid(i64, Place, Place),
    /// So many are owed; below zero they are owed no more.
    Owed(i64),
}

#[derive(Clone, Default)]
pub struct Coins {
    coins: Vec<Coin>,
    lots: i64,
    /// What each member owes.
    pub debts: Vec<i64>,
    /// What has happened since somebody took this note away.
    pub noted: Vec<Step>,
}

type Order = (i64, i64, i64);

/// Within a lot, what is written off goes last.
fn spending(coin: &Coin) -> Order {
    (coin.until, coin.at, coin.lot * 2 + coin.written_off())
}

impl Coin {
    /// Free, or written off: on a day on which it lived it is there.
    fn is_there(&self) -> bool {
        matches!(self.place, Place::Free | Place::Lapsed)
    }

    fn written_off(&self) -> i64 {
        i64::from(self.place == Place::Lapsed)
    }
}

impl Coins {
    /// Puts new coins of a lot there. Returns the lot.
    pub fn strike(&mut self, count: i64, member: usize, at: i64, (from, until): (i64, i64)) -> i64 {
        self.lots += 1;
        let (lot, place) = (self.lots, Place::Free);
        for _ in 0..count {
            self.coins.push(Coin {
                member,
                lot,
                at,
                from,
                until,
                place,
            });
        }
        lot
    }

    /// Lays at most so many coins elsewhere, in an order. Returns how many were missing.
    fn lay(
        &mut self,
        most: i64,
        to: Place,
        order: fn(&Coin) -> Order,
        is: impl Fn(&Coin) -> bool,
    ) -> i64 {
        let mut coins: Vec<&mut Coin> = self.coins.iter_mut().filter(|coin| is(coin)).collect();
        coins.sort_by_key(|coin| order(coin));
        coins.truncate(usize::try_from(most).unwrap());
        for coin in &mut coins {
            self.noted.push(Step::Laid(coin.lot, coin.place, to));
            coin.place = to;
        }
        most - coins.len() as i64
    }

    /// What a member has free on a day; what is held for the sale `own` counts as free.
    pub fn free(&self, member: usize, day: i64, own: usize) -> i64 {
        let coins = self.coins.iter().filter(|coin| {
            let is_there = coin.is_there() || coin.place == Place::Held(own);
            is_there && coin.member == member && (coin.from..coin.until).contains(&day)
        });
        coins.count() as i64
    }

    /// A member's free coins, the one that dies first going first.
    pub fn take(&mut self, count: i64, member: usize, day: i64, to: Place) -> i64 {
        self.lay(count, to, spending, |coin| {
            let is_own = coin.is_there() && coin.member == member;
            is_own && (coin.from..coin.until).contains(&day)
        })
    }

    /// A member's newest free coins, be they for later.
    pub fn take_newest(&mut self, count: i64, member: usize, day: i64) -> i64 {
        let newest = |coin: &Coin| (-coin.from, -coin.lot, coin.written_off());
        self.lay(count, Place::Gone, newest, |coin| {
            coin.is_there() && coin.member == member && coin.until > day
        })
    }

    /// What is left of a lot, dead or not, what is not yet written off going first.
    pub fn take_lot(&mut self, count: i64, lot: i64, to: Place) -> i64 {
        let written_off_last = |coin: &Coin| (coin.written_off(), 0, 0);
        self.lay(count, to, written_off_last, |coin| {
            coin.lot == lot && coin.is_there()
        })
    }

    /// Coins of a lot from a place to another.
    pub fn pass(&mut self, count: i64, lot: i64, from: Place, to: Place) -> i64 {
        self.lay(count, to, spending, |coin| {
            coin.lot == lot && coin.place == from
        })
    }

    pub fn owe(&mut self, count: i64, member: usize) {
        self.debts[member] += count;
        self.noted.push(Step::Owed(count));
    }

    /// What was owed should not have been: what is still owed is owed no more, and what was repaid lies
    /// free again, the newest lot first.
    pub fn forgive(&mut self, count: i64, member: usize) {
        let still = count.min(self.debts[member]);
        self.owe(-still, member);
        let newest = |coin: &Coin| (-coin.lot, 0, 0);
        self.lay(count - still, Place::Free, newest, |coin| {
            coin.place == Place::Repaid && coin.member == member
        });
    }

    /// As if what was noted had never been, the last step first. A coin that lay free since then is
    /// sought in its lot; where it is gone, it is owed. Returns how many a sale had spent of these.
    pub fn undo(&mut self, steps: &[Step], member: usize) -> i64 {
        let mut spent_and_gone = 0;
        for step in steps.iter().rev() {
            match *step {
                Step::Owed(count) if count > 0 => self.forgive(count, member),
                Step::Owed(count) => self.owe(-count, member),
                Step::Laid(lot, from, Place::Free) => {
                    let gone = self.take_lot(1, lot, from);
                    self.owe(gone, member);
                    spent_and_gone += gone * i64::from(matches!(from, Place::Spent(_)));
                }
                Step::Laid(lot, from, to) => assert_eq!(self.pass(1, lot, to, from), 0),
            }
        }
        spent_and_gone
    }

    /// Coins that were held for a sale.
    pub fn take_held(&mut self, count: i64, sale: usize, to: Place) -> i64 {
        self.lay(count, to, spending, |coin| coin.place == Place::Held(sale))
    }

    /// Coins that a sale spent lie free again, the one that lives longest first.
    pub fn bring_back(&mut self, count: i64, sale: usize) {
        let longest = |coin: &Coin| (-coin.until, -coin.lot, 0);
        self.lay(count, Place::Free, longest, |coin| {
            coin.place == Place::Spent(sale)
        });
    }

    /// What is dead on a day and free is written off.
    pub fn write_off(&mut self, day: i64) {
        self.lay(i64::MAX, Place::Lapsed, spending, |coin| {
            coin.place == Place::Free && coin.until <= day
        });
    }

    /// First dead day, coins and how many of them are held, of each lot as it would be spent.
    pub fn lots(&self, member: usize, day: i64) -> Vec<Order> {
        let mut lots: BTreeMap<Order, Order> = BTreeMap::new();
        for coin in &self.coins {
            let held = i64::from(matches!(coin.place, Place::Held(_)));
            let is_there = held > 0 || coin.place == Place::Free;
            if coin.member == member && is_there && coin.until > day {
                let lot = lots.entry(spending(coin)).or_default();
                *lot = (coin.until, lot.1 + 1, lot.2 + held);
            }
        }
        lots.into_values().collect()
    }
}
