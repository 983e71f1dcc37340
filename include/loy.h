/*
 * loy.h - an embedded loyalty ledger and rule evaluator for tills.
 *
 * The whole contract
 *   Text     const char *, UTF-8, NUL-terminated, at most 1,023 bytes (a path: 4,095). Documents:
 *            a pointer and a size in bytes.
 *   Numbers  int32_t and int64_t only. Money in minor units of the currency, quantities in
 *            thousandths, points in the wallet's smallest unit, time in milliseconds UTC with an
 *            offset in minutes and a business date yyyymmdd.
 *   Status   0 done | 1..99 refused by the rules | 100.. the caller's fault | 200.. the store |
 *            300.. a bug of loy. Branch on the status, show people the error. Expect statuses you
 *            do not know and go by their class: loy_status_class.
 *   Order    A call first checks its handles from left to right, then its other arguments from
 *            left to right (outputs last), then asks the ledger. "Status:" lists what can come
 *            back in that order. Besides, every function may return LOY_E_INTERNAL and every
 *            function with a handle *_out LOY_E_TOO_MANY_HANDLES, before anything is written.
 *            "The store's" are LOY_E_BUSY and 200.. in general.
 *   Outputs  Last but error_out, named *_out. A handle *_out is set to NULL on entry and to a
 *            handle on LOY_OK only, unless the function says otherwise. Numbers are written on
 *            LOY_OK only.
 *   Errors   error_out may be NULL. If it is not, it is set to NULL on entry and to an error
 *            whenever the status is not LOY_OK. Free the error before you use the variable again.
 *   Owning   You free exactly what a *_out handle gave you, with the free of its type, once, in
 *            any order. No call consumes an argument. Every text a function returns is borrowed:
 *            it lives as long as the handle it came from. It is never NULL.
 *   NULL     Every free and close takes NULL and does nothing. A NULL handle anywhere else is
 *            LOY_E_HANDLE, a NULL text, document or *_out is LOY_E_ARGUMENT, unless the function
 *            says that it is optional.
 *   Handles  Handles are tickets, not addresses. One that was freed, is of another type or was
 *            never given is LOY_E_HANDLE and does no harm; a text getter then returns "", a free
 *            does nothing; loy_handles_misused counts all of them. Only handles are checked: a
 *            wild text pointer or a wrong size is as deadly as anywhere in C. A process has at most
 *            65,472 at once (16,320 where a pointer has 32 bits), of all types and ledgers; beyond
 *            that only errors are given, and the call is LOY_E_TOO_MANY_HANDLES.
 *   Threads  A loy_ledger: any thread, any time. Every other handle: one thread at a time. loy
 *            starts no thread, keeps nothing per thread between calls and prints nothing.
 *   Repeats  A call that moves points, members or the day takes an operation_id (opening, idling,
 *            installing and exporting need none): 1..64 printable ASCII characters that you make,
 *            and keep with your receipt before you call. After any doubt repeat the call: the same
 *            id with the same content gives the first outcome again, done or refused; with other
 *            content LOY_E_OPERATION_CONFLICT, nothing changed. Statuses from 100 on are never
 *            remembered: correct the cause and use the same id again. A refusal "approval.needed"
 *            is lifted by loy_approval_give for that id.
 *   Crash    What was answered LOY_OK survives a crash and a power cut. What was not answered is
 *            there as a whole or not at all: repeat it and you learn which.
 *   Bugs     A bug in loy becomes LOY_E_INTERNAL; what the call had begun is rolled back and your
 *            process lives. After a panic the ledger refuses further writes with LOY_E_POISONED
 *            until it is opened again (unless the call took `const loy_ledger *`: that one has
 *            changed nothing); after an answer that the ledger did not expect it goes on. The
 *            sale can always go on without points.
 *   Bounds   What a member has in a wallet, and what they owe, is at most 9e15 of its smallest
 *            units. A call that would go beyond is LOY_E_ARGUMENT, reason "points.beyond", and
 *            writes nothing; a sale that is paid is committed without the award.
 *   Clock    "The ledger's clock" is the clock of the machine in UTC, read when a call needs it.
 *            While it is suspect (loy_ledger_confirm_clock) nothing expires by it. Times and dates
 *            that you pass are yours.
 *   Fork     Do not use loy in a child process after fork() unless the child calls exec().
 *
 * A function that says nothing of writing touches no file, and a crash in the middle of it leaves
 * nothing to repair. A call that takes `const loy_ledger *` never writes to the ledger's file and
 * works on a reader too.
 */
#ifndef LOY_H
#define LOY_H

#include <stdint.h>

#if defined(_WIN32) && !defined(LOY_STATIC)
#define LOY_API __declspec(dllimport)
#else
#define LOY_API
#endif
#if defined(_WIN32)
#define LOY_CALL __cdecl
#else
#define LOY_CALL
#endif

/* Version of this header; pass LOY_VERSION_NUMBER to loy_config_new. */
#define LOY_VERSION_MAJOR 0
#define LOY_VERSION_MINOR 1
#define LOY_VERSION_PATCH 0
#define LOY_VERSION_NUMBER \
    (LOY_VERSION_MAJOR * 10000 + LOY_VERSION_MINOR * 100 + LOY_VERSION_PATCH)

