//! A whole visit is undone: what was sold, what came back in the same cart, and every point it moved.

use loy::evaluate::cart::ReturnOf;
use loy::evaluate::{Cart, Line};
use loy::kernel::{MemberNumber, Money, Points, Quantity, SaleId};
use loy::till::{Goods, MemberLot, RefundRequest, SaleState, Till, WalletBalance};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::policies::shop;
use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart_of, claim_of, date, enrol, phone, refund_as_told,
    refund_of, spending,
};

fn sold(total: i64) -> Line {
    Line::new("MU-01", Quantity::new(1_000), Money::new(total))
}

fn returned(of: Option<SaleId>, quantity_milli: i64, total: i64) -> Line {
    Line {
        return_of: of.map(|sale| ReturnOf {
            sale: sale.to_string(),
            line: 0,
        }),
        ..Line::new("AO-01", Quantity::new(-quantity_milli), Money::new(-total))
    }
}

fn of_lines(member: MemberNumber, lines: Vec<Line>) -> Cart {
    Cart {
        lines,
        ..cart_of(member, 0)
    }
}

fn void_of(sale: SaleId) -> RefundRequest {
    RefundRequest {
        goods: Goods::PostVoid,
        reason: Some("typed twice".to_owned()),
        ..refund_of(sale)
    }
}

#[test]
fn an_exchange_that_was_a_mistake_leaves_the_first_sale_as_it_was() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let bought = till.record("sale", &cart_of(member, 550_000)).unwrap();
    let lines = vec![returned(Some(bought.id), 1_000, 550_000), sold(300_000)];
    let exchange = till.record("exchange", &of_lines(member, lines)).unwrap();
    assert_eq!(balance(&till, member), (30, 30, 0, 0));
    assert_eq!(till.sale(bought.id).unwrap().state, SaleState::Refunded);
    // 300.000 d of the goods go back, 550.000 d come in again; 30 points go, 55 are there again.
    let preview = till.preview_refund(&void_of(exchange.id)).unwrap();
    assert_eq!(preview.amount, Money::new(300_000 - 550_000));
    assert_eq!(preview.wallets[0].taken_back, Points::new(30 - 55));
    let voided = refund_as_told(&till, "void", &void_of(exchange.id)).unwrap();
    assert_eq!(voided.state, SaleState::Refunded);
    assert_eq!(balance(&till, member), (55, 55, 0, 0));
    let first = till.sale(bought.id).unwrap();
    assert_eq!(
        (first.state, first.given_back),
        (SaleState::Committed, None)
    );
    let again = refund_as_told(&till, "void", &void_of(exchange.id)).unwrap();
    assert!(again.was_replayed);
    // The shirt can come back again, once.
    refund_as_told(&till, "back", &refund_of(bought.id)).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    let report = till.close_day("close", date(TODAY)).unwrap();
    let returned = report.totals.iter().find(|line| line.kind == "refund");
    // The lines of what is undone travel the other way round: nothing of the first return is left.
    let bytes = till.export_next(1 << 20).unwrap().unwrap().bytes;
    let writer = ed25519_dalek::SigningKey::from_bytes(&[3; 32]).verifying_key();
    let batch = loy::exchange::batch::read(&bytes).unwrap();
    let batch = batch.verify(&writer.to_bytes()).unwrap();
    let lines = batch.baskets.iter().flat_map(|basket| &basket.lines);
    let shirts = lines.filter(|line| line.sku == "AO-01");
    let left = shirts.fold((0, 0), |(quantity, net), line| {
        (quantity + line.quantity.get(), net + line.net.get())
    });
    assert_eq!(left, (0, 0));
    // 550.000 returned, undone, returned again, and 300.000 undone.
    assert_eq!(returned.unwrap().amount, Money::new(550_000 + 300_000));
    assert_sound(&till);
}

#[test]
fn goods_that_moved_on_since_are_named_and_nothing_is_undone() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let mut two = cart_of(member, 0);
    two.lines = vec![Line::new(
        "AO-01",
        Quantity::new(2_000),
        Money::new(200_000),
    )];
    let bought = till.record("sale", &two).unwrap();
    let lines = vec![returned(Some(bought.id), 1_000, 100_000), sold(50_000)];
    let exchange = till.record("exchange", &of_lines(member, lines)).unwrap();
    refund_as_told(&till, "rest", &refund_of(bought.id)).unwrap();
    let before = balance(&till, member);
    let error = refund_as_told(&till, "void", &void_of(exchange.id)).unwrap_err();
    assert_eq!(error.reason(), "refund.void_followed");
    assert_eq!(error.sale(), Some(bought.id));
    assert_eq!(balance(&till, member), before);
    assert_sound(&till);
}

