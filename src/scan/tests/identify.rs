//! What the till says of everything that a cashier scans, swipes and types.

use proptest::prelude::*;
use serde_json::json;

use super::super::symbology::Symbology;
use super::super::*;

/// One line for a scan: `Phone +84901234567`, with `| ` and another way to read it, `repaired` and
/// `doubt` where there are any; or the reason of a refusal, with the readings beside it.
fn told(scan: &Scan<'_>, rules: &Rules) -> String {
    let line = |readings: &[Reading]| {
        let each = readings.iter().map(|reading| {
            let instance = reading.instance.as_ref();
            let instance = instance.map_or(String::new(), |card| format!(" card {card}"));
            format!("{:?} {}{instance}", reading.kind, reading.value)
        });
        each.collect::<Vec<_>>().join(" | ")
    };
    match identify(scan, rules) {
        Ok(found) => {
            let doubts: String = found
                .doubts
                .iter()
                .map(|why| format!(" doubt {}", why.reason()))
                .collect();
            let repaired = if found.repaired { " repaired" } else { "" };
            format!("{}{repaired}{doubts}", line(&found.readings))
        }
        Err(refused) if refused.readings.is_empty() => refused.why.reason().to_owned(),
        Err(refused) => format!("{} or {}", refused.why.reason(), line(&refused.readings)),
    }
}

fn check(rules: &Rules, table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(
            told(&Scan::scanned(text), rules),
            *expected,
            "scanned {text:?}"
        );
    }
}

fn rules(written: serde_json::Value) -> Rules {
    serde_json::from_value(written).expect("rules")
}

#[test]
fn a_member_is_found_without_any_rule() {
    check(
        &Rules::default(),
        &[
            ("202601010016", "MemberNumber 202601010016"),
            ("]C0202601010016\r\n", "MemberNumber 202601010016"),
            ("0901234567", "Phone +84901234567"),
            ("01621234567", "Phone +84321234567 repaired"),
            ("+84 (0) 90 123 4567", "Phone +84901234567"),
            ("kh000123", "Card KH000123"),
            ("]E00416000336108", "EanCard 0416000336108"),
            ("416000336108", "EanCard 0416000336108"),
            ("]E402345680", "EanCard 02345680"),
            ("0000000000017", "EanCard 00000017"),
            (
                "]C18018893456780000000011\u{1d}80191",
                "Gsrn 893456780000000011 card 1",
            ),
            ("8018893456780000000011", "Gsrn 893456780000000011"),
            (
                "https://a.example/8018/893456780000000011/8019/2",
                "Gsrn 893456780000000011 card 2",
            ),
            (";9999990012345670===?", "StripeCard 9999990012345670"),
            (
                "%B9999990012345670^KHACH/QUEN^===?;9999990012345670===?",
                "StripeCard 9999990012345670",
            ),
            (
                "9720260101001612345678",
                "RotatingCode 9720260101001612345678",
            ),
            (
                "]Q3255893456780001342\u{1d}81110150",
                "Coupon 893456780001342",
            ),
            ("9810123456780", "Coupon 9810123456780"),
        ],
    );
}

