//! The sentence of an award, made when somebody asks for it: how it was worked out, each factor with its
//! name, and what is to be known besides.

use super::explain::Speaker;
use super::limits::{CapWindow, Cut};
use super::often::for_whom;
use super::{Phrase, Value};
use crate::kernel::{Activity, BusinessDate, Fraction, Idle, Rounding, WalletNumber};
use crate::programme::{
    AmountMode, BandGives, EarnRule, Expiry, Gives, Names, Programme, RoundAt, Wallet,
};
use crate::texts;

/// What the sentence of an award needs besides the values of its reason.
#[derive(Clone)]
pub(super) struct Worked {
    /// The rule, by its place among the programme's.
    pub rule: usize,
    pub has_member: bool,
    /// How often `per` fits, where parts do not count.
    pub steps: i64,
    /// Which band, by its place.
    pub band: Option<usize>,
    pub quantity_milli: i64,
    /// The factors of the rule that count, by their places.
    pub factors: Vec<usize>,
    /// The tier that multiplies, by its place among the levels.
    pub tier: Option<usize>,
    pub cut: Option<Cut>,
    pub notes: Notes,
}

/// What is said behind the sentence of a rule.
#[derive(Clone, Copy)]
pub(super) struct Notes {
    /// For more there would be more.
    pub has_more: bool,
    /// First business date on which the points can be spent, where that is not today.
    pub pending_until: Option<BusinessDate>,
    /// First business date on which they cannot be spent any more.
    pub expires_on: Option<BusinessDate>,
    pub is_joined_unknown: bool,
    /// The rule gives something.
    pub is_given: bool,
    pub is_provisional: bool,
    pub is_unsure: bool,
}

impl Worked {
    /// The sentence, and what is said behind it.
    pub fn phrases(&self, speaker: &Speaker<'_>) -> (Phrase, Vec<Phrase>) {
        let programme = speaker.programme();
        let rule = &programme.earn_rules()[self.rule];
        let wallet = programme
            .wallet_by_number(rule.wallet)
            .expect("a compiled rule names a wallet of its programme");
        let mut rounding = Value::Word(rounding_name(rule.rounding).1);
        let level = match rule.round_at {
            RoundAt::Rule => None,
            RoundAt::Line => Some("rounding.at_line"),
            RoundAt::Sale => Some("rounding.at_sale"),
        };
        if let Some(level) = level {
            rounding = Phrase::new(level).with("rounding", rounding).into();
        }
        let sentence = Phrase::new(if self.has_member {
            "earn.applied"
        } else {
            "earn.no_member"
        });
        let sentence = sentence
            .with("formula", self.formula(speaker, rule))
            .with("rounding", rounding);
        let capped = self
            .cut
            .map(|cut| Phrase::new("earn.capped").with("cap", cap_said(cut, wallet.number)));
        let notes = self.notes.clauses(wallet);
        (sentence, capped.into_iter().chain(notes).collect())
    }

    /// How it was worked out, each factor with its name.
    fn formula(&self, speaker: &Speaker<'_>, rule: &EarnRule) -> Phrase {
        let times = |formula: Phrase, factor: Fraction, name: &Names| {
            Phrase::new("formula.factor")
                .with("formula", formula)
                .with("factor", Value::Number(Box::new(factor)))
                .with("name", name.in_language(speaker.language).to_owned())
        };
        let mut formula = self.formula_without_factors(speaker, rule);
        for factor in &self.factors {
            let factor = &rule.factors[*factor];
            formula = times(formula, factor.factor, &factor.name);
        }
        match self.tier_of(speaker.programme()) {
            Some((factor, name)) => times(formula, factor, name),
            None => formula,
        }
    }

