//! Decisions about a sale: (accounts, command) -> entries or refusal.

use crate::kernel::Few;

use super::effect::apply;
use super::entry::{Entry, Flags, Kind};
use super::expiry::undo_expiry;
use crate::kernel::allocation::allocate;
use crate::kernel::ids::Seq;
use crate::kernel::lots::{self, Short, Taken};
use crate::kernel::{
    Account, BusinessDate, Instant, LotId, MemberNumber, Money, Points, UtcOffset, WalletNumber,
};

/// A member's accounts by wallet. A wallet that is absent is empty.
pub type Accounts = Few<WalletNumber, Account>;

/// What every entry of a sale has in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleFacts {
    /// The ledger's clock.
    pub at: Instant,
    /// The POS's clock.
    pub sold_at: Instant,
    /// The till's offset.
    pub offset: UtcOffset,
    /// The day in the books.
    pub business_date: BusinessDate,
    /// Whose sale.
    pub member: Option<MemberNumber>,
    /// What is paid by the POS's tenders.
    pub amount: Money,
    /// The programme version that priced it.
    pub programme_version: u32,
    /// Clock suspect, late.
    pub flags: Flags,
}

/// Points to be spent by a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spend {
    /// Out of which wallet.
    pub wallet: WalletNumber,
    /// How many, above zero.
    pub points: Points,
    /// The money they stand for.
    pub amount: Money,
    /// Of the points, as many may be awarded by the sale itself.
    pub own: Points,
}

/// Points to be given by a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Give {
    /// Into which wallet.
    pub wallet: WalletNumber,
    /// How many, above zero.
    pub points: Points,
    /// First business date on which they can be spent.
    pub available_from: BusinessDate,
    /// First business date on which they cannot be spent any more.
    pub expires_on: Option<BusinessDate>,
}

/// A portion reserved for a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldPortion {
    /// In which wallet.
    pub wallet: WalletNumber,
    /// Out of which lot.
    pub lot: LotId,
    /// How many points.
    pub points: Points,
}

/// A sale that was authorised: its first entry and what is still reserved for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The hold entry.
    pub sale: Seq,
    /// Reserved portions in the order they were taken; empty once the hold has run out.
    pub portions: Vec<HeldPortion>,
}

/// Why the rules say no. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Fewer points than the sale would spend.
    #[error("wallet {wallet}: {short}")]
    Short {
        /// In which wallet.
        wallet: WalletNumber,
        /// How many were wanted and are there.
        short: Short,
    },
    /// Awarded points that are to be taken back are no longer there, and the wallet's policy does not
    /// let the member owe them.
    #[error("wallet {wallet}: {points} points are no longer there")]
    Missing {
        /// In which wallet.
        wallet: WalletNumber,
        /// How many.
        points: Points,
    },
}

/// Collects the entries of one decision and numbers them on from the head.
pub(super) struct Scribe {
    next: Seq,
    facts: SaleFacts,
    entries: Vec<Entry>,
    /// How many of them are in the accounts that the decision works on.
    settled: usize,
}

impl Scribe {
    /// Begins behind the entry `head`.
    pub(super) fn new(head: Seq, facts: &SaleFacts) -> Self {
        Self {
            next: head + 1,
            facts: facts.clone(),
            entries: Vec::with_capacity(4),
            settled: 0,
        }
    }

    /// Writes an entry that has nothing but what all entries of the sale share, then lets `fill`
    /// say what is special. Returns its place.
    pub(super) fn write(&mut self, kind: Kind, fill: impl FnOnce(&mut Entry)) -> Seq {
        let facts = &self.facts;
        let mut entry = Entry {
            seq: self.next,
            kind,
            flags: facts.flags,
            at: facts.at,
            sold_at: facts.sold_at,
            offset: facts.offset,
            business_date: facts.business_date,
            member: facts.member,
            wallet: 0,
            lot: 0,
            points: Points::ZERO,
            amount: Money::ZERO,
            refers_to: 0,
            available_from: facts.business_date,
            expires_on: None,
            programme_version: facts.programme_version,
            payload: Vec::new(),
        };
        fill(&mut entry);
        assert!(
            !entry.points.is_negative(),
            "points are magnitudes, the kind says which way"
        );
        assert!(
            entry.points.is_zero() || entry.wallet != 0,
            "points move in a wallet"
        );
        self.next += 1;
        self.entries.push(entry);
        self.next - 1
    }

