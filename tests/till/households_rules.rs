//! What a household is to a programme, and what it cannot be.

use loy::evaluate::Cart;
use loy::kernel::{MemberNumber, MemberStatus};
use loy::till::{Depth, Settings, Split, StatusChange, Till, status};
use serde_json::{Value, json};

use crate::blocked::change;
use crate::households::{join, joining, leave, leaving, refused};
use crate::people::{adjustment, entries, reason};
use crate::shop::{Shop, TODAY, assert_sound, balance, cart_of, date, phone, refund_of, spending};
use crate::two_members::{scan, shop, shop_with, tier, told, two};

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
fn the_cashier_reads_that_something_was_had_by_the_household() {
    let times = |count: u32, per: &str| json!({"day": count, "per": per});
    let limit = |id: &str, per: &str, count: &str, most: &str| json!({"id": id, "name": {"vi": id}, "per": per, "count": count, "most": most, "action": "warn"});
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    for (key, value) in [
        (
            "earn",
            json!([
                {"id": "each", "wallet": "points", "fixed": {"points": "5"}, "times": times(1, "member")},
                {"id": "ours", "wallet": "points", "amount": {"per": "10000", "points": "1"}, "times": times(2, "household")},
            ]),
        ),
        (
            "offers",
            json!([{"id": "half", "percent": "50", "times": {"ever": 1, "per": "household"}}]),
        ),
        (
            "draws",
            json!([{"id": "wheel", "times": {"month": 1, "per": "household"},
                    "prizes": [{"id": "cup", "chance_percent": "100"}]}]),
        ),
        (
            "limits",
            json!([
                limit("own", "member", "sales", "1"),
                limit("home", "household", "sales", "1"),
                limit("both", "household", "sales", "2"),
                limit("use", "household", "redemptions", "1"),
                limit("spent", "member", "redemptions", "3"),
            ]),
        ),
    ] {
        document[key] = value;
    }
    let told = |language: &str, expected: &[(&str, &str)]| {
        let shop = Shop::with(|provisioning| {
            provisioning.programme = document.to_string().into_bytes();
            provisioning.language = language.to_owned();
        });
        let till = shop.create();
        let (a, b) = two(&till);
        join(&till, b, a);
        till.record("a", &cart_of(a, 10_000)).unwrap();
        till.record("b", &cart_of(b, 10_000)).unwrap();
        let quote = till.evaluate(&cart_of(b, 10_000)).unwrap();
        for (of, text) in expected {
            let reason = quote.reasons(of).next().unwrap_or_else(|| panic!("{of}"));
            assert_eq!((*of, reason.text()), (*of, *text));
            let per = reason.value("counts_for");
            let is_households = text.contains("household") || text.contains("gia đình");
            assert_eq!(per.as_deref() == Some("household"), is_households, "{of}");
        }
    };
    told(
        "vi",
        &[
            ("each", "each: đã nhận rồi, tối đa 1 lần mỗi ngày"),
            (
                "ours",
                "ours: đã nhận rồi, tối đa 2 lần mỗi ngày cho cả gia đình",
            ),
            ("half", "half: đã nhận rồi, tối đa 1 lần cho cả gia đình"),
            (
                "draw:wheel",
                "wheel: tối đa 1 lần mỗi tháng cho cả gia đình, không thêm lượt",
            ),
            (
                "own",
                "own: tối đa 1 lần mua một ngày; lần này là 2, có ghi vào báo cáo",
            ),
            (
                "home",
                "home: tối đa 1 lần mua một ngày cho cả gia đình; lần này là 3, có ghi vào báo cáo",
            ),
            (
                "both",
                "both: tối đa 2 lần mua một ngày cho cả gia đình; lần này là 3, có ghi vào báo cáo",
            ),
            (
                "use",
                "use: dùng điểm tối đa 1 lần một ngày cho cả gia đình; đã có 0",
            ),
            ("spent", "spent: dùng điểm tối đa 3 lần một ngày; đã có 0"),
        ],
    );
    told(
        "en",
        &[
            ("each", "each: had already, at most once a day"),
            (
                "ours",
                "ours: had already, at most 2 times a day for the whole household",
            ),
            (
                "half",
                "half: had already, at most once for the whole household",
            ),
            (
                "draw:wheel",
                "wheel: at most once a month for the whole household, no further turn",
            ),
            (
                "own",
                "own: at most 1 sale a day; this makes 2, noted in the report",
            ),
            (
                "home",
                "home: at most 1 sale a day for the whole household; this makes 3, noted in the report",
            ),
            (
                "both",
                "both: at most 2 sales a day for the whole household; this makes 3, noted in the report",
            ),
            (
                "use",
                "use: points used at most once a day for the whole household; 0 so far",
            ),
            (
                "spent",
                "spent: points used at most 3 times a day; 0 so far",
            ),
        ],
    );
}

