//! What the earlier sales of members amount to, kept month by month beside the sales, so that a quote reads
//! no sale: each act that changes what a sale counts for changes the sums in the same write.

use crate::kernel::Few;
use std::borrow::Cow;
use std::collections::BTreeSet;

use super::document::{EventDocument, RefundDocument, SaleDocument, from_bytes};
use super::error::Error;
use super::shell::Till;
use super::view::SaleState;
use crate::evaluate::quote::Award;
use crate::evaluate::sums::{Change, Sums, month_of};
use crate::evaluate::{PastAward, PastSale};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, MemberNumber, Money, Points};
use crate::ledger::Entry;
use crate::programme::{GoalCount, Selector};
use crate::store::{Finding, Reading, SaleRow, StoreError, Writing};

/// Something that counts for a member's past.
#[allow(clippy::large_enum_variant)] // One at a time, and most are sales.
enum Past<'a> {
    /// A final sale, and how far it has gone back.
    Sale(SaleState, Cow<'a, SaleDocument>, RefundDocument),
    /// Goods that came back without their sale: they lower what their own date counts for.
    Unlinked(SaleDocument),
    /// An event: it gives points and is no visit.
    Event(Entry, EventDocument),
}

impl Past<'_> {
    /// What a sale counts for; nothing before it is final, and nothing where a damaged file lost what it
    /// was.
    fn of_row(reading: &Reading<'_>, row: &SaleRow) -> Result<Option<Self>, Error> {
        let state = SaleState::from_number(row.state)?;
        if !matches!(state, SaleState::Committed | SaleState::Refunded) {
            return Ok(None);
        }
        let Some(sale) = reading.find_document(row.document_seq)? else {
            return Ok(None);
        };
        let refund = match row.refund_seq {
            0 => RefundDocument::default(),
            seq => match reading.find_document(seq)? {
                Some(refund) => from_bytes(&refund)?,
                None => return Ok(None),
            },
        };
        let sale = Cow::Owned(from_bytes(&sale)?);
        Ok(Some(Self::Sale(state, sale, refund)))
    }

    /// What a sale that is held will count for if it is paid as it is.
    fn of_held(sale: &'_ SaleDocument) -> Past<'_> {
        let none = RefundDocument::default();
        Past::Sale(SaleState::Held, Cow::Borrowed(sale), none)
    }

    fn of_unlinked(reading: &Reading<'_>, seq: Seq) -> Result<Option<Self>, Error> {
        let stored = reading.find_document(seq)?;
        let goods = stored.map(|stored| from_bytes(&stored)).transpose()?;
        Ok(goods.map(Self::Unlinked))
    }

    fn of_event(reading: &Reading<'_>, event: &Entry) -> Result<Option<Self>, Error> {
        let stored = reading.find_document(event.seq)?;
        let document = stored.map(|stored| from_bytes(&stored)).transpose()?;
        Ok(document.map(|document| Self::Event(event.clone(), document)))
    }

    fn member(&self) -> Option<MemberNumber> {
        match self {
            Self::Sale(_, sale, _) => sale.cart.member,
            Self::Unlinked(goods) => goods.cart.member,
            Self::Event(event, _) => event.member,
        }
    }

    fn business_date(&self) -> BusinessDate {
        match self {
            Self::Sale(_, sale, _) => sale.cart.business_date,
            Self::Unlinked(goods) => goods.cart.business_date,
            Self::Event(event, _) => event.business_date,
        }
    }

    /// As questions look at it; nothing for a sale that was a mistake, and nothing for one of which
    /// something came back where a damaged file lost the programme that says what of it is kept.
    fn sale(&self, till: &Till) -> Result<Option<PastSale>, Error> {
        let bare = PastSale {
            business_date: self.business_date(),
            spend: Money::ZERO,
            fee: Money::ZERO,
            is_visit: false,
            receipt_group: None,
            awards: Vec::new(),
            offers: BTreeSet::new(),
            rewards: Few::new(),
            goals: Few::new(),
            event: None,
        };
        Ok(Some(match self {
            Self::Sale(_, _, refund) if refund.is_post_void => return Ok(None),
            Self::Sale(state, sale, refund) => {
                let outcome = &sale.outcome;
                let is_kept = *state != SaleState::Refunded;
                let awards = match is_kept {
                    false => Vec::new(),
                    true if refund.lines.is_empty() => awards(&outcome.awards),
                    true => match till.programme_version(sale.programme_version) {
                        Ok(programme) => {
                            let cart = till.at_home(&programme, &sale.cart);
                            let decided = sale.decided(&programme, &cart);
                            awards(&decided.kept_awards(&refund.lines)?)
                        }
                        Err(_) => return Ok(None),
                    },
                };
                let offers = outcome.offers.iter().filter(|_| is_kept);
                let mut rewards: Few<String, Points> = Few::new();
                for redemption in &outcome.redemptions {
                    if let Some(reward) = &redemption.reward {
                        *rewards.entry(reward.clone()).or_default() += redemption.points;
                    }
                }
                PastSale {
                    spend: (outcome.sold() - refund.paid_back()).max(Money::ZERO),
                    is_visit: outcome.total_sold().is_positive(),
                    receipt_group: sale.cart.receipt_group.clone(),
                    awards,
                    offers: offers.map(|offer| offer.offer.clone()).collect(),
                    rewards,
                    ..bare
                }
            }
            Self::Unlinked(goods) => PastSale {
                spend: goods.outcome.payable,
                awards: awards(&goods.outcome.awards),
                ..bare
            },
            Self::Event(_, event) => PastSale {
                awards: awards(&event.awards),
                event: Some(event.name.clone()),
                ..bare
            },
        }))
    }

    /// What was paid for such lines and what is kept of them.
    fn fee(&self, till: &Till, lines: &Selector) -> Money {
        match self {
            Self::Sale(SaleState::Refunded, ..) | Self::Event(..) => Money::ZERO,
            Self::Sale(_, sale, refund) => {
                let Ok(programme) = till.programme_version(sale.programme_version) else {
                    return Money::ZERO;
                };
                let cart = till.at_home(&programme, &sale.cart);
                let decided = sale.decided(&programme, &cart);
                decided.paid_for(lines, &refund.lines)
            }
            Self::Unlinked(goods) => goods.cart.total_of(lines),
        }
    }

    /// What is kept of such lines counts so much for a challenge.
    fn goal(&self, till: &Till, goal: (GoalCount, Option<&Selector>)) -> i64 {
        match self {
            Self::Sale(SaleState::Refunded, ..) | Self::Event(..) => 0,
            Self::Sale(_, sale, refund) => {
                let Ok(programme) = till.programme_version(sale.programme_version) else {
                    return 0;
                };
                let cart = till.at_home(&programme, &sale.cart);
                let decided = sale.decided(&programme, &cart);
                decided.counts_for(goal, &refund.lines)
            }
            Self::Unlinked(goods) => goods.cart.counts_for(goal),
        }
    }

    /// Changes the answers of its member by what it counts for.
    fn change(&self, till: &Till, change: Change, sums: &mut Sums) -> Result<(), Error> {
        let Some(mut sale) = self.sale(till)? else {
            return Ok(());
        };
        let asked = till.asked();
        for (number, question) in asked.questions.numbered() {
            if matches!(self, Self::Event(..)) && !question.counts_events() {
                continue;
            }
            if let Some(lines) = question.fee_lines() {
                sale.fee = self.fee(till, lines);
            }
            if let Some((id, count, lines)) = question.goal_lines() {
                let counted = self.goal(till, (count, lines));
                sale.goals = Few::from([(id.to_owned(), counted)]);
            }
            sums.change(change, number, &sale);
        }
        Ok(())
    }
}

