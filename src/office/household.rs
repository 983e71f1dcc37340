//! Members who share an account, as head office tells it.
//!
//! A till that knows of a household books its points under the holder's number, and what who joined had
//! there went along: that is told out of its own entries, as the till itself tells it. What other tills
//! book under the number of somebody who is in a household now is told of the holder as well, and is
//! theirs again when they leave. So nothing depends on which comes in first.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::fold::Ancestry;
use super::members::Known;
use super::report::{member_at, seq_at};
use super::storage::ancestry_of;
use super::{Office, OfficeError, column};
use crate::kernel::{BusinessDate, Instant, MemberNumber, Money, Points, UtcOffset, WalletNumber};
use crate::ledger::{Effect, Entry, Flags, Fold, Kind};

impl Office {
    /// Whose account a member shares, by what tills did; nothing where they share none. Of the holder it is
    /// their own number.
    pub fn household(&self, member: MemberNumber) -> Result<Option<MemberNumber>, OfficeError> {
        let member = self.whose(member)?;
        let found = self
            .db
            .prepare_cached("SELECT holder FROM household WHERE ?1 IN (member, holder) LIMIT 1")?
            .query_row([column(member.get())], |row| {
                Ok(member_at(row, 0).map_err(|_| OfficeError::Damaged("a holder")))
            })
            .optional()?;
        found.transpose()
    }
}

/// Writes what the acts come to: whose number leads to whose account, and what went there with whom.
pub(super) fn learn(db: &Connection, known: &Known) -> Result<(), OfficeError> {
    for table in ["household", "stay", "shared", "lot_home", "debt_home"] {
        db.execute(&format!("DELETE FROM {table}"), [])?;
    }
    for (member, holder) in &known.homes {
        let row = params![column(member.get()), column(holder.get())];
        db.execute("INSERT INTO household VALUES (?1, ?2)", row)?;
    }
    for stay in &known.stays {
        let left_on = stay.left_on.map(BusinessDate::yyyymmdd);
        let holder = known.account_of(stay.holder);
        let row = params![column(stay.member.get()), column(holder.get()), left_on];
        db.execute("INSERT INTO stay VALUES (?1, ?2, ?3)", row)?;
    }
    let concerned = known.concerned();
    for member in &concerned {
        let root = known.account_of(*member);
        let row = params![column(member.get()), column(root.get())];
        db.execute("INSERT INTO shared VALUES (?1, ?2)", row)?;
    }
    if !known.stays.is_empty() {
        for stream_no in youngest_lives(db)? {
            learn_of_till(db, known, &concerned, stream_no)?;
        }
    }
    Ok(())
}

/// The last life of each writer that let somebody into a household.
fn youngest_lives(db: &Connection) -> Result<Vec<i64>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT stream_no, max(epoch * 4294967296 - tag) FROM stream
         WHERE writer_no IN (SELECT writer_no FROM entry JOIN stream USING (stream_no)
                             WHERE kind BETWEEN 27 AND 31 AND kind = 31)
         GROUP BY writer_no",
    )?;
    let rows = query.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Folds what a till wrote of the members who are concerned, as the till does, and keeps where lots and debts
/// are that are not under the number of their entries.
fn learn_of_till(
    db: &Connection,
    known: &Known,
    concerned: &BTreeSet<MemberNumber>,
    stream_no: i64,
) -> Result<(), OfficeError> {
    let ancestry = ancestry_of(db, stream_no)?;
    let mut fold = Fold::default();
    let mut debts: BTreeMap<(MemberNumber, WalletNumber), i64> = BTreeMap::new();
    for entry in entries_of(db, &ancestry, concerned)? {
        // Head office never rejects a fact: what cannot be is left where it stands.
        let _ = fold.apply(&entry);
        let effect = Effect::of(&entry).filter(|effect| !effect.debt.is_zero());
        if let (Some(effect), Some(member)) = (effect, entry.member) {
            *debts.entry((member, entry.wallet)).or_default() -= effect.debt.get();
        }
    }
    for (owner, _, lot) in fold.portions.keys() {
        let root = known.account_of(*owner);
        let row = params![ancestry.owner(*lot), column(*lot), column(root.get())];
        db.execute("INSERT OR REPLACE INTO lot_home VALUES (?1, ?2, ?3)", row)?;
    }
    for (place, debt) in &fold.debts {
        *debts.entry(*place).or_default() += debt.get();
    }
    for ((member, wallet), debt) in debts.into_iter().filter(|(_, debt)| *debt != 0) {
        let root = column(known.account_of(member).get());
        let row = params![root, wallet, debt];
        db.execute("INSERT INTO debt_home VALUES (?1, ?2, ?3)", row)?;
    }
    Ok(())
}

/// What the lives of a writer wrote of some members, oldest first: what a fold needs of it.
fn entries_of(
    db: &Connection,
    ancestry: &Ancestry,
    members: &BTreeSet<MemberNumber>,
) -> Result<Vec<Entry>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT seq, kind, flags, member, wallet, lot, points, refers_to, payload FROM entry
         WHERE stream_no = ?1 AND seq <= ?2
             AND (points <> 0 OR kind BETWEEN 27 AND 31) ORDER BY seq",
    )?;
    let mut entries = Vec::new();
    let mut last = i64::MAX;
    for (stream_no, parent_seq) in &ancestry.0 {
        let mut rows = query.query(params![stream_no, last])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(3)? == 0 {
                continue;
            }
            let member = member_at(row, 3)?;
            if !members.contains(&member) {
                continue;
            }
            entries.push(Entry {
                seq: seq_at(row, 0)?,
                kind: Kind::from_number(row.get(1)?).ok_or(OfficeError::Damaged("a kind"))?,
                flags: Flags(row.get(2)?),
                at: Instant::default(),
                sold_at: Instant::default(),
                offset: UtcOffset::UTC,
                business_date: BusinessDate::MIN,
                member: Some(member),
                wallet: row.get(4)?,
                lot: seq_at(row, 5)?,
                points: Points::new(row.get(6)?),
                amount: Money::ZERO,
                refers_to: seq_at(row, 7)?,
                available_from: BusinessDate::MIN,
                expires_on: None,
                programme_version: 0,
                payload: row.get::<_, Option<_>>(8)?.unwrap_or_default(),
            });
        }
        last = column(*parent_seq);
    }
    entries.sort_unstable_by_key(|entry| entry.seq);
    Ok(entries)
}
