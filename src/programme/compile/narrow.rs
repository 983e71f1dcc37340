//! What the parts of a condition leave of what a sale can be, all of them holding at once.

mod member;

use std::collections::BTreeSet;
use std::rc::Rc;

use super::super::decimal;
use super::super::model::{RangeModel, SelectorModel, WhenModel};
use super::super::rules::TotalTax;
use super::quoted;
use crate::kernel::BusinessDate;
use crate::kernel::Few;
use crate::kernel::order;
use member::{Around, EARLIER_VISITS};

/// A part that cannot hold beside the parts before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clash {
    /// Where the part stands.
    pub path: String,
    /// What the parts before it leave.
    pub left: String,
    /// What it asks for.
    pub found: String,
}

/// Minutes of a day.
const MINUTES: usize = 24 * 60;
/// A week has a day of every name.
const WEEK: i32 = 7;

/// What is left. Whatever is not named is not narrowed.
#[derive(Clone, Default)]
pub(super) struct Narrow<'a> {
    from: Option<BusinessDate>,
    until: Option<BusinessDate>,
    weekdays: Option<[bool; 7]>,
    minutes: Option<Rc<Vec<bool>>>,
    words: Few<&'static str, Rc<BTreeSet<&'a str>>>,
    ranges: Few<&'static str, (Option<i64>, Option<i64>)>,
    answers: Few<&'static str, bool>,
    visit: Option<i64>,
    /// Lists of which one word must be there, and words that must not be, by their keys.
    wanted: Vec<(&'static str, &'a [String])>,
    refused: Few<&'static str, Rc<BTreeSet<&'a str>>>,
    /// Those that must be, and those that must not.
    birthdays: (Vec<Around>, Vec<Around>),
    money_decimals: u32,
}

impl<'a> Narrow<'a> {
    /// Everything that can be on these dates; amounts of money have so many decimals.
    pub(super) fn between(
        from: Option<BusinessDate>,
        until: Option<BusinessDate>,
        money_decimals: u32,
    ) -> Self {
        Self {
            from,
            until,
            money_decimals,
            ..Self::default()
        }
    }

    /// The same amounts, and nothing narrowed.
    pub(super) fn without(&self) -> Self {
        Self::between(None, None, self.money_decimals)
    }

    /// Takes in the keys of one object, but for `all`, `any` and `not`.
    pub(super) fn when(&mut self, path: &str, model: &'a WhenModel) -> Result<(), Clash> {
        if let Some(dates) = &model.dates {
            self.dates(&format!("{path}.dates"), dates.from, dates.until)?;
        }
        if !model.weekdays.is_empty() {
            let mut days = [false; 7];
            for day in &model.weekdays {
                days[*day as usize] = true;
            }
            self.weekdays(&format!("{path}.weekdays"), days)?;
        }
        if let Some(hours) = &model.hours
            && let (Some(from), Some(until)) = (minute(&hours.from), minute(&hours.until))
        {
            let found = format!("{} to {}", hours.from, hours.until);
            self.hours(&format!("{path}.hours"), (from, until), found)?;
        }
        // A sale is in one store, at one till, by one channel, of a member of one tier; of codes it
        // may show several.
        for (key, values) in [
            ("stores", &model.stores),
            ("tills", &model.tills),
            ("channels", &model.channels),
            ("tiers", &model.tiers),
        ] {
            self.words(path, key, values)?;
        }
        if let Some(total) = &model.total
            && total.lines.is_none()
        {
            let key = match (total.tax, total.after_offers) {
                (TotalTax::AsInPrice, false) => "total",
                (TotalTax::AsInPrice, true) => "total after offers",
                (TotalTax::With, false) => "total with tax",
                (TotalTax::With, true) => "total with tax after offers",
                (TotalTax::Without, false) => "total without tax",
                (TotalTax::Without, true) => "total without tax after offers",
            };
            let range = (self.money(&total.from), self.money(&total.below));
            self.range(&format!("{path}.total"), key, range)?;
        }
        if let Some(items) = &model.items
            && items.lines.is_none()
        {
            self.range(&format!("{path}.items"), "items", (items.from, items.below))?;
        }
        if let Some(visit) = &model.visit {
            self.visit(&format!("{path}.visit"), visit.number, visit.every)?;
        }
        self.answer(path, "discounted", model.discounted)?;
        self.answer(path, "uses_points", model.uses_points)?;
        self.one_of_each(path, model)?;
        self.who(path, model)?;
        match &model.not {
            Some(not) => self.not(&format!("{path}.not"), not),
            None => Ok(()),
        }
    }

