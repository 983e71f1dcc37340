//! A sale becomes final: recorded in one step, or committed after it was authorised.

use crate::kernel::Few;

use super::price::{Freed, Priced, Terms};
use super::{held_portions, last, retell_cart, sale_operation};
use crate::evaluate::Explaining;
use crate::evaluate::cart::Cart;
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::ids::Seq;
use crate::kernel::{Points, SaleId, WalletNumber};
use crate::ledger::decide;
use crate::ledger::{Accounts, Flags, Held, SaleFacts};
use crate::store::{OperationRow, Reading, SaleRow, Writing};
use crate::till::approval::tell;
use crate::till::document::{SaleDocument, gives, spends, to_bytes};
use crate::till::error::Error;
use crate::till::log::Level;
use crate::till::operation::{Call, Operation};
use crate::till::refund::Paid;
use crate::till::returns::{Returning, given_back, given_back_unlinked};
use crate::till::shell::{Moment, Till};
use crate::till::usage::Counts;
use crate::till::velocity::{Authorised, Lifted};
use crate::till::view::{Sale, SaleState, document_of, load_document};

impl Till {
    /// Authorises and commits in one step. Takes any past instant and any business date.
    pub fn record(&self, id: &str, cart: &Cart) -> Result<Sale, Error> {
        cart.check()?;
        let cart = &*self.keep_hash(cart);
        let operation = sale_operation(id, Call::Record, cart);
        let mut told = None;
        let done = self.operate(&operation, retell_cart, |writing, moment| {
            let asked = self.ask(writing, moment, id, cart)?;
            let (priced, facts) = (&asked.priced, &asked.facts);
            let wanted = spends(&priced.document.outcome, &priced.programme);
            decide::check_spendable(&wanted, &priced.accounts, facts.business_date)
                .map_err(|refusal| self.refused(&priced.programme, &refusal))?;
            self.write_returns(writing, &priced.returns)?;
            let seq = writing.head().seq + 1;
            self.post(writing, facts, None, priced, seq)?;
            self.count_document(writing, &priced.document, Counts::FromNow)?;
            self.tell_limits(writing, facts, seq, &priced.document, &priced.hits)?;
            self.tell_far_date(writing, moment, facts, (seq, cart))?;
            self.answer_asked(writing, cart, seq, &asked)?;
            told = self.told(seq, SaleState::Committed, &asked.facts, asked.priced);
            Ok(seq)
        })?;
        self.answer(Call::Record, done, told)
    }

