//! A balance that lapses as a whole when its member does not come for long.

use super::calendar::BusinessDate;

/// How long without activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// So many days.
    Days(u32),
    /// To the same day so many months later, or the last one that month has.
    Months(u32),
}

/// What keeps such a balance alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// A sale, also one that was claimed.
    Sale,
    /// Something that is no sale: a review, a check-in.
    Event,
}

/// The dates of such activity, in their order.
pub fn dates_of(activity: &[(BusinessDate, Activity)], counted: &[Activity]) -> Vec<BusinessDate> {
    let counts = activity.iter().filter(|(_, kind)| counted.contains(kind));
    counts.map(|(date, _)| *date).collect()
}

impl Idle {
    /// The first business date on which it has been too long since `last`; none behind the year 9999.
    pub fn over_from(self, last: BusinessDate) -> Option<BusinessDate> {
        match self {
            Self::Days(days) => last.plus_days(days),
            Self::Months(months) => last.plus_months(months),
        }
    }

    /// The first business date on which points given on `given_on` are dead: when the first pause
    /// behind it has lasted too long. `activity` are the dates on which the member was active,
    /// earliest first. Whoever comes back after such a pause begins anew: what lapsed stays lapsed.
    pub fn lapse(self, given_on: BusinessDate, activity: &[BusinessDate]) -> Option<BusinessDate> {
        let mut last = given_on;
        for &date in activity.iter().filter(|date| **date > given_on) {
            let over = self.over_from(last)?;
            if date >= over {
                return Some(over);
            }
            last = date;
        }
        self.over_from(last)
    }

    /// As few dates of activity as it takes to tell when points lapse that were given on `first_given` or
    /// later: [`Idle::lapse`] answers the same by them as by all. `behind` tells of two dates the latest
    /// activity behind the one and before the other, or else the first from the other on.
    pub fn turns<E>(
        self,
        first_given: BusinessDate,
        mut behind: impl FnMut(BusinessDate, BusinessDate) -> Result<Option<BusinessDate>, E>,
    ) -> Result<Vec<BusinessDate>, E> {
        let (mut dates, mut last) = (Vec::new(), first_given);
        // Between two that lie no longer apart than that, no pause is too long.
        while let Some(over) = self.over_from(last) {
            let Some(date) = behind(last, over)? else {
                break;
            };
            dates.push(date);
            last = date;
        }
        Ok(dates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> BusinessDate {
        BusinessDate::from_yyyymmdd(number).expect("a date")
    }

    fn lapse(idle: Idle, given_on: i64, activity: &[i64]) -> i64 {
        let activity: Vec<_> = activity.iter().copied().map(day).collect();
        idle.lapse(day(given_on), &activity).map_or(0, i64::from)
    }

    #[test]
    fn each_visit_gives_the_whole_balance_another_life() {
        // smile-13: earned on 1 January and 31 December 2021, a year without activity.
        let visits = [20_210_101, 20_211_231];
        assert_eq!(lapse(Idle::Months(12), 20_210_101, &visits), 20_221_231);
        assert_eq!(lapse(Idle::Days(365), 20_210_101, &visits), 20_221_231);
        // sephora-06: eighteen months without a purchase.
        assert_eq!(
            lapse(Idle::Months(18), 20_240_115, &[20_240_115]),
            20_250_715
        );
        // hm-10: two years.
        assert_eq!(
            lapse(Idle::Months(24), 20_230_601, &[20_230_601, 20_240_101]),
            20_260_101
        );
    }

    #[test]
    fn who_comes_a_day_too_late_begins_anew() {
        let idle = Idle::Months(12);
        // The last good day is 31 December 2021.
        assert_eq!(
            lapse(idle, 20_210_101, &[20_210_101, 20_211_231]),
            20_221_231
        );
        let late = [20_210_101, 20_220_101];
        assert_eq!(lapse(idle, 20_210_101, &late), 20_220_101);
        assert_eq!(lapse(idle, 20_220_101, &late), 20_230_101);
        assert_eq!(lapse(Idle::Days(1), 99_991_231, &[]), 0, "never");
    }
    #[test]
    fn few_dates_tell_the_same_as_all() {
        let new_year = day(20_240_101);
        let after = |days: u32| new_year.plus_days(days).expect("a date");
        // Visits of every second day, a pause of 9 days, and two of 11 and 40.
        let visits = (0..60).step_by(2).chain([67, 68, 79, 119, 120]);
        let visits: Vec<_> = visits.map(after).collect();
        for idle in [
            Idle::Days(1),
            Idle::Days(2),
            Idle::Days(10),
            Idle::Months(1),
        ] {
            for first in 0..130 {
                let mut asked = 0;
                let turns = idle.turns(after(first), |last, over| {
                    asked += 1;
                    let mut within = visits.iter().rev().filter(|date| **date > last);
                    let latest = within.find(|date| **date < over);
                    let next = visits.iter().find(|date| **date >= over);
                    Ok::<_, ()>(latest.or(next).copied())
                });
                let turns = turns.expect("dates");
                for given in first..130 {
                    assert_eq!(
                        idle.lapse(after(given), &turns),
                        idle.lapse(after(given), &visits),
                        "{idle:?} from {first}, given on {given}"
                    );
                }
                if idle == Idle::Months(1) {
                    assert!(asked <= 7, "{asked}");
                }
            }
        }
    }
}
