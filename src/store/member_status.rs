//! Members who are not what others are: blocked, closed, another one by now, or in a household
//! (`household.rs`).

use std::borrow::Cow;
use std::cell::Cell;

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StoreError;
use super::household::{account_and_past, follow_household, hand_over};
use super::read::Reading;
use super::verify::Findings;
use crate::kernel::ids::Seq;
use crate::kernel::{MemberNumber, MemberStatus};
use crate::ledger::fold::{Fold, status_after};
use crate::ledger::merge::merged_into;
use crate::ledger::usage::MEMBER_ROWS;
use crate::ledger::{Effect, Entry, Kind};

/// In a query: an entry is of the member `?1`, or of one who was merged into that member, whose entries
/// stay under their own numbers.
pub(super) const OF_MEMBER: &str =
    "member IN (SELECT ?1 UNION ALL SELECT member FROM member_status WHERE into_member = ?1)";

/// The state of a number that was merged into another.
const MERGED: u8 = 3;

/// A row of the table.
pub(super) struct Row {
    state: u8,
    /// The entry that says so.
    pub(super) seq: Seq,
    pub(super) into: Option<MemberNumber>,
    /// Of the household that the member is in.
    pub(super) holder: Option<MemberNumber>,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stands {
    /// Whether they may earn and spend.
    pub status: MemberStatus,
    /// Whose account they use, if they share one; of the holder it is their own number.
    pub holder: Option<MemberNumber>,
}

pub(super) fn row_of(db: &Connection, member: MemberNumber) -> Result<Option<Row>, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT state, seq, into_member, holder FROM member_status WHERE member = ?1",
        )?
        .query_row([member.get()], |row| {
            let numbers = (row.get::<_, Option<u64>>(2)?, row.get::<_, Option<u64>>(3)?);
            Ok((row.get(0)?, row.get(1)?, numbers))
        })
        .optional()?;
    let Some((state, seq, (into, holder))) = found else {
        return Ok(None);
    };
    Ok(Some(Row {
        state,
        seq,
        into: into.map(number_from).transpose()?,
        holder: holder.map(number_from).transpose()?,
    }))
}

pub(super) fn number_from(number: u64) -> Result<MemberNumber, StoreError> {
    MemberNumber::try_from(number).map_err(|_| StoreError::corrupt("an impossible member number"))
}

fn status_from(state: u8) -> Result<MemberStatus, StoreError> {
    match state {
        0 => Ok(MemberStatus::Active),
        1 => Ok(MemberStatus::Blocked),
        2 => Ok(MemberStatus::Closed),
        _ => Err(StoreError::corrupt("a member's unknown status")),
    }
}

/// Whose account a number uses: that of the household which its member is in, else the member's own.
pub(super) fn account_of(
    db: &Connection,
    member: MemberNumber,
) -> Result<MemberNumber, StoreError> {
    let (member, row) = present(db, member)?;
    Ok(row.and_then(|row| row.holder).unwrap_or(member))
}

/// The number that its member has by now, with its row.
pub(super) fn present(
    db: &Connection,
    member: MemberNumber,
) -> Result<(MemberNumber, Option<Row>), StoreError> {
    match row_of(db, member)? {
        Some(Row {
            into: Some(into), ..
        }) => Ok((into, row_of(db, into)?)),
        row => Ok((member, row)),
    }
}

/// The member of whom there was no row when they were last asked for: a sale asks for its member time and
/// again, and hardly anybody has one.
#[derive(Clone, Default)]
pub(super) struct Plain(Cell<Option<MemberNumber>>);

impl Plain {
    /// Somebody is blocked, closed, merged or in a household since.
    pub fn forget(&self) {
        self.0.set(None);
    }
}

