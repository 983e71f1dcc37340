//! What came back in the cart of a sale, and how it is undone with that sale.

use crate::asks::{Answer, Bill};
use crate::coins::Step;
use crate::reference::Reference;
use crate::sale::Sale;

/// Goods that came back in a cart, and what that did.
#[derive(Clone)]
pub struct Back {
    /// Their sale, as it was before and after.
    pub of: Option<(usize, Sale, Sale)>,
    pub member: Option<usize>,
    pub steps: Vec<Step>,
}

impl Reference {
    /// Goods without their sale cost what they would earn.
    pub fn refund_unlinked(&mut self, bill: &Bill, amount: i64) -> Answer {
        let Some(member) = bill.member else {
            return Answer::Moved(0, 0);
        };
        let worth = amount / 10_000;
        let owed = self.coins.take_newest(worth, member, bill.day);
        self.coins.owe(owed, member);
        Answer::Moved(worth, owed)
    }

    /// Notes what came back, with what it did to the coins.
    pub fn note(&mut self, member: Option<usize>, of: Option<(usize, Sale, Sale)>) {
        let steps = std::mem::take(&mut self.coins.noted);
        self.returns.push(Back { of, member, steps });
    }

    /// Goods that came back in the cart of a sale that should never have been are sold again, the last
    /// first; not where more came back of their sale since, or somebody claimed it.
    pub fn undo_returns(&mut self, at: usize) -> Result<(), Answer> {
        for Back { of, member, steps } in self.sales[at].returns.clone().into_iter().rev() {
            let gone = member.map_or(0, |member| self.coins.undo(&steps, member));
            let Some((of, before, after)) = of else {
                continue;
            };
            if !self.sales[of].is_still(&after) {
                return Err(Answer::Refused);
            }
            // Points that it spent, and that are not there to be spent again, it owes.
            let owed = self.sales[of].owed + before.owed - after.owed + gone;
            self.sales[of] = Sale { owed, ..before };
        }
        Ok(())
    }
}
