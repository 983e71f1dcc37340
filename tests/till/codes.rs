//! A shop's own codes: what its programme says of them is what every scan goes by.

use loy::kernel::MemberNumber;
use loy::programme::{Programme, check};
use loy::scan::{IdentifierKind, Kind, Scan, identify};
use loy::till::{Enrolment, Error, Period, Till};
use serde_json::{Value, json};

use crate::shop::{Shop, TODAY, assert_sound, balance, cart_of, date, phone};

/// The usual programme in this version, with these codes.
fn version(number: u32, codes: Value) -> Vec<u8> {
    let first = include_bytes!("../../examples/programmes/vnd-10000.json");
    let mut document: Value = serde_json::from_slice(first).unwrap();
    document["version"] = json!(number);
    document["codes"] = codes;
    document.to_string().into_bytes()
}

fn shop(codes: Value) -> Shop {
    Shop::with(|provisioning| provisioning.programme = version(1, codes))
}

/// A chain with printed EAN cards, codes on key tags, links on posters and a scanner that sends `~`.
fn chain() -> Value {
    json!({
        "framing": {"prefixes": ["#"], "separators": ["~"]},
        "ean_cards": [{"from": "2900", "to": "2909"}],
        "own_codes": [{"name": "tags", "pattern": "VIP-9999"}],
        "links": [{"host": "shop.vn", "path": "/m/{member}"}],
    })
}

fn card(code: &str) -> Enrolment {
    Enrolment {
        identifiers: vec![(IdentifierKind::Card, code.to_owned())],
        ..Enrolment::default()
    }
}

#[track_caller]
fn enrol(till: &Till, id: &str, enrolment: &Enrolment) -> MemberNumber {
    till.enrol(id, enrolment).unwrap().number
}

/// Whose a scan is, or why it is nobody's.
fn whose(till: &Till, text: &str) -> Result<MemberNumber, String> {
    let card = till.scan(text, date(TODAY));
    card.map(|card| card.number)
        .map_err(|error| error.reason().to_owned())
}

#[test]
fn a_shop_s_own_cards_tags_and_links_lead_to_their_members() {
    let shop = shop(chain());
    let till = shop.create();
    let printed = enrol(&till, "1", &card("2900000123458"));
    let tagged = enrol(&till, "2", &card("vip-0012"));
    let linked = enrol(&till, "3", &card("https://shop.vn/m/KH000123"));
    let gsrn = enrol(&till, "4", &card("8018893456780000000011"));
    for (text, member) in [
        ("]E02900000123458", printed),
        ("#2900000123458\r", printed),
        ("VIP-0012", tagged),
        ("HTTPS://SHOP.VN/m/vip-0012", tagged),
        ("https://shop.vn/m/KH000123?utm=poster", linked),
        ("kh000123", linked),
        ("8018893456780000000011~80192", gsrn),
    ] {
        assert_eq!(whose(&till, text), Ok(member), "{text}");
    }
    let found = till.identify(&Scan::scanned("#vip-0012")).unwrap();
    let reading = &found.candidates[0].reading;
    assert_eq!(
        (reading.kind, reading.rule.as_deref()),
        (Kind::OwnCode, Some("tags"))
    );
    let told = till.statement("https://shop.vn/m/KH000123", None, Period::default());
    assert_eq!(told.unwrap().member, linked);
    // Another shop's.
    assert_eq!(
        whose(&till, "https://shop.vn.evil.vn/m/KH000123"),
        Err("scan.link_untrusted".to_owned())
    );
    assert_eq!(
        whose(&till, "2910000000000"),
        Err("scan.in_store_code".to_owned())
    );
    assert_sound(&till);
}

#[test]
fn without_rules_the_same_codes_are_refused_by_name() {
    let shop = Shop::new();
    let till = shop.create();
    enrol(&till, "1", &card("KH000123"));
    for (text, why) in [
        ("https://shop.vn/m/KH000123", "scan.link_untrusted"),
        ("]E02900000123458", "scan.in_store_code"),
        ("#KH000123", "member.unknown"),
    ] {
        assert_eq!(whose(&till, text), Err(why.to_owned()), "{text}");
    }
}

#[test]
fn rules_come_with_a_new_version_and_what_was_enrolled_before_is_still_found() {
    let shop = Shop::new();
    let till = shop.create();
    let beside = Till::open_reader(&shop.settings()).unwrap();
    // Whatever these are to come, they are cards today.
    let link = enrol(&till, "1", &card("https://shop.vn/m/KH000123"));
    let framed = enrol(&till, "2", &card("#77"));
    let tag = enrol(&till, "3", &card("VIP-0012"));
    let stripe = enrol(&till, "4", &card(";9999990012345670===?"));
    till.install_programme(&version(2, chain())).unwrap();
    for till in [&till, &beside] {
        for (text, member) in [
            ("https://shop.vn/m/KH000123", link),
            ("#77", framed),
            ("VIP-0012", tag),
            ("https://shop.vn/m/vip-0012", tag),
        ] {
            assert_eq!(whose(till, text), Ok(member), "{text}");
        }
        assert_eq!(
            whose(till, "https://shop.vn/m/KH000124"),
            Err("member.unknown".to_owned())
        );
    }
    // Of what a reader of stripes sends these rules leave a text that nobody has.
    let reader = json!({"framing": {"prefixes": [";"], "suffixes": ["?"]}});
    till.install_programme(&version(3, reader)).unwrap();
    assert_eq!(whose(&till, ";9999990012345670===?"), Ok(stripe));
}

