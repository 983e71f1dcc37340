//! People come and go: head office's list of a store's operators, at a till that trades.

use ed25519_dalek::SigningKey;
use loy::exchange::OperatorList;
use loy::kernel::Currency;
use loy::till::{ActKind, RefundRequest, Till, status};

use crate::people::{STORE, adjustment, exceptions, reason, store};
use crate::salvage::{destroy, salvage};
use crate::shop::{MORNING_MS, Shop, assert_sound, cart_of, enrol, refund_of};

/// GS-01 is gone, GS-02 came; a cashier gives back up to 100.000 d by now.
const NEXT: &str = r#"{
    "roles": {"cashier": {"refund": "100000"}, "supervisor": {"adjustment": "200"}},
    "operators": [{"id": "TN-07", "role": "cashier", "pin": "0007"},
                  {"id": "GS-02", "role": "supervisor", "pin": "4712"},
                  {"id": "QL-01", "role": "manager", "pin": "900900"}]
}"#;

fn codes(till: &Till) -> Vec<String> {
    let lines = till.operators().unwrap().into_iter();
    lines.map(|line| line.id).collect()
}

fn install(till: &Till, shop: &Shop, list: &OperatorList) -> String {
    let done = till.install_operators(&shop.sealed(list));
    done.map_or_else(|error| error.reason().to_owned(), |()| "taken".to_owned())
}

fn refund(sale: loy::kernel::SaleId) -> RefundRequest {
    RefundRequest {
        cashier: Some("TN-07".to_owned()),
        ..refund_of(sale)
    }
}

#[test]
fn a_supervisor_who_left_approves_nothing_and_the_one_who_came_does() {
    let shop = store();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &cart_of(member, 300_000)).unwrap().id;
    // Asked and answered before the list comes: it counts no more.
    till.approve("back", ActKind::Refund, "GS-01", b"4711")
        .unwrap();
    assert_eq!(install(&till, &shop, &shop.list(MORNING_MS, NEXT)), "taken");
    assert_eq!(codes(&till), ["GS-02", "QL-01", "TN-07"]);
    // Up to 500.000 d a cashier gave back alone before.
    assert_eq!(
        reason(till.refund("back", &refund(sale))),
        "approval.needed"
    );
    let gone = till.approve("back", ActKind::Refund, "GS-01", b"4711");
    assert_eq!(reason(gone), "operator.unknown");
    till.approve("back", ActKind::Refund, "GS-02", b"4712")
        .unwrap();
    till.refund("back", &refund(sale)).unwrap();
    assert_eq!(
        exceptions(&till),
        [
            "approval.given  GS-01 0 0".to_owned(),
            format!("operators.changed   0 {MORNING_MS}"),
            "refund.refused TN-07  100000 300000".to_owned(),
            "approval.given  GS-02 0 0".to_owned(),
            "refund.approved TN-07 GS-02 100000 300000".to_owned(),
        ]
    );
    assert_sound(&till);
    // Closed, opened and given once more: the same, and no second line.
    till.close();
    let till = shop.open();
    let before = till.info().unwrap().head_seq;
    assert_eq!(install(&till, &shop, &shop.list(MORNING_MS, NEXT)), "taken");
    assert_eq!(till.info().unwrap().head_seq, before);
    assert_eq!(codes(&till), ["GS-02", "QL-01", "TN-07"]);
    assert_eq!(
        codes(&Till::open_reader(&shop.settings()).unwrap()),
        codes(&till)
    );
    assert_sound(&till);
}

#[test]
fn an_old_list_does_not_bring_back_who_left() {
    let shop = store();
    let till = shop.create();
    // The provisioning file is an hour older than the morning.
    let issued = MORNING_MS - 3_600_000;
    let before = shop.list(issued - 1, STORE);
    assert_eq!(install(&till, &shop, &before), "operators.older");
    let old = shop.list(MORNING_MS, STORE);
    let new = shop.list(MORNING_MS + 1, NEXT);
    assert_eq!(install(&till, &shop, &old), "taken");
    assert_eq!(install(&till, &shop, &new), "taken");
    let error = till.install_operators(&shop.sealed(&old)).unwrap_err();
    assert_eq!(
        (error.status(), error.reason()),
        (status::E_DOCUMENT, "operators.older")
    );
    assert_eq!(
        error.cashier_text(loy::texts::Language::Vi),
        "Danh sách nhân viên này không dùng được; hãy xin trụ sở danh sách mới nhất"
    );
    assert_eq!(codes(&till), ["GS-02", "QL-01", "TN-07"]);
    assert_sound(&till);
}

