//! Random days at a till beside a reference ledger that knows nothing but sums: whatever is asked, in
//! whatever order, with clock jumps, repeated and contradicting operations and kills in between, till
//! and reference agree after every step.
//!
//! `LOY_MODEL_SEQUENCES` chooses how many days (500; `make soak` takes 10,000), `LOY_MODEL_SEED` where
//! they begin. A day that fails prints its seed: `LOY_MODEL_SEED=<seed> LOY_MODEL_SEQUENCES=1` plays
//! it again.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../crash/dice.rs"]
#[allow(dead_code)]
mod dice;
mod reference;
#[path = "../till/shop.rs"]
#[allow(dead_code)] // the stories of the till use the rest
mod shop;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use loy::evaluate::{Cart, Line};
use loy::kernel::{MemberNumber, Money, Points, Quantity, SaleId};
use loy::till::{Depth, Error, Goods, Measure, RefundRequest, ReturnedPart, Sale, Till, status};

use crate::dice::Dice;
use crate::reference::{Answer, Ask, Bill, Reference};
use crate::shop::{MORNING_MS, Shop, TODAY, cart, claim_of, date, phone, refund_of};

const STEPS: u64 = 40;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

#[test]
fn a_till_and_a_ledger_of_sums_agree_whatever_is_asked() {
    let first = number("LOY_MODEL_SEED", 20_261_122);
    let days = number("LOY_MODEL_SEQUENCES", 500);
    let next = AtomicU64::new(0);
    let (steps, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let day = next.fetch_add(1, Ordering::SeqCst);
                    if day >= days || failed.load(Ordering::SeqCst) > 0 {
                        break;
                    }
                    let seed = first + day;
                    match catch_unwind(AssertUnwindSafe(|| Day::new(seed).play())) {
                        Ok(count) => steps.fetch_add(count, Ordering::SeqCst),
                        Err(_) => {
                            eprintln!("LOY_MODEL_SEED={seed} LOY_MODEL_SEQUENCES=1 plays it again");
                            failed.fetch_add(1, Ordering::SeqCst)
                        }
                    };
                }
            });
        }
    });
    println!("{days} days, {} steps", steps.load(Ordering::SeqCst));
    assert_eq!(failed.load(Ordering::SeqCst), 0, "see the seeds above");
}

