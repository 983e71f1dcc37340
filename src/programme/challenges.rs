//! What a challenge compiles to.

use serde::{Deserialize, Serialize};

use super::{Entry, HISTORY_ALL, Names, Programme, Selector, When};
use crate::kernel::{BusinessDate, WalletNumber};

/// Something to reach within a time, and what reaching it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Its id in the document.
    pub id: String,
    /// Its name.
    pub name: Names,
    /// What counts.
    pub count: GoalCount,
    /// So much reaches it, above zero: visits, days or events, smallest units of money, thousandths of
    /// pieces.
    pub goal: i64,
    /// Which events, with [`GoalCount::Events`].
    pub event: Option<String>,
    /// Which lines; all if nothing.
    pub lines: Option<Selector>,
    /// First and last business date that count.
    pub days: (Option<BusinessDate>, Option<BusinessDate>),
    /// Over which time.
    pub window: GoalWindow,
    /// Several periods in a row, with [`GoalWindow::Period`].
    pub streak: Option<Streak>,
    /// How often it gives something.
    pub repeat: Repeat,
    /// What it gives, at least one.
    pub gives: Vec<Entry>,
    /// When it can be reached.
    pub when: Option<When>,
}

/// Periods one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streak {
    /// So many, from 2.
    pub periods: u32,
    /// So many may be missed between two of them.
    pub grace: u32,
}

/// Over which time a challenge counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoalWindow {
    /// All of its days.
    All,
    /// The period that the business date is in.
    Period(PeriodName),
    /// So many business dates to that of the sale, it among them.
    Days(u32),
}

/// The rule that awards of a challenge are told under; no rule of a document has a colon.
pub const CHALLENGE_RULE: &str = "challenge:";

impl Challenge {
    /// The rule that its awards are told under.
    pub fn rule(&self) -> String {
        format!("{CHALLENGE_RULE}{}", self.id)
    }

    /// The business date is one of its days.
    pub fn is_on(&self, date: BusinessDate) -> bool {
        let (first, last) = self.days;
        first.is_none_or(|first| first <= date) && last.is_none_or(|last| date <= last)
    }

    /// What it counts is told by the lines of a sale, and not by the sale alone.
    pub fn reads_lines(&self) -> bool {
        self.lines.is_some() || self.count == GoalCount::Pieces
    }

    /// The first business date that counts on this one; nothing for ever.
    pub fn first_counted(&self, on: BusinessDate) -> Option<BusinessDate> {
        let first = match self.window {
            GoalWindow::All => None,
            GoalWindow::Period(period) => Some(period.first_day(on)),
            GoalWindow::Days(days) => on.minus_days(days.saturating_sub(1)),
        };
        first.max(self.days.0)
    }

    /// The last good day on which what counts now still counts as a whole; nothing for ever.
    pub fn last_counted(&self, on: BusinessDate) -> Option<BusinessDate> {
        let last = match self.window {
            GoalWindow::Period(period) => Some(period.last_day(on)),
            GoalWindow::All | GoalWindow::Days(_) => None,
        };
        match (last, self.days.1) {
            (Some(last), Some(end)) => Some(last.min(end)),
            (last, end) => last.or(end),
        }
    }

    /// The last good day on which what it gave is what it would give on this one; nothing for ever.
    pub fn last_given(&self, on: BusinessDate) -> Option<BusinessDate> {
        match (self.repeat, self.window) {
            (Repeat::Once, _) => self.days.1,
            (_, GoalWindow::Days(days)) => on.plus_days(days.saturating_sub(1)),
            _ => self.last_counted(on),
        }
    }

    /// How many days of the past it looks at, the business date included.
    pub(super) fn history_days(&self) -> u32 {
        if self.streak.is_some() || self.repeat == Repeat::Once {
            return HISTORY_ALL;
        }
        match self.window {
            GoalWindow::All => HISTORY_ALL,
            GoalWindow::Days(days) => days,
            GoalWindow::Period(PeriodName::Day) => 1,
            GoalWindow::Period(PeriodName::Week) => 7,
            GoalWindow::Period(PeriodName::Month) => 31,
            GoalWindow::Period(PeriodName::Year) => 366,
        }
    }

    /// It gives something into this wallet.
    pub fn gives_into(&self, wallet: WalletNumber) -> bool {
        self.gives.iter().any(|entry| entry.wallet == wallet)
    }
}

