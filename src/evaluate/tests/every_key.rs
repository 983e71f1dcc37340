//! What holds for every cart under a programme that uses every key: offers, groups, vouchers, rewards,
//! points as money and stored value, challenges, a friend who was brought, draws and a household at once.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::build::read;
use super::{cart_in, member_number};
use crate::evaluate::{Cart, MemberSnapshot, Quote, evaluate};
use crate::kernel::Balance;
use crate::programme::{Programme, check};
use crate::texts::Language;

const EVERY_KEY: &str = include_str!("../../../tests/programmes/every-key.json");

fn document() -> Value {
    serde_json::from_str(EVERY_KEY).expect("JSON")
}

#[test]
fn the_programme_with_every_key_has_neither_problems_nor_traps() {
    assert_eq!(check(EVERY_KEY.as_bytes()), []);
}

/// Articles that rules, offers and rewards name, each with the rest of what they look at.
fn article(place: usize) -> Value {
    const ARTICLES: [(&str, &str, &str); 12] = [
        ("bia", "drinks/beer", "Nhà"),
        ("sua", "food/dairy", "Nhà"),
        ("keo", "food/sweets", "Khác"),
        ("but", "paper", "Khác"),
        ("ao", "clothes", "Nhà"),
        ("tat", "clothes", "Khác"),
        ("banh", "food/cake", "Nhà"),
        ("tra", "drinks/tea", "Khác"),
        ("nen", "home", "Nhà"),
        ("ca-phe", "drinks/coffee", "Nhà"),
        ("8934588012228", "shoes", "Khác"),
        ("card", "cards", "Khác"),
    ];
    let (sku, category, brand) = ARTICLES[place];
    let flags: &[&str] = if sku == "card" { &["gift_card"] } else { &[] };
    json!({"sku": sku, "category": category, "brand": brand, "flags": flags, "tags": ["organic"]})
}

prop_compose! {
    fn line()(
        place in 0usize..12, quantity in 1i64..9, price in 0i64..120_000,
        tax_percent in 0i64..15, is_outside in any::<bool>(), discount in 0i64..5_000,
    ) -> Value {
        let mut line = article(place);
        let total = quantity * price;
        line["quantity_milli"] = json!(quantity * 1_000);
        line["line_total"] = json!(total);
        line["unit_price"] = json!(price);
        line["discount"] = json!(discount / 2_500 * discount);
        let tax = if is_outside { "tax_outside" } else { "tax_inside" };
        line[tax] = json!(total * tax_percent / 100);
        line
    }
}

const WISHES: [&str; 9] = [
    "least",
    "tenth-off",
    "free-drink",
    "mug",
    "coffee-later",
    "coffee",
    "plate",
    "100-points",
    "cash",
];

prop_compose! {
    fn bill()(
        lines in prop::collection::vec(line(), 1..12),
        wishes in prop::sample::subsequence(WISHES.to_vec(), 0..=5),
        has_code in any::<bool>(),
        points in prop::option::of(0i64..3_000), stored in prop::option::of(0i64..2_000_000),
        day in 0i64..7,
    ) -> Cart {
        let mut cart: Value = serde_json::from_str(&cart_in("VND").to_json()).expect("JSON");
        cart["member"] = json!(member_number());
        // A week of June 2027, from the 7th, a Monday.
        cart["business_date"] = json!(20_270_607 + day);
        cart["lines"] = json!(lines);
        cart["rewards_wanted"] = json!(wishes);
        if has_code {
            cart["codes"] = json!(["TET-2027"]);
        }
        for (wallet, wanted) in [("points", points), ("wallet", stored)] {
            if let Some(wanted) = wanted {
                cart["points_wanted"][wallet] = json!(wanted);
            }
        }
        Cart::from_json(cart.to_string().as_bytes()).expect("a cart")
    }
}

/// Balances by wallet number.
fn balances() -> impl Strategy<Value = Vec<(u8, i64)>> {
    (
        0i64..3_000,
        0i64..30,
        0i64..3_000_000,
        0i64..3,
        0i64..3,
        0i64..2,
    )
        .prop_map(|(points, stamps, stored, next, cash, coffee)| {
            vec![
                (1, points),
                (2, stamps),
                (3, stored),
                (20, next),
                (21, cash),
                (22, coffee),
                (23, coffee),
            ]
        })
}

