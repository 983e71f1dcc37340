//! A member as JSON, for trying programmes out: what `loy quote --member` and the cases in
//! `tests/cases/` are told instead of a ledger. docs/cart.md, "A member", lists the fields.

use crate::kernel::Few;
use std::collections::BTreeSet;

use serde::Deserialize;

use super::cart::Cart;
use super::check;
use super::history::{History, PastAward, PastSale};
use super::often::QuotaFacts;
use super::problem::CartProblem;
use super::profile::Profile;
use super::quote::{Household, MemberSnapshot};
use super::referral::ReferredBy;
use super::velocity::LimitFacts;
use crate::kernel::{Balance, BusinessDate, MemberNumber, MemberStatus, Money, Points};
use crate::programme::shape::read_object;
use crate::programme::{
    DOCUMENT_MAX, Limit, LimitCount, LimitPer, NESTING_MAX, Programme, QuotaOf,
};

/// A member and what came before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    #[serde(default)]
    points: Few<String, Points>,
    #[serde(default)]
    sales: Option<Vec<Sale>>,
    #[serde(default)]
    joined_on: Option<BusinessDate>,
    /// mmdd.
    #[serde(default)]
    birthday: Option<u32>,
    #[serde(default)]
    tags: Option<BTreeSet<String>>,
    #[serde(default)]
    plans: Option<BTreeSet<String>>,
    #[serde(default)]
    attributes: Option<Attributes>,
    /// `active`, `blocked` or `closed`.
    #[serde(default)]
    status: MemberStatus,
    #[serde(default)]
    referred_by: Option<Referred>,
    #[serde(default)]
    household: Option<Others>,
    #[serde(default)]
    limits: Few<String, i64>,
    #[serde(default)]
    quotas: Option<Quotas>,
}

/// In how many sales this till gave something by it, by id; none by what is absent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Quotas {
    #[serde(default)]
    rules: Few<String, i64>,
    #[serde(default)]
    offers: Few<String, i64>,
}

/// The others of a household.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Others {
    #[serde(default)]
    sales: Option<Vec<Sale>>,
    /// Of the holder.
    #[serde(default)]
    joined_on: Option<BusinessDate>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Referred {
    member: MemberNumber,
    on: BusinessDate,
}

#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Attributes(Few<String, String>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sale {
    business_date: BusinessDate,
    #[serde(default)]
    spend: Money,
    #[serde(default)]
    fee: Money,
    #[serde(default = "yes")]
    visit: bool,
    #[serde(default)]
    offers: BTreeSet<String>,
    #[serde(default)]
    receipt_group: Option<String>,
    #[serde(default)]
    awards: Vec<GivenAward>,
    #[serde(default)]
    rewards: Few<String, Points>,
    #[serde(default)]
    goals: Few<String, i64>,
    #[serde(default)]
    event: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenAward {
    rule: String,
    wallet: String,
    points: Points,
}

fn yes() -> bool {
    true
}

impl MemberSnapshot {
    /// Reads what the ledger would know of the cart's member. Without `sales` the past is not known;
    /// with an empty list there is none.
    ///
    /// # Errors
    /// The first problem, with the path of its field: another form than docs/cart.md says, a wallet, a
    /// limit or a quota that the programme does not have, an amount beyond 9e15.
    pub fn from_json(
        json: &[u8],
        number: MemberNumber,
        programme: &Programme,
        cart: &Cart,
    ) -> Result<Self, CartProblem> {
        let mut member: Member = read_object(json, DOCUMENT_MAX, NESTING_MAX)?;
        let mut balances = Few::new();
        for (id, points) in std::mem::take(&mut member.points) {
            let field = format!("points.{id}");
            check::zero_or_more(&field, points.get())?;
            let balance = Balance {
                known: points,
                spendable: points,
                ..Balance::default()
            };
            balances.insert(wallet(programme, &field, &id)?, balance);
        }
        let profile = profile(&mut member)?;
        let household = member.household.as_ref().map(|others| Household {
            holder: None,
            joined_on: others.joined_on,
        });
        let shared = household.as_ref();
        let joined_on = shared.map_or(member.joined_on, |household| household.joined_on);
        let past = match member.sales {
            None => None,
            Some(sales) => {
                let own = past_sales(programme, "sales", sales)?;
                let others = member.household.as_mut();
                let others = others.and_then(|others| others.sales.take());
                let others = past_sales(programme, "household.sales", others.unwrap_or_default())?;
                Some((own, others))
            }
        };
        let limits = limits(
            programme,
            cart,
            (member.limits, member.quotas),
            past.as_ref(),
        )?;
        let history = past.map(|(own, others)| {
            let referral = member.referred_by.map(|by| ReferredBy {
                advocate: by.member,
                on: by.on,
            });
            History {
                referral: referral.filter(|_| programme.referral().is_some()),
                ..History::of(programme, cart, joined_on, &own, &others)
            }
        });
        Ok(Self {
            number,
            balances,
            history,
            limits,
            profile,
            status: member.status,
            after_returns: None,
            as_of: None,
            joined_on: member.joined_on,
            household,
        })
    }
}

/// What else is known; nothing where nothing is said.
fn profile(member: &mut Member) -> Result<Option<Profile>, CartProblem> {
    let birthday = member.birthday.map(|number| {
        let parts = (number / 100, number % 100);
        // 2024 has every day that any year has.
        let date = BusinessDate::from_yyyymmdd(i64::from(number) + 20_240_000);
        let parts = (u8::try_from(parts.0), u8::try_from(parts.1));
        match (parts, date) {
            ((Ok(month), Ok(day)), Ok(_)) => Ok((month, day)),
            _ => Err(CartProblem::new(
                "birthday",
                "no_date",
                "mmdd",
                number.to_string(),
            )),
        }
    });
    let profile = Profile {
        birthday: birthday.transpose()?,
        tags: member.tags.take(),
        plans: member.plans.take(),
        attributes: member.attributes.take().map(|attributes| attributes.0),
    };
    Ok(Some(profile).filter(|profile| *profile != Profile::default()))
}

