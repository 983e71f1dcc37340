//! A till that is killed at random moments, again and again, and never loses or doubles a sale.
//!
//! The program starts itself as a till that works until it is killed (SIGKILL). The till writes
//! each operation into a journal before it asks, as a POS has to, and once more when it is answered.
//! After each kill the ledger is opened again: what was answered is there with the same answer, what
//! was not is asked again with the same id, and the balances are those of a reckoning made from the
//! journal alone. `LOY_SOAK_KILLS` and `LOY_SOAK_SEED` choose how often and which moments.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../crash/dice.rs"]
#[allow(dead_code)]
mod dice;
mod journal;
mod reckoning;
#[path = "../till/shop.rs"]
#[allow(dead_code)] // the stories of the till use the rest
mod shop;
mod work;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use loy::till::{Depth, Error, Ports, Settings, Till, status};

use crate::dice::Dice;
use crate::journal::Journal;
use crate::reckoning::Reckoning;
use crate::shop::Shop;
use crate::work::{FixedClock, MEMBERS};

/// What the killed program is to do.
const ROLE: &str = "LOY_SOAK_ROLE";
const FOLDER: &str = "LOY_SOAK_FOLDER";
const SEED: &str = "LOY_SOAK_SEED";
/// Kills in `make test`; `make soak` asks for more.
const KILLS: u64 = 12;
/// Every so many kills hit a till that is being made.
const CREATION_EVERY: u64 = 10;
/// The latest moment of a kill, in microseconds after the start.
const MOMENT_MAX_US: u64 = 160_000;

fn main() {
    match std::env::var(ROLE).as_deref() {
        Ok("sell") => work::sell_until_killed(Path::new(&folder()), number(SEED, 0)),
        Ok("create") => create(&folder()),
        _ => soak(),
    }
}

fn folder() -> String {
    std::env::var(FOLDER).expect("the folder of a till")
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

pub fn settings(folder: &Path) -> Settings {
    Settings {
        busy_timeout_ms: 2_000,
        ..Settings::new(folder.join("ledger.loy"))
    }
}

pub fn ports() -> Ports {
    Ports {
        clock: std::sync::Arc::new(FixedClock),
        ..Ports::default()
    }
}

fn create(folder: &str) {
    let shop = Shop::with(|file| file.programme = shop::with_games(&file.programme));
    Till::create_with(
        &settings(Path::new(folder)),
        &shop.file,
        &shop.code,
        ports(),
    )
    .unwrap();
}

fn start(role: &str, folder: &Path, seed: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .env(ROLE, role)
        .env(FOLDER, folder)
        .env(SEED, seed.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Starts it, waits for a random moment and kills it. False if it had ended before.
fn killed(role: &str, folder: &Path, dice: &mut Dice, moment_max_us: u64) -> bool {
    let mut child = start(role, folder, dice.next());
    std::thread::sleep(Duration::from_micros(dice.below(moment_max_us)));
    let had_ended = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(
        had_ended || !status.success() || role == "create",
        "a till that sells ends only by being killed"
    );
    if had_ended && role == "sell" {
        panic!("the till gave up before it was killed: {status}");
    }
    !had_ended
}

fn soak() {
    let (kills, seed) = (number("LOY_SOAK_KILLS", KILLS), number(SEED, 20_261_122));
    let began = Instant::now();
    let mut dice = Dice::new(seed);
    let folder = tempfile::tempdir().unwrap();
    create(folder.path().to_str().unwrap());
    let till = Till::open_with(&settings(folder.path()), ports()).unwrap();
    for number in 0..MEMBERS {
        let phone = shop::phone(&format!("09123456{number:02}"));
        till.enrol(&format!("enrol-{number}"), &phone).unwrap();
    }
    till.close();

    let mut reckoning = Reckoning::default();
    let (mut selling, mut creating) = (0, 0);
    while selling + creating < kills {
        if (selling + creating) % CREATION_EVERY == CREATION_EVERY - 1 {
            creating += u64::from(survives_its_making(&mut dice));
            continue;
        }
        killed("sell", folder.path(), &mut dice, MOMENT_MAX_US);
        selling += 1;
        let till = Till::open_with(&settings(folder.path()), ports())
            .unwrap_or_else(|error| panic!("kill {selling}: {error}"));
        assert_eq!(till.verify(Depth::Quick).unwrap(), [], "kill {selling}");
        let journal = Journal::take(folder.path());
        reckoning.check(&till, &journal, selling);
        till.close();
        if (selling + creating) % 25 == 0 {
            eprintln!("  {} of {kills} kills, {reckoning}", selling + creating);
        }
    }
    let till = Till::open_with(&settings(folder.path()), ports()).unwrap();
    assert_eq!(till.verify(Depth::Full).unwrap(), []);
    reckoning.compare(&till);
    println!(
        "{kills} kills ({selling} selling, {creating} being made), {reckoning}, 0 lost, 0 doubled, \
         verify clean; seed {seed}, {:.0} s",
        began.elapsed().as_secs_f64()
    );
    println!("test result: ok. 1 passed; 0 failed");
}

/// A till killed while it is made is there whole or can be made with the same file. False if it was
/// ready before the kill came.
fn survives_its_making(dice: &mut Dice) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let was_killed = killed("create", folder.path(), dice, MOMENT_MAX_US / 3);
    let till = match Till::open_with(&settings(folder.path()), ports()) {
        Ok(till) => till,
        Err(error) => {
            assert_eq!(error.status(), status::E_STORE_ABSENT, "{error}");
            let shop = Shop::new();
            let made = Till::create_with(&settings(folder.path()), &shop.file, &shop.code, ports());
            made.unwrap_or_else(|error: Error| panic!("made again: {error}"))
        }
    };
    shop::enrol(&till);
    shop::assert_sound(&till);
    was_killed
}
