//! Saying why a condition on the member does not hold. What is known of a person is not repeated.

use super::Phrase;
use super::Value;
use super::because::{Found, Parts, Wanted, names, yes_or_no};
use crate::kernel::{Money, Points};
use crate::programme::{Birthday, Membership, Past, PastCount, Range, Span, When};

impl Found<'_> {
    pub(super) fn of_member(&self, when: &When) -> Parts {
        let facts = self.facts;
        let profile = facts.member.and_then(|member| member.profile.as_ref());
        let others = Value::Word("word.none");
        let counted = |key, number| Phrase::new(key).with("number", Value::Count(number)).into();
        match when {
            When::Member(_) => {
                let found = yes_or_no(facts.member.is_some());
                ("member", "what.member", Some(found))
            }
            When::InHousehold(_) => {
                let found = facts
                    .member
                    .map(|member| yes_or_no(member.household.is_some()));
                ("in_household", "what.in_household", found)
            }
            When::Membership(membership) => {
                let (key, _) = counted_in(*membership);
                let found = facts.membership(*membership);
                let found = found.map(|age| counted(key, age));
                ("membership", "what.membership", found)
            }
            When::Birthday(_) => {
                let found = profile.and_then(|profile| profile.birthday);
                let found = found.map(|_| Value::Word("birthday.another"));
                ("birthday", "what.birthday", found)
            }
            When::MemberTags(_) => {
                let found = profile.and_then(|profile| profile.tags.as_ref());
                ("member_tags", "what.member_tag", found.map(|_| others))
            }
            When::Plans(_) => {
                let found = profile.and_then(|profile| profile.plans.as_ref());
                ("plans", "what.plan", found.map(|_| others))
            }
            When::Attribute(..) => {
                let found = profile.and_then(|profile| profile.attributes.as_ref());
                ("attributes", "what.attribute", found.map(|_| others))
            }
            When::Past(past) => {
                let what = match past.count {
                    PastCount::Visits => "what.past_visits",
                    PastCount::Spend => "what.past_spend",
                    PastCount::Points => "what.past_points",
                    PastCount::Times => "what.past_times",
                };
                let found = facts.history;
                let found = found.and_then(|history| history.past.get(&past.key()));
                ("past", what, found.map(|found| past_value(past, *found)))
            }
            When::LastVisit(_) => {
                let found = facts.history.map(|history| {
                    let days = facts.days_since_visit(history);
                    days.map_or(others, |days| counted("number.days", days))
                });
                ("last_visit", "what.last_visit", found)
            }
            When::StoreGroups { .. } => {
                let found = facts.cart.store.clone();
                ("store_groups", "what.store", found.map(Value::from))
            }
            When::Tenders(_) => {
                let payments = facts.cart.payments.iter();
                let found: Vec<&str> = payments.map(|payment| payment.method.as_str()).collect();
                let found = Some(found.join(", ")).filter(|found| !found.is_empty());
                ("tenders", "what.tender", found.map(Value::from))
            }
            _ => unreachable!("told of the sale"),
        }
    }
}

/// The text of a membership's age, and which age is wanted.
fn counted_in(membership: Membership) -> (&'static str, Range) {
    match membership {
        Membership::Days(range) => ("number.days", range),
        Membership::Months(range) => ("number.months", range),
    }
}

fn past_value(past: &Past, number: i64) -> Value {
    match (past.count, past.wallet) {
        (PastCount::Spend, _) => Value::Amount(Money::new(number)),
        (PastCount::Points, Some(wallet)) => Value::Points(wallet, Points::new(number)),
        _ => Value::Count(number),
    }
}

impl Wanted<'_> {
    pub(super) fn of_member(&self, when: &When) -> String {
        match when {
            When::Member(wanted) | When::InHousehold(wanted) => self.yes_or_no(*wanted),
            When::Membership(membership) => {
                let (key, range) = counted_in(*membership);
                self.counted_range(key, &range)
            }
            When::Birthday(birthday) => self.birthday(*birthday),
            When::MemberTags(wanted) | When::Plans(wanted) | When::Tenders(wanted) => names(wanted),
            When::Attribute(name, values) => format!("{name} = {}", names(values)),
            When::Past(past) => self.past(past),
            When::LastVisit(range) => self.counted_range("number.days", range),
            When::StoreGroups { named, .. } => names(named),
            _ => unreachable!("told of the sale"),
        }
    }

    fn past(&self, past: &Past) -> String {
        let say = |number: i64| self.0.said_alone(&past_value(past, number));
        let Range { from, below } = past.range;
        let range = self.0.range(from.map(say), below.map(say));
        match past.span {
            Span::Ever => range,
            Span::Days(days) => self.in_span("span.days", &range, days),
            Span::Months(months) => self.in_span("span.months", &range, months),
        }
    }

    fn in_span(&self, key: &str, text: &str, number: u32) -> String {
        let number = self.number(i64::from(number));
        self.0.phrase(key, &[("text", text), ("number", &number)])
    }

    fn counted(&self, key: &str, number: i64) -> String {
        let number = self.number(number);
        self.0.phrase(key, &[("number", &number)])
    }

    fn counted_range(&self, key: &str, range: &Range) -> String {
        let said = |number: Option<i64>| number.map(|number| self.counted(key, number));
        self.0.range(said(range.from), said(range.below))
    }

    fn birthday(&self, birthday: Birthday) -> String {
        match birthday {
            Birthday::Month => self.say("birthday.month"),
            Birthday::Around { before, after } => {
                let (before, after) = (
                    self.number(i64::from(before)),
                    self.number(i64::from(after)),
                );
                let places = [("before", before.as_str()), ("after", &after)];
                self.0.phrase("birthday.around", &places)
            }
        }
    }
}
