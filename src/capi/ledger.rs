//! Ledger
//!
//! The file with everything a till knows of its members' points. One process writes to it, through
//! one ledger handle; any number of readers may look on.
//!
//! Where to put the file
//!   A folder of its own on a local disk that keeps its data over a restart: on Linux one under
//!   /var/lib that belongs to the till's user. (This version was not tried on Windows; meant for it
//!   is a folder under ProgramData that the group of the till's users may write to.) Never a user
//!   profile, a synchronised folder (OneDrive and the like), a network share, a RAM disk or a volume
//!   with a write filter: each of them loses points. Exclude the folder from the virus scanner and
//!   from file-level backup, which copy a file while it changes; copy it with loy_ledger_backup.
//!   Never open it with your own SQLite in the same process: two copies of SQLite in one process
//!   undo each other's locks and destroy the file. To read it, open a reader.
//!
//! What a till knows
//!   What was done at it, from the moment it was done, and what head office gave it: the programmes
//!   and operators it was brought, and with the provisioning file, where head office added them,
//!   numbers and keyed hashes of the members known then, without their points. Nothing brings in
//!   what other tills did: not later either, and an acknowledgement says only what head office has.
//!   A member who bought elsewhere has here what this till gave; a block, merge or household of
//!   another till is not known here. Head office counts all tills together (loy office balance).

use std::ffi::c_char;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::till::{Info, Level, Till};

use super::boundary;
use super::config::{Config, loy_config};
use super::error::loy_error;
use super::fault::Fault;
use super::handles::{self, BadHandle, Handle};
use super::out::HandleOut;
use super::rows::{Rows, loy_rows};
use super::status::loy_status;
use super::text;

/// An open ledger. Threads: any thread, any time; calls wait for each other. Close with
/// loy_ledger_close.
pub struct loy_ledger {
    _ticket: [u8; 0],
}

impl Handle for loy_ledger {
    type Object = Ledger;
}

/// A till and the gate that lets close wait for the calls in flight.
pub(super) struct Ledger {
    till: Till,
    gate: RwLock<Gate>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Open,
    Closed,
}

/// A call in flight.
pub(super) struct Entered<'a> {
    till: &'a Till,
    _gate: RwLockReadGuard<'a, Gate>,
}

impl Entered<'_> {
    pub(super) fn till(&self) -> &Till {
        self.till
    }
}

impl Ledger {
    fn new(till: Till) -> Self {
        Self {
            till,
            gate: RwLock::new(Gate::Open),
        }
    }

    /// Begins a call, unless the ledger was closed since its handle was looked up.
    pub(super) fn enter(&self) -> Result<Entered<'_>, BadHandle> {
        let gate = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        match *gate {
            Gate::Open => Ok(Entered {
                till: &self.till,
                _gate: gate,
            }),
            Gate::Closed => Err(BadHandle),
        }
    }

    /// Waits for the calls in flight, lets no other in, and closes the file.
    fn close(&self) {
        let mut gate = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        *gate = Gate::Closed;
        self.till.close();
    }
}

fn begin(
    config: *const loy_config,
    ledger_out: HandleOut<loy_ledger>,
    error_out: *mut *mut loy_error,
    open: impl FnOnce(&Config) -> Result<Till, Fault>,
) -> loy_status {
    boundary::call_with_config(config, error_out, |config: Arc<Config>| {
        // The ticket comes first: a ledger that cannot be handed out must not be created.
        let reserved = ledger_out.reserve()?;
        reserved.give(Ledger::new(open(&config)?));
        Ok(())
    })
}

/// A handle over a till that is open already.
#[cfg(feature = "fault-injection")]
pub(super) fn handle_over(till: Till) -> *mut loy_ledger {
    let slot = handles::Reserved::new::<loy_ledger>().ok();
    let slot = slot.expect("a test frees its handles");
    slot.fill::<loy_ledger>(Ledger::new(till))
}

