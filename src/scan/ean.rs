//! EAN and UPC: what a retail barcode number is, and whether it may be somebody's card.
//!
//! GS1 leaves some numbers to the shops themselves (restricted circulation). Those for use inside
//! one company may be member cards; those for a region are shared with weighed goods, so the shop
//! says which of them are cards; all others are products, books, receipts and coupons. Nobody owns
//! a restricted number: another shop's card passes every check here, and only the ledger knows its
//! own. Sources: GS1 General Specifications 1.4, 2.1.11 to 2.1.13 and 7.9.1; `studies/standards.md`
//! 1.2.

use super::check_digit::CheckDigit;

/// What an EAN or UPC number is, by its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// A product, numbered with 13 digits.
    Gtin13,
    /// A product, numbered with 12 digits (UPC-A).
    Gtin12,
    /// A product, numbered with 8 digits.
    Gtin8,
    /// A product of a company in Vietnam.
    Gtin13Vietnam,
    /// For use inside one company, 13 digits.
    RcnCompany,
    /// For use inside one company, 12 digits (UPC-A, number system 4).
    Rcn12Company,
    /// For use inside one company, 8 digits.
    Rcn8Company,
    /// For use inside a region: weighed goods or cards, as a country and its shops decide.
    RcnGeographic,
    /// The same with 12 digits (UPC-A, number system 2): weighed goods.
    Rcn12VariableMeasure,
    /// A newspaper or magazine.
    Issn,
    /// A book or sheet music.
    IsbnIsmn,
    /// A receipt of a bottle machine or the like.
    RefundReceipt,
    /// A coupon of an area with one currency.
    CouponCommonCurrency,
    /// A coupon.
    CouponId,
    /// A coupon of the old American kind (UPC-A, number system 5).
    CouponUpc5,
}

/// What a member's scan may do with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    /// It may be a member card.
    Member,
    /// It may be one where the shop has said so for its range.
    MemberInRange,
    /// It is a coupon.
    Coupon,
    /// It is for something else.
    Other,
}

/// Why a text is no EAN or UPC number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NoEan {
    /// Something else than the digits 0 to 9.
    #[error("an EAN or UPC number has digits only")]
    Charset,
    /// Too few or too many digits.
    #[error("an EAN or UPC number has 8, 12 or 13 digits")]
    Length,
    /// The last digit does not fit the others.
    #[error("the check digit of the EAN or UPC number is wrong")]
    CheckDigit,
}

impl Class {
    /// The class's name in the vectors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gtin13 => "GTIN13",
            Self::Gtin12 => "GTIN12",
            Self::Gtin8 => "GTIN8",
            Self::Gtin13Vietnam => "GTIN13_GS1_VIETNAM",
            Self::RcnCompany => "RCN_COMPANY",
            Self::Rcn12Company => "RCN12_COMPANY",
            Self::Rcn8Company => "RCN8_COMPANY",
            Self::RcnGeographic => "RCN_GEOGRAPHIC",
            Self::Rcn12VariableMeasure => "RCN12_VARIABLE_MEASURE",
            Self::Issn => "ISSN",
            Self::IsbnIsmn => "ISBN_ISMN",
            Self::RefundReceipt => "REFUND_RECEIPT",
            Self::CouponCommonCurrency => "COUPON_COMMON_CURRENCY",
            Self::CouponId => "COUPON_ID",
            Self::CouponUpc5 => "COUPON_UPC5",
        }
    }

    /// Whether numbers of this class may be member cards.
    pub fn allowed(self) -> Use {
        match self {
            Self::RcnCompany | Self::Rcn12Company | Self::Rcn8Company => Use::Member,
            Self::RcnGeographic | Self::Rcn12VariableMeasure => Use::MemberInRange,
            Self::CouponCommonCurrency | Self::CouponId => Use::Coupon,
            _ => Use::Other,
        }
    }
}

impl NoEan {
    /// The error's name in the vectors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Charset => "CHARSET",
            Self::Length => "LENGTH",
            Self::CheckDigit => "CHECK_DIGIT",
        }
    }
}

/// Checks digits and length, and the last digit as GS1's check digit. GTIN, SSCC and GSRN have all
/// the same.
///
/// # Errors
/// [`NoEan`], in the order of its variants.
pub fn check(text: &str, length: usize) -> Result<(), NoEan> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoEan::Charset);
    }
    if text.len() != length {
        return Err(NoEan::Length);
    }
    let is_right = CheckDigit::Gs1.holds(text);
    is_right.then_some(()).ok_or(NoEan::CheckDigit)
}

/// The class of an EAN-13 number.
///
/// # Errors
/// [`NoEan`].
pub fn ean13(text: &str) -> Result<Class, NoEan> {
    check(text, 13)?;
    let prefix: u32 = text[..3].parse().expect("three digits");
    Ok(match prefix {
        0 if text.starts_with("0000000") => Class::Rcn8Company,
        20..=29 | 200..=299 => Class::RcnGeographic,
        40..=49 => Class::RcnCompany,
        50..=59 => Class::CouponUpc5,
        893 => Class::Gtin13Vietnam,
        977 => Class::Issn,
        978 | 979 => Class::IsbnIsmn,
        980 => Class::RefundReceipt,
        981..=984 => Class::CouponCommonCurrency,
        990..=999 => Class::CouponId,
        _ => Class::Gtin13,
    })
}

/// The class of an EAN-8 number.
///
/// # Errors
/// [`NoEan`].
pub fn ean8(text: &str) -> Result<Class, NoEan> {
    check(text, 8)?;
    Ok(match text.as_bytes()[0] {
        b'0' | b'2' => Class::Rcn8Company,
        _ => Class::Gtin8,
    })
}

/// The class of a UPC-A number.
///
/// # Errors
/// [`NoEan`].
pub fn upc_a(text: &str) -> Result<Class, NoEan> {
    check(text, 12)?;
    Ok(match text.as_bytes()[0] {
        b'2' => Class::Rcn12VariableMeasure,
        b'4' => Class::Rcn12Company,
        b'5' => Class::CouponUpc5,
        _ => Class::Gtin12,
    })
}

/// The one spelling of an EAN or UPC number to look up: 13 digits, UPC-A with a zero before it;
/// company-internal EAN-8 numbers keep their 8 digits, since some scanners write them with five
/// zeros more and some do not.
pub fn spelled(digits: &str) -> String {
    match digits.len() {
        12 => format!("0{digits}"),
        13 if digits.starts_with("0000000") => digits[5..].to_owned(),
        _ => digits.to_owned(),
    }
}

/// The 12 digits of UPC-A that the 8 digits of UPC-E stand for (zeros left out); nothing for
/// another length or number system. Source: GS1 General Specifications 5.2.2.4.2.
pub fn upc_e_in_full(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_upc_e = bytes.len() == 8 && bytes.iter().all(u8::is_ascii_digit) && bytes[0] <= b'1';
    if !is_upc_e {
        return None;
    }
    let (system, body, check) = (&text[..1], &text[1..7], &text[7..]);
    let company_and_item = match body.as_bytes()[5] {
        last @ b'0'..=b'2' => format!("{}{}0000{}", &body[..2], last - b'0', &body[2..5]),
        b'3' => format!("{}00000{}", &body[..3], &body[3..5]),
        b'4' => format!("{}00000{}", &body[..4], &body[4..5]),
        _ => format!("{}0000{}", &body[..5], &body[5..]),
    };
    Some([system, &company_and_item, check].concat())
}
