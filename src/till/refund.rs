//! Taking a sale back: whole, by line and quantity, or by line and amount.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::approval::{Permit, tell};
use super::document::{Note, RefundDocument, ReturnedLine, SaleDocument, from_bytes, to_bytes};
use super::error::Error;
use super::operation::{Call, Operation};
use super::sale::{check_reason, retell_nothing};
use super::shell::{Moment, Till};
use super::status;
use super::view::{ReceiptKey, ReceiptKind, Sale, SaleState, load_document};
use crate::evaluate::{KeptLine, due_after};
use crate::kernel::{
    BusinessDate, Instant, Money, Points, Quantity, SaleId, UtcOffset, WalletNumber,
};
use crate::ledger::refund::{Returned, SaleHistory, refund};
use crate::ledger::{Act, Entry, Flags, Kind, SaleFacts};
use crate::programme::Programme;
use crate::store::{Head, Reading, SaleRow};
use crate::texts::{money, number_trimmed};

/// Goods that come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// Of which sale.
    pub sale: SaleId,
    /// When they are returned, by the POS.
    pub at: Instant,
    /// The till's offset.
    pub offset: UtcOffset,
    /// The day in the books of the return.
    pub business_date: BusinessDate,
    /// Who does it; never a person's full name.
    pub cashier: Option<String>,
    /// The return's own receipt.
    pub receipt_number: Option<String>,
    /// Why, at most 200 bytes; never a person's name.
    pub reason: Option<String>,
    /// What comes back.
    pub goods: Goods,
}

/// What comes back of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goods {
    /// Everything that has not come back yet.
    Everything,
    /// Parts of lines. A line may stand in it more than once.
    Parts(Vec<ReturnedPart>),
}

/// A part of a line that comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnedPart {
    /// The line, from 0 in the order of the cart.
    pub line: usize,
    /// How much of it.
    pub measure: Measure,
}

/// How a returned part is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Goods, in thousandths. They give back their share of what was paid for the line.
    Quantity(Quantity),
    /// Money, in minor units, without goods: a price reduction after the sale.
    Amount(Money),
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
    /// Money to give back.
    pub amount: Money,
    /// One line a wallet that it touches.
    pub wallets: Vec<WalletRefund>,
}

/// A refund worked out, ready to be appended.
struct Worked {
    row: SaleRow,
    facts: SaleFacts,
    entries: Vec<Entry>,
    document: RefundDocument,
    is_whole: bool,
    programme_version: u32,
}

impl Till {
    /// What a refund would do. Writes nothing.
    pub fn preview_refund(&self, request: &RefundRequest) -> Result<RefundPreview, Error> {
        let moment = Moment::at(request.at, request.offset);
        self.read(|reading| {
            let worked = self.work_out(reading, &reading.head()?, &moment, request)?;
            let programme = self.programme_version(worked.programme_version)?;
            Ok(RefundPreview {
                amount: worked.facts.amount,
                wallets: by_wallet(&worked.entries, &programme),
            })
        })
    }

