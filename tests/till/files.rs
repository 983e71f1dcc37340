//! What happens to files: they are damaged, copied, locked, full, read-only, newer, tampered with.
//! Each is told apart, and no sale that was acknowledged is lost.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use loy::kernel::MemberNumber;
use loy::ledger::Entry;
use loy::till::{Depth, Error, Settings, Till, status};

use crate::shop::{Shop, TODAY, assert_sound, balance, cart_of, date, enrol, phone, spending};

/// Where another program finds the ledger it is to open.
const LEDGER: &str = "LOY_TEST_LEDGER";

/// A ledger with sales of every state, closed: one file, nothing beside it.
fn traded() -> Shop {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    for number in 1..=40 {
        let mut cart = cart_of(member, 10_000 * number);
        cart.receipt_number = Some(format!("{number:04}"));
        till.record(&format!("sale-{number}"), &cart).unwrap();
    }
    let hold = till
        .authorise("hold-1", &spending(member, 90_000, 7), 600)
        .unwrap();
    till.commit("commit-1", hold.id, None).unwrap();
    till.close_day("day-1", date(TODAY)).unwrap();
    till.authorise("hold-2", &spending(member, 90_000, 7), 600)
        .unwrap();
    till.close();
    shop
}

/// The facts as a till tells them: its entries and its sales.
#[derive(PartialEq, Debug)]
struct Facts {
    entries: Vec<Entry>,
    pending: usize,
    balance: (i64, i64, i64, i64),
}

fn facts(till: &Till) -> Result<Facts, Error> {
    let member = MemberNumber::from_body(10_000_000_000).unwrap();
    let entries = till.history(member, 0, 1_000)?;
    Ok(Facts {
        pending: till.pending_sales()?.len(),
        entries,
        balance: balance(till, member),
    })
}

fn refused(shop: &Shop) -> Error {
    shop.try_open().err().expect("no such ledger is opened")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The file as someone with a database tool opens it.
pub fn with_a_tool(shop: &Shop, sql: &str) {
    let tool = rusqlite::Connection::open(shop.path()).unwrap();
    tool.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}"))
        .unwrap();
    tool.close().unwrap();
}

#[test]
fn a_first_page_that_was_being_written_when_the_power_went_is_in_the_log_still() {
    let shop = Shop::new();
    let till = shop.create();
    let member = enrol(&till);
    for number in 1..=40 {
        let cart = cart_of(member, 10_000 * number);
        till.record(&format!("sale-{number}"), &cart).unwrap();
    }
    // What is on the disk now, and the first sector half written.
    let mut left = Shop::new();
    left.folder = tempfile::tempdir().unwrap();
    for name in ["ledger.loy", "ledger.loy-wal"] {
        let from = shop.folder.path().join(name);
        std::fs::copy(from, left.folder.path().join(name)).unwrap();
    }
    let mut bytes = std::fs::read(left.path()).unwrap();
    bytes[..512].fill(0xa7);
    std::fs::write(left.path(), &bytes).unwrap();
    let found = left.open();
    assert_eq!(balance(&found, member), balance(&till, member));
    assert_sound(&found);
    // Without the log nobody knows what it was.
    found.close();
    std::fs::write(left.path(), &bytes).unwrap();
    let error = left.try_open().map(drop).unwrap_err();
    assert_eq!(error.status(), status::E_STORE_CORRUPT);
    assert_eq!(std::fs::read(left.path()).unwrap(), bytes);
}

