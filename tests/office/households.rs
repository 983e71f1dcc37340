//! Members who share an account at one till while others know nothing of it: head office tells the same,
//! whatever comes in first.

use loy::kernel::{MemberNumber, Points};
use loy::till::{Adjustment, JoinRequest, LeaveRequest, MergeRequest, Missing, Split, Till};
use serde_json::{Value, json};

use crate::chain::{Chain, programme};
use crate::shop::{TODAY, cart_of, date, enrol, phone, refund_of, spending};

pub fn join(till: &Till, id: &str, member: MemberNumber, holder: MemberNumber) {
    let request = JoinRequest {
        member,
        holder,
        operator: "TN-07".to_owned(),
        reason: "family".to_owned(),
        time: None,
    };
    till.join_household(id, &request).unwrap();
}

pub fn leave(till: &Till, id: &str, member: MemberNumber, split: Split) {
    let request = LeaveRequest {
        member,
        split,
        operator: "TN-07".to_owned(),
        reason: "moved_out".to_owned(),
        time: None,
    };
    till.leave_household(id, &request).unwrap();
}

fn adjust(till: &Till, id: &str, member: MemberNumber, points: i64) {
    let adjustment = Adjustment {
        member,
        wallet: "points".to_owned(),
        points: Points::new(points),
        operator: "TN-07".to_owned(),
        reason: "goodwill".to_owned(),
        time: None,
        expires_on: None,
        missing: Missing::Owed,
    };
    till.adjust(id, &adjustment).unwrap();
}

/// Known and owed at head office.
fn known(chain: &Chain, member: MemberNumber) -> Vec<(i64, i64)> {
    let balances = chain.office.balance(member, date(TODAY)).unwrap();
    let told = balances.iter().map(|row| row.balance);
    told.map(|balance| (balance.known.get(), balance.debt.get()))
        .collect()
}

pub fn two(document: &Value, tills: u8) -> (Chain, MemberNumber, MemberNumber) {
    let chain = Chain::with(document, tills);
    let a = enrol(chain.till());
    let last = chain.lanes.len() - 1;
    let there = &chain.lanes[last].till;
    let b = there.enrol("b", &phone("0987654321")).unwrap().number;
    (chain, a, b)
}

#[test]
fn an_account_that_is_shared_at_the_only_till_is_told_as_the_till_tells_it() {
    let document = programme(json!({}), json!({"expiry": {"days": 30}}));
    let (mut chain, a, b) = two(&document, 1);
    chain.till().record("a-1", &cart_of(a, 100_000)).unwrap();
    let before = chain.till().record("b-1", &cart_of(b, 50_000)).unwrap();
    adjust(chain.till(), "b-owes", b, -9);
    // 5 points, 4 owed: the 10 of the other cover them.
    assert_eq!(
        chain
            .till()
            .scan(&b.to_string(), date(TODAY))
            .unwrap()
            .wallets[0]
            .balance
            .known
            .get(),
        -4
    );
    chain.send();
    assert_eq!(
        (known(&chain, a), known(&chain, b)),
        (vec![(10, 0)], vec![(-4, 4)])
    );
    join(chain.till(), "join", b, a);
    chain.send();
    assert_eq!((known(&chain, a), known(&chain, b)), (vec![(6, 4)], vec![]));
    assert_eq!(chain.office.household(b).unwrap(), Some(a));
    assert_eq!(chain.office.household(a).unwrap(), Some(a));
    // 80.000 đ give 8, of which 4 repay; then 6 are spent, and 94.000 đ give 9.
    chain.till().record("b-2", &cart_of(b, 80_000)).unwrap();
    chain
        .till()
        .record("b-3", &spending(b, 100_000, 6))
        .unwrap();
    chain.send();
    assert_eq!(known(&chain, a), vec![(10 + 8 - 4 - 6 + 9, 0)]);
    chain.assert_balance(a, date(TODAY));
    chain.assert_lots(a, date(TODAY));
    // What was sold is who shopped's.
    assert_eq!(chain.sums(a, date(TODAY)).0, 1);
    assert_eq!(chain.sums(b, date(TODAY)).0, 3);
    leave(
        chain.till(),
        "leave",
        b,
        Split::Points(vec![("points".to_owned(), Points::new(7))]),
    );
    chain.send();
    assert_eq!(
        (known(&chain, a), known(&chain, b)),
        (vec![(10, 0)], vec![(7, 0)])
    );
    assert_eq!(chain.office.household(b).unwrap(), None);
    // Goods that were bought before all that: their points are the account's.
    chain.till().refund("back", &refund_of(before.id)).unwrap();
    chain.till().record("b-4", &cart_of(b, 20_000)).unwrap();
    chain.send();
    assert_eq!(
        (known(&chain, a), known(&chain, b)),
        (vec![(5, 5)], vec![(9, 0)])
    );
    for member in [a, b] {
        chain.assert_balance(member, date(TODAY));
        chain.assert_lots(member, date(TODAY));
    }
    let told: Vec<String> = chain
        .office
        .exceptions()
        .unwrap()
        .into_iter()
        .map(|line| line.key)
        .collect();
    assert!(told.contains(&"household_joined".to_owned()), "{told:?}");
    assert!(told.contains(&"household_left".to_owned()), "{told:?}");
    assert_eq!(chain.office.status().unwrap().overdrawn, []);
    chain.assert_order_does_not_matter(date(TODAY));
}

