//! What a cart is worth to a member as of now.

use crate::kernel::Few;
use std::borrow::Cow;
use std::sync::Arc;

use crate::evaluate::cart::Cart;
use crate::evaluate::quote::{Household, MemberSnapshot, Quote};
use crate::evaluate::{Explaining, LimitHit};
use crate::kernel::ids::Seq;
use crate::kernel::{Balance, BusinessDate, MemberNumber, WalletNumber};
use crate::ledger::decide::Refusal;
use crate::ledger::{Accounts, Entry, Exception, Held, HeldPortion, SaleFacts};
use crate::programme::{Programme, unlike_installed};
use crate::store::{Reading, Stands, Writing};
use crate::till::approval::{Permit, tell};
use crate::till::document::SaleDocument;
use crate::till::error::Error;
use crate::till::refund::Paid;
use crate::till::returns::{Returning, Returns};
use crate::till::shell::{Moment, Till};
use crate::till::status;
use crate::till::velocity::Lifted;

/// A cart that was priced inside the write that posts it.
pub(super) struct Priced {
    pub(super) programme: Arc<Programme>,
    pub(super) accounts: Accounts,
    pub(super) document: SaleDocument,
    /// What its returned lines do, to be written before the sale.
    pub(super) returns: Returns,
    /// As it was told; nothing where a sale keeps the quote it was authorised with.
    pub(super) quote: Option<Quote>,
    /// The limits that it meets.
    pub(super) hits: Vec<LimitHit>,
}

/// Holds that are over for the cart that is priced: its own, and those whose time is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::till) struct Freed {
    /// Whose holds, by their first entries.
    pub(in crate::till) sales: Vec<Seq>,
    /// What was reserved for them of the account of the cart's member.
    pub(in crate::till) portions: Vec<HeldPortion>,
}

impl Freed {
    /// What the account of a member has back of holds that ran out, by the entries that end them.
    pub(in crate::till) fn of(
        reading: &Reading<'_>,
        run_out: &[Entry],
        member: Option<MemberNumber>,
    ) -> Result<Self, Error> {
        let (portions, ends): (Vec<_>, Vec<_>) =
            run_out.iter().partition(|entry| entry.is_portion());
        let mut freed = Self {
            sales: ends.into_iter().map(|entry| entry.refers_to).collect(),
            portions: Vec::new(),
        };
        let Some(member) = member.filter(|_| !portions.is_empty()) else {
            return Ok(freed);
        };
        let account = reading.account_of(member)?;
        for entry in portions {
            if reading.account_of_entry(entry)? == Some(account) {
                freed.portions.push(HeldPortion {
                    wallet: entry.wallet,
                    lot: entry.lot,
                    points: entry.points,
                });
            }
        }
        Ok(freed)
    }
}

impl From<&Held> for Freed {
    fn from(held: &Held) -> Self {
        Self {
            sales: vec![held.sale],
            portions: held.portions.clone(),
        }
    }
}

/// How a cart is priced.
pub(super) struct Terms<'a> {
    /// What was set aside for these holds counts as free.
    pub(super) freed: &'a Freed,
    pub(super) paid: Paid,
    pub(super) lifted: &'a Lifted,
    /// What is sold is told with its reasons only when somebody reads them.
    pub(super) explaining: Explaining,
}

impl<'a> Terms<'a> {
    /// Those of a quote.
    fn looked_at(freed: &'a Freed) -> Self {
        Self {
            freed,
            paid: Paid::NotYet,
            lifted: &Lifted::No,
            explaining: Explaining::Everything,
        }
    }
}

/// A cart that is to be sold, as authorise and record both begin: priced, and its cashier may give
/// back what comes back in it.
pub(super) struct Asked {
    pub(super) priced: Priced,
    pub(super) facts: SaleFacts,
    permit: Permit,
    /// The code with which its points are spent, or what stands in for it.
    redemption: Option<Exception>,
}

impl Till {
    /// Prices a cart whose receipt is new. Refused, with a line in the day's report, where somebody
    /// must be asked first.
    pub(super) fn ask(
        &self,
        writing: &mut Writing<'_>,
        moment: &Moment,
        id: &str,
        cart: &Cart,
    ) -> Result<Asked, Error> {
        self.refuse_known_receipt(writing, cart)?;
        let programme = self.programme_on(cart.business_date)?;
        let lifted = self.lifted(&programme, moment, id, cart);
        let reading = writing.reading();
        let terms = Terms {
            freed: &Freed::default(),
            paid: Paid::NotYet,
            lifted: &lifted,
            explaining: Explaining::Nothing,
        };
        let priced = self.price(&reading, moment, cart, terms)?;
        let facts = self.sale_facts(writing, moment, &priced.document);
        let permit = self.permit_returns(moment, id, cart, &priced.returns);
        let permit = permit.or_refuse(writing, &facts, 0)?;
        let sale = (&priced.document, &facts);
        let redemption = self.permit_redemption(writing, moment, id, &programme, sale)?;
        Ok(Asked {
            priced,
            facts,
            permit,
            redemption,
        })
    }

