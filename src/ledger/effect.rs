//! What an entry does to the counters. Stated once, here: the till's tables, `verify` and head
//! office all apply this and nothing else.

use super::decide::Accounts;
use super::entry::{Entry, Flags, Kind};
use crate::kernel::{Lot, LotId, Points, Portion};

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
        let effect = Self::as_done(entry)?;
        Some(if entry.flags.has(Flags::UNDONE) {
            effect.undone()
        } else {
            effect
        })
    }

    fn undone(self) -> Self {
        Self {
            lot: self.lot,
            earned: -self.earned,
            used: -self.used,
            held: -self.held,
            debt: -self.debt,
            lapsed: -self.lapsed,
        }
    }

    fn as_done(entry: &Entry) -> Option<Self> {
        let p = entry.points;
        if p.is_zero() {
            return None;
        }
        let on_lot = Self {
            lot: entry.moved_lot(),
            ..Self::default()
        };
        match entry.kind {
            Kind::Award | Kind::AdjustmentGiven | Kind::RedemptionRenewal => Some(Self {
                earned: p,
                ..on_lot
            }),
            Kind::AwardRefund | Kind::AdjustmentTaken if entry.flags.has(Flags::LAPSED) => {
                Some(Self {
                    lapsed: -p,
                    ..on_lot
                })
            }
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
            | Kind::Exception
            | Kind::Event
            | Kind::Blocked
            | Kind::Unblocked
            | Kind::Closed
            | Kind::Merged
            | Kind::Household => None,
        }
    }

    /// Change of the known balance: lots less debt.
    pub fn balance(&self) -> Points {
        self.earned - self.used - self.debt
    }
}

/// Moves a member's accounts as the entry will. Lots it takes from or returns to must be among them: one
/// that is not there is passed over, and the store tells a damaged file when the entry is written.
pub fn apply(accounts: &mut Accounts, entry: &Entry) {
    let Some(effect) = Effect::of(entry) else {
        return;
    };
    let account = accounts.entry(entry.wallet).or_default();
    account.debt += effect.debt;
    if entry.kind.makes_lot() {
        account.lots.push(Lot {
            id: effect.lot,
            awarded_at: entry.at,
            available_from: entry.available_from,
            expires_on: entry.expires_on,
            portion: Portion::earned(effect.earned),
            lapsed: Points::ZERO,
        });
    } else if effect.lot != 0 {
        if let Some(lot) = account.lots.iter_mut().find(|lot| lot.id == effect.lot) {
            lot.portion.used += effect.used;
            lot.portion.held += effect.held;
            lot.lapsed += effect.lapsed;
        }
        if entry.kind == Kind::Repayment {
            *account.repaid.entry(effect.lot).or_default() += effect.used;
        }
    }
}
