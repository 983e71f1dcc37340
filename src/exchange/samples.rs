//! A till made up for tests: it writes entries, and cuts batches wherever a test wants.

#[path = "../../tests/crash/dice.rs"]
#[allow(dead_code)] // the crash tests use the rest
mod dice;

use super::batch::{BatchParts, build};
use super::enrolment::{self, IdentifierHash};
use super::epoch::{EpochPayload, Parent};
use super::{Basket, BasketLine, SigningKey};
use crate::kernel::ids::Seq;
use crate::kernel::{
    BusinessDate, Instant, MemberNumber, Money, Points, Quantity, StreamId, UtcOffset, WriterId,
};
use crate::ledger::chain::{self, Hash};
use crate::ledger::{Entry, Flags, Kind};

pub(crate) use dice::Dice;

/// 22 November 2026, 08:00 in Hanoi.
pub(crate) const MORNING_MS: i64 = 1_795_309_200_000;

fn money(dice: &mut Dice, end: u64) -> i64 {
    i64::try_from(dice.below(end)).expect("small")
}

pub(crate) fn member(body: u64) -> MemberNumber {
    MemberNumber::from_body(body).expect("a member")
}

pub(crate) struct SampleTill {
    pub tenant: [u8; 16],
    pub stream: StreamId,
    pub writer_key: SigningKey,
    pub epoch_key: SigningKey,
    pub epoch: EpochPayload,
    pub entries: Vec<Entry>,
    pub baskets: Vec<Basket>,
    /// The hash before the first entry, then of each entry.
    pub hashes: Vec<Hash>,
    pub now_ms: i64,
    pub date: BusinessDate,
}

impl SampleTill {
    pub(crate) fn new(
        tenant: [u8; 16],
        writer: WriterId,
        writer_secret: [u8; 32],
        tag: u32,
    ) -> Self {
        let stream = StreamId {
            writer,
            epoch: 1,
            tag,
        };
        Self::continuing(tenant, stream, writer_secret, Parent::NONE)
    }

    /// A second life of a writer.
    pub(crate) fn continuing(
        tenant: [u8; 16],
        stream: StreamId,
        writer_secret: [u8; 32],
        parent: Parent,
    ) -> Self {
        let writer_key = SigningKey::from_bytes(&writer_secret);
        let mut seed = [stream.tag.to_be_bytes()[3]; 32];
        seed[0] = 77;
        let epoch_key = SigningKey::from_bytes(&seed);
        let public = epoch_key.verifying_key().to_bytes();
        let epoch = EpochPayload::sign(tenant, stream, public, parent, &writer_key);
        let mut till = Self {
            tenant,
            stream,
            writer_key,
            epoch_key,
            epoch,
            entries: Vec::new(),
            baskets: Vec::new(),
            hashes: vec![epoch.genesis(tenant, stream).hash()],
            now_ms: MORNING_MS,
            date: BusinessDate::from_yyyymmdd(20_261_122).expect("a date"),
        };
        till.write(Kind::Epoch, |entry| entry.payload = epoch.encode());
        till
    }

    pub(crate) fn writer_public(&self) -> [u8; 32] {
        self.writer_key.verifying_key().to_bytes()
    }

    pub(crate) fn next_seq(&self) -> Seq {
        self.epoch.parent.seq + self.entries.len() as u64 + 1
    }

    pub(crate) fn write(&mut self, kind: Kind, fill: impl FnOnce(&mut Entry)) -> Seq {
        let at = Instant::from_ms(self.now_ms);
        let mut entry = Entry {
            seq: self.next_seq(),
            kind,
            flags: Flags::default(),
            at,
            sold_at: at,
            offset: UtcOffset::from_minutes(420).expect("an offset"),
            business_date: self.date,
            member: None,
            wallet: 0,
            lot: 0,
            points: Points::ZERO,
            amount: Money::ZERO,
            refers_to: 0,
            available_from: self.date,
            expires_on: None,
            programme_version: 0,
            payload: Vec::new(),
        };
        fill(&mut entry);
        let last = self.hashes.last().expect("never empty");
        self.hashes.push(chain::link(last, &entry));
        let seq = entry.seq;
        self.entries.push(entry);
        seq
    }

    pub(crate) fn enrol(&mut self, who: MemberNumber, identifiers: &[IdentifierHash]) {
        self.write(Kind::Enrol, |entry| {
            entry.member = Some(who);
            entry.payload = enrolment::encode(identifiers);
        });
    }

