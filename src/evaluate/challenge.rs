//! How far the member is with each challenge, and what reaching one gives.

use serde::Serialize;

use super::Named;
use super::Phrase;
use super::Value;
use super::because::because;
use super::explain::Speaker;
use super::facts::Facts;
use super::goals::{GoalPast, pieces_milli};
use super::quote::Award;
use super::reached::{Gives, given, said_award, said_awards};
use super::reason::Reason;
use super::tally::Sold;
use super::tier::paid;
use super::truth::Truth;
use crate::kernel::{BusinessDate, Money, Points, WalletNumber};
use crate::programme::{Challenge, Entry, GoalCount, GoalWindow, PeriodName, Programme, Repeat};

/// How far the member is with a challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "challenge_line"))]
pub struct ChallengeLine {
    /// Its id in the programme.
    pub challenge: String,
    /// Its name in the quote's language.
    pub name: String,
    /// What counts before the sale: visits, days or events, smallest units of money, thousandths of
    /// pieces; of a streak, what counts in the present period.
    pub counted: i64,
    /// And after it.
    pub counted_after: i64,
    /// So much reaches it.
    pub goal: i64,
    /// What is missing after the sale until it gives something, or until the present period of a streak
    /// counts; absent where it gives nothing any more in the time that it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<i64>,
    /// The last business date on which what counts now counts; absent for ever, and where that depends on
    /// when each thing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<i32>"))]
    pub until: Option<BusinessDate>,
    /// Periods in a row after the sale; absent without a streak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<u32>,
    /// So many periods in a row reach it; absent without a streak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub periods: Option<u32>,
    /// It was reached so often before, in the time that it counts.
    pub had: u32,
    /// And so often with this sale.
    pub reached: i64,
}

/// A challenge as a sale or an event leaves it.
pub(super) struct Reached<'a> {
    goal: &'a Challenge,
    standing: Standing,
    /// What it gives now, in its order.
    gives: Vec<(Entry, Gives)>,
}

enum Standing {
    /// The business date is none of its days.
    Off,
    /// There is no member, or their past is not known here.
    Unknown,
    /// It is reached, and its condition does not hold or is not known.
    NotMet(Truth, Progress),
    On(Progress),
}

#[derive(Clone, Copy)]
struct Progress {
    past: GoalPast,
    added: i64,
    /// How often it gives something now.
    times: i64,
}

/// Every challenge of a sale, or those of an event, in the programme's order.
pub(super) fn reached<'a>(
    programme: &'a Programme,
    facts: &Facts<'_>,
    sold: &Sold<'_>,
    is_refused: &dyn Fn(WalletNumber, Points) -> bool,
) -> Vec<Reached<'a>> {
    let goals = programme.challenges().iter();
    let its = goals.filter(|goal| facts.event.is_none() || goal.event.as_deref() == facts.event);
    its.map(|goal| {
        let standing = standing(goal, facts, sold);
        let times = match &standing {
            Standing::On(progress) => progress.times,
            _ => 0,
        };
        let entries = goal.gives.iter().filter(|_| times > 0);
        let gives = entries.map(|entry| {
            let wallet = programme.wallet_by_number(entry.wallet);
            let is_badge = wallet.is_some_and(|wallet| wallet.is_badge());
            let held = facts
                .member
                .map(|member| member.balance(entry.wallet).known);
            if is_badge && held.is_some_and(Points::is_positive) {
                return (*entry, Gives::HadBefore);
            }
            let times = if is_badge { 1 } else { times };
            let entry = Entry {
                points: Points::new(entry.points.get().saturating_mul(times)),
                ..*entry
            };
            let gives = given(programme, facts, entry, goal.rule(), is_refused);
            (entry, gives)
        });
        let gives = gives.collect();
        Reached {
            goal,
            standing,
            gives,
        }
    })
    .collect()
}

fn standing(goal: &Challenge, facts: &Facts<'_>, sold: &Sold<'_>) -> Standing {
    if !goal.is_on(facts.cart.business_date) {
        return Standing::Off;
    }
    let past = facts.history.and_then(|past| past.goals.get(&goal.id));
    let Some(past) = past.copied() else {
        return Standing::Unknown;
    };
    let mut progress = Progress {
        past,
        added: added(goal, facts, sold, past),
        times: 0,
    };
    progress.times = progress.due(goal);
    let truth = goal
        .when
        .as_ref()
        .map_or(Truth::Yes, |when| facts.holds(when));
    if progress.times > 0 && truth != Truth::Yes {
        progress.times = 0;
        return Standing::NotMet(truth, progress);
    }
    Standing::On(progress)
}

