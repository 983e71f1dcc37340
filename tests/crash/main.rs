//! The power goes at every moment of a till's day: before every write and every sync. Of what no sync
//! had covered, nothing, everything or any part is found afterwards. Each time the till is opened
//! again: what it had answered is there, once; what it had not is there whole or not at all.
//!
//! `LOY_CRASH_IMAGES` chooses how many random images are made of each moment; `make soak` makes
//! more. `LOY_CRASH_SEED` chooses which.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod day;
mod dice;
mod disk;
mod migration;
mod recovery;
#[path = "../till/shop.rs"]
#[allow(dead_code)] // the stories of the till use the rest
mod shop;
#[path = "../vfs/mod.rs"]
mod vfs;
mod worse;

use crate::day::STEPS;
use crate::disk::{Fate, Syncs};
use crate::recovery::{Count, recover_all};
use crate::worse::Durability;

/// Random images of each moment, besides nothing and everything.
fn random_images() -> u64 {
    number("LOY_CRASH_IMAGES", 4)
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

/// Every way in which a moment may be found.
fn fates(moment: u64, random: u64) -> Vec<Fate> {
    let mut fates = vec![Fate::Nothing, Fate::Everything];
    let seed = number("LOY_CRASH_SEED", 20_261_122);
    for number in 0..random {
        let seed = dice::Dice::new(seed ^ (moment << 20) ^ number).next();
        fates.push(match number % 4 {
            0 => Fate::Garbage(seed),
            1 => Fate::Sectors(seed),
            2 => Fate::Prefix(seed),
            _ => Fate::Sectors(seed),
        });
    }
    fates
}

fn told(what: &str, count: &Count) {
    println!("{what}: {count}");
}

#[test]
fn no_power_cut_loses_or_doubles_what_was_answered() {
    let recorded = recovery::record(Durability::Full);
    let count = recover_all(&recorded, Syncs::Honest, |moment| {
        fates(moment, random_images())
    });
    told("synchronous=FULL", &count);
    assert_eq!(count.first_loss, None, "{count}");
    assert_eq!(count.first_corruption, None, "{count}");
    // The test would say nothing if the day had been cut short or each moment was clean.
    assert!(
        count.moments > 150 && count.recoveries > 2 * count.moments,
        "{count}"
    );
    assert!(
        count.in_flight_there > 0 && count.in_flight_not > 0,
        "{count}"
    );
    assert_eq!(recorded.heads.len(), STEPS.len() + 1);
}

#[test]
fn a_till_that_did_not_sync_each_commit_would_lose_sales_and_this_test_would_see_it() {
    let recorded = recovery::record(Durability::Normal);
    let count = recover_all(&recorded, Syncs::Honest, |moment| fates(moment, 1));
    told("synchronous=NORMAL", &count);
    assert!(count.lost > 0, "{count}");
    assert_eq!(count.first_corruption, None, "{count}");
}

#[test]
fn a_disk_that_lies_about_syncs_is_seen_too() {
    let recorded = recovery::record(Durability::Full);
    let count = recover_all(&recorded, Syncs::Lie, |moment| fates(moment, 1));
    told("a lying disk", &count);
    assert!(count.corrupt > 0, "{count}");
}

#[test]
fn a_copy_is_whole_when_the_call_comes_back() {
    let recorded = recovery::record(Durability::Full);
    recovery::check_copy(&recorded);
}
