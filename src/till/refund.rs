//! Taking a whole sale back.

use serde::Serialize;
use serde_json::json;

use super::error::Error;
use super::operation::{Call, Operation};
use super::sale::{check_reason, retell_nothing};
use super::shell::{Moment, Till};
use super::status;
use super::view::{ReceiptKey, ReceiptKind, Sale, SaleState, load_document};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, Money, Points, SaleId, UtcOffset};
use crate::ledger::refund::{SaleHistory, refund_all};
use crate::ledger::{Entry, Flags, Kind, SaleFacts};
use crate::programme::Programme;
use crate::store::{Reading, SaleRow};

/// A sale to be taken back whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// Which.
    pub sale: SaleId,
    /// When it is returned, by the POS.
    pub at: Instant,
    /// The till's offset.
    pub offset: UtcOffset,
    /// The day in the books of the return.
    pub business_date: BusinessDate,
    /// Who does it.
    pub cashier: Option<String>,
    /// The return's own receipt.
    pub receipt_number: Option<String>,
    /// Why, at most 200 bytes; never a person's name.
    pub reason: Option<String>,
}

/// What a refund does in one wallet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WalletRefund {
    /// The wallet's id in the programme.
    pub wallet: String,
    /// Awarded points that are taken back.
    pub taken_back: Points,
    /// Spent points that come back.
    pub returned: Points,
    /// Points that were no longer there and are now owed.
    pub debt: Points,
}

/// What a refund would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefundPreview {
    /// Money to give back: what the sale had cost.
    pub amount: Money,
    /// One line a wallet that it touches.
    pub wallets: Vec<WalletRefund>,
}

impl Till {
    /// What a refund would do. Writes nothing.
    pub fn preview_refund(&self, request: &RefundRequest) -> Result<RefundPreview, Error> {
        let moment = Moment {
            now: request.at,
            is_suspect: false,
            offset: request.offset,
        };
        self.read(|reading| {
            let (row, facts) = self.refundable(reading, &moment, request)?;
            let entries = self.refund_entries(reading, &row, &facts)?;
            let document = load_document(reading, row.document_seq)?;
            let programme = self.programme_version(document.programme_version)?;
            Ok(RefundPreview {
                amount: facts.amount,
                wallets: by_wallet(&entries, &programme),
            })
        })
    }

    /// Takes a whole sale back: awarded points go, spent points come back to the lots they came
    /// from, and what is no longer there is owed.
    pub fn refund(&self, id: &str, request: &RefundRequest) -> Result<Sale, Error> {
        check_reason(request.reason.as_deref().unwrap_or(""))?;
        let content = json!({
            "sale": request.sale.to_string(),
            "business_date": request.business_date,
            "receipt_number": request.receipt_number,
        });
        let content = content.to_string();
        let operation = Operation {
            id,
            call: Call::Refund,
            content,
            kept_in_document: false,
        };
        let receipt = request.receipt_number.as_ref().map(|number| {
            let key = ReceiptKey {
                receipt_number: number.clone(),
                business_date: request.business_date,
                till: None,
                part: 1,
            };
            self.receipt_hash(&key, ReceiptKind::Refund)
        });
        let done = self.operate(&operation, retell_nothing, |writing, moment| {
            if let Some(key) = &receipt
                && let Some(seq) = writing.reading().sale_of_receipt(key)?
            {
                return Err(self.resolved("receipt.known", seq));
            }
            let reading = writing.reading();
            let (row, facts) = self.refundable(&reading, moment, request)?;
            let entries = self.refund_entries(&reading, &row, &facts)?;
            let refund_seq = writing.head().seq + 1;
            writing.append(&entries)?;
            writing.put_sale(&SaleRow {
                state: SaleState::Refunded as u8,
                refund_seq,
                ..row.clone()
            })?;
            if let Some(key) = &receipt {
                writing.put_receipt(key, row.seq)?;
            }
            Ok(row.seq)
        })?;
        self.answer(done, None)
    }

    fn refundable(
        &self,
        reading: &Reading<'_>,
        moment: &Moment,
        request: &RefundRequest,
    ) -> Result<(SaleRow, SaleFacts), Error> {
        if !request.at.is_in_range() {
            return Err(Error::Argument {
                field: "at_ms",
                expected: "1970 to 9999",
            });
        }
        let row = self.sale_row(reading, request.sale)?;
        self.refuse_resolved(&row, &[SaleState::Committed])?;
        let document = load_document(reading, row.document_seq)?;
        if request.business_date < document.cart.business_date {
            return Err(Error::refused(status::REFUSED, "refund.before_sale", &[]));
        }
        let closed = reading.head()?.closed_date;
        let is_closed = closed.is_some_and(|date| request.business_date <= date);
        let late = if is_closed {
            Flags::LATE
        } else {
            Flags::default()
        };
        let facts = SaleFacts {
            at: moment.now,
            sold_at: request.at,
            offset: request.offset,
            business_date: request.business_date,
            member: document.cart.member,
            amount: document.outcome.payable,
            programme_version: document.programme_version,
            flags: moment.flags().with(late),
        };
        Ok((row, facts))
    }

    fn refund_entries(
        &self,
        reading: &Reading<'_>,
        row: &SaleRow,
        facts: &SaleFacts,
    ) -> Result<Vec<Entry>, Error> {
        let head: Seq = reading.head()?.seq;
        let posted: Vec<Entry> = reading
            .entries(row.posted_seq, row.last_seq)?
            .into_iter()
            .map(|(entry, _)| entry)
            .collect();
        let history = SaleHistory::of(&posted);
        let lots: Vec<Seq> = history.awards.iter().map(|award| award.lot).collect();
        let accounts = match facts.member {
            Some(member) => reading.accounts(member, &lots)?,
            None => Default::default(),
        };
        Ok(refund_all(head, facts, row.seq, &history, &accounts))
    }
}

fn by_wallet(entries: &[Entry], programme: &Programme) -> Vec<WalletRefund> {
    programme
        .wallets()
        .iter()
        .filter_map(|wallet| {
            let sum = |kind: Kind| {
                let moved = |entry: &&Entry| entry.wallet == wallet.number && entry.kind == kind;
                entries
                    .iter()
                    .filter(moved)
                    .map(|entry| entry.points)
                    .sum::<Points>()
            };
            let line = WalletRefund {
                wallet: wallet.id.clone(),
                taken_back: sum(Kind::AwardRefund),
                returned: sum(Kind::RedemptionRefund),
                debt: sum(Kind::Debt),
            };
            let touched = WalletRefund {
                wallet: wallet.id.clone(),
                ..WalletRefund::default()
            };
            (line != touched).then_some(line)
        })
        .collect()
}
