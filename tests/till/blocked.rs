//! Members who are blocked, blocked no more, or whose membership is closed.

use loy::exchange::batch::read;
use loy::kernel::{BusinessDate, MemberNumber, MemberStatus, Points};
use loy::ledger::Kind;
use loy::till::{
    ActKind, EventReport, MemberCard, Period, Settings, StatusChange, StatusRequest, Till, status,
};
use serde_json::{Value, json};

use crate::people::{STORE, adjustment, entries, exceptions, reason, store_of};
use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart_of, claim_of, date, enrol, refund_of, spending,
};

pub fn change(member: MemberNumber, change: StatusChange) -> StatusRequest {
    StatusRequest {
        member,
        change,
        operator: "TN-07".to_owned(),
        reason: "lost_card".to_owned(),
        time: None,
    }
}

fn do_to(till: &Till, id: &str, member: MemberNumber, what: StatusChange) {
    till.change_status(id, &change(member, what)).unwrap();
}

fn scan(till: &Till, member: MemberNumber) -> MemberCard {
    till.scan(&member.to_string(), date(TODAY)).unwrap()
}

/// 10.000 đ = 1 point of 1.000 đ; members pay a tenth less; 5 points for a review; a ladder by spend.
fn shop() -> Shop {
    let mut document: Value =
        serde_json::from_str(include_str!("../../examples/programmes/vnd-10000.json")).unwrap();
    document["earn"].as_array_mut().unwrap().push(json!({
        "id": "review", "wallet": "points", "event": {"name": "review", "points": "5"},
        "name": {"vi": "Đánh giá"}
    }));
    document["challenges"] = json!([{"id": "nine-visits", "name": {"vi": "Chín lần ghé"}, "count": "visits",
        "goal": "9", "gives": [{"wallet": "points", "points": "7"}]}]);
    document["offers"] = json!([{"id": "member-price", "name": {"vi": "Giá thành viên"},
        "percent": "10", "when": {"member": true}}]);
    document["tiers"] = json!({"basis": "spend", "levels": [
        {"id": "basic", "name": {"vi": "Thường"}, "from": "0"},
        {"id": "vip", "name": {"vi": "VIP"}, "from": "50000", "factor": "2"},
    ]});
    Shop::with(|provisioning| provisioning.programme = document.to_string().into_bytes())
}

#[test]
fn a_blocked_member_earns_nothing_spends_nothing_and_pays_the_full_price() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    // 100.000 đ less a tenth: 90.000 đ, 9 points, twice as many for VIPs from the next sale on.
    let first = till.record("first", &cart_of(member, 100_000)).unwrap();
    assert_eq!(first.quote.outcome.payable.get(), 90_000);
    assert_eq!(balance(&till, member), (9, 9, 0, 0));
    do_to(&till, "block", member, StatusChange::Block);

    let card = scan(&till, member);
    assert_eq!(card.status, MemberStatus::Blocked);
    assert_eq!(card.wallets[0].balance.known, Points::new(9));
    assert_eq!(card.wallets[0].balance.spendable, Points::ZERO);
    assert_eq!(card.wallets[0].worth, None);
    assert_eq!(
        card.cashier_text,
        format!("THẺ BỊ KHÓA, không tích và không dùng điểm. {member}, hạng VIP: số dư 9 điểm")
    );

    let quote = till.evaluate(&spending(member, 100_000, 5)).unwrap();
    assert_eq!(quote.outcome.payable.get(), 100_000);
    assert_eq!(quote.member_status, MemberStatus::Blocked);
    assert_eq!(
        (quote.outcome.awards.len(), quote.outcome.redemptions.len()),
        (0, 0)
    );
    assert_eq!(
        (
            quote.awards_with_card.len(),
            quote.wallets[0].redeemable.get()
        ),
        (0, 0)
    );
    assert_eq!(quote.wallets[0].after, Points::new(9));
    // Every rule and wallet says why.
    for rule in ["points", "bill", "review", "challenge:nine-visits"] {
        let told: Vec<_> = quote.reasons(rule).map(|reason| reason.key).collect();
        let is_there = !told.is_empty();
        assert!(
            is_there && told.iter().all(|key| *key == "member.blocked"),
            "{rule}: {told:?}"
        );
    }
    assert_eq!(quote.wallets[0].before.known, Points::new(9));
    // The sale is made all the same; nothing comes of it, and nothing of its return.
    let sale = till.record("second", &cart_of(member, 100_000)).unwrap();
    assert_eq!(sale.quote.outcome.payable.get(), 100_000);
    assert_eq!(balance(&till, member), (9, 0, 0, 0));
    till.refund("back-2", &refund_of(sale.id)).unwrap();
    assert_eq!(balance(&till, member), (9, 0, 0, 0));
    // What was bought before comes back as ever.
    till.refund("back-1", &refund_of(first.id)).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_sound(&till);
}

