//! What a member's codes were used for: lines of the chain, so that nobody takes them out.

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
        let member = self.whose(member)?;
        // As the index `entry_exception` has it, so that SQLite uses it.
        let kind = Kind::Exception.number();
        let newest = format!("{OF_MEMBER} AND kind = {kind} ORDER BY seq DESC LIMIT ?2");
        let entries = self.entries_where(&newest, &[&member.get(), &LINES_MAX])?;
        let mut lines = Vec::new();
        for entry in entries {
            if let (Some(member), Ok(exception)) =
                (entry.member, Exception::from_payload(&entry.payload))
            {
                lines.push(MemberLine {
                    seq: entry.seq,
                    member,
                    at: entry.at,
                    exception,
                });
            }
        }
        Ok(lines)
    }

    /// When head office was last heard of, by the ledger's clock.
    pub fn last_synced_at(&self) -> Result<Option<Instant>, StoreError> {
        // From the end: what was written since is what head office has not got yet.
        let newest = "kind = ?1 ORDER BY seq DESC LIMIT 1";
        let found = self.entries_where(newest, &[&Kind::Synced.number()])?;
        Ok(found.first().map(|entry| entry.at))
    }
}
