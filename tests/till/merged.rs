//! Two members who turn out to be one.

use loy::evaluate::Cart;
use loy::kernel::{MemberNumber, MemberStatus, Points, Quantity};
use loy::ledger::{Entry, Kind, MergePayload};
use loy::till::{
    Adjustment, Disputed, Goods, Measure, MergeRequest, Missing, Period, RefundRequest,
    ReturnedPart, SaleState, Settings, StatusChange, Till, status,
};
use serde_json::json;

use crate::blocked::change;
use crate::people::{adjustment, entries, exceptions, reason};
use crate::shop::{
    TODAY, assert_sound, balance, cart_of, claim_of, date, phone, refund_as_told, refund_of,
    spending,
};
use crate::two_members::{OTHER_PHONE, shop, shop_with, tier, told, two};

pub fn merge(from: MemberNumber, into: MemberNumber) -> MergeRequest {
    MergeRequest {
        from,
        into,
        operator: "TN-07".to_owned(),
        reason: "same_person".to_owned(),
        time: None,
    }
}

/// bug-04 of the published cases.
#[test]
fn the_points_of_a_merged_card_are_the_others_and_its_number_and_phone_lead_there() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    till.adjust("a", &adjustment(a, 100)).unwrap();
    let ends = Adjustment {
        expires_on: Some(date(20_261_130)),
        ..adjustment(b, 200)
    };
    till.adjust("b", &ends).unwrap();
    let done = till.merge("merge", &merge(b, a)).unwrap();
    assert!(till.merge("merge", &merge(b, a)).unwrap().was_replayed);
    assert_eq!(balance(&till, a), (300, 300, 0, 0));
    for code in [b.to_string(), OTHER_PHONE.to_owned()] {
        let card = till.scan(&code, date(TODAY)).unwrap();
        assert_eq!((card.number, card.merged_from), (a, Some(b)));
        assert_eq!(card.wallets[0].balance.known, Points::new(300));
        let end = format!("; thẻ {b} đã gộp vào thẻ này");
        assert!(card.cashier_text.ends_with(&end), "{}", card.cashier_text);
    }
    let own = till.scan("0912345678", date(TODAY)).unwrap();
    assert_eq!((own.number, own.merged_from), (a, None));
    // Each lot keeps its dates, and what ends first goes first.
    let lots = till.lots(a, date(TODAY)).unwrap();
    let lots: Vec<_> = lots
        .iter()
        .map(|lot| (lot.points.get(), lot.expires_on))
        .collect();
    assert_eq!(
        lots,
        [(200, Some(date(20_261_130))), (100, Some(date(20_261_222)))]
    );
    till.record("spent", &spending(a, 1_000_000, 150)).unwrap();
    // 850.000 đ give 85.
    assert_eq!(balance(&till, a), (235, 235, 0, 0));

    let told: Vec<Entry> = entries(&till, a);
    assert_eq!(told, entries(&till, b), "either number tells all of it");
    let of_b: Vec<Kind> = told
        .iter()
        .filter(|entry| entry.member == Some(b))
        .map(|entry| entry.kind)
        .collect();
    assert_eq!(of_b, [Kind::Enrol, Kind::AdjustmentGiven, Kind::Merged]);
    let entry = told.iter().find(|entry| entry.seq == done.seq).unwrap();
    assert_eq!(MergePayload::from_payload(&entry.payload).unwrap().into, a);
    let statement = till
        .statement(&b.to_string(), Some(date(TODAY)), Period::default())
        .unwrap();
    assert_eq!(statement.member, a);
    let text = statement.to_text();
    assert!(text.contains(&format!("Gộp thẻ (thẻ {b})")), "{text}");
    assert!(
        text.contains(&format!("Cộng điểm thủ công (thẻ {b})  +200 điểm")),
        "{text}"
    );
    assert!(
        exceptions(&till).contains(&"member_merged TN-07  0 0".to_owned()),
        "the day's report tells it"
    );
    assert_sound(&till);
}

#[test]
fn what_both_owe_is_added_and_repaid_by_the_next_points() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    let owed = |member, points: i64| Adjustment {
        missing: Missing::Owed,
        ..adjustment(member, -points)
    };
    till.adjust("a-owes", &owed(a, 3)).unwrap();
    till.adjust("b-owes", &owed(b, 4)).unwrap();
    till.merge("merge", &merge(b, a)).unwrap();
    assert_eq!(balance(&till, a), (-7, 0, 0, 7));
    // 100.000 đ give 10: 7 repay, 3 are left.
    till.record("sale", &cart_of(b, 100_000)).unwrap();
    assert_eq!(balance(&till, a), (3, 3, 0, 0));
    // Points of one and debt of the other: no more can be spent than is left of both.
    let (c, d) = (
        till.enrol("c", &phone("0911111111")).unwrap().number,
        till.enrol("d", &phone("0922222222")).unwrap().number,
    );
    till.adjust("c-has", &adjustment(c, 10)).unwrap();
    till.adjust("d-owes", &owed(d, 4)).unwrap();
    till.merge("merge-2", &merge(d, c)).unwrap();
    assert_eq!(balance(&till, c), (6, 6, 0, 4));
    assert_sound(&till);
}

