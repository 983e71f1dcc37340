//! What is written soundly and can still never do anything: conditions that contradict themselves or
//! the programme's days, points that are dead before they can be spent, prices beyond every balance.
//!
//! What can never hold is refused. What is legal and yet surely a mistake is a warning.

use std::fmt;

use super::super::model::{
    CapsModel, Document, ExpiryModel, SelectorModel, TimesModel, VoucherModel, WalletModel,
    WhenModel,
};
use super::super::{
    Caps, Challenge, Draw, EarnRule, Expiry, Problem, Referral, Reward, Wallet, decimal,
};
use super::narrow::{Clash, Narrow};
use super::{Compiler, quoted};
use crate::kernel::{BusinessDate, Points, WalletNumber, order};

/// What the parts of the document compiled to, as far as they did.
pub(super) struct Compiled<'a> {
    /// In the order of their numbers.
    pub wallets: &'a [Wallet],
    pub earn: &'a [EarnRule],
    pub rewards: &'a [Reward],
    pub challenges: &'a [Challenge],
    pub draws: &'a [Draw],
    pub referral: Option<&'a Referral>,
    /// The programme's first and last good day.
    pub days: (Option<BusinessDate>, Option<BusinessDate>),
    pub money_decimals: u32,
}

/// A condition, or a selection of lines.
trait Parts<'a>: Sized + 'a {
    fn all(&'a self) -> &'a [Self];
    fn any(&'a self) -> &'a [Self];
    fn take_in(&'a self, narrow: &mut Narrow<'a>, path: &str) -> Result<(), Clash>;
}

impl<'a> Parts<'a> for WhenModel {
    fn all(&'a self) -> &'a [Self] {
        &self.all
    }

    fn any(&'a self) -> &'a [Self] {
        &self.any
    }

    fn take_in(&'a self, narrow: &mut Narrow<'a>, path: &str) -> Result<(), Clash> {
        narrow.when(path, self)
    }
}

impl<'a> Parts<'a> for SelectorModel {
    fn all(&'a self) -> &'a [Self] {
        &self.all
    }

    fn any(&'a self) -> &'a [Self] {
        &self.any
    }

    fn take_in(&'a self, narrow: &mut Narrow<'a>, path: &str) -> Result<(), Clash> {
        narrow.line(path, self)
    }
}

impl Compiler {
    /// Everything that can never do anything in a document whose parts are sound.
    pub(super) fn traps(&mut self, document: &Document, compiled: &Compiled<'_>) {
        let before = self.problems.len();
        self.dead_points(document, compiled);
        self.conditions(document, compiled);
        self.selections(document, compiled);
        self.dear_rewards(document, compiled);
        self.caps_that_never_bite(document);
        self.times_that_never_bite(document);
        self.groups_of_nothing(document);
        // What is wrong already is told once.
        let traps = self.problems.split_off(before);
        let is_new = |trap: &Problem| {
            let mut told = self.problems.iter();
            !told.any(|told| told.path.starts_with(&trap.path) || trap.path.starts_with(&told.path))
        };
        let traps: Vec<Problem> = traps.into_iter().filter(is_new).collect();
        self.problems.extend(traps);
    }

    /// Whatever has a condition, within the days of the programme.
    fn conditions(&mut self, document: &Document, compiled: &Compiled<'_>) {
        let (from, until) = compiled.days;
        let days = Narrow::between(from, until, compiled.money_decimals);
        for (index, rule) in document.earn.iter().enumerate() {
            let path = format_args!("earn[{index}]");
            let when = rule.when.as_deref();
            let left = self.condition(format_args!("{path}.when"), when, &days);
            // A factor only counts where its rule does.
            let Some(left) = left else { continue };
            if left.is_of_nobody() {
                let expected = "something that holds for a member, who alone has points";
                self.warning(format!("{path}.when"), "unreachable", expected, "nobody");
            }
            for (index, factor) in rule.factors.iter().enumerate() {
                let path = format_args!("{path}.factors[{index}].when");
                self.condition(path, factor.when.as_deref(), &left);
            }
        }
        let offers = document.offers.iter().map(|offer| offer.when.as_deref());
        let rewards = document.rewards.iter().map(|reward| reward.when.as_deref());
        let vouchers = document
            .vouchers
            .iter()
            .map(|voucher| voucher.when.as_deref());
        self.each_condition("offers", offers, &days);
        let days = days.of_members();
        self.each_condition("rewards", rewards, &days);
        let challenges = document.challenges.iter().map(|goal| goal.when.as_ref());
        self.each_condition("vouchers", vouchers, &days);
        self.each_condition("challenges", challenges, &days);
        let draws = document.draws.iter().map(|draw| draw.when.as_ref());
        self.each_condition("draws", draws, &days);
        let wallets = document.wallets.iter().enumerate();
        for (index, wallet) in wallets {
            let when = wallet
                .redeem
                .as_ref()
                .and_then(|redeem| redeem.when.as_deref());
            self.condition(format_args!("wallets[{index}].redeem.when"), when, &days);
        }
    }

    fn each_condition<'a>(
        &mut self,
        list: &str,
        conditions: impl Iterator<Item = Option<&'a WhenModel>>,
        days: &Narrow<'a>,
    ) {
        for (index, when) in conditions.enumerate() {
            self.condition(format_args!("{list}[{index}].when"), when, days);
        }
    }

    /// What a condition leaves; nothing if it can never hold.
    fn condition<'a>(
        &mut self,
        path: impl fmt::Display,
        when: Option<&'a WhenModel>,
        days: &Narrow<'a>,
    ) -> Option<Narrow<'a>> {
        let mut left = days.clone();
        let Some(when) = when else { return Some(left) };
        let before = self.problems.len();
        let path = path.to_string();
        self.lines_of(&path, when, &days.without());
        self.holds(&path, when, &mut left);
        let can_hold = self.problems.len() == before;
        self.never_at_till(&path, when);
        can_hold.then_some(left)
    }

    /// What asks who the member is, which no till is told.
    fn never_at_till(&mut self, path: &str, when: &WhenModel) {
        for (key, is_asked) in [
            ("birthday", when.birthday.is_some()),
            ("member_tags", !when.member_tags.is_empty()),
            ("plans", !when.plans.is_empty()),
            ("attributes", !when.attributes.is_empty()),
        ] {
            if is_asked {
                let expected = "what a till knows; there this never holds";
                self.warning(format!("{path}.{key}"), "never_at_till", expected, key);
            }
        }
        for (key, parts) in [("all", &when.all), ("any", &when.any)] {
            for (index, part) in parts.iter().enumerate() {
                self.never_at_till(&format!("{path}.{key}[{index}]"), part);
            }
        }
        if let Some(part) = &when.not {
            self.never_at_till(&format!("{path}.not"), part);
        }
    }

    fn selections(&mut self, document: &Document, compiled: &Compiled<'_>) {
        let all = Narrow::between(None, None, compiled.money_decimals);
        let rules = document.earn.iter().map(|rule| rule.lines.as_deref());
        let offers = document.offers.iter().map(|offer| offer.lines.as_deref());
        let rewards = document
            .rewards
            .iter()
            .map(|reward| reward.lines.as_deref());
        let vouchers = document.vouchers.iter();
        let vouchers = vouchers.map(|voucher: &VoucherModel| voucher.lines.as_deref());
        let mut each =
            |list: &str, selections: &mut dyn Iterator<Item = Option<&SelectorModel>>| {
                for (index, lines) in selections.enumerate() {
                    if let Some(lines) = lines {
                        self.contradicts_itself(format_args!("{list}[{index}].lines"), lines, &all);
                    }
                }
            };
        each("earn", &mut rules.into_iter());
        each("offers", &mut offers.into_iter());
        each("rewards", &mut rewards.into_iter());
        let challenges = document.challenges.iter().map(|goal| goal.lines.as_ref());
        each("vouchers", &mut vouchers.into_iter());
        each("challenges", &mut challenges.into_iter());
    }

    /// Selections of lines inside a condition.
    fn lines_of<'a>(&mut self, path: &str, when: &'a WhenModel, all: &Narrow<'a>) {
        let total = when.total.as_ref().and_then(|total| total.lines.as_deref());
        let items = when.items.as_ref().and_then(|items| items.lines.as_deref());
        for (key, lines) in [
            ("total.lines", total),
            ("items.lines", items),
            ("has_line", when.has_line.as_deref()),
        ] {
            if let Some(lines) = lines {
                self.contradicts_itself(format_args!("{path}.{key}"), lines, all);
            }
        }
    }

    /// One that has no parts has nothing that it could contradict.
    fn contradicts_itself<'a>(
        &mut self,
        path: impl fmt::Display,
        lines: &'a SelectorModel,
        all: &Narrow<'a>,
    ) {
        if !(lines.all.is_empty() && lines.any.is_empty()) {
            self.holds(&path.to_string(), lines, &mut all.clone());
        }
    }

    /// Tells what of a condition or selection can never hold within what is left, and takes it in.
    fn holds<'a, M: Parts<'a>>(&mut self, path: &str, model: &'a M, left: &mut Narrow<'a>) {
        let mut choices = Vec::new();
        if let Err(clash) = together(path, model, left, &mut choices) {
            return self.never(clash);
        }
        for (path, choices) in choices {
            let mut clashes = Vec::new();
            for (index, choice) in choices.iter().enumerate() {
                let mut compiler = Self::default();
                compiler.holds(&format!("{path}[{index}]"), choice, &mut left.clone());
                clashes.push(compiler.problems);
            }
            let is_dead = |problems: &Vec<Problem>| problems.iter().any(|p| p.is_error());
            let is_over = clashes.iter().all(is_dead);
            for mut problem in clashes.into_iter().flatten() {
                // One that can never hold beside others that can is a mistake that does no harm.
                if !is_over {
                    problem = problem.into_warning();
                }
                self.problems.push(problem);
            }
        }
    }

    fn never(&mut self, clash: Clash) {
        let Clash { path, left, found } = clash;
        let expected = format!("something that can hold beside the rest, which leaves {left}");
        self.problem(path, "unreachable", expected, found);
    }

    /// Points that are dead on the day from which they could be spent.
    fn dead_points(&mut self, document: &Document, compiled: &Compiled<'_>) {
        for (index, wallet) in document.wallets.iter().enumerate() {
            let path = format!("wallets[{index}].expiry");
            if let Some(expiry) = &wallet.expiry {
                self.dead_before_spent(&path, expiry, wallet.pending_days);
                if document.earn.iter().any(|rule| rule.wallet == wallet.id) {
                    self.dead_from_the_start(&path, expiry, wallet.pending_days, compiled);
                }
            }
        }
        for (index, voucher) in document.vouchers.iter().enumerate() {
            if let Some(expiry) = &voucher.expiry {
                let path = format!("vouchers[{index}].expiry");
                self.dead_before_spent(&path, expiry, voucher.pending_days);
            }
        }
    }

    fn dead_before_spent(&mut self, path: &str, expiry: &ExpiryModel, pending_days: i64) {
        let idle_months = expiry.inactive.as_ref().and_then(|idle| idle.months);
        let (key, found, (shortest, longest)) = match expiry {
            ExpiryModel {
                months: Some(months),
                ..
            } => ("months", *months, months_long(*months)),
            ExpiryModel {
                end_of_month_after_months: Some(months),
                ..
            } => {
                // From the last day of a month at worst, from the first one at best.
                let (shortest, longest) = (months_long(*months).0 + 1, months_long(months + 1).1);
                ("end_of_month_after_months", *months, (shortest, longest))
            }
            ExpiryModel {
                membership_anniversary: Some(years),
                ..
            } => {
                let longest = 366 * years;
                ("membership_anniversary", *years, (longest, longest))
            }
            ExpiryModel {
                last_day_each_year: Some(_),
                ..
            } => ("last_day_each_year", 1, (366, 366)),
            _ => match idle_months {
                Some(months) => ("inactive.months", months, months_long(months)),
                None => return,
            },
        };
        let path = format!("{path}.{key}");
        if longest <= pending_days {
            self.problem(
                path,
                "out_of_order",
                "more than `pending_days`",
                found.to_string(),
            );
        } else if shortest <= pending_days {
            let expected = format!("more than `pending_days`, always: it can be {shortest} days");
            self.warning(path, "out_of_order", expected, found.to_string());
        }
    }

    /// All points of rules end on a day before the programme's first sale has any to spend.
    fn dead_from_the_start(
        &mut self,
        path: &str,
        expiry: &ExpiryModel,
        pending_days: i64,
        compiled: &Compiled<'_>,
    ) {
        let last = expiry
            .last_day
            .and_then(|day| BusinessDate::from_yyyymmdd(day).ok());
        let pending_days = u32::try_from(pending_days).unwrap_or(u32::MAX);
        let first = compiled
            .days
            .0
            .and_then(|first| first.plus_days(pending_days));
        if let (Some(last), Some(first)) = (last, first)
            && last < first
        {
            let expected = format!(
                "{} or later, from which on the first points can be spent",
                first.yyyymmdd()
            );
            let path = format!("{path}.last_day");
            self.problem(path, "out_of_order", expected, last.yyyymmdd().to_string());
        }
    }

    /// Rewards, and points as money, for more points than rules can ever have given at once. Points
    /// by hand may still get there, so these are warnings.
    fn dear_rewards(&mut self, document: &Document, compiled: &Compiled<'_>) {
        for (index, model) in document.rewards.iter().enumerate() {
            let reward = compiled.rewards.iter().find(|reward| reward.id == model.id);
            let Some(reward) = reward else { continue };
            let path = format!("rewards[{index}].points");
            self.within_reach(path, reward.wallet, reward.points, &model.points, compiled);
        }
        for (index, model) in document.wallets.iter().enumerate() {
            let wallet = compiled.wallets.iter().find(|wallet| wallet.id == model.id);
            let terms = wallet.and_then(|wallet| Some((wallet.number, wallet.redeem.as_ref()?)));
            let (Some((number, terms)), Some(redeem)) = (terms, &model.redeem) else {
                continue;
            };
            for (key, points, text) in [
                ("least", terms.least, &redeem.least),
                ("step", terms.step, &redeem.step),
            ] {
                if let Some(text) = text {
                    let path = format!("wallets[{index}].redeem.{key}");
                    self.within_reach(path, number, points, text, compiled);
                }
            }
        }
    }

    fn within_reach(
        &mut self,
        path: String,
        wallet: WalletNumber,
        points: Points,
        text: &str,
        compiled: &Compiled<'_>,
    ) {
        let Some(wallet) = compiled.wallets.iter().find(|known| known.number == wallet) else {
            return;
        };
        // What challenges, draws and friends give is under no cap.
        let mut goals = compiled.challenges.iter();
        let mut draws = compiled.draws.iter();
        let is_given = |referral: &Referral| referral.gives_into(wallet.number);
        if goals.any(|goal| goal.gives_into(wallet.number))
            || draws.any(|draw| draw.gives_into(wallet.number))
            || compiled.referral.is_some_and(is_given)
        {
            return;
        }
        let Some(most) = most_at_once(wallet, compiled.earn) else {
            return;
        };
        if i128::from(points.get()) <= most {
            return;
        }
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let most = decimal::shown(most, wallet.decimals);
        let expected = format!("at most {most}, which is all that caps and expiry ever leave");
        self.warning(path, "out_of_reach", expected, quoted(text));
    }

    /// A cap over a longer time that is lower than one over a shorter.
    fn caps_that_never_bite(&mut self, document: &Document) {
        for (index, wallet) in document.wallets.iter().enumerate() {
            let caps = wallet.caps.as_ref();
            self.cap_order(format_args!("wallets[{index}].caps"), caps, wallet);
        }
        for (index, rule) in document.earn.iter().enumerate() {
            let wallet = document
                .wallets
                .iter()
                .find(|known| known.id == rule.wallet);
            if let Some(wallet) = wallet {
                self.cap_order(
                    format_args!("earn[{index}].caps"),
                    rule.caps.as_ref(),
                    wallet,
                );
            }
        }
    }

    fn cap_order(
        &mut self,
        path: impl fmt::Display,
        caps: Option<&CapsModel>,
        wallet: &WalletModel,
    ) {
        let Some(caps) = caps else { return };
        let decimals = u32::try_from(wallet.decimals).unwrap_or(0);
        let units = |text: &Option<String>| decimal::units(text.as_deref()?, decimals).ok();
        let all = [
            ("month", units(&caps.month)),
            ("day", units(&caps.day)),
            ("sale", units(&caps.sale)),
        ];
        self.never_bite(&path.to_string(), &all, decimals);
    }

    /// Times in a longer window that are fewer than those in a shorter.
    fn times_that_never_bite(&mut self, document: &Document) {
        let rules = document.earn.iter().map(|rule| rule.times.as_ref());
        self.times_order("earn", &mut rules.into_iter());
        let offers = document.offers.iter().map(|offer| offer.times.as_ref());
        self.times_order("offers", &mut offers.into_iter());
        let draws = document.draws.iter().map(|draw| draw.times.as_ref());
        self.times_order("draws", &mut draws.into_iter());
        if let Some(referral) = &document.referral {
            self.times_bite("referral", referral.times.as_ref());
        }
    }

    fn times_order(&mut self, list: &str, all: &mut dyn Iterator<Item = Option<&TimesModel>>) {
        for (index, times) in all.enumerate() {
            self.times_bite(&format!("{list}[{index}]"), times);
        }
    }

    fn times_bite(&mut self, path: &str, times: Option<&TimesModel>) {
        let Some(times) = times else { return };
        let all = [
            ("ever", times.ever),
            ("year", times.year),
            ("month", times.month),
            ("day", times.day),
        ];
        self.never_bite(&format!("{path}.times"), &all, 0);
    }

    /// Of limits, the one over the longest time first, those that another before them never lets be met.
    fn never_bite(&mut self, path: &str, all: &[(&str, Option<i64>)], decimals: u32) {
        let mut wider: Option<(&str, i64)> = None;
        for (key, most) in all {
            let Some(limit) = *most else { continue };
            if let Some((name, most)) = wider.filter(|(_, most)| *most < limit) {
                let most = decimal::shown(most, decimals);
                let expected = format!("no more than `{name}`, {most}");
                let found = decimal::shown(limit, decimals);
                self.warning(format!("{path}.{key}"), "out_of_order", expected, found);
            } else {
                wider = Some((key, limit));
            }
        }
    }

    fn groups_of_nothing(&mut self, document: &Document) {
        let rules = document
            .earn
            .iter()
            .filter_map(|rule| rule.group.as_deref());
        let offers = document
            .offers
            .iter()
            .filter_map(|offer| offer.group.as_deref());
        let named = order::set(rules.chain(offers));
        for (index, group) in document.groups.iter().enumerate() {
            if !named.contains(group.id.as_str()) {
                let path = format!("groups[{index}].id");
                let expected = "the group of a rule or an offer";
                self.warning(path, "not_used", expected, quoted(&group.id));
            }
        }
    }
}

/// Takes in everything that must hold at once, and collects the choices in between.
fn together<'a, M: Parts<'a>>(
    path: &str,
    model: &'a M,
    left: &mut Narrow<'a>,
    choices: &mut Vec<(String, &'a [M])>,
) -> Result<(), Clash> {
    model.take_in(left, path)?;
    if !model.any().is_empty() {
        choices.push((format!("{path}.any"), model.any()));
    }
    for (index, part) in model.all().iter().enumerate() {
        together(&format!("{path}.all[{index}]"), part, left, choices)?;
    }
    Ok(())
}

/// How many days so many months are at least and at most.
fn months_long(months: i64) -> (i64, i64) {
    let months = u32::try_from(months).unwrap_or(0);
    // Four years have every order of months with and without a 29 February.
    let starts =
        (2021..2025).flat_map(|year| (1..=12).map(move |month| year * 10_000 + month * 100 + 1));
    let spans = starts.filter_map(|first| {
        let first = BusinessDate::from_yyyymmdd(first).ok()?;
        let end = first.plus_months(months)?;
        Some(i64::from(end.days_since_1970() - first.days_since_1970()))
    });
    spans.fold((i64::MAX, 0), |(least, most), span| {
        (least.min(span), most.max(span))
    })
}

/// The most points that rules can have put into a wallet and that are not dead yet; nothing if there is
/// no end to it.
fn most_at_once(wallet: &Wallet, earn: &[EarnRule]) -> Option<i128> {
    let living_days = match wallet.expiry {
        Expiry::Days(days) => i64::from(days),
        Expiry::Months(months) => months_long(i64::from(months)).1,
        Expiry::EndOfMonth(months) => months_long(i64::from(months) + 1).1,
        Expiry::EachYear(..) => 366,
        Expiry::Anniversary(years) => 366 * i64::from(years),
        Expiry::Never | Expiry::On(_) | Expiry::Inactive(_) => return None,
    };
    let mut rules = earn
        .iter()
        .filter(|rule| rule.wallet == wallet.number)
        .peekable();
    // Without a rule they come by hand, or from an earlier version.
    rules.peek()?;
    let of_rules = rules
        .map(|rule| most_of(&rule.caps, living_days))
        .sum::<Option<i128>>();
    match (most_of(&wallet.caps, living_days), of_rules) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The most that caps let through in so many days.
fn most_of(caps: &Caps, days: i64) -> Option<i128> {
    // The first and the last day, and the months they lie in, count in full.
    let by_day = caps
        .day
        .map(|cap| i128::from(cap.get()) * i128::from(days + 1));
    let by_month = caps
        .month
        .map(|cap| i128::from(cap.get()) * i128::from(days / 28 + 2));
    match (by_day, by_month) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
