//! Offers, as they are written.

use serde::Deserialize;

use super::{NamesModel, QuotaModel, SelectorModel, TimesModel, WhenModel};
use crate::programme::offers::{CountOf, MoneyIn, Stage, UseOffer};
use crate::programme::shape::{filled_objects, optional_object};

/// Takes something off the bill, or hands something over besides. Exactly one of `percent`, `amount`,
/// `amount_per_unit`, `unit_price`, `breaks`, `cheapest`, `multi_buy`, `buy_get`, `bundle` and `gift`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "offer"))]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferModel {
    /// In quotes, ledgers and reports, and by which carts ask for it or decline it.
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
    /// When in the evaluation it comes; `line` where it names lines, else `cart`.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// Lower numbers go first within the stage; of equal ones the lower id.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "i32", range(min = -1000, max = 1000)))]
    pub priority: i64,
    /// Id of its group.
    #[serde(default)]
    pub group: Option<String>,
    /// By itself, or when the cart asks for it.
    #[serde(default, rename = "use")]
    pub used: UseOffer,
    /// When it applies; always if left out.
    #[serde(default, deserialize_with = "optional_object")]
    pub when: Option<WhenModel>,
    /// In how many sales one member has it; it is for members only then.
    #[serde(default, deserialize_with = "optional_object")]
    pub times: Option<TimesModel>,
    /// In how many sales all members together have it; it is for members only then.
    #[serde(default, deserialize_with = "optional_object")]
    pub quota: Option<QuotaModel>,
    /// Which lines it takes something off; all if left out.
    #[serde(default, deserialize_with = "optional_object")]
    pub lines: Option<SelectorModel>,
    /// Percent off what the lines have left.
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
    /// What each piece, or each unit of weight, costs instead: a member's price.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub unit_price: Option<String>,
    /// The more pieces, the cheaper each.
    #[serde(default, deserialize_with = "optional_object")]
    pub breaks: Option<BreaksModel>,
    /// Off the cheapest pieces.
    #[serde(default, deserialize_with = "optional_object")]
    pub cheapest: Option<CheapestModel>,
    /// Pay for some, and the next ones in the basket cost less or nothing.
    #[serde(default, deserialize_with = "optional_object")]
    pub multi_buy: Option<MultiBuyModel>,
    /// Buy some of these, and some of those in the basket cost less or nothing.
    #[serde(default, deserialize_with = "optional_object")]
    pub buy_get: Option<BuyGetModel>,
    /// Certain goods together.
    #[serde(default, deserialize_with = "optional_object")]
    pub bundle: Option<BundleModel>,
    /// Goods handed over besides, which are not in the basket.
    #[serde(default, deserialize_with = "optional_object")]
    pub gift: Option<GiftModel>,
    /// The most money it takes off in one sale; no limit if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub most: Option<String>,
    /// How often in one sale, for those that count; no limit if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1000)))]
    pub most_times: Option<i64>,
    /// Whether its amounts hold the tax that the POS adds on top of the lines.
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
    #[serde(deserialize_with = "filled_objects")]
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
    /// Off so many pieces; one if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1_000_000)))]
    pub quantity: Option<i64>,
    /// Percent off them; 100 if left out.
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
    /// Percent off these; 100 if left out.
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
    #[serde(deserialize_with = "crate::programme::shape::object")]
    pub buy: SomeModel,
    /// What costs less for it.
    #[serde(deserialize_with = "crate::programme::shape::object")]
    pub get: SomeModel,
    /// Percent off what is got; 100 if left out.
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
    /// Of these lines; of all if left out.
    #[serde(default, deserialize_with = "optional_object")]
    pub lines: Option<SelectorModel>,
}

/// Certain goods together. Exactly one of `price`, `amount` and `percent`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "bundle"))]
#[serde(deny_unknown_fields)]
pub(crate) struct BundleModel {
    /// What it is made of.
    #[serde(deserialize_with = "filled_objects")]
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
    /// How many of it; one if left out.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1_000_000)))]
    pub quantity: Option<i64>,
    /// For each so many pieces that are bought; once a sale if left out.
    #[serde(default, deserialize_with = "optional_object")]
    pub for_each: Option<SomeModel>,
}
