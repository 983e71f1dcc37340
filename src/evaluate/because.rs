//! Saying why a condition does not hold: what it wants, and what was found.

use std::collections::BTreeSet;

use super::Named;
use super::Phrase;
use super::Value;
use super::explain::Speaker;
use super::facts::Facts;
use super::reason::Reason;
use crate::kernel::{BusinessDate, Money};
use crate::programme::{Range, Selection, Selector, When};
use crate::texts;

/// Why a condition does not hold, or is not known.
pub(super) struct Because {
    /// The condition's key in the document.
    condition: &'static str,
    expected: Value,
    found: Value,
    text: Value,
}

impl Because {
    /// Puts condition, expected and found among the values of a reason, and says it in the place
    /// `because` of its sentence.
    pub fn add_to(self, reason: &mut Reason) {
        reason.values.insert("condition", self.condition);
        reason.values.insert("expected", self.expected);
        reason.values.insert("found", self.found);
        reason.give_cause(self.text);
    }

    /// Its text, with everything in its place.
    fn whole(&self) -> Value {
        match &self.text {
            Value::Is(what) => Phrase::new("when.is")
                .with("what", Value::Word(what))
                .with("expected", self.expected.clone())
                .with("found", self.found.clone())
                .into(),
            text => text.clone(),
        }
    }
}

/// Tells the first part that stands in the way; of an `any`, what it would have taken. `whose` is what
/// has this condition: where the programme knows that, what is wanted is written when somebody asks.
pub(super) fn because(
    speaker: &Speaker<'_>,
    facts: &Facts<'_>,
    (whose, when): (&Named, &When),
) -> Because {
    let is_known = whose.condition(speaker.programme()).is_some();
    let telling = Telling {
        speaker,
        facts,
        whose: whose.clone(),
        is_known,
    };
    telling.told(when, 0)
}

struct Telling<'a> {
    speaker: &'a Speaker<'a>,
    facts: &'a Facts<'a>,
    whose: Named,
    is_known: bool,
}

impl Telling<'_> {
    /// `first` parts without parts stand before this one.
    fn told<'w>(&self, when: &'w When, first: u32) -> Because {
        let placed = |parts: &'w [When]| {
            let mut next = first;
            parts.iter().map(move |part| {
                let place = next;
                next += leaves(part);
                (part, place)
            })
        };
        match when {
            When::All(parts) => {
                let worst = placed(parts).min_by_key(|(part, _)| self.facts.holds(part));
                let (worst, place) = worst.expect("a compiled condition has parts");
                self.told(worst, place)
            }
            When::Any(parts) => {
                let told = placed(parts).map(|(part, place)| self.told(part, place));
                let told: Vec<Because> = told.collect();
                let texts = told.iter().map(Because::whole).collect();
                let (expected, found) = told
                    .into_iter()
                    .map(|part| (part.expected, part.found))
                    .unzip();
                Because {
                    condition: "any",
                    expected: Value::List(expected),
                    found: Value::List(found),
                    text: Phrase::new("when.any")
                        .with("parts", Value::List(texts))
                        .into(),
                }
            }
            When::Not(part) => {
                let inner = self.told(part, first);
                let not = |part: Value| Phrase::new("when.not").with("part", part);
                Because {
                    text: not(inner.whole()).into(),
                    expected: not(inner.expected).into(),
                    ..inner
                }
            }
            leaf => {
                let (condition, what, found) = Found { facts: self.facts }.of(leaf);
                Because {
                    condition,
                    expected: if self.is_known {
                        Value::Wanted(self.whose.clone(), first)
                    } else {
                        Wanted(self.speaker).of(leaf).into()
                    },
                    found: found.unwrap_or(Value::Word("word.unknown")),
                    text: Value::Is(what),
                }
            }
        }
    }
}