/// What the sale or the event counts.
fn added(goal: &Challenge, facts: &Facts<'_>, sold: &Sold<'_>, past: GoalPast) -> i64 {
    let lines = goal.lines.as_ref();
    let is_once = || {
        let has_lines = lines.is_none_or(|lines| facts.picks.any_sold(lines) == Truth::Yes);
        i64::from(facts.is_purchase() && has_lines && !past.is_counted)
    };
    match goal.count {
        GoalCount::Events => {
            i64::from(facts.event.is_some() && facts.event == goal.event.as_deref())
        }
        GoalCount::Visits | GoalCount::Days => is_once(),
        GoalCount::Spend => paid(sold, |line| facts.picks.takes(lines, line)),
        GoalCount::Pieces => {
            let pieces = facts.picks.lines(lines).map(|line| {
                let line = &facts.cart.lines[line];
                pieces_milli(line, line.quantity_milli.get())
            });
            pieces.fold(0i64, i64::saturating_add).max(0)
        }
    }
}

impl Progress {
    fn counted_after(&self) -> i64 {
        self.past.counted.saturating_add(self.added)
    }

    /// Periods in a row, the present one among them once its goal is reached.
    fn run_after(&self, goal: &Challenge) -> u32 {
        let is_reached = self.counted_after() >= goal.goal;
        self.past.run.saturating_add(u32::from(is_reached))
    }

    /// How often it is reached and was not had. Only what counts for it can reach it.
    fn due(&self, goal: &Challenge) -> i64 {
        if self.added <= 0 {
            return 0;
        }
        let times = match goal.streak {
            None => self.counted_after() / goal.goal,
            Some(streak) => i64::from(self.run_after(goal) / streak.periods),
        };
        let most = match goal.repeat {
            Repeat::Once | Repeat::EachPeriod => 1,
            Repeat::EachTime => i64::MAX,
        };
        (times.min(most) - i64::from(self.past.had)).max(0)
    }

    fn had_after(&self) -> i64 {
        i64::from(self.past.had) + self.times
    }

    /// It gives nothing any more in the time that it counts.
    fn is_done(&self, goal: &Challenge) -> bool {
        goal.repeat != Repeat::EachTime && self.had_after() > 0
    }

    /// What is missing; nothing where it is done.
    fn missing(&self, goal: &Challenge) -> Option<i64> {
        if self.is_done(goal) {
            return None;
        }
        let laps = match goal.streak {
            None => self.had_after() + 1,
            Some(_) => 1,
        };
        let goal = goal.goal.saturating_mul(laps);
        Some(goal.saturating_sub(self.counted_after()).max(0))
    }

    /// Of a streak, the periods that count for the next time it gives something.
    fn run_of_lap(&self, goal: &Challenge, periods: u32) -> i64 {
        let had = match goal.repeat {
            Repeat::EachTime => self.had_after(),
            _ => 0,
        };
        i64::from(self.run_after(goal)) - i64::from(periods).saturating_mul(had)
    }
}

