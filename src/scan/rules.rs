//! What a shop says of its own codes.
//!
//! All of it may be left out; without a word, a member is found by the number loy gave, by a
//! telephone number, by GSRN, by company-internal EAN cards and by whatever else was enrolled.

use serde::{Deserialize, Deserializer, Serialize};

use super::check_digit::CheckDigit;
use super::web::LinkRule;

/// The code rules of a shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// What the scanners put round a code.
    pub framing: Framing,
    /// Ranges of EAN numbers that are member cards: needed for 02 and 20 to 29, which are shared
    /// with weighed goods.
    pub ean_cards: Vec<EanRange>,
    /// The shop's GS1 company prefixes: 18 digits that begin with one are a GSRN without AIM
    /// identifier.
    pub company_prefixes: Vec<CompanyPrefix>,
    /// Whether digits without AIM identifier and separator may be GS1 element strings.
    pub unmarked_elements: Unmarked,
    /// The shop's own numbers and codes.
    pub own_codes: Vec<OwnCode>,
    /// Web addresses that hold a member.
    pub links: Vec<LinkRule>,
    /// Telephone numbers of other countries, where the library was built to know them.
    pub foreign_phones: ForeignPhones,
    /// In which order digits are tried; the first that fits is the answer, and the others are told
    /// beside it. Left out steps come last. A payment card comes before all.
    pub order: Vec<Step>,
}

/// What scanners are set up to send beside the code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Framing {
    /// Taken off at the beginning, the first that is there.
    pub prefixes: Vec<String>,
    /// Taken off at the end, the first that is there.
    pub suffixes: Vec<String>,
    /// What stands for the separator of GS1 (ASCII 29) besides itself: `~`, `|`, `<GS>`, `{GS}`.
    pub separators: Vec<String>,
    /// Whether the scanner leaves the separator out.
    pub separator: Separator,
}

/// Whether the separator of GS1 comes through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Separator {
    /// It is sent, as itself or as one of the `separators`.
    #[default]
    Sent,
    /// It is lost on the way, as with a keyboard that has no such key.
    Lost,
}

/// Whether something is read without the mark that says what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Unmarked {
    /// It is not.
    #[default]
    Refused,
    /// It is.
    Read,
}

/// Telephone numbers of other countries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ForeignPhones {
    /// Members have Vietnamese numbers.
    #[default]
    Refused,
    /// A number with `+` and any country code will do.
    Allowed,
}

/// A step of the order in which digits are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Numbers loy gave: members, rotating codes, vouchers.
    OwnNumbers,
    /// Payment codes of wallets, which are refused.
    Wallets,
    /// Telephone numbers.
    Phones,
    /// EAN and UPC.
    Ean,
    /// GSRN and other GS1 numbers without AIM identifier.
    Gs1,
    /// The shop's own codes.
    OwnCodes,
}

impl Step {
    /// The order where the shop says nothing (`studies/standards.md` 1.1, step 4).
    pub const ALL: [Self; 6] = [
        Self::OwnNumbers,
        Self::Wallets,
        Self::Phones,
        Self::Ean,
        Self::Gs1,
        Self::OwnCodes,
    ];
}

/// EAN numbers from one beginning to another, both with all that begin with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EanRange {
    /// First digits of the lowest numbers: 2 to 12 digits, `20` to `29` or `02` first.
    pub from: String,
    /// First digits of the highest numbers, as many.
    pub to: String,
}

/// The first digits that GS1 gave a company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct CompanyPrefix(String);

/// A kind of number or code that the shop makes itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OwnCode {
    /// The name of the kind, for reports.
    pub name: String,
    /// One sign a character: `9` any digit, `A` any letter, `*` any digit or letter; everything
    /// else stands for itself, `\` makes the next sign do so. 1 to 64 characters.
    pub pattern: String,
    /// The check character that the code ends in, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckDigit>,
}

/// A rule that cannot be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRule {
    /// Not 2 to 12 digits, or the two ends have not as many, or the wrong way round.
    #[error("an EAN range has two beginnings of 2 to 12 digits each, the lower first")]
    EanRange,
    /// Numbers that GS1 has given to products, books or coupons.
    #[error("only EAN numbers that begin with 02, 04 or 20 to 29 may be member cards")]
    EanNotRestricted,
    /// Not 4 to 12 digits.
    #[error("a GS1 company prefix has 4 to 12 digits")]
    CompanyPrefix,
    /// Not 1 to 64 characters that a code can have.
    #[error("the pattern of a code has 1 to 64 printable characters")]
    Pattern,
    /// A code without a letter or digit that differs is one code, not a kind of codes.
    #[error("the pattern of a code holds at least one 9, A or *")]
    PatternFixed,
}

