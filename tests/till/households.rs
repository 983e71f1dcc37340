//! Members who share one account.

use loy::kernel::{MemberNumber, Points};
use loy::ledger::{Entry, HouseholdPayload, Kind};
use loy::till::{
    Adjustment, CardHousehold, Error, Goods, HouseholdChanged, JoinRequest, LeaveRequest, Missing,
    Period, RefundRequest, Split, Till, status,
};

use crate::people::{adjustment, entries, exceptions, reason};
use crate::shop::{
    TODAY, assert_sound, balance, cart_of, claim_of, date, refund_as_told, refund_of, spending,
};
use crate::two_members::{OTHER_PHONE, scan, shop, two};

pub fn joining(member: MemberNumber, holder: MemberNumber) -> JoinRequest {
    JoinRequest {
        member,
        holder,
        operator: "TN-07".to_owned(),
        reason: "family".to_owned(),
        time: None,
    }
}

pub fn leaving(member: MemberNumber, split: Split) -> LeaveRequest {
    LeaveRequest {
        member,
        split,
        operator: "TN-07".to_owned(),
        reason: "moved_out".to_owned(),
        time: None,
    }
}

pub fn join(till: &Till, member: MemberNumber, holder: MemberNumber) -> HouseholdChanged {
    let id = format!("join-{member}-{holder}");
    till.join_household(&id, &joining(member, holder)).unwrap()
}

pub fn leave(till: &Till, member: MemberNumber, split: Split) -> HouseholdChanged {
    let id = format!("leave-{member}");
    till.leave_household(&id, &leaving(member, split)).unwrap()
}

/// What is left of each lot, and until when.
pub fn lots(till: &Till, member: MemberNumber) -> Vec<(i64, i32)> {
    let lots = till.lots(member, date(TODAY)).unwrap();
    lots.iter()
        .map(|lot| (lot.points.get(), lot.expires_on.unwrap().yyyymmdd()))
        .collect()
}

pub fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> (i32, String) {
    let error = result.unwrap_err();
    (error.status(), error.reason().to_owned())
}

#[test]
fn whoever_of_a_household_is_scanned_has_the_one_account_and_their_own_card() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    till.adjust("a", &adjustment(a, 100)).unwrap();
    let ends = Adjustment {
        expires_on: Some(date(20_261_130)),
        ..adjustment(b, 200)
    };
    till.adjust("b", &ends).unwrap();
    let done = join(&till, b, a);
    assert!(join(&till, b, a).was_replayed);
    assert_eq!(
        (balance(&till, a), balance(&till, b)),
        ((300, 300, 0, 0), (300, 300, 0, 0))
    );
    let card = till.scan(OTHER_PHONE, date(TODAY)).unwrap();
    assert_eq!((card.number, card.merged_from), (b, None));
    let shared = CardHousehold {
        holder: a,
        members: 2,
    };
    assert_eq!(card.household, Some(shared));
    assert_eq!(scan(&till, a).household, Some(shared));
    let end = format!("; tài khoản chung của thẻ {a}, 2 thẻ cùng dùng");
    assert!(
        card.cashier_text.contains(&b.to_string()),
        "{}",
        card.cashier_text
    );
    assert!(card.cashier_text.ends_with(&end), "{}", card.cashier_text);
    // Each lot keeps its dates, and what ends first goes first, whoever shops.
    assert_eq!(lots(&till, b), [(200, 20_261_130), (100, 20_261_222)]);
    let sale = till.record("spent", &spending(b, 1_000_000, 150)).unwrap();
    assert_eq!(sale.cart.member, Some(b), "the sale keeps who shopped");
    // 850.000 đ give 85.
    assert_eq!(
        (balance(&till, a), balance(&till, b)),
        ((235, 235, 0, 0), (235, 235, 0, 0))
    );
    assert_eq!(
        lots(&till, a),
        [(50, 20_261_130), (100, 20_261_222), (85, 20_261_222)]
    );

    let told: Vec<Entry> = entries(&till, a);
    assert_eq!(told, entries(&till, b), "either number tells the account");
    let written: Vec<(Kind, MemberNumber)> = told
        .iter()
        .skip_while(|entry| entry.seq < done.seq)
        .map(|entry| (entry.kind, entry.member.unwrap()))
        .collect();
    let expected = [
        (Kind::Household, b),
        (Kind::Commit, b),
        (Kind::Redemption, a),
        (Kind::Award, a),
    ];
    assert_eq!(written, expected);
    let entry = told.iter().find(|entry| entry.seq == done.seq).unwrap();
    let payload = HouseholdPayload::from_payload(&entry.payload).unwrap();
    assert_eq!(
        (payload.holder, payload.brings),
        (a, vec![(1, Points::new(200))])
    );
    assert_eq!(
        exceptions(&till).last().unwrap(),
        "household_joined TN-07  0 0"
    );
    let told = till.household(b).unwrap();
    let told: Vec<_> = told.iter().map(|one| (one.number, one.is_holder)).collect();
    assert_eq!(told, [(a, true), (b, false)]);
    assert_sound(&till);
}

