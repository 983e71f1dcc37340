//! Who may do what: ceilings, a supervisor's PIN, points by hand.

use loy::exchange::operators;
use loy::kernel::{Currency, MemberNumber, Points};
use loy::ledger::{AdjustmentPayload, Entry, Exception, Kind};
use loy::till::{ActKind, Adjustment, Error, Missing, Till, status};

use crate::shop::{Shop, TODAY, assert_sound, balance, cart_of, date, enrol, refund_of, spending};

/// A cashier refunds up to 500.000 d, a supervisor adjusts up to 200 points; the manager has all.
const STORE: &str = r#"{
    "roles": {"cashier": {"refund": "500000"}, "supervisor": {"adjustment": "200"}},
    "operators": [{"id": "TN-07", "role": "cashier", "pin": "0007"},
                  {"id": "GS-01", "role": "supervisor", "pin": "4711"},
                  {"id": "QL-01", "role": "manager", "pin": "900900"},
                  {"id": "KT-01", "role": "auditor"}]
}"#;

pub fn store_of(document: &str) -> Shop {
    Shop::with(|provisioning| {
        let random = &mut |bytes: &mut [u8]| bytes.fill(6);
        provisioning.operators =
            operators::from_json(document.as_bytes(), Currency::VND, 1_000, random).unwrap();
    })
}

fn store() -> Shop {
    store_of(STORE)
}

fn adjustment(member: MemberNumber, points: i64) -> Adjustment {
    Adjustment {
        member,
        wallet: "points".to_owned(),
        points: Points::new(points),
        operator: "TN-07".to_owned(),
        reason: "goodwill".to_owned(),
        time: None,
        expires_on: None,
        missing: Missing::Refused,
    }
}

/// Every entry of the ledger from the beginning.
fn entries(till: &Till, member: MemberNumber) -> Vec<Entry> {
    till.history(member, 0, 1_000).unwrap()
}

/// Key, operator, approver, limit and found of every exception.
fn exceptions(till: &Till) -> Vec<String> {
    let lines = till.day_exceptions(date(TODAY)).unwrap();
    lines
        .iter()
        .map(|line| {
            let (limit, found) = (line.limit, line.found);
            format!(
                "{} {} {} {limit} {found}",
                line.key, line.operator, line.approver
            )
        })
        .collect()
}

fn reason<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().reason().to_owned()
}

#[test]
fn where_nobody_is_provisioned_nothing_is_checked() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let done = till.adjust("adjust-1", &adjustment(member, 50)).unwrap();
    assert_eq!((done.points, done.owed), (Points::new(50), Points::ZERO));
    assert_eq!(balance(&till, member), (50, 50, 0, 0));
    let sale = till.record("sale-1", &cart_of(member, 90_000_000)).unwrap();
    till.refund("refund-1", &refund_of(sale.id)).unwrap();
    let no_use = till.approve("x", ActKind::Refund, "GS-01", b"4711");
    assert_eq!(reason(no_use), "operators.none");
    assert_sound(&till);
}

