//! What head office tells: balances, totals, the state of the streams.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use super::lapse::{Lapses, lot_of, unknown_programmes};
use super::{Office, OfficeError, column};
use crate::exchange::{BatchId, IdentifierHash};
use crate::kernel::ids::Seq;
use crate::kernel::{
    Account, Balance, BusinessDate, Instant, Lot, MemberNumber, Money, Points, Portion, StreamId,
    WalletNumber, WriterId,
};
use crate::ledger::Kind;

/// A member's balance in one wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountBalance {
    /// Whose.
    pub member: MemberNumber,
    /// In which wallet.
    pub wallet: WalletNumber,
    /// On the date asked for.
    pub balance: Balance,
}

/// Sums over all a member's entries, one row for each wallet. Sales and money do not belong to a
/// wallet and stand in every row of the member; a member without points has one row, wallet 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberTotals {
    /// Whose.
    pub member: MemberNumber,
    /// In which wallet.
    pub wallet: WalletNumber,
    /// Committed sales, without those that should never have been.
    pub sales: u64,
    /// What was paid for the goods of all committed sales, in minor units; what came back within a sale
    /// does not lower it.
    pub spend: Money,
    /// What was given back for goods, in minor units, alone or within a sale.
    pub refunded: Money,
    /// Points awarded.
    pub awarded: Points,
    /// Taken back out of awards.
    pub award_refunded: Points,
    /// Spent.
    pub redeemed: Points,
    /// Given back after being spent.
    pub redemption_refunded: Points,
    /// Ran out of their time, as far as their holder has written it off.
    pub expired: Points,
    /// Given by hand, less taken or made owed by hand.
    pub adjusted: Points,
    /// Owed.
    pub debt: Points,
    /// Known balance on the date asked for.
    pub balance: Points,
}

/// Sums of entries of one kind in one wallet on one business date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayTotal {
    /// The day in the books.
    pub business_date: BusinessDate,
    /// 0 where no points move.
    pub wallet: WalletNumber,
    /// Of entry.
    pub kind: Kind,
    /// How many.
    pub count: u64,
    /// Sum of points.
    pub points: Points,
    /// Sum of money, in minor units.
    pub amount: Money,
}

/// How far one life of a writer has come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamStatus {
    /// Which.
    pub stream: StreamId,
    /// Of the till.
    pub store: String,
    /// The till's code.
    pub till: String,
    /// The last entry applied.
    pub seq: Seq,
    /// The latest business date.
    pub business_date: Option<BusinessDate>,
    /// When its last batch came in.
    pub seen_at: Instant,
}

/// A batch that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedBatch {
    /// Which.
    pub batch_id: BatchId,
    /// Of which stream.
    pub stream: StreamId,
    /// Its entries.
    pub first_seq: Seq,
    /// Its entries.
    pub last_seq: Seq,
    /// The entry it waits for.
    pub needs: Seq,
}

/// A batch that tells another story than the one in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkedBatch {
    /// Which.
    pub batch_id: BatchId,
    /// Of which stream.
    pub stream: StreamId,
    /// Its entries.
    pub first_seq: Seq,
    /// Its entries.
    pub last_seq: Seq,
    /// The first entry known to differ.
    pub at: Seq,
}

/// Several members enrolled with one identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeProposal {
    /// Keyed hash of the identifier.
    pub identifier: IdentifierHash,
    /// The members, lowest number first.
    pub members: Vec<MemberNumber>,
}

/// A portion of which more is gone than was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverdrawnPortion {
    /// Whose.
    pub member: MemberNumber,
    /// In which wallet.
    pub wallet: WalletNumber,
    /// Which lot of its stream.
    pub lot: Seq,
    /// By how many points.
    pub points: Points,
}

