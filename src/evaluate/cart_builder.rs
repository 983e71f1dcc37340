//! The builder door of the cart: one call a field, each refused at the call that is wrong.
//!
//! The names are those of the JSON keys (docs/cart.md). What is only wrong in sum (two thousand
//! lines of nine quadrillion) is found by [`Cart::check`].

use crate::kernel::Few;

use super::cart::{Cart, Line, LineFlag, Payment, ReceiptPart, ReturnOf};
use super::check::{self, LINES_MAX, LIST_MAX, RECEIPT_PART_MAX, SKU_MAX, TEXT_MAX};
use super::problem::CartProblem;
use super::shown::Shown;
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::ids::NoMemberNumber;
use crate::kernel::{
    BusinessDate, Currency, Instant, MemberNumber, Money, Points, Quantity, UtcOffset,
};

/// Names that [`Cart::set_text`] knows, beside `x.*`.
const TEXTS: [&str; 6] = [
    "receipt_number",
    "receipt_group",
    "till",
    "store",
    "cashier",
    "channel",
];
/// Names that [`Cart::set_int`] knows, beside `x.*`.
const INTS: [&str; 4] = [
    "receipt_part",
    "at_ms",
    "utc_offset_minutes",
    "business_date",
];
/// Names that [`Cart::line_set_text`] knows, beside `x.*`.
const LINE_TEXTS: [&str; 4] = ["category", "brand", "tag", "discount_reason"];
/// Names that [`Cart::line_set_int`] knows, beside `x.*`.
const LINE_INTS: [&str; 9] = [
    "unit_price",
    "discount",
    "tax_inside",
    "tax_outside",
    "service",
    "gift_card",
    "shipping",
    "tip",
    "weighed",
];

type Built = Result<(), CartProblem>;

impl Cart {
    /// An empty cart from a till's numbers: UTC milliseconds, minutes east of UTC, yyyymmdd.
    ///
    /// # Errors
    /// `currency`, `at_ms`, `utc_offset_minutes` or `business_date` is out of its range.
    pub fn begin(
        currency: &str,
        at_ms: i64,
        utc_offset_minutes: i32,
        business_date: i64,
    ) -> Result<Self, CartProblem> {
        if Currency::from_code(currency).is_none() {
            return Err(CartProblem::new(
                "currency",
                "not_known",
                "a code of ISO 4217, such as VND",
                format!("{} bytes", currency.len()),
            ));
        }
        let at = instant(at_ms)?;
        let offset = utc_offset(i64::from(utc_offset_minutes))?;
        Ok(Self::new(currency, at, offset, date(business_date)?))
    }

    /// Sets `receipt_number`, `receipt_group`, `till`, `store`, `cashier`, `channel` or `x.<your own>`.
    /// An empty text removes it.
    ///
    /// # Errors
    /// Another name (the problem lists the names), a text over 200 bytes, a control character.
    pub fn set_text(&mut self, name: &str, value: &str) -> Built {
        if let Some(key) = name.strip_prefix("x.") {
            return set_own(&mut self.x, "x", key, value);
        }
        let place = match name {
            "receipt_number" => &mut self.receipt_number,
            "receipt_group" => &mut self.receipt_group,
            "till" => &mut self.till,
            "store" => &mut self.store,
            "cashier" => &mut self.cashier,
            "channel" => &mut self.channel,
            _ => return Err(unknown_name("", name, &TEXTS)),
        };
        set_optional(place, name, value)
    }

    /// Sets `receipt_part` (1 to 9999), `at_ms`, `utc_offset_minutes`, `business_date` (yyyymmdd)
    /// or `x.<your own>`. A parked cart has no time, see [`Cart::resume`].
    ///
    /// # Errors
    /// Another name (the problem lists the names), a number out of range.
    pub fn set_int(&mut self, name: &str, value: i64) -> Built {
        if let Some(key) = name.strip_prefix("x.") {
            return set_own(&mut self.x, "x", key, &value.to_string());
        }
        match name {
            "receipt_part" => {
                check::within(name, 1, i64::from(RECEIPT_PART_MAX), value)?;
                self.receipt_part = ReceiptPart(u32::try_from(value).expect("checked above"));
            }
            "at_ms" => self.at_ms = instant(value)?,
            "utc_offset_minutes" => self.utc_offset_minutes = utc_offset(value)?,
            "business_date" => self.business_date = date(value)?,
            _ => return Err(unknown_name("", name, &INTS)),
        }
        Ok(())
    }

