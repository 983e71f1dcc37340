//! Sales: record, authorise, commit, void, refund, and asking twice.

use loy::evaluate::ReceiptPart;
use loy::kernel::Money;
use loy::till::{Error, ReceiptKey, SaleState, status};

use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart, cart_of, date, enrol, phone, refund_of, spending,
};

#[test]
fn a_bill_of_55_000_gives_six_points() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &cart_of(member, 55_000)).unwrap();
    assert_eq!(sale.state, SaleState::Committed);
    assert_eq!(sale.quote.outcome.payable, Money::new(55_000));
    assert_eq!(balance(&till, member), (6, 6, 0, 0));
    assert_sound(&till);
}

#[test]
fn points_pay_and_come_back_with_the_goods() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 200_000)).unwrap();
    assert_eq!(balance(&till, member), (20, 20, 0, 0));
    // 20 points are 20.000 d; the other 80.000 d earn 8 points.
    let second = till
        .record("sale-2", &spending(member, 100_000, 20))
        .unwrap();
    assert_eq!(second.quote.outcome.payable, Money::new(80_000));
    assert_eq!(balance(&till, member), (8, 8, 0, 0));
    let back = till.refund("refund-1", &refund_of(second.id)).unwrap();
    assert_eq!(back.state, SaleState::Refunded);
    assert_eq!(balance(&till, member), (20, 20, 0, 0));
    assert_sound(&till);
}

#[test]
fn goods_come_back_when_their_points_are_spent_and_the_member_owes_them() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let first = till.record("sale-1", &cart_of(member, 200_000)).unwrap();
    till.record("sale-2", &spending(member, 20_000, 15))
        .unwrap();
    // 20 - 15 spent + 1 for the 5.000 d left to pay (0,5 rounded up).
    assert_eq!(balance(&till, member), (6, 6, 0, 0));
    let preview = till.preview_refund(&refund_of(first.id)).unwrap();
    assert_eq!(preview.amount, Money::new(200_000));
    assert_eq!(preview.wallets[0].debt.get(), 15);
    till.refund("refund-1", &refund_of(first.id)).unwrap();
    assert_eq!(balance(&till, member), (6 - 20, 0, 0, 15));
    // The next award repays: 10 points, 15 owed.
    till.record("sale-3", &cart_of(member, 100_000)).unwrap();
    assert_eq!(balance(&till, member), (-4, 0, 0, 5));
    assert_sound(&till);
}

#[test]
fn the_same_operation_twice_is_one_sale_with_the_same_answer() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let cart = cart_of(member, 55_000);
    let first = till.record("sale-1", &cart).unwrap();
    shop.clock.advance_seconds(600);
    drop(till);
    let till = shop.open();
    let again = till.record("sale-1", &cart).unwrap();
    assert!(again.was_replayed && !first.was_replayed);
    assert_eq!(again.quote.to_json(), first.quote.to_json());
    assert_eq!(again.id, first.id);
    assert_eq!(balance(&till, member), (6, 6, 0, 0));
}

#[test]
fn the_same_operation_with_another_cart_is_a_conflict_that_names_the_field() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 55_000)).unwrap();
    let error = till.record("sale-1", &cart_of(member, 56_000)).unwrap_err();
    assert_eq!(error.status(), status::E_OPERATION_CONFLICT);
    assert_eq!(error.field(), "lines[0].line_total");
    let error = till
        .authorise("sale-1", &cart_of(member, 55_000), 60)
        .unwrap_err();
    assert_eq!(
        (error.status(), error.field()),
        (status::E_OPERATION_CONFLICT, "operation_id")
    );
    assert!(error.to_string().contains("used for loy_sale_record"));
    assert_eq!(balance(&till, member), (6, 6, 0, 0));
    let held = till
        .authorise("hold", &cart_of(member, 55_000), 60)
        .unwrap();
    let error = till.commit("hold", held.id, None).unwrap_err();
    assert_eq!(error.status(), status::E_OPERATION_CONFLICT);
    assert!(error.to_string().contains("used for loy_sale_authorise"));
}

