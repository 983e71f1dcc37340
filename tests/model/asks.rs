//! What is asked of the till and of the reference, and how it must end. Members and sales go by their
//! place, days by their distance from the first one, goods by the piece.

/// Where a sale stands, by the numbers of the C header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    #[default]
    Held = 1,
    Committed = 2,
    Voided = 3,
    Expired = 4,
    Refunded = 5,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    Enrol {
        phone: u64,
    },
    /// Recorded, or authorised for so many seconds.
    Sell {
        bill: Bill,
        hold: Option<i64>,
    },
    Commit {
        sale: usize,
        changed: Option<Bill>,
    },
    Void {
        sale: usize,
    },
    Claim {
        sale: usize,
        member: usize,
        day: i64,
    },
    Refund {
        sale: usize,
        goods: Goods,
        day: i64,
    },
    /// Goods come back without their sale: this bill, the other way round.
    Unlinked(Bill),
    Adjust(Adjust),
}

impl Ask {
    /// Which ceiling counts: for goods of a known sale, of an unknown one, or points by hand.
    pub fn ceiling(&self) -> usize {
        match self {
            Self::Adjust(_) => 2,
            Self::Unlinked(_) => 1,
            Self::Sell { bill, .. } => {
                let is_unknown = |back: &Back| back.of.is_none();
                usize::from(bill.back.as_ref().is_some_and(is_unknown))
            }
            _ => 0,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    pub member: Option<usize>,
    pub quantity: i64,
    pub total: i64,
    /// Points that shall pay.
    pub wanted: i64,
    /// What comes back in the same cart.
    pub back: Option<Back>,
    pub day: i64,
}

impl Bill {
    /// The money given for what comes back in it.
    pub fn given(&self) -> i64 {
        self.back.as_ref().map_or(0, |back| back.amount)
    }
}

/// Goods that come back in a cart, of a known sale or not, and the money given for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    pub of: Option<usize>,
    pub pieces: i64,
    pub amount: i64,
}

/// An operator gives points, or below zero takes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjust {
    pub member: usize,
    pub points: i64,
    pub may_owe: bool,
    pub until: Option<i64>,
    pub day: i64,
}

/// What comes back of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goods {
    All,
    /// All, because the sale should never have been.
    Undone,
    /// Pieces, and what is given for them if it is not their share of what was paid.
    Pieces(i64, Option<i64>),
    /// A lower price.
    Money(i64),
}

/// How a call must end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Sale(usize),
    Member(usize),
    /// Points given or taken, and how many are owed.
    Moved(i64, i64),
    Refused,
    /// Refused until a supervisor says yes.
    NeedsApproval,
    /// It was settled before: what became of the sale, or whose phone it is.
    Settled,
    TooLate,
}
