/* Calls everything wrongly; misuses.h is written by the test from the header's declarations. */
#include "till.h"

static loy_ledger *right_loy_ledger, *freed_loy_ledger;
static loy_config *right_loy_config, *freed_loy_config;
static loy_error *right_loy_error, *freed_loy_error;
static loy_buffer *right_loy_buffer, *freed_loy_buffer;
static loy_rows *right_loy_rows, *freed_loy_rows;
static loy_enrolment *right_loy_enrolment, *freed_loy_enrolment;
static loy_member *right_loy_member, *freed_loy_member;
static loy_cart *right_loy_cart, *freed_loy_cart;
static loy_quote *right_loy_quote, *freed_loy_quote;
static loy_sale *right_loy_sale, *freed_loy_sale;
static loy_refund *right_loy_refund, *freed_loy_refund;
static loy_adjustment *right_loy_adjustment, *freed_loy_adjustment;

static loy_config *loy_config_out;
static loy_ledger *loy_ledger_out;
static loy_rows *loy_rows_out;
static loy_buffer *loy_buffer_out;
static loy_enrolment *loy_enrolment_out;
static loy_member *loy_member_out;
static loy_cart *loy_cart_out;
static loy_quote *loy_quote_out;
static loy_sale *loy_sale_out;
static loy_refund *loy_refund_out;
static loy_adjustment *loy_adjustment_out;
static int32_t int32_t_out;
static int64_t int64_t_out;

static const char *const right_document = "{}";
static char long_text[8192];

static const char *right_text(const char *function, const char *parameter)
{
    static char path[4096];
    if (strcmp(parameter, "currency") == 0) return "VND";
    if (strcmp(parameter, "code") == 0 && strstr(function, "language")) return "vi";
    if (strcmp(parameter, "wallet") == 0) return "points";
    if (strcmp(parameter, "sale_id") == 0) return loy_sale_id(right_loy_sale);
    if (strstr(parameter, "member_number") != NULL) return loy_member_number(right_loy_member);
    if (strcmp(parameter, "kind") == 0) return "phone";
    if (strcmp(parameter, "value") == 0) return "0912345678";
    if (strcmp(parameter, "name") == 0) return "receipt_number";
    if (strcmp(parameter, "field") == 0) return "path";
    if (strcmp(parameter, "entry_mode") == 0) return "keyed";
    if (strcmp(parameter, "act") == 0) return "refund";
    if (strcmp(parameter, "missing") == 0) return "owed";
    if (strcmp(parameter, "destination_path") == 0) {
        snprintf(path, sizeof path, "/nowhere/at/all");
        return path;
    }
    return "1";
}

/* Every output holds rubbish before the call. */
static void *const rubbish_handle = (void *)&error;

static void fill_with_rubbish(void)
{
    error = rubbish_handle;
    loy_config_out = rubbish_handle;
    loy_ledger_out = rubbish_handle;
    loy_rows_out = rubbish_handle;
    loy_buffer_out = rubbish_handle;
    loy_enrolment_out = rubbish_handle;
    loy_member_out = rubbish_handle;
    loy_cart_out = rubbish_handle;
    loy_quote_out = rubbish_handle;
    loy_sale_out = rubbish_handle;
    loy_refund_out = rubbish_handle;
    loy_adjustment_out = rubbish_handle;
    int32_t_out = -77;
    int64_t_out = -77;
}

static void fails(const char *label, loy_status got, loy_status wanted, const char *field,
                  int outputs_are_null)
{
    if (got != wanted || loy_error_status(error) != wanted) {
        fprintf(stderr, "%s: %s instead of %s: %s\n", label, loy_status_name(got),
                loy_status_name(wanted), loy_error_message(error));
        exit(1);
    }
    if (wanted != LOY_E_HANDLE && strcmp(loy_error_field(error), field) != 0) {
        fprintf(stderr, "%s: the error names %s\n", label, loy_error_field(error));
        exit(1);
    }
    if (*loy_error_message(error) == 0 || *loy_error_reason(error) == 0
        || *loy_error_cashier_text(error) == 0) {
        fprintf(stderr, "%s: the error says nothing\n", label);
        exit(1);
    }
    if (!outputs_are_null || int32_t_out != -77 || int64_t_out != -77) {
        fprintf(stderr, "%s: a handle output is not NULL or a number was written\n", label);
        exit(1);
    }
    loy_error_free(error);
}

#define FAILS(label, call, wanted, field, outputs_are_null) \
    do { \
        loy_status got; \
        fill_with_rubbish(); \
        got = call; \
        fails(label, got, wanted, field, outputs_are_null); \
    } while (0)

#define ENDS_NOTHING(label, call, counted) \
    do { \
        int64_t live = loy_handles_live(), misused = loy_handles_misused(); \
        call; \
        if (loy_handles_live() != live || loy_handles_misused() != misused + (counted)) { \
            fprintf(stderr, "%s\n", label); \
            exit(1); \
        } \
    } while (0)

