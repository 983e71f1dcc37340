//! Several members who share the account of one of them (docs/members.md).

use serde::Serialize;

use super::adjust::check_by_hand;
use super::error::Error;
use super::member_status::{check_time, facts_of, put_note, refuse_barred};
use super::merge::MergePreview;
use super::operation::{Call, Operation};
use super::sale::retell_nothing;
use super::shell::{Replay, Till};
use super::status;
use super::told::{self, Told};
use super::view::load_document;
use crate::kernel::ids::Seq;
use crate::kernel::order;
use crate::kernel::{
    Account, BusinessDate, Instant, Lot, MemberNumber, MemberStatus, Points, UtcOffset,
    WalletNumber,
};
use crate::ledger::decide::Refusal;
use crate::ledger::household::{MEMBERS_MAX, Share, join, leave};
use crate::ledger::{Accounts, AdjustmentPayload, Entry, HouseholdPayload, Kind, SaleFacts};
use crate::store::{Reading, Writing};

/// Somebody who shall share the account of somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    /// Who joins.
    pub member: MemberNumber,
    /// Whose account it is.
    pub holder: MemberNumber,
    /// Who does it: a code of 1 to 32 ASCII letters, digits, `.`, `_` and `-`, never a name.
    pub operator: String,
    /// Why: a code such as `family`, which head office sees, or a text of at most 200 bytes, which stays
    /// in the ledger file.
    pub reason: String,
    /// When, by the POS: instant, offset and business date. The ledger's clock if absent.
    pub time: Option<(Instant, UtcOffset, BusinessDate)>,
}

/// What somebody who leaves a household takes along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// Nothing: what is in the account stays there.
    #[default]
    Nothing,
    /// What is left of the points that came with them, or that their own sales and events gave.
    Own,
    /// So many points of these wallets, by their ids, those that end first going first.
    Points(Vec<(String, Points)>),
}

/// Somebody who shall share an account no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveRequest {
    /// Who leaves.
    pub member: MemberNumber,
    /// What they take along.
    pub split: Split,
    /// As of [`JoinRequest`].
    pub operator: String,
    /// As of [`JoinRequest`].
    pub reason: String,
    /// As of [`JoinRequest`].
    pub time: Option<(Instant, UtcOffset, BusinessDate)>,
}

/// What joining or leaving did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdChanged {
    /// Its entry.
    pub seq: Seq,
    /// Points that who left took along, by the wallet's id, in the wallet's smallest unit; none for who
    /// joined.
    pub taken: Vec<(String, Points)>,
    /// This call was asked before, and this is its first outcome again.
    pub was_replayed: bool,
}

/// Somebody who shares an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HouseholdMember {
    /// The member number.
    pub number: MemberNumber,
    /// It is their account.
    pub is_holder: bool,
    /// The business date on which they joined it; absent for the holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_on: Option<BusinessDate>,
    /// Whether they may earn and spend.
    pub status: MemberStatus,
}

impl Till {
    /// Who shares the account of a member, the holder first and the others as they joined; nobody where
    /// the member shares none.
    pub fn household(&self, member: MemberNumber) -> Result<Vec<HouseholdMember>, Error> {
        self.read(|reading| {
            let sharers = reading.household(member)?.into_iter();
            let told = sharers.map(|sharer| {
                let joined_on = sharer.joined.map(|joined| reading.date_of(joined));
                Ok(HouseholdMember {
                    number: sharer.member,
                    is_holder: sharer.joined.is_none(),
                    joined_on: joined_on.transpose()?,
                    status: reading.member_status(sharer.member)?,
                })
            });
            told.collect()
        })
    }

    /// What joining a household would come to on a business date: who joins (`from`) and the account
    /// (`into`) as they are, and what comes of them. Done and taken back as [`Till::evaluate_merge`].
    ///
    /// # Errors
    /// As [`Till::join_household`], but for the approval.
    pub fn evaluate_household_join(
        &self,
        member: MemberNumber,
        holder: MemberNumber,
        on: BusinessDate,
    ) -> Result<MergePreview, Error> {
        self.try_out(|writing, moment| {
            refuse_join(&writing.reading(), member, holder)?;
            self.see_to_counting(writing)?;
            let from = self.side_of(&writing.reading(), member, on)?;
            let into = self.side_of(&writing.reading(), holder, on)?;
            let facts = facts_of(writing, moment, member, None);
            post_join(writing, &facts, holder, AdjustmentPayload::default())?;
            let result = self.side_of(&writing.reading(), holder, on)?;
            Ok(MergePreview { from, into, result })
        })
    }