#[test]
fn a_cashier_refunds_up_to_the_ceiling_and_asks_the_supervisor_above_it() {
    let shop = store();
    let till = shop.create();
    let member = enrol(&till);
    let small = till.record("sale-1", &cart_of(member, 500_000)).unwrap();
    let large = till.record("sale-2", &cart_of(member, 500_001)).unwrap();
    let by_cashier = |sale| loy::till::RefundRequest {
        cashier: Some("TN-07".to_owned()),
        ..refund_of(sale)
    };
    till.refund("refund-1", &by_cashier(small.id)).unwrap();
    let refused = till.refund("refund-2", &by_cashier(large.id)).unwrap_err();
    assert_eq!(
        (refused.status(), refused.reason()),
        (status::REFUSED, "approval.needed")
    );
    assert_eq!(
        refused.cashier_text(loy::texts::Language::Vi),
        "Cần mã PIN của giám sát: được tối đa 500.000 đ, lần này 500.001 đ"
    );
    // Asked again it is the same refusal and no second line.
    assert_eq!(
        reason(till.refund("refund-2", &by_cashier(large.id))),
        "approval.needed"
    );
    assert_eq!(balance(&till, member).0, 50);
    till.approve("refund-2", ActKind::Refund, "GS-01", b"4711")
        .unwrap();
    let done = till.refund("refund-2", &by_cashier(large.id)).unwrap();
    assert!(!done.was_replayed);
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert!(
        till.refund("refund-2", &by_cashier(large.id))
            .unwrap()
            .was_replayed
    );
    assert_eq!(
        exceptions(&till),
        [
            "refund.refused TN-07  500000 500001",
            "approval.given  GS-01 0 0",
            "refund.approved TN-07 GS-01 500000 500001",
        ]
    );
    assert_sound(&till);
}

#[test]
fn an_approval_is_for_one_operation_one_act_and_two_minutes() {
    let shop = store();
    let till = shop.create();
    let member = enrol(&till);
    let approve = |operation| till.approve(operation, ActKind::Adjustment, "GS-01", b"4711");
    approve("adjust-1").unwrap();
    let needed = |id, points| reason(till.adjust(id, &adjustment(member, points)));
    assert_eq!(needed("adjust-2", 10), "approval.needed");
    till.adjust("adjust-1", &adjustment(member, 10)).unwrap();
    // Used up: the same id is the same operation, with other content a conflict.
    assert!(
        till.adjust("adjust-1", &adjustment(member, 10))
            .unwrap()
            .was_replayed
    );
    assert_eq!(needed("adjust-1", 11), "operation.conflict");
    // A word for a refund is none for an adjustment.
    till.approve("adjust-3", ActKind::Refund, "GS-01", b"4711")
        .unwrap();
    assert_eq!(needed("adjust-3", 10), "approval.needed");
    approve("adjust-4").unwrap();
    shop.clock.advance_seconds(120);
    assert_eq!(needed("adjust-4", 10), "approval.needed");
    approve("adjust-4").unwrap();
    shop.clock.advance_seconds(119);
    till.adjust("adjust-4", &adjustment(member, 10)).unwrap();
    assert_eq!(balance(&till, member).0, 20);
    assert_sound(&till);
}

#[test]
fn a_supervisor_who_is_only_named_is_asked_for_the_pin_and_has_a_ceiling_too() {
    let shop = store();
    let till = shop.create();
    let member = enrol(&till);
    let by = |operator: &str, points| Adjustment {
        operator: operator.to_owned(),
        ..adjustment(member, points)
    };
    for operator in ["GS-01", "QL-01", "KT-01", "stranger"] {
        let id = format!("adjust-{operator}");
        assert_eq!(
            reason(till.adjust(&id, &by(operator, 5))),
            "approval.needed"
        );
    }
    let act = ActKind::Adjustment;
    till.approve("adjust-GS-01", act, "GS-01", b"4711").unwrap();
    till.adjust("adjust-GS-01", &by("GS-01", 5)).unwrap();
    till.approve("adjust-large", act, "GS-01", b"4711").unwrap();
    let large = by("TN-07", 201);
    assert_eq!(
        reason(till.adjust("adjust-large", &large)),
        "approval.too_low"
    );
    till.approve("adjust-large", act, "QL-01", b"900900")
        .unwrap();
    till.adjust("adjust-large", &large).unwrap();
    assert_eq!(balance(&till, member).0, 206);
    // Neither a cashier nor an auditor approves, and nobody who is not known.
    let no = |approver, pin: &[u8]| reason(till.approve("x", act, approver, pin));
    assert_eq!(no("TN-07", b"0007"), "approval.not_allowed");
    assert_eq!(no("KT-01", b"1234"), "approval.not_allowed");
    assert_eq!(no("GS-02", b"1234"), "operator.unknown");
    assert_sound(&till);
}

