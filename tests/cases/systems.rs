//! The named systems of examples/systems: each has its programmes, a page that says of every number
//! where it is from, and stories that are played like cases. `README.md` there tells the form.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::model::{Case, Step};

/// All of them.
const SYSTEMS: [&str; 29] = [
    "amazon-prime",
    "dynamics-365",
    "erpnext",
    "hm",
    "kiotviet",
    "loyaltylion",
    "loyverse",
    "mini-gift",
    "miniapp",
    "nhanh",
    "nike",
    "odoo-buy-x-get-y",
    "odoo-coupons",
    "odoo-ewallet",
    "odoo-gift-card",
    "odoo-loyalty",
    "odoo-next-order",
    "odoo-promo-code",
    "odoo-promotion",
    "panda",
    "sapo",
    "sephora",
    "smile",
    "square",
    "starbucks",
    "suno",
    "tinhtien",
    "yotpo",
    "zalo",
];
const CARTS_MIN: usize = 8;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn folder_of(system: &str) -> PathBuf {
    Path::new("examples/systems").join(system)
}

/// The systems that have a folder.
fn there() -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join("examples/systems")).expect("the folder");
    let entries = entries.map(|entry| entry.expect("an entry"));
    let folders = entries.filter(|entry| entry.path().is_dir());
    let names = folders.map(|entry| entry.file_name().into_string());
    names.map(|name| name.expect("a name")).collect()
}

/// The stories of all systems, as cases of our own.
pub fn read() -> Vec<Case> {
    let mut stories = Vec::new();
    for system in there() {
        let path = root().join(folder_of(&system)).join("worked.json");
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let told: Vec<Case> =
            serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        stories.extend(told.into_iter().map(|mut story| {
            story.id = format!("{system}: {}", story.id);
            story.folder = folder_of(&system);
            if story.programme.is_null() {
                story.programme = Value::from("programme.json");
            }
            story
        }));
    }
    stories
}

/// The programmes of a system, by file.
fn programmes(system: &str) -> BTreeMap<String, Value> {
    let entries = std::fs::read_dir(root().join(folder_of(system))).expect("the folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let name = |path: &Path| {
        path.file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned()
    };
    let is_programme = |path: &PathBuf| name(path).starts_with("programme");
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).expect("a file");
        (name(&path), serde_json::from_slice(&bytes).expect("JSON"))
    };
    paths.filter(is_programme).map(read).collect()
}

/// What is wrong with the folders themselves.
pub fn faults(stories: &[Case], cases: &[Case]) -> Vec<String> {
    let mut faults = Vec::new();
    let is = there();
    let expected: BTreeSet<String> = SYSTEMS.iter().map(|name| (*name).to_owned()).collect();
    if is != expected {
        faults.push(format!("systems: expected {expected:?}, there are {is:?}"));
    }
    let published = cases
        .iter()
        .filter_map(|case| Some((case.id.as_str(), case.says.as_ref()?)));
    let published: BTreeMap<&str, &Value> = published.collect();
    let mut shapes: BTreeMap<String, String> = BTreeMap::new();
    let index = root().join("examples/systems/README.md");
    let index = std::fs::read_to_string(index).expect("the page of all");
    for system in &is {
        let of_it: Vec<&Case> = stories
            .iter()
            .filter(|story| story.folder == folder_of(system))
            .collect();
        faults.extend(told_too_little(system, &of_it));
        let programmes = programmes(system);
        let used: BTreeSet<String> = of_it.iter().flat_map(|story| used_by(story)).collect();
        for (file, document) in &programmes {
            if !used.contains(file) {
                faults.push(format!("{system}/{file}: no story has it"));
            }
            let mut problems = loy::programme::check(document.to_string().as_bytes());
            // A birthday is tried with a quote; the page has to say that no till is told it.
            let page = root().join(folder_of(system)).join("README.md");
            let page = std::fs::read_to_string(page).expect("its page");
            let is_told = |code: &str| code == "never_at_till" && page.contains(code);
            problems.retain(|one| !is_told(one.code));
            faults.extend(problems.iter().map(|one| format!("{system}/{file}: {one}")));
            let shape = shape(document, &ids(document)).to_string();
            if let Some(other) = shapes.insert(shape, format!("{system}/{file}")) {
                faults.push(format!(
                    "{system}/{file} differs only in names from {other}"
                ));
            }
        }
        faults.extend(unmarked(system, &programmes, &published));
        if !index.contains(&format!("| [{system}]({system}/README.md) |")) {
            faults.push(format!("{system}: not on the page of all"));
        }
    }
    faults
}

