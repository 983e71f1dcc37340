//! The document as it is written. Its doc comments are the reference, `docs/reference.md`; the JSON Schema in
//! `docs/schema/programme.schema.json` is made from these types.
//!
//! A key stands here only when it is evaluated, explained and tested. Amounts are strings of exact
//! decimals. Values that need a check beyond their form stay as they are written here and are
//! checked in `compile.rs`, so that all problems are found at once.

use serde::Deserialize;

mod challenges;
mod draws;
mod earn;
mod limits;
mod member;
mod offers;
mod referral;
mod tiers;
mod times;
mod vouchers;
mod when;

pub(crate) use challenges::ChallengeModel;
pub(crate) use draws::{DrawModel, PrizeModel};
pub(crate) use earn::{BandModel, CapsModel, EarnModel, FactorModel, GroupModel};
pub(crate) use limits::LimitModel;
pub(crate) use member::{
    AttributeModel, BirthdayModel, MembershipModel, PastModel, StoreGroupModel, WholeRangeModel,
};
pub(crate) use offers::{BreakModel, BundleModel, CheapestModel, GiftModel, OfferModel, SomeModel};
pub(crate) use referral::ReferralModel;
pub(crate) use tiers::{EntryModel, LevelModel, RewardModel, TermModel, TiersModel};
pub(crate) use times::{EventModel, QuotaModel, TimesModel};
pub(crate) use vouchers::VoucherModel;
pub(crate) use when::{ItemsModel, RangeModel, SelectorModel, TotalModel, VisitModel, WhenModel};

use super::shape::{Ignored, filled};
use super::{MissingAward, RefundBase, RefundRules, SpentReturn, WithoutCode};
use crate::kernel::Rounding;
use crate::kernel::codes::Rules;

/// A loyalty programme.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "programme"))]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    /// Version of this document format: 1.
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = 1)))]
    pub schema: i64,
    /// Id of the programme, the same in all its versions.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// 1 to 4294967295, higher for each new version.
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = 4_294_967_295u32)))]
    pub version: i64,
    /// What people call it, by language (`vi`, `en`), at least one. A language that is absent is
    /// told in the other.
    pub name: NamesModel,
    /// ISO 4217 code of all amounts.
    #[cfg_attr(test, schemars(regex(pattern = r"^[A-Z]{3}$")))]
    pub currency: String,
    /// First business date, yyyymmdd. Left out: since ever.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 19_000_101, max = 99_991_231)))]
    pub valid_from: Option<i64>,
    /// Last good business date, yyyymmdd. Left out: for ever.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 19_000_101, max = 99_991_231)))]
    pub valid_until: Option<i64>,
    /// Kinds of points, 1 to 250.
    #[cfg_attr(test, schemars(length(min = 1, max = 250)))]
    pub wallets: Vec<WalletModel>,
    /// A ladder of members. Left out: all are alike.
    #[serde(default)]
    pub tiers: Option<TiersModel>,
    /// Rules that award points, at most 5,000. Left out: no rules.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 5000)))]
    pub earn: Vec<EarnModel>,
    /// How rules that name the same group go together. Left out: none.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 5000)))]
    pub groups: Vec<GroupModel>,
    /// What the bill costs less, or what is handed over besides. Left out: none.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 5000)))]
    pub offers: Vec<OfferModel>,
    /// What points buy. Left out: none.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 5000)))]
    pub rewards: Vec<RewardModel>,
    /// What members can use in a later sale, together with the wallets at most 250. Left out:
    /// none.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 249)))]
    pub vouchers: Vec<VoucherModel>,
    /// What there is to reach within a time, at most 5,000. Left out: nothing.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 5000)))]
    pub challenges: Vec<ChallengeModel>,
    /// Something to win, with odds, at most 5,000. Left out: nothing.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 5000)))]
    pub draws: Vec<DrawModel>,
    /// What a member gets who brings a friend, and what the friend gets. Left out: nothing.
    #[serde(default)]
    pub referral: Option<ReferralModel>,
    /// Stores that conditions name together, at most 1,000. Left out: none.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 1000)))]
    pub store_groups: Vec<StoreGroupModel>,
    /// How often is too often, at most 50. Left out: none.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 50)))]
    pub limits: Vec<LimitModel>,
    /// What is a member's code in this shop, besides what loy knows by itself. Left out: nothing.
    #[serde(default)]
    pub codes: Option<Rules>,
    /// Until when a member may be added to a sale that was nobody's: `within_days`, 0 to 366, the
    /// business dates after the sale's own. The points are those of the sale's own version, with
    /// the member as on its date. Left out: on the sale's own business date.
    #[serde(default)]
    pub claims: Option<ClaimsModel>,
    /// Your own, an object of anything. Never read. Left out: nothing.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    #[allow(dead_code, reason = "accepted and never read: that is what it is for")]
    pub x: Ignored,
}

