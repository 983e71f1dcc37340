/* Sale: authorise, commit, void, record; asked twice; points spent; what a restart finds. */
#include "till.h"

static int32_t state_of(const loy_sale *sale)
{
    int32_t state = -1;
    OK(loy_sale_state(sale, &state, &error));
    return state;
}

static int32_t replayed(const loy_sale *sale)
{
    int32_t was = -1;
    OK(loy_sale_was_replayed(sale, &was, &error));
    return was;
}

static void record_twice(loy_ledger *ledger, const char *number)
{
    loy_cart *cart = one_line(number, "0001", 55000);
    loy_sale *sale = NULL, *again = NULL;
    loy_quote *quote = NULL;
    loy_buffer *json = NULL;
    int64_t points = -1;
    int32_t late = -1;
    OK(loy_sale_record(ledger, "sale-1", cart, &sale, &error));
    CHECK(state_of(sale) == LOY_SALE_COMMITTED && replayed(sale) == 0);
    CHECK(strcmp(loy_sale_member(sale), number) == 0);
    OK(loy_sale_is_late(sale, &late, &error));
    CHECK(late == 0);
    OK(loy_sale_record(ledger, "sale-1", cart, &again, &error));
    CHECK(replayed(again) == 1 && strcmp(loy_sale_id(sale), loy_sale_id(again)) == 0);
    CHECK(balance_of(ledger, "0912345678") == 6);
    /* The quote outlives its sale. */
    OK(loy_sale_quote(sale, &quote, &error));
    OK(loy_sale_to_json(sale, &json, &error));
    CHECK(strstr((const char *)loy_buffer_data(json), loy_sale_id(sale)) != NULL);
    loy_buffer_free(json);
    loy_sale_free(sale);
    loy_sale_free(again);
    OK(loy_quote_points_awarded(quote, "points", &points, &error));
    CHECK(points == 6);
    loy_quote_free(quote);
    /* The receipt is known: another operation does not sell it again. */
    EXPECT(LOY_ALREADY_RESOLVED, loy_sale_record(ledger, "sale-1b", cart, &sale, &error));
    CHECK(strcmp(loy_sale_member(sale), number) == 0 && state_of(sale) == LOY_SALE_COMMITTED);
    loy_sale_free(sale);
    OK(loy_cart_add_line(cart, "mu", 1000, 1, NULL, &error));
    EXPECT(LOY_E_OPERATION_CONFLICT, loy_sale_record(ledger, "sale-1", cart, &sale, &error));
    CHECK(sale == NULL);
    loy_cart_free(cart);
    OK(loy_sale_find(ledger, "0001", TODAY, NULL, 1, &sale, &error));
    loy_sale_free(sale);
    EXPECT(LOY_NOT_FOUND, loy_sale_find(ledger, "0001", TODAY, "2", 1, &sale, &error));
    EXPECT(LOY_NOT_FOUND, loy_sale_find(ledger, "0002", TODAY, NULL, 1, &sale, &error));
    EXPECT(LOY_E_ARGUMENT, loy_sale_find(ledger, "0001", TODAY, NULL, 0, &sale, &error));
}

/* Returns the held sale's id. */
static const char *spend_two_points(loy_ledger *ledger, const char *number)
{
    static char id[128];
    loy_cart *cart = one_line(number, "0002", 30000);
    loy_sale *sale = NULL;
    loy_quote *quote = NULL;
    loy_rows *pending = NULL;
    int64_t amount = -1;
    OK(loy_cart_want_points(cart, "points", 2, &error));
    EXPECT(LOY_E_ARGUMENT, loy_sale_authorise(ledger, "sale-2", cart, 0, &sale, &error));
    EXPECT(LOY_E_ARGUMENT, loy_sale_authorise(ledger, "sale-2", cart, 604801, &sale, &error));
    OK(loy_sale_authorise(ledger, "sale-2", cart, 900, &sale, &error));
    CHECK(state_of(sale) == LOY_SALE_HELD);
    OK(loy_sale_quote(sale, &quote, &error));
    OK(loy_quote_points_redeemed(quote, "points", &amount, &error));
    CHECK(amount == 2);
    /* A point is worth 1.000 dong. */
    OK(loy_quote_payable(quote, &amount, &error));
    CHECK(amount == 28000);
    loy_quote_free(quote);
    snprintf(id, sizeof id, "%s", loy_sale_id(sale));
    loy_sale_free(sale);
    loy_cart_free(cart);
    OK(loy_sale_pending(ledger, &pending, &error));
    CHECK(row_count(pending) == 1);
    CHECK(strcmp(loy_rows_text(pending, 0, "sale_id"), id) == 0);
    CHECK(strcmp(loy_rows_text(pending, 0, "receipt_number"), "0002") == 0);
    CHECK(row_int(pending, 0, "payable") == 28000);
    CHECK(row_int(pending, 0, "state") == LOY_SALE_HELD);
    loy_rows_free(pending);
    return id;
}