impl Reached<'_> {
    /// What it gives.
    pub fn awards(&self) -> impl Iterator<Item = &Award> {
        self.gives.iter().filter_map(|(_, gives)| match gives {
            Gives::Award(award) => Some(award),
            _ => None,
        })
    }

    fn progress(&self) -> Option<&Progress> {
        match &self.standing {
            Standing::On(progress) | Standing::NotMet(_, progress) => Some(progress),
            Standing::Off | Standing::Unknown => None,
        }
    }

    /// How far it is; nothing where it is not on, or not known.
    pub fn line(&self, speaker: &Speaker<'_>, on: BusinessDate) -> Option<ChallengeLine> {
        let (goal, progress) = (self.goal, self.progress()?);
        Some(ChallengeLine {
            challenge: goal.id.clone(),
            name: goal.name.in_language(speaker.language).to_owned(),
            counted: progress.past.counted,
            counted_after: progress.counted_after(),
            goal: goal.goal,
            missing: progress.missing(goal),
            until: goal.last_counted(on),
            run: goal.streak.map(|_| progress.run_after(goal)),
            periods: goal.streak.map(|streak| streak.periods),
            had: progress.past.had,
            reached: progress.times,
        })
    }

    /// What is said of it.
    pub fn reason(&self, speaker: &Speaker<'_>, facts: &Facts<'_>) -> Reason {
        let progress = match &self.standing {
            Standing::Off => return self.said(speaker, "challenge.off", []),
            Standing::Unknown => return self.said(speaker, "challenge.unknown", []),
            Standing::NotMet(truth, progress) => {
                let key = match truth {
                    Truth::Unknown => "challenge.not_known",
                    _ => "challenge.not_met",
                };
                let when = self.goal.when.as_ref().expect("a condition does not hold");
                let mut reason = self.said(speaker, key, []);
                let whose = Named::from(self.goal.rule());
                because(speaker, facts, (&whose, when)).add_to(&mut reason);
                self.add_numbers(&mut reason, progress, facts);
                return reason;
            }
            Standing::On(progress) => progress,
        };
        let mut reason = if progress.times > 0 {
            self.given(speaker)
        } else if progress.is_done(self.goal) {
            self.said(speaker, "challenge.had", [])
        } else {
            self.on_the_way(speaker, progress)
        };
        self.add_numbers(&mut reason, progress, facts);
        if let Some(missing) = progress.missing(self.goal).filter(|missing| *missing > 0) {
            self.add_missing(&mut reason, missing, facts);
        }
        reason
    }

    fn said(
        &self,
        speaker: &Speaker<'_>,
        key: &'static str,
        places: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Reason {
        let applied = self.awards().next().is_some();
        let name = self.goal.name.in_language(speaker.language);
        let mut reason = Reason::new(speaker, self.goal.rule(), applied, key)
            .with([("challenge", self.goal.id.clone())]);
        reason.fill("name", name.to_owned());
        for (place, value) in places {
            reason.fill(place, value);
        }
        reason
    }

    fn add_numbers(&self, reason: &mut Reason, progress: &Progress, facts: &Facts<'_>) {
        let values = &mut reason.values;
        values.insert("counted", Value::Count(progress.past.counted));
        values.insert("counted_after", Value::Count(progress.counted_after()));
        values.insert("goal", Value::Count(self.goal.goal));
        values.insert("times", Value::Count(progress.times));
        if let Some(missing) = progress.missing(self.goal) {
            values.insert("missing", Value::Count(missing));
        }
        if let Some(until) = self.goal.last_counted(facts.cart.business_date) {
            values.insert("until", until);
        }
        if let Some(streak) = self.goal.streak {
            values.insert("run", Value::Count(progress.run_after(self.goal).into()));
            values.insert("periods", Value::Count(streak.periods.into()));
        }
    }

    /// What it gives, or why it gives nothing although it is reached.
    fn given(&self, speaker: &Speaker<'_>) -> Reason {
        let given = said_awards(speaker, self.awards());
        let (key, points) = match self.gives.first() {
            Some((entry, gives)) if given.is_empty() => {
                let key = match gives {
                    Gives::Refused => "challenge.refused",
                    Gives::Expired => "challenge.expired",
                    _ => "challenge.held",
                };
                (key, said_award(speaker, entry.wallet, entry.points))
            }
            _ => ("challenge.reached", given),
        };
        self.said(speaker, key, [("points", points.into())])
    }

    /// How far it is.
    fn on_the_way(&self, speaker: &Speaker<'_>, progress: &Progress) -> Reason {
        let GoalWindow::Period(period) = self.goal.window else {
            return self.part(speaker, progress);
        };
        let Some(streak) = self.goal.streak else {
            return self.part(speaker, progress);
        };
        let unit = match period {
            PeriodName::Day => "challenge.run.days",
            PeriodName::Week => "challenge.run.weeks",
            PeriodName::Month => "challenge.run.months",
            PeriodName::Year => "challenge.run.years",
        };
        let run = progress.run_of_lap(self.goal, streak.periods);
        let places = [
            ("run", Value::Count(run)),
            ("periods", Value::Count(streak.periods.into())),
            ("unit", Value::Word(unit)),
        ];
        self.said(speaker, "challenge.run", places)
    }

    fn part(&self, speaker: &Speaker<'_>, progress: &Progress) -> Reason {
        let goal = self.goal.goal;
        let missing = progress.missing(self.goal).unwrap_or(0);
        let places = [
            ("counted", counted(self.goal.count, (goal - missing).max(0))),
            ("goal", counted(self.goal.count, goal)),
        ];
        self.said(speaker, "challenge.progress", places)
    }

    fn add_missing(&self, reason: &mut Reason, missing: i64, facts: &Facts<'_>) {
        let missing = counted(self.goal.count, missing);
        let until = self.goal.last_counted(facts.cart.business_date);
        reason.add(match until {
            None => Phrase::new("challenge.more").with("missing", missing),
            Some(until) => Phrase::new("challenge.more_until")
                .with("missing", missing)
                .with("until", until),
        });
    }
}

/// A number of what counts.
fn counted(count: GoalCount, number: i64) -> Value {
    match count {
        GoalCount::Spend => Money::new(number).into(),
        GoalCount::Pieces => Value::Quantity(number),
        GoalCount::Visits | GoalCount::Days | GoalCount::Events => Value::Count(number),
    }
}
