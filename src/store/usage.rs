//! What limits count, summed up so that a look-up reads few rows however much a shop sells.

use rusqlite::params;

use super::error::StoreError;
use super::read::Reading;
use super::write::Writing;
use crate::kernel::WalletNumber;
use crate::ledger::usage::{Stretch, UsageRow, UsageSum};

/// What was counted, in one wallet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Whose points.
    pub wallet: WalletNumber,
    /// Sales; all wallets together are the sum.
    pub sales: i64,
    /// Of these, those that spent points.
    pub redemptions: i64,
    /// Points awarded.
    pub points: i64,
}

impl Reading<'_> {
    /// What stands in a stretch for somebody, by wallet.
    pub fn counted(&self, who: i64, stretch: Stretch) -> Result<Vec<Counted>, StoreError> {
        let mut statement = self.db().prepare_cached(
            "SELECT wallet, sum(sales), sum(redemptions), sum(points) FROM usage
             WHERE what = ?1 AND who = ?2 AND period BETWEEN ?3 AND ?4 GROUP BY wallet",
        )?;
        let range = params![stretch.what, who, stretch.first, stretch.last];
        let rows = statement.query_map(range, |row| {
            Ok(Counted {
                wallet: row.get(0)?,
                sales: row.get(1)?,
                redemptions: row.get(2)?,
                points: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All rows in one number.
    pub fn usage_sum(&self) -> Result<UsageSum, StoreError> {
        let mut statement = self
            .db()
            .prepare("SELECT what, who, period, wallet, sales, redemptions, points FROM usage")?;
        let mut rows = statement.query([])?;
        let mut sum = UsageSum::default();
        while let Some(row) = rows.next()? {
            sum.add(&UsageRow {
                what: row.get(0)?,
                who: row.get(1)?,
                period: row.get(2)?,
                wallet: row.get(3)?,
                sales: row.get(4)?,
                redemptions: row.get(5)?,
                points: row.get(6)?,
            });
        }
        Ok(sum)
    }
}

impl Writing<'_> {
    /// Adds to rows; those that come to nothing go.
    pub fn add_usage(&self, rows: &[UsageRow]) -> Result<(), StoreError> {
        let mut add = self.connection().prepare_cached(
            "INSERT INTO usage (what, who, period, wallet, sales, redemptions, points)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET sales = sales + excluded.sales,
                 redemptions = redemptions + excluded.redemptions,
                 points = points + excluded.points",
        )?;
        for row in rows {
            add.execute(params![
                row.what,
                row.who,
                row.period,
                row.wallet,
                row.sales,
                row.redemptions,
                row.points
            ])?;
        }
        if rows.iter().any(|row| row.sales < 0 || row.points < 0) {
            let mut clear = self.connection().prepare_cached(
                "DELETE FROM usage WHERE what = ?1 AND who = ?2 AND period = ?3 AND wallet = ?4
                     AND sales = 0 AND redemptions = 0 AND points = 0",
            )?;
            for row in rows {
                clear.execute(params![row.what, row.who, row.period, row.wallet])?;
            }
        }
        Ok(())
    }

    /// Empties the rows and those of [`Reading::past`], to be filled anew: they are true from here on.
    pub fn begin_counting(&mut self, counted_for: i64) -> Result<(), StoreError> {
        self.connection().execute("DELETE FROM usage", [])?;
        self.connection().execute("DELETE FROM past", [])?;
        self.mark_counted(Some(counted_for));
        Ok(())
    }
}
