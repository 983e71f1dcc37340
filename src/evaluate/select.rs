//! Which lines a rule looks at, and which money of them counts.

use super::cart::Line;
use super::truth::Truth;
use crate::kernel::{Fraction, Money, Rounding};
use crate::programme::{Base, Node, Programme, Selector, Selectors};

/// Which lines of a cart fit which selection of a programme. A price that the cart does not give is not
/// known; a line without category or brand has none.
pub(super) struct Picks {
    /// Words of 64 lines.
    words: usize,
    lines: usize,
    /// Lines that fit, and lines that may: `words` for each place of the programme's selections.
    yes: Vec<u64>,
    maybe: Vec<u64>,
    /// Lines of which something is sold.
    sold: Vec<u64>,
}

/// The lines that fit a selection of any programme.
pub(super) fn fitting(selector: &Selector, lines: &[Line]) -> Vec<usize> {
    let mut selectors = Selectors::default();
    let selector = selectors.place(selector.what.clone());
    let picks = Picks::of(&selectors, lines);
    picks.lines(Some(&selector)).collect()
}

impl Picks {
    pub fn new(programme: &Programme, lines: &[Line]) -> Self {
        Self::of(&programme.parts.selectors, lines)
    }

    fn of(selectors: &Selectors, lines: &[Line]) -> Self {
        let words = lines.len().div_ceil(64);
        let size = words * selectors.nodes.len();
        let mut picks = Self {
            words,
            lines: lines.len(),
            yes: vec![0; size],
            maybe: vec![0; size],
            sold: vec![0; words],
        };
        for (index, line) in lines.iter().enumerate() {
            if line.quantity_milli.is_positive() {
                picks.sold[index / 64] |= 1 << (index % 64);
            }
        }
        if size > 0 {
            picks.by_value(selectors, lines);
            for (place, node) in selectors.nodes.iter().enumerate() {
                picks.work_out(place, node, lines);
            }
        }
        picks
    }

    fn by_value(&mut self, selectors: &Selectors, lines: &[Line]) {
        for (index, line) in lines.iter().enumerate() {
            if !selectors.skus.is_empty() {
                self.mark(index, selectors.skus.get(&line.sku));
            }
            if let Some(category) = line
                .category
                .as_deref()
                .filter(|_| !selectors.categories.is_empty())
            {
                // The path itself and each of its ancestors: `food/dairy/milk` is below `food/dairy`.
                self.mark(index, selectors.categories.get(category));
                for (end, _) in category.match_indices('/') {
                    self.mark(index, selectors.categories.get(&category[..end]));
                }
            }
            if let Some(brand) = &line.brand {
                self.mark(index, selectors.brands.get(brand));
            }
            for tag in &line.tags {
                self.mark(index, selectors.tags.get(tag));
            }
        }
    }

    fn mark(&mut self, line: usize, places: Option<&Vec<usize>>) {
        for place in places.into_iter().flatten() {
            let word = place * self.words + line / 64;
            self.yes[word] |= 1 << (line % 64);
            self.maybe[word] |= 1 << (line % 64);
        }
    }

    /// Its parts stand before it, so they are known.
    fn work_out(&mut self, place: usize, node: &Node, lines: &[Line]) {
        let start = place * self.words;
        match node {
            Node::Indexed => {}
            Node::All(parts) | Node::Any(parts) => {
                let is_all = matches!(node, Node::All(_));
                for word in 0..self.words {
                    let all = self.of_lines(word);
                    let join = |bits: &[u64]| {
                        let of = |part: &usize| bits[part * self.words + word];
                        if is_all {
                            parts.iter().map(of).fold(all, |sum, part| sum & part)
                        } else {
                            parts.iter().map(of).fold(0, |sum, part| sum | part)
                        }
                    };
                    let (yes, maybe) = (join(&self.yes), join(&self.maybe));
                    (self.yes[start + word], self.maybe[start + word]) = (yes, maybe);
                }
            }
            Node::Not(part) => {
                for word in 0..self.words {
                    let all = self.of_lines(word);
                    let at = part * self.words + word;
                    let (yes, maybe) = (self.yes[at], self.maybe[at]);
                    self.yes[start + word] = !maybe & all;
                    self.maybe[start + word] = !yes & all;
                }
            }
            Node::Price(range) => self.look(place, lines, |line| {
                Truth::known(line.unit_price.map(|price| range.has(price.get())))
            }),
            Node::Quantity(range) => {
                self.look(place, lines, |line| {
                    Truth::of(range.has(line.quantity_milli.get()))
                });
            }
            Node::Flags(flags) => {
                self.look(place, lines, |line| {
                    Truth::of(!flags.is_disjoint(&line.flags))
                });
            }
            Node::Discounted(wanted) => {
                self.look(place, lines, |line| {
                    Truth::of(line.discount.is_positive() == *wanted)
                });
            }
        }
    }

    fn look(&mut self, place: usize, lines: &[Line], fits: impl Fn(&Line) -> Truth) {
        for (index, line) in lines.iter().enumerate() {
            let (word, bit) = (place * self.words + index / 64, 1 << (index % 64));
            match fits(line) {
                Truth::Yes => {
                    self.yes[word] |= bit;
                    self.maybe[word] |= bit;
                }
                Truth::Unknown => self.maybe[word] |= bit,
                Truth::No => {}
            }
        }
    }