#[test]
fn a_refused_operation_stays_refused() {
    let shop = Shop::new();
    let till = shop.create();
    let first = till
        .record("sale-1", &with_receipt(cart(10_000), "0001"))
        .unwrap();
    for _ in 0..2 {
        let error = till
            .record("sale-2", &with_receipt(cart(20_000), "0001"))
            .unwrap_err();
        assert_eq!(
            (error.status(), error.reason()),
            (status::ALREADY_RESOLVED, "receipt.known")
        );
        assert_eq!(error.sale(), Some(first.id));
    }
}

fn with_receipt(mut cart: loy::evaluate::Cart, number: &str) -> loy::evaluate::Cart {
    cart.receipt_number = Some(number.to_owned());
    cart
}

#[test]
fn a_receipt_is_found_by_number_date_and_part() {
    let shop = Shop::new();
    let till = shop.create();
    let mut part_two = with_receipt(cart(20_000), "0001");
    part_two.receipt_part = ReceiptPart(2);
    till.record("sale-1", &with_receipt(cart(10_000), "0001"))
        .unwrap();
    let second = till.record("sale-2", &part_two).unwrap();
    let key = |part| ReceiptKey {
        receipt_number: "0001".to_owned(),
        business_date: date(TODAY),
        till: None,
        part,
    };
    assert_eq!(till.find_sale(&key(2)).unwrap().id, second.id);
    let error = till.find_sale(&key(3)).unwrap_err();
    assert_eq!(error.status(), status::NOT_FOUND);
}

#[test]
fn an_authorised_sale_reserves_its_points_until_it_is_committed() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 200_000)).unwrap();
    let held = till
        .authorise("hold-1", &spending(member, 100_000, 15), 900)
        .unwrap();
    assert_eq!(balance(&till, member), (20, 5, 15, 0));
    // A second basket at the next till can only have what is left.
    let other = till.evaluate(&spending(member, 100_000, 20)).unwrap();
    assert_eq!(other.outcome.redemptions[0].points.get(), 5);
    assert_eq!(till.pending_sales().unwrap().len(), 1);
    let done = till.commit("commit-1", held.id, None).unwrap();
    assert_eq!(done.quote.outcome, held.quote.outcome);
    // 20 - 15 + 8,5 rounded up.
    assert_eq!(balance(&till, member), (14, 14, 0, 0));
    assert!(till.pending_sales().unwrap().is_empty());
    assert!(till.commit("commit-1", held.id, None).unwrap().was_replayed);
    let error = till.commit("commit-2", held.id, None).unwrap_err();
    assert_eq!(
        (error.status(), error.reason()),
        (status::ALREADY_RESOLVED, "sale.committed")
    );
    assert_sound(&till);
}

#[test]
fn a_voided_sale_gives_everything_back_and_frees_its_receipt() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 200_000)).unwrap();
    let basket = with_receipt(spending(member, 100_000, 15), "0002");
    let held = till.authorise("hold-1", &basket, 900).unwrap();
    assert_eq!(
        till.void("void-1", held.id, "card declined").unwrap().state,
        SaleState::Voided
    );
    assert_eq!(balance(&till, member), (20, 20, 0, 0));
    let error = till.commit("commit-1", held.id, None).unwrap_err();
    assert_eq!(error.reason(), "sale.voided");
    assert!(
        till.record("sale-2", &basket).is_ok(),
        "the receipt number is free again"
    );
    assert_sound(&till);
}

#[test]
fn a_hold_runs_out_and_a_paid_sale_is_committed_all_the_same() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 200_000)).unwrap();
    let held = till
        .authorise("hold-1", &spending(member, 100_000, 15), 900)
        .unwrap();
    shop.clock.advance_seconds(901);
    till.idle().unwrap();
    assert_eq!(balance(&till, member), (20, 20, 0, 0));
    // Meanwhile 18 of the 20 points are spent elsewhere; 2 are earned for 2.000 + 18.000.
    till.record("sale-2", &spending(member, 18_000, 18))
        .unwrap();
    assert_eq!(balance(&till, member), (2, 2, 0, 0));
    let late = till.commit("commit-1", held.id, None).unwrap();
    assert!(late.is_late);
    assert_eq!(late.quote.outcome, held.quote.outcome);
    // 15 points were promised, 2 were there, 13 are owed; the 9 awarded repay as far as they go.
    assert_eq!(balance(&till, member), (-4, 0, 0, 4));
    assert_sound(&till);
}

