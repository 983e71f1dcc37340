//! Conditions on the member and their past, as they are written.

use serde::Deserialize;

use crate::programme::conditions::PastCount;

/// Whole numbers from one, included, to below another.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "whole_range", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct WholeRangeModel {
    /// At least so many.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 0, max = 1_000_000)))]
    pub from: Option<i64>,
    /// Fewer than so many.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 0, max = 1_000_000)))]
    pub below: Option<i64>,
}

/// How long somebody has been a member. Exactly one key.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(
    test,
    schemars(rename = "membership", extend("minProperties" = 1, "maxProperties" = 1))
)]
#[serde(deny_unknown_fields)]
pub(crate) struct MembershipModel {
    /// In days; the day of joining is 0.
    #[serde(default)]
    pub days: Option<WholeRangeModel>,
    /// In whole months.
    #[serde(default)]
    pub months: Option<WholeRangeModel>,
}

/// When the birthday is: around it, or in its month.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "birthday", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct BirthdayModel {
    /// From so many days before it on. Left out: 0.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 0, max = 180)))]
    pub days_before: Option<i64>,
    /// To so many days after it. Left out: 0.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 0, max = 180)))]
    pub days_after: Option<i64>,
    /// In the month of it, instead.
    #[serde(default)]
    pub month: bool,
}

/// What a shop knows of a member has one of these values.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "attribute"))]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeModel {
    /// What it is called.
    #[cfg_attr(test, schemars(length(min = 1, max = 200)))]
    pub name: String,
    /// One of these.
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub values: Vec<String>,
}

/// The member's past, before the sale.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "past"))]
#[serde(deny_unknown_fields)]
pub(crate) struct PastModel {
    /// What is counted.
    pub count: PastCount,
    /// Id of the wallet, with `points`.
    #[serde(default)]
    pub wallet: Option<String>,
    /// Id of the rule, with `times` and, if only its points count, with `points`.
    #[serde(default)]
    pub rule: Option<String>,
    /// In so many business dates, the sale's own the last. Left out: ever, unless `months` is given.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 3660)))]
    pub days: Option<i64>,
    /// After the same day so many months ago. Left out: ever, unless `days` is given.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 120)))]
    pub months: Option<i64>,
    /// At least so much.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub from: Option<String>,
    /// Less than so much.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub below: Option<String>,
}

/// Stores that conditions name together.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "store_group"))]
#[serde(deny_unknown_fields)]
pub(crate) struct StoreGroupModel {
    /// By which conditions name it.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// The names of the stores, as tills and carts give them.
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 200)))
    )]
    pub stores: Vec<String>,
}
