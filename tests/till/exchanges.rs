//! Goods that come back in a cart with others, and goods whose sale is not known.

use loy::evaluate::cart::ReturnOf;
use loy::evaluate::{Cart, Line, Quote};
use loy::kernel::{MemberNumber, Money, Quantity, SaleId};
use loy::ledger::Kind;
use loy::till::{SaleState, status};
use serde_json::json;

use crate::policies::shop;
use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart, cart_of, date, enrol, refund_as_told, refund_of,
    spending,
};

fn sold(sku: &str, quantity_milli: i64, total: i64) -> Line {
    Line::new(sku, Quantity::new(quantity_milli), Money::new(total))
}

/// So many thousandths for so much money come back, of a sale's line or of no known sale.
pub fn returned(of: Option<(SaleId, u32)>, quantity_milli: i64, total: i64) -> Line {
    Line {
        return_of: of.map(|(sale, line)| ReturnOf {
            sale: sale.to_string(),
            line,
        }),
        ..sold("AO-01", -quantity_milli, -total)
    }
}

pub fn of_lines(member: MemberNumber, lines: Vec<Line>) -> Cart {
    Cart {
        lines,
        ..cart_of(member, 0)
    }
}

/// Taken back and returned, of each part of the cart.
fn parts(quote: &Quote) -> Vec<(bool, i64, i64, i64, i64)> {
    let part = |back: &loy::evaluate::GoodsBack| {
        let wallet = back.wallets.first().copied().unwrap_or_default();
        (
            back.sale.is_some(),
            back.amount.get(),
            wallet.taken_back.get(),
            wallet.returned.get(),
            wallet.debt.get(),
        )
    };
    quote.outcome.returns.iter().map(part).collect()
}

/// 55.000 d at 10.000 a point: a sale rounds half up to 6, a return without its sale toward zero.
#[test]
fn goods_without_their_sale_take_what_they_would_earn_rounded_toward_zero() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale", &cart_of(member, 100_000)).unwrap();
    let goods = of_lines(member, vec![returned(None, 1_000, 55_000)]);
    let preview = till.preview_unlinked(&goods).unwrap();
    assert_eq!(preview.amount, Money::new(55_000));
    assert_eq!(preview.wallets[0].taken_back.get(), 5);
    assert_eq!(balance(&till, member).0, 10, "looking wrote nothing");
    let done = till.refund_unlinked("back", &goods).unwrap();
    assert_eq!((done.done.clone(), done.was_replayed), (preview, false));
    assert_eq!(balance(&till, member), (5, 5, 0, 0));
    let again = till.refund_unlinked("back", &goods).unwrap();
    assert_eq!((again.done, again.was_replayed), (done.done, true));
    assert_eq!(again.id, done.id);
    let history = till.history(member, 0, 100).unwrap();
    let refund = history.iter().find(|entry| entry.kind == Kind::Refund);
    assert_eq!(refund.unwrap().refers_to, 0);
    let other = of_lines(member, vec![returned(None, 1_000, 50_000)]);
    let conflict = till.refund_unlinked("back", &other).unwrap_err();
    assert_eq!(conflict.field(), "lines[0].line_total");
    let report = till.close_day("close", date(TODAY)).unwrap();
    let refunds = report.totals.iter().find(|total| total.kind == "refund");
    assert_eq!(refunds.unwrap().amount, Money::new(55_000));
    assert_sound(&till);
}

#[test]
fn what_a_return_without_its_sale_takes_and_is_not_there_is_owed_or_as_the_programme_says() {
    for (policy, after) in [
        (json!({}), Some((-5, 0, 0, 5))),
        (json!({"missing": "clamped"}), Some((0, 0, 0, 0))),
        (json!({"missing": "refused"}), None),
    ] {
        let shop = shop(policy, json!({}));
        let till = shop.create();
        let member = enrol(&till);
        let goods = of_lines(member, vec![returned(None, 1_000, 55_000)]);
        let done = till.refund_unlinked("back", &goods);
        match after {
            Some(after) => assert_eq!(balance(&till, member), after),
            None => assert_eq!(done.unwrap_err().reason(), "refund.points_missing"),
        }
        assert_sound(&till);
    }
}

