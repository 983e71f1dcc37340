//! Rewards bought with points (docs/programme.md, evaluation order 3): automatic ones and those the
//! member asks for.

use std::collections::BTreeMap;

use super::because::because;
use super::bill::Bill;
use super::explain::Speaker;
use super::facts::Facts;
use super::quote::{MemberSnapshot, Reason, Redemption};
use super::truth::Truth;
use crate::kernel::{Fraction, Money, Points, Rounding, WalletNumber};
use crate::programme::{Reward, UseReward, Wallet, Worth};

/// Points that this sale spends already, by wallet.
pub(super) type Spent = BTreeMap<WalletNumber, Points>;

/// Every reward of the programme: first those asked for, in the cart's order, then the automatic ones
/// by id. Reasons stand in that order too, then the reasons of those nobody asked for.
pub(super) fn rewards(
    speaker: &Speaker<'_>,
    facts: &Facts<'_>,
    member: Option<&MemberSnapshot>,
    bill: &mut Bill<'_>,
    spent: &mut Spent,
) -> (Vec<Redemption>, Vec<Reason>) {
    let all = speaker.programme().rewards();
    let is_wanted = |reward: &&Reward| facts.cart.rewards_wanted.contains(&reward.id);
    let wanted = facts.cart.rewards_wanted.iter();
    let wanted = wanted.filter_map(|id| all.iter().find(|reward| reward.id == *id));
    let rest = all.iter().filter(|reward| !is_wanted(reward));
    let (automatic, idle): (Vec<&Reward>, Vec<&Reward>) =
        rest.partition(|reward| reward.used == UseReward::Automatic);
    let mut redemptions = Vec::new();
    let mut reasons = Vec::new();
    for reward in wanted.chain(automatic).chain(idle) {
        let wallet = speaker
            .programme()
            .wallet_by_number(reward.wallet)
            .expect("a compiled reward names a wallet of its programme");
        let told = Told {
            speaker,
            facts,
            reward,
            wallet,
        };
        let used = spent.get(&reward.wallet).copied().unwrap_or_default();
        match offer(reward, facts, member, bill, used) {
            Err(refusal) => reasons.push(told.nothing(&refusal)),
            Ok((times, amount)) => {
                let points = Points::new(reward.points.get() * times);
                *spent.entry(reward.wallet).or_default() += points;
                redemptions.push(Redemption {
                    wallet: reward.wallet,
                    points,
                    amount,
                    reward: Some(reward.id.clone()),
                    lines: bill.take_off(amount),
                });
                reasons.push(told.something(times, points, amount));
            }
        }
    }
    (redemptions, reasons)
}

/// Why a reward is not had.
enum Refusal {
    NoMember,
    Declined,
    NotWanted,
    NotMet,
    Unknown,
    /// Fewer points can be spent than it costs: so many.
    TooFew(Points),
    /// The daily limit is reached.
    EnoughToday,
    NothingToPay,
    /// It is automatic, and the bill is less than it is worth.
    BillTooLow,
}

/// How often the reward is had, and what it takes off.
fn offer(
    reward: &Reward,
    facts: &Facts<'_>,
    member: Option<&MemberSnapshot>,
    bill: &Bill<'_>,
    spent: Points,
) -> Result<(i64, Money), Refusal> {
    let member = member.ok_or(Refusal::NoMember)?;
    if facts.cart.rewards_declined.contains(&reward.id) {
        return Err(Refusal::Declined);
    }
    let is_wanted = facts.cart.rewards_wanted.contains(&reward.id);
    if reward.used == UseReward::OnRequest && !is_wanted {
        return Err(Refusal::NotWanted);
    }
    match reward
        .when
        .as_ref()
        .map_or(Truth::Yes, |when| facts.holds(when))
    {
        Truth::Yes => {}
        Truth::No => return Err(Refusal::NotMet),
        Truth::Unknown => return Err(Refusal::Unknown),
    }
    let payable = bill.payable();
    if !payable.is_positive() {
        return Err(Refusal::NothingToPay);
    }
    let spendable = (member.spendable(reward.wallet) - spent).max(Points::ZERO);
    let by_points = spendable.get() / reward.points.get();
    if by_points == 0 {
        return Err(Refusal::TooFew(spendable));
    }
    let had_today = facts
        .history
        .and_then(|history| history.rewards_today.get(&reward.id));
    let left_today = reward.most_per_day.map_or(i64::MAX, |most| {
        i64::from(most.saturating_sub(had_today.copied().unwrap_or(0)))
    });
    if left_today == 0 {
        return Err(Refusal::EnoughToday);
    }
    let times = by_points
        .min(left_today)
        .min(i64::from(reward.most_per_sale));
    match (&reward.worth, reward.used) {
        (Worth::Money(money), UseReward::Automatic) => {
            let times = times.min(payable.get() / money.get());
            // It waits for a bill that holds its whole worth.
            let amount = Money::new(money.get() * times);
            if times > 0 {
                Ok((times, amount))
            } else {
                Err(Refusal::BillTooLow)
            }
        }
        // Asked for, it costs its full price even if the bill is lower.
        (Worth::Money(money), UseReward::OnRequest) => Ok((1, (*money).min(payable))),
        (Worth::Share(share, _), _) => {
            let exact = Fraction::whole(payable.get()).checked_mul(*share);
            let amount = exact
                .and_then(|exact| Rounding::HalfUp.round(exact))
                .unwrap_or(0);
            let amount = Money::new(amount).min(payable);
            if amount.is_positive() {
                Ok((1, amount))
            } else {
                Err(Refusal::BillTooLow)
            }
        }
    }
}

