//! What a turn of a lucky draw draws: a number that the till's own secret decided before anybody bought
//! anything, and that head office, which made the secret, can compute again.
//!
//! The draw key of a writer is HKDF-SHA256 of its secret, without salt, info "loy draw key v1". The key of
//! one draw is HMAC-SHA256 under it of the draw's id: it is what can be published once the draw is over,
//! and tells nothing of others. The outcome of turn n is HMAC-SHA256 under that key of the id and n. An id
//! has its length in front as eight bytes, n has eight bytes, both big-endian. The public key of the writer
//! commits to all of it: one secret makes both.

use std::collections::BTreeMap;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::entry::{Entry, Flags, Kind};
use super::event::EventPayload;
use crate::kernel::{BusinessDate, MemberNumber};
use crate::programme::{CHANCES, DRAW_RULE};

/// A key: of all draws of a writer, or of one of them.
pub type DrawKey = Zeroizing<[u8; 32]>;

/// The key of all draws of a writer.
pub fn key_of_writer(writer_secret: &[u8; 32]) -> DrawKey {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, writer_secret)
        .expand(b"loy draw key v1", &mut *key)
        .expect("32 bytes are not too many for HKDF-SHA256");
    key
}

/// The key of one of them.
pub fn key_of_draw(key_of_writer: &DrawKey, draw: &str) -> DrawKey {
    Zeroizing::new(mac(key_of_writer, &named(draw)))
}

/// What is published of the key of a draw before it begins: its SHA-256.
pub fn commitment(key_of_draw: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(key_of_draw).into()
}

/// What turn `n` of a draw draws under the draw's key.
pub fn outcome(key_of_draw: &[u8; 32], draw: &str, n: u64) -> [u8; 32] {
    let mut message = named(draw);
    message.extend_from_slice(&n.to_be_bytes());
    mac(key_of_draw, &message)
}

/// The outcome as a part of [`CHANCES`]: the first 128 bits of it as a fraction of all they can be, rounded
/// down. So each part has 2^91 outcomes and more, and none has more than one above another: no chance is off by
/// 2^-90 of itself.
pub fn part_of(outcome: &[u8; 32]) -> u64 {
    let half = |from: usize| {
        let bytes = outcome[from..from + 8].try_into().expect("eight bytes");
        u128::from(u64::from_be_bytes(bytes))
    };
    let chances = u128::from(CHANCES);
    let part = (half(0) * chances + ((half(8) * chances) >> 64)) >> 64;
    u64::try_from(part).expect("below all chances")
}

fn named(draw: &str) -> Vec<u8> {
    let length = u64::try_from(draw.len()).expect("a length fits");
    [&length.to_be_bytes()[..], draw.as_bytes()].concat()
}

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// A turn as its entry tells it: an event whose name is the draw's and whose reference is the number and
/// the prize.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The draw's id.
    pub draw: String,
    /// The turn's number at this writer, from 1.
    pub n: u64,
    /// The prize's id; nothing for none.
    pub prize: Option<String>,
}

impl Turn {
    /// The turn that an entry books, or takes back; nothing for any other entry.
    pub fn of(entry: &Entry) -> Option<Self> {
        if entry.kind != Kind::Event {
            return None;
        }
        Self::of_event(&EventPayload::from_payload(&entry.payload).ok()?)
    }

    /// The turn that an event is; nothing for any other event.
    pub fn of_event(event: &EventPayload) -> Option<Self> {
        let draw = event.name.strip_prefix(DRAW_RULE)?;
        let (n, prize) = match event.reference.split_once(':') {
            Some((n, prize)) => (n, Some(prize.to_owned())),
            None => (event.reference.as_str(), None),
        };
        Some(Self {
            draw: draw.to_owned(),
            n: n.parse().ok()?,
            prize,
        })
    }

    /// The name of its event.
    pub fn name(&self) -> String {
        format!("{DRAW_RULE}{}", self.draw)
    }

    /// The reference of its event.
    pub fn reference(&self) -> String {
        match &self.prize {
            Some(prize) => format!("{}:{prize}", self.n),
            None => self.n.to_string(),
        }
    }
}

/// Where a turn stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Who had it first. Where a draw counts for households, another of theirs may have it again: it stays
    /// theirs, so that nobody has more tries by joining and leaving.
    pub member: MemberNumber,
    /// On which business date it was had last.
    pub business_date: BusinessDate,
    /// The prize's id; nothing for none.
    pub prize: Option<String>,
    /// It was taken back: the next turn of its member, or of their household, is it again.
    pub is_open: bool,
}

/// What entries say of turns, by draw and number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turns {
    turns: BTreeMap<(String, u64), Standing>,
    /// How many turns have each prize, by draw and prize.
    won: BTreeMap<(String, String), u64>,
    /// The open turns and whose they are, by draw and number.
    open: BTreeMap<(String, u64), MemberNumber>,
}

impl Turns {
    /// Adds the next entry.
    pub fn apply(&mut self, entry: &Entry) {
        let (Some(turn), Some(member)) = (Turn::of(entry), entry.member) else {
            return;
        };
        let place = (turn.draw, turn.n);
        if entry.flags.has(Flags::UNDONE) {
            if let Some(standing) = self.turns.get_mut(&place)
                && !standing.is_open
            {
                standing.is_open = true;
                let member = standing.member;
                self.open.insert(place, member);
            }
            return;
        }
        if let Some(prize) = &turn.prize {
            *self
                .won
                .entry((place.0.clone(), prize.clone()))
                .or_default() += 1;
        }
        let known = self.turns.get(&place);
        let standing = Standing {
            member: known.map_or(member, |known| known.member),
            business_date: entry.business_date,
            prize: turn.prize,
            is_open: false,
        };
        self.open.remove(&place);
        let draw = place.0.clone();
        let before = self.turns.insert(place, standing);
        // It is the same turn again, and has one prize.
        if let Some(prize) = before.and_then(|before| before.prize)
            && let Some(won) = self.won.get_mut(&(draw, prize))
        {
            *won -= 1;
        }
    }

