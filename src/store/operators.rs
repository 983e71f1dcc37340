//! The operators of this till, and the wrong PINs in a row.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::error::StoreError;
use super::identity::put;
use super::read::Reading;
use super::write::Writing;
use crate::kernel::{Instant, Money};
use crate::ledger::{Ceilings, Operator, Operators, PinHash, Role};

/// How often an operator's PIN was wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WrongPins {
    /// In a row.
    pub count: u32,
    /// No PIN is looked at before this instant.
    pub locked_until: Instant,
}

/// Which list of operators the file has, by when head office issued it.
const ISSUED: &str = "operators_issued_ms";

/// Into a file that has none.
pub(super) fn write(
    db: &Connection,
    operators: &Operators,
    issued_at: Instant,
) -> Result<(), StoreError> {
    put(db, ISSUED, issued_at.ms())?;
    if operators.is_empty() {
        return Ok(());
    }
    for role in Role::ALL {
        let ceilings = operators.rights.of(role);
        db.execute(
            "INSERT INTO ceiling (role, refund, unlinked_refund, adjustment, may_lift_limits)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                role.number(),
                ceilings.refund.map(Money::get),
                ceilings.unlinked_refund.map(Money::get),
                ceilings.adjustment,
                ceilings.may_lift_limits,
            ],
        )?;
    }
    for operator in &operators.list {
        let pin = operator.pin.as_ref();
        db.execute(
            "INSERT INTO operator (id, role, pin_salt, pin_iterations, pin_tag)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                operator.id,
                operator.role.number(),
                pin.map(|pin| pin.salt),
                pin.map(|pin| pin.iterations),
                pin.map(|pin| pin.tag),
            ],
        )?;
    }
    Ok(())
}

/// The columns of a ceiling, as [`ceilings_from`] takes them.
pub(super) const CEILINGS: &str =
    "SELECT role, refund, unlinked_refund, adjustment, may_lift_limits FROM ceiling";
/// The columns of an operator, as [`operator_from`] takes them.
pub(super) const OPERATORS: &str =
    "SELECT id, role, pin_salt, pin_iterations, pin_tag FROM operator";

fn unknown_role() -> StoreError {
    StoreError::corrupt("an unknown role")
}

/// A role's ceilings; the role is nothing where it is none.
pub(super) fn ceilings_from(row: &Row<'_>) -> rusqlite::Result<(Option<Role>, Ceilings)> {
    let ceilings = Ceilings {
        refund: row.get::<_, Option<i64>>(1)?.map(Money::new),
        unlinked_refund: row.get::<_, Option<i64>>(2)?.map(Money::new),
        adjustment: row.get(3)?,
        may_lift_limits: row.get(4)?,
    };
    Ok((Role::from_number(row.get(0)?), ceilings))
}

/// An operator; nothing where the role is none.
pub(super) fn operator_from(row: &Row<'_>) -> rusqlite::Result<Option<Operator>> {
    let pin = match row.get::<_, Option<[u8; 16]>>(2)? {
        None => None,
        Some(salt) => Some(PinHash {
            salt,
            iterations: row.get(3)?,
            tag: row.get(4)?,
        }),
    };
    let id = row.get(0)?;
    let role = Role::from_number(row.get(1)?);
    Ok(role.map(|role| Operator { id, role, pin }))
}

impl Reading<'_> {
    /// Who works at this till, and what they may do. Nobody in a file of schema 1.
    pub fn operators(&self) -> Result<Operators, StoreError> {
        let mut operators = Operators::default();
        if !self.has_operators()? {
            return Ok(operators);
        }
        let mut statement = self.db().prepare(CEILINGS)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (role, ceilings) = ceilings_from(row)?;
            operators
                .rights
                .set(role.ok_or_else(unknown_role)?, ceilings);
        }
        let mut statement = self.db().prepare(&format!("{OPERATORS} ORDER BY id"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let operator = operator_from(row)?;
            operators.list.push(operator.ok_or_else(unknown_role)?);
        }
        Ok(operators)
    }

    /// When head office issued what the file says about operators, by head office's clock; 1970 where
    /// an older library made the file.
    pub fn operators_issued_at(&self) -> Result<Instant, StoreError> {
        let issued = self
            .db()
            .prepare("SELECT value FROM meta WHERE key = ?1")?
            .query_row([ISSUED], |row| row.get(0))
            .optional()?;
        Ok(Instant::from_ms(issued.unwrap_or_default()))
    }

    /// How often this operator's PIN was wrong in a row.
    pub fn wrong_pins(&self, operator: &str) -> Result<WrongPins, StoreError> {
        let found = self
            .db()
            .prepare_cached("SELECT wrong_pins, locked_until_ms FROM operator WHERE id = ?1")?
            .query_row([operator], |row| {
                Ok(WrongPins {
                    count: row.get(0)?,
                    locked_until: Instant::from_ms(row.get(1)?),
                })
            })
            .optional()?;
        Ok(found.unwrap_or_default())
    }

    pub(super) fn has_operators(&self) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'operator'";
        Ok(self.db().prepare(sql)?.exists([])?)
    }
}

impl Writing<'_> {
    /// Puts a new list in the place of the one that is there. Whose PIN is the very one of before has
    /// been wrong as often as before; a new PIN was never wrong.
    pub fn put_operators(&self, new: &Operators, issued_at: Instant) -> Result<(), StoreError> {
        let db = self.connection();
        let reading = self.reading();
        let mut stays = Vec::new();
        for old in reading.operators()?.list {
            let same = new.find(&old.id).filter(|new| new.pin == old.pin);
            if same.is_some() {
                stays.push((reading.wrong_pins(&old.id)?, old.id));
            }
        }
        db.execute_batch("DELETE FROM operator; DELETE FROM ceiling;")?;
        write(db, new, issued_at)?;
        for (wrong, id) in stays {
            self.put_wrong_pins(&id, wrong)?;
        }
        Ok(())
    }

    /// Counts wrong PINs, or forgets them after the right one.
    pub fn put_wrong_pins(&self, operator: &str, wrong: WrongPins) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "UPDATE operator SET wrong_pins = ?2, locked_until_ms = ?3 WHERE id = ?1",
            )?
            .execute(params![operator, wrong.count, wrong.locked_until.ms()])?;
        Ok(())
    }
}