#[test]
fn what_is_no_member_s_is_named() {
    check(
        &Rules::default(),
        &[
            ("", "scan.empty"),
            ("\u{2}\u{3}", "scan.empty"),
            ("202601010011", "scan.check_digit"),
            ("9720260101001712345678", "scan.check_digit"),
            ("4111 1111 1111 1111", "scan.payment_card"),
            (
                "%B6011898748579348^DOE/ JOHN ^37829821000123456789?",
                "scan.payment_card",
            ),
            ("%E?;E?", "scan.stripe_unread"),
            ("%GIFT 12?", "scan.stripe_unknown"),
            (
                "00020101021138530010A0000007270123000697041601092576788590208QRIBFTTA53037045802VN6304AE9F",
                "scan.payment_qr",
            ),
            ("000201...CỬA HÀNG A", "scan.payment_qr"),
            ("134512345678901234", "scan.wechat_pay"),
            ("301234567890123456", "scan.alipay"),
            ("6212345678901234567", "scan.unionpay_qr"),
            ("8934563138165", "scan.product or Card 8934563138165"),
            ("]E08934563138165", "scan.product"),
            ("036000291452", "scan.product"),
            ("2000000000015", "scan.in_store_code or Card 2000000000015"),
            ("9800000000120", "scan.refund_receipt or Card 9800000000120"),
            ("]C18017893456780000000011", "scan.gs1_staff"),
            ("]C12538934567800013ABC", "scan.gs1_document"),
            ("]Q30109520123456788", "scan.product"),
            ("]C1801889345678000000001", "scan.gs1_damaged"),
            (
                "]C1202601010016",
                "scan.gs1_damaged or MemberNumber 202601010016",
            ),
            ("https://id.gs1.org/01/09520123456788", "scan.product"),
            (
                "https://a.example/8018/893456780000000012",
                "scan.gs1_damaged",
            ),
            ("https://zalo.me/765465772305886642", "scan.zalo_account"),
            ("https://example.com/", "scan.link_untrusted"),
            ("BEGIN:VCARD\nFN:Nguyễn\nEND:VCARD", "scan.visiting_card"),
            ("WIFI:S:Quán;T:WPA;P:12345678;;", "scan.wifi"),
            ("otpauth://totp/a?secret=JBSWY3DP", "scan.one_time_password"),
            ("HC1:6BFOXN", "scan.health_certificate"),
            ("{\"memberId\":\"1\"}", "scan.json"),
            ("+1 650 253 0000", "scan.foreign_phone"),
            ("+84 401234567", "scan.not_a_phone"),
            ("AB\u{7}12", "scan.not_printable"),
            ("８９３", "scan.not_printable"),
            (&"A".repeat(65), "scan.too_long"),
            (&"1".repeat(9000), "scan.too_long"),
        ],
    );
}

#[test]
fn a_citizen_card_is_refused_and_nothing_of_it_is_given_back() {
    let card = "001099012345|012345678|NGUYỄN VĂN A|01011990|Nam|Số 1, Phường X, Hà Nội|15052021";
    for text in [
        card,
        &format!("]Q1{card}\r"),
        "001099012345||A|01011990|Nam|B|15052021|||",
    ] {
        let refused = identify(&Scan::scanned(text), &Rules::default()).expect_err("refused");
        assert_eq!(refused.why.reason(), "scan.citizen_card");
        assert_eq!(refused.readings, []);
        assert!(!format!("{refused:?}").contains("0990"));
    }
}

#[test]
fn a_vietnamese_keyboard_is_mended_or_named() {
    check(
        &Rules::default(),
        &[
            ("ưE00416000336108", "EanCard 0416000336108 repaired"),
            // 971234567890 and a member's number through the layout of Windows.
            (
                "â\u{111}â\u{309}\u{111}ă\u{111}ă\u{111}\u{111}ă\u{309}",
                "MemberNumber 202601010016 repaired",
            ),
            ("VÍP0001", "scan.input_method"),
            // MEMBEERAA and an address, as UniKey leaves them.
            ("MEMBỂÂ", "scan.input_method"),
            ("https://ẽample.vn/m/AD", "scan.input_method"),
            ("LOYALTY-Ư7X9", "scan.input_method"),
            ("đê", "Card 03 repaired"),
            ("ĐÊ", "scan.input_method"),
            // 4595 after a program has sorted the marks.
            ("ộ\u{300}\u{300}", "scan.keyboard_layout"),
        ],
    );
    // A bank card through the layout of Windows is a bank card.
    let keys = "ôăăăăăăăăăăăăăăă";
    assert_eq!(
        told(&Scan::scanned(keys), &Rules::default()),
        "scan.payment_card"
    );
}

#[test]
fn a_shop_s_ranges_make_in_store_numbers_member_cards() {
    let rules = rules(
        json!({ "ean_cards": [{ "from": "2900", "to": "2909" }, { "from": "02", "to": "02" }] }),
    );
    check(
        &rules,
        &[
            ("2900000123458", "EanCard 2900000123458"),
            ("0200000000127", "EanCard 0200000000127"),
            ("2000000000015", "scan.in_store_code or Card 2000000000015"),
            ("8934563138165", "scan.product or Card 8934563138165"),
        ],
    );
}

