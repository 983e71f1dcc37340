//! What earlier sales of a member mean for this one, as few numbers.
//!
//! The numbers stand in the sale's document, so that pricing it again a year later gives the same.

use crate::kernel::Few;
use std::collections::BTreeSet;
use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::cart::Cart;
use super::goals::{self, GoalPast};
use super::ladder::{Ladder, first_counted};
use super::referral::ReferredBy;
use super::sums::{Basis, Change, Of, Question, Questions, Sum, Sums, group_of};
use crate::kernel::{BusinessDate, Money, Points, WalletNumber};
use crate::programme::{
    ADVOCATE_RULE, Past, PastCount, Programme, Selector, Span, TierBasis, Tiers, TimesPer,
    TimesWindow,
};

/// A sale of the member that is final, less what was returned of it; or an event, which sells nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastSale {
    /// The day in the books.
    pub business_date: BusinessDate,
    /// What was paid for what was kept; below zero for goods that came back without their sale.
    pub spend: Money,
    /// Of that, what was paid for lines that sell tiers (basis `fee`).
    pub fee: Money,
    /// It counts as a visit: something was bought. A return does not undo a visit, a post-void does.
    pub is_visit: bool,
    /// The name that the parts of a split bill share: together they are one visit.
    pub receipt_group: Option<String>,
    /// Points it gave, one item a wallet and rule.
    pub awards: Vec<PastAward>,
    /// Offers that it had, by their ids.
    pub offers: BTreeSet<String>,
    /// Points it spent on rewards, by the reward's id.
    pub rewards: Few<String, Points>,
    /// What it counts for challenges that look at lines, by their ids, less what was returned: money
    /// with `spend`, else thousandths of pieces.
    pub goals: Few<String, i64>,
    /// The event that it is, by name; nothing for a sale.
    pub event: Option<String>,
}

/// Points that a past sale gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastAward {
    /// Which rule.
    pub rule: String,
    /// Into which wallet.
    pub wallet: WalletNumber,
    /// How many are left after returns; below zero for goods that came back without their sale.
    pub points: Points,
}

/// Points awarded up to a business date or promised, of that date and of its calendar month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Used {
    /// On the business date.
    #[n(0)]
    pub day: Points,
    /// In the calendar month.
    #[n(1)]
    pub month: Points,
}

/// How often something was had, or is promised by a sale that is held, by business dates: on later ones
/// too, where this sale comes in late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Had {
    /// On the business date.
    #[n(0)]
    pub day: u32,
    /// In its calendar month.
    #[n(1)]
    pub month: u32,
    /// In its calendar year.
    #[n(2)]
    pub year: u32,
    /// On any.
    #[n(3)]
    pub ever: u32,
}

impl Had {
    /// What was had on these business dates.
    pub fn of_dates(dates: &[BusinessDate], on: BusinessDate) -> Self {
        let times = |is_in: &dyn Fn(BusinessDate) -> bool| {
            let dates = dates.iter().filter(|date| is_in(**date));
            u32::try_from(dates.count()).unwrap_or(u32::MAX)
        };
        Self {
            day: times(&|date| date == on),
            month: times(&|date| date.is_same_month(on)),
            year: times(&|date| date.parts().0 == on.parts().0),
            ever: times(&|_| true),
        }
    }

    fn on(answer: Answer<'_>, on: BusinessDate) -> Self {
        let times = |is_in: &dyn Fn(BusinessDate) -> bool| {
            let sums = answer.given().filter(|sum| is_in(sum.date));
            let times = sums.fold(0i64, |all, sum| all.saturating_add(sum.count));
            u32::try_from(times).unwrap_or(u32::MAX)
        };
        Self {
            day: times(&|date| date == on),
            month: times(&|date| date.is_same_month(on)),
            year: times(&|date| date.parts().0 == on.parts().0),
            ever: times(&|_| true),
        }
    }