impl EanRange {
    /// Numbers whose beginnings lie between these two.
    ///
    /// # Errors
    /// [`BadRule::EanRange`], [`BadRule::EanNotRestricted`].
    pub fn new(from: &str, to: &str) -> Result<Self, BadRule> {
        let is_beginning = |text: &str| (2..=12).contains(&text.len()) && is_digits(text);
        if !is_beginning(from) || from.len() != to.len() || !is_digits(to) || from > to {
            return Err(BadRule::EanRange);
        }
        let is_restricted =
            |text: &str| matches!(&text.as_bytes()[..2], b"02" | b"04") || text.starts_with('2');
        // Between 04 and 20 lie products.
        if !is_restricted(from)
            || !is_restricted(to)
            || from[..1] != to[..1]
            || (from.starts_with('0') && from[..2] != to[..2])
        {
            return Err(BadRule::EanNotRestricted);
        }
        Ok(Self {
            from: from.to_owned(),
            to: to.to_owned(),
        })
    }

    /// Whether a number of 13 digits lies in the range.
    pub fn holds(&self, ean13: &str) -> bool {
        let beginning = ean13.get(..self.from.len());
        beginning.is_some_and(|digits| (self.from.as_str()..=self.to.as_str()).contains(&digits))
    }
}

impl CompanyPrefix {
    /// A GS1 company prefix.
    ///
    /// # Errors
    /// [`BadRule::CompanyPrefix`].
    pub fn new(digits: &str) -> Result<Self, BadRule> {
        let is_prefix = (4..=12).contains(&digits.len()) && is_digits(digits);
        is_prefix
            .then(|| Self(digits.to_owned()))
            .ok_or(BadRule::CompanyPrefix)
    }

    /// Its digits.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl OwnCode {
    /// A kind of codes.
    ///
    /// # Errors
    /// [`BadRule::Pattern`], [`BadRule::PatternFixed`].
    pub fn new(name: &str, pattern: &str, check: Option<CheckDigit>) -> Result<Self, BadRule> {
        let signs: Vec<Sign> = signs(pattern).collect();
        let is_printable = pattern
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if !is_printable || !(1..=super::TEXT_MAX).contains(&signs.len()) {
            return Err(BadRule::Pattern);
        }
        if signs.iter().all(|sign| matches!(sign, Sign::Itself(_))) {
            return Err(BadRule::PatternFixed);
        }
        Ok(Self {
            name: name.to_owned(),
            pattern: pattern.to_owned(),
            check,
        })
    }

    /// Whether a code in capitals is of this kind.
    pub fn fits(&self, code: &str) -> bool {
        let mut letters = code.bytes();
        let mut fits =
            signs(&self.pattern).all(|sign| letters.next().is_some_and(|byte| sign.is(byte)));
        fits &= letters.next().is_none();
        fits && self.check.is_none_or(|check| check.holds(code))
    }

    /// Whether codes of this kind have digits only.
    pub fn is_numeric(&self) -> bool {
        signs(&self.pattern).all(|sign| match sign {
            Sign::Digit => true,
            Sign::Itself(byte) => byte.is_ascii_digit(),
            _ => false,
        })
    }
}

/// A sign of a pattern.
enum Sign {
    Digit,
    Letter,
    Either,
    Itself(u8),
}

impl Sign {
    fn is(&self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Letter => byte.is_ascii_uppercase(),
            Self::Either => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Self::Itself(own) => own.to_ascii_uppercase() == byte,
        }
    }
}

fn signs(pattern: &str) -> impl Iterator<Item = Sign> {
    let mut bytes = pattern.bytes();
    std::iter::from_fn(move || {
        Some(match bytes.next()? {
            b'9' => Sign::Digit,
            b'A' => Sign::Letter,
            b'*' => Sign::Either,
            b'\\' => Sign::Itself(bytes.next()?),
            byte => Sign::Itself(byte),
        })
    })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

impl<'de> Deserialize<'de> for EanRange {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            from: String,
            to: String,
        }
        let written = Written::deserialize(from)?;
        Self::new(&written.from, &written.to).map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for CompanyPrefix {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(from)?;
        Self::new(&digits).map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for OwnCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            name: String,
            pattern: String,
            #[serde(default)]
            check: Option<CheckDigit>,
        }
        let written = Written::deserialize(from)?;
        Self::new(&written.name, &written.pattern, written.check).map_err(serde::de::Error::custom)
    }
}