prop_compose! {
    /// A sale of the week before, or of another month.
    fn earlier()(
        is_of_may in any::<bool>(), day in 1i64..7, spend in 0i64..1_000_000, beers in 0i64..9,
        had_family in any::<bool>(),
    ) -> Value {
        let date = if is_of_may { 20_270_500 + day } else { 20_270_600 + day };
        let family = json!([{"rule": "family", "wallet": "short", "points": 3}]);
        let awards = if had_family { family } else { json!([]) };
        json!({"business_date": date, "spend": spend, "goals": {"beers": beers * 1_000}, "awards": awards})
    }
}

/// What the ledger knows of the member: what was bought before, by whom they were brought, and what those
/// bought who share the account.
fn past() -> impl Strategy<Value = Value> {
    let sales = || prop::collection::vec(earlier(), 0..5);
    (sales(), any::<bool>(), prop::option::of(sales())).prop_map(|(sales, is_brought, others)| {
        let mut member = json!({"sales": sales});
        if is_brought {
            member["referred_by"] = json!({"member": 21, "on": 20_270_601});
        }
        if let Some(others) = others {
            member["household"] = json!({"sales": others});
        }
        member
    })
}

/// A member: balances by wallet number, and what came before.
#[derive(Clone, Debug)]
struct Known {
    balances: Vec<(u8, i64)>,
    past: Value,
}

fn known() -> impl Strategy<Value = Known> {
    (balances(), past()).prop_map(|(balances, past)| Known { balances, past })
}

fn member(programme: &Programme, cart: &Cart, known: &Known) -> MemberSnapshot {
    let mut member = super::build::snapshot(programme, cart, known.past.clone());
    for (wallet, points) in &known.balances {
        let points = crate::kernel::Points::new(*points);
        let balance = Balance {
            known: points,
            spendable: points,
            ..Balance::default()
        };
        member.balances.insert(*wallet, balance);
    }
    member
}

fn priced(programme: &Programme, cart: &Cart, known: &Known) -> Quote {
    let member = member(programme, cart, known);
    evaluate(programme, Some(&member), cart, Language::En).expect("a quote")
}

/// The same document with every list of things that have ids turned round, conditions and all.
fn turned(document: &Value) -> Value {
    match document {
        Value::Array(list) => {
            let mut list: Vec<Value> = list.iter().map(turned).collect();
            let has_ids = list.iter().all(|value| value.get("id").is_some());
            // Tiers rise in their order; campaigns have dates in `from`.
            let is_rung = |value: &Value| value.get("from").is_some_and(Value::is_string);
            let is_ladder = list.iter().any(is_rung);
            if has_ids && !is_ladder {
                list.reverse();
            }
            Value::Array(list)
        }
        Value::Object(object) => {
            let turned = object
                .iter()
                .map(|(key, value)| (key.clone(), turned(value)));
            Value::Object(turned.collect())
        }
        other => other.clone(),
    }
}

#[test]
fn a_bill_reaches_challenges_thanks_who_brought_the_member_and_gives_turns() {
    let programme = read(&document());
    let cart = super::build::cart(json!({
        "business_date": 20_270_609,
        "lines": [{"sku": "bia", "quantity_milli": 6_000, "line_total": 900_000}],
    }));
    let known = Known {
        balances: Vec::new(),
        past: json!({
            "sales": [
                {"business_date": 20_270_607, "spend": 0, "goals": {"beers": 8_000},
                    "awards": [{"rule": "challenge:beers", "wallet": "short", "points": 4}]},
                {"business_date": 20_270_608},
            ],
            "referred_by": {"member": 21, "on": 20_270_601},
            "household": {"sales": [{"business_date": 20_270_601, "spend": 1,
                "awards": [{"rule": "family", "wallet": "short", "points": 3}]}]},
        }),
    };
    let outcome = priced(&programme, &cart, &known).outcome;
    // "ten" excludes other offers and takes 50.000 at the most. 8 and 6 are two times 6 beers, of which
    // one was had before; the third day in a row; the third visit of June, 15 and 5 points; 850.001 are
    // not 900.000; the family had one of two.
    assert_eq!(outcome.payable.get(), 850_000);
    let of = |rule: &str| -> i64 {
        let awards = outcome.awards.iter().filter(|award| award.rule == rule);
        awards.map(|award| award.points.get()).sum()
    };
    let found = [
        ("challenge:beers", 4),
        ("challenge:days-running", 1),
        ("challenge:a-month", 20),
        ("challenge:spender", 0),
        ("referral:friend", 20),
        ("family", 3),
    ];
    assert_eq!(found.map(|(rule, _)| (rule, of(rule))), found);
    assert_eq!(outcome.referral.map(u64::from), Some(21));
    // Two turns of the wheel, and 850.000 are twice 400.000.
    let turns: Vec<_> = outcome
        .draws
        .iter()
        .map(|given| (given.draw.as_str(), given.turns))
        .collect();
    assert_eq!(turns, [("million", 2), ("wheel", 2)]);
}

