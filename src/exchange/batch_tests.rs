//! Tests of the batch as a whole.

use proptest::prelude::*;

use super::batch::{BatchError, BuildError, Part, build, build_up_to, read};
use super::samples::{Dice, SampleTill, member};
use super::{Basket, SigningKey};
use crate::kernel::{BusinessDate, Instant, MemberNumber, Money, Points, UtcOffset, WriterId};
use crate::ledger::{Entry, Flags, Kind};

fn till() -> SampleTill {
    SampleTill::new([7; 16], WriterId([1; 16]), [2; 32], 9)
}

fn small_till() -> SampleTill {
    let mut till = till();
    till.enrol(member(10_000_000_001), &[[5; 16]]);
    till.sale(member(10_000_000_001), 55_000, 5);
    till.baskets.push(Basket {
        sale_seq: 3,
        lines: Vec::new(),
    });
    till
}

#[test]
fn a_batch_reads_back_as_what_was_put_in() {
    let till = small_till();
    let file = till.batch(1, 4);
    let batch = read(&file)
        .expect("a batch")
        .verify(&till.writer_public())
        .expect("genuine");
    assert_eq!(batch.entries, till.entries);
    assert_eq!(batch.baskets, till.baskets);
    assert_eq!(batch.hashes, till.hashes[1..]);
    assert_eq!(batch.manifest.stream, till.stream);
    assert_eq!(batch.manifest.last_seq(), 4);
    assert_eq!(file, till.batch(1, 4), "the same bytes again");
}

#[test]
fn a_batch_is_believed_only_from_its_writer() {
    let till = small_till();
    let file = till.batch(1, 4);
    let stranger = SampleTill::new([7; 16], WriterId([1; 16]), [3; 32], 9);
    assert!(matches!(
        read(&file)
            .expect("a batch")
            .verify(&stranger.writer_public()),
        Err(BatchError::Certificate(_))
    ));
    // A key that is not the epoch's cannot make a batch, and the epoch key alone is no writer.
    let other = SigningKey::from_bytes(&[9; 32]);
    assert_eq!(build(&till.parts(1, 4), &other), Err(BuildError::Key));
}

#[test]
fn no_changed_byte_is_accepted() {
    let till = small_till();
    let file = till.batch(1, 4);
    for place in 0..file.len() {
        let mut changed = file.clone();
        changed[place] ^= 1 << (place % 8);
        let accepted = read(&changed).is_ok_and(|b| b.verify(&till.writer_public()).is_ok());
        assert!(!accepted, "byte {place}");
    }
    assert_eq!(
        read(&[&file[..], &[0]].concat()).err(),
        Some(BatchError::TooLong)
    );
}

#[test]
fn a_batch_cut_off_at_any_byte_says_how_many_are_missing() {
    let file = small_till().batch(1, 4);
    for end in 0..file.len() {
        let missing_bytes = (end >= 9).then(|| (file.len() - end) as u64);
        assert_eq!(
            read(&file[..end]).err(),
            Some(BatchError::Truncated { missing_bytes }),
            "cut at {end}"
        );
    }
    let error = read(&file[..file.len() - 3]).expect_err("cut");
    assert_eq!(
        error.to_string(),
        "the batch is cut off: 3 bytes are missing at the end"
    );
}

#[test]
fn another_file_and_a_newer_batch_are_named() {
    assert_eq!(read(b"PK\x03\x04").err(), Some(BatchError::NotABatch));
    let mut newer = small_till().batch(1, 4);
    newer[4] = 2;
    assert_eq!(
        read(&newer).err(),
        Some(BatchError::Newer { found: 2, known: 1 })
    );
}

#[test]
fn entries_that_the_writer_signed_but_that_do_not_chain_are_refused() {
    let till = small_till();
    let mut parts = till.parts(1, 4);
    parts.prev_hash = [1; 32];
    let file = build(&parts, &till.epoch_key).expect("a batch");
    assert_eq!(
        read(&file)
            .expect("a batch")
            .verify(&till.writer_public())
            .err(),
        Some(BatchError::Disagrees(Part::Chain))
    );
    // A stream whose first entry is no epoch entry.
    let mut headless = small_till();
    headless.entries[0].kind = Kind::Clock;
    let file = headless.batch(1, 4);
    assert_eq!(
        read(&file)
            .expect("a batch")
            .verify(&headless.writer_public())
            .err(),
        Some(BatchError::Disagrees(Part::Epoch))
    );
}

#[test]
fn gaps_and_values_out_of_bounds_are_not_sent() {
    let mut till = small_till();
    till.entries[2].points = Points::new(-1);
    assert_eq!(
        build(&till.parts(1, 4), &till.epoch_key),
        Err(BuildError::Entry(3))
    );
    till.entries[2].points = Points::ZERO;
    till.entries[2].seq = 9;
    assert_eq!(
        build(&till.parts(1, 4), &till.epoch_key),
        Err(BuildError::Entry(9))
    );
    assert_eq!(
        build(&till.parts(1, 0), &till.epoch_key),
        Err(BuildError::Count(0))
    );
}

