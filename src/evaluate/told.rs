//! Saying what a rule came to (docs/quote.md, "A reason").

use super::because::because;
use super::explain::{Speaker, exact};
use super::facts::Facts;
use super::gives::more;
use super::limits::CapWindow;
use super::often::Enough;
use super::quote::Reason;
use super::tally::{Refusal, Tally};
use super::values::Values;
use super::velocity;
use crate::kernel::{Activity, Fraction, Idle, Rounding};
use crate::programme::{AmountMode, BandGives, Expiry, Gives, Percent, RoundAt};
use crate::texts;

/// The reason of one rule. `all` are the tallies of all rules.
pub(super) fn reason(
    speaker: &Speaker<'_>,
    facts: &Facts<'_>,
    tally: &Tally<'_>,
    all: &[Tally<'_>],
    has_member: bool,
) -> Reason {
    let told = Told {
        speaker,
        facts,
        tally,
        name: tally.rule.name.in_language(speaker.language),
    };
    let mut reason = match tally.refusal {
        None => told.something(has_member),
        Some(refusal) => told.nothing(refusal, all),
    };
    told.with_more(&mut reason);
    told.with_notes(&mut reason, has_member);
    reason
}

struct Told<'a> {
    speaker: &'a Speaker<'a>,
    facts: &'a Facts<'a>,
    tally: &'a Tally<'a>,
    name: &'a str,
}

