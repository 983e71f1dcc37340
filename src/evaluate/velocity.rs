//! How often something was done, held against the programme's limits (docs/programme.md, "Limits").
//! A limit never keeps a sale from being made: beyond one that refuses it goes on without points.

use crate::kernel::Few;

use minicbor::{Decode, Encode};
use serde::Serialize;

use super::Named;
use super::Phrase;
use super::Value;
use super::explain::Speaker;
use super::often::{QuotaFacts, for_whom, times};
use super::quote::{Award, MemberSnapshot};
use super::reason::Reason;
use super::tally::{Refusal, Tally};
use crate::kernel::{Points, WalletNumber};
use crate::programme::{Limit, LimitAction, LimitCount, LimitPer, Programme};

/// What this till counted before the sale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LimitFacts {
    /// By the limit's id, in its unit. A limit that is absent could not be counted, such as one for
    /// the cashier of a sale that names none.
    #[cbor(n(0), default)]
    pub used: Few<String, i64>,
    /// Somebody who may said that this sale has its points all the same.
    #[cbor(n(1), default)]
    pub is_lifted: bool,
    /// Whose PIN it was, by code; empty where the cashier may.
    #[cbor(n(2), default)]
    pub lifted_by: String,
    /// Of rules and offers that all members together have so often, by [`crate::programme::QuotaOf::key`].
    #[cbor(n(3), default)]
    pub quotas: Few<String, QuotaFacts>,
}

/// A limit that this sale goes beyond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "limit_hit"))]
pub struct LimitHit {
    /// The limit's id in the programme.
    pub limit: String,
    /// `warned`, `refused` or `lifted`.
    pub action: &'static str,
    /// The most that is usual.
    pub most: i64,
    /// What it comes to with this sale, in the same unit.
    pub found: i64,
}

/// Where a sale stands before all limits.
pub(super) struct Standing<'a> {
    limits: &'a [Limit],
    facts: Option<&'a LimitFacts>,
}

/// What is in force for a sale.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Force {
    Warns,
    Refuses,
    Lifted,
}

impl Force {
    fn action(self) -> &'static str {
        match self {
            Self::Warns => "warned",
            Self::Refuses => "refused",
            Self::Lifted => "lifted",
        }
    }
}

impl<'a> Standing<'a> {
    /// Nothing is limited where there is no member: such a sale has no points.
    pub fn new(programme: &'a Programme, member: Option<&'a MemberSnapshot>) -> Self {
        Self {
            limits: member.map_or(&[], |_| programme.limits()),
            facts: member.and_then(|member| member.limits.as_ref()),
        }
    }

    fn used(&self, limit: &Limit) -> Option<i64> {
        self.facts?.used.get(&limit.id).copied()
    }

    fn force(&self, limit: &Limit) -> Force {
        match limit.action {
            LimitAction::Warn => Force::Warns,
            LimitAction::Refuse if self.facts.is_some_and(|facts| facts.is_lifted) => Force::Lifted,
            LimitAction::Refuse => Force::Refuses,
        }
    }

    /// The count is at its most already: one more is too many.
    fn is_full(&self, limit: &Limit) -> bool {
        limit.count != LimitCount::Points && self.used(limit).is_some_and(|used| used >= limit.most)
    }