/// How many parts a condition has that have none themselves.
fn leaves(when: &When) -> u32 {
    match when {
        When::All(parts) | When::Any(parts) => parts.iter().map(leaves).sum(),
        When::Not(part) => leaves(part),
        _ => 1,
    }
}

/// The part of a condition that has so many such parts before it.
fn leaf(when: &When, place: u32) -> Option<&When> {
    match when {
        When::All(parts) | When::Any(parts) => {
            let mut before = place;
            for part in parts {
                let here = leaves(part);
                if before < here {
                    return leaf(part, before);
                }
                before -= here;
            }
            None
        }
        When::Not(part) => leaf(part, place),
        _ => Some(when).filter(|_| place == 0),
    }
}

/// What a part of somebody's condition wants, in words.
pub(super) fn wanted(speaker: &Speaker<'_>, whose: &Named, part: u32) -> String {
    let when = whose.condition(speaker.programme());
    let part = when.and_then(|when| leaf(when, part));
    part.map_or_else(String::new, |part| Wanted(speaker).of(part))
}

/// The condition's key, what it is about and what was found.
pub(super) type Parts = (&'static str, &'static str, Option<Value>);

/// What was found, of each condition.
pub(super) struct Found<'a> {
    pub facts: &'a Facts<'a>,
}

impl Found<'_> {
    fn of(&self, when: &When) -> Parts {
        let (cart, facts) = (self.facts.cart, self.facts);
        let text = |text: &Option<String>| text.clone().map(Value::from);
        let none = Some(Value::Word("word.none"));
        match when {
            When::Dates(..) => ("dates", "what.date", Some(cart.business_date.into())),
            When::Weekdays(_) => {
                let found = Value::Word(WEEKDAYS[facts.weekday()]);
                ("weekdays", "what.weekday", Some(found))
            }
            When::Hours(..) => {
                let found = Value::Minute(facts.minute_of_day());
                ("hours", "what.time", Some(found))
            }
            When::Stores(_) => ("stores", "what.store", text(&cart.store)),
            When::Tills(_) => ("tills", "what.till", text(&cart.till)),
            When::Channels(_) => {
                let found = facts.channel().to_owned();
                ("channels", "what.channel", Some(found.into()))
            }
            When::Total(total) => ("total", "what.total", Some(facts.total(total).into())),
            When::Items(_, lines) => {
                let milli = facts.items_milli(lines.as_ref());
                let found = Value::Quantity(i64::try_from(milli).unwrap_or(i64::MAX));
                ("items", "what.items", Some(found))
            }
            When::HasLine(_) => ("has_line", "what.line", none),
            When::Tiers(_) => {
                let found = facts.tier.map(|tier| Named::Level(tier.id.as_str().into()));
                ("tiers", "what.tier", found.map(Value::from))
            }
            When::VisitNumber(_) | When::VisitEvery(_) => {
                let found = facts.visit_number().map(Value::Count);
                ("visit", "what.visit", found)
            }
            When::Codes(_) => ("codes", "what.code", none),
            When::Discounted(_) => {
                let found = yes_or_no(facts.is_discounted());
                ("discounted", "what.discounted", Some(found))
            }
            When::UsesPoints(_) => {
                let found = facts.uses_points.map(yes_or_no);
                ("uses_points", "what.uses_points", found)
            }
            When::All(_) | When::Any(_) | When::Not(_) => {
                unreachable!("told part by part")
            }
            of_member => self.of_member(of_member),
        }
    }
}

pub(super) fn yes_or_no(holds: bool) -> Value {
    Value::Word(if holds { "word.yes" } else { "word.no" })
}

const WEEKDAYS: [&str; 7] = [
    "weekday.1",
    "weekday.2",
    "weekday.3",
    "weekday.4",
    "weekday.5",
    "weekday.6",
    "weekday.7",
];

pub(super) fn names(names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.join(", ")
}

/// What a condition wants, in words.
pub(super) struct Wanted<'a>(pub &'a Speaker<'a>);

