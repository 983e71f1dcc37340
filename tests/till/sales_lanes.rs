//! Two tills of one store: each writes its own ledger, and spends only what it awarded.

use loy::exchange::provisioning::MemberBlock;
use loy::kernel::{Points, WriterId};
use loy::texts::Language;
use loy::till::{ReceiptKey, Settings, Till, status};

use crate::shop::{Shop, TODAY, assert_sound, balance, cart_of, date, enrol, phone, spending};

/// The second lane: another writer of the same tenant and store.
fn second_lane() -> Shop {
    Shop::with(|provisioning| {
        provisioning.provisioning_id = [14; 16];
        provisioning.writer = WriterId([12; 16]);
        provisioning.till = "2".to_owned();
        provisioning.member_block = MemberBlock {
            first_body: 10_001_000_000,
            last_body: 10_001_999_999,
        };
    })
}

#[test]
fn a_till_spends_what_it_awarded_and_says_where_the_rest_is() {
    let (one, two) = (Shop::new(), second_lane());
    let (first, second) = (one.create(), two.create());
    let member = enrol(&first);
    first.record("1", &cart_of(member, 100_000)).unwrap();
    // The second lane knows the number for a member's, and nothing of the points.
    let card = second.scan(&member.to_string(), date(TODAY)).unwrap();
    assert!(!card.is_known_here);
    assert_eq!(
        card.cashier_text,
        format!(
            "{member}: số dư biết tại quầy này 0 điểm; điểm tích ở quầy hoặc cửa hàng khác \
             chỉ dùng được tại nơi đó cho đến khi đồng bộ"
        )
    );
    let sale = second.record("1", &spending(member, 40_000, 10)).unwrap();
    assert_eq!(sale.quote.redeemed(1), Points::ZERO);
    assert_eq!(sale.quote.awarded(1), Points::new(4));
    let told: Vec<_> = sale
        .quote
        .reasons("points")
        .map(|reason| reason.key)
        .collect();
    assert_eq!(told, ["redeem.none_spendable"]);
    // What it awarded itself it spends.
    let sale = second.record("2", &spending(member, 40_000, 10)).unwrap();
    assert_eq!(sale.quote.redeemed(1), Points::new(4));
    assert_eq!(balance(&first, member), (10, 10, 0, 0));
    let settings = Settings {
        language: Some(Language::En),
        ..two.settings()
    };
    second.close();
    let english = Till::open_with(&settings, two.ports()).unwrap();
    let card = english.scan(&member.to_string(), date(TODAY)).unwrap();
    assert_eq!(
        card.cashier_text,
        format!(
            "{member}: balance known here 4 points (worth 4,000 VND); points awarded at another till or store are \
             spent only there until the next sync"
        )
    );
    assert_sound(&first);
    assert_sound(&english);
}

#[test]
fn two_lanes_give_different_member_numbers_and_each_has_its_own_receipts() {
    let (one, two) = (Shop::new(), second_lane());
    let (first, second) = (one.create(), two.create());
    let member = enrol(&first);
    let other = second
        .enrol("enrol-1", &phone("0912345678"))
        .unwrap()
        .number;
    assert_ne!(
        member, other,
        "one phone at two lanes is for head office to merge"
    );
    let mut cart = cart_of(member, 50_000);
    cart.receipt_number = Some("0001".to_owned());
    let here = first.record("1", &cart).unwrap();
    let there = second.record("1", &cart).unwrap();
    assert_ne!(here.id, there.id);
    let key = |till: Option<&str>| ReceiptKey {
        receipt_number: "0001".to_owned(),
        business_date: date(TODAY),
        till: till.map(str::to_owned),
        part: 1,
    };
    assert_eq!(first.find_sale(&key(Some("1"))).unwrap().id, here.id);
    assert_eq!(second.find_sale(&key(None)).unwrap().id, there.id);
    // A sale of the other lane is looked for there.
    let unknown = first.find_sale(&key(Some("2"))).unwrap_err();
    assert_eq!(
        (unknown.status(), unknown.reason()),
        (status::NOT_FOUND, "receipt.unknown")
    );
    let unknown = first.sale(there.id).unwrap_err();
    assert_eq!(
        (unknown.status(), unknown.reason()),
        (status::NOT_FOUND, "sale.unknown")
    );
}
