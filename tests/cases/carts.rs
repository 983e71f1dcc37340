//! Carts as the case files write them: short lines, and what every cart has filled in.

use loy::evaluate::{Cart, Quote};
use loy::kernel::{BusinessDate, MemberNumber};
use loy::programme::Programme;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Map, Value, json};

use crate::model::Case;
use crate::pos::{Printed, Receipt, Taxes, decimal, round};
use crate::shop::{MORNING_MS, TODAY, date};

/// A cart, and what the POS knows of its lines besides.
pub struct Basket {
    pub cart: Cart,
    taxes: Vec<Taxes>,
    decimals: u32,
}

/// Nine in the morning in Hanoi.
pub fn morning_of(on: BusinessDate) -> i64 {
    let days = i64::from(on.days_since_1970()) - i64::from(date(TODAY).days_since_1970());
    MORNING_MS + days * 86_400_000
}

impl Basket {
    pub fn read(
        written: &Map<String, Value>,
        programme: &Programme,
        member: Option<MemberNumber>,
        on: Option<i64>,
    ) -> Result<Self, String> {
        let decimals = programme.currency().decimals();
        let mut cart = written.clone();
        let mut taxes = Vec::new();
        if let Some(Value::Array(lines)) = cart.get_mut("lines") {
            for line in lines {
                let line = line.as_object_mut().expect("a line is an object");
                taxes.push(long_line(line, decimals));
            }
        }
        let mut fill = |key: &str, value: Value| {
            cart.entry(key).or_insert(value);
        };
        fill("currency", json!(programme.currency().code()));
        fill("business_date", json!(on.unwrap_or(TODAY)));
        fill("utc_offset_minutes", json!(420));
        if let Some(member) = member {
            fill("member", json!(member));
        }
        let on = cart["business_date"].as_i64().expect("a business date");
        let morning = morning_of(date(on));
        cart.entry("at_ms").or_insert(json!(morning));
        let cart = Cart::from_json(Value::Object(cart).to_string().as_bytes())
            .map_err(|problem| format!("{} {}", problem.field, problem.code))?;
        Ok(Self {
            cart,
            taxes,
            decimals,
        })
    }

    pub fn decimals(&self) -> u32 {
        self.decimals
    }

    fn money(&self, minor: i64) -> Decimal {
        Decimal::new(minor, self.decimals)
    }

    /// What each thing that was taken off takes off, one item a group of taxes.
    pub fn printed(&self, quote: &Quote) -> Vec<(String, Vec<Printed>)> {
        let offers = quote.outcome.offers.iter();
        let offers = offers.map(|offer| (offer.offer.clone(), &offer.lines));
        let spent = quote.outcome.redemptions.iter().map(|redemption| {
            let wallet = || redemption.wallet.to_string();
            let name = redemption.reward.clone().unwrap_or_else(wallet);
            (name, &redemption.lines)
        });
        let one = |(name, parts): (String, &Vec<loy::evaluate::LinePart>)| {
            let mut printed: Vec<Printed> = Vec::new();
            for part in parts {
                let taxes = &self.taxes[usize::try_from(part.line).expect("a line")];
                let price = -self.money(part.amount.get());
                match printed.iter_mut().find(|line| line.taxes == *taxes) {
                    Some(line) => line.price += price,
                    None => printed.push(Printed {
                        taxes: taxes.clone(),
                        price,
                        pieces: Decimal::ZERO,
                    }),
                }
            }
            (name, printed)
        };
        offers.chain(spent).map(one).collect()
    }

    pub fn receipt(&self, quote: &Quote, case: &Case) -> Receipt {
        let goods = self.cart.lines.iter().zip(&self.taxes);
        let goods = goods.map(|(line, taxes)| Printed {
            taxes: taxes.clone(),
            price: self.money(line.line_total.get()),
            pieces: Decimal::new(line.quantity_milli.get(), 3),
        });
        let off = self.printed(quote).into_iter().flat_map(|(_, off)| off);
        let paid = quote.outcome.redemptions.iter().filter(|spent| spent.pays);
        let paid = paid.map(|spent| Printed {
            taxes: Taxes::read(&case.stored_tax),
            price: -self.money(spent.amount.get()),
            pieces: Decimal::ZERO,
        });
        let lines: Vec<Printed> = goods.chain(off).chain(paid).collect();
        Receipt::of(&lines, self.decimals, case.tax_rounded)
    }
}

/// Spells out `quantity` (pieces, 1 if left out), `price` (a decimal, of one), `off` (a decimal that
/// the POS takes off the line by itself) and `tax`.
fn long_line(line: &mut Map<String, Value>, decimals: u32) -> Taxes {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let tax = line.remove("tax").filter(|tax| !tax.is_null());
    let taxes = Taxes::read(&tax.map(text).unwrap_or_default());
    if let Some(price) = line.remove("price") {
        let price = decimal(&text(price));
        let quantity = line
            .remove("quantity")
            .map_or(Decimal::ONE, |quantity| decimal(&text(quantity)));
        let off = line
            .remove("off")
            .map_or(Decimal::ZERO, |off| decimal(&text(off)));
        let total = round(price * quantity, decimals) - off;
        let minor = |amount: Decimal| {
            let scale = Decimal::from(10i64.pow(decimals));
            json!((amount * scale).to_i64().expect("an amount"))
        };
        let (inside, outside) = taxes.of_line(total, decimals);
        line.entry("sku").or_insert(json!("goods"));
        line.insert(
            "quantity_milli".into(),
            json!((quantity * Decimal::ONE_THOUSAND).to_i64()),
        );
        line.insert("unit_price".into(), minor(price));
        line.insert("line_total".into(), minor(total));
        if !off.is_zero() {
            line.insert("discount".into(), minor(off));
        }
        if !inside.is_zero() {
            line.insert("tax_inside".into(), minor(inside));
        }
        if !outside.is_zero() {
            line.insert("tax_outside".into(), minor(outside));
        }
    }
    taxes
}
