//! What the customer showed at the till to be known as a member. It is personal: what is kept of it is
//! a keyed hash, and no JSON, error or debug print has it.

use std::fmt;

use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::{Encoder, Error as EncodeError, Write};
use minicbor::{Decode, Encode};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::kernel::MemberNumber;
use crate::scan::{Rules, TEXT_MAX, Unreadable, spelled};

/// A card, a telephone number or a member number, as it was scanned or typed.
#[derive(Clone, PartialEq, Eq)]
pub enum Shown {
    /// A phone or a member number in its one spelling; anything else as it came, for how it is
    /// spelled is the shop's to say. Never stored.
    Code(String),
    /// The first 16 bytes of its HMAC under the ledger's identifier key.
    Hash([u8; 16]),
}

impl Shown {
    /// What was scanned or typed.
    ///
    /// # Errors
    /// [`Unreadable`], such as for a payment card; it never repeats the text. What only looks like a
    /// misread number or a foreign phone is none: a shop may have such codes.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let as_it_came = || text.trim().to_owned();
        Ok(Self::Code(match spelled(text, &Rules::default()) {
            Ok(value) if text.len() > TEXT_MAX || is_known(&value) => value,
            Ok(_) | Err(Unreadable::CheckDigit | Unreadable::NotAPhone) => as_it_came(),
            Err(why) => return Err(why),
        }))
    }

    /// The one spelling of a code by the shop's rules, by which it is counted; itself where no rule
    /// knows it.
    pub fn spelled(code: &str, rules: &Rules) -> String {
        spelled(code, rules).unwrap_or_else(|_| code.to_ascii_uppercase())
    }
}

/// Whether it is a phone or a member number.
fn is_known(value: &str) -> bool {
    value.starts_with('+') || value.parse::<MemberNumber>().is_ok()
}

/// Leaves the code out.
impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Code(_) => "Shown::Code",
            Self::Hash(_) => "Shown::Hash",
        })
    }
}

/// Only the hash is ever written; a code that was not hashed is as good as none.
impl<C> Encode<C> for Shown {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), EncodeError<W::Error>> {
        match self {
            Self::Code(_) => e.null()?,
            Self::Hash(hash) => e.bytes(hash)?,
        };
        Ok(())
    }
}

impl<'b, C> Decode<'b, C> for Shown {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
        let hash = d.bytes()?.try_into();
        Ok(Self::Hash(hash.map_err(|_| {
            DecodeError::message("a hash of another length")
        })?))
    }
}

/// Reads the field of a cart: a text, or nothing where it is empty.
pub(super) fn optional<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Shown>, D::Error> {
    let text = Option::<String>::deserialize(reader)?.filter(|text| !text.is_empty());
    text.map(|text| Shown::read(&text).map_err(D::Error::custom))
        .transpose()
}

#[cfg(test)]
mod tests {
    use crate::evaluate::tests::cart_in;
    use crate::evaluate::{Cart, CartProblem, Shown};

    fn showing(text: &str) -> Result<Cart, CartProblem> {
        let mut cart = cart_in("VND");
        cart.set_shown(text)?;
        Ok(cart)
    }

    #[test]
    fn a_phone_is_the_same_however_it_is_typed_and_at_both_doors() {
        let typed = showing("0912 345 678").expect("a phone");
        assert_eq!(typed, showing("+84912345678").expect("a phone"));
        assert_eq!(typed.shown, Some(Shown::Code("+84912345678".to_owned())));
        let json = typed.to_json();
        let with = json.replacen('{', r#"{"shown": "0912.345.678", "#, 1);
        assert_eq!(Cart::from_json(with.as_bytes()).expect("a cart"), typed);
        let empty = json.replacen('{', r#"{"shown": "", "#, 1);
        assert_eq!(
            Cart::from_json(empty.as_bytes()).expect("a cart").shown,
            None
        );
        assert_eq!(showing("").expect("nothing shown").shown, None);
    }

    #[test]
    fn a_cart_that_is_put_aside_still_knows_the_card_and_one_for_the_log_does_not() {
        let cart = showing("THE-0077").expect("a card");
        let parked = cart.park();
        let (at, offset) = (cart.at_ms.ms(), cart.utc_offset_minutes.minutes());
        let date = i64::from(cart.business_date.yyyymmdd());
        let resumed = Cart::resume(parked.as_bytes(), at, offset, date).expect("a cart");
        assert_eq!(resumed, cart);
        for text in [cart.to_json(), cart.content(), format!("{cart:?}")] {
            assert!(!text.contains("0077"), "{text}");
        }
        let stored = minicbor::to_vec(&cart).expect("CBOR");
        let restored: Cart = minicbor::decode(&stored).expect("its own CBOR");
        assert_eq!(restored.shown, None, "a code is never stored");
        let hashed = Cart {
            shown: Some(Shown::Hash([7; 16])),
            ..cart
        };
        let stored = minicbor::to_vec(&hashed).expect("CBOR");
        let restored: Cart = minicbor::decode(&stored).expect("its own CBOR");
        assert_eq!(restored, hashed);
    }

    #[test]
    fn a_bank_card_is_refused_and_not_repeated() {
        let mut cart = showing("THE-0077").expect("a card");
        let before = cart.clone();
        let problem = cart
            .set_shown("4111 1111 1111 1111")
            .expect_err("a bank card");
        assert_eq!(
            (problem.field.as_str(), problem.code),
            ("shown", "wrong_form")
        );
        assert!(!problem.to_string().contains("4111"), "{problem}");
        assert_eq!(cart, before);
        let json = cart
            .to_json()
            .replacen('{', r#"{"shown": "4111111111111111", "#, 1);
        let problem = Cart::from_json(json.as_bytes()).expect_err("a bank card");
        assert_eq!(
            (problem.field.as_str(), problem.code),
            ("shown", "wrong_form")
        );
        assert!(!problem.to_string().contains("4111"), "{problem}");
    }
}
