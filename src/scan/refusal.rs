//! Why a text is no member's code, each reason with a stable key.

use super::TEXT_MAX;
use super::other::Other;
use super::payment_code::Wallet;

/// Why a text is no code of a member. None of these carries the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// Nothing is left after trimming.
    #[error("nothing was scanned")]
    Empty,
    /// The text has over [`TEXT_MAX`] characters.
    #[error("the scanned text is too long to be a member's code (at most {TEXT_MAX} characters)")]
    TooLong,
    /// A control character or a character outside ASCII stands inside the text. Letters with
    /// Vietnamese marks in a scan mean that an input method was on while the scanner typed.
    #[error(
        "the scanned text holds characters that no member's code has; is a Vietnamese keyboard input method on?"
    )]
    NotPrintable,
    /// A Vietnamese input method (UniKey, EVKey) changed letters while the scanner typed, and
    /// nobody can tell which.
    #[error("a Vietnamese input method changed the scan; switch it off and scan again")]
    InputMethod,
    /// The Vietnamese keyboard layout of Windows was on, and a program lost the order of digits.
    #[error("the Vietnamese keyboard layout of Windows changed the scan; choose the US layout")]
    KeyboardLayout,
    /// The text is the number or the magnetic stripe of a bank card. It must not be kept (PCI DSS
    /// requirement 3.3) and is not looked up.
    #[error("a payment card is not a member card")]
    PaymentCard,
    /// A QR code that pays: VietQR or another of EMVCo, right or damaged.
    #[error("a payment QR is not a member's code")]
    PaymentQr,
    /// The payment code of a wallet.
    #[error("a wallet's payment code is not a member's code")]
    Wallet(Wallet),
    /// The card reader read nothing.
    #[error("the card reader could not read the stripe")]
    StripeUnread,
    /// A magnetic stripe of no known form.
    #[error("the stripe holds no member's number")]
    StripeUnknown,
    /// Something that has nothing to do with members, a citizen card among them.
    #[error("the code is no member's but of another kind")]
    Other(Other),
    /// A number whose check digit is wrong.
    #[error("the check digit is wrong: a digit was misread or two were swapped")]
    CheckDigit,
    /// The text is meant as a telephone number and is none that exists in Vietnam.
    #[error("not a Vietnamese telephone number")]
    NotAPhone,
    /// The text is meant as a telephone number of another country, which the shop does not take or
    /// which does not exist.
    #[error("a telephone number of another country")]
    ForeignPhone,
    /// The text offered as a card code would be read as a member number or a telephone number when
    /// it is scanned, and so never be found again.
    #[error("a scan of this card would be read as a member number or a telephone number")]
    NotACardCode,
    /// The barcode of something for sale, or of a book.
    #[error("a product's barcode is not a member's code")]
    Product,
    /// An in-store number outside the shop's ranges of member cards: weighed goods, or a card of
    /// another shop.
    #[error("an in-store number that the shop has not declared as member cards")]
    InStoreCode,
    /// The receipt of a bottle machine or the like.
    #[error("a refund receipt is not a member's code")]
    RefundReceipt,
    /// A coupon of a kind that only its own clearing house pays.
    #[error("a coupon of a foreign kind")]
    ForeignCoupon,
    /// The GSRN of somebody who provides a service (AI 8017).
    #[error("the GS1 number of staff, not of a member")]
    Staff,
    /// A document or receipt (AI 253).
    #[error("the GS1 number of a document, not of a member")]
    Document,
    /// A crate, keg or other asset (AI 8003 and 8004).
    #[error("the GS1 number of an asset, not of a member")]
    Asset,
    /// A part or component (AI 8010).
    #[error("the GS1 number of a part, not of a member")]
    Part,
    /// GS1 data about anything else.
    #[error("GS1 data about something else than a member")]
    OtherGs1,
    /// GS1 data that breaks a rule of GS1: cut off, misread or wrongly made.
    #[error("the GS1 data is damaged")]
    DamagedGs1,
    /// A link to a Zalo account, which names no member.
    #[error("a Zalo link that names no member")]
    ZaloAccount,
    /// A link of the shop's, but not encrypted.
    #[error("the shop's links begin with https")]
    LinkUnencrypted,
    /// A link to a host that is not the shop's.
    #[error("a link to somebody else's site")]
    LinkUntrusted,
    /// A link of the shop's that names no member.
    #[error("a link of the shop's that names no member")]
    LinkNoMember,
}

