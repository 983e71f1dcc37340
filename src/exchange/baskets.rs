//! The body *baskets*: the lines of sales, for reports. No points depend on it.
//!
//! SKUs and categories are named once and numbered in the order in which they first appear. A line
//! is a number `sku * 16 + mask`, then one CBOR item for each bit of the mask, lowest first.

use std::collections::HashMap;

use super::cbor::{FormError, Next, Reader, Writer, same_form};
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::ids::Seq;
use crate::kernel::{Money, Quantity};

/// Bytes of a SKU or a category.
pub const TEXT_MAX: usize = 200;
/// Lines of one sale (programme.md, bounds).
pub const LINES_OF_A_SALE_MAX: usize = 2_000;
/// Lines in one batch.
pub const LINES_MAX: usize = 400_000;

/// The lines of one sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basket {
    /// The sale's first entry.
    pub sale_seq: Seq,
    /// Its lines in the order of the receipt.
    pub lines: Vec<BasketLine>,
}

/// One line of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasketLine {
    /// What was sold, 1 to [`TEXT_MAX`] bytes.
    pub sku: String,
    /// How much, in thousandths; below zero for a return.
    pub quantity: Quantity,
    /// What was paid for the line, after all discounts.
    pub net: Money,
    /// Discount given by the programme on the line.
    pub discount: Money,
    /// Where it stands in the range, if the till knows.
    pub category: Option<String>,
}

mod bit {
    pub(super) const QUANTITY: u64 = 1;
    pub(super) const NET: u64 = 1 << 1;
    pub(super) const DISCOUNT: u64 = 1 << 2;
    pub(super) const CATEGORY: u64 = 1 << 3;
}
const MASKS: u64 = 16;
const ONE_PIECE: i64 = 1000;

/// What was last seen of a SKU.
#[derive(Clone, Copy)]
struct Seen {
    quantity: i64,
    net: i64,
    category: Option<u64>,
}

impl Seen {
    const NEW: Self = Self {
        quantity: ONE_PIECE,
        net: 0,
        category: None,
    };

    /// The net amount at the last price, if it comes out whole.
    fn net_of(&self, quantity: i64) -> i64 {
        if self.quantity == 0 {
            return 0;
        }
        let product = i128::from(self.net) * i128::from(quantity);
        let price = i128::from(self.quantity);
        if product % price == 0 {
            i64::try_from(product / price).unwrap_or(0)
        } else {
            0
        }
    }
}

/// Why baskets cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoBaskets {
    /// Two baskets of one sale, or not in the order of their sales.
    #[error("baskets must be in the order of their sales, one for each: see sale {0}")]
    Order(Seq),
    /// A text or an amount out of bounds.
    #[error("a line of sale {0} is out of bounds")]
    Line(Seq),
    /// More lines than a sale can have.
    #[error("a sale has at most 2,000 lines: see sale {0}")]
    Lines(Seq),
    /// More lines than a batch takes; fewer sales at once will do.
    #[error("a batch has at most 400,000 lines")]
    TooMany,
}

/// Checks what [`encode`] relies on.
pub(crate) fn check(baskets: &[Basket]) -> Result<(), NoBaskets> {
    let mut last = 0;
    let mut total = 0;
    for basket in baskets {
        let sale = basket.sale_seq;
        if sale <= last || sale > super::postings::SEQ_MAX {
            return Err(NoBaskets::Order(sale));
        }
        last = sale;
        total += basket.lines.len();
        if basket.lines.len() > LINES_OF_A_SALE_MAX {
            return Err(NoBaskets::Lines(sale));
        }
        if total > LINES_MAX {
            return Err(NoBaskets::TooMany);
        }
        if !basket.lines.iter().all(is_bounded) {
            return Err(NoBaskets::Line(sale));
        }
    }
    Ok(())
}

/// A line's amounts are sums of a few that a cart may have, each up to `AMOUNT_MAX`.
const LINE_AMOUNT_MAX: i64 = 4 * AMOUNT_MAX;

fn is_bounded(line: &BasketLine) -> bool {
    let in_bounds = |amount: i64| (-LINE_AMOUNT_MAX..=LINE_AMOUNT_MAX).contains(&amount);
    (1..=TEXT_MAX).contains(&line.sku.len())
        && line
            .category
            .as_ref()
            .is_none_or(|text| text.len() <= TEXT_MAX)
        && [line.quantity.get(), line.net.get(), line.discount.get()]
            .into_iter()
            .all(in_bounds)
}

