//! Cases about the life of points: one till, from its first member to the last balance asked.

use std::collections::BTreeMap;

use loy::evaluate::{Goods, Measure, ReturnedPart};
use loy::kernel::{
    BusinessDate, Currency, Instant, MemberNumber, Money, Points, Quantity, UtcOffset,
};
use loy::ledger::clock::ClockLimits;
use loy::till::{
    Adjustment, Enrolment, EventReport, JoinRequest, MergeRequest, Missing, RefundRequest, Sale,
    StatusChange, StatusRequest, Till, WalletRefund,
};

use crate::carts::{Basket, morning_of};
use crate::found::Found;
use crate::model::{
    Asked, Case, Given, How, Joined, Reported, Returned, Shared, Sold, Step, Undone, Who,
};
use crate::priced::compare;
use crate::shop::{Shop, TODAY, assert_sound, date, phone};
use crate::{document, programme};

/// A till, and what the case calls its members and sales.
pub struct Life<'a> {
    case: &'a Case,
    shop: Shop,
    till: Till,
    members: BTreeMap<String, MemberNumber>,
    sales: BTreeMap<String, Sale>,
    /// So many calls so far: each has a name of its own.
    calls: usize,
}

type Answer = Result<(), String>;

impl<'a> Life<'a> {
    pub fn new(case: &'a Case) -> Result<Self, String> {
        let programme = programme(case, &case.programme)?;
        let bytes = document(case, &case.programme, 1);
        let years_ms = 20 * 366 * 86_400_000;
        let shop = Shop::with(|file| {
            file.programme = bytes;
            file.currency = Currency::from_code(programme.currency().code()).expect("a currency");
            file.language = "en".to_owned();
            file.clock = ClockLimits {
                behind_ms: years_ms,
                ahead_ms: years_ms,
            };
        });
        let till = shop.create();
        Ok(Self {
            case,
            shop,
            till,
            members: BTreeMap::new(),
            sales: BTreeMap::new(),
            calls: 0,
        })
    }

    pub fn step(&mut self, step: &Step, found: &mut Found) -> Answer {
        match step {
            Step::Sell(sold) => self.sell(sold, found),
            Step::Return(returned) => self.take_back(returned, found),
            Step::Undo(undone) => self.undo(undone, found),
            Step::Join(who) => self.member(&who.who, who.on).map(|_| ()),
            Step::Give(given) => self.give(given),
            Step::Ask(asked) => self.ask(asked, found),
            Step::Close(closed) => {
                self.morning(Some(closed.on));
                let id = self.call("close");
                let closed = self.till.close_day(&id, date(closed.on));
                closed.map(|_| ()).map_err(|error| error.to_string())
            }
            Step::Block(who) => self.block(who),
            Step::Merge(step) => self.merge(step),
            Step::Share(step) => self.share(step),
            Step::Install(installed) => {
                let bytes = document(self.case, &installed.programme, 2);
                let installed = self.till.install_programme(&bytes);
                installed.map(|_| ()).map_err(|error| error.to_string())
            }
            Step::Report(reported) => self.report(reported, found),
            Step::Quote(_) | Step::Refuse(_) | Step::Phone(_) => Ok(()),
        }
    }

    pub fn end(self) {
        assert_sound(&self.till);
    }

    fn call(&mut self, what: &str) -> String {
        self.calls += 1;
        format!("{what}-{}", self.calls)
    }

    /// It is nine in the morning of that day.
    fn morning(&self, on: Option<i64>) -> Instant {
        let ms = morning_of(date(on.unwrap_or(TODAY)));
        self.shop.clock.set(ms);
        Instant::from_ms(ms)
    }

    fn offset() -> UtcOffset {
        UtcOffset::from_minutes(420).expect("an offset")
    }

    fn member(&mut self, who: &str, on: Option<i64>) -> Result<MemberNumber, String> {
        if let Some(number) = self.members.get(who) {
            return Ok(*number);
        }
        let at = self.morning(on);
        let id = self.call("enrol");
        let enrolment = Enrolment {
            time: Some((at, Self::offset(), date(on.unwrap_or(TODAY)))),
            ..phone(&format!("0912345{:03}", self.members.len()))
        };
        let card = self.till.enrol(&id, &enrolment);
        let number = card.map_err(|error| error.to_string())?.number;
        self.members.insert(who.to_owned(), number);
        Ok(number)
    }

    fn sell(&mut self, step: &Sold, found: &mut Found) -> Answer {
        let member = match step.who.as_str() {
            "" => None,
            who => Some(self.member(who, step.on)?),
        };
        for _ in 1..step.times.unwrap_or(1) {
            self.sell_once(member, step, &mut Found::default())?;
        }
        self.sell_once(member, step, found)
    }