#[test]
fn a_list_of_somebody_else_is_refused_and_says_whose_it_is_not() {
    let shop = store();
    let till = shop.create();
    let head = till.info().unwrap().head_seq;
    let list = shop.list(MORNING_MS, NEXT);
    let refused = |file: &[u8]| reason(till.install_operators(file));
    let stranger = SigningKey::from_bytes(&[8; 32]);
    assert_eq!(
        refused(&list.seal(&stranger, &[5; 32], &[8; 24])),
        "operators.signature"
    );
    assert_eq!(
        refused(&list.seal(&stranger, &[4; 32], &[8; 24])),
        "operators.other_chain"
    );
    let store = "HN02".to_owned();
    assert_eq!(
        install(
            &till,
            &shop,
            &OperatorList {
                store,
                ..list.clone()
            }
        ),
        "operators.other_store"
    );
    let currency = Currency::from_code("USD").unwrap();
    assert_eq!(
        install(
            &till,
            &shop,
            &OperatorList {
                currency,
                ..list.clone()
            }
        ),
        "operators.other_currency"
    );
    let mut file = shop.sealed(&list);
    assert_eq!(refused(&shop.file), "operators.unreadable");
    assert_eq!(refused(&file[..file.len() - 1]), "operators.damaged");
    file[50] ^= 1;
    assert_eq!(refused(&file), "operators.damaged");
    file[4] = 9;
    assert_eq!(refused(&file), "operators.unreadable");
    assert_eq!(till.info().unwrap().head_seq, head, "nothing was written");
    assert_eq!(codes(&till), ["GS-01", "KT-01", "QL-01", "TN-07"]);
    // A till for cashiers who learn has no head office.
    let training = Till::open_training_with(&shop.settings(), shop.ports()).unwrap();
    let taken = training.install_operators(&shop.sealed(&list));
    assert_eq!(reason(taken), "training.stays_here");
}

/// Five wrong PINs lock one for a minute.
#[test]
fn a_pin_that_stays_stays_locked_and_a_new_one_was_never_wrong() {
    let shop = store();
    let till = shop.create();
    let ask = |pin: &[u8]| till.approve("x", ActKind::Refund, "QL-01", pin);
    for _ in 0..5 {
        ask(b"0000").unwrap_err();
    }
    assert_eq!(reason(ask(b"900900")), "pin.locked");
    install(&till, &shop, &shop.list(MORNING_MS, NEXT));
    assert_eq!(reason(ask(b"900900")), "pin.locked", "the very same PIN");
    let other = NEXT.replace("900900", "111222");
    install(&till, &shop, &shop.list(MORNING_MS + 1, &other));
    ask(b"111222").unwrap();
    assert_sound(&till);
}

#[test]
fn a_till_without_operators_takes_any_list_of_its_store_and_can_be_freed_again() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let old = shop.list(MORNING_MS - 86_400_000, STORE);
    assert_eq!(install(&till, &shop, &old), "taken");
    let given = till.adjust("gift", &adjustment(member, 5));
    assert_eq!(reason(given), "approval.needed");
    let nobody = shop.list(MORNING_MS, r#"{"operators": []}"#);
    assert_eq!(install(&till, &shop, &nobody), "taken");
    till.adjust("gift-2", &adjustment(member, 5)).unwrap();
    assert_sound(&till);
}

#[test]
fn what_a_salvage_lost_comes_back_with_the_list_that_the_till_had() {
    let shop = store();
    let till = shop.create();
    let (old, new) = (
        shop.list(MORNING_MS, STORE),
        shop.list(MORNING_MS + 1, NEXT),
    );
    install(&till, &shop, &new);
    till.close();
    destroy(&shop.path(), &["operator"]);
    let (till, findings) = salvage(&shop).unwrap();
    assert!(findings.iter().any(|one| one.key == "operators.lost"));
    assert_eq!(codes(&till), ["operators-lost"]);
    assert_eq!(install(&till, &shop, &old), "operators.older");
    assert_eq!(install(&till, &shop, &new), "taken");
    assert_eq!(codes(&till), ["GS-02", "QL-01", "TN-07"]);
    till.approve("x", ActKind::Refund, "GS-02", b"4712")
        .unwrap();
    assert_sound(&till);
}

#[test]
fn a_salvage_of_a_sound_ledger_loses_nothing_of_a_list_that_came_later() {
    let shop = store();
    let till = shop.create();
    install(&till, &shop, &shop.list(MORNING_MS, NEXT));
    till.close();
    let (till, findings) = salvage(&shop).unwrap();
    assert_eq!(findings, []);
    assert_eq!(codes(&till), ["GS-02", "QL-01", "TN-07"]);
    assert_sound(&till);
}
