//! Every kind of act once, and after each of them till and head office tell the same of the member:
//! balance, lots, debt, tier and sums.

use loy::evaluate::Cart;
use loy::kernel::{MemberNumber, Money, Points, Quantity};
use loy::till::{Adjustment, EventReport, EventReturn, Measure, Missing, RefundRequest, Till};
use serde_json::json;

use crate::chain::{Chain, programme};
use crate::goods::{
    later, line, of_lines, parts, post_void, reported, return_of, sold_and_returned,
};
use crate::shop::{
    MORNING_MS, TODAY, cart, cart_of, claim_of, date, enrol, phone, refund_of, spending,
};

/// What head office tells of a member: known, held and debt; sales, what they cost, what was given back.
type Told = (i64, i64, i64, u64, i64, i64);

/// After the tills have sent everything, their own words are compared with head office's.
fn told(chain: &mut Chain, member: MemberNumber) -> Told {
    chain.send();
    let on = date(TODAY);
    let balance = chain.assert_balance(member, on);
    chain.assert_lots(member, on);
    let (sales, spend, refunded) = chain.sums(member, on);
    let (known, held) = (balance.known.get(), balance.held.get());
    (known, held, balance.debt.get(), sales, spend, refunded)
}

/// What counts for the member's tier at the till: money paid less money given back.
fn counted(till: &Till, member: MemberNumber) -> i64 {
    let quote = till.evaluate(&of_lines(Some(member), vec![])).unwrap();
    quote.tier.unwrap().counted
}

fn by_hand(till: &Till, member: MemberNumber, points: i64) {
    let adjustment = Adjustment {
        member,
        wallet: "points".to_owned(),
        points: Points::new(points),
        operator: "TN-07".to_owned(),
        reason: "goodwill".to_owned(),
        time: None,
        expires_on: None,
        missing: Missing::Refused,
    };
    till.adjust(&format!("adjust-{points}"), &adjustment)
        .unwrap();
}

fn piece(line: usize) -> (usize, Measure) {
    (line, Measure::Quantity(Quantity::new(1_000)))
}

/// 10.000 d = 1 point, half up, for 30 days; a tier for 300.000 d.
fn chain_with_tiers() -> Chain {
    let levels = json!([{"id": "member", "from": "0"}, {"id": "gold", "from": "300000"}]);
    let tiers = json!({"basis": "spend", "window": "lifetime", "levels": levels});
    let document = programme(json!({"tiers": tiers}), json!({"expiry": {"days": 30}}));
    Chain::with(&document, 1)
}

