//! What a row of postings may leave out, because it follows from the rows before it.

use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber, UtcOffset, WalletNumber};
use crate::ledger::{Entry, Kind};

/// Room for every kind's number.
const KINDS: usize = 32;

/// What the rows so far make one expect of the next.
pub(super) struct Expected {
    pub(super) seq: Seq,
    pub(super) at: Instant,
    pub(super) sold_at: Instant,
    pub(super) offset: UtcOffset,
    pub(super) business_date: BusinessDate,
    pub(super) member: Option<MemberNumber>,
    /// The last wallet that was not 0.
    pub(super) wallet: WalletNumber,
    /// The sale or refund that postings of points belong to.
    pub(super) subject: Seq,
    /// Days from business date to availability of the last award.
    pub(super) pending_days: i64,
    /// Days from business date to expiry of the last award.
    pub(super) expiry_days: Option<i64>,
    /// The last version of each kind.
    pub(super) versions: [u32; KINDS],
}

impl Expected {
    pub(super) fn before(first_seq: Seq) -> Self {
        Self {
            seq: first_seq,
            at: Instant::from_ms(0),
            sold_at: Instant::from_ms(0),
            offset: UtcOffset::UTC,
            business_date: BusinessDate::from_days_since_1970(0).expect("1970 is a year we know"),
            member: None,
            wallet: 0,
            subject: 0,
            pending_days: 0,
            expiry_days: None,
            versions: [0; KINDS],
        }
    }

    pub(super) fn sold_at(&self, at: Instant) -> Instant {
        if at == self.at { self.sold_at } else { at }
    }

    pub(super) fn wallet(&self, kind: Kind, lot: Seq) -> WalletNumber {
        if moves_points(kind, lot) {
            self.wallet
        } else {
            0
        }
    }

    pub(super) fn refers_to(&self, kind: Kind, lot: Seq) -> Seq {
        if moves_points(kind, lot) {
            self.subject
        } else {
            0
        }
    }

    pub(super) fn pending_days(&self, kind: Kind) -> i64 {
        if kind.makes_lot() {
            self.pending_days
        } else {
            0
        }
    }

    pub(super) fn expiry_days(&self, kind: Kind) -> Option<i64> {
        if kind.makes_lot() {
            self.expiry_days
        } else {
            None
        }
    }

    pub(super) fn version(&self, kind: Kind) -> u32 {
        self.versions[usize::from(kind.number())]
    }

    pub(super) fn learn(&mut self, entry: &Entry) {
        self.seq = entry.seq + 1;
        self.at = entry.at;
        self.sold_at = entry.sold_at;
        self.offset = entry.offset;
        self.business_date = entry.business_date;
        self.member = entry.member;
        if entry.wallet != 0 {
            self.wallet = entry.wallet;
        }
        self.subject = match entry.kind {
            Kind::Refund | Kind::Event => entry.seq,
            _ if entry.refers_to != 0 => entry.refers_to,
            _ => entry.seq,
        };
        if entry.kind.makes_lot() {
            self.pending_days = days_between(entry.business_date, entry.available_from);
            self.expiry_days = entry
                .expires_on
                .map(|date| days_between(entry.business_date, date));
        }
        self.versions[usize::from(entry.kind.number())] = entry.programme_version;
    }
}

/// Entries of these kinds usually belong to the sale or refund just before them.
fn moves_points(kind: Kind, lot: Seq) -> bool {
    match kind {
        Kind::Award
        | Kind::AwardRefund
        | Kind::Redemption
        | Kind::RedemptionRefund
        | Kind::Debt
        | Kind::Repayment
        | Kind::AdjustmentTaken
        | Kind::RedemptionRenewal => true,
        Kind::Hold | Kind::HoldExpired | Kind::Commit | Kind::Void => lot != 0,
        _ => false,
    }
}

pub(super) fn days_between(from: BusinessDate, to: BusinessDate) -> i64 {
    i64::from(to.days_since_1970()) - i64::from(from.days_since_1970())
}

pub(super) fn date_after(from: BusinessDate, days: i64) -> Option<BusinessDate> {
    let days = i64::from(from.days_since_1970()).checked_add(days)?;
    BusinessDate::from_days_since_1970(i32::try_from(days).ok()?)
}
