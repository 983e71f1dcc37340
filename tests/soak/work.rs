//! The till at work.

use crate::dice::Dice;
use std::path::Path;

use loy::evaluate::Cart;
use loy::kernel::{Instant, MemberNumber, SaleId, UtcOffset};
use loy::till::{Clock, Error, Goods, RefundRequest, Sale, Till};

use crate::journal::{Asked, Pen};
use crate::shop::{MORNING_MS, TODAY, date, spending};

pub const MEMBERS: usize = 5;

/// The ledger's clock stands still: holds never run out by themselves here.
pub struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant::from_ms(MORNING_MS)
    }
}

pub fn member(number: usize) -> MemberNumber {
    let body = 10_000_000_000 + u64::try_from(number).unwrap();
    MemberNumber::from_body(body).unwrap()
}

/// Asks the till for what the journal says.
pub fn ask(till: &Till, id: &str, asked: &Asked) -> Result<Sale, Error> {
    let cart_of = |number: usize, tens: i64, spend: i64| Cart {
        receipt_number: Some(id.to_owned()),
        ..spending(member(number), tens * 10_000, spend)
    };
    match *asked {
        Asked::Record {
            member,
            tens,
            spend,
        } => till.record(id, &cart_of(member, tens, spend)),
        Asked::Authorise {
            member,
            tens,
            spend,
        } => till.authorise(id, &cart_of(member, tens, spend), 3_600),
        Asked::Commit(sale) => till.commit(id, sale, None),
        Asked::Void(sale) => till.void(id, sale, "soak"),
        Asked::Refund(sale) => till.refund(id, &refund_of(sale)),
    }
}

fn refund_of(sale: SaleId) -> RefundRequest {
    RefundRequest {
        sale,
        at: Instant::from_ms(MORNING_MS),
        offset: UtcOffset::from_minutes(420).unwrap(),
        business_date: date(TODAY),
        cashier: None,
        receipt_number: None,
        reason: None,
        goods: Goods::Everything,
    }
}

/// Sells until someone kills it.
pub fn sell_until_killed(folder: &Path, seed: u64) {
    let mut dice = Dice::new(seed);
    let mut pen = Pen::new(folder);
    let till = Till::open_with(&crate::settings(folder), crate::ports()).unwrap();
    let mut count = 0;
    let mut do_it = |asked: Asked| -> SaleId {
        let id = format!("{seed:016x}-{count}");
        count += 1;
        pen.before(&id, &asked);
        let sale = ask(&till, &id, &asked).unwrap().id;
        pen.after(&id, sale);
        sale
    };
    loop {
        let member = usize::try_from(dice.below(MEMBERS as u64)).unwrap();
        let tens = 1 + i64::try_from(dice.below(40)).unwrap();
        let spend = i64::try_from(dice.below(3)).unwrap() * 10;
        let what = dice.below(20);
        if what < 10 {
            do_it(Asked::Record {
                member,
                tens,
                spend,
            });
        } else if what < 13 {
            let sale = do_it(Asked::Record {
                member,
                tens,
                spend: 0,
            });
            do_it(Asked::Refund(sale));
        } else if what < 19 {
            let sale = do_it(Asked::Authorise {
                member,
                tens,
                spend,
            });
            do_it(if what < 17 {
                Asked::Commit(sale)
            } else {
                Asked::Void(sale)
            });
        } else {
            till.idle().unwrap();
        }
    }
}