#[test]
fn a_company_s_gsrn_goes_before_a_wallet_s_code() {
    let both = "134512345678901238";
    assert_eq!(
        told(&Scan::scanned(both), &Rules::default()),
        "scan.wechat_pay"
    );
    let rules = rules(json!({ "company_prefixes": ["134512345"] }));
    assert_eq!(
        told(&Scan::scanned(both), &rules),
        "Gsrn 134512345678901238"
    );
    // Another number of the wallet's form is the wallet's still.
    assert_eq!(
        told(&Scan::scanned("134512345678901234"), &rules),
        "scan.wechat_pay"
    );
}

#[test]
fn a_shop_s_own_numbers_and_phone_numbers_are_told_side_by_side() {
    let own = json!([{ "name": "the", "pattern": "0999999999" }]);
    let first_phones = rules(json!({ "own_codes": own }));
    assert_eq!(
        told(&Scan::scanned("0901234567"), &first_phones),
        "Phone +84901234567 | OwnCode 0901234567"
    );
    assert_eq!(
        told(&Scan::scanned("0123456789"), &first_phones),
        "OwnCode 0123456789"
    );
    let first_own = rules(json!({ "own_codes": own, "order": ["own_codes", "phones"] }));
    assert_eq!(
        told(&Scan::scanned("0901234567"), &first_own),
        "OwnCode 0901234567 | Phone +84901234567"
    );
    // A shop may let its own codes go before a wallet's, but before no bank card.
    let sixteen = json!([{ "name": "old", "pattern": "9999999999999999" }]);
    let rules = rules(json!({ "own_codes": sixteen, "order": ["own_codes"] }));
    assert_eq!(
        told(&Scan::scanned("2512345678901234"), &rules),
        "OwnCode 2512345678901234 doubt scan.alipay"
    );
    assert_eq!(
        told(&Scan::scanned("4111111111111111"), &rules),
        "scan.payment_card"
    );
}

#[test]
fn a_shop_s_letters_have_a_pattern_and_a_check_character() {
    let rules = rules(json!({ "own_codes": [
        { "name": "vip", "pattern": "VIP-9999*", "check": null },
        { "name": "safe", "pattern": "*********", "check": "luhn_28" },
        { "name": "nine", "pattern": "\\9\\A99" },
    ] }));
    check(
        &rules,
        &[
            ("vip-0012x", "OwnCode VIP-0012X"),
            ("VIP-001", "Card VIP-001"),
            ("9q8m4ktnz", "OwnCode 9Q8M4KTNZ"),
            // Two letters swapped: a card that nobody has.
            ("Q98M4KTNZ", "Card Q98M4KTNZ"),
            ("9A12", "OwnCode 9A12"),
            ("8A12", "Card 8A12"),
            ("%VIP-0012X?", "OwnCode VIP-0012X"),
        ],
    );
}

#[test]
fn what_the_scanner_puts_round_a_code_is_the_shop_s_to_say() {
    let rules = rules(json!({
        "framing": { "prefixes": ["#", "SCAN:"], "suffixes": ["$"], "separators": ["~", "<GS>"] },
    }));
    check(
        &rules,
        &[
            ("#202601010016$\r", "MemberNumber 202601010016"),
            ("SCAN:]C0202601010016$", "MemberNumber 202601010016"),
            ("]C0#202601010016", "MemberNumber 202601010016"),
            (
                "8018893456780000000011~80191",
                "Gsrn 893456780000000011 card 1",
            ),
            (
                "]C18018893456780000000011<GS>80192",
                "Gsrn 893456780000000011 card 2",
            ),
            ("KH~12", "Card KH~12"),
        ],
    );
    let lost = super::super::rules::Rules {
        framing: serde_json::from_value(json!({ "separator": "lost" })).expect("framing"),
        ..Rules::default()
    };
    check(
        &lost,
        &[
            (
                "801889345678000000001180191",
                "Gsrn 893456780000000011 card 1",
            ),
            (
                "]C1801889345678000000001180191",
                "Gsrn 893456780000000011 card 1",
            ),
            ("255893456780001342", "scan.alipay"),
        ],
    );
    let unmarked = super::super::rules::Rules {
        unmarked_elements: serde_json::from_value(json!("read")).expect("a word"),
        ..Rules::default()
    };
    check(
        &unmarked,
        &[
            ("2558934567800013", "scan.alipay or Coupon 8934567800013"),
            (
                "255893456780001342",
                "scan.alipay or Coupon 893456780001342",
            ),
        ],
    );
}

