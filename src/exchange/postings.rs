//! The body *postings*: entries as differences from what is to be expected of them.
//!
//! A row is a number `mask * 32 + kind` in the head column and, for each bit of the mask, one CBOR
//! item in that field's column. A field whose bit is not set has the value that [`Expected`] gives.
//! Sequence numbers and hashes are not sent; the reader counts and computes them. The rules are in
//! `docs/exchange.md`.

use super::cbor::{FormError, Next, Reader, Writer, same_form};
use super::expected::{Expected, date_after, days_between};
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber, Money, Points, UtcOffset};
use crate::ledger::entry::PAYLOAD_MAX;
use crate::ledger::{Entry, Flags, Kind};

/// Entries in one batch.
pub const ENTRIES_MAX: usize = 20_000;

/// The highest sequence number: what every JSON reader can hold.
pub(crate) const SEQ_MAX: Seq = (1 << 53) - 1;

/// The columns, in the order in which they travel. Bit `n - 1` of a row's mask says that the row has
/// an item in column `n`.
mod column {
    pub(super) const HEAD: usize = 0;
    pub(super) const FLAGS: usize = 1;
    pub(super) const AT: usize = 2;
    pub(super) const SOLD_AT: usize = 3;
    pub(super) const OFFSET: usize = 4;
    pub(super) const BUSINESS_DATE: usize = 5;
    pub(super) const MEMBER: usize = 6;
    pub(super) const LOT: usize = 7;
    pub(super) const WALLET: usize = 8;
    pub(super) const POINTS: usize = 9;
    pub(super) const AMOUNT: usize = 10;
    pub(super) const REFERS_TO: usize = 11;
    pub(super) const AVAILABLE_FROM: usize = 12;
    pub(super) const EXPIRES_ON: usize = 13;
    pub(super) const PROGRAMME_VERSION: usize = 14;
    pub(super) const PAYLOAD: usize = 15;
}

/// Columns of the body.
pub(crate) const COLUMNS: usize = 16;

const fn bit(column: usize) -> u64 {
    1 << (column - 1)
}

/// Member numbers are sent as distances from here, where head office begins to give them out: a
/// member who comes again is the same bytes again.
const FIRST_MEMBER_BODY: u64 = 10_000_000_000;

const KINDS: u64 = 32;

fn distance(from: Seq, to: Seq) -> i64 {
    i64::try_from(to).unwrap_or(i64::MAX) - i64::try_from(from).unwrap_or(i64::MAX)
}

/// An entry within the bounds that travel: what every ledger writes.
pub(crate) fn is_bounded(entry: &Entry) -> bool {
    (1..=SEQ_MAX).contains(&entry.seq)
        && entry.lot <= SEQ_MAX
        && entry.refers_to <= SEQ_MAX
        && entry.at.is_in_range()
        && entry.sold_at.is_in_range()
        && (0..=AMOUNT_MAX).contains(&entry.points.get())
        && (-AMOUNT_MAX..=AMOUNT_MAX).contains(&entry.amount.get())
        && entry.payload.len() <= PAYLOAD_MAX
        && Flags::KNOWN.has(entry.flags)
}

/// Writes entries by columns. They must be contiguous and within bounds, which `batch` has checked.
pub(crate) fn encode(entries: &[Entry]) -> Vec<Vec<u8>> {
    let mut columns: [Writer; COLUMNS] = std::array::from_fn(|_| Writer::new());
    if let Some(first) = entries.first() {
        let unit = unit_of(entries);
        if unit != 0 {
            columns[column::AMOUNT].unsigned(unit);
        }
        let mut expected = Expected::before(first.seq);
        for entry in entries {
            write_row(&mut columns, &expected, unit, entry);
            expected.learn(entry);
        }
    }
    columns.map(Writer::finish).into()
}

