//! The published JSON Schemas are those of the Rust types.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use crate::evaluate::{Cart, Quote};
use crate::programme::model::Document;

/// Reading and writing have different schemas where a field may be left out.
enum Direction {
    Read,
    Written,
}

/// `LOY_BLESS=1 cargo test schemas` writes the files anew.
fn check<T: JsonSchema>(name: &str, direction: Direction) {
    let settings = SchemaSettings::draft2020_12();
    let settings = match direction {
        Direction::Read => settings,
        Direction::Written => settings.for_serialize(),
    };
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    let path = format!(
        "{}/docs/schema/{name}.schema.json",
        env!("CARGO_MANIFEST_DIR")
    );
    if std::env::var_os("LOY_BLESS").is_some() {
        std::fs::write(&path, &text).expect("docs/schema can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "{path} is not what the types say; LOY_BLESS=1 cargo test schemas writes it anew"
    );
}

#[test]
fn the_schema_of_the_cart_is_that_of_its_type() {
    check::<Cart>("cart", Direction::Read);
}

#[test]
fn the_schema_of_the_quote_is_that_of_its_type() {
    check::<Quote>("quote", Direction::Written);
}

#[test]
fn the_schema_of_the_programme_is_that_of_its_type() {
    check::<Document>("programme", Direction::Read);
}
