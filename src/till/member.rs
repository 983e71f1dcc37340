//! Members at the till: enrol, scan, history.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde_json::json;

use super::error::Error;
use super::lots::NextExpiry;
use super::operation::{Call, Operation};
use super::sale::retell_nothing;
use super::shell::{Replay, Till};
use super::status;
use crate::evaluate::{Cart, Shown};
use crate::exchange::{IdentifierHash, enrolment, identifier_hash};
use crate::kernel::ids::{Seq, hex};
use crate::kernel::{Balance, BusinessDate, Instant, MemberNumber, UtcOffset};
use crate::ledger::decide::note;
use crate::ledger::{Accounts, Entry, Kind, SaleFacts};
use crate::programme::{Programme, Wallet};
use crate::scan::{IdentifierKind, Scanned, normalise_identifier, recognise};
use crate::store::Reading;
use crate::texts::{date, phrase};

/// Entries one page of history holds at the most.
const HISTORY_MAX: u32 = 1_000;

/// Someone who joins.
#[derive(Clone, Default)]
pub struct Enrolment {
    /// What is shown at the till besides the member number: phones and cards, at most 16.
    pub identifiers: Vec<(IdentifierKind, String)>,
    /// When, by the POS: instant, offset and business date. The ledger's clock if absent.
    pub time: Option<(Instant, UtcOffset, BusinessDate)>,
}

/// Leaves the identifiers out: they are personal.
impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrolment")
            .field("identifiers", &self.identifiers.len())
            .finish()
    }
}

/// A balance by the wallet's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WalletBalance {
    /// The wallet's id in the programme.
    pub wallet: String,
    /// In the wallet's smallest unit.
    #[serde(flatten)]
    pub balance: Balance,
    /// What is the next to end; absent where nothing ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_expiry: Option<NextExpiry>,
}

/// What the cashier sees of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberCard {
    /// The member number, twelve digits.
    #[serde(serialize_with = "as_text")]
    pub number: MemberNumber,
    /// The member enrolled here or came with provisioning. A number of another store is as good
    /// for earning, but its balance is not known here yet.
    pub is_known_here: bool,
    /// This enrolment was asked before.
    pub was_replayed: bool,
    /// One line a wallet of the programme.
    pub wallets: Vec<WalletBalance>,
    /// One line for the cashier.
    pub cashier_text: String,
}

fn as_text<S: serde::Serializer>(number: &MemberNumber, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// One line a wallet of the programme, on a business date.
fn balances(programme: &Programme, accounts: &Accounts, on: BusinessDate) -> Vec<WalletBalance> {
    let line = |wallet: &Wallet| {
        let account = accounts.get(&wallet.number);
        WalletBalance {
            wallet: wallet.id.clone(),
            balance: account.map_or_else(Balance::default, |account| account.balance(on)),
            next_expiry: account.and_then(|account| NextExpiry::of(account, on)),
        }
    };
    programme.wallets().iter().map(line).collect()
}

impl Till {
    /// Gives a new member a number of this writer's own blocks, without asking anyone.
    pub fn enrol(&self, id: &str, enrolment: &Enrolment) -> Result<MemberCard, Error> {
        let hashes = self.hashes(enrolment)?;
        let told: Vec<String> = hashes.iter().map(|hash| hex(hash)).collect();
        let content = json!({ "identifiers": told }).to_string();
        let operation = Operation {
            id,
            call: Call::Enrol,
            content,
            kept_in_document: false,
        };
        let (number, replay) = self.operate(&operation, retell_nothing, |writing, moment| {
            for hash in &hashes {
                if writing.reading().member_of(hash)?.is_some() {
                    return Err(Error::refused(status::REFUSED, "identifier.known", &[]));
                }
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
                entry.payload = enrolment::encode(&hashes);
            });
            let seq = entry.seq;
            writing.append(&[entry])?;
            writing.know_member(number, seq, &hashes)?;
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

    fn hashes(&self, enrolment: &Enrolment) -> Result<Vec<IdentifierHash>, Error> {
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
        let mut hashes = enrolment
            .identifiers
            .iter()
            .map(|(kind, text)| Ok(self.identifier_hash(&normalise_identifier(*kind, text)?)))
            .collect::<Result<Vec<_>, Error>>()?;
        hashes.sort_unstable();
        hashes.dedup();
        Ok(hashes)
    }

    fn identifier_hash(&self, canonical: &str) -> IdentifierHash {
        identifier_hash(&self.identity.identifier_key, canonical)
    }

    /// The cart with the keyed hash of what the customer showed in the place of it.
    pub(super) fn keep_hash<'a>(&self, cart: &'a Cart) -> Cow<'a, Cart> {
        let Some(Shown::Code(code)) = &cart.shown else {
            return Cow::Borrowed(cart);
        };
        let mut cart = cart.clone();
        cart.shown = Some(Shown::Hash(self.identifier_hash(code)));
        Cow::Owned(cart)
    }

    /// Recognises what was scanned or typed, and tells the member's balances on a business date.
    pub fn scan(&self, text: &str, on: BusinessDate) -> Result<MemberCard, Error> {
        let scanned = recognise(text)?;
        self.read(|reading| {
            let (number, is_known_here) = self.shown(reading, &scanned)?;
            self.card(reading, number, is_known_here, on)
        })
    }

    /// Whose code this is, and whether the member is known here.
    pub(super) fn shown(
        &self,
        reading: &Reading<'_>,
        scanned: &Scanned,
    ) -> Result<(MemberNumber, bool), Error> {
        match scanned.member {
            Some(number) => Ok((number, reading.knows_member(number)?)),
            // Whoever is found by phone or card is known: no need to read that too.
            None => reading
                .member_of(&self.identifier_hash(&scanned.value))?
                .map(|number| (number, true))
                .ok_or_else(|| Error::refused(status::NOT_FOUND, "member.unknown", &[])),
        }
    }

    fn card(
        &self,
        reading: &Reading<'_>,
        number: MemberNumber,
        is_known_here: bool,
        on: BusinessDate,
    ) -> Result<MemberCard, Error> {
        let programme = self.programme_on(on)?;
        let accounts = self.accounts(reading, &programme, number, on)?;
        Ok(self.card_of(&programme, &accounts, number, is_known_here, on))
    }

    pub(super) fn card_of(
        &self,
        programme: &Programme,
        accounts: &Accounts,
        number: MemberNumber,
        is_known_here: bool,
        on: BusinessDate,
    ) -> MemberCard {
        let wallets = balances(programme, accounts, on);
        let told: Vec<String> = programme
            .wallets()
            .iter()
            .zip(&wallets)
            .map(|(wallet, line)| wallet.say(line.balance.known, self.language))
            .collect();
        let key = if is_known_here {
            "member.card"
        } else {
            "member.card_elsewhere"
        };
        let number_text = number.to_string();
        let values = [
            ("member", number_text.as_str()),
            ("balance", &told.join(", ")),
        ];
        let mut cashier_text = phrase(self.language, key, &values);
        for (wallet, line) in programme.wallets().iter().zip(&wallets) {
            if let Some(next) = &line.next_expiry {
                let (year, month, day) = next.last_day.parts();
                let values = [
                    ("text", cashier_text.as_str()),
                    ("points", &wallet.say(next.points, self.language)),
                    ("date", &date(self.language, year, month, day)),
                ];
                cashier_text = phrase(self.language, "member.expiring", &values);
            }
        }
        MemberCard {
            number,
            is_known_here,
            was_replayed: false,
            wallets,
            cashier_text: self.purpose.mark(self.language, &cashier_text),
        }
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
