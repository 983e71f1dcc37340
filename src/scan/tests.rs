//! The scanner's cases, from the vectors of the study (`cases/standards_vectors.json`, sections
//! named beside each table) and from what cashiers do.

mod gs1;
mod identify;
mod near;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::texts::{Language, has_phrase};

/// What [`recognise`] makes of a text, as one line: `phone +84901234567`, `card AB12 repaired`, or
/// the reason of a refusal.
fn read(text: &str) -> String {
    match recognise(text) {
        Ok(scanned) => {
            let kind = match scanned.kind {
                ScannedKind::MemberNumber => "member",
                ScannedKind::Phone => "phone",
                ScannedKind::Card => "card",
            };
            let number = scanned.member.map(|member| member.to_string());
            let is_member = scanned.kind == ScannedKind::MemberNumber;
            assert_eq!(number, is_member.then(|| scanned.value.clone()), "{text:?}");
            let repaired = if scanned.repaired { " repaired" } else { "" };
            format!("{kind} {}{repaired}", scanned.value)
        }
        Err(reason) => reason.reason().to_owned(),
    }
}

fn check(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(read(text), *expected, "scanned {text:?}");
    }
}

#[test]
fn a_member_number_is_twelve_digits_with_a_right_check_digit() {
    // check_characters.damm.valid and design_rotating_member_code.valid (member12).
    check(&[
        ("202601010016", "member 202601010016"),
        ("000000000174", "member 000000000174"),
        ("999999999999", "member 999999999999"),
        ("  202601010016\r\n", "member 202601010016"),
        ("2026 0101 0016", "member 202601010016"),
        ("2026-0101-0016", "member 202601010016"),
        ("]C1202601010016\r", "member 202601010016"),
    ]);
}

#[test]
fn a_misread_member_number_is_named_as_misread() {
    // check_characters.damm.invalid, those of twelve digits.
    check(&[
        ("022601010016", "scan.check_digit"),
        ("134159265352", "scan.check_digit"),
        ("203601010016", "scan.check_digit"),
        ("315159265352", "scan.check_digit"),
        ("2036 0101 0016", "scan.check_digit"),
    ]);
}

#[test]
fn a_phone_number_is_one_number_however_it_is_written() {
    // phone_vn.valid; the last five are spellings named in the study's section 1.6.
    check(&[
        ("0901234567", "phone +84901234567"),
        ("+84901234567", "phone +84901234567"),
        ("84901234567", "phone +84901234567"),
        ("090 123 4567", "phone +84901234567"),
        ("090.123.4567", "phone +84901234567"),
        ("+84 (0) 90 123 4567", "phone +84901234567"),
        // phone-06 of tests/cases.
        ("(+84)901234567", "phone +84901234567"),
        ("+84 0901234567", "phone +84901234567"),
        ("0321234567", "phone +84321234567"),
        ("0701234567", "phone +84701234567"),
        ("0831234567", "phone +84831234567"),
        ("0561234567", "phone +84561234567"),
        ("0591234567", "phone +84591234567"),
        ("0861234567", "phone +84861234567"),
        ("02838221234", "phone +842838221234"),
        ("024 3825 1234", "phone +842438251234"),
        ("tel:+84901234567", "phone +84901234567"),
        ("tel:0901234567", "phone +84901234567"),
        ("TEL:84901234567", "phone +84901234567"),
        ("0084901234567", "phone +84901234567"),
        ("0084 0901 234 567", "phone +84901234567"),
        ("901234567", "phone +84901234567"),
        ("841234567", "phone +84841234567"),
        ("090-123-4567\r", "phone +84901234567"),
    ]);
}

#[test]
fn a_phone_number_of_before_2018_is_found_under_its_new_prefix() {
    // phone_vn.migration, all of it, and the four prefixes of the study's table beside it.
    let moved = [
        ("0162", "32"),
        ("0163", "33"),
        ("0164", "34"),
        ("0165", "35"),
        ("0166", "36"),
        ("0167", "37"),
        ("0168", "38"),
        ("0169", "39"),
        ("0120", "70"),
        ("0121", "79"),
        ("0122", "77"),
        ("0126", "76"),
        ("0128", "78"),
        ("0123", "83"),
        ("0124", "84"),
        ("0125", "85"),
        ("0127", "81"),
        ("0129", "82"),
        ("0186", "56"),
        ("0188", "58"),
        ("0199", "59"),
    ];
    for (old, new) in moved {
        assert_eq!(
            read(&format!("{old}1234567")),
            format!("phone +84{new}1234567 repaired")
        );
    }
    check(&[
        ("+841681234567", "phone +84381234567 repaired"),
        ("841221234567", "phone +84771234567 repaired"),
    ]);
}

