//! The quote: what a sale would give and take, and why.

use crate::kernel::Few;
use minicbor::{Decode, Encode};
use serde::Serialize;

use super::challenge::ChallengeLine;
use super::draw::{TurnLine, TurnsGiven};
use super::explanation::Explanation;
use super::history::History;
use super::profile::Profile;
use super::reason::Reason;
use super::velocity::{LimitFacts, LimitHit};
use crate::kernel::{
    Balance, BusinessDate, Instant, MemberNumber, MemberStatus, Money, Points, WalletNumber,
};
use crate::programme::shape::json;
use crate::programme::{CHALLENGE_RULE, DRAW_RULE, Stage};

/// What the evaluation is told about the member: nothing else of the ledger reaches it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct MemberSnapshot {
    /// Whose balances these are.
    #[n(0)]
    pub number: MemberNumber,
    /// Balance on the cart's business date, by wallet. A wallet that is absent is empty.
    #[n(1)]
    pub balances: Few<WalletNumber, Balance>,
    /// What the member's past sales mean for this one; `None` where the programme does not ask, or
    /// where it is not known.
    #[n(2)]
    pub history: Option<History>,
    /// The business date on which they joined; `None` where the programme does not ask, or where it
    /// is not known.
    #[n(3)]
    pub joined_on: Option<BusinessDate>,
    /// The balances once the goods that come back in this cart are back; absent where none do.
    #[n(4)]
    pub after_returns: Option<Few<WalletNumber, Balance>>,
    /// How often something was done, where the programme has limits.
    #[n(5)]
    pub limits: Option<LimitFacts>,
    /// What else is known of them.
    #[n(6)]
    pub profile: Option<Profile>,
    /// Whether they may earn and spend.
    #[cbor(n(7), default)]
    pub status: MemberStatus,
    /// Whose account they use, where several members share one.
    #[n(12)]
    pub household: Option<Household>,
    /// The instant up to which it is known what was done; `None` where that is not told.
    #[n(13)]
    pub as_of: Option<Instant>,
}

/// A household, as the evaluation is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Household {
    /// Whose number its account has; nothing where that is not told.
    #[n(0)]
    pub holder: Option<MemberNumber>,
    /// The business date on which the holder joined; `None` where the programme does not ask, or where
    /// it is not known.
    #[n(1)]
    pub joined_on: Option<BusinessDate>,
}

impl MemberSnapshot {
    /// The day of joining that counts for points and tier: the holder's where they share an account.
    pub(super) fn account_joined_on(&self) -> Option<BusinessDate> {
        match &self.household {
            None => self.joined_on,
            Some(household) => household.joined_on,
        }
    }
}

/// What a sale gives and takes. This is what `authorise` freezes and `commit` posts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "outcome"))]
#[cbor(map)]
pub struct Outcome {
    /// What the lines cost before loy took anything off.
    #[n(0)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub total: Money,
    /// What is left to pay by the POS's tenders.
    #[n(1)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub payable: Money,
    /// What loy takes off each line, one amount a line in the cart's order, zero or more.
    #[n(2)]
    #[cfg_attr(test, schemars(with = "Vec<i64>"))]
    pub line_discounts: Vec<Money>,
    /// Points spent, one item a wallet and rule.
    #[n(3)]
    pub redemptions: Vec<Redemption>,
    /// Points awarded, one item a wallet and rule.
    #[n(4)]
    pub awards: Vec<Award>,
    /// Goods that come back in the same cart, one item a sale they come from, and one for those whose
    /// sale is not known. Left out where none do.
    #[cbor(n(5), default)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<GoodsBack>,
    /// Offers that were taken, in the order in which they were. Left out where none was.
    #[cbor(n(6), default)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<OfferTaken>,
    /// What stored value pays, less what goes back onto it. Left out where it is zero.
    #[cbor(n(7), default)]
    #[cfg_attr(test, schemars(with = "i64"))]
    #[serde(skip_serializing_if = "is_no_money")]
    pub stored: Money,
    /// The tier in which it is priced, where that is another than the one before the sale.
    #[n(10)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priced_in_tier: Option<String>,
    /// The member who brought this one and is thanked with this sale. Left out if none.
    #[n(11)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<u64>"))]
    pub referral: Option<MemberNumber>,
    /// Turns of lucky draws that it gives, one item a draw. They are drawn once the sale is final. Left out
    /// where it gives none.
    #[cbor(n(12), default, skip_if = "Vec::is_empty")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub draws: Vec<TurnsGiven>,
}

