//! Crockford's base 32, as other programmes print their numbers.
//!
//! Read for their sake only: it holds vowels, D and W, so a Vietnamese keyboard damages it, and
//! loy's own codes are digits. Source: <https://www.crockford.com/base32.html>.

/// The 32 digits, then the five that only a check symbol may be.
const SYMBOLS: &[u8; 37] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";

/// Why a text is no number in base 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NoBase32 {
    /// A character that is no digit of base 32, or none at all.
    #[error("a character that base 32 does not have")]
    Charset,
    /// The check symbol is wrong.
    #[error("the check symbol is wrong")]
    CheckSymbol,
    /// The number has over 64 bits.
    #[error("the number is too large")]
    TooLarge,
}

impl NoBase32 {
    /// The error's name in the vectors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Charset => "CHARSET",
            Self::CheckSymbol => "CHECK_SYMBOL",
            Self::TooLarge => "TOO_LARGE",
        }
    }
}

/// Whether a check symbol stands at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// None does.
    Absent,
    /// One does: the number modulo 37.
    AtEnd,
}

/// Writes a number, capitals, no leading zeros.
pub fn encoded(number: u64, check: Check) -> String {
    let symbol = |value: u64| char::from(SYMBOLS[usize::try_from(value).expect("below 37")]);
    let mut digits: Vec<char> = Vec::with_capacity(14);
    if check == Check::AtEnd {
        digits.push(symbol(number % 37));
    }
    let mut rest = number;
    loop {
        digits.push(symbol(rest % 32));
        rest /= 32;
        if rest == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// Reads a number: capitals or small letters, O for 0, I and L for 1, hyphens anywhere.
///
/// # Errors
/// [`NoBase32`].
pub fn decoded(text: &str, check: Check) -> Result<u64, NoBase32> {
    let mut values = Vec::with_capacity(text.len().min(64));
    for letter in text.chars().filter(|letter| *letter != '-') {
        values.push(value(letter).ok_or(NoBase32::Charset)?);
    }
    let symbol = match check {
        Check::AtEnd => Some(values.pop().ok_or(NoBase32::Charset)?),
        Check::Absent => None,
    };
    if values.is_empty() || values.iter().any(|value| *value > 31) {
        return Err(NoBase32::Charset);
    }
    let number = values.iter().try_fold(0u64, |number, value| {
        number.checked_mul(32)?.checked_add(*value)
    });
    let number = number.ok_or(NoBase32::TooLarge)?;
    let is_right = symbol.is_none_or(|symbol| number % 37 == symbol);
    is_right.then_some(number).ok_or(NoBase32::CheckSymbol)
}

fn value(letter: char) -> Option<u64> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    };
    let byte = u8::try_from(letter).ok()?;
    let place = SYMBOLS.iter().position(|symbol| *symbol == byte)?;
    u64::try_from(place).ok()
}
