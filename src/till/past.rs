//! What the evaluation is told of a member's earlier sales at this till, and of where the till stands.

use std::borrow::Cow;

use super::document::SaleDocument;
use super::draw::turns_had;
use super::error::Error;
use super::referral::open_referral;
use super::shell::Till;
use super::training::Purpose;
use super::view::load_document;
use crate::evaluate::{
    Cart, CartProblem, Explaining, GoodsBack, History, MemberSnapshot, Quote, evaluate_with,
};
use crate::kernel::ids::Seq;
use crate::kernel::{BusinessDate, MemberNumber};
use crate::programme::{HISTORY_ALL, Programme};
use crate::store::Reading;

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
    /// not ask. Sales of theirs that are held have what they promise, but for those that are `freed`.
    pub(super) fn past_of(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        cart: &Cart,
        (member, joined_on): (MemberNumber, Option<BusinessDate>),
        freed: &[Seq],
    ) -> Result<Option<History>, Error> {
        let days = programme.history_days();
        if days == 0 {
            return Ok(None);
        }
        let on = cart.business_date;
        let first = if days == HISTORY_ALL {
            BusinessDate::MIN
        } else {
            on.minus_days(days - 1).unwrap_or(BusinessDate::MIN)
        };
        let sums = self.sums_of(reading, member, (first, BusinessDate::MAX))?;
        let held = held_of(reading, member, freed)?;
        let promised = match &held[..] {
            [] => None,
            held => Some(self.sums_promised(held)?),
        };
        let is_promised = held.iter().any(|sale| sale.outcome.referral.is_some());
        let referral = match programme.referral() {
            Some(_) if !is_promised => open_referral(reading, member)?,
            _ => None,
        };
        Ok(Some(History {
            referral,
            turns: turns_had(reading, programme, (member, on), &held)?,
            ..History::of_sums(programme, cart, joined_on, (&sums, promised.as_ref()))
        }))
    }
}

/// The sales of a member that are held, as they were authorised, but for these.
fn held_of(
    reading: &Reading<'_>,
    member: MemberNumber,
    but: &[Seq],
) -> Result<Vec<SaleDocument>, Error> {
    let held = reading.held_sales_of(member)?;
    let held = held.into_iter().filter(|row| !but.contains(&row.seq));
    held.map(|row| load_document(reading, row.document_seq))
        .collect()
}
