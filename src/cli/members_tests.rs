//! `loy office balance` of members who are one with others, or share an account.

use super::tests::{Chain, loy};
use crate::exchange::samples::member;
use crate::kernel::{MemberNumber, Points};
use crate::ledger::{AdjustmentPayload, HouseholdPayload, Kind, MergePayload};

#[test]
fn a_number_that_was_merged_has_nothing_and_says_who_has_it() {
    let chain = Chain::new();
    let (mut till, _) = chain.till();
    let (one, other) = (member(10_000_000_000), member(10_000_000_001));
    till.sale(one, 1_000_000, 100);
    till.sale(other, 2_000_000, 200);
    let merge = MergePayload {
        into: one,
        by: AdjustmentPayload::new("TN-07", "", "same_person"),
    };
    till.write(Kind::Merged, |entry| {
        entry.member = Some(other);
        entry.payload = merge.to_payload();
    });
    let batch = chain.batch("1", &till.batch(1, 6));
    let (code, _, notes) = loy(&[&"office", &"ingest", &chain.office(), &batch]);
    assert_eq!(code, 0, "{notes}");
    let told = |number: MemberNumber| {
        let number = number.to_string();
        let (_, out, _) = loy(&[
            &"office",
            &"balance",
            &chain.office(),
            &number,
            &"--format",
            &"csv",
        ]);
        out.lines().nth(1).map(str::to_owned)
    };
    let stays = format!("{one},1,300,300,0,0,0,20261122,active,,");
    assert_eq!(told(one), Some(stays));
    let gone = format!("{other},0,0,0,0,0,0,20261122,active,{one},");
    assert_eq!(told(other), Some(gone));
}

#[test]
fn a_number_that_shares_an_account_says_whose() {
    let chain = Chain::new();
    let (mut till, _) = chain.till();
    let (one, other) = (member(10_000_000_000), member(10_000_000_001));
    till.sale(one, 1_000_000, 100);
    till.sale(other, 2_000_000, 200);
    let joined = HouseholdPayload {
        holder: one,
        brings: vec![(1, Points::new(200))],
        by: AdjustmentPayload::new("TN-07", "", "family"),
    };
    till.write(Kind::Household, |entry| {
        entry.member = Some(other);
        entry.payload = joined.to_payload();
    });
    let batch = chain.batch("1", &till.batch(1, 6));
    let (code, _, notes) = loy(&[&"office", &"ingest", &chain.office(), &batch]);
    assert_eq!(code, 0, "{notes}");
    let told = |number: MemberNumber| {
        let (office, number) = (chain.office(), number.to_string());
        let (_, out, _) = loy(&[&"office", &"balance", &office, &number, &"--format", &"csv"]);
        out.lines().nth(1).map(str::to_owned)
    };
    let account = format!("{one},1,300,300,0,0,0,20261122,active,,{one}");
    assert_eq!(told(one), Some(account));
    let shares = format!("{other},0,0,0,0,0,0,20261122,active,,{one}");
    assert_eq!(told(other), Some(shares));
}
