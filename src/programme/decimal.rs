//! Amounts in documents are strings of exact decimals, never JSON numbers.

use rust_decimal::Decimal;

use crate::kernel::Fraction;
use crate::kernel::amounts::AMOUNT_MAX;

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoAmount {
    /// Not of the form `-?[0-9]+(\.[0-9]+)?`.
    Form,
    /// More decimals than there are.
    TooPrecise,
    /// Three digits behind the point, the last a zero: a thousands mark, as `20.000` in Vietnam.
    Grouped,
    /// Beyond 9e15 smallest units.
    TooLarge,
}

/// The most decimals an exact value may have where it is a rate.
pub(super) const RATE_DECIMALS_MAX: u32 = 9;

/// The digits behind the point.
fn behind(text: &str) -> Option<&str> {
    text.split_once('.').map(|(_, behind)| behind)
}

/// Reads an exact decimal. rust_decimal alone would also take `1_000`, `.5`, `5.` and `+1`, and
/// cut off digits behind the 28th, so form and length are checked first.
fn exact(text: &str) -> Result<Decimal, NoAmount> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let behind = behind(unsigned);
    let whole = unsigned.split('.').next().unwrap_or_default();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !behind.is_none_or(digits) {
        return Err(NoAmount::Form);
    }
    if behind.is_some_and(|behind| behind.len() > RATE_DECIMALS_MAX as usize) {
        return Err(NoAmount::TooPrecise);
    }
    if whole.trim_start_matches('0').len() > 16 {
        return Err(NoAmount::TooLarge);
    }
    Decimal::from_str_exact(text).map_err(|_| NoAmount::TooLarge)
}

/// The text as an exact number of smallest units, each the `10^decimals`-th part of one: at most
/// 9e15 of them in either direction, at most nine digits behind the point.
///
/// A point before three digits of which the last is a needless zero is taken for a thousands mark, not
/// for a point: twenty thousand must not silently become twenty.
pub(super) fn rate(text: &str, decimals: u32) -> Result<Fraction, NoAmount> {
    let value = exact(text)?;
    let is_grouped = |behind: &str| behind.len() == 3 && behind.ends_with('0');
    if decimals < 3 && behind(text).is_some_and(is_grouped) {
        return Err(NoAmount::Grouped);
    }
    let scale = 10i128
        .checked_pow(value.scale())
        .ok_or(NoAmount::TooPrecise)?;
    let units = 10i128.checked_pow(decimals).ok_or(NoAmount::TooLarge)?;
    let numerator = value
        .mantissa()
        .checked_mul(units)
        .ok_or(NoAmount::TooLarge)?;
    let rate = Fraction::new(numerator, scale).ok_or(NoAmount::TooLarge)?;
    let limit = Fraction::whole(AMOUNT_MAX);
    if rate > limit || rate < Fraction::whole(-AMOUNT_MAX) {
        return Err(NoAmount::TooLarge);
    }
    Ok(rate)
}

/// The text as a whole number of smallest units, with no more digits behind the point than these have.
pub(super) fn units(text: &str, decimals: u32) -> Result<i64, NoAmount> {
    let rate = rate(text, decimals)?;
    if behind(text).is_some_and(|behind| behind.len() > decimals as usize) {
        return Err(NoAmount::TooPrecise);
    }
    if rate.denominator() != 1 {
        return Err(NoAmount::TooPrecise);
    }
    i64::try_from(rate.numerator()).map_err(|_| NoAmount::TooLarge)
}

/// Smallest units as a document writes them.
pub(super) fn shown(units: i64, decimals: u32) -> String {
    Decimal::new(units, decimals).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_decimals_become_smallest_units() {
        assert_eq!(units("10000", 0), Ok(10_000));
        assert_eq!(units("0.01", 2), Ok(1));
        assert_eq!(units("12.5", 2), Ok(1_250));
        assert_eq!(units("-3", 0), Ok(-3));
        assert_eq!(units("0009", 0), Ok(9));
    }

    #[test]
    fn what_other_readers_let_through_is_no_amount() {
        for text in [
            "", "-", "+1", "1_000", ".5", "5.", "1e2", "1,5", " 1", "1 ", "--1", "1.2.3", "NaN",
            "٣", "0x10",
        ] {
            assert_eq!(units(text, 2), Err(NoAmount::Form), "{text:?}");
        }
    }

    #[test]
    fn a_tenth_of_a_cent_is_too_precise() {
        assert_eq!(units("0.001", 2), Err(NoAmount::TooPrecise));
        assert_eq!(units("1.5", 0), Err(NoAmount::TooPrecise));
        assert_eq!(units("12.50", 1), Err(NoAmount::TooPrecise));
        assert_eq!(units("20.00", 0), Err(NoAmount::TooPrecise));
        assert_eq!(rate("0.0000000001", 0), Err(NoAmount::TooPrecise));
        assert_eq!(rate("0.005", 2), Ok(Fraction::new(1, 2).expect("a half")));
    }

    #[test]
    fn a_thousands_mark_is_not_taken_for_a_point() {
        assert_eq!(units("20.000", 0), Err(NoAmount::Grouped));
        assert_eq!(units("20.500", 2), Err(NoAmount::Grouped));
        assert_eq!(rate("1.250", 0), Err(NoAmount::Grouped));
        // Fils: a dinar has three decimals.
        assert_eq!(units("20.500", 3), Ok(20_500));
        assert_eq!(
            rate("0.125", 0),
            Ok(Fraction::new(1, 8).expect("an eighth"))
        );
    }

    #[test]
    fn nine_quadrillion_units_is_the_end() {
        assert_eq!(units("9000000000000000", 0), Ok(AMOUNT_MAX));
        assert_eq!(units("9000000000000001", 0), Err(NoAmount::TooLarge));
        assert_eq!(units("90000000000000.01", 2), Err(NoAmount::TooLarge));
        assert_eq!(units(&"9".repeat(400), 0), Err(NoAmount::TooLarge));
        assert_eq!(
            units("-9000000000000000.000000001", 0),
            Err(NoAmount::TooLarge)
        );
    }
}
