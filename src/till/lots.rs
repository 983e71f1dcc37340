//! A member's lots as they count on a business date, and what of them is the next to end.

use serde::Serialize;

use super::card::{CardHousehold, MemberCard};
use super::error::Error;
use super::shell::Till;
use crate::kernel::idle::{Idle, dates_of};
use crate::kernel::order;
use crate::kernel::{Account, Activity, BusinessDate, Instant, LotId, MemberNumber, Points};
use crate::ledger::past::Past;
use crate::ledger::{Accounts, Entry, Flags, apply};
use crate::programme::Programme;
use crate::store::Reading;

/// Entries of a member held in memory at a time.
const ENTRIES_AT_A_TIME: u32 = 1_000;

/// One award of a member, as far as something of it is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberLot {
    /// The wallet's id in the programme.
    pub wallet: String,
    /// The award entry that names it.
    pub lot: LotId,
    /// When it was awarded.
    pub awarded_at_ms: Instant,
    /// Points left in it, reserved or not, in the wallet's smallest unit.
    pub points: Points,
    /// Of these, what is reserved by sales that are authorised and not yet committed.
    pub held: Points,
    /// First business date on which they can be spent.
    pub available_from: BusinessDate,
    /// First business date on which they cannot be spent any more; absent for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<BusinessDate>,
}

/// The points of a wallet that end first, all those of that day together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextExpiry {
    /// How many, in the wallet's smallest unit.
    pub points: Points,
    /// The last business date on which they can be spent.
    pub last_day: BusinessDate,
    /// The day behind it, the first without them.
    pub expires_on: BusinessDate,
}

impl NextExpiry {
    /// What ends first of an account behind `on`; nothing where nothing ends.
    pub(super) fn of(account: &Account, on: BusinessDate) -> Option<Self> {
        let left = || {
            let ends = account.lots.iter().filter(|lot| !lot.is_expired(on));
            ends.filter_map(|lot| Some((lot.expires_on?, lot.left_on(on))))
                .filter(|(_, points)| points.is_positive())
        };
        let expires_on = left().map(|(date, _)| date).min()?;
        Some(Self {
            points: left()
                .filter(|(date, _)| *date == expires_on)
                .map(|(_, points)| points)
                .sum(),
            last_day: expires_on.minus_days(1)?,
            expires_on,
        })
    }
}

impl Till {
    /// A member's accounts as they count for what is booked on a date: lots of a wallet that lapses for
    /// want of sales have the date on which they do, and what is dead on the date needs no entry to
    /// be left out. What was alive on it counts, also if a later close has written it off.
    pub(super) fn accounts(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        member: MemberNumber,
        on: BusinessDate,
    ) -> Result<Accounts, Error> {
        self.accounts_behind(reading, programme, member, &[], on)
    }

    /// The same once entries that are decided and not yet written are.
    pub(super) fn accounts_behind(
        &self,
        reading: &Reading<'_>,
        programme: &Programme,
        member: MemberNumber,
        pending: &[Entry],
        on: BusinessDate,
    ) -> Result<Accounts, Error> {
        let mut accounts = accounts_with(reading, Some(member), &[], pending, on)?;
        if programme.reads_activity() {
            let given_on = |lot: LotId| Ok(reading.date_of(lot)?);
            let active_on = |idle: Idle, counted: &[Activity], first_given| {
                let behind = |last, over| reading.active_behind(member, counted, (last, over));
                Ok(idle.turns(first_given, behind)?)
            };
            lapse(&mut accounts, programme, active_on, given_on)?;
        }
        Ok(accounts)
    }

    /// Every lot of a member with something left on a business date, those that end first going
    /// first, as they would be spent. What has ended is left out; what is pending is not.
    pub fn lots(&self, member: MemberNumber, on: BusinessDate) -> Result<Vec<MemberLot>, Error> {
        let (programme, accounts) = self.read(|reading| {
            let programme = self.programme_on(on)?;
            let accounts = self.accounts(reading, &programme, member, on)?;
            Ok((programme, accounts))
        })?;
        let mut lots = Vec::new();
        for wallet in programme.wallets() {
            let Some(account) = accounts.get(&wallet.number) else {
                continue;
            };
            let mut open: Vec<_> = account
                .lots
                .iter()
                .filter(|lot| !lot.is_expired(on) && lot.left_on(on).is_positive())
                .collect();
            order::sort_by_key(&mut open, |lot| lot.spending_order());
            lots.extend(open.into_iter().map(|lot| MemberLot {
                wallet: wallet.id.clone(),
                lot: lot.id,
                awarded_at_ms: lot.awarded_at,
                points: lot.left_on(on),
                held: lot.portion.held,
                available_from: lot.available_from,
                expires_on: lot.expires_on,
            }));
        }
        Ok(lots)
    }
}

impl Till {
    /// A member as they stood: by what this ledger had written at an instant of its own clock, with
    /// what was pending and what had ended judged on a business date. What was written by a clock
    /// that was not believed counts as of the last instant that was. Nothing is written.
    pub fn member_at(
        &self,
        member: MemberNumber,
        at: Instant,
        on: BusinessDate,
    ) -> Result<MemberCard, Error> {
        self.read(|reading| {
            let past = past_of(reading, member, at)?;
            let programme = self.programme_on(on)?;
            let mut accounts = past.accounts(member);
            let given_on = |lot| {
                let missing = Error::Internal("points in a lot that no entry made");
                past.given_on(lot).ok_or(missing)
            };
            let activity = past.active_on(member);
            let active_on = |_, counted: &[Activity], _| Ok(dates_of(&activity, counted));
            lapse(&mut accounts, &programme, active_on, given_on)?;
            let member = past.whose(member);
            let is_known_here = reading.knows_member(member)?;
            let who = (member, past.status(member), is_known_here);
            let household = past.household(member);
            let household = household.map(|(holder, members)| CardHousehold { holder, members });
            let as_of = reading.known_until()?.min(at);
            Ok(self.card_of(&programme, &accounts, (who, household), (on, as_of), None))
        })
    }
}