#[test]
fn a_void_of_a_sale_that_paid_an_old_debt_leaves_the_debt_even_where_missing_points_are_forgotten()
{
    let shop = shop(json!({"missing": "clamped"}), json!({}));
    let till = shop.create();
    let member = enrol(&till);
    // Ten points, spent by a sale whose hold ran out and then again: ten are owed.
    till.record("first", &cart_of(member, 100_000)).unwrap();
    let held = till
        .authorise("held", &spending(member, 10_000, 10), 60)
        .unwrap();
    shop.clock.advance_seconds(61);
    till.idle().unwrap();
    till.record("spent", &spending(member, 10_000, 10)).unwrap();
    till.commit("late", held.id, None).unwrap();
    assert_eq!(balance(&till, member), (-10, 0, 0, 10));
    let sale = till.record("sale", &cart_of(member, 60_000)).unwrap();
    assert_eq!(balance(&till, member), (-4, 0, 0, 4));
    refund_as_told(&till, "void", &void_of(sale.id)).unwrap();
    assert_eq!(balance(&till, member), (-10, 0, 0, 10));
    assert_sound(&till);
}

#[test]
fn a_bill_on_which_known_goods_came_back_is_claimed_and_one_with_unknown_goods_is_not() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let nobodys = |lines| Cart {
        member: None,
        ..of_lines(member, lines)
    };
    let bought = till.record("sale", &nobodys(vec![sold(500_000)])).unwrap();
    let lines = vec![sold(900_000), returned(Some(bought.id), 1_000, 500_000)];
    let exchange = till.record("exchange", &nobodys(lines)).unwrap();
    let claimed = till.claim("claim", &claim_of(exchange.id, member)).unwrap();
    assert_eq!(claimed.quote.awarded(1), Points::new(90));
    assert_eq!(claimed.quote.outcome.payable, Money::new(400_000));
    assert_eq!(balance(&till, member).0, 90);
    let dispute = till
        .dispute(&loy::till::Disputed::Sale(exchange.id))
        .unwrap();
    assert!(dispute.is_clean(), "{:?}", dispute.again);
    // What was claimed can be undone as a whole too.
    refund_as_told(&till, "void", &void_of(exchange.id)).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_eq!(till.sale(bought.id).unwrap().state, SaleState::Committed);

    let lines = vec![sold(900_000), returned(None, 1_000, 900_000)];
    let sale = till.record("nobody", &nobodys(lines)).unwrap();
    let refused = till.claim("no", &claim_of(sale.id, member)).unwrap_err();
    assert_eq!(refused.reason(), "claim.with_returns");
    assert_sound(&till);
}

#[test]
fn a_salvaged_file_knows_an_undone_exchange_as_the_till_does() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let bought = till.record("sale", &cart_of(member, 550_000)).unwrap();
    till.record("spend", &spending(member, 20_000, 20)).unwrap();
    let lines = vec![returned(Some(bought.id), 1_000, 550_000), sold(300_000)];
    let exchange = till.record("exchange", &of_lines(member, lines)).unwrap();
    refund_as_told(&till, "void", &void_of(exchange.id)).unwrap();
    let before = (balance(&till, member), till.sale(bought.id).unwrap());
    assert_eq!(before.0, (35, 35, 0, 0));
    till.close();
    let settings = loy::till::Settings {
        path: shop.folder.path().join("saved.loy"),
        ..shop.settings()
    };
    let (saved, findings) = Till::salvage_with(&shop.path(), &settings, shop.ports()).unwrap();
    assert_eq!(findings, []);
    assert_eq!(
        (balance(&saved, member), saved.sale(bought.id).unwrap()),
        before
    );
    assert_sound(&saved);
}

/// One act before the exchange.
#[derive(Clone, Debug)]
struct Act {
    who: usize,
    days_ago: i64,
    total: i64,
    points: i64,
    /// Thousandths of the two pieces that come back at once.
    back: i64,
}

#[derive(Clone, Debug)]
struct Visit {
    policy: usize,
    expiry_days: Option<u32>,
    acts: Vec<Act>,
    /// Which sale, and how many thousandths of it.
    returns: Vec<(usize, i64)>,
    unlinked: i64,
    sold: i64,
    points: i64,
    is_held: bool,
    is_swept: bool,
    later: i64,
}