#[test]
fn every_mobile_operator_s_prefix_is_known_and_no_other() {
    // Prefixes in use, by operator, as the operators publish them.
    let viettel = "032 033 034 035 036 037 038 039 086 096 097 098";
    let vinaphone = "081 082 083 084 085 088 091 094";
    let mobifone = "070 076 077 078 079 0896 0897 0898 0899 090 093";
    let vietnamobile = "0522 0523 0528 056 058 092";
    let others = "0559 059 087 0993 0994 0995 0996 0997 0998 0999";
    for operator in [viettel, vinaphone, mobifone, vietnamobile, others] {
        for prefix in operator.split_ascii_whitespace() {
            let number = format!("{prefix}{}", &"1234567"[prefix.len() - 3..]);
            assert_eq!(read(&number), format!("phone +84{}", &number[1..]));
        }
    }
    for prefix in [
        "040", "050", "053", "054", "060", "071", "075", "080", "0521", "0891", "0992",
    ] {
        let number = format!("{prefix}{}", &"1234567"[prefix.len() - 3..]);
        assert_eq!(read(&number), format!("card {number}"));
    }
}

#[test]
fn every_province_has_a_telephone() {
    // The 63 area codes since 2017-06-17 (plans of the Ministry of Information and Communications).
    let areas = "203 204 205 206 207 208 209 210 211 212 213 214 215 216 218 219 220 221 222 225 \
                 226 227 228 229 232 233 234 235 236 237 238 239 24 251 252 254 255 256 257 258 \
                 259 260 261 262 263 269 270 271 272 273 274 275 276 277 28 290 291 292 293 294 \
                 296 297 299";
    let areas: Vec<&str> = areas.split_ascii_whitespace().collect();
    assert_eq!(areas.len(), 63);
    for area in areas {
        let national = format!("{area}{}", &"38221234"[area.len() - 2..]);
        assert_eq!(
            read(&format!("0{national}")),
            format!("phone +84{national}")
        );
    }
}

#[test]
fn what_only_looks_like_a_phone_number_is_no_phone_number() {
    // phone_vn.invalid: each is refused as a phone, for enrolment says which kind is meant.
    let table = [
        ("01611234567", Unreadable::NotAPhone),
        ("090123456", Unreadable::NotAPhone),
        ("0101234567", Unreadable::NotAPhone),
        ("+1 650 253 0000", Unreadable::NotAPhone),
        ("0O01234567", Unreadable::NotAPhone),
        ("1900123456", Unreadable::NotAPhone),
        ("18001234", Unreadable::NotAPhone),
        ("113", Unreadable::NotAPhone),
        ("0123456789", Unreadable::NotAPhone),
        ("0991234567890", Unreadable::NotAPhone),
        ("0401234567", Unreadable::NotAPhone),
        ("0921234567 0921234567", Unreadable::NotAPhone),
        ("0301234567890123", Unreadable::NotAPhone),
        ("202601010016", Unreadable::NotAPhone),
        ("022601010016", Unreadable::NotAPhone),
        ("", Unreadable::Empty),
        ("4111111111111111", Unreadable::PaymentCard),
    ];
    for (text, reason) in table {
        assert_eq!(
            normalise_identifier(IdentifierKind::Phone, text),
            Err(reason),
            "{text:?}"
        );
    }
    check(&[
        ("+1 650 253 0000", "scan.not_a_phone"),
        ("+84 401234567", "scan.not_a_phone"),
        ("+841234567", "scan.not_a_phone"),
        ("tel:0123456789", "scan.not_a_phone"),
        ("tel:hello", "card TEL:HELLO"),
        ("0123456789", "card 0123456789"),
        ("0291234567", "card 0291234567"),
        ("0992234567", "card 0992234567"),
        ("113", "card 113"),
    ]);
}

#[test]
fn a_bank_card_is_refused_by_name() {
    // luhn_iso7812.valid, classes PAYMENT_*; the rest are the networks' published test numbers.
    let cards = [
        "4111111111111111",
        "378282246310005",
        "3530111333300000",
        "6200000000000005",
        "9704001234567890",
        "9704361234567890123",
        "5555555555554444",
        "2223003122003222",
        "6011111111111117",
        "30569309025904",
        "4222222222222",
        "6759649826438453",
        "6799990100000000019",
        "2201382000000013",
        "36006666333344",
        "3566002020360505",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111\r\n",
        "]C14111111111111111",
        "%B4111111111111111^NGUYEN/VAN A^29122010000000000000?",
        ";4111111111111111=29122010000000000000?",
        "%B9704361234567890123^NGUYEN VAN A^2912?",
    ];
    for card in cards {
        assert_eq!(read(card), "scan.payment_card", "{card}");
        for kind in [IdentifierKind::Phone, IdentifierKind::Card] {
            assert_eq!(
                normalise_identifier(kind, card),
                Err(Unreadable::PaymentCard),
                "{card}"
            );
        }
    }
}

