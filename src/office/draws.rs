//! Lucky draws of all tills, computed again: what each turn must have drawn by the key that head office made
//! for the till, and by the odds of the programme version that the turn names.

use std::collections::BTreeMap;

use rusqlite::params;
use zeroize::Zeroizing;

use super::report::{date_at, member_at, seq_at};
use super::{Office, OfficeError, column};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber, Money, Points, UtcOffset, WriterId};
use crate::ledger::draw::{DrawKey, Turn, Turns, commitment, key_of_draw, outcome, part_of};
use crate::ledger::{Entry, Flags, Fold, Kind};
use crate::programme::{CHANCES, Draw, DrawnAt, Programme, TimesPer};

/// What computing a turn again came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It drew what it must have drawn.
    Right,
    /// It did not, or it was not this member's turn to draw.
    Wrong,
    /// The key or the programme is not known here.
    NotKnown,
}

/// A turn as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnChecked {
    /// The day in the books.
    pub business_date: BusinessDate,
    /// Where.
    pub store: String,
    /// The till's code.
    pub till: String,
    /// The entry of the till's stream that tells it.
    pub seq: Seq,
    /// Whose.
    pub member: MemberNumber,
    /// The draw's id.
    pub draw: String,
    /// The turn's number at its till.
    pub n: u64,
    /// The prize's id; nothing for none.
    pub prize: Option<String>,
    /// What computing it again came to.
    pub verdict: Verdict,
}

/// How often a prize was won.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrizeTotal {
    /// The draw's id.
    pub draw: String,
    /// The prize's id; empty for none.
    pub prize: String,
    /// The chance of it in the last version known here that has the draw, in parts of
    /// [`CHANCES`]; for no prize, what the others leave. Nothing where the draw is not known.
    pub chance: Option<u64>,
    /// Turns of the draw, each number of each till once.
    pub turns: u64,
    /// Of these, those that won the prize, also in place of another that was used up.
    pub won: u64,
    /// Of these, those that were taken back and not drawn again.
    pub taken_back: u64,
    /// Entries of it that computing again does not come to.
    pub wrong: u64,
    /// Entries of it that cannot be computed again here.
    pub not_known: u64,
}

/// The key of a draw at one till.
#[derive(Clone)]
pub struct DrawKeys {
    /// The till's store.
    pub store: String,
    /// Its code.
    pub till: String,
    /// The writer.
    pub writer: WriterId,
    /// What can be published before the draw begins: SHA-256 of the key.
    pub commitment: [u8; 32],
    /// What can be published once it is over.
    pub key: DrawKey,
}

/// One life of a till, and what it continues.
struct Life {
    stream_no: i64,
    parent: Option<i64>,
    parent_seq: Seq,
    key: Option<DrawKey>,
    store: String,
    till: String,
}

/// Where the story of a life stands.
#[derive(Clone, Default)]
struct Story {
    turns: Turns,
    /// Who was merged, and who is in whose household, as the till knows it.
    people: Fold,
    /// Hashes of the programmes that were installed, oldest first.
    installed: Vec<[u8; 32]>,
}

/// An event or an act on a member, or an installed programme with its hash.
type Step = (Entry, Option<[u8; 32]>);

impl Office {
    /// Every turn that came in, by life and entry, each computed again. What is told depends on the entries
    /// and on which programmes are known here, not on the order in which they came.
    pub fn turns(&self) -> Result<Vec<TurnChecked>, OfficeError> {
        Ok(self.told()?.0)
    }

