//! Lots of points, and who may spend which portion of them.

use super::amounts::Points;
use super::calendar::{BusinessDate, Instant};
use super::ids::Seq;
use crate::kernel::order;

/// A lot is named by the award entry that made it.
pub type LotId = Seq;

/// The part of a lot that one writer holds. Each counter only grows, but for `held`.
///
/// Only the holder spends a portion, so no two stores can spend the same point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Portion {
    /// Handed to this writer by head office.
    pub granted: Points,
    /// Awarded by this writer.
    pub earned: Points,
    /// Given back to head office.
    pub released: Points,
    /// Spent, taken back or expired here, less what came back.
    pub used: Points,
    /// Reserved by sales that are authorised and not yet committed.
    pub held: Points,
}

impl Portion {
    /// A fresh award.
    pub fn earned(points: Points) -> Self {
        Self {
            earned: points,
            ..Self::default()
        }
    }

    /// Still there, reserved or not.
    pub fn remaining(&self) -> Points {
        self.granted + self.earned - self.released - self.used
    }

    /// Still there and not reserved.
    pub fn free(&self) -> Points {
        self.remaining() - self.held
    }

    /// The law of portions: nobody spends what is not there.
    pub fn is_sound(&self) -> bool {
        let counters = [
            self.granted,
            self.earned,
            self.released,
            self.used,
            self.held,
        ];
        counters
            .iter()
            .all(|counter| !counter.is_negative() && counter.in_bounds().is_some())
            && !self.free().is_negative()
    }
}

/// One award of points with its dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// The award entry.
    pub id: LotId,
    /// When it was awarded; of two lots that expire together the older goes first.
    pub awarded_at: Instant,
    /// First business date on which the points can be spent.
    pub available_from: BusinessDate,
    /// First business date on which they cannot be spent any more; `None` for never.
    pub expires_on: Option<BusinessDate>,
    /// What this writer holds of it.
    pub portion: Portion,
    /// Free points that ran out of their time and are written off, as far as somebody asked for them.
    /// Whatever is booked late on a date on which they were alive finds them as it would have then; a
    /// refund does not make a member owe them.
    pub lapsed: Points,
}

impl Lot {
    /// Awarded, but not to be spent before a later date.
    pub fn is_pending(&self, on: BusinessDate) -> bool {
        on < self.available_from
    }

    /// Past its date.
    pub fn is_expired(&self, on: BusinessDate) -> bool {
        self.expires_on.is_some_and(|expires_on| on >= expires_on)
    }

    /// Free on this date, whether or not it has been written off since.
    pub fn free_on(&self, on: BusinessDate) -> Points {
        self.portion.free() + self.lapsed_since(on)
    }

    /// Still there on this date, reserved or not, whether or not it has been written off since.
    pub fn left_on(&self, on: BusinessDate) -> Points {
        self.portion.remaining() + self.lapsed_since(on)
    }

    fn lapsed_since(&self, on: BusinessDate) -> Points {
        if self.is_expired(on) {
            Points::ZERO
        } else {
            self.lapsed
        }
    }

    /// To be spent on this date.
    pub fn is_spendable(&self, on: BusinessDate) -> bool {
        !self.is_pending(on) && !self.is_expired(on)
    }

    /// Earliest expiry first, never last; then the older award; then the lower entry (ledger.md).
    pub fn spending_order(&self) -> (bool, Option<BusinessDate>, Instant, LotId) {
        (
            self.expires_on.is_none(),
            self.expires_on,
            self.awarded_at,
            self.id,
        )
    }
}

/// So many points out of one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Which lot.
    pub lot: LotId,
    /// How many points, always more than none.
    pub points: Points,
    /// Of these, what was written off since the date on which they are taken: it has to be put back
    /// into the lot first.
    pub lapsed: Points,
}

/// There were fewer points than wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} points wanted, {spendable} can be spent")]
pub struct Short {
    /// Asked for.
    pub wanted: Points,
    /// There.
    pub spendable: Points,
}

/// What can be spent out of these lots on a date.
pub fn spendable(lots: &[Lot], on: BusinessDate) -> Points {
    lots.iter()
        .filter(|lot| lot.is_spendable(on))
        .map(|lot| lot.free_on(on))
        .sum()
}

/// Takes `wanted` points from the lots, the ones that expire first going first.
///
/// Pending and expired lots are not touched. Returns what was taken from each lot, or a refusal
/// that says how many points could be spent.
///
/// # Panics
/// If `wanted` is not above zero, or a portion is already overdrawn: both are our own mistakes.
pub fn take(lots: &[Lot], wanted: Points, on: BusinessDate) -> Result<Vec<Taken>, Short> {
    let spendable = spendable(lots, on);
    if spendable < wanted {
        return Err(Short { wanted, spendable });
    }
    let taken = take_up_to(lots, wanted, on);
    assert_eq!(
        taken.iter().map(|part| part.points).sum::<Points>(),
        wanted,
        "parts add up"
    );
    Ok(taken)
}

