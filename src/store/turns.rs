//! Turns of lucky draws, by draw and number: what entries say of them, so that the next one is found at once.

use rusqlite::{Connection, params};

use super::error::StoreError;
use super::member_status::OF_MEMBER;
use super::read::Reading;
use super::verify::Findings;
use crate::kernel::{BusinessDate, MemberNumber};
use crate::ledger::draw::{Turn, Turns};
use crate::ledger::{Entry, Flags};

/// Moves a turn to where an entry says. Entries that are about none cost nothing.
pub(super) fn follow(db: &Connection, entry: &Entry) -> Result<(), StoreError> {
    let (Some(turn), Some(member)) = (Turn::of(entry), entry.member) else {
        return Ok(());
    };
    if entry.flags.has(Flags::UNDONE) {
        db.prepare_cached("UPDATE turn SET is_open = 1 WHERE draw = ?1 AND n = ?2")?
            .execute(params![turn.draw, turn.n])?;
        return Ok(());
    }
    db.prepare_cached(
        "INSERT INTO turn (draw, n, member, business_date, prize, is_open)
         VALUES (?1, ?2, ?3, ?4, ?5, 0)
         ON CONFLICT DO UPDATE SET business_date = excluded.business_date,
             prize = excluded.prize, is_open = 0",
    )?
    .execute(params![
        turn.draw,
        turn.n,
        member.get(),
        entry.business_date.yyyymmdd(),
        turn.prize,
    ])?;
    Ok(())
}

impl Reading<'_> {
    /// The number of the next turn of a draw: that of the oldest turn of these members that was taken back and
    /// not drawn again, else the next that nobody had.
    pub fn next_turn(&self, draw: &str, members: &[MemberNumber]) -> Result<u64, StoreError> {
        let sql =
            format!("SELECT min(n) FROM turn WHERE {OF_MEMBER} AND draw = ?2 AND is_open = 1");
        let mut oldest = None;
        for member in members {
            let member = self.whose(*member)?;
            let open = self
                .db()
                .prepare_cached(&sql)?
                .query_row(params![member.get(), draw], |row| {
                    row.get::<_, Option<u64>>(0)
                })?;
            oldest = oldest.into_iter().chain(open).min();
        }
        if let Some(oldest) = oldest {
            return Ok(oldest);
        }
        let sql = "SELECT coalesce(max(n), 0) + 1 FROM turn WHERE draw = ?1";
        let mut next = self.db().prepare_cached(sql)?;
        Ok(next.query_row([draw], |row| row.get(0))?)
    }

    /// How often a prize was won here, this turn not counted.
    pub fn won(&self, draw: &str, prize: &str, but_n: u64) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM turn WHERE draw = ?1 AND prize = ?2 AND n <> ?3";
        let mut count = self.db().prepare_cached(sql)?;
        Ok(count.query_row(params![draw, prize, but_n], |row| row.get(0))?)
    }

    /// The business dates of a member's turns of a draw that stand. A turn is of who had it first, also while
    /// another of their household has it again.
    pub fn turns_of(
        &self,
        draw: &str,
        member: MemberNumber,
    ) -> Result<Vec<BusinessDate>, StoreError> {
        let sql = format!(
            "SELECT business_date FROM turn WHERE {OF_MEMBER} AND draw = ?2 AND is_open = 0"
        );
        let member = self.whose(member)?;
        let mut statement = self.db().prepare_cached(&sql)?;
        let dates = statement.query_map(params![member.get(), draw], |row| row.get::<_, i64>(0))?;
        dates
            .map(|date| {
                BusinessDate::from_yyyymmdd(date?)
                    .map_err(|_| StoreError::corrupt("an impossible business date"))
            })
            .collect()
    }
}

/// Turns stand where the entries say.
pub(super) fn check(
    reading: &Reading<'_>,
    turns: &Turns,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let mut statement = reading
        .db()
        .prepare("SELECT draw, n, member, business_date, prize, is_open FROM turn")?;
    let mut rows = statement.query([])?;
    let (mut is_sound, mut count) = (true, 0);
    while let Some(row) = rows.next()? {
        count += 1;
        let standing = turns.get(&row.get::<_, String>(0)?, row.get(1)?);
        let prize: Option<String> = row.get(4)?;
        is_sound &= match standing {
            None => false,
            Some(standing) => {
                standing.member.get() == row.get::<_, u64>(2)?
                    && standing.business_date.yyyymmdd() == row.get::<_, i32>(3)?
                    && standing.prize == prize
                    && i64::from(standing.is_open) == row.get::<_, i64>(5)?
            }
        };
    }
    if !is_sound || count != turns.len() {
        let text = "the turns of a lucky draw are not what the entries say";
        findings.add("turn.differs", 0, text);
    }
    Ok(())
}
