/* Claim: a customer has paid and says only then that they are a member. */
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

int main(int count, char **arguments)
{
    loy_ledger *ledger;
    loy_member *member;
    loy_cart *cart;
    loy_sale *sale = NULL, *claimed = NULL, *again = NULL;
    const char *number, *id;
    int32_t was = -1;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    member = enrol(ledger, "enrol-1", "0912345678");
    number = loy_member_number(member);
    cart = one_line("", "0001", 55000);
    OK(loy_sale_record(ledger, "sale-1", cart, &sale, &error));
    id = loy_sale_id(sale);
    CHECK(strcmp(loy_sale_member(sale), "") == 0 && balance_of(ledger, "0912345678") == 0);
    /* The programme says nothing of claims: the day of the sale, and no other. */
    EXPECT(LOY_EXPIRED, loy_sale_claim(ledger, "claim-0", id, number, NOON_MS, HANOI, TODAY + 1,
                                       &claimed, &error));
    CHECK(claimed == NULL);
    OK(loy_sale_claim(ledger, "claim-1", id, number, NOON_MS, HANOI, TODAY, &claimed, &error));
    CHECK(strcmp(loy_sale_member(claimed), number) == 0 && awarded(claimed) == 6);
    CHECK(balance_of(ledger, "0912345678") == 6);
    OK(loy_sale_claim(ledger, "claim-1", id, number, NOON_MS, HANOI, TODAY, &again, &error));
    OK(loy_sale_was_replayed(again, &was, &error));
    CHECK(was == 1 && balance_of(ledger, "0912345678") == 6);
    loy_sale_free(again);
    /* Another operation: the sale that is there comes with the refusal. */
    EXPECT(LOY_ALREADY_RESOLVED,
           loy_sale_claim(ledger, "claim-2", id, number, NOON_MS, HANOI, TODAY, &again, &error));
    CHECK(strcmp(loy_sale_member(again), number) == 0);
    loy_sale_free(again);
    EXPECT(LOY_E_ARGUMENT, loy_sale_claim(ledger, "claim-3", id, "100000000", NOON_MS, HANOI, TODAY,
                                          &again, &error));
    /* The till's first answer, asked again, is still that of a sale that was nobody's. */
    OK(loy_sale_record(ledger, "sale-1", cart, &again, &error));
    CHECK(strcmp(loy_sale_member(again), "") == 0 && awarded(again) == 0);
    loy_sale_free(again);
    OK(loy_sale_get(ledger, id, &again, &error));
    CHECK(strcmp(loy_sale_member(again), number) == 0 && awarded(again) == 6);
    loy_sale_free(again);
    loy_cart_free(cart);
    loy_sale_free(sale);
    loy_sale_free(claimed);
    loy_member_free(member);
    return finish(ledger);
}
