//! Instants, offsets and business dates. There is no time-zone database: a till says all three.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 00:00 UTC, without leap seconds.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Encode,
    Decode,
)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct Instant(#[n(0)] i64);

impl Instant {
    /// The largest instant accepted: the end of the year 9999.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// Wraps milliseconds.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// The milliseconds.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// From 1970 to the year 9999, the range a ledger stores.
    pub fn is_in_range(self) -> bool {
        (0..=Self::MAX.0).contains(&self.0)
    }

    /// This instant and some seconds more, no later than the year 9999.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(
            self.0
                .saturating_add(seconds.saturating_mul(1000))
                .min(Self::MAX.0),
        )
    }

    /// The calendar date at `offset`.
    pub fn date_at(self, offset: UtcOffset) -> Option<BusinessDate> {
        let local_ms = self.0.checked_add(i64::from(offset.minutes()) * 60_000)?;
        let days = i32::try_from(local_ms.div_euclid(86_400_000)).ok()?;
        BusinessDate::from_naive(NaiveDate::from_epoch_days(days)?)
    }

    /// Hour and minute at `offset`.
    pub fn time_of_day_at(self, offset: UtcOffset) -> (u32, u32) {
        let local_ms = self.0.saturating_add(i64::from(offset.minutes()) * 60_000);
        let minutes = u32::try_from(local_ms.rem_euclid(86_400_000) / 60_000).unwrap_or(0);
        (minutes / 60, minutes % 60)
    }
}

/// Minutes east of UTC: 420 in Hanoi, -300 in New York in winter.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "i32", into = "i32")]
pub struct UtcOffset(i32);

impl UtcOffset {
    /// Greenwich.
    pub const UTC: Self = Self(0);

    /// Offsets in use reach from -12:00 to +14:00; anything beyond 18 hours is refused, as ISO 8601
    /// profiles do.
    pub fn from_minutes(minutes: i32) -> Option<Self> {
        (-1080..=1080).contains(&minutes).then_some(Self(minutes))
    }

    /// Minutes east of UTC.
    pub const fn minutes(self) -> i32 {
        self.0
    }
}

/// The day a sale belongs to in the books, which may end hours after midnight. Written yyyymmdd.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct BusinessDate(NaiveDate);

/// A number that is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no date of the form yyyymmdd between 19000101 and 99991231")]
pub struct NoDate(pub i64);

impl BusinessDate {
    /// The first day of the year 1900.
    pub const MIN: Self = match NaiveDate::from_ymd_opt(1900, 1, 1) {
        Some(date) => Self(date),
        None => panic!("a date of every calendar"),
    };

    /// The last day of the year 9999.
    pub const MAX: Self = match NaiveDate::from_ymd_opt(9999, 12, 31) {
        Some(date) => Self(date),
        None => panic!("a date of every calendar"),
    };

    /// Reads yyyymmdd: 20261122 is 22 November 2026.
    pub fn from_yyyymmdd(number: i64) -> Result<Self, NoDate> {
        let year = i32::try_from(number.div_euclid(10_000)).map_err(|_| NoDate(number))?;
        let month = u32::try_from(number.div_euclid(100).rem_euclid(100)).unwrap_or(0);
        let day = u32::try_from(number.rem_euclid(100)).unwrap_or(0);
        NaiveDate::from_ymd_opt(year, month, day)
            .and_then(Self::from_naive)
            .ok_or(NoDate(number))
    }

    fn from_naive(date: NaiveDate) -> Option<Self> {
        (1900..=9999).contains(&date.year()).then_some(Self(date))
    }

    /// As yyyymmdd.
    pub fn yyyymmdd(self) -> i32 {
        let month = i32::try_from(self.0.month()).expect("1 to 12");
        let day = i32::try_from(self.0.day()).expect("1 to 31");
        self.0.year() * 10_000 + month * 100 + day
    }

    /// Days since 1970-01-01, for delta coding.
    pub fn days_since_1970(self) -> i32 {
        self.0.to_epoch_days()
    }

    /// The date so many days after 1970-01-01.
    pub fn from_days_since_1970(days: i32) -> Option<Self> {
        NaiveDate::from_epoch_days(days).and_then(Self::from_naive)
    }

