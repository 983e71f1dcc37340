//! What limits count, as few rows as one look-up may read: sums by business date, single sales by their
//! instant, and for a cashier, whose sales are the shop's, sums by hour as well.

use sha2::{Digest, Sha256};

use crate::kernel::{BusinessDate, Instant, MemberNumber, Points, WalletNumber};

/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;

/// For whom a row counts. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// A member, by number.
    Member = 0,
    /// A cashier, by a keyed hash.
    Cashier = 3,
    /// A code that was shown, by a keyed hash.
    Card = 6,
    /// All together, by what has a quota.
    Quota = 9,
}

/// The kinds of rows that count for members, first and last ([`Stretch::what`]).
pub const MEMBER_ROWS: (u8, u8) = (Whose::Member as u8, Whose::Cashier as u8 - 1);

/// Somebody for whom is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    /// Of which kind.
    pub whose: Whose,
    /// The member number, or 63 bits of the hash.
    pub id: i64,
}

impl Who {
    /// A member.
    pub fn member(number: MemberNumber) -> Self {
        let id = i64::try_from(number.get()).expect("twelve digits");
        Self {
            whose: Whose::Member,
            id,
        }
    }

    /// A cashier or a card, by the keyed hash.
    pub fn hashed(whose: Whose, hash: &[u8; 16]) -> Self {
        let first = hash[..8].try_into().expect("eight bytes");
        let id = i64::from_be_bytes(first) & i64::MAX;
        Self { whose, id }
    }
}

/// What a row sums up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Span {
    Instant = 0,
    Date = 1,
    Hour = 2,
}

/// Periods from the first to the last, both counted, of one kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The kind of row: whose and which span. Stored.
    pub what: u8,
    /// The first period: milliseconds, a date or an hour.
    pub first: i64,
    /// The last.
    pub last: i64,
}

impl Stretch {
    fn of(whose: Whose, span: Span, first: i64, last: i64) -> Self {
        Self {
            what: whose as u8 + span as u8,
            first,
            last,
        }
    }

    /// A business date.
    pub fn on(whose: Whose, date: BusinessDate) -> Vec<Self> {
        let date = i64::from(date.yyyymmdd());
        vec![Self::of(whose, Span::Date, date, date)]
    }

    /// Ever.
    pub fn ever(whose: Whose) -> Self {
        Self::of(whose, Span::Instant, 0, 0)
    }

    /// The instants behind `from` and up to `until`: single sales, and in between whole hours where
    /// there are sums of them.
    pub fn behind(whose: Whose, from: Instant, until: Instant) -> Vec<Self> {
        let (first, last) = (from.ms() + 1, until.ms());
        let instants = |first, last| Self::of(whose, Span::Instant, first, last);
        let first_hour = (first + HOUR_MS - 1).div_euclid(HOUR_MS);
        let last_hour = (last + 1).div_euclid(HOUR_MS) - 1;
        if whose != Whose::Cashier || first_hour > last_hour {
            return vec![instants(first, last)];
        }
        vec![
            instants(first, first_hour * HOUR_MS - 1),
            Self::of(whose, Span::Hour, first_hour, last_hour),
            instants((last_hour + 1) * HOUR_MS, last),
        ]
    }
}

/// What a sale of a member counts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The member, and the cashier and the card as far as they are known.
    pub who: Vec<Who>,
    /// When it was sold, or claimed.
    pub at: Instant,
    /// On which business date.
    pub business_date: BusinessDate,
    /// It spends points.
    pub is_redemption: bool,
    /// Points it awards, by wallet.
    pub points: Vec<(WalletNumber, Points)>,
}

/// One row, or what is added to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageRow {
    /// The kind of row, as [`Stretch::what`].
    pub what: u8,
    /// For whom, as [`Who::id`].
    pub who: i64,
    /// Milliseconds, a date or an hour.
    pub period: i64,
    /// Whose points; the sale itself stands in its first row.
    pub wallet: WalletNumber,
    /// Sales and redemptions.
    pub sales: i64,
    /// Sales that spent points.
    pub redemptions: i64,
    /// Points awarded.
    pub points: i64,
}

impl UsageRow {
    /// One sale more that has something of a quota.
    pub fn of_quota(who: Who) -> Self {
        let Stretch { what, first, .. } = Stretch::ever(who.whose);
        Self {
            what,
            who: who.id,
            period: first,
            wallet: 0,
            sales: 1,
            redemptions: 0,
            points: 0,
        }
    }
}

impl UsageRow {
    /// It is a place of a quota, and no use of a card.
    pub fn is_place(&self) -> bool {
        self.what == Stretch::ever(Whose::Quota).what
    }
}

