//! Lucky draws: nobody sees what a turn draws before the sale is final, and nobody turns again.
//!
//! What each turn draws was computed with Python's hmac (tests/draws/outcomes.py) for the till's secret, 32
//! bytes of 3: of `wheel` nothing, voucher, nothing, 50, 50, nothing, cup, voucher, nothing, nothing, 50,
//! nothing, nothing, 50, cup, nothing; of `hello` nothing, nothing, one, one, nothing.

use loy::evaluate::{Cart, Goods, Measure, Quote, ReturnedPart, receipt_lines};
use loy::kernel::{MemberNumber, Money};
use loy::texts::Diacritics;
use loy::till::{Disputed, EventReport, EventReturn, Period, Sale, StatusChange, Till};

use crate::blocked::change;
use crate::merged::merge;

use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart, cart_of, claim_of, date, enrol, phone, refund_of,
};

const DRAWS: &str = include_str!("../programmes/draws.json");
/// Prizes of the first turns of `wheel`; the second cup is the one beyond the stock.
const WHEEL: [Option<&str>; 16] = [
    None,
    Some("voucher"),
    None,
    Some("fifty"),
    Some("fifty"),
    None,
    Some("cup"),
    Some("voucher"),
    None,
    None,
    Some("fifty"),
    None,
    None,
    Some("fifty"),
    Some("fifty"),
    None,
];

fn shop() -> Shop {
    Shop::with(|provisioning| provisioning.programme = DRAWS.as_bytes().to_vec())
}

fn another(till: &Till, number: &str) -> MemberNumber {
    till.enrol(number, &phone(number)).unwrap().number
}

/// Number and prize of each turn that a sale drew.
fn drawn(sale: &Sale) -> Vec<(u64, Option<&str>)> {
    let turns = sale.quote.drawn.iter();
    turns.map(|turn| (turn.n, turn.prize.as_deref())).collect()
}

/// Texts of the statement's history that tell of turns.
fn history(till: &Till, member: MemberNumber) -> Vec<String> {
    let statement = till.statement(&member.to_string(), Some(date(TODAY)), Period::default());
    let history = statement.unwrap().history.into_iter();
    let texts = history.filter(|line| line.kind == "event");
    texts.map(|line| line.text).collect()
}

fn points(till: &Till, member: MemberNumber) -> i64 {
    balance(till, member).0
}

#[test]
fn a_quote_tells_the_turn_and_the_final_sale_what_it_drew() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let quote = till.evaluate(&cart_of(member, 100_000)).unwrap();
    let turns = &quote.outcome.draws;
    assert_eq!(
        (turns.len(), &*turns[0].draw, turns[0].turns),
        (1, "wheel", 1)
    );
    assert!(quote.drawn.is_empty());
    let told = quote.reasons("draw:wheel").next().unwrap();
    assert_eq!(
        told.text(),
        "Vòng quay: được 1 lượt, quay khi thanh toán xong"
    );
    let told = quote.reasons("draw:million").next().unwrap();
    assert_eq!(told.text(), "Triệu vui: mua thêm 900.000 đ để có một lượt");
    till.record("one", &cart_of(member, 100_000)).unwrap();
    let sale = till.record("two", &cart_of(member, 100_000)).unwrap();
    assert_eq!(drawn(&sale), [(2, Some("voucher"))]);
    assert_eq!(
        sale.quote.drawn[0].text,
        "Vòng quay, lượt 2: trúng Phiếu quà (Phiếu 20.000)"
    );
    let next = till.evaluate(&cart_of(member, 50_000)).unwrap();
    let voucher = next.wallets.iter().find(|line| line.wallet == "twenty");
    assert_eq!(voucher.unwrap().before.spendable.get(), 1);
    assert_sound(&till);
}

#[test]
fn asked_again_a_sale_tells_the_same_turn_byte_for_byte() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    till.record("one", &cart_of(member, 100_000)).unwrap();
    let sale = till.record("two", &cart_of(member, 100_000)).unwrap();
    let again = till.record("two", &cart_of(member, 100_000)).unwrap();
    assert!(again.was_replayed);
    assert_eq!(sale.quote.to_json(), again.quote.to_json());
    assert_eq!(drawn(&again), [(2, Some("voucher"))]);
    assert_eq!(drawn(&till.sale(sale.id).unwrap()), [(2, Some("voucher"))]);
    let next = till.record("three", &cart_of(member, 100_000)).unwrap();
    assert_eq!(drawn(&next), [(3, None)]);
    assert_eq!(
        next.quote.drawn[0].text,
        "Vòng quay, lượt 3: chúc bạn may mắn lần sau"
    );
}

