//! Tier and progress of the member, before and after the sale.

use super::explain::Speaker;
use super::facts::{Facts, level_at};
use super::quote::{Reason, TierLine};
use super::tally::Tally;
use crate::kernel::{Money, Points};
use crate::programme::{Level, TierBasis, Tiers};
use crate::texts;

/// Where the member stands, and what is said of it. Nothing without tiers or member.
pub(super) fn standing(
    speaker: &Speaker<'_>,
    facts: &Facts<'_>,
    tallies: &[Tally<'_>],
    payable: Money,
) -> Option<(Option<TierLine>, Reason)> {
    let programme = speaker.programme();
    let tiers = programme.tiers()?;
    let (Some(history), Some(level)) = (facts.history, facts.tier) else {
        let text = speaker.phrase("tier.unknown", &[]);
        return Some((None, reason("tier.unknown", text)));
    };
    let added = match tiers.basis {
        TierBasis::Earned => earned(tiers, tallies),
        TierBasis::Spend => payable.max(Money::ZERO).get(),
        TierBasis::Visits => i64::from(facts.is_purchase() && !history.is_same_visit),
    };
    let before = history.tier_basis;
    let after = before.saturating_add(added);
    let after_level = level_at(programme, after)?;
    let next = tiers.levels.iter().find(|level| level.from > after);
    let line = TierLine {
        tier: level.id.clone(),
        name: level.name.in_language(speaker.language).to_owned(),
        counted: before,
        counted_after: after,
        tier_after: after_level.id.clone(),
        next: next.map(|level| level.id.clone()),
        missing: next.map(|level| level.from - after),
    };
    let reason = told(speaker, tiers, &line, after_level, next);
    Some((Some(line), reason))
}

fn earned(tiers: &Tiers, tallies: &[Tally<'_>]) -> i64 {
    let counts = |tally: &&Tally<'_>| {
        tally.refusal.is_none() && tally.rule.qualifies && Some(tally.wallet.number) == tiers.wallet
    };
    let points = tallies.iter().filter(counts).map(|tally| tally.points);
    points.sum::<Points>().get()
}

fn told(
    speaker: &Speaker<'_>,
    tiers: &Tiers,
    line: &TierLine,
    after: &Level,
    next: Option<&Level>,
) -> Reason {
    let language = speaker.language;
    let say = |number: i64| match tiers.basis {
        TierBasis::Spend => speaker.money(Money::new(number)),
        TierBasis::Visits => {
            let number = texts::number(language, number, 0);
            speaker.phrase("tier.visits", &[("number", &number)])
        }
        TierBasis::Earned => {
            let wallet = tiers
                .wallet
                .and_then(|number| speaker.programme().wallet_by_number(number));
            let wallet = wallet.expect("points of a wallet of the programme");
            speaker.points(wallet, Points::new(number))
        }
    };
    let places = [
        ("name", line.name.as_str()),
        ("counted", &say(line.counted)),
    ];
    let mut reason = reason("tier.now", speaker.phrase("tier.now", &places));
    let values = &mut reason.values;
    values.insert("tier", line.tier.clone());
    values.insert("counted", line.counted.to_string());
    values.insert("counted_after", line.counted_after.to_string());
    values.insert("tier_after", line.tier_after.clone());
    if line.tier_after != line.tier {
        speaker.append(
            &mut reason,
            "tier.rises",
            "after",
            after.name.in_language(language),
        );
    }
    if let (Some(next), Some(missing)) = (next, line.missing) {
        reason.values.insert("next", next.id.clone());
        reason.values.insert("missing", missing.to_string());
        let (missing, next) = (say(missing), next.name.in_language(language));
        let places = [
            ("text", reason.text.as_str()),
            ("missing", &missing),
            ("next", next),
        ];
        reason.text = speaker.phrase("tier.next", &places);
    }
    reason
}

fn reason(key: &'static str, text: String) -> Reason {
    Reason {
        rule: "tiers".to_owned(),
        applied: false,
        key,
        values: [].into(),
        text,
    }
}
