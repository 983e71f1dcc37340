//! What was sold and what came back, as head office sees it by the lines.

use loy::evaluate::cart::ReturnOf;
use loy::evaluate::{Cart, Line};
use loy::kernel::{Instant, MemberNumber, Money, Quantity, SaleId};
use loy::ledger::Kind;
use loy::office::Office;
use loy::till::{DayReport, Goods, Measure, RefundRequest, ReturnedPart, Till};
use serde_json::json;

use crate::chain::{Chain, programme};
use crate::shop::{TODAY, cart, cart_of, claim_of, date, enrol, refund_of};

pub fn simple() -> Chain {
    Chain::with(&programme(json!({}), json!({})), 1)
}

/// Pieces of an article at so much each; a number below zero is goods that come back.
pub fn line(sku: &str, pieces: i64, price: i64) -> Line {
    Line::new(
        sku,
        Quantity::new(1_000 * pieces),
        Money::new(pieces * price),
    )
}

pub fn of_lines(member: Option<MemberNumber>, lines: Vec<Line>) -> Cart {
    Cart {
        member,
        lines,
        ..cart(0)
    }
}

/// The same a minute later.
pub fn later(cart: Cart) -> Cart {
    Cart {
        at_ms: Instant::from_ms(cart.at_ms.ms() + 60_000),
        ..cart
    }
}

pub fn return_of(sale: SaleId, line: u32, goods: Line) -> Line {
    let sale = sale.to_string();
    Line {
        return_of: Some(ReturnOf { sale, line }),
        ..goods
    }
}

pub fn parts(sale: SaleId, parts: &[(usize, Measure)]) -> RefundRequest {
    let part = |&(line, measure)| ReturnedPart { line, measure };
    RefundRequest {
        goods: Goods::Parts(parts.iter().map(part).collect()),
        ..refund_of(sale)
    }
}

pub fn post_void(till: &Till, id: &str, sale: SaleId) {
    let request = RefundRequest {
        goods: Goods::PostVoid,
        reason: Some("rung up twice".to_owned()),
        ..refund_of(sale)
    };
    till.refund(id, &request).unwrap();
}

/// Entries, their money, and the same by the lines, of what was sold and of what came back.
pub fn sold_and_returned(office: &Office) -> [(u64, i64, i64); 2] {
    let totals = office.basket_totals(Some(date(TODAY))).unwrap();
    [Kind::Commit, Kind::Refund].map(|kind| {
        let rows = totals.iter().filter(|row| row.kind == kind);
        rows.fold((0, 0, 0), |sum, row| {
            (
                sum.0 + row.count,
                sum.1 + row.amount.get(),
                sum.2 + row.net.get(),
            )
        })
    })
}

/// Count and money of the sales and of the refunds, as the till's own day report has them.
pub fn reported(report: &DayReport) -> [(u64, i64); 2] {
    ["commit", "refund"].map(|kind| {
        let total = report.totals.iter().find(|total| total.kind == kind);
        total.map_or((0, 0), |total| (total.count, total.amount.get()))
    })
}

#[test]
fn the_lines_of_a_day_add_up_to_the_till_s_own_report() {
    let mut chain = simple();
    let till = chain.till();
    let member = enrol(till);
    let two = of_lines(
        Some(member),
        vec![line("AO", 2, 55_000), line("QUAN", 1, 90_000)],
    );
    let first = till.record("sale-1", &two).unwrap();
    let piece = Measure::Quantity(Quantity::new(1_000));
    let cheaper = Measure::Amount(Money::new(5_000));
    till.refund("back-1", &parts(first.id, &[(0, piece), (1, cheaper)]))
        .unwrap();
    // The other shirt and a hat of another day go back; shoes are bought: 30.000 to pay.
    let lines = vec![
        return_of(first.id, 0, line("AO", -1, 55_000)),
        line("NON", -1, 15_000),
        line("GIAY", 1, 100_000),
    ];
    till.record("sale-2", &of_lines(Some(member), lines))
        .unwrap();
    let cap = of_lines(Some(member), vec![line("NON", -2, 15_000)]);
    till.refund_unlinked("back-2", &cap).unwrap();
    let wrong = till.record("sale-3", &cart_of(member, 70_000)).unwrap();
    post_void(till, "undone", wrong.id);
    till.record("sale-4", &cart(12_000)).unwrap();

    let report = till.close_day("close", date(TODAY)).unwrap();
    // 200.000, 100.000, 70.000 and 12.000; back 60.000, 55.000 and 15.000, 30.000, 70.000.
    assert_eq!(reported(&report), [(4, 382_000), (5, 230_000)]);
    chain.send();
    let expected = [(4, 382_000, 382_000), (5, 230_000, 230_000)];
    assert_eq!(sold_and_returned(&chain.office), expected);
    // Three sales of the member less the one undone; 200.000, 100.000 and 70.000.
    assert_eq!(chain.sums(member, date(TODAY)), (2, 370_000, 230_000));
    chain.assert_order_does_not_matter(date(TODAY));
}