#[test]
fn a_bank_card_is_refused_when_the_reader_leaves_the_sentinels_out() {
    // Track 1 and 2 of ISO/IEC 7813 as readers give them: without `%`, `;` or `?`, with spaces, with
    // both tracks in one line; the chip's form of track 2 (EMV tag 57: D for the separator, F to
    // fill up); and what a person types off the card.
    let cards = [
        "4111111111111111=29122010000000000000",
        "4111111111111111=2512...",
        "4111111111111111 = 2512201000",
        "4111111111111111=",
        "9704001234567890=2912201",
        "9704361234567890123=2912201",
        "378282246310005=291220100000?",
        "B4111111111111111^NGUYEN/VAN A^29122010000000000000",
        "b4111111111111111^NGUYEN/VAN A^2912",
        "B 4111 1111 1111 1111 ^NGUYEN/VAN A^2912",
        "B9704361234567890123^NGUYEN VAN A^2912",
        "%4111111111111111^NGUYEN/VAN A^2912?",
        "4111111111111111^NGUYEN/VAN A^2912?",
        "% B4111111111111111 ^NGUYEN/VAN A^2912?",
        "; 4111111111111111=2912201?",
        "%B4111111111111111?",
        "%?;4111111111111111=2912?",
        "%BNGUYEN?;4111111111111111=2912?",
        "4111111111111111D29122010000000000000F",
        "4111111111111111 12/25",
        "4111 1111 1111 1111 12/25",
        "4111-1111-1111-1111 12/25 123",
        "4111111111111111 1225",
        "4111111111111111/12/25",
        "4111111111111111,12/25,123",
        "4111111111111111\t12/25",
        "3782 822463 10005 12/25",
    ];
    for card in cards {
        assert_eq!(read(card), "scan.payment_card", "{card}");
        let enrolled = normalise_identifier(IdentifierKind::Card, card);
        assert_eq!(enrolled, Err(Unreadable::PaymentCard), "{card}");
    }
}

#[test]
fn a_shop_s_own_card_is_not_taken_for_a_bank_card() {
    // luhn_iso7812.valid of class PRIVATE_CARD_CANDIDATE, its .invalid, and EAN-13 member cards of
    // gs1_mod10 and scanner_wedge.strip.
    check(&[
        ("9000000000000001", "card 9000000000000001"),
        ("9876543210987658", "card 9876543210987658"),
        ("41111111111111111111", "card 41111111111111111111"),
        ("6200000000000006", "card 6200000000000006"),
        ("8934563138165", "card 8934563138165"),
        ("2000000160009", "card 2000000160009"),
        ("79927398713", "card 79927398713"),
        ("%BLOYALTY^", "card %BLOYALTY^"),
        // Numbers that would pass as a bank card's, but stand inside a code of the shop's own.
        ("KH-4111111111111111", "card KH-4111111111111111"),
        ("B4111111111111111", "card B4111111111111111"),
        ("B4111111111111111 ", "card B4111111111111111"),
        (
            "HTTPS://QUAN.VN/T/4111111111111111",
            "card HTTPS://QUAN.VN/T/4111111111111111",
        ),
        // A wrong check digit, another issuer, too few or too many digits: no bank card.
        ("4111111111111112=2512", "card 4111111111111112=2512"),
        ("9000000000000001=2512", "card 9000000000000001=2512"),
        ("411111111111=2512", "card 411111111111=2512"),
        ("41111111111111111111=25", "card 41111111111111111111=25"),
        ("B12=4", "card B12=4"),
        ("%B;?", "card %B;?"),
        ("4-12", "card 412"),
    ]);
}

#[test]
fn what_a_scanner_puts_around_a_code_is_cut_off() {
    // scanner_wedge.strip; the last three are scanner_wedge.ime_unikey_engine and its Windows kin.
    check(&[
        ("8934563138165\r", "card 8934563138165"),
        ("8934563138165\r\n", "card 8934563138165"),
        ("8934563138165\n", "card 8934563138165"),
        ("\u{2}8934563138165\u{3}", "card 8934563138165"),
        ("]E08934563138165\r", "card 8934563138165"),
        ("  8934563138165 ", "card 8934563138165"),
        ("\u{0}0901234567\u{0}", "phone +84901234567"),
        ("ưE08934563138165", "card 8934563138165 repaired"),
        ("ơE0202601010016", "member 202601010016 repaired"),
        ("ưE00901234567", "phone +84901234567 repaired"),
        ("ưE0]E0KH12", "card KH12 repaired"),
        ("]-12", "card ]-12"),
        ("]E0", "scan.empty"),
        ("]E0 ]E0 KH12", "card KH12"),
    ]);
}

