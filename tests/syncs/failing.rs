//! A disk that fails or is full, at every write and every sync of every call.

use std::path::Path;

use loy::till::{Error, Settings, Till, status};
use rusqlite::ffi::{SQLITE_FULL, SQLITE_IOERR_FSYNC, SQLITE_IOERR_WRITE};

use crate::calls::{Account, CALLS, Call, Stage, account, stage};
use crate::shop::{Shop, assert_sound, enrol};
use crate::vfs::{At, Fault, break_disk, install, mend_disk};

/// More writes and syncs than any of the calls makes.
const STEPS_MAX: u32 = 200;

fn prepared(call: &Call) -> Stage {
    let mut stage = stage();
    (call.prepare)(&mut stage);
    stage
}

/// As it is when the disk never failed.
fn undisturbed(call: &Call) -> Account {
    let stage = prepared(call);
    (call.act)(&stage).unwrap();
    account(&stage)
}

fn head_seq(till: &Till) -> u64 {
    till.info().unwrap().head_seq
}

/// The ledger as the next program would find it if this one died now. A reader looks, because a
/// writer would end holds at start-up.
fn head_seq_after_a_crash(ledger: &Path) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("ledger.loy");
    let with = |path: &Path, suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        name
    };
    std::fs::copy(ledger, &copy).unwrap();
    if Path::new(&with(ledger, "-wal")).exists() {
        std::fs::copy(with(ledger, "-wal"), with(&copy, "-wal")).unwrap();
    }
    head_seq(&Till::open_reader(&Settings::new(copy)).unwrap())
}

/// Breaks the disk at every place of every call and looks what is left.
fn at_every_place(at: At, code: i32, lasts: bool, expected: &[i32]) {
    for call in &CALLS {
        let expected_account = undisturbed(call);
        let mut places = 0;
        for after in 0..STEPS_MAX {
            let stage = prepared(call);
            let fault = Fault {
                at,
                after,
                lasts,
                code,
            };
            if !survives(call, &stage, fault, expected) {
                break;
            }
            places += 1;
            assert_eq!(account(&stage), expected_account, "{} {fault:?}", call.name);
            assert_sound(&stage.till);
        }
        assert!(places > 0, "{} never met the fault", call.name);
        assert!(places < STEPS_MAX, "{} goes on for ever", call.name);
    }
}

/// One fault: the answer is true, the ledger goes on, and the repeated call leaves one result.
/// False once the call ends before the fault.
fn survives(call: &Call, stage: &Stage, fault: Fault, expected: &[i32]) -> bool {
    let what = format!("{} {fault:?}", call.name);
    let before = head_seq(&stage.till);
    break_disk(fault);
    let answer = (call.act)(stage);
    let was_hit = mend_disk() > 0;
    let found = head_seq_after_a_crash(&stage.shop.path());
    match &answer {
        // A checkpoint may fail behind an operation that is done.
        Ok(()) => assert!(found > before || call.name == "export", "{what}: {found}"),
        Err(error) => {
            assert!(expected.contains(&error.status()), "{what}: {error}");
            assert!(error.is_retryable(), "{what}: {error}");
            if error.status() != status::E_OUTCOME_UNKNOWN {
                assert_eq!(found, before, "{what}: {error}, but something was written");
            }
        }
    }
    if was_hit {
        (call.act)(stage).unwrap_or_else(|error| panic!("{what}, repeated: {error}"));
    }
    was_hit
}

#[test]
fn a_sync_that_fails_once_loses_and_doubles_nothing() {
    let statuses = [status::E_STORE_IO, status::E_OUTCOME_UNKNOWN];
    at_every_place(At::Sync, SQLITE_IOERR_FSYNC, false, &statuses);
}

#[test]
fn a_disk_that_no_longer_syncs_is_never_believed() {
    let statuses = [status::E_STORE_IO, status::E_OUTCOME_UNKNOWN];
    at_every_place(At::Sync, SQLITE_IOERR_FSYNC, true, &statuses);
}

