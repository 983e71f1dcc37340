//! The document as it is written. `docs/programme.md` is its reference; the JSON Schema in
//! `docs/schema/programme.schema.json` is made from these types.
//!
//! A key stands here only when it is evaluated, explained and tested. Amounts are strings of exact
//! decimals. Values that need a check beyond their form stay as they are written here and are
//! checked in `compile.rs`, so that all problems are found at once.

use serde::Deserialize;

mod earn;
mod limits;
mod offers;
mod tiers;
mod vouchers;
mod when;

pub(crate) use earn::{BandModel, CapsModel, EarnModel, FactorModel, GroupModel};
pub(crate) use limits::LimitModel;
pub(crate) use offers::{BreakModel, BundleModel, CheapestModel, GiftModel, OfferModel, SomeModel};
pub(crate) use tiers::{EntryModel, LevelModel, RewardModel, TermModel, TiersModel};
pub(crate) use vouchers::VoucherModel;
pub(crate) use when::{ItemsModel, RangeModel, SelectorModel, TotalModel, VisitModel, WhenModel};

use super::shape::{Ignored, object, objects, optional_object};
use super::{MissingAward, RefundBase, RefundRules, SpentReturn};
use crate::kernel::Rounding;

/// A loyalty programme.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "programme"))]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    /// Version of this document format; 1.
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = 1)))]
    pub schema: i64,
    /// Name of the programme in the ledger, the same in all its versions.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// Version of the programme. A version never changes once it is installed.
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = 4_294_967_295u32)))]
    pub version: i64,
    /// What people call it.
    #[serde(deserialize_with = "object")]
    pub name: NamesModel,
    /// ISO 4217 code of all amounts.
    #[cfg_attr(test, schemars(regex(pattern = r"^[A-Z]{3}$")))]
    pub currency: String,
    /// First business date, yyyymmdd.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 19_000_101, max = 99_991_231)))]
    pub valid_from: Option<i64>,
    /// Last business date, yyyymmdd.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 19_000_101, max = 99_991_231)))]
    pub valid_until: Option<i64>,
    /// Kinds of points.
    #[serde(deserialize_with = "objects")]
    #[cfg_attr(test, schemars(length(min = 1, max = 250)))]
    pub wallets: Vec<WalletModel>,
    /// Ladder of members; left out, all are alike.
    #[serde(default, deserialize_with = "optional_object")]
    pub tiers: Option<TiersModel>,
    /// Rules that award points.
    #[serde(default, deserialize_with = "objects")]
    #[cfg_attr(test, schemars(length(max = 5000)))]
    pub earn: Vec<EarnModel>,
    /// How rules that name the same group go together.
    #[serde(default, deserialize_with = "objects")]
    #[cfg_attr(test, schemars(length(max = 5000)))]
    pub groups: Vec<GroupModel>,
    /// What the bill costs less.
    #[serde(default, deserialize_with = "objects")]
    #[cfg_attr(test, schemars(length(max = 5000)))]
    pub offers: Vec<OfferModel>,
    /// What points buy.
    #[serde(default, deserialize_with = "objects")]
    #[cfg_attr(test, schemars(length(max = 5000)))]
    pub rewards: Vec<RewardModel>,
    /// What members can use in a later sale.
    #[serde(default, deserialize_with = "objects")]
    #[cfg_attr(test, schemars(length(max = 249)))]
    pub vouchers: Vec<VoucherModel>,
    /// How often is too often.
    #[serde(default, deserialize_with = "objects")]
    #[cfg_attr(test, schemars(length(max = 50)))]
    pub limits: Vec<LimitModel>,
    /// Until when a member may be added to a sale that was nobody's; left out, on its own business date.
    #[serde(default, deserialize_with = "optional_object")]
    pub claims: Option<ClaimsModel>,
    /// The vendor's own; never read.
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
    /// Name by which rules and carts refer to it.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// Its number in the ledger; once given, never given to another wallet.
    #[cfg_attr(test, schemars(with = "u8", range(min = 1, max = 250)))]
    pub number: i64,
    /// What it holds.
    #[serde(default)]
    pub kind: WalletKindModel,
    /// What people call it.
    #[serde(deserialize_with = "object")]
    pub name: NamesModel,
    /// The word behind a number of points; `one/many` where a language has both. Not for `money`.
    #[serde(default, deserialize_with = "optional_object")]
    pub unit: Option<NamesModel>,
    /// Digits behind the decimal mark.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "u8", range(min = 0, max = 4)))]
    pub decimals: i64,
    /// How awards are rounded unless the rule says otherwise.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "RoundingModel"))]
    pub rounding: Rounding,
    /// When points of an award can no longer be spent; left out, never.
    #[serde(default, deserialize_with = "optional_object")]
    pub expiry: Option<ExpiryModel>,
    /// Days from the sale until its points can be spent.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "u32", range(min = 0, max = 3650)))]
    pub pending_days: i64,
    /// The most points all rules together may award into it.
    #[serde(default, deserialize_with = "optional_object")]
    pub caps: Option<CapsModel>,
    /// How points pay for things; left out, they do not.
    #[serde(default, deserialize_with = "optional_object")]
    pub redeem: Option<RedeemModel>,
    /// What becomes of its points when goods come back; each key left out says the usual.
    #[serde(default, deserialize_with = "optional_object")]
    pub refund: Option<RefundModel>,
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
}

