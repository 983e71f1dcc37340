//! SQLite runs out of memory at every allocation of every call, once and for good: an error, never a
//! wrong answer; afterwards the ledger is sound and the repeated call has one result.
//!
//! A program of its own, because SQLite's allocator can only be exchanged before SQLite is used.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../syncs/calls.rs"]
mod calls;
mod failing;
#[path = "../till/shop.rs"]
#[allow(dead_code)] // the stories of the till use the rest
mod shop;
#[path = "../vfs/mod.rs"]
mod vfs;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use loy::till::{Depth, Error, Till};

use crate::calls::{Account, CALLS, Call, Stage, account, stage};
use crate::shop::{Shop, assert_sound};

/// More allocations than any call makes.
const PLACES_MAX: u32 = 5_000;

/// Every how many allocations one fails in `make test`; all of them with `LOY_MEMORY_EVERY=1`.
fn every() -> u32 {
    std::env::var("LOY_MEMORY_EVERY").map_or(9, |text| text.parse().expect("a number"))
}

fn prepared(call: &Call) -> Stage {
    failing::install();
    let mut stage = stage();
    if let Ok(folder) = tempfile::tempdir_in(Path::new("/dev/shm")) {
        let path = stage.shop.path();
        stage.till.close();
        std::fs::copy(&path, folder.path().join("ledger.loy")).unwrap();
        stage.shop.folder = folder;
        stage.till = stage.shop.open();
    }
    (call.prepare)(&mut stage);
    stage
}

/// How often there was no memory, by what came of it.
#[derive(Debug, Default)]
struct Count {
    refused: u32,
    done_all_the_same: u32,
    panicked: u32,
}

/// One failure. False once the call ends before it.
fn survives(call: &Call, after: u32, lasts: bool, expected: &Account, count: &mut Count) -> bool {
    let what = format!("{} {after} {lasts}", call.name);
    let mut stage = prepared(call);
    failing::fail(after, lasts);
    let answer = catch_unwind(AssertUnwindSafe(|| (call.act)(&stage)));
    if failing::stop() == 0 {
        answer.unwrap().unwrap();
        return false;
    }
    match answer {
        Ok(Ok(())) => count.done_all_the_same += 1,
        Ok(Err(error)) => {
            assert!(
                error.status() >= 100,
                "{what}: {error} is no rule's refusal"
            );
            count.refused += 1;
        }
        // What the C wall makes LOY_E_INTERNAL: the ledger is opened again.
        Err(_) => {
            count.panicked += 1;
            stage.till.close();
            stage.till = stage.shop.open();
        }
    }
    (call.act)(&stage).unwrap_or_else(|error| panic!("{what}, repeated: {error}"));
    assert_eq!(stage.till.verify(Depth::Quick).unwrap(), [], "{what}");
    assert_eq!(&account(&stage), expected, "{what}");
    true
}

#[test]
fn without_memory_no_call_answers_wrongly_and_the_repeated_one_succeeds() {
    let mut count = Count::default();
    for call in &CALLS {
        let undisturbed = prepared(call);
        (call.act)(&undisturbed).unwrap();
        let expected = account(&undisturbed);
        for lasts in [false, true] {
            let mut after = 0;
            while survives(call, after, lasts, &expected, &mut count) {
                after += every();
                assert!(after < PLACES_MAX, "{} goes on for ever", call.name);
            }
            assert!(after > 0, "{} allocates nothing", call.name);
        }
    }
    println!("{count:?}");
    assert!(count.refused > 100, "{count:?}");
    assert_eq!(
        count.panicked, 0,
        "a lack of memory is an error, no bug: {count:?}"
    );
}

/// Opens the ledger with no memory at ever later moments, until it opens undisturbed.
fn open_without_memory(shop: &Shop, lasts: bool, stride: u32, again: impl Fn(&Shop)) -> u32 {
    let (mut places, mut after) = (0, 0);
    loop {
        again(shop);
        failing::fail(after, lasts);
        let opened = catch_unwind(AssertUnwindSafe(|| shop.try_open()));
        let failed = failing::stop();
        let opened = opened.unwrap_or_else(|_| panic!("opening panics at {after}"));
        if failed == 0 {
            assert_sound(&opened.unwrap());
            return places;
        }
        if let Err(error) = opened {
            assert!(error.status() >= 100, "{after}: {error}");
            assert!(!matches!(error, Error::Internal(_)), "{after}: {error}");
        }
        places += 1;
        after += stride;
    }
}

#[test]
fn without_memory_a_ledger_is_not_opened_and_later_it_is() {
    let mut places = 0;
    for lasts in [false, true] {
        let stage = prepared(&CALLS[0]);
        stage.till.close();
        places += open_without_memory(&stage.shop, lasts, every(), |_| {});
        let till: Till = stage.shop.open();
        assert_sound(&till);
    }
    assert!(places > 20, "{places}");
}

#[test]
fn without_memory_an_older_ledger_is_not_migrated_and_later_it_is() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/till/schema/v1.loy");
    let mut places = 0;
    for lasts in [false, true] {
        let stage = prepared(&CALLS[0]);
        stage.till.close();
        places += open_without_memory(&stage.shop, lasts, 5 * every() - 4, |shop| {
            // Half migrated or not at all: it opens and is sound.
            if shop.path().exists() {
                assert_sound(&shop.open());
            }
            std::fs::copy(&kept, shop.path()).unwrap();
        });
    }
    assert!(places > 20, "{places}");
}