impl Unreadable {
    /// Every reason there is.
    pub const ALL: [Self; 40] = [
        Self::Empty,
        Self::TooLong,
        Self::NotPrintable,
        Self::InputMethod,
        Self::KeyboardLayout,
        Self::PaymentCard,
        Self::PaymentQr,
        Self::Wallet(Wallet::WechatPay),
        Self::Wallet(Wallet::Alipay),
        Self::Wallet(Wallet::UnionpayQr),
        Self::StripeUnread,
        Self::StripeUnknown,
        Self::Other(Other::CitizenCard),
        Self::Other(Other::VisitingCard),
        Self::Other(Other::Calendar),
        Self::Other(Other::Wifi),
        Self::Other(Other::OneTimePassword),
        Self::Other(Other::Message),
        Self::Other(Other::Letter),
        Self::Other(Other::Place),
        Self::Other(Other::HealthCertificate),
        Self::Other(Other::Json),
        Self::CheckDigit,
        Self::NotAPhone,
        Self::ForeignPhone,
        Self::NotACardCode,
        Self::Product,
        Self::InStoreCode,
        Self::RefundReceipt,
        Self::ForeignCoupon,
        Self::Staff,
        Self::Document,
        Self::Asset,
        Self::Part,
        Self::OtherGs1,
        Self::DamagedGs1,
        Self::ZaloAccount,
        Self::LinkUnencrypted,
        Self::LinkUntrusted,
        Self::LinkNoMember,
    ];

    /// Whether the text holds what must not outlive the answer: means of payment, secrets, a person's
    /// papers. Whoever keeps the text wipes it.
    pub fn is_of_a_person(self) -> bool {
        matches!(
            self,
            Self::PaymentCard
                | Self::PaymentQr
                | Self::Wallet(_)
                | Self::StripeUnknown
                | Self::KeyboardLayout
                | Self::Other(_)
        )
    }

    /// The stable key of the reason, for the header's error and for the texts shown to a cashier.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Empty => "scan.empty",
            Self::TooLong => "scan.too_long",
            Self::NotPrintable => "scan.not_printable",
            Self::InputMethod => "scan.input_method",
            Self::KeyboardLayout => "scan.keyboard_layout",
            Self::PaymentCard => "scan.payment_card",
            Self::PaymentQr => "scan.payment_qr",
            Self::Wallet(Wallet::WechatPay) => "scan.wechat_pay",
            Self::Wallet(Wallet::Alipay) => "scan.alipay",
            Self::Wallet(Wallet::UnionpayQr) => "scan.unionpay_qr",
            Self::StripeUnread => "scan.stripe_unread",
            Self::StripeUnknown => "scan.stripe_unknown",
            Self::Other(Other::CitizenCard) => "scan.citizen_card",
            Self::Other(Other::VisitingCard) => "scan.visiting_card",
            Self::Other(Other::Calendar) => "scan.calendar",
            Self::Other(Other::Wifi) => "scan.wifi",
            Self::Other(Other::OneTimePassword) => "scan.one_time_password",
            Self::Other(Other::Message) => "scan.message",
            Self::Other(Other::Letter) => "scan.letter",
            Self::Other(Other::Place) => "scan.place",
            Self::Other(Other::HealthCertificate) => "scan.health_certificate",
            Self::Other(Other::Json) => "scan.json",
            Self::CheckDigit => "scan.check_digit",
            Self::NotAPhone => "scan.not_a_phone",
            Self::ForeignPhone => "scan.foreign_phone",
            Self::NotACardCode => "scan.not_a_card_code",
            Self::Product => "scan.product",
            Self::InStoreCode => "scan.in_store_code",
            Self::RefundReceipt => "scan.refund_receipt",
            Self::ForeignCoupon => "scan.foreign_coupon",
            Self::Staff => "scan.gs1_staff",
            Self::Document => "scan.gs1_document",
            Self::Asset => "scan.gs1_asset",
            Self::Part => "scan.gs1_part",
            Self::OtherGs1 => "scan.gs1_other",
            Self::DamagedGs1 => "scan.gs1_damaged",
            Self::ZaloAccount => "scan.zalo_account",
            Self::LinkUnencrypted => "scan.link_unencrypted",
            Self::LinkUntrusted => "scan.link_untrusted",
            Self::LinkNoMember => "scan.link_no_member",
        }
    }
}
