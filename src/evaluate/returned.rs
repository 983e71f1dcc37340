//! How far the goods of a sale have gone back, what is kept of them, and what that means for its
//! points (ledger.md, "Refunds").
//!
//! Everything is told as a *standing*: what has gone back in all, so far. A refund is the difference
//! of two standings, so that any split of a return ends where one whole return ends.

use crate::kernel::Few;

use minicbor::{Decode, Encode};

use super::cart::{Cart, Line};
use super::due::{KeptLine, due_after, worth_of};
use super::problem::CartProblem;
use super::quote::{Award, MemberSnapshot, Outcome};
use super::select::fitting;
use crate::kernel::{Money, Points, Quantity, WalletNumber};
use crate::programme::{
    Programme, RefundBase, RefundPolicy, RefundRules, Selector, SpentReturn, Wallet,
};

/// What comes back of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goods {
    /// Everything that has not come back yet.
    Everything,
    /// The same, because the sale should never have been: it counts for nothing any more.
    PostVoid,
    /// Parts of lines. A line may stand in it more than once.
    Parts(Vec<ReturnedPart>),
}

/// A part of a line that comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnedPart {
    /// The line, from 0 in the order of the cart.
    pub line: usize,
    /// How much of it.
    pub measure: Measure,
}

/// How a returned part is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Goods, in thousandths. They give back their share of what was paid for the line.
    Quantity(Quantity),
    /// Goods for which the POS gives this much money back, in minor units, zero or more.
    QuantityFor(Quantity, Money),
    /// Money, in minor units, without goods: a price reduction after the sale.
    Amount(Money),
}

/// How far one line has gone back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ReturnedLine {
    /// Of its quantity.
    #[n(0)]
    pub quantity: Quantity,
    /// Of what was paid for it, by the goods.
    #[n(1)]
    pub net: Money,
    /// What the POS gave back for it, where it said another amount than `net`.
    #[n(2)]
    pub stated: Option<Money>,
}

impl ReturnedLine {
    /// The money the customer got back.
    pub fn paid_back(&self) -> Money {
        self.stated.unwrap_or(self.net)
    }

    fn by(&self, base: RefundBase) -> Money {
        match base {
            RefundBase::LineNet => self.net,
            RefundBase::Stated => self.paid_back(),
        }
    }
}

/// Lines of which something has gone back, by their place in the cart.
pub type ReturnedLines = Few<u32, ReturnedLine>;

/// Points by wallet.
pub type Sums = Few<WalletNumber, Points>;

/// How much of a sale's points has gone back so far, by wallet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PointsBack {
    /// Awarded points taken back.
    pub taken_back: Sums,
    /// Spent points given back.
    pub returned: Sums,
}

/// Why so much cannot come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReturn {
    /// No part is named.
    Nothing,
    /// There is no such line, or it is itself a return.
    Line,
    /// A quantity that is not above zero.
    Quantity,
    /// An amount that is below zero, or zero where there are no goods.
    Amount,
    /// Of the line of this part, from 0, only so much was left to return before this request.
    QuantityLeft(usize, Quantity),
    /// Of the line of this part, from 0, only so much of what was paid was left to give back.
    AmountLeft(usize, Money),
}

/// A sale as it was decided.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// The programme version that priced it.
    pub programme: &'a Programme,
    /// What was known of the member.
    pub member: Option<&'a MemberSnapshot>,
    /// What the till said.
    pub cart: &'a Cart,
    /// What it gave and took.
    pub outcome: &'a Outcome,
}

