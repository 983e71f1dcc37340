//! Saying why a condition does not hold: what it wants, and what was found.

use super::explain::Speaker;
use super::facts::Facts;
use super::quote::Reason;
use crate::kernel::{BusinessDate, Money};
use crate::programme::{Range, Selection, Selector, When};
use crate::texts;

/// Why a condition does not hold, or is not known.
pub(super) struct Because {
    /// The condition's key in the document.
    pub condition: &'static str,
    pub expected: String,
    pub found: String,
    pub text: String,
}

impl Because {
    /// Puts condition, expected and found among the values of a reason.
    pub fn add_to(self, reason: &mut Reason) {
        reason.values.insert("condition", self.condition.to_owned());
        reason.values.insert("expected", self.expected);
        reason.values.insert("found", self.found);
    }
}

/// Tells the first part that stands in the way; of an `any`, what it would have taken.
pub(super) fn because(speaker: &Speaker<'_>, facts: &Facts<'_>, when: &When) -> Because {
    match when {
        When::All(parts) => {
            let worst = parts.iter().min_by_key(|part| facts.holds(part));
            because(
                speaker,
                facts,
                worst.expect("a compiled condition has parts"),
            )
        }
        When::Any(parts) => {
            let told: Vec<Because> = parts
                .iter()
                .map(|part| because(speaker, facts, part))
                .collect();
            let join = |pick: fn(&Because) -> &str| {
                let texts: Vec<&str> = told.iter().map(pick).collect();
                texts.join("; ")
            };
            let parts = join(|part| &part.text);
            Because {
                condition: "any",
                expected: join(|part| &part.expected),
                found: join(|part| &part.found),
                text: speaker.phrase("when.any", &[("parts", &parts)]),
            }
        }
        When::Not(part) => {
            let inner = because(speaker, facts, part);
            Because {
                expected: speaker.phrase("when.not", &[("part", &inner.expected)]),
                text: speaker.phrase("when.not", &[("part", &inner.text)]),
                ..inner
            }
        }
        leaf => Leaf { speaker, facts }.told(leaf),
    }
}

struct Leaf<'a> {
    speaker: &'a Speaker<'a>,
    facts: &'a Facts<'a>,
}

