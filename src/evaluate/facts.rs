//! What conditions are held against.

use std::rc::Rc;

use super::cart::{Cart, LineFlag};
use super::history::History;
use super::quote::MemberSnapshot;
use super::select::{Picks, part_of};
use super::truth::Truth;
use crate::kernel::{BusinessDate, Money};
use crate::programme::{Level, Programme, Selector, TierBasis, Total, TotalTax, When};

/// The facts of a sale.
pub(super) struct Facts<'a> {
    pub cart: &'a Cart,
    /// What its lines come to: many conditions are about that.
    pub whole: Money,
    /// The member, if there is one.
    pub member: Option<&'a MemberSnapshot>,
    /// The member's past, if there is a member and this till knows it.
    pub history: Option<&'a History>,
    /// When the member joined, if that is known.
    pub joined_on: Option<BusinessDate>,
    /// When the holder of the account did, whose day counts for points and tier.
    pub account_joined_on: Option<BusinessDate>,
    /// The tier in which the sale is priced, if there are tiers and it is known: the one before it, if
    /// the programme does not say otherwise.
    pub tier: Option<&'a Level>,
    /// The event that it is instead of a sale, by name.
    pub event: Option<&'a str>,
    /// Whether the sale spends points; nothing before that is decided.
    pub uses_points: Option<bool>,
    /// What offers took off each line of the cart so far; empty for nothing.
    pub taken: Vec<Money>,
    /// Stored value that pays, by the id of its wallet: a method of payment like any other.
    pub stored_methods: Vec<&'a str>,
    /// Which of its lines fit which selection.
    pub picks: Rc<Picks>,
}

impl<'a> Facts<'a> {
    pub fn new(
        programme: &'a Programme,
        cart: &'a Cart,
        member: Option<&'a MemberSnapshot>,
        uses_points: Option<bool>,
    ) -> Self {
        let history = member.and_then(|member| member.history.as_ref());
        Self {
            cart,
            whole: cart.total(),
            member,
            history,
            joined_on: member.and_then(|member| member.joined_on),
            account_joined_on: member.and_then(MemberSnapshot::account_joined_on),
            tier: member.and_then(|member| tier_before(programme, member)),
            event: None,
            uses_points,
            taken: Vec::new(),
            stored_methods: Vec::new(),
            picks: Rc::new(Picks::new(programme, &cart.lines)),
        }
    }

    /// Whether a condition holds.
    pub fn holds(&self, when: &When) -> Truth {
        let cart = self.cart;
        let is_in = |names: &std::collections::BTreeSet<String>, name: &Option<String>| {
            Truth::known(name.as_ref().map(|name| names.contains(name)))
        };
        match when {
            When::All(parts) => Truth::all(parts.iter().map(|part| self.holds(part))),
            When::Any(parts) => Truth::any(parts.iter().map(|part| self.holds(part))),
            When::Not(part) => self.holds(part).not(),
            When::Dates(first, last) => Truth::of(
                first.is_none_or(|first| first <= cart.business_date)
                    && last.is_none_or(|last| cart.business_date <= last),
            ),
            When::Weekdays(days) => Truth::of(days[self.weekday()]),
            When::Hours(from, until) => {
                let minute = self.minute_of_day();
                Truth::of(if from < until {
                    (*from..*until).contains(&minute)
                } else {
                    minute >= *from || minute < *until
                })
            }
            When::Stores(stores) => is_in(stores, &cart.store),
            When::Tills(tills) => is_in(tills, &cart.till),
            When::Channels(channels) => Truth::of(channels.contains(self.channel())),
            When::Total(total) => Truth::of(total.range.has(self.total(total).get())),
            When::Items(range, lines) => {
                // Compared in thousandths, so that two and a half are more than two.
                let thousandths = self.items_milli(lines.as_ref());
                let reaches = |least: i64| thousandths >= i128::from(least) * 1_000;
                Truth::of(range.from.is_none_or(reaches) && !range.below.is_some_and(reaches))
            }
            When::HasLine(selector) => self.picks.any_sold(selector),
            When::Tiers(tiers) => Truth::known(self.tier.map(|tier| tiers.contains(&tier.id))),
            When::VisitNumber(number) => {
                Truth::known(self.visit_number().map(|visit| visit == *number))
            }
            When::VisitEvery(every) => {
                Truth::known(self.visit_number().map(|visit| visit % every == 0))
            }
            When::Codes(codes) => Truth::of(cart.codes.iter().any(|code| codes.contains(code))),
            When::Discounted(wanted) => Truth::of(self.is_discounted() == *wanted),
            When::UsesPoints(wanted) => Truth::known(self.uses_points.map(|uses| uses == *wanted)),
            When::Member(_)
            | When::Membership(_)
            | When::Birthday(_)
            | When::MemberTags(_)
            | When::Plans(_)
            | When::Attribute(..)
            | When::Past(_)
            | When::LastVisit(_)
            | When::InHousehold(_)
            | When::StoreGroups { .. }
            | When::Tenders(_) => self.holds_of_member(when),
        }
    }

