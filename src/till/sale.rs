//! A sale: evaluate, authorise, commit, void, record.

use std::sync::Arc;

use serde_json::json;

use super::document::{Note, SaleDocument, gives, spends, to_bytes};
use super::error::Error;
use super::log::Level;
use super::operation::{Call, Operation};
use super::shell::{Moment, Replay, Till};
use super::status;
use super::view::{Sale, SaleState, load_document};
use crate::evaluate::cart::{Cart, ReceiptPart};
use crate::evaluate::quote::{MemberSnapshot, Quote};
use crate::kernel::ids::Seq;
use crate::kernel::{Money, SaleId};
use crate::ledger::decide::{self, Refusal};
use crate::ledger::{Accounts, Entry, Flags, Held, HeldPortion, Kind, SaleFacts};
use crate::programme::Programme;
use crate::store::{OperationRow, Reading, SaleRow, Writing};

/// The longest time a hold may last: a week, in seconds.
pub const HOLD_SECONDS_MAX: u32 = 7 * 24 * 3_600;
/// The longest reason of a void or refund, in bytes.
pub(super) const REASON_MAX: usize = 200;

/// A cart that was priced inside the write that posts it.
struct Priced {
    programme: Arc<Programme>,
    accounts: Accounts,
    document: SaleDocument,
    /// As it was told; nothing where a sale keeps the quote it was authorised with.
    quote: Option<Quote>,
}

impl Till {
    /// What a cart would give and take. Writes nothing.
    pub fn evaluate(&self, cart: &Cart) -> Result<Quote, Error> {
        self.read(|reading| {
            let programme = self.programme_on(cart.business_date)?;
            let (_, snapshot) = self.snapshot(reading, &programme, cart, &[])?;
            Ok(self.evaluate_here(&programme, snapshot.as_ref(), cart)?)
        })
    }

    /// Prices the cart, reserves what it spends and keeps both until commit, void or the end of the
    /// hold, counted by the ledger's clock.
    pub fn authorise(&self, id: &str, cart: &Cart, hold_seconds: u32) -> Result<Sale, Error> {
        if !(1..=HOLD_SECONDS_MAX).contains(&hold_seconds) {
            return Err(Error::Argument {
                field: "hold_seconds",
                expected: "1 to 604800",
            });
        }
        cart.check()?;
        let operation = sale_operation(id, Call::Authorise, cart);
        let mut told = None;
        let done = self.operate(&operation, retell_cart, |writing, moment| {
            self.refuse_known_receipt(writing, cart)?;
            let priced = self.price(&writing.reading(), cart, &[])?;
            let facts = self.sale_facts(writing, moment, &priced.document);
            let head = writing.head().seq;
            let wanted = spends(&priced.document.outcome);
            let entries = decide::authorise(head, &facts, &wanted, &priced.accounts)
                .map_err(|refusal| self.refused(&priced.programme, &refusal))?;
            // A hold taken by a clock of 2099 would never end.
            let believed = moment.believed(writing.head().trusted_at);
            let hold_until = believed.plus_seconds(i64::from(hold_seconds));
            let row = SaleRow {
                seq: head + 1,
                state: SaleState::Held as u8,
                hold_until,
                document_seq: head + 1,
                posted_seq: 0,
                last_seq: last(&entries),
                refund_seq: 0,
            };
            writing.append(&entries)?;
            writing.put_document(row.seq, &to_bytes(&priced.document))?;
            writing.put_sale(&row)?;
            self.give_receipt(writing, moment, cart, row.seq)?;
            told = self.told(row.seq, SaleState::Held, &facts, priced);
            Ok(row.seq)
        })?;
        self.answer(done, told)
    }

    /// Authorises and commits in one step. Takes any past instant and any business date.
    pub fn record(&self, id: &str, cart: &Cart) -> Result<Sale, Error> {
        cart.check()?;
        let operation = sale_operation(id, Call::Record, cart);
        let mut told = None;
        let done = self.operate(&operation, retell_cart, |writing, moment| {
            self.refuse_known_receipt(writing, cart)?;
            let priced = self.price(&writing.reading(), cart, &[])?;
            let facts = self.sale_facts(writing, moment, &priced.document);
            let wanted = spends(&priced.document.outcome);
            decide::check_spendable(&wanted, &priced.accounts, facts.business_date)
                .map_err(|refusal| self.refused(&priced.programme, &refusal))?;
            let seq = writing.head().seq + 1;
            self.post(writing, &facts, None, &priced, seq)?;
            self.give_receipt(writing, moment, cart, seq)?;
            told = self.told(seq, SaleState::Committed, &facts, priced);
            Ok(seq)
        })?;
        self.answer(done, told)
    }

