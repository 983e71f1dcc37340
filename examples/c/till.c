/* till.c - the loyalty side of a POS, to copy from.
 *     till LEDGER PROVISIONING CODE     a new till: makes its ledger, once
 *     till LEDGER                       every later start
 * Reads one command a line (table COMMANDS), fields separated by tabs, and answers each with one line:
 *     OK ...   |   REFUSED reason text-for-the-cashier   |   ERROR status reason message
 * Amounts are minor units, quantities thousandths, times UTC ms with an offset in minutes, dates yyyymmdd.
 * 1. The POS makes every operation id (OP), keeps it on disk beside its receipt before it calls, and repeats it after
 *    any doubt. Here the command is kept in LEDGER.pos until it is answered, and every start repeats it first. `enrol`
 *    has a phone in it and so is not kept: after a crash scan the phone, and enrol again if that finds nobody.
 * 2. A paid sale is committed, whatever happens: `authorise`, `pay`, and only after its OK the POS asks its terminal
 *    for the money; then `commit` or `void`. `pay` notes the sale on disk, in LEDGER.pay, as one that may be paid.
 * 3. A start voids what is authorised and not in that file: nobody was asked to pay. What is in it is left: only the
 *    terminal knows. It answers how many it voided, then as `pending`: for each of those the POS asks its terminal and
 *    sends commit or void. If the repeated command failed, its REFUSED or ERROR comes first, and nothing is voided.
 * 4. One macro for errors, one place that frees: every handle of a command stands in `struct call`.
 * 5. A refusal is an answer to show. After an error of the store (status 200 and up) this till ends: start it again. */
#define _POSIX_C_SOURCE 200809L            /* fsync and fileno of POSIX; Windows has _commit and _fileno */
#include "loy.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COMMAND_BYTES_MAX = 1 << 18, FIELDS_MAX = 6200, BATCH_BYTES_MAX = 16 << 20, HOLD_SECONDS = 900 };
enum { OWN_FILE = -1, NO_COMMAND = -2, NOT_HELD = -3 };   /* our own failures; all of the library's are above 0 */
static const char *const OWN[] = { "file", "not a command of the table", "the sale is not held" };
static loy_config *config; static loy_ledger *ledger;
static char wallet[64], currency[8], kept_path[4100], pay_path[4100];
static char *text[FIELDS_MAX];             /* the command's fields as text */
static int64_t number[FIELDS_MAX]; static int fields;   /* and, where the table says n, as numbers; how many */
static uint8_t file_bytes[1 << 20]; static char answer[1 << 18]; static size_t answer_size;

