//! What is known of a member beside balances and past, and conditions on it.

use crate::kernel::Few;
use std::collections::BTreeSet;

use minicbor::{Decode, Encode};

use super::facts::Facts;
use super::history::History;
use super::truth::Truth;
use crate::kernel::BusinessDate;
use crate::programme::{Birthday, Membership, When};

/// What somebody knows of a member. What is absent is not known; an empty list is known to be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Profile {
    /// Month and day of the birthday; the year is nobody's business.
    #[n(0)]
    pub birthday: Option<(u8, u8)>,
    /// Tags.
    #[n(1)]
    pub tags: Option<BTreeSet<String>>,
    /// Plans they have.
    #[n(2)]
    pub plans: Option<BTreeSet<String>>,
    /// Whatever else, by name.
    #[n(3)]
    pub attributes: Option<Few<String, String>>,
}

impl Facts<'_> {
    /// Whether a condition on the member, their past, or what they pay with holds.
    pub(super) fn holds_of_member(&self, when: &When) -> Truth {
        let profile = self.member.and_then(|member| member.profile.as_ref());
        let one_of = |values: &BTreeSet<String>, found: Option<&BTreeSet<String>>| {
            Truth::known(found.map(|found| !values.is_disjoint(found)))
        };
        match when {
            When::Member(wanted) => Truth::of(self.member.is_some() == *wanted),
            When::InHousehold(wanted) => Truth::known(
                self.member
                    .map(|member| member.household.is_some() == *wanted),
            ),
            When::Membership(membership) => {
                let range = match membership {
                    Membership::Days(range) | Membership::Months(range) => range,
                };
                let age = self.membership(*membership);
                Truth::known(age.map(|age| range.has(age)))
            }
            When::Birthday(birthday) => {
                let day = profile.and_then(|profile| profile.birthday);
                let on = self.cart.business_date;
                Truth::known(day.map(|day| is_around(*birthday, day, on)))
            }
            When::MemberTags(tags) => one_of(tags, profile.and_then(|known| known.tags.as_ref())),
            When::Plans(plans) => one_of(plans, profile.and_then(|known| known.plans.as_ref())),
            When::Attribute(name, values) => {
                let known = profile.and_then(|profile| profile.attributes.as_ref());
                let is_one = |found: &String| values.contains(found);
                Truth::known(known.map(|known| known.get(name).is_some_and(is_one)))
            }
            When::Past(past) => {
                let found = self
                    .history
                    .and_then(|history| history.past.get(&past.key()));
                Truth::known(found.map(|found| past.range.has(*found)))
            }
            When::LastVisit(range) => {
                let days = self.history.map(|history| self.days_since_visit(history));
                Truth::known(days.map(|days| days.is_some_and(|days| range.has(days))))
            }
            When::StoreGroups { stores, .. } => {
                let store = self.cart.store.as_ref();
                Truth::known(store.map(|store| stores.contains(store)))
            }
            When::Tenders(methods) => {
                let payments = self.cart.payments.iter();
                let paid = payments.map(|payment| payment.method.as_str());
                let mut paid = paid.chain(self.stored_methods.iter().copied()).peekable();
                let is_told = paid.peek().is_some();
                let is_one = paid.any(|method| methods.contains(method));
                Truth::known(is_told.then_some(is_one))
            }
            _ => unreachable!("held against the sale"),
        }
    }

    /// Whole days or months since joining.
    pub(super) fn membership(&self, membership: Membership) -> Option<i64> {
        let (joined_on, on) = (self.joined_on?, self.cart.business_date);
        let days = i64::from(on.days_since_1970() - joined_on.days_since_1970());
        let age = match membership {
            Membership::Days(_) => days,
            Membership::Months(_) => {
                let ((year, month, _), (now, this_month, _)) = (joined_on.parts(), on.parts());
                let months = (now - year) * 12 + i32::try_from(this_month).ok()?
                    - i32::try_from(month).ok()?;
                // Counted from the day of joining: the last month may not be over.
                let whole = u32::try_from(months).ok().and_then(|months| {
                    let is_over = joined_on.plus_months(months)? <= on;
                    Some(i64::from(months) - i64::from(!is_over))
                });
                whole.unwrap_or(0)
            }
        };
        Some(age.max(0))
    }

    /// Days since the last visit; nothing for a first one.
    pub(super) fn days_since_visit(&self, history: &History) -> Option<i64> {
        let last = history.last_visit?.days_since_1970();
        Some(i64::from(self.cart.business_date.days_since_1970() - last))
    }
}

fn is_around(birthday: Birthday, (month, day): (u8, u8), on: BusinessDate) -> bool {
    match birthday {
        Birthday::Month => on.parts().1 == u32::from(month),
        Birthday::Around { before, after } => {
            let begin = on.minus_days(after).unwrap_or(BusinessDate::MIN);
            let next = begin.next_day_of_year(u32::from(month), u32::from(day));
            let end = on.plus_days(before).unwrap_or(BusinessDate::MAX);
            next.is_some_and(|next| next <= end)
        }
    }
}
