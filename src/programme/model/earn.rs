//! Rules that award, as they are written.

use serde::Deserialize;

#[cfg(test)]
use super::RoundingModel;
use super::{EventModel, NamesModel, QuotaModel, SelectorModel, TimesModel, WhenModel};
use crate::kernel::Rounding;
use crate::programme::rules::{AmountMode, Base, Combine, RoundAt, Take, TierFactor};
use crate::programme::shape::{filled, filled_objects, objects, optional_object};

/// A rule that awards points: exactly one of `amount`, `percent`, `bands`, `per_unit`, `per_visit`,
/// `fixed` and `event`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "earn"))]
#[serde(deny_unknown_fields)]
pub(crate) struct EarnModel {
    /// Name of the rule in quotes and reports.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// What people call it; the id if left out.
    #[serde(default, deserialize_with = "optional_object")]
    pub name: Option<NamesModel>,
    /// Id of the wallet that the points go into.
    pub wallet: String,
    /// Rules with a lower number go first; of equal ones the lower id.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "i32", range(min = -1000, max = 1000)))]
    pub priority: i64,
    /// Id of the group it belongs to.
    #[serde(default)]
    pub group: Option<String>,
    /// When it applies; always if left out.
    #[serde(default, deserialize_with = "optional_object")]
    pub when: Option<WhenModel>,
    /// Which lines it looks at; all if left out.
    #[serde(default, deserialize_with = "optional_object")]
    pub lines: Option<SelectorModel>,
    /// So many points for so much money.
    #[serde(default, deserialize_with = "optional_object")]
    pub amount: Option<AmountModel>,
    /// A percentage of the money, turned into points at a rate.
    #[serde(default, deserialize_with = "optional_object")]
    pub percent: Option<PercentModel>,
    /// What each range of money gives, from the lowest to the highest.
    #[serde(default, deserialize_with = "filled_objects")]
    #[cfg_attr(test, schemars(length(min = 1, max = 1000)))]
    pub bands: Vec<BandModel>,
    /// So many points for each piece or unit of weight.
    #[serde(default, deserialize_with = "optional_object")]
    pub per_unit: Option<PointsModel>,
    /// So many points once a visit.
    #[serde(default, deserialize_with = "optional_object")]
    pub per_visit: Option<PointsModel>,
    /// So many points a sale.
    #[serde(default, deserialize_with = "optional_object")]
    pub fixed: Option<PointsModel>,
    /// So many points for something that the member did and that is no sale.
    #[serde(default, deserialize_with = "optional_object")]
    pub event: Option<EventModel>,
    /// Which money counts.
    #[serde(default)]
    pub base: Option<Base>,
    /// Methods of payment whose share of the bill does not count.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 64)))
    )]
    pub exclude_tenders: Vec<String>,
    /// Methods of payment whose share of the bill alone counts.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 64)))
    )]
    pub only_tenders: Vec<String>,
    /// What multiplies the points.
    #[serde(default, deserialize_with = "objects")]
    #[cfg_attr(test, schemars(length(max = 100)))]
    pub factors: Vec<FactorModel>,
    /// How several factors go together.
    #[serde(default)]
    pub combine: Option<Combine>,
    /// Whether the tier's factor multiplies the points.
    #[serde(default)]
    pub tier_factor: Option<TierFactor>,
    /// How the sum is rounded; the wallet's way if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<RoundingModel>"))]
    pub rounding: Option<Rounding>,
    /// Which sum is rounded.
    #[serde(default)]
    pub round_at: RoundAt,
    /// The most points it may award.
    #[serde(default, deserialize_with = "optional_object")]
    pub caps: Option<CapsModel>,
    /// How often it gives something to one member; as often as it comes if left out.
    #[serde(default, deserialize_with = "optional_object")]
    pub times: Option<TimesModel>,
    /// In how many sales of all members together it gives something.
    #[serde(default, deserialize_with = "optional_object")]
    pub quota: Option<QuotaModel>,
    /// Whether its points count for the tier; they do if left out.
    #[serde(default)]
    pub qualifies: Option<bool>,
}

/// So many points for so much money.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "amount"))]
#[serde(deny_unknown_fields)]
pub(crate) struct AmountModel {
    /// Money, in the currency's main unit.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub per: String,
    /// Points for it.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub points: String,
    /// Whether parts of `per` count.
    #[serde(default)]
    pub mode: AmountMode,
}

/// A percentage of the money, turned into points at a rate.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "percent"))]
#[serde(deny_unknown_fields)]
pub(crate) struct PercentModel {
    /// Percent of the money.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub percent: String,
    /// Money that makes one whole point.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub value: String,
}

/// What a range of money gives: `points`, or `percent` with `value`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "band"))]
#[serde(deny_unknown_fields)]
pub(crate) struct BandModel {
    /// The least money, included.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub from: String,
    /// Money below this; without end if left out, in the last band only.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub below: Option<String>,
    /// Points for it; "0" writes down that the range gives none.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub points: Option<String>,
    /// Percent of the money.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub percent: Option<String>,
    /// Money that makes one whole point, with `percent`.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub value: Option<String>,
}

/// So many points.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "points"))]
#[serde(deny_unknown_fields)]
pub(crate) struct PointsModel {
    /// The points.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub points: String,
}

/// What multiplies the points of a rule.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "factor"))]
#[serde(deny_unknown_fields)]
pub(crate) struct FactorModel {
    /// Name of the factor in quotes.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// What people call it; the id if left out.
    #[serde(default, deserialize_with = "optional_object")]
    pub name: Option<NamesModel>,
    /// Multiplies by this.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub factor: String,
    /// When it does; always if left out.
    #[serde(default, deserialize_with = "optional_object")]
    pub when: Option<WhenModel>,
}

/// The most points.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "caps", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct CapsModel {
    /// In one sale.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub sale: Option<String>,
    /// On one business date, for one member.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub day: Option<String>,
    /// In one calendar month of business dates, for one member.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub month: Option<String>,
}

/// How the rules of a group go together.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "group"))]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupModel {
    /// By which rules name it.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// Which of its rules award.
    pub take: Take,
}