/* Every handle a command may hold: NULL at its start, freed at its end; freeing NULL is allowed. */
struct call {
    loy_error *error; loy_rows *rows; loy_buffer *buffer; loy_enrolment *enrolment; loy_member *member;
    loy_cart *cart; loy_quote *quote; loy_sale *sold, *sale; loy_refund *refund;
};
static void free_all(struct call *c) {
    loy_refund_free(c->refund); loy_sale_free(c->sale); loy_sale_free(c->sold);
    loy_quote_free(c->quote); loy_cart_free(c->cart); loy_member_free(c->member); loy_enrolment_free(c->enrolment);
    loy_buffer_free(c->buffer); loy_rows_free(c->rows); loy_error_free(c->error); memset(c, 0, sizeof *c);
}
/* The one macro for errors: stop at the first call that is not LOY_OK. */
#define TRY(work) do { int32_t status_ = (work); if (status_ != LOY_OK) return status_; } while (0)
#define SAY(...) said(snprintf(answer + answer_size, sizeof answer - answer_size, __VA_ARGS__))
static int32_t said(int size) {
    answer_size += size > 0 ? (size_t)size : 0;
    if (answer_size >= sizeof answer) answer_size = sizeof answer - 1;
    return LOY_OK;
}
/* Lines within a one-line answer: a line end becomes \n. */
static int32_t say_lines(const loy_buffer *lines) {
    const char *bytes = (const char *)loy_buffer_data(lines);
    SAY("\t");
    for (int64_t at = 0; at < loy_buffer_size(lines); at++) SAY(bytes[at] == '\n' ? "\\n" : "%c", bytes[at]);
    return LOY_OK;
}
/* ROWS: how many, and JSON */
static int32_t say_rows(struct call *c, int32_t status) {
    int64_t count;
    TRY(status);
    TRY(loy_rows_count(c->rows, &count, &c->error));
    TRY(loy_rows_to_json(c->rows, &c->buffer, &c->error));
    SAY("\t%" PRId64, count);
    return say_lines(c->buffer);
}
/* SALE: id, state, replayed, payable, points awarded, points redeemed, balance after */
static int32_t say_sale(struct call *c, int32_t status) {
    int32_t state, replayed;
    int64_t payable, awarded = 0, redeemed = 0, after = 0;
    TRY(status);
    TRY(loy_sale_state(c->sale, &state, &c->error));
    TRY(loy_sale_was_replayed(c->sale, &replayed, &c->error));
    TRY(loy_sale_quote(c->sale, &c->quote, &c->error));
    TRY(loy_quote_payable(c->quote, &payable, &c->error));
    if (*loy_sale_member(c->sale)) {
        TRY(loy_quote_points_awarded(c->quote, wallet, &awarded, &c->error));
        TRY(loy_quote_points_redeemed(c->quote, wallet, &redeemed, &c->error));
        TRY(loy_quote_balance_after(c->quote, wallet, &after, &c->error));
    }
    return SAY("\t%s\t%" PRId32 "\t%" PRId32 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64,
        loy_sale_id(c->sale), state, replayed, payable, awarded, redeemed, after);
}
/* CART: receipt, time, offset, date, member or -, most points to spend, then sku, quantity, total of each line */
static int32_t read_cart(struct call *c, int first) {
    char **t = text + first;
    const int64_t *n = number + first;
    TRY(loy_cart_new(currency, n[1], (int32_t)n[2], (int32_t)n[3], &c->cart, &c->error));
    TRY(loy_cart_set_text(c->cart, "receipt_number", t[0], &c->error));
    if (strcmp(t[4], "-") != 0) TRY(loy_cart_set_member(c->cart, t[4], &c->error));
    if (n[5] > 0) TRY(loy_cart_want_points(c->cart, wallet, n[5], &c->error));
    for (int at = 6; first + at + 2 < fields; at += 3)
        TRY(loy_cart_add_line(c->cart, t[at], n[at + 1], n[at + 2], NULL, &c->error));
    return LOY_OK;
}
static int32_t enrol(struct call *c) {
    TRY(loy_enrolment_new(&c->enrolment, &c->error));
    TRY(loy_enrolment_set_time(c->enrolment, number[2], (int32_t)number[3], (int32_t)number[4], &c->error));
    TRY(loy_enrolment_add_identifier(c->enrolment, text[5], text[6], &c->error));
    TRY(loy_member_enrol(ledger, text[1], c->enrolment, &c->member, &c->error));
    return SAY("\t%s", loy_member_number(c->member));
}
static int32_t balance(struct call *c) {
    TRY(loy_member_scan(ledger, text[1], (int32_t)number[2], &c->member, &c->error));
    TRY(loy_member_to_json(c->member, &c->buffer, &c->error));
    return say_lines(c->buffer);
}
/* What a sale would give and take, and why. Nothing is written. */
static int32_t evaluate(struct call *c) {
    TRY(read_cart(c, 1));
    TRY(loy_quote_evaluate(ledger, c->cart, &c->quote, &c->error));
    TRY(loy_quote_to_json(c->quote, &c->buffer, &c->error));
    return say_lines(c->buffer);
}
/* `sale` posts at once; `authorise` freezes the quote and reserves the points, then the customer pays, or does not. */
static int32_t sell(struct call *c) {
    TRY(read_cart(c, 2));
    if (*text[0] == 's') return say_sale(c, loy_sale_record(ledger, text[1], c->cart, &c->sale, &c->error));
    return say_sale(c, loy_sale_authorise(ledger, text[1], c->cart, HOLD_SECONDS, &c->sale, &c->error));
}
/* Writes a file anew ("wb") or adds to it ("ab"); the bytes are on disk before this returns. */
static int32_t put(const char *path, const char *mode, const void *bytes, size_t size) {
    FILE *file = fopen(path, mode);
    int done = file && fwrite(bytes, 1, size, file) == size && fflush(file) == 0 && (!size || fsync(fileno(file)) == 0);
    return file && fclose(file) == 0 && done ? LOY_OK : OWN_FILE;
}
/* Whether a sale may be paid; also where that cannot be read, for a paid sale is never voided. */
static int may_be_paid(const char *sale_id) {
    char line[80]; FILE *file = fopen(pay_path, "rb"); int found = !file;
    while (!found && fgets(line, sizeof line, file)) found = strtok(line, "\n") && strcmp(line, sale_id) == 0;
    if (file) found |= ferror(file), fclose(file);
    return found;
}
static int32_t pay(struct call *c) {
    char line[80]; int32_t state;
    TRY(loy_sale_get(ledger, text[1], &c->sale, &c->error));
    TRY(loy_sale_state(c->sale, &state, &c->error));
    if (state != LOY_SALE_HELD) return NOT_HELD;
    snprintf(line, sizeof line, "\n%s\n", text[1]);   /* a line of its own, whatever a power cut left before it */
    return say_sale(c, put(pay_path, "ab", line, strlen(line)));
}
static int32_t commit(struct call *c) {
    return say_sale(c, loy_sale_commit(ledger, text[1], text[2], NULL, &c->sale, &c->error));
}
static int32_t call_off(struct call *c) {
    return say_sale(c, loy_sale_void(ledger, text[1], text[2], "not paid", &c->sale, &c->error));
}
static int32_t idle(struct call *c) { return loy_ledger_idle(ledger, &c->error); }
static int32_t pending(struct call *c) { return say_rows(c, loy_sale_pending(ledger, &c->rows, &c->error)); }
/* All of a sale, found by its receipt, comes back (`refund`), or so much of some of its lines (`return`). */
static int32_t refund(struct call *c) {
    TRY(loy_sale_find(ledger, text[2], (int32_t)number[3], NULL, 1, &c->sold, &c->error));
    TRY(loy_refund_new(ledger, loy_sale_id(c->sold), &c->refund, &c->error));
    TRY(loy_refund_set_time(c->refund, number[5], (int32_t)number[6], (int32_t)number[7], &c->error));
    TRY(loy_refund_set_text(c->refund, "receipt_number", text[4], &c->error));
    if (fields == 8) TRY(loy_refund_add_all(c->refund, &c->error));
    for (int at = 8; at < fields; at += 2)
        TRY(loy_refund_add_quantity(c->refund, (int32_t)number[at], number[at + 1], &c->error));
    return say_sale(c, loy_refund_commit(ledger, text[1], c->refund, &c->sale, &c->error));
}
/* Goods whose sale this till does not know: a cart of nothing but quantities below zero. */
static int32_t take_back(struct call *c) {
    TRY(read_cart(c, 2));
    return say_rows(c, loy_ledger_refund_unlinked(ledger, text[1], c->cart, &c->rows, &c->error));
}
static int32_t receipt(struct call *c) {
    TRY(say_sale(c, loy_sale_find(ledger, text[1], (int32_t)number[2], NULL, 1, &c->sale, &c->error)));
    TRY(loy_quote_receipt(c->quote, (int32_t)number[3], LOY_DIACRITICS_KEPT, &c->buffer, &c->error));
    return say_lines(c->buffer);
}
static int32_t close_day(struct call *c) {
    return say_rows(c, loy_day_close(ledger, text[1], (int32_t)number[2], &c->rows, &c->error));
}
/* The same bytes come until head office has acknowledged them. */
static int32_t export_batch(struct call *c) {
    int64_t entries;
    TRY(loy_export_next(ledger, BATCH_BYTES_MAX, &c->buffer, &entries, &c->error));
    int64_t size = c->buffer ? loy_buffer_size(c->buffer) : 0;
    if (c->buffer) TRY(put(text[1], "wb", loy_buffer_data(c->buffer), (size_t)size));
    return SAY("\t%" PRId64 "\t%" PRId64, entries, size);
}
static int64_t read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    int64_t size = file ? (int64_t)fread(file_bytes, 1, sizeof file_bytes, file) : -1;
    return file && fclose(file) == 0 ? size : -1;
}
static int32_t acknowledge(struct call *c) {
    int64_t size = read_file(text[1]);
    return size < 0 ? OWN_FILE : loy_export_acknowledge(ledger, file_bytes, size, &c->error);
}

