//! Status
//!
//! What every call answers. Values are never changed and never used again for something else.

use std::ffi::CStr;

/// LOY_OK or one of the codes below. Expect codes you do not know: go by loy_status_class.
pub type loy_status = i32;

/// Done.
pub const LOY_OK: i32 = 0;

/// Refused by the rules. The error says which one, to the cashier too.
pub const LOY_REFUSED: i32 = 1;
/// There is no such member, sale or value.
pub const LOY_NOT_FOUND: i32 = 2;
/// Its time is over.
pub const LOY_EXPIRED: i32 = 3;
/// The sale is settled already, or the receipt belongs to another sale. Do not repeat it.
pub const LOY_ALREADY_RESOLVED: i32 = 4;
/// A limit of the programme or of this till is used up.
pub const LOY_LIMIT_REACHED: i32 = 5;

/// An argument is missing or out of range; the error names it.
pub const LOY_E_ARGUMENT: i32 = 100;
/// A handle is NULL, was freed, is of another type or was never given.
pub const LOY_E_HANDLE: i32 = 101;
/// A text is not UTF-8.
pub const LOY_E_TEXT: i32 = 102;
/// A document is damaged or says something it cannot say; the error names the place.
pub const LOY_E_DOCUMENT: i32 = 103;
/// This operation_id was used for something else.
pub const LOY_E_OPERATION_CONFLICT: i32 = 104;
/// The program was compiled for a newer or another major version of loy.
pub const LOY_E_VERSION: i32 = 105;
/// Too many handles are not freed.
pub const LOY_E_TOO_MANY_HANDLES: i32 = 106;

/// The ledger is open elsewhere, in this process or another one, or locked for too long.
pub const LOY_E_BUSY: i32 = 200;
/// The disk is full.
pub const LOY_E_STORE_FULL: i32 = 201;
/// The disk answered with an error.
pub const LOY_E_STORE_IO: i32 = 202;
/// The file, its folder or this ledger handle cannot be written.
pub const LOY_E_STORE_READ_ONLY: i32 = 203;
/// The file is damaged. It is never repaired by itself, replaced or deleted.
pub const LOY_E_STORE_CORRUPT: i32 = 204;
/// The file was written by a newer major version of loy.
pub const LOY_E_STORE_NEWER: i32 = 205;
/// There is no file where one should be. A new ledger is only made by loy_ledger_create.
pub const LOY_E_STORE_ABSENT: i32 = 206;
/// There is a file where a new one should be made.
pub const LOY_E_STORE_EXISTS: i32 = 207;
/// The disk failed in the middle: written or not. Open again and repeat the operation.
pub const LOY_E_OUTCOME_UNKNOWN: i32 = 208;
/// The store found no memory. Nothing was written; repeat the call.
pub const LOY_E_NO_MEMORY: i32 = 209;

/// A bug in loy. The error's message says where; send it to loy's makers.
pub const LOY_E_INTERNAL: i32 = 300;
/// A bug came before; close the ledger and open it again to go on writing.
pub const LOY_E_POISONED: i32 = 301;

/// Every status by name. A test compares it with the constants of the header.
pub(super) const NAMES: [(loy_status, &CStr); 25] = [
    (LOY_OK, c"LOY_OK"),
    (LOY_REFUSED, c"LOY_REFUSED"),
    (LOY_NOT_FOUND, c"LOY_NOT_FOUND"),
    (LOY_EXPIRED, c"LOY_EXPIRED"),
    (LOY_ALREADY_RESOLVED, c"LOY_ALREADY_RESOLVED"),
    (LOY_LIMIT_REACHED, c"LOY_LIMIT_REACHED"),
    (LOY_E_ARGUMENT, c"LOY_E_ARGUMENT"),
    (LOY_E_HANDLE, c"LOY_E_HANDLE"),
    (LOY_E_TEXT, c"LOY_E_TEXT"),
    (LOY_E_DOCUMENT, c"LOY_E_DOCUMENT"),
    (LOY_E_OPERATION_CONFLICT, c"LOY_E_OPERATION_CONFLICT"),
    (LOY_E_VERSION, c"LOY_E_VERSION"),
    (LOY_E_TOO_MANY_HANDLES, c"LOY_E_TOO_MANY_HANDLES"),
    (LOY_E_BUSY, c"LOY_E_BUSY"),
    (LOY_E_STORE_FULL, c"LOY_E_STORE_FULL"),
    (LOY_E_STORE_IO, c"LOY_E_STORE_IO"),
    (LOY_E_STORE_READ_ONLY, c"LOY_E_STORE_READ_ONLY"),
    (LOY_E_STORE_CORRUPT, c"LOY_E_STORE_CORRUPT"),
    (LOY_E_STORE_NEWER, c"LOY_E_STORE_NEWER"),
    (LOY_E_STORE_ABSENT, c"LOY_E_STORE_ABSENT"),
    (LOY_E_STORE_EXISTS, c"LOY_E_STORE_EXISTS"),
    (LOY_E_OUTCOME_UNKNOWN, c"LOY_E_OUTCOME_UNKNOWN"),
    (LOY_E_NO_MEMORY, c"LOY_E_NO_MEMORY"),
    (LOY_E_INTERNAL, c"LOY_E_INTERNAL"),
    (LOY_E_POISONED, c"LOY_E_POISONED"),
];
