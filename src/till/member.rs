//! Members at the till: enrol, scan, history.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use super::approval::tell;
use super::card::MemberCard;
use super::code::CodeState;
use super::error::Error;
use super::operation::{Call, Operation};
use super::sale::retell_nothing;
use super::shell::{Replay, Till};
use super::status;
use super::told::{self, Told};
use crate::evaluate::{Cart, Shown};
use crate::exchange::{IdentifierHash, enrolment, identifier_hash};
use crate::kernel::ids::{Seq, hex};
use crate::kernel::order;
use crate::kernel::{BusinessDate, Instant, MemberNumber, UtcOffset};
use crate::ledger::decide::note;
use crate::ledger::{Entry, Exception, Kind, SaleFacts};
use crate::scan::{IdentifierKind, identifier_by, normalise_identifier};
use crate::texts::phrase;

/// Entries one page of history holds at the most.
const HISTORY_MAX: u32 = 1_000;

/// Someone who joins.
#[derive(Clone, Default)]
pub struct Enrolment {
    /// What is shown at the till besides the member number: phones and cards, at most 16.
    pub identifiers: Vec<(IdentifierKind, String)>,
    /// When, by the POS: instant, offset and business date. The ledger's clock if absent.
    pub time: Option<(Instant, UtcOffset, BusinessDate)>,
    /// They are somebody else than who has the same phone or card already: it leads to the first all the
    /// same, and the day's report says that the two may be one.
    pub is_somebody_else: bool,
}

/// Leaves the identifiers out: they are personal.
impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrolment")
            .field("identifiers", &self.identifiers.len())
            .finish()
    }
}

/// What somebody is enrolled with.
#[derive(Default)]
struct Hashes {
    /// By which the same enrolment is known again, whatever rules came or went since it was asked.
    asked: Vec<IdentifierHash>,
    /// What leads to the member.
    known: Vec<IdentifierHash>,
}

impl Till {
    /// Gives a new member a number of this writer's own blocks, without asking anyone. Whose phone or card
    /// is known is no new member: the refusal names who has it ([`Error::member`]).
    pub fn enrol(&self, id: &str, enrolment: &Enrolment) -> Result<MemberCard, Error> {
        let Hashes {
            asked,
            known: hashes,
        } = self.hashes(enrolment)?;
        let identifiers = asked.iter().map(|hash| Told::Text(hex(hash)));
        let mut asked = vec![("identifiers", Told::Parts(identifiers.collect()))];
        if enrolment.is_somebody_else {
            asked.push(("somebody_else", Told::Yes));
        }
        let operation = Operation::told(id, Call::Enrol, told::content(asked));
        let (number, replay) = self.operate(&operation, retell_nothing, |writing, moment| {
            let (mut new, mut known) = (Vec::new(), BTreeSet::new());
            for hash in &hashes {
                let reading = writing.reading();
                match reading.member_of(hash)? {
                    None => new.push(*hash),
                    Some(member) => drop(known.insert(reading.whose(member)?)),
                }
            }
            if let Some(member) = known.first().filter(|_| !enrolment.is_somebody_else) {
                let member = [("member", member.to_string())];
                let already = status::ALREADY_RESOLVED;
                return Err(Error::refused(already, "identifier.known", &member));
            }
            let number = writing.take_member_number()?.ok_or_else(|| {
                Error::refused(status::LIMIT_REACHED, "members.numbers_used_up", &[])
            })?;
            let plain = moment.facts();
            let facts = match enrolment.time {
                None => plain,
                Some((sold_at, offset, business_date)) => SaleFacts {
                    sold_at,
                    offset,
                    business_date,
                    ..plain
                },
            };
            let facts = SaleFacts {
                member: Some(number),
                ..facts
            };
            let entry = note(writing.head().seq, &facts, Kind::Enrol, |entry| {
                entry.payload = enrolment::encode(&new);
            });
            let seq = entry.seq;
            writing.append(&[entry])?;
            writing.know_member(number, seq, &new)?;
            for first in known {
                let exception = Exception {
                    found: i64::try_from(first.get()).expect("twelve digits"),
                    ..Exception::new("member.twice")
                };
                tell(writing, &facts, seq, &exception)?;
            }
            self.sign_up(writing, &facts, number)?;
            Ok(number.get())
        })?;
        let number = MemberNumber::try_from(number)
            .map_err(|_| Error::Internal("an impossible member number"))?;
        let on = enrolment.time.map(|(_, _, date)| date);
        self.read(|reading| {
            let mut card = self.card(reading, number, true, on.unwrap_or(BusinessDate::MAX))?;
            card.was_replayed = replay == Replay::Again;
            Ok(card)
        })
    }

