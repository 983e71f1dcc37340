//! The document as it is written. `docs/programme.md` is its reference; the JSON Schema in
//! `docs/schema/programme.schema.json` is made from these types.
//!
//! A key stands here only when it is evaluated, explained and tested. Amounts are strings of exact
//! decimals. Values that need a check beyond their form stay as they are written here and are
//! checked in `compile.rs`, so that all problems are found at once.

use serde::Deserialize;

use super::AmountMode;
use super::shape::{Ignored, object, objects, optional_object};
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
    /// Rules that award points.
    #[serde(default, deserialize_with = "objects")]
    #[cfg_attr(test, schemars(length(max = 5000)))]
    pub earn: Vec<EarnModel>,
    /// The vendor's own; never read.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    #[allow(dead_code, reason = "accepted and never read: that is what it is for")]
    pub x: Ignored,
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
    /// What people call it.
    #[serde(deserialize_with = "object")]
    pub name: NamesModel,
    /// The word behind a number of points; `one/many` where a language has both.
    #[serde(deserialize_with = "object")]
    pub unit: NamesModel,
    /// Digits behind the decimal mark.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "u8", range(min = 0, max = 4)))]
    pub decimals: i64,
    /// How awards are rounded unless the rule says otherwise.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "RoundingModel"))]
    pub rounding: Rounding,
    /// How points pay for things; left out, they do not.
    #[serde(default, deserialize_with = "optional_object")]
    pub redeem: Option<RedeemModel>,
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

/// A rule that awards points.
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
    /// So many points for so much money.
    #[serde(deserialize_with = "object")]
    pub amount: AmountModel,
    /// How the rule's sum is rounded; the wallet's way if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<RoundingModel>"))]
    pub rounding: Option<Rounding>,
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
