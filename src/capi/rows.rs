//! Rows
//!
//! One read-only table for every list and record. Rows are numbered from 0. Fields have names; the
//! function that gave the rows lists them. Later versions may add fields, never take one away.

use std::ffi::{CString, c_char};

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::boundary;
use super::buffer::{BufferObject, loy_buffer};
use super::error::loy_error;
use super::fault::Fault;
use super::handles::{self, Handle};
use super::out::{HandleOut, NumberOut};
use super::status::loy_status;
use super::text;
use crate::programme::shape;

/// A table. Threads: one at a time. Free with loy_rows_free.
pub struct loy_rows {
    _ticket: [u8; 0],
}

impl Handle for loy_rows {
    type Object = Rows;
}

/// One value of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Number(i64),
    Text(CString),
    Absent,
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Number(i64::from(number))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(i64::from(number))
    }
}

impl From<u64> for Value {
    /// Sequence numbers and sizes: far below the limit of an i64.
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Number(i64::from(truth))
    }
}

impl From<&str> for Value {
    fn from(written: &str) -> Self {
        Self::Text(text::for_c(written))
    }
}

impl From<String> for Value {
    fn from(written: String) -> Self {
        written.as_str().into()
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}

/// A table with named fields.
#[derive(Debug)]
pub(super) struct Rows {
    fields: &'static [&'static str],
    rows: Vec<Vec<Value>>,
}

impl Rows {
    /// An empty table with these fields.
    pub(super) fn new(fields: &'static [&'static str]) -> Self {
        Self {
            fields,
            rows: Vec::new(),
        }
    }

    /// Adds a row: one value a field, in the order of the fields.
    pub(super) fn push<const N: usize>(&mut self, values: [Value; N]) {
        assert_eq!(N, self.fields.len(), "a row has one value a field");
        self.rows.push(values.into());
    }

    fn value(&self, row: i32, field: &str) -> Result<&Value, Fault> {
        let values = usize::try_from(row)
            .ok()
            .and_then(|row| self.rows.get(row))
            .ok_or_else(|| {
                let message = format!(
                    "there is no row {row}, only {} rows from 0",
                    self.rows.len()
                );
                Fault::argument("rows.row", "row", message)
            })?;
        let place = self.fields.iter().position(|known| *known == field);
        place.and_then(|place| values.get(place)).ok_or_else(|| {
            let message = format!(
                "there is no such field; known are: {}",
                self.fields.join(", ")
            );
            Fault::argument("rows.field", "field", message)
        })
    }
}

/// A list of objects, their members in the order of the fields; absent values are left out.
impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.rows.len()))?;
        for values in &self.rows {
            list.serialize_element(&Row {
                fields: self.fields,
                values,
            })?;
        }
        list.end()
    }
}

struct Row<'a> {
    fields: &'static [&'static str],
    values: &'a [Value],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        for (field, value) in self.fields.iter().zip(self.values) {
            match value {
                Value::Number(number) => object.serialize_entry(field, number)?,
                Value::Text(text) => object.serialize_entry(field, &text.to_string_lossy())?,
                Value::Absent => {}
            }
        }
        object.end()
    }
}

/// JSON of something that has a JSON form.
pub(super) fn json(value: &impl Serialize) -> BufferObject {
    BufferObject::new(shape::json(value))
}

/// Tells how many rows there are.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_rows_count(
    rows: *const loy_rows,
    count_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let rows = handles::find(rows)?;
        let count_out = NumberOut::required(count_out, "count_out")?;
        count_out.give(i64::try_from(rows.rows.len()).unwrap_or(i64::MAX));
        Ok(())
    })
}

/// Reads a number.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT for a row or field that is not there, or a field of text;
/// LOY_NOT_FOUND where this row has no value, such as the expiry of points that never expire.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_rows_int(
    rows: *const loy_rows,
    row: i32,
    field: *const c_char,
    value_out: *mut i64,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let rows = handles::find(rows)?;
        let field = text::text(field, "field")?;
        let value = rows.value(row, &field)?;
        let value_out = NumberOut::required(value_out, "value_out")?;
        match value {
            Value::Number(number) => value_out.give(*number),
            Value::Text(_) => {
                let message = "the field is a text; read it with loy_rows_text";
                return Err(Fault::argument("rows.field", "field", message));
            }
            Value::Absent => return Err(Fault::not_found(field, "this row has no such value")),
        }
        Ok(())
    })
}

/// Returns a text, or "" if there is none: a bad handle, row or field, a number, no value.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_rows_text(
    rows: *const loy_rows,
    row: i32,
    field: *const c_char,
) -> *const c_char {
    boundary::text(|| {
        let rows = handles::find(rows).ok()?;
        let field = text::text(field, "field").ok()?;
        match rows.value(row, &field).ok()? {
            Value::Text(text) => Some(text.as_ptr()),
            Value::Number(_) | Value::Absent => None,
        }
    })
}

/// Writes the rows as a JSON list of objects.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_rows_to_json(
    rows: *const loy_rows,
    json_out: *mut *mut loy_buffer,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let json_out = HandleOut::clear(json_out, "json_out");
    boundary::call(error_out, || {
        let rows = handles::find(rows)?;
        json_out.reserve()?.give(json(&*rows));
        Ok(())
    })
}

/// Frees rows.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_rows_free(rows: *mut loy_rows) {
    boundary::end(|| drop(handles::release(rows)));
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn two_wallets() -> Rows {
        let mut rows = Rows::new(&["wallet", "points", "expires_on"]);
        rows.push(["diem".into(), 5.into(), Some(20_270_101).into()]);
        rows.push(["tem".into(), 2.into(), Value::Absent]);
        rows
    }

    #[test]
    fn a_misspelt_field_is_refused_and_the_known_ones_are_named() {
        let rows = two_wallets();
        let Err(Fault::Call(fault)) = rows.value(0, "point") else {
            panic!("refused")
        };
        assert!(
            fault.message.contains("wallet, points, expires_on"),
            "{}",
            fault.message
        );
        assert!(rows.value(2, "points").is_err());
        assert!(rows.value(-1, "points").is_err());
        assert_eq!(rows.value(1, "points").ok(), Some(&Value::Number(2)));
    }

    #[test]
    fn rows_as_json_keep_the_order_of_the_fields_and_leave_out_what_is_absent() {
        let json = serde_json::to_string(&two_wallets()).expect("json");
        assert_eq!(
            json,
            r#"[{"wallet":"diem","points":5,"expires_on":20270101},{"wallet":"tem","points":2}]"#
        );
    }
}