/// Writes baskets that [`check`] has passed.
pub(crate) fn encode(baskets: &[Basket]) -> Vec<u8> {
    let mut w = Writer::new();
    let mut skus: HashMap<&str, u64> = HashMap::new();
    let mut seen: Vec<Seen> = Vec::new();
    let mut categories: HashMap<&str, u64> = HashMap::new();
    let mut last = 0;
    for basket in baskets {
        w.unsigned(basket.sale_seq - last);
        w.unsigned(basket.lines.len() as u64);
        last = basket.sale_seq;
        for line in &basket.lines {
            let fresh = skus.len() as u64;
            let number = *skus.entry(&line.sku).or_insert(fresh);
            let before = if number == fresh {
                seen.push(Seen::NEW);
                Seen::NEW
            } else {
                seen[at(number)]
            };
            let known = line.category.as_deref().map(|text| {
                let fresh = categories.len() as u64;
                let number = *categories.entry(text).or_insert(fresh);
                (number, text, number == fresh)
            });
            let sku = (number == fresh).then_some(line.sku.as_str());
            write_line(&mut w, number, sku, line, before, known);
            seen[at(number)] = Seen {
                quantity: line.quantity.get(),
                net: line.net.get(),
                category: known.map(|(number, ..)| number),
            };
        }
    }
    w.finish()
}

fn write_line(
    w: &mut Writer,
    number: u64,
    new_sku: Option<&str>,
    line: &BasketLine,
    before: Seen,
    category: Option<(u64, &str, bool)>,
) {
    let quantity = line.quantity.get();
    let mask = [
        (bit::QUANTITY, quantity != ONE_PIECE),
        (bit::NET, line.net.get() != before.net_of(quantity)),
        (bit::DISCOUNT, !line.discount.is_zero()),
        (
            bit::CATEGORY,
            category.map(|(number, ..)| number) != before.category,
        ),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(bit, _)| bit)
    .sum::<u64>();
    w.unsigned(number * MASKS + mask);
    if let Some(sku) = new_sku {
        w.text(sku);
    }
    if mask & bit::QUANTITY != 0 {
        w.signed(quantity);
    }
    if mask & bit::NET != 0 {
        w.signed(line.net.get());
    }
    if mask & bit::DISCOUNT != 0 {
        w.signed(line.discount.get());
    }
    if mask & bit::CATEGORY != 0 {
        match category {
            None => w.null(),
            Some((_, text, true)) => w.text(text),
            Some((number, _, false)) => w.unsigned(number),
        };
    }
}

fn at(number: u64) -> usize {
    usize::try_from(number).expect("numbered in memory")
}

/// The dictionaries as far as they have been read.
#[derive(Default)]
struct Dictionaries {
    skus: Vec<String>,
    seen: Vec<Seen>,
    categories: Vec<String>,
}

/// Reads `count` baskets. What would not be written again byte for byte is refused.
pub(crate) fn decode(body: &[u8], count: usize) -> Result<Vec<Basket>, FormError> {
    let mut r = Reader::new(body);
    // A basket has two bytes at least.
    if count > super::postings::ENTRIES_MAX || count > body.len() / 2 {
        return r.fail("more baskets are announced than the body can hold");
    }
    let mut known = Dictionaries::default();
    let mut baskets = Vec::with_capacity(count);
    let mut last: Seq = 0;
    let mut total = 0usize;
    for _ in 0..count {
        let step = r.u64()?;
        let Some(sale_seq) = last.checked_add(step) else {
            return r.fail("a sale that is out of range");
        };
        last = sale_seq;
        let Ok(lines) = usize::try_from(r.u64()?) else {
            return r.fail("more lines than a sale can have");
        };
        total = total.saturating_add(lines);
        if lines > LINES_OF_A_SALE_MAX || lines > r.left() || total > LINES_MAX {
            return r.fail("more lines than a sale or a batch can have");
        }
        let lines = (0..lines)
            .map(|_| read_line(&mut r, &mut known))
            .collect::<Result<Vec<_>, _>>()?;
        baskets.push(Basket { sale_seq, lines });
    }
    r.end()?;
    if check(&baskets).is_err() {
        return r.fail("baskets out of order or out of bounds");
    }
    same_form(body, &encode(&baskets))?;
    Ok(baskets)
}

