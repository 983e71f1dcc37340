//! Vouchers, as they are written.

use serde::Deserialize;

use super::{
    CheapestModel, ExpiryModel, GiftModel, NamesModel, RefundModel, SelectorModel, WhenModel,
};
use crate::programme::rules::UseReward;

/// A voucher that members have and use in a sale. Rules award it as they award points, by its id in
/// `wallet`; each that is used up is one less. Exactly one of `money`, `percent`, `cheapest` and `gift`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "voucher"))]
#[serde(deny_unknown_fields)]
pub(crate) struct VoucherModel {
    /// By which rules, rewards and carts name it. No wallet, offer or reward has the same.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub id: String,
    /// 1 to 250, its number in ledgers and batches, which no wallet has; once given, never given
    /// to another.
    #[cfg_attr(test, schemars(with = "u8", range(min = 1, max = 250)))]
    pub number: i64,
    /// What people call it, by language.
    pub name: NamesModel,
    /// When it can no longer be used, as of a wallet, counted from the sale that gave it. Left
    /// out: never.
    #[serde(default)]
    pub expiry: Option<ExpiryModel>,
    /// Days from that sale until it can be used.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "u32", range(min = 0, max = 3650)))]
    pub pending_days: i64,
    /// Money off the bill.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub money: Option<String>,
    /// Percent off the bill.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub percent: Option<String>,
    /// The cheapest pieces for less or nothing.
    #[serde(default)]
    pub cheapest: Option<CheapestModel>,
    /// Goods handed over besides, which are not in the basket.
    #[serde(default)]
    pub gift: Option<GiftModel>,
    /// Off which lines. Left out: all.
    #[serde(default)]
    pub lines: Option<Box<SelectorModel>>,
    /// The most money it takes off. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub most: Option<String>,
    /// By itself, or when the cart asks for it.
    #[serde(rename = "use")]
    pub used: UseReward,
    /// At most so many of `money` or `cheapest` in one sale, where they are used by themselves. Left
    /// out: 1.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1000)))]
    pub most_per_sale: Option<i64>,
    /// At most so many on one business date, for one member. Left out: no limit.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 1, max = 1000)))]
    pub most_per_day: Option<i64>,
    /// When it can be used. Left out: always.
    #[serde(default)]
    pub when: Option<Box<WhenModel>>,
    /// What becomes of it when goods come back, as of a wallet. Left out: the usual.
    #[serde(default)]
    pub refund: Option<RefundModel>,
}
