//! Members who bring others.

use super::super::model::{EntryModel, ReferralModel};
use super::super::{Entry, Referral};
use super::{Compiler, Known, quoted};
use crate::kernel::Money;

/// The most things that something reached gives.
const GIVES_MAX: usize = 10;

impl Compiler {
    pub(super) fn referral(
        &mut self,
        model: &ReferralModel,
        known: &Known<'_>,
    ) -> Option<Referral> {
        let least = match &model.least {
            None => Some(1),
            Some(text) => self.units_from("referral.least", text, known.money_decimals, 1),
        };
        let within_days = match model.within_days {
            None => Some(None),
            Some(days) => {
                let days = self.whole("referral.within_days", days, 0, 3_660);
                days.and_then(|days| u32::try_from(days).ok()).map(Some)
            }
        };
        let times = self.often("referral", (model.times.as_ref(), None));
        let friend_at_once =
            self.entries("referral.friend_at_once", (&model.friend_at_once, 0), known);
        let path = "referral.friend_at_purchase";
        let friend_at_purchase = self.entries(path, (&model.friend_at_purchase, 0), known);
        let advocate = self.entries("referral.advocate", (&model.advocate, 1), known);
        Some(Referral {
            least: Money::new(least?),
            within_days: within_days?,
            friend_at_once: friend_at_once?,
            friend_at_purchase: friend_at_purchase?,
            advocate: advocate?,
            times: times?.0,
        })
    }

    /// What something reached gives, each wallet once, and of badges one.
    pub(super) fn entries(
        &mut self,
        path: &str,
        (models, least): (&[EntryModel], usize),
        known: &Known<'_>,
    ) -> Option<Vec<Entry>> {
        if models.len() < least || models.len() > GIVES_MAX {
            let found = models.len().to_string();
            self.problem(path, "count", format!("{least} to {GIVES_MAX}"), found);
            return None;
        }
        let before = self.problems.len();
        let mut gives: Vec<Entry> = Vec::with_capacity(models.len());
        for (index, model) in models.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let Some(entry) = self.entry(&path, model, known) else {
                continue;
            };
            if gives.iter().any(|known| known.wallet == entry.wallet) {
                let (path, found) = (format!("{path}.wallet"), quoted(&model.wallet));
                self.problem(path, "duplicate", "a wallet once", found);
            }
            let wallet = known.wallet(&model.wallet);
            if wallet.is_some_and(|wallet| wallet.is_badge()) && entry.points.get() != 1 {
                let (path, found) = (format!("{path}.points"), quoted(&model.points));
                self.problem(path, "out_of_range", "1 badge", found);
            }
            gives.push(entry);
        }
        (self.problems.len() == before).then_some(gives)
    }
}
