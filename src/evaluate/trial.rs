//! What two versions of a programme make of the same carts, summed by rule, tier and day.

use std::collections::BTreeMap;

use super::cart::Cart;
use super::problem::CartProblem;
use super::quote::{GoodsBack, MemberSnapshot, Quote};
use super::{Explaining, evaluate_numbers, evaluate_with};
use crate::kernel::{Fraction, Money, Points, Rounding, WalletNumber};
use crate::programme::{CHANCES, Draw, Programme, Wallet};
use crate::texts::Language;

/// A cart and what was known when it was sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldCart {
    /// The cart.
    pub cart: Cart,
    /// Its member; nothing where it is nobody's.
    pub member: Option<MemberSnapshot>,
    /// What its returned lines did; nothing where that is to be worked out.
    pub returns: Option<Vec<GoodsBack>>,
}

/// By what sums are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// All carts together.
    Total,
    /// A rule that awards, an offer, a reward, a voucher, or points that paid as money.
    Rule,
    /// The tier before the sale.
    Tier,
    /// The business date.
    Day,
}

impl By {
    /// The word in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Rule => "rule",
            Self::Tier => "tier",
            Self::Day => "day",
        }
    }
}

/// What one row is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Of which kind.
    pub by: By,
    /// The rule's, offer's or reward's id, the tier's, the date; empty for the total, `-` for nobody
    /// and for members without a tier. Points that paid as money have the wallet's id.
    pub name: String,
    /// The wallet whose points these are, by its id; empty for money and gifts.
    pub wallet: String,
}

/// What one version gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// In how many carts it did something.
    pub carts: i64,
    /// Points awarded, in the wallet's smallest unit.
    pub points: i128,
    /// Points spent, in the wallet's smallest unit.
    pub spent: i128,
    /// Taken off bills, in minor units.
    pub discount: i128,
    /// Pieces handed over besides.
    pub gifts: i128,
    /// What it costs, in minor units: discounts, and awarded points at what they can pay. What points
    /// of a wallet take off that can pay as money is no cost again.
    pub cost: i128,
    /// What prizes of lucky draws can be expected to cost besides, in parts of [`CHANCES`] of a minor
    /// unit: no bill says what its turns win.
    pub expected: i128,
}

impl Sums {
    /// What it costs with what is expected of draws, in minor units, to the nearest.
    pub fn whole_cost(&self) -> i128 {
        let chances = i128::from(CHANCES);
        self.cost + (self.expected + chances / 2).div_euclid(chances)
    }

    fn add(&mut self, other: &Self) {
        self.points += other.points;
        self.spent += other.spent;
        self.discount += other.discount;
        self.gifts += other.gifts;
        self.cost += other.cost;
        self.expected += other.expected;
    }
}

/// The sums of both versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// By what, under the version that is tried and under the other.
    pub rows: BTreeMap<Key, [Sums; 2]>,
    /// Carts that both versions priced.
    pub carts: u64,
    /// Carts that one of them does not take; they are in no sum.
    pub refused: u64,
}

impl Trial {
    /// Prices a cart under both versions and adds up what they give. A business date on which a version
    /// is not valid is none here: give versions [`Programme::on_any_day`].
    ///
    /// # Errors
    /// What one of the versions has against the cart, which then is in no sum.
    pub fn add(
        &mut self,
        versions: [&Programme; 2],
        sold: [&SoldCart; 2],
    ) -> Result<(), CartProblem> {
        let quotes = [0, 1].map(|place| priced(versions[place], sold[place]));
        let quotes = match quotes {
            [Ok(one), Ok(other)] => [one, other],
            [Err(problem), _] | [_, Err(problem)] => {
                self.refused += 1;
                return Err(problem);
            }
        };
        self.carts += 1;
        for (place, quote) in quotes.iter().enumerate() {
            let date = sold[place].cart.business_date.yyyymmdd().to_string();
            let has_member = sold[place].member.is_some();
            for (key, sums) in parts(versions[place], quote, &date, has_member) {
                let row = &mut self.rows.entry(key).or_default()[place];
                row.carts += 1;
                row.add(&sums);
            }
        }
        Ok(())
    }
}

fn priced(programme: &Programme, sold: &SoldCart) -> Result<Quote, CartProblem> {
    let (member, cart) = (sold.member.as_ref(), &sold.cart);
    match &sold.returns {
        None => evaluate_numbers(programme, member, cart, Language::En),
        Some(returns) => {
            let silent = (Language::En, Explaining::Nothing);
            evaluate_with(programme, member, cart, returns.clone(), silent)
        }
    }
}

