//! What may be asked next: anything, in any order, and often just at the edge.

use crate::asks::{Adjust, Ask, Back, Bill, Goods};
use crate::dice::Dice;
use crate::reference::Reference;

impl Dice {
    fn place(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).expect("small")
    }

    fn between(&mut self, first: i64, last: i64) -> i64 {
        first + i64::try_from(self.below((last - first + 1) as u64)).expect("small")
    }

    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// A number of Hanoi's first till, by the place of the phone among those that enrol.
pub fn phone(number: u64) -> String {
    format!("091234567{number}")
}

/// Today, or an earlier day: a till that was off rings up late, be that day closed or not.
fn day(dice: &mut Dice, known: &Reference) -> i64 {
    let late = if dice.once_in(4) {
        dice.between(1, 3)
    } else {
        0
    };
    (known.today - late).max(known.opened)
}

fn bill(dice: &mut Dice, known: &Reference) -> Bill {
    let members = known.members.len();
    let member = (members > 0 && !dice.once_in(8)).then(|| dice.place(members));
    let total = 1_000 * dice.between(0, 399);
    let wanted = if dice.once_in(2) {
        dice.between(1, 49)
    } else {
        0
    };
    let back = dice.once_in(4).then(|| back(dice, known));
    // Nothing comes back before it is sold.
    let of = back.as_ref().and_then(|back| back.of);
    let sold_on = of.map_or(0, |of| known.sales[of].bill.day);
    let day = day(dice, known).max(sold_on);
    Bill {
        member,
        quantity: dice.between(1, 3),
        // Half a point is where the rounding turns: often exactly there.
        total: if dice.once_in(3) {
            total / 5_000 * 5_000
        } else {
            total
        },
        wanted: if member.is_some() { wanted } else { 0 },
        back,
        day,
    }
}

fn back(dice: &mut Dice, known: &Reference) -> Back {
    let sales = known.sales.len();
    Back {
        of: (sales > 0 && !dice.once_in(4)).then(|| dice.place(sales)),
        pieces: dice.between(1, 2),
        amount: 1_000 * dice.between(0, 79),
    }
}

fn adjust(dice: &mut Dice, known: &Reference) -> Ask {
    let day = day(dice, known);
    let points = dice.between(1, 30);
    let is_given = dice.once_in(2);
    Ask::Adjust(Adjust {
        member: dice.place(known.members.len()),
        points: if is_given { points } else { -points },
        may_owe: dice.once_in(2),
        until: (is_given && dice.once_in(2)).then(|| day + dice.between(1, 5)),
        day,
    })
}

/// A question that makes sense to ask now; the answer may well be no.
pub fn ask(dice: &mut Dice, known: &Reference) -> Ask {
    if known.members.is_empty() {
        return Ask::Enrol { phone: 0 };
    }
    if known.sales.is_empty() || known.members.len() < 2 || dice.once_in(2) {
        return match dice.below(11) {
            0 => Ask::Enrol {
                phone: dice.below(6),
            },
            1..=4 => Ask::Sell {
                bill: bill(dice, known),
                hold: None,
            },
            5..=7 => Ask::Sell {
                bill: bill(dice, known),
                hold: Some(dice.between(1, 2_000)),
            },
            8 => Ask::Unlinked(Bill {
                wanted: 0,
                back: None,
                ..bill(dice, known)
            }),
            _ => adjust(dice, known),
        };
    }
    about_a_sale(dice, known)
}

fn about_a_sale(dice: &mut Dice, known: &Reference) -> Ask {
    let (sale, day) = (dice.place(known.sales.len()), known.today);
    let goods = match dice.below(10) {
        0 | 1 => {
            return Ask::Commit {
                sale,
                changed: None,
            };
        }
        2 | 3 => {
            // A member may be added, not changed.
            let bill = bill(dice, known);
            let member = known.sales[sale].authorised_for.or(bill.member);
            let wanted = if member.is_some() { bill.wanted } else { 0 };
            let changed = Some(Bill {
                member,
                wanted,
                ..bill
            });
            return Ask::Commit { sale, changed };
        }
        4 => return Ask::Void { sale },
        5 => {
            return Ask::Claim {
                sale,
                member: dice.place(known.members.len()),
                day,
            };
        }
        6 => Goods::All,
        7 => {
            // Often a whole exchange is undone, and often when nothing or little has happened since.
            let is_exchange = |sale: &usize| !known.sales[*sale].returns.is_empty();
            let newest = (0..known.sales.len()).rev().filter(is_exchange);
            let exchange = newest.take(3).find(|_| dice.once_in(2));
            let (sale, goods) = (exchange.unwrap_or(sale), Goods::Undone);
            return Ask::Refund { sale, goods, day };
        }
        8 => Goods::Money(1_000 * dice.between(1, 60)),
        _ => {
            let amount = dice.once_in(3).then(|| 1_000 * dice.between(0, 60));
            Goods::Pieces(dice.between(1, 2), amount)
        }
    };
    Ask::Refund { sale, goods, day }
}
