//! What a programme compiles to, beside its wallets: rules, conditions, tiers and rewards.

use std::collections::BTreeSet;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::conditions::{Birthday, Membership, Past};
use super::offers::Effect;
use super::selectors::Selector;
use super::{Names, Quota, Times, TimesPer, Value};
use crate::kernel::{BusinessDate, Fraction, Idle, Money, Points, Rounding, WalletNumber};

/// Awards points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarnRule {
    /// Its id in the document.
    pub id: String,
    /// Its name in each language; the id if the document gives none.
    pub name: Names,
    /// Into which wallet.
    pub wallet: WalletNumber,
    /// Lower numbers go first; of equal ones the lower id.
    pub priority: i32,
    /// Its group, by its place in [`super::Programme::groups`].
    pub group: Option<usize>,
    /// When it applies.
    pub when: Option<When>,
    /// Which lines it looks at; all if nothing.
    pub lines: Option<Selector>,
    /// What it gives.
    pub gives: Gives,
    /// Which money counts.
    pub base: Base,
    /// Which share of the payments counts.
    pub tenders: Tenders,
    /// What multiplies the points, besides the tier.
    pub factors: Vec<Factor>,
    /// How several factors go together, the tier's included.
    pub combine: Combine,
    /// Whether the tier's factor is one of them.
    pub tier_factor: TierFactor,
    /// Applied once, to each sum that `round_at` names.
    pub rounding: Rounding,
    /// Which sum is rounded.
    pub round_at: RoundAt,
    /// The most it awards.
    pub caps: Caps,
    /// How often it gives something to one member.
    pub times: Times,
    /// In how many sales of all members together it does.
    pub quota: Option<Quota>,
    /// Its points count for the tier.
    pub qualifies: bool,
    /// Whether it applies, or what multiplies it, depends on what pays.
    pub asks_for_tenders: bool,
    /// What it says itself of a sale of which nothing counts, by name.
    pub stated: Vec<(&'static str, Value)>,
}

/// What a rule gives. Points are in the wallet's smallest unit, before rounding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gives {
    /// So many points for so much money.
    Amount {
        /// Above zero.
        per: Money,
        /// What `per` earns, above zero.
        points: Fraction,
        /// Whether parts of `per` count.
        mode: AmountMode,
    },
    /// A percentage of the money, turned into points.
    Percent(Percent),
    /// By ranges of money, from the lowest to the highest, without overlap.
    Bands(Vec<Band>),
    /// For each piece, or each unit of weight.
    Unit(Fraction),
    /// Once a visit.
    Visit(Fraction),
    /// Once a sale.
    Fixed(Fraction),
    /// For an event of this name, which is no sale.
    Event(String, Fraction),
}

/// A percentage of the money, turned into points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Percent {
    /// As the document writes it.
    pub percent: String,
    /// Money that makes one whole point, above zero.
    pub value: Money,
    /// What `value` of the whole money earns: the share of one whole point.
    pub points: Fraction,
}

/// A range of money: `from` <= money < `below`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// Included.
    pub from: Money,
    /// Not included; without end in the last band.
    pub below: Option<Money>,
    /// What it gives.
    pub gives: BandGives,
}

/// What a band gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BandGives {
    /// So many points, zero or more.
    Points(Fraction),
    /// A percentage of the money.
    Percent(Percent),
}

/// Multiplies points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Its id in the document.
    pub id: String,
    /// Its name.
    pub name: Names,
    /// Zero or more.
    pub factor: Fraction,
    /// When it does; always if nothing.
    pub when: Option<When>,
}

/// The most points, in the wallet's smallest unit, after rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// Whose days and months count.
    pub per: TimesPer,
    /// In one sale.
    pub sale: Option<Points>,
    /// On one business date.
    pub day: Option<Points>,
    /// In one calendar month of business dates.
    pub month: Option<Points>,
}

/// Rules that go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id in the document.
    pub id: String,
    /// Which of its rules award.
    pub take: Take,
}

