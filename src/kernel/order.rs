//! Putting lists in order with little code: the standard library's sorts are compiled anew for every
//! kind of value, five to twenty kilobytes each, which together were a twentieth of the shared
//! library. Here the places are sorted, which are numbers whatever stands there.

use std::cmp::Ordering;
use std::collections::BTreeSet;

/// So many values are sorted without memory of their own.
const FEW: usize = 32;

/// Sorts a list; what is equal keeps its order.
pub fn sort_by<T>(values: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let (mut few, mut many) = ([0; FEW], Vec::new());
    let places = match few.get_mut(..values.len()) {
        Some(few) => few,
        None => {
            many.resize(values.len(), 0);
            &mut many[..]
        }
    };
    sort_places(places, &mut |a, b| compare(&values[a], &values[b]));
    for to in 0..places.len() {
        let mut from = places[to];
        // What stood there has been swapped to where the value of that place came from.
        while from < to {
            from = places[from];
        }
        values.swap(to, from);
    }
}

/// Sorts a list by a key of each value; what has equal keys keeps its order.
pub fn sort_by_key<T, K: Ord>(values: &mut [T], mut key: impl FnMut(&T) -> K) {
    sort_by(values, |a, b| key(a).cmp(&key(b)));
}

/// The places of a list of this length in the order of a key of each.
pub fn places_by_key<K: Ord>(length: usize, mut key: impl FnMut(usize) -> K) -> Vec<usize> {
    let mut places = vec![0; length];
    sort_places(&mut places, &mut |a, b| key(a).cmp(&key(b)));
    places
}

/// A set of these values, put in one by one.
pub fn set<T: Ord>(values: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    set.extend(values);
    set
}

/// Fills in the places of a list in the order of what stands there.
#[inline(never)]
fn sort_places(places: &mut [usize], compare: &mut dyn FnMut(usize, usize) -> Ordering) {
    for (number, place) in places.iter_mut().enumerate() {
        *place = number;
    }
    // Told apart by where they stand, equal values keep their order, and sorting needs no memory.
    places.sort_unstable_by(|&a, &b| compare(a, b).then(a.cmp(&b)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_list_is_sorted_as_the_standard_library_sorts_it(
            mut values in prop::collection::vec((0u8..5, any::<u16>()), 0..60),
        ) {
            let mut expected = values.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort_by_key(&mut values, |(key, _)| *key);
            prop_assert_eq!(values, expected);
        }
    }
}
