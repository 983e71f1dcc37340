//! Control totals of a business date: how many entries of each kind, with how many points and how
//! much money. Day close writes them into the chain; batches and reports compare them.

use crate::kernel::Few;

use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::Encoder;

use super::chain::Hash;
use super::entry::{Entry, Kind};
use crate::kernel::{Money, Points, WalletNumber};

/// Count and sums of one kind of entry in one wallet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// How many entries.
    pub count: u64,
    /// Their points, less those of entries that undo others.
    pub points: Points,
    /// Their money, less that of entries that undo others.
    pub amount: Money,
}

/// Totals by wallet (0 where no points move) and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals(pub Few<(WalletNumber, Kind), Total>);

impl Totals {
    /// Counts an entry in. A movement of a reserved portion is not counted: it belongs to the sale,
    /// hold or void that it stands beside. Nor is bookkeeping, which is no business of the day. A sum
    /// that no number holds, of a thousand sales of 9e15, stays at the largest: a day can be closed.
    pub fn add(&mut self, entry: &Entry) {
        let beside = matches!(
            entry.kind,
            Kind::Hold | Kind::HoldExpired | Kind::Commit | Kind::Void
        ) && entry.is_portion();
        let is_bookkeeping = matches!(
            entry.kind,
            Kind::Epoch | Kind::ProgrammeInstalled | Kind::DayClosed | Kind::Synced | Kind::Clock
        );
        if beside || is_bookkeeping {
            return;
        }
        let total = self.0.entry((entry.wallet, entry.kind)).or_default();
        total.count += 1;
        let add = |sum: i64, number: i64| sum.saturating_add(entry.sign() * number);
        total.points = Points::new(add(total.points.get(), entry.points.get()));
        total.amount = Money::new(add(total.amount.get(), entry.amount.get()));
    }

    /// The total of a kind in a wallet; nothing if there was none.
    pub fn get(&self, wallet: WalletNumber, kind: Kind) -> Total {
        self.0.get(&(wallet, kind)).copied().unwrap_or_default()
    }

    /// The payload of a day-closed entry: the totals and the side chain's head at that moment.
    pub fn to_payload(&self, side_head: &Hash) -> Vec<u8> {
        let mut e = Encoder::new(Vec::new());
        let expect = "writing to memory does not fail";
        e.array(2).and_then(|e| e.bytes(side_head)).expect(expect);
        e.array(u64::try_from(self.0.len()).expect("a count fits"))
            .expect(expect);
        for (&(wallet, kind), total) in &self.0 {
            e.array(5).expect(expect);
            e.u8(wallet)
                .and_then(|e| e.u8(kind.number()))
                .expect(expect);
            e.u64(total.count).expect(expect);
            e.i64(total.points.get())
                .and_then(|e| e.i64(total.amount.get()))
                .expect(expect);
        }
        e.into_writer()
    }

    /// Reads [`Totals::to_payload`] back.
    pub fn from_payload(bytes: &[u8]) -> Result<(Self, Hash), DecodeError> {
        let mut d = Decoder::new(bytes);
        d.array()?;
        let side_head = Hash::try_from(d.bytes()?).map_err(DecodeError::custom)?;
        let rows = d.array()?.unwrap_or(0);
        let mut totals = Self::default();
        for _ in 0..rows {
            d.array()?;
            let wallet = d.u8()?;
            let kind = Kind::from_number(d.u8()?)
                .ok_or_else(|| DecodeError::message("a kind this version does not know"))?;
            let count = d.u64()?;
            let (points, amount) = (Points::new(d.i64()?), Money::new(d.i64()?));
            totals.0.insert(
                (wallet, kind),
                Total {
                    count,
                    points,
                    amount,
                },
            );
        }
        Ok((totals, side_head))
    }
}

#[cfg(test)]
mod tests {
    use super::super::decide::tests::{accounts, facts, give, spend};
    use super::super::decide::{SaleFacts, authorise, post};
    use super::super::entry::Flags;
    use super::*;

    #[test]
    fn two_sales_and_a_hold_add_up() {
        let accounts = accounts(&[9], 0);
        let mut totals = Totals::default();
        let sales = [
            post(0, &facts(), None, &[], &[give(6)], &accounts),
            post(2, &facts(), None, &[spend(4, 4_000)], &[give(5)], &accounts),
            authorise(5, &facts(), &[spend(2, 2_000)], &accounts).expect("enough points"),
        ];
        sales.iter().flatten().for_each(|entry| totals.add(entry));
        let (points, amount) = (Points::new(0), Money::new(110_000));
        assert_eq!(
            totals.get(0, Kind::Commit),
            Total {
                count: 2,
                points,
                amount
            }
        );
        assert_eq!(totals.get(0, Kind::Hold).count, 1);
        assert_eq!(totals.get(1, Kind::Award).points, Points::new(11));
        assert_eq!(totals.get(1, Kind::Redemption).amount, Money::new(4_000));
        assert_eq!(totals.get(1, Kind::Hold), Total::default());
    }

    #[test]
    fn a_day_of_more_money_than_a_number_holds_is_told_as_the_largest_number() {
        let most = SaleFacts {
            amount: Money::new(9_000_000_000_000_000),
            ..facts()
        };
        let sale = post(0, &most, None, &[], &[], &accounts(&[], 0));
        let mut totals = Totals::default();
        (0..1_100).for_each(|_| totals.add(&sale[0]));
        let total = totals.get(0, Kind::Commit);
        assert_eq!((total.count, total.amount), (1_100, Money::new(i64::MAX)));
    }

    #[test]
    fn what_is_undone_is_taken_off() {
        let mut totals = Totals::default();
        let sale = post(0, &facts(), None, &[], &[give(6)], &accounts(&[], 0));
        totals.add(&sale[1]);
        totals.add(&Entry {
            flags: Flags::UNDONE,
            ..sale[1].clone()
        });
        let total = totals.get(1, Kind::Award);
        assert_eq!((total.count, total.points), (2, Points::ZERO));
    }

    #[test]
    fn a_payload_reads_back() {
        let mut totals = Totals::default();
        post(0, &facts(), None, &[], &[give(6)], &accounts(&[], 0))
            .iter()
            .for_each(|entry| totals.add(entry));
        let read = Totals::from_payload(&totals.to_payload(&[8; 32])).expect("totals");
        assert_eq!(read, (totals, [8; 32]));
    }
}