#[test]
fn whatever_is_done_at_a_till_head_office_tells_the_same_of_the_member() {
    let mut chain = chain_with_tiers();
    let member = enrol(chain.till());
    let goods = of_lines(
        Some(member),
        vec![line("AO", 2, 55_000), line("QUAN", 1, 90_000)],
    );

    let first = chain.till().record("sale-1", &goods).unwrap();
    assert_eq!(told(&mut chain, member), (20, 0, 0, 1, 200_000, 0));

    // A shirt back: 145.000 d are kept, 14.5 points, so 15.
    chain
        .till()
        .refund("back-1", &parts(first.id, &[piece(0)]))
        .unwrap();
    assert_eq!(told(&mut chain, member), (15, 0, 0, 1, 200_000, 55_000));

    let held = chain
        .till()
        .authorise("hold-1", &spending(member, 50_000, 4), 600)
        .unwrap();
    assert_eq!(told(&mut chain, member), (15, 4, 0, 1, 200_000, 55_000));
    // 46.000 d are paid: 5 points.
    chain.till().commit("commit-1", held.id, None).unwrap();
    assert_eq!(told(&mut chain, member), (16, 0, 0, 2, 246_000, 55_000));
    chain.till().refund("back-2", &refund_of(held.id)).unwrap();
    assert_eq!(told(&mut chain, member), (15, 0, 0, 2, 246_000, 101_000));
    let held = chain
        .till()
        .authorise("hold-2", &spending(member, 50_000, 3), 600)
        .unwrap();
    chain.till().void("void", held.id, "no money").unwrap();
    assert_eq!(told(&mut chain, member), (15, 0, 0, 2, 246_000, 101_000));

    // The other shirt (6 of the 11 taken back so far) and a hat (1) for shoes (10).
    let lines = vec![
        return_of(first.id, 0, line("AO", -1, 55_000)),
        line("NON", -1, 15_000),
        line("GIAY", 1, 100_000),
    ];
    chain
        .till()
        .record("sale-3", &of_lines(Some(member), lines))
        .unwrap();
    assert_eq!(told(&mut chain, member), (18, 0, 0, 3, 346_000, 171_000));
    let hats = of_lines(Some(member), vec![line("NON", -2, 15_000)]);
    chain.till().refund_unlinked("back-3", &hats).unwrap();
    assert_eq!(told(&mut chain, member), (15, 0, 0, 3, 346_000, 201_000));

    let wrong = chain
        .till()
        .record("sale-4", &cart_of(member, 70_000))
        .unwrap();
    assert_eq!(told(&mut chain, member), (22, 0, 0, 4, 416_000, 201_000));
    post_void(chain.till(), "undone", wrong.id);
    assert_eq!(told(&mut chain, member), (15, 0, 0, 3, 416_000, 271_000));

    // Of four shirts that were nobody's three are left: 7.5 points, so 8.
    let shirts = of_lines(None, vec![line("AO", 4, 25_000)]);
    let nobodys = chain.till().record("sale-5", &shirts).unwrap();
    chain
        .till()
        .refund("back-4", &parts(nobodys.id, &[piece(0)]))
        .unwrap();
    chain.send();
    chain
        .till()
        .claim("claim", &claim_of(nobodys.id, member))
        .unwrap();
    assert_eq!(told(&mut chain, member), (23, 0, 0, 4, 516_000, 296_000));

    by_hand(chain.till(), member, 20);
    by_hand(chain.till(), member, -3);
    assert_eq!(told(&mut chain, member), (40, 0, 0, 4, 516_000, 296_000));

    // All 40 are spent, 60.000 d paid; then the trousers come back, whose 9 points are gone.
    chain
        .till()
        .record("sale-6", &spending(member, 100_000, 40))
        .unwrap();
    assert_eq!(told(&mut chain, member), (6, 0, 0, 5, 576_000, 296_000));
    chain.till().refund("back-5", &refund_of(first.id)).unwrap();
    assert_eq!(told(&mut chain, member), (-3, 0, 9, 5, 576_000, 386_000));
    chain
        .till()
        .record("sale-7", &cart_of(member, 100_000))
        .unwrap();
    assert_eq!(told(&mut chain, member), (7, 0, 0, 6, 676_000, 386_000));
    assert_eq!(counted(chain.till(), member), 676_000 - 386_000);

    let report = chain.till().close_day("close", date(TODAY)).unwrap();
    assert_eq!(reported(&report), [(7, 676_000), (8, 386_000)]);
    chain.send();
    let by_lines = [(7, 676_000, 676_000), (8, 386_000, 386_000)];
    assert_eq!(sold_and_returned(&chain.office), by_lines);
    assert_eq!(day_totals_of_office(&chain), day_totals_of(&report));

    chain.lanes[0].shop.clock.set(MORNING_MS + 30 * 86_400_000);
    let month_later = date(20_261_222);
    chain.till().close_day("close-2", month_later).unwrap();
    chain.send();
    assert_eq!(chain.assert_balance(member, month_later).known.get(), 0);
    let totals = chain.office.member_totals(month_later).unwrap();
    assert_eq!((totals[0].expired.get(), totals[0].adjusted.get()), (7, 17));
    chain.assert_order_does_not_matter(month_later);
    chain.assert_order_does_not_matter(date(TODAY));
}

type DayTotals = Vec<(String, u64, i64, i64)>;

/// Kind, count, points and money as the till's day close has them.
fn day_totals_of(report: &loy::till::DayReport) -> DayTotals {
    let totals = report.totals.iter().map(|total| {
        let (points, amount) = (total.points.get(), total.amount.get());
        (total.kind.to_owned(), total.count, points, amount)
    });
    let mut totals: DayTotals = totals.collect();
    totals.sort();
    totals
}

/// The same by head office, without bookkeeping and the movements of reserved points.
fn day_totals_of_office(chain: &Chain) -> DayTotals {
    let bookkeeping = ["epoch", "programme_installed", "day_closed", "synced"];
    let totals = chain.office.totals().unwrap().into_iter();
    let totals = totals.filter(|total| {
        let is_beside = total.wallet != 0
            && ["hold", "hold_expired", "commit", "void"].contains(&total.kind.name());
        total.business_date == date(TODAY)
            && !is_beside
            && !bookkeeping.contains(&total.kind.name())
    });
    let told = totals.map(|total| {
        let (points, amount) = (total.points.get(), total.amount.get());
        (total.kind.name().to_owned(), total.count, points, amount)
    });
    let mut told: DayTotals = told.collect();
    told.sort();
    told
}

