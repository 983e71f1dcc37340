//! Pieces of the basket: which of them are paid for, and which cost less.

use crate::evaluate::bill::Bill;
use crate::evaluate::cart::{Line, LineFlag};
use crate::kernel::Fraction;
use crate::kernel::order;
use crate::programme::{MoneyIn, Selector};

/// Whole pieces of one line that nobody has taken yet.
#[derive(Clone, Debug)]
pub(super) struct Pieces {
    pub line: usize,
    pub count: i64,
    /// What one of them has left to pay.
    pub each: Fraction,
    /// The same in the money of the offer: what is the cheapest.
    said: Fraction,
}

/// So many pieces of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picked {
    pub line: usize,
    pub count: i64,
    pub each: Fraction,
}

impl Picked {
    /// What they have left to pay together.
    pub fn worth(&self) -> Option<Fraction> {
        self.each.checked_mul(Fraction::whole(self.count))
    }
}

/// A line that is sold and that the selector takes.
pub(super) fn is_selected(bill: &Bill<'_>, selector: Option<&Selector>, line: usize) -> bool {
    bill.cart().lines[line].quantity_milli.is_positive() && bill.picks().takes(selector, line)
}

/// Whole pieces of the selected lines, the cheapest first; of equal ones the earlier line. Weighed
/// goods are no pieces.
pub(super) fn cheapest_first(
    bill: &Bill<'_>,
    selector: Option<&Selector>,
    money_in: MoneyIn,
) -> Vec<Pieces> {
    let lines = bill.cart().lines.iter().enumerate();
    let mut pieces: Vec<Pieces> = lines
        .filter(|(index, _)| is_selected(bill, selector, *index))
        .filter(|(_, line)| !line.flags.contains(&LineFlag::Weighed))
        .filter_map(|(index, line)| {
            let quantity = line.quantity_milli.get();
            let left = i128::from(bill.left(index)) * 1_000;
            let each = Fraction::new(left, i128::from(quantity))?;
            Some(Pieces {
                line: index,
                count: quantity / 1_000,
                each,
                said: said(money_in, line, each)?,
            })
        })
        .filter(|pieces| pieces.count > 0)
        .collect();
    order::sort_by_key(&mut pieces, |pieces| pieces.said);
    pieces
}

/// As [`cheapest_first`], without the pieces that are free already.
pub(super) fn cheapest_paid_first(
    bill: &Bill<'_>,
    selector: Option<&Selector>,
    money_in: MoneyIn,
) -> Vec<Pieces> {
    let mut pieces = cheapest_first(bill, selector, money_in);
    for pieces in &mut pieces {
        let paid = pieces.count - bill.free_pieces(pieces.line);
        // What the line has left is for those that are not free.
        let dearer = |amount: Fraction| {
            let whole = amount.checked_mul(Fraction::whole(pieces.count))?;
            whole.checked_div(Fraction::whole(paid))
        };
        if paid < pieces.count && paid > 0 {
            pieces.each = dearer(pieces.each).unwrap_or(pieces.each);
            pieces.said = dearer(pieces.said).unwrap_or(pieces.said);
        }
        pieces.count = paid;
    }
    pieces.retain(|pieces| pieces.count > 0);
    order::sort_by_key(&mut pieces, |pieces| pieces.said);
    pieces
}

/// A part of a line in the money of the offer.
pub(super) fn said(money_in: MoneyIn, line: &Line, part: Fraction) -> Option<Fraction> {
    let price = line.line_total.get();
    if money_in == MoneyIn::Price || price <= 0 {
        return Some(part);
    }
    let with_tax = i128::from(price) + i128::from(line.tax_outside.get());
    part.checked_mul(Fraction::new(with_tax, i128::from(price))?)
}

pub(super) fn count(pieces: &[Pieces]) -> i64 {
    pieces
        .iter()
        .fold(0i64, |sum, pieces| sum.saturating_add(pieces.count))
}

/// The first so many pieces of these, taken out of them; fewer where there are no more.
pub(super) fn take<'a>(
    pieces: impl Iterator<Item = &'a mut Pieces>,
    mut wanted: i64,
) -> Vec<Picked> {
    let mut picked = Vec::new();
    for pieces in pieces {
        let count = pieces.count.min(wanted);
        if count > 0 {
            picked.push(Picked {
                line: pieces.line,
                count,
                each: pieces.each,
            });
            pieces.count -= count;
            wanted -= count;
        }
    }
    picked
}

/// How many of `count` pieces cost less where after every `buy` at their price the next `get` do.
pub(super) fn got(count: i64, buy: i64, get: i64, most_times: Option<i64>) -> (i64, i64) {
    let cycle = buy + get;
    let rest = (count % cycle - buy).max(0);
    let (whole, started) = (count / cycle, i64::from(rest > 0));
    let times = (whole + started).min(most_times.unwrap_or(i64::MAX));
    let got = if times > whole {
        whole * get + rest
    } else {
        times * get
    };
    (got, times)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two tables that the study of the peers prints (studies/peers.md, section 3).
    #[test]
    fn two_and_one_free_and_two_and_three_free() {
        let table =
            |buy, get| -> Vec<i64> { (1..=10).map(|count| got(count, buy, get, None).0).collect() };
        assert_eq!(table(2, 1), [0, 0, 1, 1, 1, 2, 2, 2, 3, 3]);
        assert_eq!(table(2, 3), [0, 0, 1, 2, 3, 3, 3, 4, 5, 6]);
    }

    #[test]
    fn a_limit_on_how_often_holds_for_started_rounds_too() {
        assert_eq!(got(10, 2, 1, Some(2)), (2, 2));
        assert_eq!(got(4, 2, 3, Some(1)), (2, 1));
        assert_eq!(got(9, 2, 3, Some(1)), (3, 1));
    }
}