#[test]
fn a_card_code_is_the_same_with_caps_lock_on() {
    check(&[
        ("KH-0042", "card KH-0042"),
        ("kh-0042", "card KH-0042"),
        ("Kh 0042", "card KH 0042"),
        ("12 34", "card 1234"),
        ("---", "card ---"),
        (&"x".repeat(64), &format!("card {}", "X".repeat(64))),
    ]);
}

#[test]
fn bad_input_is_named() {
    check(&[
        ("", "scan.empty"),
        (" \r\n\u{0}\u{1b}", "scan.empty"),
        (&"7".repeat(65), "scan.too_long"),
        (&"7".repeat(10_000), "scan.too_long"),
        (&" ".repeat(10_000), "scan.empty"),
        (&"ư".repeat(65), "scan.too_long"),
        ("AB\u{0}12", "scan.not_printable"),
        ("AB\t12", "scan.not_printable"),
        ("VÍP0001", "scan.not_printable"),
        ("ưu đãi", "scan.not_printable"),
        ("801889345678\u{1d}80191", "scan.not_printable"),
        ("AB\u{200b}12", "scan.not_printable"),
    ]);
}

#[test]
fn a_card_that_would_scan_as_something_else_is_not_enrolled() {
    let refused = |text| normalise_identifier(IdentifierKind::Card, text);
    assert_eq!(refused("0901234567"), Err(Unreadable::NotACardCode));
    assert_eq!(refused("202601010016"), Err(Unreadable::NotACardCode));
    assert_eq!(refused("022601010016"), Err(Unreadable::CheckDigit));
    assert_eq!(refused("kh-0042"), Ok("KH-0042".to_owned()));
}

#[test]
fn neither_an_error_nor_a_debug_print_repeats_the_text() {
    let scanned = recognise("0901234567").expect("a phone number");
    assert!(!format!("{scanned:?}").contains("901234567"), "{scanned:?}");
    for text in [
        "4111111111111111",
        "134159265352",
        "+1 650 253 0000",
        "A\u{7}4111",
    ] {
        let reason = recognise(text).expect_err("not a member's code");
        let told = format!("{reason} {reason:?} {}", reason.reason());
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        assert!(!told.contains(&digits), "{told}");
    }
}

#[test]
fn a_cashier_reads_why_in_every_language() {
    let keys: BTreeSet<_> = Unreadable::ALL.map(Unreadable::reason).into();
    assert_eq!(keys.len(), Unreadable::ALL.len(), "two reasons of one name");
    for reason in Unreadable::ALL {
        for language in Language::ALL {
            assert!(
                has_phrase(language, reason.reason()),
                "{language:?} {reason:?}"
            );
        }
    }
}

#[test]
fn the_kinds_of_identifier_have_one_name_each() {
    for (kind, name) in [
        (IdentifierKind::Phone, "phone"),
        (IdentifierKind::Card, "card"),
    ] {
        assert_eq!(kind.name(), name);
        assert_eq!(name.parse(), Ok(kind));
        assert_eq!(
            serde_json::to_string(&kind).expect("a name"),
            format!("\"{name}\"")
        );
    }
    for other in ["", "Phone", "email"] {
        assert_eq!(other.parse::<IdentifierKind>(), Err(NoIdentifierKind));
    }
}

proptest! {
    #[test]
    fn whatever_is_scanned_is_answered_and_what_is_understood_stays_understood(
        text in prop_oneof![
            any::<String>(),
            "[0-9 .+()-]{0,20}",
            "(\\]|ư)?[A-Z]?[0-9]?\\]?[ A-Za-z0-9]{0,20}",
            "(0|84|\\+84|0084)[0-9]{9,10}",
        ]
    ) {
        let Ok(scanned) = recognise(&text) else { return Ok(()) };
        prop_assert!((1..=TEXT_MAX).contains(&scanned.value.len()));
        prop_assert!(scanned.value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));

        let again = recognise(&scanned.value).expect("the stored spelling is readable");
        prop_assert_eq!(again.kind, scanned.kind);
        prop_assert_eq!(&again.value, &scanned.value);
        prop_assert!(!again.repaired);

        for kind in [IdentifierKind::Phone, IdentifierKind::Card] {
            let same = matches!(
                (kind, scanned.kind),
                (IdentifierKind::Phone, ScannedKind::Phone) | (IdentifierKind::Card, ScannedKind::Card)
            );
            // What begins like the stripe of somebody's card is never kept, whatever it holds.
            let is_stripe = matches!(
                identify(&Scan::scanned(&text), &Rules::default()),
                Err(refused) if refused.why.is_of_a_person()
            );
            let stored = normalise_identifier(kind, &text);
            let expected = (same && !is_stripe).then(|| scanned.value.clone());
            prop_assert_eq!(stored.ok(), expected);
        }
    }
}
