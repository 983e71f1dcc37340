//! Conditions and selections of lines.

use std::collections::BTreeSet;
use std::fmt;

use super::super::model::{
    ItemsModel, RangeModel, SelectorModel, TotalModel, VisitModel, WhenModel,
};
use super::super::{Range, Selection, Selector, Total, When};
use super::{Compiler, Known, quoted};
use crate::kernel::order;

/// The most values in one list.
const VALUES_MAX: usize = 1_000;
/// The most parts of one `all` or `any`.
const PARTS_MAX: usize = 100;
/// The most bytes of a value.
const VALUE_MAX: usize = 200;

impl Compiler {
    pub(super) fn optional_when(
        &mut self,
        path: impl fmt::Display,
        model: Option<&WhenModel>,
        known: &Known<'_>,
    ) -> Option<Option<When>> {
        match model {
            None => Some(None),
            Some(model) => self.when(&path.to_string(), model, known).map(Some),
        }
    }

    /// A condition that is looked at before it is known whether points are spent.
    pub(super) fn when_before_spending(
        &mut self,
        path: &str,
        model: Option<&WhenModel>,
        known: &Known<'_>,
    ) -> Option<Option<When>> {
        let path = format!("{path}.when");
        let when = self.optional_when(&path, model, known);
        let reads_spending = |when: &When| when.has(&|leaf| matches!(leaf, When::UsesPoints(_)));
        let is_circular = when.iter().flatten().any(reads_spending);
        self.unused(&path, is_circular, "`uses_points`, which is decided later");
        let reads_tenders = |when: &When| when.has(&|leaf| matches!(leaf, When::Tenders(_)));
        let is_early = when.iter().flatten().any(reads_tenders);
        self.unused(&path, is_early, "`tenders`, which are known later");
        when
    }

    fn when(&mut self, path: &str, model: &WhenModel, known: &Known<'_>) -> Option<When> {
        let before = self.problems.len();
        let mut parts = Vec::new();
        for (key, models, join) in [
            ("all", &model.all, When::All as fn(Vec<When>) -> When),
            ("any", &model.any, When::Any),
        ] {
            if models.is_empty() {
                continue;
            }
            let path = format!("{path}.{key}");
            if self.count(&path, models.len(), PARTS_MAX) {
                let found = models.iter().enumerate();
                let found: Vec<When> = found
                    .filter_map(|(index, model)| {
                        self.when(&format!("{path}[{index}]"), model, known)
                    })
                    .collect();
                parts.push(join(found));
            }
        }
        if let Some(model) = &model.not {
            let inner = self.when(&format!("{path}.not"), model, known);
            parts.extend(inner.map(|inner| When::Not(Box::new(inner))));
        }
        self.when_it_is(path, model, &mut parts);
        self.where_it_is(path, model, &mut parts);
        self.what_is_sold(path, model, known, &mut parts);
        self.who_it_is(path, model, known, &mut parts);
        self.who_and_what_was(path, model, known, &mut parts);
        if parts.is_empty() && self.problems.len() == before {
            self.problem(path, "missing", "a condition", "none");
        }
        if self.problems.len() > before {
            return None;
        }
        Some(if parts.len() == 1 {
            parts.remove(0)
        } else {
            When::All(parts)
        })
    }

    fn when_it_is(&mut self, path: &str, model: &WhenModel, parts: &mut Vec<When>) {
        if let Some(dates) = &model.dates {
            let path = format!("{path}.dates");
            let from = self.optional_date(&format!("{path}.from"), dates.from);
            let until = self.optional_date(&format!("{path}.until"), dates.until);
            if let (Some(from), Some(until)) = (from, until) {
                if from.is_none() && until.is_none() {
                    self.problem(&path, "missing", "`from`, `until` or both", "neither");
                } else if let (Some(first), Some(last)) = (from, until)
                    && first > last
                {
                    let found = last.yyyymmdd().to_string();
                    let path = format!("{path}.until");
                    self.problem(path, "out_of_order", "`from` or later", found);
                }
                parts.push(When::Dates(from, until));
            }
        }
        if !model.weekdays.is_empty() {
            let mut days = [false; 7];
            for day in &model.weekdays {
                days[*day as usize] = true;
            }
            parts.push(When::Weekdays(days));
        }
        if let Some(hours) = &model.hours {
            let path = format!("{path}.hours");
            let from = self.minute(&format!("{path}.from"), &hours.from);
            let until = self.minute(&format!("{path}.until"), &hours.until);
            if let (Some(from), Some(until)) = (from, until) {
                if from == until {
                    let path = format!("{path}.until");
                    self.problem(path, "out_of_order", "another time than `from`", "the same");
                }
                parts.push(When::Hours(from, until));
            }
        }
    }

