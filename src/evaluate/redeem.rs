//! Points as money (docs/programme.md, evaluation order 4).

use super::Named;
use super::Phrase;
use super::Value;
use super::because::because;
use super::bill::Bill;
use super::explain::Speaker;
use super::facts::Facts;
use super::quote::{MemberSnapshot, Redemption};
use super::reason::Reason;
use super::truth::Truth;
use crate::kernel::{Fraction, Money, Points, Rounding};
use crate::programme::{RedeemTerms, Wallet, When};

/// What one wallet's redemption came to.
pub(super) struct Answer {
    pub redemption: Option<Redemption>,
    /// Most points this sale could spend, asked for or not.
    pub redeemable: Points,
    /// Absent where no reasons are wanted.
    pub reason: Option<Reason>,
}

/// What held the number of steps down. In the order in which a tie is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Limit {
    Wanted,
    Spendable,
    Most,
    Share,
    Payable,
}

/// Uses the most whole steps worth at most what is wanted, spendable, allowed and to pay; below the
/// least nothing is used. `spent` is what rewards of this sale cost already, and `member` has what they
/// may spend.
pub(super) fn redeem(
    speaker: &Speaker<'_>,
    (facts, member): (&Facts<'_>, Option<&MemberSnapshot>),
    wallet: &Wallet,
    (wanted, spent): (Option<Points>, Points),
    bill: &mut Bill<'_>,
) -> Answer {
    let Some(terms) = &wallet.redeem else {
        return nothing(speaker, wallet, "redeem.not_offered");
    };
    let Some(member) = member else {
        return nothing(speaker, wallet, "redeem.no_member");
    };
    if let Some(when) = &terms.when {
        let key = match facts.holds(when) {
            Truth::Yes => None,
            Truth::No => Some("redeem.not_met"),
            Truth::Unknown => Some("redeem.not_known_here"),
        };
        if let Some(key) = key {
            return not_now(speaker, facts, (wallet, when), key);
        }
    }
    let payable = if wallet.is_money() {
        bill.to_pay()
    } else {
        bill.payable()
    };
    if !payable.is_positive() {
        return nothing(speaker, wallet, "redeem.nothing_to_pay");
    }
    let spendable = (member.spendable(wallet.number) - spent).max(Points::ZERO);
    if spendable.is_zero() {
        return nothing(speaker, wallet, "redeem.none_spendable");
    }
    let found = Limits {
        terms,
        spendable,
        share: share_of(bill.total(), terms.share),
        payable,
    };
    let (most_steps, why_most) = found.steps(None);
    let redeemable = found.enough(most_steps).unwrap_or(Points::ZERO);
    let wanted = wanted.filter(|points| points.is_positive());
    let (steps, why) = match wanted {
        None => (most_steps, why_most),
        Some(_) => found.steps(wanted),
    };
    let told = Told {
        speaker,
        wallet,
        found: &found,
        points: found.points(steps),
        amount: found.amount(steps),
        why,
        limit_points: match why {
            Limit::Wanted => wanted.unwrap_or(Points::ZERO),
            Limit::Most => terms.most.unwrap_or(Points::ZERO),
            _ => spendable,
        },
    };
    let Some(points) = found.enough(steps) else {
        return told.answer("redeem.too_few", None, redeemable);
    };
    if wanted.is_none() {
        return told.answer("redeem.not_wanted", None, redeemable);
    }
    let amount = found.amount(steps);
    let redemption = Redemption {
        wallet: wallet.number,
        points,
        amount,
        reward: None,
        lines: if wallet.is_money() {
            bill.pay(amount);
            Vec::new()
        } else {
            bill.take_off(amount)
        },
        pays: wallet.is_money(),
        gift: None,
    };
    if wallet.is_money() {
        return told.answer("redeem.paid", Some(redemption), redeemable);
    }
    told.answer("redeem.applied", Some(redemption), redeemable)
}

/// The share of the bill that points may pay, rounded down: never more than the programme allows.
fn share_of(total: Money, share: Fraction) -> Money {
    let exact = Fraction::whole(total.get()).checked_mul(share);
    let whole = exact.and_then(|exact| Rounding::Floor.round(exact));
    Money::new(whole.unwrap_or(total.get()).max(0))
}

struct Limits<'a> {
    terms: &'a RedeemTerms,
    spendable: Points,
    share: Money,
    payable: Money,
}