#ifdef __cplusplus
extern "C" {
#endif


/* --- Status ----------------------------------------------------------------------------------- */
/* What every call answers. Values are never changed and never used again for something else. */

/* LOY_OK or one of the codes below. Expect codes you do not know: go by loy_status_class. */
typedef int32_t loy_status;

enum {
    /* Done. */
    LOY_OK = 0,

    /* Refused by the rules. The error says which one, to the cashier too. */
    LOY_REFUSED = 1,
    /* There is no such member, sale or value. */
    LOY_NOT_FOUND = 2,
    /* Its time is over. */
    LOY_EXPIRED = 3,
    /* The sale is settled already, or the receipt belongs to another sale. Do not repeat it. */
    LOY_ALREADY_RESOLVED = 4,
    /* A limit of the programme or of this till is used up. */
    LOY_LIMIT_REACHED = 5,

    /* An argument is missing or out of range; the error names it. */
    LOY_E_ARGUMENT = 100,
    /* A handle is NULL, was freed, is of another type or was never given. */
    LOY_E_HANDLE = 101,
    /* A text is not UTF-8. */
    LOY_E_TEXT = 102,
    /* A document is damaged or says something it cannot say; the error names the place. */
    LOY_E_DOCUMENT = 103,
    /* This operation_id was used for something else. */
    LOY_E_OPERATION_CONFLICT = 104,
    /* The program was compiled for a newer or another major version of loy. */
    LOY_E_VERSION = 105,
    /* Too many handles are not freed. */
    LOY_E_TOO_MANY_HANDLES = 106,

    /* The ledger is open elsewhere, in this process or another one, or locked for too long. */
    LOY_E_BUSY = 200,
    /* The disk is full. */
    LOY_E_STORE_FULL = 201,
    /* The disk answered with an error. */
    LOY_E_STORE_IO = 202,
    /* The file, its folder or this ledger handle cannot be written. */
    LOY_E_STORE_READ_ONLY = 203,
    /* The file is damaged. It is never repaired by itself, replaced or deleted. */
    LOY_E_STORE_CORRUPT = 204,
    /* The file was written by a newer major version of loy. */
    LOY_E_STORE_NEWER = 205,
    /* There is no file where one should be. A new ledger is only made by loy_ledger_create. */
    LOY_E_STORE_ABSENT = 206,
    /* There is a file where a new one should be made. */
    LOY_E_STORE_EXISTS = 207,
    /* The disk failed in the middle: written or not. Open again and repeat the operation. */
    LOY_E_OUTCOME_UNKNOWN = 208,
    /* The store found no memory. Nothing was written; repeat the call. */
    LOY_E_NO_MEMORY = 209,

    /* A bug in loy. The error's message says where; send it to loy's makers. */
    LOY_E_INTERNAL = 300,
    /* A bug came before; close the ledger and open it again to go on writing. */
    LOY_E_POISONED = 301
};


/* --- Version and names ------------------------------------------------------------------------ */
/* Callable before anything else, from any thread. Returned text is static. */

/*
 * Returns the version of the library as text, such as "0.1.0".
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_version(void);

/*
 * Returns the version of the library as a number, to compare with LOY_VERSION_NUMBER.
 *
 * @since 0.1
 */
LOY_API int32_t LOY_CALL loy_version_number(void);

/*
 * Returns what was built, for which machine and how; put it into your support log.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_build_info(void);

/*
 * Returns the name of a status, such as "LOY_E_BUSY", or "" if this version does not know it.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_status_name(loy_status status);

/*
 * Returns the class of a status: 0 done, 1 refused by the rules, 100 the caller's fault, 200 the
 * store, 300 a bug of loy. Statuses of later versions have these classes too.
 *
 * @since 0.1
 */
LOY_API int32_t LOY_CALL loy_status_class(loy_status status);

/*
 * Returns how many handles are given out and not freed: 0 when your program ends well.
 *
 * @since 0.1
 */
LOY_API int64_t LOY_CALL loy_handles_live(void);

/*
 * Returns how often a call was given a bad handle since the program began: 0 in a program that
 * is right. Log it when the till shuts down; a free that does nothing shows up only here.
 *
 * @since 0.1
 */
LOY_API int64_t LOY_CALL loy_handles_misused(void);


/* --- Errors ----------------------------------------------------------------------------------- */
/* Status is for branching, the error is for people and logs. No text in it is personal. */

/* Why a call was not done. Threads: one at a time. Free with loy_error_free. */
typedef struct loy_error loy_error;

/*
 * Returns the status that the failed call returned.
 *
 * Status: LOY_E_HANDLE for a bad handle, else the status of the error.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_error_status(const loy_error *error);

/*
 * Returns a stable key for your own texts and branches, such as "points.short". docs/reasons.md has
 * all of them, with their statuses and texts.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_error_reason(const loy_error *error);

/*
 * Returns an English sentence for the log.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_error_message(const loy_error *error);

/*
 * Returns what it is about, such as "lines[3].quantity_milli" or "operation_id"; "" for nothing
 * in particular.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_error_field(const loy_error *error);

/*
 * Returns a sentence to show the cashier, in the till's language; in Vietnamese where the call had
 * no ledger to ask.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_error_cashier_text(const loy_error *error);

/*
 * Returns 1 if the same call may succeed a little later, with the same operation_id, with nothing
 * changed by you; else 0.
 *
 * @since 0.1
 */
LOY_API int32_t LOY_CALL loy_error_is_retryable(const loy_error *error);

/*
 * Returns SQLite's extended result code, or 0 if the store was not the cause.
 *
 * @since 0.1
 */
LOY_API int32_t LOY_CALL loy_error_store_code(const loy_error *error);

/*
 * Frees an error.
 *
 * @since 0.1
 */
LOY_API void LOY_CALL loy_error_free(loy_error *error);


/* --- Buffers ---------------------------------------------------------------------------------- */
/*
 * Bytes that loy made: JSON, receipts, batches. One NUL that the size does not count stands after
 * the last byte, so that text can be printed as it is.
 */

/* Bytes. Threads: one at a time. Free with loy_buffer_free. */
typedef struct loy_buffer loy_buffer;

/*
 * Returns the bytes, or a pointer to a NUL for a bad handle. Never NULL.
 *
 * @since 0.1
 */
LOY_API const uint8_t *LOY_CALL loy_buffer_data(const loy_buffer *buffer);

/*
 * Returns how many bytes there are, without the NUL; -1 for a bad handle.
 *
 * @since 0.1
 */
LOY_API int64_t LOY_CALL loy_buffer_size(const loy_buffer *buffer);

/*
 * Frees a buffer.
 *
 * @since 0.1
 */
LOY_API void LOY_CALL loy_buffer_free(loy_buffer *buffer);


/* --- Rows ------------------------------------------------------------------------------------- */
/*
 * One read-only table for every list and record. Rows are numbered from 0. Fields have names; the
 * function that gave the rows lists them. Later versions may add fields, never take one away.
 */

/* A table. Threads: one at a time. Free with loy_rows_free. */
typedef struct loy_rows loy_rows;

/*
 * Tells how many rows there are.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_rows_count(
    const loy_rows *rows, int64_t *count_out, loy_error **error_out);

/*
 * Reads a number.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT for a row or field that is not there, or a field of text;
 * LOY_NOT_FOUND where this row has no value, such as the expiry of points that never expire.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_rows_int(
    const loy_rows *rows, int32_t row, const char *field, int64_t *value_out,
    loy_error **error_out);

/*
 * Returns a text, or "" if there is none: a bad handle, row or field, a number, no value.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_rows_text(const loy_rows *rows, int32_t row, const char *field);

/*
 * Writes the rows as a JSON list of objects.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_rows_to_json(
    const loy_rows *rows, loy_buffer **json_out, loy_error **error_out);

/*
 * Frees rows.
 *
 * @since 0.1
 */
LOY_API void LOY_CALL loy_rows_free(loy_rows *rows);


/* --- Configuration ---------------------------------------------------------------------------- */
/* What loy_ledger_create and loy_ledger_open need to know. They copy it: free it right after. */

/* Settings. Threads: one at a time. Free with loy_config_free. */
typedef struct loy_config loy_config;

/*
 * Begins a configuration, and checks that this library fits the header you compiled with.
 *
 * Pass LOY_VERSION_NUMBER as header_version. A library fits every header of its own major version
 * whose minor version is not newer than its own. The patch is not compared: it changes no header.
 *
 * Status: LOY_E_VERSION, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_config_new(
    int32_t header_version, loy_config **config_out, loy_error **error_out);

/*
 * Says where the ledger's file is. Read "Where to put the file" at the top of the section Ledger.
 *
 * The folder must exist. Beside the file, SQLite keeps two more of the same name with "-wal" and
 * "-shm" behind it, and loy one with "-lock": the four belong together. A fifth, "loy-provisioned",
 * is the folder's: it lists the provisioning files that made a ledger there.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_config_set_path(
    loy_config *config, const char *path, loy_error **error_out);

/*
 * Chooses the language of cashier, receipt and display texts: "vi" or "en".
 *
 * If it is never called, the language is the one that provisioning chose.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a language loy does not speak; LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_config_set_language(
    loy_config *config, const char *code, loy_error **error_out);

/*
 * Says how long a call waits for a file that is locked: 0..60000 ms, 2000 if never called.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_config_set_busy_timeout(
    loy_config *config, int32_t timeout_ms, loy_error **error_out);

/*
 * Frees a configuration.
 *
 * @since 0.1
 */
LOY_API void LOY_CALL loy_config_free(loy_config *config);


/* --- Ledger ----------------------------------------------------------------------------------- */
/*
 * The file with everything a till knows of its members' points. One process writes to it, through
 * one ledger handle; any number of readers may look on.
 *
 * Where to put the file
 *   A folder of its own on a local disk that keeps its data over a restart: on Linux one under
 *   /var/lib that belongs to the till's user. (This version was not tried on Windows; meant for it
 *   is a folder under ProgramData that the group of the till's users may write to.) Never a user
 *   profile, a synchronised folder (OneDrive and the like), a network share, a RAM disk or a volume
 *   with a write filter: each of them loses points. Exclude the folder from the virus scanner and
 *   from file-level backup, which copy a file while it changes; copy it with loy_ledger_backup.
 *   Never open it with your own SQLite in the same process: two copies of SQLite in one process
 *   undo each other's locks and destroy the file. To read it, open a reader.
 *
 * What a till knows
 *   What was done at it, from the moment it was done, and what head office gave it: the programmes
 *   and operators it was brought, and with the provisioning file, where head office added them,
 *   numbers and keyed hashes of the members known then, without their points. Nothing brings in
 *   what other tills did: not later either, and an acknowledgement says only what head office has.
 *   A member who bought elsewhere has here what this till gave; a block, merge or household of
 *   another till is not known here. Head office counts all tills together (loy office balance).
 */

/*
 * An open ledger. Threads: any thread, any time; calls wait for each other. Close with
 * loy_ledger_close.
 */
typedef struct loy_ledger loy_ledger;

/*
 * Makes a new ledger from the provisioning file that head office made for this till, and opens it.
 *
 * `loy provision` makes the file and tells the activation code, which comes to the shop by another
 * way. Delete the file afterwards: it is for one ledger only. A till that is replaced gets a new
 * provisioning file, never the old ledger. The ledger is readable by its owner only.
 *
 * A file that made a ledger in this folder is refused, also when that ledger is gone. In another
 * folder or on another machine nothing here can know of it: it makes a second ledger of the same
 * writer, which sells and gives out the same member numbers. Head office notices by its first
 * batch: the ledger that was heard of first counts, every batch of the other is a fork, kept, not
 * counted and never acknowledged (loy office ingest, loy office status). Provision that till anew.
 *
 * Writes: the ledger's file, under another name until it is whole and on disk.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also without a path, and with the field "path" where its
 * folder does not exist; LOY_E_TEXT; LOY_E_STORE_EXISTS; LOY_E_DOCUMENT for a provisioning file
 * that is damaged or made a ledger in this folder before, or a wrong code; the store's.
 * Crash: there is a ledger or there is none. Try loy_ledger_open; on LOY_E_STORE_ABSENT call this
 * again.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_create(
    const loy_config *config, const uint8_t *provisioning, int64_t provisioning_size,
    const char *activation_code, loy_ledger **ledger_out, loy_error **error_out);

/*
 * Opens a ledger to write to it.
 *
 * An absent file is an error, never a new ledger: points would be lost silently. After opening,
 * list what an earlier crash left open with loy_sale_pending.
 *
 * A file that an older library made is first copied beside itself, to its name and
 * ".schema-1.backup", and then brought up to date; that takes as much free space as the file has.
 * If it cannot be done, the status says why and the file is as it was.
 *
 * Writes: what a crash before left unfinished in the file is finished or taken back; holds that ran
 * out meanwhile are ended.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also without a path; LOY_E_BUSY if another program or
 * handle writes to it; LOY_E_STORE_ABSENT, LOY_E_STORE_NEWER, LOY_E_STORE_CORRUPT,
 * LOY_E_STORE_READ_ONLY; the store's.
 * Crash: open it again.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_open(
    const loy_config *config, loy_ledger **ledger_out, loy_error **error_out);

/*
 * Opens a ledger to read it, beside the till that writes to it: for the back office.
 *
 * Calls that take `const loy_ledger *` work on a reader; all others give LOY_E_STORE_READ_ONLY. A
 * reader too must be able to write the "-shm" file beside the ledger: from a read-only medium copy
 * the ledger first.
 *
 * Status: as loy_ledger_open.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_open_reader(
    const loy_config *config, loy_ledger **ledger_out, loy_error **error_out);

/*
 * Opens a ledger for cashiers who learn: it lives in memory, and every call works on it.
 *
 * Its programmes, names and language are those of the ledger at the configuration's path, which is
 * read and neither locked nor written: the till may trade with it meanwhile, in this process or
 * another one. Three sample members are there, found by the phones 0900000001, 0900000002 and
 * 0900000003, with no, 100 and 1,000 points in each wallet. Who enrols gets a number of no store.
 * Every receipt, cashier, display and error text is marked TRAINING. Nothing is kept:
 * loy_ledger_backup, loy_export_next and loy_export_acknowledge answer LOY_REFUSED with the reason
 * "training.stays_here", and loy_ledger_close forgets everything.
 *
 * Status: as loy_ledger_open_reader.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_open_training(
    const loy_config *config, loy_ledger **ledger_out, loy_error **error_out);

/*
 * Opens a ledger for cashiers who learn before their till has one: as loy_ledger_open_training,
 * with the programme of the till's provisioning file, which is not used up by it.
 *
 * Nothing is read or written at the configuration's path.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also without a path; LOY_E_TEXT; LOY_E_DOCUMENT for a
 * provisioning file that is damaged, or a wrong code.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_create_training(
    const loy_config *config, const uint8_t *provisioning, int64_t provisioning_size,
    const char *activation_code, loy_ledger **ledger_out, loy_error **error_out);

/*
 * Tells what the ledger is and how it is.
 *
 * One row: tenant_name, store, till, writer (texts), epoch, head_seq (the last entry),
 * unsent_entries (what head office has not acknowledged), programme (text), programme_version,
 * currency, language (texts), closed_date (the last closed business date, 0 before the first),
 * open_sales (those of loy_sale_pending), members (known here), clock_suspect (1: the clock
 * jumped, see loy_ledger_confirm_clock), training (1: opened by loy_ledger_open_training or
 * loy_ledger_create_training), file_bytes, wal_bytes. Show it on the service screen.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_info(
    const loy_ledger *ledger, loy_rows **rows_out, loy_error **error_out);

/*
 * Does what can wait: call it between two customers, or once a minute while the till is quiet.
 *
 * The write-ahead log is also brought home at the day's close, and, where neither was called until
 * it had 8 MB, at the beginning of the next call that writes: never between a sale that is on disk
 * and its answer. The library has no thread that could do it in between.
 *
 * Writes: holds that ran out are ended; the write-ahead log is brought home.
 * Status: LOY_E_HANDLE, LOY_E_POISONED, LOY_E_STORE_READ_ONLY, the store's. You need not act on
 * any of them.
 * Crash: nothing to do.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_idle(loy_ledger *ledger, loy_error **error_out);

/*
 * Says that the clock of this till is right, though it jumped.
 *
 * While the clock is suspect, sales go on and earn points, but nothing expires and no hold runs
 * out. Let a supervisor look at date and time, then call this. cashier is who looked.
 *
 * Writes: one entry.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
 * LOY_E_OPERATION_CONFLICT; the store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_confirm_clock(
    loy_ledger *ledger, const char *operation_id, const char *cashier, loy_error **error_out);

/*
 * Reads the last events, at most 1,000, and forgets them. Put them into your own log.
 *
 * Rows: at_ms, level (1 error, 2 warning, 3 notice), key, text (English; nothing personal).
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_log(
    const loy_ledger *ledger, loy_rows **rows_out, loy_error **error_out);

/*
 * Closes a ledger, a reader too. Waits for calls in flight in other threads; their handles and
 * results stay good. Holds stay as they are.
 *
 * Writes: the write-ahead log is brought home, if the disk lets it.
 * Crash: nothing to do.
 * @since 0.1
 */
LOY_API void LOY_CALL loy_ledger_close(loy_ledger *ledger);


/* --- Programme -------------------------------------------------------------------------------- */
/*
 * The rules of the points, written by head office. The first version comes with provisioning, later
 * ones as documents; each prices the business dates that it names itself.
 */

/*
 * Checks a programme document and lists everything that is wrong with it. Needs no ledger.
 *
 * Rows, on LOY_E_DOCUMENT too: path, code, expected, found, severity (texts). Of severity error is
 * what the document is refused for; warning, on LOY_OK too, what is legal and surely a mistake.
 *
 * Status: LOY_E_ARGUMENT; LOY_E_DOCUMENT with the problems in problems_out.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_programme_check(
    const uint8_t *json, int64_t json_size, loy_rows **problems_out, loy_error **error_out);

/*
 * Installs a version of the programme beside those that are there, at once and without a restart.
 *
 * It prices the business dates from its valid_from to its valid_until (docs/programme.md); where
 * several versions do, the one with the highest number. Sales that were authorised or made final
 * keep the version that priced them, also when they are committed, claimed, refunded or disputed
 * later. A version never changes: to change anything, give it a new number. The same document again
 * changes nothing. The document is taken as it is given: carry it as you carry the provisioning
 * file. Head office sees its hash in the next batch. version_out gets its number.
 *
 * Writes: one entry, and the document.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_DOCUMENT for a programme that cannot be used
 * (loy_programme_check lists every problem), of another id or currency, without a wallet that an
 * earlier version has or with another number for it, and for a version that is installed with
 * other content (reason programme.changed); LOY_E_POISONED; LOY_E_STORE_READ_ONLY; the store's.
 * Crash: call it again.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_programme_install(
    loy_ledger *ledger, const uint8_t *json, int64_t json_size, int64_t *version_out,
    loy_error **error_out);

/*
 * Lists the wallets of the programme: the kinds of points there are.
 *
 * Rows: id (the text that other calls take as wallet), number, name (in the till's language), unit
 * (the word after several points), decimals (2 means that points are counted in hundredths).
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_programme_wallets(
    const loy_ledger *ledger, loy_rows **rows_out, loy_error **error_out);


/* --- Scan ------------------------------------------------------------------------------------- */
/*
 * What a scanner, card reader, phone or cashier gives is read by one call, before anyone knows
 * whether it is a member at all. loy keeps nothing of it and wipes its own copy; a bank card, a
 * payment QR, a wallet's payment code and a citizen card are refused by name, and no text, row or
 * log repeats them. Wipe yours too.
 */

/*
 * Says what was scanned, swiped, tapped or typed, and whose it is.
 *
 * scanned is what came, as it came: with the scanner's frame, AIM identifier and GS separators
 * (byte 29); of more than 8,192 bytes nothing is read ("scan.too_long"), and bytes that are no
 * UTF-8 are no error of yours. entry_mode is "scanned", "keyed" (typed), "mag_stripe",
 * "contactless" (the decrypted message of an NFC pass) or "file". aim_identifier is that of
 * the symbol where the driver tells it apart ("]C1"), or NULL; scan_data_type is the driver's
 * UnifiedPOS ScanDataType (110 is Code 128), or 0. One in the text goes before aim_identifier,
 * that before scan_data_type; unknown ones count for nothing. The shop's own codes are those of
 * `codes` in the highest programme version of the ledger (docs/codes.md). ledger may be NULL: then
 * there are none, and no member is looked up.
 *
 * Rows: role is "answer", in row 0, where one thing alone can be meant; "candidate" for each other
 * way to read it: where there is no answer, ask the customer and scan or type something else;
 * "doubt" for what else it may be that is refused (reason); "near" for a number of a member known
 * here that is one slip away from a number typed that is nobody's: ask, never take it unasked.
 * kind is "member_number", "rotating_code" (section "Code"), "voucher", "phone", "ean_card",
 * "gsrn", "coupon", "link", "stripe_card", "own_code" or "card". value is its one spelling: a
 * phone in E.164. entry_mode is yours. repaired is 1 if a Vietnamese keyboard or a
 * phone prefix of before 2018 was mended. member_number is the member's, or whom that one was
 * merged into, absent where it is nobody's; known_here is 0 for one of another store. card says
 * which of a member's cards it is (GS1 8019), rule the shop's rule that fitted. reason and
 * cashier_text say what to do, in the ledger's language (Vietnamese without one).
 *
 * Of a GS1 coupon, coupon_kind are the first 13 digits of value and coupon_serial those behind them
 * (absent: all coupons of the kind are alike). What it gives is at most one of coupon_amount (money
 * off in the currency's main unit, a decimal such as "5000" or "12.50"), coupon_percent ("7.5") and
 * coupon_points; coupon_expires_on is its last good day, yyyymmdd. All are absent where the symbol
 * does not say them, and of a coupon that is an EAN number. loy redeems none of them.
 *
 * On LOY_REFUSED readings_out has rows too: "candidate" and "near" only, to ask about, none for
 * means of payment and papers. The error's reason is the name of what it is: "scan.payment_card",
 * "scan.payment_qr", "scan.wechat_pay", "scan.alipay", "scan.unionpay_qr", "scan.citizen_card",
 * "scan.product", "scan.check_digit", "scan.input_method" and others that begin with "scan.".
 *
 * Status: LOY_E_HANDLE, but for NULL; LOY_E_ARGUMENT for another entry_mode or a size below 0 or
 * above 8 MiB; LOY_E_TEXT; LOY_REFUSED; the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_scan_identify(
    const loy_ledger *ledger, const uint8_t *scanned, int64_t scanned_size, const char *entry_mode,
    const char *aim_identifier, int32_t scan_data_type, loy_rows **readings_out,
    loy_error **error_out);


/* --- Members ---------------------------------------------------------------------------------- */
/*
 * A member is known by a member number of 12 digits and found by whatever was scanned: the number,
 * a card, a phone number. Names and birthdays stay with you and head office: the ledger holds none.
 */

/* Who wants to join. Threads: one at a time. Free with loy_enrolment_free. */
typedef struct loy_enrolment loy_enrolment;

/*
 * A member as this till knows them at the moment of the call. Threads: one at a time. Free with
 * loy_member_free.
 */
typedef struct loy_member loy_member;

/*
 * Begins an enrolment.
 *
 * Status: LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_enrolment_new(loy_enrolment **enrolment_out, loy_error **error_out);

/*
 * Adds something by which the member is found again: kind "phone" or "card".
 *
 * The ledger keeps a keyed hash of it, never the value. A phone may be written in any usual way:
 * "0912 345 678" and "+84 912 345 678" are the same one.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT for another kind, an empty value, or the 17th identifier;
 * LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_enrolment_add_identifier(
    loy_enrolment *enrolment, const char *kind, const char *value, loy_error **error_out);

/*
 * Says when the member joins, for an enrolment that is entered later than it happened.
 *
 * If it is never called, it is now and today by the ledger's clock.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_enrolment_set_time(
    loy_enrolment *enrolment, int64_t at_ms, int32_t utc_offset_minutes, int32_t business_date,
    loy_error **error_out);

/*
 * Says that this is somebody else than the member who has the same phone or card, such as the
 * other one of a couple: ask, and call it only then.
 *
 * loy_member_enrol then makes a member of their own. The phone goes on leading to the first one, so
 * hand out the number or a card; the day's report says that the two may be one ("member.twice").
 *
 * Status: LOY_E_HANDLE.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_enrolment_set_somebody_else(
    loy_enrolment *enrolment, loy_error **error_out);

/*
 * Frees an enrolment.
 *
 * @since 0.1
 */
LOY_API void LOY_CALL loy_enrolment_free(loy_enrolment *enrolment);

/*
 * Makes a member, with a new member number, without asking anyone.
 *
 * Where a member known here has the phone or card already, no second one is made:
 * LOY_ALREADY_RESOLVED comes with that member in member_out, the error's cashier text names the
 * number, and the sale goes on with it. If it is somebody else all the same, call
 * loy_enrolment_set_somebody_else and enrol under another operation_id. Two tills that do not know
 * of each other may each enrol it: head office then proposes to merge the two.
 *
 * Writes: the member and one entry, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
 * LOY_E_OPERATION_CONFLICT; LOY_ALREADY_RESOLVED for a phone or card that is known; LOY_REFUSED
 * for what is neither; LOY_LIMIT_REACHED when the member numbers of this till are used up; the
 * store's.
 * Crash: repeat it with the same operation_id: the member has the same number.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_enrol(
    loy_ledger *ledger, const char *operation_id, const loy_enrolment *enrolment,
    loy_member **member_out, loy_error **error_out);

/*
 * Finds the member of whatever was scanned or typed: a member number, a card, a phone. The text is
 * read as by loy_scan_identify, which tells more and takes what the scanner says of the symbol.
 *
 * business_date is the day on which the balance is looked at: the till's present one. A member
 * number of another store is LOY_OK too: it earns here, but its balance is not known here, which
 * the cashier text says.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT; LOY_REFUSED for a code that is no member's,
 * such as a payment code, or may be several members' ("member.ambiguous"); LOY_NOT_FOUND; the
 * store's. The error's cashier text says what to do.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_scan(
    const loy_ledger *ledger, const char *scanned_text, int32_t business_date,
    loy_member **member_out, loy_error **error_out);

/*
 * Returns the member number: 12 digits, for loy_cart_set_member and the receipt.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_member_number(const loy_member *member);

/*
 * Returns whether the member may earn and spend: "active", "blocked" or "closed" (see
 * loy_member_block). One who may not is LOY_OK all the same; the cashier text begins with it, and
 * nothing can be spent.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_member_status(const loy_member *member);

/*
 * Returns the number that was scanned, where that member was merged into this one; "" if not.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_member_merged_from(const loy_member *member);

/*
 * Returns the number of the holder whose account this member shares with others (see
 * loy_household_join), perhaps the member's own: balances, tier and rewards are that account's. ""
 * for who shares none.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_member_household(const loy_member *member);

/*
 * Tells the instant up to which what other tills did is known in these balances, in UTC
 * milliseconds; without anything of theirs, that of this ledger's own last entry. What this till
 * did itself is always in them; loy_member_at looks at an earlier instant.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_as_of(
    const loy_member *member, int64_t *at_ms_out, loy_error **error_out);

/*
 * Tells the known balance of a wallet: all points that count, less what is owed. May be below zero.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a wallet that the programme does not have;
 * LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_balance(
    const loy_member *member, const char *wallet, int64_t *points_out, loy_error **error_out);

/*
 * Tells how many points can be spent here and now.
 *
 * Status: as loy_member_balance.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_spendable(
    const loy_member *member, const char *wallet, int64_t *points_out, loy_error **error_out);

/*
 * Tells how many points are reserved by sales that are authorised and not yet committed.
 *
 * Status: as loy_member_balance.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_held(
    const loy_member *member, const char *wallet, int64_t *points_out, loy_error **error_out);

/*
 * Tells how many points are awarded but cannot be spent before a later date.
 *
 * Status: as loy_member_balance.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_pending(
    const loy_member *member, const char *wallet, int64_t *points_out, loy_error **error_out);

/*
 * Tells how many points are owed; the next awards repay them first.
 *
 * Status: as loy_member_balance.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_debt(
    const loy_member *member, const char *wallet, int64_t *points_out, loy_error **error_out);

/*
 * Tells what is the next to end of a wallet: how many points, and the last business date on which
 * they can be spent. Points that are pending or reserved are among them.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a wallet that the programme does not have;
 * LOY_E_TEXT; LOY_NOT_FOUND where none of the points end.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_next_expiry(
    const loy_member *member, const char *wallet, int64_t *points_out, int32_t *last_day_out,
    loy_error **error_out);

/*
 * Returns the id of the member's tier on the business date of the card; "" where the programme has
 * no tiers, or where it is not known.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_member_tier(const loy_member *member);

/*
 * Lists what the points buy, in the order in which a sale would use it: rewards, and vouchers that
 * members can have.
 *
 * A reward may have conditions of its own, such as a least bill: the quote of a cart tells which
 * can be had with it.
 *
 * Rows: reward (its id), name, wallet (id of the one that pays), points (its price), missing (0 if
 * the points are there), text (one line, in the till's language).
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_rewards(
    const loy_member *member, loy_rows **rows_out, loy_error **error_out);

/*
 * Writes number, status, tier, balances and rewards as JSON.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_to_json(
    const loy_member *member, loy_buffer **json_out, loy_error **error_out);

/*
 * Returns one line for the cashier, in the till's language: who it is, the tier, the balance, what
 * it buys and what of it ends next.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_member_cashier_text(const loy_member *member);

/*
 * Frees a member.
 *
 * @since 0.1
 */
LOY_API void LOY_CALL loy_member_free(loy_member *member);

/*
 * Finds out how a member stood: by what this ledger had written at an instant of its own clock,
 * with what was pending and what had ended judged on a business date.
 *
 * Read the balances with loy_member_balance and the others. A sale that was queued and recorded
 * later counts from when it was recorded. Entries of a clock that was suspect count as of the last
 * instant before them that was not. A member of another store is LOY_OK, as with loy_member_scan.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for what is no member number; LOY_E_TEXT; the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_at(
    const loy_ledger *ledger, const char *member_number, int64_t at_ms, int32_t business_date,
    loy_member **member_out, loy_error **error_out);


/* --- History ---------------------------------------------------------------------------------- */
/*
 * What happened to a member's points, and what is left of each award. A till tells what it knows:
 * what other stores did is missing until head office has sent it.
 */

enum {
    /* A statement in words, one thing a line: for a screen, a printer or a letter. */
    LOY_STATEMENT_TEXT = 0,
    /* A statement as JSON, with every text in it too. */
    LOY_STATEMENT_JSON = 1
};

/*
 * Writes a member's statement: balances, points by their last day, history, rewards within reach.
 * format is one of LOY_STATEMENT_. Nothing personal is in it but the member number.
 *
 * scanned_text is what loy_member_scan takes. business_date is that of the balances; from_date and
 * to_date, both included, are those of the history, each 0 for no bound.
 *
 * Works on a reader while the till goes on.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_NOT_FOUND; LOY_REFUSED as loy_member_scan;
 * the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_statement(
    const loy_ledger *ledger, const char *scanned_text, int32_t business_date, int32_t from_date,
    int32_t to_date, int32_t format, loy_buffer **buffer_out, loy_error **error_out);

/*
 * Lists the lots of a member with something left on a business date, in the order in which their
 * points would be spent. What has ended is left out; what is pending is not. On a past date that is
 * what was alive on it and has not been spent since, as a sale queued since then finds it.
 *
 * Rows: wallet (its id), lot (the award's seq), awarded_at_ms, points (left in it), held (of
 * these), available_from, expires_on (the first day on which they cannot be spent; absent for
 * never).
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for what is no member number; LOY_E_TEXT; the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_lots(
    const loy_ledger *ledger, const char *member_number, int32_t business_date, loy_rows **rows_out,
    loy_error **error_out);

/*
 * Lists a member's entries, oldest first, from the one after after_seq on; 0 for the beginning.
 *
 * limit is 1..1000; read on from the last row's seq until no row comes. A member that this till
 * does not know has none.
 * Rows: seq, kind (text, such as "award"), at_ms, sold_at_ms, utc_offset_minutes, business_date,
 * wallet (number; 0 where no points move), lot, points, amount, refers_to, available_from,
 * expires_on (absent for never), programme_version, member_number (another one where the entry is
 * of a member who was merged into this one). Points and amount are magnitudes: the kind says which
 * way they go. Of a member who shares an account (loy_household_join) it is the account's history:
 * points stand under the holder's number, sales under that of who shopped.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for what is no member number; LOY_E_TEXT; the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_history(
    const loy_ledger *ledger, const char *member_number, int64_t after_seq, int32_t limit,
    loy_rows **rows_out, loy_error **error_out);


/* --- Cart ------------------------------------------------------------------------------------- */
/*
 * What is sold: plain data, no ledger, no disk, no clock. Build it call by call or read it as JSON;
 * both give the same cart. Lines are numbered from 0 in the order you add them. docs/cart.md lists
 * every field with its bounds.
 */

/* A cart that is being rung up. Threads: one at a time. Free with loy_cart_free. */
typedef struct loy_cart loy_cart;

/*
 * Begins a cart. currency is a code of ISO 4217, such as "VND".
 *
 * at_ms is when the sale is rung up, business_date the day it belongs to in your books, which may
 * end after midnight. To put a cart aside use loy_cart_park and loy_cart_resume.
 *
 * Status: LOY_E_ARGUMENT, LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_new(
    const char *currency, int64_t at_ms, int32_t utc_offset_minutes, int32_t business_date,
    loy_cart **cart_out, loy_error **error_out);

/*
 * Reads a cart from JSON.
 *
 * Status: LOY_E_ARGUMENT; LOY_E_DOCUMENT for what is no cart: the error's field is the place,
 * such as "lines[3].quantity_milli".
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_from_json(
    const char *json, int64_t json_size, loy_cart **cart_out, loy_error **error_out);

/*
 * Writes a cart as JSON without its time, to put it aside while other customers are served.
 *
 * Take it up again with loy_cart_resume. loy_cart_from_json refuses it because its time is missing,
 * so that no sale gets the time, the day and the programme of the moment it was put aside. What the
 * customer showed (loy_cart_set_shown) stands in it.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_park(
    const loy_cart *cart, loy_buffer **json_out, loy_error **error_out);

/*
 * Takes a parked cart up again, at the time of now.
 *
 * Status: as loy_cart_from_json; a cart that was not parked has its time already, and the field is
 * "at_ms".
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_resume(
    const char *json, int64_t json_size, int64_t at_ms, int32_t utc_offset_minutes,
    int32_t business_date, loy_cart **cart_out, loy_error **error_out);

/*
 * Writes a cart as JSON, for your log. What the customer showed is left out.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_to_json(
    const loy_cart *cart, loy_buffer **json_out, loy_error **error_out);

/*
 * Says whose sale it is, by the member number; an empty text makes it nobody's.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a number with a wrong digit; LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_set_member(
    loy_cart *cart, const char *member_number, loy_error **error_out);

/*
 * Says what the customer showed to be known as a member: the text you gave to loy_member_scan, a
 * card, a phone or a member number. A programme may limit how often one code is used; without this
 * call such a limit is not known. What is shown only at loy_sale_commit is counted then: a changed
 * cart is priced by it, an unchanged one keeps its points and the day's report tells it. An empty
 * text takes it back.
 *
 * It is personal. The ledger keeps a keyed hash of it; no error, log, quote or sale has it, nor has
 * loy_cart_to_json. Only loy_cart_park writes it: keep a parked cart no longer than you need it.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a payment card or another text that is no member's
 * code; LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_set_shown(
    loy_cart *cart, const char *shown, loy_error **error_out);

/*
 * Sets a text of the cart: "receipt_number", "receipt_group", "till", "store", "cashier",
 * "channel" or "x.<your own>". An empty value removes it.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for another name; LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_set_text(
    loy_cart *cart, const char *name, const char *value, loy_error **error_out);

/*
 * Sets a number of the cart: "receipt_part", "at_ms", "utc_offset_minutes", "business_date" or
 * "x.<your own>".
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for another name; LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_set_int(
    loy_cart *cart, const char *name, int64_t value, loy_error **error_out);

/*
 * Adds a line. line_total is what the line costs after your own discounts; it is the truth.
 *
 * quantity_milli is in thousandths: 2 pieces are 2000, 250 g of a kilogram 250. Both are negative
 * for goods that come back: a quantity below zero with a line_total above zero is refused. Money
 * off has a line_total below zero alone. line_out may be NULL; it gets the line's number.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for line 2,001; LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_add_line(
    loy_cart *cart, const char *sku, int64_t quantity_milli, int64_t line_total, int32_t *line_out,
    loy_error **error_out);

/*
 * Sets a text of a line: "category" ("food/dairy/milk"), "brand", "discount_reason" or
 * "x.<your own>", or adds a "tag". An empty value removes it; an empty tag removes all tags.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for another line or name; LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_line_set_text(
    loy_cart *cart, int32_t line, const char *name, const char *value, loy_error **error_out);

/*
 * Sets a number of a line: "unit_price", "discount" (what you took off already, zero or more),
 * "tax_inside", "tax_outside", "x.<your own>", or one of the flags "service", "gift_card",
 * "shipping", "tip", "weighed" to 1 or 0.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for another line or name, and for tax that is against
 * the line's sign or, inside it, more than the line; LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_line_set_int(
    loy_cart *cart, int32_t line, const char *name, int64_t value, loy_error **error_out);

/*
 * Says of which line of which sale the goods of a line are a return: sale_id is what loy_sale_id
 * gave, sale_line counts from 0 in the order of that sale's cart. The line's own quantity is below
 * zero. Without it the goods come back without their sale. An empty sale_id takes it back.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for goods that are sold; LOY_E_TEXT. Whether the sale
 * has so much left is looked at when the cart is evaluated, authorised, recorded or committed.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_line_set_return_of(
    loy_cart *cart, int32_t line, const char *sale_id, int32_t sale_line, loy_error **error_out);

/*
 * Adds a payment: method "cash", "card", "transfer", "ewallet", "gift_card", "voucher" or your own
 * word; the amount negative where money is given back.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_add_payment(
    loy_cart *cart, const char *method, int64_t amount, loy_error **error_out);

/*
 * Adds a voucher or promotion code that the customer shows. The same code again changes nothing.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_add_code(
    loy_cart *cart, const char *code, loy_error **error_out);

/*
 * Asks for a reward by its id in the programme. The same reward again changes nothing.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for one that is declined as well; LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_want_reward(
    loy_cart *cart, const char *reward_id, loy_error **error_out);

/*
 * Declines a reward that would come by itself, for this sale.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for one that is wanted as well; LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_decline_reward(
    loy_cart *cart, const char *reward_id, loy_error **error_out);

/*
 * Asks to pay with at most so many points of a wallet; 0 takes the wish back. The quote uses as
 * many of them as the programme allows.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT. A wallet that the programme does not have is
 * found by loy_quote_evaluate.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_cart_want_points(
    loy_cart *cart, const char *wallet, int64_t points_max, loy_error **error_out);

/*
 * Frees a cart.
 *
 * @since 0.1
 */
LOY_API void LOY_CALL loy_cart_free(loy_cart *cart);


/* --- Quote ------------------------------------------------------------------------------------ */
/*
 * What a cart would earn and cost, and why. Evaluating writes nothing; equal inputs give equal
 * quotes, byte for byte, on every machine.
 */

enum {
    /* Vietnamese as it is written. */
    LOY_DIACRITICS_KEPT = 0,
    /* Without marks, for printers that have none: "Diem tich luy". */
    LOY_DIACRITICS_STRIPPED = 1
};

/*
 * An evaluated cart. It does not change when cart or ledger do. Threads: one at a time. Free with
 * loy_quote_free.
 */
typedef struct loy_quote loy_quote;

/*
 * Prices a cart: what it earns, what it may cost less, and why.
 *
 * Call it as often as you like while the cart grows, and show payable and the cashier text.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a cart that does not fit the programme (another
 * currency, a wallet it does not have, a date on which it is not valid); the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_evaluate(
    const loy_ledger *ledger, const loy_cart *cart, loy_quote **quote_out, loy_error **error_out);

/*
 * Prices a cart by a programme that is not installed: what would it earn and cost if this document
 * were in force? The member is as this ledger knows them. On which days the document is valid does
 * not matter. Nothing can be authorised or recorded by it: install it for that.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, as loy_quote_evaluate; LOY_E_DOCUMENT for a document that
 * cannot be used (loy_programme_check lists every problem) or is none of the installed programme:
 * another id or currency, or other wallets; the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_try(
    const loy_ledger *ledger, const uint8_t *json, int64_t json_size, const loy_cart *cart,
    loy_quote **quote_out, loy_error **error_out);

/*
 * Tells what is left to pay by cash, card and the like: the total less what loy takes off.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_payable(
    const loy_quote *quote, int64_t *amount_out, loy_error **error_out);

/*
 * Tells what the lines add up to, before loy takes anything off.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_total(
    const loy_quote *quote, int64_t *amount_out, loy_error **error_out);

/*
 * Tells what loy takes off the bill, zero or more: points spent as money included.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_discount_total(
    const loy_quote *quote, int64_t *amount_out, loy_error **error_out);

/*
 * Tells what loy takes off one line, zero or more. The lines add up to loy_quote_discount_total;
 * compute the tax of each line on what is left of it.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a line that is not in the cart.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_line_discount(
    const loy_quote *quote, int32_t line, int64_t *amount_out, loy_error **error_out);

/*
 * Tells how many points of a wallet the sale awards. 0 without a member.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a wallet that the programme does not have;
 * LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_points_awarded(
    const loy_quote *quote, const char *wallet, int64_t *points_out, loy_error **error_out);

/*
 * Tells how many points of a wallet the sale spends. 0 without a member.
 *
 * Status: as loy_quote_points_awarded.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_points_redeemed(
    const loy_quote *quote, const char *wallet, int64_t *points_out, loy_error **error_out);

/*
 * Tells the known balance before the sale.
 *
 * Status: as loy_quote_points_awarded; LOY_NOT_FOUND where the cart has no member.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_balance_before(
    const loy_quote *quote, const char *wallet, int64_t *points_out, loy_error **error_out);

/*
 * Tells the known balance after the sale.
 *
 * Status: as loy_quote_balance_before.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_balance_after(
    const loy_quote *quote, const char *wallet, int64_t *points_out, loy_error **error_out);

/*
 * Tells the instant up to which these balances know what other tills did: as loy_member_as_of, and
 * for a quote that is asked for again the one of then.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_NOT_FOUND where the cart has no member, or an older
 * library priced it.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_as_of(
    const loy_quote *quote, int64_t *at_ms_out, loy_error **error_out);

/*
 * Tells how many points this sale could spend at most, whether or not the cart asks for it.
 *
 * Status: as loy_quote_balance_before.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_redeemable(
    const loy_quote *quote, const char *wallet, int64_t *points_out, loy_error **error_out);

/*
 * Lists the points that the sale awards.
 *
 * Rows: wallet (its id), rule (its id; "tier:" and the id of a tier, or "challenge:" and that of a
 * challenge, for what reaching it gives), points, available_from, expires_on (the first day on
 * which they cannot be spent; absent for never).
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_awards(
    const loy_quote *quote, loy_rows **rows_out, loy_error **error_out);

/*
 * Lists the offers that were taken, in the order in which they were. What they take off each line
 * is part of loy_quote_line_discount.
 *
 * Rows: offer (its id), amount (what it takes off the bill; 0 for a gift), times (how often, for
 * offers that count; else 1), stage (line, cart or voucher), gift_sku (the article handed over
 * besides; "" for none), gift_quantity (so many pieces of it; absent for none). Add no line for
 * a gift.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_offers(
    const loy_quote *quote, loy_rows **rows_out, loy_error **error_out);

/*
 * Lists what the sale spends points on.
 *
 * Rows: wallet (its id), points, amount (what they take off), reward (the id of the reward they
 * buy; "" where they pay as money).
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_redemptions(
    const loy_quote *quote, loy_rows **rows_out, loy_error **error_out);

/*
 * Tells whether rules count only some payments and the cart has none yet: 1 if so. Add them with
 * loy_cart_add_payment before the sale is final; until then its points are provisional.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_needs_payments(
    const loy_quote *quote, int32_t *needs_out, loy_error **error_out);

/*
 * Tells whether more points are spent than without the member's code: 1 if so. Have one shown
 * before the sale is authorised (section "Code").
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_needs_code(
    const loy_quote *quote, int32_t *needs_out, loy_error **error_out);

/*
 * Lists what the goods do that come back in the cart; no row where none do.
 *
 * Rows: sale (its id; "" where it is not known), amount (the money given back), wallet (its id; ""
 * where no points move), points_taken_back, points_returned (spent points that come back), debt
 * (how much of points_taken_back is no longer there and is owed). A sale has a row for each wallet
 * that it touches, with the same amount, or one row.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_returns(
    const loy_quote *quote, loy_rows **rows_out, loy_error **error_out);

/*
 * Lists, for every rule, what it did or why it did nothing.
 *
 * Rows: rule (its id), applied (0 or 1), key (stable, such as "earn.amount.applied"), text (the
 * sentence, in the till's language), values (its numbers, exact, as a JSON object of texts).
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_reasons(
    const loy_quote *quote, loy_rows **rows_out, loy_error **error_out);

/*
 * Writes the lines to print under your own receipt, each ended by a line feed.
 *
 * width_columns is 20..48; no line is wider. diacritics is one of LOY_DIACRITICS_.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_receipt(
    const loy_quote *quote, int32_t width_columns, int32_t diacritics, loy_buffer **receipt_out,
    loy_error **error_out);

/*
 * Returns one line for the cashier: what the sale earns, uses and takes off, and the balance.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_quote_cashier_text(const loy_quote *quote);

/*
 * Returns one line of at most 20 columns for the customer's display.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_quote_customer_text(const loy_quote *quote);

/*
 * Writes the quote as JSON.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_to_json(
    const loy_quote *quote, loy_buffer **json_out, loy_error **error_out);

/*
 * Frees a quote.
 *
 * @since 0.1
 */
LOY_API void LOY_CALL loy_quote_free(loy_quote *quote);


/* --- Standing --------------------------------------------------------------------------------- */
/* Where the member of a quote stands: on the ladder, with challenges and with lucky draws. */

/*
 * Tells where the member stands on the ladder.
 *
 * One row, or none without tiers, without a member, or where it is not known here: tier (the id of
 * the one that counts for this sale), name (in the till's language), counted (what counts for it
 * before the sale: money or points in smallest units, or visits), counted_after, tier_after, next
 * (the one above that; "" at the top), missing (to it after the sale; absent at the top),
 * kept_until (the last business date of tier_after even if nothing more counts; absent for ever,
 * and where that depends on more), to_keep (what is missing after the sale to have it longer;
 * absent where nothing sold now counts for that).
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_tier(
    const loy_quote *quote, loy_rows **rows_out, loy_error **error_out);

/*
 * Tells how far the member is with each challenge of the business date.
 *
 * Rows: one a challenge, in the order of their ids; none without a member, or where their past is
 * not known here: challenge (its id), name (in the till's language), counted (what counts before
 * the sale: visits, days or events, money in smallest units, thousandths of pieces; of a streak,
 * what counts in the present period), counted_after, goal (so much reaches it), missing (after the
 * sale; absent where it gives nothing any more in its time), until (the last business date on which
 * what counts now does; absent for ever, and where that depends on more), run (periods in a row
 * after the sale; absent without a streak), periods (so many in a row reach it; absent without a
 * streak), had (how often it was reached before, in its time), reached (how often with this sale),
 * text (in the till's language).
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_challenges(
    const loy_quote *quote, loy_rows **rows_out, loy_error **error_out);

/*
 * Tells the turns of lucky draws that a sale gives, and what they drew once it is final.
 *
 * Of a quote, and of a sale that is not final, one row a draw that gives turns: what they draw
 * nobody knows before. Of a final sale (loy_sale_quote) one row a turn, as they were drawn.
 *
 * Rows: draw (its id), name (in the till's language), turns (how many; 1 of a final sale), n (the
 * turn's number at this till; absent before), prize (the prize's id; "" where nothing was won,
 * absent before), prize_name ("" for none), goods (what to hand over; "" for nothing), seq (the
 * entry that tells it; absent before), text (all of it, in the till's language: show it). Points
 * and vouchers that were won are the member's already. A sale that was taken back tells what it
 * drew all the same.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_quote_draws(
    const loy_quote *quote, loy_rows **rows_out, loy_error **error_out);


/* --- Sale ------------------------------------------------------------------------------------- */
/*
 * authorise, take the money, commit: points are reserved before the customer pays and posted after.
 * Or record: both in one call, for a sale that is paid already. A commit never refuses a paid sale.
 *
 * LOY_ALREADY_RESOLVED comes with a sale, the one that is there: sale_out of the call that was
 * refused is then a handle as on LOY_OK, to be freed as always.
 *
 * Before you ask the customer to pay an authorised sale, write its id into a record of your own
 * that outlives a power cut. After a restart repeat the call that was not answered, then list the
 * open sales with loy_sale_pending. One that your record does not name was never to be paid: void
 * it. One that it names may be paid: ask your payment terminal, then commit it or void it, and do
 * neither before you know. One that is left alone gives its points free when its hold runs out,
 * stays in that list, and can still be committed. examples/c/till.c does it like that.
 *
 * What "the same content" of a repeated call is: of authorise, record and a refund without a
 * sale the cart, without time, offset, cashier, what was shown, discount reasons and your own
 * x; of commit the sale and such a cart, or none; of void the sale; of a refund the sale,
 * business date, receipt number and goods; of an enrolment its identifiers; of a claim the
 * sale, member and business date; of a day close the date; of a confirmed clock the cashier; of
 * an adjustment, an event, an event taken back and each call of section "Membership" all but
 * the instant and the offset. The rest, such as hold_seconds, a reason or the time of a refund,
 * may differ: the first one stands.
 */

enum {
    /* Authorised, not yet committed. */
    LOY_SALE_HELD = 1,
    /* Final. */
    LOY_SALE_COMMITTED = 2,
    /* Called off before it was committed. */
    LOY_SALE_VOIDED = 3,
    /* Its hold ran out. It can still be committed: the customer has paid. */
    LOY_SALE_EXPIRED = 4,
    /* Returned as a whole. */
    LOY_SALE_REFUNDED = 5
};

/* A sale as it was when the call returned. Threads: one at a time. Free with loy_sale_free. */
typedef struct loy_sale loy_sale;

/*
 * Reserves the points a sale spends and freezes its quote, before the customer pays.
 *
 * The hold ends by itself after hold_seconds (1..604800) on the ledger's clock. Compare payable of
 * loy_sale_quote with what you showed: balance or programme may have changed since. A call that is
 * repeated gives the sale as it is now, be it voided: before the customer pays, loy_sale_state must
 * be LOY_SALE_HELD.
 *
 * Writes: the sale and its cart, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a cart that does not fit the programme;
 * LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT;
 * LOY_ALREADY_RESOLVED where another operation sold this receipt, or where goods
 * come back whose sale is returned whole ("sale.refunded": sale_out is that sale, and nothing was
 * done); LOY_NOT_FOUND where goods come back of a sale that this ledger does not know
 * ("sale.unknown"); LOY_REFUSED where more comes back than was sold ("refund.quantity_left",
 * "refund.amount_left"), goods come back whose points are gone and the programme wants them
 * ("refund.points_missing"), the cart's cashier may not give so much back ("approval.needed",
 * "approval.too_low": see loy_approval_give), or points are spent that need the member's code
 * ("code.needed" and what begins so: section "Code"); the store's. Points or rewards that are
 * wanted and not there are no refusal: the wish shrinks, to nothing if need be, and
 * loy_quote_redemptions and loy_quote_payable tell what became of it.
 * Crash: repeat it with the same operation_id, or leave it: the hold runs out.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_authorise(
    loy_ledger *ledger, const char *operation_id, const loy_cart *cart, int32_t hold_seconds,
    loy_sale **sale_out, loy_error **error_out);

/*
 * Makes an authorised sale final, after the customer paid.
 *
 * final_cart may be NULL: the cart is what it was, and exactly the frozen quote is posted, whatever
 * changed since. A final_cart with other goods is evaluated again; its member may be added, not
 * changed. A hold that ran out or a day that was closed is no reason to refuse: the sale is then
 * marked late, and points that are gone become a debt; points that were alive on its business date
 * and ran out since are spent as if it had come in time. Nor is a receipt number that another sale
 * has by now: the sale is final without it, loy_sale_find finds the other, and loy_ledger_log has
 * "receipt.taken".
 *
 * A sale that was voided cannot be made final any more: LOY_ALREADY_RESOLVED, and sale_out is
 * LOY_SALE_VOIDED. If the customer has paid it, see loy_sale_void.
 *
 * Writes: the sale's points, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a final_cart of another member, one that does not
 * fit the programme, or a changed one with which so many points come back that the member would
 * have more than 9e15 ("points.beyond"); LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
 * LOY_E_OPERATION_CONFLICT; LOY_NOT_FOUND; LOY_ALREADY_RESOLVED where another operation
 * committed, voided or refunded it; the store's. Do not keep the customer waiting for any of
 * them: keep the operation_id and repeat the call later.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_commit(
    loy_ledger *ledger, const char *operation_id, const char *sale_id, const loy_cart *final_cart,
    loy_sale **sale_out, loy_error **error_out);

/*
 * Calls an authorised sale off: the customer did not pay. Reserved points are free again, and so
 * is the receipt number.
 *
 * A sale that was voided though it is paid is written with loy_sale_record: the same cart, receipt
 * number included, under a new operation_id. It becomes another sale, with an id of its own, and is
 * priced anew with the points that are there now: compare payable of its quote with what was paid.
 *
 * reason says why, in your words, at most 200 bytes; "" for nothing; no person's name. It stays in
 * the ledger's file, beside the sale.
 *
 * Writes: one entry and what frees the points, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
 * LOY_E_OPERATION_CONFLICT; LOY_NOT_FOUND; LOY_ALREADY_RESOLVED where it was committed or voided
 * before; the store's.
 * Crash: repeat it with the same operation_id, or leave it: the hold runs out.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_void(
    loy_ledger *ledger, const char *operation_id, const char *sale_id, const char *reason,
    loy_sale **sale_out, loy_error **error_out);

/*
 * Writes a sale that is paid already: authorise and commit in one.
 *
 * It takes any past instant and any business date, closed or not, so that sales from a queue or
 * from before a repair get in; such a sale is marked late. It is priced with the points that were
 * alive on its business date, also where a day close has written them off since.
 *
 * Writes: the sale, its cart and its points, in one sync.
 * Status: as loy_sale_authorise.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_record(
    loy_ledger *ledger, const char *operation_id, const loy_cart *cart, loy_sale **sale_out,
    loy_error **error_out);

/*
 * Adds a member to a sale that was nobody's, once: the customer paid and says only now that they
 * are a member.
 *
 * The sale's own programme says for how many days this may be done, and gives what the sale would
 * have given the member on its date; what has come back since gives nothing. Prices and payments
 * stay, and nothing is spent. From then on the sale is the member's: returns take its points back,
 * and it counts for visits, caps and tiers on its own date. at_ms, utc_offset_minutes and
 * business_date say when the customer came back. The quote of sale_out is that with the member.
 *
 * Writes: the claim and the sale's points, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
 * LOY_E_OPERATION_CONFLICT; LOY_NOT_FOUND; LOY_ALREADY_RESOLVED where it was claimed, voided or
 * returned as a whole before; LOY_REFUSED for a sale that is not final, is a member's, is of a
 * later date, or has goods in it that came back without their sale; LOY_EXPIRED where it is too
 * late; the store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_claim(
    loy_ledger *ledger, const char *operation_id, const char *sale_id, const char *member_number,
    int64_t at_ms, int32_t utc_offset_minutes, int32_t business_date, loy_sale **sale_out,
    loy_error **error_out);

/*
 * Reads a sale by its id.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_NOT_FOUND; the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_get(
    const loy_ledger *ledger, const char *sale_id, loy_sale **sale_out, loy_error **error_out);

/*
 * Finds a sale by what stands on its receipt.
 *
 * till may be NULL: this till. part is 1 unless you rang the receipt up in several parts.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_NOT_FOUND; the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_find(
    const loy_ledger *ledger, const char *receipt_number, int32_t business_date, const char *till,
    int32_t part, loy_sale **sale_out, loy_error **error_out);

/*
 * Lists the sales that are authorised and neither committed nor voided, oldest first: held ones,
 * and those whose hold ran out and that nobody resolved.
 *
 * Rows: sale_id, receipt_number, member (texts; "" if there is none), payable, held_until_ms, state
 * (LOY_SALE_HELD or LOY_SALE_EXPIRED).
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_pending(
    const loy_ledger *ledger, loy_rows **rows_out, loy_error **error_out);

/*
 * Lists the sales of a split bill, oldest first: those of a business date with one receipt group.
 *
 * Rows: sale_id, receipt_number, receipt_part, member (texts; "" if there is none), payable, state
 * (one of LOY_SALE_).
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT, the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_group(
    const loy_ledger *ledger, const char *receipt_group, int32_t business_date, loy_rows **rows_out,
    loy_error **error_out);

/*
 * Returns the id by which the ledger knows the sale. Keep it with your receipt.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_sale_id(const loy_sale *sale);

/*
 * Tells the state: one of LOY_SALE_.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_state(
    const loy_sale *sale, int32_t *state_out, loy_error **error_out);

/*
 * Tells whether the call found its operation done before: 1 if so. Its quote is the first one, its
 * state the present one.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_was_replayed(
    const loy_sale *sale, int32_t *replayed_out, loy_error **error_out);

/*
 * Tells whether the sale was committed late, after its hold ran out or its day was closed: 1 if so.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_is_late(
    const loy_sale *sale, int32_t *late_out, loy_error **error_out);

/*
 * Tells how much more than authorised is to be paid after a commit with another cart, in minor
 * units; below zero for less. 0 for every other sale.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_payable_change(
    const loy_sale *sale, int64_t *amount_out, loy_error **error_out);

/*
 * Tells what has come back of the sale so far: the money, in minor units, and the points.
 *
 * Rows, one a wallet of which points have gone back: wallet (its id), taken_back (awarded points
 * that were taken back or are owed), returned (spent points that came back).
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_given_back(
    const loy_sale *sale, int64_t *amount_out, loy_rows **rows_out, loy_error **error_out);

/*
 * Copies the quote of the sale: what was frozen, or posted, or claimed. What has come back since
 * changes nothing of it, so that a receipt can be printed again as it was; see
 * loy_sale_given_back. Free it with loy_quote_free; it lives on when the sale is freed.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_quote(
    const loy_sale *sale, loy_quote **quote_out, loy_error **error_out);

/*
 * Returns the member number, or "" if the sale is nobody's.
 *
 * @since 0.1
 */
LOY_API const char *LOY_CALL loy_sale_member(const loy_sale *sale);

/*
 * Writes the sale with its cart and quote as JSON.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_sale_to_json(
    const loy_sale *sale, loy_buffer **json_out, loy_error **error_out);

/*
 * Frees a sale: your copy of it, not what the ledger knows.
 *
 * @since 0.1
 */
LOY_API void LOY_CALL loy_sale_free(loy_sale *sale);


/* --- Refund ----------------------------------------------------------------------------------- */
/*
 * Goods that come back: what they earned goes back, what they spent comes back to the lots it came
 * from. Return a sale whole, by quantity or by amount, in as many refunds as you like: together
 * they end where one whole refund ends. More than was sold is refused with what is left.
 */

/* A return that is being rung up. Threads: one at a time. Free with loy_refund_free. */
typedef struct loy_refund loy_refund;

/*
 * Begins a refund of a sale that this till's ledger knows.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_NOT_FOUND; the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_refund_new(
    const loy_ledger *ledger, const char *sale_id, loy_refund **refund_out, loy_error **error_out);

/*
 * Says when the goods come back. Required.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_refund_set_time(
    loy_refund *refund, int64_t at_ms, int32_t utc_offset_minutes, int32_t business_date,
    loy_error **error_out);

/*
 * Sets "receipt_number" (the refund's own), "cashier" or "reason". An empty value removes it.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for another name; LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_refund_set_text(
    loy_refund *refund, const char *name, const char *value, loy_error **error_out);

/*
 * Takes everything of the sale back that has not come back yet, in place of the parts that were
 * added before.
 *
 * Status: LOY_E_HANDLE.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_refund_add_all(loy_refund *refund, loy_error **error_out);

/*
 * Takes a part of one line back: quantity_milli of its goods, which give back their share of what
 * was paid for the line. line counts from 0 in the order of the cart.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also after loy_refund_add_all and for a line that the sale
 * does not have. Whether so much of it is left is looked at by loy_refund_evaluate and
 * loy_refund_commit.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_refund_add_quantity(
    loy_refund *refund, int32_t line, int64_t quantity_milli, loy_error **error_out);

/*
 * Gives money of one line back without goods: a price reduction after the sale. amount is in minor
 * units; line counts from 0 in the order of the cart.
 *
 * Status: as loy_refund_add_quantity.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_refund_add_amount(
    loy_refund *refund, int32_t line, int64_t amount, loy_error **error_out);

/*
 * Takes a part of one line back for which you give amount, in minor units, zero or more: what is
 * left after a fee for restocking, or what your own rounding makes of it. Points follow amount
 * where the programme's policy for the wallet says so (refund.base "stated"), and the line's share
 * otherwise; the money of the refund is amount. line counts from 0 in the order of the cart.
 *
 * Status: as loy_refund_add_quantity.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_refund_add_quantity_for(
    loy_refund *refund, int32_t line, int64_t quantity_milli, int64_t amount,
    loy_error **error_out);

/*
 * Undoes the sale: a post-void, because it should never have been. Takes everything back that has
 * not come back yet, gives every point back that was spent, and the sale counts for nothing any
 * more: not as a visit, a first sale, for caps, quotas or a tier. Only the programme's "limits"
 * against misuse keep counting it, so that nobody gains tries by undoing sales. Set a "reason": it
 * is required.
 *
 * Goods that came back in the cart of the sale are sold again: their return is undone with every
 * point it took, gave back or made owed, and loy_refund_evaluate tells the difference in money,
 * which is below zero where the customer gives some back. Where the sale they came from was
 * returned further or claimed since, what was decided then rests on it: loy_refund_evaluate and
 * loy_refund_commit are LOY_REFUSED with the reason "refund.void_followed". Return the lines
 * instead, with another loy_refund.
 *
 * It stands in place of the parts that were added before, and of loy_refund_add_all.
 *
 * Status: LOY_E_HANDLE.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_refund_add_post_void(loy_refund *refund, loy_error **error_out);

/*
 * Tells what the refund would do, before you pay anything out.
 *
 * Rows: the first has the wallet "" and speaks of the money alone; then one a wallet: wallet (its
 * id), points_taken_back (what the sale had earned),
 * points_returned (what it had spent), debt (how much of points_taken_back is no longer there and
 * will be owed), amount (what the goods cost; the same in each row), points_lapsed
 * (how much of points_returned cannot be spent, because the lot it came from has run out),
 * amount_stored (of the amount, what goes back onto stored value, such as a gift card, and is not
 * paid out; the same in each row).
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a refund without time or goods; LOY_NOT_FOUND;
 * LOY_ALREADY_RESOLVED where the whole sale was refunded or voided before; LOY_REFUSED for a
 * sale that is not committed or is of a later date, for more than is left, or for points that
 * are no longer there where the programme wants them back; the store's. What the cashier may
 * give back is looked at by loy_refund_commit only.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_refund_evaluate(
    const loy_ledger *ledger, const loy_refund *refund, loy_rows **rows_out, loy_error **error_out);

/*
 * Refunds the sale. sale_out is the sale as it stands then, and not this refund: what it gave back
 * is told by loy_refund_get and printed by loy_refund_receipt, as often as you like.
 *
 * Writes: the refund and the points it moves, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a refund without time or goods, or for a post-
 * void without a reason; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
 * LOY_E_OPERATION_CONFLICT; LOY_NOT_FOUND; LOY_ALREADY_RESOLVED where the whole sale was
 * refunded or voided before, or the receipt number is another refund's (sale_out stays NULL if
 * that was one without a sale); LOY_REFUSED for a sale that is not committed or is of a later
 * date, for more than is left, for points that are no longer there where the programme wants
 * them back, and above the cashier's ceiling ("approval.needed", see loy_approval_give); the
 * store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_refund_commit(
    loy_ledger *ledger, const char *operation_id, const loy_refund *refund, loy_sale **sale_out,
    loy_error **error_out);

/*
 * Tells what a refund did: for its own receipt, and after a crash. operation_id is that of
 * loy_refund_commit or loy_ledger_refund_unlinked; the refund may be as old as it likes.
 *
 * Rows: as loy_refund_evaluate, of this refund alone. What has come back of the sale so far is told
 * by loy_sale_given_back.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_NOT_FOUND where no refund was done with
 * this operation_id, be it that it was refused; the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_refund_get(
    const loy_ledger *ledger, const char *operation_id, loy_rows **rows_out, loy_error **error_out);

/*
 * Writes the lines to print on a refund's own receipt, each ended by a line feed: what is paid out,
 * and the points that were taken back or returned, by wallet; the same whenever it is asked.
 * operation_id as of loy_refund_get, width_columns and diacritics as of loy_quote_receipt.
 *
 * Status: as loy_refund_get.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_refund_receipt(
    const loy_ledger *ledger, const char *operation_id, int32_t width_columns, int32_t diacritics,
    loy_buffer **receipt_out, loy_error **error_out);

/*
 * Tells what loy_ledger_refund_unlinked would do with this cart.
 *
 * Rows: as loy_refund_evaluate.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a cart with anything but goods that come back;
 * LOY_REFUSED for points that are no longer there where the programme wants them back; the
 * store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_evaluate_unlinked(
    const loy_ledger *ledger, const loy_cart *cart, loy_rows **rows_out, loy_error **error_out);

/*
 * Takes goods back whose sale this till does not know: a cart of nothing but lines with a quantity
 * below zero, without return_of (docs/cart.md, "Goods that come back"). Its receipt_number is the
 * refund's. They are worth what they would earn if they were sold today to the member in the
 * present tier, rounded toward zero; that is taken out of the member's points, pending ones first
 * and then the newest. What is not there is owed, or what the programme says for the wallet.
 *
 * Rows: as loy_refund_evaluate; repeated with the same operation_id, the same again.
 *
 * Writes: the refund and the points it moves, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a cart with anything but goods that come back;
 * LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT;
 * LOY_ALREADY_RESOLVED where the receipt number is another refund's; LOY_REFUSED for points that
 * are no longer there where the programme wants them back, and with the reasons
 * "approval.needed" and "approval.too_low" above what the cart's cashier may give back (see
 * loy_approval_give); the store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_refund_unlinked(
    loy_ledger *ledger, const char *operation_id, const loy_cart *cart, loy_rows **rows_out,
    loy_error **error_out);

/*
 * Frees a refund: the form, not what the ledger knows.
 *
 * @since 0.1
 */
LOY_API void LOY_CALL loy_refund_free(loy_refund *refund);


/* --- Operators -------------------------------------------------------------------------------- */
/*
 * Who works at the till and what each role may do comes with the provisioning file and, when
 * people come and go, with a list of operators that head office signs (loy_operator_install).
 * Where nobody is named, nothing is checked and you need none of this.
 *
 * Your own log-in says who stands at the till; pass that code as "cashier" of a refund and as
 * operator_id of an adjustment. A name is no proof, so it gives at most what a cashier may do.
 * Above that the call is refused with LOY_REFUSED and the reason "approval.needed", in a sentence
 * for the cashier that says the ceiling. Then ask a supervisor for code and PIN, call
 * loy_approval_give with the operation_id that was refused, and repeat the refused call as it was.
 * Nothing else changes hands: the approval waits in the ledger for that operation alone, two
 * minutes, in memory.
 *
 * A ceiling for goods of a known sale counts all that has gone back of that sale, the earlier
 * returns too, and beside the money the worth of spent points that come back.
 *
 * What is sold is never refused for want of an approval. A cart in which something comes back
 * is, as a refund is: approve that (act "refund", or "unlinked_refund" for goods of no known
 * sale) for the operation_id of the sale.
 */

/*
 * Approves one operation by somebody's PIN, before it is asked or after it was refused with
 * "approval.needed". act is what is approved: "refund", "unlinked_refund", "adjustment", "member"
 * for what loy_member_block and its neighbours do, "redemption" for a sale that spends points
 * without the member's code (section "Code"), or "limit" for a sale that shall have its points
 * although a limit of the programme says no; for "limit" approve before loy_sale_authorise or
 * loy_sale_record.
 *
 * It is good for the call with this operation_id, within 120 seconds by the ledger's clock, and
 * only until the ledger is closed. Whether the approver may do that much is looked at by the call
 * itself; if not, it is refused with "approval.too_low", and somebody else may approve the same
 * operation.
 *
 * Wrong PINs are counted in the ledger's file, for each approver. After the fifth in a row no PIN
 * of that approver is looked at for a minute; each further wrong one doubles that, up to a day.
 * The PIN is neither kept nor logged, and comparing it takes equally long whatever is wrong with
 * it; it is slow on purpose, 10 to 200 ms, while other threads go on. Overwrite your own copy of
 * it.
 *
 * Writes: an entry for the approval or the wrong PIN, which the day's report and head office see.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_NOT_FOUND for an approver
 * who is not known; LOY_REFUSED for one who may not approve or has no PIN ("approval.not_allowed",
 * "approval.no_pin"), where nothing need be approved ("operators.none") and for a wrong PIN
 * ("pin.wrong"); LOY_LIMIT_REACHED after too many ("pin.locked"); LOY_E_STORE_READ_ONLY; the
 * store's.
 * Crash: the approval is gone; ask for the PIN again.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_approval_give(
    loy_ledger *ledger, const char *operation_id, const char *act, const char *approver,
    const char *pin, loy_error **error_out);

/*
 * Takes head office's list of the store's operators ("loy operators") in the place of what the
 * provisioning file or an earlier list said: people, roles, PINs and ceilings, all of them. All
 * tills of the store take the same file. After a salvage, give the newest one again.
 *
 * The same list again changes nothing. A list that was issued before the one that the ledger has,
 * or before the provisioning file where that named operators, is not taken, so that nobody who
 * left comes back with an old file. Approvals that wait are gone. A PIN that is the very one of
 * before stays locked as long as it was; a new PIN was never wrong.
 *
 * Writes: an entry, "operators.changed" in the day's report and at head office, whose found is
 * the list's number; and the list.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_REFUSED on a training ledger; LOY_E_DOCUMENT for
 * other bytes, a list of a later version (reason "operators.unreadable"), a damaged one
 * ("operators.damaged"), one of another chain of stores ("operators.other_chain"), one that head
 * office did not sign ("operators.signature"), one of another store ("operators.other_store") or
 * currency ("operators.other_currency"), and an older one ("operators.older"); LOY_E_POISONED;
 * LOY_E_STORE_READ_ONLY; the store's.
 * Crash: call it again.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_operator_install(
    loy_ledger *ledger, const uint8_t *list, int64_t list_size, loy_error **error_out);

/*
 * Lists who works at the till; no rows where nothing is checked.
 *
 * Rows: operator (a code), role ("cashier", "supervisor", "manager", "auditor"), may_approve (1
 * for a supervisor or manager with a PIN, else 0).
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_operator_list(
    const loy_ledger *ledger, loy_rows **rows_out, loy_error **error_out);


/* --- Code ------------------------------------------------------------------------------------- */
/*
 * Whoever knows a telephone number could spend somebody else's points. A programme can therefore
 * want a code that only the member has for every sale that spends more than so many points of a
 * wallet (code_above); loy_quote_needs_code says so before anything is asked. For points that are
 * earned nothing is wanted but the number.
 *
 * A rotating code is shown by the member's app or wallet pass: 22 digits that change every 30
 * seconds and are checked here without a network. Scan it with loy_scan_identify (on this
 * ledger) or loy_member_scan, as any other code: a right one stands for its member for 15 minutes
 * and one sale. One that was photographed, used before or made up is the member's all the same,
 * with a reason that begins with "code." and a sentence for the cashier, and spends nothing.
 *
 * Or send a one-time code: loy_code_new gives six digits, your POS sends them by SMS or Zalo,
 * loy_code_check takes what the member says.
 *
 * Then authorise or record the sale. Without a code it is LOY_REFUSED, reason "code.needed",
 * "code.needed_or_pin" or "code.needed_or_reason", as the programme says (without_code). What
 * stands in for the code is given to the operation_id that was refused, and the call repeated as
 * it was: a supervisor's PIN with loy_approval_give (act "redemption"), or the cashier's reason
 * with loy_code_override. Each is a line in the day's report.
 */

/*
 * Makes a one-time code for a member, for your POS to send. The one before is dead.
 *
 * Rows: one, with code (six digits) and good_until_ms (UTC; five minutes). loy keeps no code: send
 * it, and neither log nor show it. A call that is repeated gives the same code.
 *
 * Writes: an entry that one was made, without it.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
 * LOY_E_OPERATION_CONFLICT; LOY_LIMIT_REACHED for the sixth within 15 minutes ("code.too_many");
 * the store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_code_new(
    loy_ledger *ledger, const char *operation_id, const char *member_number, loy_rows **rows_out,
    loy_error **error_out);

/*
 * Checks the one-time code that a member says.
 *
 * A right one stands for its member for 15 minutes and one sale, also after a restart; checked
 * again it is right again until that sale. Five wrong ones, counted in the ledger's file, kill a
 * code. Comparing takes equally long whatever is wrong. Overwrite your own copy of it.
 *
 * Writes: an entry that it was right or wrong.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
 * LOY_NOT_FOUND where none was sent ("code.none"); LOY_REFUSED for a wrong one ("code.not_it"), one
 * of more than five minutes ago ("code.run_out") and one that was used ("code.is_used");
 * LOY_LIMIT_REACHED after five wrong ones ("code.locked"); the store's.
 * Crash: repeat it.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_code_check(
    loy_ledger *ledger, const char *member_number, const char *code, loy_error **error_out);

/*
 * Gives the cashier's reason for spending a member's points without a code, to one operation that
 * is asked next or was refused with "code.needed_or_reason".
 *
 * operator_id and reason are codes such as "TN-07" and "phone_dead": 1 to 32 ASCII letters, digits,
 * '.', '_' and '-'. It waits as an approval does: for the call with this operation_id, 120 seconds,
 * until the ledger is closed. Where the programme wants more than a reason, it is no use.
 *
 * Writes: nothing; the sale writes the line for the day's report ("redemption.overridden").
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_TEXT.
 * Crash: the reason is gone; give it again.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_code_override(
    loy_ledger *ledger, const char *operation_id, const char *operator_id, const char *reason,
    loy_error **error_out);


/* --- Adjustment ------------------------------------------------------------------------------- */
/*
 * Points that an operator gives or takes by hand, with a reason: goodwill, a receipt rung without
 * the card, points given in error. They never count for a tier; given points repay what is owed
 * first. Where operators are provisioned it usually needs an approval (see loy_approval_give).
 */

/* An adjustment that is being written up. Threads: one at a time. Free with loy_adjustment_free. */
typedef struct loy_adjustment loy_adjustment;

/*
 * Begins an adjustment of a member's points in a wallet: points above zero are given, below zero
 * taken, in the wallet's smallest unit. operator_id is the code of who does it, 1 to 32 ASCII
 * letters, digits, ".", "_" and "-", never a name. reason is a code of the same form, such as
 * "goodwill", which head office sees; or a text of at most 200 bytes, which stays in the ledger's
 * file. Never put a person's name into it.
 *
 * Status: LOY_E_ARGUMENT, also for 0 points; LOY_E_TEXT. The wallet is looked at by
 * loy_adjustment_commit.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_adjustment_new(
    const char *member_number, const char *wallet, int64_t points, const char *operator_id,
    const char *reason, loy_adjustment **adjustment_out, loy_error **error_out);

/*
 * Says when it is done, by your clock. Without it the ledger's clock counts.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_adjustment_set_time(
    loy_adjustment *adjustment, int64_t at_ms, int32_t utc_offset_minutes, int32_t business_date,
    loy_error **error_out);

/*
 * Says the first business date on which given points cannot be spent any more, yyyymmdd. Without it
 * they end as points of a sale of that day do in the wallet.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_adjustment_set_expiry(
    loy_adjustment *adjustment, int32_t expires_on, loy_error **error_out);

/*
 * Says what happens to points that are to be taken and are not there: "refused" (as it is without
 * this call) or "owed".
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for another word; LOY_E_TEXT.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_adjustment_set_missing(
    loy_adjustment *adjustment, const char *missing, loy_error **error_out);

/*
 * Gives or takes the points.
 *
 * Rows: one, with seq (its first entry), wallet, points (given, or below zero: taken out of lots),
 * owed (of what was to be taken, what was not there), balance (known, after it), spendable, debt,
 * was_replayed (1 if the operation was asked before; balance, spendable and debt are then those of
 * now).
 *
 * Writes: the adjustment, and what it repays or leaves owed, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a wallet that the programme does not have, an
 * operator_id that is no code, an empty or long reason, an expiry that is not after the business
 * date; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT; LOY_REFUSED
 * above the operator's ceiling ("approval.needed", "approval.too_low") and for more points than
 * there are ("points.short"); the store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_adjustment_commit(
    loy_ledger *ledger, const char *operation_id, const loy_adjustment *adjustment,
    loy_rows **rows_out, loy_error **error_out);

/*
 * Frees an adjustment: the form, not what the ledger knows.
 *
 * @since 0.1
 */
LOY_API void LOY_CALL loy_adjustment_free(loy_adjustment *adjustment);


/* --- Membership ------------------------------------------------------------------------------- */
/*
 * What is done to a member by hand: blocked, blocked no more, closed, merged, let into a household
 * or out of it. It holds whatever the programme says. Where operators are provisioned, whoever may
 * not adjust points needs an approval of "member" (see loy_approval_give).
 *
 * A blocked member is scanned as ever, and the card says so (loy_member_status). Sales are priced
 * as nobody's: no points, no member price; quote an open cart again and it claims nothing. A sale
 * that is authorised already is made final as it was promised, and goods come back as ever.
 */

/*
 * Blocks a member, such as one whose card was stolen: nothing is earned and nothing spent until
 * loy_member_unblock. operator_id is the code of who does it and reason a code such as "lost_card"
 * or a text, both as of loy_adjustment_new. A number of another store is blocked at this till.
 *
 * Writes: one entry, which the day's report and head office see, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for an operator_id that is no code and an empty or
 * long reason; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT;
 * LOY_ALREADY_RESOLVED for a member who is blocked ("member.is_blocked"); LOY_REFUSED for one whose
 * membership is closed ("member.is_closed") and for want of an approval ("approval.needed",
 * "approval.too_low"); the store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_block(
    loy_ledger *ledger, const char *operation_id, const char *member_number,
    const char *operator_id, const char *reason, loy_error **error_out);

/*
 * Lifts a block: the member earns and spends again, all points that have not ended meanwhile.
 *
 * Writes: one entry, in one sync.
 * Status: as loy_member_block; LOY_ALREADY_RESOLVED for a member who is not blocked
 * ("member.not_blocked").
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_unblock(
    loy_ledger *ledger, const char *operation_id, const char *member_number,
    const char *operator_id, const char *reason, loy_error **error_out);

/*
 * Closes a membership: the member stays blocked for good.
 *
 * The points stay in the books until they end, and the phone and cards go on leading to this
 * member. Nothing personal is erased by it.
 *
 * Writes: one entry, in one sync.
 * Status: as loy_member_block; LOY_ALREADY_RESOLVED for a membership that is closed
 * ("member.is_closed").
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_close(
    loy_ledger *ledger, const char *operation_id, const char *member_number,
    const char *operator_id, const char *reason, loy_error **error_out);

/*
 * Tells what merging one member into another would come to, on a business date.
 *
 * Rows: three for each wallet of the programme, "from" and "into" as of now and "result": who (one
 * of these words), member_number, wallet (its id), balance, spendable, held, pending, debt, lots
 * (how many have something left), tier (its id; absent where there is none, or where it is not
 * known).
 *
 * Writes: nothing. It is done and taken back, so it needs the ledger of the till, not a reader's.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for what is no member number; LOY_E_TEXT;
 * LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_ALREADY_RESOLVED and LOY_REFUSED as loy_member_merge;
 * the store's.
 * Crash: nothing is left of it.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_merge_evaluate(
    loy_ledger *ledger, const char *from_member_number, const char *into_member_number,
    int32_t business_date, loy_rows **rows_out, loy_error **error_out);

/*
 * Makes two members one, such as a person who enrolled twice: from becomes into. It is not undone.
 *
 * From then on the number, phones and cards of from lead to into (loy_member_merged_from tells).
 * Its points are into's, each lot with its dates; debts are added, and the next points repay them.
 * Sales of both count for tiers, rules and limits, and goods of both come back to into. Sales that
 * are authorised are made final as promised. loy_member_history tells the entries of both, each
 * with its number. operator_id and reason as of loy_member_block.
 *
 * Writes: one entry, which the day's report and head office see, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for an operator_id that is no code, an empty or long
 * reason and for two who would have more points than anybody can ("points.beyond"); LOY_E_TEXT;
 * LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT; LOY_ALREADY_RESOLVED for two
 * who are one already ("merge.already"); LOY_REFUSED for one and the same ("merge.same"), for one
 * who was merged into somebody else ("merge.merged": take that number), for one who is blocked or
 * closed ("member.is_blocked", "member.is_closed"), for one who shares an account, but for its
 * holder as into ("merge.household"), and for want of an approval; the store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_member_merge(
    loy_ledger *ledger, const char *operation_id, const char *from_member_number,
    const char *into_member_number, const char *operator_id, const char *reason,
    loy_error **error_out);

enum {
    /*
     * Who leaves a household takes nothing along.
     * @since 0.1
     */
    LOY_SPLIT_NOTHING = 0,
    /*
     * Who leaves a household takes along what is left of the points that they brought, or that
     * their own sales and events gave.
     * @since 0.1
     */
    LOY_SPLIT_OWN = 1,
    /*
     * Who leaves a household takes along so many points of one wallet, those that end first.
     * @since 0.1
     */
    LOY_SPLIT_POINTS = 2
};