    /// Whose sale it is, by the twelve digits; an empty text makes it nobody's.
    ///
    /// # Errors
    /// The text is no member number. The problem does not repeat it.
    pub fn set_member(&mut self, number: &str) -> Built {
        if number.is_empty() {
            self.member = None;
            return Ok(());
        }
        let number: MemberNumber = number.parse().map_err(|reason| {
            CartProblem::new(
                "member",
                "not_a_member_number",
                "12 digits, the last a check digit",
                match reason {
                    NoMemberNumber::Form => "something else",
                    NoMemberNumber::CheckDigit => "12 digits, of which one is wrong",
                },
            )
        })?;
        self.member = Some(number);
        Ok(())
    }

    /// What the customer showed to be known, as it was scanned or typed; an empty text takes it back.
    ///
    /// # Errors
    /// The text is no card, phone or member number, such as a payment card. The problem does not
    /// repeat it.
    pub fn set_shown(&mut self, text: &str) -> Built {
        if text.is_empty() {
            self.shown = None;
            return Ok(());
        }
        let shown = Shown::read(text).map_err(|reason| {
            let expected = "a card, a phone or a member number";
            CartProblem::new("shown", "wrong_form", expected, reason.to_string())
        })?;
        self.shown = Some(shown);
        Ok(())
    }

    /// Adds a line and returns its index, from 0. Quantity in thousandths, money in minor units,
    /// both negative for returned goods.
    ///
    /// # Errors
    /// The 2,001st line, an article number that is empty or over 64 bytes, an amount beyond 9e15.
    pub fn add_line(
        &mut self,
        sku: &str,
        quantity_milli: i64,
        line_total: i64,
    ) -> Result<usize, CartProblem> {
        let index = self.lines.len();
        check::count("lines", index + 1, LINES_MAX)?;
        let line = Line::new(sku, Quantity::new(quantity_milli), Money::new(line_total));
        line.check(index)?;
        self.lines.push(line);
        Ok(index)
    }

    /// Sets `category`, `brand`, `discount_reason` or `x.<your own>` of a line, or adds a `tag`.
    /// An empty text removes it; an empty tag removes all tags.
    ///
    /// # Errors
    /// No such line, another name (the problem lists the names), a text over 200 bytes, a control
    /// character, the 101st tag.
    pub fn line_set_text(&mut self, line: usize, name: &str, value: &str) -> Built {
        let path = format!("lines[{line}]");
        let target = self.line_at(line)?;
        if let Some(key) = name.strip_prefix("x.") {
            return set_own(&mut target.x, &format!("{path}.x"), key, value);
        }
        let place = match name {
            "category" => &mut target.category,
            "brand" => &mut target.brand,
            "discount_reason" => &mut target.discount_reason,
            "tag" => return add_tag(target, &format!("{path}.tags"), value),
            _ => return Err(unknown_name(&format!("{path}."), name, &LINE_TEXTS)),
        };
        set_optional(place, &format!("{path}.{name}"), value)
    }

