//! Any bytes as a programme: it is read or it is refused with where and why.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loy::evaluate::{Cart, evaluate};
use loy::programme::Programme;
use loy::texts::Language;

const CART: &[u8] = include_bytes!("../seeds/cart/shirts.json");

fuzz_target!(|bytes: &[u8]| {
    match Programme::read(bytes) {
        Ok(programme) => {
            // One that is read can price a cart or say what is wrong with the cart.
            let cart = Cart::from_json(CART).expect("a cart");
            let _ = evaluate(&programme, None, &cart, Language::default());
            assert_eq!(programme.document(), bytes, "kept byte for byte");
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "a refusal says why");
            let all = loy::programme::check(bytes);
            assert!(problems.iter().all(|problem| all.contains(problem)));
        }
    }
});
