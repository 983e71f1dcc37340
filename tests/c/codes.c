/* Code: points are spent by who has the member's code, or for a reason. */
#include "till.h"

static loy_cart *spending(const char *member_number, const char *receipt, int64_t points)
{
    loy_cart *cart = one_line(member_number, receipt, 100000);
    OK(loy_cart_want_points(cart, "points", points, &error));
    return cart;
}

static void refused(loy_ledger *ledger, const char *operation, const loy_cart *cart)
{
    loy_sale *sale = NULL;
    CHECK(loy_sale_record(ledger, operation, cart, &sale, &error) == LOY_REFUSED);
    CHECK(sale == NULL && strcmp(loy_error_reason(error), "code.needed_or_reason") == 0);
    CHECK(strstr(loy_error_cashier_text(error), "10") != NULL);
    loy_error_free(error);
    error = NULL;
}

static void sold(loy_ledger *ledger, const char *operation, const loy_cart *cart)
{
    loy_sale *sale = NULL;
    OK(loy_sale_record(ledger, operation, cart, &sale, &error));
    loy_sale_free(sale);
}

int main(int count, char **arguments)
{
    static char json[65536], code[64];
    loy_ledger *ledger;
    loy_member *member, *shown = NULL;
    loy_cart *cart;
    loy_quote *quote = NULL;
    loy_rows *rows = NULL, *again = NULL;
    const char *sent;
    char wrong[8];
    int64_t size, version = -1;
    int32_t needs = -1;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    size = read_file(arguments[1], "programme-2.json", json, sizeof json);
    OK(loy_programme_install(ledger, (const uint8_t *)json, size, &version, &error));
    member = enrol(ledger, "enrol-1", "0912345678");
    cart = one_line(loy_member_number(member), "0001", 1000000);
    sold(ledger, "earn", cart);
    loy_cart_free(cart);

    cart = spending(loy_member_number(member), "0002", 11);
    OK(loy_quote_evaluate(ledger, cart, &quote, &error));
    OK(loy_quote_needs_code(quote, &needs, &error));
    CHECK(needs == 1);
    loy_quote_free(quote);
    refused(ledger, "spend-1", cart);
    /* The telephone shows 22 digits, which are scanned like anything else. */
    size = read_file(arguments[1], "rotating-code", code, sizeof code - 1);
    CHECK(size == 22);
    code[22] = 0;
    OK(loy_scan_identify(ledger, (const uint8_t *)code, 22, "scanned", NULL, 0, &rows, &error));
    CHECK(strcmp(loy_rows_text(rows, 0, "kind"), "rotating_code") == 0);
    CHECK(strcmp(loy_rows_text(rows, 0, "reason"), "") == 0);
    loy_rows_free(rows);
    sold(ledger, "spend-1", cart);
    loy_cart_free(cart);
    /* Used, it is the member's all the same. */
    OK(loy_member_scan(ledger, code, TODAY, &shown, &error));
    CHECK(strcmp(loy_member_number(shown), loy_member_number(member)) == 0);
    loy_member_free(shown);
    OK(loy_scan_identify(ledger, (const uint8_t *)code, 22, "scanned", NULL, 0, &rows, &error));
    CHECK(strcmp(loy_rows_text(rows, 0, "reason"), "code.is_used") == 0);
    loy_rows_free(rows);

    cart = spending(loy_member_number(member), "0003", 12);
    refused(ledger, "spend-2", cart);
    EXPECT(LOY_NOT_FOUND, loy_code_check(ledger, loy_member_number(member), "123456", &error));
    OK(loy_code_new(ledger, "send-1", loy_member_number(member), &rows, &error));
    OK(loy_code_new(ledger, "send-1", loy_member_number(member), &again, &error));
    sent = loy_rows_text(rows, 0, "code");
    CHECK(strlen(sent) == 6 && strcmp(sent, loy_rows_text(again, 0, "code")) == 0);
    loy_rows_free(again);
    strcpy(wrong, sent);
    wrong[5] = wrong[5] == '9' ? '0' : (char)(wrong[5] + 1);
    CHECK(loy_code_check(ledger, loy_member_number(member), wrong, &error) == LOY_REFUSED);
    CHECK(strcmp(loy_error_reason(error), "code.not_it") == 0);
    CHECK(strstr(loy_error_message(error), wrong) == NULL);
    loy_error_free(error);
    error = NULL;
    OK(loy_code_check(ledger, loy_member_number(member), sent, &error));
    loy_rows_free(rows);
    sold(ledger, "spend-2", cart);
    loy_cart_free(cart);

    cart = spending(loy_member_number(member), "0004", 13);
    refused(ledger, "spend-3", cart);
    EXPECT(LOY_E_ARGUMENT, loy_code_override(ledger, "spend-3", "TN-07", "no phone", &error));
    OK(loy_code_override(ledger, "spend-3", "TN-07", "no_phone", &error));
    sold(ledger, "spend-3", cart);
    loy_cart_free(cart);
    loy_member_free(member);
    return finish(ledger);
}
