//! Rules that award.

use std::collections::BTreeSet;
use std::fmt;

use super::super::model::{BandModel, EarnModel, FactorModel, GroupModel};
use super::super::value::stated;
use super::super::{
    Band, BandGives, Caps, EarnRule, Factor, Gives, Group, Percent, RULES_MAX, RoundAt, Take,
    Tenders, TierFactor, Wallet, WalletKind, When,
};
use super::{Compiler, Known, quoted};
use crate::kernel::order;
use crate::kernel::{Fraction, Money};

/// A tier multiplies points. Stored value and vouchers are as many as the rule says: who sells a gift
/// card for 500.000 to a member of a high tier does not put 550.000 on it by leaving a key out.
fn tier_factor_into(wallet: &Wallet) -> TierFactor {
    match wallet.kind {
        WalletKind::Money(_) | WalletKind::Vouchers | WalletKind::Badge => TierFactor::Ignored,
        WalletKind::Points => TierFactor::Applies,
    }
}

impl Compiler {
    pub(super) fn groups(&mut self, models: &[GroupModel]) -> Vec<Group> {
        if !self.count("groups", models.len(), RULES_MAX) {
            return Vec::new();
        }
        let mut ids = BTreeSet::new();
        for (index, model) in models.iter().enumerate() {
            let path = format!("groups[{index}]");
            self.once(&path, ids.insert(model.id.as_str()), &model.id);
            self.id(format_args!("{path}.id"), &model.id);
        }
        let group = |model: &GroupModel| Group {
            id: model.id.clone(),
            take: model.take,
        };
        let mut groups: Vec<Group> = models.iter().map(group).collect();
        order::sort_by(&mut groups, |a, b| a.id.cmp(&b.id));
        groups
    }

    pub(super) fn earn(
        &mut self,
        models: &[EarnModel],
        groups: &[Group],
        known: &Known<'_>,
    ) -> Vec<EarnRule> {
        if !self.count("earn", models.len(), RULES_MAX) {
            return Vec::new();
        }
        let mut ids = BTreeSet::new();
        let mut rules: Vec<EarnRule> = Vec::with_capacity(models.len());
        for (index, model) in models.iter().enumerate() {
            let path = format!("earn[{index}]");
            self.once(&path, ids.insert(model.id.as_str()), &model.id);
            let Some(rule) = self.earn_rule(&path, model, groups, known) else {
                continue;
            };
            let of_group = |other: &&EarnRule| rule.group.is_some() && other.group == rule.group;
            let is_best = rule
                .group
                .is_some_and(|group| matches!(groups[group].take, Take::Best | Take::Exclusive));
            if is_best
                && rules
                    .iter()
                    .find(of_group)
                    .is_some_and(|other| other.wallet != rule.wallet)
            {
                self.problem(
                    format!("{path}.wallet"),
                    "conflict",
                    "one wallet for all rules of a group of which the best is taken",
                    quoted(&model.wallet),
                );
            }
            rules.push(rule);
        }
        order::sort_by(&mut rules, |a, b| {
            (a.priority, &a.id).cmp(&(b.priority, &b.id))
        });
        rules
    }

    fn earn_rule(
        &mut self,
        path: &str,
        model: &EarnModel,
        groups: &[Group],
        known: &Known<'_>,
    ) -> Option<EarnRule> {
        self.id(format_args!("{path}.id"), &model.id);
        let name = self.name_or_id(path, &model.name, &model.id);
        if !known.ids.contains(&model.wallet.as_str()) {
            self.unknown_wallet(&format!("{path}.wallet"), &model.wallet);
        }
        let wallet = known.wallet(&model.wallet);
        let priority = self.whole(
            format_args!("{path}.priority"),
            model.priority,
            -1_000,
            1_000,
        );
        let group = self.group(format_args!("{path}.group"), &model.group, groups);
        let when = self.optional_when(format_args!("{path}.when"), model.when.as_deref(), known);
        let lines =
            self.optional_selector(format_args!("{path}.lines"), model.lines.as_deref(), known);
        let gives = self.gives(path, model, wallet, known);
        let tenders = self.tenders(path, model);
        let factors = self.factors(path, &model.factors, known);
        if model.event.is_some() {
            self.refuse_sale_conditions(&format!("{path}.when"), when.iter().flatten().next());
            for factor in factors.iter().flatten() {
                let place = model.factors.iter().position(|of| of.id == factor.id);
                let path = format!("{path}.factors[{}].when", place.unwrap_or_default());
                self.refuse_sale_conditions(&path, factor.when.as_ref());
            }
        }
        let times = self.times_of_rule(path, model);
        let quota = self.often(path, (None, model.quota.as_ref()));
        let is_event = model.event.is_some();
        self.unused(
            format_args!("{path}.quota"),
            is_event && model.quota.is_some(),
            "`event`",
        );
        let caps = match &model.caps {
            None => Some(Caps::default()),
            Some(caps) => {
                let decimals = wallet.map_or(4, |wallet| wallet.decimals);
                self.caps(&format!("{path}.caps"), caps, decimals)
            }
        };
        self.check_rounding(path, model);
        let wallet = wallet?;
        let (when, factors) = (when?, factors?);
        let of_factors = factors.iter().filter_map(|factor| factor.when.as_ref());
        let asks_for_tenders = when
            .iter()
            .chain(of_factors)
            .any(|when| when.has(&|leaf| matches!(leaf, When::Tenders(_))));
        let gives = gives?;
        Some(EarnRule {
            stated: stated(&gives, wallet.number),
            id: model.id.clone(),
            name: name?,
            wallet: wallet.number,
            priority: i32::try_from(priority?).ok()?,
            group: group?,
            when,
            lines: lines?,
            gives,
            base: model.base.unwrap_or_default(),
            tenders: tenders?,
            factors,
            combine: model.combine.unwrap_or_default(),
            tier_factor: model.tier_factor.unwrap_or(tier_factor_into(wallet)),
            rounding: model.rounding.unwrap_or(wallet.rounding),
            round_at: model.round_at,
            caps: caps?,
            times: times?,
            quota: quota?.1,
            qualifies: model.qualifies.unwrap_or(true),
            asks_for_tenders,
        })
    }

