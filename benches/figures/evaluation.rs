//! How long it takes to work out a cart: by rules, by lines, with and without the reasons.

use loy::evaluate::{Cart, MemberSnapshot, evaluate, evaluate_numbers};
use loy::kernel::{MemberNumber, MemberStatus};
use loy::programme::Programme;
use loy::texts::Language;
use serde_json::{Value, json};

use crate::measure::Sample;
use crate::report::{Floor, Report, Row};
use crate::sales::bill;

/// Categories of the shop; a cart of 30 lines has goods of 30 of them.
const CATEGORIES: usize = 400;

/// Rules as a chain has them: a tenth for every bill, the rest for certain goods, days and totals, and
/// one offer in ten.
fn programme(rules: usize) -> Programme {
    let rule = |number: usize| -> Value {
        let amount = json!({"per": "10000", "points": "1"});
        let id = format!("r{number}");
        match number % 10 {
            0 => json!({"id": id, "wallet": "points", "amount": amount}),
            1 | 2 => json!({"id": id, "wallet": "points", "amount": amount,
                "lines": {"categories": [format!("c{}", number % CATEGORIES)]}}),
            3 | 4 => json!({"id": id, "wallet": "points", "per_unit": {"points": "2"},
                "lines": {"skus": [format!("sku-{}", number % CATEGORIES)]}}),
            5 => json!({"id": id, "wallet": "points", "fixed": {"points": "5"},
                "when": {"total": {"from": "90000000"}}}),
            6 => json!({"id": id, "wallet": "points", "fixed": {"points": "5"},
                "when": {"weekdays": ["mon", "tue"], "hours": {"from": "08:00", "until": "10:00"}}}),
            7 => json!({"id": id, "wallet": "points", "percent": {"percent": "5", "value": "1000"},
                "lines": {"brands": [format!("b{number}")]}}),
            _ => json!({"id": id, "wallet": "points", "amount": amount,
                "when": {"has_line": {"categories": [format!("d{number}")]}},
                "lines": {"all": [{"categories": [format!("c{}", number % CATEGORIES)]},
                    {"not": {"flags": ["gift_card"]}}]}}),
        }
    };
    let offer = |number: usize| {
        json!({"id": format!("o{number}"), "percent": "1",
            "lines": {"categories": [format!("c{}", number * 7 % CATEGORIES)]}})
    };
    let offers = if rules < 10 { 0 } else { rules / 10 };
    let document = json!({
        "schema": 1, "id": "many", "version": 1, "name": {"en": "Many"}, "currency": "VND",
        "wallets": [{"id": "points", "number": 1, "name": {"en": "Points"},
            "unit": {"en": "point/points"}, "redeem": {"value": "1000"}}],
        "earn": (0..rules - offers).map(rule).collect::<Vec<Value>>(),
        "offers": (0..offers).map(offer).collect::<Vec<Value>>(),
    });
    Programme::read(document.to_string().as_bytes()).unwrap()
}

fn cart(lines: usize) -> Cart {
    let member = MemberNumber::from_body(10_000_000_000).unwrap();
    let mut cart = bill(1, lines, member, false);
    for (number, line) in cart.lines.iter_mut().enumerate() {
        line.sku = format!("sku-{}", number * 11 % 1_000);
        line.category = Some(format!("c{}/below", number * 13 % CATEGORIES));
    }
    cart
}

fn snapshot() -> MemberSnapshot {
    MemberSnapshot {
        number: MemberNumber::from_body(10_000_000_000).unwrap(),
        joined_on: None,
        history: None,
        limits: None,
        profile: None,
        status: MemberStatus::Active,
        household: None,
        after_returns: None,
        as_of: None,
        balances: Default::default(),
    }
}

fn numbers(runs: usize, rules: usize, lines: usize) -> Sample {
    let (programme, cart, member) = (programme(rules), cart(lines), snapshot());
    Sample::single(runs, |_| {
        let quote = evaluate_numbers(&programme, Some(&member), &cart, Language::Vi).unwrap();
        std::hint::black_box(quote);
    })
}

/// What is read of the reasons of a quote.
#[derive(Clone, Copy)]
enum Read {
    /// Nothing: as when a till prices each line that is scanned.
    Nothing,
    /// Of every reason what it is about, its key, whether it applied, and its values.
    Values,
    /// Every sentence.
    Sentences,
}

fn explained(runs: usize, rules: usize, lines: usize, read: Read) -> Sample {
    let (programme, cart, member) = (programme(rules), cart(lines), snapshot());
    Sample::single(runs, |_| {
        let quote = evaluate(&programme, Some(&member), &cart, Language::Vi).unwrap();
        match read {
            Read::Nothing => {}
            Read::Values => {
                assert!(quote.explanation.len() >= rules);
                for reason in &quote.explanation {
                    std::hint::black_box((reason.rule(), reason.key, reason.applied));
                    reason.values.iter().for_each(|value| {
                        std::hint::black_box(value);
                    });
                }
            }
            Read::Sentences => {
                let texts = quote.explanation.iter().map(|reason| reason.text().len());
                assert!(texts.sum::<usize>() > rules);
            }
        }
        std::hint::black_box(quote);
    })
}

pub fn measure(report: &mut Report) {
    let one = numbers(20_000, 1, 30);
    report.add(Row::times(
        "evaluate 30 lines, 1 rule, without explanation",
        &one,
    ));
    let reads = [
        ("  with explanation", Read::Values),
        ("  and every sentence written", Read::Sentences),
        ("  and nobody asks why", Read::Nothing),
    ];
    let ones = reads.map(|(name, read)| {
        let sample = explained(10_000, 1, 30, read);
        report.add(Row::times(name, &sample));
        sample
    });
    report.add(
        Row::times(
            "evaluate 30 lines, 200 rules, without explanation",
            &numbers(5_000, 200, 30),
        )
        .beside(&one)
        .floors(&[Floor::Most(25.0)])
        .goal("10 us"),
    );
    for ((name, read), one) in reads.into_iter().zip(&ones) {
        let row = Row::times(name, &explained(3_000, 200, 30, read)).beside(one);
        report.add(match read {
            Read::Values => row.floors(&[Floor::Most(60.0)]).goal("30 us"),
            Read::Sentences | Read::Nothing => row,
        });
    }
    report.add(
        Row::times("evaluate 500 lines, 2,000 rules", &numbers(300, 2_000, 500))
            .floors(&[Floor::Most(2_000.0)]),
    );
    for rules in [20, 200, 2_000] {
        for lines in [5, 30, 500] {
            report.add(Row::times(
                &format!("  grid: {lines} lines, {rules} rules"),
                &numbers(300, rules, lines),
            ));
        }
    }
    let document = programme(2_000).document().to_vec();
    let compile = Sample::single(30, |_| {
        std::hint::black_box(Programme::read(&document).unwrap());
    });
    report
        .add(Row::times("read and compile 2,000 rules", &compile).floors(&[Floor::Most(20_000.0)]));
}
