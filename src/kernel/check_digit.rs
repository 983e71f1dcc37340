//! Check characters: what catches a misread digit before the ledger is asked.
//!
//! Sources: GS1 General Specifications 7.9.1; ISO/IEC 7812-1 annex B (Luhn); ISO/IEC 7064:2003;
//! H. M. Damm 2004 and J. Verhoeff 1969; `studies/standards.md` 1.8. All of them work on ASCII:
//! digits of other scripts are no digits here.

use serde::{Deserialize, Serialize};

use super::ids::damm_digit;

/// How the last character (or the last two) of a shop's own codes is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "check_digit"))]
#[serde(rename_all = "snake_case")]
pub enum CheckDigit {
    /// GS1's modulo 10 with weights 3 and 1. Misses neighbours that differ by 5.
    Gs1,
    /// Modulo 10, every second digit doubled. Misses 09 for 90.
    Luhn,
    /// Damm's digit: every wrong digit and every swap of neighbours. The one to choose for digits.
    Damm,
    /// Verhoeff's digit, as good as Damm's.
    Verhoeff,
    /// ISO/IEC 7064 MOD 11,10: a digit.
    #[serde(rename = "iso7064_11_10")]
    Iso7064Mod11_10,
    /// ISO/IEC 7064 MOD 11-2: a digit or `X`.
    #[serde(rename = "iso7064_11_2")]
    Iso7064Mod11_2,
    /// ISO/IEC 7064 MOD 37,36: a digit or a letter.
    #[serde(rename = "iso7064_37_36")]
    Iso7064Mod37_36,
    /// ISO/IEC 7064 MOD 37-2: a digit, a letter or `*`.
    #[serde(rename = "iso7064_37_2")]
    Iso7064Mod37_2,
    /// ISO/IEC 7064 MOD 97-10: two digits.
    #[serde(rename = "iso7064_97_10")]
    Iso7064Mod97_10,
    /// Luhn modulo 28 over digits and the letters that a Vietnamese keyboard leaves alone,
    /// BCFGHJKLMNPQRSTVXZ. The one to choose for codes with letters.
    #[serde(rename = "luhn_28")]
    LuhnMod28,
}

/// Digits and the consonants that neither Telex nor VNI changes while a scanner types them.
pub const SAFE_ALPHABET: &[u8; 28] = b"0123456789BCFGHJKLMNPQRSTVXZ";

const LETTERS: &[u8; 37] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";

impl CheckDigit {
    /// Whether the text ends in its right check character. False for a text without a body, or
    /// with characters the kind does not know.
    pub fn holds(self, text: &str) -> bool {
        let body = text
            .len()
            .checked_sub(self.width())
            .filter(|length| *length > 0);
        let split = body.and_then(|length| text.split_at_checked(length));
        split.is_some_and(|(body, check)| self.of(body).as_deref() == Some(check))
    }

    /// How many check characters it has.
    pub fn width(self) -> usize {
        if self == Self::Iso7064Mod97_10 { 2 } else { 1 }
    }

    /// What the text before the check characters may have, and what the check characters are.
    pub fn alphabets(self) -> (&'static [u8], &'static [u8]) {
        let digits = &LETTERS[..10];
        match self {
            Self::Iso7064Mod11_2 => (digits, b"0123456789X"),
            Self::Iso7064Mod37_36 => (&LETTERS[..36], &LETTERS[..36]),
            Self::Iso7064Mod37_2 => (&LETTERS[..36], LETTERS),
            Self::Iso7064Mod97_10 => (&LETTERS[..36], digits),
            Self::LuhnMod28 => (SAFE_ALPHABET, SAFE_ALPHABET),
            _ => (digits, digits),
        }
    }

    /// The check characters to append to `body`: one, or two of MOD 97-10. Nothing for an empty
    /// body or one with characters the kind does not know.
    pub fn of(self, body: &str) -> Option<String> {
        if body.is_empty() {
            return None;
        }
        let one = |character: u8| Some(char::from(character).to_string());
        match self {
            Self::Iso7064Mod11_10 => hybrid(&LETTERS[..10], body).and_then(one),
            Self::Iso7064Mod37_36 => hybrid(&LETTERS[..36], body).and_then(one),
            Self::Iso7064Mod11_2 => {
                let check = pure(&LETTERS[..10], 11, body)?;
                one(b"0123456789X"[check])
            }
            Self::Iso7064Mod37_2 => one(LETTERS[pure(&LETTERS[..36], 37, body)?]),
            Self::Iso7064Mod97_10 => mod_97(body).map(|check| format!("{check:02}")),
            Self::LuhnMod28 => luhn_mod_28(body).and_then(one),
            Self::Gs1 => one(b'0' + gs1(&digits(body)?)),
            Self::Luhn => one(b'0' + luhn(&digits(body)?)),
            Self::Damm => one(b'0' + damm_digit(digits(body)?)),
            Self::Verhoeff => one(b'0' + verhoeff(&digits(body)?)),
        }
    }
}

