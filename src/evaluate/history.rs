//! What earlier sales of a member mean for this one, as few numbers.
//!
//! The numbers stand in the sale's document, so that pricing it again a year later gives the same.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::{Decode, Encode};

use super::cart::Cart;
use super::goals::{GoalPast, goals};
use super::ladder::{Ladder, first_counted};
use super::referral::ReferredBy;
use crate::kernel::{BusinessDate, Money, Points, WalletNumber};
use crate::programme::{
    ADVOCATE_RULE, ENTRY_RULE, Past, PastCount, Programme, Span, TierBasis, Tiers, TimesWindow,
};

/// A sale of the member that is final, less what was returned of it; or an event, which sells nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastSale {
    /// The day in the books.
    pub business_date: BusinessDate,
    /// What was paid for what was kept; below zero for goods that came back without their sale.
    pub spend: Money,
    /// Of that, what was paid for lines that sell tiers (basis `fee`).
    pub fee: Money,
    /// It counts as a visit: something was bought. A return does not undo a visit, a post-void does.
    pub is_visit: bool,
    /// The name that the parts of a split bill share: together they are one visit.
    pub receipt_group: Option<String>,
    /// Points it gave, one item a wallet and rule.
    pub awards: Vec<PastAward>,
    /// Offers that it had, by their ids.
    pub offers: BTreeSet<String>,
    /// Points it spent on rewards, by the reward's id.
    pub rewards: BTreeMap<String, Points>,
    /// What it counts for challenges that look at lines, by their ids, less what was returned: money
    /// with `spend`, else thousandths of pieces.
    pub goals: BTreeMap<String, i64>,
    /// The event that it is, by name; nothing for a sale.
    pub event: Option<String>,
}

/// Points that a past sale gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastAward {
    /// Which rule.
    pub rule: String,
    /// Into which wallet.
    pub wallet: WalletNumber,
    /// How many are left after returns; below zero for goods that came back without their sale.
    pub points: Points,
}

/// Points awarded before this sale, of this business date and of its calendar month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Used {
    /// On the business date.
    #[n(0)]
    pub day: Points,
    /// In the calendar month.
    #[n(1)]
    pub month: Points,
}

/// How often something was had before, by business dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Had {
    /// On the business date.
    #[n(0)]
    pub day: u32,
    /// In its calendar month.
    #[n(1)]
    pub month: u32,
    /// In its calendar year.
    #[n(2)]
    pub year: u32,
    /// Up to it.
    #[n(3)]
    pub ever: u32,
}

impl Had {
    /// How often on one of these dates.
    fn on(dates: impl Iterator<Item = BusinessDate>, on: BusinessDate) -> Self {
        let mut had = Self::default();
        for date in dates {
            had.day += u32::from(date == on);
            had.month += u32::from(date.is_same_month(on));
            had.year += u32::from(date.parts().0 == on.parts().0);
            had.ever += 1;
        }
        had
    }

    pub(super) fn within(&self, window: TimesWindow) -> u32 {
        match window {
            TimesWindow::Day => self.day,
            TimesWindow::Month => self.month,
            TimesWindow::Year => self.year,
            TimesWindow::Ever => self.ever,
        }
    }
}

/// What the evaluation needs of a member's past, on one business date.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct History {
    /// Visits before this sale.
    #[n(0)]
    pub visits: u32,
    /// The last of them is this one: an earlier part of the same split bill.
    #[cbor(n(1), default)]
    pub is_same_visit: bool,
    /// What counts for the tier: smallest units of points or money, or visits.
    #[cbor(n(2), default)]
    pub tier_basis: i64,
    /// Points by rules that have a cap over time.
    #[cbor(n(3), default)]
    pub rules: BTreeMap<String, Used>,
    /// Points into wallets that have a cap over time.
    #[cbor(n(4), default)]
    pub wallets: BTreeMap<WalletNumber, Used>,
    /// How often rewards with a daily limit were had on the business date.
    #[cbor(n(5), default)]
    pub rewards_today: BTreeMap<String, u32>,
    /// The tier that the past makes; nothing in documents of before tiers had a term, where
    /// `tier_basis` makes it.
    #[n(6)]
    pub tier: Option<HeldTier>,
    /// Tiers whose points for reaching them were given, where the programme has some.
    #[cbor(n(7), default)]
    pub entered: BTreeSet<String>,
    /// What conditions on the past count, by [`Past::key`].
    #[cbor(n(8), default)]
    pub past: BTreeMap<String, i64>,
    /// The business date of the last visit, where the programme asks for it and there was one.
    #[n(9)]
    pub last_visit: Option<BusinessDate>,
    /// How often rules that say how often they give gave something, by their ids.
    #[cbor(n(20), default)]
    pub times: BTreeMap<String, Had>,
    /// The same of offers.
    #[cbor(n(21), default)]
    pub offer_times: BTreeMap<String, Had>,
    /// How far the member is with the challenges of the business date, by their ids.
    #[cbor(n(30), default)]
    pub goals: BTreeMap<String, GoalPast>,
    /// Who brought them, where the programme has something for that and they have not bought since.
    #[n(31)]
    pub referral: Option<ReferredBy>,
    /// How often they were thanked for a friend.
    #[cbor(n(32), default)]
    pub thanked: Had,
}

