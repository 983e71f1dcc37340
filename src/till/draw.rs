//! Turns of lucky draws: drawn and booked behind the sale or the event that gives them, in the same write, and
//! taken back with it. What a turn draws hangs on its number alone, which only this moves on.

use crate::kernel::Few;

use super::document::{EventDocument, SaleDocument, from_bytes};
use super::error::Error;
use super::event::{EventReport, postings_of};
use super::refund::refund_document;
use super::shell::Till;
use super::view::{SaleState, load_document};
use crate::evaluate::history::Had;
use crate::evaluate::{DrawnTurn, TurnLine, TurnsGiven, turn_line, turns_after};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, MemberNumber, Money};
use crate::ledger::draw::{Turn, key_of_draw, key_of_writer, outcome, part_of};
use crate::ledger::event::EventPayload;
use crate::ledger::{Entry, Flags, Kind, SaleFacts};
use crate::programme::{DrawnAt, OnReturn, Programme, REFERRED_EVENT, RefundBase, TimesPer};
use crate::store::{Reading, SaleRow, StoreError, Writing};

impl Till {
    /// Draws the turns that a sale or an event gives. Their entries come right behind its own. Somebody who
    /// may not earn has none.
    pub(super) fn draw(
        &self,
        writing: &mut Writing<'_>,
        programme: &Programme,
        facts: &SaleFacts,
        given: &[TurnsGiven],
    ) -> Result<(), Error> {
        let (Some(member), false) = (facts.member, given.is_empty()) else {
            return Ok(());
        };
        if !writing.reading().member_status(member)?.is_active() {
            return Ok(());
        }
        let facts = SaleFacts {
            amount: Money::ZERO,
            ..facts.clone()
        };
        let of_writer = key_of_writer(&self.identity.writer_secret);
        let at = DrawnAt {
            store: &self.identity.store,
            till: &self.identity.till,
        };
        for given in given {
            let Some(draw) = programme.draw(&given.draw) else {
                continue;
            };
            let key = key_of_draw(&of_writer, &draw.id);
            let members = whose_turns(&writing.reading(), draw.times.per, member)?;
            for _ in 0..given.turns {
                let reading = writing.reading();
                let n = reading.next_turn(&draw.id, &members)?;
                let part = part_of(&outcome(&key, &draw.id, n));
                let prize = draw.prize_of::<StoreError>(part, at, &mut |prize| {
                    reading.won(&draw.id, &prize.id, n)
                })?;
                let turn = Turn {
                    draw: draw.id.clone(),
                    n,
                    prize: prize.map(|prize| prize.id.clone()),
                };
                let report = EventReport {
                    reference: Some(turn.reference()),
                    ..EventReport::new(turn.name(), member)
                };
                self.post_event(writing, programme, facts.clone(), &report)?;
            }
        }
        Ok(())
    }

    /// Takes the turns back that a sale deserves no more, the last ones first. Its refund is written.
    pub(super) fn undraw(&self, writing: &mut Writing<'_>, row: &SaleRow) -> Result<(), Error> {
        let reading = writing.reading();
        let sale = load_document(&reading, row.document_seq)?;
        if sale.outcome.draws.is_empty() {
            return Ok(());
        }
        let programme = self.programme_version(sale.programme_version)?;
        let refund = refund_document(&reading, row)?;
        let is_whole = row.state == SaleState::Refunded as u8 || refund.is_post_void;
        let left = if is_whole {
            Vec::new()
        } else {
            let cart = self.at_home(&programme, &sale.cart);
            let decided = sale.decided(&programme, &cart);
            turns_after(&decided, &decided.kept(&refund.lines, RefundBase::LineNet))?
        };
        let turns = turns_behind(&reading, row.last_seq)?;
        let (back, _) = reading
            .entries(row.refund_seq, row.refund_seq)?
            .pop()
            .ok_or(Error::Internal("a refund that is not there"))?;
        let mut undone = Vec::new();
        for given in &sale.outcome.draws {
            let keeps = programme
                .draw(&given.draw)
                .is_some_and(|draw| draw.on_return == OnReturn::Keep);
            if keeps && !refund.is_post_void {
                continue;
            }
            let left = left.iter().find(|left| left.draw == given.draw);
            let left = left.map_or(0, |left| left.turns);
            let own = turns.iter().filter(|(_, turn)| turn.draw == given.draw);
            let beyond = own.skip(usize::try_from(left).unwrap_or(usize::MAX));
            undone.extend(beyond.map(|(event, _)| event.clone()));
        }
        self.undraw_all(writing, &back, &undone)
    }

    /// Takes back the turns that came with an event. `back` is the entry that takes the event itself back.
    pub(super) fn undraw_event(
        &self,
        writing: &mut Writing<'_>,
        back: &Entry,
        event: Seq,
    ) -> Result<(), Error> {
        let reading = writing.reading();
        let last = postings_of(&reading, event)?.last().map(|entry| entry.seq);
        let turns = turns_behind(&reading, last.unwrap_or(event))?;
        let turns: Vec<Entry> = turns.into_iter().map(|(event, _)| event).collect();
        self.undraw_all(writing, back, &turns)
    }