#[test]
fn caps_count_for_each_member_or_for_the_household_as_the_programme_says() {
    let rule = |id: &str, caps: Value| json!({"id": id, "wallet": "points", "amount": {"per": "10000", "points": "1"}, "caps": caps});
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["earn"] = json!([
        rule("each", json!({"day": "10"})),
        rule("ours", json!({"day": "10", "per": "household"})),
    ]);
    document["wallets"][0]["caps"] = json!({"month": "25", "per": "household"});
    for (language, day, month) in [
        (
            "vi",
            "tối đa 10 điểm mỗi ngày cho cả gia đình",
            "tối đa 25 điểm mỗi tháng cho cả gia đình",
        ),
        (
            "en",
            "at most 10 points a day for the whole household",
            "at most 25 points a month for the whole household",
        ),
    ] {
        let shop = Shop::with(|provisioning| {
            provisioning.programme = document.to_string().into_bytes();
            provisioning.language = language.to_owned();
        });
        let till = shop.create();
        let (a, b) = two(&till);
        let sells = |id: &str, member, total| -> Vec<(String, i64)> {
            let sale = till.record(id, &cart_of(member, total)).unwrap();
            let awards = sale.quote.outcome.awards.into_iter();
            awards
                .map(|award| (award.rule, award.points.get()))
                .collect()
        };
        let given = |each: i64, ours: i64| {
            let all = [("each", each), ("ours", ours)];
            let given = all.into_iter().filter(|(_, points)| *points > 0);
            given
                .map(|(rule, points)| (rule.to_owned(), points))
                .collect::<Vec<_>>()
        };
        assert_eq!(sells("a", a, 80_000), given(8, 8));
        join(&till, b, a);
        // 2 of the household's 10 are left; of b's own 10 all.
        let quote = till.evaluate(&cart_of(b, 50_000)).unwrap();
        let reason = quote.reasons("ours").next().unwrap();
        assert!(reason.text().contains(day), "{}", reason.text());
        assert_eq!(reason.value("counts_for").as_deref(), Some("household"));
        assert_eq!(reason.value("capped_by").as_deref(), Some("rule_day"));
        assert_eq!(sells("b", b, 50_000), given(5, 2));
        // 16 and 7 of the account's 25: 2 are left in the month, though b has had 7 only.
        let quote = till.evaluate(&cart_of(b, 90_000)).unwrap();
        let reason = quote.reasons("each").next().unwrap();
        assert!(reason.text().contains(month), "{}", reason.text());
        assert_eq!(reason.value("capped_by").as_deref(), Some("wallet_month"));
        assert_eq!(sells("b-2", b, 90_000), given(2, 0));
        // Alone again: 3 of their own day and 8 of the other; the month has 16.
        leave(&till, b, Split::Nothing);
        assert_eq!(sells("b-3", b, 90_000), given(3, 8));
        assert_sound(&till);
    }
}

/// Points of the first wallet that a sale of 100.000 d would give.
fn would_give(till: &Till, member: MemberNumber) -> i64 {
    let quote = till.evaluate(&cart_of(member, 100_000)).unwrap();
    quote.awarded(1).get()
}

#[test]
fn a_held_sale_of_one_has_the_turn_of_the_household_until_its_time_is_over() {
    let rule = |id: &str, per: &str| {
        json!({"id": id, "wallet": "points", "fixed": {"points": "5"}, "name": {"vi": id},
               "times": {"ever": 1, "per": per}})
    };
    let shop = shop_with(json!({"earn": [
        {"id": "bill", "wallet": "points", "amount": {"per": "10000", "points": "1"}},
        rule("each", "member"), rule("one", "household"),
    ]}));
    let till = shop.create();
    let (a, b) = two(&till);
    let hold = till.authorise("a-1", &cart_of(a, 100_000), 600).unwrap();
    assert_eq!(
        (hold.quote.awarded(1).get(), would_give(&till, b)),
        (20, 20)
    );
    join(&till, b, a);
    // The other's own is still there to be had; what is once for all is promised.
    assert_eq!((would_give(&till, b), would_give(&till, a)), (15, 10));
    shop.clock.advance_seconds(660);
    assert_eq!((would_give(&till, b), would_give(&till, a)), (20, 20));
    // What was promised is given, even if it is paid when another had the turn.
    till.record("b-1", &cart_of(b, 100_000)).unwrap();
    till.commit("a-2", hold.id, None).unwrap();
    assert_eq!(balance(&till, b).0, 40);
    leave(&till, b, Split::Nothing);
    assert_eq!((would_give(&till, b), would_give(&till, a)), (10, 10));
    assert_sound(&till);
}

