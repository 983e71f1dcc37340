//! What was scanned or typed at the till: recognised, normalised, checked.
//!
//! A cashier's scanner, keyboard or fingers give one line of text. This room says what it is (a
//! member number, a telephone number, a code printed on a card) and puts it into the one spelling
//! that is stored and looked up. Enrolment and scanning share the same functions, so that what was
//! enrolled is found again however it is written the next time. The spelling is part of the file
//! format: the ledger keeps only a keyed hash of it, so changing a rule here loses members.
//!
//! This room is pure. It knows no ledger, no SQL, no FFI, and it never repeats the text it was
//! given in an error or in a debug print: the text may be a telephone number or a bank card.

pub mod crockford;
pub mod ean;
pub mod framing;
pub mod gs1;
mod identify;
pub mod keyboard;
pub mod nearby;
pub mod one_time;
pub mod other;
pub mod payment_card;
pub mod payment_code;
pub mod phone;
pub mod phone_before_2017;
#[cfg(feature = "world-phones")]
pub mod phone_world;
mod reading;
mod refusal;
pub mod rotating;
pub mod symbology;
pub mod track;
pub mod web;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::kernel::MemberNumber;
pub use crate::kernel::check_digit;
pub use crate::kernel::codes as rules;
use crate::kernel::ids::NoMemberNumber;

pub use identify::{SCAN_MAX, enrolled_as, identify};
pub use reading::{EntryMode, Kind, Lookup, Reading, Recognised, Refused, Scan};
pub use refusal::Unreadable;
pub use rules::Rules;

/// The longest text that is read as a code, in characters, after trimming.
pub const TEXT_MAX: usize = rules::CODE_MAX;

/// Digits of a member number, check digit included.
const MEMBER_NUMBER_DIGITS: usize = 12;

/// What a text is where nothing is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum ScannedKind {
    /// A member number of this programme: 12 digits with a right check digit.
    MemberNumber,
    /// A Vietnamese telephone number.
    Phone,
    /// Anything else that can be printed on a card.
    Card,
}

/// What kind of thing a member is also known by, besides the member number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentifierKind {
    /// A Vietnamese telephone number, mobile or fixed.
    Phone,
    /// The code of a card or tag the shop handed out, or of an older programme.
    Card,
}

impl IdentifierKind {
    /// The name used in the header, in JSON and in files: `phone` or `card`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Card => "card",
        }
    }
}

/// A name that is no identifier kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the kinds of identifier are phone and card")]
pub struct NoIdentifierKind;

impl FromStr for IdentifierKind {
    type Err = NoIdentifierKind;

    fn from_str(name: &str) -> Result<Self, NoIdentifierKind> {
        match name {
            "phone" => Ok(Self::Phone),
            "card" => Ok(Self::Card),
            _ => Err(NoIdentifierKind),
        }
    }
}

/// A text that was understood.
#[derive(Clone, PartialEq, Eq)]
struct Scanned {
    /// What it is.
    kind: ScannedKind,
    /// The one spelling to store and look up: 12 digits, `+84` and the national number (E.164), or
    /// the card code in capitals, 1 to [`TEXT_MAX`] printable ASCII characters.
    value: String,
    /// The member number, when the text is one.
    member: Option<MemberNumber>,
    /// Whether the text was damaged or out of date and had to be mended to be understood: a
    /// telephone number of before September 2018, or a symbology mark that the Vietnamese keyboard
    /// changed on its way. Trimming, separators and small letters are no damage.
    repaired: bool,
}

/// Leaves the value out: it may be somebody's telephone number.
impl fmt::Debug for Scanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scanned")
            .field("kind", &self.kind)
            .field("repaired", &self.repaired)
            .finish_non_exhaustive()
    }
}

