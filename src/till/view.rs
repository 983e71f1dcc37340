//! What a sale looks like from outside.

use crate::kernel::Few;
use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::document::{SaleDocument, from_bytes};
use super::error::Error;
use super::operation::Call;
use super::refund::refund_document;
use super::shell::{Replay, Till};
use super::status;
use super::training::Purpose;
use crate::evaluate::Explaining;
use crate::evaluate::cart::Cart;
use crate::evaluate::quote::Quote;
use crate::evaluate::quote_of_claim;
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber, Money, Points, SaleId, WalletNumber};
use crate::ledger::Flags;
use crate::programme::Programme;
use crate::store::{Reading, SaleRow};

/// Where a sale stands. The numbers are those of the C header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum SaleState {
    /// Authorised; its points are reserved.
    Held = 1,
    /// Final.
    Committed = 2,
    /// Called off.
    Voided = 3,
    /// Its hold ran out; it can still be committed.
    Expired = 4,
    /// Taken back.
    Refunded = 5,
}

impl SaleState {
    pub(super) fn from_number(number: u8) -> Result<Self, Error> {
        [
            Self::Held,
            Self::Committed,
            Self::Voided,
            Self::Expired,
            Self::Refunded,
        ]
        .into_iter()
        .find(|state| *state as u8 == number)
        .ok_or(Error::Internal("a sale in an unknown state"))
    }
}

/// A sale of this ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sale {
    /// Its name.
    #[serde(serialize_with = "as_text")]
    pub id: SaleId,
    /// Where it stands now.
    pub state: SaleState,
    /// This call was asked before, and this is its first answer again.
    pub was_replayed: bool,
    /// It was committed after its hold ran out or its business date was closed.
    pub is_late: bool,
    /// The cart in force.
    #[serde(serialize_with = "shared")]
    pub cart: Arc<Cart>,
    /// What it gave and took when it was sold, and why. Returns change nothing of it.
    pub quote: Quote,
    /// How much more is to be paid than was authorised, where it was committed with another cart;
    /// below zero for less.
    pub payable_change: Money,
    /// What has come back of it so far; absent where nothing has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_back: Option<GivenBack>,
    /// The programme that priced it.
    #[serde(skip)]
    pub programme: Arc<Programme>,
}

fn shared<S: serde::Serializer>(cart: &Arc<Cart>, serializer: S) -> Result<S::Ok, S::Error> {
    cart.as_ref().serialize(serializer)
}

pub(super) fn as_text<S: serde::Serializer>(id: &SaleId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

/// What has come back of a sale so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GivenBack {
    /// Money.
    pub amount: Money,
    /// Points, one item a wallet of which some have.
    pub wallets: Vec<WalletGivenBack>,
}

/// Points of a sale that have gone back so far, in one wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WalletGivenBack {
    /// The wallet's id in the programme.
    pub wallet: String,
    /// Awarded points that were taken back or are owed.
    pub taken_back: Points,
    /// Spent points that came back.
    pub returned: Points,
}

/// A sale of a split bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupedSale {
    /// Its name.
    #[serde(serialize_with = "as_text")]
    pub id: SaleId,
    /// Where it stands.
    pub state: SaleState,
    /// The receipt, if the cart named one.
    pub receipt_number: Option<String>,
    /// Which part of the receipt.
    pub receipt_part: u32,
    /// Whose sale.
    pub member: Option<MemberNumber>,
    /// What was to be paid for it.
    pub payable: Money,
}

/// A sale that waits to be committed or voided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PendingSale {
    /// Its name.
    #[serde(serialize_with = "as_text")]
    pub id: SaleId,
    /// [`SaleState::Held`], or [`SaleState::Expired`] once its time is over.
    pub state: SaleState,
    /// When its hold runs out.
    pub held_until_ms: Instant,
    /// The receipt, if the cart named one.
    pub receipt_number: Option<String>,
    /// The day in the books.
    pub business_date: BusinessDate,
    /// Whose sale.
    pub member: Option<MemberNumber>,
    /// What is to be paid.
    pub payable: Money,
}

/// How a receipt is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptKey {
    /// Its number.
    pub receipt_number: String,
    /// The day in the books.
    pub business_date: BusinessDate,
    /// The till on it; this ledger's if absent.
    pub till: Option<String>,
    /// Its part, from 1.
    pub part: u32,
}

/// Sales and refunds have receipts of their own.
#[derive(Clone, Copy)]
pub(super) enum ReceiptKind {
    Sale,
    Refund,
}