/// The largest number that divides all amounts, 0 if all are zero: dong come in whole hundreds.
fn unit_of(entries: &[Entry]) -> u64 {
    entries.iter().fold(0, |unit, entry| {
        let (mut a, mut b) = (unit, entry.amount.get().unsigned_abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    })
}

fn mask_of(expected: &Expected, entry: &Entry) -> u64 {
    let (kind, lot) = (entry.kind, entry.lot);
    let pending = days_between(entry.business_date, entry.available_from);
    let expiry = entry
        .expires_on
        .map(|date| days_between(entry.business_date, date));
    [
        (column::FLAGS, entry.flags != Flags::default()),
        (column::AT, entry.at != expected.at),
        (column::SOLD_AT, entry.sold_at != expected.sold_at(entry.at)),
        (column::OFFSET, entry.offset != expected.offset),
        (
            column::BUSINESS_DATE,
            entry.business_date != expected.business_date,
        ),
        (column::MEMBER, entry.member != expected.member),
        (column::LOT, lot != 0),
        (column::WALLET, entry.wallet != expected.wallet(kind, lot)),
        (column::POINTS, !entry.points.is_zero()),
        (column::AMOUNT, !entry.amount.is_zero()),
        (
            column::REFERS_TO,
            entry.refers_to != expected.refers_to(kind, lot),
        ),
        (
            column::AVAILABLE_FROM,
            pending != expected.pending_days(kind),
        ),
        (column::EXPIRES_ON, expiry != expected.expiry_days(kind)),
        (
            column::PROGRAMME_VERSION,
            entry.programme_version != expected.version(kind),
        ),
        (column::PAYLOAD, !entry.payload.is_empty()),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(column, _)| bit(column))
    .sum()
}

fn write_row(columns: &mut [Writer; COLUMNS], expected: &Expected, unit: u64, entry: &Entry) {
    let mask = mask_of(expected, entry);
    let has = |column: usize| mask & bit(column) != 0;
    columns[column::HEAD].unsigned(mask * KINDS + u64::from(entry.kind.number()));
    if has(column::FLAGS) {
        columns[column::FLAGS].unsigned(u64::from(entry.flags.0));
    }
    if has(column::AT) {
        columns[column::AT].signed(entry.at.ms() - expected.at.ms());
    }
    if has(column::SOLD_AT) {
        columns[column::SOLD_AT].signed(entry.at.ms() - entry.sold_at.ms());
    }
    if has(column::OFFSET) {
        columns[column::OFFSET].signed(i64::from(entry.offset.minutes()));
    }
    if has(column::BUSINESS_DATE) {
        columns[column::BUSINESS_DATE]
            .signed(days_between(expected.business_date, entry.business_date));
    }
    if has(column::MEMBER) {
        match entry.member {
            None => columns[column::MEMBER].null(),
            Some(member) => {
                columns[column::MEMBER].signed(distance(FIRST_MEMBER_BODY, member.body()))
            }
        };
    }
    if has(column::LOT) {
        columns[column::LOT].signed(distance(entry.lot, entry.seq));
    }
    if has(column::WALLET) {
        columns[column::WALLET].unsigned(u64::from(entry.wallet));
    }
    if has(column::POINTS) {
        columns[column::POINTS].signed(entry.points.get());
    }
    if has(column::AMOUNT) {
        columns[column::AMOUNT].signed(in_units(entry.amount, unit));
    }
    if has(column::REFERS_TO) {
        columns[column::REFERS_TO].signed(distance(entry.refers_to, entry.seq));
    }
    if has(column::AVAILABLE_FROM) {
        columns[column::AVAILABLE_FROM]
            .signed(days_between(entry.business_date, entry.available_from));
    }
    if has(column::EXPIRES_ON) {
        match entry.expires_on {
            None => columns[column::EXPIRES_ON].null(),
            Some(date) => {
                columns[column::EXPIRES_ON].signed(days_between(entry.business_date, date))
            }
        };
    }
    if has(column::PROGRAMME_VERSION) {
        columns[column::PROGRAMME_VERSION].unsigned(u64::from(entry.programme_version));
    }
    if has(column::PAYLOAD) {
        columns[column::PAYLOAD].bytes(&entry.payload);
    }
}

fn in_units(amount: Money, unit: u64) -> i64 {
    let unit = i64::try_from(unit).expect("a divisor of an amount is no larger than it");
    assert!(
        unit > 0 && amount.get() % unit == 0,
        "the unit divides every amount"
    );
    amount.get() / unit
}

/// Reads `count` rows, the first being entry `first_seq`. Rows that would not be written again
/// byte for byte are refused.
pub(crate) fn decode(
    columns: &[Vec<u8>],
    first_seq: Seq,
    count: usize,
) -> Result<Vec<Entry>, FormError> {
    assert_eq!(
        columns.len(),
        COLUMNS,
        "the body was opened as so many columns"
    );
    let mut r: [Reader<'_>; COLUMNS] = std::array::from_fn(|n| Reader::new(&columns[n]));
    // A row has one byte at least in the head column.
    if count > ENTRIES_MAX || count > r[column::HEAD].left() {
        return r[column::HEAD].fail("more entries are announced than the body can hold");
    }
    let unit = match r[column::AMOUNT].left() {
        0 => 0,
        _ => r[column::AMOUNT].u64()?,
    };
    let mut expected = Expected::before(first_seq);
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let entry = read_row(&mut r, &expected, unit)?;
        expected.learn(&entry);
        entries.push(entry);
    }
    for (read, written) in columns.iter().zip(encode(&entries)) {
        same_form(read, &written)?;
    }
    Ok(entries)
}

/// The columns, as one row uses them.
struct Row<'r, 'b> {
    mask: u64,
    columns: &'r mut [Reader<'b>; COLUMNS],
}

