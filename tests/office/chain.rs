//! A chain of stores to tell stories about: a head office, its twin, and tills that send to it.

use loy::kernel::{Balance, BusinessDate, Currency, Instant, MemberNumber};
use loy::ledger::clock::ClockLimits;
use loy::office::{MemberList, NewTill, Office, Outcome};
use loy::till::Till;
use serde_json::Value;
use tempfile::TempDir;

use crate::shop::{MORNING_MS, Shop, assert_sound};

/// One till of the store HN01.
pub struct Lane {
    pub shop: Shop,
    pub till: Till,
}

pub struct Chain {
    _folders: [TempDir; 2],
    pub office: Office,
    /// The same head office, made with the same keys, which gets every batch late, twice and backwards.
    twin: Office,
    pub lanes: Vec<Lane>,
    batches: Vec<Vec<u8>>,
}

/// "10.000 d = 1 point, half up; a point is worth 1.000 d", with other keys on top and in the wallet.
pub fn programme(top: Value, wallet: Value) -> Value {
    let text = include_str!("../../examples/programmes/vnd-10000.json");
    let mut document: Value = serde_json::from_str(text).unwrap();
    for (key, value) in top.as_object().unwrap() {
        document[key] = value.clone();
    }
    for (key, value) in wallet.as_object().unwrap() {
        document["wallets"][0][key] = value.clone();
    }
    document
}

impl Chain {
    /// Tills named 1, 2 and so on, all with the same programme.
    pub fn with(programme: &Value, tills: u8) -> Self {
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let mut offices = [0, 1].map(|at: usize| office(&folders[at]));
        let files: Vec<_> = (1..=tills)
            .map(|number| {
                let both = offices.each_mut();
                let [one, other] = both.map(|office| provisioned(office, programme, number));
                assert_eq!(one, other, "a twin");
                one
            })
            .collect();
        let lanes = files.into_iter().map(|(file, code)| {
            let shop = Shop {
                file,
                code,
                ..Shop::new()
            };
            Lane {
                till: shop.create(),
                shop,
            }
        });
        let [office, twin] = offices;
        Self {
            lanes: lanes.collect(),
            _folders: folders,
            office,
            twin,
            batches: Vec::new(),
        }
    }

    pub fn till(&self) -> &Till {
        &self.lanes[0].till
    }

    /// Every till sends what it has, a batch twice, and takes the answer in.
    pub fn send(&mut self) {
        for lane in &self.lanes {
            while let Some(export) = lane.till.export_next(2_000).unwrap() {
                let answer = self.office.ingest(&export.bytes, NOW).unwrap();
                let again = self.office.ingest(&export.bytes, NOW).unwrap();
                assert!(again.duplicate && again.outcome == answer.outcome);
                let Outcome::Applied(acknowledgement) = answer.outcome else {
                    panic!("{answer:?}");
                };
                lane.till.acknowledge(&acknowledgement).unwrap();
                self.batches.push(export.bytes);
            }
            assert_sound(&lane.till);
        }
    }

    /// The twin gets everything backwards and twice, and tells the same.
    pub fn assert_order_does_not_matter(&mut self, on: BusinessDate) {
        let backwards: Vec<_> = self.batches.iter().rev().collect();
        for bytes in backwards.iter().chain(&backwards) {
            let answer = self.twin.ingest(bytes, NOW).unwrap();
            let is_taken = matches!(answer.outcome, Outcome::Applied(_) | Outcome::Parked { .. });
            assert!(is_taken, "{answer:?}");
        }
        let (one, other) = (&self.office, &self.twin);
        assert_eq!(one.digest().unwrap(), other.digest().unwrap());
        assert_eq!(one.balances(on).unwrap(), other.balances(on).unwrap());
        assert_eq!(one.lots(None).unwrap(), other.lots(None).unwrap());
        let totals =
            |office: &Office| (office.member_totals(on).unwrap(), office.totals().unwrap());
        assert_eq!(totals(one), totals(other));
        let goods = |office: &Office| {
            (
                office.basket_totals(None).unwrap(),
                office.unlinked().unwrap(),
            )
        };
        assert_eq!(goods(one), goods(other));
    }

    /// A member at the tills and at head office on a date: known, spendable, held, pending and debt of
    /// the only wallet, of the tills added up.
    pub fn assert_balance(&self, member: MemberNumber, on: BusinessDate) -> Balance {
        let mut tills = Balance::default();
        for lane in &self.lanes {
            let card = lane.till.scan(&member.to_string(), on).unwrap();
            let here = card.wallets[0].balance;
            tills.known += here.known;
            tills.spendable += here.spendable;
            tills.held += here.held;
            tills.pending += here.pending;
            tills.debt += here.debt;
        }
        let mut balance = self.office.balance(member, on).unwrap()[0].balance;
        if self.lanes.len() > 1 {
            // A till lends no other till's points against its own debt.
            balance.spendable = tills.spendable;
        }
        assert_eq!(balance, tills, "{on:?}");
        tills
    }

    /// The lots of a member with something left: by till, entry, points, reserved, and dates.
    pub fn assert_lots(&self, member: MemberNumber, on: BusinessDate) {
        let mut here = Vec::new();
        for (number, lane) in (1..).zip(&self.lanes) {
            here.extend(lane.till.lots(member, on).unwrap().into_iter().map(|lot| {
                let points = (lot.points, lot.held);
                (
                    i32::to_string(&number),
                    lot.lot,
                    points,
                    Some(lot.available_from),
                    lot.expires_on,
                )
            }));
        }
        here.sort();
        let lots = self.office.lots(Some(member)).unwrap().into_iter();
        let left = lots.filter(|lot| {
            lot.remaining.is_positive() && lot.expires_on.is_none_or(|date| date > on)
        });
        let mut there: Vec<_> = left
            .map(|lot| {
                let points = (lot.remaining, lot.held);
                (
                    lot.till,
                    lot.lot,
                    points,
                    lot.available_from,
                    lot.expires_on,
                )
            })
            .collect();
        there.sort();
        assert_eq!(there, here);
    }

    /// Sales, spend and refunded of a member at head office.
    pub fn sums(&self, member: MemberNumber, on: BusinessDate) -> (u64, i64, i64) {
        let totals = self.office.member_totals(on).unwrap();
        let row = totals.iter().find(|row| row.member == member).unwrap();
        (row.sales, row.spend.get(), row.refunded.get())
    }
}

/// The morning of the shop's own day, by head office's clock.
const NOW: Instant = Instant::from_ms(MORNING_MS);

/// Bytes that are the same in every run and differ with the seed.
fn bytes_from(seed: u8) -> impl FnMut(&mut [u8]) {
    let mut next = seed;
    move |bytes| {
        bytes.fill_with(|| {
            next = next.wrapping_mul(5).wrapping_add(17);
            next
        });
    }
}

fn office(folder: &TempDir) -> Office {
    Office::create(folder.path(), "Hoa Mai", &mut bytes_from(1), NOW).unwrap()
}

fn provisioned(office: &mut Office, programme: &Value, number: u8) -> (Vec<u8>, String) {
    let new = NewTill {
        store: "HN01",
        till: &number.to_string(),
        currency: Currency::VND,
        language: "vi",
        programme: programme.to_string().into_bytes(),
        clock: ClockLimits::default(),
        members: MemberList::Sent,
        operators: Default::default(),
    };
    let (file, code) = office
        .provision(&new, &mut bytes_from(number * 2), NOW)
        .unwrap();
    (file, code.to_string())
}