/* o: operation id of a write that is kept, t: text, n: number, a digit: that many of the last again and again */
static const struct command { const char *name, *kinds; int32_t (*run)(struct call *); } COMMANDS[] = {
    { "enrol", "tnnntt", enrol },              /* OP TIME OFFSET DATE KIND VALUE -> member number */
    { "balance", "tn", balance },              /* CODE DATE -> JSON */
    { "evaluate", "tnnntntnn3", evaluate },    /* CART -> JSON */
    { "sale", "otnnntntnn3", sell },           /* OP CART -> SALE */
    { "authorise", "otnnntntnn3", sell },      /* OP CART -> SALE */
    { "pay", "t", pay },                       /* SALE_ID -> SALE; asked for before the customer is asked to pay */
    { "commit", "ot", commit },                /* OP SALE_ID -> SALE */
    { "void", "ot", call_off },                /* OP SALE_ID -> SALE */
    { "pending", "", pending },                /* -> ROWS of authorised sales, neither committed nor voided */
    { "refund", "otntnnn", refund },           /* OP RECEIPT DATE, NEW_RECEIPT TIME OFFSET DATE -> SALE */
    { "return", "otntnnnnn2", refund },        /* as refund, then line (from 0) and quantity of each part -> SALE */
    { "unlinked", "otnnntntnn3", take_back },  /* OP CART of goods that come back -> ROWS of points by wallet */
    { "receipt", "tnn", receipt },             /* RECEIPT DATE COLUMNS -> SALE, lines for the printer */
    { "idle", "", idle },                      /* to be called between customers */
    { "close", "on", close_day },              /* OP DATE -> ROWS of control totals */
    { "export", "t", export_batch },           /* FILE -> entries, bytes; 0 0 when there is nothing to send */
    { "ack", "t", acknowledge },               /* FILE */
    { NULL, "", NULL },
};