#[test]
fn the_statement_of_an_account_says_who_shopped_and_adds_up() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    till.adjust("a", &adjustment(a, 100)).unwrap();
    till.adjust("b", &adjustment(b, 200)).unwrap();
    join(&till, b, a);
    till.record("b-1", &cart_of(b, 50_000)).unwrap();
    till.record("a-1", &cart_of(a, 30_000)).unwrap();
    let statement = |member: MemberNumber| {
        let on = Some(date(TODAY));
        till.statement(&member.to_string(), on, Period::default())
            .unwrap()
    };
    for member in [a, b] {
        let told = statement(member);
        assert_eq!(told.member, member);
        let text = told.to_text();
        let shared = format!("Tài khoản chung của thẻ {a}, 2 thẻ cùng dùng");
        assert!(text.contains(&shared), "{text}");
        assert!(
            text.contains(&format!("Thẻ vào tài khoản chung (thẻ {b})  +200 điểm")),
            "{text}"
        );
        assert!(
            text.contains(&format!("Mua hàng 50.000 đ (thẻ {b})")),
            "{text}"
        );
        assert!(text.contains("Mua hàng 30.000 đ\n"), "{text}");
        assert_eq!(
            (
                told.wallets[0].closing.get(),
                told.wallets[0].balance.known.get()
            ),
            (308, 308)
        );
    }
    leave(
        &till,
        b,
        Split::Points(vec![("points".to_owned(), Points::new(40))]),
    );
    // What was brought is gone from the one that leaves, and stands with the other.
    let (of_a, of_b) = (statement(a), statement(b));
    assert_eq!(
        (of_a.wallets[0].closing.get(), of_b.wallets[0].closing.get()),
        (268, 40)
    );
    assert!(of_b.household.is_none() && of_a.household.is_none());
    let text = of_b.to_text();
    assert!(
        text.contains("Thẻ vào tài khoản chung  -200 điểm"),
        "{text}"
    );
    assert!(text.contains("Mua hàng 50.000 đ\n"), "{text}");
    assert!(!text.contains("30.000 đ"), "{text}");
}

#[test]
fn what_both_owe_is_the_accounts_and_the_next_points_of_either_repay_it() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    let owed = |member, points: i64| Adjustment {
        missing: Missing::Owed,
        ..adjustment(member, -points)
    };
    till.adjust("a-owes", &owed(a, 3)).unwrap();
    till.adjust("b-owes", &owed(b, 4)).unwrap();
    join(&till, b, a);
    assert_eq!(balance(&till, b), (-7, 0, 0, 7));
    // 100.000 đ give 10: 7 repay, 3 are left.
    till.record("sale", &cart_of(b, 100_000)).unwrap();
    assert_eq!(
        (balance(&till, a), balance(&till, b)),
        ((3, 3, 0, 0), (3, 3, 0, 0))
    );
    let nobodys = till.record("nobodys", &crate::shop::cart(30_000)).unwrap();
    till.claim("claim", &claim_of(nobodys.id, b)).unwrap();
    till.adjust("by-hand", &adjustment(b, -2)).unwrap();
    assert_eq!(balance(&till, a), (4, 4, 0, 0));
    assert_sound(&till);
}

