//! Coupons: what a GCN gives, dates as GS1 writes them, and North American offers.

use std::fmt;

use super::Element;
use crate::kernel::BusinessDate;

/// A coupon (AI 255) and what stands beside it. Of amount, percent and points GS1 lets one stand
/// beside a coupon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coupon {
    /// The GCN: 13 digits, and up to 12 more for coupons that are each their own.
    pub gcn: String,
    /// AI 390n: money off in the currency's units, as digits and how many of them are decimals.
    pub amount: Option<Decimal>,
    /// AI 394n: percent off, likewise.
    pub percent: Option<Decimal>,
    /// AI 8111: points that the coupon is worth.
    pub points: Option<u16>,
    /// AI 17: the last day, as `YYMMDD`; a day of 00 is the last of its month.
    pub expires: Option<String>,
}

/// A number as GS1 writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// All digits.
    pub units: u64,
    /// How many of them stand behind the point, 0 to 9.
    pub decimals: u8,
}

impl Coupon {
    /// Digits of the number of a kind of coupons; what follows is the number of one of them.
    const KIND_DIGITS: usize = 13;

    /// The kind of coupon: 13 digits.
    pub fn kind(&self) -> &str {
        self.gcn.get(..Self::KIND_DIGITS).unwrap_or(&self.gcn)
    }

    /// Which coupon of its kind it is, up to 12 digits.
    pub fn serial(&self) -> Option<&str> {
        let serial = self.gcn.get(Self::KIND_DIGITS..);
        serial.filter(|serial| !serial.is_empty())
    }

    /// Its last good day. Years are those of 2000 to 2099: no coupon is older.
    pub fn expires_on(&self) -> Option<BusinessDate> {
        let written: i64 = self.expires.as_deref()?.parse().ok()?;
        let date = |day| BusinessDate::from_yyyymmdd(20_000_000 + written + day).ok();
        match written % 100 {
            0 => (28..=31).rev().find_map(date),
            _ => date(0),
        }
    }
}

/// With a point before its decimals: `12.50`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.decimals);
        let digits = format!("{:0>1$}", self.units, decimals + 1);
        let (whole, rest) = digits.split_at(digits.len() - decimals);
        f.write_str(whole)?;
        if !rest.is_empty() {
            f.write_str(".")?;
        }
        f.write_str(rest)
    }
}

/// Whether the day of a date may be 00.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// 00 stands for the last day of the month.
    MayBeOpen,
    /// It is named.
    Named,
}

/// Why a text is no North American offer (AI 8112).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoOffer {
    /// Something else than digits.
    #[error("an offer has digits only")]
    NonDigit,
    /// Nothing stands there.
    #[error("the offer lacks its format code")]
    MissingFormatCode,
    /// The first digit is neither 0 nor 1.
    #[error("the format code of an offer is 0 or 1")]
    InvalidFormatCode,
    /// It ends before the length of the funder.
    #[error("the offer lacks the length of its funder")]
    MissingFunderLength,
    /// The length of the funder is over 6.
    #[error("the length of a funder is 0 to 6")]
    InvalidFunderLength,
    /// It ends within the funder.
    #[error("the funder of the offer is cut off")]
    TruncatedFunder,
    /// It ends within the offer code.
    #[error("the offer code is cut off")]
    TruncatedOfferCode,
    /// It ends before the length of the serial number.
    #[error("the offer lacks the length of its serial number")]
    MissingSerialLength,
    /// It ends within the serial number.
    #[error("the serial number of the offer is cut off")]
    TruncatedSerial,
    /// Something follows the serial number.
    #[error("something follows the offer")]
    ExcessData,
}

impl NoOffer {
    /// The error's name in the vectors.
    pub fn name(self) -> &'static str {
        match self {
            Self::NonDigit => "NON_DIGIT",
            Self::MissingFormatCode => "MISSING_FORMAT_CODE",
            Self::InvalidFormatCode => "INVALID_FORMAT_CODE",
            Self::MissingFunderLength => "MISSING_FUNDER_VLI",
            Self::InvalidFunderLength => "INVALID_FUNDER_LENGTH",
            Self::TruncatedFunder => "TRUNCATED_FUNDER",
            Self::TruncatedOfferCode => "TRUNCATED_OFFER_CODE",
            Self::MissingSerialLength => "MISSING_SERIAL_VLI",
            Self::TruncatedSerial => "TRUNCATED_SERIAL",
            Self::ExcessData => "EXCESS_DATA",
        }
    }
}

/// Checks a coupon of the positive offer file: format code, funder, offer code, serial number.
/// Source: GS1 General Specifications 3.9.5 and the North American Coupon Application Guideline.
///
/// # Errors
/// [`NoOffer`], the first from the left.
pub fn offer(text: &str) -> Result<(), NoOffer> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoOffer::NonDigit);
    }
    let length_at = |at: usize| Some(usize::from(text.as_bytes().get(at)? - b'0'));
    match length_at(0) {
        None => return Err(NoOffer::MissingFormatCode),
        Some(0 | 1) => {}
        Some(_) => return Err(NoOffer::InvalidFormatCode),
    }
    let funder = length_at(1).ok_or(NoOffer::MissingFunderLength)?;
    if funder > 6 {
        return Err(NoOffer::InvalidFunderLength);
    }
    let offer_at = 2 + funder + 6;
    if text.len() < offer_at {
        return Err(NoOffer::TruncatedFunder);
    }
    let serial_at = offer_at + 6;
    if text.len() < serial_at {
        return Err(NoOffer::TruncatedOfferCode);
    }
    let serial = length_at(serial_at).ok_or(NoOffer::MissingSerialLength)?;
    match text.len().cmp(&(serial_at + 1 + serial + 6)) {
        std::cmp::Ordering::Less => Err(NoOffer::TruncatedSerial),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(NoOffer::ExcessData),
    }
}

/// Whether six digits are a date `YYMMDD`. The century does not matter but for 29 February, which
/// every year divisible by four has within GS1's window of hundred years round 2000 to 2099.
pub fn is_date(text: &str, day: Day) -> bool {
    let number = |range| {
        text.get(range)
            .and_then(|part: &str| part.parse::<u32>().ok())
    };
    let (Some(year), Some(month), Some(named)) = (number(0..2), number(2..4), number(4..6)) else {
        return false;
    };
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    let first = if day == Day::MayBeOpen { 0 } else { 1 };
    (first..=last).contains(&named)
}

/// What stands beside a GCN.
pub(super) fn read(gcn: String, elements: &[Element]) -> Coupon {
    let mut coupon = Coupon {
        gcn,
        ..Coupon::default()
    };
    for element in elements {
        let (row, last) = element.identifier.split_at(element.identifier.len() - 1);
        let decimal = || {
            Some(Decimal {
                units: element.value.parse().ok()?,
                decimals: last.parse().ok()?,
            })
        };
        match (row, last) {
            ("390", _) => coupon.amount = decimal(),
            ("394", _) => coupon.percent = decimal(),
            ("811", "1") => coupon.points = element.value.parse().ok(),
            ("1", "7") => coupon.expires = Some(element.value.clone()),
            _ => {}
        }
    }
    coupon
}