/* Cuts a line into its fields and checks them against the table; NULL if it is none of its commands. */
static const struct command *read_command(char *line) {
    const struct command *row = COMMANDS;
    char *after;
    fields = 0;
    for (char *field = strtok(line, "\t\r\n"); field && fields < FIELDS_MAX; field = strtok(NULL, "\t\r\n"))
        text[fields++] = field;
    while (row->name && (fields == 0 || strcmp(text[0], row->name) != 0)) row++;
    const char *kind = row->name ? row->kinds : "-";
    for (int at = 1; at < fields; at++, kind++) {
        if (*kind >= '1' && *kind <= '9') kind -= *kind - '0';
        if (*kind == '\0') return NULL;
        number[at] = strtoll(text[at], &after, 10);
        if (*kind == 'n' && (after == text[at] || *after)) return NULL;
    }
    return row->name && (*kind == '\0' || (*kind >= '1' && *kind <= '9')) ? row : NULL;
}

/* What writes is kept for the next start before it is begun; what cannot be kept is not begun. */
static int32_t run(const char *line, struct call *c) {
    static char copy[COMMAND_BYTES_MAX];
    const struct command *command = strchr(line, '\n') ? read_command(strcpy(copy, line)) : NULL;
    if (command && *command->kinds == 'o') TRY(put(kept_path, "wb", line, strlen(line)));
    return command ? command->run(c) : NO_COMMAND;
}
static int32_t print_answer(int32_t status, struct call *c) {
    const char *reason = status > LOY_OK ? loy_error_reason(c->error) : "";
    if (status == LOY_OK) printf("OK%s\n", answer);
    else if (status < 0) printf("ERROR\t%s\n", OWN[-1 - status]);
    else if (loy_status_class(status) == 1) printf("REFUSED\t%s\t%s\n", reason, loy_error_cashier_text(c->error));
    else printf("ERROR\t%s\t%s\t%s\n", loy_status_name(status), reason, loy_error_message(c->error));
    fflush(stdout);
    free_all(c); answer[answer_size = 0] = '\0';
    return status;
}
static int32_t open_ledger(int argc, char **argv, struct call *c) {
    int64_t size = argc == 4 ? read_file(argv[2]) : 0;
    if (size < 0) return OWN_FILE;
    if (put(pay_path, "ab", "", 0) || put(kept_path, "ab", "", 0)) return OWN_FILE;   /* creating syncs the folder */
    TRY(loy_config_new(LOY_VERSION_NUMBER, &config, &c->error));
    TRY(loy_config_set_path(config, argv[1], &c->error));
    if (argc == 4) TRY(loy_ledger_create(config, file_bytes, size, argv[3], &ledger, &c->error));
    else TRY(loy_ledger_open(config, &ledger, &c->error));
    TRY(loy_ledger_info(ledger, &c->rows, &c->error));
    snprintf(currency, sizeof currency, "%s", loy_rows_text(c->rows, 0, "currency")); free_all(c);
    TRY(loy_programme_wallets(ledger, &c->rows, &c->error));
    snprintf(wallet, sizeof wallet, "%s", loy_rows_text(c->rows, 0, "id")); free_all(c);
    return LOY_OK;
}

