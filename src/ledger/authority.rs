//! Who may do what at a till: roles, and the most that each may do without asking anybody.
//!
//! A name is no proof: whoever stands at the till may have typed it. So a name alone gives at most
//! what a cashier may do, and everything beyond it needs the PIN of somebody who may
//! (docs/operators.md).

use crate::kernel::Few;

use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::{Money, Points};

/// What somebody is in the store. The numbers are stored and travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Role {
    /// Sells.
    Cashier = 1,
    /// Approves what a cashier may not do alone.
    Supervisor = 2,
    /// Answers for the store.
    Manager = 3,
    /// Looks, and does nothing.
    Auditor = 4,
}

impl Role {
    /// Every role there is, in the order of their numbers.
    pub const ALL: [Self; 4] = [
        Self::Cashier,
        Self::Supervisor,
        Self::Manager,
        Self::Auditor,
    ];

    /// Its number in files.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The role with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.number() == number)
    }

    /// Its name in documents and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cashier => "cashier",
            Self::Supervisor => "supervisor",
            Self::Manager => "manager",
            Self::Auditor => "auditor",
        }
    }

    /// The role with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// What the role may do where nobody says otherwise: a cashier returns known sales and nothing
    /// more, supervisor and manager do everything, an auditor nothing.
    pub const fn usual_ceilings(self) -> Ceilings {
        match self {
            Self::Cashier => Ceilings {
                refund: None,
                ..Ceilings::NOTHING
            },
            Self::Supervisor | Self::Manager => Ceilings::EVERYTHING,
            Self::Auditor => Ceilings::NOTHING,
        }
    }
}

/// The most somebody may do at once. `None` is no limit, zero is never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ceilings {
    /// Money and points given back for a sale that is known, all its returns together.
    pub refund: Option<Money>,
    /// Money given back for a sale that is not known.
    pub unlinked_refund: Option<Money>,
    /// Whole points given or taken by an adjustment, in any wallet. With zero nobody is blocked either,
    /// and no members become one.
    pub adjustment: Option<i64>,
    /// Sales that a limit of the programme keeps from points may have them all the same.
    pub may_lift_limits: bool,
}

impl Ceilings {
    /// No limit anywhere.
    pub const EVERYTHING: Self = Self {
        refund: None,
        unlinked_refund: None,
        adjustment: None,
        may_lift_limits: true,
    };
    /// Nothing at all.
    pub const NOTHING: Self = Self {
        refund: Some(Money::ZERO),
        unlinked_refund: Some(Money::ZERO),
        adjustment: Some(0),
        may_lift_limits: false,
    };

    /// The act goes beyond the ceiling: by how much it may be, and what it is.
    pub fn above(&self, act: Act) -> Option<Above> {
        let (limit, found) = match act {
            Act::Refund(amount) => (self.refund.map(Money::get), amount.get()),
            Act::UnlinkedRefund(amount) => (self.unlinked_refund.map(Money::get), amount.get()),
            Act::Adjustment { points, scale } => {
                let limit = self.adjustment.map(|whole| whole.saturating_mul(scale));
                (limit, points.get())
            }
            Act::LiftLimit | Act::Redemption if self.may_lift_limits => (None, 1),
            Act::LiftLimit | Act::Redemption => (Some(0), 1),
            // Whoever may change nobody's points may not do what changes them all.
            Act::Member if self.adjustment == Some(0) => (Some(0), 1),
            Act::Member => (None, 1),
        };
        let found = found.saturating_abs();
        limit
            .filter(|limit| found > *limit)
            .map(|limit| Above { limit, found })
    }
}

/// Beyond a ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Above {
    /// The most that is allowed: minor units of money, or the wallet's smallest unit.
    pub limit: i64,
    /// What is asked for, in the same unit.
    pub found: i64,
}

/// Something that has a ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Goods of known sales come back: so much goes back of these sales, as [`worth_of`] and with what
    /// went back of them before.
    Refund(Money),
    /// Goods of no known sale come back for so much money; goods of known ones beside them count as
    /// for [`Act::Refund`].
    UnlinkedRefund(Money),
    /// Points are given (above zero) or taken.
    Adjustment {
        /// In the wallet's smallest unit.
        points: Points,
        /// How many of them are a whole point.
        scale: i64,
    },
    /// A sale has its points although a limit of the programme says no.
    LiftLimit,
    /// A member is blocked, or blocked no more, the membership is closed, or two members become one.
    Member,
    /// Points are spent without the member's code, where the programme wants one.
    Redemption,
}