#[test]
fn turns_draw_what_the_secret_says_whoever_buys_and_stock_ends() {
    let shop = shop();
    let till = shop.create();
    let members = [enrol(&till), another(&till, "0987654321")];
    for (place, prize) in WHEEL.iter().enumerate() {
        let member = members[place % 2];
        let sale = till.record(&format!("sale-{place}"), &cart_of(member, 100_000));
        let n = u64::try_from(place).unwrap() + 1;
        assert_eq!(drawn(&sale.unwrap()), [(n, *prize)]);
    }
    // Turns 5, 7, 11 and 15 were the first member's: 50, a cup, 50, and 50 in place of a cup.
    assert_eq!(points(&till, members[0]), 150);
    assert_eq!(points(&till, members[1]), 100);
    assert_sound(&till);
}

#[test]
fn who_sells_and_undoes_and_sells_again_has_the_same_turn_again() {
    let shop = shop();
    let till = shop.create();
    let (member, other) = (enrol(&till), another(&till, "0987654321"));
    for number in 1..4 {
        till.record(&format!("before-{number}"), &cart_of(other, 100_000))
            .unwrap();
    }
    for attempt in 0..3 {
        let sale = till
            .record(&format!("sale-{attempt}"), &cart_of(member, 100_000))
            .unwrap();
        assert_eq!(drawn(&sale), [(4, Some("fifty"))]);
        assert_eq!(points(&till, member), 50);
        let mut undo = refund_of(sale.id);
        if attempt == 0 {
            undo.goods = Goods::PostVoid;
            undo.reason = Some("wrong card".to_owned());
        }
        till.refund(&format!("undo-{attempt}"), &undo).unwrap();
        assert_eq!(points(&till, member), 0);
        // What it drew is told all the same.
        assert_eq!(drawn(&till.sale(sale.id).unwrap()), [(4, Some("fifty"))]);
    }
    // It is kept for this member: another one has the next.
    let sale = till.record("other", &cart_of(other, 100_000)).unwrap();
    assert_eq!(drawn(&sale), [(5, Some("fifty"))]);
    let sale = till.record("kept", &cart_of(member, 100_000)).unwrap();
    assert_eq!(drawn(&sale), [(4, Some("fifty"))]);
    let sale = till.record("next", &cart_of(member, 100_000)).unwrap();
    assert_eq!(drawn(&sale), [(6, None)]);
    assert_sound(&till);
}

#[test]
fn a_turn_goes_with_goods_once_what_is_kept_would_give_none() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    for number in 1..4 {
        till.record(&format!("before-{number}"), &cart_of(member, 100_000))
            .unwrap();
    }
    let sale = till.record("sale", &cart_of(member, 150_000)).unwrap();
    assert_eq!(drawn(&sale), [(4, Some("fifty"))]);
    let part = |amount| {
        let mut part = refund_of(sale.id);
        part.goods = Goods::Parts(vec![ReturnedPart {
            line: 0,
            measure: Measure::Amount(Money::new(amount)),
        }]);
        part
    };
    till.refund("part", &part(50_000)).unwrap();
    assert_eq!(points(&till, member), 50);
    till.refund("more", &part(1)).unwrap();
    assert_eq!(points(&till, member), 0);
    till.refund("rest", &refund_of(sale.id)).unwrap();
    assert_eq!(points(&till, member), 0);
    assert_sound(&till);
}

#[test]
fn each_million_turns_up_to_a_limit_and_keeps_its_prizes_when_the_programme_says_so() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let of_million = |sale: &Sale| {
        let turns = sale
            .quote
            .drawn
            .iter()
            .filter(|turn| turn.draw == "million");
        turns.count()
    };
    let sale = till.record("five", &cart_of(member, 5_000_000)).unwrap();
    assert_eq!(of_million(&sale), 3);
    assert_eq!(points(&till, member), 30);
    till.refund("back", &refund_of(sale.id)).unwrap();
    assert_eq!(points(&till, member), 30);
    // One is left of the month's four.
    let sale = till.record("two", &cart_of(member, 2_000_000)).unwrap();
    assert_eq!(of_million(&sale), 1);
    let quote = till.evaluate(&cart_of(member, 2_000_000)).unwrap();
    let told = quote.reasons("draw:million").next().unwrap();
    assert_eq!(told.key, "draw.enough");
    let mut undo = refund_of(sale.id);
    undo.goods = Goods::PostVoid;
    undo.reason = Some("wrong card".to_owned());
    till.refund("undo", &undo).unwrap();
    assert_eq!(points(&till, member), 30);
    let sale = till.record("again", &cart_of(member, 2_000_000)).unwrap();
    assert_eq!(of_million(&sale), 1);
    assert_sound(&till);
}