#[test]
fn goods_come_back_to_the_account_that_has_the_points_of_their_sale() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    let alone = till.record("alone", &cart_of(b, 100_000)).unwrap();
    join(&till, b, a);
    let first = till.record("first", &spending(b, 100_000, 4)).unwrap();
    let second = till.record("second", &cart_of(b, 50_000)).unwrap();
    let third = till.record("third", &cart_of(b, 20_000)).unwrap();
    // 10, less 4, and 96.000 đ give 10 (half up), 5 and 2.
    assert_eq!(balance(&till, a).0, 10 - 4 + 10 + 5 + 2);
    refund_as_told(&till, "back-third", &refund_of(third.id)).unwrap();
    assert_eq!(balance(&till, a).0, 21);
    leave(&till, b, Split::Nothing);
    let own = till.record("own", &cart_of(b, 30_000)).unwrap();
    assert_eq!((balance(&till, a).0, balance(&till, b).0), (21, 3));
    // Bought before they joined and while they were in it: the points are the account's.
    let preview = till.preview_refund(&refund_of(first.id)).unwrap();
    let told = &preview.wallets[0];
    assert_eq!((told.taken_back.get(), told.returned.get()), (10, 4));
    refund_as_told(&till, "back-first", &refund_of(first.id)).unwrap();
    assert_eq!((balance(&till, a).0, balance(&till, b).0), (15, 3));
    let void = RefundRequest {
        goods: Goods::PostVoid,
        reason: Some("mistake".to_owned()),
        ..refund_of(second.id)
    };
    refund_as_told(&till, "back-second", &void).unwrap();
    refund_as_told(&till, "back-alone", &refund_of(alone.id)).unwrap();
    assert_eq!((balance(&till, a), balance(&till, b).0), ((0, 0, 0, 0), 3));
    refund_as_told(&till, "back-own", &refund_of(own.id)).unwrap();
    assert_eq!((balance(&till, a).0, balance(&till, b).0), (0, 0));
    assert_sound(&till);
}

#[test]
fn points_that_are_gone_are_owed_by_the_account_and_not_by_who_left() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    join(&till, b, a);
    let sale = till.record("sale", &cart_of(b, 100_000)).unwrap();
    leave(&till, b, Split::Own);
    assert_eq!((balance(&till, a).0, balance(&till, b).0), (0, 10));
    refund_as_told(&till, "back", &refund_of(sale.id)).unwrap();
    assert_eq!(
        (balance(&till, a), balance(&till, b)),
        ((-10, 0, 0, 10), (10, 10, 0, 0))
    );
    assert_sound(&till);
}

#[test]
fn who_leaves_takes_nothing_or_what_came_by_them_or_so_many_points() {
    for (split, of_a, of_b) in [
        (
            Split::Nothing,
            vec![
                (200, 20_261_130),
                (100, 20_261_222),
                (5, 20_261_222),
                (7, 20_261_222),
            ],
            vec![],
        ),
        (
            Split::Own,
            vec![(100, 20_261_222), (7, 20_261_222)],
            vec![(200, 20_261_130), (5, 20_261_222)],
        ),
        (
            Split::Points(vec![("points".to_owned(), Points::new(210))]),
            vec![(90, 20_261_222), (5, 20_261_222), (7, 20_261_222)],
            vec![(200, 20_261_130), (10, 20_261_222)],
        ),
    ] {
        let shop = shop();
        let till = shop.create();
        let (a, b) = two(&till);
        till.adjust("a", &adjustment(a, 100)).unwrap();
        let ends = Adjustment {
            expires_on: Some(date(20_261_130)),
            ..adjustment(b, 200)
        };
        till.adjust("b", &ends).unwrap();
        join(&till, b, a);
        till.record("b-1", &cart_of(b, 50_000)).unwrap();
        till.record("a-1", &cart_of(a, 70_000)).unwrap();
        let done = leave(&till, b, split.clone());
        assert!(leave(&till, b, split.clone()).was_replayed);
        let taken: i64 = of_b.iter().map(|(points, _)| *points).sum();
        let told: i64 = done.taken.iter().map(|(_, points)| points.get()).sum();
        assert_eq!(told, taken, "{split:?}");
        assert_eq!((lots(&till, a), lots(&till, b)), (of_a, of_b), "{split:?}");
        assert!(till.household(a).unwrap().is_empty());
        till.record("b-2", &cart_of(b, 40_000)).unwrap();
        assert_eq!(
            (balance(&till, a).0, balance(&till, b).0),
            (312 - taken, taken + 4)
        );
        assert_sound(&till);
    }
}