fn folder() -> tempfile::TempDir {
    // In memory, where the machine has a folder for that: nobody cuts the power here.
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(memory).unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// One random day.
struct Day {
    dice: Dice,
    shop: Shop,
    till: Option<Till>,
    reference: Reference,
    numbers: Vec<MemberNumber>,
    sales: Vec<SaleId>,
    asked: Vec<(String, Ask)>,
}

impl Day {
    fn new(seed: u64) -> Self {
        let mut shop = Shop::new();
        shop.folder = folder();
        let till = Some(shop.create());
        Self {
            dice: Dice::new(seed),
            shop,
            till,
            reference: Reference::default(),
            numbers: Vec::new(),
            sales: Vec::new(),
            asked: Vec::new(),
        }
    }

    fn till(&self) -> &Till {
        self.till.as_ref().unwrap()
    }

    fn play(mut self) -> u64 {
        for step in 0..STEPS {
            self.step(step);
            self.compare();
        }
        assert_eq!(self.till().verify(Depth::Full).unwrap(), []);
        STEPS
    }

    fn step(&mut self, step: u64) {
        match self.dice.below(24) {
            0 => self.jump(),
            1 => self.kill(),
            2 => {
                self.till().idle().unwrap();
                self.reference.end_holds();
            }
            3 => {
                let id = format!("close-{step}");
                self.till().close_day(&id, date(TODAY)).unwrap();
                self.reference.end_holds();
            }
            4..=6 if !self.asked.is_empty() => self.ask_again(),
            _ => {
                let id = format!("op-{step}");
                let ask = self.invent();
                self.ask(&id, &ask);
                self.asked.push((id, ask));
            }
        }
    }

    /// An operation of earlier, as it was or with other content.
    fn ask_again(&mut self) {
        let place = self.dice.below(self.asked.len() as u64);
        let (id, mut ask) = self.asked[usize::try_from(place).unwrap()].clone();
        if self.dice.below(3) == 0 {
            ask = self.invent();
        }
        self.ask(&id, &ask);
    }

    fn jump(&mut self) {
        let seconds = i64::try_from(self.dice.below(3_000)).unwrap() - 600;
        self.reference.now += seconds;
        self.shop.clock.set(MORNING_MS + self.reference.now * 1_000);
    }

    /// The program dies: what is on the disk at this moment is all that is left.
    fn kill(&mut self) {
        let left = folder();
        for name in ["ledger.loy", "ledger.loy-wal"] {
            let from = self.shop.folder.path().join(name);
            if from.exists() {
                std::fs::copy(from, left.path().join(name)).unwrap();
            }
        }
        self.till = None;
        self.shop.folder = left;
        self.till = Some(self.shop.open());
        self.reference.end_holds();
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.dice.below(end as u64)).unwrap()
    }

    fn bill(&mut self) -> Bill {
        let members = self.numbers.len();
        let member = (members > 0 && self.dice.below(8) > 0).then(|| self.below(members));
        let quantity = 1 + i64::try_from(self.dice.below(3)).unwrap();
        let total = 1_000 * i64::try_from(self.dice.below(400)).unwrap();
        let wanted = match self.dice.below(2) {
            0 => 0,
            _ => i64::try_from(self.dice.below(50)).unwrap(),
        };
        Bill {
            member,
            quantity,
            // Half a point is where the rounding turns: often exactly there.
            total: if self.dice.below(3) == 0 {
                total / 5_000 * 5_000
            } else {
                total
            },
            wanted: if member.is_some() { wanted } else { 0 },
        }
    }

    fn invent(&mut self) -> Ask {
        if self.sales.is_empty() || self.numbers.len() < 2 || self.dice.below(2) == 0 {
            return match self.dice.below(8) {
                _ if self.numbers.is_empty() => Ask::Enrol { phone: 0 },
                0 => Ask::Enrol {
                    phone: self.dice.below(6),
                },
                1..=4 => Ask::Record(self.bill()),
                _ => Ask::Authorise {
                    bill: self.bill(),
                    seconds: 1 + i64::try_from(self.dice.below(2_000)).unwrap(),
                },
            };
        }
        let sale = self.below(self.sales.len());
        match self.dice.below(9) {
            8 => Ask::Claim {
                sale,
                member: self.below(self.numbers.len()),
            },
            0 | 1 => Ask::Commit {
                sale,
                changed: None,
            },
            2 => {
                let member = self.reference.sales[sale].authorised_for;
                let bill = self.bill();
                let wanted = if member.is_some() { bill.wanted } else { 0 };
                let changed = Some(Bill {
                    member,
                    wanted,
                    ..bill
                });
                Ask::Commit { sale, changed }
            }
            3 => Ask::Void { sale },
            4 => Ask::RefundAll { sale },
            5 | 6 => Ask::RefundGoods {
                sale,
                quantity: 1 + i64::try_from(self.dice.below(2)).unwrap(),
            },
            _ => Ask::RefundMoney {
                sale,
                amount: 1_000 * (1 + i64::try_from(self.dice.below(60)).unwrap()),
            },
        }
    }

    /// Asks both and compares the answers.
    fn ask(&mut self, id: &str, ask: &Ask) {
        let expected = self.reference.ask(id, ask);
        let found = self.ask_till(id, ask);
        let what = format!("{id} {ask:?}: {expected:?}");
        let Some((answer, is_again)) = expected else {
            let error = found.expect_err(&what);
            assert_eq!(
                error.status(),
                status::E_OPERATION_CONFLICT,
                "{what}: {error}"
            );
            return;
        };
        match (answer, found) {
            (Answer::Member(place), Ok(Told::Member(number, was_replayed))) => {
                assert_eq!(was_replayed, is_again, "{what}");
                if place == self.numbers.len() {
                    self.numbers.push(number);
                }
                assert_eq!(self.numbers[place], number, "{what}");
            }
            (Answer::Sale(place), Ok(Told::Sale(sale))) => {
                assert_eq!(sale.was_replayed, is_again, "{what}");
                if place == self.sales.len() {
                    self.sales.push(sale.id);
                }
                assert_eq!(self.sales[place], sale.id, "{what}");
                let reference = &self.reference.sales[place];
                assert_eq!(sale.state as i32, reference.state as i32, "{what}");
                let wallet = sale.quote.wallets.first();
                let spent = wallet.map_or(0, |wallet| wallet.redeemed.get());
                // Asked again, an authorisation tells what it told at first.
                let expected = match ask {
                    Ask::Authorise { .. } => reference.spent_at_first,
                    _ => reference.spent,
                };
                assert_eq!(spent, expected, "{what}");
            }
            (Answer::Refused, Err(error)) => assert_eq!(error.status(), status::REFUSED, "{what}"),
            (Answer::Settled, Err(error)) => {
                assert_eq!(error.status(), status::ALREADY_RESOLVED, "{what}: {error}");
            }
            (_, found) => panic!(
                "{what}: {}",
                found.map_or_else(|e| e.to_string(), |_| "done".into())
            ),
        }
    }

    fn ask_till(&self, id: &str, ask: &Ask) -> Result<Told, Error> {
        let till = self.till();
        let refund = |sale: usize, goods: Goods| {
            let request = RefundRequest {
                goods,
                ..refund_of(self.sales[sale])
            };
            till.refund(id, &request)
        };
        let part = |measure| Goods::Parts(vec![ReturnedPart { line: 0, measure }]);
        let sale = match ask {
            Ask::Enrol { phone: number } => {
                let card = till.enrol(id, &phone(&format!("091234567{number}")))?;
                return Ok(Told::Member(card.number, card.was_replayed));
            }
            Ask::Record(bill) => till.record(id, &self.cart_of(bill))?,
            Ask::Authorise { bill, seconds } => {
                till.authorise(id, &self.cart_of(bill), u32::try_from(*seconds).unwrap())?
            }
            Ask::Commit { sale, changed } => {
                let cart = changed.as_ref().map(|bill| self.cart_of(bill));
                till.commit(id, self.sales[*sale], cart.as_ref())?
            }
            Ask::Void { sale } => till.void(id, self.sales[*sale], "")?,
            Ask::Claim { sale, member } => {
                till.claim(id, &claim_of(self.sales[*sale], self.numbers[*member]))?
            }
            Ask::RefundAll { sale } => refund(*sale, Goods::Everything)?,
            Ask::RefundGoods { sale, quantity } => {
                let quantity = Quantity::new(quantity * 1_000);
                refund(*sale, part(Measure::Quantity(quantity)))?
            }
            Ask::RefundMoney { sale, amount } => {
                refund(*sale, part(Measure::Amount(Money::new(*amount))))?
            }
        };
        Ok(Told::Sale(Box::new(sale)))
    }

    fn cart_of(&self, bill: &Bill) -> Cart {
        let mut cart = Cart {
            member: bill.member.map(|member| self.numbers[member]),
            lines: Vec::new(),
            ..cart(0)
        };
        let quantity = Quantity::new(bill.quantity * 1_000);
        cart.lines
            .push(Line::new("AO-01", quantity, Money::new(bill.total)));
        if bill.wanted > 0 {
            cart.points_wanted
                .insert("points".to_owned(), Points::new(bill.wanted));
        }
        cart
    }

    fn compare(&self) {
        let till = self.till();
        for (place, number) in self.numbers.iter().enumerate() {
            let card = till.scan(&number.to_string(), date(TODAY)).unwrap();
            let balance = card.wallets[0].balance;
            let found = (
                balance.known.get(),
                balance.spendable.get(),
                balance.held.get(),
            );
            assert_eq!(found, self.reference.balance(place), "member {place}");
        }
        for (sale, reference) in self.sales.iter().zip(&self.reference.sales) {
            let found = till.sale(*sale).unwrap().state;
            assert_eq!(found as i32, reference.state as i32, "{sale}");
        }
    }
}

#[derive(Debug)]
enum Told {
    Member(MemberNumber, bool),
    Sale(Box<Sale>),
}
