//! Several members who share the account of one of them.

use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::error::StoreError;
use super::member_status::{number_from, present, row_of};
use super::read::Reading;
use super::rows::{ENTRY_COLUMNS, entry_from};
use super::verify::Findings;
use super::write::refuse_beyond;
use crate::kernel::MemberNumber;
use crate::kernel::ids::Seq;
use crate::ledger::Entry;
use crate::ledger::fold::{Fold, Stay};
use crate::ledger::household::{Step, step_of};
use crate::ledger::merge::merged_into;

/// In a query: the numbers that are the member `?1` by now.
const NUMBERS: &str = "SELECT ?1 UNION ALL SELECT member FROM member_status WHERE into_member = ?1";

/// Somebody who shares an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharer {
    /// Who.
    pub member: MemberNumber,
    /// The entry by which they joined; nothing for the holder.
    pub joined: Option<Seq>,
}

/// All lots and debts of one are the other's from here on.
pub(super) fn hand_over(
    db: &Connection,
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
    let mut wallets = db.prepare("SELECT DISTINCT wallet FROM portion WHERE member = ?1")?;
    let mut rows = wallets.query([into.get()])?;
    while let Some(row) = rows.next()? {
        refuse_beyond(db, into.get(), row.get(0)?)?;
    }
    Ok(())
}

/// Moves a member into a household, or out of it, as an entry says.
pub(super) fn follow_household(
    db: &Connection,
    entry: &Entry,
    member: MemberNumber,
) -> Result<(), StoreError> {
    let unreadable = || StoreError::corrupt("a household that cannot be read");
    let step = step_of(entry).ok_or_else(unreadable)?;
    match step.map_err(|_| unreadable())? {
        Step::Joined(holder) => {
            db.execute(
                "INSERT INTO household (joined_seq, member, holder) VALUES (?1, ?2, ?3)",
                params![entry.seq, member.get(), holder.get()],
            )?;
            for one in [member, holder] {
                db.execute(
                    "INSERT INTO member_status (member, state, seq, holder) VALUES (?1, 0, ?2, ?3)
                     ON CONFLICT (member) DO UPDATE SET holder = excluded.holder",
                    params![one.get(), entry.seq, holder.get()],
                )?;
            }
            hand_over(db, member, holder)
        }
        Step::Left(holder) => {
            db.execute(
                "UPDATE household SET left_seq = ?2 WHERE joined_seq = ?1",
                params![entry.refers_to, entry.seq],
            )?;
            db.execute(
                "UPDATE member_status SET holder = NULL WHERE member = ?1 OR (member = ?2
                     AND NOT EXISTS (SELECT 1 FROM household h
                                     WHERE h.holder = ?2 AND h.left_seq IS NULL))",
                params![member.get(), holder.get()],
            )?;
            Ok(())
        }
    }
}

/// Whose account holds now what was in the account of `member` when an entry was written: it goes where
/// its member goes, and stays with a household when they leave.
fn account_since(
    db: &Connection,
    mut member: MemberNumber,
    mut seq: Seq,
) -> Result<MemberNumber, StoreError> {
    while let Some(row) = row_of(db, member)? {
        let joined = db
            .prepare_cached(
                "SELECT joined_seq, holder FROM household WHERE member = ?1 AND joined_seq > ?2
                 ORDER BY joined_seq LIMIT 1",
            )?
            .query_row(params![member.get(), seq], |row| {
                Ok((row.get::<_, Seq>(0)?, row.get::<_, u64>(1)?))
            })
            .optional()?;
        let merged = row.into.filter(|_| row.seq > seq).map(|_| row.seq);
        (seq, member) = match (joined, merged) {
            (None, None) => break,
            (Some((at, holder)), merged) if merged.is_none_or(|merged| at < merged) => {
                (at, number_from(holder)?)
            }
            (_, Some(merged)) => (merged, merged_by(db, merged)?),
            (Some(_), None) => unreachable!("told above"),
        };
    }
    Ok(member)
}