#[test]
fn a_return_without_its_sale_takes_the_newest_points_and_leaves_reserved_ones() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let first = till.record("first", &cart_of(member, 40_000)).unwrap();
    till.record("second", &cart_of(member, 30_000)).unwrap();
    till.authorise("hold", &spending(member, 9_000, 2), 600)
        .unwrap();
    // 7 points, of which 2 of the first are reserved: 3 of the second, then 2 of the first; 1 is owed.
    let goods = of_lines(member, vec![returned(None, 1_000, 60_000)]);
    let done = till.refund_unlinked("back", &goods).unwrap();
    assert_eq!(done.done.wallets[0].debt.get(), 1);
    let history = till.history(member, 0, 100).unwrap();
    let taken: Vec<_> = history
        .iter()
        .filter(|entry| entry.kind == Kind::AwardRefund)
        .map(|entry| (entry.lot, entry.points.get()))
        .collect();
    assert_eq!(taken, [(first.id.seq + 3, 3), (first.id.seq + 1, 2)]);
    assert_sound(&till);
}

#[test]
fn a_return_of_nobody_and_one_receipt_twice() {
    let shop = Shop::new();
    let till = shop.create();
    let mut goods = cart(0);
    goods.lines = vec![returned(None, 1_000, 55_000)];
    goods.receipt_number = Some("R-1".to_owned());
    let done = till.refund_unlinked("back", &goods).unwrap();
    assert_eq!(done.done.amount, Money::new(55_000));
    assert_eq!(done.done.wallets, []);
    let error = till.refund_unlinked("again", &goods).unwrap_err();
    assert_eq!(error.status(), status::ALREADY_RESOLVED);
    // A sale may have the same number: receipts of returns are their own.
    let mut sale = cart(10_000);
    sale.receipt_number = Some("R-1".to_owned());
    till.record("sale", &sale).unwrap();
    goods.lines.push(sold("MOI", 1_000, 5_000));
    let error = till.refund_unlinked("mixed", &goods).unwrap_err();
    assert_eq!(
        (error.status(), error.field()),
        (status::E_ARGUMENT, "lines[1].quantity_milli")
    );
    assert_sound(&till);
}

#[test]
fn a_return_without_its_sale_lowers_the_window_of_the_tier() {
    let shop = shop(
        json!({}),
        json!({"tiers": {"basis": "spend", "window": "months", "months": 12, "levels": [
            {"id": "member", "from": "0"}, {"id": "gold", "from": "100000", "factor": "2"},
        ]}}),
    );
    let till = shop.create();
    let member = enrol(&till);
    till.record("sale", &cart_of(member, 120_000)).unwrap();
    let gold = till.evaluate(&cart_of(member, 10_000)).unwrap();
    assert_eq!(
        (
            gold.tier.unwrap().tier.as_str(),
            gold.outcome.awards[0].points.get()
        ),
        ("gold", 2)
    );
    // Gold takes twice what it would give: 8 points for 40.000 d.
    let goods = of_lines(member, vec![returned(None, 1_000, 40_000)]);
    let done = till.refund_unlinked("back", &goods).unwrap();
    assert_eq!(done.done.wallets[0].taken_back.get(), 8);
    let after = till
        .evaluate(&cart_of(member, 10_000))
        .unwrap()
        .tier
        .unwrap();
    assert_eq!((after.tier.as_str(), after.counted), ("member", 80_000));
    assert_sound(&till);
}

