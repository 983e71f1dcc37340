//! Published cases of named systems, as programme, cart and expected result (`named.json`).
//!
//! Each case says where its numbers were printed or derived from. What cannot be said in a programme
//! of this version stands under `not_expressible` with the reason; it is listed, and counts for
//! nothing.

mod lives;
#[path = "../till/shop.rs"]
#[allow(dead_code, clippy::unwrap_used)] // the stories of the till use the rest
mod shop;

use std::collections::BTreeMap;

use loy::evaluate::{Cart, Decided, KeptLine, MemberSnapshot, Quote, due_after, evaluate};
use loy::kernel::{MemberNumber, Money, Points, Quantity};
use loy::programme::Programme;
use loy::texts::Language;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    cases: Vec<Case>,
    not_expressible: Vec<NotExpressible>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "system, source and notes are for readers")]
struct Case {
    id: String,
    system: String,
    verified: bool,
    source: String,
    #[serde(default)]
    note: Option<String>,
    /// A file of examples/programmes, or a document without its head.
    programme: Value,
    /// A cart; what it does not say is filled in.
    cart: serde_json::Map<String, Value>,
    member: Value,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotExpressible {
    id: String,
    system: String,
    #[allow(dead_code, reason = "for readers")]
    rules: String,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    #[serde(default)]
    earns: BTreeMap<String, i64>,
    #[serde(default)]
    with_card: BTreeMap<String, i64>,
    #[serde(default)]
    uses: BTreeMap<String, i64>,
    #[serde(default)]
    after: BTreeMap<String, i64>,
    discount: Option<i64>,
    payable: Option<i64>,
    tier: Option<String>,
    available_from: Option<i64>,
    expires_on: Option<i64>,
    /// Keys of reasons.
    #[serde(default)]
    reasons: Vec<String>,
    /// Points still due once everything is returned.
    due_after_all: Option<i64>,
    #[serde(default)]
    due_after: Vec<Due>,
}

/// Points still due when so much is kept of each line: quantity in thousandths, and money.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Due {
    kept: Vec<(i64, i64)>,
    points: i64,
}

fn programme(case: &Case) -> Programme {
    let bytes = match &case.programme {
        Value::String(file) => {
            let path = format!("{}/examples/programmes/{file}", env!("CARGO_MANIFEST_DIR"));
            std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
        }
        part => {
            let mut document = part.as_object().expect("a document").clone();
            document.insert("schema".into(), json!(1));
            document.insert("id".into(), json!("case"));
            document.insert("version".into(), json!(1));
            document.insert("name".into(), json!({ "en": case.id }));
            Value::Object(document).to_string().into_bytes()
        }
    };
    Programme::read(&bytes).unwrap_or_else(|problems| panic!("{}: {problems:?}", case.id))
}

fn cart(case: &Case, programme: &Programme, member: MemberNumber) -> Cart {
    let mut cart = case.cart.clone();
    let mut fill = |key: &str, value: Value| {
        cart.entry(key).or_insert(value);
    };
    fill("currency", json!(programme.currency().code()));
    fill("at_ms", json!(1_795_352_400_000i64));
    fill("utc_offset_minutes", json!(420));
    fill("business_date", json!(20_261_122));
    fill("member", json!(member));
    Cart::from_json(Value::Object(cart).to_string().as_bytes())
        .unwrap_or_else(|problem| panic!("{}: {problem}", case.id))
}