#[test]
fn rules_go_with_a_new_version_and_what_was_enrolled_by_them_is_still_found() {
    let shop = shop(chain());
    let till = shop.create();
    let link = enrol(&till, "1", &card("https://shop.vn/m/KH000123"));
    let framed = enrol(&till, "2", &card("#77"));
    let number = enrol(&till, "3", &card("2900000123458"));
    till.install_programme(&version(2, json!({}))).unwrap();
    for (text, member) in [
        ("https://shop.vn/m/KH000123", link),
        ("KH000123", link),
        ("#77", framed),
        ("77", framed),
        ("2900000123458", number),
    ] {
        assert_eq!(whose(&till, text), Ok(member), "{text}");
    }
    // Other rules, not none.
    let other = json!({"framing": {"suffixes": ["$"]}, "links": [{"host": "quan.vn", "path": "/{member}"}]});
    till.install_programme(&version(3, other)).unwrap();
    assert_eq!(whose(&till, "https://shop.vn/m/KH000123"), Ok(link));
    assert_eq!(whose(&till, "#77"), Ok(framed));
    assert_eq!(whose(&till, "https://quan.vn/KH000123"), Ok(link));
    // What is known by either spelling is no new member.
    for known in ["KH000123", "https://shop.vn/m/KH000123", "77$", "#77"] {
        let error = till.enrol(known, &card(known)).unwrap_err();
        assert_eq!(error.reason(), "identifier.known", "{known}");
    }
    // An enrolment that is asked once more is the same one, by whatever rules.
    let again = till
        .enrol("1", &card("https://shop.vn/m/KH000123"))
        .unwrap();
    assert_eq!((again.number, again.was_replayed), (link, true));
    assert_sound(&till);
}

#[test]
fn what_may_be_a_phone_and_a_card_is_what_the_cashier_enrolled_it_as() {
    let shop = shop(json!({
        "own_codes": [{"name": "old", "pattern": "0999999999"}],
        "order": ["own_codes"],
    }));
    let till = shop.create();
    let by_phone = enrol(&till, "1", &phone("0912345678"));
    let by_card = enrol(&till, "2", &card("0987654321"));
    assert_eq!(whose(&till, "0912345678"), Ok(by_phone));
    assert_eq!(whose(&till, "0987654321"), Ok(by_card));
    let both = enrol(&till, "3", &card("0912345678"));
    assert_ne!(both, by_phone);
    assert_eq!(
        whose(&till, "0912345678"),
        Err("member.ambiguous".to_owned())
    );
    assert_eq!(whose(&till, "+84912345678"), Ok(by_phone));
}

#[test]
fn one_card_counts_as_one_however_it_is_shown() {
    let mut programme: Value = serde_json::from_slice(&version(
        1,
        json!({
            "own_codes": [{"name": "twelve", "pattern": "555599999999"}],
            "links": [{"host": "shop.vn", "path": "/m/{member}"}],
        }),
    ))
    .unwrap();
    programme["limits"] = json!([{"id": "often", "name": {"vi": "Dùng thẻ"}, "per": "card",
        "count": "sales", "most": "2", "action": "refuse"}]);
    let shop =
        Shop::with(|provisioning| provisioning.programme = programme.to_string().into_bytes());
    let till = shop.create();
    let member = enrol(&till, "1", &card("KH000123"));
    let sell = |id: &str, shown: &str| {
        let mut cart = cart_of(member, 100_000);
        cart.set_shown(shown).unwrap();
        till.record(id, &cart).unwrap();
    };
    sell("a", "https://shop.vn/m/KH000123");
    sell("b", "kh000123");
    assert_eq!(balance(&till, member).0, 20);
    // The third time of the same card.
    sell("c", "https://shop.vn/m/kh000123");
    assert_eq!(balance(&till, member).0, 20);
    // Twelve digits that are no member number of ours are a card of this shop.
    for id in ["d", "e", "f"] {
        sell(id, "5555 0000 0001");
    }
    assert_eq!(balance(&till, member).0, 40);
    assert_sound(&till);
}

/// What the page tells: the one JSON block, and the first three columns of its table.
#[test]
fn the_page_of_codes_says_what_its_example_comes_to() {
    let page = include_str!("../../docs/codes.md");
    let block = page
        .split("```json\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let codes: Value = serde_json::from_str(block).unwrap();
    let programme = version(1, codes);
    assert_eq!(check(&programme), []);
    let programme = Programme::read(&programme).unwrap();
    let mut rows = 0;
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let mut cells = line
            .split('|')
            .skip(1)
            .map(|cell| cell.trim().trim_matches('`'));
        let (scanned, kind, value) = (
            cells.next().unwrap(),
            cells.next().unwrap(),
            cells.next().unwrap(),
        );
        let told = match identify(&Scan::scanned(scanned), programme.codes()) {
            Ok(found) => (
                found.first().kind.name().to_owned(),
                found.first().value.clone(),
            ),
            Err(refused) => (refused.why.reason().to_owned(), String::new()),
        };
        assert_eq!(told, (kind.to_owned(), value.to_owned()), "{scanned}");
        rows += 1;
    }
    assert_eq!(rows, 10);
}

#[test]
fn rules_that_make_no_sense_are_not_installed() {
    let shop = Shop::new();
    let till = shop.create();
    let twice = json!({"order": ["phones", "phones"]});
    let Err(Error::Programme(problems)) = till.install_programme(&version(2, twice)) else {
        panic!("it was installed");
    };
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["codes.order[1]: duplicate: expected a step once, found \"phones\""]
    );
}