    pub(super) fn unknown_wallet(&mut self, path: &str, id: &str) {
        let expected = "the id of a wallet of this document";
        self.problem(path, "unknown_reference", expected, quoted(id));
    }

    pub(super) fn group(
        &mut self,
        path: impl fmt::Display,
        id: &Option<String>,
        groups: &[Group],
    ) -> Option<Option<usize>> {
        let Some(id) = id else { return Some(None) };
        let place = groups.iter().position(|group| group.id == *id);
        if place.is_none() {
            let expected = "the id of a group of this document";
            self.problem(path.to_string(), "unknown_reference", expected, quoted(id));
        }
        place.map(Some)
    }

    fn gives(
        &mut self,
        path: &str,
        model: &EarnModel,
        wallet: Option<&Wallet>,
        known: &Known<'_>,
    ) -> Option<Gives> {
        let given = [
            model.amount.is_some(),
            model.percent.is_some(),
            !model.bands.is_empty(),
            model.per_unit.is_some(),
            model.per_visit.is_some(),
            model.fixed.is_some(),
            model.event.is_some(),
        ];
        let given = given.into_iter().filter(|is_given| *is_given).count();
        if given != 1 {
            let expected = "exactly one of `amount`, `percent`, `bands`, `per_unit`, `per_visit`, `fixed`, `event`";
            self.problem(path, "one_of", expected, given.to_string());
            return None;
        }
        let decimals = wallet.map_or(0, |wallet| wallet.decimals);
        if let Some(amount) = &model.amount {
            let path = format!("{path}.amount");
            let per_path = format_args!("{path}.per");
            let per = self.units_from(per_path, &amount.per, known.money_decimals, 1);
            let points_path = format_args!("{path}.points");
            let points = self.rate_above_zero(points_path, &amount.points, decimals);
            return Some(Gives::Amount {
                per: Money::new(per?),
                points: points?,
                mode: amount.mode,
            });
        }
        if let Some(percent) = &model.percent {
            let path = format!("{path}.percent");
            let found = self.percent(&path, &percent.percent, &percent.value, decimals, known);
            return found.map(Gives::Percent);
        }
        if !model.bands.is_empty() {
            return self.bands(path, &model.bands, decimals, known);
        }
        let (key, kind, points): (_, fn(Fraction) -> Gives, _) =
            match (&model.per_unit, &model.per_visit, &model.fixed) {
                (Some(points), _, _) => ("per_unit", Gives::Unit, Some(points)),
                (_, Some(points), _) => ("per_visit", Gives::Visit, Some(points)),
                (_, _, Some(points)) => ("fixed", Gives::Fixed, Some(points)),
                (None, None, None) => ("event", Gives::Fixed, None),
            };
        self.unused(format_args!("{path}.base"), model.base.is_some(), key);
        for (name, methods) in [
            ("exclude_tenders", &model.exclude_tenders),
            ("only_tenders", &model.only_tenders),
        ] {
            self.unused(format_args!("{path}.{name}"), !methods.is_empty(), key);
        }
        if key != "per_unit" {
            self.unused(format_args!("{path}.lines"), model.lines.is_some(), key);
            let is_by_line = model.round_at == RoundAt::Line;
            self.unused(format_args!("{path}.round_at"), is_by_line, key);
        }
        let Some(points) = points else {
            return self.event(path, model, decimals);
        };
        let rate = self.rate_above_zero(
            format_args!("{path}.{key}.points"),
            &points.points,
            decimals,
        );
        rate.map(kind)
    }

    fn percent(
        &mut self,
        path: &str,
        percent: &str,
        value: &str,
        decimals: u32,
        known: &Known<'_>,
    ) -> Option<Percent> {
        let rate = self.rate_above_zero(format_args!("{path}.percent"), percent, 0);
        let value = self.units_from(format_args!("{path}.value"), value, known.money_decimals, 1);
        let scale = Fraction::new(10i128.pow(decimals), 100)?;
        Some(Percent {
            percent: percent.to_owned(),
            value: Money::new(value?),
            points: rate?.checked_mul(scale)?,
        })
    }

