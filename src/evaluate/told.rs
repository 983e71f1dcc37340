//! Saying what a rule came to (docs/quote.md, "A reason").

use super::Named;
use super::Phrase;
use super::Value;
use super::because::because;
use super::explain::Speaker;
use super::facts::Facts;
use super::gives::more;
use super::limits::{CapWindow, Cut};
use super::often::{Enough, for_whom};
use super::reason::Reason;
use super::tally::{Refusal, Sold, Tally, Terms, event_of};
use super::values::Values;
use super::velocity;
use crate::kernel::{Activity, Fraction, Idle, Points, Rounding};
use crate::programme::{
    AmountMode, Band, BandGives, Expiry, Gives, Names, RoundAt, percent_stated,
};
use crate::texts;

/// Adds one reason for every rule about such a sale or event, in the programme's order. `tallies` are those of
/// the rules that are for this one.
pub(super) fn reasons(
    speaker: &Speaker<'_>,
    (terms, sold): (&Terms<'_>, &Sold<'_>),
    tallies: &[Tally<'_>],
    reasons: &mut Vec<Reason>,
) {
    let (programme, facts) = (speaker.programme(), sold.facts);
    let has_member = facts.member.is_some();
    let rules = programme.earn_rules().iter().enumerate();
    let rules = rules.filter(|(_, rule)| event_of(rule) == facts.event);
    reasons.reserve(programme.earn_rules().len());
    let mut for_this = tallies.iter().peekable();
    for (place, rule) in rules {
        let left_out;
        let tally = match for_this.next_if(|tally| tally.place == place) {
            Some(tally) => tally,
            None => {
                left_out = Tally::left_out(programme, (place, rule), (terms, sold));
                &left_out
            }
        };
        let told = Told {
            speaker,
            facts,
            tally,
            has_member,
        };
        reasons.push(told.reason(tallies));
    }
}

struct Told<'a> {
    speaker: &'a Speaker<'a>,
    facts: &'a Facts<'a>,
    tally: &'a Tally<'a>,
    has_member: bool,
}

