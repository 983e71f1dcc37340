//! QR codes and numbers that pay: recognised in order to be refused.
//!
//! At a Vietnamese till the QR code a customer holds out is a payment code more often than a
//! member's. The cashier is told so, by name, even when the code is damaged. Sources: EMVCo
//! Merchant- and Consumer-Presented QR Code Specifications 1.1; the wallets' own pages as quoted in
//! `wallet_payment_codes` of the vectors; `studies/standards.md` 1.5.

/// A wallet whose payment codes are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wallet {
    /// WeChat Pay: 18 digits that begin with 10 to 15.
    WechatPay,
    /// Alipay: 16 to 24 digits that begin with 25 to 30.
    Alipay,
    /// UnionPay QR: 19 digits that begin with 62.
    UnionpayQr,
}

impl Wallet {
    /// The wallet's name in the vectors.
    pub fn name(self) -> &'static str {
        match self {
            Self::WechatPay => "WECHAT_PAY",
            Self::Alipay => "ALIPAY",
            Self::UnionpayQr => "UNIONPAY_QR",
        }
    }
}

/// The wallet that makes payment codes of this form, digits only.
pub fn wallet(digits: &str) -> Option<Wallet> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let prefix: u8 = digits.get(..2)?.parse().ok()?;
    match (digits.len(), prefix) {
        (18, 10..=15) => Some(Wallet::WechatPay),
        (16..=24, 25..=30) => Some(Wallet::Alipay),
        (19, 62) => Some(Wallet::UnionpayQr),
        _ => None,
    }
}

/// Whether the text is an EMVCo payment QR, whole or cut off, its checksum right or wrong:
/// merchant-presented (VietQR and its like) or consumer-presented.
pub fn is_payment_qr(text: &str) -> bool {
    text.starts_with("000201") || is_consumer_presented(text)
}

/// Base64 of the BER-TLV `85 05 CPV01`, with which every consumer-presented code begins. Seven bytes
/// fill nine letters and two bits of the tenth, whose other four belong to what follows.
fn is_consumer_presented(text: &str) -> bool {
    let tenth = text
        .strip_prefix("hQVDUFYwM")
        .and_then(|rest| rest.bytes().next());
    tenth.is_some_and(|letter| matches!(letter, b'Q'..=b'Z' | b'a'..=b'f'))
}

/// A data object of a merchant-presented code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object<'a> {
    /// 0 to 99.
    pub id: u8,
    /// 1 to 99 characters.
    pub value: &'a str,
}

/// What keeps a text from being a merchant-presented payment QR that a bank would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NoPaymentQr {
    /// It is consumer-presented.
    #[error("a consumer-presented payment code")]
    ConsumerPresented,
    /// It does not begin with version 01.
    #[error("not a payment code of version 01")]
    Version,
    /// It ends before an object's value, or before the checksum.
    #[error("the payment code is cut off")]
    Truncated,
    /// An object is longer than what is left.
    #[error("an object of the payment code is longer than the rest")]
    Overrun,
    /// Something else than digits stands where an id or a length should.
    #[error("an object of the payment code has no length")]
    BadObject,
    /// The checksum is wrong.
    #[error("the checksum of the payment code is wrong")]
    Crc,
}

impl NoPaymentQr {
    /// The error's name in the vectors.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConsumerPresented => "EMV_CPM",
            Self::Version => "NOT_EMV_VERSION",
            Self::Truncated => "TRUNCATED",
            Self::Overrun => "TLV_OVERRUN",
            Self::BadObject => "BAD_TLV",
            Self::Crc => "CRC",
        }
    }
}

/// The objects of a merchant-presented code, whose checksum is right.
///
/// # Errors
/// [`NoPaymentQr`]; [`is_payment_qr`] says whether to refuse the text all the same.
pub fn objects(text: &str) -> Result<Vec<Object<'_>>, NoPaymentQr> {
    if is_consumer_presented(text) {
        return Err(NoPaymentQr::ConsumerPresented);
    }
    if !text.starts_with("000201") {
        return Err(NoPaymentQr::Version);
    }
    let objects = inner(text)?;
    let last = objects
        .last()
        .filter(|object| object.id == 63 && object.value.len() == 4);
    let crc = last.ok_or(NoPaymentQr::Truncated)?.value;
    let is_right = crc_of(text).is_some_and(|right| right.eq_ignore_ascii_case(crc));
    is_right.then_some(objects).ok_or(NoPaymentQr::Crc)
}

/// The objects of a template, or of the whole, one after the other.
fn inner(text: &str) -> Result<Vec<Object<'_>>, NoPaymentQr> {
    let mut rest = text;
    let mut objects = Vec::new();
    while !rest.is_empty() {
        let number = |range| rest.get(range).and_then(two_digits);
        if rest.len() < 4 {
            return Err(NoPaymentQr::Truncated);
        }
        let (Some(id), Some(length)) = (number(0..2), number(2..4)) else {
            return Err(NoPaymentQr::BadObject);
        };
        let (value, after) = split_characters(&rest[4..], length)?;
        objects.push(Object { id, value });
        rest = after;
    }
    Ok(objects)
}

fn two_digits(text: &str) -> Option<u8> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// EMVCo counts characters, not bytes: a merchant's name may be Vietnamese.
fn split_characters(text: &str, count: u8) -> Result<(&str, &str), NoPaymentQr> {
    let count = usize::from(count);
    match text.char_indices().nth(count) {
        Some((end, _)) => Ok(text.split_at(end)),
        None if text.chars().count() == count => Ok((text, "")),
        None if text.is_empty() => Err(NoPaymentQr::Truncated),
        None => Err(NoPaymentQr::Overrun),
    }
}

/// Whether the objects are a VietQR: a template of merchant accounts (26 to 51) of NAPAS.
pub fn is_vietqr(objects: &[Object<'_>]) -> bool {
    let mut accounts = objects
        .iter()
        .filter(|object| (26..=51).contains(&object.id));
    accounts.any(|account| {
        let parts = inner(account.value).unwrap_or_default();
        parts
            .iter()
            .any(|part| part.id == 0 && part.value.eq_ignore_ascii_case("A000000727"))
    })
}

/// The checksum that belongs at the end of a merchant-presented code, over everything up to and
/// with the checksum's own `6304`; nothing for a text that is too short to have one.
pub fn crc_of(text: &str) -> Option<String> {
    let without = text
        .len()
        .checked_sub(4)
        .and_then(|end| text.as_bytes().get(..end))?;
    without
        .ends_with(b"6304")
        .then(|| format!("{:04X}", crc16(without)))
}

/// CRC-16/CCITT-FALSE: polynomial 0x1021, begun with 0xFFFF, nothing reflected or inverted.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        let crc = crc ^ (u16::from(*byte) << 8);
        (0..8).fold(crc, |crc: u16, _| match crc & 0x8000 {
            0 => crc << 1,
            _ => (crc << 1) ^ 0x1021,
        })
    })
}
