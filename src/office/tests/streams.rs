//! Batches that come twice, early, in pieces, or with another story.

use proptest::prelude::*;

use super::*;
use crate::exchange::{Acknowledgement, Parent};
use crate::kernel::{StreamId, WriterId};

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
    // The other ledger sells on and gives out the same member numbers; nothing of it counts.
    let mut other = new(10);
    other.sale(member(10_000_000_000), 55_000, 6);
    for (first, count) in [(1, 1), (2, 2)] {
        assert_eq!(
            ingest(&mut office, &other.batch(first, count)).outcome,
            Outcome::Fork { at: 1 }
        );
    }
    assert_eq!(known(&office, member(10_000_000_000)), 0);
    let forks = office.status().expect("a status").forks;
    assert_eq!(forks.iter().map(|fork| fork.at).collect::<Vec<_>>(), [1, 1]);
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

/// Two tills' entries, cut and mixed as `dice` say, some sent twice, some overlapping.
fn deliveries(tills: &[SampleTill], dice: &mut Dice) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for till in tills {
        let all = till.entries.len();
        let mut from = 0;
        while from < all {
            let count = usize::try_from(1 + dice.below(9))
                .expect("small")
                .min(all - from);
            let back = usize::try_from(dice.below(4)).expect("small").min(from);
            let overlap = if dice.below(3) == 0 { back } else { 0 };
            let start = from - overlap;
            let file = till.batch(start as u64 + 1, count + overlap);
            if dice.below(4) == 0 {
                files.push(file.clone());
            }
            files.push(file);
            from += count;
        }
    }
    for last in (1..files.len()).rev() {
        let other = usize::try_from(dice.below(last as u64 + 1)).expect("small");
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
        for file in deliveries(&tills, &mut Dice::new(seed)) {
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
