//! Files of earlier libraries. Each opens, verifies and goes on, for ever; and a file of a later one is
//! not harmed.
//!
//! A library that changes the schema leaves the kept files as they are and adds its own with
//! `LOY_BLESS=1`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use loy::kernel::MemberNumber;
use loy::till::{Depth, SaleState, Settings, Till, status};

use crate::shop::{
    Shop, TODAY, assert_sound, balance, cart_of, date, enrol, phone, refund_of, spending,
};

fn kept(schema: i32) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/till/schema/v{schema}.loy"))
}

fn member() -> MemberNumber {
    MemberNumber::from_body(10_000_000_000).unwrap()
}

/// A shop whose till has a file of this schema.
fn shop_with(schema: i32) -> Shop {
    let shop = Shop::new();
    std::fs::copy(kept(schema), shop.path()).unwrap();
    shop
}

/// Where the file as it was is kept.
fn copy(shop: &Shop) -> PathBuf {
    shop.folder.path().join("ledger.loy.schema-1.backup")
}

fn reader(path: &Path) -> Till {
    Till::open_reader(&Settings::new(path)).unwrap()
}

fn with_a_tool<T>(path: &Path, ask: impl FnOnce(&rusqlite::Connection) -> T) -> T {
    let tool = rusqlite::Connection::open(path).unwrap();
    let answer = ask(&tool);
    tool.close().unwrap();
    answer
}

fn schema_of(path: &Path) -> i32 {
    with_a_tool(path, |tool| {
        tool.query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap()
    })
}

/// Every table, index and trigger, as SQLite keeps it.
fn tables(path: &Path) -> Vec<[Option<String>; 4]> {
    with_a_tool(path, |tool| {
        let mut statement = tool
            .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")
            .unwrap();
        let rows = statement.query_map([], |row| {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
        });
        rows.unwrap().map(Result::unwrap).collect()
    })
}

/// What stands in the kept file: sales of every state, a closed day, a batch that waits.
fn trade(till: &Till) {
    let member = enrol(till);
    let mut cart = cart_of(member, 410_000);
    cart.receipt_number = Some("0001".to_owned());
    till.record("sale-1", &cart).unwrap();
    let hold = till
        .authorise("hold-1", &spending(member, 100_000, 10), 3_600)
        .unwrap();
    till.commit("commit-1", hold.id, None).unwrap();
    let hold = till
        .authorise("hold-2", &spending(member, 100_000, 10), 3_600)
        .unwrap();
    till.void("void-2", hold.id, "").unwrap();
    let sale = till.record("sale-3", &cart_of(member, 55_000)).unwrap();
    till.refund("refund-3", &refund_of(sale.id)).unwrap();
    till.close_day("close-1", date(TODAY)).unwrap();
    till.export_next(1 << 20).unwrap().unwrap();
    till.authorise("hold-4", &spending(member, 60_000, 6), 3_600)
        .unwrap();
}

fn goes_on(schema: i32) {
    let shop = Shop::new();
    if std::env::var_os("LOY_BLESS").is_some() && !kept(schema).exists() {
        let till = shop.create();
        trade(&till);
        till.close();
        assert_eq!(
            schema_of(&shop.path()),
            schema,
            "a file of an earlier schema is never made again"
        );
        std::fs::copy(shop.path(), kept(schema)).unwrap();
        std::fs::remove_file(shop.path()).unwrap();
    }
    std::fs::copy(kept(schema), shop.path()).unwrap();
    let till = shop.open();
    assert_sound(&till);
    // 41, less 10 for a bill of 90.000 d that gives 9; 6 of the 40 are on hold.
    assert_eq!(balance(&till, member()), (40, 34, 6, 0));
    let mut cart = cart_of(member(), 410_000);
    cart.receipt_number = Some("0001".to_owned());
    assert!(till.record("sale-1", &cart).unwrap().was_replayed);
    let known = till.record("sale-9", &cart).map(drop).unwrap_err();
    assert_eq!(known.status(), status::ALREADY_RESOLVED);
    let open = till.pending_sales().unwrap();
    assert_eq!(open.len(), 1);
    let done = till.commit("commit-4", open[0].id, None).unwrap();
    assert_eq!(done.state, SaleState::Committed);
    // 54.000 d give 5.
    assert_eq!(balance(&till, member()), (39, 39, 0, 0));
    till.enrol("enrol-2", &phone("0987654321")).unwrap();
    let waiting = till.export_next(1 << 20).unwrap().unwrap();
    assert!(waiting.entries > 10, "the batch of that time");
    till.close_day("close-2", date(TODAY + 1)).unwrap();
    assert_sound(&till);
}