/// A tier before a sale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HeldTier {
    /// Its id; nothing where it is not known, because the day of joining is not.
    #[n(0)]
    pub tier: Option<String>,
    /// The last business date on which it is had even if nothing more counts; none for ever.
    #[n(1)]
    pub kept_until: Option<BusinessDate>,
    /// What counts already when it is looked at again behind that date; none where this sale does not
    /// count then.
    #[n(2)]
    pub counted_then: Option<i64>,
}

impl History {
    /// What these sales mean for a cart. Sales of later business dates are left out; sales of more
    /// than [`Programme::history_days`] ago need not be given.
    pub fn of(
        programme: &Programme,
        cart: &Cart,
        joined_on: Option<BusinessDate>,
        sales: &[PastSale],
    ) -> Self {
        let on = cart.business_date;
        let before: Vec<&PastSale> = sales
            .iter()
            .filter(|sale| sale.business_date <= on)
            .collect();
        let mut history = Self {
            visits: visits(&before),
            is_same_visit: is_same_visit(&before, cart),
            goals: goals(programme, cart, &before),
            ..Self::default()
        };
        if programme.referral().is_some() {
            history.thanked = gave(ADVOCATE_RULE, on, &before);
        }
        if let Some(tiers) = programme.tiers() {
            history.see_tiers(programme, tiers, joined_on, on, &before);
        }
        for past in programme.past_conditions() {
            history.past.insert(past.key(), counted(past, on, &before));
        }
        if programme.reads_last_visit() {
            let others = before.iter().filter(|sale| !is_of_cart(sale, cart));
            let visits = others.filter(|sale| sale.is_visit);
            history.last_visit = visits.map(|sale| sale.business_date).max();
        }
        for rule in programme.earn_rules() {
            if rule.caps.day.is_some() || rule.caps.month.is_some() {
                let used = used(&before, on, |award| award.rule == rule.id);
                history.rules.insert(rule.id.clone(), used);
            }
        }
        let limited = programme.earn_rules().iter();
        for rule in limited.filter(|rule| rule.times.is_limited()) {
            let had = gave(&rule.id, on, &before);
            history.times.insert(rule.id.clone(), had);
        }
        let limited = programme.offers().iter();
        for offer in limited.filter(|offer| offer.times.is_limited()) {
            let had = before.iter().filter(|sale| sale.offers.contains(&offer.id));
            let dates = had.map(|sale| sale.business_date);
            history
                .offer_times
                .insert(offer.id.clone(), Had::on(dates, on));
        }
        for wallet in programme.wallets() {
            if wallet.caps.day.is_some() || wallet.caps.month.is_some() {
                let used = used(&before, on, |award| award.wallet == wallet.number);
                history.wallets.insert(wallet.number, used);
            }
        }
        let limited = programme
            .rewards()
            .iter()
            .filter(|reward| reward.most_per_day.is_some());
        for reward in limited {
            let today = before.iter().filter(|sale| sale.business_date == on);
            let points = today.filter_map(|sale| sale.rewards.get(&reward.id));
            let times = points.fold(0i64, |sum, points| {
                sum.saturating_add(points.get() / reward.points.get())
            });
            let times = u32::try_from(times).unwrap_or(u32::MAX);
            history.rewards_today.insert(reward.id.clone(), times);
        }
        history
    }

    fn see_tiers(
        &mut self,
        programme: &Programme,
        tiers: &Tiers,
        joined_on: Option<BusinessDate>,
        on: BusinessDate,
        before: &[&PastSale],
    ) {
        let days = counted_by_day(programme, tiers, before);
        let ladder = Ladder::new(tiers, joined_on, on, &days);
        self.tier_basis = ladder.counted().unwrap_or(0);
        let held = ladder.rank().map(|rank| HeldTier {
            tier: Some(tiers.levels[rank.place].id.clone()),
            kept_until: rank.kept_until,
            counted_then: rank.counted_then,
        });
        self.tier = Some(held.unwrap_or_default());
        if tiers.has_entry_rewards() {
            let awards = before.iter().flat_map(|sale| &sale.awards);
            let given = awards.filter(|award| award.points.is_positive());
            let entered = given.filter_map(|award| award.rule.strip_prefix(ENTRY_RULE));
            self.entered = entered.map(str::to_owned).collect();
        }
    }

    /// The number of this visit, 1 for the first.
    pub(super) fn visit_number(&self) -> i64 {
        i64::from(self.visits) + i64::from(!self.is_same_visit)
    }
}

