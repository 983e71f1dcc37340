//! Where a member stands on the ladder, by what counted on each day (docs/programme.md, "A ladder of
//! members").

use crate::kernel::BusinessDate;
use crate::programme::{Downgrade, Term, Tiers, Window, YearStart};

/// The tier that a member has on a date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rank {
    /// Its place on the ladder.
    pub place: usize,
    /// The last date on which it is had even if nothing more counts; none for ever.
    pub kept_until: Option<BusinessDate>,
    /// What counts already when it is looked at again behind that date; none where what is sold today
    /// does not count then.
    pub counted_then: Option<i64>,
}

/// What counted on each day up to one, as running sums.
pub(super) struct Ladder<'a> {
    tiers: &'a Tiers,
    joined_on: Option<BusinessDate>,
    on: BusinessDate,
    /// Each date with the sum up to and with it.
    sums: Vec<(BusinessDate, i64)>,
}

impl<'a> Ladder<'a> {
    /// `days` has what counted on each date, in their order; those behind `on` are left out.
    pub fn new(
        tiers: &'a Tiers,
        joined_on: Option<BusinessDate>,
        on: BusinessDate,
        days: impl IntoIterator<Item = (BusinessDate, i64)>,
    ) -> Self {
        let mut sum = 0i64;
        let days = days.into_iter().take_while(|(date, _)| *date <= on);
        let running = days.map(|(date, counted)| {
            sum = sum.saturating_add(counted);
            (date, sum)
        });
        Self {
            tiers,
            joined_on,
            on,
            sums: running.collect(),
        }
    }

    /// What counts in the window on the date; nothing where its year is not known.
    pub fn counted(&self) -> Option<i64> {
        self.counted_on(self.on)
    }

    /// The tier of the date; nothing where its year is not known.
    pub fn rank(&self) -> Option<Rank> {
        match (self.tiers.term, self.tiers.window) {
            (Term::Years(more), Window::Year(start)) => self.by_years(start, more),
            (Term::Months(term), Window::Months(months)) => Some(self.by_terms(term, months)),
            _ => self.by_window(),
        }
    }

    /// The sum of the days before a date.
    fn before(&self, date: BusinessDate) -> i64 {
        let place = self.sums.partition_point(|(day, _)| *day < date);
        place.checked_sub(1).map_or(0, |place| self.sums[place].1)
    }

    /// The sum up to the date itself, from a first date on.
    fn between(&self, first: BusinessDate, last: BusinessDate) -> i64 {
        let to = match last.plus_days(1) {
            Some(behind) => self.before(behind),
            None => self.sums.last().map_or(0, |(_, sum)| *sum),
        };
        to.saturating_sub(self.before(first)).max(0)
    }

    fn counted_on(&self, date: BusinessDate) -> Option<i64> {
        Some(match self.tiers.window {
            Window::Lifetime => self.between(BusinessDate::MIN, date),
            Window::Year(start) => {
                let (first, _) = start.year_of(date, self.joined_on)?;
                // Before joining there was no year.
                let first = self.year_from(start, first);
                self.between(first, date)
            }
            Window::Months(months) => self.between(first_counted(date, months), date),
        })
    }

    /// What was sold before joining counts in the first year.
    fn year_from(&self, start: YearStart, first: BusinessDate) -> BusinessDate {
        let is_first = start == YearStart::Joining && self.joined_on == Some(first);
        if is_first { BusinessDate::MIN } else { first }
    }

    /// The tier that the window makes, and until when it does.
    fn by_window(&self) -> Option<Rank> {
        let counted = self.counted()?;
        let place = self.tiers.fitting(counted);
        let mut rank = Rank {
            place,
            ..Rank::default()
        };
        if place == 0 {
            return Some(rank);
        }
        match self.tiers.window {
            Window::Lifetime => {}
            Window::Year(start) => {
                rank.kept_until = Some(start.year_of(self.on, self.joined_on)?.1)
            }
            Window::Months(months) => {
                let first = first_counted(self.on, months);
                let days = self.sums.iter().map(|(day, _)| *day);
                let leave = days
                    .filter(|day| *day >= first)
                    .filter_map(|day| leaves_on(day, months));
                for left_on in leave {
                    let still = self.between(first_counted(left_on, months), self.on);
                    if self.tiers.fitting(still) < place {
                        rank.kept_until = left_on.minus_days(1);
                        let counts_then = self.on >= first_counted(left_on, months);
                        rank.counted_then = counts_then.then_some(still);
                        break;
                    }
                }
            }
        }
        Some(rank)
    }

    /// Years that each let a tier that was reached in them be kept for so many years more.
    fn by_years(&self, start: YearStart, more: u32) -> Option<Rank> {
        let more = usize::try_from(more).ok()?;
        let (_, now) = start.year_of(self.on, self.joined_on)?;
        let begin = self.sums.first().map_or(self.on, |(date, _)| *date);
        let mut year = start.year_of(begin, self.joined_on)?;
        // What each year made, and the tier with the last year for which it is kept.
        let mut made: Vec<usize> = Vec::new();
        let (mut place, mut until) = (0, 0);
        loop {
            let number = made.len();
            if place > 0 && until < number {
                (place, until) = self.behind_the_term(place, &made, more);
            }
            let first = self.year_from(start, year.0);
            let counted = self.between(first, year.1.min(self.on));
            let fitting = self.tiers.fitting(counted);
            if fitting > place {
                (place, until) = (fitting, number + more);
            } else if place > 0 && counted >= self.tiers.levels[place].keep {
                until = until.max(number + more);
            }
            made.push(fitting);
            if year.1 >= now {
                return self.rank_by_years(start, (place, until), counted, made.len() - 1 + more);
            }
            year = start.year_of(year.1.plus_days(1)?, self.joined_on)?;
        }
    }

