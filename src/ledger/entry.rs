//! The entry: one fact in a writer's log.

use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::Encoder;

use crate::kernel::ids::Seq;
use crate::kernel::{
    BusinessDate, Instant, LotId, MemberNumber, Money, Points, UtcOffset, WalletNumber,
};

/// What an entry says. The numbers are stored and travel: they are never changed or reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A new life of the writer begins.
    Epoch = 1,
    /// A programme version is in force from here on; `payload` is the document's hash.
    ProgrammeInstalled = 2,
    /// A member joined; `payload` holds the keyed hashes of the identifiers, nothing personal.
    Enrol = 3,
    /// A sale is authorised (no lot), or a portion is reserved for it (with lot and points).
    Hold = 4,
    /// A hold ran out (no lot), or gives a reserved portion back (with lot and points).
    HoldExpired = 5,
    /// A sale is final (no lot), or gives an unused reserved portion back (with lot and points).
    Commit = 6,
    /// A hold was called off (no lot), or gives a reserved portion back (with lot and points).
    Void = 7,
    /// Points given; the entry is the lot.
    Award = 8,
    /// Points of an award taken back out of its lot.
    AwardRefund = 9,
    /// Points spent out of a lot; `amount` is the money they stood for.
    Redemption = 10,
    /// Spent points come back to the lot they came from.
    RedemptionRefund = 11,
    /// Goods of a sale come back; `amount` is the money for them.
    Refund = 12,
    /// Points owed that were no longer there to be taken.
    Debt = 13,
    /// Debt paid out of a lot, or (no lot) forgiven because what caused it was returned.
    Repayment = 14,
    /// A business date is closed; `payload` holds its control totals.
    DayClosed = 15,
    /// Head office acknowledged everything up to the entry that `refers_to` names.
    Synced = 16,
    /// An operator confirmed that the clock is right.
    Clock = 17,
    /// Points of a lot ran out of their time.
    Expiry = 18,
    /// Points given by an operator, with a reason; the entry is the lot.
    AdjustmentGiven = 19,
    /// Points taken out of a lot by an operator, with a reason.
    AdjustmentTaken = 20,
    /// A stored sale that was nobody's is made a member's; `refers_to` names the sale.
    Claim = 21,
    /// Something the day's report must tell: a limit that was met, an act beyond the usual;
    /// `payload` says what and by whom.
    Exception = 22,
    /// Spent points come back with a new date, because the lot they came from has run out; the entry
    /// is the lot.
    RedemptionRenewal = 23,
    /// A member did something that is no sale; `payload` says what. With [`Flags::UNDONE`] it is taken
    /// back, and `refers_to` names it.
    Event = 24,
    /// A member earns and spends nothing from here on; `payload` says who did it, and why.
    Blocked = 27,
    /// A blocked member earns and spends again.
    Unblocked = 28,
    /// A membership ends: blocked for good.
    Closed = 29,
    /// Two members become one: the entry's member is, from here on, the one that `payload` names, with
    /// all lots and debts.
    Merged = 30,
    /// A member joins the household of another, with all lots and debts; with [`Flags::UNDONE`] leaves it
    /// again, and `refers_to` names the joining. `payload` says whose household it is.
    Household = 31,
}

impl Kind {
    /// Every kind this version knows, in the order of their numbers.
    pub const ALL: [Self; 29] = [
        Self::Epoch,
        Self::ProgrammeInstalled,
        Self::Enrol,
        Self::Hold,
        Self::HoldExpired,
        Self::Commit,
        Self::Void,
        Self::Award,
        Self::AwardRefund,
        Self::Redemption,
        Self::RedemptionRefund,
        Self::Refund,
        Self::Debt,
        Self::Repayment,
        Self::DayClosed,
        Self::Synced,
        Self::Clock,
        Self::Expiry,
        Self::AdjustmentGiven,
        Self::AdjustmentTaken,
        Self::Claim,
        Self::Exception,
        Self::RedemptionRenewal,
        Self::Event,
        Self::Blocked,
        Self::Unblocked,
        Self::Closed,
        Self::Merged,
        Self::Household,
    ];

    /// The kind with this number, if this version knows it.
    pub fn from_number(number: u8) -> Option<Self> {
        // Numbers that another version has are left out between them.
        let place = Self::ALL.binary_search_by_key(&number, |kind| kind.number());
        place.ok().map(|place| Self::ALL[place])
    }