/// What one quote adds to the rows it belongs to.
fn parts(
    programme: &Programme,
    quote: &Quote,
    date: &str,
    has_member: bool,
) -> BTreeMap<Key, Sums> {
    let tier = quote.tier.as_ref().filter(|_| has_member);
    let tier = tier.map_or("-", |tier| tier.tier.as_str());
    let mut rows: BTreeMap<Key, Sums> = BTreeMap::new();
    // Every cart is counted, whatever came of it.
    for (by, name) in [(By::Total, ""), (By::Tier, tier), (By::Day, date)] {
        let (name, wallet) = (name.to_owned(), String::new());
        rows.insert(Key { by, name, wallet }, Sums::default());
    }
    let mut add = |name: &str, wallet: &str, sums: Sums| {
        for (by, name) in [
            (By::Total, ""),
            (By::Rule, name),
            (By::Tier, tier),
            (By::Day, date),
        ] {
            let (name, wallet) = (name.to_owned(), wallet.to_owned());
            let row = rows.entry(Key { by, name, wallet }).or_default();
            row.add(&sums);
        }
    };
    let wallet_of = |number: WalletNumber| programme.wallet_by_number(number);
    for award in &quote.outcome.awards {
        let Some(wallet) = wallet_of(award.wallet) else {
            continue;
        };
        let sums = Sums {
            points: i128::from(award.points.get()),
            cost: worth(wallet, award.points),
            ..Sums::default()
        };
        add(&award.rule, &wallet.id, sums);
    }
    for offer in &quote.outcome.offers {
        let sums = Sums {
            discount: i128::from(offer.amount.get()),
            cost: i128::from(offer.amount.get()),
            gifts: offer
                .gift
                .as_ref()
                .map_or(0, |gift| i128::from(gift.quantity)),
            ..Sums::default()
        };
        add(&offer.offer, "", sums);
    }
    for part in &quote.outcome.redemptions {
        let Some(wallet) = wallet_of(part.wallet) else {
            continue;
        };
        let name = part.reward.as_deref().unwrap_or(&wallet.id);
        let spent = i128::from(part.points.get());
        add(
            name,
            &wallet.id,
            Sums {
                spent,
                ..Sums::default()
            },
        );
        let amount = if part.pays { Money::ZERO } else { part.amount };
        let gifts = part
            .gift
            .as_ref()
            .map_or(0, |gift| i128::from(gift.quantity));
        if amount.is_zero() && gifts == 0 {
            continue;
        }
        let discount = i128::from(amount.get());
        // Where points can pay, what they are worth was a cost when they were awarded.
        let cost = if wallet.redeem.is_some() { 0 } else { discount };
        let sums = Sums {
            discount,
            gifts,
            cost,
            ..Sums::default()
        };
        add(name, "", sums);
    }
    for given in &quote.outcome.draws {
        let Some(draw) = programme.draw(&given.draw) else {
            continue;
        };
        let rule = draw.rule();
        add(&rule, "", Sums::default());
        for (wallet, expected) in expected(programme, draw) {
            let sums = Sums {
                expected: expected * i128::from(given.turns),
                ..Sums::default()
            };
            add(&rule, wallet, sums);
        }
    }
    rows
}

/// What one turn of a draw can be expected to cost by wallet, in parts of [`CHANCES`] of a minor unit: what
/// each prize is worth as an award, as often as its chance is, as if no stock came to its end.
fn expected<'a>(programme: &'a Programme, draw: &Draw) -> Vec<(&'a str, i128)> {
    let mut expected = Vec::new();
    for prize in &draw.prizes {
        for entry in &prize.gives {
            if let Some(wallet) = programme.wallet_by_number(entry.wallet) {
                let parts = worth(wallet, entry.points) * i128::from(prize.chance);
                expected.push((wallet.id.as_str(), parts));
            }
        }
    }
    expected
}

/// What points can pay, in minor units, to the nearest.
fn worth(wallet: &Wallet, points: Points) -> i128 {
    let Some(terms) = &wallet.redeem else {
        return 0;
    };
    let value = Fraction::new(
        i128::from(points.get()) * i128::from(terms.step_value.get()),
        i128::from(terms.step.get()),
    );
    let value = value.and_then(|value| Rounding::HalfUp.round(value));
    value.map_or(0, i128::from)
}