    /// Year, month, day.
    pub fn parts(self) -> (i32, u32, u32) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        self.0.weekday()
    }

    /// So many days later.
    pub fn plus_days(self, days: u32) -> Option<Self> {
        self.0
            .checked_add_days(Days::new(u64::from(days)))
            .and_then(Self::from_naive)
    }

    /// So many months later, on the same day or the last one the month has.
    ///
    /// Count from the anchor each time, never from the last result: 31 January plus one month is
    /// 28 February, and plus two months is 31 March, not 28 March.
    pub fn plus_months(self, months: u32) -> Option<Self> {
        self.0
            .checked_add_months(Months::new(months))
            .and_then(Self::from_naive)
    }
}

/// Whole months and years, counted from the date itself each time.
impl BusinessDate {
    /// So many days earlier, no earlier than the year 1900.
    pub fn minus_days(self, days: u32) -> Option<Self> {
        self.0
            .checked_sub_days(Days::new(u64::from(days)))
            .and_then(Self::from_naive)
    }

    /// So many months earlier, on the same day or the last one the month has.
    pub fn minus_months(self, months: u32) -> Option<Self> {
        self.0
            .checked_sub_months(Months::new(months))
            .and_then(Self::from_naive)
    }

    /// The first day of the month behind so many months: what was earned in December and lives to
    /// the end of the sixth month after it is dead on the first of July.
    pub fn first_behind_months(self, months: u32) -> Option<Self> {
        self.0
            .with_day(1)?
            .checked_add_months(Months::new(months.checked_add(1)?))
            .and_then(Self::from_naive)
    }

    /// The next day of the year like this, this one included; 29 February is the 28th in years that
    /// have no 29th. Nothing for a day that no year has.
    pub fn next_day_of_year(self, month: u32, day: u32) -> Option<Self> {
        let in_year = |year: i32| {
            let exact = NaiveDate::from_ymd_opt(year, month, day);
            let last_of_february = || {
                let is_leap_day = (month, day) == (2, 29);
                is_leap_day
                    .then(|| NaiveDate::from_ymd_opt(year, 2, 28))
                    .flatten()
            };
            exact.or_else(last_of_february).and_then(Self::from_naive)
        };
        let this_year = in_year(self.0.year())?;
        if this_year >= self {
            return Some(this_year);
        }
        in_year(self.0.year() + 1)
    }

    /// The first anniversary of this date behind `on`, and `years` minus one years more. Counted from
    /// this date each time: who joined on 29 February has the 28th in years that have no 29th.
    pub fn anniversary_behind(self, on: Self, years: u32) -> Option<Self> {
        let passed = u32::try_from(on.0.year() - self.0.year()).unwrap_or(0);
        let first = (passed.max(1)..=passed + 1)
            .find(|&year| self.plus_months(12 * year).is_some_and(|date| date > on))?;
        self.plus_months(12u32.checked_mul(first.checked_add(years.checked_sub(1)?)?)?)
    }

    /// Both dates are in the same month of the same year.
    pub fn is_same_month(self, other: Self) -> bool {
        (self.0.year(), self.0.month()) == (other.0.year(), other.0.month())
    }
}

/// A number that is no UTC offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no UTC offset; expected minutes between -1080 and 1080")]
pub struct NoOffset(pub i32);

impl TryFrom<i32> for UtcOffset {
    type Error = NoOffset;
    fn try_from(minutes: i32) -> Result<Self, NoOffset> {
        Self::from_minutes(minutes).ok_or(NoOffset(minutes))
    }
}

impl From<UtcOffset> for i32 {
    fn from(offset: UtcOffset) -> i32 {
        offset.0
    }
}

impl TryFrom<i64> for BusinessDate {
    type Error = NoDate;
    fn try_from(number: i64) -> Result<Self, NoDate> {
        Self::from_yyyymmdd(number)
    }
}

impl From<BusinessDate> for i64 {
    fn from(date: BusinessDate) -> i64 {
        i64::from(date.yyyymmdd())
    }
}

