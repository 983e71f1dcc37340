//! What the evaluation is told of a member's earlier sales at this till, and of where the till stands.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use minicbor::Decode;

use super::document::{EventDocument, SaleDocument, from_bytes};
use super::error::Error;
use super::referral::open_referral;
use super::refund::refund_document;
use super::shell::Till;
use super::training::Purpose;
use super::view::SaleState;
use crate::evaluate::{Cart, History, PastAward, PastSale, Quote, evaluate_with};
use crate::evaluate::{CartProblem, Explaining, GoodsBack, MemberSnapshot, Outcome, ReturnedLines};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, MemberNumber, Money, Points};
use crate::ledger::Entry;
use crate::programme::{HISTORY_ALL, Programme};
use crate::store::{Reading, SaleRow};

impl Till {
    /// Prices a cart that stands at this till in this store, if it does not say otherwise itself.
    /// `returns` is what its returned lines do.
    pub(super) fn evaluate_returning(
        &self,
        programme: &Programme,
        member: Option<&MemberSnapshot>,
        cart: &Cart,
        returns: Vec<GoodsBack>,
    ) -> Result<Quote, CartProblem> {
        let cart = self.at_home(programme, cart);
        let mut quote = evaluate_with(
            programme,
            member,
            &cart,
            returns,
            (self.language, Explaining::Everything),
        )?;
        quote.is_training = self.purpose == Purpose::Training;
        Ok(quote)
    }

    /// The cart with the names of its store and till, where the programme reads them.
    pub(super) fn at_home<'a>(&self, programme: &Programme, cart: &'a Cart) -> Cow<'a, Cart> {
        if !programme.reads_place() || (cart.store.is_some() && cart.till.is_some()) {
            return Cow::Borrowed(cart);
        }
        let mut cart = cart.clone();
        cart.store
            .get_or_insert_with(|| self.identity.store.clone());
        cart.till.get_or_insert_with(|| self.identity.till.clone());
        Cow::Owned(cart)
    }

    /// The member's past as the programme wants to know it; nothing, and nothing read, where it does
    /// not ask.
    pub(super) fn past_of(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        cart: &Cart,
        (member, joined_on): (MemberNumber, Option<BusinessDate>),
    ) -> Result<Option<History>, Error> {
        let days = programme.history_days();
        if days == 0 {
            return Ok(None);
        }
        let on = cart.business_date;
        let oldest = BusinessDate::from_yyyymmdd(19_000_101).expect("a date");
        let first = if days == HISTORY_ALL {
            oldest
        } else {
            on.minus_days(days - 1).unwrap_or(oldest)
        };
        let mut sales = Vec::new();
        for seq in reading.sales_of(member, first, on)? {
            let row = reading
                .sale(seq)?
                .ok_or(Error::Internal("a commit entry of no sale"))?;
            sales.extend(self.past_sale(reading, &row, programme)?);
        }
        for seq in reading.unlinked_refunds_of(member, first, on)? {
            sales.push(unlinked_return(reading, seq, programme)?);
        }
        if programme.has_event_rules() {
            for event in reading.events_of(member, first, on)? {
                sales.extend(past_event(reading, &event)?);
            }
        }
        let referral = match programme.referral() {
            None => None,
            Some(_) => open_referral(reading, member)?,
        };
        Ok(Some(History {
            referral,
            ..History::of(programme, cart, joined_on, &sales)
        }))
    }

    /// A final sale, less what was returned of it.
    pub(super) fn past_sale(
        &self,
        reading: &Reading<'_>,
        row: &SaleRow,
        asking: &Programme,
    ) -> Result<Option<PastSale>, Error> {
        let state = SaleState::from_number(row.state)?;
        if !matches!(state, SaleState::Committed | SaleState::Refunded) {
            return Ok(None);
        }
        let stored = reading.document(row.document_seq)?;
        let sale: Remembered = from_bytes(&stored)?;
        let refund = refund_document(reading, row)?;
        if refund.is_post_void {
            return Ok(None);
        }
        let awards = if state == SaleState::Refunded {
            Vec::new()
        } else if refund.lines.is_empty() {
            sale.outcome.awards.clone()
        } else {
            let sale: SaleDocument = from_bytes(&stored)?;
            let programme = self.programme_version(sale.programme_version)?;
            let cart = self.at_home(&programme, &sale.cart);
            let decided = sale.decided(&programme, &cart);
            decided.kept_awards(&refund.lines)?
        };
        let awards = awards.into_iter().map(|award| PastAward {
            rule: award.rule,
            wallet: award.wallet,
            points: award.points,
        });
        let given_back = refund.paid_back();
        let (fee, goals) = match state {
            SaleState::Refunded => (Money::ZERO, BTreeMap::new()),
            _ => self.by_lines(&stored, asking, &refund.lines)?,
        };
        let offers = match state {
            SaleState::Refunded => BTreeSet::new(),
            _ => sale
                .outcome
                .offers
                .iter()
                .map(|offer| offer.offer.clone())
                .collect(),
        };
        let mut rewards: BTreeMap<String, Points> = BTreeMap::new();
        for redemption in &sale.outcome.redemptions {
            if let Some(reward) = &redemption.reward {
                *rewards.entry(reward.clone()).or_default() += redemption.points;
            }
        }
        Ok(Some(PastSale {
            business_date: sale.cart.business_date,
            spend: (sale.outcome.sold() - given_back).max(Money::ZERO),
            fee,
            is_visit: sale.outcome.total_sold().is_positive(),
            receipt_group: sale.cart.receipt_group,
            awards: awards.collect(),
            offers,
            rewards,
            goals,
            event: None,
        }))
    }

    /// What was paid for lines that sell tiers and what is kept of them, and what is kept of lines that
    /// challenges count.
    fn by_lines(
        &self,
        stored: &[u8],
        asking: &Programme,
        gone: &ReturnedLines,
    ) -> Result<(Money, BTreeMap<String, i64>), Error> {
        let fee_lines = asking.fee_lines();
        if fee_lines.is_none() && asking.goals_by_lines().next().is_none() {
            return Ok((Money::ZERO, BTreeMap::new()));
        }
        let sale: SaleDocument = from_bytes(stored)?;
        let programme = self.programme_version(sale.programme_version)?;
        let cart = self.at_home(&programme, &sale.cart);
        let decided = sale.decided(&programme, &cart);
        let fee = fee_lines.map(|lines| decided.paid_for(lines, gone));
        let goals = asking.goals_by_lines();
        let goals = goals.map(|goal| (goal.id.clone(), decided.counts_for(goal, gone)));
        Ok((fee.unwrap_or_default(), goals.collect()))
    }
}