#[test]
fn a_link_is_the_shop_s_only_when_its_whole_host_is() {
    let rules = rules(json!({ "links": [
        { "host": "qr.example.vn", "path": "/m/{member}" },
        { "host": "zalo.me", "path": "/s/{appId}/", "parameter": "mid" },
        { "host": "the.example.vn", "path": "/{shop}/{member}", "check": "damm", "unencrypted": "allowed" },
    ] }));
    check(
        &rules,
        &[
            (
                "https://qr.example.vn/m/0000123456?sig=abc#x",
                "Link 0000123456",
            ),
            ("HTTPS://QR.EXAMPLE.VN/m/202601010016", "Link 202601010016"),
            ("https://qr.example.vn/m/0901234567", "Link +84901234567"),
            ("https://qr.example.vn/m/KH%2D12", "Link KH-12"),
            ("https://zalo.me/s/1/?mid=8Q2K7M4T&a=b", "Link 8Q2K7M4T"),
            ("https://zalo.me/s/1/?mid=8Q&mid=9Q", "scan.link_no_member"),
            ("http://the.example.vn/quan1/2361", "Link 2361"),
            ("http://the.example.vn/quan1/2362", "scan.link_no_member"),
            ("http://qr.example.vn/m/0000123456", "scan.link_unencrypted"),
            ("https://qr.example.vn/x/0000123456", "scan.link_no_member"),
            (
                "https://qr.example.vn/m/0000123456/more",
                "scan.link_no_member",
            ),
            ("https://qr.example.vn/m/a%00b", "scan.link_no_member"),
            ("https://qr.example.vn:8443/m/1", "scan.link_untrusted"),
            ("https://user@qr.example.vn/m/1", "scan.link_untrusted"),
            (
                "https://qr.example.vn@evil.example/m/1",
                "scan.link_untrusted",
            ),
            (
                "https://qr.example.vn.evil.example/m/1",
                "scan.link_untrusted",
            ),
            (
                "https://evil.example/qr.example.vn/m/1",
                "scan.link_untrusted",
            ),
            (
                "https://qr.example.vn\\.evil.example/m/1",
                "scan.link_untrusted",
            ),
            ("https://qr.example.vn./m/1", "scan.link_untrusted"),
            (
                "https://qr.example.vn/m/4111111111111111",
                "scan.payment_card",
            ),
            ("https://chat.zalo.me/?c=1", "scan.zalo_account"),
        ],
    );
    let strict = json!({ "links": [{ "host": "a", "path": "/", "secret": "x" }] });
    assert!(serde_json::from_value::<Rules>(strict).is_err());
}

#[test]
fn a_driver_s_symbol_says_how_many_digits_there_are() {
    let read = |text, scan_data_type| {
        let scan = Scan {
            symbology: Symbology::from_scan_data_type(scan_data_type),
            ..Scan::scanned(text)
        };
        told(&scan, &Rules::default())
    };
    // UPC-A, 12 digits or 11 without the check digit; EAN-13 without it.
    assert_eq!(read("416000336108", 101), "EanCard 0416000336108");
    assert_eq!(read("41600033610", 101), "EanCard 0416000336108");
    assert_eq!(read("041600033610", 104), "EanCard 0416000336108");
    assert_eq!(read("0416000336108", 104), "EanCard 0416000336108");
    assert_eq!(read("0416000336109", 104), "scan.check_digit");
    assert_eq!(read("02345680", 103), "EanCard 02345680");
    assert_eq!(read("0234568", 103), "EanCard 02345680");
    // UPC-E 04252614 stands for UPC-A 042100005264 (GS1 General Specifications 5.2.2.4.2).
    assert_eq!(
        ean::upc_e_in_full("04252614").as_deref(),
        Some("042100005264")
    );
    assert_eq!(read("04252614", 102), "scan.product");
    assert_eq!(read("041600033610812345", 119), "EanCard 0416000336108");
    assert_eq!(
        read("8018893456780000000011", 120),
        "Gsrn 893456780000000011"
    );
    assert_eq!(read("202601010016", 110), "MemberNumber 202601010016");
    assert_eq!(read("202601010016", 0), "MemberNumber 202601010016");
    assert_eq!(Symbology::from_scan_data_type(7), None);
}

