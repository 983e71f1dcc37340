//! Conditions on the member and their past, and on what they pay with.

use std::collections::BTreeSet;

use super::super::conditions::{Birthday, Membership, Past, PastCount, Span};
use super::super::model::{
    BirthdayModel, MembershipModel, PastModel, RangeModel, StoreGroupModel, WhenModel,
    WholeRangeModel,
};
use super::super::{Range, When};
use super::{Compiler, Known, quoted};

impl Compiler {
    /// Stores by the name of their group, in the document's order.
    pub(super) fn store_groups<'a>(
        &mut self,
        models: &'a [StoreGroupModel],
    ) -> Vec<(&'a str, BTreeSet<String>)> {
        if !self.count("store_groups", models.len(), 1_000) {
            return Vec::new();
        }
        let mut ids = BTreeSet::new();
        let mut groups = Vec::with_capacity(models.len());
        for (index, model) in models.iter().enumerate() {
            let path = format!("store_groups[{index}]");
            self.id(format_args!("{path}.id"), &model.id);
            self.once(&path, ids.insert(model.id.as_str()), &model.id);
            let path = format!("{path}.stores");
            if model.stores.is_empty() {
                self.problem(&path, "count", "at least one store", "none");
            }
            let stores = self.values(&path, &model.stores).unwrap_or_default();
            groups.push((model.id.as_str(), stores));
        }
        groups
    }

    pub(super) fn who_and_what_was(
        &mut self,
        path: &str,
        model: &WhenModel,
        known: &Known<'_>,
        parts: &mut Vec<When>,
    ) {
        parts.extend(model.member.map(When::Member));
        parts.extend(model.in_household.map(When::InHousehold));
        for (key, values, kind) in [
            (
                "member_tags",
                &model.member_tags,
                When::MemberTags as fn(BTreeSet<String>) -> When,
            ),
            ("plans", &model.plans, When::Plans),
            ("tenders", &model.tenders, When::Tenders),
        ] {
            if !values.is_empty() {
                parts.extend(self.values(format_args!("{path}.{key}"), values).map(kind));
            }
        }
        for (index, attribute) in model.attributes.iter().enumerate() {
            let path = format!("{path}.attributes[{index}]");
            if attribute.values.is_empty() {
                self.problem(
                    format!("{path}.values"),
                    "count",
                    "at least one value",
                    "none",
                );
            }
            let values = self.values(format_args!("{path}.values"), &attribute.values);
            let has_name = self.value(format_args!("{path}.name"), &attribute.name);
            if let Some(values) = values.filter(|_| has_name) {
                parts.push(When::Attribute(attribute.name.clone(), values));
            }
        }
        if !model.store_groups.is_empty() {
            parts.extend(self.in_store_groups(path, &model.store_groups, known));
        }
        if let Some(membership) = &model.membership {
            parts.extend(self.membership(&format!("{path}.membership"), membership));
        }
        if let Some(birthday) = &model.birthday {
            parts.extend(self.birthday(&format!("{path}.birthday"), birthday));
        }
        if let Some(past) = &model.past {
            parts.extend(self.past(&format!("{path}.past"), past, known));
        }
        if let Some(range) = &model.last_visit {
            let range = self.whole_range(&format!("{path}.last_visit"), range);
            parts.extend(range.map(When::LastVisit));
        }
    }

    fn in_store_groups(&mut self, path: &str, ids: &[String], known: &Known<'_>) -> Option<When> {
        let path = format!("{path}.store_groups");
        let named = self.values(&path, ids)?;
        let mut stores = BTreeSet::new();
        for (index, id) in ids.iter().enumerate() {
            match known.store_groups.iter().find(|(known, _)| known == id) {
                Some((_, of)) => stores.extend(of.iter().cloned()),
                None => {
                    let expected = "the id of a group of stores of this document";
                    let path = format!("{path}[{index}]");
                    self.problem(path, "unknown_reference", expected, quoted(id));
                }
            }
        }
        Some(When::StoreGroups { named, stores })
    }

    fn whole_range(&mut self, path: &str, model: &WholeRangeModel) -> Option<Range> {
        for (key, value) in [("from", model.from), ("below", model.below)] {
            if let Some(value) = value {
                self.whole(format_args!("{path}.{key}"), value, 0, 1_000_000)?;
            }
        }
        let range = Range {
            from: model.from,
            below: model.below,
        };
        self.sound_range(path, range)
    }

    fn membership(&mut self, path: &str, model: &MembershipModel) -> Option<When> {
        let membership = match (&model.days, &model.months) {
            (Some(days), None) => {
                Membership::Days(self.whole_range(&format!("{path}.days"), days)?)
            }
            (None, Some(months)) => {
                Membership::Months(self.whole_range(&format!("{path}.months"), months)?)
            }
            _ => {
                self.problem(path, "one_of", "`days` or `months`", "both or neither");
                return None;
            }
        };
        Some(When::Membership(membership))
    }

    fn birthday(&mut self, path: &str, model: &BirthdayModel) -> Option<When> {
        let has_days = model.days_before.is_some() || model.days_after.is_some();
        if model.month == has_days {
            let expected = "`month`, or `days_before` and `days_after`";
            self.problem(path, "one_of", expected, "both or neither");
            return None;
        }
        if model.month {
            return Some(When::Birthday(Birthday::Month));
        }
        let mut days = |key: &str, days: Option<i64>| {
            let days = self.whole(format_args!("{path}.{key}"), days.unwrap_or(0), 0, 180)?;
            u32::try_from(days).ok()
        };
        let before = days("days_before", model.days_before);
        let after = days("days_after", model.days_after);
        Some(When::Birthday(Birthday::Around {
            before: before?,
            after: after?,
        }))
    }

    fn past(&mut self, path: &str, model: &PastModel, known: &Known<'_>) -> Option<When> {
        let is_points = model.count == PastCount::Points;
        let (wallet, decimals) = match (&model.wallet, model.count) {
            (Some(id), PastCount::Points) => {
                if !known.ids.contains(&id.as_str()) {
                    self.unknown_wallet(&format!("{path}.wallet"), id);
                }
                let wallet = known.wallet(id)?;
                (Some(wallet.number), wallet.decimals)
            }
            (None, PastCount::Points) => {
                let expected = "the id of a wallet, with `points`";
                self.problem(format!("{path}.wallet"), "missing", expected, "nothing");
                return None;
            }
            (_, PastCount::Spend) => (None, known.money_decimals),
            _ => (None, 0),
        };
        let has_wallet = model.wallet.is_some() && !is_points;
        self.unused(
            format_args!("{path}.wallet"),
            has_wallet,
            "anything but `points`",
        );
        let rule_path = format!("{path}.rule");
        match &model.rule {
            None if model.count == PastCount::Times => {
                let expected = "the id of a rule, with `times`";
                self.problem(rule_path, "missing", expected, "nothing");
            }
            None => {}
            Some(id) => {
                let counts_rules = is_points || model.count == PastCount::Times;
                self.unused(&rule_path, !counts_rules, "`visits` and `spend`");
                if !known.rules.contains(&id.as_str()) {
                    let expected = "the id of a rule of this document";
                    self.problem(rule_path, "unknown_reference", expected, quoted(id));
                }
            }
        }
        let span = self.span(path, model);
        let range = RangeModel {
            from: model.from.clone(),
            below: model.below.clone(),
        };
        let range = self.range(path, &range, decimals);
        Some(When::Past(Past {
            count: model.count,
            wallet,
            rule: model.rule.clone(),
            span: span?,
            range: range?,
        }))
    }

    fn span(&mut self, path: &str, model: &PastModel) -> Option<Span> {
        let small = |number: i64| u32::try_from(number).ok();
        match (model.days, model.months) {
            (None, None) => Some(Span::Ever),
            (Some(days), None) => {
                let days = self.whole(format_args!("{path}.days"), days, 1, 3_660)?;
                small(days).map(Span::Days)
            }
            (None, Some(months)) => {
                let months = self.whole(format_args!("{path}.months"), months, 1, 120)?;
                small(months).map(Span::Months)
            }
            (Some(_), Some(_)) => {
                self.unused(format_args!("{path}.days"), true, "`months`");
                None
            }
        }
    }
}