/// One member at two tills, each of which knows its own half.
#[test]
fn what_two_tills_know_of_a_member_adds_up_at_head_office() {
    let mut chain = Chain::with(&programme(json!({}), json!({})), 2);
    let member = enrol(chain.till());
    let (one, two) = (&chain.lanes[0].till, &chain.lanes[1].till);
    let sale = one.record("sale-1", &cart_of(member, 100_000)).unwrap();
    two.record("sale-2", &cart_of(member, 70_000)).unwrap();
    one.record("sale-3", &spending(member, 50_000, 10)).unwrap();
    // The 10 points are spent and owed now; 5 of the second till's go for goods it did not sell.
    let back = RefundRequest {
        cashier: Some("TN-07".to_owned()),
        ..refund_of(sale.id)
    };
    one.refund("back", &back).unwrap();
    two.refund_unlinked(
        "back",
        &later(of_lines(Some(member), vec![line("AO-01", -1, 50_000)])),
    )
    .unwrap();
    let other = two.enrol("enrol-2", &phone("0987654321")).unwrap().number;
    two.record(
        "sale-4",
        &Cart {
            member: Some(other),
            ..cart(30_000)
        },
    )
    .unwrap();
    // 4 of the third sale less 10 owed, and 7 less 5.
    assert_eq!(told(&mut chain, member), (-4, 0, 10, 3, 210_000, 150_000));
    assert_eq!(told(&mut chain, other), (3, 0, 0, 1, 30_000, 0));
    let expected = [(4, 240_000, 240_000), (2, 150_000, 150_000)];
    assert_eq!(sold_and_returned(&chain.office), expected);
    // The first till sold such a shirt at this price, and has not taken it back.
    let unlinked = chain.office.unlinked().unwrap();
    let sale = unlinked[0].sale.as_ref().unwrap();
    assert_eq!(
        (sale.till.as_str(), unlinked[0].amount),
        ("1", Money::new(50_000))
    );
    chain.assert_order_does_not_matter(date(TODAY));
}

/// What is no sale: joining (50), two reviews (20 each) at one till, one of them taken back when its
/// points were spent at that till; head office tells the same.
#[test]
fn what_a_member_did_besides_buying_adds_up_at_head_office() {
    let event = |id: &str, name: &str, points: &str| {
        let event = json!({"name": name, "points": points});
        json!({"id": id, "wallet": "points", "event": event})
    };
    let rules = json!([
        event("welcome", "sign_up", "50"),
        event("stars", "review", "20")
    ]);
    let mut chain = Chain::with(&programme(json!({"earn": rules}), json!({})), 1);
    let member = enrol(chain.till());
    assert_eq!(told(&mut chain, member), (50, 0, 0, 0, 0, 0));
    let time = cart_of(member, 1);
    let time = Some((time.at_ms, time.utc_offset_minutes, date(TODAY)));
    let review = EventReport {
        time,
        ..EventReport::new("review", member)
    };
    let first = chain.till().event("review-1", &review).unwrap();
    chain.till().event("review-2", &review).unwrap();
    assert_eq!(told(&mut chain, member), (90, 0, 0, 0, 0, 0));
    // 80 of 90 are spent; 20 are taken back of the 10 that are there.
    let bought = spending(member, 100_000, 80);
    chain.till().record("sale-1", &bought).unwrap();
    let back = EventReturn {
        seq: first.seq,
        time,
        ..EventReturn::default()
    };
    chain.till().take_back_event("back-1", &back).unwrap();
    let (known, _, debt, sales, spend, _) = told(&mut chain, member);
    assert_eq!((known, sales, spend), (-10, 1, 20_000));
    // The first review's 20 were spent with the rest; the second's last 10 are there.
    assert_eq!(debt, 20);
    let report = chain.till().close_day("close", date(TODAY)).unwrap();
    chain.send();
    assert_eq!(day_totals_of_office(&chain), day_totals_of(&report));
    chain.assert_order_does_not_matter(date(TODAY));
}

/// A hat without a receipt (100.000 d, 10 points) came back on a bill for a scarf (50.000 d, 5 points); the
/// bill was a mistake.
#[test]
fn a_return_without_its_sale_that_is_undone_with_its_bill_is_undone_at_head_office_too() {
    let mut chain = chain_with_tiers();
    let member = enrol(chain.till());
    chain
        .till()
        .record("sale-1", &cart_of(member, 300_000))
        .unwrap();
    let before = told(&mut chain, member);
    assert_eq!(before, (30, 0, 0, 1, 300_000, 0));
    let lines = vec![line("NON", -1, 100_000), line("KHAN", 1, 50_000)];
    let bill = chain
        .till()
        .record("sale-2", &later(of_lines(Some(member), lines)))
        .unwrap();
    assert_eq!(told(&mut chain, member), (25, 0, 0, 2, 350_000, 100_000));
    post_void(chain.till(), "void", bill.id);
    // The bill's own 50.000 d are given back; the hat is not back.
    assert_eq!(told(&mut chain, member), (30, 0, 0, 1, 350_000, 50_000));
    chain.assert_order_does_not_matter(date(TODAY));
}
