//! A VFS that counts and, when asked to, fails or remembers. It passes everything on to the operating
//! system's own, so files are real; only syncs end here, because no test pulls the plug.
//!
//! Counts and faults belong to the thread that asks: SQLite calls its VFS in the caller's thread,
//! and tests run one a thread. <https://www.sqlite.org/vfs.html>
#![allow(unsafe_code)]
#![allow(dead_code)] // tests and benchmarks each use a part of it

use std::cell::{Cell, RefCell};
use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::{Once, OnceLock};

use rusqlite::ffi;

/// What has been asked of the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Syncs of the WAL that make a commit durable.
    pub commit_syncs: u32,
    /// Syncs of a WAL's header: the first write after a checkpoint has emptied the WAL.
    pub header_syncs: u32,
    /// Syncs that belong to checkpoints: of the database, and of a WAL with nothing new in it.
    pub checkpoint_syncs: u32,
    /// Writes to database and WAL.
    pub writes: u32,
    /// Their bytes.
    pub bytes: u64,
}

/// What the disk is asked to do when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Write,
    Sync,
}

/// A disk that fails.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// At which call.
    pub at: At,
    /// How many such calls go well before it.
    pub after: u32,
    /// It goes on failing until told to stop.
    pub lasts: bool,
    /// SQLite's result code.
    pub code: c_int,
}

/// One thing that was asked of the disk. Files go by their names, without the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    Open(String),
    Write {
        file: String,
        offset: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: String,
        size: usize,
    },
    Sync(String),
    Delete(String),
}

thread_local! {
    /// What is remembered, while it is.
    static RECORD: RefCell<Option<Vec<Op>>> = const { RefCell::new(None) };
    /// Names of the files this thread has opened.
    static NAMES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static TALLY: Cell<Tally> = const { Cell::new(Tally {
        commit_syncs: 0, header_syncs: 0, checkpoint_syncs: 0, writes: 0, bytes: 0,
    }) };
    static FAULT: RefCell<Option<Fault>> = const { RefCell::new(None) };
    static HITS: Cell<u32> = const { Cell::new(0) };
}

/// Counts from here on.
pub fn reset() {
    TALLY.set(Tally::default());
}

/// What was counted in this thread since [`reset`].
pub fn tally() -> Tally {
    TALLY.get()
}

/// From here on the disk fails like this in this thread.
pub fn break_disk(fault: Fault) {
    HITS.set(0);
    FAULT.set(Some(fault));
}

/// The disk works again. Answers how many calls failed.
pub fn mend_disk() -> u32 {
    FAULT.set(None);
    HITS.get()
}

/// From here on everything asked in this thread is remembered.
pub fn start_recording() {
    RECORD.set(Some(Vec::new()));
}

/// How much has been asked since [`start_recording`].
pub fn recorded() -> usize {
    RECORD.with_borrow(|record| record.as_ref().map_or(0, Vec::len))
}

/// Stops remembering, and tells.
pub fn stop_recording() -> Vec<Op> {
    RECORD.take().unwrap_or_default()
}

fn record(op: impl FnOnce() -> Op) {
    RECORD.with_borrow_mut(|record| {
        if let Some(ops) = record {
            ops.push(op());
        }
    });
}

/// The last part of a path as SQLite passes it.
unsafe fn name_of(path: *const c_char) -> String {
    if path.is_null() {
        return String::new();
    }
    let path = unsafe { std::ffi::CStr::from_ptr(path) }.to_string_lossy();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Only while something is remembered; a file that was open before has no name.
unsafe fn remember_name(path: *const c_char) -> usize {
    if RECORD.with_borrow(Option::is_none) {
        return usize::MAX;
    }
    NAMES.with_borrow_mut(|names| {
        names.push(unsafe { name_of(path) });
        names.len() - 1
    })
}

fn failure(at: At) -> Option<c_int> {
    FAULT.with_borrow_mut(|fault| {
        let active = fault.as_mut().filter(|fault| fault.at == at)?;
        if active.after > 0 {
            active.after -= 1;
            return None;
        }
        let (code, lasts) = (active.code, active.lasts);
        HITS.set(HITS.get() + 1);
        if !lasts {
            *fault = None;
        }
        Some(code)
    })
}

/// What stands behind SQLite's own file object.
#[repr(C)]
struct Extra {
    is_wal: bool,
    is_database: bool,
    /// Written to since the last sync.
    is_dirty: bool,
    /// The last write was to the very beginning.
    at_start: bool,
    /// Where its name stands in [`NAMES`].
    name: usize,
}

impl Extra {
    fn is_counted(&self) -> bool {
        self.is_wal || self.is_database
    }

    fn name(&self) -> String {
        NAMES.with_borrow(|names| names.get(self.name).cloned().unwrap_or_default())
    }

    fn real(&self) -> &'static ffi::sqlite3_io_methods {
        let methods = METHODS[usize::from(self.is_database)].get();
        &methods.expect("the file was opened").0
    }
}

