//! Members who are not what others are: blocked, closed, or another one by now.

use std::borrow::Cow;

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StoreError;
use super::read::Reading;
use super::verify::Findings;
use super::write::refuse_beyond;
use crate::kernel::ids::Seq;
use crate::kernel::{MemberNumber, MemberStatus};
use crate::ledger::Entry;
use crate::ledger::fold::{Fold, status_after};
use crate::ledger::merge::merged_into;
use crate::ledger::usage::MEMBER_ROWS;

/// In a query: an entry is of the member `?1`, or of one who was merged into that member, whose entries
/// stay under their own numbers.
pub(super) const OF_MEMBER: &str =
    "member IN (SELECT ?1 UNION ALL SELECT member FROM member_status WHERE into_member = ?1)";

/// The state of a number that was merged into another.
const MERGED: u8 = 3;

/// A row of the table.
struct Row {
    state: u8,
    into: Option<MemberNumber>,
}

fn row_of(db: &Connection, member: MemberNumber) -> Result<Option<Row>, StoreError> {
    let found = db
        .prepare_cached("SELECT state, into_member FROM member_status WHERE member = ?1")?
        .query_row([member.get()], |row| {
            Ok((row.get(0)?, row.get::<_, Option<u64>>(1)?))
        })
        .optional()?;
    let Some((state, into)) = found else {
        return Ok(None);
    };
    let into = into.map(number_from).transpose()?;
    Ok(Some(Row { state, into }))
}

fn number_from(number: u64) -> Result<MemberNumber, StoreError> {
    MemberNumber::try_from(number).map_err(|_| StoreError::corrupt("an impossible member number"))
}

fn status_from(state: u8) -> Result<MemberStatus, StoreError> {
    match state {
        1 => Ok(MemberStatus::Blocked),
        2 => Ok(MemberStatus::Closed),
        _ => Err(StoreError::corrupt("a member's unknown status")),
    }
}

/// Who a number stands for: itself, or whom it was merged into.
pub(super) fn whose(db: &Connection, member: MemberNumber) -> Result<MemberNumber, StoreError> {
    Ok(row_of(db, member)?
        .and_then(|row| row.into)
        .unwrap_or(member))
}

impl Reading<'_> {
    /// Whether a member may earn and spend.
    pub fn member_status(&self, member: MemberNumber) -> Result<MemberStatus, StoreError> {
        let row = row_of(self.db(), member)?;
        match row {
            None => Ok(MemberStatus::Active),
            Some(Row {
                into: Some(into), ..
            }) => match row_of(self.db(), into)? {
                None => Ok(MemberStatus::Active),
                Some(row) => status_from(row.state),
            },
            Some(row) => status_from(row.state),
        }
    }

    /// Who a number stands for: itself, or the member it was merged into.
    pub fn whose(&self, member: MemberNumber) -> Result<MemberNumber, StoreError> {
        whose(self.db(), member)
    }
}

/// The entry under the number that its member has by now: nothing new is written of who is merged.
pub(super) fn under_present_number<'a>(
    db: &Connection,
    entry: &'a Entry,
) -> Result<Cow<'a, Entry>, StoreError> {
    let Some(member) = entry.member else {
        return Ok(Cow::Borrowed(entry));
    };
    let present = whose(db, member)?;
    if present == member {
        return Ok(Cow::Borrowed(entry));
    }
    Ok(Cow::Owned(Entry {
        member: Some(present),
        ..entry.clone()
    }))
}

/// Moves a member to where an entry says.
pub(super) fn follow(db: &Connection, entry: &Entry) -> Result<(), StoreError> {
    let nobody = || StoreError::corrupt("nobody is blocked or merged");
    if let Some(into) = merged_into(entry) {
        let into = into.map_err(|_| StoreError::corrupt("a merge that cannot be read"))?;
        return merge(db, entry.seq, entry.member.ok_or_else(nobody)?, into);
    }
    let Some(status) = status_after(entry) else {
        return Ok(());
    };
    let member = entry.member.ok_or_else(nobody)?;
    match status {
        MemberStatus::Active => {
            db.execute(
                "DELETE FROM member_status WHERE member = ?1",
                [member.get()],
            )?;
            Ok(())
        }
        MemberStatus::Blocked => put(db, member, 1, entry.seq, None),
        MemberStatus::Closed => put(db, member, 2, entry.seq, None),
    }
}

