//! What holds awards down once they are rounded: caps and groups.

use crate::kernel::Few;

use super::facts::Facts;
use super::tally::{Refusal, Tally};
use crate::kernel::{Points, WalletNumber};
use crate::programme::{Caps, Programme, Take, TimesPer};

/// A cap that cut an award.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub cap: Points,
    pub window: CapWindow,
    pub is_wallets: bool,
    pub is_households: bool,
}

/// Over which time a cap counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CapWindow {
    Sale,
    Day,
    Month,
}

/// What the caps leave: the least of each cap less what was used of it. Of equal ones the first.
pub(super) fn tightest(caps: &Caps, used: [Points; 3], is_wallets: bool) -> Option<(Points, Cut)> {
    let windows = [CapWindow::Sale, CapWindow::Day, CapWindow::Month];
    let all = [caps.sale, caps.day, caps.month]
        .into_iter()
        .zip(used)
        .zip(windows);
    let left = all.filter_map(|((cap, used), window)| {
        let cap = cap?;
        let left = Points::new(cap.get().saturating_sub(used.get()).max(0));
        let cut = Cut {
            cap,
            window,
            is_wallets,
            is_households: caps.per == TimesPer::Household && window != CapWindow::Sale,
        };
        Some((left, cut))
    });
    left.min_by_key(|(left, _)| *left)
}

pub(super) fn limit(tally: &mut Tally<'_>, left: Option<(Points, Cut)>) {
    if let Some((left, cut)) = left
        && tally.points > left
    {
        tally.points = left;
        tally.cut = Some(cut);
    }
}

pub(super) fn take_of_groups(programme: &Programme, tallies: &mut [Tally<'_>]) {
    let groups = programme.groups();
    if groups.iter().all(|group| group.take == Take::All) {
        return;
    }
    let mut giving: Vec<Vec<(usize, Points)>> = vec![Vec::new(); groups.len()];
    for (place, tally) in tallies.iter().enumerate() {
        if let (Some(group), None) = (tally.rule.group, tally.refusal) {
            giving[group].push((place, tally.points));
        }
    }
    for (found, giving) in groups.iter().zip(giving) {
        // An exclusive group before it may have left nothing of them.
        let giving = giving.into_iter();
        let giving: Vec<(usize, Points)> = giving
            .filter(|(place, _)| tallies[*place].refusal.is_none())
            .collect();
        let winner = match found.take {
            Take::All => None,
            Take::Best | Take::Exclusive => giving
                .iter()
                .max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0))),
            Take::First => giving.first(),
        };
        let Some(&(winner, _)) = winner else { continue };
        let others: Vec<usize> = if found.take == Take::Exclusive {
            (0..tallies.len()).collect()
        } else {
            giving.iter().map(|(place, _)| *place).collect()
        };
        for place in others {
            if place != winner && tallies[place].refusal.is_none() {
                tallies[place].refusal = Some(Refusal::Group(winner));
            }
        }
    }
}

/// Rules in their order use up what a wallet's caps leave.
pub(super) fn limit_wallets(facts: &Facts<'_>, tallies: &mut [Tally<'_>]) {
    let mut given: Few<WalletNumber, Points> = Few::new();
    for tally in tallies.iter_mut().filter(|tally| tally.refusal.is_none()) {
        let caps = tally.wallet.caps;
        if caps == Caps::default() {
            continue;
        }
        if facts.history.is_none() && (caps.day.is_some() || caps.month.is_some()) {
            tally.is_unsure = true;
        }
        let number = tally.wallet.number;
        let before = facts
            .history
            .and_then(|history| history.wallets.get(&number));
        let before = before.copied().unwrap_or_default();
        let sale = given.entry(number).or_default();
        let used = [*sale, before.day, before.month];
        let used = [used[0], add(used[1], *sale), add(used[2], *sale)];
        limit(tally, tightest(&caps, used, true));
        *sale = add(*sale, tally.points);
        if !tally.points.is_positive() {
            tally.refusal = Some(Refusal::CappedOut);
        }
    }
}

fn add(a: Points, b: Points) -> Points {
    Points::new(a.get().saturating_add(b.get()))
}
