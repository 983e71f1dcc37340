/* Cart and quote: two doors to one cart, and what 55.000 dong earn. */
#include "till.h"

static loy_cart *rung_up(const char *member_number)
{
    loy_cart *cart = NULL;
    int32_t line = -1;
    OK(loy_cart_new("VND", NOON_MS, HANOI, TODAY, &cart, &error));
    OK(loy_cart_set_member(cart, member_number, &error));
    OK(loy_cart_set_text(cart, "receipt_number", "0001", &error));
    OK(loy_cart_set_text(cart, "x.table", "12", &error));
    OK(loy_cart_set_int(cart, "receipt_part", 1, &error));
    OK(loy_cart_add_line(cart, "ao", 2000, 40000, &line, &error));
    CHECK(line == 0);
    OK(loy_cart_line_set_text(cart, line, "category", "quan ao/ao", &error));
    OK(loy_cart_line_set_int(cart, line, "unit_price", 20000, &error));
    OK(loy_cart_line_set_int(cart, line, "weighed", 1, &error));
    OK(loy_cart_add_line(cart, "mu", 1000, 15000, &line, &error));
    CHECK(line == 1);
    OK(loy_cart_add_payment(cart, "cash", 55000, &error));
    return cart;
}

/* What the customer showed is no business of a log, and of a cart put aside until it is taken up. */
static void what_was_shown_is_in_no_log(loy_cart *cart)
{
    loy_buffer *json = NULL;
    OK(loy_cart_set_shown(cart, "0912 345 678", &error));
    CHECK(loy_cart_set_shown(cart, "4111111111111111", &error) == LOY_E_ARGUMENT);
    CHECK(strcmp(loy_error_field(error), "shown") == 0);
    CHECK(strstr(loy_error_message(error), "4111") == NULL);
    loy_error_free(error);
    error = NULL;
    OK(loy_cart_to_json(cart, &json, &error));
    CHECK(strstr((const char *)loy_buffer_data(json), "912345678") == NULL);
    loy_buffer_free(json);
    OK(loy_cart_park(cart, &json, &error));
    CHECK(strstr((const char *)loy_buffer_data(json), "+84912345678") != NULL);
    loy_buffer_free(json);
    OK(loy_cart_set_shown(cart, "", &error));
}

static void wrong_fields_are_named(loy_cart *cart)
{
    CHECK(loy_cart_line_set_int(cart, 7, "unit_price", 1, &error) == LOY_E_ARGUMENT);
    CHECK(strcmp(loy_error_field(error), "lines[7]") == 0);
    loy_error_free(error);
    error = NULL;
    EXPECT(LOY_E_ARGUMENT, loy_cart_line_set_int(cart, -1, "unit_price", 1, &error));
    EXPECT(LOY_E_ARGUMENT, loy_cart_set_text(cart, "recipt_number", "1", &error));
    EXPECT(LOY_E_ARGUMENT, loy_cart_set_member(cart, "100000000002", &error));
    EXPECT(LOY_E_ARGUMENT, loy_cart_add_line(cart, "", 1000, 1, NULL, &error));
    EXPECT(LOY_E_ARGUMENT, loy_cart_add_line(cart, "ao", 1000, INT64_MAX, NULL, &error));
}

static void both_doors(const loy_ledger *ledger, const loy_cart *cart)
{
    loy_buffer *json = NULL, *again = NULL, *quoted = NULL, *quoted_again = NULL;
    loy_cart *read = NULL;
    loy_quote *quote = NULL;
    OK(loy_cart_to_json(cart, &json, &error));
    OK(loy_cart_from_json((const char *)loy_buffer_data(json), loy_buffer_size(json), &read, &error));
    OK(loy_cart_to_json(read, &again, &error));
    CHECK(strcmp((const char *)loy_buffer_data(json), (const char *)loy_buffer_data(again)) == 0);
    OK(loy_quote_evaluate(ledger, cart, &quote, &error));
    OK(loy_quote_to_json(quote, &quoted, &error));
    loy_quote_free(quote);
    OK(loy_quote_evaluate(ledger, read, &quote, &error));
    OK(loy_quote_to_json(quote, &quoted_again, &error));
    CHECK(strcmp((const char *)loy_buffer_data(quoted), (const char *)loy_buffer_data(quoted_again)) == 0);
    loy_quote_free(quote);
    loy_cart_free(read);
    EXPECT(LOY_E_DOCUMENT, loy_cart_from_json("{\"lines\": 3}", 12, &read, &error));
    CHECK(read == NULL);
    loy_buffer_free(json);
    loy_buffer_free(again);
    loy_buffer_free(quoted);
    loy_buffer_free(quoted_again);
}

