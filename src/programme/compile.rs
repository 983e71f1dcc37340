//! From the document as written to a programme that can be evaluated, or to all its problems.

mod basics;
mod challenges;
mod codes;
mod draws;
mod earn;
mod limits;
mod member;
mod member_code;
mod narrow;
mod offers;
mod referral;
mod tiers;
mod times;
mod traps;
mod vouchers;
mod when;

use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

use super::mend::mend;
use super::model::{
    CapsModel, DayOfYearModel, Document, ExpiryModel, InactiveModel, RedeemModel, RefundModel,
    WalletKindModel, WalletModel,
};
use super::shape::{ShapeError, read_object};
use super::{Caps, DOCUMENT_MAX, Expiry, NESTING_MAX, Parts, Problem, Programme, RedeemTerms};
use super::{Names, RefundPolicy, Selectors, TimesPer, Unit, Wallet, WalletKind, When};
use crate::kernel::order;
use crate::kernel::{BusinessDate, Currency, Fraction, Idle, Money, Points};
use traps::Compiled;

/// The most bytes of a name or a unit.
const NAME_MAX: usize = 200;
/// The most bytes of an id.
const ID_MAX: usize = 64;

/// Reads, checks and compiles one document.
///
/// Bounds: 8 MB, 16 levels of nesting, 5,000 rules, 250 wallets, amounts to 9e15 smallest units.
/// Every problem is told at once, those of the form first (a key that is not known, a number where a
/// text belongs), but for what hangs on a value that could not be read (docs/programme.md, Problems); a
/// text that is no JSON object has that one problem.
pub fn read(json: &[u8]) -> Result<Programme, Vec<Problem>> {
    let (programme, mut problems) = judge(json);
    problems.retain(Problem::is_error);
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(programme.expect("a document without problems compiles"))
}

/// Everything that is to be said about a document: the problems for which [`read`] refuses it, and
/// warnings of what is legal and surely a mistake.
pub fn check(json: &[u8]) -> Vec<Problem> {
    judge(json).1
}

fn judge(json: &[u8]) -> (Option<Programme>, Vec<Problem>) {
    match read_object(json, DOCUMENT_MAX, NESTING_MAX) {
        Ok(document) => {
            let mut compiler = Compiler::default();
            let programme = compiler.compile(&document, json);
            (programme, compiler.problems)
        }
        Err(shape) => (None, all_problems(json, shape)),
    }
}

/// The problems of a document whose form is wrong.
fn all_problems(json: &[u8], first: ShapeError) -> Vec<Problem> {
    if ["too_large", "not_utf8", "too_deep", "not_json"].contains(&first.code) {
        return vec![first.into()];
    }
    let mut mended = mend(json, first);
    if let Some(document) = mended.document.take() {
        let mut compiler = Compiler::default();
        compiler.compile(&document, json);
        let real = compiler.problems.into_iter();
        let real: Vec<Problem> = real.filter(|problem| mended.is_real(problem)).collect();
        mended.problems.extend(real);
    }
    mended.problems
}

/// Collects problems; a part that has one compiles to nothing, and the rest is still checked.
#[derive(Default)]
struct Compiler {
    problems: Vec<Problem>,
    selectors: Selectors,
}

impl Compiler {
    fn problem(
        &mut self,
        path: impl Into<String>,
        code: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        self.problems
            .push(Problem::new(path, code, expected, found));
    }

    fn warning(
        &mut self,
        path: impl Into<String>,
        code: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        let problem = Problem::new(path, code, expected, found);
        self.problems.push(problem.into_warning());
    }