fn put(
    db: &Connection,
    member: MemberNumber,
    state: u8,
    seq: Seq,
    into: Option<MemberNumber>,
) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO member_status (member, state, seq, into_member) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (member) DO UPDATE SET state = excluded.state, seq = excluded.seq,
             into_member = excluded.into_member",
        params![member.get(), state, seq, into.map(MemberNumber::get)],
    )?;
    Ok(())
}

/// Everything that is kept by member of one becomes the other's.
fn merge(
    db: &Connection,
    seq: Seq,
    from: MemberNumber,
    into: MemberNumber,
) -> Result<(), StoreError> {
    let both = params![from.get(), into.get()];
    // A lot is named by its own entry, so that two members have none of the same name.
    db.execute("UPDATE portion SET member = ?2 WHERE member = ?1", both)?;
    db.execute(
        "INSERT INTO account (member, wallet, debt)
             SELECT ?2, wallet, debt FROM account WHERE member = ?1
         ON CONFLICT DO UPDATE SET debt = debt + excluded.debt",
        both,
    )?;
    db.execute("DELETE FROM account WHERE member = ?1", [from.get()])?;
    let (first, last) = MEMBER_ROWS;
    let rows = params![from.get(), into.get(), first, last];
    db.execute(
        "INSERT INTO usage (what, who, period, wallet, sales, redemptions, points)
             SELECT what, ?2, period, wallet, sales, redemptions, points FROM usage
             WHERE who = ?1 AND what BETWEEN ?3 AND ?4
         ON CONFLICT DO UPDATE SET sales = sales + excluded.sales,
             redemptions = redemptions + excluded.redemptions,
             points = points + excluded.points",
        rows,
    )?;
    db.execute(
        "DELETE FROM usage WHERE who = ?1 AND what BETWEEN ?2 AND ?3",
        params![from.get(), first, last],
    )?;
    // Made anew from the documents of both by whoever merges them.
    db.execute("DELETE FROM past WHERE member IN (?1, ?2)", both)?;
    db.execute(
        "UPDATE member_status SET into_member = ?2 WHERE into_member = ?1",
        both,
    )?;
    put(db, from, MERGED, seq, Some(into))?;
    let mut wallets = db.prepare("SELECT DISTINCT wallet FROM portion WHERE member = ?1")?;
    let mut rows = wallets.query([into.get()])?;
    while let Some(row) = rows.next()? {
        refuse_beyond(db, into.get(), row.get(0)?)?;
    }
    Ok(())
}

/// Members stand where the entries say.
pub(super) fn check(
    reading: &Reading<'_>,
    fold: &Fold,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let text = "a member is blocked, closed or merged and no entry says so, or the other way round";
    let mut statement = reading
        .db()
        .prepare("SELECT member, state, seq, into_member FROM member_status")?;
    let mut rows = statement.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += 1;
        let member = number_from(row.get(0)?)?;
        let (state, seq): (u8, Seq) = (row.get(1)?, row.get(2)?);
        let into = row.get::<_, Option<u64>>(3)?.map(number_from).transpose()?;
        let entry = reading.entries(seq, seq)?.pop().map(|(entry, _)| entry);
        let entry = entry.filter(|entry| entry.member == Some(member));
        let is_told = match into {
            Some(_) => {
                let says = entry
                    .as_ref()
                    .is_some_and(|entry| merged_into(entry).is_some());
                says && state == MERGED && fold.aliases.get(&member) == into.as_ref()
            }
            None => {
                let stands = status_from(state).ok();
                let says = entry.as_ref().and_then(status_after);
                says == stands && fold.statuses.get(&member).copied() == stands
            }
        };
        if !is_told {
            findings.add("member_status.differs", seq, text);
        }
    }
    if count != fold.statuses.len() + fold.aliases.len() {
        findings.add("member_status.differs", 0, text);
    }
    Ok(())
}
