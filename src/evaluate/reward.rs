//! Rewards bought with points (docs/programme.md, evaluation order 3): automatic ones and those the
//! member asks for.

use crate::kernel::Few;
use std::borrow::Cow;

use super::Named;
use super::Phrase;
use super::Value;
use super::because::because;
use super::bill::Bill;
use super::explain::Speaker;
use super::facts::Facts;
use super::offer::{find, pieces_of};
use super::quote::{Award, Gift, MemberSnapshot, Redemption};
use super::reason::Reason;
use super::tally::dates as lot_dates;
use super::truth::Truth;
use crate::kernel::order;
use crate::kernel::{Fraction, Money, Points, Rounding, WalletNumber};
use crate::programme::{Effect, Programme, Reward, Stage, Takes, UseReward, Wallet, Worth};

/// Points that this sale spends already, by wallet.
pub(super) type Spent = Few<WalletNumber, Points>;

/// What the rewards of a sale come to.
pub(super) struct Had {
    pub redemptions: Vec<Redemption>,
    /// Vouchers that points bought, for later sales.
    pub vouchers: Vec<Award>,
    pub reasons: Vec<Reason>,
}

/// What one reward does.
struct Does {
    times: i64,
    amount: Money,
    /// Off which lines; of the whole bill if nothing.
    parts: Option<Vec<(usize, Money)>>,
    free: Vec<(usize, i64)>,
    gift: Option<Gift>,
    voucher: Option<WalletNumber>,
}

impl Does {
    fn money(times: i64, amount: Money) -> Self {
        Self {
            times,
            amount,
            parts: None,
            free: Vec::new(),
            gift: None,
            voucher: None,
        }
    }
}

/// Every reward of the programme: vouchers before others; first those asked for, in the cart's order,
/// then the automatic ones by id. Reasons stand in that order too, then the reasons of those nobody
/// asked for.
pub(super) fn rewards(
    speaker: &Speaker<'_>,
    facts: &Facts<'_>,
    member: Option<&MemberSnapshot>,
    bill: &mut Bill<'_>,
    spent: &mut Spent,
) -> Had {
    let mut had = Had {
        redemptions: Vec::new(),
        vouchers: Vec::new(),
        reasons: Vec::new(),
    };
    for reward in in_order(speaker.programme(), facts) {
        let programme = speaker.programme();
        let wallet = programme
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
            Err(refusal) => speaker.tell(&mut had.reasons, || told.nothing(&refusal)),
            Ok(does) => {
                let points = Points::new(reward.points.get() * does.times);
                *spent.entry(reward.wallet).or_default() += points;
                speaker.tell(&mut had.reasons, || told.something(points, &does));
                let lines = match &does.parts {
                    Some(parts) => bill.take_parts(parts, Stage::Voucher),
                    None if does.amount.is_zero() => Vec::new(),
                    None => bill.take_off(does.amount),
                };
                bill.free(&does.free);
                had.redemptions.push(Redemption {
                    wallet: reward.wallet,
                    points,
                    amount: does.amount,
                    reward: Some(reward.id.clone()),
                    lines,
                    pays: false,
                    gift: does.gift,
                });
                let voucher = does
                    .voucher
                    .and_then(|number| programme.wallet_by_number(number));
                had.vouchers
                    .extend(voucher.map(|voucher| bought(voucher, reward, facts)));
            }
        }
    }
    had
}

fn in_order<'a>(programme: &'a Programme, facts: &Facts<'_>) -> Vec<&'a Reward> {
    let wanted = &facts.cart.rewards_wanted;
    let mut all: Vec<&Reward> = programme.rewards().iter().collect();
    order::sort_by_key(&mut all, |reward| {
        let asked = wanted.iter().position(|id| *id == reward.id);
        let is_idle = asked.is_none() && reward.used == UseReward::OnRequest;
        let asked = asked.unwrap_or(usize::MAX);
        (is_idle, !reward.is_voucher, asked, &reward.id)
    });
    all
}

/// One voucher, from the next sale on.
fn bought(voucher: &Wallet, reward: &Reward, facts: &Facts<'_>) -> Award {
    let (available_from, expires_on) =
        lot_dates(voucher, facts.cart.business_date, facts.account_joined_on);
    Award {
        wallet: voucher.number,
        rule: reward.id.clone(),
        points: Points::new(1),
        available_from,
        expires_on,
    }
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
    /// None of the goods is one of its goods, or nothing is left of them to pay.
    NoGoods,
}