    fn bands(
        &mut self,
        path: &str,
        models: &[BandModel],
        decimals: u32,
        known: &Known<'_>,
    ) -> Option<Gives> {
        let bands_path = format!("{path}.bands");
        if !self.count(&bands_path, models.len(), 1_000) {
            return None;
        }
        let mut bands: Vec<Band> = Vec::with_capacity(models.len());
        let mut is_sound = true;
        for (index, model) in models.iter().enumerate() {
            let path = format!("{bands_path}[{index}]");
            let Some(band) = self.band(&path, model, decimals, known) else {
                is_sound = false;
                continue;
            };
            if let Some(before) = bands.last().filter(|_| is_sound) {
                is_sound &= self.follows(&path, before, &band, model);
            }
            bands.push(band);
        }
        is_sound.then_some(Gives::Bands(bands))
    }

    /// A band begins where the one before it ends.
    fn follows(&mut self, path: &str, before: &Band, band: &Band, model: &BandModel) -> bool {
        let path = format!("{path}.from");
        let found = quoted(&model.from);
        match before.below {
            None => {
                let expected = "no band behind one without `below`";
                self.problem(path, "overlap", expected, found);
                false
            }
            Some(below) if band.from < below => {
                let expected = "the `below` of the band before it, or more";
                self.problem(path, "overlap", expected, found);
                false
            }
            Some(below) if band.from > below => {
                let expected =
                    "the `below` of the band before it; a gap is written as points \"0\"";
                self.problem(path, "gap", expected, found);
                false
            }
            Some(_) => true,
        }
    }

    fn band(
        &mut self,
        path: &str,
        model: &BandModel,
        decimals: u32,
        known: &Known<'_>,
    ) -> Option<Band> {
        let money_decimals = known.money_decimals;
        let from = self.units_from(format_args!("{path}.from"), &model.from, money_decimals, 0);
        let below_path = format!("{path}.below");
        let below = match &model.below {
            None => None,
            Some(text) => Some(self.units_from(&below_path, text, money_decimals, 1)?),
        };
        let from = from?;
        if below.is_some_and(|below| below <= from) {
            self.problem(
                below_path,
                "out_of_order",
                "more than `from`",
                "no more than it",
            );
            return None;
        }
        let gives = match (&model.points, &model.percent, &model.value) {
            (Some(points), None, None) => {
                let points =
                    self.rate_from_zero(format_args!("{path}.points"), points, decimals)?;
                BandGives::Points(points)
            }
            (None, Some(percent), Some(value)) => {
                BandGives::Percent(self.percent(path, percent, value, decimals, known)?)
            }
            _ => {
                let expected = "`points`, or `percent` with `value`";
                self.problem(path, "one_of", expected, "something else");
                return None;
            }
        };
        Some(Band {
            from: Money::new(from),
            below: below.map(Money::new),
            gives,
        })
    }

    fn tenders(&mut self, path: &str, model: &EarnModel) -> Option<Tenders> {
        let except: BTreeSet<String> = order::set(model.exclude_tenders.iter().cloned());
        let only: BTreeSet<String> = order::set(model.only_tenders.iter().cloned());
        match (except.is_empty(), only.is_empty()) {
            (true, true) => Some(Tenders::All),
            (false, true) => Some(Tenders::Except(except)),
            (true, false) => Some(Tenders::Only(only)),
            (false, false) => {
                self.unused(
                    format_args!("{path}.only_tenders"),
                    true,
                    "`exclude_tenders`",
                );
                None
            }
        }
    }

    fn factors(
        &mut self,
        path: &str,
        models: &[FactorModel],
        known: &Known<'_>,
    ) -> Option<Vec<Factor>> {
        if !self.count(format_args!("{path}.factors"), models.len(), 100) {
            return None;
        }
        let mut ids = BTreeSet::new();
        let mut factors = Vec::with_capacity(models.len());
        for (index, model) in models.iter().enumerate() {
            let path = format!("{path}.factors[{index}]");
            self.once(&path, ids.insert(model.id.as_str()), &model.id);
            self.id(format_args!("{path}.id"), &model.id);
            let name = self.name_or_id(&path, &model.name, &model.id);
            let factor = self.rate_above_zero(format_args!("{path}.factor"), &model.factor, 0);
            let when =
                self.optional_when(format_args!("{path}.when"), model.when.as_deref(), known);
            factors.push(Factor {
                id: model.id.clone(),
                name: name?,
                factor: factor?,
                when: when?,
            });
        }
        order::sort_by(&mut factors, |a, b| a.id.cmp(&b.id));
        Some(factors)
    }

    fn check_rounding(&mut self, path: &str, model: &EarnModel) {
        if model.round_at != RoundAt::Sale {
            return;
        }
        let beside = "`round_at` \"sale\"";
        self.unused(
            format_args!("{path}.rounding"),
            model.rounding.is_some(),
            beside,
        );
        self.unused(format_args!("{path}.group"), model.group.is_some(), beside);
    }
}