/*
 * Tells what it would come to if a member joined a household, on a business date.
 *
 * Rows: as loy_member_merge_evaluate: "from" is who would join and "into" the account, as of now.
 *
 * Writes: nothing. It is done and taken back, so it needs the ledger of the till, not a reader's.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for what is no member number; LOY_E_TEXT;
 * LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_ALREADY_RESOLVED and LOY_REFUSED as
 * loy_household_join; the store's.
 * Crash: nothing is left of it.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_household_join_evaluate(
    loy_ledger *ledger, const char *member_number, const char *holder_member_number,
    int32_t business_date, loy_rows **rows_out, loy_error **error_out);

/*
 * Lets a member share the account of another, its holder, with at most 14 others.
 *
 * The member's lots come along, each with its dates, and the debts. From then on what any of them
 * earns and spends is the account's, and so is the tier; whose sale it is, number, phones, cards,
 * birthday and status stay each member's own (loy_member_household tells whose account it is).
 * Limits and "times" count per member or per household, as the programme says. operator_id and
 * reason as of loy_member_block.
 *
 * Writes: one entry, which the day's report and head office see, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for an operator_id that is no code, an empty or long
 * reason and for two who would have more points than anybody can ("points.beyond"); LOY_E_TEXT;
 * LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT; LOY_REFUSED for one and the same
 * ("household.same"), for one who was merged, is blocked or closed ("merge.merged",
 * "member.is_blocked", "member.is_closed"); LOY_ALREADY_RESOLVED for who shares it already
 * ("household.already"); LOY_REFUSED for who holds a household ("household.has_members") or is in
 * another ("household.in_another"), for a holder who is in another ("household.holder_in_another"),
 * for a full one ("household.full") and for want of an approval; the store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_household_join(
    loy_ledger *ledger, const char *operation_id, const char *member_number,
    const char *holder_member_number, const char *operator_id, const char *reason,
    loy_error **error_out);

/*
 * Lets a member leave a household.
 *
 * What is in the account stays there, but for what split says: LOY_SPLIT_NOTHING, LOY_SPLIT_OWN or
 * LOY_SPLIT_POINTS. wallet (its id) and points (above 0) belong to LOY_SPLIT_POINTS; NULL and 0
 * else. What is taken along becomes lots of the member's own, with the dates of those that it is
 * taken out of. Goods of sales that were made in the household come back to its account.
 * operator_id and reason as of loy_member_block.
 * Rows: one for each wallet of which something was taken along: wallet (its id), points.
 *
 * Writes: one entry, and two for each lot that something is taken out of, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for an operator_id that is no code, an empty or long
 * reason, a split that is none of the three and a wallet or points that do not belong to it;
 * LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT; LOY_REFUSED for who
 * is in no household ("household.not_in"), for its holder, whom the others must leave
 * ("household.is_holder"), while a sale of the member is authorised ("household.open_sales"), for
 * more points than can be spent ("points.short") and for want of an approval; the store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_household_leave(
    loy_ledger *ledger, const char *operation_id, const char *member_number, int32_t split,
    const char *wallet, int64_t points, const char *operator_id, const char *reason,
    loy_rows **rows_out, loy_error **error_out);

/*
 * Lists who shares the account of a member, the holder first and the others as they joined.
 *
 * Rows: member_number, is_holder (0 or 1), joined_on (the business date; absent for the holder),
 * status (as loy_member_status). None for a member who shares no account.
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for what is no member number; LOY_E_TEXT; the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_household_members(
    const loy_ledger *ledger, const char *member_number, loy_rows **rows_out,
    loy_error **error_out);


/* --- Event ------------------------------------------------------------------------------------ */
/*
 * Something that a member did and that is no sale: a review, a survey, a check-in, a birthday, the
 * first use of an app, or a word of your own. The programme has rules for it and says how often it
 * counts. Joining is reported by loy_member_enrol itself, as "sign_up".
 */

