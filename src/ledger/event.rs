//! What a member did that is no sale: a review, a check-in, joining. The entry says what; awards refer to
//! it.

use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::Encoder;

use super::decide::{Accounts, Give, HeldPortion, Refusal, SaleFacts, Scribe, post_give};
use super::entry::{Entry, Flags, Kind};
use super::refund::{From, Policies, owe, policy_of, take_from, take_repaid};
use crate::kernel::Points;
use crate::kernel::ids::Seq;
use crate::kernel::order;

/// The longest name or reference of an event, in bytes.
pub const TEXT_MAX: usize = 64;

/// The payload of an entry of kind `Event`. Nothing in it is personal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventPayload {
    /// What, by the name that rules have for it.
    pub name: String,
    /// Which one of its kind, such as the order that was reviewed; empty where nobody said.
    pub reference: String,
}

impl EventPayload {
    /// The payload: a CBOR array of two texts.
    ///
    /// # Panics
    /// If a text is longer than [`TEXT_MAX`]: they are checked where they enter.
    pub fn to_payload(&self) -> Vec<u8> {
        let mut e = Encoder::new(Vec::new());
        let expect = "writing to memory does not fail";
        e.array(2).expect(expect);
        for text in [&self.name, &self.reference] {
            assert!(text.len() <= TEXT_MAX, "texts are checked where they enter");
            e.str(text).expect(expect);
        }
        e.into_writer()
    }

    /// Reads [`EventPayload::to_payload`] back.
    pub fn from_payload(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        if d.array()? != Some(2) {
            return Err(DecodeError::message("an event has two texts"));
        }
        let mut text = || {
            let text = d.str()?;
            if text.len() <= TEXT_MAX {
                Ok(text.to_owned())
            } else {
                Err(DecodeError::message("a text is too long"))
            }
        };
        let (name, reference) = (text()?, text()?);
        if d.position() == bytes.len() {
            Ok(Self { name, reference })
        } else {
            Err(DecodeError::message("more bytes than an event has"))
        }
    }
}

/// Writes an event and what it gives, out of which the member's debt is repaid first. The first entry is
/// the event, and the others refer to it.
pub fn event(
    head: Seq,
    facts: &SaleFacts,
    payload: &EventPayload,
    gives: &[Give],
    accounts: &Accounts,
) -> Vec<Entry> {
    let mut scribe = Scribe::new(head, facts);
    let event = scribe.write(Kind::Event, |entry| entry.payload = payload.to_payload());
    let mut accounts = accounts.clone();
    for give in gives {
        let account = accounts.entry(give.wallet).or_default();
        post_give(&mut scribe, event, give, &mut account.debt);
    }
    scribe.finish()
}

/// An event that is taken back.
#[derive(Clone, Copy, Debug)]
pub struct TakenBack<'a> {
    /// Its entry.
    pub event: Seq,
    /// What it was.
    pub payload: &'a EventPayload,
    /// What it gave, by lot.
    pub awards: &'a [HeldPortion],
    /// The policies of the version that priced it; a wallet that is absent has the usual ones.
    pub policies: &'a Policies,
}

/// Takes an event back, as if it had never been: its points out of its own lots, the debt that they
/// repaid is owed again, and what they bought meanwhile becomes debt, or what the wallet's policy says.
/// `accounts` must hold these lots even where nothing is left in them, and what was repaid out of them.
/// The first entry undoes the event, and the others refer to it.
///
/// # Errors
/// [`Refusal::Missing`] where the policy of a wallet takes nothing back without its points.
pub fn take_back(
    head: Seq,
    facts: &SaleFacts,
    taken: TakenBack<'_>,
    accounts: &Accounts,
) -> Result<Vec<Entry>, Refusal> {
    let mut scribe = Scribe::new(head, facts);
    let own = scribe.write(Kind::Event, |entry| {
        entry.flags = entry.flags.with(Flags::UNDONE);
        entry.refers_to = taken.event;
        entry.payload = taken.payload.to_payload();
    });
    let mut wallets: Vec<_> = taken.awards.iter().map(|award| award.wallet).collect();
    order::sort_by(&mut wallets, Ord::cmp);
    wallets.dedup();
    for wallet in wallets {
        let awards = taken.awards.iter().filter(|award| award.wallet == wallet);
        let points: Points = awards.clone().map(|award| award.points).sum();
        let lots: Vec<_> = awards.map(|award| award.lot).collect();
        let lots = From::Own(&lots);
        let left = take_from(&mut scribe, own, (wallet, points), accounts, &lots);
        let left = take_repaid(&mut scribe, own, (wallet, left), accounts, &lots);
        let missing = policy_of(taken.policies, wallet).missing;
        owe(&mut scribe, own, (wallet, left), missing)?;
    }
    Ok(scribe.finish())
}

#[cfg(test)]
mod tests {
    use super::super::decide::tests::{accounts, facts, give, told};
    use super::super::effect::apply;
    use super::*;

    fn review() -> EventPayload {
        EventPayload {
            name: "review".to_owned(),
            reference: "order-7".to_owned(),
        }
    }

    #[test]
    fn an_event_gives_points_that_repay_what_is_owed_and_takes_all_back() {
        let mut now = accounts(&[], 4);
        let given = event(40, &facts(), &review(), &[give(10)], &now);
        assert_eq!(
            told(&given),
            [
                "41 event lot 0 points 0 amount 0 of 0",
                "42 award lot 0 points 10 amount 0 of 41",
                "43 repayment lot 42 points 4 amount 0 of 41"
            ]
        );
        for entry in &given {
            apply(&mut now, entry);
        }
        let awards = [HeldPortion {
            wallet: 1,
            lot: 42,
            points: Points::new(10),
        }];
        let back = TakenBack {
            event: 41,
            payload: &review(),
            awards: &awards,
            policies: &Policies::new(),
        };
        let entries = take_back(43, &facts(), back, &now).expect("never refused");
        // Six out of the lot; the four that repaid come back to it, and are taken, and owed again.
        assert_eq!(
            told(&entries),
            [
                "44 event lot 0 points 0 amount 0 of 41",
                "45 award_refund lot 42 points 6 amount 0 of 44",
                "46 repayment lot 42 points 4 amount 0 of 44",
                "47 award_refund lot 42 points 4 amount 0 of 44"
            ]
        );
        for entry in &entries {
            apply(&mut now, entry);
        }
        let account = &now[&1];
        assert_eq!(
            (account.debt.get(), account.lots[0].portion.free().get()),
            (4, 0)
        );
    }

    #[test]
    fn a_payload_reads_back_and_a_longer_or_cut_one_does_not() {
        let bytes = review().to_payload();
        assert_eq!(EventPayload::from_payload(&bytes).expect("whole"), review());
        for end in 0..bytes.len() {
            assert!(EventPayload::from_payload(&bytes[..end]).is_err(), "{end}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(EventPayload::from_payload(&longer).is_err());
    }
}