#[test]
fn sales_of_both_count_for_the_tier_and_for_limits() {
    let shop = shop_with(json!({"limits": [
        {"id": "own_card", "name": {"vi": "Dùng thẻ"}, "per": "member", "count": "sales",
         "most": "3", "action": "refuse"}
    ]}));
    let till = shop.create();
    let (a, b) = two(&till);
    till.record("a-1", &cart_of(a, 80_000)).unwrap();
    till.record("b-1", &cart_of(b, 80_000)).unwrap();
    assert_eq!(
        (tier(&till, a), tier(&till, b)),
        ("basic".into(), "basic".into())
    );
    let held = till.authorise("b-2", &cart_of(b, 10_000), 3_600).unwrap();
    till.merge("merge", &merge(b, a)).unwrap();
    assert_eq!(
        (tier(&till, a), tier(&till, b)),
        ("vip".into(), "vip".into())
    );
    // Three sales already, one of them held: this is the fourth of one person.
    let fourth = till.evaluate(&cart_of(b, 80_000)).unwrap();
    assert_eq!((fourth.limits.len(), fourth.outcome.awards.len()), (1, 0));
    till.void("void", held.id, "").unwrap();
    let third = till.evaluate(&cart_of(a, 80_000)).unwrap();
    assert_eq!((third.limits.len(), third.outcome.awards.len()), (0, 1));
    assert_sound(&till);
}

#[test]
fn what_was_authorised_before_is_made_final_or_called_off_after() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    till.adjust("a", &adjustment(a, 10)).unwrap();
    till.adjust("b", &adjustment(b, 10)).unwrap();
    let of_b = till
        .authorise("hold-b", &spending(b, 100_000, 6), 3_600)
        .unwrap();
    let of_a = till
        .authorise("hold-a", &spending(a, 100_000, 6), 3_600)
        .unwrap();
    till.merge("merge", &merge(b, a)).unwrap();
    assert_eq!(balance(&till, a), (20, 8, 12, 0));
    // Paid with the number of now: the same sale, as it was promised.
    let cart = Cart {
        member: Some(a),
        ..spending(b, 100_000, 6)
    };
    let done = till.commit("paid", of_b.id, Some(&cart)).unwrap();
    assert_eq!(done.state, SaleState::Committed);
    // 94.000 đ give 9.
    assert_eq!(balance(&till, a), (20 - 6 + 9, 17, 6, 0));
    till.void("void", of_a.id, "").unwrap();
    assert_eq!(balance(&till, a), (23, 23, 0, 0));
    assert_sound(&till);
}

#[test]
fn goods_of_either_come_back_to_the_one_that_is_left() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    till.adjust("b", &adjustment(b, 10)).unwrap();
    let two_pieces = Cart {
        lines: vec![loy::evaluate::Line {
            quantity_milli: Quantity::new(2_000),
            ..spending(b, 200_000, 10).lines[0].clone()
        }],
        ..spending(b, 200_000, 10)
    };
    let sale = till.record("sale", &two_pieces).unwrap();
    // 190.000 đ give 19.
    assert_eq!(balance(&till, b), (19, 19, 0, 0));
    till.merge("merge", &merge(b, a)).unwrap();
    let one = |minute: i64| RefundRequest {
        at: refund_of(sale.id).at.plus_seconds(minute * 60),
        goods: Goods::Parts(vec![ReturnedPart {
            line: 0,
            measure: Measure::Quantity(Quantity::new(1_000)),
        }]),
        ..refund_of(sale.id)
    };
    let preview = till.preview_refund(&one(0)).unwrap();
    // What is kept is worth 95.000 đ: 9.5, so 10 points. Nine go, and five come back.
    assert_eq!(
        (
            preview.wallets[0].taken_back.get(),
            preview.wallets[0].returned.get()
        ),
        (9, 5)
    );
    refund_as_told(&till, "back-1", &one(0)).unwrap();
    assert_eq!(balance(&till, a), (15, 15, 0, 0));
    refund_as_told(&till, "back-2", &one(1)).unwrap();
    assert_eq!(balance(&till, a), (10, 10, 0, 0));
    // A quarrel about it is settled as ever.
    let disputed = till.dispute(&Disputed::Sale(sale.id)).unwrap();
    assert!(disputed.is_clean(), "{disputed:?}");
    assert_sound(&till);
}

