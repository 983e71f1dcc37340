//! The bounds of a cart, the same at both doors. docs/cart.md lists them field by field.

use crate::kernel::Few;

use super::cart::{Cart, Line, ReturnOf};
use super::problem::CartProblem;
use super::quote::{Award, MemberSnapshot};
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::{Balance, Currency, Instant, Money, SaleId, WalletNumber};
use crate::programme::Programme;

/// The most lines of a cart.
pub const LINES_MAX: usize = 2_000;
/// The most bytes of a text.
pub const TEXT_MAX: usize = 200;
/// The most bytes of an article number, an id or a key of `x`.
pub const SKU_MAX: usize = 64;
/// The most payments, codes, rewards, tags of a line, and keys of one `x`.
pub const LIST_MAX: usize = 100;
/// The last part of a receipt.
pub const RECEIPT_PART_MAX: u32 = 9_999;

type Checked = Result<(), CartProblem>;

impl Cart {
    /// Every field is within its bounds. What depends on a programme is checked by the evaluation.
    ///
    /// # Errors
    /// The first field that is not, in the order of docs/cart.md.
    pub fn check(&self) -> Checked {
        if Currency::from_code(&self.currency).is_none() {
            return Err(CartProblem::new(
                "currency",
                "not_known",
                "a code of ISO 4217, such as VND",
                length(&self.currency),
            ));
        }
        if !self.at_ms.is_in_range() {
            return Err(out_of_range("at_ms", 0, Instant::MAX.ms(), self.at_ms.ms()));
        }
        let part = self.receipt_part.0;
        if !(1..=RECEIPT_PART_MAX).contains(&part) {
            let most = i64::from(RECEIPT_PART_MAX);
            return Err(out_of_range("receipt_part", 1, most, i64::from(part)));
        }
        optional_text("receipt_number", &self.receipt_number)?;
        optional_text("receipt_group", &self.receipt_group)?;
        optional_text("till", &self.till)?;
        optional_text("store", &self.store)?;
        optional_text("cashier", &self.cashier)?;
        optional_text("channel", &self.channel)?;
        count("lines", self.lines.len(), LINES_MAX)?;
        for (index, line) in self.lines.iter().enumerate() {
            line.check(index)?;
        }
        count("payments", self.payments.len(), LIST_MAX)?;
        for (index, payment) in self.payments.iter().enumerate() {
            text(
                &format!("payments[{index}].method"),
                &payment.method,
                SKU_MAX,
            )?;
            amount(&format!("payments[{index}].amount"), payment.amount.get())?;
        }
        self.check_sums()?;
        list_of_codes("codes", &self.codes, TEXT_MAX)?;
        list_of_codes("rewards_wanted", &self.rewards_wanted, SKU_MAX)?;
        list_of_codes("rewards_declined", &self.rewards_declined, SKU_MAX)?;
        self.check_wishes()?;
        count("points_wanted", self.points_wanted.len(), LIST_MAX)?;
        for (wallet, points) in &self.points_wanted {
            text("points_wanted", wallet, SKU_MAX)?;
            zero_or_more(&format!("points_wanted.{wallet}"), points.get())?;
        }
        own_facts("x", &self.x)
    }

    /// Sums of many amounts stay as bounded as one amount, so that nothing behind this can overflow.
    fn check_sums(&self) -> Checked {
        let of_lines =
            |field: &str, amount: fn(&Line) -> Money| sum(field, self.lines.iter().map(amount));
        of_lines("line_total", |line| line.line_total)?;
        of_lines("discount", |line| line.discount)?;
        of_lines("tax_inside", |line| line.tax_inside)?;
        of_lines("tax_outside", |line| line.tax_outside)?;
        sum(
            "payments",
            self.payments.iter().map(|payment| payment.amount),
        )
    }

    /// Nobody is paid out for buying. More than is due is change that is not told, or a tip; less is a
    /// bill that is not paid yet.
    fn check_way_of_payments(&self) -> Checked {
        let due: i64 = self
            .lines
            .iter()
            .map(|line| line.line_total.get() + line.tax_outside.get())
            .sum();
        let paid: i64 = self.payments.iter().map(|part| part.amount.get()).sum();
        if due > 0 && paid < 0 {
            return Err(CartProblem::new(
                "payments",
                "conflict",
                "0 or more together, for lines that are to be paid",
                paid.to_string(),
            ));
        }
        Ok(())
    }

    pub(super) fn check_wishes(&self) -> Checked {
        let is_wanted = |id: &String| self.rewards_wanted.contains(id);
        match self.rewards_declined.iter().position(is_wanted) {
            None => Ok(()),
            Some(index) => Err(CartProblem::new(
                format!("rewards_declined[{index}]"),
                "conflict",
                "one that is not in rewards_wanted",
                "one that is wanted as well",
            )),
        }
    }
}