impl Decided<'_> {
    /// What was paid for a line: its total less what loy took off.
    pub fn net_of(&self, line: usize) -> Money {
        self.cart.lines[line].line_total - self.discount_of(line)
    }

    fn discount_of(&self, line: usize) -> Money {
        let discounts = &self.outcome.line_discounts;
        discounts.get(line).copied().unwrap_or_default()
    }

    /// The lines that can come back: what was sold, with their places.
    fn sold(&self) -> impl Iterator<Item = (usize, &Line)> {
        let lines = self.cart.lines.iter().enumerate();
        lines.filter(|(_, line)| !line.is_returned())
    }

    fn whole(&self, index: usize) -> ReturnedLine {
        ReturnedLine {
            quantity: self.cart.lines[index].quantity_milli,
            net: self.net_of(index),
            stated: None,
        }
    }

    /// How far each line has gone back once `goods` have too.
    ///
    /// # Errors
    /// More than was sold, with what is left; a line or an amount that is none.
    pub fn after(&self, before: &ReturnedLines, goods: &Goods) -> Result<ReturnedLines, NoReturn> {
        let mut lines = before.clone();
        match goods {
            Goods::Everything | Goods::PostVoid => {
                for (index, _) in self.sold() {
                    let so_far = lines.entry(place(index)).or_default();
                    let whole = self.whole(index);
                    *so_far = self.given_by_goods(index, whole, *so_far);
                }
            }
            Goods::Parts(parts) if parts.is_empty() => return Err(NoReturn::Nothing),
            Goods::Parts(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    let line = self.cart.lines.get(part.line);
                    if line.is_none_or(Line::is_returned) {
                        return Err(NoReturn::Line);
                    }
                    let first = before.get(&place(part.line)).copied().unwrap_or_default();
                    let so_far = lines.entry(place(part.line)).or_default();
                    *so_far = self.after_part((index, part), first, *so_far)?;
                }
            }
        }
        Ok(lines)
    }

    /// One line after one more part of it has come back; `first` is how far it had before them all.
    fn after_part(
        &self,
        (index, part): (usize, &ReturnedPart),
        first: ReturnedLine,
        so_far: ReturnedLine,
    ) -> Result<ReturnedLine, NoReturn> {
        let net = self.net_of(part.line);
        let amount_left = |left: Money| NoReturn::AmountLeft(index, left.max(Money::ZERO));
        let goods_after = |more| {
            let after = self.after_quantity(part.line, more, so_far)?;
            let left = self.cart.lines[part.line].quantity_milli - first.quantity;
            after.ok_or(NoReturn::QuantityLeft(index, left.max(Quantity::ZERO)))
        };
        match part.measure {
            Measure::Quantity(more) => {
                let after = goods_after(more)?;
                Ok(self.given_by_goods(part.line, after, so_far))
            }
            Measure::QuantityFor(more, amount) => {
                let after = goods_after(more)?;
                if amount.is_negative() {
                    return Err(NoReturn::Amount);
                }
                if amount > net - so_far.paid_back() {
                    return Err(amount_left(net - first.paid_back()));
                }
                Ok(stated(after, so_far.paid_back() + amount))
            }
            Measure::Amount(more) => {
                if !more.is_positive() {
                    return Err(NoReturn::Amount);
                }
                let left = |gone: ReturnedLine| net - gone.net.max(gone.paid_back());
                if more > left(so_far) {
                    return Err(amount_left(left(first)));
                }
                let after = ReturnedLine {
                    net: so_far.net + more,
                    ..so_far
                };
                Ok(stated(after, so_far.paid_back() + more))
            }
        }
    }

    /// Goods give their share back; where the POS gave more than that before, no more than was paid.
    fn given_by_goods(
        &self,
        line: usize,
        after: ReturnedLine,
        so_far: ReturnedLine,
    ) -> ReturnedLine {
        let given = so_far.paid_back() + (after.net - so_far.net);
        stated(after, no_more_than(given, self.net_of(line)))
    }

    /// Nothing where so much is not left.
    fn after_quantity(
        &self,
        line: usize,
        more: Quantity,
        so_far: ReturnedLine,
    ) -> Result<Option<ReturnedLine>, NoReturn> {
        if !more.is_positive() {
            return Err(NoReturn::Quantity);
        }
        let (quantity, net) = (self.cart.lines[line].quantity_milli, self.net_of(line));
        if more > quantity - so_far.quantity {
            return Ok(None);
        }
        let after = so_far.quantity + more;
        let share = |returned: Quantity| share_floor(net.get(), returned.get(), quantity.get());
        let gained = share(after) - share(so_far.quantity);
        // A price reduction before may have given part of this back already.
        let given = if after == quantity {
            net
        } else {
            so_far.net + Money::new(gained)
        };
        Ok(Some(ReturnedLine {
            quantity: after,
            net: no_more_than(given, net),
            stated: None,
        }))
    }

    /// How much of these goods and of this money still fits into what is left of a line; no goods where
    /// it has none.
    pub fn fitting(
        &self,
        so_far: &ReturnedLines,
        line: usize,
        (quantity, amount): (Quantity, Money),
    ) -> (Quantity, Money) {
        let sold = self.cart.lines.get(line).filter(|line| !line.is_returned());
        let Some(sold) = sold else {
            return (Quantity::ZERO, Money::ZERO);
        };
        let gone = so_far.get(&place(line)).copied().unwrap_or_default();
        let fits = quantity.min((sold.quantity_milli - gone.quantity).max(Quantity::ZERO));
        let share = share_floor(amount.get(), fits.get(), quantity.get().max(1));
        let left = (self.net_of(line) - gone.paid_back()).max(Money::ZERO);
        (fits, Money::new(share).min(left))
    }

    /// Nothing of the sale is kept.
    pub fn is_everything(&self, gone: &ReturnedLines) -> bool {
        self.sold().all(|(index, _)| {
            let whole = self.whole(index);
            let gone = gone.get(&place(index)).copied().unwrap_or_default();
            (gone.quantity, gone.net) == (whole.quantity, whole.net)
        })
    }

    /// What is kept of each line: its quantity, what it still costs (what was paid less what was given
    /// back, to the unit), and that before its part of loy's discount.
    pub fn kept(&self, gone: &ReturnedLines, base: RefundBase) -> Vec<KeptLine> {
        let kept = |(index, line): (usize, &Line)| {
            let gone = gone.get(&place(index)).copied().unwrap_or_default();
            let net = self.net_of(index) - gone.by(base);
            KeptLine {
                quantity: line.quantity_milli - gone.quantity,
                line_total: net + self.discount_kept_of(index, gone, base),
                net,
            }
        };
        self.cart.lines.iter().enumerate().map(kept).collect()
    }

    /// What the sale gives for what is still kept of it, by each wallet's own measure of that.
    ///
    /// # Errors
    /// Points beyond 9e15.
    pub fn kept_awards(&self, gone: &ReturnedLines) -> Result<Vec<Award>, CartProblem> {
        let mut awards = Vec::new();
        for base in [RefundBase::LineNet, RefundBase::Stated] {
            let has_base = |number| {
                let wallet = self.programme.wallet_by_number(number);
                wallet.is_some_and(|wallet| wallet.refund.base == base)
            };
            if self
                .programme
                .wallets()
                .iter()
                .any(|wallet| has_base(wallet.number))
            {
                let due = due_after(self, &self.kept(gone, base))?;
                awards.extend(due.into_iter().filter(|award| has_base(award.wallet)));
            }
        }
        Ok(awards)
    }

    /// What was paid for what is kept of such lines.
    pub fn paid_for(&self, selector: &Selector, gone: &ReturnedLines) -> Money {
        let kept = self.kept(gone, RefundBase::LineNet);
        let such = fitting(selector, &self.cart.lines).into_iter();
        let sold = such.filter(|line| !self.cart.lines[*line].is_returned());
        sold.map(|line| kept[line].net).sum()
    }

    /// The part of a line's discount that stays with what is kept, to the nearest unit.
    fn discount_kept_of(&self, line: usize, gone: ReturnedLine, base: RefundBase) -> Money {
        let (discount, net) = (self.discount_of(line), self.net_of(line));
        if !net.is_positive() {
            return discount - self.discount_gone_of(line, gone, base);
        }
        let exact = 2 * i128::from(discount.get()) * i128::from((net - gone.by(base)).get());
        let nearest = (exact + i128::from(net.get())).div_euclid(2 * i128::from(net.get()));
        Money::new(i64::try_from(nearest).expect("a share is no larger than the whole"))
    }

    /// The part of what was taken off a line that has gone back with it, rounded down: of the points
    /// that paid for it no fraction comes back before the rest does.
    fn discount_gone_of(&self, line: usize, gone: ReturnedLine, base: RefundBase) -> Money {
        self.part_gone_of(self.discount_of(line), line, gone, base)
    }

    fn part_gone_of(
        &self,
        discount: Money,
        line: usize,
        gone: ReturnedLine,
        base: RefundBase,
    ) -> Money {
        let net = self.net_of(line);
        let share = if net.is_positive() {
            share_floor(discount.get(), gone.by(base).get(), net.get())
        } else {
            let quantity = self.cart.lines[line].quantity_milli;
            share_floor(discount.get(), gone.quantity.get(), quantity.get().max(1))
        };
        Money::new(share)
    }

    /// Of what was paid for the sale, what has gone back, and all of it.
    fn net_gone(&self, gone: &ReturnedLines, base: RefundBase) -> (i64, i64) {
        let net = |line| self.net_of(line).max(Money::ZERO);
        let all: Money = self.sold().map(|(line, _)| net(line)).sum();
        let lines = self.sold().filter_map(|(line, _)| {
            let gone = gone.get(&place(line))?;
            Some(gone.by(base).max(Money::ZERO).min(net(line)))
        });
        let sum: Money = lines.sum();
        (sum.get(), all.get())
    }

    /// Of what a wallet's points took off the sale, what has gone back, and all of it.
    fn points_off_gone(
        &self,
        gone: &ReturnedLines,
        base: RefundBase,
        wallet: WalletNumber,
    ) -> (i64, i64) {
        let off = |line| self.outcome.points_off(line, wallet);
        let all: Money = self.sold().map(|(line, _)| off(line)).sum();
        let lines = self.sold().filter_map(|(line, _)| {
            let gone = gone.get(&place(line))?;
            Some(self.part_gone_of(off(line), line, *gone, base))
        });
        let sum: Money = lines.sum();
        (sum.get(), all.get())
    }
}