/*
 * Reports an event of a member, and gives what the programme's rules for it give. The version that
 * is valid on business_date decides. event is the name that rules have for it.
 *
 * reference says which one of its kind it is, such as the order that was reviewed, in 1 to 64
 * printable ASCII characters without spaces: of one member the same one counts once. channel is
 * that of conditions, "store" without it. cashier is the code of who reports it. Each of the three
 * may be NULL.
 *
 * With a programme that has "referral", an event of that name says who brought the member: its
 * reference is the number of the other, which need not be known here.
 *
 * Rows: one for every rule about such events, in the order in which they are looked at: seq (the
 * event's entry, by which it can be taken back), event, rule, wallet, points (what it gave, 0 if
 * nothing), available_from and expires_on (yyyymmdd; absent without points, expires_on also for
 * never), key and text (why, as the reasons of a quote), is_taken_back, was_replayed. Behind them
 * one for every turn of a lucky draw that came with it: seq is the turn's own entry, event and rule
 * are "draw:" and the draw's id, points is 0, key is "draw.won" or "draw.nothing", text says what
 * it drew; what was won is the member's already.
 *
 * Writes: the event and its points, in one sync; also where no rule gives any.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
 * LOY_E_OPERATION_CONFLICT; LOY_REFUSED for an event that the programme has no rule for
 * ("event.unknown"), for who brought themselves ("referral.self") or has bought here before
 * ("referral.not_new"); LOY_ALREADY_RESOLVED for a reference that this member had before, or who
 * was brought already ("event.already"); the store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_event_report(
    loy_ledger *ledger, const char *operation_id, const char *member_number, const char *event,
    const char *reference, const char *channel, const char *cashier, int64_t at_ms,
    int32_t utc_offset_minutes, int32_t business_date, loy_rows **rows_out, loy_error **error_out);

/*
 * Takes an event back, as if it had never been: a review that was removed, a report in error.
 *
 * event_seq is the seq of loy_event_report. Its points are taken out of their own lots; what they
 * bought meanwhile is owed, or what the wallet's refund policy says of points that are missing. It
 * counts no more for how often its rules give something, and what turns of lucky draws that came
 * with it won goes too: they are the member's next turns again. cashier is the code of who does it,
 * reason a text of at most 200 bytes; both stay in the ledger's file, and each may be NULL.
 *
 * Rows: one for each wallet that it had given points in: seq (the entry that takes it back),
 * wallet, taken_back, owed, balance (known, after it), spendable, debt, was_replayed (1 if the
 * operation was asked before; balance, spendable and debt are then those of now). None where it
 * gave nothing.
 *
 * Writes: that it is taken back, and its points, in one sync.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_POISONED; LOY_E_STORE_READ_ONLY;
 * LOY_E_OPERATION_CONFLICT; LOY_NOT_FOUND ("event.not_one"); LOY_ALREADY_RESOLVED
 * ("event.taken_back"); LOY_REFUSED where the policy takes nothing back without its points
 * ("refund.points_missing"); the store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_event_take_back(
    loy_ledger *ledger, const char *operation_id, int64_t event_seq, const char *cashier,
    const char *reason, int64_t at_ms, int32_t utc_offset_minutes, int32_t business_date,
    loy_rows **rows_out, loy_error **error_out);


/* --- Day close -------------------------------------------------------------------------------- */

