//! What this till counted for the programme's limits, and what it writes when one is met.

use crate::kernel::Few;

use super::approval::{Permit, code_of, tell};
use super::document::SaleDocument;
use super::error::Error;
use super::shell::{Moment, Till};
use crate::evaluate::quote::{MemberSnapshot, Quote};
use crate::evaluate::{Cart, Explaining, LimitFacts, LimitHit, QuotaFacts};
use crate::kernel::MemberNumber;
use crate::kernel::ids::Seq;
use crate::ledger::usage::{Stretch, Who, Whose};
use crate::ledger::{Act, Exception, SaleFacts};
use crate::programme::{Limit, LimitCount, LimitPer, Programme};
use crate::store::{Counted, Reading, Writing};

/// Whether this sale has its points whatever limits say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Lifted {
    /// Limits hold.
    #[default]
    No,
    /// Somebody said so: whose PIN it was, empty where the cashier may.
    By(String),
    /// What was counted, and perhaps lifted, when the sale was authorised still counts.
    AsAuthorised(Box<Authorised>),
}

/// What was counted when a sale was authorised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Authorised {
    pub(super) facts: LimitFacts,
    /// Who was named in it, and which card was shown.
    pub(super) cart: Cart,
}

impl Till {
    /// Whether somebody who may lifts the limits for the sale of this operation.
    pub(super) fn lifted(
        &self,
        programme: &Programme,
        moment: &Moment,
        operation: &str,
        cart: &Cart,
    ) -> Lifted {
        if programme.limits().is_empty() || self.people().is_empty() {
            return Lifted::No;
        }
        let cashier = cart.cashier.as_deref();
        let say = |_| String::new();
        match self.permit(moment, operation, cashier, Act::LiftLimit, say) {
            Permit::Free => Lifted::By(String::new()),
            Permit::Approved(exception) => Lifted::By(exception.approver),
            Permit::Refused(..) => Lifted::No,
        }
    }

    /// What was counted before this sale; nothing, and nothing read, where there are no limits.
    pub(super) fn limit_facts(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        cart: &Cart,
        member: MemberNumber,
        lifted: &Lifted,
    ) -> Result<Option<LimitFacts>, Error> {
        if programme.limits().is_empty() && !programme.has_quotas() {
            return Ok(None);
        }
        if let Lifted::AsAuthorised(authorised) = lifted {
            let facts = self.named_since(reading, programme, cart, member, authorised)?;
            return Ok(Some(facts));
        }
        if !self.is_counted(&reading.head()?) {
            // A reader of a file that an older library wrote to.
            return Ok(None);
        }
        let member = reading.whose(member)?;
        let mut facts = LimitFacts {
            is_lifted: *lifted != Lifted::No,
            lifted_by: match lifted {
                Lifted::By(approver) => approver.clone(),
                Lifted::No | Lifted::AsAuthorised(_) => String::new(),
            },
            ..LimitFacts::default()
        };
        let mut known: Few<(LimitPer, Option<u32>), Vec<Counted>> = Few::new();
        for limit in programme.limits() {
            let counted = match known.get(&(limit.per, limit.hours)) {
                Some(counted) => counted,
                None => {
                    let all = self.counted_for(reading, limit.per, cart, member)?;
                    // A cart that names no cashier or no card counts for none.
                    if all.is_empty() {
                        continue;
                    }
                    let mut found = Vec::new();
                    for who in all {
                        found.extend(count(reading, who, limit, cart)?);
                    }
                    known.entry((limit.per, limit.hours)).or_insert(found)
                }
            };
            facts.used.insert(limit.id.clone(), used(limit, counted));
        }
        for (of, id, quota) in programme.quotas() {
            let key = of.key(id);
            let counted =
                reading.counted(self.who_of_quota(&key).id, Stretch::ever(Whose::Quota))?;
            let used: i64 = counted.iter().map(|counted| counted.sales).sum();
            let quota = QuotaFacts {
                share: quota.share_of(&self.identity.store, &self.identity.till),
                used: u32::try_from(used.max(0)).unwrap_or(u32::MAX),
            };
            facts.quotas.insert(key, quota);
        }
        Ok(Some(facts))
    }

    /// All for whom a limit of a sale counts: several members where they share an account.
    fn counted_for(
        &self,
        reading: &Reading<'_>,
        per: LimitPer,
        cart: &Cart,
        member: MemberNumber,
    ) -> Result<Vec<Who>, Error> {
        let sharers = match per {
            LimitPer::Household => reading.household(member)?,
            _ => Vec::new(),
        };
        Ok(if sharers.is_empty() {
            self.who(whose(per), cart, member).into_iter().collect()
        } else {
            let sharers = sharers.iter();
            sharers.map(|sharer| Who::member(sharer.member)).collect()
        })
    }

