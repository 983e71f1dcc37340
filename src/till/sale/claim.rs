//! A member is added to a sale that was nobody's.

use super::retell_nothing;
use crate::evaluate::cart::Cart;
use crate::evaluate::{
    Decided, LimitHit, MemberSnapshot, Outcome, awards_of_claim, keep_to_limits,
};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber, SaleId, UtcOffset};
use crate::ledger::claim::{ReturnedBefore, claim, is_of_claim};
use crate::ledger::{Accounts, Entry, Flags, SaleFacts};
use crate::programme::Programme;
use crate::store::{Reading, SaleRow, Writing};
use crate::texts::number;
use crate::till::document::{SaleDocument, gives, to_bytes};
use crate::till::error::Error;
use crate::till::member_status::refuse_barred;
use crate::till::operation::{Call, Operation};
use crate::till::refund::{refund_document, row_before};
use crate::till::shell::{Moment, Till};
use crate::till::status;
use crate::till::told;
use crate::till::usage::Counts;
use crate::till::velocity::Lifted;
use crate::till::view::{Sale, SaleState, load_document};

/// A member who was at a sale and did not say so then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRequest {
    /// Of which sale.
    pub sale: SaleId,
    /// Whose it shall be.
    pub member: MemberNumber,
    /// When they say so, by the POS.
    pub at: Instant,
    /// The till's offset.
    pub offset: UtcOffset,
    /// The day in the books on which they say so.
    pub business_date: BusinessDate,
}

impl ClaimRequest {
    /// A sale's cart as if it were rung up when it is claimed.
    fn cart_of(&self, sold: &Cart) -> Cart {
        Cart {
            at_ms: self.at,
            business_date: self.business_date,
            ..sold.clone()
        }
    }
}

impl Till {
    /// Makes a stored sale that was nobody's a member's, once. Its own programme version says what it
    /// would have given the member on its date, and within how many days this may be done; what has
    /// come back of it since gives nothing. From then on it is the member's sale in everything.
    pub fn claim(&self, id: &str, request: &ClaimRequest) -> Result<Sale, Error> {
        if !request.at.is_in_range() {
            return Err(Error::Argument {
                field: "at_ms",
                expected: "1970 to 9999",
            });
        }
        let content = told::content(vec![
            ("sale", request.sale.into()),
            ("member", request.member.into()),
            ("business_date", Some(request.business_date).into()),
        ]);
        let operation = Operation::told(id, Call::Claim, content);
        let done = self.operate(&operation, retell_nothing, |writing, moment| {
            let row = self.sale_row(&writing.reading(), request.sale)?;
            self.refuse_unclaimable(&row)?;
            let sale = load_document(&writing.reading(), row.document_seq)?;
            let programme = self.programme_version(sale.programme_version)?;
            self.refuse_claim(&programme, &sale, &row, request)?;
            refuse_barred(writing.reading().member_status(request.member)?)?;
            self.post_claim(writing, moment, &programme, &row, sale, request)?;
            Ok(row.seq)
        })?;
        self.answer(Call::Claim, done, None)
    }

    /// Only what is final and kept can be claimed.
    fn refuse_unclaimable(&self, row: &SaleRow) -> Result<(), Error> {
        match SaleState::from_number(row.state)? {
            SaleState::Held | SaleState::Expired => {
                Err(Error::refused(status::REFUSED, "claim.not_final", &[]))
            }
            _ => self.refuse_resolved(row, &[SaleState::Committed]),
        }
    }

    fn refuse_claim(
        &self,
        programme: &Programme,
        sale: &SaleDocument,
        row: &SaleRow,
        request: &ClaimRequest,
    ) -> Result<(), Error> {
        if row.claim_seq().is_some() {
            return Err(self.resolved("claim.twice", row.seq));
        }
        if sale.cart.member.is_some() {
            return Err(Error::refused(status::REFUSED, "claim.of_a_member", &[]));
        }
        if sale.outcome.returns.iter().any(|back| back.sale.is_none()) {
            // Goods without their sale were nobody's: nothing was taken for them, so nothing is given.
            return Err(Error::refused(status::REFUSED, "claim.with_returns", &[]));
        }
        let sold_on = sale.cart.business_date;
        if request.business_date < sold_on {
            return Err(Error::refused(status::REFUSED, "claim.before_sale", &[]));
        }
        let days = programme.claim_days();
        let last = sold_on.plus_days(days).unwrap_or(BusinessDate::MAX);
        if request.business_date > last {
            let days = number(self.language, i64::from(days), 0);
            return Err(Error::refused(
                status::EXPIRED,
                "claim.too_late",
                &[("days", days)],
            ));
        }
        Ok(())
    }