impl Act {
    /// What an approval of it is called.
    pub const fn kind(self) -> ActKind {
        match self {
            Self::Refund(_) => ActKind::Refund,
            Self::UnlinkedRefund(_) => ActKind::UnlinkedRefund,
            Self::Adjustment { .. } => ActKind::Adjustment,
            Self::LiftLimit => ActKind::Limit,
            Self::Member => ActKind::Member,
            Self::Redemption => ActKind::Redemption,
        }
    }
}

/// What can be approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActKind {
    /// [`Act::Refund`].
    Refund,
    /// [`Act::UnlinkedRefund`].
    UnlinkedRefund,
    /// [`Act::Adjustment`].
    Adjustment,
    /// [`Act::LiftLimit`].
    Limit,
    /// [`Act::Member`].
    Member,
    /// [`Act::Redemption`].
    Redemption,
}

impl ActKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Refund,
        Self::UnlinkedRefund,
        Self::Adjustment,
        Self::Limit,
        Self::Member,
        Self::Redemption,
    ];

    /// Its name in calls and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refund => "refund",
            Self::UnlinkedRefund => "unlinked_refund",
            Self::Adjustment => "adjustment",
            Self::Limit => "limit",
            Self::Member => "member",
            Self::Redemption => "redemption",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What points that come back of a sale are worth where a ceiling asks: their share of the money that
/// all points of the sale stood for, or what they take off another bill, whichever is more; rounded up.
///
/// `spent` and `stood_for` are the sale's, in one wallet; `step` says how many points take how much off,
/// where they pay as money.
pub fn worth_of(
    back: Points,
    (spent, stood_for): (Points, Money),
    step: Option<(Points, Money)>,
) -> Money {
    let worth = |(points, money): (Points, Money)| {
        let (points, money) = (i128::from(points.get()), i128::from(money.get().max(0)));
        if points <= 0 {
            return 0;
        }
        let exact = i128::from(back.get().max(0)) * money;
        (exact + points - 1) / points
    };
    let most = worth((spent, stood_for)).max(step.map_or(0, worth));
    Money::new(i64::try_from(most).unwrap_or(AMOUNT_MAX).min(AMOUNT_MAX))
}

/// What each role may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights(Few<Role, Ceilings>);

impl Default for Rights {
    fn default() -> Self {
        Self(Role::ALL.map(|role| (role, role.usual_ceilings())).into())
    }
}

impl Rights {
    /// Says what a role may do.
    pub fn set(&mut self, role: Role, ceilings: Ceilings) {
        self.0.insert(role, ceilings);
    }

    /// What a role may do.
    pub fn of(&self, role: Role) -> Ceilings {
        let usual = || role.usual_ceilings();
        self.0.get(&role).copied().unwrap_or_else(usual)
    }

    /// What is above the ceiling of somebody who is only named. `None` is nobody the store knows: that
    /// one may do nothing alone.
    pub fn above_by_name(&self, named: Option<Role>, act: Act) -> Option<Above> {
        let ceilings = match named {
            None | Some(Role::Auditor) => Ceilings::NOTHING,
            Some(_) => self.of(Role::Cashier),
        };
        ceilings.above(act)
    }
}

/// What is kept of a PIN.
#[derive(Clone, PartialEq, Eq)]
pub struct PinHash {
    /// Random, each operator's own.
    pub salt: [u8; 16],
    /// Rounds of PBKDF2.
    pub iterations: u32,
    /// What the PIN comes to.
    pub tag: [u8; 32],
}

/// Leaves the hash out of logs: short PINs are soon guessed from it.
impl std::fmt::Debug for PinHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PinHash").finish_non_exhaustive()
    }
}

/// Somebody who works at the till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// A code such as `TN-07`, never a name.
    pub id: String,
    /// What they are.
    pub role: Role,
    /// What is kept of their PIN; who has none approves nothing.
    pub pin: Option<PinHash>,
}

/// Everybody who works at the till, and what they may do. Nobody: nothing is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operators {
    /// What each role may do.
    pub rights: Rights,
    /// Sorted by id, each once.
    pub list: Vec<Operator>,
}

impl Operators {
    /// Nobody was provisioned, so nothing is checked.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Somebody by their code.
    pub fn find(&self, id: &str) -> Option<&Operator> {
        let place = self
            .list
            .binary_search_by(|operator| operator.id.as_str().cmp(id));
        place.ok().map(|place| &self.list[place])
    }
}