#[test]
fn five_wrong_pins_lock_it_and_starting_the_till_again_does_not_help() {
    let shop = store();
    let till = shop.create();
    let act = ActKind::Refund;
    let wrong = |till: &Till| till.approve("x", act, "GS-01", b"4712").unwrap_err();
    for left in ["4", "3", "2", "1"] {
        let text = wrong(&till).cashier_text(loy::texts::Language::En);
        assert_eq!(text, format!("The PIN is wrong; {left} tries left"));
    }
    till.close();
    let till = shop.open();
    let fifth = wrong(&till);
    assert_eq!(
        (fifth.status(), fifth.reason()),
        (status::LIMIT_REACHED, "pin.locked")
    );
    till.close();
    let till = shop.open();
    let right = || till.approve("x", act, "GS-01", b"4711");
    assert_eq!(reason(right()), "pin.locked");
    // Another supervisor's PIN is not locked.
    till.approve("x", act, "QL-01", b"900900").unwrap();
    // A clock set back does not shorten it, and one set far ahead is not believed.
    shop.clock.advance_seconds(-3_600);
    assert_eq!(reason(right()), "pin.locked");
    shop.clock.advance_seconds(3_600 + 400 * 86_400);
    assert_eq!(reason(right()), "pin.locked");
    shop.clock.advance_seconds(-400 * 86_400 + 59);
    assert_eq!(reason(right()), "pin.locked");
    shop.clock.advance_seconds(1);
    // The next wrong one locks it for two minutes.
    assert_eq!(
        wrong(&till).cashier_text(loy::texts::Language::Vi),
        "Nhập sai mã PIN nhiều lần; thử lại sau 2 phút"
    );
    shop.clock.advance_seconds(120);
    right().unwrap();
    assert_eq!(reason(Err::<(), _>(wrong(&till))), "pin.wrong");
    let told = exceptions(&till);
    let count = |start: &str| told.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!((count("pin.wrong"), count("pin.locked")), (5, 2));
    assert_sound(&till);
}

#[test]
fn a_sale_is_never_kept_from_anybody() {
    let shop = store();
    let till = shop.create();
    let member = enrol(&till);
    let mut cart = cart_of(member, 900_000_000);
    cart.cashier = Some("KT-01".to_owned());
    till.record("sale-1", &cart).unwrap();
    assert_eq!(exceptions(&till), Vec::<String>::new());
}

#[test]
fn points_given_by_hand_are_a_lot_with_the_wallets_end_or_a_stated_one() {
    let shop = Shop::with(|provisioning| {
        let text = String::from_utf8(provisioning.programme.clone()).unwrap();
        let mut programme: serde_json::Value = serde_json::from_str(&text).unwrap();
        programme["wallets"][0]["expiry"] = serde_json::json!({"days": 30});
        provisioning.programme = programme.to_string().into_bytes();
    });
    let till = shop.create();
    let member = enrol(&till);
    till.adjust("adjust-1", &adjustment(member, 7)).unwrap();
    let stated = Adjustment {
        expires_on: Some(date(20_261_125)),
        ..adjustment(member, 5)
    };
    till.adjust("adjust-2", &stated).unwrap();
    let given: Vec<Entry> = entries(&till, member)
        .into_iter()
        .filter(|entry| entry.kind == Kind::AdjustmentGiven)
        .collect();
    // 22 November and 30 days.
    assert_eq!(given[0].expires_on, Some(date(20_261_222)));
    assert_eq!(given[1].expires_on, Some(date(20_261_125)));
    let payload = AdjustmentPayload::from_payload(&given[0].payload).unwrap();
    assert_eq!(
        (payload.operator.as_str(), payload.reason.as_str()),
        ("TN-07", "goodwill")
    );
    // What ends first is spent first: all 5 and one of the 7.
    till.record("sale-1", &spending(member, 100_000, 6))
        .unwrap();
    let spent: Vec<i64> = entries(&till, member)
        .iter()
        .filter(|entry| entry.kind == Kind::Redemption)
        .map(|entry| entry.points.get())
        .collect();
    assert_eq!(spent, [5, 1]);
    let dead = Adjustment {
        expires_on: Some(date(TODAY)),
        ..adjustment(member, 5)
    };
    assert_eq!(
        till.adjust("adjust-3", &dead).unwrap_err().field(),
        "expires_on"
    );
    assert_sound(&till);
}

