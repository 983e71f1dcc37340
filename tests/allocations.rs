//! Rules that are not for a sale cost no memory, however many there are; those that are cost a few
//! pieces of it each, what they give being told by rule and line.
//!
//! A program of its own, because it counts what its allocator is asked for.
#![allow(unsafe_code, clippy::unwrap_used, missing_docs)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use loy::evaluate::{Cart, Line, evaluate_numbers};
use loy::kernel::{Money, Quantity};
use loy::programme::Programme;
use loy::texts::Language;
use serde_json::{Value, json};

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// What is asked for is handed on as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One rule for every bill and one offer on everything, and `others` rules and as many offers that are
/// for other goods, totals, days and codes.
fn programme(others: usize) -> Programme {
    let amount = json!({"per": "10000", "points": "1"});
    let rule = |number: usize| -> Value {
        let id = format!("r{number}");
        let points = json!({"points": "5"});
        match number % 5 {
            0 => json!({"id": id, "wallet": "points", "amount": amount,
                "lines": {"categories": [format!("c{number}")]}}),
            1 => json!({"id": id, "wallet": "points", "per_unit": points,
                "lines": {"all": [{"skus": [format!("s{number}")]}, {"not": {"flags": ["tip"]}}]}}),
            2 => json!({"id": id, "wallet": "points", "fixed": points,
                "when": {"total": {"from": "90000000"}}}),
            3 => json!({"id": id, "wallet": "points", "fixed": points,
                "when": {"weekdays": ["mon"], "hours": {"from": "08:00", "until": "10:00"}}}),
            _ => json!({"id": id, "wallet": "points", "amount": amount,
                "when": {"any": [{"has_line": {"brands": [format!("b{number}")]}},
                    {"codes": [format!("code{number}")]}]}}),
        }
    };
    let offer = |number: usize| {
        json!({"id": format!("o{number}"), "percent": "1",
            "lines": {"brands": [format!("other{number}")]}})
    };
    let mut earn: Vec<Value> = (0..others).map(rule).collect();
    earn.push(json!({"id": "all", "wallet": "points", "amount": amount}));
    let mut offers: Vec<Value> = (0..others).map(offer).collect();
    offers.push(json!({"id": "everything", "percent": "1"}));
    read(&earn, &offers)
}

/// Rules and offers that are all for this bill: on every line, on some, on the whole, on a condition.
fn matching(rules: usize, offers: usize) -> Programme {
    let rule = |number: usize| -> Value {
        let id = format!("r{number}");
        let (amount, points) = (
            json!({"per": "10000", "points": "1"}),
            json!({"points": "5"}),
        );
        match number % 4 {
            0 => json!({"id": id, "wallet": "points", "amount": amount}),
            1 => json!({"id": id, "wallet": "points", "per_unit": points,
                "lines": {"skus": ["milk"]}}),
            2 => json!({"id": id, "wallet": "points", "fixed": points,
                "when": {"total": {"from": "100000"}}}),
            _ => json!({"id": id, "wallet": "points", "amount": amount,
                "lines": {"categories": ["food/7"]},
                "factors": [{"id": "sunday", "factor": "2", "when": {"weekdays": ["sun"]}}]}),
        }
    };
    let offer = |number: usize| {
        json!({"id": format!("o{number}"), "percent": "0.1",
            "lines": {"categories": [format!("food/{}", number % 30)]}})
    };
    let earn: Vec<Value> = (0..rules).map(rule).collect();
    let offers: Vec<Value> = (0..offers).map(offer).collect();
    read(&earn, &offers)
}

fn read(earn: &[Value], offers: &[Value]) -> Programme {
    let document = json!({
        "schema": 1, "id": "many", "version": 1, "name": {"en": "Many"}, "currency": "VND",
        "wallets": [{"id": "points", "number": 1, "name": {"en": "Points"},
            "unit": {"en": "point/points"}}],
        "earn": earn, "offers": offers,
    });
    Programme::read(document.to_string().as_bytes()).unwrap()
}

/// How often memory is asked for to price a bill on a Sunday, and how many rules and offers it has.
fn priced(programme: &Programme) -> (usize, usize, usize) {
    let mut cart = Cart::begin("VND", 1_795_352_400_000, 420, 20_261_122).unwrap();
    for number in 0..30 {
        let mut line = Line::new("milk", Quantity::new(1_000), Money::new(20_000));
        line.category = Some(format!("food/{number}"));
        line.brand = Some("vinamilk".to_owned());
        cart.lines.push(line);
    }
    let before = COUNT.get();
    let quote = evaluate_numbers(programme, None, &cart, Language::Vi).unwrap();
    let count = COUNT.get() - before;
    (
        count,
        quote.awards_with_card.len(),
        quote.outcome.offers.len(),
    )
}

fn allocations(programme: &Programme) -> usize {
    let (count, rules, offers) = priced(programme);
    assert_eq!((rules, offers), (1, 1));
    count
}

#[test]
fn a_thousand_rules_for_other_sales_ask_for_no_memory_at_all() {
    let few = allocations(&programme(5));
    assert!(few > 0, "what is asked for is counted");
    assert_eq!(allocations(&programme(1_000)), few);
}

/// So often memory is asked for by each rule that gives something: its id in the award, and what it counts
/// of some lines.
const RULE_MOST: usize = 2;
/// By each offer that takes something off: its id, the lines it looks at, what they have left and what it
/// takes off each.
const OFFER_MOST: usize = 12;

#[test]
fn each_rule_and_offer_that_is_for_the_sale_asks_for_memory_a_few_times() {
    let count = |rules: usize, offers: usize| {
        let (count, found_rules, found_offers) = priced(&matching(rules, offers));
        assert_eq!((found_rules, found_offers), (rules, offers));
        count
    };
    let few = count(20, 20);
    let rules = count(1_020, 20) - few;
    assert!(rules <= 1_000 * RULE_MOST, "{rules} for 1,000 rules");
    let offers = count(20, 1_020) - few;
    assert!(offers <= 1_000 * OFFER_MOST, "{offers} for 1,000 offers");
}
