//! What an entry does to the counters. Stated once, here: the till's tables, `verify` and head
//! office all apply this and nothing else.

use super::entry::{Entry, Flags, Kind};
use crate::kernel::{LotId, Points};

/// Changes to the counters of one portion and of its account. Most are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// The lot; 0 where only the debt changes.
    pub lot: LotId,
    /// Added to `earned`.
    pub earned: Points,
    /// Added to `used`; below zero where points come back.
    pub used: Points,
    /// Added to `held`; below zero where a reservation ends.
    pub held: Points,
    /// Added to the account's debt; below zero where it is repaid.
    pub debt: Points,
    /// Added to what of the lot counts as expired; below zero where it is taken back after all.
    pub lapsed: Points,
}

impl Effect {
    /// What the entry changes; nothing for an entry that moves no points.
    pub fn of(entry: &Entry) -> Option<Self> {
        let p = entry.points;
        if p.is_zero() {
            return None;
        }
        let on_lot = Self {
            lot: entry.moved_lot(),
            ..Self::default()
        };
        match entry.kind {
            Kind::Award | Kind::AdjustmentGiven => Some(Self {
                earned: p,
                ..on_lot
            }),
            Kind::AwardRefund if entry.flags.has(Flags::LAPSED) => Some(Self {
                lapsed: -p,
                ..on_lot
            }),
            Kind::AwardRefund | Kind::AdjustmentTaken => Some(Self { used: p, ..on_lot }),
            Kind::Expiry => Some(Self {
                used: p,
                lapsed: p,
                ..on_lot
            }),
            Kind::Redemption if entry.flags.has(Flags::RESERVED) => Some(Self {
                used: p,
                held: -p,
                ..on_lot
            }),
            Kind::Redemption => Some(Self { used: p, ..on_lot }),
            Kind::RedemptionRefund => Some(Self { used: -p, ..on_lot }),
            Kind::Hold => Some(Self { held: p, ..on_lot }),
            Kind::HoldExpired | Kind::Void | Kind::Commit => Some(Self { held: -p, ..on_lot }),
            Kind::Debt => Some(Self { debt: p, ..on_lot }),
            Kind::Repayment if entry.is_portion() => Some(Self {
                used: p,
                debt: -p,
                ..on_lot
            }),
            Kind::Repayment => Some(Self { debt: -p, ..on_lot }),
            Kind::Epoch
            | Kind::ProgrammeInstalled
            | Kind::Enrol
            | Kind::Refund
            | Kind::DayClosed
            | Kind::Synced
            | Kind::Clock
            | Kind::Claim
            | Kind::Exception => None,
        }
    }

    /// Change of the known balance: lots less debt.
    pub fn balance(&self) -> Points {
        self.earned - self.used - self.debt
    }
}
