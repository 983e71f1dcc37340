//! What a full check finds beside the chain: sales, receipts and programmes that are not what they were.

use loy::evaluate::Cart;
use loy::kernel::{Money, SaleId};
use loy::till::{Depth, Finding, Goods, Measure, RefundRequest, ReturnedPart, Till};

use crate::files::with_a_tool;
use crate::shop::{Shop, assert_sound, cart, cart_of, claim_of, enrol, phone, refund_of, spending};

/// Sales of one shop, each in another state.
struct Sales {
    returned_in_part: SaleId,
    spent: SaleId,
    returned: SaleId,
    claimed: SaleId,
    called_off: SaleId,
    run_out: SaleId,
}

fn with_receipt(cart: Cart, number: &str) -> Cart {
    Cart {
        receipt_number: Some(number.to_owned()),
        ..cart
    }
}

fn traded() -> (Shop, Sales) {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.enrol("enrol-2", &phone("0987654321")).unwrap();
    let bill = with_receipt(cart_of(member, 100_000), "0001");
    let returned_in_part = till.record("sale-1", &bill).unwrap().id;
    let part = RefundRequest {
        goods: Goods::Parts(vec![ReturnedPart {
            line: 0,
            measure: Measure::Amount(Money::new(40_000)),
        }]),
        ..refund_of(returned_in_part)
    };
    till.refund("back-1", &part).unwrap();
    let bill = with_receipt(spending(member, 50_000, 3), "0002");
    let spent = till.authorise("hold-2", &bill, 600).unwrap().id;
    till.commit("paid-2", spent, None).unwrap();
    let returned = till.record("sale-3", &cart(30_000)).unwrap().id;
    till.refund("back-3", &refund_of(returned)).unwrap();
    let claimed = till.record("sale-4", &cart(70_000)).unwrap().id;
    till.claim("claim-4", &claim_of(claimed, member)).unwrap();
    let called_off = till.authorise("hold-5", &cart(20_000), 600).unwrap().id;
    till.void("void-5", called_off, "").unwrap();
    let run_out = till.authorise("hold-6", &cart(20_000), 600).unwrap().id;
    shop.clock.advance_seconds(700);
    till.idle().unwrap();
    assert_sound(&till);
    till.close();
    let sales = Sales {
        returned_in_part,
        spent,
        returned,
        claimed,
        called_off,
        run_out,
    };
    (shop, sales)
}

/// A till that opens ends holds that ran out; somebody who looks on changes nothing.
fn looked_at(shop: &Shop) -> Vec<Finding> {
    let reader = Till::open_reader(&shop.settings()).unwrap();
    reader.verify(Depth::Full).unwrap()
}

/// Each of these would be believed by the next call: a sale that is called off could be paid, one that
/// came back could come back again, and a return would find fewer points than were given.
#[test]
fn a_sale_that_stands_otherwise_than_its_entries_say_is_found() {
    let set = |column: &'static str, which: fn(&Sales) -> SaleId| {
        move |sales: &Sales| {
            let seq = which(sales).seq;
            format!("UPDATE sale SET {column} WHERE seq = {seq}")
        }
    };
    type Change = Box<dyn Fn(&Sales) -> String>;
    let changes: [(&str, Change); 9] = [
        (
            "called off, and now run out",
            Box::new(set("state = 4", |sales| sales.called_off)),
        ),
        (
            "run out, and now held",
            Box::new(set("state = 1", |sales| sales.run_out)),
        ),
        (
            "run out, and now called off",
            Box::new(set("state = 3", |sales| sales.run_out)),
        ),
        (
            "without its last award",
            Box::new(set("last_seq = last_seq - 1", |sales| sales.spent)),
        ),
        (
            "priced by another cart",
            Box::new(set("document_seq = seq + 1", |sales| sales.called_off)),
        ),
        (
            "returned, and now to be returned again",
            Box::new(set("state = 2", |sales| sales.returned)),
        ),
        (
            "returned in part, and now whole",
            Box::new(set("state = 5", |sales| sales.returned_in_part)),
        ),
        (
            "nothing came back of it",
            Box::new(set("refund_seq = 0", |sales| sales.returned_in_part)),
        ),
        (
            "nobody's again",
            Box::new(set("document_seq = seq", |sales| sales.claimed)),
        ),
    ];
    for (what, change) in changes {
        let (shop, sales) = traded();
        with_a_tool(&shop, &change(&sales));
        let findings = looked_at(&shop);
        let is_found = findings.iter().any(|finding| finding.key == "sale.differs");
        assert!(is_found, "{what}: {findings:?}");
    }
}

#[test]
fn a_receipt_that_leads_to_somebody_elses_sale_and_a_programme_that_is_gone_are_found() {
    for (sql, key) in [
        (
            "UPDATE receipt SET sale = (SELECT max(seq) FROM sale)",
            "receipt.differs",
        ),
        (
            "UPDATE programme SET version = version + 1",
            "programme.changed",
        ),
    ] {
        let (shop, _) = traded();
        with_a_tool(&shop, sql);
        let findings = looked_at(&shop);
        let is_found = findings.iter().any(|finding| finding.key == key);
        assert!(is_found, "{sql}: {findings:?}");
    }
    let (shop, _) = traded();
    with_a_tool(&shop, "DELETE FROM programme");
    let findings = looked_at(&shop);
    assert_eq!(findings[0].key, "programme.missing", "{findings:?}");
}