    /// Gives the sale its receipt, and the day's report what is out of the ordinary about it.
    pub(super) fn answer_asked(
        &self,
        writing: &mut Writing<'_>,
        cart: &Cart,
        sale: Seq,
        asked: &Asked,
    ) -> Result<(), Error> {
        self.give_new_receipt(writing, cart, sale)?;
        if let Some(exception) = &asked.redemption {
            tell(writing, &asked.facts, sale, exception)?;
        }
        asked.permit.tell_approved(writing, &asked.facts, sale)
    }

    /// What a cart would give and take. Writes nothing.
    pub fn evaluate(&self, cart: &Cart) -> Result<Quote, Error> {
        cart.check()?;
        let cart = &*self.keep_hash(cart);
        let moment = Moment::at(cart.at_ms, cart.utc_offset_minutes);
        self.read(|reading| {
            let freed = Freed::of(reading, &self.run_out(reading)?, cart.member)?;
            let terms = Terms::looked_at(&freed);
            let priced = self.price(reading, &moment, cart, terms)?;
            priced
                .quote
                .ok_or(Error::Internal("a cart without a quote"))
        })
    }

    /// What a cart would give and take by a programme that is not installed, with its member as this
    /// ledger knows them. Writes nothing.
    ///
    /// # Errors
    /// As [`Till::evaluate`]; [`Error::Programme`] for a document that cannot be used, or is none of
    /// this ledger's programme: another id, currency, or other wallets.
    pub fn try_programme(
        &self,
        document: &[u8],
        cart: &Cart,
    ) -> Result<(Quote, Arc<Programme>), Error> {
        let programme = Programme::read(document).map_err(Error::Programme)?;
        cart.check()?;
        let cart = &*self.keep_hash(cart);
        let moment = Moment::at(cart.at_ms, cart.utc_offset_minutes);
        self.read(|reading| {
            let problems = unlike_installed(&programme, &self.programmes());
            if !problems.is_empty() {
                return Err(Error::Programme(problems));
            }
            let freed = Freed::of(reading, &self.run_out(reading)?, cart.member)?;
            let terms = Terms::looked_at(&freed);
            let programme = Arc::new(programme.on_any_day());
            let priced = self.price_by(Arc::clone(&programme), reading, &moment, cart, terms)?;
            let quote = priced
                .quote
                .ok_or(Error::Internal("a cart without a quote"))?;
            Ok((quote, programme))
        })
    }

    /// Prices a cart as of now.
    pub(super) fn price(
        &self,
        reading: &Reading<'_>,
        moment: &Moment,
        cart: &Cart,
        terms: Terms<'_>,
    ) -> Result<Priced, Error> {
        let programme = self.programme_on(cart.business_date)?;
        self.price_by(programme, reading, moment, cart, terms)
    }

    fn price_by(
        &self,
        programme: Arc<Programme>,
        reading: &Reading<'_>,
        moment: &Moment,
        cart: &Cart,
        terms: Terms<'_>,
    ) -> Result<Priced, Error> {
        let Terms {
            freed,
            paid,
            lifted,
            explaining,
        } = terms;
        let (mut accounts, mut member) = self.snapshot(reading, &programme, cart, freed, lifted)?;
        let returning = Returning {
            programme: &programme,
            member: member.as_ref(),
            cart,
            paid,
        };
        let returns = self.work_out_returns(reading, moment, returning)?;
        if let Some(member) = &mut member
            && !returns.entries.is_empty()
        {
            accounts = self.accounts_behind(
                reading,
                &programme,
                member.number,
                &returns.entries,
                cart.business_date,
            )?;
            let seen = unreserved(&accounts, &freed.portions);
            member.after_returns = Some(balances_on(&seen, cart.business_date));
        }
        let told = returns.told.clone();
        let quote = self.evaluate_returning(&programme, member.as_ref(), cart, told, explaining)?;
        let document = SaleDocument {
            hold_until: None,
            cart: cart.clone(),
            member,
            outcome: quote.outcome.clone(),
            programme_version: programme.version(),
        };
        Ok(Priced {
            programme,
            accounts,
            document,
            returns,
            hits: quote.limits.clone(),
            quote: Some(quote),
        })
    }