#[test]
fn a_block_that_is_lifted_gives_back_what_there_was() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    till.record("first", &cart_of(member, 100_000)).unwrap();
    do_to(&till, "block", member, StatusChange::Block);
    do_to(&till, "unblock", member, StatusChange::Unblock);
    let card = scan(&till, member);
    assert_eq!(card.status, MemberStatus::Active);
    assert_eq!(balance(&till, member), (9, 9, 0, 0));
    let quote = till.evaluate(&spending(member, 100_000, 5)).unwrap();
    // 10.000 đ off for members, 5.000 đ for points.
    assert_eq!(quote.outcome.payable.get(), 85_000);
    assert_eq!(quote.member_status, MemberStatus::Active);
    let told = till.statement(&member.to_string(), Some(date(TODAY)), Period::default());
    let told = told.unwrap().to_text();
    assert!(
        told.contains("Khóa thẻ") && told.contains("Mở khóa thẻ"),
        "{told}"
    );
    assert_sound(&till);
}

#[test]
fn what_was_authorised_before_the_block_is_made_final_as_promised() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    till.record("first", &cart_of(member, 100_000)).unwrap();
    let hold = till
        .authorise("hold", &spending(member, 100_000, 5), 3_600)
        .unwrap();
    let other = till
        .authorise("other", &cart_of(member, 50_000), 3_600)
        .unwrap();
    do_to(&till, "block", member, StatusChange::Block);
    let done = till.commit("paid", hold.id, None).unwrap();
    assert_eq!(done.quote.outcome.payable.get(), 85_000);
    // 9 less 5; 85.000 đ give 8.5, twice as many for a VIP.
    assert_eq!(balance(&till, member).0, 9 - 5 + 17);
    // A cart that is another by then is priced again, as any other sale of the member.
    let done = till
        .commit("other-paid", other.id, Some(&cart_of(member, 60_000)))
        .unwrap();
    assert_eq!(done.quote.outcome.payable.get(), 60_000);
    assert_eq!(balance(&till, member).0, 21);
    assert_sound(&till);
}

#[test]
fn a_membership_is_closed_for_good_and_acts_that_change_nothing_say_so() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let ask = |id: &str, what| {
        let error = till.change_status(id, &change(member, what)).unwrap_err();
        (error.status(), error.reason().to_owned())
    };
    let resolved = |text: &str| (status::ALREADY_RESOLVED, text.to_owned());
    assert_eq!(
        ask("a", StatusChange::Unblock),
        resolved("member.not_blocked")
    );
    do_to(&till, "block", member, StatusChange::Block);
    assert_eq!(ask("b", StatusChange::Block), resolved("member.is_blocked"));
    do_to(&till, "close", member, StatusChange::Close);
    assert_eq!(ask("c", StatusChange::Close), resolved("member.is_closed"));
    let refused = (status::REFUSED, "member.is_closed".to_owned());
    assert_eq!(ask("d", StatusChange::Unblock), refused);
    assert_eq!(ask("e", StatusChange::Block), refused);
    assert_eq!(scan(&till, member).status, MemberStatus::Closed);
    let quote = till.evaluate(&cart_of(member, 100_000)).unwrap();
    assert_eq!(quote.reasons("bill").next().unwrap().key, "member.closed");
    // Asked twice it is one act; the same id for another is a conflict.
    let again = till
        .change_status("close", &change(member, StatusChange::Close))
        .unwrap();
    assert!(again.was_replayed);
    let other = till.change_status("close", &change(member, StatusChange::Unblock));
    assert_eq!(other.unwrap_err().status(), status::E_OPERATION_CONFLICT);
    let unnamed = StatusRequest {
        operator: "Trần Thị Hoa".to_owned(),
        ..change(member, StatusChange::Block)
    };
    assert_eq!(
        till.change_status("f", &unnamed).unwrap_err().field(),
        "operator"
    );
    let without = StatusRequest {
        reason: String::new(),
        ..change(member, StatusChange::Block)
    };
    assert_eq!(
        till.change_status("g", &without).unwrap_err().field(),
        "reason"
    );
    assert_sound(&till);
}