impl Line {
    /// Every field is within its bounds; `index` is for the path of the problem.
    pub(super) fn check(&self, index: usize) -> Checked {
        // The path is written only once something is wrong: a bill has many fields and no problem.
        self.check_fields().map_err(|problem| CartProblem {
            field: format!("lines[{index}].{}", problem.field),
            ..problem
        })
    }

    fn check_fields(&self) -> Checked {
        text("sku", &self.sku, SKU_MAX)?;
        amount("quantity_milli", self.quantity_milli.get())?;
        amount("line_total", self.line_total.get())?;
        self.check_signs()?;
        if let Some(price) = self.unit_price {
            amount("unit_price", price.get())?;
        }
        optional_text("category", &self.category)?;
        optional_text("brand", &self.brand)?;
        count("tags", self.tags.len(), LIST_MAX)?;
        for tag in &self.tags {
            text("tags", tag, TEXT_MAX)?;
        }
        zero_or_more("discount", self.discount.get())?;
        optional_text("discount_reason", &self.discount_reason)?;
        amount("tax_inside", self.tax_inside.get())?;
        amount("tax_outside", self.tax_outside.get())?;
        self.check_taxes()?;
        own_facts("x", &self.x)?;
        self.return_of.as_ref().map_or(Ok(()), |of| {
            return_of(of)?;
            if !self.is_returned() {
                return Err(CartProblem::new(
                    "return_of",
                    "not_used",
                    "a quantity below 0",
                    "goods that are sold",
                ));
            }
            Ok(())
        })
    }
}

impl Line {
    /// Nobody pays for bringing goods back. Money off has a quantity above zero and a total below, and
    /// comes back with its sale (docs/cart.md, "Goods that come back").
    fn check_signs(&self) -> Checked {
        if self.is_returned() && self.line_total.is_positive() {
            return Err(CartProblem::new(
                "line_total",
                "conflict",
                "0 or below for a quantity below 0: goods that come back",
                self.line_total.get().to_string(),
            ));
        }
        Ok(())
    }

    /// Tax has the sign of its line, and what is in it is no more than it. Tax on top may be more than
    /// the line, and there may be some on a line that costs nothing.
    fn check_taxes(&self) -> Checked {
        let (total, inside) = (self.line_total.get(), self.tax_inside.get());
        if !(total.min(0)..=total.max(0)).contains(&inside) {
            let expected = format!("{} to {}, a part of line_total", total.min(0), total.max(0));
            let found = inside.to_string();
            return Err(CartProblem::new("tax_inside", "conflict", expected, found));
        }
        let outside = self.tax_outside.get();
        if total.signum() * outside.signum() < 0 {
            let expected = "the sign of line_total, or 0";
            let found = outside.to_string();
            return Err(CartProblem::new("tax_outside", "conflict", expected, found));
        }
        Ok(())
    }
}

/// It names a line of a sale.
pub(super) fn return_of(of: &ReturnOf) -> Checked {
    if of.sale.parse::<SaleId>().is_err() {
        let expected = "a sale's id, as the till gave it";
        let found = length(&of.sale);
        return Err(CartProblem::new(
            "return_of.sale",
            "wrong_form",
            expected,
            found,
        ));
    }
    let last = i64::try_from(LINES_MAX).expect("small") - 1;
    within("return_of.line", 0, last, i64::from(of.line))
}

/// The cart can be priced by this programme for this member.
pub(super) fn fits(cart: &Cart, programme: &Programme, member: Option<&MemberSnapshot>) -> Checked {
    if cart.currency != programme.currency().code() {
        return Err(CartProblem::new(
            "currency",
            "other_currency",
            programme.currency().code(),
            &cart.currency,
        ));
    }
    if !programme.is_valid_on(cart.business_date) {
        let (first, last) = (programme.valid_from(), programme.valid_until());
        let first = first.map_or("any day".to_owned(), |day| day.yyyymmdd().to_string());
        let last = last.map_or("any day".to_owned(), |day| day.yyyymmdd().to_string());
        return Err(CartProblem::new(
            "business_date",
            "programme_not_valid",
            format!("{first} to {last}"),
            cart.business_date.yyyymmdd().to_string(),
        ));
    }
    for wallet in cart.points_wanted.keys() {
        if programme.wallet(wallet).is_none() {
            let known: Vec<&str> = programme.wallets().iter().map(|w| w.id.as_str()).collect();
            return Err(CartProblem::new(
                format!("points_wanted.{wallet}"),
                "not_known",
                format!("a wallet of the programme: {}", known.join(", ")),
                "another word",
            ));
        }
    }
    cart.check_way_of_payments()?;
    same_member(cart, member)
}