    fn sell_once(
        &mut self,
        member: Option<MemberNumber>,
        step: &Sold,
        found: &mut Found,
    ) -> Answer {
        self.morning(step.on);
        let on = date(step.on.unwrap_or(TODAY));
        let programme = self
            .till
            .programme_on(on)
            .map_err(|error| error.to_string())?;
        let basket = Basket::read(&step.cart, &programme, member, step.on)?;
        if step.day_before.is_some() {
            self.price_the_day_before(step, member, on, found)?;
        }
        let id = self.call("sale");
        let before = found.differences.len();
        if step.how == How::Priced {
            let quote = self
                .till
                .evaluate(&basket.cart)
                .map_err(|error| error.to_string())?;
            compare(&step.expect, &quote, &basket, &programme, self.case, found);
            found.explained(before, &quote);
            return self.balances(&step.who, step.on, &step.balance, found);
        }
        let last = match &step.final_cart {
            None => None,
            Some(cart) => Some(Basket::read(cart, &programme, member, step.on)?),
        };
        if let Some(expected) = &step.authorised {
            let quote = self
                .till
                .evaluate(&basket.cart)
                .map_err(|error| error.to_string())?;
            compare(expected, &quote, &basket, &programme, self.case, found);
        }
        let sale = self
            .made(&id, step.how, &basket, last.as_ref())
            .map_err(|error| error.to_string())?;
        let basket = last.unwrap_or(basket);
        compare(
            &step.expect,
            &sale.quote,
            &basket,
            &programme,
            self.case,
            found,
        );
        found.explained(before, &sale.quote);
        let name = if step.name.is_empty() {
            id
        } else {
            step.name.clone()
        };
        self.sales.insert(name, sale);
        self.balances(&step.who, step.on, &step.balance, found)
    }

    fn price_the_day_before(
        &self,
        step: &Sold,
        member: Option<MemberNumber>,
        on: BusinessDate,
        found: &mut Found,
    ) -> Answer {
        let before = on.minus_days(1).expect("a day before");
        let programme = self.till.programme_on(before);
        let programme = programme.map_err(|error| error.to_string())?;
        self.morning(Some(before.into()));
        let basket = Basket::read(&step.cart, &programme, member, Some(before.into()))?;
        let quote = self.till.evaluate(&basket.cart);
        self.morning(step.on);
        let quote = quote.map_err(|error| error.to_string())?;
        let expect = step.day_before.as_ref().expect("asked for");
        compare(expect, &quote, &basket, &programme, self.case, found);
        Ok(())
    }

    fn made(
        &self,
        id: &str,
        how: How,
        basket: &Basket,
        last: Option<&Basket>,
    ) -> Result<Sale, loy::till::Error> {
        let (till, cart) = (&self.till, &basket.cart);
        match how {
            How::Priced | How::Recorded => till.record(id, cart),
            How::RecordedTwice => {
                till.record(id, cart)?;
                till.record(id, cart)
            }
            How::Held => till.authorise(id, cart, 3_600),
            How::HeldAndPaid => {
                let sale = till.authorise(id, cart, 3_600)?;
                till.commit(&format!("{id}-paid"), sale.id, last.map(|last| &last.cart))
            }
            How::HeldAndVoided => {
                let sale = till.authorise(id, cart, 3_600)?;
                till.void(&format!("{id}-void"), sale.id, "")
            }
        }
    }

    fn sale(&self, name: &str) -> Result<&Sale, String> {
        self.sales
            .get(name)
            .ok_or_else(|| format!("no sale {name}"))
    }

    /// Whose sale it is, as the case calls them.
    fn customer_of(&self, name: &str) -> Result<String, String> {
        let member = self.sale(name)?.cart.member;
        let mut members = self.members.iter();
        let who = members.find(|(_, number)| Some(**number) == member);
        Ok(who.map(|(who, _)| who.clone()).unwrap_or_default())
    }

    /// A minute after nine.
    fn request(&self, name: &str, on: Option<i64>, goods: Goods) -> Result<RefundRequest, String> {
        let at = Instant::from_ms(self.morning(on).ms() + 60_000);
        self.shop.clock.set(at.ms());
        Ok(RefundRequest {
            sale: self.sale(name)?.id,
            at,
            offset: Self::offset(),
            business_date: date(on.unwrap_or(TODAY)),
            cashier: None,
            receipt_number: None,
            reason: (goods == Goods::PostVoid).then(|| "rung up by mistake".to_owned()),
            goods,
        })
    }