fn awards(awards: &[Award]) -> Vec<PastAward> {
    let awards = awards.iter().map(|award| PastAward {
        rule: award.rule.clone(),
        wallet: award.wallet,
        points: award.points,
    });
    awards.collect()
}

impl Till {
    /// What a member's sales of these business dates amount to: out of the sums, or out of the documents
    /// where there are none.
    pub(super) fn sums_of(
        &self,
        reading: &Reading<'_>,
        member: MemberNumber,
        (first, last): (BusinessDate, BusinessDate),
    ) -> Result<Sums, Error> {
        if !self.is_counted(&reading.head()?) {
            return self.sums_by_documents(reading, member, (first, last));
        }
        let mut sums = Sums::none(&self.asked().questions);
        let months = (month_of(first), month_of(last));
        reading.past(member, months.0, months.1, |month, bytes| {
            read_month(&mut sums, month, bytes, first)
        })?;
        Ok(sums)
    }

    /// What these sales of a member, which are held, will amount to if they are paid as they are.
    pub(super) fn sums_promised(&self, held: &[SaleDocument]) -> Result<Sums, Error> {
        let mut sums = Sums::none(&self.asked().questions);
        for sale in held {
            Past::of_held(sale).change(self, Change::Added, &mut sums)?;
        }
        Ok(sums)
    }

