//! What a member did that is no sale: a review, a check-in, joining.

use serde::Serialize;

use super::document::{EventDocument, Note, from_bytes, to_bytes};
use super::error::Error;
use super::lots::accounts_with_repaid;
use super::member_status::check_time;
use super::operation::{Call, Operation};
use super::refund::{Paid, account_of_points, policies_of, under_account};
use super::sale::{check_reason, retell_nothing};
use super::shell::{Moment, Replay, Till};
use super::status;
use super::told;
use crate::evaluate::sums::Change;
use crate::evaluate::{EventFacts, Reason, TurnLine, evaluate_event};
use crate::kernel::ids::Seq;
use crate::kernel::{Balance, BusinessDate, Instant, MemberNumber, Money, Points, UtcOffset};
use crate::ledger::event::{EventPayload, TEXT_MAX, TakenBack, event, take_back};
use crate::ledger::exception::is_code;
use crate::ledger::refund::SaleHistory;
use crate::ledger::{Entry, Flags, Give, Kind, SaleFacts};
use crate::programme::Programme;
use crate::store::{Head, Reading, Writing};

/// What enrolment reports by itself.
const SIGN_UP: &str = "sign_up";

/// Something that a member did, as the POS reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventReport {
    /// What, by the name that rules of the programme have for it.
    pub name: String,
    /// Who.
    pub member: MemberNumber,
    /// Which one of its kind, such as the order that was reviewed: 1 to 64 printable ASCII characters.
    /// The same one of a member counts once.
    pub reference: Option<String>,
    /// By which channel; `store` if absent.
    pub channel: Option<String>,
    /// Who reports it: a code of 1 to 32 ASCII letters, digits, `.`, `_` and `-`, never a name.
    pub cashier: Option<String>,
    /// When, by the POS: instant, offset and business date. The ledger's clock if absent.
    pub time: Option<(Instant, UtcOffset, BusinessDate)>,
}

impl EventReport {
    /// One about which no more is known.
    pub fn new(name: impl Into<String>, member: MemberNumber) -> Self {
        Self {
            name: name.into(),
            member,
            reference: None,
            channel: None,
            cashier: None,
            time: None,
        }
    }
}

/// What an event did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventDone {
    /// Its entry, by which it can be taken back.
    pub seq: Seq,
    /// Its name.
    pub event: String,
    /// What it gave, one item a rule that gave something.
    pub awards: Vec<EventAward>,
    /// One for every rule about such events: what it gave, or why it gave nothing.
    pub explanation: Vec<Reason>,
    /// What the turns of lucky draws drew that came with it; left out where it came with none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drawn: Vec<TurnLine>,
    /// It was taken back since.
    pub is_taken_back: bool,
    /// This call was asked before, and this is its first outcome again.
    pub was_replayed: bool,
}

/// Points that an event gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventAward {
    /// Which rule gave them.
    pub rule: String,
    /// The wallet's id.
    pub wallet: String,
    /// How many, above zero.
    pub points: Points,
    /// First business date on which they can be spent.
    pub available_from: BusinessDate,
    /// First business date on which they cannot be spent any more; absent for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<BusinessDate>,
}

/// An event that is to be taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventReturn {
    /// Its entry.
    pub seq: Seq,
    /// Who does it, by code.
    pub cashier: Option<String>,
    /// Why, at most 200 bytes.
    pub reason: Option<String>,
    /// When, as of an event.
    pub time: Option<(Instant, UtcOffset, BusinessDate)>,
}

/// What taking an event back did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventBack {
    /// Its entry.
    pub seq: Seq,
    /// The event that was taken back.
    pub event: Seq,
    /// One item a wallet that it gave points in.
    pub wallets: Vec<EventWalletBack>,
    /// This call was asked before, and this is its first outcome again.
    pub was_replayed: bool,
}

/// What taking an event back did in one wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventWalletBack {
    /// The wallet's id.
    pub wallet: String,
    /// Points taken out of the event's own lots.
    pub taken_back: Points,
    /// Points of them that were no longer there and are owed.
    pub owed: Points,
    /// The member's balance in the wallet now.
    pub balance: Balance,
}

impl Till {
    /// Books something that a member did, and gives what the programme's rules for it give. The
    /// version that is valid on the business date decides.
    ///
    /// # Errors
    /// Refused where the programme has no rule for it (`event.unknown`), and for a reference that this
    /// member had before (`event.already`).
    pub fn event(&self, id: &str, report: &EventReport) -> Result<EventDone, Error> {
        report.check()?;
        let operation = Operation::told(id, Call::Event, content(report));
        let (seq, replay) = self.operate(&operation, retell_nothing, |writing, moment| {
            let facts = facts_on(writing.head(), moment, report.time);
            let programme = self.programme_on(facts.business_date)?;
            if !is_known(&programme, &facts, &report.name) {
                return Err(Error::refused(status::REFUSED, "event.unknown", &[]));
            }
            self.check_referral(&writing.reading(), &programme, report)?;
            if let Some(reference) = &report.reference
                && was_reported(&writing.reading(), report, reference)?
            {
                let already = status::ALREADY_RESOLVED;
                return Err(Error::refused(already, "event.already", &[]));
            }
            self.post_event(writing, &programme, facts, report)
        })?;
        self.read(|reading| self.event_done(reading, seq, replay))
    }