/// Wrong PINs in a row after which no PIN of that operator is looked at for a while.
pub const WRONG_PINS_MAX: u32 = 5;
/// The first such while, in seconds; each further wrong PIN doubles it.
const FIRST_LOCK_SECONDS: i64 = 60;
/// The longest, in seconds: a day.
const LONGEST_LOCK_SECONDS: i64 = 24 * 3_600;

/// How long an operator's PIN is locked after so many wrong ones in a row; nothing for too few.
pub fn lock_seconds(wrong_pins: u32) -> Option<i64> {
    let doublings = wrong_pins.checked_sub(WRONG_PINS_MAX)?;
    // Eleven doublings of a minute are more than a day.
    let seconds = FIRST_LOCK_SECONDS << doublings.min(11);
    Some(seconds.min(LONGEST_LOCK_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cashier_returns_known_goods_and_asks_for_the_rest() {
        let rights = Rights::default();
        let cashier = Some(Role::Cashier);
        let refund = Act::Refund(Money::new(9_000_000));
        assert_eq!(rights.above_by_name(cashier, refund), None);
        let one_point = Act::Adjustment {
            points: Points::new(-1),
            scale: 1,
        };
        let above = Above { limit: 0, found: 1 };
        assert_eq!(rights.above_by_name(cashier, one_point), Some(above));
        assert_eq!(rights.above_by_name(cashier, Act::LiftLimit), Some(above));
    }

    #[test]
    fn a_supervisors_name_alone_is_no_more_than_a_cashiers() {
        let mut rights = Rights::default();
        let limit = Some(Money::new(500_000));
        let usual = Role::Cashier.usual_ceilings();
        rights.set(
            Role::Cashier,
            Ceilings {
                refund: limit,
                ..usual
            },
        );
        let refund = Act::Refund(Money::new(500_001));
        let above = Above {
            limit: 500_000,
            found: 500_001,
        };
        for role in [Role::Cashier, Role::Supervisor, Role::Manager] {
            assert_eq!(rights.above_by_name(Some(role), refund), Some(above));
        }
        assert_eq!(rights.of(Role::Supervisor).above(refund), None);
        let exactly = Act::Refund(Money::new(500_000));
        assert_eq!(rights.above_by_name(Some(Role::Manager), exactly), None);
    }

    #[test]
    fn points_that_come_back_are_worth_what_they_stood_for_or_would_take_off() {
        let (back, spent) = (Points::new(3), Points::new(10));
        let worth = |stood_for, step: Option<(i64, i64)>| {
            let step = step.map(|(points, money)| (Points::new(points), Money::new(money)));
            worth_of(back, (spent, Money::new(stood_for)), step).get()
        };
        assert_eq!(worth(10_000, None), 3_000);
        // 3 of 10 that stood for 9.999: 2.999,7.
        assert_eq!(worth(9_999, None), 3_000);
        // They bought a gift; on a bill 2 points take 1.000 off: 1.500.
        assert_eq!(worth(0, Some((2, 1_000))), 1_500);
        assert_eq!(worth(10_000, Some((2, 1_000))), 3_000);
        assert_eq!(
            worth_of(back, (Points::ZERO, Money::ZERO), None),
            Money::ZERO
        );
        let most = worth_of(
            Points::new(AMOUNT_MAX),
            (spent, Money::ZERO),
            Some((Points::new(1), Money::new(AMOUNT_MAX))),
        );
        assert_eq!(most.get(), AMOUNT_MAX);
    }

    #[test]
    fn an_auditor_and_a_stranger_do_nothing_alone() {
        let rights = Rights::default();
        let refund = Act::Refund(Money::new(1));
        for nobody in [None, Some(Role::Auditor)] {
            assert!(rights.above_by_name(nobody, refund).is_some());
        }
    }

    #[test]
    fn points_are_counted_whole_in_a_wallet_with_decimals() {
        let ceilings = Ceilings {
            adjustment: Some(10),
            ..Ceilings::NOTHING
        };
        let act = |points| Act::Adjustment {
            points: Points::new(points),
            scale: 100,
        };
        assert_eq!(ceilings.above(act(1_000)), None);
        let above = Above {
            limit: 1_000,
            found: 1_001,
        };
        assert_eq!(ceilings.above(act(-1_001)), Some(above));
    }

    #[test]
    fn the_fifth_wrong_pin_costs_a_minute_and_each_further_one_twice_as_much() {
        let seconds: Vec<_> = [4, 5, 6, 7, 15, 16, u32::MAX].map(lock_seconds).into();
        let day = 86_400;
        let expected = [
            None,
            Some(60),
            Some(120),
            Some(240),
            Some(61_440),
            Some(day),
            Some(day),
        ];
        assert_eq!(seconds, expected);
    }
}