    /// Makes an authorised sale final. A paid sale is never refused: an unchanged cart posts exactly
    /// what was authorised, whatever has changed since; what is then missing becomes debt. A changed
    /// cart is priced again.
    pub fn commit(&self, id: &str, sale: SaleId, final_cart: Option<&Cart>) -> Result<Sale, Error> {
        if let Some(cart) = final_cart {
            cart.check()?;
        }
        let content = commit_content(sale, final_cart);
        let operation = match final_cart {
            Some(_) => Operation::in_document(id, Call::Commit, content),
            None => Operation::told(id, Call::Commit, content),
        };
        let retell = |reading: &Reading<'_>, row: &OperationRow| {
            let sale_row = reading
                .sale(row.result)?
                .ok_or(Error::Internal("no such sale"))?;
            let document_seq = document_of(reading, &sale_row, Call::Commit)?;
            let cart = load_document(reading, document_seq)?.cart;
            Ok(commit_content(self.sale_id(row.result), Some(&cart)))
        };
        let done = self.operate(&operation, retell, |writing, moment| {
            let row = self.sale_row(&writing.reading(), sale)?;
            self.refuse_resolved(&row, &[SaleState::Held, SaleState::Expired])?;
            self.commit_held(writing, moment, id, &row, final_cart)
        })?;
        self.answer(Call::Commit, done, None)
    }

    fn commit_held(
        &self,
        writing: &mut Writing<'_>,
        moment: &Moment,
        id: &str,
        row: &SaleRow,
        final_cart: Option<&Cart>,
    ) -> Result<Seq, Error> {
        let reading = writing.reading();
        let held = held_portions(&reading, row)?;
        let authorised = load_document(&reading, row.document_seq)?;
        let mut cart = match final_cart {
            Some(cart) => self.keep_hash(cart).into_owned(),
            None => authorised.cart.clone(),
        };
        if cart.shown.is_none() {
            cart.shown = authorised.cart.shown.clone();
        }
        if let (Some(then), Some(now)) = (authorised.cart.member, cart.member)
            && reading.whose(then)? == reading.whose(now)?
        {
            // Scanned again since one was merged into the other: the same sale.
            cart.member = Some(then);
        }
        if authorised.cart.member.is_some() && cart.member != authorised.cart.member {
            return Err(Error::Argument {
                field: "member",
                expected: "the member the sale was authorised for; void it to change the member",
            });
        }
        let counted = authorised.member.as_ref();
        let lifted = match counted.and_then(|member| member.limits.clone()) {
            // What was promised is not taken back for sales made since, nor is an approval.
            Some(facts) => Lifted::AsAuthorised(Box::new(Authorised {
                facts,
                cart: authorised.cart.clone(),
            })),
            None => {
                let programme = self.programme_on(cart.business_date)?;
                self.lifted(&programme, moment, id, &cart)
            }
        };
        let mut twice = Vec::new();
        let priced = if is_same_sale(&authorised.cart, &cart) {
            if row.state == SaleState::Expired as u8 {
                twice = self.had_twice(&reading, row, &authorised)?;
            }
            self.as_authorised(&reading, moment, &authorised, cart, &lifted)?
        } else {
            let terms = Terms {
                freed: &Freed::from(&held),
                paid: Paid::Already,
                lifted: &lifted,
                explaining: Explaining::Nothing,
            };
            self.price(&reading, moment, &cart, terms)?
        };
        let mut priced = priced;
        drop_awards_beyond(&mut priced, moment);
        let mut facts = self.sale_facts(writing, moment, &priced.document);
        if row.state == SaleState::Expired as u8 {
            facts.flags = facts.flags.with(Flags::LATE);
        }
        let (before, after) = (
            self.receipt_of(&authorised.cart),
            self.receipt_of(&priced.document.cart),
        );
        self.write_returns(writing, &priced.returns)?;
        if row.state == SaleState::Held as u8 {
            self.count_document(writing, &authorised, Counts::NoMore)?;
        }
        self.count_document(writing, &priced.document, Counts::FromNow)?;
        self.post(writing, &facts, Some(&held), &priced, row.seq)?;
        if before != after
            && let Some(key) = before
        {
            self.free_receipt_of(writing, &key, row.seq)?;
        }
        self.give_receipt(writing, moment, &priced.document.cart, row.seq)?;
        self.tell_limits(writing, &facts, row.seq, &priced.document, &priced.hits)?;
        self.tell_far_date(writing, moment, &facts, (row.seq, &priced.document.cart))?;
        for exception in &twice {
            tell(writing, &facts, row.seq, exception)?;
        }
        let asked = (moment, id, row.seq);
        let sale = (&priced.document, &facts);
        self.tell_redemption_paid(writing, asked, &priced.programme, sale, &authorised.outcome)?;
        let back = &priced.returns.told;
        let promised = &authorised.outcome.returns;
        if given_back(back) > given_back(promised)
            || given_back_unlinked(back) > given_back_unlinked(promised)
        {
            // More comes back than was authorised, or goods whose sale has no room for them any more
            // and for which somebody else must be asked. It is paid: it is told, and not refused.
            let permit = self.permit_returns(moment, id, &priced.document.cart, &priced.returns);
            permit.tell_paid(writing, &facts, row.seq)?;
        }
        Ok(row.seq)
    }

    /// Appends a final sale, its document and its state.
    fn post(
        &self,
        writing: &mut Writing<'_>,
        facts: &SaleFacts,
        held: Option<&Held>,
        priced: &Priced,
        sale: Seq,
    ) -> Result<(), Error> {
        let head = writing.head().seq;
        let outcome = &priced.document.outcome;
        let has_no_payments = priced.document.cart.payments.is_empty();
        if priced.programme.reads_payments() && has_no_payments && outcome.payable.is_positive() {
            return Err(Error::Argument {
                field: "payments",
                expected: "how the sale is paid, because a rule counts only some payments",
            });
        }
        let entries = decide::post(
            head,
            facts,
            held,
            &spends(outcome, &priced.programme),
            &gives(outcome),
            &priced.accounts,
        );
        let posted_seq = head + 1;
        writing.append(&entries)?;
        let stored = held
            .map(|_| writing.reading().sale(sale))
            .transpose()?
            .flatten();
        let bytes = to_bytes(&priced.document);
        let document_seq = match &stored {
            Some(row) if writing.reading().document(row.document_seq)? == bytes => row.document_seq,
            _ => {
                writing.put_document(posted_seq, &bytes)?;
                posted_seq
            }
        };
        writing.put_sale(&SaleRow {
            seq: sale,
            state: SaleState::Committed as u8,
            hold_until: stored.map_or(facts.at, |row| row.hold_until),
            document_seq,
            posted_seq,
            last_seq: last(&entries),
            refund_seq: 0,
        })?;
        self.sum_up_sale(writing, &priced.document)?;
        self.thank(writing, &priced.programme, facts, outcome.referral)?;
        self.draw(writing, &priced.programme, facts, &outcome.draws)?;
        for back in &priced.returns.rows {
            self.unthank(writing, back)?;
            self.undraw(writing, back)?;
        }
        Ok(())
    }

    /// The sale exactly as it was authorised. Only awards that count a share of the payments follow
    /// the payments, which may come as late as this.
    fn as_authorised(
        &self,
        reading: &Reading<'_>,
        moment: &Moment,
        authorised: &SaleDocument,
        cart: Cart,
        lifted: &Lifted,
    ) -> Result<Priced, Error> {
        let programme = self.programme_version(authorised.programme_version)?;
        let mut document = SaleDocument {
            cart,
            ..authorised.clone()
        };
        // Goods that come back are looked at again: another return may have come first.
        let returning = Returning {
            programme: &programme,
            member: document.member.as_ref(),
            cart: &document.cart,
            paid: Paid::Already,
        };
        let returns = self.work_out_returns(reading, moment, returning)?;
        let accounts = match document.cart.member {
            Some(member) => self.accounts_behind(
                reading,
                &programme,
                member,
                &returns.entries,
                document.cart.business_date,
            )?,
            None => Accounts::new(),
        };
        document.outcome.returns = returns.told.clone();
        let mut hits = Vec::new();
        let is_paid_otherwise =
            programme.reads_payments() && document.cart.payments != authorised.cart.payments;
        if is_paid_otherwise || !programme.limits().is_empty() {
            let member = document.member.as_ref();
            let told = returns.told.clone();
            let cart = &document.cart;
            let silent = Explaining::Nothing;
            let quote = self.evaluate_returning(&programme, member, cart, told, silent)?;
            hits = self.limits_met(reading, &programme, &document, &quote, lifted)?;
            if is_paid_otherwise {
                document.outcome.awards = quote.outcome.awards;
                document.outcome.priced_in_tier = quote.outcome.priced_in_tier;
            }
        }
        Ok(Priced {
            programme,
            accounts,
            document,
            returns,
            quote: None,
            hits,
        })
    }
}

