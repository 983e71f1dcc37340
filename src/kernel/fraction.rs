//! Exact values between the integers: `numerator / denominator`, never a float.

use std::cmp::Ordering;

/// An exact fraction with a positive denominator, in lowest terms.
///
/// A third of a point three times is one point. Every operation says when it no longer fits 128
/// bits instead of losing digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    /// Zero.
    pub const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };
    /// One.
    pub const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// A fraction in lowest terms. Nothing if the denominator is zero.
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        if denominator == 1 {
            return Some(Self {
                numerator,
                denominator,
            });
        }
        // Most are small, and a division of 64 bits takes a fraction of the time.
        if let (Ok(above), Ok(below)) = (i64::try_from(numerator), i64::try_from(denominator))
            && below > 0
        {
            let divisor = small_divisor(above.unsigned_abs(), below.unsigned_abs()).cast_signed();
            return Some(Self {
                numerator: i128::from(above / divisor),
                denominator: i128::from(below / divisor),
            });
        }
        let divisor = greatest_common_divisor(numerator, denominator)?;
        let sign = if denominator < 0 { -1 } else { 1 };
        Some(Self {
            numerator: (numerator / divisor).checked_mul(sign)?,
            denominator: (denominator / divisor).checked_mul(sign)?,
        })
    }

    /// A whole number.
    pub fn whole(value: i64) -> Self {
        Self {
            numerator: i128::from(value),
            denominator: 1,
        }
    }

    /// What stands above the line.
    pub fn numerator(self) -> i128 {
        self.numerator
    }

    /// What stands below the line, always positive.
    pub fn denominator(self) -> i128 {
        self.denominator
    }

    /// The largest whole number that is not above it, and the numerator of what is left.
    pub(super) fn whole_and_rest(self) -> (i128, i128) {
        let (above, below) = (self.numerator, self.denominator);
        if let (Ok(above), Ok(below)) = (i64::try_from(above), i64::try_from(below)) {
            let (whole, rest) = (above.div_euclid(below), above.rem_euclid(below));
            return (whole.into(), rest.into());
        }
        (above.div_euclid(below), above.rem_euclid(below))
    }

    /// Exactly zero.
    pub fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// The sum, or nothing if it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if self.denominator == other.denominator {
            return Self::new(
                self.numerator.checked_add(other.numerator)?,
                self.denominator,
            );
        }
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Self::new(
            left.checked_add(right)?,
            self.denominator.checked_mul(other.denominator)?,
        )
    }

    /// The product, or nothing if it does not fit.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        if other == Self::ONE {
            return Some(self);
        }
        if self == Self::ONE {
            return Some(other);
        }
        let small = |number: i128| i64::try_from(number).map(i128::from).ok();
        if let (Some(above), Some(below), Some(other_above), Some(other_below)) = (
            small(self.numerator),
            small(self.denominator),
            small(other.numerator),
            small(other.denominator),
        ) {
            return Self::new(above * other_above, below * other_below);
        }
        // Reduce crosswise first, so that a product that fits is not lost to a large intermediate.
        let left = Self::new(self.numerator, other.denominator)?;
        let right = Self::new(other.numerator, self.denominator)?;
        Self::new(
            left.numerator.checked_mul(right.numerator)?,
            left.denominator.checked_mul(right.denominator)?,
        )
    }

    /// The quotient. Nothing if `other` is zero or the result does not fit.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        let flipped = match other.numerator {
            0 => return None,
            below @ 1.. => Self {
                numerator: other.denominator,
                denominator: below,
            },
            below => Self {
                numerator: -other.denominator,
                denominator: below.checked_neg()?,
            },
        };
        self.checked_mul(flipped)
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    /// Compares whole parts first and then, like a continued fraction, what is left over: no
    /// product, so nothing can overflow.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = (*self, *other);
        loop {
            let (whole, rest) = a.whole_and_rest();
            let (whole_other, rest_other) = b.whole_and_rest();
            match whole.cmp(&whole_other) {
                Ordering::Equal => {}
                unequal => return unequal,
            }
            match (rest, rest_other) {
                (0, 0) => return Ordering::Equal,
                (0, _) => return Ordering::Less,
                (_, 0) => return Ordering::Greater,
                // rest/den < rest'/den'  <=>  den'/rest' < den/rest: swap sides and go on.
                (rest, rest_other) => {
                    let flipped = Self {
                        numerator: b.denominator,
                        denominator: rest_other,
                    };
                    b = Self {
                        numerator: a.denominator,
                        denominator: rest,
                    };
                    a = flipped;
                }
            }
        }
    }
}

