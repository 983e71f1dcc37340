//! What is kept beside an entry: of a sale enough to price it again and what it gave, of a refund how
//! far the sale has gone back, of a void or a clock who did it and why.

use crate::kernel::Few;

use minicbor::{Decode, Encode};

use super::error::Error;
use crate::evaluate::cart::Cart;
use crate::evaluate::quote::{Award, MemberSnapshot, Outcome};
use crate::evaluate::{Decided, PointsBack, ReturnedLines, own_awards};
use crate::kernel::{Instant, Money, Points, WalletNumber};
use crate::ledger::authority::worth_of;
use crate::ledger::refund::Standing;
use crate::ledger::{Give, Spend};
use crate::programme::Programme;

/// A sale as it was decided.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct SaleDocument {
    /// What the till said.
    #[n(0)]
    pub(super) cart: Cart,
    /// What the evaluation was told of the member.
    #[n(1)]
    pub(super) member: Option<MemberSnapshot>,
    /// What it gave and took.
    #[n(2)]
    pub(super) outcome: Outcome,
    /// Which programme version priced it.
    #[n(3)]
    pub(super) programme_version: u32,
    /// When its hold ends; nothing for a sale that was recorded at once.
    #[n(4)]
    pub(super) hold_until: Option<Instant>,
}

impl SaleDocument {
    /// The sale as returns look at it. `cart` is the document's own, with its store and till.
    pub(super) fn decided<'a>(&'a self, programme: &'a Programme, cart: &'a Cart) -> Decided<'a> {
        Decided {
            programme,
            member: self.member.as_ref(),
            cart,
            outcome: &self.outcome,
        }
    }
}

/// How far a sale has gone back, beside each of its refund entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct RefundDocument {
    /// Lines of which something has gone back so far, by their place in the cart.
    #[n(0)]
    pub(super) lines: ReturnedLines,
    /// Awarded points taken back so far.
    #[n(1)]
    pub(super) taken_back: Few<WalletNumber, Points>,
    /// Spent points given back so far.
    #[n(2)]
    pub(super) returned: Few<WalletNumber, Points>,
    /// Who did it, why, and the return's own receipt.
    #[n(3)]
    pub(super) note: Note,
    /// The sale was a mistake and counts for nothing any more.
    #[cbor(n(4), default)]
    pub(super) is_post_void: bool,
}

impl RefundDocument {
    pub(super) fn standing(&self) -> Standing {
        Standing {
            taken_back: self.taken_back.clone(),
            returned: self.returned.clone(),
        }
    }

    pub(super) fn points_back(&self) -> PointsBack {
        PointsBack {
            taken_back: self.taken_back.clone(),
            returned: self.returned.clone(),
        }
    }

    /// The money the customer got back so far.
    pub(super) fn paid_back(&self) -> Money {
        self.lines.values().map(|line| line.paid_back()).sum()
    }
}

impl RefundDocument {
    /// What has gone back of the sale so far, as ceilings count it: money, and the worth of the points
    /// that came back beside it.
    pub(super) fn measured(&self, programme: &Programme, sale: &Outcome) -> Money {
        let mut sum = self.paid_back();
        for (&number, &back) in &self.returned {
            let Some(wallet) = programme.wallet_by_number(number) else {
                continue;
            };
            // Stored value is among the money.
            if wallet.is_money() {
                continue;
            }
            let own = || {
                let redemptions = sale.redemptions.iter();
                redemptions.filter(|redemption| redemption.wallet == number)
            };
            let spent = own().map(|redemption| redemption.points).sum();
            let stood_for = own().map(|redemption| redemption.amount).sum();
            let step = wallet.redeem.as_ref();
            let step = step.map(|terms| (terms.step, terms.step_value));
            sum += worth_of(back, (spent, stood_for), step);
        }
        sum
    }
}

/// An event as it was decided.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct EventDocument {
    /// Its name.
    #[n(0)]
    pub(super) name: String,
    /// By which channel.
    #[n(1)]
    pub(super) channel: Option<String>,
    /// Who reported it.
    #[n(2)]
    pub(super) note: Note,
    /// What the evaluation was told of the member.
    #[n(3)]
    pub(super) member: MemberSnapshot,
    /// What it gave.
    #[n(4)]
    pub(super) awards: Vec<Award>,
}

/// Who did something, and why, as the till said it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct Note {
    #[n(0)]
    pub(super) cashier: Option<String>,
    #[n(1)]
    pub(super) reason: Option<String>,
    #[n(2)]
    pub(super) receipt_number: Option<String>,
}

pub(super) fn to_bytes(document: &impl Encode<()>) -> Vec<u8> {
    // Room for a sale of ten lines, so that it is not moved while it grows.
    let mut bytes = Vec::with_capacity(1_024);
    minicbor::encode(document, &mut bytes).expect("writing to memory does not fail");
    bytes
}

pub(super) fn from_bytes<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, Error> {
    minicbor::decode(bytes).map_err(|_| Error::Internal("a stored document cannot be read"))
}

/// The outcome's redemptions as the ledger takes them: one spend a wallet, in the order in which the
/// wallets were first spent from.
pub(super) fn spends(outcome: &Outcome, programme: &Programme) -> Vec<Spend> {
    let own = own_awards(programme, outcome);
    let mut spends: Vec<Spend> = Vec::new();
    for redemption in &outcome.redemptions {
        if !redemption.points.is_positive() {
            continue;
        }
        let same = spends
            .iter_mut()
            .find(|spend| spend.wallet == redemption.wallet);
        match same {
            Some(spend) => {
                spend.points += redemption.points;
                spend.amount += redemption.amount;
            }
            None => spends.push(Spend {
                wallet: redemption.wallet,
                points: redemption.points,
                amount: redemption.amount,
                own: own.get(&redemption.wallet).copied().unwrap_or_default(),
            }),
        }
    }
    spends
}

/// The outcome's awards as the ledger takes them.
pub(super) fn gives(outcome: &Outcome) -> Vec<Give> {
    outcome
        .awards
        .iter()
        .filter(|award| award.points.is_positive())
        .map(|award| Give {
            wallet: award.wallet,
            points: award.points,
            available_from: award.available_from,
            expires_on: award.expires_on,
        })
        .collect()
}
