//! What a cashier gives back alone: all returns of one sale together, in money and in points.

use loy::evaluate::Cart;
use loy::evaluate::cart::ReturnOf;
use loy::evaluate::{Goods, Line, Measure, ReturnedPart};
use loy::kernel::{MemberNumber, Money, Quantity, SaleId};
use loy::till::{ActKind, RefundRequest, Till, status};

use crate::people::{exceptions, reason, store, store_of};
use crate::shop::{TODAY, assert_sound, balance, cart_of, date, enrol, refund_of, spending};

/// So much less for the first line of a sale.
fn less(sale: SaleId, amount: i64, cashier: &str) -> RefundRequest {
    let part = ReturnedPart {
        line: 0,
        measure: Measure::Amount(Money::new(amount)),
    };
    RefundRequest {
        cashier: Some(cashier.to_owned()),
        goods: Goods::Parts(vec![part]),
        ..refund_of(sale)
    }
}

fn approve(till: &Till, id: &str, act: ActKind) {
    till.approve(id, act, "GS-01", b"4711").unwrap();
}

/// A cashier gives back up to 500.000 d. Of a bill of 900.000 d come back 300.000 d three times.
#[test]
fn small_returns_of_one_sale_do_not_pass_a_ceiling_one_by_one() {
    let shop = store_of(
        r#"{"roles": {"cashier": {"refund": "500000"}},
            "operators": [{"id": "TN-07", "role": "cashier"}, {"id": "TN-08", "role": "cashier"},
                          {"id": "GS-01", "role": "supervisor", "pin": "4711"}]}"#,
    );
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale", &cart_of(member, 900_000)).unwrap().id;
    till.refund("back-1", &less(sale, 300_000, "TN-07"))
        .unwrap();
    // Neither another cashier nor another day makes it another sale.
    let next = RefundRequest {
        business_date: date(TODAY + 1),
        ..less(sale, 300_000, "TN-08")
    };
    let refused = till.refund("back-2", &next).unwrap_err();
    assert_eq!(
        (refused.status(), refused.reason()),
        (status::REFUSED, "approval.needed")
    );
    approve(&till, "back-2", ActKind::Refund);
    till.refund("back-2", &next).unwrap();
    let last = less(sale, 1_000, "TN-07");
    assert_eq!(reason(till.refund("back-3", &last)), "approval.needed");
    // Another sale of the day has its own ceiling.
    let other = till.record("other", &cart_of(member, 500_000)).unwrap().id;
    till.refund("back-4", &less(other, 500_000, "TN-07"))
        .unwrap();
    assert_eq!(
        exceptions(&till),
        [
            "approval.given  GS-01 0 0",
            "refund.refused TN-07  500000 601000",
        ]
    );
    let told = till.day_exceptions(date(TODAY + 1)).unwrap();
    let told: Vec<_> = told.iter().map(|line| (&*line.key, line.found)).collect();
    assert_eq!(
        told,
        [("refund.refused", 600_000), ("refund.approved", 600_000)]
    );
    assert_sound(&till);
}

/// 6.000.000 d give 600 points; they pay a bill of 600.000 d, of which no money comes back.
#[test]
fn a_bill_that_points_paid_is_measured_by_what_they_took_off() {
    let shop = store();
    let till = shop.create();
    let member = enrol(&till);
    till.record("first", &cart_of(member, 6_000_000)).unwrap();
    let sale = till
        .record("sale", &spending(member, 600_000, 600))
        .unwrap();
    assert_eq!(sale.quote.outcome.payable, Money::ZERO);
    let all = RefundRequest {
        cashier: Some("TN-07".to_owned()),
        ..refund_of(sale.id)
    };
    assert_eq!(till.preview_refund(&all).unwrap().amount, Money::ZERO);
    assert_eq!(reason(till.refund("back", &all)), "approval.needed");
    assert_eq!(exceptions(&till), ["refund.refused TN-07  500000 600000"]);
    approve(&till, "back", ActKind::Refund);
    till.refund("back", &all).unwrap();
    assert_eq!(balance(&till, member).0, 600);
    assert_sound(&till);
}

/// 200.000 d in money and 400 points for 400.000 d are more than 500.000 d together.
#[test]
fn money_and_points_of_one_return_count_together() {
    let shop = store();
    let till = shop.create();
    let member = enrol(&till);
    till.record("first", &cart_of(member, 4_000_000)).unwrap();
    let sale = till
        .record("sale", &spending(member, 600_000, 400))
        .unwrap();
    let all = RefundRequest {
        cashier: Some("TN-07".to_owned()),
        ..refund_of(sale.id)
    };
    assert_eq!(reason(till.refund("back", &all)), "approval.needed");
    assert_eq!(exceptions(&till), ["refund.refused TN-07  500000 600000"]);
    assert_sound(&till);
}

/// The same goods in an exchange: what its sale gave back before counts there too.
fn exchange(member: MemberNumber, of: SaleId, amount: i64) -> Cart {
    let back = Line {
        return_of: Some(ReturnOf {
            sale: of.to_string(),
            line: 0,
        }),
        ..Line::new("AO-01", Quantity::new(-1_000), Money::new(-amount))
    };
    let new = Line::new("GIAY-01", Quantity::new(1_000), Money::new(700_000));
    Cart {
        lines: vec![back, new],
        cashier: Some("TN-07".to_owned()),
        ..cart_of(member, 0)
    }
}

#[test]
fn goods_in_an_exchange_count_with_what_their_sale_gave_back_before() {
    let shop = store();
    let till = shop.create();
    let member = enrol(&till);
    let mut cart = cart_of(member, 900_000);
    cart.lines[0].quantity_milli = Quantity::new(3_000);
    let sale = till.record("sale", &cart).unwrap().id;
    till.refund("back", &less(sale, 300_000, "TN-07")).unwrap();
    let cart = exchange(member, sale, 200_001);
    assert_eq!(reason(till.record("exchange", &cart)), "approval.needed");
    assert_eq!(exceptions(&till), ["refund.refused TN-07  500000 500001"]);
    let cart = exchange(member, sale, 200_000);
    till.record("exchange-2", &cart).unwrap();
    assert_sound(&till);
}