    /// Sets `unit_price`, `discount` (zero or more), `tax_inside` or `tax_outside` of a line in
    /// minor units, one of the flags `service`, `gift_card`, `shipping`, `tip`, `weighed` to 0 or 1,
    /// or `x.<your own>`.
    ///
    /// # Errors
    /// No such line, another name (the problem lists the names), a number out of range.
    pub fn line_set_int(&mut self, line: usize, name: &str, value: i64) -> Built {
        let path = format!("lines[{line}]");
        let field = format!("{path}.{name}");
        let target = self.line_at(line)?;
        if let Some(key) = name.strip_prefix("x.") {
            return set_own(&mut target.x, &format!("{path}.x"), key, &value.to_string());
        }
        if let Some(flag) = flag(name) {
            check::within(&field, 0, 1, value)?;
            if value == 1 {
                target.flags.insert(flag);
            } else {
                target.flags.remove(&flag);
            }
            return Ok(());
        }
        if !LINE_INTS.contains(&name) {
            return Err(unknown_name(&format!("{path}."), name, &LINE_INTS));
        }
        let least = if name == "discount" { 0 } else { -AMOUNT_MAX };
        check::within(&field, least, AMOUNT_MAX, value)?;
        let amount = Money::new(value);
        let before = (target.tax_inside, target.tax_outside);
        match name {
            "unit_price" => target.unit_price = Some(amount),
            "discount" => target.discount = amount,
            "tax_inside" => target.tax_inside = amount,
            _ => target.tax_outside = amount,
        }
        let checked = target.check(line);
        if checked.is_err() {
            (target.tax_inside, target.tax_outside) = before;
        }
        checked
    }

    /// Says of which line of which sale the goods of a line are a return; an empty sale takes it back.
    ///
    /// # Errors
    /// No such line, a line that is no return (its quantity is not below zero), a text that is no
    /// sale's id, a line beyond 1,999.
    pub fn line_set_return_of(&mut self, line: usize, sale: &str, of_line: i64) -> Built {
        let path = format!("lines[{line}]");
        let target = self.line_at(line)?;
        if sale.is_empty() {
            target.return_of = None;
            return Ok(());
        }
        let most = i64::try_from(LINES_MAX).expect("small") - 1;
        check::within(&format!("{path}.return_of.line"), 0, most, of_line)?;
        let before = target.return_of.take();
        target.return_of = Some(ReturnOf {
            sale: sale.to_owned(),
            line: u32::try_from(of_line).expect("checked above"),
        });
        let checked = target.check(line);
        if checked.is_err() {
            target.return_of = before;
        }
        checked
    }

    /// Adds a payment in minor units, negative where money is given back.
    ///
    /// # Errors
    /// The 101st payment, a method that is empty or over 64 bytes, an amount beyond 9e15.
    pub fn add_payment(&mut self, method: &str, amount: i64) -> Built {
        let index = self.payments.len();
        check::count("payments", index + 1, LIST_MAX)?;
        check::text(&format!("payments[{index}].method"), method, SKU_MAX)?;
        check::within(
            &format!("payments[{index}].amount"),
            -AMOUNT_MAX,
            AMOUNT_MAX,
            amount,
        )?;
        self.payments.push(Payment {
            method: method.to_owned(),
            amount: Money::new(amount),
        });
        Ok(())
    }

    /// Notes a voucher or promotion code. The same code again changes nothing.
    ///
    /// # Errors
    /// A code that is empty or over 200 bytes, the 101st code.
    pub fn add_code(&mut self, code: &str) -> Built {
        add_once(&mut self.codes, "codes", code, TEXT_MAX)
    }

    /// Asks for a reward by its id. The same reward again changes nothing.
    ///
    /// # Errors
    /// An id that is empty or over 64 bytes, the 101st reward, one that is declined as well.
    pub fn want_reward(&mut self, reward: &str) -> Built {
        let before = self.rewards_wanted.len();
        add_once(&mut self.rewards_wanted, "rewards_wanted", reward, SKU_MAX)?;
        let checked = self.check_wishes();
        if checked.is_err() {
            self.rewards_wanted.truncate(before);
        }
        checked
    }

    /// Declines an automatic reward by its id. The same reward again changes nothing.
    ///
    /// # Errors
    /// As [`Cart::want_reward`].
    pub fn decline_reward(&mut self, reward: &str) -> Built {
        let before = self.rewards_declined.len();
        add_once(
            &mut self.rewards_declined,
            "rewards_declined",
            reward,
            SKU_MAX,
        )?;
        let checked = self.check_wishes();
        if checked.is_err() {
            self.rewards_declined.truncate(before);
        }
        checked
    }

