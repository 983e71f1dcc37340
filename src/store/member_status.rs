//! Members who do not earn and spend as others do.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StoreError;
use super::read::Reading;
use super::verify::Findings;
use crate::kernel::ids::Seq;
use crate::kernel::{MemberNumber, MemberStatus};
use crate::ledger::Entry;
use crate::ledger::fold::status_after;

impl Reading<'_> {
    /// Whether a member may earn and spend.
    pub fn member_status(&self, member: MemberNumber) -> Result<MemberStatus, StoreError> {
        let state = self
            .db()
            .prepare_cached("SELECT state FROM member_status WHERE member = ?1")?
            .query_row([member.get()], |row| row.get(0))
            .optional()?;
        state.map_or(Ok(MemberStatus::Active), status_from)
    }
}

fn status_from(state: u8) -> Result<MemberStatus, StoreError> {
    match state {
        1 => Ok(MemberStatus::Blocked),
        2 => Ok(MemberStatus::Closed),
        _ => Err(StoreError::corrupt("a member who stands nowhere")),
    }
}

/// Moves a member to where an entry says.
pub(super) fn follow(db: &Connection, entry: &Entry) -> Result<(), StoreError> {
    let Some(status) = status_after(entry) else {
        return Ok(());
    };
    let member = entry
        .member
        .ok_or_else(|| StoreError::corrupt("nobody is blocked"))?
        .get();
    let state = match status {
        MemberStatus::Active => {
            db.execute("DELETE FROM member_status WHERE member = ?1", [member])?;
            return Ok(());
        }
        MemberStatus::Blocked => 1,
        MemberStatus::Closed => 2,
    };
    db.execute(
        "INSERT INTO member_status (member, state, seq) VALUES (?1, ?2, ?3)
         ON CONFLICT (member) DO UPDATE SET state = excluded.state, seq = excluded.seq",
        params![member, state, entry.seq],
    )?;
    Ok(())
}

/// Members stand where the entries say.
pub(super) fn check(
    reading: &Reading<'_>,
    mut told: BTreeMap<MemberNumber, MemberStatus>,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let text = "a member is blocked or closed and no entry says so, or the other way round";
    let mut statement = reading
        .db()
        .prepare("SELECT member, state, seq FROM member_status")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (number, seq): (u64, Seq) = (row.get(0)?, row.get(2)?);
        let number = MemberNumber::try_from(number).ok();
        let expected = number.and_then(|number| told.remove(&number));
        let entry = reading.entries(seq, seq)?.pop();
        let says = entry.filter(|(entry, _)| entry.member == number);
        let says = says.and_then(|(entry, _)| status_after(&entry));
        let stands = status_from(row.get(1)?).ok();
        if expected != stands || says != stands {
            findings.add("member_status.differs", seq, text);
        }
    }
    if !told.is_empty() {
        findings.add("member_status.differs", 0, text);
    }
    Ok(())
}