fn visits() -> impl Strategy<Value = Visit> {
    let act = (0..2usize, 0..60i64, 1..60i64, 0..30i64, 0..3i64).prop_map(
        |(who, days_ago, total, points, back)| Act {
            who,
            days_ago,
            total: total * 10_000,
            points,
            back: back * 500,
        },
    );
    (
        (0..5usize, prop::option::of(20..70u32)),
        prop::collection::vec(act, 1..7),
        prop::collection::vec((0..7usize, 1..5i64), 0..3),
        (0..20i64, 0..40i64, 0..60i64),
        (any::<bool>(), any::<bool>(), 0..20i64),
    )
        .prop_map(
            |((policy, expiry_days), acts, returns, (unlinked, sold, points), rest)| Visit {
                policy,
                expiry_days,
                acts,
                returns: returns
                    .into_iter()
                    .map(|(sale, halves)| (sale, halves * 500))
                    .collect(),
                unlinked: unlinked * 10_000,
                sold: sold * 10_000,
                points,
                is_held: rest.0,
                is_swept: rest.1,
                later: rest.2 * 10_000,
            },
        )
}

fn shop_of(visit: &Visit) -> Shop {
    let policy: [Value; 5] = [
        json!({}),
        json!({"missing": "clamped"}),
        json!({"spent": "full_only"}),
        json!({"spent": "never"}),
        json!({"grace_days": 5}),
    ];
    let expiry = visit
        .expiry_days
        .map(|days| json!({"expiry": {"days": days}}));
    let mut parts = expiry.unwrap_or(json!({}));
    parts["tiers"] = json!({"basis": "spend", "window": "months", "months": 12, "levels": [
        {"id": "member", "from": "0"}, {"id": "gold", "from": "600000", "factor": "2"},
    ]});
    shop(policy[visit.policy].clone(), parts)
}

/// Members, their sales, and what is owed by both.
fn trade(shop: &Shop, visit: &Visit) -> (Till, Vec<MemberNumber>, Vec<SaleId>) {
    let till = shop.create();
    let members = vec![
        enrol(&till),
        till.enrol("enrol-2", &phone("0987654321")).unwrap().number,
    ];
    let mut sales = Vec::new();
    for (number, act) in visit.acts.iter().enumerate() {
        let mut cart = spending(members[act.who], 0, act.points);
        cart.business_date = date(TODAY)
            .minus_days(u32::try_from(act.days_ago).unwrap())
            .unwrap();
        cart.lines = vec![Line::new(
            "AO-01",
            Quantity::new(2_000),
            Money::new(act.total),
        )];
        let sale = till.record(&format!("sale-{number}"), &cart).unwrap().id;
        if act.back > 0 {
            let mut request = refund_of(sale);
            request.goods = Goods::Parts(vec![loy::till::ReturnedPart {
                line: 0,
                measure: loy::till::Measure::Quantity(Quantity::new(act.back)),
            }]);
            refund_as_told(&till, &format!("back-{number}"), &request).unwrap();
        }
        sales.push(sale);
    }
    if visit.is_swept {
        let yesterday = date(TODAY).minus_days(1).unwrap();
        till.close_day("close", yesterday).unwrap();
    }
    (till, members, sales)
}

/// What the member has, lot by lot, and what their next bill would give.
type Stand = (Vec<MemberLot>, Vec<WalletBalance>, String);

fn stand(till: &Till, members: &[MemberNumber], sales: &[SaleId]) -> (Vec<Stand>, String) {
    let of = |&member: &MemberNumber| {
        let card = till.scan(&member.to_string(), date(TODAY)).unwrap();
        let next = till.evaluate(&cart_of(member, 100_000)).unwrap();
        (
            till.lots(member, date(TODAY)).unwrap(),
            card.wallets,
            format!("{:?} {:?}", next.outcome.awards, next.tier),
        )
    };
    let told = |&id: &SaleId| {
        let sale = till.sale(id).unwrap();
        format!("{:?} {:?}", sale.state, sale.given_back)
    };
    (
        members.iter().map(of).collect(),
        sales.iter().map(told).collect::<Vec<_>>().join(", "),
    )
}

/// The exchange, as far as the sales leave something to return.
fn exchange(
    till: &Till,
    visit: &Visit,
    members: &[MemberNumber],
    sales: &[SaleId],
) -> Option<SaleId> {
    let mut lines = Vec::new();
    for &(sale, quantity) in &visit.returns {
        let place = sale % sales.len();
        let total = visit.acts[place].total * quantity / 2_000;
        lines.push(returned(Some(sales[place]), quantity, total / 10));
    }
    if visit.unlinked > 0 {
        lines.push(returned(None, 1_000, visit.unlinked));
    }
    if visit.sold > 0 {
        lines.push(sold(visit.sold));
    }
    if lines.is_empty() {
        return None;
    }
    let mut cart = spending(members[0], 0, visit.points);
    cart.lines = lines;
    if visit.is_held {
        let held = till.authorise("held", &cart, 60).ok()?;
        Some(till.commit("commit", held.id, None).unwrap().id)
    } else {
        Some(till.record("exchange", &cart).ok()?.id)
    }
}