/// A return of a sale that is being worked out.
#[derive(Clone, Copy, Debug)]
pub struct Return<'a> {
    /// The sale.
    pub sale: Decided<'a>,
    /// The programme version of today, for wallets whose policy is `rules: current`.
    pub current: &'a Programme,
    /// Points the sale gave, by its entries.
    pub awarded: &'a Sums,
    /// Points it spent, by its entries.
    pub redeemed: &'a Sums,
    /// What has gone back before.
    pub before: &'a ReturnedLines,
    /// What has gone back with this return.
    pub after: &'a ReturnedLines,
    /// The points of `before`.
    pub so_far: &'a PointsBack,
}

/// How far awards and redemptions have gone back once `after` has gone back: the sale's own programme
/// prices what is kept, with everything else as it was at the sale, and its wallets' policies say
/// the rest. No wallet's standing ever shrinks.
///
/// # Errors
/// Points beyond 9e15.
pub fn points_back(parts: &Return<'_>) -> Result<PointsBack, CartProblem> {
    let mut back = parts.so_far.clone();
    let mut due = DueByBase::default();
    for wallet in parts.sale.programme.wallets() {
        let number = wallet.number;
        let so_far = of(&parts.so_far.taken_back, number);
        let awarded = of(parts.awarded, number);
        let taken = match wallet.refund.rules {
            // Nothing was given where there was no member, whatever the goods are worth today.
            RefundRules::Current if parts.sale.member.is_none() => so_far,
            RefundRules::Current => so_far + worth_gone(parts, wallet.refund, number)?,
            RefundRules::Sale if awarded.is_zero() => so_far,
            RefundRules::Sale => {
                let still = due.of(parts, wallet.refund.base, number)?;
                (awarded - still).max(so_far)
            }
        };
        if taken.is_positive() {
            back.taken_back.insert(number, taken);
        }
        let redeemed = of(parts.redeemed, number);
        let returned = returned(parts, wallet, redeemed);
        let returned = returned.max(of(&parts.so_far.returned, number));
        if returned.is_positive() {
            back.returned.insert(number, returned);
        }
    }
    Ok(back)
}