    /// Takes in the keys of one selection of lines, but for `all`, `any` and `not`: a line is one
    /// article of one brand.
    pub(super) fn line(&mut self, path: &str, model: &'a SelectorModel) -> Result<(), Clash> {
        self.words(path, "skus", &model.skus)?;
        self.words(path, "brands", &model.brands)?;
        if let Some(RangeModel { from, below }) = &model.price {
            let range = (self.money(from), self.money(below));
            self.range(&format!("{path}.price"), "price", range)?;
        }
        self.answer(path, "discounted", model.discounted)
    }

    fn money(&self, text: &Option<String>) -> Option<i64> {
        decimal::units(text.as_deref()?, self.money_decimals).ok()
    }

    fn dates(&mut self, path: &str, from: Option<i64>, until: Option<i64>) -> Result<(), Clash> {
        let date = |number: Option<i64>| BusinessDate::from_yyyymmdd(number?).ok();
        let (from, until) = (date(from), date(until));
        let before = (self.from, self.until);
        self.from = self.from.max(from);
        self.until = match (self.until, until) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let is_empty = matches!((self.from, self.until), (Some(from), Some(until)) if from > until);
        let found = || shown_dates(from, until);
        settle(is_empty, path, || {
            (shown_dates(before.0, before.1), found())
        })?;
        settle(!self.has_a_day(), path, || {
            let left = self.weekdays.map_or_else(String::new, shown_weekdays);
            (left, found())
        })
    }

    fn weekdays(&mut self, path: &str, days: [bool; 7]) -> Result<(), Clash> {
        let before = self.weekdays.unwrap_or([true; 7]);
        let mut both = days;
        for (day, was) in both.iter_mut().zip(before) {
            *day &= was;
        }
        self.weekdays = Some(both);
        settle(!both.contains(&true), path, || {
            (shown_weekdays(before), shown_weekdays(days))
        })?;
        settle(!self.has_a_day(), path, || {
            (shown_dates(self.from, self.until), shown_weekdays(days))
        })
    }

    /// One of the weekdays lies in the dates.
    fn has_a_day(&self) -> bool {
        let (Some(from), Some(until), Some(days)) = (self.from, self.until, self.weekdays) else {
            return true;
        };
        let (first, last) = (from.days_since_1970(), until.days_since_1970());
        if last - first >= WEEK - 1 {
            return days.contains(&true);
        }
        let mut dates = (first..=last).filter_map(BusinessDate::from_days_since_1970);
        dates.any(|date| days[date.weekday().num_days_from_monday() as usize])
    }

    fn hours(&mut self, path: &str, hours: (usize, usize), found: String) -> Result<(), Clash> {
        let (from, until) = hours;
        let is_over_midnight = from >= until;
        let mut both = vec![is_over_midnight; MINUTES];
        both[from.min(until)..from.max(until)].fill(!is_over_midnight);
        if let Some(before) = self.minutes.take() {
            for (minute, was) in both.iter_mut().zip(&*before) {
                *minute &= was;
            }
        }
        let is_empty = !both.contains(&true);
        self.minutes = Some(Rc::new(both));
        settle(is_empty, path, || ("other hours".to_owned(), found))
    }

