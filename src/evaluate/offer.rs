//! Offers (docs/programme.md, evaluation order 3): what the bill costs less by itself, by a code or
//! because the cart asks.

mod pieces;
mod takes;
mod told;

use super::bill::Bill;
use super::explain::Speaker;
use super::facts::Facts;
use super::often::Enough;
use super::quote::{Gift, OfferTaken};
use super::reason::Reason;
use super::truth::Truth;
use crate::kernel::Money;
use crate::kernel::order;
use crate::programme::{Offer, QuotaOf, Take, UseOffer, When};
pub(super) use takes::{Found, find, pieces_of};
use told::Told;

/// Why an offer takes nothing off.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    Declined,
    NotWanted,
    NotMet,
    Unknown,
    /// This member, or all together, had it so often already.
    Enough(Enough),
    /// It is counted by member, and the sale is nobody's.
    NeedsMember,
    /// None of the lines is one of its lines.
    NoLines,
    /// So many pieces more, and it would.
    TooFew(i64),
    NothingLeft,
    /// Another of its group is taken, by its place among all.
    Group(usize),
    /// An exclusive one is taken, by its place among all.
    Exclusive(usize),
}

/// What became of one offer.
pub(super) enum Outcome {
    Taken(OfferTaken),
    Refused(Refusal),
}

/// Applies every offer of the programme, stage by stage. Within a stage the automatic ones go by
/// priority and id, and behind those of their priority the ones that cashier or customer brought, in
/// the order of the cart. Reasons stand in the order of the document's offers.
pub(super) fn offers(
    speaker: &Speaker<'_>,
    facts: &mut Facts<'_>,
    bill: &mut Bill<'_>,
) -> (Vec<OfferTaken>, Vec<Reason>) {
    let all = speaker.programme().offers();
    if all.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let brought: Vec<_> = all.iter().map(|offer| brought(offer, facts)).collect();
    let places = order::places_by_key(all.len(), |place| {
        (all[place].stage, all[place].priority, brought[place])
    });
    let mut round = Round {
        all,
        places: &places,
        outcomes: (0..all.len()).map(|_| None).collect(),
        taken: Vec::new(),
        speaker,
    };
    // Exclusive ones first: where one of them is taken, no other is.
    if let Some(winner) = round.take_exclusive(facts, bill) {
        for place in 0..all.len() {
            round.outcomes[place].get_or_insert(Outcome::Refused(Refusal::Exclusive(winner)));
        }
    } else {
        for &place in &places {
            round.take(place, facts, bill);
        }
    }
    let Round {
        outcomes, taken, ..
    } = round;
    let told = |(place, outcome): (usize, Option<Outcome>)| {
        let told = Told {
            speaker,
            facts,
            offer: &all[place],
            place,
        };
        match outcome.expect("every offer was looked at") {
            Outcome::Taken(taken) => told.something(&taken),
            Outcome::Refused(refusal) => told.nothing(&refusal),
        }
    };
    let mut reasons = Vec::new();
    if speaker.explains() {
        reasons.extend(outcomes.into_iter().enumerate().map(told));
    }
    (taken, reasons)
}

/// Where in the cart it was brought: automatic ones before all others.
fn brought(offer: &Offer, facts: &Facts<'_>) -> usize {
    let cart = facts.cart;
    let wanted = cart.rewards_wanted.iter().position(|id| *id == offer.id);
    let wanted = wanted.map(|place| cart.codes.len() + place);
    let code = cart.codes.iter().position(|code| {
        offer.when.as_ref().is_some_and(|when| {
            when.has(&|leaf| matches!(leaf, When::Codes(codes) if codes.contains(code)))
        })
    });
    code.or(wanted).map_or(0, |place| place + 1)
}

struct Round<'a, 's> {
    all: &'a [Offer],
    /// In the order in which they are applied.
    places: &'a [usize],
    outcomes: Vec<Option<Outcome>>,
    taken: Vec<OfferTaken>,
    speaker: &'a Speaker<'s>,
}

impl Round<'_, '_> {
    fn how(&self, place: usize) -> Take {
        let groups = self.speaker.programme().groups();
        self.all[place]
            .group
            .map_or(Take::All, |group| groups[group].take)
    }

    /// The best of the exclusive ones, if any of them takes something off.
    fn take_exclusive(&mut self, facts: &mut Facts<'_>, bill: &mut Bill<'_>) -> Option<usize> {
        let places = self.places.iter().copied();
        let exclusive: Vec<usize> = places
            .filter(|&place| self.how(place) == Take::Exclusive)
            .collect();
        if exclusive.is_empty() {
            return None;
        }
        self.take_best(&exclusive, facts, bill)
    }

