//! What each sale counts for in the programme's limits, kept beside the sales and made anew from them.

use std::collections::BTreeSet;

use super::document::{SaleDocument, from_bytes};
use super::error::Error;
use super::shell::Till;
use super::view::{SaleState, load_document};
use crate::evaluate::{Cart, Outcome, Shown};
use crate::exchange::identifier_hash;
use crate::kernel::order;
use crate::kernel::{MemberNumber, Points, WalletNumber};
use crate::ledger::Flags;
use crate::ledger::usage::{Usage, UsageRow, UsageSum, Who, Whose};
use crate::programme::QuotaOf;
use crate::store::{Finding, Reading, SaleRow, Writing};

/// A sale begins to count, or ceases to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    FromNow,
    NoMore,
}

impl Till {
    /// Somebody for whom a sale counts, if its cart names them.
    pub(super) fn who(&self, whose: Whose, cart: &Cart, member: MemberNumber) -> Option<Who> {
        let hash = |text: &str| identifier_hash(&self.identity.identifier_key, text);
        match whose {
            Whose::Member => Some(Who::member(member)),
            // No card is spelled with small letters, so no cashier is a card.
            Whose::Cashier => {
                let cashier = cart.cashier.as_ref()?;
                Some(Who::hashed(whose, &hash(&format!("cashier:{cashier}"))))
            }
            Whose::Quota => None,
            Whose::Card => match cart.shown.as_ref()? {
                Shown::Hash(hash) => Some(Who::hashed(whose, hash)),
                Shown::Code(code) => Some(Who::hashed(whose, &self.shown_hash(code))),
            },
        }
    }

    /// Makes the rows out of the sales, where there are none yet.
    pub(super) fn count_usage(&self, writing: &Writing<'_>) -> Result<(), Error> {
        self.each_usage(&writing.reading(), |rows| Ok(writing.add_usage(rows)?))
    }

    /// A sale as it was decided counts from now on, or no more.
    pub(super) fn count_document(
        &self,
        writing: &Writing<'_>,
        sale: &SaleDocument,
        counts: Counts,
    ) -> Result<(), Error> {
        self.count_sale(writing, &sale.cart, &sale.outcome, counts)
    }

    /// The same for the instant and the business date of this cart.
    pub(super) fn count_sale(
        &self,
        writing: &Writing<'_>,
        cart: &Cart,
        outcome: &Outcome,
        counts: Counts,
    ) -> Result<(), Error> {
        if !self.asked().has_limits || !self.is_counted(writing.head()) {
            return Ok(());
        }
        let mut rows = self.usage_of(&writing.reading(), cart, outcome)?;
        if counts == Counts::NoMore {
            for row in &mut rows {
                row.sales = -row.sales;
                row.redemptions = -row.redemptions;
                row.points = -row.points;
            }
        }
        Ok(writing.add_usage(&rows)?)
    }

    /// A sale that should never have been gives back its places of what all members together have so
    /// often. It stays counted for the limits against misuse: who undoes sales gains no tries.
    pub(super) fn free_places(&self, writing: &Writing<'_>, sale: &SaleRow) -> Result<(), Error> {
        if !self.is_counted(writing.head()) {
            return Ok(());
        }
        let document = load_document(&writing.reading(), sale.document_seq)?;
        let mut rows = self.usage_of(&writing.reading(), &document.cart, &document.outcome)?;
        rows.retain(UsageRow::is_place);
        rows.iter_mut().for_each(|row| row.sales = -row.sales);
        Ok(writing.add_usage(&rows)?)
    }

    /// Rows of members are those of the number of now, should they have been merged.
    fn usage_of(
        &self,
        reading: &Reading<'_>,
        cart: &Cart,
        outcome: &Outcome,
    ) -> Result<Vec<UsageRow>, Error> {
        let member = cart.member.map(|member| reading.whose(member));
        let Some(member) = member.transpose()? else {
            return Ok(Vec::new());
        };
        let kinds = [Whose::Member, Whose::Cashier, Whose::Card];
        let who = kinds.into_iter();
        let who = who.filter_map(|whose| self.who(whose, cart, member));
        let mut redeemed = outcome.redemptions.iter();
        let usage = Usage {
            who: who.collect(),
            at: cart.at_ms,
            business_date: cart.business_date,
            is_redemption: redeemed.any(|redemption| redemption.points.is_positive()),
            points: awarded(outcome),
        };
        let mut rows = usage.rows();
        rows.extend(self.quotas_of(outcome));
        Ok(rows)
    }