/// Says what a bare code is, and spells it the one way it is stored: what [`identify`] makes of the
/// codes it finds inside links and stripes, and of all codes before the shop had rules.
///
/// In this order, the first that fits: a payment card (refused), a member number, a Vietnamese
/// telephone number, twelve digits with a wrong check digit (refused), a text that begins like an
/// international number and is none (refused), a card code. Source of the order:
/// `studies/standards.md` 1.1.
///
/// Control characters and spaces around the text and the symbology mark of the scanner (AIM
/// identifier, `]C1`) are cut off. Spaces, dots and dashes between digits do not count. A card code
/// is put into capitals, since a scanner that types with Caps Lock on gives the other case.
///
/// # Errors
/// [`Unreadable`]; it never repeats the text.
fn recognise(text: &str) -> Result<Scanned, Unreadable> {
    let framed = framing::without_marks(text);
    let (text, repaired) = (framed.text, framed.is_mended);
    check(text)?;

    let digits = digits_of(text);
    let number = digits
        .as_deref()
        .filter(|digits| digits.len() == MEMBER_NUMBER_DIGITS);
    let number = number.map(str::parse::<MemberNumber>);
    if let Some(Ok(member)) = number {
        return Ok(Scanned {
            kind: ScannedKind::MemberNumber,
            value: member.to_string(),
            member: Some(member),
            repaired,
        });
    }
    if let Ok(phone) = phone::read(text) {
        return Ok(Scanned {
            kind: ScannedKind::Phone,
            value: phone.e164,
            member: None,
            repaired: repaired || phone.had_old_prefix,
        });
    }
    match number {
        Some(Err(NoMemberNumber::CheckDigit)) => return Err(Unreadable::CheckDigit),
        _ if phone::is_meant(text) => return Err(Unreadable::NotAPhone),
        _ => {}
    }
    let value = digits.unwrap_or_else(|| text.to_ascii_uppercase());
    Ok(Scanned {
        kind: ScannedKind::Card,
        value,
        member: None,
        repaired,
    })
}

/// The one spelling of a code, by which it is looked up and counted: the member number of a code
/// that holds one.
///
/// # Errors
/// [`Unreadable`]; it never repeats the text.
pub fn spelled(text: &str, rules: &Rules) -> Result<String, Unreadable> {
    let Some(reading) = readings(text, rules)?.into_iter().next() else {
        return Ok(recognise(text)?.value);
    };
    Ok(match reading.lookup {
        Lookup::Member(member) => member.to_string(),
        Lookup::Identifier(_, value) => value,
        Lookup::Nobody => reading.value,
    })
}

/// Spells an identifier of a known kind the one way it is stored where the shop has no rules: as
/// [`identify`] would when the same text is scanned.
///
/// # Errors
/// As [`identifier_by`].
pub fn normalise_identifier(kind: IdentifierKind, text: &str) -> Result<String, Unreadable> {
    identifier_by(&Rules::default(), kind, text)
}

/// Spells an identifier of a known kind the one way it is stored: as [`identify`] would when the
/// same text is scanned by the shop's rules. What may be a phone and one of the shop's own codes is
/// of the kind that is named.
///
/// # Errors
/// [`Unreadable`]: what pays and what is of a person, and [`Unreadable::NotAPhone`] or
/// [`Unreadable::NotACardCode`] when the text is of another kind than the one named.
pub fn identifier_by(
    rules: &Rules,
    kind: IdentifierKind,
    text: &str,
) -> Result<String, Unreadable> {
    // What may be a member number is nothing else.
    let found = readings(text, rules)?
        .into_iter()
        .map_while(|reading| match reading.lookup {
            Lookup::Identifier(kind, value) => Some((kind, value)),
            _ => None,
        });
    if let Some((_, value)) = found.into_iter().find(|(found, _)| *found == kind) {
        return Ok(value);
    }
    match (kind, recognise(text)) {
        (IdentifierKind::Card, Ok(scanned)) if scanned.kind == ScannedKind::Card => {
            Ok(scanned.value)
        }
        (IdentifierKind::Card, Ok(_)) => Err(Unreadable::NotACardCode),
        (IdentifierKind::Phone, Ok(_) | Err(Unreadable::CheckDigit)) => Err(Unreadable::NotAPhone),
        (_, Err(reason)) => Err(reason),
    }
}

/// How a text is read, in the shop's order, though it be refused as no member's.
fn readings(text: &str, rules: &Rules) -> Result<Vec<Reading>, Unreadable> {
    match identify(&Scan::scanned(text), rules) {
        Ok(found) => Ok(found.readings),
        Err(refused) if refused.why.is_of_a_person() => Err(refused.why),
        Err(refused) => Ok(refused.readings),
    }
}

/// Refuses what cannot be anybody's code, before anything is copied.
fn check(text: &str) -> Result<(), Unreadable> {
    if text.is_empty() {
        return Err(Unreadable::Empty);
    }
    if payment_card::is_one(text) {
        return Err(Unreadable::PaymentCard);
    }
    if text.chars().nth(TEXT_MAX).is_some() {
        return Err(Unreadable::TooLong);
    }
    if !text
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    {
        return Err(Unreadable::NotPrintable);
    }
    Ok(())
}

/// The digits of a text made of digits and the marks people group them with; `None` of any other.
fn digits_of(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (is_grouped_digits(text) && !digits.is_empty()).then_some(digits)
}

/// Whether the text has only digits and the marks people group them with.
fn is_grouped_digits(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || is_grouping(byte))
}

fn is_grouping(byte: u8) -> bool {
    b" .-".contains(&byte)
}

#[cfg(test)]
mod tests;