    fn words(&mut self, path: &str, key: &'static str, values: &'a [String]) -> Result<(), Clash> {
        if values.is_empty() {
            return Ok(());
        }
        let values: BTreeSet<&str> = order::set(values.iter().map(String::as_str));
        let Some(before) = self.words.get(key) else {
            self.words.insert(key, Rc::new(values));
            return Ok(());
        };
        let both: BTreeSet<&str> = order::set(before.intersection(&values).copied());
        let clash = both.is_empty().then(|| Clash {
            path: format!("{path}.{key}"),
            left: shown_words(before),
            found: shown_words(&values),
        });
        self.words.insert(key, Rc::new(both));
        clash.map_or(Ok(()), Err)
    }

    fn range(
        &mut self,
        path: &str,
        key: &'static str,
        (from, below): (Option<i64>, Option<i64>),
    ) -> Result<(), Clash> {
        let before = self.ranges.get(key).copied().unwrap_or_default();
        let both = (
            before.0.max(from),
            match (before.1, below) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            },
        );
        self.ranges.insert(key, both);
        let is_empty = matches!(both, (Some(from), Some(below)) if from >= below);
        let shown = |range| shown_range(key, range, self.money_decimals);
        settle(is_empty, path, || (shown(before), shown((from, below))))
    }

    fn visit(&mut self, path: &str, number: Option<i64>, every: Option<i64>) -> Result<(), Clash> {
        let before = self.visit;
        let is_empty = match (before, number, every) {
            (Some(before), Some(number), _) => before != number,
            (Some(before), None, Some(every)) => every > 0 && before % every != 0,
            _ => false,
        };
        self.visit = before.or(number);
        settle(is_empty, path, || {
            let left = before.map_or_else(String::new, |visit| format!("visit {visit}"));
            let found = match (number, every) {
                (Some(number), _) => format!("visit {number}"),
                (_, every) => format!("every {}", every.unwrap_or_default()),
            };
            (left, found)
        })
    }

    fn answer(&mut self, path: &str, key: &'static str, answer: Option<bool>) -> Result<(), Clash> {
        let Some(answer) = answer else { return Ok(()) };
        let before = *self.answers.entry(key).or_insert(answer);
        settle(before != answer, &format!("{path}.{key}"), || {
            (format!("{key} {before}"), answer.to_string())
        })
    }
}

/// A clash if nothing is left; what was left before and what is asked for are told only then.
fn settle(
    is_empty: bool,
    path: &str,
    told: impl FnOnce() -> (String, String),
) -> Result<(), Clash> {
    if !is_empty {
        return Ok(());
    }
    let (left, found) = told();
    let path = path.to_owned();
    Err(Clash { path, left, found })
}

/// Minutes since midnight, from a time that is right; what is not is told elsewhere.
fn minute(text: &str) -> Option<usize> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (usize, usize) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

fn shown_dates(from: Option<BusinessDate>, until: Option<BusinessDate>) -> String {
    match (from, until) {
        (None, None) => "any day".to_owned(),
        (Some(from), None) => format!("from {}", from.yyyymmdd()),
        (None, Some(until)) => format!("until {}", until.yyyymmdd()),
        (Some(from), Some(until)) => format!("{} to {}", from.yyyymmdd(), until.yyyymmdd()),
    }
}

fn shown_weekdays(days: [bool; 7]) -> String {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let named = names.iter().zip(days).filter(|(_, is_in)| *is_in);
    named.map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn shown_words(words: &BTreeSet<&str>) -> String {
    let mut shown: Vec<String> = words.iter().take(3).map(|word| quoted(word)).collect();
    if words.len() > shown.len() {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

fn shown_range(key: &str, (from, below): (Option<i64>, Option<i64>), decimals: u32) -> String {
    let shown = |number: i64| match key {
        "total" | "price" | "past spend" => decimal::shown(number, decimals),
        key if key.starts_with("total ") => decimal::shown(number, decimals),
        _ => number.to_string(),
    };
    let text = match (from, below) {
        (None, None) => "anything".to_owned(),
        (Some(from), None) => format!("from {}", shown(from)),
        (None, Some(below)) => format!("below {}", shown(below)),
        (Some(from), Some(below)) => format!("from {} to below {}", shown(from), shown(below)),
    };
    match key {
        EARLIER_VISITS => format!("{key} {text}"),
        _ => text,
    }
}
