//! Goods that come back inside a cart: each is refunded under its own sale's version where that sale is
//! named and known, and is worth what today's version says where it is not. And the return that is
//! nothing else: goods without their sale.

use crate::kernel::Few;

use super::approval::Permit;
use super::document::{Note, SaleDocument, to_bytes};
use super::error::Error;
use super::operation::{Call, Operation};
use super::refund::{
    Back, Paid, RefundPreview, WalletRefund, by_wallet, policies_of, refund_document,
};
use super::sale::Freed;
use super::shell::{Moment, Replay, Till};
use super::velocity::Lifted;
use super::view::{SaleState, load_document};
use crate::evaluate::cart::{Cart, Line, ReturnOf};
use crate::evaluate::sums::Change;
use crate::evaluate::{
    CartProblem, Goods, GoodsBack, Measure, MemberSnapshot, Outcome, ReturnedLines, ReturnedPart,
    WalletBack, worth_of_goods,
};
use crate::kernel::ids::Seq;
use crate::kernel::{Money, Quantity, SaleId};
use crate::ledger::refund::refund_unlinked;
use crate::ledger::{Accounts, Act, Entry, Kind, SaleFacts};
use crate::programme::Programme;
use crate::store::{Reading, SaleRow, Writing};

/// What the returned lines of one cart do, decided and not yet written.
#[derive(Default)]
pub(super) struct Returns {
    /// As it is told.
    pub(super) told: Vec<GoodsBack>,
    /// What ceilings count: what goes back for goods without a sale, and what has gone back of the
    /// others' sales with it.
    measured: Money,
    pub(super) entries: Vec<Entry>,
    /// Documents beside entries.
    documents: Vec<(Seq, Vec<u8>)>,
    /// Where the sales stand after it.
    pub(super) rows: Vec<SaleRow>,
}

impl Returns {
    /// No ceiling is beyond the largest amount, so that what no number holds is above all of them.
    fn measure(&mut self, more: Money) {
        let sum = self.measured.checked_add(more);
        self.measured = sum.unwrap_or(Money::new(i64::MAX));
    }
}

/// Whose return it is, when, and by which programme.
#[derive(Clone, Copy)]
pub(super) struct Returning<'a> {
    pub(super) programme: &'a Programme,
    pub(super) member: Option<&'a MemberSnapshot>,
    pub(super) cart: &'a Cart,
    pub(super) paid: Paid,
}

/// Goods without a known sale, taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlinkedRefund {
    /// Its name, made as a sale's is.
    pub id: SaleId,
    /// This call was asked before, and this is its first answer again.
    pub was_replayed: bool,
    /// What it did.
    pub done: RefundPreview,
}

/// The returned lines of a cart, by the sale they come from.
#[derive(Default)]
struct Sorted {
    linked: Vec<(SaleRow, Vec<ReturnedPart>)>,
    unlinked: Vec<Line>,
}

impl Till {
    /// Works out what the returned lines of a cart do, one sale after the other, then those without a
    /// sale. Before the money has changed hands more than was sold is refused with what is left;
    /// afterwards what exceeds is taken back as goods without a sale.
    pub(super) fn work_out_returns(
        &self,
        reading: &Reading<'_>,
        moment: &Moment,
        returning: Returning<'_>,
    ) -> Result<Returns, Error> {
        let cart = returning.cart;
        let mut returns = Returns::default();
        if !cart.has_returns() {
            return Ok(returns);
        }
        let sorted = self.sort_returns(reading, cart, returning.paid)?;
        for (row, parts) in sorted.linked {
            let goods = Goods::Parts(parts);
            let back = Back {
                row: &row,
                goods: &goods,
                at: cart.at_ms,
                offset: cart.utc_offset_minutes,
                business_date: cart.business_date,
                note: Note {
                    cashier: cart.cashier.clone(),
                    ..Note::default()
                },
                paid: returning.paid,
            };
            let (worked, is_whole) = self.work_out(reading, &returns.entries, moment, &back)?;
            let row = worked.row_after(is_whole);
            returns.measure(worked.measured);
            returns.told.push(GoodsBack {
                sale: Some(self.sale_id(row.seq).to_string()),
                amount: worked.facts.amount,
                wallets: told_wallets(&worked.wallets(), worked.programme()),
            });
            let document = to_bytes(&worked.document);
            returns.documents.push((row.refund_seq, document));
            returns.entries.extend(worked.entries);
            returns.rows.push(row);
        }
        if !sorted.unlinked.is_empty() {
            let goods = cart.of_returned(sorted.unlinked);
            self.add_unlinked(reading, moment, returning, &goods, &mut returns)?;
        }
        Ok(returns)
    }