    /// Joining is an event, too: rules for it give their points at once.
    pub(super) fn sign_up(
        &self,
        writing: &mut Writing<'_>,
        facts: &SaleFacts,
        member: MemberNumber,
    ) -> Result<(), Error> {
        let programme = self.programme_on(facts.business_date)?;
        if !is_known(&programme, facts, SIGN_UP) {
            return Ok(());
        }
        let report = EventReport::new(SIGN_UP, member);
        self.post_event(writing, &programme, facts.clone(), &report)?;
        Ok(())
    }

    pub(super) fn post_event(
        &self,
        writing: &mut Writing<'_>,
        programme: &Programme,
        facts: SaleFacts,
        report: &EventReport,
    ) -> Result<Seq, Error> {
        let facts = SaleFacts {
            member: Some(report.member),
            programme_version: programme.version(),
            ..facts
        };
        let event_facts = self.event_facts(&facts, report);
        let reading = writing.reading();
        let on = facts.business_date;
        let accounts = self.accounts(&reading, programme, report.member, on)?;
        let cart = event_facts.as_cart(programme);
        let member = self.snapshot_of(&reading, programme, &cart, report.member, &accounts, on)?;
        let worth = evaluate_event(programme, &member, &event_facts, self.language)?;
        let gives: Vec<Give> = worth
            .awards
            .iter()
            .map(|award| Give {
                wallet: award.wallet,
                points: award.points,
                available_from: award.available_from,
                expires_on: award.expires_on,
            })
            .collect();
        let payload = EventPayload {
            name: report.name.clone(),
            reference: report.reference.clone().unwrap_or_default(),
        };
        let head = writing.head().seq;
        let entries = event(head, &facts, &payload, &gives, &accounts);
        writing.append(&entries)?;
        let document = EventDocument {
            name: report.name.clone(),
            channel: report.channel.clone(),
            note: Note {
                cashier: report.cashier.clone(),
                ..Note::default()
            },
            member,
            awards: worth.awards,
        };
        writing.put_document(head + 1, &to_bytes(&document))?;
        self.sum_up_event(writing, Change::Added, &entries[0])?;
        self.draw(writing, programme, &facts, &worth.draws)?;
        Ok(head + 1)
    }

    fn event_facts(&self, facts: &SaleFacts, report: &EventReport) -> EventFacts {
        EventFacts {
            name: report.name.clone(),
            reference: report.reference.clone().unwrap_or_default(),
            member: report.member,
            at: (facts.sold_at, facts.offset),
            business_date: facts.business_date,
            channel: report.channel.clone(),
            store: self.identity.store.clone(),
            till: self.identity.till.clone(),
        }
    }

    /// What an event did, told again from what stands beside it.
    fn event_done(
        &self,
        reading: &Reading<'_>,
        seq: Seq,
        replay: Replay,
    ) -> Result<EventDone, Error> {
        let (entry, document) = find_event(reading, seq)?;
        let programme = self.programme_version(entry.programme_version)?;
        let payload = EventPayload::from_payload(&entry.payload).unwrap_or_default();
        let facts = EventFacts {
            name: document.name.clone(),
            reference: payload.reference,
            member: document.member.number,
            at: (entry.sold_at, entry.offset),
            business_date: entry.business_date,
            channel: document.channel.clone(),
            store: self.identity.store.clone(),
            till: self.identity.till.clone(),
        };
        let worth = evaluate_event(&programme, &document.member, &facts, self.language)?;
        let awards = document.awards.iter().map(|award| EventAward {
            rule: award.rule.clone(),
            wallet: wallet_id(&programme, award.wallet),
            points: award.points,
            available_from: award.available_from,
            expires_on: award.expires_on,
        });
        Ok(EventDone {
            seq,
            event: document.name,
            awards: awards.collect(),
            explanation: worth.explanation,
            drawn: if worth.draws.is_empty() {
                Vec::new()
            } else {
                let last = postings_of(reading, seq)?.last().map(|entry| entry.seq);
                self.drawn_behind(reading, last.unwrap_or(seq))?
            },
            is_taken_back: reading.is_event_undone(document.member.number, seq)?,
            was_replayed: replay == Replay::Again,
        })
    }