/// A member's accounts as they will be once `pending` is written, for something that is booked on a
/// date: lots with something left or alive on it, and those named in `also`.
pub(super) fn accounts_with(
    reading: &Reading<'_>,
    member: Option<MemberNumber>,
    also: &[LotId],
    pending: &[Entry],
    on: BusinessDate,
) -> Result<Accounts, Error> {
    let Some(member) = member else {
        return Ok(Accounts::new());
    };
    let account = reading.account_of(member)?;
    let mut own = Vec::new();
    for entry in pending {
        // Under the number of a sale whose member was merged since, or shares an account, it is this one's
        // all the same.
        if reading.account_of_entry(entry)? == Some(account) {
            own.push(entry);
        }
    }
    let mut lots = also.to_vec();
    lots.extend(own.iter().map(|entry| entry.lot));
    let mut accounts = reading.accounts(account, &lots, on)?;
    for entry in own {
        apply(&mut accounts, entry);
    }
    Ok(accounts)
}

/// The same with what repaid debt, and the lots it came out of: for whoever forgives debt.
pub(super) fn accounts_with_repaid(
    reading: &Reading<'_>,
    member: Option<MemberNumber>,
    also: &[LotId],
    pending: &[Entry],
    on: BusinessDate,
) -> Result<Accounts, Error> {
    let Some(number) = member else {
        return Ok(Accounts::new());
    };
    let repaid = reading.repaid(number)?;
    let mut lots = also.to_vec();
    lots.extend(repaid.keys().map(|(_, lot)| lot));
    let mut accounts = accounts_with(reading, member, &lots, pending, on)?;
    for ((wallet, lot), points) in repaid {
        // What is pending has been counted in already.
        *accounts
            .entry(wallet)
            .or_default()
            .repaid
            .entry(lot)
            .or_default() += points;
    }
    Ok(accounts)
}

/// The entries up to an instant that can tell what a member had.
fn past_of(reading: &Reading<'_>, member: MemberNumber, at: Instant) -> Result<Past, Error> {
    let (mut past, mut last, mut reached) = (Past::default(), 0, Instant::default());
    let members = reading.related(member)?;
    loop {
        let page = reading.history_of_all(&members, last, ENTRIES_AT_A_TIME)?;
        let Some(end) = page.last() else {
            return Ok(past);
        };
        last = end.seq;
        for entry in &page {
            let written_at = if entry.flags.has(Flags::CLOCK_SUSPECT) {
                reading.believed_before(entry.seq)?
            } else {
                entry.at
            };
            reached = reached.max(written_at);
            if reached > at {
                return Ok(past);
            }
            past.apply(entry)
                .map_err(|_| Error::Internal("a member's entries do not add up"))?;
        }
    }
}

/// Gives each lot of a wallet that lapses for want of activity its date. Points that were given with a
/// date of their own keep it. `active_on` tells the dates of activity that matter to points given on a date
/// or later.
pub(super) fn lapse(
    accounts: &mut Accounts,
    programme: &Programme,
    active_on: impl Fn(Idle, &[Activity], BusinessDate) -> Result<Vec<BusinessDate>, Error>,
    given_on: impl Fn(LotId) -> Result<BusinessDate, Error>,
) -> Result<(), Error> {
    for (number, account) in accounts {
        let Some(idle) = programme.idle_of(*number) else {
            continue;
        };
        let mut lots = Vec::new();
        for lot in &mut account.lots {
            if lot.expires_on.is_none() {
                lots.push((given_on(lot.id)?, lot));
            }
        }
        let Some(first_given) = lots.iter().map(|(given_on, _)| *given_on).min() else {
            continue;
        };
        let activity = active_on(idle, programme.activities_of(*number), first_given)?;
        for (given_on, lot) in lots {
            lot.expires_on = idle.lapse(given_on, &activity);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Lot, Portion};

    fn day(number: i64) -> BusinessDate {
        BusinessDate::from_yyyymmdd(number).expect("a date")
    }

    /// exp-01: a year without orders; a gift by hand of 1 February keeps its own date.
    #[test]
    fn a_gift_with_a_date_of_its_own_keeps_it_when_the_balance_lapses() {
        let document = include_str!("../../examples/programmes/vnd-10000.json").replace(
            r#""decimals": 0,"#,
            r#""decimals": 0, "expiry": {"inactive": {"months": 12}},"#,
        );
        let programme = Programme::read(document.as_bytes()).expect("a programme");
        let lot = |id, points, expires_on: Option<i64>| Lot {
            id,
            awarded_at: Instant::from_ms(0),
            available_from: day(20_230_101),
            expires_on: expires_on.map(day),
            portion: Portion::earned(Points::new(points)),
            lapsed: Points::ZERO,
        };
        let account = Account {
            lots: vec![lot(1, 1_000, None), lot(2, 500, Some(20_240_201))],
            ..Account::default()
        };
        let mut accounts = Accounts::from([(1, account)]);
        let given_on = |lot| Ok(day(if lot == 1 { 20_230_101 } else { 20_230_201 }));
        lapse(
            &mut accounts,
            &programme,
            |_, _, _| Ok(vec![day(20_230_101)]),
            given_on,
        )
        .expect("dates");
        let known = |on| accounts[&1].balance(day(on)).known.get();
        assert_eq!(
            [20_231_231, 20_240_101, 20_240_131, 20_240_201].map(known),
            [1_500, 500, 500, 0]
        );
    }
}
