//! Members who share one account.

use loy::evaluate::Cart;
use loy::kernel::{MemberNumber, MemberStatus, Points};
use loy::ledger::{Entry, HouseholdPayload, Kind};
use loy::till::{
    Adjustment, CardHousehold, Depth, Error, Goods, HouseholdChanged, JoinRequest, LeaveRequest,
    MemberCard, Missing, Period, RefundRequest, Settings, Split, StatusChange, Till, status,
};
use serde_json::{Value, json};

use crate::blocked::change;
use crate::people::{adjustment, entries, exceptions, reason};
use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart_of, claim_of, date, enrol, phone, refund_of, spending,
};

fn joining(member: MemberNumber, holder: MemberNumber) -> JoinRequest {
    JoinRequest {
        member,
        holder,
        operator: "TN-07".to_owned(),
        reason: "family".to_owned(),
        time: None,
    }
}

fn leaving(member: MemberNumber, split: Split) -> LeaveRequest {
    LeaveRequest {
        member,
        split,
        operator: "TN-07".to_owned(),
        reason: "moved_out".to_owned(),
        time: None,
    }
}

fn join(till: &Till, member: MemberNumber, holder: MemberNumber) -> HouseholdChanged {
    let id = format!("join-{member}-{holder}");
    till.join_household(&id, &joining(member, holder)).unwrap()
}

fn leave(till: &Till, member: MemberNumber, split: Split) -> HouseholdChanged {
    let id = format!("leave-{member}");
    till.leave_household(&id, &leaving(member, split)).unwrap()
}

/// 10.000 đ = 1 point of 1.000 đ, good for 30 days; VIPs have spent 150.000 đ.
fn shop_with(parts: Value) -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["wallets"][0]["expiry"] = json!({"days": 30});
    document["tiers"] = json!({"basis": "spend", "levels": [
        {"id": "basic", "name": {"vi": "Thường"}, "from": "0"},
        {"id": "vip", "name": {"vi": "VIP"}, "from": "150000"},
    ]});
    for (key, value) in parts.as_object().unwrap() {
        document[key] = value.clone();
    }
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

fn shop() -> Shop {
    shop_with(json!({}))
}

const OTHER_PHONE: &str = "0987654321";

fn two(till: &Till) -> (MemberNumber, MemberNumber) {
    let other = till.enrol("enrol-2", &phone(OTHER_PHONE)).unwrap();
    (enrol(till), other.number)
}

fn scan(till: &Till, member: MemberNumber) -> MemberCard {
    till.scan(&member.to_string(), date(TODAY)).unwrap()
}

fn tier(till: &Till, member: MemberNumber) -> String {
    scan(till, member).tier.unwrap().tier
}

