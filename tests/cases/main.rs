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

use loy::evaluate::{
    Cart, Decided, Goods, KeptLine, Measure, MemberSnapshot, PointsBack, Quote, Return,
    ReturnedLines, ReturnedPart, due_after, evaluate, points_back,
};
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
    /// The programme version of the day of the returns, where it is another.
    #[serde(default)]
    current: Option<Value>,
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
    /// Returns, one after the other.
    #[serde(default)]
    refunds: Vec<Refund>,
}

/// Goods come back; points of the wallet with number 1 that are taken back and returned so far.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refund {
    /// Line, and the money that comes back of it in minor units; everything that is left if empty.
    #[serde(default)]
    amounts: Vec<(usize, i64)>,
    taken_back: i64,
    returned: i64,
}

/// Points still due when so much is kept of each line: quantity in thousandths, and money.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Due {
    kept: Vec<(i64, i64)>,
    points: i64,
}

fn programme(case: &Case, programme: &Value) -> Programme {
    let bytes = match programme {
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
    let current = case.current.as_ref().unwrap_or(&case.programme);
    let current = programme(case, current);
    let programme = programme(case, &case.programme);
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
    let sale = Decided {
        programme: &programme,
        member: member.as_ref(),
        cart: &cart,
        outcome: &quote.outcome,
    };
    refunds(sale, &current, &quote, &expect.refunds, &told);
}

fn refunds(sale: Decided<'_>, current: &Programme, quote: &Quote, refunds: &[Refund], told: &str) {
    let sums = |points: Points| BTreeMap::from([(1, points)]);
    let (awarded, redeemed) = (sums(quote.awarded(1)), sums(quote.redeemed(1)));
    let (mut before, mut so_far) = (ReturnedLines::new(), PointsBack::default());
    for refund in refunds {
        let part = |&(line, amount): &(usize, i64)| ReturnedPart {
            line,
            measure: Measure::Amount(Money::new(amount)),
        };
        let goods = match refund.amounts.as_slice() {
            [] => Goods::Everything,
            amounts => Goods::Parts(amounts.iter().map(part).collect()),
        };
        let after = sale.after(&before, &goods).expect("so much is left");
        let back = Return {
            sale,
            current,
            awarded: &awarded,
            redeemed: &redeemed,
            before: &before,
            after: &after,
            so_far: &so_far,
        };
        let back = points_back(&back).expect("what goes back");
        let of = |sums: &BTreeMap<u8, Points>| sums.get(&1).map_or(0, |points| points.get());
        let found = (of(&back.taken_back), of(&back.returned));
        assert_eq!(found, (refund.taken_back, refund.returned), "{told}");
        (before, so_far) = (after, back);
    }
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
