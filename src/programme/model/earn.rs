//! Rules that award, as they are written.

use serde::Deserialize;

#[cfg(test)]
use super::RoundingModel;
use super::{EventModel, NamesModel, QuotaModel, SelectorModel, TimesModel, WhenModel};
use crate::kernel::Rounding;
use crate::programme::rules::{AmountMode, Base, Combine, RoundAt, Take, TierFactor};
use crate::programme::shape::filled;
use crate::programme::times::TimesPer;

/// A rule that awards points: exactly one of `amount`, `percent`, `bands`, `per_unit`, `per_visit`,
/// `fixed` and `event`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "earn"))]
#[serde(deny_unknown_fields)]
pub(crate) struct EarnModel {
    /// In quotes, ledgers and reports.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// What people call it, by language. Left out: the id.
    #[serde(default)]
    pub name: Option<NamesModel>,
    /// Id of the wallet the points go into.
    pub wallet: String,
    /// Rules with a lower number go first, of equal ones the lower id. It decides which rule uses
    /// up a wallet's cap, and which is the first of its group. -1000 to 1000.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "i32", range(min = -1000, max = 1000)))]
    pub priority: i64,
    /// Id of its group. Left out: none.
    #[serde(default)]
    pub group: Option<String>,
    /// When it applies. Left out: always.
    #[serde(default)]
    pub when: Option<Box<WhenModel>>,
    /// Which lines it looks at; the rule sees no others. Left out: all.
    #[serde(default)]
    pub lines: Option<Box<SelectorModel>>,
    /// So many points for so much money.
    #[serde(default)]
    pub amount: Option<AmountModel>,
    /// An object of `percent`, the percentage of the money, and `value`, the money that makes one
    /// whole point.
    #[serde(default)]
    pub percent: Option<PercentModel>,
    /// What each range of money gives.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 1000)))]
    pub bands: Vec<BandModel>,
    /// An object of `points` for each piece, or each unit of weight: 0.25 kg is a quarter.
    #[serde(default)]
    pub per_unit: Option<PointsModel>,
    /// An object of `points` once a visit. Each sale with something to pay is a visit, a second one
    /// of the same day too (`times` can say once a day); the parts of a split bill (one
    /// `receipt_group` and date) are one visit.
    #[serde(default)]
    pub per_visit: Option<PointsModel>,
    /// An object of `points` once a sale.
    #[serde(default)]
    pub fixed: Option<PointsModel>,
    /// So many points for something that the member did and that is no sale.
    #[serde(default)]
    pub event: Option<EventModel>,
    /// Which money counts. Left out: `after_discounts`.
    #[serde(default)]
    pub base: Option<Base>,
    /// Methods of payment whose share of the bill does not count. Left out: none.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 64)))
    )]
    pub exclude_tenders: Vec<String>,
    /// Methods of payment whose share alone counts. Not beside `exclude_tenders`. Left out: none.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(
        test,
        schemars(length(min = 1, max = 1000), inner(length(min = 1, max = 64)))
    )]
    pub only_tenders: Vec<String>,
    /// What multiplies the points: each with `id`, `name`, `factor` and `when`. Left out: none.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 100)))]
    pub factors: Vec<FactorModel>,
    /// How several factors go together. Left out: `product`.
    #[serde(default)]
    pub combine: Option<Combine>,
    /// Whether the tier's factor multiplies the points. Left out: `applies`; into stored value and vouchers `ignored`.
    #[serde(default)]
    pub tier_factor: Option<TierFactor>,
    /// How the sum is rounded. Left out: the wallet's way.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<RoundingModel>"))]
    pub rounding: Option<Rounding>,
    /// Which sum is rounded. Left out: `rule`.
    #[serde(default)]
    pub round_at: RoundAt,
    /// The most points it may award. Left out: no limit.
    #[serde(default)]
    pub caps: Option<CapsModel>,
    /// How often it gives something to one member. Left out: as often as it comes.
    #[serde(default)]
    pub times: Option<TimesModel>,
    /// In how many sales all members together get something by it: the first hundred. Not with
    /// `event`. Left out: no limit.
    #[serde(default)]
    pub quota: Option<QuotaModel>,
    /// Its points count for the tier. Left out: `true`.
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
    /// The points for it, above zero; may have more decimals than the wallet.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub points: String,
    /// Whether parts of `per` count. Left out: `proportional`.
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
    /// Not included. Left out: without end, in the last band only.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub below: Option<String>,
    /// Points for it, whatever the amount in the range.
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
    /// What people call it. Left out: the id.
    #[serde(default)]
    pub name: Option<NamesModel>,
    /// Multiplies by this.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub factor: String,
    /// When it does. Left out: always.
    #[serde(default)]
    pub when: Option<Box<WhenModel>>,
}

/// The most points.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "caps", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct CapsModel {
    /// For whom days and months count: each `member`, or all members of a `household` together. Left out:
    /// member.
    #[serde(default)]
    pub per: TimesPer,
    /// The most in one sale. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub sale: Option<String>,
    /// The most on one business date. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub day: Option<String>,
    /// The most in one calendar month. Left out: no limit.
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
