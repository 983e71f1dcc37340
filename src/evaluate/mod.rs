//! Compiled programme + member + cart -> quote. Total and pure.
//!
//! The order is that of docs/programme.md, "Evaluation order"; every step leaves a [`Reason`].

mod barred;
mod because;
mod because_member;
mod bill;
pub mod cart;
mod cart_builder;
mod cart_json;
mod challenge;
mod check;
mod claim;
mod draw;
mod due;
mod event;
mod explain;
mod explanation;
mod facts;
mod gives;
mod goals;
pub mod history;
mod ladder;
mod limits;
mod member_json;
mod offer;
mod often;
mod own;
mod problem;
mod profile;
pub mod quote;
mod reached;
mod reason;
mod receipt;
mod redeem;
mod referral;
mod returned;
mod reward;
mod select;
mod shown;
pub mod sums;
mod tally;
mod tier;
mod told;
mod trial;
mod truth;
mod twice;
mod unlinked;
mod values;
pub mod velocity;
mod worked;

pub use crate::programme::{Named, Phrase, Value};
pub use cart::{Cart, Line, LineFlag, Payment, ReceiptPart, ReturnOf};
pub use cart_json::first_difference;
pub use challenge::ChallengeLine;
pub use check::{LINES_MAX, SKU_MAX, TEXT_MAX};
pub use claim::{awards_of_claim, quote_of_claim};
pub use draw::{DrawnTurn, TurnLine, TurnsGiven, turn_line};
pub use due::{KeptLine, due_after, turns_after};
pub use event::{EventFacts, EventWorth, evaluate_event};
pub use explain::Explaining;
pub use explanation::Explanation;
pub use facts::tier_before;
pub use goals::GoalPast;
pub use history::{Had, HeldTier, History, PastAward, PastSale, Used};
pub use often::QuotaFacts;
pub use own::awarded as own_awards;
pub use problem::CartProblem;
pub use profile::Profile;
pub use quote::{
    Award, Gift, GoodsBack, LinePart, MemberSnapshot, OfferTaken, Outcome, Quote, Redemption,
    TierLine, WalletBack, WalletLine,
};
pub use reason::Reason;
pub use receipt::{RefundReceipt, cashier_line, display_line, receipt_lines};
pub use referral::ReferredBy;
pub use returned::{
    Decided, Goods, Measure, NoReturn, PointsBack, Return, ReturnedLine, ReturnedLines,
    ReturnedPart, points_back,
};
pub use shown::Shown;
pub use tally::dates as lot_dates;
pub use trial::{By, Key, SoldCart, Sums, Trial};
pub use twice::had_meanwhile;
pub use unlinked::{Worth, worth_of_goods};
pub use values::Values;
pub use velocity::{LimitFacts, LimitHit, keep_to_limits};

use crate::kernel::{Balance, MemberStatus, Money, Points, WalletNumber};
use crate::programme::{Level, Programme};
use crate::texts::Language;
use bill::Bill;
use explain::Speaker;
use facts::Facts;
use select::Picks;
use std::borrow::Cow;
use std::rc::Rc;
use tally::{RoundingOf, Sold, Terms, Wholes};
use velocity::Standing;

/// What this cart would give and take, and why: of each reason its key and its numbers, and its sentence
/// when that is read.
///
/// `member` is what the ledger knows of `cart.member` on the cart's business date; both are there
/// or neither is. Equal inputs give equal quotes, byte for byte, on every platform.
///
/// # Errors
/// The first thing that is wrong with the cart: a value out of its bounds (docs/cart.md), another
/// currency than the programme's, a business date on which the programme is not valid, a wallet it
/// does not have, or amounts so large that points no longer fit 9e15.
pub fn evaluate(
    programme: &Programme,
    member: Option<&MemberSnapshot>,
    cart: &Cart,
    language: Language,
) -> Result<Quote, CartProblem> {
    evaluate_alone(programme, member, cart, (language, Explaining::Everything))
}

/// [`evaluate`] without a word of explanation: the same numbers in a fraction of the time.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_numbers(
    programme: &Programme,
    member: Option<&MemberSnapshot>,
    cart: &Cart,
    language: Language,
) -> Result<Quote, CartProblem> {
    evaluate_alone(programme, member, cart, (language, Explaining::Nothing))
}