/// What is left of each lot, and until when.
fn lots(till: &Till, member: MemberNumber) -> Vec<(i64, i32)> {
    let lots = till.lots(member, date(TODAY)).unwrap();
    lots.iter()
        .map(|lot| (lot.points.get(), lot.expires_on.unwrap().yyyymmdd()))
        .collect()
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> (i32, String) {
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
    till.refund("back-third", &refund_of(third.id)).unwrap();
    assert_eq!(balance(&till, a).0, 21);
    leave(&till, b, Split::Nothing);
    let own = till.record("own", &cart_of(b, 30_000)).unwrap();
    assert_eq!((balance(&till, a).0, balance(&till, b).0), (21, 3));
    // Bought before they joined and while they were in it: the points are the account's.
    let preview = till.preview_refund(&refund_of(first.id)).unwrap();
    let told = &preview.wallets[0];
    assert_eq!((told.taken_back.get(), told.returned.get()), (10, 4));
    till.refund("back-first", &refund_of(first.id)).unwrap();
    assert_eq!((balance(&till, a).0, balance(&till, b).0), (15, 3));
    let void = RefundRequest {
        goods: Goods::PostVoid,
        reason: Some("mistake".to_owned()),
        ..refund_of(second.id)
    };
    till.refund("back-second", &void).unwrap();
    till.refund("back-alone", &refund_of(alone.id)).unwrap();
    assert_eq!((balance(&till, a), balance(&till, b).0), ((0, 0, 0, 0), 3));
    till.refund("back-own", &refund_of(own.id)).unwrap();
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
    till.refund("back", &refund_of(sale.id)).unwrap();
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
    till.refund("back", &refund_of(sale.id)).unwrap();
    till.adjust("b-again", &adjustment(b, 10)).unwrap();
    assert_eq!(balance(&till, b), (2, 2, 0, 0));
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
fn one_tier_for_the_household_and_each_member_their_own_past_and_status() {
    let rule = |id: &str, per: &str| {
        json!({"id": id, "wallet": "points", "fixed": {"points": "5"}, "name": {"vi": id},
               "times": {"ever": 1, "per": per}})
    };
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    let earn = document["earn"].as_array_mut().unwrap();
    earn.extend([rule("each", "member"), rule("one", "household")]);
    earn.push(
        json!({"id": "family", "wallet": "points", "fixed": {"points": "1"}, "name": {"vi": "Gia đình"},
                     "when": {"in_household": true}}),
    );
    let shop = shop_with(json!({"earn": document["earn"], "limits": [
        {"id": "card", "per": "member", "count": "sales", "most": "2", "action": "warn"},
        {"id": "home", "per": "household", "count": "sales", "most": "3", "action": "warn"},
        {"id": "points", "per": "household", "count": "points", "wallet": "points",
         "most": "30", "action": "refuse"},
    ]}));
    let till = shop.create();
    let (a, b) = two(&till);
    // 8 points and 10 once each.
    till.record("a-1", &cart_of(a, 80_000)).unwrap();
    assert_eq!(
        (tier(&till, a), balance(&till, a).0),
        ("basic".to_owned(), 18)
    );
    join(&till, b, a);
    // Of what is once for a household nothing is left, of what is once for each member it is; and one
    // more for being in one.
    let quote = till.evaluate(&cart_of(b, 20_000)).unwrap();
    let mut rules: Vec<_> = quote
        .outcome
        .awards
        .iter()
        .map(|award| (award.rule.as_str(), award.points.get()))
        .collect();
    rules.sort_unstable();
    assert_eq!(rules, [("bill", 2), ("each", 5), ("family", 1)]);
    let reasons = serde_json::to_string(&quote.explanation).unwrap();
    assert!(reasons.contains("tối đa 1 lần"), "{reasons}");
    till.record("b-1", &cart_of(b, 20_000)).unwrap();
    assert_eq!(balance(&till, a).0, 26);
    // 30 points are the most: of 70.000 đ 7 and one more would be 34 in one day.
    let quote = till.evaluate(&cart_of(b, 70_000)).unwrap();
    let met: Vec<_> = quote
        .limits
        .iter()
        .map(|hit| (hit.limit.as_str(), hit.found))
        .collect();
    assert_eq!((met, quote.outcome.awards.len()), (vec![("points", 34)], 0));
    till.record("b-2", &cart_of(b, 70_000)).unwrap();
    // 80.000 + 20.000 + 70.000: together they are VIPs.
    assert_eq!(
        (tier(&till, a), tier(&till, b)),
        ("vip".to_owned(), "vip".to_owned())
    );
    // A third sale of this card, a fourth of the household.
    let quote = till.evaluate(&cart_of(b, 1_000)).unwrap();
    let met: Vec<_> = quote
        .limits
        .iter()
        .map(|hit| (hit.limit.as_str(), hit.found))
        .collect();
    assert_eq!(met, [("card", 3), ("home", 4)]);
    let quote = till.evaluate(&cart_of(a, 1_000)).unwrap();
    let met: Vec<_> = quote
        .limits
        .iter()
        .map(|hit| (hit.limit.as_str(), hit.found))
        .collect();
    assert_eq!(met, [("home", 4)]);
    till.change_status("block", &change(b, StatusChange::Block))
        .unwrap();
    assert_eq!(
        (scan(&till, a).status, scan(&till, b).status),
        (MemberStatus::Active, MemberStatus::Blocked)
    );
    let barred = till.evaluate(&cart_of(b, 100_000)).unwrap();
    assert!(barred.outcome.awards.is_empty());
    // What a member bought goes with them.
    leave(&till, b, Split::Nothing);
    assert_eq!(tier(&till, a), "basic");
    till.change_status("unblock", &change(b, StatusChange::Unblock))
        .unwrap();
    assert_eq!(
        (tier(&till, b), scan(&till, b).household),
        ("basic".to_owned(), None)
    );
    let alone = till.evaluate(&cart_of(a, 1_000)).unwrap();
    assert!(alone.limits.is_empty(), "{:?}", alone.limits);
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

#[test]
fn points_that_lapse_for_want_of_sales_live_by_whoever_of_the_account_shops() {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["wallets"][0]["expiry"] = json!({"inactive": {"months": 1}});
    let shop =
        Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes());
    let till = shop.create();
    let (a, b) = two(&till);
    till.record("a-1", &cart_of(a, 100_000)).unwrap();
    join(&till, b, a);
    let later = |member, day: i64| Cart {
        business_date: date(day),
        ..cart_of(member, 10_000)
    };
    let known = |member: MemberNumber, day: i64| {
        let card = till.scan(&member.to_string(), date(day)).unwrap();
        card.wallets[0].balance.known.get()
    };
    assert_eq!((known(a, 20_261_221), known(a, 20_261_222)), (10, 0));
    till.record("b-1", &later(b, 20_261_215)).unwrap();
    assert_eq!((known(a, 20_270_114), known(a, 20_270_115)), (11, 0));
    // Whoever leaves stops keeping it alive, and has kept it alive until then.
    leave(&till, b, Split::Nothing);
    till.record("b-2", &later(b, 20_270_110)).unwrap();
    assert_eq!((known(a, 20_261_221), known(b, 20_270_114)), (11, 1));
    assert_sound(&till);
}

#[test]
fn a_preview_tells_what_comes_of_it_and_writes_nothing() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    till.record("a-1", &cart_of(a, 80_000)).unwrap();
    till.record("b-1", &cart_of(b, 90_000)).unwrap();
    let head = till.info().unwrap().head_seq;
    let preview = till.evaluate_household_join(b, a, date(TODAY)).unwrap();
    let told = |side: &loy::till::MergeSide| {
        let tier = side.card.tier.as_ref().unwrap().tier.clone();
        let known = side.card.wallets[0].balance.known.get();
        (known, side.lots.clone(), tier)
    };
    assert_eq!(told(&preview.from), (9, vec![1], "basic".to_owned()));
    assert_eq!(told(&preview.into), (8, vec![1], "basic".to_owned()));
    assert_eq!(told(&preview.result), (17, vec![2], "vip".to_owned()));
    assert_eq!(till.info().unwrap().head_seq, head);
    assert_eq!((balance(&till, a).0, balance(&till, b).0), (8, 9));
    join(&till, b, a);
    assert_eq!(scan(&till, a), preview.result.card);
}

#[test]
fn what_cannot_be_says_why() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    let c = till.enrol("c", &phone("0911111111")).unwrap().number;
    let d = till.enrol("d", &phone("0922222222")).unwrap().number;
    let id = std::cell::Cell::new(0);
    let next = || {
        id.set(id.get() + 1);
        format!("ask-{}", id.get())
    };
    let ask = |member, holder| refused(till.join_household(&next(), &joining(member, holder)));
    let no = |key: &str| (status::REFUSED, key.to_owned());
    let already = |key: &str| (status::ALREADY_RESOLVED, key.to_owned());
    let go = |member| refused(till.leave_household(&next(), &leaving(member, Split::Nothing)));
    assert_eq!(ask(a, a), no("household.same"));
    assert_eq!(go(a), no("household.not_in"));
    till.change_status("block", &change(b, StatusChange::Block))
        .unwrap();
    assert_eq!(
        (ask(b, a), ask(a, b)),
        (no("member.is_blocked"), no("member.is_blocked"))
    );
    till.change_status("unblock", &change(b, StatusChange::Unblock))
        .unwrap();
    till.change_status("close", &change(d, StatusChange::Close))
        .unwrap();
    assert_eq!(
        (ask(d, a), ask(a, d)),
        (no("member.is_closed"), no("member.is_closed"))
    );
    join(&till, b, a);
    assert_eq!(ask(b, a), already("household.already"));
    assert_eq!(ask(b, c), no("household.in_another"));
    assert_eq!(ask(c, b), no("household.holder_in_another"));
    assert_eq!(ask(a, c), no("household.has_members"));
    assert_eq!(ask(a, b), no("household.has_members"));
    assert_eq!(go(a), no("household.is_holder"));
    let preview = till.evaluate_household_join(b, c, date(TODAY));
    assert_eq!(reason(preview), "household.in_another");
    let merging = |from, into| loy::till::MergeRequest {
        from,
        into,
        operator: "TN-07".to_owned(),
        reason: "same_person".to_owned(),
        time: None,
    };
    let merge = |from, into| refused(till.merge(&next(), &merging(from, into)));
    assert_eq!(merge(b, c), no("merge.household"));
    assert_eq!(merge(c, b), no("merge.household"));
    assert_eq!(merge(a, c), no("merge.household"));
    // The holder may turn out to be somebody else too.
    till.adjust("c-has", &adjustment(c, 7)).unwrap();
    till.merge("c-a", &merging(c, a)).unwrap();
    assert_eq!(balance(&till, b).0, 7);
    assert_eq!(
        (ask(c, a), ask(b, c)),
        (no("merge.merged"), no("merge.merged"))
    );
    // Sixteen at the most.
    let others: Vec<MemberNumber> = (0..15)
        .map(|number| {
            let phone = phone(&format!("09333333{number:02}"));
            till.enrol(&format!("other-{number}"), &phone)
                .unwrap()
                .number
        })
        .collect();
    for other in &others[..14] {
        join(&till, *other, a);
    }
    assert_eq!(till.household(a).unwrap().len(), 16);
    assert_eq!(ask(others[14], a), no("household.full"));
    assert_sound(&till);
}