#[test]
fn a_hold_draws_nothing_before_it_is_committed() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let held = till
        .authorise("hold", &cart_of(member, 100_000), 600)
        .unwrap();
    assert!(held.quote.drawn.is_empty());
    till.void("void", held.id, "changed").unwrap();
    let held = till
        .authorise("hold-2", &cart_of(member, 100_000), 600)
        .unwrap();
    let other = till.record("between", &cart_of(another(&till, "0987654321"), 100_000));
    assert_eq!(drawn(&other.unwrap()), [(1, None)]);
    let sale = till.commit("commit", held.id, None).unwrap();
    assert_eq!(drawn(&sale), [(2, Some("voucher"))]);
    let again = till
        .authorise("hold-2", &cart_of(member, 100_000), 600)
        .unwrap();
    assert_eq!(held.quote.to_json(), again.quote.to_json());
    assert_sound(&till);
}

#[test]
fn a_check_in_turns_twice_a_day_and_taken_back_it_gives_no_other_try() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let time = cart_of(member, 1);
    let when = Some((time.at_ms, time.utc_offset_minutes, date(TODAY)));
    let report = EventReport {
        time: when,
        ..EventReport::new("check_in", member)
    };
    let prizes = |id: &str| {
        let done = till.event(id, &report).unwrap();
        let turns = done.drawn.iter();
        let turns: Vec<_> = turns.map(|turn| (turn.n, turn.prize.clone())).collect();
        (done.seq, turns)
    };
    let (first, turns) = prizes("first");
    assert_eq!(turns, [(1, None), (2, None)]);
    assert_eq!(prizes("first").1, turns);
    assert!(prizes("second").1.is_empty());
    let back = EventReturn {
        seq: first,
        time: when,
        ..EventReturn::default()
    };
    till.take_back_event("back", &back).unwrap();
    assert_eq!(prizes("third").1, [(1, None), (2, None)]);
    let tomorrow = EventReport {
        time: when.map(|(at, offset, _)| (at, offset, date(TODAY + 1))),
        ..report.clone()
    };
    let done = till.event("tomorrow", &tomorrow).unwrap();
    assert_eq!(done.drawn[0].prize.as_deref(), Some("one"));
    assert_eq!(points(&till, member), 2);
    let back = EventReturn {
        seq: done.seq,
        time: when,
        ..EventReturn::default()
    };
    till.take_back_event("back-2", &back).unwrap();
    assert_eq!(points(&till, member), 0);
    assert_sound(&till);
}

#[test]
fn nobody_and_who_claims_later_have_no_turn() {
    let shop = shop();
    let mut document: serde_json::Value = serde_json::from_str(DRAWS).unwrap();
    document["claims"] = serde_json::json!({"within_days": 7});
    let shop = {
        drop(shop);
        let document = document.to_string().into_bytes();
        Shop::with(|provisioning| provisioning.programme = document)
    };
    let till = shop.create();
    let member = enrol(&till);
    let nobody = Cart {
        receipt_number: Some("R1".to_owned()),
        ..cart(100_000)
    };
    let sale = till.record("nobody", &nobody).unwrap();
    assert!(sale.quote.drawn.is_empty() && sale.quote.outcome.draws.is_empty());
    let told = sale.quote.reasons("draw:wheel").next().unwrap();
    assert_eq!(told.text(), "Vòng quay: chỉ dành cho thành viên");
    let claimed = till.claim("claim", &claim_of(sale.id, member)).unwrap();
    assert!(claimed.quote.drawn.is_empty());
    let told = claimed.quote.reasons("draw:wheel").next().unwrap();
    assert_eq!(
        told.text(),
        "Vòng quay: tích điểm sau thì không có lượt quay"
    );
    let first = till.record("first", &cart_of(member, 100_000)).unwrap();
    assert_eq!(drawn(&first), [(1, None)]);
    assert_sound(&till);
}