/*
 * Closes a business date, and every earlier one that is still open, and returns its control totals.
 *
 * Sales that are neither committed nor voided are carried over, and listed behind the totals. A
 * date may be closed again: sales that came late are then in the totals. The rows are those of the
 * dates that this operation closed, and stay the same when it is repeated. A date after tomorrow
 * is refused, by the ledger's clock or, while that is suspect, the last that was believed: what is
 * closed stays so.
 *
 * Points that could not be spent any more on that date are written off first, each lot with an
 * entry of the kind "expiry" on that date; what a held sale has reserved waits for its end. No
 * balance changes by it: balances leave such points out from their first day. While the clock is
 * suspect nothing is written off; the next close does it. What is booked later for a date on which
 * such points were alive still finds them: an undone expiry of that date says so, and counts less.
 *
 * Rows: business_date, wallet (its id; "" where no points move), kind (text, such as "award"),
 * count, points, amount, and sale_id, receipt_number (texts) and since_ms, which only the rows of
 * the kind "carried_over" have: one for each such sale of the dates up to the closed one, oldest
 * first, with what is to be paid as amount. Compare the others with your own totals of the day.
 * loy_day_exceptions tells what was out of the ordinary.
 *
 * Writes: one entry a date and one a lot that is written off, in one sync; the write-ahead log is
 * brought home.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT, also for a date after tomorrow; LOY_E_TEXT; LOY_E_POISONED;
 * LOY_E_STORE_READ_ONLY; LOY_E_OPERATION_CONFLICT; the store's.
 * Crash: repeat it with the same operation_id.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_day_close(
    loy_ledger *ledger, const char *operation_id, int32_t business_date, loy_rows **rows_out,
    loy_error **error_out);

/*
 * Tells what was out of the ordinary on a business date so far, closed or not, oldest first: acts
 * refused for want of an approval or approved, wrong PINs, points given or taken by hand, limits of
 * the programme that were met, sales and refunds that came after the close, a clock that was not
 * believed. Give it to whoever reads the day's report.
 *
 * Rows: business_date, key (such as "refund.refused"; docs/operators.md lists them), seq (the
 * entry that tells it), at_ms, operator, approver (codes, "" for none), subject (the act, the
 * limit or the code of the reason), member ("" for none), wallet ("" where no points move), points
 * (given by hand, below zero: taken), limit (the most that is allowed), found (what there was, in
 * the same unit).
 *
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_day_exceptions(
    const loy_ledger *ledger, int32_t business_date, loy_rows **rows_out, loy_error **error_out);


/* --- Exchange --------------------------------------------------------------------------------- */
/*
 * What the till did goes to head office as signed batches, by any means: HTTP, SFTP, a USB stick. A
 * batch may be sent twice, late and out of order. Head office answers with an acknowledgement.
 */

