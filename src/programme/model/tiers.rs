//! Tiers and rewards, as they are written.

use serde::Deserialize;

use super::{CheapestModel, DayOfYearModel, GiftModel, NamesModel, SelectorModel, WhenModel};
use crate::programme::rules::UseReward;
use crate::programme::shape::{objects, optional_object};
use crate::programme::tiers::{Downgrade, EntryRewards, TierBasis, TierForSale, TierWindow};

/// A ladder of members.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "tiers"))]
#[serde(deny_unknown_fields)]
pub(crate) struct TiersModel {
    /// What moves a member up.
    pub basis: TierBasis,
    /// Id of the wallet whose points count, with basis `earned` and `balance`.
    #[serde(default)]
    pub wallet: Option<String>,
    /// The lines whose money counts, with basis `fee`.
    #[serde(default, deserialize_with = "optional_object")]
    pub lines: Option<SelectorModel>,
    /// Over which time it counts.
    #[serde(default)]
    pub window: TierWindow,
    /// How many months, with window `months`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 120)))]
    pub months: Option<i64>,
    /// The day on which each year begins, with window `year_from_day`.
    #[serde(default, deserialize_with = "optional_object")]
    pub first_day: Option<DayOfYearModel>,
    /// How long a tier that was reached is kept; left out, as long as enough counts for it.
    #[serde(default, deserialize_with = "optional_object")]
    pub term: Option<TermModel>,
    /// Where a member falls who did not keep a tier.
    #[serde(default)]
    pub downgrade: Downgrade,
    /// Which tier a sale is priced in.
    #[serde(default)]
    pub tier_for_sale: TierForSale,
    /// How often the points for reaching a tier are given.
    #[serde(default)]
    pub entry_rewards: EntryRewards,
    /// From the lowest to the highest.
    #[serde(default, deserialize_with = "objects")]
    #[cfg_attr(test, schemars(length(max = 50)))]
    pub levels: Vec<LevelModel>,
}

/// How long a tier is kept. Exactly one key.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "term", extend("minProperties" = 1, "maxProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct TermModel {
    /// For the rest of the year of the window, and so many years more.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 0, max = 10)))]
    pub more_years: Option<i64>,
    /// For so many months from the date on which it was reached, with window `months`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 120)))]
    pub months: Option<i64>,
}

/// Points for who reaches a tier.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "tier_entry"))]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryModel {
    /// Id of the wallet the points go into.
    pub wallet: String,
    /// How many.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub points: String,
}

/// One tier.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "level"))]
#[serde(deny_unknown_fields)]
pub(crate) struct LevelModel {
    /// By which rules name it.
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
    /// From so many points, so much money or so many visits on; "0" for the lowest.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub from: String,
    /// With so much it is kept at the end of its term; `from` if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub keep: Option<String>,
    /// Multiplies what rules award; 1 if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub factor: Option<String>,
    /// Points for who reaches it.
    #[serde(default, deserialize_with = "optional_object")]
    pub entry: Option<EntryModel>,
}

/// What points buy. Exactly one of `money`, `percent`, `cheapest`, `gift` and `voucher`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "reward"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RewardModel {
    /// By which carts name it.
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
    /// Id of the wallet whose points pay for it.
    pub wallet: String,
    /// Its price.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub points: String,
    /// Money off the bill.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub money: Option<String>,
    /// Percent off the bill.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub percent: Option<String>,
    /// The cheapest pieces for less or nothing: a free item.
    #[serde(default, deserialize_with = "optional_object")]
    pub cheapest: Option<CheapestModel>,
    /// Goods handed over besides, which are not in the basket.
    #[serde(default, deserialize_with = "optional_object")]
    pub gift: Option<GiftModel>,
    /// A voucher for later sales, by its id.
    #[serde(default)]
    pub voucher: Option<String>,
    /// Off which lines; all if left out.
    #[serde(default, deserialize_with = "optional_object")]
    pub lines: Option<SelectorModel>,
    /// The most money it takes off; no limit if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub most: Option<String>,
    /// By itself, or when the member asks.
    #[serde(rename = "use")]
    pub used: UseReward,
    /// At most so often in one sale; once if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1000)))]
    pub most_per_sale: Option<i64>,
    /// At most so often on one business date, for one member.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1000)))]
    pub most_per_day: Option<i64>,
    /// When it can be had; always if left out.
    #[serde(default, deserialize_with = "optional_object")]
    pub when: Option<WhenModel>,
}
