//! Who brought whom: reported as the friend's event, and thanked in the sale that counts.

use super::error::Error;
use super::event::EventReport;
use super::refund::refund_document;
use super::shell::Till;
use super::status;
use super::view::{SaleState, load_document};
use crate::evaluate::ReferredBy;
use crate::kernel::{BusinessDate, MemberNumber, Money};
use crate::ledger::event::EventPayload;
use crate::ledger::{Entry, SaleFacts};
use crate::programme::{Programme, REFERRAL_EVENT, REFERRED_EVENT, RefundBase};
use crate::store::{Reading, SaleRow, Writing};

impl Till {
    /// Whether a report may stand where the programme has something for who brings friends.
    ///
    /// # Errors
    /// Refused where the member brought themselves (`referral.self`), was brought by somebody already
    /// (`event.already`), or has bought here before (`referral.not_new`); and for the event that a till
    /// books by itself (`event.unknown`).
    pub(super) fn check_referral(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        report: &EventReport,
    ) -> Result<(), Error> {
        let refused = |status, reason| Err(Error::refused(status, reason, &[]));
        if programme.referral().is_none() {
            return Ok(());
        }
        match report.name.as_str() {
            REFERRED_EVENT => return refused(status::REFUSED, "event.unknown"),
            REFERRAL_EVENT => {}
            _ => return Ok(()),
        }
        let advocate = report.reference.as_deref().map(str::parse::<MemberNumber>);
        let Some(Ok(advocate)) = advocate else {
            return Err(Error::Argument {
                field: "reference",
                expected: "the member number of who brought them, 12 digits",
            });
        };
        if advocate == report.member {
            return refused(status::REFUSED, "referral.self");
        }
        if event_named(reading, report.member, REFERRAL_EVENT, None)?.is_some() {
            return refused(status::ALREADY_RESOLVED, "event.already");
        }
        for seq in reading.sales_of(report.member, BusinessDate::MIN, BusinessDate::MAX)? {
            let row = reading
                .sale(seq)?
                .ok_or(Error::Internal("a commit entry of no sale"))?;
            let is_final = row.state == SaleState::Committed as u8;
            let sale = load_document(reading, row.document_seq)?;
            if is_final && sale.outcome.total_sold().is_positive() {
                return refused(status::REFUSED, "referral.not_new");
            }
        }
        Ok(())
    }

    /// Thanks who brought the member of a sale, if it is the purchase that counts and nobody was
    /// thanked for them yet. Its entry comes right behind the sale's.
    pub(super) fn thank(
        &self,
        writing: &mut Writing<'_>,
        programme: &Programme,
        facts: &SaleFacts,
        advocate: Option<MemberNumber>,
    ) -> Result<(), Error> {
        let (Some(advocate), Some(friend)) = (advocate, facts.member) else {
            return Ok(());
        };
        let reading = writing.reading();
        if event_named(&reading, advocate, REFERRED_EVENT, Some(friend))?.is_some() {
            return Ok(());
        }
        let report = EventReport {
            reference: Some(friend.to_string()),
            ..EventReport::new(REFERRED_EVENT, advocate)
        };
        let facts = SaleFacts {
            amount: Money::ZERO,
            ..facts.clone()
        };
        self.post_event(writing, programme, facts, &report)?;
        Ok(())
    }

    /// Takes the thanks for a sale back where too little of it is kept. Its refund is written.
    pub(super) fn unthank(&self, writing: &mut Writing<'_>, row: &SaleRow) -> Result<(), Error> {
        let reading = writing.reading();
        let sale = load_document(&reading, row.document_seq)?;
        let (Some(advocate), Some(friend)) = (sale.outcome.referral, sale.cart.member) else {
            return Ok(());
        };
        let event = event_named(&reading, advocate, REFERRED_EVENT, Some(friend))?;
        let Some(event) = event.filter(|event| event.seq == row.last_seq + 1) else {
            return Ok(());
        };
        let programme = self.programme_version(sale.programme_version)?;
        let refund = refund_document(&reading, row)?;
        let cart = self.at_home(&programme, &sale.cart);
        let decided = sale.decided(&programme, &cart);
        let kept = decided.kept(&refund.lines, RefundBase::LineNet);
        let lines = cart.lines.iter().zip(kept);
        let kept = lines.filter(|(line, _)| !line.is_returned());
        let kept: Money = kept.map(|(_, kept)| kept.net).sum();
        let least = programme
            .referral()
            .map_or(Money::ZERO, |referral| referral.least);
        let is_whole = row.state == SaleState::Refunded as u8;
        if kept >= least && !is_whole && !refund.is_post_void {
            return Ok(());
        }
        let (back, _) = reading
            .entries(row.refund_seq, row.refund_seq)?
            .pop()
            .ok_or(Error::Internal("a refund that is not there"))?;
        self.take_back_with(writing, &back, &event)
    }
}

/// The event of a friend that brought them, while nobody was thanked for it.
pub(super) fn open_referral(
    reading: &Reading<'_>,
    friend: MemberNumber,
) -> Result<Option<ReferredBy>, Error> {
    let Some(event) = event_named(reading, friend, REFERRAL_EVENT, None)? else {
        return Ok(None);
    };
    let advocate = reference_of(&event).and_then(|reference| reference.parse().ok());
    let Some(advocate) = advocate else {
        return Ok(None);
    };
    let thanked = event_named(reading, advocate, REFERRED_EVENT, Some(friend))?;
    Ok(thanked.is_none().then_some(ReferredBy {
        advocate,
        on: event.business_date,
    }))
}

/// A member's first event of a name that was not taken back, with this reference if it is said.
fn event_named(
    reading: &Reading<'_>,
    member: MemberNumber,
    name: &str,
    reference: Option<MemberNumber>,
) -> Result<Option<Entry>, Error> {
    let reference = reference.map(|number| number.to_string());
    let events = reading.events_of(member, BusinessDate::MIN, BusinessDate::MAX)?;
    let is_it = |entry: &Entry| {
        EventPayload::from_payload(&entry.payload).is_ok_and(|payload| {
            payload.name == name
                && reference
                    .as_ref()
                    .is_none_or(|reference| *reference == payload.reference)
        })
    };
    Ok(events.into_iter().find(is_it))
}

fn reference_of(entry: &Entry) -> Option<String> {
    let payload = EventPayload::from_payload(&entry.payload).ok()?;
    Some(payload.reference)
}
