//! Any bytes as a cart: it is read and written again to an equal cart, or it is refused; and what is
//! read can be priced.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use loy::evaluate::{Cart, MemberSnapshot, evaluate};
use loy::kernel::MemberNumber;
use loy::programme::Programme;
use loy::texts::Language;

const MEMBER: &[u8] = br#"{
    "points": {"points": 400}, "joined_on": 20261101, "birthday": 1122, "tags": ["staff"],
    "sales": [{"business_date": 20261121, "spend": 450000, "goals": {"beers": 5000},
        "awards": [{"rule": "bill", "wallet": "points", "points": 45}]}],
    "household": {"sales": [{"business_date": 20261120, "spend": 800000}]},
    "referred_by": {"member": 21, "on": 20261120}, "quotas": {}
}"#;

fuzz_target!(|bytes: &[u8]| {
    static PROGRAMMES: OnceLock<[Programme; 2]> = OnceLock::new();
    let programmes = PROGRAMMES.get_or_init(|| {
        let simple = include_bytes!("../../examples/programmes/vnd-10000.json");
        let every_key = include_bytes!("../../tests/programmes/every-key.json");
        [&simple[..], every_key].map(|document| Programme::read(document).expect("a programme"))
    });
    let Ok(cart) = Cart::from_json(bytes) else {
        return;
    };
    let again = Cart::from_json(cart.to_json().as_bytes()).expect("its own text");
    assert_eq!(again, cart);
    assert_eq!(again.content(), cart.content());
    let number = cart
        .member
        .unwrap_or_else(|| MemberNumber::from_body(10_000_000_000).expect("a number"));
    for programme in programmes {
        // Somebody with points, a past, who was brought and shares an account.
        let member = MemberSnapshot::from_json(MEMBER, number, programme, &cart);
        let member = member.expect("a member");
        for member in [None, Some(&member)] {
            if let Ok(quote) = evaluate(programme, member, &cart, Language::default()) {
                let off = quote.outcome.line_discounts.iter().copied().sum();
                let due = cart.total() - off - quote.outcome.stored;
                assert_eq!(quote.outcome.payable, due, "it adds up");
            }
        }
    }
});
