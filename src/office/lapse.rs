//! Balances that lapse for want of sales. No till writes these points off, since none knows the others
//! (ledger.md, "Lots, portions, debt"): head office leaves them out as a till does, by the sales of
//! all tills that have come in.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::report::{date_at, seq_at};
use super::{Office, OfficeError, column};
use crate::kernel::idle::dates_of;
use crate::kernel::ids::Seq;
use crate::kernel::{Activity, BusinessDate, Idle, MemberNumber, WalletNumber};
use crate::ledger::{Flags, Kind};
use crate::programme::{Problem, Programme};

impl Office {
    /// Makes a programme known, so that head office can tell what lapses by its rules; what tills are
    /// provisioned with is known. A document that is known already changes nothing.
    ///
    /// # Errors
    /// The document's problems, inside; otherwise those of the office itself.
    pub fn know_programme(
        &mut self,
        document: &[u8],
    ) -> Result<Result<(), Vec<Problem>>, OfficeError> {
        let programme = match Programme::read(document) {
            Ok(programme) => programme,
            Err(problems) => return Ok(Err(problems)),
        };
        let tx = self.db.transaction()?;
        keep(&tx, &programme)?;
        tx.commit()?;
        Ok(Ok(()))
    }
}

/// Keeps a programme, and begins to keep the days of sales where it wants to know them.
pub(super) fn keep(db: &Connection, programme: &Programme) -> Result<(), OfficeError> {
    let reads_activity = programme.reads_activity();
    let begins = reads_activity && !wants_activity(db)?;
    db.execute(
        "INSERT INTO programme VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![programme.hash(), reads_activity, programme.document()],
    )?;
    if begins {
        let sales = [Kind::Commit, Kind::Claim].map(Kind::number);
        db.execute(
            "INSERT OR IGNORE INTO activity
             SELECT DISTINCT member, business_date FROM entry
             WHERE kind IN (?1, ?2) AND lot = 0 AND member <> 0",
            sales,
        )?;
        db.execute(
            "INSERT OR IGNORE INTO event_activity
             SELECT DISTINCT member, business_date FROM entry
             WHERE kind = ?1 AND flags & ?2 = 0 AND member <> 0",
            params![Kind::Event.number(), Flags::UNDONE.0],
        )?;
    }
    Ok(())
}

/// Some programme's balances lapse for want of sales.
pub(super) fn wants_activity(db: &Connection) -> Result<bool, OfficeError> {
    Ok(db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM programme WHERE reads_activity = 1)")?
        .query_row([], |row| row.get(0))?)
}

/// When balances lapse: after how long, by the life that made the lot, and by the days on which members
/// bought something.
#[derive(Default)]
pub(super) struct Lapses {
    idle: IdleOf,
    activity: BTreeMap<MemberNumber, Vec<(BusinessDate, Activity)>>,
}

impl Lapses {
    /// Of one member or of all.
    pub(super) fn of(db: &Connection, member: Option<MemberNumber>) -> Result<Self, OfficeError> {
        let mut lapses = Self {
            idle: idle(db)?,
            ..Self::default()
        };
        if lapses.idle.is_empty() {
            return Ok(lapses);
        }
        let mut query = db.prepare_cached(
            "SELECT member, business_date, is_event FROM activity_now
             WHERE (?1 IS NULL OR member = ?1) ORDER BY member, business_date",
        )?;
        let mut rows = query.query([member.map(|member| column(member.get()))])?;
        while let Some(row) = rows.next()? {
            let member = super::report::member_at(row, 0)?;
            let date = date_at(row, 1)?.ok_or(OfficeError::Damaged("a business date"))?;
            let activity = match row.get(2)? {
                0 => Activity::Sale,
                _ => Activity::Event,
            };
            let active = lapses.activity.entry(member).or_default();
            active.push((date, activity));
        }
        Ok(lapses)
    }

    /// The first business date on which what is left of a lot without a date of its own is dead.
    pub(super) fn of_lot(
        &self,
        db: &Connection,
        whose: (MemberNumber, WalletNumber),
        lot: (i64, Seq),
    ) -> Result<Option<BusinessDate>, OfficeError> {
        let Some((idle, counted)) = self.idle.get(&(lot.0, whose.1)) else {
            return Ok(None);
        };
        let given_on: Option<i32> = db
            .prepare_cached("SELECT business_date FROM entry WHERE stream_no = ?1 AND seq = ?2")?
            .query_row(params![lot.0, column(lot.1)], |row| row.get(0))
            .optional()?;
        let given_on = given_on
            .and_then(|number| BusinessDate::from_yyyymmdd(i64::from(number)).ok())
            .ok_or(OfficeError::Damaged("a lot without its entry"))?;
        let activity = self.activity.get(&whose.0).map_or(&[][..], Vec::as_slice);
        Ok(idle.lapse(given_on, &dates_of(activity, counted)))
    }
}

/// After how long, and what counts as activity, by life and wallet.
type IdleOf = BTreeMap<(i64, WalletNumber), (Idle, Vec<Activity>)>;

/// By life and wallet, after the programme that the till installed last, in this life or a later one.
fn idle(db: &Connection) -> Result<IdleOf, OfficeError> {
    let mut idle = BTreeMap::new();
    if !wants_activity(db)? {
        return Ok(idle);
    }
    let mut query = db.prepare_cached(
        "SELECT s.stream_no, p.document FROM stream s JOIN programme p ON p.hash =
            (SELECT programme FROM stream last
             WHERE last.writer_no = s.writer_no AND programme IS NOT NULL
             ORDER BY epoch DESC, tag DESC LIMIT 1)
         WHERE p.reads_activity = 1",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let stream_no = row.get(0)?;
        let document: Vec<u8> = row.get(1)?;
        let programme =
            Programme::read(&document).map_err(|_| OfficeError::Damaged("a programme"))?;
        for wallet in programme.wallets() {
            if let Some(after) = programme.idle_of(wallet.number) {
                let counted = programme.activities_of(wallet.number).to_vec();
                idle.insert((stream_no, wallet.number), (after, counted));
            }
        }
    }
    Ok(idle)
}

/// Tills whose programme is not known here: store and code.
pub(super) fn unknown_programmes(db: &Connection) -> Result<Vec<(String, String)>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT DISTINCT store, till FROM stream JOIN writer USING (writer_no)
         WHERE programme IS NOT NULL AND programme NOT IN (SELECT hash FROM programme)
         ORDER BY store, till",
    )?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Which lot a row names, at these columns: life and entry.
pub(super) fn lot_of(
    row: &rusqlite::Row<'_>,
    stream_no: usize,
    lot: usize,
) -> Result<(i64, Seq), OfficeError> {
    Ok((row.get(stream_no)?, seq_at(row, lot)?))
}
