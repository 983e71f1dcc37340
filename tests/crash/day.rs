//! A till's day: every call that writes, in an order that a shop may have.

use std::collections::BTreeMap;

use loy::evaluate::{Cart, Line, ReturnOf};
use loy::kernel::{MemberNumber, Money, Points, Quantity, SaleId};
use loy::till::{Adjusted, Adjustment, Disputed, Error, Goods, Measure, Missing, Period};
use loy::till::{RefundRequest, ReturnedPart, Sale, Till};

use crate::shop::{
    MORNING_MS, Shop, TODAY, answer, cart, cart_of, claim_of, date, phone, refund_of, spending,
};

/// How a step stands to being asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// An operation: the same answer for ever, and nothing is written.
    Answers,
    /// No operation: asked again it may do more.
    Works,
}

pub struct Step {
    pub name: &'static str,
    pub again: Again,
    act: fn(&mut Day) -> Result<String, Error>,
}

/// A till in the middle of its day.
pub struct Day<'a> {
    pub shop: &'a Shop,
    till: Option<Till>,
    sales: BTreeMap<&'static str, SaleId>,
    pub acknowledgement: Vec<u8>,
    /// Where the copy of the ledger goes.
    backup: std::path::PathBuf,
}

impl<'a> Day<'a> {
    pub fn new(shop: &'a Shop, till: Till) -> Self {
        Self {
            shop,
            till: Some(till),
            sales: BTreeMap::new(),
            acknowledgement: Vec::new(),
            backup: shop.folder.path().join("copy.loy"),
        }
    }

    pub fn till(&self) -> &Till {
        self.till.as_ref().expect("open")
    }

    /// Does a step. A refusal by the rules is an answer too.
    pub fn act(&mut self, step: &Step) -> String {
        match (step.act)(self) {
            Ok(answer) => answer,
            Err(Error::Refused(refused)) => format!("{}: {:?}", step.name, refused),
            Err(error) => format!("{}: {error}", step.name),
        }
    }

    fn keep(&mut self, name: &'static str, sale: Result<Sale, Error>) -> Result<String, Error> {
        let id = sale?.id;
        self.sales.insert(name, id);
        Ok(id.to_string())
    }

    fn sale(&self, name: &str) -> SaleId {
        self.sales[name]
    }

    /// Everything of it that can be looked at.
    pub fn account(&self) -> String {
        let till = self.till();
        let history = |number| till.history(number, 0, 1_000).unwrap();
        let card = |number: MemberNumber| till.scan(&number.to_string(), date(TODAY)).unwrap();
        format!(
            "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            till.info().unwrap().head_seq,
            history(first()),
            history(second()),
            card(first()),
            card(second()),
            till.pending_sales().unwrap(),
            till.operators().unwrap(),
            till.export_next(1 << 20).unwrap(),
        )
    }
}

fn member(body: u64) -> MemberNumber {
    MemberNumber::from_body(body).unwrap()
}

fn first() -> MemberNumber {
    member(10_000_000_000)
}

fn second() -> MemberNumber {
    member(10_000_000_001)
}

/// Three shirts and a hat, with a receipt.
fn basket() -> Cart {
    let mut cart = Cart {
        lines: Vec::new(),
        receipt_number: Some("0042".to_owned()),
        ..cart_of(first(), 0)
    };
    for (sku, quantity, total) in [("AO-01", 3_000, 150_000), ("NON-01", 1_000, 55_000)] {
        let line = Line::new(sku, Quantity::new(quantity), Money::new(total));
        cart.lines.push(line);
    }
    cart
}

fn part(sale: SaleId, line: usize, measure: Measure) -> RefundRequest {
    RefundRequest {
        goods: Goods::Parts(vec![ReturnedPart { line, measure }]),
        ..refund_of(sale)
    }
}

/// Points that a cashier gives or takes by hand on a day.
fn adjustment(member: MemberNumber, points: i64, on: i64) -> Adjustment {
    let now = basket();
    Adjustment {
        member,
        wallet: "points".to_owned(),
        points: Points::new(points),
        operator: "TN-07".to_owned(),
        reason: "goodwill".to_owned(),
        time: Some((now.at_ms, now.utc_offset_minutes, date(on))),
        expires_on: None,
        missing: Missing::Refused,
    }
}

/// What was done, without how the member stands by now.
fn adjusted(done: Result<Adjusted, Error>) -> Result<String, Error> {
    let done = done?;
    Ok(format!("{} {} {}", done.seq, done.points, done.owed))
}

/// A shirt that comes back for so much money, of a sale's first line or of no known sale.
fn returned(sale: Option<SaleId>, amount: i64) -> Line {
    let mut line = Line::new("AO-01", Quantity::new(-1_000), Money::new(-amount));
    line.return_of = sale.map(|sale| ReturnOf {
        sale: sale.to_string(),
        line: 0,
    });
    line
}