#[test]
fn a_household_outlives_a_restart_and_a_salvage_and_the_past_stays_what_it_was() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    till.record("a-1", &cart_of(a, 80_000)).unwrap();
    let sale = till.record("b-1", &cart_of(b, 90_000)).unwrap();
    let before = entries(&till, b).last().unwrap().at;
    shop.clock.advance_seconds(60);
    join(&till, b, a);
    shop.clock.advance_seconds(60);
    till.record("b-2", &cart_of(b, 40_000)).unwrap();
    shop.clock.advance_seconds(60);
    leave(&till, b, Split::Own);
    let at = |member, seconds: i64| {
        let at = before.plus_seconds(seconds);
        let card = till.member_at(member, at, date(TODAY)).unwrap();
        (
            card.number,
            card.wallets[0].balance.known.get(),
            card.household.map(|own| own.members),
        )
    };
    assert_eq!((at(a, 0), at(b, 0)), ((a, 8, None), (b, 9, None)));
    assert_eq!((at(a, 60), at(b, 60)), ((a, 17, Some(2)), (b, 17, Some(2))));
    assert_eq!(
        (at(a, 120), at(b, 120)),
        ((a, 21, Some(2)), (b, 21, Some(2)))
    );
    assert_eq!((at(a, 180), at(b, 180)), ((a, 8, None), (b, 13, None)));
    till.join_household("again", &joining(b, a)).unwrap();
    till.close();
    let till = shop.open();
    assert_eq!(balance(&till, b), (21, 21, 0, 0));
    till.close();
    let saved = Settings::new(shop.folder.path().join("saved.loy"));
    let (saved, _) = Till::salvage(&shop.path(), &saved).unwrap();
    assert_eq!(balance(&saved, b), (21, 21, 0, 0));
    saved.record("b-3", &spending(b, 100_000, 12)).unwrap();
    saved.refund("back", &refund_of(sale.id)).unwrap();
    assert_sound(&saved);
}

#[test]
fn a_household_that_somebody_changes_in_the_file_is_found() {
    for (sql, expected) in [
        ("DELETE FROM household", "household.differs"),
        ("UPDATE household SET holder = member", "household.differs"),
        (
            "UPDATE household SET left_seq = joined_seq",
            "household.differs",
        ),
        (
            "UPDATE member_status SET holder = NULL",
            "member_status.differs",
        ),
        (
            "DELETE FROM member_status WHERE holder = member",
            "member_status.differs",
        ),
        (
            "UPDATE member_status SET state = 1",
            "member_status.differs",
        ),
    ] {
        let shop = shop();
        let till = shop.create();
        let (a, b) = two(&till);
        join(&till, b, a);
        till.close();
        let tool = rusqlite::Connection::open(shop.path()).unwrap();
        tool.execute(sql, []).unwrap();
        tool.close().unwrap();
        let found = shop.open().verify(Depth::Full).unwrap();
        let keys: Vec<_> = found.iter().map(|finding| finding.key).collect();
        assert!(keys.contains(&expected), "{sql}: {keys:?}");
    }
}
