//! What conditions on the member, and those that must not hold, leave.

use super::super::super::conditions::PastCount;
use super::super::super::decimal;
use super::super::super::model::{BirthdayModel, PastModel, WhenModel};
use super::{Clash, Narrow, settle, shown_words};
use crate::kernel::order;

/// Visits before the one of the sale.
pub(super) const EARLIER_VISITS: &str = "earlier visits";
const MEMBER: &str = "member";

/// Days around a birthday, or the month of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Around {
    is_month: bool,
    before: i64,
    after: i64,
}

impl From<&BirthdayModel> for Around {
    fn from(model: &BirthdayModel) -> Self {
        Self {
            is_month: model.month,
            before: model.days_before.unwrap_or(0),
            after: model.days_after.unwrap_or(0),
        }
    }
}

impl Around {
    /// Whoever's birthday is in this is in the other.
    fn is_within(self, other: Self) -> bool {
        let is_less = self.before <= other.before && self.after <= other.after;
        self.is_month == other.is_month && (self.is_month || is_less)
    }
}

impl<'a> Narrow<'a> {
    /// The same for what only members have.
    #[must_use]
    pub(in super::super) fn of_members(mut self) -> Self {
        self.answers.insert(MEMBER, true);
        self
    }

    /// There is no member.
    pub(in super::super) fn is_of_nobody(&self) -> bool {
        self.answers.get(MEMBER) == Some(&false)
    }

    /// Takes in what one object says of the member. What is asked of a member is never known of nobody.
    pub(super) fn who(&mut self, path: &str, model: &'a WhenModel) -> Result<(), Clash> {
        self.answer(path, MEMBER, model.member)?;
        for (key, is_asked) in [
            ("tiers", !model.tiers.is_empty()),
            ("visit", model.visit.is_some()),
            ("in_household", model.in_household.is_some()),
            ("membership", model.membership.is_some()),
            ("birthday", model.birthday.is_some()),
            ("member_tags", !model.member_tags.is_empty()),
            ("plans", !model.plans.is_empty()),
            ("attributes", !model.attributes.is_empty()),
            ("past", model.past.is_some()),
            ("last_visit", model.last_visit.is_some()),
        ] {
            let is_nobody = is_asked && self.is_of_nobody();
            settle(is_nobody, &format!("{path}.{key}"), || {
                ("nobody".to_owned(), "something of a member".to_owned())
            })?;
            if is_asked {
                self.answers.insert(MEMBER, true);
            }
        }
        self.answer(path, "in_household", model.in_household)?;
        if let Some(birthday) = &model.birthday {
            self.birthdays.0.push(birthday.into());
            self.birthdays(&format!("{path}.birthday"))?;
        }
        if let Some(membership) = &model.membership {
            for (key, range) in [("days", &membership.days), ("months", &membership.months)] {
                if let Some(range) = range {
                    let path = format!("{path}.membership.{key}");
                    self.range(&path, key, (range.from, range.below))?;
                }
            }
        }
        if let Some(visit) = &model.visit {
            let range = match (visit.number, visit.every) {
                (Some(number), _) => (Some(number - 1), Some(number)),
                (None, every) => (every.map(|every| every - 1), None),
            };
            self.range(&format!("{path}.visit"), EARLIER_VISITS, range)?;
        }
        if let Some(past) = &model.past {
            self.past(&format!("{path}.past"), past)?;
        }
        if let Some(range) = &model.last_visit {
            let path = format!("{path}.last_visit");
            self.range(&path, "last visit", (range.from, range.below))?;
            self.range(&path, EARLIER_VISITS, (Some(1), None))?;
        }
        Ok(())
    }

    fn past(&mut self, path: &str, model: &PastModel) -> Result<(), Clash> {
        let is_ever = model.days.is_none() && model.months.is_none();
        match model.count {
            PastCount::Spend if is_ever => {
                let range = (self.money(&model.from), self.money(&model.below));
                self.range(path, "past spend", range)
            }
            PastCount::Visits => {
                let visits = |text: &Option<String>| decimal::units(text.as_deref()?, 0).ok();
                let (from, below) = (visits(&model.from), visits(&model.below));
                let below = below.filter(|_| is_ever);
                if is_ever {
                    self.range(path, "past visits", (from, below))?;
                }
                // An earlier part of the same split bill is of the same visit, and past.
                let from = from.map(|from| from - 1);
                self.range(path, EARLIER_VISITS, (from, below))
            }
            PastCount::Spend | PastCount::Points | PastCount::Times => Ok(()),
        }
    }