    /// The same out of all the documents.
    fn sums_by_documents(
        &self,
        reading: &Reading<'_>,
        member: MemberNumber,
        (first, last): (BusinessDate, BusinessDate),
    ) -> Result<Sums, Error> {
        let asked = self.asked();
        let mut sums = Sums::none(&asked.questions);
        let mut add = |past: Option<Past<'_>>| match past {
            Some(past) => past.change(self, Change::Added, &mut sums),
            None => Ok(()),
        };
        for seq in reading.sales_of(member, first, last)? {
            if let Some(row) = reading.sale(seq)? {
                add(Past::of_row(reading, &row)?)?;
            }
        }
        for seq in reading.unlinked_refunds_of(member, first, last)? {
            add(Past::of_unlinked(reading, seq)?)?;
        }
        let mut questions = asked.questions.numbered();
        if questions.any(|(_, question)| question.counts_events()) {
            for event in reading.events_of(member, first, last)? {
                add(Past::of_event(reading, &event)?)?;
            }
        }
        Ok(sums)
    }

    /// Makes the sums of all members out of the documents, where there are none yet.
    pub(super) fn sum_up_all(&self, writing: &Writing<'_>) -> Result<(), Error> {
        if self.asked().questions.is_empty() {
            return Ok(());
        }
        let reading = writing.reading();
        for member in reading.members_with_past()? {
            let sums = self.sums_by_documents(&reading, member, EVER)?;
            for (month, sums) in sums.months() {
                writing.put_past(member, month, Some(&sums))?;
            }
        }
        Ok(())
    }

    /// Makes the sums of one member anew out of the documents, where they are kept: two members became one.
    pub(super) fn sum_up_member(
        &self,
        writing: &Writing<'_>,
        member: MemberNumber,
    ) -> Result<(), Error> {
        if self.asked().questions.is_empty() || !self.is_counted(writing.head()) {
            return Ok(());
        }
        let sums = self.sums_by_documents(&writing.reading(), member, EVER)?;
        for (month, sums) in sums.months() {
            writing.put_past(member, month, Some(&sums))?;
        }
        Ok(())
    }

    /// The sums are what the documents amount to.
    pub(super) fn check_past(
        &self,
        reading: &Reading<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        if self.asked().questions.is_empty() {
            return Ok(());
        }
        let (mut is_sound, mut count) = (true, 0);
        for member in reading.members_with_past()? {
            let mut kept = Few::new();
            reading.past(member, i32::MIN, i32::MAX, |month, bytes| {
                kept.insert(month, bytes.to_vec());
                Ok(())
            })?;
            count += kept.len();
            is_sound &= kept == self.sums_by_documents(reading, member, EVER)?.months();
        }
        if !is_sound || count != reading.count_past()? {
            findings.push(Finding {
                key: "past.differs",
                seq: 0,
                text: "what members' earlier sales amount to is not what is kept of it".to_owned(),
            });
        }
        Ok(())
    }

    /// A sale that has just become final counts from now on.
    pub(super) fn sum_up_sale(
        &self,
        writing: &Writing<'_>,
        sale: &SaleDocument,
    ) -> Result<(), Error> {
        if sale.cart.member.is_none() || self.asked().questions.is_empty() {
            return Ok(());
        }
        let none = RefundDocument::default();
        let past = Past::Sale(SaleState::Committed, Cow::Borrowed(sale), none);
        self.change_past(writing, Change::Added, Some(past))
    }

    /// Writes where a sale stands that was final before, by the documents that are there: it counts for
    /// what is kept of it now, and for who it belongs to now.
    pub(super) fn put_changed_sale(
        &self,
        writing: &Writing<'_>,
        row: &SaleRow,
    ) -> Result<(), Error> {
        if !self.asked().questions.is_empty() {
            let reading = writing.reading();
            let before = reading.sale(row.seq)?;
            let before = before.map(|before| Past::of_row(&reading, &before));
            self.change_past(writing, Change::TakenAway, before.transpose()?.flatten())?;
            self.change_past(writing, Change::Added, Past::of_row(&reading, row)?)?;
        }
        Ok(writing.put_sale(row)?)
    }

    /// Goods that came back without their sale count from now on, or no more.
    pub(super) fn sum_up_unlinked(
        &self,
        writing: &Writing<'_>,
        change: Change,
        refund: Seq,
    ) -> Result<(), Error> {
        let past = Past::of_unlinked(&writing.reading(), refund)?;
        self.change_past(writing, change, past)
    }

    /// An event counts from now on, or no more.
    pub(super) fn sum_up_event(
        &self,
        writing: &Writing<'_>,
        change: Change,
        event: &Entry,
    ) -> Result<(), Error> {
        let past = Past::of_event(&writing.reading(), event)?;
        self.change_past(writing, change, past)
    }

    /// Changes the month in which something counts.
    fn change_past(
        &self,
        writing: &Writing<'_>,
        change: Change,
        past: Option<Past<'_>>,
    ) -> Result<(), Error> {
        let asked = self.asked();
        let Some((past, member)) = past.and_then(|past| past.member().map(|member| (past, member)))
        else {
            return Ok(());
        };
        if asked.questions.is_empty() || !self.is_counted(writing.head()) {
            return Ok(());
        }
        let member = writing.reading().whose(member)?;
        let month = month_of(past.business_date());
        let mut sums = Sums::none(&asked.questions);
        writing
            .reading()
            .past(member, month, month, |month, bytes| {
                read_month(&mut sums, month, bytes, BusinessDate::MIN)
            })?;
        past.change(self, change, &mut sums)?;
        let sums = sums.months().remove(&month);
        Ok(writing.put_past(member, month, sums.as_deref())?)
    }
}

/// Every business date.
const EVER: (BusinessDate, BusinessDate) = (BusinessDate::MIN, BusinessDate::MAX);

fn read_month(
    sums: &mut Sums,
    month: i32,
    bytes: &[u8],
    first: BusinessDate,
) -> Result<(), StoreError> {
    let read = sums.read_month(month, bytes, first);
    read.map_err(|_| StoreError::corrupt("sums of a month that cannot be read"))
}