/// Makes a new ledger from the provisioning file that head office made for this till, and opens it.
///
/// `loy provision` makes the file and tells the activation code, which comes to the shop by another
/// way. Delete the file afterwards: it is for one ledger only. A till that is replaced gets a new
/// provisioning file, never the old ledger. The ledger is readable by its owner only.
///
/// A file that made a ledger in this folder is refused, also when that ledger is gone. In another
/// folder or on another machine nothing here can know of it: it makes a second ledger of the same
/// writer, which sells and gives out the same member numbers. Head office notices by its first
/// batch: the ledger that was heard of first counts, every batch of the other is a fork, kept, not
/// counted and never acknowledged (loy office ingest, loy office status). Provision that till anew.
///
/// Writes: the ledger's file, under another name until it is whole and on disk.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also without a path, and with the field "path" where its
/// folder does not exist; LOY_E_TEXT; LOY_E_STORE_EXISTS; LOY_E_DOCUMENT for a provisioning file
/// that is damaged or made a ledger in this folder before, or a wrong code; the store's.
/// Crash: there is a ledger or there is none. Try loy_ledger_open; on LOY_E_STORE_ABSENT call this
/// again.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_create(
    config: *const loy_config,
    provisioning: *const u8,
    provisioning_size: i64,
    activation_code: *const c_char,
    ledger_out: *mut *mut loy_ledger,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let ledger_out = HandleOut::clear(ledger_out, "ledger_out");
    begin(config, ledger_out, error_out, |config| {
        let provisioning = text::document(
            provisioning,
            provisioning_size,
            "provisioning",
            "provisioning_size",
        )?;
        let activation_code = text::text(activation_code, "activation_code")?;
        Ok(Till::create(
            &config.settings()?,
            &provisioning,
            &activation_code,
        )?)
    })
}

/// Opens a ledger to write to it.
///
/// An absent file is an error, never a new ledger: points would be lost silently. After opening,
/// list what an earlier crash left open with loy_sale_pending.
///
/// A file that an older library made is first copied beside itself, to its name and
/// ".schema-1.backup", and then brought up to date; that takes as much free space as the file has.
/// If it cannot be done, the status says why and the file is as it was.
///
/// Writes: what a crash before left unfinished in the file is finished or taken back; holds that ran
/// out meanwhile are ended.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also without a path; LOY_E_BUSY if another program or
/// handle writes to it; LOY_E_STORE_ABSENT, LOY_E_STORE_NEWER, LOY_E_STORE_CORRUPT,
/// LOY_E_STORE_READ_ONLY; the store's.
/// Crash: open it again.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_open(
    config: *const loy_config,
    ledger_out: *mut *mut loy_ledger,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let ledger_out = HandleOut::clear(ledger_out, "ledger_out");
    begin(config, ledger_out, error_out, |config| {
        Ok(Till::open(&config.settings()?)?)
    })
}

/// Opens a ledger to read it, beside the till that writes to it: for the back office.
///
/// Calls that take `const loy_ledger *` work on a reader; all others give LOY_E_STORE_READ_ONLY. A
/// reader too must be able to write the "-shm" file beside the ledger: from a read-only medium copy
/// the ledger first.
///
/// Status: as loy_ledger_open.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_open_reader(
    config: *const loy_config,
    ledger_out: *mut *mut loy_ledger,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let ledger_out = HandleOut::clear(ledger_out, "ledger_out");
    begin(config, ledger_out, error_out, |config| {
        Ok(Till::open_reader(&config.settings()?)?)
    })
}

/// Opens a ledger for cashiers who learn: it lives in memory, and every call works on it.
///
/// Its programmes, names and language are those of the ledger at the configuration's path, which is
/// read and neither locked nor written: the till may trade with it meanwhile, in this process or
/// another one. Three sample members are there, found by the phones 0900000001, 0900000002 and
/// 0900000003, with no, 100 and 1,000 points in each wallet. Who enrols gets a number of no store.
/// Every receipt, cashier, display and error text is marked TRAINING. Nothing is kept:
/// loy_ledger_backup, loy_export_next and loy_export_acknowledge answer LOY_REFUSED with the reason
/// "training.stays_here", and loy_ledger_close forgets everything.
///
/// Status: as loy_ledger_open_reader.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_open_training(
    config: *const loy_config,
    ledger_out: *mut *mut loy_ledger,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let ledger_out = HandleOut::clear(ledger_out, "ledger_out");
    begin(config, ledger_out, error_out, |config| {
        Ok(Till::open_training(&config.settings()?)?)
    })
}

/// Opens a ledger for cashiers who learn before their till has one: as loy_ledger_open_training,
/// with the programme of the till's provisioning file, which is not used up by it.
///
/// Nothing is read or written at the configuration's path.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also without a path; LOY_E_TEXT; LOY_E_DOCUMENT for a
/// provisioning file that is damaged, or a wrong code.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_create_training(
    config: *const loy_config,
    provisioning: *const u8,
    provisioning_size: i64,
    activation_code: *const c_char,
    ledger_out: *mut *mut loy_ledger,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let ledger_out = HandleOut::clear(ledger_out, "ledger_out");
    begin(config, ledger_out, error_out, |config| {
        let provisioning = text::document(
            provisioning,
            provisioning_size,
            "provisioning",
            "provisioning_size",
        )?;
        let activation_code = text::text(activation_code, "activation_code")?;
        Ok(Till::create_training(
            &config.settings()?,
            &provisioning,
            &activation_code,
        )?)
    })
}

