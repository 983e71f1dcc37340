//! The form of the case files: `tests/cases/README.md` tells it for people.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};

/// One published case, or one of our own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub id: String,
    pub system: String,
    /// The case as it was published: rules, input, expected and source. Absent for one of our own.
    pub says: Option<Value>,
    /// How it was understood here.
    #[serde(default)]
    pub note: String,
    /// A file of examples/programmes, or a document without its head.
    #[serde(default)]
    pub programme: Value,
    /// How the POS rounds taxes: each printed line by itself, unless `together`.
    #[serde(default)]
    pub tax_rounded: TaxRounded,
    /// Of a payment with stored value, which the POS may book as a line with a tax inside.
    #[serde(default)]
    pub stored_tax: String,
    #[serde(default)]
    pub steps: Vec<Step>,
    /// What a programme cannot say yet. Such a case has failed.
    pub missing: Option<String>,
    pub exception: Option<Exception>,
    /// Where the programmes are that it names, below the repository; examples/programmes if empty.
    #[serde(skip)]
    pub folder: PathBuf,
}

#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxRounded {
    #[default]
    EachLine,
    Together,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    pub reason: Why,
    /// What the source says that shows it.
    pub sentence: String,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    NotAboutALoyaltyRule,
    DefectOfThePeer,
    SourceContradictsItself,
}

impl Why {
    pub fn words(self) -> &'static str {
        match self {
            Self::NotAboutALoyaltyRule => "not about a loyalty rule",
            Self::DefectOfThePeer => "a documented defect of the peer",
            Self::SourceContradictsItself => "the source contradicts itself",
        }
    }
}

/// What is done, one after the other. All but the first three are done at one till.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A cart is priced by itself, beside everything else.
    Quote(Box<Quoted>),
    /// A document is refused.
    Refuse(Refused),
    /// Texts that are the same phone.
    Phone(Phones),
    Sell(Box<Sold>),
    Return(Returned),
    Undo(Undone),
    /// Somebody joins; others join when they are first named.
    Join(Who),
    Give(Given),
    Ask(Asked),
    Close(Closed),
    /// The member earns and spends nothing from now on.
    Block(Who),
    Merge(Joined),
    /// From now on one shares the account of another.
    Share(Shared),
    /// From now on this programme is installed too.
    Install(Installed),
    /// Something that is no sale: a review, a check-in.
    Report(Reported),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quoted {
    /// How the numbers were worked out by hand.
    #[serde(default)]
    pub worked: String,
    #[serde(default)]
    pub name: String,
    /// Instead of the case's.
    #[serde(default)]
    pub programme: Value,
    /// A cart (docs/cart.md); what it does not say is filled in, and its lines may be written short.
    pub cart: Map<String, Value>,
    /// docs/cart.md, "A member". Nobody if absent.
    #[serde(default)]
    pub member: Value,
    /// The programme version of the day of the returns, where it is another.
    #[serde(default)]
    pub current: Value,
    /// The cart is refused: field and code.
    pub problem: Option<String>,
    #[serde(default)]
    pub expect: Expect,
    /// Points still due once everything is returned.
    pub due_after_all: Option<i64>,
    #[serde(default)]
    pub due_after: Vec<Due>,
    /// Returns, one after the other.
    #[serde(default)]
    pub refunds: Vec<Refund>,
}

/// What a quote says. Whole numbers are smallest units, texts are decimals as the POS prints them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    #[serde(default)]
    pub earns: BTreeMap<String, i64>,
    /// By rule.
    #[serde(default)]
    pub by_rule: BTreeMap<String, i64>,
    #[serde(default)]
    pub with_card: BTreeMap<String, i64>,
    #[serde(default)]
    pub uses: BTreeMap<String, i64>,
    /// The most that could be spent.
    #[serde(default)]
    pub redeemable: BTreeMap<String, i64>,
    #[serde(default)]
    pub after: BTreeMap<String, i64>,
    pub discount: Option<i64>,
    pub payable: Option<i64>,
    pub tier: Option<String>,
    pub tier_after: Option<String>,
    /// The last day on which the tier after it is kept.
    pub tier_kept_until: Option<i64>,
    /// What counts for the tier before this sale.
    pub tier_counted: Option<i64>,
    /// What its turns of lucky draws won once it is final, by the prizes' ids; empty for nothing.
    pub draws: Option<Vec<String>>,
    /// What follows of exactly these limits, by their ids.
    pub limits: Option<BTreeMap<String, String>>,
    pub available_from: Option<i64>,
    pub expires_on: Option<i64>,
    /// Keys of reasons.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// Parts of what the explanation says.
    #[serde(default)]
    pub says: Vec<String>,
    /// Exactly these offers and rewards are taken, and so much off each.
    pub takes: Option<BTreeMap<String, i64>>,
    /// Goods handed over besides: pieces by article.
    #[serde(default)]
    pub gifts: BTreeMap<String, i64>,
    pub line_discounts: Option<Vec<i64>>,
    /// Lines of the receipt of the POS: goods, one a group of taxes for each thing taken off, gifts.
    pub lines: Option<usize>,
    /// The receipt of the POS: what is to be paid with all taxes, without, and the taxes.
    pub total: Option<String>,
    pub total_without_tax: Option<String>,
    pub tax: Option<String>,
    /// Parts of an offer or reward as the POS prints them, one a group of taxes: with tax.
    #[serde(default)]
    pub printed: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub printed_without_tax: BTreeMap<String, Vec<String>>,
    /// The case compares its totals to so many decimals only.
    pub places: Option<u32>,
}