    /// Its number in files and batches.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Its name in history, reports and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Epoch => "epoch",
            Self::ProgrammeInstalled => "programme_installed",
            Self::Enrol => "enrol",
            Self::Hold => "hold",
            Self::HoldExpired => "hold_expired",
            Self::Commit => "commit",
            Self::Void => "void",
            Self::Award => "award",
            Self::AwardRefund => "award_refund",
            Self::Redemption => "redemption",
            Self::RedemptionRefund => "redemption_refund",
            Self::Refund => "refund",
            Self::Debt => "debt",
            Self::Repayment => "repayment",
            Self::DayClosed => "day_closed",
            Self::Synced => "synced",
            Self::Clock => "clock",
            Self::Expiry => "expiry",
            Self::AdjustmentGiven => "adjustment_given",
            Self::AdjustmentTaken => "adjustment_taken",
            Self::Claim => "claim",
            Self::Exception => "exception",
            Self::RedemptionRenewal => "redemption_renewal",
            Self::Event => "event",
            Self::Blocked => "member_blocked",
            Self::Unblocked => "member_unblocked",
            Self::Closed => "member_closed",
            Self::Merged => "member_merged",
            Self::Household => "household_joined",
        }
    }

    /// The entry is a lot of its own: what it gives is named by it.
    pub fn makes_lot(self) -> bool {
        matches!(
            self,
            Self::Award | Self::AdjustmentGiven | Self::RedemptionRenewal
        )
    }
}

/// Marks on an entry, a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// The ledger's clock was not to be trusted when this was written.
    pub const CLOCK_SUSPECT: Self = Self(1);
    /// It concerns a business date that was already closed, or a hold that had run out.
    pub const LATE: Self = Self(2);
    /// A redemption out of a portion that was reserved for it.
    pub const RESERVED: Self = Self(4);
    /// An award refund, or an adjustment, that takes points which had run out of their time before: they
    /// are gone already, and count as taken and no longer as expired.
    pub const LAPSED: Self = Self(8);
    /// A refund of a sale that should never have been: from here on the sale counts for nothing.
    pub const POST_VOID: Self = Self(16);
    /// It undoes an entry of its kind: what that one did to counters and sums, this one takes off.
    /// Never on an entry that makes a lot.
    pub const UNDONE: Self = Self(32);
    /// Every bit this version knows.
    pub const KNOWN: Self = Self(63);

    /// Both sets.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Holds all of `other`.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The name of an entry of a kind with these marks, as [`Entry::name`].
pub fn name_of(kind: Kind, flags: Flags) -> &'static str {
    if kind == Kind::Household && flags.has(Flags::UNDONE) {
        "household_left"
    } else {
        kind.name()
    }
}

/// The largest payload an entry may carry, in bytes.
pub const PAYLOAD_MAX: usize = 64 * 1024;

/// One fact in a writer's log.
///
/// Amounts and points are magnitudes, zero or more; the kind says which way they go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place: 1, 2, 3 and so on.
    pub seq: Seq,
    /// What it says.
    pub kind: Kind,
    /// Marks.
    pub flags: Flags,
    /// When it was written, by the ledger's clock.
    pub at: Instant,
    /// When the sale happened, by the POS; equal to `at` where there is no sale.
    pub sold_at: Instant,
    /// The till's offset from UTC.
    pub offset: UtcOffset,
    /// The day in the books.
    pub business_date: BusinessDate,
    /// Whose.
    pub member: Option<MemberNumber>,
    /// In which wallet; 0 where no points move.
    pub wallet: WalletNumber,
    /// Out of or into which lot; 0 for none. An award is its own lot and says 0.
    pub lot: LotId,
    /// Points, zero or more.
    pub points: Points,
    /// Money, in minor units of the programme's currency. Below zero only for the sale itself, when
    /// more was returned than bought.
    pub amount: Money,
    /// The entry it belongs to: the sale's first entry, or the refund. 0 for none.
    pub refers_to: Seq,
    /// First business date on which an award can be spent; the entry's own date otherwise.
    pub available_from: BusinessDate,
    /// First business date on which an award cannot be spent any more.
    pub expires_on: Option<BusinessDate>,
    /// Programme version that decided it; 0 where none did.
    pub programme_version: u32,
    /// What only this kind carries; empty for most.
    pub payload: Vec<u8>,
}

/// How many items the chained form of an entry has.
const ITEMS: u64 = 17;

