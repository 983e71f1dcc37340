//! What the entries tell, by whose they are, by date and by kind.

use rusqlite::{OptionalExtension, ToSql, params};

use super::error::StoreError;
use super::household::of_account;
use super::member_status::OF_MEMBER;
use super::read::Reading;
use super::rows::{ENTRY_COLUMNS, date_from, entry_from};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber};
use crate::ledger::{Entry, Flags, Hash, Kind, Totals};

impl Reading<'_> {
    /// Entries from `first` to `last`, with their hashes.
    pub fn entries(&self, first: Seq, last: Seq) -> Result<Vec<(Entry, Hash)>, StoreError> {
        let mut found = Vec::new();
        self.each_entry(first, last, |entry, hash| {
            found.push((entry, hash));
            Ok(())
        })?;
        Ok(found)
    }

    /// Walks over entries without holding them all.
    pub fn each_entry(
        &self,
        first: Seq,
        last: Seq,
        mut visit: impl FnMut(Entry, Hash) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql =
            format!("SELECT {ENTRY_COLUMNS} FROM entry WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq");
        let mut statement = self.db().prepare_cached(&sql)?;
        let mut rows = statement.query(params![first, last])?;
        while let Some(row) = rows.next()? {
            let (entry, hash) = entry_from(row)?;
            visit(entry, hash)?;
        }
        Ok(())
    }

    /// The entries of the account that a member uses, behind `after`, oldest first: of its number and of
    /// those who were merged into it, and of a household's members while they are in it.
    pub fn history(
        &self,
        member: MemberNumber,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        let (member, was_shared) = self.account_and_past(member)?;
        let whose = match was_shared {
            false => OF_MEMBER.to_owned(),
            true => of_account(),
        };
        self.entries_where(
            &format!("{whose} AND seq > ?2 ORDER BY seq LIMIT ?3"),
            &[&member.get(), &after, &limit],
        )
    }

    /// The refunds of a sale, undone or not, and those that undo one, in their order.
    pub fn refunds_of(&self, sale: Seq) -> Result<Vec<Entry>, StoreError> {
        // As the index `entry_refund` has it, so that SQLite uses it.
        let refund = Kind::Refund.number();
        self.entries_where(
            &format!("kind = {refund} AND refers_to = ?1 ORDER BY seq"),
            &[&sale],
        )
    }

    /// The instant that counts for an entry written by a clock that was not believed: that of the last
    /// one before it that was.
    pub fn believed_before(&self, seq: Seq) -> Result<Instant, StoreError> {
        let mut statement = self.db().prepare_cached(
            "SELECT at_ms FROM entry WHERE seq < ?1 AND flags & ?2 = 0 ORDER BY seq DESC LIMIT 1",
        )?;
        let suspect = Flags::CLOCK_SUSPECT.0;
        let found = statement.query_row(params![seq, suspect], |row| row.get(0));
        Ok(Instant::from_ms(found.optional()?.unwrap_or(0)))
    }

    /// The sales of a member that were made final with a business date in this range, and those of
    /// nobody that the member claimed since, in the order in which they were made final, by their
    /// first entries.
    pub fn sales_of(
        &self,
        member: MemberNumber,
        first: BusinessDate,
        last: BusinessDate,
    ) -> Result<Vec<Seq>, StoreError> {
        let sql = format!(
            "SELECT iif(refers_to = 0, seq, refers_to) AS sale, seq AS posted FROM entry
             WHERE {OF_MEMBER} AND kind = ?2 AND lot = 0 AND business_date BETWEEN ?3 AND ?4
             UNION ALL
             SELECT c.refers_to, p.seq FROM entry c
             JOIN sale s ON s.seq = c.refers_to JOIN entry p ON p.seq = s.posted_seq
             WHERE c.{OF_MEMBER} AND c.kind = ?5 AND p.business_date BETWEEN ?3 AND ?4
             ORDER BY posted"
        );
        let mut statement = self.db().prepare_cached(&sql)?;
        let member = self.whose(member)?;
        let (commit, claim) = (Kind::Commit.number(), Kind::Claim.number());
        let (first, last) = (first.yyyymmdd(), last.yyyymmdd());
        let range = params![member.get(), commit, first, last, claim];
        let rows = statement.query_map(range, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Entries of one business date before `end` that are of one of these kinds or carry a mark.
    pub fn marked_or_of_kinds(
        &self,
        date: BusinessDate,
        end: Seq,
        kinds: &[Kind],
    ) -> Result<Vec<Entry>, StoreError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entry WHERE business_date = ?1 AND seq < ?2 ORDER BY seq"
        );
        let mut statement = self.db().prepare_cached(&sql)?;
        let mut rows = statement.query(params![date.yyyymmdd(), end])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let flags: u8 = row.get(2)?;
            let kind: u8 = row.get(1)?;
            if flags != 0 || kinds.iter().any(|wanted| wanted.number() == kind) {
                found.push(entry_from(row)?.0);
            }
        }
        Ok(found)
    }

    /// Returns of a member's goods without their sale, with a business date in this range, oldest first;
    /// none that was undone.
    pub fn unlinked_refunds_of(
        &self,
        member: MemberNumber,
        first: BusinessDate,
        last: BusinessDate,
    ) -> Result<Vec<Seq>, StoreError> {
        let sql = format!(
            "SELECT seq FROM entry
             WHERE {OF_MEMBER} AND kind = ?2 AND refers_to = 0 AND business_date BETWEEN ?3 AND ?4
                 AND seq NOT IN (SELECT refers_to FROM entry
                                 WHERE {OF_MEMBER} AND kind = ?2 AND flags & ?5)
             ORDER BY seq"
        );
        let mut statement = self.db().prepare_cached(&sql)?;
        let member = self.whose(member)?;
        let (refund, undone) = (Kind::Refund.number(), Flags::UNDONE.0);
        let (first, last) = (first.yyyymmdd(), last.yyyymmdd());
        let range = params![member.get(), refund, first, last, undone];
        let rows = statement.query_map(range, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a member did that was no sale, with a business date in this range, oldest first; nothing that
    /// was taken back.
    pub fn events_of(
        &self,
        member: MemberNumber,
        first: BusinessDate,
        last: BusinessDate,
    ) -> Result<Vec<Entry>, StoreError> {
        let condition = format!(
            "{OF_MEMBER} AND kind = ?2 AND flags & ?5 = 0 AND business_date BETWEEN ?3 AND ?4
                 AND seq NOT IN (SELECT refers_to FROM entry
                                 WHERE {OF_MEMBER} AND kind = ?2 AND flags & ?5)
             ORDER BY seq"
        );
        let member = self.whose(member)?.get();
        let (event, undone) = (Kind::Event.number(), Flags::UNDONE.0);
        let (first, last) = (first.yyyymmdd(), last.yyyymmdd());
        self.entries_where(&condition, &[&member, &event, &first, &last, &undone])
    }

    /// The event was taken back.
    pub fn is_event_undone(&self, member: MemberNumber, event: Seq) -> Result<bool, StoreError> {
        let sql = format!(
            "SELECT 1 FROM entry
             WHERE {OF_MEMBER} AND seq > ?2 AND kind = ?3 AND refers_to = ?2 AND flags & ?4"
        );
        let mut statement = self.db().prepare_cached(&sql)?;
        let member = self.whose(member)?;
        let (kind, undone) = (Kind::Event.number(), Flags::UNDONE.0);
        Ok(statement.exists(params![member.get(), event, kind, undone])?)
    }

    /// Control totals of one business date.
    pub fn totals(&self, date: BusinessDate) -> Result<Totals, StoreError> {
        let sql =
            format!("SELECT {ENTRY_COLUMNS} FROM entry WHERE business_date = ?1 ORDER BY seq");
        let mut statement = self.db().prepare_cached(&sql)?;
        let mut rows = statement.query([date.yyyymmdd()])?;
        let mut totals = Totals::default();
        while let Some(row) = rows.next()? {
            totals.add(&entry_from(row)?.0);
        }
        Ok(totals)
    }

    /// Business dates up to `through` that have entries newer than their last close, oldest first.
    /// `sales` are the kinds of entries that make a date worth closing.
    pub fn open_dates(
        &self,
        through: BusinessDate,
        day_closed: u8,
        bookkeeping: &[u8],
    ) -> Result<Vec<BusinessDate>, StoreError> {
        let list = bookkeeping
            .iter()
            .map(u8::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        let sql = format!(
            "SELECT business_date FROM entry WHERE business_date <= ?1
             GROUP BY business_date
             HAVING max(iif(kind NOT IN ({list}), seq, 0)) > max(iif(kind = ?2, seq, 0))
             ORDER BY business_date"
        );
        let mut statement = self.db().prepare(&sql)?;
        let rows = statement.query_map(params![through.yyyymmdd(), day_closed], |row| {
            row.get::<_, i64>(0)
        })?;
        rows.map(|number| date_from(number?)).collect()
    }

    /// The last entry of a kind on a business date.
    pub fn last_of_kind(&self, date: BusinessDate, kind: u8) -> Result<Option<Seq>, StoreError> {
        Ok(self.db().query_row(
            "SELECT max(seq) FROM entry WHERE business_date = ?1 AND kind = ?2",
            params![date.yyyymmdd(), kind],
            |row| row.get(0),
        )?)
    }

    pub(super) fn entries_where(
        &self,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<Entry>, StoreError> {
        let sql = format!("SELECT {ENTRY_COLUMNS} FROM entry WHERE {condition}");
        let mut statement = self.db().prepare_cached(&sql)?;
        let mut rows = statement.query(values)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(entry_from(row)?.0);
        }
        Ok(found)
    }
}
