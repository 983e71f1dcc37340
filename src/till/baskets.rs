//! The lines that travel with a batch: what was sold, and what came back.

use super::document::{RefundDocument, SaleDocument, from_bytes};
use super::error::Error;
use super::refund::{refund_document, row_before};
use super::undo::refunds_in_force;
use crate::evaluate::ReturnedLines;
use crate::evaluate::cart::Line;
use crate::exchange::{Basket, BasketLine};
use crate::kernel::ids::Seq;
use crate::kernel::order;
use crate::kernel::{Money, Quantity};
use crate::ledger::{Entry, Flags, Kind};
use crate::store::Reading;

/// The lines of the sales that become final in these entries, and of the goods that come back in them.
/// What came back within a sale stands at its refund, not at the sale.
pub(super) fn baskets(reading: &Reading<'_>, entries: &[Entry]) -> Result<Vec<Basket>, Error> {
    let mut baskets = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.is_portion()) {
        let basket = match entry.kind {
            Kind::Commit => sold(reading, entry)?,
            Kind::Refund if entry.flags.has(Flags::UNDONE) => undone(reading, entry)?,
            Kind::Refund if entry.refers_to == 0 => unlinked(reading, entry)?,
            Kind::Refund => returned(reading, entry)?,
            _ => None,
        };
        baskets.extend(basket.filter(|basket| !basket.lines.is_empty()));
    }
    // Sales end in another order than they began; a batch names them as they began.
    order::sort_by_key(&mut baskets, |basket| basket.sale_seq);
    Ok(baskets)
}

/// A document beside an entry. A salvaged ledger may have lost it; the points still travel.
fn find<D: for<'b> minicbor::Decode<'b, ()>>(
    reading: &Reading<'_>,
    seq: Seq,
) -> Result<Option<D>, Error> {
    let bytes = reading.find_document(seq)?;
    bytes.map(|bytes| from_bytes(&bytes)).transpose()
}

fn sold(reading: &Reading<'_>, commit: &Entry) -> Result<Option<Basket>, Error> {
    let sale_seq = if commit.refers_to == 0 {
        commit.seq
    } else {
        commit.refers_to
    };
    let row = reading
        .sale(sale_seq)?
        .ok_or(Error::Internal("a commit of no sale"))?;
    let Some(document) = find::<SaleDocument>(reading, row.document_seq)? else {
        return Ok(None);
    };
    let lines = document.cart.lines.into_iter();
    let lines = lines.zip(document.outcome.line_discounts);
    let sold = lines.filter(|(line, _)| !line.is_returned());
    Ok(Some(Basket {
        sale_seq,
        lines: sold
            .map(|(line, taken_off)| BasketLine {
                quantity: line.quantity_milli,
                net: line.line_total - taken_off,
                discount: line.discount + taken_off,
                ..bare(line)
            })
            .collect(),
    }))
}

/// Goods without their sale, as the cart has them.
fn unlinked(reading: &Reading<'_>, refund: &Entry) -> Result<Option<Basket>, Error> {
    let Some(document) = find::<SaleDocument>(reading, refund.seq)? else {
        return Ok(None);
    };
    let line = |line: Line| BasketLine {
        quantity: line.quantity_milli,
        net: line.line_total,
        ..bare(line)
    };
    Ok(Some(Basket {
        sale_seq: refund.seq,
        lines: document.cart.lines.into_iter().map(line).collect(),
    }))
}

/// Of a sale that is known here: how much further its lines have gone back than before. A price that
/// was lowered afterwards is a line without a quantity.
fn returned(reading: &Reading<'_>, refund: &Entry) -> Result<Option<Basket>, Error> {
    let Some(row) = reading.sale(refund.refers_to)? else {
        return Ok(None);
    };
    let sale = find::<SaleDocument>(reading, row.document_seq)?;
    let after = find::<RefundDocument>(reading, refund.seq)?;
    let (Some(sale), Some(after)) = (sale, after) else {
        return Ok(None);
    };
    let row = row_before(reading, &row, refund.seq)?;
    let before = if row.refund_seq == 0 || reading.find_document(row.refund_seq)?.is_some() {
        refund_document(reading, &row)?
    } else {
        return Ok(None);
    };
    Ok(Some(Basket {
        sale_seq: refund.seq,
        lines: gone(sale.cart.lines, &before.lines, &after.lines),
    }))
}

/// A return that is undone: its lines the other way round. Of one without a sale nothing travels again.
fn undone(reading: &Reading<'_>, entry: &Entry) -> Result<Option<Basket>, Error> {
    let Some(seq) = refunds_in_force(reading, entry.refers_to, entry.seq)?.pop() else {
        return Ok(None);
    };
    let Some((refund, _)) = reading.entries(seq, seq)?.pop() else {
        return Ok(None);
    };
    let basket = returned(reading, &refund)?;
    Ok(basket.map(|basket| Basket {
        sale_seq: entry.seq,
        lines: basket
            .lines
            .into_iter()
            .map(|line| BasketLine {
                quantity: Quantity::ZERO - line.quantity,
                net: -line.net,
                ..line
            })
            .collect(),
    }))
}

fn gone(lines: Vec<Line>, before: &ReturnedLines, after: &ReturnedLines) -> Vec<BasketLine> {
    let places = lines.into_iter().zip(0u32..);
    let moved = places.filter_map(|(line, place)| {
        let now = after.get(&place)?;
        let then = before.get(&place).copied().unwrap_or_default();
        let (quantity, net) = (
            then.quantity - now.quantity,
            then.paid_back() - now.paid_back(),
        );
        let stays = (quantity, net) == (Quantity::ZERO, Money::ZERO);
        (!stays).then(|| BasketLine {
            quantity,
            net,
            ..bare(line)
        })
    });
    moved.collect()
}

fn bare(line: Line) -> BasketLine {
    BasketLine {
        sku: line.sku,
        quantity: Quantity::ZERO,
        net: Money::ZERO,
        discount: Money::ZERO,
        category: line.category,
    }
}