    /// Writes what was worked out.
    pub(super) fn write_returns(
        &self,
        writing: &mut Writing<'_>,
        returns: &Returns,
    ) -> Result<(), Error> {
        writing.append(&returns.entries)?;
        for (seq, document) in &returns.documents {
            writing.put_document(*seq, document)?;
        }
        for row in &returns.rows {
            self.put_changed_sale(writing, row)?;
        }
        for entry in &returns.entries {
            if entry.kind == Kind::Refund && entry.refers_to == 0 {
                self.sum_up_unlinked(writing, Change::Added, entry.seq)?;
            }
        }
        Ok(())
    }

    /// Whether the cashier of a cart may give so much back for the goods in it, as for the same goods
    /// in a refund. Goods of a known sale and others in one cart are asked for together, as goods
    /// without a sale.
    pub(super) fn permit_returns(
        &self,
        moment: &Moment,
        id: &str,
        cart: &Cart,
        returns: &Returns,
    ) -> Permit {
        if returns.told.is_empty() {
            return Permit::Free;
        }
        let act = if returns.told.iter().any(|back| back.sale.is_none()) {
            Act::UnlinkedRefund(returns.measured)
        } else {
            Act::Refund(returns.measured)
        };
        let cashier = cart.cashier.as_deref();
        self.permit(moment, id, cashier, act, |amount| self.say_money(amount))
    }

    fn sort_returns(
        &self,
        reading: &Reading<'_>,
        cart: &Cart,
        paid: Paid,
    ) -> Result<Sorted, Error> {
        let mut sorted = Sorted::default();
        let mut so_far: Few<Seq, ReturnedLines> = Few::new();
        for (index, line) in cart.lines.iter().enumerate() {
            if !line.is_returned() {
                continue;
            }
            let Some(of) = &line.return_of else {
                sorted.unlinked.push(line.clone());
                continue;
            };
            let row = match self.row_of_return(reading, index, of) {
                Ok(row) if paid == Paid::NotYet || is_open(&row) => row,
                // The money is paid out already: goods whose sale has no room are goods without one. A
                // file that cannot be read says nothing about the sale.
                Ok(_) | Err(Error::Refused(_) | Error::Cart(_)) if paid == Paid::Already => {
                    sorted.unlinked.push(line.clone());
                    continue;
                }
                Ok(row) => row,
                Err(error) => return Err(error),
            };
            let mut quantity = Quantity::ZERO - line.quantity_milli;
            let mut amount = -line.line_total;
            if paid == Paid::Already {
                let left = self.fitting(reading, &row, of, &mut so_far, (quantity, amount))?;
                let rest = (quantity - left.0, amount - left.1);
                if rest != (Quantity::ZERO, Money::ZERO) {
                    sorted.unlinked.push(Line {
                        quantity_milli: Quantity::ZERO - rest.0,
                        line_total: -rest.1,
                        ..line.clone()
                    });
                }
                (quantity, amount) = left;
                if !quantity.is_positive() {
                    continue;
                }
            }
            let part = ReturnedPart {
                line: usize::try_from(of.line).unwrap_or(usize::MAX),
                measure: Measure::QuantityFor(quantity, amount),
            };
            let found = sorted.linked.iter_mut().find(|(known, _)| *known == row);
            match found {
                Some((_, parts)) => parts.push(part),
                None => sorted.linked.push((row, vec![part])),
            }
        }
        Ok(sorted)
    }

    fn row_of_return(
        &self,
        reading: &Reading<'_>,
        index: usize,
        of: &ReturnOf,
    ) -> Result<SaleRow, Error> {
        let id = of.sale.parse().map_err(|_| {
            let field = format!("lines[{index}].return_of.sale");
            CartProblem::new(field, "wrong_form", "a sale's id", "another text")
        })?;
        let row = self.sale_row(reading, id)?;
        self.refuse_resolved(&row, &[SaleState::Committed])?;
        let lines = load_document(reading, row.document_seq)?.cart.lines;
        let line = lines.get(usize::try_from(of.line).unwrap_or(usize::MAX));
        if line.is_none_or(Line::is_returned) {
            let field = format!("lines[{index}].return_of.line");
            let expected = "a line that the sale sold, from 0";
            let problem = CartProblem::new(field, "no_such_line", expected, of.line.to_string());
            return Err(problem.into());
        }
        Ok(row)
    }