/// Returned lines are worked out without a ledger: they are goods of no known sale.
fn evaluate_alone(
    programme: &Programme,
    member: Option<&MemberSnapshot>,
    cart: &Cart,
    words: (Language, Explaining),
) -> Result<Quote, CartProblem> {
    cart.check()?;
    check::fits(cart, programme, member)?;
    let returns = unlinked::returns_alone(programme, member, cart)?;
    priced(programme, member, cart, returns, words)
}

/// [`evaluate`] of a cart that was checked ([`Cart::check`]), where it is known what its returned lines
/// do. Nothing else of them is looked at: what is sold earns as if it stood alone, and only the bill is
/// one.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_with(
    programme: &Programme,
    member: Option<&MemberSnapshot>,
    cart: &Cart,
    returns: Vec<GoodsBack>,
    words: (Language, Explaining),
) -> Result<Quote, CartProblem> {
    check::fits(cart, programme, member)?;
    priced(programme, member, cart, returns, words)
}

/// The quote of a cart that was checked.
fn priced(
    programme: &Programme,
    member: Option<&MemberSnapshot>,
    cart: &Cart,
    returns: Vec<GoodsBack>,
    words: (Language, Explaining),
) -> Result<Quote, CartProblem> {
    if let Some(member) = member.filter(|member| !member.status.is_active()) {
        return barred::quote(programme, member, cart, returns, words);
    }
    let quote = |returns: Vec<GoodsBack>, tier| {
        own::settled(programme, member, &|own| {
            in_tier(programme, member, cart, (returns.clone(), tier, own), words)
        })
    };
    let before = quote(returns, None)?;
    let tier = before.tier.as_ref();
    match tier.and_then(|tier| tier::tier_for_sale(programme, tier)) {
        None => Ok(before),
        Some(tier) => quote(before.outcome.returns, Some(tier)),
    }
}