#[test]
fn a_changed_cart_is_priced_again_with_its_own_reservation_counting_as_free() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 200_000)).unwrap();
    let held = till
        .authorise("hold-1", &spending(member, 100_000, 15), 900)
        .unwrap();
    let done = till
        .commit("commit-1", held.id, Some(&spending(member, 50_000, 20)))
        .unwrap();
    assert_eq!(done.quote.outcome.payable, Money::new(30_000));
    // 20 - 20 + 3.
    assert_eq!(balance(&till, member), (3, 3, 0, 0));
    assert!(
        till.commit("commit-1", held.id, Some(&spending(member, 50_000, 20)))
            .is_ok()
    );
    let error = till
        .commit("commit-1", held.id, Some(&spending(member, 51_000, 20)))
        .unwrap_err();
    assert_eq!(error.field(), "cart.lines[0].line_total");
    assert_sound(&till);
}

#[test]
fn tenders_and_the_receipt_number_may_come_with_the_commit() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let held = till
        .authorise("hold-1", &cart_of(member, 55_000), 900)
        .unwrap();
    let mut paid = with_receipt(cart_of(member, 55_000), "0042");
    paid.add_payment("cash", 55_000).unwrap();
    let done = till.commit("commit-1", held.id, Some(&paid)).unwrap();
    assert_eq!(done.quote.outcome, held.quote.outcome);
    assert_eq!(done.cart.payments.len(), 1);
    let key = ReceiptKey {
        receipt_number: "0042".to_owned(),
        business_date: date(TODAY),
        till: None,
        part: 1,
    };
    assert_eq!(till.find_sale(&key).unwrap().id, held.id);
    assert_sound(&till);
}

#[test]
fn a_sale_without_a_member_is_kept_and_can_be_returned() {
    let shop = Shop::new();
    let till = shop.create();
    let sale = till.record("sale-1", &cart(55_000)).unwrap();
    assert!(sale.quote.outcome.awards.is_empty());
    assert_eq!(
        till.refund("refund-1", &refund_of(sale.id)).unwrap().state,
        SaleState::Refunded
    );
    let error = till.refund("refund-2", &refund_of(sale.id)).unwrap_err();
    assert_eq!(error.reason(), "sale.refunded");
    assert_sound(&till);
}

#[test]
fn what_is_not_final_cannot_be_returned() {
    let shop = Shop::new();
    let till = shop.create();
    let held = till.authorise("hold-1", &cart(55_000), 900).unwrap();
    let error = till.refund("refund-1", &refund_of(held.id)).unwrap_err();
    assert_eq!(
        (error.status(), error.reason()),
        (status::REFUSED, "sale.not_committed")
    );
    let unknown = "00000000-1-00000000-7".parse().unwrap();
    let error = till.refund("refund-2", &refund_of(unknown)).unwrap_err();
    assert_eq!(error.status(), status::NOT_FOUND);
}

#[test]
fn a_member_is_found_by_number_and_by_phone_however_it_is_typed() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    for typed in [
        "0912345678",
        "+84 912 345 678",
        "84912345678",
        " 0912.345.678 ",
    ] {
        assert_eq!(
            till.scan(typed, date(TODAY)).unwrap().number,
            member,
            "{typed}"
        );
    }
    let again = till.enrol("enrol-1", &phone("0912345678")).unwrap();
    assert!(again.was_replayed);
    assert_eq!(again.number, member);
    let error = till.enrol("enrol-2", &phone("+84912345678")).unwrap_err();
    assert_eq!(error.reason(), "identifier.known");
    let error = till.scan("0987654321", date(TODAY)).unwrap_err();
    assert_eq!(
        (error.status(), error.reason()),
        (status::NOT_FOUND, "member.unknown")
    );
    assert!(!error.to_string().contains("0987654321"));
}

