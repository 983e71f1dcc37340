//! Taking a sale back: whole, by line and quantity, or by line and amount.

use crate::kernel::Few;
use std::sync::Arc;

use serde::Serialize;

use super::document::{Note, RefundDocument, from_bytes, to_bytes};
use super::error::Error;
use super::lots::{accounts_with, accounts_with_repaid};
use super::operation::{Call, Operation};
use super::returns::entries_of;
use super::sale::{check_reason, postings_of, retell_nothing};
use super::shell::{Moment, Till};
use super::status;
use super::told::{self, Told};
use super::undo::refunds_in_force;
use super::view::{ReceiptKey, ReceiptKind, Sale, SaleState, load_document};
use crate::evaluate::sums::Change;
use crate::evaluate::{Goods, Measure, NoReturn, PointsBack, Return, ReturnedPart, points_back};
use crate::kernel::ids::Seq;
use crate::kernel::{
    BusinessDate, Instant, MemberNumber, Money, Points, SaleId, UtcOffset, WalletNumber,
};
use crate::ledger::refund::{Policies, Reason, Returned, SaleHistory, refund};
use crate::ledger::{Accounts, Act, Effect, Entry, Flags, Kind, SaleFacts};
use crate::programme::{MissingAward, Programme};
use crate::store::{Reading, SaleRow};
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
    /// Of the points that come back, those that cannot be spent: the lot they came from has run out.
    pub lapsed: Points,
}

/// What a refund would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefundPreview {
    /// What the goods that come back cost.
    pub amount: Money,
    /// Of it, what goes back onto stored value; the rest is paid out.
    pub stored: Money,
    /// One line a wallet that it touches.
    pub wallets: Vec<WalletRefund>,
}

/// One sale's return, to be worked out.
pub(super) struct Back<'a> {
    pub(super) row: &'a SaleRow,
    pub(super) goods: &'a Goods,
    /// When the goods come back, by the POS.
    pub(super) at: Instant,
    pub(super) offset: UtcOffset,
    pub(super) business_date: BusinessDate,
    pub(super) note: Note,
    pub(super) paid: Paid,
}

/// Whether the rules may still say no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paid {
    /// The money has not changed hands.
    NotYet,
    /// It has: what is missing is owed, whatever the policy.
    Already,
}

/// A refund worked out, ready to be appended.
pub(super) struct Worked {
    pub(super) row: SaleRow,
    pub(super) facts: SaleFacts,
    pub(super) entries: Vec<Entry>,
    pub(super) document: RefundDocument,
    /// What has gone back of the sale with it, as ceilings count it.
    pub(super) measured: Money,
    programme: Arc<Programme>,
    /// Whose points it moves: who shopped, or the holder of the household that the sale was made in.
    account: Option<MemberNumber>,
    lots: Accounts,
}

impl Worked {
    /// The sale as it stands after this refund.
    pub(super) fn row_after(&self, is_whole: bool) -> SaleRow {
        let state = if is_whole {
            SaleState::Refunded
        } else {
            SaleState::Committed
        };
        SaleRow {
            state: state as u8,
            refund_seq: self.entries.first().map_or(0, |entry| entry.seq),
            ..self.row.clone()
        }
    }

    /// The version that priced the sale.
    pub(super) fn programme(&self) -> &Programme {
        &self.programme
    }

    /// What it does, by wallet.
    pub(super) fn wallets(&self) -> Vec<WalletRefund> {
        by_wallet(&self.entries, &self.programme, &self.lots)
    }
}

impl Till {
    /// What a refund would do. Writes nothing.
    pub fn preview_refund(&self, request: &RefundRequest) -> Result<RefundPreview, Error> {
        let moment = Moment::at(request.at, request.offset);
        self.read(|reading| {
            let row = self.sale_row(reading, request.sale)?;
            let back = request.back(&row);
            let run_out = self.run_out(reading)?;
            let (mut worked, _) = self.work_out(reading, &run_out, &moment, &back)?;
            let before = [&run_out[..], &worked.entries].concat();
            let undone = self.undo_returns(reading, &moment, &back, &before)?;
            worked.entries.extend(undone.entries);
            let own = [worked.facts.member, worked.account];
            worked.entries.retain(|entry| own.contains(&entry.member));
            let told = self.told_entries(&worked.entries, &worked.lots, undone.amount)?;
            Ok(told.0)
        })
    }

