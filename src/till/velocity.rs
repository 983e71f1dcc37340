//! What this till counted for the programme's limits, and what it writes when one is met.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::Decode;

use super::approval::{Permit, code_of, tell};
use super::document::from_bytes;
use super::error::Error;
use super::shell::{Moment, Till};
use crate::evaluate::{Cart, LimitFacts, LimitHit, Shown};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, Instant, MemberNumber};
use crate::ledger::{Act, Entry, Exception, Kind, SaleFacts};
use crate::programme::{Limit, LimitCount, LimitPer, Programme};
use crate::store::{Reading, Writing};

/// Entries that limits count.
const COUNTED: [Kind; 4] = [Kind::Commit, Kind::Claim, Kind::Redemption, Kind::Award];

/// Whether this sale has its points whatever limits say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Lifted {
    /// Limits hold.
    #[default]
    No,
    /// Somebody said so: whose PIN it was, empty where the cashier may.
    By(String),
    /// What was counted, and perhaps lifted, when the sale was authorised still counts.
    AsAuthorised(LimitFacts),
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
        if programme.limits().is_empty() || self.operators.is_empty() {
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
        if programme.limits().is_empty() {
            return Ok(None);
        }
        if let Lifted::AsAuthorised(facts) = lifted {
            return Ok(Some(facts.clone()));
        }
        let mut facts = LimitFacts {
            is_lifted: *lifted != Lifted::No,
            ..LimitFacts::default()
        };
        for limit in programme.limits() {
            let Some(window) = Window::of(limit, cart) else {
                continue;
            };
            let member = (limit.per == LimitPer::Member).then_some(member);
            let entries = reading.counted(member, window.first, window.last, &COUNTED)?;
            let entries = entries.into_iter().filter(|entry| window.holds(entry));
            let used = match limit.per {
                LimitPer::Member => count(limit, entries),
                // Who rang it up and what was shown stand in the cart. What it does not say is not
                // counted.
                LimitPer::Cashier if cart.cashier.is_none() => continue,
                LimitPer::Card if cart.shown.is_none() => continue,
                LimitPer::Cashier | LimitPer::Card => {
                    let is_same = |rung: &RungCart| match limit.per {
                        LimitPer::Card => rung.shown == cart.shown,
                        _ => rung.cashier == cart.cashier,
                    };
                    let entries: Vec<Entry> = entries.collect();
                    let own = sales_where(reading, &entries, is_same)?;
                    let is_own = |entry: &Entry| own.contains(&sale_of(entry));
                    count(limit, entries.into_iter().filter(is_own))
                }
            };
            facts.used.insert(limit.id.clone(), used);
        }
        Ok(Some(facts))
    }

    /// Writes what the day's report tells of the limits that a sale met.
    pub(super) fn tell_limits(
        &self,
        writing: &mut Writing<'_>,
        facts: &SaleFacts,
        sale: Seq,
        cart: &Cart,
        (hits, lifted): (&[LimitHit], &Lifted),
    ) -> Result<(), Error> {
        for hit in hits {
            let approver = match lifted {
                Lifted::By(approver) if hit.action == "lifted" => approver.clone(),
                _ => String::new(),
            };
            let exception = Exception {
                key: format!("limit.{}", hit.action),
                operator: code_of(cart.cashier.as_deref()),
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

/// The time over which a limit counts.
struct Window {
    /// Business dates that can hold it.
    first: BusinessDate,
    last: BusinessDate,
    /// Behind this instant and no later than the sale's; nothing where the business date counts.
    hours: Option<(Instant, Instant)>,
}

impl Window {
    fn of(limit: &Limit, cart: &Cart) -> Option<Self> {
        let on = cart.business_date;
        let Some(hours) = limit.hours else {
            return Some(Self {
                first: on,
                last: on,
                hours: None,
            });
        };
        // A business date may begin and end away from midnight, by less than a day.
        let days = hours.div_ceil(24) + 1;
        let from = cart.at_ms.plus_seconds(-i64::from(hours) * 3_600);
        Some(Self {
            first: on.minus_days(days)?,
            last: on.plus_days(1)?,
            hours: Some((from, cart.at_ms)),
        })
    }

    fn holds(&self, entry: &Entry) -> bool {
        self.hours
            .is_none_or(|(from, until)| from < entry.sold_at && entry.sold_at <= until)
    }
}

fn sale_of(entry: &Entry) -> Seq {
    if entry.refers_to == 0 {
        entry.seq
    } else {
        entry.refers_to
    }
}

fn count(limit: &Limit, entries: impl Iterator<Item = Entry>) -> i64 {
    let mut sales = BTreeSet::new();
    let mut points = 0i64;
    for entry in entries {
        match (limit.count, entry.kind) {
            (LimitCount::Sales, Kind::Commit | Kind::Claim)
            | (LimitCount::Redemptions, Kind::Redemption) => {
                sales.insert(sale_of(&entry));
            }
            (LimitCount::Points, Kind::Award) if limit.wallet == Some(entry.wallet) => {
                points = points.saturating_add(entry.points.get());
            }
            _ => {}
        }
    }
    points.saturating_add(i64::try_from(sales.len()).unwrap_or(i64::MAX))
}

/// Which of these sales have a cart like that.
fn sales_where(
    reading: &Reading<'_>,
    entries: &[Entry],
    is_such: impl Fn(&RungCart) -> bool,
) -> Result<BTreeSet<Seq>, Error> {
    let mut rung: BTreeMap<Seq, bool> = BTreeMap::new();
    for entry in entries {
        let sale = sale_of(entry);
        if rung.contains_key(&sale) {
            continue;
        }
        let Some(row) = reading.sale(sale)? else {
            continue;
        };
        let stored = reading.document(row.document_seq)?;
        let Rung { cart } = from_bytes(&stored)?;
        rung.insert(sale, is_such(&cart));
    }
    let own = rung.into_iter().filter(|(_, is_own)| *is_own);
    Ok(own.map(|(sale, _)| sale).collect())
}

/// Who rang a sale up and what was shown, out of its document; the rest is skipped.
#[derive(Decode)]
#[cbor(array)]
struct Rung {
    #[n(0)]
    cart: RungCart,
}

#[derive(Decode)]
#[cbor(map)]
struct RungCart {
    #[n(8)]
    cashier: Option<String>,
    #[n(19)]
    shown: Option<Shown>,
}
