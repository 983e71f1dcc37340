//! What earlier sales of a member mean for this one, as few numbers.
//!
//! The numbers stand in the sale's document, so that pricing it again a year later gives the same.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::{Decode, Encode};

use super::cart::Cart;
use super::ladder::Ladder;
use crate::kernel::{BusinessDate, Money, Points, WalletNumber};
use crate::programme::{ENTRY_RULE, Programme, TierBasis, Tiers};

/// A sale of the member that is final, less what was returned of it.
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
    /// Points it spent on rewards, by the reward's id.
    pub rewards: BTreeMap<String, Points>,
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
            ..Self::default()
        };
        if let Some(tiers) = programme.tiers() {
            history.see_tiers(programme, tiers, joined_on, on, &before);
        }
        for rule in programme.earn_rules() {
            if rule.caps.day.is_some() || rule.caps.month.is_some() {
                let used = used(&before, on, |award| award.rule == rule.id);
                history.rules.insert(rule.id.clone(), used);
            }
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

/// The parts of a split bill are one visit: it is the first of them.
fn is_new_visit<'a>(sale: &'a PastSale, groups: &mut BTreeSet<(BusinessDate, &'a String)>) -> bool {
    let is_first = |group: &'a String| groups.insert((sale.business_date, group));
    sale.is_visit && sale.receipt_group.as_ref().is_none_or(is_first)
}

fn visits(sales: &[&PastSale]) -> u32 {
    let mut groups = BTreeSet::new();
    let visits = sales.iter().filter(|sale| is_new_visit(sale, &mut groups));
    u32::try_from(visits.count()).unwrap_or(u32::MAX)
}

fn is_same_visit(sales: &[&PastSale], cart: &Cart) -> bool {
    cart.receipt_group.is_some()
        && sales.iter().any(|sale| {
            sale.is_visit
                && sale.business_date == cart.business_date
                && sale.receipt_group == cart.receipt_group
        })
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
            && !award.rule.starts_with(ENTRY_RULE)
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