/// An offer that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "offer_taken"))]
#[cbor(map)]
pub struct OfferTaken {
    /// Its id in the programme.
    #[n(0)]
    pub offer: String,
    /// What it takes off the bill; zero for a gift.
    #[n(1)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub amount: Money,
    /// How often, for offers that count; else 1.
    #[n(2)]
    pub times: i64,
    /// What it takes off each line that it takes something off.
    #[n(3)]
    pub lines: Vec<LinePart>,
    /// The stage it comes in.
    #[n(5)]
    pub stage: Stage,
    /// Goods handed over besides. They are in no line; do not add one.
    #[n(4)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gift: Option<Gift>,
}

/// A part of an effect on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "line_part"))]
#[cbor(array)]
pub struct LinePart {
    /// The line, from 0 in the order of the cart.
    #[n(0)]
    pub line: u32,
    /// Taken off it, above zero.
    #[n(1)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub amount: Money,
}

/// Goods handed over besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "gift_given"))]
#[cbor(array)]
pub struct Gift {
    /// Which article.
    #[n(0)]
    pub sku: String,
    /// How many pieces.
    #[n(1)]
    pub quantity: i64,
}

/// Goods that come back, and what that does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "goods_back"))]
#[cbor(map)]
pub struct GoodsBack {
    /// The sale they come from; absent where it is not known.
    #[n(0)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale: Option<String>,
    /// Money given back for them, zero or more. It is part of `payable` already.
    #[n(1)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub amount: Money,
    /// What becomes of points, one item a wallet that it touches.
    #[cbor(n(2), default)]
    pub wallets: Vec<WalletBack>,
}

/// What goods that come back do in one wallet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "wallet_back"))]
#[cbor(map)]
pub struct WalletBack {
    /// Which wallet, by its number in the programme.
    #[n(0)]
    pub wallet: WalletNumber,
    /// Awarded points that are taken back.
    #[n(1)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub taken_back: Points,
    /// Spent points that come back.
    #[n(2)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub returned: Points,
    /// Of what is taken back, what is no longer there and is owed.
    #[n(3)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub debt: Points,
}

impl Outcome {
    /// What is sold costs so much before loy takes anything off.
    pub fn total_sold(&self) -> Money {
        self.total + self.returns.iter().map(|back| back.amount).sum()
    }

    /// What offers of such stages took off a line.
    pub(super) fn offers_off(&self, line: usize, is_counted: &dyn Fn(Stage) -> bool) -> Money {
        let offers = self.offers.iter().filter(|offer| is_counted(offer.stage));
        let parts = offers.flat_map(|offer| &offer.lines);
        let parts = parts.filter(|part| usize::try_from(part.line) == Ok(line));
        parts.map(|part| part.amount).sum()
    }

    /// Points of a wallet that are spent.
    pub fn spent(&self, wallet: WalletNumber) -> Points {
        let of_wallet = self.redemptions.iter().filter(|part| part.wallet == wallet);
        of_wallet.map(|part| part.points).sum()
    }

    /// Points of a wallet that bought no money off: a gift, or a voucher.
    pub(super) fn points_for_goods(&self, wallet: WalletNumber) -> Points {
        let of_wallet = self.redemptions.iter().filter(|part| part.wallet == wallet);
        let for_goods = of_wallet.filter(|part| part.amount.is_zero());
        for_goods.map(|part| part.points).sum()
    }

    /// What points of a wallet took off a line. A sale of before parts were kept has none: there
    /// everything that was taken off was taken off by points.
    pub(super) fn points_off(&self, line: usize, wallet: WalletNumber) -> Money {
        let redemptions = &self.redemptions;
        if redemptions
            .iter()
            .all(|redemption| redemption.lines.is_empty())
        {
            return self.line_discounts.get(line).copied().unwrap_or_default();
        }
        let parts = redemptions
            .iter()
            .filter(|redemption| redemption.wallet == wallet)
            .flat_map(|redemption| &redemption.lines)
            .filter(|part| usize::try_from(part.line) == Ok(line));
        parts.map(|part| part.amount).sum()
    }

    /// What is paid for what is sold: what is left to pay, what stored value pays, and the money given
    /// back for goods besides.
    pub fn sold(&self) -> Money {
        self.payable + self.stored + self.returns.iter().map(|back| back.amount).sum()
    }
}