static void call_off(loy_ledger *ledger, const char *number)
{
    loy_cart *cart = one_line(number, "0003", 10000);
    loy_sale *sale = NULL, *voided = NULL;
    char reason[202];
    memset(reason, 'a', 201);
    reason[201] = 0;
    OK(loy_sale_authorise(ledger, "sale-3", cart, 900, &sale, &error));
    EXPECT(LOY_E_ARGUMENT,
           loy_sale_void(ledger, "void-3", loy_sale_id(sale), reason, &voided, &error));
    OK(loy_sale_void(ledger, "void-3", loy_sale_id(sale), "customer left", &voided, &error));
    CHECK(state_of(voided) == LOY_SALE_VOIDED);
    loy_sale_free(voided);
    EXPECT(LOY_ALREADY_RESOLVED,
           loy_sale_commit(ledger, "commit-3", loy_sale_id(sale), NULL, &voided, &error));
    CHECK(state_of(voided) == LOY_SALE_VOIDED);
    loy_sale_free(voided);
    loy_sale_free(sale);
    loy_cart_free(cart);
}

/* The customer had paid what was called off: the same receipt, under another operation. */
static void paid_all_the_same(loy_ledger *ledger, const char *number)
{
    loy_cart *cart = one_line(number, "0004", 20000);
    loy_sale *sale = NULL, *other = NULL;
    loy_quote *quote = NULL;
    int64_t amount = -1;
    OK(loy_cart_want_points(cart, "points", 2, &error));
    OK(loy_sale_authorise(ledger, "sale-4", cart, 900, &sale, &error));
    OK(loy_sale_void(ledger, "void-4", loy_sale_id(sale), "by mistake", &other, &error));
    loy_sale_free(other);
    EXPECT(LOY_ALREADY_RESOLVED,
           loy_sale_commit(ledger, "commit-4", loy_sale_id(sale), NULL, &other, &error));
    CHECK(state_of(other) == LOY_SALE_VOIDED);
    loy_sale_free(other);
    EXPECT(LOY_NOT_FOUND, loy_sale_find(ledger, "0004", TODAY, NULL, 1, &other, &error));
    EXPECT(LOY_E_OPERATION_CONFLICT, loy_sale_record(ledger, "sale-4", cart, &other, &error));
    OK(loy_sale_record(ledger, "sale-4-paid", cart, &other, &error));
    CHECK(state_of(other) == LOY_SALE_COMMITTED && replayed(other) == 0);
    CHECK(strcmp(loy_sale_id(other), loy_sale_id(sale)) != 0);
    loy_sale_free(sale);
    OK(loy_sale_quote(other, &quote, &error));
    OK(loy_quote_points_redeemed(quote, "points", &amount, &error));
    CHECK(amount == 2);
    OK(loy_quote_payable(quote, &amount, &error));
    CHECK(amount == 18000);
    loy_quote_free(quote);
    OK(loy_sale_find(ledger, "0004", TODAY, NULL, 1, &sale, &error));
    CHECK(strcmp(loy_sale_id(other), loy_sale_id(sale)) == 0);
    loy_sale_free(sale);
    loy_sale_free(other);
    loy_cart_free(cart);
}

int main(int count, char **arguments)
{
    loy_ledger *ledger, *second = NULL;
    loy_config *config;
    loy_member *member;
    loy_sale *sale = NULL;
    const char *held;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    member = enrol(ledger, "enrol-1", "0912345678");
    record_twice(ledger, loy_member_number(member));
    held = spend_two_points(ledger, loy_member_number(member));
    call_off(ledger, loy_member_number(member));
    paid_all_the_same(ledger, loy_member_number(member));

    /* The till is restarted; the sale is still held and can be committed. A second till that opens
     * the same file is refused. */
    loy_ledger_close(ledger);
    ledger = open_till(arguments[1]);
    config = configure(arguments[1], "till.loy");
    EXPECT(LOY_E_BUSY, loy_ledger_open(config, &second, &error));
    OK(loy_ledger_open_reader(config, &second, &error));
    CHECK(balance_of(second, "0912345678") == 6);   /* - 2 + 2 of the receipt 0004 */
    EXPECT(LOY_E_STORE_READ_ONLY, loy_sale_commit(second, "commit-2", held, NULL, &sale, &error));
    loy_ledger_close(second);
    loy_config_free(config);

    OK(loy_sale_commit(ledger, "commit-2", held, NULL, &sale, &error));
    CHECK(state_of(sale) == LOY_SALE_COMMITTED);
    loy_sale_free(sale);
    OK(loy_sale_get(ledger, held, &sale, &error));
    CHECK(state_of(sale) == LOY_SALE_COMMITTED);
    loy_sale_free(sale);
    /* 6 - 2 + 28.000 / 10.000 = 2,8, rounded 3; and - 2 + 18.000 / 10.000 = 1,8, rounded 2. */
    CHECK(balance_of(ledger, "0912345678") == 7);
    EXPECT(LOY_E_ARGUMENT, loy_sale_get(ledger, "no sale", &sale, &error));
    OK(loy_ledger_idle(ledger, &error));
    loy_member_free(member);
    return finish(ledger);
}
