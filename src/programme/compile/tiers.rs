//! Tiers and rewards.

use std::collections::BTreeSet;

use super::super::model::{
    CheapestModel, EntryModel, GiftModel, LevelModel, RewardModel, SelectorModel, TermModel,
    TiersModel,
};
use super::super::offers::{Effect, MoneyIn, Share, Takes};
use super::super::{
    Downgrade, Entry, EntryRewards, Level, RULES_MAX, Reward, Term, TierBasis, TierWindow, Tiers,
    UseReward, Window, Worth, YearStart,
};
use super::{Compiler, Known, quoted};
use crate::kernel::{Fraction, Money, Points, WalletNumber};

impl Compiler {
    pub(super) fn tiers(&mut self, model: &TiersModel, known: &Known<'_>) -> Option<Tiers> {
        let basis = self.tier_basis(model, known);
        let lines = self.optional_selector("tiers.lines", model.lines.as_deref(), known);
        if model.basis == TierBasis::Fee {
            if model.lines.is_none() {
                let expected = "the lines that sell the tiers, with basis `fee`";
                self.problem("tiers.lines", "missing", expected, "nothing");
            }
        } else {
            let beside = "a basis other than `fee`";
            self.unused("tiers.lines", model.lines.is_some(), beside);
        }
        let window = self.tier_window(model);
        let term = self.term(model);
        self.keys_of_a_term(model);
        let levels = self.levels(model, basis.map_or(4, |(_, decimals)| decimals), known);
        Some(Tiers {
            basis: model.basis,
            wallet: basis?.0,
            lines: lines?,
            window: window?,
            term: term?,
            downgrade: model.downgrade,
            tier_for_sale: model.tier_for_sale,
            entry_rewards: model.entry_rewards,
            levels: levels?,
        })
    }

    /// Whose points count, and how many decimals the thresholds have.
    fn tier_basis(
        &mut self,
        model: &TiersModel,
        known: &Known<'_>,
    ) -> Option<(Option<WalletNumber>, u32)> {
        let has_wallet = matches!(model.basis, TierBasis::Earned | TierBasis::Balance);
        let Some(id) = &model.wallet else {
            if has_wallet {
                let expected = "the id of a wallet, with basis `earned` and `balance`";
                self.problem("tiers.wallet", "missing", expected, "nothing");
                return None;
            }
            let is_money = model.basis != TierBasis::Visits;
            return Some((None, if is_money { known.money_decimals } else { 0 }));
        };
        let beside = "a basis other than `earned` and `balance`";
        self.unused("tiers.wallet", !has_wallet, beside);
        if !known.ids.contains(&id.as_str()) {
            self.unknown_wallet("tiers.wallet", id);
        }
        let wallet = known.wallet(id)?;
        Some((Some(wallet.number), wallet.decimals))
    }

    fn tier_window(&mut self, model: &TiersModel) -> Option<Window> {
        let beside = "a window other than `months`";
        let is_months = model.window == TierWindow::Months;
        self.unused("tiers.months", model.months.is_some() && !is_months, beside);
        let beside = "a window other than `year_from_day`";
        let is_from_day = model.window == TierWindow::YearFromDay;
        let is_idle = model.first_day.is_some() && !is_from_day;
        self.unused("tiers.first_day", is_idle, beside);
        let is_idle = model.basis == TierBasis::Balance && model.window != TierWindow::Lifetime;
        self.unused("tiers.window", is_idle, "basis `balance`");
        match model.window {
            TierWindow::Lifetime => Some(Window::Lifetime),
            TierWindow::CalendarYear => Some(Window::Year(YearStart::Day(1, 1))),
            TierWindow::MembershipYear => Some(Window::Year(YearStart::Joining)),
            TierWindow::YearFromDay => {
                let Some(day) = &model.first_day else {
                    let expected = "a month and a day";
                    self.problem("tiers.first_day", "missing", expected, "nothing");
                    return None;
                };
                let (month, day) = self.day_of_year("tiers.first_day", day)?;
                Some(Window::Year(YearStart::Day(month, day)))
            }
            TierWindow::Months => {
                let Some(months) = model.months else {
                    self.problem("tiers.months", "missing", "a number of months", "nothing");
                    return None;
                };
                let months = self.whole("tiers.months", months, 1, 120)?;
                Some(Window::Months(u32::try_from(months).ok()?))
            }
        }
    }

    fn term(&mut self, model: &TiersModel) -> Option<Term> {
        let Some(term) = &model.term else {
            return Some(Term::Window);
        };
        let is_months = model.window == TierWindow::Months;
        let is_year = !is_months && model.window != TierWindow::Lifetime;
        match term {
            TermModel {
                more_years: Some(years),
                months: None,
            } => {
                let path = "tiers.term.more_years";
                self.unused(path, !is_year, "a window that is no year");
                let years = self.whole(path, *years, 0, 10)?;
                Some(Term::Years(u32::try_from(years).ok()?))
            }
            TermModel {
                more_years: None,
                months: Some(months),
            } => {
                let path = "tiers.term.months";
                self.unused(path, !is_months, "a window other than `months`");
                let months = self.whole(path, *months, 1, 120)?;
                Some(Term::Months(u32::try_from(months).ok()?))
            }
            _ => {
                let expected = "`more_years` or `months`";
                self.problem("tiers.term", "one_of", expected, "both or neither");
                None
            }
        }
    }