    /// Takes an event back, as if it had never been. What its points bought meanwhile is owed, or what
    /// `missing` of the wallet says; rules that count how often count it no more.
    ///
    /// # Errors
    /// Refused where there is no such event here (`event.not_one`), where it was taken back before
    /// (`event.taken_back`), and by the wallet's policy.
    pub fn take_back_event(&self, id: &str, back: &EventReturn) -> Result<EventBack, Error> {
        check_cashier(back.cashier.as_deref())?;
        check_reason(back.reason.as_deref().unwrap_or_default())?;
        check_time(back.time)?;
        let operation = Operation::told(id, Call::EventBack, content_back(back));
        let (seq, replay) = self.operate(&operation, retell_nothing, |writing, moment| {
            let not_one = || Error::refused(status::NOT_FOUND, "event.not_one", &[]);
            let reading = writing.reading();
            let found = reading.entries(back.seq, back.seq)?.pop();
            let (entry, _) = found.ok_or_else(not_one)?;
            let is_event = entry.kind == Kind::Event && !entry.flags.has(Flags::UNDONE);
            let member = entry.member.filter(|_| is_event).ok_or_else(not_one)?;
            if reading.is_event_undone(member, entry.seq)? {
                let already = status::ALREADY_RESOLVED;
                return Err(Error::refused(already, "event.taken_back", &[]));
            }
            let facts = SaleFacts {
                member: Some(member),
                programme_version: entry.programme_version,
                ..facts_on(writing.head(), moment, back.time)
            };
            let entries = self.worked_back(&reading, &facts, (&entry, member), Paid::NotYet)?;
            let first = writing.head().seq + 1;
            writing.append(&entries)?;
            self.sum_up_event(writing, Change::TakenAway, &entry)?;
            let note = Note {
                cashier: back.cashier.clone(),
                reason: back.reason.clone(),
                receipt_number: None,
            };
            writing.put_document(first, &to_bytes(&note))?;
            self.undraw_event(writing, &entries[0], entry.seq)?;
            Ok(first)
        })?;
        self.read(|reading| self.event_back(reading, seq, replay))
    }

    pub(super) fn worked_back(
        &self,
        reading: &Reading<'_>,
        facts: &SaleFacts,
        (entry, member): (&Entry, MemberNumber),
        paid: Paid,
    ) -> Result<Vec<Entry>, Error> {
        let programme = self.programme_version(entry.programme_version)?;
        let postings = postings_of(reading, entry.seq)?;
        let history = SaleHistory::of(&postings);
        let account = account_of_points(reading, &postings)?.or(Some(member));
        let accounts =
            accounts_with_repaid(reading, account, &history.lots(), &[], facts.business_date)?;
        let payload = EventPayload::from_payload(&entry.payload)
            .map_err(|_| Error::Internal("an event that cannot be read"))?;
        let taken = TakenBack {
            event: entry.seq,
            payload: &payload,
            awards: &history.awards,
            policies: &policies_of(&programme, paid),
        };
        let mut entries = take_back(reading.head()?.seq, facts, taken, &accounts)
            .map_err(|refusal| self.refused(&programme, &refusal))?;
        under_account(&mut entries, account);
        Ok(entries)
    }

    /// Takes an event back in the write that takes back what it came with, by the entry `back`. What its
    /// points bought meanwhile is owed: nobody is kept from that by it.
    pub(super) fn take_back_with(
        &self,
        writing: &mut Writing<'_>,
        back: &Entry,
        event: &Entry,
    ) -> Result<(), Error> {
        let member = event.member.ok_or(Error::Internal("an event of nobody"))?;
        let facts = SaleFacts {
            at: back.at,
            sold_at: back.sold_at,
            offset: back.offset,
            business_date: back.business_date,
            member: Some(member),
            amount: Money::ZERO,
            programme_version: event.programme_version,
            flags: Flags(back.flags.0 & (Flags::CLOCK_SUSPECT.0 | Flags::LATE.0)),
        };
        let reading = writing.reading();
        let entries = self.worked_back(&reading, &facts, (event, member), Paid::Already)?;
        let first = writing.head().seq + 1;
        writing.append(&entries)?;
        self.sum_up_event(writing, Change::TakenAway, event)?;
        writing.put_document(first, &to_bytes(&Note::default()))?;
        Ok(())
    }