    /// A sale with its award; gives the sale's first entry, which the award follows.
    pub(crate) fn sale(&mut self, who: MemberNumber, amount: i64, points: i64) -> Seq {
        let sold_at = Instant::from_ms(self.now_ms);
        let commit = self.write(Kind::Commit, |entry| {
            entry.member = Some(who);
            entry.amount = Money::new(amount);
            entry.programme_version = 1;
        });
        if points > 0 {
            self.write(Kind::Award, |entry| {
                entry.member = Some(who);
                entry.sold_at = sold_at;
                entry.wallet = 1;
                entry.points = Points::new(points);
                entry.refers_to = commit;
                entry.programme_version = 1;
            });
        }
        commit
    }

    /// A batch of `count` entries from `first_seq` on.
    pub(crate) fn batch(&self, first_seq: Seq, count: usize) -> Vec<u8> {
        build(&self.parts(first_seq, count), &self.epoch_key).expect("a batch")
    }

    pub(crate) fn parts(&self, first_seq: Seq, count: usize) -> BatchParts<'_> {
        let from = usize::try_from(first_seq - self.epoch.parent.seq - 1).expect("small");
        let last = first_seq + count as u64 - 1;
        let start = self
            .baskets
            .partition_point(|basket| basket.sale_seq < first_seq);
        let end = self
            .baskets
            .partition_point(|basket| basket.sale_seq <= last);
        BatchParts {
            tenant: self.tenant,
            stream: self.stream,
            epoch: &self.epoch,
            prev_hash: self.hashes[from],
            entries: &self.entries[from..from + count],
            baskets: &self.baskets[start..end],
            side_head: [0; 32],
            office_index: 0,
            programme_version: 1,
            library_version: "0.1.0",
            made_at: Instant::from_ms(self.now_ms),
        }
    }

    /// A day as a shop has it: members out of 20 million, bills that end in 500 d, a point for each
    /// 10.000 d, the POS's clock one to five seconds behind the commit, 1,500 articles of which some
    /// sell often.
    pub(crate) fn day_of_member_sales(&mut self, sales: usize, dice: &mut Dice) {
        let prices: Vec<i64> = (0..1500).map(|_| 5_000 + 500 * money(dice, 300)).collect();
        for _ in 0..sales {
            self.now_ms += 2_000 + money(dice, 40_000);
            let sold_at = Instant::from_ms(self.now_ms - 1_000 - money(dice, 4_000));
            let who = member(10_000_000_000 + dice.below(20_000_000));
            let lines = usual_lines(dice, &prices);
            let amount: i64 = lines.iter().map(|line| line.net.get()).sum();
            let commit = self.sale(who, amount, amount / 10_000);
            self.rewrite_sold_at(commit, sold_at);
            self.baskets.push(Basket {
                sale_seq: commit,
                lines,
            });
        }
    }

    fn rewrite_sold_at(&mut self, commit: Seq, sold_at: Instant) {
        let from = usize::try_from(commit - self.epoch.parent.seq - 1).expect("small");
        self.hashes.truncate(from + 1);
        for entry in &mut self.entries[from..] {
            entry.sold_at = sold_at;
            let last = *self.hashes.last().expect("never empty");
            self.hashes.push(chain::link(&last, entry));
        }
    }
}

fn usual_lines(dice: &mut Dice, prices: &[i64]) -> Vec<BasketLine> {
    (0..1 + dice.below(9))
        .map(|_| {
            // The square makes low dice frequent: a tenth of the articles is a third of the lines.
            let root = dice.below(1500);
            let article = usize::try_from(root * dice.below(1500) / 1500).expect("small");
            let pieces = if dice.below(4) == 0 {
                2 + money(dice, 4)
            } else {
                1
            };
            let full = prices[article] * pieces;
            let discount = if dice.below(10) == 0 { full / 10 } else { 0 };
            BasketLine {
                sku: format!(
                    "{}",
                    8_934_563_100_000_u64 + article as u64 * 7919 % 1_000_000
                ),
                quantity: Quantity::new(1000 * pieces),
                net: Money::new(full - discount),
                discount: Money::new(discount),
                category: Some(format!("nganh/{:02}", article % 40)),
            }
        })
        .collect()
}
