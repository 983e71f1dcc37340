//! Tiers and rewards.

use std::collections::BTreeSet;

use super::super::model::{CheapestModel, GiftModel, RewardModel, SelectorModel, TiersModel};
use super::super::offers::{Effect, MoneyIn, Share, Takes};
use super::super::rules::TierWindow;
use super::super::{Level, RULES_MAX, Reward, TierBasis, Tiers, UseReward, Window, Worth};
use super::{Compiler, Known, quoted};
use crate::kernel::{Fraction, Money, Points, WalletNumber};

impl Compiler {
    pub(super) fn tiers(&mut self, model: &TiersModel, known: &Known<'_>) -> Option<Tiers> {
        let (wallet, decimals) = self.tier_basis(model, known)?;
        let window = match (model.window, model.months) {
            (TierWindow::Months, Some(months)) => {
                let months = self.whole("tiers.months", months, 1, 120)?;
                Window::Months(u32::try_from(months).ok()?)
            }
            (TierWindow::Months, None) => {
                self.problem("tiers.months", "missing", "a number of months", "nothing");
                return None;
            }
            (other, months) => {
                let beside = "a window other than `months`";
                self.unused("tiers.months", months.is_some(), beside);
                match other {
                    TierWindow::CalendarYear => Window::CalendarYear,
                    _ => Window::Lifetime,
                }
            }
        };
        let levels = self.levels(model, decimals)?;
        Some(Tiers {
            basis: model.basis,
            wallet,
            window,
            levels,
        })
    }

    /// Whose points count, and how many decimals the thresholds have.
    fn tier_basis(
        &mut self,
        model: &TiersModel,
        known: &Known<'_>,
    ) -> Option<(Option<WalletNumber>, u32)> {
        let Some(id) = &model.wallet else {
            if model.basis == TierBasis::Earned {
                let expected = "the id of a wallet, with basis `earned`";
                self.problem("tiers.wallet", "missing", expected, "nothing");
                return None;
            }
            let is_money = model.basis == TierBasis::Spend;
            return Some((None, if is_money { known.money_decimals } else { 0 }));
        };
        let beside = "a basis other than `earned`";
        self.unused("tiers.wallet", model.basis != TierBasis::Earned, beside);
        if !known.ids.contains(&id.as_str()) {
            self.unknown_wallet("tiers.wallet", id);
        }
        let wallet = known.wallet(id)?;
        Some((Some(wallet.number), wallet.decimals))
    }

    fn levels(&mut self, model: &TiersModel, decimals: u32) -> Option<Vec<Level>> {
        if model.levels.is_empty() || model.levels.len() > 50 {
            let found = model.levels.len().to_string();
            self.problem("tiers.levels", "count", "1 to 50 tiers", found);
            return None;
        }
        let mut ids = BTreeSet::new();
        let mut levels: Vec<Level> = Vec::with_capacity(model.levels.len());
        let before = self.problems.len();
        for (index, model) in model.levels.iter().enumerate() {
            let path = format!("tiers.levels[{index}]");
            self.once(&path, ids.insert(model.id.as_str()), &model.id);
            self.id(&format!("{path}.id"), &model.id);
            let name = self.name_or_id(&path, &model.name, &model.id);
            let from_path = format!("{path}.from");
            let from = self.units_from(&from_path, &model.from, decimals, 0);
            let factor = match &model.factor {
                None => Some(Fraction::ONE),
                Some(text) => self.rate_above_zero(&format!("{path}.factor"), text, 0),
            };
            let (Some(name), Some(from), Some(factor)) = (name, from, factor) else {
                continue;
            };
            let is_in_order = match levels.last() {
                None => index > 0 || from == 0,
                Some(last) => from > last.from,
            };
            if !is_in_order {
                let expected = "\"0\" for the lowest tier and more for each one above it";
                self.problem(from_path, "out_of_order", expected, quoted(&model.from));
            }
            levels.push(Level {
                id: model.id.clone(),
                name,
                from,
                factor,
            });
        }
        (self.problems.len() == before).then_some(levels)
    }

    pub(super) fn rewards(&mut self, models: &[RewardModel], known: &Known<'_>) -> Vec<Reward> {
        if !self.count("rewards", models.len(), RULES_MAX) {
            return Vec::new();
        }
        let mut ids = BTreeSet::new();
        let mut rewards = Vec::with_capacity(models.len());
        for (index, model) in models.iter().enumerate() {
            let path = format!("rewards[{index}]");
            self.once(&path, ids.insert(model.id.as_str()), &model.id);
            rewards.extend(self.reward(&path, model, known));
        }
        rewards
    }

