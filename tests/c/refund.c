/* Refund: the whole sale, once, and in parts. Day close: control totals. Care: verify, backup, log, clock. */
#include "till.h"

/* What the refund of an operation did, in a programme of one wallet. */
static void told(const loy_ledger *ledger, const char *operation, int64_t amount, int64_t taken_back)
{
    loy_rows *rows = NULL;
    OK(loy_refund_get(ledger, operation, &rows, &error));
    CHECK(row_count(rows) == 2);
    CHECK(row_int(rows, 0, "amount") == amount && row_int(rows, 1, "amount") == amount);
    CHECK(strcmp(loy_rows_text(rows, 1, "wallet"), "points") == 0);
    CHECK(row_int(rows, 1, "points_taken_back") == taken_back);
    loy_rows_free(rows);
}

/* Each refund tells its own part, however much has come back since, also after a restart. */
static void tell_all(const loy_ledger *ledger)
{
    loy_rows *rows = NULL;
    loy_buffer *receipt = NULL;
    told(ledger, "refund-1", 55000, 6);
    told(ledger, "undo-1", 55000, 6);
    told(ledger, "part-10", 20000, 3);
    told(ledger, "rest-10", 27500, 3);
    /* 22.000 d reduced and 16.500 d of goods back leave 16.500 d, which earn 2 of 6. */
    told(ledger, "refund-3", 38500, 4);
    told(ledger, "refund-5", 16500, 2);
    /* Refused, another call's, never asked. */
    EXPECT(LOY_NOT_FOUND, loy_refund_get(ledger, "refund-2", &rows, &error));
    EXPECT(LOY_NOT_FOUND, loy_refund_get(ledger, "sale-1", &rows, &error));
    EXPECT(LOY_NOT_FOUND, loy_refund_get(ledger, "refund-99", &rows, &error));
    EXPECT(LOY_E_ARGUMENT, loy_refund_get(ledger, "", &rows, &error));
    CHECK(rows == NULL);
    OK(loy_refund_receipt(ledger, "refund-3", 24, LOY_DIACRITICS_STRIPPED, &receipt, &error));
    CHECK(strcmp((const char *)loy_buffer_data(receipt),
                 "Hoan tien       38.500 d\n"
                 "Tru lai           4 diem\n") == 0);
    loy_buffer_free(receipt);
    EXPECT(LOY_NOT_FOUND, loy_refund_receipt(ledger, "refund-2", 24, LOY_DIACRITICS_KEPT, &receipt,
                                             &error));
    EXPECT(LOY_E_ARGUMENT, loy_refund_receipt(ledger, "refund-3", 19, LOY_DIACRITICS_KEPT, &receipt,
                                              &error));
}

