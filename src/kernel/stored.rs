//! How the values of this room look in CBOR: plain integers, checked again when read.

use minicbor::decode::{Decode, Decoder, Error as DecodeError};
use minicbor::encode::{Encode, Encoder, Error as EncodeError, Write};

use super::calendar::{BusinessDate, UtcOffset};
use super::ids::MemberNumber;

macro_rules! stored_as {
    ($name:ident, $integer:ty) => {
        impl<C> Encode<C> for $name {
            fn encode<W: Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), EncodeError<W::Error>> {
                e.encode(<$integer>::from(*self)).map(|_| ())
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
                let number: $integer = d.decode()?;
                Self::try_from(number).map_err(DecodeError::custom)
            }
        }
    };
}

stored_as!(BusinessDate, i64);
stored_as!(UtcOffset, i32);
stored_as!(MemberNumber, u64);
