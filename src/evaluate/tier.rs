//! Tier and progress of the member, before and after the sale, and what reaching a tier gives.

use super::Named;
use super::Phrase;
use super::Value;
use super::explain::Speaker;
use super::facts::{Facts, tier_before};
use super::quote::{Award, TierLine};
use super::reached::{Gives, given};
use super::reason::Reason;
use super::tally::{Sold, Tally};
use crate::kernel::{BusinessDate, Money, Points, WalletNumber};
use crate::programme::{
    EntryRewards, Level, Programme, Term, TierBasis, TierForSale, Tiers, Window,
};

/// What a sale does to the tier of its member.
pub(super) struct Step<'a> {
    tiers: &'a Tiers,
    /// Places on the ladder.
    before: usize,
    after: usize,
    counted: i64,
    counted_after: i64,
}

impl<'a> Step<'a> {
    /// `balance` is what the balance is after the sale, where the programme's basis is that. Nothing
    /// without tiers or member, or where the past is not known.
    pub fn of(
        programme: &'a Programme,
        facts: &Facts<'_>,
        tallies: &[Tally<'_>],
        sold: &Sold<'_>,
        balance: Option<Points>,
    ) -> Option<Self> {
        let tiers = programme.tiers()?;
        let member = facts.member?;
        let before = tiers.place_of(&tier_before(programme, member)?.id)?;
        if tiers.basis == TierBasis::Balance {
            let counted = member.balance(tiers.wallet?).known.get();
            let counted_after = balance?.get();
            return Some(Self {
                tiers,
                before,
                after: tiers.fitting(counted_after),
                counted,
                counted_after,
            });
        }
        let history = member.history.as_ref()?;
        let added = match tiers.basis {
            TierBasis::Visits => i64::from(facts.is_purchase() && !history.is_same_visit),
            TierBasis::Earned | TierBasis::Balance => earned(tiers, tallies),
            TierBasis::Spend => paid(sold, |_| true),
            TierBasis::Fee => paid(sold, |line| {
                let selector = tiers.lines.as_ref();
                selector.is_some_and(|selector| sold.facts.picks.takes(Some(selector), line))
            }),
        };
        let counted_after = history.tier_basis.saturating_add(added);
        Some(Self {
            tiers,
            before,
            after: before.max(tiers.fitting(counted_after)),
            counted: history.tier_basis,
            counted_after,
        })
    }

    fn level_before(&self) -> &'a Level {
        &self.tiers.levels[self.before]
    }

    /// The tier that the sale leads to.
    pub fn level_after(&self) -> &'a Level {
        &self.tiers.levels[self.after]
    }

    fn next(&self) -> Option<&'a Level> {
        let above = self.tiers.levels.iter().skip(self.after + 1);
        above
            .into_iter()
            .find(|level| level.from > self.counted_after)
    }

    /// The last date of the tier after the sale, and what is missing to keep it longer where more of
    /// it can count for that already.
    fn kept(&self, facts: &Facts<'_>) -> (Option<BusinessDate>, Option<i64>) {
        if self.after > self.before {
            return (self.kept_when_reached(facts), None);
        }
        let held = facts.history.and_then(|history| history.tier.as_ref());
        let Some(held) = held.filter(|_| self.after == self.before) else {
            return (None, None);
        };
        let added = self.counted_after - self.counted;
        let missing = held
            .counted_then
            .map(|counted| (self.level_after().keep - counted - added).max(0));
        if missing == Some(0) && matches!(self.tiers.term, Term::Years(_)) {
            return (self.kept_when_reached(facts), None);
        }
        (held.kept_until, missing)
    }

    /// The last date of a tier that is reached with this sale; none where it depends on more.
    fn kept_when_reached(&self, facts: &Facts<'_>) -> Option<BusinessDate> {
        let on = facts.cart.business_date;
        match (self.tiers.window, self.tiers.term) {
            (Window::Year(start), term) => {
                let more = match term {
                    Term::Years(more) => more,
                    Term::Window | Term::Months(_) => 0,
                };
                let (_, mut last) = start.year_of(on, facts.account_joined_on)?;
                for _ in 0..more {
                    last = start
                        .year_of(last.plus_days(1)?, facts.account_joined_on)?
                        .1;
                }
                Some(last)
            }
            (_, Term::Months(months)) => on.plus_months(months)?.minus_days(1),
            _ => None,
        }
    }

    /// What the tiers that are reached with this sale give, and those whose points were given before.
    pub fn entries(
        &self,
        programme: &'a Programme,
        facts: &Facts<'_>,
        is_refused: &dyn Fn(WalletNumber, Points) -> bool,
    ) -> Vec<Entered<'a>> {
        let (tiers, mut entered) = (self.tiers, Vec::new());
        for level in tiers
            .levels
            .get(self.before + 1..=self.after)
            .unwrap_or_default()
        {
            let Some(entry) = level.entry else { continue };
            let had = facts.history.is_some_and(|past| {
                past.entry_promised.contains(&level.id)
                    || tiers.entry_rewards == EntryRewards::Once && past.entered.contains(&level.id)
            });
            let gives = if had {
                Gives::HadBefore
            } else {
                given(programme, facts, entry, level.entry_rule(), is_refused)
            };
            entered.push(Entered { level, gives });
        }
        entered
    }
}

/// A tier that is reached.
pub(super) struct Entered<'a> {
    level: &'a Level,
    gives: Gives,
}