    /// How much of a returned line its sale still has room for, after the lines before it.
    fn fitting(
        &self,
        reading: &Reading<'_>,
        row: &SaleRow,
        of: &ReturnOf,
        so_far: &mut Few<Seq, ReturnedLines>,
        wanted: (Quantity, Money),
    ) -> Result<(Quantity, Money), Error> {
        let sale = load_document(reading, row.document_seq)?;
        let programme = self.programme_version(sale.programme_version)?;
        let decided = sale.decided(&programme, &sale.cart);
        if !so_far.contains_key(&row.seq) {
            so_far.insert(row.seq, refund_document(reading, row)?.lines);
        }
        let lines = &so_far[&row.seq];
        let line = usize::try_from(of.line).unwrap_or(usize::MAX);
        let fits = decided.fitting(lines, line, wanted);
        let part = ReturnedPart {
            line,
            measure: Measure::QuantityFor(fits.0, fits.1),
        };
        if fits.0.is_positive()
            && let Ok(after) = decided.after(lines, &Goods::Parts(vec![part]))
        {
            so_far.insert(row.seq, after);
            return Ok(fits);
        }
        Ok((Quantity::ZERO, Money::ZERO))
    }

    /// Adds the return of goods whose sale is not known.
    fn add_unlinked(
        &self,
        reading: &Reading<'_>,
        moment: &Moment,
        returning: Returning<'_>,
        goods: &Cart,
        returns: &mut Returns,
    ) -> Result<(), Error> {
        let programme = returning.programme;
        let at_home = self.at_home(programme, goods);
        let worth = worth_of_goods(programme, returning.member, &at_home)?;
        let head = reading.head()?;
        let facts = SaleFacts {
            at: moment.now,
            sold_at: goods.at_ms,
            offset: goods.utc_offset_minutes,
            business_date: goods.business_date,
            member: goods.member,
            amount: worth.amount,
            programme_version: programme.version(),
            flags: moment.flags_on(&head, goods.business_date),
        };
        let accounts = match goods.member {
            Some(member) => self.accounts_behind(
                reading,
                programme,
                member,
                &returns.entries,
                goods.business_date,
            )?,
            None => Accounts::new(),
        };
        let last = returns.entries.last().map_or(head.seq, |entry| entry.seq);
        let policies = policies_of(programme, returning.paid);
        let entries = refund_unlinked(last, &facts, &worth.taken(), &policies, &accounts)
            .map_err(|refusal| self.refused(programme, &refusal))?;
        let document = SaleDocument {
            hold_until: None,
            cart: goods.clone(),
            member: returning.member.cloned(),
            outcome: Outcome {
                total: -worth.amount,
                payable: -worth.amount,
                line_discounts: vec![Money::ZERO; goods.lines.len()],
                awards: worth.awards,
                ..Outcome::default()
            },
            programme_version: programme.version(),
        };
        let wallets = by_wallet(&entries, programme, &accounts);
        returns.measure(worth.amount);
        returns.told.push(GoodsBack {
            sale: None,
            amount: worth.amount,
            wallets: told_wallets(&wallets, programme),
        });
        returns.documents.push((last + 1, to_bytes(&document)));
        returns.entries.extend(entries);
        Ok(())
    }

    /// What taking back goods without their sale would do. Writes nothing.
    pub fn preview_unlinked(&self, cart: &Cart) -> Result<RefundPreview, Error> {
        check_goods(cart)?;
        let cart = &*self.keep_hash(cart);
        let moment = Moment::at(cart.at_ms, cart.utc_offset_minutes);
        self.read(|reading| {
            let run_out = self.run_out(reading)?;
            let own = run_out.len();
            let returns = self.unlinked(reading, &moment, cart, run_out)?;
            let told = self.told_entries(&returns.entries[own..], &Accounts::new(), Money::ZERO)?;
            Ok(told.0)
        })
    }

