//! The operators of a store as provisioning brings them: who there is, in which role, with which PIN,
//! and what each role may do. docs/operators.md lists the document's keys.

use crate::kernel::Few;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::cbor::{FormError, Next, Reader, Writer};
use super::pin::{self, ITERATIONS_LEAST, ITERATIONS_MOST, PIN_LEAST, PIN_MOST};
use crate::kernel::amounts::AMOUNT_MAX;
use crate::kernel::order;
use crate::kernel::{Currency, Money};
use crate::ledger::exception::is_code;
use crate::ledger::{Ceilings, Operator, Operators, PinHash, Role};
use crate::programme::NESTING_MAX;
use crate::programme::shape::read_object;

/// The most operators of one till.
pub const OPERATORS_MAX: usize = 1_000;
/// The longest document of operators, in bytes.
pub const DOCUMENT_MAX: u64 = 1024 * 1024;

pub(super) fn encode(operators: &Operators, w: &mut Writer) {
    w.array(2).array(Role::ALL.len());
    for role in Role::ALL {
        let ceilings = operators.rights.of(role);
        w.array(4);
        for most in [
            ceilings.refund.map(Money::get),
            ceilings.unlinked_refund.map(Money::get),
            ceilings.adjustment,
        ] {
            match most {
                None => w.null(),
                Some(most) => w.signed(most),
            };
        }
        w.unsigned(u64::from(ceilings.may_lift_limits));
    }
    w.array(operators.list.len());
    for operator in &operators.list {
        w.array(3).text(&operator.id);
        w.unsigned(u64::from(operator.role.number()));
        match &operator.pin {
            None => w.null(),
            Some(pin) => w
                .array(3)
                .bytes(&pin.salt)
                .unsigned(u64::from(pin.iterations))
                .bytes(&pin.tag),
        };
    }
}

pub(super) fn decode(r: &mut Reader<'_>) -> Result<Operators, FormError> {
    let mut operators = Operators::default();
    r.array(2)?;
    r.array(Role::ALL.len())?;
    for role in Role::ALL {
        r.array(4)?;
        let mut most = || ceiling(r);
        let (refund, unlinked_refund, adjustment) = (most()?, most()?, most()?);
        let ceilings = Ceilings {
            refund: refund.map(Money::new),
            unlinked_refund: unlinked_refund.map(Money::new),
            adjustment,
            may_lift_limits: match r.u8()? {
                0 => false,
                1 => true,
                _ => return r.fail("0 or 1 was expected"),
            },
        };
        operators.rights.set(role, ceilings);
    }
    let count = r.array_of(4)?;
    if count > OPERATORS_MAX {
        return r.fail("a till has at most 1,000 operators");
    }
    for _ in 0..count {
        let operator = read_operator(r)?;
        let last = operators.list.last();
        if last.is_some_and(|last| last.id >= operator.id) {
            return r.fail("operators must be sorted by id, each once");
        }
        operators.list.push(operator);
    }
    Ok(operators)
}

fn ceiling(r: &mut Reader<'_>) -> Result<Option<i64>, FormError> {
    if r.next() == Next::Null {
        r.null()?;
        return Ok(None);
    }
    let most = r.i64()?;
    if (0..=AMOUNT_MAX).contains(&most) {
        Ok(Some(most))
    } else {
        r.fail("a ceiling is zero or more")
    }
}

fn read_operator(r: &mut Reader<'_>) -> Result<Operator, FormError> {
    r.array(3)?;
    let id = r.text(32)?.to_owned();
    if !is_code(&id) {
        return r.fail("an operator's id is a code");
    }
    let Some(role) = Role::from_number(r.u8()?) else {
        return r.fail("a role this version does not know");
    };
    if r.next() == Next::Null {
        r.null()?;
        return Ok(Operator {
            id,
            role,
            pin: None,
        });
    }
    r.array(3)?;
    let pin = PinHash {
        salt: r.fixed()?,
        iterations: r.u32()?,
        tag: r.fixed()?,
    };
    if !(ITERATIONS_LEAST..=ITERATIONS_MOST).contains(&pin.iterations) {
        return r.fail("a PIN's rounds are out of range");
    }
    Ok(Operator {
        id,
        role,
        pin: Some(pin),
    })
}

