//! The cart: what a till says about a sale. `docs/cart.md` lists every field with its C setter.
//!
//! This is one model with two doors, the builder calls of the C header and JSON. Integers only:
//! money in minor units, quantities in thousandths, points in the wallet's smallest unit.

use crate::kernel::Few;
use std::borrow::Cow;
use std::collections::BTreeSet;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::shown::{self, Shown};
use crate::kernel::{BusinessDate, Instant, MemberNumber, Money, Points, Quantity, UtcOffset};
pub use crate::programme::LineFlag;
use crate::programme::shape::unique_set;

/// Everything the evaluation and the ledger know of a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "cart"))]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Cart {
    /// ISO 4217 code; must be the programme's.
    #[n(0)]
    #[cfg_attr(test, schemars(regex(pattern = r"^[A-Z]{3}$")))]
    pub currency: String,
    /// When the sale is rung up, UTC.
    #[n(1)]
    #[cfg_attr(
        test,
        schemars(with = "i64", range(min = 0, max = 253_402_300_799_999i64))
    )]
    pub at_ms: Instant,
    /// Minutes east of UTC at the till.
    #[n(2)]
    #[cfg_attr(test, schemars(with = "i32", range(min = -1080, max = 1080)))]
    pub utc_offset_minutes: UtcOffset,
    /// The day in the books.
    #[n(3)]
    #[cfg_attr(
        test,
        schemars(with = "i32", range(min = 19_000_101, max = 99_991_231))
    )]
    pub business_date: BusinessDate,
    /// The receipt's number at its till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(4)]
    #[cfg_attr(test, schemars(length(min = 0, max = 200)))]
    pub receipt_number: Option<String>,
    /// Part of a receipt that is rung up in several sales, from 1.
    #[serde(default = "first_part", skip_serializing_if = "is_first_part")]
    #[cbor(n(5), default)]
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = 9999), extend("default" = 1)))]
    pub receipt_part: ReceiptPart,
    /// Name shared by the sales of a split bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(6)]
    #[cfg_attr(test, schemars(length(min = 0, max = 200)))]
    pub receipt_group: Option<String>,
    /// The till's name on the receipt; provisioning's if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(7)]
    #[cfg_attr(test, schemars(length(min = 0, max = 200)))]
    pub till: Option<String>,
    /// The cashier's number or short name at the POS; never a person's full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(8)]
    #[cfg_attr(test, schemars(length(min = 0, max = 200)))]
    pub cashier: Option<String>,
    /// `store` if absent; `online`, `app`, `phone` or the vendor's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(9)]
    #[cfg_attr(test, schemars(length(min = 0, max = 200)))]
    pub channel: Option<String>,
    /// Whose sale it is; nobody's if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(10)]
    #[cfg_attr(
        test,
        schemars(with = "Option<u64>", range(min = 0, max = 999_999_999_999u64))
    )]
    pub member: Option<MemberNumber>,
    /// What was sold, in the order of the receipt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cbor(n(11), default)]
    #[cfg_attr(test, schemars(length(max = 2000)))]
    pub lines: Vec<Line>,
    /// How it is paid, as far as known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cbor(n(12), default)]
    #[cfg_attr(test, schemars(length(max = 100)))]
    pub payments: Vec<Payment>,
    /// Voucher and promotion codes shown at the till.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cbor(n(13), default)]
    #[cfg_attr(test, schemars(length(max = 100), inner(length(min = 1, max = 200)), extend("uniqueItems" = true)))]
    pub codes: Vec<String>,
    /// Rewards the member asks for, by their id in the programme.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cbor(n(14), default)]
    #[cfg_attr(test, schemars(length(max = 100), inner(length(min = 1, max = 64)), extend("uniqueItems" = true)))]
    pub rewards_wanted: Vec<String>,
    /// Automatic rewards the member does not want today.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cbor(n(15), default)]
    #[cfg_attr(test, schemars(length(max = 100), inner(length(min = 1, max = 64)), extend("uniqueItems" = true)))]
    pub rewards_declined: Vec<String>,
    /// Points to spend at the most, by wallet id.
    #[serde(default, skip_serializing_if = "Few::is_empty")]
    #[cbor(n(16), default)]
    #[cfg_attr(test, schemars(with = "Few<String, u64>", extend("maxProperties" = 100)))]
    pub points_wanted: Few<String, Points>,
    /// The vendor's own facts, kept with the sale and never read.
    #[serde(default, skip_serializing_if = "Few::is_empty")]
    #[cbor(n(17), default)]
    #[cfg_attr(test, schemars(extend("maxProperties" = 100)))]
    pub x: Few<String, String>,
    /// The store's name, for conditions; the ledger's own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(18)]
    #[cfg_attr(test, schemars(length(min = 0, max = 200)))]
    pub store: Option<String>,
    /// What the customer showed to be known: card, phone or member number as scanned or typed. Only a
    /// keyed hash of it is kept, and it is read only: no JSON that is written has it but a parked cart.
    #[serde(default, skip_serializing, deserialize_with = "shown::optional")]
    #[n(19)]
    #[cfg_attr(test, schemars(with = "Option<String>", length(min = 0, max = 200)))]
    pub shown: Option<Shown>,
}