    /// Takes goods back. What the rest of the sale would have awarded stays awarded, the difference
    /// goes; spent points come back in proportion to the lots they came from; what is no longer
    /// there is owed. Any split of a return into refunds ends where one whole refund ends.
    pub fn refund(&self, id: &str, request: &RefundRequest) -> Result<Sale, Error> {
        check_reason(request.reason.as_deref().unwrap_or(""))?;
        let operation = Operation {
            id,
            call: Call::Refund,
            content: content(request),
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
            let worked = self.work_out(&writing.reading(), writing.head(), moment, request)?;
            let act = Act::Refund(worked.facts.amount);
            let cashier = request.cashier.as_deref();
            let permit = self.permit(moment, id, cashier, act, |amount| self.say_money(amount));
            if let Permit::Refused(exception, refused) = permit {
                tell(writing, &worked.facts, worked.row.seq, &exception)?;
                return Err(Error::Refused(refused));
            }
            let refund_seq = writing.head().seq + 1;
            writing.append(&worked.entries)?;
            writing.put_document(refund_seq, &to_bytes(&worked.document))?;
            let state = if worked.is_whole {
                SaleState::Refunded
            } else {
                SaleState::Committed
            };
            writing.put_sale(&SaleRow {
                state: state as u8,
                refund_seq,
                ..worked.row.clone()
            })?;
            if let Some(key) = &receipt {
                writing.put_receipt(key, worked.row.seq)?;
            }
            if let Permit::Approved(exception) = &permit {
                tell(writing, &worked.facts, refund_seq, exception)?;
            }
            Ok(worked.row.seq)
        })?;
        self.answer(done, None)
    }

    fn work_out(
        &self,
        reading: &Reading<'_>,
        head: &Head,
        moment: &Moment,
        request: &RefundRequest,
    ) -> Result<Worked, Error> {
        if !request.at.is_in_range() {
            return Err(Error::Argument {
                field: "at_ms",
                expected: "1970 to 9999",
            });
        }
        let row = self.sale_row(reading, request.sale)?;
        self.refuse_resolved(&row, &[SaleState::Committed])?;
        let sale = load_document(reading, row.document_seq)?;
        if request.business_date < sale.cart.business_date {
            return Err(Error::refused(status::REFUSED, "refund.before_sale", &[]));
        }
        let before: RefundDocument = match row.refund_seq {
            0 => RefundDocument::default(),
            seq => from_bytes(&reading.document(seq)?)?,
        };
        let lines = self.returned_lines(&sale, &before, &request.goods)?;
        let history = self.history_of(reading, &row)?;
        let is_whole = is_everything(&sale, &lines);
        let (taken_back, returned) = if is_whole {
            (history.awarded(), history.redeemed())
        } else {
            self.partial_standing(&sale, &before, &lines, &history)?
        };
        let note = Note {
            cashier: request.cashier.clone(),
            reason: request.reason.clone(),
            receipt_number: request.receipt_number.clone(),
        };
        let document = RefundDocument {
            lines,
            taken_back,
            returned,
            note,
        };
        let facts = self.refund_facts(head, moment, request, &sale, &before, &document)?;
        let accounts = match facts.member {
            Some(member) => reading.accounts(member, &history.lots())?,
            None => Default::default(),
        };
        let (standing_before, standing_after) = (before.standing(), document.standing());
        let parts = Returned {
            sale: row.seq,
            history: &history,
            before: &standing_before,
            after: &standing_after,
        };
        let entries = refund(head.seq, &facts, parts, &accounts);
        let programme_version = sale.programme_version;
        Ok(Worked {
            row,
            facts,
            entries,
            document,
            is_whole,
            programme_version,
        })
    }

    /// What the sale gave and took, by its entries.
    fn history_of(&self, reading: &Reading<'_>, row: &SaleRow) -> Result<SaleHistory, Error> {
        let posted: Vec<Entry> = reading
            .entries(row.posted_seq, row.last_seq)?
            .into_iter()
            .map(|(entry, _)| entry)
            .collect();
        Ok(SaleHistory::of(&posted))
    }

    /// How far awards and redemptions have gone back once only a part of the goods is kept: the
    /// sale's own programme prices what is kept, with everything else as it was at the sale.
    fn partial_standing(
        &self,
        sale: &SaleDocument,
        before: &RefundDocument,
        lines: &BTreeMap<u32, ReturnedLine>,
        history: &SaleHistory,
    ) -> Result<(Sums, Sums), Error> {
        let programme = self.programme_version(sale.programme_version)?;
        let kept = kept_lines(sale, lines);
        let cart = self.at_home(&programme, &sale.cart);
        let due = due_after(
            &programme,
            sale.member.as_ref(),
            &cart,
            &sale.outcome,
            &kept,
        )?;
        let mut taken_back = history.awarded();
        for (wallet, points) in &mut taken_back {
            let still: Points = due
                .iter()
                .filter(|award| award.wallet == *wallet)
                .map(|award| award.points)
                .sum();
            let least = before.taken_back.get(wallet).copied().unwrap_or_default();
            *points = (*points - still.max(Points::ZERO)).max(least);
        }
        let mut returned = history.redeemed();
        let (gone, all) = discount_gone(sale, lines);
        for (wallet, points) in &mut returned {
            let least = before.returned.get(wallet).copied().unwrap_or_default();
            let share = share_floor(points.get(), gone, all);
            *points = Points::new(share).max(least);
        }
        Ok((taken_back, returned))
    }

    /// How far each line has gone back after this refund.
    fn returned_lines(
        &self,
        sale: &SaleDocument,
        before: &RefundDocument,
        goods: &Goods,
    ) -> Result<BTreeMap<u32, ReturnedLine>, Error> {
        let mut lines = before.lines.clone();
        match goods {
            Goods::Everything => {
                for (index, line) in sale.cart.lines.iter().enumerate() {
                    let whole = ReturnedLine {
                        quantity: line.quantity_milli,
                        net: net_of(sale, index),
                    };
                    lines.insert(place(index), whole);
                }
            }
            Goods::Parts(parts) => {
                if parts.is_empty() {
                    return Err(Error::Argument {
                        field: "refund",
                        expected: "at least one part",
                    });
                }
                for part in parts {
                    if part.line >= sale.cart.lines.len() {
                        return Err(Error::Argument {
                            field: "line",
                            expected: "a line of the sale, from 0",
                        });
                    }
                    let so_far = lines.entry(place(part.line)).or_default();
                    *so_far = self.after_part(sale, part, *so_far)?;
                }
            }
        }
        Ok(lines)
    }

    /// One line after one more part of it has come back.
    fn after_part(
        &self,
        sale: &SaleDocument,
        part: &ReturnedPart,
        so_far: ReturnedLine,
    ) -> Result<ReturnedLine, Error> {
        let quantity = sale.cart.lines[part.line].quantity_milli;
        let net = net_of(sale, part.line);
        match part.measure {
            Measure::Quantity(more) => {
                if !more.is_positive() {
                    return Err(Error::Argument {
                        field: "quantity_milli",
                        expected: "above 0",
                    });
                }
                let left = quantity - so_far.quantity;
                if more > left {
                    let left = number_trimmed(self.language, left.get().max(0), 3);
                    return Err(Error::refused(
                        status::REFUSED,
                        "refund.quantity_left",
                        &[("left", left)],
                    ));
                }
                let after = so_far.quantity + more;
                let share =
                    |returned: Quantity| share_floor(net.get(), returned.get(), quantity.get());
                let gained = share(after) - share(so_far.quantity);
                // A price reduction before may have given part of this back already.
                let given = if after == quantity {
                    net
                } else {
                    so_far.net + Money::new(gained)
                };
                Ok(ReturnedLine {
                    quantity: after,
                    net: given.min(net),
                })
            }
            Measure::Amount(more) => {
                if !more.is_positive() {
                    return Err(Error::Argument {
                        field: "amount",
                        expected: "above 0",
                    });
                }
                let left = net - so_far.net;
                if more > left {
                    let currency = self.identity.currency;
                    let left = money(
                        self.language,
                        left.get().max(0),
                        currency.decimals(),
                        currency.code(),
                    );
                    return Err(Error::refused(
                        status::REFUSED,
                        "refund.amount_left",
                        &[("left", left)],
                    ));
                }
                Ok(ReturnedLine {
                    net: so_far.net + more,
                    ..so_far
                })
            }
        }
    }

    fn refund_facts(
        &self,
        head: &Head,
        moment: &Moment,
        request: &RefundRequest,
        sale: &SaleDocument,
        before: &RefundDocument,
        after: &RefundDocument,
    ) -> Result<SaleFacts, Error> {
        let closed = head.closed_date;
        let is_closed = closed.is_some_and(|date| request.business_date <= date);
        let late = if is_closed {
            Flags::LATE
        } else {
            Flags::default()
        };
        let net = |document: &RefundDocument| -> Money {
            document.lines.values().map(|line| line.net).sum()
        };
        Ok(SaleFacts {
            at: moment.now,
            sold_at: request.at,
            offset: request.offset,
            business_date: request.business_date,
            member: sale.cart.member,
            amount: net(after) - net(before),
            programme_version: sale.programme_version,
            flags: moment.flags().with(late),
        })
    }
}