    /// Takes in the `not` of one object, where it says one thing: what is more than one thing leaves the
    /// choice which of them does not hold.
    pub(super) fn not(&mut self, path: &str, model: &'a WhenModel) -> Result<(), Clash> {
        if keys(model) != 1 {
            return Ok(());
        }
        for (key, answer) in [
            (MEMBER, model.member),
            ("in_household", model.in_household),
            ("discounted", model.discounted),
            ("uses_points", model.uses_points),
        ] {
            self.answer(path, key, answer.map(|answer| !answer))?;
        }
        for (key, values) in lists(model) {
            if !values.is_empty() {
                let refused = values.iter().map(String::as_str);
                let refused = order::set(refused.chain(self.refused(key)));
                self.refused.insert(key, refused.into());
                self.lists(&format!("{path}.{key}"), key)?;
            }
        }
        if let Some(birthday) = &model.birthday {
            self.birthdays.1.push(birthday.into());
            self.birthdays(&format!("{path}.birthday"))?;
        }
        Ok(())
    }

    /// Takes in the lists of one object of which one word must be there.
    pub(super) fn one_of_each(&mut self, path: &str, model: &'a WhenModel) -> Result<(), Clash> {
        for (key, values) in lists(model) {
            if !values.is_empty() {
                self.wanted.push((key, values));
                self.lists(&format!("{path}.{key}"), key)?;
            }
        }
        Ok(())
    }

    fn refused(&self, key: &str) -> impl Iterator<Item = &'a str> + '_ {
        let refused = self.refused.get(key).into_iter();
        refused.flat_map(|words| words.iter().copied())
    }

    /// Of each list one word is not refused.
    fn lists(&self, path: &str, key: &str) -> Result<(), Clash> {
        let Some(refused) = self.refused.get(key) else {
            return Ok(());
        };
        let mut wanted = self.wanted.iter().filter(|(of, _)| *of == key);
        let is_over = wanted.any(|(_, words)| {
            let mut words = words.iter();
            words.all(|word| refused.contains(word.as_str()))
        });
        settle(is_over, path, || {
            ("nothing of it".to_owned(), shown_words(refused))
        })
    }

    fn birthdays(&self, path: &str) -> Result<(), Clash> {
        let (wanted, refused) = &self.birthdays;
        let is_over = wanted
            .iter()
            .any(|one| refused.iter().any(|other| one.is_within(*other)));
        settle(is_over, path, || {
            let text = "both these days and others";
            ("nothing of it".to_owned(), text.to_owned())
        })
    }
}

/// The lists of words of which one is enough.
fn lists(model: &WhenModel) -> [(&'static str, &[String]); 8] {
    [
        ("stores", &model.stores),
        ("tills", &model.tills),
        ("channels", &model.channels),
        ("tiers", &model.tiers),
        ("codes", &model.codes),
        ("member_tags", &model.member_tags),
        ("plans", &model.plans),
        ("store_groups", &model.store_groups),
    ]
}

/// How many things a condition says.
fn keys(model: &WhenModel) -> usize {
    let is_there = [
        !model.all.is_empty(),
        !model.any.is_empty(),
        model.not.is_some(),
        model.dates.is_some(),
        !model.weekdays.is_empty(),
        model.hours.is_some(),
        model.total.is_some(),
        model.items.is_some(),
        model.has_line.is_some(),
        model.visit.is_some(),
        model.discounted.is_some(),
        model.uses_points.is_some(),
        model.member.is_some(),
        model.in_household.is_some(),
        model.membership.is_some(),
        model.birthday.is_some(),
        !model.attributes.is_empty(),
        model.past.is_some(),
        model.last_visit.is_some(),
        !model.tenders.is_empty(),
    ];
    let lists = lists(model).map(|(_, words)| !words.is_empty());
    let there = is_there.iter().chain(&lists).filter(|is_there| **is_there);
    there.count()
}