    /// Takes goods back whose sale is not known here. The cart has nothing but lines with a quantity
    /// below zero. They are worth what they would earn if they were sold today at these prices to the
    /// member in the present tier, rounded toward zero; that is taken out of the member's lots,
    /// pending ones first and then the newest, and what is not there is owed, or what the wallet's
    /// policy says.
    pub fn refund_unlinked(&self, id: &str, cart: &Cart) -> Result<UnlinkedRefund, Error> {
        check_goods(cart)?;
        let cart = &*self.keep_hash(cart);
        let operation = Operation::in_document(id, Call::RefundUnlinked, cart.content());
        let receipt = cart
            .receipt_number
            .as_ref()
            .map(|number| self.refund_receipt(number, cart.business_date, cart.till.as_deref()));
        let retell = |reading: &Reading<'_>, row: &crate::store::OperationRow| {
            Ok(load_document(reading, row.result)?.cart.content())
        };
        let (seq, replay) = self.operate(&operation, retell, |writing, moment| {
            if let Some(key) = &receipt
                && let Some(seq) = writing.reading().sale_of_receipt(key)?
            {
                return Err(self.resolved("receipt.known", seq));
            }
            let returns = self.unlinked(&writing.reading(), moment, cart, Vec::new())?;
            let permit = self.permit_returns(moment, id, cart, &returns);
            let facts = SaleFacts {
                sold_at: cart.at_ms,
                offset: cart.utc_offset_minutes,
                business_date: cart.business_date,
                member: cart.member,
                ..moment.facts()
            };
            let permit = permit.or_refuse(writing, &facts, 0)?;
            let seq = writing.head().seq + 1;
            self.write_returns(writing, &returns)?;
            if let Some(key) = &receipt {
                writing.put_receipt(key, seq)?;
            }
            permit.tell_approved(writing, &facts, seq)?;
            Ok(seq)
        })?;
        self.read(|reading| {
            Ok(UnlinkedRefund {
                id: self.sale_id(seq),
                was_replayed: replay == Replay::Again,
                done: self.told_refund(reading, seq)?.0,
            })
        })
    }

    /// Works such a return out, behind entries that are not yet written.
    fn unlinked(
        &self,
        reading: &Reading<'_>,
        moment: &Moment,
        cart: &Cart,
        pending: Vec<Entry>,
    ) -> Result<Returns, Error> {
        let programme = self.programme_on(cart.business_date)?;
        let (_, member) =
            self.snapshot(reading, &programme, cart, &Freed::default(), &Lifted::No)?;
        let mut returns = Returns {
            entries: pending,
            ..Returns::default()
        };
        let returning = Returning {
            programme: &programme,
            member: member.as_ref(),
            cart,
            paid: Paid::NotYet,
        };
        self.add_unlinked(reading, moment, returning, cart, &mut returns)?;
        Ok(returns)
    }
}

/// A refund and the entries that belong to it.
pub(super) fn entries_of(reading: &Reading<'_>, seq: Seq) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    let last = reading.head()?.seq;
    // At most a few wallets with a few lots; read in pieces so that no long ledger is walked.
    let mut next = seq;
    while next <= last {
        for (entry, _) in reading.entries(next, (next + 15).min(last))? {
            let belongs = entry.seq == seq
                || (entry.refers_to == seq && entry.kind != Kind::Commit && entry.wallet != 0);
            if !belongs {
                return Ok(entries);
            }
            entries.push(entry);
        }
        next += 16;
    }
    Ok(entries)
}

/// The money that goes back for goods.
pub(super) fn given_back(told: &[GoodsBack]) -> Money {
    told.iter().map(|back| back.amount).sum()
}

/// The same for goods whose sale is not known.
pub(super) fn given_back_unlinked(told: &[GoodsBack]) -> Money {
    let unlinked = told.iter().filter(|back| back.sale.is_none());
    unlinked.map(|back| back.amount).sum()
}

fn is_open(row: &SaleRow) -> bool {
    row.state == SaleState::Committed as u8
}

pub(super) fn told_wallets(wallets: &[WalletRefund], programme: &Programme) -> Vec<WalletBack> {
    let told = wallets.iter().filter_map(|line| {
        Some(WalletBack {
            wallet: programme.wallet(&line.wallet)?.number,
            taken_back: line.taken_back,
            returned: line.returned,
            debt: line.debt,
        })
    });
    told.collect()
}

/// A cart of goods that come back, and nothing else.
fn check_goods(cart: &Cart) -> Result<(), Error> {
    cart.check()?;
    let problem = |field: String, code, expected, found: &str| {
        Err(CartProblem::new(field, code, expected, found).into())
    };
    if cart.lines.is_empty() {
        let expected = "at least one line";
        return problem("lines".to_owned(), "missing", expected, "none");
    }
    for (index, line) in cart.lines.iter().enumerate() {
        if !line.is_returned() || line.line_total.is_positive() {
            let expected =
                "a quantity below 0 and a line_total of 0 or below: goods that come back";
            let field = format!("lines[{index}].quantity_milli");
            return problem(field, "out_of_range", expected, "goods that are sold");
        }
        if line.return_of.is_some() {
            let expected = "nothing in a return without a sale; record a cart or refund the sale";
            let field = format!("lines[{index}].return_of");
            return problem(field, "not_used", expected, "a sale");
        }
    }
    let wants = !cart.points_wanted.is_empty() || !cart.rewards_wanted.is_empty();
    if wants {
        let expected = "nothing in a return";
        return problem("points_wanted".to_owned(), "not_used", expected, "a wish");
    }
    Ok(())
}
