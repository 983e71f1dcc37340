//! Challenges.

use std::collections::BTreeSet;

use super::super::challenges::{Challenge, GoalCount, GoalWindow, PeriodName, Repeat, Streak};
use super::super::model::ChallengeModel;
use super::super::{Names, RULES_MAX, Unit};
use super::{Compiler, Known};
use crate::kernel::BusinessDate;
use crate::kernel::order;

/// What badges are called.
pub(super) fn badge_unit() -> Unit {
    Unit(Names {
        vi: Some("huy hiệu".to_owned()),
        en: Some("badge/badges".to_owned()),
    })
}

impl Compiler {
    pub(super) fn challenges(
        &mut self,
        models: &[ChallengeModel],
        days: (Option<BusinessDate>, Option<BusinessDate>),
        known: &Known<'_>,
    ) -> Vec<Challenge> {
        if !self.count("challenges", models.len(), RULES_MAX) {
            return Vec::new();
        }
        let mut ids = BTreeSet::new();
        let mut challenges = Vec::with_capacity(models.len());
        for (index, model) in models.iter().enumerate() {
            let path = format!("challenges[{index}]");
            self.once(&path, ids.insert(model.id.as_str()), &model.id);
            let challenge = self.challenge(&path, model, known);
            if let Some(challenge) = &challenge {
                self.within_programme(&path, challenge.days, days);
            }
            challenges.extend(challenge);
        }
        order::sort_by(&mut challenges, |a, b| a.id.cmp(&b.id));
        challenges
    }

    fn challenge(
        &mut self,
        path: &str,
        model: &ChallengeModel,
        known: &Known<'_>,
    ) -> Option<Challenge> {
        self.id(format_args!("{path}.id"), &model.id);
        let name = self.name_or_id(path, &model.name, &model.id);
        let goal = self.goal(path, model, known);
        let event = self.goal_event(path, model);
        let lines_path = format!("{path}.lines");
        let lines = self.optional_selector(&lines_path, model.lines.as_ref(), known);
        let is_event = model.count == GoalCount::Events;
        self.unused(&lines_path, is_event && model.lines.is_some(), "`events`");
        let days = self.own_days(path, (model.from, model.until));
        let window = self.goal_window(path, model);
        let streak = self.streak(path, model);
        let gives = self.entries(&format!("{path}.gives"), (&model.gives, 1), known);
        let when = self.when_before_spending(path, model.when.as_ref(), known);
        if is_event {
            let read = when.as_ref().and_then(Option::as_ref);
            self.refuse_sale_conditions(&format!("{path}.when"), read);
        }
        Some(Challenge {
            id: model.id.clone(),
            name: name?,
            count: model.count,
            goal: goal?,
            event: event?,
            lines: lines?,
            days: days?,
            window: window?,
            streak: streak?,
            repeat: model.repeat,
            gives: gives?,
            when: when?,
        })
    }

    fn goal(&mut self, path: &str, model: &ChallengeModel, known: &Known<'_>) -> Option<i64> {
        let decimals = match model.count {
            GoalCount::Spend => known.money_decimals,
            _ => 0,
        };
        let goal = self.units_from(format_args!("{path}.goal"), &model.goal, decimals, 1)?;
        match model.count {
            GoalCount::Spend => Some(goal),
            GoalCount::Pieces => Some(self.small_goal(path, goal)?.checked_mul(1_000)?),
            _ => self.small_goal(path, goal),
        }
    }

    fn small_goal(&mut self, path: &str, goal: i64) -> Option<i64> {
        self.whole(format_args!("{path}.goal"), goal, 1, 1_000_000)
    }

    fn goal_event(&mut self, path: &str, model: &ChallengeModel) -> Option<Option<String>> {
        let path = format!("{path}.event");
        let is_event = model.count == GoalCount::Events;
        match &model.event {
            Some(name) => {
                self.id(&path, name);
                self.unused(&path, !is_event, "a `count` other than `events`");
            }
            None if is_event => {
                let expected = "the name of an event, with `events`";
                self.problem(path, "missing", expected, "nothing");
                return None;
            }
            None => {}
        }
        Some(model.event.clone())
    }

    fn goal_window(&mut self, path: &str, model: &ChallengeModel) -> Option<GoalWindow> {
        let days_path = format!("{path}.within_days");
        let window = match (model.period, model.within_days) {
            (None, None) => Some(GoalWindow::All),
            (Some(period), None) => Some(GoalWindow::Period(period)),
            (None, Some(days)) => {
                let days = self.whole(&days_path, days, 1, 3_660);
                days.and_then(|days| u32::try_from(days).ok())
                    .map(GoalWindow::Days)
            }
            (Some(_), Some(_)) => {
                self.unused(&days_path, true, "`period`");
                None
            }
        };
        let is_period = model.repeat == Repeat::EachPeriod;
        let path = format!("{path}.repeat");
        let is_one = window == Some(GoalWindow::All);
        self.unused(
            &path,
            is_period && is_one,
            "neither `period` nor `within_days`",
        );
        self.unused(&path, is_period && model.streak.is_some(), "`streak`");
        // Two days, weeks and so on are the same goal in one of them.
        let is_daily = model.count == GoalCount::Days
            && window == Some(GoalWindow::Period(PeriodName::Day))
            && model.goal != "1";
        self.unused(
            path.replace("repeat", "goal"),
            is_daily,
            "`days` of `day`, which has one",
        );
        window
    }

    fn streak(&mut self, path: &str, model: &ChallengeModel) -> Option<Option<Streak>> {
        let Some(streak) = &model.streak else {
            return Some(None);
        };
        let path = format!("{path}.streak");
        if model.period.is_none() {
            let expected = "`period`, with `streak`";
            self.problem(&path, "missing", expected, "nothing");
        }
        let periods = self.whole(format_args!("{path}.periods"), streak.periods, 2, 1_000);
        let grace = self.whole(format_args!("{path}.grace"), streak.grace, 0, 100);
        Some(Some(Streak {
            periods: u32::try_from(periods?).ok()?,
            grace: u32::try_from(grace?).ok()?,
        }))
    }

    /// The first and the last day of a challenge or a draw.
    pub(super) fn own_days(
        &mut self,
        path: &str,
        (from, until): (Option<i64>, Option<i64>),
    ) -> Option<(Option<BusinessDate>, Option<BusinessDate>)> {
        let from = self.optional_date(&format!("{path}.from"), from);
        let until = self.optional_date(&format!("{path}.until"), until);
        if let (Some(Some(from)), Some(Some(until))) = (from, until)
            && until < from
        {
            let expected = "no date before `from`";
            let found = until.yyyymmdd().to_string();
            self.problem(format!("{path}.until"), "out_of_order", expected, found);
        }
        Some((from?, until?))
    }

    /// Something behind the last day of the programme, or over before its first, is a trap.
    pub(super) fn within_programme(
        &mut self,
        path: &str,
        (from, until): (Option<BusinessDate>, Option<BusinessDate>),
        (first, last): (Option<BusinessDate>, Option<BusinessDate>),
    ) {
        let is_late = from.zip(last).is_some_and(|(from, last)| from > last);
        let is_early = until.zip(first).is_some_and(|(until, first)| until < first);
        if is_late || is_early {
            let key = if is_late { "from" } else { "until" };
            let expected = "days of the programme, `valid_from` to `valid_until`";
            self.problem(
                format!("{path}.{key}"),
                "unreachable",
                expected,
                "none of them",
            );
        }
    }
}
