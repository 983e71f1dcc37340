//! docs/reference.md: every key of a programme, made from the types of the model like its JSON Schema,
//! with examples out of programmes that can be read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::programme::model::Document;
use crate::programme::{Programme, check};

/// An example longer than this is a section of its own.
const EXAMPLE_MAX: usize = 110;

/// Programmes that together use every key: their shortest values are the examples, of those that say
/// something: a name in both languages, and not what is meant anyway.
const EXAMPLES: &str = "tests/programmes";

/// Whole programmes at the head of the page: file, and what it says.
const WHOLE: [(&str, &str, &str); 3] = [
    (
        "a-point-is-money.json",
        "A point for every 10.000 đ, and a point pays 1.000 đ",
        "",
    ),
    (
        "tenth-coffee.json",
        "A stamp for every coffee, and ten stamps are a coffee",
        "",
    ),
    (
        "a-visit-counts.json",
        "5 points a visit, and 50 points take 20.000 đ off the next bill from 20.000 đ by themselves",
        "The tenth visit brings the 50th point. The eleventh bill, if it is 20.000 đ or more, costs 20.000 đ less and \
         50 points, and gives 5 again.",
    ),
];

const HEAD: &str = "\
# Every key of a programme

This page is made from the library's own types, like [schema/programme.schema.json](schema/programme.schema.json): change the types, not the page. In which order things happen, how they stack and how they are rounded stands in [programme.md](programme.md), and what is wrong with a document in its \"Problems\".