/// What the till counted before the sale: what is told, and else what the sales say.
fn limits(
    programme: &Programme,
    cart: &Cart,
    (mut told, quotas): (Few<String, i64>, Option<Quotas>),
    past: Option<&(Vec<PastSale>, Vec<PastSale>)>,
) -> Result<Option<LimitFacts>, CartProblem> {
    let mut facts = LimitFacts::default();
    for limit in programme.limits() {
        let used = told.remove(&limit.id);
        if let Some(used) = used.or_else(|| counted(limit, cart.business_date, past?)) {
            check::zero_or_more(&format!("limits.{}", limit.id), used)?;
            facts.used.insert(limit.id.clone(), used);
        }
    }
    if let Some(id) = told.keys().next() {
        return Err(not_known(
            &format!("limits.{id}"),
            "a limit of the programme",
        ));
    }
    let Some(mut quotas) = quotas else {
        return Ok(Some(facts).filter(|facts| !facts.used.is_empty()));
    };
    for (of, id, quota) in programme.quotas() {
        let (list, told) = match of {
            QuotaOf::Rule => ("rules", &mut quotas.rules),
            QuotaOf::Offer => ("offers", &mut quotas.offers),
        };
        let used = told.remove(id).unwrap_or(0);
        check::zero_or_more(&format!("quotas.{list}.{id}"), used)?;
        let used = u32::try_from(used).unwrap_or(u32::MAX);
        if let (Some(store), Some(till)) = (&cart.store, &cart.till) {
            let share = quota.share_of(store, till);
            facts.quotas.insert(of.key(id), QuotaFacts { share, used });
        }
    }
    let left = quotas.rules.keys().map(|id| format!("quotas.rules.{id}"));
    let mut left = left.chain(quotas.offers.keys().map(|id| format!("quotas.offers.{id}")));
    match left.next() {
        Some(field) => Err(not_known(&field, "what has a quota in the programme")),
        None => Ok(Some(facts)),
    }
}

/// What a limit counts in the sales of the business date; nothing where they do not tell it: the hour,
/// the cashier, the card, and whether points paid.
fn counted(
    limit: &Limit,
    on: BusinessDate,
    (own, others): &(Vec<PastSale>, Vec<PastSale>),
) -> Option<i64> {
    let others = match limit.per {
        LimitPer::Member => &[][..],
        LimitPer::Household => others,
        LimitPer::Cashier | LimitPer::Card => return None,
    };
    let is_of_day = |sale: &&PastSale| sale.business_date == on && sale.event.is_none();
    let sales = own.iter().chain(others).filter(is_of_day);
    match (limit.count, limit.hours) {
        (LimitCount::Redemptions, _) | (_, Some(_)) => None,
        (LimitCount::Sales, None) => i64::try_from(sales.count()).ok(),
        (LimitCount::Points, None) => {
            let awards = sales.flat_map(|sale| &sale.awards);
            let into = awards.filter(|award| Some(award.wallet) == limit.wallet);
            Some(into.fold(0, |sum: i64, award| sum.saturating_add(award.points.get())))
        }
    }
}

fn past_sales(
    programme: &Programme,
    path: &str,
    sales: Vec<Sale>,
) -> Result<Vec<PastSale>, CartProblem> {
    let sales = sales.into_iter().enumerate();
    let past = sales.map(|(place, sale)| past_sale(programme, format!("{path}[{place}]"), sale));
    past.collect()
}

fn past_sale(programme: &Programme, path: String, sale: Sale) -> Result<PastSale, CartProblem> {
    check::zero_or_more(&format!("{path}.spend"), sale.spend.get())?;
    check::zero_or_more(&format!("{path}.fee"), sale.fee.get())?;
    for points in sale.rewards.values() {
        check::zero_or_more(&format!("{path}.rewards"), points.get())?;
    }
    for counted in sale.goals.values() {
        check::zero_or_more(&format!("{path}.goals"), *counted)?;
    }
    let mut awards = Vec::with_capacity(sale.awards.len());
    for (place, award) in sale.awards.into_iter().enumerate() {
        let path = format!("{path}.awards[{place}]");
        check::zero_or_more(&format!("{path}.points"), award.points.get())?;
        awards.push(PastAward {
            wallet: wallet(programme, &format!("{path}.wallet"), &award.wallet)?,
            rule: award.rule,
            points: award.points,
        });
    }
    Ok(PastSale {
        business_date: sale.business_date,
        spend: sale.spend,
        fee: sale.fee,
        is_visit: sale.visit,
        receipt_group: sale.receipt_group,
        awards,
        offers: sale.offers,
        rewards: sale.rewards,
        goals: sale.goals,
        event: sale.event,
    })
}

fn wallet(
    programme: &Programme,
    field: &str,
    id: &str,
) -> Result<crate::kernel::WalletNumber, CartProblem> {
    let found = programme.wallet(id).map(|wallet| wallet.number);
    found.ok_or_else(|| not_known(field, "a wallet of the programme"))
}

fn not_known(field: &str, expected: &'static str) -> CartProblem {
    CartProblem::new(field, "not_known", expected, "another word")
}
