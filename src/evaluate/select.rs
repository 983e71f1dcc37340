//! Which lines a rule looks at, and which money of them counts.

use super::cart::Line;
use super::truth::Truth;
use crate::kernel::{Fraction, Money, Rounding};
use crate::programme::{Base, Selector};

/// Whether a line fits. A price that the cart does not give is not known; a line without category or
/// brand has none.
pub(super) fn fits(selector: &Selector, line: &Line) -> Truth {
    let is_one_of = |values: &std::collections::BTreeSet<String>, value: &Option<String>| {
        Truth::of(value.as_ref().is_some_and(|value| values.contains(value)))
    };
    match selector {
        Selector::All(parts) => Truth::all(parts.iter().map(|part| fits(part, line))),
        Selector::Any(parts) => Truth::any(parts.iter().map(|part| fits(part, line))),
        Selector::Not(part) => fits(part, line).not(),
        Selector::Skus(skus) => Truth::of(skus.contains(&line.sku)),
        Selector::Categories(categories) => Truth::of(
            line.category
                .as_deref()
                .is_some_and(|category| is_below(categories, category)),
        ),
        Selector::Brands(brands) => is_one_of(brands, &line.brand),
        Selector::Tags(tags) => Truth::of(!tags.is_disjoint(&line.tags)),
        Selector::Price(range) => Truth::known(line.unit_price.map(|price| range.has(price.get()))),
        Selector::Quantity(range) => Truth::of(range.has(line.quantity_milli.get())),
        Selector::Flags(flags) => Truth::of(!flags.is_disjoint(&line.flags)),
        Selector::Discounted(wanted) => Truth::of(line.discount.is_positive() == *wanted),
    }
}

/// The path itself or one of its ancestors is in the set: `food/dairy/milk` is below `food/dairy`.
fn is_below(categories: &std::collections::BTreeSet<String>, path: &str) -> bool {
    let ends = path.match_indices('/').map(|(end, _)| end);
    categories.contains(path)
        || ends
            .into_iter()
            .any(|end| categories.contains(&path[..end]))
}

/// The money of a line that counts; `net` is what is left of it after what loy takes off, and `offers`
/// what of that offers on lines did.
pub(super) fn base_of(base: Base, line: &Line, net: Money, offers: Money) -> Money {
    match base {
        Base::AfterDiscounts => net,
        Base::AfterLineDiscounts => line.line_total - offers,
        Base::Gross if line.line_total.is_negative() => line.line_total - line.discount,
        Base::Gross => line.line_total + line.discount,
        Base::NetOfTax => net - part_of(line.tax_inside, net, line.line_total),
    }
}

/// The part of an amount that belongs to `part` of `whole`, to the nearest unit, halves away from
/// zero. All of it where the whole is zero.
pub(super) fn part_of(amount: Money, part: Money, whole: Money) -> Money {
    if whole.is_zero() || part == whole {
        return amount;
    }
    let product = i128::from(amount.get()) * i128::from(part.get());
    let exact = Fraction::new(product, i128::from(whole.get()));
    let rounded = exact.and_then(|exact| Rounding::HalfUp.round(exact));
    // A part is no larger than its whole, so it fits.
    rounded.map_or(amount, Money::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Quantity;
    use crate::programme::Range;
    use std::collections::BTreeSet;

    fn line() -> Line {
        let mut line = Line::new("milk", Quantity::new(1000), Money::new(20_000));
        line.category = Some("food/dairy/milk".to_owned());
        line
    }

    #[test]
    fn a_category_takes_everything_below_it_and_nothing_that_only_begins_alike() {
        let of = |name: &str| Selector::Categories(BTreeSet::from([name.to_owned()]));
        for (name, truth) in [
            ("food", Truth::Yes),
            ("food/dairy", Truth::Yes),
            ("food/dairy/milk", Truth::Yes),
            ("food/dairy/milk/fresh", Truth::No),
            ("food/dai", Truth::No),
            ("dairy", Truth::No),
        ] {
            assert_eq!(fits(&of(name), &line()), truth, "{name}");
        }
    }

    #[test]
    fn a_price_that_is_not_told_is_neither_low_nor_not_low() {
        let low = Selector::Price(Range {
            from: None,
            below: Some(10),
        });
        assert_eq!(fits(&low, &line()), Truth::Unknown);
        assert_eq!(fits(&Selector::Not(Box::new(low)), &line()), Truth::Unknown);
    }

    #[test]
    fn the_tax_in_what_is_left_is_its_part_of_the_tax_in_the_price() {
        // 110 with 10 tax inside; 55 left holds 5.
        let mut line = Line::new("a", Quantity::new(1000), Money::new(110));
        line.tax_inside = Money::new(10);
        line.discount = Money::new(40);
        assert_eq!(
            base_of(Base::NetOfTax, &line, Money::new(55), Money::ZERO),
            Money::new(50)
        );
        assert_eq!(
            base_of(Base::Gross, &line, Money::new(55), Money::ZERO),
            Money::new(150)
        );
        assert_eq!(
            base_of(
                Base::AfterLineDiscounts,
                &line,
                Money::new(55),
                Money::new(7)
            ),
            Money::new(103)
        );
        line.line_total = Money::new(-110);
        assert_eq!(
            base_of(Base::Gross, &line, Money::new(-110), Money::ZERO),
            Money::new(-150)
        );
    }
}
