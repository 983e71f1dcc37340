//! Where it runs, on what, and how long that takes to sync.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use loy::kernel::Instant;
use loy::till::{Clock, Ports, Settings, Till};

use crate::measure::Sample;
use crate::shop::{MORNING_MS, Shop};

/// A disk that is memory.
pub const RAM: &str = "/dev/shm";

pub fn target() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    // target/release/deps/figures-0123
    own.ancestors().nth(3).unwrap().to_owned()
}

/// Large files that are made once.
pub fn data() -> PathBuf {
    let folder = target().join("bench-data");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A folder that is gone afterwards, on the disk of `target` or in memory.
pub fn folder(on: &Path) -> tempfile::TempDir {
    tempfile::Builder::new()
        .prefix("loy-bench-")
        .tempdir_in(on)
        .unwrap()
}

static NOW_MS: AtomicI64 = AtomicI64::new(MORNING_MS);

/// A clock that stands still until it is moved.
struct BenchClock;

impl Clock for BenchClock {
    fn now(&self) -> Instant {
        Instant::from_ms(now_ms())
    }
}

pub fn now_ms() -> i64 {
    NOW_MS.load(Ordering::Relaxed)
}

pub fn advance_ms(by: i64) {
    NOW_MS.fetch_add(by, Ordering::Relaxed);
}

pub fn ports() -> Ports {
    Ports {
        clock: Arc::new(BenchClock),
        ..Ports::default()
    }
}

pub fn till(shop: &Shop, folder: &Path) -> Till {
    let settings = Settings::new(folder.join("till.loy"));
    Till::create_with(&settings, &shop.file, &shop.code, ports()).unwrap()
}

fn first_line(text: &str, key: &str) -> String {
    text.lines()
        .find(|line| line.starts_with(key))
        .and_then(|line| line.split_once(':'))
        .map_or_else(
            || "unknown".to_owned(),
            |(_, value)| value.trim().to_owned(),
        )
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

/// 4 KiB appended and synced, again and again.
pub fn probe_sync() -> Sample {
    let path = data().join("probe");
    let mut file = File::create(&path).unwrap();
    let sample = Sample::single(300, |_| {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
    });
    std::fs::remove_file(path).unwrap();
    sample
}

/// The machine in a few lines, with a raw sync probe.
pub fn describe() -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let folder = data();
    let kind = said("stat", &["-f", "-c", "%T", &folder.display().to_string()]);
    let sample = probe_sync();
    vec![
        format!(
            "machine: {}, {cores} cores, {} memory, {}",
            first_line(&read("/proc/cpuinfo"), "model name"),
            first_line(&read("/proc/meminfo"), "MemTotal"),
            said("uname", &["-sr"]),
        ),
        format!(
            "library: loy {}, SQLite {}, {}",
            env!("CARGO_PKG_VERSION"),
            rusqlite::version(),
            said("rustc", &["--version"]),
        ),
        format!(
            "disk: {kind}; raw sync probe (4 KiB appended): p50 {:.0} us, p99 {:.0} us, p99.9 {:.0} us",
            sample.p50(),
            sample.at(990),
            sample.at(999)
        ),
    ]
}