impl Till {
    /// The name under which a receipt is kept: the first 16 bytes of a SHA-256, so that its text
    /// need not stand in an index.
    pub(super) fn receipt_hash(&self, key: &ReceiptKey, kind: ReceiptKind) -> [u8; 16] {
        let mut hash = Sha256::new_with_prefix(match kind {
            ReceiptKind::Sale => b"loy/rs",
            ReceiptKind::Refund => b"loy/rr",
        });
        let till = key.till.as_deref().unwrap_or(&self.identity.till);
        for text in [&self.identity.store, till, &key.receipt_number] {
            let length = u64::try_from(text.len()).expect("a length fits");
            hash.update(length.to_be_bytes());
            hash.update(text);
        }
        hash.update(key.part.to_be_bytes());
        hash.update(key.business_date.yyyymmdd().to_be_bytes());
        let digest = hash.finalize();
        digest[..16].try_into().expect("a digest has 32 bytes")
    }

    /// The receipt of a cart, if it names one.
    pub(super) fn receipt_of(&self, cart: &Cart) -> Option<[u8; 16]> {
        let key = ReceiptKey {
            receipt_number: cart.receipt_number.clone()?,
            business_date: cart.business_date,
            till: cart.till.clone(),
            part: cart.receipt_part.0,
        };
        Some(self.receipt_hash(&key, ReceiptKind::Sale))
    }

    /// A sale by its id.
    pub fn sale(&self, id: SaleId) -> Result<Sale, Error> {
        self.read(|reading| {
            let row = self.sale_row(reading, id)?;
            self.view(reading, &row, row.document_seq, Replay::First)
        })
    }

    /// A sale by its receipt.
    pub fn find_sale(&self, key: &ReceiptKey) -> Result<Sale, Error> {
        let hash = self.receipt_hash(key, ReceiptKind::Sale);
        self.read(|reading| {
            let seq = reading
                .sale_of_receipt(&hash)?
                .ok_or_else(|| Error::refused(status::NOT_FOUND, "receipt.unknown", &[]))?;
            let row = reading
                .sale(seq)?
                .ok_or(Error::Internal("a receipt of no sale"))?;
            self.view(reading, &row, row.document_seq, Replay::First)
        })
    }

    /// Sales that wait to be committed or voided, oldest first, those whose hold ran out too: the
    /// customer may have paid. Asked at start-up.
    pub fn pending_sales(&self) -> Result<Vec<PendingSale>, Error> {
        let says = self.ports.clock.now();
        self.read(|reading| {
            // By a clock that is not believed, no hold has run out.
            let trusted_at = reading.head()?.trusted_at;
            let now = if self.identity.clock.is_suspect(says, trusted_at) {
                trusted_at
            } else {
                says
            };
            let rows = reading.open_sales()?;
            rows.iter()
                .map(|row| {
                    let document = load_document(reading, row.document_seq)?;
                    let is_over = row.state == SaleState::Expired as u8 || now >= row.hold_until;
                    Ok(PendingSale {
                        id: self.sale_id(row.seq),
                        state: if is_over {
                            SaleState::Expired
                        } else {
                            SaleState::Held
                        },
                        held_until_ms: row.hold_until,
                        receipt_number: document.cart.receipt_number,
                        business_date: document.cart.business_date,
                        member: document.cart.member,
                        payable: document.outcome.payable,
                    })
                })
                .collect()
        })
    }

    /// The sales of a split bill: those of a business date that share a receipt group, oldest first.
    pub fn sales_of_group(&self, group: &str, on: BusinessDate) -> Result<Vec<GroupedSale>, Error> {
        self.read(|reading| {
            let mut sales = Vec::new();
            for row in reading.sales_on(on)? {
                let document = load_document(reading, row.document_seq)?;
                if document.cart.receipt_group.as_deref() != Some(group)
                    || document.cart.business_date != on
                {
                    continue;
                }
                sales.push(GroupedSale {
                    id: self.sale_id(row.seq),
                    state: SaleState::from_number(row.state)?,
                    receipt_number: document.cart.receipt_number,
                    receipt_part: document.cart.receipt_part.0,
                    member: document.cart.member,
                    payable: document.outcome.payable,
                });
            }
            Ok(sales)
        })
    }

    /// What a commit with another cart changed of what was authorised.
    fn payable_change(
        &self,
        reading: &Reading<'_>,
        row: &SaleRow,
        payable: Money,
    ) -> Result<Money, Error> {
        if row.posted_seq <= row.seq || reading.find_document(row.posted_seq)?.is_none() {
            return Ok(Money::ZERO);
        }
        let authorised = load_document(reading, row.seq)?;
        Ok(payable - authorised.outcome.payable)
    }

