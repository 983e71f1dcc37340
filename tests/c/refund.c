/* Refund: the whole sale, once. Day close: control totals. Care: verify, backup, log, clock. */
#include "till.h"

int main(int count, char **arguments)
{
    loy_ledger *ledger;
    loy_member *member;
    loy_cart *cart;
    loy_sale *sale = NULL, *returned = NULL;
    loy_refund *refund = NULL;
    loy_rows *rows = NULL;
    int32_t state = -1, row, awards = 0;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    member = enrol(ledger, "enrol-1", "0912345678");
    cart = one_line(loy_member_number(member), "0001", 55000);
    OK(loy_sale_record(ledger, "sale-1", cart, &sale, &error));
    loy_cart_free(cart);

    OK(loy_refund_new(ledger, loy_sale_id(sale), &refund, &error));
    EXPECT(LOY_E_ARGUMENT, loy_refund_evaluate(ledger, refund, &rows, &error));
    OK(loy_refund_add_all(refund, &error));
    EXPECT(LOY_E_ARGUMENT, loy_refund_evaluate(ledger, refund, &rows, &error));
    OK(loy_refund_set_time(refund, NOON_MS + 60000, HANOI, TODAY, &error));
    OK(loy_refund_set_text(refund, "receipt_number", "0002", &error));
    OK(loy_refund_set_text(refund, "cashier", "7", &error));
    EXPECT(LOY_E_ARGUMENT, loy_refund_set_text(refund, "colour", "red", &error));
    OK(loy_refund_evaluate(ledger, refund, &rows, &error));
    CHECK(row_count(rows) == 1);
    CHECK(strcmp(loy_rows_text(rows, 0, "wallet"), "points") == 0);
    CHECK(row_int(rows, 0, "points_taken_back") == 6);
    CHECK(row_int(rows, 0, "points_returned") == 0);
    CHECK(row_int(rows, 0, "debt") == 0);
    CHECK(row_int(rows, 0, "amount") == 55000);
    loy_rows_free(rows);
    /* Looking wrote nothing. */
    CHECK(balance_of(ledger, "0912345678") == 6);
    OK(loy_refund_commit(ledger, "refund-1", refund, &returned, &error));
    OK(loy_sale_state(returned, &state, &error));
    CHECK(state == LOY_SALE_REFUNDED);
    loy_sale_free(returned);
    OK(loy_refund_commit(ledger, "refund-1", refund, &returned, &error));
    OK(loy_sale_was_replayed(returned, &state, &error));
    CHECK(state == 1);
    loy_sale_free(returned);
    EXPECT(LOY_ALREADY_RESOLVED, loy_refund_commit(ledger, "refund-2", refund, &returned, &error));
    CHECK(balance_of(ledger, "0912345678") == 0);
    loy_refund_free(refund);
    loy_sale_free(sale);
    loy_member_free(member);

    OK(loy_day_close(ledger, "close-1", TODAY, &rows, &error));
    for (row = 0; row < row_count(rows); row++) {
        if (strcmp(loy_rows_text(rows, row, "kind"), "award") == 0) {
            awards++;
            CHECK(row_int(rows, row, "business_date") == TODAY);
            CHECK(strcmp(loy_rows_text(rows, row, "wallet"), "points") == 0);
            CHECK(row_int(rows, row, "count") == 1 && row_int(rows, row, "points") == 6);
        }
    }
    CHECK(awards == 1);
    loy_rows_free(rows);
    EXPECT(LOY_E_ARGUMENT, loy_day_close(ledger, "close-2", 20260230, &rows, &error));

    OK(loy_ledger_verify(ledger, LOY_VERIFY_FULL, &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);
    OK(loy_ledger_verify(ledger, LOY_VERIFY_QUICK, &rows, &error));
    loy_rows_free(rows);
    EXPECT(LOY_E_ARGUMENT, loy_ledger_verify(ledger, 2, &rows, &error));
    OK(loy_ledger_backup(ledger, in_folder(arguments[1], "copy.loy"), &error));
    EXPECT(LOY_E_STORE_EXISTS,
           loy_ledger_backup(ledger, in_folder(arguments[1], "copy.loy"), &error));
    OK(loy_ledger_confirm_clock(ledger, "clock-1", "7", &error));
    OK(loy_programme_wallets(ledger, &rows, &error));
    CHECK(row_count(rows) == 1 && row_int(rows, 0, "decimals") == 0);
    CHECK(strcmp(loy_rows_text(rows, 0, "id"), "points") == 0);
    loy_rows_free(rows);
    OK(loy_ledger_info(ledger, &rows, &error));
    CHECK(strcmp(loy_rows_text(rows, 0, "currency"), "VND") == 0);
    CHECK(row_int(rows, 0, "open_sales") == 0 && row_int(rows, 0, "closed_date") == TODAY);
    loy_rows_free(rows);
    OK(loy_ledger_log(ledger, &rows, &error));
    loy_rows_free(rows);
    OK(loy_ledger_log(ledger, &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);
    return finish(ledger);
}