int main(int count, char **arguments)
{
    loy_ledger *ledger;
    loy_member *member;
    loy_cart *cart;
    loy_quote *quote = NULL;
    loy_rows *reasons = NULL;
    loy_buffer *receipt = NULL;
    int64_t number = -1;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    member = enrol(ledger, "enrol-1", "0912345678");
    cart = rung_up(loy_member_number(member));
    wrong_fields_are_named(cart);
    what_was_shown_is_in_no_log(cart);
    both_doors(ledger, cart);

    OK(loy_quote_evaluate(ledger, cart, &quote, &error));
    loy_cart_free(cart);
    OK(loy_quote_total(quote, &number, &error));
    CHECK(number == 55000);
    OK(loy_quote_payable(quote, &number, &error));
    CHECK(number == 55000);
    OK(loy_quote_discount_total(quote, &number, &error));
    CHECK(number == 0);
    OK(loy_quote_line_discount(quote, 1, &number, &error));
    CHECK(number == 0);
    EXPECT(LOY_E_ARGUMENT, loy_quote_line_discount(quote, 2, &number, &error));
    /* 10.000 dong are a point: 5,5 points, halves up. */
    OK(loy_quote_points_awarded(quote, "points", &number, &error));
    CHECK(number == 6);
    OK(loy_quote_points_redeemed(quote, "points", &number, &error));
    CHECK(number == 0);
    OK(loy_quote_balance_before(quote, "points", &number, &error));
    CHECK(number == 0);
    OK(loy_quote_balance_after(quote, "points", &number, &error));
    CHECK(number == 6);
    OK(loy_quote_redeemable(quote, "points", &number, &error));
    CHECK(number == 0);
    OK(loy_quote_as_of(quote, &number, &error));
    CHECK(number > INT64_C(1577836800000));
    EXPECT(LOY_E_ARGUMENT, loy_quote_points_awarded(quote, "stamps", &number, &error));
    OK(loy_quote_reasons(quote, &reasons, &error));
    CHECK(row_count(reasons) >= 1);
    CHECK(strstr(loy_rows_text(reasons, (int32_t)row_count(reasons) - 1, "text"), "55.000") != NULL);
    loy_rows_free(reasons);
    OK(loy_quote_receipt(quote, 32, LOY_DIACRITICS_STRIPPED, &receipt, &error));
    CHECK(strchr((const char *)loy_buffer_data(receipt), '6') != NULL);
    CHECK(loy_buffer_data(receipt)[loy_buffer_size(receipt) - 1] == '\n');
    loy_buffer_free(receipt);
    EXPECT(LOY_E_ARGUMENT, loy_quote_receipt(quote, 19, LOY_DIACRITICS_KEPT, &receipt, &error));
    EXPECT(LOY_E_ARGUMENT, loy_quote_receipt(quote, 32, 2, &receipt, &error));
    CHECK(*loy_quote_cashier_text(quote) != 0 && *loy_quote_customer_text(quote) != 0);
    loy_quote_free(quote);

    /* Nobody's sale earns nothing and has no balance. */
    cart = rung_up("");
    OK(loy_quote_evaluate(ledger, cart, &quote, &error));
    OK(loy_quote_points_awarded(quote, "points", &number, &error));
    CHECK(number == 0);
    EXPECT(LOY_NOT_FOUND, loy_quote_balance_after(quote, "points", &number, &error));
    loy_quote_free(quote);
    loy_cart_free(cart);
    OK(loy_cart_new("EUR", NOON_MS, HANOI, TODAY, &cart, &error));
    EXPECT(LOY_E_ARGUMENT, loy_quote_evaluate(ledger, cart, &quote, &error));
    loy_cart_free(cart);
    loy_member_free(member);
    return finish(ledger);
}
