//! What a member's past means for challenges (docs/programme.md, "Challenges").

use std::collections::{BTreeMap, BTreeSet};

use minicbor::{Decode, Encode};

use super::cart::{Cart, Line, LineFlag};
use super::due::KeptLine;
use super::history::{PastSale, is_new_visit, is_of_cart};
use super::returned::{Decided, ReturnedLines};
use super::select::fitting;
use crate::kernel::{BusinessDate, Points};
use crate::programme::{Challenge, GoalCount, GoalWindow, Programme, RefundBase, Repeat};

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

/// How far a member is with each challenge that is on; `before` are the sales up to the cart's date.
pub(super) fn goals(
    programme: &Programme,
    cart: &Cart,
    before: &[&PastSale],
) -> BTreeMap<String, GoalPast> {
    let challenges = programme.challenges().iter();
    let on = challenges.filter(|goal| goal.is_on(cart.business_date));
    on.map(|goal| (goal.id.clone(), Seen { goal, cart, before }.past()))
        .collect()
}

/// One challenge and what happened before.
struct Seen<'a> {
    goal: &'a Challenge,
    cart: &'a Cart,
    before: &'a [&'a PastSale],
}

impl<'a> Seen<'a> {
    fn past(&self) -> GoalPast {
        let (goal, on) = (self.goal, self.cart.business_date);
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
            had: self.had(since),
            is_counted: self.is_counted(),
            run,
        }
    }

    /// The sales and events that count for it.
    fn counting(&self) -> impl Iterator<Item = &'a PastSale> + '_ {
        let is_in = |sale: &&'a PastSale| self.goal.is_on(sale.business_date);
        self.before.iter().copied().filter(is_in)
    }

    /// Something that it is about was bought.
    fn is_visit(&self, sale: &PastSale) -> bool {
        let lines = sale.goals.get(&self.goal.id).copied();
        sale.is_visit && (self.goal.lines.is_none() || lines.is_some_and(|pieces| pieces > 0))
    }

    fn counted_by_day(&self) -> BTreeMap<BusinessDate, i64> {
        let goal = self.goal;
        let mut days: BTreeMap<BusinessDate, i64> = BTreeMap::new();
        let mut groups = BTreeSet::new();
        for sale in self.counting() {
            let of_lines = || sale.goals.get(&goal.id).copied().unwrap_or(0);
            let counted = match goal.count {
                GoalCount::Visits => {
                    i64::from(self.is_visit(sale) && is_new_visit(sale, &mut groups))
                }
                GoalCount::Days => i64::from(self.is_visit(sale)),
                GoalCount::Spend if goal.lines.is_none() => sale.spend.get(),
                GoalCount::Spend | GoalCount::Pieces => of_lines(),
                GoalCount::Events => i64::from(sale.event.is_some() && sale.event == goal.event),
            };
            let day = days.entry(sale.business_date).or_default();
            *day = match goal.count {
                GoalCount::Days => counted.max(*day),
                _ => day.saturating_add(counted),
            };
        }
        days
    }

    /// Periods in a row before the present one, and the first day of the first of them.
    fn run(&self, days: &BTreeMap<BusinessDate, i64>) -> (u32, Option<BusinessDate>) {
        let (Some(streak), GoalWindow::Period(period)) = (self.goal.streak, self.goal.window)
        else {
            return (0, None);
        };
        let mut periods: BTreeMap<i32, (BusinessDate, i64)> = BTreeMap::new();
        for (date, counted) in days {
            let first = (period.first_day(*date), 0);
            let (_, sum) = periods.entry(period.number(*date)).or_insert(first);
            *sum = sum.saturating_add(*counted);
        }
        let now = period.number(self.cart.business_date);
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

    fn had(&self, since: Option<BusinessDate>) -> u32 {
        let rule = self.goal.rule();
        let sales = self.before.iter();
        let sales = sales.filter(|sale| since.is_none_or(|since| since <= sale.business_date));
        let times = sales.map(|sale| {
            let times = self.goal.gives.iter().map(|entry| {
                let mut awards = sale.awards.iter();
                let is_its = |award: &&super::history::PastAward| {
                    award.rule == rule && award.wallet == entry.wallet
                };
                let points = awards
                    .find(is_its)
                    .map_or(Points::ZERO, |award| award.points);
                // What a return left of it still was given.
                points.get().max(0).div_euclid(entry.points.get())
                    + i64::from(points.get().max(0).rem_euclid(entry.points.get()) > 0)
            });
            times.max().unwrap_or(0)
        });
        let times = times.fold(0i64, i64::saturating_add);
        u32::try_from(times).unwrap_or(u32::MAX)
    }

    fn is_counted(&self) -> bool {
        let on = self.cart.business_date;
        match self.goal.count {
            GoalCount::Days => {
                let mut sales = self.counting().filter(|sale| sale.business_date == on);
                sales.any(|sale| self.is_visit(sale))
            }
            GoalCount::Visits => self
                .counting()
                .any(|sale| self.is_visit(sale) && is_of_cart(sale, self.cart)),
            _ => false,
        }
    }
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
    pub fn counts_for(&self, goal: &Challenge, gone: &ReturnedLines) -> i64 {
        let kept = self.kept(gone, RefundBase::LineNet);
        let lines = self.cart.lines.iter().zip(&kept).enumerate();
        let lines: Vec<(usize, &Line, &KeptLine)> = lines
            .filter(|(_, (line, _))| !line.is_returned())
            .map(|(index, (line, kept))| (index, line, kept))
            .collect();
        let such = goal
            .lines
            .as_ref()
            .map(|selector| fitting(selector, &self.cart.lines));
        let counted = lines.into_iter().filter_map(|(index, line, kept)| {
            let is_such = such.as_ref().is_none_or(|such| such.contains(&index));
            is_such.then(|| match goal.count {
                GoalCount::Spend => kept.net.get(),
                _ => pieces_milli(line, kept.quantity.get()),
            })
        });
        counted.fold(0, i64::saturating_add)
    }
}

impl Cart {
    /// What goods that come back without their sale count for a challenge that looks at lines, zero or
    /// below.
    pub fn counts_for(&self, goal: &Challenge) -> i64 {
        let such = match &goal.lines {
            Some(selector) => fitting(selector, &self.lines),
            None => (0..self.lines.len()).collect(),
        };
        let counted = such.into_iter().map(|line| match goal.count {
            GoalCount::Spend => self.lines[line].line_total.get(),
            _ => pieces_milli(&self.lines[line], self.lines[line].quantity_milli.get()),
        });
        counted.fold(0, i64::saturating_add)
    }
}