    pub(super) fn within(&self, window: TimesWindow) -> u32 {
        match window {
            TimesWindow::Day => self.day,
            TimesWindow::Month => self.month,
            TimesWindow::Year => self.year,
            TimesWindow::Ever => self.ever,
        }
    }
}

/// What the evaluation needs of a member's past, on one business date.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct History {
    /// Visits before this sale.
    #[n(0)]
    pub visits: u32,
    /// The last of them is this one: an earlier part of the same split bill.
    #[cbor(n(1), default)]
    pub is_same_visit: bool,
    /// What counts for the tier: smallest units of points or money, or visits.
    #[cbor(n(2), default)]
    pub tier_basis: i64,
    /// Points by rules that have a cap over time.
    #[cbor(n(3), default)]
    pub rules: Few<String, Used>,
    /// Points into wallets that have a cap over time.
    #[cbor(n(4), default)]
    pub wallets: Few<WalletNumber, Used>,
    /// How often rewards with a daily limit were had on the business date.
    #[cbor(n(5), default)]
    pub rewards_today: Few<String, u32>,
    /// The tier that the past makes; nothing in documents of before tiers had a term, where
    /// `tier_basis` makes it.
    #[n(6)]
    pub tier: Option<HeldTier>,
    /// Tiers whose points for reaching them were given, where the programme has some.
    #[cbor(n(7), default)]
    pub entered: BTreeSet<String>,
    /// What conditions on the past count, by [`Past::key`].
    #[cbor(n(8), default)]
    pub past: Few<String, i64>,
    /// The business date of the last visit, where the programme asks for it and there was one.
    #[n(9)]
    pub last_visit: Option<BusinessDate>,
    /// How often rules that say how often they give gave something, by their ids.
    #[cbor(n(20), default)]
    pub times: Few<String, Had>,
    /// The same of offers.
    #[cbor(n(21), default)]
    pub offer_times: Few<String, Had>,
    /// How far the member is with the challenges of the business date, by their ids.
    #[cbor(n(30), default)]
    pub goals: Few<String, GoalPast>,
    /// Who brought them, where the programme has something for that and they have not bought since.
    #[n(31)]
    pub referral: Option<ReferredBy>,
    /// How often they were thanked for a friend.
    #[cbor(n(32), default)]
    pub thanked: Had,
    /// Tiers whose points for reaching them a sale that is held has promised.
    #[cbor(n(33), default)]
    pub entry_promised: BTreeSet<String>,
    /// How many turns of lucky draws they had, by the draw's id, where there is a limit.
    #[cbor(n(34), default, skip_if = "Few::is_empty")]
    pub turns: Few<String, Had>,
}

/// A tier before a sale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HeldTier {
    /// Its id; nothing where it is not known, because the day of joining is not.
    #[n(0)]
    pub tier: Option<String>,
    /// The last business date on which it is had even if nothing more counts; none for ever.
    #[n(1)]
    pub kept_until: Option<BusinessDate>,
    /// What counts already when it is looked at again behind that date; none where this sale does not
    /// count then.
    #[n(2)]
    pub counted_then: Option<i64>,
}

/// Whose past is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PastOf {
    /// The member's own.
    Member,
    /// That of all members who share the account; the member's own where nobody does.
    Household,
}

impl From<TimesPer> for PastOf {
    fn from(per: TimesPer) -> Self {
        match per {
            TimesPer::Member => Self::Member,
            TimesPer::Household => Self::Household,
        }
    }
}

/// What sales amount to.
#[derive(Clone, Copy)]
pub struct Amounts<'s> {
    /// Those that are final.
    pub sums: &'s Sums,
    /// Those that are held: what these promise counts where something is given only so often, and for
    /// nothing else.
    pub promised: Option<&'s Sums>,
}

impl<'s> Amounts<'s> {
    fn answer(self, on: BusinessDate, question: &Question) -> Answer<'s> {
        let (before, later) = self.sums.around(on, question);
        let promised = self.promised.map(|promised| promised.all(question));
        Answer {
            before,
            later,
            promised: promised.unwrap_or_default(),
        }
    }
}

