//! Stories a cashier would understand: programme, cart, and what comes out.

mod bounds;
mod build;
mod challenges;
mod conditions;
mod counted;
mod documents;
mod doors;
mod every_key;
mod households;
mod ladder;
mod lines;
mod members;
mod offers;
mod order;
mod own;
mod reference;
mod returns;
mod rules;
mod schemas;
mod stored;
mod stories;
mod tiers;

use crate::kernel::Few;

use super::{Cart, CartProblem, MemberSnapshot, Quote, evaluate};
use crate::kernel::{Balance, MemberNumber, Points};
use crate::programme::Programme;
use crate::texts::Language;

pub(super) const VND_10000: &str = include_str!("../../examples/programmes/vnd-10000.json");
pub(super) const GBP_1: &str = include_str!("../../examples/programmes/gbp-1.json");

pub(super) fn programme(json: &str) -> Programme {
    Programme::read(json.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"))
}

pub(super) fn member_number() -> MemberNumber {
    MemberNumber::from_body(1).expect("a number")
}

/// A member who can spend so many points of wallet 1.
pub(super) fn member(points: i64) -> MemberSnapshot {
    let balance = Balance {
        known: Points::new(points),
        spendable: Points::new(points),
        ..Balance::default()
    };
    MemberSnapshot {
        number: member_number(),
        balances: Few::from([(1, balance)]),
        joined_on: None,
        history: None,
        limits: None,
        status: Default::default(),
        household: None,
        profile: None,
        after_returns: None,
        as_of: None,
    }
}

/// 2026-11-22, eight in the evening in Hanoi.
pub(super) fn cart_in(currency: &str) -> Cart {
    Cart::begin(currency, 1_795_352_400_000, 420, 20_261_122).expect("a cart")
}

/// One story. Lines of `key: value`:
///
/// - `programme` a file of examples/programmes, `with` a JSON pointer and its new value
/// - `member` what they can spend, or `none`; `wants` points of the first wallet
/// - `cart` lines `1 x sku 55.000`, parted by `;` (a dot only groups or marks decimals)
/// - `language` vi or en
/// - `earns`, `uses`, `pays`, `discounts`, `could use`, `after` what comes out, as numbers
/// - `because` a sentence of the explanation, whole
#[track_caller]
pub(super) fn check(story: &str) {
    let facts = Facts::read(story);
    let quote = facts.quote().unwrap_or_else(|problem| panic!("{problem}"));
    let mut checked = 0;
    for (key, expected) in &facts.0 {
        let found = match *key {
            "earns" => quote.awarded(1).to_string(),
            "would earn" => quote.awarded_with_card(1).to_string(),
            "uses" => quote.redeemed(1).to_string(),
            "pays" => quote.outcome.payable.to_string(),
            "could use" => quote.wallet(1).expect("a member").redeemable.to_string(),
            "after" => quote.wallet(1).expect("a member").after.to_string(),
            "discounts" => {
                let parts = quote.outcome.line_discounts.iter().map(ToString::to_string);
                parts.collect::<Vec<_>>().join(", ")
            }
            "because" => {
                let texts: Vec<&str> = quote.explanation.iter().map(|r| r.text()).collect();
                assert!(
                    texts.contains(expected),
                    "{expected:?} is not among {texts:#?}"
                );
                checked += 1;
                continue;
            }
            _ => continue,
        };
        checked += 1;
        let expected = if *key == "discounts" {
            (*expected).to_owned()
        } else {
            expected.replace('.', "")
        };
        assert_eq!(found, expected, "{key}: {:#?}", quote.explanation);
    }
    assert!(checked > 0, "a story checks something");
}

pub(super) struct Facts<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Facts<'a> {
    pub(super) fn read(story: &'a str) -> Self {
        const KEYS: [&str; 14] = [
            "programme",
            "with",
            "member",
            "wants",
            "cart",
            "language",
            "earns",
            "would earn",
            "uses",
            "pays",
            "discounts",
            "could use",
            "after",
            "because",
        ];
        let lines = story.lines().map(str::trim).filter(|line| !line.is_empty());
        let facts: Vec<(&str, &str)> = lines
            .map(|line| {
                let (key, value) = line.split_once(':').expect("key: value");
                assert!(KEYS.contains(&key), "{key} is no key of a story");
                (key, value.trim())
            })
            .collect();
        Self(facts)
    }

    fn all(&self, key: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(known, _)| *known == key)
            .map(|(_, value)| *value)
    }

    fn one(&self, key: &str) -> Option<&'a str> {
        self.all(key).next()
    }

    pub(super) fn programme(&self) -> Programme {
        let file = self.one("programme").unwrap_or("vnd-10000.json");
        let text = match file {
            "vnd-10000.json" => VND_10000,
            "gbp-1.json" => GBP_1,
            other => panic!("no programme {other}"),
        };
        let mut document: serde_json::Value = serde_json::from_str(text).expect("JSON");
        for change in self.all("with") {
            let (pointer, value) = change.split_once(" = ").expect("pointer = value");
            let (object, key) = pointer.rsplit_once('/').expect("a pointer");
            let object = document.pointer_mut(object).expect("a place");
            object[key] = serde_json::from_str(value).expect("JSON");
        }
        programme(&document.to_string())
    }

    pub(super) fn quote(&self) -> Result<Quote, CartProblem> {
        let programme = self.programme();
        let mut cart = cart_in(programme.currency().code());
        let units = |text: &str| -> i64 { text.replace('.', "").parse().expect("a number") };
        for line in self.one("cart").expect("a cart").split(';') {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [count, "x", sku, price] = words[..] else {
                panic!("a line is `1 x sku price`: {line}");
            };
            cart.add_line(sku, units(count) * 1000, units(price))?;
        }
        let snapshot = match self.one("member") {
            None | Some("none") => None,
            Some(points) => Some(member(units(points))),
        };
        cart.member = snapshot.as_ref().map(|snapshot| snapshot.number);
        if let Some(points) = self.one("wants") {
            cart.want_points(&programme.wallets()[0].id, units(points))?;
        }
        let language = Language::from_code(self.one("language").unwrap_or("vi"));
        evaluate(
            &programme,
            snapshot.as_ref(),
            &cart,
            language.expect("a language"),
        )
    }
}