#[test]
fn a_file_that_is_no_ledger_is_refused_and_left_as_it_is() {
    let other_database = {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        let other = rusqlite::Connection::open(&path).unwrap();
        other.execute_batch("CREATE TABLE a (b)").unwrap();
        drop(other);
        std::fs::read(path).unwrap()
    };
    let zeros_in_front = {
        let mut bytes = std::fs::read(traded().path()).unwrap();
        bytes[..100].fill(0);
        bytes
    };
    let cases: [(&str, &[u8]); 5] = [
        ("empty", b""),
        ("a short text", b"receipts of November\n"),
        ("a long text", &b"receipts of November\n".repeat(1_000)),
        ("another program's database", &other_database),
        ("a ledger whose beginning is gone", &zeros_in_front),
    ];
    for (name, content) in cases {
        let shop = Shop::new();
        std::fs::write(shop.path(), content).unwrap();
        let error = refused(&shop);
        assert_eq!(
            (error.status(), error.reason()),
            (status::E_STORE_CORRUPT, "store.corrupt"),
            "{name}"
        );
        assert!(!error.is_retryable(), "{name}");
        let reader = Till::open_reader(&shop.settings()).err().unwrap();
        assert_eq!(reader.status(), status::E_STORE_CORRUPT, "{name}");
        assert_eq!(std::fs::read(shop.path()).unwrap(), content, "{name}");
        assert_eq!(
            shop.try_create().err().unwrap().status(),
            status::E_STORE_EXISTS,
            "{name}: never overwritten"
        );
    }
}

#[test]
fn half_a_file_is_refused_or_found_out() {
    let shop = traded();
    let whole = std::fs::read(shop.path()).unwrap();
    for length in [
        whole.len() - 1,
        whole.len() - 4096,
        whole.len() / 2,
        4096,
        100,
    ] {
        std::fs::write(shop.path(), &whole[..length]).unwrap();
        match shop.try_open() {
            Err(error) => assert_eq!(error.status(), status::E_STORE_CORRUPT, "{length}"),
            Ok(till) => {
                assert_damage_is_found(&till, &format!("{length} bytes"));
            }
        }
        let _ = std::fs::remove_file(beside(&shop.path(), "-wal"));
        let _ = std::fs::remove_file(beside(&shop.path(), "-shm"));
    }
    std::fs::write(shop.path(), &whole).unwrap();
    assert_sound(&shop.open());
}

fn assert_damage_is_found(till: &Till, what: &str) {
    match till.verify(Depth::Full) {
        Ok(findings) => assert!(!findings.is_empty(), "{what}: nothing found"),
        Err(error) => assert_eq!(error.status(), status::E_STORE_CORRUPT, "{what}: {error}"),
    }
}

#[test]
fn a_damaged_byte_is_found_or_changes_no_sale_and_no_balance() {
    let shop = traded();
    let whole = std::fs::read(shop.path()).unwrap();
    let expected = {
        let till = shop.open();
        let facts = facts(&till).unwrap();
        till.close();
        facts
    };
    let (mut found, mut harmless) = (0, 0);
    for at in (0..whole.len()).step_by(167) {
        for flip in [0x01, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            for suffix in ["-wal", "-shm"] {
                let _ = std::fs::remove_file(beside(&shop.path(), suffix));
            }
            std::fs::write(shop.path(), &damaged).unwrap();
            let Ok(till) = shop.try_open() else {
                found += 1;
                continue;
            };
            match till.verify(Depth::Full) {
                Ok(findings) if findings.is_empty() => {
                    let told = facts(&till).unwrap_or_else(|error| panic!("byte {at}: {error}"));
                    assert_eq!(told, expected, "byte {at}");
                    harmless += 1;
                }
                _ => found += 1,
            }
        }
    }
    // Most of the pages of so young a file are empty, one a table and index.
    assert!(found > harmless / 5, "{found} found, {harmless} harmless");
}

