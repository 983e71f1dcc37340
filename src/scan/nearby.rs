//! "Did you mean": valid numbers that differ from a mistyped one by one slip of the finger.
//!
//! Suggestions are for a cashier to read out and a customer to confirm. Nothing here chooses.

use super::reading::{Kind, Lookup, Reading};
use super::{digits_of, phone};
use crate::kernel::{MemberNumber, order};

/// A longer text is no number that somebody typed.
const TYPED_MAX: usize = 32;

/// Digits of what was meant as a member number or a telephone number: 9 to 12, one more or less.
const LIKELY: std::ops::RangeInclusive<usize> = 8..=13;

/// Insertions, deletions and changes of one character that turn `a` into `b`.
pub fn levenshtein(a: &str, b: &str) -> usize {
    distance(a, b, Swap::CountsTwice)
}

/// The same with swaps of neighbours, no part edited twice (optimal string alignment): "CA" to
/// "ABC" is 3.
pub fn optimal_string_alignment(a: &str, b: &str) -> usize {
    distance(a, b, Swap::CountsOnce)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Swap {
    CountsOnce,
    CountsTwice,
}

fn distance(a: &str, b: &str, swap: Swap) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let above = &rows[i - 1];
            let change = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(above[j] + 1).min(row[j - 1] + 1);
            let is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if swap == Swap::CountsOnce && is_swap {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// The Damerau-Levenshtein distance without restriction: what was swapped may be edited again, so
/// "CA" to "ABC" is 2. Source: Lowrance and Wagner 1975.
pub fn damerau_levenshtein(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let infinite = a.len() + b.len();
    // Row and column 0 are walls; the distance of the first i and j characters stands at i+1, j+1.
    let mut table = vec![vec![infinite; b.len() + 2]; a.len() + 2];
    for (i, row) in table.iter_mut().enumerate().skip(1) {
        row[1] = i - 1;
    }
    for j in 0..=b.len() {
        table[1][j + 1] = j;
    }
    for i in 1..=a.len() {
        let mut last_match_in_b = 0;
        for j in 1..=b.len() {
            let last_in_a = a[..i - 1].iter().rposition(|letter| *letter == b[j - 1]);
            let (k, l) = (last_in_a.map_or(0, |place| place + 1), last_match_in_b);
            let is_same = a[i - 1] == b[j - 1];
            let change = table[i][j] + usize::from(!is_same);
            let swap = table[k][l] + (i - k).saturating_sub(1) + 1 + (j - l).saturating_sub(1);
            let insert_or_delete = table[i + 1][j].min(table[i][j + 1]) + 1;
            table[i + 1][j + 1] = change.min(insert_or_delete).min(swap);
            if is_same {
                last_match_in_b = j;
            }
        }
    }
    table[a.len() + 1][b.len() + 1]
}

/// Every text of digits at a Damerau-Levenshtein distance of one from the digits typed that
/// `is_valid` takes, in ascending order. Nothing for a text that is not of 1 to 32 digits.
///
/// Whether somebody has such a number is for the ledger to say; which of them is meant, for the
/// customer.
pub fn numbers(typed: &str, is_valid: impl Fn(&str) -> bool) -> Vec<String> {
    let is_number = typed.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || typed.is_empty() || typed.len() > TYPED_MAX {
        return Vec::new();
    }
    let mut near = slips(typed);
    near.retain(|candidate| candidate != typed && is_valid(candidate));
    order::sort_by(&mut near, Ord::cmp);
    near.dedup();
    near
}

/// The member numbers one slip away from the digits typed.
pub fn member_numbers(typed: &str) -> Vec<MemberNumber> {
    let near = numbers(typed, |candidate| candidate.parse::<MemberNumber>().is_ok());
    near.iter()
        .filter_map(|number| number.parse().ok())
        .collect()
}

/// The member numbers and Vietnamese telephone numbers one slip away from what was typed, in the
/// spelling in which they are looked up. Nothing for what is neither as long as the one nor as the
/// other.
pub fn readings(typed: &str) -> Vec<Reading> {
    let Some(digits) = digits_of(typed).filter(|digits| LIKELY.contains(&digits.len())) else {
        return Vec::new();
    };
    let read = |digits: &str| match digits.parse::<MemberNumber>() {
        Ok(member) => {
            let lookup = Lookup::Member(member);
            Some(Reading::new(Kind::MemberNumber, digits.to_owned(), lookup))
        }
        Err(_) => Some(Reading::phone(phone::read(digits).ok()?.e164)),
    };
    let itself = read(&digits);
    let mut near: Vec<Reading> = Vec::new();
    for digits in numbers(&digits, |_| true) {
        // A telephone number has several spellings, which are one slip apart.
        let new = read(&digits).filter(|new| Some(new) != itself.as_ref() && !near.contains(new));
        near.extend(new);
    }
    near
}

/// All texts one slip away: a digit left out, twice its neighbour, another, or swapped.
fn slips(typed: &str) -> Vec<String> {
    let mut near = Vec::new();
    for at in 0..=typed.len() {
        let (before, after) = typed.split_at(at);
        let rest = after.get(1..).unwrap_or_default();
        for digit in '0'..='9' {
            near.push(format!("{before}{digit}{after}"));
            if !after.is_empty() {
                near.push(format!("{before}{digit}{rest}"));
            }
        }
        if !after.is_empty() {
            near.push(format!("{before}{rest}"));
        }
        if let (Some(first), Some(second)) = (after.get(..1), after.get(1..2)) {
            near.push(format!("{before}{second}{first}{}", &after[2..]));
        }
    }
    near
}