#define IS_EMPTY(label, call) \
    do { if (*(call) != 0) { fprintf(stderr, "%s\n", label); exit(1); } } while (0)

#define ANSWERS(label, call, wanted) \
    do { if ((call) != (wanted)) { fprintf(stderr, "%s\n", label); exit(1); } } while (0)

#include "misuses.h"

/* One of each that stays, one of each that is freed twice. */
static void make_handles(const char *folder)
{
    int i;
    right_loy_ledger = create_till(folder);
    freed_loy_ledger = NULL;
    right_loy_member = enrol(right_loy_ledger, "enrol-1", "0912345678");
    freed_loy_member = enrol(right_loy_ledger, "enrol-2", "0912345679");
    for (i = 0; i < 2; i++) {
        loy_config **config = i ? &right_loy_config : &freed_loy_config;
        loy_error **failure = i ? &right_loy_error : &freed_loy_error;
        loy_buffer **buffer = i ? &right_loy_buffer : &freed_loy_buffer;
        loy_rows **rows = i ? &right_loy_rows : &freed_loy_rows;
        loy_enrolment **form = i ? &right_loy_enrolment : &freed_loy_enrolment;
        loy_cart **cart = i ? &right_loy_cart : &freed_loy_cart;
        loy_quote **quote = i ? &right_loy_quote : &freed_loy_quote;
        loy_sale **sale = i ? &right_loy_sale : &freed_loy_sale;
        loy_refund **refund = i ? &right_loy_refund : &freed_loy_refund;
        loy_adjustment **adjustment = i ? &right_loy_adjustment : &freed_loy_adjustment;
        *config = configure(folder, "absent.loy");
        CHECK(loy_programme_check((const uint8_t *)"{}", 2, rows, failure) == LOY_E_DOCUMENT);
        OK(loy_enrolment_new(form, &error));
        *cart = one_line(loy_member_number(right_loy_member), i ? "r1" : "r0", 55000);
        OK(loy_cart_to_json(*cart, buffer, &error));
        OK(loy_quote_evaluate(right_loy_ledger, *cart, quote, &error));
        OK(loy_sale_record(right_loy_ledger, i ? "sale-1" : "sale-0", *cart, sale, &error));
        OK(loy_refund_new(right_loy_ledger, loy_sale_id(*sale), refund, &error));
        OK(loy_refund_set_time(*refund, NOON_MS, HANOI, TODAY, &error));
        OK(loy_refund_add_all(*refund, &error));
        OK(loy_adjustment_new(loy_member_number(right_loy_member), "points", 5, "TN-07", "goodwill",
                              adjustment, &error));
    }
    {
        loy_config *config = configure(folder, "till.loy");
        OK(loy_ledger_open_reader(config, &freed_loy_ledger, &error));
        loy_config_free(config);
    }
    for (i = 0; i < 2; i++) {
        loy_ledger_close(freed_loy_ledger);
        loy_config_free(freed_loy_config);
        loy_error_free(freed_loy_error);
        loy_buffer_free(freed_loy_buffer);
        loy_rows_free(freed_loy_rows);
        loy_enrolment_free(freed_loy_enrolment);
        loy_member_free(freed_loy_member);
        loy_cart_free(freed_loy_cart);
        loy_quote_free(freed_loy_quote);
        loy_sale_free(freed_loy_sale);
        loy_refund_free(freed_loy_refund);
        loy_adjustment_free(freed_loy_adjustment);
    }
    CHECK(loy_handles_live() == 12);
    CHECK(loy_handles_misused() == 12);
}

int main(int count, char **arguments)
{
    loy_rows *rows = NULL;
    int64_t entries, live;
    CHECK(count == 2);
    memset(long_text, 'a', sizeof long_text - 1);
    make_handles(arguments[1]);
    OK(loy_ledger_info(right_loy_ledger, &rows, &error));
    entries = row_int(rows, 0, "head_seq");
    loy_rows_free(rows);
    live = loy_handles_live();

    misuse_everything();

    /* Nothing was written, nothing was lost, and the right handles are as good as ever. */
    CHECK(loy_handles_live() == live);
    OK(loy_ledger_info(right_loy_ledger, &rows, &error));
    CHECK(row_int(rows, 0, "head_seq") == entries);
    loy_rows_free(rows);
    loy_config_free(right_loy_config);
    loy_error_free(right_loy_error);
    loy_buffer_free(right_loy_buffer);
    loy_rows_free(right_loy_rows);
    loy_enrolment_free(right_loy_enrolment);
    loy_member_free(right_loy_member);
    loy_cart_free(right_loy_cart);
    loy_quote_free(right_loy_quote);
    loy_sale_free(right_loy_sale);
    loy_refund_free(right_loy_refund);
    loy_adjustment_free(right_loy_adjustment);
    loy_ledger_close(right_loy_ledger);
    CHECK(loy_handles_live() == 0);
    printf("nothing crashed\n");
    return 0;
}