    /// Takes goods back. What the rest of the sale would have awarded stays awarded, the difference
    /// goes; spent points come back in proportion to the lots they came from; what is no longer
    /// there is owed. The policies of the version that priced the sale may say otherwise. Any split
    /// of a return into refunds ends where one whole refund ends.
    ///
    /// With [`Goods::PostVoid`] the sale also no longer counts: not as a visit, not for caps, tiers
    /// or what a member has once only; the goods that came back in its cart are sold again, with what
    /// their return had done to points (`undo.rs`). It wants a reason.
    pub fn refund(&self, id: &str, request: &RefundRequest) -> Result<Sale, Error> {
        let reason = request.reason.as_deref().unwrap_or("");
        check_reason(reason)?;
        if request.goods == Goods::PostVoid && reason.is_empty() {
            return Err(Error::Argument {
                field: "reason",
                expected: "why the sale is undone, 1 to 200 bytes",
            });
        }
        let operation = Operation::told(id, Call::Refund, content(request));
        let receipt = request
            .receipt_number
            .as_ref()
            .map(|number| self.refund_receipt(number, request.business_date, None));
        let done = self.operate(&operation, retell_nothing, |writing, moment| {
            if let Some(key) = &receipt
                && let Some(seq) = writing.reading().sale_of_receipt(key)?
            {
                return Err(self.resolved("receipt.known", seq));
            }
            let row = self.sale_row(&writing.reading(), request.sale)?;
            let back = request.back(&row);
            let (worked, is_whole) = self.work_out(&writing.reading(), &[], moment, &back)?;
            let undone = self.undo_returns(&writing.reading(), moment, &back, &worked.entries)?;
            let act = Act::Refund(worked.measured);
            let cashier = request.cashier.as_deref();
            let permit = self.permit(moment, id, cashier, act, |amount| self.say_money(amount));
            let permit = permit.or_refuse(writing, &worked.facts, worked.row.seq)?;
            let row = worked.row_after(is_whole);
            writing.append(&worked.entries)?;
            writing.put_document(row.refund_seq, &to_bytes(&worked.document))?;
            self.put_changed_sale(writing, &row)?;
            if worked.document.is_post_void {
                self.free_places(writing, &row)?;
            }
            writing.append(&undone.entries)?;
            for sale in &undone.rows {
                self.put_changed_sale(writing, sale)?;
            }
            for goods in &undone.unlinked {
                self.sum_up_unlinked(writing, Change::TakenAway, *goods)?;
            }
            self.unthank(writing, &row)?;
            self.undraw(writing, &row)?;
            if let Some(key) = &receipt {
                writing.put_receipt(key, row.seq)?;
            }
            permit.tell_approved(writing, &worked.facts, row.refund_seq)?;
            Ok(row.refund_seq)
        })?;
        let (result, replay) = done;
        let sale = self.read(|reading| refunded_sale(reading, result))?;
        self.answer(Call::Refund, (sale, replay), None)
    }

    /// The key of a refund's own receipt.
    pub(super) fn refund_receipt(
        &self,
        number: &str,
        business_date: BusinessDate,
        till: Option<&str>,
    ) -> [u8; 16] {
        let key = ReceiptKey {
            receipt_number: number.to_owned(),
            business_date,
            till: till.map(str::to_owned),
            part: 1,
        };
        self.receipt_hash(&key, ReceiptKind::Refund)
    }