impl Programme {
    /// What there is to reach, in the order of their ids.
    pub fn challenges(&self) -> &[Challenge] {
        &self.parts.challenges
    }

    /// Challenges for which the lines of past sales are wanted.
    pub fn goals_by_lines(&self) -> impl Iterator<Item = &Challenge> {
        self.parts
            .challenges
            .iter()
            .filter(|goal| goal.reads_lines())
    }

    /// Challenges that count events of this name.
    pub fn goals_of_event<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Challenge> {
        let goals = self.parts.challenges.iter();
        goals.filter(move |goal| goal.event.as_deref() == Some(name))
    }
}

/// What a challenge counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "goal_count"))]
#[serde(rename_all = "snake_case")]
pub enum GoalCount {
    /// Visits on which something was bought.
    Visits,
    /// Different business dates on which something was bought.
    Days,
    /// Money paid.
    Spend,
    /// Pieces bought; a weighed line is one.
    Pieces,
    /// Events of one name.
    Events,
}

/// A period of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "period"))]
#[serde(rename_all = "snake_case")]
pub enum PeriodName {
    /// One business date.
    Day,
    /// Monday to Sunday.
    Week,
    /// The calendar month.
    Month,
    /// The calendar year.
    Year,
}

impl PeriodName {
    /// The number of the period that a date is in; the next period has the next number.
    pub fn number(self, date: BusinessDate) -> i32 {
        let (year, month, _) = date.parts();
        match self {
            Self::Day => date.days_since_1970(),
            // 1 January 1970 was a Thursday.
            Self::Week => (date.days_since_1970() + 3).div_euclid(7),
            Self::Month => year * 12 + i32::try_from(month).expect("1 to 12"),
            Self::Year => year,
        }
    }

    /// The first day of the period that a date is in.
    pub fn first_day(self, date: BusinessDate) -> BusinessDate {
        let (_, month, day) = date.parts();
        let back = match self {
            Self::Day => 0,
            Self::Week => date.weekday().num_days_from_monday(),
            Self::Month | Self::Year => day - 1,
        };
        let first = date.minus_days(back).unwrap_or(BusinessDate::MIN);
        match self {
            Self::Year => first.minus_months(month - 1).unwrap_or(first),
            _ => first,
        }
    }

    /// The last day of the period that a date is in.
    pub fn last_day(self, date: BusinessDate) -> BusinessDate {
        let first = self.first_day(date);
        let next = match self {
            Self::Day => first.plus_days(1),
            Self::Week => first.plus_days(7),
            Self::Month => first.plus_months(1),
            Self::Year => first.plus_months(12),
        };
        let last = next.and_then(|next| next.minus_days(1));
        last.unwrap_or(BusinessDate::MAX)
    }
}

/// How often a challenge gives something to one member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "repeat"))]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// Once ever.
    #[default]
    Once,
    /// Once in each period, or in each `within_days`.
    EachPeriod,
    /// Each time that so much more counts: at 5, at 10, at 15. With a `streak`, each so many periods.
    EachTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(number: i64) -> BusinessDate {
        BusinessDate::from_yyyymmdd(number).expect("a date")
    }

    #[test]
    fn periods_follow_the_calendar_and_weeks_begin_on_monday() {
        // 22 November 2026 is a Sunday.
        for (period, first, last) in [
            (PeriodName::Day, 20_261_122, 20_261_122),
            (PeriodName::Week, 20_261_116, 20_261_122),
            (PeriodName::Month, 20_261_101, 20_261_130),
            (PeriodName::Year, 20_260_101, 20_261_231),
        ] {
            let on = date(20_261_122);
            assert_eq!(period.first_day(on), date(first), "{period:?}");
            assert_eq!(period.last_day(on), date(last), "{period:?}");
            let next = period.last_day(on).plus_days(1).expect("a date");
            let number = period.number(on);
            assert_eq!(period.number(period.first_day(on)), number, "{period:?}");
            assert_eq!(period.number(period.last_day(on)), number, "{period:?}");
            assert_eq!(period.number(next), number + 1, "{period:?}");
        }
        let end = date(99_991_231);
        assert_eq!(PeriodName::Year.last_day(end), end);
        assert_eq!(
            PeriodName::Week.first_day(date(19_691_231)),
            date(19_691_229)
        );
    }
}
