//! Bank cards, recognised in order to be refused.
//!
//! A tired cashier swipes the customer's bank card instead of the member card. Its number must go
//! no further than this file: it is neither copied, nor stored, nor printed (PCI DSS 4.0, 3.2 to
//! 3.4). So everything here works on the borrowed text and answers yes or no.

use super::is_grouping;

/// Digits of a payment card's number (ISO/IEC 7812-1; networks issue 13 to 19).
const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// Whether the text is a payment card: its number, grouped or not, alone or with the date beside it,
/// or one of its magnetic tracks (ISO/IEC 7813: track 1 is `%B number ^ name ^ ...?`, track 2 is
/// `; number = ...?`). Many readers leave out the sentinels `%`, `;` and `?`, and some put spaces in.
pub fn is_one(text: &str) -> bool {
    text.split([';', '?']).any(is_track)
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
    let first_six = digits.clone().take(6);
    let issuer = first_six.fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    is_napas(issuer, length) || (is_network(issuer) && luhn_holds(digits))
}

/// NAPAS, Vietnam's domestic network: 9 for national assignment, 704 for the country. Not all of
/// its issuers keep the Luhn digit, so the prefix alone decides.
fn is_napas(issuer: u32, length: usize) -> bool {
    issuer / 100 == 9704 && (length == 16 || length == 19)
}

/// Whether the first six digits belong to an international payment network. Ranges as the
/// networks publish them under ISO/IEC 7812; no range of these is free for a shop's own cards.
fn is_network(issuer: u32) -> bool {
    matches!(
        issuer,
        400_000..=499_999                       // Visa
        | 510_000..=559_999 | 222_100..=272_099 // Mastercard
        | 500_000..=509_999 | 560_000..=589_999 // Maestro
        | 639_000..=639_099 | 670_000..=679_999 // Maestro
        | 340_000..=349_999 | 370_000..=379_999 // American Express
        | 300_000..=305_999 | 309_500..=309_599 // Diners Club
        | 360_000..=369_999 | 380_000..=399_999 // Diners Club
        | 352_800..=358_999                     // JCB
        | 601_100..=601_199 | 644_000..=659_999 // Discover
        | 620_000..=629_999 | 810_000..=817_199 // UnionPay
        | 220_000..=220_499                     // Mir
    )
}

/// The check digit of ISO/IEC 7812-1, annex B: from the right, every second digit doubled.
fn luhn_holds(digits: impl DoubleEndedIterator<Item = u8>) -> bool {
    let sum: u32 = digits
        .rev()
        .enumerate()
        .map(
            |(place, digit)| match (place % 2, u32::from(digit - b'0')) {
                (0, digit) => digit,
                (_, digit) if digit > 4 => digit * 2 - 9,
                (_, digit) => digit * 2,
            },
        )
        .sum();
    sum.is_multiple_of(10)
}