/// Takes as much of `wanted` as the lots have, in the same order as [`take`].
///
/// # Panics
/// As [`take`].
pub fn take_up_to(lots: &[Lot], wanted: Points, on: BusinessDate) -> Vec<Taken> {
    assert!(wanted.is_positive(), "a redemption takes something");
    assert!(
        lots.iter().all(|lot| lot.portion.is_sound()),
        "no portion is overdrawn"
    );
    let mut open: Vec<&Lot> = lots
        .iter()
        .filter(|lot| lot.is_spendable(on) && lot.free_on(on).is_positive())
        .collect();
    order::sort_by_key(&mut open, |lot| lot.spending_order());
    let mut left = wanted;
    let mut taken = Vec::new();
    for lot in open {
        let points = left.min(lot.free_on(on));
        if points.is_positive() {
            taken.push(Taken {
                lot: lot.id,
                points,
                lapsed: points - points.min(lot.portion.free()),
            });
            left -= points;
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> BusinessDate {
        BusinessDate::from_yyyymmdd(number).expect("a date")
    }

    fn lot(id: LotId, points: i64, expires_on: Option<i64>) -> Lot {
        Lot {
            id,
            awarded_at: Instant::from_ms(1000 - i64::try_from(id).expect("small")),
            available_from: day(20_260_101),
            expires_on: expires_on.map(day),
            portion: Portion::earned(Points::new(points)),
            lapsed: Points::ZERO,
        }
    }

    fn taken(parts: &[(LotId, i64)]) -> Vec<Taken> {
        parts
            .iter()
            .map(|&(lot, points)| Taken {
                lot,
                points: Points::new(points),
                lapsed: Points::ZERO,
            })
            .collect()
    }

    #[test]
    fn what_expires_first_goes_first_and_never_goes_last() {
        let lots = [
            lot(1, 5, None),
            lot(2, 5, Some(20_270_101)),
            lot(3, 5, Some(20_261_231)),
        ];
        let on = day(20_261_122);
        assert_eq!(
            take(&lots, Points::new(12), on),
            Ok(taken(&[(3, 5), (2, 5), (1, 2)]))
        );
    }

    #[test]
    fn of_two_that_expire_together_the_older_award_goes_first() {
        // The fixture gives the higher id the earlier instant.
        let lots = [lot(1, 5, None), lot(2, 5, None)];
        assert_eq!(
            take(&lots, Points::new(6), day(20_261_122)),
            Ok(taken(&[(2, 5), (1, 1)]))
        );
    }

    #[test]
    fn pending_and_expired_lots_are_not_touched() {
        let lots = [lot(1, 5, Some(20_261_122)), lot(2, 4, Some(20_261_123))];
        let refusal = Short {
            wanted: Points::new(5),
            spendable: Points::new(4),
        };
        assert_eq!(take(&lots, Points::new(5), day(20_261_122)), Err(refusal));
        assert_eq!(spendable(&lots, day(20_251_231)), Points::ZERO);
    }

    #[test]
    fn what_is_held_is_not_free() {
        let mut held = lot(1, 10, None);
        held.portion.held = Points::new(7);
        assert_eq!(spendable(&[held], day(20_261_122)), Points::new(3));
        assert_eq!(
            take_up_to(&[held], Points::new(9), day(20_261_122)),
            taken(&[(1, 3)])
        );
    }

    /// 10 points until the 23rd; 3 were spent, 5 written off, 2 came back since.
    #[test]
    fn what_was_written_off_since_is_there_on_its_last_day() {
        let mut late = lot(1, 10, Some(20_261_124));
        late.portion.used = Points::new(8);
        late.lapsed = Points::new(5);
        let (last, dead) = (day(20_261_123), day(20_261_124));
        assert_eq!(
            (late.free_on(last), late.free_on(dead)),
            (Points::new(7), Points::new(2))
        );
        assert_eq!(
            (late.left_on(last), late.left_on(dead)),
            (Points::new(7), Points::new(2))
        );
        let part = |points, lapsed| Taken {
            lot: 1,
            points: Points::new(points),
            lapsed: Points::new(lapsed),
        };
        assert_eq!(take_up_to(&[late], Points::new(6), last), [part(6, 4)]);
        assert_eq!(take_up_to(&[late], Points::new(2), last), [part(2, 0)]);
        assert_eq!(
            take(&[late], Points::new(8), last).map_err(|short| short.spendable),
            Err(Points::new(7))
        );
        assert_eq!(spendable(&[late], dead), Points::ZERO);
    }

    #[test]
    fn points_of_365_days_are_dead_on_day_366() {
        // Given on 1 January 2025 for 365 days: `expires_on` is 1 January 2026.
        let lots = [Lot {
            available_from: day(20_250_101),
            ..lot(1, 5, Some(20_260_101))
        }];
        assert_eq!(spendable(&lots, day(20_251_231)), Points::new(5));
        assert_eq!(spendable(&lots, day(20_260_101)), Points::ZERO);
    }
}