impl fmt::Display for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(number: i64) -> BusinessDate {
        BusinessDate::from_yyyymmdd(number).expect("a date")
    }

    #[test]
    fn dates_read_and_write_as_yyyymmdd() {
        assert_eq!(date(20_261_122).yyyymmdd(), 20_261_122);
        assert_eq!(date(20_240_229).parts(), (2024, 2, 29));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for number in [
            0,
            -1,
            20_250_229,
            20_251_301,
            20_250_100,
            18_991_231,
            i64::MAX,
            i64::MIN,
        ] {
            assert_eq!(BusinessDate::from_yyyymmdd(number), Err(NoDate(number)));
        }
    }

    #[test]
    fn months_count_from_the_anchor_and_clamp_to_the_last_day() {
        assert_eq!(date(20_250_131).plus_months(1), Some(date(20_250_228)));
        assert_eq!(date(20_250_131).plus_months(2), Some(date(20_250_331)));
        assert_eq!(date(20_240_229).plus_months(12), Some(date(20_250_228)));
    }

    #[test]
    fn the_end_of_the_sixth_month_after_december_is_the_thirtieth_of_june() {
        // Starbucks: earned 2020-12-15, six months after the month it was earned in: 2021-07-01.
        assert_eq!(
            date(20_201_215).first_behind_months(6),
            Some(date(20_210_701))
        );
        assert_eq!(
            date(20_240_131).first_behind_months(0),
            Some(date(20_240_201))
        );
        assert_eq!(date(99_991_201).first_behind_months(0), None);
    }

    #[test]
    fn months_back_count_from_the_date_too() {
        assert_eq!(date(20_260_331).minus_months(1), Some(date(20_260_228)));
        assert_eq!(date(20_260_331).minus_months(2), Some(date(20_260_131)));
        assert_eq!(date(20_240_301).minus_days(1), Some(date(20_240_229)));
    }

    #[test]
    fn a_day_of_every_year_is_today_or_the_next_one_to_come() {
        assert_eq!(
            date(20_260_331).next_day_of_year(3, 31),
            Some(date(20_260_331))
        );
        assert_eq!(
            date(20_260_401).next_day_of_year(3, 31),
            Some(date(20_270_331))
        );
        assert_eq!(
            date(20_230_101).next_day_of_year(2, 29),
            Some(date(20_230_228))
        );
        assert_eq!(
            date(20_240_101).next_day_of_year(2, 29),
            Some(date(20_240_229))
        );
        assert_eq!(date(20_240_101).next_day_of_year(4, 31), None);
    }

    #[test]
    fn the_next_anniversary_lies_behind_the_day_itself() {
        let next = |joined, on| date(joined).anniversary_behind(date(on), 1).map(i64::from);
        // hm-08: joined on 10 March 2022; a purchase of the year lives until 10 March 2023.
        assert_eq!(next(20_220_310, 20_220_310), Some(20_230_310));
        assert_eq!(next(20_220_310, 20_230_309), Some(20_230_310));
        assert_eq!(next(20_220_310, 20_230_310), Some(20_240_310));
        // Joined at the end of a year, and on a leap day.
        assert_eq!(next(20_251_231, 20_261_231), Some(20_271_231));
        assert_eq!(next(20_240_229, 20_250_227), Some(20_250_228));
        assert_eq!(next(20_240_229, 20_250_228), Some(20_260_228));
        assert_eq!(next(20_240_229, 20_270_301), Some(20_280_229));
        // A sale that is entered before the member joined.
        assert_eq!(next(20_260_601, 20_260_501), Some(20_270_601));
        let third = date(20_220_310).anniversary_behind(date(20_220_401), 3);
        assert_eq!(third, Some(date(20_250_310)));
        assert_eq!(
            date(20_220_310).anniversary_behind(date(99_991_231), 1),
            None
        );
        assert_eq!(
            date(20_220_310).anniversary_behind(date(20_220_401), 0),
            None
        );
    }

    #[test]
    fn a_leap_year_has_366_days() {
        assert_eq!(date(20_240_101).plus_days(366), Some(date(20_250_101)));
        assert_eq!(date(20_250_101).plus_days(365), Some(date(20_260_101)));
    }

    #[test]
    fn late_evening_in_london_is_already_tomorrow_in_hanoi() {
        // 2026-11-22 20:30 UTC
        let instant = Instant::from_ms(1_795_379_400_000);
        let hanoi = UtcOffset::from_minutes(420).expect("an offset");
        assert_eq!(instant.date_at(UtcOffset::UTC), Some(date(20_261_122)));
        assert_eq!(instant.date_at(hanoi), Some(date(20_261_123)));
        assert_eq!(instant.time_of_day_at(hanoi), (3, 30));
    }

    #[test]
    fn days_go_there_and_back() {
        assert_eq!(date(19_700_101).days_since_1970(), 0);
        assert_eq!(
            BusinessDate::from_days_since_1970(20_779),
            Some(date(20_261_122))
        );
    }
}