impl Usage {
    /// What is to be added to the rows for it.
    pub fn rows(&self) -> Vec<UsageRow> {
        let mut rows = Vec::new();
        let hour = self.at.ms().div_euclid(HOUR_MS);
        let date = i64::from(self.business_date.yyyymmdd());
        for who in &self.who {
            let spans = [
                (Span::Instant, self.at.ms()),
                (Span::Date, date),
                (Span::Hour, hour),
            ];
            let has_hours = who.whose == Whose::Cashier;
            for (span, period) in spans.into_iter().take(2 + usize::from(has_hours)) {
                let row = |place: usize, wallet, points| UsageRow {
                    what: who.whose as u8 + span as u8,
                    who: who.id,
                    period,
                    wallet,
                    sales: i64::from(place == 0),
                    redemptions: i64::from(place == 0 && self.is_redemption),
                    points,
                };
                if self.points.is_empty() {
                    rows.push(row(0, 0, 0));
                }
                let points = self.points.iter().enumerate();
                rows.extend(
                    points.map(|(place, (wallet, points))| row(place, *wallet, points.get())),
                );
            }
        }
        rows
    }
}

/// A number for all rows together that adds up as they do, in any order and in any parts: what every
/// sale adds must come to what the rows hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageSum([u64; 3]);

impl UsageSum {
    /// Counts a row, or what is added to one.
    pub fn add(&mut self, row: &UsageRow) {
        let mut hash = Sha256::new();
        hash.update([row.what, row.wallet]);
        hash.update(row.who.to_be_bytes());
        hash.update(row.period.to_be_bytes());
        let digest = hash.finalize();
        let weight = u64::from_be_bytes(digest[..8].try_into().expect("eight bytes")) | 1;
        for (sum, count) in self
            .0
            .iter_mut()
            .zip([row.sales, row.redemptions, row.points])
        {
            *sum = sum.wrapping_add(weight.wrapping_mul(count.cast_unsigned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(whose: Whose, at_ms: i64, points: i64) -> Usage {
        Usage {
            who: vec![Who { whose, id: 7 }],
            at: Instant::from_ms(at_ms),
            business_date: BusinessDate::from_yyyymmdd(20_261_122).expect("a date"),
            is_redemption: false,
            points: vec![(1, Points::new(points)), (2, Points::new(points))],
        }
    }

    /// Sums over the rows that a look-up reads: sales, and points of wallet 2.
    fn found(rows: &[UsageRow], stretches: &[Stretch]) -> (i64, i64) {
        let is_read = |row: &&UsageRow| {
            let covers = |stretch: &Stretch| {
                stretch.what == row.what && (stretch.first..=stretch.last).contains(&row.period)
            };
            stretches.iter().filter(|stretch| covers(stretch)).count() == 1
        };
        let read: Vec<&UsageRow> = rows.iter().filter(is_read).collect();
        let points = read.iter().filter(|row| row.wallet == 2);
        (
            read.iter().map(|row| row.sales).sum(),
            points.map(|row| row.points).sum(),
        )
    }

    #[test]
    fn a_window_of_hours_has_every_sale_once_and_none_from_outside() {
        // A sale every ten minutes over six hours, and windows that begin and end anywhere.
        for whose in [Whose::Member, Whose::Cashier, Whose::Card] {
            let instants: Vec<i64> = (0..36).map(|number| number * 600_000 + 5).collect();
            let rows: Vec<UsageRow> = instants
                .iter()
                .flat_map(|at| usage(whose, *at, 3).rows())
                .collect();
            for from in [
                -1, 0, 4, 5, 3_599_999, 3_600_000, 3_600_004, 3_600_005, 9_000_000,
            ] {
                for until in [5, 3_599_999, 3_600_000, 7_199_999, 7_200_005, 21_600_000] {
                    if from >= until {
                        continue;
                    }
                    let inside = instants.iter().filter(|at| from < **at && **at <= until);
                    let count = i64::try_from(inside.count()).expect("few");
                    let (from, until) = (Instant::from_ms(from), Instant::from_ms(until));
                    let stretches = Stretch::behind(whose, from, until);
                    assert_eq!(
                        found(&rows, &stretches),
                        (count, 3 * count),
                        "{from:?} {until:?}"
                    );
                }
            }
            let date = BusinessDate::from_yyyymmdd(20_261_122).expect("a date");
            assert_eq!(found(&rows, &Stretch::on(whose, date)), (36, 108));
        }
    }

    #[test]
    fn the_sum_of_the_parts_is_that_of_the_whole_and_another_row_gives_another() {
        let row = usage(Whose::Card, 5, 3).rows()[0];
        let sum = |rows: &[UsageRow]| {
            let mut sum = UsageSum::default();
            rows.iter().for_each(|row| sum.add(row));
            sum
        };
        let twice = UsageRow {
            sales: 2,
            points: 6,
            ..row
        };
        assert_eq!(sum(&[row, row]), sum(&[twice]));
        for other in [
            UsageRow { who: 8, ..twice },
            UsageRow { what: 1, ..twice },
            UsageRow { period: 6, ..twice },
            UsageRow { wallet: 3, ..twice },
            UsageRow { points: 5, ..twice },
            UsageRow {
                redemptions: 1,
                ..twice
            },
        ] {
            assert_ne!(sum(&[other]), sum(&[twice]));
        }
    }
}
