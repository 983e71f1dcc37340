//! Challenges, as they are written.

use serde::Deserialize;

use super::{EntryModel, NamesModel, SelectorModel, WhenModel};
use crate::programme::challenges::{GoalCount, PeriodName, Repeat};

/// Something to reach within a time, and what reaching it gives. Only for members, each by themselves.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "challenge"))]
#[serde(deny_unknown_fields)]
pub(crate) struct ChallengeModel {
    /// By which explanations name it.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// What people call it. Left out: the id.
    #[serde(default)]
    pub name: Option<NamesModel>,
    /// What counts.
    pub count: GoalCount,
    /// So much of it reaches the goal, above zero: whole visits, days, pieces or events; money with
    /// `spend`.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub goal: String,
    /// Which events count, by their name. Required with `events`, refused without.
    #[serde(default)]
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub event: Option<String>,
    /// Which lines count: their money, their pieces, or the visits and days on which such was bought.
    /// Left out: all. Not with `events`.
    #[serde(default)]
    pub lines: Option<SelectorModel>,
    /// First business date that counts, yyyymmdd. Left out: since ever.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 19_000_101, max = 99_991_231)))]
    pub from: Option<i64>,
    /// Last good business date, yyyymmdd. Left out: for ever.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 19_000_101, max = 99_991_231)))]
    pub until: Option<i64>,
    /// It begins anew with each. Not with `within_days`. Left out: it counts from `from` to `until`.
    #[serde(default)]
    pub period: Option<PeriodName>,
    /// Only what happened in so many business dates to that of the sale counts, 1 to 3660.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 3660)))]
    pub within_days: Option<i64>,
    /// The goal is to be reached in several periods, one behind the other. Only with `period`.
    #[serde(default)]
    pub streak: Option<StreakModel>,
    /// How often it gives something to one member. Left out: `once`.
    #[serde(default)]
    pub repeat: Repeat,
    /// What reaching it gives, 1 to 10: points, a voucher or a badge, by the wallet that holds them.
    /// These points count for no tier and no cap of rules.
    #[cfg_attr(test, schemars(length(min = 1, max = 10)))]
    pub gives: Vec<EntryModel>,
    /// Sales and events in which it can be reached; what counts before counts in any case. Left out:
    /// all.
    #[serde(default)]
    pub when: Option<WhenModel>,
}

/// Periods one behind the other.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "streak"))]
#[serde(deny_unknown_fields)]
pub(crate) struct StreakModel {
    /// In so many periods the goal is to be reached, 2 to 1000.
    #[cfg_attr(test, schemars(with = "u32", range(min = 2, max = 1000)))]
    pub periods: i64,
    /// So many periods between two of them may be missed, 0 to 100; they do not count. One more and it
    /// begins anew.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "u32", range(min = 0, max = 100)))]
    pub grace: i64,
}
