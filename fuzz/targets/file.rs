//! A ledger file with any bytes changed: it opens or is refused, whoever asks gets an answer and never
//! a panic while it is opened and verified; and a file that verifies clean works.
//!
//! The input is a list of changes: three bytes of place, one of length, and as many new bytes.
#![no_main]

#[path = "../../tests/till/shop.rs"]
#[allow(dead_code)]
mod shop;

use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use loy::till::{Depth, Error, Goods, Till};
use shop::{Shop, TODAY, cart_of, date, enrol, phone, refund_of, spending};

struct Base {
    shop: Shop,
    bytes: Vec<u8>,
    folder: tempfile::TempDir,
}

fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| {
        let shop = Shop::new();
        let till = shop.create();
        let member = enrol(&till);
        till.enrol("enrol-2", &phone("0987654321")).expect("enrolled");
        let sale = till.record("sale-1", &cart_of(member, 410_000)).expect("sold");
        till.record("sale-2", &spending(member, 100_000, 10)).expect("sold");
        till.authorise("hold-1", &spending(member, 50_000, 5), 3_600)
            .expect("held");
        till.refund("refund-1", &refund_of(sale.id)).expect("taken back");
        till.close_day("close-1", date(TODAY)).expect("closed");
        till.export_next(1 << 20).expect("a batch");
        till.close();
        let bytes = std::fs::read(shop.path()).expect("a file");
        let memory = PathBuf::from("/dev/shm");
        let folder = tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir());
        Base {
            shop,
            bytes,
            folder: folder.expect("a folder"),
        }
    })
}

fn changed(base: &[u8], mut changes: &[u8]) -> Vec<u8> {
    let mut bytes = base.to_vec();
    while let Some((&[a, b, c, length], rest)) = changes.split_first_chunk() {
        let place = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        let place = place % bytes.len();
        let length = usize::from(length % 32).min(rest.len());
        let end = (place + length).min(bytes.len());
        bytes[place..end].copy_from_slice(&rest[..end - place]);
        changes = &rest[length..];
    }
    bytes
}

fuzz_target!(|changes: &[u8]| {
    let base = base();
    let path = base.folder.path().join("ledger.loy");
    for name in ["ledger.loy-wal", "ledger.loy-shm"] {
        let _ = std::fs::remove_file(base.folder.path().join(name));
    }
    let bytes = changed(&base.bytes, changes);
    std::fs::write(&path, &bytes).expect("written");
    let settings = loy::till::Settings {
        path,
        ..base.shop.settings()
    };
    let Ok(till) = Till::open(&settings) else {
        return;
    };
    let is_sound = matches!(till.verify(Depth::Full), Ok(findings) if findings.is_empty());
    let _ = till.verify(Depth::Quick);
    if is_sound {
        use_it(&till);
    }
    till.close();
});

/// A ledger that verifies clean answers every call. Damage that `verify` cannot see (a lost operation, a
/// changed setting) may make an answer another one, never a mistake of the library's own.
fn use_it(till: &Till) {
    let mut answers: Vec<Result<(), Error>> = Vec::new();
    let card = till.scan("0912345678", date(TODAY));
    let pending = till.pending_sales();
    if let Ok(card) = &card {
        answers.push(till.record("sale-9", &spending(card.number, 50_000, 3)).map(drop));
        answers.push(till.history(card.number, 0, 100).map(drop));
    }
    for sale in pending.iter().flatten() {
        answers.push(till.commit("commit-9", sale.id, None).map(drop));
        let mut request = refund_of(sale.id);
        request.goods = Goods::Everything;
        answers.push(till.refund("refund-9", &request).map(drop));
    }
    answers.push(till.close_day("close-9", date(TODAY)).map(drop));
    answers.push(till.export_next(1 << 20).map(drop));
    answers.extend([card.map(drop), pending.map(drop)]);
    for answer in answers {
        if let Err(Error::Internal(what)) = answer {
            panic!("a clean ledger: {what}");
        }
    }
}
