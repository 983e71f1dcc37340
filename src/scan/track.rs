//! Magnetic stripes as a reader types them (ISO/IEC 7813).
//!
//! A shop's own stripe cards carry a private number; everything else on a stripe is a bank card,
//! which [`super::payment_card`] knows. Nothing here is copied: a track is read where it lies.

use super::payment_card;

/// A track, each field a part of the text that was read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Track<'a> {
    /// 1 or 2.
    pub number: u8,
    /// The format code of track 1, `B` for a card number.
    pub format_code: Option<char>,
    /// The card's number, 1 to 19 digits.
    pub card: &'a str,
    /// The holder's name on track 1, without the spaces behind it.
    pub name: Option<&'a str>,
    /// `YYMM`, or the separator again where the card does not expire.
    pub expiry: &'a str,
    /// Three digits, or the separator again.
    pub service: &'a str,
    /// What the issuer put behind.
    pub discretionary: &'a str,
}

/// Why a text is no track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NoTrack {
    /// Nothing stands there.
    #[error("nothing was read from the stripe")]
    Empty,
    /// The reader says that it could not read the stripe.
    #[error("the reader could not read the stripe")]
    ReadError,
    /// It begins with neither `%` nor `;`.
    #[error("a track begins with % or ;")]
    NoSentinel,
    /// The number has over 19 digits.
    #[error("the number on the stripe is too long")]
    NumberTooLong,
    /// The number has something else than digits, or is none.
    #[error("the stripe holds no number")]
    BadNumber,
    /// The name has not 2 to 26 characters.
    #[error("the name on the stripe has a wrong length")]
    BadName,
    /// Neither four digits nor the separator.
    #[error("the date on the stripe is wrong")]
    BadExpiry,
    /// Neither three digits nor the separator.
    #[error("the service code on the stripe is wrong")]
    BadService,
    /// More than fits on the stripe: 79 characters on track 1, 40 on track 2.
    #[error("the track is longer than a stripe")]
    TooLong,
}

impl NoTrack {
    /// The error's name in the vectors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "EMPTY",
            Self::ReadError => "MSR_READ_ERROR",
            Self::NoSentinel => "NO_SENTINEL",
            Self::NumberTooLong => "PAN_TOO_LONG",
            Self::BadNumber => "BAD_PAN",
            Self::BadName => "BAD_NAME",
            Self::BadExpiry => "BAD_EXPIRY",
            Self::BadService => "BAD_SERVICE_CODE",
            Self::TooLong => "TOO_LONG",
        }
    }
}

/// Reads one track. The end sentinel `?` and the check character behind it may be missing.
///
/// # Errors
/// [`NoTrack`], the first from the left.
pub fn read(text: &str) -> Result<Track<'_>, NoTrack> {
    let body = |rest: &'_ str| rest.find('?').unwrap_or(rest.len());
    if text.is_empty() {
        return Err(NoTrack::Empty);
    }
    if is_read_error(text) {
        return Err(NoTrack::ReadError);
    }
    if let Some(rest) = text.strip_prefix('%') {
        let format_code = rest.chars().next().ok_or(NoTrack::BadNumber)?;
        let fields = &rest[format_code.len_utf8()..];
        let track = fields_of(1, &fields[..body(fields)])?;
        return Ok(Track {
            format_code: Some(format_code),
            ..track
        });
    }
    let rest = text.strip_prefix(';').ok_or(NoTrack::NoSentinel)?;
    fields_of(2, &rest[..body(rest)])
}

/// `%E?`, `;E?` and `+E?`, alone or one after the other.
fn is_read_error(text: &str) -> bool {
    let mut tracks = text
        .split_inclusive('?')
        .map(str::trim)
        .filter(|track| !track.is_empty());
    let is_error =
        |track: &str| matches!(track.to_ascii_uppercase().as_str(), "%E?" | ";E?" | "+E?");
    !text.is_empty() && tracks.all(is_error)
}

fn fields_of(number: u8, text: &str) -> Result<Track<'_>, NoTrack> {
    let (separator, length_max) = if number == 1 { ('^', 76) } else { ('=', 37) };
    let (card, rest) = text.split_once(separator).ok_or(NoTrack::BadNumber)?;
    let digits = card.trim();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoTrack::BadNumber);
    }
    if digits.len() > 19 {
        return Err(NoTrack::NumberTooLong);
    }
    let (name, rest) = match number {
        1 => {
            let (name, rest) = rest.split_once(separator).ok_or(NoTrack::BadName)?;
            let is_name = (2..=26).contains(&name.chars().count());
            (
                Some(is_name.then(|| name.trim_end()).ok_or(NoTrack::BadName)?),
                rest,
            )
        }
        _ => (None, rest),
    };
    let (expiry, rest) = digits_or(rest, 4, separator).ok_or(NoTrack::BadExpiry)?;
    let (service, discretionary) = digits_or(rest, 3, separator).ok_or(NoTrack::BadService)?;
    // Sentinels and check character are three more.
    if text.chars().count() > length_max {
        return Err(NoTrack::TooLong);
    }
    Ok(Track {
        number,
        format_code: None,
        card: digits,
        name,
        expiry,
        service,
        discretionary,
    })
}

/// So many digits, or the separator in their place; and what follows.
fn digits_or(text: &str, count: usize, separator: char) -> Option<(&str, &str)> {
    if text.starts_with(separator) {
        return text.split_at_checked(1);
    }
    let (digits, rest) = text.split_at_checked(count)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some((digits, rest))
}

/// What a swipe is to a shop.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Swipe<'a> {
    /// A private card with this number.
    Private(&'a str),
    /// Somebody's bank card.
    Payment,
    /// The reader read nothing.
    ReadError,
    /// A stripe of no known form; what stands between the sentinels of its first track.
    Unknown(&'a str),
}

/// Looks at a swipe: one track or several, one after the other. Nothing where no track begins.
pub fn swipe(text: &str) -> Option<Swipe<'_>> {
    let text = text.trim();
    if !text.starts_with(['%', ';', '+']) || (text.starts_with('+') && !is_read_error(text)) {
        return None;
    }
    if is_read_error(text) {
        return Some(Swipe::ReadError);
    }
    let tracks = || {
        text.split_inclusive('?')
            .map(str::trim)
            .filter_map(|track| read(track).ok())
    };
    if payment_card::is_one(text) || tracks().any(|track| payment_card::is_of_network(track.card)) {
        return Some(Swipe::Payment);
    }
    let private = tracks().next().map(|track| Swipe::Private(track.card));
    let inside = text[1..].split('?').next().unwrap_or_default();
    Some(private.unwrap_or(Swipe::Unknown(inside.trim())))
}