#[test]
fn a_cart_with_a_mistake_is_refused_with_its_field_and_nothing_is_written() {
    let shop = Shop::new();
    let till = shop.create();
    let before = till.info().unwrap().head_seq;
    let mut wrong = cart(55_000);
    wrong.currency = "EUR".to_owned();
    let error = till.record("sale-1", &wrong).unwrap_err();
    assert_eq!(
        (error.status(), error.field()),
        (status::E_ARGUMENT, "currency")
    );
    let error = till.record("", &cart(1)).unwrap_err();
    assert_eq!(error.field(), "operation_id");
    assert_eq!(till.info().unwrap().head_seq, before);
    // The id is not used up by a mistake.
    assert!(till.record("sale-1", &cart(55_000)).is_ok());
    assert!(matches!(
        till.record("a b", &cart(1)),
        Err(Error::Argument { .. })
    ));
}

#[test]
fn a_hold_that_ran_out_while_the_till_was_off_ends_and_is_still_listed() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 100_000)).unwrap();
    let paid = till
        .authorise("hold-1", &spending(member, 50_000, 10), 60)
        .unwrap();
    till.authorise("hold-2", &cart(5_000), 86_400).unwrap();
    drop(till);
    shop.clock.advance_seconds(61);
    let till = shop.open();
    assert_eq!(balance(&till, member), (10, 10, 0, 0));
    // The customer may have paid: the POS finds the sale and makes it final.
    let pending = till.pending_sales().unwrap();
    let states: Vec<SaleState> = pending.iter().map(|sale| sale.state).collect();
    assert_eq!(states, [SaleState::Expired, SaleState::Held]);
    assert_eq!(pending[0].id, paid.id);
    till.commit("commit-1", paid.id, None).unwrap();
    till.void("void-2", pending[1].id, "").unwrap();
    assert!(till.pending_sales().unwrap().is_empty());
    // 10 - 10 + 4 for the 40.000 d that were paid.
    assert_eq!(balance(&till, member), (4, 4, 0, 0));
    assert_sound(&till);
}

#[test]
fn a_paid_sale_is_final_even_if_its_receipt_number_belongs_to_another() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let first = till
        .record("sale-1", &with_receipt(cart(10_000), "0007"))
        .unwrap();
    let held = till
        .authorise("hold-1", &cart_of(member, 55_000), 900)
        .unwrap();
    let twice = with_receipt(cart_of(member, 55_000), "0007");
    let done = till.commit("commit-1", held.id, Some(&twice)).unwrap();
    assert_eq!((done.id, done.state), (held.id, SaleState::Committed));
    assert_eq!(balance(&till, member), (6, 6, 0, 0));
    let key = ReceiptKey {
        receipt_number: "0007".to_owned(),
        business_date: date(TODAY),
        till: None,
        part: 1,
    };
    assert_eq!(till.find_sale(&key).unwrap().id, first.id);
    let log = till.take_log();
    assert!(log.iter().any(|event| event.key == "receipt.taken"));
    assert_sound(&till);
}

#[test]
fn nobody_is_no_member() {
    let nobody = r#"{"currency":"VND","at_ms":1795312800000,"utc_offset_minutes":420,
        "business_date":20261122,"member":0}"#;
    let problem = loy::evaluate::Cart::from_json(nobody.as_bytes()).unwrap_err();
    assert_eq!(problem.field, "member");
}

/// A changed cart is priced at the commit by numbers alone: who reads the sale reads the reasons.
#[test]
fn a_sale_that_was_committed_with_another_cart_tells_why() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let held = till.authorise("a", &cart_of(member, 50_000), 600).unwrap();
    let more = cart_of(member, 120_000);
    let asked = till.evaluate(&more).unwrap();
    let paid = till.commit("b", held.id, Some(&more)).unwrap();
    assert_eq!(paid.quote.outcome, asked.outcome);
    assert!(!paid.quote.explanation.is_empty());
    assert_eq!(paid.quote.explanation, asked.explanation);
    let again = till.commit("b", held.id, Some(&more)).unwrap();
    assert_eq!(again.quote, paid.quote);
}
