//! Saying why a condition on the member does not hold. What is known of a person is not repeated.

use super::because::Leaf;
use crate::kernel::Points;
use crate::programme::{Birthday, Membership, Past, PastCount, Range, Span, When};
use crate::texts;

/// The condition's key, what it is about, what it wants and what was found.
pub(super) type Parts = (&'static str, &'static str, String, Option<String>);

impl Leaf<'_> {
    pub(super) fn parts_of_member(&self, when: &When) -> Parts {
        let names = |names: &std::collections::BTreeSet<String>| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.join(", ")
        };
        let profile = self.facts.member.and_then(|member| member.profile.as_ref());
        let others = || self.say("word.none");
        match when {
            When::Member(wanted) => {
                let found = self.yes_or_no(self.facts.member.is_some());
                (
                    "member",
                    "what.member",
                    self.yes_or_no(*wanted),
                    Some(found),
                )
            }
            When::Membership(membership) => {
                let (range, key) = match membership {
                    Membership::Days(range) => (range, "number.days"),
                    Membership::Months(range) => (range, "number.months"),
                };
                let age = self.facts.membership(*membership);
                let found = age.map(|age| self.counted(key, age));
                (
                    "membership",
                    "what.membership",
                    self.counted_range(key, range),
                    found,
                )
            }
            When::Birthday(birthday) => {
                let found = profile.and_then(|profile| profile.birthday);
                let found = found.map(|_| self.say("birthday.another"));
                ("birthday", "what.birthday", self.birthday(*birthday), found)
            }
            When::MemberTags(tags) => {
                let found = profile.and_then(|profile| profile.tags.as_ref());
                (
                    "member_tags",
                    "what.member_tag",
                    names(tags),
                    found.map(|_| others()),
                )
            }
            When::Plans(plans) => {
                let found = profile.and_then(|profile| profile.plans.as_ref());
                ("plans", "what.plan", names(plans), found.map(|_| others()))
            }
            When::Attribute(name, values) => {
                let found = profile.and_then(|profile| profile.attributes.as_ref());
                let wanted = format!("{name} = {}", names(values));
                (
                    "attributes",
                    "what.attribute",
                    wanted,
                    found.map(|_| others()),
                )
            }
            When::Past(past) => self.past(past),
            When::LastVisit(range) => {
                let wanted = self.counted_range("number.days", range);
                let found = self.facts.history.map(|history| {
                    let days = self.facts.days_since_visit(history);
                    days.map_or_else(others, |days| self.counted("number.days", days))
                });
                ("last_visit", "what.last_visit", wanted, found)
            }
            When::StoreGroups { named, .. } => {
                let found = self.facts.cart.store.clone();
                ("store_groups", "what.store", names(named), found)
            }
            When::Tenders(methods) => {
                let payments = self.facts.cart.payments.iter();
                let found: Vec<&str> = payments.map(|payment| payment.method.as_str()).collect();
                let found = Some(found.join(", ")).filter(|found| !found.is_empty());
                ("tenders", "what.tender", names(methods), found)
            }
            _ => unreachable!("told of the sale"),
        }
    }

    fn past(&self, past: &Past) -> Parts {
        let what = match past.count {
            PastCount::Visits => "what.past_visits",
            PastCount::Spend => "what.past_spend",
            PastCount::Points => "what.past_points",
            PastCount::Times => "what.past_times",
        };
        let say = |number: i64| match (past.count, past.wallet) {
            (PastCount::Spend, _) => self.speaker.money(crate::kernel::Money::new(number)),
            (PastCount::Points, Some(wallet)) => {
                let wallet = self.speaker.programme().wallet_by_number(wallet);
                wallet.map_or_else(String::new, |wallet| {
                    self.speaker.points(wallet, Points::new(number))
                })
            }
            _ => self.number(number),
        };
        let Range { from, below } = past.range;
        let range = self.speaker.range(from.map(say), below.map(say));
        let wanted = match past.span {
            Span::Ever => range,
            Span::Days(days) => self.in_span("span.days", &range, days),
            Span::Months(months) => self.in_span("span.months", &range, months),
        };
        let found = self
            .facts
            .history
            .and_then(|history| history.past.get(&past.key()));
        ("past", what, wanted, found.map(|found| say(*found)))
    }

    fn in_span(&self, key: &str, text: &str, number: u32) -> String {
        let number = self.number(i64::from(number));
        self.speaker
            .phrase(key, &[("text", text), ("number", &number)])
    }

    fn counted(&self, key: &str, number: i64) -> String {
        let number = texts::number(self.speaker.language, number, 0);
        self.speaker.phrase(key, &[("number", &number)])
    }

    fn counted_range(&self, key: &str, range: &Range) -> String {
        let said = |number: Option<i64>| number.map(|number| self.counted(key, number));
        self.speaker.range(said(range.from), said(range.below))
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
                self.speaker.phrase("birthday.around", &places)
            }
        }
    }
}