#[test]
fn what_another_till_books_under_the_members_own_number_is_the_accounts_while_they_are_in_it() {
    let (mut chain, a, b) = two(&programme(json!({}), json!({})), 2);
    chain.till().record("a-1", &cart_of(a, 100_000)).unwrap();
    chain.till().record("b-1", &cart_of(b, 50_000)).unwrap();
    chain.lanes[1]
        .till
        .record("b-2", &cart_of(b, 70_000))
        .unwrap();
    chain.send();
    assert_eq!(
        (known(&chain, a), known(&chain, b)),
        (vec![(10, 0)], vec![(12, 0)])
    );
    join(chain.till(), "join", b, a);
    // The other till does not know, and goes on with what it has of this number.
    chain.lanes[1]
        .till
        .record("b-3", &spending(b, 100_000, 7))
        .unwrap();
    chain
        .till()
        .record("b-4", &spending(b, 100_000, 12))
        .unwrap();
    chain.send();
    // 10 + 5 + 7, less 7 and 12; 93.000 đ give 9, 88.000 đ 9.
    assert_eq!(
        (known(&chain, a), known(&chain, b)),
        (vec![(22 - 19 + 18, 0)], vec![])
    );
    let lots = chain.office.lots(Some(a)).unwrap();
    let left: i64 = lots.iter().map(|lot| lot.remaining.get()).sum();
    assert_eq!((left, lots.iter().all(|lot| lot.member == a)), (21, true));
    assert!(chain.office.lots(Some(b)).unwrap().is_empty());
    assert_eq!(chain.office.status().unwrap().overdrawn, []);
    // Left again: what the till that knew has in the account stays there, the other's is their own.
    leave(chain.till(), "leave", b, Split::Nothing);
    chain.send();
    assert_eq!(
        (known(&chain, a), known(&chain, b)),
        (vec![(12, 0)], vec![(9, 0)])
    );
    chain.assert_balance(a, date(TODAY));
    chain.assert_balance(b, date(TODAY));
    chain.assert_order_does_not_matter(date(TODAY));
}

#[test]
fn two_tills_that_let_somebody_into_two_households_mean_the_first() {
    let (mut chain, a, b) = two(&programme(json!({}), json!({})), 2);
    let c = chain
        .till()
        .enrol("c", &phone("0911111111"))
        .unwrap()
        .number;
    chain.till().record("b-1", &cart_of(b, 50_000)).unwrap();
    chain.lanes[1]
        .till
        .record("b-2", &cart_of(b, 70_000))
        .unwrap();
    join(chain.till(), "join", b, a);
    chain.lanes[1].shop.clock.advance_seconds(60);
    join(&chain.lanes[1].till, "join", b, c);
    chain.send();
    assert_eq!(chain.office.household(b).unwrap(), Some(a));
    // Each till's points are where that till put them: nothing is lost, and nothing told twice.
    assert_eq!(
        (known(&chain, a), known(&chain, c)),
        (vec![(5, 0)], vec![(7, 0)])
    );
    assert_eq!(known(&chain, b), vec![]);
    chain.assert_order_does_not_matter(date(TODAY));
}

#[test]
fn a_member_of_a_household_whom_another_till_merges_takes_the_account_along() {
    let (mut chain, a, b) = two(&programme(json!({}), json!({})), 2);
    let c = chain
        .till()
        .enrol("c", &phone("0911111111"))
        .unwrap()
        .number;
    chain.till().record("a-1", &cart_of(a, 30_000)).unwrap();
    chain.till().record("b-1", &cart_of(b, 50_000)).unwrap();
    chain.lanes[1]
        .till
        .record("c-1", &cart_of(c, 70_000))
        .unwrap();
    join(chain.till(), "join", b, a);
    chain.lanes[1].shop.clock.advance_seconds(60);
    let merge = MergeRequest {
        from: b,
        into: c,
        operator: "TN-07".to_owned(),
        reason: "same_person".to_owned(),
        time: None,
    };
    chain.lanes[1].till.merge("merge", &merge).unwrap();
    chain.send();
    let office = &chain.office;
    assert_eq!(
        (office.whose(b).unwrap(), office.household(b).unwrap()),
        (c, Some(a))
    );
    assert_eq!(
        (known(&chain, a), known(&chain, b), known(&chain, c)),
        (vec![(15, 0)], vec![], vec![])
    );
    chain.assert_order_does_not_matter(date(TODAY));
}