/// One line of a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "line"))]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Line {
    /// The article.
    #[n(0)]
    #[cfg_attr(test, schemars(length(min = 1, max = 64)))]
    pub sku: String,
    /// How much, in thousandths; negative for a return.
    #[n(1)]
    #[cfg_attr(test, schemars(with = "i64", range(min = -9_000_000_000_000_000i64, max = 9_000_000_000_000_000i64)))]
    pub quantity_milli: Quantity,
    /// What the line costs after the POS's own discounts, signed. The truth.
    #[n(2)]
    #[cfg_attr(test, schemars(with = "i64", range(min = -9_000_000_000_000_000i64, max = 9_000_000_000_000_000i64)))]
    pub line_total: Money,
    /// Price of one, for price conditions only; never checked against `line_total`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(3)]
    #[cfg_attr(test, schemars(with = "Option<i64>", range(min = -9_000_000_000_000_000i64, max = 9_000_000_000_000_000i64)))]
    pub unit_price: Option<Money>,
    /// From the widest to the narrowest: `food/dairy/milk`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(4)]
    #[cfg_attr(test, schemars(length(min = 0, max = 200)))]
    pub category: Option<String>,
    /// The brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(5)]
    #[cfg_attr(test, schemars(length(min = 0, max = 200)))]
    pub brand: Option<String>,
    /// Free words to select lines by.
    #[serde(
        default,
        skip_serializing_if = "BTreeSet::is_empty",
        deserialize_with = "unique_set"
    )]
    #[cbor(n(6), default)]
    #[cfg_attr(test, schemars(length(max = 100), inner(length(min = 1, max = 200))))]
    pub tags: BTreeSet<String>,
    /// What the POS already took off, zero or more; `line_total` is what is left.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[cbor(n(7), default)]
    #[cfg_attr(
        test,
        schemars(with = "i64", range(min = 0, max = 9_000_000_000_000_000i64))
    )]
    pub discount: Money,
    /// Why the POS took it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(8)]
    #[cfg_attr(test, schemars(length(min = 0, max = 200)))]
    pub discount_reason: Option<String>,
    /// Tax contained in `line_total`.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[cbor(n(9), default)]
    #[cfg_attr(test, schemars(with = "i64", range(min = -9_000_000_000_000_000i64, max = 9_000_000_000_000_000i64)))]
    pub tax_inside: Money,
    /// Tax the POS adds on top of `line_total`.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[cbor(n(10), default)]
    #[cfg_attr(test, schemars(with = "i64", range(min = -9_000_000_000_000_000i64, max = 9_000_000_000_000_000i64)))]
    pub tax_outside: Money,
    /// What kind of line it is, beyond goods.
    #[serde(
        default,
        skip_serializing_if = "BTreeSet::is_empty",
        deserialize_with = "unique_set"
    )]
    #[cbor(n(11), default)]
    pub flags: BTreeSet<LineFlag>,
    /// The vendor's own facts, kept with the sale and never read.
    #[serde(default, skip_serializing_if = "Few::is_empty")]
    #[cbor(n(12), default)]
    #[cfg_attr(test, schemars(extend("maxProperties" = 100)))]
    pub x: Few<String, String>,
    /// Of which line of which sale these goods are a return; without it their sale is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(13)]
    pub return_of: Option<ReturnOf>,
}

