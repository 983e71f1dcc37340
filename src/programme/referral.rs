//! What bringing a friend compiles to.

use super::{Entry, Programme, Times};
use crate::kernel::{Money, WalletNumber};

/// The friend's event: they were brought, by the member whose number is its reference.
pub const REFERRAL_EVENT: &str = "referral";
/// The other's event, which a till books by itself: a friend of theirs has bought.
pub const REFERRED_EVENT: &str = "referred";
/// The rule that the friend's awards are told under; no rule of a document has a colon.
pub const FRIEND_RULE: &str = "referral:friend";
/// The rule that the awards of who brought them are told under.
pub const ADVOCATE_RULE: &str = "referral:advocate";

/// A member who brings a friend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    /// The friend's purchase counts from so much on, above zero.
    pub least: Money,
    /// Up to so many days after it was reported.
    pub within_days: Option<u32>,
    /// What the friend gets when it is reported.
    pub friend_at_once: Vec<Entry>,
    /// What the friend gets with the purchase.
    pub friend_at_purchase: Vec<Entry>,
    /// What the member gets with it, at least one.
    pub advocate: Vec<Entry>,
    /// For how many friends.
    pub times: Times,
}

impl Referral {
    /// It gives something into this wallet.
    pub fn gives_into(&self, wallet: WalletNumber) -> bool {
        let friend = self.friend_at_once.iter().chain(&self.friend_at_purchase);
        friend
            .chain(&self.advocate)
            .any(|entry| entry.wallet == wallet)
    }
}

impl Programme {
    /// What bringing a friend gives, if it gives something.
    pub fn referral(&self) -> Option<&Referral> {
        self.parts.referral.as_ref()
    }
}