    fn given_back(
        &self,
        reading: &Reading<'_>,
        row: &SaleRow,
        programme: &Programme,
    ) -> Result<Option<GivenBack>, Error> {
        if row.refund_seq == 0 {
            return Ok(None);
        }
        let refund = refund_document(reading, row)?;
        let of = |points: &Few<WalletNumber, Points>, wallet| {
            points.get(&wallet).copied().unwrap_or_default()
        };
        let wallets = programme.wallets().iter().map(|wallet| WalletGivenBack {
            wallet: wallet.id.clone(),
            taken_back: of(&refund.taken_back, wallet.number),
            returned: of(&refund.returned, wallet.number),
        });
        let moved =
            |back: &WalletGivenBack| back.taken_back.is_positive() || back.returned.is_positive();
        Ok(Some(GivenBack {
            amount: refund.paid_back(),
            wallets: wallets.filter(moved).collect(),
        }))
    }

    pub(super) fn sale_row(&self, reading: &Reading<'_>, id: SaleId) -> Result<SaleRow, Error> {
        let unknown = || Error::refused(status::NOT_FOUND, "sale.unknown", &[]);
        let seq = self.own_seq(id).ok_or_else(unknown)?;
        reading.sale(seq)?.ok_or_else(unknown)
    }

    /// A sale as the call that was asked decided it, where it stands now.
    pub(super) fn view_of(
        &self,
        reading: &Reading<'_>,
        seq: Seq,
        call: Call,
        replay: Replay,
    ) -> Result<Sale, Error> {
        let row = reading
            .sale(seq)?
            .ok_or(Error::Internal("an operation of no sale"))?;
        let decided = document_of(reading, &row, call)?;
        let mut sale = self.view(reading, &row, decided, replay)?;
        if call == Call::Authorise {
            // Nothing was drawn by then.
            sale.quote.drawn.clear();
        }
        Ok(sale)
    }

    /// The sale as it is told: priced again from what was stored, so that the explanation need not
    /// be kept. What was decided at the time stands, should a later library price differently.
    pub(super) fn view(
        &self,
        reading: &Reading<'_>,
        row: &SaleRow,
        document_seq: Seq,
        replay: Replay,
    ) -> Result<Sale, Error> {
        let document = load_document(reading, document_seq)?;
        let programme = self.programme_version(document.programme_version)?;
        let quote = match &document.member {
            Some(member) if row.claim_seq() == Some(document_seq) => {
                let cart = self.at_home(&programme, &document.cart);
                let outcome = document.outcome;
                let mut quote = quote_of_claim(&programme, member, &cart, outcome, self.language)?;
                quote.is_training = self.purpose == Purpose::Training;
                quote
            }
            member => {
                let returns = document.outcome.returns.clone();
                let (member, cart, all) = (member.as_ref(), &document.cart, Explaining::Everything);
                self.evaluate_returning(&programme, member, cart, returns, all)?
                    .restated(None, document.outcome)
            }
        };
        let mut quote = quote;
        if row.posted_seq != 0 && !quote.outcome.draws.is_empty() {
            quote.drawn = self.drawn_behind(reading, row.last_seq)?;
        }
        let posted = match row.posted_seq {
            0 => None,
            seq => reading.entries(seq, seq)?.pop(),
        };
        Ok(Sale {
            id: self.sale_id(row.seq),
            state: SaleState::from_number(row.state)?,
            was_replayed: replay == Replay::Again,
            is_late: posted.is_some_and(|(entry, _)| entry.flags.has(Flags::LATE)),
            // What was authorised had changed nothing yet; a claim comes behind the commit and keeps it.
            payable_change: if document_seq >= row.posted_seq {
                self.payable_change(reading, row, quote.outcome.payable)?
            } else {
                Money::ZERO
            },
            given_back: self.given_back(reading, row, &programme)?,
            cart: Arc::new(document.cart),
            quote,
            programme,
        })
    }
}

/// Which of a sale's documents a call decided: asked again, it gives its first quote, whatever a later
/// call has decided since.
pub(super) fn document_of(reading: &Reading<'_>, row: &SaleRow, call: Call) -> Result<Seq, Error> {
    let is_kept = |seq| -> Result<bool, Error> { Ok(reading.find_document(seq)?.is_some()) };
    Ok(match call {
        Call::Commit if is_kept(row.posted_seq)? => row.posted_seq,
        Call::Authorise | Call::Record | Call::Commit if is_kept(row.seq)? => row.seq,
        _ => row.document_seq,
    })
}

pub(super) fn load_document(reading: &Reading<'_>, seq: Seq) -> Result<SaleDocument, Error> {
    let document: SaleDocument = from_bytes(&reading.document(seq)?)?;
    document.cart.check()?;
    Ok(document)
}