    /// What would do nothing without a term, or without anything to reach.
    fn keys_of_a_term(&mut self, model: &TiersModel) {
        let has_term = model.term.is_some();
        if model.downgrade == Downgrade::OneLevel && !has_term {
            let expected = "how long a tier is kept, with `one_level`";
            self.problem("tiers.term", "missing", expected, "nothing");
        }
        for (index, level) in model.levels.iter().enumerate() {
            let path = format!("tiers.levels[{index}]");
            let beside = if has_term {
                "the lowest tier, which everybody has"
            } else {
                "no `term`"
            };
            let is_idle = level.keep.is_some() && (!has_term || index == 0);
            self.unused(format_args!("{path}.keep"), is_idle, beside);
            let is_lowest = level.entry.is_some() && index == 0;
            let path = format!("{path}.entry");
            self.unused(&path, is_lowest, "the lowest tier, which nobody rises to");
            let is_balance = level.entry.is_some() && model.basis == TierBasis::Balance;
            self.unused(&path, is_balance, "basis `balance`");
        }
        let has_entry = model.levels.iter().any(|level| level.entry.is_some());
        let is_idle = model.entry_rewards == EntryRewards::EachRise && !has_entry;
        self.unused("tiers.entry_rewards", is_idle, "no `entry` of a tier");
    }

    fn levels(
        &mut self,
        model: &TiersModel,
        decimals: u32,
        known: &Known<'_>,
    ) -> Option<Vec<Level>> {
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
            let Some(level) = self.level(&path, model, decimals, known) else {
                continue;
            };
            let is_in_order = match levels.last() {
                None => index > 0 || level.from == 0,
                Some(last) => level.from > last.from,
            };
            if !is_in_order {
                let expected = "\"0\" for the lowest tier and more for each one above it";
                let path = format!("{path}.from");
                self.problem(path, "out_of_order", expected, quoted(&model.from));
            }
            levels.push(level);
        }
        (self.problems.len() == before).then_some(levels)
    }

    fn level(
        &mut self,
        path: &str,
        model: &LevelModel,
        decimals: u32,
        known: &Known<'_>,
    ) -> Option<Level> {
        self.id(format_args!("{path}.id"), &model.id);
        let name = self.name_or_id(path, &model.name, &model.id);
        let from = self.units_from(format_args!("{path}.from"), &model.from, decimals, 0);
        let keep = match &model.keep {
            None => from,
            Some(text) => {
                let path = format!("{path}.keep");
                let keep = self.units_from(&path, text, decimals, 0);
                if keep > from && from.is_some() {
                    let expected = "no more than `from`";
                    self.problem(path, "out_of_order", expected, quoted(text));
                }
                keep
            }
        };
        let factor = match &model.factor {
            None => Some(Fraction::ONE),
            Some(text) => self.rate_above_zero(format_args!("{path}.factor"), text, 0),
        };
        let entry = match &model.entry {
            None => Some(None),
            Some(entry) => self.entry(&format!("{path}.entry"), entry, known).map(Some),
        };
        Some(Level {
            id: model.id.clone(),
            name: name?,
            from: from?,
            keep: keep?,
            factor: factor?,
            entry: entry?,
        })
    }

    pub(super) fn entry(
        &mut self,
        path: &str,
        model: &EntryModel,
        known: &Known<'_>,
    ) -> Option<Entry> {
        if !known.ids.contains(&model.wallet.as_str()) {
            self.unknown_wallet(&format!("{path}.wallet"), &model.wallet);
        }
        let wallet = known.wallet(&model.wallet);
        let decimals = wallet.map_or(4, |wallet| wallet.decimals);
        let points = self.units_from(format_args!("{path}.points"), &model.points, decimals, 1);
        Some(Entry {
            wallet: wallet?.number,
            points: Points::new(points?),
        })
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
        self.id(format_args!("{path}.id"), &model.id);
        let name = self.name_or_id(path, &model.name, &model.id);
        if !known.ids.contains(&model.wallet.as_str()) {
            self.unknown_wallet(&format!("{path}.wallet"), &model.wallet);
        }
        let wallet = known.wallet(&model.wallet);
        let decimals = wallet.map_or(4, |wallet| wallet.decimals);
        let points = self.units_from(format_args!("{path}.points"), &model.points, decimals, 1);
        let worth = WorthModel {
            money: model.money.as_deref(),
            percent: model.percent.as_deref(),
            cheapest: model.cheapest.as_ref(),
            gift: model.gift.as_ref(),
            voucher: model.voucher.as_deref(),
            lines: model.lines.as_deref(),
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
        let when = self.when_before_spending(path, model.when.as_deref(), known);
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
                let value = self.whole(format_args!("{path}.{key}"), value, 1, 1_000);
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
            self.unused(format_args!("{path}.lines"), has_lines, beside);
            self.unused(format_args!("{path}.most"), has_most, beside);
        }
        if model.money.is_some() {
            self.unused(format_args!("{path}.most"), has_most, "`money`");
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
        let lines = self.optional_selector(format_args!("{path}.lines"), model.lines, known);
        let most = self.optional_money(format_args!("{path}.most"), model.most, known);
        Some(Worth::Effect(Box::new(Effect {
            lines: lines?,
            takes,
            most: most?,
            most_times: None,
            money_in: MoneyIn::Price,
        })))
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
