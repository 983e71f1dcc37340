//! What a member's past means for challenges (docs/programme.md, "Challenges").

use crate::kernel::Few;

use minicbor::{Decode, Encode};

use super::cart::{Cart, Line, LineFlag};
use super::history::Answer;
use super::returned::{Decided, ReturnedLines};
use super::select::fitting;
use super::sums::{Of, Question, Sum};
use crate::kernel::BusinessDate;
use crate::programme::{Challenge, GoalCount, GoalWindow, RefundBase, Repeat, Selector};

/// How far a member is with a challenge before a sale or an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct GoalPast {
    /// What counts already, of the goal: visits, days or events, smallest units of money, thousandths
    /// of pieces. Zero or more.
    #[n(0)]
    pub counted: i64,
    /// How often it gave something within the time in which it does so once, or is counted anew.
    #[n(1)]
    pub had: u32,
    /// What can count once only does so already: the business date, or the visit of a split bill.
    #[n(2)]
    pub is_counted: bool,
    /// Periods in a row in which the goal was reached, the present one left out.
    #[n(3)]
    pub run: u32,
}

/// How far a member is with a challenge on a business date, in the split bill of this name if it is one.
/// It asks the same whatever the answers are.
pub(super) fn past<'s>(
    goal: &Challenge,
    (on, group): (BusinessDate, Option<u64>),
    answer: &mut dyn FnMut(Question) -> Answer<'s>,
) -> GoalPast {
    let sums = answer(question_of(goal)).before;
    let given: Vec<(i64, Answer<'_>)> = goal
        .gives
        .iter()
        .map(|entry| {
            let question = Question::Points {
                rule: Some(goal.rule()),
                wallet: Some(entry.wallet),
                of: match goal.count {
                    GoalCount::Events => Of::SalesAndEvents,
                    _ => Of::Sales,
                },
            };
            (entry.points.get(), answer(question))
        })
        .collect();
    let seen = Seen {
        goal,
        on,
        group,
        sums,
    };
    seen.past(&given)
}

/// Which sums tell what counts.
fn question_of(goal: &Challenge) -> Question {
    if goal.event.is_none() && !goal.reads_lines() {
        return Question::Sales;
    }
    Question::Goal {
        id: goal.id.clone(),
        count: goal.count,
        lines: goal.lines.as_ref().map(Selector::placeless),
        event: goal.event.clone(),
    }
}

/// One challenge and what happened before.
struct Seen<'a> {
    goal: &'a Challenge,
    on: BusinessDate,
    group: Option<u64>,
    sums: &'a [Sum],
}