/// What the past answers to a question.
#[derive(Clone, Copy, Default)]
pub(super) struct Answer<'s> {
    /// Up to the business date: what has been reached by then.
    pub before: &'s [Sum],
    /// On later dates: a sale that comes in late does not give again what these gave.
    later: &'s [Sum],
    /// Of sales that are held, whatever their date: they may still be paid just as they are.
    promised: &'s [Sum],
}

impl<'s> Answer<'s> {
    /// What was given up to the business date, or is promised.
    fn so_far(self) -> impl Iterator<Item = &'s Sum> {
        self.before.iter().chain(self.promised)
    }

    /// What was given or is promised, on whatever date.
    pub fn given(self) -> impl Iterator<Item = &'s Sum> {
        self.so_far().chain(self.later)
    }
}

/// The visit that a past is asked about.
struct Asking<'a> {
    programme: &'a Programme,
    on: BusinessDate,
    /// The split bill that it is a part of, by [`group_of`].
    group: Option<u64>,
    joined_on: Option<BusinessDate>,
}

impl History {
    /// What these sales mean for a cart. Sales of later business dates only use up what is given so often;
    /// sales of more than [`Programme::history_days`] ago need not be given. `others` are those of the
    /// other members of a household. `joined_on` is that of whoever holds the account.
    pub fn of(
        programme: &Programme,
        cart: &Cart,
        joined_on: Option<BusinessDate>,
        sales: &[PastSale],
        others: &[PastSale],
    ) -> Self {
        let mut own = Sums::none(&Arc::new(Questions::of([programme])));
        for sale in sales {
            own.change_sale(Change::Added, sale);
        }
        let mut all = own.clone();
        for sale in others {
            all.change_sale(Change::Added, sale);
        }
        let final_only = |sums| Amounts {
            sums,
            promised: None,
        };
        let both = (final_only(&own), final_only(&all));
        Self::of_sums(programme, cart, joined_on, both)
    }

    /// The same out of what the sales amount to: the member's own, and all of the household.
    pub fn of_sums(
        programme: &Programme,
        cart: &Cart,
        joined_on: Option<BusinessDate>,
        (own, all): (Amounts<'_>, Amounts<'_>),
    ) -> Self {
        let asking = Asking {
            programme,
            on: cart.business_date,
            group: cart.receipt_group.as_deref().map(group_of),
            joined_on,
        };
        Self::answered(&asking, &mut |of, question| {
            let amounts = match of {
                PastOf::Member => own,
                PastOf::Household => all,
            };
            amounts.answer(cart.business_date, &question)
        })
    }

    /// Tells all that a programme asks, whatever the visit.
    pub(super) fn ask(programme: &Programme, tell: &mut dyn FnMut(Question)) {
        let asking = Asking {
            programme,
            on: BusinessDate::MIN,
            group: None,
            joined_on: None,
        };
        Self::answered(&asking, &mut |_, question| {
            tell(question);
            Answer::default()
        });
    }

