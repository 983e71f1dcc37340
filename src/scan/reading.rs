//! What a till hands over to be recognised, and what it gets back.

use std::fmt;

use super::gs1::coupon::Coupon;
use super::symbology::Symbology;
use super::{IdentifierKind, ScannedKind, Unreadable, recognise};
use crate::kernel::MemberNumber;

/// How a text came to the till. The names are those of the nexo Retailer Protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EntryMode {
    /// A barcode or QR code.
    #[default]
    Scanned,
    /// Typed by the cashier.
    Keyed,
    /// A magnetic stripe.
    MagStripe,
    /// Held to a reader: a wallet pass over NFC.
    Contactless,
    /// From a file.
    File,
}

impl EntryMode {
    /// Every way there is.
    pub const ALL: [Self; 5] = [
        Self::Scanned,
        Self::Keyed,
        Self::MagStripe,
        Self::Contactless,
        Self::File,
    ];

    /// The name used in the header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scanned => "scanned",
            Self::Keyed => "keyed",
            Self::MagStripe => "mag_stripe",
            Self::Contactless => "contactless",
            Self::File => "file",
        }
    }
}

/// What the POS received.
#[derive(Clone, Copy)]
pub struct Scan<'a> {
    /// The text as it came, frame and all, not normalised.
    pub text: &'a str,
    /// What the driver says of the symbol. An AIM identifier in the text goes before it.
    pub symbology: Option<Symbology>,
    /// How it came.
    pub entry_mode: EntryMode,
}

/// What a text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A member number that loy gave.
    MemberNumber,
    /// A rotating member code: 22 digits, of which the last eight are a one-time password.
    RotatingCode,
    /// A voucher that loy signed; its digits.
    Voucher,
    /// A telephone number, in E.164.
    Phone,
    /// An EAN number that may be a member card.
    EanCard,
    /// The GSRN of a member, 18 digits.
    Gsrn,
    /// A coupon: a GCN, or an EAN number of GS1's coupon prefixes.
    Coupon,
    /// The member's code of one of the shop's links.
    Link,
    /// The number on the magnetic stripe of a private card.
    StripeCard,
    /// One of the shop's own codes.
    OwnCode,
    /// Anything else that can be printed on a card; known only if it was enrolled.
    Card,
}

impl Kind {
    /// The name used in the header.
    pub fn name(self) -> &'static str {
        match self {
            Self::MemberNumber => "member_number",
            Self::RotatingCode => "rotating_code",
            Self::Voucher => "voucher",
            Self::Phone => "phone",
            Self::EanCard => "ean_card",
            Self::Gsrn => "gsrn",
            Self::Coupon => "coupon",
            Self::Link => "link",
            Self::StripeCard => "stripe_card",
            Self::OwnCode => "own_code",
            Self::Card => "card",
        }
    }
}

/// By what the ledger finds the member.
#[derive(Clone, PartialEq, Eq)]
pub enum Lookup {
    /// By member number.
    Member(MemberNumber),
    /// By an identifier, in its stored spelling.
    Identifier(IdentifierKind, String),
    /// Not at all: it is nobody's, but something to redeem.
    Nobody,
}

/// One way to read the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it is.
    pub kind: Kind,
    /// Its one spelling.
    pub value: String,
    /// By what to look it up.
    pub lookup: Lookup,
    /// Which of a member's cards it is, where the card says so (AI 8019).
    pub instance: Option<String>,
    /// What a coupon of GS1 gives.
    pub coupon: Option<Coupon>,
    /// The name of the shop's rule that fitted, for [`Kind::OwnCode`].
    pub rule: Option<String>,
}

/// A text that was understood.
#[derive(Clone, PartialEq, Eq)]
pub struct Recognised {
    /// All readings, in the shop's order. There is at least one; the first is the answer, and with
    /// more than one the cashier has to ask.
    pub readings: Vec<Reading>,
    /// What else the text may be that would be refused.
    pub doubts: Vec<Unreadable>,
    /// The reading under which the same text was stored before the shop had rules, where it is
    /// another: look it up when the others find nobody.
    pub enrolled_as: Option<Reading>,
    /// Whether a Vietnamese keyboard or an outdated prefix had to be mended.
    pub repaired: bool,
    /// How it came.
    pub entry_mode: EntryMode,
}

/// A text that was refused.
#[derive(Clone, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub why: Unreadable,
    /// How else it can be read. A till may look these up, and must ask before it takes one. Empty
    /// for payment cards and for citizen cards, always.
    pub readings: Vec<Reading>,
    /// How it came.
    pub entry_mode: EntryMode,
}

/// Leaves the value out: it may be somebody's telephone number.
impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("kind", &self.kind)
            .field("rule", &self.rule)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Recognised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recognised")
            .field("readings", &self.readings)
            .field("doubts", &self.doubts)
            .field("repaired", &self.repaired)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused")
            .field("why", &self.why)
            .field("readings", &self.readings)
            .finish_non_exhaustive()
    }
}

impl<'a> Scan<'a> {
    /// A text of a scanner that says nothing of the symbol.
    pub fn scanned(text: &'a str) -> Self {
        Self {
            text,
            symbology: None,
            entry_mode: EntryMode::Scanned,
        }
    }

    /// A text that somebody typed.
    pub fn keyed(text: &'a str) -> Self {
        Self {
            entry_mode: EntryMode::Keyed,
            ..Self::scanned(text)
        }
    }
}

impl Recognised {
    /// The answer.
    pub fn first(&self) -> &Reading {
        &self.readings[0]
    }

    /// Whether there is more than one way to read the text.
    pub fn is_ambiguous(&self) -> bool {
        self.readings.len() > 1
    }
}

impl Reading {
    pub(super) fn new(kind: Kind, value: String, lookup: Lookup) -> Self {
        Self {
            kind,
            value,
            lookup,
            instance: None,
            coupon: None,
            rule: None,
        }
    }

    pub(super) fn card(kind: Kind, value: String) -> Self {
        let lookup = Lookup::Identifier(IdentifierKind::Card, value.clone());
        Self::new(kind, value, lookup)
    }

    pub(super) fn phone(e164: String) -> Self {
        let lookup = Lookup::Identifier(IdentifierKind::Phone, e164.clone());
        Self::new(Kind::Phone, e164, lookup)
    }

    /// A code that is looked up as if it had been scanned alone.
    pub(super) fn of_code(kind: Kind, code: &str) -> Result<Self, Unreadable> {
        let scanned = recognise(code)?;
        let lookup = match (scanned.kind, scanned.member) {
            (_, Some(member)) => Lookup::Member(member),
            (ScannedKind::Phone, None) => {
                Lookup::Identifier(IdentifierKind::Phone, scanned.value.clone())
            }
            _ => Lookup::Identifier(IdentifierKind::Card, scanned.value.clone()),
        };
        Ok(Self::new(kind, scanned.value, lookup))
    }
}
