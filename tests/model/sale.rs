//! One sale of the reference: what was paid, and what has come back.

use crate::asks::{Bill, Goods, State};
use crate::returns::Back;

#[derive(Clone, Default)]
pub struct Sale {
    pub bill: Bill,
    pub spent: i64,
    pub state: State,
    /// The bill it began with: whose it was, and what it would have spent.
    pub authorised_for: Option<usize>,
    pub spent_at_first: i64,
    /// What came back: pieces, what was paid for them, what was given for them, spent points.
    pub gone: i64,
    pub net: i64,
    pub given: i64,
    pub returned: i64,
    /// Spent points that were not there, and are not forgiven.
    pub owed: i64,
    /// The second in which its hold runs out.
    pub until: i64,
    pub lot: i64,
    pub is_claimed: bool,
    /// What came back in its cart.
    pub returns: Vec<Back>,
}

/// 10.000 d give a point, half up.
pub fn earned(paid: i64) -> i64 {
    (paid.max(0) + 5_000) / 10_000
}

impl Sale {
    pub fn paid(&self) -> i64 {
        self.bill.total - self.spent * 1_000
    }

    /// Whether nothing more came back of it and nobody claimed it since it was like this.
    pub fn is_still(&self, then: &Self) -> bool {
        let stand = |sale: &Self| (sale.state, sale.gone, sale.net, sale.given, sale.is_claimed);
        stand(self) == stand(then)
    }

    /// What is paid for what is kept.
    pub fn kept(&self) -> i64 {
        self.paid() - self.net
    }

    /// Takes goods back; nothing where that is more than was sold.
    pub fn take(&mut self, goods: &Goods) -> Option<()> {
        let (paid, all) = (self.paid(), self.bill.quantity);
        let (gone, net, given) = match *goods {
            Goods::All | Goods::Undone => (all, paid, paid.min(self.given + self.kept())),
            Goods::Money(money) => {
                let left = self.kept().min(paid - self.given);
                (money <= left).then_some((self.gone, self.net + money, self.given + money))?
            }
            Goods::Pieces(pieces, amount) => {
                let gone = self.gone + pieces;
                let more = paid * gone / all - paid * self.gone / all;
                let net = match gone == all {
                    true => paid,
                    false => paid.min(self.net + more),
                };
                let share = (net - self.net).min(paid - self.given);
                let given = self.given + amount.unwrap_or(share);
                let fits = gone <= all && given <= paid;
                fits.then_some((gone, net, given))?
            }
        };
        (self.gone, self.net, self.given) = (gone, net, given);
        // Points come back with the money they stood for.
        self.returned = match paid {
            _ if (gone, net) == (all, paid) => self.spent,
            0 => self.spent * gone / all,
            _ => self.returned.max(self.spent * net / paid),
        };
        if (gone, net) == (all, paid) {
            self.state = State::Refunded;
        }
        Some(())
    }
}
