//! What offers compile to.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::Names;
use super::rules::When;
use super::selectors::Selector;
use crate::kernel::{Fraction, Money};

/// Takes something off the bill, or hands something over besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its id in the document.
    pub id: String,
    /// Its name; the id if the document gives none.
    pub name: Names,
    /// When in the evaluation it comes.
    pub stage: Stage,
    /// Lower numbers go first within the stage; of equal ones the lower id.
    pub priority: i32,
    /// Its group, by its place in [`super::Programme::groups`].
    pub group: Option<usize>,
    /// By itself, or when the cart asks.
    pub used: UseOffer,
    /// When it applies.
    pub when: Option<When>,
    /// What it does.
    pub effect: Effect,
}

/// What an offer, a reward or a voucher does to the bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Which lines it takes something off; all if nothing.
    pub lines: Option<Selector>,
    /// What it does.
    pub takes: Takes,
    /// The most money it takes off in one sale.
    pub most: Option<Money>,
    /// How often in one sale, for those that count.
    pub most_times: Option<i64>,
    /// Whether its amounts hold the tax on top of the lines.
    pub money_in: MoneyIn,
}

/// What an offer does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A share of what is left; and the percent as the document writes it.
    Percent(Share),
    /// Money off the lines together, above zero.
    Amount(Money),
    /// Money off each piece or unit of weight, above zero.
    AmountPerUnit(Money),
    /// What each piece or unit of weight costs instead, zero or more.
    UnitPrice(Money),
    /// By quantity, from the fewest pieces to the most.
    Breaks(CountOf, Vec<Break>),
    /// Off so many of the cheapest pieces.
    Cheapest(i64, Share),
    /// So many at their price, then so many for less.
    MultiBuy {
        /// At their price.
        buy: i64,
        /// For less.
        get: i64,
        /// Off these.
        share: Share,
        /// Which pieces are counted together.
        of: CountOf,
    },
    /// For so many of these, so many of those for less.
    BuyGet {
        /// At their price.
        buy: Pieces,
        /// For less.
        get: Pieces,
        /// Off these.
        share: Share,
    },
    /// Certain goods together.
    Bundle(Vec<Pieces>, BundleCost),
    /// Goods handed over besides.
    Gift {
        /// Which article.
        sku: String,
        /// How many of it.
        quantity: i64,
        /// For each so many bought; once a sale if nothing.
        for_each: Option<Pieces>,
    },
}

/// A percentage, above zero and at most 100.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Of one.
    pub part: Fraction,
    /// As the document writes it.
    pub percent: String,
}

/// So many pieces of some lines; of all if nothing is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    /// How many, above zero.
    pub quantity: i64,
    /// Of these lines.
    pub lines: Option<Selector>,
}

/// From so many pieces on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// Above zero.
    pub from: i64,
    /// What each of them costs less.
    pub takes: BreakTakes,
}

/// What a step by quantity does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BreakTakes {
    /// A share off.
    Percent(Share),
    /// Money off each piece, above zero.
    AmountPerUnit(Money),
    /// What each piece costs, zero or more.
    UnitPrice(Money),
}

/// What a bundle costs, or costs less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleCost {
    /// So much together.
    Price(Money),
    /// So much less.
    Amount(Money),
    /// A share less.
    Percent(Share),
}

/// When in the evaluation an offer comes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "stage"))]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Stage {
    /// First: prices of lines.
    #[n(0)]
    Line,
    /// Then what the whole cart costs less.
    #[n(1)]
    Cart,
    /// Then coupons.
    #[n(2)]
    Voucher,
}

impl Stage {
    /// The word in programmes and quotes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Cart => "cart",
            Self::Voucher => "voucher",
        }
    }
}

/// How an offer comes about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "use_offer"))]
#[serde(rename_all = "snake_case")]
pub enum UseOffer {
    /// By itself, unless the cart declines it.
    #[default]
    Automatic,
    /// When the cart asks for it.
    OnRequest,
}

/// Which pieces are counted together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "count_of"))]
#[serde(rename_all = "snake_case")]
pub enum CountOf {
    /// Those of one article.
    #[default]
    EachArticle,
    /// Those of all its lines.
    Together,
}

/// Whether the amounts of an offer hold the tax that the POS adds on top of the lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "money_in"))]
#[serde(rename_all = "snake_case")]
pub enum MoneyIn {
    /// As the lines' prices: tax on top is not in them.
    #[default]
    Price,
    /// With the tax on top.
    WithTax,
}
