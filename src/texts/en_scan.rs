//! English: what was scanned and is no member's code, and what to do about it.

/// Keys in alphabetical order, each with its text.
pub(super) const PHRASES: &[(&str, &str)] = &[
    (
        "scan.alipay",
        "This is an Alipay payment code, not a member's code. Ask for the member code or telephone number.",
    ),
    (
        "scan.calendar",
        "This is a QR code for a calendar, not a member's code. Ask for the member code.",
    ),
    (
        "scan.check_digit",
        "The check digit is wrong: a digit was misread or two were swapped. Scan again.",
    ),
    (
        "scan.citizen_card",
        "This is a citizen card. It is not used and was not kept. Ask for the member code or telephone number.",
    ),
    ("scan.empty", "Nothing was scanned."),
    (
        "scan.foreign_coupon",
        "This coupon is of a kind that this shop cannot take.",
    ),
    (
        "scan.foreign_phone",
        "This is a telephone number of another country, which this shop does not take. Ask for a Vietnamese number or the member code.",
    ),
    (
        "scan.gs1_asset",
        "This is the number of a crate or another asset, not a member's code.",
    ),
    (
        "scan.gs1_damaged",
        "The GS1 code is damaged or incomplete. Scan again.",
    ),
    (
        "scan.gs1_document",
        "This is the number of a document, not a member's code.",
    ),
    (
        "scan.gs1_other",
        "This is a code for goods or shipping, not a member's code.",
    ),
    (
        "scan.gs1_part",
        "This is the number of a part, not a member's code.",
    ),
    (
        "scan.gs1_staff",
        "This is a staff number, not a member's code.",
    ),
    (
        "scan.health_certificate",
        "This is a health certificate. It is not used and was not kept. Ask for the member code.",
    ),
    (
        "scan.in_store_code",
        "This is an in-store number: weighed goods, or another shop's card. If it is your own card, have its range declared.",
    ),
    (
        "scan.input_method",
        "A Vietnamese input method (UniKey) is on. Switch it off and scan again.",
    ),
    (
        "scan.json",
        "This QR code holds another program's data, not a member's code.",
    ),
    (
        "scan.keyboard_layout",
        "The Windows keyboard is set to Vietnamese. Change it to US and scan again.",
    ),
    (
        "scan.letter",
        "This is a QR code for an e-mail, not a member's code.",
    ),
    (
        "scan.link_no_member",
        "This link is the shop's but holds no member. Open the page of the member card and scan again.",
    ),
    (
        "scan.link_unencrypted",
        "This link is not secure (http). Scan the code in the app or on a newer card.",
    ),
    (
        "scan.link_untrusted",
        "This link leads to somebody else's site. Ask for the member code.",
    ),
    (
        "scan.message",
        "This is a QR code for a text message, not a member's code.",
    ),
    (
        "scan.not_a_card_code",
        "This is a member number or a telephone number, not a card code.",
    ),
    (
        "scan.not_a_phone",
        "This is not a Vietnamese telephone number.",
    ),
    (
        "scan.not_printable",
        "The code arrived damaged. Switch the Vietnamese keyboard off and scan again.",
    ),
    (
        "scan.one_time_password",
        "This is the secret of an authenticator app. It was not kept. Tell the customer to put it away.",
    ),
    (
        "scan.payment_card",
        "This is a payment card, not a member card. It was not kept.",
    ),
    (
        "scan.payment_qr",
        "This is a payment QR, not a member's code. Ask for the member code or telephone number.",
    ),
    (
        "scan.place",
        "This is a QR code for a place, not a member's code.",
    ),
    (
        "scan.product",
        "This is a product's barcode, not a member's code. Scan the member card.",
    ),
    (
        "scan.refund_receipt",
        "This is a refund receipt, not a member's code.",
    ),
    (
        "scan.stripe_unknown",
        "The stripe of this card is no member card's. Ask for the member code or telephone number.",
    ),
    (
        "scan.stripe_unread",
        "The reader could not read the stripe. Swipe the card again.",
    ),
    ("scan.too_long", "This is too long to be a member's code."),
    (
        "scan.unionpay_qr",
        "This is a UnionPay payment code, not a member's code. Ask for the member code or telephone number.",
    ),
    (
        "scan.visiting_card",
        "This is a visiting card, not a member's code. Ask for the member code or telephone number.",
    ),
    (
        "scan.wechat_pay",
        "This is a WeChat payment code, not a member's code. Ask for the member code or telephone number.",
    ),
    (
        "scan.wifi",
        "This is a QR code for Wi-Fi, not a member's code.",
    ),
    (
        "scan.zalo_account",
        "This is a link to a Zalo account and holds no member. Open the member card in the app and scan that.",
    ),
];