#[test]
fn a_ledger_whose_lots_are_gone_or_overdrawn_says_so_at_start_and_at_the_scan() {
    for (sql, expects_card) in [
        ("DELETE FROM portion", true),
        (
            "PRAGMA ignore_check_constraints = ON; UPDATE portion SET used = 9000000000000001",
            false,
        ),
    ] {
        let shop = traded();
        with_a_tool(&shop, sql);
        shop.clock.advance_seconds(601); // the hold has run out: it ends at start-up
        let till = shop.open();
        let log = till.take_log();
        let waits = log.iter().any(|event| event.key == "hold.not_ended");
        assert!(waits, "{sql}: {log:?}");
        let card = till.scan("0912345678", date(TODAY));
        assert_eq!(card.is_ok(), expects_card, "{sql}");
        let member = MemberNumber::from_body(10_000_000_000).unwrap();
        let sold = till.record("sale-99", &spending(member, 90_000, 7));
        assert!(sold.is_err(), "{sql}");
        assert!(!till.verify(Depth::Full).unwrap().is_empty(), "{sql}");
    }
}

#[test]
fn a_ledger_of_a_newer_library_is_refused_by_name_and_left_as_it_is() {
    let shop = traded();
    let newer = "PRAGMA user_version = 3; UPDATE meta SET value = 3 WHERE key = 'min_reader'";
    with_a_tool(&shop, newer);
    let before = std::fs::read(shop.path()).unwrap();
    let error = refused(&shop);
    assert_eq!(
        (error.status(), error.reason()),
        (status::E_STORE_NEWER, "store.newer")
    );
    assert!(error.to_string().contains("schema 3"), "{error}");
    let reader = Till::open_reader(&shop.settings()).err().unwrap();
    assert_eq!(reader.status(), status::E_STORE_NEWER);
    assert_eq!(std::fs::read(shop.path()).unwrap(), before);
    // A newer library of the same major version only adds, and says that this one may go on.
    with_a_tool(&shop, "UPDATE meta SET value = 1 WHERE key = 'min_reader'");
    let till = shop.open();
    till.record("sale-after", &crate::shop::cart(1_000))
        .unwrap();
    assert_sound(&till);
}

#[test]
fn an_entry_of_a_kind_of_later_is_refused_by_name_and_the_others_are_read() {
    let shop = traded();
    let till = shop.open();
    let member = MemberNumber::from_body(10_000_000_000).unwrap();
    let known = till.history(member, 0, 100).unwrap();
    till.close();
    let sql = "DROP TRIGGER entry_is_never_changed; UPDATE entry SET kind = 99 WHERE seq = (SELECT max(seq) FROM entry)";
    with_a_tool(&shop, sql);
    let till = Till::open_reader(&shop.settings()).unwrap();
    let error = till.history(member, 0, 100).unwrap_err();
    assert_eq!(
        (error.status(), error.reason()),
        (status::E_STORE_NEWER, "store.newer")
    );
    assert!(
        error
            .to_string()
            .contains("kind 99, which only a newer library knows"),
        "{error}"
    );
    let few = u32::try_from(known.len() - 1).unwrap();
    assert_eq!(
        till.history(member, 0, few).unwrap(),
        known[..known.len() - 1]
    );
}