/// How often a rule gave something.
fn gave(rule: &str, on: BusinessDate, before: &[&PastSale]) -> Had {
    let gave = |sale: &&&PastSale| {
        let mut awards = sale.awards.iter();
        awards.any(|award| award.rule == rule && award.points.is_positive())
    };
    let sales = before.iter().filter(gave);
    Had::on(sales.map(|sale| sale.business_date), on)
}

/// The parts of a split bill are one visit: it is the first of them.
pub(super) fn is_new_visit<'a>(
    sale: &'a PastSale,
    groups: &mut BTreeSet<(BusinessDate, &'a String)>,
) -> bool {
    let is_first = |group: &'a String| groups.insert((sale.business_date, group));
    sale.is_visit && sale.receipt_group.as_ref().is_none_or(is_first)
}

fn visits(sales: &[&PastSale]) -> u32 {
    let mut groups = BTreeSet::new();
    let visits = sales.iter().filter(|sale| is_new_visit(sale, &mut groups));
    u32::try_from(visits.count()).unwrap_or(u32::MAX)
}

fn is_same_visit(sales: &[&PastSale], cart: &Cart) -> bool {
    sales
        .iter()
        .any(|sale| sale.is_visit && is_of_cart(sale, cart))
}

/// The sale is another part of the cart's split bill.
pub(super) fn is_of_cart(sale: &PastSale, cart: &Cart) -> bool {
    cart.receipt_group.is_some()
        && sale.business_date == cart.business_date
        && sale.receipt_group == cart.receipt_group
}

/// What a condition on the past counts.
fn counted(past: &Past, on: BusinessDate, before: &[&PastSale]) -> i64 {
    let first = match past.span {
        Span::Ever => None,
        Span::Days(days) => on.minus_days(days.saturating_sub(1)),
        Span::Months(months) => Some(first_counted(on, months)),
    };
    let is_in = |sale: &&PastSale| first.is_none_or(|first| first <= sale.business_date);
    let sales: Vec<&PastSale> = before.iter().copied().filter(is_in).collect();
    let is_its = |award: &&PastAward| {
        past.rule.as_ref().is_none_or(|rule| award.rule == *rule)
            && past.wallet.is_none_or(|wallet| award.wallet == wallet)
    };
    let sum =
        |numbers: &mut dyn Iterator<Item = i64>| numbers.fold(0i64, i64::saturating_add).max(0);
    match past.count {
        PastCount::Visits => i64::from(visits(&sales)),
        PastCount::Spend => sum(&mut sales.iter().map(|sale| sale.spend.get())),
        PastCount::Points => {
            let awards = sales.iter().flat_map(|sale| &sale.awards);
            sum(&mut awards.filter(is_its).map(|award| award.points.get()))
        }
        PastCount::Times => {
            let gave = |sale: &&&PastSale| {
                let mut awards = sale.awards.iter().filter(is_its);
                awards.any(|award| award.points.is_positive())
            };
            i64::try_from(sales.iter().filter(gave).count()).unwrap_or(i64::MAX)
        }
    }
}

fn used(sales: &[&PastSale], on: BusinessDate, is_counted: impl Fn(&PastAward) -> bool) -> Used {
    let sum = |is_in: &dyn Fn(BusinessDate) -> bool| {
        let sales = sales.iter().filter(|sale| is_in(sale.business_date));
        let awards = sales
            .flat_map(|sale| &sale.awards)
            .filter(|award| is_counted(award));
        let points = awards.fold(0i64, |sum, award| sum.saturating_add(award.points.get()));
        Points::new(points.max(0))
    };
    Used {
        day: sum(&|date| date == on),
        month: sum(&|date| date.is_same_month(on)),
    }
}

/// What counts for the ladder, by day.
fn counted_by_day(
    programme: &Programme,
    tiers: &Tiers,
    sales: &[&PastSale],
) -> BTreeMap<BusinessDate, i64> {
    let qualifies = |award: &&PastAward| {
        let rules = programme.earn_rules();
        let rule = rules.iter().find(|rule| rule.id == award.rule);
        Some(award.wallet) == tiers.wallet
            && !award.rule.contains(':')
            && rule.is_none_or(|rule| rule.qualifies)
    };
    let mut days: BTreeMap<BusinessDate, i64> = BTreeMap::new();
    let mut groups = BTreeSet::new();
    for sale in sales {
        let counted = match tiers.basis {
            TierBasis::Visits => i64::from(is_new_visit(sale, &mut groups)),
            TierBasis::Spend => sale.spend.get(),
            TierBasis::Fee => sale.fee.get(),
            TierBasis::Earned => {
                let awards = sale.awards.iter().filter(qualifies);
                awards.fold(0i64, |sum, award| sum.saturating_add(award.points.get()))
            }
            // It is what is there, and no sum over the past.
            TierBasis::Balance => 0,
        };
        let day = days.entry(sale.business_date).or_default();
        *day = day.saturating_add(counted);
    }
    days
}
