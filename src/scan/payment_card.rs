//! Bank cards, recognised in order to be refused.
//!
//! A tired cashier swipes the customer's bank card instead of the member card. Its number must go
//! no further than this file: it is neither copied, nor stored, nor printed (PCI DSS 4.0, 3.2 to
//! 3.4). So everything here works on the borrowed text and answers yes or no.

use super::{check_digit, is_grouping};

/// Digits of a payment card's number (ISO/IEC 7812-1; networks issue 13 to 19).
const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// Whether the text is a payment card: its number, grouped or not, alone or with the date beside it,
/// or one of its magnetic tracks (ISO/IEC 7813: track 1 is `%B number ^ name ^ ...?`, track 2 is
/// `; number = ...?`). Many readers leave out the sentinels `%`, `;` and `?`, and some put spaces in.
pub fn is_one(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits >= *DIGITS.start() && text.split([';', '?']).any(is_track)
}

fn is_track(text: &str) -> bool {
    let text = text.trim();
    let has_sentinel = text.starts_with('%');
    let text = text.trim_start_matches('%').trim_start();
    let format_code = text.strip_prefix(['B', 'b']);
    match format_code {
        // Without a sentinel `B4...` may be a shop's own code: only a track goes on after the number.
        Some(number) => begins_with_number(number.trim_start(), has_sentinel),
        None => begins_with_number(text, true),
    }
}

/// Whether a card's number stands at the beginning, up to the end of one of its groups of digits.
fn begins_with_number(text: &str, may_end_there: bool) -> bool {
    let mut digits = 0;
    for (at, byte) in text.bytes().enumerate() {
        digits += usize::from(byte.is_ascii_digit());
        if digits > *DIGITS.end() || !(byte.is_ascii_digit() || is_grouping(byte)) {
            return false;
        }
        let rest = &text.as_bytes()[at + 1..];
        let ends_a_group = byte.is_ascii_digit() && !rest.first().is_some_and(u8::is_ascii_digit);
        let goes_on = !rest.iter().all(|&byte| is_grouping(byte));
        if ends_a_group && (may_end_there || goes_on) && is_number(&text[..=at]) {
            return true;
        }
    }
    false
}

fn is_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit);
    let length = digits.clone().count();
    if !DIGITS.contains(&length) {
        return false;
    }
    let issuer = issuer(digits.clone());
    // A text that is all digits and grouping has its network's check digit, or it is no card.
    match network(issuer, length) {
        Some(Network::Napas) => true,
        Some(_) => luhn_holds(digits),
        None => false,
    }
}

/// A network whose cards pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// NAPAS, Vietnam's domestic network: 9 for national assignment, 704 for the country.
    Napas,
    /// Visa.
    Visa,
    /// Mastercard.
    Mastercard,
    /// Maestro.
    Maestro,
    /// American Express.
    Amex,
    /// Diners Club.
    Diners,
    /// JCB.
    Jcb,
    /// Discover.
    Discover,
    /// UnionPay.
    Unionpay,
    /// Mir.
    Mir,
}

/// What a number may be as a card's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Too few or too many digits for a payment card, or no digits.
    NotLong,
    /// The check digit is wrong.
    LuhnFails,
    /// A card of this network.
    Payment(Network),
    /// No payment network's: perhaps a shop's own.
    Private,
}

/// Why a text is no card number of ISO/IEC 7812-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NoCardNumber {
    /// Something else than digits.
    #[error("a card number has digits only")]
    Charset,
    /// Not 10 to 19 digits.
    #[error("a card number has 10 to 19 digits")]
    Length,
    /// The check digit is wrong.
    #[error("the check digit of the card number is wrong")]
    Luhn,
}

impl Network {
    /// The network's name in the vectors, without `PAYMENT_`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Napas => "NAPAS",
            Self::Visa => "VISA",
            Self::Mastercard => "MASTERCARD",
            Self::Maestro => "MAESTRO",
            Self::Amex => "AMEX",
            Self::Diners => "DINERS",
            Self::Jcb => "JCB",
            Self::Discover => "DISCOVER",
            Self::Unionpay => "UNIONPAY",
            Self::Mir => "MIR",
        }
    }
}

/// Checks length and check digit of a card number of any kind, a payment card's or not.
///
/// # Errors
/// [`NoCardNumber`].
pub fn check(number: &str) -> Result<(), NoCardNumber> {
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoCardNumber::Charset);
    }
    if !(10..=19).contains(&number.len()) {
        return Err(NoCardNumber::Length);
    }
    luhn_holds(number.bytes())
        .then_some(())
        .ok_or(NoCardNumber::Luhn)
}

/// The class of a number, digits only. NAPAS comes before the check digit, which not all of its
/// issuers keep.
pub fn classify(number: &str) -> Class {
    if check(number) == Err(NoCardNumber::Charset) || !DIGITS.contains(&number.len()) {
        return Class::NotLong;
    }
    match network(issuer(number.bytes()), number.len()) {
        Some(Network::Napas) => Class::Payment(Network::Napas),
        _ if !luhn_holds(number.bytes()) => Class::LuhnFails,
        Some(network) => Class::Payment(network),
        None => Class::Private,
    }
}

/// Whether a number read off a magnetic stripe is a payment network's, its check digit right or not:
/// a stripe that was misread is still somebody's bank card.
pub(super) fn is_of_network(number: &str) -> bool {
    (10..=19).contains(&number.len())
        && (12..=19).any(|length| network(issuer(number.bytes()), length).is_some())
}

/// The number of the first six digits.
fn issuer(digits: impl Iterator<Item = u8>) -> u32 {
    digits
        .take(6)
        .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

/// The network that gives out numbers of this beginning and length. Ranges and lengths as the
/// networks publish them under ISO/IEC 7812; none of these is free for a shop's own cards.
fn network(issuer: u32, length: usize) -> Option<Network> {
    let (network, lengths) = match issuer {
        970_400..=970_499 => (Network::Napas, &[16, 19][..]),
        400_000..=499_999 => (Network::Visa, &[13, 16, 19][..]),
        510_000..=559_999 | 222_100..=272_099 => (Network::Mastercard, &[16][..]),
        500_000..=509_999 | 560_000..=589_999 | 639_000..=639_099 | 670_000..=679_999 => {
            (Network::Maestro, &[13, 14, 15, 16, 17, 18, 19][..])
        }
        340_000..=349_999 | 370_000..=379_999 => (Network::Amex, &[15][..]),
        300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999 => {
            (Network::Diners, &[14, 15, 16, 17, 18, 19][..])
        }
        352_800..=358_999 => (Network::Jcb, &[16, 17, 18, 19][..]),
        601_100..=601_199 | 644_000..=659_999 => (Network::Discover, &[16, 17, 18, 19][..]),
        620_000..=629_999 | 810_000..=817_199 => (Network::Unionpay, &[16, 17, 18, 19][..]),
        220_000..=220_499 => (Network::Mir, &[16, 17, 18, 19][..]),
        _ => return None,
    };
    lengths.contains(&length).then_some(network)
}

fn luhn_holds(digits: impl DoubleEndedIterator<Item = u8>) -> bool {
    check_digit::luhn_holds(digits.map(|digit| digit - b'0'))
}
