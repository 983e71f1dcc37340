//! Every lot that head office knows: whose, of which till, and what is left of it.

use rusqlite::params;

use super::lapse::{Lapses, lot_of};
use super::report::{date_at, member_at, seq_at};
use super::{Office, OfficeError, column};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, MemberNumber, Points, WalletNumber};

/// A lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotRow {
    /// Whose.
    pub member: MemberNumber,
    /// In which wallet.
    pub wallet: WalletNumber,
    /// Of the till that made it.
    pub store: String,
    /// The till's code.
    pub till: String,
    /// The entry that made it.
    pub lot: Seq,
    /// The day in the books on which it was made.
    pub earned_on: BusinessDate,
    /// What it was.
    pub earned: Points,
    /// What is left of it.
    pub remaining: Points,
    /// Reserved of that.
    pub held: Points,
    /// First business date on which it can be spent.
    pub available_from: Option<BusinessDate>,
    /// First business date on which it cannot be spent any more; of a balance that lapses for want of
    /// sales, by the sales that have come in.
    pub expires_on: Option<BusinessDate>,
}

impl Office {
    /// The lots of a member, or of everybody, empty ones too: by member, wallet and date.
    pub fn lots(&self, member: Option<MemberNumber>) -> Result<Vec<LotRow>, OfficeError> {
        let lapses = Lapses::of(&self.db, member)?;
        let mut query = self.db.prepare_cached(
            "SELECT p.member, p.wallet, w.store, w.till, p.lot, e.business_date, p.earned,
                    p.earned - p.used, p.held, p.available_from, p.expires_on, p.stream_no
             FROM portion_now p JOIN stream s USING (stream_no) JOIN writer w USING (writer_no)
             JOIN entry e ON e.stream_no = p.stream_no AND e.seq = p.lot
             WHERE (?1 IS NULL OR p.member = ?1) AND p.member <> 0
             ORDER BY p.member, p.wallet, e.business_date, w.store, w.till, p.lot",
        )?;
        let mut rows = query.query(params![member.map(|member| column(member.get()))])?;
        let mut lots = Vec::new();
        while let Some(row) = rows.next()? {
            let (member, wallet) = (member_at(row, 0)?, row.get(1)?);
            let expires_on = match date_at(row, 10)? {
                None => lapses.of_lot(&self.db, (member, wallet), lot_of(row, 11, 4)?)?,
                own => own,
            };
            lots.push(LotRow {
                member,
                wallet,
                store: row.get(2)?,
                till: row.get(3)?,
                lot: seq_at(row, 4)?,
                earned_on: date_at(row, 5)?.ok_or(OfficeError::Damaged("a business date"))?,
                earned: Points::new(row.get(6)?),
                remaining: Points::new(row.get(7)?),
                held: Points::new(row.get(8)?),
                available_from: date_at(row, 9)?,
                expires_on,
            });
        }
        Ok(lots)
    }
}
