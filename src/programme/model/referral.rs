//! Members who bring others, as it is written.

use serde::Deserialize;

use super::{EntryModel, TimesModel};

/// A member who brings a friend: first the friend gets something, and the member once the friend has
/// bought. Who brought whom is reported as the friend's event `referral`, with the member's number as its
/// reference.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "referral"))]
#[serde(deny_unknown_fields)]
pub(crate) struct ReferralModel {
    /// The friend's purchase counts if so much is paid for it. Left out: any purchase.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub least: Option<String>,
    /// It counts up to so many days after the day on which it was reported, 0 to 3660. Left out: for ever.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<u32>", range(min = 0, max = 3660)))]
    pub within_days: Option<i64>,
    /// What the friend gets when it is reported, at most 10. Left out: nothing.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 10)))]
    pub friend_at_once: Vec<EntryModel>,
    /// What the friend gets with the purchase that counts, at most 10. Left out: nothing.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 10)))]
    pub friend_at_purchase: Vec<EntryModel>,
    /// What the member gets who brought the friend, with that purchase, 1 to 10.
    #[cfg_attr(test, schemars(length(min = 1, max = 10)))]
    pub advocate: Vec<EntryModel>,
    /// For how many friends one member gets it. Left out: for each.
    #[serde(default)]
    pub times: Option<TimesModel>,
}