    fn where_it_is(&mut self, path: &str, model: &WhenModel, parts: &mut Vec<When>) {
        for (key, values, kind) in [
            (
                "stores",
                &model.stores,
                When::Stores as fn(BTreeSet<String>) -> When,
            ),
            ("tills", &model.tills, When::Tills),
            ("channels", &model.channels, When::Channels),
            ("codes", &model.codes, When::Codes),
        ] {
            if !values.is_empty() {
                parts.extend(self.values(format_args!("{path}.{key}"), values).map(kind));
            }
        }
    }

    fn what_is_sold(
        &mut self,
        path: &str,
        model: &WhenModel,
        known: &Known<'_>,
        parts: &mut Vec<When>,
    ) {
        if let Some(total) = &model.total {
            parts.extend(self.total(&format!("{path}.total"), total, known));
        }
        if let Some(items) = &model.items {
            parts.extend(self.items(&format!("{path}.items"), items, known));
        }
        if let Some(lines) = &model.has_line {
            let selector = self.selector(&format!("{path}.has_line"), lines, known);
            parts.extend(selector.map(When::HasLine));
        }
        parts.extend(model.discounted.map(When::Discounted));
        parts.extend(model.uses_points.map(When::UsesPoints));
    }

    fn items(&mut self, path: &str, model: &ItemsModel, known: &Known<'_>) -> Option<When> {
        for (key, value) in [("from", model.from), ("below", model.below)] {
            if let Some(value) = value {
                self.whole(format_args!("{path}.{key}"), value, 0, 1_000_000)?;
            }
        }
        let range = Range {
            from: model.from,
            below: model.below,
        };
        let range = self.sound_range(path, range)?;
        let lines =
            self.optional_selector(format_args!("{path}.lines"), model.lines.as_deref(), known);
        Some(When::Items(range, lines?))
    }

    fn total(&mut self, path: &str, model: &TotalModel, known: &Known<'_>) -> Option<When> {
        let range = RangeModel {
            from: model.from.clone(),
            below: model.below.clone(),
        };
        let range = self.range(path, &range, known.money_decimals);
        let lines =
            self.optional_selector(format_args!("{path}.lines"), model.lines.as_deref(), known);
        Some(When::Total(Total {
            range: range?,
            lines: lines?,
            tax: model.tax,
            is_after_offers: model.after_offers,
        }))
    }

    fn who_it_is(
        &mut self,
        path: &str,
        model: &WhenModel,
        known: &Known<'_>,
        parts: &mut Vec<When>,
    ) {
        for (index, tier) in model.tiers.iter().enumerate() {
            if !known.tiers.contains(&tier.as_str()) {
                let path = format!("{path}.tiers[{index}]");
                let expected = "the id of a tier of this document";
                self.problem(path, "unknown_reference", expected, quoted(tier));
            }
        }
        if !model.tiers.is_empty() {
            parts.push(When::Tiers(model.tiers.iter().cloned().collect()));
        }
        if let Some(visit) = &model.visit {
            parts.extend(self.visit(&format!("{path}.visit"), visit));
        }
    }

    fn visit(&mut self, path: &str, model: &VisitModel) -> Option<When> {
        let (key, number, kind): (_, _, fn(i64) -> When) = match (model.number, model.every) {
            (Some(number), None) => ("number", number, When::VisitNumber),
            (None, Some(every)) => ("every", every, When::VisitEvery),
            _ => {
                self.problem(path, "one_of", "`number` or `every`", "both or neither");
                return None;
            }
        };
        self.whole(format_args!("{path}.{key}"), number, 1, 1_000_000)
            .map(kind)
    }