impl Reading<'_> {
    fn is_plain(&self, member: MemberNumber) -> Result<bool, StoreError> {
        let Plain(known) = self.plain();
        if known.get() == Some(member) {
            return Ok(true);
        }
        let is_plain = row_of(self.db(), member)?.is_none();
        if is_plain {
            known.set(Some(member));
        }
        Ok(is_plain)
    }

    /// Whether a member may earn and spend, and whose account they share.
    pub fn stands(&self, member: MemberNumber) -> Result<Stands, StoreError> {
        if self.is_plain(member)? {
            return Ok(Stands::default());
        }
        let (_, row) = present(self.db(), member)?;
        row.map_or(Ok(Stands::default()), |row| {
            Ok(Stands {
                status: status_from(row.state)?,
                holder: row.holder,
            })
        })
    }

    /// Whether a member may earn and spend.
    pub fn member_status(&self, member: MemberNumber) -> Result<MemberStatus, StoreError> {
        Ok(self.stands(member)?.status)
    }

    /// Who a number stands for: itself, or the member it was merged into.
    pub fn whose(&self, member: MemberNumber) -> Result<MemberNumber, StoreError> {
        if self.is_plain(member)? {
            return Ok(member);
        }
        let row = row_of(self.db(), member)?;
        Ok(row.and_then(|row| row.into).unwrap_or(member))
    }

    /// Whose account a number uses: that of the household which its member is in, else the member's own.
    pub fn account_of(&self, member: MemberNumber) -> Result<MemberNumber, StoreError> {
        if self.is_plain(member)? {
            return Ok(member);
        }
        account_of(self.db(), member)
    }

    /// Whose account an entry moves points of, written or not.
    pub fn account_of_entry(&self, entry: &Entry) -> Result<Option<MemberNumber>, StoreError> {
        Ok(self.under_present_number(entry)?.member)
    }

    /// The entry under the number that its member has by now: nothing new is written of who is merged.
    /// Points are those of the account that the member uses.
    pub(super) fn under_present_number<'a>(
        &self,
        entry: &'a Entry,
    ) -> Result<Cow<'a, Entry>, StoreError> {
        let Some(member) = entry.member else {
            return Ok(Cow::Borrowed(entry));
        };
        let present = match Effect::of(entry) {
            None => self.whose(member)?,
            Some(_) => self.account_of(member)?,
        };
        if present == member {
            return Ok(Cow::Borrowed(entry));
        }
        Ok(Cow::Owned(Entry {
            member: Some(present),
            ..entry.clone()
        }))
    }

    /// The account that a question about a member's points is about, and whether it is or was shared.
    pub(super) fn account_and_past(
        &self,
        member: MemberNumber,
    ) -> Result<(MemberNumber, bool), StoreError> {
        if self.is_plain(member)? {
            return Ok((member, false));
        }
        account_and_past(self.db(), member)
    }
}

/// Moves a member to where an entry says; whether it says so of anybody.
pub(super) fn follow(db: &Connection, entry: &Entry) -> Result<bool, StoreError> {
    let nobody = || StoreError::corrupt("nobody is blocked or merged");
    if let Some(into) = merged_into(entry) {
        let into = into.map_err(|_| StoreError::corrupt("a merge that cannot be read"))?;
        merge(db, entry.seq, entry.member.ok_or_else(nobody)?, into)?;
        return Ok(true);
    }
    if entry.kind == Kind::Household {
        follow_household(db, entry, entry.member.ok_or_else(nobody)?)?;
        return Ok(true);
    }
    let Some(status) = status_after(entry) else {
        return Ok(false);
    };
    let member = entry.member.ok_or_else(nobody)?;
    match status {
        MemberStatus::Active => {
            put(db, member, 0, entry.seq, None)?;
            db.execute(
                "DELETE FROM member_status WHERE member = ?1 AND NOT EXISTS
                     (SELECT 1 FROM household h WHERE h.member = ?1 OR h.holder = ?1)",
                [member.get()],
            )?;
        }
        MemberStatus::Blocked => put(db, member, 1, entry.seq, None)?,
        MemberStatus::Closed => put(db, member, 2, entry.seq, None)?,
    }
    Ok(true)
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
    // Times in a household stay under the numbers of then: they say where lots of those numbers went.
    put(db, from, MERGED, seq, Some(into))?;
    hand_over(db, from, into)
}

/// Members stand where the entries say.
pub(super) fn check(
    reading: &Reading<'_>,
    fold: &Fold,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let text = "a member is blocked, closed, merged or in a household and no entry says so, or the other way round";
    let mut statement = reading
        .db()
        .prepare("SELECT member, state, seq, into_member, holder FROM member_status")?;
    let mut rows = statement.query([])?;
    let mut expected = fold.marked();
    while let Some(row) = rows.next()? {
        let member = number_from(row.get(0)?)?;
        let (state, seq): (u8, Seq) = (row.get(1)?, row.get(2)?);
        let into = row.get::<_, Option<u64>>(3)?.map(number_from).transpose()?;
        let holder = row.get::<_, Option<u64>>(4)?.map(number_from).transpose()?;
        let entry = reading.entries(seq, seq)?.pop().map(|(entry, _)| entry);
        let says = |says: &dyn Fn(&Entry) -> bool| {
            let own = entry.as_ref();
            own.is_some_and(|entry| entry.member == Some(member) && says(entry))
        };
        let is_told = match (into, state) {
            (Some(_), _) => {
                says(&|entry| merged_into(entry).is_some())
                    && state == MERGED
                    && fold.aliases.get(&member) == into.as_ref()
            }
            (None, 0) => {
                !fold.statuses.contains_key(&member) && fold.marked_by(member) == Some(seq)
            }
            (None, _) => {
                let stands = status_from(state).ok();
                says(&|entry| status_after(entry) == stands)
                    && fold.statuses.get(&member).copied() == stands
            }
        };
        let is_told = is_told && holder == fold.holder_of(member);
        if !is_told || !expected.remove(&member) {
            findings.add("member_status.differs", seq, text);
        }
    }
    if !expected.is_empty() {
        findings.add("member_status.differs", 0, text);
    }
    super::household::check(reading, fold, findings)
}