#[test]
fn a_ledger_of_schema_1_opens_verifies_and_goes_on() {
    goes_on(1);
}

#[test]
fn a_ledger_of_schema_2_opens_verifies_and_goes_on() {
    goes_on(2);
}

#[test]
fn what_schema_1_was_is_never_changed() {
    let shop = shop_with(1);
    let made = shop.folder.path().join("made.loy");
    let script = include_str!("../../src/store/schema/1.sql");
    with_a_tool(&made, |tool| tool.execute_batch(script).unwrap());
    assert_eq!(
        tables(&made),
        tables(&shop.path()),
        "what is new goes into 2.sql"
    );
}

#[test]
fn a_migrated_ledger_has_the_tables_of_a_new_one() {
    let shop = shop_with(1);
    shop.open().close();
    let new = Shop::new();
    new.create().close();
    assert_eq!(tables(&shop.path()), tables(&new.path()));
    assert_eq!(schema_of(&shop.path()), 2);
    assert_eq!(schema_of(&new.path()), 2);
}

#[test]
fn the_file_as_it_was_is_kept_beside_the_migrated_one_for_its_owner_alone() {
    let shop = shop_with(1);
    let till = shop.open();
    let told = till.take_log();
    assert!(told.iter().any(|event| event.key == "store.migrated"));
    assert_eq!(schema_of(&copy(&shop)), 1);
    assert_eq!(tables(&copy(&shop)), tables(&kept_copy_of_1(&shop)));
    let kept_copy = reader(&copy(&shop));
    assert_sound(&kept_copy);
    assert_eq!(balance(&kept_copy, member()), (40, 34, 6, 0));
    let mode = std::fs::metadata(copy(&shop)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds the till's keys");
    // Once is enough.
    till.close();
    let till = shop.open();
    assert!(
        till.take_log()
            .iter()
            .all(|event| event.key != "store.migrated")
    );
}

#[test]
fn entries_about_no_sale_go_on_with_the_shops_own_time() {
    let shop = shop_with(1);
    let till = shop.open();
    till.enrol("enrol-2", &phone("0987654321")).unwrap();
    let other = MemberNumber::from_body(10_000_000_001).unwrap();
    let enrolled = &till.history(other, 0, 10).unwrap()[0];
    // The last sale of the kept file was rung up in Hanoi.
    assert_eq!(enrolled.offset.minutes(), 420);
}

#[test]
fn an_interrupted_migration_keeps_one_copy_and_never_overwrites_another() {
    let shop = shop_with(1);
    // The copy was made, then the power went.
    shop.open().close();
    std::fs::copy(kept(1), shop.path()).unwrap();
    let made = std::fs::read(copy(&shop)).unwrap();
    shop.open().close();
    assert_eq!(std::fs::read(copy(&shop)).unwrap(), made);
    let second = shop.folder.path().join("ledger.loy.schema-1.2.backup");
    assert!(!second.exists());
    // Half a copy, or one of another ledger, is not ours to overwrite.
    std::fs::copy(kept(1), shop.path()).unwrap();
    std::fs::write(copy(&shop), &made[..made.len() / 2]).unwrap();
    shop.open().close();
    assert_eq!(std::fs::read(copy(&shop)).unwrap(), made[..made.len() / 2]);
    assert_sound(&reader(&second));
}

#[test]
fn a_reader_sees_everything_in_a_ledger_of_schema_1_and_leaves_it_as_it_is() {
    let shop = shop_with(1);
    let before = std::fs::read(shop.path()).unwrap();
    let seen = reader(&shop.path());
    assert_sound(&seen);
    assert_eq!(balance(&seen, member()), (40, 34, 6, 0));
    assert_eq!(seen.pending_sales().unwrap().len(), 1);
    assert!(seen.info().unwrap().head_seq > 10);
    assert_eq!(std::fs::read(shop.path()).unwrap(), before);
    assert!(!copy(&shop).exists());
    // Meanwhile the till is opened with the new library and trades: the reader sees that too.
    let till = shop.open();
    till.record("sale-9", &cart_of(member(), 100_000)).unwrap();
    assert_eq!(balance(&seen, member()), (50, 44, 6, 0));
    assert_eq!(seen.info().unwrap().head_seq, till.info().unwrap().head_seq);
    assert_sound(&seen);
}

#[test]
fn a_damaged_ledger_of_schema_1_is_not_migrated_and_can_be_salvaged() {
    let shop = shop_with(1);
    let mut bytes = std::fs::read(kept(1)).unwrap();
    // The header of the index over members and entries: pages 4 KiB each, found by the tables' roots.
    let root: usize = with_a_tool(&kept_copy_of_1(&shop), |tool| {
        tool.query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'entry_by_member'",
            [],
            |row| row.get(0),
        )
        .unwrap()
    });
    bytes[(root - 1) * 4096] = 0xff;
    std::fs::write(shop.path(), &bytes).unwrap();
    let error = shop.try_open().err().unwrap();
    assert_eq!(error.status(), status::E_STORE_CORRUPT, "{error}");
    assert_eq!(std::fs::read(shop.path()).unwrap(), bytes);
    assert!(!copy(&shop).exists());

    let saved = Settings::new(shop.folder.path().join("saved.loy"));
    let (till, _) = Till::salvage_with(&shop.path(), &saved, shop.ports()).unwrap();
    assert_sound(&till);
    assert_eq!(balance(&till, member()), (40, 34, 6, 0));
    till.close();
    assert_eq!(schema_of(&saved.path), 2);
}

