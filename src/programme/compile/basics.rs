//! Values that many parts of a document have: ids, names, dates, amounts.

use std::fmt;

use super::super::decimal::{self, NoAmount, RATE_DECIMALS_MAX};
use super::super::model::{ActivityModel, ExpiryModel, NamesModel, RangeModel};
use super::super::{Names, Range, Unit};
use super::{Compiler, ID_MAX, NAME_MAX, quoted};
use crate::kernel::{Activity, BusinessDate, Fraction};

/// A path is written only once something is wrong: a document has many values and few problems, so it
/// comes as something that can be shown.
impl Compiler {
    /// What keeps a balance alive.
    pub(super) fn activities(
        &mut self,
        path: &str,
        model: Option<&ExpiryModel>,
    ) -> Option<Vec<Activity>> {
        let named = model.and_then(|expiry| expiry.inactive.as_ref());
        let named = named.map_or(&[][..], |inactive| &inactive.activities);
        let mut activities = Vec::with_capacity(named.len());
        for (index, activity) in named.iter().enumerate() {
            let activity = match activity {
                ActivityModel::Sale => Activity::Sale,
                ActivityModel::Event => Activity::Event,
            };
            if activities.contains(&activity) {
                let path = format!("{path}.expiry.inactive.activities[{index}]");
                self.problem(path, "duplicate", "each once", "twice");
                return None;
            }
            activities.push(activity);
        }
        if activities.is_empty() {
            activities.push(Activity::Sale);
        }
        Some(activities)
    }

    pub(super) fn id(&mut self, path: impl fmt::Display, id: &str) {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        let is_id = (1..=ID_MAX).contains(&id.len())
            && id.bytes().all(is_plain)
            && id.as_bytes()[0].is_ascii_alphanumeric();
        if !is_id {
            self.problem(
                path.to_string(),
                "wrong_form",
                "1 to 64 ASCII letters, digits, `_`, `.` and `-`, a letter or digit first",
                quoted(id),
            );
        }
    }

    pub(super) fn whole(
        &mut self,
        path: impl fmt::Display,
        value: i64,
        least: i64,
        most: i64,
    ) -> Option<i64> {
        if (least..=most).contains(&value) {
            return Some(value);
        }
        self.problem(
            path.to_string(),
            "out_of_range",
            format!("{least} to {most}"),
            value.to_string(),
        );
        None
    }

    pub(super) fn date(&mut self, path: &str, number: Option<i64>) -> Option<BusinessDate> {
        let number = number?;
        let date = BusinessDate::from_yyyymmdd(number);
        if date.is_err() {
            self.problem(
                path,
                "no_date",
                "a date written yyyymmdd",
                number.to_string(),
            );
        }
        date.ok()
    }

    pub(super) fn names(&mut self, path: &str, model: &NamesModel) -> Option<Names> {
        let mut is_sound = true;
        for (language, name) in [("vi", &model.vi), ("en", &model.en)] {
            let Some(name) = name else { continue };
            if name.trim().is_empty() || name.len() > NAME_MAX || name.chars().any(char::is_control)
            {
                is_sound = false;
                self.problem(
                    format!("{path}.{language}"),
                    "wrong_form",
                    format!("1 to {NAME_MAX} bytes without control characters"),
                    quoted(name),
                );
            }
        }
        if model.vi.is_none() && model.en.is_none() {
            is_sound = false;
            self.problem(
                path,
                "missing",
                "a name in at least one language: vi, en",
                "none",
            );
        }
        is_sound.then(|| Names {
            vi: model.vi.clone(),
            en: model.en.clone(),
        })
    }

    pub(super) fn unit(&mut self, path: &str, model: &NamesModel) -> Option<Unit> {
        let names = self.names(path, model)?;
        let mut is_sound = true;
        for (language, words) in [("vi", &model.vi), ("en", &model.en)] {
            let Some(words) = words else { continue };
            let parts: Vec<&str> = words.split('/').collect();
            if parts.len() > 2 || parts.iter().any(|part| part.trim().is_empty()) {
                is_sound = false;
                self.problem(
                    format!("{path}.{language}"),
                    "wrong_form",
                    "one word, or two as `one/many`",
                    quoted(words),
                );
            }
        }
        is_sound.then_some(Unit(names))
    }

    pub(super) fn units_from(
        &mut self,
        path: impl fmt::Display,
        text: &str,
        decimals: u32,
        least: i64,
    ) -> Option<i64> {
        let units = match decimal::units(text, decimals) {
            Ok(units) => units,
            Err(reason) => {
                self.no_amount(path, text, reason, decimals);
                return None;
            }
        };
        if units < least {
            let expected = if least > 0 {
                "more than 0"
            } else {
                "0 or more"
            };
            self.problem(path.to_string(), "out_of_range", expected, quoted(text));
            return None;
        }
        Some(units)
    }