    /// How often each prize was won, by draw and prize.
    pub fn prize_totals(&self) -> Result<Vec<PrizeTotal>, OfficeError> {
        let (checked, stories) = self.told()?;
        let mut totals: BTreeMap<(String, String), PrizeTotal> = BTreeMap::new();
        let draws = self.newest_draws()?;
        for draw in draws.values() {
            let none = CHANCES - draw.prizes.iter().map(|prize| prize.chance).sum::<u64>();
            let prizes = draw
                .prizes
                .iter()
                .map(|prize| (prize.id.as_str(), prize.chance));
            for (prize, chance) in prizes.chain([("", none)]) {
                let total = total_of(&mut totals, &draw.id, prize);
                total.chance = Some(chance);
            }
        }
        for turn in &checked {
            let total = total_of(&mut totals, &turn.draw, turn.prize.as_deref().unwrap_or(""));
            match turn.verdict {
                Verdict::Right => {}
                Verdict::Wrong => total.wrong += 1,
                Verdict::NotKnown => total.not_known += 1,
            }
        }
        let mut turns: BTreeMap<String, u64> = BTreeMap::new();
        for (draw, standing) in stories.iter().flat_map(|story| story.turns.all()) {
            *turns.entry(draw.to_owned()).or_default() += 1;
            let total = total_of(&mut totals, draw, standing.prize.as_deref().unwrap_or(""));
            total.won += 1;
            total.taken_back += u64::from(standing.is_open);
        }
        let mut totals: Vec<PrizeTotal> = totals.into_values().collect();
        for total in &mut totals {
            total.turns = turns.get(&total.draw).copied().unwrap_or(0);
        }
        Ok(totals)
    }

