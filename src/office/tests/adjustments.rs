//! Points given and taken by hand, as head office counts them.

use super::*;

#[test]
fn points_by_hand_are_counted_apart_and_by_operator() {
    let (_dir, mut office) = office();
    let mut till = till(&mut office, "1", 10);
    let who = member(10_000_000_000);
    let by = |operator: &str, reason: &str| {
        let payload = crate::ledger::AdjustmentPayload {
            operator: operator.to_owned(),
            approver: "GS-01".to_owned(),
            reason: reason.to_owned(),
        };
        payload.to_payload()
    };
    till.sale(who, 100_000, 10);
    let mut adjust = |kind, lot, refers_to, points, payload: Vec<u8>| {
        till.write(kind, |entry| {
            entry.member = Some(who);
            entry.wallet = 1;
            entry.lot = lot;
            entry.refers_to = refers_to;
            entry.points = Points::new(points);
            entry.payload = payload;
        })
    };
    let given = adjust(Kind::AdjustmentGiven, 0, 0, 20, by("TN-07", "goodwill"));
    // 33 taken: 10 of the sale, 20 of the gift, and 3 that are not there.
    let first = adjust(
        Kind::AdjustmentTaken,
        given - 1,
        0,
        10,
        by("TN-08", "error"),
    );
    adjust(Kind::AdjustmentTaken, given, first, 20, Vec::new());
    adjust(Kind::Debt, 0, first, 3, by("TN-08", "error"));
    // A code that was used is nothing for people.
    till.write(Kind::Exception, |entry| {
        entry.payload = crate::ledger::Exception::new("code.used").to_payload();
    });
    till.write(Kind::Exception, |entry| {
        entry.payload = crate::ledger::Exception::new("approval.given").to_payload();
    });
    ingest(&mut office, &till.batch(1, till.entries.len()));
    let row = office.member_totals(today()).expect("totals")[0];
    assert_eq!((row.awarded.get(), row.adjusted.get()), (10, 20 - 33));
    assert_eq!(row.balance, row.awarded + row.adjusted);
    let sums: Vec<_> = office
        .adjustments_by_operator()
        .expect("sums")
        .into_iter()
        .map(|sum| (sum.operator, sum.count, sum.given.get(), sum.taken.get()))
        .collect();
    let expected = [
        ("TN-07".to_owned(), 1, 20, 0),
        ("TN-08".to_owned(), 3, 0, 33),
    ];
    assert_eq!(sums, expected);
    let lines: Vec<_> = office
        .exceptions()
        .expect("lines")
        .into_iter()
        .map(|line| (line.key, line.subject, line.points.get()))
        .collect();
    let line = |key: &str, subject: &str, points| (key.to_owned(), subject.to_owned(), points);
    assert_eq!(
        lines,
        [
            line("adjustment_given", "goodwill", 20),
            line("adjustment_taken", "error", -10),
            line("adjustment_taken", "error", -20),
            line("adjustment_owed", "error", -3),
            line("approval.given", "", 0),
        ]
    );
}