    fn reward(&mut self, path: &str, model: &RewardModel, known: &Known<'_>) -> Option<Reward> {
        self.id(&format!("{path}.id"), &model.id);
        let name = self.name_or_id(path, &model.name, &model.id);
        if !known.ids.contains(&model.wallet.as_str()) {
            self.unknown_wallet(&format!("{path}.wallet"), &model.wallet);
        }
        let wallet = known.wallet(&model.wallet);
        let decimals = wallet.map_or(4, |wallet| wallet.decimals);
        let points = self.units_from(&format!("{path}.points"), &model.points, decimals, 1);
        let worth = WorthModel {
            money: model.money.as_deref(),
            percent: model.percent.as_deref(),
            cheapest: model.cheapest.as_ref(),
            gift: model.gift.as_ref(),
            voucher: model.voucher.as_deref(),
            lines: model.lines.as_ref(),
            most: model.most.as_ref(),
        };
        let worth = self.worth(path, &worth, known);
        let is_whole = model.money.is_some() && model.lines.is_none();
        let is_repeatable = is_whole || model.cheapest.is_some();
        let often = self.how_often(
            path,
            (model.most_per_sale, model.most_per_day),
            is_repeatable,
            model.used,
        );
        let when = self.when_before_spending(path, model.when.as_ref(), known);
        let (most_per_sale, most_per_day) = often?;
        Some(Reward {
            id: model.id.clone(),
            name: name?,
            is_voucher: false,
            wallet: wallet?.number,
            points: Points::new(points?),
            worth: worth?,
            used: model.used,
            most_per_sale,
            most_per_day,
            when: when?,
        })
    }

    /// How often in a sale and on a day. Only what takes the same money off each time, or the next
    /// pieces, is had more than once in a sale, and only by itself.
    pub(super) fn how_often(
        &mut self,
        path: &str,
        (per_sale, per_day): (Option<i64>, Option<i64>),
        is_repeatable: bool,
        used: UseReward,
    ) -> Option<(u32, Option<u32>)> {
        let mut most = |key: &str, value: Option<i64>| match value {
            None => Some(None),
            Some(value) => {
                let value = self.whole(&format!("{path}.{key}"), value, 1, 1_000);
                value.and_then(|value| u32::try_from(value).ok()).map(Some)
            }
        };
        let most_per_sale = most("most_per_sale", per_sale);
        let most_per_day = most("most_per_day", per_day);
        let per_sale_path = format!("{path}.most_per_sale");
        if !is_repeatable {
            let beside = "anything but `cheapest` and `money` off the whole bill";
            self.unused(&per_sale_path, per_sale.is_some(), beside);
        }
        if used == UseReward::OnRequest {
            self.unused(&per_sale_path, per_sale.is_some(), "`on_request`");
        }
        Some((most_per_sale?.unwrap_or(1), most_per_day?))
    }

    pub(super) fn worth(
        &mut self,
        path: &str,
        model: &WorthModel<'_>,
        known: &Known<'_>,
    ) -> Option<Worth> {
        let given = [
            model.money.is_some(),
            model.percent.is_some(),
            model.cheapest.is_some(),
            model.gift.is_some(),
            model.voucher.is_some(),
        ];
        let given = given.into_iter().filter(|is_given| *is_given).count();
        if given != 1 {
            let expected = "one of `money`, `percent`, `cheapest`, `gift` and `voucher`";
            self.problem(path, "one_of", expected, given.to_string());
            return None;
        }
        let (has_lines, has_most) = (model.lines.is_some(), model.most.is_some());
        if model.gift.is_some() || model.voucher.is_some() {
            let beside = "`gift` and `voucher`";
            self.unused(&format!("{path}.lines"), has_lines, beside);
            self.unused(&format!("{path}.most"), has_most, beside);
        }
        if model.money.is_some() {
            self.unused(&format!("{path}.most"), has_most, "`money`");
        }
        if let Some(voucher) = model.voucher {
            let path = format!("{path}.voucher");
            return self
                .voucher_number(&path, voucher, known)
                .map(Worth::Voucher);
        }
        let takes = if let Some(money) = model.money {
            let path = format!("{path}.money");
            let money = Money::new(self.units_from(&path, money, known.money_decimals, 1)?);
            if !has_lines {
                return Some(Worth::Money(money));
            }
            Takes::Amount(money)
        } else if let Some(percent) = model.percent {
            let part = self.share(&format!("{path}.percent"), percent)?;
            let percent = percent.to_owned();
            if !has_lines && !has_most {
                return Some(Worth::Share(part, percent));
            }
            Takes::Percent(Share { part, percent })
        } else if let Some(cheapest) = model.cheapest {
            self.cheapest(path, cheapest)?
        } else {
            self.gift(path, model.gift?, known)?
        };
        let lines = self.optional_selector(&format!("{path}.lines"), model.lines, known);
        let most = self.optional_money(&format!("{path}.most"), model.most, known);
        Some(Worth::Effect(Effect {
            lines: lines?,
            takes,
            most: most?,
            most_times: None,
            money_in: MoneyIn::Price,
        }))
    }
}

/// What a reward or a voucher is worth, as it is written.
pub(super) struct WorthModel<'a> {
    pub money: Option<&'a str>,
    pub percent: Option<&'a str>,
    pub cheapest: Option<&'a CheapestModel>,
    pub gift: Option<&'a GiftModel>,
    pub voucher: Option<&'a str>,
    pub lines: Option<&'a SelectorModel>,
    pub most: Option<&'a String>,
}