/// The programme files of a story.
fn used_by(story: &Case) -> Vec<String> {
    let steps = story.steps.iter().filter_map(|step| match step {
        Step::Install(step) => step.programme.as_str(),
        Step::Quote(step) => step.programme.as_str(),
        _ => None,
    });
    let own = story.programme.as_str();
    own.into_iter().chain(steps).map(str::to_owned).collect()
}

/// At least eight carts, a return and an end of points, a tier or an offer, each with how it was worked
/// out.
fn told_too_little(system: &str, stories: &[&Case]) -> Vec<String> {
    let (mut carts, mut returns, mut ends, mut faults) = (0, 0, 0, Vec::new());
    for story in stories {
        for (place, step) in story.steps.iter().enumerate() {
            let worked = match step {
                Step::Quote(step) => {
                    carts += 1;
                    returns += usize::from(!step.refunds.is_empty());
                    &step.worked
                }
                Step::Sell(step) => {
                    carts += 1;
                    ends += usize::from(step.day_before.is_some());
                    &step.worked
                }
                Step::Return(step) => {
                    returns += 1;
                    &step.worked
                }
                Step::Ask(step) => {
                    ends += usize::from(!step.gone.is_empty());
                    &step.worked
                }
                Step::Report(step) => &step.worked,
                _ => continue,
            };
            if worked.is_empty() {
                faults.push(format!("{}: step {}: how?", story.id, place + 1));
            }
        }
    }
    if carts < CARTS_MIN || returns == 0 || ends == 0 {
        faults.push(format!(
            "{system}: {carts} carts, {returns} returns, {ends} ends"
        ));
    }
    faults
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.chars().all(|one| one.is_ascii_digit() || one == '.')
}

/// Keys whose texts are names, however they look.
fn is_named(key: &str) -> bool {
    let keys = [
        "id", "name", "unit", "x", "skus", "sku", "codes", "stores", "tills", "store", "till",
    ];
    keys.contains(&key)
}

/// Every id of the document, so that what names one is a name as well.
fn ids(document: &Value) -> BTreeSet<String> {
    match document {
        Value::Array(items) => items.iter().flat_map(ids).collect(),
        Value::Object(object) => {
            let own = object.get("id").and_then(Value::as_str).map(str::to_owned);
            object.values().flat_map(ids).chain(own).collect()
        }
        _ => BTreeSet::new(),
    }
}

/// The document without names, ids, dates of validity and texts of the shop's own.
fn shape(document: &Value, ids: &BTreeSet<String>) -> Value {
    let is_own = |key: &str| {
        let keys = [
            "name",
            "unit",
            "id",
            "x",
            "version",
            "valid_from",
            "valid_until",
        ];
        keys.contains(&key)
    };
    let lists = [
        "skus",
        "codes",
        "categories",
        "brands",
        "tags",
        "tenders",
        "stores",
        "tills",
    ];
    match document {
        Value::Array(items) => items.iter().map(|item| shape(item, ids)).collect(),
        Value::Object(object) => {
            let parts = object.iter().filter(|(key, _)| !is_own(key));
            let part = |(key, value): (&String, &Value)| {
                let value = if lists.contains(&key.as_str()) {
                    Value::Null
                } else {
                    shape(value, ids)
                };
                (key.clone(), value)
            };
            Value::Object(parts.map(part).collect::<Map<_, _>>())
        }
        Value::String(text) if ids.contains(text) => Value::from("#"),
        other => other.clone(),
    }
}

/// Every number of a document by its path: items with an id by it, others by their place.
fn numbers(path: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    let below = |step: &str| {
        if path.is_empty() {
            step.to_owned()
        } else {
            format!("{path}.{step}")
        }
    };
    match value {
        Value::Number(number) => {
            found.insert(path.to_owned(), number.to_string());
        }
        Value::String(text) if is_decimal(text) => {
            found.insert(path.to_owned(), text.clone());
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                let id = item.get("id").and_then(Value::as_str);
                numbers(&below(id.unwrap_or(&place.to_string())), item, found);
            }
        }
        Value::Object(object) => {
            for (key, value) in object {
                let is_head = path.is_empty() && ["schema", "version"].contains(&key.as_str());
                let is_in_ledgers = key == "number" && object.contains_key("id");
                if !is_head && !is_in_ledgers && !is_named(key) {
                    numbers(&below(key), value, found);
                }
            }
        }
        _ => {}
    }
}

