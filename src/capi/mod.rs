//! ```text
//! loy.h - an embedded loyalty ledger and rule evaluator for tills.
//!
//! The whole contract
//!   Text     const char *, UTF-8, NUL-terminated, at most 1,023 bytes (a path: 4,095). Documents:
//!            a pointer and a size in bytes.
//!   Numbers  int32_t and int64_t only. Money in minor units of the currency, quantities in
//!            thousandths, points in the wallet's smallest unit, time in milliseconds UTC with an
//!            offset in minutes and a business date yyyymmdd.
//!   Status   0 done | 1..99 refused by the rules | 100.. the caller's fault | 200.. the store |
//!            300.. a bug of loy. Branch on the status, show people the error. Expect statuses you
//!            do not know and go by their class: loy_status_class.
//!   Order    A call first checks its handles from left to right, then its other arguments from
//!            left to right (outputs last), then asks the ledger. "Status:" lists what can come
//!            back in that order. Besides, every function may return LOY_E_INTERNAL and every
//!            function with a handle *_out LOY_E_TOO_MANY_HANDLES, before anything is written.
//!            "The store's" are LOY_E_BUSY and 200.. in general.
//!   Outputs  Last but error_out, named *_out. A handle *_out is set to NULL on entry and to a
//!            handle on LOY_OK only, unless the function says otherwise. Numbers are written on
//!            LOY_OK only.
//!   Errors   error_out may be NULL. If it is not, it is set to NULL on entry and to an error
//!            whenever the status is not LOY_OK. Free the error before you use the variable again.
//!   Owning   You free exactly what a *_out handle gave you, with the free of its type, once, in
//!            any order. No call consumes an argument. Every text a function returns is borrowed:
//!            it lives as long as the handle it came from. It is never NULL.
//!   NULL     Every free and close takes NULL and does nothing. A NULL handle anywhere else is
//!            LOY_E_HANDLE, a NULL text, document or *_out is LOY_E_ARGUMENT, unless the function
//!            says that it is optional.
//!   Handles  Handles are tickets, not addresses. One that was freed, is of another type or was
//!            never given is LOY_E_HANDLE and does no harm; a text getter then returns "", a free
//!            does nothing; loy_handles_misused counts all of them. Only handles are checked: a
//!            wild text pointer or a wrong size is as deadly as anywhere in C. A process has at most
//!            65,472 at once (16,320 where a pointer has 32 bits), of all types and ledgers; beyond
//!            that only errors are given, and the call is LOY_E_TOO_MANY_HANDLES.
//!   Threads  A loy_ledger: any thread, any time. Every other handle: one thread at a time. loy
//!            starts no thread, keeps nothing per thread between calls and prints nothing.
//!   Repeats  A call that moves points, members or the day takes an operation_id (opening, idling,
//!            installing and exporting need none): 1..64 printable ASCII characters that you make,
//!            and keep with your receipt before you call. After any doubt repeat the call: the same
//!            id with the same content gives the first outcome again, done or refused; with other
//!            content LOY_E_OPERATION_CONFLICT, nothing changed. Statuses from 100 on are never
//!            remembered: correct the cause and use the same id again. A refusal "approval.needed"
//!            is lifted by loy_approval_give for that id.
//!   Crash    What was answered LOY_OK survives a crash and a power cut. What was not answered is
//!            there as a whole or not at all: repeat it and you learn which.
//!   Bugs     A bug in loy becomes LOY_E_INTERNAL; what the call had begun is rolled back and your
//!            process lives. After a panic the ledger refuses further writes with LOY_E_POISONED
//!            until it is opened again (unless the call took `const loy_ledger *`: that one has
//!            changed nothing); after an answer that the ledger did not expect it goes on. The
//!            sale can always go on without points.
//!   Bounds   What a member has in a wallet, and what they owe, is at most 9e15 of its smallest
//!            units. A call that would go beyond is LOY_E_ARGUMENT, reason "points.beyond", and
//!            writes nothing; a sale that is paid is committed without the award.
//!   Clock    "The ledger's clock" is the clock of the machine in UTC, read when a call needs it.
//!            While it is suspect (loy_ledger_confirm_clock) nothing expires by it. Times and dates
//!            that you pass are yours.
//!   Fork     Do not use loy in a child process after fork() unless the child calls exec().
//!
//! A function that says nothing of writing touches no file, and a crash in the middle of it leaves
//! nothing to repair. A call that takes `const loy_ledger *` never writes to the ledger's file and
//! works on a reader too.
//! ```
//!
//! This room turns the Rust inside into that header. It is the only one with `unsafe`, which
//! stands in two files: `text` reads what C passes in, `out` writes what C gets back.

#![allow(unsafe_code)]
#![allow(non_camel_case_types, reason = "the names are C's")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the contract above is the safety section of every function"
)]
#![deny(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    clippy::unreachable,
    clippy::todo
)]

// What stands behind the header.
mod boundary;
mod fault;
mod handles;
mod out;
#[cfg(test)]
mod reasons_tests;
mod text;

// The sections of the header, in its order (build.rs has the same list).
pub mod adjustment;
pub mod buffer;
pub mod care;
pub mod cart;
pub mod code;
pub mod config;
pub mod day;
pub mod error;
pub mod event;
pub mod exchange;
pub mod history;
pub mod ledger;
pub mod member;
pub mod membership;
pub mod operator;
pub mod programme;
pub mod quote;
pub mod refund;
pub mod rows;
pub mod sale;
pub mod scan;
pub mod standing;
pub mod status;
pub mod version;

#[cfg(feature = "fault-injection")]
pub mod injection;