/// The line of a sale that goods come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "return_of"))]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct ReturnOf {
    /// The sale's id, as the till gave it.
    #[n(0)]
    #[cfg_attr(test, schemars(length(min = 1, max = 200)))]
    pub sale: String,
    /// The line, from 0 in the order of its cart.
    #[n(1)]
    #[cfg_attr(test, schemars(range(min = 0, max = 1999)))]
    pub line: u32,
}

/// One way in which the sale is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "payment"))]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Payment {
    /// `cash`, `card`, `transfer`, `ewallet`, `gift_card`, `voucher` or the vendor's own.
    #[n(0)]
    #[cfg_attr(test, schemars(length(min = 1, max = 64)))]
    pub method: String,
    /// Minor units; negative where money is given back.
    #[n(1)]
    #[cfg_attr(test, schemars(with = "i64", range(min = -9_000_000_000_000_000i64, max = 9_000_000_000_000_000i64)))]
    pub amount: Money,
}

/// Part of a receipt, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct ReceiptPart(#[n(0)] pub u32);

impl Default for ReceiptPart {
    fn default() -> Self {
        Self(1)
    }
}

fn first_part() -> ReceiptPart {
    ReceiptPart::default()
}

fn is_first_part(part: &ReceiptPart) -> bool {
    *part == ReceiptPart::default()
}

fn is_zero(amount: &Money) -> bool {
    amount.is_zero()
}

impl Cart {
    /// An empty cart.
    pub fn new(
        currency: &str,
        at: Instant,
        offset: UtcOffset,
        business_date: BusinessDate,
    ) -> Self {
        Self {
            currency: currency.to_owned(),
            at_ms: at,
            utc_offset_minutes: offset,
            business_date,
            receipt_number: None,
            receipt_part: ReceiptPart::default(),
            receipt_group: None,
            till: None,
            cashier: None,
            channel: None,
            member: None,
            lines: Vec::new(),
            payments: Vec::new(),
            codes: Vec::new(),
            rewards_wanted: Vec::new(),
            rewards_declined: Vec::new(),
            points_wanted: Few::new(),
            x: Few::new(),
            store: None,
            shown: None,
        }
    }

    /// The sum of the lines, after the POS's own discounts.
    ///
    /// # Panics
    /// If the sum does not fit; a cart that passed [`Cart::check`] never has such lines.
    pub fn total(&self) -> Money {
        self.lines.iter().map(|line| line.line_total).sum()
    }

    /// Goods come back in it.
    pub fn has_returns(&self) -> bool {
        self.lines.iter().any(Line::is_returned)
    }

    /// The cart with what is sold only, without goods that come back.
    pub(super) fn sold(&self) -> Cow<'_, Self> {
        if !self.has_returns() {
            return Cow::Borrowed(self);
        }
        let mut sold = self.clone();
        sold.lines.retain(|line| !line.is_returned());
        Cow::Owned(sold)
    }
}

impl Line {
    /// Goods that come back: their quantity is below zero. A line with a negative total alone is
    /// money off.
    pub fn is_returned(&self) -> bool {
        self.quantity_milli.is_negative()
    }

    /// A line with nothing but the facts every line has.
    pub fn new(sku: &str, quantity: Quantity, line_total: Money) -> Self {
        Self {
            sku: sku.to_owned(),
            quantity_milli: quantity,
            line_total,
            unit_price: None,
            category: None,
            brand: None,
            tags: BTreeSet::new(),
            discount: Money::ZERO,
            discount_reason: None,
            tax_inside: Money::ZERO,
            tax_outside: Money::ZERO,
            flags: BTreeSet::new(),
            x: Few::new(),
            return_of: None,
        }
    }
}