/// An event: it gives points and is no visit. One whose document a damaged file lost counts for nothing.
fn past_event(reading: &Reading<'_>, event: &Entry) -> Result<Option<PastSale>, Error> {
    let Some(stored) = reading.find_document(event.seq)? else {
        return Ok(None);
    };
    let document: EventDocument = from_bytes(&stored)?;
    let awards = document.awards.into_iter().map(|award| PastAward {
        rule: award.rule,
        wallet: award.wallet,
        points: award.points,
    });
    Ok(Some(PastSale {
        business_date: event.business_date,
        spend: Money::ZERO,
        fee: Money::ZERO,
        is_visit: false,
        receipt_group: None,
        awards: awards.collect(),
        offers: BTreeSet::new(),
        rewards: BTreeMap::new(),
        goals: BTreeMap::new(),
        event: Some(document.name),
    }))
}

/// Goods that came back without their sale: they lower what their own date counts for.
fn unlinked_return(reading: &Reading<'_>, seq: Seq, asking: &Programme) -> Result<PastSale, Error> {
    let stored = reading.document(seq)?;
    let back: Remembered = from_bytes(&stored)?;
    let (mut fee, mut goals) = (Money::ZERO, BTreeMap::new());
    let fee_lines = asking.fee_lines();
    if fee_lines.is_some() || asking.goals_by_lines().next().is_some() {
        let cart = from_bytes::<SaleDocument>(&stored)?.cart;
        fee = fee_lines.map_or(Money::ZERO, |lines| cart.total_of(lines));
        let counted = asking.goals_by_lines();
        goals = counted
            .map(|goal| (goal.id.clone(), cart.counts_for(goal)))
            .collect();
    }
    let awards = back.outcome.awards.into_iter().map(|award| PastAward {
        rule: award.rule,
        wallet: award.wallet,
        points: award.points,
    });
    Ok(PastSale {
        business_date: back.cart.business_date,
        spend: back.outcome.payable,
        fee,
        is_visit: false,
        receipt_group: None,
        awards: awards.collect(),
        offers: BTreeSet::new(),
        rewards: BTreeMap::new(),
        goals,
        event: None,
    })
}

/// What the past is made of, out of a [`SaleDocument`]: a year's sales are read for one quote, and
/// nobody asks for their lines.
#[derive(Decode)]
#[cbor(array)]
struct Remembered {
    #[n(0)]
    cart: RememberedCart,
    #[n(2)]
    outcome: Outcome,
}

/// The fields of a [`Cart`] by their numbers there; the others are skipped.
#[derive(Decode)]
#[cbor(map)]
struct RememberedCart {
    #[n(3)]
    business_date: BusinessDate,
    #[n(6)]
    receipt_group: Option<String>,
}
