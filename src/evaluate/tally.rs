//! What every rule comes to, in numbers (docs/programme.md, "Evaluation order", awards). Sentences are
//! made of it in `told.rs`; a refund needs the numbers alone.

use crate::kernel::Few;
use std::cell::Cell;

use super::check::too_many_points;
use super::facts::Facts;
use super::gives::{Earned, earn};
use super::limits::{Cut, limit, limit_wallets, take_of_groups, tightest};
use super::often::Enough;
use super::problem::CartProblem;
use super::quote::{Award, Redemption};
use super::select::{base_of, part_of};
use super::truth::Truth;
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::{BusinessDate, Fraction, Money, Points, Rounding, WalletNumber};
use crate::programme::{
    Base, Caps, Combine, EarnRule, Expiry, Factor, Gives, Programme, QuotaOf, RoundAt, Tenders,
    TierFactor, Wallet,
};

/// What is sold, and what each line costs after loy took its part off.
pub(super) struct Sold<'a> {
    pub facts: &'a Facts<'a>,
    pub nets: &'a [Money],
    /// Of what loy took off each line, what offers on lines did.
    pub line_offers: &'a [Money],
    /// The money of all lines, by [`Base`], once it was asked for.
    pub wholes: Wholes,
}

/// Sums of all lines.
#[derive(Default)]
pub(super) struct Wholes([Cell<Option<Money>>; 8]);

impl Sold<'_> {
    /// The money of all lines that counts for rules of this base.
    fn whole(&self, base: Base) -> Money {
        let known = &self.wholes.0[base as usize];
        if let Some(sum) = known.get() {
            return sum;
        }
        let lines = self.facts.cart.lines.iter().enumerate();
        let sum = lines
            .map(|(index, line)| base_of(base, line, self.nets[index], self.line_offers[index]))
            .sum();
        known.set(Some(sum));
        sum
    }
}

/// What was agreed at the sale and stays as it was when something is returned: factors and the share
/// of each payment.
pub(super) struct Terms<'a> {
    pub facts: &'a Facts<'a>,
    /// What is to be paid, by whatever means.
    pub payable: Money,
    /// What stored value pays of it, by the wallet's id: a method of payment like any other.
    pub stored: Vec<(&'a str, Money)>,
    pub rounding: RoundingOf,
}

/// Which rounding counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RoundingOf {
    /// Each rule's own.
    Rule,
    /// Toward zero, whatever the rule says: goods of no known sale take no point too many.
    Unlinked,
}

impl Terms<'_> {
    fn rounding(&self, rule: &EarnRule) -> Rounding {
        match self.rounding {
            RoundingOf::Rule => rule.rounding,
            RoundingOf::Unlinked => Rounding::TowardZero,
        }
    }
}

/// What one rule came to.
pub(super) struct Tally<'a> {
    pub rule: &'a EarnRule,
    /// Its place among the programme's.
    pub place: usize,
    pub wallet: &'a Wallet,
    /// Money that counts; zero for rules that count something else.
    pub base: Money,
    /// Thousandths of pieces, for rules by piece.
    pub quantity_milli: i64,
    pub earned: Earned,
    /// All factors together.
    pub factor: Fraction,
    /// The factors that count, the tier's not among them.
    pub factors: Vec<&'a Factor>,
    pub has_tier_factor: bool,
    /// Before caps.
    pub rounded: Points,
    pub points: Points,
    /// First business date on which they can be spent, and first on which they cannot any more; of a
    /// rule that gives something.
    pub dates: (BusinessDate, Option<BusinessDate>),
    /// The cap that cut it, if one did.
    pub cut: Option<Cut>,
    /// Why it gives nothing.
    pub refusal: Option<Refusal>,
    /// It reads payments, and the cart has none yet.
    pub is_provisional: bool,
    /// It counts less than it might, because the member's past is not known here.
    pub is_unsure: bool,
}

/// Why a rule gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Its condition does not hold.
    NotMet,
    /// Whether its condition holds is not known here.
    Unknown,
    /// None of the lines is one of its lines.
    NoLines,
    /// What counts is zero or below.
    NothingToPay,
    /// No band holds the amount.
    NoBand,
    /// An earlier part of the same split bill had it already.
    SameVisit,
    /// This member, or all together, had it so often already.
    Enough(Enough),
    /// It comes to less than the smallest unit.
    TooLittle,
    /// Another rule of its group is taken, by its place among all.
    Group(usize),
    /// A cap leaves nothing.
    CappedOut,
    /// Beyond a limit on how often, by its place among the programme's.
    Limit(usize),
    /// The points would be dead before they can be spent.
    Expired(BusinessDate),
}