impl Leaf<'_> {
    fn told(&self, when: &When) -> Because {
        let (condition, what, expected, found) = self.parts(when);
        let what = self.say(what);
        let found = found.unwrap_or_else(|| self.say("word.unknown"));
        let places = [
            ("what", what.as_str()),
            ("expected", &expected),
            ("found", &found),
        ];
        Because {
            condition,
            text: self.speaker.phrase("when.is", &places),
            expected,
            found,
        }
    }

    /// The condition's key, what it is about, what it wants and what was found.
    fn parts(&self, when: &When) -> (&'static str, &'static str, String, Option<String>) {
        let cart = self.facts.cart;
        let names = |names: &std::collections::BTreeSet<String>| {
            names
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ")
        };
        match when {
            When::Dates(first, last) => {
                let found = self.speaker.date(cart.business_date);
                ("dates", "what.date", self.dates(*first, *last), Some(found))
            }
            When::Weekdays(days) => {
                let wanted = (0..7).filter(|&day| days[day]).map(|day| self.weekday(day));
                let wanted: Vec<String> = wanted.collect();
                let found = self.weekday(self.facts.weekday());
                ("weekdays", "what.weekday", wanted.join(", "), Some(found))
            }
            When::Hours(from, until) => {
                let wanted = self.speaker.range(Some(time(*from)), Some(time(*until)));
                let found = time(self.facts.minute_of_day());
                ("hours", "what.time", wanted, Some(found))
            }
            When::Stores(stores) => ("stores", "what.store", names(stores), cart.store.clone()),
            When::Tills(tills) => ("tills", "what.till", names(tills), cart.till.clone()),
            When::Channels(channels) => {
                let found = self.facts.channel().to_owned();
                ("channels", "what.channel", names(channels), Some(found))
            }
            When::Total(total) => {
                let found = self.speaker.money(self.facts.total(total));
                let mut wanted = self.money(&total.range);
                if let Some(selector) = &total.lines {
                    wanted = format!("{wanted} ({})", self.lines(selector));
                }
                ("total", "what.total", wanted, Some(found))
            }
            When::Items(range, lines) => {
                let milli = self.facts.items_milli(lines.as_ref());
                let found = i64::try_from(milli).unwrap_or(i64::MAX);
                let found = texts::number_trimmed(self.speaker.language, found, 3);
                ("items", "what.items", self.count(range), Some(found))
            }
            When::HasLine(selector) => {
                let found = Some(self.say("word.none"));
                ("has_line", "what.line", self.lines(selector), found)
            }
            When::Tiers(tiers) => {
                let language = self.speaker.language;
                let found = self
                    .facts
                    .tier
                    .map(|tier| tier.name.in_language(language).to_owned());
                ("tiers", "what.tier", self.tiers(tiers), found)
            }
            When::VisitNumber(number) => {
                ("visit", "what.visit", self.number(*number), self.visit())
            }
            When::VisitEvery(every) => {
                let number = self.number(*every);
                let wanted = self.speaker.phrase("visit.every", &[("number", &number)]);
                ("visit", "what.visit", wanted, self.visit())
            }
            When::Codes(codes) => {
                let found = Some(self.say("word.none"));
                ("codes", "what.code", names(codes), found)
            }
            When::Discounted(wanted) => {
                let found = self.yes_or_no(self.facts.is_discounted());
                (
                    "discounted",
                    "what.discounted",
                    self.yes_or_no(*wanted),
                    Some(found),
                )
            }
            When::UsesPoints(wanted) => {
                let found = self.facts.uses_points.map(|uses| self.yes_or_no(uses));
                (
                    "uses_points",
                    "what.uses_points",
                    self.yes_or_no(*wanted),
                    found,
                )
            }
            When::All(_) | When::Any(_) | When::Not(_) => {
                unreachable!("told part by part")
            }
        }
    }

    fn say(&self, key: &str) -> String {
        self.speaker.phrase(key, &[])
    }

    fn yes_or_no(&self, holds: bool) -> String {
        self.say(if holds { "word.yes" } else { "word.no" })
    }

    fn number(&self, number: i64) -> String {
        texts::number(self.speaker.language, number, 0)
    }

    fn visit(&self) -> Option<String> {
        self.facts.visit_number().map(|number| self.number(number))
    }

    fn weekday(&self, day: usize) -> String {
        const KEYS: [&str; 7] = [
            "weekday.1",
            "weekday.2",
            "weekday.3",
            "weekday.4",
            "weekday.5",
            "weekday.6",
            "weekday.7",
        ];
        self.say(KEYS[day])
    }

    fn dates(&self, first: Option<BusinessDate>, last: Option<BusinessDate>) -> String {
        let said = |date: Option<BusinessDate>| date.map(|date| self.speaker.date(date));
        match (said(first), said(last)) {
            (Some(from), Some(until)) => {
                let places = [("from", from.as_str()), ("until", &until)];
                self.speaker.phrase("range.from_until", &places)
            }
            (Some(from), None) => self.speaker.phrase("range.from", &[("from", &from)]),
            (None, until) => {
                let until = until.unwrap_or_default();
                self.speaker.phrase("range.until", &[("until", &until)])
            }
        }
    }

    fn money(&self, range: &Range) -> String {
        self.speaker
            .money_range(range.from.map(Money::new), range.below.map(Money::new))
    }

    fn count(&self, range: &Range) -> String {
        let said = |number: Option<i64>| number.map(|number| self.number(number));
        self.speaker.range(said(range.from), said(range.below))
    }

    fn tiers(&self, ids: &std::collections::BTreeSet<String>) -> String {
        let tiers = self.speaker.programme().tiers();
        let levels = tiers.iter().flat_map(|tiers| &tiers.levels);
        let wanted = levels.filter(|level| ids.contains(&level.id));
        let names: Vec<&str> = wanted
            .map(|level| level.name.in_language(self.speaker.language))
            .collect();
        names.join(", ")
    }

    fn lines(&self, selector: &Selector) -> String {
        self.selection(&selector.what)
    }

    fn selection(&self, selection: &Selection) -> String {
        let list = |parts: &[Selection], between: &str| {
            let parts: Vec<String> = parts.iter().map(|part| self.selection(part)).collect();
            parts.join(between)
        };
        let names = |names: &std::collections::BTreeSet<String>| {
            names
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ")
        };
        match selection {
            Selection::All(parts) => list(parts, " + "),
            Selection::Any(parts) => list(parts, " / "),
            Selection::Not(part) => {
                let part = self.selection(part);
                self.speaker.phrase("when.not", &[("part", &part)])
            }
            Selection::Skus(values)
            | Selection::Categories(values)
            | Selection::Brands(values)
            | Selection::Tags(values) => names(values),
            Selection::Price(range) => self.money(range),
            Selection::Flags(flags) => {
                let words = flags.iter().map(|flag| flag.word());
                words.collect::<Vec<_>>().join(", ")
            }
            Selection::Discounted(wanted) => {
                let (what, word) = (self.say("what.discounted"), self.yes_or_no(*wanted));
                format!("{what}: {word}")
            }
        }
    }
}

fn time(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