#[test]
fn a_card_enrolled_before_there_were_rules_is_still_found() {
    let rules = rules(json!({ "links": [{ "host": "qr.example.vn", "path": "/m/{member}" }] }));
    let link = "https://qr.example.vn/m/0000123456";
    let found = identify(&Scan::scanned(link), &rules).expect("a member");
    let old = found.enrolled_as.expect("the old spelling");
    assert_eq!(
        Ok(old.value),
        normalise_identifier(IdentifierKind::Card, link)
    );
    let found = identify(&Scan::scanned("0901234567"), &rules).expect("a member");
    assert_eq!(found.enrolled_as, None);
}

#[test]
fn rules_are_strict_and_come_back_as_written() {
    assert_eq!(rules(json!({})), Rules::default());
    for bad in [
        json!({ "prefix": [] }),
        json!({ "framing": { "prefix": "" } }),
        json!({ "order": ["cards"] }),
    ] {
        assert!(
            serde_json::from_value::<Rules>(bad.clone()).is_err(),
            "{bad}"
        );
    }
    let whole = rules(json!({
        "framing": { "prefixes": ["#"], "suffixes": ["$"], "separators": ["~"], "separator": "lost" },
        "ean_cards": [{ "from": "20", "to": "29" }],
        "company_prefixes": ["8934567"],
        "unmarked_elements": "read",
        "own_codes": [{ "name": "a", "pattern": "A9", "check": "iso7064_37_36" }],
        "links": [{ "host": "a.vn", "path": "/{member}", "parameter": "m", "check": "luhn", "unencrypted": "allowed" }],
        "foreign_phones": "allowed",
        "order": ["phones"],
    }));
    let again = serde_json::to_value(&whole).expect("json");
    assert_eq!(rules(again), whole);
}

#[test]
fn nothing_of_a_scan_is_printed_for_support() {
    for text in [
        "0901234567",
        "202601010016",
        "8018893456780000000011",
        "kh000123",
    ] {
        let found = identify(&Scan::scanned(text), &Rules::default()).expect("understood");
        let printed = format!("{found:?}").to_uppercase();
        assert!(!printed.contains(&text[3..].to_uppercase()), "{printed}");
    }
}

/// Any text, and texts that begin like something.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9 .+()-]{0,24}",
        "(\\][A-Za-z][0-9])?[0-9]{8,40}",
        "\\][CQde][0-9](8018|8019|255|390[0-9]|8111|17|01)[0-9\u{1d}]{0,40}",
        "(%B|;)?[0-9]{10,20}[=^?][0-9A-Z^=?]{0,20}",
        "https?://[a-z.@:/]{1,20}/(8018|255|m)/[0-9%a-f/]{0,20}(\\?[0-9a-z=&+%]{0,20})?",
        "(000201|hQVDUFYwM|WIFI:|tel:|BEGIN:|\\{\")[0-9A-Za-z:]{0,40}",
        "[ăâêôđ\u{300}\u{301}\u{303}\u{309}\u{323}ươ]{0,24}",
    ]
}

fn any_rules() -> Rules {
    rules(json!({
        "framing": { "prefixes": ["#"], "suffixes": ["$"], "separators": ["~", "|"] },
        "ean_cards": [{ "from": "20", "to": "29" }],
        "company_prefixes": ["8934567", "1234"],
        "unmarked_elements": "read",
        "own_codes": [{ "name": "a", "pattern": "9999999999999999" }, { "name": "b", "pattern": "****************" }],
        "links": [{ "host": "a.vn", "path": "/m/{member}" }],
        "order": ["own_codes"],
    }))
}

