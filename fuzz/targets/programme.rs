//! Any bytes as a programme: it is read or it is refused with where and why.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loy::evaluate::{Cart, MemberSnapshot, evaluate};
use loy::kernel::MemberNumber;
use loy::programme::Programme;
use loy::texts::Language;

/// New, brought by somebody, and sharing an account.
const MEMBER: &[u8] = br#"{
    "joined_on": 20261101, "birthday": 1122, "sales": [], "household": {"sales": []},
    "referred_by": {"member": 21, "on": 20261120}
}"#;
const CART: &[u8] = include_bytes!("../seeds/cart/shirts.json");

fuzz_target!(|bytes: &[u8]| {
    match Programme::read(bytes) {
        Ok(programme) => {
            // One that is read can price a cart or say what is wrong with the cart.
            let cart = Cart::from_json(CART).expect("a cart");
            let number = MemberNumber::from_body(10_000_000_000).expect("a number");
            let member = MemberSnapshot::from_json(MEMBER, number, &programme, &cart);
            let member = member.expect("a member");
            for member in [None, Some(&member)] {
                let _ = evaluate(&programme, member, &cart, Language::default());
            }
            assert_eq!(programme.document(), bytes, "kept byte for byte");
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "a refusal says why");
            let all = loy::programme::check(bytes);
            assert!(problems.iter().all(|problem| all.contains(problem)));
        }
    }
});