/// A row of a page's table of numbers.
struct Marked {
    number: String,
    mark: String,
    from: String,
}

/// The tables under "## Numbers", by file and path.
fn marked(page: &str) -> BTreeMap<String, BTreeMap<String, Marked>> {
    let mut files: BTreeMap<String, BTreeMap<String, Marked>> = BTreeMap::new();
    let mut file: Option<String> = None;
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            let named = heading.split('`').nth(1).unwrap_or("programme.json");
            file = heading.starts_with("Numbers").then(|| named.to_owned());
        }
        let (Some(file), true) = (&file, line.starts_with("| `")) else {
            continue;
        };
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [path, number, mark, from] = cells[..] else {
            panic!("a row of four: {line}");
        };
        let row = Marked {
            number: number.to_owned(),
            mark: mark.to_owned(),
            from: from.to_owned(),
        };
        let rows = files.entry(file.clone()).or_default();
        rows.insert(path.trim_matches('`').to_owned(), row);
    }
    files
}

/// Numbers as texts write them: `10,000`, `2025-06-24`, `100k`, `1M`, `$4.50`.
fn numbers_in(text: &str) -> Vec<Decimal> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|one: char| one.is_ascii_digit()) {
        rest = &rest[start..];
        let is_part = |one: char| one.is_ascii_digit() || ",.-".contains(one);
        let end = rest.find(|one: char| !is_part(one)).unwrap_or(rest.len());
        let (token, behind) = rest.split_at(end);
        let token = token.trim_end_matches([',', '.', '-']);
        // A range, or a date.
        let is_date = token.len() == 10 && token.matches('-').count() == 2;
        let parts = if is_date {
            vec![token.replace('-', "")]
        } else {
            token.split('-').map(|part| part.replace(',', "")).collect()
        };
        let times = match behind.chars().next() {
            Some('k') => 1_000,
            Some('M') => 1_000_000,
            _ => 1,
        };
        let read = |part: &String| part.parse::<Decimal>().ok();
        let parts = parts.iter().filter_map(read);
        found.extend(parts.map(|part| part * Decimal::from(times)));
        rest = behind;
    }
    found
}

/// Whether what a published number is from tells it: a quotation of a source with the source's key,
/// or cases.
fn is_told(number: &str, from: &str, published: &BTreeMap<&str, &Value>) -> bool {
    let number: Decimal = number.parse().expect("a decimal");
    let tells = |text: &str| numbers_in(text).contains(&number);
    let quoted = from
        .split_once('“')
        .and_then(|(_, rest)| rest.split_once('”'));
    let by_quotation = quoted.is_some_and(|(quotation, behind)| {
        behind.trim_start().starts_with('[') && tells(quotation)
    });
    let cases = from.split("case `").skip(1);
    let mut cases = cases.filter_map(|rest| published.get(rest.split('`').next()?));
    by_quotation || cases.any(|says| tells(&says.to_string()))
}

/// Numbers of the programmes that the page does not mark, and rows that are about no number.
fn unmarked(
    system: &str,
    programmes: &BTreeMap<String, Value>,
    published: &BTreeMap<&str, &Value>,
) -> Vec<String> {
    let path = root().join(folder_of(system)).join("README.md");
    let page = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let marked = marked(&page);
    let mut faults = Vec::new();
    for (file, document) in programmes {
        let mut is = BTreeMap::new();
        numbers("", document, &mut is);
        let told = marked.get(file);
        for (path, number) in &is {
            let row = told.and_then(|rows| rows.get(path));
            match row {
                Some(row) if row.number == *number => {}
                _ => faults.push(format!("{system}/{file}: {path} {number} has no row")),
            }
        }
        for (path, row) in told.into_iter().flatten() {
            let (mark, from) = (row.mark.as_str(), row.from.as_str());
            if !is.contains_key(path) {
                faults.push(format!(
                    "{system}/{file}: a row about {path}, which is no number"
                ));
            }
            let is_right = match mark {
                "published" => is_told(&row.number, from, published),
                "derived" => !from.is_empty(),
                "ours" => true,
                _ => false,
            };
            if !is_right {
                faults.push(format!("{system}/{file}: {path}: {mark}, from {from:?}"));
            }
        }
    }
    faults
}
