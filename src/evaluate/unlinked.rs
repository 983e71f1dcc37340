//! Goods that come back of a sale that is not known (ledger.md, "Refunds").

use super::cart::{Cart, Line};
use super::check;
use super::facts::Facts;
use super::history::History;
use super::problem::CartProblem;
use super::quote::{Award, GoodsBack, MemberSnapshot, WalletBack};
use super::select::fitting;
use super::tally::{RoundingOf, Sold, Terms, Wholes, awards, tally};
use crate::kernel::Few;
use crate::kernel::{MemberStatus, Money, Points, Quantity, WalletNumber};
use crate::programme::{Programme, Selector};

/// What returned goods are worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worth {
    /// Money given back, zero or more.
    pub amount: Money,
    /// What they would have been awarded, below zero: it is to be taken back.
    pub awards: Vec<Award>,
}

impl Worth {
    /// Points to take back, by wallet, zero or more.
    pub fn taken(&self) -> Few<WalletNumber, Points> {
        let mut taken = Few::new();
        for award in &self.awards {
            *taken.entry(award.wallet).or_insert(Points::ZERO) -= award.points;
        }
        taken
    }
}

/// The worth of a cart of goods whose sale is not known: as if they were sold at their own prices, on
/// their own date, to the member in the tier of today; each rule rounded toward zero, and no cap over
/// time used up. `cart` has nothing but lines with a quantity below zero.
///
/// # Errors
/// As [`super::evaluate`].
pub fn worth_of_goods(
    programme: &Programme,
    member: Option<&MemberSnapshot>,
    cart: &Cart,
) -> Result<Worth, CartProblem> {
    check::fits(cart, programme, member)?;
    let sold = mirrored(cart);
    let today = member.map(|member| MemberSnapshot {
        history: member.history.as_ref().map(|history| History {
            is_same_visit: false,
            rules: Few::new(),
            wallets: Few::new(),
            rewards_today: Few::new(),
            ..history.clone()
        }),
        // Goods earned when they were bought, by whomever.
        status: MemberStatus::Active,
        ..member.clone()
    });
    let facts = Facts::new(programme, &sold, today.as_ref(), Some(false));
    let nets: Vec<Money> = sold.lines.iter().map(|line| line.line_total).collect();
    let terms = Terms {
        facts: &facts,
        payable: sold.total(),
        stored: Vec::new(),
        rounding: RoundingOf::Unlinked,
    };
    let goods = Sold {
        facts: &facts,
        nets: &nets,
        line_offers: &vec![Money::ZERO; nets.len()],
        wholes: Wholes::default(),
    };
    let mut awards = match member {
        None => Vec::new(),
        Some(_) => awards(&tally(programme, &terms, &goods, &mut |_| ())?),
    };
    for award in &mut awards {
        award.points = -award.points;
    }
    Ok(Worth {
        amount: sold.total(),
        awards,
    })
}

/// The same goods as if they were sold.
fn mirrored(cart: &Cart) -> Cart {
    let mut sold = cart.clone();
    for line in &mut sold.lines {
        line.quantity_milli = Quantity::ZERO - line.quantity_milli;
        line.line_total = -line.line_total;
        line.tax_inside = -line.tax_inside;
        line.tax_outside = -line.tax_outside;
    }
    for payment in &mut sold.payments {
        payment.amount = -payment.amount;
    }
    sold
}

impl Cart {
    /// The sum of such lines, below zero for goods that come back.
    pub fn total_of(&self, selector: &Selector) -> Money {
        let such = fitting(selector, &self.lines).into_iter();
        such.map(|line| self.lines[line].line_total).sum()
    }

    /// A cart of these lines of it alone: goods that come back. No payment of theirs is known, and the
    /// receipt is the whole cart's.
    pub fn of_returned(&self, lines: Vec<Line>) -> Self {
        let mut cart = Self {
            lines,
            payments: Vec::new(),
            receipt_number: None,
            ..self.clone()
        };
        for line in &mut cart.lines {
            line.return_of = None;
        }
        cart
    }
}

/// What the returned lines of a cart do, as far as the cart alone tells: those whose sale is named are
/// worth what the ledger that knows the sale says.
pub(super) fn returns_alone(
    programme: &Programme,
    member: Option<&MemberSnapshot>,
    cart: &Cart,
) -> Result<Vec<GoodsBack>, CartProblem> {
    let mut returns: Vec<GoodsBack> = Vec::new();
    let returned = || cart.lines.iter().filter(|line| line.is_returned());
    for line in returned() {
        let Some(of) = &line.return_of else { continue };
        let sale = Some(of.sale.clone());
        let amount = -line.line_total;
        match returns.iter_mut().find(|back| back.sale == sale) {
            Some(back) => back.amount += amount,
            None => returns.push(GoodsBack {
                sale,
                amount,
                wallets: Vec::new(),
            }),
        }
    }
    let unlinked: Vec<Line> = returned()
        .filter(|line| line.return_of.is_none())
        .cloned()
        .collect();
    if !unlinked.is_empty() {
        let worth = worth_of_goods(programme, member, &cart.of_returned(unlinked))?;
        let taken = worth.taken().into_iter();
        let wallets =
            taken
                .filter(|(_, points)| points.is_positive())
                .map(|(wallet, taken_back)| WalletBack {
                    wallet,
                    taken_back,
                    ..WalletBack::default()
                });
        returns.push(GoodsBack {
            sale: None,
            amount: worth.amount,
            wallets: wallets.collect(),
        });
    }
    Ok(returns)
}
