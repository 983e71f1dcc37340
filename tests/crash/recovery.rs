//! A day that is recorded, and what is found of it when the power goes at a moment.

use std::fmt;
use std::path::Path;
use std::sync::Mutex;

use loy::till::{Depth, Error, Settings, Till, status};

use crate::day::{Again, Day, STEPS};
use crate::disk::{Disk, Fate, Image, Syncs, lay};
use crate::shop::{Shop, assert_sound};
use crate::vfs::{Op, install, recorded, start_recording, stop_recording};
use crate::worse::{self, Durability};

/// Every so many recoveries the day goes on to its end and is compared with the undisturbed one.
const TO_THE_END_EVERY: usize = 16;

/// A day without a power cut.
pub struct Recorded {
    ops: Vec<Op>,
    /// How many operations of the disk each step had made when it answered; the till's making first.
    ends: Vec<usize>,
    /// The ledger's last entry then.
    pub heads: Vec<u64>,
    answers: Vec<String>,
    acknowledgement: Vec<u8>,
    /// What stands in the ledger at the end.
    account: String,
}

pub fn record(durability: Durability) -> Recorded {
    install();
    worse::set(durability);
    let shop = shop();
    start_recording();
    let mut day = Day::new(&shop, shop.create());
    let head = |day: &Day| day.till().info().unwrap().head_seq;
    let (mut ends, mut heads) = (vec![recorded()], vec![head(&day)]);
    let mut answers = vec![String::new()];
    for step in STEPS {
        answers.push(day.act(step));
        ends.push(recorded());
        heads.push(head(&day));
    }
    let ops = stop_recording();
    worse::set(Durability::Full);
    Recorded {
        ops,
        ends,
        heads,
        answers,
        account: day.account(),
        acknowledgement: day.acknowledgement.clone(),
    }
}

/// What came of all power cuts.
#[derive(Debug, Default)]
pub struct Count {
    pub moments: usize,
    pub recoveries: usize,
    /// The call that was cut off is there whole.
    pub in_flight_there: usize,
    pub in_flight_not: usize,
    pub lost: usize,
    pub corrupt: usize,
    pub first_loss: Option<String>,
    pub first_corruption: Option<String>,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} power cuts, {} recoveries, {} acknowledged lost, {} corrupt; cut off in the middle: {} \
             whole, {} not there",
            self.moments,
            self.recoveries,
            self.lost,
            self.corrupt,
            self.in_flight_there,
            self.in_flight_not
        )?;
        for first in [&self.first_loss, &self.first_corruption]
            .into_iter()
            .flatten()
        {
            write!(f, "\n  {first}")?;
        }
        Ok(())
    }
}

/// What was found after one power cut.
enum Found {
    Sound { in_flight_is_there: bool },
    Lost(String),
    Corrupt(String),
}

/// One moment and one image of it.
struct Case {
    moment: usize,
    fate: Fate,
    image: Image,
}

/// Cuts the power before every operation of the disk, and after the last.
pub fn recover_all(
    recorded: &Recorded,
    syncs: Syncs,
    fates: impl Fn(u64) -> Vec<Fate> + Send,
) -> Count {
    let cases = Mutex::new(Cases::new(recorded, syncs, fates));
    let count = Mutex::new(Count::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let Some(case) = cases.lock().unwrap().next() else {
                        break;
                    };
                    let found = recover(recorded, &case);
                    count.lock().unwrap().add(&case, found);
                }
            });
        }
    });
    let mut count = count.into_inner().unwrap();
    count.moments = recorded.ops.len() + 1;
    count
}

/// All cases, made one after the other.
struct Cases<'a, F> {
    recorded: &'a Recorded,
    syncs: Syncs,
    fates: F,
    disk: Disk,
    moment: usize,
    waiting: Vec<Fate>,
}

impl<'a, F: Fn(u64) -> Vec<Fate>> Cases<'a, F> {
    fn new(recorded: &'a Recorded, syncs: Syncs, fates: F) -> Self {
        Self {
            recorded,
            syncs,
            fates,
            disk: Disk::default(),
            moment: 0,
            waiting: vec![Fate::Nothing],
        }
    }

    fn next(&mut self) -> Option<Case> {
        while self.waiting.is_empty() {
            let op = self.recorded.ops.get(self.moment)?;
            self.disk.ask(op, self.syncs);
            self.moment += 1;
            self.waiting = if self.disk.is_dirty() {
                (self.fates)(u64::try_from(self.moment).unwrap())
            } else {
                vec![Fate::Nothing]
            };
        }
        let fate = self.waiting.pop()?;
        Some(Case {
            moment: self.moment,
            fate,
            image: self.disk.image(fate),
        })
    }
}

impl Count {
    fn add(&mut self, case: &Case, found: Found) {
        self.recoveries += 1;
        let say =
            |what: String| format!("before operation {}, {:?}: {what}", case.moment, case.fate);
        match found {
            Found::Sound {
                in_flight_is_there: true,
            } => self.in_flight_there += 1,
            Found::Sound { .. } => self.in_flight_not += 1,
            Found::Lost(what) => {
                self.lost += 1;
                self.first_loss.get_or_insert_with(|| say(what));
            }
            Found::Corrupt(what) => {
                self.corrupt += 1;
                self.first_corruption.get_or_insert_with(|| say(what));
            }
        }
    }
}

