/* Training: every call works, every text says TRAINING, nothing is kept. */
#include "till.h"

static int says_training(const char *text)
{
    return strstr(text, "TRAINING") != NULL;
}

static void learn(loy_ledger *ledger)
{
    loy_member *member = NULL;
    loy_cart *cart;
    loy_quote *quote = NULL;
    loy_sale *sale = NULL;
    loy_rows *info = NULL;
    loy_buffer *batch = NULL, *receipt = NULL;
    int64_t entries = -1;
    OK(loy_member_scan(ledger, "0900000002", TODAY, &member, &error));
    CHECK(says_training(loy_member_cashier_text(member)));
    CHECK(balance_of(ledger, "0900000002") == 100);
    cart = one_line(loy_member_number(member), "0001", 55000);
    OK(loy_sale_record(ledger, "sale-1", cart, &sale, &error));
    CHECK(balance_of(ledger, "0900000002") == 106);
    OK(loy_sale_quote(sale, &quote, &error));
    CHECK(says_training(loy_quote_cashier_text(quote)));
    CHECK(says_training(loy_quote_customer_text(quote)));
    OK(loy_quote_receipt(quote, 32, LOY_DIACRITICS_KEPT, &receipt, &error));
    CHECK(says_training((const char *)loy_buffer_data(receipt)));
    loy_buffer_free(receipt);
    loy_quote_free(quote);
    loy_sale_free(sale);
    CHECK(loy_sale_record(ledger, "sale-2", cart, &sale, &error) == LOY_ALREADY_RESOLVED);
    CHECK(says_training(loy_error_cashier_text(error)) && says_training(loy_error_message(error)));
    loy_error_free(error);
    error = NULL;
    loy_sale_free(sale);
    OK(loy_ledger_info(ledger, &info, &error));
    CHECK(row_int(info, 0, "training") == 1 && row_int(info, 0, "file_bytes") == 0);
    loy_rows_free(info);
    EXPECT(LOY_REFUSED, loy_export_next(ledger, 65536, &batch, &entries, &error));
    CHECK(batch == NULL);
    loy_cart_free(cart);
    loy_member_free(member);
}

int main(int count, char **arguments)
{
    static char provisioning[65536], code[256];
    int64_t size;
    loy_ledger *ledger, *learning = NULL;
    loy_config *config;
    loy_rows *info = NULL;
    CHECK(count == 2);
    size = read_file(arguments[1], "provisioning", provisioning, sizeof provisioning);
    read_file(arguments[1], "code", code, sizeof code);
    config = configure(arguments[1], "till.loy");
    EXPECT(LOY_E_STORE_ABSENT, loy_ledger_open_training(config, &learning, &error));
    OK(loy_ledger_create_training(config, (const uint8_t *)provisioning, size, code, &learning,
                                  &error));
    learn(learning);
    loy_ledger_close(learning);
    /* The file is not used up by it. */
    ledger = create_till(arguments[1]);
    OK(loy_ledger_open_training(config, &learning, &error));
    learn(learning);
    loy_ledger_close(learning);
    OK(loy_ledger_info(ledger, &info, &error));
    CHECK(row_int(info, 0, "training") == 0 && row_int(info, 0, "members") == 0);
    loy_rows_free(info);
    loy_config_free(config);
    return finish(ledger);
}