/* The kept command again, then rule 3. */
static int32_t recover(struct call *c) {
    char op[80]; int64_t held, voided = 0, size = read_file(kept_path);
    if (size < 0 || size >= COMMAND_BYTES_MAX) return OWN_FILE;
    file_bytes[size] = '\0';
    int32_t status = strchr((char *)file_bytes, '\n') ? run((char *)file_bytes, c) : LOY_OK;
    if (status >= 200) return status;
    if (status != LOY_OK) print_answer(status, c);
    free_all(c); answer[answer_size = 0] = '\0';
    TRY(put(kept_path, "wb", "", 0));
    TRY(loy_sale_pending(ledger, &c->rows, &c->error));
    TRY(loy_rows_count(c->rows, &held, &c->error));
    for (int32_t row = 0; row < held && status == LOY_OK; row++, loy_sale_free(c->sale), c->sale = NULL) {
        snprintf(op, sizeof op, "void-%s", loy_rows_text(c->rows, row, "sale_id"));
        if (may_be_paid(op + 5)) continue;
        TRY(loy_sale_void(ledger, op, op + 5, "not paid", &c->sale, &c->error)); voided++;
    }
    if (voided == held) TRY(put(pay_path, "wb", "", 0));
    free_all(c); SAY("\t%" PRId64, voided);
    return pending(c);
}

int main(int argc, char **argv) {
    static char line[COMMAND_BYTES_MAX];
    struct call c = { NULL };
    if (argc != 2 && argc != 4) return fprintf(stderr, "usage: till LEDGER [PROVISIONING CODE]\n"), 2;
    snprintf(kept_path, sizeof kept_path, "%s.pos", argv[1]); snprintf(pay_path, sizeof pay_path, "%s.pay", argv[1]);
    int32_t status = open_ledger(argc, argv, &c);
    if (status == LOY_OK && argc == 2) status = recover(&c);
    int usable = print_answer(status, &c) == LOY_OK;
    while (usable && fgets(line, sizeof line, stdin))
        if ((usable = print_answer(run(line, &c), &c) < 200)) put(kept_path, "wb", "", 0);
    loy_ledger_close(ledger); loy_config_free(config);
    return usable ? 0 : 1;
}
