//! The body *postings*: entries as differences from what is to be expected of them.
//!
//! A row is a number `mask * 32 + kind`, then one CBOR item for each bit of the mask, lowest first.
//! A field whose bit is not set has the value that [`Expected`] gives. Sequence numbers and hashes
//! are not sent; the reader counts and computes them. The rules are in `docs/exchange.md`.

use super::cbor::{FormError, Next, Reader, Writer, same_form};
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber, Money, Points, UtcOffset, WalletNumber};
use crate::ledger::entry::PAYLOAD_MAX;
use crate::ledger::{Entry, Flags, Kind};

/// Entries in one batch.
pub const ENTRIES_MAX: usize = 20_000;

/// The highest sequence number: what every JSON reader can hold.
pub(crate) const SEQ_MAX: Seq = (1 << 53) - 1;

/// The bits of the mask, in the order in which the fields follow.
mod bit {
    pub(super) const FLAGS: u64 = 1;
    pub(super) const AT: u64 = 1 << 1;
    pub(super) const SOLD_AT: u64 = 1 << 2;
    pub(super) const OFFSET: u64 = 1 << 3;
    pub(super) const BUSINESS_DATE: u64 = 1 << 4;
    pub(super) const MEMBER: u64 = 1 << 5;
    pub(super) const LOT: u64 = 1 << 6;
    pub(super) const WALLET: u64 = 1 << 7;
    pub(super) const POINTS: u64 = 1 << 8;
    pub(super) const AMOUNT: u64 = 1 << 9;
    pub(super) const REFERS_TO: u64 = 1 << 10;
    pub(super) const AVAILABLE_FROM: u64 = 1 << 11;
    pub(super) const EXPIRES_ON: u64 = 1 << 12;
    pub(super) const PROGRAMME_VERSION: u64 = 1 << 13;
    pub(super) const PAYLOAD: u64 = 1 << 14;
    pub(super) const ALL: u64 = (1 << 15) - 1;
}

const KINDS: u64 = 32;

/// What the rows so far make one expect of the next.
struct Expected {
    seq: Seq,
    at: Instant,
    sold_at: Instant,
    offset: UtcOffset,
    business_date: BusinessDate,
    member: Option<MemberNumber>,
    /// Body of the last member named; differences are sent.
    member_body: u64,
    /// The last wallet that was not 0.
    wallet: WalletNumber,
    /// The sale or refund that postings of points belong to.
    subject: Seq,
    /// Days from business date to availability of the last award.
    pending_days: i64,
    /// Days from business date to expiry of the last award.
    expiry_days: Option<i64>,
    /// The last version of each kind.
    versions: [u32; KINDS as usize],
}

impl Expected {
    fn before(first_seq: Seq) -> Self {
        Self {
            seq: first_seq,
            at: Instant::from_ms(0),
            sold_at: Instant::from_ms(0),
            offset: UtcOffset::UTC,
            business_date: BusinessDate::from_days_since_1970(0).expect("1970 is a year we know"),
            member: None,
            member_body: 0,
            wallet: 0,
            subject: 0,
            pending_days: 0,
            expiry_days: None,
            versions: [0; KINDS as usize],
        }
    }

    fn sold_at(&self, at: Instant) -> Instant {
        if at == self.at { self.sold_at } else { at }
    }

    fn wallet(&self, kind: Kind, lot: Seq) -> WalletNumber {
        if moves_points(kind, lot) {
            self.wallet
        } else {
            0
        }
    }

    fn refers_to(&self, kind: Kind, lot: Seq) -> Seq {
        if moves_points(kind, lot) {
            self.subject
        } else {
            0
        }
    }

    fn pending_days(&self, kind: Kind) -> i64 {
        if kind == Kind::Award {
            self.pending_days
        } else {
            0
        }
    }

    fn expiry_days(&self, kind: Kind) -> Option<i64> {
        if kind == Kind::Award {
            self.expiry_days
        } else {
            None
        }
    }

    fn version(&self, kind: Kind) -> u32 {
        self.versions[usize::from(kind.number())]
    }

    fn learn(&mut self, entry: &Entry) {
        self.seq = entry.seq + 1;
        self.at = entry.at;
        self.sold_at = entry.sold_at;
        self.offset = entry.offset;
        self.business_date = entry.business_date;
        self.member = entry.member;
        self.member_body = entry.member.map_or(self.member_body, MemberNumber::body);
        if entry.wallet != 0 {
            self.wallet = entry.wallet;
        }
        self.subject = match entry.kind {
            Kind::Refund => entry.seq,
            _ if entry.refers_to != 0 => entry.refers_to,
            _ => entry.seq,
        };
        if entry.kind == Kind::Award {
            self.pending_days = days_between(entry.business_date, entry.available_from);
            self.expiry_days = entry
                .expires_on
                .map(|date| days_between(entry.business_date, date));
        }
        self.versions[usize::from(entry.kind.number())] = entry.programme_version;
    }
}

