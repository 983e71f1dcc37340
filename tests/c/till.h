/* What the test programs share: a till in a folder, and checks that stop at the first failure. */
#ifndef TILL_H
#define TILL_H

#include "loy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#define MAY_BE_UNUSED __attribute__((unused))
#else
#define MAY_BE_UNUSED
#endif

/* 22 November 2026, 10:00 in Hanoi. */
#define NOON_MS INT64_C(1795316400000)
#define TODAY 20261122
#define HANOI 420

static loy_error *error;

#define CHECK(condition) check(condition, #condition, __FILE__, __LINE__)
/* Expects a status; an error must come with every other one than LOY_OK, and is freed here. */
#define EXPECT(wanted, call) expect(wanted, call, #call, __FILE__, __LINE__)
#define OK(call) EXPECT(LOY_OK, call)

static void check(int holds, const char *what, const char *file, int line)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: %s\n", file, line, what);
        exit(1);
    }
}

static void expect(loy_status wanted, loy_status got, const char *what, const char *file, int line)
{
    if (got != wanted) {
        fprintf(stderr, "%s:%d: %s\n  %s instead of %s: %s (%s) %s\n", file, line, what,
                loy_status_name(got), loy_status_name(wanted), loy_error_message(error),
                loy_error_field(error), loy_error_reason(error));
        exit(1);
    }
    check((got == LOY_OK) == (error == NULL), "an error comes with every failure", file, line);
    check(got == LOY_OK || loy_error_status(error) == got, "the error knows it", file, line);
    loy_error_free(error);
    error = NULL;
}

static const char *in_folder(const char *folder, const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

MAY_BE_UNUSED static int64_t read_file(const char *folder, const char *name, char *bytes, size_t most)
{
    FILE *file = fopen(in_folder(folder, name), "rb");
    size_t size;
    CHECK(file != NULL);
    size = fread(bytes, 1, most - 1, file);
    CHECK(fclose(file) == 0);
    bytes[size] = 0;
    return (int64_t)size;
}

MAY_BE_UNUSED static loy_config *configure(const char *folder, const char *name)
{
    loy_config *config = NULL;
    OK(loy_config_new(LOY_VERSION_NUMBER, &config, &error));
    OK(loy_config_set_path(config, in_folder(folder, name), &error));
    return config;
}

MAY_BE_UNUSED static loy_ledger *create_till(const char *folder)
{
    static char provisioning[65536], code[256];
    int64_t size = read_file(folder, "provisioning", provisioning, sizeof provisioning);
    loy_config *config = configure(folder, "till.loy");
    loy_ledger *ledger = NULL;
    read_file(folder, "code", code, sizeof code);
    OK(loy_ledger_create(config, (const uint8_t *)provisioning, size, code, &ledger, &error));
    loy_config_free(config);
    return ledger;
}

MAY_BE_UNUSED static loy_ledger *open_till(const char *folder)
{
    loy_config *config = configure(folder, "till.loy");
    loy_ledger *ledger = NULL;
    OK(loy_ledger_open(config, &ledger, &error));
    loy_config_free(config);
    return ledger;
}

/* Enrols a member with a phone; the caller frees it. */
MAY_BE_UNUSED static loy_member *enrol(loy_ledger *ledger, const char *operation, const char *phone)
{
    loy_enrolment *enrolment = NULL;
    loy_member *member = NULL;
    OK(loy_enrolment_new(&enrolment, &error));
    OK(loy_enrolment_add_identifier(enrolment, "phone", phone, &error));
    OK(loy_enrolment_set_time(enrolment, NOON_MS, HANOI, TODAY, &error));
    OK(loy_member_enrol(ledger, operation, enrolment, &member, &error));
    loy_enrolment_free(enrolment);
    return member;
}

/* A cart of one line; member_number may be "". */
MAY_BE_UNUSED static loy_cart *one_line(const char *member_number, const char *receipt, int64_t amount)
{
    loy_cart *cart = NULL;
    OK(loy_cart_new("VND", NOON_MS, HANOI, TODAY, &cart, &error));
    OK(loy_cart_set_member(cart, member_number, &error));
    OK(loy_cart_set_text(cart, "receipt_number", receipt, &error));
    OK(loy_cart_add_line(cart, "ao", 1000, amount, NULL, &error));
    return cart;
}

MAY_BE_UNUSED static int64_t row_count(const loy_rows *rows)
{
    int64_t count = -1;
    OK(loy_rows_count(rows, &count, &error));
    return count;
}

MAY_BE_UNUSED static int64_t row_int(const loy_rows *rows, int32_t row, const char *field)
{
    int64_t value = INT64_MIN;
    OK(loy_rows_int(rows, row, field, &value, &error));
    return value;
}

/* What a member has in the wallet "points", found by phone. */
MAY_BE_UNUSED static int64_t balance_of(const loy_ledger *ledger, const char *phone)
{
    loy_member *member = NULL;
    int64_t points = INT64_MIN;
    OK(loy_member_scan(ledger, phone, TODAY, &member, &error));
    OK(loy_member_balance(member, "points", &points, &error));
    loy_member_free(member);
    return points;
}

/* Closes the till and makes sure that nothing is left over. */
MAY_BE_UNUSED static int finish(loy_ledger *ledger)
{
    loy_ledger_close(ledger);
    CHECK(loy_handles_live() == 0);
    CHECK(loy_handles_misused() == 0);
    return 0;
}

#endif