struct Told<'a> {
    speaker: &'a Speaker<'a>,
    facts: &'a Facts<'a>,
    reward: &'a Reward,
    wallet: &'a Wallet,
}

impl Told<'_> {
    fn something(&self, times: i64, points: Points, amount: Money) -> Reason {
        let (speaker, language) = (self.speaker, self.speaker.language);
        let said = speaker.points(self.wallet, points);
        let (count, off) = (
            crate::texts::number(language, times, 0),
            speaker.money(amount),
        );
        let places = [
            ("name", self.reward.name.in_language(language)),
            ("points", &said),
            ("amount", &off),
            ("times", &count),
        ];
        let text = match &self.reward.worth {
            Worth::Money(_) => speaker.phrase("reward.applied", &places),
            Worth::Share(_, percent) => {
                let percent = speaker.decimal(percent);
                let [name, points, amount, _] = places;
                let places = [name, points, amount, ("percent", &percent)];
                speaker.phrase("reward.applied_percent", &places)
            }
        };
        let mut reason = self.reason(true, "reward.applied", text);
        reason.values.insert("points", points.to_string());
        reason.values.insert("amount", amount.to_string());
        reason.values.insert("times", times.to_string());
        reason
    }

    fn nothing(&self, refusal: &Refusal) -> Reason {
        let (speaker, reward) = (self.speaker, self.reward);
        let price = speaker.points(self.wallet, reward.points);
        let worth = match &reward.worth {
            Worth::Money(money) => speaker.money(*money),
            Worth::Share(_, percent) => format!("{}%", speaker.decimal(percent)),
        };
        let mut missing = None;
        let key = match refusal {
            Refusal::NoMember => "reward.no_member",
            Refusal::Declined => "reward.declined",
            Refusal::NotWanted => "reward.not_wanted",
            Refusal::NotMet => "reward.not_met",
            Refusal::Unknown => "reward.not_known_here",
            Refusal::EnoughToday => "reward.enough_today",
            Refusal::NothingToPay => "reward.nothing_to_pay",
            Refusal::BillTooLow => "reward.bill_too_low",
            Refusal::TooFew(spendable) => {
                missing = Some(reward.points - *spendable);
                "reward.too_few"
            }
        };
        let condition = match refusal {
            Refusal::NotMet | Refusal::Unknown => reward
                .when
                .as_ref()
                .map(|when| because(speaker, self.facts, when)),
            _ => None,
        };
        let missing_said = missing.map(|missing| speaker.points(self.wallet, missing));
        let places = [
            ("name", reward.name.in_language(speaker.language)),
            ("price", &price),
            ("worth", &worth),
            ("missing", missing_said.as_deref().unwrap_or_default()),
            (
                "because",
                condition
                    .as_ref()
                    .map_or("", |because| because.text.as_str()),
            ),
        ];
        let mut reason = self.reason(false, key, speaker.phrase(key, &places));
        if let Some(missing) = missing {
            reason.values.insert("missing", missing.to_string());
        }
        if let Some(because) = condition {
            because.add_to(&mut reason);
        }
        reason
    }

    fn reason(&self, applied: bool, key: &'static str, text: String) -> Reason {
        Reason {
            rule: self.reward.id.clone(),
            applied,
            key,
            values: BTreeMap::from([
                ("wallet", self.wallet.id.clone()),
                ("price", self.reward.points.to_string()),
            ]),
            text,
        }
    }
}
