//! Numbers as each language writes them: 12.000,5 in Vietnamese, 12,000.5 in English.

use super::Language;

/// Digits shown of a value that does not end: a third is 0,3333…
const FRACTION_DIGITS: u32 = 4;

impl Language {
    const fn group_mark(self) -> char {
        match self {
            Self::Vi => '.',
            Self::En => ',',
        }
    }

    const fn decimal_mark(self) -> char {
        match self {
            Self::Vi => ',',
            Self::En => '.',
        }
    }
}

/// `units` with `decimals` (0 to 18) behind the mark, all of them shown: 1250 with two decimals is
/// 12,50 in Vietnamese and 12.50 in English.
///
/// # Panics
/// With more than 18 decimals, which an `i64` cannot have.
pub fn number(language: Language, units: i64, decimals: u32) -> String {
    assert!(decimals <= 18, "an i64 has at most 18 decimals");
    let scale = 10u64.pow(decimals);
    let magnitude = units.unsigned_abs();
    let mut text = String::with_capacity(24);
    if units < 0 {
        text.push('-');
    }
    push_grouped(&mut text, u128::from(magnitude / scale), language);
    if decimals > 0 {
        let behind = magnitude % scale;
        let width = usize::try_from(decimals).expect("at most 18");
        text.push(language.decimal_mark());
        text.push_str(&format!("{behind:0width$}"));
    }
    text
}

/// As [`number`], without zeros at the end: 1250 with two decimals is 12,5 and 1200 is 12.
///
/// # Panics
/// As [`number`].
pub fn number_trimmed(language: Language, units: i64, decimals: u32) -> String {
    let mut text = number(language, units, decimals);
    if decimals > 0 {
        let digits = text.trim_end_matches('0');
        text.truncate(digits.trim_end_matches(language.decimal_mark()).len());
    }
    text
}

/// Money with the decimals of its currency: `55.000 đ` in Vietnamese, `55,000 VND` in English.
///
/// # Panics
/// As [`number`].
pub fn money(language: Language, minor_units: i64, decimals: u32, currency_code: &str) -> String {
    let sign = match (language, currency_code) {
        (Language::Vi, "VND") => "đ",
        _ => currency_code,
    };
    let mut text = number(language, minor_units, decimals);
    text.push(' ');
    text.push_str(sign);
    text
}

/// A date as the language writes it: 22/11/2026 in Vietnamese, 2026-11-22 in English.
pub fn date(language: Language, year: i32, month: u32, day: u32) -> String {
    match language {
        Language::Vi => format!("{day:02}/{month:02}/{year}"),
        Language::En => format!("{year}-{month:02}-{day:02}"),
    }
}

/// An exact value of `units / 10^decimals`-sized parts, as far as four digits behind the mark go:
/// 11/2 is 5,5; 1/3 is 0,3333… with the dots saying that more follows.
///
/// # Panics
/// If the denominator is not positive.
pub fn fraction(language: Language, numerator: i128, denominator: i128) -> String {
    assert!(denominator > 0, "a fraction has a positive denominator");
    let denominator = denominator.unsigned_abs();
    let magnitude = numerator.unsigned_abs();
    let mut digits = String::new();
    let mut rest = magnitude % denominator;
    for _ in 0..FRACTION_DIGITS {
        if rest == 0 {
            break;
        }
        // The rest is below 2^127; where ten times it does not fit, what follows is cut off.
        let Some(tenfold) = rest.checked_mul(10) else {
            break;
        };
        digits.push(char::from(
            b'0' + u8::try_from(tenfold / denominator).expect("one digit"),
        ));
        rest = tenfold % denominator;
    }
    let mut text = String::new();
    if numerator < 0 {
        text.push('-');
    }
    push_grouped(&mut text, magnitude / denominator, language);
    if !digits.is_empty() {
        text.push(language.decimal_mark());
        text.push_str(&digits);
    }
    if rest != 0 {
        text.push('…');
    }
    text
}

/// The digits in threes, with the language's mark between them.
fn push_grouped(text: &mut String, whole: u128, language: Language) {
    let digit = |part: u128| char::from(b'0' + u8::try_from(part % 10).expect("one digit"));
    let (above, three) = (whole / 1_000, whole % 1_000);
    if above > 0 {
        push_grouped(text, above, language);
        text.push(language.group_mark());
    }
    for unit in [100, 10, 1] {
        if above > 0 || three >= unit || unit == 1 {
            text.push(digit(three / unit));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{En, Vi};

    #[test]
    fn digits_are_grouped_as_the_language_does() {
        assert_eq!(number(Vi, 12_000, 0), "12.000");
        assert_eq!(number(En, 12_000, 0), "12,000");
        assert_eq!(number(Vi, 999, 0), "999");
        assert_eq!(number(En, -1_234_567, 2), "-12,345.67");
        assert_eq!(number(Vi, -5, 2), "-0,05");
        assert_eq!(number(En, i64::MIN, 0), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn points_drop_zeros_behind_the_mark_but_never_before_it() {
        assert_eq!(number_trimmed(Vi, 1_250, 2), "12,5");
        assert_eq!(number_trimmed(En, 1_200, 2), "12");
        assert_eq!(number_trimmed(En, 1_200, 0), "1,200");
        assert_eq!(number_trimmed(En, 0, 2), "0");
        assert_eq!(number_trimmed(Vi, 100_000, 2), "1.000");
    }

    #[test]
    fn money_carries_its_currency() {
        assert_eq!(money(Vi, 55_000, 0, "VND"), "55.000 đ");
        assert_eq!(money(En, 55_000, 0, "VND"), "55,000 VND");
        assert_eq!(money(Vi, 123_456, 2, "GBP"), "1.234,56 GBP");
        assert_eq!(money(En, -50, 2, "GBP"), "-0.50 GBP");
    }

    #[test]
    fn what_does_not_end_says_so() {
        assert_eq!(fraction(Vi, 11, 2), "5,5");
        assert_eq!(fraction(En, 1, 3), "0.3333…");
        assert_eq!(fraction(En, 12_000, 1), "12,000");
        assert_eq!(fraction(En, -7, 4), "-1.75");
        assert_eq!(fraction(En, 1, 100_000), "0.0000…");
    }
}
