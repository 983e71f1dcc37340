//! Compiled programme + member + cart -> quote. Total and pure.
//!
//! The order is that of docs/programme.md, "Evaluation order"; every step leaves a [`Reason`].

mod because;
pub mod cart;
mod cart_builder;
mod cart_json;
mod check;
mod claim;
mod due;
mod explain;
mod facts;
mod gives;
pub mod history;
mod limits;
mod member_json;
mod problem;
pub mod quote;
mod receipt;
mod redeem;
mod returned;
mod reward;
mod select;
mod tally;
mod tier;
mod told;
mod truth;

pub use cart::{Cart, Line, LineFlag, Payment, ReceiptPart};
pub use cart_json::first_difference;
pub use check::{LINES_MAX, SKU_MAX, TEXT_MAX};
pub use claim::{awards_of_claim, quote_of_claim};
pub use due::{KeptLine, due_after};
pub use history::{History, PastAward, PastSale, Used};
pub use problem::CartProblem;
pub use quote::{Award, MemberSnapshot, Outcome, Quote, Reason, Redemption, TierLine, WalletLine};
pub use receipt::{cashier_line, display_line, receipt_lines};
pub use returned::{
    Decided, Goods, Measure, NoReturn, PointsBack, Return, ReturnedLine, ReturnedLines,
    ReturnedPart, points_back,
};

use crate::kernel::{Balance, Money, Points, WalletNumber};
use crate::programme::Programme;
use crate::texts::Language;
use explain::Speaker;
use facts::Facts;
use redeem::Bill;
use tally::{RoundingOf, Sold, Terms};

/// What this cart would give and take, and why.
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
    cart.check()?;
    check::fits(cart, programme, member)?;
    let speaker = Speaker::new(programme, language);

    let mut explanation = explain::codes_and_rewards(&speaker, cart);
    let mut bill = Bill::new(cart);
    let mut spent = reward::Spent::new();
    let undecided = Facts::new(programme, cart, member, None);
    let (mut redemptions, reasons) =
        reward::rewards(&speaker, &undecided, member, &mut bill, &mut spent);
    explanation.extend(reasons);
    let mut redeemable = Vec::with_capacity(programme.wallets().len());
    for wallet in programme.wallets() {
        let wanted = cart.points_wanted.get(&wallet.id).copied();
        let spent = spent.get(&wallet.number).copied().unwrap_or_default();
        let answer = redeem::redeem(&speaker, wallet, member, wanted, spent, &mut bill);
        explanation.push(answer.reason);
        redemptions.extend(answer.redemption);
        redeemable.push(answer.redeemable);
    }

    let facts = Facts::new(programme, cart, member, Some(!redemptions.is_empty()));
    let (payable, nets) = (bill.payable(), bill.nets());
    let terms = Terms {
        facts: &facts,
        payable,
        rounding: RoundingOf::Rule,
    };
    let sold = Sold {
        facts: &facts,
        nets: &nets,
    };
    let tallies = tally::tally(programme, &terms, &sold)?;
    for tally in &tallies {
        let has_member = member.is_some();
        explanation.push(told::reason(&speaker, &facts, tally, &tallies, has_member));
    }
    let awards = tally::awards(&tallies);
    check::awards_fit(&awards)?;
    let mut tier = None;
    if member.is_some()
        && let Some((line, reason)) = tier::standing(&speaker, &facts, &tallies, payable)
    {
        tier = line;
        explanation.push(reason);
    }
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
            line_discounts: bill.into_line_discounts(),
            redemptions,
            awards,
        },
        awards_with_card,
        wallets: Vec::new(),
        tier,
        needs_payments: tallies.iter().any(|tally| tally.is_provisional),
        is_training: false,
        explanation,
        language: language.code(),
    };
    assert_eq!(
        quote.outcome.total - quote.discount(),
        quote.outcome.payable,
        "discounts by line add up to what is taken off the bill"
    );
    if let Some(member) = member {
        quote.wallets = wallet_lines(programme, member, &quote, &redeemable);
    }
    Ok(quote)
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
        WalletLine {
            wallet: wallet.id.clone(),
            number: wallet.number,
            before,
            awarded,
            redeemed,
            after: before.known - redeemed + awarded,
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
}

/// The lines' own share of a bill: no line that is zero or below takes part in a discount.
fn discountable(line_total: Money, discounted: Money) -> i64 {
    (line_total - discounted).get().max(0)
}

#[cfg(test)]
mod tests;