fn same_member(cart: &Cart, member: Option<&MemberSnapshot>) -> Checked {
    let problem =
        |expected, found| Err(CartProblem::new("member", "other_member", expected, found));
    match (cart.member, member) {
        (None, None) => Ok(()),
        (Some(number), Some(snapshot)) if number == snapshot.number => {
            let is_bounded = |balance: &Balance| {
                let limits = -AMOUNT_MAX..=AMOUNT_MAX;
                [balance.known, balance.spendable]
                    .iter()
                    .all(|points| limits.contains(&points.get()))
            };
            if snapshot.balances.values().all(is_bounded) {
                return Ok(());
            }
            Err(CartProblem::new(
                "member",
                "too_large",
                "balances to 9e15",
                "more",
            ))
        }
        (Some(_), Some(_)) => problem("the member whose balances are given", "another member"),
        (Some(_), None) => problem("balances of the member", "none"),
        (None, Some(_)) => problem("the member whose balances are given", "no member"),
    }
}

/// The awards of all rules together fit their wallets.
pub(super) fn awards_fit(awards: &[Award]) -> Checked {
    let mut sums: Few<WalletNumber, i128> = Few::new();
    for award in awards {
        let sum = sums.entry(award.wallet).or_default();
        *sum += i128::from(award.points.get());
        if *sum > i128::from(AMOUNT_MAX) {
            return Err(too_many_points(&award.rule));
        }
    }
    Ok(())
}

/// More points than a wallet can hold.
pub(super) fn too_many_points(rule: &str) -> CartProblem {
    CartProblem::new(
        "lines",
        "too_large",
        "a sale that earns at most 9e15 points",
        format!("more, by rule {rule}"),
    )
}

pub(super) fn text(field: &str, value: &str, most: usize) -> Checked {
    if value.is_empty() || value.len() > most {
        return Err(CartProblem::new(
            field,
            "length",
            format!("1 to {most} bytes"),
            length(value),
        ));
    }
    // Most texts are plain, and that is told faster.
    let is_plain = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !is_plain && value.chars().any(char::is_control) {
        return Err(CartProblem::new(
            field,
            "control_character",
            "letters, digits, signs and spaces",
            "a control character",
        ));
    }
    Ok(())
}

fn optional_text(field: &str, value: &Option<String>) -> Checked {
    value
        .as_ref()
        .map_or(Ok(()), |value| text(field, value, TEXT_MAX))
}

/// What was scanned may hold the separators of GS1, so control characters are let through.
fn list_of_codes(field: &str, codes: &[String], most: usize) -> Checked {
    count(field, codes.len(), LIST_MAX)?;
    for (index, code) in codes.iter().enumerate() {
        if code.is_empty() || code.len() > most {
            return Err(CartProblem::new(
                format!("{field}[{index}]"),
                "length",
                format!("1 to {most} bytes"),
                length(code),
            ));
        }
        if codes[..index].contains(code) {
            return Err(CartProblem::new(
                format!("{field}[{index}]"),
                "duplicate",
                "each once",
                "one twice",
            ));
        }
    }
    Ok(())
}

/// A key and a value of the vendor's own.
pub(super) fn own_fact(field: &str, key: &str, value: &str) -> Checked {
    text(field, key, SKU_MAX)?;
    if value.len() > TEXT_MAX {
        return Err(CartProblem::new(
            format!("{field}.{key}"),
            "length",
            format!("at most {TEXT_MAX} bytes"),
            length(value),
        ));
    }
    Ok(())
}

fn own_facts(field: &str, facts: &Few<String, String>) -> Checked {
    count(field, facts.len(), LIST_MAX)?;
    facts
        .iter()
        .try_for_each(|(key, value)| own_fact(field, key, value))
}

pub(super) fn count(field: &str, count: usize, most: usize) -> Checked {
    if count <= most {
        return Ok(());
    }
    Err(CartProblem::new(
        field,
        "count",
        format!("at most {most}"),
        count.to_string(),
    ))
}

fn amount(field: &str, value: i64) -> Checked {
    within(field, -AMOUNT_MAX, AMOUNT_MAX, value)
}

pub(super) fn zero_or_more(field: &str, value: i64) -> Checked {
    within(field, 0, AMOUNT_MAX, value)
}

pub(super) fn within(field: &str, least: i64, most: i64, value: i64) -> Checked {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(out_of_range(field, least, most, value))
}

fn sum(field: &str, amounts: impl Iterator<Item = Money>) -> Checked {
    let sum: i128 = amounts.map(|amount| i128::from(amount.get()).abs()).sum();
    if sum <= i128::from(AMOUNT_MAX) {
        return Ok(());
    }
    Err(CartProblem::new(
        "lines",
        "too_large",
        format!("amounts of {field} that add up to at most {AMOUNT_MAX}"),
        sum.to_string(),
    ))
}

pub(super) fn out_of_range(field: &str, least: i64, most: i64, value: i64) -> CartProblem {
    CartProblem::new(
        field,
        "out_of_range",
        format!("{least} to {most}"),
        value.to_string(),
    )
}

fn length(text: &str) -> String {
    format!("{} bytes", text.len())
}
