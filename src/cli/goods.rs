//! `loy office baskets` and `loy office unlinked`: goods that were sold and that came back.

use super::output::Sheet;
use crate::kernel::{BusinessDate, MemberNumber};
use crate::office::{Office, OfficeError};

/// What was sold and what came back on a business date or on all, by entries and by their lines.
pub(super) fn baskets(office: &Office, on: Option<BusinessDate>) -> Result<Sheet, OfficeError> {
    let mut sheet = Sheet::new(&[
        "business_date",
        "store",
        "till",
        "kind",
        "count",
        "amount",
        "with_lines",
        "net",
        "discount",
        "lines",
        "quantity_milli",
    ]);
    for row in office.basket_totals(on)? {
        sheet.row([
            i64::from(row.business_date.yyyymmdd()).into(),
            row.store.into(),
            row.till.into(),
            row.kind.name().into(),
            row.count.into(),
            row.amount.get().into(),
            row.with_lines.into(),
            row.net.get().into(),
            row.discount.get().into(),
            row.lines.into(),
            row.quantity.get().into(),
        ]);
    }
    Ok(sheet)
}

/// Goods that came back without their sale; the sale's columns are empty where none is found.
pub(super) fn unlinked(office: &Office) -> Result<Sheet, OfficeError> {
    let mut sheet = Sheet::new(&[
        "business_date",
        "store",
        "till",
        "seq",
        "member",
        "sku",
        "quantity_milli",
        "amount",
        "sale_date",
        "sale_store",
        "sale_till",
        "sale_seq",
    ]);
    for row in office.unlinked()? {
        let member = row.member.as_ref();
        let member = member.map_or_else(String::new, MemberNumber::to_string);
        let empty = || "".into();
        let [date, store, till, seq] = match row.sale {
            None => [empty(), empty(), empty(), empty()],
            Some(sale) => [
                i64::from(sale.business_date.yyyymmdd()).into(),
                sale.store.into(),
                sale.till.into(),
                sale.seq.into(),
            ],
        };
        sheet.row([
            i64::from(row.at.business_date.yyyymmdd()).into(),
            row.at.store.into(),
            row.at.till.into(),
            row.at.seq.into(),
            member.into(),
            row.sku.into(),
            row.quantity.get().into(),
            row.amount.get().into(),
            date,
            store,
            till,
            seq,
        ]);
    }
    Ok(sheet)
}
