//! A sale that waits for its money: authorised, called off, run out.

use super::{check_reason, last, retell_cart, retell_nothing, sale_operation};
use crate::evaluate::cart::Cart;
use crate::kernel::{Money, SaleId};
use crate::ledger::decide;
use crate::ledger::{Entry, Flags, Held, HeldPortion, Kind, SaleFacts};
use crate::store::{Reading, SaleRow, Writing};
use crate::till::document::{Note, spends, to_bytes};
use crate::till::error::Error;
use crate::till::operation::{Call, Operation};
use crate::till::shell::{Moment, Till};
use crate::till::told;
use crate::till::usage::Counts;
use crate::till::view::{Sale, SaleState, load_document};

/// The longest time a hold may last: a week, in seconds.
pub const HOLD_SECONDS_MAX: u32 = 7 * 24 * 3_600;

impl Till {
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
        let cart = &*self.keep_hash(cart);
        let operation = sale_operation(id, Call::Authorise, cart);
        let mut told = None;
        let done = self.operate(&operation, retell_cart, |writing, moment| {
            let mut asked = self.ask(writing, moment, id, cart)?;
            // A hold taken by a clock of 2099 would never end.
            let believed = moment.believed(writing.head().trusted_at);
            let hold_until = believed.plus_seconds(i64::from(hold_seconds));
            asked.priced.document.hold_until = Some(hold_until);
            let (priced, facts) = (&asked.priced, &asked.facts);
            // Nothing of what comes back is there to be reserved before the commit.
            let accounts = match cart.member {
                Some(member) if !priced.returns.entries.is_empty() => &self.accounts(
                    &writing.reading(),
                    &priced.programme,
                    member,
                    cart.business_date,
                )?,
                _ => &priced.accounts,
            };
            let head = writing.head().seq;
            let wanted = spends(&priced.document.outcome, &priced.programme);
            let entries = decide::authorise(head, facts, &wanted, accounts)
                .map_err(|refusal| self.refused(&priced.programme, &refusal))?;
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
            self.count_document(writing, &priced.document, Counts::FromNow)?;
            self.answer_asked(writing, cart, row.seq, &asked)?;
            told = self.told(row.seq, SaleState::Held, &asked.facts, asked.priced);
            Ok(row.seq)
        })?;
        self.answer(Call::Authorise, done, told)
    }

    /// Calls an authorised sale off: what was reserved is free again.
    pub fn void(&self, id: &str, sale: SaleId, reason: &str) -> Result<Sale, Error> {
        check_reason(reason)?;
        let content = told::content(vec![("sale", sale.into())]);
        let operation = Operation::told(id, Call::Void, content);
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
        self.answer(Call::Void, done, None)
    }

    /// Writes the end of every hold whose time is over. Called before each operation, when idle and
    /// at day close; not while the clock is not to be believed.
    pub(in crate::till) fn expire_holds(
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

    /// What the next write puts into the books before anything else: the ends of holds whose time is
    /// over. A quote and a return that is only looked at go by it, so that they are what will be done.
    pub(in crate::till) fn run_out(&self, reading: &Reading<'_>) -> Result<Vec<Entry>, Error> {
        let now = self.ports.clock.now();
        let head = reading.head()?;
        let mut entries: Vec<Entry> = Vec::new();
        if self.identity.clock.is_suspect(now, head.trusted_at) {
            return Ok(entries);
        }
        for row in reading.held_sales()? {
            if row.hold_until > now {
                continue;
            }
            let document = load_document(reading, row.document_seq)?;
            let facts = SaleFacts {
                at: now,
                sold_at: now,
                offset: document.cart.utc_offset_minutes,
                business_date: document.cart.business_date,
                member: document.cart.member,
                amount: Money::ZERO,
                programme_version: document.programme_version,
                flags: Flags::default(),
            };
            let held = held_portions(reading, &row)?;
            let last = entries.last().map_or(head.seq, |entry| entry.seq);
            entries.extend(decide::release(last, &facts, Kind::HoldExpired, &held));
        }
        Ok(entries)
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
        if row.state == SaleState::Held as u8 {
            self.count_document(writing, &document, Counts::NoMore)?;
        }
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
}

/// What is reserved for a sale; nothing once its hold has run out.
pub(in crate::till) fn held_portions(reading: &Reading<'_>, row: &SaleRow) -> Result<Held, Error> {
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