#[test]
fn a_full_disk_says_so_and_loses_nothing_wherever_it_is_met() {
    for lasts in [false, true] {
        at_every_place(At::Write, SQLITE_FULL, lasts, &[status::E_STORE_FULL]);
    }
}

#[test]
fn a_write_that_fails_loses_and_doubles_nothing() {
    let statuses = [status::E_STORE_IO, status::E_OUTCOME_UNKNOWN];
    for lasts in [false, true] {
        at_every_place(At::Write, SQLITE_IOERR_WRITE, lasts, &statuses);
    }
}

#[test]
fn a_sale_answered_after_a_failed_sync_is_answered_truly() {
    let stage = stage();
    break_disk(Fault {
        at: At::Sync,
        after: 0,
        lasts: false,
        code: SQLITE_IOERR_FSYNC,
    });
    let error = stage
        .till
        .commit("op", stage.held, None)
        .map(drop)
        .unwrap_err();
    assert_eq!(mend_disk(), 1);
    // The file was opened again and the sale looked for: it is not there, and this is known.
    assert_eq!(error.status(), status::E_STORE_IO);
    assert_eq!(error.store_code(), SQLITE_IOERR_FSYNC);
    let log = stage.till.take_log();
    assert!(log.iter().any(|event| event.key == "store.commit_failed"));
    assert_eq!(stage.till.pending_sales().unwrap().len(), 1);
}

#[test]
fn a_ledger_that_cannot_be_made_leaves_nothing_and_can_be_made_later() {
    install();
    for (at, code) in [(At::Write, SQLITE_FULL), (At::Sync, SQLITE_IOERR_FSYNC)] {
        let mut places = 0;
        for after in 0..STEPS_MAX {
            let shop = Shop::new();
            break_disk(Fault {
                at,
                after,
                lasts: true,
                code,
            });
            let answer = shop.try_create();
            if mend_disk() == 0 {
                answer.unwrap();
                break;
            }
            places += 1;
            let error = answer.map(drop).unwrap_err();
            let Error::Store(_) = &error else {
                panic!("{at:?} {after}: {error}");
            };
            assert!(!shop.path().exists(), "half a ledger at {at:?} {after}");
            let till = shop.create();
            enrol(&till);
            assert_sound(&till);
        }
        assert!(places > 1, "{at:?}");
    }
}

#[test]
fn an_older_ledger_whose_migration_meets_a_failing_disk_is_migrated_later() {
    install();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/till/schema/v1.loy");
    for (at, code, lasts) in [
        (At::Write, SQLITE_FULL, true),
        (At::Write, SQLITE_IOERR_WRITE, false),
        (At::Sync, SQLITE_IOERR_FSYNC, false),
        (At::Sync, SQLITE_IOERR_FSYNC, true),
    ] {
        let mut refused = 0;
        for after in 0..STEPS_MAX {
            let shop = Shop::new();
            std::fs::copy(&kept, shop.path()).unwrap();
            let what = format!("{at:?} {code} {lasts} {after}");
            break_disk(Fault {
                at,
                after,
                lasts,
                code,
            });
            let answer = shop.try_open();
            let was_hit = mend_disk() > 0;
            if let Err(error) = &answer {
                let expected = match code {
                    SQLITE_FULL => vec![status::E_STORE_FULL],
                    _ => vec![status::E_STORE_IO, status::E_OUTCOME_UNKNOWN],
                };
                assert!(expected.contains(&error.status()), "{what}: {error}");
                assert!(error.is_retryable(), "{what}: {error}");
                refused += 1;
            }
            drop(answer);
            let till = shop.try_open().unwrap_or_else(|e| panic!("{what}: {e}"));
            assert_sound(&till);
            assert_eq!(till.pending_sales().unwrap().len(), 1, "{what}");
            let copies = std::fs::read_dir(shop.folder.path()).unwrap();
            let names = copies.map(|file| file.unwrap().file_name().into_string().unwrap());
            let copies: Vec<String> = names.filter(|name| name.contains("schema-1")).collect();
            assert_eq!(copies, ["ledger.loy.schema-1.backup"], "{what}");
            if !was_hit {
                break;
            }
        }
        assert!(refused > 1, "{at:?} {code}");
    }
}
