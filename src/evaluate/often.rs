//! Whether something may be had once more, by this member and by all together.

use minicbor::{Decode, Encode};

use super::Phrase;
use super::Value;
use super::history::Had;
use super::quote::MemberSnapshot;
use crate::programme::{Quota, QuotaOf, Times, TimesPer, TimesWindow};

/// What a till knows of a quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct QuotaFacts {
    /// This till's share; nothing where it has none.
    #[n(0)]
    pub share: Option<u32>,
    /// How much of it sales had before, held ones too.
    #[n(1)]
    pub used: u32,
}

/// Why something is not had once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Enough {
    /// This member had it so often, or their household.
    Times(TimesWindow, u32, TimesPer),
    /// This till's share of the quota is had, share and whole.
    UsedUp(u32, u32),
    /// This till has no share of so many.
    NoShare(u32),
    /// How much is left is not known here, of so many; or it is for members, and the sale is nobody's.
    NotKnown(u32),
}

impl Enough {
    /// Whether it is enough; nothing where it may be had.
    pub(super) fn of(
        (times, had): (&Times, Option<&Had>),
        (quota, of, id): (Option<&Quota>, QuotaOf, &str),
        member: Option<&MemberSnapshot>,
    ) -> Option<Self> {
        let full = |had: &Had| {
            let mut windows = times.all();
            windows.find(|(window, most)| had.within(*window) >= *most)
        };
        if let Some((window, most)) = had.and_then(full) {
            return Some(Self::Times(window, most, times.per));
        }
        let quota = quota?;
        let facts = member.and_then(|member| member.limits.as_ref());
        let facts = facts.and_then(|facts| facts.quotas.get(&of.key(id)));
        match facts {
            None => Some(Self::NotKnown(quota.total)),
            Some(QuotaFacts { share: None, .. }) => Some(Self::NoShare(quota.total)),
            Some(QuotaFacts {
                share: Some(share),
                used,
            }) if used >= share => Some(Self::UsedUp(*share, quota.total)),
            Some(_) => None,
        }
    }

    /// In words.
    pub(super) fn said(self) -> Phrase {
        let said = |key, count| Phrase::new(key).with("count", number(count));
        match self {
            Self::Times(window, most, per) => {
                let key = match window {
                    TimesWindow::Day => "times.day",
                    TimesWindow::Month => "times.month",
                    TimesWindow::Year => "times.year",
                    TimesWindow::Ever => "times.ever",
                };
                let times = Phrase::new(key).with("count", times(i64::from(most)));
                for_whom(times, per == TimesPer::Household)
            }
            Self::UsedUp(share, total) => Phrase::new("quota.used_up")
                .with("share", number(share))
                .with("total", number(total)),
            Self::NoShare(total) => said("quota.no_share", total),
            Self::NotKnown(total) => said("quota.not_known", total),
        }
    }

    /// The numbers, exact, and for whom it counts where that is a household.
    pub(super) fn values(self) -> impl Iterator<Item = (&'static str, Value)> {
        let of = |share, total| [("share", number(share)), ("total", number(total))];
        let is_households = matches!(self, Self::Times(.., TimesPer::Household));
        let values = match self {
            Self::Times(window, most, _) => {
                let within = match window {
                    TimesWindow::Day => "day",
                    TimesWindow::Month => "month",
                    TimesWindow::Year => "year",
                    TimesWindow::Ever => "ever",
                };
                [("most", number(most)), ("within", within.into())]
            }
            Self::UsedUp(share, total) => of(share, total),
            Self::NoShare(total) => of(0, total),
            Self::NotKnown(total) => [("total", number(total)), ("unknown", "quota".into())],
        };
        let per = is_households.then(|| ("counts_for", "household".into()));
        values.into_iter().chain(per)
    }
}

/// So many times in words.
pub(super) fn times(count: i64) -> Value {
    match count {
        1 => Phrase::new("count.once").into(),
        count => Phrase::new("count.times")
            .with("count", Value::Count(count))
            .into(),
    }
}

/// What is allowed, with the word that it is for a household together.
pub(super) fn for_whom(allowed: Phrase, is_households: bool) -> Phrase {
    if !is_households {
        return allowed;
    }
    Phrase::new("count.household").with("allowed", allowed)
}

fn number(count: u32) -> Value {
    Value::Count(i64::from(count))
}
