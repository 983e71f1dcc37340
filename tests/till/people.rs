//! Who may do what: ceilings, a supervisor's PIN, and what of it the day's report tells.

use loy::exchange::operators;
use loy::kernel::{Currency, MemberNumber, Points};
use loy::ledger::{Entry, Exception, Kind};
use loy::scan::IdentifierKind;
use loy::texts::Language;
use loy::till::{ActKind, Adjustment, Error, Missing, Till, status};

use crate::shop::{Shop, TODAY, assert_sound, balance, cart_of, date, enrol, phone, refund_of};

/// A cashier refunds up to 500.000 d, a supervisor adjusts up to 200 points; the manager has all.
pub const STORE: &str = r#"{
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

pub fn store() -> Shop {
    store_of(STORE)
}

pub fn adjustment(member: MemberNumber, points: i64) -> Adjustment {
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
pub fn entries(till: &Till, member: MemberNumber) -> Vec<Entry> {
    till.history(member, 0, 1_000).unwrap()
}

/// Key, operator, approver, limit and found of every exception.
pub fn exceptions(till: &Till) -> Vec<String> {
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

pub fn reason<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
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
        "Cần mã PIN của giám sát: được tối đa 500.000 đ, tính cả lần này là 500.001 đ"
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
fn a_phone_that_is_known_leads_to_its_member_and_makes_no_second_one() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let head = till.info().unwrap().head_seq;
    for id in ["again", "again", "and-again"] {
        let error = till.enrol(id, &phone("+84 912 345 678")).unwrap_err();
        assert_eq!(error.status(), status::ALREADY_RESOLVED);
        assert_eq!(error.member(), Some(member));
        let told = error.cashier_text(Language::Vi);
        assert_eq!(told, format!("Đã đăng ký rồi: dùng thẻ {member}"));
    }
    assert_eq!(till.info().unwrap().head_seq, head);
    assert_eq!(till.info().unwrap().members, 1);
}

#[test]
fn who_shares_a_phone_and_is_somebody_else_has_a_card_and_a_line_in_the_report() {
    let shop = Shop::new();
    let till = shop.create();
    let husband = enrol(&till);
    let mut form = phone("0912345678");
    form.identifiers
        .push((IdentifierKind::Phone, "0987654321".to_owned()));
    form.is_somebody_else = true;
    let wife = till.enrol("wife", &form).unwrap().number;
    assert_ne!(wife, husband);
    assert_eq!(till.enrol("wife", &form).unwrap().number, wife);
    // The phone that both have goes on leading to the first, her own to her.
    let who = |typed| till.scan(typed, date(TODAY)).unwrap().number;
    assert_eq!((who("0912345678"), who("0987654321")), (husband, wife));
    let lines = till.day_exceptions(date(TODAY)).unwrap().into_iter();
    let mut lines = lines.filter(|line| line.key == "member.twice");
    let line = lines.next().unwrap();
    assert_eq!(line.member, wife.to_string());
    assert_eq!(u64::try_from(line.found), Ok(husband.get()));
    assert!(lines.next().is_none());
    // Nobody's phone needs no line.
    let mut other = phone("0987654322");
    other.is_somebody_else = true;
    till.enrol("other", &other).unwrap();
    let lines = till.day_exceptions(date(TODAY)).unwrap();
    assert_eq!(lines.len(), 1);
    assert_sound(&till);
}
