//! Whole numbers with a meaning: money, points, quantities.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// The largest amount a cart, a programme or a ledger accepts, in either direction.
///
/// 9e15 minor units is ninety trillion dollars; a thousand such amounts still add up in an `i64`,
/// and every one of them survives a JSON reader that only has 53-bit numbers.
pub const AMOUNT_MAX: i64 = 9_000_000_000_000_000;

macro_rules! whole_number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone,
            Copy,
            Debug,
            Default,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            Serialize,
            Deserialize,
            Encode,
            Decode,
        )]
        #[serde(transparent)]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] i64);

        impl $name {
            /// None of it.
            pub const ZERO: Self = Self(0);

            /// Wraps a number of smallest units.
            pub const fn new(units: i64) -> Self {
                Self(units)
            }

            /// The number of smallest units.
            pub const fn get(self) -> i64 {
                self.0
            }

            /// Below zero.
            pub const fn is_negative(self) -> bool {
                self.0 < 0
            }

            /// Exactly zero.
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// Above zero.
            pub const fn is_positive(self) -> bool {
                self.0 > 0
            }

            /// The distance from zero.
            pub const fn abs(self) -> Self {
                Self(self.0.abs())
            }

            /// Itself if it is within [`AMOUNT_MAX`] in either direction, else nothing. What is read
            /// from outside is asked this before anything is added to it.
            pub fn in_bounds(self) -> Option<Self> {
                (-AMOUNT_MAX..=AMOUNT_MAX).contains(&self.0).then_some(self)
            }

            /// The sum, or nothing if it does not fit.
            pub fn checked_add(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).map(Self)
            }
        }

        // Inputs are bounded by `AMOUNT_MAX` where they enter, so the sums below cannot overflow;
        // if a bound is ever missed, a panic (caught by the C wall) is better than a wrong sum.
        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0.checked_add(other.0).expect("amounts are bounded where they enter"))
            }
        }

        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0.checked_sub(other.0).expect("amounts are bounded where they enter"))
            }
        }

        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self(self.0.checked_neg().expect("amounts are bounded where they enter"))
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }

        impl SubAssign for $name {
            fn sub_assign(&mut self, other: Self) {
                *self = *self - other;
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
                parts.fold(Self::ZERO, Add::add)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

whole_number! {
    /// Money in the smallest unit of its currency: cents of a euro, whole dong.
    Money
}
whole_number! {
    /// Points in the smallest unit of their wallet: whole points, or hundredths if the wallet has
    /// two decimals.
    Points
}
whole_number! {
    /// How much was sold, in thousandths: 1.000 piece is 1,000; 0.250 kg is 250.
    Quantity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_does_not_fit_is_nothing_rather_than_wrong() {
        assert_eq!(Money::new(i64::MAX).checked_add(Money::new(1)), None);
    }

    #[test]
    #[should_panic(expected = "amounts are bounded")]
    fn an_overflowing_plus_panics_instead_of_wrapping() {
        let _ = Points::new(i64::MAX) + Points::new(1);
    }

    #[test]
    fn parts_add_up() {
        let parts = [3, -5, 7].map(Points::new);
        assert_eq!(parts.into_iter().sum::<Points>(), Points::new(5));
    }
}
