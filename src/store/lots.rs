//! Questions about a member's points: accounts, lots whose time is over, and what lots depend on.

use std::collections::BTreeMap;

use rusqlite::params;

use super::error::StoreError;
use super::household::{account_and_past, active_for_account, repaid_for_account};
use super::member_status::OF_MEMBER;
use super::read::Reading;
use super::rows::date_from;
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::ids::Seq;
use crate::kernel::{
    Account, Activity, BusinessDate, Instant, Lot, LotId, MemberNumber, Points, Portion,
    WalletNumber,
};
use crate::ledger::{Accounts, DueLot, Flags, Kind};

impl Reading<'_> {
    /// The accounts that a member uses in all wallets, for something that is booked on a date: lots with something
    /// left in them or alive on that date, with what of these is written off since, and the lots
    /// named in `also` whatever is left, with what of these is written off.
    pub fn accounts(
        &self,
        member: MemberNumber,
        also: &[LotId],
        on: BusinessDate,
    ) -> Result<Accounts, StoreError> {
        let member = self.account_of(member)?;
        let mut accounts = Accounts::new();
        // No close writes off what is alive behind the date that it closes.
        let closed = self.head()?.closed_date;
        let is_swept_since = |expires_on| Some(expires_on) <= closed && expires_on > on;
        let mut statement = self.db().prepare_cached(
            "SELECT wallet, lot, awarded_at_ms, available_from, expires_on, granted, earned,
                 released, used, held
             FROM portion WHERE member = ?1 AND writer = 0",
        )?;
        let mut rows = statement.query([member.get()])?;
        while let Some(row) = rows.next()? {
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
            let expires_on = row.get::<_, Option<i64>>(4)?.map(date_from).transpose()?;
            let lapsed = match expires_on {
                Some(date) if also.contains(&id) || is_swept_since(date) => {
                    self.lapsed(wallet, id)?
                }
                _ => Points::ZERO,
            };
            if portion.remaining().is_zero() && lapsed.is_zero() && !also.contains(&id) {
                continue;
            }
            let account: &mut Account = accounts.entry(wallet).or_default();
            account.lots.push(Lot {
                id,
                awarded_at: Instant::from_ms(row.get(2)?),
                available_from: date_from(row.get(3)?)?,
                expires_on,
                portion,
                lapsed,
            });
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

    /// The business dates of the sales, claimed ones too, and events of all who use a member's account, and
    /// of who did until they left it, earliest first.
    pub fn active_on(
        &self,
        member: MemberNumber,
    ) -> Result<Vec<(BusinessDate, Activity)>, StoreError> {
        let (member, was_shared) = account_and_past(self.db(), member)?;
        let whose = match was_shared {
            false => OF_MEMBER.to_owned(),
            true => active_for_account(),
        };
        let sql = format!(
            "SELECT DISTINCT business_date, kind = ?4 AS is_event FROM entry
             WHERE {whose} AND lot = 0
                 AND (kind IN (?2, ?3) OR (kind = ?4 AND flags & ?5 = 0))
             ORDER BY business_date, is_event"
        );
        let mut statement = self.db().prepare_cached(&sql)?;
        let [commit, claim, event] = [Kind::Commit, Kind::Claim, Kind::Event].map(Kind::number);
        let range = params![member.get(), commit, claim, event, Flags::UNDONE.0];
        let rows = statement.query_map(range, |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?))
        })?;
        rows.map(|row| {
            let (number, is_event) = row?;
            let activity = if is_event {
                Activity::Event
            } else {
                Activity::Sale
            };
            Ok((date_from(number)?, activity))
        })
        .collect()
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
             FROM entry WHERE lot = ?2 AND kind IN ({refund}, {expiry}, {taken})
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
    ) -> Result<BTreeMap<(WalletNumber, LotId), Points>, StoreError> {
        let (member, was_shared) = account_and_past(self.db(), member)?;
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
