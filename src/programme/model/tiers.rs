//! Tiers and rewards, as they are written.

use serde::Deserialize;

use super::{CheapestModel, DayOfYearModel, GiftModel, NamesModel, SelectorModel, WhenModel};
use crate::programme::rules::UseReward;

use crate::programme::tiers::{Downgrade, EntryRewards, TierBasis, TierForSale, TierWindow};

/// A ladder of members.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "tiers"))]
#[serde(deny_unknown_fields)]
pub(crate) struct TiersModel {
    /// What moves a member up.
    pub basis: TierBasis,
    /// Id of the wallet whose points count. Required with `earned` and `balance`, refused
    /// without.
    #[serde(default)]
    pub wallet: Option<String>,
    /// Which lines' money counts. Required with `fee`, refused without.
    #[serde(default)]
    pub lines: Option<Box<SelectorModel>>,
    /// Over which time it counts. Left out: `lifetime`.
    #[serde(default)]
    pub window: TierWindow,
    /// 1 to 120. Required with window `months`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 120)))]
    pub months: Option<i64>,
    /// An object of `month` and `day`. 29 February is the 28th in years without one. Required
    /// with window `year_from_day`.
    #[serde(default)]
    pub first_day: Option<DayOfYearModel>,
    /// How long a tier that was reached is kept. `more_years`: with a window that is a year, for
    /// the rest of it and so many years more, 0 to 10. `months`: with window `months`, for so
    /// many months from the day on which it was reached, 1 to 120. Left out: as long as enough
    /// counts.
    #[serde(default)]
    pub term: Option<TermModel>,
    /// Where a member falls who did not keep a tier. Left out: `to_fitting`.
    #[serde(default)]
    pub downgrade: Downgrade,
    /// Which tier a sale is priced in. Left out: `before`.
    #[serde(default)]
    pub tier_for_sale: TierForSale,
    /// How often the points for reaching a tier are given. Left out: `once`.
    #[serde(default)]
    pub entry_rewards: EntryRewards,
    /// From the lowest to the highest, 1 to 50.
    #[cfg_attr(test, schemars(length(min = 1, max = 50)))]
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

/// What somebody gets: points, vouchers or a badge.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "given"))]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryModel {
    /// Id of the wallet that the points or the badge go into, or of the voucher.
    pub wallet: String,
    /// How many; of a badge 1.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub points: String,
}

/// One tier.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "level"))]
#[serde(deny_unknown_fields)]
pub(crate) struct LevelModel {
    /// By which conditions name it.
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
    /// From so much on it is reached; "0" for the lowest.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub from: String,
    /// With so much it is kept at the end of its term, no more than `from`; only with a `term`.
    /// Left out: `from`.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub keep: Option<String>,
    /// By which what rules award is multiplied.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub factor: Option<String>,
    /// An object of `wallet` and `points`: what each member gets who reaches it, for every tier
    /// passed. Not with `balance`. These points count for no tier and no cap of rules. Left out:
    /// nothing.
    #[serde(default)]
    pub entry: Option<EntryModel>,
}

/// What points buy. Exactly one of `money`, `percent`, `cheapest`, `gift` and `voucher`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "reward"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RewardModel {
    /// By which carts name it in `rewards_wanted` and `rewards_declined`.
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
    /// Id of the wallet whose points pay for it.
    pub wallet: String,
    /// Its price: so many points are taken out of the wallet each time, those above it stay.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub points: String,
    /// Money off the bill, or off `lines`.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub money: Option<String>,
    /// Instead of `money`: percent off what is left to pay, above 0 and at most 100, halves of the
    /// smallest unit up; once a sale, however many points there are.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub percent: Option<String>,
    /// Instead: the cheapest pieces cost `percent` less (100 if left out): a free item. As in
    /// offers.
    #[serde(default)]
    pub cheapest: Option<CheapestModel>,
    /// Instead: goods that are handed over besides. As in offers.
    #[serde(default)]
    pub gift: Option<GiftModel>,
    /// Instead: one voucher of this id, for later sales.
    #[serde(default)]
    pub voucher: Option<String>,
    /// Off which lines; not with `gift` and `voucher`. Left out: all.
    #[serde(default)]
    pub lines: Option<Box<SelectorModel>>,
    /// The most money that `percent` or `cheapest` take off. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub most: Option<String>,
    /// By itself, or when the member asks.
    #[serde(rename = "use")]
    pub used: UseReward,
    /// How often an automatic one of `money` or `cheapest` is had in one sale, 1 to 1000: a free
    /// item each as long as there are pieces. Left out: 1.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1000)))]
    pub most_per_sale: Option<i64>,
    /// How often on one business date, 1 to 1000, for one member. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1000)))]
    pub most_per_day: Option<i64>,
    /// When it can be had. Left out: always.
    #[serde(default)]
    pub when: Option<Box<WhenModel>>,
}