/// Which payments count for a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tenders {
    /// All.
    All,
    /// All but the share paid by these methods.
    Except(BTreeSet<String>),
    /// Only the share paid by these methods.
    Only(BTreeSet<String>),
}

/// A condition on the sale and the member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// All hold.
    All(Vec<When>),
    /// At least one holds.
    Any(Vec<When>),
    /// It does not hold.
    Not(Box<When>),
    /// The business date is in the range, both ends included.
    Dates(Option<BusinessDate>, Option<BusinessDate>),
    /// The business date is one of these, Monday first.
    Weekdays([bool; 7]),
    /// Minutes of the day at the till: from the first to before the second, over midnight if the
    /// second is lower.
    Hours(u16, u16),
    /// The sale is in one of these stores.
    Stores(BTreeSet<String>),
    /// The sale is at one of these tills.
    Tills(BTreeSet<String>),
    /// The sale comes by one of these channels.
    Channels(BTreeSet<String>),
    /// The sum of lines, after the POS's own discounts.
    Total(Total),
    /// How many items are sold, of the selected lines.
    Items(Range, Option<Selector>),
    /// A line like this is sold.
    HasLine(Selector),
    /// The member is in one of these tiers.
    Tiers(BTreeSet<String>),
    /// It is exactly this visit of the member, 1 for the first.
    VisitNumber(i64),
    /// It is a visit whose number divides by this.
    VisitEvery(i64),
    /// One of these codes was shown.
    Codes(BTreeSet<String>),
    /// Whether the POS took something off a line.
    Discounted(bool),
    /// Whether the sale spends points.
    UsesPoints(bool),
    /// Whether there is a member.
    Member(bool),
    /// Whether they share an account with other members.
    InHousehold(bool),
    /// How long they have been one.
    Membership(Membership),
    /// When their birthday is.
    Birthday(Birthday),
    /// They have one of these tags.
    MemberTags(BTreeSet<String>),
    /// They have one of these plans.
    Plans(BTreeSet<String>),
    /// What is known of them by this name is one of these.
    Attribute(String, BTreeSet<String>),
    /// Their past is such.
    Past(Past),
    /// Their last visit is so many days ago.
    LastVisit(Range),
    /// The sale is in a store of such a group.
    StoreGroups {
        /// The groups.
        named: BTreeSet<String>,
        /// Their stores.
        stores: BTreeSet<String>,
    },
    /// One of these methods pays.
    Tenders(BTreeSet<String>),
}

/// From the first, included, to below the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// Included.
    pub from: Option<i64>,
    /// Not included.
    pub below: Option<i64>,
}

impl Range {
    /// The value is in it.
    pub fn has(&self, value: i64) -> bool {
        self.from.is_none_or(|from| from <= value) && self.below.is_none_or(|below| value < below)
    }
}

/// The sum of lines is in a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// In which.
    pub range: Range,
    /// Of these lines; of all if nothing.
    pub lines: Option<Selector>,
    /// Which tax is in it.
    pub tax: TotalTax,
    /// What offers took off so far is off it, too.
    pub is_after_offers: bool,
}

/// What points buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reward {
    /// Its id in the document.
    pub id: String,
    /// Its name.
    pub name: Names,
    /// It is a voucher that the member has, and comes before other rewards.
    pub is_voucher: bool,
    /// Out of which wallet it is paid.
    pub wallet: WalletNumber,
    /// Its price, above zero.
    pub points: Points,
    /// What it is worth.
    pub worth: Worth,
    /// By itself, or when the member asks.
    pub used: UseReward,
    /// At most so often in one sale.
    pub most_per_sale: u32,
    /// At most so often on one business date, for one member.
    pub most_per_day: Option<u32>,
    /// When it can be had.
    pub when: Option<When>,
}

/// What a reward is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Money off the bill, above zero.
    Money(Money),
    /// A share, above zero and at most 1; and the percent as the document writes it.
    Share(Fraction, String),
    /// Something off certain lines or up to a limit, or a gift.
    Effect(Box<Effect>),
    /// A voucher for later sales: the wallet that holds it.
    Voucher(WalletNumber),
}

