//! Status numbers as the C header gives them. Never changed, never reused.

/// Done.
pub const OK: i32 = 0;
/// The rules say no; the reason key says why.
pub const REFUSED: i32 = 1;
/// There is no such member, sale or receipt.
pub const NOT_FOUND: i32 = 2;
/// It was valid once.
pub const EXPIRED: i32 = 3;
/// It has been settled before, by another operation.
pub const ALREADY_RESOLVED: i32 = 4;
/// Something is used up.
pub const LIMIT_REACHED: i32 = 5;

/// An argument is missing or out of range; the field says which.
pub const E_ARGUMENT: i32 = 100;
/// A handle is NULL, stale, freed or of another type.
pub const E_HANDLE: i32 = 101;
/// A text is not UTF-8.
pub const E_TEXT: i32 = 102;
/// A document (programme, cart, provisioning, batch, acknowledgement) cannot be read.
pub const E_DOCUMENT: i32 = 103;
/// The operation id was used for something else.
pub const E_OPERATION_CONFLICT: i32 = 104;
/// The header does not fit the library.
pub const E_VERSION: i32 = 105;
/// No handle is free.
pub const E_TOO_MANY_HANDLES: i32 = 106;

/// Open elsewhere, or locked for the moment.
pub const E_BUSY: i32 = 200;
/// The disk is full.
pub const E_STORE_FULL: i32 = 201;
/// The disk failed.
pub const E_STORE_IO: i32 = 202;
/// The file or folder may not be written.
pub const E_STORE_READ_ONLY: i32 = 203;
/// The file is damaged, or no ledger.
pub const E_STORE_CORRUPT: i32 = 204;
/// The file was written by a newer library.
pub const E_STORE_NEWER: i32 = 205;
/// There is no file at the path.
pub const E_STORE_ABSENT: i32 = 206;
/// There is already a file at the path.
pub const E_STORE_EXISTS: i32 = 207;
/// A write may or may not be there: open again and repeat the call.
pub const E_OUTCOME_UNKNOWN: i32 = 208;
/// The process has no memory left.
pub const E_NO_MEMORY: i32 = 209;

/// A mistake of ours.
pub const E_INTERNAL: i32 = 300;
/// After a mistake of ours the ledger takes no writes until it is opened again.
pub const E_POISONED: i32 = 301;
