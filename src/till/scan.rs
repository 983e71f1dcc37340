//! What was scanned and whose it is. The scanner's room says how a text can be read; here each way
//! is looked up. Where that leaves more than one member, the cashier asks: nothing is guessed.

use super::code::CodeState;
use super::error::Error;
use super::shell::Till;
use super::status;
use crate::kernel::MemberNumber;
use crate::scan::nearby;
use crate::scan::{EntryMode, Kind, Lookup, Reading, Rules, Scan, Unreadable};
use crate::scan::{enrolled_as, identify};
use crate::store;

/// Whose a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The member whose code it is, or who that one was merged into.
    pub member: MemberNumber,
    /// The member whose code it was at first.
    pub shown: MemberNumber,
    /// Whether this ledger knows that member. A right member number of another store is a member's
    /// too.
    pub is_known_here: bool,
    /// What is to be said of a rotating code; absent of anything else.
    pub code: Option<CodeState>,
}

/// One way to read a scan, and whose it then is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The reading.
    pub reading: Reading,
    /// Absent where nobody has it, or where no ledger was asked.
    pub owner: Option<Owner>,
}

/// What a scan is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identified {
    /// Why it is refused. There may be candidates all the same, which a cashier has to ask about;
    /// for means of payment and papers there are none.
    pub refused: Option<Unreadable>,
    /// All ways to read it, in the shop's order.
    pub candidates: Vec<Candidate>,
    /// What else it may be that would be refused.
    pub doubts: Vec<Unreadable>,
    /// Numbers of members known here that are one slip of the finger away from what was typed. To
    /// be asked about, never to be taken.
    pub near: Vec<Candidate>,
    /// Whether a Vietnamese keyboard or an outdated prefix had to be mended.
    pub repaired: bool,
    /// How cards were spelled when they were enrolled without rules.
    enrolled_as: Option<Reading>,
}

impl Identified {
    /// What a scan is, as far as that can be told without a ledger, which has the shop's rules.
    pub fn without_ledger(scan: &Scan<'_>) -> Self {
        Self::by(&Rules::default(), scan)
    }

    /// What a scan is by a shop's rules.
    fn by(rules: &Rules, scan: &Scan<'_>) -> Self {
        let of_nobody = |readings: Vec<Reading>| {
            let each = readings.into_iter().map(|reading| Candidate {
                reading,
                owner: None,
            });
            each.collect()
        };
        match identify(scan, rules) {
            Ok(found) => Self {
                candidates: of_nobody(found.readings),
                doubts: found.doubts,
                repaired: found.repaired,
                enrolled_as: found.enrolled_as,
                ..Self::default()
            },
            Err(refused) => Self {
                refused: Some(refused.why),
                // A link of nobody's site may have been enrolled as a card, as it is.
                enrolled_as: match refused.why.is_of_a_person() {
                    true => None,
                    false => enrolled_as(scan.text, &refused.readings),
                },
                candidates: of_nobody(refused.readings),
                ..Self::default()
            },
        }
    }

    /// The place of the only candidate that can be meant: the only one whose member is known here,
    /// else the only one that is a member's, else the only one there is.
    pub fn only(&self) -> Option<usize> {
        let owner = |place: usize| self.candidates.get(place)?.owner;
        let is_here = |place: &usize| owner(*place).is_some_and(|owner| owner.is_known_here);
        let is_owned = |place: &usize| owner(*place).is_some();
        let places = 0..self.candidates.len();
        if let Some(first) = places.clone().find(is_here) {
            // Two ways to the same member are one.
            let same = |place| owner(place).map(|owner| owner.member);
            let mut others = places.filter(is_here);
            return others
                .all(|place| same(place) == same(first))
                .then_some(first);
        }
        match places.clone().find(is_owned) {
            Some(first) => (places.filter(is_owned).count() == 1).then_some(first),
            None => (places.len() == 1).then_some(0),
        }
    }

    /// Whether it is neither a means of payment nor a person's papers.
    fn may_be_meant(&self) -> bool {
        !self.refused.is_some_and(Unreadable::is_of_a_person)
    }

    fn is_anybodys(&self) -> bool {
        self.candidates.iter().any(|one| one.owner.is_some())
    }
}

impl Till {
    /// Says what a scan is and whose.
    ///
    /// # Errors
    /// The store's. What is refused is no error here.
    pub fn identify(&self, scan: &Scan<'_>) -> Result<Identified, Error> {
        self.read(|reading| {
            let mut found = self.found(reading, scan)?;
            let is_open = found.may_be_meant() && !found.is_anybodys();
            if scan.entry_mode == EntryMode::Keyed && is_open {
                for near in nearby::readings(scan.text) {
                    let near = self.candidate(reading, near)?;
                    let is_here = near.owner.is_some_and(|owner| owner.is_known_here);
                    found.near.extend(is_here.then_some(near));
                }
            }
            Ok(found)
        })
    }

