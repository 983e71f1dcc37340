//! The bill while effects take something off it, one after the other.

use std::rc::Rc;

use super::cart::Cart;
use super::quote::LinePart;
use super::select::{Picks, part_of};
use crate::kernel::Money;
use crate::kernel::allocation::allocate;
use crate::programme::Stage;

/// What each line cost, and what was taken off it so far.
#[derive(Clone)]
pub(super) struct Bill<'a> {
    cart: &'a Cart,
    picks: Rc<Picks>,
    total: Money,
    /// The sum of `discounts`.
    discount: Money,
    discounts: Vec<Money>,
    /// Of it, what offers on lines took off.
    line_offers: Vec<Money>,
    /// Pieces of each line that cost nothing any more.
    free_pieces: Vec<i64>,
    /// What stored value pays, less what goes back onto it.
    stored: Money,
}

impl<'a> Bill<'a> {
    /// `back` goes back onto stored value with goods that come back, and is not paid out.
    pub fn new(cart: &'a Cart, picks: Rc<Picks>, back: Money) -> Self {
        Self {
            picks,
            stored: -back,
            cart,
            total: cart.total(),
            discount: Money::ZERO,
            discounts: vec![Money::ZERO; cart.lines.len()],
            line_offers: vec![Money::ZERO; cart.lines.len()],
            free_pieces: vec![0; cart.lines.len()],
        }
    }

    pub fn cart(&self) -> &'a Cart {
        self.cart
    }

    /// Which of its lines fit which selection.
    pub fn picks(&self) -> &Picks {
        &self.picks
    }

    /// What the lines cost before loy took anything off.
    pub fn total(&self) -> Money {
        self.total
    }

    /// What is left to pay.
    pub fn payable(&self) -> Money {
        self.total - self.discount - self.stored
    }

    /// What stored value pays, less what goes back onto it.
    pub fn stored(&self) -> Money {
        self.stored
    }

    /// What is left to pay with the tax that the POS adds on top of it: what stored value can pay.
    pub fn to_pay(&self) -> Money {
        let lines = self.cart.lines.iter().zip(&self.discounts);
        let outside = lines.map(|(line, off)| {
            let net = line.line_total - *off;
            part_of(line.tax_outside, net, line.line_total)
        });
        self.payable() + outside.sum()
    }

    /// Stored value pays so much.
    pub fn pay(&mut self, amount: Money) {
        assert!(
            amount.is_positive() && amount <= self.to_pay(),
            "stored value pays no more than there is to pay"
        );
        self.stored += amount;
    }

    /// What a line has left to give: nothing where it is zero or below.
    pub fn left(&self, line: usize) -> i64 {
        let left = self.cart.lines[line].line_total - self.discounts[line];
        left.get().max(0)
    }

    /// Pieces of a line that cost nothing any more: others of it still have their whole price.
    pub fn free_pieces(&self, line: usize) -> i64 {
        self.free_pieces[line]
    }

    /// So many pieces of each of these lines are free now.
    pub fn free(&mut self, pieces: &[(usize, i64)]) {
        for &(line, count) in pieces {
            self.free_pieces[line] += count;
        }
    }

    /// What each line that is sold costs after what was taken off.
    pub fn nets_of_sold(&self) -> Vec<Money> {
        self.of_sold(|line| self.cart.lines[line].line_total - self.discounts[line])
    }

    /// Adds parts of lines to what was taken off the lines that are sold.
    pub fn note(&self, parts: &[LinePart], taken: &mut Vec<Money>) {
        if self.cart.has_returns() {
            *taken = self.of_sold(|line| self.discounts[line]);
            return;
        }
        taken.resize(self.discounts.len(), Money::ZERO);
        for part in parts {
            taken[part.line as usize] += part.amount;
        }
    }

    /// What offers on lines took off each line that is sold.
    pub fn line_offers_of_sold(&self) -> Vec<Money> {
        self.of_sold(|line| self.line_offers[line])
    }

    fn of_sold(&self, amount: impl Fn(usize) -> Money) -> Vec<Money> {
        let lines = self.cart.lines.iter().enumerate();
        lines
            .filter(|(_, line)| !line.is_returned())
            .map(|(index, _)| amount(index))
            .collect()
    }

    pub fn into_line_discounts(self) -> Vec<Money> {
        self.discounts
    }

    /// Takes `amount` off, split by what each line has left. Lines at zero or below take no part.
    pub fn take_off(&mut self, amount: Money) -> Vec<LinePart> {
        assert!(amount.is_positive(), "a discount takes something off");
        let left: Vec<i64> = (0..self.discounts.len())
            .map(|line| self.left(line))
            .collect();
        let parts = allocate(amount.get(), &left);
        let parts: Vec<(usize, Money)> = parts.into_iter().map(Money::new).enumerate().collect();
        self.take_parts(&parts, Stage::Voucher)
    }

    /// Takes so much off these lines.
    pub fn take_parts(&mut self, parts: &[(usize, Money)], stage: Stage) -> Vec<LinePart> {
        let mut taken = Vec::new();
        for &(line, part) in parts.iter().filter(|(_, part)| !part.is_zero()) {
            assert!(
                (0..=self.left(line)).contains(&part.get()),
                "no line gives more than it has left"
            );
            self.discounts[line] += part;
            self.discount += part;
            if stage == Stage::Line {
                self.line_offers[line] += part;
            }
            taken.push(LinePart {
                line: u32::try_from(line).expect("a cart has at most 2,000 lines"),
                amount: part,
            });
        }
        assert!(
            !self.payable().is_negative() || self.total.is_negative() || taken.is_empty(),
            "no bill goes below zero"
        );
        taken
    }
}