fn known(till: &Till, members: &[MemberNumber]) -> Vec<i64> {
    members
        .iter()
        .map(|&member| balance(till, member).0)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_visit_that_is_undone_leaves_every_lot_and_debt_as_before(visit in visits()) {
        let shop = shop_of(&visit);
        let (till, members, sales) = trade(&shop, &visit);
        let before = stand(&till, &members, &sales);
        if let Some(sale) = exchange(&till, &visit, &members, &sales) {
            refund_as_told(&till, "void", &void_of(sale)).unwrap();
            prop_assert_eq!(stand(&till, &members, &sales), before);
            assert_sound(&till);
        }
    }

    /// Other sales came between: what is there is what would be there without the visit.
    #[test]
    fn a_visit_that_is_undone_later_leaves_the_balance_that_would_be(visit in visits()) {
        let visit = Visit {
            policy: 0,
            expiry_days: None,
            later: visit.later + 10_000,
            ..visit
        };
        let balances = [false, true].map(|is_visited| {
            let shop = shop_of(&visit);
            let (till, members, sales) = trade(&shop, &visit);
            let sale = is_visited
                .then(|| exchange(&till, &visit, &members, &sales))
                .flatten();
            // Of a tier that a visit could have lifted, nobody.
            let later: Vec<_> = members
                .iter()
                .enumerate()
                .map(|(number, &member)| {
                    let adjustment = loy::till::Adjustment {
                        member,
                        wallet: "points".to_owned(),
                        points: Points::new(visit.later / 10_000),
                        operator: "QL-01".to_owned(),
                        reason: "goodwill".to_owned(),
                        time: None,
                        expires_on: None,
                        missing: loy::till::Missing::Refused,
                    };
                    till.adjust(&format!("later-{number}"), &adjustment).unwrap()
                })
                .collect();
            assert_eq!(later.len(), 2);
            if let Some(sale) = sale {
                refund_as_told(&till, "void", &void_of(sale)).unwrap();
            }
            assert_sound(&till);
            known(&till, &members)
        });
        prop_assert_eq!(&balances[0], &balances[1]);
    }
}

/// Points that come back and are spent elsewhere before the exchange is undone are owed by the first sale:
/// when its goods come back again, that is forgiven, and no lot gets more than was spent out of it.
#[test]
fn points_that_were_spent_twice_because_of_an_undone_exchange_come_back_once_for_each_sale() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("gift", &cart_of(member, 100_000)).unwrap();
    // 10.000 d, of which 10 points pay all.
    let first = till.record("first", &spending(member, 10_000, 10)).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    let lines = vec![returned(Some(first.id), 1_000, 0), sold(0)];
    let exchange = till.record("exchange", &of_lines(member, lines)).unwrap();
    assert_eq!(balance(&till, member), (10, 10, 0, 0));
    let second = till
        .record("second", &spending(member, 10_000, 10))
        .unwrap();
    refund_as_told(&till, "void", &void_of(exchange.id)).unwrap();
    assert_eq!(balance(&till, member), (-10, 0, 0, 10));
    refund_as_told(&till, "first-back", &refund_of(first.id)).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    refund_as_told(&till, "second-back", &refund_of(second.id)).unwrap();
    assert_eq!(balance(&till, member), (10, 10, 0, 0));
    assert_sound(&till);
}

/// The lot that repaid a debt had it back from the return, and ran out. Undone, the debt is as repaid as
/// it would be without the visit.
#[test]
fn a_debt_that_was_repaid_stays_repaid_where_the_lot_ran_out_before_the_return_was_undone() {
    let shop = shop(json!({}), json!({"expiry": {"days": 20}}));
    let till = shop.create();
    let member = enrol(&till);
    let long_ago = |cart: Cart| Cart {
        business_date: date(TODAY).minus_days(30).unwrap(),
        ..cart
    };
    let gift = long_ago(cart_of(member, 100_000));
    till.record("gift", &gift).unwrap();
    let spends = long_ago(spending(member, 10_000, 10));
    let held = till.authorise("held", &spends, 60).unwrap();
    shop.clock.advance_seconds(61);
    till.idle().unwrap();
    till.record("spent", &spends).unwrap();
    let late = till.commit("late", held.id, None).unwrap();
    till.record("repays", &gift).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    let lines = vec![returned(Some(late.id), 1_000, 0), sold(0)];
    let exchange = long_ago(of_lines(member, lines));
    let exchange = till.record("exchange", &exchange).unwrap();
    let yesterday = date(TODAY).minus_days(1).unwrap();
    till.close_day("close", yesterday).unwrap();
    refund_as_told(&till, "void", &void_of(exchange.id)).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_sound(&till);
}