    /// Works one sale's return out, behind entries that are decided and not yet written. Says also
    /// whether everything is back.
    pub(super) fn work_out(
        &self,
        reading: &Reading<'_>,
        pending: &[Entry],
        moment: &Moment,
        back: &Back<'_>,
    ) -> Result<(Worked, bool), Error> {
        if !back.at.is_in_range() {
            return Err(Error::Argument {
                field: "at_ms",
                expected: "1970 to 9999",
            });
        }
        let row = back.row;
        self.refuse_resolved(row, &[SaleState::Committed])?;
        let sale = load_document(reading, row.document_seq)?;
        if back.paid == Paid::NotYet && back.business_date < sale.cart.business_date {
            return Err(Error::refused(status::REFUSED, "refund.before_sale", &[]));
        }
        let before = refund_document(reading, row)?;
        let programme = self.programme_version(sale.programme_version)?;
        let cart = self.at_home(&programme, &sale.cart);
        let decided = sale.decided(&programme, &cart);
        let lines = decided
            .after(&before.lines, back.goods)
            .map_err(|reason| self.no_return(reason))?;
        let (history, account) = history_of(reading, row, &before)?;
        let account = account.or(sale.cart.member);
        let is_whole = decided.is_everything(&lines);
        let points = if back.goods == &Goods::PostVoid {
            PointsBack {
                taken_back: most(&history.awarded(), &before.taken_back),
                returned: history.redeemed(),
            }
        } else {
            points_back(&Return {
                sale: decided,
                current: &*self.programme_on(back.business_date)?,
                awarded: &history.awarded(),
                redeemed: &history.redeemed(),
                before: &before.lines,
                after: &lines,
                so_far: &before.points_back(),
            })?
        };
        let document = RefundDocument {
            lines,
            taken_back: points.taken_back,
            returned: points.returned,
            note: back.note.clone(),
            is_post_void: back.goods == &Goods::PostVoid,
        };
        let head = reading.head()?;
        let facts = SaleFacts {
            at: moment.now,
            sold_at: back.at,
            offset: back.offset,
            business_date: back.business_date,
            member: sale.cart.member,
            amount: document.paid_back() - before.paid_back(),
            programme_version: sale.programme_version,
            flags: moment.flags_on(&head, back.business_date),
        };
        let is_post_void = back.goods == &Goods::PostVoid;
        let lots = if is_post_void || !history.debts.is_empty() || history.left.is_some() {
            accounts_with_repaid(
                reading,
                account,
                &history.lots(),
                pending,
                facts.business_date,
            )?
        } else {
            accounts_with(
                reading,
                account,
                &history.lots(),
                pending,
                facts.business_date,
            )?
        };
        let policies = policies_of(&programme, back.paid);
        let (standing_before, standing_after) = (before.standing(), document.standing());
        let parts = Returned {
            sale: row.seq,
            history: &history,
            before: &standing_before,
            after: &standing_after,
            policies: &policies,
            reason: if is_post_void {
                Reason::PostVoid
            } else {
                Reason::Return
            },
        };
        let last = pending.last().map_or(head.seq, |entry| entry.seq);
        let mut entries = refund(last, &facts, parts, &lots)
            .map_err(|refusal| self.refused(&programme, &refusal))?;
        under_account(&mut entries, account);
        if document.is_post_void {
            let refund = &mut entries[0];
            refund.flags = refund.flags.with(Flags::POST_VOID);
        }
        Ok((
            Worked {
                row: row.clone(),
                facts,
                entries,
                measured: document.measured(&programme, &sale.outcome),
                document,
                programme: Arc::clone(&programme),
                account,
                lots,
            },
            is_whole,
        ))
    }

    /// Why goods cannot come back, as it is told.
    pub(super) fn no_return(&self, reason: NoReturn) -> Error {
        let argument = |field, expected| Error::Argument { field, expected };
        match reason {
            NoReturn::Nothing => argument("refund", "at least one part"),
            NoReturn::Line => argument("line", "a line of the sale, from 0"),
            NoReturn::Quantity => argument("quantity_milli", "above 0"),
            NoReturn::Amount => argument("amount", "above 0"),
            NoReturn::QuantityLeft(left) => {
                let left = number_trimmed(self.language, left.get(), 3);
                Error::refused(status::REFUSED, "refund.quantity_left", &[("left", left)])
            }
            NoReturn::AmountLeft(left) => {
                let currency = self.identity.currency;
                let (decimals, code) = (currency.decimals(), currency.code());
                let left = money(self.language, left.get(), decimals, code);
                Error::refused(status::REFUSED, "refund.amount_left", &[("left", left)])
            }
        }
    }
}

