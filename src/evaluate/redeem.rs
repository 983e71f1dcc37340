//! Points as money (docs/programme.md, evaluation order 4).

use super::bill::Bill;
use super::explain::Speaker;
use super::quote::{MemberSnapshot, Reason, Redemption};
use crate::kernel::{Fraction, Money, Points, Rounding};
use crate::programme::{RedeemTerms, Wallet};

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
/// least nothing is used. `spent` is what rewards of this sale cost already.
pub(super) fn redeem(
    speaker: &Speaker<'_>,
    wallet: &Wallet,
    member: Option<&MemberSnapshot>,
    wanted: Option<Points>,
    spent: Points,
    bill: &mut Bill<'_>,
) -> Answer {
    let Some(terms) = &wallet.redeem else {
        return nothing(speaker, wallet, "redeem.not_offered");
    };
    let Some(member) = member else {
        return nothing(speaker, wallet, "redeem.no_member");
    };
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
        let least = self.found.terms.least.max(self.found.terms.step);
        let text = speaker.phrase(
            key,
            &[
                ("name", self.wallet.name.in_language(speaker.language)),
                ("points", &speaker.points(self.wallet, self.points)),
                ("amount", &speaker.money(self.amount)),
                ("least", &speaker.points(self.wallet, least)),
            ],
        );
        let (limit_key, limit_word, limit, limit_text) = self.limit();
        let share_percent = self.found.terms.share_percent.as_str();
        let text = speaker.phrase(
            limit_key,
            &[
                ("text", &text),
                ("limit", &limit_text),
                ("share", share_percent),
            ],
        );
        let values = [
            ("wallet", self.wallet.id.clone()),
            ("points", self.points.to_string()),
            ("amount", self.amount.to_string()),
            ("least", least.to_string()),
            ("limited_by", limit_word.to_owned()),
            ("limit", limit),
        ];
        Answer {
            reason: Some(Reason {
                rule: self.wallet.id.clone(),
                applied: redemption.is_some(),
                key,
                values: values.into(),
                text,
            }),
            redemption,
            redeemable,
        }
    }

    fn limit(&self) -> (&'static str, &'static str, String, String) {
        let (key, word) = match self.why {
            Limit::Wanted => ("redeem.limit.wanted", "wanted"),
            Limit::Spendable => ("redeem.limit.spendable", "spendable"),
            Limit::Most => ("redeem.limit.most", "most"),
            Limit::Share => ("redeem.limit.share", "share"),
            Limit::Payable => ("redeem.limit.payable", "payable"),
        };
        let (exact, said) = match self.why {
            Limit::Share => (
                self.found.share.to_string(),
                self.speaker.money(self.found.share),
            ),
            Limit::Payable => (
                self.found.payable.to_string(),
                self.speaker.money(self.found.payable),
            ),
            Limit::Wanted | Limit::Spendable | Limit::Most => (
                self.limit_points.to_string(),
                self.speaker.points(self.wallet, self.limit_points),
            ),
        };
        (key, word, exact, said)
    }
}

fn nothing(speaker: &Speaker<'_>, wallet: &Wallet, key: &'static str) -> Answer {
    Answer {
        redemption: None,
        redeemable: Points::ZERO,
        reason: speaker.explains().then(|| Reason {
            rule: wallet.id.clone(),
            applied: false,
            key,
            values: [("wallet", wallet.id.clone())].into(),
            text: speaker.phrase(key, &[("name", wallet.name.in_language(speaker.language))]),
        }),
    }
}