    /// Writes a movement of points in one lot.
    pub(super) fn write_portion(&mut self, kind: Kind, refers_to: Seq, portion: HeldPortion) {
        self.write(kind, |entry| {
            entry.refers_to = refers_to;
            entry.wallet = portion.wallet;
            entry.lot = portion.lot;
            entry.points = portion.points;
        });
    }

    /// Moves accounts by what was written since the last time.
    pub(super) fn settle(&mut self, accounts: &mut Accounts) {
        for entry in &self.entries[self.settled..] {
            apply(accounts, entry);
        }
        self.settled = self.entries.len();
    }

    /// The day in the books that all its entries share.
    pub(super) fn business_date(&self) -> BusinessDate {
        self.facts.business_date
    }

    /// The entries, in order.
    pub(super) fn finish(self) -> Vec<Entry> {
        self.entries
    }
}

/// One entry that is about no sale: an enrolment, a day's close, an acknowledgement.
pub fn note(head: Seq, facts: &SaleFacts, kind: Kind, fill: impl FnOnce(&mut Entry)) -> Entry {
    let mut scribe = Scribe::new(head, facts);
    scribe.write(kind, fill);
    scribe.finish().swap_remove(0)
}

/// Reserves what the sale would spend. The first entry names the sale.
///
/// Refused if a wallet has fewer free points than the sale spends; then nothing is written.
pub fn authorise(
    head: Seq,
    facts: &SaleFacts,
    spends: &[Spend],
    accounts: &Accounts,
) -> Result<Vec<Entry>, Refusal> {
    let mut scribe = Scribe::new(head, facts);
    let sale = scribe.write(Kind::Hold, |entry| entry.amount = facts.amount);
    for spend in spends {
        let taken = take_spendable(accounts, spend, facts.business_date)?;
        for Taken {
            lot,
            points,
            lapsed,
        } in taken
        {
            undo_expiry(&mut scribe, sale, spend.wallet, (lot, lapsed));
            let portion = HeldPortion {
                wallet: spend.wallet,
                lot,
                points,
            };
            scribe.write_portion(Kind::Hold, sale, portion);
        }
    }
    Ok(scribe.finish())
}

/// Checks that a sale which is recorded in one step has the points it spends.
pub fn check_spendable(
    spends: &[Spend],
    accounts: &Accounts,
    on: BusinessDate,
) -> Result<(), Refusal> {
    spends
        .iter()
        .try_for_each(|spend| take_spendable(accounts, spend, on).map(|_| ()))
}

fn take_spendable(
    accounts: &Accounts,
    spend: &Spend,
    on: BusinessDate,
) -> Result<Vec<Taken>, Refusal> {
    let refuse = |short| Refusal::Short {
        wallet: spend.wallet,
        short,
    };
    let empty = Account::default();
    let account = accounts.get(&spend.wallet).unwrap_or(&empty);
    // Who owes points does not spend others meanwhile: the debt is taken off first.
    let spendable = account.balance(on).spendable;
    if spendable + spend.own < spend.points {
        return Err(refuse(Short {
            wanted: spend.points,
            spendable,
        }));
    }
    let from_lots = spend.points.min(spendable);
    if from_lots.is_zero() {
        return Ok(Vec::new());
    }
    lots::take(&account.lots, from_lots, on).map_err(refuse)
}