#[test]
fn turns_of_a_draw_are_each_members_own_or_those_of_the_household() {
    let draw = |id: &str, per: &str| {
        json!({"id": id, "times": {"day": 1, "per": per},
               "prizes": [{"id": "cup", "chance_percent": "100"}]})
    };
    let shop = shop_with(json!({"draws": [draw("each", "member"), draw("one", "household")]}));
    let till = shop.create();
    let (a, b) = two(&till);
    let turns = |member| -> Vec<String> {
        let quote = till.evaluate(&cart_of(member, 10_000)).unwrap();
        let draws = quote.outcome.draws.into_iter();
        draws.map(|given| given.draw).collect()
    };
    let sale = till.record("a-1", &cart_of(a, 10_000)).unwrap();
    assert_eq!(sale.quote.drawn.len(), 2);
    assert_eq!((turns(a).len(), turns(b).len()), (0, 2));
    join(&till, b, a);
    assert_eq!((turns(a), turns(b)), (vec![], vec!["each".to_owned()]));
    // A held sale has its turn, too.
    let hold = till.authorise("b-1", &cart_of(b, 10_000), 600).unwrap();
    till.refund("a-back", &refund_of(sale.id)).unwrap();
    assert_eq!((turns(a).len(), turns(b).len()), (2, 1));
    till.void("b-2", hold.id, "no money").unwrap();
    let drawn = till.record("b-3", &cart_of(b, 10_000)).unwrap().quote.drawn;
    let numbers: Vec<_> = drawn.iter().map(|turn| turn.n).collect();
    // What was taken back is had again by the same member, or by whoever of the household has its next turn.
    assert_eq!(numbers, [2, 1]);
    assert_eq!(turns(a), ["each"]);
    let drawn = till.record("a-2", &cart_of(a, 10_000)).unwrap().quote.drawn;
    assert_eq!(drawn[0].n, 1);
    // It was a's turn and stays so; b alone has had none.
    leave(&till, b, Split::Nothing);
    assert_eq!((turns(a), turns(b)), (vec![], vec!["one".to_owned()]));
    assert_sound(&till);
}

#[test]
fn a_household_has_one_try_a_day_however_many_of_it_buy_and_undo_join_and_leave() {
    let shop = shop_with(json!({"draws": [
        {"id": "wheel", "times": {"day": 1, "per": "household"}, "prizes": [
            {"id": "cup", "chance_percent": "40"}, {"id": "pen", "chance_percent": "40"}]},
    ]}));
    let till = shop.create();
    let (a, b) = two(&till);
    let c = till.enrol("c", &phone("0911111111")).unwrap().number;
    let ids = std::cell::Cell::new(0);
    let next = || {
        ids.set(ids.get() + 1);
        format!("sale-{}", ids.get())
    };
    // What somebody draws and gives back, or has voided.
    let tries = |member, goods| {
        let sale = till.record(&next(), &cart_of(member, 10_000)).unwrap();
        let back = loy::till::RefundRequest {
            goods,
            reason: Some("wrong card".to_owned()),
            ..refund_of(sale.id)
        };
        till.refund(&next(), &back).unwrap();
        let drawn = sale.quote.drawn.into_iter();
        let drawn: Vec<_> = drawn.map(|turn| (turn.n, turn.prize)).collect();
        drawn
    };
    let all = || loy::till::Goods::Everything;
    let first = tries(a, all());
    assert_eq!(first[0].0, 1);
    join(&till, b, a);
    assert_eq!(tries(b, loy::till::Goods::PostVoid), first);
    assert_eq!(tries(a, all()), first);
    // Who joins with a turn of their own brings no second one for the day.
    let theirs = tries(c, all());
    assert_eq!(theirs[0].0, 2);
    join(&till, c, a);
    assert_eq!(tries(c, all()), first);
    till.record(&next(), &cart_of(c, 10_000)).unwrap();
    for member in [a, b, c] {
        assert_eq!(tries(member, all()), []);
    }
    // Who leaves takes no turn of another's along, also one that they had in their place, and leaves none
    // of their own: c's is the second as ever, a's was had.
    till.leave_household("c-goes", &leaving(c, Split::Nothing))
        .unwrap();
    assert_eq!((tries(a, all()), tries(c, all())), (vec![], theirs.clone()));
    leave(&till, b, Split::Nothing);
    assert_eq!((tries(a, all()), tries(c, all())), (vec![], theirs));
    // b alone never had one.
    assert_eq!(tries(b, all())[0].0, 3);
    assert_sound(&till);
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
    // Who leaves has kept it alive until that day, and does no longer.
    let left = loy::till::LeaveRequest {
        time: Some((
            cart_of(a, 1).at_ms,
            cart_of(a, 1).utc_offset_minutes,
            date(20_261_220),
        )),
        ..leaving(b, Split::Nothing)
    };
    till.leave_household("leave", &left).unwrap();
    till.record("b-2", &later(b, 20_270_110)).unwrap();
    assert_eq!((known(a, 20_270_114), known(a, 20_270_115)), (11, 0));
    assert_eq!(known(b, 20_270_209), 1);
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
