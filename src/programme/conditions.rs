//! Conditions on a member and their past, as they compile.

use serde::{Deserialize, Serialize};

use super::Range;
use crate::kernel::WalletNumber;

/// Something of the member's past, before the sale, is in a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// What is counted.
    pub count: PastCount,
    /// Of this wallet, with [`PastCount::Points`].
    pub wallet: Option<WalletNumber>,
    /// Of this rule only, with [`PastCount::Points`] and [`PastCount::Times`].
    pub rule: Option<String>,
    /// Over which time.
    pub span: Span,
    /// In which range it is.
    pub range: Range,
}

impl Past {
    /// The name under which a sale's document keeps the number.
    pub fn key(&self) -> String {
        let count = match self.count {
            PastCount::Visits => "visits",
            PastCount::Spend => "spend",
            PastCount::Points => "points",
            PastCount::Times => "times",
        };
        let span = match self.span {
            Span::Ever => "ever".to_owned(),
            Span::Days(days) => format!("{days}d"),
            Span::Months(months) => format!("{months}m"),
        };
        let wallet = self
            .wallet
            .map_or(String::new(), |wallet| wallet.to_string());
        let rule = self.rule.as_deref().unwrap_or_default();
        format!("{count}/{span}/{wallet}/{rule}")
    }
}

/// Over which time the past is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Ever.
    Ever,
    /// So many business dates to that of the sale, it among them.
    Days(u32),
    /// Business dates after the same day so many months ago.
    Months(u32),
}

/// How long somebody has been a member, in whole days or months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// Days since the one of joining, which is 0.
    Days(Range),
    /// Whole months.
    Months(Range),
}

/// When the birthday is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Birthday {
    /// From so many days before it to so many days after it.
    Around {
        /// 0 for none.
        before: u32,
        /// 0 for none.
        after: u32,
    },
    /// In the month of it.
    Month,
}

/// What of a member's past is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "past_count"))]
#[serde(rename_all = "snake_case")]
pub enum PastCount {
    /// Visits.
    Visits,
    /// Money paid.
    Spend,
    /// Points awarded, less what was taken back.
    Points,
    /// Sales in which a rule gave points.
    Times,
}