    /// Whose code a text is, for calls that go on with one member.
    pub(super) fn owner_of(
        &self,
        reading: &store::Reading<'_>,
        text: &str,
    ) -> Result<Owner, Error> {
        let found = self.found(reading, &Scan::scanned(text))?;
        if let Some(why) = found.refused.filter(|why| why.is_of_a_person()) {
            return Err(why.into());
        }
        let only = found.only().and_then(|place| found.candidates.get(place));
        match (only.and_then(|only| only.owner), found.refused) {
            // Somebody enrolled just this, whatever else it may be.
            (Some(owner), _) => Ok(owner),
            (None, Some(why)) => Err(why.into()),
            (None, None) if found.is_anybodys() => {
                Err(Error::refused(status::REFUSED, "member.ambiguous", &[]))
            }
            (None, None) => Err(Error::refused(status::NOT_FOUND, "member.unknown", &[])),
        }
    }

    /// What a scan is by the shop's rules, and whose. Where nobody has it, it may be somebody's who was
    /// enrolled before there were such rules.
    fn found(&self, reading: &store::Reading<'_>, scan: &Scan<'_>) -> Result<Identified, Error> {
        let (found, has_rules) = self.by_rules(|rules| {
            let has_rules = *rules != Rules::default();
            (Identified::by(rules, scan), has_rules)
        });
        let mut found = self.with_owners(reading, found)?;
        if has_rules && found.may_be_meant() && !found.is_anybodys() {
            let old = Identified::without_ledger(scan);
            if old.may_be_meant() {
                let old = self.with_owners(reading, old)?.candidates.into_iter();
                found
                    .candidates
                    .extend(old.filter(|old| old.owner.is_some()));
            }
        }
        Ok(found)
    }

    fn with_owners(
        &self,
        reading: &store::Reading<'_>,
        mut found: Identified,
    ) -> Result<Identified, Error> {
        for candidate in &mut found.candidates {
            candidate.owner = self.owner(reading, &candidate.reading.lookup)?;
            if let Some(owner) = &mut candidate.owner
                && candidate.reading.kind == Kind::RotatingCode
            {
                owner.code = Some(self.shown(reading, &candidate.reading.value, owner.member)?);
            }
        }
        if let Some(old) = found.enrolled_as.take().filter(|_| !found.is_anybodys()) {
            let old = self.candidate(reading, old)?;
            found.candidates.extend(old.owner.is_some().then_some(old));
        }
        Ok(found)
    }

    fn candidate(&self, store: &store::Reading<'_>, reading: Reading) -> Result<Candidate, Error> {
        let owner = self.owner(store, &reading.lookup)?;
        Ok(Candidate { reading, owner })
    }

    fn owner(&self, reading: &store::Reading<'_>, lookup: &Lookup) -> Result<Option<Owner>, Error> {
        let (shown, is_known_here) = match lookup {
            Lookup::Nobody => return Ok(None),
            Lookup::Member(number) => (*number, reading.knows_member(*number)?),
            // Whoever is found by phone or card is known: no need to read that too.
            Lookup::Identifier(_, value) => {
                match reading.member_of(&self.identifier_hash(value))? {
                    Some(number) => (number, true),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(Owner {
            member: reading.whose(shown)?,
            shown,
            is_known_here,
            code: None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Kind, Reading};

    /// Readings of which each leads to a member (0 for nobody) who is known here or not.
    fn only(owners: &[(u8, bool)]) -> Option<usize> {
        let number = |which: u8| ["202601010016", "000000000174"][usize::from(which) - 1].parse();
        let candidates = owners.iter().map(|&(which, is_known_here)| Candidate {
            reading: reading(),
            owner: (which > 0).then(|| {
                let member: MemberNumber = number(which).expect("a right number");
                Owner {
                    member,
                    shown: member,
                    is_known_here,
                    code: None,
                }
            }),
        });
        Identified {
            candidates: candidates.collect(),
            ..Identified::default()
        }
        .only()
    }

    fn reading() -> Reading {
        let scan = Scan::scanned("0901234567");
        let found = identify(&scan, &Rules::default()).expect("a phone");
        assert_eq!(found.first().kind, Kind::Phone);
        found.first().clone()
    }

    #[test]
    fn a_code_of_two_members_is_asked_about_and_two_ways_to_one_member_are_one() {
        assert_eq!(only(&[(1, true), (2, true)]), None);
        assert_eq!(only(&[(1, true), (1, true)]), Some(0));
        assert_eq!(only(&[(0, false), (2, true)]), Some(1));
        // Known here goes before a number that some other store may have given.
        assert_eq!(only(&[(1, false), (2, true)]), Some(1));
        assert_eq!(only(&[(1, false), (2, false)]), None);
        assert_eq!(only(&[(1, false), (0, false)]), Some(0));
        assert_eq!(only(&[(0, false), (0, false)]), None);
        assert_eq!(only(&[(0, false)]), Some(0));
        assert_eq!(only(&[]), None);
    }
}