/// What becomes of a wallet's points when goods come back. The version that priced a sale says it.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "refund"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundModel {
    /// When points that the sale spent come back.
    #[serde(default)]
    pub spent: SpentReturn,
    /// What becomes of points that it gave and that are no longer there.
    #[serde(default)]
    pub missing: MissingAward,
    /// Days for which returned points whose lot has run out can be spent again; 0, they lapse.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "u32", range(min = 0, max = 3650)))]
    pub grace_days: i64,
    /// Which money says how much came back.
    #[serde(default)]
    pub base: RefundBase,
    /// Which rules say what came back is worth.
    #[serde(default)]
    pub rules: RefundRules,
}

/// How points pay.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "redeem"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RedeemModel {
    /// Money for one whole point, in the currency's main unit.
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub value: String,
    /// Fewest points in one sale; one step if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub least: Option<String>,
    /// Points are used in multiples of this; one whole point if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub step: Option<String>,
    /// Most points in one sale; no limit if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub most: Option<String>,
    /// Share of the bill, in percent, that may be paid with points; 100 if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub share_percent: Option<String>,
}

/// When points end, counted from the business date of their sale. Exactly one key.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "expiry", extend("minProperties" = 1, "maxProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpiryModel {
    /// They cannot be spent from so many days after the sale on.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 36_500)))]
    pub days: Option<i64>,
    /// They cannot be spent from the same day so many months later on.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1_200)))]
    pub months: Option<i64>,
    /// They can be spent to the end of the month that is so many months after the sale's.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 0, max = 1_200)))]
    pub end_of_month_after_months: Option<i64>,
    /// The last business date on which they can be spent, yyyymmdd.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 19_000_101, max = 99_991_231)))]
    pub last_day: Option<i64>,
    /// The last day of every year on which points of the year before it can be spent.
    #[serde(default, deserialize_with = "optional_object")]
    pub last_day_each_year: Option<DayOfYearModel>,
    /// They cannot be spent from this anniversary of joining behind the sale on; 1 is the next one.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 100)))]
    pub membership_anniversary: Option<i64>,
    /// The whole balance cannot be spent any more so long after the member's last sale.
    #[serde(default, deserialize_with = "optional_object")]
    pub inactive: Option<InactiveModel>,
}

/// How long without a sale. Exactly one key.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "inactive", extend("minProperties" = 1, "maxProperties" = 1)))]
#[serde(deny_unknown_fields)]
pub(crate) struct InactiveModel {
    /// So many days after the last sale.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 36_500)))]
    pub days: Option<i64>,
    /// On the same day so many months after the last sale.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1_200)))]
    pub months: Option<i64>,
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
