//! Members who are blocked, closed or became another: by all acts that have come in, of all tills, in one
//! order.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::report::member_at;
use super::{Office, OfficeError, column};
use crate::kernel::{MemberNumber, MemberStatus};
use crate::ledger::{Entry, Kind, MergePayload};

/// Kinds of entries that are acts on members; the index `entry_act` has the same list.
const ACTS: [Kind; 4] = [Kind::Blocked, Kind::Unblocked, Kind::Closed, Kind::Merged];

impl Office {
    /// Who a number stands for: itself, or the member it was merged into.
    pub fn whose(&self, member: MemberNumber) -> Result<MemberNumber, OfficeError> {
        let mut query = self
            .db
            .prepare_cached("SELECT root FROM alias WHERE member = ?1")?;
        let mut rows = query.query([column(member.get())])?;
        match rows.next()? {
            None => Ok(member),
            Some(row) => member_at(row, 0),
        }
    }

    /// Whether a member may earn and spend, by what tills did to any of the numbers that are one by now.
    pub fn member_status(&self, member: MemberNumber) -> Result<MemberStatus, OfficeError> {
        let root = self.whose(member)?;
        let status = self
            .db
            .prepare_cached("SELECT status FROM member_status WHERE member = ?1")?
            .query_row([column(root.get())], |row| row.get::<_, u8>(0))
            .optional()?;
        match status {
            None => Ok(MemberStatus::Active),
            Some(1) => Ok(MemberStatus::Blocked),
            Some(2) => Ok(MemberStatus::Closed),
            Some(_) => Err(OfficeError::Damaged("a member's status")),
        }
    }
}

/// What has come in may have changed who is who.
pub(super) fn learn(db: &Connection, entries: &[Entry]) -> Result<(), OfficeError> {
    if !entries.iter().any(|entry| ACTS.contains(&entry.kind)) {
        return Ok(());
    }
    let mut known = Known::default();
    for act in acts(db)? {
        known.follow(&act);
    }
    db.execute("DELETE FROM alias", [])?;
    db.execute("DELETE FROM member_status", [])?;
    for (member, root) in &known.roots {
        let row = params![column(member.get()), column(root.get())];
        db.execute("INSERT INTO alias VALUES (?1, ?2)", row)?;
    }
    for (member, status) in known.status_by_root() {
        let number = match status {
            MemberStatus::Active => continue,
            MemberStatus::Blocked => 1,
            MemberStatus::Closed => 2,
        };
        let row = params![column(member.get()), number];
        db.execute("INSERT INTO member_status VALUES (?1, ?2)", row)?;
    }
    Ok(())
}

/// Something that was done to a member.
struct Act {
    kind: Kind,
    member: MemberNumber,
    /// Of a merge.
    into: Option<MemberNumber>,
}

/// All of them by instant, which a writer's clock that is set back does not turn around, and of one
/// instant by writer and entry.
fn acts(db: &Connection) -> Result<Vec<Act>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT kind, member, payload, at_ms, writer, epoch, tag, e.seq
         FROM entry e JOIN stream USING (stream_no) JOIN writer USING (writer_no)
         WHERE kind IN (27, 28, 29, 30) AND member <> 0
         ORDER BY writer, epoch, tag, e.seq",
    )?;
    let mut rows = query.query([])?;
    let mut acts: Vec<((i64, [u8; 16]), Act)> = Vec::new();
    while let Some(row) = rows.next()? {
        let kind = Kind::from_number(row.get(0)?).ok_or(OfficeError::Damaged("a kind"))?;
        let (mut at, writer): (i64, [u8; 16]) = (row.get(3)?, row.get(4)?);
        if let Some(((before, same), _)) = acts.last()
            && *same == writer
        {
            at = at.max(*before);
        }
        let payload: Vec<u8> = row.get::<_, Option<_>>(2)?.unwrap_or_default();
        let merge = (kind == Kind::Merged).then(|| MergePayload::from_payload(&payload).ok());
        let act = Act {
            kind,
            member: member_at(row, 1)?,
            into: merge.flatten().map(|merge| merge.into),
        };
        acts.push(((at, writer), act));
    }
    // Stable: of one writer they stay in their order.
    acts.sort_by_key(|(order, _)| *order);
    Ok(acts.into_iter().map(|(_, act)| act).collect())
}

/// What the acts so far come to.
#[derive(Default)]
struct Known {
    roots: BTreeMap<MemberNumber, MemberNumber>,
    statuses: BTreeMap<MemberNumber, MemberStatus>,
}

impl Known {
    fn whose(&self, member: MemberNumber) -> MemberNumber {
        self.roots.get(&member).copied().unwrap_or(member)
    }

    fn follow(&mut self, act: &Act) {
        let status = self.statuses.entry(act.member).or_default();
        match act.kind {
            // Closed is for good, whatever another till that did not know did later.
            Kind::Closed => *status = MemberStatus::Closed,
            Kind::Blocked => *status = (*status).max(MemberStatus::Blocked),
            Kind::Unblocked if *status == MemberStatus::Blocked => *status = MemberStatus::Active,
            _ => {}
        }
        let Some(into) = act.into else { return };
        // Two tills may each have merged one of these: all of them are one person then.
        let (from, into) = (self.whose(act.member), self.whose(into));
        if from == into {
            return;
        }
        for root in self.roots.values_mut().filter(|root| **root == from) {
            *root = into;
        }
        self.roots.insert(from, into);
    }

    /// A member is blocked if any of the numbers is.
    fn status_by_root(&self) -> BTreeMap<MemberNumber, MemberStatus> {
        let mut worst: BTreeMap<MemberNumber, MemberStatus> = BTreeMap::new();
        for (member, status) in &self.statuses {
            let of_root = worst.entry(self.whose(*member)).or_default();
            *of_root = (*of_root).max(*status);
        }
        worst
    }
}
