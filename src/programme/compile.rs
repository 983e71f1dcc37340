//! From the document as written to a programme that can be evaluated, or to all its problems.

use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

use super::decimal::{self, NoAmount, RATE_DECIMALS_MAX};
use super::model::{Document, EarnModel, NamesModel, RedeemModel, WalletModel};
use super::shape::read_object;
use super::{
    DOCUMENT_MAX, EarnRule, NESTING_MAX, Names, Problem, Programme, RULES_MAX, RedeemTerms, Unit,
    Wallet,
};
use crate::kernel::{BusinessDate, Currency, Fraction, Money, Points};

/// The most bytes of a name or a unit.
const NAME_MAX: usize = 200;
/// The most bytes of an id.
const ID_MAX: usize = 64;

/// Reads, checks and compiles one document.
///
/// Bounds: 8 MB, 16 levels of nesting, 5,000 rules, 250 wallets, amounts to 9e15 smallest units.
/// Where the form is wrong (no JSON, a key that is not known, a number where a text belongs) only
/// that one problem can be known; otherwise every problem is reported, in the order of the paths.
pub fn read(json: &[u8]) -> Result<Programme, Vec<Problem>> {
    let document: Document = read_object(json, DOCUMENT_MAX, NESTING_MAX).map_err(|shape| {
        vec![Problem::new(
            shape.path,
            shape.code,
            shape.expected,
            shape.found,
        )]
    })?;
    let mut compiler = Compiler::default();
    let programme = compiler.compile(&document, json);
    if !compiler.problems.is_empty() {
        return Err(compiler.problems);
    }
    Ok(programme.expect("a document without problems compiles"))
}

