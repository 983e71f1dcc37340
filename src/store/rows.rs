//! Entries as rows and back.

use rusqlite::{CachedStatement, Row, params};

use super::error::StoreError;
use crate::kernel::{BusinessDate, Instant, MemberNumber, Money, Points, UtcOffset};
use crate::ledger::{Entry, Flags, Hash, Kind};

/// The columns of `entry`, in the order [`entry_from`] reads them.
pub(super) const ENTRY_COLUMNS: &str = "seq, kind, flags, at_ms, sold_after_ms, offset_minutes, \
     business_date, member, wallet, lot, points, amount, refers_to, available_after_days, \
     expires_on, programme_version, payload, hash";

/// A new row.
pub(super) const INSERT_ENTRY: &str = "INSERT INTO entry (seq, kind, flags, at_ms, sold_after_ms, \
     offset_minutes, business_date, member, wallet, lot, points, amount, refers_to, \
     available_after_days, expires_on, programme_version, payload, hash) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";

/// Writes one entry with its hash.
pub(super) fn insert_entry(
    statement: &mut CachedStatement<'_>,
    entry: &Entry,
    hash: &Hash,
) -> Result<(), StoreError> {
    let days = |date: BusinessDate| date.days_since_1970();
    statement.execute(params![
        entry.seq,
        entry.kind.number(),
        entry.flags.0,
        entry.at.ms(),
        entry.sold_at.ms() - entry.at.ms(),
        entry.offset.minutes(),
        entry.business_date.yyyymmdd(),
        entry.member.map(MemberNumber::get),
        entry.wallet,
        entry.lot,
        entry.points.get(),
        entry.amount.get(),
        entry.refers_to,
        days(entry.available_from) - days(entry.business_date),
        entry.expires_on.map(BusinessDate::yyyymmdd),
        entry.programme_version,
        (!entry.payload.is_empty()).then_some(&entry.payload),
        hash,
    ])?;
    Ok(())
}

/// Reads one entry with its hash.
pub(super) fn entry_from(row: &Row<'_>) -> Result<(Entry, Hash), StoreError> {
    let bad = |what: &str| StoreError::corrupt(format!("an entry has an impossible {what}"));
    let kind = row.get(1)?;
    let at_ms: i64 = row.get(3)?;
    let sold_after_ms: i64 = row.get(4)?;
    let business_date = date_from(row.get(6)?)?;
    let member: Option<u64> = row.get(7)?;
    let available_after_days: i32 = row.get(13)?;
    let expires_on: Option<i64> = row.get(14)?;
    let entry = Entry {
        seq: row.get(0)?,
        kind: Kind::from_number(kind).ok_or(StoreError::NewerEntry { kind })?,
        flags: Flags(row.get(2)?),
        at: Instant::from_ms(at_ms),
        sold_at: Instant::from_ms(
            at_ms
                .checked_add(sold_after_ms)
                .ok_or_else(|| bad("instant"))?,
        ),
        offset: UtcOffset::from_minutes(row.get(5)?).ok_or_else(|| bad("offset"))?,
        business_date,
        member: member
            .map(MemberNumber::try_from)
            .transpose()
            .map_err(|_| bad("member number"))?,
        wallet: row.get(8)?,
        lot: row.get(9)?,
        points: Points::new(row.get(10)?)
            .in_bounds()
            .filter(|points| !points.is_negative())
            .ok_or_else(|| bad("number of points"))?,
        amount: Money::new(row.get(11)?)
            .in_bounds()
            .ok_or_else(|| bad("amount"))?,
        refers_to: row.get(12)?,
        available_from: business_date
            .days_since_1970()
            .checked_add(available_after_days)
            .and_then(BusinessDate::from_days_since_1970)
            .ok_or_else(|| bad("date"))?,
        expires_on: expires_on.map(date_from).transpose()?,
        programme_version: row.get(15)?,
        payload: row.get::<_, Option<Vec<u8>>>(16)?.unwrap_or_default(),
    };
    Ok((entry, row.get(17)?))
}

/// A date column.
pub(super) fn date_from(number: i64) -> Result<BusinessDate, StoreError> {
    BusinessDate::from_yyyymmdd(number).map_err(|_| StoreError::corrupt("an impossible date"))
}
