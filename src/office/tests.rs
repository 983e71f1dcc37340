//! Tests of head office: what it takes, what it answers, what it tells.

mod adjustments;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::exchange::provisioning::Provisioning;
use crate::exchange::samples::{Numbers, SampleTill, member};
use crate::exchange::{Acknowledgement, Parent};
use crate::kernel::{Currency, Money, Points, StreamId, WriterId};
use crate::ledger::claim::ReturnedBefore;
use crate::ledger::clock::ClockLimits;
use crate::ledger::{Flags, Kind};

const NOW: Instant = Instant::from_ms(1_795_400_000_000);

fn today() -> BusinessDate {
    BusinessDate::from_yyyymmdd(20_261_122).expect("a date")
}

/// Repeatable "randomness" for keys and names.
fn bytes_from(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut numbers = Numbers(seed);
    move |bytes| bytes.fill_with(|| u8::try_from(numbers.next() & 0xff).expect("a byte"))
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

/// Sales, spend, refunds and refunded money of a member, or of nobody.
fn sums(office: &Office, who: Option<MemberNumber>) -> (i64, i64, i64, i64) {
    let sql = "SELECT sales, spend, refunds, refunded FROM member WHERE member = ?1";
    let row = office.db.query_row(sql, [member_column(who)], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    });
    row.expect("a row")
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
fn an_office_is_made_once_and_opened_again() {
    let (dir, office) = office();
    let public = office.public_key();
    drop(office);
    let again = Office::create(dir.path(), "Khác", &mut bytes_from(2), NOW);
    assert!(matches!(again, Err(OfficeError::Exists(_))));
    let opened = Office::open(dir.path()).expect("opens");
    assert_eq!(
        (opened.name(), opened.public_key()),
        ("Chuỗi cà phê", public)
    );
    let elsewhere = TempDir::new().expect("a directory");
    assert!(matches!(
        Office::open(elsewhere.path()),
        Err(OfficeError::Absent(_))
    ));
    std::fs::write(elsewhere.path().join(FILE_NAME), b"not a database at all").expect("written");
    assert!(matches!(
        Office::open(elsewhere.path()),
        Err(OfficeError::Unknown { .. })
    ));
}

#[test]
fn an_office_file_of_version_1_opens_and_counts_what_expires() {
    let (dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    busy_till(&mut till, member(10_000_000_000));
    ingest(&mut office, &till.batch(1, till.entries.len()));
    let digest = office.digest().expect("a digest");
    drop(office);
    let db = rusqlite::Connection::open(dir.path().join(FILE_NAME)).expect("a file");
    db.execute_batch("ALTER TABLE account DROP COLUMN expired; ALTER TABLE account DROP COLUMN adjusted; PRAGMA user_version = 1")
        .expect("as it was");
    drop(db);
    let mut opened = Office::open(dir.path()).expect("opens");
    assert_eq!(opened.digest().expect("a digest"), digest);
    let more = till.sale(member(10_000_000_000), 10_000, 1);
    ingest(&mut opened, &till.batch(more, 2));
    assert_eq!(known(&opened, member(10_000_000_000)), 7);
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
fn every_till_gets_its_own_key_and_its_own_member_numbers() {
    let (_dir, mut office) = office();
    let first = provisioned(&mut office, "1", 10);
    let second = provisioned(&mut office, "2", 11);
    assert_ne!(first.writer, second.writer);
    assert_ne!(first.writer_secret, second.writer_secret);
    assert_eq!(first.identifier_key, second.identifier_key);
    assert_eq!(first.member_block.first_body, 10_000_000_000);
    assert_eq!(first.member_block.last_body, 10_000_999_999);
    assert_eq!(second.member_block.first_body, 10_001_000_000);
}

#[test]
fn a_new_till_is_told_the_members_known_so_far() {
    let (_dir, mut office) = office();
    let mut first = till(&mut office, "1", 10);
    let who = member(10_000_000_000);
    first.enrol(who, &[[5; 16]]);
    ingest(&mut office, &first.batch(1, 2));
    let second = provisioned(&mut office, "2", 11);
    assert_eq!(second.members, [([5; 16], who)]);
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
fn the_same_batch_again_gets_the_same_answer_and_counts_once() {
    let (_dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    let who = member(10_000_000_000);
    till.sale(who, 100_000, 10);
    let file = till.batch(1, 3);
    let first = ingest(&mut office, &file);
    let again = office
        .ingest(&file, Instant::from_ms(NOW.ms() + 1))
        .expect("works");
    assert!(again.duplicate && !first.duplicate);
    assert_eq!(again.outcome, first.outcome);
    assert_eq!(known(&office, who), 10);
}

#[test]
fn a_batch_that_comes_too_early_waits_and_says_for_what() {
    let (_dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    let who = member(10_000_000_000);
    for _ in 0..3 {
        till.sale(who, 100_000, 10);
    }
    let (first, second, third) = (till.batch(1, 3), till.batch(4, 2), till.batch(6, 2));
    assert_eq!(
        ingest(&mut office, &third).outcome,
        Outcome::Parked { needs: 1 }
    );
    assert_eq!(
        ingest(&mut office, &second).outcome,
        Outcome::Parked { needs: 1 }
    );
    assert!(ingest(&mut office, &third).duplicate);
    assert_eq!(office.status().expect("a status").parked.len(), 2);
    assert_eq!(known(&office, who), 0);
    let answer = ingest(&mut office, &first);
    assert!(matches!(answer.outcome, Outcome::Applied(_)));
    assert_eq!(answer.drained.len(), 2);
    let seqs: Vec<_> = answer
        .drained
        .iter()
        .map(|drained| match &drained.outcome {
            Outcome::Applied(ack) => {
                Acknowledgement::verify(ack, &office.public_key())
                    .expect("signed")
                    .seq
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(seqs, [5, 7]);
    assert_eq!(known(&office, who), 30);
    assert_eq!(office.status().expect("a status").parked, []);
    assert!(matches!(
        ingest(&mut office, &third).outcome,
        Outcome::Applied(_)
    ));
}

#[test]
fn of_an_overlapping_batch_only_the_new_part_counts() {
    let (_dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    let who = member(10_000_000_000);
    for _ in 0..3 {
        till.sale(who, 100_000, 10);
    }
    ingest(&mut office, &till.batch(1, 4));
    assert!(matches!(
        ingest(&mut office, &till.batch(2, 6)).outcome,
        Outcome::Applied(_)
    ));
    assert!(matches!(
        ingest(&mut office, &till.batch(3, 2)).outcome,
        Outcome::Applied(_)
    ));
    assert_eq!(known(&office, who), 30);
    assert_eq!(office.status().expect("a status").streams[0].seq, 7);
}

#[test]
fn two_stories_of_one_till_are_both_kept_and_never_mixed() {
    let (_dir, mut office) = office();
    let file = provisioned(&mut office, "1", 10);
    let new = || SampleTill::new(file.tenant, file.writer, *file.writer_secret, 9);
    let who = member(10_000_000_000);
    let (mut one, mut other) = (new(), new());
    for till in [&mut one, &mut other] {
        till.sale(who, 100_000, 10);
    }
    one.sale(who, 50_000, 5);
    other.sale(who, 90_000, 9);
    other.sale(who, 10_000, 1);
    ingest(&mut office, &one.batch(1, 5));
    // Seq 4 is the first that differs: as an overlap, and as a batch that follows.
    assert_eq!(
        ingest(&mut office, &other.batch(1, 7)).outcome,
        Outcome::Fork { at: 4 }
    );
    assert_eq!(
        ingest(&mut office, &other.batch(6, 2)).outcome,
        Outcome::Fork { at: 5 }
    );
    assert_eq!(known(&office, who), 15);
    let forks = office.status().expect("a status").forks;
    assert_eq!(forks.len(), 2);
    assert_eq!(
        (forks[0].first_seq, forks[0].last_seq, forks[0].at),
        (1, 7, 4)
    );
}

#[test]
fn a_provisioning_file_used_twice_is_noticed() {
    let (_dir, mut office) = office();
    let file = provisioned(&mut office, "1", 10);
    let new = |tag| SampleTill::new(file.tenant, file.writer, *file.writer_secret, tag);
    assert!(matches!(
        ingest(&mut office, &new(9).batch(1, 1)).outcome,
        Outcome::Applied(_)
    ));
    assert_eq!(
        ingest(&mut office, &new(10).batch(1, 1)).outcome,
        Outcome::Fork { at: 1 }
    );
}

#[test]
fn a_second_life_continues_the_first_whichever_arrives_first() {
    let (_dir, mut office) = office();
    let (_other_dir, mut other_office) = self::office();
    let file = provisioned(&mut office, "1", 10);
    provisioned(&mut other_office, "1", 10);
    let mut first = SampleTill::new(file.tenant, file.writer, *file.writer_secret, 9);
    let who = member(10_000_000_000);
    let commit = first.sale(who, 100_000, 10);
    let parent = Parent {
        epoch: 1,
        tag: 9,
        seq: 3,
        hash: *first.hashes.last().expect("a hash"),
    };
    let stream = StreamId {
        epoch: 2,
        tag: 20,
        ..first.stream
    };
    let mut second = SampleTill::continuing(file.tenant, stream, *file.writer_secret, parent);
    second.write(Kind::Redemption, |entry| {
        entry.member = Some(who);
        entry.wallet = 1;
        entry.lot = commit + 1;
        entry.points = Points::new(4);
    });
    ingest(&mut office, &first.batch(1, 3));
    assert!(matches!(
        ingest(&mut office, &second.batch(4, 2)).outcome,
        Outcome::Applied(_)
    ));

    assert_eq!(
        ingest(&mut other_office, &second.batch(4, 2)).outcome,
        Outcome::Parked { needs: 3 }
    );
    assert_eq!(
        ingest(&mut other_office, &first.batch(1, 3)).drained.len(),
        1
    );
    for office in [&office, &other_office] {
        assert_eq!(known(office, who), 6);
        assert_eq!(office.status().expect("a status").overdrawn, []);
    }
    assert_eq!(
        office.digest().expect("a digest"),
        other_office.digest().expect("a digest")
    );
}

#[test]
fn what_does_not_belong_here_is_refused_with_its_reason() {
    let (_dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    till.sale(member(10_000_000_000), 100_000, 10);
    let file = till.batch(1, 3);
    let stranger = SampleTill::new(office.tenant(), WriterId([8; 16]), [8; 32], 1);
    let refused = |answer: Ingested| match answer.outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused(ingest(&mut office, &stranger.batch(1, 1))),
        Refusal::UnknownWriter(WriterId([8; 16]))
    );
    let foreign = SampleTill::new([9; 16], till.stream.writer, [8; 32], 1);
    assert_eq!(
        refused(ingest(&mut office, &foreign.batch(1, 1))),
        Refusal::OtherTenant
    );
    // The right writer's name, another key.
    let forged = SampleTill::new(office.tenant(), till.stream.writer, [8; 32], 9);
    assert!(matches!(
        refused(ingest(&mut office, &forged.batch(1, 1))),
        Refusal::Batch(_)
    ));
    assert!(matches!(
        refused(ingest(&mut office, &file[..file.len() - 1])),
        Refusal::Batch(_)
    ));
    assert_eq!(office.status().expect("a status").streams, []);
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

/// Two tills' entries, cut and mixed as `numbers` say, some sent twice, some overlapping.
fn deliveries(tills: &[SampleTill], numbers: &mut Numbers) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for till in tills {
        let all = till.entries.len();
        let mut from = 0;
        while from < all {
            let count = usize::try_from(1 + numbers.below(9))
                .expect("small")
                .min(all - from);
            let back = usize::try_from(numbers.below(4)).expect("small").min(from);
            let overlap = if numbers.below(3) == 0 { back } else { 0 };
            let start = from - overlap;
            let file = till.batch(start as u64 + 1, count + overlap);
            if numbers.below(4) == 0 {
                files.push(file.clone());
            }
            files.push(file);
            from += count;
        }
    }
    for last in (1..files.len()).rev() {
        let other = usize::try_from(numbers.below(last as u64 + 1)).expect("small");
        files.swap(last, other);
    }
    files
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn order_number_and_cut_of_batches_change_nothing(seed in any::<u64>()) {
        let (_dir, mut one) = office();
        let mut tills = [till(&mut one, "1", 10), till(&mut one, "2", 11)];
        for (index, till) in tills.iter_mut().enumerate() {
            for nth in 0..3 {
                // Both tills serve some of the same members.
                busy_till(till, member(10_000_000_000 + nth + index as u64));
            }
        }
        for till in &tills {
            ingest(&mut one, &till.batch(1, till.entries.len()));
        }
        let (_other_dir, mut other) = office();
        for (name, seed) in [("1", 10), ("2", 11)] {
            till(&mut other, name, seed);
        }
        for file in deliveries(&tills, &mut Numbers(seed)) {
            let answer = ingest(&mut other, &file);
            let taken = matches!(answer.outcome, Outcome::Applied(_) | Outcome::Parked { .. });
            prop_assert!(taken, "refused or taken for a fork");
        }
        prop_assert_eq!(other.status().expect("a status").parked, vec![]);
        prop_assert_eq!(one.digest().expect("a digest"), other.digest().expect("a digest"));
        let (a, b) = (one.member_totals(today()), other.member_totals(today()));
        prop_assert_eq!(a.expect("totals"), b.expect("totals"));
    }
}
