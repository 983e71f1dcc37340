//! From an exact value to a whole number, by a rule with a name.

use serde::{Deserialize, Serialize};

use super::fraction::Fraction;

/// How a fraction becomes a whole number. Nothing in this crate rounds without naming one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Toward minus infinity: 5.5 is 5, -5.5 is -6. What most programmes mean by "rounded down".
    #[default]
    Floor,
    /// Toward plus infinity: 5.5 is 6, -5.5 is -5.
    Ceiling,
    /// To the nearest, halves away from zero: 5.5 is 6, -5.5 is -6.
    HalfUp,
    /// To the nearest, halves to the even neighbour: 5.5 and 6.5 are 6.
    HalfEven,
    /// Drop what is behind the point: 5.5 is 5, -5.5 is -5.
    TowardZero,
}

impl Rounding {
    /// Rounds. Nothing if the result does not fit an `i64`.
    pub fn round(self, value: Fraction) -> Option<i64> {
        let (numerator, denominator) = (value.numerator(), value.denominator());
        let (floor, rest) = value.whole_and_rest();
        let up = match self {
            _ if rest == 0 => false,
            Self::Floor => false,
            Self::Ceiling => true,
            Self::TowardZero => numerator < 0,
            Self::HalfUp | Self::HalfEven => {
                // rest < denominator, so the subtraction cannot overflow where doubling could.
                match rest.cmp(&(denominator - rest)) {
                    std::cmp::Ordering::Less => false,
                    std::cmp::Ordering::Greater => true,
                    std::cmp::Ordering::Equal if self == Self::HalfUp => numerator > 0,
                    std::cmp::Ordering::Equal => floor.rem_euclid(2) == 1,
                }
            }
        };
        i64::try_from(floor + i128::from(up)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row: value as numerator/denominator, then floor, ceiling, half up, half even, toward
    /// zero. The expectations are the textbook tables, written by hand.
    #[test]
    fn every_rule_on_both_sides_of_zero() {
        let table: [(i128, i128, [i64; 5]); 9] = [
            (11, 2, [5, 6, 6, 6, 5]),
            (13, 2, [6, 7, 7, 6, 6]),
            (-11, 2, [-6, -5, -6, -6, -5]),
            (-13, 2, [-7, -6, -7, -6, -6]),
            (54, 10, [5, 6, 5, 5, 5]),
            (56, 10, [5, 6, 6, 6, 5]),
            (-54, 10, [-6, -5, -5, -5, -5]),
            (0, 7, [0, 0, 0, 0, 0]),
            (12, 4, [3, 3, 3, 3, 3]),
        ];
        let rules = [
            Rounding::Floor,
            Rounding::Ceiling,
            Rounding::HalfUp,
            Rounding::HalfEven,
            Rounding::TowardZero,
        ];
        for (numerator, denominator, expected) in table {
            let value = Fraction::new(numerator, denominator).expect("a fraction");
            for (rule, expected) in rules.into_iter().zip(expected) {
                assert_eq!(
                    rule.round(value),
                    Some(expected),
                    "{numerator}/{denominator} {rule:?}"
                );
            }
        }
    }

    #[test]
    fn a_result_beyond_i64_is_nothing() {
        let huge = Fraction::new(i128::from(i64::MAX) + 1, 1).expect("a fraction");
        assert_eq!(Rounding::Floor.round(huge), None);
    }
}
