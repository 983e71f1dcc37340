/* Operators: a ceiling, a PIN, one operation. Adjustment: points by hand. Day: what was out of the ordinary. */
#include "till.h"

/* As a POS does it: refused, asked for the PIN, repeated as it was. */
static void refund_with_approval(loy_ledger *ledger, const char *sale_id)
{
    loy_refund *refund = NULL;
    loy_sale *returned = NULL;
    OK(loy_refund_new(ledger, sale_id, &refund, &error));
    OK(loy_refund_set_time(refund, NOON_MS + 60000, HANOI, TODAY, &error));
    OK(loy_refund_set_text(refund, "cashier", "TN-07", &error));
    OK(loy_refund_add_all(refund, &error));
    CHECK(loy_refund_commit(ledger, "refund-1", refund, &returned, &error) == LOY_REFUSED);
    CHECK(returned == NULL);
    CHECK(strcmp(loy_error_reason(error), "approval.needed") == 0);
    CHECK(strstr(loy_error_cashier_text(error), "50.000") != NULL);
    loy_error_free(error);
    EXPECT(LOY_E_ARGUMENT, loy_approval_give(ledger, "refund-1", "lunch", "GS-01", "4711", &error));
    EXPECT(LOY_NOT_FOUND, loy_approval_give(ledger, "refund-1", "refund", "GS-02", "4711", &error));
    CHECK(loy_approval_give(ledger, "refund-1", "refund", "GS-01", "4712", &error) == LOY_REFUSED);
    CHECK(strcmp(loy_error_reason(error), "pin.wrong") == 0);
    /* No text of ours repeats what was typed. */
    CHECK(strstr(loy_error_message(error), "4712") == NULL);
    loy_error_free(error);
    OK(loy_approval_give(ledger, "refund-1", "refund", "GS-01", "4711", &error));
    OK(loy_refund_commit(ledger, "refund-1", refund, &returned, &error));
    loy_sale_free(returned);
    loy_refund_free(refund);
}

static void adjust(loy_ledger *ledger, const char *member_number)
{
    loy_adjustment *adjustment = NULL;
    loy_rows *rows = NULL;
    EXPECT(LOY_E_ARGUMENT, loy_adjustment_new(member_number, "points", 0, "TN-07", "goodwill",
                                              &adjustment, &error));
    CHECK(adjustment == NULL);
    OK(loy_adjustment_new(member_number, "points", 20, "TN-07", "goodwill", &adjustment, &error));
    OK(loy_adjustment_set_time(adjustment, NOON_MS, HANOI, TODAY, &error));
    OK(loy_adjustment_set_expiry(adjustment, 20261231, &error));
    /* Before it is asked is as good as after it was refused. */
    OK(loy_approval_give(ledger, "adjust-1", "adjustment", "GS-01", "4711", &error));
    OK(loy_adjustment_commit(ledger, "adjust-1", adjustment, &rows, &error));
    CHECK(row_count(rows) == 1);
    CHECK(row_int(rows, 0, "points") == 20);
    CHECK(row_int(rows, 0, "owed") == 0);
    CHECK(row_int(rows, 0, "balance") == 20);
    CHECK(row_int(rows, 0, "was_replayed") == 0);
    loy_rows_free(rows);
    OK(loy_adjustment_commit(ledger, "adjust-1", adjustment, &rows, &error));
    CHECK(row_int(rows, 0, "was_replayed") == 1);
    loy_rows_free(rows);
    loy_adjustment_free(adjustment);

    OK(loy_adjustment_new(member_number, "points", -25, "TN-07", "error", &adjustment, &error));
    OK(loy_adjustment_set_time(adjustment, NOON_MS, HANOI, TODAY, &error));
    EXPECT(LOY_E_ARGUMENT, loy_adjustment_set_missing(adjustment, "forgotten", &error));
    OK(loy_adjustment_set_missing(adjustment, "owed", &error));
    OK(loy_approval_give(ledger, "adjust-2", "adjustment", "GS-01", "4711", &error));
    OK(loy_adjustment_commit(ledger, "adjust-2", adjustment, &rows, &error));
    CHECK(row_int(rows, 0, "points") == -20);
    CHECK(row_int(rows, 0, "owed") == 5);
    CHECK(row_int(rows, 0, "debt") == 5);
    loy_rows_free(rows);
    loy_adjustment_free(adjustment);
}

int main(int count, char **arguments)
{
    static const char *const keys[] = {
        "refund.refused", "pin.wrong", "approval.given", "refund.approved",
        "approval.given", "adjustment_given", "adjustment.approved",
        "approval.given", "adjustment_taken", "adjustment_owed", "adjustment.approved"
    };
    const int32_t lines = (int32_t)(sizeof keys / sizeof keys[0]);
    loy_ledger *ledger;
    loy_member *member;
    loy_cart *cart;
    loy_sale *sale = NULL;
    loy_rows *rows = NULL;
    int32_t row, found = 0;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    OK(loy_operator_list(ledger, &rows, &error));
    CHECK(row_count(rows) == 2);
    CHECK(strcmp(loy_rows_text(rows, 0, "operator"), "GS-01") == 0);
    CHECK(strcmp(loy_rows_text(rows, 0, "role"), "supervisor") == 0);
    CHECK(row_int(rows, 0, "may_approve") == 1);
    CHECK(row_int(rows, 1, "may_approve") == 0);
    loy_rows_free(rows);
    member = enrol(ledger, "enrol-1", "0912345678");
    cart = one_line(loy_member_number(member), "0001", 55000);
    OK(loy_sale_record(ledger, "sale-1", cart, &sale, &error));
    refund_with_approval(ledger, loy_sale_id(sale));
    CHECK(balance_of(ledger, "0912345678") == 0);
    adjust(ledger, loy_member_number(member));
    CHECK(balance_of(ledger, "0912345678") == -5);

    /* Lines that no POS gave a business date stand on the calendar date of the ledger's clock, which
       is today's and not that of this test. Here both dates are asked. */
    OK(loy_day_exceptions(ledger, TODAY, &rows, &error));
    for (row = 0; row < (int32_t)row_count(rows); row++) {
        const char *key = loy_rows_text(rows, row, "key");
        int32_t at;
        for (at = 0; at < lines; at++) {
            if (strcmp(keys[at], key) == 0) break;
        }
        CHECK(at < lines || strcmp(key, "clock.suspect") == 0);
        if (strcmp(key, "refund.refused") == 0) {
            found++;
            CHECK(strcmp(loy_rows_text(rows, row, "operator"), "TN-07") == 0);
            CHECK(row_int(rows, row, "limit") == 50000);
            CHECK(row_int(rows, row, "found") == 55000);
        }
        if (strcmp(key, "adjustment.approved") == 0) {
            found++;
            CHECK(strcmp(loy_rows_text(rows, row, "approver"), "GS-01") == 0);
        }
        if (strcmp(key, "adjustment_taken") == 0) {
            found++;
            CHECK(row_int(rows, row, "points") == -20);
            CHECK(strcmp(loy_rows_text(rows, row, "subject"), "error") == 0);
        }
    }
    CHECK(found == 4);
    loy_rows_free(rows);
    OK(loy_ledger_verify(ledger, LOY_VERIFY_FULL, &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);
    loy_sale_free(sale);
    loy_cart_free(cart);
    loy_member_free(member);
    return finish(ledger);
}
