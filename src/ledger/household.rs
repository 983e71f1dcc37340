//! Several members who share one account of points: the holder's. Whoever joins brings all lots and debts
//! with them, as they are; from then on what moves points is written under the holder's number, and what
//! was done (a sale, goods that come back, an event) under the number of who did it.

use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::Encoder;

use super::decide::{SaleFacts, Scribe, note};
use super::entry::{Entry, Flags, Kind};
use super::exception::AdjustmentPayload;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, LotId, MemberNumber, Points, WalletNumber};

/// Members of one household at the most, the holder among them.
pub const MEMBERS_MAX: usize = 16;

/// The payload of an entry of kind `Household`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdPayload {
    /// Whose account it is.
    pub holder: MemberNumber,
    /// What somebody who joins brings: lots less debt, by wallet; below zero where more is owed than there
    /// is. Empty when somebody leaves, as entries of their own say what they take.
    pub brings: Vec<(WalletNumber, Points)>,
    /// Who did it, and why.
    pub by: AdjustmentPayload,
}

impl HouseholdPayload {
    /// The payload: a CBOR array of the number, an array of wallets and points by turns, and the bytes of
    /// the other payload.
    ///
    /// # Panics
    /// As [`AdjustmentPayload::to_payload`].
    pub fn to_payload(&self) -> Vec<u8> {
        let mut e = Encoder::new(Vec::new());
        let expect = "writing to memory does not fail";
        e.array(3).expect(expect);
        e.u64(self.holder.get()).expect(expect);
        let items = u64::try_from(self.brings.len()).expect("a few wallets") * 2;
        e.array(items).expect(expect);
        for (wallet, points) in &self.brings {
            e.u8(*wallet).expect(expect);
            e.i64(points.get()).expect(expect);
        }
        e.bytes(&self.by.to_payload()).expect(expect);
        e.into_writer()
    }

    /// Reads [`HouseholdPayload::to_payload`] back.
    pub fn from_payload(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        if d.array()? != Some(3) {
            return Err(DecodeError::message("a household has three items"));
        }
        let holder = MemberNumber::try_from(d.u64()?).map_err(DecodeError::custom)?;
        let items = d.array()?.unwrap_or(u64::MAX);
        if items % 2 != 0 || items > 2 * u64::from(WalletNumber::MAX) {
            return Err(DecodeError::message("a wallet and its points by turns"));
        }
        let mut brings = Vec::new();
        for _ in 0..items / 2 {
            brings.push((d.u8()?, Points::new(d.i64()?)));
        }
        let by = AdjustmentPayload::from_payload(d.bytes()?)?;
        if d.position() == bytes.len() {
            Ok(Self { holder, brings, by })
        } else {
            Err(DecodeError::message("more bytes than a household has"))
        }
    }
}

/// What an entry does to a household: whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The entry's member joins it.
    Joined(MemberNumber),
    /// The entry's member leaves it.
    Left(MemberNumber),
}

/// What an entry does to a household; nothing for other entries.
pub fn step_of(entry: &Entry) -> Option<Result<Step, DecodeError>> {
    if entry.kind != Kind::Household {
        return None;
    }
    let read = HouseholdPayload::from_payload(&entry.payload);
    Some(read.map(|payload| match entry.flags.has(Flags::UNDONE) {
        false => Step::Joined(payload.holder),
        true => Step::Left(payload.holder),
    }))
}

/// The entry by which `facts.member` joins.
pub fn join(head: Seq, facts: &SaleFacts, payload: &HouseholdPayload) -> Entry {
    note(head, facts, Kind::Household, |entry| {
        entry.payload = payload.to_payload();
    })
}

/// Points of one lot that somebody who leaves takes along, with the lot's dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// In which wallet.
    pub wallet: WalletNumber,
    /// Out of which lot.
    pub lot: LotId,
    /// How many, above zero.
    pub points: Points,
    /// First business date on which they can be spent.
    pub available_from: BusinessDate,
    /// First business date on which they cannot be spent any more; absent for never.
    pub expires_on: Option<BusinessDate>,
}

/// The entries by which `facts.member` leaves the household that they joined by the entry `joined`, and
/// takes these points along: each is taken out of the holder's lot and given as a lot of their own.
pub fn leave(
    head: Seq,
    facts: &SaleFacts,
    joined: Seq,
    payload: &HouseholdPayload,
    shares: &[Share],
) -> Vec<Entry> {
    let mut scribe = Scribe::new(head, facts);
    let first = scribe.write(Kind::Household, |entry| {
        entry.flags = entry.flags.with(Flags::UNDONE);
        entry.refers_to = joined;
        entry.payload = payload.to_payload();
    });
    let by = payload.by.to_payload();
    for share in shares {
        scribe.write(Kind::AdjustmentTaken, |entry| {
            entry.member = Some(payload.holder);
            entry.refers_to = first;
            entry.wallet = share.wallet;
            entry.lot = share.lot;
            entry.points = share.points;
            entry.payload.clone_from(&by);
        });
        scribe.write(Kind::AdjustmentGiven, |entry| {
            entry.refers_to = first;
            entry.wallet = share.wallet;
            entry.points = share.points;
            entry.available_from = share.available_from;
            entry.expires_on = share.expires_on;
            entry.payload.clone_from(&by);
        });
    }
    scribe.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_joining_says_reads_back_and_a_longer_or_cut_one_does_not() {
        let payload = HouseholdPayload {
            holder: MemberNumber::from_body(10_000_000_000).expect("a number"),
            brings: vec![(1, Points::new(40)), (2, Points::new(-3))],
            by: AdjustmentPayload::new("TN-07", "", "family"),
        };
        let bytes = payload.to_payload();
        let read = HouseholdPayload::from_payload(&bytes).expect("whole");
        assert_eq!(read, payload);
        for end in 0..bytes.len() {
            let cut = HouseholdPayload::from_payload(&bytes[..end]);
            assert!(cut.is_err(), "{end}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(HouseholdPayload::from_payload(&longer).is_err());
    }
}