    fn undraw_all(
        &self,
        writing: &mut Writing<'_>,
        back: &Entry,
        turns: &[Entry],
    ) -> Result<(), Error> {
        for event in turns.iter().rev() {
            let member = event.member.ok_or(Error::Internal("a turn of nobody"))?;
            if !writing.reading().is_event_undone(member, event.seq)? {
                self.take_back_with(writing, back, event)?;
            }
        }
        Ok(())
    }

    /// What the turns drew that came behind an entry.
    pub(super) fn drawn_behind(
        &self,
        reading: &Reading<'_>,
        last_seq: Seq,
    ) -> Result<Vec<TurnLine>, Error> {
        let mut lines = Vec::new();
        for (event, turn) in turns_behind(reading, last_seq)? {
            let programme = self.programme_version(event.programme_version)?;
            // What salvage could not save gave nothing that is known.
            let awards = match reading.find_document(event.seq)? {
                Some(bytes) => from_bytes::<EventDocument>(&bytes)?.awards,
                None => Vec::new(),
            };
            let told = DrawnTurn {
                seq: event.seq,
                draw: &turn.draw,
                n: turn.n,
                prize: turn.prize.as_deref(),
            };
            lines.push(turn_line(&programme, self.language, told, &awards));
        }
        Ok(lines)
    }
}

impl Till {
    /// The turns that came with a sale which stand for another prize than their number draws, whether or not
    /// that was used up: draw and number, what it drew, what is told.
    pub(super) fn drawn_otherwise(
        &self,
        turns: &[(Entry, Turn)],
    ) -> Result<Vec<[String; 3]>, Error> {
        let of_writer = key_of_writer(&self.identity.writer_secret);
        let mut otherwise = Vec::new();
        for (event, turn) in turns {
            let programme = self.programme_version(event.programme_version)?;
            let Some(draw) = programme.draw(&turn.draw) else {
                continue;
            };
            let found = outcome(&key_of_draw(&of_writer, &draw.id), &draw.id, turn.n);
            let drawn = draw.drawn(part_of(&found));
            let instead = drawn.and_then(|prize| prize.instead);
            let instead = instead.map(|place| draw.prizes[place].id.as_str());
            let is_stocked = drawn.is_some_and(|prize| prize.stock.is_some());
            let (drawn, told) = (drawn.map(|prize| prize.id.as_str()), turn.prize.as_deref());
            if drawn != told && !(is_stocked && instead == told) {
                let text = |prize: Option<&str>| prize.unwrap_or("-").to_owned();
                let what = format!("{} {}", turn.name(), turn.n);
                otherwise.push([what, text(told), text(drawn)]);
            }
        }
        Ok(otherwise)
    }
}

/// Whose turns that were taken back a member has again: their own, or those of all of the household.
fn whose_turns(
    reading: &Reading<'_>,
    per: TimesPer,
    member: MemberNumber,
) -> Result<Vec<MemberNumber>, StoreError> {
    let sharers = match per {
        TimesPer::Member => Vec::new(),
        TimesPer::Household => reading.household(member)?,
    };
    if sharers.is_empty() {
        return Ok(vec![member]);
    }
    Ok(sharers.into_iter().map(|sharer| sharer.member).collect())
}

/// Members, and their sales that are held.
pub(super) type HadBy<'a> = (&'a [MemberNumber], &'a [SaleDocument]);

/// How many turns somebody had of each draw that limits them, by whom it counts: the member, or all of the
/// household. Those that a sale promises which is held are had, too.
pub(super) fn turns_had(
    reading: &Reading<'_>,
    programme: &Programme,
    on: BusinessDate,
    (own, all): (HadBy<'_>, HadBy<'_>),
) -> Result<Few<String, Had>, Error> {
    let limited = programme.draws().iter();
    let limited = limited.filter(|draw| draw.times.is_limited());
    limited
        .map(|draw| {
            let (members, held) = match draw.times.per {
                TimesPer::Member => own,
                TimesPer::Household => all,
            };
            let mut dates = Vec::new();
            for member in members {
                dates.extend(reading.turns_of(&draw.id, *member)?);
            }
            for sale in held {
                let promised = sale.outcome.draws.iter();
                for given in promised.filter(|given| given.draw == draw.id) {
                    dates.extend((0..given.turns).map(|_| sale.cart.business_date));
                }
            }
            Ok((draw.id.clone(), Had::of_dates(&dates, on)))
        })
        .collect()
}

/// The turns that were booked right behind an entry, oldest first.
pub(super) fn turns_behind(
    reading: &Reading<'_>,
    last_seq: Seq,
) -> Result<Vec<(Entry, Turn)>, Error> {
    let (mut turns, mut seq, mut event) = (Vec::new(), last_seq, 0);
    loop {
        seq += 1;
        let Some((entry, _)) = reading.entries(seq, seq)?.pop() else {
            return Ok(turns);
        };
        if entry.kind != Kind::Event {
            if event != 0 && entry.refers_to == event {
                continue;
            }
            return Ok(turns);
        }
        if entry.flags.has(Flags::UNDONE) {
            return Ok(turns);
        }
        event = seq;
        let payload = EventPayload::from_payload(&entry.payload).unwrap_or_default();
        match Turn::of_event(&payload) {
            Some(turn) => turns.push((entry, turn)),
            // Who brought the member is thanked first.
            None if payload.name == REFERRED_EVENT && turns.is_empty() => {}
            None => return Ok(turns),
        }
    }
}
