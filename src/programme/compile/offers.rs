//! Offers.

use std::collections::BTreeSet;
use std::fmt;

use super::super::model::{
    BreakModel, BundleModel, CheapestModel, GiftModel, OfferModel, SomeModel,
};
use super::super::offers::{
    Break, BreakTakes, BundleCost, Effect, Offer, Pieces, Share, Stage, Takes,
};
use super::super::{Group, RULES_MAX};
use super::{Compiler, Known, quoted};
use crate::kernel::Money;
use crate::kernel::order;

/// The most pieces that a document counts.
const PIECES_MAX: i64 = 1_000_000;
/// The most steps by quantity.
const BREAKS_MAX: usize = 100;
/// The most parts of a bundle.
const BUNDLE_MAX: usize = 20;

impl Compiler {
    pub(super) fn offers(
        &mut self,
        models: &[OfferModel],
        groups: &[Group],
        known: &Known<'_>,
    ) -> Vec<Offer> {
        if !self.count("offers", models.len(), RULES_MAX) {
            return Vec::new();
        }
        let mut ids = BTreeSet::new();
        let mut offers = Vec::with_capacity(models.len());
        for (index, model) in models.iter().enumerate() {
            let path = format!("offers[{index}]");
            self.once(&path, ids.insert(model.id.as_str()), &model.id);
            offers.extend(self.offer(&path, model, groups, known));
        }
        order::sort_by(&mut offers, |a: &Offer, b| {
            (a.stage, a.priority, &a.id).cmp(&(b.stage, b.priority, &b.id))
        });
        offers
    }

    fn offer(
        &mut self,
        path: &str,
        model: &OfferModel,
        groups: &[Group],
        known: &Known<'_>,
    ) -> Option<Offer> {
        self.id(format_args!("{path}.id"), &model.id);
        let name = self.name_or_id(path, &model.name, &model.id);
        let priority = self.whole(
            format_args!("{path}.priority"),
            model.priority,
            -1_000,
            1_000,
        );
        let group = self.group(format_args!("{path}.group"), &model.group, groups);
        let when = self.when_before_spending(path, model.when.as_deref(), known);
        let lines =
            self.optional_selector(format_args!("{path}.lines"), model.lines.as_deref(), known);
        let takes = self.takes(path, model, known);
        let most = self.optional_money(format_args!("{path}.most"), model.most.as_ref(), known);
        let most_times = match model.most_times {
            None => Some(None),
            Some(times) => {
                let path = format!("{path}.most_times");
                self.whole(&path, times, 1, 1_000).map(Some)
            }
        };
        self.keys_beside(path, model);
        let often = self.often(path, (model.times.as_ref(), model.quota.as_ref()));
        let is_about_lines = model.lines.is_some()
            || model.multi_buy.is_some()
            || model.buy_get.is_some()
            || model.bundle.is_some();
        let usual = if is_about_lines {
            Stage::Line
        } else {
            Stage::Cart
        };
        let (times, quota) = often?;
        Some(Offer {
            id: model.id.clone(),
            name: name?,
            stage: model.stage.unwrap_or(usual),
            priority: i32::try_from(priority?).ok()?,
            group: group?,
            used: model.used,
            when: when?,
            times,
            quota,
            effect: Effect {
                lines: lines?,
                takes: takes?,
                most: most?,
                most_times: most_times?,
                money_in: model.money_in,
            },
        })
    }

    /// Keys that would do nothing beside what the offer does.
    fn keys_beside(&mut self, path: &str, model: &OfferModel) {
        let counts = model.multi_buy.is_some() || model.buy_get.is_some() || model.bundle.is_some();
        let gift_counts = model
            .gift
            .as_ref()
            .is_some_and(|gift| gift.for_each.is_some());
        if !counts && !gift_counts {
            let beside = "anything but `multi_buy`, `buy_get`, `bundle` and `gift.for_each`";
            self.unused(
                format_args!("{path}.most_times"),
                model.most_times.is_some(),
                beside,
            );
        }
        if model.gift.is_some() {
            self.unused(
                format_args!("{path}.lines"),
                model.lines.is_some(),
                "`gift`",
            );
            self.unused(format_args!("{path}.most"), model.most.is_some(), "`gift`");
        }
        if model.buy_get.is_some() || model.bundle.is_some() {
            let beside = "`buy_get` and `bundle`, which name their own lines";
            self.unused(format_args!("{path}.lines"), model.lines.is_some(), beside);
        }
    }