/// Collects problems; a part that has one compiles to nothing, and the rest is still checked.
#[derive(Default)]
struct Compiler {
    problems: Vec<Problem>,
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
        let wallets = self.wallets(&document.wallets, currency);
        let earn = self.earn(&document.earn, &document.wallets, &wallets, currency);
        Some(Programme {
            id: document.id.clone(),
            version: u32::try_from(version?).ok()?,
            hash: Sha256::digest(json).into(),
            document: json.to_vec(),
            name: name?,
            currency: currency?,
            valid_from,
            valid_until,
            wallets: sorted_by_number(wallets),
            earn,
        })
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
        self.id(&format!("{path}.id"), &model.id);
        let number = self.whole(&format!("{path}.number"), model.number, 1, 250);
        let name = self.names(&format!("{path}.name"), &model.name);
        let unit = self.unit(&format!("{path}.unit"), &model.unit);
        let decimals = self.whole(&format!("{path}.decimals"), model.decimals, 0, 4);
        let decimals = decimals.and_then(|decimals| u32::try_from(decimals).ok());
        let redeem = match &model.redeem {
            None => None,
            Some(redeem) => {
                Some(self.redeem(&format!("{path}.redeem"), redeem, decimals, currency)?)
            }
        };
        Some(Wallet {
            id: model.id.clone(),
            number: u8::try_from(number?).ok()?,
            name: name?,
            unit: unit?,
            decimals: decimals?,
            rounding: model.rounding,
            redeem,
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
        let value = self.rate_above_zero(&format!("{path}.value"), &model.value, money_decimals);
        let step_path = format!("{path}.step");
        let step = match &model.step {
            None => Some(10i64.pow(wallet_decimals)),
            Some(text) => self.units_from(&step_path, text, wallet_decimals, 1),
        };
        let least = match &model.least {
            None => step,
            Some(text) => self.units_from(&format!("{path}.least"), text, wallet_decimals, 0),
        };
        let most = match &model.most {
            None => None,
            Some(text) => {
                let most = self.units_from(&format!("{path}.most"), text, wallet_decimals, 1);
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

    fn earn(
        &mut self,
        models: &[EarnModel],
        wallet_models: &[WalletModel],
        wallets: &[Option<Wallet>],
        currency: Option<Currency>,
    ) -> Vec<EarnRule> {
        if models.len() > RULES_MAX {
            self.problem(
                "earn",
                "count",
                format!("at most {RULES_MAX} rules"),
                models.len().to_string(),
            );
            return Vec::new();
        }
        let mut ids = BTreeSet::new();
        let mut rules = Vec::with_capacity(models.len());
        for (index, model) in models.iter().enumerate() {
            let path = format!("earn[{index}]");
            if !ids.insert(model.id.as_str()) {
                self.problem(
                    format!("{path}.id"),
                    "duplicate",
                    "an id once",
                    quoted(&model.id),
                );
            }
            let place = wallet_models
                .iter()
                .position(|wallet| wallet.id == model.wallet);
            if place.is_none() {
                self.problem(
                    format!("{path}.wallet"),
                    "unknown_reference",
                    "the id of a wallet of this document",
                    quoted(&model.wallet),
                );
            }
            let wallet = place.and_then(|place| wallets[place].as_ref());
            rules.extend(self.earn_rule(&path, model, wallet, currency));
        }
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        rules
    }

    fn earn_rule(
        &mut self,
        path: &str,
        model: &EarnModel,
        wallet: Option<&Wallet>,
        currency: Option<Currency>,
    ) -> Option<EarnRule> {
        self.id(&format!("{path}.id"), &model.id);
        let name = match &model.name {
            None => Some(Names::everywhere(&model.id)),
            Some(name) => self.names(&format!("{path}.name"), name),
        };
        let money_decimals = currency.map_or(4, |currency| currency.decimals());
        let point_decimals = wallet.map_or(0, |wallet| wallet.decimals);
        let per = self.units_from(
            &format!("{path}.amount.per"),
            &model.amount.per,
            money_decimals,
            1,
        );
        let points = self.rate_above_zero(
            &format!("{path}.amount.points"),
            &model.amount.points,
            point_decimals,
        );
        let wallet = wallet?;
        Some(EarnRule {
            id: model.id.clone(),
            name: name?,
            wallet: wallet.number,
            per: Money::new(per?),
            points: points?,
            mode: model.amount.mode,
            rounding: model.rounding.unwrap_or(wallet.rounding),
        })
    }

    fn id(&mut self, path: &str, id: &str) {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        let is_id = (1..=ID_MAX).contains(&id.len())
            && id.bytes().all(is_plain)
            && id.as_bytes()[0].is_ascii_alphanumeric();
        if !is_id {
            self.problem(
                path,
                "wrong_form",
                "1 to 64 ASCII letters, digits, `_`, `.` and `-`, a letter or digit first",
                quoted(id),
            );
        }
    }

    fn whole(&mut self, path: &str, value: i64, least: i64, most: i64) -> Option<i64> {
        if (least..=most).contains(&value) {
            return Some(value);
        }
        self.problem(
            path,
            "out_of_range",
            format!("{least} to {most}"),
            value.to_string(),
        );
        None
    }

    fn date(&mut self, path: &str, number: Option<i64>) -> Option<BusinessDate> {
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

    fn names(&mut self, path: &str, model: &NamesModel) -> Option<Names> {
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

    fn unit(&mut self, path: &str, model: &NamesModel) -> Option<Unit> {
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

    fn units_from(&mut self, path: &str, text: &str, decimals: u32, least: i64) -> Option<i64> {
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
            self.problem(path, "out_of_range", expected, quoted(text));
            return None;
        }
        Some(units)
    }

    fn rate_above_zero(&mut self, path: &str, text: &str, decimals: u32) -> Option<Fraction> {
        match decimal::rate(text, decimals) {
            Ok(rate) if rate > Fraction::ZERO => Some(rate),
            Ok(_) => {
                self.problem(path, "out_of_range", "more than 0", quoted(text));
                None
            }
            Err(reason) => {
                self.no_amount(path, text, reason, RATE_DECIMALS_MAX);
                None
            }
        }
    }

    fn no_amount(&mut self, path: &str, text: &str, reason: NoAmount, decimals: u32) {
        let (code, expected) = match reason {
            NoAmount::Form => (
                "not_decimal",
                "an exact decimal such as \"10000\" or \"0.50\"".to_owned(),
            ),
            NoAmount::TooPrecise => ("too_many_decimals", format!("at most {decimals} decimals")),
            NoAmount::TooLarge => ("out_of_range", "at most 9e15 smallest units".to_owned()),
        };
        self.problem(path, code, expected, quoted(text));
    }
}

fn sorted_by_number(wallets: Vec<Option<Wallet>>) -> Vec<Wallet> {
    let mut wallets: Vec<Wallet> = wallets.into_iter().flatten().collect();
    wallets.sort_by_key(|wallet| wallet.number);
    wallets
}

/// What stands in the document, cut to a length that fits a line.
fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(60).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{cut:?}{more}")
}