/// Makes a sale final. Never refuses: the goods are paid and gone.
///
/// Reserved portions are spent first, then free ones, also those that were alive on the sale's date and
/// are written off since; what is still missing becomes debt, and what was reserved and is not needed is given back. Awards repay debt first, the older debt of the
/// member before anything is left to spend.
pub fn post(
    head: Seq,
    facts: &SaleFacts,
    held: Option<&Held>,
    spends: &[Spend],
    gives: &[Give],
    accounts: &Accounts,
) -> Vec<Entry> {
    let mut scribe = Scribe::new(head, facts);
    let commit = scribe.write(Kind::Commit, |entry| {
        entry.amount = facts.amount;
        entry.refers_to = held.map_or(0, |held| held.sale);
    });
    let sale = held.map_or(commit, |held| held.sale);
    let mut reserved: Vec<HeldPortion> = held.map_or(Vec::new(), |held| held.portions.clone());
    let debts = accounts.iter();
    let mut debts: Few<WalletNumber, Points> = debts
        .map(|(&wallet, account)| (wallet, account.debt))
        .collect();
    for spend in spends {
        let missing = post_spend(&mut scribe, sale, spend, &mut reserved, accounts);
        *debts.entry(spend.wallet).or_default() += missing;
    }
    for portion in reserved {
        scribe.write_portion(Kind::Commit, sale, portion);
    }
    for give in gives {
        post_give(
            &mut scribe,
            sale,
            give,
            debts.entry(give.wallet).or_default(),
        );
    }
    scribe.finish()
}

/// Writes the redemptions of one wallet. Returns the points that were not there.
fn post_spend(
    scribe: &mut Scribe,
    sale: Seq,
    spend: &Spend,
    reserved: &mut Vec<HeldPortion>,
    accounts: &Accounts,
) -> Points {
    assert!(spend.points.is_positive(), "a redemption takes something");
    let mut left = spend.points;
    let mut parts: Vec<(Kind, Flags, LotId, Points)> = Vec::new();
    for portion in reserved
        .iter_mut()
        .filter(|portion| portion.wallet == spend.wallet)
    {
        let points = left.min(portion.points);
        if points.is_positive() {
            parts.push((Kind::Redemption, Flags::RESERVED, portion.lot, points));
            portion.points -= points;
            left -= points;
        }
    }
    reserved.retain(|portion| portion.points.is_positive());
    if left.is_positive() {
        let lots = accounts
            .get(&spend.wallet)
            .map_or(&[][..], |account| &account.lots);
        for taken in lots::take_up_to(lots, left, scribe.facts.business_date) {
            let Taken {
                lot,
                points,
                lapsed,
            } = taken;
            undo_expiry(scribe, sale, spend.wallet, (lot, lapsed));
            parts.push((Kind::Redemption, Flags::default(), lot, points));
            left -= points;
        }
    }
    // What the sale awards itself is owed until then: the award below repays it.
    let own = left.min(spend.own);
    for (flags, points) in [(Flags::default(), own), (Flags::LATE, left - own)] {
        if points.is_positive() {
            parts.push((Kind::Debt, flags, 0, points));
        }
    }
    let weights: Vec<i64> = parts.iter().map(|(.., points)| points.get()).collect();
    let amounts = allocate(spend.amount.get(), &weights);
    for ((kind, flags, lot, points), amount) in parts.into_iter().zip(amounts) {
        scribe.write(kind, |entry| {
            entry.refers_to = sale;
            entry.flags = entry.flags.with(flags);
            entry.wallet = spend.wallet;
            entry.lot = lot;
            entry.points = points;
            entry.amount = Money::new(amount);
        });
    }
    left
}

/// Writes an award, and the repayment of debt out of it.
pub(super) fn post_give(scribe: &mut Scribe, refers_to: Seq, give: &Give, debt: &mut Points) {
    let lot = scribe.write(Kind::Award, |entry| {
        entry.refers_to = refers_to;
        fill_lot(entry, give);
    });
    repay(scribe, refers_to, lot, give, debt);
}

/// What a new lot says of itself.
pub(super) fn fill_lot(entry: &mut Entry, give: &Give) {
    assert!(give.points.is_positive(), "a lot has points in it");
    entry.wallet = give.wallet;
    entry.points = give.points;
    entry.available_from = give.available_from;
    entry.expires_on = give.expires_on;
}

/// Repays debt out of a new lot.
pub(super) fn repay(
    scribe: &mut Scribe,
    refers_to: Seq,
    lot: LotId,
    give: &Give,
    debt: &mut Points,
) {
    let repaid = give.points.min(*debt);
    if repaid.is_positive() {
        let portion = HeldPortion {
            wallet: give.wallet,
            lot,
            points: repaid,
        };
        scribe.write_portion(Kind::Repayment, refers_to, portion);
        *debt -= repaid;
    }
}