impl RefundRequest {
    fn back<'a>(&'a self, row: &'a SaleRow) -> Back<'a> {
        Back {
            row,
            goods: &self.goods,
            at: self.at,
            offset: self.offset,
            business_date: self.business_date,
            note: Note {
                cashier: self.cashier.clone(),
                reason: self.reason.clone(),
                receipt_number: self.receipt_number.clone(),
            },
            paid: Paid::NotYet,
        }
    }
}

/// How far a sale has gone back.
pub(super) fn refund_document(
    reading: &Reading<'_>,
    row: &SaleRow,
) -> Result<RefundDocument, Error> {
    match row.refund_seq {
        0 => Ok(RefundDocument::default()),
        seq => from_bytes(&reading.document(seq)?),
    }
}

/// The sale with what had come back of it before the entry `seq`, and nothing since.
pub(super) fn row_before(reading: &Reading<'_>, row: &SaleRow, seq: Seq) -> Result<SaleRow, Error> {
    let refund_seq = refunds_in_force(reading, row.seq, seq)?.pop().unwrap_or(0);
    Ok(SaleRow {
        refund_seq,
        ..row.clone()
    })
}

/// The sale a refund's operation was about. Operations of earlier files remember the sale itself.
fn refunded_sale(reading: &Reading<'_>, seq: Seq) -> Result<Seq, Error> {
    let entry = reading.entries(seq, seq)?.pop();
    let (entry, _) = entry.ok_or(Error::Internal("a refund that is not there"))?;
    Ok(match entry.kind {
        Kind::Refund => entry.refers_to,
        _ => seq,
    })
}

/// What the sale gave and took, by its entries, and whose account has that now; nobody's where it moved no
/// points. `before` is how far it has gone back.
fn history_of(
    reading: &Reading<'_>,
    row: &SaleRow,
    before: &RefundDocument,
) -> Result<(SaleHistory, Option<MemberNumber>), Error> {
    let postings = postings_of(reading, row)?;
    let history = SaleHistory::of(&postings);
    let account = account_of_points(reading, &postings)?;
    if postings.iter().all(|entry| entry.kind != Kind::Redemption) {
        return Ok((history, account));
    }
    let (mut moved, mut is_moved) = (Vec::new(), false);
    for own in reading.refunds_of(row.seq)? {
        // What came back before the sale was claimed moved no points.
        if own.member.is_none() {
            continue;
        }
        let refund = entries_of(reading, own.seq)?;
        // What an undone return had given back, and what was not there to be spent again.
        let is_undone = |entry: &Entry| entry.flags.has(Flags::UNDONE);
        let is_owed = |entry: &Entry| entry.kind == Kind::Debt && !is_undone(entry);
        is_moved |= refund.first().is_some_and(is_undone) && refund.iter().any(is_owed);
        moved.extend(refund);
    }
    let history = if is_moved {
        history.with_left(&moved, &before.standing().returned)
    } else {
        history
    };
    Ok((history, account))
}

/// Whose account has now what these entries moved; nobody's where they moved nothing.
pub(super) fn account_of_points(
    reading: &Reading<'_>,
    entries: &[Entry],
) -> Result<Option<MemberNumber>, Error> {
    let mut moved = entries.iter().filter(|entry| Effect::of(entry).is_some());
    match moved.next().map(|entry| (entry.member, entry.seq)) {
        Some((Some(member), seq)) => Ok(Some(reading.account_since(member, seq)?)),
        _ => Ok(None),
    }
}