/// Tells what the ledger is and how it is.
///
/// One row: tenant_name, store, till, writer (texts), epoch, head_seq (the last entry),
/// unsent_entries (what head office has not acknowledged), programme (text), programme_version,
/// currency, language (texts), closed_date (the last closed business date, 0 before the first),
/// open_sales (those of loy_sale_pending), members (known here), clock_suspect (1: the clock
/// jumped, see loy_ledger_confirm_clock), training (1: opened by loy_ledger_open_training or
/// loy_ledger_create_training), file_bytes, wal_bytes. Show it on the service screen.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, the store's.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_info(
    ledger: *const loy_ledger,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let rows_out = rows_out.reserve()?;
        rows_out.give(info_rows(till.info()?));
        Ok(())
    })
}

fn info_rows(info: Info) -> Rows {
    let mut rows = Rows::new(&[
        "tenant_name",
        "store",
        "till",
        "writer",
        "epoch",
        "head_seq",
        "unsent_entries",
        "programme",
        "programme_version",
        "currency",
        "language",
        "closed_date",
        "open_sales",
        "members",
        "clock_suspect",
        "training",
        "file_bytes",
        "wal_bytes",
    ]);
    rows.push([
        info.tenant_name.into(),
        info.store.into(),
        info.till.into(),
        info.writer.into(),
        info.epoch.into(),
        info.head_seq.into(),
        info.unsent_entries.into(),
        info.programme.into(),
        info.programme_version.into(),
        info.currency.into(),
        info.language.into(),
        info.closed_date.into(),
        info.pending_sales.into(),
        info.members.into(),
        info.is_clock_suspect.into(),
        info.is_training.into(),
        info.file_bytes.into(),
        info.wal_bytes.into(),
    ]);
    rows
}

/// Does what can wait: call it between two customers, or once a minute while the till is quiet.
///
/// The write-ahead log is also brought home at the day's close, and, where neither was called until
/// it had 8 MB, at the beginning of the next call that writes: never between a sale that is on disk
/// and its answer. The library has no thread that could do it in between.
///
/// Writes: holds that ran out are ended; the write-ahead log is brought home.
/// Status: LOY_E_HANDLE, LOY_E_POISONED, LOY_E_STORE_READ_ONLY, the store's. You need not act on
/// any of them.
/// Crash: nothing to do.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_idle(
    ledger: *mut loy_ledger,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| Ok(till.idle()?))
}

/// Says that the clock of this till is right, though it jumped.
///
/// While the clock is suspect, sales go on and earn points, but nothing expires and no hold runs
/// out. Let a supervisor look at date and time, then call this. cashier is who looked.
///
/// Writes: one entry.
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
/// LOY_E_OPERATION_CONFLICT; the store's.
/// Crash: repeat it with the same operation_id.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_confirm_clock(
    ledger: *mut loy_ledger,
    operation_id: *const c_char,
    cashier: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call_on(ledger, error_out, |till| {
        let operation_id = text::text(operation_id, "operation_id")?;
        let cashier = text::text(cashier, "cashier")?;
        Ok(till.confirm_clock(&operation_id, &cashier)?)
    })
}

/// Reads the last events, at most 1,000, and forgets them. Put them into your own log.
///
/// Rows: at_ms, level (1 error, 2 warning, 3 notice), key, text (English; nothing personal).
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_log(
    ledger: *const loy_ledger,
    rows_out: *mut *mut loy_rows,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let rows_out = HandleOut::clear(rows_out, "rows_out");
    boundary::call_on(ledger, error_out, |till| {
        let rows_out = rows_out.reserve()?;
        let mut rows = Rows::new(&["at_ms", "level", "key", "text"]);
        for event in till.take_log() {
            rows.push([
                event.at_ms.ms().into(),
                level_number(event.level).into(),
                event.key.into(),
                event.text.into(),
            ]);
        }
        rows_out.give(rows);
        Ok(())
    })
}

fn level_number(level: Level) -> i32 {
    match level {
        Level::Error => 1,
        Level::Warning => 2,
        Level::Info => 3,
    }
}

/// Closes a ledger, a reader too. Waits for calls in flight in other threads; their handles and
/// results stay good. Holds stay as they are.
///
/// Writes: the write-ahead log is brought home, if the disk lets it.
/// Crash: nothing to do.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_ledger_close(ledger: *mut loy_ledger) {
    boundary::end(|| {
        if let Some(ledger) = handles::release(ledger) {
            ledger.close();
        }
    });
}
