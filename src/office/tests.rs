//! Tests of head office: what it takes, what it answers, what it tells.

mod adjustments;
mod draws;
mod founding;
mod goods;
mod lapse;
mod streams;
mod sums;

use tempfile::TempDir;

use super::*;
use crate::exchange::provisioning::Provisioning;
use crate::exchange::samples::{Dice, SampleTill, member};
use crate::kernel::{Currency, Money, Points};
use crate::ledger::clock::ClockLimits;
use crate::ledger::{Flags, Kind};

const NOW: Instant = Instant::from_ms(1_795_400_000_000);

fn today() -> BusinessDate {
    BusinessDate::from_yyyymmdd(20_261_122).expect("a date")
}

/// Repeatable "randomness" for keys and names.
fn bytes_from(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut dice = Dice::new(seed);
    move |bytes| bytes.fill_with(|| dice.byte())
}

/// An office whose keys are always the same, so that two of them are the same office.
fn office() -> (TempDir, Office) {
    let dir = TempDir::new().expect("a directory");
    let office =
        Office::create(dir.path(), "Chuỗi cà phê", &mut bytes_from(1), NOW).expect("an office");
    (dir, office)
}

fn provisioned(office: &mut Office, till: &str, seed: u64) -> Provisioning {
    let new = NewTill {
        store: "HN01",
        till,
        currency: Currency::from_code("VND").expect("a currency"),
        language: "vi",
        programme: b"{}".to_vec(),
        clock: ClockLimits::default(),
        members: MemberList::Sent,
        operators: Default::default(),
    };
    let (file, code) = office
        .provision(&new, &mut bytes_from(seed), NOW)
        .expect("a file");
    Provisioning::open(&file, &code.to_string()).expect("opens")
}

fn till(office: &mut Office, name: &str, seed: u64) -> SampleTill {
    let file = provisioned(office, name, seed);
    SampleTill::new(file.tenant, file.writer, *file.writer_secret, 9)
}

fn ingest(office: &mut Office, file: &[u8]) -> Ingested {
    office.ingest(file, NOW).expect("the office works")
}

fn known(office: &Office, who: MemberNumber) -> i64 {
    let rows = office.balance(who, today()).expect("a balance");
    rows.iter().map(|row| row.balance.known.get()).sum()
}

/// Enrols a member, sells twice, redeems out of the first lot, refunds the second sale.
fn busy_till(till: &mut SampleTill, who: MemberNumber) {
    till.enrol(who, &[[u8::try_from(who.body() % 200).expect("small"); 16]]);
    let first = till.sale(who, 100_000, 10);
    let sale = till.write(Kind::Commit, |entry| {
        entry.member = Some(who);
        entry.amount = crate::kernel::Money::new(46_000);
    });
    till.write(Kind::Redemption, |entry| {
        entry.member = Some(who);
        entry.wallet = 1;
        entry.lot = first + 1;
        entry.points = Points::new(4);
        entry.amount = crate::kernel::Money::new(4_000);
        entry.refers_to = sale;
    });
    let refunded = till.sale(who, 30_000, 3);
    let refund = till.write(Kind::Refund, |entry| {
        entry.member = Some(who);
        entry.amount = crate::kernel::Money::new(30_000);
        entry.refers_to = refunded;
    });
    till.write(Kind::AwardRefund, |entry| {
        entry.member = Some(who);
        entry.wallet = 1;
        entry.lot = refunded + 1;
        entry.points = Points::new(3);
        entry.refers_to = refund;
    });
}