fn greatest_common_divisor(a: i128, b: i128) -> Option<i128> {
    let (mut a, mut b) = (a.checked_abs()?, b.checked_abs()?);
    while b != 0 {
        if let (Ok(small), Ok(smaller)) = (u64::try_from(a), u64::try_from(b)) {
            return Some(small_divisor(small, smaller).into());
        }
        (a, b) = (b, a % b);
    }
    Some(a.max(1))
}

fn small_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fraction(numerator: i128, denominator: i128) -> Fraction {
        Fraction::new(numerator, denominator).expect("a fraction")
    }

    #[test]
    fn three_thirds_are_one() {
        let third = fraction(1, 3);
        let sum = third
            .checked_add(third)
            .and_then(|two| two.checked_add(third));
        assert_eq!(sum, Some(Fraction::ONE));
    }

    #[test]
    fn lowest_terms_with_the_sign_above() {
        assert_eq!(fraction(6, -4), fraction(-3, 2));
        assert_eq!(fraction(-3, 2).denominator(), 2);
    }

    #[test]
    fn dividing_turns_the_other_upside_down_and_keeps_the_sign_above() {
        let half = fraction(1, 2);
        assert_eq!(half.checked_div(fraction(3, 4)), Some(fraction(2, 3)));
        assert_eq!(half.checked_div(fraction(-3, 4)), Some(fraction(-2, 3)));
        assert_eq!(
            fraction(-1, 2).checked_div(fraction(-1, 2)),
            Some(Fraction::ONE)
        );
    }

    #[test]
    fn small_numbers_and_large_ones_follow_the_same_rules() {
        let large = 1i128 << 70;
        let least = i128::from(i64::MIN);
        for (above, below, floor) in [
            (6, 4, 1),
            (-7, 3, -3),
            (0, 5, 0),
            (9, -12, -1),
            (least, 2, -(1 << 62)),
        ] {
            let small = fraction(above, below);
            assert_eq!(fraction(above * 4, below * 4), small);
            let widened = fraction(above, below * large);
            assert_eq!(widened.checked_mul(fraction(large, 1)), Some(small));
            assert_eq!(small.whole_and_rest().0, floor);
        }
        let (whole, rest) = fraction(7 * large + 1, large).whole_and_rest();
        assert_eq!((whole, rest), (7, 1));
    }

    #[test]
    fn no_denominator_no_fraction() {
        assert_eq!(Fraction::new(1, 0), None);
        assert_eq!(Fraction::ONE.checked_div(Fraction::ZERO), None);
    }

    #[test]
    fn order_does_not_need_products() {
        let near_one = fraction(i128::MAX - 1, i128::MAX);
        assert!(near_one < Fraction::ONE);
        assert!(fraction(1, 3) < fraction(2, 5));
        assert!(fraction(-1, 3) > fraction(-2, 5));
        assert!(fraction(7, 3) > fraction(9, 4));
        assert_eq!(fraction(2, 4).cmp(&fraction(1, 2)), Ordering::Equal);
    }

    #[test]
    fn what_does_not_fit_is_nothing() {
        assert_eq!(fraction(i128::MAX, 1).checked_add(Fraction::ONE), None);
        assert_eq!(fraction(i128::MAX, 1).checked_mul(fraction(2, 1)), None);
        assert_eq!(
            fraction(i128::MAX, 2).checked_mul(fraction(2, 1)),
            Some(fraction(i128::MAX, 1))
        );
    }
}