    fn take(&mut self, place: usize, facts: &mut Facts<'_>, bill: &mut Bill<'_>) {
        if self.outcomes[place].is_some() {
            return;
        }
        match self.how(place) {
            Take::All | Take::Exclusive => {
                let found = self.find(place, facts, bill);
                self.settle(place, found, facts, bill);
            }
            Take::Best => {
                let members = self.of_group(place);
                self.take_best(&members, facts, bill);
            }
            Take::First => {
                let mut winner = None;
                for member in self.of_group(place) {
                    if let Some(winner) = winner {
                        let refusal = Refusal::Group(winner);
                        self.outcomes[member] = Some(Outcome::Refused(refusal));
                        continue;
                    }
                    let found = self.find(member, facts, bill);
                    if self.settle(member, found, facts, bill) {
                        winner = Some(member);
                    }
                }
            }
        }
    }

    fn of_group(&self, place: usize) -> Vec<usize> {
        let group = self.all[place].group;
        let places = self.places.iter().copied();
        places
            .filter(|&other| self.all[other].group == group)
            .collect()
    }

    /// The one that takes most off what is there now; of equal ones the first.
    fn take_best(
        &mut self,
        places: &[usize],
        facts: &mut Facts<'_>,
        bill: &mut Bill<'_>,
    ) -> Option<usize> {
        let mut best: Option<(usize, Found, (Money, bool))> = None;
        for &place in places {
            match self.find(place, facts, bill) {
                Err(refusal) => self.outcomes[place] = Some(Outcome::Refused(refusal)),
                Ok(found) => {
                    let worth = (found.amount(), found.gift.is_some());
                    if best.as_ref().is_none_or(|(_, _, most)| worth > *most) {
                        best = Some((place, found, worth));
                    }
                }
            }
        }
        let (winner, found, _) = best?;
        for &place in places {
            if place != winner {
                self.outcomes[place].get_or_insert(Outcome::Refused(Refusal::Group(winner)));
            }
        }
        self.settle(winner, Ok(found), facts, bill);
        Some(winner)
    }

    fn find(&self, place: usize, facts: &Facts<'_>, bill: &Bill<'_>) -> Result<Found, Refusal> {
        let offer = &self.all[place];
        may(offer, facts)?;
        find(&offer.effect, bill)
    }

    /// Notes what became of it, and takes it off the bill. Says whether it did something.
    fn settle(
        &mut self,
        place: usize,
        found: Result<Found, Refusal>,
        facts: &mut Facts<'_>,
        bill: &mut Bill<'_>,
    ) -> bool {
        let offer = &self.all[place];
        let found = match found {
            Ok(found) => found,
            Err(refusal) => {
                self.outcomes[place] = Some(Outcome::Refused(refusal));
                return false;
            }
        };
        let amount = found.amount();
        let lines = bill.take_parts(&found.parts, offer.stage);
        bill.free(&found.free);
        bill.note(&lines, &mut facts.taken);
        let taken = OfferTaken {
            offer: offer.id.clone(),
            amount,
            times: found.times,
            lines,
            stage: offer.stage,
            gift: found.gift.map(|(sku, quantity)| Gift { sku, quantity }),
        };
        self.taken.push(taken.clone());
        self.outcomes[place] = Some(Outcome::Taken(taken));
        true
    }
}

/// Whether it may be had once more.
fn may_once_more(offer: &Offer, facts: &Facts<'_>) -> Result<(), Refusal> {
    if facts.member.is_none() && (offer.times.is_limited() || offer.quota.is_some()) {
        return Err(Refusal::NeedsMember);
    }
    let had = facts
        .history
        .and_then(|history| history.offer_times.get(&offer.id));
    let quota = (offer.quota.as_ref(), QuotaOf::Offer, &*offer.id);
    Enough::of((&offer.times, had), quota, facts.member)
        .map_or(Ok(()), |enough| Err(Refusal::Enough(enough)))
}

/// Whether an offer may be had at all.
fn may(offer: &Offer, facts: &Facts<'_>) -> Result<(), Refusal> {
    let cart = facts.cart;
    if cart.rewards_declined.contains(&offer.id) {
        return Err(Refusal::Declined);
    }
    if offer.used == UseOffer::OnRequest && !cart.rewards_wanted.contains(&offer.id) {
        return Err(Refusal::NotWanted);
    }
    match offer
        .when
        .as_ref()
        .map_or(Truth::Yes, |when| facts.holds(when))
    {
        Truth::Yes => may_once_more(offer, facts),
        Truth::No => Err(Refusal::NotMet),
        Truth::Unknown => Err(Refusal::Unknown),
    }
}