#[test]
fn points_taken_by_hand_are_there_or_refused_or_owed() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    let refused = till.adjust("take-1", &adjustment(member, -12)).unwrap_err();
    assert_eq!(refused.reason(), "points.short");
    // Remembered: more points later do not change the answer.
    till.record("sale-2", &cart_of(member, 50_000)).unwrap();
    assert_eq!(
        reason(till.adjust("take-1", &adjustment(member, -12))),
        "points.short"
    );
    let owed = Adjustment {
        missing: Missing::Owed,
        ..adjustment(member, -18)
    };
    let done = till.adjust("take-2", &owed).unwrap();
    assert_eq!(
        (done.points, done.owed, done.balance.known),
        (Points::new(-15), Points::new(3), Points::new(-3))
    );
    assert_eq!(till.adjust("take-2", &owed).unwrap().owed, Points::new(3));
    assert_eq!(balance(&till, member), (-3, 0, 0, 3));
    till.adjust("give-1", &adjustment(member, 10)).unwrap();
    assert_eq!(balance(&till, member), (7, 7, 0, 0));
    let report = till.close_day("close-1", date(TODAY)).unwrap();
    let total = |kind: &str| {
        let mut found = report.totals.iter().filter(|total| total.kind == kind);
        found.next().map(|total| total.points.get())
    };
    assert_eq!(total("adjustment_given"), Some(10));
    assert_eq!(total("adjustment_taken"), Some(15));
    assert_eq!((total("debt"), total("repayment")), (Some(3), Some(3)));
    let lines: Vec<(&str, &str, i64)> = report
        .exceptions
        .iter()
        .map(|line| (line.key.as_str(), line.operator.as_str(), line.points.get()))
        .collect();
    assert_eq!(
        lines,
        [
            ("adjustment_taken", "TN-07", -10),
            ("adjustment_taken", "TN-07", -5),
            ("adjustment_owed", "TN-07", -3),
            ("adjustment_given", "TN-07", 10),
        ]
    );
    let counts: Vec<(&str, u64, i64)> = report
        .exception_counts
        .iter()
        .map(|count| (count.key.as_str(), count.count, count.points.get()))
        .collect();
    assert_eq!(
        counts,
        [
            ("adjustment_given", 1, 10),
            ("adjustment_owed", 1, -3),
            ("adjustment_taken", 2, -15),
        ]
    );
    assert_eq!(till.close_day("close-1", date(TODAY)).unwrap(), report);
    assert_sound(&till);
}

#[test]
fn a_reason_in_words_stays_in_the_store_and_a_name_is_no_operator() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let in_words = Adjustment {
        reason: "Bù điểm vì máy in hỏng".to_owned(),
        ..adjustment(member, 5)
    };
    till.adjust("adjust-1", &in_words).unwrap();
    let entries = entries(&till, member);
    let given = entries
        .iter()
        .find(|entry| entry.kind == Kind::AdjustmentGiven)
        .unwrap();
    let payload = AdjustmentPayload::from_payload(&given.payload).unwrap();
    assert_eq!(payload.reason, "");
    for (wrong, field) in [
        (
            Adjustment {
                operator: "Trần Thị Hoa".to_owned(),
                ..adjustment(member, 5)
            },
            "operator",
        ),
        (
            Adjustment {
                reason: String::new(),
                ..adjustment(member, 5)
            },
            "reason",
        ),
        (
            Adjustment {
                wallet: "stamps".to_owned(),
                ..adjustment(member, 5)
            },
            "wallet",
        ),
        (adjustment(member, 0), "points"),
    ] {
        assert_eq!(till.adjust("adjust-2", &wrong).unwrap_err().field(), field);
    }
}