    fn compile(&mut self, document: &Document, json: &[u8]) -> Option<Programme> {
        if document.schema != 1 {
            self.problem("schema", "not_known", "1", document.schema.to_string());
        }
        self.id("id", &document.id);
        let version = self.whole("version", document.version, 1, i64::from(u32::MAX));
        let name = self.names("name", &document.name);
        let currency = Currency::from_code(&document.currency);
        if currency.is_none() {
            self.problem(
                "currency",
                "not_known",
                "a code of ISO 4217, such as VND",
                quoted(&document.currency),
            );
        }
        let valid_from = self.date("valid_from", document.valid_from);
        let valid_until = self.date("valid_until", document.valid_until);
        if let (Some(first), Some(last)) = (valid_from, valid_until)
            && first > last
        {
            self.problem(
                "valid_until",
                "out_of_order",
                format!("{} or later, the first good day", first.yyyymmdd()),
                last.yyyymmdd().to_string(),
            );
        }
        let mut wallets = self.wallets(&document.wallets, currency);
        wallets.extend(self.voucher_wallets(document));
        let ids = document.wallets.iter().map(|wallet| wallet.id.as_str());
        let vouchers = document.vouchers.iter().map(|voucher| voucher.id.as_str());
        let store_groups = self.store_groups(&document.store_groups);
        let known = Known {
            store_groups: &store_groups,
            rules: document.earn.iter().map(|rule| rule.id.as_str()).collect(),
            wallets: &wallets,
            ids: ids.chain(vouchers).collect(),
            vouchers: document.wallets.len(),
            tiers: tier_ids(document),
            money_decimals: currency.map_or(4, |currency| currency.decimals()),
        };
        let tiers = document
            .tiers
            .as_ref()
            .and_then(|tiers| self.tiers(tiers, &known));
        let groups = self.groups(&document.groups);
        let earn = self.earn(&document.earn, &groups, &known);
        let offers = self.offers(&document.offers, &groups, &known);
        let mut rewards = self.rewards(&document.rewards, &known);
        rewards.extend(self.vouchers(&document.vouchers, &known));
        order::sort_by(&mut rewards, |a, b| a.id.cmp(&b.id));
        let days = (valid_from, valid_until);
        let challenges = self.challenges(&document.challenges, days, &known);
        let draws = self.draws(&document.draws, days, &known);
        let referral = document.referral.as_ref();
        let referral = referral.map(|model| self.referral(model, &known));
        self.names_once(document);
        let limits = self.limits(&document.limits, &known);
        let redeem_whens = self.redeem_whens(&document.wallets, &known);
        let claim_days = match &document.claims {
            None => Some(0),
            Some(claims) => self.whole("claims.within_days", claims.within_days, 0, 366),
        };
        let codes = document.codes.clone().unwrap_or_default();
        self.codes(&codes);
        let money_decimals = known.money_decimals;
        for (wallet, when) in wallets.iter_mut().zip(redeem_whens) {
            if let Some(terms) = wallet.as_mut().and_then(|wallet| wallet.redeem.as_mut()) {
                terms.when = when;
            }
        }
        let wallets = sorted_by_number(wallets);
        let compiled = Compiled {
            wallets: &wallets,
            earn: &earn,
            rewards: &rewards,
            challenges: &challenges,
            draws: &draws,
            referral: referral.iter().flatten().next(),
            days,
            money_decimals,
        };
        self.traps(document, &compiled);
        Some(Programme::from(Parts {
            id: document.id.clone(),
            version: u32::try_from(version?).ok()?,
            hash: Sha256::digest(json).into(),
            document: json.to_vec(),
            name: name?,
            currency: currency?,
            valid_from,
            valid_until,
            wallets,
            earn,
            groups,
            tiers,
            offers,
            rewards,
            limits,
            challenges,
            draws,
            referral: match referral {
                None => None,
                Some(referral) => Some(referral?),
            },
            claim_days: u32::try_from(claim_days?).ok()?,
            codes,
            selectors: std::mem::take(&mut self.selectors),
        }))
    }

