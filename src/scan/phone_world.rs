//! Telephone numbers of the whole world, through rlibphonenumber (feature `world-phones`).
//!
//! Apart, because it makes the library half a megabyte larger, because its first number takes five
//! to nine milliseconds and each one more than the whole time a scan may take. Vietnamese numbers
//! are never asked here: [`super::phone`] knows them, and the old prefixes too.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

/// A number that exists in some country's plan.
#[derive(Clone, PartialEq, Eq)]
pub struct WorldPhone {
    /// `+`, country code and national number.
    pub e164: String,
    /// The country, by ISO 3166-1 alpha-2, or `001` for numbers of no country.
    pub region: String,
    /// What it rings, in the words of libphonenumber: `MOBILE`, `FIXED_LINE_OR_MOBILE`.
    pub line: &'static str,
}

/// Reads a number that begins with `+` or `00` and a country code; nothing where the plan of its
/// country has no such number.
pub fn read(text: &str) -> Option<WorldPhone> {
    let number = PHONE_NUMBER_UTIL.parse(text, None).ok()?;
    if !PHONE_NUMBER_UTIL.is_valid_number(&number) {
        return None;
    }
    Some(WorldPhone {
        e164: PHONE_NUMBER_UTIL
            .format(&number, PhoneNumberFormat::E164)
            .to_string(),
        region: PHONE_NUMBER_UTIL
            .get_region_for_number(&number)?
            .to_string(),
        line: line(PHONE_NUMBER_UTIL.get_number_type(&number)),
    })
}

fn line(kind: PhoneNumberType) -> &'static str {
    match kind {
        PhoneNumberType::FixedLine => "FIXED_LINE",
        PhoneNumberType::Mobile => "MOBILE",
        PhoneNumberType::FixedLineOrMobile => "FIXED_LINE_OR_MOBILE",
        PhoneNumberType::TollFree => "TOLL_FREE",
        PhoneNumberType::PremiumRate => "PREMIUM_RATE",
        PhoneNumberType::SharedCost => "SHARED_COST",
        PhoneNumberType::VoIP => "VOIP",
        PhoneNumberType::PersonalNumber => "PERSONAL_NUMBER",
        PhoneNumberType::Pager => "PAGER",
        PhoneNumberType::UAN => "UAN",
        PhoneNumberType::VoiceMail => "VOICEMAIL",
        _ => "UNKNOWN",
    }
}