#[test]
fn a_sale_with_the_old_number_is_a_sale_of_the_one_that_is_left() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    let sale = till.record("before", &cart_of(b, 50_000)).unwrap();
    let nobodys = till.record("nobodys", &crate::shop::cart(30_000)).unwrap();
    till.merge("merge", &merge(b, a)).unwrap();
    till.record("after", &cart_of(b, 60_000)).unwrap();
    till.claim("claim", &claim_of(nobodys.id, b)).unwrap();
    assert_eq!(balance(&till, a), (5 + 6 + 3, 14, 0, 0));
    let again = till.record("before", &cart_of(b, 50_000)).unwrap();
    assert!(again.was_replayed && again.id == sale.id);
    assert!(
        till.record("after", &cart_of(b, 60_000))
            .unwrap()
            .was_replayed
    );
    till.adjust("by-hand", &adjustment(b, -4)).unwrap();
    assert_eq!(balance(&till, a).0, 10);
    let written = entries(&till, a);
    let after = written
        .iter()
        .skip_while(|entry| entry.kind != Kind::Merged)
        .skip(1);
    assert!(after.clone().count() > 4 && after.clone().all(|entry| entry.member == Some(a)));
    // A lost card of the old number blocks the one who is left.
    till.change_status("block", &change(b, StatusChange::Block))
        .unwrap();
    let card = till.scan(&a.to_string(), date(TODAY)).unwrap();
    assert_eq!(card.status, MemberStatus::Blocked);
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
    let preview = till.evaluate_merge(b, a, date(TODAY)).unwrap();
    assert_eq!(told(&preview.from), (9, vec![1], "basic".to_owned()));
    assert_eq!(told(&preview.into), (8, vec![1], "basic".to_owned()));
    assert_eq!(told(&preview.result), (17, vec![2], "vip".to_owned()));
    assert_eq!(preview.result.card.number, a);
    assert_eq!(till.info().unwrap().head_seq, head);
    assert_eq!((balance(&till, a).0, balance(&till, b).0), (8, 9));
    till.merge("merge", &merge(b, a)).unwrap();
    let card = till.scan(&a.to_string(), date(TODAY)).unwrap();
    assert_eq!(card, preview.result.card);
    assert_sound(&till);
}

#[test]
fn what_cannot_be_merged_says_why_and_who_is_merged_again_leads_to_the_last() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    let c = till.enrol("c", &phone("0911111111")).unwrap().number;
    let ask = |id: &str, from, into| {
        let error = till.merge(id, &merge(from, into)).unwrap_err();
        (error.status(), error.reason().to_owned())
    };
    let refused = |key: &str| (status::REFUSED, key.to_owned());
    assert_eq!(ask("1", a, a), refused("merge.same"));
    till.change_status("block", &change(b, StatusChange::Block))
        .unwrap();
    assert_eq!(ask("2", b, a), refused("member.is_blocked"));
    assert_eq!(ask("3", a, b), refused("member.is_blocked"));
    till.change_status("unblock", &change(b, StatusChange::Unblock))
        .unwrap();
    till.adjust("c-has", &adjustment(c, 5)).unwrap();
    till.merge("c-b", &merge(c, b)).unwrap();
    let already = (status::ALREADY_RESOLVED, "merge.already".to_owned());
    assert_eq!(ask("4", c, b), already);
    assert_eq!(ask("5", b, c), already);
    assert_eq!(ask("6", c, a), refused("merge.merged"));
    assert_eq!(ask("7", a, c), refused("merge.merged"));
    assert_eq!(
        reason(till.evaluate_merge(a, c, date(TODAY))),
        "merge.merged"
    );
    till.merge("b-a", &merge(b, a)).unwrap();
    let card = till.scan(&c.to_string(), date(TODAY)).unwrap();
    assert_eq!((card.number, card.merged_from), (a, Some(c)));
    assert_eq!(card.wallets[0].balance.known, Points::new(5));
    assert_sound(&till);
}

#[test]
fn a_merge_outlives_a_restart_and_a_salvage_and_the_past_stays_what_it_was() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    till.record("a-1", &cart_of(a, 80_000)).unwrap();
    till.record("b-1", &cart_of(b, 90_000)).unwrap();
    let before = entries(&till, b).last().unwrap().at;
    shop.clock.advance_seconds(60);
    till.merge("merge", &merge(b, a)).unwrap();
    let at = |member, instant| {
        let card = till.member_at(member, instant, date(TODAY)).unwrap();
        (card.number, card.wallets[0].balance.known.get())
    };
    assert_eq!((at(a, before), at(b, before)), ((a, 8), (b, 9)));
    let after = before.plus_seconds(60);
    assert_eq!((at(a, after), at(b, after)), ((a, 17), (a, 17)));
    till.close();
    let till = shop.open();
    assert_eq!(balance(&till, b), (17, 17, 0, 0));
    till.close();
    let saved = Settings::new(shop.folder.path().join("saved.loy"));
    let (saved, _) = Till::salvage(&shop.path(), &saved).unwrap();
    assert_eq!(balance(&saved, b), (17, 17, 0, 0));
    saved.record("b-2", &spending(b, 100_000, 12)).unwrap();
    assert_sound(&saved);
}

#[test]
fn a_merge_that_somebody_takes_out_of_the_file_is_found() {
    let shop = shop();
    let till = shop.create();
    let (a, b) = two(&till);
    till.merge("merge", &merge(b, a)).unwrap();
    till.close();
    let tool = rusqlite::Connection::open(shop.path()).unwrap();
    tool.execute("DELETE FROM member_status", []).unwrap();
    tool.close().unwrap();
    let found = shop.open().verify(loy::till::Depth::Full).unwrap();
    let keys: Vec<_> = found.iter().map(|finding| finding.key).collect();
    assert_eq!(keys, ["member_status.differs"]);
}