struct Real {
    vfs: *mut ffi::sqlite3_vfs,
    extra_at: usize,
}
// The operating system's VFS is a static of SQLite's.
unsafe impl Send for Real {}
unsafe impl Sync for Real {}

static REAL: OnceLock<Real> = OnceLock::new();
/// The system's methods and ours over them: those of databases, which are locked, and the others.
static METHODS: [OnceLock<(ffi::sqlite3_io_methods, ffi::sqlite3_io_methods)>; 2] =
    [OnceLock::new(), OnceLock::new()];

/// Makes this VFS the one that every file opened from now on goes through.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| unsafe {
        assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
        let real = ffi::sqlite3_vfs_find(std::ptr::null());
        assert!(!real.is_null());
        let mut ours = *real;
        let extra_at = usize::try_from(ours.szOsFile)
            .expect("a size")
            .next_multiple_of(8);
        ours.szOsFile = c_int::try_from(extra_at + size_of::<Extra>()).expect("small");
        ours.zName = c"counting".as_ptr();
        ours.pNext = null_mut();
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        let _ = REAL.set(Real {
            vfs: real,
            extra_at,
        });
        let ours = Box::leak(Box::new(ours));
        assert_eq!(ffi::sqlite3_vfs_register(ours, 1), ffi::SQLITE_OK);
    });
}

fn real() -> &'static Real {
    REAL.get().expect("installed")
}

unsafe fn extra<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Extra {
    unsafe { &mut *file.cast::<u8>().add(real().extra_at).cast::<Extra>() }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    unsafe {
        let vfs = real().vfs;
        let real_open = (*vfs).xOpen.expect("every VFS opens");
        let status = real_open(vfs, name, file, flags, out_flags);
        if (*file).pMethods.is_null() {
            return status;
        }
        let theirs = *(*file).pMethods;
        let is_database = flags & ffi::SQLITE_OPEN_MAIN_DB != 0;
        let methods = METHODS[usize::from(is_database)].get_or_init(|| {
            let ours = ffi::sqlite3_io_methods {
                xWrite: Some(write),
                xSync: Some(sync),
                xTruncate: Some(truncate),
                ..theirs
            };
            (theirs, ours)
        });
        (*file).pMethods = &methods.1;
        let is_wal = flags & ffi::SQLITE_OPEN_WAL != 0;
        *extra(file) = Extra {
            is_wal,
            is_database,
            is_dirty: false,
            at_start: false,
            name: remember_name(name),
        };
        record(|| Op::Open(name_of(name)));
        status
    }
}

unsafe extern "C" fn delete(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    unsafe {
        let vfs = real().vfs;
        record(|| Op::Delete(name_of(name)));
        (*vfs).xDelete.expect("every VFS deletes")(vfs, name, sync_folder)
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let extra = unsafe { extra(file) };
    record(|| Op::Truncate {
        file: extra.name(),
        size: usize::try_from(size).expect("a size"),
    });
    unsafe { extra.real().xTruncate.expect("files are cut")(file, size) }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    amount: c_int,
    offset: i64,
) -> c_int {
    let extra = unsafe { extra(file) };
    if extra.is_counted() {
        if let Some(code) = failure(At::Write) {
            return code;
        }
        extra.is_dirty = true;
        extra.at_start = offset == 0;
        let mut tally = TALLY.get();
        tally.writes += 1;
        tally.bytes += u64::from(amount.unsigned_abs());
        TALLY.set(tally);
    }
    record(|| Op::Write {
        file: extra.name(),
        offset: usize::try_from(offset).expect("an offset"),
        bytes: unsafe {
            std::slice::from_raw_parts(bytes.cast::<u8>(), amount.unsigned_abs() as usize).to_vec()
        },
    });
    unsafe { extra.real().xWrite.expect("files are written")(file, bytes, amount, offset) }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    let extra = unsafe { extra(file) };
    if extra.is_counted() {
        let mut tally = TALLY.get();
        match (extra.is_wal && extra.is_dirty, extra.at_start) {
            (true, true) => tally.header_syncs += 1,
            (true, false) => tally.commit_syncs += 1,
            (false, _) => tally.checkpoint_syncs += 1,
        }
        TALLY.set(tally);
        extra.is_dirty = false;
        if let Some(code) = failure(At::Sync) {
            return code;
        }
    }
    record(|| Op::Sync(extra.name()));
    ffi::SQLITE_OK
}