impl<'a> Seen<'a> {
    /// `given` are the points of each wallet for reaching it once, and those that it gave.
    fn past(&self, given: &[(i64, Answer<'_>)]) -> GoalPast {
        let (goal, on) = (self.goal, self.on);
        let first = goal.first_counted(on);
        let is_now = |date: BusinessDate| first.is_none_or(|first| first <= date);
        let days = self.counted_by_day();
        let now = days.iter().filter(|(date, _)| is_now(**date));
        let counted = now.fold(0i64, |sum, (_, counted)| sum.saturating_add(*counted));
        let (run, run_began) = self.run(&days);
        let since = match (goal.repeat, goal.streak) {
            (Repeat::Once, _) => goal.days.0,
            (_, Some(_)) => run_began.or(first),
            (_, None) => first,
        };
        GoalPast {
            counted: counted.max(0),
            had: had(given, (since, goal.last_given(on))),
            is_counted: self.is_counted(),
            run,
        }
    }

    /// What counts for it.
    fn counting(&self) -> impl Iterator<Item = &'a Sum> + '_ {
        let sums = self.sums.iter();
        sums.filter(|sum| self.goal.is_on(sum.date))
    }

    fn counted_by_day(&self) -> Few<BusinessDate, i64> {
        let mut days: Few<BusinessDate, i64> = Few::new();
        for sum in self.counting() {
            let day = days.entry(sum.date).or_default();
            *day = match self.goal.count {
                // The parts of a split bill are one visit.
                GoalCount::Visits if sum.group != 0 => day.saturating_add(sum.count.min(1)),
                GoalCount::Visits => day.saturating_add(sum.count),
                GoalCount::Days => (*day).max(sum.count.min(1)),
                _ => day.saturating_add(sum.amount),
            };
        }
        days
    }

    /// Periods in a row before the present one, and the first day of the first of them.
    fn run(&self, days: &Few<BusinessDate, i64>) -> (u32, Option<BusinessDate>) {
        let (Some(streak), GoalWindow::Period(period)) = (self.goal.streak, self.goal.window)
        else {
            return (0, None);
        };
        let mut periods: Few<i32, (BusinessDate, i64)> = Few::new();
        for (date, counted) in days {
            let first = (period.first_day(*date), 0);
            let (_, sum) = periods.entry(period.number(*date)).or_insert(first);
            *sum = sum.saturating_add(*counted);
        }
        let now = period.number(self.on);
        let grace = i64::from(streak.grace);
        let follows = |last: i32, next: i32| i64::from(next) - i64::from(last) - 1 <= grace;
        let (mut run, mut began, mut last) = (0u32, None, None);
        let before = periods.into_iter().filter(|(number, _)| *number < now);
        for (number, (first_day, _)) in before.filter(|(_, (_, sum))| *sum >= self.goal.goal) {
            if !last.is_some_and(|last| follows(last, number)) {
                (run, began) = (0, Some(first_day));
            }
            run = run.saturating_add(1);
            last = Some(number);
        }
        if last.is_some_and(|last| follows(last, now)) {
            (run, began)
        } else {
            (0, None)
        }
    }

    fn is_counted(&self) -> bool {
        let mut today = self
            .counting()
            .filter(|sum| sum.date == self.on && sum.count > 0);
        match self.goal.count {
            GoalCount::Days => today.next().is_some(),
            GoalCount::Visits => today.any(|sum| Some(sum.group) == self.group),
            _ => false,
        }
    }
}

/// How often it gave or promised something in a time. What a return left of an award still was given.
fn had(
    given: &[(i64, Answer<'_>)],
    (first, last): (Option<BusinessDate>, Option<BusinessDate>),
) -> u32 {
    let is_in = |date: BusinessDate| {
        first.is_none_or(|first| first <= date) && last.is_none_or(|last| date <= last)
    };
    let times = given.iter().map(|(points, answer)| {
        let sums = answer.given().filter(|sum| is_in(sum.date));
        let sum = sums
            .fold(0i64, |all, sum| all.saturating_add(sum.amount))
            .max(0);
        sum / points + i64::from(sum % points > 0)
    });
    u32::try_from(times.max().unwrap_or(0)).unwrap_or(u32::MAX)
}

/// Thousandths of pieces: a weighed line is one.
pub(super) fn pieces_milli(line: &Line, quantity_milli: i64) -> i64 {
    if line.flags.contains(&LineFlag::Weighed) {
        quantity_milli.signum() * 1_000
    } else {
        quantity_milli
    }
}

impl Decided<'_> {
    /// What is kept of the sale counts so much for a challenge that looks at lines: money with `spend`,
    /// else thousandths of pieces.
    pub fn counts_for(
        &self,
        (count, selector): (GoalCount, Option<&Selector>),
        gone: &ReturnedLines,
    ) -> i64 {
        let kept = self.kept(gone, RefundBase::LineNet);
        let such = such(selector, &self.cart.lines);
        let sold = such.filter(|line| !self.cart.lines[*line].is_returned());
        let counted = sold.map(|line| match count {
            GoalCount::Spend => kept[line].net.get(),
            _ => pieces_milli(&self.cart.lines[line], kept[line].quantity.get()),
        });
        counted.fold(0, i64::saturating_add)
    }
}

impl Cart {
    /// What goods that come back without their sale count for a challenge that looks at lines, zero or
    /// below.
    pub fn counts_for(&self, (count, selector): (GoalCount, Option<&Selector>)) -> i64 {
        let counted = such(selector, &self.lines).map(|line| {
            let line = &self.lines[line];
            match count {
                GoalCount::Spend => line.line_total.get(),
                _ => pieces_milli(line, line.quantity_milli.get()),
            }
        });
        counted.fold(0, i64::saturating_add)
    }
}

/// The lines that fit; all where there is no selection.
fn such(selector: Option<&Selector>, lines: &[Line]) -> std::vec::IntoIter<usize> {
    match selector {
        Some(selector) => fitting(selector, lines).into_iter(),
        None => (0..lines.len()).collect::<Vec<_>>().into_iter(),
    }
}