#[test]
fn a_shirt_goes_back_and_another_is_bought_in_one_cart() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let mut two = cart_of(member, 0);
    two.lines = vec![sold("AO-01", 2_000, 110_000)];
    let sale = till.record("sale", &two).unwrap();
    assert_eq!(balance(&till, member).0, 11);
    let change = of_lines(
        member,
        vec![
            returned(Some((sale.id, 0)), 1_000, 55_000),
            sold("AO-02", 1_000, 80_000),
        ],
    );
    // 55.000 d are kept: 6 of 11 points. The new shirt gives 8.
    let quote = till.evaluate(&change).unwrap();
    assert_eq!(parts(&quote), [(true, 55_000, 5, 0, 0)]);
    assert_eq!(quote.outcome.payable, Money::new(25_000));
    assert_eq!(quote.awarded(1).get(), 8);
    let line = quote.wallet(1).unwrap();
    assert_eq!((line.before.known.get(), line.after.get()), (11, 14));
    assert_eq!(balance(&till, member).0, 11, "looking wrote nothing");
    let done = till.record("change", &change).unwrap();
    assert_eq!(done.quote.outcome, quote.outcome);
    assert_eq!(balance(&till, member), (14, 14, 0, 0));
    assert_eq!(till.sale(sale.id).unwrap().state, SaleState::Committed);
    // Asked again it tells the same, and the first sale has one shirt left.
    let again = till.record("change", &change).unwrap();
    assert!(again.was_replayed);
    assert_eq!(again.quote.outcome, quote.outcome);
    let twice = of_lines(member, vec![returned(Some((sale.id, 0)), 1_500, 55_000)]);
    let error = till.record("twice", &twice).unwrap_err();
    assert_eq!(error.to_string(), "Only 1 is left to return");
    let rest = till.preview_refund(&refund_of(sale.id)).unwrap();
    assert_eq!(
        (rest.amount.get(), rest.wallets[0].taken_back.get()),
        (55_000, 6)
    );
    // The new shirt goes back too: it is the only line of its cart that can.
    let rest = till.preview_refund(&refund_of(done.id)).unwrap();
    assert_eq!(
        (rest.amount.get(), rest.wallets[0].taken_back.get()),
        (80_000, 8)
    );
    refund_as_told(&till, "all-1", &refund_of(done.id)).unwrap();
    refund_as_told(&till, "all-2", &refund_of(sale.id)).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    assert_sound(&till);
}

#[test]
fn what_is_bought_new_neither_pays_nor_earns_for_what_goes_back() {
    // At least 50.000 d are needed to earn: what goes back does not pull the new bill below it.
    let shop = shop(
        json!({}),
        json!({"earn": [{"id": "bill", "wallet": "points", "when": {"total": {"from": "50000"}},
            "amount": {"per": "10000", "points": "1"}}]}),
    );
    let till = shop.create();
    let member = enrol(&till);
    let goods = vec![returned(None, 1_000, 40_000), sold("MOI", 1_000, 60_000)];
    let quote = till
        .record("mixed", &of_lines(member, goods))
        .unwrap()
        .quote;
    assert_eq!(quote.outcome.payable, Money::new(20_000));
    assert_eq!(quote.awarded(1).get(), 6);
    // 40.000 d alone would have earned nothing, so nothing goes.
    assert_eq!(parts(&quote), [(false, 40_000, 0, 0, 0)]);
    assert_eq!(balance(&till, member).0, 6);
    assert_sound(&till);
}

#[test]
fn points_that_go_with_the_goods_do_not_pay_for_the_new_ones() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale", &cart_of(member, 100_000)).unwrap().id;
    let mut change = of_lines(
        member,
        vec![
            returned(Some((sale, 0)), 1_000, 100_000),
            sold("AO-02", 1_000, 150_000),
        ],
    );
    change
        .points_wanted
        .insert("points".to_owned(), loy::kernel::Points::new(10));
    let quote = till.record("change", &change).unwrap().quote;
    assert_eq!(quote.redeemed(1).get(), 0);
    assert_eq!(balance(&till, member), (15, 15, 0, 0));
    assert_sound(&till);
}

#[test]
fn a_held_exchange_is_looked_at_again_when_it_is_paid() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale", &cart_of(member, 55_000)).unwrap().id;
    let change = of_lines(
        member,
        vec![
            returned(Some((sale, 0)), 1_000, 55_000),
            sold("AO-02", 1_000, 80_000),
        ],
    );
    let held = till.authorise("hold", &change, 600).unwrap();
    assert_eq!(parts(&held.quote), [(true, 55_000, 6, 0, 0)]);
    assert_eq!(balance(&till, member).0, 6, "a hold takes nothing back");
    // Meanwhile the shirt comes back at another counter.
    refund_as_told(&till, "refund", &refund_of(sale)).unwrap();
    assert_eq!(balance(&till, member).0, 0);
    // It is paid, so it is not refused: the goods are taken as goods without a sale.
    let done = till.commit("commit", held.id, None).unwrap();
    assert_eq!(done.state, SaleState::Committed);
    assert_eq!(parts(&done.quote), [(false, 55_000, 5, 0, 5)]);
    assert_eq!(done.quote.outcome.payable, Money::new(25_000));
    assert_eq!(balance(&till, member), (3, 3, 0, 0));
    assert!(till.commit("commit", held.id, None).unwrap().was_replayed);
    assert_sound(&till);
}