#[test]
fn an_exception_in_the_chain_names_nobody() {
    let shop = store();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &cart_of(member, 900_000)).unwrap();
    let request = loy::till::RefundRequest {
        cashier: Some("Trần Thị Hoa".to_owned()),
        ..refund_of(sale.id)
    };
    assert_eq!(reason(till.refund("refund-1", &request)), "approval.needed");
    let entries = entries(&till, member);
    let told = entries.last().unwrap();
    assert_eq!(told.kind, Kind::Exception);
    let exception = Exception::from_payload(&told.payload).unwrap();
    assert_eq!(
        (exception.key.as_str(), exception.operator.as_str()),
        ("refund.refused", "")
    );
}

#[test]
fn the_days_report_names_late_sales_and_a_clock_that_was_not_believed() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.close_day("close-1", date(TODAY)).unwrap();
    till.record("sale-1", &cart_of(member, 50_000)).unwrap();
    shop.clock.advance_seconds(-3 * 86_400);
    till.record("sale-2", &cart_of(member, 50_000)).unwrap();
    let report = till.close_day("close-2", date(TODAY)).unwrap();
    let keys: Vec<&str> = report
        .exceptions
        .iter()
        .map(|line| line.key.as_str())
        .collect();
    assert_eq!(keys, ["sale.late", "sale.late", "clock.suspect"]);
    assert!(report.exceptions[0].at > report.exceptions[2].at);
    assert_sound(&till);
}

/// The usual programme with one limit of these parts.
fn store_with_limit(limit: serde_json::Value) -> Shop {
    Shop::with(|provisioning| {
        let text = String::from_utf8(provisioning.programme.clone()).unwrap();
        let mut programme: serde_json::Value = serde_json::from_str(&text).unwrap();
        programme["limits"] = serde_json::json!([limit]);
        provisioning.programme = programme.to_string().into_bytes();
        let random = &mut |bytes: &mut [u8]| bytes.fill(6);
        provisioning.operators =
            operators::from_json(STORE.as_bytes(), Currency::VND, 1_000, random).unwrap();
    })
}

fn said<'a>(quote: &'a loy::evaluate::Quote, rule: &'a str) -> &'a str {
    &quote.reasons(rule).next().unwrap().text
}

