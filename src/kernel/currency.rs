//! Currencies of ISO 4217 and how many decimals each has.

use std::fmt;

/// A currency of ISO 4217 by its alphabetic code.
///
/// The list is that of the maintenance agency (amendment 179, 2025), funds codes without the
/// metals and testing codes. Source: ISO 4217 table A.1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    decimals: u8,
}

/// Currencies with no decimals: one dong, one yen is the smallest unit.
const NO_DECIMALS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const THREE_DECIMALS: &str = "BHD IQD JOD KWD LYD OMR TND";
const FOUR_DECIMALS: &str = "CLF UYW";
const TWO_DECIMALS: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV \
    BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN \
    ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR \
    KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN \
    NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP \
    SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES \
    WST XCD XCG YER ZAR ZMW ZWG";

impl Currency {
    /// The dong, the currency of the first market.
    pub const VND: Self = Self {
        code: *b"VND",
        decimals: 0,
    };

    /// Looks a code up. Codes are upper case, as the standard writes them.
    pub fn from_code(code: &str) -> Option<Self> {
        let lists = [
            (0, NO_DECIMALS),
            (2, TWO_DECIMALS),
            (3, THREE_DECIMALS),
            (4, FOUR_DECIMALS),
        ];
        let has = |(_, codes): &(u8, &str)| codes.split_ascii_whitespace().any(|has| has == code);
        let (decimals, _) = lists.into_iter().find(has)?;
        Some(Self {
            code: code.as_bytes().try_into().ok()?,
            decimals,
        })
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("???")
    }

    /// Decimals between the unit people say and the smallest unit: 2 for EUR, 0 for VND.
    pub fn decimals(&self) -> u32 {
        u32::from(self.decimals)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_those_of_iso_4217() {
        for (code, decimals) in [
            ("VND", 0),
            ("JPY", 0),
            ("EUR", 2),
            ("GBP", 2),
            ("KWD", 3),
            ("CLF", 4),
            ("IDR", 2),
        ] {
            assert_eq!(
                Currency::from_code(code).map(|c| c.decimals()),
                Some(decimals),
                "{code}"
            );
        }
    }

    #[test]
    fn what_is_not_a_currency_is_refused() {
        // XXX is what ISO 4217 calls no currency at all.
        for code in ["vnd", "VN", "VNDD", "XXX", "", "€"] {
            assert_eq!(Currency::from_code(code), None, "{code}");
        }
    }
}