/// The rules of the programme that are for this sale, in its order. One that is not is `left_out`, with
/// why, but where it would need the payments to be known: most rules are not, and they are to cost next
/// to nothing.
///
/// # Errors
/// Points that do not fit 9e15.
pub(super) fn tally<'a>(
    programme: &'a Programme,
    terms: &Terms<'a>,
    sold: &Sold<'_>,
    left_out: &mut dyn FnMut(Refusal),
) -> Result<Vec<Tally<'a>>, CartProblem> {
    let mut tallies = Vec::new();
    for (place, rule) in programme.earn_rules().iter().enumerate() {
        if event_of(rule) != sold.facts.event {
            continue;
        }
        let refusal = refused(rule, terms, sold);
        let is_provisional = rule.asks_for_tenders && is_unpaid(terms);
        if let (Some(refusal), false) = (refusal, is_provisional) {
            left_out(refusal);
            continue;
        }
        let mut tally = Tally::blank(programme, (place, rule), sold.facts.cart.business_date);
        tally.refusal = refusal;
        tally.is_provisional = is_provisional;
        if refusal.is_none() {
            let found = give_for(programme, &mut tally, terms, sold);
            found.ok_or_else(|| too_many_points(&rule.id))?;
        }
        tallies.push(tally);
    }
    round_over_the_sale(terms, &mut tallies)?;
    for tally in &mut tallies {
        if tally.refusal.is_some() {
            continue;
        }
        let caps = tally.rule.caps;
        let past = terms.facts.history.filter(|_| caps != Caps::default());
        let used = past.and_then(|history| history.rules.get(&tally.rule.id));
        let used = used.copied().unwrap_or_default();
        let cut = tightest(&caps, [Points::ZERO, used.day, used.month], false);
        limit(tally, cut);
        if !tally.points.is_positive() {
            let is_cut = tally.cut.is_some() && tally.rounded.is_positive();
            tally.refusal = Some(if is_cut {
                Refusal::CappedOut
            } else {
                Refusal::TooLittle
            });
        }
    }
    take_of_groups(programme, &mut tallies);
    let on = terms.facts.cart.business_date;
    for tally in tallies.iter_mut().filter(|tally| tally.refusal.is_none()) {
        tally.dates = dates(tally.wallet, on, terms.facts.account_joined_on);
        let (from, until) = tally.dates;
        if let Some(until) = until.filter(|until| *until <= from) {
            tally.refusal = Some(Refusal::Expired(until));
        }
    }
    limit_wallets(terms.facts, &mut tallies);
    Ok(tallies)
}