type Sums = BTreeMap<WalletNumber, Points>;

/// What was paid for a line: its total less what loy took off.
fn net_of(sale: &SaleDocument, line: usize) -> Money {
    sale.cart.lines[line].line_total - discount_of(sale, line)
}

fn discount_of(sale: &SaleDocument, line: usize) -> Money {
    sale.outcome
        .line_discounts
        .get(line)
        .copied()
        .unwrap_or_default()
}

fn place(line: usize) -> u32 {
    u32::try_from(line).expect("a cart has at most 2,000 lines")
}

/// `floor(whole * part / all)`, and all of it once everything is gone.
fn share_floor(whole: i64, part: i64, all: i64) -> i64 {
    if part >= all {
        return whole;
    }
    let exact = i128::from(whole) * i128::from(part);
    i64::try_from(exact.div_euclid(i128::from(all))).expect("a share is no larger than the whole")
}

/// Nothing of the sale is kept.
fn is_everything(sale: &SaleDocument, lines: &BTreeMap<u32, ReturnedLine>) -> bool {
    sale.cart.lines.iter().enumerate().all(|(index, line)| {
        let whole = ReturnedLine {
            quantity: line.quantity_milli,
            net: net_of(sale, index),
        };
        lines.get(&place(index)) == Some(&whole)
    })
}