    /// Lets a member share the account of another. Their lots come with them, each with its dates, and
    /// their debts; from then on what either of them earns and spends is the account's. Number, phones and
    /// cards, birthday, status, and what counts per member stay their own.
    ///
    /// # Errors
    /// Refused for one and the same (`household.same`), who shares it already (`household.already`), who
    /// is in a household (`household.in_another`) or holds one (`household.has_members`), a holder who is
    /// in another's (`household.holder_in_another`), a full one (`household.full`), and who is merged,
    /// blocked or closed. [`crate::store::StoreError::Beyond`] where together they would have more than
    /// anybody can.
    pub fn join_household(
        &self,
        id: &str,
        request: &JoinRequest,
    ) -> Result<HouseholdChanged, Error> {
        check_by_hand(&request.operator, &request.reason)?;
        check_time(request.time)?;
        let content = told::content(vec![
            ("act", "join".into()),
            ("member", request.member.into()),
            ("holder", request.holder.into()),
            ("operator", request.operator.as_str().into()),
            ("reason", request.reason.as_str().into()),
            ("business_date", request.time.into()),
        ]);
        let operation = operation(id, content);
        let (seq, replay) = self.operate(&operation, retell_nothing, |writing, moment| {
            refuse_join(&writing.reading(), request.member, request.holder)?;
            let facts = facts_of(writing, moment, request.member, request.time);
            let permit = self.permit_member(moment, id, &request.operator);
            let permit = permit.or_refuse(writing, &facts, 0)?;
            let (operator, reason) = (&request.operator, &request.reason);
            let by = AdjustmentPayload::new(operator, permit.approver(), reason);
            let seq = post_join(writing, &facts, request.holder, by)?;
            put_note(writing, seq, operator, reason)?;
            permit.tell_approved(writing, &facts, seq)?;
            Ok(seq)
        })?;
        self.changed(seq, replay)
    }

    /// Lets a member leave a household. What is in the account stays there, but for what [`Split`] says:
    /// that becomes lots of their own, with the dates of those that it is taken out of. Goods of sales that
    /// were made in the household come back to its account.
    ///
    /// # Errors
    /// Refused for who is in none (`household.not_in`), for its holder (`household.is_holder`), while one of
    /// their sales is authorised (`household.open_sales`), and for more points than can be spent
    /// (`points.short`).
    pub fn leave_household(
        &self,
        id: &str,
        request: &LeaveRequest,
    ) -> Result<HouseholdChanged, Error> {
        check_by_hand(&request.operator, &request.reason)?;
        check_time(request.time)?;
        let operation = operation(id, content_of_leaving(request));
        let (seq, replay) = self.operate(&operation, retell_nothing, |writing, moment| {
            let reading = writing.reading();
            let (holder, joined) = self.refuse_leave(&reading, request.member)?;
            let facts = facts_of(writing, moment, request.member, request.time);
            let shares = self.shares(&reading, &facts, holder, request)?;
            let permit = self.permit_member(moment, id, &request.operator);
            let permit = permit.or_refuse(writing, &facts, 0)?;
            let (operator, reason) = (&request.operator, &request.reason);
            let payload = HouseholdPayload {
                holder,
                brings: Vec::new(),
                by: AdjustmentPayload::new(operator, permit.approver(), reason),
            };
            let entries = leave(writing.head().seq, &facts, joined, &payload, &shares);
            let seq = entries[0].seq;
            writing.append(&entries)?;
            put_note(writing, seq, operator, reason)?;
            permit.tell_approved(writing, &facts, seq)?;
            Ok(seq)
        })?;
        self.changed(seq, replay)
    }