    fn take_back(&mut self, step: &Returned, found: &mut Found) -> Answer {
        let id = self.call("return");
        let pieces = step.pieces.iter().map(|&(line, pieces)| ReturnedPart {
            line,
            measure: Measure::Quantity(Quantity::new(pieces * 1_000)),
        });
        let amounts = step.amounts.iter().map(|&(line, amount)| ReturnedPart {
            line,
            measure: Measure::Amount(Money::new(amount)),
        });
        let parts: Vec<ReturnedPart> = pieces.chain(amounts).collect();
        let goods = if parts.is_empty() {
            Goods::Everything
        } else {
            Goods::Parts(parts)
        };
        let request = self.request(&step.of, step.on, goods)?;
        if let Some(expected) = &step.refused {
            let refused = self.till.refund(&id, &request).err();
            let reason = refused.map(|error| error.reason().to_owned());
            found.same("why it is refused", &Some(expected.clone()), &reason);
            let who = self.customer_of(&step.of)?;
            return self.balances(&who, step.on, &step.balance, found);
        }
        let preview = self
            .till
            .preview_refund(&request)
            .map_err(|error| error.to_string())?;
        self.till
            .refund(&id, &request)
            .map_err(|error| error.to_string())?;
        let again = self.till.refund_done(&id);
        let again = again.map_err(|error| error.to_string())?;
        found.same("told again", &preview, &again);
        if let Some(expected) = step.amount {
            found.same("money back", &expected, &preview.amount.get());
        }
        let of = |wallet: &str, what: fn(&WalletRefund) -> Points| {
            let line = preview.wallets.iter().find(|line| line.wallet == wallet);
            line.map_or(0, |line| what(line).get())
        };
        for (wallet, expected) in &step.taken_back {
            found.same("taken back", expected, &of(wallet, |line| line.taken_back));
        }
        for (wallet, expected) in &step.returned {
            found.same("returned", expected, &of(wallet, |line| line.returned));
        }
        let who = self.customer_of(&step.of)?;
        self.balances(&who, step.on, &step.balance, found)?;
        if let Some(expected) = step.lots {
            let lots = self
                .till
                .lots(self.members[&who], date(step.on.unwrap_or(TODAY)));
            let lots = lots.map_err(|error| error.to_string())?;
            found.same("lots", &expected, &lots.len());
        }
        Ok(())
    }

    /// The whole sale was rung up by mistake.
    fn undo(&mut self, step: &Undone, found: &mut Found) -> Answer {
        let id = self.call("undo");
        let entries = || {
            self.till
                .info()
                .map(|info| info.head_seq)
                .unwrap_or_default()
        };
        let before = entries();
        let request = self.request(&step.of, None, Goods::PostVoid)?;
        self.till
            .refund(&id, &request)
            .map_err(|error| error.to_string())?;
        if let Some(expected) = step.entries_more {
            let more = i64::try_from(entries() - before).expect("few entries");
            found.same("entries more", &expected, &more);
        }
        let who = self.customer_of(&step.of)?;
        self.balances(&who, None, &step.balance, found)
    }

    fn give(&mut self, step: &Given) -> Answer {
        let member = self.member(&step.who, step.on)?;
        let at = self.morning(step.on);
        let id = self.call("give");
        let adjustment = Adjustment {
            member,
            wallet: step.wallet.clone(),
            points: Points::new(step.points),
            operator: "TN-07".to_owned(),
            reason: "case".to_owned(),
            time: Some((at, Self::offset(), date(step.on.unwrap_or(TODAY)))),
            expires_on: step.expires_on.map(date),
            missing: Missing::Refused,
        };
        let given = self.till.adjust(&id, &adjustment);
        given.map(|_| ()).map_err(|error| error.to_string())
    }

    fn block(&mut self, step: &Who) -> Answer {
        let member = self.member(&step.who, step.on)?;
        self.morning(step.on);
        let id = self.call("block");
        let request = StatusRequest {
            member,
            change: StatusChange::Block,
            operator: "TN-07".to_owned(),
            reason: "case".to_owned(),
            time: None,
        };
        let done = self.till.change_status(&id, &request);
        done.map(|_| ()).map_err(|error| error.to_string())
    }

    fn merge(&mut self, step: &Joined) -> Answer {
        let from = self.member(&step.who, step.on)?;
        let into = self.member(&step.into, step.on)?;
        self.morning(step.on);
        let id = self.call("merge");
        let request = MergeRequest {
            from,
            into,
            operator: "TN-07".to_owned(),
            reason: "case".to_owned(),
            time: None,
        };
        let done = self.till.merge(&id, &request);
        done.map(|_| ()).map_err(|error| error.to_string())
    }