/// Members added to sales afterwards.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "claims"))]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimsModel {
    /// Business dates after the sale's own on which it may still be claimed; 0 for that date alone.
    #[cfg_attr(test, schemars(with = "u32", range(min = 0, max = 366)))]
    pub within_days: i64,
}

/// A name in one or more languages; at least one.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "names", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct NamesModel {
    /// Vietnamese.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(min = 1, max = 200)))]
    pub vi: Option<String>,
    /// English.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(min = 1, max = 200)))]
    pub en: Option<String>,
}

/// One kind of points.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "wallet"))]
#[serde(deny_unknown_fields)]
pub(crate) struct WalletModel {
    /// By which rules and carts name it.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// 1 for the first wallet, 2 for the next, at most 250. Ledgers and batches know the wallet by
    /// it: once given, it is never given to another wallet of this programme.
    #[cfg_attr(test, schemars(with = "u8", range(min = 1, max = 250)))]
    pub number: i64,
    /// What it holds. Left out: `points`.
    #[serde(default)]
    pub kind: WalletKindModel,
    /// What people call it, by language.
    pub name: NamesModel,
    /// The word behind a number, by language; `one/many` where the language has both.
    /// Left out: required, but refused where `kind` is `money` or
    /// `badge`.
    #[serde(default)]
    pub unit: Option<NamesModel>,
    /// Digits behind the decimal mark, 0 to 4. With 2, the smallest unit is a hundredth of a
    /// point.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "u8", range(min = 0, max = 4)))]
    pub decimals: i64,
    /// How awards are rounded unless the rule says otherwise. Left out: `floor`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "RoundingModel"))]
    pub rounding: Rounding,
    /// When points of an award can no longer be spent. Left out: never.
    #[serde(default)]
    pub expiry: Option<ExpiryModel>,
    /// Days from the sale until its points can be spent, 0 to 3650.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "u32", range(min = 0, max = 3650)))]
    pub pending_days: i64,
    /// A sale may spend what it awards into this wallet itself ("points of this sale"): as many as
    /// it still awards once they are spent. Not with `pending_days`.
    #[serde(default)]
    pub spend_own_award: bool,
    /// The most points that all rules together may award into it. Left out: no limit.
    #[serde(default)]
    pub caps: Option<CapsModel>,
    /// How these points pay for things; not with `kind` `money`, which pays by itself, or `badge`. Left
    /// out: they do not pay.
    #[serde(default)]
    pub redeem: Option<RedeemModel>,
    /// What becomes of these points when goods come back. Left out: the usual.
    #[serde(default)]
    pub refund: Option<RefundModel>,
    /// More of these points than this, 0 or more, are spent in a sale only by who shows the member's
    /// rotating code or a one-time code. Left out: whoever names the member spends. Not with `kind`
    /// `badge`.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub code_above: Option<String>,
    /// What stands in for that code. Left out: `approval`.
    #[serde(default)]
    pub without_code: Option<WithoutCode>,
}

/// What a wallet holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "wallet_kind"))]
#[serde(rename_all = "snake_case")]
pub(crate) enum WalletKindModel {
    /// Points.
    #[default]
    Points,
    /// Stamps of a card: whole ones.
    Stamps,
    /// Money: a gift card, an e-wallet, cashback. It pays last, and is no discount.
    Money,
    /// A badge that a member has or does not have. It buys nothing.
    Badge,
}

impl WalletKindModel {
    /// What is to be written instead of `redeem`, where the kind has none.
    pub(crate) fn instead_of_redeem(self) -> Option<&'static str> {
        match self {
            Self::Points | Self::Stamps => None,
            Self::Money => Some(
                "no `redeem`: stored value pays by itself, like a tender; a cart asks for it in \
                 `points_wanted`, and `exclude_tenders` of a rule leaves out what it paid",
            ),
            Self::Badge => Some("no `redeem`: a badge buys nothing"),
        }
    }
}

