//! What a sale was promised that may be had only so often, and that others have had in its place since.

use super::history::{Had, History};
use super::quote::Outcome;
use crate::programme::{EntryRewards, FRIEND_RULE, Programme, Repeat, Times};

/// What of `promised` goes beyond its limit on how often, by the member's past of now without this sale:
/// rules as awards name them, and ids of offers, rewards and draws.
pub fn had_meanwhile(programme: &Programme, promised: &Outcome, now: &History) -> Vec<String> {
    let is_beyond = |times: &Times, had: Option<&Had>, more: u32| {
        let had = had.copied().unwrap_or_default();
        let mut windows = times.all();
        windows.any(|(window, most)| had.within(window).saturating_add(more) > most)
    };
    let mut beyond = Vec::new();
    for rule in programme.earn_rules() {
        if is_beyond(&rule.times, now.times.get(&rule.id), 1) {
            beyond.push(rule.id.clone());
        }
    }
    for offer in programme.offers() {
        if is_beyond(&offer.times, now.offer_times.get(&offer.id), 1) {
            beyond.push(offer.id.clone());
        }
    }
    for reward in programme.rewards() {
        let bought = promised.redemptions.iter();
        let bought = bought.filter(|bought| bought.reward.as_ref() == Some(&reward.id));
        let more: i64 = bought.map(|bought| bought.points.get()).sum::<i64>() / reward.points.get();
        let had = now.rewards_today.get(&reward.id).copied().unwrap_or(0);
        let most = reward.most_per_day.map_or(i64::MAX, i64::from);
        if i64::from(had).saturating_add(more) > most {
            beyond.push(reward.id.clone());
        }
    }
    for given in &promised.draws {
        let draws = programme.draws().iter();
        for draw in draws.filter(|draw| draw.id == given.draw) {
            if is_beyond(&draw.times, now.turns.get(&draw.id), given.turns) {
                beyond.push(draw.id.clone());
            }
        }
    }
    for goal in programme.challenges() {
        let had = now.goals.get(&goal.id).map_or(0, |past| past.had);
        if goal.repeat != Repeat::EachTime && had > 0 {
            beyond.push(goal.rule());
        }
    }
    if let Some(tiers) = programme.tiers() {
        let held = now.tier.as_ref().and_then(|held| held.tier.as_ref());
        let mut levels = tiers.levels.iter();
        let held = levels.position(|level| Some(&level.id) == held);
        for (place, level) in tiers.levels.iter().enumerate() {
            // Where each rise is welcomed, this one was had only by who is there now.
            let is_once = tiers.entry_rewards == EntryRewards::Once || held >= Some(place);
            if now.entered.contains(&level.id) && is_once || now.entry_promised.contains(&level.id)
            {
                beyond.push(level.entry_rule());
            }
        }
    }
    if now.referral.is_none() {
        beyond.push(FRIEND_RULE.to_owned());
    }
    beyond.retain(|name| promised.has(name));
    beyond
}

impl Outcome {
    /// It has something of this rule, offer, reward or draw.
    pub fn has(&self, name: &str) -> bool {
        self.awards.iter().any(|award| award.rule == name)
            || self.offers.iter().any(|taken| taken.offer == name)
            || self.draws.iter().any(|turns| turns.draw == name)
            || {
                let mut bought = self.redemptions.iter();
                bought.any(|bought| bought.reward.as_deref() == Some(name))
            }
    }
}