/// The sale priced in the tier before it, or in another one, with points of its own to spend.
fn in_tier(
    programme: &Programme,
    member: Option<&MemberSnapshot>,
    cart: &Cart,
    (returns, priced_in, own): (Vec<GoodsBack>, Option<&Level>, &own::Own),
    (language, explaining): (Language, Explaining),
) -> Result<Quote, CartProblem> {
    let speaker = Speaker::new(programme, language, explaining);
    let sold_cart = cart.sold();

    let mut reasons = Vec::new();
    if speaker.explains() {
        reasons.reserve(explain::most_reasons(programme));
        reasons.extend(explain::codes_and_rewards(&speaker, cart));
        reasons.extend(explain::returns(&speaker, &returns));
    }
    let limits = Standing::new(programme, member);
    let mut undecided = Facts::new(programme, &sold_cart, member, None);
    undecided.tier = priced_in.or(undecided.tier);
    let picks = match &sold_cart {
        Cow::Borrowed(_) => Rc::clone(&undecided.picks),
        Cow::Owned(_) => Rc::new(Picks::new(programme, &cart.lines)),
    };
    let mut offered = Bill::new(cart, picks, stored_back(programme, &returns));
    let (offers, of_offers) = offer::offers(&speaker, &mut undecided, &mut offered);
    reasons.extend(of_offers);
    let purse = member.map(|member| own::purse(member, own));
    let mut spending = spend(&speaker, &undecided, offered.clone(), purse.as_deref());
    let would_spend = !spending.redemptions.is_empty();
    if let Some(limit) = limits.refuses_spending() {
        spending = Spending {
            bill: offered,
            redemptions: Vec::new(),
            vouchers: Vec::new(),
            redeemable: vec![Points::ZERO; programme.wallets().len()],
            reasons: velocity::nothing_spent(&speaker, limit),
        };
    }
    let Spending {
        bill,
        redemptions,
        vouchers,
        redeemable,
        reasons: of_spending,
    } = spending;
    reasons.extend(of_spending);

    let uses_points = Some(redemptions.iter().any(|part| !part.pays));
    let stored = tally::stored_by_method(programme, &redemptions);
    let facts = Facts {
        uses_points,
        stored_methods: stored.iter().map(|(method, _)| *method).collect(),
        ..undecided
    };
    let (payable, nets, line_offers) = (
        bill.payable(),
        bill.nets_of_sold(),
        bill.line_offers_of_sold(),
    );
    let terms = Terms {
        facts: &facts,
        payable: payable + bill.stored(),
        stored,
        rounding: RoundingOf::Rule,
    };
    let sold = Sold {
        facts: &facts,
        nets: &nets,
        line_offers: &line_offers,
        wholes: Wholes::default(),
    };
    let mut left_out = Vec::new();
    let mut tallies = tally::tally(programme, &terms, &sold, &mut |why| {
        if speaker.explains() {
            left_out.push(why);
        }
    })?;
    limits.refuse_awards(&mut tallies);
    if speaker.explains() {
        told::reasons(&speaker, &facts, (&tallies, left_out), &mut reasons);
    }
    let mut awards = tally::awards(&tallies);
    let step = tier::Step::of(programme, &facts, &tallies, &sold, None);
    let refuses = |wallet, points| limits.refuses_entry(&tallies, wallet, points);
    let entered = step.map(|step| step.entries(programme, &facts, &refuses));
    for entered in entered.iter().flatten() {
        awards.extend(entered.award().cloned());
        speaker.tell(&mut reasons, || entered.reason(&speaker));
    }
    let reached = challenge::reached(programme, &facts, &sold, &refuses);
    for reached in &reached {
        awards.extend(reached.awards().cloned());
        speaker.tell(&mut reasons, || reached.reason(&speaker, &facts));
    }
    let brought = referral::brought(programme, &facts, &sold, &refuses);
    if let Some(brought) = &brought {
        awards.extend(brought.awards().cloned());
        speaker.tell(&mut reasons, || brought.reason(&speaker));
    }
    let turning = draw::turning(programme, &facts, &sold, limits.refuses_sales());
    for turning in &turning {
        speaker.tell(&mut reasons, || turning.reason(&speaker, &facts));
    }
    let draws = turning.iter().filter_map(draw::Turning::turns);
    let on = cart.business_date;
    let challenges = reached.iter().filter_map(|goal| goal.line(&speaker, on));
    awards.extend(vouchers);
    check::awards_fit(&awards)?;
    let (limits, of_limits) = limits.tell(&speaker, &tallies, would_spend);
    reasons.extend(of_limits);
    let (awards, awards_with_card) = match member {
        Some(_) => (awards, Vec::new()),
        None => (Vec::new(), awards),
    };

    let mut quote = Quote {
        programme: programme.id().to_owned(),
        programme_version: programme.version(),
        currency: programme.currency().code().to_owned(),
        outcome: Outcome {
            total: bill.total(),
            payable,
            stored: bill.stored(),
            line_discounts: bill.into_line_discounts(),
            redemptions,
            awards,
            returns,
            offers,
            priced_in_tier: priced_in.map(|level| level.id.clone()),
            referral: brought.and_then(|brought| brought.advocate()),
            draws: draws.collect(),
        },
        awards_with_card,
        wallets: Vec::new(),
        as_of_ms: member.and_then(|member| member.as_of),
        limits,
        member_status: MemberStatus::Active,
        tier: None,
        challenges: challenges.collect(),
        drawn: Vec::new(),
        needs_payments: tallies.iter().any(|tally| tally.is_provisional),
        needs_code: false,
        is_training: false,
        explanation: Explanation::default(),
        language: language.code(),
    };
    let mut wallets = programme.wallets().iter();
    quote.needs_code = wallets.any(|wallet| wallet.needs_code(quote.outcome.spent(wallet.number)));
    assert_eq!(
        quote.outcome.total - quote.discount() - quote.outcome.stored,
        quote.outcome.payable,
        "discounts by line and stored value add up to what is taken off the bill"
    );
    if let Some(member) = member {
        quote.wallets = wallet_lines(programme, member, &quote, &redeemable);
        let counts = programme.tiers().and_then(|tiers| tiers.wallet);
        let balance = counts.and_then(|wallet| quote.wallet(wallet));
        let balance = balance.map(|line| line.after);
        let step = tier::Step::of(programme, &facts, &tallies, &sold, balance);
        quote.tier = tier::standing(&speaker, &facts, step.as_ref(), &mut reasons);
    }
    quote.explanation = Explanation::told(reasons);
    Ok(quote)
}

