//! The JSON door of the cart, and the text by which two carts are the same operation.

use super::cart::Cart;
use super::problem::CartProblem;
use super::shown::Shown;
use crate::kernel::order;
use crate::programme::shape::{Node, canonical, json, read_object, tree};
use crate::programme::{DOCUMENT_MAX, NESTING_MAX};

/// When a cart is rung up.
const TIME: [&str; 3] = ["at_ms", "utc_offset_minutes", "business_date"];

impl Cart {
    /// Reads and checks one cart. docs/cart.md lists the fields.
    ///
    /// Strict: an unknown key, a key twice, a number with a fraction or an exponent, a text where a
    /// number belongs and anything out of its bounds is a problem. An optional field may be `null`,
    /// and an optional text may be empty; both mean absent.
    ///
    /// # Errors
    /// The first problem, with the path of its field. At most 8 MB and 16 levels of nesting.
    pub fn from_json(json: &[u8]) -> Result<Self, CartProblem> {
        let mut cart: Self = read_object(json, DOCUMENT_MAX, NESTING_MAX)?;
        cart.forget_empty_texts();
        cart.check()?;
        Ok(cart)
    }

    /// The cart as compact JSON that [`Cart::from_json`] reads back to an equal cart. Fields that
    /// are not set are left out, and so is what the customer showed.
    pub fn to_json(&self) -> String {
        json(self)
    }

    /// The cart as JSON without its time, to be put aside. [`Cart::from_json`] refuses it for what is
    /// missing: a cart that is rung up again belongs to another moment, and maybe to another day. It
    /// has what the customer showed, which is personal.
    pub fn park(&self) -> String {
        let mut parked = canonical(self, |depth, key| depth == 0 && TIME.contains(&key));
        if let Some(Shown::Code(code)) = &self.shown {
            let code = json(code);
            // Behind other keys: a cart has a currency at least.
            parked.truncate(parked.len() - 1);
            parked.push_str(&format!(",\"shown\":{code}}}"));
        }
        parked
    }

    /// A cart that was put aside, at the time at which it is taken up again.
    ///
    /// # Errors
    /// Those of [`Cart::from_json`]; a cart that was not parked has its time twice.
    pub fn resume(
        json: &[u8],
        at_ms: i64,
        utc_offset_minutes: i32,
        business_date: i64,
    ) -> Result<Self, CartProblem> {
        let start = json.iter().position(|byte| !byte.is_ascii_whitespace());
        let (Some(b'{'), Some(start)) = (start.map(|start| json[start]), start) else {
            // No object: the reader says what it is instead.
            return Self::from_json(json);
        };
        let time = format!(
            "{{\"at_ms\":{at_ms},\"utc_offset_minutes\":{utc_offset_minutes},\
             \"business_date\":{business_date},"
        );
        Self::from_json(&[time.as_bytes(), &json[start + 1..]].concat())
    }

    /// What makes a repeated operation the same one: the cart as canonical JSON, without the
    /// instant, the offset, and what is only noted: cashier, what was shown, discount reasons and `x`.
    ///
    /// Fields that are not set are left out, so a field added by a later version does not change
    /// the content of an older cart.
    pub fn content(&self) -> String {
        canonical(self, is_no_content)
    }

    /// The content of all that prices a sale: without its tenders and the receipt's number, which may
    /// come at commit.
    pub fn priced_content(&self) -> String {
        canonical(self, |depth, key| {
            is_no_content(depth, key)
                || depth == 0
                    && matches!(
                        key,
                        "payments" | "receipt_number" | "receipt_part" | "receipt_group"
                    )
        })
    }

    fn forget_empty_texts(&mut self) {
        let forget = |text: &mut Option<String>| {
            if text.as_deref() == Some("") {
                *text = None;
            }
        };
        for text in [
            &mut self.receipt_number,
            &mut self.receipt_group,
            &mut self.till,
            &mut self.store,
            &mut self.cashier,
            &mut self.channel,
        ] {
            forget(text);
        }
        for line in &mut self.lines {
            forget(&mut line.category);
            forget(&mut line.brand);
            forget(&mut line.discount_reason);
        }
        // None wanted and none mentioned are the same.
        self.points_wanted.retain(|_, points| !points.is_zero());
    }
}

/// What [`Cart::content`] leaves out of the cart, and of each line.
fn is_no_content(depth: usize, key: &str) -> bool {
    match depth {
        0 => matches!(key, "at_ms" | "utc_offset_minutes" | "cashier" | "x"),
        _ => matches!(key, "discount_reason" | "x"),
    }
}

/// The path of the first field in which two texts of [`Cart::content`] differ, such as
/// `lines[1].line_total`; nothing if they are the same. Fields go in alphabetical order.
///
/// A text that is no content of a cart differs as a whole: `.`.
pub fn first_difference(a: &str, b: &str) -> Option<String> {
    if a == b {
        return None;
    }
    match (tree(a.as_bytes()), tree(b.as_bytes())) {
        (Ok(a), Ok(b)) => difference("", &a, &b),
        _ => Some(".".to_owned()),
    }
}

fn difference(path: &str, a: &Node<'_>, b: &Node<'_>) -> Option<String> {
    match (a, b) {
        (Node::Object(a_fields), Node::Object(b_fields)) => {
            let keys = a_fields.iter().chain(b_fields).map(|(key, _)| key.as_ref());
            let mut keys: Vec<&str> = keys.collect();
            order::sort_by(&mut keys, Ord::cmp);
            keys.dedup();
            keys.into_iter().find_map(|key| {
                let path = if path.is_empty() {
                    key.to_owned()
                } else {
                    format!("{path}.{key}")
                };
                let (a, b) = (a.get(key), b.get(key));
                difference(&path, a.unwrap_or(&Node::Null), b.unwrap_or(&Node::Null))
            })
        }
        (Node::List(a), Node::List(b)) => (0..a.len().max(b.len())).find_map(|index| {
            difference(
                &format!("{path}[{index}]"),
                a.get(index).unwrap_or(&Node::Null),
                b.get(index).unwrap_or(&Node::Null),
            )
        }),
        _ if a == b => None,
        _ if path.is_empty() => Some(".".to_owned()),
        _ => Some(path.to_owned()),
    }
}
