//! Lucky draws at two tills: whatever they do, head office computes the same turns.

use loy::ledger::draw::{commitment, outcome, part_of};
use loy::office::Verdict;
use loy::programme::Programme;
use loy::till::{EventReport, EventReturn, Goods, Split};
use serde_json::{Value, json};

use crate::chain::{Chain, programme};
use crate::households::{join, leave, two};
use crate::shop::{TODAY, cart_of, date, enrol, phone, refund_of};

const DRAWS: &str = include_str!("../programmes/draws.json");

#[test]
fn head_office_computes_the_turns_of_two_tills_again_and_publishes_what_anybody_can_check() {
    let document: Value = serde_json::from_str(DRAWS).unwrap();
    let mut chain = Chain::with(&document, 2);
    for lane in &chain.lanes {
        let till = &lane.till;
        let members = [
            enrol(till),
            till.enrol("other", &phone("0987654321")).unwrap().number,
        ];
        for number in 0..30 {
            let member = members[number % 2];
            let sale = till
                .record(&format!("sale-{number}"), &cart_of(member, 100_000))
                .unwrap();
            if number % 3 == 0 {
                let mut undo = refund_of(sale.id);
                if number % 2 == 0 {
                    undo.goods = Goods::PostVoid;
                    undo.reason = Some("wrong card".to_owned());
                }
                till.refund(&format!("undo-{number}"), &undo).unwrap();
            }
        }
        let time = cart_of(members[0], 1);
        let when = Some((time.at_ms, time.utc_offset_minutes, date(TODAY)));
        let report = EventReport {
            time: when,
            ..EventReport::new("check_in", members[0])
        };
        let done = till.event("check-in", &report).unwrap();
        let back = EventReturn {
            seq: done.seq,
            time: when,
            ..EventReturn::default()
        };
        till.take_back_event("back", &back).unwrap();
        till.event("again", &report).unwrap();
    }
    chain.send();
    chain.assert_order_does_not_matter(date(TODAY));
    let turns = chain.office.turns().unwrap();
    assert_eq!(turns.len(), 2 * (30 + 4));
    assert!(turns.iter().all(|turn| turn.verdict == Verdict::Right));
    assert!(chain.office.exceptions().unwrap().is_empty());
    let cups = turns
        .iter()
        .filter(|turn| turn.prize.as_deref() == Some("cup"));
    // One is at the first till, none at the second; the same turn may be drawn again.
    assert!(cups.clone().all(|turn| turn.till == "1"));
    let totals = chain.office.prize_totals().unwrap();
    let cup = totals.iter().find(|total| total.prize == "cup").unwrap();
    assert_eq!(cup.won, u64::from(cups.count() > 0));
    // Anybody with the published key computes each turn of its till.
    let programme = Programme::read(document.to_string().as_bytes()).unwrap();
    let wheel = programme.draw("wheel").unwrap();
    let keys = chain.office.draw_keys("wheel").unwrap();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0].key, keys[1].key);
    for own in &keys {
        assert_eq!(commitment(&own.key), own.commitment);
        for turn in turns
            .iter()
            .filter(|turn| turn.till == own.till && turn.draw == "wheel")
        {
            let drawn = wheel.drawn(part_of(&outcome(&own.key, "wheel", turn.n)));
            let drawn = drawn.map(|prize| prize.id.as_str());
            let is_used_up = drawn == Some("cup") && turn.prize.as_deref() == Some("fifty");
            assert!(
                is_used_up || drawn == turn.prize.as_deref(),
                "turn {}",
                turn.n
            );
        }
    }
}

#[test]
fn the_turn_of_a_household_that_another_of_it_has_again_is_right_at_head_office_too() {
    let document = programme(
        json!({"draws": [{"id": "wheel", "times": {"day": 1, "per": "household"},
                          "prizes": [{"id": "cup", "chance_percent": "50"}]}]}),
        json!({}),
    );
    let (mut chain, a, b) = two(&document, 1);
    let till = chain.till();
    let c = till.enrol("c", &phone("0911111111")).unwrap().number;
    // Sold and given back, one after the other; the turn of the last one stands.
    let tries = |name: &str, members: &[_]| -> Vec<u64> {
        let sold = members.iter().enumerate().map(|(place, member)| {
            let id = format!("{name}-{place}");
            let sale = till.record(&id, &cart_of(*member, 10_000)).unwrap();
            if place + 1 < members.len() {
                till.refund(&format!("{id}-back"), &refund_of(sale.id))
                    .unwrap();
            }
            sale.quote.drawn.iter().map(|turn| turn.n).sum()
        });
        sold.collect()
    };
    join(till, "b-a", b, a);
    assert_eq!(tries("two", &[a, b, a, b]), [1, 1, 1, 1]);
    leave(till, "b-goes", b, Split::Nothing);
    assert_eq!(tries("one", &[b, b]), [2, 2]);
    // Whoever became another has had their turns: none is left.
    let merged = loy::till::MergeRequest {
        from: c,
        into: a,
        operator: "TN-07".to_owned(),
        reason: "same_person".to_owned(),
        time: None,
    };
    assert_eq!(tries("c", &[c, c, c]), [3, 3, 3]);
    till.merge("c-a", &merged).unwrap();
    assert_eq!(tries("merged", &[a]), [0]);
    chain.send();
    chain.assert_order_does_not_matter(date(TODAY));
    let turns = chain.office.turns().unwrap();
    assert_eq!(turns.len(), 4 + 2 + 3);
    assert!(turns.iter().all(|turn| turn.verdict == Verdict::Right));
    let exceptions = chain.office.exceptions().unwrap();
    assert!(exceptions.iter().all(|line| line.key != "draw.wrong"));
}
