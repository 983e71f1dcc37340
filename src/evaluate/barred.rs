//! The sale of a member who is blocked, or whose membership is closed. It is priced as a sale of nobody,
//! whatever the programme says: no member price, nothing earned, nothing spent. What the member has is
//! told all the same.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::cart::Cart;
use super::event::EventWorth;
use super::explain::{Explaining, Speaker};
use super::explanation::Explanation;
use super::own::Own;
use super::problem::CartProblem;
use super::quote::{GoodsBack, MemberSnapshot, Quote};
use super::reason::Reason;
use super::tally::event_of;
use super::{in_tier, wallet_lines};
use crate::kernel::order;
use crate::kernel::{MemberStatus, Points};
use crate::programme::{Names, Programme};
use crate::texts::Language;

/// The quote of a cart that was checked, with a member who earns and spends nothing.
pub(super) fn quote(
    programme: &Programme,
    member: &MemberSnapshot,
    cart: &Cart,
    returns: Vec<GoodsBack>,
    words: (Language, Explaining),
) -> Result<Quote, CartProblem> {
    let own = Own::new();
    let mut quote = in_tier(programme, None, cart, (returns, None, &own), words)?;
    quote.awards_with_card.clear();
    quote.needs_payments = false;
    let nothing = vec![Points::ZERO; programme.wallets().len()];
    quote.wallets = wallet_lines(programme, member, &quote, &nothing);
    quote.member_status = member.status;
    let speaker = Speaker::new(programme, words.0, words.1);
    if speaker.explains() {
        let barred = everything(programme);
        let ids: BTreeSet<&str> = order::set(barred.iter().map(|(id, _)| id.as_ref()));
        // What is said of codes, offers and goods that come back stands.
        let told = quote.explanation.iter();
        let mut reasons: Vec<Reason> = told
            .filter(|reason| !ids.contains(reason.rule()))
            .cloned()
            .collect();
        let barred = barred.iter();
        reasons.extend(barred.map(|(id, name)| nothing_of(&speaker, member.status, id, name)));
        quote.explanation = Explanation::told(reasons);
    }
    Ok(quote)
}

/// What a member does that is no sale gives nothing either.
pub(super) fn event(
    programme: &Programme,
    member: &MemberSnapshot,
    name: &str,
    language: Language,
) -> EventWorth {
    let speaker = Speaker::new(programme, language, Explaining::Everything);
    let rules = programme.earn_rules().iter();
    let rules = rules.filter(|rule| event_of(rule) == Some(name));
    let draws = programme.draws().iter();
    let draws = draws.filter(|draw| draw.event() == Some(name));
    let explanation = rules
        .map(|rule| nothing_of(&speaker, member.status, &rule.id, &rule.name))
        .chain(draws.map(|draw| nothing_of(&speaker, member.status, &draw.rule(), &draw.name)));
    EventWorth {
        explanation: explanation.collect(),
        ..EventWorth::default()
    }
}

/// All that members have of a programme, in the order of a quote.
fn everything(programme: &Programme) -> Vec<(Cow<'_, str>, &Names)> {
    let rewards = programme.rewards().iter();
    let wallets = programme.wallets().iter();
    let rules = programme.earn_rules().iter();
    let challenges = programme.challenges().iter();
    let draws = programme
        .draws()
        .iter()
        .filter(|draw| draw.event().is_none());
    let all = rewards
        .map(|reward| (reward.id.as_str().into(), &reward.name))
        .chain(wallets.map(|wallet| (wallet.id.as_str().into(), &wallet.name)))
        .chain(rules.map(|rule| (rule.id.as_str().into(), &rule.name)))
        .chain(challenges.map(|challenge| (challenge.rule().into(), &challenge.name)))
        .chain(draws.map(|draw| (draw.rule().into(), &draw.name)));
    all.collect()
}

fn nothing_of(speaker: &Speaker<'_>, status: MemberStatus, id: &str, name: &Names) -> Reason {
    let key = match status {
        MemberStatus::Closed => "member.closed",
        MemberStatus::Active | MemberStatus::Blocked => "member.blocked",
    };
    let name = name.in_language(speaker.language).to_owned();
    let mut reason = Reason::new(speaker, id.to_owned(), false, key)
        .with([("member_status", status.name().to_owned())]);
    reason.fill("name", name);
    reason
}
