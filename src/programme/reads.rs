//! What a programme wants to know besides the cart and the balances, so that a till that has a simple
//! programme reads nothing more.

use crate::kernel::{Activity, Idle, WalletNumber};

use super::{
    Caps, Challenge, Downgrade, Expiry, Gives, Past, Programme, Quota, QuotaOf, Selector, Span,
    Tenders, Term, TierBasis, Tiers, Wallet, When, Window,
};

/// All that is stored.
pub const HISTORY_ALL: u32 = u32::MAX;

impl Programme {
    /// How many days of a member's past sales the evaluation looks at, counted back from the business
    /// date: 0 for none, 1 for that date alone, [`HISTORY_ALL`] for every sale.
    pub fn history_days(&self) -> u32 {
        let of_tiers = self.tiers().map_or(0, days_of_tiers);
        let of_caps = |caps: &Caps| match (caps.day, caps.month) {
            (_, Some(_)) => 31,
            (Some(_), None) => 1,
            (None, None) => 0,
        };
        let of_rules = self.earn_rules().iter().map(|rule| {
            let visits = u32::from(matches!(rule.gives, Gives::Visit(_)));
            of_caps(&rule.caps).max(visits).max(rule.times.days())
        });
        let of_offers = self.offers().iter().map(|offer| offer.times.days());
        let of_wallets = self.wallets().iter().map(|wallet| of_caps(&wallet.caps));
        let of_rewards = self
            .rewards()
            .iter()
            .map(|reward| u32::from(reward.most_per_day.is_some()));
        let of_visits = self.conditions().any(|when| {
            when.has(&|leaf| matches!(leaf, When::VisitNumber(_) | When::VisitEvery(_)))
        });
        let of_past = self.past_conditions().map(|past| match past.span {
            Span::Ever => HISTORY_ALL,
            Span::Days(days) => days,
            Span::Months(months) => months.saturating_mul(31) + 1,
        });
        let most = of_rules
            .chain(of_offers)
            .chain(of_wallets)
            .chain(of_rewards)
            .chain(of_past)
            .chain(self.challenges().iter().map(Challenge::history_days))
            .chain(self.referral().map(|referral| referral.times.days().max(1)))
            // How many turns were had is counted beside the sales.
            .chain(
                self.draws()
                    .iter()
                    .map(|draw| u32::from(draw.times.is_limited())),
            )
            .max()
            .unwrap_or(0);
        most.max(of_tiers)
            .max(if of_visits || self.reads_last_visit() {
                HISTORY_ALL
            } else {
                0
            })
    }

    /// Some rule or offer is had so often by all members together.
    pub fn has_quotas(&self) -> bool {
        self.quotas().next().is_some()
    }

    /// What is had so often by all members together, by its id. No rule counts for an offer of its name.
    pub fn quotas(&self) -> impl Iterator<Item = (QuotaOf, &str, &Quota)> {
        let rules = self.earn_rules().iter();
        let rules = rules.filter_map(|rule| Some((QuotaOf::Rule, &*rule.id, rule.quota.as_ref()?)));
        let offers = self.offers().iter();
        let offers =
            offers.filter_map(|offer| Some((QuotaOf::Offer, &*offer.id, offer.quota.as_ref()?)));
        rules.chain(offers)
    }

    /// Something is given for what is no sale.
    pub fn has_event_rules(&self) -> bool {
        let mut rules = self.earn_rules().iter();
        rules.any(|rule| matches!(rule.gives, Gives::Event(..)))
            || self.challenges().iter().any(|goal| goal.event.is_some())
            || self.referral().is_some()
            || !self.draws().is_empty()
    }

    /// The evaluation looks at the names of store or till: a cart that names none must be told its own.
    pub fn reads_place(&self) -> bool {
        self.asks(&|leaf| {
            matches!(
                leaf,
                When::Stores(_) | When::Tills(_) | When::StoreGroups { .. }
            )
        })
    }

    /// Points of some wallet end at an anniversary of joining, or years of the ladder begin with it.
    pub fn reads_join_date(&self) -> bool {
        let ends = |wallet: &Wallet| matches!(wallet.expiry, Expiry::Anniversary(_));
        self.wallets().iter().any(ends)
            || self.tiers().is_some_and(Tiers::reads_join_date)
            || self.asks(&|leaf| matches!(leaf, When::Membership(_)))
    }

    /// When the last visit was counts.
    pub fn reads_last_visit(&self) -> bool {
        self.asks(&|leaf| matches!(leaf, When::LastVisit(_)))
    }