/// The state of the exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Every life of every writer that sent something.
    pub streams: Vec<StreamStatus>,
    /// Writers that were provisioned and have sent nothing: writer, store, till.
    pub silent: Vec<(WriterId, String, String)>,
    /// Batches that wait.
    pub parked: Vec<ParkedBatch>,
    /// Batches that are kept apart.
    pub forks: Vec<ForkedBatch>,
    /// Members that may be one person.
    pub merge_proposals: Vec<MergeProposal>,
    /// Portions below zero.
    pub overdrawn: Vec<OverdrawnPortion>,
    /// Tills, by store and code, whose programme is not known here: should balances lapse for want of
    /// sales by it, they are told too high.
    pub unknown_programmes: Vec<(String, String)>,
}

impl Office {
    /// A member's balances on a business date, one for each wallet; none if nothing is known, or if the
    /// number stands for another ([`Office::whose`]), which has them.
    pub fn balance(
        &self,
        member: MemberNumber,
        on: BusinessDate,
    ) -> Result<Vec<AccountBalance>, OfficeError> {
        balances(&self.db, Some(member), on)
    }

    /// Every member's balances on a business date, by member and wallet.
    pub fn balances(&self, on: BusinessDate) -> Result<Vec<AccountBalance>, OfficeError> {
        balances(&self.db, None, on)
    }

    /// Every member's sums, by member and wallet. Only `balance` depends on the date.
    pub fn member_totals(&self, on: BusinessDate) -> Result<Vec<MemberTotals>, OfficeError> {
        let known: BTreeMap<_, _> = balances(&self.db, None, on)?
            .into_iter()
            .map(|row| ((row.member, row.wallet), row.balance.known))
            .collect();
        let mut query = self.db.prepare_cached(
            "SELECT everybody.member, wallet, sales, spend, refunded, awarded, award_refunded,
                    redeemed, redemption_refunded, debt, expired, adjusted
             FROM (SELECT member FROM member_now UNION SELECT member FROM account_now) AS everybody
             LEFT JOIN member_now USING (member) LEFT JOIN account_now USING (member)
             WHERE everybody.member <> 0 ORDER BY everybody.member, wallet",
        )?;
        let mut rows = query.query([])?;
        let mut totals = Vec::new();
        while let Some(row) = rows.next()? {
            let member = member_at(row, 0)?;
            let wallet = row.get::<_, Option<u8>>(1)?.unwrap_or(0);
            let sum = |index: usize| {
                Ok::<i64, OfficeError>(row.get::<_, Option<i64>>(index)?.unwrap_or(0))
            };
            totals.push(MemberTotals {
                member,
                wallet,
                sales: u64::try_from(sum(2)?).map_err(|_| OfficeError::Damaged("a count"))?,
                spend: Money::new(sum(3)?),
                refunded: Money::new(sum(4)?),
                awarded: Points::new(sum(5)?),
                award_refunded: Points::new(sum(6)?),
                redeemed: Points::new(sum(7)?),
                redemption_refunded: Points::new(sum(8)?),
                expired: Points::new(sum(10)?),
                adjusted: Points::new(sum(11)?),
                debt: Points::new(sum(9)?),
                balance: known.get(&(member, wallet)).copied().unwrap_or_default(),
            });
        }
        Ok(totals)
    }

    /// Sums of all entries by business date, wallet and kind.
    pub fn totals(&self) -> Result<Vec<DayTotal>, OfficeError> {
        let mut query = self.db.prepare_cached(
            "SELECT business_date, wallet, kind, count(*), sum(points), sum(amount) FROM entry
             GROUP BY business_date, wallet, kind ORDER BY business_date, wallet, kind",
        )?;
        let mut rows = query.query([])?;
        let mut totals = Vec::new();
        while let Some(row) = rows.next()? {
            totals.push(DayTotal {
                business_date: date_at(row, 0)?.ok_or(OfficeError::Damaged("a business date"))?,
                wallet: row.get(1)?,
                kind: Kind::from_number(row.get(2)?).ok_or(OfficeError::Damaged("a kind"))?,
                count: seq_at(row, 3)?,
                points: Points::new(row.get(4)?),
                amount: Money::new(row.get(5)?),
            });
        }
        Ok(totals)
    }

