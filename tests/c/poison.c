/* A bug on purpose: the till lives, writes stop, reading and closing go on, reopening heals. */
#include "till.h"

loy_status loy_test_panic(loy_ledger *ledger, loy_error **error_out);
loy_status loy_test_panic_reading(const loy_ledger *ledger, loy_error **error_out);

int main(int count, char **arguments)
{
    loy_ledger *ledger;
    loy_member *member;
    loy_cart *cart;
    loy_sale *sale = NULL;
    loy_quote *quote = NULL;
    loy_rows *rows = NULL;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    member = enrol(ledger, "enrol-1", "0912345678");
    cart = one_line(loy_member_number(member), "0001", 55000);

    /* A bug in a call that only reads costs that answer and nothing else. */
    EXPECT(LOY_E_INTERNAL, loy_test_panic_reading(ledger, &error));
    OK(loy_ledger_idle(ledger, &error));
    CHECK(loy_test_panic(ledger, &error) == LOY_E_INTERNAL);
    CHECK(strstr(loy_error_message(error), "a bug on purpose") != NULL);
    CHECK(strstr(loy_error_message(error), "injection.rs:") != NULL);
    CHECK(*loy_error_cashier_text(error) != 0);
    loy_error_free(error);
    error = NULL;

    EXPECT(LOY_E_POISONED, loy_sale_record(ledger, "sale-1", cart, &sale, &error));
    EXPECT(LOY_E_POISONED, loy_ledger_idle(ledger, &error));
    CHECK(sale == NULL);
    CHECK(balance_of(ledger, "0912345678") == 0);
    OK(loy_quote_evaluate(ledger, cart, &quote, &error));
    loy_quote_free(quote);
    OK(loy_ledger_info(ledger, &rows, &error));
    loy_rows_free(rows);
    loy_ledger_close(ledger);

    ledger = open_till(arguments[1]);
    OK(loy_sale_record(ledger, "sale-1", cart, &sale, &error));
    CHECK(balance_of(ledger, "0912345678") == 6);
    loy_sale_free(sale);
    loy_cart_free(cart);
    loy_member_free(member);
    return finish(ledger);
}
