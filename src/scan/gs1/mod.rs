//! Barcodes of the GS1 system: element strings, Digital Links and coupons.
//!
//! A member is a GSRN, "the relationship between an organisation and the recipient of services,
//! such as a loyalty programme" (AI 8018), with the number of the card in 8019. A coupon is a GCN
//! (AI 255) with what it gives. Everything else of GS1 is read too, so that it can be refused by
//! name. Sources: GS1 General Specifications; `studies/standards.md` 1.3.

pub mod coupon;
pub mod link;
mod table;

use std::fmt;

use super::ean;
pub use table::identifier;
use table::{Identifier, leading};

/// The character between element strings (ASCII 29), which scanners send for FNC1.
pub const SEPARATOR: char = '\u{1d}';

/// More elements than any real symbol has.
const ELEMENTS_MAX: usize = 64;

/// An application identifier and its value.
#[derive(Clone, PartialEq, Eq)]
pub struct Element {
    /// Two to four digits.
    pub identifier: String,
    /// At most 90 characters.
    pub value: String,
}

/// Leaves the value out: it may be a member's number.
impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", self.identifier)
    }
}

/// Why a text is no element string. The number is that of the application identifier at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoElements {
    /// Nothing stands there.
    #[error("an element string holds at least one application identifier")]
    Empty,
    /// An identifier that GS1 has not given out.
    #[error("the text does not begin with a known application identifier")]
    UnknownIdentifier,
    /// The value is too short, too long or has wrong characters.
    #[error("the value of ({0}) does not have its form")]
    Form(String),
    /// The check digit within the value is wrong.
    #[error("the check digit of ({0}) is wrong")]
    CheckDigit(String),
    /// Two identifiers that contradict each other.
    #[error("({0}) stands beside an identifier that it excludes")]
    Exclusive(String),
    /// An identifier that means nothing alone.
    #[error("({0}) lacks the identifier that it needs")]
    MissingRequired(String),
    /// The same identifier twice with two values.
    #[error("({0}) stands there twice with two values")]
    Repeated(String),
}

impl NoElements {
    /// The error's name in the vectors: `AI_FORMAT:8018`.
    pub fn name(&self) -> String {
        match self {
            Self::Empty => "EMPTY".to_owned(),
            Self::UnknownIdentifier => "UNKNOWN_AI".to_owned(),
            Self::Form(number) => format!("AI_FORMAT:{number}"),
            Self::CheckDigit(number) => format!("CHECK_DIGIT:{number}"),
            Self::Exclusive(number) => format!("EXCLUSIVE_AI:{number}"),
            Self::MissingRequired(number) => format!("MISSING_REQUIRED_AI:{number}"),
            Self::Repeated(number) => format!("REPEATED_AI:{number}"),
        }
    }
}

/// How the scanner sends the separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separators {
    /// As [`SEPARATOR`].
    Sent,
    /// Not at all: values of one length end by themselves, and only the last may vary.
    Lost,
}

/// Reads an element string, without AIM identifier and first FNC1.
///
/// # Errors
/// [`NoElements`]: the form of each element in order, then identifiers that exclude each other,
/// then those that lack another, then repeated ones.
pub fn elements(text: &str, separators: Separators) -> Result<Vec<Element>, NoElements> {
    let mut rest = text.trim_start_matches(SEPARATOR);
    let mut elements = Vec::new();
    while !rest.is_empty() && elements.len() < ELEMENTS_MAX {
        let (known, number) = leading(rest).ok_or(NoElements::UnknownIdentifier)?;
        let (value, after) = split_value(known, &rest[number.len()..], separators);
        check_value(known, number, value)?;
        elements.push(Element {
            identifier: number.to_owned(),
            value: value.to_owned(),
        });
        rest = after;
    }
    check_companions(&elements)?;
    Ok(elements)
}

/// The value at the beginning, and what follows it and its separator.
fn split_value<'a>(
    known: &Identifier,
    text: &'a str,
    separators: Separators,
) -> (&'a str, &'a str) {
    let end = text.find(SEPARATOR).unwrap_or(text.len());
    let ends_itself = known.is_fixed || separators == Separators::Lost;
    let own_length = parts(known).try_fold(0, |length, part| {
        (part.is_always && part.min == part.max).then_some(length + part.max)
    });
    let end = match own_length.filter(|_| ends_itself) {
        Some(length) if text.is_char_boundary(length.min(end)) => length.min(end),
        _ => end,
    };
    let after = &text[end..];
    (&text[..end], after.strip_prefix(SEPARATOR).unwrap_or(after))
}

/// One part of an identifier's form.
struct Part {
    set: u8,
    min: usize,
    max: usize,
    check: Option<u8>,
    is_always: bool,
}

fn parts(known: &Identifier) -> impl Iterator<Item = Part> {
    known.form.split(' ').map(|form| {
        let is_always = !form.ends_with('?');
        let form = form.trim_end_matches('?');
        let digits_end = form
            .rfind(|c: char| c.is_ascii_digit())
            .map_or(0, |at| at + 1);
        let check = form.as_bytes().get(digits_end).copied();
        let form = &form[..digits_end];
        let length = form[1..].trim_start_matches('.');
        let max = length.parse().expect("a length");
        let min = if form.contains("..") { 1 } else { max };
        Part {
            set: form.as_bytes()[0],
            min,
            max,
            check,
            is_always,
        }
    })
}