impl Wanted<'_> {
    fn of(&self, when: &When) -> String {
        match when {
            When::Dates(first, last) => self.dates(*first, *last),
            When::Weekdays(days) => {
                let wanted = (0..7).filter(|&day| days[day]);
                let wanted: Vec<String> = wanted.map(|day| self.say(WEEKDAYS[day])).collect();
                wanted.join(", ")
            }
            When::Hours(from, until) => self.0.range(Some(time(*from)), Some(time(*until))),
            When::Stores(wanted)
            | When::Tills(wanted)
            | When::Channels(wanted)
            | When::Codes(wanted) => names(wanted),
            When::Total(total) => {
                let wanted = self.money(&total.range);
                match &total.lines {
                    Some(selector) => format!("{wanted} ({})", self.lines(selector)),
                    None => wanted,
                }
            }
            When::Items(range, _) => self.count(range),
            When::HasLine(selector) => self.lines(selector),
            When::Tiers(tiers) => self.tiers(tiers),
            When::VisitNumber(number) => self.number(*number),
            When::VisitEvery(every) => {
                let number = self.number(*every);
                self.0.phrase("visit.every", &[("number", &number)])
            }
            When::Discounted(wanted) | When::UsesPoints(wanted) => self.yes_or_no(*wanted),
            When::All(_) | When::Any(_) | When::Not(_) => {
                unreachable!("told part by part")
            }
            of_member => self.of_member(of_member),
        }
    }

    pub(super) fn say(&self, key: &str) -> String {
        self.0.phrase(key, &[])
    }

    pub(super) fn yes_or_no(&self, holds: bool) -> String {
        self.0.said_alone(&yes_or_no(holds))
    }

    pub(super) fn number(&self, number: i64) -> String {
        texts::number(self.0.language, number, 0)
    }

    fn dates(&self, first: Option<BusinessDate>, last: Option<BusinessDate>) -> String {
        let said = |date: Option<BusinessDate>| date.map(|date| self.0.date(date));
        match (said(first), said(last)) {
            (Some(from), Some(until)) => {
                let places = [("from", from.as_str()), ("until", &until)];
                self.0.phrase("range.from_until", &places)
            }
            (Some(from), None) => self.0.phrase("range.from", &[("from", &from)]),
            (None, until) => {
                let until = until.unwrap_or_default();
                self.0.phrase("range.until", &[("until", &until)])
            }
        }
    }

    fn money(&self, range: &Range) -> String {
        self.0
            .money_range(range.from.map(Money::new), range.below.map(Money::new))
    }

    fn count(&self, range: &Range) -> String {
        let said = |number: Option<i64>| number.map(|number| self.number(number));
        self.0.range(said(range.from), said(range.below))
    }

    fn tiers(&self, ids: &BTreeSet<String>) -> String {
        let tiers = self.0.programme().tiers();
        let levels = tiers.iter().flat_map(|tiers| &tiers.levels);
        let wanted = levels.filter(|level| ids.contains(&level.id));
        let names: Vec<&str> = wanted
            .map(|level| level.name.in_language(self.0.language))
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
        match selection {
            Selection::All(parts) => list(parts, " + "),
            Selection::Any(parts) => list(parts, " / "),
            Selection::Not(part) => {
                let part = self.selection(part);
                self.0.phrase("when.not", &[("part", &part)])
            }
            Selection::Skus(values)
            | Selection::Categories(values)
            | Selection::Brands(values)
            | Selection::Tags(values) => names(values),
            Selection::Price(range) => self.money(range),
            Selection::Quantity(range) => {
                let say = |milli: i64| texts::number_trimmed(self.0.language, milli, 3);
                let range = self.0.range(range.from.map(say), range.below.map(say));
                format!("{}: {range}", self.say("what.quantity"))
            }
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

/// A time of day as people read it.
pub(super) fn time(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