    fn refusing(&self, counts: &[LimitCount]) -> Option<&'a Limit> {
        self.limits.iter().find(|limit| {
            counts.contains(&limit.count)
                && self.is_full(limit)
                && self.force(limit) == Force::Refuses
        })
    }

    /// The limit beyond which no points are spent in this sale.
    pub fn refuses_spending(&self) -> Option<&'a Limit> {
        self.refusing(&[LimitCount::Sales, LimitCount::Redemptions])
    }

    /// A sale awards nothing at all.
    pub fn refuses_sales(&self) -> bool {
        self.refusing(&[LimitCount::Sales]).is_some()
    }

    /// Keeps awards from rules where a limit says so, the limit of sales first.
    pub fn refuse_awards(&self, tallies: &mut [Tally<'_>]) {
        let all = self.refusing(&[LimitCount::Sales]);
        for limit in self.limits {
            let is_all = all.is_some_and(|all| all.id == limit.id);
            let found = self.points_with(limit, tallies);
            let is_beyond = found.is_some_and(|found| found > limit.most);
            let is_refused = is_all || (is_beyond && self.force(limit) == Force::Refuses);
            if !is_refused {
                continue;
            }
            let place = self.limits.iter().position(|other| other.id == limit.id);
            let concerned = tallies.iter_mut().filter(|tally| {
                let is_its = is_all || limit.wallet == Some(tally.wallet.number);
                is_its && tally.refusal.is_none()
            });
            for tally in concerned {
                tally.refusal = place.map(Refusal::Limit);
            }
        }
    }

    /// Keeps points for reaching a tier, which come behind what the rules give, where a limit says so.
    pub fn refuses_entry(
        &self,
        tallies: &[Tally<'_>],
        wallet: WalletNumber,
        points: Points,
    ) -> bool {
        self.refuses_sales()
            || self.limits.iter().any(|limit| {
                let given = self.points_with(limit, tallies).or(self.used(limit));
                let sum = given.map(|given| given.saturating_add(points.get()));
                limit.wallet == Some(wallet)
                    && self.force(limit) == Force::Refuses
                    && sum.is_some_and(|sum| sum > limit.most)
            })
    }

    /// What a limit of points comes to with what the rules give.
    fn points_with(&self, limit: &Limit, tallies: &[Tally<'_>]) -> Option<i64> {
        let wallet = limit.wallet?;
        let given = tallies
            .iter()
            .filter(|tally| tally.wallet.number == wallet)
            .filter(|tally| matches!(tally.refusal, None | Some(Refusal::Limit(_))));
        let given = given.fold(0i64, |sum, tally| sum.saturating_add(tally.points.get()));
        let used = self.used(limit)?;
        (given > 0).then_some(used.saturating_add(given))
    }

    /// What is said of each limit, and those that this sale goes beyond. `would_spend`: it spends
    /// points, or would if no limit said otherwise.
    pub fn tell(
        &self,
        speaker: &Speaker<'_>,
        tallies: &[Tally<'_>],
        would_spend: bool,
    ) -> (Vec<LimitHit>, Vec<Reason>) {
        let (mut hits, mut reasons) = (Vec::new(), Vec::new());
        for (place, limit) in self.limits.iter().enumerate() {
            let Some(used) = self.used(limit) else {
                speaker.tell(&mut reasons, || {
                    reason(speaker, (place, limit), "limit.unknown", None)
                });
                continue;
            };
            let beyond = match limit.count {
                LimitCount::Sales => self.is_full(limit).then_some(used + 1),
                LimitCount::Redemptions => (self.is_full(limit) && would_spend).then_some(used + 1),
                LimitCount::Points => self
                    .points_with(limit, tallies)
                    .filter(|found| *found > limit.most),
            };
            let Some(found) = beyond else {
                speaker.tell(&mut reasons, || {
                    reason(speaker, (place, limit), "limit.kept", Some(used))
                });
                continue;
            };
            let force = self.force(limit);
            let key = match force {
                Force::Warns => "limit.warned",
                Force::Refuses => "limit.refused",
                Force::Lifted => "limit.lifted",
            };
            speaker.tell(&mut reasons, || {
                reason(speaker, (place, limit), key, Some(found))
            });
            hits.push(LimitHit {
                limit: limit.id.clone(),
                action: force.action(),
                most: limit.most,
                found,
            });
        }
        (hits, reasons)
    }
}

/// What limits leave of awards that are given outside of an evaluation (a claim), and those that are
/// met by it.
pub fn keep_to_limits(
    programme: &Programme,
    member: &MemberSnapshot,
    mut awards: Vec<Award>,
) -> (Vec<Award>, Vec<LimitHit>) {
    let standing = Standing::new(programme, Some(member));
    let mut hits = Vec::new();
    for limit in standing.limits {
        let Some(used) = standing.used(limit) else {
            continue;
        };
        let given = awards
            .iter()
            .filter(|award| Some(award.wallet) == limit.wallet)
            .fold(0i64, |sum, award| sum.saturating_add(award.points.get()));
        let found = match limit.count {
            LimitCount::Sales => used.saturating_add(1),
            LimitCount::Points if given > 0 => used.saturating_add(given),
            LimitCount::Points | LimitCount::Redemptions => continue,
        };
        if found <= limit.most {
            continue;
        }
        let force = standing.force(limit);
        if force == Force::Refuses {
            awards.retain(|award| limit.wallet.is_some_and(|wallet| wallet != award.wallet));
        }
        hits.push(LimitHit {
            limit: limit.id.clone(),
            action: force.action(),
            most: limit.most,
            found,
        });
    }
    (awards, hits)
}

/// What a limit allows, in words. `place` is its place among the programme's.
pub(super) fn said(place: usize, limit: &Limit) -> Phrase {
    let window = match limit.hours {
        None => Phrase::new("limit.day"),
        Some(hours) => Phrase::new("limit.hours").with("hours", Value::Count(i64::from(hours))),
    };
    let (key, most) = match limit.count {
        LimitCount::Sales if limit.most == 1 => ("limit.sales", Phrase::new("count.sale").into()),
        LimitCount::Sales => {
            let sales = Phrase::new("count.sales").with("count", Value::Count(limit.most));
            ("limit.sales", sales.into())
        }
        LimitCount::Redemptions => ("limit.redemptions", times(limit.most)),
        LimitCount::Points => ("limit.points", number(limit, limit.most)),
    };
    let allowed = Phrase::new(key)
        .with("name", Named::Limit(place))
        .with("most", most)
        .with("window", window);
    for_whom(allowed, limit.per == LimitPer::Household)
}

fn number(limit: &Limit, count: i64) -> Value {
    match limit.wallet {
        Some(wallet) => Value::Points(wallet, Points::new(count)),
        None => Value::Count(count),
    }
}

fn reason(
    speaker: &Speaker<'_>,
    (place, limit): (usize, &Limit),
    key: &'static str,
    found: Option<i64>,
) -> Reason {
    let applied = matches!(key, "limit.warned" | "limit.refused" | "limit.lifted");
    let mut reason = Reason::new(speaker, Named::Limit(place), applied, key);
    reason.give_cause(said(place, limit));
    if let Some(found) = found {
        reason.values.insert("found", number(limit, found));
    }
    reason.values.insert("most", number(limit, limit.most));
    if limit.per == LimitPer::Household {
        reason.values.insert("counts_for", "household");
    }
    reason
}

/// Said of every wallet and reward of which nothing is spent because of a limit.
pub(super) fn nothing_spent(speaker: &Speaker<'_>, limit: &Limit) -> Vec<Reason> {
    let programme = speaker.programme();
    let mut limits = programme.limits().iter();
    let place = limits.position(|other| other.id == limit.id);
    let place = place.expect("a limit of the programme");
    let rewards = (0..programme.rewards().len()).map(Named::Reward);
    let wallets = programme.wallets().iter();
    let wallets = wallets.map(|wallet| Named::Wallet(wallet.number));
    rewards
        .chain(wallets)
        .map(|about| {
            let mut reason = Reason::new(speaker, about, false, "limit.not_spent")
                .with([("limit", Named::Limit(place))]);
            reason.give_cause(said(place, limit));
            reason
        })
        .collect()
}