    /// The accounts as they are, and what the evaluation is told of them.
    pub(in crate::till) fn snapshot(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        cart: &Cart,
        freed: &Freed,
        lifted: &Lifted,
    ) -> Result<(Accounts, Option<MemberSnapshot>), Error> {
        let Some(number) = cart.member else {
            return Ok((Accounts::new(), None));
        };
        let on = cart.business_date;
        let accounts = self.accounts(reading, programme, number, on)?;
        let seen = unreserved(&accounts, &freed.portions);
        let balances = balances_on(&seen, on);
        let snapshot = MemberSnapshot {
            limits: self.limit_facts(reading, programme, cart, number, lifted)?,
            ..self.snapshot_beside(reading, programme, cart, (number, balances), &freed.sales)?
        };
        Ok((accounts, Some(snapshot)))
    }

    /// What the evaluation is told of a member who has these accounts, with their balances on a date.
    pub(in crate::till) fn snapshot_of(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        cart: &Cart,
        number: MemberNumber,
        accounts: &Accounts,
        on: BusinessDate,
    ) -> Result<MemberSnapshot, Error> {
        let who = (number, balances_on(accounts, on));
        self.snapshot_beside(reading, programme, cart, who, &[])
    }

    /// The same of somebody who has these balances, while holds of these sales are over.
    fn snapshot_beside(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        cart: &Cart,
        (number, balances): (MemberNumber, Few<WalletNumber, Balance>),
        freed: &[Seq],
    ) -> Result<MemberSnapshot, Error> {
        let joined = |number| match programme.reads_join_date() {
            true => reading.joined_on(number),
            false => Ok(None),
        };
        let Stands { status, holder } = reading.stands(number)?;
        let joined_on = joined(number)?;
        let household = holder.map(|holder| {
            let joined_on = joined(holder)?;
            Ok::<_, Error>(Household {
                holder: Some(holder),
                joined_on,
            })
        });
        let household = household.transpose()?;
        let shared = household.as_ref();
        let account_joined_on = shared.map_or(joined_on, |household| household.joined_on);
        let account = (account_joined_on, holder);
        Ok(MemberSnapshot {
            number,
            balances,
            history: self.past_of(reading, programme, cart, number, account, freed)?,
            joined_on,
            household,
            after_returns: None,
            as_of: Some(reading.known_until()?),
            limits: None,
            profile: None,
            status,
        })
    }

    pub(super) fn sale_facts(
        &self,
        writing: &Writing<'_>,
        moment: &Moment,
        document: &SaleDocument,
    ) -> SaleFacts {
        let cart = &document.cart;
        SaleFacts {
            at: moment.now,
            sold_at: cart.at_ms,
            offset: cart.utc_offset_minutes,
            business_date: cart.business_date,
            member: cart.member,
            amount: document.outcome.sold(),
            programme_version: document.programme_version,
            flags: moment.flags_on(writing.head(), cart.business_date),
        }
    }

    pub(in crate::till) fn refused(&self, programme: &Programme, refusal: &Refusal) -> Error {
        let say = |wallet, points| {
            programme
                .wallet_by_number(wallet)
                .map_or_else(String::new, |wallet| wallet.say(points, self.language))
        };
        match *refusal {
            Refusal::Short { wallet, short } => {
                let values = [
                    ("wanted", say(wallet, short.wanted)),
                    ("spendable", say(wallet, short.spendable)),
                ];
                Error::refused(status::REFUSED, "points.short", &values)
            }
            Refusal::Missing { wallet, points } => {
                let missing = [("missing", say(wallet, points))];
                Error::refused(status::REFUSED, "refund.points_missing", &missing)
            }
        }
    }
}

/// The accounts with portions already reserved for the sale counting as free.
fn unreserved<'a>(accounts: &'a Accounts, reserved: &[HeldPortion]) -> Cow<'a, Accounts> {
    let mut seen = Cow::Borrowed(accounts);
    for portion in reserved {
        let lots = seen
            .to_mut()
            .get_mut(&portion.wallet)
            .map(|account| &mut account.lots);
        if let Some(lot) = lots.into_iter().flatten().find(|lot| lot.id == portion.lot) {
            lot.portion.held -= portion.points;
        }
    }
    seen
}

fn balances_on(accounts: &Accounts, on: BusinessDate) -> Few<WalletNumber, Balance> {
    let balances = accounts.iter();
    balances
        .map(|(&wallet, account)| (wallet, account.balance(on)))
        .collect()
}
