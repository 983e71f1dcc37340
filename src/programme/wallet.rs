//! Wallets: the kinds of points a programme has.

use serde::{Deserialize, Serialize};

use super::{Caps, Expiry, When};
use crate::kernel::{Activity, Currency, Fraction, Money, Points, Rounding, WalletNumber};
use crate::texts::Language;

/// A name in one or more languages, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub(super) vi: Option<String>,
    pub(super) en: Option<String>,
}

impl Names {
    /// The same name in every language.
    pub(super) fn everywhere(name: &str) -> Self {
        Self {
            vi: Some(name.to_owned()),
            en: Some(name.to_owned()),
        }
    }

    /// The name in a language, or the one there is.
    pub fn in_language(&self, language: Language) -> &str {
        let (first, second) = match language {
            Language::Vi => (&self.vi, &self.en),
            Language::En => (&self.en, &self.vi),
        };
        first
            .as_deref()
            .or(second.as_deref())
            .expect("a name has at least one language")
    }
}

/// What one point and several points are called: `point/points` in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit(pub(super) Names);

impl Unit {
    /// The word that follows a number of points. Languages with one form use it for every number.
    pub fn word(&self, language: Language, is_exactly_one: IsOne) -> &str {
        let words = self.0.in_language(language);
        match (words.split_once('/'), is_exactly_one) {
            (Some((one, _)), IsOne::Yes) => one,
            (Some((_, many)), IsOne::No) => many,
            (None, _) => words,
        }
    }
}

/// Whether a number is exactly one (or minus one), for languages that write it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsOne {
    /// `1 point`.
    Yes,
    /// `0 points`, `1.5 points`, `2 points`.
    No,
}

/// One kind of points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// Its id in the document.
    pub id: String,
    /// Its number in the ledger, 1 to 250; never given to another wallet of the programme.
    pub number: WalletNumber,
    /// What it holds.
    pub kind: WalletKind,
    /// What it is called.
    pub name: Names,
    /// What its points are called; the currency's code for money.
    pub unit: Unit,
    /// Digits behind the mark, 0 to 4: with 2, the smallest unit is a hundredth of a point.
    pub decimals: u32,
    /// How awards into it are rounded, unless a rule says otherwise.
    pub rounding: Rounding,
    /// When its points can no longer be spent.
    pub expiry: Expiry,
    /// What keeps its balance alive, with [`Expiry::Inactive`].
    pub activities: Vec<Activity>,
    /// Days from the sale until its points can be spent.
    pub pending_days: u32,
    /// A sale may spend what it awards into it.
    pub spends_own_award: bool,
    /// The most that all rules together award into it.
    pub caps: Caps,
    /// How its points pay for things; `None` if they do not.
    pub redeem: Option<RedeemTerms>,
    /// What becomes of its points when goods come back.
    pub refund: RefundPolicy,
    /// More of its points than this are spent in a sale only by who shows a code that only the member
    /// has; `None` if nobody need show one.
    pub code_above: Option<Points>,
    /// What stands in for that code.
    pub without_code: WithoutCode,
}

impl Wallet {
    /// Whether a sale that spends so many of its points needs the member's code.
    pub fn needs_code(&self, points: Points) -> bool {
        self.code_above.is_some_and(|above| points > above)
    }
}

/// What stands in for a member's code, from the easiest to the hardest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "without_code"))]
#[serde(rename_all = "snake_case")]
pub enum WithoutCode {
    /// The cashier's reason, or a PIN.
    Reason,
    /// The PIN of a supervisor or manager.
    #[default]
    Approval,
    /// Nothing.
    Refused,
}

/// What a wallet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalletKind {
    /// Points or stamps.
    Points,
    /// Money of this currency, in its smallest units: it pays last, and is no discount.
    Money(Currency),
    /// Vouchers of one kind, whole ones.
    Vouchers,
    /// A badge: who has it has one.
    Badge,
}

