//! How long it takes to work out a cart: by rules, by lines, with and without the reasons.

use loy::evaluate::{Cart, MemberSnapshot, evaluate, evaluate_numbers};
use loy::kernel::MemberNumber;
use loy::programme::Programme;
use loy::texts::Language;
use serde_json::{Value, json};

use crate::measure::Sample;
use crate::report::{Floor, Report, Row};
use crate::sales::bill;

/// Categories of the shop; a cart of 30 lines has goods of 30 of them.
const CATEGORIES: usize = 400;

/// What a programme can have besides, all of it for this bill: tiers that multiply, challenges, limits,
/// draws, a friend, something once for a household.
fn everything() -> Value {
    let points = |points: &str| json!([{"wallet": "points", "points": points}]);
    json!({
        "tiers": {"basis": "spend", "window": "months", "months": 12, "levels": [
            {"id": "green", "from": "0"}, {"id": "gold", "from": "2000000", "factor": "1.2"},
            {"id": "black", "from": "20000000", "factor": "1.5"},
        ]},
        "challenges": [
            {"id": "often", "count": "visits", "goal": "5", "period": "month", "repeat": "each_period",
                "gives": points("50")},
            {"id": "much", "count": "spend", "goal": "500000", "period": "month", "repeat": "each_time",
                "gives": points("20")},
            {"id": "goods", "count": "pieces", "goal": "10", "within_days": 30, "repeat": "each_time",
                "lines": {"categories": ["c13"]}, "gives": points("10")},
            {"id": "weeks", "count": "days", "goal": "1", "period": "week",
                "streak": {"periods": 4, "grace": 1}, "gives": points("30")},
        ],
        "limits": [
            {"id": "points", "per": "member", "count": "points", "wallet": "points", "most": "9000000",
                "action": "refuse"},
            {"id": "home", "per": "household", "count": "sales", "most": "20", "action": "refuse"},
            {"id": "card", "per": "card", "count": "redemptions", "most": "5", "hours": 24,
                "action": "warn"},
        ],
        "draws": [
            {"id": "wheel", "turns": 2, "times": {"day": 9, "per": "household"},
                "prizes": [{"id": "ten", "chance_percent": "20", "gives": points("10")}]},
            {"id": "steps", "every": "100000",
                "prizes": [{"id": "hundred", "chance_percent": "1", "gives": points("100")}]},
        ],
        "referral": {"advocate": points("50"), "friend_at_purchase": points("20")},
    })
}

/// Rules as a chain has them: a tenth for every bill, the rest for certain goods, days and totals, one
/// offer in ten, and everything besides.
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
    let mut document = json!({
        "schema": 1, "id": "many", "version": 1, "name": {"en": "Many"}, "currency": "VND",
        "wallets": [{"id": "points", "number": 1, "name": {"en": "Points"},
            "unit": {"en": "point/points"}, "redeem": {"value": "1000"}}],
        "earn": (0..rules - offers).map(rule).collect::<Vec<Value>>(),
        "offers": (0..offers).map(offer).collect::<Vec<Value>>(),
    });
    for (key, part) in everything().as_object().unwrap() {
        document[key] = part.clone();
    }
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

/// Gold, of a household, brought by somebody, with a challenge to reach.
fn snapshot(programme: &Programme, cart: &Cart) -> MemberSnapshot {
    let sale = |day: i64, spend: i64| json!({"business_date": i64::from(cart.business_date) - day, "spend": spend, "goals": {"goods": 3_000}});
    let member = json!({
        "points": {"points": 500}, "limits": {"card": 2},
        "sales": [sale(15, 1_500_000), sale(8, 400_000), sale(1, 250_000)],
        "household": {"sales": [sale(2, 900_000)]},
        "referred_by": {"member": 21, "on": i64::from(cart.business_date) - 16},
    });
    let number = MemberNumber::from_body(10_000_000_000).unwrap();
    MemberSnapshot::from_json(member.to_string().as_bytes(), number, programme, cart).unwrap()
}

/// A programme, a bill, and who has it: one whose bill has all that [`everything`] has.
fn sale(rules: usize, lines: usize) -> (Programme, Cart, MemberSnapshot) {
    let (programme, cart) = (programme(rules), cart(lines));
    let member = snapshot(&programme, &cart);
    let quote = evaluate_numbers(&programme, Some(&member), &cart, Language::Vi).unwrap();
    assert_eq!(quote.challenges.len(), 4);
    assert!(!quote.outcome.draws.is_empty());
    assert!(quote.outcome.referral.is_some());
    (programme, cart, member)
}

fn numbers(runs: usize, rules: usize, lines: usize) -> Sample {
    let (programme, cart, member) = sale(rules, lines);
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
    let (programme, cart, member) = sale(rules, lines);
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
