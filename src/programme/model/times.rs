//! How often something is had, and rules for what is no sale, as they are written.

use serde::Deserialize;

use crate::programme::shape::filled;
use crate::programme::times::TimesPer;

/// How often something gives something to one member, or to one household, in all sales or events.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "times", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct TimesModel {
    /// For whom it counts: each `member`, or all members of a `household` together. Left out: member.
    #[serde(default)]
    pub per: TimesPer,
    /// On one business date. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 1, max = 1_000_000)))]
    pub day: Option<i64>,
    /// In one calendar month of business dates. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 1, max = 1_000_000)))]
    pub month: Option<i64>,
    /// In one calendar year of business dates. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 1, max = 1_000_000)))]
    pub year: Option<i64>,
    /// As long as there is something of this id: for a campaign, all of it. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 1, max = 1_000_000)))]
    pub ever: Option<i64>,
}

/// So many points for something that a member did and that is no sale.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "event"))]
#[serde(deny_unknown_fields)]
pub(crate) struct EventModel {
    /// By which events are reported: `sign_up`, which enrolment reports by itself, `birthday`, `review`,
    /// `survey`, `check_in`, `app`, or a word of your own.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub name: String,
    /// The points.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub points: String,
}

/// How often all members together have something: the first hundred.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "quota"))]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaModel {
    /// At all tills together.
    #[cfg_attr(test, schemars(range(min = 1, max = 1_000_000)))]
    pub total: i64,
    /// The part of it that each till may give; together no more than `total`.
    #[serde(deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 1000)))]
    pub shares: Vec<ShareModel>,
}

/// The part of a quota that one till may give.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "share"))]
#[serde(deny_unknown_fields)]
pub(crate) struct ShareModel {
    /// The store, as provisioning names it.
    #[cfg_attr(test, schemars(length(min = 1, max = 200)))]
    pub store: String,
    /// The till, as provisioning names it.
    #[cfg_attr(test, schemars(length(min = 1, max = 200)))]
    pub till: String,
    /// How often.
    #[cfg_attr(test, schemars(range(min = 0, max = 1_000_000)))]
    pub most: i64,
}