#[test]
fn more_than_can_be_spent_is_not_taken_along_and_debts_stay_covered() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    till.adjust("b", &adjustment(b, 20)).unwrap();
    join(&till, b, a);
    let too_many = Split::Points(vec![("points".to_owned(), Points::new(21))]);
    let asked = till.leave_household("leave", &leaving(b, too_many));
    assert_eq!(refused(asked), (status::REFUSED, "points.short".to_owned()));
    let other = Split::Points(vec![("stamps".to_owned(), Points::new(1))]);
    assert!(till.leave_household("leave-2", &leaving(b, other)).is_err());
    // 8 of them are owed since: 12 are left to be taken along.
    let sale = till.record("sale", &cart_of(a, 80_000)).unwrap();
    till.record("spent", &spending(a, 1_000, 1)).unwrap();
    assert_eq!(balance(&till, a), (27, 27, 0, 0));
    till.adjust("hand", &adjustment(a, -27)).unwrap();
    refund_as_told(&till, "back", &refund_of(sale.id)).unwrap();
    till.adjust("b-again", &adjustment(b, 10)).unwrap();
    assert_eq!(balance(&till, b), (2, 2, 0, 0));
    assert_sound(&till);
}

#[test]
fn who_takes_their_own_points_along_leaves_enough_for_what_the_account_owes() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    let owed = Adjustment {
        missing: Missing::Owed,
        ..adjustment(a, -3)
    };
    till.adjust("a-owes", &owed).unwrap();
    till.record("b-1", &cart_of(b, 100_000)).unwrap();
    join(&till, b, a);
    assert_eq!(balance(&till, b), (7, 7, 0, 3));
    let done = leave(&till, b, Split::Own);
    assert_eq!(done.taken, [("points".to_owned(), Points::new(7))]);
    assert_eq!(
        (balance(&till, a), balance(&till, b)),
        ((0, 0, 0, 3), (7, 7, 0, 0))
    );
    assert_sound(&till);
}

#[test]
fn what_was_authorised_before_joining_is_made_final_after_and_nobody_leaves_an_open_bill() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    till.adjust("a", &adjustment(a, 10)).unwrap();
    till.adjust("b", &adjustment(b, 10)).unwrap();
    let before = till
        .authorise("hold-1", &spending(b, 100_000, 6), 3_600)
        .unwrap();
    join(&till, b, a);
    assert_eq!(balance(&till, a), (20, 14, 6, 0));
    till.commit("paid", before.id, None).unwrap();
    // 94.000 đ give 9.
    assert_eq!(balance(&till, b), (23, 23, 0, 0));
    let held = till
        .authorise("hold-2", &spending(b, 100_000, 20), 3_600)
        .unwrap();
    assert_eq!(balance(&till, a), (23, 3, 20, 0));
    let asked = till.leave_household("early", &leaving(b, Split::Nothing));
    assert_eq!(reason(asked), "household.open_sales");
    till.void("void", held.id, "").unwrap();
    leave(&till, b, Split::Nothing);
    assert_eq!(
        (balance(&till, a), balance(&till, b)),
        ((23, 23, 0, 0), (0, 0, 0, 0))
    );
    // A hold that runs out gives back to the account what it had reserved there.
    till.join_household("again", &joining(b, a)).unwrap();
    till.authorise("hold-3", &spending(b, 100_000, 20), 60)
        .unwrap();
    shop.clock.advance_seconds(61);
    let quote = till.evaluate(&spending(a, 100_000, 23)).unwrap();
    assert_eq!(quote.outcome.redemptions[0].points, Points::new(23));
    assert_eq!(balance(&till, a).0, 23);
    till.adjust("settle", &adjustment(a, 1)).unwrap();
    assert_eq!(balance(&till, b), (24, 24, 0, 0));
    assert_sound(&till);
}

#[test]
fn a_sale_of_a_household_is_told_the_same_after_it_was_left() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    till.record("a-1", &cart_of(a, 160_000)).unwrap();
    join(&till, b, a);
    let sale = till.record("b-1", &spending(b, 100_000, 10)).unwrap();
    leave(&till, b, Split::Own);
    let disputed = till.dispute(&loy::till::Disputed::Sale(sale.id)).unwrap();
    assert!(disputed.is_clean(), "{disputed:?}");
    let again = till.record("b-1", &spending(b, 100_000, 10)).unwrap();
    assert!(again.was_replayed);
    assert_eq!(again.quote.outcome, sale.quote.outcome);
}
