//! The programme: the document a marketer writes, read, checked and compiled once.
//!
//! [`Programme::read`] takes the bytes of one JSON document (docs/programme.md) and answers with a
//! programme that can be evaluated, or with every problem it has. This room knows nothing of
//! ledgers, SQL or C.

mod challenges;
mod compile;
mod conditions;
mod decimal;
mod draws;
mod limits;
mod mend;
pub(crate) mod model;
mod named;
mod offers;
mod problem;
mod reads;
mod referral;
mod rules;
mod selectors;
pub(crate) mod shape;
mod succession;
mod tiers;
mod times;
mod value;
mod wallet;

pub use challenges::{
    CHALLENGE_RULE, Challenge, GoalCount, GoalWindow, PeriodName, Repeat, Streak,
};
pub use compile::{check, read};
pub use conditions::{Birthday, Membership, Past, PastCount, Span};
pub use draws::{CHANCES, DRAW_RULE, Draw, DrawnAt, OnReturn, Prize, TurnFor};
pub use limits::{Limit, LimitAction, LimitCount, LimitPer};
pub use named::Named;
pub use offers::{
    Break, BreakTakes, BundleCost, CountOf, Effect, MoneyIn, Offer, Pieces, Share, Stage, Takes,
    UseOffer,
};
pub use problem::{Problem, Severity};
pub use reads::HISTORY_ALL;
pub use referral::{ADVOCATE_RULE, FRIEND_RULE, REFERRAL_EVENT, REFERRED_EVENT, Referral};
pub use rules::{
    AmountMode, Band, BandGives, Base, Caps, Combine, EarnRule, Expiry, Factor, Gives, Group,
    LineFlag, Percent, Range, Reward, RoundAt, Take, Tenders, TierFactor, Total, TotalTax,
    UseReward, When, Worth,
};
pub(crate) use selectors::{Node, Selectors};
pub use selectors::{Selection, Selector};
pub use succession::unlike_installed;
pub use tiers::{
    Downgrade, ENTRY_RULE, Entry, EntryRewards, Level, Term, TierBasis, TierForSale, TierWindow,
    Tiers, Window, YearStart,
};
pub use times::{Quota, QuotaOf, Times, TimesPer, TimesWindow};
pub(crate) use value::percent_stated;
pub use value::{Phrase, Value};
pub use wallet::{
    IsOne, MissingAward, Names, RedeemTerms, RefundBase, RefundPolicy, RefundRules, SpentReturn,
    Unit, Wallet, WalletKind, WithoutCode,
};

use std::sync::Arc;

use crate::kernel::codes::Rules;
use crate::kernel::{BusinessDate, Currency, Money, WalletNumber};
use crate::texts::{self, Language};

/// The largest document, in bytes.
pub const DOCUMENT_MAX: usize = 8 * 1024 * 1024;
/// The deepest nesting of objects and lists in a document or a cart.
pub const NESTING_MAX: usize = 16;
/// The most rules in a document.
pub const RULES_MAX: usize = 5_000;

/// A programme that has been read, checked and compiled. It never changes, and its clones are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    pub(crate) parts: Arc<Parts>,
}

/// What a programme is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) id: String,
    pub(crate) version: u32,
    pub(crate) hash: [u8; 32],
    pub(crate) document: Vec<u8>,
    pub(crate) name: Names,
    pub(crate) currency: Currency,
    pub(crate) valid_from: Option<BusinessDate>,
    pub(crate) valid_until: Option<BusinessDate>,
    /// In the order of their numbers.
    pub(crate) wallets: Vec<Wallet>,
    /// By priority, then by id, so that permuting the document changes nothing.
    pub(crate) earn: Vec<EarnRule>,
    /// In the order of their ids.
    pub(crate) groups: Vec<Group>,
    pub(crate) tiers: Option<Tiers>,
    /// By stage, priority and id.
    pub(crate) offers: Vec<Offer>,
    /// In the order of their ids.
    pub(crate) rewards: Vec<Reward>,
    /// In the order of their ids.
    pub(crate) limits: Vec<Limit>,
    /// In the order of their ids.
    pub(crate) challenges: Vec<Challenge>,
    /// In the order of their ids.
    pub(crate) draws: Vec<Draw>,
    pub(crate) referral: Option<Referral>,
    pub(crate) claim_days: u32,
    pub(crate) codes: Rules,
    /// Every selection of lines that its rules make.
    pub(crate) selectors: Selectors,
}