fn check(case: &Case) {
    let number = MemberNumber::from_body(1).expect("a number");
    let programme = programme(case);
    let cart = cart(case, &programme, number);
    let member = cart.member.map(|number| {
        MemberSnapshot::from_json(
            case.member.to_string().as_bytes(),
            number,
            &programme,
            &cart,
        )
        .unwrap_or_else(|problem| panic!("{}: {problem}", case.id))
    });
    let quote = evaluate(&programme, member.as_ref(), &cart, Language::En)
        .unwrap_or_else(|problem| panic!("{}: {problem}", case.id));
    let told = format!("{}: {:#?}", case.id, quote.explanation);
    let number_of = |wallet: &str| programme.wallet(wallet).expect("a wallet").number;
    let same = |what: &str, expected: &BTreeMap<String, i64>, found: &dyn Fn(u8) -> Points| {
        for (wallet, expected) in expected {
            assert_eq!(found(number_of(wallet)).get(), *expected, "{what}, {told}");
        }
    };
    let expect = &case.expect;
    same("earns", &expect.earns, &|wallet| quote.awarded(wallet));
    same("with a card", &expect.with_card, &|wallet| {
        quote.awarded_with_card(wallet)
    });
    same("uses", &expect.uses, &|wallet| quote.redeemed(wallet));
    same("after", &expect.after, &|wallet| {
        quote.wallet(wallet).expect("a member").after
    });
    let number = |what: &str, expected: Option<i64>, found: i64| {
        if let Some(expected) = expected {
            assert_eq!(found, expected, "{what}, {told}");
        }
    };
    number("discount", expect.discount, quote.discount().get());
    number("payable", expect.payable, quote.outcome.payable.get());
    if let Some(expected) = &expect.tier {
        let tier = quote.tier.as_ref().map(|line| line.tier.as_str());
        assert_eq!(tier, Some(expected.as_str()), "{told}");
    }
    if let Some(award) = quote.outcome.awards.first() {
        number("from", expect.available_from, award.available_from.into());
        number(
            "until",
            expect.expires_on,
            award.expires_on.map_or(0, i64::from),
        );
    } else {
        assert!(
            expect.available_from.is_none() && expect.expires_on.is_none(),
            "{told}"
        );
    }
    for key in &expect.reasons {
        assert!(
            quote.explanation.iter().any(|reason| reason.key == key),
            "{key}, {told}"
        );
    }
    returns(&programme, &cart, member.as_ref(), &quote, expect, &told);
}

fn returns(
    programme: &Programme,
    cart: &Cart,
    member: Option<&MemberSnapshot>,
    quote: &Quote,
    expect: &Expect,
    told: &str,
) {
    let decided = Decided {
        programme,
        member,
        cart,
        outcome: &quote.outcome,
    };
    let due = |kept: &[KeptLine]| -> i64 {
        let due = due_after(&decided, kept).expect("what is due");
        due.iter().map(|award| award.points.get()).sum()
    };
    // Of each line so much is kept, with its part of what loy took off, to the nearest unit.
    let part = |line: usize, quantity: i64, total: i64| {
        let whole = cart.lines[line].line_total.get();
        let off = quote.outcome.line_discounts[line].get();
        let off = (2 * off * total + whole)
            .checked_div(2 * whole)
            .unwrap_or(0);
        KeptLine {
            quantity: Quantity::new(quantity),
            line_total: Money::new(total),
            net: Money::new(total - off),
        }
    };
    let all = |(index, line): (usize, &loy::evaluate::Line)| KeptLine {
        quantity: line.quantity_milli,
        line_total: line.line_total,
        net: decided.net_of(index),
    };
    let nothing = |(index, _): (usize, &loy::evaluate::Line)| part(index, 0, 0);
    let everything: Vec<KeptLine> = cart.lines.iter().enumerate().map(all).collect();
    let given: i64 = quote
        .outcome
        .awards
        .iter()
        .map(|award| award.points.get())
        .sum();
    assert_eq!(due(&everything), given, "{told}");
    let none: Vec<KeptLine> = cart.lines.iter().enumerate().map(nothing).collect();
    assert_eq!(due(&none), expect.due_after_all.unwrap_or(0), "{told}");
    for case in &expect.due_after {
        let kept: Vec<KeptLine> = case
            .kept
            .iter()
            .enumerate()
            .map(|(line, &(quantity, total))| part(line, quantity, total))
            .collect();
        assert_eq!(due(&kept), case.points, "{told}");
    }
}

#[test]
fn the_published_cases_of_named_systems_come_out_as_published() {
    let cases: Cases = serde_json::from_str(include_str!("named.json")).expect("cases");
    for case in &cases.cases {
        check(case);
    }
    println!("{} cases passed", cases.cases.len());
    for case in &cases.not_expressible {
        println!(
            "not expressible yet: {} ({}): {}",
            case.id, case.system, case.why
        );
    }
}
