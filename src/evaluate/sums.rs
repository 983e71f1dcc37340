//! What a member's earlier sales amount to, by business date: the answers to all that programmes ask of
//! the past, as numbers that are kept up to date sale by sale, so that no quote reads the sales.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use super::history::{History, PastSale};
use crate::kernel::Few;
use crate::kernel::{BusinessDate, Points, WalletNumber};
use crate::programme::{GoalCount, Programme, Selector};

/// Something that a programme asks of a member's past. How it prints is what it is known by: sums that
/// were kept for another text are made anew.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// Counts visits, amounts to the money paid.
    Sales,
    /// Counts sales that gave points by a rule, into a wallet, and amounts to the points.
    Points {
        /// By this rule only.
        rule: Option<String>,
        /// Into this wallet only.
        wallet: Option<WalletNumber>,
        /// Whether events count.
        of: Of,
    },
    /// Counts sales that had this offer.
    Offer(String),
    /// Amounts to how often this reward was had, at its price in points.
    Reward(String, Points),
    /// Counts everything, and amounts to what moves a member up.
    Ladder(Basis, Of),
    /// Counts visits, and amounts to what counts for a challenge: money, thousandths of pieces, events.
    Goal {
        /// The challenge.
        id: String,
        /// What counts.
        count: GoalCount,
        /// Of these lines; of all if nothing.
        lines: Option<Selector>,
        /// Events of this name.
        event: Option<String>,
    },
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Of {
    /// Sales, and goods that came back without their sale.
    Sales,
    /// These, and what members did that was no sale.
    SalesAndEvents,
}

/// What moves a member up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Basis {
    /// Visits.
    Visits,
    /// Money paid.
    Spend,
    /// Money paid for such lines.
    Fee(Option<Selector>),
    /// Points into this wallet by all rules but these.
    Earned {
        /// Which wallet.
        wallet: Option<WalletNumber>,
        /// Rules that do not qualify.
        not_by: BTreeSet<String>,
    },
}

/// The answer for one business date, or what one sale adds to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The day in the books.
    pub date: BusinessDate,
    /// The split bill that these visits are parts of, by a hash of its name: together they are one; 0
    /// for all that are none.
    pub group: u64,
    /// How many.
    pub count: i64,
    /// Money, points or times.
    pub amount: i64,
}

impl Question {
    /// Whether events count.
    pub fn counts_events(&self) -> bool {
        matches!(
            self,
            Self::Points {
                of: Of::SalesAndEvents,
                ..
            } | Self::Ladder(_, Of::SalesAndEvents)
                | Self::Goal { event: Some(_), .. }
        )
    }

    /// The lines whose price [`PastSale::fee`] must be.
    pub fn fee_lines(&self) -> Option<&Selector> {
        match self {
            Self::Ladder(Basis::Fee(lines), _) => lines.as_ref(),
            _ => None,
        }
    }

    /// The challenge, and what of which lines counts for it, that [`PastSale::goals`] must have.
    pub fn goal_lines(&self) -> Option<(&str, GoalCount, Option<&Selector>)> {
        match self {
            Self::Goal {
                id,
                count,
                lines,
                event: None,
            } => Some((id, *count, lines.as_ref())),
            _ => None,
        }
    }