    /// What was counted when the sale was authorised, but for a card or a cashier that it names only
    /// now: what stood for these could not be promised then, and is counted now.
    fn named_since(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        cart: &Cart,
        member: MemberNumber,
        authorised: &Authorised,
    ) -> Result<LimitFacts, Error> {
        let mut facts = authorised.facts.clone();
        if !self.is_counted(&reading.head()?) {
            return Ok(facts);
        }
        for limit in programme.limits() {
            let whose = whose(limit.per);
            let Some(who) = self.who(whose, cart, member) else {
                continue;
            };
            if self.who(whose, &authorised.cart, member) != Some(who) {
                let counted = count(reading, who, limit, cart)?;
                facts.used.insert(limit.id.clone(), used(limit, &counted));
            }
        }
        Ok(facts)
    }

    /// The limits that a sale goes beyond which is made final as it was authorised: those that `quote`
    /// tells, and those of a card or a cashier that it names only now. What was promised stands, so
    /// that one which would refuse only warns.
    pub(super) fn limits_met(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        document: &SaleDocument,
        quote: &Quote,
        lifted: &Lifted,
    ) -> Result<Vec<LimitHit>, Error> {
        let mut hits = quote.limits.clone();
        let (Some(member), cart) = (&document.member, &document.cart) else {
            return Ok(hits);
        };
        let limits = self.limit_facts(reading, programme, cart, member.number, lifted)?;
        if limits == member.limits {
            return Ok(hits);
        }
        let member = MemberSnapshot {
            limits,
            ..member.clone()
        };
        let returns = document.outcome.returns.clone();
        let silent = Explaining::Nothing;
        let now = self.evaluate_returning(programme, Some(&member), cart, returns, silent)?;
        for mut hit in now.limits {
            if hits.iter().all(|known| known.limit != hit.limit) {
                if hit.action == "refused" {
                    hit.action = "warned";
                }
                hits.push(hit);
            }
        }
        Ok(hits)
    }

    /// Writes what the day's report tells of the limits that a sale met, once it is final.
    pub(super) fn tell_limits(
        &self,
        writing: &mut Writing<'_>,
        facts: &SaleFacts,
        sale: Seq,
        document: &SaleDocument,
        hits: &[LimitHit],
    ) -> Result<(), Error> {
        let counted = document.member.as_ref();
        let counted = counted.and_then(|member| member.limits.as_ref());
        for hit in hits {
            let approver = counted
                .filter(|_| hit.action == "lifted")
                .map_or_else(String::new, |counted| counted.lifted_by.clone());
            let exception = Exception {
                key: format!("limit.{}", hit.action),
                operator: code_of(document.cart.cashier.as_deref()),
                approver,
                subject: hit.limit.clone(),
                limit: hit.most,
                found: hit.found,
            };
            tell(writing, facts, sale, &exception)?;
        }
        Ok(())
    }
}

fn whose(per: LimitPer) -> Whose {
    match per {
        LimitPer::Member | LimitPer::Household => Whose::Member,
        LimitPer::Cashier => Whose::Cashier,
        LimitPer::Card => Whose::Card,
    }
}

/// What stands in the window of a limit.
fn count(
    reading: &Reading<'_>,
    who: Who,
    limit: &Limit,
    cart: &Cart,
) -> Result<Vec<Counted>, Error> {
    let stretches = match limit.hours {
        None => Stretch::on(who.whose, cart.business_date),
        Some(hours) => {
            let from = cart.at_ms.plus_seconds(-i64::from(hours) * 3_600);
            Stretch::behind(who.whose, from, cart.at_ms)
        }
    };
    let mut counted = Vec::new();
    for stretch in stretches {
        counted.extend(reading.counted(who.id, stretch)?);
    }
    Ok(counted)
}

fn used(limit: &Limit, counted: &[Counted]) -> i64 {
    let sum = |count: fn(&Counted) -> i64| {
        let counts = counted.iter().map(count);
        counts.fold(0, i64::saturating_add)
    };
    match limit.count {
        LimitCount::Sales => sum(|counted| counted.sales),
        LimitCount::Redemptions => sum(|counted| counted.redemptions),
        LimitCount::Points => {
            let own = counted
                .iter()
                .filter(|counted| limit.wallet == Some(counted.wallet));
            own.fold(0, |sum, counted| counted.points.saturating_add(sum))
        }
    }
}