    /// Wants to spend at most so many points of a wallet, in its smallest unit; 0 for none.
    ///
    /// # Errors
    /// A number below zero or beyond 9e15, a wallet id that is empty or over 64 bytes.
    pub fn want_points(&mut self, wallet: &str, points_max: i64) -> Built {
        check::text("points_wanted", wallet, SKU_MAX)?;
        check::within(
            &format!("points_wanted.{wallet}"),
            0,
            AMOUNT_MAX,
            points_max,
        )?;
        if points_max == 0 {
            self.points_wanted.remove(wallet);
            return Ok(());
        }
        if !self.points_wanted.contains_key(wallet) {
            check::count("points_wanted", self.points_wanted.len() + 1, LIST_MAX)?;
        }
        self.points_wanted
            .insert(wallet.to_owned(), Points::new(points_max));
        Ok(())
    }

    fn line_at(&mut self, line: usize) -> Result<&mut Line, CartProblem> {
        let count = self.lines.len();
        self.lines.get_mut(line).ok_or_else(|| {
            CartProblem::new(
                format!("lines[{line}]"),
                "no_such_line",
                "an index that loy_cart_add_line gave",
                format!("{line} of {count} lines"),
            )
        })
    }
}

fn flag(name: &str) -> Option<LineFlag> {
    Some(match name {
        "service" => LineFlag::Service,
        "gift_card" => LineFlag::GiftCard,
        "shipping" => LineFlag::Shipping,
        "tip" => LineFlag::Tip,
        "weighed" => LineFlag::Weighed,
        _ => return None,
    })
}

fn set_optional(place: &mut Option<String>, field: &str, value: &str) -> Built {
    if value.is_empty() {
        *place = None;
        return Ok(());
    }
    check::text(field, value, TEXT_MAX)?;
    *place = Some(value.to_owned());
    Ok(())
}

fn set_own(facts: &mut Few<String, String>, field: &str, key: &str, value: &str) -> Built {
    check::own_fact(field, key, value)?;
    if !facts.contains_key(key) {
        check::count(field, facts.len() + 1, LIST_MAX)?;
    }
    facts.insert(key.to_owned(), value.to_owned());
    Ok(())
}

fn add_tag(line: &mut Line, field: &str, tag: &str) -> Built {
    if tag.is_empty() {
        line.tags.clear();
        return Ok(());
    }
    check::text(field, tag, TEXT_MAX)?;
    if !line.tags.contains(tag) {
        check::count(field, line.tags.len() + 1, LIST_MAX)?;
        line.tags.insert(tag.to_owned());
    }
    Ok(())
}

fn add_once(list: &mut Vec<String>, field: &str, value: &str, most: usize) -> Built {
    if value.is_empty() || value.len() > most {
        return Err(CartProblem::new(
            format!("{field}[{}]", list.len()),
            "length",
            format!("1 to {most} bytes"),
            format!("{} bytes", value.len()),
        ));
    }
    if list.iter().any(|known| known == value) {
        return Ok(());
    }
    check::count(field, list.len() + 1, LIST_MAX)?;
    list.push(value.to_owned());
    Ok(())
}

fn instant(at_ms: i64) -> Result<Instant, CartProblem> {
    check::within("at_ms", 0, Instant::MAX.ms(), at_ms)?;
    Ok(Instant::from_ms(at_ms))
}

fn utc_offset(minutes: i64) -> Result<UtcOffset, CartProblem> {
    i32::try_from(minutes)
        .ok()
        .and_then(UtcOffset::from_minutes)
        .ok_or_else(|| check::out_of_range("utc_offset_minutes", -1080, 1080, minutes))
}

fn date(number: i64) -> Result<BusinessDate, CartProblem> {
    BusinessDate::from_yyyymmdd(number).map_err(|_| {
        CartProblem::new(
            "business_date",
            "no_date",
            "a date written yyyymmdd",
            number.to_string(),
        )
    })
}

fn unknown_name(object: &str, name: &str, known: &[&str]) -> CartProblem {
    let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    CartProblem::new(
        format!("{object}{name}"),
        "not_known",
        format!("one of {}, x.<your own>", known.join(", ")),
        "a name not known to this version",
    )
}
