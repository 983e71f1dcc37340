//! What a refund did, told again by its operation: to a till that was killed before it heard, and for
//! the refund's own receipt.

use std::sync::Arc;

use super::error::Error;
use super::lots::accounts_with;
use super::operation::{Call, check_id};
use super::refund::{RefundPreview, WalletRefund, by_wallet};
use super::returns::{entries_of, told_wallets};
use super::shell::Till;
use super::status;
use super::training::Purpose;
use crate::evaluate::RefundReceipt;
use crate::kernel::Money;
use crate::kernel::ids::Seq;
use crate::ledger::{Accounts, Effect, Entry, Flags, Kind};
use crate::programme::{Programme, Wallet};
use crate::store::Reading;
use crate::texts::Diacritics;

impl Till {
    /// What the refund did that was asked with this operation, of a sale or of none.
    ///
    /// # Errors
    /// `refund.unknown` where no refund was done with it.
    pub fn refund_done(&self, id: &str) -> Result<RefundPreview, Error> {
        self.done_refund(id).map(|(told, _)| told)
    }

    /// The lines to print on such a refund's receipt, in the till's language, none wider than
    /// `width_columns`. Errors as [`Till::refund_done`].
    pub fn refund_done_receipt(
        &self,
        id: &str,
        width_columns: usize,
        diacritics: Diacritics,
    ) -> Result<Vec<String>, Error> {
        let (told, programme) = self.done_refund(id)?;
        let receipt = RefundReceipt {
            paid_out: told.amount - told.stored,
            wallets: told_wallets(&told.wallets, &programme),
            language: self.language,
            is_training: self.purpose == Purpose::Training,
        };
        Ok(receipt.lines(&programme, width_columns, diacritics))
    }

    fn done_refund(&self, id: &str) -> Result<(RefundPreview, Arc<Programme>), Error> {
        check_id(id)?;
        self.read(|reading| {
            let calls = [Call::Refund as u8, Call::RefundUnlinked as u8];
            let row = reading.operation(id)?;
            let row = row.filter(|row| calls.contains(&row.call) && row.refusal.is_none());
            let unknown = || Error::refused(status::NOT_FOUND, "refund.unknown", &[]);
            self.told_refund(reading, row.ok_or_else(unknown)?.result)
        })
    }

    /// What the refund did that begins with the entry `seq`.
    pub(super) fn told_refund(
        &self,
        reading: &Reading<'_>,
        seq: Seq,
    ) -> Result<(RefundPreview, Arc<Programme>), Error> {
        let mut entries = entries_of(reading, seq)?;
        let undone = add_undone(reading, &mut entries)?;
        let first = entries.first().ok_or(MISSING)?;
        let moved = entries.iter().find(|entry| Effect::of(entry).is_some());
        let lots: Vec<Seq> = entries.iter().map(Entry::moved_lot).collect();
        let account = moved.and_then(|entry| entry.member);
        let accounts = accounts_with(reading, account, &lots, &[], first.business_date)?;
        self.told_entries(&entries, &accounts, undone)
    }

    /// What the entries of a refund say, its own first. `lots` are the accounts that they move, `undone`
    /// the money of returns that a post-void undoes.
    pub(super) fn told_entries(
        &self,
        entries: &[Entry],
        lots: &Accounts,
        undone: Money,
    ) -> Result<(RefundPreview, Arc<Programme>), Error> {
        let first = entries.first().ok_or(MISSING)?;
        let programme = self.programme_version(first.programme_version)?;
        let wallets = by_wallet(entries, &programme, lots);
        let is_money = |line: &&WalletRefund| {
            let wallet = programme.wallet(&line.wallet);
            wallet.is_some_and(Wallet::is_money)
        };
        let stored = wallets.iter().filter(is_money);
        let told = RefundPreview {
            amount: first.amount - undone,
            stored: stored.map(|line| Money::new(line.returned.get())).sum(),
            wallets,
        };
        Ok((told, programme))
    }
}

const MISSING: Error = Error::Internal("a return without its entry");

/// Behind a post-void stand the returns that it undoes: adds those of the same member, and gives the
/// money of all.
fn add_undone(reading: &Reading<'_>, entries: &mut Vec<Entry>) -> Result<Money, Error> {
    let (Some(own), Some(last)) = (entries.first().cloned(), entries.last()) else {
        return Ok(Money::ZERO);
    };
    let (mut next, mut amount) = (last.seq + 1, Money::ZERO);
    let is_undone = |entry: &Entry| entry.kind == Kind::Refund && entry.flags.has(Flags::UNDONE);
    while own.flags.has(Flags::POST_VOID) {
        let undone = entries_of(reading, next)?;
        let (Some(first), Some(last)) = (undone.first(), undone.last()) else {
            break;
        };
        if !is_undone(first) {
            break;
        }
        (next, amount) = (last.seq + 1, amount + first.amount);
        if first.member == own.member {
            entries.extend(undone);
        }
    }
    Ok(amount)
}
