/* Draw: a sale gives two turns; what they win is told when it is final, and goes with it. */
#include "till.h"

int main(int count, char **arguments)
{
    static char json[65536];
    loy_ledger *ledger;
    loy_member *member;
    loy_cart *cart;
    loy_quote *quote = NULL;
    loy_sale *sale = NULL, *again = NULL;
    loy_refund *refund = NULL;
    loy_rows *rows = NULL;
    int64_t size, n = 0, version = -1;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    size = read_file(arguments[1], "programme-2.json", json, sizeof json);
    OK(loy_programme_install(ledger, (const uint8_t *)json, size, &version, &error));
    member = enrol(ledger, "enrol-1", "0912345678");

    cart = one_line(loy_member_number(member), "R1", 40000);
    OK(loy_quote_evaluate(ledger, cart, &quote, &error));
    OK(loy_quote_draws(quote, &rows, &error));
    CHECK(row_count(rows) == 1 && row_int(rows, 0, "turns") == 2);
    CHECK(strcmp(loy_rows_text(rows, 0, "draw"), "wheel") == 0);
    CHECK(strcmp(loy_rows_text(rows, 0, "name"), "Vòng quay") == 0);
    CHECK(strcmp(loy_rows_text(rows, 0, "text"),
                 "Vòng quay: được 2 lượt, quay khi thanh toán xong") == 0);
    EXPECT(LOY_NOT_FOUND, loy_rows_int(rows, 0, "n", &n, &error));
    loy_rows_free(rows);
    loy_quote_free(quote);

    OK(loy_sale_record(ledger, "sale-1", cart, &sale, &error));
    OK(loy_sale_quote(sale, &quote, &error));
    OK(loy_quote_draws(quote, &rows, &error));
    CHECK(row_count(rows) == 2);
    CHECK(row_int(rows, 0, "n") == 1 && row_int(rows, 1, "n") == 2);
    CHECK(strcmp(loy_rows_text(rows, 1, "prize"), "cup") == 0);
    CHECK(strcmp(loy_rows_text(rows, 1, "prize_name"), "Ly sứ") == 0);
    CHECK(strcmp(loy_rows_text(rows, 1, "goods"), "một ly sứ") == 0);
    CHECK(strcmp(loy_rows_text(rows, 1, "text"),
                 "Vòng quay, lượt 2: trúng Ly sứ (5 điểm, một ly sứ)") == 0);
    CHECK(strstr(loy_quote_cashier_text(quote), "TRÚNG Ly sứ") != NULL);
    loy_rows_free(rows);
    loy_quote_free(quote);
    /* 4 points for 40.000 d and twice 5. */
    CHECK(balance_of(ledger, "0912345678") == 14);
    OK(loy_sale_record(ledger, "sale-1", cart, &again, &error));
    CHECK(balance_of(ledger, "0912345678") == 14);
    loy_sale_free(again);

    OK(loy_refund_new(ledger, loy_sale_id(sale), &refund, &error));
    OK(loy_refund_set_time(refund, NOON_MS, HANOI, TODAY, &error));
    OK(loy_refund_add_all(refund, &error));
    OK(loy_refund_commit(ledger, "back-1", refund, &again, &error));
    CHECK(balance_of(ledger, "0912345678") == 0);
    loy_refund_free(refund);
    loy_sale_free(again);

    OK(loy_event_report(ledger, "hello-1", loy_member_number(member), "check_in", NULL, NULL, NULL,
                        NOON_MS, HANOI, TODAY, &rows, &error));
    CHECK(row_count(rows) == 2);
    CHECK(strcmp(loy_rows_text(rows, 0, "key"), "draw.turns") == 0);
    CHECK(strcmp(loy_rows_text(rows, 1, "key"), "draw.nothing") == 0);
    CHECK(strcmp(loy_rows_text(rows, 1, "event"), "draw:hello") == 0);
    CHECK(row_int(rows, 1, "seq") == row_int(rows, 0, "seq") + 1);
    loy_rows_free(rows);

    OK(loy_ledger_verify(ledger, LOY_VERIFY_FULL, &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);
    loy_cart_free(cart);
    loy_sale_free(sale);
    loy_member_free(member);
    return finish(ledger);
}