/// Goods come back; points of the wallet with number 1 that are taken back and returned so far.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refund {
    /// Line, and the money that comes back of it in minor units; everything that is left if empty.
    #[serde(default)]
    pub amounts: Vec<(usize, i64)>,
    pub taken_back: i64,
    pub returned: i64,
}

/// Points still due when so much is kept of each line: quantity in thousandths, and money.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    pub kept: Vec<(i64, i64)>,
    pub points: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    #[serde(default)]
    pub programme: Value,
    /// Path and code of each problem.
    pub problems: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phones {
    pub typed: Vec<String>,
    pub e164: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Who {
    pub who: String,
    pub on: Option<i64>,
}

/// One becomes the other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Joined {
    pub who: String,
    pub into: String,
    pub on: Option<i64>,
}

/// One joins the household of the other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shared {
    pub who: String,
    pub with: String,
    pub on: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sold {
    /// How the numbers were worked out by hand.
    #[serde(default)]
    pub worked: String,
    /// Its name, for returns.
    #[serde(default)]
    pub name: String,
    /// Nobody if empty.
    #[serde(default)]
    pub who: String,
    pub on: Option<i64>,
    pub cart: Map<String, Value>,
    /// What is paid in the end, where it is another.
    pub final_cart: Option<Map<String, Value>>,
    /// What was authorised.
    pub authorised: Option<Expect>,
    #[serde(default)]
    pub how: How,
    /// So many such sales, once if left out.
    pub times: Option<u32>,
    #[serde(default)]
    pub expect: Expect,
    /// What the member has in each wallet then.
    #[serde(default)]
    pub balance: BTreeMap<String, i64>,
    /// What the same cart would still have come to on the day before.
    pub day_before: Option<Expect>,
}

#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Paid and final.
    #[default]
    Recorded,
    /// Asked twice, as after a lost connection: the second time nothing more happens.
    RecordedTwice,
    /// Priced only.
    Priced,
    /// Authorised and not paid yet.
    Held,
    /// Authorised, then paid.
    HeldAndPaid,
    /// Authorised, then given up.
    HeldAndVoided,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returned {
    /// How the numbers were worked out by hand.
    #[serde(default)]
    pub worked: String,
    pub of: String,
    pub on: Option<i64>,
    /// Line and pieces; everything if empty.
    #[serde(default)]
    pub pieces: Vec<(usize, i64)>,
    /// Line and the money that the POS gives back, in minor units.
    #[serde(default)]
    pub amounts: Vec<(usize, i64)>,
    /// Money given back.
    pub amount: Option<i64>,
    #[serde(default)]
    pub taken_back: BTreeMap<String, i64>,
    #[serde(default)]
    pub returned: BTreeMap<String, i64>,
    #[serde(default)]
    pub balance: BTreeMap<String, i64>,
    /// The goods are not taken back, for a reason of this key.
    pub refused: Option<String>,
    /// How many lots the member has then, of all wallets.
    pub lots: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Undone {
    pub of: String,
    #[serde(default)]
    pub balance: BTreeMap<String, i64>,
    /// How many entries more the ledger has: nothing is deleted.
    pub entries_more: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// How the numbers were worked out by hand.
    #[serde(default)]
    pub worked: String,
    pub who: String,
    pub on: Option<i64>,
    pub wallet: String,
    /// Below zero to take.
    pub points: i64,
    pub expires_on: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// How the numbers were worked out by hand.
    #[serde(default)]
    pub worked: String,
    pub who: String,
    pub on: Option<i64>,
    #[serde(default)]
    pub balance: BTreeMap<String, i64>,
    #[serde(default)]
    pub spendable: BTreeMap<String, i64>,
    #[serde(default)]
    pub pending: BTreeMap<String, i64>,
    /// So much could still be spent on the day before and cannot on this one.
    #[serde(default)]
    pub gone: BTreeMap<String, i64>,
    /// Points left and the first day on which they cannot be spent, 0 for never, of every lot.
    pub lots: Option<Vec<(i64, i64)>>,
    /// Who it is by now, where the card leads to another member.
    pub now: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    pub on: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installed {
    pub programme: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reported {
    /// How the numbers were worked out by hand.
    #[serde(default)]
    pub worked: String,
    pub who: String,
    pub on: Option<i64>,
    pub event: String,
    /// Which one of its kind. Where it is what the case calls a member, it is that member's number.
    pub reference: Option<String>,
    #[serde(default)]
    pub earns: BTreeMap<String, i64>,
    #[serde(default)]
    pub balance: BTreeMap<String, i64>,
}
