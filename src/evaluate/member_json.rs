//! A member as JSON, for trying programmes out: what `loy quote --member` and the cases in
//! `tests/cases/` are told instead of a ledger. docs/cart.md, "A member", lists the fields.

use crate::kernel::Few;
use std::collections::BTreeSet;

use serde::Deserialize;

use super::cart::Cart;
use super::check;
use super::history::{History, PastAward, PastSale};
use super::problem::CartProblem;
use super::profile::Profile;
use super::quote::{Household, MemberSnapshot};
use super::referral::ReferredBy;
use crate::kernel::{Balance, BusinessDate, MemberNumber, MemberStatus, Money, Points};
use crate::programme::shape::{read_object, unique_map};
use crate::programme::{DOCUMENT_MAX, NESTING_MAX, Programme};

/// A member and what came before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    #[serde(default, deserialize_with = "unique_map")]
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
struct Attributes(#[serde(deserialize_with = "unique_map")] Few<String, String>);

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
    #[serde(default, deserialize_with = "unique_map")]
    rewards: Few<String, Points>,
    #[serde(default, deserialize_with = "unique_map")]
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
    /// The first problem, with the path of its field: another form than docs/cart.md says, a wallet
    /// that the programme does not have, an amount beyond 9e15.
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
        let history = match member.sales {
            None => None,
            Some(sales) => {
                let past = past_sales(programme, "sales", sales)?;
                let others = member.household.as_mut();
                let others = others.and_then(|others| others.sales.take());
                let others = others.map_or(Ok(Vec::new()), |sales| {
                    past_sales(programme, "household.sales", sales)
                })?;
                let referral = member.referred_by.map(|by| ReferredBy {
                    advocate: by.member,
                    on: by.on,
                });
                Some(History {
                    referral: referral.filter(|_| programme.referral().is_some()),
                    ..History::of(programme, cart, joined_on, &past, &others)
                })
            }
        };
        Ok(Self {
            number,
            balances,
            history,
            limits: None,
            profile,
            status: member.status,
            after_returns: None,
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
    found.ok_or_else(|| {
        CartProblem::new(
            field,
            "not_known",
            "a wallet of the programme",
            "another word",
        )
    })
}