#[test]
fn a_read_only_file_is_found_at_opening_and_can_still_be_read() {
    let shop = traded();
    let permit = |mode| {
        std::fs::set_permissions(shop.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    permit(0o444);
    let error = refused(&shop);
    assert_eq!(
        (error.status(), error.reason()),
        (status::E_STORE_READ_ONLY, "store.read_only")
    );
    let reader = Till::open_reader(&shop.settings()).unwrap();
    let read = facts(&reader).unwrap();
    assert_eq!(reader.verify(Depth::Full).unwrap(), []);
    drop(reader);
    permit(0o644);
    assert_eq!(facts(&shop.open()).unwrap(), read);
}

#[test]
fn a_reader_does_not_write() {
    let shop = traded();
    let reader = Till::open_reader(&shop.settings()).unwrap();
    let error = reader.enrol("enrol-2", &phone("0987654321")).err().unwrap();
    assert_eq!(error.status(), status::E_STORE_READ_ONLY);
    assert_eq!(
        reader.idle().unwrap_err().status(),
        status::E_STORE_READ_ONLY
    );
}

#[test]
fn another_program_is_told_that_the_ledger_is_open_elsewhere_until_it_is_closed() {
    let name =
        "files::another_program_is_told_that_the_ledger_is_open_elsewhere_until_it_is_closed";
    if let Some(ledger) = std::env::var_os(LEDGER) {
        // This is the other program: its answer is what it prints.
        let settings = Settings {
            busy_timeout_ms: 0,
            ..Settings::new(ledger)
        };
        let writer = Till::open(&settings).map(drop);
        let reader = Till::open_reader(&settings).and_then(|till| facts(&till));
        println!(
            "writer {} reader {}",
            writer.map_or_else(|error| error.reason().to_owned(), |()| "ok".to_owned()),
            reader.map_or_else(|error| error.reason().to_owned(), |_| "ok".to_owned())
        );
        return;
    }
    let shop = traded();
    let ask = || {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(LEDGER, shop.path())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let till = shop.open();
    let answer = ask();
    assert!(
        answer.contains("writer store.open_elsewhere reader ok"),
        "{answer}"
    );
    till.close();
    let answer = ask();
    assert!(answer.contains("writer ok reader ok"), "{answer}");
    let till = shop.open();
    let member = till.scan("0912345678", date(TODAY)).unwrap().number;
    till.record("sale-41", &cart_of(member, 10_000)).unwrap();
    assert_sound(&till);
}

/// A small disk in memory that is unmounted whatever happens.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(options: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let disk = Self(folder);
        disk.command(&["-t", "tmpfs", "-o", options, "tmpfs"])
            .then_some(disk)
    }

    fn remount(&self, options: &str) {
        assert!(self.command(&["-o", &format!("remount,{options}")]));
    }

    fn command(&self, arguments: &[&str]) -> bool {
        let status = Command::new("mount")
            .args(arguments)
            .arg(self.0.path())
            .output();
        status.is_ok_and(|output| output.status.success())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

#[test]
fn a_disk_that_runs_full_in_the_middle_of_the_day_loses_nothing() {
    let Some(disk) = SmallDisk::mount("size=1m") else {
        println!(
            "not run: mounting a tmpfs is not permitted here; the full disk is still tested by \
             tests/syncs, failing::a_full_disk_says_so_and_loses_nothing_wherever_it_is_met"
        );
        return;
    };
    let shop = Shop::new();
    let settings = Settings::new(disk.0.path().join("ledger.loy"));
    let till = Till::create(&settings, &shop.file, &shop.code).unwrap();
    let member = enrol(&till);
    let mut acknowledged = 0;
    let error = loop {
        let id = format!("sale-{acknowledged}");
        match till.record(&id, &cart_of(member, 10_000)) {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
        assert!(acknowledged < 10_000, "the disk never runs full");
    };
    assert!(acknowledged > 10, "{acknowledged}");
    assert_eq!(
        (error.status(), error.reason()),
        (status::E_STORE_FULL, "store.full")
    );
    assert!(error.is_retryable());
    // Still full, still answering: what was there is there.
    assert_eq!(balance(&till, member).0, acknowledged);
    till.enrol("enrol-2", &phone("0987654321")).unwrap_err();
    drop(till);
    let till = Till::open(&settings).unwrap();
    assert_eq!(balance(&till, member).0, acknowledged);
    // Someone frees space; the cashier's repeated call is one sale.
    disk.remount("size=8m");
    let id = format!("sale-{acknowledged}");
    let sale = till.record(&id, &cart_of(member, 10_000)).unwrap();
    assert!(!sale.was_replayed);
    assert!(
        till.record(&id, &cart_of(member, 10_000))
            .unwrap()
            .was_replayed
    );
    assert_eq!(balance(&till, member).0, acknowledged + 1);
    assert_sound(&till);
}

#[test]
fn a_read_only_disk_is_told_at_opening() {
    let Some(disk) = SmallDisk::mount("size=4m") else {
        println!(
            "not run: mounting a tmpfs is not permitted here; a read-only file is still tested by \
             files::a_read_only_file_is_found_at_opening_and_can_still_be_read"
        );
        return;
    };
    let shop = Shop::new();
    let settings = Settings::new(disk.0.path().join("ledger.loy"));
    let till = Till::create(&settings, &shop.file, &shop.code).unwrap();
    let member = enrol(&till);
    till.record("sale-1", &cart_of(member, 50_000)).unwrap();
    drop(till);
    disk.remount("ro");
    let error = Till::open(&settings).err().unwrap();
    assert_eq!(error.status(), status::E_STORE_READ_ONLY, "{error}");
    disk.remount("rw");
    let till = Till::open(&settings).unwrap();
    assert_eq!(balance(&till, member).0, 5);
    assert_sound(&till);
}

#[test]
fn a_copy_made_while_sales_go_on_is_sound_and_holds_what_was_sold_by_then() {
    let shop = Shop::new();
    let till = Arc::new(shop.create());
    let member = enrol(&till);
    let stop = Arc::new(AtomicBool::new(false));
    let cashier = {
        let (till, stop) = (Arc::clone(&till), Arc::clone(&stop));
        std::thread::spawn(move || {
            let mut sold = 0;
            while !stop.load(Ordering::SeqCst) {
                let cart = cart_of(member, 10_000);
                till.record(&format!("sale-{sold}"), &cart).unwrap();
                sold += 1;
            }
            sold
        })
    };
    let back_office = Till::open_reader(&shop.settings()).unwrap();
    let copies: Vec<(i64, i64, PathBuf)> = (0..6)
        .map(|number| {
            let path = shop.folder.path().join(format!("copy-{number}.loy"));
            let before = balance(&back_office, member).0;
            // Once beside the writer and once by the writer itself.
            let by: &Till = if number % 2 == 0 { &back_office } else { &till };
            by.backup(&path).unwrap();
            (before, balance(&back_office, member).0, path)
        })
        .collect();
    stop.store(true, Ordering::SeqCst);
    let sold: i64 = cashier.join().unwrap();
    assert_eq!(balance(&till, member).0, sold);
    for (before, after, path) in copies {
        let copy = Till::open(&Settings::new(&path)).unwrap();
        assert_sound(&copy);
        let found = balance(&copy, member).0;
        assert!(
            (before..=after).contains(&found),
            "{before} {found} {after}"
        );
    }
    assert_sound(&till);
}

#[test]
fn a_copy_never_replaces_a_file() {
    let shop = traded();
    let till = shop.open();
    let taken = shop.folder.path().join("letter.txt");
    std::fs::write(&taken, "dear customer").unwrap();
    let error = till.backup(&taken).unwrap_err();
    assert_eq!(error.status(), status::E_STORE_EXISTS);
    assert_eq!(std::fs::read(&taken).unwrap(), b"dear customer");
}

#[test]
fn tampering_with_a_database_tool_is_found_by_verify() {
    const NO_TRIGGERS: &str =
        "DROP TRIGGER entry_is_never_changed; DROP TRIGGER entry_is_never_removed;";
    let cases = [
        (
            "points of an award",
            "UPDATE entry SET points = points + 1 WHERE kind = (SELECT kind FROM entry WHERE lot > 0 \
             AND points > 0 LIMIT 1) AND seq = (SELECT max(seq) FROM entry WHERE lot > 0)",
            "chain.broken",
        ),
        (
            "the member of a sale",
            "UPDATE entry SET member = NULL WHERE seq = 5",
            "chain.broken",
        ),
        (
            "an entry is gone from the middle",
            "DELETE FROM entry WHERE seq = 9; DELETE FROM document WHERE seq = 9; \
             DELETE FROM sale WHERE seq = 9",
            "chain.gap",
        ),
        (
            "the last entry is gone",
            "DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)",
            "chain.head",
        ),
        (
            "a row for which no entry stands",
            "DELETE FROM entry WHERE seq = 4",
            "file.references",
        ),
        (
            "a portion",
            "UPDATE portion SET earned = earned + 100 WHERE lot = (SELECT min(lot) FROM portion)",
            "portion.differs",
        ),
        (
            "a portion is gone",
            "DELETE FROM portion WHERE lot = (SELECT min(lot) FROM portion)",
            "portion.missing",
        ),
        (
            "points that last longer",
            "UPDATE portion SET expires_on = 20991231",
            "portion.differs",
        ),
        (
            "points that can be spent sooner",
            "UPDATE portion SET available_from = available_from - 1",
            "portion.differs",
        ),
        (
            "a better programme",
            "UPDATE programme SET document = CAST(replace(document, '10000', '10001') AS BLOB)",
            "programme.changed",
        ),
        (
            "a member is gone",
            "DELETE FROM identifier; DELETE FROM member",
            "member.differs",
        ),
        (
            "a debt",
            "INSERT INTO account (member, wallet, debt) SELECT member, wallet, 5 FROM portion LIMIT 1",
            "debt.differs",
        ),
        (
            "a cart",
            "UPDATE document SET content = (SELECT content FROM document WHERE seq = 4) WHERE seq = 6",
            "document.changed",
        ),
        (
            "a cart is gone",
            "DELETE FROM document WHERE seq = (SELECT max(seq) FROM document)",
            "document.changed",
        ),
        (
            "a sale is called void",
            "UPDATE sale SET state = 3 WHERE seq = 4",
            "sale.differs",
        ),
        (
            "a sale is gone",
            "DELETE FROM receipt; DELETE FROM sale WHERE seq = 4",
            "sale.missing",
        ),
        (
            "a phone leads to someone else",
            "INSERT INTO member (number, enrolled_seq) VALUES (770000000017, NULL); \
             UPDATE identifier SET member = 770000000017",
            "identifier.differs",
        ),
        (
            "a phone leads nowhere",
            "DELETE FROM identifier",
            "identifier.differs",
        ),
        (
            "member numbers given twice",
            "UPDATE number_block SET next_body = first_body",
            "number_block.differs",
        ),
        (
            "a receipt sold again",
            "DELETE FROM receipt",
            "receipt.missing",
        ),
        (
            "operations forgotten",
            "DELETE FROM operation",
            "operation.missing",
        ),
        (
            "another key for phones",
            "UPDATE meta SET value = zeroblob(32) WHERE key = 'identifier_key'",
            "identity.changed",
        ),
        (
            "the chain's head",
            "UPDATE head SET hash = zeroblob(32)",
            "chain.head",
        ),
    ];
    for (what, sql, key) in cases {
        let shop = traded();
        with_a_tool(&shop, &format!("{NO_TRIGGERS} {sql}"));
        let findings = shop.open().verify(Depth::Full).unwrap();
        assert!(
            findings.iter().any(|finding| finding.key == key),
            "{what}: {findings:?}"
        );
    }
}

#[test]
fn a_quick_look_finds_a_changed_entry_too() {
    let shop = traded();
    with_a_tool(
        &shop,
        "DROP TRIGGER entry_is_never_changed; UPDATE entry SET amount = 1 WHERE seq = 6",
    );
    let till = shop.open();
    let findings = till.verify(Depth::Quick).unwrap();
    assert_eq!((findings[0].key, findings[0].seq), ("chain.broken", 6));
    let log = till.take_log();
    assert!(log.iter().any(|event| event.key == "verify.findings"));
}

#[test]
fn an_entry_is_not_changed_even_with_a_database_tool_unless_its_guard_is_removed() {
    let shop = traded();
    let tool = rusqlite::Connection::open(shop.path()).unwrap();
    for sql in [
        "UPDATE entry SET points = 0",
        "DELETE FROM entry WHERE seq = 6",
    ] {
        let error = tool.execute_batch(sql).unwrap_err().to_string();
        assert!(error.contains("entries are never"), "{error}");
    }
    tool.close().unwrap();
    assert_sound(&shop.open());
}
