//! Whether the ledger's clock may be believed.

use crate::kernel::{BusinessDate, Instant, UtcOffset};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// How far the clock may be off from the last entry that was written with a clock believed right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockLimits {
    /// Milliseconds it may be behind; a clock set back by a day is wrong.
    pub behind_ms: i64,
    /// Milliseconds it may be ahead; a shop closes for a month, not for a year.
    pub ahead_ms: i64,
}

impl Default for ClockLimits {
    /// 24 hours behind, 35 days ahead (ledger.md, Sale).
    fn default() -> Self {
        Self {
            behind_ms: 24 * 3_600_000,
            ahead_ms: 35 * 24 * 3_600_000,
        }
    }
}

impl ClockLimits {
    /// The clock says `now`, and `anchor` was the last instant believed right.
    pub fn is_suspect(&self, now: Instant, anchor: Instant) -> bool {
        let ahead_ms = now.ms().saturating_sub(anchor.ms());
        !now.is_in_range() || ahead_ms < -self.behind_ms || ahead_ms > self.ahead_ms
    }

    /// The clock says `now`, and a sale that it is this business date at this offset: every instant of
    /// that date is further away than the clock may be off. A queue may bring what is weeks old, and a
    /// day may end after midnight or begin before it.
    pub fn is_far(&self, now: Instant, (date, offset): (BusinessDate, UtcOffset)) -> bool {
        let local_ms = now
            .ms()
            .saturating_add(i64::from(offset.minutes()) * 60_000);
        let begins_ms = i64::from(date.days_since_1970()) * DAY_MS;
        let ends_ms = begins_ms + DAY_MS;
        begins_ms.saturating_sub(local_ms) > self.behind_ms
            || local_ms.saturating_sub(ends_ms) > self.ahead_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sale_of_2099_is_far_and_one_that_a_queue_brings_after_a_month_is_not() {
        let limits = ClockLimits::default();
        let hanoi = UtcOffset::from_minutes(420).expect("an offset");
        // 22 November 2026, 9:00 in Hanoi.
        let now = Instant::from_ms(1_795_312_800_000);
        for (date, is_far) in [
            (20_261_122, false),
            // Tomorrow begins in 15 hours, the day after in 39.
            (20_261_123, false),
            (20_261_124, true),
            (20_991_231, true),
            // 18 October ended 34 days and 9 hours ago, the 17th a day before that.
            (20_261_018, false),
            (20_261_017, true),
            (19_700_101, true),
        ] {
            let date = BusinessDate::from_yyyymmdd(date).expect("a date");
            assert_eq!(limits.is_far(now, (date, hanoi)), is_far, "{date:?}");
        }
    }

    #[test]
    fn a_clock_of_1970_and_one_of_2099_are_suspect_and_a_long_holiday_is_not() {
        let limits = ClockLimits::default();
        let anchor = Instant::from_ms(1_795_312_800_000); // 22 November 2026
        let day_ms = 86_400_000;
        for (now_ms, suspect) in [
            (0, true),
            (4_070_908_800_000, true), // 1 January 2099
            (anchor.ms() - day_ms, false),
            (anchor.ms() - day_ms - 1, true),
            (anchor.ms() + 35 * day_ms, false),
            (anchor.ms() + 35 * day_ms + 1, true),
            (i64::MIN, true),
            (i64::MAX, true),
        ] {
            assert_eq!(
                limits.is_suspect(Instant::from_ms(now_ms), anchor),
                suspect,
                "{now_ms}"
            );
        }
    }
}