impl From<Parts> for Programme {
    fn from(parts: Parts) -> Self {
        let parts = Arc::new(parts);
        Self { parts }
    }
}

impl Programme {
    /// Reads one document. See [`read`].
    pub fn read(json: &[u8]) -> Result<Self, Vec<Problem>> {
        read(json)
    }

    /// The programme's id, the same in all its versions.
    pub fn id(&self) -> &str {
        &self.parts.id
    }

    /// Its version, from 1. A version never changes once it is installed.
    pub fn version(&self) -> u32 {
        self.parts.version
    }

    /// SHA-256 of the document's bytes.
    pub fn hash(&self) -> [u8; 32] {
        self.parts.hash
    }

    /// The bytes it was read from.
    pub fn document(&self) -> &[u8] {
        &self.parts.document
    }

    /// Its name in each language.
    pub fn name(&self) -> &Names {
        &self.parts.name
    }

    /// The currency of all its amounts.
    pub fn currency(&self) -> Currency {
        self.parts.currency
    }

    /// An amount as people of a language write it: `12.000 đ`.
    pub fn say(&self, amount: Money, language: Language) -> String {
        let currency = self.currency();
        texts::money(language, amount.get(), currency.decimals(), currency.code())
    }

    /// The date lies between its first and its last good day, both included.
    pub fn is_valid_on(&self, date: BusinessDate) -> bool {
        self.parts.valid_from.is_none_or(|first| first <= date)
            && self.parts.valid_until.is_none_or(|last| date <= last)
    }

    /// The same rules on any business date, for trying them out.
    pub fn on_any_day(&self) -> Self {
        Self::from(Parts {
            valid_from: None,
            valid_until: None,
            ..Parts::clone(&self.parts)
        })
    }

    /// First business date on which it prices sales; `None` for ever since.
    pub fn valid_from(&self) -> Option<BusinessDate> {
        self.parts.valid_from
    }

    /// Last business date on which it prices sales; `None` for ever.
    pub fn valid_until(&self) -> Option<BusinessDate> {
        self.parts.valid_until
    }

    /// Its wallets in the order of their numbers.
    pub fn wallets(&self) -> &[Wallet] {
        &self.parts.wallets
    }

    /// A wallet by its id.
    pub fn wallet(&self, id: &str) -> Option<&Wallet> {
        self.parts.wallets.iter().find(|wallet| wallet.id == id)
    }

    /// A wallet by its number.
    pub fn wallet_by_number(&self, number: WalletNumber) -> Option<&Wallet> {
        self.parts
            .wallets
            .iter()
            .find(|wallet| wallet.number == number)
    }

    /// Its earn rules by priority, then by id.
    pub fn earn_rules(&self) -> &[EarnRule] {
        &self.parts.earn
    }

    /// The groups of its rules in the order of their ids.
    pub fn groups(&self) -> &[Group] {
        &self.parts.groups
    }

    /// Its ladder of members, if it has one.
    pub fn tiers(&self) -> Option<&Tiers> {
        self.parts.tiers.as_ref()
    }

    /// What the bill costs less, by stage, priority and id.
    pub fn offers(&self) -> &[Offer] {
        &self.parts.offers
    }

    /// What points buy, in the order of their ids.
    pub fn rewards(&self) -> &[Reward] {
        &self.parts.rewards
    }

    /// How often is too often, in the order of their ids.
    pub fn limits(&self) -> &[Limit] {
        &self.parts.limits
    }

    /// So many business dates after its own a sale that was nobody's may still be made a member's, 0
    /// to 366; 0 where the document does not say.
    pub fn claim_days(&self) -> u32 {
        self.parts.claim_days
    }

    /// What is a member's code in this shop.
    pub fn codes(&self) -> &Rules {
        &self.parts.codes
    }
}

#[cfg(test)]
mod codes_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod traps_tests;