#[test]
fn of_two_shirts_in_a_hold_the_one_that_is_left_keeps_its_sale() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let mut two = cart_of(member, 0);
    two.lines = vec![sold("AO-01", 2_000, 110_000)];
    let sale = till.record("sale", &two).unwrap().id;
    let change = of_lines(
        member,
        vec![
            sold("AO-02", 1_000, 150_000),
            returned(Some((sale, 0)), 2_000, 110_000),
        ],
    );
    let held = till.authorise("hold", &change, 600).unwrap();
    assert_eq!(parts(&held.quote), [(true, 110_000, 11, 0, 0)]);
    let one = of_lines(member, vec![returned(Some((sale, 0)), 1_000, 55_000)]);
    till.record("one", &one).unwrap();
    assert_eq!(balance(&till, member).0, 6);
    // The other keeps its sale, 6 points; the first one again is worth 5 today, which are not there.
    let done = till.commit("commit", held.id, None).unwrap();
    assert_eq!(
        parts(&done.quote),
        [(true, 55_000, 6, 0, 0), (false, 55_000, 5, 0, 5)]
    );
    assert_eq!(done.quote.outcome.payable, Money::new(40_000));
    assert_eq!(balance(&till, member), (10, 10, 0, 0));
    assert_eq!(till.sale(sale).unwrap().state, SaleState::Refunded);
    assert_sound(&till);
}

#[test]
fn a_held_exchange_that_nothing_disturbs_ends_as_it_was_told() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale", &cart_of(member, 55_000)).unwrap().id;
    let lines = vec![
        sold("AO-02", 1_000, 80_000),
        returned(Some((sale, 0)), 1_000, 55_000),
        returned(None, 1_000, 20_000),
    ];
    let held = till
        .authorise("hold", &of_lines(member, lines), 600)
        .unwrap();
    let done = till.commit("commit", held.id, None).unwrap();
    assert_eq!(done.quote.outcome, held.quote.outcome);
    assert_eq!(
        parts(&done.quote),
        [(true, 55_000, 6, 0, 0), (false, 20_000, 2, 0, 2)]
    );
    assert_eq!(balance(&till, member), (6, 6, 0, 0));
    assert_eq!(till.sale(sale).unwrap().state, SaleState::Refunded);
    let kinds: Vec<_> = till
        .history(member, 0, 100)
        .unwrap()
        .iter()
        .filter(|entry| !entry.is_portion() && entry.wallet == 0)
        .map(|entry| (entry.kind.name(), entry.amount.get()))
        .collect();
    assert_eq!(
        kinds[2..],
        [
            ("hold", 80_000),
            ("refund", 55_000),
            ("refund", 20_000),
            ("commit", 80_000)
        ]
    );
    assert_sound(&till);
}

#[test]
fn a_sale_that_is_not_here_or_a_line_that_was_not_sold_is_refused_by_its_name() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale", &cart_of(member, 55_000)).unwrap().id;
    let back = |of| of_lines(member, vec![returned(Some(of), 1_000, 55_000)]);
    let unknown = SaleId {
        seq: sale.seq + 40,
        ..sale
    };
    let error = till.record("unknown", &back((unknown, 0))).unwrap_err();
    assert_eq!(error.status(), status::NOT_FOUND);
    let error = till.record("line", &back((sale, 1))).unwrap_err();
    assert_eq!(error.field(), "lines[0].return_of.line");
    let mut new = of_lines(member, vec![sold("AO", 1_000, 1_000)]);
    new.lines[0].return_of = back((sale, 0)).lines[0].return_of.clone();
    assert_eq!(
        till.record("sold", &new).unwrap_err().field(),
        "lines[0].return_of"
    );
    let held = till
        .authorise("hold", &cart_of(member, 9_000), 60)
        .unwrap()
        .id;
    let error = till.record("held", &back((held, 0))).unwrap_err();
    assert_eq!(error.reason(), "sale.not_committed");
    assert_sound(&till);
}

