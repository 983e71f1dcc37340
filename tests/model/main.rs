//! Random days at a till beside a reference that knows nothing but where each point lies: whatever is
//! asked through the C header, in whatever order, with clock jumps, ends of days, repeated and
//! contradicting operations, supervisors, trainings and kills in between, both agree after every step.
//!
//! `LOY_MODEL_SEQUENCES` chooses how many sequences (500; `make soak` takes 10,000), `LOY_MODEL_SEED`
//! where they begin. One that fails prints its seed: `LOY_MODEL_SEED=<seed> LOY_MODEL_SEQUENCES=1`
//! plays it again.
#![cfg(feature = "fault-injection")]
#![allow(clippy::unwrap_used, missing_docs)]

mod asks;
mod calls;
mod coins;
#[path = "../crash/dice.rs"]
#[allow(dead_code)]
mod dice;
mod invent;
mod reference;
mod returns;
mod sale;
#[path = "../till/shop.rs"]
#[allow(dead_code)] // the stories of the till use the rest
mod shop;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use loy::capi::status::{LOY_ALREADY_RESOLVED, LOY_E_OPERATION_CONFLICT, LOY_EXPIRED, LOY_REFUSED};
use loy::exchange::operators;
use loy::kernel::Currency;
use loy::till::Till;

use crate::asks::{Answer, Ask, Bill, State};
use crate::calls::{Ledger, Said, Told, When, cart, park_and_resume, told};
use crate::dice::Dice;
use crate::reference::{ALONE, CLAIM_DAYS, LIFE_DAYS, Reference};
use crate::shop::{MORNING_MS, Shop, TODAY, date};

const STEPS: u64 = 40;
const TRAINING_STEPS: u64 = 6;
const SECONDS_OF_A_DAY: i64 = 86_400;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

