//! What the POS works out by itself: taxes, and the receipt once loy has taken something off.
//!
//! A tax is written as the cases print it: `15% excl`, `10% incl`, `10% incl base + 10% excl` (the
//! second is taken of the price with the first), `15% excl + fixed 10` (10 a piece, whatever the
//! price). The receipt has the lines, and for each thing taken off one line a group of taxes. A fixed
//! tax is no part of what the cart says: no discount makes it less.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::model::TaxRounded;

/// The taxes of one line.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taxes(Vec<Tax>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tax {
    /// In the price: of one, and whether later taxes are taken of the price with it.
    Inside(Decimal, bool),
    /// On top: of one.
    Outside(Decimal),
    /// So much a piece.
    Fixed(Decimal),
}

/// Taxes on an amount, not rounded.
struct Parts {
    inside: Vec<Decimal>,
    outside: Vec<Decimal>,
}

impl Taxes {
    pub fn read(text: &str) -> Self {
        let one = |tax: &str| match tax.split_whitespace().collect::<Vec<_>>()[..] {
            ["fixed", amount] => Tax::Fixed(decimal(amount)),
            [rate, "excl"] => Tax::Outside(percent(rate)),
            [rate, "incl"] => Tax::Inside(percent(rate), false),
            [rate, "incl", "base"] => Tax::Inside(percent(rate), true),
            _ => panic!("a tax: {tax}"),
        };
        let taxes = text.split('+').map(str::trim);
        Self(taxes.filter(|tax| !tax.is_empty()).map(one).collect())
    }

    fn of(&self, price: Decimal) -> Parts {
        let inside_rates = self.0.iter().filter_map(|tax| match tax {
            Tax::Inside(rate, _) => Some(*rate),
            _ => None,
        });
        let base = price / (Decimal::ONE + inside_rates.sum::<Decimal>());
        let (mut inside, mut outside, mut base_now) = (Vec::new(), Vec::new(), base);
        for tax in &self.0 {
            match tax {
                Tax::Inside(rate, is_base) => {
                    inside.push(base * rate);
                    if *is_base {
                        base_now += base * rate;
                    }
                }
                Tax::Outside(rate) => outside.push(base_now * rate),
                Tax::Fixed(_) => {}
            }
        }
        Parts { inside, outside }
    }

    /// Tax in the price, and on top of it, rounded: what the cart says of a line.
    pub fn of_line(&self, price: Decimal, decimals: u32) -> (Decimal, Decimal) {
        let Parts { inside, outside } = self.of(price);
        let sum = |taxes: Vec<Decimal>| taxes.into_iter().map(|tax| round(tax, decimals)).sum();
        (sum(inside), sum(outside))
    }

    fn fixed(&self, pieces: Decimal) -> Decimal {
        let fixed = self.0.iter().filter_map(|tax| match tax {
            Tax::Fixed(amount) => Some(*amount),
            _ => None,
        });
        fixed.sum::<Decimal>() * pieces
    }
}

/// A line of the receipt: goods, or something taken off.
pub struct Printed {
    pub taxes: Taxes,
    /// As the price is written, below zero for something taken off.
    pub price: Decimal,
    pub pieces: Decimal,
}

impl Printed {
    pub fn with_tax(&self, decimals: u32) -> Decimal {
        self.price + self.taxes.of_line(self.price, decimals).1
    }

    pub fn without_tax(&self, decimals: u32) -> Decimal {
        self.price - self.taxes.of_line(self.price, decimals).0
    }
}

/// The foot of a receipt.
pub struct Receipt {
    pub total: Decimal,
    pub tax: Decimal,
}

impl Receipt {
    pub fn of(lines: &[Printed], decimals: u32, rounded: TaxRounded) -> Self {
        let prices: Decimal = lines.iter().map(|line| line.price).sum();
        let fixed: Decimal = lines.iter().map(|line| line.taxes.fixed(line.pieces)).sum();
        let (inside, outside) = match rounded {
            TaxRounded::EachLine => lines.iter().fold((fixed, fixed), |sums, line| {
                let (inside, outside) = line.taxes.of_line(line.price, decimals);
                (sums.0 + inside, sums.1 + outside)
            }),
            TaxRounded::Together => {
                let mut groups: BTreeMap<&Taxes, Decimal> = BTreeMap::new();
                for line in lines {
                    *groups.entry(&line.taxes).or_default() += line.price;
                }
                groups.iter().fold((fixed, fixed), |sums, (taxes, price)| {
                    let (inside, outside) = taxes.of_line(*price, decimals);
                    (sums.0 + inside, sums.1 + outside)
                })
            }
        };
        // A fixed tax is on top.
        let inside = inside - fixed;
        Self {
            total: prices + outside,
            tax: inside + outside,
        }
    }
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_else(|_| panic!("a decimal: {text}"))
}

fn percent(text: &str) -> Decimal {
    decimal(text.trim_end_matches('%')) / Decimal::ONE_HUNDRED
}

/// To the nearest, halves away from zero, as receipts do.
pub fn round(exact: Decimal, decimals: u32) -> Decimal {
    exact.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}
