//! A member who brings a friend: what the friend's event, the friend's purchase and the member's event
//! give (docs/programme.md, "Referral").

use minicbor::{Decode, Encode};

use super::explain::Speaker;
use super::facts::Facts;
use super::often::Enough;
use super::quote::Award;
use super::reached::{Gives, given, said_awards};
use super::reason::Reason;
use super::tally::Sold;
use super::tier::paid;
use crate::kernel::{BusinessDate, MemberNumber, Money, Points, WalletNumber};
use crate::programme::{
    ADVOCATE_RULE, Entry, FRIEND_RULE, Programme, QuotaOf, REFERRAL_EVENT, REFERRED_EVENT, Referral,
};

/// Who brought a member who has not bought since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ReferredBy {
    /// The other.
    #[n(0)]
    pub advocate: MemberNumber,
    /// The business date on which it was reported.
    #[n(1)]
    pub on: BusinessDate,
}

/// What a sale or an event has to do with it.
pub(super) struct Brought {
    kind: Kind,
    gives: Vec<(Entry, Gives)>,
}

enum Kind {
    /// The purchase that counts, of a friend of this member.
    Counts(MemberNumber),
    /// So much is missing for it.
    Missing(Money),
    /// It would have counted up to this date.
    Late(BusinessDate),
    /// It was reported.
    Reported,
    /// Who brought them is thanked.
    Thanked,
    /// They were thanked so often already.
    Enough(Enough),
}

/// Nothing where the sale or the event has nothing to do with it.
pub(super) fn brought(
    programme: &Programme,
    facts: &Facts<'_>,
    sold: &Sold<'_>,
    is_refused: &dyn Fn(WalletNumber, Points) -> bool,
) -> Option<Brought> {
    let referral = programme.referral()?;
    let kind = match facts.event {
        None => of_purchase(referral, facts, sold)?,
        Some(REFERRAL_EVENT) => Kind::Reported,
        Some(REFERRED_EVENT) => {
            let had = facts.history.map(|history| &history.thanked);
            let enough = Enough::of((&referral.times, had), (None, QuotaOf::Rule, ""), None);
            enough.map_or(Kind::Thanked, Kind::Enough)
        }
        Some(_) => return None,
    };
    let (entries, rule): (&[Entry], &str) = match kind {
        Kind::Counts(_) => (&referral.friend_at_purchase, FRIEND_RULE),
        Kind::Reported => (&referral.friend_at_once, FRIEND_RULE),
        Kind::Thanked => (&referral.advocate, ADVOCATE_RULE),
        Kind::Missing(_) | Kind::Late(_) | Kind::Enough(_) => (&[], FRIEND_RULE),
    };
    let gives = entries.iter().map(|entry| {
        let gives = given(programme, facts, *entry, rule.to_owned(), is_refused);
        (*entry, gives)
    });
    Some(Brought {
        gives: gives.collect(),
        kind,
    })
}

fn of_purchase(referral: &Referral, facts: &Facts<'_>, sold: &Sold<'_>) -> Option<Kind> {
    let by = facts.history?.referral?;
    let last = referral
        .within_days
        .map(|days| by.on.plus_days(days).unwrap_or(BusinessDate::MAX));
    if let Some(last) = last.filter(|last| *last < facts.cart.business_date) {
        return Some(Kind::Late(last));
    }
    let missing = referral.least - Money::new(paid(sold, |_| true));
    if missing.is_positive() || !facts.is_purchase() {
        return Some(Kind::Missing(missing.max(Money::new(1))));
    }
    Some(Kind::Counts(by.advocate))
}

impl Brought {
    /// Who is to be thanked for the sale.
    pub fn advocate(&self) -> Option<MemberNumber> {
        match self.kind {
            Kind::Counts(advocate) => Some(advocate),
            _ => None,
        }
    }

    /// What it gives to the member of the sale or the event.
    pub fn awards(&self) -> impl Iterator<Item = &Award> {
        self.gives.iter().filter_map(|(_, gives)| match gives {
            Gives::Award(award) => Some(award),
            _ => None,
        })
    }

    /// What is said of it.
    pub fn reason(&self, speaker: &Speaker<'_>) -> Reason {
        let points = said_awards(speaker, self.awards());
        let has_awards = !points.is_empty();
        let (key, found) = match &self.kind {
            Kind::Counts(_) if has_awards => ("referral.reached", points),
            Kind::Counts(_) => ("referral.counts", String::new()),
            Kind::Missing(missing) => ("referral.missing", speaker.money(*missing)),
            Kind::Late(last) => ("referral.late", speaker.date(*last)),
            Kind::Reported if has_awards => ("referral.friend", points),
            Kind::Reported => ("referral.reported", String::new()),
            Kind::Thanked if has_awards => ("referral.thanked", points),
            Kind::Thanked => ("referral.not_given", String::new()),
            Kind::Enough(_) => ("referral.enough", String::new()),
        };
        let rule = match self.kind {
            Kind::Thanked | Kind::Enough(_) => ADVOCATE_RULE,
            _ => FRIEND_RULE,
        };
        let mut reason = Reason::new(speaker, rule.to_owned(), has_awards, key);
        match &self.kind {
            Kind::Missing(missing) => {
                reason.values.insert("missing", missing.to_string());
            }
            Kind::Late(last) => {
                reason.values.insert("until", last.yyyymmdd().to_string());
            }
            Kind::Enough(enough) => reason.values.extend(enough.values()),
            Kind::Counts(_) | Kind::Reported | Kind::Thanked => {}
        }
        match &self.kind {
            Kind::Enough(enough) => reason.fill("found", enough.said()),
            _ => reason.fill("found", found),
        }
        reason
    }
}