/// A shop whose files are in memory where the machine has a folder for that: the power is not cut in
/// truth, so nothing has to wait for a disk.
pub fn shop() -> Shop {
    let mut shop = Shop::new();
    let memory = Path::new("/dev/shm");
    if let Ok(folder) = tempfile::tempdir_in(memory) {
        shop.folder = folder;
    }
    shop
}

fn recover(recorded: &Recorded, case: &Case) -> Found {
    let answered = recorded
        .ends
        .iter()
        .filter(|&&end| end <= case.moment)
        .count();
    let shop = shop();
    lay(&case.image, shop.folder.path());
    let till = match shop.try_open() {
        Ok(till) => till,
        Err(error) if answered == 0 => return made_again(&shop, &error),
        Err(error) => return Found::Corrupt(format!("opening: {error}")),
    };
    match till.verify(Depth::Full) {
        Ok(findings) if findings.is_empty() => {}
        other => return Found::Corrupt(format!("verify: {other:?}")),
    }
    let head = till.info().unwrap().head_seq;
    let before = recorded.heads[answered.saturating_sub(1)];
    // After the last step nothing is in flight.
    let after = recorded.heads[answered.min(recorded.heads.len() - 1)];
    if head < before {
        return Found::Lost(format!("{head} entries of {before}"));
    }
    if head != before && head != after {
        return Found::Corrupt(format!("half an operation: {before}, {head}, {after}"));
    }
    let mut day = Day::new(&shop, till);
    day.acknowledgement.clone_from(&recorded.acknowledgement);
    let is_there = head == after && after != before;
    if let Some(found) = ask_again(recorded, &mut day, answered, is_there) {
        return found;
    }
    let goes_on = (case.moment + case.image.len()).is_multiple_of(TO_THE_END_EVERY);
    if let Some(found) = go_on(recorded, &mut day, answered, goes_on) {
        return found;
    }
    Found::Sound {
        in_flight_is_there: is_there,
    }
}

/// A till that was being made is not there and can be made, with the same file.
fn made_again(shop: &Shop, error: &Error) -> Found {
    if error.status() != status::E_STORE_ABSENT {
        return Found::Corrupt(format!("half made: {error}"));
    }
    assert_sound(&shop.create());
    Found::Sound {
        in_flight_is_there: false,
    }
}

/// What was answered is answered again with the same, and nothing is written for it.
fn ask_again(
    recorded: &Recorded,
    day: &mut Day,
    answered: usize,
    next_is_there: bool,
) -> Option<Found> {
    let head = day.till().info().unwrap().head_seq;
    for number in 1..answered {
        let step = &STEPS[number - 1];
        let is_last = number + 1 == answered;
        // The same batch until it is acknowledged.
        let is_waiting = step.name == "export" && is_last && !next_is_there;
        if step.again == Again::Works && !is_waiting {
            continue;
        }
        if day.act(step) != recorded.answers[number] {
            return Some(Found::Lost(format!("{} answers otherwise", step.name)));
        }
    }
    let now = day.till().info().unwrap().head_seq;
    (now != head).then(|| Found::Lost(format!("asked again, {head} entries became {now}")))
}

/// What was cut off is asked again and gives one result, and so does the rest of the day.
fn go_on(recorded: &Recorded, day: &mut Day, answered: usize, to_the_end: bool) -> Option<Found> {
    let rest = answered.max(1)..recorded.heads.len();
    let steps = if to_the_end { rest.len() } else { 1 };
    for number in rest.take(steps) {
        let step = &STEPS[number - 1];
        if day.act(step) != recorded.answers[number] {
            return Some(Found::Corrupt(format!("{} goes on otherwise", step.name)));
        }
        let head = day.till().info().unwrap().head_seq;
        if head != recorded.heads[number] {
            return Some(Found::Corrupt(format!("{} ends at {head}", step.name)));
        }
    }
    if !matches!(day.till().verify(Depth::Quick), Ok(findings) if findings.is_empty()) {
        return Some(Found::Corrupt("verify after going on".to_owned()));
    }
    if to_the_end && answered > 0 && day.account() != recorded.account {
        return Some(Found::Corrupt("the day ends otherwise".to_owned()));
    }
    None
}

/// The copy that `backup` made needs nothing that no sync had covered.
pub fn check_copy(recorded: &Recorded) {
    let step = STEPS.iter().position(|step| step.name == "backup").unwrap();
    let mut disk = Disk::default();
    for op in &recorded.ops[..recorded.ends[step + 1]] {
        disk.ask(op, Syncs::Honest);
    }
    let image = disk.image(Fate::Nothing);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.loy");
    std::fs::write(&path, &image["copy.loy.creating"]).unwrap();
    let copy = Till::open_reader(&Settings::new(path)).unwrap();
    assert_sound(&copy);
    assert_eq!(copy.info().unwrap().head_seq, recorded.heads[step + 1]);
}