proptest! {
    #[test]
    fn every_scan_is_answered_the_same_way_each_time(text in texts()) {
        for rules in [Rules::default(), any_rules()] {
            let scan = Scan::scanned(&text);
            let answer = identify(&scan, &rules);
            prop_assert_eq!(&answer, &identify(&scan, &rules));
            if let Ok(found) = answer {
                prop_assert!(!found.readings.is_empty());
                for reading in &found.readings {
                    prop_assert!(!reading.value.is_empty());
                    prop_assert!(reading.value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
                }
            }
        }
    }

    #[test]
    fn whatever_can_be_enrolled_is_found_by_the_same_text(text in texts()) {
        for rules in [Rules::default(), any_rules()] {
            for kind in [IdentifierKind::Phone, IdentifierKind::Card] {
                let Ok(value) = identifier_by(&rules, kind, &text) else { continue };
                let (readings, old) = match identify(&Scan::scanned(&text), &rules) {
                    Ok(found) => (found.readings, found.enrolled_as),
                    Err(refused) => {
                        let old = enrolled_as(&text, &refused.readings);
                        (refused.readings, old)
                    }
                };
                let wanted = Lookup::Identifier(kind, value);
                prop_assert!(readings.iter().chain(&old).any(|reading| reading.lookup == wanted));
            }
        }
    }

    #[test]
    fn a_bank_card_s_number_is_never_given_back(
        network in prop::sample::select(vec!["4", "51", "2221", "34", "36", "3528", "6011", "9704", "62", "2200"]),
        body in "[0-9]{15}",
        spacing in prop::sample::select(vec!["", " ", "-"]),
        around in prop::sample::select(vec![("", ""), ("%B", "^A/B^2912101?"), (";", "=2912101?"), ("]C0", "\r"), ("https://a.vn/m/", ""), ("#", "$")]),
    ) {
        let length = if network == "34" { 15 } else { 16 };
        let body: String = format!("{network}{body}").chars().take(length - 1).collect();
        let check = check_digit::CheckDigit::Luhn.of(&body).expect("digits");
        let number = format!("{body}{check}");
        let groups: Vec<&str> = (0..length).step_by(4).map(|at| &number[at..(at + 4).min(length)]).collect();
        let is_link = around.0.starts_with("https");
        let text = format!("{}{}{}", around.0, groups.join(if is_link { "" } else { spacing }), around.1);
        for rules in [Rules::default(), any_rules()] {
            for read in [identify(&Scan::scanned(&text), &rules), identify(&Scan::keyed(&text), &rules)] {
                let (readings, enrolled_as) = match read {
                    Ok(found) => (found.readings, found.enrolled_as),
                    Err(refused) => (refused.readings, None),
                };
                for reading in readings.iter().chain(&enrolled_as) {
                    let digits: String = reading.value.chars().filter(char::is_ascii_digit).collect();
                    prop_assert!(!digits.contains(&number), "{:?}", reading.kind);
                }
            }
        }
    }
}

#[test]
fn what_was_enrolled_is_found_by_every_carrier_of_the_same_number() {
    let card = |text: &str| normalise_identifier(IdentifierKind::Card, text);
    for gsrn in [
        "8018893456780000000011",
        "]C18018893456780000000011",
        "https://a.example/8018/893456780000000011",
    ] {
        assert_eq!(card(gsrn).as_deref(), Ok("893456780000000011"), "{gsrn}");
    }
    // UPC-A is EAN-13 without its zero.
    assert_eq!(card("416000336108").as_deref(), Ok("0416000336108"));
    assert_eq!(card("0416000336108").as_deref(), Ok("0416000336108"));
    // A product's number may have been handed out as a card; what pays may not.
    assert_eq!(card("8934563138165").as_deref(), Ok("8934563138165"));
    let wallet = payment_code::Wallet::WechatPay;
    assert_eq!(card("134512345678901234"), Err(Unreadable::Wallet(wallet)));
    assert_eq!(card("202601010016"), Err(Unreadable::NotACardCode));
}

#[test]
fn a_rotating_code_is_counted_as_the_one_member_it_names() {
    let spelled = |text| spelled(text, &Rules::default());
    assert_eq!(
        spelled("9720260101001612345678").as_deref(),
        Ok("202601010016")
    );
    assert_eq!(
        spelled("9720260101001687654321").as_deref(),
        Ok("202601010016")
    );
    assert_eq!(spelled("0901 234 567").as_deref(), Ok("+84901234567"));
    assert_eq!(spelled("kh-01").as_deref(), Ok("KH-01"));
    assert_eq!(spelled("4111111111111111"), Err(Unreadable::PaymentCard));
}
