//! Any text as a scan, with any symbol and with rules of every kind: an answer, the same each time,
//! that is printable and gives back no bank card.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use loy::scan::symbology::Symbology;
use loy::scan::{EntryMode, Rules, Scan, identify, payment_card, spelled};

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

static ALL: LazyLock<[Rules; 2]> = LazyLock::new(|| {
    let written = serde_json::from_str(RULES).expect("rules");
    [Rules::default(), written]
});

fuzz_target!(|bytes: &[u8]| {
    let Some((&[kind, rules], bytes)) = bytes.split_first_chunk() else {
        return;
    };
    let text = String::from_utf8_lossy(bytes);
    let _ = spelled(&text);
    let scan = Scan {
        text: &text,
        symbology: Symbology::from_scan_data_type(i32::from(kind)),
        entry_mode: EntryMode::Scanned,
    };
    let rules = &ALL[usize::from(rules % 2)];
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
});