/// What is kept of each line: quantity, and the total before loy's discount in the share that is
/// kept of what was paid, so that it costs what was paid less what was given back, to the unit.
pub(super) fn kept_lines(
    sale: &SaleDocument,
    lines: &BTreeMap<u32, ReturnedLine>,
) -> Vec<KeptLine> {
    let kept = |(index, line): (usize, &crate::evaluate::Line)| {
        let gone = lines.get(&place(index)).copied().unwrap_or_default();
        KeptLine {
            quantity: line.quantity_milli - gone.quantity,
            line_total: net_of(sale, index) - gone.net + discount_kept_of(sale, index, gone),
        }
    };
    sale.cart.lines.iter().enumerate().map(kept).collect()
}

/// The part of a line's discount that has gone back with it.
fn discount_gone_of(sale: &SaleDocument, line: usize, gone: ReturnedLine) -> Money {
    let (discount, net) = (discount_of(sale, line), net_of(sale, line));
    let share = if net.is_positive() {
        share_floor(discount.get(), gone.net.get(), net.get())
    } else {
        let quantity = sale.cart.lines[line].quantity_milli;
        share_floor(discount.get(), gone.quantity.get(), quantity.get().max(1))
    };
    Money::new(share)
}

/// The part of a line's discount that stays with what is kept: to the nearest unit, as
/// [`due_after`] shares it out again. Rounded down or up, the two together would be one unit off.
fn discount_kept_of(sale: &SaleDocument, line: usize, gone: ReturnedLine) -> Money {
    let (discount, net) = (discount_of(sale, line), net_of(sale, line));
    if !net.is_positive() {
        return discount - discount_gone_of(sale, line, gone);
    }
    let exact = 2 * i128::from(discount.get()) * i128::from((net - gone.net).get());
    let nearest = (exact + i128::from(net.get())).div_euclid(2 * i128::from(net.get()));
    Money::new(i64::try_from(nearest).expect("a share is no larger than the whole"))
}

/// Of what loy took off the sale, what has gone back, and all of it.
fn discount_gone(sale: &SaleDocument, lines: &BTreeMap<u32, ReturnedLine>) -> (i64, i64) {
    let all: Money = sale.outcome.line_discounts.iter().copied().sum();
    let gone: Money = (0..sale.cart.lines.len())
        .filter_map(|line| {
            lines
                .get(&place(line))
                .map(|gone| discount_gone_of(sale, line, *gone))
        })
        .sum();
    (gone.get(), all.get())
}

/// What the same id must ask again.
fn content(request: &RefundRequest) -> String {
    let goods = match &request.goods {
        Goods::Everything => json!("everything"),
        Goods::Parts(parts) => parts
            .iter()
            .map(|part| match part.measure {
                Measure::Quantity(quantity) => {
                    json!({ "line": part.line, "quantity_milli": quantity })
                }
                Measure::Amount(amount) => json!({ "line": part.line, "amount": amount }),
            })
            .collect(),
    };
    json!({
        "sale": request.sale.to_string(),
        "business_date": request.business_date,
        "receipt_number": request.receipt_number,
        "goods": goods,
    })
    .to_string()
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
            let debt = sum(Kind::Debt);
            let line = WalletRefund {
                wallet: wallet.id.clone(),
                taken_back: sum(Kind::AwardRefund) + debt,
                returned: sum(Kind::RedemptionRefund) + sum(Kind::Repayment),
                debt,
            };
            let untouched = WalletRefund {
                wallet: wallet.id.clone(),
                ..WalletRefund::default()
            };
            (line != untouched).then_some(line)
        })
        .collect()
}