    /// One row for each quota that a sale has something of.
    fn quotas_of(&self, outcome: &Outcome) -> Vec<UsageRow> {
        let programmes = self.programmes();
        let quotas = programmes.iter().flat_map(|programme| programme.quotas());
        let had = quotas.filter(|(of, id, _)| match of {
            QuotaOf::Rule => {
                let mut awards = outcome.awards.iter();
                awards.any(|award| award.rule == *id && award.points.is_positive())
            }
            QuotaOf::Offer => outcome.offers.iter().any(|offer| offer.offer == *id),
        });
        // Of several versions of the programme the same one counts once.
        let keys: BTreeSet<String> = order::set(had.map(|(of, id, _)| of.key(id)));
        let rows = keys.iter();
        rows.map(|key| UsageRow::of_quota(self.who_of_quota(key)))
            .collect()
    }

    /// For whom a quota is counted, by [`QuotaOf::key`].
    pub(super) fn who_of_quota(&self, key: &str) -> Who {
        let key = format!("quota:{key}");
        Who::hashed(
            Whose::Quota,
            &identifier_hash(&self.identity.identifier_key, &key),
        )
    }

    /// What every sale that counts adds to the rows.
    fn each_usage(
        &self,
        reading: &Reading<'_>,
        mut visit: impl FnMut(&[UsageRow]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut sales: Vec<SaleRow> = Vec::new();
        reading.each_sale(|row| {
            let counts = [SaleState::Held, SaleState::Committed, SaleState::Refunded];
            if counts.map(|state| state as u8).contains(&row.state) {
                sales.push(row);
            }
            Ok(())
        })?;
        for row in sales {
            // What salvage could not save counts for nothing.
            let Some(bytes) = reading.find_document(row.document_seq)? else {
                continue;
            };
            let SaleDocument {
                mut cart, outcome, ..
            } = from_bytes(&bytes)?;
            if let Some(claim) = row.claim_seq() {
                let entry = reading.entries(claim, claim)?.pop();
                let (entry, _) = entry.ok_or(Error::Internal("a claim without its entry"))?;
                cart.at_ms = entry.sold_at;
                cart.business_date = entry.business_date;
            }
            let mut rows = self.usage_of(reading, &cart, &outcome)?;
            if is_undone(reading, &row)? {
                rows.retain(|row| !row.is_place());
            }
            visit(&rows)?;
        }
        Ok(())
    }

    /// The rows are what the sales amount to.
    pub(super) fn check_usage(
        &self,
        reading: &Reading<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        let mut sum = UsageSum::default();
        self.each_usage(reading, |rows| {
            rows.iter().for_each(|row| sum.add(row));
            Ok(())
        })?;
        if sum != reading.usage_sum()? {
            findings.push(Finding {
                key: "usage.differs",
                seq: 0,
                text: "what limits count is not what the sales amount to".to_owned(),
            });
        }
        Ok(())
    }
}

/// The sale should never have been.
fn is_undone(reading: &Reading<'_>, row: &SaleRow) -> Result<bool, Error> {
    if row.refund_seq == 0 {
        return Ok(false);
    }
    let refund = reading.entries(row.refund_seq, row.refund_seq)?.pop();
    Ok(refund.is_some_and(|(entry, _)| entry.flags.has(Flags::POST_VOID)))
}

/// Points that a sale awards, by wallet.
fn awarded(outcome: &Outcome) -> Vec<(WalletNumber, Points)> {
    let mut points: Vec<(WalletNumber, Points)> = Vec::new();
    let awards = outcome.awards.iter();
    for award in awards.filter(|award| award.points.is_positive()) {
        match points
            .iter_mut()
            .find(|(wallet, _)| *wallet == award.wallet)
        {
            Some((_, sum)) => *sum += award.points,
            None => points.push((award.wallet, award.points)),
        }
    }
    points
}