/// What becomes of a wallet's points when goods come back. The version that priced a sale says it.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "refund"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundModel {
    /// When points that the sale spent come back. Left out: `pro_rata`.
    #[serde(default)]
    pub spent: SpentReturn,
    /// What becomes of points that it gave and that are no longer there. Left out: `debt`.
    #[serde(default)]
    pub missing: MissingAward,
    /// Returned points whose lot has run out lapse with it. With days of grace (to 3,650) they
    /// become a lot of their own that can be spent so many days, the day of the return being the
    /// first.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "u32", range(min = 0, max = 3650)))]
    pub grace_days: i64,
    /// Which money says how much came back. Left out: `line_net`.
    #[serde(default)]
    pub base: RefundBase,
    /// Which rules say what came back is worth. Left out: `sale`.
    #[serde(default)]
    pub rules: RefundRules,
}

/// How points pay.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "redeem"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RedeemModel {
    /// Money for one whole point.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub value: String,
    /// Fewer than this are never used in a sale. Left out: one step.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub least: Option<String>,
    /// Points are used in multiples of this. A step must be worth a whole number of the
    /// currency's smallest unit. Left out: one whole point.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub step: Option<String>,
    /// More than this are never used in a sale. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub most: Option<String>,
    /// Share of the bill (the sum of the lines before points) that may be paid with these points,
    /// above 0 and at most 100. Left out: `"100"`.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub share_percent: Option<String>,
    /// When they pay: only after three purchases, for instance. Left out: always.
    #[serde(default)]
    pub when: Option<Box<WhenModel>>,
}

/// When points end, counted from the business date of their sale. Exactly one key.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "expiry", extend("minProperties" = 1, "maxProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpiryModel {
    /// So many days later they are dead; more than `pending_days`, at most 36,500. 365 for "365
    /// days counting the day itself", 366 for "dead on the 366th day after".
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 36_500)))]
    pub days: Option<i64>,
    /// On the same day so many months later they are dead, 1 to 1,200.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1_200)))]
    pub months: Option<i64>,
    /// They live to the end of the month so many months after the sale's month, 0 to 1,200.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 0, max = 1_200)))]
    pub end_of_month_after_months: Option<i64>,
    /// The last good day, yyyymmdd, the same for all. Sales behind it award nothing.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 19_000_101, max = 99_991_231)))]
    pub last_day: Option<i64>,
    /// The last good day of every year: an object of `month` and `day`. 29 February is the 28th
    /// in years without one.
    #[serde(default)]
    pub last_day_each_year: Option<DayOfYearModel>,
    /// Dead from this anniversary of joining behind the sale on, 1 to 100; 1 is the next one, and
    /// a sale on the anniversary itself belongs to the new year. 29 February is the 28th in years
    /// without one.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 100)))]
    pub membership_anniversary: Option<i64>,
    /// The whole balance is dead so long after the member's last sale, or other activity: an object
    /// of either `days` (more than `pending_days`, at most 36,500) or `months` (1 to 1,200), and
    /// `activities`.
    #[serde(default)]
    pub inactive: Option<InactiveModel>,
}

/// How long without activity. Exactly one of `days` and `months`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "inactive", extend("minProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct InactiveModel {
    /// So many days after the last activity.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 36_500)))]
    pub days: Option<i64>,
    /// On the same day so many months after the last activity.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1_200)))]
    pub months: Option<i64>,
    /// What counts as activity and gives the whole balance another life, each once. Left out: a sale.
    #[serde(default, deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 2)))]
    pub activities: Vec<ActivityModel>,
}

/// What keeps a balance alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "activity"))]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActivityModel {
    /// A sale with the member, also one that is claimed or returned later.
    Sale,
    /// An event of the member that is no sale.
    Event,
}

/// A day of every year.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "day_of_year"))]
#[serde(deny_unknown_fields)]
pub(crate) struct DayOfYearModel {
    /// The month.
    #[cfg_attr(test, schemars(with = "u8", range(min = 1, max = 12)))]
    pub month: i64,
    /// The day; 29 February is the 28th in years that have no 29th.
    #[cfg_attr(test, schemars(with = "u8", range(min = 1, max = 31)))]
    pub day: i64,
}

// Only for the JSON Schema: the kernel's own type has none.
/// How a fraction becomes a whole number.
#[cfg(test)]
#[derive(schemars::JsonSchema)]
#[schemars(rename = "rounding", rename_all = "snake_case")]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum RoundingModel {
    /// Toward minus infinity.
    Floor,
    /// Toward plus infinity.
    Ceiling,
    /// To the nearest, halves away from zero.
    HalfUp,
    /// To the nearest, halves to the even neighbour.
    HalfEven,
    /// Decimals dropped.
    TowardZero,
}