impl Told<'_> {
    /// What came of it, and why. `all` are the tallies of all rules.
    fn reason(&self, all: &[Tally<'_>]) -> Reason {
        let (applied, key) = match self.tally.refusal {
            None => (self.has_member, self.key_of_award()),
            Some(refusal) => (false, key_of(refusal)),
        };
        let tally = self.tally;
        let mut reason = Reason::new(self.speaker, Named::Earn(tally.place), applied, key);
        self.add_counted(&mut reason.values);
        if let Some(band) = self.band() {
            match &band.gives {
                BandGives::Points(points) => {
                    let rate = Value::Rate(tally.wallet.number, Box::new(*points));
                    reason.values.insert("rate", rate);
                }
                BandGives::Percent(percent) => reason.values.extend(percent_stated(percent)),
            }
        }
        match tally.refusal {
            None => self.something(&mut reason),
            Some(refusal) => self.nothing(&mut reason, refusal, all),
        }
        self.with_more(&mut reason);
        self.with_notes(&mut reason);
        reason
    }

    /// What the rule states, with what counts.
    fn add_counted(&self, values: &mut Values) {
        let (rule, base, milli) = (self.tally.place, self.tally.base, self.tally.quantity_milli);
        match self.tally.rule.gives {
            Gives::Amount { .. } | Gives::Percent(_) | Gives::Bands(_) if !base.is_zero() => {
                values.add_counted(rule, "base", base.into());
            }
            Gives::Unit(_) if milli != 0 => {
                values.add_counted(rule, "quantity_milli", Value::Quantity(milli));
            }
            _ => values.add_stated(rule),
        }
    }

    /// The band that holds the money.
    fn band(&self) -> Option<&Band> {
        match &self.tally.rule.gives {
            Gives::Bands(bands) => self.tally.earned.band.map(|band| &bands[band]),
            _ => None,
        }
    }

    fn points(&self, points: Points) -> Value {
        Value::Points(self.tally.wallet.number, points)
    }

    fn nothing(&self, reason: &mut Reason, refusal: Refusal, all: &[Tally<'_>]) {
        match refusal {
            Refusal::NotMet | Refusal::Unknown => {
                let rule = self.tally.rule;
                let when = rule.when.as_ref().expect("a rule with a condition");
                let whose = Named::Earn(self.tally.place);
                because(self.speaker, self.facts, (&whose, when)).add_to(reason);
            }
            Refusal::Group(winner) => {
                let taken = Named::Earn(all[winner].place);
                reason.values.insert("taken", taken.clone());
                reason.give_cause(taken);
            }
            Refusal::Expired(date) => reason.give_cause(date),
            Refusal::Enough(enough) => {
                reason.values.extend(enough.values());
                reason.give_cause(enough.said());
            }
            Refusal::CappedOut => {
                if let Some(cut) = self.tally.cut {
                    reason.give_cause(self.cap_said(cut));
                }
            }
            Refusal::Limit(place) => {
                let limit = &self.speaker.programme().limits()[place];
                reason.values.insert("limit", Named::Limit(place));
                reason.give_cause(velocity::said(place, limit));
            }
            // What counts, whatever it is: of pieces and visits too.
            Refusal::NothingToPay | Refusal::NoBand | Refusal::TooLittle => {
                reason.fill("base", self.tally.base);
            }
            Refusal::NoLines | Refusal::SameVisit => {}
        }
        self.add_cap(reason);
    }

    fn something(&self, reason: &mut Reason) {
        let tally = self.tally;
        let (rounding_word, rounding_key) = rounding_name(tally.rule.rounding);
        let mut rounding = Value::Word(rounding_key);
        let level = match tally.rule.round_at {
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
            .with("formula", self.formula())
            .with("rounding", rounding);
        reason.say(sentence);
        let values = &mut reason.values;
        let exact = Value::Units(tally.wallet.number, Box::new(tally.earned.exact));
        values.insert("exact", exact);
        values.insert("points", self.points(tally.points));
        values.insert("rounding", rounding_word);
        if tally.factor != Fraction::ONE {
            values.insert("factor", Value::Number(Box::new(tally.factor)));
        }
        if let Some(cut) = tally.cut {
            reason.add(Phrase::new("earn.capped").with("cap", self.cap_said(cut)));
            self.add_cap(reason);
        }
    }

    fn key_of_award(&self) -> &'static str {
        match (&self.tally.rule.gives, self.has_member) {
            (Gives::Amount { mode, .. }, true) => match mode {
                AmountMode::Proportional => "earn.amount.applied",
                AmountMode::WholeSteps => "earn.amount.steps",
            },
            (Gives::Amount { mode, .. }, false) => match mode {
                AmountMode::Proportional => "earn.amount.no_member",
                AmountMode::WholeSteps => "earn.amount.steps_no_member",
            },
            (Gives::Percent(_), true) => "earn.percent.applied",
            (Gives::Percent(_), false) => "earn.percent.no_member",
            (Gives::Bands(_), true) => "earn.bands.applied",
            (Gives::Bands(_), false) => "earn.bands.no_member",
            (Gives::Unit(_), true) => "earn.unit.applied",
            (Gives::Unit(_), false) => "earn.unit.no_member",
            (Gives::Visit(_), true) => "earn.visit.applied",
            (Gives::Visit(_), false) => "earn.visit.no_member",
            (Gives::Fixed(_), true) => "earn.fixed.applied",
            (Gives::Fixed(_), false) => "earn.fixed.no_member",
            // An event is a member's.
            (Gives::Event(..), _) => "earn.event.applied",
        }
    }

    /// How it was worked out, each factor with its name.
    fn formula(&self) -> Phrase {
        let (tally, language) = (self.tally, self.speaker.language);
        let times = |formula: Phrase, factor: Fraction, name: &Names| {
            Phrase::new("formula.factor")
                .with("formula", formula)
                .with("factor", Value::Number(Box::new(factor)))
                .with("name", name.in_language(language).to_owned())
        };
        let mut formula = self.formula_without_factors();
        for factor in &tally.factors {
            formula = times(formula, factor.factor, &factor.name);
        }
        match self.facts.tier.filter(|_| tally.has_tier_factor) {
            Some(tier) => times(formula, tier.factor, &tier.name),
            None => formula,
        }
    }

    /// The reason's values fill most places.
    fn formula_without_factors(&self) -> Phrase {
        let (tally, speaker) = (self.tally, self.speaker);
        match &tally.rule.gives {
            Gives::Amount { mode, .. } => match mode {
                AmountMode::Proportional => Phrase::new("formula.amount"),
                AmountMode::WholeSteps => {
                    Phrase::new("formula.steps").with("steps", Value::Count(tally.earned.steps))
                }
            },
            Gives::Percent(_) => Phrase::new("formula.percent"),
            Gives::Bands(_) => match self.band() {
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
                Phrase::new("formula.unit").with("count", Value::Quantity(tally.quantity_milli))
            }
            Gives::Visit(_) => Phrase::new("formula.visit"),
            Gives::Fixed(_) => Phrase::new("formula.fixed"),
            Gives::Event(event, _) => {
                let event = texts::event_word(speaker.language, event);
                Phrase::new("formula.event").with("event", event)
            }
        }
    }

    fn cap_said(&self, cut: Cut) -> Phrase {
        let key = match cut.window {
            CapWindow::Sale => "cap.sale",
            CapWindow::Day => "cap.day",
            CapWindow::Month => "cap.month",
        };
        let allowed = Phrase::new(key).with("cap", self.points(cut.cap));
        for_whom(allowed, cut.is_households)
    }

    fn add_cap(&self, reason: &mut Reason) {
        let Some(cut) = self.tally.cut else { return };
        let word = match (cut.is_wallets, cut.window) {
            (false, CapWindow::Sale) => "rule_sale",
            (false, CapWindow::Day) => "rule_day",
            (false, CapWindow::Month) => "rule_month",
            (true, CapWindow::Sale) => "wallet_sale",
            (true, CapWindow::Day) => "wallet_day",
            (true, CapWindow::Month) => "wallet_month",
        };
        reason.values.insert("capped_by", word);
        if cut.is_households {
            reason.values.insert("counts_for", "household");
        }
        reason.values.insert("cap", self.points(cut.cap));
    }

    fn with_more(&self, reason: &mut Reason) {
        let tally = self.tally;
        let is_open = matches!(
            tally.refusal,
            None | Some(Refusal::TooLittle | Refusal::NoBand)
        );
        if !is_open || tally.cut.is_some() {
            return;
        }
        let now = tally.points;
        let found = more(tally.rule, tally.wallet, tally.factor, tally.base, now);
        let Some((missing, gain)) = found else { return };
        reason.values.insert("missing", missing);
        reason.values.insert("gain", self.points(gain));
        reason.add(Phrase::new("earn.more"));
    }

    /// From when and until when the points can be spent, and what is not certain yet.
    fn with_notes(&self, reason: &mut Reason) {
        let tally = self.tally;
        let mut unknown = None;
        if tally.refusal.is_none() {
            let on = self.facts.cart.business_date;
            let (from, until) = tally.dates;
            if from > on {
                reason.add(Phrase::new("earn.pending").with("date", from));
            }
            if let Some(until) = until {
                reason.add(Phrase::new("earn.expires").with("date", until));
            }
            match tally.wallet.expiry {
                Expiry::Anniversary(_)
                    if self.has_member && self.facts.account_joined_on.is_none() =>
                {
                    reason.add(Phrase::new("earn.joined_unknown"));
                    unknown = Some("joined_on");
                }
                Expiry::Inactive(idle) => {
                    let is_sale = tally.wallet.activities == [Activity::Sale];
                    let (key, count) = match (idle, is_sale) {
                        (Idle::Days(days), true) => ("earn.idle_days", days),
                        (Idle::Days(days), false) => ("earn.quiet_days", days),
                        (Idle::Months(months), true) => ("earn.idle_months", months),
                        (Idle::Months(months), false) => ("earn.quiet_months", months),
                    };
                    reason.add(Phrase::new(key).with("count", count.to_string()));
                }
                _ => {}
            }
        }
        let counts = matches!(tally.refusal, None | Some(Refusal::TooLittle));
        if tally.is_provisional && counts {
            reason.add(Phrase::new("earn.provisional"));
            unknown = Some("payments");
        }
        if tally.is_unsure && counts && self.has_member {
            reason.add(Phrase::new("earn.unsure"));
            unknown = Some("history");
        }
        if let Some(unknown) = unknown {
            reason.values.insert("unknown", unknown);
        }
    }
}

fn key_of(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotMet => "earn.not_met",
        Refusal::Unknown => "earn.unknown",
        Refusal::Group(_) => "earn.group",
        Refusal::Expired(_) => "earn.expired",
        Refusal::NoLines => "earn.no_lines",
        Refusal::NothingToPay => "earn.nothing_to_pay",
        Refusal::NoBand => "earn.no_band",
        Refusal::SameVisit => "earn.same_visit",
        Refusal::Enough(Enough::Times(..)) => "earn.too_often",
        Refusal::Enough(_) => "earn.quota",
        Refusal::TooLittle => "earn.too_little",
        Refusal::CappedOut => "earn.capped_out",
        Refusal::Limit(_) => "earn.limit",
    }
}

fn rounding_name(rounding: Rounding) -> (&'static str, &'static str) {
    match rounding {
        Rounding::Floor => ("floor", "rounding.floor"),
        Rounding::Ceiling => ("ceiling", "rounding.ceiling"),
        Rounding::HalfUp => ("half_up", "rounding.half_up"),
        Rounding::HalfEven => ("half_even", "rounding.half_even"),
        Rounding::TowardZero => ("toward_zero", "rounding.toward_zero"),
    }
}
