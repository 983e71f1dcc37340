//! Splitting a whole so that the parts add up to it again.

use super::order;

/// Splits `total` over parts in proportion to `weights`, by largest remainder.
///
/// Each part gets the whole units of its exact share; the units left over go to the parts with the
/// largest remainder, ties to the earlier part (programme.md, evaluation order 3). The parts always
/// add up to `total`. Negative totals are split like positive ones with the sign put back, so a
/// refund takes exactly what the sale gave.
///
/// Where all weights are zero nothing can be in proportion: the first part takes everything.
/// Returns an empty list for an empty list of weights.
///
/// # Panics
/// If a weight is negative: a share of less than nothing has no meaning, and callers hand in what
/// lines have left.
pub fn allocate(total: i64, weights: &[i64]) -> Vec<i64> {
    assert!(
        weights.iter().all(|&weight| weight >= 0),
        "weights are what is left of each part"
    );
    let sum: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
    if sum == 0 {
        let mut parts = vec![0; weights.len()];
        if let Some(first) = parts.first_mut() {
            *first = total;
        }
        return parts;
    }
    let magnitude = i128::from(total).abs();
    let mut parts: Vec<i128> = Vec::with_capacity(weights.len());
    let mut remainders: Vec<(i128, usize)> = Vec::with_capacity(weights.len());
    for (index, &weight) in weights.iter().enumerate() {
        let exact = magnitude * i128::from(weight);
        parts.push(exact / sum);
        remainders.push((exact % sum, index));
    }
    let left = magnitude - parts.iter().sum::<i128>();
    order::sort_by(&mut remainders, |(a, i), (b, j)| b.cmp(a).then(i.cmp(j)));
    for (_, index) in remainders
        .into_iter()
        .take(usize::try_from(left).unwrap_or(usize::MAX))
    {
        parts[index] += 1;
    }
    let sign = if total < 0 { -1 } else { 1 };
    let parts: Vec<i64> = parts
        .into_iter()
        .map(|part| i64::try_from(part * sign).expect("a part is no larger than the total"))
        .collect();
    assert_eq!(parts.iter().sum::<i64>(), total, "parts add up");
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_hundred_over_three_equal_lines() {
        assert_eq!(allocate(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(allocate(-100, &[1, 1, 1]), [-34, -33, -33]);
    }

    #[test]
    fn the_largest_remainder_gets_the_spare_unit() {
        // Exact shares of 10 over 1:2:4 are 1.43, 2.86, 5.71.
        assert_eq!(allocate(10, &[1, 2, 4]), [1, 3, 6]);
    }

    #[test]
    fn nothing_in_proportion_goes_to_the_first() {
        assert_eq!(allocate(7, &[0, 0]), [7, 0]);
        assert_eq!(allocate(7, &[]), Vec::<i64>::new());
    }

    #[test]
    fn a_line_without_weight_gets_nothing() {
        assert_eq!(allocate(9, &[0, 3, 0]), [0, 9, 0]);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_none_is_off_by_a_unit(
            total in -1_000_000_000i64..1_000_000_000,
            weights in prop::collection::vec(0i64..1_000_000, 1..40),
        ) {
            let parts = allocate(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            let sum: i128 = weights.iter().map(|&w| i128::from(w)).sum();
            if sum > 0 {
                for (&part, &weight) in parts.iter().zip(&weights) {
                    let off = i128::from(part) * sum - i128::from(total) * i128::from(weight);
                    prop_assert!(off.abs() < sum, "{part} of {total} for {weight}/{sum}");
                }
            }
        }
    }
}
