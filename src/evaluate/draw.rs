//! Lucky draws: how many turns a sale or an event gives, and what a turn that was drawn gives. What a turn
//! draws is not known here: no quote can tell it (docs/draws.md).

use minicbor::{Decode, Encode};
use serde::Serialize;

use super::Named;
use super::because::because;
use super::explain::Speaker;
use super::facts::Facts;
use super::history::Had;
use super::often::Enough;
use super::quote::Award;
use super::reached::{Gives, given, said_awards};
use super::reason::Reason;
use super::tally::Sold;
use super::tier::paid;
use super::truth::Truth;
use crate::kernel::Money;
use crate::programme::{Draw, Prize, Programme, QuotaOf, TurnFor};
use crate::texts::{self, Language};

/// The key of a reason that a sale gives turns.
pub(super) const TURNS: &str = "draw.turns";

/// Turns of a draw that a sale gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "turns_given"))]
#[cbor(array)]
pub struct TurnsGiven {
    /// The draw's id in the programme.
    #[n(0)]
    pub draw: String,
    /// How many, from 1.
    #[n(1)]
    pub turns: u32,
}

/// A turn that was drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "turn"))]
pub struct TurnLine {
    /// The draw's id in the programme.
    pub draw: String,
    /// Its name in the quote's language.
    pub name: String,
    /// The turn's number at this till, from 1: what it drew can be computed again from it.
    pub n: u64,
    /// The prize's id; absent where nothing was won.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prize: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prize_name: Option<String>,
    /// What the cashier hands over; absent for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods: Option<String>,
    /// The entry that tells it.
    pub seq: u64,
    /// All of it in words.
    pub text: String,
}

/// A turn by its numbers.
#[derive(Clone, Copy, Debug)]
pub struct DrawnTurn<'a> {
    /// The entry that tells it.
    pub seq: u64,
    /// The draw's id.
    pub draw: &'a str,
    /// Its number.
    pub n: u64,
    /// The prize's id; nothing for none.
    pub prize: Option<&'a str>,
}

/// A draw as a sale or an event leaves it.
pub(super) struct Turning<'a> {
    draw: &'a Draw,
    standing: Standing,
}

enum Standing {
    /// The business date is none of its days.
    Off,
    /// It is for members.
    NoMember,
    /// Its condition does not hold or is not known.
    NotMet(Truth),
    /// Nothing is bought.
    NoPurchase,
    /// So much is missing for a turn.
    Missing(Money),
    /// A limit on how often is too often.
    Refused,
    /// The member had so many already.
    Enough(Enough),
    Gives(u32),
}

/// Every draw of a sale, or those of an event, in the programme's order. `is_refused`: a limit lets the sale
/// award nothing.
pub(super) fn turning<'a>(
    programme: &'a Programme,
    facts: &Facts<'_>,
    sold: &Sold<'_>,
    is_refused: bool,
) -> Vec<Turning<'a>> {
    let draws = programme.draws().iter();
    let its = draws.filter(|draw| draw.event() == facts.event);
    let turning = its.map(|draw| Turning {
        draw,
        standing: standing(draw, facts, sold, is_refused),
    });
    turning.collect()
}

fn standing(draw: &Draw, facts: &Facts<'_>, sold: &Sold<'_>, is_refused: bool) -> Standing {
    if !draw.is_on(facts.cart.business_date) {
        return Standing::Off;
    }
    if facts.member.is_none() {
        return Standing::NoMember;
    }
    let truth = draw
        .when
        .as_ref()
        .map_or(Truth::Yes, |when| facts.holds(when));
    if truth != Truth::Yes {
        return Standing::NotMet(truth);
    }
    let turns = match &draw.turn_for {
        TurnFor::Event(_) => draw.turns,
        TurnFor::Sale | TurnFor::Every(_) if !facts.is_purchase() => return Standing::NoPurchase,
        TurnFor::Sale => draw.turns,
        TurnFor::Every(every) => {
            let paid = paid(sold, |_| true);
            let times = paid / every.get();
            if times == 0 {
                return Standing::Missing(Money::new(every.get() - paid));
            }
            let turns = times.saturating_mul(i64::from(draw.turns));
            u32::try_from(turns).unwrap_or(u32::MAX).min(draw.most)
        }
    };
    if is_refused {
        return Standing::Refused;
    }
    let had = facts.history.and_then(|past| past.turns.get(&draw.id));
    let enough = Enough::of((&draw.times, had), (None, QuotaOf::Rule, ""), None);
    match enough {
        Some(enough) => Standing::Enough(enough),
        None => Standing::Gives(turns.min(left(draw, had))),
    }
}

/// How many turns the member may still have.
fn left(draw: &Draw, had: Option<&Had>) -> u32 {
    let left = draw.times.all().map(|(window, most)| {
        let had = had.map_or(0, |had| had.within(window));
        most.saturating_sub(had)
    });
    left.min().unwrap_or(u32::MAX)
}

