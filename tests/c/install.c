/* Programme: the rules change while the till is open. */
#include "till.h"

static int64_t awarded(const loy_sale *sale)
{
    loy_quote *quote = NULL;
    int64_t points = -1;
    OK(loy_sale_quote(sale, &quote, &error));
    OK(loy_quote_points_awarded(quote, "points", &points, &error));
    loy_quote_free(quote);
    return points;
}

/* What a cart would earn by a document that is not installed. */
static int64_t tried(const loy_ledger *ledger, const char *json, int64_t size, const loy_cart *cart)
{
    loy_quote *quote = NULL;
    int64_t points = -1;
    OK(loy_quote_try(ledger, (const uint8_t *)json, size, cart, &quote, &error));
    OK(loy_quote_points_awarded(quote, "points", &points, &error));
    loy_quote_free(quote);
    return points;
}

static int64_t install(loy_ledger *ledger, const char *json, int64_t size)
{
    int64_t version = -1;
    OK(loy_programme_install(ledger, (const uint8_t *)json, size, &version, &error));
    return version;
}

int main(int count, char **arguments)
{
    static char json[65536];
    loy_ledger *ledger;
    loy_member *member;
    loy_cart *cart;
    loy_sale *held = NULL, *sale = NULL;
    loy_rows *rows = NULL;
    int64_t size, version = -1;
    char *per;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    member = enrol(ledger, "enrol-1", "0912345678");
    cart = one_line(loy_member_number(member), "0001", 50000);
    OK(loy_sale_authorise(ledger, "hold-1", cart, 900, &held, &error));
    /* Version 2: 5.000 d = 1 point. */
    size = read_file(arguments[1], "programme-2.json", json, sizeof json);
    CHECK(tried(ledger, json, size, cart) == 10);
    {
        loy_quote *quote = NULL;
        EXPECT(LOY_E_DOCUMENT,
               loy_quote_try(ledger, (const uint8_t *)"{}", 2, cart, &quote, &error));
        OK(loy_quote_evaluate(ledger, cart, &quote, &error));
        OK(loy_quote_points_awarded(quote, "points", &version, &error));
        CHECK(version == 5);
        version = -1;
        loy_quote_free(quote);
    }
    CHECK(install(ledger, json, size) == 2);
    CHECK(install(ledger, json, size) == 2);
    /* What was promised stays. */
    OK(loy_sale_commit(ledger, "pay-1", loy_sale_id(held), NULL, &sale, &error));
    CHECK(awarded(sale) == 5);
    loy_sale_free(sale);
    loy_cart_free(cart);
    cart = one_line(loy_member_number(member), "0002", 50000);
    OK(loy_sale_record(ledger, "sale-2", cart, &sale, &error));
    CHECK(awarded(sale) == 10);
    loy_sale_free(sale);
    OK(loy_ledger_info(ledger, &rows, &error));
    CHECK(row_int(rows, 0, "programme_version") == 2);
    loy_rows_free(rows);
    /* The same number with other content. */
    per = strstr(json, "\"5000\"");
    CHECK(per != NULL);
    memcpy(per, "\"2500\"", 6);
    CHECK(loy_programme_install(ledger, (const uint8_t *)json, size, &version, &error)
          == LOY_E_DOCUMENT);
    CHECK(version == -1 && strcmp(loy_error_reason(error), "programme.changed") == 0);
    CHECK(strcmp(loy_error_field(error), "version") == 0);
    loy_error_free(error);
    error = NULL;
    EXPECT(LOY_E_DOCUMENT,
           loy_programme_install(ledger, (const uint8_t *)"{}", 2, &version, &error));
    loy_ledger_close(ledger);
    ledger = open_till(arguments[1]);
    CHECK(balance_of(ledger, "0912345678") == 15);
    loy_sale_free(held);
    loy_cart_free(cart);
    loy_member_free(member);
    return finish(ledger);
}
