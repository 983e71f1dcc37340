//! What a member's codes were used for: lines of the chain, so that nobody takes them out.

use rusqlite::{OptionalExtension, params};

use super::error::StoreError;
use super::member_status::OF_MEMBER;
use super::read::Reading;
use crate::kernel::ids::Seq;
use crate::kernel::{Instant, MemberNumber};
use crate::ledger::{Exception, Kind};

/// So many lines of a member are looked at: codes live for minutes, and hardly anybody has as many in a year.
const LINES_MAX: u32 = 100;

/// One of a member's lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberLine {
    /// Its entry.
    pub seq: Seq,
    /// Whose number stood in it.
    pub member: MemberNumber,
    /// When, by the ledger's clock.
    pub at: Instant,
    /// What it says; a later version may say more than can be read.
    pub exception: Exception,
}

impl Reading<'_> {
    /// The newest lines of a member under any of their numbers, newest first.
    pub fn lines_of_member(&self, member: MemberNumber) -> Result<Vec<MemberLine>, StoreError> {
        // As the index `entry_exception` has it, so that SQLite uses it.
        let sql = format!(
            "SELECT seq, at_ms, payload, member FROM entry WHERE {OF_MEMBER} AND kind = {}
             ORDER BY seq DESC LIMIT ?2",
            Kind::Exception.number()
        );
        let mut statement = self.db().prepare_cached(&sql)?;
        let member = self.whose(member)?;
        let mut rows = statement.query(params![member.get(), LINES_MAX])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            let payload: Vec<u8> = row.get(2)?;
            if let Ok(exception) = Exception::from_payload(&payload) {
                lines.push(MemberLine {
                    seq: row.get(0)?,
                    member: MemberNumber::try_from(row.get::<_, u64>(3)?)
                        .map_err(|_| StoreError::corrupt("an impossible member number"))?,
                    at: Instant::from_ms(row.get(1)?),
                    exception,
                });
            }
        }
        Ok(lines)
    }

    /// When head office was last heard of, by the ledger's clock.
    pub fn last_synced_at(&self) -> Result<Option<Instant>, StoreError> {
        // From the end: what was written since is what head office has not got yet.
        let sql = "SELECT at_ms FROM entry WHERE kind = ?1 ORDER BY seq DESC LIMIT 1";
        let mut statement = self.db().prepare(sql)?;
        let at = statement.query_row([Kind::Synced.number()], |row| row.get(0));
        Ok(at.optional()?.map(Instant::from_ms))
    }
}
