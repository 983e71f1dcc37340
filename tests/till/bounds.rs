//! More points than anybody has: nothing overflows, and the till goes on.

use loy::evaluate::Cart;
use loy::kernel::{MemberNumber, Points};
use loy::till::{Adjustment, Missing, SaleState, Till, status};
use rusqlite::{Connection, params};

use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart, cart_of, claim_of, date, enrol, refund_of, spending,
};

/// The most of anything.
const MOST: i64 = 9_000_000_000_000_000;

/// A shop that gives a point for each dong.
fn generous() -> Shop {
    let document = include_str!("../../examples/programmes/vnd-10000.json")
        .replace(r#""per": "10000""#, r#""per": "1""#);
    Shop::with(|provisioning| provisioning.programme = document.into_bytes())
}

fn adjust(
    till: &Till,
    id: &str,
    member: MemberNumber,
    points: i64,
) -> Result<(), loy::till::Error> {
    let adjustment = Adjustment {
        member,
        wallet: "points".to_owned(),
        points: Points::new(points),
        operator: "QL-01".to_owned(),
        reason: "goodwill".to_owned(),
        time: None,
        expires_on: None,
        missing: Missing::Refused,
    };
    till.adjust(id, &adjustment).map(drop)
}

fn assert_beyond<T: std::fmt::Debug>(done: Result<T, loy::till::Error>) {
    let error = done.unwrap_err();
    assert_eq!(
        (error.status(), error.reason(), error.field()),
        (status::E_ARGUMENT, "points.beyond", "points")
    );
}

#[test]
fn a_sale_that_would_give_more_than_can_be_added_up_is_refused_and_sold_without_a_member() {
    let shop = generous();
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, MOST)).unwrap();
    assert_eq!(balance(&till, member).0, MOST);
    let head = till.info().unwrap().head_seq;
    assert_beyond(till.record("2", &cart_of(member, 1)));
    assert_eq!(till.info().unwrap().head_seq, head);
    let nobodys = Cart {
        member: None,
        ..cart_of(member, 1)
    };
    // Nothing is remembered of it: the same operation may be asked otherwise.
    let sale = till.record("2", &nobodys).unwrap();
    assert_beyond(till.claim("3", &claim_of(sale.id, member)));
    assert_beyond(adjust(&till, "4", member, 1));
    assert_eq!(balance(&till, member).0, MOST);
    till.close_day("5", date(TODAY)).unwrap();
    assert_sound(&till);
}

#[test]
fn a_paid_sale_is_committed_all_the_same_and_the_log_says_what_it_does_not_give() {
    let shop = generous();
    let till = shop.create();
    let member = enrol(&till);
    let held = till.authorise("1", &cart_of(member, 5), 600).unwrap();
    till.record("2", &cart_of(member, MOST)).unwrap();
    let sale = till.commit("3", held.id, None).unwrap();
    assert_eq!(sale.state, SaleState::Committed);
    assert_eq!(balance(&till, member).0, MOST);
    let log = till.take_log();
    assert!(log.iter().any(|event| event.key == "points.beyond"));
    till.refund("4", &refund_of(sale.id)).unwrap();
    assert_eq!(balance(&till, member).0, MOST);
    assert_sound(&till);
}

#[test]
fn points_that_come_back_with_goods_find_room_or_wait() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    adjust(&till, "1", member, MOST).unwrap();
    let sale = till.record("2", &spending(member, 5_000, 5)).unwrap();
    adjust(&till, "3", member, 5).unwrap();
    assert_beyond(till.refund("4", &refund_of(sale.id)));
    adjust(&till, "5", member, -5).unwrap();
    till.refund("4", &refund_of(sale.id)).unwrap();
    assert_eq!(balance(&till, member).0, MOST);
    assert_sound(&till);
}

#[test]
fn a_damaged_file_in_which_somebody_has_more_is_told_as_damage() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("1", &cart_of(member, 100_000)).unwrap();
    till.close();
    let db = Connection::open(shop.path()).unwrap();
    for lot in 1_000..2_100 {
        db.execute(
            "INSERT INTO portion SELECT member, wallet, ?1, writer, awarded_at_ms, available_from,
                 expires_on, granted, ?2, released, used, held FROM portion LIMIT 1",
            params![lot, MOST],
        )
        .unwrap();
    }
    drop(db);
    let till = shop.open();
    let told = [
        till.scan(&member.to_string(), date(TODAY)).map(drop),
        till.evaluate(&cart_of(member, 10_000)).map(drop),
        till.lots(member, date(TODAY)).map(drop),
        till.record("2", &cart_of(member, 10_000)).map(drop),
    ];
    for answer in told {
        assert_eq!(answer.unwrap_err().status(), status::E_STORE_CORRUPT);
    }
    // Nobody's goods are sold all the same.
    till.record("3", &cart(10_000)).unwrap();
}

#[test]
fn a_member_number_that_a_damaged_file_would_give_again_is_given_to_nobody() {
    let shop = Shop::new();
    let till = shop.create();
    let first = enrol(&till);
    till.close();
    let db = Connection::open(shop.path()).unwrap();
    db.execute("UPDATE number_block SET next_body = first_body", [])
        .unwrap();
    drop(db);
    let till = shop.open();
    let error = till
        .enrol("enrol-2", &crate::shop::phone("0987654321"))
        .unwrap_err();
    assert_eq!(error.status(), status::E_STORE_CORRUPT);
    assert_eq!(balance(&till, first), (0, 0, 0, 0));
}