impl<'b> Row<'_, 'b> {
    /// The column's reader, if the row has an item in it.
    fn sent(&mut self, column: usize) -> Option<&mut Reader<'b>> {
        (self.mask & bit(column) != 0).then_some(&mut self.columns[column])
    }
}

fn read_row(
    columns: &mut [Reader<'_>; COLUMNS],
    expected: &Expected,
    unit: u64,
) -> Result<Entry, FormError> {
    let head = columns[column::HEAD].u64()?;
    let mask = head / KINDS;
    let Some(kind) = u8::try_from(head % KINDS).ok().and_then(Kind::from_number) else {
        return columns[column::HEAD].fail("a kind of entry that this version does not know");
    };
    if mask >= 1 << (COLUMNS - 1) {
        return columns[column::HEAD].fail("a field that this version does not know");
    }
    let mut row = Row { mask, columns };
    let flags = Flags(row.sent(column::FLAGS).map_or(Ok(0), Reader::u8)?);
    let at = match row.sent(column::AT) {
        Some(r) => Instant::from_ms(sum(r, expected.at.ms())?),
        None => expected.at,
    };
    let sold_at = match row.sent(column::SOLD_AT) {
        Some(r) => Instant::from_ms(less(r, at.ms())?),
        None => expected.sold_at(at),
    };
    let offset = row
        .sent(column::OFFSET)
        .map_or(Ok(expected.offset), read_offset)?;
    let business_date = match row.sent(column::BUSINESS_DATE) {
        Some(r) => read_date(r, expected.business_date)?,
        None => expected.business_date,
    };
    let member = row
        .sent(column::MEMBER)
        .map_or(Ok(expected.member), read_member)?;
    let lot = match row.sent(column::LOT) {
        Some(r) => read_seq(r, expected.seq)?,
        None => 0,
    };
    let wallet = row
        .sent(column::WALLET)
        .map_or(Ok(expected.wallet(kind, lot)), Reader::u8)?;
    let points = Points::new(row.sent(column::POINTS).map_or(Ok(0), Reader::i64)?);
    let amount = match row.sent(column::AMOUNT) {
        Some(r) => read_amount(r, unit)?,
        None => Money::ZERO,
    };
    let refers_to = match row.sent(column::REFERS_TO) {
        Some(r) => read_seq(r, expected.seq)?,
        None => expected.refers_to(kind, lot),
    };
    let available_from = match row.sent(column::AVAILABLE_FROM) {
        Some(r) => read_date(r, business_date)?,
        None => some_date(business_date, expected.pending_days(kind))?,
    };
    let expires_on = match row.sent(column::EXPIRES_ON) {
        Some(r) => read_expiry(r, business_date)?,
        None => expected
            .expiry_days(kind)
            .map(|days| some_date(business_date, days))
            .transpose()?,
    };
    let programme_version = row
        .sent(column::PROGRAMME_VERSION)
        .map_or(Ok(expected.version(kind)), Reader::u32)?;
    let payload = match row.sent(column::PAYLOAD) {
        Some(r) => r.bytes(PAYLOAD_MAX)?.to_vec(),
        None => Vec::new(),
    };
    let entry = Entry {
        seq: expected.seq,
        kind,
        flags,
        at,
        sold_at,
        offset,
        business_date,
        member,
        wallet,
        lot,
        points,
        amount,
        refers_to,
        available_from,
        expires_on,
        programme_version,
        payload,
    };
    if is_bounded(&entry) {
        Ok(entry)
    } else {
        columns[column::HEAD].fail("an entry with a value out of bounds")
    }
}

fn read_amount(r: &mut Reader<'_>, unit: u64) -> Result<Money, FormError> {
    let units = r.i64()?;
    i64::try_from(unit)
        .ok()
        .and_then(|unit| unit.checked_mul(units))
        .map_or_else(
            || r.fail("an amount out of range"),
            |amount| Ok(Money::new(amount)),
        )
}

fn read_expiry(r: &mut Reader<'_>, base: BusinessDate) -> Result<Option<BusinessDate>, FormError> {
    if r.next() == Next::Null {
        r.null()?;
        return Ok(None);
    }
    read_date(r, base).map(Some)
}

fn sum(r: &mut Reader<'_>, base: i64) -> Result<i64, FormError> {
    let change = r.i64()?;
    base.checked_add(change)
        .map_or_else(|| r.fail("a number out of range"), Ok)
}

fn less(r: &mut Reader<'_>, base: i64) -> Result<i64, FormError> {
    let change = r.i64()?;
    base.checked_sub(change)
        .map_or_else(|| r.fail("a number out of range"), Ok)
}

fn read_seq(r: &mut Reader<'_>, seq: Seq) -> Result<Seq, FormError> {
    let base = i64::try_from(seq).unwrap_or(i64::MAX);
    let found = less(r, base)?;
    Seq::try_from(found).or_else(|_| r.fail("a reference to no entry"))
}

fn read_offset(r: &mut Reader<'_>) -> Result<UtcOffset, FormError> {
    let minutes = r.i64()?;
    i32::try_from(minutes)
        .ok()
        .and_then(UtcOffset::from_minutes)
        .map_or_else(|| r.fail("no UTC offset"), Ok)
}

fn read_date(r: &mut Reader<'_>, base: BusinessDate) -> Result<BusinessDate, FormError> {
    let days = r.i64()?;
    some_date(base, days)
}

fn some_date(base: BusinessDate, days: i64) -> Result<BusinessDate, FormError> {
    date_after(base, days).ok_or(FormError {
        what: "no date between 1900 and 9999",
        at: 0,
    })
}

fn read_member(r: &mut Reader<'_>) -> Result<Option<MemberNumber>, FormError> {
    if r.next() == Next::Null {
        r.null()?;
        return Ok(None);
    }
    let body = sum(r, i64::try_from(FIRST_MEMBER_BODY).expect("small"))?;
    u64::try_from(body)
        .ok()
        .and_then(MemberNumber::from_body)
        .map_or_else(|| r.fail("no member number"), |member| Ok(Some(member)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> BusinessDate {
        BusinessDate::from_yyyymmdd(number).expect("a date")
    }

    fn sale(seq: Seq) -> [Entry; 2] {
        let commit = Entry {
            seq,
            kind: Kind::Commit,
            flags: Flags::default(),
            at: Instant::from_ms(1_795_312_800_000 + i64::try_from(seq).expect("small") * 1000),
            sold_at: Instant::from_ms(1_795_312_799_000),
            offset: UtcOffset::from_minutes(420).expect("an offset"),
            business_date: day(20_261_122),
            member: MemberNumber::from_body(10_000_000_000 + seq),
            wallet: 0,
            lot: 0,
            points: Points::ZERO,
            amount: Money::new(55_000),
            refers_to: 0,
            available_from: day(20_261_122),
            expires_on: None,
            programme_version: 1,
            payload: Vec::new(),
        };
        let award = Entry {
            seq: seq + 1,
            kind: Kind::Award,
            wallet: 1,
            points: Points::new(6),
            amount: Money::ZERO,
            refers_to: seq,
            expires_on: Some(day(20_271_122)),
            ..commit.clone()
        };
        [commit, award]
    }

    #[test]
    fn the_second_sale_of_a_day_needs_few_bytes() {
        let entries = [sale(1), sale(3)].concat();
        let body = encode(&entries);
        assert_eq!(decode(&body, 1, 4), Ok(entries));
        let bytes = |columns: &[Vec<u8>]| columns.iter().map(Vec::len).sum::<usize>();
        let second = bytes(&body) - bytes(&encode(&sale(1)));
        // Commit: head 3, time 3, sold at 3, member 1, amount 1 (one unit of 55.000). Award: head 3,
        // points 1.
        assert_eq!(second, 15, "before compression");
    }

    /// A body with these numbers in these columns.
    fn body(items: &[(usize, u64)]) -> Vec<Vec<u8>> {
        let mut columns: [Writer; COLUMNS] = std::array::from_fn(|_| Writer::new());
        for (column, number) in items {
            columns[*column].unsigned(*number);
        }
        columns.map(Writer::finish).into()
    }

    /// The kind that says the clock is right.
    const CLOCK: u64 = 17;

    #[test]
    fn a_row_that_says_what_is_expected_anyway_is_refused() {
        assert!(decode(&body(&[(column::HEAD, CLOCK)]), 1, 1).is_ok());
        let head = bit(column::POINTS) * KINDS + CLOCK;
        let no_points = body(&[(column::HEAD, head), (column::POINTS, 0)]);
        assert!(decode(&no_points, 1, 1).is_err());
        let amount = |unit, number| {
            let head = bit(column::AMOUNT) * KINDS + CLOCK;
            body(&[
                (column::HEAD, head),
                (column::AMOUNT, unit),
                (column::AMOUNT, number),
            ])
        };
        assert!(decode(&amount(500, 1), 1, 1).is_ok());
        assert!(
            decode(&amount(250, 2), 1, 1).is_err(),
            "not the largest unit"
        );
        assert!(decode(&amount(0, 2), 1, 1).is_err());
        assert!(decode(&amount(u64::MAX, 2), 1, 1).is_err());
    }

    #[test]
    fn unknown_kinds_fields_and_counts_are_refused() {
        let one = |number: u64| body(&[(column::HEAD, number)]);
        assert!(decode(&one(0), 1, 1).is_err(), "kind 0");
        assert!(decode(&one(26), 1, 1).is_err(), "kind 26");
        assert!(
            decode(&one((1 << 15) * KINDS + CLOCK), 1, 1).is_err(),
            "field 16"
        );
        assert!(
            decode(&one(CLOCK), 1, 2).is_err(),
            "two announced, one there"
        );
        assert!(decode(&one(CLOCK), 1, ENTRIES_MAX + 1).is_err());
        let two = body(&[(column::HEAD, CLOCK), (column::HEAD, CLOCK)]);
        assert!(decode(&two, 1, 1).is_err(), "one announced, two there");
        let stray = body(&[(column::HEAD, CLOCK), (column::LOT, 1)]);
        assert!(decode(&stray, 1, 1).is_err(), "an item of no row");
    }
}
