//! Offers, as they are written.

use serde::Deserialize;

use super::{NamesModel, QuotaModel, SelectorModel, TimesModel, WhenModel};
use crate::programme::offers::{CountOf, MoneyIn, Stage, UseOffer};
use crate::programme::shape::filled;

/// Takes something off the bill, or hands something over besides. Exactly one of `percent`, `amount`,
/// `amount_per_unit`, `unit_price`, `breaks`, `cheapest`, `multi_buy`, `buy_get`, `bundle` and `gift`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "offer"))]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferModel {
    /// In quotes, ledgers and reports; carts ask for it in `rewards_wanted` and decline it in
    /// `rewards_declined`. No reward has the same.
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
    /// When in the evaluation it comes. Left out: `line` where it names lines, else `cart`.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// Within the stage lower numbers go first, of equal ones the lower id; behind the automatic
    /// ones those that a code or the cart brought, in the cart's order. -1000 to 1000.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "i32", range(min = -1000, max = 1000)))]
    pub priority: i64,
    /// Id of its group. Left out: none.
    #[serde(default)]
    pub group: Option<String>,
    /// By itself, or when the cart asks for it. Left out: `automatic`.
    #[serde(default, rename = "use")]
    pub used: UseOffer,
    /// When it applies; not by `uses_points`. Left out: always.
    #[serde(default)]
    pub when: Option<Box<WhenModel>>,
    /// In how many sales one member has it; it is for members only then. Left out: as often as it
    /// comes.
    #[serde(default)]
    pub times: Option<TimesModel>,
    /// In how many sales all members together have it; it is for members only then. Left out: no
    /// limit.
    #[serde(default)]
    pub quota: Option<QuotaModel>,
    /// Which lines it takes something off. Not with `buy_get`, `bundle`, `gift`. Left out: all.
    #[serde(default)]
    pub lines: Option<Box<SelectorModel>>,
    /// Percent off what the lines have left, above 0 and at most 100.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub percent: Option<String>,
    /// Money off the lines together, once a sale.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub amount: Option<String>,
    /// Money off each piece, or each unit of weight.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub amount_per_unit: Option<String>,
    /// What each piece or unit of weight costs instead: a member's price. Lines that cost less
    /// keep their price.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub unit_price: Option<String>,
    /// The more pieces, the cheaper each: `steps`, 1 to 100, each with `from` so many pieces on,
    /// one of `percent`, `amount_per_unit`, `unit_price`, for all of them; and `of`.
    #[serde(default)]
    pub breaks: Option<BreaksModel>,
    /// `percent` (100 if left out) off so many (`quantity`, 1 if left out) of the cheapest pieces
    /// that are not free already.
    #[serde(default)]
    pub cheapest: Option<CheapestModel>,
    /// After each `buy` pieces at their price, `percent` (100 if left out) off the next `get`;
    /// the cheapest are those. And `of`.
    #[serde(default)]
    pub multi_buy: Option<MultiBuyModel>,
    /// For so many of `buy`, so many of `get` in the basket cost `percent` less (100 if left
    /// out): the cheapest. Each an object of `quantity` and `lines`.
    #[serde(default)]
    pub buy_get: Option<BuyGetModel>,
    /// `parts` (1 to 20, each of `quantity` and `lines`) together cost `price`, or `amount` or
    /// `percent` less; as often as they are there, the dearest pieces first.
    #[serde(default)]
    pub bundle: Option<BundleModel>,
    /// `quantity` (1 if left out) of article `sku` are handed over besides, once a sale or
    /// `for_each` so many bought (an object of `quantity` and `lines`). It is told in the quote
    /// and stands in no line.
    #[serde(default)]
    pub gift: Option<GiftModel>,
    /// The most money it takes off in one sale. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub most: Option<String>,
    /// How often in one sale, 1 to 1000; for `multi_buy`, `buy_get`, `bundle` and
    /// `gift.for_each`. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1000)))]
    pub most_times: Option<i64>,
    /// Whether its amounts hold the tax that the POS adds on top of the lines. Left out: `price`.
    #[serde(default)]
    pub money_in: MoneyIn,
}

/// Steps of a price by quantity.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "breaks"))]
#[serde(deny_unknown_fields)]
pub(crate) struct BreaksModel {
    /// Which pieces are counted together.
    #[serde(default)]
    pub of: CountOf,
    /// From the fewest to the most pieces.
    #[serde(deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub steps: Vec<BreakModel>,
}

/// From so many pieces on, all of them cost less. Exactly one of `percent`, `amount_per_unit` and
/// `unit_price`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "break"))]
#[serde(deny_unknown_fields)]
pub(crate) struct BreakModel {
    /// From so many pieces on.
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = 1_000_000)))]
    pub from: i64,
    /// Percent off.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub percent: Option<String>,
    /// Money off each piece.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub amount_per_unit: Option<String>,
    /// What each piece costs.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub unit_price: Option<String>,
}

/// Off the cheapest pieces of the lines.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "cheapest"))]
#[serde(deny_unknown_fields)]
pub(crate) struct CheapestModel {
    /// Off so many pieces. Left out: one.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1_000_000)))]
    pub quantity: Option<i64>,
    /// Percent off them. Left out: 100.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub percent: Option<String>,
}

/// Pay for `buy`, and the next `get` cost less or nothing; and again.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "multi_buy"))]
#[serde(deny_unknown_fields)]
pub(crate) struct MultiBuyModel {
    /// So many at their price.
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = 1_000_000)))]
    pub buy: i64,
    /// And then so many for less.
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = 1_000_000)))]
    pub get: i64,
    /// Percent off these. Left out: 100.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub percent: Option<String>,
    /// Which pieces are counted together.
    #[serde(default)]
    pub of: CountOf,
}

/// Buy some of these, and some of those cost less or nothing.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "buy_get"))]
#[serde(deny_unknown_fields)]
pub(crate) struct BuyGetModel {
    /// What is bought at its price.
    pub buy: SomeModel,
    /// What costs less for it.
    pub get: SomeModel,
    /// Percent off what is got. Left out: 100.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub percent: Option<String>,
}

/// So many pieces of these lines.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "some"))]
#[serde(deny_unknown_fields)]
pub(crate) struct SomeModel {
    /// How many pieces.
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = 1_000_000)))]
    pub quantity: i64,
    /// Of these lines. Left out: of all.
    #[serde(default)]
    pub lines: Option<Box<SelectorModel>>,
}

/// Certain goods together. Exactly one of `price`, `amount` and `percent`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "bundle"))]
#[serde(deny_unknown_fields)]
pub(crate) struct BundleModel {
    /// What it is made of.
    #[serde(deserialize_with = "filled")]
    #[cfg_attr(test, schemars(length(min = 1, max = 20)))]
    pub parts: Vec<SomeModel>,
    /// What it costs together.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub price: Option<String>,
    /// Money off it.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub amount: Option<String>,
    /// Percent off it.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub percent: Option<String>,
}

/// Goods handed over besides.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "gift"))]
#[serde(deny_unknown_fields)]
pub(crate) struct GiftModel {
    /// Which article.
    #[cfg_attr(test, schemars(length(min = 1, max = 64)))]
    pub sku: String,
    /// How many of it. Left out: one.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1_000_000)))]
    pub quantity: Option<i64>,
    /// For each so many pieces that are bought. Left out: once a sale.
    #[serde(default)]
    pub for_each: Option<SomeModel>,
}
