//! Selections of lines. Each distinct one, and each distinct part of one, has a place of its own, and
//! values know the places that name them: a line asks only those, however many rules there are.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use super::rules::{LineFlag, Range};

/// A selection of lines.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selector {
    /// Its place in [`Selectors::nodes`].
    pub(crate) place: usize,
    /// What it selects.
    pub what: Selection,
}

impl Selector {
    /// What it selects, the same for every programme that selects that.
    pub fn placeless(&self) -> Self {
        Self {
            place: 0,
            what: self.what.clone(),
        }
    }
}

/// What a selection wants of a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selection {
    /// All fit.
    All(Vec<Selection>),
    /// At least one fits.
    Any(Vec<Selection>),
    /// It does not fit.
    Not(Box<Selection>),
    /// One of these articles.
    Skus(BTreeSet<String>),
    /// In one of these categories, or below it.
    Categories(BTreeSet<String>),
    /// Of one of these brands.
    Brands(BTreeSet<String>),
    /// With one of these tags.
    Tags(BTreeSet<String>),
    /// The unit price is in this range.
    Price(Range),
    /// The quantity, in thousandths, is in this range.
    Quantity(Range),
    /// Marked with one of these flags.
    Flags(BTreeSet<LineFlag>),
    /// Whether the POS took something off it.
    Discounted(bool),
}

/// A part of a selection, with the places of its own parts, which stand before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    All(Vec<usize>),
    Any(Vec<usize>),
    Not(usize),
    /// Lines are found by their values.
    Indexed,
    Price(Range),
    Quantity(Range),
    Flags(BTreeSet<LineFlag>),
    Discounted(bool),
}

/// Places by value.
type Index = HashMap<String, Vec<usize>, BuildHasherDefault<Short>>;

/// FNV-1a, for each value of each line of each cart. What is indexed is the programme's own, so nobody
/// gains by values that collide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Short(u64);

impl Default for Short {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Short {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Every selection of a programme.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selectors {
    pub(crate) nodes: Vec<Node>,
    pub(crate) skus: Index,
    pub(crate) categories: Index,
    pub(crate) brands: Index,
    pub(crate) tags: Index,
    known: HashMap<Selection, usize>,
}

impl Selectors {
    /// The selection with its place: the one it has already, or a new one.
    pub(crate) fn place(&mut self, what: Selection) -> Selector {
        let place = self.add(&what);
        Selector { place, what }
    }

    fn add(&mut self, what: &Selection) -> usize {
        if let Some(place) = self.known.get(what) {
            return *place;
        }
        let node = match what {
            Selection::All(parts) => Node::All(parts.iter().map(|part| self.add(part)).collect()),
            Selection::Any(parts) => Node::Any(parts.iter().map(|part| self.add(part)).collect()),
            Selection::Not(part) => Node::Not(self.add(part)),
            Selection::Price(range) => Node::Price(*range),
            Selection::Quantity(range) => Node::Quantity(*range),
            Selection::Flags(flags) => Node::Flags(flags.clone()),
            Selection::Discounted(wanted) => Node::Discounted(*wanted),
            Selection::Skus(_)
            | Selection::Categories(_)
            | Selection::Brands(_)
            | Selection::Tags(_) => Node::Indexed,
        };
        let place = self.nodes.len();
        self.nodes.push(node);
        let (index, values) = match what {
            Selection::Skus(values) => (&mut self.skus, values),
            Selection::Categories(values) => (&mut self.categories, values),
            Selection::Brands(values) => (&mut self.brands, values),
            Selection::Tags(values) => (&mut self.tags, values),
            _ => {
                self.known.insert(what.clone(), place);
                return place;
            }
        };
        for value in values {
            index.entry(value.clone()).or_default().push(place);
        }
        self.known.insert(what.clone(), place);
        place
    }
}