/// What the rules award together, in their order.
pub(super) fn awards(tallies: &[Tally<'_>]) -> Vec<Award> {
    let given = tallies.iter().filter(|tally| tally.refusal.is_none());
    given
        .map(|tally| {
            let (available_from, expires_on) = tally.dates;
            Award {
                wallet: tally.wallet.number,
                rule: tally.rule.id.clone(),
                points: tally.points,
                available_from,
                expires_on,
            }
        })
        .collect()
}

/// First business date on which points of a sale can be spent, and the first on which they cannot be
/// spent any more. Both count from the sale's date (docs/programme.md, "Expiry"). Who joined on a date
/// that is not known here counts as joined that day: the latest date that any anniversary can be.
pub fn dates(
    wallet: &Wallet,
    on: BusinessDate,
    joined_on: Option<BusinessDate>,
) -> (BusinessDate, Option<BusinessDate>) {
    let from = on
        .plus_days(wallet.pending_days)
        .unwrap_or(BusinessDate::MAX);
    // A date behind the year 9999 is never.
    let until = match wallet.expiry {
        Expiry::Never => None,
        Expiry::Days(days) => on.plus_days(days),
        Expiry::Months(months) => on.plus_months(months),
        Expiry::EndOfMonth(months) => on.first_behind_months(months),
        Expiry::On(date) => Some(date),
        Expiry::EachYear(month, day) => on
            .next_day_of_year(month, day)
            .and_then(|last| last.plus_days(1)),
        Expiry::Anniversary(years) => joined_on.unwrap_or(on).anniversary_behind(on, years),
        // When, shows only in what the member does from here on.
        Expiry::Inactive(_) => None,
    };
    (from, until)
}

impl<'a> Tally<'a> {
    /// Of a rule that [`tally`] left out.
    pub fn left_out(
        programme: &'a Programme,
        (place, rule): (usize, &'a EarnRule),
        (refusal, on): (Refusal, BusinessDate),
    ) -> Self {
        let mut tally = Self::blank(programme, (place, rule), on);
        tally.refusal = Some(refusal);
        tally
    }

    /// Of a rule that gives nothing so far.
    fn blank(
        programme: &'a Programme,
        (place, rule): (usize, &'a EarnRule),
        on: BusinessDate,
    ) -> Self {
        let wallet = programme
            .wallet_by_number(rule.wallet)
            .expect("a compiled rule names a wallet of its programme");
        Self {
            rule,
            place,
            wallet,
            base: Money::ZERO,
            quantity_milli: 0,
            earned: Earned::default(),
            factor: Fraction::ONE,
            factors: Vec::new(),
            has_tier_factor: false,
            rounded: Points::ZERO,
            points: Points::ZERO,
            dates: (on, None),
            cut: None,
            refusal: None,
            is_provisional: false,
            is_unsure: false,
        }
    }
}

/// Why a rule is not for this sale; nothing if it is.
fn refused(rule: &EarnRule, terms: &Terms<'_>, sold: &Sold<'_>) -> Option<Refusal> {
    let when = rule.when.as_ref();
    match when.map_or(Truth::Yes, |when| sold.facts.holds(when)) {
        Truth::No => return Some(Refusal::NotMet),
        Truth::Unknown => return Some(Refusal::Unknown),
        Truth::Yes => {}
    }
    let had = terms
        .facts
        .history
        .and_then(|history| history.times.get(&rule.id));
    let quota = (rule.quota.as_ref(), QuotaOf::Rule, &*rule.id);
    if let Some(enough) = Enough::of((&rule.times, had), quota, terms.facts.member) {
        return Some(Refusal::Enough(enough));
    }
    let has_none = rule.lines.is_some() && selected(rule, sold).next().is_none();
    has_none.then_some(Refusal::NoLines)
}

/// What a rule that is for this sale gives. Nothing where points do not fit.
fn give_for<'a>(
    programme: &'a Programme,
    tally: &mut Tally<'a>,
    terms: &Terms<'a>,
    sold: &Sold<'_>,
) -> Option<()> {
    find_factors(programme, tally, terms)?;
    match tally.rule.gives {
        Gives::Amount { .. } | Gives::Percent(_) | Gives::Bands(_) => by_money(tally, terms, sold),
        Gives::Unit(_) => by_piece(tally, terms, sold),
        Gives::Visit(_) | Gives::Fixed(_) | Gives::Event(..) => by_sale(tally, terms, sold),
    }
}

/// The event that a rule is for; nothing for a rule about sales.
pub(super) fn event_of(rule: &EarnRule) -> Option<&str> {
    match &rule.gives {
        Gives::Event(name, _) => Some(name),
        _ => None,
    }
}

/// Something is to be paid, and the cart does not say with what.
fn is_unpaid(terms: &Terms<'_>) -> bool {
    !knows_payments(terms) && terms.payable.is_positive()
}

/// The lines that a rule looks at.
fn selected<'s>(rule: &EarnRule, sold: &'s Sold<'_>) -> impl Iterator<Item = usize> + Clone + 's {
    sold.facts.picks.lines(rule.lines.as_ref())
}

/// The money of a line that counts for a rule.
fn base_at(rule: &EarnRule, sold: &Sold<'_>, line: usize) -> Money {
    let (net, offers) = (sold.nets[line], sold.line_offers[line]);
    base_of(rule.base, &sold.facts.cart.lines[line], net, offers)
}

fn by_money(tally: &mut Tally<'_>, terms: &Terms<'_>, sold: &Sold<'_>) -> Option<()> {
    let rule = tally.rule;
    let (share, whole) = share_of(&rule.tenders, terms);
    tally.is_provisional |= rule.tenders != Tenders::All && is_unpaid(terms);
    let bases = selected(rule, sold).map(|line| base_at(rule, sold, line));
    if rule.round_at == RoundAt::Line {
        let bases: Vec<Money> = bases.map(|base| part_of(base, share, whole)).collect();
        tally.base = bases.iter().copied().sum();
        if !tally.base.is_positive() {
            tally.refusal = Some(Refusal::NothingToPay);
            return Some(());
        }
        return by_line(tally, terms, bases.into_iter().map(Money::get));
    }
    let sum = match rule.lines {
        Some(_) => bases.sum(),
        // Of the whole cart the sum is the same for every such rule.
        None => sold.whole(rule.base),
    };
    tally.base = part_of(sum, share, whole);
    if !tally.base.is_positive() {
        tally.refusal = Some(Refusal::NothingToPay);
        return Some(());
    }
    match earn(&rule.gives, tally.base.get(), tally.factor)? {
        None => tally.refusal = Some(Refusal::NoBand),
        Some(earned) => tally.earned = earned,
    }
    round(tally, terms)
}

fn by_piece(tally: &mut Tally<'_>, terms: &Terms<'_>, sold: &Sold<'_>) -> Option<()> {
    let lines = &sold.facts.cart.lines;
    let quantities = selected(tally.rule, sold).map(|line| lines[line].quantity_milli.get());
    let sum: i128 = quantities.clone().map(i128::from).sum();
    tally.quantity_milli = i64::try_from(sum).ok()?;
    if tally.quantity_milli <= 0 {
        tally.refusal = Some(Refusal::NothingToPay);
        return Some(());
    }
    if tally.rule.round_at == RoundAt::Line {
        return by_line(tally, terms, quantities);
    }
    tally.earned = earn(&tally.rule.gives, tally.quantity_milli, tally.factor)?.unwrap_or_default();
    round(tally, terms)
}

fn by_sale(tally: &mut Tally<'_>, terms: &Terms<'_>, sold: &Sold<'_>) -> Option<()> {
    let is_again = matches!(tally.rule.gives, Gives::Visit(_))
        && sold
            .facts
            .history
            .is_some_and(|history| history.is_same_visit);
    if sold.facts.event.is_none() && !sold.facts.is_purchase() {
        tally.base = sold.facts.cart.total();
        tally.refusal = Some(Refusal::NothingToPay);
    } else if is_again {
        tally.refusal = Some(Refusal::SameVisit);
    } else {
        tally.earned = earn(&tally.rule.gives, 1, tally.factor)?.unwrap_or_default();
        return round(tally, terms);
    }
    Some(())
}

/// Each line rounded by itself; a returned line takes what it would have given.
fn by_line(
    tally: &mut Tally<'_>,
    terms: &Terms<'_>,
    amounts: impl Iterator<Item = i64>,
) -> Option<()> {
    let (mut exact, mut sum, mut steps) = (Fraction::ZERO, 0i64, 0i64);
    for amount in amounts {
        let Some(earned) = earn(&tally.rule.gives, amount.checked_abs()?, tally.factor)? else {
            continue;
        };
        let sign = amount.signum();
        let points = terms.rounding(tally.rule).round(earned.exact)?;
        sum = sum.checked_add(sign.checked_mul(points)?)?;
        steps = steps.checked_add(sign.checked_mul(earned.steps)?)?;
        exact = exact.checked_add(earned.exact.checked_mul(Fraction::whole(sign))?)?;
    }
    tally.earned = Earned {
        exact,
        steps,
        band: None,
    };
    give(tally, sum)
}

fn round(tally: &mut Tally<'_>, terms: &Terms<'_>) -> Option<()> {
    if tally.refusal.is_some() || tally.rule.round_at == RoundAt::Sale {
        return Some(());
    }
    let points = terms.rounding(tally.rule).round(tally.earned.exact)?;
    give(tally, points)
}

fn give(tally: &mut Tally<'_>, points: i64) -> Option<()> {
    tally.rounded = Points::new(points.max(0));
    tally.points = tally.rounded;
    (points <= AMOUNT_MAX).then_some(())
}

/// Rules that are rounded together: each gets what the rounded sum grows by with it, in their order,
/// so that the parts add up to the rounded sum.
fn round_over_the_sale(terms: &Terms<'_>, tallies: &mut [Tally<'_>]) -> Result<(), CartProblem> {
    let mut sums: Few<WalletNumber, (Fraction, i64)> = Few::new();
    for tally in tallies {
        if tally.rule.round_at != RoundAt::Sale || tally.refusal.is_some() {
            continue;
        }
        let before = sums
            .entry(tally.wallet.number)
            .or_insert((Fraction::ZERO, 0));
        let after = before.0.checked_add(tally.earned.exact).and_then(|exact| {
            let points = terms.rounding(tally.rule).round(exact)?;
            let grown = points - before.1;
            *before = (exact, points);
            give(tally, grown)
        });
        after.ok_or_else(|| too_many_points(&tally.rule.id))?;
    }
    Ok(())
}

/// How it is paid is told, or all of it is paid by stored value.
fn knows_payments(terms: &Terms<'_>) -> bool {
    let stored: Money = terms.stored.iter().map(|(_, amount)| *amount).sum();
    !terms.facts.cart.payments.is_empty() || stored >= terms.payable
}

/// What stored value pays, by the id of its wallet.
pub(super) fn stored_by_method<'a>(
    programme: &'a Programme,
    redemptions: &[Redemption],
) -> Vec<(&'a str, Money)> {
    let stored = redemptions.iter().filter(|part| part.pays);
    let stored = stored.filter_map(|part| {
        let wallet = programme.wallet_by_number(part.wallet)?;
        Some((wallet.id.as_str(), part.amount))
    });
    stored.collect()
}