    /// Asks the same questions whatever the answers are, so that they can be known beforehand.
    fn answered<'s>(
        asking: &Asking<'_>,
        answer: &mut dyn FnMut(PastOf, Question) -> Answer<'s>,
    ) -> Self {
        let (programme, on) = (asking.programme, asking.on);
        let own = PastOf::Member;
        let sales = answer(own, Question::Sales).before;
        let is_own = |sum: &&Sum| sum.date == on && Some(sum.group) == asking.group;
        let mut history = Self {
            visits: u32::try_from(visits(sales)).unwrap_or(u32::MAX),
            is_same_visit: sales.iter().any(|sum| is_own(&sum) && sum.count > 0),
            ..Self::default()
        };
        for goal in programme.challenges() {
            let past = goals::past(goal, (on, asking.group), &mut |question| {
                answer(own, question)
            });
            if goal.is_on(on) {
                history.goals.insert(goal.id.clone(), past);
            }
        }
        if let Some(referral) = programme.referral() {
            let thanked = points_question(programme, Some(ADVOCATE_RULE), None);
            history.thanked = Had::on(answer(referral.times.per.into(), thanked), on);
        }
        if let Some(tiers) = programme.tiers() {
            history.see_tiers(asking, tiers, answer);
        }
        for past in programme.past_conditions() {
            let counted = counted(past, on, answer(own, question_of(programme, past)).before);
            history.past.insert(past.key(), counted);
        }
        if programme.reads_last_visit() {
            let others = sales.iter().filter(|sum| !is_own(sum) && sum.count > 0);
            history.last_visit = others.map(|sum| sum.date).max();
        }
        let points = |rule, wallet| points_question(programme, rule, wallet);
        for rule in programme.earn_rules() {
            if rule.caps.day.is_some() || rule.caps.month.is_some() {
                let whose = rule.caps.per.into();
                let used = used(on, answer(whose, points(Some(&rule.id), None)));
                history.rules.insert(rule.id.clone(), used);
            }
            if rule.times.is_limited() {
                let whose = rule.times.per.into();
                let had = Had::on(answer(whose, points(Some(&rule.id), None)), on);
                history.times.insert(rule.id.clone(), had);
            }
        }
        let limited = programme.offers().iter();
        for offer in limited.filter(|offer| offer.times.is_limited()) {
            let whose = offer.times.per.into();
            let had = Had::on(answer(whose, Question::Offer(offer.id.clone())), on);
            history.offer_times.insert(offer.id.clone(), had);
        }
        for wallet in programme.wallets() {
            if wallet.caps.day.is_some() || wallet.caps.month.is_some() {
                let whose = wallet.caps.per.into();
                let used = used(on, answer(whose, points(None, Some(wallet.number))));
                history.wallets.insert(wallet.number, used);
            }
        }
        let limited = programme
            .rewards()
            .iter()
            .filter(|reward| reward.most_per_day.is_some());
        for reward in limited {
            let had = answer(own, Question::Reward(reward.id.clone(), reward.points));
            let times = sum_of(had.given(), |sum| sum.date == on);
            let times = u32::try_from(times).unwrap_or(u32::MAX);
            history.rewards_today.insert(reward.id.clone(), times);
        }
        history
    }

    fn see_tiers<'s>(
        &mut self,
        asking: &Asking<'_>,
        tiers: &Tiers,
        answer: &mut dyn FnMut(PastOf, Question) -> Answer<'s>,
    ) {
        // One account, one tier: what its members did counts together.
        let mut answer = |question| answer(PastOf::Household, question);
        let question = ladder_question(asking.programme, tiers);
        let days = question.map_or(&[][..], |question| answer(question).before);
        let ladder = Ladder::new(tiers, asking.joined_on, asking.on, by_day(tiers, days));
        self.tier_basis = ladder.counted().unwrap_or(0);
        let held = ladder.rank().map(|rank| HeldTier {
            tier: Some(tiers.levels[rank.place].id.clone()),
            kept_until: rank.kept_until,
            counted_then: rank.counted_then,
        });
        self.tier = Some(held.unwrap_or_default());
        for level in tiers.levels.iter().filter(|level| level.entry.is_some()) {
            let rule = level.entry_rule();
            let given = answer(points_question(asking.programme, Some(&rule), None));
            if given.given().any(|sum| sum.count > 0) {
                self.entered.insert(level.id.clone());
            }
            if given.promised.iter().any(|sum| sum.count > 0) {
                self.entry_promised.insert(level.id.clone());
            }
        }
    }

    /// The number of this visit, 1 for the first.
    pub(super) fn visit_number(&self) -> i64 {
        i64::from(self.visits) + i64::from(!self.is_same_visit)
    }
}