    pub(super) fn rate_above_zero(
        &mut self,
        path: impl fmt::Display,
        text: &str,
        decimals: u32,
    ) -> Option<Fraction> {
        let rate = self.rate_from_zero(&path, text, decimals)?;
        if rate.is_zero() {
            self.problem(
                path.to_string(),
                "out_of_range",
                "more than 0",
                quoted(text),
            );
            return None;
        }
        Some(rate)
    }

    pub(super) fn rate_from_zero(
        &mut self,
        path: impl fmt::Display,
        text: &str,
        decimals: u32,
    ) -> Option<Fraction> {
        match decimal::rate(text, decimals) {
            Ok(rate) if rate >= Fraction::ZERO => Some(rate),
            Ok(_) => {
                self.problem(path.to_string(), "out_of_range", "0 or more", quoted(text));
                None
            }
            Err(reason) => {
                self.no_amount(path, text, reason, RATE_DECIMALS_MAX);
                None
            }
        }
    }

    pub(super) fn no_amount(
        &mut self,
        path: impl fmt::Display,
        text: &str,
        reason: NoAmount,
        decimals: u32,
    ) {
        let (code, expected) = match reason {
            NoAmount::Form => (
                "not_decimal",
                "an exact decimal such as \"10000\" or \"0.50\"".to_owned(),
            ),
            NoAmount::TooPrecise => ("too_many_decimals", format!("at most {decimals} decimals")),
            NoAmount::Grouped => (
                "not_decimal",
                "a number without thousands marks, such as \"20000\": the dot begins the decimals"
                    .to_owned(),
            ),
            NoAmount::TooLarge => ("out_of_range", "at most 9e15 smallest units".to_owned()),
        };
        self.problem(path.to_string(), code, expected, quoted(text));
    }

    /// The name a document gives, or the id.
    pub(super) fn name_or_id(
        &mut self,
        path: &str,
        name: &Option<NamesModel>,
        id: &str,
    ) -> Option<Names> {
        match name {
            None => Some(Names::everywhere(id)),
            Some(name) => self.names(&format!("{path}.name"), name),
        }
    }

    /// A range of money.
    pub(super) fn range(&mut self, path: &str, model: &RangeModel, decimals: u32) -> Option<Range> {
        let from_path = format!("{path}.from");
        let below_path = format!("{path}.below");
        let mut end = |path: &str, text: &Option<String>, least| {
            text.as_ref()
                .map(|text| self.units_from(path, text, decimals, least))
        };
        let (from, below) = (
            end(&from_path, &model.from, 0),
            end(&below_path, &model.below, 1),
        );
        let range = Range {
            from: from.map_or(Some(None), |from| from.map(Some))?,
            below: below.map_or(Some(None), |below| below.map(Some))?,
        };
        self.sound_range(path, range)
    }

    /// A range that something fits.
    pub(super) fn sound_range(&mut self, path: &str, range: Range) -> Option<Range> {
        if range.from.is_none() && range.below.is_none() {
            self.problem(path, "missing", "`from`, `below` or both", "neither");
            return None;
        }
        if let (Some(from), Some(below)) = (range.from, range.below)
            && from >= below
        {
            self.problem(
                format!("{path}.below"),
                "out_of_order",
                "more than `from`",
                "no more than it",
            );
            return None;
        }
        Some(range)
    }

    /// A business date that a document may leave out; nothing if it is none.
    pub(super) fn optional_date(
        &mut self,
        path: &str,
        number: Option<i64>,
    ) -> Option<Option<BusinessDate>> {
        match number {
            None => Some(None),
            Some(_) => self.date(path, number).map(Some),
        }
    }

    /// Each id once.
    pub(super) fn once(&mut self, path: impl fmt::Display, is_new: bool, id: &str) {
        if !is_new {
            self.problem(format!("{path}.id"), "duplicate", "an id once", quoted(id));
        }
    }

    pub(super) fn count(&mut self, path: impl fmt::Display, found: usize, most: usize) -> bool {
        if found > most {
            let expected = format!("at most {most}");
            self.problem(path.to_string(), "count", expected, found.to_string());
        }
        found <= most
    }

    /// A key that does nothing beside another is refused, never ignored.
    pub(super) fn unused(&mut self, path: impl fmt::Display, is_given: bool, beside: &str) {
        if is_given {
            self.problem(
                path.to_string(),
                "not_used",
                format!("nothing beside {beside}"),
                "a value",
            );
        }
    }
}