/// Writes what moves points under the number of an account: who shopped may have left its household since.
pub(super) fn under_account(entries: &mut [Entry], account: Option<MemberNumber>) {
    let moved = entries
        .iter_mut()
        .filter(|entry| Effect::of(entry).is_some());
    moved.for_each(|entry| entry.member = account);
}

/// The policies of a programme's wallets. Once the money has changed hands, nothing is refused.
pub(super) fn policies_of(programme: &Programme, paid: Paid) -> Policies {
    let wallets = programme.wallets().iter();
    wallets
        .map(|wallet| {
            let mut policy = wallet.refund;
            if paid == Paid::Already && policy.missing == MissingAward::Refused {
                policy.missing = MissingAward::Debt;
            }
            (wallet.number, policy)
        })
        .collect()
}

type Sums = Few<WalletNumber, Points>;

fn most(a: &Sums, b: &Sums) -> Sums {
    let mut most = a.clone();
    for (&wallet, &points) in b {
        let sum = most.entry(wallet).or_default();
        *sum = points.max(*sum);
    }
    most
}

/// What the same id must ask again.
fn content(request: &RefundRequest) -> String {
    let part = |part: &ReturnedPart| {
        let (quantity, amount) = match part.measure {
            Measure::Quantity(quantity) => (Some(quantity), None),
            Measure::QuantityFor(quantity, amount) => (Some(quantity), Some(amount)),
            Measure::Amount(amount) => (None, Some(amount)),
        };
        let mut fields = vec![("line", (part.line as u64).into())];
        fields.extend(quantity.map(|quantity| ("quantity_milli", quantity.get().into())));
        fields.extend(amount.map(|amount| ("amount", amount.get().into())));
        Told::Fields(fields)
    };
    let goods = match &request.goods {
        Goods::Everything => "everything".into(),
        Goods::PostVoid => "post_void".into(),
        Goods::Parts(parts) => Told::Parts(parts.iter().map(part).collect()),
    };
    told::content(vec![
        ("sale", request.sale.into()),
        ("business_date", Some(request.business_date).into()),
        ("receipt_number", (&request.receipt_number).into()),
        ("goods", goods),
    ])
}

fn points_of(entry: &Entry) -> Points {
    Points::new(entry.sign() * entry.points.get())
}

/// What a refund's entries do. `lots` are the accounts before them.
pub(super) fn by_wallet(
    entries: &[Entry],
    programme: &Programme,
    lots: &Accounts,
) -> Vec<WalletRefund> {
    let line = |wallet: &crate::programme::Wallet| {
        let own = || entries.iter().filter(|entry| entry.wallet == wallet.number);
        let sum = |kinds: &[Kind]| -> Points {
            let moved = own().filter(|entry| kinds.contains(&entry.kind));
            moved.map(points_of).sum()
        };
        let is_dead = |entry: &&Entry| {
            let lots = lots.get(&entry.wallet).map(|account| &account.lots);
            let lot = lots.into_iter().flatten().find(|lot| lot.id == entry.lot);
            entry.kind == Kind::RedemptionRefund
                && lot.is_some_and(|lot| lot.is_expired(entry.business_date))
        };
        // What is forgiven has no lot; a repayment out of a lot belongs to the award before it.
        let forgiven: Points = own()
            .filter(|entry| entry.kind == Kind::Repayment && !entry.is_portion())
            .map(points_of)
            .sum();
        let debt = sum(&[Kind::Debt]);
        let back = [Kind::RedemptionRefund, Kind::RedemptionRenewal, Kind::Award];
        let line = WalletRefund {
            wallet: wallet.id.clone(),
            taken_back: sum(&[Kind::AwardRefund]) + debt,
            returned: sum(&back) + forgiven,
            debt,
            lapsed: own().filter(is_dead).map(|entry| entry.points).sum(),
        };
        let untouched = WalletRefund {
            wallet: wallet.id.clone(),
            ..WalletRefund::default()
        };
        (line != untouched).then_some(line)
    };
    programme.wallets().iter().filter_map(line).collect()
}