impl Entry {
    /// The bytes that are chained: a CBOR array of all fields in a fixed order, shortest integers
    /// (RFC 8949 section 4.2), so that one entry has exactly one form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut e = Encoder::new(Vec::with_capacity(64 + self.payload.len()));
        let expect = "writing to memory does not fail";
        e.array(ITEMS).expect(expect);
        e.u64(self.seq).expect(expect);
        e.u8(self.kind.number()).expect(expect);
        e.u8(self.flags.0).expect(expect);
        e.i64(self.at.ms()).expect(expect);
        e.i64(self.sold_at.ms()).expect(expect);
        e.i32(self.offset.minutes()).expect(expect);
        e.i32(self.business_date.yyyymmdd()).expect(expect);
        e.u64(self.member.map_or(0, MemberNumber::get))
            .expect(expect);
        e.u8(self.wallet).expect(expect);
        e.u64(self.lot).expect(expect);
        e.i64(self.points.get()).expect(expect);
        e.i64(self.amount.get()).expect(expect);
        e.u64(self.refers_to).expect(expect);
        e.i32(self.available_from.yyyymmdd()).expect(expect);
        e.i32(self.expires_on.map_or(0, BusinessDate::yyyymmdd))
            .expect(expect);
        e.u32(self.programme_version).expect(expect);
        e.bytes(&self.payload).expect(expect);
        e.into_writer()
    }

    /// Reads [`Entry::to_bytes`] back. Anything that would not be written again byte for byte is
    /// refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        if d.array()? != Some(ITEMS) {
            return Err(DecodeError::message("an entry has 17 items"));
        }
        let entry = Self {
            seq: d.u64()?,
            kind: kind(d.u8()?)?,
            flags: Flags(d.u8()?),
            at: Instant::from_ms(d.i64()?),
            sold_at: Instant::from_ms(d.i64()?),
            offset: UtcOffset::from_minutes(d.i32()?)
                .ok_or_else(|| DecodeError::message("offset out of range"))?,
            business_date: date(d.i32()?)?,
            member: match d.u64()? {
                0 => None,
                number => Some(MemberNumber::try_from(number).map_err(DecodeError::custom)?),
            },
            wallet: d.u8()?,
            lot: d.u64()?,
            points: Points::new(d.i64()?),
            amount: Money::new(d.i64()?),
            refers_to: d.u64()?,
            available_from: date(d.i32()?)?,
            expires_on: match d.i32()? {
                0 => None,
                number => Some(date(number)?),
            },
            programme_version: d.u32()?,
            payload: d.bytes()?.to_vec(),
        };
        if entry.to_bytes() == bytes {
            Ok(entry)
        } else {
            Err(DecodeError::message("not in the one form an entry has"))
        }
    }

    /// Its kind's name in history, reports and JSON; leaving a household has one of its own.
    pub fn name(&self) -> &'static str {
        name_of(self.kind, self.flags)
    }

    /// 1, or -1 for an entry that undoes another: what its points and its amount count in sums.
    pub fn sign(&self) -> i64 {
        if self.flags.has(Flags::UNDONE) { -1 } else { 1 }
    }

    /// The lot this entry moves points of: an award is its own lot.
    pub fn moved_lot(&self) -> LotId {
        if self.kind.makes_lot() {
            self.seq
        } else {
            self.lot
        }
    }

    /// It is about one portion, not about the sale, hold or void as a whole.
    pub fn is_portion(&self) -> bool {
        self.lot != 0
    }
}

fn kind(number: u8) -> Result<Kind, DecodeError> {
    Kind::from_number(number)
        .ok_or_else(|| DecodeError::message("a kind of entry that this version does not know"))
}

fn date(number: i32) -> Result<BusinessDate, DecodeError> {
    BusinessDate::from_yyyymmdd(i64::from(number)).map_err(DecodeError::custom)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An award of 6 points on 22 November 2026 at 09:00 in Hanoi.
    pub(crate) fn award(seq: Seq) -> Entry {
        let date = BusinessDate::from_yyyymmdd(20_261_122).expect("a date");
        Entry {
            seq,
            kind: Kind::Award,
            flags: Flags::default(),
            at: Instant::from_ms(1_795_312_800_000),
            sold_at: Instant::from_ms(1_795_312_800_000),
            offset: UtcOffset::from_minutes(420).expect("an offset"),
            business_date: date,
            member: MemberNumber::from_body(10_000_000_001),
            wallet: 1,
            lot: 0,
            points: Points::new(6),
            amount: Money::ZERO,
            refers_to: seq - 1,
            available_from: date,
            expires_on: None,
            programme_version: 1,
            payload: Vec::new(),
        }
    }

    #[test]
    fn an_entry_reads_back_as_it_was_written() {
        let entry = Entry {
            payload: vec![1, 2, 3],
            ..award(3)
        };
        assert_eq!(
            Entry::from_bytes(&entry.to_bytes()).expect("an entry"),
            entry
        );
    }

    #[test]
    fn every_kind_has_its_own_number_and_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_number(kind.number()), Some(kind));
        }
        let names: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|k| k.name()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        assert_eq!(Kind::from_number(0), None);
        assert_eq!(Kind::from_number(32), None);
    }

    #[test]
    fn no_cut_and_no_changed_byte_reads_as_the_same_entry() {
        let bytes = award(3).to_bytes();
        for end in 0..bytes.len() {
            assert!(Entry::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
        }
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(
                Entry::from_bytes(&changed).ok() != Some(award(3)),
                "byte {place}"
            );
        }
        assert!(
            Entry::from_bytes(&[&bytes[..], &[0]].concat()).is_err(),
            "a byte too many"
        );
    }
}