#[test]
fn beyond_the_usual_number_of_sales_a_day_the_sale_goes_on_without_points() {
    let shop = store_with_limit(serde_json::json!({
        "id": "own_card", "name": {"vi": "Dùng thẻ", "en": "Card use"},
        "per": "member", "count": "sales", "most": "3", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let cart = || loy::evaluate::Cart {
        cashier: Some("TN-07".to_owned()),
        ..spending(member, 100_000, 5)
    };
    for number in 1..=3 {
        till.record(&format!("sale-{number}"), &cart()).unwrap();
    }
    // 10, then 10 + 10 - 5 - 1 (95.000 d give 10, half up), and so on: what matters is what comes next.
    let before = balance(&till, member);
    let told = till.evaluate(&cart()).unwrap();
    assert_eq!(
        said(&told, "own_card"),
        "Dùng thẻ: tối đa 3 lần mua một ngày; lần này là 4, không tính điểm"
    );
    assert_eq!(
        said(&told, "points"),
        "Điểm: không dùng được, Dùng thẻ: tối đa 3 lần mua một ngày"
    );
    assert_eq!(told.wallets[0].redeemable, Points::ZERO);
    let fourth = till.record("sale-4", &cart()).unwrap();
    assert_eq!(fourth.quote.outcome.payable.get(), 100_000);
    assert_eq!(balance(&till, member), before);
    // Held and committed it is the same, with one line more.
    let held = till.authorise("sale-5", &cart(), 600).unwrap();
    till.commit("commit-5", held.id, None).unwrap();
    assert_eq!(balance(&till, member), before);
    // Somebody who may says that it is all right.
    till.approve("sale-6", ActKind::Limit, "GS-01", b"4711")
        .unwrap();
    till.record("sale-6", &cart()).unwrap();
    assert!(balance(&till, member).0 > before.0);
    assert!(till.record("sale-4", &cart()).unwrap().was_replayed);
    assert_eq!(
        exceptions(&till),
        [
            "limit.refused TN-07  3 4",
            "limit.refused TN-07  3 5",
            "approval.given  GS-01 0 0",
            "limit.lifted TN-07 GS-01 3 6",
        ]
    );
    // A new day, and a member whose card it is not.
    let mut tomorrow = cart();
    tomorrow.business_date = date(TODAY + 1);
    let told = till.evaluate(&tomorrow).unwrap();
    assert!(told.limits.is_empty() && told.awarded(1).is_positive());
    assert_sound(&till);
}

#[test]
fn a_limit_that_only_warns_changes_no_points() {
    let shop = store_with_limit(serde_json::json!({
        "id": "many", "per": "member", "count": "points", "wallet": "points", "most": "25",
        "hours": 2, "action": "warn"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let at = |minutes: i64| {
        let mut cart = cart_of(member, 100_000);
        cart.at_ms = loy::kernel::Instant::from_ms(crate::shop::MORNING_MS + minutes * 60_000);
        cart
    };
    till.record("sale-1", &at(0)).unwrap();
    till.record("sale-2", &at(60)).unwrap();
    // 30 within two hours, of 25.
    let third = till.record("sale-3", &at(119)).unwrap();
    assert_eq!(third.quote.awarded(1), Points::new(10));
    assert_eq!(third.quote.limits[0].found, 30);
    // The first is two hours ago.
    assert!(
        till.record("sale-4", &at(180))
            .unwrap()
            .quote
            .limits
            .is_empty()
    );
    assert_eq!(balance(&till, member).0, 40);
    assert_eq!(exceptions(&till), ["limit.warned   25 30"]);
    assert_sound(&till);
}

#[test]
fn a_cashiers_redemptions_are_counted_over_all_members() {
    let shop = store_with_limit(serde_json::json!({
        "id": "spender", "per": "cashier", "count": "redemptions", "most": "1", "action": "refuse"
    }));
    let till = shop.create();
    let first = enrol(&till);
    let second = till
        .enrol("enrol-2", &crate::shop::phone("0987654321"))
        .unwrap()
        .number;
    let by = |cashier: Option<&str>, member, points| loy::evaluate::Cart {
        cashier: cashier.map(str::to_owned),
        ..spending(member, 200_000, points)
    };
    for (id, member) in [("earn-1", first), ("earn-2", second)] {
        till.record(id, &by(Some("TN-07"), member, 0)).unwrap();
    }
    let spent = |quote: &loy::evaluate::Quote| quote.redeemed(1).get();
    let sale = till
        .record("spend-1", &by(Some("TN-07"), first, 5))
        .unwrap();
    assert_eq!(spent(&sale.quote), 5);
    let sale = till
        .record("spend-2", &by(Some("TN-07"), second, 5))
        .unwrap();
    // Nothing is spent; what is bought still earns: 20 of 200.000 d.
    assert_eq!((spent(&sale.quote), sale.quote.awarded(1).get()), (0, 20));
    let sale = till
        .record("spend-3", &by(Some("TN-08"), second, 5))
        .unwrap();
    assert_eq!(spent(&sale.quote), 5);
    // Nobody named, nothing known.
    let sale = till.record("spend-4", &by(None, second, 5)).unwrap();
    assert_eq!(spent(&sale.quote), 5);
    assert_eq!(
        sale.quote.reasons("spender").next().unwrap().key,
        "limit.unknown"
    );
    assert_eq!(exceptions(&till), ["limit.refused TN-07  1 2"]);
    assert_sound(&till);
}

#[test]
fn a_paid_sale_is_committed_with_what_it_was_promised_whatever_was_sold_since() {
    let shop = store_with_limit(serde_json::json!({
        "id": "own_card", "per": "member", "count": "sales", "most": "1", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let held = till
        .authorise("hold-1", &cart_of(member, 100_000), 600)
        .unwrap();
    till.record("sale-1", &cart_of(member, 50_000)).unwrap();
    // The customer adds something for 50.000 d: 15 and 5.
    let changed = cart_of(member, 150_000);
    till.commit("commit-1", held.id, Some(&changed)).unwrap();
    assert_eq!(balance(&till, member).0, 20);
    // What gave nothing takes nothing back.
    let refused = till.record("sale-2", &cart_of(member, 100_000)).unwrap();
    till.refund("refund-2", &refund_of(refused.id)).unwrap_err();
    let by_cashier = loy::till::RefundRequest {
        cashier: Some("TN-07".to_owned()),
        ..refund_of(refused.id)
    };
    till.refund("refund-3", &by_cashier).unwrap();
    assert_eq!(balance(&till, member).0, 20);
    assert_sound(&till);
}

#[test]
fn receipts_left_behind_are_counted_when_they_are_claimed() {
    let shop = store_with_limit(serde_json::json!({
        "id": "own_card", "per": "member", "count": "sales", "most": "1", "action": "refuse"
    }));
    let till = shop.create();
    let member = enrol(&till);
    let claim = |id: &str| {
        let sale = till.record(id, &crate::shop::cart(100_000)).unwrap();
        let request = loy::till::ClaimRequest {
            sale: sale.id,
            member,
            at: loy::kernel::Instant::from_ms(crate::shop::MORNING_MS),
            offset: loy::kernel::UtcOffset::from_minutes(420).unwrap(),
            business_date: date(TODAY),
        };
        till.claim(&format!("claim-{id}"), &request).unwrap()
    };
    assert_eq!(claim("sale-1").quote.awarded(1), Points::new(10));
    let second = claim("sale-2");
    assert_eq!(second.quote.awarded(1), Points::ZERO);
    assert_eq!(second.quote.limits[0].found, 2);
    assert_eq!(balance(&till, member).0, 10);
    assert_eq!(exceptions(&till), ["limit.refused   1 2"]);
    assert_sound(&till);
}

#[test]
fn goods_without_a_receipt_are_taken_back_only_with_a_supervisors_word() {
    let shop = store();
    let till = shop.create();
    let member = enrol(&till);
    let mut cart = cart_of(member, -100_000);
    cart.lines[0].quantity_milli = loy::kernel::Quantity::new(-1000);
    cart.cashier = Some("TN-07".to_owned());
    let refused = till.refund_unlinked("back-1", &cart).unwrap_err();
    assert_eq!(refused.reason(), "approval.needed");
    till.approve("back-1", ActKind::UnlinkedRefund, "GS-01", b"4711")
        .unwrap();
    till.refund_unlinked("back-1", &cart).unwrap();
    assert_eq!(
        exceptions(&till),
        [
            "unlinked_refund.refused TN-07  0 100000",
            "approval.given  GS-01 0 0",
            "unlinked_refund.approved TN-07 GS-01 0 100000",
        ]
    );
    assert_sound(&till);
}

#[test]
fn no_balance_grows_beyond_what_can_be_added_up() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.adjust("most", &adjustment(member, 9_000_000_000_000_000))
        .unwrap();
    let refused = till.adjust("more", &adjustment(member, 1)).unwrap_err();
    assert_eq!(refused.status(), status::E_ARGUMENT);
    assert_eq!(balance(&till, member).0, 9_000_000_000_000_000);
}