impl Turning<'_> {
    /// The turns that it gives.
    pub fn turns(&self) -> Option<TurnsGiven> {
        match self.standing {
            Standing::Gives(turns) => Some(TurnsGiven {
                draw: self.draw.id.clone(),
                turns,
            }),
            _ => None,
        }
    }

    /// What is said of it.
    pub fn reason(&self, speaker: &Speaker<'_>, facts: &Facts<'_>) -> Reason {
        let (key, found) = match &self.standing {
            Standing::Off => ("draw.off", String::new()),
            Standing::NoMember => ("draw.no_member", String::new()),
            Standing::NotMet(Truth::Unknown) => ("draw.not_known", String::new()),
            Standing::NotMet(_) => ("draw.not_met", String::new()),
            Standing::NoPurchase => ("draw.no_purchase", String::new()),
            Standing::Missing(missing) => ("draw.missing", speaker.money(*missing)),
            Standing::Refused => ("draw.refused", String::new()),
            Standing::Enough(_) => ("draw.enough", String::new()),
            Standing::Gives(turns) => (TURNS, turns.to_string()),
        };
        let gives = matches!(self.standing, Standing::Gives(_));
        let mut reason = Reason::new(speaker, self.draw.rule(), gives, key);
        let name = self.draw.name.in_language(speaker.language);
        reason.fill("name", name.to_owned());
        match &self.standing {
            Standing::NotMet(_) => {
                let when = self.draw.when.as_ref().expect("a condition does not hold");
                let whose = Named::from(self.draw.rule());
                because(speaker, facts, (&whose, when)).add_to(&mut reason);
            }
            Standing::Enough(enough) => {
                reason.values.extend(enough.values());
                reason.fill("found", enough.said());
            }
            Standing::Missing(missing) => {
                reason.values.insert("missing", missing.to_string());
                reason.fill("found", found);
            }
            Standing::Gives(turns) => {
                reason.values.insert("turns", turns.to_string());
                reason.fill("found", found);
            }
            Standing::Off | Standing::NoMember | Standing::NoPurchase | Standing::Refused => {}
        }
        reason
    }
}

/// What a turn that was drawn gives, as the event that it is booked as.
pub(super) struct Drawn<'a> {
    draw: &'a Draw,
    n: u64,
    prize: Option<&'a Prize>,
    gives: Vec<Gives>,
}

/// Nothing where the event is no turn of a draw of this programme. `reference` is the turn's number, and
/// behind a colon the prize.
pub(super) fn drawn<'a>(
    programme: &'a Programme,
    facts: &Facts<'_>,
    reference: &str,
) -> Option<Drawn<'a>> {
    let draw = programme.draw_of_turn(facts.event?)?;
    let (n, prize) = match reference.split_once(':') {
        Some((n, prize)) => (n, draw.prize(prize)),
        None => (reference, None),
    };
    let entries = prize.map_or(&[][..], |prize| &prize.gives);
    let gives = entries
        .iter()
        .map(|entry| given(programme, facts, *entry, draw.rule(), &|_, _| false));
    Some(Drawn {
        n: n.parse().unwrap_or(0),
        prize,
        gives: gives.collect(),
        draw,
    })
}

impl Drawn<'_> {
    /// What it gives.
    pub fn awards(&self) -> impl Iterator<Item = &Award> {
        self.gives.iter().filter_map(|gives| match gives {
            Gives::Award(award) => Some(award),
            _ => None,
        })
    }

    /// What is said of it.
    pub fn reason(&self, speaker: &Speaker<'_>) -> Reason {
        let key = match self.prize {
            Some(_) => "draw.won",
            None => "draw.nothing",
        };
        let mut reason = Reason::new(speaker, self.draw.rule(), self.prize.is_some(), key);
        let name = self.draw.name.in_language(speaker.language);
        reason.fill("name", name.to_owned());
        reason.fill("n", texts::number(speaker.language, count(self.n), 0));
        reason.values.insert("n", self.n.to_string());
        if let Some(prize) = self.prize {
            reason.values.insert("prize", prize.id.clone());
            reason.fill("prize", said(speaker, prize, self.awards()));
        }
        reason
    }
}

/// The prize by its name, and what it gives where that says more.
fn said<'a>(
    speaker: &Speaker<'_>,
    prize: &Prize,
    awards: impl Iterator<Item = &'a Award>,
) -> String {
    let name = prize.name.in_language(speaker.language);
    let goods = prize.goods.as_ref();
    let goods = goods.map(|goods| goods.in_language(speaker.language).to_owned());
    let more: Vec<String> = [Some(said_awards(speaker, awards)), goods]
        .into_iter()
        .flatten()
        .filter(|more| !more.is_empty() && more != name)
        .collect();
    if more.is_empty() {
        return name.to_owned();
    }
    format!("{name} ({})", more.join(", "))
}

/// A turn in words, with what it gave. Of a draw or a prize that the programme does not have, the ids are
/// told.
pub fn turn_line(
    programme: &Programme,
    language: Language,
    turn: DrawnTurn<'_>,
    awards: &[Award],
) -> TurnLine {
    let speaker = Speaker::all(programme, language);
    let draw = programme.draw(turn.draw);
    let name = draw.map_or(turn.draw, |draw| draw.name.in_language(language));
    let prize = turn.prize.and_then(|prize| draw?.prize(prize));
    let prize_text = match (prize, turn.prize) {
        (Some(prize), _) => Some(said(&speaker, prize, awards.iter())),
        (None, id) => id.map(str::to_owned),
    };
    let n = texts::number(language, count(turn.n), 0);
    let text = match &prize_text {
        Some(prize) => {
            let places = [("name", name), ("n", n.as_str()), ("prize", prize)];
            texts::phrase(language, "draw.won", &places)
        }
        None => texts::phrase(language, "draw.nothing", &[("name", name), ("n", &n)]),
    };
    let in_language = |names: &crate::programme::Names| names.in_language(language).to_owned();
    TurnLine {
        draw: turn.draw.to_owned(),
        name: name.to_owned(),
        n: turn.n,
        prize: turn.prize.map(str::to_owned),
        prize_name: prize.map(|prize| in_language(&prize.name)),
        goods: prize
            .and_then(|prize| prize.goods.as_ref())
            .map(in_language),
        seq: turn.seq,
        text,
    }
}

fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