    /// The key of a draw at every till whose secret head office made since it keeps them.
    pub fn draw_keys(&self, draw: &str) -> Result<Vec<DrawKeys>, OfficeError> {
        let mut query = self.db.prepare_cached(
            "SELECT store, till, writer, draw_key FROM writer WHERE draw_key IS NOT NULL
             ORDER BY store, till, writer_no",
        )?;
        let rows = query.query_map([], |row| {
            let of_writer: DrawKey = Zeroizing::new(row.get(3)?);
            let key = key_of_draw(&of_writer, draw);
            Ok(DrawKeys {
                store: row.get(0)?,
                till: row.get(1)?,
                writer: WriterId(row.get(2)?),
                commitment: commitment(&key),
                key,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every turn, and the stories of lives that no other continues.
    fn told(&self) -> Result<(Vec<TurnChecked>, Vec<Story>), OfficeError> {
        let mut checked = Vec::new();
        let mut lives: BTreeMap<i64, Story> = BTreeMap::new();
        let mut programmes: BTreeMap<[u8; 32], Option<Programme>> = BTreeMap::new();
        let mut continued = Vec::new();
        for life in self.lives()? {
            // Lives are numbered in the order in which they came, and none comes before its parent.
            let mut story = match life.parent {
                None => Story::default(),
                Some(parent) => {
                    continued.push(parent);
                    self.story_until(&life, parent)?
                }
            };
            for (entry, payload_hash) in self.entries_of(life.stream_no, 0, i64::MAX)? {
                if let Some(hash) = payload_hash {
                    story.installed.push(hash);
                    continue;
                }
                if let Some(turn) = Turn::of(&entry).filter(|_| !entry.flags.has(Flags::UNDONE)) {
                    let mut programme = None;
                    for hash in story.installed.iter().rev() {
                        let installed = self.programme(*hash, &mut programmes)?;
                        let version = installed.as_ref().map(Programme::version);
                        if version == Some(entry.programme_version) {
                            programme = installed;
                            break;
                        }
                    }
                    let programme = programme.as_ref();
                    let verdict = self.verdict(&life, &story, (&entry, &turn), programme)?;
                    checked.extend(told_of(&life, &entry, turn, verdict));
                }
                story.apply(&entry);
            }
            lives.insert(life.stream_no, story);
        }
        lives.retain(|stream_no, _| !continued.contains(stream_no));
        Ok((checked, lives.into_values().collect()))
    }

    /// The story that a life continues: that of its parents up to where it begins.
    fn story_until(&self, life: &Life, parent: i64) -> Result<Story, OfficeError> {
        let lives = self.lives()?;
        let mut parts = vec![(parent, life.parent_seq)];
        while let Some(before) = lives
            .iter()
            .find(|life| Some(&life.stream_no) == parts.last().map(|(stream_no, _)| stream_no))
            && let Some(grandparent) = before.parent
        {
            parts.push((grandparent, before.parent_seq));
        }
        let mut story = Story::default();
        for (stream_no, until) in parts.into_iter().rev() {
            for (entry, payload_hash) in self.entries_of(stream_no, 0, column(until))? {
                match payload_hash {
                    Some(hash) => story.installed.push(hash),
                    None => story.apply(&entry),
                }
            }
        }
        Ok(story)
    }

    fn verdict(
        &self,
        life: &Life,
        story: &Story,
        (entry, turn): (&Entry, &Turn),
        programme: Option<&Programme>,
    ) -> Result<Verdict, OfficeError> {
        let Some(member) = entry.member else {
            return Ok(Verdict::Wrong);
        };
        let draw = programme.map(|programme| programme.draw(&turn.draw));
        if draw == Some(None) || !story.is_its_turn(turn, member, draw.flatten()) {
            return Ok(Verdict::Wrong);
        }
        let (Some(key), Some(draw)) = (&life.key, draw.flatten()) else {
            return Ok(Verdict::NotKnown);
        };
        let part = part_of(&outcome(&key_of_draw(key, &draw.id), &draw.id, turn.n));
        let at = DrawnAt {
            store: &life.store,
            till: &life.till,
        };
        let won = draw.prize_of::<OfficeError>(part, at, &mut |prize| {
            Ok(story.turns.won(&draw.id, &prize.id, turn.n))
        })?;
        let is_right = won.map(|prize| prize.id.as_str()) == turn.prize.as_deref();
        Ok(if is_right {
            Verdict::Right
        } else {
            Verdict::Wrong
        })
    }

    fn lives(&self) -> Result<Vec<Life>, OfficeError> {
        let mut query = self.db.prepare_cached(
            "SELECT stream_no, parent_stream, parent_seq, draw_key, store, till
             FROM stream JOIN writer USING (writer_no) ORDER BY stream_no",
        )?;
        let mut rows = query.query([])?;
        let mut lives = Vec::new();
        while let Some(row) = rows.next()? {
            lives.push(Life {
                stream_no: row.get(0)?,
                parent: row.get(1)?,
                parent_seq: seq_at(row, 2)?,
                key: row.get::<_, Option<[u8; 32]>>(3)?.map(Zeroizing::new),
                store: row.get(4)?,
                till: row.get(5)?,
            });
        }
        Ok(lives)
    }

    /// Events, installed programmes, merges and households of a life, with the hash of a programme; nothing
    /// else of an entry than turns are told by.
    fn entries_of(&self, stream_no: i64, first: i64, last: i64) -> Result<Vec<Step>, OfficeError> {
        let mut query = self.db.prepare_cached(
            "SELECT seq, kind, flags, business_date, member, programme_version, payload, refers_to
             FROM entry WHERE stream_no = ?1 AND seq BETWEEN ?2 AND ?3 AND kind IN (2, 24, 30, 31)
             ORDER BY seq",
        )?;
        let mut rows = query.query(params![stream_no, first, last])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let kind = Kind::from_number(row.get(1)?).ok_or(OfficeError::Damaged("a kind"))?;
            let date = date_at(row, 3)?.ok_or(OfficeError::Damaged("a business date"))?;
            let payload: Vec<u8> = row.get::<_, Option<Vec<u8>>>(6)?.unwrap_or_default();
            let hash = match kind {
                Kind::ProgrammeInstalled => payload.as_slice().try_into().ok(),
                _ => None,
            };
            let entry = Entry {
                seq: seq_at(row, 0)?,
                kind,
                flags: Flags(row.get(2)?),
                at: Instant::from_ms(0),
                sold_at: Instant::from_ms(0),
                offset: UtcOffset::UTC,
                business_date: date,
                member: match seq_at(row, 4)? {
                    0 => None,
                    _ => Some(member_at(row, 4)?),
                },
                wallet: 0,
                lot: 0,
                points: Points::ZERO,
                amount: Money::ZERO,
                refers_to: seq_at(row, 7)?,
                available_from: date,
                expires_on: None,
                programme_version: row.get(5)?,
                payload,
            };
            found.push((entry, hash));
        }
        Ok(found)
    }

    /// A programme by its hash, if it is known here; it is read once.
    fn programme(
        &self,
        hash: [u8; 32],
        known: &mut BTreeMap<[u8; 32], Option<Programme>>,
    ) -> Result<Option<Programme>, OfficeError> {
        if let Some(programme) = known.get(&hash) {
            return Ok(programme.clone());
        }
        let mut query = self
            .db
            .prepare_cached("SELECT document FROM programme WHERE hash = ?1")?;
        let mut rows = query.query([hash])?;
        let read = match rows.next()? {
            None => None,
            Some(row) => Programme::read(&row.get::<_, Vec<u8>>(0)?).ok(),
        };
        known.insert(hash, read.clone());
        Ok(read)
    }

    /// Each draw as the highest version known here has it.
    fn newest_draws(&self) -> Result<BTreeMap<String, Draw>, OfficeError> {
        let mut query = self.db.prepare_cached("SELECT document FROM programme")?;
        let rows = query.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        let mut newest: BTreeMap<String, (u32, Draw)> = BTreeMap::new();
        for document in rows {
            let programme =
                Programme::read(&document?).map_err(|_| OfficeError::Damaged("a programme"))?;
            for draw in programme.draws() {
                let version = programme.version();
                let known = newest.get(&draw.id).map_or(0, |(version, _)| *version);
                if version > known {
                    newest.insert(draw.id.clone(), (version, draw.clone()));
                }
            }
        }
        let draws = newest.into_iter().map(|(id, (_, draw))| (id, draw));
        Ok(draws.collect())
    }
}

impl Story {
    fn apply(&mut self, entry: &Entry) {
        // Head office never rejects a fact: what cannot be is left where it stands.
        let _ = self.people.apply(entry);
        self.turns.apply(entry);
    }

    /// It is the oldest turn of this member that was taken back, or of their household where the draw counts
    /// for it; without one, the next number. Nobody who has one of these draws another. Where the draw is not
    /// known here, both are right.
    fn is_its_turn(&self, turn: &Turn, member: MemberNumber, draw: Option<&Draw>) -> bool {
        let is_next = |per| {
            let of = |number| match per {
                TimesPer::Member => self.people.whose(number),
                TimesPer::Household => self.people.account_of(number),
            };
            let own = of(member);
            turn.n == self.turns.next(&turn.draw, &|other| of(other) == own)
        };
        match draw {
            Some(draw) => is_next(draw.times.per),
            None => is_next(TimesPer::Member) || is_next(TimesPer::Household),
        }
    }
}

fn total_of<'a>(
    totals: &'a mut BTreeMap<(String, String), PrizeTotal>,
    draw: &str,
    prize: &str,
) -> &'a mut PrizeTotal {
    let place = (draw.to_owned(), prize.to_owned());
    totals.entry(place).or_insert_with(|| PrizeTotal {
        draw: draw.to_owned(),
        prize: prize.to_owned(),
        ..PrizeTotal::default()
    })
}

fn told_of(life: &Life, entry: &Entry, turn: Turn, verdict: Verdict) -> Option<TurnChecked> {
    Some(TurnChecked {
        business_date: entry.business_date,
        store: life.store.clone(),
        till: life.till.clone(),
        seq: entry.seq,
        member: entry.member?,
        draw: turn.draw,
        n: turn.n,
        prize: turn.prize,
        verdict,
    })
}
