//! What a ladder of members compiles to.

use serde::{Deserialize, Serialize};

use super::{Names, Selector};
use crate::kernel::{BusinessDate, Fraction, Points, WalletNumber};

/// A ladder of members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiers {
    /// What moves a member up.
    pub basis: TierBasis,
    /// The wallet whose points count, with [`TierBasis::Earned`] and [`TierBasis::Balance`].
    pub wallet: Option<WalletNumber>,
    /// The lines whose money counts, with [`TierBasis::Fee`].
    pub lines: Option<Selector>,
    /// Over which time.
    pub window: Window,
    /// How long a tier that was reached is kept.
    pub term: Term,
    /// Where a member falls who did not keep it.
    pub downgrade: Downgrade,
    /// Which tier a sale is priced in.
    pub tier_for_sale: TierForSale,
    /// How often the points for reaching a tier are given.
    pub entry_rewards: EntryRewards,
    /// From the lowest, which begins at 0, to the highest.
    pub levels: Vec<Level>,
}

/// Over which time something counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Ever.
    Lifetime,
    /// The year that the business date is in.
    Year(YearStart),
    /// So many months: dates after the same day so many months ago, to the business date.
    Months(u32),
}

/// Where a year of the ladder begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearStart {
    /// On this month and day; 29 February is the 28th in years without one.
    Day(u32, u32),
    /// On the day of joining and on each anniversary of it.
    Joining,
}

impl YearStart {
    /// The first and the last date of the year that a date is in. Dates before joining are in the
    /// first one. Nothing where it begins with a joining that is not known.
    pub fn year_of(
        self,
        date: BusinessDate,
        joined_on: Option<BusinessDate>,
    ) -> Option<(BusinessDate, BusinessDate)> {
        let behind = match self {
            Self::Day(month, day) => date
                .plus_days(1)
                .and_then(|date| date.next_day_of_year(month, day)),
            Self::Joining => {
                let joined_on = joined_on?;
                joined_on.anniversary_behind(date.max(joined_on), 1)
            }
        };
        // The last year of the calendar has no end.
        let next_year = behind.map_or(10_000, |behind| behind.parts().0);
        let first = match self {
            Self::Joining => {
                let joined_on = joined_on?;
                let years = u32::try_from(next_year - 1 - joined_on.parts().0).ok()?;
                joined_on.plus_months(12 * years)?
            }
            Self::Day(month, day) => {
                let in_year = i64::from(next_year - 1) * 10_000 + 101;
                let new_year = BusinessDate::from_yyyymmdd(in_year).ok();
                new_year.map_or(Some(BusinessDate::MIN), |date| {
                    date.next_day_of_year(month, day)
                })?
            }
        };
        let last = behind.and_then(|behind| behind.minus_days(1));
        Some((first, last.unwrap_or(BusinessDate::MAX)))
    }
}

/// How long a tier that was reached is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Term {
    /// As long as enough counts for it.
    #[default]
    Window,
    /// For the rest of the year in which it was reached, and so many years more.
    Years(u32),
    /// For so many months from the date on which it was reached.
    Months(u32),
}

/// One tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// Its id in the document.
    pub id: String,
    /// Its name.
    pub name: Names,
    /// From so much on: smallest units of points or money, or visits.
    pub from: i64,
    /// With so much it is kept at the end of its term; at most `from`.
    pub keep: i64,
    /// Multiplies what rules award, above zero.
    pub factor: Fraction,
    /// Points for who reaches it.
    pub entry: Option<Entry>,
}

/// Points for who reaches a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Into which wallet.
    pub wallet: WalletNumber,
    /// How many, above zero.
    pub points: Points,
}

/// The rule that awards of a tier's entry are told under; no rule of a document has a colon.
pub const ENTRY_RULE: &str = "tier:";

impl Level {
    /// The rule that its entry awards are told under.
    pub fn entry_rule(&self) -> String {
        format!("{ENTRY_RULE}{}", self.id)
    }
}

impl Tiers {
    /// The place of the tier that so much makes.
    pub fn fitting(&self, counted: i64) -> usize {
        let above = self.levels.iter().skip(1);
        above.take_while(|level| level.from <= counted).count()
    }

    /// The place of a tier by its id.
    pub fn place_of(&self, id: &str) -> Option<usize> {
        self.levels.iter().position(|level| level.id == id)
    }