/// Which sums answer a condition on the past.
fn question_of(programme: &Programme, past: &Past) -> Question {
    match past.count {
        PastCount::Visits | PastCount::Spend => Question::Sales,
        PastCount::Points | PastCount::Times => {
            points_question(programme, past.rule.as_deref(), past.wallet)
        }
    }
}

fn points_question(
    programme: &Programme,
    rule: Option<&str>,
    wallet: Option<WalletNumber>,
) -> Question {
    Question::Points {
        rule: rule.map(str::to_owned),
        wallet,
        of: looked_at(programme),
    }
}

/// Which sums the ladder stands on; none where it is what is there, and no sum over the past.
fn ladder_question(programme: &Programme, tiers: &Tiers) -> Option<Question> {
    let basis = match tiers.basis {
        TierBasis::Visits => Basis::Visits,
        TierBasis::Spend => Basis::Spend,
        TierBasis::Fee => Basis::Fee(tiers.lines.as_ref().map(Selector::placeless)),
        TierBasis::Earned => {
            let rules = programme.earn_rules().iter();
            let others = rules.filter(|rule| !rule.qualifies);
            Basis::Earned {
                wallet: tiers.wallet,
                not_by: others.map(|rule| rule.id.clone()).collect(),
            }
        }
        TierBasis::Balance => return None,
    };
    Some(Question::Ladder(basis, looked_at(programme)))
}

fn looked_at(programme: &Programme) -> Of {
    if programme.has_event_rules() {
        Of::SalesAndEvents
    } else {
        Of::Sales
    }
}

/// The parts of a split bill are one visit: as many as there are of no split bill, and one for each.
fn visits(sales: &[Sum]) -> i64 {
    let visits = sales.iter().map(|sum| match sum.group {
        0 => sum.count,
        _ => i64::from(sum.count > 0),
    });
    visits.fold(0, i64::saturating_add)
}

fn sum_of<'a>(sums: impl Iterator<Item = &'a Sum>, is_in: impl Fn(&Sum) -> bool) -> i64 {
    let sums = sums.filter(|sum| is_in(sum));
    sums.fold(0i64, |all, sum| all.saturating_add(sum.amount))
        .max(0)
}

/// What a condition on the past counts, by the answer to [`question_of`].
fn counted(past: &Past, on: BusinessDate, sums: &[Sum]) -> i64 {
    let first = match past.span {
        Span::Ever => None,
        Span::Days(days) => on.minus_days(days.saturating_sub(1)),
        Span::Months(months) => Some(first_counted(on, months)),
    };
    let before = sums.partition_point(|sum| first.is_some_and(|first| sum.date < first));
    let sums = &sums[before..];
    match past.count {
        PastCount::Visits => visits(sums),
        PastCount::Spend | PastCount::Points => sum_of(sums.iter(), |_| true),
        PastCount::Times => {
            let times = sums.iter().map(|sum| sum.count);
            times.fold(0, i64::saturating_add)
        }
    }
}

fn used(on: BusinessDate, points: Answer<'_>) -> Used {
    Used {
        day: Points::new(sum_of(points.so_far(), |sum| sum.date == on)),
        month: Points::new(sum_of(points.so_far(), |sum| sum.date.is_same_month(on))),
    }
}

/// What counts for the ladder on each day, by the answer to [`ladder_question`].
fn by_day(tiers: &Tiers, sums: &[Sum]) -> Vec<(BusinessDate, i64)> {
    let mut days: Vec<(BusinessDate, i64)> = Vec::with_capacity(sums.len());
    for sum in sums {
        // Parts of one split bill are one visit.
        let is_one = tiers.basis == TierBasis::Visits && sum.group != 0;
        let counted = if is_one {
            sum.amount.min(1)
        } else {
            sum.amount
        };
        match days.last_mut() {
            Some((date, so_far)) if *date == sum.date => *so_far = so_far.saturating_add(counted),
            _ => days.push((sum.date, counted)),
        }
    }
    days
}