    /// Streams, and everything people should look at.
    pub fn status(&self) -> Result<Status, OfficeError> {
        Ok(Status {
            streams: streams(&self.db)?,
            silent: silent(&self.db)?,
            parked: apart(&self.db, 2, |row, batch_id, stream, first_seq, last_seq| {
                Ok(ParkedBatch {
                    batch_id,
                    stream,
                    first_seq,
                    last_seq,
                    needs: seq_at(row, 6)?,
                })
            })?,
            forks: apart(&self.db, 3, |row, batch_id, stream, first_seq, last_seq| {
                Ok(ForkedBatch {
                    batch_id,
                    stream,
                    first_seq,
                    last_seq,
                    at: seq_at(row, 6)?,
                })
            })?,
            merge_proposals: merge_proposals(&self.db)?,
            overdrawn: overdrawn(&self.db)?,
            unknown_programmes: unknown_programmes(&self.db)?,
        })
    }
}

fn balances(
    db: &Connection,
    member: Option<MemberNumber>,
    on: BusinessDate,
) -> Result<Vec<AccountBalance>, OfficeError> {
    let mut accounts: BTreeMap<(MemberNumber, WalletNumber), Account> = BTreeMap::new();
    let who = member.map(|member| column(member.get()));
    let lapses = Lapses::of(db, member)?;
    let mut query = db.prepare_cached(
        "SELECT member, wallet, debt FROM account_now
         WHERE (?1 IS NULL OR member = ?1) AND member <> 0",
    )?;
    let mut rows = query.query([who])?;
    while let Some(row) = rows.next()? {
        let account = accounts
            .entry((member_at(row, 0)?, row.get(1)?))
            .or_default();
        account.debt = Points::new(row.get(2)?);
    }
    let mut query = db.prepare_cached(
        "SELECT member, wallet, lot, awarded_ms, available_from, expires_on, earned, used, held,
                stream_no
         FROM portion_now WHERE (?1 IS NULL OR member = ?1) AND member <> 0 AND earned <> used",
    )?;
    let mut rows = query.query(params![who])?;
    while let Some(row) = rows.next()? {
        let mut lot = lot_at(row, on)?;
        let whose = (member_at(row, 0)?, row.get(1)?);
        if lot.expires_on.is_none() {
            lot.expires_on = lapses.of_lot(db, whose, lot_of(row, 9, 2)?)?;
        }
        accounts.entry(whose).or_default().lots.push(lot);
    }
    Ok(accounts
        .into_iter()
        .map(|((member, wallet), account)| AccountBalance {
            member,
            wallet,
            balance: account.balance(on),
        })
        .collect())
}

fn lot_at(row: &Row<'_>, on: BusinessDate) -> Result<Lot, OfficeError> {
    Ok(Lot {
        id: seq_at(row, 2)?,
        awarded_at: Instant::from_ms(row.get::<_, Option<i64>>(3)?.unwrap_or(0)),
        available_from: date_at(row, 4)?.unwrap_or(on),
        expires_on: date_at(row, 5)?,
        portion: Portion {
            earned: Points::new(row.get(6)?),
            used: Points::new(row.get(7)?),
            held: Points::new(row.get(8)?),
            ..Portion::default()
        },
        lapsed: Points::ZERO,
    })
}

fn streams(db: &Connection) -> Result<Vec<StreamStatus>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT writer, epoch, tag, store, till, seq, business_date, seen_ms
         FROM stream JOIN writer USING (writer_no) ORDER BY store, till, writer, epoch, tag",
    )?;
    let mut rows = query.query([])?;
    let mut streams = Vec::new();
    while let Some(row) = rows.next()? {
        streams.push(StreamStatus {
            stream: stream_at(row, 0)?,
            store: row.get(3)?,
            till: row.get(4)?,
            seq: seq_at(row, 5)?,
            business_date: date_at(row, 6)?,
            seen_at: Instant::from_ms(row.get(7)?),
        });
    }
    Ok(streams)
}