    /// Some tier gives points to who reaches it.
    pub fn has_entry_rewards(&self) -> bool {
        self.levels.iter().any(|level| level.entry.is_some())
    }

    /// Its years begin with the day of joining.
    pub fn reads_join_date(&self) -> bool {
        self.window == Window::Year(YearStart::Joining)
    }
}

/// What moves a member up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "tier_basis"))]
#[serde(rename_all = "snake_case")]
pub enum TierBasis {
    /// Points earned by rules that qualify; spending and expiry change nothing.
    Earned,
    /// Money paid.
    Spend,
    /// Visits.
    Visits,
    /// The points that are there: spending them can take a tier away at once.
    Balance,
    /// Money paid for the articles that sell the tiers.
    Fee,
}

/// Over which time a tier counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "tier_window"))]
#[serde(rename_all = "snake_case")]
pub enum TierWindow {
    /// Ever.
    #[default]
    Lifetime,
    /// The calendar year of the business date.
    CalendarYear,
    /// The year that begins on `first_day`.
    YearFromDay,
    /// The year that begins with the day of joining.
    MembershipYear,
    /// So many months to the business date.
    Months,
}

/// Where a member falls who did not keep a tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "downgrade"))]
#[serde(rename_all = "snake_case")]
pub enum Downgrade {
    /// To the tier that what counts makes.
    #[default]
    ToFitting,
    /// No lower than one tier.
    OneLevel,
}

/// Which tier a sale is priced in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "tier_for_sale"))]
#[serde(rename_all = "snake_case")]
pub enum TierForSale {
    /// The one before it.
    #[default]
    Before,
    /// The one that it leads to.
    After,
}

/// How often the points for reaching a tier are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "entry_rewards"))]
#[serde(rename_all = "snake_case")]
pub enum EntryRewards {
    /// Once ever.
    #[default]
    Once,
    /// Each time the member rises to it, not when it is kept.
    EachRise,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(number: i64) -> BusinessDate {
        BusinessDate::from_yyyymmdd(number).expect("a date")
    }

    #[test]
    fn a_year_begins_on_its_day_and_ends_on_the_day_before_the_next() {
        let year = |start: YearStart, on, joined: Option<i64>| {
            let (first, last) = start.year_of(date(on), joined.map(date))?;
            Some((first.yyyymmdd(), last.yyyymmdd()))
        };
        let calendar = YearStart::Day(1, 1);
        for on in [20_260_101, 20_260_630, 20_261_231] {
            assert_eq!(year(calendar, on, None), Some((20_260_101, 20_261_231)));
        }
        let april = YearStart::Day(4, 1);
        assert_eq!(
            year(april, 20_260_331, None),
            Some((20_250_401, 20_260_331))
        );
        assert_eq!(
            year(april, 20_260_401, None),
            Some((20_260_401, 20_270_331))
        );
        let leap = YearStart::Day(2, 29);
        assert_eq!(year(leap, 20_240_301, None), Some((20_240_229, 20_250_227)));
        assert_eq!(year(leap, 20_240_228, None), Some((20_230_228, 20_240_228)));
        assert_eq!(year(leap, 20_250_228, None), Some((20_250_228, 20_260_227)));
        // hm: joined on 10 March 2022.
        let joined = Some(20_220_310);
        let membership = YearStart::Joining;
        assert_eq!(
            year(membership, 20_220_310, joined),
            Some((20_220_310, 20_230_309))
        );
        assert_eq!(
            year(membership, 20_230_309, joined),
            Some((20_220_310, 20_230_309))
        );
        assert_eq!(
            year(membership, 20_230_310, joined),
            Some((20_230_310, 20_240_309))
        );
        assert_eq!(
            year(membership, 20_210_101, joined),
            Some((20_220_310, 20_230_309))
        );
        let leap_day = Some(20_240_229);
        assert_eq!(
            year(membership, 20_250_228, leap_day),
            Some((20_250_228, 20_260_227))
        );
        assert_eq!(
            year(membership, 20_280_229, leap_day),
            Some((20_280_229, 20_290_227))
        );
        assert_eq!(year(membership, 20_230_310, None), None);
        assert_eq!(
            year(calendar, 99_990_101, None),
            Some((99_990_101, 99_991_231))
        );
        assert_eq!(
            year(april, 19_000_101, None),
            Some((19_000_101, 19_000_331))
        );
        assert_eq!(
            year(membership, 99_991_231, joined),
            Some((99_990_310, 99_991_231))
        );
    }
}
