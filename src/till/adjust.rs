//! Points given or taken by an operator, with a reason.

use serde::Serialize;

use super::document::{Note, to_bytes};
use super::error::Error;
use super::operation::{Call, Operation};
use super::sale::{check_reason, retell_nothing};
use super::shell::{Moment, Replay, Till};
use super::told;
use crate::evaluate::lot_dates;
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::ids::Seq;
use crate::kernel::{Balance, BusinessDate, Instant, MemberNumber, Points, UtcOffset};
use crate::ledger::exception::is_code;
use crate::ledger::{Act, AdjustmentPayload, Entry, Flags, Give, Kind, SaleFacts, adjust};
use crate::programme::Wallet;
use crate::store::{Head, Reading};

pub use crate::ledger::adjust::Missing;

/// Points that an operator gives or takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// Whose.
    pub member: MemberNumber,
    /// The wallet's id in the programme.
    pub wallet: String,
    /// Above zero to give, below zero to take, in the wallet's smallest unit.
    pub points: Points,
    /// Who does it: a code of 1 to 32 ASCII letters, digits, `.`, `_` and `-`, never a name.
    pub operator: String,
    /// Why: a code such as `goodwill`, which head office sees, or a text of at most 200 bytes, which
    /// stays in the ledger file.
    pub reason: String,
    /// When, by the POS: instant, offset and business date. The ledger's clock if absent.
    pub time: Option<(Instant, UtcOffset, BusinessDate)>,
    /// First business date on which given points cannot be spent any more; by the wallet's rule if
    /// absent.
    pub expires_on: Option<BusinessDate>,
    /// What happens to points that are to be taken and are not there.
    pub missing: Missing,
}

/// What an adjustment did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Adjusted {
    /// Its first entry.
    pub seq: Seq,
    /// The wallet's id.
    pub wallet: String,
    /// Given (above zero) or taken out of lots (below zero).
    pub points: Points,
    /// Of what was to be taken, what was not there and is now owed.
    pub owed: Points,
    /// The member's balance in the wallet now.
    pub balance: Balance,
    /// This call was asked before, and this is its first outcome again.
    pub was_replayed: bool,
}

impl Till {
    /// Gives or takes points. They never count for a tier; given points repay debt first. Above the
    /// operator's ceiling it needs an approval of `adjustment` for this operation.
    pub fn adjust(&self, id: &str, adjustment: &Adjustment) -> Result<Adjusted, Error> {
        let wallet = self.check_adjustment(adjustment)?;
        let operation = Operation::told(id, Call::Adjust, content(adjustment));
        let (first, replay) = self.operate(&operation, retell_nothing, |writing, moment| {
            let facts = self.adjustment_facts(writing.head(), moment, adjustment)?;
            let act = Act::Adjustment {
                points: adjustment.points,
                scale: wallet.scale(),
            };
            let say = |points| self.say_points(&wallet, points);
            let permit = self.permit(moment, id, Some(&adjustment.operator), act, say);
            let permit = permit.or_refuse(writing, &facts, 0)?;
            let first = writing.head().seq + 1;
            let entries = self.worked(
                &writing.reading(),
                first - 1,
                &facts,
                adjustment,
                &wallet,
                permit.approver(),
            )?;
            writing.append(&entries)?;
            let note = Note {
                cashier: Some(adjustment.operator.clone()),
                reason: Some(adjustment.reason.clone()),
                receipt_number: None,
            };
            writing.put_document(first, &to_bytes(&note))?;
            permit.tell_approved(writing, &facts, first)?;
            Ok(first)
        })?;
        self.adjusted(first, replay)
    }

    fn check_adjustment(&self, adjustment: &Adjustment) -> Result<Wallet, Error> {
        let argument = |field, expected| Err(Error::Argument { field, expected });
        let points = adjustment.points.get();
        if points == 0 || !(-AMOUNT_MAX..=AMOUNT_MAX).contains(&points) {
            return argument("points", "not 0, at most 9e15 either way");
        }
        check_by_hand(&adjustment.operator, &adjustment.reason)?;
        if adjustment.time.is_some_and(|(at, ..)| !at.is_in_range()) {
            return argument("at_ms", "1970 to 9999");
        }
        let programme = self.programme()?;
        let Some(wallet) = programme.wallet(&adjustment.wallet) else {
            return argument("wallet", "the id of a wallet of the programme");
        };
        Ok(wallet.clone())
    }