#[test]
fn a_till_and_a_ledger_of_coins_agree_whatever_is_asked() {
    let first = number("LOY_MODEL_SEED", 20_261_122);
    let all = number("LOY_MODEL_SEQUENCES", 500);
    let next = AtomicU64::new(0);
    let (steps, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let one = next.fetch_add(1, Ordering::SeqCst);
                    if one >= all || failed.load(Ordering::SeqCst) > 0 {
                        break;
                    }
                    let seed = first + one;
                    match catch_unwind(AssertUnwindSafe(|| Play::new(seed).play())) {
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
    println!("{all} sequences, {} steps", steps.load(Ordering::SeqCst));
    assert_eq!(failed.load(Ordering::SeqCst), 0, "see the seeds above");
}

fn folder() -> tempfile::TempDir {
    // In memory, where the machine has a folder for that: nobody cuts the power here.
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(memory).unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// The shop of the reference's programme, with a cashier and a supervisor.
fn shop() -> Shop {
    let mut shop = Shop::with(|provisioning| {
        let programme = String::from_utf8(provisioning.programme.clone()).unwrap();
        let lives = format!(r#""decimals": 0, "expiry": {{ "days": {LIFE_DAYS} }},"#);
        let claims = format!(r#""schema": 1, "claims": {{ "within_days": {CLAIM_DAYS} }},"#);
        let programme = programme.replacen(r#""decimals": 0,"#, &lives, 1);
        let programme = programme.replacen(r#""schema": 1,"#, &claims, 1);
        provisioning.programme = shop::with_games(programme.as_bytes());
        let [refund, unlinked, points] = ALONE;
        let store = format!(
            r#"{{ "roles": {{ "cashier": {{ "refund": "{refund}", "unlinked_refund": "{unlinked}",
                                            "adjustment": "{points}" }} }},
                  "operators": [{{ "id": "GS-01", "role": "supervisor", "pin": "4711" }},
                                {{ "id": "TN-07", "role": "cashier" }}] }}"#
        );
        let random = &mut |bytes: &mut [u8]| bytes.fill(6);
        provisioning.operators =
            operators::from_json(store.as_bytes(), Currency::VND, 1_000, random).unwrap();
    });
    shop.folder = folder();
    shop
}

/// One random sequence.
struct Play {
    dice: Dice,
    shop: Shop,
    ledger: Option<Ledger>,
    reference: Reference,
    numbers: Vec<String>,
    sales: Vec<String>,
    asked: Vec<(String, Ask)>,
}

impl Play {
    fn new(seed: u64) -> Self {
        let shop = shop();
        let ledger = Some(Ledger::over(shop.create()));
        Self {
            dice: Dice::new(seed),
            shop,
            ledger,
            reference: Reference::default(),
            numbers: Vec::new(),
            sales: Vec::new(),
            asked: Vec::new(),
        }
    }

    fn ledger(&self) -> &Ledger {
        self.ledger.as_ref().unwrap()
    }

    fn play(mut self) -> u64 {
        for step in 0..STEPS {
            match self.dice.below(30) {
                0 => self.kill(),
                1 => self.train(),
                _ => self.step(step),
            }
            self.compare();
        }
        self.ledger().assert_sound();
        STEPS
    }

    fn step(&mut self, step: u64) {
        match self.dice.below(24) {
            0 => self.jump(),
            1 | 2 => self.sleep(),
            3 => {
                self.ledger().idle();
                self.reference.end_holds();
            }
            4 | 5 => {
                let today = self.reference.today;
                self.ledger()
                    .close_day(&format!("close-{step}"), yyyymmdd(today));
                self.reference.end_holds();
                self.reference.coins.write_off(today);
            }
            6..=8 if !self.asked.is_empty() => self.ask_again(),
            _ => {
                let id = format!("op-{step}");
                let ask = invent::ask(&mut self.dice, &self.reference);
                let is_approved = self.dice.below(3) == 0;
                self.ask(&id, &ask, is_approved);
                self.asked.push((id, ask));
            }
        }
    }

    /// An operation of earlier, as it was or with other content.
    fn ask_again(&mut self) {
        let place = self.dice.below(self.asked.len() as u64);
        let (id, ask) = self.asked[usize::try_from(place).unwrap()].clone();
        match self.dice.below(3) {
            0 => {
                let other = invent::ask(&mut self.dice, &self.reference);
                self.ask(&id, &other, false);
            }
            chance => self.ask(&id, &ask, chance == 1),
        }
    }

    fn jump(&mut self) {
        let seconds = i64::try_from(self.dice.below(3_000)).unwrap() - 600;
        self.set_clock(self.reference.now + seconds);
    }

    /// The shop is closed for a night or some days.
    fn sleep(&mut self) {
        self.reference.today += 1 + i64::try_from(self.dice.below(3)).unwrap();
        let morning = self.reference.today * SECONDS_OF_A_DAY;
        self.set_clock(self.reference.now.max(morning));
    }

    fn set_clock(&mut self, second: i64) {
        self.reference.now = second;
        self.shop.clock.set(MORNING_MS + second * 1_000);
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
        self.ledger = None;
        self.shop.folder = left;
        self.ledger = Some(Ledger::over(self.shop.open()));
        self.reference.end_holds();
    }

    /// A cashier learns meanwhile: the same calls on a ledger that is forgotten, and no trace in this.
    fn train(&mut self) {
        let settings = self.shop.settings();
        let till = Till::open_training_with(&settings, self.shop.ports()).unwrap();
        let mut training = Self {
            dice: Dice::new(self.dice.next()),
            ledger: Some(Ledger::over(till)),
            reference: Reference {
                now: self.reference.now,
                today: self.reference.today,
                opened: self.reference.today,
                ..Reference::default()
            },
            numbers: Vec::new(),
            sales: Vec::new(),
            asked: Vec::new(),
            shop: shop(),
        };
        std::mem::swap(&mut training.shop.clock, &mut self.shop.clock);
        for (phone, points) in [
            ("0900000001", 0),
            ("0900000002", 100),
            ("0900000003", 1_000),
        ] {
            let member = training
                .ledger()
                .scan(phone, yyyymmdd(self.reference.today));
            let number = calls::number_of(&member.unwrap());
            training.numbers.push(number);
            training
                .reference
                .begin_with(phone.parse().unwrap(), points);
        }
        for step in 0..TRAINING_STEPS {
            training.step(step);
            training.compare();
        }
        training.ledger().assert_stays_here();
        training.ledger().assert_sound();
        std::mem::swap(&mut training.shop.clock, &mut self.shop.clock);
        self.set_clock(self.reference.now);
    }

    /// Asks both and compares the answers.
    fn ask(&mut self, id: &str, ask: &Ask, is_approved: bool) {
        if is_approved {
            let act = ["refund", "unlinked_refund", "adjustment"][ask.ceiling()];
            self.ledger().approve(id, act);
        }
        let expected = self.reference.ask(id, ask, is_approved);
        let found = self.ask_till(id, ask);
        let what = format!("{id} {ask:?} approved {is_approved}: {expected:?}, {found:?}");
        let Some((answer, is_again)) = expected else {
            assert_eq!(
                found.expect_err(&what).status,
                LOY_E_OPERATION_CONFLICT,
                "{what}"
            );
            return;
        };
        let refusal = match (answer, &found) {
            (Answer::Member(place), Ok(Found::Member(number))) => {
                if place == self.numbers.len() {
                    self.numbers.push(number.clone());
                }
                assert_eq!(&self.numbers[place], number, "{what}");
                return;
            }
            (Answer::Sale(place), Ok(Found::Sale(sale))) => {
                assert_eq!(sale.was_replayed, is_again, "{what}");
                if place == self.sales.len() {
                    self.sales.push(sale.id.clone());
                }
                assert_eq!(self.sales[place], sale.id, "{what}");
                let reference = &self.reference.sales[place];
                // Asked again, an authorisation tells what it told at first.
                let spent = match ask {
                    Ask::Sell { hold: Some(_), .. } => reference.spent_at_first,
                    _ => reference.spent,
                };
                assert_eq!(sale.spent, spent, "{what}");
                assert_eq!(sale.state, reference.state as i32, "{what}");
                return;
            }
            (Answer::Moved(points, owed), Ok(Found::Points(found))) => {
                assert_eq!((points, owed), *found, "{what}");
                return;
            }
            (Answer::Refused, Err(said)) => {
                assert!(!said.reason.starts_with("approval."), "{what}");
                LOY_REFUSED
            }
            (Answer::NeedsApproval, Err(said)) => {
                assert_eq!(said.reason, "approval.needed", "{what}");
                LOY_REFUSED
            }
            (Answer::Settled, Err(_)) => LOY_ALREADY_RESOLVED,
            (Answer::TooLate, Err(_)) => LOY_EXPIRED,
            _ => panic!("{what}"),
        };
        assert_eq!(found.unwrap_err().status, refusal, "{what}");
    }

    fn ask_till(&mut self, id: &str, ask: &Ask) -> Result<Found, Said> {
        let sale = match ask {
            Ask::Enrol { phone } => {
                let number = self.ledger().enrol(id, &invent::phone(*phone))?;
                return Ok(Found::Member(number));
            }
            Ask::Unlinked(bill) => {
                let cart = self.cart_of(bill, -1);
                let points = self.ledger().refund_unlinked(id, &cart)?;
                return Ok(Found::Points(points));
            }
            Ask::Adjust(adjust) => {
                let (member, when) = (&self.numbers[adjust.member], self.when(adjust.day));
                let until = adjust.until.map(yyyymmdd);
                let points = self.ledger().adjust(id, member, adjust, until, when)?;
                return Ok(Found::Points(points));
            }
            Ask::Sell { bill, hold } => {
                let cart = self.cart_of(bill, 1);
                self.ledger().sell(id, &cart, *hold)?
            }
            Ask::Commit { sale, changed } => {
                let cart = changed.as_ref().map(|bill| self.cart_of(bill, 1));
                self.ledger()
                    .commit(id, &self.sales[*sale], cart.as_ref())?
            }
            Ask::Void { sale } => self.ledger().void(id, &self.sales[*sale])?,
            Ask::Claim { sale, member, day } => {
                let (sale, member) = (&self.sales[*sale], &self.numbers[*member]);
                self.ledger().claim(id, sale, member, self.when(*day))?
            }
            Ask::Refund { sale, goods, day } => {
                let when = self.when(*day);
                self.ledger().refund(id, &self.sales[*sale], goods, when)?
            }
        };
        Ok(Found::Sale(told(&sale)))
    }

    fn when(&self, day: i64) -> When {
        When {
            at_ms: MORNING_MS + self.reference.now * 1_000,
            date: yyyymmdd(day),
        }
    }

    /// The bill as a cart, now and then put aside for a while; below zero where it is goods that come
    /// back.
    fn cart_of(&mut self, bill: &Bill, sign: i64) -> calls::Cart {
        let member = bill.member.map(|member| self.numbers[member].as_str());
        let of = bill.back.as_ref().and_then(|back| back.of);
        let of = of.map(|of| self.sales[of].as_str());
        let cart = cart(bill, sign, member, of, self.when(bill.day));
        match self.dice.below(4) {
            0 => park_and_resume(&cart, self.when(bill.day)),
            _ => cart,
        }
    }

    fn compare(&self) {
        let (ledger, reference) = (self.ledger(), &self.reference);
        for (place, number) in self.numbers.iter().enumerate() {
            let (mut all, mut held, mut lots) = (0, 0, Vec::new());
            for (until, points, of_which_held) in reference.coins.lots(place, reference.today) {
                (all, held) = (all + points, held + of_which_held);
                let until = match until {
                    coins::NEVER => 0,
                    day => i64::from(yyyymmdd(day)),
                };
                lots.push((until, points, of_which_held));
            }
            let debt = reference.coins.debts[place];
            let expected = [all - debt, (all - held - debt).max(0), held, debt];
            let today = yyyymmdd(reference.today);
            assert_eq!(ledger.balance(number, today), expected, "member {place}");
            assert_eq!(ledger.lots(number, today), lots, "member {place}");
        }
        for (id, expected) in self.sales.iter().zip(&reference.sales) {
            let sale = told(&ledger.sale(id));
            let found = (sale.state, sale.given, sale.returned);
            let state = expected.state as i32;
            assert_eq!(found, (state, expected.given, expected.returned), "{id}");
        }
        let is_open = |sale: &&sale::Sale| matches!(sale.state, State::Held | State::Expired);
        let open = reference.sales.iter().filter(is_open).count();
        assert_eq!(ledger.pending(), open);
    }
}

/// So many business days after the first one.
fn yyyymmdd(day: i64) -> i32 {
    let day = u32::try_from(day).expect("not before the first");
    date(TODAY).plus_days(day).expect("a date").yyyymmdd()
}

#[derive(Debug)]
enum Found {
    Member(String),
    Sale(Told),
    Points((i64, i64)),
}