/// What is still due, worked out once for each base.
#[derive(Default)]
struct DueByBase(Vec<(RefundBase, Vec<Award>)>);

impl DueByBase {
    fn of(
        &mut self,
        parts: &Return<'_>,
        base: RefundBase,
        wallet: WalletNumber,
    ) -> Result<Points, CartProblem> {
        if !self.0.iter().any(|(known, _)| *known == base) {
            let kept = parts.sale.kept(parts.after, base);
            let due = if nothing_kept(parts, &kept) {
                Vec::new()
            } else {
                due_after(&parts.sale, &kept)?
            };
            self.0.push((base, due));
        }
        let due = self.0.iter().find(|(known, _)| *known == base);
        Ok(due.map_or(Points::ZERO, |(_, awards)| sum_in(awards, wallet)))
    }
}

/// Everything is back, and so is all the money that counts: a free or a negative line does not keep
/// anything alive.
fn nothing_kept(parts: &Return<'_>, kept: &[KeptLine]) -> bool {
    parts.sale.is_everything(parts.after) && kept.iter().all(|kept| kept.net.is_zero())
}

/// What the goods of this very return are worth by today's rules.
fn worth_gone(
    parts: &Return<'_>,
    policy: RefundPolicy,
    wallet: WalletNumber,
) -> Result<Points, CartProblem> {
    let worth = |gone: &ReturnedLines| -> Result<Points, CartProblem> {
        let sale = Decided {
            programme: parts.current,
            ..parts.sale
        };
        let kept = parts.sale.kept(gone, policy.base);
        Ok(sum_in(&worth_of(&sale, &kept)?, wallet))
    };
    Ok((worth(parts.before)? - worth(parts.after)?).max(Points::ZERO))
}