/// A copy to look into, so that the kept file gets no companions.
fn kept_copy_of_1(shop: &Shop) -> PathBuf {
    let path = shop.folder.path().join("look.loy");
    std::fs::copy(kept(1), &path).unwrap();
    path
}

#[test]
fn a_sound_ledger_of_schema_1_is_salvaged_whole() {
    let shop = shop_with(1);
    let saved = Settings::new(shop.folder.path().join("saved.loy"));
    let (till, lost) = Till::salvage_with(&shop.path(), &saved, shop.ports()).unwrap();
    assert_eq!(lost, []);
    assert_eq!(till.verify(Depth::Full).unwrap(), []);
    assert_eq!(balance(&till, member()), (40, 34, 6, 0));
}

#[test]
fn a_ledger_of_a_later_schema_that_lets_us_in_is_traded_with_and_not_harmed() {
    let shop = shop_with(1);
    shop.open().close();
    // A later library of the same major version adds a table, a column and an index.
    let later = "PRAGMA user_version = 7;
         CREATE TABLE stamp (seq INTEGER PRIMARY KEY) STRICT;
         INSERT INTO stamp VALUES (5);
         ALTER TABLE account ADD COLUMN limit_points INTEGER NOT NULL DEFAULT 9;
         CREATE INDEX portion_by_expiry ON portion (expires_on)";
    with_a_tool(&shop.path(), |tool| tool.execute_batch(later).unwrap());
    let before = tables(&shop.path());
    let till = shop.open();
    till.record("sale-9", &cart_of(member(), 100_000)).unwrap();
    assert_sound(&till);
    assert_sound(&reader(&shop.path()));
    till.close();
    assert_eq!(schema_of(&shop.path()), 7);
    assert_eq!(tables(&shop.path()), before);
    let stamps: i64 = with_a_tool(&shop.path(), |tool| {
        tool.query_row("SELECT seq FROM stamp", [], |row| row.get(0))
            .unwrap()
    });
    assert_eq!(stamps, 5);
}

#[test]
fn a_ledger_of_schema_1_on_a_read_only_file_is_refused_and_left_as_it_is() {
    let shop = shop_with(1);
    std::fs::set_permissions(shop.path(), std::fs::Permissions::from_mode(0o444)).unwrap();
    let error = shop.try_open().err().unwrap();
    assert_eq!(error.status(), status::E_STORE_READ_ONLY);
    assert!(!copy(&shop).exists());
    assert_eq!(
        std::fs::read(shop.path()).unwrap(),
        std::fs::read(kept(1)).unwrap()
    );
}