impl Limits<'_> {
    /// The most whole steps, and which limit says so.
    fn steps(&self, wanted: Option<Points>) -> (i64, Limit) {
        let by_points = |points: Points| points.get() / self.terms.step.get();
        let by_money = |money: Money| money.get() / self.terms.step_value.get();
        let mut smallest = (by_points(self.spendable), Limit::Spendable);
        let others = [
            self.terms.most.map(|most| (by_points(most), Limit::Most)),
            Some((by_money(self.share), Limit::Share)).filter(|_| self.terms.share < Fraction::ONE),
            Some((by_money(self.payable), Limit::Payable)),
        ];
        for (steps, limit) in others.into_iter().flatten() {
            if steps < smallest.0 {
                smallest = (steps, limit);
            }
        }
        match wanted.map(by_points) {
            Some(steps) if steps <= smallest.0 => (steps, Limit::Wanted),
            _ => smallest,
        }
    }

    fn points(&self, steps: i64) -> Points {
        // No more steps than points can be spent, so the product fits.
        Points::new(steps * self.terms.step.get())
    }

    fn amount(&self, steps: i64) -> Money {
        // No more steps than can be paid, so the product fits.
        Money::new(steps * self.terms.step_value.get())
    }

    fn enough(&self, steps: i64) -> Option<Points> {
        let points = self.points(steps);
        (steps > 0 && points >= self.terms.least).then_some(points)
    }
}

/// Everything a sentence about a redemption needs.
struct Told<'a> {
    speaker: &'a Speaker<'a>,
    wallet: &'a Wallet,
    found: &'a Limits<'a>,
    points: Points,
    amount: Money,
    why: Limit,
    limit_points: Points,
}

impl Told<'_> {
    fn answer(
        &self,
        key: &'static str,
        redemption: Option<Redemption>,
        redeemable: Points,
    ) -> Answer {
        let speaker = self.speaker;
        if !speaker.explains() {
            return Answer {
                redemption,
                redeemable,
                reason: None,
            };
        }
        let points = |points| Value::Points(self.wallet.number, points);
        let least = self.found.terms.least.max(self.found.terms.step);
        let (limit_key, limit_word, limit) = self.limit();
        let about = Named::Wallet(self.wallet.number);
        let values = [
            ("amount", self.amount.into()),
            ("least", points(least)),
            ("limit", limit),
            ("limited_by", limit_word.into()),
            ("points", points(self.points)),
            ("wallet", about.clone().into()),
        ];
        let mut reason = Reason::new(speaker, about, redemption.is_some(), key).with(values);
        let share = self.found.terms.share_percent.clone();
        reason.add(Phrase::new(limit_key).with("share", share));
        Answer {
            reason: Some(reason),
            redemption,
            redeemable,
        }
    }

    fn limit(&self) -> (&'static str, &'static str, Value) {
        let (key, word) = match self.why {
            Limit::Wanted => ("redeem.limit.wanted", "wanted"),
            Limit::Spendable => ("redeem.limit.spendable", "spendable"),
            Limit::Most => ("redeem.limit.most", "most"),
            Limit::Share => ("redeem.limit.share", "share"),
            Limit::Payable => ("redeem.limit.payable", "payable"),
        };
        let limit = match self.why {
            Limit::Share => self.found.share.into(),
            Limit::Payable => self.found.payable.into(),
            Limit::Wanted | Limit::Spendable | Limit::Most => {
                Value::Points(self.wallet.number, self.limit_points)
            }
        };
        (key, word, limit)
    }
}

/// The condition stands in the way.
fn not_now(
    speaker: &Speaker<'_>,
    facts: &Facts<'_>,
    (wallet, when): (&Wallet, &When),
    key: &'static str,
) -> Answer {
    let mut answer = nothing(speaker, wallet, key);
    if let Some(reason) = &mut answer.reason {
        let whose = Named::Wallet(wallet.number);
        because(speaker, facts, (&whose, when)).add_to(reason);
    }
    answer
}

fn nothing(speaker: &Speaker<'_>, wallet: &Wallet, key: &'static str) -> Answer {
    let about = Named::Wallet(wallet.number);
    Answer {
        redemption: None,
        redeemable: Points::ZERO,
        reason: speaker
            .explains()
            .then(|| Reason::new(speaker, about.clone(), false, key).with([("wallet", about)])),
    }
}
