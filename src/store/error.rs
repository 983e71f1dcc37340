//! What can go wrong with the file, in the terms of the one who has to act on it.

use rusqlite::ErrorCode;

/// A problem with the ledger file. Texts name no person and no path.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another ledger handle, here or in another process, writes to this file.
    #[error("the ledger is open elsewhere; close the other program or handle first")]
    OpenElsewhere,
    /// A lock was not given in time.
    #[error("the ledger is busy; a reader or a checkpoint holds it, try again")]
    Busy,
    /// No space left.
    #[error("the disk is full; nothing was written, free space and repeat the call")]
    Full,
    /// The file or its folder may not be written.
    #[error("the ledger file or its folder is read-only")]
    ReadOnly,
    /// It was opened to be read.
    #[error("this ledger is a reader, which writes nothing; write with the one that sells")]
    Reader,
    /// Not a ledger, or damaged.
    #[error("the ledger file is damaged or no ledger: {what}; it was not written to")]
    Corrupt {
        /// What was found.
        what: String,
    },
    /// Written by a newer library.
    #[error("the ledger has schema {found}, this library reads up to {known}; update the library")]
    Newer {
        /// Schema of the file.
        found: i32,
        /// Newest schema this library knows.
        known: i32,
    },
    /// It has an entry of a kind that this library does not know.
    #[error(
        "the ledger has an entry of kind {kind}, which only a newer library knows; update the \
         library, and if there is no newer one, the file is damaged"
    )]
    NewerEntry {
        /// The number of the kind.
        kind: u8,
    },
    /// There is no file at the path.
    #[error("there is no ledger at the path; create it with a provisioning file")]
    Absent,
    /// There is one already.
    #[error("there is already a ledger at the path; it is never overwritten")]
    Exists,
    /// The folder is on a network file system, whose locks cannot be relied on.
    #[error("the path is on a network file system ({kind}); put the ledger on a local disk")]
    NetworkPlace {
        /// The file system's name.
        kind: String,
    },
    /// The file has more than one name (a hard link), and so would have more than one lock.
    #[error("the ledger file has a second name (a hard link); remove the other one")]
    SecondName,
    /// The SQLite that was linked is not the one this library brings.
    #[error("SQLite {found} is linked instead of the bundled one; see the linking notes")]
    WrongSqlite {
        /// Its version.
        found: &'static str,
    },
    /// The disk failed while a write was being finished: it may or may not be there.
    #[error("the disk failed while finishing a write; whether it is there is not known")]
    OutcomeUnknown {
        /// SQLite's extended code.
        code: i32,
    },
    /// What a member has or owes in a wallet would be more than can be added up.
    #[error("a member would have or owe more than 9,000,000,000,000,000; nothing was written")]
    Beyond,
    /// Reading or writing failed.
    #[error("the disk failed (code {code}); nothing was written")]
    Io {
        /// SQLite's extended code, or the operating system's.
        code: i32,
    },
    /// The process has no memory left.
    #[error("there was not enough memory; nothing was written, repeat the call")]
    NoMemory,
    /// SQLite said something else; a mistake of ours.
    #[error("unexpected answer of SQLite, code {code}")]
    Unexpected {
        /// SQLite's extended code.
        code: i32,
    },
}

impl StoreError {
    /// SQLite's extended result code, 0 where there is none.
    pub fn code(&self) -> i32 {
        match self {
            Self::OutcomeUnknown { code } | Self::Io { code } | Self::Unexpected { code } => *code,
            _ => 0,
        }
    }

    /// The file does not say what it should.
    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, _) => {
                let code = failure.extended_code;
                match failure.code {
                    ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
                    ErrorCode::DiskFull => Self::Full,
                    ErrorCode::OutOfMemory => Self::NoMemory,
                    ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
                        Self::ReadOnly
                    }
                    ErrorCode::DatabaseCorrupt => Self::corrupt("a page is damaged"),
                    ErrorCode::NotADatabase => Self::corrupt("no SQLite file"),
                    ErrorCode::SystemIoFailure if code == rusqlite::ffi::SQLITE_IOERR_NOMEM => {
                        Self::NoMemory
                    }
                    ErrorCode::SystemIoFailure => Self::Io { code },
                    _ => Self::Unexpected { code },
                }
            }
            // A value of another type or range than the schema promises.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..) => Self::corrupt("a value out of range"),
            rusqlite::Error::QueryReturnedNoRows => Self::corrupt("a row is missing"),
            _ => Self::Unexpected { code: -1 },
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => Self::Full,
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem => Self::ReadOnly,
            Kind::NotFound => Self::Absent,
            Kind::AlreadyExists => Self::Exists,
            _ => Self::Io {
                code: error.raw_os_error().unwrap_or(-1),
            },
        }
    }
}
