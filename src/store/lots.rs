//! Questions about a member's points: accounts, lots whose time is over, and what lots depend on.

use crate::kernel::Few;
use std::collections::BTreeMap;

use rusqlite::{Params, params};

use super::error::StoreError;
use super::household::{active_for_account, repaid_for_account};
use super::member_status::OF_MEMBER;
use super::read::Reading;
use super::rows::date_from;
use super::write::Writing;
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::ids::Seq;
use crate::kernel::{
    Activity, BusinessDate, Instant, Lot, LotId, MemberNumber, Points, Portion, WalletNumber,
};
use crate::ledger::{Accounts, DueLot, Flags, Kind};

impl Reading<'_> {
    /// The accounts that a member uses in all wallets, for something that is booked on a date: lots with something
    /// left in them or alive on that date, with what of these is written off since, and the lots
    /// named in `also` whatever is left, with what of these is written off. Read is what is open, however
    /// much was spent before; only for a date that is closed already, every lot is looked at.
    pub fn accounts(
        &self,
        member: MemberNumber,
        also: &[LotId],
        on: BusinessDate,
    ) -> Result<Accounts, StoreError> {
        let member = self.account_of(member)?;
        // No close writes off what is alive behind the date that it closes.
        let closed = self.head()?.closed_date;
        let is_swept_since = |expires_on| Some(expires_on) <= closed && expires_on > on;
        let mut lots = Lots::new();
        // Most have few, all on one page: for them the index of open lots is a page more.
        let read = self.read_lots(FIRST_LOTS, [member.get(), FEW_LOTS + 1], &mut lots)?;
        if read > FEW_LOTS {
            lots.clear();
            self.read_lots(OPEN_LOTS, [member.get()], &mut lots)?;
            for lot in also {
                self.read_lots(ONE_LOT, [member.get(), *lot], &mut lots)?;
            }
            if let Some(closed) = closed.filter(|closed| *closed > on) {
                let range = params![member.get(), on.yyyymmdd(), closed.yyyymmdd()];
                self.read_lots(SWEPT_LOTS, range, &mut lots)?;
            }
        }
        let mut accounts = Accounts::new();
        for ((wallet, id), mut lot) in lots {
            let is_named = also.contains(&id);
            if lot
                .expires_on
                .is_some_and(|date| is_named || is_swept_since(date))
            {
                lot.lapsed = self.lapsed(wallet, id)?;
            }
            if is_named || !lot.portion.remaining().is_zero() || !lot.lapsed.is_zero() {
                accounts.entry(wallet).or_default().lots.push(lot);
            }
        }
        for account in accounts.values_mut() {
            bound(&mut account.lots)?;
        }
        let mut statement = self
            .db()
            .prepare_cached("SELECT wallet, debt FROM account WHERE member = ?1")?;
        let mut rows = statement.query([member.get()])?;
        while let Some(row) = rows.next()? {
            let debt = Points::new(row.get(1)?).in_bounds();
            accounts.entry(row.get(0)?).or_default().debt = debt
                .filter(|debt| !debt.is_negative())
                .ok_or_else(|| StoreError::corrupt("an impossible debt"))?;
        }
        Ok(accounts)
    }

    /// Adds lots, and says how many were read.
    fn read_lots(&self, sql: &str, of: impl Params, lots: &mut Lots) -> Result<u64, StoreError> {
        let mut statement = self.db().prepare_cached(sql)?;
        let mut rows = statement.query(of)?;
        let mut read = 0;
        while let Some(row) = rows.next()? {
            read += 1;
            let portion = Portion {
                granted: Points::new(row.get(5)?),
                earned: Points::new(row.get(6)?),
                released: Points::new(row.get(7)?),
                used: Points::new(row.get(8)?),
                held: Points::new(row.get(9)?),
            };
            if !portion.is_sound() {
                return Err(StoreError::corrupt(
                    "a portion with more taken than there was",
                ));
            }
            let (wallet, id) = (row.get(0)?, row.get(1)?);
            let lot = Lot {
                id,
                awarded_at: Instant::from_ms(row.get(2)?),
                available_from: date_from(row.get(3)?)?,
                expires_on: row.get::<_, Option<i64>>(4)?.map(date_from).transpose()?,
                portion,
                lapsed: Points::ZERO,
            };
            lots.insert((wallet, id), lot);
        }
        Ok(read)
    }

    /// The business date on which a member was enrolled here, the earliest of several numbers; nothing
    /// for others.
    pub fn joined_on(&self, member: MemberNumber) -> Result<Option<BusinessDate>, StoreError> {
        let mut statement = self.db().prepare_cached(
            "SELECT min(e.business_date) FROM member m JOIN entry e ON e.seq = m.enrolled_seq
             WHERE m.number IN
                 (SELECT ?1 UNION ALL SELECT member FROM member_status WHERE into_member = ?1)",
        )?;
        let member = self.whose(member)?.get();
        let date = statement.query_row([member], |row| row.get::<_, Option<i64>>(0))?;
        date.map(date_from).transpose()
    }

    /// The latest business date behind `last` and before `over` on which somebody who uses a member's account
    /// was active in one of the ways that count, or who did until they left it; if there is none, the first
    /// from `over` on. A sale is claimed or made, an event not taken back.
    pub fn active_behind(
        &self,
        member: MemberNumber,
        counted: &[Activity],
        (last, over): (BusinessDate, BusinessDate),
    ) -> Result<Option<BusinessDate>, StoreError> {
        let (member, was_shared) = self.account_and_past(member)?;
        let sql = match was_shared {
            false => next_activity(),
            true => next_activity_of_account(),
        };
        let mut statement = self.db().prepare_cached(&sql)?;
        let range = params![
            member.get(),
            last.yyyymmdd(),
            over.yyyymmdd(),
            counted.contains(&Activity::Sale),
            counted.contains(&Activity::Event),
        ];
        let date = statement.query_row(range, |row| row.get::<_, Option<i64>>(0))?;
        date.map(date_from).transpose()
    }

    /// The business date of an entry.
    pub fn date_of(&self, seq: Seq) -> Result<BusinessDate, StoreError> {
        let mut statement = self
            .db()
            .prepare_cached("SELECT business_date FROM entry WHERE seq = ?1")?;
        date_from(statement.query_row([seq], |row| row.get(0))?)
    }

    /// What of a lot counts as expired.
    fn lapsed(&self, wallet: WalletNumber, lot: LotId) -> Result<Points, StoreError> {
        // As the index `entry_expiry` has it, so that SQLite uses it.
        let (expiry, refund) = (Kind::Expiry.number(), Kind::AwardRefund.number());
        let taken = Kind::AdjustmentTaken.number();
        let sql = format!(
            "SELECT coalesce(sum(iif((kind = {expiry}) <> (flags & ?4 <> 0), points, -points)), 0)
             FROM entry WHERE lot = ?2 AND (kind = {refund} OR kind = {expiry} OR kind = {taken})
               AND wallet = ?1 AND (kind = {expiry} OR flags & ?3 <> 0)"
        );
        let mut statement = self.db().prepare_cached(&sql)?;
        let of = params![wallet, lot, Flags::LAPSED.0, Flags::UNDONE.0];
        Ok(Points::new(statement.query_row(of, |row| row.get(0))?))
    }

    /// How much debt of the account that a member uses was repaid out of each lot, by wallet, less what went back into it
    /// because the debt was forgiven afterwards.
    pub fn repaid(
        &self,
        member: MemberNumber,
    ) -> Result<Few<(WalletNumber, LotId), Points>, StoreError> {
        let (member, was_shared) = self.account_and_past(member)?;
        let whose = match was_shared {
            false => OF_MEMBER.to_owned(),
            true => repaid_for_account(),
        };
        // As the index `entry_repayment` has it, so that SQLite uses it.
        let sql = format!(
            "SELECT wallet, lot, sum(iif(flags & ?2, -points, points)) AS points FROM entry
             WHERE {whose} AND kind = {} AND lot <> 0
             GROUP BY wallet, lot HAVING points > 0",
            Kind::Repayment.number()
        );
        let mut statement = self.db().prepare_cached(&sql)?;
        let of = params![member.get(), Flags::UNDONE.0];
        let rows = statement.query_map(of, |row| {
            Ok(((row.get(0)?, row.get(1)?), Points::new(row.get(2)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Lots whose last day is over on `through` and that have free points, in the order of their
    /// dates; those behind `after`, at most `limit`.
    pub fn due_lots(
        &self,
        through: BusinessDate,
        after: Option<&DueLot>,
        limit: usize,
    ) -> Result<Vec<DueLot>, StoreError> {
        // As the index `portion_due` has it, so that SQLite uses it.
        let mut statement = self.db().prepare_cached(
            "SELECT expires_on, member, wallet, lot, granted + earned - released - used - held
             FROM portion
             WHERE expires_on <= ?1 AND (expires_on, member, wallet, lot) > (?2, ?3, ?4, ?5)
               AND granted + earned - released - used > 0
               AND granted + earned - released - used - held > 0 AND writer = 0
             ORDER BY expires_on, member, wallet, lot LIMIT ?6",
        )?;
        let behind = after.map_or((0, 0, 0, 0), |due| {
            let date = due.expires_on.yyyymmdd();
            (date, due.member.get(), due.wallet, due.lot)
        });
        let mut rows = statement.query(params![
            through.yyyymmdd(),
            behind.0,
            behind.1,
            behind.2,
            behind.3,
            i64::try_from(limit).unwrap_or(i64::MAX),
        ])?;
        let mut due = Vec::new();
        while let Some(row) = rows.next()? {
            due.push(DueLot {
                expires_on: date_from(row.get(0)?)?,
                member: MemberNumber::try_from(row.get::<_, u64>(1)?)
                    .map_err(|_| StoreError::corrupt("an impossible member number"))?,
                wallet: row.get(2)?,
                lot: row.get(3)?,
                points: Points::new(row.get(4)?),
            });
        }
        Ok(due)
    }
}

/// Lots by wallet and name.
type Lots = BTreeMap<(WalletNumber, LotId), Lot>;

macro_rules! portions {
    ($which:literal) => {
        concat!(
            "SELECT wallet, lot, awarded_at_ms, available_from, expires_on, granted, earned,
                 released, used, held
             FROM portion WHERE member = ?1 AND writer = 0 AND ",
            $which
        )
    };
}

/// The first lots of member `?1`, at most `?2`: of one page or two.
const FIRST_LOTS: &str = portions!("TRUE LIMIT ?2");
/// More than these are looked for in the index of open ones.
const FEW_LOTS: u64 = 12;
/// Of the portions of member `?1` those with something left. In the order of the index `portion_open`, which
/// has no others: it is for the sake of this order that SQLite uses it.
const OPEN_LOTS: &str = portions!("granted + earned - released - used <> 0 ORDER BY expires_on");
/// That of lot `?2`, whose wallet its award tells.
const ONE_LOT: &str = portions!("wallet = (SELECT wallet FROM entry WHERE seq = ?2) AND lot = ?2");
/// Those that ended behind `?2` and up to `?3`.
const SWEPT_LOTS: &str = portions!("expires_on > ?2 AND expires_on <= ?3");

/// Entries that may count as activity, as the index `entry_activity` has them: commits (6), claims (21) and
/// events (24). (Not `kind IN`: for a list of three SQLite makes a table of its own at every insert.)
const ACTIVITY: &str = "(kind = 6 OR kind = 21 OR kind = 24) AND lot = 0";

/// See [`Reading::active_behind`]. Each number that stands for the member is looked up by itself, so that
/// one step into the index finds its answer.
fn next_activity() -> String {
    let of_number = format!(
        "FROM entry WHERE member = number AND {}",
        counted_activity()
    );
    format!(
        "SELECT coalesce(max(latest), min(next)) FROM (
             SELECT (SELECT max(business_date) {of_number}
                         AND business_date > ?2 AND business_date < ?3) AS latest,
                 (SELECT min(business_date) {of_number} AND business_date >= ?3) AS next
             FROM (SELECT ?1 AS number
                   UNION ALL SELECT member FROM member_status WHERE into_member = ?1))"
    )
}

/// The same of an account that is or was shared.
fn next_activity_of_account() -> String {
    let of_account = format!(
        "FROM entry WHERE {} AND {}",
        active_for_account(),
        counted_activity()
    );
    format!(
        "SELECT coalesce(
             (SELECT max(business_date) {of_account} AND business_date > ?2 AND business_date < ?3),
             (SELECT min(business_date) {of_account} AND business_date >= ?3))"
    )
}

/// In a query: an activity of a kind that counts.
fn counted_activity() -> String {
    let (event, undone) = (Kind::Event.number(), Flags::UNDONE.0);
    format!("{ACTIVITY} AND iif(kind = {event}, ?5 AND flags & {undone} = 0, ?4)")
}

impl Writing<'_> {
    /// Keeps the dates of members' activity in order from now on: for files with a programme whose balances
    /// lapse for want of it. Others have no such index, which would cost each of their sales.
    pub fn index_activity(&self) -> Result<(), StoreError> {
        let sql = format!(
            "CREATE INDEX IF NOT EXISTS entry_activity ON entry (member, business_date)
             WHERE {ACTIVITY}"
        );
        Ok(self.connection().execute_batch(&sql)?)
    }
}

/// Nobody has more than one amount may be. What was written off may add up to more over the years; of
/// that no more counts than fits.
fn bound(lots: &mut [Lot]) -> Result<(), StoreError> {
    let left = lots
        .iter()
        .map(|lot| i128::from(lot.portion.remaining().get()));
    let room = i128::from(AMOUNT_MAX) - left.sum::<i128>();
    let mut room = i64::try_from(room)
        .ok()
        .filter(|room| *room >= 0)
        .map(Points::new)
        .ok_or_else(|| StoreError::corrupt("more points than anybody can have"))?;
    for lot in lots {
        lot.lapsed = lot.lapsed.min(room);
        room -= lot.lapsed;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, StatementStatus};

    use super::super::schema;
    use super::super::seen::Seen;
    use super::super::write::HAS_AND_OWES;
    use super::*;

    /// A file in which member 1 has spent so many lots and still has three, beside other members.
    fn file(spent: i64) -> Connection {
        let db = Connection::open_in_memory().expect("a file");
        schema::make(&db).expect("tables");
        for lot in 1..=spent + 3 {
            let used = if lot <= spent { 10 } else { 4 };
            for member in [0, 1, 2] {
                db.execute(
                    "INSERT INTO portion VALUES (?1, 1, ?2, 0, 0, 20261122, NULL, 0, 10, 0, ?3, 0)",
                    [member, lot, used],
                )
                .expect("a portion");
            }
        }
        db
    }

    /// What a query answers, and in how many steps of SQLite's machine.
    fn asked(db: &Connection, sql: &str, of: impl Params) -> (Vec<Option<i64>>, i32) {
        let mut statement = db.prepare(sql).expect("a query");
        let mut rows = statement.query(of).expect("works");
        let mut found = Vec::new();
        while let Some(row) = rows.next().expect("works") {
            found.push(row.get(0).expect("a number"));
        }
        drop(rows);
        (found, statement.get_status(StatementStatus::VmStep))
    }

    #[test]
    fn lots_that_are_spent_cost_a_quote_and_a_sale_nothing() {
        let (new, regular) = (file(0), file(1_000));
        let open = [&new, &regular].map(|db| asked(db, OPEN_LOTS, [1]));
        assert_eq!(open[0].0.len(), 3);
        assert_eq!(open[0], open[1]);
        let first = [&new, &regular].map(|db| asked(db, FIRST_LOTS, [1, 13]).0.len());
        assert_eq!(first, [3, 13]);
        let has = [&new, &regular].map(|db| asked(db, HAS_AND_OWES, [1, 1]));
        assert_eq!(has[0].0, [Some(18)]);
        assert_eq!(has[0], has[1]);
        let one = [&new, &regular].map(|db| asked(db, ONE_LOT, [1, 2]).1);
        assert_eq!(one[0], one[1]);
    }

    #[test]
    fn a_year_of_visits_is_one_step_into_the_index() {
        let visits = |days: i64| {
            let db = Connection::open_in_memory().expect("a file");
            schema::make(&db).expect("tables");
            let mut connection = db;
            let writing = Writing::begin(&mut connection, Seen::default()).expect("a write");
            writing.index_activity().expect("an index");
            writing.index_activity().expect("there already");
            writing.commit().expect("works");
            for seq in 1..=days {
                let date =
                    BusinessDate::from_days_since_1970(20_000 + i32::try_from(seq).expect("few"));
                connection
                    .execute(
                        "INSERT INTO entry VALUES
                         (?1, 6, 0, 0, 0, 420, ?2, 1, 0, 0, 0, 0, 0, 0, NULL, 1, NULL, zeroblob(32))",
                        [seq, date.expect("a date").yyyymmdd().into()],
                    )
                    .expect("a sale");
            }
            let range = params![1, 20_241_004, 20_991_231, true, false];
            asked(&connection, &next_activity(), range)
        };
        let (few, many) = (visits(3), visits(365));
        // 20,000 days after 1 January 1970 it was 4 October 2024.
        assert_eq!(
            (few.0, many.0),
            (vec![Some(20_241_007)], vec![Some(20_251_004)])
        );
        assert_eq!(few.1, many.1);
    }
}
