//! Vietnamese telephone numbers, in the spelling of E.164.
//!
//! Sources: the numbering plan as in libphonenumber's metadata 9.0.43 for VN; the move from eleven
//! to ten digits as in Decision 798/QD-BTTTT of the Ministry of Information and Communications
//! (from 2018-09-15, old numbers dead since 2018-11-14); `studies/standards.md` 1.6.

/// A telephone number that exists in the numbering plan.
pub struct Phone {
    /// `+84` and the national number without its trunk zero.
    pub e164: String,
    /// Whether it is a mobile number or a fixed line.
    pub line: Line,
    /// Whether the text had a mobile prefix of before September 2018.
    pub had_old_prefix: bool,
}

/// What a number rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    /// A mobile telephone.
    Mobile,
    /// A telephone at a place.
    Fixed,
}

/// Why a text is no Vietnamese telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoPhone {
    /// It holds what nobody writes in a telephone number.
    Charset,
    /// It has the country code of another country.
    Abroad,
    /// It has neither country code nor trunk zero, and not nine digits: a short number or none; or no
    /// digit at all.
    Length,
    /// No number of the plan has this length and prefix.
    LengthOrPrefix,
}

impl NoPhone {
    /// The error's name in the vectors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Charset => "CHARSET",
            Self::Abroad => "NOT_VN",
            Self::Length => "LENGTH",
            Self::LengthOrPrefix => "LENGTH_OR_PREFIX",
        }
    }
}

/// Digits of the longest way to write one: 00, 84, 0 and ten digits.
const DIGITS_MAX: usize = 15;

/// Reads a number with or without `+84`, `84`, `0084`, trunk zero or separators.
///
/// A number proves neither its operator nor its owner: numbers are carried over and given out
/// again. Ten digits of 08 from a list of before June 2017 may be a fixed line in Ho Chi Minh City
/// that is 028 today; they are read as the mobile number that they are now, and
/// [`super::phone_before_2017`] gives the other reading.
///
/// # Errors
/// [`NoPhone`].
pub fn read(text: &str) -> Result<Phone, NoPhone> {
    let (is_international, digits) = spelled_digits(text).ok_or(NoPhone::Charset)?;
    if digits.is_empty() || (digits.len() > DIGITS_MAX && !digits.starts_with('0')) {
        return Err(NoPhone::Length);
    }
    let national = national_part(is_international, &digits)?;
    let (national, had_old_prefix) = match with_new_prefix(national) {
        Some(moved) => (moved, true),
        None => (national.to_owned(), false),
    };
    let line = match (is_mobile(&national), is_fixed_line(&national)) {
        (true, _) => Line::Mobile,
        (_, true) => Line::Fixed,
        _ => return Err(NoPhone::LengthOrPrefix),
    };
    Ok(Phone {
        e164: format!("+84{national}"),
        line,
        had_old_prefix,
    })
}

/// Whether the text can only be meant as a telephone number, be it right or wrong.
pub fn is_meant(text: &str) -> bool {
    let (has_scheme, rest) = without_scheme(text);
    let is_international = rest.starts_with('+') || rest.starts_with("(+");
    let count = spelled_digits(text).map_or(0, |(_, digits)| digits.len());
    (1..=DIGITS_MAX).contains(&count) && (has_scheme || is_international)
}

/// The text without `tel:`, and whether it had it.
fn without_scheme(text: &str) -> (bool, &str) {
    match text.split_at_checked(4) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tel:") => (true, rest),
        _ => (false, text),
    }
}

/// Whether the text begins with a plus, and its digits; `None` when it holds anything that nobody
/// writes in a telephone number.
fn spelled_digits(text: &str) -> Option<(bool, String)> {
    let (_, text) = without_scheme(text);
    // `(+84) 935 000 111`: the parenthesis is skipped as everywhere else.
    let (has_plus, text) = match text.strip_prefix('+').or_else(|| text.strip_prefix("(+")) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let is_spelled = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b" .-()/".contains(&byte));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    is_spelled.then_some((has_plus, digits))
}

/// The national number without country code and trunk zero. Each length has one reading, so
/// nothing is guessed.
fn national_part(is_international: bool, digits: &str) -> Result<&str, NoPhone> {
    let abroad = |rest: &'_ str| rest.strip_prefix("84").map(str::len).ok_or(NoPhone::Abroad);
    let national_length = match digits.strip_prefix("00") {
        _ if is_international => Some(abroad(digits)?),
        Some(rest) => Some(abroad(rest)?),
        // Nine digits may begin with 84 too: VinaPhone's 084, typed without its zero.
        None if digits.len() > 9 => digits.strip_prefix("84").map(str::len),
        None => None,
    };
    match national_length {
        Some(length) => {
            let national = &digits[digits.len() - length..];
            Ok(national.strip_prefix('0').unwrap_or(national))
        }
        None if digits.len() == 9 && !digits.starts_with('0') => Ok(digits),
        None => match digits.strip_prefix('0') {
            Some(national) => Ok(national),
            None => Err(NoPhone::Length),
        },
    }
}

/// The national number after the move of 2018, or `None` where nothing moved.
fn with_new_prefix(national: &str) -> Option<String> {
    if national.len() != 10 {
        return None;
    }
    let (old, subscriber) = national.split_at(3);
    let new = match old {
        // Viettel
        "162" => "32",
        "163" => "33",
        "164" => "34",
        "165" => "35",
        "166" => "36",
        "167" => "37",
        "168" => "38",
        "169" => "39",
        // MobiFone
        "120" => "70",
        "121" => "79",
        "122" => "77",
        "126" => "76",
        "128" => "78",
        // VinaPhone
        "123" => "83",
        "124" => "84",
        "125" => "85",
        "127" => "81",
        "129" => "82",
        // Vietnamobile
        "186" => "56",
        "188" => "58",
        // Gmobile
        "199" => "59",
        _ => return None,
    };
    Some(format!("{new}{subscriber}"))
}

fn is_mobile(national: &str) -> bool {
    national.len() == 9
        && matches!(
            national.as_bytes(),
            [b'3', ..]
                | [b'5', b'1' | b'6' | b'8' | b'9', ..]
                | [b'5', b'2', b'2' | b'3' | b'8', ..]
                | [b'5', b'5', b'9', ..]
                | [b'7', b'0' | b'6'..=b'9', ..]
                | [b'8', b'1'..=b'8', ..]
                | [b'8', b'9', b'6'..=b'9', ..]
                | [b'9', b'0'..=b'8', ..]
                | [b'9', b'9', b'0' | b'1' | b'3'..=b'9', ..]
        )
}

fn is_fixed_line(national: &str) -> bool {
    national.len() == 10
        && matches!(
            national.as_bytes(),
            [b'2', b'0', b'3'..=b'9', ..]
                | [b'2', b'1', b'0'..=b'6' | b'8' | b'9', ..]
                | [b'2', b'2', b'0'..=b'2' | b'5'..=b'9', ..]
                | [b'2', b'3' | b'8', b'2'..=b'9', ..]
                | [b'2', b'4', b'2'..=b'8', ..]
                | [b'2', b'5', b'1' | b'2' | b'4'..=b'9', ..]
                | [b'2', b'6', b'0'..=b'3' | b'9', ..]
                | [b'2', b'7', b'0'..=b'7', ..]
                | [b'2', b'9', b'0'..=b'4' | b'6' | b'7' | b'9', ..]
        )
}