    /// Monday is 0.
    pub fn weekday(&self) -> usize {
        let monday_first = self.cart.business_date.weekday().num_days_from_monday();
        usize::try_from(monday_first).expect("0 to 6")
    }

    /// Minutes since midnight at the till.
    pub fn minute_of_day(&self) -> u16 {
        let (hour, minute) = self.cart.at_ms.time_of_day_at(self.cart.utc_offset_minutes);
        u16::try_from(hour * 60 + minute).expect("a day has 1,440 minutes")
    }

    pub fn channel(&self) -> &str {
        self.cart.channel.as_deref().unwrap_or("store")
    }

    pub fn is_discounted(&self) -> bool {
        self.cart
            .lines
            .iter()
            .any(|line| line.discount.is_positive())
    }

    pub fn visit_number(&self) -> Option<i64> {
        self.history.map(History::visit_number)
    }

    /// Thousandths of items: a weighed line is one, returned goods are taken off.
    pub fn items_milli(&self, selector: Option<&Selector>) -> i128 {
        let selected = self.picks.lines(selector);
        selected
            .map(|index| {
                let line = &self.cart.lines[index];
                let quantity = i128::from(line.quantity_milli.get());
                if line.flags.contains(&LineFlag::Weighed) {
                    quantity.signum() * 1_000
                } else {
                    quantity
                }
            })
            .sum()
    }

    /// The sum that a condition is about.
    pub fn total(&self, total: &Total) -> Money {
        let is_plain = total.tax == TotalTax::AsInPrice && !total.is_after_offers;
        if total.lines.is_none() && is_plain {
            return self.whole;
        }
        let amount = |index: usize| {
            let line = &self.cart.lines[index];
            let mut amount = line.line_total;
            if total.is_after_offers {
                amount -= self.taken.get(index).copied().unwrap_or_default();
            }
            match total.tax {
                TotalTax::AsInPrice => amount,
                TotalTax::With => amount + part_of(line.tax_outside, amount, line.line_total),
                TotalTax::Without => amount - part_of(line.tax_inside, amount, line.line_total),
            }
        };
        self.picks.lines(total.lines.as_ref()).map(amount).sum()
    }

    /// Something is bought: what a visit is.
    pub fn is_purchase(&self) -> bool {
        self.whole > Money::ZERO
    }
}

/// The tier that a member has before the sale; nothing without tiers, or where it is not known.
pub fn tier_before<'a>(programme: &'a Programme, member: &MemberSnapshot) -> Option<&'a Level> {
    let tiers = programme.tiers()?;
    if tiers.basis == TierBasis::Balance {
        let balance = member.balance(tiers.wallet?).known;
        return tiers.levels.get(tiers.fitting(balance.get()));
    }
    let history = member.history.as_ref()?;
    let held = match &history.tier {
        None => None,
        Some(held) => {
            let tier = held.tier.as_ref()?;
            tiers.levels.iter().find(|level| level.id == *tier)
        }
    };
    held.or_else(|| tiers.levels.get(tiers.fitting(history.tier_basis)))
}