/*
 * Writes the next batch for head office, of at most size_max bytes (65536..1073741824).
 *
 * Until it is acknowledged the same bytes come again, whatever size_max is then. LOY_OK with
 * batch_out NULL and entries_out 0 means that there is nothing to send. Send what you get, then
 * feed back the acknowledgement, until there is nothing to send.
 *
 * Writes: where the batch ends, so that it stays the same.
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, LOY_E_POISONED, LOY_E_STORE_READ_ONLY, LOY_REFUSED on a
 * training ledger, the store's.
 * Crash: call it again.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_export_next(
    loy_ledger *ledger, int64_t size_max, loy_buffer **batch_out, int64_t *entries_out,
    loy_error **error_out);

/*
 * Takes head office's acknowledgement in. One that is old or comes twice changes nothing.
 *
 * Writes: one entry, up to where head office has everything.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_DOCUMENT for one that is damaged, of another till,
 * or not signed by head office; LOY_E_POISONED; LOY_E_STORE_READ_ONLY; LOY_E_STORE_CORRUPT where
 * head office knows other entries than this file, which is then an old copy; the store's.
 * Crash: feed it in again.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_export_acknowledge(
    loy_ledger *ledger, const uint8_t *acknowledgement, int64_t acknowledgement_size,
    loy_error **error_out);


/* --- Care ------------------------------------------------------------------------------------- */
/*
 * A ledger that is damaged is never repaired in place: verify it, keep it, and save what can be
 * read of it into a new one.
 */