    /// What a past sale adds.
    fn of(&self, sale: &PastSale) -> Sum {
        let group = sale.receipt_group.as_deref().filter(|_| sale.is_visit);
        let group = group.map_or(0, group_of);
        let sum = |group, count: i64, amount| Sum {
            date: sale.business_date,
            group,
            count,
            amount,
        };
        let visits = i64::from(sale.is_visit);
        match self {
            Self::Sales => sum(group, visits, sale.spend.get()),
            Self::Points { rule, wallet, .. } => {
                let its = sale.awards.iter().filter(|award| {
                    rule.as_ref().is_none_or(|rule| award.rule == *rule)
                        && wallet.is_none_or(|wallet| award.wallet == wallet)
                });
                let gave = its.clone().any(|award| award.points.is_positive());
                let points = its.fold(0i64, |sum, award| sum.saturating_add(award.points.get()));
                sum(0, i64::from(gave), points)
            }
            Self::Offer(offer) => sum(0, i64::from(sale.offers.contains(offer)), 0),
            Self::Reward(reward, price) => {
                let points = sale.rewards.get(reward).copied().unwrap_or_default();
                sum(0, 0, points.get() / price.get())
            }
            Self::Goal {
                event: Some(name), ..
            } => sum(0, 0, i64::from(sale.event.as_ref() == Some(name))),
            Self::Goal { id, count, .. } => {
                let amount = sale.goals.get(id).copied().unwrap_or(0);
                match count {
                    // Without such pieces it is no such visit.
                    GoalCount::Visits | GoalCount::Days if amount <= 0 => sum(0, 0, 0),
                    GoalCount::Visits | GoalCount::Days => sum(group, visits, 0),
                    _ => sum(0, 0, amount),
                }
            }
            Self::Ladder(Basis::Visits, _) => sum(group, 1, visits),
            Self::Ladder(Basis::Spend, _) => sum(0, 1, sale.spend.get()),
            Self::Ladder(Basis::Fee(_), _) => sum(0, 1, sale.fee.get()),
            Self::Ladder(Basis::Earned { wallet, not_by }, _) => {
                let qualify = sale.awards.iter().filter(|award| {
                    Some(award.wallet) == *wallet
                        && !award.rule.contains(':')
                        && !not_by.contains(&award.rule)
                });
                sum(
                    0,
                    1,
                    qualify.fold(0i64, |sum, award| sum.saturating_add(award.points.get())),
                )
            }
        }
    }
}

/// The name of a split bill as sums have it.
pub(super) fn group_of(name: &str) -> u64 {
    let digest = Sha256::digest(name);
    u64::from_be_bytes(digest[..8].try_into().expect("eight bytes")).max(1)
}

/// All that some programmes ask of the past, numbered.
#[derive(Debug, Default)]
pub struct Questions {
    /// Each with its text, in the order of the texts.
    list: Vec<(String, Question)>,
    numbers: HashMap<Question, usize>,
}

impl Questions {
    /// What these programmes ask.
    pub fn of<'a>(programmes: impl IntoIterator<Item = &'a Programme>) -> Self {
        let mut texts = Few::new();
        for programme in programmes {
            if programme.history_days() > 0 {
                History::ask(programme, &mut |question| {
                    texts.insert(format!("{question:?}"), question);
                });
            }
        }
        let list: Vec<(String, Question)> = texts.into_iter().collect();
        let numbers = list.iter().enumerate();
        let numbers = numbers.map(|(number, (_, question))| (question.clone(), number));
        Self {
            numbers: numbers.collect(),
            list,
        }
    }

    /// Nobody asks anything.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What they are known by.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|(text, _)| text.as_str())
    }

    /// Each with its number, ascending.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &Question)> {
        self.list.iter().map(|(_, question)| question).enumerate()
    }
}

/// What is there, and what is to be added to it or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It counts.
    Added,
    /// It counts no more.
    TakenAway,
}

/// Adds to an answer, which is in the order of dates and split bills.
fn add_sum(sums: &mut Vec<Sum>, by: Sum) {
    match sums.binary_search_by_key(&(by.date, by.group), |sum| (sum.date, sum.group)) {
        Ok(place) => {
            let sum = &mut sums[place];
            sum.count = sum.count.saturating_add(by.count);
            sum.amount = sum.amount.saturating_add(by.amount);
            if (sum.count, sum.amount) == (0, 0) {
                sums.remove(place);
            }
        }
        Err(place) if (by.count, by.amount) != (0, 0) => sums.insert(place, by),
        Err(_) => {}
    }
}