/// Entries of these kinds usually belong to the sale or refund just before them.
fn moves_points(kind: Kind, lot: Seq) -> bool {
    match kind {
        Kind::Award
        | Kind::AwardRefund
        | Kind::Redemption
        | Kind::RedemptionRefund
        | Kind::Debt
        | Kind::Repayment => true,
        Kind::Hold | Kind::HoldExpired | Kind::Commit | Kind::Void => lot != 0,
        _ => false,
    }
}

fn days_between(from: BusinessDate, to: BusinessDate) -> i64 {
    i64::from(to.days_since_1970()) - i64::from(from.days_since_1970())
}

fn date_after(from: BusinessDate, days: i64) -> Option<BusinessDate> {
    let days = i64::from(from.days_since_1970()).checked_add(days)?;
    BusinessDate::from_days_since_1970(i32::try_from(days).ok()?)
}

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

/// Writes entries. They must be contiguous and within bounds, which `batch` has checked.
pub(crate) fn encode(entries: &[Entry]) -> Vec<u8> {
    let mut w = Writer::new();
    let Some(first) = entries.first() else {
        return w.finish();
    };
    let mut expected = Expected::before(first.seq);
    for entry in entries {
        write_row(&mut w, &expected, entry);
        expected.learn(entry);
    }
    w.finish()
}

fn mask_of(expected: &Expected, entry: &Entry) -> u64 {
    let (kind, lot) = (entry.kind, entry.lot);
    let pending = days_between(entry.business_date, entry.available_from);
    let expiry = entry
        .expires_on
        .map(|date| days_between(entry.business_date, date));
    [
        (bit::FLAGS, entry.flags != Flags::default()),
        (bit::AT, entry.at != expected.at),
        (bit::SOLD_AT, entry.sold_at != expected.sold_at(entry.at)),
        (bit::OFFSET, entry.offset != expected.offset),
        (
            bit::BUSINESS_DATE,
            entry.business_date != expected.business_date,
        ),
        (bit::MEMBER, entry.member != expected.member),
        (bit::LOT, lot != 0),
        (bit::WALLET, entry.wallet != expected.wallet(kind, lot)),
        (bit::POINTS, !entry.points.is_zero()),
        (bit::AMOUNT, !entry.amount.is_zero()),
        (
            bit::REFERS_TO,
            entry.refers_to != expected.refers_to(kind, lot),
        ),
        (bit::AVAILABLE_FROM, pending != expected.pending_days(kind)),
        (bit::EXPIRES_ON, expiry != expected.expiry_days(kind)),
        (
            bit::PROGRAMME_VERSION,
            entry.programme_version != expected.version(kind),
        ),
        (bit::PAYLOAD, !entry.payload.is_empty()),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(bit, _)| bit)
    .sum()
}

fn write_row(w: &mut Writer, expected: &Expected, entry: &Entry) {
    let mask = mask_of(expected, entry);
    let has = |bit: u64| mask & bit != 0;
    w.unsigned(mask * KINDS + u64::from(entry.kind.number()));
    if has(bit::FLAGS) {
        w.unsigned(u64::from(entry.flags.0));
    }
    if has(bit::AT) {
        w.signed(entry.at.ms() - expected.at.ms());
    }
    if has(bit::SOLD_AT) {
        w.signed(entry.at.ms() - entry.sold_at.ms());
    }
    if has(bit::OFFSET) {
        w.signed(i64::from(entry.offset.minutes()));
    }
    if has(bit::BUSINESS_DATE) {
        w.signed(days_between(expected.business_date, entry.business_date));
    }
    if has(bit::MEMBER) {
        match entry.member {
            None => w.null(),
            Some(member) => w.signed(distance(expected.member_body, member.body())),
        };
    }
    if has(bit::LOT) {
        w.signed(distance(entry.lot, entry.seq));
    }
    if has(bit::WALLET) {
        w.unsigned(u64::from(entry.wallet));
    }
    if has(bit::POINTS) {
        w.signed(entry.points.get());
    }
    if has(bit::AMOUNT) {
        w.signed(entry.amount.get());
    }
    if has(bit::REFERS_TO) {
        w.signed(distance(entry.refers_to, entry.seq));
    }
    if has(bit::AVAILABLE_FROM) {
        w.signed(days_between(entry.business_date, entry.available_from));
    }
    if has(bit::EXPIRES_ON) {
        match entry.expires_on {
            None => w.null(),
            Some(date) => w.signed(days_between(entry.business_date, date)),
        };
    }
    if has(bit::PROGRAMME_VERSION) {
        w.unsigned(u64::from(entry.programme_version));
    }
    if has(bit::PAYLOAD) {
        w.bytes(&entry.payload);
    }
}

/// Reads `count` rows, the first being entry `first_seq`. Rows that would not be written again
/// byte for byte are refused.
pub(crate) fn decode(body: &[u8], first_seq: Seq, count: usize) -> Result<Vec<Entry>, FormError> {
    let mut r = Reader::new(body);
    // A row has one byte at least.
    if count > ENTRIES_MAX || count > body.len() {
        return r.fail("more entries are announced than the body can hold");
    }
    let mut expected = Expected::before(first_seq);
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let entry = read_row(&mut r, &expected)?;
        expected.learn(&entry);
        entries.push(entry);
    }
    r.end()?;
    same_form(body, &encode(&entries))?;
    Ok(entries)
}