enum {
    /* Pages, and the last thousand links of the chain: at most seconds. */
    LOY_VERIFY_QUICK = 0,
    /* Everything: every link, every document, every balance against its entries. */
    LOY_VERIFY_FULL = 1
};

/*
 * Checks the ledger and lists what is not as it should be. depth is one of LOY_VERIFY_. Other calls
 * on this handle wait until it is done; with a reader of its own (loy_ledger_open_reader) none
 * does.
 *
 * Rows, none for a sound ledger: key (stable, such as "chain.broken"), text (English), seq (the
 * entry it is about; 0 for none). LOY_OK means that the check ran, not that nothing was found.
 *
 * Status: LOY_E_HANDLE, LOY_E_ARGUMENT, the store's.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_verify(
    const loy_ledger *ledger, int32_t depth, loy_rows **findings_out, loy_error **error_out);

/*
 * Copies the ledger into a new file. Other calls on this handle wait until it is done: while the
 * till goes on selling, give it a reader of its own (loy_ledger_open_reader), which nobody waits
 * for.
 *
 * A backup is for support, not to go on from: a restored ledger that went on would know less than
 * head office does.
 *
 * Writes: the file at destination_path, which must not exist.
 * Status: LOY_E_HANDLE; LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_STORE_EXISTS; the store's, of the new
 * file too.
 * Crash: delete what is at destination_path and call it again.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_backup(
    const loy_ledger *ledger, const char *destination_path, loy_error **error_out);

/*
 * Makes a new ledger of what can be read of a damaged one, which is not written to and must not be
 * open.
 *
 * Saved are the entries in order as long as their chain holds, and what belongs to them: sales,
 * members, programmes, and the operations that were done. Operations that are lost can be asked
 * again with the same operation_id. The new file begins a new life of the same till; head office
 * takes its batches as they come. Keep the damaged file, and open the new one with
 * loy_ledger_open.
 *
 * Rows: as of loy_ledger_verify, one for each thing that was lost; "entries.lost" names the first
 * entry that could not be saved. None if everything was saved. After "operators.lost" the new
 * ledger refuses everything that needs leave (docs/operators.md) and goes on selling, until it
 * is given the store's newest list of operators (loy_operator_install).
 *
 * Writes: the file at destination_path, which must not exist, under another name until it is whole
 * and on disk.
 * Status: LOY_E_ARGUMENT; LOY_E_TEXT; LOY_E_STORE_ABSENT; LOY_E_STORE_EXISTS; LOY_E_BUSY where the
 * damaged ledger is open; LOY_E_STORE_CORRUPT where not even keys, programme and first entry can be
 * read: the till then needs a new provisioning file; the store's, of the new file too.
 * Crash: delete what is at destination_path and call it again.
 * @since 0.1
 */
LOY_API loy_status LOY_CALL loy_ledger_salvage(
    const char *damaged_path, const char *destination_path, loy_rows **findings_out,
    loy_error **error_out);

#ifdef __cplusplus
}
#endif
#endif /* LOY_H */
