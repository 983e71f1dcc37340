//! Writes what the fuzzers begin with: a batch, its parts, and the papers of head office.

#[path = "../tests/till/shop.rs"]
#[allow(dead_code)]
mod shop;

use std::path::Path;

use loy::exchange::{Provisioning, batch, unsigned};
use shop::{Shop, TODAY, cart_of, date, enrol, refund_of, spending};

fn main() {
    let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"));
    let put = |target: &str, name: &str, bytes: &[u8]| {
        let folder = corpus.join(target);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(name), bytes).expect("written");
    };
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    let sale = till.record("sale-1", &cart_of(member, 410_000)).expect("sold");
    till.record("sale-2", &spending(member, 100_000, 10)).expect("sold");
    till.refund("refund-1", &refund_of(sale.id)).expect("taken back");
    till.close_day("close-1", date(TODAY)).expect("closed");
    let bytes = till.export_next(1 << 20).expect("a batch").expect("a batch").bytes;
    put("batch", "whole", &bytes);
    put("papers", "provisioning", &shop.file);
    let people = r#"{"operators": [{"id": "GS-01", "role": "supervisor", "pin": "4711"}]}"#;
    put("papers", "operators", &shop.sealed(&shop.list(1, people)));
    let writer = ed25519_dalek::SigningKey::from_bytes(&[3; 32]).verifying_key();
    let batch = batch::read(&bytes).expect("a batch").verify(&writer.to_bytes());
    let provisioning = Provisioning::open(&shop.file, &shop.code).expect("opens");
    for (part, count, bytes) in unsigned::parts(&batch.expect("verifies"), &provisioning) {
        let count = u16::try_from(count).expect("few").to_be_bytes();
        let target = if part >= 4 { "papers" } else { "batch" };
        let head: &[u8] = if part >= 4 { &[] } else { &[part, count[0], count[1]] };
        put(target, &format!("part-{part}"), &[head, &bytes].concat());
    }
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/programmes"));
    for entry in std::fs::read_dir(folder).expect("the programmes of all keys") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        put("programme", &name, &std::fs::read(&path).expect("a programme"));
    }
    // Every call once, in an order that reaches most of them.
    let calls: Vec<u8> = (0..52).flat_map(|call| [call, 4, 5, call, 1, 2, 3]).collect();
    put("calls", "each", &calls);
    put("calls", "each-with-people", &[&[1, 4, 5, 1, 1, 2, 3], &calls[..]].concat());
    put("calls", "each-with-every-key", &[&[2, 4, 5, 1, 1, 2, 3], &calls[..]].concat());
    // What the vectors scan, each with a plain symbol and both kinds of rules.
    let vectors = include_str!("../tests/vectors/scan.json");
    let texts = vectors.split('"').filter(|text| text.len() >= 8 && !text.contains([':', '\n', '\\']));
    for (place, text) in texts.enumerate().step_by(3) {
        put("scan", &format!("vector-{place}"), &[&[110, u8::from(place % 2 == 0)], text.as_bytes()].concat());
    }
    put("file", "page", &[0, 16, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
}
