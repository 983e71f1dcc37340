//! What the evaluation is told of a member's earlier sales at this till, and of where the till stands.

use std::borrow::Cow;
use std::sync::Arc;

use super::document::SaleDocument;
use super::draw::turns_had;
use super::error::Error;
use super::referral::open_referral;
use super::shell::Till;
use super::training::Purpose;
use super::view::load_document;
use crate::evaluate::history::Amounts;
use crate::evaluate::sums::Sums;
use crate::evaluate::{
    Cart, CartProblem, Explaining, Explanation, GoodsBack, History, MemberSnapshot, Quote,
    evaluate_with,
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
        explaining: Explaining,
    ) -> Result<Quote, CartProblem> {
        let cart = self.at_home(programme, cart);
        let mut quote = evaluate_with(
            programme,
            member,
            &cart,
            returns,
            (self.language, explaining),
        )?;
        quote.is_training = self.purpose == Purpose::Training;
        Ok(quote)
    }

    /// The reasons of a quote that was made without them.
    pub(super) fn explained_when_read(
        &self,
        programme: &Arc<Programme>,
        cart: &Arc<Cart>,
        member: Option<MemberSnapshot>,
        quote: &Quote,
    ) -> Explanation {
        let cart = match self.at_home(programme, cart) {
            Cow::Borrowed(_) => Arc::clone(cart),
            Cow::Owned(at_home) => Arc::new(at_home),
        };
        let (programme, returns) = (Arc::clone(programme), quote.outcome.returns.clone());
        let words = (self.language, Explaining::Everything);
        Explanation::when_read(move || {
            let quote = evaluate_with(&programme, member.as_ref(), &cart, returns.clone(), words);
            quote.map_or_else(|_| Explanation::default(), |quote| quote.explanation)
        })
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
    /// the account. Sales of theirs that are held have what they promise, but for those that are `freed`.
    pub(super) fn past_of(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        cart: &Cart,
        member: MemberNumber,
        (joined_on, holder): (Option<BusinessDate>, Option<MemberNumber>),
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
        let dates = (first, BusinessDate::MAX);
        let sums = self.sums_of(reading, member, dates)?;
        let held = held_of(reading, member, freed)?;
        let is_promised = held.iter().any(|sale| sale.outcome.referral.is_some());
        let mut members = vec![match holder {
            None => member,
            Some(_) => reading.whose(member)?,
        }];
        let mut all = (Cow::Borrowed(&sums), Cow::Borrowed(&held[..]));
        let sharers = holder.map_or(Ok(Vec::new()), |holder| reading.household(holder))?;
        for sharer in sharers {
            if sharer.member != members[0] {
                members.push(sharer.member);
                let theirs = self.sums_of(reading, sharer.member, dates)?;
                all.0.to_mut().add(&theirs);
                let theirs = held_of(reading, sharer.member, freed)?;
                all.1.to_mut().extend(theirs);
            }
        }
        let (all_sums, all_held) = all;
        let promised = self.promised_by(&held)?;
        let all_promised = self.promised_by(&all_held)?;
        let amounts = (
            Amounts {
                sums: &sums,
                promised: promised.as_ref(),
            },
            Amounts {
                sums: &all_sums,
                promised: all_promised.as_ref(),
            },
        );
        let had_by = ((&members[..1], &held[..]), (&members[..], &all_held[..]));
        let referral = match programme.referral() {
            Some(_) if !is_promised => open_referral(reading, member)?,
            _ => None,
        };
        Ok(Some(History {
            referral,
            turns: turns_had(reading, programme, on, had_by)?,
            ..History::of_sums(programme, cart, joined_on, amounts)
        }))
    }

    /// What sales that are held promise; nothing where there are none.
    fn promised_by(&self, held: &[SaleDocument]) -> Result<Option<Sums>, Error> {
        match held {
            [] => Ok(None),
            held => self.sums_promised(held).map(Some),
        }
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
