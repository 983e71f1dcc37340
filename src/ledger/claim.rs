//! A sale that was nobody's becomes a member's afterwards.

use crate::kernel::Few;

use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::Encoder;

use super::decide::{Accounts, Give, SaleFacts, Scribe, post_give};
use super::entry::{Entry, Kind};
use crate::kernel::ids::Seq;
use crate::kernel::{Money, Points, WalletNumber};

/// What had been returned of a sale before it was claimed: those refunds were nobody's too, and
/// become the member's with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReturnedBefore {
    /// How many refunds.
    pub refunds: u32,
    /// The money they gave back.
    pub refunded: Money,
}

impl ReturnedBefore {
    /// The payload of a claim entry; empty where nothing had been returned.
    pub fn to_payload(self) -> Vec<u8> {
        if self == Self::default() {
            return Vec::new();
        }
        let mut e = Encoder::new(Vec::new());
        let expect = "writing to memory does not fail";
        e.array(2).and_then(|e| e.u32(self.refunds)).expect(expect);
        e.i64(self.refunded.get()).expect(expect);
        e.into_writer()
    }

    /// Reads [`ReturnedBefore::to_payload`] back.
    pub fn from_payload(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let mut d = Decoder::new(bytes);
        d.array()?;
        Ok(Self {
            refunds: d.u32()?,
            refunded: Money::new(d.i64()?),
        })
    }
}

/// Makes the sale that begins with entry `sale` the member's of `facts`, and gives its awards, which
/// repay debt first. `facts.amount` is what the sale had cost.
///
/// The first entry is the claim. It and the awards refer to the sale.
///
/// # Panics
/// If the facts name no member: our own mistake.
pub fn claim(
    head: Seq,
    facts: &SaleFacts,
    sale: Seq,
    before: ReturnedBefore,
    gives: &[Give],
    accounts: &Accounts,
) -> Vec<Entry> {
    assert!(facts.member.is_some(), "a claim is a member's");
    assert!(sale <= head, "a sale is claimed after it was written");
    let mut scribe = Scribe::new(head, facts);
    scribe.write(Kind::Claim, |entry| {
        entry.refers_to = sale;
        entry.amount = facts.amount;
        entry.payload = before.to_payload();
    });
    let debts = accounts.iter();
    let mut debts: Few<WalletNumber, Points> = debts
        .map(|(&wallet, account)| (wallet, account.debt))
        .collect();
    for give in gives {
        // What is given today was not there to be spent before today.
        let give = Give {
            available_from: give.available_from.max(facts.business_date),
            ..*give
        };
        let debt = debts.entry(give.wallet).or_default();
        post_give(&mut scribe, sale, &give, debt);
    }
    scribe.finish()
}

/// The entries of a claim are those that follow it, up to the first of something else.
pub fn is_of_claim(entry: &Entry, sale: Seq) -> bool {
    entry.refers_to == sale && matches!(entry.kind, Kind::Claim | Kind::Award | Kind::Repayment)
}

#[cfg(test)]
mod tests {
    use super::super::decide::tests::{accounts, facts, give, told};
    use super::*;

    #[test]
    fn a_claim_gives_the_sales_points_and_they_pay_what_is_owed_first() {
        let entries = claim(
            50,
            &facts(),
            41,
            ReturnedBefore::default(),
            &[give(4), give(2)],
            &accounts(&[], 5),
        );
        assert_eq!(
            told(&entries),
            [
                "51 claim lot 0 points 0 amount 55000 of 41",
                "52 award lot 0 points 4 amount 0 of 41",
                "53 repayment lot 52 points 4 amount 0 of 41",
                "54 award lot 0 points 2 amount 0 of 41",
                "55 repayment lot 54 points 1 amount 0 of 41",
            ]
        );
        assert!(entries.iter().all(|entry| is_of_claim(entry, 41)));
        assert!(entries[0].payload.is_empty());
    }

    #[test]
    fn what_was_returned_before_travels_with_the_claim() {
        let before = ReturnedBefore {
            refunds: 2,
            refunded: Money::new(25_000),
        };
        let entries = claim(50, &facts(), 41, before, &[], &Accounts::new());
        assert_eq!(entries.len(), 1);
        let read = ReturnedBefore::from_payload(&entries[0].payload).expect("readable");
        assert_eq!(read, before);
        assert!(ReturnedBefore::from_payload(&[1, 2]).is_err());
    }
}