#[test]
fn a_blocked_member_claims_no_bill_and_gets_nothing_for_a_review() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale", &crate::shop::cart(100_000)).unwrap();
    do_to(&till, "block", member, StatusChange::Block);
    let claim = till.claim("claim", &claim_of(sale.id, member));
    assert_eq!(reason(claim), "member.is_blocked");
    let report = EventReport {
        time: Some((
            cart_of(member, 1).at_ms,
            cart_of(member, 1).utc_offset_minutes,
            date(TODAY),
        )),
        ..EventReport::new("review", member)
    };
    let done = till.event("review", &report).unwrap();
    assert_eq!(
        (done.awards.len(), done.explanation[0].key),
        (0, "member.blocked")
    );
    // By hand points are given and taken all the same: somebody answers for it.
    till.adjust("by-hand", &adjustment(member, 3)).unwrap();
    assert_eq!(balance(&till, member).0, 3);
    do_to(&till, "unblock", member, StatusChange::Unblock);
    till.claim("claim-2", &claim_of(sale.id, member)).unwrap();
    assert_sound(&till);
}

#[test]
fn who_may_not_adjust_points_blocks_nobody_without_a_supervisors_pin() {
    let shop = store_of(STORE);
    let till = shop.create();
    let member = enrol(&till);
    let block = change(member, StatusChange::Block);
    let refused = till.change_status("block", &block).unwrap_err();
    assert_eq!(refused.reason(), "approval.needed");
    assert_eq!(
        refused.cashier_text(loy::texts::Language::Vi),
        "Cần mã PIN của giám sát: được tối đa 0 thẻ thành viên, tính cả lần này là 1 thẻ thành viên"
    );
    till.approve("block", ActKind::Member, "GS-01", b"4711")
        .unwrap();
    till.change_status("block", &block).unwrap();
    assert_eq!(scan(&till, member).status, MemberStatus::Blocked);
    assert_eq!(
        exceptions(&till),
        [
            "member.refused TN-07  0 1",
            "approval.given  GS-01 0 0",
            "member_blocked TN-07 GS-01 0 0",
            "member.approved TN-07 GS-01 0 1"
        ]
    );
    let lines = till.day_exceptions(date(TODAY)).unwrap();
    assert_eq!(lines[2].subject, "lost_card");
    assert_sound(&till);
}

#[test]
fn a_block_travels_and_outlives_a_restart_a_backup_and_a_salvage() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    till.record("first", &cart_of(member, 100_000)).unwrap();
    let before = entries(&till, member).last().unwrap().at;
    shop.clock.advance_seconds(60);
    do_to(&till, "block", member, StatusChange::Block);
    let at = |instant| {
        let card = till.member_at(member, instant, BusinessDate::from_yyyymmdd(TODAY).unwrap());
        card.unwrap().status
    };
    assert_eq!(at(before), MemberStatus::Active);
    assert_eq!(at(before.plus_seconds(60)), MemberStatus::Blocked);
    let export = till.export_next(1 << 20).unwrap().unwrap();
    let batch = read(&export.bytes).unwrap();
    let sent = batch.manifest().last_seq();
    assert_eq!(sent, entries(&till, member).last().unwrap().seq);
    assert_eq!(entries(&till, member).last().unwrap().kind, Kind::Blocked);
    till.close();

    let damaged = shop.path();
    let till = shop.open();
    assert_eq!(scan(&till, member).status, MemberStatus::Blocked);
    till.close();
    let saved = Settings::new(shop.folder.path().join("saved.loy"));
    let (saved, _) = Till::salvage(&damaged, &saved).unwrap();
    assert_eq!(scan(&saved, member).status, MemberStatus::Blocked);
    assert_sound(&saved);
}

#[test]
fn a_block_that_somebody_takes_out_of_the_file_is_found() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    do_to(&till, "block", member, StatusChange::Block);
    till.close();
    let tool = rusqlite::Connection::open(shop.path()).unwrap();
    tool.execute("DELETE FROM member_status", []).unwrap();
    tool.close().unwrap();
    let found = shop.open().verify(loy::till::Depth::Full).unwrap();
    let keys: Vec<_> = found.iter().map(|finding| finding.key).collect();
    assert_eq!(keys, ["member_status.differs"]);
}