    fn takes(&mut self, path: &str, model: &OfferModel, known: &Known<'_>) -> Option<Takes> {
        let given = [
            model.percent.is_some(),
            model.amount.is_some(),
            model.amount_per_unit.is_some(),
            model.unit_price.is_some(),
            model.breaks.is_some(),
            model.cheapest.is_some(),
            model.multi_buy.is_some(),
            model.buy_get.is_some(),
            model.bundle.is_some(),
            model.gift.is_some(),
        ];
        let given = given.into_iter().filter(|is_given| *is_given).count();
        if given != 1 {
            let expected = "exactly one of `percent`, `amount`, `amount_per_unit`, `unit_price`, \
                            `breaks`, `cheapest`, `multi_buy`, `buy_get`, `bundle` and `gift`";
            self.problem(path, "one_of", expected, given.to_string());
            return None;
        }
        if let Some(percent) = &model.percent {
            let share = self.percentage(&format!("{path}.percent"), Some(percent))?;
            return Some(Takes::Percent(share));
        }
        if let Some(amount) = &model.amount {
            let amount = self.money(&format!("{path}.amount"), amount, 1, known)?;
            return Some(Takes::Amount(amount));
        }
        if let Some(amount) = &model.amount_per_unit {
            let amount = self.money(&format!("{path}.amount_per_unit"), amount, 1, known)?;
            return Some(Takes::AmountPerUnit(amount));
        }
        if let Some(price) = &model.unit_price {
            let price = self.money(&format!("{path}.unit_price"), price, 0, known)?;
            return Some(Takes::UnitPrice(price));
        }
        if let Some(breaks) = &model.breaks {
            let steps = self.breaks(&format!("{path}.breaks.steps"), &breaks.steps, known)?;
            return Some(Takes::Breaks(breaks.of, steps));
        }
        if let Some(cheapest) = &model.cheapest {
            return self.cheapest(path, cheapest);
        }
        if let Some(multi) = &model.multi_buy {
            let path = format!("{path}.multi_buy");
            let buy = self.pieces_number(&path, "buy", multi.buy);
            let get = self.pieces_number(&path, "get", multi.get);
            let share = self.percentage(&format!("{path}.percent"), multi.percent.as_ref());
            return Some(Takes::MultiBuy {
                buy: buy?,
                get: get?,
                share: share?,
                of: multi.of,
            });
        }
        if let Some(buy_get) = &model.buy_get {
            let path = format!("{path}.buy_get");
            let buy = self.pieces(&format!("{path}.buy"), &buy_get.buy, known);
            let get = self.pieces(&format!("{path}.get"), &buy_get.get, known);
            let share = self.percentage(&format!("{path}.percent"), buy_get.percent.as_ref());
            return Some(Takes::BuyGet {
                buy: buy?,
                get: get?,
                share: share?,
            });
        }
        if let Some(bundle) = &model.bundle {
            return self.bundle(&format!("{path}.bundle"), bundle, known);
        }
        self.gift(path, model.gift.as_ref()?, known)
    }

    pub(super) fn cheapest(&mut self, path: &str, model: &CheapestModel) -> Option<Takes> {
        let path = format!("{path}.cheapest");
        let quantity = self.pieces_number(&path, "quantity", model.quantity.unwrap_or(1));
        let share = self.percentage(&format!("{path}.percent"), model.percent.as_ref());
        Some(Takes::Cheapest(quantity?, share?))
    }

    pub(super) fn gift(
        &mut self,
        path: &str,
        gift: &GiftModel,
        known: &Known<'_>,
    ) -> Option<Takes> {
        let path = format!("{path}.gift");
        if gift.sku.is_empty() || gift.sku.len() > 64 || gift.sku.chars().any(char::is_control) {
            let expected = "1 to 64 bytes without control characters";
            self.problem(
                format!("{path}.sku"),
                "wrong_form",
                expected,
                quoted(&gift.sku),
            );
            return None;
        }
        let quantity = self.pieces_number(&path, "quantity", gift.quantity.unwrap_or(1));
        let for_each = match &gift.for_each {
            None => Some(None),
            Some(some) => self
                .pieces(&format!("{path}.for_each"), some, known)
                .map(Some),
        };
        Some(Takes::Gift {
            sku: gift.sku.clone(),
            quantity: quantity?,
            for_each: for_each?,
        })
    }