    /// The tier at the beginning of a year in which the old one was not kept, and the last year for
    /// which that is.
    fn behind_the_term(&self, place: usize, made: &[usize], more: usize) -> (usize, usize) {
        let number = made.len();
        let recent = (number.saturating_sub(more)..number).rev();
        let fitting = recent.clone().map(|year| made[year]).max().unwrap_or(0);
        let least = match self.tiers.downgrade {
            Downgrade::ToFitting => 0,
            Downgrade::OneLevel => place - 1,
        };
        if fitting >= least {
            let reached = recent.into_iter().find(|year| made[*year] == fitting);
            return (fitting, reached.unwrap_or(number) + more);
        }
        (least, number + more.max(1) - 1)
    }

    /// `longest` is the last year for which this year could let a tier be kept.
    fn rank_by_years(
        &self,
        start: YearStart,
        (place, until): (usize, usize),
        counted: i64,
        longest: usize,
    ) -> Option<Rank> {
        if place == 0 {
            return Some(Rank::default());
        }
        let more = match self.tiers.term {
            Term::Years(more) => usize::try_from(more).ok()?,
            _ => 0,
        };
        let (_, mut last) = start.year_of(self.on, self.joined_on)?;
        for _ in (longest - more)..until {
            last = start.year_of(last.plus_days(1)?, self.joined_on)?.1;
        }
        Some(Rank {
            place,
            kept_until: Some(last),
            counted_then: (until < longest).then_some(counted),
        })
    }

    /// Terms of so many months from the day on which a tier is reached; behind each the window is
    /// looked at anew.
    fn by_terms(&self, term: u32, months: u32) -> Rank {
        let mut held = Held::LOWEST;
        for (day, _) in &self.sums {
            self.settle(&mut held, *day, term, months);
            let counted = self.between(first_counted(*day, months), *day);
            let fitting = self.tiers.fitting(counted);
            if fitting > held.place {
                held = Held::reached(fitting, *day, term);
            }
        }
        self.settle(&mut held, self.on, term, months);
        let keep = self.tiers.levels[held.place].keep;
        loop {
            // What is kept with nothing is kept for ever.
            let ends_on = held.ends_on.filter(|_| held.place > 0 && keep > 0);
            let Some(ends_on) = ends_on else {
                return Rank {
                    place: held.place,
                    ..Rank::default()
                };
            };
            // What counts already for the end of the term, and may well be enough.
            let first = held.counts_from(term, months);
            let counted = self.between(first, self.on);
            if counted < keep {
                return Rank {
                    place: held.place,
                    kept_until: ends_on.minus_days(1),
                    counted_then: (self.on >= first).then_some(counted),
                };
            }
            held.next_term(term);
        }
    }

    /// Looks at the window anew on the morning behind each term that is over on the date.
    fn settle(&self, held: &mut Held, on: BusinessDate, term: u32, months: u32) {
        while let Some(ends_on) = held
            .ends_on
            .filter(|ends_on| held.place > 0 && *ends_on <= on)
        {
            let first = held.counts_from(term, months);
            let counted = ends_on
                .minus_days(1)
                .map_or(0, |evening| self.between(first, evening));
            if counted < self.tiers.levels[held.place].keep {
                let fitting = self.tiers.fitting(counted).min(held.place);
                held.place = match self.tiers.downgrade {
                    Downgrade::ToFitting => fitting,
                    Downgrade::OneLevel => fitting.max(held.place - 1),
                };
            }
            held.next_term(term);
        }
    }
}

/// A tier that is kept for a term.
#[derive(Clone, Copy)]
struct Held {
    place: usize,
    reached_on: BusinessDate,
    /// How many terms since.
    terms: u32,
    /// The first date behind the term; none behind the year 9999.
    ends_on: Option<BusinessDate>,
}

impl Held {
    const LOWEST: Self = Self {
        place: 0,
        reached_on: BusinessDate::MIN,
        terms: 0,
        ends_on: None,
    };

    fn next_term(&mut self, term: u32) {
        self.terms += 1;
        self.ends_on = self.reached_on.plus_months(term * self.terms);
    }

    /// The first date that counts at the end of the term: so many months before it, counted from the
    /// day on which the tier was reached. What reached it does not keep it.
    fn counts_from(&self, term: u32, months: u32) -> BusinessDate {
        let since = term * self.terms;
        let first = match since.checked_sub(months) {
            Some(0) => self.reached_on.plus_days(1),
            Some(later) => self.reached_on.plus_months(later),
            None => Some(first_counted(self.reached_on, months - since)),
        };
        first.unwrap_or(BusinessDate::MAX)
    }

    fn reached(place: usize, on: BusinessDate, term: u32) -> Self {
        Self {
            place,
            reached_on: on,
            terms: 1,
            ends_on: on.plus_months(term),
        }
    }
}

/// The first date that counts in a window of so many months.
pub(super) fn first_counted(on: BusinessDate, months: u32) -> BusinessDate {
    let edge = on.minus_months(months);
    edge.and_then(|edge| edge.plus_days(1))
        .unwrap_or(BusinessDate::MIN)
}

/// The first date on which a day no longer counts in a window of so many months.
fn leaves_on(day: BusinessDate, months: u32) -> Option<BusinessDate> {
    let mut date = day.plus_months(months)?;
    // Months have different lengths: three days at most.
    while first_counted(date, months) <= day {
        date = date.plus_days(1)?;
    }
    Some(date)
}