    /// Where a turn stands.
    pub fn get(&self, draw: &str, n: u64) -> Option<&Standing> {
        self.turns.get(&(draw.to_owned(), n))
    }

    /// The number of the last turn of a draw that nobody had before; 0 for none.
    fn last(&self, draw: &str) -> u64 {
        let all = (draw.to_owned(), 0)..=(draw.to_owned(), u64::MAX);
        let last = self.turns.range(all).next_back();
        last.map_or(0, |((_, n), _)| *n)
    }

    /// The number of the next turn of a draw of somebody: that of the oldest open turn whose member `is_theirs`,
    /// else the next that nobody had.
    pub fn next(&self, draw: &str, is_theirs: &dyn Fn(MemberNumber) -> bool) -> u64 {
        let all = (draw.to_owned(), 0)..=(draw.to_owned(), u64::MAX);
        let mut open = self.open.range(all);
        let kept = open.find(|(_, member)| is_theirs(**member));
        kept.map_or_else(|| self.last(draw) + 1, |((_, n), _)| *n)
    }

    /// How many turns there are.
    pub fn len(&self) -> usize {
        self.turns.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Every turn, with its draw's id.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Standing)> {
        let turns = self.turns.iter();
        turns.map(|((draw, _), standing)| (draw.as_str(), standing))
    }

    /// How often a prize was won, turn `n` not counted.
    pub fn won(&self, draw: &str, prize: &str, n: u64) -> u64 {
        let won = self.won.get(&(draw.to_owned(), prize.to_owned()));
        let own = self.get(draw, n).and_then(|turn| turn.prize.as_deref());
        won.copied().unwrap_or(0) - u64::from(own == Some(prize))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Made by `tests/draws/outcomes.py` with Python's own hmac and hashlib.
    const VECTORS: &str = include_str!("../../tests/draws/outcomes.json");

    #[test]
    fn a_turn_reads_back_from_its_event() {
        for prize in [None, Some("voucher-20k.a".to_owned())] {
            let turn = Turn {
                draw: "wheel".to_owned(),
                n: 17,
                prize,
            };
            let event = EventPayload {
                name: turn.name(),
                reference: turn.reference(),
            };
            assert_eq!(Turn::of_event(&event), Some(turn));
        }
        let review = EventPayload {
            name: "review".to_owned(),
            reference: "17".to_owned(),
        };
        assert_eq!(Turn::of_event(&review), None);
    }

    #[test]
    fn outcomes_are_those_that_another_tool_computes() {
        let vectors: Value = serde_json::from_str(VECTORS).expect("JSON");
        let bytes = |value: &Value| -> [u8; 32] {
            let digits = value.as_str().expect("a text");
            std::array::from_fn(|place| {
                u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).expect("a byte")
            })
        };
        let of_writer = key_of_writer(&bytes(&vectors["writer_secret"]));
        assert_eq!(*of_writer, bytes(&vectors["key_of_writer"]));
        for draw in vectors["draws"].as_array().expect("draws") {
            let id = draw["draw"].as_str().expect("an id");
            let key = key_of_draw(&of_writer, id);
            assert_eq!(*key, bytes(&draw["key"]), "{id}");
            assert_eq!(commitment(&key), bytes(&draw["commitment"]), "{id}");
            for turn in draw["turns"].as_array().expect("turns") {
                let outcome = outcome(&key, id, turn["n"].as_u64().expect("a number"));
                assert_eq!(outcome, bytes(&turn["outcome"]), "{id}");
                assert_eq!(Some(part_of(&outcome)), turn["part"].as_u64(), "{id}");
            }
        }
    }

    #[test]
    fn ten_thousand_turns_draw_what_another_tool_counts() {
        let vectors: Value = serde_json::from_str(VECTORS).expect("JSON");
        let secret = [7; 32];
        let counted = &vectors["counted"];
        let id = counted["draw"].as_str().expect("an id");
        let key = key_of_draw(&key_of_writer(&secret), id);
        let below: Vec<u64> = counted["below"]
            .as_array()
            .expect("parts")
            .iter()
            .filter_map(Value::as_u64)
            .collect();
        let mut counts = vec![0u64; below.len() + 1];
        for n in 0..10_000 {
            let part = part_of(&outcome(&key, id, n));
            counts[below.partition_point(|below| *below <= part)] += 1;
        }
        let expected: Vec<u64> = counted["counts"]
            .as_array()
            .expect("counts")
            .iter()
            .filter_map(Value::as_u64)
            .collect();
        assert_eq!(counts, expected);
    }

    #[test]
    fn a_part_is_the_fraction_rounded_down_from_none_to_all_but_one() {
        assert_eq!(part_of(&[0; 32]), 0);
        assert_eq!(part_of(&[0xff; 32]), CHANCES - 1);
        // Half of all is half of the chances; one less falls just below it.
        let mut half = [0; 32];
        half[0] = 0x80;
        assert_eq!(part_of(&half), CHANCES / 2);
        let mut less = [0; 32];
        less[..16].fill(0xff);
        less[0] = 0x7f;
        assert_eq!(part_of(&less), CHANCES / 2 - 1);
    }
}
