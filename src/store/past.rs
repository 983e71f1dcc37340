//! What the earlier sales of members amount to, and where that is made of.

use rusqlite::params;

use super::error::StoreError;
use super::read::Reading;
use super::write::Writing;
use crate::kernel::{Instant, MemberNumber};
use crate::ledger::Kind;

impl Reading<'_> {
    /// The sums of a member in months of the form 202611, both counted, earliest first.
    pub fn past(
        &self,
        member: MemberNumber,
        first: i32,
        last: i32,
        mut visit: impl FnMut(i32, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.db().prepare_cached(
            "SELECT month, sums FROM past WHERE member = ?1 AND month BETWEEN ?2 AND ?3
             ORDER BY month",
        )?;
        let member = self.whose(member)?;
        let mut rows = statement.query(params![member.get(), first, last])?;
        while let Some(row) = rows.next()? {
            let sums = row.get_ref(1)?.as_blob();
            let sums = sums.map_err(|_| StoreError::corrupt("sums that are no bytes"))?;
            visit(row.get(0)?, sums)?;
        }
        Ok(())
    }

    /// The instant of the last entry, or the last one at which the clock was believed if that is earlier.
    pub fn known_until(&self) -> Result<Instant, StoreError> {
        let head = self.head()?;
        Ok(head.at.min(head.trusted_at))
    }

    /// How many months of members have sums.
    pub fn count_past(&self) -> Result<usize, StoreError> {
        let sql = "SELECT count(*) FROM past";
        Ok(self.db().query_row(sql, [], |row| row.get(0))?)
    }

    /// Members who bought something here, gave something back or did something else that counts, each under
    /// the number of now.
    pub fn members_with_past(&self) -> Result<Vec<MemberNumber>, StoreError> {
        let mut statement = self.db().prepare(
            "SELECT DISTINCT coalesce(s.into_member, e.member) AS present
             FROM entry e LEFT JOIN member_status s ON s.member = e.member
             WHERE e.member IS NOT NULL AND e.kind IN (?1, ?2, ?3, ?4) ORDER BY present",
        )?;
        let kinds = [Kind::Commit, Kind::Claim, Kind::Refund, Kind::Event].map(Kind::number);
        let rows = statement.query_map(kinds, |row| row.get::<_, u64>(0))?;
        rows.map(|number| {
            MemberNumber::try_from(number?)
                .map_err(|_| StoreError::corrupt("an impossible member number"))
        })
        .collect()
    }
}

impl Writing<'_> {
    /// Keeps the sums of a member's month; nothing for none.
    pub fn put_past(
        &self,
        member: MemberNumber,
        month: i32,
        sums: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        match sums {
            Some(sums) => self
                .connection()
                .prepare_cached(
                    "INSERT INTO past (member, month, sums) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET sums = excluded.sums",
                )?
                .execute(params![member.get(), month, sums])?,
            None => self
                .connection()
                .prepare_cached("DELETE FROM past WHERE member = ?1 AND month = ?2")?
                .execute(params![member.get(), month])?,
        };
        Ok(())
    }
}