/// Trousers for a shirt.
fn exchange(sale: Option<SaleId>, amount: i64) -> Cart {
    let mut cart = spending(first(), 200_000, 3);
    cart.lines.push(returned(sale, amount));
    cart
}

macro_rules! step {
    ($again:ident, $name:literal, $act:expr) => {
        Step {
            name: $name,
            again: Again::$again,
            act: $act,
        }
    };
}

/// The day. The till is made before it.
pub const STEPS: &[Step] = &[
    step!(Answers, "enrol", |day| {
        let card = day.till().enrol("enrol-1", &phone("0912345678"))?;
        Ok(card.number.to_string())
    }),
    step!(Answers, "enrol another", |day| {
        let card = day.till().enrol("enrol-2", &phone("0987654321"))?;
        Ok(card.number.to_string())
    }),
    step!(Answers, "record", |day| {
        let sale = day.till().record("sale-1", &cart_of(first(), 410_000));
        day.keep("sale-1", sale)
    }),
    step!(Answers, "authorise", |day| {
        let cart = spending(first(), 100_000, 10);
        let sale = day.till().authorise("hold-1", &cart, 3_600);
        day.keep("hold-1", sale)
    }),
    step!(Answers, "commit", |day| {
        let sale = day.till().commit("commit-1", day.sale("hold-1"), None);
        day.keep("hold-1", sale)
    }),
    step!(Answers, "authorise again", |day| {
        let cart = spending(first(), 100_000, 20);
        let sale = day.till().authorise("hold-2", &cart, 3_600);
        day.keep("hold-2", sale)
    }),
    step!(Answers, "void", |day| {
        let sale = day.till().void("void-2", day.sale("hold-2"), "no money");
        day.keep("hold-2", sale)
    }),
    step!(Answers, "record a basket", |day| {
        let sale = day.till().record("sale-3", &basket());
        day.keep("sale-3", sale)
    }),
    step!(Works, "idle", |day| {
        day.till().idle()?;
        Ok(String::new())
    }),
    step!(Answers, "take a shirt back", |day| {
        let shirt = Measure::Quantity(Quantity::new(1_000));
        let refund = part(day.sale("sale-3"), 0, shirt);
        let sale = day.till().refund("refund-1", &refund);
        day.keep("sale-3", sale)
    }),
    step!(Answers, "reduce a price", |day| {
        let reduction = Measure::Amount(Money::new(15_000));
        let refund = part(day.sale("sale-3"), 1, reduction);
        let sale = day.till().refund("refund-2", &refund);
        day.keep("sale-3", sale)
    }),
    step!(Answers, "install a programme", |day| {
        let first = include_str!("../../examples/programmes/vnd-10000.json");
        let second = first.replace("\"version\": 1", "\"version\": 2");
        let version = day.till().install_programme(second.as_bytes())?;
        Ok(version.to_string())
    }),
    step!(Answers, "void what is final", |day| {
        let sale = day.till().void("void-3", day.sale("sale-3"), "");
        day.keep("sale-3", sale)
    }),
    step!(Answers, "sell a receipt twice", |day| {
        let sale = day.till().record("sale-4", &basket());
        day.keep("sale-4", sale)
    }),
    step!(Answers, "sell to nobody", |day| {
        let sale = day.till().record("sale-5", &cart(20_000));
        day.keep("sale-5", sale)
    }),
    step!(Answers, "claim", |day| {
        let claim = claim_of(day.sale("sale-5"), first());
        let sale = day.till().claim("claim-5", &claim);
        day.keep("sale-5", sale)
    }),
    step!(Answers, "give points by hand", |day| {
        // For the day before yesterday, and dead today: the day's close writes them off.
        let dead = adjustment(first(), 30, TODAY - 2);
        let given = Adjustment {
            expires_on: Some(date(TODAY)),
            ..dead
        };
        adjusted(day.till().adjust("adjust-1", &given))
    }),
    step!(Answers, "take more points than there are", |day| {
        let taken = Adjustment {
            missing: Missing::Owed,
            ..adjustment(second(), -5, TODAY)
        };
        adjusted(day.till().adjust("adjust-2", &taken))
    }),
    step!(Answers, "take what is not there", |day| {
        adjusted(
            day.till()
                .adjust("adjust-3", &adjustment(second(), -500, TODAY)),
        )
    }),
    step!(Answers, "exchange", |day| {
        let cart = exchange(Some(day.sale("sale-3")), 50_000);
        let sale = day.till().record("sale-8", &cart);
        day.keep("sale-8", sale)
    }),
    step!(Answers, "authorise an exchange", |day| {
        let cart = exchange(Some(day.sale("sale-1")), 100_000);
        let sale = day.till().authorise("hold-9", &cart, 3_600);
        day.keep("hold-9", sale)
    }),
    step!(Answers, "undo a sale", |day| {
        let undo = RefundRequest {
            goods: Goods::PostVoid,
            reason: Some("wrong customer".to_owned()),
            ..refund_of(day.sale("sale-1"))
        };
        let sale = day.till().refund("undo-1", &undo);
        day.keep("sale-1", sale)
    }),
    step!(Answers, "commit the exchange", |day| {
        // What it takes back was undone meanwhile: now these are goods without a sale.
        let sale = day.till().commit("commit-9", day.sale("hold-9"), None);
        day.keep("hold-9", sale)
    }),
    step!(Answers, "take goods back without their sale", |day| {
        let mut goods = cart_of(first(), 0);
        goods.lines = vec![returned(None, 40_000)];
        let done = day.till().refund_unlinked("unlinked-1", &goods)?;
        Ok(format!("{} {:?}", done.id, done.done))
    }),
    step!(Answers, "put a cart aside and sell it", |day| {
        let parked = cart_of(second(), 75_000).park();
        let cart = Cart::resume(parked.as_bytes(), MORNING_MS, 420, TODAY);
        let sale = day.till().record("sale-10", &cart.expect("a cart"));
        day.keep("sale-10", sale)
    }),
    step!(Works, "write a statement", |day| {
        let number = first().to_string();
        let statement = day.till().statement(&number, None, Period::default())?;
        Ok(format!("{statement:?}"))
    }),
    step!(Works, "settle a quarrel", |day| {
        let disputed = Disputed::Sale(day.sale("sale-3"));
        Ok(format!("{:?}", day.till().dispute(&disputed)?))
    }),
    step!(Works, "train a cashier", |day| {
        let training = Till::open_training_with(&day.shop.settings(), day.shop.ports())?;
        let card = training.enrol("enrol-1", &phone("0912345678"))?;
        let sale = training.record("sale-1", &cart_of(card.number, 410_000))?;
        Ok(format!(
            "{:?}",
            training.refund("refund-1", &refund_of(sale.id))?.state
        ))
    }),
    step!(Answers, "close the day", |day| {
        Ok(format!(
            "{:?}",
            day.till().close_day("close-1", date(TODAY))?
        ))
    }),
    step!(Answers, "record after the close", |day| {
        let sale = day.till().record("sale-5", &cart_of(second(), 305_000));
        day.keep("sale-5", sale)
    }),
    step!(Works, "export", |day| {
        let Some(export) = day.till().export_next(1 << 20)? else {
            return Ok("nothing".to_owned());
        };
        let bytes = export.bytes;
        day.acknowledgement = answer(&day.shop.office_key, &bytes);
        Ok(format!("{bytes:?}"))
    }),
    step!(Answers, "acknowledge", |day| {
        day.till().acknowledge(&day.acknowledgement)?;
        Ok(String::new())
    }),
    step!(Works, "backup", |day| {
        // Where the call came to its end before the power went, the copy is there already.
        match day.till().backup(&day.backup) {
            Err(Error::Store(loy::store::StoreError::Exists)) => {}
            other => other?,
        }
        Ok(String::new())
    }),
    step!(Answers, "take the rest back", |day| {
        let refund = refund_of(day.sale("sale-3"));
        let sale = day.till().refund("refund-3", &refund);
        day.keep("sale-3", sale)
    }),
    step!(Answers, "confirm the clock", |day| {
        day.till().confirm_clock("clock-1", "7")?;
        Ok(String::new())
    }),
    step!(Works, "close the till and open it", |day| {
        day.till.take().expect("open").close();
        day.till = Some(day.shop.open());
        Ok(String::new())
    }),
    step!(Answers, "authorise and leave", |day| {
        let cart = spending(first(), 60_000, 6);
        let sale = day.till().authorise("hold-6", &cart, 3_600);
        day.keep("hold-6", sale)
    }),
    step!(Answers, "record at last", |day| {
        let sale = day.till().record("sale-7", &spending(second(), 90_000, 30));
        day.keep("sale-7", sale)
    }),
    step!(Answers, "take new operators", |day| {
        let people = r#"{"operators": [{"id": "GS-02", "role": "supervisor", "pin": "4712"}]}"#;
        let list = day.shop.list(MORNING_MS, people);
        day.till().install_operators(&day.shop.sealed(&list))?;
        Ok(String::new())
    }),
    step!(Answers, "close the day again", |day| {
        Ok(format!(
            "{:?}",
            day.till().close_day("close-2", date(TODAY + 1))?
        ))
    }),
];