    fn event_back(
        &self,
        reading: &Reading<'_>,
        seq: Seq,
        replay: Replay,
    ) -> Result<EventBack, Error> {
        let missing = Error::Internal("an event without its entry");
        let (own, _) = reading.entries(seq, seq)?.pop().ok_or(missing)?;
        let member = own.member.ok_or(Error::Internal("an event of nobody"))?;
        let programme = self.programme_version(own.programme_version)?;
        let accounts = self.accounts(reading, &programme, member, own.business_date)?;
        let mut wallets: Vec<EventWalletBack> = Vec::new();
        for entry in postings_of(reading, seq)? {
            if entry.seq == seq || entry.flags.has(Flags::UNDONE) {
                continue;
            }
            let id = wallet_id(&programme, entry.wallet);
            if wallets.last().is_none_or(|line| line.wallet != id) {
                let account = accounts.get(&entry.wallet);
                let balance = account.map(|account| account.balance(own.business_date));
                wallets.push(EventWalletBack {
                    wallet: id,
                    taken_back: Points::ZERO,
                    owed: Points::ZERO,
                    balance: balance.unwrap_or_default(),
                });
            }
            let line = wallets.last_mut().expect("just added");
            match entry.kind {
                Kind::AwardRefund => line.taken_back += entry.points,
                Kind::Debt => line.owed += entry.points,
                _ => {}
            }
        }
        Ok(EventBack {
            seq,
            event: own.refers_to,
            wallets,
            was_replayed: replay == Replay::Again,
        })
    }
}

impl EventReport {
    fn check(&self) -> Result<(), Error> {
        let argument = |field, expected| Err(Error::Argument { field, expected });
        let is_plain = |text: &str| {
            (1..=TEXT_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if !is_plain(&self.name) {
            return argument("event", "the name of an event of the programme");
        }
        if self.reference.as_ref().is_some_and(|text| !is_plain(text)) {
            let expected = "1 to 64 printable ASCII characters without spaces";
            return argument("reference", expected);
        }
        if self.channel.as_ref().is_some_and(|text| !is_plain(text)) {
            return argument(
                "channel",
                "1 to 64 printable ASCII characters without spaces",
            );
        }
        check_cashier(self.cashier.as_deref())?;
        check_time(self.time)
    }
}

fn check_cashier(cashier: Option<&str>) -> Result<(), Error> {
    match cashier {
        Some(cashier) if !is_code(cashier) => Err(Error::Argument {
            field: "cashier",
            expected: "1 to 32 ASCII letters, digits, `.`, `_` and `-`: a code, never a name",
        }),
        _ => Ok(()),
    }
}

fn is_known(programme: &Programme, facts: &SaleFacts, name: &str) -> bool {
    programme.is_valid_on(facts.business_date) && programme.knows_event(name)
}

/// The member had an event of this name and reference that was not taken back.
fn was_reported(
    reading: &Reading<'_>,
    report: &EventReport,
    reference: &str,
) -> Result<bool, Error> {
    let first = BusinessDate::from_days_since_1970(0).expect("1970 is a year we know");
    let events = reading.events_of(report.member, first, BusinessDate::MAX)?;
    Ok(events.iter().any(|entry| {
        EventPayload::from_payload(&entry.payload)
            .is_ok_and(|payload| payload.name == report.name && payload.reference == reference)
    }))
}

fn facts_on(
    head: &Head,
    moment: &Moment,
    time: Option<(Instant, UtcOffset, BusinessDate)>,
) -> SaleFacts {
    let plain = moment.facts();
    let (sold_at, offset, business_date) =
        time.unwrap_or((plain.sold_at, plain.offset, plain.business_date));
    SaleFacts {
        sold_at,
        offset,
        business_date,
        flags: moment.flags_on(head, business_date),
        ..plain
    }
}

/// An event and what stands beside it.
fn find_event(reading: &Reading<'_>, seq: Seq) -> Result<(Entry, EventDocument), Error> {
    let missing = Error::Internal("an event without its entry");
    let (entry, _) = reading.entries(seq, seq)?.pop().ok_or(missing)?;
    Ok((entry, from_bytes(&reading.document(seq)?)?))
}

/// The entry and those right behind it that refer to it.
pub(super) fn postings_of(reading: &Reading<'_>, first: Seq) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    let mut seq = first;
    while let Some((entry, _)) = reading.entries(seq, seq)?.pop() {
        if seq != first && entry.refers_to != first {
            break;
        }
        entries.push(entry);
        seq += 1;
    }
    Ok(entries)
}

fn wallet_id(programme: &Programme, number: crate::kernel::WalletNumber) -> String {
    let wallet = programme.wallet_by_number(number);
    wallet.map_or_else(String::new, |wallet| wallet.id.clone())
}

fn content(report: &EventReport) -> String {
    told::content(vec![
        ("event", report.name.as_str().into()),
        ("member", report.member.into()),
        ("reference", (&report.reference).into()),
        ("channel", (&report.channel).into()),
        ("cashier", (&report.cashier).into()),
        ("business_date", report.time.into()),
    ])
}

fn content_back(back: &EventReturn) -> String {
    told::content(vec![
        ("event", back.seq.into()),
        ("cashier", (&back.cashier).into()),
        ("reason", (&back.reason).into()),
        ("business_date", back.time.into()),
    ])
}
