//! Configuration
//!
//! What loy_ledger_create and loy_ledger_open need to know. They copy it: free it right after.

use std::ffi::c_char;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::texts::Language;
use crate::till::Settings;

use super::boundary;
use super::error::loy_error;
use super::fault::Fault;
use super::handles::{self, Handle};
use super::out::HandleOut;
use super::status::{LOY_E_VERSION, loy_status};
use super::text;
use super::version::VERSION_NUMBER;

/// Settings. Threads: one at a time. Free with loy_config_free.
pub struct loy_config {
    _ticket: [u8; 0],
}

impl Handle for loy_config {
    type Object = Config;
}

/// Settings that are being collected.
pub(super) struct Config {
    settings: Mutex<Collected>,
}

#[derive(Clone)]
struct Collected {
    path: Option<PathBuf>,
    language: Option<Language>,
    busy_timeout_ms: u32,
}

/// How long a call waits for a lock unless the configuration says otherwise.
const BUSY_TIMEOUT_MS: u32 = 2_000;
const BUSY_TIMEOUT_MS_MAX: i64 = 60_000;

impl Config {
    fn change(&self, change: impl FnOnce(&mut Collected)) {
        change(&mut self.settings.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The settings, once they are complete.
    pub(super) fn settings(&self) -> Result<Settings, Fault> {
        let collected = self
            .settings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let path = collected.path.ok_or_else(|| {
            Fault::argument("config.path", "path", "loy_config_set_path was not called")
        })?;
        Ok(Settings {
            path,
            language: collected.language,
            busy_timeout_ms: collected.busy_timeout_ms,
        })
    }

    /// The language of errors while there is no ledger yet.
    pub(super) fn language(&self) -> Language {
        let collected = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        collected.language.unwrap_or_default()
    }
}

/// Begins a configuration, and checks that this library fits the header you compiled with.
///
/// Pass LOY_VERSION_NUMBER as header_version. A library fits every header of its own major version
/// whose minor version is not newer than its own. The patch is not compared: it changes no header.
///
/// Status: LOY_E_VERSION, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_config_new(
    header_version: i32,
    config_out: *mut *mut loy_config,
    error_out: *mut *mut loy_error,
) -> loy_status {
    let config_out = HandleOut::clear(config_out, "config_out");
    boundary::call(error_out, || {
        if !fits(header_version, VERSION_NUMBER) {
            let message = format!(
                "the program was compiled with loy.h {header_version}; this library is \
                 {VERSION_NUMBER} (MAJOR * 10000 + MINOR * 100 + PATCH)"
            );
            return Err(Fault::new(
                LOY_E_VERSION,
                "version.header",
                "header_version",
                message,
            ));
        }
        config_out.reserve()?.give(Config {
            settings: Mutex::new(Collected {
                path: None,
                language: None,
                busy_timeout_ms: BUSY_TIMEOUT_MS,
            }),
        });
        Ok(())
    })
}

/// Same major, and the header's minor not newer. Patches change no header.
fn fits(header: i32, library: i32) -> bool {
    header > 0 && header / 10_000 == library / 10_000 && header / 100 <= library / 100
}

/// Says where the ledger's file is. Read "Where to put the file" at the top of the section Ledger.
///
/// The folder must exist. Beside the file, SQLite keeps two more of the same name with "-wal" and
/// "-shm" behind it, and loy one with "-lock": the four belong together. A fifth, "loy-provisioned",
/// is the folder's: it lists the provisioning files that made a ledger there.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_config_set_path(
    config: *mut loy_config,
    path: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let config = handles::find(config)?;
        let path = text::path(path, "path")?;
        config.change(|settings| settings.path = Some(path.into()));
        Ok(())
    })
}

/// Chooses the language of cashier, receipt and display texts: "vi" or "en".
///
/// If it is never called, the language is the one that provisioning chose.
///
/// Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a language loy does not speak; LOY_E_TEXT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_config_set_language(
    config: *mut loy_config,
    code: *const c_char,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let config = handles::find(config)?;
        let code = text::text(code, "code")?;
        let language = Language::from_code(&code).ok_or_else(|| {
            let known = Language::ALL.map(Language::code).join(", ");
            Fault::argument("config.language", "code", format!("loy speaks: {known}"))
        })?;
        config.change(|settings| settings.language = Some(language));
        Ok(())
    })
}

/// Says how long a call waits for a file that is locked: 0..60000 ms, 2000 if never called.
///
/// Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_config_set_busy_timeout(
    config: *mut loy_config,
    timeout_ms: i32,
    error_out: *mut *mut loy_error,
) -> loy_status {
    boundary::call(error_out, || {
        let config = handles::find(config)?;
        let range = 0..=BUSY_TIMEOUT_MS_MAX;
        let busy_timeout_ms = text::within(i64::from(timeout_ms), range, "timeout_ms")?;
        config.change(|settings| settings.busy_timeout_ms = busy_timeout_ms);
        Ok(())
    })
}

/// Frees a configuration.
///
/// @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loy_config_free(config: *mut loy_config) {
    boundary::end(|| drop(handles::release(config)));
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::fits;

    #[test]
    fn a_header_fits_every_later_library_of_its_major() {
        assert!(fits(100, 100));
        assert!(fits(100, 205));
        assert!(fits(105, 101), "a patch changes no header");
        assert!(!fits(200, 100), "the program knows more than the library");
        assert!(!fits(10_000, 100));
        assert!(!fits(100, 10_000));
        assert!(!fits(0, 100));
        assert!(!fits(-100, 100));
    }
}
