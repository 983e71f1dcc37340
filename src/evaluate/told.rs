//! Saying what a rule came to (docs/quote.md, "A reason").

use super::Named;
use super::Value;
use super::because::because;
use super::explain::Speaker;
use super::facts::Facts;
use super::gives::more;
use super::limits::CapWindow;
use super::often::Enough;
use super::reason::Reason;
use super::tally::{Refusal, Tally, event_of};
use super::values::Values;
use super::velocity;
use super::worked::{self, Notes, Worked};
use crate::kernel::{Fraction, Points};
use crate::programme::{AmountMode, Band, BandGives, Expiry, Gives, percent_stated};

/// Adds one reason for every rule about such a sale or event, in the programme's order. `tallies` are those of
/// the rules that are for this one, and `left_out` says why the others are not.
pub(super) fn reasons(
    speaker: &Speaker<'_>,
    facts: &Facts<'_>,
    (tallies, left_out): (&[Tally<'_>], Vec<Refusal>),
    reasons: &mut Vec<Reason>,
) {
    let programme = speaker.programme();
    let has_member = facts.member.is_some();
    let rules = programme.earn_rules().iter().enumerate();
    let rules = rules.filter(|(_, rule)| event_of(rule) == facts.event);
    let mut for_this = tallies.iter().peekable();
    let mut left_out = left_out.into_iter();
    for (place, rule) in rules {
        let other;
        let tally = match for_this.next_if(|tally| tally.place == place) {
            Some(tally) => tally,
            None => {
                let why = left_out.next().expect("every other rule was left out");
                let why = (why, facts.cart.business_date);
                other = Tally::left_out(programme, (place, rule), why);
                &other
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
        let notes = self.notes(&mut reason.values);
        match tally.refusal {
            None => reason.say_worked(self.worked(notes)),
            Some(_) => notes
                .clauses(tally.wallet)
                .into_iter()
                .for_each(|clause| reason.add(clause)),
        }
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
                    reason.give_cause(worked::cap_said(cut, self.tally.wallet.number));
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
        let values = &mut reason.values;
        let exact = Value::Units(tally.wallet.number, Box::new(tally.earned.exact));
        values.insert("exact", exact);
        values.insert("points", self.points(tally.points));
        values.insert("rounding", worked::rounding_name(tally.rule.rounding).0);
        if tally.factor != Fraction::ONE {
            values.insert("factor", Value::Number(Box::new(tally.factor)));
        }
        if tally.cut.is_some() {
            self.add_cap(reason);
        }
    }

    /// What the sentence of an award needs besides its values.
    fn worked(&self, notes: Notes) -> Worked {
        let tally = self.tally;
        let factors = tally.factors.iter().map(|&factor| {
            let mut all = tally.rule.factors.iter();
            all.position(|one| std::ptr::eq(one, factor))
                .expect("a factor of the rule")
        });
        let tier = self.facts.tier.filter(|_| tally.has_tier_factor);
        Worked {
            rule: tally.place,
            has_member: self.has_member,
            steps: tally.earned.steps,
            band: tally.earned.band,
            quantity_milli: tally.quantity_milli,
            factors: factors.collect(),
            tier: tier.and_then(|tier| {
                let tiers = self.speaker.programme().tiers()?;
                tiers.levels.iter().position(|level| level.id == tier.id)
            }),
            cut: tally.cut,
            notes,
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

    /// How much more would give more, when the points can be spent, and what is not certain yet.
    fn notes(&self, values: &mut Values) -> Notes {
        let (tally, facts) = (self.tally, self.facts);
        let is_given = tally.refusal.is_none();
        let counts = is_given || tally.refusal == Some(Refusal::TooLittle);
        let (from, until) = tally.dates;
        let by_joining = matches!(tally.wallet.expiry, Expiry::Anniversary(_));
        let notes = Notes {
            has_more: self.add_more(values),
            pending_until: Some(from).filter(|from| is_given && *from > facts.cart.business_date),
            expires_on: until.filter(|_| is_given),
            is_joined_unknown: is_given
                && by_joining
                && self.has_member
                && facts.account_joined_on.is_none(),
            is_given,
            is_provisional: tally.is_provisional && counts,
            is_unsure: tally.is_unsure && counts && self.has_member,
        };
        if let Some(unknown) = notes.unknown() {
            values.insert("unknown", unknown);
        }
        notes
    }

    fn add_more(&self, values: &mut Values) -> bool {
        let tally = self.tally;
        let is_open = matches!(
            tally.refusal,
            None | Some(Refusal::TooLittle | Refusal::NoBand)
        );
        if !is_open || tally.cut.is_some() {
            return false;
        }
        let now = tally.points;
        let found = more(tally.rule, tally.wallet, tally.factor, tally.base, now);
        let Some((missing, gain)) = found else {
            return false;
        };
        values.insert("missing", missing);
        values.insert("gain", self.points(gain));
        true
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
