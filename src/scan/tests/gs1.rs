//! Rules of GS1 that the published vectors do not reach.

use super::super::ean;
use super::super::gs1::coupon::{Day, Decimal, is_date};
use super::super::gs1::{Separators, Subject, elements, link, subject};

fn told(text: &str) -> String {
    match elements(text, Separators::Sent) {
        Ok(elements) => {
            let each = elements
                .iter()
                .map(|one| format!("({}){}", one.identifier, one.value));
            each.collect()
        }
        Err(error) => error.name(),
    }
}

#[test]
fn element_strings_are_held_against_the_general_specifications() {
    for (text, expected) in [
        // A separator in front, behind, and behind a value of fixed length (3.2, 7.8.6).
        (
            "\u{1d}8018893456780000000011\u{1d}",
            "(8018)893456780000000011",
        ),
        (
            "0109520123456788\u{1d}17261231\u{1d}10A",
            "(01)09520123456788(17)261231(10)A",
        ),
        ("010952012345678817261231", "(01)09520123456788(17)261231"),
        ("", "EMPTY"),
        ("\u{1d}", "EMPTY"),
        ("9", "UNKNOWN_AI"),
        ("8018", "AI_FORMAT:8018"),
        ("801889345678000000001A", "AI_FORMAT:8018"),
        ("80188934567800000000110", "AI_FORMAT:8018"),
        ("0109520123456789", "CHECK_DIGIT:01"),
        ("255893456780001342\u{1d}17261301", "AI_FORMAT:17"),
        // Day 00 is the last of the month; 29 February is of leap years (3.4.7).
        (
            "255893456780001342\u{1d}17260200",
            "(255)893456780001342(17)260200",
        ),
        (
            "255893456780001342\u{1d}17280229",
            "(255)893456780001342(17)280229",
        ),
        ("255893456780001342\u{1d}17270229", "AI_FORMAT:17"),
        // One weight a product, one value an identifier (4.13).
        (
            "01095201234567883103000195\u{1d}3102000195",
            "EXCLUSIVE_AI:3103",
        ),
        (
            "8018893456780000000011\u{1d}8018200000000000000011",
            "REPEATED_AI:8018",
        ),
        (
            "8018893456780000000011\u{1d}8018893456780000000011",
            "(8018)893456780000000011(8018)893456780000000011",
        ),
        ("80030893456780001342X", "(8003)0893456780001342X"),
        ("80031893456780001342X", "AI_FORMAT:8003"),
        ("3106000195", "UNKNOWN_AI"),
        ("10A\u{1d}21B", "MISSING_REQUIRED_AI:10"),
    ] {
        assert_eq!(told(text), expected, "{text:?}");
    }
}

#[test]
fn a_coupon_says_what_it_gives_and_until_when() {
    let read = |text| match elements(text, Separators::Sent).map(|elements| subject(&elements)) {
        Ok(Subject::Coupon(coupon)) => coupon,
        other => panic!("{other:?}"),
    };
    let money = read("255893456780001343\u{1d}390050000\u{1d}17261231");
    assert_eq!(money.gcn, "893456780001343");
    let (units, decimals) = (50_000, 0);
    assert_eq!(money.amount, Some(Decimal { units, decimals }));
    assert_eq!(money.expires.as_deref(), Some("261231"));
    assert_eq!((money.percent, money.points), (None, None));
    // 12.5 per cent, and 150 points.
    let (units, decimals) = (125, 1);
    let percent = read("255893456780001344\u{1d}39410125").percent;
    assert_eq!(percent, Some(Decimal { units, decimals }));
    assert_eq!(read("255893456780001342\u{1d}81110150").points, Some(150));
}

#[test]
fn dates_are_those_of_the_calendar() {
    for (text, open, named) in [
        ("260131", true, true),
        ("260431", false, false),
        ("260400", true, false),
        ("000229", true, true),
        ("260001", false, false),
        ("261301", false, false),
        ("26013", false, false),
        ("26013a", false, false),
    ] {
        assert_eq!(is_date(text, Day::MayBeOpen), open, "{text}");
        assert_eq!(is_date(text, Day::Named), named, "{text}");
    }
}

#[test]
fn a_digital_link_keeps_the_order_of_its_key() {
    for (address, expected) in [
        ("https://a/01/09520123456788/22/A/10/B/21/C", "4 elements"),
        ("https://a/01/09520123456788/10/B/22/A", "QUALIFIER_ORDER"),
        ("https://a/01/09520123456788/10/B/10/B", "QUALIFIER_ORDER"),
        ("https://a/8018/893456780000000011/10/B", "QUALIFIER_ORDER"),
        (
            "https://a/8018/893456780000000011?8019=1",
            "QUALIFIER_IN_QUERY",
        ),
        ("https://a/8018/893456780000000012", "CHECK_DIGIT:8018"),
        ("https://a/8018/89345678%30000000011", "1 elements"),
        ("https://a/8018/89345678000000001%00", "ESCAPE"),
        ("https://a/8018/", "EMPTY_VALUE"),
        ("https://a/8018/893456780000000011/", "TRAILING_SLASH"),
        (
            "https://a/8018/893456780000000011?01=09520123456788&99=A&99=B",
            "DUPLICATE_AI",
        ),
        ("https://a b/8018/893456780000000011", "CHARSET"),
        ("https://u@a/8018/893456780000000011", "DOMAIN_CHARSET"),
        ("ftp://a/8018/893456780000000011", "SCHEME"),
    ] {
        let found = match link::elements(address) {
            Ok(elements) => format!("{} elements", elements.len()),
            Err(error) => error.name(),
        };
        assert_eq!(found, expected, "{address}");
    }
}

#[test]
fn upc_e_leaves_zeros_out_in_five_ways() {
    // Worked out by hand from the table of 5.2.2.4.2; the check digit is that of UPC-A.
    for (short, full) in [
        ("01234505", "012000003455"),
        ("01234531", "012300000451"),
        ("01234543", "012340000053"),
        ("01234572", "012345000072"),
    ] {
        assert_eq!(ean::upc_e_in_full(short).as_deref(), Some(full));
        assert_eq!(ean::check(full, 12), Ok(()), "{full}");
    }
    for bad in ["", "0123457", "21234572", "0123457A"] {
        assert_eq!(ean::upc_e_in_full(bad), None, "{bad}");
    }
}
