//! The power goes while a file of schema 1 is brought to the present one: found afterwards is the old
//! file or the new, and from the first byte that is written to it a whole copy of the old one beside.

use std::path::Path;

use loy::till::{Settings, Till};

use crate::disk::{Disk, Fate, Image, Syncs, lay};
use crate::recovery::shop;
use crate::shop::{Shop, assert_sound};
use crate::vfs::{Op, install, start_recording, stop_recording};
use crate::{fates, random_images};

const LEDGER: &str = "ledger.loy";
const COPY: &str = "ledger.loy.schema-1.backup";
/// What the copy is called until it is whole; the disk of this test sees no renaming.
const GROWING: &str = "ledger.loy.schema-1.backup.creating";

fn kept() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/till/schema/v1.loy");
    std::fs::read(path).unwrap()
}

fn account(till: &Till) -> String {
    let info = till.info().unwrap();
    format!(
        "{} {} {:?} {:?}",
        info.head_seq,
        info.members,
        till.pending_sales().unwrap(),
        till.export_next(1 << 20).unwrap().map(|batch| batch.bytes),
    )
}

/// What the disk is asked while the till opens the old file, and what the till then has.
fn recorded() -> (Vec<Op>, String) {
    install();
    let shop = shop();
    std::fs::write(shop.path(), kept()).unwrap();
    start_recording();
    let till = shop.open();
    let ops = stop_recording();
    (ops, account(&till))
}

fn assert_is_copy(path: &Path, what: &str) {
    let copy = Till::open_reader(&Settings::new(path)).unwrap_or_else(|e| panic!("{what}: {e}"));
    assert_sound(&copy);
    drop(copy);
    let tool = rusqlite::Connection::open(path).unwrap();
    let schema = tool.query_row("PRAGMA user_version", [], |row| row.get::<_, i32>(0));
    assert_eq!(schema, Ok(1), "{what}");
}

/// Opens what was found, and looks whether anything is missing.
fn goes_on(image: &Image, account_then: &str, what: &str) {
    let shop: Shop = shop();
    lay(image, shop.folder.path());
    let till = shop.try_open().unwrap_or_else(|e| panic!("{what}: {e}"));
    assert_sound(&till);
    assert_eq!(account(&till), account_then, "{what}");
    till.close();
    let tool = rusqlite::Connection::open(shop.path()).unwrap();
    let schema = tool.query_row("PRAGMA user_version", [], |row| row.get::<_, i32>(0));
    assert_eq!(schema, Ok(2), "{what}");
    assert_is_copy(&shop.folder.path().join(COPY), what);
}

#[test]
fn a_migration_that_is_cut_off_leaves_the_old_ledger_or_the_new_one_and_a_whole_copy() {
    let (ops, account_then) = recorded();
    let is_of_ledger = |op: &Op| matches!(op, Op::Write { file, .. } if file == LEDGER || file == "ledger.loy-wal");
    let begins = ops.iter().position(is_of_ledger).expect("it is migrated");
    assert!(begins > 10, "a copy is made first");
    let mut disk = Disk::with(LEDGER, kept());
    let mut recoveries = 0;
    for moment in 0..=ops.len() {
        for fate in fates(u64::try_from(moment).unwrap(), random_images()) {
            let what = format!("before operation {moment}, {fate:?}");
            let mut image = disk.image(fate);
            if moment > begins
                && let Some(copy) = image.remove(GROWING)
            {
                // By then it has its name, and nothing of it was left to chance.
                image.insert(COPY.to_owned(), copy);
                let shop = shop();
                lay(&image, shop.folder.path());
                assert_is_copy(&shop.folder.path().join(COPY), &what);
            }
            goes_on(&image, &account_then, &what);
            recoveries += 1;
        }
        if let Some(op) = ops.get(moment) {
            disk.ask(op, Syncs::Honest);
        }
    }
    let everything = disk.image(Fate::Everything);
    assert!(everything.contains_key(GROWING));
    println!("{} power cuts, {recoveries} recoveries", ops.len() + 1);
}