/// Points spent as money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "redemption"))]
#[cbor(map)]
pub struct Redemption {
    /// Out of which wallet, by its number in the programme.
    #[n(0)]
    pub wallet: WalletNumber,
    /// How many points, above zero.
    #[n(1)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub points: Points,
    /// What they take off the bill, or pay; zero where they buy a gift or a voucher.
    #[n(2)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub amount: Money,
    /// The reward they bought; absent where they paid as money.
    #[n(3)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward: Option<String>,
    /// What of `amount` each line takes; nothing where it pays and is no discount.
    #[cbor(n(4), default)]
    pub lines: Vec<LinePart>,
    /// It is stored value: it pays, and is no discount. Left out if not.
    #[cbor(n(5), default)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pays: bool,
    /// Goods handed over for them. They are in no line; do not add one.
    #[cbor(n(6), default)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gift: Option<Gift>,
}

/// Points given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "award"))]
#[cbor(map)]
pub struct Award {
    /// Into which wallet, by its number in the programme.
    #[n(0)]
    pub wallet: WalletNumber,
    /// Which rule gave them.
    #[n(1)]
    pub rule: String,
    /// How many; above zero for a sale, below zero where the lines are returned goods.
    #[n(2)]
    #[cfg_attr(test, schemars(with = "i64"))]
    pub points: Points,
    /// First business date on which they can be spent.
    #[n(3)]
    #[cfg_attr(test, schemars(with = "i32"))]
    pub available_from: BusinessDate,
    /// First business date on which they cannot be spent any more; absent for never.
    #[n(4)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<i32>"))]
    pub expires_on: Option<BusinessDate>,
}

/// A balance before and after the sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "wallet_line"))]
pub struct WalletLine {
    /// The wallet's id in the programme.
    pub wallet: String,
    /// Its number in the programme.
    pub number: WalletNumber,
    /// Before the sale.
    pub before: Balance,
    /// Awarded by it.
    #[cfg_attr(test, schemars(with = "i64"))]
    pub awarded: Points,
    /// Spent in it.
    #[cfg_attr(test, schemars(with = "i64"))]
    pub redeemed: Points,
    /// Taken back for goods that come back; left out where none is.
    #[cfg_attr(test, schemars(with = "i64"))]
    #[serde(skip_serializing_if = "is_zero")]
    pub taken_back: Points,
    /// Spent points that come back with goods; left out where none do.
    #[cfg_attr(test, schemars(with = "i64"))]
    #[serde(skip_serializing_if = "is_zero")]
    pub returned: Points,
    /// Known balance after it.
    #[cfg_attr(test, schemars(with = "i64"))]
    pub after: Points,
    /// Most points this sale could spend, whether or not it does.
    #[cfg_attr(test, schemars(with = "i64"))]
    pub redeemable: Points,
}

/// Where the member stands on the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "tier_line"))]
pub struct TierLine {
    /// The tier before the sale, by its id. It is the one that counts for it, unless `priced_in_tier`
    /// names another.
    pub tier: String,
    /// Its name in the quote's language.
    pub name: String,
    /// What counts for it before the sale: smallest units of points or money, or visits.
    pub counted: i64,
    /// And after it.
    pub counted_after: i64,
    /// The tier that makes, by its id.
    pub tier_after: String,
    /// The next one above that; absent at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What is missing to it after the sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<i64>,
    /// The last business date of `tier_after` even if nothing more counts; absent for ever, and where
    /// that depends on when what counts for it leaves the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<i32>"))]
    pub kept_until: Option<BusinessDate>,
    /// What is missing after the sale to have it longer than that, 0 for nothing; absent where nothing
    /// that is sold now counts for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_keep: Option<i64>,
}