/// When points of an award can no longer be spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// Never.
    #[default]
    Never,
    /// From so many days after the sale on.
    Days(u32),
    /// From the same day so many months later on.
    Months(u32),
    /// From the first day of the month behind so many months on.
    EndOfMonth(u32),
    /// From this date on.
    On(BusinessDate),
    /// From the day behind this month and day of every year on.
    EachYear(u32, u32),
    /// From this anniversary of joining behind the sale on, from 1.
    Anniversary(u32),
    /// The whole balance, so long after the member's last sale.
    Inactive(Idle),
}

/// Whether parts of an amount count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "amount_mode"))]
#[serde(rename_all = "snake_case")]
pub enum AmountMode {
    /// Every part counts: 55.000 at 10.000 a point is 5,5 before rounding.
    #[default]
    Proportional,
    /// Only whole amounts count: 55.000 at 10.000 a point is 5.
    WholeSteps,
}

/// Which money counts for a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "base"))]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// What is left to pay: after the POS's discounts and what loy takes off, tax as in the price.
    #[default]
    AfterDiscounts,
    /// The lines after the POS's own discounts, before points and rewards take something off.
    AfterLineDiscounts,
    /// The lines before the POS's own discounts.
    Gross,
    /// What is left to pay, less the tax in it.
    NetOfTax,
    /// What is left to pay, and the tax that the POS adds on top of it.
    WithTax,
}

/// How several factors go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "combine"))]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// Twice and three times is six times.
    #[default]
    Product,
    /// The bonuses add up: twice and three times is four times.
    Sum,
    /// The largest alone.
    Best,
}

/// Whether the tier's factor multiplies the points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "tier_factor"))]
#[serde(rename_all = "snake_case")]
pub enum TierFactor {
    /// It does.
    #[default]
    Applies,
    /// It does not.
    Ignored,
}

/// Which sum is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "round_at"))]
#[serde(rename_all = "snake_case")]
pub enum RoundAt {
    /// The rule's sum over the sale.
    #[default]
    Rule,
    /// What each line earns.
    Line,
    /// The sum of all such rules of the wallet.
    Sale,
}

/// Which rules of a group award.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "take"))]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// All.
    All,
    /// The one that gives most; of equal ones the first.
    Best,
    /// The first that gives anything.
    First,
    /// The best, and nothing outside the group besides.
    Exclusive,
}

/// How a reward comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "use_reward"))]
#[serde(rename_all = "snake_case")]
pub enum UseReward {
    /// By itself, in the first sale before which the points were there: what a sale awards pays for
    /// the next one, unless the wallet has `spend_own_award`. Worth in `money` waits for a bill that
    /// holds all of it; a `percent` does not wait, and a small bill uses it up too: put a least
    /// `total` into `when` against that.
    Automatic,
    /// When the cart asks for it.
    OnRequest,
}

/// Which tax is in a sum of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "total_tax"))]
#[serde(rename_all = "snake_case")]
pub enum TotalTax {
    /// As in the lines' prices.
    #[default]
    AsInPrice,
    /// All: that on top of the prices, too.
    With,
    /// None: that inside the prices is off.
    Without,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "weekday"))]
#[serde(rename_all = "snake_case")]
pub enum WeekdayName {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// What a line is, beyond goods.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "line_flag"))]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum LineFlag {
    /// Work, not goods.
    #[n(0)]
    Service,
    /// Sells stored value.
    #[n(1)]
    GiftCard,
    /// Delivery.
    #[n(2)]
    Shipping,
    /// A tip.
    #[n(3)]
    Tip,
    /// Weighed at the till or by the scale's label.
    #[n(4)]
    Weighed,
}

impl LineFlag {
    /// The word in carts and programmes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::GiftCard => "gift_card",
            Self::Shipping => "shipping",
            Self::Tip => "tip",
            Self::Weighed => "weighed",
        }
    }
}