    /// What joining or leaving did, by its entries.
    fn changed(&self, seq: Seq, replay: Replay) -> Result<HouseholdChanged, Error> {
        let programme = self.programme()?;
        self.read(|reading| {
            let mut taken: Vec<(String, Points)> = Vec::new();
            let mut next = seq + 1;
            while let Some((entry, _)) = reading.entries(next, next)?.pop() {
                if entry.refers_to != seq {
                    break;
                }
                next += 1;
                let wallet = programme.wallet_by_number(entry.wallet);
                let Some(wallet) = wallet.filter(|_| entry.kind == Kind::AdjustmentGiven) else {
                    continue;
                };
                match taken.iter_mut().find(|(id, _)| *id == wallet.id) {
                    Some((_, sum)) => *sum += entry.points,
                    None => taken.push((wallet.id.clone(), entry.points)),
                }
            }
            Ok(HouseholdChanged {
                seq,
                taken,
                was_replayed: replay == Replay::Again,
            })
        })
    }

    /// Whose household a member may leave, and the entry by which they joined it.
    fn refuse_leave(
        &self,
        reading: &Reading<'_>,
        member: MemberNumber,
    ) -> Result<(MemberNumber, Seq), Error> {
        let refused = |key| Err(Error::refused(status::REFUSED, key, &[]));
        let Some(holder) = reading.stands(member)?.holder else {
            return refused("household.not_in");
        };
        let mut sharers = reading.household(member)?.into_iter();
        let own = sharers.find(|sharer| sharer.member == member);
        let Some(joined) = own.and_then(|own| own.joined) else {
            return refused("household.is_holder");
        };
        for sale in reading.held_sales()? {
            if load_document(reading, sale.document_seq)?.cart.member == Some(member) {
                return refused("household.open_sales");
            }
        }
        Ok((holder, joined))
    }

    /// What somebody takes along who leaves.
    fn shares(
        &self,
        reading: &Reading<'_>,
        facts: &SaleFacts,
        holder: MemberNumber,
        request: &LeaveRequest,
    ) -> Result<Vec<Share>, Error> {
        let on = facts.business_date;
        let programme = self.programme_on(on)?;
        let accounts = self.accounts(reading, &programme, holder, on)?;
        let empty = Account::default();
        let mut shares = Vec::new();
        match &request.split {
            Split::Nothing => {}
            Split::Own => {
                for (wallet, account) in &accounts {
                    let free = account.lots.iter().filter(|lot| !lot.is_expired(on));
                    let free = free.map(|lot| lot.portion.free()).sum::<Points>();
                    let mut own = Vec::new();
                    for lot in account.lots.iter().filter(|lot| !lot.is_expired(on)) {
                        if came_by(reading, lot.id, request.member)? {
                            own.push(lot);
                        }
                    }
                    // What is owed stays covered by what stays.
                    take(&mut shares, *wallet, own, free - account.debt);
                }
            }
            Split::Points(wanted) => {
                for (id, points) in wanted {
                    let wallet = programme.wallet(id).filter(|_| points.is_positive());
                    let Some(wallet) = wallet.map(|wallet| wallet.number) else {
                        return Err(Error::Argument {
                            field: "wallet",
                            expected: "the id of a wallet of the programme, and points above 0",
                        });
                    };
                    let account = accounts.get(&wallet).unwrap_or(&empty);
                    let spendable = account.balance(on).spendable;
                    let lots = account.lots.iter().filter(|lot| lot.is_spendable(on));
                    let taken = take(&mut shares, wallet, lots.collect(), *points);
                    if spendable < *points || taken < *points {
                        let wanted = *points;
                        let short = crate::kernel::lots::Short { wanted, spendable };
                        return Err(self.refused(&programme, &Refusal::Short { wallet, short }));
                    }
                }
            }
        }
        Ok(shares)
    }
}

/// Takes up to so many points out of lots, those that end first going first; says how many.
fn take(
    shares: &mut Vec<Share>,
    wallet: WalletNumber,
    mut lots: Vec<&Lot>,
    most: Points,
) -> Points {
    order::sort_by_key(&mut lots, |lot| lot.spending_order());
    let mut taken = Points::ZERO;
    for lot in lots {
        let points = lot.portion.free().min(most - taken);
        if points.is_positive() {
            taken += points;
            shares.push(Share {
                wallet,
                lot: lot.id,
                points,
                available_from: lot.available_from,
                expires_on: lot.expires_on,
            });
        }
    }
    taken
}

