//! A member's account: the lots and the debt in one wallet, and what they amount to on a day.

use super::few::Few;

use minicbor::{Decode, Encode};
use serde::Serialize;

use super::amounts::Points;
use super::calendar::BusinessDate;
use super::lots::{self, Lot, LotId};

/// Everything a writer knows of one member in one wallet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Lots of which this writer holds a portion with something left in it.
    pub lots: Vec<Lot>,
    /// Points owed: spent or taken back when they were no longer there. Never a negative lot.
    pub debt: Points,
    /// Where it was asked for: how much debt was repaid out of each lot, less what went back into it
    /// because the debt was forgiven afterwards.
    pub repaid: Few<LotId, Points>,
}

/// A balance as it is told to people. All in the wallet's smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "balance"))]
#[cbor(array)]
pub struct Balance {
    /// All points that count as the member's, less what is owed. May be below zero.
    #[n(0)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub known: Points,
    /// Can be spent here, now: what is free in the lots less what is owed, never below zero.
    #[n(1)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub spendable: Points,
    /// Reserved by sales that are authorised and not yet committed.
    #[n(2)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub held: Points,
    /// Awarded, but not to be spent before a later date.
    #[n(3)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub pending: Points,
    /// Owed; the next awards repay it first.
    #[n(4)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub debt: Points,
}

impl Account {
    /// The balance on a business date. Points past their date do not count, whether or not the
    /// expiry has been written yet; those that are written off since and were alive on the date do.
    pub fn balance(&self, on: BusinessDate) -> Balance {
        let mut balance = Balance {
            // Who owes points does not spend others meanwhile.
            spendable: (lots::spendable(&self.lots, on) - self.debt).max(Points::ZERO),
            debt: self.debt,
            known: -self.debt,
            ..Balance::default()
        };
        for lot in self.lots.iter().filter(|lot| !lot.is_expired(on)) {
            balance.known += lot.left_on(on);
            balance.held += lot.portion.held;
            if lot.is_pending(on) {
                balance.pending += lot.free_on(on);
            }
        }
        balance
    }
}

#[cfg(test)]
mod tests {
    use super::super::calendar::Instant;
    use super::super::lots::Portion;
    use super::*;

    #[test]
    fn every_point_stands_in_one_column() {
        let day = |number| BusinessDate::from_yyyymmdd(number).expect("a date");
        let lot = |id, points, from, until: Option<i64>, held| Lot {
            id,
            awarded_at: Instant::from_ms(0),
            available_from: day(from),
            expires_on: until.map(day),
            portion: Portion {
                earned: Points::new(points),
                held: Points::new(held),
                ..Portion::default()
            },
            lapsed: Points::ZERO,
        };
        let account = Account {
            lots: vec![
                lot(1, 10, 20_260_101, None, 4),
                lot(2, 7, 20_270_101, None, 0),
                lot(3, 100, 20_260_101, Some(20_260_601), 0),
            ],
            debt: Points::new(2),
            ..Account::default()
        };
        let balance = account.balance(day(20_261_122));
        assert_eq!(balance.spendable, Points::new(6 - 2));
        assert_eq!(balance.held, Points::new(4));
        assert_eq!(balance.pending, Points::new(7));
        assert_eq!(balance.debt, Points::new(2));
        assert_eq!(balance.known, Points::new(10 + 7 - 2));
    }
}
