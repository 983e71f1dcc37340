//! What head office adds up out of the entries.

use super::*;
use crate::exchange::Acknowledgement;
use crate::ledger::claim::ReturnedBefore;

/// Sales, spend, refunds and refunded money of a member, or of nobody.
fn sums(office: &Office, who: Option<MemberNumber>) -> (i64, i64, i64, i64) {
    let sql = "SELECT sales, spend, refunds, refunded FROM member WHERE member = ?1";
    let row = office.db.query_row(sql, [member_column(who)], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    });
    row.expect("a row")
}

/// Points of a lot, out of their time or taken back.
fn moved(till: &mut SampleTill, kind: Kind, flags: Flags, lot: u64, points: i64) {
    till.write(kind, |entry| {
        entry.flags = flags;
        entry.member = Some(member(10_000_000_000));
        entry.wallet = 1;
        entry.lot = lot;
        entry.points = Points::new(points);
    });
}

#[test]
fn head_office_counts_what_the_till_wrote() {
    let (_dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    let who = member(10_000_000_000);
    busy_till(&mut till, who);
    let answer = ingest(&mut office, &till.batch(1, till.entries.len()));
    let Outcome::Applied(bytes) = answer.outcome else {
        panic!("{answer:?}");
    };
    let ack = Acknowledgement::verify(&bytes, &office.public_key()).expect("signed");
    assert_eq!((ack.seq, ack.office_index), (till.next_seq() - 1, 1));
    assert_eq!(Some(&ack.hash), till.hashes.last());

    // 10 awarded, 4 spent, 3 awarded and taken back.
    assert_eq!(known(&office, who), 6);
    let totals = office.member_totals(today()).expect("totals");
    assert_eq!(totals.len(), 1);
    let row = totals[0];
    assert_eq!(row.sales, 3);
    assert_eq!((row.spend.get(), row.refunded.get()), (176_000, 30_000));
    assert_eq!((row.awarded.get(), row.award_refunded.get()), (13, 3));
    assert_eq!((row.redeemed.get(), row.redemption_refunded.get()), (4, 0));
    assert_eq!((row.debt.get(), row.balance.get()), (0, 6));

    let awards: Vec<_> = office
        .totals()
        .expect("totals")
        .into_iter()
        .filter(|total| total.kind == Kind::Award)
        .collect();
    assert_eq!(awards.len(), 1);
    assert_eq!(
        (awards[0].count, awards[0].points.get(), awards[0].wallet),
        (2, 13, 1)
    );
}

#[test]
fn a_claimed_sale_and_its_returns_are_the_members_and_nobodys_no_more() {
    let (_dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    let who = member(1);
    till.enrol(who, &[]);
    till.write(Kind::Commit, |entry| entry.amount = Money::new(40_000));
    let sale = till.write(Kind::Commit, |entry| entry.amount = Money::new(100_000));
    till.write(Kind::Refund, |entry| {
        entry.amount = Money::new(25_000);
        entry.refers_to = sale;
    });
    ingest(&mut office, &till.batch(1, 5));
    assert_eq!(sums(&office, None), (2, 140_000, 1, 25_000));
    let before = ReturnedBefore {
        refunds: 1,
        refunded: Money::new(25_000),
    };
    till.write(Kind::Claim, |entry| {
        entry.member = Some(who);
        entry.amount = Money::new(100_000);
        entry.refers_to = sale;
        entry.payload = before.to_payload();
    });
    till.write(Kind::Award, |entry| {
        entry.member = Some(who);
        entry.wallet = 1;
        entry.points = Points::new(8);
        entry.refers_to = sale;
    });
    ingest(&mut office, &till.batch(6, 2));
    assert_eq!(sums(&office, None), (1, 40_000, 0, 0));
    assert_eq!(sums(&office, Some(who)), (1, 100_000, 1, 25_000));
    assert_eq!(known(&office, who), 8);
}

#[test]
fn what_was_given_less_what_is_gone_is_what_is_left() {
    let (_dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    let who = member(10_000_000_000);
    busy_till(&mut till, who);
    let lot = till.sale(who, 80_000, 8) + 1;
    // 6 of 8 expire; then the goods come back, and of what had expired 2 count as taken back.
    moved(&mut till, Kind::Redemption, Flags::default(), lot, 2);
    moved(&mut till, Kind::Expiry, Flags::default(), lot, 6);
    moved(&mut till, Kind::AwardRefund, Flags::LAPSED, lot, 2);
    ingest(&mut office, &till.batch(1, till.entries.len()));
    let row = office.member_totals(today()).expect("totals")[0];
    assert_eq!(row.expired.get(), 4);
    // 10, 3 and 8 given; 3 and 2 taken back; 4 and 2 spent; 4 expired.
    assert_eq!((row.awarded.get(), row.award_refunded.get()), (21, 5));
    let left = row.awarded - row.award_refunded - row.redeemed + row.redemption_refunded
        - row.expired
        - row.debt;
    assert_eq!((left.get(), row.balance.get()), (6, 6));
}

#[test]
fn points_past_their_date_and_points_owed_are_told_apart() {
    let (_dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    let who = member(10_000_000_000);
    till.sale(who, 100_000, 10);
    let day = |number| BusinessDate::from_yyyymmdd(number).expect("a date");
    let award = till.entries.pop().expect("an award");
    till.hashes.pop();
    till.write(Kind::Award, |entry| {
        *entry = crate::ledger::Entry {
            expires_on: Some(day(20_261_201)),
            ..award
        };
    });
    till.write(Kind::Debt, |entry| {
        entry.member = Some(who);
        entry.wallet = 1;
        entry.points = Points::new(2);
    });
    ingest(&mut office, &till.batch(1, till.entries.len()));
    let on = |date| office.balance(who, date).expect("a balance")[0].balance;
    assert_eq!(on(day(20_261_130)).known.get(), 8);
    assert_eq!(on(day(20_261_130)).debt.get(), 2);
    assert_eq!(on(day(20_261_201)).known.get(), -2);
    assert_eq!(office.last_business_date().expect("a date"), Some(today()));
}

#[test]
fn reserved_points_count_until_they_are_spent() {
    let (_dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    let who = member(10_000_000_000);
    let lot = till.sale(who, 100_000, 10) + 1;
    let hold = till.write(Kind::Hold, |entry| entry.member = Some(who));
    let portion = |entry: &mut crate::ledger::Entry| {
        entry.member = Some(who);
        entry.wallet = 1;
        entry.lot = lot;
        entry.points = Points::new(4);
        entry.refers_to = hold;
    };
    till.write(Kind::Hold, portion);
    ingest(&mut office, &till.batch(1, 5));
    let balance = |office: &Office| office.balance(who, today()).expect("a balance")[0].balance;
    let held = balance(&office);
    assert_eq!(
        (held.known.get(), held.held.get(), held.spendable.get()),
        (10, 4, 6)
    );
    till.write(Kind::Commit, |entry| {
        entry.member = Some(who);
        entry.refers_to = hold;
    });
    till.write(Kind::Redemption, |entry| {
        portion(entry);
        entry.flags = Flags::RESERVED;
    });
    ingest(&mut office, &till.batch(6, 2));
    let spent = balance(&office);
    assert_eq!(
        (spent.known.get(), spent.held.get(), spent.spendable.get()),
        (6, 0, 6)
    );
}

#[test]
fn one_phone_enrolled_at_two_tills_is_a_question_for_people() {
    let (_dir, mut office) = office();
    let (mut one, mut two) = (till(&mut office, "1", 10), till(&mut office, "2", 11));
    let (first, second) = (member(10_000_000_000), member(10_001_000_000));
    one.enrol(first, &[[5; 16]]);
    two.enrol(second, &[[5; 16]]);
    two.sale(second, 100_000, 10);
    ingest(&mut office, &two.batch(1, two.entries.len()));
    ingest(&mut office, &one.batch(1, 2));
    let proposals = office.status().expect("a status").merge_proposals;
    assert_eq!(proposals.len(), 1);
    assert_eq!(proposals[0].members, [first, second]);
    assert_eq!((known(&office, first), known(&office, second)), (0, 10));
}