    /// By what they are told to be the same again, and what leads to the member.
    fn hashes(&self, enrolment: &Enrolment) -> Result<Hashes, Error> {
        if enrolment.identifiers.len() > enrolment::IDENTIFIERS_MAX {
            return Err(Error::Argument {
                field: "identifiers",
                expected: "at most 16",
            });
        }
        if enrolment.time.is_some_and(|(at, ..)| !at.is_in_range()) {
            return Err(Error::Argument {
                field: "at_ms",
                expected: "1970 to 9999",
            });
        }
        let mut hashes = Hashes::default();
        let mut without_rules = Vec::new();
        self.by_rules(|rules| {
            for (kind, text) in &enrolment.identifiers {
                let by_rules = self.identifier_hash(&identifier_by(rules, *kind, text)?);
                let without = normalise_identifier(*kind, text).ok();
                let without = without.map(|spelled| self.identifier_hash(&spelled));
                hashes.asked.push(without.unwrap_or(by_rules));
                hashes.known.push(by_rules);
                without_rules.extend(without);
            }
            Ok::<_, Error>(())
        })?;
        for list in [&mut hashes.asked, &mut hashes.known] {
            order::sort_by(list, Ord::cmp);
            list.dedup();
        }
        // Rules come and go. Who was enrolled by them is found by the same text without them, too.
        for hash in without_rules {
            let is_new = !hashes.known.contains(&hash);
            if is_new && hashes.known.len() < enrolment::IDENTIFIERS_MAX {
                hashes.known.push(hash);
            }
        }
        Ok(hashes)
    }

    pub(super) fn identifier_hash(&self, canonical: &str) -> IdentifierHash {
        identifier_hash(&self.identity.identifier_key, canonical)
    }

    /// The cart with the keyed hash of what the customer showed in the place of it.
    pub(super) fn keep_hash<'a>(&self, cart: &'a Cart) -> Cow<'a, Cart> {
        let Some(Shown::Code(code)) = &cart.shown else {
            return Cow::Borrowed(cart);
        };
        let mut cart = cart.clone();
        cart.shown = Some(Shown::Hash(self.shown_hash(code)));
        Cow::Owned(cart)
    }

    /// The keyed hash of what a customer showed, in its one spelling.
    pub(super) fn shown_hash(&self, code: &str) -> IdentifierHash {
        self.by_rules(|rules| self.identifier_hash(&Shown::spelled(code, rules)))
    }

    /// Recognises what was scanned or typed, and tells the member's balances on a business date.
    pub fn scan(&self, text: &str, on: BusinessDate) -> Result<MemberCard, Error> {
        self.read(|reading| {
            let owner = self.owner_of(reading, text)?;
            let mut card = self.card(reading, owner.member, owner.is_known_here, on)?;
            if let Some(why) = owner.code.and_then(CodeState::reason) {
                let why = phrase(self.language, why, &[]);
                let places = [("text", card.cashier_text.as_str()), ("why", &why)];
                card.cashier_text = phrase(self.language, "member.card_code", &places);
            }
            Ok(match owner.member == owner.shown {
                true => card,
                false => card.merged_from(owner.shown, self.language),
            })
        })
    }

    /// A member's entries behind `after`, oldest first, at most 1,000.
    pub fn history(
        &self,
        member: MemberNumber,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Entry>, Error> {
        self.read(|reading| Ok(reading.history(member, after, limit.min(HISTORY_MAX))?))
    }
}