#[test]
fn a_batch_is_cut_to_the_size_the_caller_gives() {
    let mut till = till();
    till.day_of_member_sales(300, &mut Dice::new(1));
    let all = till.entries.len();
    let whole = till.batch(1, all);
    let (file, count) =
        build_up_to(&till.parts(1, all), &till.epoch_key, whole.len()).expect("fits");
    assert_eq!((file.len(), count), (whole.len(), all));

    let size_max = 3_000;
    let (file, count) = build_up_to(&till.parts(1, all), &till.epoch_key, size_max).expect("cut");
    assert!(file.len() <= size_max && count > 1 && count < all);
    assert!(
        till.batch(1, count + 1).len() > size_max,
        "one more would not fit"
    );
    let batch = read(&file)
        .expect("a batch")
        .verify(&till.writer_public())
        .expect("genuine");
    assert_eq!(batch.entries, till.entries[..count]);

    assert!(matches!(
        build_up_to(&till.parts(1, all), &till.epoch_key, 100),
        Err(BuildError::Cut { seq: 1, .. })
    ));
}

#[test]
fn a_day_of_2_000_member_sales_is_as_small_as_promised() {
    let mut till = till();
    till.day_of_member_sales(2_000, &mut Dice::new(2));
    let file = till.batch(1, till.entries.len());
    let manifest = read(&file).expect("a batch").manifest().clone();
    let lines: usize = till.baskets.iter().map(|basket| basket.lines.len()).sum();
    let per_sale_hundredths = manifest.postings.coded_len * 100 / 2_000;
    let per_line_hundredths = manifest.baskets.coded_len * 100 / lines;
    let rest = file.len() - manifest.postings.coded_len - manifest.baskets.coded_len;
    println!(
        "postings {per_sale_hundredths}/100 bytes a sale, baskets {per_line_hundredths}/100 bytes \
         a line ({lines} lines), manifest and header {rest} bytes, file {} bytes",
        file.len()
    );
    assert!(per_sale_hundredths <= 16 * 100);
    assert!(per_line_hundredths <= 8 * 100);
}

fn some_date() -> impl Strategy<Value = BusinessDate> {
    (-25_000i32..2_900_000)
        .prop_map(|days| BusinessDate::from_days_since_1970(days).expect("within 1900 to 9999"))
}

fn some_entry() -> impl Strategy<Value = Entry> {
    let limit = crate::kernel::amounts::AMOUNT_MAX;
    let instant = || (0..=Instant::MAX.ms()).prop_map(Instant::from_ms);
    let seq = || prop_oneof![Just(0u64), 1u64..50, 0..=(1u64 << 53) - 1];
    (
        (
            2u8..=17,
            0u8..8,
            prop_oneof![Just(Instant::from_ms(5)), instant()],
            prop_oneof![Just(Instant::from_ms(5)), instant()],
            -1080i32..=1080,
            prop_oneof![
                Just(BusinessDate::from_days_since_1970(9).expect("a date")),
                some_date()
            ],
        ),
        proptest::option::of(0..=MemberNumber::BODY_MAX),
        (
            0u8..4,
            seq(),
            prop_oneof![Just(0), 0..=limit],
            -limit..=limit,
            seq(),
        ),
        (some_date(), proptest::option::of(some_date())),
        (any::<u32>(), proptest::collection::vec(any::<u8>(), 0..40)),
    )
        .prop_map(|(head, body, moved, dates, rest)| Entry {
            seq: 0,
            kind: Kind::from_number(head.0).expect("a kind"),
            flags: Flags(head.1),
            at: head.2,
            sold_at: head.3,
            offset: UtcOffset::from_minutes(head.4).expect("an offset"),
            business_date: head.5,
            member: body.and_then(MemberNumber::from_body),
            wallet: moved.0,
            lot: moved.1,
            points: Points::new(moved.2),
            amount: Money::new(moved.3 % 1_000_000_000_000),
            refers_to: moved.4,
            available_from: dates.0,
            expires_on: dates.1,
            programme_version: rest.0,
            payload: rest.1,
        })
}

proptest! {
    #[test]
    fn whatever_a_ledger_can_hold_travels_unchanged(
        entries in proptest::collection::vec(some_entry(), 1..40)
    ) {
        let mut till = till();
        for entry in entries {
            till.write(entry.kind, |slot| {
                // Sums of a batch are bounded; single amounts are tested in `postings`.
                let points = Points::new(entry.points.get() % 1_000_000_000_000);
                *slot = Entry { seq: slot.seq, points, ..entry };
            });
        }
        let file = till.batch(1, till.entries.len());
        let batch = read(&file).expect("a batch").verify(&till.writer_public()).expect("genuine");
        prop_assert_eq!(batch.entries, till.entries);
    }

    #[test]
    fn bytes_made_up_by_somebody_never_crash_the_reader(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        place in 0usize..2000,
    ) {
        let till = small_till();
        prop_assert!(read(&bytes).is_err());
        let mut file = till.batch(1, 4);
        let start = place % file.len();
        for (slot, byte) in file[start..].iter_mut().zip(&bytes) {
            *slot = *byte;
        }
        let _ = read(&file).map(|batch| batch.verify(&till.writer_public()));
        let _ = super::postings::decode(&vec![bytes.clone(); super::postings::COLUMNS], 1, bytes.len().min(3));
        let _ = super::baskets::decode(&bytes, 1);
    }
}