    fn post_claim(
        &self,
        writing: &mut Writing<'_>,
        moment: &Moment,
        programme: &Programme,
        row: &SaleRow,
        sale: SaleDocument,
        request: &ClaimRequest,
    ) -> Result<(), Error> {
        let reading = writing.reading();
        let accounts = self.accounts(&reading, programme, request.member, request.business_date)?;
        let (document, hits) = self.claimed(&reading, programme, row, sale, request, &accounts)?;
        let before = match row.refund_seq {
            0 => ReturnedBefore::default(),
            _ => returned_before(&reading, row)?,
        };
        let facts = claim_facts(writing, moment, &document, request);
        let head = writing.head().seq;
        let gives = gives(&document.outcome);
        let entries = claim(head, &facts, row.seq, before, &gives, &accounts);
        writing.append(&entries)?;
        writing.put_document(head + 1, &to_bytes(&document))?;
        let claimed = SaleRow {
            document_seq: head + 1,
            ..row.clone()
        };
        self.put_changed_sale(writing, &claimed)?;
        let claimed_now = request.cart_of(&document.cart);
        self.count_sale(writing, &claimed_now, &document.outcome, Counts::FromNow)?;
        self.tell_limits(writing, &facts, row.seq, &document, &hits)
    }

    /// The sale's document with the member in it, and what that gives for what is still kept.
    fn claimed(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        row: &SaleRow,
        sale: SaleDocument,
        request: &ClaimRequest,
        accounts: &Accounts,
    ) -> Result<(SaleDocument, Vec<LimitHit>), Error> {
        let cart = Cart {
            member: Some(request.member),
            ..sale.cart.clone()
        };
        // Limits count when it is claimed, so that the receipts of a week are no way around them.
        let claimed_now = request.cart_of(&cart);
        let number = request.member;
        let limits = self.limit_facts(reading, programme, &claimed_now, number, &Lifted::No)?;
        let on = request.business_date;
        let member = MemberSnapshot {
            limits,
            ..self.snapshot_of(reading, programme, &cart, number, accounts, on)?
        };
        let (outcome, hits) =
            self.outcome_of_claim(reading, programme, row, (&member, &cart), &sale.outcome)?;
        let document = SaleDocument {
            cart,
            member: Some(member),
            outcome,
            ..sale
        };
        Ok((document, hits))
    }

    /// What a claim gives: the awards of the sale, less what has come back by `row`, kept to limits.
    fn outcome_of_claim(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        row: &SaleRow,
        (member, cart): (&MemberSnapshot, &Cart),
        sold: &Outcome,
    ) -> Result<(Outcome, Vec<LimitHit>), Error> {
        let home = self.at_home(programme, cart);
        let mut outcome = sold.clone();
        outcome.awards = awards_of_claim(&decided(programme, member, &home, sold))?;
        if row.refund_seq != 0 {
            let gone = refund_document(reading, row)?.lines;
            outcome.awards = decided(programme, member, &home, &outcome).kept_awards(&gone)?;
        }
        let (awards, hits) = keep_to_limits(programme, member, outcome.awards);
        outcome.awards = awards;
        Ok((outcome, hits))
    }
}

impl Till {
    /// What a claim decided, decided again: its document with the awards worked out anew, less what had
    /// come back before it.
    pub(in crate::till) fn claimed_again(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        claim: Seq,
        row: &SaleRow,
        document: &SaleDocument,
    ) -> Result<Outcome, Error> {
        let Some(member) = &document.member else {
            return Ok(document.outcome.clone());
        };
        let before = row_before(reading, row, claim)?;
        let who = (member, &document.cart);
        let (outcome, _) =
            self.outcome_of_claim(reading, programme, &before, who, &document.outcome)?;
        Ok(outcome)
    }
}

fn decided<'a>(
    programme: &'a Programme,
    member: &'a MemberSnapshot,
    cart: &'a Cart,
    outcome: &'a Outcome,
) -> Decided<'a> {
    Decided {
        programme,
        member: Some(member),
        cart,
        outcome,
    }
}

fn claim_facts(
    writing: &Writing<'_>,
    moment: &Moment,
    document: &SaleDocument,
    request: &ClaimRequest,
) -> SaleFacts {
    SaleFacts {
        at: moment.now,
        sold_at: request.at,
        offset: request.offset,
        business_date: request.business_date,
        member: Some(request.member),
        amount: document.outcome.sold(),
        programme_version: document.programme_version,
        flags: moment.flags_on(writing.head(), request.business_date),
    }
}

fn returned_before(reading: &Reading<'_>, row: &SaleRow) -> Result<ReturnedBefore, Error> {
    let mut before = ReturnedBefore::default();
    for refund in reading.refunds_of(row.seq)? {
        if refund.flags.has(Flags::UNDONE) {
            before.refunds = before.refunds.saturating_sub(1);
            before.refunded -= refund.amount;
        } else {
            before.refunds += 1;
            before.refunded += refund.amount;
        }
    }
    Ok(before)
}

/// What a sale posted, by its entries: those of its commit, and of its claim if it was claimed.
pub(in crate::till) fn postings_of(
    reading: &Reading<'_>,
    row: &SaleRow,
) -> Result<Vec<Entry>, Error> {
    let mut posted: Vec<Entry> = Vec::new();
    reading.each_entry(row.posted_seq, row.last_seq, |entry, _| {
        posted.push(entry);
        Ok(())
    })?;
    let mut next: Option<Seq> = row.claim_seq();
    while let Some(seq) = next {
        let entry = reading.entries(seq, seq)?.pop().map(|(entry, _)| entry);
        next = match entry {
            Some(entry) if is_of_claim(&entry, row.seq) => {
                posted.push(entry);
                Some(seq + 1)
            }
            _ => None,
        };
    }
    Ok(posted)
}
