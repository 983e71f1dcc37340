//! One table, written for people, for spreadsheets or for programs.

use std::io::Write;

use clap::ValueEnum;
use comfy_table::{CellAlignment, presets};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::CliError;
use crate::texts::Language;

/// How a result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Table,
    /// RFC 4180, with a header line
    Csv,
    /// An array of objects
    Json,
}

/// How a story is written that is no table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// The language of the sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Speech {
    /// Vietnamese
    Vi,
    /// English
    En,
}

impl Speech {
    pub(super) fn language(self) -> Language {
        match self {
            Self::Vi => Language::Vi,
            Self::En => Language::En,
        }
    }
}

/// What stands in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Number(i64),
    Text(String),
}

impl From<i64> for Field {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Field {
    /// Counts and sequence numbers are below 2^53.
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or_else(|_| Self::Text(number.to_string()), Self::Number)
    }
}

impl From<String> for Field {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Field {
    fn shown(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// Named columns and rows. Names are part of the interface: scripts read them.
pub(super) struct Sheet {
    columns: &'static [&'static str],
    rows: Vec<Vec<Field>>,
}

impl Sheet {
    pub(super) fn new(columns: &'static [&'static str]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    pub(super) fn row<const N: usize>(&mut self, fields: [Field; N]) {
        assert_eq!(N, self.columns.len(), "one field for each column");
        self.rows.push(fields.into());
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn write(&self, format: Format, to: &mut dyn Write) -> Result<(), CliError> {
        match format {
            Format::Table => writeln!(to, "{}", self.as_table())?,
            Format::Csv => {
                let mut csv = csv::Writer::from_writer(&mut *to);
                csv.write_record(self.columns)?;
                for row in &self.rows {
                    csv.write_record(row.iter().map(Field::shown))?;
                }
                csv.flush()?;
            }
            Format::Json => {
                serde_json::to_writer_pretty(&mut *to, self)?;
                writeln!(to)?;
            }
        }
        Ok(())
    }

    fn as_table(&self) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
        table.set_header(self.columns);
        for row in &self.rows {
            table.add_row(row.iter().map(|field| {
                let alignment = match field {
                    Field::Number(_) => CellAlignment::Right,
                    Field::Text(_) => CellAlignment::Left,
                };
                comfy_table::Cell::new(field.shown()).set_alignment(alignment)
            }));
        }
        table
    }
}

impl Serialize for Sheet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().map(|row| Object(self.columns, row)))
    }
}

/// A row with the names of its columns, in the order of the columns.
struct Object<'a>(&'static [&'static str], &'a [Field]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, field) in self.0.iter().zip(self.1) {
            match field {
                Field::Number(number) => map.serialize_entry(name, number)?,
                Field::Text(text) => map.serialize_entry(name, text)?,
            }
        }
        map.end()
    }
}

/// RFC 4180: a field with a comma, a quote or a line break stands in quotes, quotes are doubled.
#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: Format) -> String {
        let mut sheet = Sheet::new(&["store", "points"]);
        sheet.row(["HN, \"01\"".into(), 6i64.into()]);
        sheet.row(["HN02".into(), (-7i64).into()]);
        let mut bytes = Vec::new();
        sheet.write(format, &mut bytes).expect("written");
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn a_spreadsheet_gets_quotes_where_they_are_needed() {
        assert_eq!(
            written(Format::Csv),
            "store,points\n\"HN, \"\"01\"\"\",6\nHN02,-7\n"
        );
    }

    #[test]
    fn a_program_gets_numbers_as_numbers() {
        let read: serde_json::Value = serde_json::from_str(&written(Format::Json)).expect("JSON");
        assert_eq!(
            read,
            serde_json::json!([{"store": "HN, \"01\"", "points": 6}, {"store": "HN02", "points": -7}])
        );
    }
}