/// How many of the points a sale spent have come back.
fn returned(parts: &Return<'_>, wallet: &Wallet, redeemed: Points) -> Points {
    let policy = wallet.refund;
    match policy.spent {
        SpentReturn::Never => Points::ZERO,
        SpentReturn::FullOnly if parts.sale.is_everything(parts.after) => redeemed,
        SpentReturn::FullOnly => Points::ZERO,
        SpentReturn::ProRata => {
            let sale = &parts.sale;
            let is_line_net = policy.base == RefundBase::LineNet;
            if is_line_net && sale.is_everything(parts.after) {
                return redeemed;
            }
            let (gone, all) = if wallet.is_money() {
                sale.net_gone(parts.after, policy.base)
            } else {
                sale.points_off_gone(parts.after, policy.base, wallet.number)
            };
            // What bought a gift or a voucher comes back with the last of the goods.
            let for_goods = sale.outcome.points_for_goods(wallet.number);
            let for_money = (redeemed - for_goods).max(Points::ZERO);
            if all == 0 {
                return Points::ZERO;
            }
            Points::new(share_floor(for_money.get(), gone, all))
        }
    }
}

fn of(points: &Sums, wallet: WalletNumber) -> Points {
    points.get(&wallet).copied().unwrap_or_default()
}

fn sum_in(awards: &[Award], wallet: WalletNumber) -> Points {
    let awards = awards.iter().filter(|award| award.wallet == wallet);
    awards.map(|award| award.points).sum()
}

fn stated(line: ReturnedLine, paid_back: Money) -> ReturnedLine {
    let stated = (paid_back != line.net).then_some(paid_back);
    ReturnedLine { stated, ..line }
}

/// No more than was paid for a line; of money off on a line of its own, no more than was taken off.
fn no_more_than(given: Money, net: Money) -> Money {
    if net.is_negative() {
        given.max(net)
    } else {
        given.min(net)
    }
}

/// The key of a line.
fn place(line: usize) -> u32 {
    u32::try_from(line).expect("a cart has at most 2,000 lines")
}

/// `floor(whole * part / all)`, and all of it once everything is gone.
fn share_floor(whole: i64, part: i64, all: i64) -> i64 {
    if part >= all {
        return whole;
    }
    let exact = i128::from(whole) * i128::from(part);
    i64::try_from(exact.div_euclid(i128::from(all))).expect("a share is no larger than the whole")
}