    /// Makes an authorised sale final. A paid sale is never refused: an unchanged cart posts exactly
    /// what was authorised, whatever has changed since; what is then missing becomes debt. A changed
    /// cart is priced again.
    pub fn commit(&self, id: &str, sale: SaleId, final_cart: Option<&Cart>) -> Result<Sale, Error> {
        if let Some(cart) = final_cart {
            cart.check()?;
        }
        let operation = Operation {
            id,
            call: Call::Commit,
            content: commit_content(sale, final_cart),
            kept_in_document: final_cart.is_some(),
        };
        let retell = |reading: &Reading<'_>, row: &OperationRow| {
            let sale_row = reading
                .sale(row.result)?
                .ok_or(Error::Internal("no such sale"))?;
            let cart = load_document(reading, sale_row.document_seq)?.cart;
            Ok(commit_content(self.sale_id(row.result), Some(&cart)))
        };
        let done = self.operate(&operation, retell, |writing, moment| {
            let row = self.sale_row(&writing.reading(), sale)?;
            self.refuse_resolved(&row, &[SaleState::Held, SaleState::Expired])?;
            self.commit_held(writing, moment, &row, final_cart)
        })?;
        self.answer(done, None)
    }

    fn commit_held(
        &self,
        writing: &mut Writing<'_>,
        moment: &Moment,
        row: &SaleRow,
        final_cart: Option<&Cart>,
    ) -> Result<Seq, Error> {
        let reading = writing.reading();
        let held = held_portions(&reading, row)?;
        let authorised = load_document(&reading, row.document_seq)?;
        let cart = final_cart.unwrap_or(&authorised.cart).clone();
        if authorised.cart.member.is_some() && cart.member != authorised.cart.member {
            return Err(Error::Argument {
                field: "member",
                expected: "the member the sale was authorised for; void it to change the member",
            });
        }
        let priced = if is_same_sale(&authorised.cart, &cart) {
            self.as_authorised(&reading, &authorised, cart)?
        } else {
            self.price(&reading, &cart, &held.portions)?
        };
        let mut facts = self.sale_facts(writing, moment, &priced.document);
        if row.state == SaleState::Expired as u8 {
            facts.flags = facts.flags.with(Flags::LATE);
        }
        let (before, after) = (
            self.receipt_of(&authorised.cart),
            self.receipt_of(&priced.document.cart),
        );
        self.post(writing, &facts, Some(&held), &priced, row.seq)?;
        if before != after
            && let Some(key) = before
        {
            self.free_receipt_of(writing, &key, row.seq)?;
        }
        self.give_receipt(writing, moment, &priced.document.cart, row.seq)?;
        Ok(row.seq)
    }

    /// Calls an authorised sale off: what was reserved is free again.
    pub fn void(&self, id: &str, sale: SaleId, reason: &str) -> Result<Sale, Error> {
        check_reason(reason)?;
        let content = json!({ "sale": sale.to_string() }).to_string();
        let operation = Operation {
            id,
            call: Call::Void,
            content,
            kept_in_document: false,
        };
        let done = self.operate(&operation, retell_nothing, |writing, moment| {
            let row = self.sale_row(&writing.reading(), sale)?;
            self.refuse_resolved(&row, &[SaleState::Held, SaleState::Expired])?;
            let void = writing.head().seq + 1;
            self.end_hold(writing, moment, &row, Kind::Void)?;
            if !reason.is_empty() {
                let note = Note {
                    reason: Some(reason.to_owned()),
                    ..Note::default()
                };
                writing.put_document(void, &to_bytes(&note))?;
            }
            Ok(row.seq)
        })?;
        self.answer(done, None)
    }

    /// Writes the end of every hold whose time is over. Called before each operation, when idle and
    /// at day close; not while the clock is not to be believed.
    pub(super) fn expire_holds(
        &self,
        writing: &mut Writing<'_>,
        moment: &Moment,
    ) -> Result<(), Error> {
        if moment.is_suspect {
            return Ok(());
        }
        for row in writing.reading().held_sales()? {
            if row.hold_until <= moment.now {
                self.end_hold(writing, moment, &row, Kind::HoldExpired)?;
            }
        }
        Ok(())
    }

    fn end_hold(
        &self,
        writing: &mut Writing<'_>,
        moment: &Moment,
        row: &SaleRow,
        kind: Kind,
    ) -> Result<(), Error> {
        let held = held_portions(&writing.reading(), row)?;
        let document = load_document(&writing.reading(), row.document_seq)?;
        let facts = SaleFacts {
            amount: Money::ZERO,
            sold_at: moment.now,
            ..self.sale_facts(writing, moment, &document)
        };
        let entries = decide::release(writing.head().seq, &facts, kind, &held);
        writing.append(&entries)?;
        let state = if kind == Kind::Void {
            SaleState::Voided
        } else {
            SaleState::Expired
        };
        writing.put_sale(&SaleRow {
            state: state as u8,
            ..row.clone()
        })?;
        if let Some(key) = self.receipt_of(&document.cart) {
            self.free_receipt_of(writing, &key, row.seq)?;
        }
        Ok(())
    }

    /// Appends a final sale, its document and its state.
    fn post(
        &self,
        writing: &mut Writing<'_>,
        facts: &SaleFacts,
        held: Option<&Held>,
        priced: &Priced,
        sale: Seq,
    ) -> Result<(), Error> {
        let head = writing.head().seq;
        let outcome = &priced.document.outcome;
        let has_no_payments = priced.document.cart.payments.is_empty();
        if priced.programme.reads_payments() && has_no_payments && outcome.payable.is_positive() {
            return Err(Error::Argument {
                field: "payments",
                expected: "how the sale is paid, because a rule counts only some payments",
            });
        }
        let entries = decide::post(
            head,
            facts,
            held,
            &spends(outcome),
            &gives(outcome),
            &priced.accounts,
        );
        let posted_seq = head + 1;
        writing.append(&entries)?;
        let stored = held
            .map(|_| writing.reading().sale(sale))
            .transpose()?
            .flatten();
        let bytes = to_bytes(&priced.document);
        let document_seq = match &stored {
            Some(row) if writing.reading().document(row.document_seq)? == bytes => row.document_seq,
            _ => {
                writing.put_document(posted_seq, &bytes)?;
                posted_seq
            }
        };
        writing.put_sale(&SaleRow {
            seq: sale,
            state: SaleState::Committed as u8,
            hold_until: stored.map_or(facts.at, |row| row.hold_until),
            document_seq,
            posted_seq,
            last_seq: last(&entries),
            refund_seq: 0,
        })?;
        Ok(())
    }

    /// The sale exactly as it was authorised. Only awards that count a share of the payments follow
    /// the payments, which may come as late as this.
    fn as_authorised(
        &self,
        reading: &Reading<'_>,
        authorised: &SaleDocument,
        cart: Cart,
    ) -> Result<Priced, Error> {
        let programme = self.programme_version(authorised.programme_version)?;
        let accounts = match cart.member {
            Some(member) => reading.accounts(member, &[])?,
            None => Accounts::new(),
        };
        let mut document = SaleDocument {
            cart,
            ..authorised.clone()
        };
        if programme.reads_payments() && document.cart.payments != authorised.cart.payments {
            let member = document.member.as_ref();
            let quote = self.evaluate_here(&programme, member, &document.cart)?;
            document.outcome.awards = quote.outcome.awards;
        }
        Ok(Priced {
            programme,
            accounts,
            document,
            quote: None,
        })
    }

    /// Prices a cart as of now, with portions already reserved for it counting as free.
    fn price(
        &self,
        reading: &Reading<'_>,
        cart: &Cart,
        reserved: &[HeldPortion],
    ) -> Result<Priced, Error> {
        let programme = self.programme_on(cart.business_date)?;
        let (accounts, member) = self.snapshot(reading, &programme, cart, reserved)?;
        let quote = self.evaluate_here(&programme, member.as_ref(), cart)?;
        let document = SaleDocument {
            cart: cart.clone(),
            member,
            outcome: quote.outcome.clone(),
            programme_version: programme.version(),
        };
        Ok(Priced {
            programme,
            accounts,
            document,
            quote: Some(quote),
        })
    }

    /// The accounts as they are, and what the evaluation is told of them.
    fn snapshot(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        cart: &Cart,
        reserved: &[HeldPortion],
    ) -> Result<(Accounts, Option<MemberSnapshot>), Error> {
        let Some(number) = cart.member else {
            return Ok((Accounts::new(), None));
        };
        let accounts = reading.accounts(number, &[])?;
        let mut seen = accounts.clone();
        for portion in reserved {
            let lots = seen
                .get_mut(&portion.wallet)
                .map(|account| &mut account.lots);
            if let Some(lot) = lots.into_iter().flatten().find(|lot| lot.id == portion.lot) {
                lot.portion.held -= portion.points;
            }
        }
        let balances = seen
            .iter()
            .map(|(&wallet, account)| (wallet, account.balance(cart.business_date)))
            .collect();
        let history = self.past_of(reading, programme, cart, number)?;
        Ok((
            accounts,
            Some(MemberSnapshot {
                number,
                balances,
                history,
            }),
        ))
    }

    fn sale_facts(
        &self,
        writing: &Writing<'_>,
        moment: &Moment,
        document: &SaleDocument,
    ) -> SaleFacts {
        let cart = &document.cart;
        let is_closed = writing
            .head()
            .closed_date
            .is_some_and(|date| cart.business_date <= date);
        let late = if is_closed {
            Flags::LATE
        } else {
            Flags::default()
        };
        SaleFacts {
            at: moment.now,
            sold_at: cart.at_ms,
            offset: cart.utc_offset_minutes,
            business_date: cart.business_date,
            member: cart.member,
            amount: document.outcome.payable,
            programme_version: document.programme_version,
            flags: moment.flags().with(late),
        }
    }

    pub(super) fn refused(&self, programme: &Programme, refusal: &Refusal) -> Error {
        let Refusal::Short { wallet, short } = refusal;
        let say = |points| {
            programme
                .wallet_by_number(*wallet)
                .map_or_else(String::new, |wallet| wallet.say(points, self.language))
        };
        let values = [
            ("wanted", say(short.wanted)),
            ("spendable", say(short.spendable)),
        ];
        Error::refused(status::REFUSED, "points.short", &values)
    }

    /// One receipt is one sale, whatever the operation is called.
    fn refuse_known_receipt(&self, writing: &Writing<'_>, cart: &Cart) -> Result<(), Error> {
        let Some(key) = self.receipt_of(cart) else {
            return Ok(());
        };
        match writing.reading().sale_of_receipt(&key)? {
            None => Ok(()),
            Some(seq) => Err(self.resolved("receipt.known", seq)),
        }
    }

    pub(super) fn refuse_resolved(
        &self,
        row: &SaleRow,
        fitting: &[SaleState],
    ) -> Result<(), Error> {
        let state = SaleState::from_number(row.state)?;
        if fitting.contains(&state) {
            return Ok(());
        }
        let reason = match state {
            SaleState::Held | SaleState::Expired => {
                return Err(Error::refused(status::REFUSED, "sale.not_committed", &[]));
            }
            SaleState::Committed => "sale.committed",
            SaleState::Voided => "sale.voided",
            SaleState::Refunded => "sale.refunded",
        };
        Err(self.resolved(reason, row.seq))
    }

    pub(super) fn resolved(&self, reason: &str, sale: Seq) -> Error {
        let sale = self.sale_id(sale).to_string();
        Error::refused(status::ALREADY_RESOLVED, reason, &[("sale", sale)])
    }

    fn give_receipt(
        &self,
        writing: &Writing<'_>,
        moment: &Moment,
        cart: &Cart,
        sale: Seq,
    ) -> Result<(), Error> {
        let Some(key) = self.receipt_of(cart) else {
            return Ok(());
        };
        match writing.reading().sale_of_receipt(&key)? {
            Some(owner) if owner == sale => Ok(()),
            // At a commit: the number came late, or the hold ran out and another sale took it. This
            // sale is paid and stands; the other keeps the number.
            Some(owner) => {
                let (sale, owner) = (self.sale_id(sale), self.sale_id(owner));
                let text = format!(
                    "sale {sale} is final without its receipt number, which belongs to {owner}"
                );
                moment.tell(Level::Warning, "receipt.taken", text);
                Ok(())
            }
            None => Ok(writing.put_receipt(&key, sale)?),
        }
    }

    fn free_receipt_of(
        &self,
        writing: &Writing<'_>,
        key: &[u8; 16],
        sale: Seq,
    ) -> Result<(), Error> {
        if writing.reading().sale_of_receipt(key)? == Some(sale) {
            writing.free_receipt(key)?;
        }
        Ok(())
    }

    /// The answer to a call that has just priced a sale: what [`Till::view`] would tell, without
    /// reading and pricing it again while the customer waits.
    fn told(&self, seq: Seq, state: SaleState, facts: &SaleFacts, priced: Priced) -> Option<Sale> {
        Some(Sale {
            id: self.sale_id(seq),
            state,
            was_replayed: false,
            // A hold is late only once it is committed.
            is_late: state == SaleState::Committed && facts.flags.has(Flags::LATE),
            cart: priced.document.cart,
            quote: priced.quote?,
            programme: priced.programme,
        })
    }

    /// The sale as it stands, unless this very call made it and can tell.
    pub(super) fn answer(
        &self,
        (seq, replay): (Seq, Replay),
        told: Option<Sale>,
    ) -> Result<Sale, Error> {
        match told {
            Some(sale) if replay == Replay::First => Ok(sale),
            _ => self.read(|reading| self.view_of(reading, seq, replay)),
        }
    }
}

