//! Any text as a scan, with any symbol, by rules of every kind and by rules that are read from the
//! bytes themselves: an answer, the same each time, that is printable and gives back no bank card; and
//! whatever can be enrolled is found again.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use loy::programme::{Programme, check};
use loy::scan::symbology::Symbology;
use loy::scan::{
    EntryMode, IdentifierKind, Lookup, Rules, Scan, enrolled_as, identifier_by, identify,
    payment_card, spelled,
};

/// Something of every kind of rule.
const RULES: &str = r##"{
    "framing": {"prefixes": ["#"], "suffixes": ["$"], "separators": ["~", "<GS>"]},
    "ean_cards": [{"from": "20", "to": "29"}],
    "company_prefixes": ["8934567"],
    "unmarked_elements": "read",
    "own_codes": [{"name": "digits", "pattern": "9999999999"},
                  {"name": "letters", "pattern": "*********", "check": "luhn_28"}],
    "links": [{"host": "a.vn", "path": "/m/{member}"},
              {"host": "zalo.me", "path": "/s/{appId}/", "parameter": "mid"}],
    "order": ["own_codes", "phones"]
}"##;

static ALL: LazyLock<[Rules; 2]> =
    LazyLock::new(|| [Rules::default(), sound(RULES).expect("rules")]);

/// The rules of a programme with these codes, if it is one.
fn sound(codes: &str) -> Option<Rules> {
    let document = format!(
        r#"{{"schema": 1, "id": "f", "version": 1, "name": {{"en": "F"}}, "currency": "VND",
            "wallets": [{{"id": "p", "number": 1, "name": {{"en": "P"}}, "unit": {{"en": "p"}}}}],
            "codes": {codes}}}"#
    );
    let programme = Programme::read(document.as_bytes());
    let has_errors = check(document.as_bytes())
        .iter()
        .any(|problem| problem.is_error());
    assert_eq!(programme.is_err(), has_errors);
    Some(programme.ok()?.codes().clone())
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&[kind, which], bytes)) = bytes.split_first_chunk() else {
        return;
    };
    // Rules up to the first NUL, the scan behind it.
    let at = bytes
        .iter()
        .position(|byte| *byte == 0)
        .filter(|_| which > 1);
    let (codes, scanned) = bytes.split_at(at.unwrap_or(0));
    let codes = String::from_utf8_lossy(codes);
    let text = String::from_utf8_lossy(scanned);
    let read = match which {
        0 | 1 => Some(ALL[usize::from(which)].clone()),
        // Also those that make no sense: a scan by them must end all the same.
        2..=127 => serde_json::from_str(&codes).ok(),
        _ => sound(&codes),
    };
    let Some(rules) = read else { return };
    hold(kind, &text, &rules);
});

fn hold(kind: u8, text: &str, rules: &Rules) {
    let _ = spelled(text, rules);
    let scan = Scan {
        text,
        symbology: Symbology::from_scan_data_type(i32::from(kind)),
        entry_mode: EntryMode::Scanned,
    };
    for kind in [IdentifierKind::Phone, IdentifierKind::Card] {
        if let Ok(value) = identifier_by(rules, kind, text) {
            let (readings, old) = match identify(&Scan::scanned(text), rules) {
                Ok(found) => (found.readings, found.enrolled_as),
                Err(refused) => {
                    let old = enrolled_as(text, &refused.readings);
                    (refused.readings, old)
                }
            };
            let wanted = Lookup::Identifier(kind, value);
            assert!(
                readings
                    .iter()
                    .chain(&old)
                    .any(|reading| reading.lookup == wanted)
            );
        }
    }
    let answer = identify(&scan, rules);
    assert_eq!(answer, identify(&scan, rules));
    let Ok(found) = answer else { return };
    for reading in &found.readings {
        assert!(!reading.value.is_empty());
        assert!(
            reading
                .value
                .bytes()
                .all(|byte| (b' '..=b'~').contains(&byte))
        );
        // A number that its symbol says to be GS1's may look like a card's.
        let is_of_symbol =
            reading.coupon.is_some() || reading.value.len() == 18 || reading.value.len() == 13;
        assert!(
            is_of_symbol || !payment_card::is_one(&reading.value),
            "{:?}",
            reading.kind
        );
    }
}