    /// Minutes since midnight, from `hh:mm`.
    fn minute(&mut self, path: &str, text: &str) -> Option<u16> {
        let digits = |part: &str, below: u16| {
            let is_two = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>()
                .ok()
                .filter(|number| is_two && *number < below)
        };
        let minute = text
            .split_once(':')
            .and_then(|(hour, minute)| Some(digits(hour, 24)? * 60 + digits(minute, 60)?));
        if minute.is_none() {
            self.problem(
                path,
                "wrong_form",
                "a time from 00:00 to 23:59",
                quoted(text),
            );
        }
        minute
    }

    pub(super) fn optional_selector(
        &mut self,
        path: impl fmt::Display,
        model: Option<&SelectorModel>,
        known: &Known<'_>,
    ) -> Option<Option<Selector>> {
        match model {
            None => Some(None),
            Some(model) => self.selector(&path.to_string(), model, known).map(Some),
        }
    }

    fn selector(
        &mut self,
        path: &str,
        model: &SelectorModel,
        known: &Known<'_>,
    ) -> Option<Selector> {
        let what = self.selection(path, model, known)?;
        Some(self.selectors.place(what))
    }

    fn selection(
        &mut self,
        path: &str,
        model: &SelectorModel,
        known: &Known<'_>,
    ) -> Option<Selection> {
        let before = self.problems.len();
        let mut parts = Vec::new();
        for (key, models, join) in [
            (
                "all",
                &model.all,
                Selection::All as fn(Vec<Selection>) -> Selection,
            ),
            ("any", &model.any, Selection::Any),
        ] {
            if models.is_empty() {
                continue;
            }
            let path = format!("{path}.{key}");
            if self.count(&path, models.len(), PARTS_MAX) {
                let found = models.iter().enumerate();
                let found: Vec<Selection> = found
                    .filter_map(|(index, model)| {
                        self.selection(&format!("{path}[{index}]"), model, known)
                    })
                    .collect();
                parts.push(join(found));
            }
        }
        if let Some(model) = &model.not {
            let inner = self.selection(&format!("{path}.not"), model, known);
            parts.extend(inner.map(|inner| Selection::Not(Box::new(inner))));
        }
        for (key, values, kind) in [
            (
                "skus",
                &model.skus,
                Selection::Skus as fn(BTreeSet<String>) -> Selection,
            ),
            ("categories", &model.categories, Selection::Categories),
            ("brands", &model.brands, Selection::Brands),
            ("tags", &model.tags, Selection::Tags),
        ] {
            if !values.is_empty() {
                parts.extend(self.values(format_args!("{path}.{key}"), values).map(kind));
            }
        }
        if let Some(price) = &model.price {
            let range = self.range(&format!("{path}.price"), price, known.money_decimals);
            parts.extend(range.map(Selection::Price));
        }
        if let Some(quantity) = &model.quantity {
            let range = self.range(&format!("{path}.quantity"), quantity, 3);
            parts.extend(range.map(Selection::Quantity));
        }
        if !model.flags.is_empty() {
            parts.push(Selection::Flags(order::set(model.flags.iter().copied())));
        }
        parts.extend(model.discounted.map(Selection::Discounted));
        if parts.is_empty() && self.problems.len() == before {
            self.problem(path, "missing", "a description of lines", "none");
        }
        if self.problems.len() > before {
            return None;
        }
        Some(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Selection::All(parts)
        })
    }

    pub(super) fn values(
        &mut self,
        path: impl fmt::Display,
        values: &[String],
    ) -> Option<BTreeSet<String>> {
        if !self.count(&path, values.len(), VALUES_MAX) {
            return None;
        }
        let mut is_sound = true;
        for (index, value) in values.iter().enumerate() {
            is_sound &= self.value(format_args!("{path}[{index}]"), value);
        }
        is_sound.then(|| order::set(values.iter().cloned()))
    }

    /// A text that a cart or a member may have; a problem if not.
    pub(super) fn value(&mut self, path: impl fmt::Display, value: &str) -> bool {
        let fits = (1..=VALUE_MAX).contains(&value.len()) && !value.chars().any(char::is_control);
        if !fits {
            let expected = format!("1 to {VALUE_MAX} bytes without control characters");
            self.problem(path.to_string(), "wrong_form", expected, quoted(value));
        }
        fits
    }
}