int main(int count, char **arguments)
{
    char copy[4096];
    loy_ledger *ledger;
    loy_member *member;
    loy_cart *cart;
    loy_sale *sale = NULL, *returned = NULL;
    loy_refund *refund = NULL;
    loy_rows *rows = NULL;
    loy_quote *quote = NULL;
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
    CHECK(row_count(rows) == 2);
    CHECK(strcmp(loy_rows_text(rows, 0, "wallet"), "") == 0);
    CHECK(row_int(rows, 0, "amount") == 55000);
    CHECK(strcmp(loy_rows_text(rows, 1, "wallet"), "points") == 0);
    CHECK(row_int(rows, 1, "points_taken_back") == 6);
    CHECK(row_int(rows, 1, "points_returned") == 0);
    CHECK(row_int(rows, 1, "debt") == 0);
    CHECK(row_int(rows, 1, "amount") == 55000);
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
    OK(loy_sale_state(returned, &state, &error));
    CHECK(state == LOY_SALE_REFUNDED);
    loy_sale_free(returned);
    CHECK(balance_of(ledger, "0912345678") == 0);
    loy_refund_free(refund);
    loy_sale_free(sale);

    /* A post-void wants its reason. */
    cart = one_line(loy_member_number(member), "0009", 55000);
    OK(loy_sale_record(ledger, "sale-9", cart, &sale, &error));
    loy_cart_free(cart);
    OK(loy_refund_new(ledger, loy_sale_id(sale), &refund, &error));
    OK(loy_refund_set_time(refund, NOON_MS + 90000, HANOI, TODAY, &error));
    OK(loy_refund_add_post_void(refund, &error));
    EXPECT(LOY_E_ARGUMENT, loy_refund_add_quantity(refund, 0, 500, &error));
    EXPECT(LOY_E_ARGUMENT, loy_refund_commit(ledger, "undo-1", refund, &returned, &error));
    OK(loy_refund_set_text(refund, "reason", "rung up twice", &error));
    OK(loy_refund_commit(ledger, "undo-1", refund, &returned, &error));
    OK(loy_sale_state(returned, &state, &error));
    CHECK(state == LOY_SALE_REFUNDED);
    CHECK(balance_of(ledger, "0912345678") == 0);
    loy_sale_free(returned);
    loy_refund_free(refund);
    loy_sale_free(sale);

    /* For half of the goods 20.000 d are given back, their share being 27.500 d. */
    cart = one_line(loy_member_number(member), "0010", 55000);
    OK(loy_sale_record(ledger, "sale-10", cart, &sale, &error));
    loy_cart_free(cart);
    OK(loy_refund_new(ledger, loy_sale_id(sale), &refund, &error));
    OK(loy_refund_set_time(refund, NOON_MS + 90000, HANOI, TODAY, &error));
    EXPECT(LOY_E_ARGUMENT, loy_refund_add_quantity_for(refund, 0, 500, -1, &error));
    OK(loy_refund_add_quantity_for(refund, 0, 500, 20000, &error));
    OK(loy_refund_evaluate(ledger, refund, &rows, &error));
    CHECK(row_int(rows, 0, "amount") == 20000);
    CHECK(row_int(rows, 1, "points_lapsed") == 0);
    loy_rows_free(rows);
    OK(loy_refund_commit(ledger, "part-10", refund, &returned, &error));
    CHECK(balance_of(ledger, "0912345678") == 3);
    loy_sale_free(returned);
    loy_refund_free(refund);
    OK(loy_refund_new(ledger, loy_sale_id(sale), &refund, &error));
    OK(loy_refund_set_time(refund, NOON_MS + 90000, HANOI, TODAY, &error));
    OK(loy_refund_add_all(refund, &error));
    OK(loy_refund_commit(ledger, "rest-10", refund, &returned, &error));
    CHECK(balance_of(ledger, "0912345678") == 0);
    loy_sale_free(returned);
    loy_refund_free(refund);
    loy_sale_free(sale);

    /* In parts: 55.000 d earn 6 points; 22.000 d reduced and 16.500 d of goods back leave 16.500 d,
       which earn 2. */
    cart = one_line(loy_member_number(member), "0003", 55000);
    OK(loy_sale_record(ledger, "sale-2", cart, &sale, &error));
    loy_cart_free(cart);
    OK(loy_refund_new(ledger, loy_sale_id(sale), &refund, &error));
    OK(loy_refund_set_time(refund, NOON_MS + 120000, HANOI, TODAY, &error));
    EXPECT(LOY_E_ARGUMENT, loy_refund_add_quantity(refund, 0, 0, &error));
    EXPECT(LOY_E_ARGUMENT, loy_refund_add_amount(refund, -1, 1000, &error));
    OK(loy_refund_add_quantity(refund, 0, 300, &error));
    OK(loy_refund_add_amount(refund, 0, 22000, &error));
    OK(loy_refund_commit(ledger, "refund-3", refund, &returned, &error));
    OK(loy_sale_state(returned, &state, &error));
    CHECK(state == LOY_SALE_COMMITTED);
    loy_sale_free(returned);
    CHECK(balance_of(ledger, "0912345678") == 2);
    EXPECT(LOY_REFUSED, loy_refund_commit(ledger, "refund-4", refund, &returned, &error));
    loy_refund_free(refund);
    OK(loy_refund_new(ledger, loy_sale_id(sale), &refund, &error));
    OK(loy_refund_set_time(refund, NOON_MS + 180000, HANOI, TODAY, &error));
    /* Everything stands in place of a part that was added before; none can be added to it. */
    OK(loy_refund_add_quantity(refund, 0, 300, &error));
    OK(loy_refund_add_all(refund, &error));
    EXPECT(LOY_E_ARGUMENT, loy_refund_add_quantity(refund, 0, 300, &error));
    OK(loy_refund_commit(ledger, "refund-5", refund, &returned, &error));
    OK(loy_sale_state(returned, &state, &error));
    CHECK(state == LOY_SALE_REFUNDED);
    loy_sale_free(returned);
    CHECK(balance_of(ledger, "0912345678") == 0);
    loy_refund_free(refund);
    loy_sale_free(sale);

    tell_all(ledger);
    loy_ledger_close(ledger);
    ledger = open_till(arguments[1]);
    tell_all(ledger);

    /* An exchange: a shirt of 55.000 d goes back and one of 80.000 d is bought in one cart. */
    cart = one_line(loy_member_number(member), "0011", 55000);
    OK(loy_sale_record(ledger, "sale-11", cart, &sale, &error));
    loy_cart_free(cart);
    cart = one_line(loy_member_number(member), "0012", 80000);
    OK(loy_cart_add_line(cart, "AO-01", -1000, -55000, &row, &error));
    EXPECT(LOY_E_ARGUMENT, loy_cart_line_set_return_of(cart, 0, loy_sale_id(sale), 0, &error));
    EXPECT(LOY_E_ARGUMENT, loy_cart_line_set_return_of(cart, row, "yesterday", 0, &error));
    OK(loy_cart_line_set_return_of(cart, row, loy_sale_id(sale), 0, &error));
    OK(loy_sale_record(ledger, "change-1", cart, &returned, &error));
    loy_cart_free(cart);
    loy_sale_free(sale);
    OK(loy_sale_quote(returned, &quote, &error));
    OK(loy_quote_returns(quote, &rows, &error));
    CHECK(row_count(rows) == 1 && row_int(rows, 0, "amount") == 55000);
    CHECK(row_int(rows, 0, "points_taken_back") == 6);
    CHECK(strlen(loy_rows_text(rows, 0, "sale")) > 0);
    loy_rows_free(rows);
    loy_quote_free(quote);
    CHECK(balance_of(ledger, "0912345678") == 8);
    /* The new shirt goes back without its receipt: 8 points. */
    OK(loy_cart_new("VND", NOON_MS, HANOI, TODAY, &cart, &error));
    OK(loy_cart_set_member(cart, loy_member_number(member), &error));
    EXPECT(LOY_E_ARGUMENT, loy_ledger_refund_unlinked(ledger, "back-1", cart, &rows, &error));
    OK(loy_cart_add_line(cart, "AO-01", -1000, -80000, &row, &error));
    OK(loy_ledger_evaluate_unlinked(ledger, cart, &rows, &error));
    CHECK(row_int(rows, 1, "points_taken_back") == 8);
    loy_rows_free(rows);
    OK(loy_ledger_refund_unlinked(ledger, "back-1", cart, &rows, &error));
    CHECK(row_count(rows) == 2 && row_int(rows, 0, "amount") == 80000);
    CHECK(row_int(rows, 1, "debt") == 0);
    loy_rows_free(rows);
    told(ledger, "back-1", 80000, 8);
    CHECK(balance_of(ledger, "0912345678") == 0);
    loy_cart_free(cart);
    loy_sale_free(returned);
    loy_member_free(member);

    /* A bill that is still on the table is no obstacle. */
    cart = one_line("", "0020", 30000);
    OK(loy_sale_authorise(ledger, "table-1", cart, 900, &sale, &error));
    loy_cart_free(cart);
    OK(loy_day_close(ledger, "close-1", TODAY, &rows, &error));
    for (row = 0; row < row_count(rows); row++) {
        if (strcmp(loy_rows_text(rows, row, "kind"), "award") == 0) {
            awards++;
            CHECK(row_int(rows, row, "business_date") == TODAY);
            CHECK(strcmp(loy_rows_text(rows, row, "wallet"), "points") == 0);
            CHECK(row_int(rows, row, "count") == 6 && row_int(rows, row, "points") == 38);
        }
    }
    row = (int32_t)row_count(rows) - 1;
    CHECK(strcmp(loy_rows_text(rows, row, "kind"), "carried_over") == 0);
    CHECK(strcmp(loy_rows_text(rows, row, "sale_id"), loy_sale_id(sale)) == 0);
    CHECK(strcmp(loy_rows_text(rows, row, "receipt_number"), "0020") == 0);
    CHECK(row_int(rows, row, "count") == 1 && row_int(rows, row, "amount") == 30000);
    CHECK(row_int(rows, row, "since_ms") > 0);
    loy_sale_free(sale);
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
    snprintf(copy, sizeof copy, "%s", in_folder(arguments[1], "copy.loy"));
    OK(loy_ledger_salvage(copy, in_folder(arguments[1], "saved.loy"), &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);
    EXPECT(LOY_E_STORE_EXISTS,
           loy_ledger_salvage(copy, in_folder(arguments[1], "saved.loy"), &rows, &error));
    CHECK(rows == NULL);
    OK(loy_ledger_confirm_clock(ledger, "clock-1", "7", &error));
    OK(loy_programme_wallets(ledger, &rows, &error));
    CHECK(row_count(rows) == 1 && row_int(rows, 0, "decimals") == 0);
    CHECK(strcmp(loy_rows_text(rows, 0, "id"), "points") == 0);
    loy_rows_free(rows);
    OK(loy_ledger_info(ledger, &rows, &error));
    CHECK(strcmp(loy_rows_text(rows, 0, "currency"), "VND") == 0);
    CHECK(row_int(rows, 0, "open_sales") == 1 && row_int(rows, 0, "closed_date") == TODAY);
    loy_rows_free(rows);
    OK(loy_ledger_log(ledger, &rows, &error));
    loy_rows_free(rows);
    OK(loy_ledger_log(ledger, &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);
    return finish(ledger);
}