    fn tier_of<'p>(&self, programme: &'p Programme) -> Option<(Fraction, &'p Names)> {
        let level = programme.tiers()?.levels.get(self.tier?)?;
        Some((level.factor, &level.name))
    }

    /// The reason's values fill most places.
    fn formula_without_factors(&self, speaker: &Speaker<'_>, rule: &EarnRule) -> Phrase {
        match &rule.gives {
            Gives::Amount { mode, .. } => match mode {
                AmountMode::Proportional => Phrase::new("formula.amount"),
                AmountMode::WholeSteps => {
                    Phrase::new("formula.steps").with("steps", Value::Count(self.steps))
                }
            },
            Gives::Percent(_) => Phrase::new("formula.percent"),
            Gives::Bands(bands) => match self.band.and_then(|band| bands.get(band)) {
                None => Phrase::new("formula.bands"),
                Some(band) => {
                    let formula = Phrase::new("formula.band")
                        .with("range", speaker.money_range(Some(band.from), band.below));
                    match &band.gives {
                        BandGives::Points(_) => formula,
                        BandGives::Percent(_) => {
                            formula.with("rate", Phrase::new("formula.percent"))
                        }
                    }
                }
            },
            Gives::Unit(_) => {
                Phrase::new("formula.unit").with("count", Value::Quantity(self.quantity_milli))
            }
            Gives::Visit(_) => Phrase::new("formula.visit"),
            Gives::Fixed(_) => Phrase::new("formula.fixed"),
            Gives::Event(event, _) => {
                let event = texts::event_word(speaker.language, event);
                Phrase::new("formula.event").with("event", event)
            }
        }
    }
}

impl Notes {
    /// What is not known at this till and may change the points; of several, the last that is said.
    pub fn unknown(&self) -> Option<&'static str> {
        if self.is_unsure {
            return Some("history");
        }
        if self.is_provisional {
            return Some("payments");
        }
        self.is_joined_unknown.then_some("joined_on")
    }

    /// What is said behind the sentence, in this order.
    pub fn clauses(self, wallet: &Wallet) -> Vec<Phrase> {
        let mut clauses = Vec::new();
        if self.has_more {
            clauses.push(Phrase::new("earn.more"));
        }
        if let Some(from) = self.pending_until {
            clauses.push(Phrase::new("earn.pending").with("date", from));
        }
        if let Some(until) = self.expires_on {
            clauses.push(Phrase::new("earn.expires").with("date", until));
        }
        if self.is_joined_unknown {
            clauses.push(Phrase::new("earn.joined_unknown"));
        }
        if let (Expiry::Inactive(idle), true) = (wallet.expiry, self.is_given) {
            let is_sale = wallet.activities == [Activity::Sale];
            let (key, count) = match (idle, is_sale) {
                (Idle::Days(days), true) => ("earn.idle_days", days),
                (Idle::Days(days), false) => ("earn.quiet_days", days),
                (Idle::Months(months), true) => ("earn.idle_months", months),
                (Idle::Months(months), false) => ("earn.quiet_months", months),
            };
            clauses.push(Phrase::new(key).with("count", count.to_string()));
        }
        if self.is_provisional {
            clauses.push(Phrase::new("earn.provisional"));
        }
        if self.is_unsure {
            clauses.push(Phrase::new("earn.unsure"));
        }
        clauses
    }
}

/// What a cap allows.
pub(super) fn cap_said(cut: Cut, wallet: WalletNumber) -> Phrase {
    let key = match cut.window {
        CapWindow::Sale => "cap.sale",
        CapWindow::Day => "cap.day",
        CapWindow::Month => "cap.month",
    };
    let allowed = Phrase::new(key).with("cap", Value::Points(wallet, cut.cap));
    for_whom(allowed, cut.is_households)
}

/// A rounding for machines, and the key of its word.
pub(super) fn rounding_name(rounding: Rounding) -> (&'static str, &'static str) {
    match rounding {
        Rounding::Floor => ("floor", "rounding.floor"),
        Rounding::Ceiling => ("ceiling", "rounding.ceiling"),
        Rounding::HalfUp => ("half_up", "rounding.half_up"),
        Rounding::HalfEven => ("half_even", "rounding.half_even"),
        Rounding::TowardZero => ("toward_zero", "rounding.toward_zero"),
    }
}