/// A paid sale is never refused: an award that would carry what the member has beyond 9e15 is not given.
fn drop_awards_beyond(priced: &mut Priced, moment: &Moment) {
    let accounts = &priced.accounts;
    let mut sums: Few<WalletNumber, i128> = Few::new();
    let mut fits = |wallet: WalletNumber, points: Points| {
        let sum = sums.entry(wallet).or_insert_with(|| {
            let lots = accounts.get(&wallet).into_iter();
            let lots = lots.flat_map(|account| &account.lots);
            lots.map(|lot| i128::from(lot.portion.remaining().get()))
                .sum()
        });
        let then = *sum + i128::from(points.get());
        let fits = then <= i128::from(AMOUNT_MAX);
        if fits {
            *sum = then;
        }
        fits
    };
    let awards = &mut priced.document.outcome.awards;
    let count = awards.len();
    awards.retain(|award| fits(award.wallet, award.points));
    if awards.len() < count {
        let text = "a paid sale gives less than it promised: nobody can have more than 9e15 points";
        moment.tell(Level::Warning, "points.beyond", text);
    }
}

fn commit_content(sale: SaleId, cart: Option<&Cart>) -> String {
    let cart = cart.map_or_else(|| "null".to_owned(), Cart::content);
    format!("{{\"cart\":{cart},\"sale\":\"{sale}\"}}")
}

/// Nothing that prices a sale differs: tenders and the receipt's number may come at commit.
fn is_same_sale(authorised: &Cart, last: &Cart) -> bool {
    authorised.priced_content() == last.priced_content()
}
