/* A bill in parts: put aside, taken up again, changed before it is paid, listed, partly returned;
 * and what a quote tells field by field. */
#include "till.h"

static int64_t change_of(const loy_sale *sale)
{
    int64_t amount = INT64_MIN;
    OK(loy_sale_payable_change(sale, &amount, &error));
    return amount;
}

static loy_cart *part(const char *number, const char *receipt, int32_t part_number, int64_t amount)
{
    loy_cart *cart = one_line(number, receipt, amount);
    OK(loy_cart_set_text(cart, "receipt_group", "table-5", &error));
    OK(loy_cart_set_int(cart, "receipt_part", part_number, &error));
    return cart;
}

/* What was put aside today is sold at the time of tomorrow, and by no other door. */
static void park_and_resume(loy_ledger *ledger, const char *number)
{
    loy_cart *cart = one_line(number, "0001", 55000), *resumed = NULL;
    loy_buffer *parked = NULL;
    loy_sale *sale = NULL;
    const char *json;
    int64_t size;
    OK(loy_cart_park(cart, &parked, &error));
    json = (const char *)loy_buffer_data(parked);
    size = loy_buffer_size(parked);
    CHECK(loy_cart_from_json(json, size, &resumed, &error) == LOY_E_DOCUMENT);
    CHECK(resumed == NULL && strcmp(loy_error_field(error), "at_ms") == 0);
    loy_error_free(error);
    error = NULL;
    EXPECT(LOY_E_DOCUMENT,
           loy_cart_resume(json, size, NOON_MS + 86400000, HANOI, 20261131, &resumed, &error));
    OK(loy_cart_resume(json, size, NOON_MS + 86400000, HANOI, TODAY + 1, &resumed, &error));
    OK(loy_sale_record(ledger, "sale-1", resumed, &sale, &error));
    loy_sale_free(sale);
    OK(loy_sale_find(ledger, "0001", TODAY + 1, NULL, 1, &sale, &error));
    loy_sale_free(sale);
    loy_buffer_free(parked);
    loy_cart_free(cart);
    loy_cart_free(resumed);
}

static void split_and_change(loy_ledger *ledger, const char *number)
{
    loy_cart *first = part(number, "0002", 1, 30000), *second = part(number, "0002", 2, 20000);
    loy_sale *sale = NULL, *held = NULL;
    loy_rows *rows = NULL;
    OK(loy_sale_record(ledger, "part-1", first, &sale, &error));
    CHECK(change_of(sale) == 0);
    loy_sale_free(sale);
    OK(loy_sale_authorise(ledger, "part-2", second, 900, &held, &error));
    OK(loy_cart_add_line(second, "mu", 1000, 15000, NULL, &error));
    OK(loy_sale_commit(ledger, "pay-2", loy_sale_id(held), second, &sale, &error));
    CHECK(change_of(sale) == 15000);
    OK(loy_sale_group(ledger, "table-5", TODAY, &rows, &error));
    CHECK(row_count(rows) == 2);
    CHECK(strcmp(loy_rows_text(rows, 1, "sale_id"), loy_sale_id(sale)) == 0);
    CHECK(strcmp(loy_rows_text(rows, 1, "receipt_number"), "0002") == 0);
    CHECK(row_int(rows, 1, "receipt_part") == 2 && row_int(rows, 1, "payable") == 35000);
    CHECK(row_int(rows, 1, "state") == LOY_SALE_COMMITTED);
    loy_rows_free(rows);
    OK(loy_sale_group(ledger, "table-6", TODAY, &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);
    loy_sale_free(sale);
    loy_sale_free(held);
    loy_cart_free(first);
    loy_cart_free(second);
}

/* 6 + 3 + 4 points are there (5,5 and 3,5, halves up); 5 of them pay. */
static void spend_and_return(loy_ledger *ledger, const char *number)
{
    loy_cart *cart = one_line(number, "0003", 45000);
    loy_sale *sale = NULL, *back = NULL;
    loy_quote *quote = NULL;
    loy_rows *rows = NULL;
    loy_refund *refund = NULL;
    int64_t amount = -1;
    int32_t needs = -1;
    OK(loy_cart_want_points(cart, "points", 5, &error));
    OK(loy_sale_record(ledger, "sale-3", cart, &sale, &error));
    OK(loy_sale_quote(sale, &quote, &error));
    OK(loy_quote_redemptions(quote, &rows, &error));
    CHECK(row_count(rows) == 1 && row_int(rows, 0, "points") == 5);
    CHECK(row_int(rows, 0, "amount") == 5000 && strcmp(loy_rows_text(rows, 0, "reward"), "") == 0);
    CHECK(strcmp(loy_rows_text(rows, 0, "wallet"), "points") == 0);
    loy_rows_free(rows);
    OK(loy_quote_awards(quote, &rows, &error));
    CHECK(row_count(rows) == 1 && row_int(rows, 0, "points") == 4);
    CHECK(row_int(rows, 0, "available_from") == TODAY);
    EXPECT(LOY_NOT_FOUND, loy_rows_int(rows, 0, "expires_on", &amount, &error));
    loy_rows_free(rows);
    /* The programme has no ladder and no challenges, and reads no payments. */
    OK(loy_quote_tier(quote, &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);
    OK(loy_quote_challenges(quote, &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);
    OK(loy_quote_needs_payments(quote, &needs, &error));
    CHECK(needs == 0);
    loy_quote_free(quote);
    OK(loy_sale_given_back(sale, &amount, &rows, &error));
    CHECK(amount == 0 && row_count(rows) == 0);
    loy_rows_free(rows);
    OK(loy_refund_new(ledger, loy_sale_id(sale), &refund, &error));
    OK(loy_refund_set_time(refund, NOON_MS, HANOI, TODAY, &error));
    OK(loy_refund_add_all(refund, &error));
    OK(loy_refund_commit(ledger, "back-3", refund, &back, &error));
    OK(loy_sale_given_back(back, &amount, &rows, &error));
    CHECK(amount == 40000 && row_count(rows) == 1);
    CHECK(row_int(rows, 0, "taken_back") == 4 && row_int(rows, 0, "returned") == 5);
    loy_rows_free(rows);
    /* The quote is the sale's as it was sold. */
    OK(loy_sale_quote(back, &quote, &error));
    OK(loy_quote_points_awarded(quote, "points", &amount, &error));
    CHECK(amount == 4);
    loy_quote_free(quote);
    loy_refund_free(refund);
    loy_sale_free(sale);
    loy_sale_free(back);
    loy_cart_free(cart);
}

int main(int count, char **arguments)
{
    loy_ledger *ledger;
    loy_member *member;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    member = enrol(ledger, "enrol-1", "0912345678");
    park_and_resume(ledger, loy_member_number(member));
    split_and_change(ledger, loy_member_number(member));
    spend_and_return(ledger, loy_member_number(member));
    loy_member_free(member);
    return finish(ledger);
}