/// An evaluated cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "quote"))]
pub struct Quote {
    /// Which programme priced it.
    pub programme: String,
    /// And in which version.
    pub programme_version: u32,
    /// Currency of all amounts.
    pub currency: String,
    /// What it gives and takes.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What a member would have been awarded, where the sale is nobody's; empty with a member.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub awards_with_card: Vec<Award>,
    /// Balances of the member, one line a wallet of the programme; empty without a member.
    pub wallets: Vec<WalletLine>,
    /// The instant up to which these balances know what was done, in milliseconds since 1970 (UTC). Left out
    /// where that is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<i64>"))]
    pub as_of_ms: Option<Instant>,
    /// Limits that this sale goes beyond; left out if none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<LimitHit>,
    /// The member is `blocked` or the membership `closed`: the sale is priced as one of nobody. Left out
    /// if not.
    #[serde(skip_serializing_if = "MemberStatus::is_active")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub member_status: MemberStatus,
    /// Where the member stands; absent without tiers, without a member, or where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<TierLine>,
    /// How far the member is with each challenge of the business date; left out without challenges,
    /// without a member, or where it is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub challenges: Vec<ChallengeLine>,
    /// What the turns of lucky draws drew that came with the sale; left out before it is final, and where
    /// it came with none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drawn: Vec<TurnLine>,
    /// Rules count only a share of the payments, and the cart has none yet: give them before the sale
    /// is final. Left out if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub needs_payments: bool,
    /// More points are spent than without a code that only the member has: have it scanned or typed before
    /// the sale is authorised. Left out if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub needs_code: bool,
    /// It is a training's, and every text says so. Left out if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_training: bool,
    /// For every rule: what it did, or why it did nothing.
    #[cfg_attr(test, schemars(with = "Vec<super::reason::Written<'static>>"))]
    pub explanation: Explanation,
    /// Language of the texts: `vi` or `en`.
    pub language: &'static str,
}

impl Quote {
    /// The whole quote as compact JSON; equal inputs give equal bytes.
    pub fn to_json(&self) -> String {
        json(self)
    }

    /// The same sale with the outcome that was decided, where that is known better than by pricing it
    /// again, and with the member's balances of then.
    #[must_use]
    pub fn restated(mut self, member: Option<&MemberSnapshot>, outcome: Outcome) -> Self {
        self.outcome = outcome;
        let mut lines = std::mem::take(&mut self.wallets);
        for line in &mut lines {
            // What goods that came back changed, besides.
            let back = line.after + line.redeemed - line.awarded - line.before.known;
            if let Some(member) = member {
                line.before = member.balance(line.number);
            }
            line.awarded = self.awarded(line.number);
            line.redeemed = self.redeemed(line.number);
            line.after = line.before.known + back - line.redeemed + line.awarded;
        }
        self.wallets = lines;
        self
    }

    /// Points awarded into a wallet by all rules together.
    pub fn awarded(&self, wallet: WalletNumber) -> Points {
        sum_of(&self.outcome.awards, wallet)
    }

    /// Points a member would have been awarded, where the sale is nobody's.
    pub fn awarded_with_card(&self, wallet: WalletNumber) -> Points {
        sum_of(&self.awards_with_card, wallet)
    }

    /// Points spent out of a wallet.
    pub fn redeemed(&self, wallet: WalletNumber) -> Points {
        self.outcome.spent(wallet)
    }

    /// Points of a wallet that are taken back for goods, and spent points that come back with them.
    pub fn goods_back(&self, wallet: WalletNumber) -> (Points, Points) {
        let parts = self.outcome.returns.iter().flat_map(|back| &back.wallets);
        let parts = parts.filter(|part| part.wallet == wallet);
        parts.fold((Points::ZERO, Points::ZERO), |(taken, given), part| {
            (taken + part.taken_back, given + part.returned)
        })
    }

    /// What loy takes off the bill.
    pub fn discount(&self) -> Money {
        self.outcome.line_discounts.iter().copied().sum()
    }

    /// The balances of one wallet; nothing without a member.
    pub fn wallet(&self, wallet: WalletNumber) -> Option<&WalletLine> {
        self.wallets.iter().find(|line| line.number == wallet)
    }

    /// What was said of one rule, wallet, code or reward.
    pub fn reasons<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Reason> {
        self.explanation
            .iter()
            .filter(move |reason| reason.rule() == rule)
    }

    /// What was said of a lucky draw.
    pub fn reason_of_draw(&self, draw: &str) -> Option<&Reason> {
        let id = |reason: &&Reason| reason.rule().strip_prefix(DRAW_RULE) == Some(draw);
        self.explanation.iter().find(id)
    }

    /// What was said of how far a challenge is.
    pub fn reason_of(&self, goal: &ChallengeLine) -> Option<&Reason> {
        let id =
            |reason: &&Reason| reason.rule().strip_prefix(CHALLENGE_RULE) == Some(&goal.challenge);
        self.explanation.iter().find(id)
    }
}

fn is_no_money(amount: &Money) -> bool {
    amount.is_zero()
}

fn is_zero(points: &Points) -> bool {
    points.is_zero()
}

fn sum_of(awards: &[Award], wallet: WalletNumber) -> Points {
    awards
        .iter()
        .filter(|award| award.wallet == wallet)
        .map(|award| award.points)
        .sum()
}
