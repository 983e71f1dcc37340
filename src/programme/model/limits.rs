//! Limits on how often something is done, as they are written.

use serde::Deserialize;

use super::NamesModel;
use crate::programme::limits::{LimitAction, LimitCount, LimitPer};

/// How often is too often: what is counted, for whom, within which time, and what follows.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "limit"))]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitModel {
    /// By which reports name it.
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
    /// For whom it counts.
    pub per: LimitPer,
    /// What it counts.
    pub count: LimitCount,
    /// Id of the wallet; with `points` only.
    #[serde(default)]
    pub wallet: Option<String>,
    /// So many are still usual, above 0: whole, or points of the wallet.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub most: String,
    /// Within so many hours before the sale's own time, 1 to 744. Left out: the business date.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 744)))]
    pub hours: Option<i64>,
    /// What follows beyond it.
    pub action: LimitAction,
}