/// The values of a text of digits; nothing when it holds anything else.
fn digits(text: &str) -> Option<Vec<u8>> {
    let value = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0');
    text.bytes().map(value).collect()
}

/// The values of a text in an alphabet; nothing when it holds anything else.
fn values<'a>(alphabet: &'a [u8], text: &'a str) -> Option<Vec<usize>> {
    let value = |byte: u8| alphabet.iter().position(|known| *known == byte);
    text.bytes().map(value).collect()
}

fn gs1(body: &[u8]) -> u8 {
    let weighted = |(place, digit): (usize, &u8)| u32::from(*digit) * [3, 1][place % 2];
    let sum: u32 = body.iter().rev().enumerate().map(weighted).sum();
    complement(sum)
}

fn luhn(body: &[u8]) -> u8 {
    complement(luhn_sum(body.iter().copied().chain([0])))
}

/// Whether the last of these digits, each 0 to 9, is the Luhn digit of the others.
pub fn luhn_holds(digits: impl DoubleEndedIterator<Item = u8>) -> bool {
    luhn_sum(digits).is_multiple_of(10)
}

/// The sum of ISO/IEC 7812-1, annex B: from the right, every second digit doubled.
fn luhn_sum(digits: impl DoubleEndedIterator<Item = u8>) -> u32 {
    let doubled = |(place, digit): (usize, u8)| match (place % 2, u32::from(digit)) {
        (0, digit) => digit,
        (_, digit) if digit > 4 => digit * 2 - 9,
        (_, digit) => digit * 2,
    };
    digits.rev().enumerate().map(doubled).sum()
}

fn complement(sum: u32) -> u8 {
    u8::try_from((10 - sum % 10) % 10).expect("below ten")
}

/// Multiplication, permutation and inverse of the dihedral group of order 10, as Verhoeff uses them.
fn verhoeff(body: &[u8]) -> u8 {
    const PERMUTED: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    const INVERSE: [u8; 10] = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9];
    let times = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let mut check = 0;
    for (place, digit) in body.iter().rev().enumerate() {
        // The check digit itself stands at place 0.
        let turned = (0..(place + 1) % 8).fold(*digit, |turned, _| PERMUTED[usize::from(turned)]);
        check = times(check, turned);
    }
    INVERSE[usize::from(check)]
}

/// A hybrid system of ISO/IEC 7064 (two moduli, M+1 and M).
fn hybrid(alphabet: &[u8], body: &str) -> Option<u8> {
    let modulus = alphabet.len();
    let product = values(alphabet, body)?
        .iter()
        .fold(modulus, |product, value| {
            let sum = match (product + value) % modulus {
                0 => modulus,
                sum => sum,
            };
            sum * 2 % (modulus + 1)
        });
    Some(alphabet[(modulus + 1 - product) % modulus])
}

/// A pure system of ISO/IEC 7064 with radix 2: the value of its check character.
fn pure(alphabet: &[u8], modulus: usize, body: &str) -> Option<usize> {
    let sum = values(alphabet, body)?
        .iter()
        .fold(0, |sum, value| (sum + value) * 2 % modulus);
    Some((modulus + 1 - sum) % modulus)
}

/// MOD 97-10, letters as the numbers 10 to 35 (as IBAN and LEI write them).
fn mod_97(body: &str) -> Option<u32> {
    let rest = values(&LETTERS[..36], body)?.iter().fold(0, |rest, value| {
        let value = u32::try_from(*value).expect("below 36");
        (rest * if value > 9 { 100 } else { 10 } + value) % 97
    });
    Some(98 - rest * 100 % 97)
}

fn luhn_mod_28(body: &str) -> Option<u8> {
    let modulus = SAFE_ALPHABET.len();
    let values = values(SAFE_ALPHABET, body)?;
    let weighted = |(place, value): (usize, &usize)| {
        let weighted = value * [2, 1][place % 2];
        weighted / modulus + weighted % modulus
    };
    let sum: usize = values.iter().rev().enumerate().map(weighted).sum();
    Some(SAFE_ALPHABET[(modulus - sum % modulus) % modulus])
}