proptest! {
    #[test]
    fn no_bill_is_below_zero_and_its_parts_add_up(cart in bill(), known in known()) {
        let programme = read(&document());
        let quote = priced(&programme, &cart, &known);
        let outcome = &quote.outcome;
        // Stored value may pay the tax on top of the lines too, which is in no total.
        let tax: i64 = cart.lines.iter().map(|line| line.tax_outside.get()).sum();
        prop_assert!(outcome.payable.get() + tax >= 0);
        prop_assert_eq!(outcome.payable + outcome.stored + quote.discount(), outcome.total);
        for (line, off) in cart.lines.iter().zip(&outcome.line_discounts) {
            prop_assert!(off.get() >= 0 && *off <= line.line_total, "{off} off {}", line.line_total);
        }
        // Offers and what was spent name the lines they took something off, to the last đồng.
        let mut off = vec![0; cart.lines.len()];
        for offer in &outcome.offers {
            prop_assert_eq!(offer.amount.get(), offer.lines.iter().map(|part| part.amount.get()).sum::<i64>());
            for part in &offer.lines {
                off[part.line as usize] += part.amount.get();
            }
        }
        for part in outcome.redemptions.iter().flat_map(|redemption| &redemption.lines) {
            off[part.line as usize] += part.amount.get();
        }
        let by_line: Vec<i64> = outcome.line_discounts.iter().map(|amount| amount.get()).collect();
        prop_assert_eq!(off, by_line);
        for wallet in &quote.wallets {
            prop_assert!(wallet.redeemed.get() <= wallet.before.spendable.get());
            prop_assert_eq!(wallet.after, wallet.before.known - wallet.redeemed + wallet.awarded);
        }
    }

    #[test]
    fn permuting_the_document_changes_nothing(cart in bill(), known in known()) {
        let (document, turned) = (document(), turned(&document()));
        prop_assert_ne!(&document, &turned);
        let one = priced(&read(&document), &cart, &known);
        let other = priced(&read(&turned), &cart, &known);
        prop_assert_eq!(one.to_json(), other.to_json());
    }

    #[test]
    fn more_points_to_pay_with_never_make_a_bill_dearer(
        mut cart in bill(), known in known(), more in 0i64..3_000,
    ) {
        // Rewards cost points that would have paid more as money, so here points only pay.
        cart.rewards_wanted.clear();
        cart.rewards_declined = vec!["100-points".to_owned()];
        let programme = read(&document());
        let mut richer = known.clone();
        for (wallet, points) in &mut richer.balances {
            *points += if *wallet == 1 { more } else { 0 };
        }
        let (poor, rich) = (priced(&programme, &cart, &known), priced(&programme, &cart, &richer));
        let due = |quote: &Quote| quote.outcome.payable + quote.outcome.stored;
        prop_assert!(due(&rich) <= due(&poor), "{} > {}", due(&rich), due(&poor));
    }

    #[test]
    fn asking_again_for_what_was_spent_gives_the_same_quote(cart in bill(), known in known()) {
        let programme = read(&document());
        let first = priced(&programme, &cart, &known);
        let mut again = cart.clone();
        for wallet in &first.wallets {
            let asked = cart.points_wanted.contains_key(&wallet.wallet);
            let as_money = first.outcome.redemptions.iter();
            let as_money = as_money.filter(|part| part.wallet == wallet.number && part.reward.is_none());
            let used = as_money.map(|part| part.points).sum();
            if asked {
                again.points_wanted.insert(wallet.wallet.clone(), used);
            }
        }
        let second = priced(&programme, &again, &known);
        prop_assert_eq!(first.outcome, second.outcome);
        prop_assert_eq!(&priced(&programme, &cart, &known).to_json(), &priced(&programme, &cart, &known).to_json());
    }
}