fn last(entries: &[Entry]) -> Seq {
    entries.last().map_or(0, |entry| entry.seq)
}

fn sale_operation<'a>(id: &'a str, call: Call, cart: &Cart) -> Operation<'a> {
    Operation {
        id,
        call,
        content: cart.content(),
        kept_in_document: true,
    }
}

/// The content of an authorise or record: the cart of its sale as it was first stored.
fn retell_cart(reading: &Reading<'_>, row: &OperationRow) -> Result<String, Error> {
    Ok(load_document(reading, row.result)?.cart.content())
}

/// For operations that keep their content themselves.
pub(super) fn retell_nothing(_: &Reading<'_>, _: &OperationRow) -> Result<String, Error> {
    Err(Error::Internal("an operation without its content"))
}

fn commit_content(sale: SaleId, cart: Option<&Cart>) -> String {
    let cart = cart.map(|cart| {
        serde_json::from_str::<serde_json::Value>(&cart.content()).expect("content is JSON")
    });
    json!({ "sale": sale.to_string(), "cart": cart }).to_string()
}

/// Nothing that prices a sale differs: tenders and the receipt's number may come at commit.
fn is_same_sale(authorised: &Cart, last: &Cart) -> bool {
    let bare = |cart: &Cart| {
        let cart = Cart {
            payments: Vec::new(),
            receipt_number: None,
            receipt_part: ReceiptPart::default(),
            receipt_group: None,
            ..cart.clone()
        };
        cart.content()
    };
    bare(authorised) == bare(last)
}

/// What is reserved for a sale; nothing once its hold has run out.
pub(super) fn held_portions(reading: &Reading<'_>, row: &SaleRow) -> Result<Held, Error> {
    let mut portions = Vec::new();
    if row.state == SaleState::Held as u8 {
        for (entry, _) in reading.entries(row.seq, row.last_seq)? {
            if entry.kind == Kind::Hold && entry.is_portion() {
                let (wallet, lot, points) = (entry.wallet, entry.lot, entry.points);
                portions.push(HeldPortion {
                    wallet,
                    lot,
                    points,
                });
            }
        }
    }
    Ok(Held {
        sale: row.seq,
        portions,
    })
}

pub(super) fn check_reason(reason: &str) -> Result<(), Error> {
    if reason.len() > REASON_MAX {
        return Err(Error::Argument {
            field: "reason",
            expected: "at most 200 bytes",
        });
    }
    Ok(())
}