/// Article, quantity, entry and till of the sale.
type Told = (String, i64, Option<(u64, String)>);

/// What came back without its sale, and the sale of it.
fn told(office: &Office) -> Vec<Told> {
    let lines = office.unlinked().unwrap().into_iter();
    lines
        .map(|line| {
            let sale = line.sale.map(|sale| (sale.seq, sale.till));
            (line.sku, line.quantity.get(), sale)
        })
        .collect()
}

#[test]
fn goods_without_their_sale_are_told_with_the_sale_they_most_likely_come_from() {
    let mut chain = Chain::with(&programme(json!({}), json!({})), 2);
    let (one, two) = (&chain.lanes[0].till, &chain.lanes[1].till);
    let member = enrol(one);
    let sold = |till: &Till, id: &str, lines| {
        let sale = till.record(id, &of_lines(Some(member), lines)).unwrap();
        sale.id
    };
    let back = |till: &Till, id: &str, lines| {
        let goods = later(of_lines(Some(member), lines));
        till.refund_unlinked(id, &goods).unwrap();
    };
    let dear = sold(one, "1", vec![line("AO", 1, 60_000)]);
    let cheap = sold(two, "2", vec![line("AO", 3, 50_000)]);
    sold(two, "3", vec![line("AO", 1, 55_000)]);
    // One of the three is returned by name: two are left of that sale.
    let piece = Measure::Quantity(Quantity::new(1_000));
    two.refund("named", &parts(cheap, &[(0, piece)])).unwrap();
    back(
        two,
        "a",
        vec![line("AO", -1, 60_000), line("AO", -2, 50_000)],
    );
    // None at this price is left; then none of four; nobody sold a hat.
    back(
        two,
        "b",
        vec![
            line("AO", -1, 50_000),
            line("AO", -1, 50_000),
            line("NON", -1, 1_000),
        ],
    );
    one.refund_unlinked("c", &of_lines(None, vec![line("AO", -1, 60_000)]))
        .unwrap();
    // What is sold afterwards cannot have come back before.
    sold(two, "4", vec![line("AO", 5, 50_000)]);
    chain.send();
    let latest = cheap.seq + 2;
    let of = |sku: &str, pieces: i64, sale: Option<(u64, &str)>| {
        let sale = sale.map(|(seq, till)| (seq, till.to_owned()));
        (sku.to_owned(), 1_000 * pieces, sale)
    };
    let mut found = told(&chain.office);
    let nobodys = found.remove(0);
    assert_eq!(nobodys, of("AO", 1, None));
    assert_eq!(
        found,
        [
            of("AO", 1, Some((dear.seq, "1"))),
            of("AO", 2, Some((cheap.seq, "2"))),
            of("AO", 1, Some((latest, "2"))),
            of("AO", 1, None),
            of("NON", 1, None),
        ]
    );
    chain.assert_order_does_not_matter(date(TODAY));
}

#[test]
fn goods_of_a_bill_that_was_claimed_are_found_like_those_of_any_other() {
    let mut chain = simple();
    let till = chain.till();
    let member = enrol(till);
    let shirts = of_lines(None, vec![line("AO", 3, 50_000)]);
    let held = till.authorise("hold", &shirts, 600).unwrap();
    till.record("other", &cart(10_000)).unwrap();
    till.commit("commit", held.id, None).unwrap();
    let piece = Measure::Quantity(Quantity::new(1_000));
    till.refund("named", &parts(held.id, &[(0, piece)]))
        .unwrap();
    till.claim("claim", &claim_of(held.id, member)).unwrap();
    let back = of_lines(
        Some(member),
        vec![line("AO", -2, 50_000), line("AO", -1, 50_000)],
    );
    till.refund_unlinked("back", &back).unwrap();
    chain.send();
    let sale = Some((held.id.seq, "1".to_owned()));
    let expected = [
        ("AO".to_owned(), 2_000, sale),
        ("AO".to_owned(), 1_000, None),
    ];
    assert_eq!(told(&chain.office), expected);
    chain.assert_order_does_not_matter(date(TODAY));
}
