//! How often something is had, by one member and by all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Whose past says how often something was had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "times_per"))]
#[serde(rename_all = "snake_case")]
pub enum TimesPer {
    /// The member's own.
    #[default]
    Member,
    /// That of all members who share an account; the member's own where nobody does.
    Household,
}

/// The most times something gives something to one member, or to one household, by their past at this
/// till.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Whose past counts.
    pub per: TimesPer,
    /// On one business date, from 1.
    pub day: Option<u32>,
    /// In one calendar month of business dates, from 1.
    pub month: Option<u32>,
    /// In one calendar year of business dates, from 1.
    pub year: Option<u32>,
    /// As long as there is something of this id: for a campaign, all of it. From 1.
    pub ever: Option<u32>,
}

/// Over which time something is had so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimesWindow {
    /// One business date.
    Day,
    /// One calendar month.
    Month,
    /// One calendar year.
    Year,
    /// Always.
    Ever,
}

impl Times {
    /// Each limit there is, with its window, the shortest first.
    pub fn all(&self) -> impl Iterator<Item = (TimesWindow, u32)> {
        let all = [
            (TimesWindow::Day, self.day),
            (TimesWindow::Month, self.month),
            (TimesWindow::Year, self.year),
            (TimesWindow::Ever, self.ever),
        ];
        all.into_iter()
            .filter_map(|(window, most)| Some((window, most?)))
    }

    /// There is a limit.
    pub fn is_limited(&self) -> bool {
        self.all().next().is_some()
    }

    /// How many days of the past it looks at, the business date included.
    pub(super) fn days(&self) -> u32 {
        let days = |window| match window {
            TimesWindow::Day => 1,
            TimesWindow::Month => 31,
            TimesWindow::Year => 366,
            TimesWindow::Ever => super::HISTORY_ALL,
        };
        self.all()
            .map(|(window, _)| days(window))
            .max()
            .unwrap_or(0)
    }
}

/// How often all members together have something: each till its share, so that it needs no line to the
/// others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// At all tills together, from 1.
    pub total: u32,
    /// Of that, how often at each till, by store and till. One that is absent has no share.
    pub shares: BTreeMap<(String, String), u32>,
}

impl Quota {
    /// The share of a till.
    pub fn share_of(&self, store: &str, till: &str) -> Option<u32> {
        let shares = self.shares.iter();
        let mut own = shares.filter(|((of, at), _)| of == store && at == till);
        own.next().map(|(_, most)| *most)
    }
}

/// What has a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuotaOf {
    /// A rule that awards.
    Rule,
    /// An offer.
    Offer,
}

impl QuotaOf {
    /// The id with what it is the id of: rules and offers may have the same.
    pub fn key(self, id: &str) -> String {
        match self {
            Self::Rule => format!("rule:{id}"),
            Self::Offer => format!("offer:{id}"),
        }
    }
}