impl Entered<'_> {
    /// The points, if it gives some.
    pub fn award(&self) -> Option<&Award> {
        match &self.gives {
            Gives::Award(award) => Some(award),
            _ => None,
        }
    }

    /// What is said of it.
    pub fn reason(&self, speaker: &Speaker<'_>) -> Reason {
        let entry = self.level.entry.expect("a tier that gives points");
        let key = match self.gives {
            Gives::Award(_) => "tier.entry",
            Gives::HadBefore => "tier.entry_had",
            Gives::Refused => "tier.entry_refused",
            Gives::Expired => "tier.entry_expired",
        };
        let (rule, applied) = (self.level.entry_rule(), self.award().is_some());
        let level = Named::Level(self.level.id.as_str().into());
        let mut reason = Reason::new(speaker, rule, applied, key).with([
            ("points", Value::Points(entry.wallet, entry.points)),
            ("tier", level.clone().into()),
        ]);
        reason.fill("name", level);
        reason
    }
}

/// The tier in which a sale is priced again, where that is the one it leads to.
pub(super) fn tier_for_sale<'a>(programme: &'a Programme, tier: &TierLine) -> Option<&'a Level> {
    let tiers = programme.tiers()?;
    let is_after = tiers.tier_for_sale == TierForSale::After && tier.tier != tier.tier_after;
    tiers
        .levels
        .get(tiers.place_of(&tier.tier_after)?)
        .filter(|_| is_after)
}

fn earned(tiers: &Tiers, tallies: &[Tally<'_>]) -> i64 {
    let counts = |tally: &&Tally<'_>| {
        tally.refusal.is_none() && tally.rule.qualifies && Some(tally.wallet.number) == tiers.wallet
    };
    let points = tallies.iter().filter(counts).map(|tally| tally.points);
    points.sum::<Points>().get()
}

/// Money paid for such lines, by their place.
pub(super) fn paid(sold: &Sold<'_>, is_counted: impl Fn(usize) -> bool) -> i64 {
    let lines = sold.nets.iter().enumerate();
    let nets = lines
        .filter(|(line, _)| is_counted(*line))
        .map(|(_, net)| *net);
    nets.sum::<Money>().max(Money::ZERO).get()
}

/// Where the member stands, and why. Nothing without tiers, or where it is not known.
pub(super) fn standing(
    speaker: &Speaker<'_>,
    facts: &Facts<'_>,
    step: Option<&Step<'_>>,
    reasons: &mut Vec<Reason>,
) -> Option<TierLine> {
    speaker.programme().tiers()?;
    let Some(step) = step else {
        speaker.tell(reasons, || {
            Reason::new(speaker, "tiers", false, "tier.unknown")
        });
        return None;
    };
    let next = step.next();
    let (kept_until, to_keep) = step.kept(facts);
    let level = step.level_before();
    let line = TierLine {
        tier: level.id.clone(),
        name: level.name.in_language(speaker.language).to_owned(),
        counted: step.counted,
        counted_after: step.counted_after,
        tier_after: step.level_after().id.clone(),
        next: next.map(|level| level.id.clone()),
        missing: next.map(|level| level.from - step.counted_after),
        kept_until,
        to_keep,
    };
    speaker.tell(reasons, || told(speaker, step, &line));
    Some(line)
}

fn told(speaker: &Speaker<'_>, step: &Step<'_>, line: &TierLine) -> Reason {
    let say = |number: i64| said(step.tiers, number);
    let level = |level: &Level| Named::Level(level.id.as_str().into());
    let mut reason = Reason::new(speaker, "tiers", false, "tier.now");
    reason.fill("name", level(step.level_before()));
    reason.fill("counted", say(line.counted));
    let values = &mut reason.values;
    values.insert("counted", Value::Count(line.counted));
    values.insert("counted_after", Value::Count(line.counted_after));
    values.insert("tier", level(step.level_before()));
    values.insert("tier_after", level(step.level_after()));
    if step.after != step.before {
        let rises = step.after > step.before;
        let key = if rises { "tier.rises" } else { "tier.falls" };
        reason.add(Phrase::new(key).with("after", level(step.level_after())));
    }
    if let Some(until) = line.kept_until {
        reason.values.insert("kept_until", until);
        reason.add(Phrase::new("tier.until").with("until", until));
    }
    if let Some(missing) = line.to_keep {
        reason.values.insert("to_keep", Value::Count(missing));
        reason.add(if missing == 0 {
            Phrase::new("tier.kept")
        } else {
            Phrase::new("tier.to_keep").with("missing", say(missing))
        });
    }
    if let (Some(next), Some(missing)) = (step.next(), line.missing) {
        reason.values.insert("missing", Value::Count(missing));
        reason.values.insert("next", level(next));
        reason.add(Phrase::new("tier.next").with("missing", say(missing)));
    }
    reason
}

/// So many points, so much money or so many visits.
fn said(tiers: &Tiers, number: i64) -> Value {
    match (tiers.basis, tiers.wallet) {
        (TierBasis::Spend | TierBasis::Fee, _) => Money::new(number).into(),
        (TierBasis::Earned | TierBasis::Balance, Some(wallet)) => {
            Value::Points(wallet, Points::new(number))
        }
        _ => {
            let visits = Phrase::new("tier.visits");
            visits.with("number", Value::Count(number)).into()
        }
    }
}