/// Whether a member brought a lot along, or a sale or an event of theirs gave it.
fn came_by(reading: &Reading<'_>, lot: Seq, member: MemberNumber) -> Result<bool, Error> {
    let entry = |seq| -> Result<Entry, Error> {
        let found = reading.entries(seq, seq)?.pop().map(|(entry, _)| entry);
        found.ok_or(Error::Internal("a lot without its entry"))
    };
    let given = entry(lot)?;
    let is_theirs = |entry: &Entry| -> Result<bool, Error> {
        let whose = entry.member.map(|whose| reading.whose(whose)).transpose()?;
        Ok(whose == Some(member))
    };
    if is_theirs(&given)? {
        return Ok(true);
    }
    if given.refers_to == 0 {
        return Ok(false);
    }
    match reading
        .sale(given.refers_to)?
        .and_then(|sale| sale.claim_seq())
    {
        Some(claim) => is_theirs(&entry(claim)?),
        None => is_theirs(&entry(given.refers_to)?),
    }
}

/// Writes that a member joins, with what they bring.
fn post_join(
    writing: &mut Writing<'_>,
    facts: &SaleFacts,
    holder: MemberNumber,
    by: AdjustmentPayload,
) -> Result<Seq, Error> {
    let member = facts.member.ok_or(Error::Internal("nobody joins"))?;
    let accounts = writing
        .reading()
        .accounts(member, &[], facts.business_date)?;
    let payload = HouseholdPayload {
        holder,
        brings: brought(&accounts),
        by,
    };
    let entry = join(writing.head().seq, facts, &payload);
    let seq = entry.seq;
    writing.append(&[entry])?;
    Ok(seq)
}

/// Lots less debt, by wallet, whatever their dates.
fn brought(accounts: &Accounts) -> Vec<(WalletNumber, Points)> {
    let sums = accounts.iter().map(|(wallet, account)| {
        let left = account.lots.iter().map(|lot| lot.portion.remaining());
        (*wallet, left.sum::<Points>() - account.debt)
    });
    sums.filter(|(_, points)| !points.is_zero()).collect()
}

fn refuse_join(
    reading: &Reading<'_>,
    member: MemberNumber,
    holder: MemberNumber,
) -> Result<(), Error> {
    let refused =
        |key, values: &[(&'static str, String)]| Err(Error::refused(status::REFUSED, key, values));
    if member == holder {
        return refused("household.same", &[]);
    }
    for number in [member, holder] {
        let now = reading.whose(number)?;
        if now != number {
            let values = [("member", number.to_string()), ("into", now.to_string())];
            return refused("merge.merged", &values);
        }
        refuse_barred(reading.member_status(number)?)?;
    }
    match (
        reading.stands(member)?.holder,
        reading.stands(holder)?.holder,
    ) {
        (Some(own), _) if own == holder => {
            let already = status::ALREADY_RESOLVED;
            return Err(Error::refused(already, "household.already", &[]));
        }
        (Some(own), _) if own == member => return refused("household.has_members", &[]),
        (Some(own), _) => {
            return refused("household.in_another", &[("holder", own.to_string())]);
        }
        (None, Some(other)) if other != holder => {
            let values = [
                ("member", holder.to_string()),
                ("holder", other.to_string()),
            ];
            return refused("household.holder_in_another", &values);
        }
        (None, _) => {}
    }
    if reading.household(holder)?.len() >= MEMBERS_MAX {
        return refused("household.full", &[("most", MEMBERS_MAX.to_string())]);
    }
    Ok(())
}

fn operation(id: &str, content: String) -> Operation<'_> {
    Operation::told(id, Call::Household, content)
}

fn content_of_leaving(request: &LeaveRequest) -> String {
    let split = match &request.split {
        Split::Nothing => "nothing".into(),
        Split::Own => "own".into(),
        Split::Points(points) => {
            let pair = |(wallet, points): &(String, Points)| {
                Told::Parts(vec![wallet.as_str().into(), (*points).into()])
            };
            Told::Parts(points.iter().map(pair).collect())
        }
    };
    told::content(vec![
        ("act", "leave".into()),
        ("member", request.member.into()),
        ("split", split),
        ("operator", request.operator.as_str().into()),
        ("reason", request.reason.as_str().into()),
        ("business_date", request.time.into()),
    ])
}