    /// What conditions count of a member's past.
    pub fn past_conditions(&self) -> impl Iterator<Item = &Past> {
        self.conditions()
            .flat_map(When::leaves)
            .filter_map(|leaf| match leaf {
                When::Past(past) => Some(past),
                _ => None,
            })
    }

    /// Some condition is such a one.
    fn asks(&self, is_such: &dyn Fn(&When) -> bool) -> bool {
        self.conditions().any(|when| when.has(is_such))
    }

    /// What was paid for lines that sell tiers counts: the lines of past sales are wanted.
    pub fn fee_lines(&self) -> Option<&Selector> {
        self.tiers()?.lines.as_ref()
    }

    /// The balance of some wallet lapses for want of sales.
    pub fn reads_activity(&self) -> bool {
        let mut wallets = self.wallets().iter();
        wallets.any(|wallet| self.idle_of(wallet.number).is_some())
    }

    /// After how long without a sale the balance of a wallet lapses; none where it does not.
    pub fn idle_of(&self, wallet: WalletNumber) -> Option<Idle> {
        match self.wallet_by_number(wallet)?.expiry {
            Expiry::Inactive(idle) => Some(idle),
            _ => None,
        }
    }

    /// What keeps the balance of a wallet alive that lapses for want of it.
    pub fn activities_of(&self, wallet: WalletNumber) -> &[Activity] {
        self.wallet_by_number(wallet)
            .map_or(&[], |wallet| &wallet.activities)
    }

    /// Some rule counts only a share of the payments: a sale without them cannot be final.
    pub fn reads_payments(&self) -> bool {
        let mut rules = self.earn_rules().iter();
        rules.any(|rule| rule.tenders != Tenders::All || rule.asks_for_tenders)
    }

    /// Rules and rewards read this code.
    pub fn reads_code(&self, code: &str) -> bool {
        self.conditions().any(|when| {
            when.has(&|leaf| matches!(leaf, When::Codes(codes) if codes.contains(code)))
        })
    }

    fn conditions(&self) -> impl Iterator<Item = &When> {
        let rules = self.earn_rules().iter().flat_map(|rule| {
            rule.when.iter().chain(
                rule.factors
                    .iter()
                    .filter_map(|factor| factor.when.as_ref()),
            )
        });
        let rewards = self
            .rewards()
            .iter()
            .filter_map(|reward| reward.when.as_ref());
        let offers = self.offers().iter().filter_map(|offer| offer.when.as_ref());
        let wallets = self.wallets().iter();
        let redeem = wallets.filter_map(|wallet| wallet.redeem.as_ref()?.when.as_ref());
        let challenges = self.challenges().iter();
        let goals = challenges.filter_map(|goal| goal.when.as_ref());
        let draws = self.draws().iter().filter_map(|draw| draw.when.as_ref());
        rules
            .chain(rewards)
            .chain(offers)
            .chain(redeem)
            .chain(goals)
            .chain(draws)
    }
}

/// How far back the ladder looks.
fn days_of_tiers(tiers: &Tiers) -> u32 {
    let of_window = match (tiers.window, tiers.term) {
        // A term begins where the last one ended, as far back as there are sales.
        (_, Term::Months(_)) | (Window::Lifetime, _) => HISTORY_ALL,
        // What was kept, or lowered by one, may have been reached long ago.
        (Window::Year(_), Term::Years(_)) if is_carried_on(tiers) => HISTORY_ALL,
        (Window::Year(_), Term::Years(more)) => (more + 1) * 366,
        (Window::Year(_), Term::Window) => 366,
        (Window::Months(months), _) => months.saturating_mul(31) + 1,
    };
    match tiers.basis {
        TierBasis::Balance => 0,
        _ if tiers.has_entry_rewards() => HISTORY_ALL,
        _ => of_window,
    }
}

/// The tier depends on more than what each of the last years made.
fn is_carried_on(tiers: &Tiers) -> bool {
    let is_kept_with_less = tiers.levels.iter().any(|level| level.keep < level.from);
    is_kept_with_less || tiers.downgrade == Downgrade::OneLevel
}

impl When {
    /// The conditions it is made of, without `all`, `any` and `not`.
    fn leaves(&self) -> Vec<&Self> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::leaves).collect(),
            Self::Not(part) => part.leaves(),
            leaf => vec![leaf],
        }
    }

    /// A condition in it, however deep, is such a one.
    pub fn has(&self, is_such: &dyn Fn(&When) -> bool) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.has(is_such)),
            Self::Not(part) => part.has(is_such),
            leaf => is_such(leaf),
        }
    }
}