fn read_row(r: &mut Reader<'_>, expected: &Expected) -> Result<Entry, FormError> {
    let head = r.u64()?;
    let mask = head / KINDS;
    let Some(kind) = u8::try_from(head % KINDS).ok().and_then(Kind::from_number) else {
        return r.fail("a kind of entry that this version does not know");
    };
    if mask > bit::ALL {
        return r.fail("a field that this version does not know");
    }
    let has = |bit: u64| mask & bit != 0;
    let flags = Flags(if has(bit::FLAGS) { r.u8()? } else { 0 });
    let at = if has(bit::AT) {
        Instant::from_ms(sum(r, expected.at.ms())?)
    } else {
        expected.at
    };
    let sold_at = if has(bit::SOLD_AT) {
        Instant::from_ms(less(r, at.ms())?)
    } else {
        expected.sold_at(at)
    };
    let offset = if has(bit::OFFSET) {
        read_offset(r)?
    } else {
        expected.offset
    };
    let business_date = if has(bit::BUSINESS_DATE) {
        read_date(r, expected.business_date)?
    } else {
        expected.business_date
    };
    let member = if has(bit::MEMBER) {
        read_member(r, expected.member_body)?
    } else {
        expected.member
    };
    let lot = if has(bit::LOT) {
        read_seq(r, expected.seq)?
    } else {
        0
    };
    let wallet = if has(bit::WALLET) {
        r.u8()?
    } else {
        expected.wallet(kind, lot)
    };
    let points = Points::new(if has(bit::POINTS) { r.i64()? } else { 0 });
    let amount = Money::new(if has(bit::AMOUNT) { r.i64()? } else { 0 });
    let refers_to = if has(bit::REFERS_TO) {
        read_seq(r, expected.seq)?
    } else {
        expected.refers_to(kind, lot)
    };
    let available_from = if has(bit::AVAILABLE_FROM) {
        read_date(r, business_date)?
    } else {
        some_date(r, business_date, expected.pending_days(kind))?
    };
    let expires_on = if !has(bit::EXPIRES_ON) {
        expected
            .expiry_days(kind)
            .map(|days| some_date(r, business_date, days))
            .transpose()?
    } else if r.next() == Next::Null {
        r.null()?;
        None
    } else {
        Some(read_date(r, business_date)?)
    };
    let programme_version = if has(bit::PROGRAMME_VERSION) {
        r.u32()?
    } else {
        expected.version(kind)
    };
    let payload = if has(bit::PAYLOAD) {
        r.bytes(PAYLOAD_MAX)?.to_vec()
    } else {
        Vec::new()
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
        r.fail("an entry with a value out of bounds")
    }
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
    some_date(r, base, days)
}

fn some_date(r: &Reader<'_>, base: BusinessDate, days: i64) -> Result<BusinessDate, FormError> {
    date_after(base, days).map_or_else(|| r.fail("no date between 1900 and 9999"), Ok)
}

fn read_member(r: &mut Reader<'_>, base: u64) -> Result<Option<MemberNumber>, FormError> {
    if r.next() == Next::Null {
        r.null()?;
        return Ok(None);
    }
    let body = sum(r, i64::try_from(base).unwrap_or(i64::MAX))?;
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
        let second = body.len() - encode(&sale(1)).len();
        // Commit: head 3, time 3, sold at 3, member 1, amount 3. Award: head 3, points 1.
        assert_eq!(second, 17, "before compression");
    }

    #[test]
    fn a_row_that_says_what_is_expected_anyway_is_refused() {
        // Kind 17 (clock) at 0 ms, with a mask that announces points, and 0 points.
        let mut w = Writer::new();
        w.unsigned(bit::POINTS * KINDS + 17).signed(0);
        assert!(decode(&w.finish(), 1, 1).is_err());
        let mut w = Writer::new();
        w.unsigned(17);
        assert!(decode(&w.finish(), 1, 1).is_ok());
    }

    #[test]
    fn unknown_kinds_fields_and_counts_are_refused() {
        let one = |number: u64| {
            let mut w = Writer::new();
            w.unsigned(number);
            w.finish()
        };
        assert!(decode(&one(0), 1, 1).is_err(), "kind 0");
        assert!(decode(&one(18), 1, 1).is_err(), "kind 18");
        assert!(
            decode(&one((1 << 15) * KINDS + 17), 1, 1).is_err(),
            "field 16"
        );
        assert!(decode(&one(17), 1, 2).is_err(), "two announced, one there");
        assert!(decode(&one(17), 1, ENTRIES_MAX + 1).is_err());
        assert!(decode(&[17, 17], 1, 1).is_err(), "one announced, two there");
    }
}