/// The answers for one member.
#[derive(Clone, Debug)]
pub struct Sums {
    questions: Arc<Questions>,
    /// By the question's number, each in the order of dates and split bills.
    sums: Vec<Vec<Sum>>,
}

/// A [`Sum`] of a month as it is kept.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Kept {
    #[n(0)]
    day: u8,
    #[n(1)]
    group: u64,
    #[n(2)]
    count: i64,
    #[n(3)]
    amount: i64,
}

/// Sums of a month that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sums of a month that cannot be read")]
pub struct NoMonth;

impl Sums {
    /// Of somebody without a past.
    pub fn none(questions: &Arc<Questions>) -> Self {
        Self {
            questions: Arc::clone(questions),
            sums: vec![Vec::new(); questions.list.len()],
        }
    }

    /// Adds a past sale to every answer, or takes it away again.
    pub fn change_sale(&mut self, change: Change, sale: &PastSale) {
        for number in 0..self.sums.len() {
            self.change(change, number, sale);
        }
    }

    /// Adds a past sale to one answer, or takes it away again.
    pub fn change(&mut self, change: Change, number: usize, sale: &PastSale) {
        let mut by = self.questions.list[number].1.of(sale);
        if change == Change::TakenAway {
            (by.count, by.amount) = (-by.count, -by.amount);
        }
        add_sum(&mut self.sums[number], by);
    }

    /// Adds all that somebody else's past amounts to.
    pub fn add(&mut self, other: &Self) {
        for (own, others) in self.sums.iter_mut().zip(&other.sums) {
            for by in others {
                add_sum(own, *by);
            }
        }
    }

    /// The answer up to a business date, and behind it.
    pub(super) fn around(&self, last: BusinessDate, question: &Question) -> (&[Sum], &[Sum]) {
        let sums = self.all(question);
        sums.split_at(sums.partition_point(|sum| sum.date <= last))
    }

    /// The whole answer.
    pub(super) fn all(&self, question: &Question) -> &[Sum] {
        let number = self.questions.numbers.get(question);
        number.map_or(&[][..], |number| &self.sums[*number])
    }

    /// As they are kept, by [`month_of`].
    pub fn months(&self) -> Few<i32, Vec<u8>> {
        let mut months: Few<i32, Few<u16, Vec<Kept>>> = Few::new();
        for (number, sums) in (0u16..).zip(&self.sums) {
            for sum in sums {
                let month = months.entry(month_of(sum.date)).or_default();
                month.entry(number).or_default().push(Kept {
                    day: u8::try_from(sum.date.parts().2).expect("31 at the most"),
                    group: sum.group,
                    count: sum.count,
                    amount: sum.amount,
                });
            }
        }
        let months = months.into_iter();
        let bytes = |kept| minicbor::to_vec(kept).expect("writing to memory does not fail");
        months.map(|(month, kept)| (month, bytes(kept))).collect()
    }

    /// Reads what was kept of a month behind those read before; days before `first` are left out.
    pub fn read_month(
        &mut self,
        month: i32,
        bytes: &[u8],
        first: BusinessDate,
    ) -> Result<(), NoMonth> {
        let kept: Few<u16, Vec<Kept>> = minicbor::decode(bytes).map_err(|_| NoMonth)?;
        for (number, kept) in kept {
            let sums = self.sums.get_mut(usize::from(number)).ok_or(NoMonth)?;
            for Kept {
                day,
                group,
                count,
                amount,
            } in kept
            {
                let date = i64::from(month) * 100 + i64::from(day);
                let date = BusinessDate::from_yyyymmdd(date).map_err(|_| NoMonth)?;
                if date >= first {
                    sums.push(Sum {
                        date,
                        group,
                        count,
                        amount,
                    });
                }
            }
        }
        Ok(())
    }
}

/// Year and month as one number, 202611.
pub fn month_of(date: BusinessDate) -> i32 {
    date.yyyymmdd() / 100
}