/// What a sale spends.
struct Spending<'a> {
    bill: Bill<'a>,
    redemptions: Vec<Redemption>,
    /// Vouchers that points bought.
    vouchers: Vec<Award>,
    /// Most points by wallet, in the programme's order.
    redeemable: Vec<Points>,
    reasons: Vec<Reason>,
}

/// Rewards first, then points as money, as the cart asks.
fn spend<'a>(
    speaker: &Speaker<'_>,
    facts: &Facts<'_>,
    mut bill: Bill<'a>,
    member: Option<&MemberSnapshot>,
) -> Spending<'a> {
    let programme = speaker.programme();
    let mut spent = reward::Spent::new();
    let reward::Had {
        mut redemptions,
        vouchers,
        mut reasons,
    } = reward::rewards(speaker, facts, member, &mut bill, &mut spent);
    let mut redeemable = vec![Points::ZERO; programme.wallets().len()];
    // Stored value pays last, when everything that takes something off has done so.
    let wallets = || programme.wallets().iter().enumerate();
    let discounting = wallets().filter(|(_, wallet)| !wallet.is_money());
    for (place, wallet) in discounting.chain(wallets().filter(|(_, wallet)| wallet.is_money())) {
        let wanted = bill.cart().points_wanted.get(&wallet.id).copied();
        let spent = spent.get(&wallet.number).copied().unwrap_or_default();
        let answer = redeem::redeem(speaker, (facts, member), wallet, (wanted, spent), &mut bill);
        reasons.extend(answer.reason);
        redemptions.extend(answer.redemption);
        redeemable[place] = answer.redeemable;
    }
    Spending {
        bill,
        redemptions,
        vouchers,
        redeemable,
        reasons,
    }
}

/// What goes back onto stored value with goods that come back.
fn stored_back(programme: &Programme, returns: &[GoodsBack]) -> Money {
    let parts = returns.iter().flat_map(|back| &back.wallets);
    let stored = parts.filter(|part| {
        let wallet = programme.wallet_by_number(part.wallet);
        wallet.is_some_and(|wallet| wallet.is_money())
    });
    Money::new(stored.map(|part| part.returned).sum::<Points>().get())
}

fn wallet_lines(
    programme: &Programme,
    member: &MemberSnapshot,
    quote: &Quote,
    redeemable: &[Points],
) -> Vec<WalletLine> {
    let line = |(wallet, &redeemable): (&crate::programme::Wallet, &Points)| {
        let before = member.balance(wallet.number);
        let (awarded, redeemed) = (quote.awarded(wallet.number), quote.redeemed(wallet.number));
        let (taken_back, returned) = quote.goods_back(wallet.number);
        let once_back = match &member.after_returns {
            Some(balances) => {
                balances
                    .get(&wallet.number)
                    .copied()
                    .unwrap_or_default()
                    .known
            }
            None => before.known - taken_back + returned,
        };
        WalletLine {
            wallet: wallet.id.clone(),
            number: wallet.number,
            before,
            awarded,
            redeemed,
            taken_back,
            returned,
            after: once_back - redeemed + awarded,
            redeemable,
        }
    };
    programme
        .wallets()
        .iter()
        .zip(redeemable)
        .map(line)
        .collect()
}

impl MemberSnapshot {
    /// The balance in a wallet; all zero where the snapshot has none.
    pub fn balance(&self, wallet: WalletNumber) -> Balance {
        self.balances.get(&wallet).copied().unwrap_or_default()
    }

    /// What can be spent by a sale: now, and still once its goods are back. Points that come back with
    /// them can be spent by the next sale.
    pub(in crate::evaluate) fn spendable(&self, wallet: WalletNumber) -> Points {
        let now = self.balance(wallet).spendable;
        match &self.after_returns {
            None => now,
            Some(balances) => {
                let then = balances.get(&wallet).copied().unwrap_or_default();
                now.min(then.spendable)
            }
        }
    }
}

#[cfg(test)]
mod tests;