/// What the reward does.
fn offer(
    reward: &Reward,
    facts: &Facts<'_>,
    member: Option<&MemberSnapshot>,
    bill: &Bill<'_>,
    spent: Points,
) -> Result<Does, Refusal> {
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
    let takes_money = match &reward.worth {
        Worth::Money(_) | Worth::Share(..) => true,
        Worth::Effect(effect) => !matches!(effect.takes, Takes::Gift { .. }),
        Worth::Voucher(_) => false,
    };
    if takes_money && !payable.is_positive() {
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
                Ok(Does::money(times, amount))
            } else {
                Err(Refusal::BillTooLow)
            }
        }
        // Asked for, it costs its full price even if the bill is lower.
        (Worth::Money(money), UseReward::OnRequest) => Ok(Does::money(1, (*money).min(payable))),
        (Worth::Share(share, _), _) => {
            let exact = Fraction::whole(payable.get()).checked_mul(*share);
            let amount = exact
                .and_then(|exact| Rounding::HalfUp.round(exact))
                .unwrap_or(0);
            let amount = Money::new(amount).min(payable);
            if amount.is_positive() {
                Ok(Does::money(1, amount))
            } else {
                Err(Refusal::BillTooLow)
            }
        }
        (Worth::Effect(effect), _) => {
            let (times, effect) = repeated(effect, times, bill);
            let found = find(&effect, bill).map_err(|_| Refusal::NoGoods)?;
            let gift = found.gift.clone();
            Ok(Does {
                times,
                amount: found.amount(),
                parts: Some(found.parts),
                free: found.free,
                gift: gift.map(|(sku, quantity)| Gift { sku, quantity }),
                voucher: None,
            })
        }
        (Worth::Voucher(number), _) => Ok(Does {
            voucher: Some(*number),
            ..Does::money(1, Money::ZERO)
        }),
    }
}

/// How often it is had, and what that does together: the cheapest pieces, as often as there are so
/// many; everything else once.
fn repeated<'a>(effect: &'a Effect, times: i64, bill: &Bill<'_>) -> (i64, Cow<'a, Effect>) {
    let Takes::Cheapest(quantity, share) = &effect.takes else {
        return (1, Cow::Borrowed(effect));
    };
    let times = times
        .min(pieces_of(bill, effect.lines.as_ref()) / quantity)
        .max(1);
    let effect = Effect {
        takes: Takes::Cheapest(quantity * times, share.clone()),
        ..effect.clone()
    };
    (times, Cow::Owned(effect))
}

struct Told<'a> {
    speaker: &'a Speaker<'a>,
    facts: &'a Facts<'a>,
    reward: &'a Reward,
    wallet: &'a Wallet,
}

impl Told<'_> {
    fn something(&self, points: Points, does: &Does) -> Reason {
        let mut reason = self.reason(true, "reward.applied");
        let sentence = if does.gift.is_some() {
            Phrase::new("reward.gift")
        } else if does.voucher.is_some() {
            Phrase::new("reward.voucher")
        } else if let Worth::Share(_, percent) = &self.reward.worth {
            let percent = Value::Decimal(percent.clone().into());
            Phrase::new("reward.applied_percent").with("percent", percent)
        } else {
            Phrase::new("reward.applied")
        };
        let values = &mut reason.values;
        values.insert("points", self.points(points));
        values.insert("amount", does.amount);
        values.insert("times", Value::Count(does.times));
        if let Some(gift) = &does.gift {
            values.insert("sku", gift.sku.clone());
            values.insert("quantity", Value::Count(gift.quantity));
        }
        if let Some(voucher) = does.voucher {
            values.insert("voucher", Named::Wallet(voucher));
        }
        reason.say(sentence);
        reason
    }

    fn nothing(&self, refusal: &Refusal) -> Reason {
        let (speaker, reward) = (self.speaker, self.reward);
        let key = match refusal {
            Refusal::NoMember => "reward.no_member",
            Refusal::Declined => "reward.declined",
            Refusal::NotWanted => "reward.not_wanted",
            Refusal::NotMet => "reward.not_met",
            Refusal::Unknown => "reward.not_known_here",
            Refusal::EnoughToday => "reward.enough_today",
            Refusal::NothingToPay => "reward.nothing_to_pay",
            Refusal::BillTooLow => "reward.bill_too_low",
            Refusal::NoGoods => "reward.no_goods",
            Refusal::TooFew(_) => "reward.too_few",
        };
        let mut reason = self.reason(false, key);
        match refusal {
            Refusal::TooFew(spendable) => {
                let missing = self.points(reward.points - *spendable);
                reason.values.insert("missing", missing);
            }
            Refusal::BillTooLow => {
                let worth: Value = match &reward.worth {
                    Worth::Money(money) => (*money).into(),
                    Worth::Share(_, percent) => format!("{}%", speaker.decimal(percent)).into(),
                    Worth::Effect(_) | Worth::Voucher(_) => "".into(),
                };
                reason.fill("worth", worth);
            }
            Refusal::NotMet | Refusal::Unknown => {
                if let Some(when) = &reward.when {
                    let whose = self.about();
                    because(speaker, self.facts, (&whose, when)).add_to(&mut reason);
                }
            }
            Refusal::NoMember
            | Refusal::Declined
            | Refusal::NotWanted
            | Refusal::EnoughToday
            | Refusal::NothingToPay
            | Refusal::NoGoods => {}
        }
        reason
    }

    fn about(&self) -> Named {
        let mut rewards = self.speaker.programme().rewards().iter();
        let place = rewards.position(|other| other.id == self.reward.id);
        Named::Reward(place.expect("a reward of the programme"))
    }

    fn points(&self, points: Points) -> Value {
        Value::Points(self.wallet.number, points)
    }

    fn reason(&self, applied: bool, key: &'static str) -> Reason {
        let values = [
            ("price", self.points(self.reward.points)),
            ("wallet", Named::Wallet(self.wallet.number).into()),
        ];
        Reason::new(self.speaker, self.about(), applied, key).with(values)
    }
}
