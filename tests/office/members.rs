//! Members who are blocked or become one at one till while others go on: head office tells the same,
//! whatever comes in first.

use loy::kernel::{MemberNumber, MemberStatus};
use loy::till::{MergeRequest, StatusChange, StatusRequest};
use serde_json::json;

use crate::chain::{Chain, programme};
use crate::goods::{later, line, of_lines};
use crate::households::two;
use crate::shop::{TODAY, cart_of, date, enrol, phone, spending};

fn merge(from: MemberNumber, into: MemberNumber) -> MergeRequest {
    MergeRequest {
        from,
        into,
        operator: "TN-07".to_owned(),
        reason: "same_person".to_owned(),
        time: None,
    }
}

fn change(member: MemberNumber, change: StatusChange) -> StatusRequest {
    StatusRequest {
        member,
        change,
        operator: "TN-07".to_owned(),
        reason: "lost_card".to_owned(),
        time: None,
    }
}

fn known(chain: &Chain, member: MemberNumber) -> Vec<i64> {
    let balances = chain.office.balance(member, date(TODAY)).unwrap();
    balances.iter().map(|row| row.balance.known.get()).collect()
}

#[test]
fn what_other_tills_did_for_a_merged_number_before_and_after_is_the_others() {
    let document = programme(json!({}), json!({"expiry": {"days": 30}}));
    let (mut chain, a, b) = two(&document, 2);
    chain.till().record("a-1", &cart_of(a, 100_000)).unwrap();
    chain.till().record("b-1", &cart_of(b, 50_000)).unwrap();
    chain.lanes[1]
        .till
        .record("b-2", &cart_of(b, 70_000))
        .unwrap();
    chain.send();
    assert_eq!((known(&chain, a), known(&chain, b)), (vec![10], vec![12]));
    chain.till().merge("merge", &merge(b, a)).unwrap();
    // The other till does not know, and goes on with the old number.
    chain.lanes[1]
        .till
        .record("b-3", &spending(b, 100_000, 7))
        .unwrap();
    // This one spends what it has of both.
    chain
        .till()
        .record("a-2", &spending(a, 100_000, 12))
        .unwrap();
    chain.send();
    let office = &chain.office;
    assert_eq!((office.whose(a).unwrap(), office.whose(b).unwrap()), (a, a));
    // 10 + 5 + 7, less 7 and 12; 93.000 đ give 9, 88.000 đ 9.
    assert_eq!(
        (known(&chain, a), known(&chain, b)),
        (vec![22 - 19 + 18], vec![])
    );
    assert_eq!(
        chain.sums(a, date(TODAY)),
        (5, 100_000 + 50_000 + 70_000 + 93_000 + 88_000, 0)
    );
    let status = chain.office.status().unwrap();
    assert_eq!(status.overdrawn, [], "points of one lot under two numbers");
    let lots = chain.office.lots(Some(a)).unwrap();
    let left: i64 = lots.iter().map(|lot| lot.remaining.get()).sum();
    assert_eq!((left, lots.iter().all(|lot| lot.member == a)), (21, true));
    assert!(chain.office.lots(Some(b)).unwrap().is_empty());
    chain.assert_order_does_not_matter(date(TODAY));
}

#[test]
fn two_tills_that_merge_the_same_cards_the_other_way_round_mean_one_person() {
    let document = programme(json!({}), json!({}));
    let (mut chain, a, b) = two(&document, 2);
    chain.till().record("a-1", &cart_of(a, 100_000)).unwrap();
    chain.lanes[1]
        .till
        .record("b-1", &cart_of(b, 70_000))
        .unwrap();
    chain.till().merge("merge", &merge(b, a)).unwrap();
    chain.lanes[1].shop.clock.advance_seconds(60);
    chain.lanes[1].till.merge("merge", &merge(a, b)).unwrap();
    chain.send();
    // The first word counts: a is left.
    assert_eq!((known(&chain, a), known(&chain, b)), (vec![17], vec![]));
    chain.assert_order_does_not_matter(date(TODAY));
}

#[test]
fn a_block_at_one_till_is_told_whoever_goes_on_selling_and_a_close_is_for_good() {
    let document = programme(json!({}), json!({}));
    let (mut chain, a, b) = two(&document, 2);
    let status = |chain: &Chain, member| chain.office.member_status(member).unwrap();
    chain
        .till()
        .change_status("block", &change(a, StatusChange::Block))
        .unwrap();
    chain.send();
    assert_eq!(status(&chain, a), MemberStatus::Blocked);
    chain
        .till()
        .change_status("unblock", &change(a, StatusChange::Unblock))
        .unwrap();
    chain.send();
    assert_eq!(status(&chain, a), MemberStatus::Active);
    // Merged here, blocked there by the old number: one of them is, so the person is.
    chain.till().merge("merge", &merge(b, a)).unwrap();
    chain.lanes[1].shop.clock.advance_seconds(60);
    let there = &chain.lanes[1].till;
    there
        .change_status("close", &change(b, StatusChange::Close))
        .unwrap();
    chain.send();
    assert_eq!(
        (status(&chain, a), status(&chain, b)),
        (MemberStatus::Closed, MemberStatus::Closed)
    );
    let told: Vec<String> = chain
        .office
        .exceptions()
        .unwrap()
        .into_iter()
        .map(|line| line.key)
        .collect();
    assert_eq!(
        told,
        [
            "member_blocked",
            "member_unblocked",
            "member_merged",
            "member_closed"
        ]
    );
    chain.assert_order_does_not_matter(date(TODAY));
}

#[test]
fn goods_without_their_sale_find_it_under_the_number_of_then() {
    let document = programme(json!({}), json!({}));
    let mut chain = Chain::with(&document, 2);
    let a = enrol(chain.till());
    let there = &chain.lanes[1].till;
    let b = there.enrol("b", &phone("0987654321")).unwrap().number;
    let goods = of_lines(Some(b), vec![line("AO", 1, 55_000)]);
    let sale = there.record("b-1", &goods).unwrap();
    chain.till().merge("merge", &merge(b, a)).unwrap();
    let back = later(of_lines(Some(a), vec![line("AO", -1, 55_000)]));
    chain.till().refund_unlinked("back", &back).unwrap();
    chain.send();
    let told = chain.office.unlinked().unwrap();
    assert_eq!((told.len(), told[0].member), (1, Some(a)));
    let found = told[0].sale.as_ref().unwrap();
    assert_eq!((found.till.as_str(), found.seq), ("2", sale.id.seq));
    chain.assert_order_does_not_matter(date(TODAY));
}