A programme is one JSON document. `loy check FILE` says whether it is right, `loy quote FILE CART` what it makes of a bill, and why ([cli.md](cli.md)). A **decimal** stands in quotation marks, `\"10000\"` or `\"0.50\"`, in the main unit (đồng, pound, whole point), without a thousands mark and without %: the dot begins the decimals, so twenty thousand đồng are `\"20000\"`, and ten percent are `\"10\"`. A **number** (`schema`, `version`, a wallet's `number`) stands without quotation marks. An **id** is 1 to 64 ASCII letters, digits, `_`, `.` and `-`, a letter or digit first. A **date** is a number, yyyymmdd.

| what a shop wants | where |
|---|---|
| points for buying or coming | `earn` |
| so many points buy a discount or something free, and are gone | `rewards` |
| each point is worth so much money | `redeem` of the wallet |
| a discount that costs no points: a day, a visit, certain goods | `offers` |
| something to win, with odds: a wheel, a scratch card | `draws` |
| something given today that can be used, or ends, later | `vouchers` |
| silver, gold: more for who buys more | `tiers` |
| five visits in November, four weeks in a row, a badge | `challenges` |
| something for who brings a friend | `referral` |
| how often is too often | `limits` |
| the shop's own cards, codes, links and scanners | `codes` ([codes.md](codes.md)) |
| what a family has together: one account, once for all of them | nothing for the account, which members share ([members.md](members.md#households)); `per` `household` of `times` and `limits`, `in_household` of `when` |

What only the library or the POS can say, and no document, is at the end of [programme.md](programme.md#what-a-document-does-not-say).

Save the file as UTF-8, with straight quotation marks and no comma behind the last entry of a `{ }` or `[ ]`; where `loy check` points at a `}` or `]`, look for a comma before it. It calls something in quotation marks a text, something without them a number, `{ }` an object and `[ ]` a list.
";

struct Page {
    root: Value,
    definitions: Map<String, Value>,
    /// By definition and key; the rank tells which are better.
    examples: BTreeMap<(String, String), (Rank, String)>,
}

/// What speaks against an example: it says what is meant anyway, it lacks a language, it is long.
type Rank = (bool, bool, usize);

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn documents(name: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder(name))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| {
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, std::fs::read_to_string(path).expect("a file"))
        })
        .collect();
    found.sort();
    found
}

/// What a schema refers to, through `anyOf` with null and lists.
fn referred(schema: &Value) -> Option<&str> {
    if let Some(name) = schema["$ref"].as_str() {
        return name.strip_prefix("#/$defs/");
    }
    let choices = schema["anyOf"].as_array()?;
    choices.iter().find_map(referred)
}

impl Page {
    fn new() -> Self {
        let generator = SchemaSettings::draft2020_12().into_generator();
        let root =
            serde_json::to_value(generator.into_root_schema_for::<Document>()).expect("JSON");
        let definitions = root["$defs"].as_object().expect("definitions").clone();
        let mut page = Self {
            root,
            definitions,
            examples: BTreeMap::new(),
        };
        for (name, text) in documents(EXAMPLES) {
            // One of them shows what no till is told of a member, too.
            let mut problems = check(text.as_bytes());
            problems.retain(|problem| problem.code != "never_at_till");
            assert_eq!(problems, [], "{name}");
            let document: Value = serde_json::from_str(&text).expect("JSON");
            page.learn("", &document);
        }
        page
    }

    fn schema(&self, definition: &str) -> &Value {
        if definition.is_empty() {
            return &self.root;
        }
        &self.definitions[definition]
    }

    /// Takes examples out of a value of a definition; the best of each key is kept.
    fn learn(&mut self, definition: &str, value: &Value) {
        let schema = self.schema(definition).clone();
        let Some(object) = value.as_object() else {
            return;
        };
        for (key, value) in object {
            let schema = &schema["properties"][key];
            let text = value.to_string();
            let is_name = referred(schema) == Some("names");
            let lacks = is_name && (value.get("vi").is_none() || value.get("en").is_none());
            let rank = (schema["default"] == *value, lacks, text.len());
            let place = (definition.to_owned(), key.clone());
            let known = self.examples.entry(place);
            let known = known.or_insert_with(|| (rank, text.clone()));
            if rank < known.0 {
                *known = (rank, text);
            }
            let of_items = referred(&schema["items"]);
            for value in value.as_array().into_iter().flatten() {
                if let Some(name) = of_items {
                    self.learn(name, value);
                }
            }
            if let Some(name) = referred(schema) {
                self.learn(name, value);
            }
        }
    }

    fn is_object(&self, definition: &str) -> bool {
        self.schema(definition)["properties"].is_object()
    }

    /// Objects in the order in which the page comes to them.
    fn sections(&self) -> Vec<String> {
        let (mut order, mut seen) = (vec![String::new()], BTreeSet::new());
        let mut next = 0;
        while next < order.len() {
            let properties = self.schema(&order[next])["properties"].clone();
            for schema in properties.as_object().expect("an object").values() {
                for name in [referred(schema), referred(&schema["items"])]
                    .into_iter()
                    .flatten()
                {
                    if self.is_object(name) && seen.insert(name.to_owned()) {
                        order.push(name.to_owned());
                    }
                }
            }
            next += 1;
        }
        order
    }

    /// Of what kind a value is, and its range.
    fn kind(&self, schema: &Value) -> String {
        if let Some(name) = referred(schema) {
            if self.is_object(name) {
                return format!("[{name}](#{name})");
            }
            return "word".to_owned();
        }
        let kind = schema["type"]
            .as_str()
            .or_else(|| schema["type"][0].as_str());
        let between = |least: &str, most: &str, unit: &str| match (&schema[least], &schema[most]) {
            (Value::Null, Value::Null) => String::new(),
            (Value::Null, most) => format!(", at most {most}{unit}"),
            (least, Value::Null) => format!(", at least {least}{unit}"),
            (least, most) if least == most => format!(", {least}{unit}"),
            (least, most) => format!(", {least} to {most}{unit}"),
        };
        match kind.expect("a type") {
            "integer" => {
                let is_date = schema["minimum"] == 19_000_101;
                if is_date {
                    "date".to_owned()
                } else {
                    format!("number{}", between("minimum", "maximum", ""))
                }
            }
            "boolean" => "true or false".to_owned(),
            "array" => format!(
                "list of {}{}",
                self.kind(&schema["items"]),
                between("minItems", "maxItems", "")
            ),
            "object" => "object of anything".to_owned(),
            _ => match schema["pattern"].as_str() {
                Some(pattern) if pattern.starts_with("^-?[0-9]") => "decimal".to_owned(),
                Some(pattern) if pattern.starts_with("^[A-Za-z0-9]") => "id".to_owned(),
                _ => format!("text{}", between("minLength", "maxLength", " bytes")),
            },
        }
    }

    /// The words of a key that takes one of several.
    fn words(&self, schema: &Value) -> String {
        let schema = if schema["items"].is_object() {
            &schema["items"]
        } else {
            schema
        };
        let Some(name) = referred(schema).filter(|name| !self.is_object(name)) else {
            return String::new();
        };
        let choices = self.schema(name)["oneOf"].as_array().expect("words");
        let words = choices.iter().map(|choice| {
            let (word, meaning) = (choice["const"].as_str(), text(choice));
            format!(" `{}`: {meaning}", word.expect("a word"))
        });
        words.collect()
    }

    /// What it means that a key is left out: the model says it, or has a default.
    fn absent(schema: &Value, is_required: bool) -> String {
        if is_required {
            return "required".to_owned();
        }
        if let Some((_, said)) = text(schema).split_once(LEFT_OUT) {
            return said.trim_end_matches('.').to_owned();
        }
        match &schema["default"] {
            Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
            Value::String(word) => format!("`{word}`"),
            other => format!("`{other}`"),
        }
    }

    fn section(&self, definition: &str, page: &mut String) {
        let schema = self.schema(definition);
        if definition.is_empty() {
            page.push_str("\n## The document\n\n");
        } else {
            let _ = write!(page, "\n### {definition}\n\n{}\n\n", text(schema));
        }
        page.push_str("| key | value | left out | meaning | example |\n|---|---|---|---|---|\n");
        let required = schema["required"].as_array();
        for (key, schema) in schema["properties"].as_object().expect("an object") {
            let is_required =
                required.is_some_and(|keys| keys.contains(&Value::from(key.as_str())));
            let place = (definition.to_owned(), key.clone());
            let example = self.examples.get(&place);
            let (_, example) = example.unwrap_or_else(|| {
                panic!("no document in {EXAMPLES} has `{key}` of `{definition}`: put one there")
            });
            let example = if example.len() <= EXAMPLE_MAX {
                format!("`{}`", example.replace('|', "\\|"))
            } else {
                "its own table".to_owned()
            };
            let _ = writeln!(
                page,
                "| `{key}` | {} | {} | {}{} | {example} |",
                self.kind(schema),
                Self::absent(schema, is_required),
                meaning(schema),
                self.words(schema),
            );
        }
    }
}

/// How a doc comment ends that says what a key means that is left out.
const LEFT_OUT: &str = "Left out: ";

/// What is said of a key, without what it means that it is left out.
fn meaning(schema: &Value) -> String {
    let text = text(schema);
    let (meaning, _) = text.split_once(LEFT_OUT).unwrap_or((&text, ""));
    meaning.trim_end().to_owned()
}

/// What is said of something, on one line.
fn text(schema: &Value) -> String {
    let text = schema["description"].as_str().expect("a doc comment");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n## Three whole programmes\n");
    for (file, title, more) in WHOLE {
        let path = folder("examples/first").join(file);
        let text = std::fs::read_to_string(path).expect("a programme");
        let _ = write!(
            page,
            "\n**{title}** ([{file}](../examples/first/{file})):\n\n```json\n{text}```\n"
        );
        if !more.is_empty() {
            let _ = write!(page, "\n{more}\n");
        }
    }
    let made = Page::new();
    for definition in made.sections() {
        made.section(&definition, &mut page);
    }
    page
}

/// `LOY_BLESS=1 cargo test reference` writes the page anew.
#[test]
fn the_reference_is_made_from_the_types() {
    let (path, page) = (folder("docs/reference.md"), page());
    if std::env::var_os("LOY_BLESS").is_some() {
        std::fs::write(&path, &page).expect("docs can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page,
        "docs/reference.md is not what the types say; LOY_BLESS=1 cargo test reference writes it anew"
    );
}

#[test]
fn the_programmes_at_the_head_of_the_reference_do_what_they_say() {
    use super::build::snapshot;
    use crate::evaluate::{Cart, evaluate};
    use crate::texts::Language;
    // Programme, what is sold, points before; what is earned and what is to pay.
    for (file, sku, total, before, earned, payable) in [
        ("a-point-is-money.json", "ao", 55_000, "{}", 5, 55_000),
        (
            "tenth-coffee.json",
            "coffee",
            40_000,
            r#"{"stamps": 9}"#,
            1,
            40_000,
        ),
        (
            "tenth-coffee.json",
            "coffee",
            40_000,
            r#"{"stamps": 10}"#,
            1,
            0,
        ),
        (
            "tenth-coffee.json",
            "tea",
            40_000,
            r#"{"stamps": 9}"#,
            0,
            40_000,
        ),
        (
            "a-visit-counts.json",
            "ao",
            55_000,
            r#"{"points": 45}"#,
            5,
            55_000,
        ),
        (
            "a-visit-counts.json",
            "ao",
            55_000,
            r#"{"points": 50}"#,
            5,
            35_000,
        ),
        (
            "a-visit-counts.json",
            "ao",
            15_000,
            r#"{"points": 50}"#,
            5,
            15_000,
        ),
    ] {
        let text = std::fs::read(folder("examples/first").join(file)).expect("a programme");
        assert_eq!(check(&text), [], "{file}");
        let programme = Programme::read(&text).expect("a programme");
        let cart = serde_json::json!({
            "currency": "VND", "at_ms": 1_795_352_400_000i64, "utc_offset_minutes": 420,
            "business_date": 20_261_122, "member": super::member_number(),
            "rewards_wanted": if before.contains("10") { vec!["free-coffee"] } else { Vec::new() },
            "lines": [{"sku": sku, "quantity_milli": 1000, "line_total": total}],
        });
        let cart = Cart::from_json(cart.to_string().as_bytes()).expect("a cart");
        let points: Value = serde_json::from_str(before).expect("JSON");
        let member = snapshot(
            &programme,
            &cart,
            serde_json::json!({"points": points, "sales": []}),
        );
        let quote = evaluate(&programme, Some(&member), &cart, Language::En).expect("a quote");
        let found = (quote.awarded(1).get(), quote.outcome.payable.get());
        assert_eq!(found, (earned, payable), "{file} {sku} {before}");
    }
}