/// What is wrong with a document of operators.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {expected}")]
pub struct OperatorsProblem {
    /// Where.
    pub path: String,
    /// What would be right.
    pub expected: String,
}

fn problem<T>(path: impl Into<String>, expected: &str) -> Result<T, OperatorsProblem> {
    Err(OperatorsProblem {
        path: path.into(),
        expected: expected.to_owned(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    roles: Few<String, CeilingsModel>,
    operators: Vec<OperatorModel>,
}

/// A key that is left out keeps what the role usually may.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CeilingsModel {
    refund: Option<Ceiling>,
    unlinked_refund: Option<Ceiling>,
    adjustment: Option<Ceiling>,
    lift_limits: Option<bool>,
}

/// A number as an exact decimal, or the words `no limit`.
#[derive(Deserialize)]
#[serde(transparent)]
struct Ceiling(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorModel {
    id: String,
    role: String,
    #[serde(default)]
    pin: Option<String>,
}

/// Reads the document that head office writes (JSON), and hashes its PINs with salts of `random`.
///
/// # Errors
/// The first problem, with its path; never a PIN.
pub fn from_json(
    json: &[u8],
    currency: Currency,
    iterations: u32,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<Operators, OperatorsProblem> {
    let read = read_object(json, DOCUMENT_MAX as usize, NESTING_MAX);
    let document: Document = read.map_err(|error| OperatorsProblem {
        path: error.path,
        expected: error.expected,
    })?;
    let mut operators = Operators::default();
    for (name, model) in &document.roles {
        let path = format!("roles.{name}");
        let Some(role) = Role::from_name(name) else {
            return problem(path, "cashier, supervisor, manager or auditor");
        };
        let ceilings = model.read(&path, role.usual_ceilings(), currency)?;
        operators.rights.set(role, ceilings);
    }
    if document.operators.len() > OPERATORS_MAX {
        return problem("operators", "at most 1,000 operators");
    }
    for (place, model) in document.operators.into_iter().enumerate() {
        let path = format!("operators[{place}]");
        let operator = model.read(&path, iterations, random)?;
        operators.list.push(operator);
    }
    order::sort_by(&mut operators.list, |a, b| a.id.cmp(&b.id));
    let twice = operators.list.windows(2).find(|two| two[0].id == two[1].id);
    match twice {
        Some(two) => problem(format!("operators.{}", two[0].id), "each id once"),
        None => Ok(operators),
    }
}

impl CeilingsModel {
    fn read(
        &self,
        path: &str,
        usual: Ceilings,
        currency: Currency,
    ) -> Result<Ceilings, OperatorsProblem> {
        let decimals = currency.decimals();
        let units = |key: &str, text: &Option<Ceiling>, usual: Option<i64>, decimals: u32| {
            let Some(Ceiling(text)) = text else {
                return Ok(usual);
            };
            if text == "no limit" {
                return Ok(None);
            }
            match units(text, decimals) {
                Some(units) => Ok(Some(units)),
                None => problem(
                    format!("{path}.{key}"),
                    "an exact decimal of zero or more, or \"no limit\"",
                ),
            }
        };
        let refund = units(
            "refund",
            &self.refund,
            usual.refund.map(Money::get),
            decimals,
        )?;
        let unlinked = usual.unlinked_refund.map(Money::get);
        let unlinked = units("unlinked_refund", &self.unlinked_refund, unlinked, decimals)?;
        Ok(Ceilings {
            refund: refund.map(Money::new),
            unlinked_refund: unlinked.map(Money::new),
            adjustment: units("adjustment", &self.adjustment, usual.adjustment, 0)?,
            may_lift_limits: self.lift_limits.unwrap_or(usual.may_lift_limits),
        })
    }
}

impl OperatorModel {
    fn read(
        self,
        path: &str,
        iterations: u32,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Operator, OperatorsProblem> {
        if !is_code(&self.id) {
            let expected = "1 to 32 ASCII letters, digits, `.`, `_` and `-`: a code, never a name";
            return problem(format!("{path}.id"), expected);
        }
        let Some(role) = Role::from_name(&self.role) else {
            let expected = "cashier, supervisor, manager or auditor";
            return problem(format!("{path}.role"), expected);
        };
        let pin = match self.pin.map(Zeroizing::new) {
            None => None,
            Some(pin) if (PIN_LEAST..=PIN_MOST).contains(&pin.len()) => {
                let mut salt = [0; 16];
                random(&mut salt);
                Some(pin::hash(pin.as_bytes(), &self.id, salt, iterations))
            }
            Some(_) => return problem(format!("{path}.pin"), "4 to 64 bytes"),
        };
        Ok(Operator {
            id: self.id,
            role,
            pin,
        })
    }
}

/// An exact decimal of zero or more in smallest units.
fn units(text: &str, decimals: u32) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let places = usize::try_from(decimals).ok()?;
    let is_sound = !whole.is_empty() && is_digits(whole) && is_digits(part);
    if !is_sound || part.len() > places || (part.is_empty() && text.contains('.')) {
        return None;
    }
    let digits = format!("{whole}{part:0<places$}");
    digits.parse().ok().filter(|units| *units <= AMOUNT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Operators, OperatorsProblem> {
        from_json(
            json.as_bytes(),
            Currency::VND,
            ITERATIONS_LEAST,
            &mut |bytes| bytes.fill(7),
        )
    }

    const STORE: &str = r#"{
        "roles": {"cashier": {"refund": "500000"},
                  "supervisor": {"adjustment": "200", "unlinked_refund": "no limit"}},
        "operators": [{"id": "TN-07", "role": "cashier"},
                      {"id": "GS-01", "role": "supervisor", "pin": "4711"}]
    }"#;

    #[test]
    fn a_document_says_who_may_do_what() {
        let operators = read(STORE).expect("operators");
        let cashier = operators.rights.of(Role::Cashier);
        assert_eq!(cashier.refund, Some(Money::new(500_000)));
        assert_eq!(cashier.adjustment, Some(0));
        let supervisor = operators.rights.of(Role::Supervisor);
        assert_eq!(supervisor.adjustment, Some(200));
        assert_eq!(supervisor.unlinked_refund, None);
        assert!(supervisor.may_lift_limits);
        let found = operators.find("GS-01").expect("the supervisor");
        let hash = found.pin.as_ref().expect("a PIN");
        assert!(pin::fits(hash, b"4711", "GS-01"));
        assert_eq!(operators.find("TN-07").expect("a cashier").pin, None);
        assert_eq!(operators.find("TN-08"), None);
    }

    #[test]
    fn what_is_wrong_is_named_and_the_pin_is_not() {
        for (json, path) in [
            (
                r#"{"operators": [{"id": "Trần Thị Hoa", "role": "cashier"}]}"#,
                "operators[0].id",
            ),
            (
                r#"{"operators": [{"id": "a", "role": "boss"}]}"#,
                "operators[0].role",
            ),
            (
                r#"{"operators": [{"id": "a", "role": "cashier", "pin": "471"}]}"#,
                "operators[0].pin",
            ),
            (
                r#"{"operators": [{"id": "a", "role": "cashier", "pin": 471}]}"#,
                "operators[0].pin",
            ),
            (
                r#"{"roles": {"cashier": {"refund": "1,5"}}, "operators": []}"#,
                "roles.cashier.refund",
            ),
            (r#"{"roles": {"boss": {}}, "operators": []}"#, "roles.boss"),
            (
                r#"{"operators": [{"id": "a", "role": "cashier"}, {"id": "a", "role": "manager"}]}"#,
                "operators.a",
            ),
        ] {
            let problem = read(json).expect_err(json);
            assert_eq!(problem.path, path);
            assert!(!problem.to_string().contains("471"), "{problem}");
        }
    }

    #[test]
    fn operators_read_back_and_have_one_form() {
        let operators = read(STORE).expect("operators");
        let mut w = Writer::new();
        encode(&operators, &mut w);
        let bytes = w.finish();
        assert_eq!(decode(&mut Reader::new(&bytes)), Ok(operators));
        for end in 0..bytes.len() {
            assert!(decode(&mut Reader::new(&bytes[..end])).is_err());
        }
    }
}
