//! Where sales stand.

use rusqlite::{OptionalExtension, ToSql};

use super::error::StoreError;
use super::member_status::OF_MEMBER;
use super::read::Reading;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber};
use crate::ledger::Kind;

/// Where a sale stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleRow {
    /// Its first entry.
    pub seq: Seq,
    /// 1 held, 2 committed, 3 voided, 4 expired, 5 refunded.
    pub state: u8,
    /// When its hold runs out.
    pub hold_until: Instant,
    /// The document in force.
    pub document_seq: Seq,
    /// Its commit entry, 0 before.
    pub posted_seq: Seq,
    /// The last entry of its hold or commit.
    pub last_seq: Seq,
    /// Its refund entry, 0 without.
    pub refund_seq: Seq,
}

impl SaleRow {
    /// The claim that made it a member's, if it was nobody's before: the only document that comes
    /// behind the sale's own entries stands beside it.
    pub fn claim_seq(&self) -> Option<Seq> {
        (self.posted_seq != 0 && self.document_seq > self.last_seq).then_some(self.document_seq)
    }
}

/// The columns of a sale, as [`sale_from`] takes them.
const SALES: &str =
    "SELECT seq, state, hold_until_ms, document_seq, posted_seq, last_seq, refund_seq
     FROM sale";

impl Reading<'_> {
    /// Where a sale stands.
    pub fn sale(&self, seq: Seq) -> Result<Option<SaleRow>, StoreError> {
        Ok(self.sales_where("seq = ?1", &[&seq])?.pop())
    }

    /// Sales whose hold has not been ended, oldest first.
    pub fn held_sales(&self) -> Result<Vec<SaleRow>, StoreError> {
        self.sales_where("state = 1", &[])
    }

    /// The same of one member, and of those who were merged into that member.
    pub fn held_sales_of(&self, member: MemberNumber) -> Result<Vec<SaleRow>, StoreError> {
        let condition = format!(
            "state = 1 AND EXISTS (SELECT 1 FROM entry e WHERE e.seq = sale.seq AND e.{OF_MEMBER})"
        );
        self.sales_where(&condition, &[&self.whose(member)?.get()])
    }

    /// Sales that are neither committed nor voided, whether or not their hold has run out, oldest
    /// first.
    pub fn open_sales(&self) -> Result<Vec<SaleRow>, StoreError> {
        self.sales_where("state IN (1, 4)", &[])
    }

    /// The same as it was before the entry `end`.
    pub fn open_sales_before(&self, end: Seq) -> Result<Vec<SaleRow>, StoreError> {
        let (commit, void) = (Kind::Commit.number(), Kind::Void.number());
        self.sales_where(
            "seq < ?1 AND seq IN (
                 SELECT seq FROM sale WHERE state IN (1, 4)
                 UNION SELECT refers_to FROM entry WHERE seq >= ?1 AND lot = 0 AND kind IN (?2, ?3))",
            &[&end, &commit, &void],
        )
    }

    /// Sales that were authorised or made final on a business date, oldest first.
    pub fn sales_on(&self, date: BusinessDate) -> Result<Vec<SaleRow>, StoreError> {
        let (hold, commit) = (Kind::Hold.number(), Kind::Commit.number());
        self.sales_where(
            "seq IN (SELECT iif(refers_to = 0, seq, refers_to) FROM entry
                     WHERE business_date = ?1 AND lot = 0 AND kind IN (?2, ?3))",
            &[&date.yyyymmdd(), &hold, &commit],
        )
    }

    fn sales_where(
        &self,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<SaleRow>, StoreError> {
        let sql = format!("{SALES} WHERE {condition} ORDER BY seq");
        let mut statement = self.db().prepare_cached(&sql)?;
        let rows = statement.query_map(values, sale_from)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Which sale a receipt belongs to.
    pub fn sale_of_receipt(&self, key: &[u8; 16]) -> Result<Option<Seq>, StoreError> {
        Ok(self
            .db()
            .prepare_cached("SELECT sale FROM receipt WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }

    /// Every sale, oldest first.
    pub fn each_sale(
        &self,
        mut visit: impl FnMut(SaleRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.db().prepare(&format!("{SALES} ORDER BY seq"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            visit(sale_from(row)?)?;
        }
        Ok(())
    }
}

fn sale_from(row: &rusqlite::Row<'_>) -> rusqlite::Result<SaleRow> {
    Ok(SaleRow {
        seq: row.get(0)?,
        state: row.get(1)?,
        hold_until: Instant::from_ms(row.get(2)?),
        document_seq: row.get(3)?,
        posted_seq: row.get(4)?,
        last_seq: row.get(5)?,
        refund_seq: row.get(6)?,
    })
}