fn silent(db: &Connection) -> Result<Vec<(WriterId, String, String)>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT writer, store, till FROM writer
         WHERE NOT EXISTS (SELECT 1 FROM batch WHERE batch.writer_no = writer.writer_no)
         ORDER BY store, till, writer",
    )?;
    let rows = query.query_map([], |row| {
        Ok((WriterId(row.get(0)?), row.get(1)?, row.get(2)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn apart<T>(
    db: &Connection,
    state: i64,
    make: impl Fn(&Row<'_>, BatchId, StreamId, Seq, Seq) -> Result<T, OfficeError>,
) -> Result<Vec<T>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT batch_id, writer, epoch, tag, first_seq, last_seq, at_seq
         FROM batch JOIN writer USING (writer_no) WHERE state = ?1
         ORDER BY writer, epoch, tag, first_seq, batch_id",
    )?;
    let mut rows = query.query([state])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(make(
            row,
            row.get(0)?,
            stream_at(row, 1)?,
            seq_at(row, 4)?,
            seq_at(row, 5)?,
        )?);
    }
    Ok(found)
}

fn merge_proposals(db: &Connection) -> Result<Vec<MergeProposal>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT DISTINCT hash, coalesce(root, member) AS who FROM identifier LEFT JOIN alias USING (member)
         WHERE hash IN (SELECT hash FROM identifier LEFT JOIN alias USING (member)
                        GROUP BY hash HAVING count(DISTINCT coalesce(root, member)) > 1)
         ORDER BY hash, who",
    )?;
    let mut rows = query.query([])?;
    let mut proposals: Vec<MergeProposal> = Vec::new();
    while let Some(row) = rows.next()? {
        let identifier = row.get(0)?;
        let member = member_at(row, 1)?;
        match proposals.last_mut() {
            Some(last) if last.identifier == identifier => last.members.push(member),
            _ => proposals.push(MergeProposal {
                identifier,
                members: vec![member],
            }),
        }
    }
    Ok(proposals)
}

fn overdrawn(db: &Connection) -> Result<Vec<OverdrawnPortion>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT member, wallet, lot, used + held - earned FROM portion_now
         WHERE used + held > earned ORDER BY member, wallet, lot",
    )?;
    let mut rows = query.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(OverdrawnPortion {
            member: member_at(row, 0)?,
            wallet: row.get(1)?,
            lot: seq_at(row, 2)?,
            points: Points::new(row.get(3)?),
        });
    }
    Ok(found)
}

pub(super) fn member_at(row: &Row<'_>, index: usize) -> Result<MemberNumber, OfficeError> {
    MemberNumber::try_from(seq_at(row, index)?).map_err(|_| OfficeError::Damaged("a member number"))
}

pub(super) fn seq_at(row: &Row<'_>, index: usize) -> Result<u64, OfficeError> {
    u64::try_from(row.get::<_, i64>(index)?)
        .map_err(|_| OfficeError::Damaged("a number below zero"))
}

fn stream_at(row: &Row<'_>, index: usize) -> Result<StreamId, OfficeError> {
    Ok(StreamId {
        writer: WriterId(row.get(index)?),
        epoch: row.get(index + 1)?,
        tag: row.get(index + 2)?,
    })
}

/// A date column; NULL and 0 are none.
pub(super) fn date_at(row: &Row<'_>, index: usize) -> Result<Option<BusinessDate>, OfficeError> {
    match row.get::<_, Option<i64>>(index)? {
        None | Some(0) => Ok(None),
        Some(number) => BusinessDate::from_yyyymmdd(number)
            .map(Some)
            .map_err(|_| OfficeError::Damaged("a date")),
    }
}