/// Holds a value against the form of its identifier: lengths and characters of all its parts first,
/// then what they say.
fn check_value(known: &Identifier, number: &str, value: &str) -> Result<(), NoElements> {
    let wrong = || NoElements::Form(number.to_owned());
    let mut rest = value;
    let mut found = Vec::with_capacity(3);
    for part in parts(known) {
        if rest.is_empty() && !part.is_always {
            continue;
        }
        let text = rest.get(..part.max.min(rest.len())).ok_or_else(wrong)?;
        if text.len() < part.min || !text.bytes().all(|byte| is_of_set(part.set, byte)) {
            return Err(wrong());
        }
        rest = &rest[text.len()..];
        found.push((part.check, text));
    }
    if !rest.is_empty() {
        return Err(wrong());
    }
    for (check, text) in found {
        match check {
            Some(b'!') if ean::check(text, text.len()).is_err() => {
                return Err(NoElements::CheckDigit(number.to_owned()));
            }
            Some(check) if !content_holds(check, text) => return Err(wrong()),
            _ => {}
        }
    }
    Ok(())
}

fn is_of_set(set: u8, byte: u8) -> bool {
    match set {
        b'N' => byte.is_ascii_digit(),
        // GS1 AI encodable character sets 82, 39 and 64 (General Specifications 7.11).
        b'X' => byte.is_ascii_alphanumeric() || b"!\"%&'()*+,-./:;<=>?_".contains(&byte),
        b'Y' => byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"#-/".contains(&byte),
        _ => byte.is_ascii_alphanumeric() || b"-_=".contains(&byte),
    }
}

fn content_holds(check: u8, text: &str) -> bool {
    match check {
        b'z' => text == "0",
        b'd' => coupon::is_date(text, coupon::Day::MayBeOpen),
        b'D' => coupon::is_date(text, coupon::Day::Named),
        b'c' => coupon::offer(text).is_ok(),
        _ => true,
    }
}

/// Holds the identifiers against each other.
fn check_companions(elements: &[Element]) -> Result<(), NoElements> {
    if elements.is_empty() {
        return Err(NoElements::Empty);
    }
    let known = |element: &Element| identifier(&element.identifier).expect("read by the table");
    let has_other = |of: &Element, pattern: &str| {
        let mut others = elements
            .iter()
            .filter(|other| other.identifier != of.identifier);
        others.any(|other| is_like(&other.identifier, pattern))
    };
    for element in elements {
        let known = known(element);
        let row = &element.identifier[..element.identifier.len() - 1];
        let is_doubled = known.is_once && has_other(element, &format!("{row}n"));
        let mut excluded = known
            .without
            .split(',')
            .filter(|pattern| !pattern.is_empty());
        if is_doubled || excluded.any(|pattern| has_other(element, pattern)) {
            return Err(NoElements::Exclusive(element.identifier.clone()));
        }
    }
    for element in elements {
        let known = known(element);
        let mut demands = known.with.split(' ').filter(|demand| !demand.is_empty());
        if !demands.all(|demand| demand.split(',').any(|pattern| has_other(element, pattern))) {
            return Err(NoElements::MissingRequired(element.identifier.clone()));
        }
    }
    for (place, element) in elements.iter().enumerate() {
        let same = |other: &&Element| other.identifier == element.identifier;
        if elements[..place]
            .iter()
            .filter(same)
            .any(|other| other != element)
        {
            return Err(NoElements::Repeated(element.identifier.clone()));
        }
    }
    Ok(())
}

/// Whether an identifier is the one named, `n` standing for any digit.
fn is_like(number: &str, pattern: &str) -> bool {
    let mut digits = number.bytes().zip(pattern.bytes());
    number.len() == pattern.len() && digits.all(|(digit, named)| named == b'n' || digit == named)
}

/// What a scan of GS1 data is about, by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A member: the GSRN of a recipient, 18 digits, and the number of the card where it is there.
    Member {
        /// AI 8018.
        gsrn: String,
        /// AI 8019: counts a member's cards.
        instance: Option<String>,
    },
    /// A coupon, and what it gives.
    Coupon(coupon::Coupon),
    /// Somebody of the staff: the GSRN of a provider (AI 8017).
    Staff,
    /// A product or what a parcel of it holds.
    Product,
    /// A document or receipt (AI 253).
    Document,
    /// A crate, keg or other asset (AI 8003, 8004).
    Asset,
    /// A part or component (AI 8010).
    Part,
    /// A coupon of the North American kind (AI 8110, 8112), which only its clearing house pays.
    ForeignCoupon,
    /// Anything else.
    Other,
}

/// Says what the elements are about.
pub fn subject(elements: &[Element]) -> Subject {
    let value = |number: &str| {
        let found = elements.iter().find(|element| element.identifier == number);
        found.map(|element| element.value.clone())
    };
    if let Some(gsrn) = value("8018") {
        let instance = value("8019");
        return Subject::Member { gsrn, instance };
    }
    if let Some(gcn) = value("255") {
        return Subject::Coupon(coupon::read(gcn, elements));
    }
    let kinds = [
        ("8017", Subject::Staff),
        ("01", Subject::Product),
        ("02", Subject::Product),
        ("8006", Subject::Product),
        ("253", Subject::Document),
        ("8003", Subject::Asset),
        ("8004", Subject::Asset),
        ("8010", Subject::Part),
        ("8110", Subject::ForeignCoupon),
        ("8112", Subject::ForeignCoupon),
    ];
    let found = kinds
        .into_iter()
        .find(|(number, _)| value(number).is_some());
    found.map_or(Subject::Other, |(_, kind)| kind)
}

/// The printed name of an application identifier.
pub fn title(number: &str) -> Option<&'static str> {
    identifier(number).map(|known| known.title)
}