/// Whom the member of an entry was merged into by it.
fn merged_by(db: &Connection, seq: Seq) -> Result<MemberNumber, StoreError> {
    let sql = format!("SELECT {ENTRY_COLUMNS} FROM entry WHERE seq = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([seq])?;
    let entry = rows.next()?.map(entry_from).transpose()?;
    let into = entry.as_ref().and_then(|(entry, _)| merged_into(entry));
    let into = into.and_then(Result::ok);
    into.ok_or_else(|| StoreError::corrupt("a merge that cannot be read"))
}

impl Reading<'_> {
    /// Whose account holds now what was in the account of `member` when the entry `seq` was written.
    pub fn account_since(
        &self,
        member: MemberNumber,
        seq: Seq,
    ) -> Result<MemberNumber, StoreError> {
        account_since(self.db(), member, seq)
    }

    /// Who shares the account of a member, the holder first and the others as they joined; nobody where the
    /// member shares none.
    pub fn household(&self, member: MemberNumber) -> Result<Vec<Sharer>, StoreError> {
        let Some(holder) = self.stands(member)?.holder else {
            return Ok(Vec::new());
        };
        let mut statement = self.db().prepare_cached(
            "SELECT member, joined_seq FROM household WHERE holder = ?1 AND left_seq IS NULL
             ORDER BY joined_seq",
        )?;
        let mut rows = statement.query([holder.get()])?;
        let mut sharers = vec![Sharer {
            member: holder,
            joined: None,
        }];
        while let Some(row) = rows.next()? {
            sharers.push(Sharer {
                member: number_from(row.get(0)?)?,
                joined: Some(row.get(1)?),
            });
        }
        Ok(sharers)
    }

    /// Everybody whose entries can have moved points that are or were in the account of a member: who ever
    /// was in a household with them, with one of these, and so on.
    pub fn related(&self, member: MemberNumber) -> Result<Vec<MemberNumber>, StoreError> {
        let mut known = vec![self.whose(member)?];
        let mut next = 0;
        let mut statement = self.db().prepare_cached(
            "SELECT holder FROM household WHERE member = ?1
             UNION SELECT member FROM household WHERE holder = ?1
             UNION SELECT member FROM member_status WHERE into_member = ?1
             UNION SELECT into_member FROM member_status
                 WHERE member = ?1 AND into_member IS NOT NULL",
        )?;
        while let Some(member) = known.get(next).copied() {
            next += 1;
            let mut rows = statement.query([member.get()])?;
            while let Some(row) = rows.next()? {
                let other = number_from(row.get(0)?)?;
                if !known.contains(&other) {
                    known.push(other);
                }
            }
        }
        Ok(known)
    }

    /// The entries of some members behind `after`, oldest first.
    pub fn history_of_all(
        &self,
        members: &[MemberNumber],
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        let places = vec!["?"; members.len()].join(", ");
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entry WHERE member IN ({places}) AND seq > ?
             ORDER BY seq LIMIT ?"
        );
        let mut statement = self.db().prepare_cached(&sql)?;
        let members = members.iter().map(|member| member.get());
        let values = members.chain([after, u64::from(limit)]);
        let mut rows = statement.query(params_from_iter(values))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(entry_from(row)?.0);
        }
        Ok(found)
    }
}

/// In a query: an entry is told of the account of `?1`: it is of one of its numbers, or of somebody in the
/// household, from the entry by which they joined to that by which they left.
pub(super) fn of_account() -> String {
    format!(
        "(member IN ({NUMBERS}) OR seq IN (
             SELECT e.seq FROM household h JOIN entry e ON e.member = h.member
                 AND e.seq BETWEEN h.joined_seq AND coalesce(h.left_seq, e.seq)
             WHERE h.holder IN ({NUMBERS})))"
    )
}

/// In a query: the same for what counts as activity, which is also what somebody did before they joined.
pub(super) fn active_for_account() -> String {
    format!(
        "(member IN ({NUMBERS}) OR seq IN (
             SELECT e.seq FROM household h JOIN entry e ON e.member = h.member
             LEFT JOIN entry l ON l.seq = h.left_seq
             WHERE h.holder IN ({NUMBERS})
                 AND (l.seq IS NULL OR e.business_date <= l.business_date)))"
    )
}

/// In a query: a repayment is of a lot that is in the account of `?1`, whoever had it then.
pub(super) fn repaid_for_account() -> String {
    format!(
        "(member IN ({NUMBERS}) OR member IN (
             SELECT h.member FROM household h WHERE h.holder IN ({NUMBERS})))
         AND EXISTS (SELECT 1 FROM portion p
                     WHERE p.member = ?1 AND p.wallet = entry.wallet AND p.lot = entry.lot)"
    )
}

/// The account that a question about a member's points is about, and whether it is or was shared.
pub(super) fn account_and_past(
    db: &Connection,
    member: MemberNumber,
) -> Result<(MemberNumber, bool), StoreError> {
    let (member, row) = present(db, member)?;
    let Some(row) = row else {
        return Ok((member, false));
    };
    let account = row.holder.unwrap_or(member);
    let sql = format!("SELECT 1 FROM household WHERE holder IN ({NUMBERS})");
    let was_shared = db.prepare_cached(&sql)?.exists([account.get()])?;
    Ok((account, was_shared))
}

/// Households are what the entries say.
pub(super) fn check(
    reading: &Reading<'_>,
    fold: &Fold,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let mut statement = reading
        .db()
        .prepare("SELECT joined_seq, member, holder, left_seq FROM household")?;
    let mut rows = statement.query([])?;
    let text = "somebody is in a household and no entry says so, or the other way round";
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += 1;
        let joined: Seq = row.get(0)?;
        let stay = Stay {
            member: number_from(row.get(1)?)?,
            holder: number_from(row.get(2)?)?,
            left: row.get(3)?,
        };
        if fold.stays.get(&joined) != Some(&stay) {
            findings.add("household.differs", joined, text);
        }
    }
    if count != fold.stays.len() {
        findings.add("household.differs", 0, text);
    }
    Ok(())
}
