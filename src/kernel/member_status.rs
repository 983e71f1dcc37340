//! Whether a member may earn and spend.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// Where a member stands, whatever the programme says.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    Encode,
    Decode,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum MemberStatus {
    /// Earns and spends.
    #[default]
    #[n(0)]
    Active,
    /// Earns nothing and spends nothing until somebody lifts it.
    #[n(1)]
    Blocked,
    /// As blocked, for good.
    #[n(2)]
    Closed,
}

impl MemberStatus {
    /// Its name in calls, documents and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Blocked => "blocked",
            Self::Closed => "closed",
        }
    }

    /// Earns and spends.
    pub fn is_active(&self) -> bool {
        *self == Self::Active
    }
}