fn read_line(r: &mut Reader<'_>, known: &mut Dictionaries) -> Result<BasketLine, FormError> {
    let head = r.u64()?;
    let mask = head % MASKS;
    let Ok(number) = usize::try_from(head / MASKS) else {
        return r.fail("a SKU that was not named");
    };
    if number == known.skus.len() {
        known.skus.push(r.text(TEXT_MAX)?.to_owned());
        known.seen.push(Seen::NEW);
    }
    let (Some(sku), Some(before)) = (
        known.skus.get(number).cloned(),
        known.seen.get(number).copied(),
    ) else {
        return r.fail("a SKU that was not named");
    };
    let quantity = if mask & bit::QUANTITY != 0 {
        r.i64()?
    } else {
        ONE_PIECE
    };
    let net = if mask & bit::NET != 0 {
        r.i64()?
    } else {
        before.net_of(quantity)
    };
    let discount = if mask & bit::DISCOUNT != 0 {
        r.i64()?
    } else {
        0
    };
    let category = if mask & bit::CATEGORY != 0 {
        read_category(r, &mut known.categories)?
    } else {
        before.category
    };
    known.seen[number] = Seen {
        quantity,
        net,
        category,
    };
    Ok(BasketLine {
        sku,
        quantity: Quantity::new(quantity),
        net: Money::new(net),
        discount: Money::new(discount),
        category: category.map(|number| known.categories[at(number)].clone()),
    })
}

fn read_category(r: &mut Reader<'_>, known: &mut Vec<String>) -> Result<Option<u64>, FormError> {
    match r.next() {
        Next::Null => r.null().map(|()| None),
        Next::Text => {
            known.push(r.text(TEXT_MAX)?.to_owned());
            Ok(Some(known.len() as u64 - 1))
        }
        _ => {
            let number = r.u64()?;
            if number < known.len() as u64 {
                Ok(Some(number))
            } else {
                r.fail("a category that was not named")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sku: &str, quantity: i64, net: i64, category: Option<&str>) -> BasketLine {
        BasketLine {
            sku: sku.to_owned(),
            quantity: Quantity::new(quantity),
            net: Money::new(net),
            discount: Money::ZERO,
            category: category.map(str::to_owned),
        }
    }

    fn basket(sale_seq: Seq, lines: Vec<BasketLine>) -> Basket {
        Basket { sale_seq, lines }
    }

    #[test]
    fn a_line_at_the_last_price_needs_one_byte() {
        let first = basket(1, vec![line("ao", 1000, 55_000, Some("may/ao"))]);
        let again = basket(3, vec![line("ao", 1000, 55_000, Some("may/ao"))]);
        let two = basket(3, vec![line("ao", 2000, 110_000, Some("may/ao"))]);
        let alone = encode(std::slice::from_ref(&first)).len();
        // Two bytes name the sale and count its lines.
        assert_eq!(encode(&[first.clone(), again]).len() - alone, 2 + 1);
        // The quantity takes three more; the net amount follows from the price.
        assert_eq!(encode(&[first, two]).len() - alone, 2 + 1 + 3);
    }

    #[test]
    fn baskets_read_back() {
        let baskets = vec![
            basket(
                1,
                vec![
                    line("ao", 1000, 55_000, Some("may")),
                    line("ca phe", 250, 30_333, None),
                ],
            ),
            basket(4, vec![]),
            basket(
                9,
                vec![
                    line("ca phe", 500, 60_666, Some("may")),
                    line("ao", -1000, -55_000, None),
                    line("ao", 0, 0, Some("")),
                    BasketLine {
                        discount: Money::new(5_000),
                        ..line("ao", 1000, 50_000, Some("hang moi"))
                    },
                ],
            ),
        ];
        assert_eq!(check(&baskets), Ok(()));
        let body = encode(&baskets);
        assert_eq!(decode(&body, 3), Ok(baskets));
        for end in 0..body.len() {
            assert!(decode(&body[..end], 3).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn a_text_named_twice_and_an_unnamed_number_are_refused() {
        let mut twice = Writer::new();
        twice.unsigned(1).unsigned(2);
        twice.unsigned(0).text("a").unsigned(MASKS).text("a");
        assert!(decode(&twice.finish(), 1).is_err());
        let mut unnamed = Writer::new();
        unnamed.unsigned(1).unsigned(1).unsigned(5 * MASKS);
        assert!(decode(&unnamed.finish(), 1).is_err());
        let mut bomb = Writer::new();
        bomb.unsigned(1).unsigned(u64::MAX);
        assert!(decode(&bomb.finish(), 1).is_err());
    }

    #[test]
    fn baskets_out_of_order_are_not_sent() {
        assert_eq!(
            check(&[basket(4, vec![]), basket(4, vec![])]),
            Err(NoBaskets::Order(4))
        );
        assert_eq!(
            check(&[basket(4, vec![line("", 1, 1, None)])]),
            Err(NoBaskets::Line(4))
        );
    }
}
