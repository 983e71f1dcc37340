//! What a shop says of its own codes: the part `codes` of the programme document, as it is written
//! and as `scan/` goes by it.
//!
//! It stands down here because the document is read in `programme/`, the codes are recognised in
//! `scan/`, and these two are neighbours, who may not know each other: one model, which both know.
//! All of it may be left out; without a word, a member is found by the number loy gave, by a
//! telephone number, by GSRN, by company-internal EAN cards and by whatever else was enrolled.
//!
//! These types take what is written as it is. What makes no sense is found by
//! `programme/compile/codes.rs`, all at once; a rule that makes none recognises nothing.

use serde::{Deserialize, Serialize};

use super::check_digit::CheckDigit;

/// The longest text that is read as a code, in characters.
pub const CODE_MAX: usize = 64;

/// What is a member's code in this shop, besides what loy knows by itself. It holds from its
/// installation on, whatever the programme's days: a till goes by the highest version it has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "codes"))]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What the scanners put round a code. Left out: nothing but control characters and spaces.
    #[serde(default)]
    pub framing: Framing,
    /// Ranges of EAN and UPC numbers that are member cards, those of 02 and 20 to 29, which are
    /// shared with weighed goods; no two overlap. Left out: none of them. Those of 04 and of 8
    /// digits beginning with 0 or 2 are cards anyway.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 100)))]
    pub ean_cards: Vec<EanRange>,
    /// The shop's GS1 company prefixes, 4 to 12 digits: 18 digits that begin with one are a GSRN
    /// without an AIM identifier, also where they look like a wallet's payment code. Left out: none.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 100), inner(length(min = 4, max = 12))))]
    pub company_prefixes: Vec<String>,
    /// Whether digits without AIM identifier and separator may be GS1 element strings.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Unmarked"))]
    pub unmarked_elements: Unmarked,
    /// The shop's own numbers and codes. Left out: whatever was enrolled as a card.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 100)))]
    pub own_codes: Vec<OwnCode>,
    /// Web addresses that hold a member. Left out: none; GS1 Digital Links are known anyway.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 100)))]
    pub links: Vec<LinkRule>,
    /// Telephone numbers of other countries, where the library was built to know them
    /// (`world-phones`).
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "ForeignPhones"))]
    pub foreign_phones: ForeignPhones,
    /// In which order digits are tried, each step once; the first that fits is the answer, and the
    /// others are told beside it. Steps that are left out come behind, in the order told here. A
    /// payment card comes before all. Left out: all of them in that order.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 6)))]
    pub order: Vec<Step>,
}

/// What scanners are set up to send beside the code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "framing"))]
#[serde(deny_unknown_fields)]
pub struct Framing {
    /// Taken off at the beginning, the first that is there; capitals count. Left out: none.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 20), inner(length(min = 1, max = 16))))]
    pub prefixes: Vec<String>,
    /// Taken off at the end, the first that is there; capitals count. Left out: none.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 20), inner(length(min = 1, max = 16))))]
    pub suffixes: Vec<String>,
    /// What stands for the separator of GS1 (ASCII 29) besides itself: `~`, `^`, `<GS>`, `{GS}`.
    /// Left out: none.
    #[serde(default)]
    #[cfg_attr(test, schemars(length(max = 20), inner(length(min = 1, max = 16))))]
    pub separators: Vec<String>,
    /// Whether the scanner leaves the separator out.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Separator"))]
    pub separator: Separator,
}

/// Whether the separator of GS1 comes through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "separator"))]
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
#[cfg_attr(test, schemars(rename = "unmarked"))]
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
#[cfg_attr(test, schemars(rename = "foreign_phones"))]
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
#[cfg_attr(test, schemars(rename = "code_step"))]
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

    /// Its word in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::OwnNumbers => "own_numbers",
            Self::Wallets => "wallets",
            Self::Phones => "phones",
            Self::Ean => "ean",
            Self::Gs1 => "gs1",
            Self::OwnCodes => "own_codes",
        }
    }
}

/// EAN numbers from one beginning to another, both with all that begin with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ean_range"))]
#[serde(deny_unknown_fields)]
pub struct EanRange {
    /// First digits of the lowest numbers as 13 digits (UPC-A has a 0 before it), `02` or `20` to
    /// `29` first.
    #[cfg_attr(test, schemars(length(min = 2, max = 12)))]
    pub from: String,
    /// First digits of the highest numbers, as many.
    #[cfg_attr(test, schemars(length(min = 2, max = 12)))]
    pub to: String,
}

/// A kind of number or code that the shop makes itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "own_code"))]
#[serde(deny_unknown_fields)]
pub struct OwnCode {
    /// The name of the kind, which a scan tells (`rule`); no other kind has it.
    #[cfg_attr(
        test,
        schemars(
            length(min = 1, max = 64),
            regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
        )
    )]
    pub name: String,
    /// One sign a character: `9` any digit, `A` any letter, `*` any digit or letter; everything
    /// else stands for itself, and `\` makes the next sign do so. Capitals do not count. 1 to 64
    /// characters, at least one of them `9`, `A` or `*`. Digits are tried without the spaces, dots
    /// and dashes that group them.
    #[cfg_attr(test, schemars(length(min = 1, max = 128)))]
    pub pattern: String,
    /// What the last character is computed by, or the last two. Left out: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckDigit>,
}