    fn adjustment_facts(
        &self,
        head: &Head,
        moment: &Moment,
        adjustment: &Adjustment,
    ) -> Result<SaleFacts, Error> {
        let plain = moment.facts();
        let (sold_at, offset, business_date) =
            adjustment
                .time
                .unwrap_or((plain.sold_at, plain.offset, plain.business_date));
        let is_dead = |date: BusinessDate| date <= business_date;
        if adjustment.points.is_positive() && adjustment.expires_on.is_some_and(is_dead) {
            return Err(Error::Argument {
                field: "expires_on",
                expected: "a date after the business date",
            });
        }
        let is_closed = head.closed_date.is_some_and(|date| business_date <= date);
        let late = if is_closed {
            Flags::LATE
        } else {
            Flags::default()
        };
        Ok(SaleFacts {
            sold_at,
            offset,
            business_date,
            member: Some(adjustment.member),
            programme_version: self.programme_on(business_date)?.version(),
            flags: plain.flags.with(late),
            ..plain
        })
    }

    fn worked(
        &self,
        reading: &Reading<'_>,
        head: Seq,
        facts: &SaleFacts,
        adjustment: &Adjustment,
        wallet: &Wallet,
        approver: &str,
    ) -> Result<Vec<Entry>, Error> {
        let programme = &*self.programme_on(facts.business_date)?;
        let wallet = programme.wallet_by_number(wallet.number).unwrap_or(wallet);
        let payload = AdjustmentPayload::new(&adjustment.operator, approver, &adjustment.reason);
        let accounts = self.accounts(reading, programme, adjustment.member, facts.business_date)?;
        let payload = payload.to_payload();
        let on = facts.business_date;
        if adjustment.points.is_positive() {
            let joined_on = reading.joined_on(adjustment.member)?;
            let (_, by_the_rule) = lot_dates(wallet, on, joined_on);
            let give = Give {
                wallet: wallet.number,
                points: adjustment.points,
                available_from: on,
                expires_on: adjustment.expires_on.or(by_the_rule),
            };
            return Ok(adjust::give(head, facts, &give, &accounts, payload));
        }
        let taken = (wallet.number, -adjustment.points);
        let missing = adjustment.missing;
        adjust::take(head, facts, taken, missing, &accounts, payload)
            .map_err(|refusal| self.refused(programme, &refusal))
    }

    /// What an adjustment did, by its entries.
    fn adjusted(&self, first: Seq, replay: Replay) -> Result<Adjusted, Error> {
        self.read(|reading| {
            let missing = Error::Internal("an adjustment without its entry");
            let (entry, _) = reading.entries(first, first)?.pop().ok_or(missing)?;
            let member = entry.member.ok_or(Error::Internal("points of nobody"))?;
            let on = entry.business_date;
            let programme = self.programme_on(on)?;
            let wallet = programme.wallet_by_number(entry.wallet);
            let accounts = self.accounts(reading, &programme, member, on)?;
            let mut adjusted = Adjusted {
                seq: first,
                wallet: wallet.map_or_else(String::new, |wallet| wallet.id.clone()),
                points: Points::ZERO,
                owed: Points::ZERO,
                balance: accounts
                    .get(&entry.wallet)
                    .map_or_else(Balance::default, |account| account.balance(on)),
                was_replayed: replay == Replay::Again,
            };
            let mut seq = first;
            while let Some((entry, _)) = reading.entries(seq, seq)?.pop() {
                if seq != first && entry.refers_to != first {
                    break;
                }
                match entry.kind {
                    Kind::AdjustmentGiven => adjusted.points += entry.points,
                    Kind::AdjustmentTaken => adjusted.points -= entry.points,
                    Kind::Debt => adjusted.owed += entry.points,
                    _ => {}
                }
                seq += 1;
            }
            Ok(adjusted)
        })
    }
}

/// Who does something by hand, and why.
pub(super) fn check_by_hand(operator: &str, reason: &str) -> Result<(), Error> {
    let argument = |field, expected| Err(Error::Argument { field, expected });
    if !is_code(operator) {
        let expected = "1 to 32 ASCII letters, digits, `.`, `_` and `-`: a code, never a name";
        return argument("operator", expected);
    }
    if reason.is_empty() {
        return argument("reason", "a code or a text of at most 200 bytes");
    }
    check_reason(reason)
}

fn content(adjustment: &Adjustment) -> String {
    let missing = match adjustment.missing {
        Missing::Refused => "refused",
        Missing::Owed => "owed",
    };
    told::content(vec![
        ("member", adjustment.member.into()),
        ("wallet", adjustment.wallet.as_str().into()),
        ("points", adjustment.points.into()),
        ("operator", adjustment.operator.as_str().into()),
        ("reason", adjustment.reason.as_str().into()),
        ("business_date", adjustment.time.into()),
        ("expires_on", adjustment.expires_on.into()),
        ("missing", missing.into()),
    ])
}