    /// The bits of a word that stand for lines.
    fn of_lines(&self, word: usize) -> u64 {
        match self.lines - word * 64 {
            64.. => u64::MAX,
            rest => (1 << rest) - 1,
        }
    }

    /// Whether a line fits.
    pub fn truth(&self, selector: &Selector, line: usize) -> Truth {
        let (word, bit) = (selector.place * self.words + line / 64, 1 << (line % 64));
        match (self.yes[word] & bit != 0, self.maybe[word] & bit != 0) {
            (true, _) => Truth::Yes,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::No,
        }
    }

    /// Whether something that fits is sold.
    pub fn any_sold(&self, selector: &Selector) -> Truth {
        let start = selector.place * self.words;
        let fits = |bits: &[u64]| {
            let mut of_selector = bits[start..start + self.words].iter().zip(&self.sold);
            of_selector.any(|(fitting, sold)| fitting & sold != 0)
        };
        match (fits(&self.yes), fits(&self.maybe)) {
            (true, _) => Truth::Yes,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::No,
        }
    }

    /// A line fits, or there is no selection: then all do.
    pub fn takes(&self, selector: Option<&Selector>, line: usize) -> bool {
        selector.is_none_or(|selector| self.truth(selector, line) == Truth::Yes)
    }

    /// The lines that fit, in their order; all where there is no selection.
    pub fn lines(&self, selector: Option<&Selector>) -> impl Iterator<Item = usize> + Clone + '_ {
        let place = selector.map(|selector| selector.place * self.words);
        (0..self.words).flat_map(move |word| {
            let mut bits =
                place.map_or_else(|| self.of_lines(word), |place| self.yes[place + word]);
            std::iter::from_fn(move || {
                (bits != 0).then(|| {
                    let bit = bits.trailing_zeros();
                    bits &= bits - 1;
                    word * 64 + bit as usize
                })
            })
        })
    }
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
        Base::WithTax => net + part_of(line.tax_outside, net, line.line_total),
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

    fn line() -> Line {
        let mut line = Line::new("milk", Quantity::new(1000), Money::new(20_000));
        line.category = Some("food/dairy/milk".to_owned());
        line
    }

    /// What the rule `r` of a programme with this selection says of a line, as a quote would.
    fn truth(lines: serde_json::Value, line: &Line) -> Truth {
        let document = serde_json::json!({
            "schema": 1, "id": "t", "version": 1, "name": {"en": "T"}, "currency": "VND",
            "wallets": [{"id": "p", "number": 1, "name": {"en": "P"}, "unit": {"en": "p"}}],
            "earn": [{"id": "r", "wallet": "p", "per_unit": {"points": "1"}, "lines": lines}],
        });
        let programme = Programme::read(document.to_string().as_bytes()).expect("a programme");
        let selector = programme.earn_rules()[0]
            .lines
            .as_ref()
            .expect("a selection");
        // Many lines before it, so that it stands in the second word.
        let mut many = vec![Line::new("x", Quantity::new(1000), Money::new(1)); 70];
        many.push(line.clone());
        Picks::new(&programme, &many).truth(selector, 70)
    }

    #[test]
    fn a_category_takes_everything_below_it_and_nothing_that_only_begins_alike() {
        for (name, expected) in [
            ("food", Truth::Yes),
            ("food/dairy", Truth::Yes),
            ("food/dairy/milk", Truth::Yes),
            ("food/dairy/milk/fresh", Truth::No),
            ("food/dai", Truth::No),
            ("dairy", Truth::No),
        ] {
            let lines = serde_json::json!({"categories": [name]});
            assert_eq!(truth(lines, &line()), expected, "{name}");
        }
    }

    #[test]
    fn a_price_that_is_not_told_is_neither_low_nor_not_low() {
        use serde_json::json;
        let low = json!({"price": {"below": "10"}});
        assert_eq!(truth(low.clone(), &line()), Truth::Unknown);
        assert_eq!(truth(json!({"not": low}), &line()), Truth::Unknown);
        let both = json!({"price": {"below": "10"}, "skus": ["bread"]});
        assert_eq!(truth(both, &line()), Truth::No);
        let either = json!({"any": [{"price": {"below": "10"}}, {"skus": ["milk"]}]});
        assert_eq!(truth(either, &line()), Truth::Yes);
    }

    #[test]
    fn the_tax_in_what_is_left_is_its_part_of_the_tax_in_the_price() {
        // 110 with 10 tax inside; 55 left holds 5.
        let mut line = Line::new("a", Quantity::new(1000), Money::new(110));
        line.tax_inside = Money::new(10);
        line.tax_outside = Money::new(22);
        line.discount = Money::new(40);
        assert_eq!(
            base_of(Base::NetOfTax, &line, Money::new(55), Money::ZERO),
            Money::new(50)
        );
        assert_eq!(
            base_of(Base::WithTax, &line, Money::new(55), Money::ZERO),
            Money::new(66)
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
