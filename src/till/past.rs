//! What the evaluation is told of a member's earlier sales at this till, and of where the till stands.

use std::borrow::Cow;

use super::error::Error;
use super::referral::open_referral;
use super::shell::Till;
use super::training::Purpose;
use crate::evaluate::{
    Cart, CartProblem, Explaining, GoodsBack, History, MemberSnapshot, Quote, evaluate_with,
};
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

    /// The member's past as the programme wants to know it, with that of the others of the household of
    /// `holder`; nothing, and nothing read, where it does not ask. `joined_on` is the day that counts for
    /// the account.
    pub(super) fn past_of(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        cart: &Cart,
        member: MemberNumber,
        (joined_on, holder): (Option<BusinessDate>, Option<MemberNumber>),
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
        let sums = self.sums_of(reading, member, (first, on))?;
        let all = match holder {
            None => Cow::Borrowed(&sums),
            Some(holder) => {
                let mut all = sums.clone();
                let member = reading.whose(member)?;
                for other in reading.household(holder)? {
                    if other.member != member {
                        all.add(&self.sums_of(reading, other.member, (first, on))?);
                    }
                }
                Cow::Owned(all)
            }
        };
        let referral = match programme.referral() {
            None => None,
            Some(_) => open_referral(reading, member)?,
        };
        Ok(Some(History {
            referral,
            ..History::of_sums(programme, cart, joined_on, (&sums, &all))
        }))
    }
}