/// Ends a hold without a sale: called off ([`Kind::Void`]) or run out ([`Kind::HoldExpired`]).
///
/// # Panics
/// If `kind` is neither: our own mistake.
pub fn release(head: Seq, facts: &SaleFacts, kind: Kind, held: &Held) -> Vec<Entry> {
    assert!(
        matches!(kind, Kind::Void | Kind::HoldExpired),
        "a hold is voided or expires"
    );
    let mut scribe = Scribe::new(head, facts);
    scribe.write(kind, |entry| entry.refers_to = held.sale);
    for &portion in &held.portions {
        scribe.write_portion(kind, held.sale, portion);
    }
    scribe.finish()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::kernel::{Lot, Portion};

    pub(crate) fn facts() -> SaleFacts {
        let model = super::super::entry::tests::award(2);
        SaleFacts {
            at: model.at,
            sold_at: model.sold_at,
            offset: model.offset,
            business_date: model.business_date,
            member: model.member,
            amount: Money::new(55_000),
            programme_version: 1,
            flags: Flags::default(),
        }
    }

    pub(crate) fn accounts(points: &[i64], debt: i64) -> Accounts {
        let lots = points
            .iter()
            .zip(1..)
            .map(|(&points, id)| Lot {
                id,
                awarded_at: Instant::from_ms(0),
                available_from: facts().business_date,
                expires_on: None,
                portion: Portion::earned(Points::new(points)),
                lapsed: Points::ZERO,
            })
            .collect();
        Accounts::from([(
            1,
            Account {
                lots,
                debt: Points::new(debt),
                ..Account::default()
            },
        )])
    }

    pub(crate) fn spend(points: i64, amount: i64) -> Spend {
        Spend {
            wallet: 1,
            points: Points::new(points),
            amount: Money::new(amount),
            own: Points::ZERO,
        }
    }

    pub(crate) fn give(points: i64) -> Give {
        let date = facts().business_date;
        Give {
            wallet: 1,
            points: Points::new(points),
            available_from: date,
            expires_on: None,
        }
    }

    /// Kind, lot, points, amount, refers_to of each entry, as a reader of the log would tell it.
    pub(crate) fn told(entries: &[Entry]) -> Vec<String> {
        entries
            .iter()
            .map(|entry| {
                let reserved = if entry.flags.has(Flags::RESERVED) {
                    " reserved"
                } else {
                    ""
                };
                format!(
                    "{} {} lot {} points {} amount {} of {}{reserved}",
                    entry.seq,
                    entry.kind.name(),
                    entry.lot,
                    entry.points,
                    entry.amount,
                    entry.refers_to
                )
            })
            .collect()
    }

    #[test]
    fn a_sale_in_one_step_is_a_commit_and_its_award() {
        let entries = post(40, &facts(), None, &[], &[give(6)], &Accounts::new());
        assert_eq!(
            told(&entries),
            [
                "41 commit lot 0 points 0 amount 55000 of 0",
                "42 award lot 0 points 6 amount 0 of 41"
            ]
        );
    }

    #[test]
    fn what_is_authorised_is_reserved_and_then_spent() {
        let spends = [spend(7, 7_000)];
        let hold = authorise(40, &facts(), &spends, &accounts(&[5, 5], 0)).expect("enough points");
        assert_eq!(
            told(&hold),
            [
                "41 hold lot 0 points 0 amount 55000 of 0",
                "42 hold lot 1 points 5 amount 0 of 41",
                "43 hold lot 2 points 2 amount 0 of 41"
            ]
        );
        let held = Held {
            sale: 41,
            portions: vec![
                HeldPortion {
                    wallet: 1,
                    lot: 1,
                    points: Points::new(5),
                },
                HeldPortion {
                    wallet: 1,
                    lot: 2,
                    points: Points::new(2),
                },
            ],
        };
        let posted = post(
            43,
            &facts(),
            Some(&held),
            &spends,
            &[],
            &accounts(&[5, 5], 0),
        );
        assert_eq!(
            told(&posted),
            [
                "44 commit lot 0 points 0 amount 55000 of 41",
                "45 redemption lot 1 points 5 amount 5000 of 41 reserved",
                "46 redemption lot 2 points 2 amount 2000 of 41 reserved"
            ]
        );
    }

    #[test]
    fn more_than_there_is_cannot_be_authorised_and_says_how_much_there_is() {
        let refusal = authorise(40, &facts(), &[spend(11, 11_000)], &accounts(&[5, 5], 0));
        let short = Short {
            wanted: Points::new(11),
            spendable: Points::new(10),
        };
        assert_eq!(refusal, Err(Refusal::Short { wallet: 1, short }));
    }

    #[test]
    fn who_owes_three_of_ten_points_can_spend_seven() {
        let accounts = accounts(&[10], 3);
        assert!(authorise(40, &facts(), &[spend(7, 7_000)], &accounts).is_ok());
        assert!(authorise(40, &facts(), &[spend(8, 8_000)], &accounts).is_err());
    }

    #[test]
    fn a_paid_sale_is_posted_even_if_its_points_are_gone_and_the_rest_is_debt() {
        // The hold ran out and someone spent the points: three are left of the seven.
        let held = Held {
            sale: 9,
            portions: Vec::new(),
        };
        let posted = post(
            43,
            &facts(),
            Some(&held),
            &[spend(7, 7_000)],
            &[give(5)],
            &accounts(&[3], 0),
        );
        assert_eq!(
            told(&posted),
            [
                "44 commit lot 0 points 0 amount 55000 of 9",
                "45 redemption lot 1 points 3 amount 3000 of 9",
                "46 debt lot 0 points 4 amount 4000 of 9",
                "47 award lot 0 points 5 amount 0 of 9",
                "48 repayment lot 47 points 4 amount 0 of 9"
            ]
        );
    }

    /// Odoo's POS-095: 10 on the card, a sale that earns 100 and spends 60.
    #[test]
    fn a_sale_that_spends_its_own_points_owes_them_until_it_awards_them() {
        let spend = Spend {
            own: Points::new(60),
            ..spend(60, 6_000)
        };
        let accounts = accounts(&[10], 0);
        check_spendable(&[spend], &accounts, facts().business_date).expect("50 are its own");
        let entries = post(0, &facts(), None, &[spend], &[give(100)], &accounts);
        let is_late = |entry: &Entry| entry.flags.has(Flags::LATE);
        assert!(!entries.iter().any(is_late), "nobody overspent");
        let of = |kind: Kind| entries.iter().filter(move |entry| entry.kind == kind);
        let points = |kind: Kind| of(kind).map(|entry| entry.points.get()).sum::<i64>();
        assert_eq!(points(Kind::Redemption), 10);
        assert_eq!(points(Kind::Debt), 50);
        assert_eq!((points(Kind::Award), points(Kind::Repayment)), (100, 50));
        let nobody = Accounts::new();
        check_spendable(&[spend], &nobody, facts().business_date).expect("all 60 are its own");
        let more = Spend {
            points: Points::new(71),
            ..spend
        };
        check_spendable(&[more], &accounts, facts().business_date).expect_err("1 too many");
    }

    #[test]
    fn what_was_reserved_and_is_not_needed_goes_back() {
        let held = Held {
            sale: 9,
            portions: vec![HeldPortion {
                wallet: 1,
                lot: 1,
                points: Points::new(5),
            }],
        };
        let mut with_hold = accounts(&[5], 0);
        with_hold.get_mut(&1).expect("the wallet").lots[0]
            .portion
            .held = Points::new(5);
        let posted = post(
            43,
            &facts(),
            Some(&held),
            &[spend(2, 2_000)],
            &[],
            &with_hold,
        );
        assert_eq!(
            told(&posted),
            [
                "44 commit lot 0 points 0 amount 55000 of 9",
                "45 redemption lot 1 points 2 amount 2000 of 9 reserved",
                "46 commit lot 1 points 3 amount 0 of 9"
            ]
        );
    }

    #[test]
    fn a_void_gives_every_reserved_portion_back() {
        let held = Held {
            sale: 9,
            portions: vec![HeldPortion {
                wallet: 1,
                lot: 1,
                points: Points::new(5),
            }],
        };
        assert_eq!(
            told(&release(43, &facts(), Kind::Void, &held)),
            [
                "44 void lot 0 points 0 amount 0 of 9",
                "45 void lot 1 points 5 amount 0 of 9"
            ]
        );
    }
}