/// What becomes of a wallet's points when goods come back. The version that priced the sale says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefundPolicy {
    /// Points the sale spent.
    pub spent: SpentReturn,
    /// Points the sale gave that are no longer there.
    pub missing: MissingAward,
    /// Days for which returned points whose lot has run out can be spent again; 0 for none.
    pub grace_days: u32,
    /// Which money says how much came back.
    pub base: RefundBase,
    /// Which rules say what came back is worth.
    pub rules: RefundRules,
}

/// When points that a sale spent come back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "spent_return"))]
#[serde(rename_all = "snake_case")]
pub enum SpentReturn {
    /// In proportion to what they paid for, rounded down; the remainder with the last unit.
    #[default]
    ProRata,
    /// All of them, once nothing of the sale is kept.
    FullOnly,
    /// Not at all.
    Never,
}

/// What becomes of points that a sale gave and that are to be taken back, but are no longer there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "missing_award"))]
#[serde(rename_all = "snake_case")]
pub enum MissingAward {
    /// The member owes them; the next awards repay them.
    #[default]
    Debt,
    /// They are forgotten.
    Clamped,
    /// The goods are not taken back.
    Refused,
}

/// Which money says how much of a sale came back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "refund_base"))]
#[serde(rename_all = "snake_case")]
pub enum RefundBase {
    /// The share of what was paid for the lines.
    #[default]
    LineNet,
    /// What the POS says it gives back; the share of the line where it says nothing.
    Stated,
}

/// Which rules say what came back is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "refund_rules"))]
#[serde(rename_all = "snake_case")]
pub enum RefundRules {
    /// Those of the sale: never more than it gave, and any split of a return is one whole return.
    #[default]
    Sale,
    /// Those of the day of the return. More may be taken than was given, or nothing.
    Current,
}

impl Wallet {
    /// It holds money, which pays and is no discount.
    pub fn is_money(&self) -> bool {
        matches!(self.kind, WalletKind::Money(_))
    }

    /// It is a badge that a member has or has not.
    pub fn is_badge(&self) -> bool {
        self.kind == WalletKind::Badge
    }

    /// Smallest units in one whole point.
    pub fn scale(&self) -> i64 {
        10i64.pow(self.decimals)
    }

    /// A number of points with its unit, in a language: `6 điểm`, `1 point`, `12.5 points`.
    pub fn say(&self, points: Points, language: Language) -> String {
        if let WalletKind::Money(currency) = self.kind {
            let (decimals, code) = (currency.decimals(), currency.code());
            return crate::texts::money(language, points.get(), decimals, code);
        }
        let mut said = crate::texts::number_trimmed(language, points.get(), self.decimals);
        let is_one = if points.get().unsigned_abs() == self.scale().unsigned_abs() {
            IsOne::Yes
        } else {
            IsOne::No
        };
        said.push(' ');
        said.push_str(self.unit.word(language, is_one));
        said
    }
}

impl RedeemTerms {
    /// Money pays as it is.
    pub(super) fn of_money() -> Self {
        Self {
            step: Points::new(1),
            step_value: Money::new(1),
            least: Points::new(1),
            most: None,
            share: Fraction::ONE,
            share_percent: "100".to_owned(),
            when: None,
        }
    }
}

/// How points pay: so much money a step, in whole steps only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedeemTerms {
    /// Points are used in multiples of this, above zero.
    pub step: Points,
    /// What one step takes off the bill, in minor units, above zero.
    pub step_value: Money,
    /// Fewer than this are never used, zero or more.
    pub least: Points,
    /// More than this are never used in one sale.
    pub most: Option<Points>,
    /// Share of the bill that may be paid with these points, 1 for all of it.
    pub share: Fraction,
    /// The same share as the document writes it, in percent.
    pub share_percent: String,
    /// When they pay; always if nothing.
    pub when: Option<When>,
}