impl Told<'_> {
    fn values(&self) -> Values {
        let tally = self.tally;
        let mut values = Values::from([("wallet", tally.wallet.id.clone())]);
        match &tally.rule.gives {
            Gives::Amount { per, points, .. } => {
                values.insert("base", tally.base.to_string());
                values.insert("per", per.to_string());
                values.insert("rate", exact(*points));
            }
            Gives::Percent(percent) => {
                values.insert("base", tally.base.to_string());
                self.percent_values(percent, &mut values);
            }
            Gives::Bands(bands) => {
                values.insert("base", tally.base.to_string());
                match tally.earned.band.map(|band| &bands[band].gives) {
                    Some(BandGives::Points(points)) => {
                        values.insert("rate", exact(*points));
                    }
                    Some(BandGives::Percent(percent)) => self.percent_values(percent, &mut values),
                    None => {}
                }
            }
            Gives::Unit(points) => {
                values.insert("quantity_milli", tally.quantity_milli.to_string());
                values.insert("rate", exact(*points));
            }
            Gives::Visit(points) | Gives::Fixed(points) => {
                values.insert("rate", exact(*points));
            }
            Gives::Event(event, points) => {
                values.insert("event", event.clone());
                values.insert("rate", exact(*points));
            }
        }
        values
    }

    fn percent_values(&self, percent: &Percent, values: &mut Values) {
        values.insert("percent", percent.percent.clone());
        values.insert("per", percent.value.to_string());
    }

    fn reason(&self, applied: bool, key: &'static str, text: String) -> Reason {
        Reason {
            rule: self.tally.rule.id.clone(),
            applied,
            key,
            values: self.values(),
            text,
        }
    }

    fn nothing(&self, refusal: Refusal, all: &[Tally<'_>]) -> Reason {
        let speaker = self.speaker;
        let (key, because) = match refusal {
            Refusal::NotMet | Refusal::Unknown => return self.not_met(refusal),
            Refusal::Group(winner) => {
                let name = &all[winner].rule.name;
                ("earn.group", name.in_language(speaker.language).to_owned())
            }
            Refusal::Expired(date) => ("earn.expired", speaker.date(date)),
            Refusal::NoLines => ("earn.no_lines", String::new()),
            Refusal::NothingToPay => ("earn.nothing_to_pay", String::new()),
            Refusal::NoBand => ("earn.no_band", String::new()),
            Refusal::SameVisit => ("earn.same_visit", String::new()),
            Refusal::Enough(enough) => {
                let key = match enough {
                    Enough::Times(..) => "earn.too_often",
                    _ => "earn.quota",
                };
                (key, enough.said(speaker))
            }
            Refusal::TooLittle => ("earn.too_little", String::new()),
            Refusal::CappedOut => ("earn.capped_out", self.cap_said()),
            Refusal::Limit(place) => {
                let limit = &speaker.programme().limits()[place];
                ("earn.limit", velocity::said(speaker, limit))
            }
        };
        // Only these speak of the money.
        let base = match refusal {
            Refusal::NothingToPay | Refusal::NoBand | Refusal::TooLittle => {
                speaker.money(self.tally.base)
            }
            _ => String::new(),
        };
        let places = [("name", self.name), ("base", &base), ("because", &because)];
        let mut reason = self.reason(false, key, speaker.phrase(key, &places));
        if let Refusal::Group(winner) = refusal {
            reason.values.insert("taken", all[winner].rule.id.clone());
        }
        if let Refusal::Enough(enough) = refusal {
            reason.values.extend(enough.values());
        }
        if let Refusal::Limit(place) = refusal {
            let limit = &speaker.programme().limits()[place];
            reason.values.insert("limit", limit.id.clone());
        }
        self.add_cap(&mut reason);
        reason
    }

    fn not_met(&self, refusal: Refusal) -> Reason {
        let key = if refusal == Refusal::NotMet {
            "earn.not_met"
        } else {
            "earn.unknown"
        };
        let when = self
            .tally
            .rule
            .when
            .as_ref()
            .expect("a rule with a condition");
        let told = because(self.speaker, self.facts, when);
        let places = [("name", self.name), ("because", told.text.as_str())];
        let mut reason = self.reason(false, key, self.speaker.phrase(key, &places));
        told.add_to(&mut reason);
        reason
    }

    fn something(&self, has_member: bool) -> Reason {
        let (tally, speaker) = (self.tally, self.speaker);
        let (rounding_word, rounding_key) = rounding_name(tally.rule.rounding);
        let mut rounding = speaker.phrase(rounding_key, &[]);
        let level = match tally.rule.round_at {
            RoundAt::Rule => None,
            RoundAt::Line => Some("rounding.at_line"),
            RoundAt::Sale => Some("rounding.at_sale"),
        };
        if let Some(level) = level {
            rounding = speaker.phrase(level, &[("rounding", &rounding)]);
        }
        let phrase = if has_member {
            "earn.applied"
        } else {
            "earn.no_member"
        };
        let text = speaker.phrase(
            phrase,
            &[
                ("name", self.name),
                ("formula", &self.formula()),
                (
                    "exact",
                    &speaker.exact_points(tally.wallet, tally.earned.exact),
                ),
                ("points", &speaker.points(tally.wallet, tally.points)),
                ("rounding", &rounding),
            ],
        );
        let mut reason = self.reason(has_member, self.key(has_member), text);
        let values = &mut reason.values;
        values.insert("exact", exact(tally.earned.exact));
        values.insert("points", tally.points.to_string());
        values.insert("rounding", rounding_word.to_owned());
        if tally.factor != Fraction::ONE {
            values.insert("factor", exact(tally.factor));
        }
        if tally.cut.is_some() {
            let cap = self.cap_said();
            let places = [("text", reason.text.as_str()), ("cap", &cap)];
            reason.text = speaker.phrase("earn.capped", &places);
            self.add_cap(&mut reason);
        }
        reason
    }

    fn key(&self, has_member: bool) -> &'static str {
        match (&self.tally.rule.gives, has_member) {
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
    fn formula(&self) -> String {
        let (tally, speaker) = (self.tally, self.speaker);
        let mut text = self.formula_without_factors();
        let mut times = |factor: Fraction, name: &str| {
            let number = speaker.exact(factor);
            let places = [
                ("formula", text.as_str()),
                ("factor", &number),
                ("name", name),
            ];
            text = speaker.phrase("formula.factor", &places);
        };
        for factor in &tally.factors {
            times(factor.factor, factor.name.in_language(speaker.language));
        }
        if let Some(tier) = self.facts.tier.filter(|_| tally.has_tier_factor) {
            times(tier.factor, tier.name.in_language(speaker.language));
        }
        text
    }

    fn formula_without_factors(&self) -> String {
        let (tally, speaker) = (self.tally, self.speaker);
        let base = speaker.money(tally.base);
        let rate = |points: Fraction| speaker.exact_points_with_unit(tally.wallet, points);
        let percent = |percent: &Percent| {
            let (number, per) = (
                speaker.decimal(&percent.percent),
                speaker.money(percent.value),
            );
            let places = [("base", base.as_str()), ("percent", &number), ("per", &per)];
            speaker.phrase("formula.percent", &places)
        };
        match &tally.rule.gives {
            Gives::Amount { per, points, mode } => {
                let key = match mode {
                    AmountMode::Proportional => "formula.amount",
                    AmountMode::WholeSteps => "formula.steps",
                };
                let steps = texts::number(speaker.language, tally.earned.steps, 0);
                let (per, rate) = (speaker.money(*per), rate(*points));
                let places = [
                    ("base", base.as_str()),
                    ("per", &per),
                    ("rate", &rate),
                    ("steps", &steps),
                ];
                speaker.phrase(key, &places)
            }
            Gives::Percent(terms) => percent(terms),
            Gives::Bands(bands) => match tally.earned.band.map(|band| &bands[band]) {
                None => speaker.phrase("formula.bands", &[("base", &base)]),
                Some(band) => {
                    let range = speaker.money_range(Some(band.from), band.below);
                    let gives = match &band.gives {
                        BandGives::Points(points) => rate(*points),
                        BandGives::Percent(terms) => percent(terms),
                    };
                    let places = [("base", base.as_str()), ("range", &range), ("rate", &gives)];
                    speaker.phrase("formula.band", &places)
                }
            },
            Gives::Unit(points) => {
                let count = texts::number_trimmed(speaker.language, tally.quantity_milli, 3);
                let places = [("count", count.as_str()), ("rate", &rate(*points))];
                speaker.phrase("formula.unit", &places)
            }
            Gives::Visit(points) => speaker.phrase("formula.visit", &[("rate", &rate(*points))]),
            Gives::Fixed(points) => speaker.phrase("formula.fixed", &[("rate", &rate(*points))]),
            Gives::Event(event, points) => {
                let event = texts::event_word(speaker.language, event);
                let places = [("event", event.as_str()), ("rate", &rate(*points))];
                speaker.phrase("formula.event", &places)
            }
        }
    }

    fn cap_said(&self) -> String {
        let Some(cut) = self.tally.cut else {
            return String::new();
        };
        let key = match cut.window {
            CapWindow::Sale => "cap.sale",
            CapWindow::Day => "cap.day",
            CapWindow::Month => "cap.month",
        };
        let cap = self.speaker.points(self.tally.wallet, cut.cap);
        self.speaker.phrase(key, &[("cap", &cap)])
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
        reason.values.insert("capped_by", word.to_owned());
        reason.values.insert("cap", cut.cap.to_string());
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
        reason.values.insert("missing", missing.to_string());
        reason.values.insert("gain", gain.to_string());
        let (missing, gain) = (
            self.speaker.money(missing),
            self.speaker.points(tally.wallet, gain),
        );
        let places = [
            ("text", reason.text.as_str()),
            ("missing", &missing),
            ("gain", &gain),
        ];
        reason.text = self.speaker.phrase("earn.more", &places);
    }

    /// From when and until when the points can be spent, and what is not certain yet.
    fn with_notes(&self, reason: &mut Reason, has_member: bool) {
        let (tally, speaker) = (self.tally, self.speaker);
        if tally.refusal.is_none() {
            let on = self.facts.cart.business_date;
            let (from, until) = tally.dates;
            if from > on {
                speaker.append(reason, "earn.pending", "date", &speaker.date(from));
            }
            if let Some(until) = until {
                speaker.append(reason, "earn.expires", "date", &speaker.date(until));
            }
            match tally.wallet.expiry {
                Expiry::Anniversary(_) if has_member && self.facts.joined_on.is_none() => {
                    speaker.append(reason, "earn.joined_unknown", "", "");
                    reason.values.insert("unknown", "joined_on".to_owned());
                }
                Expiry::Inactive(idle) => {
                    let is_sale = tally.wallet.activities == [Activity::Sale];
                    let (key, count) = match (idle, is_sale) {
                        (Idle::Days(days), true) => ("earn.idle_days", days),
                        (Idle::Days(days), false) => ("earn.quiet_days", days),
                        (Idle::Months(months), true) => ("earn.idle_months", months),
                        (Idle::Months(months), false) => ("earn.quiet_months", months),
                    };
                    speaker.append(reason, key, "count", &count.to_string());
                }
                _ => {}
            }
        }
        let counts = matches!(tally.refusal, None | Some(Refusal::TooLittle));
        if tally.is_provisional && counts {
            speaker.append(reason, "earn.provisional", "", "");
            reason.values.insert("unknown", "payments".to_owned());
        }
        if tally.is_unsure && counts && has_member {
            speaker.append(reason, "earn.unsure", "", "");
            reason.values.insert("unknown", "history".to_owned());
        }
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