#[test]
fn a_receipt_of_an_exchange_says_what_is_taken_back() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale", &cart_of(member, 55_000)).unwrap().id;
    let lines = vec![
        sold("AO-02", 1_000, 80_000),
        returned(Some((sale, 0)), 1_000, 55_000),
    ];
    let done = till.record("change", &of_lines(member, lines)).unwrap();
    let kept = loy::texts::Diacritics::Kept;
    let paper = loy::evaluate::receipt_lines(&done.quote, &done.programme, 32, kept);
    assert_eq!(
        paper,
        [
            "Tích được                 8 điểm",
            "Trừ lại                   6 điểm",
            "Số dư                     8 điểm",
        ]
    );
    let told = done.quote.reasons("returns").next().unwrap();
    assert_eq!(
        told.text(),
        "Khách trả hàng của hóa đơn trước, hoàn 55.000 đ, trừ lại 6 điểm"
    );
}

#[test]
fn what_came_back_stands_in_a_salvaged_ledger_as_in_the_old_one() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale", &cart_of(member, 155_000)).unwrap().id;
    let mut goods = of_lines(member, vec![returned(None, 1_000, 55_000)]);
    goods.receipt_number = Some("R-1".to_owned());
    let done = till.refund_unlinked("back", &goods).unwrap();
    let mut change = of_lines(
        member,
        vec![
            sold("AO-02", 1_000, 80_000),
            returned(Some((sale, 0)), 500, 70_000),
            returned(None, 1_000, 20_000),
        ],
    );
    change.receipt_number = Some("0002".to_owned());
    let changed = till.record("change", &change).unwrap();
    let before = balance(&till, member);
    till.close();
    let settings = loy::till::Settings {
        path: shop.folder.path().join("saved.loy"),
        ..shop.settings()
    };
    let (saved, findings) =
        loy::till::Till::salvage_with(&shop.path(), &settings, shop.ports()).unwrap();
    assert_eq!(findings, []);
    assert_eq!(balance(&saved, member), before);
    let again = saved.refund_unlinked("back", &goods).unwrap();
    assert_eq!((again.done, again.was_replayed), (done.done, true));
    let again = saved.record("change", &change).unwrap();
    assert_eq!(again.quote.outcome, changed.quote.outcome);
    // Both receipts are still known, and the return of the exchange owns none.
    for (id, number) in [("r1", "R-1"), ("r2", "0002")] {
        goods.receipt_number = Some(number.to_owned());
        let known = saved.refund_unlinked(id, &goods).is_err();
        assert_eq!(known, number == "R-1", "{number}");
    }
    assert_eq!(
        saved.record("receipt", &change).unwrap_err().status(),
        status::ALREADY_RESOLVED
    );
    assert_sound(&saved);
}

#[test]
fn what_came_back_travels_to_head_office_entry_by_entry() {
    let shop = shop(json!({"grace_days": 3}), json!({"expiry": {"days": 10}}));
    let till = shop.create();
    let member = enrol(&till);
    till.record("before", &cart_of(member, 100_000)).unwrap();
    let late = Cart {
        business_date: date(20_261_130),
        ..spending(member, 10_000, 10)
    };
    let sale = till.record("sale", &late).unwrap().id;
    // Its ten points ran out on 2 December; they come back for three days more.
    let change = Cart {
        business_date: date(20_261_202),
        ..of_lines(
            member,
            vec![
                sold("AO-02", 1_000, 80_000),
                returned(Some((sale, 0)), 1_000, 0),
                returned(None, 1_000, 20_000),
            ],
        )
    };
    let quote = till.record("change", &change).unwrap().quote;
    assert_eq!(
        parts(&quote),
        [(true, 0, 0, 10, 0), (false, 20_000, 2, 0, 0)]
    );
    let bytes = till.export_next(1 << 20).unwrap().unwrap().bytes;
    let writer = ed25519_dalek::SigningKey::from_bytes(&[3; 32]).verifying_key();
    let batch = loy::exchange::batch::read(&bytes).unwrap();
    let batch = batch.verify(&writer.to_bytes()).unwrap();
    let history = till.history(member, 0, 100).unwrap();
    let own: Vec<_> = batch
        .entries
        .iter()
        .filter(|entry| entry.member == Some(member))
        .cloned()
        .collect();
    assert_eq!(own, history);
    let renewed = own
        .iter()
        .find(|entry| entry.kind == Kind::RedemptionRenewal);
    let renewed = renewed.expect("points with a new date");
    assert_eq!(renewed.expires_on, Some(date(20_261_205)));
    assert_sound(&till);
}