    /// Carts name offers and rewards alike, and a group is one of rules or one of offers.
    fn names_once(&mut self, document: &Document) {
        let vouchers = document.vouchers.iter().map(|voucher| voucher.id.as_str());
        let rewards = document.rewards.iter().map(|reward| reward.id.as_str());
        let vouchers: BTreeSet<&str> = order::set(vouchers);
        for (index, reward) in document.rewards.iter().enumerate() {
            let path = format_args!("rewards[{index}]");
            self.once(path, !vouchers.contains(reward.id.as_str()), &reward.id);
        }
        let rewards: BTreeSet<&str> = order::set(rewards.chain(vouchers));
        let of_rules = document
            .earn
            .iter()
            .filter_map(|rule| rule.group.as_deref());
        let of_rules: BTreeSet<&str> = order::set(of_rules);
        for (index, offer) in document.offers.iter().enumerate() {
            let path = format_args!("offers[{index}]");
            self.once(path, !rewards.contains(offer.id.as_str()), &offer.id);
            if let Some(group) = offer.group.as_deref().filter(|id| of_rules.contains(id)) {
                let expected = "a group of offers, not one of rules that award";
                self.problem(format!("{path}.group"), "conflict", expected, quoted(group));
            }
        }
    }

    fn wallets(
        &mut self,
        models: &[WalletModel],
        currency: Option<Currency>,
    ) -> Vec<Option<Wallet>> {
        if models.is_empty() || models.len() > 250 {
            self.problem(
                "wallets",
                "count",
                "1 to 250 wallets",
                models.len().to_string(),
            );
        }
        let (mut ids, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        let mut wallets = Vec::with_capacity(models.len().min(250));
        for (index, model) in models.iter().enumerate() {
            let path = format!("wallets[{index}]");
            if !ids.insert(model.id.as_str()) {
                self.problem(
                    format!("{path}.id"),
                    "duplicate",
                    "an id once",
                    quoted(&model.id),
                );
            }
            if !numbers.insert(model.number) {
                self.problem(
                    format!("{path}.number"),
                    "duplicate",
                    "a number once",
                    model.number.to_string(),
                );
            }
            wallets.push(self.wallet(&path, model, currency));
        }
        wallets
    }

    fn wallet(
        &mut self,
        path: &str,
        model: &WalletModel,
        currency: Option<Currency>,
    ) -> Option<Wallet> {
        self.id(format_args!("{path}.id"), &model.id);
        let number = self.whole(format_args!("{path}.number"), model.number, 1, 250);
        let name = self.names(&format!("{path}.name"), &model.name);
        let kind = self.wallet_kind(path, model, currency);
        let unit = self.wallet_unit(path, model, currency);
        let decimals = match model.kind {
            WalletKindModel::Money => currency.map(|currency| currency.decimals()),
            _ => {
                let decimals = self.whole(format_args!("{path}.decimals"), model.decimals, 0, 4);
                decimals.and_then(|decimals| u32::try_from(decimals).ok())
            }
        };
        let expiry = match &model.expiry {
            None => Some(Expiry::Never),
            Some(expiry) => self.expiry(&format!("{path}.expiry"), expiry, model.pending_days),
        };
        let activities = self.activities(path, model.expiry.as_ref());
        let pending_path = format!("{path}.pending_days");
        let pending_days = self.whole(&pending_path, model.pending_days, 0, 3_650);
        let own_path = format!("{path}.spend_own_award");
        let is_late = model.spend_own_award && model.pending_days != 0;
        self.unused(&own_path, is_late, "`pending_days`");
        let caps = match &model.caps {
            None => Some(Caps::default()),
            Some(caps) => self.caps(&format!("{path}.caps"), caps, decimals.unwrap_or(4)),
        };
        let redeem = match (&model.redeem, model.kind) {
            (_, WalletKindModel::Money) => Some(RedeemTerms::of_money()),
            (None, _) | (_, WalletKindModel::Badge) => None,
            (Some(redeem), _) => {
                Some(self.redeem(&format!("{path}.redeem"), redeem, decimals, currency)?)
            }
        };
        let refund = match &model.refund {
            None => Some(RefundPolicy::default()),
            Some(refund) => self.refund(&format!("{path}.refund"), refund),
        };
        let code_above = self.code_above(path, model, decimals.unwrap_or(4));
        Some(Wallet {
            id: model.id.clone(),
            number: u8::try_from(number?).ok()?,
            kind: kind?,
            name: name?,
            unit: unit?,
            decimals: decimals?,
            rounding: model.rounding,
            expiry: expiry?,
            activities: activities?,
            pending_days: u32::try_from(pending_days?).ok()?,
            spends_own_award: model.spend_own_award,
            caps: caps?,
            redeem,
            refund: refund?,
            code_above: code_above?,
            without_code: model.without_code.unwrap_or_default(),
        })
    }

    fn wallet_kind(
        &mut self,
        path: &str,
        model: &WalletModel,
        currency: Option<Currency>,
    ) -> Option<WalletKind> {
        let is_money = model.kind == WalletKindModel::Money;
        let is_badge = model.kind == WalletKindModel::Badge;
        if model.kind != WalletKindModel::Points {
            let word = match model.kind {
                WalletKindModel::Money => "`money`",
                WalletKindModel::Badge => "`badge`",
                _ => "`stamps`",
            };
            self.unused(format_args!("{path}.decimals"), model.decimals != 0, word);
        }
        if let Some(expected) = model
            .kind
            .instead_of_redeem()
            .filter(|_| model.redeem.is_some())
        {
            self.problem(format!("{path}.redeem"), "not_used", expected, "a value");
        }
        if is_money {
            return currency.map(WalletKind::Money);
        }
        if is_badge {
            return Some(WalletKind::Badge);
        }
        Some(WalletKind::Points)
    }

    fn wallet_unit(
        &mut self,
        path: &str,
        model: &WalletModel,
        currency: Option<Currency>,
    ) -> Option<Unit> {
        let path = format!("{path}.unit");
        match (&model.unit, model.kind) {
            (unit, WalletKindModel::Money) => {
                self.unused(&path, unit.is_some(), "`money`");
                currency.map(|currency| Unit(Names::everywhere(currency.code())))
            }
            (unit, WalletKindModel::Badge) => {
                self.unused(&path, unit.is_some(), "`badge`");
                Some(challenges::badge_unit())
            }
            (Some(unit), _) => self.unit(&path, unit),
            (None, _) => {
                self.problem(
                    path,
                    "missing",
                    "the word behind a number of points",
                    "none",
                );
                None
            }
        }
    }

    /// When points of each wallet pay. Conditions name wallets, so that they come behind them.
    fn redeem_whens(&mut self, models: &[WalletModel], known: &Known<'_>) -> Vec<Option<When>> {
        let models = models.iter().enumerate();
        let whens = models.map(|(index, model)| {
            let path = format!("wallets[{index}].redeem");
            let when = model
                .redeem
                .as_ref()
                .and_then(|redeem| redeem.when.as_deref());
            self.when_before_spending(&path, when, known).flatten()
        });
        whens.collect()
    }

    fn refund(&mut self, path: &str, model: &RefundModel) -> Option<RefundPolicy> {
        let grace_days = self.whole(
            format_args!("{path}.grace_days"),
            model.grace_days,
            0,
            3_650,
        )?;
        Some(RefundPolicy {
            spent: model.spent,
            missing: model.missing,
            grace_days: u32::try_from(grace_days).ok()?,
            base: model.base,
            rules: model.rules,
        })
    }

    fn expiry(&mut self, path: &str, model: &ExpiryModel, pending_days: i64) -> Option<Expiry> {
        let given = [
            model.days.is_some(),
            model.months.is_some(),
            model.end_of_month_after_months.is_some(),
            model.last_day.is_some(),
            model.last_day_each_year.is_some(),
            model.membership_anniversary.is_some(),
            model.inactive.is_some(),
        ];
        let given = given.into_iter().filter(|is_given| *is_given).count();
        if given != 1 {
            self.problem(path, "one_of", "exactly one key", given.to_string());
            return None;
        }
        let small = |number: i64| u32::try_from(number).ok();
        if let Some(days) = model.days {
            let days = self.living_days(format!("{path}.days"), days, pending_days)?;
            return Some(Expiry::Days(days));
        }
        if let Some(years) = model.membership_anniversary {
            let path = format!("{path}.membership_anniversary");
            return small(self.whole(&path, years, 1, 100)?).map(Expiry::Anniversary);
        }
        if let Some(inactive) = &model.inactive {
            let idle = self.idle(&format!("{path}.inactive"), inactive, pending_days)?;
            return Some(Expiry::Inactive(idle));
        }
        if let Some(months) = model.months {
            let months = self.whole(format_args!("{path}.months"), months, 1, 1_200)?;
            return small(months).map(Expiry::Months);
        }
        if let Some(months) = model.end_of_month_after_months {
            let path = format!("{path}.end_of_month_after_months");
            return small(self.whole(&path, months, 0, 1_200)?).map(Expiry::EndOfMonth);
        }
        if let Some(day) = &model.last_day_each_year {
            let (month, day) = self.day_of_year(&format!("{path}.last_day_each_year"), day)?;
            return Some(Expiry::EachYear(month, day));
        }
        let last = self.date(&format!("{path}.last_day"), model.last_day)?;
        Some(last.plus_days(1).map_or(Expiry::Never, Expiry::On))
    }

    /// Month and day of a day that some year has.
    fn day_of_year(&mut self, path: &str, model: &DayOfYearModel) -> Option<(u32, u32)> {
        // 2024 has every day that any year has.
        let number = 20_240_000 + model.month.clamp(0, 99) * 100 + model.day.clamp(0, 99);
        if BusinessDate::from_yyyymmdd(number).is_err() {
            let found = format!("month {} day {}", model.month, model.day);
            self.problem(path, "no_date", "a day of the year", found);
            return None;
        }
        Some((
            u32::try_from(model.month).ok()?,
            u32::try_from(model.day).ok()?,
        ))
    }

    /// Days that end behind the pending ones.
    fn living_days(&mut self, path: String, days: i64, pending_days: i64) -> Option<u32> {
        let days = self.whole(&path, days, 1, 36_500)?;
        if days <= pending_days {
            let expected = "more than `pending_days`";
            self.problem(path, "out_of_order", expected, days.to_string());
            return None;
        }
        u32::try_from(days).ok()
    }

    fn idle(&mut self, path: &str, model: &InactiveModel, pending_days: i64) -> Option<Idle> {
        match (model.days, model.months) {
            (Some(days), None) => self
                .living_days(format!("{path}.days"), days, pending_days)
                .map(Idle::Days),
            (None, Some(months)) => {
                let months = self.whole(format_args!("{path}.months"), months, 1, 1_200)?;
                u32::try_from(months).ok().map(Idle::Months)
            }
            (days, _) => {
                let found = if days.is_some() { "2" } else { "0" };
                self.problem(path, "one_of", "exactly one of `days` and `months`", found);
                None
            }
        }
    }

    fn caps(&mut self, path: &str, model: &CapsModel, decimals: u32) -> Option<Caps> {
        if model.sale.is_none() && model.day.is_none() && model.month.is_none() {
            self.problem(path, "missing", "`sale`, `day` or `month`", "none");
        }
        let is_for_nothing = model.day.is_none() && model.month.is_none();
        let is_given = is_for_nothing && model.per == TimesPer::Household;
        self.unused(format_args!("{path}.per"), is_given, "`sale` alone");
        let mut cap = |key: &str, text: &Option<String>| match text {
            None => Some(None),
            Some(text) => {
                let units = self.units_from(format_args!("{path}.{key}"), text, decimals, 1);
                units.map(|units| Some(Points::new(units)))
            }
        };
        let (sale, day, month) = (
            cap("sale", &model.sale),
            cap("day", &model.day),
            cap("month", &model.month),
        );
        Some(Caps {
            per: model.per,
            sale: sale?,
            day: day?,
            month: month?,
        })
    }

    fn redeem(
        &mut self,
        path: &str,
        model: &RedeemModel,
        decimals: Option<u32>,
        currency: Option<Currency>,
    ) -> Option<RedeemTerms> {
        // Without the decimals nothing can be told about the digits; the form still can.
        let wallet_decimals = decimals.unwrap_or(4);
        let money_decimals = currency.map_or(4, |currency| currency.decimals());
        let value =
            self.rate_above_zero(format_args!("{path}.value"), &model.value, money_decimals);
        let step_path = format!("{path}.step");
        let step = match &model.step {
            None => Some(10i64.pow(wallet_decimals)),
            Some(text) => self.units_from(&step_path, text, wallet_decimals, 1),
        };
        let least = match &model.least {
            None => step,
            Some(text) => self.units_from(format_args!("{path}.least"), text, wallet_decimals, 0),
        };
        let most = match &model.most {
            None => None,
            Some(text) => {
                let most = self.units_from(format_args!("{path}.most"), text, wallet_decimals, 1);
                if let (Some(most), Some(least), Some(step)) = (most, least, step)
                    && most < least.max(step)
                {
                    self.problem(
                        format!("{path}.most"),
                        "out_of_order",
                        "no fewer points than `least` and one `step`",
                        quoted(text),
                    );
                }
                Some(most?)
            }
        };
        let percent = model.share_percent.as_deref().unwrap_or("100");
        let share = self.share(&format!("{path}.share_percent"), percent);
        let (value, step) = (value?, step?);
        // Only with both decimals known is the worth of a step known.
        let scale = Fraction::whole(10i64.pow(decimals?));
        currency?;
        let worth = Fraction::whole(step)
            .checked_mul(value)
            .and_then(|worth| worth.checked_div(scale))
            .filter(|worth| {
                worth.denominator() == 1
                    && *worth <= Fraction::whole(crate::kernel::amounts::AMOUNT_MAX)
            });
        let Some(worth) = worth else {
            self.problem(
                step_path,
                "step_not_whole",
                "a step worth a whole number of the currency's smallest unit, at most 9e15",
                format!(
                    "{} at {} a point",
                    model.step.as_deref().unwrap_or("1"),
                    model.value
                ),
            );
            return None;
        };
        Some(RedeemTerms {
            step: Points::new(step),
            step_value: Money::new(i64::try_from(worth.numerator()).ok()?),
            least: Points::new(least?),
            most: most.map(Points::new),
            share: share?,
            share_percent: percent.to_owned(),
            when: None,
        })
    }

    fn share(&mut self, path: &str, percent: &str) -> Option<Fraction> {
        let rate = self.rate_above_zero(path, percent, 0)?;
        if rate > Fraction::whole(100) {
            self.problem(
                path,
                "out_of_range",
                "more than 0 and at most 100",
                quoted(percent),
            );
            return None;
        }
        rate.checked_div(Fraction::whole(100))
    }
}

/// What parts of a document may name, and in which units they count.
struct Known<'a> {
    /// In the document's order; nothing where a wallet has a problem.
    wallets: &'a [Option<Wallet>],
    ids: Vec<&'a str>,
    /// From this place on they are vouchers.
    vouchers: usize,
    tiers: Vec<&'a str>,
    rules: BTreeSet<&'a str>,
    store_groups: &'a [(&'a str, BTreeSet<String>)],
    money_decimals: u32,
}

impl Known<'_> {
    /// The wallet of a voucher.
    fn voucher(&self, id: &str) -> Option<&Wallet> {
        let place = self
            .ids
            .iter()
            .skip(self.vouchers)
            .position(|known| *known == id)?;
        self.wallets.get(self.vouchers + place)?.as_ref()
    }

    fn wallet(&self, id: &str) -> Option<&Wallet> {
        let place = self.ids.iter().position(|known| *known == id)?;
        self.wallets.get(place)?.as_ref()
    }
}

fn tier_ids(document: &Document) -> Vec<&str> {
    let levels = document.tiers.iter().flat_map(|tiers| &tiers.levels);
    levels.map(|level| level.id.as_str()).collect()
}

fn sorted_by_number(wallets: Vec<Option<Wallet>>) -> Vec<Wallet> {
    let mut wallets: Vec<Wallet> = wallets.into_iter().flatten().collect();
    order::sort_by_key(&mut wallets, |wallet| wallet.number);
    wallets
}

/// What stands in the document, cut to a length that fits a line.
fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(60).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{cut:?}{more}")
}
