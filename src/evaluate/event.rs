//! What an event is worth: something that a member did and that is no sale.

use super::barred;
use super::cart::Cart;
use super::challenge;
use super::check::awards_fit;
use super::draw::{self, TurnsGiven};
use super::explain::{Explaining, Speaker};
use super::facts::Facts;
use super::problem::CartProblem;
use super::quote::{Award, MemberSnapshot};
use super::reason::Reason;
use super::referral;
use super::tally::{self, RoundingOf, Sold, Terms, Wholes};
use super::told;
use crate::kernel::{BusinessDate, Instant, MemberNumber, Money, UtcOffset};
use crate::programme::{Programme, REFERRAL_EVENT, REFERRED_EVENT};
use crate::texts::Language;

/// Something that a member did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFacts {
    /// What, by the name that rules have for it.
    pub name: String,
    /// Who.
    pub member: MemberNumber,
    /// Which one of its kind; empty where nobody said.
    pub reference: String,
    /// When, with the till's offset from UTC.
    pub at: (Instant, UtcOffset),
    /// The day in the books.
    pub business_date: BusinessDate,
    /// By which channel; `store` if absent.
    pub channel: Option<String>,
    /// In which store.
    pub store: String,
    /// At which till.
    pub till: String,
}

/// What an event gives, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventWorth {
    /// One a rule that gives something, in the rules' order.
    pub awards: Vec<Award>,
    /// One for every rule about such events.
    pub explanation: Vec<Reason>,
    /// Turns of lucky draws, one item a draw.
    pub draws: Vec<TurnsGiven>,
}

impl EventFacts {
    /// The event as a cart in which nothing is sold: what conditions are held against.
    pub fn as_cart(&self, programme: &Programme) -> Cart {
        let currency = programme.currency();
        let (at, offset) = self.at;
        Cart {
            member: Some(self.member),
            channel: self.channel.clone(),
            store: Some(self.store.clone()),
            till: Some(self.till.clone()),
            ..Cart::new(currency.code(), at, offset, self.business_date)
        }
    }
}

impl Programme {
    /// Rules give something for events of this name.
    pub fn knows_event(&self, name: &str) -> bool {
        let mut rules = self.earn_rules().iter();
        rules.any(|rule| tally::event_of(rule) == Some(name))
            || self.goals_of_event(name).next().is_some()
            || self.draws().iter().any(|draw| draw.event() == Some(name))
            || self.referral().is_some() && [REFERRAL_EVENT, REFERRED_EVENT].contains(&name)
    }
}

/// What an event gives to a member. Rules about sales have no part in it, and rules about events none
/// in sales; caps of a wallet count both.
///
/// # Errors
/// Points that do not fit 9e15.
pub fn evaluate_event(
    programme: &Programme,
    member: &MemberSnapshot,
    event: &EventFacts,
    language: Language,
) -> Result<EventWorth, CartProblem> {
    if !member.status.is_active() {
        return Ok(barred::event(programme, member, &event.name, language));
    }
    let cart = event.as_cart(programme);
    let facts = Facts {
        event: Some(&event.name),
        ..Facts::new(programme, &cart, Some(member), Some(false))
    };
    let terms = Terms {
        facts: &facts,
        payable: Money::ZERO,
        stored: Vec::new(),
        rounding: RoundingOf::Rule,
    };
    let sold = Sold {
        facts: &facts,
        nets: &[],
        line_offers: &[],
        wholes: Wholes::default(),
    };
    let mut left_out = Vec::new();
    let tallies = tally::tally(programme, &terms, &sold, &mut |why| left_out.push(why))?;
    let reached = challenge::reached(programme, &facts, &sold, &|_, _| false);
    let mut awards = tally::awards(&tallies);
    awards.extend(reached.iter().flat_map(challenge::Reached::awards).cloned());
    let brought = referral::brought(programme, &facts, &sold, &|_, _| false);
    awards.extend(brought.iter().flat_map(referral::Brought::awards).cloned());
    let drawn = draw::drawn(programme, &facts, &event.reference);
    awards.extend(drawn.iter().flat_map(draw::Drawn::awards).cloned());
    awards_fit(&awards)?;
    let turning = draw::turning(programme, &facts, &sold, false);
    let speaker = Speaker::new(programme, language, Explaining::Everything);
    let mut explanation = Vec::new();
    told::reasons(&speaker, &facts, (&tallies, left_out), &mut explanation);
    explanation.extend(reached.iter().map(|goal| goal.reason(&speaker, &facts)));
    explanation.extend(brought.iter().map(|brought| brought.reason(&speaker)));
    explanation.extend(turning.iter().map(|draw| draw.reason(&speaker, &facts)));
    explanation.extend(drawn.iter().map(|drawn| drawn.reason(&speaker)));
    Ok(EventWorth {
        awards,
        draws: turning.iter().filter_map(draw::Turning::turns).collect(),
        explanation,
    })
}