/// The share of the bill that counts, as a part of a whole. Payments that are not told yet count in
/// full.
fn share_of(tenders: &Tenders, terms: &Terms<'_>) -> (Money, Money) {
    let cart = terms.facts.cart;
    let (methods, is_only) = match tenders {
        Tenders::All => return (Money::ZERO, Money::ZERO),
        Tenders::Except(methods) => (methods, false),
        Tenders::Only(methods) => (methods, true),
    };
    // Of what is to be paid, not of what was handed over: change is not always told.
    let whole = terms.payable;
    if !knows_payments(terms) || !whole.is_positive() {
        return (Money::ZERO, Money::ZERO);
    }
    let payments = cart.payments.iter();
    let paid = payments.map(|payment| (payment.method.as_str(), payment.amount));
    let paid = paid.chain(terms.stored.iter().copied());
    let named = paid.filter(|(method, _)| methods.contains(*method));
    let named: Money = named.map(|(_, amount)| amount).sum();
    let named = named.max(Money::ZERO).min(whole);
    (if is_only { named } else { whole - named }, whole)
}

fn find_factors<'a>(programme: &Programme, tally: &mut Tally<'a>, terms: &Terms<'a>) -> Option<()> {
    let rule = tally.rule;
    let holds = |factor: &&Factor| {
        let when = factor.when.as_ref();
        when.map_or(Truth::Yes, |when| terms.facts.holds(when))
    };
    let is_capped = rule.caps.day.is_some() || rule.caps.month.is_some();
    let reads_past = is_capped || rule.times.is_limited();
    let mut is_unsure = terms.facts.history.is_none() && reads_past;
    for factor in &rule.factors {
        match holds(&factor) {
            Truth::Yes => tally.factors.push(factor),
            Truth::Unknown => is_unsure = true,
            Truth::No => {}
        }
    }
    let mut of_tier = None;
    if rule.tier_factor == TierFactor::Applies && programme.tiers().is_some() {
        match terms.facts.tier {
            None => is_unsure = true,
            Some(tier) if tier.factor != Fraction::ONE => {
                tally.has_tier_factor = true;
                of_tier = Some(tier.factor);
            }
            Some(_) => {}
        }
    }
    tally.is_unsure = is_unsure;
    let factors = tally.factors.iter().map(|factor| factor.factor);
    tally.factor = combined(rule.combine, factors.chain(of_tier))?;
    Some(())
}

fn combined(combine: Combine, mut all: impl Iterator<Item = Fraction>) -> Option<Fraction> {
    let minus_one = Fraction::whole(-1);
    match combine {
        Combine::Product => all.try_fold(Fraction::ONE, Fraction::checked_mul),
        // 1 and each bonus: twice is a bonus of 1.
        Combine::Sum => all
            .try_fold(Fraction::ONE, |sum, factor| {
                sum.checked_add(factor.checked_add(minus_one)?)
            })
            .map(|sum| sum.max(Fraction::ZERO)),
        Combine::Best => Some(all.max().unwrap_or(Fraction::ONE)),
    }
}