/// A cashier gives back up to 500.000 d for a known sale and nothing without one, whatever the door.
#[test]
fn goods_that_come_back_in_a_cart_meet_the_same_ceiling_as_in_a_refund() {
    let shop = crate::people::store_of(
        r#"{"roles": {"cashier": {"refund": "500000", "unlinked_refund": "0"}},
            "operators": [{"id": "TN-07", "role": "cashier", "pin": "0007"},
                          {"id": "QL-01", "role": "manager", "pin": "900900"}]}"#,
    );
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale", &cart_of(member, 900_000)).unwrap();
    let of_cashier = |lines| Cart {
        cashier: Some("TN-07".to_owned()),
        ..of_lines(member, lines)
    };
    let linked = of_cashier(vec![returned(Some((sale.id, 0)), 1_000, 900_000)]);
    let unlinked = of_cashier(vec![returned(None, 1_000, 100_000)]);
    let exceptions = || -> Vec<(String, String)> {
        let lines = till.day_exceptions(date(TODAY)).unwrap();
        let told = |line: &loy::till::DayException| (line.key.clone(), line.approver.clone());
        lines.iter().map(told).collect()
    };
    for (id, cart) in [("a", &linked), ("b", &unlinked)] {
        let refused = till.record(id, cart).unwrap_err();
        assert_eq!(refused.reason(), "approval.needed");
        let refused = till.authorise(&format!("{id}-held"), cart, 60).unwrap_err();
        assert_eq!(refused.reason(), "approval.needed");
    }
    assert_eq!(exceptions().len(), 4);
    assert_eq!(balance(&till, member), (90, 90, 0, 0), "nothing was done");
    till.approve("c", loy::till::ActKind::Refund, "QL-01", b"900900")
        .unwrap();
    till.record("c", &linked).unwrap();
    assert_eq!(balance(&till, member), (0, 0, 0, 0));
    let last = exceptions().pop().unwrap();
    assert_eq!(last, ("refund.approved".to_owned(), "QL-01".to_owned()));

    // More than was authorised comes back at the counter: it is paid, so it is told.
    let held = till
        .authorise("d", &of_cashier(vec![sold("MU-01", 1_000, 50_000)]), 60)
        .unwrap();
    let more = of_cashier(vec![
        sold("MU-01", 1_000, 50_000),
        returned(None, 1_000, 20_000),
    ]);
    till.commit("e", held.id, Some(&more)).unwrap();
    let last = exceptions().pop().unwrap();
    assert_eq!(
        last,
        ("unlinked_refund.unapproved".to_owned(), String::new())
    );

    // A held exchange whose goods somebody took back meanwhile: they are goods without a sale by now,
    // for which the cashier may give nothing.
    let bought = till.record("f", &cart_of(member, 100_000)).unwrap();
    let exchange = of_cashier(vec![
        returned(Some((bought.id, 0)), 1_000, 100_000),
        sold("MU-01", 1_000, 100_000),
    ]);
    let held = till.authorise("g", &exchange, 60).unwrap();
    let before = exceptions().len();
    let by_cashier = loy::till::RefundRequest {
        cashier: Some("TN-07".to_owned()),
        ..refund_of(bought.id)
    };
    refund_as_told(&till, "h", &by_cashier).unwrap();
    till.commit("i", held.id, None).unwrap();
    let told: Vec<String> = exceptions()
        .split_off(before)
        .into_iter()
        .map(|line| line.0)
        .collect();
    assert_eq!(told, ["unlinked_refund.unapproved"]);
    assert_sound(&till);
}