    fn breaks(
        &mut self,
        path: &str,
        models: &[BreakModel],
        known: &Known<'_>,
    ) -> Option<Vec<Break>> {
        if !self.count(path, models.len(), BREAKS_MAX) {
            return None;
        }
        let before = self.problems.len();
        let mut steps: Vec<Break> = Vec::with_capacity(models.len());
        for (index, model) in models.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let from = self.pieces_number(&path, "from", model.from);
            let takes = match (&model.percent, &model.amount_per_unit, &model.unit_price) {
                (Some(percent), None, None) => self
                    .percentage(&format!("{path}.percent"), Some(percent))
                    .map(BreakTakes::Percent),
                (None, Some(amount), None) => self
                    .money(&format!("{path}.amount_per_unit"), amount, 1, known)
                    .map(BreakTakes::AmountPerUnit),
                (None, None, Some(price)) => self
                    .money(&format!("{path}.unit_price"), price, 0, known)
                    .map(BreakTakes::UnitPrice),
                _ => {
                    let expected = "one of `percent`, `amount_per_unit` and `unit_price`";
                    self.problem(&path, "one_of", expected, "none or several");
                    None
                }
            };
            let (Some(from), Some(takes)) = (from, takes) else {
                continue;
            };
            if steps.last().is_some_and(|last| last.from >= from) {
                let expected = "more pieces than the step before it";
                self.problem(
                    format!("{path}.from"),
                    "out_of_order",
                    expected,
                    from.to_string(),
                );
            }
            steps.push(Break { from, takes });
        }
        (self.problems.len() == before).then_some(steps)
    }

    fn bundle(&mut self, path: &str, model: &BundleModel, known: &Known<'_>) -> Option<Takes> {
        let parts_path = format!("{path}.parts");
        if !self.count(&parts_path, model.parts.len(), BUNDLE_MAX) {
            return None;
        }
        let parts = model.parts.iter().enumerate();
        let parts: Vec<Option<Pieces>> = parts
            .map(|(index, part)| self.pieces(&format!("{parts_path}[{index}]"), part, known))
            .collect();
        let cost = match (&model.price, &model.amount, &model.percent) {
            (Some(price), None, None) => self
                .money(&format!("{path}.price"), price, 0, known)
                .map(BundleCost::Price),
            (None, Some(amount), None) => self
                .money(&format!("{path}.amount"), amount, 1, known)
                .map(BundleCost::Amount),
            (None, None, Some(percent)) => self
                .percentage(&format!("{path}.percent"), Some(percent))
                .map(BundleCost::Percent),
            _ => {
                let expected = "one of `price`, `amount` and `percent`";
                self.problem(path, "one_of", expected, "none or several");
                None
            }
        };
        let parts: Option<Vec<Pieces>> = parts.into_iter().collect();
        Some(Takes::Bundle(parts?, cost?))
    }

    fn pieces(&mut self, path: &str, model: &SomeModel, known: &Known<'_>) -> Option<Pieces> {
        let quantity = self.pieces_number(path, "quantity", model.quantity);
        let lines =
            self.optional_selector(format_args!("{path}.lines"), model.lines.as_deref(), known);
        Some(Pieces {
            quantity: quantity?,
            lines: lines?,
        })
    }

    fn pieces_number(&mut self, path: &str, key: &str, value: i64) -> Option<i64> {
        self.whole(format_args!("{path}.{key}"), value, 1, PIECES_MAX)
    }

    /// A percentage; 100 where the document leaves it out.
    fn percentage(&mut self, path: &str, percent: Option<&String>) -> Option<Share> {
        let percent = percent.map_or("100", String::as_str);
        Some(Share {
            part: self.share(path, percent)?,
            percent: percent.to_owned(),
        })
    }

    fn money(&mut self, path: &str, text: &str, least: i64, known: &Known<'_>) -> Option<Money> {
        let units = self.units_from(path, text, known.money_decimals, least)?;
        Some(Money::new(units))
    }

    pub(super) fn optional_money(
        &mut self,
        path: impl fmt::Display,
        text: Option<&String>,
        known: &Known<'_>,
    ) -> Option<Option<Money>> {
        match text {
            None => Some(None),
            Some(text) => self.money(&path.to_string(), text, 1, known).map(Some),
        }
    }
}