    fn share(&mut self, step: &Shared) -> Answer {
        let member = self.member(&step.who, step.on)?;
        let holder = self.member(&step.with, step.on)?;
        let at = self.morning(step.on);
        let id = self.call("share");
        let request = JoinRequest {
            member,
            holder,
            operator: "TN-07".to_owned(),
            reason: "case".to_owned(),
            time: Some((at, Self::offset(), date(step.on.unwrap_or(TODAY)))),
        };
        let done = self.till.join_household(&id, &request);
        done.map(|_| ()).map_err(|error| error.to_string())
    }

    fn report(&mut self, step: &Reported, found: &mut Found) -> Answer {
        let member = self.member(&step.who, step.on)?;
        let at = self.morning(step.on);
        let id = self.call("event");
        let member_of = |name: &String| self.members.get(name).map(ToString::to_string);
        let report = EventReport {
            reference: step
                .reference
                .as_ref()
                .map(|name| member_of(name).unwrap_or_else(|| name.clone())),
            time: Some((at, Self::offset(), date(step.on.unwrap_or(TODAY)))),
            ..EventReport::new(&step.event, member)
        };
        let done = self.till.event(&id, &report);
        let done = done.map_err(|error| error.to_string())?;
        for (wallet, expected) in &step.earns {
            let awards = done.awards.iter().filter(|award| award.wallet == *wallet);
            let sum: i64 = awards.map(|award| award.points.get()).sum();
            found.same(&format!("earns {wallet}"), expected, &sum);
        }
        self.balances(&step.who, step.on, &step.balance, found)
    }

    /// What can be spent of a wallet on a business date.
    fn spendable(
        &self,
        member: MemberNumber,
        wallet: &str,
        on: BusinessDate,
    ) -> Result<i64, String> {
        let card = self.till.scan(&member.to_string(), on);
        let card = card.map_err(|error| error.to_string())?;
        let line = card.wallets.iter().find(|line| line.wallet == wallet);
        let line = line.ok_or_else(|| format!("no wallet {wallet}"))?;
        Ok(line.balance.spendable.get())
    }

    fn ask(&mut self, step: &Asked, found: &mut Found) -> Answer {
        self.balances(&step.who, step.on, &step.balance, found)?;
        let on = date(step.on.unwrap_or(TODAY));
        let member = self.member(&step.who, step.on)?;
        let card = self
            .till
            .scan(&member.to_string(), on)
            .map_err(|error| error.to_string())?;
        let of = |wallet: &str| {
            let line = card.wallets.iter().find(|line| line.wallet == wallet);
            line.unwrap_or_else(|| panic!("a wallet {wallet}")).balance
        };
        for (wallet, expected) in &step.spendable {
            found.same("spendable", expected, &of(wallet).spendable.get());
        }
        for (wallet, expected) in &step.pending {
            found.same("pending", expected, &of(wallet).pending.get());
        }
        if let Some(expected) = &step.now {
            let now = self
                .members
                .iter()
                .find(|(_, number)| **number == card.number);
            found.same("is now", &Some(expected), &now.map(|(who, _)| who));
        }
        for (wallet, expected) in &step.gone {
            let before = self.spendable(member, wallet, on.minus_days(1).expect("a day before"))?;
            let gone = before - self.spendable(member, wallet, on)?;
            found.same("gone since the day before", expected, &gone);
        }
        if let Some(expected) = &step.lots {
            let lots = self
                .till
                .lots(member, on)
                .map_err(|error| error.to_string())?;
            let lots = lots.iter().filter(|lot| lot.points.is_positive());
            let lots = lots.map(|lot| (lot.points.get(), lot.expires_on.map_or(0, i64::from)));
            found.same("lots", expected, &lots.collect());
        }
        Ok(())
    }

    /// What the member has, on a business date.
    fn balances(
        &mut self,
        who: &str,
        on: Option<i64>,
        expected: &BTreeMap<String, i64>,
        found: &mut Found,
    ) -> Answer {
        if expected.is_empty() {
            return Ok(());
        }
        let member = self.member(who, on)?;
        self.morning(on);
        let on = date(on.unwrap_or(TODAY));
        let card = self
            .till
            .scan(&member.to_string(), on)
            .map_err(|error| error.to_string())?;
        for (wallet, expected) in expected {
            let line = card.wallets.iter().find(|line| line.wallet == *wallet);
            let line = line.ok_or_else(|| format!("no wallet {wallet}"))?;
            // Whose card leads to another member has nothing: the other has it.
            let has = match card.number == member {
                true => line.balance.known.get(),
                false => 0,
            };
            found.same(&format!("{who} has {wallet}"), expected, &has);
        }
        Ok(())
    }
}
