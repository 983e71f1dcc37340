//! Limits on how often something is done: one card that is used 40 times a day is a cashier's own.

use serde::{Deserialize, Serialize};

use super::Names;
use crate::kernel::WalletNumber;

/// So often is still usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Its id in the document.
    pub id: String,
    /// Its name; the id if the document gives none.
    pub name: Names,
    /// For whom it counts.
    pub per: LimitPer,
    /// What it counts.
    pub count: LimitCount,
    /// Whose points, with [`LimitCount::Points`].
    pub wallet: Option<WalletNumber>,
    /// The most: sales, redemptions or the wallet's smallest units, above zero.
    pub most: i64,
    /// Hours before the sale, 1 to 744; nothing for its business date.
    pub hours: Option<u32>,
    /// What follows beyond it.
    pub action: LimitAction,
}

/// For whom a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "limit_per"))]
#[serde(rename_all = "snake_case")]
pub enum LimitPer {
    /// The sale's member, with every card they have.
    Member,
    /// All members who share the account of the sale's member; the member alone where nobody does.
    Household,
    /// The sale's cashier, for sales of any member.
    Cashier,
    /// The one card, phone or number that the customer showed.
    Card,
}

/// What a limit counts, at this till alone. Sales without a member do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "limit_count"))]
#[serde(rename_all = "snake_case")]
pub enum LimitCount {
    /// Sales that are final, returned or not, or held.
    Sales,
    /// Sales that spent points.
    Redemptions,
    /// Points that sales awarded into a wallet, returned or not.
    Points,
}

/// What follows beyond a limit. The sale itself is never refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "limit_action"))]
#[serde(rename_all = "snake_case")]
pub enum LimitAction {
    /// A line in the day's report.
    Warn,
    /// The line, and no points: beyond a limit of sales none are given or spent, beyond one of
    /// redemptions none spent, beyond one of points none given into that wallet.
    Refuse,
}