/// A kind of web address that holds a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "link"))]
#[serde(deny_unknown_fields)]
pub struct LinkRule {
    /// The whole host name, such as `zalo.me`: no scheme, no port, no `*`. Capitals do not count.
    #[cfg_attr(test, schemars(length(min = 1, max = 253)))]
    pub host: String,
    /// The path, segment by segment: `/m/{member}`, `/s/{appId}/`. A name in braces stands for one
    /// segment; `{member}` for the member's code.
    #[cfg_attr(test, schemars(length(min = 1, max = 200)))]
    pub path: String,
    /// The query parameter that holds the member's code, when the path does not. Left out: the path
    /// holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1, max = 64)))]
    pub parameter: Option<String>,
    /// What the last character of the member's code is computed by. Left out: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckDigit>,
    /// Whether `http://` will do. Nobody but the shop's own printer should have made such a code.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Unencrypted"))]
    pub unencrypted: Unencrypted,
}

/// What to do with `http://`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "unencrypted"))]
#[serde(rename_all = "lowercase")]
pub enum Unencrypted {
    /// Refuse it.
    #[default]
    Refused,
    /// Read it as if it were `https://`.
    Allowed,
}

impl EanRange {
    /// Whether both ends are 2 to 12 digits, as many, the lower first.
    pub fn is_range(&self) -> bool {
        let is_beginning = |text: &str| (2..=12).contains(&text.len()) && is_digits(text);
        is_beginning(&self.from)
            && is_digits(&self.to)
            && self.from.len() == self.to.len()
            && self.from <= self.to
    }

    /// Whether GS1 leaves all of these numbers to shops, who share them with weighed goods.
    pub fn is_restricted(&self) -> bool {
        let both = [&self.from, &self.to];
        both.iter().all(|end| end.starts_with("02")) || both.iter().all(|end| end.starts_with('2'))
    }

    /// Whether a number of 13 digits lies in the range.
    pub fn holds(&self, ean13: &str) -> bool {
        let beginning = ean13.get(..self.from.len());
        beginning.is_some_and(|digits| (self.from.as_str()..=self.to.as_str()).contains(&digits))
    }

    /// Whether some number lies in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let length = self.from.len().min(other.from.len());
        let cut = |end: &'_ str| end.get(..length).map(str::to_owned);
        cut(&self.from) <= cut(&other.to) && cut(&other.from) <= cut(&self.to)
    }
}

impl OwnCode {
    /// Whether the pattern has 1 to 64 signs, all of them printable ASCII.
    pub fn is_pattern(&self) -> bool {
        let printable = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        let ends_open = self
            .pattern
            .bytes()
            .rev()
            .take_while(|byte| *byte == b'\\')
            .count()
            % 2
            == 1;
        let is_sized = (1..=CODE_MAX).contains(&signs(&self.pattern).count());
        self.pattern.bytes().all(printable) && is_sized && !ends_open
    }

    /// Whether it is one code, not a kind of codes.
    pub fn is_fixed(&self) -> bool {
        signs(&self.pattern).all(|sign| matches!(sign, Sign::Itself(_)))
    }

    /// Whether a code in capitals is of this kind.
    pub fn fits(&self, code: &str) -> bool {
        let mut letters = code.bytes();
        let mut fits =
            signs(&self.pattern).all(|sign| letters.next().is_some_and(|byte| sign.is(byte)));
        fits &= letters.next().is_none();
        fits && self.check.is_none_or(|check| check.holds(code))
    }

    /// Whether some text can be of both kinds, their check characters aside.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (mut ours, mut theirs) = (signs(&self.pattern), signs(&other.pattern));
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if ASCII.into_iter().any(|byte| a.is(byte) && b.is(byte)) => {}
                _ => return false,
            }
        }
    }

    /// Whether the check character can stand where the pattern ends, behind what it is computed of.
    pub fn can_check(&self) -> bool {
        let Some(check) = self.check else {
            return true;
        };
        let all: Vec<Sign> = signs(&self.pattern).collect();
        let Some(body) = all
            .len()
            .checked_sub(check.width())
            .filter(|body| *body > 0)
        else {
            return false;
        };
        let (of_body, of_check) = check.alphabets();
        all.iter().enumerate().all(|(place, sign)| {
            let known = if place < body { of_body } else { of_check };
            known.iter().any(|byte| sign.is(*byte))
        })
    }

    /// Whether it has nothing but digits and the marks that group them, and such a mark: digits are
    /// tried without these.
    pub fn is_grouped(&self) -> bool {
        let is_mark = |sign: &Sign| matches!(sign, Sign::Itself(b' ' | b'.' | b'-'));
        let is_digit = |sign: &Sign| match sign {
            Sign::Digit => true,
            Sign::Itself(byte) => byte.is_ascii_digit(),
            _ => false,
        };
        let mut all = signs(&self.pattern);
        all.all(|sign| is_digit(&sign) || is_mark(&sign))
            && signs(&self.pattern).any(|sign| is_mark(&sign))
    }

    /// The signs that stand for themselves at its beginning, in capitals.
    pub fn head(&self) -> String {
        let fixed = signs(&self.pattern).map_while(|sign| match sign {
            Sign::Itself(byte) => Some(char::from(byte.to_ascii_uppercase())),
            _ => None,
        });
        fixed.collect()
    }

    /// The signs that stand for themselves at its end, in capitals.
    pub fn tail(&self) -> String {
        let mut tail = String::new();
        for sign in signs(&self.pattern) {
            match sign {
                Sign::Itself(byte) => tail.push(char::from(byte.to_ascii_uppercase())),
                _ => tail.clear(),
            }
        }
        tail
    }
}

/// What a code may have.
const ASCII: std::ops::RangeInclusive<u8> = b' '..=b'~';

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
