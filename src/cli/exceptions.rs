//! `loy office exceptions`: what was out of the ordinary, and points by hand.

use super::output::Sheet;
use crate::kernel::MemberNumber;
use crate::office::{Office, OfficeError};

/// One line for each.
pub(super) fn lines(office: &Office) -> Result<Sheet, OfficeError> {
    let mut sheet = Sheet::new(&[
        "business_date",
        "store",
        "till",
        "seq",
        "key",
        "operator",
        "approver",
        "subject",
        "member",
        "wallet",
        "points",
        "limit",
        "found",
    ]);
    for row in office.exceptions()? {
        let member = row.member.as_ref();
        sheet.row([
            i64::from(row.business_date.yyyymmdd()).into(),
            row.store.into(),
            row.till.into(),
            row.seq.into(),
            row.key.into(),
            row.operator.into(),
            row.approver.into(),
            row.subject.into(),
            member
                .map_or_else(String::new, MemberNumber::to_string)
                .into(),
            i64::from(row.wallet).into(),
            row.points.get().into(),
            row.limit.into(),
            row.found.into(),
        ]);
    }
    Ok(sheet)
}

/// Points given and taken by hand, by operator and wallet.
pub(super) fn by_operator(office: &Office) -> Result<Sheet, OfficeError> {
    let mut sheet = Sheet::new(&["operator", "wallet", "count", "given", "taken"]);
    for row in office.adjustments_by_operator()? {
        sheet.row([
            row.operator.into(),
            i64::from(row.wallet).into(),
            row.count.into(),
            row.given.get().into(),
            row.taken.get().into(),
        ]);
    }
    Ok(sheet)
}