#[test]
fn a_dispute_and_the_statement_tell_each_turn_and_that_it_drew_what_it_must() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    for number in 1..4 {
        till.record(&format!("before-{number}"), &cart_of(member, 100_000))
            .unwrap();
    }
    let sale = till.record("sale", &cart_of(member, 100_000)).unwrap();
    till.refund("back", &refund_of(sale.id)).unwrap();
    let dispute = till.dispute(&Disputed::Sale(sale.id)).unwrap();
    assert!(dispute.is_clean(), "{:?}", dispute.again);
    let told: Vec<_> = dispute
        .entries
        .iter()
        .map(|fact| (fact.kind, fact.points.get(), fact.turn.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("commit", 0, None),
            ("event", 0, Some("wheel 4 fifty")),
            ("award", 50, None),
            ("refund", 0, None),
            ("event", 0, Some("wheel 4 fifty")),
            ("award_refund", 50, None)
        ]
    );
    let told = history(&till, member);
    assert_eq!(told.len(), 5);
    assert_eq!(told[1], "Vòng quay, lượt 2: trúng Phiếu quà");
    assert_eq!(told[3], "Vòng quay, lượt 4: trúng 50 điểm");
    assert!(told[4].contains("Vòng quay, lượt 4"), "{}", told[4]);
    assert_ne!(told[4], told[3]);
}

#[test]
fn the_receipt_says_how_many_turns_and_then_what_they_won() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let lines = |quote: &Quote| {
        let programme = till.programme_on(date(TODAY)).unwrap();
        receipt_lines(quote, &programme, 32, Diacritics::Kept)
    };
    let quote = till.evaluate(&cart_of(member, 100_000)).unwrap();
    assert_eq!(lines(&quote)[0], "Lượt quay           Vòng quay: 1");
    till.record("one", &cart_of(member, 100_000)).unwrap();
    let sale = till.record("two", &cart_of(member, 100_000)).unwrap();
    assert_eq!(
        lines(&sale.quote)[..2],
        ["Vòng quay, lượt 2: trúng Phiếu", "quà (Phiếu 20.000)"]
    );
}

#[test]
fn a_blocked_member_has_no_turn_and_two_that_became_one_have_their_turn_again() {
    let shop = shop();
    let till = shop.create();
    let (member, other) = (enrol(&till), another(&till, "0987654321"));
    let sale = till.record("sale", &cart_of(other, 100_000)).unwrap();
    till.refund("back", &refund_of(sale.id)).unwrap();
    till.merge("merge", &merge(other, member)).unwrap();
    let sale = till.record("again", &cart_of(member, 100_000)).unwrap();
    assert_eq!(drawn(&sale), [(1, None)]);
    let held = till
        .authorise("held", &cart_of(member, 100_000), 600)
        .unwrap();
    till.change_status("block", &change(member, StatusChange::Block))
        .unwrap();
    let quote = till.evaluate(&cart_of(member, 100_000)).unwrap();
    assert!(quote.outcome.draws.is_empty());
    let told = quote.reasons("draw:wheel").next().unwrap();
    assert_eq!(told.key, "member.blocked");
    let sale = till.commit("paid", held.id, None).unwrap();
    assert!(sale.quote.drawn.is_empty());
    assert_sound(&till);
}

#[test]
fn turns_that_a_held_sale_promises_are_had_for_the_next_one() {
    let shop = shop();
    let till = shop.create();
    let member = enrol(&till);
    let of_million = |quote: &Quote| {
        let given = quote.outcome.draws.iter();
        let given = given.filter(|given| given.draw == "million");
        given.map(|given| given.turns).sum::<u32>()
    };
    let held = till
        .authorise("held", &cart_of(member, 3_000_000), 600)
        .unwrap();
    assert_eq!(of_million(&held.quote), 3);
    let sale = till.record("two", &cart_of(member, 2_000_000)).unwrap();
    assert_eq!(of_million(&sale.quote), 1);
    let sale = till.commit("paid", held.id, None).unwrap();
    let turns = sale.quote.drawn.iter();
    assert_eq!(turns.filter(|turn| turn.draw == "million").count(), 3);
    assert_sound(&till);
}
