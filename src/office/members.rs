//! Members who are blocked, closed or became another: by all acts that have come in, of all tills, in one
//! order.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::report::{date_at, member_at};
use super::{Office, OfficeError, column, household};
use crate::kernel::{BusinessDate, MemberNumber, MemberStatus};
use crate::ledger::household::Step;
use crate::ledger::{Entry, Flags, HouseholdPayload, Kind, MergePayload};

/// Kinds of entries that are acts on members; the index `entry_act` has the same list.
const ACTS: [Kind; 5] = [
    Kind::Blocked,
    Kind::Unblocked,
    Kind::Closed,
    Kind::Merged,
    Kind::Household,
];

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
    household::learn(db, &known)
}

/// Something that was done to a member.
struct Act {
    kind: Kind,
    member: MemberNumber,
    /// Of a merge.
    into: Option<MemberNumber>,
    /// Of a household.
    step: Option<Step>,
    business_date: Option<BusinessDate>,
}

/// All of them by instant, which a writer's clock that is set back does not turn around, and of one
/// instant by writer and entry.
fn acts(db: &Connection) -> Result<Vec<Act>, OfficeError> {
    let mut query = db.prepare_cached(
        "SELECT kind, member, payload, at_ms, writer, epoch, tag, e.seq, flags, e.business_date
         FROM entry e JOIN stream USING (stream_no) JOIN writer USING (writer_no)
         WHERE kind BETWEEN 27 AND 31 AND member <> 0
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
        let is_household = kind == Kind::Household;
        let household = is_household.then(|| HouseholdPayload::from_payload(&payload).ok());
        let holder = household.flatten().map(|household| household.holder);
        let has_left = Flags(row.get(8)?).has(Flags::UNDONE);
        let act = Act {
            kind,
            member: member_at(row, 1)?,
            into: merge.flatten().map(|merge| merge.into),
            step: holder.map(|holder| match has_left {
                true => Step::Left(holder),
                false => Step::Joined(holder),
            }),
            business_date: date_at(row, 9)?,
        };
        acts.push(((at, writer), act));
    }
    // Stable: of one writer they stay in their order.
    acts.sort_by_key(|(order, _)| *order);
    Ok(acts.into_iter().map(|(_, act)| act).collect())
}

/// A time in a household.
pub(super) struct Stayed {
    pub member: MemberNumber,
    pub holder: MemberNumber,
    /// The business date of leaving; nothing while it lasts.
    pub left_on: Option<BusinessDate>,
}

/// What the acts so far come to.
#[derive(Default)]
pub(super) struct Known {
    roots: BTreeMap<MemberNumber, MemberNumber>,
    statuses: BTreeMap<MemberNumber, MemberStatus>,
    /// Who is in whose household, by the numbers of now.
    pub homes: BTreeMap<MemberNumber, MemberNumber>,
    /// Every time in a household, under the numbers of then.
    pub stays: Vec<Stayed>,
}

impl Known {
    fn whose(&self, member: MemberNumber) -> MemberNumber {
        self.roots.get(&member).copied().unwrap_or(member)
    }

    /// Whose account has what stands under a number.
    pub fn account_of(&self, member: MemberNumber) -> MemberNumber {
        let member = self.whose(member);
        self.homes.get(&member).copied().unwrap_or(member)
    }

    /// Numbers that are not, or were not always, accounts of their own.
    pub fn concerned(&self) -> BTreeSet<MemberNumber> {
        let merged = self.roots.iter().flat_map(|(from, into)| [*from, *into]);
        let stays = self.stays.iter();
        let shared = stays.flat_map(|stay| [stay.member, stay.holder]);
        merged.chain(shared).collect()
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
        if let Some(into) = act.into {
            self.merge(act.member, into);
        }
        match act.step {
            Some(Step::Joined(holder)) => self.join(act.member, holder),
            Some(Step::Left(holder)) => self.leave(act.member, holder, act.business_date),
            None => {}
        }
    }

    fn merge(&mut self, from: MemberNumber, into: MemberNumber) {
        // Two tills may each have merged one of these: all of them are one person then.
        let (from, into) = (self.whose(from), self.whose(into));
        if from == into {
            return;
        }
        for root in self.roots.values_mut().filter(|root| **root == from) {
            *root = into;
        }
        self.roots.insert(from, into);
        // A till that did not know of the household merged who is in it.
        if let Some(holder) = self.homes.remove(&from) {
            self.homes.entry(into).or_insert(holder);
        }
        for holder in self.homes.values_mut().filter(|holder| **holder == from) {
            *holder = into;
        }
        self.homes.retain(|member, holder| member != holder);
    }

    /// Of two tills that let somebody into two households the first word counts.
    fn join(&mut self, member: MemberNumber, holder: MemberNumber) {
        let stay = Stayed {
            member,
            holder,
            left_on: None,
        };
        self.stays.push(stay);
        let (member, holder) = (self.whose(member), self.whose(holder));
        let is_in_one = |number| self.homes.contains_key(number);
        let is_holder = self.homes.values().any(|of| *of == member);
        if member != holder && !is_in_one(&member) && !is_in_one(&holder) && !is_holder {
            self.homes.insert(member, holder);
        }
    }

    fn leave(&mut self, member: MemberNumber, holder: MemberNumber, on: Option<BusinessDate>) {
        let stays = self.stays.iter_mut().rev();
        let mut open = stays.filter(|stay| stay.left_on.is_none());
        if let Some(stay) = open.find(|stay| stay.member == member && stay.holder == holder) {
            stay.left_on = on;
        }
        let (member, holder) = (self.whose(member), self.whose(holder));
        if self.homes.get(&member) == Some(&holder) {
            self.homes.remove(&member);
        }
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
